//! Folders as Jekyll, Hugo, Zola and browsers leave them become feeds. What is expected stands in tables that were written
//! from the documentation of those tools, and compared once with what Jekyll 4.3 and Hugo 0.168 make of these files.

use std::path::Path;

use super::{Mill, messages, text};

/// An entry: its link after the site's address, its title, its time, what is in its body, and what is not.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

/// A mill with a folder of `tests/dialects` as its seeds.
fn mill(case: &str, site: &str) -> Mill {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialects").join(case);
    let mill = Mill::new();
    for path in super::files(&from) {
        let to = Path::new("seeds").join(path.strip_prefix(&from).unwrap());
        mill.put(to, std::fs::read(&path).unwrap());
    }
    let site = if site.is_empty() { String::new() } else { format!("site_url = '{site}'\n") };
    mill.put(
        "feedmill.toml",
        format!("base_url = 'https://feeds.example/'\nlimit = 0\nformats = ['json']\n{site}"),
    );
    mill
}

fn is(mill: &Mill, feed: &str, site: &str, rows: &[Row]) {
    let items = mill.items(feed);
    let seen: Vec<_> =
        items.iter().map(|i| (text(i, "url"), text(i, "title"), text(i, "date_published"))).collect();
    let links: Vec<String> = rows.iter().map(|row| format!("{site}{}", row.0)).collect();
    let wanted: Vec<_> = rows.iter().zip(&links).map(|(row, link)| (link.as_str(), row.1, row.2)).collect();
    assert_eq!(seen, wanted);
    for (item, (link, .., has, has_not)) in items.iter().zip(rows) {
        let body = text(item, "content_html");
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
            "This is \"Raw Liquid\", at https://mill.example/blog/2024/01/12/raw-liquid.html.",
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
            "You'll find this post",
            "<pre><code>def grind(corn)\n  corn &lt; 3 ? \"coarse\" : \"fine\"\nend</code></pre>",
            "<a href=\"https://docs.example/mill\">docs</a>",
        ],
        &["highlight", "[docs]"],
    ),
    ("/2024/01/01/other-date.html", "Written in another year", "2024-01-01T04:30:00Z", &[], &[]),
];

