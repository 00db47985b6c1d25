//! A CI gate: checks every feed in a folder and writes a Markdown report, for example for a comment on a pull request.
//!
//! ```sh
//! cargo run --example gate feeds
//! ```
//!
//! Findings are data: each has a code, a place, a message and a fix, and you decide how to show them. Exits with 1 if there
//! is an error.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use feedmill::check::{Options, check};
use feedmill::diag::Severity;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: gate FOLDER")?;
    let mut feeds = Vec::new();
    collect(Path::new(&folder), &mut feeds)?;
    feeds.sort();
    let (mut rows, mut errors) = (Vec::new(), 0);
    for feed in &feeds {
        let file = feed.to_string_lossy();
        for found in check(&fs::read(feed)?, Options { file: &file, ..Options::default() }) {
            errors += usize::from(found.severity == Severity::Error);
            rows.push(format!(
                "| {}:{} | {} | `{}` | {} | {} |",
                file,
                found.place.line,
                found.severity.name(),
                found.meta.code,
                found.message().replace('|', "\\|"),
                found.meta.remedy.replace('|', "\\|"),
            ));
        }
    }
    println!("**{}, {}**", counted(feeds.len(), "feed"), counted(errors, "error"));
    if !rows.is_empty() {
        println!(
            "\n| where | | rule | what | remedy |\n| --- | --- | --- | --- | --- |\n{}",
            rows.join("\n")
        );
    }
    Ok(if errors > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// `1 feed`, `2 feeds`
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn collect(folder: &Path, feeds: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !is_hidden {
            collect(&path, feeds)?;
        } else if path.extension().is_some_and(|e| ["xml", "json", "opml"].iter().any(|known| e == *known)) {
            feeds.push(path);
        }
    }
    Ok(())
}
