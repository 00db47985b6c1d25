//! A repository that a generator builds, with the folder of seeds in it.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use url::Url;

use super::files::FirstFailure;
use super::lookups;
use super::{Files, Found, GENERATORS, Matter, Page, Placed, Refusal, Rules, Site, Zone, data};
use crate::diag::remove_credentials;
use crate::error::Error;
use crate::model::change_strings;
use crate::store::{FsStore, Stamp, Store};
use crate::types::{Bytes, work};

/// Number of folders above the seeds that are looked at.
const ABOVE: usize = 6;
/// Size of the largest template or file of data that is read.
const LIMIT: Bytes = Bytes(1 << 20);
/// Number of steps that reading the configuration may take; that of a large site takes a hundredth.
const STEPS: u64 = 50_000_000;
/// Memory of what is kept of files of data, and number of files that are remembered.
const MAX_DATA: Bytes = Bytes(64 << 20);
const MAX_CACHED: usize = 100_000;
/// Number of folders that a file of data may be in.
const MAX_FOLDERS: usize = 6;
/// Number of bytes at the beginning of a linked article that have its front matter.
const MATTER_LIMIT: Bytes = Bytes(64 << 10);

/// A repository, recognised by its configuration.
pub struct Repository {
    /// Name of the generator.
    pub generator: &'static str,
    /// True if its configuration belongs to no other generator.
    pub is_certain: bool,
    /// Path of its configuration, below the root; empty if there is none.
    pub configuration: String,
    /// Folder of the seeds, below the root.
    pub seeds: PathBuf,
    /// True if all of its configuration was read, and not only as much as the limit on steps allows.
    pub is_complete: bool,
    /// Hash of all files that its rules were read from.
    pub fingerprint: u128,
    /// Time zone that the user configured for dates that name none.
    pub timezone: Option<Zone>,
    site: Site,
    cache: Mutex<Cache>,
    /// Locked while a file of data is read: several at once would take the memory of several.
    reading: Mutex<()>,
    failure: FirstFailure,
    rules: Box<dyn Rules>,
    files: Box<dyn Store + Send>,
}

/// What articles ask for again and again.
#[derive(Default)]
struct Cache {
    /// What files of data hold, by the path without the ending; `None` if there is no such file.
    data: HashMap<PathBuf, Option<Arc<Value>>>,
    /// Memory that it takes.
    data_size: u64,
    /// Linked pages, by path.
    pages: HashMap<PathBuf, Linked>,
}

