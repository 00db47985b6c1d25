//! HTTP client that hubs and media servers have in common.

use std::io::ErrorKind;
use std::time::Duration;

use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error, Timeout};
use url::Url;

use super::guard::{Guard, Names};
use crate::types::without_credentials;

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
            Agent::with_parts(config.build(), DefaultConnector::default(), Names::default())
        }
    }
}

/// Returns the message for a request that failed: what is wrong, and how to fix it.
pub(super) fn explain(url: &Url, error: &Error) -> String {
    let host = url.host_str().unwrap_or_default();
    match error {
        // The TLS library reports everything that is wrong with a certificate or a handshake as invalid data.
        Error::Io(error) if error.kind() == ErrorKind::InvalidData && url.scheme() == "https" => format!(
            "no secure connection: {error}; the server needs a certificate that is valid for `{host}`, has not expired, \
             and was issued by a public authority"
        ),
        Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            let port = url.port_or_known_default().unwrap_or_default();
            format!("`{host}` refused the connection to port {port}; correct the port, or start the server")
        }
        Error::Io(error)
            if matches!(
                error.kind(),
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof
            ) =>
        {
            let kind = if url.scheme() == "https" { "an https server" } else { "a web server" };
            format!("`{host}` closed the connection without a response; check that it is {kind}, and its log")
        }
        Error::Io(error) => error.to_string(),
        Error::HostNotFound => {
            format!("no server is named `{host}`; correct the name, and check that this machine is online")
        }
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            format!("no connection to `{host}` in time; correct the URL, or try again later")
        }
        Error::Timeout(_) => format!("`{host}` did not answer in time; try again later, or read its log"),
        Error::Protocol(_) | Error::Http(_) => {
            format!("the response of `{host}` is not HTTP: {error}; correct the scheme or the port")
        }
        Error::Other(why) => why.to_string(),
        error => error.to_string(),
    }
}

/// Returns a URL without user name, password and fragment: other servers must not learn the first two, and no server is
/// sent the last.
pub fn without_secrets(url: &Url) -> Url {
    let mut url = without_credentials(url.clone());
    url.set_fragment(None);
    url
}
