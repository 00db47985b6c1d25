//! The configuration: as written ([`RawConfig`], every key with its place) and as resolved ([`Plan`], immutable).
//!
//! Keys are rows of a table: one loop finds unknown keys, suggests similar ones and checks types. All problems are reported
//! at once. No user name or password in a URL gets into a feed or a message.

mod faults;
mod keys;
mod path_patterns;
#[cfg(feature = "folder")]
mod read;
mod resolve;
#[cfg(feature = "folder")]
mod schema;
mod text_filter;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::diag::{Levels, Place, remove_credentials};
use crate::format::{FORMATS, Format, INDEX, Index, Layout};
use crate::generator::{Repository, glob};
use crate::html::Policy;
use crate::model::{Extra, Person, Podcast, Theme};
use crate::seed::{Addresses, SameAddress};
use crate::types::work;

pub use path_patterns::{PathPatterns, matches_path};
pub use resolve::derived_title;
pub use text_filter::TextFilter;

#[doc(hidden)]
pub use keys::{Key, KeyDefault, ListItems, TABLES, Table, TextFormat, ValueType, keys};
#[cfg(feature = "folder")]
pub use schema::schema;

/// Default name of the configuration file.
pub const FILE: &str = "feedmill.toml";
/// Default number of entries in a feed.
pub const LIMIT: usize = 50;

/// A value of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer.
    Number(i64),
    /// `true` or `false`.
    Bool(bool),
    /// An array of strings.
    List(Vec<String>),
}

/// A value and its origin.
#[derive(Clone, Debug)]
struct SetValue {
    value: Value,
    origin: Origin,
}

#[derive(Clone, Debug)]
enum Origin {
    /// Offset of the key in the text of the file, in bytes.
    File(usize),
    /// Name of a flag or variable.
    Argument(String),
}

type Keys = BTreeMap<&'static str, SetValue>;

/// The configuration as written, from a file and from flags.
#[derive(Clone, Debug, Default)]
pub struct RawConfig {
    folder: PathBuf,
    source: Source,
    top: Keys,
    check: Keys,
    /// Keys of `[check.paths.GLOB]`, by pattern.
    check_paths: Vec<(String, Keys)>,
    clean: Keys,
    extra: Keys,
    theme: Keys,
    sections: BTreeMap<String, Keys>,
    feeds: Vec<Keys>,
}

/// Days of the week as RSS names them.
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The source of an entry's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Link of its earliest seed.
    Link,
    /// Tag URI ([RFC 4151](https://www.rfc-editor.org/rfc/rfc4151)) made from that link.
    Tag,
    /// Tag URI made from the number in the seed's file name; seeds with the same number are one entry.
    File,
}

/// Way in which media files of the seeds folder are published in the feeds folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PublishMedia {
    /// Not by feedmill.
    #[default]
    No,
    /// As copies.
    Copy,
    /// As hard links.
    Link,
}

/// Resolved settings of a feed.
#[derive(Clone)]
pub struct Channel {
    /// Title, if configured.
    pub title: Option<String>,
    /// Description; may be empty.
    pub description: String,
    /// URL of the site, if configured.
    pub site: Option<Url>,
    /// URL of the folder in which it is published; ends with `/`.
    pub base: Option<Url>,
    /// Language.
    pub language: Option<String>,
    /// Author.
    pub author: Option<Person>,
    /// Copyright notice.
    pub copyright: Option<String>,
    /// URL of the image.
    pub icon: Option<Url>,
    /// URL of the WebSub hub, without user name and password.
    pub hub: Option<Url>,
    /// Maximum number of entries; [`usize::MAX`] for all.
    pub limit: usize,
    /// Podcast settings, if it may be a podcast.
    pub podcast: Option<Podcast>,
    /// True if older entries go to archive documents; `base` is then known.
    pub archive: bool,
    /// Source of the ids of entries.
    pub ids: Ids,
    /// Formats to write.
    pub formats: Vec<&'static dyn Format>,
    /// Layout of the documents.
    pub layout: Layout,
    /// True if entries have their summary only.
    pub summary_only: bool,
    /// True if images are published as files.
    pub picture_enclosures: bool,
    /// HTML below the text of each entry; may be empty.
    pub append: String,
    /// Minutes for which readers may keep the feed.
    pub ttl: Option<u32>,
    /// Hours in which readers need not ask.
    pub skip_hours: Vec<u8>,
    /// Days on which readers need not ask.
    pub skip_days: Vec<String>,
    /// Elements and keys of the operator's own, for the head of the feed.
    pub extra: Extra,
    /// Elements and keys of the operator's own, for each entry, with placeholders.
    pub entry_extra: Extra,
}

impl Channel {
    /// True if the feed publishes the images of articles as files: on request, and if readers get no text that shows them.
    #[must_use]
    pub fn publishes_images(&self) -> bool {
        self.picture_enclosures || self.summary_only
    }
}

/// Property of articles by which they are divided into feeds (`feeds_by`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grouping {
    /// A feed for each tag.
    Tag,
    /// A feed for each author.
    Author,
    /// A feed for each language.
    Language,
}

impl Grouping {
    /// Every grouping.
    pub const ALL: [Self; 3] = [Self::Tag, Self::Author, Self::Language];

    /// Returns its name in the configuration, which is also the folder of its feeds.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Author => "author",
            Self::Language => "language",
        }
    }
}