/// What links need of a page.
#[derive(Clone)]
struct Linked {
    /// Stamp of its file before that was read.
    stamp: Option<Stamp>,
    address: Option<String>,
    title: Option<String>,
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository")
            .field("generator", &self.generator)
            .field("configuration", &self.configuration)
            .field("seeds", &self.seeds)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Repository {
    fn eq(&self, other: &Self) -> bool {
        (self.fingerprint, &self.seeds) == (other.fingerprint, &other.seeds)
    }
}

impl Eq for Repository {}

/// Finds the repository that a folder of seeds belongs to: the folder itself, or one above it.
///
/// # Errors
/// If the configuration of its generator is not valid.
pub fn find(seeds: &Path) -> Result<Option<Repository>, Error> {
    let Ok(seeds) = seeds.canonicalize() else { return Ok(None) };
    let mut first = None;
    for root in seeds.ancestors().take(ABOVE) {
        let inner = seeds.strip_prefix(root).unwrap_or(Path::new("")).to_path_buf();
        let found = Repository::read(Box::new(FsStore::new(root)), inner)?;
        // The generator does not read a folder elsewhere in the repository.
        let Some(repository) = found.filter(|found| found.rules.covers(&found.seeds)) else { continue };
        // A folder that looks like a site may be in the repository of another generator.
        if repository.is_certain {
            return Ok(Some(repository));
        }
        first = first.or(Some(repository));
    }
    Ok(first)
}

impl Repository {
    /// Reads the rules of the repository at the root of a store; `None` if no generator recognises it.
    ///
    /// # Errors
    /// If the configuration of its generator is not valid.
    pub fn read(files: Box<dyn Store + Send>, seeds: PathBuf) -> Result<Option<Self>, Error> {
        let seen = Files::new(&*files);
        let (found, is_complete) = work::with_budget(STEPS, || {
            let mut first: Result<Option<(&'static str, Found)>, Error> = Ok(None);
            for generator in GENERATORS {
                let found = generator.read(&seen).transpose();
                let is_certain = matches!(&found, Some(Ok(found)) if found.is_certain);
                if is_certain || matches!(first, Ok(None)) {
                    first = found.map(|found| Ok((generator.name(), found?))).transpose();
                }
                if is_certain {
                    break;
                }
            }
            first
        });
        let found = found?;
        if let Some(error) = seen.failure() {
            return Err(error);
        }
        let Some((generator, Found { is_certain, configuration, rules })) = found else { return Ok(None) };
        // What bodies may be made of: a change of it changes them.
        for folder in rules.inputs() {
            seen.under(folder, |_| true).iter().for_each(|path| _ = seen.text(path));
        }
        if let Some(error) = seen.failure() {
            return Err(error);
        }
        let fingerprint = seen.fingerprint();
        let site = rules.site().clone().without_credentials();
        Ok(Some(Self {
            generator,
            is_certain,
            is_complete,
            configuration,
            seeds,
            fingerprint,
            timezone: None,
            site,
            cache: Mutex::default(),
            reading: Mutex::default(),
            failure: FirstFailure::default(),
            rules,
            files,
        }))
    }

    /// Returns what the configuration says about the site, without user names and passwords in URLs.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Returns the rules for files, whose paths are below the root.
    #[must_use]
    pub fn rules(&self) -> &dyn Rules {
        &*self.rules
    }

    /// Returns the path below the root of a file below the seeds.
    #[must_use]
    pub fn path(&self, seed: &Path) -> PathBuf {
        self.seeds.join(seed)
    }

    /// Returns the section of a folder below the seeds.
    #[must_use]
    pub fn section(&self, folder: &Path) -> Option<String> {
        self.rules.section(&self.path(folder))
    }

    /// Completes the front matter of a file below the seeds, and decides where it is published.
    ///
    /// # Errors
    /// Why it is not published.
    pub fn place(&self, seed: &Path, matter: &mut Matter, pattern: Option<&str>) -> Result<Placed, Refusal> {
        let path = self.path(seed);
        self.complete(&path, matter);
        self.rules.place(&Page { path: &path, matter, pattern })
    }

    /// Reads an article below the seeds and returns where it is published; `None` if it is not. `pattern` is that of the
    /// user's configuration.
    #[must_use]
    pub fn explain(&self, seed: &Path, pattern: Option<&str>) -> Option<Placed> {
        let (_, text) = self.first(&[self.path(seed)])?;
        self.place(seed, &mut data::matter(&text).unwrap_or_default(), pattern).ok()
    }

    /// Returns the first of some files below the root that is there, with its text.
    #[must_use]
    pub fn first(&self, paths: &[PathBuf]) -> Option<(PathBuf, String)> {
        paths.iter().find_map(|path| {
            let path = inside(path)?;
            let bytes = self.there(&path, self.files.read(&path, LIMIT))?;
            Some((path, String::from_utf8_lossy(&bytes).into_owned()))
        })
    }

    /// Returns the text of a file at a path below the seeds, which an article looks up.
    #[must_use]
    pub(crate) fn look_up(&self, seed: &Path) -> Option<String> {
        let path = inside(&self.path(seed))?;
        self.stamp_before(&path)?;
        let bytes = self.there(&path, self.files.read(&path, LIMIT))?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// True if there is a file at this path below the seeds, which an article looks up.
    #[must_use]
    pub(crate) fn has_file(&self, seed: &Path) -> bool {
        let Some(path) = inside(&self.path(seed)) else { return false };
        self.stamp_before(&path).is_some() && self.there(&path, self.files.prefix(&path, Bytes(1))).is_some()
    }

    /// Returns the stamp of a file that an article looks up, and notes it; `None` if there is no such file.
    fn stamp_before(&self, path: &Path) -> Option<Option<Stamp>> {
        let stamp = self.there(path, self.files.stamp(path));
        lookups::note(path, stamp.flatten());
        stamp
    }

    /// Returns the stamp of a file below the root; `None` if it is missing or its storage has no stamps.
    #[must_use]
    pub fn stamp(&self, path: &Path) -> Option<Stamp> {
        self.files.stamp(path).ok().flatten()
    }

    /// Returns what was read, unless nothing is there.
    fn there<T>(&self, path: &Path, read: io::Result<T>) -> Option<T> {
        self.failure.there(&*self.files, path, read)
    }

    /// Forgets what articles asked for, which may have changed since the last build.
    pub fn forget(&self) {
        *lock(&self.cache) = Cache::default();
        self.failure.take();
    }

    /// Returns the first error of the system because of which an article may lack something, unless it was returned before.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        self.failure.take()
    }

    /// Returns what `take` makes of a value that templates know by this name, such as `site.title` or
    /// `site.data.prices.bread`: it may be a table of a megabyte.
    #[must_use]
    pub fn value(&self, name: &str, take: impl Fn(&Value) -> Option<Value>) -> Option<Value> {
        if let Some(value) = self.rules.value(name) {
            return take(value).map(public);
        }
        let (mut stem, name) = self.rules.data(name)?;
        let mut keys = name.split('.');
        // The file may be in a folder.
        let table = keys.by_ref().take(MAX_FOLDERS).find_map(|key| {
            stem.push(key);
            self.data(&stem)
        })?;
        take(keys.try_fold(&*table, data::part)?).map(public)
    }

    /// Returns what a file of data holds, named without its ending.
    fn data(&self, stem: &Path) -> Option<Arc<Value>> {
        let known = || lock(&self.cache).data.get(stem).cloned();
        if let Some(table) = known() {
            return table;
        }
        let _reading = lock(&self.reading);
        if let Some(table) = known() {
            return table;
        }
        let name = stem.file_name()?.to_str()?;
        let paths = data::ENDINGS.map(|ending| stem.with_file_name(format!("{name}.{ending}")));
        let found = self.first(&paths);
        let table = found.and_then(|(path, text)| data::value(&path.to_string_lossy(), &text).map(Arc::new));
        let size = table.as_ref().map_or(0, |table| data::memory(table) as u64);
        if self.failure.is_there() {
            return table;
        }
        let mut cache = lock(&self.cache);
        cache.data_size += size;
        if cache.data_size > MAX_DATA.0 || cache.data.len() >= MAX_CACHED {
            (cache.data_size, cache.data) = (size, HashMap::new());
        }
        cache.data.insert(stem.to_path_buf(), table.clone());
        table
    }

    /// Returns the address of the page that a link in a file below the seeds names, without that of the site.
    #[must_use]
    pub fn resolve(&self, link: &str, from: &Path, pattern: Option<&str>) -> Option<String> {
        self.address_of(&self.rules.targets(link, &self.path(from)), pattern)
    }

    /// Returns the same with the title in the front matter of the page.
    #[must_use]
    pub fn resolve_with_title(
        &self,
        link: &str,
        from: &Path,
        pattern: Option<&str>,
    ) -> Option<(String, Option<String>)> {
        let Linked { address, title, .. } =
            self.linked(&self.rules.targets(link, &self.path(from)), pattern)?;
        Some((address?, title))
    }

    /// Returns the address of the page that is made of a file, named by its path from a file below the seeds or from the
    /// root of the content.
    #[must_use]
    pub fn resolve_source(&self, link: &str, from: &Path, pattern: Option<&str>) -> Option<String> {
        let folder = self.path(from).parent().map(Path::to_path_buf).unwrap_or_default();
        let content = Path::new(&self.site().content).to_path_buf();
        let targets = match link.strip_prefix('/') {
            Some(link) => vec![content.join(link), PathBuf::from(link)],
            None => vec![folder.join(link), content.join(link)],
        };
        self.address_of(&targets, pattern)
    }

    /// Sets what the configuration says about a file, and removes passwords that are in it.
    fn complete(&self, path: &Path, matter: &mut Matter) {
        matter.timezone = self.timezone;
        self.rules.complete(path, matter);
        let _ = matter.remove_credentials();
    }

    fn address_of(&self, targets: &[PathBuf], pattern: Option<&str>) -> Option<String> {
        self.linked(targets, pattern)?.address
    }

    /// Returns what links need of the first of some files that is there.
    fn linked(&self, targets: &[PathBuf], pattern: Option<&str>) -> Option<Linked> {
        targets.iter().find_map(|path| {
            let path = inside(path)?;
            if let Some(known) = lock(&self.cache).pages.get(&path).cloned() {
                lookups::note(&path, known.stamp);
                return Some(known);
            }
            let stamp = self.stamp_before(&path)?;
            // Of an article, only what front matter may take up is read.
            let read = self.there(&path, self.files.prefix(&path, MATTER_LIMIT))?;
            let mut matter = data::matter(&String::from_utf8_lossy(&read.bytes)).unwrap_or_default();
            self.complete(&path, &mut matter);
            let page = Page { path: &path, matter: &matter, pattern };
            let address = match self.rules.place(&page) {
                Ok(placed) => Some(placed.address),
                Err(_) => self.rules.page_address(&page),
            };
            let page = Linked { stamp, address, title: matter.text("title") };
            let mut cache = lock(&self.cache);
            if cache.pages.len() >= MAX_CACHED {
                cache.pages.clear();
            }
            cache.pages.insert(path, page.clone());
            Some(page)
        })
    }

    /// Joins a path of the site to its address, which may be in a folder of its host.
    #[must_use]
    pub fn join(site: &Url, address: &str) -> String {
        if crate::types::is_http(address) {
            return address.to_owned();
        }
        let folder = site.path().trim_end_matches('/');
        let encoded = address.replace('?', "%3F").replace('#', "%23");
        crate::types::percent_encode_invalid(&format!(
            "{}{folder}{encoded}",
            site.origin().ascii_serialization()
        ))
    }
}

/// Returns a value without the user names and passwords in URLs: bodies show it.
fn public(mut value: Value) -> Value {
    change_strings(&mut value, &|text| remove_credentials(text).into_owned());
    value
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Resolves `..` in a path; `None` if it leads out of the repository.
pub(super) fn inside(path: &Path) -> Option<PathBuf> {
    let mut inside = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => inside.push(name),
            Component::ParentDir => inside.pop().then_some(())?,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use crate::store::faulty::{Fault, FaultyStore, When};

    const POST: &str = "---\ntitle: A\ndate: 2024-05-01\n---\nText\n";

    fn site(files: &[(&str, &str)]) -> MemoryStore {
        let store = MemoryStore::new();
        files.iter().for_each(|(path, text)| {
            store.replace(Path::new(path), text.as_bytes()).unwrap();
        });
        store
    }

    #[test]
    fn what_the_system_cannot_read_is_an_error_and_not_missing() {
        let sites = [
            site(&[
                ("_config.yml", "permalink: /p/:title/\n"),
                ("_data/authors.yml", "a: {name: Ann}\n"),
                ("_includes/a.html", "x"),
                ("_posts/2024-05-01-b.md", POST),
            ]),
            site(&[
                ("hugo.toml", "[permalinks]\nposts = '/p/:slug/'\n"),
                ("content/posts/_index.md", "---\ncascade: {author: Ann}\n---\n"),
                ("content/posts/b.md", POST),
            ]),
            site(&[
                ("eleventy.config.js", "export default { dir: { data: 'data' } }"),
                ("posts/posts.json", "{\"permalink\": \"/p/{{ page.fileSlug }}/\"}"),
                ("posts/b.md", POST),
            ]),
            site(&[("astro.config.mjs", "export default {}"), ("src/content/posts/b.md", POST)]),
        ];
        for files in sites {
            let read = |first, error| {
                let when = When { first, for_good: false, fault: Fault::Refused(error) };
                Repository::read(Box::new(FaultyStore::new(files.clone(), Some(when))), PathBuf::new())
            };
            // EIO and EMFILE.
            let failed = |first: &usize| [5, 24].iter().all(|error| read(*first, *error).is_err());
            let operations = (1..).take_while(failed).count();
            assert!(operations > 3, "{operations}");
            let repository = read(operations + 1, 24).unwrap().unwrap();
            let paths =
                ["posts/b.md", "content/posts/b.md", "_posts/2024-05-01-b.md", "src/content/posts/b.md"];
            let link = || repository.address_of(&paths.map(PathBuf::from), None);
            let _ = link();
            assert!(repository.failure().is_some());
            let whole = Repository::read(Box::new(files.clone()), PathBuf::new()).unwrap().unwrap();
            assert_eq!(link(), whole.address_of(&paths.map(PathBuf::from), None));
            assert!(repository.failure().is_none());
        }
    }

    #[test]
    fn what_a_generator_ignores_by_itself_is_no_article() {
        let git = (".gitignore", "/drafts\nold/*.md\n");
        for (configuration, other, path, is_article) in [
            (("_config.yml", "title: A"), git, "vendor/bundle/x/_posts/2024-05-01-b.md", false),
            (("_config.yml", "exclude: [x]"), git, "vendor/bundle/x/_posts/2024-05-01-b.md", false),
            (("_config.yml", "exclude: [x]"), git, "_posts/2024-05-01-b.md", true),
            (("_config.yml", "exclude:"), git, "gemfiles/_posts/2024-05-01-b.md", true),
            (("_config.yml", "include: [gemfiles]"), git, "gemfiles/_posts/2024-05-01-b.md", true),
            ((".eleventy.js", ""), git, "drafts/b.md", false),
            ((".eleventy.js", ""), git, "old/b.md", false),
            ((".eleventy.js", ""), git, "posts/b.md", true),
            ((".eleventy.js", "c.setUseGitIgnore(false);"), git, "drafts/b.md", true),
        ] {
            let files = site(&[configuration, other, (path, POST)]);
            let found = Repository::read(Box::new(files), PathBuf::new()).unwrap().unwrap();
            let placed = found.place(Path::new(path), &mut data::matter(POST).unwrap(), None);
            assert_eq!(placed.is_ok(), is_article, "{configuration:?} {path}: {placed:?}");
        }
    }

    #[test]
    fn an_article_takes_as_long_whatever_the_size_of_the_configuration() {
        let eleventy = ("eleventy.config.js", "export default {};");
        for (name, before, unit, after, seed, other) in [
            ("_config.yml", "exclude:\n", "- old-{n}/*.md\n", "", "_posts/2024-05-01-b.md", None),
            (
                "_config.yml",
                "defaults:\n",
                "- {scope: {path: ''}, values: {k{n}: 1}}\n",
                "",
                "_posts/2024-05-01-b.md",
                None,
            ),
            (
                "_config.yml",
                "defaults:\n",
                "- {scope: {path: 'a-{n}/*'}, values: {k: 1}}\n",
                "",
                "_posts/2024-05-01-b.md",
                None,
            ),
            (
                "_config.yml",
                "new_post_name: x\nskip_render:\n",
                "- old-{n}/*\n",
                "",
                "source/_posts/b.md",
                None,
            ),
            ("hugo.toml", "", "[[cascade]]\nk{n} = 1\n", "", "content/posts/b.md", None),
            (
                "hugo.toml",
                "",
                "[[cascade]]\nk = 1\n[cascade.target]\npath = '/a{n}/**'\n",
                "",
                "content/posts/b.md",
                None,
            ),
            (
                "zola.toml",
                "base_url = 'https://a.example'\nignored_content = [",
                "'old-{n}/*.md',",
                "]",
                "content/posts/b.md",
                None,
            ),
            ("posts/posts.json", "{\"tags\": \"posts\"", ", \"k{n}\": 1", "}", "posts/b.md", Some(eleventy)),
            ("_data/eleventyComputed.json", "{\"a\": 1", ", \"k{n}\": 1", "}", "posts/b.md", Some(eleventy)),
            (".eleventyignore", "", "old-{n}/**\n", "", "posts/b.md", Some(eleventy)),
            (".gitignore", "", "old-{n}/**\n", "", "posts/b.md", Some(eleventy)),
        ] {
            let steps = |count: usize| {
                let units: String = (0..count).map(|n| unit.replace("{n}", &n.to_string())).collect();
                let text = format!("{before}{units}{after}");
                let files: Vec<(&str, &str)> = other.into_iter().chain([(name, text.as_str())]).collect();
                let found = Repository::read(Box::new(site(&files)), PathBuf::new()).unwrap().unwrap();
                let mut matter = data::matter(POST).unwrap();
                let place = || {
                    let placed = found.place(Path::new(seed), &mut matter, None);
                    assert!(placed.is_ok(), "{name}: {placed:?}");
                    assert_eq!(matter.spelled("title").count(), 1);
                };
                work::count(place).1
            };
            let (few, many) = (steps(200), steps(1_600));
            assert!(many <= 2 * few, "{name} {unit}: {few} and {many} steps");
        }
    }

    #[test]
    fn reading_a_configuration_ends_whatever_is_in_it() {
        let repeat = |unit: &str| unit.repeat((256 << 10) / unit.len());
        for (name, text) in [
            (".eleventy.js", "module.exports = { dir: { input: 'src' } }".to_owned()),
            (".eleventy.js", repeat("site: (")),
            (".eleventy.js", repeat("dir:[{dir:x,")),
            (".eleventy.js", "module.exports={};\"".to_owned() + &repeat("\\\"")),
            ("astro.config.mjs", repeat("site: x ")),
        ] {
            let files = MemoryStore::new();
            files.replace(Path::new(name), text.as_bytes()).unwrap();
            let (read, steps) = work::count(|| Repository::read(Box::new(files), PathBuf::new()));
            // Over the limit, a few more passes over the text begin before each of them ends.
            assert!(steps < STEPS + STEPS / 4, "{steps} steps: {}", &text[..20]);
            let is_short = text.len() < 100;
            assert!(read.unwrap().is_some_and(|read| read.is_complete || !is_short), "{}", &text[..20]);
        }
    }
}
