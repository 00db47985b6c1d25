//! State that all requests share, and how builds update it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::model::served_feeds;
use crate::pipeline::Report;

use super::access_log::AccessLog;
use super::cache_hints::{CacheHints, CurrentHints};
use super::documents::Documents;
use super::live::Live;
use super::metrics::Metrics;
use super::validator::Validator;

/// State that all requests share.
pub(super) struct State {
    pub(super) documents: Documents,
    pub(super) hints: CurrentHints,
    pub(super) metrics: Arc<Metrics>,
    pub(super) live: Live,
    pub(super) log: Option<AccessLog>,
    /// Permits to keep a file open while it is sent.
    pub(super) file_slots: Arc<Semaphore>,
    /// The validator page, if it is enabled.
    pub(super) validator: OnceLock<Validator>,
}

/// Handle through which the results of builds are reported to the server.
#[derive(Clone)]
pub struct MillEvents(Arc<State>);

impl MillEvents {
    pub(super) fn new(state: &Arc<State>) -> Self {
        Self(Arc::clone(state))
    }

    /// Reports a successful build. If it changed something, documents that are open in a browser on this machine are
    /// loaded again.
    pub fn succeeded(&self, report: &Report, took: Duration) {
        self.0.hints.set(CacheHints::of(&served_feeds(&report.site)));
        self.0.metrics.build_succeeded(report, took);
        if !report.changed.is_empty() || report.removed > 0 {
            self.0.live.announce();
        }
    }

    /// Reports a failed build; the feeds of the build before it are still served.
    pub fn failed(&self) {
        self.0.metrics.build_failed();
    }
}
