//! Steps 7 and 8 for one document of a feed: kept where it would come out as it is, else assembled and written.

use std::collections::HashMap;
use std::path::PathBuf;

use rayon::prelude::*;

use crate::catalog::{self, Catalog, Document, Said};
use crate::error::Error;
use crate::model::Listing;
use crate::types::Bytes;

use super::archive::Part;
use super::load::Article;
use super::mill::Documents;
use super::{Run, assemble, probe, publish, size};

/// What a part of the last run is now: `None` where a seed or a document of it was lost or changed, or media servers are to
/// be asked again.
pub(super) fn kept(run: &Run<'_>, catalog: &Catalog, old: &catalog::Part) -> Option<catalog::Part> {
    if old.again.is_some_and(|again| probe::is_due(again, run.options.now)) {
        return None;
    }
    let documents = old.documents.par_iter().map(|document| {
        let name = document.path.file_name()?;
        let stamp = run.feeds.stamp(&document.path).ok()?;
        let seal = stamp.as_ref().map_or(0, |stamp| catalog::seal(name, stamp));
        if seal == 0 || seal != document.seal {
            let bytes = run.feeds.read(&document.path, Bytes(document.size)).ok()?;
            if size(&bytes) != document.size || catalog::hash(&bytes) != document.hash {
                return None;
            }
        }
        let is_settled = stamp.is_some_and(|stamp| !catalog.is_fresh(&stamp));
        Some(Document { seal: if is_settled { seal } else { 0 }, ..document.clone() })
    });
    let documents = documents.collect::<Option<_>>().filter(|_| old.picks != 0)?;
    Some(catalog::Part { documents, ..old.clone() })
}

/// The hash of all that a part is made of, but for the bodies of its seeds and what the run is told. Never 0.
pub(super) fn picks_hash(part: &Part) -> u128 {
    let mut bytes = Vec::new();
    let mut add = |text: &[u8]| {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text);
    };
    let history = &part.history;
    for url in [&part.base, &history.current, &history.prev, &history.next] {
        add(url.as_ref().map_or("", url::Url::as_str).as_bytes());
    }
    for pick in &part.picks {
        let seed = &pick.seed;
        add(seed.path.as_os_str().as_encoded_bytes());
        add(seed.section.as_deref().unwrap_or_default().as_bytes());
        add(seed.link.as_bytes());
        add(pick.first_link.as_bytes());
        add(pick.key.as_bytes());
        add(&seed.time.0.to_le_bytes());
        add(&pick.published.0.to_le_bytes());
    }
    catalog::hash(&bytes).max(1)
}

/// What was made of a part.
pub(super) struct Written {
    pub(super) part: catalog::Part,
    /// What is still to be published; nothing where each document was as soon as it was made.
    pub(super) documents: Documents,
    /// The files that are new or have new bytes.
    pub(super) changed: Vec<PathBuf>,
}

/// Makes a part of articles; `findings` is what there is to say of each seed. `at_once` says whether documents are
/// published as they are made, so that no more than a few are in memory.
pub(super) fn make(
    run: &Run<'_>,
    part: &Part,
    articles: &HashMap<PathBuf, Article>,
    findings: &HashMap<PathBuf, Vec<Said>>,
    at_once: bool,
) -> Result<Written, Error> {
    let is_whole = part.paths().all(|path| articles.contains_key(path));
    let feed = assemble::document(run, part, articles);
    let names = part.channel.formats.iter().map(|format| format.name().to_owned()).collect();
    let formats = part.channel.formats.par_iter().filter_map(|format| Some((format, feed.as_ref()?)));
    let written: Vec<_> = formats
        .map(|(format, feed)| {
            let path = part.folder().join(format.file_name());
            let bytes = format.write(feed, part.channel.layout)?;
            let document =
                Document { path: path.clone(), size: size(&bytes), hash: catalog::hash(&bytes), seal: 0 };
            let is_written = at_once && publish::put(run.feeds, &path, &bytes)?;
            let address = feed.self_link(format.file_name());
            Ok((document, is_written, (!at_once).then_some((path, bytes, address))))
        })
        .collect::<Result<_, Error>>()?;
    let mut made = Written {
        part: catalog::Part {
            month: part.month.clone(),
            picks: if is_whole { picks_hash(part) } else { 0 },
            documents: Vec::new(),
            said: part.paths().filter_map(|path| findings.get(path)).flatten().cloned().collect(),
            listing: feed
                .as_ref()
                .filter(|_| part.month.is_empty())
                .map(|feed| Listing::new(feed, &part.feed, names)),
            again: probe::part_again(run, part, articles),
        },
        documents: Documents::default(),
        changed: Vec::new(),
    };
    for (document, is_written, later) in written {
        made.changed.extend(is_written.then(|| document.path.clone()));
        made.part.documents.push(document);
        if let Some((path, bytes, address)) = later {
            made.documents.addresses.extend(address.map(|url| (path.clone(), url)));
            made.documents.bytes.insert(path, bytes);
        }
    }
    Ok(made)
}
