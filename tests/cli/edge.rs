//! Invalid and borderline seeds, many of them generated: each must give the result in its row, and the feeds made of the
//! others must parse.

use std::collections::{BTreeMap, BTreeSet};

use super::hostile::feedmill_measuring_memory;
use super::{Project, json_messages, output_of, string_field};

/// Peak memory allowed for a run over all of them, in KiB.
const MEMORY: u64 = 256 << 10;

const STAMP: &str = "1698786902000";

/// Expected result of a seed.
enum Expected {
    /// An entry, and no diagnostic.
    Fine,
    /// An entry, and diagnostics with exactly these codes.
    Warn(&'static [&'static str]),
    /// No entry, and diagnostics with exactly these codes.
    Skip(&'static [&'static str]),
}
use Expected::{Fine, Skip, Warn};

/// Returns a valid seed with a given body. Its link ends in its name.
fn body(name: &str, body: &str) -> Vec<u8> {
    seed(name, STAMP, "A title", body)
}

fn seed(name: &str, stamp: &str, title: &str, body: &str) -> Vec<u8> {
    format!("<!--{stamp}-->\n[{title}](https://e.example/{name})\n------\n\n{body}\n").into_bytes()
}

fn linked(link: &str) -> Vec<u8> {
    format!("<!--{STAMP}-->\n[A title]({link})\n------\n\n<p>b</p>\n").into_bytes()
}

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
}

