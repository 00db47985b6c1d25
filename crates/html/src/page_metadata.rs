//! The metadata of a whole page, as a browser saved it: title, dates, URL.
//!
//! Reads only elements and attributes that exist to declare it, in a fixed order. Does not guess by words or classes.

use feedmill_types::work;
use serde_json::Value;

use super::body::RawHtml;
use super::escape::decode_entities_once;
use super::scan;

/// The metadata that a page declares. Each list is sorted by trust, the most trusted first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageMetadata {
    /// Titles: from JSON-LD, from Open Graph, from `<title>`.
    pub titles: Vec<String>,
    /// Dates of publication, as written.
    pub published: Vec<String>,
    /// Dates of the last change, as written.
    pub modified: Vec<String>,
    /// URLs of the page: canonical link, Open Graph, JSON-LD, the comment that the browser left when saving.
    pub urls: Vec<String>,
}

/// Names of `meta` elements that hold the date of publication, the most trusted first.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "date",
    "pubdate",
    "publish-date",
    "publication_date",
    "parsely-pub-date",
    "sailthru.date",
];
const MODIFIED: &[&str] = &["article:modified_time", "datemodified", "og:updated_time", "dcterms.modified"];
/// Number of bytes of a comment that are searched for a URL.
const MAX_COMMENT: usize = 4 << 10;

/// Reads the metadata of a page. Takes time linear in its length.
#[must_use]
pub fn page_metadata(raw: RawHtml<'_>) -> PageMetadata {
    work::step(raw.0.len());
    let mut found = PageMetadataBuilder::default();
    let mut ends = scan::Ends::new(raw.0);
    let mut rest = raw.0;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let bytes = rest.as_bytes();
        let is_end = bytes.get(1) == Some(&b'/');
        match bytes.get(1 + usize::from(is_end)) {
            Some(b'!') if !is_end => {
                let after = ends.after_declaration(rest);
                let comment = &rest[..rest.len() - after.len()];
                let url = saved_from(&comment[..comment.floor_char_boundary(MAX_COMMENT)]);
                found.saved_from = found.saved_from.take().or(url);
                rest = after;
            }
            Some(c) if c.is_ascii_alphabetic() => {
                let tag = scan::Tag::parse(rest, 1 + usize::from(is_end));
                let Some(end) = tag.end else { break };
                rest = &rest[end..];
                if !is_end {
                    let name = tag.name.to_ascii_lowercase();
                    if scan::RAW.contains(&name.as_str()) {
                        let (start, end) =
                            scan::find_end_tag(rest, &name).unwrap_or((rest.len(), rest.len()));
                        found.raw_element(&name, &tag, &rest[..start]);
                        rest = &rest[end..];
                    } else {
                        found.tag(&name, &tag);
                    }
                }
            }
            _ => rest = &rest[1..],
        }
    }
    found.finish()
}

/// The metadata found so far, by source.
#[derive(Default)]
struct PageMetadataBuilder {
    /// Name, in lower case, and content of `meta` elements.
    metas: Vec<(String, String)>,
    canonical: Option<String>,
    saved_from: Option<String>,
    times: Vec<String>,
    json_ld: Vec<JsonLdArticle>,
    title: Option<String>,
}

/// An article in JSON-LD.
#[derive(Default)]
struct JsonLdArticle {
    headline: Option<String>,
    published: Option<String>,
    modified: Option<String>,
    url: Option<String>,
}

/// Returns the value of an attribute, empty if it has none; `None` if there is no such attribute.
fn attr(tag: &scan::Tag<'_>, name: &str) -> Option<String> {
    let mut all = tag.kept.iter().map(|written| written.split_once('=').unwrap_or((*written, "")));
    let (_, value) = all.find(|(key, _)| key.trim_end().eq_ignore_ascii_case(name))?;
    let value = value.trim_start();
    let quoted = ['"', '\''].iter().find_map(|mark| value.strip_prefix(*mark)?.strip_suffix(*mark));
    Some(decode_entities_once(quoted.unwrap_or(value)).trim().to_owned())
}

impl PageMetadataBuilder {
    fn tag(&mut self, name: &str, tag: &scan::Tag<'_>) {
        let attr = |name: &str| attr(tag, name).filter(|value| !value.is_empty());
        let has_word = |name: &str, word: &str| {
            let value = attr(name).unwrap_or_default();
            value.split_whitespace().any(|known| known.eq_ignore_ascii_case(word))
        };
        match name {
            "meta" => {
                let name = ["property", "name", "itemprop"].iter().find_map(|key| attr(key));
                if let (Some(name), Some(content)) = (name, attr("content")) {
                    self.metas.push((name.to_ascii_lowercase(), content));
                }
            }
            "link" if has_word("rel", "canonical") => self.canonical = self.canonical.take().or(attr("href")),
            "time" => {
                let is_published = self::attr(tag, "pubdate").is_some()
                    || has_word("itemprop", "datePublished")
                    || has_word("class", "dt-published");
                self.times.extend(attr("datetime").filter(|_| is_published));
            }
            _ => {}
        }
    }

