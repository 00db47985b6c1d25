//! Resolves keys and values to settings: URLs, languages, formats, people; sections inherit from the main feed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use url::Url;

use super::faults::Faults;
use super::keys::{FULL, MEDIUMS};
use super::{
    Channel, CheckConfig, DAYS, Filtered, Grouping, Ids, Keys, LIMIT, Origin, Plan, PublishMedia, RawConfig,
    SHOWN, SetValue, Source, TextFilter, Value, is_feed_name, is_well_formed_language, write_keys,
};
use crate::diag::{Level, Levels, Place, Sink, codes, nearest, remove_credentials};
use crate::error::Error;
#[cfg(doc)]
use crate::error::Kind;
use crate::format::{FORMATS, INDEX, Index, Layout, format};
use crate::generator::Zone;
use crate::html::Policy;
use crate::model::podcast::Category;
use crate::model::{Extra, Person, Podcast, Theme, placeholders};
use crate::seed::check_permalink;
use crate::seed::{ADDRESS_RULES, Addresses, Exclusions, SameAddress};
use crate::store::{is_url, place};
use crate::types::{excerpt, public_url, to_rfc3986};

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Keys that do not change feeds: where files are, and what happens after a build.
const NOT_IN_FEEDS: [&str; 5] = ["cache_dir", "catalog", "feeds", "push", "seeds"];

impl RawConfig {
    /// Resolves all settings. Every problem goes to `sink`.
    ///
    /// # Errors
    /// [`Kind::Config`] if there was a problem.
    ///
    /// ```
    /// use feedmill::config::RawConfig;
    /// use feedmill::diag::Sink;
    ///
    /// let mut sink = Sink::collecting();
    /// let text = "base_url = 'https://news.example/feeds'\nlimit = 20";
    /// let plan = RawConfig::read(text, "feedmill.toml".as_ref(), &mut sink)?.resolve(&mut sink)?;
    /// assert_eq!(plan.main_feed.limit, 20);
    /// assert_eq!(plan.section("town").base.map(|url| url.to_string()).as_deref(), Some("https://news.example/feeds/town/"));
    /// # Ok::<(), feedmill::error::Error>(())
    /// ```
    pub fn resolve(&self, sink: &mut Sink<'_>) -> Result<Plan, Error> {
        let mut r = Resolver::new(&self.source, sink);
        let [seeds, feeds, cache_dir] =
            ["seeds", "feeds", "cache_dir"].map(|key| self.path(&self.top, key, &mut r));
        let [page_template, entry_template] =
            ["template", "entry_template"].map(|key| self.path(&self.theme, key, &mut r));
        let mut main_feed = r.channel(&self.top, None);
        [main_feed.extra, main_feed.entry_extra] = r.extra(&self.extra);
        let policy = r.policy(&self.clean);
        let sections = self.sections.iter();
        let sections: BTreeMap<String, Channel> =
            sections.map(|(name, keys)| (name.clone(), r.channel(keys, Some((&main_feed, name))))).collect();
        let filtered = self.filtered(&main_feed, &mut r);
        let check = r.check(&self.check, &self.check_paths, &self.folder);
        let (index, feed_pages) =
            self.top.get("index").map_or_else(|| (INDEX.to_vec(), false), |set| r.index(set));
        let same_address = self.top.get("same_address").map_or_else(SameAddress::default, |set| {
            let names = r.names(set, "same_address", ADDRESS_RULES.iter().map(|rule| rule.name));
            SameAddress::of(names.iter().map(String::as_str))
        });
        let feeds_by = self.top.get("feeds_by").map_or_else(Vec::new, |set| {
            let names = r.names(set, "feeds_by", Grouping::ALL.iter().map(|by| by.name()));
            Grouping::ALL.into_iter().filter(|by| names.iter().any(|name| name == by.name())).collect()
        });
        let future = self.top.get("future").and_then(|set| r.duration(set, "future")).unwrap_or(DAY);
        let permalink = self.top.get("permalink").and_then(|set| r.permalink(set));
        let exclude = r.exclude(&self.top);
        let timezone = self.top.get("timezone").and_then(|set| r.timezone(set));
        let publish_media =
            self.top.get("publish_media").map_or(PublishMedia::No, |set| r.publish_media(set));
        let media_url =
            self.top.get("media_url").and_then(|set| r.folder_url("media_url", set.value.text()?, set));
        let theme = r.theme(&self.theme);
        let Resolver { faults, hub_requests, places, .. } = r;
        faults.finish(Path::new(""))?;
        let sites = |(name, channel): (&String, &Channel)| Some((name.clone(), site(channel)?));
        let addresses = Addresses {
            site: site(&main_feed),
            sections: sections.iter().filter_map(sites).collect(),
            permalink,
            timezone,
            translations: Vec::new(),
            media: media_url.clone().or_else(|| main_feed.base.as_ref()?.join("media/").ok()),
            feeds: main_feed.base.clone(),
            repository: None,
            exclude: Exclusions::new(exclude),
        };
        let flag = |key: &str, default| match self.top.get(key).map(|set| &set.value) {
            Some(Value::Bool(on)) => *on,
            _ => default,
        };
        let excerpt_separator = self.top.get("excerpt_separator").and_then(|set| set.value.text());
        Ok(Plan {
            check,
            has_media_url: media_url.is_some() || publish_media != PublishMedia::No,
            publish_media,
            excerpt_separator: excerpt_separator.unwrap_or_default().trim().to_owned(),
            seeds: seeds.unwrap_or_else(|| self.folder.join("seeds")),
            feeds: feeds.unwrap_or_else(|| self.folder.join("feeds")),
            catalog: flag("catalog", true),
            cache_dir,
            probe: flag("probe", false),
            probe_private: flag("probe_private", false),
            push: flag("push", true),
            fingerprint_source: self.fingerprint_source(),
            index,
            theme,
            page_template,
            entry_template,
            feed_pages,
            entry_pages: flag("pages", false),
            addresses,
            same_address,
            future,
            feeds_by,
            policy,
            main_feed,
            sections,
            filtered,
            hub_requests,
            places,
        })
    }

