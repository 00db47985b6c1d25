//! A link blog: turns a list of bookmarks into an Atom feed.
//!
//! ```sh
//! cargo run --example linkblog bookmarks.txt >atom.xml
//! ```
//!
//! Each line has a day, a URL and a title: `2024-06-01 https://news.example/ferry The ferry has a new engine`. There are no
//! seeds: the program fills the model, and a format writes it. The format escapes text. HTML has to go through `clean`,
//! because only `clean` can create content.

use std::error::Error;
use std::io::Write;

use chrono::NaiveDate;
use feedmill::format::{ATOM, Layout};
use feedmill::html::{Policy, RawHtml, clean};
use feedmill::model::{Entry, Feed};
use feedmill::types::UnixMs;
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: linkblog FILE")?;
    let mut entries = Vec::new();
    for (number, line) in std::fs::read_to_string(&path)?.lines().enumerate() {
        if !line.trim().is_empty() {
            entries
                .push(entry(line).ok_or_else(|| format!("{path}:{}: expected `DAY URL TITLE`", number + 1))?);
        }
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.updated));
    let site = Url::parse("https://links.example/")?;
    let feed = Feed::new("Links", site.clone())
        .description("Worth reading")
        .base(site)
        .language("en")
        .entries(entries);
    std::io::stdout().write_all(&ATOM.write(&feed, Layout::Indented)?)?;
    Ok(())
}

/// `2024-06-01 https://news.example/ferry The ferry has a new engine`
fn entry(line: &str) -> Option<Entry> {
    let mut words = line.splitn(3, ' ');
    let (day, link, title) = (words.next()?, words.next()?, words.next()?);
    let day: NaiveDate = day.parse().ok()?;
    let time = UnixMs(day.and_hms_opt(12, 0, 0)?.and_utc().timestamp_millis());
    let address = Url::parse(link).ok()?;
    let html = format!("<p>Read at <a href=\"/\">{}</a>.</p>", address.host_str()?);
    let cleaned = clean(RawHtml(&html), &address, &Policy::default());
    Some(Entry::new(address, title.trim(), time).content(cleaned.html))
}
