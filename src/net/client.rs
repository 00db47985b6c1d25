//! HTTP client that hubs and media servers have in common.

use std::time::Duration;

use ureq::Agent;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use url::Url;

use super::guard::Guard;

/// Time limit for looking up a name, and another one for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time limit for a request.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum size of the head of a response, in bytes.
const MAX_HEAD: usize = 16 << 10;

/// Which servers may be contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPolicy {
    /// Those with public addresses, and without a proxy: a proxy would look names up again, unseen by us.
    PublicOnly,
    /// All, through the proxy that the environment names, if any.
    Any,
}

/// Creates the client. Redirections and errors are responses like any other. `contact` tells the owner of a server whose
/// requests these are.
pub(super) fn agent(policy: AddressPolicy, contact: Option<&Url>) -> Agent {
    let contact = contact.map(|url| format!(" (+{})", without_secrets(url))).unwrap_or_default();
    let config = Agent::config_builder()
        .user_agent(concat!("feedmill/", env!("CARGO_PKG_VERSION")).to_owned() + &contact)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_response_header_size(MAX_HEAD)
        .timeout_resolve(Some(CONNECT_TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_global(Some(REQUEST_TIMEOUT));
    match policy {
        AddressPolicy::PublicOnly => {
            Agent::with_parts(config.proxy(None).build(), DefaultConnector::default(), <Guard>::default())
        }
        AddressPolicy::Any => {
            Agent::with_parts(config.build(), DefaultConnector::default(), DefaultResolver::default())
        }
    }
}

/// Returns a URL without user name, password and fragment: other servers must not learn the first two, and no server is
/// sent the last.
pub fn without_secrets(url: &Url) -> Url {
    let mut url = url.clone();
    // Both fail only for URLs that cannot have them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}
