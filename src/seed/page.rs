//! A web page as a browser saved it: its metadata is the head, and the article in it the body.

use std::borrow::Cow;

use url::Url;

use super::metadata::language_tag;
use super::{Dialect, Fault, Head, Lines, Origin, SHOWN, Seed, link, loose_date, not_an_article, title};
use crate::diag::{Finding, codes};
use crate::generator::{Unzoned, date};
use crate::html::{self, PageMetadata, RawHtml, xml_text};
use crate::model::{Image, Metadata, Person};
use crate::types::{UnixMs, excerpt, is_http};

/// Number of characters of prose that make a page without date or address an article.
const MIN_PROSE: usize = 250;

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
        let urls = Urls::of(&page);
        let declared = urls.declared();
        let url = declared.clone().or_else(|| urls.other());
        let unzoned = origin.addresses.unzoned();
        let strict = |dates: &[String]| dates.iter().find_map(|text| day_or_time(text, unzoned));
        let published = strict(&page.published)
            .or_else(|| page.published.iter().find_map(|text| loose_date::find(text)))
            .map(|time| (time, None));
        let published = published.or_else(|| shown_date(&page, url.as_deref(), unzoned));
        // A page that declares nothing is an article only if it has the text of one. A template has tags.
        let is_article =
            page.prose >= MIN_PROSE && !["{{", "{%", "<%"].iter().any(|tag| lines.rest().contains(tag));
        let published = published.or_else(|| {
            let time = origin.saved.filter(|_| is_article)?;
            Some((time, Some("the date is that of the file's last change".to_owned())))
        });
        let (published, weak_date, url) = match (published, url) {
            (Some((published, weak)), Some(url)) => (published, weak, url),
            (Some((published, weak)), None) if is_article => (published, weak, placeholder(origin)),
            (None, None) => return Err(not_an_article("it states neither a date nor a URL")),
            (Some((_, Some(_))), None) => return Err(not_an_article("it declares neither a date nor a URL")),
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
        let link = link::read(&url, 0, || 0, findings)?;
        let is_placeholder = declared.is_none() && urls.other().is_none();
        if declared.is_none() && !is_placeholder {
            let detail = format!("the address is that of another version: `{}`", excerpt(&link, SHOWN));
            findings.push(Finding::in_text(&codes::SEED_WEAK_METADATA, 0, 0, detail));
        }
        if is_placeholder {
            let detail = format!("used `{}`", excerpt(&link, SHOWN));
            findings.push(Finding::in_text(&codes::SEED_PLACEHOLDER, 0, 0, detail));
        }
        if let Some(detail) = weak_date {
            findings.push(Finding::in_text(&codes::SEED_WEAK_METADATA, 0, 0, detail));
        }
        let mut titles = page.titles.iter().map(|text| title::visible(&xml_text(text)));
        let title = titles.find(|title| !title.is_empty()).unwrap_or_default();
        let updated = strict(&page.modified).filter(|updated: &UnixMs| *updated > published);
        let metadata = metadata(&page, &link, findings);
        Ok(Head { updated, metadata, ..Head::new(published, title, link) })
    }

    fn body<'a>(
        &self,
        _: &'a str,
        seed: &Seed<'a>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Cow<'a, str> {
        let default = html::Policy::default();
        let policy = origin.policy.unwrap_or(&default);
        let article = html::extract_article(RawHtml(seed.body), &seed.head.title, policy);
        if article.is_described {
            let detail = "the text is that of its JSON-LD, which has no markup";
            findings.push(Finding::in_text(&codes::SEED_WEAK_METADATA, 0, 0, detail));
        }
        if article.lost > 0 {
            let detail = format!("found no article among the {} characters of the page", article.lost);
            findings.push(Finding::in_text(&codes::SEED_LOST_TEXT, 0, 0, detail));
        }
        Cow::Owned(article.html)
    }
}

/// The URLs that a page gives, made absolute.
struct Urls<'a> {
    page: &'a PageMetadata,
    base: Option<Url>,
}

impl<'a> Urls<'a> {
    fn of(page: &'a PageMetadata) -> Self {
        let absolute = page.base.iter().chain(&page.urls).chain(&page.other_urls).chain(&page.images);
        let base = absolute.filter(|url| is_http(url)).find_map(|url| Url::parse(url).ok());
        Self { page, base }
    }

    fn absolute(&self, url: &str) -> Option<String> {
        if is_http(url) {
            return Some(url.to_owned());
        }
        // A reference to a part of the page is not its address.
        let is_path = url.starts_with('/') || url.ends_with(".html") || url.ends_with('/');
        let joined = self.base.as_ref().filter(|_| is_path)?.join(url).ok()?;
        is_http(joined.as_str()).then(|| joined.into())
    }

