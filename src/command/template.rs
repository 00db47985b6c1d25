//! `feedmill template`: prints the template of a page, for users who want to change it.

use crate::format::PageKind;

use super::args::Template;
use super::context::{CommandResult, Outcome};
use super::output::print;

pub(super) fn run(args: &Template) -> CommandResult {
    let kind = PageKind::ALL.into_iter().find(|kind| kind.name() == args.page);
    print(kind.unwrap_or(PageKind::Page).default_template().as_bytes())?;
    Ok(Outcome::Success)
}
