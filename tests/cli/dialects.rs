//! Builds feeds from folders of Jekyll, Hugo, Zola and saved web pages. The expected entries come from the documentation of
//! those tools, and were compared once with the output of Jekyll 4.3 and Hugo 0.168 for the same files.

use std::path::Path;

use super::{Project, json_messages, string_field};

/// An expected entry: path of its link, title, date, what its body contains, and what it does not contain.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

/// Creates a project whose seeds are a folder of `tests/dialects`.
fn sample_project(case: &str, site: &str) -> Project {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialects").join(case);
    let project = Project::new();
    for path in super::files_below(&from) {
        let to = Path::new("seeds").join(path.strip_prefix(&from).unwrap());
        project.write_file(to, std::fs::read(&path).unwrap());
    }
    let site = if site.is_empty() { String::new() } else { format!("site_url = '{site}'\n") };
    project.write_file(
        "feedmill.toml",
        format!("base_url = 'https://feeds.example/'\nlimit = 0\nformats = ['json']\n{site}"),
    );
    project
}

fn assert_entries(project: &Project, feed: &str, site: &str, rows: &[Row]) {
    let items = project.json_items(feed);
    let seen: Vec<_> = items
        .iter()
        .map(|i| (string_field(i, "url"), string_field(i, "title"), string_field(i, "date_published")))
        .collect();
    let links: Vec<String> = rows.iter().map(|row| format!("{site}{}", row.0)).collect();
    let wanted: Vec<_> = rows.iter().zip(&links).map(|(row, link)| (link.as_str(), row.1, row.2)).collect();
    assert_eq!(seen, wanted);
    for (item, (link, .., has, has_not)) in items.iter().zip(rows) {
        let body = string_field(item, "content_html");
        has.iter().for_each(|part| assert!(body.contains(part), "{link} lacks {part}:\n{body}"));
        has_not.iter().for_each(|part| assert!(!body.contains(part), "{link} has {part}:\n{body}"));
    }
}

const JEKYLL: &[Row] = &[
    ("/2024/01/24/in-a-folder.html", "In a folder below", "2024-01-24T00:00:00Z", &["is no category"], &[]),
    (
        "/2024/01/23/windows.html",
        "Ends of lines",
        "2024-01-23T00:00:00Z",
        &["☑ written on Windows", "☐ read <del>there</del>"],
        &["[x]", "[ ]"],
    ),
    (
        "/%E6%B0%B4%E8%BD%A6/%E7%A3%A8%E5%9D%8A/2024/01/22/%E7%A3%A8%E5%9D%8A.html",
        "磨坊",
        "2024-01-22T00:00:00Z",
        &["名字"],
        &[],
    ),
    ("/2024/01/21/new-name.html", "A slug in the front matter", "2024-01-21T00:00:00Z", &[], &[]),
    ("/big/news/2024/01/20/two-words.html", "Two words are two categories", "2024-01-20T00:00:00Z", &[], &[]),
    ("/travel/2024/01/19/by-train.html", "By train", "2024-01-19T00:00:00Z", &["<code>_posts</code>"], &[]),
    (
        "/2024/01/18/excerpt.html",
        "An excerpt",
        "2024-01-18T00:00:00Z",
        &["The beginning.", "The rest."],
        &["more"],
    ),
    (
        "/2024/01/16/include.html",
        "An include",
        "2024-01-16T00:00:00Z",
        &["<p>Before.</p>", "<p>After.</p>"],
        &["{%"],
    ),
    (
        "/2024/01/15/in-html.html",
        "In HTML",
        "2024-01-15T00:00:00Z",
        &["*stars* stay", "src=\"https://mill.example/blog/assets/mill.png\""],
        &["<em>"],
    ),
    (
        "/2024/01/14/kramdown.html",
        "Kramdown",
        "2024-01-14T00:00:00Z",
        &[
            "A heading",
            "<td>rye</td>",
            "At the foot.",
            "<dt>Flour</dt>",
            "<em>leaned</em> words and <code>{: code}</code>",
        ],
        &["Contents", "{:toc}", ".note", ".red", "own-id}", "[^1]"],
    ),
    (
        "/2024/01/13/cross-links.html",
        "Cross links",
        "2024-01-13T00:00:00Z",
        &[
            "href=\"https://mill.example/blog/2024/01/05/the-wheel-turns.html\"",
            "href=\"https://mill.example/blog/travel/2024/01/19/by-train.html\"",
            "href=\"https://mill.example/blog/about.html\"",
            "src=\"https://mill.example/blog/assets/wheel.jpg\"",
        ],
        &["{%", "{{"],
    ),
    (
        "/2024/01/12/raw-liquid.html",
        "Raw Liquid",
        "2024-01-12T00:00:00Z",
        &[
            "<code>{{ page.title }}</code>",
            "This is “Raw Liquid”, at https://mill.example/blog/2024/01/12/raw-liquid.html.",
        ],
        &["nobody", "{%"],
    ),
    (
        "/2024/01/10/Mixed_Case.And.Dots.html",
        "It's the *name* that counts",
        "2024-01-10T00:00:00Z",
        &["Case and dots stay"],
        &[],
    ),
    (
        "/notes/24/1/009/own-pattern.html",
        "A pattern of its own",
        "2024-01-09T00:00:00Z",
        &["Placeholders."],
        &[],
    ),
    ("/2024/01/with-a-slash/", "A pattern that ends in a slash: yes", "2024-01-08T00:00:00Z", &[], &[]),
    ("/about-the-wheel/", "An address of its own", "2024-01-07T00:00:00Z", &["<code>permalink</code>"], &[]),
    (
        "/2024/01/05/the-wheel-turns.html",
        "The Wheel Turns",
        "2024-01-05T00:00:00Z",
        &["A post without a title"],
        &[],
    ),
    (
        "/mill/update/2024/01/02/welcome-to-the-mill.html",
        "Welcome to the mill!",
        "2024-01-02T08:15:00Z",
        &[
            "You’ll find this post",
            "<pre><code class=\"language-ruby\">def grind(corn)\n  corn &lt; 3 ? \"coarse\" : \"fine\"\nend</code></pre>",
            "<a href=\"https://docs.example/mill\">docs</a>",
        ],
        &["highlight", "[docs]"],
    ),
    ("/2024/01/01/other-date.html", "Written in another year", "2024-01-01T04:30:00Z", &[], &[]),
];

