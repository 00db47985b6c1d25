//! The configuration: as written ([`RawConfig`], every key with its place) and as resolved ([`Plan`], immutable).
//!
//! Keys are rows of a table, so one loop knows unknown ones, suggests the nearest and checks types; all faults are
//! reported at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::Url;

use crate::diag::{Diagnostic, Place, Sink, codes};
use crate::error::{Error, Kind};
use crate::format::{FORMATS, Format, INDEX, Index, Layout, format};
use crate::html::Policy;
use crate::model::podcast::Category;
use crate::model::{Person, Podcast};
use crate::unit::strict;

/// The file that is read where none is named.
pub const FILE: &str = "feedmill.toml";
/// How many entries a feed carries where nothing else is said.
pub const LIMIT: usize = 50;

/// What a key takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Text,
    Number,
    Switch,
    List,
}

/// Keys of a channel: at the top, in a section and in a feed of its own.
const CHANNEL: &[(&str, Takes)] = &[
    ("archive", Takes::Switch),
    ("author", Takes::Text),
    ("base_url", Takes::Text),
    ("copyright", Takes::Text),
    ("description", Takes::Text),
    ("formats", Takes::List),
    ("hub", Takes::Text),
    ("icon", Takes::Text),
    ("ids", Takes::Text),
    ("indent", Takes::Switch),
    ("language", Takes::Text),
    ("limit", Takes::Number),
    ("site_url", Takes::Text),
    ("title", Takes::Text),
];
const TOP: &[(&str, Takes)] = &[
    ("cache_dir", Takes::Text),
    ("catalog", Takes::Switch),
    ("feeds", Takes::Text),
    ("index", Takes::List),
    ("probe", Takes::Switch),
    ("probe_private", Takes::Switch),
    ("push", Takes::Switch),
    ("seeds", Takes::Text),
];
/// Keys of `[podcast]`, which stands in any channel. They are kept among those of their channel, with its name before.
const PODCAST: &[(&str, Takes)] = &[
    ("podcast.author", Takes::Text),
    ("podcast.category", Takes::List),
    ("podcast.explicit", Takes::Switch),
    ("podcast.guid", Takes::Text),
    ("podcast.image", Takes::Text),
    ("podcast.locked", Takes::Switch),
    ("podcast.owner", Takes::Text),
    ("podcast.type", Takes::Text),
];
const TABLES: &[&str] = &["check", "clean", "feed", "podcast", "section"];
const CHECK: &[(&str, Takes)] = &[("allow", Takes::List), ("deny", Takes::List)];
const CLEAN: &[(&str, Takes)] = &[("drop", Takes::List), ("keep", Takes::List)];
const FEED: &[(&str, Takes)] = &[
    ("link_contains", Takes::Text),
    ("name", Takes::Text),
    ("sections", Takes::List),
    ("title_contains", Takes::Text),
];

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
        self.sections.get(name).cloned().unwrap_or_else(|| derive(&self.whole, name))
    }
}

impl RawConfig {
    /// Reads a file's text. Everything wrong with it goes to `sink`.
    ///
    /// # Errors
    /// [`Kind::Config`] where anything was wrong.
    pub fn read(text: &str, file: &Path, sink: &mut Sink<'_>) -> Result<Self, Error> {
        let folder = file.parent().unwrap_or(Path::new("")).to_path_buf();
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        let (file_name, starts) = (file.to_string_lossy().into_owned(), starts.collect());
        let mut reader = Reader { text, starts, file: file_name, sink, faults: 0 };
        let mut raw = Self { folder, ..Self::default() };
        match DeTable::parse(text) {
            Ok(table) => reader.top(table.get_ref(), &mut raw),
            Err(error) => {
                let at = error.span().map_or(0, |s| s.start);
                reader.fault(&codes::CONFIG_SYNTAX, at, error.message().replace('\n', "; "));
            }
        }
        reader.faults.eq(&0).then_some(raw).ok_or_else(|| faulty(file))
    }

    /// Sets a key at the top, as a flag or a variable does; `origin` names it in messages.
    pub fn set(&mut self, key: &'static str, value: Value, origin: &str) {
        self.top.insert(key, Given { value, place: Place::file(origin), in_file: false });
    }

