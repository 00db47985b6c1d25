//! Steps 2 and 4 for audio and video files: what is read of a file and of those next to it, and what the catalog keeps of
//! that, so that no header is read twice.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use url::Url;

use crate::config::Plan;
use crate::diag::{Finding, Meta, Place, codes};
use crate::error::Error;
use crate::model::Metadata;
use crate::seed::audio::{self, Groups, InvalidChapters, Recording, Stray};
use crate::seed::{self, Addresses, Fault, HEAD_LIMIT, Head, Origin, SEED_LIMIT};
use crate::store::{Stamp, Store};
use crate::types::{Bytes, is_http};

use super::context::{size, unreadable_seed};
use super::seed_results::{HeadResult, Loaded, article};
use super::select::Candidate;

/// Reads an episode.
///
/// # Errors
/// If the system is out of file handles or memory.
pub(super) fn read_head(
    store: &dyn Store,
    addresses: &Addresses,
    folder: &Path,
    name: &OsStr,
    groups: &Groups,
) -> Result<HeadResult, Error> {
    let path = folder.join(name);
    let mut result = HeadResult { dialect: Some(audio::NAME), ..HeadResult::default() };
    // Stamps first: a later change is detected.
    for file in groups.files(name) {
        let stamp = store.stamp(&folder.join(file)).unwrap_or_default();
        result.companions.push((file.to_owned(), stamp));
    }
    if let Some(cover) = groups.inherited() {
        let stamp = store.stamp(cover).unwrap_or_default();
        result.companions.push((cover.file_name().unwrap_or_default().to_owned(), stamp));
    }
    let mut recording = Recording::default();
    recording.main = match open(store, &path, &mut result.stamp, &mut result.bytes) {
        Ok(main) => main,
        Err(error) => match substitute(store, folder, name, groups, &mut result.bytes) {
            Some((other, main)) => {
                let mut because = broken(store, &path, error, HeadResult::default())?;
                result.failed = because.failed;
                for finding in &mut because.findings {
                    finding.detail.push_str(&format!("; `{other}` is published instead"));
                }
                result.findings.append(&mut because.findings);
                recording.substitute = Some(other);
                main
            }
            None => return broken(store, &path, error, result),
        },
    };
    recording.saved = result.stamp.and_then(|stamp| stamp.time()).unwrap_or_default();
    let cover = groups.cover().map(|cover| folder.join(cover));
    let cover = cover.as_deref().or(groups.inherited()).and_then(Path::to_str);
    recording.folder_cover = cover.map(str::to_owned);
    for file in groups.files(name) {
        if Some(file) == groups.cover() {
            continue;
        }
        let Some(text) = file.to_str() else {
            let place = Place::file(file.to_string_lossy());
            let detail = "left out, because its name is not UTF-8; rename it";
            result.findings.push(Finding::new(&codes::AUDIO_MISSING, place, detail));
            continue;
        };
        if audio::is_media(file) && recording.substitute.as_deref() != Some(text) {
            let mut stamp = None;
            match open(store, &folder.join(file), &mut stamp, &mut result.bytes) {
                Ok(mut other) => {
                    other.tags = Default::default();
                    other.chapters.clear();
                    recording.others.push((text.to_owned(), other));
                }
                Err(error) => {
                    let detail = format!("{error}; left out");
                    result.findings.push(Finding::new(&codes::AUDIO_BROKEN, Place::file(text), detail));
                }
            }
        }
        recording.companions.push(text.to_owned());
    }
    let root = store.show(Path::new(""));
    let origin = Origin::of(&root, &path, addresses).saved_at(Some(recording.saved));
    let notes = recording.notes(name).unwrap_or_default();
    let text = match recording.notes(name).map(|notes| store.prefix(&folder.join(notes), HEAD_LIMIT)) {
        Some(Ok(prefix)) => {
            result.bytes += size(&prefix.bytes).0;
            Some(seed::decode(&prefix.bytes).0.into_owned())
        }
        Some(Err(error)) => {
            let finding = unreadable_seed(store, &folder.join(notes), error)?;
            result.findings.push(finding.in_file(notes));
            None
        }
        None => None,
    };
    let shown = text.as_deref().unwrap_or_default();
    match audio::episode(&recording, text.as_deref(), &origin, &mut result.findings) {
        Ok(head) => {
            result.recording = recording.encode();
            result.head = Some(head);
        }
        Err(Fault::NotAnArticle(finding)) => {
            result.ignored = true;
            result.findings.push(finding);
        }
        Err(Fault::Bad(finding)) => result.findings.push(finding.in_file(notes)),
        Err(Fault::Incomplete) => {}
    }
    for finding in result.findings.iter_mut().filter(|finding| finding.place.file == notes) {
        *finding = finding.clone().showing_line_of(shown);
    }
    Ok(result)
}