#[test]
fn a_site_of_jekyll_becomes_a_feed() {
    let project = sample_project("jekyll", "https://mill.example/blog/");
    let (code, _, stderr) = project.feedmill(&["--message-format", "json"]);
    assert_eq!(code, 0, "{stderr}");
    assert_entries(&project, "feeds/feed.json", "https://mill.example/blog", JEKYLL);
    let newest = &project.json_items("feeds/feed.json")[0];
    assert_eq!(string_field(newest, "date_modified"), "2024-02-01T10:00:00Z");
    let reported = json_messages(&stderr);
    let reported: Vec<_> = reported
        .iter()
        .map(|m| (string_field(m, "code"), m["line"].as_u64(), string_field(m, "message")))
        .collect();
    let tag = "unsupported template tag: `{% include gallery.html images=\"a,b\" %}` was left out";
    assert_eq!(reported, [("seed-tag", Some(6), tag)]);
    // A folder above `_posts` is a section; `_posts` is not.
    assert_eq!(project.json_items("feeds/travel/feed.json").len(), 1);
    assert!(!project.path("feeds/_posts").exists());
    // With `_posts` itself as the seeds folder, the entries are the same, except those from outside.
    let (code, _, stderr) = project.feedmill(&["--seeds", "seeds/_posts", "--feeds", "posts"]);
    assert_eq!(code, 0, "{stderr}");
    let links = |feed: &str| {
        project.json_items(feed).iter().map(|i| string_field(i, "url").to_owned()).collect::<Vec<_>>()
    };
    let inside = links("feeds/feed.json").into_iter().filter(|link| !link.contains("/travel/"));
    assert_eq!(links("posts/feed.json"), inside.collect::<Vec<_>>());
}

