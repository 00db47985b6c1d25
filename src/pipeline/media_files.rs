//! Step 10 for media files: those of published episodes are copied or linked into the feeds folder, if that is configured,
//! and the covers in their tags are written there once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use url::Url;

use crate::catalog::{self, Catalog, LastBuild, PublishedMedia, PublishedMediaList};
use crate::config::PublishMedia;
use crate::diag::{Finding, Place, Sink, codes};
use crate::error::Error;
use crate::generator::Lookups;
use crate::html::Medium;
use crate::seed::audio::{self, COVERS_FOLDER, MEDIA_FOLDER, Recording, cover_name};
use crate::store::{Change, Kind, Store, is_exhausted};
use crate::types::Bytes;

use super::archive::OutputDoc;
use super::clean::CleanArticle;
use super::context::{Context, Report};
use super::lookups;
use super::reuse;
use super::select::Candidate;

/// Number of files that are copied at the same time: some megabytes of each are in memory.
const AT_ONCE: usize = 8;
/// Size of the largest file that may be a cover.
const MAX_COVER: Bytes = Bytes(64 << 20);

/// Returns the files of an episode that are to be published. Notes in the article on which its entry depends.
pub(super) fn of_episode(
    context: &Context<'_>,
    seed: &Candidate,
    article: &mut CleanArticle,
) -> Vec<PublishedMedia> {
    let plan = context.plan;
    let Some(recording) = seed.recording().and_then(Recording::decode) else { return Vec::new() };
    let name = seed.path.file_name().unwrap_or_default();
    let folder = seed.path.parent().unwrap_or(Path::new(""));
    let is_published = plan.publish_media != PublishMedia::No;
    let mut files: BTreeMap<PathBuf, PublishedMedia> = BTreeMap::new();
    for from in &article.files {
        let stamp = context.seeds.stamp(from).ok().flatten();
        let is_there = stamp.is_some() || context.seeds.prefix(from, Bytes(1)).is_ok();
        article.lookups.insert(lookups::path(context, from), stamp);
        if is_there && is_published {
            files.insert(from.clone(), copy_of(from.clone()));
        }
    }
    if is_published {
        let episode = article.metadata.episode.as_ref();
        let chapters = episode.and_then(|episode| episode.chapters_url.as_ref());
        let chapters = chapters.and_then(|url| plan.addresses.media_path(url));
        let own = recording.published(name).map(OsStr::new).chain([recording.name(name)]);
        let cover = recording.folder_cover.as_ref().map(PathBuf::from);
        for from in own.map(|file| folder.join(file)).chain(chapters).chain(cover) {
            files.entry(from.clone()).or_insert_with(|| copy_of(from));
        }
    }
    let mut files: Vec<PublishedMedia> = files.into_values().collect();
    if let Some((hash, extension)) = &recording.main.cover {
        let to = Path::new(COVERS_FOLDER).join(cover_name(*hash, extension));
        let url = plan.addresses.feeds.as_ref().and_then(|feeds| feeds.join(to.to_str()?).ok());
        // It is not used if a file next to the episode is its image, except for the show.
        let is_used = url.is_some_and(|url| article.image.as_ref().is_some_and(|image| image.url == url));
        if is_used || recording.folder_cover.is_none() {
            let from = folder.join(recording.name(name));
            files.push(PublishedMedia { to, from, is_cover: true, ..PublishedMedia::default() });
        }
    }
    files
}

/// Returns the file of the feeds folder to which a file of the seeds folder is published.
fn copy_of(from: PathBuf) -> PublishedMedia {
    PublishedMedia { to: Path::new(MEDIA_FOLDER).join(&from), from, ..PublishedMedia::default() }
}

/// Files of the seeds folder that articles link to, by the path of the seed of the article.
pub(super) type Linked = HashMap<PathBuf, Vec<PublishedMedia>>;

/// Completes the audio and video of articles that are files of the seeds folder: with their lengths in bytes and time.
/// Returns those of the files that are to be published.
pub(super) fn complete(context: &Context<'_>, articles: &mut HashMap<PathBuf, CleanArticle>) -> Linked {
    let found = articles.par_iter_mut().filter_map(|(path, article)| {
        let mut files = Vec::new();
        let CleanArticle { link, enclosures, lookups, .. } = article;
        for enclosure in enclosures {
            // What is known of an episode was read from its file.
            let is_missing = enclosure.length.is_none() || enclosure.duration.is_none();
            if enclosure.medium == Medium::Image || !is_missing {
                continue;
            }
            let local = local_path(context, path, link.as_ref(), &enclosure.url, lookups);
            let Some((from, is_published)) = local else { continue };
            let Ok(opened) = context.seeds.open(&from) else { continue };
            let Ok(read) = audio::read(opened.content) else { continue };
            enclosure.length = Some(Bytes(read.file.size));
            enclosure.duration = enclosure.duration.or(read.file.milliseconds);
            if is_published && context.plan.publish_media != PublishMedia::No {
                files.push(copy_of(from));
            }
        }
        (!files.is_empty()).then(|| (path.clone(), files))
    });
    found.collect()
}

