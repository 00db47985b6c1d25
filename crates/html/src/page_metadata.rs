//! The metadata of a whole page, as a browser saved it: title, dates, URL, authors, tags, language, image.
//!
//! Reads every source that reader modes read, the most trusted first. JSON-LD is in `json_ld`, the text that the page
//! shows in `page_text`.

use std::collections::{HashMap, HashSet};

use feedmill_types::work;

use super::body::RawHtml;
use super::escape::decode_entities_once;
use super::json_ld::{self, JsonLdArticle, PageAuthor};
use super::page_text::{self, PageText};
use super::scan;

/// The metadata of a page, as written. Each list is sorted by trust, the most trusted first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageMetadata {
    /// Titles: from JSON-LD, from Dublin Core and Open Graph, from `<title>` without the name of the site.
    pub titles: Vec<String>,
    /// Dates of publication that the markup declares.
    pub published: Vec<String>,
    /// Texts that may hold the date of publication, because the page shows it.
    pub shown_dates: Vec<String>,
    /// Date on which SingleFile saved the page.
    pub saved: Option<String>,
    /// Dates of the last change.
    pub modified: Vec<String>,
    /// URLs of the page: canonical link, Open Graph, JSON-LD, the comment that the browser left when saving.
    pub urls: Vec<String>,
    /// URLs of other versions of the page: AMP, for phones, short links.
    pub other_urls: Vec<String>,
    /// `href` of `<base>`.
    pub base: Option<String>,
    /// The authors, from the best source that has any.
    pub authors: Vec<PageAuthor>,
    /// True if the authors are a byline that the page shows; the markup declares none.
    pub is_byline_shown: bool,
    /// Tags, from the best source that has any.
    pub tags: Vec<String>,
    /// The summary.
    pub description: Option<String>,
    /// Languages.
    pub languages: Vec<String>,
    /// URLs of lead images; may be relative.
    pub images: Vec<String>,
    /// Name of the site.
    pub site_name: Option<String>,
    /// Number of characters of prose on the page, outside of links.
    pub prose: usize,
}

/// Names of `meta` elements that hold the date of publication, the most trusted first.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date.created",
    "dcterms.created",
    "dc.date",
    "dc:date",
    "dcterms.date",
    "dcterm:date",
    "sailthru.date",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "published-date",
    "publication_date",
    "publicationdate",
    "og:pubdate",
    "citation_publication_date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "datecreated",
    "article_date_original",
    "ptime",
    "pdate",
    "releasedate",
    "displaydate",
];
const MODIFIED: &[&str] = &["article:modified_time", "datemodified", "og:updated_time", "dcterms.modified"];
const TITLES: &[&str] = &[
    "dc:title",
    "dc.title",
    "dcterm:title",
    "dcterms.title",
    "og:title",
    "weibo:article:title",
    "weibo:webpage:title",
    "title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
];
const AUTHORS: &[&str] = &[
    "dc:creator",
    "dc.creator",
    "dcterm:creator",
    "dcterms.creator",
    "author",
    "parsely-author",
    "article:author",
    "og:article:author",
    "sailthru.author",
    "citation_author",
    "article:author_name",
];
const TAGS: &[&str] = &["article:tag", "parsely-tags", "sailthru.tags", "news_keywords", "keywords"];
const DESCRIPTIONS: &[&str] =
    &["og:description", "dc:description", "dc.description", "description", "twitter:description"];
const LANGUAGES: &[&str] = &["content-language", "dc.language", "dcterms.language", "language", "og:locale"];
const IMAGES: &[&str] = &[
    "og:image:secure_url",
    "og:image:url",
    "og:image",
    "twitter:image",
    "twitter:image:src",
    "parsely-image-url",
    "sailthru.image.full",
    "image",
    "thumbnail",
];
const URLS: &[&str] = &["og:url", "twitter:url", "parsely-link", "al:web:url"];
/// Number of bytes of a comment that are searched for a URL.
const MAX_COMMENT: usize = 4 << 10;
/// Number of authors or tags of a page.
const MAX_NAMES: usize = 50;
/// Number of characters of the name of an author or tag.
const MAX_NAME: usize = 100;
/// Number of `meta` elements that are read.
const MAX_METAS: usize = 1000;

/// Reads the metadata of a page. Takes time linear in its length.
#[must_use]
pub fn page_metadata(raw: RawHtml<'_>) -> PageMetadata {
    read(raw).finish(page_text::read(raw))
}

