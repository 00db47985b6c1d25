//! Step 3, the other half: every head in the catalog is shown to the feeds it may get into.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::catalog::block::{Block, Head};
use crate::catalog::{self, Catalog, Folders, Piece, Said};
use crate::config::{Channel, Filtered, Ids, Plan, is_feed_name};
use crate::diag::{Finding, Meta, Place, codes};
use crate::store::Store;
use crate::types::UnixMs;

use super::archive;
use super::select::{self, Candidate, Newest, Pick};
use super::survey::is_ahead;

/// What was picked for a feed.
pub(super) struct Picked {
    /// Its folder under the feeds; empty for the whole.
    pub(super) name: String,
    pub(super) channel: Channel,
    pub(super) picks: Vec<Pick>,
}

/// What was picked of all seeds.
pub(super) struct Order {
    pub(super) feeds: Vec<Picked>,
    /// What there is to say of sections.
    pub(super) said: Vec<Said>,
    /// Whether seeds are held back, and what there is to say of them.
    pub(super) ahead: Vec<Finding>,
    pub(super) held: bool,
}

/// One feed in the making.
struct Line<'a> {
    name: String,
    channel: Channel,
    takes: Takes<'a>,
    newest: Mutex<Newest>,
    /// [`Newest::floor`], for all cores to see.
    floor: AtomicI64,
}

/// Which seeds go into a feed.
enum Takes<'a> {
    All,
    Section,
    Some(&'a Filtered),
}

impl<'a> Line<'a> {
    fn new(name: &str, channel: Channel, takes: Takes<'a>) -> Self {
        let newest = Newest::new(archive::room(&channel));
        let floor = AtomicI64::new(newest.floor().0);
        Self { name: name.to_owned(), channel, takes, newest: Mutex::new(newest), floor }
    }

    fn newest(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_by_file(&self) -> bool {
        self.channel.ids == Ids::File
    }

    /// Whether anything of a section may go into it.
    fn takes_of(&self, section: Option<&str>) -> bool {
        match self.takes {
            Takes::All => true,
            Takes::Section => section == Some(&self.name),
            Takes::Some(f) => {
                f.sections.is_empty() || section.is_some_and(|s| f.sections.iter().any(|n| n == s))
            }
        }
    }

    /// Whether a seed goes into it, of a section of which it takes some.
    fn takes(&self, head: &Head<'_>) -> bool {
        match self.takes {
            Takes::All | Takes::Section => true,
            Takes::Some(f) => {
                (f.title_contains.is_empty() || head.title.to_lowercase().contains(&f.title_contains))
                    && head.link.contains(&f.link_contains)
            }
        }
    }
}

/// Puts the seeds of the catalog's folders in order and keeps the newest of each feed; `None` where a block of the
/// catalog is not what was written.
pub(super) fn order(
    plan: &Plan,
    seeds: &dyn Store,
    catalog: &Catalog,
    folders: &Folders,
    now: UnixMs,
) -> Option<Order> {
    let mut said = Vec::new();
    let lines = lines(plan, folders, &mut said);
    let pieces: Vec<(&Path, &Piece)> = catalog::pieces(folders).collect();
    let ahead: Option<Vec<Vec<(PathBuf, UnixMs)>>> = pieces
        .par_iter()
        .map_init(Vec::new, |buffer, (path, piece)| show(catalog, path, piece, &lines, now, buffer))
        .collect();
    let mut ahead: Vec<_> = ahead?.into_iter().flatten().collect();
    firsts(catalog, &pieces, &lines, now)?;
    ahead.sort();
    let held = !ahead.is_empty();
    let ahead = ahead.into_iter().map(|(path, time)| {
        let message = format!("it is dated {}; it is held back until then", time.to_rfc3339());
        Finding::new(&codes::SEED_FUTURE, Place::at(seeds.show(&path), 1, 0), message)
    });
    let feeds = lines.into_iter().filter_map(|line| {
        let picks = line.newest.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
        // A section all of whose seeds are held back is none yet.
        let is_none = picks.is_empty() && matches!(line.takes, Takes::Section);
        (!is_none).then_some(Picked { name: line.name, channel: line.channel, picks })
    });
    let said = said.iter().map(Said::new).collect();
    Some(Order { feeds: feeds.collect(), said, ahead: ahead.collect(), held })
}

/// The feeds: the whole, those that are configured, and one a section.
fn lines<'a>(plan: &'a Plan, folders: &Folders, said: &mut Vec<Finding>) -> Vec<Line<'a>> {
    let mut lines = vec![Line::new("", plan.whole.clone(), Takes::All)];
    lines.extend(plan.filtered.iter().map(|f| Line::new(&f.name, f.channel.clone(), Takes::Some(f))));
    let mut sections = HashSet::new();
    let usable = catalog::pieces(folders).filter(|(_, piece)| piece.skipped + piece.passed < piece.seeds);
    for section in usable.filter_map(|(path, piece)| section_of(path, piece)) {
        if sections.insert(section.clone()) && is_line(plan, &section, &lines, said) {
            lines.push(Line::new(&section, plan.section(&section), Takes::Section));
        }
    }
    for name in plan.sections.keys().filter(|name| !sections.contains(name.as_str())) {
        let near = sections.iter().filter(|s| strsim::damerau_levenshtein(s, name) <= 2).min();
        if let Some(near) = near {
            let message = format!("no seed is in the configured section `{name}`; did you mean `{near}`?");
            said.push(Finding::new(&codes::CONFIG_UNKNOWN_SECTION, Place::default(), message));
        }
    }
    lines
}

