//! What an article says about itself, from its file to the feeds.

use serde_json::Value;

use super::{Project, files_below, string_field};

/// Creates a project with these files below `seeds/`.
fn project(config: &str, files: &[(&str, &str)]) -> Project {
    let project = Project::new();
    let start =
        "title = 'News'\nbase_url = 'https://f.example/'\nsite_url = 'https://s.example/'\nlanguage = 'en'\n";
    project.write_file("feedmill.toml", format!("{start}{config}"));
    for (path, text) in files {
        project.write_file(format!("seeds/{path}"), text);
    }
    project
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

const JEKYLL: &str = "---\nlayout: post\ntitle: The weir\nauthor: Nora Lind\ntags: [water, stone]\ncategories: [walks]\n\
     description: \"Half a day on foot\"\nimage: /weir.jpg\nlang: fr\n---\nWe walked along the river.\n";
const ZOLA: &str = "+++\ntitle = 'The weir'\ndate = 2024-05-31\nauthors = ['Nora Lind', 'Per Holm']\ndescription = 'Half a day on foot'\n\
     [taxonomies]\ntags = ['water', 'stone', 'walks']\n[extra]\nimage = '/weir.jpg'\nlang = 'fr'\n+++\nWe walked along the river.\n";
const HUGO: &str = "---\ntitle: The weir\ndate: 2024-05-31\nkeywords: water, stone\ncategories: walks\nsummary: Half a day on foot\n\
     images: [/weir.jpg]\nlanguage: fr\nparams:\n  author: {name: Nora Lind, email: nora@s.example}\n---\nWe walked along the river.\n";
const JSON: &str = "{\n\"title\": \"The weir\", \"date\": \"2024-05-31\", \"tags\": [\"water\", \"stone\", \"walks\"],\n\
     \"authors\": [{\"name\": \"Nora Lind\", \"url\": \"https://nora.example/\"}], \"excerpt\": \"Half a day on foot\",\n\
     \"cover\": {\"src\": \"/weir.jpg\"}, \"locale\": \"fr\"\n}\nWe walked along the river.\n";
const PAGE: &str = "<!DOCTYPE html><html><head><title>The weir</title><link rel=canonical href='https://s.example/weir'>\
     <meta property='article:published_time' content='2024-05-31T10:00:00Z'><meta name=author content='Nora Lind'>\
     <meta property='article:tag' content=water><meta property='article:tag' content=stone><meta property='article:tag' content=walks>\
     <meta name=description content='Half a day on foot'><meta property='og:image' content='/weir.jpg'>\
     <meta property='og:locale' content='fr'></head><body><article><p>We walked along the river.</p></article></body></html>";
const JSON_LD: &str = "<!DOCTYPE html><html lang=fr><head><title>The weir</title><link rel=canonical href='https://s.example/weir'>\
     <script type='application/ld+json'>{\"@type\": \"BlogPosting\", \"headline\": \"The weir\", \"datePublished\": \"2024-05-31\",\
     \"author\": [{\"@type\": \"Person\", \"name\": \"Nora Lind\"}], \"keywords\": \"water, stone, walks\", \"description\": \"Half a day on foot\",\
     \"image\": [\"https://s.example/weir.jpg\"], \"inLanguage\": \"fr\"}</script></head>\
     <body><article><p>We walked along the river.</p></article></body></html>";

#[test]
fn every_dialect_fills_author_tags_summary_image_and_language_of_all_formats() {
    for (path, text) in [
        ("_posts/2024-05-31-weir.md", JEKYLL),
        ("weir.md", ZOLA),
        ("weir.md", HUGO),
        ("weir.md", JSON),
        ("weir.html", PAGE),
        ("weir.html", JSON_LD),
    ] {
        let project = project("", &[(path, text)]);
        let (code, _, stderr) = project.feedmill(&["--strict"]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{text}");
        let item = &project.json_items("feeds/feed.json")[0];
        assert_eq!(string_field(&item["authors"][0], "name"), "Nora Lind", "{text}");
        let mut tags = texts(&item["tags"]);
        tags.sort_unstable();
        assert_eq!(tags, ["stone", "walks", "water"], "{text}");
        for (key, value) in
            [("summary", "Half a day on foot"), ("image", "https://s.example/weir.jpg"), ("language", "fr")]
        {
            assert_eq!(string_field(item, key), value, "{text}");
        }
        let rss = project.read_file("feeds/rss.xml");
        let atom = project.read_file("feeds/atom.xml");
        for (document, part) in [
            (&rss, "Nora Lind"),
            (&rss, "<category>stone</category>"),
            (&rss, "Half a day on foot"),
            (&rss, "<dc:language>fr</dc:language>"),
            (&rss, "<media:thumbnail url=\"https://s.example/weir.jpg\"/>"),
            (&atom, "<name>Nora Lind</name>"),
            (&atom, "<category term=\"water\"/>"),
            (&atom, ">Half a day on foot</summary>"),
            (&atom, "<entry xml:lang=\"fr\">"),
            (&atom, "<media:thumbnail url=\"https://s.example/weir.jpg\"/>"),
        ] {
            assert!(document.contains(part), "no {part} of {text} in {document}");
        }
    }
}

#[test]
fn the_folder_content_is_no_section_and_those_below_it_are() {
    let post = "---\ntitle: T\ndate: 2024-05-31\n---\nText\n";
    let project = project("", &[("content/a.md", post), ("content/walks/b.md", post)]);
    assert_eq!(project.feedmill(&["--strict"]).0, 0);
    let items = project.json_items("feeds/feed.json");
    let mut categories: Vec<_> = items.iter().map(|item| texts(&item["tags"])).collect();
    categories.sort();
    assert_eq!(categories, [vec![], vec!["walks"]]);
    assert!(project.path("feeds/walks/rss.xml").exists() && !project.path("feeds/content").exists());
}

#[test]
fn unlisted_articles_are_counted_and_explained_and_in_no_feed() {
    let keys = ["hidden: true", "unlisted: true", "feed: false", "rss: false", "exclude_from_feed: true"];
    let files: Vec<_> = (0..)
        .zip(keys)
        .map(|(number, key)| {
            (format!("{number}.md"), format!("---\ntitle: T\ndate: 2024-05-31\n{key}\n---\nText\n"))
        })
        .collect();
    let mut files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("listed.md", "---\ntitle: Listed\ndate: 2024-05-31\n---\nText\n"));
    let project = project("", &files);
    let (code, _, stderr) = project.feedmill(&["--strict", "--verbose"]);
    assert!(code == 0 && stderr.contains("6 seeds: 1 entry, 5 unlisted; 1 feed: "), "{stderr}");
    assert_eq!(project.json_items("feeds/feed.json").len(), 1);
    for (number, key) in keys.iter().enumerate() {
        let (code, stdout, _) = project.feedmill(&["explain", &format!("{number}.md")]);
        let reason = format!("its front matter has `{key}`");
        assert!(code == 0 && stdout.contains("none: unlisted") && stdout.contains(&reason), "{stdout}");
    }
    // The cache changes nothing.
    let (_, _, stderr) = project.feedmill(&["--verbose"]);
    assert!(stderr.contains("6 seeds: 1 entry, 5 unlisted; 1 feed: nothing changed"), "{stderr}");
}

#[test]
fn dated_posts_with_ids_by_file_are_as_many_entries() {
    let files: Vec<_> = (1..=12).map(|month| format!("_posts/2022-{month:02}-09-walk.md")).collect();
    let post = "---\ntitle: A walk\n---\nText\n";
    let files: Vec<_> = files.iter().map(|path| (path.as_str(), post)).collect();
    let project = project("ids = 'file'\n", &files);
    let (code, _, stderr) = project.feedmill(&["--strict"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let items = project.json_items("feeds/feed.json");
    let ids: std::collections::BTreeSet<_> = items.iter().map(|item| string_field(item, "id")).collect();
    assert_eq!(ids.len(), 12);
}

#[test]
fn user_names_and_passwords_in_any_address_of_an_article_are_published_nowhere() {
    let project = Project::new();
    let pages = [
        (
            "fields.md",
            "---\ntitle: A\ndate: 2024-05-31\nlink: https://news.example/a\nguid: https://u:S3CRET@a.example/guid\n\
             image: {url: 'https://u:S3CRET@a.example/i.png', alt: 'see https://u:S3CRET@a.example/'}\nbanner: https://u:S3CRET@a.example/b.png\n\
             author: {name: Ann, url: 'https://u:S3CRET@a.example/', avatar: 'https:u:S3CRET@a.example/p.png'}\n\
             enclosure: {url: 'https://u:S3CRET@a.example/e.mp3', type: audio/mpeg, length: 1}\n\
             transcript: https://u:S3CRET@a.example/t.vtt\n\
             chapters: [{start: 1, title: C, url: 'https://u:S3CRET@a.example/c', image: 'https://u:S3CRET@a.example/c.png'}]\n\
             people: [{name: Bo, url: 'https://u:S3CRET@a.example/bo', image: 'https://u:S3CRET@a.example/bo.png'}]\n\
             ---\nText\n",
        ),
        (
            "chapters.md",
            "---\ntitle: B\ndate: 2024-05-31\nlink: https://news.example/b\nid: 'https:u:S3CRET@a.example/id'\n\
             audio: //u:S3CRET@a.example/b.mp3\nchapters: https://u:S3CRET@a.example/chapters.json\n---\nText\n",
        ),
        (
            "saved.html",
            "<!DOCTYPE html><title>C</title><link rel=canonical href='https://u:S3CRET@news.example/c'>\
             <meta property=og:image content='https://u:S3CRET@a.example/og.png'>\
             <script type='application/ld+json'>{\"@type\":\"BlogPosting\",\"datePublished\":\"2024-05-31\",\
             \"author\":{\"name\":\"Ann\",\"url\":\"https://u:S3CRET@a.example/ann\"}}</script>\
             <article><p>Text</p><a href='https://u:S3CRET@a.example/x'>link</a></article>",
        ),
        (
            "stamped.txt",
            "<!--1717225200000-->\n[D](https://news.example/d)\n------\n<div class=h-entry><p>Text by \
             <a rel=author href='https://u:S3CRET@a.example/'>Ann</a></p>\
             <img class=u-photo src='https://u:S3CRET@a.example/p.jpg'></div>",
        ),
    ];
    for (name, text) in pages {
        project.write_file(format!("seeds/{name}"), text);
    }
    project.write_file(
        "feedmill.toml",
        "site_url = 'https://news.example/'\nindex = ['full']\npages = true\n[podcast]\nauthor = 'Ann'\n",
    );
    let (code, stdout, stderr) = project.feedmill(&["--verbose"]);
    assert_eq!(code, 0, "{stderr}");
    for place in ["fields.md:5: ", "chapters.md:5: ", "saved.html: "] {
        let place = format!("seeds/{place}warning[seed-link-credentials]");
        assert!(stderr.contains(&place), "{place}: {stderr}");
    }
    let others = ["list", "explain"].map(|command| project.feedmill(&[command]));
    let details = pages.map(|(name, _)| project.feedmill(&["explain", &format!("seeds/{name}")]));
    for (_, out, err) in [(code, stdout, stderr)].into_iter().chain(others).chain(details) {
        assert!(!out.contains("S3CRET") && !err.contains("S3CRET"), "{out}{err}");
    }
    for file in files_below(&project.path("feeds")) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"S3CRET"), "{}", file.display());
    }
    let rss = project.read_file("feeds/rss.xml");
    for address in
        ["guid", "i.png", "e.mp3", "t.vtt", "bo", "bo.png", "id", "b.mp3", "chapters.json", "og.png", "p.jpg"]
    {
        assert!(
            rss.contains(&format!("https://a.example/{address}\""))
                || rss.contains(&format!("https://a.example/{address}<")),
            "{address} {rss}"
        );
    }
}

