//! `new`: a first article in the form of those that exist.

use super::{Project, output_of};

/// Runs `new` on 2024-06-01 at 07:00 UTC.
fn new(project: &Project, args: &[&str]) -> (i32, String, String) {
    output_of(project.command(&["new"]).args(args).env("SOURCE_DATE_EPOCH", "1717225200"))
}

/// Returns the titles of the entries in the main feed.
fn titles(project: &Project) -> Vec<String> {
    let (code, _, stderr) = project.feedmill(&["--no-push"]);
    assert_eq!(code, 0, "{stderr}");
    let items = project.json_items("feeds/feed.json");
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_first_article_is_a_stamped_seed_that_the_next_build_reads() {
    let project = Project::new();
    let title = "Q&A: why is 2 > 1? [part] &amp;";
    let site = ["--site-url", "https://s.example/blog"];
    let (code, stdout, stderr) = new(&project, &[&[title][..], &site].concat());
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "seeds/q-a-why-is-2-1-part-amp.txt\n", ""));
    let text = "<!--1717225200000-->\n[Q&amp;A: why is 2 > 1? [part] &amp;amp;](https://s.example/blog/q-a-why-is-2-1-part-amp)\n------\n\n";
    assert_eq!(project.read_file(stdout.trim_end()), text);
    assert_eq!(titles(&project), [title]);
    let (code, stdout, stderr) = new(&project, &[&[title][..], &site].concat());
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("q-a-why-is-2-1-part-amp.txt: already exists; choose another title"), "{stderr}");
    assert_eq!(project.read_file("seeds/q-a-why-is-2-1-part-amp.txt"), text);
}

#[test]
fn a_stamped_seed_needs_an_address_and_a_title_needs_letters() {
    let project = Project::new();
    for (title, message) in [
        ("A title", "set `site_url` in feedmill.toml, or pass --site-url"),
        ("!?", "the title has no letters or digits"),
    ] {
        let (code, _, stderr) = new(&project, &[title]);
        assert_eq!(code, 2);
        assert!(stderr.contains(message), "{stderr}");
        assert!(!project.path("seeds").exists());
    }
}

#[test]
fn a_post_goes_where_its_generator_expects_it() {
    for (existing, text, path, written) in [
        (
            "_posts/2024-05-01-a.md",
            "---\ntitle: a\n---\nx",
            "_posts/2024-06-01-a-new-post.md",
            "---\ntitle: \"A \\\"new\\\" post\"\ndate: 2024-06-01T07:00:00Z\n---\n\n",
        ),
        (
            "content/posts/a.md",
            "+++\ntitle = 'a'\ndate = 2024-05-01\n+++\nx",
            "content/posts/a-new-post.md",
            "+++\ntitle = \"A \\\"new\\\" post\"\ndate = 2024-06-01T07:00:00Z\n+++\n\n",
        ),
        (
            "content/posts/a/index.md",
            "{\n  \"title\": \"a\",\n  \"date\": \"2024-05-01\"\n}\nx",
            "content/posts/a-new-post/index.md",
            "{\n  \"title\": \"A \\\"new\\\" post\",\n  \"date\": \"2024-06-01T07:00:00Z\"\n}\n\n",
        ),
    ] {
        let project = Project::new();
        project.write_file("feedmill.toml", "seeds = '.'\nsite_url = 'https://s.example/'\n");
        project.write_file(existing, text);
        let (code, stdout, stderr) = new(&project, &["A \"new\" post"]);
        assert_eq!((code, stdout.trim_end().trim_start_matches("./"), stderr.as_str()), (0, path, ""));
        assert_eq!(project.read_file(path), written);
        assert_eq!(titles(&project)[0], "A \"new\" post");
    }
}

#[test]
fn the_time_is_that_of_the_clock() {
    let project = Project::new();
    project.write_file("seeds/posts/a.md", "---\ntitle: a\ndate: 2024-05-01\n---\nx");
    assert_eq!(project.feedmill(&["new", "Now"]).0, 0);
    let text = project.read_file("seeds/posts/now.md");
    let year: u32 = text.split("date: ").nth(1).unwrap()[..4].parse().unwrap();
    assert!(year >= 2026, "{text}");
}

#[test]
fn a_new_site_gets_its_first_article_where_its_generator_expects_it() {
    for (configuration, text, folder, path) in [
        ("_config.yml", "url: https://s.example\n", ".", "_posts/2024-06-01-first.md"),
        ("hugo.toml", "baseURL = 'https://s.example/'\n", "content", "content/posts/first.md"),
    ] {
        let project = Project::new();
        project.write_file("feedmill.toml", format!("seeds = '{folder}'\n"));
        project.write_file(configuration, text);
        project.write_file("about.md", "---\ntitle: About\n---\nx");
        std::fs::create_dir_all(project.path(folder)).unwrap();
        let (code, stdout, stderr) = new(&project, &["First"]);
        assert_eq!((code, stdout.trim_end().trim_start_matches("./"), stderr.as_str()), (0, path, ""));
        assert_eq!(titles(&project), ["First"]);
    }
}

#[test]
fn a_folder_that_is_a_date_becomes_that_of_today() {
    for (folder, expected) in [
        ("posts/2022/06", "posts/2024/06"),
        ("posts/2022/6/9", "posts/2024/6/1"),
        ("2022/notes", "2024/notes"),
        ("posts/2024-notes", "posts/2024-notes"),
        ("posts/06", "posts/06"),
        ("posts/1066", "posts/1066"),
    ] {
        let project = Project::new();
        project
            .write_file("feedmill.toml", "seeds = '.'\nfeeds = 'public'\nsite_url = 'https://s.example/'\n");
        for name in ["a", "b"] {
            project.write_file(format!("{folder}/{name}.md"), "---\ntitle: a\ndate: 2022-06-09\n---\nx");
        }
        let (code, stdout, stderr) = new(&project, &["A title"]);
        assert_eq!((code, stdout.trim_end()), (0, &*format!("./{expected}/a-title.md")), "{stderr}");
    }
}
