//! `feedmill [build]`: configuration, policies, publishing, messages, exit codes.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::{Mill, feedmill, files, messages, run, shared, text};

const QUIET: [&str; 2] = ["--base-url", "https://f.example/feeds/"];
const T: i64 = 1_698_786_902_000;

/// Every file under the feeds with its bytes and mtime.
pub(super) fn feeds(mill: &Mill) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let read = |path: std::path::PathBuf| {
        let time = path.metadata().unwrap().modified().unwrap();
        (path.display().to_string(), (std::fs::read(&path).unwrap(), time))
    };
    files(&mill.path("feeds")).into_iter().map(read).collect()
}

#[test]
#[cfg_attr(not(has_shared), ignore = "needs FEEDMILL_SHARED")]
fn the_real_seed_becomes_a_whole_entry() {
    let mill = Mill::new();
    let out = mill.path("feeds");
    let (code, _, stderr) = run(feedmill()
        .current_dir(mill.path(""))
        .args(QUIET)
        .arg("--seeds")
        .arg(shared("seeds"))
        .arg("--feeds")
        .arg(&out));
    assert_eq!((code, stderr.as_str()), (0, ""));
    let items = mill.items("feeds/feed.json");
    assert_eq!(items.len(), 1);
    let seed = std::fs::read_dir(shared("seeds")).unwrap().next().unwrap().unwrap().path();
    let raw = std::fs::read_to_string(seed).unwrap();
    let link = raw.lines().nth(1).unwrap().rsplit_once("](").unwrap().1.trim_end_matches(')').to_owned();
    assert_eq!(text(&items[0], "date_published"), "2023-10-31T21:15:02Z");
    assert_eq!((text(&items[0], "url"), text(&items[0], "id")), (link.as_str(), link.as_str()));
    assert_eq!(text(&items[0]["attachments"][0], "mime_type"), "image/jpeg");
    let body = text(&items[0], "content_html");
    for trace in ["facebook", "whatsapp", "x.com", "twitter", "分享"] {
        assert!(!body.to_lowercase().contains(trace), "{trace}");
    }
    // Every paragraph of the article, by its first words as they stand in the raw seed.
    let paragraphs: Vec<&str> = raw
        .split("<p>")
        .skip(1)
        .map(|p| p.split("</p>").next().unwrap())
        .filter(|p| !p.contains('<') && p.chars().count() > 20)
        .collect();
    assert!(paragraphs.len() >= 4, "{}", paragraphs.len());
    for paragraph in paragraphs {
        let start: String = paragraph.trim().chars().take(15).collect();
        assert!(body.contains(&start), "{start}");
    }
    let rss = mill.read("feeds/rss.xml");
    assert_eq!(rss.matches("<enclosure ").count(), 1);
    assert!(rss.contains("<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>"));
}

#[test]
fn policy_publishing_a_second_run_says_nothing_changed_and_leaves_every_mtime() {
    let mill = Mill::new();
    mill.seed("a/1.txt", T, "One", "https://e.example/1", "<p>x</p>").seed(
        "2.txt",
        T,
        "Two",
        "https://e.example/2",
        "",
    );
    let (code, stdout, stderr) = mill.run(&QUIET);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", ""), "silent when all is well");
    let before = feeds(&mill);
    assert_eq!(before.len(), 9);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in before.keys() {
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
    let (_, _, stderr) = mill.run(&["-v", QUIET[0], QUIET[1]]);
    assert!(stderr.contains("nothing changed"), "{stderr}");
    for (path, (bytes, time)) in feeds(&mill) {
        assert_eq!((&bytes, time), (&before[&path].0, old), "{path}");
    }
}

#[test]
fn input_no_readable_seed_at_all_is_an_error_and_existing_feeds_stay() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "<p>x</p>");
    mill.run(&QUIET);
    let before = feeds(&mill);
    mill.put("seeds/1.txt", "no seed");
    let (code, _, stderr) = mill.run(&QUIET);
    assert_eq!(code, 2);
    assert!(stderr.contains("no readable seed"), "{stderr}");
    assert_eq!(feeds(&mill), before);
    std::fs::remove_dir_all(mill.path("seeds")).unwrap();
    assert_eq!(mill.run(&QUIET).0, 2);
    assert_eq!(feeds(&mill), before);
    let empty = Mill::new();
    std::fs::create_dir(empty.path("seeds")).unwrap();
    assert_eq!(empty.run(&QUIET).0, 2);
    assert!(!empty.path("feeds").exists());
}

