//! The configuration: as written ([`RawConfig`], every key with its place) and as resolved ([`Plan`], immutable).
//!
//! Keys are rows of a table, so one loop knows unknown ones, suggests the nearest and checks types; all faults are
//! reported at once.

mod keys;
#[cfg(feature = "folder")]
mod read;
mod resolve;
#[cfg(feature = "folder")]
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use url::Url;

use crate::diag::Place;
use crate::error::{Error, Kind};
use crate::format::{FORMATS, Format, INDEX, Index, Layout};
use crate::html::Policy;
use crate::model::{Person, Podcast};
use crate::seed::Addresses;

pub use keys::{Form, Key, Otherwise, TABLES, Table, Takes, Words, keys};
#[cfg(feature = "folder")]
pub use schema::schema;

/// The file that is read where none is named.
pub const FILE: &str = "feedmill.toml";
/// How many entries a feed carries where nothing else is said.
pub const LIMIT: usize = 50;

/// A value of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer.
    Number(i64),
    /// `true` or `false`.
    Switch(bool),
    /// An array of strings.
    List(Vec<String>),
}

#[derive(Clone, Debug)]
struct Given {
    value: Value,
    place: Place,
    in_file: bool,
}

type Keys = BTreeMap<&'static str, Given>;

/// The configuration as written, from a file and from flags.
#[derive(Clone, Debug, Default)]
pub struct RawConfig {
    folder: PathBuf,
    top: Keys,
    check: Keys,
    clean: Keys,
    sections: BTreeMap<String, Keys>,
    feeds: Vec<Keys>,
}

/// How an entry gets its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// The link of its earliest seed.
    Link,
    /// A tag URI ([RFC 4151](https://www.rfc-editor.org/rfc/rfc4151)) made of that link.
    Tag,
    /// A tag URI made of the number in the seed's file name; seeds with one number are one entry.
    File,
}

/// A feed to make, resolved.
#[derive(Clone)]
pub struct Channel {
    /// Its title where configured.
    pub title: Option<String>,
    /// Its description, possibly empty.
    pub description: String,
    /// The site it belongs to, where configured.
    pub site: Option<Url>,
    /// The folder it is published in.
    pub base: Option<Url>,
    /// Language of the channel.
    pub language: Option<String>,
    /// Who is responsible for it.
    pub author: Option<Person>,
    /// The copyright line.
    pub copyright: Option<String>,
    /// Its picture.
    pub icon: Option<Url>,
    /// Its WebSub hub.
    pub hub: Option<Url>,
    /// How many entries it carries at most; [`usize::MAX`] for all.
    pub limit: usize,
    /// What it is as a podcast, where it may be one.
    pub podcast: Option<Podcast>,
    /// Whether older entries go to archive documents; then `base` is known.
    pub archive: bool,
    /// How entries get their ids.
    pub ids: Ids,
    /// What is written.
    pub formats: Vec<&'static dyn Format>,
    /// How it is laid out.
    pub layout: Layout,
}

/// A feed of its own: the entries of some sections, or with some words in title or link.
#[derive(Clone)]
pub struct Filtered {
    /// Its folder under the feeds.
    pub name: String,
    /// The sections it takes; empty for all.
    pub sections: Vec<String>,
    /// Text that a title must hold, in any case of letters.
    pub title_contains: String,
    /// Text that a link must hold.
    pub link_contains: String,
    /// What it is.
    pub channel: Channel,
}

/// What `check` is told beside its arguments (`[check]`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckConfig {
    /// Whether warnings are errors (`deny = ["warnings"]`).
    pub deny_warnings: bool,
    /// Codes of rules that say nothing.
    pub allow: Vec<String>,
}

/// The configuration, resolved.
#[derive(Clone)]
pub struct Plan {
    /// How published feeds are checked.
    pub check: CheckConfig,
    /// Where seeds lie.
    pub seeds: PathBuf,
    /// Where feeds go.
    pub feeds: PathBuf,
    /// Whether a catalog is kept.
    pub catalog: bool,
    /// Where it is kept, in a folder for each folder of feeds; beside the feeds where nothing is said.
    pub cache_dir: Option<PathBuf>,
    /// Whether media servers are asked of what articles do not tell.
    pub probe: bool,
    /// Whether those with private addresses are asked too.
    pub probe_private: bool,
    /// Whether hubs are told of changes.
    pub push: bool,
    /// All that was configured, in one text: two plans with the same text make the same feeds, but for folders.
    pub written: String,
    /// What is written beside the feeds.
    pub index: Vec<&'static dyn Index>,
    /// Where articles are that do not say it themselves.
    pub addresses: Addresses,
    /// What is dropped from bodies and kept in them.
    pub policy: Policy,
    /// The feed of everything.
    pub whole: Channel,
    /// Sections that are configured.
    pub sections: BTreeMap<String, Channel>,
    /// Feeds of their own.
    pub filtered: Vec<Filtered>,
}

