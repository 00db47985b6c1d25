//! `feedmill schema`: prints the JSON Schema of the configuration.

use crate::config;

use super::context::{CommandResult, Outcome};
use super::output::print;

pub(super) fn run() -> CommandResult {
    print(format!("{:#}\n", config::schema()).as_bytes())?;
    Ok(Outcome::Success)
}