const HUGO: &[Row] = &[
    ("/posts/in-html/", "In HTML", "2024-02-02T00:00:00Z", &["No *Markdown* here."], &[]),
    ("/posts/2023/deep/nested/", "Nested", "2024-02-01T00:00:00Z", &["Text.", "End"], &["more"]),
    (
        "/posts/2024-01-31-dated-name/",
        "A date in the name",
        "2024-01-31T00:00:00Z",
        &["leaves it there"],
        &[],
    ),
    (
        "/posts/unknown-shortcode/",
        "Another's shortcode",
        "2024-01-30T00:00:00Z",
        &["The <em>inner</em> text stays.", "<td>1</td>"],
        &["notice", "{{"],
    ),
    (
        "/posts/shortcodes/",
        "Shortcodes",
        "2024-01-29T00:00:00Z",
        &[
            "<pre><code class=\"language-go\">if a &lt; b { return }</code></pre>",
            "https://www.youtube.com/watch?v=w7Ft2ymGmfc",
            "<a href=\"https://mill.example/blog/posts/my-first-post/\">the first</a>",
            "<a href=\"https://mill.example/blog/posts/2023/deep/nested/#end\">deep</a>",
            "By Ann;",
            "{{&lt; youtube w7Ft2ymGmfc &gt;}}",
        ],
        &["highlight", "relref", "param"],
    ),
    ("/posts/expires-later/", "Not expired yet", "2024-01-25T00:00:00Z", &[], &[]),
    ("/posts/last-mod/", "Changed later", "2024-01-23T00:00:00Z", &[], &[]),
    // Hugo sorts by `date`. Subscribers see the publication date, which is also the date in Hugo's own feed.
    ("/posts/publish-date/", "Published after it was written", "2024-01-22T06:00:00Z", &[], &[]),
    ("/plain/address/", "An address without a slash", "2024-01-21T00:00:00Z", &[], &[]),
    ("/old/place.html", "An address of its own", "2024-01-20T00:00:00Z", &[], &[]),
    ("/posts/other-name/", "A slug", "2024-01-19T00:00:00Z", &[], &[]),
    (
        "/posts/leaf-bundle/",
        "A leaf bundle",
        "2024-01-18T00:00:00Z",
        &[
            "src=\"https://mill.example/blog/posts/leaf-bundle/wheel.jpg\"",
            "<figcaption>",
            "The wheel of the mill",
            "is next to",
        ],
        &["{{"],
    ),
    ("/posts/spaced--odd-name/", "A name with spaces", "2024-01-17T10:00:00Z", &[], &[]),
    ("/posts/in-json/", "In JSON", "2024-01-16T10:00:00Z", &["Braces"], &["\"title\""]),
    ("/posts/in-yaml/", "In YAML", "2024-01-15T00:00:00Z", &["midnight"], &[]),
    (
        "/posts/my-first-post/",
        "My First Post",
        "2024-01-14T06:07:07Z",
        &["Introduction", "<strong>bold</strong>", "<a href=\"https://gohugo.io/\">Hugo</a>"],
        &["+++", "##"],
    ),
];

#[test]
fn a_site_of_hugo_becomes_a_feed() {
    let project = sample_project("hugo/content", "https://mill.example/blog/");
    std::fs::rename(project.path("seeds"), project.path("content")).unwrap();
    let args = ["--seeds", "content", "--message-format", "json"];
    let (code, _, stderr) = project.feedmill(&args);
    assert_eq!(code, 0, "{stderr}");
    assert_entries(&project, "feeds/feed.json", "https://mill.example/blog", HUGO);
    let changed = &project.json_items("feeds/feed.json")[6];
    assert_eq!(string_field(changed, "date_modified"), "2024-02-02T12:00:00Z");
    // The text between the tags of an unknown shortcode is shown, so nothing is reported.
    assert_eq!(json_messages(&stderr).len(), 0, "{stderr}");
    assert_eq!(project.json_items("feeds/posts/feed.json").len(), HUGO.len());
    // An expired entry disappears although no file changes.
    let later = project.command(&args).env("SOURCE_DATE_EPOCH", "32503680000").output().unwrap();
    assert!(later.status.success());
    assert_eq!(project.json_items("feeds/feed.json").len(), HUGO.len() - 1);
    // A subfolder of the content as the seeds folder gives the same addresses.
    let (code, _, stderr) = project.feedmill(&["--seeds", "content/posts", "--feeds", "posts"]);
    assert_eq!(code, 0, "{stderr}");
    assert_entries(&project, "posts/feed.json", "https://mill.example/blog", HUGO);
    assert_eq!(
        std::fs::read_dir(project.path("posts"))
            .unwrap()
            .filter(|e| e.as_ref().unwrap().path().is_dir())
            .count(),
        2
    );
}

const ZOLA: &[Row] = &[
    (
        "/blog/folder/",
        "A folder of its own",
        "2024-01-06T00:00:00Z",
        &["src=\"https://zola.example/blog/folder/wheel.png\""],
        &[],
    ),
    ("/blog/own-slug/", "With a slug", "2024-01-05T00:00:00Z", &["Said <em>once</em>."], &["{%", "quote"]),
    ("/elsewhere/here/", "With a path", "2024-01-03T08:00:00Z", &[], &[]),
    (
        "/blog/second-post/",
        "The second",
        "2024-01-02T00:00:00Z",
        &["https://www.youtube.com/watch?v=w7Ft2ymGmfc", "<p>Text.</p>"],
        &["{{"],
    ),
    (
        "/blog/first/",
        "The date is in the name",
        "2024-01-01T00:00:00Z",
        &["<a href=\"https://zola.example/blog/second-post/#part\">internal link</a>"],
        &[],
    ),
];

