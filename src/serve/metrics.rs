//! What is counted, and how Prometheus reads it
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::StatusCode;

use crate::pipeline::Report;

/// Statuses that are counted by their own number; there are no others.
const STATUSES: [u16; 12] = [200, 206, 304, 400, 404, 405, 408, 412, 413, 416, 500, 503];

/// What is counted.
#[derive(Default)]
pub(super) struct Metrics {
    requests: [AtomicU64; STATUSES.len()],
    sent: AtomicU64,
    open: AtomicU64,
    opened: AtomicU64,
    refused: AtomicU64,
    read: AtomicU64,
    compressed: AtomicU64,
    lost_lines: AtomicU64,
    milled: AtomicU64,
    failed: AtomicU64,
    changed: AtomicU64,
    /// Whether the last run of the mill failed.
    is_failing: AtomicBool,
    /// How long the last run took, in us.
    took: AtomicU64,
    /// When the last run that went well ended, in ms since 1970.
    last: AtomicU64,
    feeds: AtomicU64,
    entries: AtomicU64,
}

impl Metrics {
    pub(super) fn answered(&self, status: StatusCode) {
        if let Some(index) = STATUSES.iter().position(|known| *known == status.as_u16()) {
            self.requests[index].fetch_add(1, Relaxed);
        }
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Relaxed);
    }

    pub(super) fn opened(&self) {
        self.opened.fetch_add(1, Relaxed);
        self.open.fetch_add(1, Relaxed);
    }

    pub(super) fn closed(&self) {
        self.open.fetch_sub(1, Relaxed);
    }

    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) {
        self.read.fetch_add(1, Relaxed);
    }

    pub(super) fn compressed(&self) {
        self.compressed.fetch_add(1, Relaxed);
    }

    pub(super) fn lost_line(&self) {
        self.lost_lines.fetch_add(1, Relaxed);
    }

    pub(super) fn milled(&self, report: &Report, took: Duration) {
        self.feeds.store(report.feeds as u64, Relaxed);
        self.entries.store(report.entries as u64, Relaxed);
        self.changed.fetch_add(report.changed.len() as u64, Relaxed);
        self.took.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.last.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Relaxed);
        self.is_failing.store(false, Relaxed);
        self.milled.fetch_add(1, Relaxed);
    }

    pub(super) fn mill_failed(&self) {
        self.is_failing.store(true, Relaxed);
        self.failed.fetch_add(1, Relaxed);
    }

    /// Why it does not do what it is for, where it doesn't.
    pub(super) fn trouble(&self) -> Option<&'static str> {
        match (self.is_failing.load(Relaxed), self.milled.load(Relaxed)) {
            (true, _) => Some("the last run of the mill failed"),
            (false, 0) => Some("the mill has not run yet"),
            _ => None,
        }
    }

    /// All of it as text.
    pub(super) fn page(&self) -> String {
        let mut page = Page(String::new());
        page.head("requests_total", "counter", "Requests answered, by status.");
        for (status, count) in STATUSES.iter().zip(&self.requests) {
            page.line("requests_total", &format!("{{code=\"{status}\"}}"), count.load(Relaxed) as f64);
        }
        page.head("mills_total", "counter", "Runs of the mill, by how they ended.");
        for (outcome, count) in [("done", &self.milled), ("failed", &self.failed)] {
            page.line("mills_total", &format!("{{outcome=\"{outcome}\"}}"), count.load(Relaxed) as f64);
        }
        for (name, kind, help, value) in [
            ("sent_bytes_total", "counter", "Bytes sent, with headers.", &self.sent),
            ("connections", "gauge", "Connections that are open.", &self.open),
            ("connections_total", "counter", "Connections opened.", &self.opened),
            (
                "connections_refused_total",
                "counter",
                "Connections refused, for there were too many.",
                &self.refused,
            ),
            ("reads_total", "counter", "Files read, because they were new or changed.", &self.read),
            (
                "compressions_total",
                "counter",
                "Documents compressed, once for each coding.",
                &self.compressed,
            ),
            (
                "log_lines_lost_total",
                "counter",
                "Lines of the access log that nobody took in time.",
                &self.lost_lines,
            ),
            ("changed_files_total", "counter", "Files that runs of the mill changed.", &self.changed),
            ("feeds", "gauge", "Feeds made by the last run that went well.", &self.feeds),
            ("entries", "gauge", "Entries in them, each counted once.", &self.entries),
        ] {
            page.head(name, kind, help);
            page.line(name, "", value.load(Relaxed) as f64);
        }
        page.head("mill_seconds", "gauge", "How long the last run that went well took.");
        page.line("mill_seconds", "", self.took.load(Relaxed) as f64 / 1e6);
        page.head("mill_last_success_timestamp_seconds", "gauge", "When it ended.");
        page.line("mill_last_success_timestamp_seconds", "", self.last.load(Relaxed) as f64 / 1e3);
        page.0
    }
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP feedmill_{name} {help}\n# TYPE feedmill_{name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &str, value: f64) {
        let _ = writeln!(self.0, "feedmill_{name}{labels} {value}");
    }
}