/// An additional feed: the entries that match every one of its filters.
#[derive(Clone)]
pub struct Filtered {
    /// Folder of the feed, below the feeds folder.
    pub name: String,
    /// Sections whose entries it takes; empty for all.
    pub sections: Vec<String>,
    /// Titles that it takes; case is ignored.
    pub titles: TextFilter,
    /// Links that it takes.
    pub links: TextFilter,
    /// Tags of which an article must have one, in lower case; empty for any.
    pub tags: Vec<String>,
    /// Names of authors of which an article must have one, in lower case; empty for any.
    pub authors: Vec<String>,
    /// Languages, in lower case, of which an article must have one or a variety of one; empty for any.
    pub languages: Vec<String>,
    /// Maximum age of an article in milliseconds.
    pub max_age: Option<i64>,
    /// Settings of the feed.
    pub channel: Channel,
}

/// Settings of `check` in addition to its arguments (`[check]`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckConfig {
    /// Levels of rules.
    pub levels: Levels,
    /// Levels of rules in the files that a pattern matches (`[check.paths.GLOB]`).
    pub paths: Vec<(String, Levels)>,
    /// Patterns of files and folders that are not checked.
    pub exclude: Vec<String>,
    /// Folder to which the patterns are relative: that of the configuration file, or empty for the current one.
    pub folder: PathBuf,
}

impl CheckConfig {
    /// Returns the levels of rules for a file.
    ///
    /// ```
    /// use feedmill::config::CheckConfig;
    /// use feedmill::diag::{Level, Levels};
    ///
    /// let mut old = Levels::default();
    /// old.set("rss/*", Level::Allow);
    /// let config = CheckConfig { paths: vec![("old/**".to_owned(), old)], ..CheckConfig::default() };
    /// assert_eq!(config.levels_for("old/a/rss.xml".as_ref()).of("rss/missing-guid"), Some(Level::Allow));
    /// assert_eq!(config.levels_for("rss.xml".as_ref()).of("rss/missing-guid"), None);
    /// ```
    #[must_use]
    pub fn levels_for(&self, path: &Path) -> Levels {
        self.by_path().levels_for(path)
    }

    /// Prepares the patterns for many files.
    #[must_use]
    pub fn by_path(&self) -> LevelsByPath<'_> {
        let patterns = self.paths.iter().map(|(pattern, _)| pattern);
        LevelsByPath { config: self, patterns: PathPatterns::new(patterns, &self.folder) }
    }
}

/// Levels of rules in the files that patterns match.
#[derive(Debug)]
pub struct LevelsByPath<'a> {
    config: &'a CheckConfig,
    patterns: PathPatterns,
}

impl LevelsByPath<'_> {
    /// Returns the levels of rules for a file.
    #[must_use]
    pub fn levels_for(&self, path: &Path) -> Levels {
        let mut levels = self.config.levels.clone();
        for (_, own) in self.patterns.matching(path).filter_map(|number| self.config.paths.get(number)) {
            levels.extend(own);
        }
        levels
    }
}

/// Returns what is wrong with a pattern of paths.
///
/// ```
/// assert_eq!(feedmill::config::pattern_fault("public/[a"), Some("a `[` without a `]`"));
/// ```
#[must_use]
pub fn pattern_fault(pattern: &str) -> Option<&'static str> {
    glob::fault(pattern)
}

/// The configuration, resolved.
#[derive(Clone)]
pub struct Plan {
    /// Settings for checking published feeds.
    pub check: CheckConfig,
    /// Folder of the seeds.
    pub seeds: PathBuf,
    /// Output folder of the feeds.
    pub feeds: PathBuf,
    /// True if a catalog is stored.
    pub catalog: bool,
    /// Cache directory, with a folder for each feeds folder; `None` for the feeds folder itself.
    pub cache_dir: Option<PathBuf>,
    /// True if media servers are asked for metadata that articles do not state.
    pub probe: bool,
    /// True if media servers with private addresses are asked as well.
    pub probe_private: bool,
    /// True if hubs are notified of changes.
    pub push: bool,
    /// Text of all settings that feeds depend on: two plans with the same text build the same feeds, except for folders.
    pub fingerprint_source: String,
    /// Files to write in addition to the feeds.
    pub index: Vec<&'static dyn Index>,
    /// Looks of the pages.
    pub theme: Theme,
    /// Template of the index page and of the pages of feeds, instead of that of feedmill.
    pub page_template: Option<PathBuf>,
    /// Template of the pages of entries, instead of that of feedmill.
    pub entry_template: Option<PathBuf>,
    /// True if each feed has a page in its folder.
    pub feed_pages: bool,
    /// True if each entry has a page.
    pub entry_pages: bool,
    /// True if it is configured at which URL media files of the seeds folder are published.
    pub has_media_url: bool,
    /// Way in which media files of the seeds folder are published in the feeds folder.
    pub publish_media: PublishMedia,
    /// Mark below the excerpt of an article; empty for the usual ones.
    pub excerpt_separator: String,
    /// Settings for the URLs of articles that do not state their own.
    pub addresses: Addresses,
    /// Rules by which the addresses of two seeds are equal.
    pub same_address: SameAddress,
    /// Milliseconds by which a stamped seed may be dated ahead of the clock.
    pub future: i64,
    /// Properties of articles by which they are divided into additional feeds, each once.
    pub feeds_by: Vec<Grouping>,
    /// Elements to remove from bodies, and to keep.
    pub policy: Policy,
    /// Settings of the main feed, which has the articles of all sections.
    pub main_feed: Channel,
    /// Configured sections.
    pub sections: BTreeMap<String, Channel>,
    /// Additional feeds.
    pub filtered: Vec<Filtered>,
    /// URLs of hubs with user name and password, by the URL without.
    hub_requests: BTreeMap<Url, Url>,
    /// Where the keys of paths were written.
    places: BTreeMap<&'static str, Place>,
}

