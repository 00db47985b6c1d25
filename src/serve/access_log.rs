//! Access log: one line per request on stdout, written by a thread, so that no request waits for whatever reads it.
//! Errors of the server go to stderr.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderValue, USER_AGENT};
use hyper::{Method, Response, Uri};
use serde_json::Value;

use super::metrics::Metrics;
use crate::diag::printable;

/// Number of lines that may wait to be written. Further ones are lost: a slow reader of the log must not slow down feeds.
const MAX_WAITING: usize = 4096;
/// Time that shutdown waits for the last lines to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Style of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogStyle {
    /// For people: the time, then the request and its response.
    Text,
    /// One JSON object per line.
    Json,
}

/// Access log that is being written.
pub(super) struct AccessLog {
    style: LogStyle,
    lines: SyncSender<Message>,
    metrics: Arc<Metrics>,
}

enum Message {
    Line(String),
    /// Asks for a reply once all earlier lines are written.
    Flush(SyncSender<()>),
}

/// Parts of a request that are logged.
pub(super) struct LoggedRequest {
    peer: SocketAddr,
    method: Method,
    uri: Uri,
    agent: Option<HeaderValue>,
}

impl LoggedRequest {
    pub(super) fn new(peer: SocketAddr, method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        Self { peer, method: method.clone(), uri: uri.clone(), agent: headers.get(USER_AGENT).cloned() }
    }
}

impl AccessLog {
    /// Starts the thread that writes to stdout.
    ///
    /// # Errors
    /// The system cannot provide a thread.
    pub(super) fn start(style: LogStyle, metrics: &Arc<Metrics>) -> io::Result<Self> {
        let (lines, waiting) = sync_channel(MAX_WAITING);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(&waiting))?;
        Ok(Self { style, lines, metrics: Arc::clone(metrics) })
    }

    /// Logs the address of the server.
    pub(super) fn listening(&self, address: SocketAddr) {
        self.send(Some("listening"), &[("address", address.to_string().into())]);
    }

    /// Logs a request and its response.
    pub(super) fn answered<B>(&self, request: &LoggedRequest, response: &Response<B>, took: Duration) {
        let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let mut fields = vec![
            ("peer", request.peer.to_string().into()),
            ("method", request.method.as_str().into()),
            ("path", printable(request.uri.path()).into()),
            ("status", response.status().as_u16().into()),
        ];
        if let Some(bytes) = length.and_then(|length| length.parse::<u64>().ok()) {
            fields.push(("bytes", bytes.into()));
        }
        fields.push(("us", u64::try_from(took.as_micros()).unwrap_or(u64::MAX).into()));
        if let Some(agent) = &request.agent {
            fields.push(("agent", printable(&String::from_utf8_lossy(agent.as_bytes())).into()));
        }
        self.send(None, &fields);
    }

    fn send(&self, message: Option<&str>, fields: &[(&str, Value)]) {
        let line = line(self.style, &timestamp(), message, fields);
        if self.lines.try_send(Message::Line(line)).is_err() {
            self.metrics.log_line_lost();
        }
    }

    /// Waits until everything logged so far is written.
    pub(super) fn flush(&self) {
        let (written, done) = sync_channel(1);
        if self.lines.try_send(Message::Flush(written)).is_ok() {
            let _ = done.recv_timeout(FLUSH_TIMEOUT);
        }
    }
}

/// Writes an error of the server to stderr, with the time.
pub(super) fn log_error(message: &str) {
    let _ = writeln!(io::stderr(), "{} ERROR {}", timestamp(), printable(message));
}

/// Returns the current time in RFC 3339, with microseconds.
fn timestamp() -> String {
    DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Returns one line of the log, with its line end.
fn line(style: LogStyle, time: &str, message: Option<&str>, fields: &[(&str, Value)]) -> String {
    let mut line = String::new();
    // Writing to a string cannot fail.
    let _ = match style {
        LogStyle::Text => write!(line, "{time}  INFO"),
        LogStyle::Json => write!(line, "{{\"timestamp\":{},\"level\":\"INFO\"", Value::from(time)),
    };
    if let Some(message) = message {
        let _ = match style {
            LogStyle::Text => write!(line, " {message}"),
            LogStyle::Json => write!(line, ",\"message\":{}", Value::from(message)),
        };
    }
    for (name, value) in fields {
        let _ = match (style, value) {
            (LogStyle::Json, value) => write!(line, ",\"{name}\":{value}"),
            // The only field that may contain spaces is quoted.
            (LogStyle::Text, Value::String(text)) if *name == "agent" => write!(line, " {name}={text:?}"),
            (LogStyle::Text, Value::String(text)) => write!(line, " {name}={text}"),
            (LogStyle::Text, value) => write!(line, " {name}={value}"),
        };
    }
    line.push_str(if style == LogStyle::Json { "}\n" } else { "\n" });
    line
}

fn write_lines(waiting: &Receiver<Message>) {
    let mut out = io::stdout();
    while let Ok(message) = waiting.recv() {
        match message {
            Message::Line(line) => drop(out.write_all(line.as_bytes())),
            Message::Flush(written) => {
                let _ = out.flush();
                let _ = written.try_send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_same_fields_in_both_styles() {
        let time = "2026-11-28T18:31:17.011259Z";
        let fields =
            [("peer", "[::1]:80".into()), ("status", 200.into()), ("agent", "Rea\"der \u{e9} \\x".into())];
        assert_eq!(
            line(LogStyle::Text, time, None, &fields),
            format!("{time}  INFO peer=[::1]:80 status=200 agent=\"Rea\\\"der \u{e9} \\\\x\"\n")
        );
        assert_eq!(
            line(LogStyle::Json, time, Some("listening"), &fields),
            format!(
                "{{\"timestamp\":\"{time}\",\"level\":\"INFO\",\"message\":\"listening\",\"peer\":\"[::1]:80\",\
                 \"status\":200,\"agent\":\"Rea\\\"der \u{e9} \\\\x\"}}\n"
            )
        );
    }
}