    /// Resolves it. Everything wrong with a value goes to `sink`.
    ///
    /// # Errors
    /// [`Kind::Config`] where anything was wrong.
    pub fn resolve(&self, sink: &mut Sink<'_>) -> Result<Plan, Error> {
        let mut r = Resolver { sink, faults: 0 };
        let folder = |key: &str| {
            let given = self.top.get(key);
            let name = given.and_then(|g| g.value.text()).unwrap_or(key);
            if given.is_some_and(|g| g.in_file) || given.is_none() {
                self.folder.join(name)
            } else {
                PathBuf::from(name)
            }
        };
        let whole = r.channel(&self.top, None);
        let list = |key: &str| self.clean.get(key).and_then(|g| g.value.list()).unwrap_or_default().to_vec();
        let policy = Policy::new(&list("drop"), &list("keep")).unwrap_or_else(|message| {
            let place = self.clean.values().next().map(|g| g.place.clone()).unwrap_or_default();
            r.fault(place, message);
            Policy::default()
        });
        let sections = self.sections.iter();
        let sections =
            sections.map(|(name, keys)| (name.clone(), r.channel(keys, Some((&whole, name))))).collect();
        let mut filtered: Vec<Filtered> = Vec::new();
        for keys in &self.feeds {
            let text = |key: &str| keys.get(key).and_then(|g| g.value.text()).unwrap_or_default().to_owned();
            let name = text("name");
            let place = keys.values().next().map(|g| g.place.clone()).unwrap_or_default();
            if !is_feed_name(&name) {
                r.fault(place, format!("a [[feed]] needs a `name` that can be a folder; `{name}` can't"));
                continue;
            }
            if filtered.iter().any(|f| f.name == name) {
                r.fault(place, format!("two [[feed]] are named `{name}`"));
                continue;
            }
            let channel = r.channel(keys, Some((&whole, &name)));
            let sections = keys.get("sections").and_then(|g| g.value.list()).unwrap_or_default().to_vec();
            filtered.push(Filtered {
                sections,
                title_contains: text("title_contains").to_lowercase(),
                link_contains: text("link_contains"),
                channel,
                name,
            });
        }
        let check = r.check(&self.check);
        let index = self.top.get("index").map_or_else(|| INDEX.to_vec(), |given| r.index(given));
        if r.faults > 0 {
            return Err(faulty(Path::new("")));
        }
        let switch = |key: &str, default| match self.top.get(key).map(|given| &given.value) {
            Some(Value::Switch(on)) => *on,
            _ => default,
        };
        Ok(Plan {
            check,
            seeds: folder("seeds"),
            feeds: folder("feeds"),
            catalog: switch("catalog", true),
            cache_dir: self.top.get("cache_dir").map(|_| folder("cache_dir")),
            probe: switch("probe", false),
            probe_private: switch("probe_private", false),
            push: switch("push", true),
            written: self.written(),
            index,
            policy,
            whole,
            sections,
            filtered,
        })
    }
}

impl RawConfig {
    /// Every key and value that a feed depends on, wherever it was written.
    fn written(&self) -> String {
        let keys = |keys: &Keys| {
            let elsewhere = ["cache_dir", "catalog", "feeds", "push", "seeds"];
            let keys = keys.iter().filter(|(key, _)| !elsewhere.contains(key));
            keys.map(|(key, given)| format!("{key} = {:?}\n", given.value)).collect::<String>()
        };
        let sections = self.sections.iter().map(|(name, inner)| format!("section {name:?}\n{}", keys(inner)));
        let feeds = self.feeds.iter().map(|inner| format!("feed\n{}", keys(inner)));
        let tables = [
            keys(&self.top),
            format!("check\n{}", keys(&self.check)),
            format!("clean\n{}", keys(&self.clean)),
        ];
        tables.into_iter().chain(sections).chain(feeds).collect()
    }

    /// Resolves `[check]` alone, for `feedmill check`.
    ///
    /// # Errors
    /// [`Kind::Config`] where anything was wrong.
    pub fn check(&self, sink: &mut Sink<'_>) -> Result<CheckConfig, Error> {
        let mut r = Resolver { sink, faults: 0 };
        let check = r.check(&self.check);
        if r.faults > 0 { Err(faulty(Path::new(""))) } else { Ok(check) }
    }
}

fn faulty(file: &Path) -> Error {
    let error = Error::new(Kind::Config, "the configuration can't be followed; nothing was milled");
    if file.as_os_str().is_empty() { error } else { error.at(file) }
}

/// Whether a feed can live in a folder of this name beside the whole feed's files.
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

