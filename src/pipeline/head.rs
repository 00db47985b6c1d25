//! Step 2: the head of a seed from as few bytes as it takes.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::diag::{Finding, codes};
use crate::seed::{self, Addresses, Fault, HEAD_FIRST, HEAD_LIMIT, Head, Origin, SEED_LIMIT};
use crate::store::{Beginning, Stamp, Store};
use crate::types::Bytes;

use super::{size, unreadable};

/// What came of reading a head.
#[derive(Default)]
pub(super) struct Read {
    /// The name of the dialect, unless the seed can't be used.
    pub(super) dialect: Option<&'static str>,
    /// The head, unless the seed can't be used.
    pub(super) head: Option<Head>,
    /// Whether it is none because it is no article.
    pub(super) passed: bool,
    /// Findings, each with its line but without its file.
    pub(super) findings: Vec<Finding>,
    /// How many bytes were read.
    pub(super) bytes: u64,
    /// The stamp of the file before it was read.
    pub(super) stamp: Option<Stamp>,
    /// Whether the storage was to blame, so that another try may do.
    pub(super) failed: bool,
}

/// The heads of some seeds of a folder, in the order of the names.
pub(super) fn read_all(
    store: &dyn Store,
    addresses: &Addresses,
    folder: &Path,
    names: &[&OsStr],
) -> Vec<Read> {
    let root = store.show(Path::new(""));
    let mut all = Vec::with_capacity(names.len());
    let result = store.heads(folder, names, HEAD_FIRST, &mut |number, beginning| {
        all.push(match beginning {
            Ok(beginning) => {
                let origin = Origin { root: &root, folder, name: names[number], addresses };
                Read { stamp: beginning.stamp, ..read(store, &origin, beginning) }
            }
            Err(error) => failed(&error, 0),
        });
    });
    if let Err(error) = result {
        all.resize_with(names.len(), || failed(&error, 0));
    }
    all
}

fn failed(error: &io::Error, bytes: u64) -> Read {
    Read { findings: vec![unreadable(error)], bytes, failed: true, ..Read::default() }
}

fn read(store: &dyn Store, origin: &Origin<'_>, first: Beginning<'_>) -> Read {
    let mut bytes = 0;
    let mut tried = attempt(origin, first.bytes, first.size, &mut bytes);
    if matches!(tried, Tried::Longer) {
        tried = match store.prefix(&origin.path(), HEAD_LIMIT) {
            Ok(prefix) => attempt(origin, &prefix.bytes, prefix.size, &mut bytes),
            Err(error) => return failed(&error, bytes),
        };
    }
    match tried {
        Tried::Done(read) => *read,
        Tried::Longer if !seed::may_be_all(origin) => endless(origin, bytes),
        // In which encoding a text is can't be seen from its beginning, nor what a page says of itself.
        Tried::Longer | Tried::Encoded => match store.read(&origin.path(), SEED_LIMIT) {
            Ok(all) => {
                bytes += size(&all);
                let (text, encoding) = seed::decode(&all);
                parse(origin, &text, encoding, true, bytes).unwrap_or_else(|| endless(origin, bytes))
            }
            Err(error) => failed(&error, bytes),
        },
    }
}

enum Tried {
    Done(Box<Read>),
    /// The head goes on behind the bytes.
    Longer,
    /// It is not UTF-8.
    Encoded,
}

fn attempt(origin: &Origin<'_>, beginning: &[u8], file: Bytes, bytes: &mut u64) -> Tried {
    *bytes += size(beginning);
    if file > SEED_LIMIT {
        return Tried::Done(Box::new(Read {
            failed: false,
            ..failed(&io::ErrorKind::FileTooLarge.into(), *bytes)
        }));
    }
    let whole = file == Bytes(size(beginning));
    let text = match std::str::from_utf8(beginning) {
        Ok(text) => text,
        // A character that the end has cut.
        Err(error) if !whole && error.error_len().is_none() => {
            std::str::from_utf8(&beginning[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Tried::Encoded,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    parse(origin, text, None, whole, *bytes).map_or(Tried::Longer, |read| Tried::Done(Box::new(read)))
}

fn endless(origin: &Origin<'_>, bytes: u64) -> Read {
    let is_text = origin.ending().eq_ignore_ascii_case("txt");
    let meta = if is_text { &codes::SEED_NO_TITLE } else { &codes::SEED_BAD_MATTER };
    let message = format!("its head does not end within {HEAD_LIMIT}");
    Read { findings: vec![Finding::in_text(meta, 0, 0, message)], bytes, ..Read::default() }
}

/// `None` where the head goes on behind the bytes. What is wrong with the encoding is said when the body is loaded.
fn parse(origin: &Origin<'_>, text: &str, encoding: Option<Finding>, whole: bool, read: u64) -> Option<Read> {
    let line = |finding: Finding| finding.showing_line_of(text);
    match seed::parse(text, whole, origin) {
        Ok(seed) => {
            let findings = seed.findings.into_iter().map(line).collect();
            let dialect = Some(seed.dialect);
            Some(Read { dialect, head: Some(seed.head), findings, bytes: read, ..Read::default() })
        }
        Err(Fault::Bad(finding)) => {
            let findings = encoding.into_iter().chain([finding]).map(line).collect();
            Some(Read { findings, bytes: read, ..Read::default() })
        }
        Err(Fault::Passed(finding)) => {
            let findings = vec![line(finding)];
            Some(Read { passed: true, findings, bytes: read, ..Read::default() })
        }
        Err(Fault::Incomplete) => None,
    }
}
