//! `feedmill man [DIR]`: writes the manual. Options and commands are generated from the same flags as `--help`; sections
//! that help does not have are written here.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man as Page;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use crate::error::Error;

use super::args::{Args, Man};
use super::context::{CommandResult, Outcome};
use super::output::print;

/// Exit codes of [`super::run`].
const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Success. Skipped seeds are reported as errors or warnings."),
    (
        "1",
        "Problems found: check found an error in a feed, or with --strict a seed was skipped or has warnings.",
    ),
    (
        "2",
        "Could not run: invalid usage or configuration, a file that cannot be read or written, or another build in progress.",
    ),
];

const FILES: &[(&str, &str)] = &[
    (
        "feedmill.toml",
        "Configuration, read from the working directory. Every key is optional; feedmill init writes a file with all of them in comments.",
    ),
    (
        "seeds/",
        "Articles, one per file: .txt, .md and .html with front matter, or saved pages. Each folder directly in it is a section with feeds of its own.",
    ),
    (
        "feeds/",
        "rss.xml, atom.xml, feed.json, index.html, feeds.opml and feed.css, and one folder per section. Files are replaced atomically, and left untouched if their bytes do not change.",
    ),
    (
        "feeds/.feedmill/",
        "Cache. If it is lost or damaged, the next build takes longer; nothing else happens.",
    ),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "FEEDMILL_*",
        "Set the options that name them. Flags override variables, and variables override the configuration.",
    ),
    ("NO_COLOR", "If set to anything but the empty string, messages have no color."),
    ("SOURCE_DATE_EPOCH", "Unix time in seconds to use as the current time, for reproducible builds."),
    (
        "ALL_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
        "Proxy for requests to hubs, with probe_private for requests to media servers, and for check --private.",
    ),
];

/// Descriptions and their commands.
const EXAMPLES: &[(&str, &str)] = &[
    ("Build feeds/ from seeds/, and print errors only:", "feedmill --quiet"),
    ("Validate the feeds, and treat warnings as errors:", "feedmill check feeds --deny warnings"),
    ("Show why an article is in a feed or not:", "feedmill explain seeds/1.txt"),
    ("Show what a build would change:", "feedmill --dry-run --diff"),
    ("Start a new site:", "feedmill init news && cd news && feedmill"),
    ("Serve the feeds, and rebuild them when seeds change:", "feedmill serve --listen 127.0.0.1:8080"),
];

pub(super) fn run(args: &Man) -> CommandResult {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let failed = |path: &Path, error| Error::io("write the manual", path, error);
    let Some(folder) = &args.folder else {
        print(&main_page(&command).map_err(|e| failed(Path::new("-"), e))?)?;
        return Ok(Outcome::Success);
    };
    fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    let verbs = command.get_subcommands().map(|verb| (name(verb), verb_page(verb, &command)));
    for (name, page) in verbs.chain([(name(&command), main_page(&command))]) {
        let path = folder.join(format!("{name}.1"));
        page.and_then(|page| fs::write(&path, page)).map_err(|e| failed(&path, e))?;
    }
    Ok(Outcome::Success)
}

/// Renders `feedmill(1)`.
fn main_page(command: &Command) -> io::Result<Vec<u8>> {
    let mut out = generated(command, command)?;
    let mut rest = Roff::new();
    definitions(&mut rest, "EXIT STATUS", EXIT_STATUS, bold);
    definitions(&mut rest, "FILES", FILES, italic);
    definitions(&mut rest, "ENVIRONMENT", ENVIRONMENT, bold);
    rest.control("SH", ["EXAMPLES"]);
    for (what, how) in EXAMPLES {
        rest.control("TP", []).text([roman(*what)]).text([bold(*how)]);
    }
    see_also(&mut rest, command.get_subcommands().map(name));
    rest.to_writer(&mut out)?;
    Ok(out)
}

/// Renders `feedmill-VERB(1)`.
fn verb_page(verb: &Command, command: &Command) -> io::Result<Vec<u8>> {
    let mut out = generated(verb, command)?;
    let mut rest = Roff::new();
    see_also(&mut rest, [name(command)]);
    rest.to_writer(&mut out)?;
    Ok(out)
}

/// Renders the sections that help has too. The title is written here, because `clap_mangen` leaves out a missing date
/// instead of writing an empty one.
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

/// Returns the name of a page.
fn name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

/// Adds a section of terms and their meanings.
fn definitions(
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

/// Adds the list of related pages.
fn see_also(page: &mut Roff, pages: impl IntoIterator<Item = String>) {
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
