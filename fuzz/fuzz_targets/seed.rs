//! Decodes and parses any bytes as a seed, and renders its body. Findings are inside the text; the beginning of a file gives the
//! same head or asks for more; titles are valid in XML, and links are absolute http(s) URLs.

#![no_main]

use feedmill::diag::Finding;
use feedmill::html::xml_text;
use feedmill::seed::{Addresses, Fault, Origin, body, decode, parse};
use libfuzzer_sys::fuzz_target;

fn stands_in(finding: &Finding, text: &str) {
    // Something missing at the end is reported after the last line.
    let lines = text.matches(['\n', '\r']).count() + 2;
    let (line, column) = (finding.place.line as usize, finding.place.column as usize);
    assert!(line <= lines && column <= text.len() + 1, "{finding:?}");
    assert!(!finding.detail.contains(['\n', '\r']), "{finding:?}");
}

/// A path for each dialect. The first byte selects one.
const PLACES: &[&str] = &[
    "town/1.txt",
    "_posts/2024-06-01-a-ferry.md",
    "content/posts/ferry.md",
    "town/ferry.html",
    "src/content/blog/ferry.mdx",
    "_posts/2024-06-01-a-ferry.html",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let site = url::Url::parse("https://town.example/").ok();
    let addresses = Addresses { site, ..Addresses::default() };
    let origin = Origin::of("seeds", PLACES[usize::from(*first) % PLACES.len()].as_ref(), &addresses);
    let (text, note) = decode(bytes);
    note.iter().for_each(|finding| stands_in(finding, &text));
    let whole = parse(&text, true, &origin);
    match &whole {
        Ok(seed) => {
            seed.findings.iter().for_each(|finding| stands_in(finding, &text));
            let title = &seed.head.title;
            assert!(xml_text(title) == *title && !title.chars().any(char::is_control), "{title:?}");
            let link = &seed.head.link;
            let scheme = link.split(':').next().unwrap_or_default();
            assert!(matches!(&*scheme.to_ascii_lowercase(), "http" | "https"), "{link}");
            assert!(url::Url::parse(link).is_ok_and(|url| url.has_host()), "{link}");
            assert!(link.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"`\\^{}|".contains(&b)), "{link}");
            assert!(text.ends_with(seed.body));
            let mut findings = Vec::new();
            let html = body(&text, seed, &origin, &mut findings);
            // Tags insert a limited number of bytes, and each character of Markdown becomes a few of HTML.
            assert!(html.len() < 64 * text.len() + (8 << 20), "{} bytes of {}", html.len(), text.len());
            findings.iter().for_each(|finding| stands_in(finding, &text));
        }
        Err(Fault::Bad(finding) | Fault::NotAnArticle(finding)) => stands_in(finding, &text),
        Err(Fault::Incomplete) => panic!("a whole text is never incomplete"),
    }
    for cut in [bytes.len() / 2, 40, 90] {
        let prefix = &text[..text.floor_char_boundary(cut)];
        match parse(prefix, false, &origin) {
            Ok(seed) => assert_eq!(Some(seed.head), whole.as_ref().ok().map(|w| w.head.clone())),
            Err(Fault::Incomplete) => {}
            Err(Fault::Bad(_) | Fault::NotAnArticle(_)) => assert!(whole.is_err(), "{prefix:?}"),
        }
    }
});