/// Returns the path of the file of the seeds folder at a URL, and true if it is below the media folder: that of the URL,
/// else one next to the seed, or at the path of the URL, if the URL is on the site of the article. Adds all of these that it
/// looks for to `lookups`.
fn local_path(
    context: &Context<'_>,
    seed: &Path,
    link: Option<&Url>,
    url: &Url,
    lookups: &mut Lookups,
) -> Option<(PathBuf, bool)> {
    let mut exists = |path: &PathBuf| {
        let stamp = context.seeds.stamp(path).ok().flatten();
        lookups.insert(lookups::path(context, path), stamp);
        stamp.is_some()
    };
    if let Some(path) = context.plan.addresses.media_path(url).filter(&mut exists) {
        return Some((path, true));
    }
    link.filter(|link| link.host() == url.host())?;
    let decoded = percent_encoding::percent_decode_str(url.path()).decode_utf8().ok()?;
    let path = Path::new(decoded.trim_start_matches('/'));
    if !path.components().all(|part| matches!(part, std::path::Component::Normal(_)))
        || decoded.contains('\0')
    {
        return None;
    }
    let neighbor = seed.parent().unwrap_or(Path::new("")).join(path.file_name()?);
    [neighbor, path.to_path_buf()].into_iter().find(&mut exists).map(|path| (path, false))
}

/// Publishes the media files of a build, and returns their paths. Notes in the build which bytes they have.
///
/// # Errors
/// If the feeds folder cannot be written, or the system is out of resources.
pub(super) fn publish(
    context: &Context<'_>,
    catalog: &Catalog,
    build: &mut LastBuild,
    report: &mut Report,
    sink: &mut Sink<'_>,
) -> Result<BTreeSet<PathBuf>, Error> {
    let all = build.docs.values().flat_map(|doc| &doc.media);
    let files: BTreeMap<&Path, &PublishedMedia> = all.map(|file| (file.to.as_path(), file)).collect();
    let paths: BTreeSet<PathBuf> = files.keys().map(|path| path.to_path_buf()).collect();
    if context.feeds.is_preview() {
        return Ok(paths);
    }
    let last = catalog.last_build().docs.values().flat_map(|doc| &doc.media);
    let last: HashMap<&OsStr, u128> = last.map(|file| (file.to.as_os_str(), file.copied)).collect();
    let files: Vec<(&Path, &PublishedMedia)> = files.into_iter().collect();
    let compared = files.par_iter().map(|(path, file)| {
        let (source, size) = source(context, catalog, file);
        let size_there = || Some(context.feeds.stamp(path).ok()??.size);
        let was_copied = source != 0 && last.get(path.as_os_str()) == Some(&source);
        (source, was_copied && size_there() == Some(size))
    });
    let compared: Vec<(u128, bool)> = compared.collect();
    let (mut copied, mut due) = (HashMap::new(), Vec::new());
    for (file, (source, is_there)) in files.into_iter().zip(compared) {
        match is_there {
            true => _ = copied.insert(file.0.to_path_buf(), source),
            false => due.push((file, source)),
        }
    }
    if !due.is_empty() {
        // First, so that whatever a build has published before it fails is known to the next one. The end of the build
        // reports an error.
        let mut all = listed(context, catalog).0;
        all.extend(paths.iter().cloned());
        let _ = save_list(context, all);
    }
    for files in due.chunks(AT_ONCE) {
        let results = files.par_iter().map(|((path, file), source)| {
            let done = if file.is_cover { cover(context, file) } else { import(context, file) };
            match done {
                Err(error) if is_exhausted(&error) => {
                    Err(Error::io("publish the file", context.feeds.show(path), error))
                }
                done => Ok((*path, *file, *source, done)),
            }
        });
        for (path, file, source, done) in results.collect::<Result<Vec<_>, Error>>()? {
            match done {
                Ok(change) => {
                    copied.insert(path.to_path_buf(), source);
                    if change == Change::Written {
                        report.changed.push(path.to_path_buf());
                    }
                }
                Err(error) => {
                    let place = Place::file(context.seeds.show(&file.from));
                    let detail = format!("cannot write {}: {error}", context.feeds.show(path));
                    sink.push(Finding::new(&codes::MEDIA_UNPUBLISHED, place, detail));
                }
            }
        }
    }
    for file in build.docs.values_mut().flat_map(|doc| &mut doc.media) {
        file.copied = copied.get(&file.to).copied().unwrap_or_default();
    }
    Ok(paths)
}

/// Returns the hash of the name and stamp of the source of a file, and its size; 0 if the bytes are compared in any case: on
/// disk, that costs little.
fn source(context: &Context<'_>, catalog: &Catalog, file: &PublishedMedia) -> (u128, Bytes) {
    let is_on_disk = context.seeds.folder().is_some() && context.feeds.folder().is_some();
    if file.is_cover || is_on_disk {
        return (0, Bytes(0));
    }
    let stamp = context.seeds.stamp(&file.from).ok().flatten();
    let stamp = stamp.filter(|stamp| reuse::is_settled(catalog, Some(stamp)));
    let name = file.from.file_name().unwrap_or_default();
    (reuse::fingerprint(name, stamp.as_ref()), stamp.map_or(Bytes(0), |stamp| stamp.size))
}