#[test]
fn policy_publishing_a_second_run_waits_then_names_the_holder_and_touches_nothing() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "<p>x</p>");
    std::fs::create_dir(mill.path("feeds")).unwrap();
    let held = std::fs::File::create(mill.path("feeds/.feedmill.lock")).unwrap();
    std::io::Write::write_all(&mut &held, b"4711\n").unwrap();
    held.lock().unwrap();
    let (code, _, stderr) = mill.run(&["--wait", "0", QUIET[0], QUIET[1]]);
    assert_eq!(code, 2);
    assert!(stderr.contains("process 4711") && stderr.lines().count() == 1, "{stderr}");
    assert_eq!(feeds(&mill).len(), 1);
    let waiting = mill.command(&["--wait", "30", QUIET[0], QUIET[1]]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(feeds(&mill).len(), 1, "it waits");
    drop(held);
    assert!(waiting.wait_with_output().unwrap().status.success());
    assert_eq!(feeds(&mill).len(), 6, "and the lock is gone with the run");
}

#[test]
fn policy_sections_have_their_own_feeds_and_gone_ones_are_named_or_pruned() {
    let mill = Mill::new();
    mill.put(
        "feedmill.toml",
        "title = 'News'\nbase_url = 'https://f.example/feeds'\n[section.'a b']\ntitle = 'A and B'\n",
    )
    .seed("a b/1.txt", T, "One", "https://e.example/1", "<p>x</p>")
    .seed("town/x/2.txt", T + 1, "Two", "https://e.example/2", "<p>y</p>")
    .seed("3.txt", T + 2, "Three", "https://e.example/3", "<p>z</p>")
    .put("feeds/other/rss.xml", "<rss><channel><generator>somebody</generator></channel></rss>");
    assert_eq!(mill.run(&[]), (0, String::new(), String::new()));
    let titles =
        |path: &str| mill.items(path).iter().map(|i| text(i, "title").to_owned()).collect::<Vec<_>>();
    assert_eq!(titles("feeds/feed.json"), ["Three", "Two", "One"]);
    assert_eq!(
        (titles("feeds/a b/feed.json"), titles("feeds/town/feed.json")),
        (vec!["One".into()], vec!["Two".into()])
    );
    assert!(mill.read("feeds/a b/rss.xml").contains("<title>A and B</title>"));
    assert!(mill.read("feeds/town/atom.xml").contains("<title>town – News</title>"));
    assert!(mill.read("feeds/a b/atom.xml").contains("href=\"https://f.example/feeds/a%20b/atom.xml\""));

    std::fs::remove_dir_all(mill.path("seeds/town")).unwrap();
    let (code, _, stderr) = mill.run(&["--message-format", "json"]);
    let orphans: Vec<_> =
        messages(&stderr).iter().map(|m| (text(m, "code").to_owned(), text(m, "file").to_owned())).collect();
    let orphan = |file: &str| ("feed-orphan".to_owned(), format!("feeds/town/{file}"));
    assert_eq!((code, orphans), (0, vec![orphan("rss.xml"), orphan("atom.xml"), orphan("feed.json")]));
    assert!(mill.path("feeds/town/rss.xml").exists());
    assert_eq!(mill.run(&["--prune"]), (0, String::new(), String::new()));
    assert!(!mill.path("feeds/town").exists() && mill.path("feeds/other/rss.xml").exists());
}