/// Every key there is, wherever it may stand.
pub fn keys() -> impl Iterator<Item = &'static str> {
    [CHANNEL, TOP, PODCAST, CHECK, CLEAN, FEED].into_iter().flatten().map(|key| short(key.0))
}

/// A key as it is written in its table.
fn short(key: &'static str) -> &'static str {
    key.strip_prefix("podcast.").unwrap_or(key)
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

struct Reader<'a, 'b, 'c> {
    text: &'a str,
    /// Where each line begins.
    starts: Vec<usize>,
    file: String,
    sink: &'b mut Sink<'c>,
    faults: usize,
}

impl Reader<'_, '_, '_> {
    fn place(&self, at: usize) -> Place {
        let at = self.text.floor_char_boundary(at);
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = self.text[start..at].chars().count();
        let shown = self.text[start..].lines().next().unwrap_or_default();
        Place::at(self.file.as_str(), line as u32, column as u32 + 1).showing(shown)
    }

    fn fault(&mut self, meta: &'static crate::diag::Meta, at: usize, message: String) {
        let place = self.place(at);
        self.faults += 1;
        self.sink.push(Diagnostic::new(meta, place, message));
    }

    fn unknown<'k>(&mut self, key: &str, at: usize, within: &str, known: impl Iterator<Item = &'k str>) {
        let near = known
            .map(|k| (strsim::damerau_levenshtein(k, &key.to_lowercase()), k))
            .min()
            .filter(|(distance, k)| *distance <= 1 + k.len() / 4);
        let hint = near.map(|(_, k)| format!("; did you mean `{k}`?")).unwrap_or_default();
        self.fault(&codes::CONFIG_UNKNOWN_KEY, at, format!("unknown key `{key}`{within}{hint}"));
    }

    fn top(&mut self, table: &DeTable<'_>, raw: &mut RawConfig) {
        let known = || CHANNEL.iter().chain(TOP);
        let mut later = Vec::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            if TABLES.contains(&name) {
                later.push((name, value));
            } else {
                let names = known().map(|k| k.0).chain(TABLES.iter().copied());
                self.key(key, value, "", known(), names, &mut raw.top);
            }
        }
        for (name, value) in later {
            let at = value.span().start;
            match (name, value.get_ref()) {
                ("check", DeValue::Table(t)) => raw.check = self.keys(t, " in [check]", CHECK),
                ("clean", DeValue::Table(t)) => raw.clean = self.keys(t, " in [clean]", CLEAN),
                ("podcast", _) => self.podcast(value, &mut raw.top),
                ("section", DeValue::Table(t)) => {
                    for (key, value) in t {
                        let Some(inner) = value.get_ref().as_table() else {
                            self.fault(
                                &codes::CONFIG_BAD_VALUE,
                                key.span().start,
                                "write [section.NAME]".to_owned(),
                            );
                            continue;
                        };
                        let keys = self.channel(inner, " in a section", &[]);
                        raw.sections.insert(key.get_ref().to_string(), keys);
                    }
                }
                ("feed", DeValue::Array(list)) => {
                    for item in list.iter() {
                        match item.get_ref().as_table() {
                            Some(t) => {
                                let mut keys = self.channel(t, " in [[feed]]", FEED);
                                if keys.is_empty() {
                                    let place = self.place(item.span().start);
                                    keys.insert(
                                        "name",
                                        Given { value: Value::Text(String::new()), place, in_file: true },
                                    );
                                }
                                raw.feeds.push(keys);
                            }
                            None => {
                                let at = item.span().start;
                                self.fault(&codes::CONFIG_BAD_VALUE, at, "write [[feed]]".to_owned());
                            }
                        }
                    }
                }
                _ => {
                    let brackets =
                        if name == "feed" { "[[feed]]" } else { "[section.NAME], [check] or [clean]" };
                    self.fault(
                        &codes::CONFIG_BAD_VALUE,
                        at,
                        format!("`{name}` is a table: write {brackets}"),
                    );
                }
            }
        }
    }

    fn keys(&mut self, table: &DeTable<'_>, within: &str, all: &'static [(&'static str, Takes)]) -> Keys {
        let mut keys = Keys::new();
        for (key, value) in table {
            self.key(key, value, within, all.iter(), all.iter().map(|k| k.0), &mut keys);
        }
        keys
    }

    /// The keys of a section or of a feed of its own, which has some more.
    fn channel(&mut self, table: &DeTable<'_>, within: &str, more: &'static [(&'static str, Takes)]) -> Keys {
        let mut keys = Keys::new();
        for (key, value) in table {
            if key.get_ref() == "podcast" {
                self.podcast(value, &mut keys);
                continue;
            }
            let known = || CHANNEL.iter().chain(more);
            let names = known().map(|k| k.0).chain(["podcast"]);
            self.key(key, value, within, known(), names, &mut keys);
        }
        keys
    }

    /// `[podcast]` among the keys of a channel; that it is there at all makes a podcast of it.
    fn podcast(&mut self, value: &Spanned<DeValue<'_>>, keys: &mut Keys) {
        let at = value.span().start;
        let Some(table) = value.get_ref().as_table() else {
            let message = "`podcast` is a table: write [podcast] or [section.NAME.podcast]";
            return self.fault(&codes::CONFIG_BAD_VALUE, at, message.to_owned());
        };
        keys.insert("podcast", Given { value: Value::Switch(true), place: self.place(at), in_file: true });
        for (key, value) in table {
            let names = PODCAST.iter().map(|k| short(k.0));
            self.key(key, value, " in [podcast]", PODCAST.iter(), names, keys);
        }
    }

    fn key<'k>(
        &mut self,
        key: &Spanned<toml::de::DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
        within: &str,
        mut known: impl Iterator<Item = &'static (&'static str, Takes)>,
        names: impl Iterator<Item = &'k str>,
        keys: &mut Keys,
    ) {
        let name: &str = key.get_ref();
        let Some((known, takes)) = known.find(|k| short(k.0) == name) else {
            return self.unknown(name, key.span().start, within, names);
        };
        let read = match (takes, value.get_ref()) {
            (Takes::Text, DeValue::String(s)) => Some(Value::Text(s.to_string())),
            (Takes::Switch, DeValue::Boolean(b)) => Some(Value::Switch(*b)),
            (Takes::Number, DeValue::Integer(i)) => {
                i64::from_str_radix(&i.as_str().replace('_', ""), i.radix()).ok().map(Value::Number)
            }
            (Takes::List, DeValue::Array(list)) => list
                .iter()
                .map(|v| v.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map(Value::List),
            _ => None,
        };
        let wanted = match takes {
            Takes::Text => "a string in quotes",
            Takes::Number => "a whole number",
            Takes::Switch => "true or false",
            Takes::List => "a list of strings",
        };
        match read {
            Some(value) => {
                keys.insert(known, Given { value, place: self.place(key.span().start), in_file: true });
            }
            None => {
                self.fault(&codes::CONFIG_BAD_VALUE, value.span().start, format!("`{name}` takes {wanted}"))
            }
        }
    }
}

struct Resolver<'a, 'b> {
    sink: &'a mut Sink<'b>,
    faults: usize,
}

impl Resolver<'_, '_> {
    fn fault(&mut self, place: Place, message: String) {
        self.faults += 1;
        self.sink.push(Diagnostic::new(&codes::CONFIG_BAD_VALUE, place, message));
    }

    fn check(&mut self, keys: &Keys) -> CheckConfig {
        let mut check = CheckConfig::default();
        let rules = crate::check::rules();
        for (key, given) in keys {
            for word in given.value.list().unwrap_or_default() {
                match *key {
                    "deny" if word == "warnings" => check.deny_warnings = true,
                    "deny" => {
                        self.fault(given.place.clone(), format!("`deny` takes \"warnings\", not `{word}`"))
                    }
                    _ if rules.iter().any(|r| r.meta.code == word) => check.allow.push(word.clone()),
                    _ => self.fault(
                        given.place.clone(),
                        format!("there is no rule `{word}`; `feedmill rules` lists them"),
                    ),
                }
            }
        }
        check
    }

    fn index(&mut self, given: &Given) -> Vec<&'static dyn Index> {
        let names = given.value.list().unwrap_or_default();
        if let Some(name) = names.iter().find(|name| INDEX.iter().all(|i| i.name() != **name)) {
            let known = INDEX.iter().map(|i| i.name()).collect::<Vec<_>>().join(", ");
            self.fault(given.place.clone(), format!("`index` takes some of {known}, not `{name}`"));
        }
        INDEX.iter().copied().filter(|i| names.iter().any(|name| name == i.name())).collect()
    }

    fn channel(&mut self, keys: &Keys, within: Option<(&Channel, &str)>) -> Channel {
        let mut channel = match within {
            Some((whole, name)) => derive(whole, name),
            None => Channel {
                title: None,
                description: String::new(),
                site: None,
                base: None,
                language: None,
                author: None,
                copyright: None,
                icon: None,
                hub: None,
                podcast: None,
                limit: LIMIT,
                archive: false,
                ids: Ids::Link,
                formats: FORMATS.to_vec(),
                layout: Layout::Indented,
            },
        };
        for (key, given) in keys {
            match (*key, &given.value) {
                ("title", Value::Text(t)) => channel.title = some_text(t),
                ("description", Value::Text(t)) => channel.description = plain(t),
                ("copyright", Value::Text(t)) => channel.copyright = some_text(t),
                ("site_url", Value::Text(t)) => channel.site = self.url(key, t, &given.place),
                ("icon", Value::Text(t)) => channel.icon = self.url(key, t, &given.place),
                ("hub", Value::Text(t)) => channel.hub = self.url(key, t, &given.place),
                ("base_url", Value::Text(t)) => {
                    channel.base = self.url(key, t, &given.place).map(|mut url| {
                        url.set_query(None);
                        url.set_fragment(None);
                        if !url.path().ends_with('/') {
                            url.set_path(&format!("{}/", url.path()));
                        }
                        url
                    });
                }
                ("language", Value::Text(t)) => {
                    if is_language(t) {
                        channel.language = Some(t.clone());
                    } else if !t.is_empty() {
                        let message = format!("`{t}` is no language tag such as en or zh-Hans");
                        self.fault(given.place.clone(), message);
                    }
                }
                ("author", Value::Text(t)) => channel.author = person(t),
                ("limit", Value::Number(n)) => match usize::try_from(*n) {
                    Ok(0) => channel.limit = usize::MAX,
                    Ok(n) => channel.limit = n,
                    Err(_) => {
                        let message = "`limit` can't be negative; 0 means all".to_owned();
                        self.fault(given.place.clone(), message);
                    }
                },
                ("archive", Value::Switch(on)) => channel.archive = *on,
                ("indent", Value::Switch(on)) => {
                    channel.layout = if *on { Layout::Indented } else { Layout::Compact };
                }
                ("ids", Value::Text(t)) => match t.as_str() {
                    "link" => channel.ids = Ids::Link,
                    "tag" => channel.ids = Ids::Tag,
                    "file" => channel.ids = Ids::File,
                    _ => self.fault(given.place.clone(), format!("`ids` is link, tag or file, not `{t}`")),
                },
                ("formats", Value::List(names)) => {
                    channel.formats.clear();
                    for name in names {
                        match format(name) {
                            Some(f) if !channel.formats.iter().any(|g| g.name() == f.name()) => {
                                channel.formats.push(f);
                            }
                            Some(_) => {}
                            None => {
                                let known: Vec<_> = FORMATS.iter().map(|f| f.name()).collect();
                                let known = known.join(", ");
                                self.fault(
                                    given.place.clone(),
                                    format!("no format `{name}`; there are {known}"),
                                );
                            }
                        }
                    }
                    if names.is_empty() {
                        self.fault(given.place.clone(), "`formats` is empty".to_owned());
                    }
                }
                _ => {}
            }
        }
        if keys.contains_key("podcast") {
            channel.podcast = Some(self.podcast(keys, channel.podcast.take().unwrap_or_default()));
        }
        // Said once, where it was asked for: a channel that only inherits the switch repeats nothing.
        let place = keys.get("archive").or_else(|| keys.get("base_url")).map(|g| g.place.clone());
        if let Some(place) = place.filter(|_| channel.archive && channel.base.is_none()) {
            let message =
                "`archive` needs `base_url`: its documents lead to each other by absolute addresses";
            self.fault(place, message.to_owned());
        }
        channel
    }

    /// A podcast with what a table says of it.
    fn podcast(&mut self, keys: &Keys, mut podcast: Podcast) -> Podcast {
        for (key, given) in keys {
            match (*key, &given.value) {
                ("podcast.author", Value::Text(t)) => podcast.author = some_text(t),
                ("podcast.category", Value::List(names)) => {
                    let found = names.iter().filter_map(|name| self.category(name, &given.place));
                    podcast.categories = found.collect();
                }
                ("podcast.explicit", Value::Switch(on)) => podcast.explicit = *on,
                ("podcast.guid", Value::Text(t)) => match t.parse() {
                    Ok(guid) => podcast.guid = Some(guid),
                    Err(_) => self.fault(given.place.clone(), format!("`guid` is a UUID, not `{t}`")),
                },
                ("podcast.image", Value::Text(t)) => podcast.image = self.url("image", t, &given.place),
                ("podcast.locked", Value::Switch(on)) => podcast.locked = Some(*on),
                ("podcast.owner", Value::Text(t)) => match person(t).filter(|p| p.email.is_some()) {
                    Some(owner) => podcast.owner = Some(owner),
                    None => {
                        let message = format!("`owner` is \"Name <mail@host>\", not `{t}`");
                        self.fault(given.place.clone(), message);
                    }
                },
                ("podcast.type", Value::Text(t)) => match t.as_str() {
                    "episodic" | "serial" => podcast.serial = t == "serial",
                    _ => self.fault(given.place.clone(), format!("`type` is episodic or serial, not `{t}`")),
                },
                _ => {}
            }
        }
        podcast
    }

    fn category(&mut self, text: &str, place: &Place) -> Option<Category> {
        let spelled = text.split('>').map(str::trim).collect::<Vec<_>>().join(" > ").to_lowercase();
        let away = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &spelled);
        let (away, name, category) =
            Category::all().map(|(name, category)| (away(&name), name, category)).min_by_key(|c| c.0)?;
        if away > 0 {
            let message = format!("Apple Podcasts has no category `{text}`; did you mean `{name}`?");
            self.fault(place.clone(), message);
        }
        (away == 0).then_some(category)
    }

    fn url(&mut self, key: &str, text: &str, place: &Place) -> Option<Url> {
        if text.trim().is_empty() {
            return None;
        }
        match Url::parse(text.trim()) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Some(strict(url)),
            _ => {
                let message = format!("`{key}` is an absolute http or https address, not `{text}`");
                self.fault(place.clone(), message);
                None
            }
        }
    }
}

