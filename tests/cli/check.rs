//! `feedmill check` and `feedmill rules`.

use super::{Mill, messages, text};

const GOOD: &str = "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n\
    <title>T</title>\n<link>https://e.example/</link>\n<description>D</description>\n\
    <atom:link rel=\"self\" href=\"https://e.example/rss.xml\"/>\n\
    <item><title>I</title><guid>https://e.example/1</guid></item>\n</channel>\n</rss>\n";

#[test]
fn a_good_feed_is_silent_but_for_the_count_and_a_bad_one_exits_with_1() {
    let mill = Mill::new();
    mill.put("good.xml", GOOD).put("bad.xml", GOOD.replace("<description>D</description>\n", ""));
    let (code, stdout, stderr) = mill.run(&["check", "good.xml"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", "1 file, 0 errors, 0 warnings\n"));
    let (code, stdout, stderr) = mill.run(&["check", "good.xml", "bad.xml"]);
    assert_eq!(
        (code, stdout.as_str()),
        (
            1,
            "bad.xml:8:1: error[rss/missing-description]: `channel` has no `description`\n 8 | </channel>\n   | ^\n  \
             help: add a description\n"
        )
    );
    assert_eq!(stderr, "2 files, 1 error, 0 warnings\n");
}

#[test]
fn warnings_can_be_denied_rules_allowed_and_folders_walked() {
    let mill = Mill::new();
    mill.put("feeds/a/rss.xml", GOOD.replace("<guid>https://e.example/1</guid>", ""))
        .put("feeds/feed.json", "{\"version\": \"x\"}");
    assert_eq!(mill.run(&["check", "feeds/a"]).0, 0);
    assert_eq!(mill.run(&["check", "feeds/a", "--deny", "warnings"]).0, 1);
    assert_eq!(mill.run(&["check", "feeds/a", "--deny", "warnings", "--allow", "rss/missing-guid"]).0, 0);
    let (code, stdout, _) = mill.run(&["check", "feeds", "--message-format", "json"]);
    let codes: Vec<String> = messages(&stdout).iter().map(|m| text(m, "code").to_owned()).collect();
    assert_eq!(code, 1);
    assert_eq!(
        codes,
        ["rss/missing-guid", "json/missing-key", "json/missing-key", "json/missing-feed-url", "json/version"]
    );
    let (_, stdout, stderr) = mill.run(&["check", "feeds", "--message-format", "sarif"]);
    assert_eq!(stderr, "2 files, 3 errors, 2 warnings\n", "the only document is that on stdout");
    let sarif: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 8);
    let (_, stdout, _) = mill.run(&["check", "feeds/a", "--message-format", "github"]);
    assert!(stdout.starts_with("::warning file=feeds/a/rss.xml,line=8,col="), "{stdout}");
}

/// Opening a FIFO waits for somebody who writes: a folder of feeds may come from anywhere.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_passed_by_in_folders() {
    let mill = Mill::new();
    mill.put("feeds/good.xml", GOOD);
    assert!(
        std::process::Command::new("mkfifo").arg(mill.path("feeds/fifo.xml")).status().unwrap().success()
    );
    std::os::unix::fs::symlink("fifo.xml", mill.path("feeds/link.xml")).unwrap();
    std::os::unix::fs::symlink(".", mill.path("feeds/loop")).unwrap();
    let (code, stdout, stderr) = mill.run(&["check", "feeds"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", "1 file, 0 errors, 0 warnings\n"));
}

#[test]
fn the_configuration_can_deny_and_allow() {
    let mill = Mill::new();
    mill.put("rss.xml", GOOD.replace("<guid>https://e.example/1</guid>", ""));
    mill.put("feedmill.toml", "[check]\ndeny = [\"warnings\"]\n");
    assert_eq!(mill.run(&["check", "rss.xml"]).0, 1);
    mill.put("feedmill.toml", "[check]\ndeny = [\"warnings\"]\nallow = [\"rss/missing-guid\"]\n");
    assert_eq!(
        mill.run(&["check", "rss.xml"]),
        (0, String::new(), "1 file, 0 errors, 0 warnings\n".to_owned())
    );
    mill.put("feedmill.toml", "[check]\nallow = [\"rss/no-such-rule\"]\n");
    let (code, _, stderr) = mill.run(&["check", "rss.xml"]);
    assert!(
        code == 2 && stderr.contains("feedmill.toml:2:1") && stderr.contains("no rule `rss/no-such-rule`"),
        "{stderr}"
    );
}

#[test]
fn what_can_not_be_done_is_said_and_the_rest_is_checked() {
    let mill = Mill::new();
    mill.put("good.xml", GOOD);
    let (code, stdout, stderr) = mill.run(&["check", "nowhere.xml", "good.xml"]);
    assert!(code == 2 && stdout.is_empty(), "{stdout}");
    assert!(stderr.contains("1 file, 0 errors") && stderr.contains("nowhere.xml"), "{stderr}");
    let (code, _, stderr) = mill.run(&["check", "good.xml", "--allow", "rss/missing-guit"]);
    assert!(code == 2 && stderr.contains("did you mean `rss/missing-guid`"), "{stderr}");
    std::fs::create_dir(mill.path("empty")).unwrap();
    assert_eq!(mill.run(&["check", "empty"]).0, 2);
    assert_eq!(mill.run(&["check", "good.xml", "good.xml", "--url", "https://e.example/rss.xml"]).0, 2);
}

#[test]
fn a_feed_is_read_from_standard_input_and_compared_with_its_address() {
    let mill = Mill::new();
    mill.put("good.xml", GOOD);
    let check = |url: &str| {
        let input = std::fs::File::open(mill.path("good.xml")).unwrap();
        super::run(mill.command(&["check", "-", "--url", url]).stdin(input))
    };
    assert_eq!(check("https://e.example/rss.xml").1, "");
    let (code, stdout, _) = check("https://e.example/other.xml");
    assert!(code == 0 && stdout.starts_with("<stdin>:7:29: warning[feed/self-location]"), "{stdout}");
}

#[test]
fn what_is_no_xml_is_said_with_its_place() {
    let mill = Mill::new();
    for (text, place) in [
        ("<rss><channel></rss>", "f.xml:1:15"),
        ("<rss>\n<a b=1></rss>", "f.xml:2:6"),
        ("<rss>&nbsp;</rss>", "f.xml:1:6"),
        ("<rss b='a&b'/>", "f.xml:1:10"),
        ("<x:rss/>", "f.xml:1:1"),
        ("<rss/><rss/>", "f.xml:1:7"),
        ("<rss a='1' a='2'/>", "f.xml:1:12"),
        ("\n<?xml version='1.0'?><rss/>", "f.xml:2:1"),
        ("", "f.xml:1:1"),
    ] {
        mill.put("f.xml", text);
        let (code, stdout, _) = mill.run(&["check", "f.xml"]);
        let found = format!("{place}: error[xml/not-well-formed]");
        assert!(code == 1 && stdout.contains(&found), "{text}: {stdout}");
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let mill = Mill::new();
    let (code, stdout, _) = mill.run(&["rules"]);
    assert!(code == 0 && stdout.lines().count() == feedmill::check::rules().len());
    let (code, stdout, _) = mill.run(&["rules", "date/rfc822"]);
    assert!(code == 0 && stdout.contains("rfc-editor.org") && stdout.contains("<pubDate>"), "{stdout}");
    let (code, _, stderr) = mill.run(&["rules", "date/rfc823"]);
    assert!(code == 2 && stderr.contains("did you mean `date/rfc822`"), "{stderr}");
}

#[test]
fn build_publishes_nothing_that_it_would_have_to_refuse() {
    let mill = Mill::new();
    mill.seed("1.txt", 1_698_786_902_000, "One", "https://e.example/1", "<p>x</p>");
    // Without base_url there is no self link, which the configuration makes an error.
    mill.put("feedmill.toml", "[check]\ndeny = [\"warnings\"]\n");
    let (code, _, stderr) = mill.run(&["--check"]);
    assert!(
        code == 2 && stderr.contains("error[rss/missing-self]") && stderr.contains("nothing was published"),
        "{stderr}"
    );
    assert!(!mill.path("feeds/rss.xml").exists());
    assert_eq!(mill.run(&["--check", "--base-url", "https://f.example/"]), (0, String::new(), String::new()));
    assert!(mill.path("feeds/rss.xml").exists());
}
