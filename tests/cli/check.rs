//! `feedmill check` and `feedmill rules`.

use super::{Project, json_messages, string_field};

const GOOD: &str = "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n\
    <title>T</title>\n<link>https://e.example/</link>\n<description>D</description>\n\
    <atom:link rel=\"self\" href=\"https://e.example/rss.xml\"/>\n\
    <item><title>I</title><guid>https://e.example/1</guid></item>\n</channel>\n</rss>\n";

#[test]
fn a_valid_feed_prints_only_the_counts_and_an_invalid_one_exits_with_1() {
    let project = Project::new();
    project
        .write_file("good.xml", GOOD)
        .write_file("bad.xml", GOOD.replace("<description>D</description>\n", ""));
    let (code, stdout, stderr) = project.feedmill(&["check", "good.xml"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", "1 file, 0 errors, 0 warnings\n"));
    let (code, stdout, stderr) = project.feedmill(&["check", "good.xml", "bad.xml"]);
    assert_eq!(
        (code, stdout.as_str()),
        (
            1,
            "bad.xml:8:1: error[rss/missing-description]: missing `description`: required in `channel`\n 8 | \
             </channel>\n   | ^\n  help: add a description\n"
        )
    );
    assert_eq!(stderr, "2 files, 1 error, 0 warnings\n");
}

#[test]
fn warnings_can_be_denied_rules_allowed_and_folders_walked() {
    let project = Project::new();
    project
        .write_file("feeds/a/rss.xml", GOOD.replace("<guid>https://e.example/1</guid>", ""))
        .write_file("feeds/feed.json", "{\"version\": \"x\"}");
    assert_eq!(project.feedmill(&["check", "feeds/a"]).0, 0);
    assert_eq!(project.feedmill(&["check", "feeds/a", "--deny", "warnings"]).0, 1);
    assert_eq!(
        project.feedmill(&["check", "feeds/a", "--deny", "warnings", "--allow", "rss/missing-guid"]).0,
        0
    );
    let (code, stdout, _) = project.feedmill(&["check", "feeds", "--message-format", "json"]);
    let codes: Vec<String> =
        json_messages(&stdout).iter().map(|m| string_field(m, "code").to_owned()).collect();
    assert_eq!(code, 1);
    assert_eq!(
        codes,
        ["rss/missing-guid", "json/missing-key", "json/missing-key", "json/missing-feed-url", "json/version"]
    );
    let (_, stdout, stderr) = project.feedmill(&["check", "feeds", "--message-format", "sarif"]);
    assert_eq!(stderr, "2 files, 3 errors, 2 warnings\n", "stdout has only the SARIF document");
    let sarif: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 8);
    let (_, stdout, _) = project.feedmill(&["check", "feeds/a", "--message-format", "github"]);
    assert!(stdout.starts_with("::warning file=feeds/a/rss.xml,line=8,col="), "{stdout}");
}

/// A folder of feeds may come from anywhere, and opening a FIFO would wait for a writer.
#[cfg(unix)]
#[test]
fn only_regular_files_in_folders_are_checked() {
    let project = Project::new();
    project.write_file("feeds/good.xml", GOOD);
    assert!(
        std::process::Command::new("mkfifo").arg(project.path("feeds/fifo.xml")).status().unwrap().success()
    );
    std::os::unix::fs::symlink("fifo.xml", project.path("feeds/link.xml")).unwrap();
    std::os::unix::fs::symlink(".", project.path("feeds/loop")).unwrap();
    let (code, stdout, stderr) = project.feedmill(&["check", "feeds"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", "1 file, 0 errors, 0 warnings\n"));
}

#[test]
fn the_configuration_can_deny_warnings_and_suppress_rules() {
    let project = Project::new();
    project.write_file("rss.xml", GOOD.replace("<guid>https://e.example/1</guid>", ""));
    project.write_file("feedmill.toml", "[check]\ndeny = [\"warnings\"]\n");
    assert_eq!(project.feedmill(&["check", "rss.xml"]).0, 1);
    project.write_file("feedmill.toml", "[check]\ndeny = [\"warnings\"]\nallow = [\"rss/missing-guid\"]\n");
    assert_eq!(
        project.feedmill(&["check", "rss.xml"]),
        (0, String::new(), "1 file, 0 errors, 0 warnings\n".to_owned())
    );
    project.write_file("feedmill.toml", "[check]\nallow = [\"rss/no-such-rule\"]\n");
    let (code, _, stderr) = project.feedmill(&["check", "rss.xml"]);
    assert!(
        code == 2
            && stderr.contains("feedmill.toml:2:1")
            && stderr.contains("`rss/no-such-rule`, which is not a rule"),
        "{stderr}"
    );
}

#[test]
fn missing_files_are_reported_and_the_rest_is_checked() {
    let project = Project::new();
    project.write_file("good.xml", GOOD);
    let (code, stdout, stderr) = project.feedmill(&["check", "nowhere.xml", "good.xml"]);
    assert!(code == 2 && stdout.is_empty(), "{stdout}");
    assert!(stderr.contains("1 file, 0 errors") && stderr.contains("nowhere.xml"), "{stderr}");
    let (code, _, stderr) = project.feedmill(&["check", "good.xml", "--allow", "rss/missing-guit"]);
    assert!(code == 2 && stderr.contains("did you mean `rss/missing-guid`"), "{stderr}");
    std::fs::create_dir(project.path("empty")).unwrap();
    assert_eq!(project.feedmill(&["check", "empty"]).0, 2);
    assert_eq!(
        project.feedmill(&["check", "good.xml", "good.xml", "--url", "https://e.example/rss.xml"]).0,
        2
    );
}

#[test]
fn a_feed_is_read_from_standard_input_and_compared_with_its_address() {
    let project = Project::new();
    project.write_file("good.xml", GOOD);
    let check = |url: &str| {
        let input = std::fs::File::open(project.path("good.xml")).unwrap();
        super::output_of(project.command(&["check", "-", "--url", url]).stdin(input))
    };
    assert_eq!(check("https://e.example/rss.xml").1, "");
    let (code, stdout, _) = check("https://e.example/other.xml");
    assert!(code == 0 && stdout.starts_with("<stdin>:7:29: warning[feed/self-location]"), "{stdout}");
}

#[test]
fn malformed_xml_is_reported_with_its_place() {
    let project = Project::new();
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
        project.write_file("f.xml", text);
        let (code, stdout, _) = project.feedmill(&["check", "f.xml"]);
        let found = format!("{place}: error[xml/not-well-formed]");
        assert!(code == 1 && stdout.contains(&found), "{text}: {stdout}");
    }
}

#[test]
fn rules_lists_and_explains() {
    let project = Project::new();
    let (code, stdout, _) = project.feedmill(&["rules"]);
    let codes = feedmill::check::rules().len() + feedmill::diag::codes::CODES.len();
    assert!(code == 0 && stdout.lines().count() == codes, "{stdout}");
    let (code, stdout, _) = project.feedmill(&["rules", "date/rfc822"]);
    assert!(code == 0 && stdout.contains("rfc-editor.org") && stdout.contains("<pubDate>"), "{stdout}");
    let (code, stdout, _) = project.feedmill(&["rules", "seed-no-stamp"]);
    assert!(
        code == 0 && stdout.starts_with("## seed-no-stamp\n\n") && stdout.contains("<!--1698786902000-->")
    );
    let (code, _, stderr) = project.feedmill(&["rules", "seed-no-stmp"]);
    assert!(code == 2 && stderr.contains("did you mean `seed-no-stamp`"), "{stderr}");
    let (code, _, stderr) = project.feedmill(&["rules", "nothing-like-it"]);
    assert!(
        code == 2 && stderr.contains("unknown rule `nothing-like-it`; `feedmill rules` lists"),
        "{stderr}"
    );
    let (code, _, stderr) = project.feedmill(&["rules", "date/rfc823"]);
    assert!(code == 2 && stderr.contains("did you mean `date/rfc822`"), "{stderr}");
}

#[test]
fn build_check_publishes_nothing_if_a_feed_is_invalid() {
    let project = Project::new();
    project.write_seed("1.txt", 1_698_786_902_000, "One", "https://e.example/1", "<p>x</p>");
    // Without `base_url` there is no self link, and the configuration makes that an error.
    project.write_file("feedmill.toml", "[check]\ndeny = [\"warnings\"]\n");
    let (code, _, stderr) = project.feedmill(&["--check"]);
    assert!(
        code == 2 && stderr.contains("error[rss/missing-self]") && stderr.contains("nothing was published"),
        "{stderr}"
    );
    assert!(!project.path("feeds/rss.xml").exists());
    assert_eq!(
        project.feedmill(&["--check", "--base-url", "https://f.example/"]),
        (0, String::new(), String::new())
    );
    assert!(project.path("feeds/rss.xml").exists());
}