impl Plan {
    /// The channel of a section: as configured, else derived from the whole.
    #[must_use]
    pub fn section(&self, name: &str) -> Channel {
        self.sections.get(name).cloned().unwrap_or_else(|| resolve::derive(&self.whole, name))
    }
}

impl RawConfig {
    /// Sets a key at the top, as a flag or a variable does; `origin` names it in messages.
    ///
    /// ```
    /// use feedmill::config::{RawConfig, Value};
    /// use feedmill::diag::Sink;
    ///
    /// let mut raw = RawConfig::default();
    /// raw.set("limit", Value::Number(0), "--limit");
    /// let plan = raw.resolve(&mut Sink::keeping())?;
    /// assert_eq!(plan.whole.limit, usize::MAX);
    /// # Ok::<(), feedmill::error::Error>(())
    /// ```
    pub fn set(&mut self, key: &'static str, value: Value, origin: &str) {
        self.top.insert(key, Given { value, place: Place::file(origin), in_file: false });
    }
}

fn faulty(file: &Path) -> Error {
    let error = Error::new(Kind::Config, "the configuration can't be followed; nothing was milled");
    if file.as_os_str().is_empty() { error } else { error.at(file) }
}

/// Whether a feed can live in a folder of this name beside the whole feed's files.
///
/// ```
/// use feedmill::config::is_feed_name;
///
/// assert!(is_feed_name("town") && !is_feed_name("rss.xml") && !is_feed_name("../town"));
/// ```
#[must_use]
pub fn is_feed_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control)
        && crate::html::xml_text(name) == name
        && FORMATS.iter().all(|f| !f.file_name().eq_ignore_ascii_case(name))
        && INDEX.iter().all(|i| !i.file_name().eq_ignore_ascii_case(name))
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

