//! `feedmill schema`: the configuration, for editors.

use crate::config;

use super::output::print;
use super::{Done, Outcome};

pub(super) fn run() -> Done {
    print(format!("{:#}\n", config::schema()).as_bytes())?;
    Ok(Outcome::Done)
}
