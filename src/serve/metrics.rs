//! Metrics in the text format of Prometheus
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::fmt::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::StatusCode;

use crate::pipeline::Report;

/// Statuses that are counted; no other is sent.
const STATUSES: [u16; 12] = [200, 206, 304, 400, 404, 405, 408, 412, 413, 416, 500, 503];

/// Result of a request for an object.
#[cfg(feature = "object-store")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Changed,
    Unchanged,
    Missing,
    Failed,
}

/// Names of the results of requests for objects.
const OUTCOMES: [&str; 4] = ["changed", "unchanged", "missing", "failed"];

/// Counters and gauges of the server.
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
    succeeded: AtomicU64,
    failed: AtomicU64,
    changed: AtomicU64,
    /// True if the last build failed.
    is_failing: AtomicBool,
    /// Duration of the last successful build, in microseconds.
    took: AtomicU64,
    /// End of the last successful build, in milliseconds since 1970.
    last: AtomicU64,
    feeds: AtomicU64,
    entries: AtomicU64,
    /// Requests for objects by result, if the documents are in a bucket.
    bucket: OnceLock<[AtomicU64; OUTCOMES.len()]>,
}

impl Metrics {
    /// Shows the requests for objects from now on.
    #[cfg(feature = "object-store")]
    pub(super) fn count_requests_to_bucket(&self) {
        self.bucket.get_or_init(Default::default);
    }

    #[cfg(feature = "object-store")]
    pub(super) fn asked_bucket(&self, outcome: Outcome) {
        self.bucket.get_or_init(Default::default)[outcome as usize].fetch_add(1, Relaxed);
    }

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

    pub(super) fn file_read(&self) {
        self.read.fetch_add(1, Relaxed);
    }

    pub(super) fn compressed(&self) {
        self.compressed.fetch_add(1, Relaxed);
    }

    pub(super) fn log_line_lost(&self) {
        self.lost_lines.fetch_add(1, Relaxed);
    }

    pub(super) fn build_succeeded(&self, report: &Report, took: Duration) {
        self.feeds.store(report.feeds as u64, Relaxed);
        self.entries.store(report.entries as u64, Relaxed);
        self.changed.fetch_add(report.changed.len() as u64, Relaxed);
        self.took.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.last.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Relaxed);
        self.is_failing.store(false, Relaxed);
        self.succeeded.fetch_add(1, Relaxed);
    }

    pub(super) fn build_failed(&self) {
        self.is_failing.store(true, Relaxed);
        self.failed.fetch_add(1, Relaxed);
    }

    /// Returns why the server is not healthy; `None` if it is.
    pub(super) fn unhealthy_reason(&self) -> Option<&'static str> {
        match (self.is_failing.load(Relaxed), self.succeeded.load(Relaxed)) {
            (true, _) => Some("the last build failed"),
            (false, 0) => Some("no build has finished yet"),
            _ => None,
        }
    }

    /// Renders all metrics as text.
    pub(super) fn page(&self) -> String {
        let mut page = Page(String::new());
        page.head("requests_total", "counter", "Requests answered, by status.");
        for (status, count) in STATUSES.iter().zip(&self.requests) {
            page.line("requests_total", &format!("{{code=\"{status}\"}}"), count.load(Relaxed) as f64);
        }
        page.head("builds_total", "counter", "Builds, by outcome.");
        for (outcome, count) in [("done", &self.succeeded), ("failed", &self.failed)] {
            page.line("builds_total", &format!("{{outcome=\"{outcome}\"}}"), count.load(Relaxed) as f64);
        }
        for (name, kind, help, value) in [
            ("sent_bytes_total", "counter", "Bytes sent, including headers.", &self.sent),
            ("connections", "gauge", "Open connections.", &self.open),
            ("connections_total", "counter", "Connections opened.", &self.opened),
            (
                "connections_refused_total",
                "counter",
                "Connections refused because there were too many.",
                &self.refused,
            ),
            ("reads_total", "counter", "Files read because they were new or changed.", &self.read),
            ("compressions_total", "counter", "Documents compressed, once per coding.", &self.compressed),
            (
                "log_lines_lost_total",
                "counter",
                "Access log lines lost because they were not read in time.",
                &self.lost_lines,
            ),
            ("changed_files_total", "counter", "Files changed by builds.", &self.changed),
            ("feeds", "gauge", "Feeds of the last successful build.", &self.feeds),
            ("entries", "gauge", "Distinct entries in those feeds.", &self.entries),
        ] {
            page.head(name, kind, help);
            page.line(name, "", value.load(Relaxed) as f64);
        }
        if let Some(bucket) = self.bucket.get() {
            page.head("bucket_requests_total", "counter", "Requests for objects, by outcome.");
            for (outcome, count) in OUTCOMES.iter().zip(bucket) {
                page.line(
                    "bucket_requests_total",
                    &format!("{{outcome=\"{outcome}\"}}"),
                    count.load(Relaxed) as f64,
                );
            }
        }
        page.head("build_seconds", "gauge", "Duration of the last successful build.");
        page.line("build_seconds", "", self.took.load(Relaxed) as f64 / 1e6);
        page.head("build_last_success_timestamp_seconds", "gauge", "End of the last successful build.");
        page.line("build_last_success_timestamp_seconds", "", self.last.load(Relaxed) as f64 / 1e3);
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
