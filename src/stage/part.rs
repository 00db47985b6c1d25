//! Steps 7 and 8 for one document of a feed: kept where it would come out as it is, else assembled and written.

use std::collections::HashMap;
use std::path::PathBuf;

use rayon::prelude::*;

use crate::catalog::{self, Catalog, Document, Said};
use crate::error::Error;
use crate::unit::Bytes;

use super::archive::Part;
use super::load::Article;
use super::{Documents, Run, assemble, size};

/// What a part of the last run is now: `None` where a seed or a document of it was lost or changed.
pub(super) fn kept(run: &Run<'_>, catalog: &Catalog, old: &catalog::Part) -> Option<catalog::Part> {
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

/// Makes a part of articles; `findings` is what there is to say of each seed.
pub(super) fn made(
    run: &Run<'_>,
    part: &Part,
    articles: &HashMap<PathBuf, Article>,
    findings: &HashMap<PathBuf, Vec<Said>>,
) -> Result<(catalog::Part, Documents), Error> {
    let is_whole = part.paths().all(|path| articles.contains_key(path));
    let mut made = catalog::Part {
        month: part.month.clone(),
        picks: if is_whole { picks_hash(part) } else { 0 },
        documents: Vec::new(),
        said: part.paths().filter_map(|path| findings.get(path)).flatten().cloned().collect(),
    };
    let mut documents = Documents::default();
    let Some(feed) = assemble::document(part, &run.name, articles) else { return Ok((made, documents)) };
    let formats = part.channel.formats.par_iter();
    let written: Vec<_> = formats
        .map(|format| Ok((format.file_name(), format.write(&feed, part.channel.layout)?)))
        .collect::<Result<_, Error>>()?;
    let folder = part.folder();
    for (name, bytes) in written {
        let path = folder.join(name);
        let (size, hash) = (size(&bytes), catalog::hash(&bytes));
        made.documents.push(Document { path: path.clone(), size, hash, seal: 0 });
        documents.addresses.extend(feed.self_link(name).map(|url| (path.clone(), url)));
        documents.bytes.insert(path, bytes);
    }
    Ok((made, documents))
}