/// Returns the text of the article as JSON-LD has it, plain or as markup; of several articles, that of the one whose name is
/// most like `title`. Pages that a script renders may have it nowhere else.
pub(super) fn article_body(raw: RawHtml<'_>, title: &str) -> Option<String> {
    let articles =
        read(raw).json_ld.into_iter().filter(|article| article.is_article && article.body.is_some());
    let relevance = |article: &JsonLdArticle| {
        let names = [&article.headline, &article.name];
        let best = names.into_iter().flatten().map(|name| similarity(name, title)).fold(0.0, f64::max);
        ((best * 1000.0) as u32, article.body.as_ref().map_or(0, String::len))
    };
    articles.max_by_key(relevance)?.body
}

/// Reads what the markup of a page declares.
fn read(raw: RawHtml<'_>) -> PageMetadataBuilder {
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
                found.comment(&comment[..comment.floor_char_boundary(MAX_COMMENT)]);
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
    found
}

/// The metadata found so far, by source.
#[derive(Default)]
struct PageMetadataBuilder {
    /// Name, in lower case, and content of `meta` elements.
    metas: Vec<(String, String)>,
    canonical: Option<String>,
    saved_from: Option<String>,
    saved: Option<String>,
    base: Option<String>,
    other_urls: Vec<String>,
    lang: Option<String>,
    image_links: Vec<String>,
    times: Vec<String>,
    json_ld: Vec<JsonLdArticle>,
    title: Option<String>,
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
    fn comment(&mut self, comment: &str) {
        self.saved_from = self.saved_from.take().or(saved_from(comment));
        let saved = comment.split_once("saved date:").and_then(|(_, rest)| rest.lines().next());
        let is_single_file = comment.contains("SingleFile");
        self.saved =
            self.saved.take().or(saved.filter(|_| is_single_file).map(|text| text.trim().to_owned()));
    }