impl Plan {
    /// Returns the place of a key whose value is a path, for messages: in the configuration, or a flag or variable.
    #[must_use]
    pub(crate) fn place(&self, key: &str) -> Place {
        self.places.get(key).cloned().unwrap_or_default()
    }

    /// Returns the settings of the feed of one tag, author or language. `name` is that of its folder, `title` the value as
    /// the articles spell it.
    #[must_use]
    pub fn group(&self, by: Grouping, name: &str, title: &str) -> Channel {
        let mut channel =
            resolve::derive_below(&self.main_feed, &[by.name(), name], |main| format!("{title} – {main}"));
        if by == Grouping::Language && is_well_formed_language(title) {
            channel.language = Some(title.to_owned());
            let rules = self.addresses.repository.as_ref().map(|repository| repository.rules());
            let home = rules.and_then(|rules| rules.language_home(title));
            if let (Some(home), Some(site)) = (home, &channel.site) {
                channel.site = Url::parse(&Repository::join(site, &home)).ok().or(channel.site);
            }
            let own = rules.and_then(|rules| rules.language_title(title));
            let own = own.map(|own| crate::html::xml_line(&remove_credentials(&own)));
            let own = own.filter(|own| !own.is_empty());
            // Feeds need different titles.
            if let Some(own) = own.filter(|own| self.main_feed.title.as_ref() != Some(own)) {
                channel.title = Some(own);
            }
        }
        channel
    }

    /// Adds the repository that the seeds are in: its facts count where the configuration says nothing.
    pub fn adopt(&mut self, mut repository: Repository) {
        repository.timezone = self.addresses.timezone;
        let site = repository.site();
        let channel = &mut self.main_feed;
        if channel.site.is_none()
            && let Some(url) = &site.url
        {
            channel.site = Some(url.clone());
            self.addresses.site = Some(url.clone());
        }
        let plain = |text: &Option<String>| {
            text.as_deref().map(crate::html::xml_line).filter(|text| !text.is_empty())
        };
        channel.title = channel.title.take().or_else(|| plain(&site.title));
        if channel.description.is_empty() {
            channel.description = plain(&site.description).unwrap_or_default();
        }
        let language = site.language.clone().filter(|language| is_well_formed_language(language));
        channel.language = channel.language.take().or(language);
        if channel.author.is_none() {
            channel.author = site.author.as_deref().and_then(resolve::person);
        }
        if self.feeds_by.contains(&Grouping::Language) {
            let translations = repository.rules().translations();
            self.addresses.translations = translations.iter().map(|code| code.to_lowercase()).collect();
        }
        self.fingerprint_source += &format!("{repository:?}\n");
        self.addresses.repository = Some(Arc::new(repository));
    }

    /// Returns the settings of a section: as configured, else derived from the main feed.
    #[must_use]
    pub fn section(&self, name: &str) -> Channel {
        self.sections.get(name).cloned().unwrap_or_else(|| resolve::derive(&self.main_feed, name))
    }

    /// True if a feed publishes the images of articles as files.
    #[must_use]
    pub fn publishes_images(&self) -> bool {
        let filtered = self.filtered.iter().map(|feed| &feed.channel);
        let mut all = filtered.chain(self.sections.values()).chain([&self.main_feed]);
        all.any(Channel::publishes_images)
    }

    /// Returns the URL for requests to a hub: with the user name and password of the configuration.
    ///
    /// Never print it or write it to a feed.
    #[must_use]
    pub fn hub_request_url(&self, hub: &Url) -> Url {
        self.hub_requests.get(hub).unwrap_or(hub).clone()
    }
}

impl RawConfig {
    /// Sets a key at the top level, as a flag or a variable does; `origin` names that in messages.
    ///
    /// ```
    /// use feedmill::config::{RawConfig, Value};
    /// use feedmill::diag::Sink;
    ///
    /// let mut raw = RawConfig::default();
    /// raw.set("limit", Value::Number(0), "--limit");
    /// let plan = raw.resolve(&mut Sink::collecting())?;
    /// assert_eq!(plan.main_feed.limit, usize::MAX);
    /// # Ok::<(), feedmill::error::Error>(())
    /// ```
    pub fn set(&mut self, key: &'static str, value: Value, origin: &str) {
        self.top.insert(key, SetValue { value, origin: Origin::Argument(origin.to_owned()) });
    }
}

/// The text of the configuration file, from which places in messages are made.
#[derive(Clone, Debug, Default)]
struct Source {
    file: String,
    text: String,
    /// Offset of each line, in bytes.
    starts: Vec<usize>,
}

/// Number of characters of a key or value that a message shows.
const SHOWN: usize = 60;
/// Maximum number of problems that are reported each by itself.
const MAX_FAULTS: usize = 100;
/// Maximum number of characters of a line before and after a place that a message shows.
const MAX_SHOWN: usize = 200;
/// Maximum number of bytes of a name on common file systems.
const MAX_NAME: usize = 255;

