//! Tests of whole documents.

mod cases;
mod growth;
mod online;
mod podcasts;

use proptest::prelude::*;

use super::registry::FAMILIES;
use super::*;
use feedmill_diag::Severity;

const ITUNES: &str = "<itunes:category text=\"News\"/>\n<itunes:explicit>false</itunes:explicit>\n\
                      <itunes:image href=\"https://town.example/cover.png\"/>\n\
                      <itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>\n";
/// The file of an episode.
const ENCLOSURE: &str =
    "<enclosure url=\"https://town.example/1.mp3\" length=\"1000\" type=\"audio/mpeg\"/>\n";

/// Returns the lines of a template that the example does not have itself.
fn missing_lines(example: &str, lines: &[(&str, &str)]) -> String {
    lines
        .iter()
        .filter(|(mark, _)| !example.lines().any(|l| l.starts_with(mark)))
        .map(|(_, line)| format!("{line}\n"))
        .collect()
}

/// Returns a whole document around an example.
fn document(context: Context, example: &str) -> String {
    let namespaces: String = FAMILIES
        .iter()
        .filter(|f| f.namespaces.first().is_some_and(|n| !n.is_empty()))
        .filter(|f| {
            example.contains(&format!("{}:", f.name)) && !example.contains(&format!("xmlns:{}", f.name))
        })
        .filter(|f| f.name != "atom")
        .map(|f| format!(" xmlns:{}=\"{}\"", f.name, f.namespaces[0]))
        .collect();
    let atom = "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"";
    let channel = "<title>Town</title>\n<link>https://town.example/</link>\n<description>News</description>\n\
                   <lastBuildDate>Tue, 31 Oct 2023 21:15:02 GMT</lastBuildDate>\n\
                   <atom:link rel=\"self\" href=\"https://town.example/feed.xml\"/>\n";
    let feed = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\"";
    let head =
        "<id>https://town.example/</id>\n<title>Town</title>\n<updated>2023-10-31T21:15:02Z</updated>\n";
    let own = "<link rel=\"self\" href=\"https://town.example/feed.xml\"/>\n";
    match context {
        Context::Whole => example.to_owned(),
        Context::Channel | Context::Item => {
            let language = missing_lines(example, &[("<language", "<language>en</language>")]);
            let show = missing_lines(
                example,
                &[
                    ("<itunes:category", "<itunes:category text=\"News\"/>"),
                    ("<itunes:explicit", "<itunes:explicit>false</itunes:explicit>"),
                    (
                        "<itunes:owner",
                        "<itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>",
                    ),
                ],
            );
            if context == Context::Channel {
                let show = if example.contains("itunes:") { &*show } else { "" };
                return format!(
                    "{atom}{namespaces}>\n<channel>\n{channel}{language}{example}\n{show}</channel>\n</rss>"
                );
            }
            let show = if example.contains("itunes:") { ITUNES } else { "" };
            let namespaces =
                namespaces.replace(" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"", "");
            let itunes = " xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"";
            let item = missing_lines(
                example,
                &[
                    ("<title", "<title>One</title>"),
                    ("<guid", "<guid>https://town.example/1</guid>"),
                    (
                        "<description",
                        if example.contains("content:encoded") {
                            ""
                        } else {
                            "<description>Hello</description>"
                        },
                    ),
                ],
            );
            let is_episode = example.contains("itunes:") && !example.contains("<enclosure");
            let item = item + if is_episode { ENCLOSURE } else { "" };
            format!(
                "{atom}{namespaces}{itunes}>\n<channel>\n{channel}{language}{show}<item>\n{item}{example}\n</item>\n</channel>\n</rss>"
            )
        }
        Context::Feed => {
            let own = if example.contains("rel=\"self\"") { "" } else { own };
            format!("{feed}{namespaces}>\n{head}{own}{example}\n</feed>")
        }
        Context::Entry => {
            let entry = missing_lines(
                example,
                &[
                    ("<id", "<id>https://town.example/1</id>"),
                    ("<title", "<title>One</title>"),
                    ("<updated", "<updated>2023-10-31T21:15:02Z</updated>"),
                    ("<author", "<author><name>Ann</name></author>"),
                    ("<content", "<content>Hello</content>"),
                ],
            );
            format!("{feed}{namespaces}>\n{head}{own}<entry>\n{entry}{example}\n</entry>\n</feed>")
        }
        Context::Json | Context::JsonItem => {
            let items = match context {
                Context::JsonItem => {
                    format!(", \"items\": [{{\"id\": \"1\", \"content_text\": \"Hello\", {example}}}]")
                }
                _ if example.contains("\"items\"") => format!(", {example}"),
                _ => format!(", \"items\": [], {example}"),
            };
            format!(
                "{{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"Town\", \
                 \"feed_url\": \"https://town.example/feed.json\"{items}}}"
            )
        }
        Context::Answer => example.to_owned(),
        Context::Outlines => format!("<opml version=\"2.0\">\n<head/>\n<body>\n{example}\n</body>\n</opml>"),
    }
}

fn found(document: &str, url: Option<&str>) -> Vec<Finding> {
    check(document.as_bytes(), Options { url, now: Some(UnixMs(1_790_000_000_000)), ..Options::default() })
}

/// Returns the findings of a document that is to be a podcast.
fn found_in_podcast(document: &str) -> Vec<Finding> {
    let options = Options { now: Some(UnixMs(1_790_000_000_000)), is_podcast: true, ..Options::default() };
    check(document.as_bytes(), options)
}

#[test]
fn every_bad_example_breaks_its_rule_and_no_other() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let Example { context, bad, good } = rule.example;
        let url = matches!(rule.meta.code, "feed/self-location" | "json/self-location")
            .then_some("https://town.example/feed.xml");
        // Notes count only if the rule itself is one.
        let codes = |example: &str| -> std::collections::BTreeSet<&str> {
            let counts = |d: &Finding| {
                d.severity > Severity::Note
                    || rule.meta.severity == Severity::Note && d.meta.code == rule.meta.code
            };
            let found = match context {
                _ if matches!(rule.meta.code, "itunes/blank" | "itunes/not-rss") => found_in_podcast(example),
                Context::Answer => online::found(example),
                _ => found(&document(context, example), url),
            };
            found.into_iter().filter(counts).map(|d| d.meta.code).collect()
        };
        let (bad, good) = (codes(bad), codes(good));
        if bad != [rule.meta.code].into() || !good.is_empty() {
            wrong.push(format!("{}: bad {bad:?}, good {good:?}", rule.meta.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_registered_once_and_complete() {
    let all = rules();
    for pair in all.windows(2) {
        assert!(pair[0].meta.code < pair[1].meta.code, "{} is there twice", pair[1].meta.code);
    }
    for rule in &all {
        let meta = &rule.meta;
        let parts: Vec<&str> = meta.code.split('/').collect();
        let kebab = |p: &&str| {
            !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        assert!(parts.len() == 2 && parts.iter().all(kebab), "{}", meta.code);
        assert!(meta.why.ends_with('.') && meta.why.len() > 25, "{}: why", meta.code);
        assert!(!meta.remedy.is_empty() && !meta.remedy.ends_with('.'), "{}: remedy", meta.code);
        assert!(!meta.title.ends_with('.') && !rule.spec.is_empty(), "{}: title, spec", meta.code);
        let mut start = meta.title.chars().take(2);
        let is_word =
            start.next().is_some_and(char::is_uppercase) && start.next().is_some_and(char::is_lowercase);
        assert!(!is_word || meta.title.starts_with("Media"), "{}: title in upper case", meta.code);
        assert!(meta.url.starts_with("http"), "{}: url", meta.code);
    }
    // A rule that no list names would never be documented.
    let mut written = 0;
    for folder in ["engine", "values", "vocabularies", "online"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        for file in std::fs::read_dir(folder).unwrap() {
            let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let constructors = ["Rule::error(", "Rule::warning(", "Rule::note("];
            written += constructors.iter().map(|new| source.matches(new).count()).sum::<usize>();
        }
    }
    assert_eq!(written, all.len());
}

#[test]
fn no_layer_imports_from_a_higher_one() {
    const LAYERS: &[&str] =
        &["message", "document", "rule", "values", "engine", "vocabularies", "online", "registry"];
    let layer = |name: &str| LAYERS.iter().position(|l| *l == name);
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for (own, name) in LAYERS.iter().enumerate() {
        let folder = source.join(name);
        let files = match std::fs::read_dir(&folder) {
            Ok(files) => files.map(|file| file.unwrap().path()).collect(),
            Err(_) => vec![folder.with_extension("rs")],
        };
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            for path in text.split("crate::").skip(1).filter(|path| !path.starts_with('{')) {
                let end = path.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(path.len());
                assert!(layer(&path[..end]).is_none_or(|l| l <= own), "{}: {}", file.display(), &path[..end]);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn findings_have_the_place_of_the_violation() {
    for (document, place) in [
        (
            "<rss version=\"2.0\">\n <channel>\n  <ttl>\n   x</ttl>\n </channel>\n</rss>",
            "number/positive 4:4 `   x</ttl>`",
        ),
        (
            "<rss version='2.0'>\r\n<channel foo='1'/></rss>",
            "feed/unexpected-attribute 2:15 `<channel foo='1'/></rss>`",
        ),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'>\n<rights type='html'>é &amp;amp; <![CDATA[a<script>]]></rights></feed>",
            "html/risk 2:43 `<rights type='html'>é &amp;amp; <![CDATA[a<script>]]></rights></feed>`",
        ),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'>\n<rights type='html'>&lt;p onclick=&quot;x&quot;></rights></feed>",
            "html/risk-attribute 2:41 `<rights type='html'>&lt;p onclick=&quot;x&quot;></rights></feed>`",
        ),
        (
            "{\"version\": \"https://jsonfeed.org/version/1\",\n \"title\": 1}",
            "json/type 2:11 ` \"title\": 1}`",
        ),
    ] {
        let code = place.split(' ').next().unwrap();
        let found = found(document, None);
        let one = found.iter().find(|d| d.meta.code == code).unwrap_or_else(|| panic!("{code}: {found:?}"));
        let shown = format!("{code} {}:{} `{}`", one.place.line, one.place.column, one.place.source);
        assert_eq!(shown, place);
    }
}

#[test]
fn a_long_line_is_located_and_shown_in_part() {
    let items: String = (0..5000).map(|i| format!("<item><title>é{i}</title></item>")).collect();
    let document = format!("<rss version=\"2.0\"><channel>{items}<oops/></channel></rss>");
    let found = found(&document, None);
    let last = found.iter().find(|d| d.meta.code == "feed/undefined-element").unwrap();
    let before = document.split("<oops").next().unwrap().chars().count();
    assert_eq!((last.place.line, last.place.column), (1, before as u32 + 1));
    assert!(last.place.source.len() <= 240 && last.place.source.contains("<oops/>"));
    let mark = last.place.mark as usize - 1;
    assert!(last.place.source.chars().skip(mark).collect::<String>().starts_with("<oops/>"));
}

#[test]
fn entities_are_never_expanded_and_depth_is_limited() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n<rss version=\"2.0\"><channel><title>&b;&b;&b;</title></channel></rss>";
    assert!(found(bomb, None).iter().all(|d| d.detail.len() < 200));
    let codes = |document: &str| found(document, None).iter().map(|d| d.meta.code).collect::<Vec<_>>();
    assert!(codes(&"<a>".repeat(100_000)).contains(&"xml/limit"));
    assert!(codes(&"[".repeat(100_000)).contains(&"json/limit"));
    let attributes: String = (0..1000).map(|i| format!(" a{i}='x'")).collect();
    assert!(codes(&format!("<rss{attributes}/>")).contains(&"xml/limit"));
    let nested = format!(
        "<rss version='2.0'><channel><item><description>{}</description></item></channel></rss>",
        "&lt;div>".repeat(200_000)
    );
    assert!(codes(&nested).contains(&"html/not-well-formed"));
    let attributes: String = (0..200_000).map(|i| format!(" a{i}='x'")).collect();
    let wide = format!(
        "<rss version='2.0'><channel><item><description>&lt;a{attributes}></description></item></channel></rss>"
    );
    assert!(codes(&wide).contains(&"html/not-well-formed"));
}

#[test]
fn a_violation_is_listed_a_thousand_times_and_then_counted() {
    let document = format!("<rss version='2.0'><channel>{}</channel></rss>", "<oops/>".repeat(200_000));
    let found = found(&document, None);
    let undefined: Vec<_> = found.iter().filter(|d| d.meta.code == "feed/undefined-element").collect();
    assert_eq!(undefined.len(), 1001);
    assert_eq!(undefined[1000].detail, "199000 more like this");
}

#[test]
fn a_message_is_one_line() {
    // Found by the fuzzer.
    let found = found("<rss version='2.0'><summary></su\n<!--\u{1b}[31mmmary></rss>", None);
    assert!(!found.is_empty());
    assert!(found.iter().all(|d| !d.detail.contains(char::is_control)), "{found:?}");
}

#[test]
fn a_message_has_a_maximum_length() {
    // Found by the fuzzer.
    let name = "é".repeat(5000);
    let document = format!("<rss version='2.0'><channel><{name}>x</{name}><!DOCTYPE {name}></channel></rss>");
    let found = found(&document, None);
    assert!(!found.is_empty() && found.iter().all(|d| d.detail.len() <= 1003), "{found:?}");
    assert!(found.iter().any(|d| d.detail.ends_with('…')), "{found:?}");
}

#[test]
fn a_second_byte_order_mark_is_text() {
    // Found by the fuzzer: places after it were wrong.
    let found = check(b"\xfe\xff\xfe\xff\xff\x74\x30\x74\x6e\x3d\x2e\x5f\x75\x72\0w", Options::default());
    assert_eq!(found[0].meta.code, "xml/not-well-formed");
}

#[test]
fn encodings_are_read_as_declared() {
    let feed = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n<rss version=\"2.0\"><channel><title>é</title></channel></rss>"
        )
    };
    let has = |bytes: &[u8], code: &str| check(bytes, Options::default()).iter().any(|d| d.meta.code == code);
    let latin = encoding_rs::WINDOWS_1252.encode(&feed("iso-8859-1")).0.into_owned();
    assert!(has(&latin, "xml/nonstandard-encoding") && !has(&latin, "xml/encoding"));
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(feed("utf-16").encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert!(!has(&wide, "xml/encoding") && has(&wide, "rss/missing-link"));
    let wider: Vec<u8> = feed("utf-32").chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    assert!(!has(&wider, "xml/encoding") && has(&wider, "rss/missing-link"));
    assert!(has(&encoding_rs::WINDOWS_1252.encode(&feed("utf-8")).0, "xml/encoding"));
    assert!(has(feed("utf-16").as_bytes(), "xml/encoding"));
    assert!(has(&[b"\xef\xbb\xbf", feed("iso-8859-1").as_bytes()].concat(), "xml/encoding"));
    assert!(has(feed("us-ascii").as_bytes(), "xml/encoding"));
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = check(&bytes, Options::default());
        let _ = check_response(&Response::default(), &bytes, "");
        let _ = linked_files(&bytes, Options::default());
    }

    #[test]
    fn any_markup_never_panics_and_is_located_in_the_document(parts in prop::collection::vec(prop::sample::select(vec![
        "<rss version='2.0'>", "<channel>", "<item>", "</item>", "</channel>", "</rss>", "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>", "</entry>", "<title type='html'>", "</title>", "&lt;a style='x:y'", "<link href='tag:,é'/>", "<guid>", "</guid>", "é",
        "<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE x [", "<pubDate>Mon, 99 Xyz", "+é", "<id>urn:uuid:é", "<updated>2003-12-13T18:30:0é",
        "<?xml version='1.1'?>", "&#x", ";", "<a b='&amp;é'>", "{\"items\":[{\"id\":1}]", "\r\n", "\r", "<description>", "</description>",
        "&amp;eacute", "&lt;p&gt;&lt;/b&gt;", "&lt;é", "&lt;table&gt;&lt;td é=\"&amp;#x1;\"", "\u{85}", "<opml version='2.0'>", "<body><outline text='", "'/>",
        "<itunes:category text='Arts'/>", "<content type='xhtml'>", "<div xmlns='http://www.w3.org/1999/xhtml'>", "<summary type='é/'>",
    ]), 0..30)) {
        let text = parts.concat();
        let lines = text.split(['\n', '\r']).count() as u32;
        for d in check(text.as_bytes(), Options { url: Some("https://town.example/"), ..Options::default() }) {
            prop_assert!((1..=lines).contains(&d.place.line) && d.place.column >= 1, "{:?}", d.place);
        }
        for file in linked_files(text.as_bytes(), Options::default()) {
            prop_assert!((1..=lines).contains(&file.place.line), "{:?}", file.place);
        }
    }

    #[test]
    fn text_is_located_at_its_offset(parts in prop::collection::vec(prop::sample::select(vec!["a", "é", "&lt;", "&#233;", "<![CDATA[b&<é]]>", "<!-- c -->", "<?d e?>", "\n"]), 0..12)) {
        let text = format!("<x>{}@</x>", parts.concat());
        let document = tree::parse(&text);
        let root = document.root.as_ref().unwrap();
        let run = root.texts().next().unwrap();
        let offset = run.value.rfind('@').unwrap();
        prop_assert_eq!(run.locate(offset), text.rfind('@').unwrap());
    }
}
