//! A web page as a browser saved it: its head is what it says of itself, its body the article in it.

use std::borrow::Cow;

use super::{Dialect, Fault, Head, Lines, Origin, Seed, date, link, title};
use crate::diag::{Finding, codes};
use crate::html::{self, RawHtml, xml_text};
use crate::types::{UnixMs, is_http};

pub(super) struct Page;

impl Dialect for Page {
    fn name(&self) -> &'static str {
        "page"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm"]
    }

    fn claims(&self, first_line: &str) -> bool {
        let line = first_line.trim_start().to_ascii_lowercase();
        ["<!doctype", "<html", "<head", "<!--", "<?xml"].iter().any(|start| line.starts_with(start))
    }

    fn may_be_all(&self) -> bool {
        true
    }

    fn read(
        &self,
        lines: &mut Lines<'_>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Head, Fault> {
        let passed = |why: String| Fault::Passed(Finding::in_text(&codes::SEED_PASSED_OVER, 0, 0, why));
        if let Some(why) = origin.is_apart() {
            return Err(passed(why));
        }
        // Browsers put what belongs to a page into a folder beside it.
        if let Some(folder) = origin.folders().iter().find(|name| name.ends_with("_files")) {
            return Err(passed(format!("it belongs to the page beside `{folder}`")));
        }
        if !lines.is_whole() {
            return Err(Fault::Incomplete);
        }
        let page = html::page_metadata(RawHtml(lines.rest()));
        let address = page.urls.iter().find(|address| is_http(address));
        let read = |dates: &[String]| dates.iter().find_map(|text| date::read(text));
        let (published, address) = match (read(&page.published), address) {
            (Some(published), Some(address)) => (published, address),
            (None, None) => return Err(passed("it says neither when nor where it was published".to_owned())),
            (None, Some(_)) => {
                return Err(Finding::in_text(&codes::SEED_NO_DATE, 0, 0, undated(&page)).into());
            }
            (Some(_), None) => {
                let message = "the page does not say where it was published";
                return Err(Finding::in_text(&codes::SEED_NO_ADDRESS, 0, 0, message).into());
            }
        };
        let link = link::read(address, 0, 0, findings)?;
        let mut titles = page.titles.iter().map(|text| title::visible(&xml_text(text)));
        let title = titles.find(|title| !title.is_empty()).unwrap_or_default();
        let updated = read(&page.modified).filter(|updated: &UnixMs| *updated > published);
        Ok(Head { updated, ..Head::new(published, title, link) })
    }

    fn body<'a>(&self, _: &'a str, seed: &Seed<'a>, _: &Origin<'_>, _: &mut Vec<Finding>) -> Cow<'a, str> {
        Cow::Owned(html::extract_article(RawHtml(seed.body), &seed.head.title))
    }
}

fn undated(page: &html::PageMetadata) -> String {
    match page.published.first() {
        Some(text) => format!("`{}` is no date", text.chars().take(40).collect::<String>()),
        None => "the page does not say when it was published".to_owned(),
    }
}