/// Returns the name and the headers of another file of a recording whose main file cannot be read.
fn substitute(
    store: &dyn Store,
    folder: &Path,
    name: &OsStr,
    groups: &Groups,
    bytes: &mut u64,
) -> Option<(String, audio::MediaFile)> {
    let mut others: Vec<&str> =
        groups.files(name).filter(|file| audio::is_media(file)).filter_map(OsStr::to_str).collect();
    others.sort_by_key(|file| audio::media_rank(OsStr::new(file)));
    others.into_iter().find_map(|file| {
        let main = open(store, &folder.join(file), &mut None, bytes).ok()?;
        Some((file.to_owned(), main))
    })
}

/// Changes the result for a text that is next to recordings and belongs to none: notes of a missing recording are not an
/// article, and a text such as `LICENSE.txt` is no broken one.
pub(super) fn beside_episodes(
    store: &dyn Store,
    folder: &Path,
    name: &OsStr,
    groups: &Groups,
    mut result: HeadResult,
) -> HeadResult {
    let is = |finding: &Finding, meta: &'static Meta| finding.meta.code == meta.code;
    let has = |meta: &'static Meta| result.findings.iter().any(|finding| is(finding, meta));
    let is_passed_over = result.ignored && has(&codes::SEED_PASSED_OVER);
    let has_no_address = has(&codes::NO_SITE_URL);
    let has_no_stamp = has(&codes::SEED_NO_STAMP) && result.head.is_none();
    if result.head.is_none() && !is_passed_over && !has_no_address && !has_no_stamp {
        return result;
    }
    let Ok(prefix) = store.prefix(&folder.join(name), HEAD_LIMIT) else { return result };
    let kind = audio::stray(&seed::decode(&prefix.bytes).0);
    let is_notes = kind == Stray::Notes || kind == Stray::Article && groups.has_sidecar(name);
    let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
    let detail = |end: &str| format!("no audio or video file is named `{stem}`; {end}");
    let mut warn = |end: &str| {
        result.findings.retain(|finding| {
            !is(finding, &codes::NO_SITE_URL)
                && !is(finding, &codes::SEED_NO_STAMP)
                && !is(finding, &codes::SEED_PASSED_OVER)
        });
        result.findings.push(Finding::in_text(&codes::AUDIO_NOTES, 0, 0, detail(end)));
    };
    match kind {
        Stray::Text if has_no_stamp => {
            result.findings.clear();
            let why = "it has neither front matter nor a stamp, and no recording has its name";
            result.findings.push(Finding::in_text(&codes::SEED_PASSED_OVER, 0, 0, why));
            result.ignored = true;
        }
        _ if is_notes || kind == Stray::Article && (has_no_address || has_no_stamp) => {
            warn("left out");
            result.head = None;
            result.ignored = true;
        }
        Stray::Article if result.head.is_some() => warn("published as an article without a recording"),
        _ => {}
    }
    result
}

/// Reads the headers of a media file.
fn open(
    store: &dyn Store,
    path: &Path,
    stamp: &mut Option<Stamp>,
    bytes: &mut u64,
) -> std::io::Result<audio::MediaFile> {
    let opened = store.open(path)?;
    *stamp = opened.stamp;
    let read = audio::read(opened.content)?;
    *bytes += read.bytes;
    Ok(read.file)
}

/// Returns the result for a file that cannot be read, or is broken.
fn broken(
    store: &dyn Store,
    path: &Path,
    error: std::io::Error,
    mut result: HeadResult,
) -> Result<HeadResult, Error> {
    use std::io::ErrorKind::{InvalidData, QuotaExceeded, UnexpectedEof};
    let detail = match error.kind() {
        InvalidData => error.to_string(),
        UnexpectedEof => "it ends within its headers".to_owned(),
        QuotaExceeded => "its headers are larger than 40 MiB".to_owned(),
        _ => {
            result.findings = vec![unreadable_seed(store, path, error)?];
            result.failed = true;
            return Ok(result);
        }
    };
    result.findings = vec![Finding::new(&codes::AUDIO_BROKEN, Place::default(), detail)];
    Ok(result)
}

