//! The files next to the feeds: index page, subscription list and style sheet.

use super::{Project, json_messages, string_field};

const BASE_TIME: i64 = 1_698_786_902_000;
const BASE: [&str; 2] = ["--base-url", "https://f.example/feeds/"];

fn sample_project(config: &str) -> Project {
    let project = Project::new();
    project.write_file("feedmill.toml", format!("title = 'News'\n{config}"));
    project.write_seed("1.txt", BASE_TIME, "One", "https://e.example/1", "<p>x</p>");
    project.write_seed("town & \"land\"/2.txt", BASE_TIME + 1, "Two", "https://e.example/2", "<p>x</p>");
    project
}

/// Runs feedmill and returns the code and the file of each diagnostic.
fn codes_and_files(project: &Project, args: &[&str]) -> Vec<(String, String)> {
    let (_, _, stderr) = project.feedmill(&[args, &["--message-format", "json"]].concat());
    json_messages(&stderr)
        .iter()
        .map(|m| (string_field(m, "code").to_owned(), string_field(m, "file").to_owned()))
        .collect()
}

#[test]
fn the_subscription_list_is_valid_and_has_each_feed_once() {
    let project = sample_project("[section.'town & \"land\"']\ndescription = 'a < b'\nformats = ['atom']\n");
    assert_eq!(codes_and_files(&project, &BASE), []);
    let list = project.read_file("feeds/feeds.opml");
    let addresses: Vec<_> =
        list.split("xmlUrl=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(
        addresses,
        ["https://f.example/feeds/rss.xml", "https://f.example/feeds/town%20&amp;%20%22land%22/atom.xml"]
    );
    assert!(list.contains("description=\"a &lt; b\""), "{list}");
    let (code, stdout, stderr) = project.feedmill(&["check", "--deny", "warnings", "feeds/feeds.opml"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
}

#[test]
fn without_base_url_there_is_an_index_page_but_no_subscription_list() {
    let project = sample_project("");
    assert_eq!(codes_and_files(&project, &[]), [("no-base-url".to_owned(), String::new())]);
    assert!(!project.path("feeds/feeds.opml").exists());
    let page = project.read_file("feeds/index.html");
    assert!(page.contains("href=\"town%20&amp;%20%22land%22/rss.xml\""), "{page}");
    assert!(!page.contains("feed:") && !page.contains(".opml"), "{page}");
}

#[test]
fn a_file_not_generated_by_feedmill_is_reported_and_never_overwritten() {
    let project = sample_project("");
    project.write_file("feeds/index.html", "<h1>My own</h1>");
    for _ in 0..2 {
        assert_eq!(
            codes_and_files(&project, &BASE),
            [("index-foreign".to_owned(), "feeds/index.html".to_owned())]
        );
        assert_eq!(project.read_file("feeds/index.html"), "<h1>My own</h1>");
    }
    assert_eq!(project.feedmill(&[BASE[0], BASE[1], "--strict"]).0, 1);
    std::fs::remove_file(project.path("feeds/index.html")).unwrap();
    assert_eq!(codes_and_files(&project, &BASE), []);
    assert!(project.read_file("feeds/index.html").contains("<h1>News</h1>"));
    std::fs::remove_file(project.path("feeds/index.html")).unwrap();
    project.feedmill(&BASE);
    assert!(project.path("feeds/index.html").exists(), "it is written again although no seed changed");
}

#[test]
fn disabled_index_files_are_not_written_and_prune_removes_them() {
    let project = sample_project("");
    project.feedmill(&BASE);
    assert!(project.read_file("feeds/town & \"land\"/rss.xml").contains("href=\"../feed.css\""));
    project.write_file("feedmill.toml", "title = 'News'\nindex = ['page']\n");
    let orphans = ["feeds/feed.css", "feeds/feed.js", "feeds/feeds.opml"]
        .map(|file| ("feed-orphan".to_owned(), file.to_owned()));
    let mut found = codes_and_files(&project, &BASE);
    found.sort();
    assert_eq!(found, orphans);
    assert_eq!(codes_and_files(&project, &[BASE[0], BASE[1], "--prune"]), []);
    assert!(!project.path("feeds/feed.css").exists() && !project.path("feeds/feeds.opml").exists());
    assert!(!project.read_file("feeds/rss.xml").contains("xml-stylesheet"));
    assert!(!project.read_file("feeds/index.html").contains(".opml"));
    project.write_file("feedmill.toml", "index = ['html']\n");
    let (code, _, stderr) = project.feedmill(&BASE);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("`index` contains `html`, which is not one of page, opml, style, full"),
        "{stderr}"
    );
}

#[test]
fn the_page_has_the_newest_entries_once_and_is_small() {
    let project = Project::new();
    project.write_file("feedmill.toml", "title = 'The Harbour Gazette'\nlanguage = 'en'\n");
    let text = "The council met in the library and spoke about the bridge for three hours. ".repeat(9);
    for number in 0..60 {
        let section = ["town", "culture", "science", "sport", "opinion"][number % 5];
        let link =
            format!("https://www.gazette.example/2024/{section}/{number}/a-rather-long-title-of-an-article");
        let image =
            format!("<img src='https://cdn.gazette.example/2024/{number}/large.jpg' width=1200 height=800>");
        let title = format!("Article number {number:02}, with a title that is rather long");
        let time = BASE_TIME + number as i64 * 86_400_000;
        project.write_seed(
            &format!("{section}/{number}.txt"),
            time,
            &title,
            &link,
            &format!("<p>{text}</p>{image}"),
        );
    }
    assert_eq!(project.feedmill(&BASE).0, 0);
    let page = project.read_file("feeds/index.html");
    assert!(page.len() < 60_000, "{} bytes", page.len());
    for number in 0..60 {
        let times = page.matches(&format!("Article number {number:02}")).count();
        assert_eq!(times, usize::from(number >= 10), "{number}");
    }
    let topics = page.split("<h3>").skip(1).map(|rest| rest.split("</h3>").next().unwrap());
    assert_eq!(topics.collect::<Vec<_>>(), ["culture", "opinion", "science", "sport", "town"]);
    // Every fifth day in each of five sections.
    assert_eq!(page.matches("about weekly").count(), 5, "{page}");
    assert_eq!(page.matches("about daily").count(), 1, "{page}");
}

#[test]
fn a_blog_with_one_section_has_nothing_twice_on_its_page() {
    let project = Project::new();
    project.write_file("feedmill.toml", "title = 'Notes'\n");
    for number in 0..3 {
        let link = format!("https://e.example/{number}");
        let time = BASE_TIME + number * 7 * 86_400_000;
        project.write_seed(&format!("blog/{number}.txt"), time, &format!("Note {number}"), &link, "<p>x</p>");
    }
    project.feedmill(&BASE);
    let page = project.read_file("feeds/index.html");
    for number in 0..3 {
        assert_eq!(page.matches(&format!("Note {number}")).count(), 1, "{page}");
    }
    assert_eq!(page.matches("about weekly").count(), 1, "{page}");
    assert!(!page.contains("<h3>") && !page.contains("type=\"radio\"") && !page.contains("<img"), "{page}");
}

#[test]
fn only_a_podcast_has_links_to_podcast_apps_and_a_feed_with_an_address_has_a_qr_code() {
    let project = Project::new();
    project.write_file("feedmill.toml", "title = 'News'\n[section.talk.podcast]\n");
    let audio = "<p>x</p><audio src='https://e.example/a.mp3'></audio>";
    project.write_seed("talk/1.txt", BASE_TIME, "Talk", "https://e.example/1", audio);
    project.write_seed("town/2.txt", BASE_TIME + 1, "Town", "https://e.example/2", audio);
    project.feedmill(&BASE);
    let page = project.read_file("feeds/index.html");
    assert_eq!(page.matches("podcast://f.example/feeds/talk/rss.xml").count(), 1, "{page}");
    assert_eq!(page.matches("podcast://").count(), 1, "the other feeds are no podcasts: {page}");
    assert_eq!(page.matches("<audio ").count(), 2, "but what has audio can be played");
    assert_eq!(page.matches("<svg ").count(), 1);
    project.feedmill(&[]);
    let page = project.read_file("feeds/index.html");
    assert!(!page.contains("podcast://") && !page.contains("<svg "), "no app reaches it: {page}");
}

/// Writes an article with front matter.
fn write_article(project: &Project, path: &str, number: i64, more: &str) {
    let date = format!("2024-05-0{number}T00:00:00Z");
    let head = format!("title: Article {number}\ndate: {date}\n{more}");
    project.write_file(
        format!("seeds/{path}"),
        format!("---\n{head}\n---\n<p>Text {number} <em>whole</em></p>\n"),
    );
}

#[test]
fn a_full_index_has_a_page_for_each_section_tag_and_author() {
    let project = Project::new();
    let config = "title = 'News'\nfeeds_by = ['tag', 'author']\nsite_url = 'https://e.example/'\npermalink = '/a/:slug/'\n";
    project.write_file("feedmill.toml", format!("index = 'full'\n{config}"));
    write_article(&project, "town & x/1.md", 1, "tags: [Rain]\nauthor: Bo Lee");
    write_article(&project, "2.md", 2, "tags: [Sun]");
    assert_eq!(codes_and_files(&project, &BASE), []);
    let town = project.read_file("feeds/town & x/index.html");
    assert!(town.contains("<h1>town &amp; x</h1>") && town.contains("href=\"../index.html\""), "{town}");
    assert!(town.contains("Article 1") && !town.contains("Article 2"), "{town}");
    assert!(town.contains("title=\"town &amp; x – News\" href=\"rss.xml\""), "{town}");
    let rain = project.read_file("feeds/tag/rain/index.html");
    assert!(rain.contains("Article 1") && rain.contains("href=\"../../index.html\""), "{rain}");
    assert!(project.read_file("feeds/author/bo-lee/index.html").contains("Article 1"));
    let main = project.read_file("feeds/index.html");
    for page in ["town%20&amp;%20x/index.html", "tag/rain/index.html", "tag/sun/index.html"] {
        assert!(main.contains(&format!("href=\"{page}\"")), "{page}: {main}");
    }

    project.write_file("feeds/tag/sun/index.html", "<h1>My own</h1>");
    let foreign = ("index-foreign".to_owned(), "feeds/tag/sun/index.html".to_owned());
    for _ in 0..2 {
        assert_eq!(codes_and_files(&project, &BASE), std::slice::from_ref(&foreign));
    }
    project.write_file("feedmill.toml", config);
    assert_eq!(codes_and_files(&project, &[BASE[0], BASE[1], "--prune"]), []);
    assert!(!project.path("feeds/town & x/index.html").exists());
    assert_eq!(project.read_file("feeds/tag/sun/index.html"), "<h1>My own</h1>");
    project.write_file("feedmill.toml", format!("index = ['full', 'opml']\n{config}"));
    project.feedmill(&[BASE[0], BASE[1], "--prune"]);
    assert!(project.path("feeds/tag/rain/index.html").exists() && !project.path("feeds/feed.css").exists());
}

/// Returns the names of the pages of entries.
fn entry_pages(project: &Project) -> Vec<String> {
    let folder = std::fs::read_dir(project.path("feeds/entry")).unwrap();
    let mut names: Vec<_> = folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn each_entry_has_a_page_until_it_leaves_the_feeds() {
    let project = Project::new();
    let config = "title = 'News'\nlimit = 2\nsite_url = 'https://e.example/'\npermalink = '/a/:slug/'\n";
    project.write_file("feedmill.toml", format!("pages = true\ncontent = 'summary'\n{config}"));
    write_article(&project, "town/1.md", 1, "");
    write_article(&project, "2.md", 2, "author: Bo");
    let args = [BASE[0], BASE[1], "--check"];
    assert_eq!(codes_and_files(&project, &args), []);
    let pages = entry_pages(&project);
    assert!(
        pages[0].starts_with("article-1-") && pages[1].starts_with("article-2-") && pages.len() == 2,
        "{pages:?}"
    );
    let page = project.read_file(&format!("feeds/entry/{}", pages[1]));
    assert!(
        page.contains("<p>Text 2 <em>whole</em></p>"),
        "a page has the text that the feeds leave out: {page}"
    );
    assert!(page.contains("<link rel=\"canonical\" href=\"https://e.example/a/article-2/\">"), "{page}");
    assert!(page.contains("content=\"default-src 'none'; ") && !page.contains("<script"), "{page}");
    let index = project.read_file("feeds/index.html");
    for page in &pages {
        assert!(index.contains(&format!("href=\"entry/{page}\"")), "{page}: {index}");
    }

    // Article 2 leaves the main feed, and article 1 stays in that of its section.
    write_article(&project, "3.md", 3, "");
    write_article(&project, "4.md", 4, "");
    project.write_file("feeds/entry/mine.html", "<p>My own</p>");
    let lost = project.write_file("feeds/entry/x-0123456789abcdef.html", "<p>My own</p>");
    assert_eq!(codes_and_files(lost, &BASE), []);
    let names = entry_pages(&project);
    let starts: Vec<_> = names.iter().map(|name| &name[..name.len().min(9)]).collect();
    assert_eq!(starts, ["article-1", "article-3", "article-4", "mine.html", "x-0123456"]);
    assert_eq!(names[0], pages[0], "the address of a page is permanent");

    std::fs::remove_file(project.path(format!("feeds/entry/{}", names[1]))).unwrap();
    assert_eq!(codes_and_files(&project, &BASE), []);
    assert_eq!(entry_pages(&project), names, "a page that was lost is written again");
    project.write_file("feedmill.toml", config);
    let found = codes_and_files(&project, &BASE);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "feed-orphan");
    assert_eq!(codes_and_files(&project, &[BASE[0], BASE[1], "--prune"]), []);
    assert_eq!(entry_pages(&project), ["mine.html", "x-0123456789abcdef.html"]);
}

#[test]
fn a_theme_changes_the_looks_and_its_mistakes_are_reported() {
    let project = sample_project(
        "[theme]\naccent = '#8a1c4a'\nfont = 'Iowan Old Style, serif'\nwidth = 70\nlogo = 'https://e.example/l.svg'\n",
    );
    assert_eq!(codes_and_files(&project, &BASE), []);
    let page = project.read_file("feeds/index.html");
    for part in [
        "--link:#8a1c4a;",
        "\"Iowan Old Style\",ui-serif",
        "--measure:70;",
        "src=\"https://e.example/l.svg\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let style = project.read_file("feeds/feed.css");
    assert!(
        style.contains("--link:#8a1c4a;") && style.contains("--measure:70;"),
        "feeds in a browser: {style}"
    );
    for (line, message) in [
        ("accent = 'red'", "`accent` in [theme] must be `#` and three or six hexadecimal digits"),
        ("accent = '#12345'", "not `#12345`"),
        ("font = '</style>'", "`font` in [theme] must be `sans`, `serif`, `mono`"),
        ("width = 9", "`width` in [theme] must be a number from 40 to 120, not 9"),
        ("logo = 'l.svg'", "`logo` must be an absolute http or https URL, not `l.svg`"),
        ("color = '#fff'", "`color` in [theme]"),
    ] {
        project.write_file("feedmill.toml", format!("[theme]\n{line}\n"));
        let (code, _, stderr) = project.feedmill(&BASE);
        assert_eq!(code, 2, "{line}");
        assert!(stderr.contains(message), "{line}: {stderr}");
    }
}

#[test]
fn pages_of_feedmill_in_the_folder_of_the_seeds_are_no_seeds() {
    let project = Project::new();
    let text = "some words about the river that froze over in the night ".repeat(20);
    for number in 0..5 {
        let link = format!("https://news.example/{number}");
        project.write_seed(&format!("../town/{number}.txt"), 1_714_521_600_000 + number, "One", &link, &text);
    }
    // Pages of the user, also one with a name that pages of entries have.
    let saved = |link: &str| {
        format!(
            "<!DOCTYPE html><title>Saved</title><link rel=canonical href='{link}'>\
             <meta property='article:published_time' content='2024-05-31T08:30:00Z'><article><p>{text}</p></article>"
        )
    };
    project.write_file("about/index.html", saved("https://news.example/about"));
    project.write_file("entry/mine-0123456789abcdef.html", saved("https://news.example/mine"));
    project.write_file(
        "feedmill.toml",
        "seeds = '.'\nfeeds = '.'\npages = true\nindex = ['full']\nbase_url = 'https://news.example/'\n",
    );
    for catalog in [&[][..], &[], &["--no-catalog"]] {
        let (code, _, stderr) = project.feedmill(catalog);
        assert_eq!((code, stderr.contains("warning")), (0, true), "{stderr}");
        assert!(stderr.contains("about/index.html: warning[index-foreign]"), "{stderr}");
        assert_eq!(project.json_items("feed.json").len(), 7, "{stderr}");
        assert!(project.path("index.html").exists() && project.path("town/index.html").exists());
    }
    assert!(project.read_file("entry/mine-0123456789abcdef.html").contains("Saved"));
}