/// Whether a section gets feeds of its own; says why not.
fn is_line(plan: &Plan, section: &str, lines: &[Line<'_>], said: &mut Vec<Finding>) -> bool {
    let mut warn = |meta: &'static Meta, message: String| {
        said.push(Finding::new(meta, Place::default(), message));
    };
    if !is_feed_name(section) || plan.filtered.iter().any(|f| f.name == section) {
        warn(&codes::SECTION_NAME, format!("`{section}` can't be a folder beside the other feeds"));
        return false;
    }
    let lower = section.to_lowercase();
    if let Some(other) = lines.iter().find(|l| l.name.to_lowercase() == lower) {
        warn(&codes::SECTION_CASE, format!("`{section}` and `{}` differ by case only", other.name));
    }
    true
}

/// Shows the seeds of a piece to the feeds, and gives back those that are held back.
fn show(
    catalog: &Catalog,
    path: &Path,
    piece: &Piece,
    lines: &[Line<'_>],
    now: UnixMs,
    buffer: &mut Vec<u8>,
) -> Option<Vec<(PathBuf, UnixMs)>> {
    let section: Option<Arc<str>> = section_of(path, piece).map(Arc::from);
    let lines: Vec<_> = lines.iter().filter(|line| line.takes_of(section.as_deref())).collect();
    let mut ahead = Vec::new();
    let block = catalog.read(piece, buffer)?;
    for (number, time, _) in block.heads() {
        let time = UnixMs(time);
        if is_ahead(time, now) {
            ahead.push((path.join(catalog::name(block.row(number)?.name)), time));
            continue;
        }
        if is_over(&block, number, now) {
            continue;
        }
        let mut seed = None;
        for line in lines.iter().filter(|line| time.0 >= line.floor.load(Ordering::Relaxed)) {
            let row = block.row(number)?;
            let head = row.head?;
            if !line.takes(&head) {
                continue;
            }
            let seed = seed.get_or_insert_with(|| {
                let (link, path) = (head.link.into(), path.join(catalog::name(row.name)));
                Arc::new(Candidate { time, link, path, section: section.clone() })
            });
            let key = select::key(&seed.path, section.as_deref(), &seed.link, line.is_by_file());
            let mut newest = line.newest();
            newest.insert(seed, key);
            line.floor.store(newest.floor().0, Ordering::Relaxed);
        }
    }
    Some(ahead)
}

/// Looks for the first publication of each entry among the seeds that were turned away.
fn firsts(catalog: &Catalog, pieces: &[(&Path, &Piece)], lines: &[Line<'_>], now: UnixMs) -> Option<()> {
    let full: Vec<(&Line<'_>, HashSet<u64>)> = lines
        .iter()
        .filter_map(|line| {
            let newest = line.newest();
            newest.is_full().then(|| (line, newest.hashes()))
        })
        .collect();
    if full.is_empty() {
        return Some(());
    }
    // Of most seeds one look is enough.
    let links: HashSet<u64> =
        full.iter().filter(|(line, _)| !line.is_by_file()).flat_map(|(_, hashes)| hashes).copied().collect();
    let files = full.iter().any(|(line, _)| line.is_by_file());
    let looked = pieces.par_iter().map_init(Vec::new, |buffer, (path, piece)| {
        let section = section_of(path, piece);
        let block = catalog.read(piece, buffer)?;
        for (number, time, hash) in block.heads() {
            if !(files || links.contains(&hash))
                || is_ahead(UnixMs(time), now)
                || is_over(&block, number, now)
            {
                continue;
            }
            let row = block.row(number)?;
            let head = row.head?;
            let seed = path.join(catalog::name(row.name));
            for (line, hashes) in &full {
                let may_be = line.is_by_file() || hashes.contains(&hash);
                if may_be && line.takes_of(section.as_deref()) && line.takes(&head) {
                    let key = select::key(&seed, section.as_deref(), head.link, line.is_by_file());
                    line.newest().earlier(&key, UnixMs(time), head.link);
                }
            }
        }
        Some(())
    });
    looked.collect()
}

/// Whether a seed has expired.
fn is_over(block: &Block<'_>, row: usize, now: UnixMs) -> bool {
    block.until(row).is_some_and(|until| until <= now.0)
}

fn section_of(folder: &Path, piece: &Piece) -> Option<String> {
    let articles = piece.seeds - piece.skipped - piece.passed;
    section(folder, articles, piece.indexes).map(|name| name.to_string_lossy().into_owned())
}

/// The section of a folder with so many articles: the first folder on the way to it. `_posts` is none, and neither is a
/// folder that one article has to itself, which is its index.
pub(super) fn section(folder: &Path, articles: u32, indexes: u32) -> Option<&OsStr> {
    let mut components = folder.components();
    let first = components.next()?.as_os_str();
    let is_bundle = components.next().is_none() && indexes > 0 && indexes == articles;
    (first != "_posts" && !is_bundle).then_some(first)
}