    /// Resolves `[check]` alone, for `feedmill check`.
    ///
    /// # Errors
    /// [`Kind::Config`] if there was a problem.
    pub fn check(&self, sink: &mut Sink<'_>) -> Result<CheckConfig, Error> {
        let mut r = Resolver::new(&self.source, sink);
        let check = r.check(&self.check, &self.check_paths, &self.folder);
        r.faults.finish(Path::new(""))?;
        Ok(check)
    }

    /// Resolves a path: relative to the configuration file if it is in that file, else to the working directory.
    fn path(&self, keys: &Keys, key: &'static str, r: &mut Resolver<'_, '_, '_>) -> Option<PathBuf> {
        let set = keys.get(key)?;
        r.places.insert(key, self.source.place_of(set, false));
        let text = set.value.text()?;
        if text.trim().is_empty() {
            let (example, what) = match key {
                "seeds" => (".", "the folder of the configuration file"),
                "feeds" => (".", "the same folder"),
                "cache_dir" => (".feedmill", "a folder there, or remove the key"),
                _ => ("page.html", "a file there, or remove the key"),
            };
            r.fault(set, format!("`{key}` is empty; write `{key} = \"{example}\"` for {what}"));
        } else if text.contains('\0') {
            r.fault(set, format!("`{key}` contains a NUL character; remove it"));
        }
        if matches!(key, "seeds" | "feeds") && is_url(Path::new(text)) {
            return Some(place(Path::new(text)));
        }
        Some(match set.origin {
            Origin::File(_) => self.folder.join(text),
            Origin::Argument(_) => PathBuf::from(text),
        })
    }

    /// Resolves the additional feeds.
    fn filtered(&self, main_feed: &Channel, r: &mut Resolver<'_, '_, '_>) -> Vec<Filtered> {
        let mut filtered: Vec<Filtered> = Vec::new();
        let mut names = BTreeSet::new();
        for keys in &self.feeds {
            let text = |key: &str| keys.get(key).and_then(|s| s.value.text()).unwrap_or_default().to_owned();
            let name = text("name");
            let Some(set) = keys.get("name").or_else(|| keys.values().next()) else { continue };
            if name.trim().is_empty() {
                r.fault(set, "[[feed]] needs a `name`; write `name = \"FOLDER\"`");
                continue;
            }
            if !is_feed_name(&name) {
                let shown = excerpt(&name, SHOWN);
                r.fault(
                    set,
                    format!(
                        "`name` in [[feed]]: `{shown}` cannot be the folder of a feed; choose another name"
                    ),
                );
                continue;
            }
            if !names.insert(name.clone()) {
                r.fault(set, format!("two [[feed]] have the name `{}`; rename one", excerpt(&name, SHOWN)));
                continue;
            }
            let channel = r.channel(keys, Some((main_feed, &name)));
            let list = |key: &str| keys.get(key).and_then(|s| s.value.list()).unwrap_or_default().to_vec();
            let lower = |key: &str| list(key).iter().map(|text| text.trim().to_lowercase()).collect();
            filtered.push(Filtered {
                sections: list("sections"),
                tags: lower("tags"),
                authors: lower("authors"),
                languages: lower("languages"),
                max_age: keys.get("max_age").and_then(|set| r.duration(set, "max_age")),
                titles: r.text_filter(keys, "title", true),
                links: r.text_filter(keys, "link", false),
                channel,
                name,
            });
        }
        filtered
    }

