//! Steps 2 and 4 for audio and video files: what is read of a file and of those next to it, and what the catalog keeps of
//! that, so that no header is read twice.

use std::ffi::OsStr;
use std::path::Path;

use url::Url;

use crate::config::Plan;
use crate::diag::{Finding, Place, codes};
use crate::error::Error;
use crate::seed::audio::{self, Groups, Recording};
use crate::seed::{self, Addresses, Fault, HEAD_LIMIT, Origin, SEED_LIMIT};
use crate::store::{Stamp, Store};

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
    let main = match open(store, &path, &mut result.stamp, &mut result.bytes) {
        Ok(main) => main,
        Err(error) => return broken(store, &path, error, result),
    };
    let saved = result.stamp.and_then(|stamp| stamp.time()).unwrap_or_default();
    let mut recording = Recording { saved, main, ..Recording::default() };
    for file in groups.files(name) {
        let Some(text) = file.to_str() else { continue };
        if Some(file) == groups.cover() {
            recording.folder_cover = Some(text.to_owned());
            continue;
        }
        if audio::is_media(file) {
            // A broken one is left out; its own finding would be that of another file.
            let mut stamp = None;
            match open(store, &folder.join(file), &mut stamp, &mut result.bytes) {
                Ok(mut other) => {
                    other.tags = Default::default();
                    other.chapters.clear();
                    recording.others.push((text.to_owned(), other));
                }
                Err(error) => {
                    let detail = format!("`{text}`, another file of this episode: {error}; left out");
                    result.findings.push(Finding::in_text(&codes::AUDIO_BROKEN, 0, 0, detail));
                }
            }
        }
        recording.companions.push(text.to_owned());
    }
    let root = store.show(Path::new(""));
    let origin = Origin { root: &root, folder, name, addresses, policy: None, saved: Some(recording.saved) };
    let text = match recording.notes(name).map(|notes| store.prefix(&folder.join(notes), HEAD_LIMIT)) {
        Some(Ok(prefix)) => {
            result.bytes += size(&prefix.bytes).0;
            Some(seed::decode(&prefix.bytes).0.into_owned())
        }
        Some(Err(error)) => {
            result.findings.push(unreadable_seed(
                store,
                &folder.join(recording.notes(name).unwrap_or_default()),
                error,
            )?);
            None
        }
        None => None,
    };
    match audio::episode(&recording, text.as_deref(), &origin, &mut result.findings) {
        Ok(head) => {
            result.recording = recording.encode();
            result.head = Some(head);
        }
        Err(Fault::NotAnArticle(finding)) => {
            result.ignored = true;
            result.findings.push(finding);
        }
        Err(Fault::Bad(finding)) => {
            let notes = recording.notes(name).unwrap_or_default();
            let line = finding.place.line;
            let detail = format!("line {line} of `{notes}`: {}", finding.detail);
            result.findings.push(Finding::new(finding.meta, Place::default(), detail));
        }
        Err(Fault::Incomplete) => {}
    }
    Ok(result)
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
    let mut text_of = |file: Option<&str>| -> Result<Option<String>, Error> {
        let Some(file) = file else { return Ok(None) };
        match store.read(&folder.join(file), SEED_LIMIT) {
            Ok(bytes) => {
                loaded.bytes += size(&bytes).0;
                Ok(Some(seed::decode(&bytes).0.into_owned()))
            }
            Err(error) => {
                loaded.findings.push(unreadable_seed(store, &folder.join(file), error)?);
                Ok(None)
            }
        }
    };
    let text = text_of(recording.notes(name))?;
    let chapters = text_of(recording.chapters(name))?;
    // The findings about the head were reported with it.
    let head = audio::episode(recording, text.as_deref(), &origin, &mut Vec::new()).ok();
    let head = head.filter(|head| *head.link == *chosen.link && head.time == chosen.time);
    let Some((mut head, link)) = head.and_then(|head| Url::parse(&head.link).ok().map(|link| (head, link)))
    else {
        loaded.findings.push(Finding::in_text(&codes::SEED_CHANGED, 0, 0, ""));
        return Ok(loaded);
    };
    let (text, chapters) = (text.as_deref(), chapters.as_deref());
    let html = audio::body(recording, text, chapters, &mut head, &origin, &mut loaded.findings);
    loaded.article = Some(article(link, head, html));
    Ok(loaded)
}
