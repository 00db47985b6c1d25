//! Problems of a configuration: all are counted, the first ones reported.

use std::path::Path;

use super::MAX_FAULTS;
use crate::diag::{Finding, Meta, Place, Sink, codes};
use crate::error::{Error, Kind};

/// Reports the problems of a configuration.
pub(super) struct Faults<'a, 'b> {
    sink: &'a mut Sink<'b>,
    count: usize,
}

impl<'a, 'b> Faults<'a, 'b> {
    pub(super) fn new(sink: &'a mut Sink<'b>) -> Self {
        Self { sink, count: 0 }
    }

    /// Reports a problem. The place is computed only if it is shown.
    pub(super) fn push(
        &mut self,
        meta: &'static Meta,
        place: impl FnOnce() -> Place,
        detail: impl Into<String>,
    ) {
        self.count += 1;
        if self.count <= MAX_FAULTS {
            self.sink.push(Finding::new(meta, place(), detail));
        }
    }

    /// Reports something that does not make the configuration invalid.
    pub(super) fn warn(&mut self, meta: &'static Meta, place: Place, detail: impl Into<String>) {
        self.sink.push(Finding::new(meta, place, detail));
    }

    /// Returns an error if there was a problem; `file` is empty if the configuration is not only that of a file.
    pub(super) fn finish(self, file: &Path) -> Result<(), Error> {
        if self.count == 0 {
            return Ok(());
        }
        if let Some(more) = self.count.checked_sub(MAX_FAULTS).filter(|more| *more > 0) {
            let place = Place::file(file.to_string_lossy());
            let values = if more == 1 { "problem" } else { "problems" };
            self.sink.push(Finding::new(&codes::CONFIG_BAD_VALUE, place, format!("{more} more {values}")));
        }
        let error = Error::new(Kind::Config, "the configuration is invalid; no feeds were built");
        Err(if file.as_os_str().is_empty() { error } else { error.at(file) })
    }
}
