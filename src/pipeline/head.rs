//! Step 2: the head of a seed, from as few bytes as possible.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use crate::diag::{Finding, codes};
use crate::error::Error;
use crate::seed::audio::{self, Groups};
use crate::seed::{self, Addresses, Fault, HEAD_FIRST, HEAD_LIMIT, Origin, SEED_LIMIT};
use crate::store::{Beginning, Store};
use crate::types::Bytes;

use super::context::{guarded, size, unreadable_seed};
use super::seed_results::HeadResult;

/// A folder of seeds, and what its names say about each of them.
#[derive(Clone, Copy)]
pub(super) struct Folder<'a> {
    pub(super) path: &'a Path,
    /// Its episodes.
    pub(super) groups: &'a Groups,
    /// True if it has Markdown.
    pub(super) has_markdown: bool,
}

/// Reads the heads of some files of a folder, and calls `see` with the index of each name and its result, in order. Nothing is collected: a folder may have a million files.
///
/// # Errors
/// If the system is out of file handles or memory.
pub(super) fn read_heads(
    store: &dyn Store,
    addresses: &Addresses,
    folder: Folder<'_>,
    names: &[&OsStr],
    see: &mut dyn FnMut(usize, HeadResult),
) -> Result<(), Error> {
    let Folder { path: folder, groups, has_markdown } = folder;
    let root = store.show(Path::new(""));
    #[cfg(not(feature = "folder"))]
    let _ = groups;
    let (mut seen, mut fatal) = (0, None);
    let mut note = |number: usize, head: Result<HeadResult, Error>| match head {
        _ if fatal.is_some() => {}
        Ok(head) => see(number, head),
        Err(error) => fatal = Some(error),
    };
    let result = store.heads(folder, names, HEAD_FIRST, &mut |number, beginning| {
        if let Ok(beginning) = &beginning
            && !addresses.exclude.is_empty()
            && let Some(pattern) = addresses.exclude.find(&folder.join(names[number]))
        {
            let finding = seed::excluded(pattern);
            let head = HeadResult { ignored: true, findings: vec![finding], ..HeadResult::default() };
            seen = number + 1;
            return note(number, Ok(HeadResult { stamp: beginning.stamp, ..head }));
        }
        #[cfg(feature = "folder")]
        if beginning.is_ok() && audio::is_media(names[number]) {
            seen = number + 1;
            let read = || super::audio::read_head(store, addresses, folder, names[number], groups);
            return note(number, guarded(read, |finding| Ok(crashed(finding))));
        }
        let stamp = beginning.as_ref().ok().and_then(|beginning| beginning.stamp);
        let saved = stamp.and_then(|stamp| stamp.time());
        let (name, beside_markdown) = (names[number], has_markdown);
        let origin = Origin { root: &root, folder, name, addresses, policy: None, saved, beside_markdown };
        let head = beginning
            .map_err(|error| (error, 0))
            .and_then(|beginning| guarded(|| read(store, &origin, beginning), |finding| Ok(crashed(finding))))
            .or_else(|(error, bytes)| failed(store, &origin.path(), error, bytes));
        #[cfg(feature = "folder")]
        let head = head.map(|head| match groups.is_empty() {
            true => head,
            false => super::audio::beside_episodes(store, folder, names[number], groups, head),
        });
        seen = number + 1;
        note(number, head.map(|head| HeadResult { stamp, ..head }));
    });
    if let Err(error) = result {
        let again = || io::Error::new(error.kind(), error.to_string());
        for (number, name) in names.iter().enumerate().skip(seen) {
            let error = error.raw_os_error().map_or_else(again, io::Error::from_raw_os_error);
            note(number, failed(store, &folder.join(name), error, 0));
        }
    }
    fatal.map_or(Ok(()), Err)
}

fn failed(store: &dyn Store, path: &Path, error: io::Error, bytes: u64) -> Result<HeadResult, Error> {
    let findings = vec![unreadable_seed(store, path, error)?];
    Ok(HeadResult { findings, bytes, failed: true, ..HeadResult::default() })
}

fn crashed(finding: Finding) -> HeadResult {
    HeadResult { findings: vec![finding], failed: true, ..HeadResult::default() }
}

