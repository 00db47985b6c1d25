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
             </channel>\n   | ^\n  help: add a description\n  \
             rule: https://www.rssboard.org/rss-specification#requiredChannelElements\n"
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

#[test]
fn files_in_folders_that_are_not_feeds_are_skipped_with_a_note() {
    let project = Project::new();
    project
        .write_file("public/rss.XML", GOOD)
        .write_file("public/a/feed.rdf", "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\"/>")
        .write_file("public/sitemap.xml", "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"/>")
        .write_file("public/manifest.json", "{\"name\": \"Town\", \"icons\": []}")
        .write_file("public/.vscode/settings.json", "{ // comments\n}")
        .write_file("public/foaf.rdf", "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>")
        .write_file("public/node_modules/x/rss.xml", "<rss/>")
        .write_file("layouts/feed.xml", "---\nlayout: none\n---\n<rss/>")
        .write_file("layouts/atom.xml", "<feed><title>{{ site.title }}</title><entry/></feed>")
        .write_file("public/index.html", "<!doctype html>");
    let (code, stdout, stderr) =
        project.feedmill(&["check", "public", "layouts", "-v", "--message-format", "json"]);
    let found = json_messages(&stdout);
    let mut skipped: Vec<&str> = found
        .iter()
        .filter(|m| string_field(m, "code") == "check-not-a-feed")
        .map(|m| string_field(m, "file"))
        .collect();
    skipped.sort_unstable();
    assert_eq!(
        skipped,
        [
            "layouts/atom.xml",
            "layouts/feed.xml",
            "public/.vscode/settings.json",
            "public/foaf.rdf",
            "public/manifest.json",
            "public/sitemap.xml"
        ]
    );
    assert!(
        code == 1 && stderr.ends_with("; 6 other files skipped\n") && stderr.starts_with("2 files, 1 error"),
        "{stderr}"
    );
    // What is named is checked in any case, and so is what has the name of a feed.
    let (code, stdout, _) = project.feedmill(&["check", "public/sitemap.xml"]);
    assert!(code == 1 && stdout.contains("error[feed/unknown-root]"), "{stdout}");
    project.write_file("public/feed.xml", "<html>Not found</html>");
    let (_, stdout, _) = project.feedmill(&["check", "public", "--exclude", "*.rdf"]);
    assert!(
        stdout.contains("public/feed.xml:1:1: error[feed/unknown-root]: not a feed: this is a web page"),
        "{stdout}"
    );
    let (code, stdout, _) = project.feedmill(&["check", "layouts/feed.xml"]);
    assert!(code == 1 && stdout.contains("layouts/feed.xml:1:1"), "{stdout}");
    project.write_file("none/a.json", "{}");
    assert_eq!(project.feedmill(&["check", "none"]).0, 2);
    let (code, _, stderr) = project.feedmill(&["check"]);
    assert!(
        code == 2
            && stderr
                .contains("there is no folder `feeds`; name a feed or a folder, or `-` for standard input"),
        "{stderr}"
    );
}

#[test]
fn compressed_feeds_are_checked_and_excluded_ones_are_not() {
    use std::io::Write;
    let project = Project::new();
    let packed = |text: &str| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap()
    };
    project
        .write_file("site/rss.xml.gz", packed(GOOD))
        .write_file("site/sitemap.xml.GZ", packed("<urlset/>"))
        .write_file("site/old/rss.xml", "<rss/>")
        .write_file("site/a/draft.xml", "<rss/>");
    assert_eq!(project.feedmill(&["check", "site"]).0, 1);
    let (code, _, stderr) = project.feedmill(&["check", "site", "--exclude", "site/old,draft.*"]);
    assert_eq!((code, stderr.as_str()), (0, "1 file, 0 errors, 0 warnings; 1 other file skipped\n"));
    project.write_file("feedmill.toml", "[check]\nexclude = [\"old\", \"site/**/draft.xml\"]\n");
    assert_eq!(project.feedmill(&["check", "site"]).0, 0);
    project.write_file("site/cut.xml.gz", &packed(GOOD)[..40]);
    let (code, _, stderr) = project.feedmill(&["check", "site/cut.xml.gz"]);
    assert!(code == 2 && stderr.contains("cut.xml.gz"), "{stderr}");
}

