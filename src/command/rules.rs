//! `feedmill rules [CODE]`: lists and explains the rules of `check` and the findings of `build`.

use std::io::Write;

use crate::check::rules;
use crate::diag::{Meta, codes, nearest};
use crate::error::{Error, Kind};

use super::args::Rules;
use super::context::{CommandResult, Outcome};
use super::output::Output;

pub(super) fn run(args: &Rules) -> CommandResult {
    let mut out = Output::new();
    let Some(code) = &args.code else {
        for Meta { code, severity, title, .. } in all() {
            let _ = writeln!(out, "{code:34} {:8} {title}", severity.name());
        }
        return out.end().map(|()| Outcome::Success);
    };
    let page = page(code).ok_or_else(|| unknown(code, all().map(|meta| meta.code)))?;
    let _ = write!(out, "{page}");
    out.end().map(|()| Outcome::Success)
}

/// Returns the explanation of a code; `None` if there is no such code.
pub(super) fn page(code: &str) -> Option<String> {
    let rule = rules().into_iter().find(|rule| rule.meta.code == code);
    rule.map(|rule| rule.page()).or_else(|| codes::find(code).map(build_page))
}

/// Returns the code that is most similar to a misspelled one.
pub(super) fn nearest_code(code: &str) -> Option<&'static str> {
    nearest(code, all().map(|meta| meta.code))
}

/// Returns the rules of `check`, then the findings of `build`.
fn all() -> impl Iterator<Item = &'static Meta> {
    rules().into_iter().map(|rule| &rule.meta).chain(codes::CODES.iter().copied())
}

/// Explains a finding of `build`, in the form of [`crate::check::Rule::page`].
fn build_page(meta: &Meta) -> String {
    let Meta { code, severity, title, remedy, .. } = meta;
    format!("## {code}\n\n{title} ({severity})\n\nReported by `feedmill build`.\n\nTo fix it: {remedy}.\n")
}

/// Returns the error for a code that does not exist.
pub(super) fn unknown<'a>(code: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
    let hint = nearest(code, known).map_or_else(
        || "; `feedmill rules` lists all rules".to_owned(),
        |near| format!("; did you mean `{near}`?"),
    );
    Error::new(Kind::Config, format!("unknown rule `{code}`{hint}"))
}
