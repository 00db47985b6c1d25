//! Any bytes are checked without a panic, and every finding stands in the document.

#![no_main]

use feedmill::check::{Options, check};
use feedmill::unit::UnixMs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = Options { file: "f", url: Some("https://town.example/feed"), now: Some(UnixMs(1_700_000_000_000)) };
    for found in check(bytes, options) {
        assert!(found.place.line >= 1 && found.place.column >= 1);
        assert!(!found.message.contains('\n'), "{}", found.message);
        let _ = feedmill::diag::printable(&found.message);
    }
});
