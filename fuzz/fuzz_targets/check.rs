//! Checks any bytes without a panic. Every finding is inside the document and is one line, and their number is limited.

#![no_main]

use feedmill::check::{
    Attributes, FileAnswer, Options, Response, check, check_file, check_response, linked_files, rules,
};
use feedmill::types::UnixMs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = Options {
        file: "f",
        url: Some("https://town.example/feed"),
        now: Some(UnixMs(1_700_000_000_000)),
        is_podcast: false,
    };
    let mut found = check(bytes, options);
    for file in linked_files(bytes, options) {
        let known = Attributes { media_type: Some("a/b".into()), length: Some(1), ..Attributes::default() };
        found.extend(check_file(&file, &FileAnswer::Found(known)).into_iter().take(1));
    }
    found.truncate(1001 * rules().len());
    for finding in check_response(&Response::default(), bytes, "f") {
        assert!(finding.place.line == 0 && !finding.detail.chars().any(char::is_control));
    }
    let lines = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() + 1;
    assert!(found.len() <= 1001 * rules().len(), "{}", found.len());
    for found in found {
        let place = &found.place;
        assert!(place.line >= 1 && place.line as usize <= lines, "line {} of {lines}", place.line);
        assert!(place.column >= 1 && place.column as usize <= bytes.len() + 1);
        // At most 240 bytes of the line, in which `redact` makes each `://a@` longer.
        assert!(place.source.len() <= 480 && place.mark as usize <= place.source.chars().count() + 1);
        assert!(!found.detail.chars().any(char::is_control), "{}", found.message());
        assert!(found.detail.len() <= 4096, "{}", found.message());
    }
});
