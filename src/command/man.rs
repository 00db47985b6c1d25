//! `feedmill man [DIR]`: the manual. Options and commands are those of `--help`, made of the same flags; what help has no
//! room for is written here.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man as Page;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use crate::error::Error;

use super::args::{Args, Man};
use super::output::print;
use super::{Done, Outcome};

/// What it ends with, as [`super::run`] has it.
const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Done. Seeds that were skipped are only warned about."),
    (
        "1",
        "Found what it was asked to find: an error in what check looked at, or with --strict a seed that was skipped or warned about.",
    ),
    ("2", "Could not do it: usage, configuration, files, another run."),
];

const FILES: &[(&str, &str)] = &[
    (
        "feedmill.toml",
        "The configuration, looked for in the working directory. All of it is optional; feedmill init writes one with every key in a comment.",
    ),
    (
        "seeds/",
        "One article a file: .txt, or .md and .html with front matter, or saved pages. A folder right under it is a section with feeds of its own.",
    ),
    (
        "feeds/",
        "rss.xml, atom.xml, feed.json, index.html, feeds.opml and feed.css of the whole, and a folder a section. A file is replaced whole, and not touched where its bytes are the same.",
    ),
    (
        "feeds/.feedmill/",
        "What the mill remembers between runs. Lost or damaged it costs time and nothing else.",
    ),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "FEEDMILL_*",
        "Stand for the options that name them. Flags stand above variables, variables above the configuration.",
    ),
    ("NO_COLOR", "Where it is set to anything, messages have no colour."),
    (
        "SOURCE_DATE_EPOCH",
        "The seconds since 1970 that are taken for the present, so that a run can be repeated.",
    ),
    (
        "ALL_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
        "The proxy through which hubs are told of changes, and with probe_private media servers are asked.",
    ),
];

/// What is done, and the commands that do it.
const EXAMPLES: &[(&str, &str)] = &[
    ("Mill seeds/ into feeds/, and say nothing when all is well:", "feedmill --quiet"),
    (
        "Say what is wrong with the feeds, and take warnings for errors:",
        "feedmill check feeds --deny warnings",
    ),
    ("Begin with a folder of articles:", "feedmill init news && cd news && feedmill"),
    ("Serve the feeds, and mill whenever the seeds change:", "feedmill serve --listen 127.0.0.1:8080"),
];

pub(super) fn run(args: &Man) -> Done {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let failed = |path: &Path, error| Error::io("write the manual", path, error);
    let Some(folder) = &args.folder else {
        print(&main(&command).map_err(|e| failed(Path::new("-"), e))?)?;
        return Ok(Outcome::Done);
    };
    fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    let verbs = command.get_subcommands().map(|verb| (name(verb), of_verb(verb, &command)));
    for (name, page) in verbs.chain([(name(&command), main(&command))]) {
        let path = folder.join(format!("{name}.1"));
        page.and_then(|page| fs::write(&path, page)).map_err(|e| failed(&path, e))?;
    }
    Ok(Outcome::Done)
}

/// `feedmill(1)`.
fn main(command: &Command) -> io::Result<Vec<u8>> {
    let mut out = generated(command, command)?;
    let mut rest = Roff::new();
    listed(&mut rest, "EXIT STATUS", EXIT_STATUS, bold);
    listed(&mut rest, "FILES", FILES, italic);
    listed(&mut rest, "ENVIRONMENT", ENVIRONMENT, bold);
    rest.control("SH", ["EXAMPLES"]);
    for (what, how) in EXAMPLES {
        rest.control("TP", []).text([roman(*what)]).text([bold(*how)]);
    }
    see(&mut rest, command.get_subcommands().map(name));
    rest.to_writer(&mut out)?;
    Ok(out)
}

/// `feedmill-VERB(1)`.
fn of_verb(verb: &Command, command: &Command) -> io::Result<Vec<u8>> {
    let mut out = generated(verb, command)?;
    let mut rest = Roff::new();
    see(&mut rest, [name(command)]);
    rest.to_writer(&mut out)?;
    Ok(out)
}

/// What help shows. The title is ours: `clap_mangen` writes a date that is not there as nothing, not as an empty one.
fn generated(of: &Command, command: &Command) -> io::Result<Vec<u8>> {
    let page = Page::new(of.clone());
    let mut out = Vec::new();
    let version = command.get_version().unwrap_or_default();
    writeln!(out, ".TH {} 1 \"\" \"{} {version}\" \"User Commands\"", name(of), name(command))?;
    page.render_name_section(&mut out)?;
    page.render_synopsis_section(&mut out)?;
    page.render_description_section(&mut out)?;
    if of.has_subcommands() {
        page.render_subcommands_section(&mut out)?;
    }
    page.render_options_section(&mut out)?;
    Ok(out)
}

/// What a page is called.
fn name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

/// A section of terms and what they mean.
fn listed(
    page: &mut Roff,
    title: &str,
    rows: &[(&'static str, &'static str)],
    style: fn(&'static str) -> Inline,
) {
    page.control("SH", [title]);
    for (term, meaning) in rows {
        page.control("TP", []).text([style(term)]).text([roman(*meaning)]);
    }
}

/// The pages to go on to.
fn see(page: &mut Roff, pages: impl IntoIterator<Item = String>) {
    page.control("SH", ["SEE ALSO"]);
    let mut line = Vec::new();
    for name in pages {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(name), roman("(1)")]);
    }
    page.text(line);
}
