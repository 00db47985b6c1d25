//! `feedmill rules [CODE]`: what `check` looks for.

use std::io::Write;

use crate::check::RULES;
use crate::error::{Error, Kind};

use super::args::Rules;
use super::{Done, Outcome};

pub(super) fn run(args: &Rules) -> Done {
    let mut out = std::io::stdout().lock();
    let Some(code) = &args.code else {
        let mut rules: Vec<_> = RULES.iter().collect();
        rules.sort_by_key(|r| r.meta.code);
        for rule in rules {
            let _ =
                writeln!(out, "{:32} {:8} {}", rule.meta.code, rule.meta.severity.name(), rule.meta.title);
        }
        return Ok(Outcome::Done);
    };
    let Some(rule) = RULES.iter().find(|r| r.meta.code == code) else {
        let near = RULES.iter().min_by_key(|r| strsim::damerau_levenshtein(r.meta.code, code));
        let hint = near.map(|r| format!("; did you mean `{}`?", r.meta.code)).unwrap_or_default();
        return Err(Error::new(Kind::Config, format!("there is no rule `{code}`{hint}")));
    };
    let meta = &rule.meta;
    let _ = writeln!(
        out,
        "{} ({})\n\n{}.\nTo mend it: {}.\nSee {}",
        meta.code, meta.severity, meta.title, meta.remedy, rule.spec
    );
    Ok(Outcome::Done)
}