    /// Returns the URL that the page declares as its own: the first that is not the home page of the site.
    fn declared(&self) -> Option<String> {
        let all = || self.page.urls.iter().filter_map(|url| self.absolute(url));
        let is_home =
            |url: &String| Url::parse(url).is_ok_and(|url| url.path() == "/" && url.query().is_none());
        all().find(|url| !is_home(url)).or_else(|| all().next())
    }

    /// Returns the URL of another version of the page, or its base.
    fn other(&self) -> Option<String> {
        let base = self.page.base.iter().filter(|base| is_http(base) && !base.ends_with('/'));
        self.page.other_urls.iter().chain(base).find_map(|url| self.absolute(url))
    }
}

fn day_or_time(text: &str, unzoned: Unzoned) -> Option<UnixMs> {
    Some(date::read(text, unzoned)?.instant)
}

/// Returns the date in the URL, the date that the page shows, or the date on which it was saved, and where it is from.
fn shown_date(page: &PageMetadata, url: Option<&str>, unzoned: Unzoned) -> Option<(UnixMs, Option<String>)> {
    let from = |time: UnixMs, place: &str| (time, Some(format!("the date is from {place}")));
    url.and_then(loose_date::in_url)
        .map(|time| from(time, "the URL"))
        .or_else(|| {
            let mut shown = page.shown_dates.iter();
            let time =
                shown.find_map(|text| day_or_time(text, unzoned).or_else(|| loose_date::find(text)))?;
            Some(from(time, "the text of the page"))
        })
        .or_else(|| {
            let saved = page.saved.as_deref()?;
            let time = day_or_time(saved, unzoned).or_else(|| loose_date::find(saved))?;
            Some(from(time, "the comment that SingleFile left when saving"))
        })
}

/// Returns the address of a page that gives none: its place below the site, or below a host that cannot exist.
fn placeholder(origin: &Origin<'_>) -> String {
    let Some(mut url) = origin.site().cloned().or_else(|| Url::parse("https://page.invalid/").ok()) else {
        return String::new();
    };
    super::origin::append(&mut url, &origin.path());
    url.into()
}

