//! Settings of the server.

use std::net::SocketAddr;
use std::time::Duration;

use super::access_log::LogStyle;

/// Settings of the server.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Address to listen on; port 0 picks a free port.
    pub listen: SocketAddr,
    /// Style of the access log on stdout; `None` for no log.
    pub log: Option<LogStyle>,
    /// Longest time that a client may take to send a request; it may take up to five times as long to read some of a
    /// response.
    pub client_timeout: Duration,
    /// Maximum number of connections; more are refused. The limit of open files may lower it.
    pub max_connections: usize,
}