    /// Returns every key and value that feeds depend on.
    fn fingerprint_source(&self) -> String {
        let mut out = String::new();
        write_keys(&mut out, self.top.iter().filter(|(key, _)| !NOT_IN_FEEDS.contains(key)));
        for (table, keys) in
            [("check", &self.check), ("clean", &self.clean), ("extra", &self.extra), ("theme", &self.theme)]
        {
            out.push_str(&format!("{table}\n"));
            write_keys(&mut out, keys.iter());
        }
        for (name, keys) in &self.sections {
            out.push_str(&format!("section {name:?}\n"));
            write_keys(&mut out, keys.iter());
        }
        for keys in &self.feeds {
            out.push_str("feed\n");
            write_keys(&mut out, keys.iter());
        }
        out
    }
}

struct Resolver<'a, 'b, 'c> {
    source: &'a Source,
    faults: Faults<'b, 'c>,
    hub_requests: BTreeMap<Url, Url>,
    /// Places of paths.
    places: BTreeMap<&'static str, Place>,
}

impl<'a, 'b, 'c> Resolver<'a, 'b, 'c> {
    fn new(source: &'a Source, sink: &'b mut Sink<'c>) -> Self {
        Self { source, faults: Faults::new(sink), hub_requests: BTreeMap::new(), places: BTreeMap::new() }
    }

    fn fault(&mut self, set: &SetValue, detail: impl Into<String>) {
        self.faults.push(&codes::CONFIG_BAD_VALUE, || self.source.place_of(set, false), detail);
    }

    fn policy(&mut self, keys: &Keys) -> Policy {
        let mut list = |key: &str| {
            let Some(set) = keys.get(key) else { return Vec::new() };
            let selectors = set.value.list().unwrap_or_default();
            for selector in selectors {
                if Policy::new(std::slice::from_ref(selector), &[]).is_err() {
                    let shown = excerpt(selector, SHOWN);
                    let why = selector_problem(selector);
                    self.fault(
                        set,
                        format!("`{key}` contains `{shown}`, which is not a CSS selector: {why}"),
                    );
                }
            }
            selectors.to_vec()
        };
        let (drop, keep) = (list("drop"), list("keep"));
        Policy::new(&drop, &keep).unwrap_or_default()
    }

    /// Resolves `[theme]`.
    fn theme(&mut self, keys: &Keys) -> Theme {
        let mut theme = Theme::default();
        for (key, set) in keys {
            match (*key, &set.value) {
                ("accent", Value::Text(text)) => {
                    theme.accent = color(text);
                    if theme.accent.is_none() {
                        let shown = excerpt(text, SHOWN);
                        self.fault(
                            set,
                            format!(
                                "`accent` in [theme] must be `#` and three or six hexadecimal digits such as \
                                 `#8a1c4a`, not `{shown}`"
                            ),
                        );
                    }
                }
                ("font", Value::Text(text)) => {
                    theme.font = fonts(text);
                    if theme.font.is_empty() {
                        let shown = excerpt(text, SHOWN);
                        self.fault(
                            set,
                            format!(
                                "`font` in [theme] must be `sans`, `serif`, `mono`, or names of fonts with commas \
                                 between them, not `{shown}`"
                            ),
                        );
                    }
                }
                ("logo", Value::Text(text)) => theme.logo = self.public_url("logo", text, set),
                ("width", Value::Number(number)) => {
                    theme.width =
                        u32::try_from(*number).ok().filter(|width| super::keys::WIDTHS.contains(width));
                    if theme.width.is_none() {
                        self.fault(
                            set,
                            format!("`width` in [theme] must be a number from 40 to 120, not {number}"),
                        );
                    }
                }
                _ => {}
            }
        }
        theme
    }

    /// Resolves `[extra]`: what is for the head of a feed, and what is for each entry.
    fn extra(&mut self, keys: &Keys) -> [Extra; 2] {
        let mut extra = [Extra::default(), Extra::default()];
        for (key, set) in keys {
            let text = set.value.text().unwrap_or_default();
            let one = &mut extra[usize::from(matches!(*key, "atom_entry" | "json_item" | "rss_item"))];
            let next = match *key {
                "rss" | "rss_item" => one.clone().rss(text),
                "atom" | "atom_entry" => one.clone().atom(text),
                _ => one.clone().json(text),
            };
            match next {
                Ok(next) => {
                    self.placeholders(key, text, set);
                    *one = next.without_credentials();
                    if *one != next {
                        self.warn_of_credentials(key, set);
                    }
                }
                Err(why) => {
                    let what = if key.starts_with("json") { "a JSON object" } else { "XML elements" };
                    self.fault(set, format!("`{key}` in [extra] must be {what}: {why}"));
                }
            }
        }
        extra
    }

