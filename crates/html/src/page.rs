//! A whole page, as a browser saved it: what it says of itself, and which part of it is the article.
//!
//! No guessing by words or classes: elements and attributes that are there to say it, in a fixed order.

use ego_tree::NodeId;
use scraper::ElementRef;
use serde_json::Value;

use super::dom::{self, Dom};
use super::{RawHtml, decode_entities_once, parse, scan, text};

/// What a page says of itself, each in the order in which it is to be believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its title: of the structured data, of Open Graph, of the page.
    pub titles: Vec<String>,
    /// When it was published, as written.
    pub published: Vec<String>,
    /// When it was last changed, as written.
    pub modified: Vec<String>,
    /// Where it is.
    pub addresses: Vec<String>,
}

/// Names of `meta` that tell when a page was published.
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
/// How much of a comment is looked at.
const COMMENT: usize = 4 << 10;

/// Reads what a page says of itself; linear in its length.
#[must_use]
pub fn page(raw: RawHtml<'_>) -> Page {
    let mut met = Met::default();
    let mut rest = raw.0;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let bytes = rest.as_bytes();
        let is_end = bytes.get(1) == Some(&b'/');
        match bytes.get(1 + usize::from(is_end)) {
            Some(b'!') if !is_end => {
                let after = scan::after_declaration(rest);
                let comment = &rest[..rest.len() - after.len()];
                let found = saved_from(&comment[..comment.floor_char_boundary(COMMENT)]);
                met.saved_from = met.saved_from.take().or(found);
                rest = after;
            }
            Some(c) if c.is_ascii_alphabetic() => {
                let tag = scan::Tag::read(rest, 1 + usize::from(is_end));
                let Some(end) = tag.end else { break };
                rest = &rest[end..];
                if !is_end {
                    let name = tag.name.to_ascii_lowercase();
                    if scan::RAW.contains(&name.as_str()) {
                        let (start, end) =
                            scan::find_end_tag(rest, &name).unwrap_or((rest.len(), rest.len()));
                        met.raw(&name, &tag, &rest[..start]);
                        rest = &rest[end..];
                    } else {
                        met.tag(&name, &tag);
                    }
                }
            }
            _ => rest = &rest[1..],
        }
    }
    met.page()
}

/// What was met on the way through a page.
#[derive(Default)]
struct Met {
    /// By name, in small letters.
    metas: Vec<(String, String)>,
    canonical: Option<String>,
    saved_from: Option<String>,
    times: Vec<String>,
    data: Vec<Data>,
    title: Option<String>,
}

/// An article in the structured data.
#[derive(Default)]
struct Data {
    headline: Option<String>,
    published: Option<String>,
    modified: Option<String>,
    address: Option<String>,
}

/// The value of an attribute; `None` where there is none, an empty one where it has no value.
fn attr(tag: &scan::Tag<'_>, name: &str) -> Option<String> {
    let mut all = tag.kept.iter().map(|written| written.split_once('=').unwrap_or((*written, "")));
    let (_, value) = all.find(|(key, _)| key.trim_end().eq_ignore_ascii_case(name))?;
    let value = value.trim_start();
    let quoted = ['"', '\''].iter().find_map(|mark| value.strip_prefix(*mark)?.strip_suffix(*mark));
    Some(decode_entities_once(quoted.unwrap_or(value)).trim().to_owned())
}