#[test]
fn a_path_is_excluded_however_it_is_written() {
    let project = Project::new();
    project
        .write_file("town/site/rss.xml", GOOD)
        .write_file("town/site/old/rss.xml", "<rss/>")
        .write_file("town/set/check.toml", "[check]\nexclude = [\"../site/old\"]\n[check.paths.\"../site/*.xml\"]\ndeny = [\"feed/no-language\"]\n");
    let site = project.path("town/site");
    let root = site.to_str().unwrap();
    let old = site.join("old");
    for path in ["town/site", "./town/site", "town/set/../site", root] {
        for pattern in [
            "old",
            "town/site/old",
            "./town/site/old",
            "town/set/../site/old",
            "town/**/old",
            old.to_str().unwrap(),
        ] {
            let (code, _, stderr) = project.feedmill(&["check", path, "--exclude", pattern]);
            assert_eq!((code, stderr.as_str()), (0, "1 file, 0 errors, 0 warnings\n"), "{path} {pattern}");
        }
        assert_eq!(project.feedmill(&["check", path, "--exclude", "site/old"]).0, 1, "{path}");
        // Patterns of a configuration file are relative to it.
        let (code, stdout, _) = project.feedmill(&["check", path, "--config", "town/set/check.toml"]);
        assert!(
            code == 1 && stdout.contains("error[feed/no-language]") && !stdout.contains("old"),
            "{path} {stdout}"
        );
    }
    for bad in ["old[", "{a,b", "a**b", ""] {
        let (code, _, stderr) = project.feedmill(&["check", "town", &format!("--exclude={bad}")]);
        assert!(code == 2 && stderr.contains("correct the pattern"), "{bad} {stderr}");
    }
    for bad in ["[check]\nexclude = [\"old[\"]\n", "[check.paths.\"a{\"]\nallow = [\"rss/*\"]\n"] {
        project.write_file("feedmill.toml", bad);
        let (code, _, stderr) = project.feedmill(&["check", "town"]);
        assert!(code == 2 && stderr.contains("correct the pattern"), "{stderr}");
    }
}

#[test]
fn a_file_that_is_nearly_a_feed_is_not_skipped() {
    let project = Project::new();
    let json = "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"Town\", \"items\": []}";
    project
        .write_file("site/a.xml", format!("Warning: Undefined variable in /a.php on line 3\n{GOOD}"))
        .write_file("site/b.xml", GOOD.replace("<rss", "<RSS").replace("</rss", "</RSS"))
        .write_file("site/c.json", format!("// the feed\n{json}"))
        .write_file("site/d.json", format!("show({json})"))
        .write_file("site/e.xml", "\n<?xml version='1.0'?>\n<urlset/>")
        .write_file("site/f.json", "// {\n{\"compilerOptions\": {}}")
        .write_file("site/g.xml", "");
    let (code, stdout, stderr) = project.feedmill(&["check", "site", "-vv"]);
    assert!(code == 1 && stderr.starts_with("5 files, 5 errors"), "{stdout}{stderr}");
    for message in [
        "site/a.xml:2:1: error[xml/not-well-formed]: XML syntax error: `Warning: Undefined variable in /a.php on line 3` before the",
        "site/b.xml:2:1: error[feed/unknown-root]",
        "site/c.json:1:1: error[json/not-well-formed]: invalid JSON: comment",
        "site/d.json:1:1: error[json/not-well-formed]: invalid JSON: call of `show`",
    ] {
        assert!(stdout.contains(message), "{message} {stdout}");
    }
    project
        .write_file("empty.json", "")
        .write_file("package.json", "{\"name\": \"town\", \"version\": \"1.0.0\"}");
    let (_, stdout, _) = project.feedmill(&["check", "empty.json", "package.json"]);
    assert!(stdout.contains("error[json/not-well-formed]: invalid JSON: the document is empty"), "{stdout}");
    assert!(
        stdout.contains("package.json:1:1: error[feed/unknown-root]: not a feed: this JSON object"),
        "{stdout}"
    );
}

#[test]
fn reports_list_files_without_findings_and_files_that_cannot_be_read() {
    let project = Project::new();
    project
        .write_file("bad.xml", "<rss version=\"2.0\"><channel/></rss>")
        .write_file("good.xml", GOOD)
        .write_file("cut.xml.gz", b"\x1f\x8b\x08");
    let files = ["bad.xml", "good.xml", "cut.xml.gz", "missing.xml"];
    let report = |format: &str| {
        let (code, stdout, _) =
            project.feedmill(&[&["check"][..], &files, &["--message-format", format]].concat());
        assert_eq!(code, 2);
        stdout
    };
    let junit = report("junit");
    let suites: Vec<&str> =
        junit.lines().filter(|line| line.contains("<testsuite ")).map(str::trim).collect();
    assert_eq!(suites.len(), 4, "{junit}");
    for (suite, file) in suites.iter().zip(files) {
        assert!(suite.contains(&format!("name=\"{file}\"")), "{junit}");
    }
    assert!(
        suites[1].contains("tests=\"1\" failures=\"0\"") && suites[3].contains("failures=\"1\""),
        "{junit}"
    );
    assert!(suites[0].contains("failures=\"3\""), "{junit}");
    for format in ["junit", "sarif", "github"] {
        let text = report(format);
        assert!(
            text.contains("missing.xml")
                && text.contains("cut.xml.gz")
                && text.contains("file that cannot be read"),
            "{text}"
        );
    }
}