#[test]
fn sections_that_cannot_be_folders_of_feeds_stay_in_the_whole() {
    let mill = Mill::new();
    mill.seed("rss.xml/1.txt", T, "One", "https://e.example/1", "")
        .seed("Town/2.txt", T, "Two", "https://e.example/2", "")
        .seed("town/3.txt", T, "Three", "https://e.example/3", "");
    let (code, _, stderr) = mill.run(&["--message-format", "json", QUIET[0], QUIET[1]]);
    let codes: Vec<_> = messages(&stderr).iter().map(|m| text(m, "code").to_owned()).collect();
    assert_eq!((code, codes), (0, vec!["section-name".to_owned(), "section-case".to_owned()]));
    assert_eq!(mill.items("feeds/feed.json").len(), 3);
}

#[test]
fn policy_repeats_are_one_entry_and_its_id_never_changes() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "First", "http://e.example/a?x=%e4", "<p>old</p>");
    mill.run(&QUIET);
    let id = text(&mill.items("feeds/feed.json")[0], "id").to_owned();
    mill.seed("s/2.txt", T + 5000, "Second", "https://E.example/a?x=%E4", "<p>new</p>").seed(
        "s/3.txt",
        T + 5000,
        "Tie, last path wins",
        "https://e.example/a?x=%E4",
        "<p>newest</p>",
    );
    mill.run(&QUIET);
    let items = mill.items("feeds/feed.json");
    assert_eq!(items.len(), 1);
    assert_eq!(text(&items[0], "id"), id);
    assert_eq!(
        (text(&items[0], "title"), text(&items[0], "content_html")),
        ("Tie, last path wins", "<p>newest</p>")
    );
    assert_eq!(text(&items[0], "date_published"), "2023-10-31T21:15:02Z");
    assert_eq!(text(&items[0], "date_modified"), "2023-10-31T21:15:07Z");
}

#[test]
fn policy_ids_are_the_same_in_every_format_and_can_be_tags() {
    for (kind, id) in [
        ("link", "https://e.example/a?x=%e4#f"),
        ("tag", "tag:e.example,2000:/a?x=%e4%23f"),
        ("file", "tag:e.example,2000:town/20231031"),
    ] {
        let mill = Mill::new();
        mill.seed("town/20231031_slug.txt", T, "One", "https://e.example/a?x=%e4#f", "<p>x</p>");
        assert_eq!(mill.run(&["--ids", kind, QUIET[0], QUIET[1]]).0, 0);
        assert_eq!(text(&mill.items("feeds/feed.json")[0], "id"), id);
        assert!(mill.read("feeds/atom.xml").contains(&format!("<id>{id}</id>")), "{kind}");
        let guid = format!("<guid isPermaLink=\"{}\">{id}</guid>", kind == "link");
        assert!(
            mill.read("feeds/rss.xml").replace("<guid>", "<guid isPermaLink=\"true\">").contains(&guid),
            "{kind}"
        );
    }
}

#[test]
fn policy_order_is_total_and_limit_keeps_the_newest() {
    let mill = Mill::new();
    for (path, time, link) in [("z", T, "b"), ("y", T, "a"), ("x", T + 1, "z"), ("w", T - 1, "0")] {
        mill.seed(&format!("{path}.txt"), time, link, &format!("https://e.example/{link}"), "");
    }
    mill.run(&["--limit", "3", QUIET[0], QUIET[1]]);
    let titles: Vec<_> = mill.items("feeds/feed.json").iter().map(|i| text(i, "title").to_owned()).collect();
    assert_eq!(titles, ["z", "a", "b"]);
    assert!(mill.read("feeds/rss.xml").contains("<lastBuildDate>Tue, 31 Oct 2023 21:15:02 GMT"));
}

#[test]
fn input_more_than_a_day_in_the_future_is_held_back_by_the_clock_or_source_date_epoch() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "Now", "https://e.example/1", "").seed(
        "2.txt",
        T + 86_400_001,
        "Ahead",
        "https://e.example/2",
        "",
    );
    let args = ["--message-format", "json", QUIET[0], QUIET[1]];
    let (code, _, stderr) = run(mill.command(&args).env("SOURCE_DATE_EPOCH", "1698786902"));
    assert_eq!((code, text(&messages(&stderr)[0], "code")), (0, "seed-future"));
    assert_eq!(mill.items("feeds/feed.json").len(), 1);
    run(mill.command(&args).env("SOURCE_DATE_EPOCH", "1698786903"));
    assert_eq!(mill.items("feeds/feed.json").len(), 2);
}

