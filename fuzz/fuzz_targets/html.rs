//! Any text is cleaned to what the policy allows: an oracle that shares no code with the cleaning parses it anew. What
//! is parsed and printed is the same again, and what is clean stays as it is.

#![no_main]

#[path = "../../tests/attack/oracle.rs"]
mod oracle;

use std::sync::LazyLock;

use feedmill::html::{Policy, RawHtml, clean, xml_text};
use libfuzzer_sys::fuzz_target;
use url::Url;

static PAGE: LazyLock<Url> = LazyLock::new(|| Url::parse("https://news.example/a/b.html?x=1").unwrap());
/// What looks like clutter only now that other clutter is gone is none.
static AS_IT_IS: LazyLock<Policy> = LazyLock::new(|| Policy::new(&[], &["html".to_owned()]).unwrap());

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
    let again = clean(RawHtml(html), &PAGE, &AS_IT_IS);
    assert_eq!(again.html.as_str(), html);
});
