//! `feedmill rules [CODE]`: what `check` looks for.

use std::io::Write;

use crate::check::rules;
use crate::error::{Error, Kind};

use super::args::Rules;
use super::output::Output;
use super::{Done, Outcome};

pub(super) fn run(args: &Rules) -> Done {
    let rules = rules();
    let mut out = Output::new();
    let Some(code) = &args.code else {
        for rule in rules {
            let _ =
                writeln!(out, "{:34} {:8} {}", rule.meta.code, rule.meta.severity.name(), rule.meta.title);
        }
        return out.end().map(|()| Outcome::Done);
    };
    let Some(rule) = rules.iter().find(|r| r.meta.code == code) else {
        return Err(unknown(code));
    };
    let _ = write!(out, "{}", rule.page());
    out.end().map(|()| Outcome::Done)
}

/// There is no such rule, but maybe one like it.
pub(super) fn unknown(code: &str) -> Error {
    let rules = rules();
    let near = rules.iter().min_by_key(|r| strsim::damerau_levenshtein(r.meta.code, code));
    let hint = near.map(|r| format!("; did you mean `{}`?", r.meta.code)).unwrap_or_default();
    Error::new(Kind::Config, format!("there is no rule `{code}`{hint}"))
}
