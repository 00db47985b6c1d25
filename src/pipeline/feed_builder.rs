//! Step 3, for one feed: which seeds it takes, and its newest entries while seeds are offered.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::catalog::About;
use crate::config::{Channel, Filtered, Grouping, Ids, Plan, is_feed_name};
use crate::diag::{Finding, Meta, Place, codes, nearest};
use crate::types::UnixMs;

use super::archive::{self, OutputDoc};
use super::select::{Candidate, Key, KeySource, Keys, Newest, Role};

/// A feed whose entries are being selected.
pub(super) struct FeedBuilder<'a> {
    name: String,
    channel: Channel,
    filter: Filter<'a>,
    key_source: KeySource,
    newest: Mutex<Newest>,
    /// [`Newest::floor`], without the lock.
    floor: AtomicI64,
    /// First time at which an accepted seed gets too old.
    first_too_old: AtomicI64,
    /// Latest time at which a rejected seed got too old.
    last_too_old: AtomicI64,
}

/// Which seeds go into a feed.
enum Filter<'a> {
    All,
    Section,
    Configured(&'a Filtered),
    /// A tag, author or language in lower case.
    Group(Grouping, String),
}

/// What filters look at, in addition to the section.
pub(super) struct Traits<'a> {
    pub(super) title: &'a str,
    pub(super) link: &'a str,
    /// In lower case.
    pub(super) tags: Vec<String>,
    /// In lower case.
    pub(super) authors: Vec<String>,
    /// In lower case.
    pub(super) language: Option<String>,
    /// True if it is in a language that the site's articles are translated to: it is in no feed of the site's own language.
    pub(super) is_translation: bool,
}

impl<'a> Traits<'a> {
    /// Collects the traits of a seed. If it names no author or language, it has that of the main feed.
    pub(super) fn new(plan: &Plan, title: &'a str, link: &'a str, about: &About<'_>) -> Self {
        let is_filter = |f: &Filtered| !(f.tags.is_empty() && f.authors.is_empty() && f.languages.is_empty());
        if plan.feeds_by.is_empty() && !plan.filtered.iter().any(is_filter) {
            return Self {
                title,
                link,
                tags: Vec::new(),
                authors: Vec::new(),
                language: None,
                is_translation: false,
            };
        }
        let mut authors: Vec<String> = about.authors.iter().map(|name| name.to_lowercase()).collect();
        if authors.is_empty() {
            authors.extend(plan.main_feed.author.as_ref().map(|author| author.name.to_lowercase()));
        }
        let language = about.language.as_deref().or(plan.main_feed.language.as_deref());
        let tags = about.tags.iter().map(|tag| tag.to_lowercase()).collect();
        let language = language.map(str::to_lowercase);
        let translations = &plan.addresses.translations;
        let is_translation = language.as_ref().is_some_and(|language| translations.contains(language));
        Self { title, link, tags, authors, language, is_translation }
    }
}

impl<'a> FeedBuilder<'a> {
    fn new(plan: &Plan, name: &str, channel: Channel, filter: Filter<'a>) -> Self {
        let newest = Newest::new(archive::entry_capacity(&channel));
        let floor = AtomicI64::new(newest.floor().0);
        let key_source =
            if channel.ids == Ids::File { KeySource::File } else { KeySource::Link(plan.same_address) };
        Self {
            name: name.to_owned(),
            channel,
            filter,
            key_source,
            newest: Mutex::new(newest),
            floor,
            first_too_old: AtomicI64::new(i64::MAX),
            last_too_old: AtomicI64::new(i64::MIN),
        }
    }