#[test]
fn a_site_of_zola_becomes_a_feed() {
    let project = sample_project("zola", "https://zola.example");
    let (code, _, stderr) = project.feedmill(&["--message-format", "json"]);
    assert_eq!(code, 0, "{stderr}");
    assert_entries(&project, "feeds/feed.json", "https://zola.example", ZOLA);
    let updated = &project.json_items("feeds/feed.json")[3];
    assert_eq!(string_field(updated, "date_modified"), "2024-01-09T12:00:00Z");
}

const PAGES: &[Row] = &[
    ("/grain", "Grain", "2024-01-07T00:00:00Z", &["Rye and wheat."], &[]),
    (
        "/millstones",
        "Millstones",
        "2024-01-06T09:00:00Z",
        &["Two of them.", "src=\"https://news.example/stone.jpg\""],
        &["_files", "Mill News"],
    ),
    (
        "/de/muehle",
        "Die Mühle",
        "2024-01-05T00:00:00Z",
        &["lang=\"de\"", "<b>klappert</b>"],
        &["color", "SingleFile"],
    ),
    ("/sea", "A mill by the sea", "2024-01-04T12:00:00Z", &["Waves turn it."], &["Menu", "Imprint"]),
    ("/flour/", "Flour prices – a year", "2024-01-03T10:00:00Z", &["They rose."], &["Ads"]),
    (
        "/2024/wheel",
        "The wheel turns again",
        "2024-01-01T07:00:00Z",
        &["<a href=\"https://news.example/2023/frost\">the frost</a>"],
        &["Menu", "Imprint", "Teaser", "<h1>", "schema.org"],
    ),
];

#[test]
fn saved_pages_become_a_feed_and_missing_metadata_is_reported() {
    let project = sample_project("pages", "");
    let (code, stdout, stderr) = project.feedmill(&["--message-format", "json", "--verbose"]);
    assert_eq!(code, 0, "{stderr}");
    assert_entries(&project, "feeds/feed.json", "https://news.example", PAGES);
    let reported = json_messages(&stderr);
    let mut reported: Vec<_> = reported
        .iter()
        .filter(|m| string_field(m, "code").starts_with("seed-"))
        .map(|m| (string_field(m, "file").rsplit('/').next().unwrap(), string_field(m, "code")))
        .collect();
    reported.sort_unstable();
    let wanted = [
        ("frame.html", "seed-passed-over"),
        ("index.html", "seed-passed-over"),
        ("no-address.html", "seed-no-address"),
        ("no-date.html", "seed-no-date"),
    ];
    assert_eq!(reported, wanted, "{stdout}{stderr}");
}

#[test]
fn a_missing_site_url_is_reported_once_and_permalink_is_applied() {
    let project = Project::new();
    for day in 1..=3 {
        project.write_file(
            format!("seeds/2024-01-0{day}-a.md"),
            format!("---\ntitle: Day {day}\ntags: x\n---\nText."),
        );
    }
    let code_and_reports = |args: &[&str]| {
        let (code, _, stderr) = project.feedmill(&[&["--message-format", "json"], args].concat());
        let reported = json_messages(&stderr);
        (code, reported.iter().filter(|m| string_field(m, "code") == "no-site-url").count())
    };
    let first = |project: &Project| string_field(&project.json_items("feeds/feed.json")[0], "url").to_owned();
    assert_eq!(code_and_reports(&[]), (2, 1));
    project.write_seed("other.txt", 1_700_000_000_000, "Another", "https://a.example/", "Text.");
    assert_eq!(code_and_reports(&[]), (0, 1));
    assert_eq!(project.json_items("feeds/feed.json").len(), 1);
    // The cached heads were parsed with other settings.
    assert_eq!(code_and_reports(&["--base-url", "https://b.example/feeds/"]), (0, 0));
    assert_eq!(first(&project), "https://b.example/2024/01/03/a.html");
    assert_eq!(code_and_reports(&["--site-url", "https://c.example/"]), (0, 0));
    assert_eq!(first(&project), "https://c.example/2024/01/03/a.html");
    assert_eq!(
        code_and_reports(&["--site-url", "https://c.example/", "--permalink", "/:year/:slug/"]),
        (0, 0)
    );
    assert_eq!(project.json_items("feeds/feed.json").len(), 2);
    assert_eq!(first(&project), "https://c.example/2024/a/");
    assert_eq!(code_and_reports(&["--site-url", "https://c.example/", "--permalink", "pretty"]), (0, 0));
    assert_eq!(first(&project), "https://c.example/2024/01/03/a/");
    let (code, _, stderr) = project.feedmill(&["--permalink", "/:yaer/"]);
    assert!(code == 2 && stderr.contains("did you mean `:year`?"), "{stderr}");
}

