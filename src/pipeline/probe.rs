//! Step 6½, where it is asked for: what neither article nor address tells of a medium is asked of its server.
//!
//! Answers are remembered beside the catalog, before anything is published that says what they say. So a run with no
//! network makes of them what the run that asked did; and what nobody answered is left out, as if it had not been asked.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

use crate::catalog::{Answers, Known};
use crate::diag::{Finding, Place, Sink, codes};
use crate::html::Medium;
use crate::model::{Answer, Enclosure};
use crate::types::{MediaType, UnixMs};

use super::archive::Part;
use super::load::Article;
use super::{Run, survey};

/// Who asks media servers.
pub trait Prober: Sync + fmt::Debug {
    /// Asks of each file. The answers are in the order of the addresses, no two of which are the same.
    fn ask(&self, urls: &[Url]) -> Vec<Answer>;
}

/// What is known of media in one run.
pub(super) struct Probe<'a> {
    prober: &'a dyn Prober,
    folder: Option<PathBuf>,
    answers: Mutex<Answers>,
}

impl<'a> Probe<'a> {
    /// With the answers that are remembered in a folder.
    pub(super) fn new(prober: &'a dyn Prober, folder: Option<PathBuf>) -> Self {
        let answers = folder.as_deref().map(Answers::open).unwrap_or_default();
        Self { prober, folder, answers: Mutex::new(answers) }
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Completes the media of articles from what is known; asks first, if it may, of what is due.
pub(super) fn complete(
    run: &Run<'_>,
    articles: &mut HashMap<PathBuf, Article>,
    may_ask: bool,
    sink: &mut Sink<'_>,
) {
    let Some(probe) = &run.probe else { return };
    if may_ask {
        ask(run, probe, articles, sink);
    }
    let answers = probe.answers();
    for enclosure in articles.values_mut().flat_map(|article| &mut article.enclosures) {
        let Some(Known::Told(media_type, length)) = answers.get(&enclosure.url) else { continue };
        if media_type.as_ref().is_none_or(|media_type| suits(enclosure.medium, media_type)) {
            enclosure.media_type = enclosure.media_type.take().or(media_type);
            enclosure.length = enclosure.length.or(length);
        }
    }
}

fn ask(run: &Run<'_>, probe: &Probe<'_>, articles: &HashMap<PathBuf, Article>, sink: &mut Sink<'_>) {
    let now = run.options.now;
    let wanted: BTreeSet<&Url> = articles.values().flat_map(|a| &a.enclosures).filter_map(lacking).collect();
    let due: Vec<Url> = {
        let answers = probe.answers();
        let is_due = |url: &Url| again(&answers, url).is_some_and(|again| is_due(again, now));
        wanted.into_iter().filter(|url| is_due(url)).cloned().collect()
    };
    if due.is_empty() {
        return;
    }
    let said = probe.prober.ask(&due);
    let told = said.iter().filter(|answer| matches!(answer, Answer::Media { .. })).count();
    if told < due.len() {
        let place = Place::default();
        let message = format!("media servers told of {told} of the {} files that were asked of", due.len());
        sink.push(Finding::new(&codes::MEDIA_UNKNOWN, place, message));
    }
    let mut answers = probe.answers();
    due.iter().zip(&said).for_each(|(url, answer)| answers.set(url, answer, now));
    if let Some(Err(error)) = probe.folder.as_deref().map(|folder| answers.keep(folder)) {
        survey::note_lost(run, &error.to_string(), sink);
    }
}

/// When servers are to be asked again of the media of a part, in ms since 1970; `None` where nothing is to be asked.
pub(super) fn part_again(run: &Run<'_>, part: &Part, articles: &HashMap<PathBuf, Article>) -> Option<i64> {
    let probe = run.probe.as_ref().filter(|_| may_ask(part))?;
    let answers = probe.answers();
    let articles = part.paths().filter_map(|path: &Path| articles.get(path));
    let lacking = articles.flat_map(|article| &article.enclosures).filter_map(lacking);
    lacking.filter_map(|url| again(&answers, url)).min()
}

/// Whether a part is due for another look at its media.
pub(super) fn is_due(again: i64, now: UnixMs) -> bool {
    again <= now.0
}

/// Whether servers are asked of the media of a part: those in an archive were when they were news.
pub(super) fn may_ask(part: &Part) -> bool {
    part.month.is_empty()
}

/// The address of a medium of which something is not known.
fn lacking(enclosure: &Enclosure) -> Option<&Url> {
    (enclosure.media_type.is_none() || enclosure.length.is_none()).then_some(&enclosure.url)
}

/// When a server is asked again of a file; `None` where it told what it can.
fn again(answers: &Answers, url: &Url) -> Option<i64> {
    match answers.get(url) {
        Some(Known::Told(..)) => None,
        Some(Known::Again(again)) => Some(again),
        None => Some(i64::MIN),
    }
}

/// Whether what an article shows as something may have a type: a picture is one, sound and film are not.
fn suits(medium: Medium, media_type: &MediaType) -> bool {
    (medium == Medium::Image) == (media_type.top() == "image")
}