impl Source {
    fn new(text: &str, file: &Path) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Self { file: file.to_string_lossy().into_owned(), text: text.to_owned(), starts: starts.collect() }
    }

    /// Returns the place of an offset in bytes, without the text of its line.
    fn bare_place(&self, offset: usize) -> Place {
        let (line, start, at) = self.line(offset);
        work::step(at - start);
        Place::at(self.file.as_str(), line as u32, self.text[start..at].chars().count() as u32 + 1)
    }

    /// Returns the place of an offset in bytes.
    fn place(&self, offset: usize) -> Place {
        let (_, start, at) = self.line(offset);
        let before = &self.text[start..at];
        let from = before.char_indices().rev().nth(MAX_SHOWN).map_or(0, |(at, _)| at);
        let rest = self.text[at..].lines().next().unwrap_or_default();
        let after: String = rest.chars().take(MAX_SHOWN).collect();
        let mark = before[from..].chars().count() as u32 + 1;
        self.bare_place(offset).showing_part(format!("{}{after}", &before[from..]), mark)
    }

    /// Returns the number of a line from 1, its offset, and the offset of a character in it.
    fn line(&self, offset: usize) -> (usize, usize, usize) {
        let at = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= at);
        (line, self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default(), at)
    }

    /// Returns the place of a value; the place has the text of its line unless `is_secret`.
    fn place_of(&self, set: &SetValue, is_secret: bool) -> Place {
        match &set.origin {
            Origin::File(offset) if is_secret => self.bare_place(*offset),
            Origin::File(offset) => self.place(*offset),
            Origin::Argument(name) => Place::file(name.as_str()),
        }
    }
}

/// True if a feed can be in a folder of this name, next to the files of the main feed.
///
/// ```
/// use feedmill::config::is_feed_name;
///
/// assert!(is_feed_name("town") && !is_feed_name("rss.xml") && !is_feed_name("../town"));
/// assert!(!is_feed_name(&"town".repeat(64)));
/// ```
#[must_use]
pub fn is_feed_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME
        && !name.starts_with('.')
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control)
        && crate::html::xml_text(name) == name
        && FORMATS.iter().all(|f| !f.file_name().eq_ignore_ascii_case(name))
        && INDEX.iter().all(|i| !i.file_name().eq_ignore_ascii_case(name))
}

/// Writes keys and values without user names and passwords of URLs.
fn write_keys<'a>(out: &mut String, keys: impl Iterator<Item = (&'a &'static str, &'a SetValue)>) {
    for (key, set) in keys {
        let value = format!("{:?}", set.value);
        let _ = writeln!(out, "{key} = {}", remove_credentials(&value));
    }
}

impl Value {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn list(&self) -> Option<&[String]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}