/// Loads an episode from what the catalog knows of its files, and from its text and chapters.
///
/// # Errors
/// If the system is out of file handles or memory.
pub(super) fn load(
    store: &dyn Store,
    chosen: &Candidate,
    recording: &Recording,
    plan: &Plan,
) -> Result<Loaded, Error> {
    let folder = chosen.path.parent().unwrap_or(Path::new(""));
    let name = chosen.path.file_name().unwrap_or_default();
    let root = store.show(Path::new(""));
    let origin = Origin::of(&root, &chosen.path, &plan.addresses)
        .dropping(&plan.policy)
        .saved_at(Some(recording.saved));
    let mut loaded = Loaded::default();
    let text = match recording.notes(name) {
        Some(notes) => read_text(store, &folder.join(notes), notes, &mut loaded)?,
        None => None,
    };
    // The findings about the head were reported with it.
    let head = audio::episode(recording, text.as_deref(), &origin, &mut Vec::new()).ok();
    let head = head.filter(|head| *head.link == *chosen.link && head.time == chosen.time);
    let Some((mut head, link)) = head.and_then(|head| Url::parse(&head.link).ok().map(|link| (head, link)))
    else {
        loaded.findings.push(Finding::in_text(&codes::SEED_CHANGED, 0, 0, ""));
        return Ok(loaded);
    };
    let notes = (recording.notes(name).unwrap_or_default(), text.as_deref().unwrap_or_default());
    let mut named = NamedFiles::new(store, &plan.addresses, folder, recording);
    named.check(&mut head.metadata, notes);
    if head.metadata.image.is_none() {
        head.metadata.image = audio::image(recording, &origin);
    }
    read_chapters(&mut named, &mut head, &mut loaded)?;
    let mut of_notes = Vec::new();
    let html =
        text.as_deref().and_then(|text| audio::text_of_notes(recording, text, &head, &origin, &mut of_notes));
    let about_notes = |finding: Finding| finding.in_file(notes.0).showing_line_of(notes.1);
    loaded.findings.extend(of_notes.into_iter().map(about_notes));
    loaded.source = html.as_ref().map(|_| notes.0.to_owned());
    let html = html.map(|html| named.relink(&html, notes));
    loaded.findings.append(&mut named.findings);
    loaded.files = named.found.into_keys().collect();
    loaded.article = Some(article(link, head, html.unwrap_or_else(|| audio::text_of_tags(recording))));
    Ok(loaded)
}

/// Reads a file next to an episode; `None` if that failed, with a finding.
fn read_text(
    store: &dyn Store,
    path: &Path,
    name: &str,
    loaded: &mut Loaded,
) -> Result<Option<String>, Error> {
    match store.read(path, SEED_LIMIT) {
        Ok(bytes) => {
            loaded.bytes += size(&bytes).0;
            Ok(Some(seed::decode(&bytes).0.into_owned()))
        }
        Err(error) => {
            loaded.findings.push(unreadable_seed(store, path, error)?.in_file(name));
            Ok(None)
        }
    }
}

/// Reads the file of chapters of an episode. An invalid one is left out.
fn read_chapters(named: &mut NamedFiles<'_>, head: &mut Head, loaded: &mut Loaded) -> Result<(), Error> {
    let Some(episode) = &mut head.metadata.episode else { return Ok(()) };
    let Some(path) = episode.chapters_url.as_ref().and_then(|url| named.addresses.media_path(url)) else {
        return Ok(());
    };
    if !named.exists(&path) {
        return Ok(());
    }
    let file = path.strip_prefix(named.folder).unwrap_or(&path).to_string_lossy().into_owned();
    let Some(text) = read_text(named.store, &path, &file, loaded)? else {
        episode.chapters_url = None;
        return Ok(());
    };
    match audio::read_chapters(&text, |own| named.image_of_chapter(own, (&file, &text))) {
        Ok(chapters) => episode.chapters = chapters,
        Err(InvalidChapters { line, why }) => {
            episode.chapters_url = None;
            let finding = Finding::in_text(&codes::AUDIO_CHAPTERS, line, 0, why);
            loaded.findings.push(finding.in_file(file).showing_line_of(&text));
        }
    }
    Ok(())
}

/// Maximum number of files that the text of an episode names.
const MAX_NAMED: usize = 1000;
/// Maximum number of missing files that are reported for an episode.
const MAX_MISSING: usize = 50;
/// Extensions of texts, to which links lead that are not published as files.
const TEXTS: &[&str] = &["md", "markdown", "mkd", "mdx"];
/// Extensions of pages, which may be on the site of the episode.
const PAGES: &[&str] = &["html", "htm", "php", "aspx"];

/// Files of the seeds folder that the notes and chapters of an episode name.
struct NamedFiles<'a> {
    store: &'a dyn Store,
    addresses: &'a Addresses,
    folder: &'a Path,
    recording: &'a Recording,
    /// The files, true for those that exist. Those that belong to the episode by their names are not among them.
    found: BTreeMap<PathBuf, bool>,
    findings: Vec<Finding>,
}