/// Reads a head. An error comes with the number of bytes that were read before it.
fn read(
    store: &dyn Store,
    origin: &Origin<'_>,
    first: Beginning<'_>,
) -> Result<HeadResult, (io::Error, u64)> {
    let mut bytes = 0;
    let mut attempt = try_beginning(origin, first.bytes, first.size, &mut bytes);
    if matches!(attempt, Attempt::NeedMoreBytes) {
        let prefix = store.prefix(&origin.path(), HEAD_LIMIT).map_err(|error| (error, bytes))?;
        attempt = try_beginning(origin, &prefix.bytes, prefix.size, &mut bytes);
    }
    match attempt {
        Attempt::Done(head) => Ok(*head),
        Attempt::NeedMoreBytes if !seed::may_need_whole_file(origin) => Ok(head_too_long(origin, bytes)),
        // The beginning shows neither the encoding of a text nor all metadata of a page.
        Attempt::NeedMoreBytes | Attempt::NotUtf8 => {
            let all = store.read(&origin.path(), SEED_LIMIT).map_err(|error| (error, bytes))?;
            bytes += size(&all).0;
            let (text, encoding) = seed::decode(&all);
            Ok(parse(origin, &text, encoding, true, bytes).unwrap_or_else(|| head_too_long(origin, bytes)))
        }
    }
}

enum Attempt {
    Done(Box<HeadResult>),
    /// The head continues after the bytes.
    NeedMoreBytes,
    NotUtf8,
}

fn try_beginning(origin: &Origin<'_>, beginning: &[u8], file: Bytes, bytes: &mut u64) -> Attempt {
    *bytes += size(beginning).0;
    if file > SEED_LIMIT {
        let findings = vec![Finding::in_text(&codes::SEED_TOO_LARGE, 0, 0, "")];
        return Attempt::Done(Box::new(HeadResult { findings, bytes: *bytes, ..HeadResult::default() }));
    }
    let whole = file == size(beginning);
    let Some(text) = utf8(beginning, whole) else {
        return Attempt::NotUtf8;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    parse(origin, text, None, whole, *bytes)
        .map_or(Attempt::NeedMoreBytes, |head| Attempt::Done(Box::new(head)))
}

/// Returns bytes as UTF-8. If they are the beginning of more, the last character may be cut in two. `encoding_rs`
/// checks many bytes at once, also of text that is not ASCII.
fn utf8(bytes: &[u8], whole: bool) -> Option<&str> {
    let (text, rest) = bytes.split_at(Encoding::utf8_valid_up_to(bytes));
    let is_cut = || std::str::from_utf8(rest).is_err_and(|error| error.error_len().is_none());
    if !rest.is_empty() && (whole || !is_cut()) {
        return None;
    }
    match UTF_8.decode_without_bom_handling_and_without_replacement(text)? {
        Cow::Borrowed(text) => Some(text),
        Cow::Owned(_) => None,
    }
}

fn head_too_long(origin: &Origin<'_>, bytes: u64) -> HeadResult {
    let is_text = origin.extension().eq_ignore_ascii_case("txt");
    let (meta, what) =
        if is_text { (&codes::SEED_NO_TITLE, "none") } else { (&codes::SEED_BAD_MATTER, "no end") };
    let detail = format!("{what} within the first {HEAD_LIMIT}");
    HeadResult { findings: vec![Finding::in_text(meta, 0, 0, detail)], bytes, ..HeadResult::default() }
}

/// Parses a head; `None` if it continues after the bytes. The encoding is reported when the body is loaded.
fn parse(
    origin: &Origin<'_>,
    text: &str,
    encoding: Option<Finding>,
    whole: bool,
    bytes: u64,
) -> Option<HeadResult> {
    let with_line = |finding: Finding| finding.showing_line_of(text);
    let result = HeadResult { bytes, ..HeadResult::default() };
    match seed::parse(text, whole, origin) {
        Ok(seed) => {
            let findings = seed.findings.into_iter().map(with_line).collect();
            Some(HeadResult { dialect: Some(seed.dialect), head: Some(seed.head), findings, ..result })
        }
        Err(Fault::Bad(finding)) => {
            let findings = encoding.into_iter().chain([finding]).map(with_line).collect();
            Some(HeadResult { findings, ..result })
        }
        Err(Fault::NotAnArticle(finding)) => {
            Some(HeadResult { ignored: true, findings: vec![with_line(finding)], ..result })
        }
        Err(Fault::Incomplete) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_character_of_a_beginning_may_be_cut() {
        let text = "Grüße, 世界 😀".as_bytes();
        for end in 0..=text.len() {
            let expected = (0..=end).rev().find_map(|end| std::str::from_utf8(&text[..end]).ok());
            assert_eq!(utf8(&text[..end], false), expected, "{end}");
            assert_eq!(utf8(&text[..end], true), std::str::from_utf8(&text[..end]).ok(), "{end}");
        }
        assert_eq!(utf8(b"a\xe4b", false), None);
        assert_eq!(utf8(b"abc\xff", false), None);
    }
}