    fn tag(&mut self, name: &str, tag: &scan::Tag<'_>) {
        let attr = |name: &str| attr(tag, name).filter(|value| !value.is_empty());
        let has_word = |name: &str, word: &str| {
            let value = attr(name).unwrap_or_default();
            value.split_whitespace().any(|known| known.eq_ignore_ascii_case(word))
        };
        match name {
            "meta" if self.metas.len() < MAX_METAS => {
                let names = ["property", "name", "itemprop", "http-equiv"].iter().filter_map(|key| attr(key));
                if let Some(content) = attr("content") {
                    // A name may be a list, and `property` and `name` may differ.
                    for name in names.flat_map(|names| {
                        names.split_whitespace().take(3).map(str::to_owned).collect::<Vec<_>>()
                    }) {
                        self.metas.push((name.to_ascii_lowercase(), content.clone()));
                    }
                }
            }
            "html" => self.lang = self.lang.take().or(attr("lang").or_else(|| attr("xml:lang"))),
            "body" => self.lang = self.lang.take().or(attr("lang")),
            "base" => self.base = self.base.take().or(attr("href")),
            "link" if has_word("rel", "canonical") => self.canonical = self.canonical.take().or(attr("href")),
            "link" if has_word("rel", "image_src") => self.image_links.extend(attr("href")),
            "link" => {
                let is_for_phones = has_word("rel", "alternate")
                    && attr("media").is_some_and(|media| media.contains("max-width") || media == "handheld");
                if is_for_phones || has_word("rel", "amphtml") || has_word("rel", "shortlink") {
                    self.other_urls.extend(attr("href").filter(|_| self.other_urls.len() < MAX_NAMES));
                }
            }
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
                let room = json_ld::MAX_ARTICLES.saturating_sub(self.json_ld.len());
                self.json_ld.extend(json_ld::read(content).into_iter().take(room));
            }
            _ => {}
        }
    }

    /// Returns the contents of `meta` elements, sorted by the list of their names.
    fn metas(&self, names: &[&str]) -> Vec<String> {
        let of = |name: &&str| {
            let metas = self.metas.iter().filter(|(known, _)| known == *name);
            metas.map(|(_, content)| content.clone()).collect::<Vec<_>>()
        };
        work::step(names.len() * self.metas.len());
        names.iter().flat_map(of).collect()
    }

    /// Returns the contents of the `meta` elements of the first name that any has.
    fn first_metas(&self, names: &[&str]) -> Vec<String> {
        let of = |name: &&str| Some(self.metas(&[*name])).filter(|values| !values.is_empty());
        names.iter().find_map(of).unwrap_or_default()
    }

    fn finish(mut self, text: PageText) -> PageMetadata {
        let title = self.title.take().map(|title| folded(&decode_entities_once(&title))).unwrap_or_default();
        // Of several articles, the one that the page is about. The sort keeps the order of equals.
        let mut articles = std::mem::take(&mut self.json_ld);
        let relevance = |article: &JsonLdArticle| {
            let names = [&article.headline, &article.name];
            let best = names.into_iter().flatten().map(|name| similarity(name, &title)).fold(0.0, f64::max);
            (article.is_article, (best * 1000.0) as u32)
        };
        articles.sort_by_cached_key(|article| std::cmp::Reverse(relevance(article)));
        let first = |get: &dyn Fn(&JsonLdArticle) -> Option<String>| articles.iter().find_map(get);
        let first_list = |get: &dyn Fn(&JsonLdArticle) -> &Vec<String>| {
            articles.iter().map(get).find(|list| !list.is_empty()).cloned().unwrap_or_default()
        };
        let of_articles = |get: &dyn Fn(&JsonLdArticle) -> Option<String>| {
            articles.iter().filter(|article| article.is_article).find_map(get)
        };
        let join = |first: Option<String>, more: Vec<String>, last: Vec<String>| -> Vec<String> {
            first.into_iter().chain(more).chain(last).collect()
        };
        let names =
            |names: Vec<String>| distinct(names.iter().map(|name| folded(&decode_entities_once(name))));
        let authors = |names: Vec<String>| -> Vec<String> {
            names.into_iter().filter(|name| !name.starts_with("http") && !name.starts_with("www.")).collect()
        };
        let of_meta = |name: &&str| {
            let mut names = self.metas(&[*name]);
            // Dublin Core has no order. Readability, and so the readers that use it, shows the last creator.
            if name.starts_with("dc") {
                names.reverse();
            }
            names
        };
        let described = articles.iter().map(|article| &article.authors).find(|list| !list.is_empty());
        let described: &[PageAuthor] = described.map_or(&[], |list| list);
        // The home page that belongs to a name, wherever the name is from.
        let marked = text.markup.authors.iter().filter_map(|(name, url)| Some((name, url.as_ref()?)));
        let in_byline = text.byline_links.iter().map(|(name, url)| (name, url));
        let alone = text.byline.iter().zip(&text.byline_links).map(|(name, (_, url))| (name, url));
        let alone = alone.filter(|_| text.byline_links.len() == 1);
        let known = described.iter().filter_map(|author| Some((&author.name, author.url.as_ref()?)));
        let mut homes: HashMap<String, String> = HashMap::new();
        for (name, url) in known.chain(marked).chain(in_byline).chain(alone) {
            let name = folded(&decode_entities_once(name)).to_lowercase();
            homes.entry(name).or_insert_with(|| url.clone());
        }
        let described = described.iter().map(|author| author.name.clone()).collect();
        let mut found = [described].into_iter().chain(AUTHORS.iter().map(of_meta));
        let declared = found.find_map(|list| Some(authors(names(list))).filter(|list| !list.is_empty()));
        let is_byline_shown = declared.is_none() && text.byline.is_some();
        let tags = |list: Vec<String>| {
            names(list.iter().flat_map(|tags| tags.split(',')).map(str::to_owned).collect())
        };
        let sources = [first_list(&|a| &a.keywords), tags(self.first_metas(TAGS)), text.markup.tags.clone()];
        let tags = sources.into_iter().map(names).find(|list| !list.is_empty()).unwrap_or_default();
        let photo = text.markup.image.iter().map(|(url, _)| url.clone()).collect();
        let short_title = page_title(&title, &text);
        let titles = join(
            of_articles(&|article| name_or_headline(article, &title)),
            self.metas(TITLES),
            vec![short_title],
        );
        let canonical = self.canonical.clone();
        let description =
            first(&|a| a.description.clone()).or_else(|| self.metas(DESCRIPTIONS).into_iter().next());
        PageMetadata {
            titles: titles.iter().map(|title| decode_entities_once(title).into_owned()).collect(),
            published: join(first(&|a| a.published.clone()), self.metas(PUBLISHED), self.times.clone()),
            shown_dates: text.dates,
            saved: self.saved.clone(),
            modified: join(first(&|a| a.modified.clone()), self.metas(MODIFIED), Vec::new()),
            urls: join(
                canonical,
                self.metas(URLS),
                first(&|a| a.url.clone()).into_iter().chain(self.saved_from.clone()).collect(),
            ),
            other_urls: std::mem::take(&mut self.other_urls),
            base: self.base.clone(),
            authors: declared
                .unwrap_or_else(|| names(text.byline.into_iter().collect()))
                .into_iter()
                .map(|name| PageAuthor { url: homes.get(&name.to_lowercase()).cloned(), name })
                .collect(),
            is_byline_shown,
            tags,
            description: description
                .map(|text| folded(&decode_entities_once(&text)))
                .filter(|text| !text.is_empty()),
            languages: join(
                self.lang.clone(),
                self.metas(LANGUAGES),
                first(&|a| a.language.clone()).into_iter().collect(),
            ),
            images: join(
                None,
                first_list(&|a| &a.images),
                [self.metas(IMAGES), self.image_links.clone(), photo].concat(),
            ),
            site_name: self.metas(&["og:site_name"]).into_iter().next(),
            prose: articles
                .iter()
                .filter_map(|article| article.body.as_ref())
                .map(|body| body.chars().count())
                .fold(text.prose, usize::max),
        }
    }
}