#[test]
fn levels_are_set_by_patterns_and_by_path() {
    let project = Project::new();
    let bad = GOOD
        .replace("<guid>https://e.example/1</guid>", "<guid>1</guid>")
        .replace("<item>", "<ttl>soon</ttl><item>");
    project.write_file("a/rss.xml", &bad).write_file("b/rss.xml", &bad);
    let codes = |args: &[&str]| {
        let args = [&["check", "a", "b", "--message-format", "json"], args].concat();
        let (code, stdout, _) = project.feedmill(&args);
        let found = json_messages(&stdout);
        let found = found.iter().map(|m| {
            let part = |name| string_field(m, name).to_owned();
            format!("{} {} {}", part("file"), part("severity"), part("code"))
        });
        (code, found.collect::<Vec<_>>().join("\n"))
    };
    let (code, found) = codes(&["--allow", "rss/*", "--warn", "number/*"]);
    assert_eq!(
        (code, found.as_str()),
        (0, "a/rss.xml warning number/positive\nb/rss.xml warning number/positive")
    );
    // The most specific pattern counts.
    let (code, found) = codes(&["--allow", "*", "--deny", "rss/guid-not-url"]);
    assert_eq!(
        (code, found.as_str()),
        (1, "a/rss.xml error rss/guid-not-url\nb/rss.xml error rss/guid-not-url")
    );
    project.write_file(
        "feedmill.toml",
        "[check]\nallow = [\"number/*\"]\n[check.paths.\"b/**\"]\nwarn = [\"rss/*\"]\n",
    );
    let (code, found) = codes(&[]);
    assert_eq!(
        (code, found.as_str()),
        (1, "a/rss.xml error rss/guid-not-url\nb/rss.xml warning rss/guid-not-url")
    );
    let (code, found) = codes(&["--allow", "rss/guid-not-url"]);
    assert_eq!((code, found.as_str()), (0, ""));
    let (code, _, stderr) = project.feedmill(&["check", "a", "--deny", "itune/*"]);
    assert!(code == 2 && stderr.contains("unknown rule `itune/*`"), "{stderr}");
}

#[test]
fn statistics_count_the_findings_of_each_rule() {
    let project = Project::new();
    let bad = GOOD.replace("<guid>https://e.example/1</guid>", "<guid>1</guid><guid>2</guid>");
    project.write_file("rss.xml", &bad);
    let (code, stdout, stderr) = project.feedmill(&["check", "rss.xml", "--statistics"]);
    let rows: Vec<Vec<&str>> = stdout.lines().map(|l| l.split_whitespace().take(3).collect()).collect();
    assert_eq!(rows, [["2", "error", "rss/guid-not-url"], ["1", "error", "feed/duplicate-element"]]);
    assert_eq!((code, stderr.as_str()), (1, "1 file, 3 errors, 0 warnings\n"));
    let (_, stdout, _) = project.feedmill(&["check", "rss.xml", "--statistics", "--message-format", "json"]);
    assert!(
        stdout.starts_with("{\"code\":\"rss/guid-not-url\",\"count\":2,\"severity\":\"error\"}\n"),
        "{stdout}"
    );
    let (code, stdout, stderr) =
        project.feedmill(&["check", "rss.xml", "--statistics", "--message-format", "sarif"]);
    assert!(
        code == 2 && stdout.is_empty() && stderr.contains("use --message-format human or json"),
        "{stderr}"
    );
}

#[test]
fn standard_input_has_the_name_that_was_given() {
    let project = Project::new();
    project.write_file("in.xml", GOOD.replace("<description>D</description>\n", ""));
    project.write_file("feedmill.toml", "[check.paths.\"b/*\"]\nallow = [\"rss/missing-description\"]\n");
    let check = |name: &str| {
        let input = std::fs::File::open(project.path("in.xml")).unwrap();
        super::output_of(project.command(&["check", "--stdin-filename", name]).stdin(input))
    };
    let (code, stdout, _) = check("a/rss.xml");
    assert!(code == 1 && stdout.starts_with("a/rss.xml:8:1: error"), "{stdout}");
    assert_eq!(check("b/rss.xml").0, 0);
}