/// Whether a text has the shape of a language tag ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646#section-2.1)).
///
/// ```
/// use feedmill::config::is_language;
///
/// assert!(is_language("zh-Hans") && !is_language("english language"));
/// ```
#[must_use]
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let starts = (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic())
        || matches!(first, "x" | "i") && text.len() > 2;
    starts && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sink;
    use crate::model::podcast::Category;

    fn faults(text: &str) -> Vec<String> {
        let mut sink = Sink::keeping();
        if let Ok(raw) = RawConfig::read(text, Path::new("feedmill.toml"), &mut sink) {
            let _ = raw.resolve(&mut sink);
        }
        sink.kept()
            .iter()
            .map(|d| format!("{}:{}: {}: {}", d.place.line, d.place.column, d.meta.code, d.message()))
            .collect()
    }

    fn plan(text: &str) -> Plan {
        let mut sink = Sink::keeping();
        RawConfig::read(text, Path::new("conf/feedmill.toml"), &mut sink).unwrap().resolve(&mut sink).unwrap()
    }

    #[test]
    fn unknown_keys_are_errors_with_a_suggestion_and_the_line_and_all_are_reported() {
        assert_eq!(
            faults("titel = 'x'\nzzz = 1\n[clean]\ndrops = []\n[section.a]\nlimits = 3\n"),
            [
                "1:1: config-unknown-key: unknown key `titel`; did you mean `title`?",
                "2:1: config-unknown-key: unknown key `zzz`",
                "4:1: config-unknown-key: unknown key `drops` in [clean]; did you mean `drop`?",
                "6:1: config-unknown-key: unknown key `limits` in a section; did you mean `limit`?",
            ]
        );
    }

    #[test]
    fn bad_values_are_errors_with_the_line() {
        for (text, part) in [
            ("limit = 'x'", "1:9: config-bad-value: `limit` takes a whole number"),
            ("\nlimit = -1", "2:1: config-bad-value: `limit` can't be negative"),
            ("base_url = 'feeds'", "1:1: config-bad-value: `base_url` is an absolute"),
            ("base_url = 'https://a{b}.example/'", "1:1: config-bad-value: `base_url` is an absolute"),
            ("formats = ['rss', 'rdf']", "no format `rdf`; there are rss"),
            ("ids = 'guid'", "`ids` is link, tag or file"),
            ("language = 'english language'", "is no language tag"),
            ("[clean]\ndrop = ['p[']", "2:1: config-bad-value: `p[` is no CSS selector"),
            ("[[feed]]\ntitle = 'x'", "needs a `name`"),
            (
                "title = 'x'\narchive = true\n[section.a]\nlimit = 3",
                "2:1: config-bad-value: `archive` needs `base_url`",
            ),
            (
                "base_url = 'https://a.example/'\narchive = true\n[section.a]\nbase_url = ''",
                "4:1: config-bad-value: `archive` needs `base_url`",
            ),
            ("podcast = true", "1:11: config-bad-value: `podcast` is a table"),
            ("[section.a.podcast]\nowners = 'x'", "unknown key `owners` in [podcast]; did you mean `owner`?"),
            (
                "[podcast]\ncategory = ['Sociaty & Culture > Documentry']",
                "did you mean `Society & Culture > Documentary`?",
            ),
            ("[podcast]\nguid = 'town'", "2:1: config-bad-value: `guid` is a UUID"),
            ("[podcast]\nowner = 'Ann'", "`owner` is \"Name <mail@host>\""),
            ("[podcast]\ntype = 'daily'", "`type` is episodic or serial"),
            ("[clean.podcast]\ntype = 'daily'", "unknown key `podcast` in [clean]"),
            ("title = ", "1:9: config-syntax"),
            ("section = 1", "1:11: config-bad-value: `section` is a table"),
        ] {
            let all = faults(text);
            assert!(all.len() == 1 && all[0].contains(part), "{text}: {all:?}");
        }
    }

    #[test]
    fn an_author_has_an_address_only_where_one_is_written() {
        for (text, name, email) in [
            ("Ann <ann@a.example>", "Ann", Some("ann@a.example")),
            ("ann@a.example", "ann@a.example", Some("ann@a.example")),
            ("<ann@a.example>", "ann@a.example", Some("ann@a.example")),
            ("Ann < Bo", "Ann < Bo", None),
            ("Ann <script>", "Ann <script>", None),
            ("Ann <a@b c>", "Ann <a@b c>", None),
            ("Ann <a@b> <c@d>", "Ann <a@b> <c@d>", None),
        ] {
            let author = plan(&format!("author = '{text}'")).whole.author.unwrap();
            assert_eq!((author.name.as_str(), author.email.as_deref()), (name, email), "{text}");
        }
    }

    #[test]
    fn a_section_inherits_and_has_its_own_folder() {
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
        assert_eq!(plan.filtered[0].title_contains, "rain");
        assert_eq!(plan.whole.author.unwrap().email.as_deref(), Some("a@b.example"));
        assert_eq!(plan.seeds, Path::new("conf/seeds"));
    }

    #[test]
    fn a_podcast_inherits_all_but_its_guid_and_is_one_where_a_table_says_so() {
        let plan = plan(
            "[podcast]\ncategory = ['arts>books']\nowner = 'a@b.example'\nguid = '917393e3-1b1e-5cef-ace4-edaa54e1f810'\n\
             [section.a.podcast]\ntype = 'serial'\nexplicit = true\n[[feed]]\nname = 'f'\n[feed.podcast]\nlocked = true",
        );
        let whole = plan.whole.podcast.clone().unwrap();
        assert_eq!(whole.categories, [Category { name: "Arts", subcategory: Some("Books") }]);
        assert!(whole.guid.is_some() && !whole.serial);
        let section = plan.section("a").podcast.unwrap();
        assert!(section.serial && section.explicit && section.guid.is_none());
        assert_eq!((section.categories, section.owner), (whole.categories.clone(), whole.owner.clone()));
        assert_eq!(plan.filtered[0].channel.podcast.as_ref().unwrap().locked, Some(true));
        assert_eq!(plan.section("b").podcast, Some(Podcast { guid: None, ..whole }));
        assert!(self::plan("[section.a.podcast]").whole.podcast.is_none());
    }
}