impl Met {
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
                let is_it = self::attr(tag, "pubdate").is_some()
                    || has_word("itemprop", "datePublished")
                    || has_word("class", "dt-published");
                self.times.extend(attr("datetime").filter(|_| is_it));
            }
            _ => {}
        }
    }

    /// An element whose content is no markup.
    fn raw(&mut self, name: &str, tag: &scan::Tag<'_>, content: &str) {
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

    /// The articles in structured data; the parser bounds its depth.
    fn articles(&mut self, value: &Value) {
        match value {
            Value::Array(all) => all.iter().for_each(|value| self.articles(value)),
            Value::Object(object) if is_article(value) => {
                let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
                let page = object.get("mainEntityOfPage");
                let page = page.and_then(|page| page.as_str().or_else(|| page.get("@id")?.as_str()));
                self.data.push(Data {
                    headline: text("headline").or_else(|| text("name")),
                    published: text("datePublished"),
                    modified: text("dateModified"),
                    address: text("url").or_else(|| page.map(str::to_owned)),
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

    fn page(self) -> Page {
        let meta = |names: &[&str]| -> Vec<String> {
            let of = |name: &&str| {
                let metas = self.metas.iter().filter(|(known, _)| known == *name);
                metas.map(|(_, content)| content.clone()).collect::<Vec<_>>()
            };
            names.iter().flat_map(of).collect()
        };
        let data = self.data.into_iter().next().unwrap_or_default();
        let join = |first: Option<String>, more: Vec<String>, last: Vec<String>| -> Vec<String> {
            first.into_iter().chain(more).chain(last).collect()
        };
        let titles = join(data.headline, meta(&["og:title"]), self.title.into_iter().collect());
        Page {
            titles: titles.iter().map(|title| decode_entities_once(title).into_owned()).collect(),
            published: join(data.published, meta(PUBLISHED), self.times),
            modified: join(data.modified, meta(MODIFIED), Vec::new()),
            addresses: join(
                self.canonical,
                meta(&["og:url"]),
                data.address.into_iter().chain(self.saved_from).collect(),
            ),
        }
    }
}

fn is_article(value: &Value) -> bool {
    let is_it = |name: &str| {
        name.ends_with("Article")
            || name.ends_with("BlogPosting")
            || matches!(name, "Report" | "SocialMediaPosting")
    };
    match value.get("@type") {
        Some(Value::String(name)) => is_it(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is_it),
        _ => false,
    }
}

/// The address in the comment that a browser, or SingleFile, leaves at the beginning of what it saves.
fn saved_from(comment: &str) -> Option<String> {
    let (_, rest) =
        comment.split_once("saved from url=(").and_then(|(_, rest)| rest.split_once(')')).or_else(|| {
            let rest = comment.split_once("SingleFile")?.1;
            rest.split_once("url:")
        })?;
    rest.split_whitespace().next().filter(|address| address.starts_with("http")).map(str::to_owned)
}

/// The article of a page: its `article` with the most text, what has `itemprop="articleBody"`, `main`, `role="main"`; where
/// there is none of these, all but what is `nav`, `header`, `footer` or `aside`. A heading that only repeats the title goes,
/// and so do pictures that the browser laid beside the page.
#[must_use]
pub fn article(raw: RawHtml<'_>, title: &str) -> String {
    let mut parsed = parse::parse(&scan::scan(raw.0).html);
    let tree = &mut parsed.html.tree;
    let root = tree.root().id();
    let all = dom::below(tree, root);
    let main = [
        |dom: &Dom, id: NodeId| dom::name(dom, id) == "article",
        |dom: &Dom, id: NodeId| dom::attr_of(dom, id, "itemprop") == Some("articleBody"),
        |dom: &Dom, id: NodeId| dom::name(dom, id) == "main",
        |dom: &Dom, id: NodeId| dom::attr_of(dom, id, "role") == Some("main"),
    ];
    let is_it = main.iter().find_map(|is_it: &fn(&Dom, NodeId) -> bool| {
        let found = all.iter().filter(|id| is_it(tree, **id));
        // The first of those that have as much, which is the outer one.
        found.rev().max_by_key(|id| length(tree, **id)).copied()
    });
    let main = is_it.unwrap_or_else(|| {
        for id in &all {
            if matches!(dom::name(tree, *id), "nav" | "header" | "footer" | "aside") {
                dom::detach(tree, *id);
            }
        }
        tree.root().first_child().map_or(root, |html| html.id())
    });
    for id in dom::below(tree, main) {
        let is_beside = |src: &str| !src.contains(':') && src.contains("_files/");
        match dom::name(tree, id) {
            "img" | "source" if dom::attr_of(tree, id, "src").is_some_and(is_beside) => dom::detach(tree, id),
            "h1" if text::text(tree, id) == title => dom::detach(tree, id),
            _ => {}
        }
    }
    let attr = |name: &str, value: &Option<String>| {
        let escaped = value.as_ref().map(|value| value.replace('&', "&amp;").replace('"', "&quot;"));
        escaped.map_or(String::new(), |value| format!(" {name}=\"{value}\""))
    };
    let base = parsed.base.filter(|(_, in_head)| *in_head).map(|(href, _)| href);
    let base = base.map_or(String::new(), |href| format!("<head><base{}></head>", attr("href", &Some(href))));
    let main = parsed.html.tree.get(main).and_then(ElementRef::wrap);
    format!(
        "<html{}{}>{base}{}",
        attr("lang", &parsed.lang),
        attr("dir", &parsed.dir),
        main.map_or(String::new(), |main| main.html())
    )
}

/// How much text is below a node.
fn length(dom: &Dom, id: NodeId) -> usize {
    let nodes = dom.get(id).into_iter().flat_map(|node| node.descendants());
    nodes.filter_map(|node| node.value().as_text()).map(|text| text.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_of_itself_comes_in_the_order_of_trust() {
        let read = page(RawHtml(
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
        let addresses = ["c", "o", "m", "s"].map(|name| format!("https://a.example/{name}"));
        assert_eq!(read.addresses, addresses);
        let single = "<!--\n Page saved with SingleFile \n url: https://a.example/x \n saved date: Mon -->";
        assert_eq!(page(RawHtml(single)).addresses, ["https://a.example/x"]);
    }

    #[test]
    fn the_article_is_what_says_that_it_is() {
        for (raw, wanted) in [
            (
                "<article>a</article><article>the <b>longer</b></article><main>m</main>",
                "<article>the <b>longer</b></article>",
            ),
            ("<p>x</p><div itemprop=articleBody>b</div>", "<div itemprop=\"articleBody\">b</div>"),
            ("<nav>n</nav><main><h1>T</h1>m</main>", "<main>m</main>"),
            ("<div role=main>m</div><footer>f</footer>", "<div role=\"main\">m</div>"),
            ("<body><header>h</header><p>p</p><aside>a</aside>", "<html><p>p</p></html>"),
            ("<article><img src='x_files/1.png'><img src='/x_files/'>a</article>", "<article>a</article>"),
        ] {
            assert_eq!(article(RawHtml(raw), "T").strip_prefix("<html>"), Some(wanted), "{raw}");
        }
        let whole = article(RawHtml("<html lang=de><head><base href='/b/'></head><main>m</main>"), "");
        assert_eq!(whole, "<html lang=\"de\"><head><base href=\"/b/\"></head><main>m</main>");
    }
}
