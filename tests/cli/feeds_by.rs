//! A blog whose posts name tags, authors and languages, with a feed for each.

use serde_json::Value;

use super::{Project, string_field};

const TAGS: [&str; 5] = ["Garden", "C++", "Rock & Roll", "水车", "garden"];
const AUTHORS: [&str; 3] = ["Jane Doe", "Bo Ray", "Zoë"];
const LANGUAGES: [&str; 2] = ["en", "fr"];

/// Creates a Jekyll blog with 15 posts.
fn blog(config: &str) -> Project {
    let project = Project::new();
    for number in 0..15 {
        let (tag, author) = (TAGS[number % TAGS.len()], AUTHORS[number % AUTHORS.len()]);
        let language = LANGUAGES[number % LANGUAGES.len()];
        project.write_file(
            format!("seeds/_posts/2024-01-{:02}-post-{number}.md", number + 1),
            format!(
                "---\ntitle: Post {number}\nauthor: {author}\ntags: [\"{tag}\", all]\nlang: {language}\n---\n\
                 The text of post {number} has a few words.\n"
            ),
        );
    }
    project.write_file(
        "feedmill.toml",
        format!(
            "title = 'Blog'\nbase_url = 'https://feeds.example/'\nsite_url = 'https://blog.example/'\n\
             language = 'en'\nauthor = 'Jane Doe <jane@blog.example>'\ndescription = 'A blog'\n{config}"
        ),
    );
    project
}

