//! `feedmill list`: prints the entries of the feeds, newest first, as a table or as JSON.

use std::borrow::Cow;
use std::io::{self, Write};

use serde_json::json;
use unicode_width::UnicodeWidthChar;

use crate::config::Plan;
use crate::diag::printable;
use crate::error::{Error, Kind};
use crate::pipeline::{ListedEntry, Options, Overview, Progress};
use crate::store::{PreviewStore, shown};

use super::args::List;
use super::build::{open, plan_without_build};
use super::context::{CommandResult, Outcome, message_sink, now};
use super::output::Output;

/// Maximum width of a title in the table.
const MAX_TITLE: usize = 40;

pub(super) fn run(args: &List) -> CommandResult {
    let (plan, flags) = plan_without_build(&args.sources)?;
    let entries = with_overview(&plan, |overview| {
        let mut stderr = io::stderr();
        let mut sink = message_sink(&flags.common, &mut stderr);
        overview.errors().iter().for_each(|finding| sink.push(finding.clone()));
        if !overview.errors().is_empty() {
            sink.finish();
        }
        overview.entries(args.limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX))
    })?;
    if entries.is_empty() {
        return Err(Error::new(Kind::Empty, "no readable seeds").at(shown(&plan.seeds)));
    }
    let mut out = Output::new();
    let _ = if args.json { write_json(&mut out, &entries) } else { write_table(&mut out, &entries) };
    out.end().map(|()| Outcome::Success)
}

/// Calls a function with an overview of the seeds of a configuration.
pub(super) fn with_overview<T>(
    plan: &Plan,
    then: impl FnOnce(&Overview<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let (seeds, feeds) = (open(&plan.seeds)?, PreviewStore::new(open(&plan.feeds)?));
    let (options, progress) = (Options { now: now()?, ..Options::default() }, Progress::default());
    then(&Overview::new(plan, &*seeds, &feeds, options, &progress)?)
}

/// Returns the name of a feed: its folder relative to the feeds folder.
pub(super) fn feed_name(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

fn feeds(entry: &ListedEntry) -> Vec<&str> {
    entry.feeds.iter().map(|folder| feed_name(folder)).collect()
}

fn write_json(out: &mut dyn Write, entries: &[ListedEntry]) -> io::Result<()> {
    for entry in entries {
        let object = json!({
            "time": entry.time.to_rfc3339(),
            "published": entry.published.to_rfc3339(),
            "title": entry.title,
            "id": entry.id,
            "link": entry.link,
            "feeds": feeds(entry),
            "seed": entry.seed,
        });
        writeln!(out, "{object}")?;
    }
    Ok(())
}

fn write_table(out: &mut dyn Write, entries: &[ListedEntry]) -> io::Result<()> {
    let header = ["TIME", "TITLE", "FEEDS", "SEED", "ID"].map(str::to_owned);
    let rows = entries.iter().map(|entry| {
        let title = shorten(&printable(&entry.title)).into_owned();
        let others = [feeds(entry).join(","), entry.seed.clone(), entry.id.clone()];
        let [feeds, seed, id] = others.map(|text| printable(&text));
        [entry.time.to_rfc3339(), title, feeds, seed, id]
    });
    let rows: Vec<[String; 5]> = std::iter::once(header).chain(rows).collect();
    let mut widths = [0; 5];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    for row in &rows {
        let mut line = String::new();
        for (cell, widest) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', widest - width(cell) + 2));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Returns the number of columns that a text takes in a terminal.
fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Shortens a title to the width of its column.
fn shorten(title: &str) -> Cow<'_, str> {
    if width(title) <= MAX_TITLE {
        return Cow::Borrowed(title);
    }
    let mut left = MAX_TITLE - 1;
    let mut short: String = title
        .chars()
        .take_while(|c| {
            let rest = left.checked_sub(c.width().unwrap_or(0));
            left = rest.unwrap_or(0);
            rest.is_some()
        })
        .collect();
    short.push('…');
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_title_is_shortened_to_the_columns_that_it_takes() {
        assert_eq!(shorten("short"), "short");
        assert_eq!(shorten(&"a".repeat(41)), format!("{}…", "a".repeat(39)));
        assert_eq!(shorten(&"字".repeat(21)), format!("{}…", "字".repeat(19)));
        assert_eq!(shorten(&"字".repeat(20)), "字".repeat(20));
    }
}
