//! A web page as a browser saved it: its metadata is the head, and the article in it the body.

use std::borrow::Cow;

use super::{Dialect, Fault, Head, Lines, Origin, SHOWN, Seed, link, not_an_article, title};
use crate::diag::{Finding, codes};
use crate::generator::date;
use crate::html::{self, RawHtml, xml_text};
use crate::types::{UnixMs, excerpt, is_http};

pub(super) struct Page;

impl Dialect for Page {
    fn name(&self) -> &'static str {
        "page"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["html", "htm"]
    }

    fn claims(&self, first_line: &str) -> bool {
        let line = first_line.trim_start().to_ascii_lowercase();
        ["<!doctype", "<html", "<head", "<!--", "<?xml"].iter().any(|start| line.starts_with(start))
    }

    fn may_need_whole_file(&self) -> bool {
        true
    }

    fn read(
        &self,
        lines: &mut Lines<'_>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Head, Fault> {
        if let Some(why) = origin.exclusion_reason() {
            return Err(not_an_article(why));
        }
        if let Some(repository) = &origin.addresses.repository {
            return Err(not_an_article(format!(
                "{} makes no article of a file without front matter",
                repository.generator
            )));
        }
        // Browsers store the files of a page in a folder next to it.
        if let Some(folder) = origin.folders().iter().find(|name| name.ends_with("_files")) {
            return Err(not_an_article(format!("it belongs to the page next to `{folder}`")));
        }
        if !lines.is_whole() {
            return Err(Fault::Incomplete);
        }
        let page = html::page_metadata(RawHtml(lines.rest()));
        let url = page.urls.iter().find(|url| is_http(url));
        let unzoned = origin.addresses.unzoned();
        let read = |dates: &[String]| dates.iter().find_map(|text| Some(date::read(text, unzoned)?.instant));
        let (published, url) = match (read(&page.published), url) {
            (Some(published), Some(url)) => (published, url),
            (None, None) => return Err(not_an_article("it states neither a date nor a URL")),
            (None, Some(_)) => {
                let detail = page
                    .published
                    .first()
                    .map_or_else(String::new, |text| format!("`{}` is not a date", excerpt(text, SHOWN)));
                return Err(Finding::in_text(&codes::SEED_NO_DATE, 0, 0, detail).into());
            }
            (Some(_), None) => {
                return Err(Finding::in_text(&codes::SEED_NO_ADDRESS, 0, 0, "").into());
            }
        };
        let link = link::read(url, 0, 0, findings)?;
        let mut titles = page.titles.iter().map(|text| title::visible(&xml_text(text)));
        let title = titles.find(|title| !title.is_empty()).unwrap_or_default();
        let updated = read(&page.modified).filter(|updated: &UnixMs| *updated > published);
        Ok(Head { updated, ..Head::new(published, title, link) })
    }

    fn body<'a>(&self, _: &'a str, seed: &Seed<'a>, _: &Origin<'_>, _: &mut Vec<Finding>) -> Cow<'a, str> {
        Cow::Owned(html::extract_article(RawHtml(seed.body), &seed.head.title))
    }
}