/// What a section or a filtered feed has from the whole.
fn derive(whole: &Channel, name: &str) -> Channel {
    let title = whole.title.as_ref().map(|t| format!("{name} – {t}"));
    let base = whole.base.clone().map(|mut url| {
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(name).push("");
        }
        strict(url)
    });
    // Each show is one of its own.
    let podcast = whole.podcast.clone().map(|podcast| Podcast { guid: None, ..podcast });
    Channel { title, base, podcast, description: String::new(), ..whole.clone() }
}

/// Text for a channel: characters that XML can carry, white space folded.
fn plain(text: &str) -> String {
    crate::html::xml_text(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn some_text(text: &str) -> Option<String> {
    Some(plain(text)).filter(|t| !t.is_empty())
}

/// `Name <mail@host>`, `Name` or `mail@host`.
fn person(text: &str) -> Option<Person> {
    let text = plain(text);
    let (name, email) = match text.split_once('<') {
        Some((name, rest)) if rest.contains('@') && !rest.trim_end_matches('>').contains([' ', '<', '>']) => {
            (name.trim().to_owned(), some_text(rest.trim_end_matches('>')))
        }
        None if text.contains('@') && !text.contains(' ') => (String::new(), Some(text)),
        _ => (text, None),
    };
    let name = if name.is_empty() { email.clone()? } else { name };
    Some(Person { name, email, uri: None })
}

/// Whether a text has the shape of a language tag ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646#section-2.1)).
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

    fn faults(text: &str) -> Vec<String> {
        let mut sink = Sink::keeping();
        if let Ok(raw) = RawConfig::read(text, Path::new("feedmill.toml"), &mut sink) {
            let _ = raw.resolve(&mut sink);
        }
        sink.kept()
            .iter()
            .map(|d| format!("{}:{}: {}: {}", d.place.line, d.place.column, d.meta.code, d.message))
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
        assert_eq!(whole.categories, [Category { name: "Arts", below: Some("Books") }]);
        assert!(whole.guid.is_some() && !whole.serial);
        let section = plan.section("a").podcast.unwrap();
        assert!(section.serial && section.explicit && section.guid.is_none());
        assert_eq!((section.categories, section.owner), (whole.categories.clone(), whole.owner.clone()));
        assert_eq!(plan.filtered[0].channel.podcast.as_ref().unwrap().locked, Some(true));
        assert_eq!(plan.section("b").podcast, Some(Podcast { guid: None, ..whole }));
        assert!(self::plan("[section.a.podcast]").whole.podcast.is_none());
    }
}
