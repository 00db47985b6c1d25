//! Feeds of articles that are not files: the same ordering, merging, filters, limits, archives, cleaning and assembly as
//! for a folder of seeds.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::catalog::About;
use crate::config::{Ids, Plan};
use crate::error::{Error, Kind};
use crate::format::Format;
use crate::html::{self, RawHtml, xml_text};
use crate::model::{Article, Feed};
use crate::types::{UnixMs, is_http, to_rfc3986};

use super::archive::OutputDoc;
use super::assemble::assemble;
use super::clean::{CleanArticle, clean};
use super::feed_builder::{FeedBuilder, Groups, Traits, feed_builders};
use super::select::Candidate;

/// Title of a main feed without one.
const TITLE: &str = "Feed";

/// A feed, or one document of its archive, that is ready to be written.
#[derive(Clone)]
#[non_exhaustive]
pub struct BuiltFeed {
    /// Folder of its files, relative to that of all feeds; empty for the main feed.
    pub folder: PathBuf,
    /// The feed.
    pub feed: Feed,
    /// Formats in which the [`Plan`] wants it.
    pub formats: Vec<&'static dyn Format>,
    /// Layout of the files.
    layout: crate::format::Layout,
}

impl BuiltFeed {
    /// Writes the feed in each of its formats, and returns each path with the bytes.
    ///
    /// # Errors
    /// If a format cannot express the feed.
    pub fn write(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, Error> {
        let write = |format: &&dyn Format| {
            Ok((self.folder.join(format.file_name()), format.write(&self.feed, self.layout)?))
        };
        self.formats.iter().map(write).collect()
    }
}

/// Makes feeds of articles that are not files.
///
/// The [`Plan`] decides about ids, sections, filters, limits and archives. Articles with the same link are merged; of two
/// with the same time, the one with the longer text counts, then the later one in the sequence. Nothing is read or written, and there is no clock: leave out
/// articles that are not to be published yet. `ids = "file"` works as `ids = "tag"`. Feeds without entries are left out;
/// the main feed is the first one.
///
/// # Errors
/// [`Kind::Invalid`] if the link of an article is not an http or https URL.
///
/// ```
/// use feedmill::check::{Options, check};
/// use feedmill::config::{RawConfig, Value};
/// use feedmill::diag::Sink;
/// use feedmill::model::Article;
/// use feedmill::types::UnixMs;
///
/// let mut config = RawConfig::default();
/// for (key, value) in
///     [("title", "Tidewater"), ("language", "en"), ("base_url", "https://news.example/feeds/")]
/// {
///     config.set(key, Value::Text(value.to_owned()), "the program");
/// }
/// let plan = config.resolve(&mut Sink::keeping())?;
/// let articles = [
///     Article::new("https://news.example/ferry".parse()?, UnixMs(1_717_225_200_000))
///         .title("The ferry has a new engine")
///         .html("<p>It is <em>quiet</em>.</p>"),
///     Article::new("https://news.example/bridge".parse()?, UnixMs(1_717_311_600_000))
///         .title("The bridge is open again")
///         .html("<p>Since noon.</p>"),
/// ];
/// let feeds = feedmill::feeds(articles, &plan)?;
/// assert_eq!(feeds[0].feed.entries[0].title, "The bridge is open again");
/// for (path, bytes) in feeds[0].write()? {
///     let findings = check(&bytes, Options::default());
///     assert!(findings.is_empty(), "{}: {findings:?}", path.display());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn feeds(articles: impl IntoIterator<Item = Article>, plan: &Plan) -> Result<Vec<BuiltFeed>, Error> {
    let plan = without_file_ids(plan);
    let articles: Vec<Article> = articles.into_iter().map(normalize).collect::<Result<_, _>>()?;
    let seeds: Vec<Arc<Candidate>> = articles.iter().enumerate().map(candidate).collect();
    let listed = || articles.iter().zip(&seeds).filter(|(article, _)| !article.metadata.unlisted);
    let sections: BTreeSet<&str> = articles.iter().filter_map(|article| article.section.as_deref()).collect();
    let mut groups = Groups::of_plan(&plan);
    for (article, _) in listed() {
        groups.add(&plan, &About::of(&article.metadata));
    }
    let sections = sections.into_iter().map(str::to_owned);
    let builders = feed_builders(&plan, sections, groups, &mut Vec::new());
    let traits: Vec<Traits<'_>> = articles.iter().map(|article| traits(&plan, article)).collect();
    let newest = seeds.iter().map(|seed| seed.time).max().unwrap_or(UnixMs(0));
    for ((article, seed), traits) in articles.iter().zip(&seeds).zip(&traits) {
        let feeds =
            builders.all().filter(|feed| accepts(feed, article, traits) && feed.is_young(seed.time, newest));
        feeds.filter(|feed| !feed.is_too_old(seed.time)).for_each(|feed| feed.offer(seed));
    }
    let lengths: HashMap<PathBuf, usize> = builders
        .all()
        .flat_map(FeedBuilder::ties)
        .filter_map(|seed| {
            let article = articles.get(seed.path.to_str()?.parse::<usize>().ok()?)?;
            let cleaned = html::clean(RawHtml(&article.html), &article.link, &plan.policy);
            Some((seed.path.clone(), cleaned.text.len()))
        })
        .collect();
    for builder in builders.all() {
        builder.break_ties(|seed| lengths.get(&seed.path).copied().unwrap_or_default());
        if builder.needs_second_pass() {
            for ((article, seed), traits) in articles.iter().zip(&seeds).zip(&traits) {
                if accepts(builder, article, traits) {
                    builder.note(seed);
                }
            }
        }
    }
    let docs = builders.finish();
    let wanted: BTreeSet<&Path> = docs.iter().flat_map(OutputDoc::paths).collect();
    let cleaned: HashMap<PathBuf, CleanArticle> = articles
        .par_iter()
        .zip(&seeds)
        .filter(|(_, seed)| wanted.contains(seed.path.as_path()))
        .map(|(article, seed)| (seed.path.clone(), clean(article, &plan).0))
        .collect();
    let built = docs.iter().filter_map(|doc| {
        let feed = assemble(doc, &cleaned, TITLE, None)?;
        let (formats, layout) = (doc.channel.formats.clone(), doc.channel.layout);
        Some(BuiltFeed { folder: doc.folder(), feed, formats, layout })
    });
    Ok(built.collect())
}