#[test]
fn a_text_next_to_markdown_is_no_error_unless_it_is_like_a_seed() {
    let project = Project::new();
    project.write_file("feedmill.toml", "base_url = 'https://a.example/'\n");
    for name in ["seeds/2024-01-01-a.md", "seeds/crawled/2024-01-02-b.markdown"] {
        project.write_file(name, "---\ntitle: A\n---\nText.");
    }
    project.write_file("seeds/notes.txt", "Buy flour.\n");
    project.write_file("seeds/empty.txt", "");
    project.write_file("seeds/crawled/page.txt", "<!DOCTYPE html><p>Not found");
    project.write_file("seeds/crawled/stamp.txt", "<!--soon-->\n[A](https://a.example/)\n------\n");
    project.write_file("seeds/texts/notes.txt", "Buy flour.\n");
    let (code, _, stderr) = project.feedmill(&["--message-format", "json", "--verbose"]);
    let reported = json_messages(&stderr);
    let mut reported: Vec<_> = reported
        .iter()
        .filter(|message| string_field(message, "file").ends_with(".txt"))
        .map(|message| (string_field(message, "file"), string_field(message, "code")))
        .collect();
    reported.sort_unstable();
    let wanted = [
        ("seeds/crawled/page.txt", "seed-no-stamp"),
        ("seeds/crawled/stamp.txt", "seed-bad-stamp"),
        ("seeds/empty.txt", "seed-passed-over"),
        ("seeds/notes.txt", "seed-passed-over"),
        ("seeds/texts/notes.txt", "seed-no-stamp"),
    ];
    assert_eq!((code, reported), (0, wanted.to_vec()), "{stderr}");
    let (_, stdout, _) = project.feedmill(&["explain", "seeds/notes.txt"]);
    assert!(stdout.contains("is next to Markdown"), "{stdout}");
}

#[test]
fn faulty_front_matter_is_reported_with_its_line_and_the_rest_is_built() {
    let project = Project::new();
    project
        .write_file("feedmill.toml", "base_url = 'https://a.example/'\n")
        .write_file("seeds/good.md", "---\ntitle: Good\ndate: 2024-01-01\n---\n")
        .write_file("seeds/date.md", "---\ntitle: x\ndate: yesterday\n---\n")
        .write_file("seeds/yaml.md", "---\ntitle: x\ntags: [\n---\n")
        .write_file("seeds/toml.md", "+++\ntitle = 'x'\ndate = \n+++\n")
        .write_file("seeds/endless.md", "---\ntitle: x\n");
    let (code, _, stderr) = project.feedmill(&["--message-format", "json"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(project.json_items("feeds/feed.json").len(), 1);
    let reported = json_messages(&stderr);
    let mut reported: Vec<_> = reported
        .iter()
        .map(|m| {
            (
                string_field(m, "file").rsplit('/').next().unwrap(),
                string_field(m, "code"),
                m["line"].as_u64().unwrap_or(0),
            )
        })
        .collect();
    reported.sort_unstable();
    assert_eq!(
        reported,
        [
            ("date.md", "seed-bad-date", 3),
            ("endless.md", "seed-bad-matter", 1),
            ("toml.md", "seed-bad-matter", 3),
            ("yaml.md", "seed-bad-matter", 3),
        ]
    );
}

#[test]
fn init_recognizes_the_articles_of_site_generators() {
    for (case, seeds, site) in [("jekyll", 19, false), ("hugo/content", 17, false), ("pages", 6, true)] {
        let project = sample_project(case, "");
        std::fs::remove_file(project.path("feedmill.toml")).unwrap();
        let (code, stdout, stderr) = project.feedmill(&["init"]);
        assert_eq!(code, 0, "{stderr}");
        assert!(stdout.contains(&format!("seeds: {seeds} articles")), "{stdout}");
        let written = project.read_file("feedmill.toml");
        assert_eq!(written.contains("\nsite_url = \"https://news.example/\""), site, "{written}");
        assert!(!written.contains(".invalid") && !stdout.contains(".invalid"), "{stdout}");
    }
}