fn rows() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let plain = |name: &str| String::from_utf8(body(name, "<p>Plain text.</p>")).unwrap();
    let chinese = "<p>港口议会今天早晨公布了新的桥梁预算计划，居民表示今年冬天花园和图书馆将继续开放。</p>";
    let japanese = "<p>図書館は今年の冬も開いています。港の橋の計画が発表されました。</p>";
    let mut rows = vec![
        ("empty", vec![], Skip(&["seed-empty"])),
        ("newlines", b"\n\r\n\n".to_vec(), Skip(&["seed-empty"])),
        ("mark_only", b"\xef\xbb\xbf".to_vec(), Skip(&["seed-empty"])),
        ("zeros", vec![0; 4096], Skip(&["seed-no-stamp"])),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xfe".to_vec(), Skip(&["seed-encoding", "seed-no-stamp"])),
        ("page", b"<!DOCTYPE html><html><body>Not found".to_vec(), Skip(&["seed-no-stamp"])),
        ("one_long_line", vec![b'x'; 200_000], Skip(&["seed-no-title"])),
        ("endless_stamp", [b"<!--".to_vec(), vec![b'1'; 100_000]].concat(), Skip(&["seed-no-title"])),
        ("stamp_text", seed("stamp_text", "yesterday", "t", "b"), Skip(&["seed-bad-stamp"])),
        ("stamp_float", seed("stamp_float", "1698786902000.5", "t", "b"), Skip(&["seed-bad-stamp"])),
        ("stamp_hex", seed("stamp_hex", "0x18b877d2d70", "t", "b"), Skip(&["seed-bad-stamp"])),
        ("stamp_arabic_digits", seed("stamp_arabic_digits", "١٦٩٨٧٨٦٩٠٢٠٠٠", "t", "b"), Skip(&["seed-bad-stamp"])),
        ("stamp_open", b"<!--1698786902000\n[t](https://e.example/o)\n---\n".to_vec(), Skip(&["seed-bad-stamp"])),
        ("stamp_and_more", plain("stamp_and_more").replacen("-->", "--> by Ann", 1).into_bytes(), Warn(&["seed-stamp-line"])),
        ("stamp_and_spaces", plain("stamp_and_spaces").replacen("-->", "--> \t", 1).into_bytes(), Fine),
        ("i64_max", seed("i64_max", "9223372036854775807", "t", "b"), Skip(&["seed-stamp-range"])),
        ("i64_min", seed("i64_min", "-9223372036854775808", "t", "b"), Skip(&["seed-stamp-range"])),
        ("i64_over", seed("i64_over", "9223372036854775808", "t", "b"), Skip(&["seed-bad-stamp"])),
        ("before_year_0", seed("before_year_0", "-62167219200001", "t", "b"), Skip(&["seed-stamp-range"])),
        ("year_0", seed("year_0", "-62167219200000", "t", "b"), Fine),
        ("year_9999", seed("year_9999", "253402300799999", "t", "b"), Warn(&["seed-stamp-unit"])),
        ("year_2099", seed("year_2099", "4070908800000", "t", "b"), Skip(&["seed-future"])),
        ("before_1970", seed("before_1970", "-86400000", "t", "b"), Fine),
        ("minus_one", seed("minus_one", "-1", "t", "b"), Warn(&["seed-stamp-unset"])),
        ("zero", seed("zero", "0", "t", "b"), Warn(&["seed-stamp-unit"])),
        ("seconds", seed("seconds", "1698786902", "t", "b"), Warn(&["seed-stamp-unit"])),
        ("microseconds", seed("microseconds", "1698786902000000", "t", "b"), Warn(&["seed-stamp-unit"])),
        ("no_title_line", b"<!--1698786902000-->\n\n------\n\nb".to_vec(), Skip(&["seed-no-title"])),
        ("only_stamp", b"<!--1698786902000-->".to_vec(), Skip(&["seed-no-title"])),
        ("link_empty", linked(""), Skip(&["seed-no-link"])),
        ("link_relative", linked("/news/1"), Skip(&["seed-bad-link"])),
        ("link_protocol_relative", linked("//e.example/1"), Skip(&["seed-bad-link"])),
        ("link_ftp", linked("ftp://e.example/1"), Skip(&["seed-bad-link"])),
        ("link_javascript", linked("javascript:alert(1)"), Skip(&["seed-bad-link"])),
        ("link_no_host", linked("https:///1"), Skip(&["seed-bad-link"])),
        ("link_port", linked("https://e.example:99999/"), Skip(&["seed-bad-link"])),
        ("link_spaces", linked("https://e.example/link_spaces?q=a b"), Fine),
        ("link_cjk", linked("https://e.example/link_cjk/图书馆"), Fine),
        ("link_idn", linked("https://bücher.example/link_idn"), Fine),
        ("link_paren", linked("https://e.example/link_paren_(a)_(b)"), Fine),
        ("link_long", linked(&format!("https://e.example/link_long/{}", "x".repeat(20_000))), Fine),
        ("link_user", linked("https://me:secret@e.example/link_user"), Warn(&["seed-link-credentials"])),
        ("title_empty", seed("title_empty", STAMP, "", "<h2>Found</h2><p>x</p>"), Warn(&["seed-title-empty"])),
        ("title_blank_text", seed("title_blank_text", STAMP, " \u{3000}", "<p>First words.</p>"), Warn(&["seed-title-empty"])),
        ("title_nothing", seed("title_nothing", STAMP, "", ""), Warn(&["seed-title-empty"])),
        ("title_markup", seed("title_markup", STAMP, "<b>x</b> & ]]> \"q\" 'a'", "<p>b</p>"), Fine),
        ("title_brackets", seed("title_brackets", STAMP, "a](b) [c] d", "<p>b</p>"), Fine),
        ("title_long", seed("title_long", STAMP, &"word ".repeat(4000), "<p>b</p>"), Fine),
        ("title_emoji", seed("title_emoji", STAMP, "👩‍🔬 \u{202b}مرحبا\u{202c} 𠮷", "<p>b</p>"), Fine),
        ("title_controls", seed("title_controls", STAMP, "a\0b\u{1}c\u{fffe}d\u{ffff}", "<p>b</p>"), Warn(&["seed-bad-character"])),
        ("no_rule", b"<!--1698786902000-->\n[t](https://e.example/no_rule)\n\n<p>b</p>".to_vec(), Warn(&["seed-no-rule"])),
        ("cr_only", plain("cr_only").replace('\n', "\r").into_bytes(), Fine),
        ("crlf", plain("crlf").replace('\n', "\r\n").into_bytes(), Fine),
        ("mark", [b"\xef\xbb\xbf".to_vec(), body("mark", "<p>b</p>")].concat(), Fine),
        ("utf16le", utf16(&plain("utf16le"), u16::to_le_bytes), Warn(&["seed-encoding"])),
        ("utf16be", utf16(&plain("utf16be"), u16::to_be_bytes), Warn(&["seed-encoding"])),
        ("utf16_lone_surrogate", {
            let mut bytes = utf16(&plain("utf16_lone_surrogate"), u16::to_le_bytes);
            bytes.extend([0x00, 0xd8, b'x', 0]);
            bytes
        }, Warn(&["seed-encoding"])),
        ("utf16_odd", {
            let mut bytes = utf16(&plain("utf16_odd"), u16::to_be_bytes);
            bytes.push(0);
            bytes
        }, Warn(&["seed-encoding"])),
        ("gb18030", encoding_rs::GB18030.encode(&String::from_utf8(seed("gb18030", STAMP, "图书馆", chinese)).unwrap()).0.into_owned(), Warn(&["seed-encoding"])),
        ("shift_jis", encoding_rs::SHIFT_JIS.encode(&String::from_utf8(seed("shift_jis", STAMP, "図書館", japanese)).unwrap()).0.into_owned(), Warn(&["seed-encoding"])),
        ("latin1", b"<!--1698786902000-->\n[Caf\xe9](https://e.example/latin1)\n------\n\n<p>d\xe9j\xe0 vu \xe0 la carte</p>".to_vec(), Warn(&["seed-encoding"])),
        ("lone_surrogate_bytes", [body("lone_surrogate_bytes", "<p>é ü ö ä 中"), b"\xed\xa0\xbd</p>".to_vec()].concat(), Warn(&["seed-encoding"])),
        ("cut_character", [body("cut_character", "<p>é ü ö"), b"\xe4\xb8".to_vec()].concat(), Warn(&["seed-encoding"])),
        ("overlong", [body("overlong", "<p>é ü ö"), b"\xc0\xaf".to_vec()].concat(), Warn(&["seed-encoding"])),
        ("controls", body("controls", "<p>a\u{0}\u{8}\u{b}\u{1f}b\u{fffe}</p>"), Warn(&["seed-bad-character"])),
        ("control_references", body("control_references", "<p>a&#0;&#8;&#xFFFE;&#xD800;b</p>"), Warn(&["seed-bad-character"])),
        ("cdata_ends", body("cdata_ends", &"]]> <p title=']]>'>]]&gt; ]]></p>".repeat(500)), Fine),
        ("empty_body", body("empty_body", ""), Fine),
        ("script_only", body("script_only", "<script>alert('x')</script><style>p{}</style>"), Fine),
        ("comment_open", body("comment_open", "<p>a</p><!-- never closed <p>b</p>"), Fine),
        ("plaintext", body("plaintext", "<p>a</p><plaintext><p>b</p></plaintext>"), Fine),
        ("mathml", body("mathml", "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>"), Fine),
        ("table_loose", body("table_loose", "<table><p>a<tr><b>c<td>d</table>e"), Fine),
        ("tag_cut", body("tag_cut", "<p>a</p><a href=\"https://e.example/"), Fine),
        ("million_angles", body("million_angles", &"<".repeat(1 << 20)), Warn(&["seed-markup"])),
        ("million_ampersands", body("million_ampersands", &"&".repeat(1 << 20)), Warn(&["seed-markup"])),
        ("million_degrees", body("million_degrees", &"°".repeat(1 << 20)), Fine),
        ("hundred_thousand_paragraphs", body("hundred_thousand_paragraphs", &"<p>".repeat(100_000)), Warn(&["seed-markup"])),
        ("deep", body("deep", &format!("{}deep{}", "<div>".repeat(100_000), "</div>".repeat(100_000))), Warn(&["seed-markup"])),
        ("attribute_of_a_mebibyte", body("attribute_of_a_mebibyte", &format!("<p title='{}'>kept</p>", "x".repeat(1 << 20))), Warn(&["seed-markup"])),
        ("body_of_50_mib", body("body_of_50_mib", &"<p>a sentence that goes on and on</p>\n".repeat(1_380_000)), Warn(&["seed-markup"])),
        ("over_64_mib", vec![b' '; (64 << 20) + 1], Skip(&["seed-too-large"])),
    ];
    for (name, ending) in [("tabs_in_rule", "---\t"), ("long_rule", "------------")] {
        let text = plain(name).replace("------", ending);
        rows.push((name, text.into_bytes(), Fine));
    }
    rows
}