/// Returns a plan in which no id depends on the name of a file.
fn without_file_ids(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    let feeds = plan.filtered.iter_mut().map(|f| &mut f.channel).chain(plan.sections.values_mut());
    for channel in feeds.chain([&mut plan.main_feed]) {
        if channel.ids == Ids::File {
            channel.ids = Ids::Tag;
        }
    }
    plan
}

/// Returns an article whose link and title are as a seed's would be.
fn normalize(mut article: Article) -> Result<Article, Error> {
    let invalid = |link: &str| Error::new(Kind::Invalid, format!("`{link}` is not an http or https URL"));
    let link = article.link.to_string();
    article.link =
        to_rfc3986(article.link).filter(|url| is_http(url.as_str())).ok_or_else(|| invalid(&link))?;
    article.title = xml_text(&article.title).split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(article)
}

/// Returns an article as a candidate. Its position stands for the path of a seed.
fn candidate((position, article): (usize, &Article)) -> Arc<Candidate> {
    Arc::new(Candidate {
        time: article.published,
        link: article.link.as_str().into(),
        published_link: None,
        own_id: article.metadata.id.as_deref().map(Box::from),
        path: format!("{position:020}").into(),
        section: article.section.as_deref().map(Arc::from),
    })
}

fn traits<'a>(plan: &Plan, article: &'a Article) -> Traits<'a> {
    let about = About::of(&article.metadata);
    Traits::new(plan, &article.title, article.link.as_str(), &about)
}

fn accepts(builder: &FeedBuilder<'_>, article: &Article, traits: &Traits<'_>) -> bool {
    !article.metadata.unlisted
        && builder.accepts_section(article.section.as_deref())
        && builder.accepts(traits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RawConfig;
    use crate::diag::Sink;
    use crate::store::{MemoryStore, Store};
    use crate::types::Bytes;

    const CONFIG: &str = "base_url = 'https://f.example/'\nsite_url = 'https://e.example/'\ntitle = 'T'\nlimit = 2\n\
                          archive = true\nindex = []\n[[feed]]\nname = 'rain'\ntitle_contains = 'rain'\n";

    fn plan(text: &str) -> Plan {
        let mut sink = Sink::keeping();
        let raw = RawConfig::read(text, Path::new("feedmill.toml"), &mut sink).unwrap();
        raw.resolve(&mut sink).unwrap()
    }

    #[test]
    fn articles_become_the_same_feeds_as_seeds() {
        let rows = [
            (1, "town", "Rain &amp; wind", "https://e.example/1"),
            (40, "town", "Rain again", "https://e.example/2"),
            (70, "", "Sun", "https://e.example/3"),
            (80, "sport", "A match", "http://e.example/1"),
            (90, "town", "", "https://e.example/4"),
        ];
        let (seeds, feeds_store) = (MemoryStore::new(), MemoryStore::new());
        let mut articles = Vec::new();
        for (day, section, title, link) in rows {
            let time = 1_690_000_000_000 + day * 86_400_000;
            let text = format!("<!--{time}-->\n[{title}]({link})\n------\n\n<p>Text {day}</p>");
            seeds.replace(&Path::new(section).join(format!("{day:02}.txt")), text.as_bytes()).unwrap();
            let mut article = Article::new(link.parse().unwrap(), UnixMs(time))
                .title(title.replace("&amp;", "&"))
                .html(format!("<p>Text {day}</p>"));
            article.section = Some(section).filter(|s| !s.is_empty()).map(str::to_owned);
            articles.push(article);
        }
        for config in [CONFIG.to_owned(), format!("ids = 'tag'\n{CONFIG}")] {
            let plan = plan(&config);
            let options = super::super::Options { now: UnixMs(1_700_000_000_000), ..Default::default() };
            let report =
                super::super::build(&plan, &seeds, &feeds_store, options, &mut Sink::keeping()).unwrap();
            let built = feeds(articles.clone(), &plan).unwrap();
            let files: Vec<_> = built.iter().flat_map(|feed| feed.write().unwrap()).collect();
            assert_eq!(files.len(), report.changed.len() + report.unchanged);
            assert!(files.len() > 12);
            for (path, bytes) in files {
                let expected = feeds_store.read(&path, Bytes(1 << 20)).unwrap();
                assert_eq!(String::from_utf8(bytes), String::from_utf8(expected), "{}", path.display());
            }
        }
    }

    #[test]
    fn ids_by_file_work_as_tags_and_a_link_must_be_http() {
        let article = |link: &str| Article::new(link.parse().unwrap(), UnixMs(0)).title("T");
        let built = feeds([article("https://e.example/a")], &plan("ids = 'file'")).unwrap();
        assert_eq!(built[0].feed.entries[0].id, "tag:e.example,2000:/a");
        let error = feeds([article("mailto:a@e.example")], &plan("")).err().unwrap();
        assert_eq!(error.kind(), Kind::Invalid);
    }
}