/// Returns the headline or the name of an article, whichever is more like the title of the page; the name if both are.
fn name_or_headline(article: &JsonLdArticle, title: &str) -> Option<String> {
    match (&article.name, &article.headline) {
        (Some(name), Some(headline)) => {
            let is_headline = similarity(headline, title) > similarity(name, title);
            Some(if is_headline { headline } else { name }.clone())
        }
        (name, headline) => name.clone().or_else(|| headline.clone()),
    }
}

/// Returns how much of `title` is in `text`: 1 for all of its words, 0 for none.
fn similarity(text: &str, title: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let known: HashSet<String> = words(&decode_entities_once(text)).into_iter().collect();
    let words = words(title);
    work::step(text.len() + title.len());
    let length = |words: &mut dyn Iterator<Item = &String>| words.map(String::len).sum::<usize>() as f64;
    let all = length(&mut words.iter());
    if all == 0.0 { 0.0 } else { length(&mut words.iter().filter(|word| known.contains(*word))) / all }
}

/// Returns the title of a page without the name of the site, as Readability shortens it.
fn page_title(whole: &str, text: &PageText) -> String {
    let count = |text: &str| text.split_whitespace().count();
    let is_mark = |c: char| "|-–—\\/>»".contains(c);
    // A separator stands between spaces.
    let separators: Vec<(usize, char)> = whole
        .char_indices()
        .filter(|(at, c)| {
            is_mark(*c) && whole[..*at].ends_with(' ') && whole[at + c.len_utf8()..].starts_with(' ')
        })
        .collect();
    let is_hierarchy = separators.iter().any(|(_, c)| "\\/>»".contains(*c));
    let length = whole.chars().count();
    let mut title = whole;
    if let Some((at, _)) = separators.last() {
        title = whole[..*at].trim();
        if count(title) < 3 {
            title = whole.split_once(is_mark).map_or(whole, |(_, rest)| rest).trim();
        }
    } else if whole.contains(": ") && !text.headings.iter().any(|heading| heading == whole) {
        title = whole.rsplit_once(':').map_or(whole, |(_, rest)| rest).trim();
        if count(title) < 3 {
            title = whole.split_once(':').map_or(whole, |(_, rest)| rest).trim();
        } else if whole.split_once(':').is_some_and(|(before, _)| count(before) > 5) {
            title = whole;
        }
    } else if !(15..=150).contains(&length)
        && let Some(heading) = text.only_h1.as_deref().filter(|heading| !heading.is_empty())
    {
        title = heading;
    }
    let unseparated = count(&whole.replace(|c: char| is_mark(c), ""));
    if count(title) <= 4 && (!is_hierarchy || count(title) + 1 != unseparated) {
        title = whole;
    }
    title.to_owned()
}

