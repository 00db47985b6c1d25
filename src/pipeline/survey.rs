//! Steps 1 to 3 with the catalog of the last run: where nothing changed that a feed depends on, nothing is put in order.

use rayon::prelude::*;

use crate::catalog::{self, Catalog, Made};
use crate::diag::{Finding, Place, Sink, codes};
use crate::error::{Error, Kind};
use crate::types::UnixMs;

use super::discover::{self, Census};
use super::order::{self, Order};
use super::{Report, Run, part};

/// How far ahead of the clock a seed may be dated, in ms: a day, for clocks and time zones that are off.
const FUTURE: i64 = 24 * 60 * 60 * 1000;

/// The seeds, and what becomes of them.
pub(super) struct Survey {
    pub(super) catalog: Catalog,
    pub(super) census: Census,
    pub(super) found: Found,
}

pub(super) enum Found {
    /// Every feed is there and would come out as it is.
    AsItWas(Made),
    /// What was picked for each.
    Anew(Order),
}

/// Why the seeds could not be surveyed.
pub(super) enum Trouble {
    /// It stops the run.
    Run(Error),
    /// The catalog is to blame: the run goes on without it.
    Catalog(String),
}

/// Surveys the seeds with the catalog of the last run; with an empty one where that proves bad; with none where it
/// can't be written.
pub(super) fn survey(run: &Run<'_>, sink: &mut Sink<'_>) -> Result<Survey, Error> {
    let titles = run.plan.filtered.iter().any(|f| !f.title_contains.is_empty());
    let basis = catalog::hash(format!("{titles} {:?}", run.plan.addresses).as_bytes());
    let started = run.options.started;
    let folder = run.cache.as_deref();
    let (mut catalog, mut lost) = match folder {
        Some(folder) => Catalog::open(folder, basis, started),
        None => (Catalog::none(), None),
    };
    loop {
        if let Some(why) = lost {
            note_lost(run, &why, sink);
        }
        run.progress.begin(catalog::pieces(catalog.folders()).map(|(_, piece)| u64::from(piece.seeds)).sum());
        let why = match look(run, &catalog, titles) {
            Ok((census, found)) => return Ok(Survey { catalog, census, found }),
            Err(Trouble::Run(error)) => return Err(error),
            Err(Trouble::Catalog(why)) => why,
        };
        let Some(folder) = folder.filter(|_| catalog.is_kept()) else {
            return Err(Error::new(Kind::Io, format!("cannot use a temporary file: {why}")));
        };
        (catalog, lost) = if catalog.folders().is_empty() {
            (Catalog::none(), Some(why))
        } else {
            Catalog::fresh(folder, basis, started, Some(why))
        };
    }
}

/// Says that the catalog can't be used or kept.
pub(super) fn note_lost(run: &Run<'_>, why: &str, sink: &mut Sink<'_>) {
    let folder = run.cache.as_deref();
    let place = folder.map_or_else(Place::default, |folder| Place::file(folder.to_string_lossy()));
    sink.push(Finding::new(&codes::CATALOG_LOST, place, why));
}

fn look(run: &Run<'_>, catalog: &Catalog, titles: bool) -> Result<(Census, Found), Trouble> {
    let census = discover::walk(run.seeds, catalog, titles, &run.plan.addresses, run.progress)?;
    let damaged = || Trouble::Catalog("its file of seeds is damaged".to_owned());
    // Before anything is said: what was said can't be taken back.
    let mut buffer = Vec::new();
    let is_damaged = catalog::pieces(&census.folders)
        .filter(|(_, piece)| piece.findings)
        .any(|(_, piece)| catalog.read(piece, &mut buffer).is_none());
    if is_damaged {
        return Err(damaged());
    }
    let now = run.options.now;
    let made = catalog.made();
    let may_be = !run.options.check
        && made.plan == run.told
        && !made.parts.is_empty()
        && !made.held
        && census.read.is_empty()
        && census.folders == *catalog.folders()
        && !catalog::pieces(&census.folders)
            .any(|(_, piece)| is_ahead(UnixMs(piece.latest), now) || piece.until <= now.0);
    if may_be {
        let kept = made.parts.par_iter().map(|(at, old)| Some((at.clone(), part::kept(run, catalog, old)?)));
        if let Some(parts) = kept.collect() {
            return Ok((census, Found::AsItWas(Made { parts, ..made.clone() })));
        }
    }
    let order = order::order(run.plan, run.seeds, catalog, &census.folders, now).ok_or_else(damaged)?;
    Ok((census, Found::Anew(order)))
}

/// Whether a seed of this time is held back.
pub(super) fn is_ahead(time: UnixMs, now: UnixMs) -> bool {
    time.0.saturating_sub(now.0) > FUTURE
}

impl Survey {
    /// What there is to count before anything is made.
    pub(super) fn report(&self) -> Report {
        let ahead = match &self.found {
            Found::AsItWas(_) => 0,
            Found::Anew(order) => order.ahead.len(),
        };
        let pieces = || catalog::pieces(&self.census.folders).map(|(_, piece)| piece);
        Report {
            seeds: pieces().map(|p| (p.seeds - p.passed) as usize).sum(),
            skipped: pieces().map(|p| p.skipped as usize).sum::<usize>() + self.census.findings.len() + ahead,
            head_bytes: self.census.bytes,
            ..Report::default()
        }
    }

    /// Says what there is to say of the heads of seeds, and of what is no seed.
    pub(super) fn say(&mut self, run: &Run<'_>, sink: &mut Sink<'_>) {
        std::mem::take(&mut self.census.findings).into_iter().for_each(|d| sink.push(d));
        let mut buffer = Vec::new();
        // One key is missing, so one thing is said.
        let (mut homeless, mut first) = (0_usize, String::new());
        for (path, piece) in catalog::pieces(&self.census.folders).filter(|(_, piece)| piece.findings) {
            let Some(block) = self.catalog.read(piece, &mut buffer) else { continue };
            for note in &block.notes {
                let Some(row) = block.row(note.row as usize) else { continue };
                let Some(meta) = codes::find(&note.code) else { continue };
                let file = run.seeds.show(&path.join(catalog::name(row.name)));
                if meta.code == codes::NO_SITE_URL.code {
                    homeless += 1;
                    if first.is_empty() || file < first {
                        first = file;
                    }
                    continue;
                }
                let place = Place::at(file, note.line, note.column).showing(note.source.as_str());
                sink.push(Finding::new(meta, place, note.message.as_str()));
            }
        }
        if homeless > 0 {
            let message = format!(
                "articles without an address of their own were left out: {homeless}, such as {first}"
            );
            sink.push(Finding::new(&codes::NO_SITE_URL, Place::default(), message));
        }
        if let Found::Anew(order) = &mut self.found {
            std::mem::take(&mut order.ahead).into_iter().for_each(|d| sink.push(d));
        }
    }
}