    /// Reads an element whose content is not markup.
    fn raw_element(&mut self, name: &str, tag: &scan::Tag<'_>, content: &str) {
        match name {
            "title" if self.title.is_none() => self.title = Some(content.to_owned()),
            "script" if attr(tag, "type").is_some_and(|t| t.eq_ignore_ascii_case("application/ld+json")) => {
                if let Ok(value) = serde_json::from_str::<Value>(content.trim()) {
                    self.articles(&value);
                }
            }
            _ => {}
        }
    }

    /// Collects the articles in JSON-LD. The parser limits its depth.
    fn articles(&mut self, value: &Value) {
        match value {
            Value::Array(all) => all.iter().for_each(|value| self.articles(value)),
            Value::Object(object) if is_article(value) => {
                let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
                let page = object.get("mainEntityOfPage");
                let page = page.and_then(|page| page.as_str().or_else(|| page.get("@id")?.as_str()));
                self.json_ld.push(JsonLdArticle {
                    headline: text("headline").or_else(|| text("name")),
                    published: text("datePublished"),
                    modified: text("dateModified"),
                    url: text("url").or_else(|| page.map(str::to_owned)),
                });
            }
            Value::Object(object) => {
                for key in ["@graph", "mainEntity"] {
                    object.get(key).into_iter().for_each(|value| self.articles(value));
                }
            }
            _ => {}
        }
    }

    fn finish(self) -> PageMetadata {
        let meta = |names: &[&str]| -> Vec<String> {
            let of = |name: &&str| {
                let metas = self.metas.iter().filter(|(known, _)| known == *name);
                metas.map(|(_, content)| content.clone()).collect::<Vec<_>>()
            };
            names.iter().flat_map(of).collect()
        };
        let data = self.json_ld.into_iter().next().unwrap_or_default();
        let join = |first: Option<String>, more: Vec<String>, last: Vec<String>| -> Vec<String> {
            first.into_iter().chain(more).chain(last).collect()
        };
        let titles = join(data.headline, meta(&["og:title"]), self.title.into_iter().collect());
        PageMetadata {
            titles: titles.iter().map(|title| decode_entities_once(title).into_owned()).collect(),
            published: join(data.published, meta(PUBLISHED), self.times),
            modified: join(data.modified, meta(MODIFIED), Vec::new()),
            urls: join(
                self.canonical,
                meta(&["og:url"]),
                data.url.into_iter().chain(self.saved_from).collect(),
            ),
        }
    }
}

fn is_article(value: &Value) -> bool {
    let is_article = |name: &str| {
        name.ends_with("Article")
            || name.ends_with("BlogPosting")
            || matches!(name, "Report" | "SocialMediaPosting")
    };
    match value.get("@type") {
        Some(Value::String(name)) => is_article(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is_article),
        _ => false,
    }
}

/// Returns the URL in the comment that a browser, or SingleFile, writes at the start of a saved page.
fn saved_from(comment: &str) -> Option<String> {
    let (_, rest) =
        comment.split_once("saved from url=(").and_then(|(_, rest)| rest.split_once(')')).or_else(|| {
            let rest = comment.split_once("SingleFile")?.1;
            rest.split_once("url:")
        })?;
    rest.split_whitespace().next().filter(|url| url.starts_with("http")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_sorted_by_trust() {
        let read = page_metadata(RawHtml(
            "<!doctype html><!-- saved from url=(0020)https://a.example/s --><head><title>Page &amp; title</title>\
             <script>var x = '<title>no</title>'</script><meta property='og:title' content='OG'>\
             <meta name=DC.date content=2024-01-02><meta property='article:published_time' content='2024-01-01'>\
             <link rel='alternate canonical' href='https://a.example/c'><meta property='og:url' content='https://a.example/o'>\
             <script type='application/ld+json'>{\"@graph\":[{\"@type\":\"WebSite\",\"name\":\"no\"},{\"@type\":[\"NewsArticle\"],\
             \"headline\":\"It&#8217;s\",\"datePublished\":\"2023-12-31\",\"mainEntityOfPage\":{\"@id\":\"https://a.example/m\"}}]}</script>\
             <script type='application/ld+json'>{ broken</script></head><body><time pubdate datetime=2024-01-03>x</time>",
        ));
        assert_eq!(read.titles, ["It’s", "OG", "Page & title"]);
        assert_eq!(read.published, ["2023-12-31", "2024-01-01", "2024-01-02", "2024-01-03"]);
        let urls = ["c", "o", "m", "s"].map(|name| format!("https://a.example/{name}"));
        assert_eq!(read.urls, urls);
        let single = "<!--\n Page saved with SingleFile \n url: https://a.example/x \n saved date: Mon -->";
        assert_eq!(page_metadata(RawHtml(single)).urls, ["https://a.example/x"]);
    }
}