/// Folds white space.
fn folded(text: &str) -> String {
    work::step(text.len());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns names without repetitions and without those that are too long to be names.
fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = HashSet::new();
    let names = names.filter(|name| !name.is_empty() && name.chars().count() <= MAX_NAME);
    names.filter(|name| known.insert(name.to_lowercase())).take(MAX_NAMES).collect()
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

    #[test]
    fn the_name_of_an_author_is_read_without_the_job() {
        for (byline, name) in [
            ("<div class=author><a href=/author/ann>Ann Lee</a><span> Miller</span></div>", "Ann Lee"),
            ("<p class=byline><a class=author href=/ann>Ann Lee</a><br>Correspondent in Thun</p>", "Ann Lee"),
            (
                "<p class=byline><a href=/authors/ann>Ann Lee</a> and <a href=/authors/bo>Bo</a></p>",
                "Ann Lee and Bo",
            ),
            (
                "<p class=byline><a href=/authors/ann>Ann Lee</a>, the Valley Post</p>",
                "Ann Lee, the Valley Post",
            ),
            ("<p class=byline>Ann Lee</p>", "Ann Lee"),
        ] {
            assert_eq!(authors(&format!("<body>{byline}")), [name], "{byline}");
        }
        let creators = "<meta name=DC.Creator content='Bo'><meta name=DC.Creator content='Ann Lee'>";
        assert_eq!(authors(creators), ["Ann Lee", "Bo"]);
    }

    fn authors(html: &str) -> Vec<String> {
        page_metadata(RawHtml(html)).authors.into_iter().map(|author| author.name).collect()
    }

    #[test]
    fn an_author_has_the_home_page_that_any_source_names() {
        let home = "https://a.example/ann";
        for html in [
            format!(
                "<script type='application/ld+json'>{{\"@type\":\"Article\",\"author\":{{\"name\":\"Ann Lee\",\"url\":\"{home}\"}}}}</script>"
            ),
            format!(
                "<meta name=author content='Ann Lee'><body><p class=byline>By <a href='{home}'>Ann Lee</a></p>"
            ),
            format!("<body><a rel=author href='{home}'>Ann Lee</a>"),
            format!(
                "<body><div class='p-author h-card'><img class=u-photo src=/ann.jpg><a class='p-name u-url' href='{home}'>Ann Lee</a></div>"
            ),
            format!(
                "<body><div itemprop=author itemscope><link itemprop=url href='{home}'><b itemprop=name>Ann Lee</b></div>"
            ),
        ] {
            let read = page_metadata(RawHtml(&html));
            let author = PageAuthor { name: "Ann Lee".to_owned(), url: Some(home.to_owned()) };
            assert!(read.authors.contains(&author), "{html} {:?}", read.authors);
            assert!(read.images.is_empty(), "{html}");
        }
    }

    #[test]
    fn microformats_and_microdata_name_tags_and_the_lead_image() {
        for html in [
            "<div class=h-entry><img class=u-photo src=/i.jpg><a class=p-category href=/t>ice</a> <span class=p-category>rivers</span></div>",
            "<article><p>x</p><img itemprop='image' src=/i.jpg><footer><a rel='category tag' href=/t>ice</a>, <a rel=tag href=/r>rivers</a></footer></article>",
            "<div itemscope><span itemprop=keywords>ice, rivers</span><div itemprop=image itemscope><meta itemprop=width content=9><meta itemprop=url content=/i.jpg></div></div>",
            "<article class=hentry><figure itemprop='associatedMedia image'><a href=/big><img src=/i.jpg></a></figure><a rel=tag href=/t>ice</a><a rel=tag href=/t>rivers</a></article>",
            "<link itemprop=image href=/i.jpg><meta itemprop=keywords content='ice,rivers'>",
        ] {
            let read = page_metadata(RawHtml(&format!("<body>{html}")));
            assert_eq!(
                (read.images, read.tags),
                (vec!["/i.jpg".to_owned()], vec!["ice".to_owned(), "rivers".to_owned()]),
                "{html}"
            );
        }
        for html in [
            "<div class=h-card><img class=u-photo src=/ann.jpg></div>",
            "<div itemprop=publisher><img itemprop=image src=/logo.png></div>",
            "<aside class=related><a rel=tag href=/t>x</a><img class=u-photo src=/x.jpg></aside>",
            "<footer><a rel=tag href=/t>x</a></footer>",
        ] {
            let read = page_metadata(RawHtml(&format!("<body><article><p>x</p></article>{html}")));
            assert_eq!((read.images.len(), read.tags.len()), (0, 0), "{html}");
        }
    }

    fn of(head: &str) -> PageMetadata {
        page_metadata(RawHtml(&format!("<html><head>{head}</head><body>")))
    }

    #[test]
    fn of_name_and_headline_the_one_like_the_title_of_the_page_counts() {
        for (name, headline, title, wanted) in [
            ("Mill (building)", "machine that grinds grain", "Mill (building) - Wiki", "Mill (building)"),
            (
                "The Valley Post",
                "Frost on the river",
                "Frost on the river | The Valley Post",
                "Frost on the river",
            ),
            ("A sluice", "How water is held back", "Something else", "A sluice"),
        ] {
            let json = format!("{{\"@type\":\"Article\",\"name\":\"{name}\",\"headline\":\"{headline}\"}}");
            let head = format!("<script type='application/ld+json'>{json}</script><title>{title}</title>");
            assert_eq!(of(&head).titles[0], wanted);
        }
    }

    #[test]
    fn of_several_articles_in_json_ld_the_one_like_the_title_of_the_page_counts() {
        let read = of("<title>Frost on the river</title><script type='application/ld+json'>[\
             {\"@type\":\"WebPage\",\"name\":\"Frost on the river\",\"datePublished\":\"2020-01-01\",\"inLanguage\":\"en\"},\
             {\"@type\":\"NewsArticle\",\"headline\":\"Bridge closed\",\"datePublished\":\"2021-01-01\"},\
             {\"@type\":\"NewsArticle\",\"headline\":\"Frost on the river\",\"datePublished\":\"2022-01-01\"}]</script>");
        assert_eq!((read.published[0].as_str(), read.languages[0].as_str()), ("2022-01-01", "en"));
    }

    #[test]
    fn titles_lose_the_name_of_the_site() {
        for (title, short) in [
            ("Frost on the river again | Valley Post", "Frost on the river again"),
            ("Frost on the old river – Valley Post", "Frost on the old river"),
            ("Valley Post: frost on the old mill river", "frost on the old mill river"),
            ("Frost-bitten", "Frost-bitten"),
            ("News » Weather » Frost on the old mill river", "News » Weather"),
            ("Frost on the river", "Frost on the river"),
        ] {
            let expected = if title.contains('»') { title } else { short };
            assert_eq!(of(&format!("<title>{title}</title>")).titles, [expected], "{title}");
        }
    }

    #[test]
    fn metadata_is_read_from_every_usual_source() {
        for html in [
            "<meta name=author content='Ann  Lee'>",
            "<meta name=DC.creator content='Ann Lee'>",
            "<meta property='article:author' content='https://a.example/ann'><meta name=parsely-author content='Ann Lee'>",
            "<meta name=sailthru.author content='Ann Lee'>",
            "<body><p class='post-byline'>Ann Lee</p>",
            "<body><a rel=author href=/ann>Ann Lee</a>",
            "<body><div itemprop=author><img alt=x>Written by <span itemprop=name>Ann Lee</span></div>",
            "<body><span class='p-author h-card'>Ann\nLee</span>",
        ] {
            assert_eq!(authors(html), ["Ann Lee"], "{html}");
        }
        for html in
            ["<body><div class=coauthorship>Ann Lee</div>", "<body><div id=comments><p class=author>Bo</div>"]
        {
            assert!(authors(html).is_empty(), "{html}");
        }
        let read = page_metadata(RawHtml(
            "<html xml:lang=de-AT><head><base href='https://a.example/b/'><link rel=amphtml href='/amp'>\
             <meta property='article:tag' content='ice'><meta property='article:tag' content='Rivers'>\
             <meta name=keywords content='x, y'><meta property=og:locale content=en_US>\
             <meta name='description' content='Cold &amp; clear.'><meta property='og:image' content='/i.jpg'>\
             <meta name=twitter:image content='/t.jpg'><meta property=og:site_name content='Post'>",
        ));
        assert_eq!(read.tags, ["ice", "Rivers"]);
        assert_eq!(read.languages, ["de-AT", "en_US"]);
        assert_eq!(read.images, ["/i.jpg", "/t.jpg"]);
        assert_eq!(read.description.as_deref(), Some("Cold & clear."));
        assert_eq!(read.site_name.as_deref(), Some("Post"));
        assert_eq!(
            (read.base.as_deref(), &*read.other_urls),
            (Some("https://a.example/b/"), &["/amp".to_owned()][..])
        );
    }
}