    /// Resolves the filters of titles or of links.
    fn text_filter(&mut self, keys: &Keys, of: &str, ignores_case: bool) -> TextFilter {
        let set = |end: &str| keys.get(format!("{of}_{end}").as_str());
        let filter = TextFilter::new(text_of(set("contains")), ignores_case);
        #[cfg(feature = "folder")]
        if let Some(set) = set("matches")
            && let text = text_of(Some(set))
            && !text.is_empty()
        {
            return filter.clone().matching(text).unwrap_or_else(|why| {
                let shown = excerpt(text, SHOWN);
                self.fault(
                    set,
                    format!("`{of}_matches` is `{shown}`, which is not a regular expression: {why}"),
                );
                filter
            });
        }
        filter
    }

    /// Resolves `exclude`.
    fn exclude(&mut self, keys: &Keys) -> Vec<String> {
        let set = keys.get("exclude");
        let exclude = set.and_then(|set| set.value.list()).unwrap_or_default();
        for pattern in exclude {
            if let (Some(set), Some(fault)) = (set, super::pattern_fault(pattern)) {
                let shown = excerpt(pattern, SHOWN);
                self.fault(
                    set,
                    format!("`exclude` contains `{shown}`, which has {fault}; correct the pattern"),
                );
            }
        }
        exclude.to_vec()
    }

    fn check(&mut self, keys: &Keys, paths: &[(String, Keys)], folder: &Path) -> CheckConfig {
        CheckConfig {
            levels: self.levels(keys),
            paths: paths.iter().map(|(pattern, keys)| (pattern.clone(), self.levels(keys))).collect(),
            exclude: self.exclude(keys),
            folder: folder.to_owned(),
        }
    }

