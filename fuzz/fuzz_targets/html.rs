//! Cleans any text to what the policy allows, as an independent oracle confirms. Parsing and printing clean HTML gives the same
//! HTML, and cleaning it again changes nothing.

#![no_main]

#[path = "../../tests/attack/oracle.rs"]
mod oracle;

use std::sync::LazyLock;

use feedmill::html::{Policy, RawHtml, clean, xml_text};
use libfuzzer_sys::fuzz_target;
use url::Url;

static PAGE: LazyLock<Url> = LazyLock::new(|| Url::parse("https://news.example/a/b.html?x=1").unwrap());
/// Keeps everything: HTML that looks like clutter only after other clutter was removed is not clutter.
static KEEP_ALL: LazyLock<Policy> = LazyLock::new(|| Policy::new(&[], &["html".to_owned()]).unwrap());

fuzz_target!(|text: &str| {
    let cleaned = clean(RawHtml(text), &PAGE, &Policy::default());
    let html = cleaned.html.as_str();
    let faults = oracle::faults(html);
    assert!(faults.is_empty(), "{html}\n{faults:?}");
    for media in &cleaned.media {
        assert!(matches!(media.url.scheme(), "http" | "https"), "{}", media.url);
    }
    assert_eq!(xml_text(&cleaned.text), cleaned.text);
    assert_eq!(xml_text(html), html);
    let again = clean(RawHtml(html), &PAGE, &KEEP_ALL);
    assert_eq!(again.html.as_str(), html);
});
