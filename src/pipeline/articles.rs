//! Feeds of articles that are not files: the same ordering, merging, filters, limits, archives, cleaning and assembly as
//! for a folder of seeds.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::catalog::{About, key_hash};
use crate::config::{Ids, Plan};
use crate::error::{Error, Kind};
use crate::format::Format;
use crate::html::{self, RawHtml, xml_line};
use crate::model::{Article, Feed};
use crate::types::{UnixMs, is_http, public_url, to_rfc3986};

use super::archive::OutputDoc;
use super::assemble;
use super::clean::{CleanArticle, clean};
use super::feed_builder::{FeedBuilder, Groups, Traits, feed_builders};
use super::own_ids::{WithId, copied};
use super::select::{Candidate, Details, Keys, id_key};

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
/// let plan = config.resolve(&mut Sink::collecting())?;
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
    let with_ids = articles.iter().enumerate().filter_map(|(place, article)| {
        let id = key_hash(&id_key(article.metadata.id.as_deref()?));
        let (link, title) = (article.link.as_str().into(), key_hash(&article.title));
        Some(WithId { id, time: article.published, link, title, place })
    });
    let copied: HashSet<usize> =
        copied(with_ids.collect(), plan.same_address).into_iter().map(|(place, _)| place).collect();
    let seed = |(place, article)| candidate(place, article, copied.contains(&place));
    let seeds: Vec<Arc<Candidate>> = articles.iter().enumerate().map(seed).collect();
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
        let mut keys = Keys::default();
        feeds.filter(|feed| !feed.is_too_old(seed.time)).for_each(|feed| feed.offer(seed, &mut keys));
    }
    let lengths: HashMap<Box<Path>, usize> = builders
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
                    builder.note(seed, &mut Keys::default());
                }
            }
        }
    }
    let docs = builders.finish();
    let wanted: BTreeSet<&Path> = docs.iter().flat_map(OutputDoc::paths).collect();
    let cleaned: HashMap<&Path, CleanArticle> = articles
        .par_iter()
        .zip(&seeds)
        .filter(|(_, seed)| wanted.contains(&*seed.path))
        .map(|(article, seed)| (&*seed.path, clean(article, &plan).0))
        .collect();
    let built = docs.iter().filter_map(|doc| {
        let mut feed = assemble::feed(doc, TITLE, &plan, [None, None])?;
        let articles = doc.picks.iter().filter_map(|pick| Some((pick, cleaned.get(&*pick.seed.path)?)));
        feed.entries = articles.map(|(pick, article)| assemble::entry(pick, article, &doc.channel)).collect();
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
    article.link = to_rfc3986(public_url(article.link))
        .filter(|url| is_http(url.as_str()))
        .ok_or_else(|| invalid(&link))?;
    article.title = xml_line(&article.title);
    let _ = article.metadata.remove_credentials();
    Ok(article)
}

/// Returns an article as a candidate, without its id if that is copied. Its position stands for the path of a seed.
fn candidate(position: usize, article: &Article, is_copied: bool) -> Arc<Candidate> {
    let path = format!("{position:020}").into();
    let section = article.section.as_deref().map(Arc::from);
    let own_id = article.metadata.id.as_deref().filter(|_| !is_copied).map(Box::from);
    let details = Arc::new(Details { section, own_id, ..Details::default() });
    Arc::new(Candidate::new(article.published, article.link.as_str(), path, details))
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
    use crate::model::Metadata;
    use crate::store::{MemoryStore, Store};
    use crate::types::Bytes;

    const CONFIG: &str = "base_url = 'https://f.example/'\nsite_url = 'https://e.example/'\ntitle = 'T'\nlimit = 2\n\
                          archive = true\nindex = []\n[[feed]]\nname = 'rain'\ntitle_contains = 'rain'\n";

    fn plan(text: &str) -> Plan {
        let mut sink = Sink::collecting();
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
                super::super::build(&plan, &seeds, &feeds_store, options, &mut Sink::collecting()).unwrap();
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

    /// More seeds than are in memory at once, and more text than the spool keeps there.
    #[test]
    fn a_full_history_becomes_the_same_feeds_as_articles() {
        let config = "base_url = 'https://f.example/'\ntitle = 'T'\nlanguage = 'en'\nlimit = 0\nindex = []\n\
                      [section.a]\nlanguage = 'de'\n[section.b]\nformats = ['json']\n";
        let plan = plan(config);
        let (seeds, feeds_store) = (MemoryStore::new(), MemoryStore::new());
        let mut articles = Vec::new();
        for number in 0..300_i64 {
            let (section, link) =
                (["a", "b", "c"][number as usize % 3], format!("https://e.example/{number}"));
            let time = 1_690_000_000_000 + number;
            let html = format!("<p>Text {number}.</p><pre>{}</pre>", "x".repeat(200));
            let text = format!("<!--{time}-->\n[T]({link})\n------\n\n{html}");
            seeds.replace(&Path::new(section).join(format!("{number}.txt")), text.as_bytes()).unwrap();
            let article = Article::new(link.parse().unwrap(), UnixMs(time)).title("T");
            articles.push(article.html(html).section(section));
        }
        let options = super::super::Options { now: UnixMs(1_700_000_000_000), ..Default::default() };
        let report =
            super::super::build(&plan, &seeds, &feeds_store, options, &mut Sink::collecting()).unwrap();
        let built = feeds(articles, &plan).unwrap();
        let files: Vec<_> = built.iter().flat_map(|feed| feed.write().unwrap()).collect();
        assert_eq!((report.entries, report.feeds, report.changed.len(), files.len()), (300, 4, 10, 10));
        for (path, bytes) in files {
            let written = feeds_store.read(&path, Bytes(1 << 30)).unwrap();
            assert!(bytes == written, "{}", path.display());
            assert_eq!(report.hashes[&path], crate::catalog::hash(&bytes));
        }
    }

    /// Returns the entries of the main feed made of one article.
    fn entries(config: &str, article: Article) -> Vec<crate::model::Entry> {
        let config = format!("base_url = 'https://f.example/'\ntitle = 'T'\nlanguage = 'en'\n{config}");
        let built = feeds([article], &plan(&config)).unwrap();
        for (path, bytes) in built[0].write().unwrap() {
            let found = crate::check::check(&bytes, crate::check::Options::default());
            assert!(found.is_empty(), "{}: {found:?}", path.display());
        }
        built.into_iter().next().unwrap().feed.entries
    }

    fn article(html: &str) -> Article {
        Article::new("https://e.example/1".parse().unwrap(), UnixMs(1_690_000_000_000))
            .title("A & B")
            .html(html)
    }

    #[test]
    fn policy_summary_is_the_own_one_then_the_excerpt_then_the_first_sentences() {
        let html = "<p>Above.</p><!--more--><p>Below.</p>";
        let own = Metadata::default().summary(" My\nown ");
        for (config, article, summary) in [
            ("", article(html).metadata(own), "My own"),
            ("", article(html), "Above."),
            ("excerpt_separator = '<!--fold-->'", article(html), "Above. Below."),
            ("", article("<!--more--><p>Below.</p>"), "Below."),
            ("", article("<h1>A &amp; b</h1><p>Below.</p>"), "Below."),
        ] {
            let entry = &entries(config, article)[0];
            assert_eq!(entry.summary, summary);
            assert!(entry.content.as_str().ends_with("<p>Below.</p>"));
        }
        assert_eq!(entries("", article("<p>A &amp; B</p>"))[0].summary, "A & B");
        let entry = &entries("", article("<p>Above.</p><p>{/* more */}</p><p>Below.</p>"))[0];
        assert_eq!(
            (entry.summary.as_str(), entry.content.as_str()),
            ("Above.", "<p>Above.</p><p>Below.</p>")
        );
    }

    #[test]
    fn policy_enclosure_images_are_files_on_request_and_in_summaries() {
        let html = "<p>Text</p><img src=a.jpg><img src=b.png><audio src=c.mp3></audio>";
        let names = |config: &str| {
            let entry = entries(config, article(html)).remove(0);
            let files = entry.enclosures.iter().map(|file| file.url.path().to_owned()).collect::<Vec<_>>();
            (files.join(" "), entry.image.unwrap().url.path().to_owned(), entry.content.is_empty())
        };
        let lead = || "/a.jpg".to_owned();
        assert_eq!(names(""), ("/c.mp3".to_owned(), lead(), false));
        assert_eq!(names("picture_enclosures = true"), ("/c.mp3 /a.jpg /b.png".to_owned(), lead(), false));
        assert_eq!(names("content = 'summary'"), ("/c.mp3 /a.jpg /b.png".to_owned(), lead(), true));
    }

    #[test]
    fn content_is_set_for_one_feed() {
        let config = "content = 'summary'\n[section.town]\ncontent = 'full'\n[[feed]]\nname = 'x'\npicture_enclosures = true\ncontent = 'full'\n";
        let built = feeds([article("<p>Text</p><img src=a.jpg>").section("town")], &plan(config)).unwrap();
        let of: Vec<_> = built
            .iter()
            .map(|built| {
                let entry = &built.feed.entries[0];
                (built.folder.to_str().unwrap(), entry.content.is_empty(), entry.enclosures.len())
            })
            .collect();
        assert_eq!(of, [("", true, 1), ("x", false, 1), ("town", false, 0)]);
    }

    #[test]
    fn text_is_appended_to_each_entry_but_not_to_a_summary() {
        let append = "append = '<p><a href=\"mailto:a@e.example?subject={title}\">Reply to {title}</a></p><script>x</script>'\n";
        let entry = &entries(append, article("<p>Text</p>"))[0];
        let link = "<a href=\"mailto:a@e.example?subject=A%20%26%20B\">Reply to A &amp; B</a>";
        assert_eq!(entry.content.as_str(), format!("<p>Text</p>\n<p>{link}</p>"));
        assert!(
            entries(&format!("{append}content = 'summary'"), article("<p>Text</p>"))[0].content.is_empty()
        );
        let relative = &entries("append = '<a href=x>More</a>'", article("<p>Text</p>"))[0];
        assert!(relative.content.as_str().ends_with("<a href=\"https://e.example/x\">More</a>"));
    }

    #[test]
    fn what_an_article_says_about_itself_is_in_its_entry() {
        let metadata = Metadata::default()
            .id("17")
            .authors(vec![crate::model::Person::new("Ann <ann@e.example>")])
            .tags(["Town", "x", "X"].map(str::to_owned).to_vec())
            .language("pt_BR");
        let entry = &entries("", article("<p>Text</p>").section("town").metadata(metadata))[0];
        assert_eq!((entry.id.as_str(), entry.id_is_permalink), ("tag:e.example,2000:17", false));
        assert_eq!(entry.categories, ["town", "x"]);
        assert_eq!(entry.authors, [crate::model::Person::new("Ann").email("ann@e.example")]);
        assert_eq!(entry.language.as_deref(), Some("pt-BR"));
        let same = Metadata::default().id("https://e.example/1");
        assert!(entries("ids = 'tag'", article("<p>Text</p>").metadata(same))[0].id_is_permalink);
    }

    #[test]
    fn an_article_without_a_title_on_purpose_gets_none() {
        let mut note = article("<p>Just a note.</p>");
        note.title = String::new();
        assert_eq!(entries("", note.clone())[0].title, "Just a note.");
        note.metadata.untitled = true;
        let built = feeds([note], &plan("")).unwrap();
        assert_eq!(built[0].feed.entries[0].title, "");
    }

    /// The site that published last would change with every build.
    #[test]
    fn a_feed_of_several_sites_links_to_the_page_of_the_feeds() {
        let at = |link: &str, day: i64| {
            Article::new(link.parse().unwrap(), UnixMs(day * 86_400_000)).title("T").section("town")
        };
        let one = [at("https://a.example/1", 1), at("https://a.example/2", 3)];
        let two = [
            at("https://a.example/1", 1),
            at("https://b.example/2", 2),
            at("https://b.example/3", 0),
            at("https://a.example/4", 9),
        ];
        let base = "base_url = 'https://f.example/feeds/'\n";
        for (config, articles, main, section) in [
            (base, &one[..], "https://a.example/", "https://a.example/"),
            (base, &two[..], "https://f.example/feeds/", "https://f.example/feeds/"),
            ("site_url = 'https://s.example/'\n", &two[..], "https://s.example/", "https://s.example/"),
            ("", &two[..3], "https://b.example/", "https://b.example/"),
            ("", &two[..], "https://a.example/", "https://a.example/"),
        ] {
            let built = feeds(articles.to_vec(), &plan(config)).unwrap();
            let sites: Vec<_> = built.iter().map(|built| built.feed.site.as_str()).collect();
            assert_eq!(sites, [main, section], "{config}");
        }
    }

    #[test]
    fn default_titles_of_sections_are_words() {
        let built =
            feeds([article("<p>Text</p>").section("town-hall_news")], &plan("title = 'Harbour'")).unwrap();
        assert_eq!(built[1].feed.title, "town hall news – Harbour");
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
