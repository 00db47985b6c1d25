//! Builds an RSS feed from two articles in memory and checks it.
use std::error::Error;

use feedmill::check::Options;
use feedmill::format::{Layout, RSS};
use feedmill::html::{Policy, RawHtml, clean};
use feedmill::model::{Entry, Feed};
use feedmill::types::UnixMs;

fn main() -> Result<(), Box<dyn Error>> {
    let article = |slug: &str, title: &str, time, html: &str| -> Result<Entry, Box<dyn Error>> {
        let link = format!("https://harbour.example/{slug}").parse()?;
        let body = clean(RawHtml(html), &link, &Policy::default());
        Ok(Entry::new(link, title, UnixMs(time)).summary(body.text).content(body.html))
    };
    let entries = vec![
        article("bridge", "The bridge is open again", 1_717_398_000_000, "<p>Since <b>noon</b>.</p>")?,
        article("ferry", "The ferry has a new engine", 1_717_225_200_000, "<p>It is quiet.</p>")?,
    ];
    let feed = Feed::new("Harbour news", "https://harbour.example/".parse()?)
        .base("https://harbour.example/feeds/".parse()?)
        .language("en")
        .entries(entries);
    let rss = RSS.write(&feed, Layout::Indented)?;
    let findings = feedmill::check(&rss, Options::default());
    findings.iter().for_each(|finding| eprintln!("{}", finding.message()));
    print!("{}", String::from_utf8(rss)?);
    if findings.is_empty() { Ok(()) } else { Err("the feed has errors".into()) }
}