#[test]
fn reports_for_ci_systems_are_complete() {
    let project = Project::new();
    project.write_file(
        "a b/é.xml",
        GOOD.replace("<description>D</description>\n", "")
            .replace("<title>I</title>", "<title>&lt;i></title>"),
    );
    let (_, stdout, _) = project.feedmill(&["check", "./a b", "--message-format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let run = &sarif["runs"][0];
    let location = &run["results"][0]["locations"][0]["physicalLocation"];
    assert!(
        location["artifactLocation"]["uri"].as_str().is_some_and(|uri| uri.ends_with("a%20b/%C3%A9.xml")),
        "{location}"
    );
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["version"], env!("CARGO_PKG_VERSION"));
    let rules = driver["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = rules.iter().find(|rule| rule["id"] == result["ruleId"]).unwrap();
        assert!(rule["helpUri"].as_str().is_some_and(|url| url.starts_with("https://")), "{rule}");
        assert!(rule["help"]["text"].as_str().is_some_and(|text| text.starts_with("To fix it: ")), "{rule}");
    }
    let (_, stdout, _) = project.feedmill(&["check", "a b", "--message-format", "junit"]);
    project.write_file("junit.xml", &stdout);
    assert!(
        stdout.contains("<failure message=\"missing `description`: required in `channel`\" type=\"error\">"),
        "{stdout}"
    );
    assert!(stdout.contains("classname=\"a b/é.xml\"") && stdout.contains("`&lt;i"), "{stdout}");
    let mut reader = quick_xml::Reader::from_str(&stdout);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
    project.write_file("good.xml", GOOD);
    let (_, stdout, _) = project.feedmill(&["check", "good.xml", "--message-format", "junit"]);
    assert!(stdout.contains("tests=\"1\" failures=\"0\""), "{stdout}");
    for format in ["human", "json", "github"] {
        let (_, stdout, _) = project.feedmill(&["check", "a b", "--message-format", format]);
        assert!(
            stdout.contains("https://www.rssboard.org/rss-specification#requiredChannelElements"),
            "{stdout}"
        );
    }
}

#[test]
fn without_a_path_the_configured_feeds_are_checked_with_their_urls() {
    let project = Project::new();
    project.write_seed("town/1.txt", 1_698_786_902_000, "One", "https://e.example/1", "<p>x</p>");
    project.write_file("feedmill.toml", "base_url = \"https://f.example/feeds/\"\nsite_url = \"https://e.example/\"\ntitle = \"T\"\nlanguage = \"en\"\nfeeds = \"out\"\n");
    assert_eq!(project.feedmill(&["check"]).0, 2, "nothing was built");
    assert_eq!(project.feedmill(&["build"]).0, 0);
    let (code, stdout, stderr) = project.feedmill(&["check", "--deny", "warnings"]);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    let moved = project
        .read_file("out/town/rss.xml")
        .replace("https://f.example/feeds/town/rss.xml", "https://f.example/rss.xml");
    project.write_file("out/town/rss.xml", moved);
    let (_, stdout, _) = project.feedmill(&["check"]);
    assert!(
        stdout.contains("warning[feed/self-location]")
            && stdout.contains("is not `https://f.example/feeds/town/rss.xml`"),
        "{stdout}"
    );
}

/// Readers that read no XML by hand decode both references alike.
#[test]
fn titles_that_look_like_html_are_plain_text_for_our_own_rules() {
    let titles =
        ["Styling the <dialog> element", "From <b> to </b>", "What is &amp; and &#38;?", "1 < 2 & \"3\" > 2"];
    let project = Project::new();
    let config = "base_url = 'https://f.example/'\ntitle = 'A <b>bold</b> site'\nlanguage = 'en'\n\
                  description = 'Of &lt; and </p>'\nauthor = 'Ann & Bo <a@e.example>'\n[podcast]\ncategory = ['Arts']\n\
                  image = 'https://e.example/c.png'\n";
    project.write_file("feedmill.toml", config);
    for (number, title) in titles.iter().enumerate() {
        let escaped = title.replace('&', "&amp;");
        let link = format!("https://e.example/{number}");
        let body = "<p>One </p><audio src='/1.mp3'></audio><p>&lt;/b&gt; &amp;amp;</p>";
        project.write_seed(
            &format!("{number}.txt"),
            1_717_225_200_000 - number as i64,
            &escaped,
            &link,
            body,
        );
    }
    assert_eq!(project.feedmill(&["--no-push"]).0, 0);
    let (code, stdout, _) =
        project.feedmill(&["check", "--deny", "warnings", "--allow", "itunes/same-file", "feeds"]);
    assert_eq!((code, stdout.as_str()), (0, ""));
    let decoded = |text: &str| {
        let text = text.replace("&#x3C;", "<").replace("&lt;", "<").replace("&gt;", ">");
        text.replace("&quot;", "\"").replace("&amp;", "&").replace("&#x26;", "&")
    };
    for name in ["rss.xml", "atom.xml"] {
        let feed = project.read_file(&format!("feeds/{name}"));
        let found: Vec<String> = feed
            .split("<title>")
            .skip(2)
            .map(|rest| decoded(rest.split("</title>").next().unwrap()))
            .collect();
        assert_eq!(found, titles, "{name}");
    }
    let items = project.json_items("feeds/feed.json");
    assert!(items.iter().zip(titles).all(|(item, title)| item["title"] == title));
}
