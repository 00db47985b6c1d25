//! Steps 1 to 3 with the catalog of the last build: if nothing changed that a feed depends on, nothing is ordered.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::catalog::{self, Catalog, Folders, LastBuild, PublishedLinks, chunks};
use crate::diag::{Finding, Place, Sink, codes};
use crate::error::{Error, Kind};

use super::context::{Context, Report};
use super::discover::{Kept, Scan, ScanError, basis, discover};
use super::order::{Selection, order};
use super::reuse;
use super::shards;

/// Decision about the feeds.
pub(super) enum Outcome {
    /// Nothing: every feed exists and would come out the same.
    UpToDate(LastBuild),
    /// Build what was selected.
    Rebuild(Selection),
}

/// The seeds, and what is to be done about them.
pub(super) struct Scanned {
    pub(super) catalog: Catalog,
    pub(super) scan: Scan,
    pub(super) outcome: Outcome,
    /// Links under which seeds were published before, if they changed since the last build.
    pub(super) published: Option<PublishedLinks>,
}

/// Scans the seeds with the catalog of the last build. If that is damaged, starts again with an empty one; if it cannot be
/// written, with a temporary one.
///
/// # Errors
/// If the seeds folder cannot be listed, or the system is out of resources.
pub(super) fn scan(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<Scanned, Error> {
    let (kept, basis) = (Kept::of(context.plan), basis(context.plan));
    let folder = context.cache.as_deref();
    // What replaces a catalog that failed, and why.
    let mut next = None;
    loop {
        let (awaited, mut lost) = (OnceLock::new(), None);
        let open = || {
            let (mut catalog, why) = match next.take() {
                Some(opened) => opened,
                None => {
                    context.fetch_cache()?;
                    open(context, basis)
                }
            };
            lost = why;
            let expected = chunks(catalog.folders()).map(|(_, chunk)| u64::from(chunk.seeds)).sum();
            context.progress.begin(expected);
            if context.options.shared || context.stores_heads() {
                shards::adopt(context, &mut catalog, basis, &shards::list(context.feeds)?)?;
            }
            Ok(catalog)
        };
        let scanned = discover(context, &awaited, kept, open);
        if let Some(why) = lost {
            sink.push(context.not_opened(&why));
        }
        let catalog = awaited.into_inner().unwrap_or_else(Catalog::temporary);
        let why = match scanned.and_then(|scan| compare_and_order(context, &catalog, scan)) {
            Ok((scan, outcome, published)) => return Ok(Scanned { catalog, scan, outcome, published }),
            Err(ScanError::Fatal(error)) => return Err(error),
            Err(ScanError::Catalog(why)) => why,
        };
        next = Some(match folder.filter(|_| catalog.is_persistent()) {
            None if catalog.folders().is_empty() => {
                return Err(Error::new(Kind::Io, format!("cannot use a temporary file: {why}")));
            }
            // It was opened read-only, and is damaged.
            None => (Catalog::temporary(), None),
            Some(_) if catalog.folders().is_empty() => (Catalog::temporary(), Some(why)),
            Some(folder) => Catalog::recreate(folder, basis, context.options.started, Some(why)),
        });
    }
}

/// Opens the catalog of the last build. The second value says why it is unusable, if it is.
fn open(context: &Context<'_>, basis: u128) -> (Catalog, Option<String>) {
    let (started, rest) = (context.options.started, context.rest_of_cache());
    match context.cache.as_deref() {
        Some(folder) if context.feeds.is_preview() => {
            (Catalog::open_read_only(folder, basis, started, rest), None)
        }
        Some(folder) => Catalog::open(folder, basis, started, rest),
        None => (Catalog::temporary(), None),
    }
}

/// Returns what a scan of all seeds found before this build had locked the feeds, if nothing is to be done: they are as the
/// last build saw them, and so are the feeds. Whatever else has changed in the meantime, this build undoes nothing.
pub(super) fn up_to_date(context: &Context<'_>, scan: Scan) -> Option<Scanned> {
    let (catalog, _) = open(context, basis(context.plan));
    let last = last_build_if_unchanged(context, &catalog, &scan).ok()??;
    Some(Scanned { catalog, scan, outcome: Outcome::UpToDate(last), published: None })
}

/// Returns the last build if all of it is still valid.
fn last_build_if_unchanged(
    context: &Context<'_>,
    catalog: &Catalog,
    scan: &Scan,
) -> Result<Option<LastBuild>, ScanError> {
    // Before any finding is reported: a second attempt would repeat it.
    if !are_findings_readable(catalog, &scan.folders) {
        return Err(ScanError::Catalog("its seeds file is damaged".to_owned()));
    }
    Ok(reuse::whole_build(context, catalog, &scan.folders, &scan.reread))
}

fn compare_and_order(
    context: &Context<'_>,
    catalog: &Catalog,
    mut scan: Scan,
) -> Result<(Scan, Outcome, Option<PublishedLinks>), ScanError> {
    if let Some(last) = last_build_if_unchanged(context, catalog, &scan)? {
        return Ok((scan, Outcome::UpToDate(last), None));
    }
    let (selection, published) = select(context, catalog, &mut scan)?;
    Ok((scan, Outcome::Rebuild(selection), published))
}

/// Selects the newest entries of each feed. Also returns the links under which seeds were published, if they changed since
/// the last build.
pub(super) fn select(
    context: &Context<'_>,
    catalog: &Catalog,
    scan: &mut Scan,
) -> Result<(Selection, Option<PublishedLinks>), ScanError> {
    let before =
        context.cache.as_deref().map_or_else(|| Some(PublishedLinks::default()), PublishedLinks::open);
    if before.is_none() {
        let why =
            "cannot read its list of changed links, so the entries of these articles get the ids of new ones";
        scan.findings.push(context.lost(why));
    }
    let mut published = before.clone().unwrap_or_default();
    for (path, link) in std::mem::take(&mut scan.moved) {
        published.record(path, link);
    }
    let selection = order(context, catalog, &scan.folders, &mut published, scan.is_partial)?;
    // A list that cannot be read is replaced.
    Ok((selection, Some(published).filter(|published| before.as_ref() != Some(published))))
}

fn are_findings_readable(catalog: &Catalog, folders: &Folders) -> bool {
    let mut buffer = Vec::new();
    chunks(folders)
        .filter(|(_, chunk)| chunk.has_findings)
        .all(|(_, chunk)| catalog.read(chunk, &mut buffer).is_some())
}

impl Scanned {
    /// Returns the counts that are known before anything is built.
    pub(super) fn report(&self) -> Report {
        let held_back = match &self.outcome {
            Outcome::UpToDate(_) => 0,
            Outcome::Rebuild(selection) => selection.held_back.len(),
        };
        let chunks = || chunks(&self.scan.folders).map(|(_, chunk)| chunk);
        let skipped = chunks().map(|chunk| chunk.skipped as usize).sum::<usize>();
        let seeds = chunks().map(|chunk| (chunk.seeds - chunk.ignored) as usize).sum::<usize>();
        let is_file = |finding: &&Finding| finding.meta.code == codes::SEED_SPECIAL.code;
        let special = self.scan.findings.iter().filter(is_file).count();
        Report {
            seeds: seeds + special,
            skipped: skipped + special,
            held_back,
            head_bytes: self.scan.bytes,
            ..Report::default()
        }
    }

    /// Reports the findings about heads of seeds, and about files that are not seeds.
    pub(super) fn report_findings(&mut self, context: &Context<'_>, sink: &mut Sink<'_>) {
        std::mem::take(&mut self.scan.findings).into_iter().for_each(|finding| sink.push(finding));
        let mut buffer = Vec::new();
        // What one line of the configuration or one permission corrects is one finding, however many seeds need it.
        let mut without_url: BTreeMap<(&str, String), (usize, String)> = BTreeMap::new();
        let mut forbidden: Option<(usize, Finding)> = None;
        for (path, chunk) in chunks(&self.scan.folders).filter(|(_, chunk)| chunk.has_findings) {
            let Some(block) = self.catalog.read(chunk, &mut buffer) else { continue };
            for (row, finding) in &block.findings {
                let Some(row) = block.row(*row as usize) else { continue };
                // The problem may be in another file of an episode.
                let file = match &*finding.place.file {
                    "" => path.join(catalog::file_name(row.name)),
                    other => path.join(other),
                };
                let file = context.seeds.show(&file);
                let why = match finding.meta.code {
                    code if code == codes::SEED_FORBIDDEN.code => {
                        let (count, first) =
                            forbidden.get_or_insert_with(|| (0, finding.clone().in_file(&*file)));
                        *count += 1;
                        if file < first.place.file {
                            *first = finding.clone().in_file(file);
                        }
                        continue;
                    }
                    code if code == codes::NO_SITE_URL.code => String::new(),
                    code if code == codes::SEED_ADDRESS_UNKNOWN.code => finding.detail.clone(),
                    _ => {
                        sink.push(finding.clone().in_file(file));
                        continue;
                    }
                };
                let (count, first) = without_url.entry((finding.meta.code, why)).or_default();
                *count += 1;
                if first.is_empty() || file < *first {
                    *first = file;
                }
            }
        }
        for ((code, why), (count, first)) in without_url {
            let left_out = match count {
                1 => format!("1 article without a URL of its own was left out: {first}"),
                _ => format!("{count} articles without URLs of their own were left out, such as {first}"),
            };
            let (meta, detail) = match code == codes::NO_SITE_URL.code {
                true => (&codes::NO_SITE_URL, left_out),
                false => (&codes::SEED_ADDRESS_UNKNOWN, format!("{why}; {left_out}")),
            };
            sink.push(Finding::new(meta, Place::default(), detail));
        }
        if let Some((count, mut finding)) = forbidden {
            if count > 1 {
                finding.detail.push_str(&format!("; the same goes for {} more", count - 1));
            }
            sink.push(finding);
        }
        if let Outcome::Rebuild(selection) = &self.outcome {
            selection.held_back.iter().for_each(|finding| sink.push(finding.clone()));
        }
    }
}
