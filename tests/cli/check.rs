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
    assert_eq!(code, 1);
    assert!(
        stdout.starts_with("bad.xml:8:1: error[rss/missing-description]: `channel` lacks `description`\n"),
        "{stdout}"
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
    assert_eq!(
        (code, codes),
        (
            1,
            ["rss/missing-guid", "json/version", "json/missing-key", "json/missing-key"]
                .map(str::to_owned)
                .to_vec()
        )
    );
    assert_eq!(mill.run(&["check", "nowhere.xml"]).0, 2);
    let (_, stdout, _) = mill.run(&["check", "feeds", "--message-format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 4);
    assert_eq!(sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"], 8);
}

#[test]
fn what_is_no_xml_is_said_with_its_place() {
    let mill = Mill::new();
    for (text, place) in [
        ("<rss><channel></rss>", "f.xml:1:15"),
        ("<rss>\n<a b=1></rss>", "f.xml:2:1"),
        ("<rss>&nbsp;</rss>", "f.xml:1:6"),
        ("<x:rss/>", "f.xml:1:1"),
        ("<rss/><rss/>", "f.xml:1:7"),
        ("<rss a='1' a='2'/>", "f.xml:1:1"),
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
    assert!(code == 0 && stdout.lines().count() == feedmill::check::RULES.len());
    let (code, stdout, _) = mill.run(&["rules", "date/rfc822"]);
    assert!(code == 0 && stdout.contains("rfc-editor.org"), "{stdout}");
    let (code, _, stderr) = mill.run(&["rules", "date/rfc823"]);
    assert!(code == 2 && stderr.contains("did you mean `date/rfc822`"), "{stderr}");
}

#[test]
fn build_checks_what_it_would_publish() {
    let mill = Mill::new();
    mill.seed("1.txt", 1_698_786_902_000, "One", "https://e.example/1", "<p>x</p>");
    assert_eq!(mill.run(&["--check", "--base-url", "https://f.example/"]), (0, String::new(), String::new()));
}