#[test]
fn configuration_flags_stand_above_variables_and_those_above_the_file() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "")
        .put("feedmill.toml", "title = 'File'\nbase_url = 'https://f.example/'\n");
    let title = || {
        let rss = mill.read("feeds/rss.xml");
        rss.split("<title>").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    mill.run(&[]);
    assert_eq!(title(), "File");
    run(mill.command(&[]).env("FEEDMILL_TITLE", "Variable"));
    assert_eq!(title(), "Variable");
    run(mill.command(&["--title", "Flag"]).env("FEEDMILL_TITLE", "Variable"));
    assert_eq!(title(), "Flag");
}

#[test]
fn configuration_mistakes_are_errors_with_line_and_suggestion_and_nothing_is_milled() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "").put("feedmill.toml", "title = 'x'\nlimt = 3\n");
    let (code, _, stderr) = mill.run(&[]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains(
            "feedmill.toml:2:1: error[config-unknown-key]: unknown key `limt`; did you mean `limit`?"
        ),
        "{stderr}"
    );
    assert!(!mill.path("feeds").exists());
    assert_eq!(mill.run(&["--config", "nowhere.toml"]).0, 2);
    assert_eq!(mill.run(&["--frobnicate"]).0, 2);
}

#[test]
fn configuration_none_is_needed_and_a_warning_says_what_base_url_is_for() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "");
    let (code, _, stderr) = mill.run(&[]);
    assert_eq!(code, 0);
    assert!(stderr.starts_with("warning[no-base-url]") && stderr.contains("self link"), "{stderr}");
    let rss = mill.read("feeds/rss.xml");
    assert!(rss.contains("<title>seeds</title>") && rss.contains("<link>https://e.example/</link>"), "{rss}");
    assert_eq!(mill.run(&["--quiet"]), (0, String::new(), String::new()));
}

#[test]
fn configuration_a_section_nearly_named_as_a_folder_is_a_warning() {
    let mill = Mill::new();
    mill.put(
        "feedmill.toml",
        "base_url = 'https://f.example/'\n[section.twon]\ntitle = 'T'\n[section.later]\ntitle = 'L'\n",
    )
    .seed("town/1.txt", T, "One", "https://e.example/1", "");
    let (code, _, stderr) = mill.run(&["--message-format", "json"]);
    let said = messages(&stderr);
    assert_eq!((code, said.len(), text(&said[0], "code")), (0, 1, "config-unknown-section"));
    assert!(text(&said[0], "message").contains("did you mean `town`?"));
}

#[test]
fn configuration_filtered_feeds_take_what_matches() {
    let mill = Mill::new();
    mill.put(
        "feedmill.toml",
        "base_url = 'https://f.example/'\n[[feed]]\nname = 'rain'\ntitle = 'Rain'\nsections = ['a', 'b']\ntitle_contains = 'RAIN'\n[[feed]]\nname = 'none'\nlink_contains = 'nowhere'\n",
    )
    .seed("a/1.txt", T, "Rain at last", "https://e.example/1", "")
    .seed("b/2.txt", T, "Sun", "https://e.example/2", "")
    .seed("c/3.txt", T, "More rain", "https://e.example/3", "");
    let (code, _, stderr) = mill.run(&["--message-format", "json", "-v"]);
    assert_eq!((code, text(&messages(&stderr)[0], "code")), (0, "feed-empty"));
    let titles: Vec<_> =
        mill.items("feeds/rain/feed.json").iter().map(|i| text(i, "title").to_owned()).collect();
    assert_eq!(titles, ["Rain at last"]);
}

#[test]
fn policy_bodies_clean_drop_and_keep_are_the_operators() {
    let mill = Mill::new();
    mill.put("feedmill.toml", "base_url = 'https://f.example/'\n[clean]\ndrop = ['.advice']\n").seed(
        "1.txt",
        T,
        "One",
        "https://e.example/1",
        "<p>Text</p><div class='advice'>Buy this</div>",
    );
    mill.run(&[]);
    assert_eq!(text(&mill.items("feeds/feed.json")[0], "content_html"), "<p>Text</p>");
}