impl<'a> NamedFiles<'a> {
    fn new(
        store: &'a dyn Store,
        addresses: &'a Addresses,
        folder: &'a Path,
        recording: &'a Recording,
    ) -> Self {
        let (found, findings) = Default::default();
        Self { store, addresses, folder, recording, found, findings }
    }

    fn exists(&mut self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        let is_own = path.parent() == Some(self.folder)
            && self.recording.companions.iter().any(|companion| OsStr::new(companion) == name);
        if is_own {
            return true;
        }
        if let Some(exists) = self.found.get(path) {
            return *exists;
        }
        let is_hidden = path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."));
        if is_hidden || self.found.len() >= MAX_NAMED {
            return false;
        }
        let exists = match self.store.stamp(path) {
            Ok(None) => self.store.prefix(path, Bytes(1)).is_ok(),
            stamp => stamp.is_ok(),
        };
        self.found.insert(path.to_owned(), exists);
        exists
    }

    /// Reports a file that does not exist. `by` are the name and the text of the file that names it.
    fn report(&mut self, name: &str, by: (&str, &str)) {
        if self.findings.len() >= MAX_MISSING {
            return;
        }
        let line = by.1.find(name).map_or(0, |at| by.1[..at].matches('\n').count() + 1);
        let place = if line == 0 { by.0.to_owned() } else { format!("{} line {line}", by.0) };
        let detail = format!("`{name}`, named in {place}, does not exist");
        let line = u32::try_from(line).unwrap_or_default();
        let finding = Finding::in_text(&codes::AUDIO_MISSING, line, 0, detail).in_file(by.0);
        self.findings.push(finding.showing_line_of(by.1));
    }

    /// True if a file that front matter names can be published: it exists, or its whole URL is written there.
    fn is_there(&mut self, url: &Url, notes: (&str, &str)) -> bool {
        let Some(path) = self.addresses.media_path(url) else { return true };
        if self.exists(&path) || notes.1.contains(url.as_str()) {
            return true;
        }
        let name = path.strip_prefix(self.folder).unwrap_or(&path).to_string_lossy().into_owned();
        self.report(&name, notes);
        false
    }

    /// Removes from the metadata of an episode the files that do not exist.
    fn check(&mut self, metadata: &mut Metadata, notes: (&str, &str)) {
        metadata.image = metadata.image.take().filter(|image| self.is_there(&image.url, notes));
        let Some(episode) = &mut metadata.episode else { return };
        episode.transcripts.retain(|transcript| self.is_there(&transcript.url, notes));
        episode.chapters_url = episode.chapters_url.take().filter(|url| self.is_there(url, notes));
        for person in &mut episode.people {
            person.image = person.image.take().filter(|url| self.is_there(url, notes));
        }
        for chapter in &mut episode.chapters {
            chapter.image = chapter.image.take().filter(|url| self.is_there(url, notes));
        }
    }

    /// Returns the path of a file next to the episode; `None` if it is not in the seeds folder, or a text.
    fn path_of(&self, relative: &str) -> Option<PathBuf> {
        let mut path = self.folder.to_path_buf();
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." => path = path.parent()?.to_path_buf(),
                part => path.push(part),
            }
        }
        let extension = path.extension().unwrap_or_default();
        let is_text = TEXTS.iter().any(|text| extension.eq_ignore_ascii_case(text));
        (!is_text && path.file_name().is_some()).then_some(path)
    }

    /// Returns the URL of the image of a chapter in a file of chapters.
    fn image_of_chapter(&mut self, own: &str, chapters: (&str, &str)) -> Option<Url> {
        if is_http(own) {
            return Url::parse(own).ok();
        }
        let (relative, _) = audio::relative(own)?;
        let path = self.path_of(&relative)?;
        if self.exists(&path) {
            return Some(self.addresses.media_url(&path));
        }
        self.report(own, chapters);
        None
    }

    /// Returns the text of notes with the addresses of the files that they name.
    fn relink(&mut self, html: &str, notes: (&str, &str)) -> String {
        audio::relink(html, |attribute, value| {
            let (relative, rest) = audio::relative(value)?;
            let path = self.path_of(&relative)?;
            if self.exists(&path) {
                return Some(format!("{}{rest}", self.addresses.media_url(&path)));
            }
            // Looking for a name takes all of the notes.
            if self.findings.len() >= MAX_MISSING {
                return None;
            }
            let extension = path.extension();
            let is_page = extension
                .is_none_or(|extension| PAGES.iter().any(|page| extension.eq_ignore_ascii_case(page)));
            if !attribute.eq_ignore_ascii_case("href") || !is_page {
                let name = if notes.1.contains(value) { value } else { &relative };
                self.report(name, notes);
            }
            None
        })
    }
}