    fn newest(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the name of its folder; empty for the main feed.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the maximum number of entries.
    pub(super) fn limit(&self) -> usize {
        self.channel.limit
    }

    /// True if it is an additional feed with a filter of its own.
    pub(super) fn is_configured(&self) -> bool {
        matches!(self.filter, Filter::Configured(_))
    }

    /// Returns the key that a seed shares with its duplicates.
    pub(super) fn key(&self, seed: &Candidate) -> Key {
        Key::of(seed, self.key_source)
    }

    /// True if duplicates are recognized by file names.
    pub(super) fn is_by_file(&self) -> bool {
        matches!(self.key_source, KeySource::File)
    }

    /// True if seeds of a section may go into it.
    pub(super) fn accepts_section(&self, section: Option<&str>) -> bool {
        match self.filter {
            Filter::All | Filter::Group(..) => true,
            Filter::Section => section == Some(&self.name),
            Filter::Configured(f) => {
                f.sections.is_empty() || section.is_some_and(|s| f.sections.iter().any(|n| n == s))
            }
        }
    }

    /// True if a seed of an accepted section goes into it, whatever its age.
    pub(super) fn accepts(&self, seed: &Traits<'_>) -> bool {
        let is_any =
            |wanted: &[String], of: &[String]| wanted.is_empty() || of.iter().any(|one| wanted.contains(one));
        match &self.filter {
            Filter::All | Filter::Section => !seed.is_translation,
            Filter::Group(Grouping::Tag, value) => !seed.is_translation && seed.tags.contains(value),
            Filter::Group(Grouping::Author, value) => !seed.is_translation && seed.authors.contains(value),
            Filter::Group(Grouping::Language, value) => seed.language.as_ref() == Some(value),
            Filter::Configured(f) => {
                f.titles.accepts(seed.title)
                    && f.links.accepts(seed.link)
                    && is_any(&f.tags, &seed.tags)
                    && is_any(&f.authors, &seed.authors)
                    && accepts_language(&f.languages, seed.language.as_deref())
            }
        }
    }

    /// True if a seed of this time is too old to change the selection.
    pub(super) fn is_too_old(&self, time: UnixMs) -> bool {
        time.0 < self.floor.load(Ordering::Relaxed)
    }

    fn max_age(&self) -> Option<i64> {
        match self.filter {
            Filter::Configured(f) => f.max_age,
            _ => None,
        }
    }

    /// True if a seed that is accepted is young enough; records the time at which it no longer is.
    pub(super) fn is_young(&self, time: UnixMs, now: UnixMs) -> bool {
        let Some(age) = self.max_age() else { return true };
        let end = time.0.saturating_add(age);
        if end > now.0 {
            self.first_too_old.fetch_min(end, Ordering::Relaxed);
            return true;
        }
        self.last_too_old.fetch_max(end, Ordering::Relaxed);
        false
    }

    /// Returns the first time at which an entry gets too old, and the latest time at which a seed got too old.
    pub(super) fn ages(&self) -> (UnixMs, UnixMs) {
        (
            UnixMs(self.first_too_old.load(Ordering::Relaxed)),
            UnixMs(self.last_too_old.load(Ordering::Relaxed)),
        )
    }

    /// Adds a seed that is accepted. `keys` are those that other feeds have made of it.
    pub(super) fn offer(&self, seed: &Arc<Candidate>, keys: &mut Keys) {
        let key = keys.get(seed, self.key_source);
        let mut newest = self.newest();
        newest.insert(seed, key);
        self.floor.store(newest.floor().0, Ordering::Relaxed);
    }

    /// True if the seeds it has seen do not tell when each entry was first published, and which seeds were left out.
    pub(super) fn needs_second_pass(&self) -> bool {
        let newest = self.newest();
        newest.is_full() || newest.has_duplicates() || self.max_age().is_some()
    }

    /// Adds the hashes of the keys of its entries.
    pub(super) fn add_hashes(&self, hashes: &mut Vec<u64>) {
        hashes.extend(self.newest().hashes());
    }

    /// Returns the seeds of each entry that has several with the latest time.
    pub(super) fn ties(&self) -> Vec<Arc<Candidate>> {
        self.newest().ties().cloned().collect()
    }

    /// Selects among those seeds by the length of their text.
    pub(super) fn break_ties(&self, length: impl Fn(&Candidate) -> usize) {
        self.newest().break_ties(length);
    }

    /// Records an accepted seed that may be an earlier publication of one of its entries. Returns what became of it; `None`
    /// if its entry is not selected.
    pub(super) fn note(&self, seed: &Candidate, keys: &mut Keys) -> Option<Role> {
        self.newest().note(keys.get(seed, self.key_source), seed)
    }

    /// Returns the documents of the feed. A section or group without entries has none: all its seeds are held back.
    fn finish(self) -> Vec<OutputDoc> {
        let picks = self.newest.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
        if picks.is_empty() && matches!(self.filter, Filter::Section | Filter::Group(..)) {
            return Vec::new();
        }
        archive::output_docs(&self.name, self.channel, picks)
    }
}

/// True if a language is one of those wanted, or a variety of one.
fn accepts_language(wanted: &[String], language: Option<&str>) -> bool {
    let is = |wanted: &String| {
        let rest = language.and_then(|language| language.strip_prefix(wanted.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    wanted.is_empty() || wanted.iter().any(is)
}

/// The feeds to build.
pub(super) struct FeedBuilders<'a> {
    /// The main feed, the configured ones, and those of sections.
    pub(super) plain: Vec<FeedBuilder<'a>>,
    /// Those of tags, authors and languages.
    groups: Vec<FeedBuilder<'a>>,
    /// Positions in `groups`, by the value in lower case.
    positions: HashMap<(Grouping, String), usize>,
}

impl<'a> FeedBuilders<'a> {
    /// Returns every feed, the main feed first.
    pub(super) fn all(&self) -> impl Iterator<Item = &FeedBuilder<'a>> {
        self.plain.iter().chain(&self.groups)
    }

    /// True if there are feeds of tags, authors or languages.
    pub(super) fn has_groups(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Returns the feeds of the tags, authors and language of a seed.
    pub(super) fn groups_of<'s>(&'s self, seed: &'s Traits<'_>) -> impl Iterator<Item = &'s FeedBuilder<'a>> {
        let tags = seed.tags.iter().map(|tag| (Grouping::Tag, tag));
        let authors = seed.authors.iter().map(|author| (Grouping::Author, author));
        let language = seed.language.iter().map(|language| (Grouping::Language, language));
        let values = tags.chain(authors).chain(language).filter(|_| self.has_groups());
        let positions = values.filter_map(|(by, value)| self.positions.get(&(by, value.clone())));
        // Two spellings of a tag are one feed.
        let positions: std::collections::BTreeSet<usize> = positions.copied().collect();
        positions.into_iter().filter_map(|at| self.groups.get(at))
    }

    /// Returns the documents of all feeds.
    pub(super) fn finish(self) -> Vec<OutputDoc> {
        self.plain.into_iter().chain(self.groups).flat_map(FeedBuilder::finish).collect()
    }
}

/// Values by which articles are divided into feeds: those in lower case, each with the spelling that sorts first.
#[derive(Default)]
pub(super) struct Groups(BTreeMap<(Grouping, String), String>);

impl Groups {
    /// Returns the values that belong to the main feed.
    pub(super) fn of_plan(plan: &Plan) -> Self {
        let mut groups = Self::default();
        let author = plan.main_feed.author.as_ref().map(|author| author.name.as_str().into());
        let language = plan.main_feed.language.as_deref().map(Into::into);
        let authors = author.into_iter().collect();
        groups.add(plan, &About { authors, language, ..About::default() });
        groups
    }

    /// Adds those of an article.
    pub(super) fn add(&mut self, plan: &Plan, about: &About<'_>) {
        let tags = about.tags.iter().map(|tag| (Grouping::Tag, tag));
        let authors = about.authors.iter().map(|author| (Grouping::Author, author));
        let languages = about.language.iter().map(|language| (Grouping::Language, language));
        let all = tags.chain(authors).chain(languages);
        for (by, text) in all.filter(|(by, text)| plan.feeds_by.contains(by) && !text.trim().is_empty()) {
            let spelling = self.0.entry((by, text.to_lowercase())).or_insert_with(|| text.to_string());
            if **text < **spelling {
                *spelling = text.to_string();
            }
        }
    }

    /// Adds the values of another collection.
    pub(super) fn merge(mut self, other: Self) -> Self {
        for (key, text) in other.0 {
            let spelling = self.0.entry(key).or_insert_with(|| text.clone());
            if text < *spelling {
                *spelling = text;
            }
        }
        self
    }
}

/// Returns the name of the folder of a tag, author or language: in lower case, because some file systems ignore case, and
/// with `-` for white space and for characters that file systems or URLs reserve.
fn folder_name(text: &str) -> Option<String> {
    let is_safe = |c: char| !c.is_whitespace() && !c.is_control() && !"/\\:*?\"<>|#%&".contains(c);
    let lower = text.trim().to_lowercase();
    let lower = lower.strip_suffix('#').map_or(lower.clone(), |before| format!("{before}-sharp"));
    let mapped: String = lower.chars().map(|c| if is_safe(c) { c } else { '-' }).collect();
    let parts = mapped.split('-').filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("-");
    // Windows ignores dots at the end; names that begin with one are hidden.
    let name = name.trim_matches(['.', '-']);
    let name: String = name.chars().take(MAX_FOLDER_NAME).collect();
    Some(name).filter(|name| is_feed_name(name))
}

/// Maximum length in characters of the name of a folder: file systems allow 255 bytes.
const MAX_FOLDER_NAME: usize = 60;

/// Returns the feeds to build: the main feed, the configured ones, one for each section, and one for each tag, author or
/// language.
pub(super) fn feed_builders<'a>(
    plan: &'a Plan,
    sections: impl Iterator<Item = String>,
    groups: Groups,
    findings: &mut Vec<Finding>,
) -> FeedBuilders<'a> {
    let mut builders = vec![FeedBuilder::new(plan, "", plan.main_feed.clone(), Filter::All)];
    builders.extend(
        plan.filtered
            .iter()
            .map(|f| FeedBuilder::new(plan, &f.name, f.channel.clone(), Filter::Configured(f))),
    );
    let mut seen = HashSet::new();
    let mut names: HashMap<String, String> =
        builders.iter().map(|builder| (builder.name.to_lowercase(), builder.name.clone())).collect();
    for section in sections {
        if seen.insert(section.clone()) && has_feed(plan, &section, &mut names, findings) {
            builders.push(FeedBuilder::new(plan, &section, plan.section(&section), Filter::Section));
        }
    }
    for name in plan.sections.keys().filter(|name| !seen.contains(name.as_str())) {
        if let Some(near) = nearest(name, seen.iter().map(String::as_str)) {
            let detail = format!("`{name}`; did you mean `{near}`?");
            findings.push(Finding::new(&codes::CONFIG_UNKNOWN_SECTION, Place::default(), detail));
        }
    }
    let (groups, positions) = group_builders(plan, groups, findings);
    FeedBuilders { plain: builders, groups, positions }
}