#[test]
fn front_matter_that_only_some_parsers_accept_is_read_with_a_warning() {
    let project = project(
        "",
        &[
            ("a.md", "---\ntitle: Raspando: a web # e mais\ndate: 2024-05-31\nsummary: \"One: two\"\n---\nx"),
            ("b.md", "---\ntitle: B\ndate: 2024-05-30\ntitle: C\ntext: |\n  date: 1\n  date: 2\n---\nx"),
            ("c.md", "---\ntitle: true\ndate: 2024-05-29\ntags: [true, 1.10, 007]\nauthor: .inf\n---\nx"),
            ("d.md", "---\ntitle: [D: e\ndate: 2024-05-28\n---\nx"),
        ],
    );
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    for finding in [
        "a.md:2: warning[seed-loose-matter]: front matter that not every parser accepts: `title` has a colon in its value",
        "b.md:4: warning[seed-loose-matter]: front matter that not every parser accepts: `title` is there twice",
        "d.md:3: error[seed-bad-matter]",
    ] {
        assert!(stderr.contains(finding), "{stderr}");
    }
    assert_eq!(stderr.matches("seed-loose-matter").count(), 2, "{stderr}");
    let items = project.json_items("feeds/feed.json");
    let titles: Vec<_> = items.iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Raspando: a web # e mais", "C", "true"]);
    assert_eq!(items[2]["tags"], serde_json::json!(["true", "1.10", "007"]));
    assert_eq!(items[2]["authors"][0]["name"], ".inf");
}

#[test]
fn keys_of_podcast_themes_are_a_file_with_size_and_length() {
    let project = project(
        "",
        &[(
            "a.md",
            "---\ntitle: A\ndate: 2024-05-31\npodcast_link: https://m.example/a.mp3\npodcast_length: 12345678\n\
             podcast_duration: '1:02:03'\n---\nx",
        )],
    );
    assert_eq!(project.feedmill(&[]).0, 0);
    let file = &project.json_items("feeds/feed.json")[0]["attachments"][0];
    assert_eq!(file["url"], "https://m.example/a.mp3");
    assert_eq!(
        (file["size_in_bytes"].as_u64(), file["duration_in_seconds"].as_u64()),
        (Some(12_345_678), Some(3723))
    );
}
