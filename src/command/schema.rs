//! `feedmill schema`: the configuration, for editors.

use std::io::Write;

use crate::config;

use super::{Done, Outcome};

pub(super) fn run() -> Done {
    let _ = writeln!(std::io::stdout().lock(), "{:#}", config::schema());
    Ok(Outcome::Done)
}
