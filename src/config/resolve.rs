//! From keys to what they mean: addresses, languages, formats, people; what a section has from the whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use url::Url;

use super::{
    Channel, CheckConfig, Filtered, Given, Ids, Keys, LIMIT, Plan, RawConfig, Value, faulty, is_feed_name,
    is_language,
};
use crate::diag::{Finding, Place, Sink, codes};
use crate::error::Error;
#[cfg(doc)]
use crate::error::Kind;
use crate::format::{FORMATS, INDEX, Index, Layout, format};
use crate::html::Policy;
use crate::model::podcast::Category;
use crate::model::{Person, Podcast};
use crate::seed::{Addresses, check_permalink};
use crate::types::to_rfc3986;

impl RawConfig {
    /// Resolves it. Everything wrong with a value goes to `sink`.
    ///
    /// # Errors
    /// [`Kind::Config`] where anything was wrong.
    ///
    /// ```
    /// use feedmill::config::RawConfig;
    /// use feedmill::diag::Sink;
    ///
    /// let mut sink = Sink::keeping();
    /// let text = "base_url = 'https://news.example/feeds'\nlimit = 20";
    /// let plan = RawConfig::read(text, "feedmill.toml".as_ref(), &mut sink)?.resolve(&mut sink)?;
    /// assert_eq!(plan.whole.limit, 20);
    /// assert_eq!(plan.section("town").base.map(|url| url.to_string()).as_deref(), Some("https://news.example/feeds/town/"));
    /// # Ok::<(), feedmill::error::Error>(())
    /// ```
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
        let sections: BTreeMap<String, Channel> =
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
        let permalink = self.top.get("permalink").and_then(|given| r.permalink(given));
        if r.faults > 0 {
            return Err(faulty(Path::new("")));
        }
        let sites = |(name, channel): (&String, &Channel)| Some((name.clone(), site(channel)?));
        let addresses = Addresses {
            site: site(&whole),
            sections: sections.iter().filter_map(sites).collect(),
            permalink,
        };
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
            addresses,
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

struct Resolver<'a, 'b> {
    sink: &'a mut Sink<'b>,
    faults: usize,
}

impl Resolver<'_, '_> {
    fn fault(&mut self, place: Place, message: String) {
        self.faults += 1;
        self.sink.push(Finding::new(&codes::CONFIG_BAD_VALUE, place, message));
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

    fn permalink(&mut self, given: &Given) -> Option<String> {
        let text = given.value.text().filter(|text| !text.is_empty())?;
        if let Err(why) = check_permalink(text) {
            self.fault(given.place.clone(), why);
        }
        Some(text.to_owned())
    }

    fn url(&mut self, key: &str, text: &str, place: &Place) -> Option<Url> {
        if text.trim().is_empty() {
            return None;
        }
        let url = Url::parse(text.trim()).ok().and_then(to_rfc3986);
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            let message = format!("`{key}` is an absolute http or https address, not `{text}`");
            self.fault(place.clone(), message);
        }
        url
    }
}

/// Where the articles of a channel are, which need not say it: at the root of where its feeds are published, where nothing
/// else is said.
fn site(channel: &Channel) -> Option<Url> {
    channel.site.clone().or_else(|| channel.base.as_ref().and_then(|base| base.join("/").ok()))
}

/// What a section or a filtered feed has from the whole.
pub(super) fn derive(whole: &Channel, name: &str) -> Channel {
    let title = whole.title.as_ref().map(|t| format!("{name} – {t}"));
    let base = whole.base.clone().and_then(|mut url| {
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(name).push("");
        }
        to_rfc3986(url)
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