#[test]
#[cfg_attr(not(has_python3), ignore = "needs python3")]
fn invalid_and_borderline_seeds_give_the_expected_entries_and_codes() {
    let rows = rows();
    assert!(rows.len() >= 60);
    let project = Project::new();
    for (name, bytes, _) in &rows {
        project.write_file(format!("seeds/{name}.txt"), bytes);
    }
    let peak = project.path("peak");
    let args =
        ["--limit", "0", "--message-format", "json", "--base-url", "https://f.example/", "--language", "en"];
    let (code, _, stderr) =
        output_of(feedmill_measuring_memory(&peak).current_dir(project.path("")).args(args));
    assert_eq!(code, 0, "{stderr}");
    let kib: u64 = std::fs::read_to_string(&peak).unwrap().trim().parse().unwrap();
    assert!(kib < MEMORY, "{kib} KiB");

    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for message in json_messages(&stderr) {
        let file =
            string_field(&message, "file").trim_start_matches("seeds/").trim_end_matches(".txt").to_owned();
        codes.entry(file).or_default().insert(string_field(&message, "code").to_owned());
    }
    let items = project.json_items("feeds/feed.json");
    let mut wrong = Vec::new();
    for (name, _, want) in &rows {
        let there = items.iter().any(|i| {
            let path = string_field(i, "url").split_once(".example/").map_or("", |(_, path)| path);
            path.split(['/', '?', '(']).next().unwrap().trim_end_matches('_') == *name
        });
        let reported = codes.remove(*name).unwrap_or_default();
        let (wanted_there, wanted): (bool, &[&str]) = match want {
            Fine => (true, &[]),
            Warn(codes) => (true, codes),
            Skip(codes) => (false, codes),
        };
        let wanted: BTreeSet<String> = wanted.iter().map(|c| (*c).to_owned()).collect();
        if there != wanted_there || reported != wanted {
            wrong.push(format!("{name}: entry {there}, reported {reported:?}, expected {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(codes, BTreeMap::new(), "messages about files that are not seeds of this test");
    for file in ["rss.xml", "atom.xml", "feed.json"] {
        let feed = feed_rs::parser::parse(project.read_file(&format!("feeds/{file}")).as_bytes()).unwrap();
        assert_eq!(feed.entries.len(), items.len(), "{file}");
    }
    let title = |name: &str| {
        items
            .iter()
            .find(|i| string_field(i, "url").ends_with(name))
            .map(|i| string_field(i, "title").to_owned())
    };
    assert_eq!(title("/title_empty").as_deref(), Some("Found"));
    assert_eq!(title("/title_blank_text").as_deref(), Some("First words."));
    assert_eq!(title("/title_nothing").as_deref(), Some("title_nothing"));
    assert_eq!(title("/gb18030").as_deref(), Some("图书馆"));
    assert_eq!(title("/latin1").as_deref(), Some("Café"));
    assert_eq!(title("/title_controls").as_deref(), Some("abcd"));
}

/// Seeds that only a file system can have.
#[cfg(unix)]
#[test]
fn input_unreadable_files_fifos_loops_and_odd_names_never_block() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    let project = Project::new();
    project
        .write_seed("good.txt", 1_698_786_902_000, "Good", "https://e.example/good", "<p>x</p>")
        .write_seed("UPPER.TXT", 1_698_786_902_000, "Upper", "https://e.example/upper", "<p>x</p>")
        .write_seed("a name\nwith a line.txt", 1_698_786_902_000, "Line", "https://e.example/line", "")
        .write_seed("d/e/e/p/deep.txt", 1_698_786_902_000, "Deep", "https://e.example/deep", "")
        .write_seed("folder.txt/inner.txt", 1_698_786_902_000, "Inner", "https://e.example/inner", "")
        .write_seed(".hidden.txt", 1_698_786_902_000, "Hidden", "https://e.example/hidden", "")
        .write_seed("note.md", 1_698_786_902_000, "Other", "https://e.example/other", "")
        .write_seed("locked.txt", 1_698_786_902_000, "Locked", "https://e.example/locked", "");
    let odd = project.path("seeds").join(OsStr::from_bytes(b"bad\xff\xfe.txt"));
    std::fs::copy(project.path("seeds/good.txt"), &odd).unwrap();
    let fifo = project.path("seeds/fifo.txt");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    symlink(".", project.path("seeds/loop")).unwrap();
    symlink("self.txt", project.path("seeds/self.txt")).unwrap();
    symlink("/etc/hostname", project.path("seeds/outside.txt")).unwrap();
    std::fs::set_permissions(project.path("seeds/locked.txt"), std::fs::Permissions::from_mode(0o000))
        .unwrap();
    let readable = std::fs::read(project.path("seeds/locked.txt")).is_ok();

    let (code, _, stderr) =
        project.feedmill(&["--message-format", "json", "--base-url", "https://f.example/"]);
    assert_eq!(code, 0, "{stderr}");
    let reported: BTreeSet<(String, String)> = json_messages(&stderr)
        .iter()
        .map(|m| (string_field(m, "file").to_owned(), string_field(m, "code").to_owned()))
        .collect();
    let mut wanted = BTreeSet::from([
        ("seeds/fifo.txt".to_owned(), "seed-special".to_owned()),
        ("seeds/self.txt".to_owned(), "seed-special".to_owned()),
    ]);
    // Root may read everything. The unit tests have a store that refuses.
    if !readable {
        wanted.insert(("seeds/locked.txt".to_owned(), "seed-unreadable".to_owned()));
    }
    assert_eq!(reported, wanted);
    let links: BTreeSet<String> =
        project.json_items("feeds/feed.json").iter().map(|i| string_field(i, "url").to_owned()).collect();
    for there in ["good", "upper", "line", "deep", "inner"] {
        assert!(links.contains(&format!("https://e.example/{there}")), "{there}");
    }
    assert_eq!(links.len(), 5 + usize::from(readable));
}

/// Makes a FIFO in place of whatever is there.
#[cfg(unix)]
fn make_fifo(path: &std::path::Path) {
    let _ = std::fs::remove_file(path);
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_fifo_or_folder_in_place_of_a_file_never_blocks_and_is_named() {
    let project = Project::new();
    project.write_seed("1.txt", 1_717_225_200_000, "t", "https://n.example/1", "x");
    let config = "base_url = 'https://f.example/'\n";
    project.write_file("feedmill.toml", config);
    assert_eq!(project.feedmill(&[]).0, 0);
    let feed = project.read_file("feeds/rss.xml");

    // The cache: its content is lost, and nothing else.
    let cache: Vec<_> =
        std::fs::read_dir(project.path("feeds/.feedmill")).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(cache.len() > 1);
    for path in cache.iter().flat_map(|path| [path.clone(), path.with_extension("new")]) {
        for make in [make_fifo as fn(&std::path::Path), |path| {
            let _ = std::fs::remove_file(path);
            std::fs::create_dir(path).unwrap();
        }] {
            make(&path);
            for args in [&[][..], &["list"], &["explain", "1.txt"]] {
                let (code, _, stderr) = project.feedmill(args);
                assert_eq!(code, 0, "{} {args:?}: {stderr}", path.display());
            }
            assert_eq!(project.read_file("feeds/rss.xml"), feed);
            let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir_all(&path));
            assert_eq!(project.feedmill(&[]).0, 0);
        }
    }

    // The configuration, a template and the seeds folder.
    let fails = |args: &[&str], expected: &[&str]| {
        let (code, _, stderr) = project.feedmill(args);
        assert_eq!(code, 2, "{stderr}");
        assert!(expected.iter().all(|text| stderr.contains(text)), "{args:?}: {stderr}");
    };
    make_fifo(&project.path("fifo"));
    std::fs::create_dir(project.path("folder")).unwrap();
    std::os::unix::fs::symlink("nowhere", project.path("link")).unwrap();
    fails(&["--config", "fifo"], &["read the configuration", "fifo", "not a regular file"]);
    fails(&["--config", "folder"], &["read the configuration", "folder", "it is a folder"]);
    fails(&["check", "--config", "fifo", "feeds"], &["fifo", "not a regular file"]);
    fails(&["--seeds", "fifo"], &["fifo"]);
    project.write_file("feedmill.toml", format!("{config}[theme]\ntemplate = 'fifo'\n"));
    let (code, _, stderr) = project.feedmill(&[]);
    assert!(code == 0 && stderr.contains("not a regular file"), "{stderr}");
    for (name, why) in
        [("fifo", "not a regular file"), ("folder", "it is a folder"), ("link", "No such file")]
    {
        std::fs::remove_file(project.path("feedmill.toml"))
            .or_else(|_| std::fs::remove_dir(project.path("feedmill.toml")))
            .unwrap();
        std::fs::rename(project.path(name), project.path("feedmill.toml")).unwrap();
        fails(&[], &["read the configuration", "feedmill.toml", why]);
    }
    assert_eq!(project.read_file("feeds/rss.xml"), feed);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_differ_only_in_bytes_that_are_not_utf_8_are_different() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let name = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
    let project = Project::new();
    project.write_file("feedmill.toml", "base_url = 'https://f.example/'\nids = 'file'\n");
    project.write_file("hugo.toml", "baseURL = 'https://s.example/'\ntitle = 'A'\n");
    let seeds = std::path::Path::new("content/posts");
    for bytes in [&b"caf\xe8.md"[..], b"caf\xe9.md", b"\xe9/caf.md", b"\xe8/caf.md"] {
        let front = "---\ntitle: A\ndate: 2024-05-01\n---\nText\n";
        project.write_file(seeds.join(OsStr::from_bytes(bytes)), front);
    }
    let (code, _, stderr) = project.feedmill(&["--seeds", "content"]);
    assert_eq!(code, 0, "{stderr}");
    let items = project.json_items("feeds/feed.json");
    let mut links: Vec<&str> = items.iter().map(|item| string_field(item, "url")).collect();
    links.sort_unstable();
    let expected =
        ["cafe8/", "cafe9/", "e8/caf/", "e9/caf/"].map(|end| format!("https://s.example/posts/{end}"));
    assert_eq!(links, expected, "{stderr}");
    let ids: std::collections::BTreeSet<&str> = items.iter().map(|item| string_field(item, "id")).collect();
    assert_eq!(ids.len(), 4);
    let seed = seeds.join(name(b"caf\xe9.md"));
    let (code, stdout, stderr) =
        crate::output_of(project.command(&["explain", "--seeds", "content"]).arg(&seed));
    assert!(code == 0 && stdout.contains("https://s.example/posts/cafe9/"), "{stdout}{stderr}");
    let missing =
        project.command(&["explain", "--seeds", "content"]).arg(name(b"caf\xea.md")).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no seed or code"));
}
