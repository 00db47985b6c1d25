//! The access log: a line a request on stdout, by `tracing`; and what is wrong with the server, on stderr.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderValue, USER_AGENT};
use hyper::{Method, Response, Uri};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

use super::metrics::Metrics;
use crate::diag::printable;

/// How many lines wait to be taken. What comes then is lost: nobody who reads a log slowly makes feeds slow.
const WAITING: usize = 4096;
/// How long the end waits for lines to be taken.
const LAST: Duration = Duration::from_secs(2);

/// How a line of the access log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For people: the time, then what was asked and answered.
    Text,
    /// A JSON object a line.
    Json,
}

/// The log, while it is written.
pub(super) struct Log {
    lines: SyncSender<Message>,
}

enum Message {
    Line(Vec<u8>),
    /// Everything before it is written.
    Written(SyncSender<()>),
}

/// A request, as far as it is logged.
pub(super) struct Asked {
    peer: SocketAddr,
    method: Method,
    uri: Uri,
    agent: Option<HeaderValue>,
}

impl Asked {
    pub(super) fn of(peer: SocketAddr, method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        Self { peer, method: method.clone(), uri: uri.clone(), agent: headers.get(USER_AGENT).cloned() }
    }
}

/// Writes what goes wrong to stderr, and requests to stdout where a style is given.
///
/// # Errors
/// Where there is no thread to be had.
pub(super) fn start(style: Option<Style>, metrics: &Arc<Metrics>) -> io::Result<Option<Log>> {
    let Some(style) = style else {
        let _ = tracing_subscriber::fmt()
            .with_max_level(Level::ERROR)
            .with_target(false)
            .with_writer(io::stderr)
            .try_init();
        return Ok(None);
    };
    let (lines, waiting) = sync_channel(WAITING);
    std::thread::Builder::new().name("log".to_owned()).spawn(move || write(&waiting))?;
    let writer = Lines { lines: lines.clone(), metrics: Arc::clone(metrics) };
    let builder = tracing_subscriber::fmt()
        .with_max_level(Level::INFO)
        .with_target(false)
        .with_ansi(false)
        .with_writer(writer);
    // Only a test that starts two servers in one process has a log already.
    let _ = match style {
        Style::Text => builder.try_init(),
        Style::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(Some(Log { lines }))
}

impl Log {
    pub(super) fn answered<B>(&self, asked: &Asked, response: &Response<B>, took: Duration) {
        let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        tracing::info!(
            peer = %asked.peer,
            method = %asked.method,
            path = %printable(asked.uri.path()),
            status = response.status().as_u16(),
            bytes = length.and_then(|length| length.parse::<u64>().ok()),
            us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            agent = asked.agent.as_ref().map(|agent| printable(&String::from_utf8_lossy(agent.as_bytes()))).as_deref(),
        );
    }

    /// Waits until all that was logged is written.
    pub(super) fn finish(&self) {
        let (written, done) = sync_channel(1);
        if self.lines.try_send(Message::Written(written)).is_ok() {
            let _ = done.recv_timeout(LAST);
        }
    }
}

fn write(waiting: &Receiver<Message>) {
    let mut out = io::stdout();
    while let Ok(message) = waiting.recv() {
        match message {
            Message::Line(line) => drop(out.write_all(&line)),
            Message::Written(written) => {
                let _ = out.flush();
                let _ = written.try_send(());
            }
        }
    }
}

struct Lines {
    lines: SyncSender<Message>,
    metrics: Arc<Metrics>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { to: Some(self), bytes: Vec::new() }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Line<'a> {
        let to = (*meta.level() != Level::ERROR).then_some(self);
        Line { to, bytes: Vec::new() }
    }
}

/// One line, on its way to the log or to stderr.
struct Line<'a> {
    to: Option<&'a Lines>,
    bytes: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let line = std::mem::take(&mut self.bytes);
        match self.to {
            Some(lines) => {
                if lines.lines.try_send(Message::Line(line)).is_err() {
                    lines.metrics.lost_line();
                }
            }
            None => drop(io::stderr().write_all(&line)),
        }
    }
}