    /// Resolves `allow`, `warn` and `deny`.
    fn levels(&mut self, keys: &Keys) -> Levels {
        let mut levels = Levels::default();
        let rules = crate::check::rules();
        for (name, level) in [("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)] {
            let Some(set) = keys.get(name) else { continue };
            for word in set.value.list().unwrap_or_default() {
                let codes = rules.iter().map(|rule| rule.meta.code);
                if !levels.set_known(word, level, codes.clone()) {
                    let near = nearest(word, codes);
                    let fix = near.map_or_else(
                        || "`feedmill rules` lists all".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    let shown = excerpt(word, SHOWN);
                    let what = if name == "deny" { "neither \"warnings\" nor a rule" } else { "not a rule" };
                    self.fault(set, format!("`{name}` contains `{shown}`, which is {what}; {fix}"));
                }
            }
        }
        levels
    }

    /// Returns a list of names, each of which must be known.
    fn names<'k>(
        &mut self,
        set: &SetValue,
        key: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Vec<String> {
        let names = set.value.list().unwrap_or_default().to_vec();
        for name in names.iter().filter(|name| known.clone().all(|known| known != **name)) {
            let (shown, known) = (excerpt(name, SHOWN), known.clone().collect::<Vec<_>>().join(", "));
            self.fault(set, format!("`{key}` contains `{shown}`, which is not one of {known}"));
        }
        names
    }

    /// Parses a length of time; returns milliseconds.
    fn duration(&mut self, set: &SetValue, key: &str) -> Option<i64> {
        let text = set.value.text()?;
        let length = duration(text);
        if length.is_none() {
            let shown = excerpt(text, SHOWN);
            self.fault(
                set,
                format!("`{key}` must be a length of time such as `30m`, `12h`, `1d` or `0`, not `{shown}`"),
            );
        }
        length
    }

    /// Returns the files of `index`, and true if each feed has a page.
    fn index(&mut self, set: &SetValue) -> (Vec<&'static dyn Index>, bool) {
        let names = self.names(set, "index", super::keys::index().iter().map(String::as_str));
        let is_full = names.iter().any(|name| name == FULL);
        // Alone, it stands for everything.
        let is_all = names == [FULL];
        let is_named = |i: &&dyn Index| {
            names.iter().any(|name| name == i.name()) || is_full && i.media_type() == "text/html"
        };
        (INDEX.iter().copied().filter(|i| is_all || is_named(i)).collect(), is_full)
    }

    /// Resolves the settings of a feed. `parent` is the main feed and the name of a section or an additional feed.
    fn channel(&mut self, keys: &Keys, parent: Option<(&Channel, &str)>) -> Channel {
        let mut channel = match parent {
            Some((main_feed, name)) => derive(main_feed, name),
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
                summary_only: false,
                picture_enclosures: false,
                append: String::new(),
                ttl: None,
                skip_hours: Vec::new(),
                skip_days: Vec::new(),
                extra: Extra::default(),
                entry_extra: Extra::default(),
            },
        };
        for (key, set) in keys {
            self.channel_key(&mut channel, key, set);
        }
        if keys.contains_key("podcast") {
            let mut podcast = channel.podcast.take().unwrap_or_default();
            for (key, set) in keys {
                self.podcast_key(&mut podcast, key, set);
            }
            channel.podcast = Some(podcast);
        }
        // Reported once, where it was requested: a channel that only inherits `archive` does not repeat it.
        if let Some(set) = keys.get("archive").or_else(|| keys.get("base_url"))
            && channel.archive
            && channel.base.is_none()
        {
            self.fault(
                set,
                "`archive` needs `base_url`, because archive documents link to each other by absolute URL",
            );
        }
        channel
    }

    /// Applies a key of a channel. A test checks that no key of the table is missing here.
    fn channel_key(&mut self, channel: &mut Channel, key: &str, set: &SetValue) {
        match (key, &set.value) {
            ("title", Value::Text(t)) => channel.title = non_empty(self.plain(key, t, set)),
            ("description", Value::Text(t)) => channel.description = self.plain(key, t, set),
            ("copyright", Value::Text(t)) => channel.copyright = non_empty(self.plain(key, t, set)),
            ("author", Value::Text(t)) => {
                let text = self.plain(key, t, set);
                channel.author = person(&text);
                if !text.is_empty() && text.bytes().all(|b| b == b' ' || b.is_ascii_punctuation()) {
                    let shown = excerpt(&text, SHOWN);
                    self.fault(set, format!("`author` must be `Name <mail@host>`, not `{shown}`"));
                }
            }
            ("site_url", Value::Text(t)) => channel.site = self.public_url(key, t, set),
            ("icon", Value::Text(t)) => channel.icon = self.public_url(key, t, set),
            ("hub", Value::Text(t)) => channel.hub = self.hub(t, set),
            ("base_url", Value::Text(t)) => channel.base = self.folder_url(key, t, set),
            ("language", Value::Text(t)) => {
                if is_well_formed_language(t) {
                    channel.language = Some(t.clone());
                } else if !t.trim().is_empty() {
                    let shown = excerpt(t, SHOWN);
                    let detail =
                        format!("`language` must be a language tag such as `en` or `zh-Hans`, not `{shown}`");
                    self.fault(set, detail);
                }
            }
            ("limit", Value::Number(n)) => match usize::try_from(*n) {
                Ok(0) => channel.limit = usize::MAX,
                Ok(n) => channel.limit = n,
                Err(_) => self.fault(set, format!("`limit` is {n}; use 0 for all entries")),
            },
            ("archive", Value::Bool(on)) => channel.archive = *on,
            ("indent", Value::Bool(on)) => {
                channel.layout = if *on { Layout::Indented } else { Layout::Compact };
            }
            ("append", Value::Text(t)) => {
                channel.append = self.public_text(key, t, set);
                self.placeholders(key, t, set);
            }
            ("content", Value::Text(t)) => match t.as_str() {
                "full" | "summary" => channel.summary_only = t == "summary",
                _ => {
                    let shown = excerpt(t, SHOWN);
                    self.fault(set, format!("`content` must be full or summary, not `{shown}`"));
                }
            },
            ("picture_enclosures", Value::Bool(on)) => channel.picture_enclosures = *on,
            ("skip_days", Value::List(names)) => channel.skip_days = self.days(names, set),
            ("skip_hours", Value::List(hours)) => {
                channel.skip_hours = hours.iter().filter_map(|hour| hour.parse().ok()).collect();
                channel.skip_hours.sort_unstable();
                channel.skip_hours.dedup();
            }
            ("ttl", Value::Number(n)) => match u32::try_from(*n) {
                Ok(minutes) => channel.ttl = Some(minutes).filter(|minutes| *minutes > 0),
                Err(_) => self.fault(set, format!("`ttl` must be a number of minutes, not {n}")),
            },
            ("ids", Value::Text(t)) => match t.as_str() {
                "link" => channel.ids = Ids::Link,
                "tag" => channel.ids = Ids::Tag,
                "file" => channel.ids = Ids::File,
                _ => self.fault(set, format!("`ids` must be link, tag or file, not `{}`", excerpt(t, SHOWN))),
            },
            ("formats", Value::List(names)) => {
                channel.formats.clear();
                for name in distinct(names) {
                    match format(name) {
                        Some(format) => channel.formats.push(format),
                        None => {
                            let known: Vec<_> = FORMATS.iter().map(|f| f.name()).collect();
                            let (shown, known) = (excerpt(name, SHOWN), known.join(", "));
                            self.fault(
                                set,
                                format!("`formats` contains `{shown}`, which is not one of {known}"),
                            );
                        }
                    }
                }
                if names.is_empty() {
                    self.fault(set, "`formats` is empty; list one format, or remove the key");
                }
            }
            // Keys of the top level, of a filter and of [podcast], which are resolved elsewhere.
            _ => {}
        }
    }

    /// Applies a key of `[podcast]`. A test checks that no key of the table is missing here.
    fn podcast_key(&mut self, podcast: &mut Podcast, key: &str, set: &SetValue) {
        match (key, &set.value) {
            ("podcast.author", Value::Text(t)) => podcast.author = non_empty(self.plain("author", t, set)),
            ("podcast.category", Value::List(names)) => {
                podcast.categories = names.iter().filter_map(|name| self.category(name, set)).collect();
            }
            ("podcast.explicit", Value::Bool(on)) => podcast.explicit = *on,
            ("podcast.guid", Value::Text(t)) => match t.parse() {
                Ok(guid) => podcast.guid = Some(guid),
                Err(_) => self.fault(set, format!("`guid` must be a UUID, not `{}`", excerpt(t, SHOWN))),
            },
            ("podcast.image", Value::Text(t)) => podcast.image = self.public_url("image", t, set),
            ("podcast.locked", Value::Bool(on)) => podcast.locked = Some(*on),
            ("podcast.owner", Value::Text(t)) => {
                let text = self.plain("owner", t, set);
                match person(&text).filter(|p| p.email.is_some()) {
                    Some(owner) => podcast.owner = Some(owner),
                    None => {
                        let shown = excerpt(&text, SHOWN);
                        self.fault(set, format!("`owner` must be `Name <mail@host>`, not `{shown}`"));
                    }
                }
            }
            ("podcast.funding", Value::Text(t)) => podcast.funding = self.public_url("funding", t, set),
            ("podcast.funding_text", Value::Text(t)) => {
                podcast.funding_text = self.plain("funding_text", t, set)
            }
            ("podcast.license", Value::Text(t)) => podcast.license = non_empty(self.plain("license", t, set)),
            ("podcast.location", Value::Text(t)) => {
                podcast.location = non_empty(self.plain("location", t, set))
            }
            ("podcast.medium", Value::Text(t)) if MEDIUMS.contains(&t.as_str()) => {
                podcast.medium = Some(t.clone());
            }
            ("podcast.medium", Value::Text(t)) => {
                let (shown, known) = (excerpt(t, SHOWN), MEDIUMS.join(", "));
                self.fault(set, format!("`medium` must be one of {known}, not `{shown}`"));
            }
            ("podcast.update_frequency", Value::Text(t)) => {
                podcast.update_frequency = non_empty(self.plain("update_frequency", t, set));
            }
            ("podcast.type", Value::Text(t)) => match t.as_str() {
                "episodic" | "serial" => podcast.serial = t == "serial",
                _ => {
                    self.fault(
                        set,
                        format!("`type` must be episodic or serial, not `{}`", excerpt(t, SHOWN)),
                    );
                }
            },
            _ => {}
        }
    }

    /// Returns the days of the week that a list names, each once.
    fn days(&mut self, names: &[String], set: &SetValue) -> Vec<String> {
        for name in names {
            if !DAYS.iter().any(|day| day.eq_ignore_ascii_case(name.trim())) {
                let (shown, known) = (excerpt(name, SHOWN), DAYS.join(", "));
                self.fault(set, format!("`skip_days` contains `{shown}`, which is not one of {known}"));
            }
        }
        let is_named = |day: &&str| names.iter().any(|name| day.eq_ignore_ascii_case(name.trim()));
        DAYS.into_iter().filter(is_named).map(str::to_owned).collect()
    }

    fn category(&mut self, text: &str, set: &SetValue) -> Option<Category> {
        let spelled = text.split('>').map(str::trim).collect::<Vec<_>>().join(" > ").to_lowercase();
        if let Some((_, category)) = Category::all().find(|(name, _)| name.to_lowercase() == spelled) {
            return Some(category);
        }
        let names: Vec<String> = Category::all().map(|(name, _)| name).collect();
        let near = nearest(&spelled, names.iter().map(String::as_str));
        let fix = near.map_or_else(
            || "docs/reference/config.md links to the list".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let shown = excerpt(text, SHOWN);
        self.fault(set, format!("`category` contains `{shown}`, which Apple Podcasts does not have; {fix}"));
        None
    }

    fn permalink(&mut self, set: &SetValue) -> Option<String> {
        let text = set.value.text().filter(|text| !text.trim().is_empty())?;
        let text = self.public_text("permalink", text, set);
        if let Err(why) = check_permalink(&text) {
            self.fault(set, format!("`permalink` is not a URL pattern: {why}"));
        }
        Some(text)
    }

    fn timezone(&mut self, set: &SetValue) -> Option<Zone> {
        let text = set.value.text().map(str::trim).filter(|text| !text.is_empty())?;
        if let Ok(zone) = text.parse() {
            return Some(zone);
        }
        let near = nearest(text, Zone::names());
        let fix = near.map_or_else(
            || "write one such as `Europe/Berlin`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.fault(set, format!("`timezone` is `{}`, which is not a time zone; {fix}", excerpt(text, SHOWN)));
        None
    }

    /// Parses an absolute http or https URL. An empty one is none.
    fn url(&mut self, key: &str, text: &str, set: &SetValue) -> Option<Url> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let url = Url::parse(text).ok().and_then(to_rfc3986);
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            // The part before an @ may be a password.
            let is_secret = text.contains('@');
            let value = if is_secret { String::new() } else { format!(", not `{}`", excerpt(text, SHOWN)) };
            let detail = format!("`{key}` must be an absolute http or https URL{value}");
            self.faults.push(&codes::CONFIG_BAD_VALUE, || self.source.place_of(set, is_secret), detail);
        }
        url
    }

    /// Parses a URL that feeds publish: without user name and password.
    fn public_url(&mut self, key: &str, text: &str, set: &SetValue) -> Option<Url> {
        let url = self.url(key, text, set)?;
        let public = public_url(url.clone());
        if public != url {
            let detail = format!("`{key}`; used `{public}` instead");
            self.faults.warn(&codes::CONFIG_CREDENTIALS, self.source.place_of(set, true), detail);
        }
        Some(public)
    }

    /// Parses the URL of a hub. Its user name and password are stored for requests.
    fn hub(&mut self, text: &str, set: &SetValue) -> Option<Url> {
        let url = self.url("hub", text, set)?;
        let public = public_url(url.clone());
        if public != url {
            self.hub_requests.insert(public.clone(), url);
        }
        Some(public)
    }

    fn publish_media(&mut self, set: &SetValue) -> PublishMedia {
        match set.value.text().unwrap_or_default() {
            "no" => PublishMedia::No,
            "copy" => PublishMedia::Copy,
            "link" => PublishMedia::Link,
            text => {
                let shown = excerpt(text, SHOWN);
                self.fault(set, format!("`publish_media` must be no, copy or link, not `{shown}`"));
                PublishMedia::No
            }
        }
    }

    /// Parses the URL of a folder; the result ends with a slash.
    fn folder_url(&mut self, key: &str, text: &str, set: &SetValue) -> Option<Url> {
        let mut url = self.public_url(key, text, set)?;
        let is_plain = url.query().is_none() && url.fragment().is_none();
        url.set_query(None);
        url.set_fragment(None);
        let last = url.path().rsplit('/').next().unwrap_or_default().to_owned();
        let is_file = is_file_name(&last);
        if is_file && let Ok(mut path) = url.path_segments_mut() {
            path.pop();
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let problem = match (is_file, is_plain) {
            (true, _) => {
                format!("ends with the file `{}` instead of the folder of the feeds", excerpt(&last, SHOWN))
            }
            (false, false) => "has a query or fragment".to_owned(),
            (false, true) => return Some(url),
        };
        let detail = format!("`{key}` {problem}; write `{url}`");
        self.faults.push(&codes::CONFIG_BAD_VALUE, || self.source.place_of(set, text.contains('@')), detail);
        Some(url)
    }

    /// Returns text for a channel: with the characters that XML allows, with white space folded, and without user names and
    /// passwords in URLs.
    fn plain(&mut self, key: &str, text: &str, set: &SetValue) -> String {
        let text = crate::html::xml_line(text);
        self.public_text(key, &text, set)
    }

    /// Returns text that feeds publish: without user names and passwords in URLs.
    fn public_text(&mut self, key: &str, text: &str, set: &SetValue) -> String {
        let public = remove_credentials(text);
        if let Cow::Owned(_) = public {
            self.warn_of_credentials(key, set);
        }
        public.into_owned()
    }

    /// Reports a name in braces that is probably a misspelled placeholder. Other braces are text.
    fn placeholders(&mut self, key: &str, text: &str, set: &SetValue) {
        let names = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let known = placeholders("", "").map(|(name, _)| name);
        let misspelled = |name: &&str| !known.contains(name) && name.bytes().all(|b| b.is_ascii_alphabetic());
        for name in names.filter(misspelled) {
            if let Some(near) = nearest(name, known) {
                self.fault(set, format!("`{key}` has `{{{name}}}`; did you mean `{{{near}}}`?"));
            }
        }
    }

    fn warn_of_credentials(&mut self, key: &str, set: &SetValue) {
        let place = self.source.place_of(set, true);
        self.faults.warn(&codes::CONFIG_CREDENTIALS, place, format!("`{key}`; left them out"));
    }
}

/// Returns the texts of a list, each once.
fn distinct(all: &[String]) -> impl Iterator<Item = &String> {
    let mut seen = BTreeSet::new();
    all.iter().filter(move |text| seen.insert(*text))
}

/// Returns a string of the configuration; empty if it is not set.
fn text_of(set: Option<&SetValue>) -> &str {
    set.and_then(|set| set.value.text()).unwrap_or_default()
}

/// True if the last segment of a URL is the name of a file.
fn is_file_name(segment: &str) -> bool {
    const EXTENSIONS: [&str; 10] =
        ["asp", "aspx", "atom", "htm", "html", "json", "opml", "php", "rss", "xml"];
    let extension = Path::new(segment).extension().unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Returns the problem of a CSS selector that cannot be parsed.
fn selector_problem(selector: &str) -> String {
    let selector = selector.trim();
    let combinator = |c: Option<char>| c.filter(|c| matches!(c, '>' | '+' | '~' | ','));
    if selector.is_empty() {
        return "it is empty".to_owned();
    }
    if let Some(c) = combinator(selector.chars().next_back()) {
        return format!("it ends with `{c}`");
    }
    if let Some(c) = combinator(selector.chars().next()) {
        return format!("it begins with `{c}`");
    }
    for (open, close) in [('[', ']'), ('(', ')')] {
        if selector.matches(open).count() > selector.matches(close).count() {
            return format!("`{open}` has no `{close}`");
        }
    }
    if selector.contains(':') {
        return "it has an unknown pseudo-class or pseudo-element".to_owned();
    }
    "write one such as `.newsletter` or `div > p`".to_owned()
}

/// Returns the site for articles that do not state their URL: that of the channel, else the root of its `base_url`.
fn site(channel: &Channel) -> Option<Url> {
    channel.site.clone().or_else(|| channel.base.as_ref().and_then(|base| base.join("/").ok()))
}

/// Returns the title of a section or an additional feed that has none: its name as people write it, and the title of the main
/// feed.
///
/// ```
/// assert_eq!(feedmill::config::derived_title("town-hall", "Harbour news"), "town hall – Harbour news");
/// ```
#[must_use]
pub fn derived_title(name: &str, main_title: &str) -> String {
    let words: Vec<&str> = name.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect();
    let name = if words.is_empty() { name.to_owned() } else { words.join(" ") };
    format!("{name} – {main_title}")
}

/// Returns the settings that a section or an additional feed inherits from the main feed.
pub(super) fn derive(main_feed: &Channel, name: &str) -> Channel {
    derive_below(main_feed, &[name], |title| derived_title(name, title))
}

/// Returns the settings that the feed in a folder below the main feed inherits from it. `title` makes its title of that of the
/// main feed.
pub(super) fn derive_below(main_feed: &Channel, folders: &[&str], title: impl Fn(&str) -> String) -> Channel {
    let title = main_feed.title.as_deref().map(title);
    let base = main_feed.base.clone().and_then(|mut url| {
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(folders).push("");
        }
        to_rfc3986(url)
    });
    // Each podcast has its own guid.
    let podcast = main_feed.podcast.clone().map(|podcast| Podcast { guid: None, ..podcast });
    Channel { title, base, podcast, description: String::new(), ..main_feed.clone() }
}

/// Parses a color: `#` and three or six hexadecimal digits.
fn color(text: &str) -> Option<[u8; 3]> {
    let digits = text.trim().strip_prefix('#')?;
    let digits: Vec<u8> =
        digits.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    match digits[..] {
        [r, g, b] => Some([r * 17, g * 17, b * 17]),
        [r1, r2, g1, g2, b1, b2] => Some([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2]),
        _ => None,
    }
}

/// Returns the names of fonts in a list; none if one of them cannot be the name of a font.
fn fonts(text: &str) -> Vec<String> {
    let names = text.split(',').map(|name| name.trim().trim_matches(['"', '\'']).trim());
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'))
    };
    let names = names.map(|name| is_name(name).then(|| name.to_owned()));
    names.collect::<Option<_>>().unwrap_or_default()
}

/// Parses a number and a unit; returns milliseconds.
fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    if text == "0" {
        return Some(0);
    }
    let unit = text.chars().next_back()?;
    let ms = match unit {
        's' => 1000,
        'm' => 60 * 1000,
        'h' => 60 * 60 * 1000,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return None,
    };
    let number = text.strip_suffix(unit)?.trim_end();
    let digits = (1..=6).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    number.parse::<i64>().ok().filter(|_| digits).map(|number| number * ms)
}

fn non_empty(text: String) -> Option<String> {
    Some(text).filter(|t| !t.is_empty())
}

/// Parses `Name <mail@host>`, `Name` or `mail@host`; the text has its white space folded.
pub(super) fn person(text: &str) -> Option<Person> {
    let (name, email) = match text.split_once('<') {
        Some((name, rest)) if rest.contains('@') && !rest.trim_end_matches('>').contains([' ', '<', '>']) => {
            (name.trim().to_owned(), non_empty(rest.trim_end_matches('>').to_owned()))
        }
        None if text.contains('@') && !text.contains(' ') => (String::new(), Some(text.to_owned())),
        _ => (text.to_owned(), None),
    };
    let name = if name.is_empty() { email.clone()? } else { name };
    Some(Person { name, email, ..Person::default() })
}
