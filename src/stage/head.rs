//! Step 2: the head of a seed from as few bytes as it takes.

use std::path::Path;

use crate::diag::codes;
use crate::seed::{self, Fault, Finding, HEAD_FIRST, HEAD_LIMIT, Head, SEED_LIMIT};
use crate::store::Store;
use crate::unit::Bytes;

use super::{size, source_line, unreadable};

/// What came of reading a head.
pub(super) struct Read {
    /// The head, unless the seed can't be used.
    pub(super) head: Option<Head>,
    /// What there is to say, with the line it is about.
    pub(super) findings: Vec<(Finding, String)>,
    /// How many bytes were read.
    pub(super) bytes: u64,
}

pub(super) fn read(store: &dyn Store, path: &Path) -> Read {
    let mut bytes = 0;
    let fail = |finding: Finding, bytes| Read { head: None, findings: vec![(finding, String::new())], bytes };
    for length in [HEAD_FIRST, HEAD_LIMIT] {
        let prefix = match store.prefix(path, length) {
            Ok(prefix) => prefix,
            Err(error) => return fail(unreadable(&error), bytes),
        };
        bytes += size(&prefix.bytes);
        if prefix.size > SEED_LIMIT {
            return fail(unreadable(&std::io::ErrorKind::FileTooLarge.into()), bytes);
        }
        let whole = prefix.size == Bytes(size(&prefix.bytes));
        if is_utf8_so_far(&prefix.bytes, whole) {
            match parse(&prefix.bytes, whole, bytes) {
                Some(read) => return read,
                None => continue,
            }
        }
        // In which encoding a text is can't be seen from its beginning.
        return match store.read(path, SEED_LIMIT) {
            Ok(all) => {
                bytes += size(&all);
                parse(&all, true, bytes).unwrap_or_else(|| fail(endless(), bytes))
            }
            Err(error) => fail(unreadable(&error), bytes),
        };
    }
    fail(endless(), bytes)
}

fn endless() -> Finding {
    Finding {
        meta: &codes::SEED_NO_TITLE,
        line: 0,
        column: 0,
        message: format!("its head does not end within {HEAD_LIMIT}"),
    }
}

/// Whether it is UTF-8, but for a character that the end of a prefix may have cut.
fn is_utf8_so_far(bytes: &[u8], whole: bool) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => !whole && error.error_len().is_none(),
    }
}

/// `None` where the head goes on behind the bytes. What is wrong with the encoding is said when the body is loaded.
fn parse(bytes: &[u8], whole: bool, read: u64) -> Option<Read> {
    let (text, encoding) = seed::decode(bytes);
    let line = |finding: Finding| {
        let source = source_line(&text, finding.line);
        (finding, source)
    };
    match seed::parse(&text, whole) {
        Ok(seed) => {
            let findings = seed.findings.into_iter().map(line).collect();
            Some(Read { head: Some(seed.head), findings, bytes: read })
        }
        Err(Fault::Bad(finding)) => {
            let encoding = encoding.filter(|_| whole);
            let findings = encoding.into_iter().chain([finding]).map(line).collect();
            Some(Read { head: None, findings, bytes: read })
        }
        Err(Fault::Incomplete) => None,
    }
}