/// Returns the feeds of tags, authors and languages, and their positions.
fn group_builders<'a>(
    plan: &'a Plan,
    groups: Groups,
    findings: &mut Vec<Finding>,
) -> (Vec<FeedBuilder<'a>>, HashMap<(Grouping, String), usize>) {
    let (mut builders, mut positions) = (Vec::new(), HashMap::new());
    let mut spellings: HashMap<String, String> = HashMap::new();
    for ((by, value), spelling) in groups.0 {
        let mut report = |detail: String| {
            let detail = format!("{} `{spelling}` {detail}", by.name());
            findings.push(Finding::new(&codes::FEED_NAME, Place::default(), detail));
        };
        let Some(name) = folder_name(&value) else {
            report("cannot be the name of a folder".to_owned());
            continue;
        };
        let folder = format!("{}/{name}", by.name());
        if let Some(other) = spellings.get(&folder) {
            report(format!("would have the folder of `{other}`"));
            continue;
        }
        positions.insert((by, value.clone()), builders.len());
        let channel = plan.group(by, &name, &spelling);
        builders.push(FeedBuilder::new(plan, &folder, channel, Filter::Group(by, value)));
        spellings.insert(folder, spelling);
    }
    (builders, positions)
}

/// True if a section gets a feed of its own; reports why not. `names` are those of the feeds, by the name in lower case.
fn has_feed(
    plan: &Plan,
    section: &str,
    names: &mut HashMap<String, String>,
    findings: &mut Vec<Finding>,
) -> bool {
    let mut report = |meta: &'static Meta, detail: String| {
        findings.push(Finding::new(meta, Place::default(), detail));
    };
    if plan.filtered.iter().any(|f| f.name == section) {
        report(&codes::SECTION_NAME, format!("`{section}` is the name of a configured feed"));
        return false;
    }
    if !is_feed_name(section) {
        report(&codes::SECTION_NAME, format!("`{section}` cannot be the name of a folder next to the feeds"));
        return false;
    }
    match names.entry(section.to_lowercase()) {
        Entry::Occupied(other) => {
            report(&codes::SECTION_CASE, format!("`{section}` and `{}`", other.get()));
        }
        Entry::Vacant(free) => _ = free.insert(section.to_owned()),
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_safe_and_readable() {
        for (text, name) in [
            ("Rain", "rain"),
            ("C++", "c++"),
            ("C#", "c-sharp"),
            ("Rock & Roll", "rock-roll"),
            ("AC/DC", "ac-dc"),
            ("..", ""),
            ("../etc", "etc"),
            (" node.js ", "node.js"),
            ("日本 語", "日本-語"),
            ("rss.xml", ""),
            ("Élan", "élan"),
            ("a\u{0}b", "a-b"),
        ] {
            assert_eq!(folder_name(text).unwrap_or_default(), name, "{text}");
        }
        assert_eq!(folder_name(&"ä".repeat(400)).unwrap().len(), 2 * MAX_FOLDER_NAME);
    }

    #[test]
    fn a_language_includes_its_varieties() {
        let de = ["de".to_owned()];
        for (language, is) in [("de", true), ("de-ch", true), ("den", false), ("en", false)] {
            assert_eq!(accepts_language(&de, Some(language)), is, "{language}");
        }
        assert!(accepts_language(&[], None) && !accepts_language(&de, None));
    }
}