#[test]
fn policy_xml_output_is_indented_or_compact_by_one_setting() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "<p>x</p>");
    mill.run(&QUIET);
    let indented = mill.read("feeds/rss.xml");
    mill.run(&["--indent", "false", QUIET[0], QUIET[1]]);
    let compact = mill.read("feeds/rss.xml");
    assert!(indented.lines().count() > 15 && compact.lines().count() <= 2, "{compact}");
}

#[test]
fn diagnostics_name_the_place_the_code_and_the_remedy_in_every_style() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "")
        .put("seeds/2.txt", "<!--1698786902000-->\n[t](ftp://e.example/)\n---\n");
    let run = |style: &str| mill.run(&["--message-format", style, QUIET[0], QUIET[1]]);
    let (code, stdout, stderr) = run("human");
    assert_eq!((code, stdout.as_str()), (0, ""), "a skipped seed is no failure");
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(
        lines[0],
        "seeds/2.txt:2:5: error[seed-bad-link]: `ftp://e.example/` does not begin with http:// or https://"
    );
    assert_eq!(lines[1], " 2 | [t](ftp://e.example/)");
    assert_eq!(lines[2], "   |     ^");
    assert!(lines[3].contains("help: write line 2 as"), "{stderr}");
    assert!(!stderr.contains('\x1b'));
    let (_, _, stderr) = run("json");
    let message = &messages(&stderr)[0];
    assert_eq!(
        (text(message, "file"), &message["line"], &message["column"]),
        ("seeds/2.txt", &2.into(), &5.into())
    );
    let (_, _, stderr) = run("github");
    assert!(stderr.starts_with("::error file=seeds/2.txt,line=2,col=5,title=seed-bad-link::"), "{stderr}");
}

#[test]
fn exit_code_is_1_under_strict_where_a_seed_was_skipped_and_the_feeds_are_there_all_the_same() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "");
    assert_eq!(mill.run(&["--strict", QUIET[0], QUIET[1]]).0, 0);
    mill.put("seeds/2.txt", "x");
    assert_eq!(mill.run(&["--strict", QUIET[0], QUIET[1]]).0, 1);
    assert!(mill.path("feeds/rss.xml").exists());
}

#[cfg(unix)]
#[test]
fn exit_code_is_2_where_the_feeds_folder_refuses() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "One", "https://e.example/1", "").put("file", "");
    let (code, _, stderr) = mill.run(&["--feeds", "file/feeds", QUIET[0], QUIET[1]]);
    assert_eq!(code, 2);
    assert!(stderr.contains("file/feeds"), "{stderr}");
}

#[test]
fn the_order_of_seeds_on_disk_and_the_number_of_cores_change_no_byte() {
    let seeds: Vec<_> = (0..200)
        .map(|i| {
            (format!("s{}/{i}.txt", i % 3), T + i64::from(i % 7), format!("https://e.example/{}", i % 90))
        })
        .collect();
    let mut all = Vec::new();
    for (reverse, threads) in [(false, "1"), (true, "2"), (true, "7")] {
        let mill = Mill::new();
        let put = |(path, time, link): &(String, i64, String)| {
            mill.seed(path, *time, path, link, "<p>x</p>");
        };
        if reverse {
            seeds.iter().rev().for_each(put)
        } else {
            seeds.iter().for_each(put)
        }
        run(mill.command(&QUIET).env("RAYON_NUM_THREADS", threads));
        let bytes: Vec<_> = feeds(&mill).into_values().map(|(bytes, _)| bytes).collect();
        assert_eq!(bytes.len(), 15);
        all.push(bytes);
    }
    assert!(all[0] == all[1] && all[1] == all[2]);
}

#[test]
fn help_names_every_flag_and_version_is_the_crates() {
    let (code, stdout, _) = run(feedmill().arg("--help"));
    assert_eq!(code, 0);
    assert!(stdout.contains("--prune") && stdout.contains("Exit codes"));
    assert_eq!(run(feedmill().arg("--version")).1.trim(), concat!("feedmill ", env!("CARGO_PKG_VERSION")));
}