#[test]
fn a_blog_has_a_feed_for_each_tag_author_and_language_without_findings() {
    let project = blog("feeds_by = ['tag', 'author', 'language']\n");
    let (code, _, stderr) = project.feedmill(&["--strict"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for (feed, entries) in [
        ("", 15),
        ("tag/all/", 15),
        ("tag/garden/", 6),
        ("tag/c++/", 3),
        ("tag/rock-roll/", 3),
        ("tag/水车/", 3),
        ("author/jane-doe/", 5),
        ("author/bo-ray/", 5),
        ("author/zoë/", 5),
        ("language/en/", 8),
        ("language/fr/", 7),
    ] {
        assert_eq!(project.json_items(&format!("feeds/{feed}feed.json")).len(), entries, "{feed}");
        let (code, stdout, stderr) =
            project.feedmill(&["check", "--message-format", "json", &format!("feeds/{feed}")]);
        assert_eq!((code, stdout.as_str()), (0, ""), "{feed}: {stderr}");
    }
    let feed: serde_json::Value =
        serde_json::from_str(&project.read_file("feeds/language/fr/feed.json")).unwrap();
    assert_eq!((string_field(&feed, "title"), string_field(&feed, "language")), ("fr – Blog", "fr"));
    // One post leaves its tag, which had no other.
    project.write_file("seeds/_posts/2024-02-01-new.md", "---\ntitle: New\ntags: [Solo]\n---\nText\n");
    assert_eq!(project.feedmill(&["--strict"]).0, 0);
    assert!(project.path("feeds/tag/solo/rss.xml").exists());
    project.write_file("seeds/_posts/2024-02-01-new.md", "---\ntitle: New\ntags: [Duo]\n---\nText\n");
    let (code, _, stderr) = project.feedmill(&["--prune", "--verbose"]);
    assert!(code == 0 && stderr.contains("16 seeds: 16 entries; 12 feeds: "), "{stderr}");
    assert!(
        !project.path("feeds/tag/solo/rss.xml").exists() && project.path("feeds/tag/duo/rss.xml").exists()
    );
}

#[test]
fn filtered_feeds_select_by_tag_author_and_language_and_all_filters_must_match() {
    let project = blog(
        "[[feed]]\nname = 'plants'\ntags = ['GARDEN']\n[[feed]]\nname = 'zoe'\nauthors = ['zoë']\nlanguages = ['fr']\n\
         [[feed]]\nname = 'new'\nmax_age = '10d'\n",
    );
    let run = |epoch: &str| {
        let mut command = project.command(&["--prune"]);
        super::output_of(command.env("SOURCE_DATE_EPOCH", epoch))
    };
    // 16 January 2024.
    assert_eq!(run("1705363200").0, 0);
    let count = |feed: &str| project.json_items(&format!("feeds/{feed}/feed.json")).len();
    assert_eq!((count("plants"), count("zoe"), count("new")), (6, 2, 9));
    // A day later, with nothing else changed.
    assert_eq!(run("1705449600").0, 0);
    assert_eq!(count("new"), 8);
    // And back.
    assert_eq!(run("1705363200").0, 0);
    assert_eq!(count("new"), 9);
}

#[test]
fn values_with_one_folder_are_reported() {
    let project = blog("feeds_by = ['tag']\n");
    project.write_file("seeds/_posts/2024-02-01-a.md", "---\ntitle: A\ntags: [\"Rock/Roll\"]\n---\nText\n");
    let (code, _, stderr) = project.feedmill(&[]);
    assert!(
        code == 0 && stderr.contains("tag `Rock/Roll` would have the folder of `Rock & Roll`"),
        "{stderr}"
    );
}

#[test]
fn own_ids_are_the_ids_of_entries_and_two_articles_with_one_are_reported() {
    let project = blog("");
    let post = |id: &str, name: &str| format!("---\ntitle: {name}\nguid: {id}\n---\nText of {name}\n");
    project.write_file("seeds/_posts/2024-02-01-a.md", post("tag:me,2020:1", "A"));
    project.write_file("seeds/_posts/2024-02-02-b.md", post("tag:me,2020:2", "B"));
    assert_eq!(project.feedmill(&["--strict"]).0, 0);
    let ids: Vec<String> = project
        .json_items("feeds/feed.json")
        .iter()
        .take(2)
        .map(|item| string_field(item, "id").to_owned())
        .collect();
    assert_eq!(ids, ["tag:me,2020:2", "tag:me,2020:1"]);
    project.write_file("seeds/_posts/2024-02-02-b.md", post("tag:me,2020:1", "B"));
    let (code, _, stderr) = project.feedmill(&["--verbose"]);
    let finding = "2024-02-02-b.md: warning[seed-same-id]: seed with the id of another seed and a different link: \
                   `seeds/_posts/2024-02-01-a.md` has it too; its own is its link";
    assert!(code == 0 && stderr.contains(finding) && stderr.contains("17 seeds: 17 entries"), "{stderr}");
    let both = |project: &Project| {
        let items = project.json_items("feeds/feed.json");
        let of =
            |item: &Value| ["title", "id", "date_published"].map(|key| string_field(item, key).to_owned());
        [of(&items[0]), of(&items[1])]
    };
    let [b, a] = both(&project);
    assert_eq!(a, ["A", "tag:me,2020:1", "2024-02-01T00:00:00Z"]);
    assert_eq!((&*b[0], &*b[2]), ("B", "2024-02-02T00:00:00Z"));
    assert!(b[1].starts_with("https://") && b[1].contains("/b"), "{}", b[1]);
    let rss = project.read_file("feeds/rss.xml");
    assert_eq!(rss.matches("tag:me,2020:1").count(), 1, "{rss}");
    // Without the cache, and with a limit that makes every seed be seen twice, it is the same.
    project.write_file("feedmill.toml", project.read_file("feedmill.toml") + "limit = 2\ncatalog = false\n");
    assert_eq!(project.feedmill(&[]).0, 0);
    assert_eq!(both(&project), [b, a]);
    let (_, stdout, _) = project.feedmill(&["explain", "seeds/_posts/2024-02-02-b.md"]);
    assert!(stdout.contains("1 of 2"), "{stdout}");
    // With the title of the other, it is a version of it.
    project.write_file("seeds/_posts/2024-02-02-b.md", post("tag:me,2020:1", "A"));
    let (_, _, stderr) = project.feedmill(&["--verbose"]);
    assert!(
        stderr.contains("2024-02-01-a.md: warning[seed-same-id]") && stderr.contains("1 merged"),
        "{stderr}"
    );
}

#[test]
fn filtered_feeds_select_by_expressions_and_entries_have_elements_of_the_operator() {
    let project = blog(
        "[extra]\nrss_item = '<comments>{link}#comments</comments>'\n\
         atom_entry = \"<o:t xmlns:o='https://o.example/' v='{title}'/>\"\njson_item = '{\"_talk\": {\"url\": \"{link}#comments\"}}'\n\
         [[feed]]\nname = 'ten'\ntitle_matches = '^post 1\\d$'\n[[feed]]\nname = 'odd'\nlink_matches = '[13579]\\.html$'\n\
         [[feed]]\nname = 'both'\ntitle_contains = 'POST 1'\nlink_matches = '[13579]\\.html$'\n",
    );
    assert_eq!(project.feedmill(&["--strict"]).0, 0);
    let count = |feed: &str| project.json_items(&format!("feeds/{feed}/feed.json")).len();
    assert_eq!((count("ten"), count("odd"), count("both")), (5, 7, 3));
    let item = &project.json_items("feeds/ten/feed.json")[0];
    assert_eq!(string_field(&item["_talk"], "url"), format!("{}#comments", string_field(item, "url")));
    let rss = project.read_file("feeds/odd/rss.xml");
    assert_eq!(rss.matches("#comments</comments>\n    </item>").count(), 7, "{rss}");
    let atom = project.read_file("feeds/both/atom.xml");
    assert!(atom.contains("<o:t xmlns:o='https://o.example/' v='Post 13'/>\n  </entry>"), "{atom}");
    let (code, stdout, _) =
        project.feedmill(&["check", "--deny", "warnings", "--allow", "xml/undefined-namespace", "feeds"]);
    assert_eq!(code, 0, "{stdout}");
}