fn metadata(page: &PageMetadata, link: &str, findings: &mut Vec<Finding>) -> Metadata {
    let visible = |text: &String| Some(title::visible(&xml_text(text))).filter(|text| !text.is_empty());
    let base = page.base.as_deref().and_then(|base| Url::parse(link).ok()?.join(base).ok());
    let base = base.or_else(|| Url::parse(link).ok());
    let absolute = |url: &String| base.as_ref()?.join(url).ok().filter(|url| is_http(url.as_str()));
    let authors = page.authors.iter().filter_map(|author| {
        let person = Person::new(visible(&author.name)?);
        Some(Person { uri: author.url.as_ref().and_then(absolute), ..person })
    });
    let mut metadata = Metadata { authors: authors.collect(), ..Metadata::default() };
    if page.is_byline_shown
        && let Some(author) = metadata.authors.first()
    {
        let detail = format!("the author `{}` is from the text of the page", excerpt(&author.name, SHOWN));
        findings.push(Finding::in_text(&codes::SEED_WEAK_METADATA, 0, 0, detail));
    }
    metadata.tags = page.tags.iter().filter_map(visible).collect();
    metadata.summary = page.description.as_ref().and_then(visible);
    metadata.language = page.languages.iter().find_map(|language| language_tag(language));
    metadata.image = page.images.iter().find_map(absolute).map(Image::new);
    metadata
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::seed::{Addresses, parse};

    const DAY: UnixMs = UnixMs(1_684_281_600_000);
    const CANONICAL: &str = "<link rel=canonical href='https://a.example/frost'>";

    fn read(html: &str, saved: Option<UnixMs>) -> Result<(Head, Vec<&'static str>), &'static str> {
        let addresses = Addresses::default();
        let origin = Origin::of("seeds", "town/frost 1.html".as_ref(), &addresses).saved_at(saved);
        match parse(html, true, &origin) {
            Ok(seed) => Ok((seed.head, seed.findings.iter().map(|f| f.meta.code).collect())),
            Err(Fault::Bad(finding) | Fault::NotAnArticle(finding)) => Err(finding.meta.code),
            Err(Fault::Incomplete) => Err("incomplete"),
        }
    }

    #[test]
    fn a_date_is_taken_from_weak_sources_with_a_note() {
        for html in [
            "<html><link rel=canonical href='https://a.example/2023/05/17/frost'>".to_owned(),
            "<html><link rel=canonical href='https://a.example/news/2023/may/17/frost/'>".to_owned(),
            "<html><link rel=canonical href='https://a.example/20230517/frost.html'>".to_owned(),
            format!("<html>{CANONICAL}<body><p>Published on <b>17 May 2023</b></p>"),
            format!("<html>{CANONICAL}<body><span class=post-date>May 17th, 2023</span>"),
            format!("<html>{CANONICAL}<body><p>1 May 2020<p><time datetime='2023-05-17'>last week</time>"),
            "<html><!--\n Page saved with SingleFile \n url: https://a.example/x \n saved date: Wed May 17 2023 02:00:00 GMT+0200 (CEST)\n--><p>x".to_owned(),
        ] {
            let (head, codes) = read(&html, None).unwrap();
            assert_eq!((head.time, codes), (DAY, vec!["seed-weak-metadata"]), "{html}");
        }
        let declared = format!("<html>{CANONICAL}<meta name=date content=2023-05-17><body><p>1 May 2020");
        assert_eq!(read(&declared, None), Ok((read(&declared, None).unwrap().0, vec![])));
        let json = "//<![CDATA[\n{\"@type\":\"Article\",\"datePublished\":\"2023-05-17\"}\n//]]>";
        let json = format!("<html>{CANONICAL}<script type='application/ld+json'>{json}</script>");
        assert_eq!(read(&json, None).map(|(head, codes)| (head.time, codes)), Ok((DAY, vec![])));
    }

    #[test]
    fn an_address_is_taken_from_weak_sources_with_a_note() {
        let address = |html: &str| read(html, None).map(|(head, codes)| (head.link, codes));
        let date = "<meta name=date content=2023-05-17>";
        for (html, link, codes) in [
            ("<meta property=og:url content='https://a.example/1'>", "https://a.example/1", vec![]),
            (
                "<link rel=canonical href='https://a.example/'><meta property=og:url content='https://a.example/1'>",
                "https://a.example/1",
                vec![],
            ),
            (
                "<base href='https://a.example/x/'><link rel=canonical href='/1'>",
                "https://a.example/1",
                vec![],
            ),
            (
                "<link rel=amphtml href='https://a.example/amp/1'>",
                "https://a.example/amp/1",
                vec!["seed-weak-metadata"],
            ),
            (
                "<link rel=shortlink href='https://a.example/?p=1'>",
                "https://a.example/?p=1",
                vec!["seed-weak-metadata"],
            ),
            (
                "<link rel=alternate media='only screen and (max-width: 640px)' href='https://m.a.example/1'>",
                "https://m.a.example/1",
                vec!["seed-weak-metadata"],
            ),
        ] {
            assert_eq!(address(&format!("<html>{date}{html}")), Ok((link.to_owned(), codes)), "{html}");
        }
    }

    #[test]
    fn a_long_text_without_date_and_address_is_an_article_and_a_list_or_template_is_not() {
        let saved = Some(DAY);
        let text = "<p>The river froze over in the night, and the mill stood still until noon.".repeat(5);
        let (head, codes) = read(&format!("<html><title>Frost</title>{text}"), saved).unwrap();
        assert_eq!((head.link.as_str(), head.time), ("https://page.invalid/town/frost%201.html", DAY));
        assert_eq!(codes, ["seed-placeholder", "seed-weak-metadata"]);
        for html in [
            format!(
                "<html>{}",
                "<li><a href=x>The river froze over in the night, and the mill stood still</a>".repeat(9)
            ),
            format!("<html><title>{{{{ page.title }}}}</title>{text}"),
            "<html><p>Short.".to_owned(),
        ] {
            assert_eq!(read(&html, saved), Err("seed-passed-over"), "{html}");
        }
    }

    #[test]
    fn metadata_becomes_that_of_the_head() {
        let json = r#"{"@type":"BlogPosting","author":[{"name":"Ann Lee"},{"name":"Ben"}],"keywords":"ice, rivers, ice",
            "image":{"url":"/lead.jpg"},"inLanguage":"en-GB","datePublished":"2023-05-17","url":"https://a.example/frost"}"#;
        let (head, codes) =
            read(&format!("<html><script type='application/ld+json'>{json}</script>"), None).unwrap();
        let metadata = head.metadata;
        assert_eq!(metadata.authors, [Person::new("Ann Lee"), Person::new("Ben")]);
        assert_eq!(metadata.tags, ["ice", "rivers"]);
        assert_eq!(metadata.language.as_deref(), Some("en-GB"));
        assert_eq!(metadata.image.unwrap().url.as_str(), "https://a.example/lead.jpg");
        assert!(codes.is_empty());
        for (written, tag) in [
            ("en_US", Some("en-US")),
            ("de-AT", Some("de-AT")),
            ("zh-Hant-TW", Some("zh-Hant-TW")),
            ("English", None),
            ("", None),
        ] {
            assert_eq!(language_tag(written).as_deref(), tag);
        }
    }
}