fn import(context: &Context<'_>, file: &PublishedMedia) -> io::Result<Change> {
    let is_link = context.plan.publish_media == PublishMedia::Link;
    context.feeds.import(context.seeds, &file.from, &file.to, is_link)
}

/// Writes a cover, unless it is there: its name is its hash.
fn cover(context: &Context<'_>, file: &PublishedMedia) -> io::Result<Change> {
    if context.feeds.prefix(&file.to, Bytes(1)).is_ok() {
        return Ok(Change::Unchanged);
    }
    let read = audio::read(context.seeds.open(&file.from)?.content)?;
    match read.cover {
        Some(bytes) => context.feeds.replace(&file.to, &bytes),
        None => Ok(Change::Unchanged),
    }
}

/// Returns the files that earlier builds published. If their list is lost together with the rest of the cache, these are the
/// files that must be from a build.
pub(super) fn listed(context: &Context<'_>, catalog: &Catalog) -> PublishedMediaList {
    let listed = context.cache.as_deref().and_then(PublishedMediaList::open);
    let is_lost = || context.cache.is_some() && catalog.last_build().docs.is_empty();
    listed.unwrap_or_else(|| if is_lost() { recognized(context) } else { PublishedMediaList::default() })
}

/// Returns the files in the folders of published media that must be from a build: copies of what is still in the seeds folder,
/// which have its time, and covers, which are named by their hashes.
fn recognized(context: &Context<'_>) -> PublishedMediaList {
    let mut found = PublishedMediaList::default();
    if context.seeds.folder().is_none() || context.feeds.folder().is_none() {
        return found;
    }
    let stamp = |store: &dyn Store, path: &Path| store.stamp(path).ok().flatten();
    let is_copy = |path: &Path| {
        let source = path.strip_prefix(MEDIA_FOLDER).ok().and_then(|from| stamp(context.seeds, from));
        let copy = stamp(context.feeds, path);
        source
            .zip(copy)
            .is_some_and(|(source, copy)| (source.size, source.modified) == (copy.size, copy.modified))
    };
    let is_cover = |path: &Path| {
        let name = path.strip_prefix(COVERS_FOLDER).ok().and_then(Path::to_str);
        let bytes = name.and_then(|_| context.feeds.read(path, MAX_COVER).ok());
        name.zip(bytes).is_some_and(|(name, bytes)| {
            name.rsplit_once('.').is_some_and(|(_, ending)| name == cover_name(catalog::hash(&bytes), ending))
        })
    };
    let mut folders = [MEDIA_FOLDER, COVERS_FOLDER].map(PathBuf::from).to_vec();
    while let Some(folder) = folders.pop() {
        // There is none if nothing was published.
        for item in context.feeds.list(&folder).unwrap_or_default() {
            let path = folder.join(item.name);
            match item.kind {
                Kind::Folder => folders.push(path),
                Kind::File if is_copy(&path) || is_cover(&path) => _ = found.0.insert(path),
                _ => {}
            }
        }
    }
    found
}

/// Returns the files that earlier builds published and this one does not.
pub(super) fn orphans(
    context: &Context<'_>,
    listed: &PublishedMediaList,
    published: &BTreeSet<PathBuf>,
) -> BTreeSet<PathBuf> {
    // Names, because comparing paths takes much longer.
    let published: HashSet<&OsStr> = published.iter().map(|path| path.as_os_str()).collect();
    let gone = listed.0.iter().filter(|path| !published.contains(path.as_os_str()));
    gone.filter(|path| context.feeds.prefix(path, Bytes(1)).is_ok()).cloned().collect()
}

/// Saves the list of published files, unless it is the one that is there.
///
/// # Errors
/// If it cannot be written.
pub(super) fn save_list(context: &Context<'_>, published: BTreeSet<PathBuf>) -> io::Result<()> {
    let Some(cache) = context.cache.as_deref().filter(|_| !context.feeds.is_preview()) else { return Ok(()) };
    let published = PublishedMediaList(published);
    match PublishedMediaList::open(cache).unwrap_or_default() == published {
        true => Ok(()),
        false => published.save(cache),
    }
}

/// Returns the finding about media files whose addresses are a guess, if a document has any.
pub(super) fn address_finding(context: &Context<'_>, docs: &[OutputDoc]) -> Option<Finding> {
    let mut picks = docs.iter().flat_map(|doc| &doc.picks);
    let first = picks.find(|pick| pick.seed.recording().is_some()).filter(|_| !context.plan.has_media_url)?;
    let url = context.plan.addresses.media_url(&first.seed.path);
    let detail = format!("assumed addresses such as {url}");
    Some(Finding::new(&codes::MEDIA_ADDRESS, Place::default(), detail))
}
