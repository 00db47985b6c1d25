//! `explain`: what was read of a seed, and why it is in a feed or not.

use super::Project;

/// Runs `explain`, which succeeds, and returns its output.
fn explain(project: &Project, what: &str) -> String {
    let (code, stdout, stderr) = project.feedmill(&["explain", what]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{what}: {stdout}");
    stdout
}

fn project() -> Project {
    let project = Project::new();
    project
        .write_file(
            "feedmill.toml",
            "base_url = 'https://f.example/'\nsite_url = 'https://s.example/'\nlimit = 2\n\n[[feed]]\nname = 'bridges'\ntitle_contains = 'bridge'\n",
        )
        .write_seed("town/1.txt", 1_717_225_200_000, "Old town", "https://n.example/1", "<p>1</p>")
        .write_seed("2.txt", 1_717_311_600_000, "New bridge", "https://n.example/2", "<p onclick=x>2</p>")
        .write_seed("3.txt", 1_717_225_100_000, "Old bridge", "http://n.example/2", "<p>2</p>")
        .write_file("seeds/post.md", "---\ntitle: A post\ndate: 2024-06-03\n---\nText\n");
    project
}

#[test]
fn a_seed_shows_what_was_read_and_its_place_in_each_feed() {
    let project = project();
    let expected = "\
seeds/2.txt
  dialect   stamped
  time      2024-06-02T07:00:00Z
  title     New bridge
  address   https://n.example/2
            stated by the seed
  id        http://n.example/2
  feeds     .        entry 2 of 2
            bridges  entry 1 of 1
";
    for what in ["seeds/2.txt", "2.txt", "./seeds/2.txt"] {
        assert_eq!(explain(&project, what), expected, "{what}");
    }
    let all = explain(&project, "https://N.example:443/2");
    assert!(all.starts_with(expected) && all.contains("\nseeds/3.txt\n"), "{all}");
    assert_eq!(project.feedmill(&[]).0, 0);
    assert_eq!(explain(&project, "2.txt"), expected, "the cache changes nothing");
    let absolute = project.path("seeds/2.txt");
    assert_eq!(explain(&project, absolute.to_str().unwrap()), expected);
}

#[test]
fn a_seed_that_is_in_no_feed_has_the_reason() {
    let project = project();
    for (path, text, reasons) in [
        ("town/1.txt", "", &["  .        beyond the limit: 2 newer entries", "  town     entry 1 of 1"][..]),
        ("town/1.txt", "", &["  bridges  not in it: its filter does not accept the article"]),
        ("3.txt", "", &["  .        merged into seeds/2.txt", "  bridges  merged into seeds/2.txt"]),
        (
            "future.txt",
            "<!--4102444800000-->\n[t](https://n.example/9)\n---\n\nx",
            &["none: held back until 2100-01-01T00:00:00Z"],
        ),
        (
            "over.md",
            "---\ntitle: t\ndate: 2024-06-01\nexpiryDate: 2024-06-02\n---\nx",
            &["expires   2024-06-02T00:00:00Z", "none: expired at 2024-06-02T00:00:00Z"],
        ),
        ("draft.md", "---\ntitle: t\ndraft: true\n---\nx", &["none: not an article: "]),
        ("notes.md", "no front matter", &["none: not an article: it does not begin like one"]),
        ("bad.txt", "<hello>", &["none: it cannot be read as a seed", "findings:", "error[seed-no-stamp]"]),
        ("photo.png", "", &["none: not a seed: its extension is not that of a seed"]),
        (".hidden.txt", "", &["none: not a seed: its name begins with a dot"]),
    ] {
        if !path.starts_with("town") && path != "3.txt" {
            project.write_file(format!("seeds/{path}"), text);
        }
        let stdout = explain(&project, path);
        for reason in reasons {
            assert!(stdout.contains(reason), "{path} lacks `{reason}`:\n{stdout}");
        }
        if !path.starts_with("town") && path != "3.txt" {
            std::fs::remove_file(project.path("seeds").join(path)).unwrap();
        }
    }
}

#[test]
fn an_address_that_is_made_says_from_what() {
    let project = project();
    let stdout = explain(&project, "post.md");
    assert!(stdout.contains("  dialect   yaml\n"), "{stdout}");
    let source = "made from the default pattern of its generator and `site_url`, https://s.example/\n";
    assert!(stdout.contains(source), "{stdout}");
    let (_, stdout, _) = super::output_of(
        project.command(&["explain", "post.md"]).env("FEEDMILL_PERMALINK", "/:year/:title/"),
    );
    assert!(stdout.contains("  address   https://s.example/2024/a-post/\n"), "{stdout}");
    assert!(stdout.contains("made from `permalink`, /:year/:title/, and `site_url`"), "{stdout}");
}

#[test]
fn findings_of_cleaning_are_shown_with_their_lines() {
    let project = project();
    project.write_seed("4.txt", 1_717_311_600_000, "", "https://n.example/4", "<p>4</p>");
    let stdout = explain(&project, "4.txt");
    assert!(stdout.contains("  title     none\n"), "{stdout}");
    assert!(stdout.contains("findings:\nseeds/4.txt:2: "), "{stdout}");
    assert!(stdout.contains("[seed-title-empty]"), "{stdout}");
}

#[test]
fn a_code_has_the_page_of_rules() {
    let project = Project::new();
    for code in ["seed-no-stamp", "rss/missing-link"] {
        let page = project.feedmill(&["rules", code]);
        assert_eq!(project.feedmill(&["explain", code]), page);
    }
}

#[test]
fn an_unknown_word_or_url_is_an_error() {
    let project = project();
    project.write_file("elsewhere.txt", "x");
    for (what, message) in [
        ("seed-no-stmp", "no seed or code `seed-no-stmp`; did you mean `seed-no-stamp`?"),
        ("missing.txt", "no seed or code `missing.txt`; name a seed"),
        ("elsewhere.txt", "no seed or code `elsewhere.txt`; the seeds are in seeds"),
        ("../x.txt", "no seed or code `../x.txt`"),
        ("https://n.example/none", "no article has the address https://n.example/none"),
    ] {
        let (code, stdout, stderr) = project.feedmill(&["explain", what]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{what}");
        assert!(stderr.contains(message), "{what}: {stderr}");
    }
}

#[test]
fn nothing_is_written() {
    let project = project();
    explain(&project, "2.txt");
    assert!(!project.path("feeds").exists());
}

#[test]
fn the_address_of_a_site_generator_names_its_rule() {
    let project = Project::new();
    project
        .write_file("feedmill.toml", "seeds = '.'\n")
        .write_file("_config.yml", "url: https://s.example\n")
        .write_file("_posts/2024-06-01-a.md", "---\ntitle: a\npermalink: /own/\n---\nx\n");
    let stdout = explain(&project, "_posts/2024-06-01-a.md");
    assert!(stdout.contains("  address   https://s.example/own/\n"), "{stdout}");
    let source =
        "made from `permalink` in the front matter, as Jekyll does, and `site_url`, https://s.example/";
    assert!(stdout.contains(source), "{stdout}");
}

#[test]
fn what_an_article_says_about_itself_is_shown() {
    let project = project();
    let post =
        "---\ntitle: A post\ndate: 2024-06-03\nauthor: Ada\ntags: [ferry, bridge]\nlang: de\n---\nText\n";
    project.write_file("seeds/post.md", post);
    let stdout = explain(&project, "https://s.example/post/");
    for row in ["  authors   Ada\n", "  tags      ferry, bridge\n", "  language  de\n"] {
        assert!(stdout.contains(row), "no `{row}` in\n{stdout}");
    }
}

#[test]
fn explanations_are_json_too() {
    let project = project();
    let post = "---\ntitle: A post\ndate: 2024-06-03\nauthor: {name: Ada, email: ada@s.example}\ntags: [ferry]\nhidden: true\n---\nText\n";
    project.write_seed("bad.txt", 1_717_311_500_000, "", "https://n.example/4", "<p>4</p>");
    let json = |what: &str| {
        let (code, stdout, stderr) = project.feedmill(&["explain", "--json", what]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{what}: {stdout}");
        super::json_messages(&stdout)
    };
    let both = json("https://n.example/2");
    assert_eq!(both.len(), 2);
    assert_eq!((&both[0]["seed"], &both[0]["link"]), (&"seeds/2.txt".into(), &"https://n.example/2".into()));
    assert_eq!((&both[0]["id"], &both[0]["feeds"][0]["feed"]), (&"http://n.example/2".into(), &".".into()));
    assert_eq!((&both[0]["feeds"][0]["position"], &both[0]["feeds"][0]["of"]), (&2.into(), &2.into()));
    assert_eq!(both[1]["feeds"][0]["merged_into"], "seeds/2.txt");
    assert_eq!(json("town/1.txt")[0]["feeds"][0]["beyond_limit"], 2);
    project.write_file("seeds/post.md", post);
    let marked = "<p>By <a rel=author href='/ada'>Ada</a></p>";
    project.write_seed("marked.txt", 1_717_311_600_000, "Marked", "https://n.example/5", marked);
    assert_eq!(json("marked.txt")[0]["authors"][0]["url"], "https://n.example/ada");
    let post = &json("post.md")[0];
    assert_eq!((&post["authors"][0]["email"], &post["tags"][0]), (&"ada@s.example".into(), &"ferry".into()));
    assert_eq!((&post["absence"]["kind"], &post["unlisted"]), (&"unlisted".into(), &true.into()));
    assert_eq!(json("bad.txt")[0]["findings"][0]["code"], "seed-title-empty");
    let (code, _, stderr) = project.feedmill(&["explain", "--json", "seed-no-stamp"]);
    assert!(code == 2 && stderr.contains("leave it out"), "{stderr}");
}