#[test]
fn a_site_of_jekyll_becomes_a_feed() {
    let mill = mill("jekyll", "https://mill.example/blog/");
    let (code, _, stderr) = mill.run(&["--message-format", "json"]);
    assert_eq!(code, 0, "{stderr}");
    is(&mill, "feeds/feed.json", "https://mill.example/blog", JEKYLL);
    let newest = &mill.items("feeds/feed.json")[0];
    assert_eq!(text(newest, "date_modified"), "2024-02-01T10:00:00Z");
    let told = messages(&stderr);
    let told: Vec<_> =
        told.iter().map(|m| (text(m, "code"), m["line"].as_u64(), text(m, "message"))).collect();
    let tag = "`{% include gallery.html images=\"a,b\" %}` was left out";
    assert_eq!(told, [("seed-tag", Some(6), tag)]);
    // A folder above `_posts` is a section, that folder is none.
    assert_eq!(mill.items("feeds/travel/feed.json").len(), 1);
    assert!(!mill.path("feeds/_posts").exists());
    // With the folder of posts as the seeds, all is as it was but for what is outside.
    let (code, _, stderr) = mill.run(&["--seeds", "seeds/_posts", "--feeds", "posts"]);
    assert_eq!(code, 0, "{stderr}");
    let links = |feed: &str| mill.items(feed).iter().map(|i| text(i, "url").to_owned()).collect::<Vec<_>>();
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
            "<pre><code>if a &lt; b { return }</code></pre>",
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
    // Where Hugo has it by `date`, subscribers see it when it is published, which is the date of Hugo's own feed too.
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
            "lies beside",
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
    let mill = mill("hugo/content", "https://mill.example/blog/");
    std::fs::rename(mill.path("seeds"), mill.path("content")).unwrap();
    let args = ["--seeds", "content", "--message-format", "json"];
    let (code, _, stderr) = mill.run(&args);
    assert_eq!(code, 0, "{stderr}");
    is(&mill, "feeds/feed.json", "https://mill.example/blog", HUGO);
    let changed = &mill.items("feeds/feed.json")[6];
    assert_eq!(text(changed, "date_modified"), "2024-02-02T12:00:00Z");
    let told = messages(&stderr);
    let told: Vec<_> =
        told.iter().map(|m| (text(m, "code"), m["line"].as_u64(), text(m, "message"))).collect();
    assert_eq!(told, [("seed-tag", Some(5), "`{{% notice tip %}}` was left out")]);
    assert_eq!(mill.items("feeds/posts/feed.json").len(), HUGO.len());
    // What expires goes when its time comes, though no file changes.
    let later = mill.command(&args).env("SOURCE_DATE_EPOCH", "32503680000").output().unwrap();
    assert!(later.status.success());
    assert_eq!(mill.items("feeds/feed.json").len(), HUGO.len() - 1);
    // A folder of the content gives the same addresses.
    let (code, _, stderr) = mill.run(&["--seeds", "content/posts", "--feeds", "posts"]);
    assert_eq!(code, 0, "{stderr}");
    is(&mill, "posts/feed.json", "https://mill.example/blog", HUGO);
    assert_eq!(
        std::fs::read_dir(mill.path("posts"))
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
    let mill = mill("zola", "https://zola.example");
    let (code, _, stderr) = mill.run(&["--message-format", "json"]);
    assert_eq!(code, 0, "{stderr}");
    is(&mill, "feeds/feed.json", "https://zola.example", ZOLA);
    let updated = &mill.items("feeds/feed.json")[3];
    assert_eq!(text(updated, "date_modified"), "2024-01-09T12:00:00Z");
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
fn saved_pages_become_a_feed_and_what_they_lack_is_named() {
    let mill = mill("pages", "");
    let (code, stdout, stderr) = mill.run(&["--message-format", "json", "--verbose"]);
    assert_eq!(code, 0, "{stderr}");
    is(&mill, "feeds/feed.json", "https://news.example", PAGES);
    let told = messages(&stderr);
    let mut told: Vec<_> = told
        .iter()
        .filter(|m| text(m, "code").starts_with("seed-"))
        .map(|m| (text(m, "file").rsplit('/').next().unwrap(), text(m, "code")))
        .collect();
    told.sort_unstable();
    let wanted = [
        ("frame.html", "seed-passed-over"),
        ("index.html", "seed-passed-over"),
        ("no-address.html", "seed-no-address"),
        ("no-date.html", "seed-no-date"),
    ];
    assert_eq!(told, wanted, "{stdout}{stderr}");
}

#[test]
fn the_address_of_the_site_and_its_pattern_are_asked_for_once_and_followed() {
    let mill = Mill::new();
    for day in 1..=3 {
        mill.put(format!("seeds/2024-01-0{day}-a.md"), format!("---\ntitle: Day {day}\ntags: x\n---\nText."));
    }
    let told = |args: &[&str]| {
        let (code, _, stderr) = mill.run(&[&["--message-format", "json"], args].concat());
        let told = messages(&stderr);
        (code, told.iter().filter(|m| text(m, "code") == "no-site-url").count())
    };
    let first = |mill: &Mill| text(&mill.items("feeds/feed.json")[0], "url").to_owned();
    assert_eq!(told(&[]), (2, 1));
    mill.seed("other.txt", 1_700_000_000_000, "Another", "https://a.example/", "Text.");
    assert_eq!(told(&[]), (0, 1));
    assert_eq!(mill.items("feeds/feed.json").len(), 1);
    // What the catalog remembers of heads was made with other settings.
    assert_eq!(told(&["--base-url", "https://b.example/feeds/"]), (0, 0));
    assert_eq!(first(&mill), "https://b.example/2024/01/03/a.html");
    assert_eq!(told(&["--site-url", "https://c.example/"]), (0, 0));
    assert_eq!(first(&mill), "https://c.example/2024/01/03/a.html");
    assert_eq!(told(&["--site-url", "https://c.example/", "--permalink", "/:year/:slug/"]), (0, 0));
    assert_eq!(mill.items("feeds/feed.json").len(), 2);
    assert_eq!(first(&mill), "https://c.example/2024/a/");
    assert_eq!(told(&["--site-url", "https://c.example/", "--permalink", "pretty"]), (0, 0));
    assert_eq!(first(&mill), "https://c.example/2024/01/03/a/");
    let (code, _, stderr) = mill.run(&["--permalink", "/:yaer/"]);
    assert!(code == 2 && stderr.contains("did you mean `:year`?"), "{stderr}");
}

#[test]
fn what_is_wrong_with_front_matter_is_named_with_its_line_and_the_rest_is_milled() {
    let mill = Mill::new();
    mill.put("feedmill.toml", "base_url = 'https://a.example/'\n")
        .put("seeds/good.md", "---\ntitle: Good\ndate: 2024-01-01\n---\n")
        .put("seeds/date.md", "---\ntitle: x\ndate: yesterday\n---\n")
        .put("seeds/yaml.md", "---\ntitle: x\ntags: [\n---\n")
        .put("seeds/toml.md", "+++\ntitle = 'x'\ndate = \n+++\n")
        .put("seeds/endless.md", "---\ntitle: x\n");
    let (code, _, stderr) = mill.run(&["--message-format", "json"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(mill.items("feeds/feed.json").len(), 1);
    let told = messages(&stderr);
    let mut told: Vec<_> = told
        .iter()
        .map(|m| {
            (text(m, "file").rsplit('/').next().unwrap(), text(m, "code"), m["line"].as_u64().unwrap_or(0))
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("date.md", "seed-bad-date", 3),
            ("endless.md", "seed-bad-matter", 1),
            ("toml.md", "seed-bad-matter", 3),
            ("yaml.md", "seed-bad-matter", 3),
        ]
    );
}

#[test]
fn init_finds_articles_of_sites() {
    for (case, seeds, site) in [("jekyll", 19, false), ("hugo/content", 17, false), ("pages", 6, true)] {
        let mill = mill(case, "");
        std::fs::remove_file(mill.path("feedmill.toml")).unwrap();
        let (code, stdout, stderr) = mill.run(&["init"]);
        assert_eq!(code, 0, "{stderr}");
        assert!(stdout.contains(&format!("seeds: {seeds} articles")), "{stdout}");
        let written = mill.read("feedmill.toml");
        assert_eq!(written.contains("\nsite_url = \"https://news.example/\""), site, "{written}");
        assert!(!written.contains(".invalid") && !stdout.contains(".invalid"), "{stdout}");
    }
}
