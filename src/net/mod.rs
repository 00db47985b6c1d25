//! What the mill says to others over HTTP: hubs are told of news, media servers are asked of their files. Nothing else in
//! it touches the network, and nothing here can stop a run.

mod guard;
mod hub;
mod probe;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ureq::Agent;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use url::Url;

use guard::Guard;
pub use hub::{Heard, Herald};
pub use probe::Probe;

/// How long it may take to find a server and to connect, each.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a request may take.
const REQUEST: Duration = Duration::from_secs(10);
/// The largest head of an answer, in bytes.
const HEAD_LIMIT: usize = 16 << 10;

/// Which servers may be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those with public addresses. Proxies are passed by: they would look names up behind our back.
    Public,
    /// All, through the proxy that the environment names, where it does.
    Any,
}

/// The client. A redirection and a failure are answers like others. `contact` is where a server's owner reads who this
/// is.
fn agent(reach: Reach, contact: Option<&Url>) -> Agent {
    let contact = contact.map(|url| format!(" (+{url})")).unwrap_or_default();
    let config = Agent::config_builder()
        .user_agent(concat!("feedmill/", env!("CARGO_PKG_VERSION")).to_owned() + &contact)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_response_header_size(HEAD_LIMIT)
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(REQUEST));
    match reach {
        Reach::Public => {
            Agent::with_parts(config.proxy(None).build(), DefaultConnector::default(), <Guard>::default())
        }
        Reach::Any => {
            Agent::with_parts(config.build(), DefaultConnector::default(), DefaultResolver::default())
        }
    }
}