pub use crate::types::is_well_formed_language;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sink;
    use crate::model::podcast::Category;

    fn faults(text: &str) -> Vec<String> {
        let mut sink = Sink::collecting();
        if let Ok(raw) = RawConfig::read(text, Path::new("feedmill.toml"), &mut sink) {
            let _ = raw.resolve(&mut sink);
        }
        sink.collected()
            .iter()
            .map(|d| format!("{}:{}: {}: {}", d.place.line, d.place.column, d.meta.code, d.message()))
            .collect()
    }

    fn plan(text: &str) -> Plan {
        let mut sink = Sink::collecting();
        RawConfig::read(text, Path::new("conf/feedmill.toml"), &mut sink).unwrap().resolve(&mut sink).unwrap()
    }

    #[test]
    fn a_time_zone_is_a_name_of_the_iana_list() {
        let zone = |text: &str| plan(text).addresses.timezone.map(|zone| zone.name());
        assert_eq!(zone("timezone = ' Asia/Kolkata '"), Some("Asia/Kolkata"));
        assert_eq!(zone("timezone = 'UTC'"), Some("UTC"));
        assert_eq!(zone("timezone = ' '"), None);
        assert_eq!(
            faults("timezone = 'Europe/Berln'"),
            [
                "1:1: config-bad-value: invalid configuration value: `timezone` is `Europe/Berln`, which is not a time zone; did you mean `Europe/Berlin`?"
            ]
        );
        assert!(faults("timezone = '+02:00'")[0].ends_with("write one such as `Europe/Berlin`"));
    }

    #[test]
    fn unknown_keys_are_all_reported_with_line_and_suggestion() {
        assert_eq!(
            faults("titel = 'x'\nzzz = 1\n[clean]\ndrops = []\n[section.a]\nlimits = 3\n"),
            [
                "1:1: config-unknown-key: unknown configuration key: `titel`; did you mean `title`?",
                "2:1: config-unknown-key: unknown configuration key: `zzz`",
                "4:1: config-unknown-key: unknown configuration key: `drops` in [clean]; did you mean `drop`?",
                "6:1: config-unknown-key: unknown configuration key: `limits` in a section; did you mean `limit`?",
            ]
        );
    }

    #[test]
    fn invalid_values_are_errors_with_line_and_fix() {
        for (text, part) in [
            (
                "limit = 'x'",
                "1:9: config-bad-value: invalid configuration value: `limit` must be a whole number, not a string",
            ),
            (
                "\nlimit = -1",
                "2:1: config-bad-value: invalid configuration value: `limit` is -1; use 0 for all entries",
            ),
            (
                "limit = 99999999999999999999",
                "1:9: config-bad-value: invalid configuration value: `limit` is too large",
            ),
            ("limit = 1.5", "`limit` must be a whole number, not a float"),
            ("title = 1", "`title` must be a string in quotes, not an integer"),
            ("indent = 'no'", "`indent` must be true or false, not a string"),
            ("formats = 'rss'", "`formats` must be a list of strings, not a string"),
            ("formats = ['rss', 1]", "`formats` must be a list of strings, but item 2 is an integer"),
            ("base_url = 'feeds'", "`base_url` must be an absolute http or https URL, not `feeds`"),
            ("base_url = 'https://a{b}.example/'", "`base_url` must be an absolute http or https URL"),
            ("base_url = 'https://a.example/x/index.html'", "write `https://a.example/x/`"),
            ("base_url = 'https://a.example/RSS.xml'", "ends with the file `RSS.xml`"),
            ("base_url = 'https://a.example/feed.php?x=1#y'", "write `https://a.example/`"),
            ("base_url = 'https://a.example/?x=1'", "query or fragment; write `https://a.example/`"),
            ("base_url = 'https://a.example/x#y'", "query or fragment; write `https://a.example/x/`"),
            (
                "seeds = ''",
                "1:1: config-bad-value: invalid configuration value: `seeds` is empty; write `seeds = \".\"`",
            ),
            ("feeds = ''", "`feeds` is empty"),
            ("cache_dir = ''", "`cache_dir` is empty"),
            ("seeds = \"a\\u0000b\"", "`seeds` contains a NUL character"),
            ("formats = ['rss', 'rdf']", "`formats` contains `rdf`, which is not one of rss"),
            ("index = ['html']", "`index` contains `html`, which is not one of page"),
            (
                "same_address = ['www', 'path']",
                "`same_address` contains `path`, which is not one of scheme, case",
            ),
            ("feeds_by = ['year']", "`feeds_by` contains `year`, which is not one of tag, author, language"),
            (
                "future = '1 day'",
                "`future` must be a length of time such as `30m`, `12h`, `1d` or `0`, not `1 day`",
            ),
            ("[[feed]]\nname = 'x'\nmax_age = '-1d'", "`max_age` must be a length of time"),
            ("ids = 'guid'", "`ids` must be link, tag or file, not `guid`"),
            ("content = 'short'", "`content` must be full or summary, not `short`"),
            ("ttl = 99999999999", "`ttl` must be a number of minutes, not 99999999999"),
            ("skip_hours = [24]", "`skip_hours` must be a list of whole numbers from 0 to 23"),
            ("skip_hours = ['1']", "`skip_hours` must be a list of whole numbers from 0 to 23"),
            ("skip_days = ['Sonntag']", "`skip_days` contains `Sonntag`, which is not one of Monday"),
            (
                "[extra]\nrss = '<a:b/>'",
                "`rss` in [extra] must be XML elements: the prefix of `a:b` is not declared",
            ),
            ("[extra]\natom = 'x'", "`atom` in [extra] must be XML elements: it has text outside"),
            (
                "[extra]\njson = '{\"a\": 1}'",
                "`json` in [extra] must be a JSON object: `a` must begin with `_`",
            ),
            ("language = 'english language'", "`language` must be a language tag such as `en` or `zh-Hans`"),
            (
                "[clean]\ndrop = ['p[']",
                "2:1: config-bad-value: invalid configuration value: `drop` contains `p[`",
            ),
            (
                "[clean]\nkeep = ['a', 'div >']",
                "`keep` contains `div >`, which is not a CSS selector: it ends with `>`",
            ),
            ("[clean]\nkeep = ['']", "which is not a CSS selector: it is empty"),
            (
                "[check]\ndeny = ['notes']",
                "`deny` contains `notes`, which is neither \"warnings\" nor a rule",
            ),
            ("[check]\nallow = ['feed/no-languages']", "did you mean `feed/no-language`?"),
            (
                "[[feed]]\nname = 'x'\ntitle_matches = '(a'",
                "3:1: config-bad-value: invalid configuration value: `title_matches` is `(a`, which is not a regular expression: unclosed group",
            ),
            ("[[feed]]\nname = 'x'\nlink_matches = 'a{2,1}'", "`link_matches` is `a{2,1}`, which is not"),
            (
                "[extra]\nrss_item = '<a:b/>'",
                "`rss_item` in [extra] must be XML elements: the prefix of `a:b`",
            ),
            (
                "[extra]\njson_item = '[]'",
                "`json_item` in [extra] must be a JSON object: it is not an object",
            ),
            ("[[feed]]\ntitle = 'x'", "needs a `name`"),
            (
                "[[feed]]\nname = ' \t'",
                "2:1: config-bad-value: invalid configuration value: [[feed]] needs a `name`",
            ),
            (
                "seeds = '  '",
                "1:1: config-bad-value: invalid configuration value: `seeds` is empty; write `seeds = \".\"`",
            ),
            ("feeds = ' '", "`feeds` is empty; write"),
            ("cache_dir = ' '", "`cache_dir` is empty; write"),
            ("[theme]\ntemplate = ' '", "`template` is empty; write"),
            ("[[feed]]\nname = 'rss.xml'", "`rss.xml` cannot be the folder of a feed"),
            ("[[feed]]\nname = 'a'\n[[feed]]\nname = 'a'", "4:1"),
            (
                "title = 'x'\narchive = true\n[section.a]\nlimit = 3",
                "2:1: config-bad-value: invalid configuration value: `archive` needs `base_url`",
            ),
            (
                "base_url = 'https://a.example/'\narchive = true\n[section.a]\nbase_url = ''",
                "4:1: config-bad-value: invalid configuration value: `archive` needs `base_url`",
            ),
            ("podcast = true", "`podcast` must be a table"),
            ("[section.a.podcast]\nowners = 'x'", "`owners` in [podcast]; did you mean `owner`?"),
            (
                "[podcast]\ncategory = ['Sociaty & Culture > Documentry']",
                "did you mean `Society & Culture > Documentary`?",
            ),
            ("[podcast]\nguid = 'town'", "`guid` must be a UUID, not `town`"),
            ("[podcast]\nowner = 'Ann'", "`owner` must be `Name <mail@host>`, not `Ann`"),
            ("[podcast]\ntype = 'daily'", "`type` must be episodic or serial, not `daily`"),
            ("[clean.podcast]\ntype = 'daily'", "`podcast` in [clean]"),
            ("title = ", "1:9: config-syntax"),
            ("section = 1", "`section` must be a table"),
        ] {
            let all = faults(text);
            assert!(all.len() == 1 && all[0].contains(part), "{text}: {all:?}");
        }
    }

    #[test]
    fn a_length_of_time_has_a_unit() {
        for (text, ms) in
            [("0", 0), ("90s", 90_000), ("30m", 1_800_000), ("12 h", 43_200_000), ("2w", 1_209_600_000)]
        {
            assert_eq!(plan(&format!("future = '{text}'")).future, ms, "{text}");
        }
        assert_eq!(plan("").future, 86_400_000);
        for bad in ["", "1", "d", "1.5d", "1y", "9999999d", "+1d", "１d", "1дd"] {
            assert_eq!(faults(&format!("future = '{bad}'")).len(), 1, "{bad}");
        }
    }

    #[test]
    fn an_author_has_an_email_address_only_if_it_is_written() {
        for (text, name, email) in [
            ("Ann <ann@a.example>", "Ann", Some("ann@a.example")),
            ("ann@a.example", "ann@a.example", Some("ann@a.example")),
            ("<ann@a.example>", "ann@a.example", Some("ann@a.example")),
            ("Ann < Bo", "Ann < Bo", None),
            ("Ann <script>", "Ann <script>", None),
            ("Ann <a@b c>", "Ann <a@b c>", None),
            ("Ann <a@b> <c@d>", "Ann <a@b> <c@d>", None),
        ] {
            let author = plan(&format!("author = '{text}'")).main_feed.author.unwrap();
            assert_eq!((author.name.as_str(), author.email.as_deref()), (name, email), "{text}");
        }
    }

    #[test]
    fn a_section_inherits_settings_and_has_its_own_folder() {
        let plan = plan(
            "title = 'News'\nbase_url = 'https://a.example/feeds'\nlimit = 0\nlanguage = 'en'\nauthor = 'Ann <a@b.example>'\n\
             [section.'两 x']\nlanguage = 'zh-Hans'\n[section.b]\ntitle = 'B'\n[[feed]]\nname = 'rain'\ntitle_contains = 'Rain'",
        );
        let section = plan.section("两 x");
        assert_eq!(section.title.as_deref(), Some("两 x – News"));
        assert_eq!(section.base.unwrap().as_str(), "https://a.example/feeds/%E4%B8%A4%20x/");
        assert_eq!((section.language.as_deref(), section.limit), (Some("zh-Hans"), usize::MAX));
        assert_eq!(plan.section("b").title.as_deref(), Some("B"));
        assert_eq!(plan.section("c").title.as_deref(), Some("c – News"));
        assert!(plan.filtered[0].titles.accepts("The RAIN") && !plan.filtered[0].titles.accepts("ruin"));
        assert_eq!(plan.main_feed.author.unwrap().email.as_deref(), Some("a@b.example"));
        assert_eq!(plan.seeds, Path::new("conf/seeds"));
    }

    #[test]
    fn a_podcast_inherits_all_except_its_guid_and_needs_a_table() {
        let plan = plan(
            "[podcast]\ncategory = ['arts>books']\nowner = 'a@b.example'\nguid = '917393e3-1b1e-5cef-ace4-edaa54e1f810'\n\
             [section.a.podcast]\ntype = 'serial'\nexplicit = true\n[[feed]]\nname = 'f'\n[feed.podcast]\nlocked = true",
        );
        let main = plan.main_feed.podcast.clone().unwrap();
        assert_eq!(main.categories, [Category { name: "Arts", subcategory: Some("Books") }]);
        assert!(main.guid.is_some() && !main.serial);
        let section = plan.section("a").podcast.unwrap();
        assert!(section.serial && section.explicit && section.guid.is_none());
        assert_eq!((section.categories, section.owner), (main.categories.clone(), main.owner.clone()));
        assert_eq!(plan.filtered[0].channel.podcast.as_ref().unwrap().locked, Some(true));
        assert_eq!(plan.section("b").podcast, Some(Podcast { guid: None, ..main }));
        assert!(self::plan("[section.a.podcast]").main_feed.podcast.is_none());
    }

    fn messages(text: &str) -> Vec<String> {
        let mut sink = Sink::collecting();
        let raw = RawConfig::read(text, Path::new("feedmill.toml"), &mut sink);
        let _ = raw.and_then(|raw| raw.resolve(&mut sink));
        sink.collected().iter().map(|d| format!("{d:?} {}", d.message())).collect()
    }

    #[test]
    fn values_that_are_probably_mistakes_are_reported_once() {
        for (text, problem) in [
            ("author = '<>'", "`author` must be"),
            ("author = ' - '", "`author` must be"),
            ("append = '<p>{titel}</p>'", "did you mean `{title}`?"),
            ("[extra]\nrss_item = '<comments>{lnk}#c</comments>'", "did you mean `{link}`?"),
            ("formats = ['', '', 'rss']", "`formats` contains ``"),
        ] {
            let found = messages(text);
            assert!(found.len() == 1 && found[0].contains(problem), "{text}: {found:?}");
        }
        for text in ["author = ''", "author = 'Ж'", "append = '{title} {x} {color: red} {link}'"] {
            assert!(messages(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn user_names_and_passwords_get_into_no_feed_and_no_message() {
        for text in [
            "base_url = 'https://ann:key@a.example/'",
            "site_url = 'https://ann:key@a.example/'",
            "icon = 'https://ann:key@a.example/i.png'",
            "[podcast]\nimage = 'https://ann:key@a.example/i.png'",
            "[section.x]\nbase_url = 'https:ann:key@a.example/'",
            "[[feed]]\nname = 'x'\nsite_url = 'https://ann:key@a.example/'",
            "copyright = 'see https://ann:key@a.example/'",
            "description = 'https://key@a.example/'",
            "author = 'https://ann:key@a.example/'",
            "permalink = '/https://ann:key@a.example/:title/'",
            "icon = 'https://a.example/?x=https://ann:key@a.example/i.png'",
            "[section.x]\nbase_url = 'https://a.example/https:ann:key@a.example/'",
            "append = '<a href=\"https://ann:key@a.example/\">x</a> https://ann:key@a.example/'",
            "[extra]\nrss = '<docs>https://ann:key@a.example/</docs>'",
            "[extra]\natom_entry = '<a:b xmlns:a=\"https://ann:key@a.example/\"/>'",
            "[extra]\njson_item = '{\"_a\": [{\"b\": \"https:\\/\\/ann:key@a.example\"}]}'",
        ] {
            let plan = plan(text);
            let channels = [plan.main_feed.clone()]
                .into_iter()
                .chain(plan.sections.values().cloned())
                .chain(plan.filtered.iter().map(|f| f.channel.clone()));
            for channel in channels {
                let all = [channel.base, channel.site, channel.icon, channel.hub]
                    .map(|url| url.map_or(String::new(), String::from));
                let author = format!(
                    "{:?} {:?}",
                    (channel.author, channel.podcast, channel.copyright, channel.description),
                    (channel.append, channel.extra, channel.entry_extra)
                );
                assert!(!format!("{all:?} {author}").contains("key"), "{text}");
            }
            assert!(!plan.fingerprint_source.contains("key") || !text.contains("://ann:key@"), "{text}");
            let found = messages(text);
            assert!(
                found.len() == 1 && found[0].contains("config-credentials") && !found[0].contains("key"),
                "{found:?}"
            );
        }
        for text in [
            "base_url = 'https://ann:key@'",
            "base_url = 'https://ann:key@a.example/index.html'",
            "base_url = 'ftp://ann:key@a.example/'",
            "icon = '//ann:key@a.example/'",
            "icon = 'ann:key@a.example/'",
            "icon = 'https://ann:my key@a b/'",
            "hub = 'ann:key@a.example/'",
            "hub = 'https://ann:key@a.example/",
            "hubb = 'https://ann:key@a.example/'",
        ] {
            let found = messages(text);
            assert!(!found.is_empty() && found.iter().all(|m| !m.contains("key@")), "{found:?}");
        }
    }

    #[test]
    fn a_hub_keeps_its_user_name_and_password_for_requests_only() {
        let text = "hub = 'https://ann:key@hub.example/'";
        let plan = plan(text);
        let hub = plan.section("town").hub.unwrap();
        assert_eq!(hub.as_str(), "https://hub.example/");
        assert_eq!(plan.hub_request_url(&hub).as_str(), "https://ann:key@hub.example/");
        let other: Url = "https://other.example/".parse().unwrap();
        assert_eq!(plan.hub_request_url(&other), other);
        assert_eq!(messages(text), [""; 0]);
        assert!(!plan.fingerprint_source.contains("key"));
    }

    #[test]
    fn a_file_that_is_not_utf8_is_reported_with_line_and_byte() {
        for (bytes, place, part) in [
            (&b"title = 'x'\nauthor = 'Ren\xe9'\n"[..], (2, 14), "byte 0xE9 is not UTF-8"),
            (b"\xff\xfet\0", (1, 1), "it is encoded in UTF-16"),
            (b"\xe4", (1, 1), "byte 0xE4"),
        ] {
            let mut sink = Sink::collecting();
            assert!(RawConfig::from_bytes(bytes, Path::new("feedmill.toml"), &mut sink).is_err());
            let found = &sink.collected()[0];
            assert_eq!((found.place.line, found.place.column), place);
            assert!(found.message().contains(part) && found.message().contains("save the file as UTF-8"));
        }
        let mut sink = Sink::collecting();
        let raw =
            RawConfig::from_bytes(b"\xef\xbb\xbftitle = 'x'", Path::new("feedmill.toml"), &mut sink).unwrap();
        assert_eq!(raw.resolve(&mut sink).unwrap().main_feed.title.as_deref(), Some("x"));
    }

    /// Every field of a plan, for comparison.
    fn dump(plan: &Plan) -> String {
        let channel = |c: &Channel| {
            let formats: Vec<_> = c.formats.iter().map(|f| f.name()).collect();
            let urls = (&c.site, &c.base, &c.icon, &c.hub);
            let texts = (&c.title, &c.description, &c.language, &c.author, &c.copyright);
            format!(
                "{urls:?} {texts:?} {:?} {:?}",
                (c.limit, &c.podcast, c.archive),
                (c.ids, formats, c.layout)
            ) + &format!(
                "{:?} {:?}",
                (c.summary_only, c.picture_enclosures, &c.append, &c.extra, &c.entry_extra),
                (c.ttl, &c.skip_hours, &c.skip_days)
            )
        };
        let filtered: Vec<_> = plan
            .filtered
            .iter()
            .map(|f| {
                format!(
                    "{:?} {}",
                    (&f.name, &f.sections, &f.titles, &f.links, &f.tags, &f.authors, &f.languages, f.max_age),
                    channel(&f.channel)
                )
            })
            .collect();
        let sections: Vec<_> =
            plan.sections.iter().map(|(name, c)| format!("{name} {}", channel(c))).collect();
        let index: Vec<_> = plan.index.iter().map(|i| i.name()).collect();
        let paths = (&plan.seeds, &plan.feeds, &plan.cache_dir);
        let flags = (plan.catalog, plan.probe, plan.probe_private, plan.push, plan.publish_media);
        let policy = format!("{:?} {:?}", plan.policy, plan.excerpt_separator);
        let policy = format!("{policy} {:?}", (plan.same_address, plan.future, &plan.feeds_by));
        let policy = format!("{policy} {:?}", (plan.feed_pages, plan.entry_pages, &plan.theme));
        let policy = format!("{policy} {:?}", (&plan.page_template, &plan.entry_template));
        format!(
            "{:?} {paths:?} {flags:?} {index:?} {:?} {policy} {} {sections:?} {filtered:?}",
            plan.check,
            plan.addresses,
            channel(&plan.main_feed)
        )
    }

    #[test]
    fn every_key_of_every_table_has_an_effect() {
        for table in TABLES {
            let header = table.header.replace("NAME", "town").replace("GLOB", "old");
            let name = if header == "[[feed]]" { "name = 'x'\n" } else { "" };
            // What the example of a key must differ from, and what it needs.
            let base = "base_url = 'https://other.example/'\n[podcast]\nlocked = false\nguid = '00000000-0000-0000-0000-000000000000'\n";
            for key in table.keys.iter().copied().flatten() {
                let line = format!("{} = {}\n", key.name, key.example);
                let needs = if key.name == "archive" && header.is_empty() {
                    "base_url = 'https://other.example/'\n"
                } else {
                    ""
                };
                let (without, with) = match header.as_str() {
                    "" => (needs.to_owned(), format!("{needs}{line}")),
                    "[[feed]]" if key.name == "name" => {
                        (format!("{base}{header}\nname = 'x'\n"), format!("{base}{header}\n{line}"))
                    }
                    "[podcast]" => ("[podcast]\n".to_owned(), format!("[podcast]\n{line}")),
                    _ => (format!("{base}{header}\n{name}"), format!("{base}{header}\n{name}{line}")),
                };
                let (without, with) = (dump(&plan(&without)), dump(&plan(&with)));
                assert!(without != with, "{header} {}: {with}", key.name);
            }
        }
    }

    #[test]
    fn many_keys_on_one_line_take_linear_time_and_few_problems_are_reported() {
        use crate::types::work;
        let shapes: [fn(usize) -> String; 5] = [
            |n| {
                format!(
                    "section = {{ {} }}",
                    (0..n).map(|i| format!("s{i} = {{ limit = 1 }}")).collect::<Vec<_>>().join(", ")
                )
            },
            |n| {
                format!(
                    "section = {{ {} }}",
                    (0..n).map(|i| format!("s{i} = {{ limt = 1 }}")).collect::<Vec<_>>().join(", ")
                )
            },
            |n| (0..n).map(|i| format!("[[feed]]\nname = 'f{i}'\n")).collect(),
            |n| format!("[check]\nallow = [{}]", "'x', ".repeat(n)),
            |n| format!("{} = 1", "k".repeat(n)),
        ];
        for (number, shape) in shapes.iter().enumerate() {
            for n in [1_000, 2_000, 4_000] {
                let text = shape(n);
                let steps = work::count(|| {
                    let mut sink = Sink::collecting();
                    let raw = RawConfig::read(&text, Path::new("feedmill.toml"), &mut sink);
                    let _ = raw.and_then(|raw| raw.resolve(&mut sink));
                    assert!(sink.collected().len() <= MAX_FAULTS + 1);
                })
                .1;
                // Each reported problem may look at the whole line once.
                assert!(steps <= (MAX_FAULTS * text.len()) as u64, "shape {number}: {n} {steps}");
            }
        }
    }
}
