//! User names and passwords in URLs of what feedmill reads are neither published nor printed, wherever they are.

use std::fs;

use super::{Project, files_below, output_of};

/// Part of a user name and password before a host.
const USER: &str = "https://usr:S3CRET@h.example";

/// A case whose configuration is not written by `init`.
const OWN: &str = "own configuration";

fn assert_public(project: &Project, case: &str) {
    for file in files_below(&project.path("")) {
        let path = file.to_string_lossy().into_owned();
        if path.contains("/feeds/") || path.ends_with("feedmill.toml") && case != OWN {
            let bytes = fs::read(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.to_lowercase().contains("s3cret"), "{case}: {path}: {text}");
        }
    }
}

/// Each site has them in places that no generator expects. `init` writes and prints them, and paths are made of them.
#[test]
fn the_configuration_of_a_site_puts_no_password_in_what_is_written_and_printed() {
    let post = "---\ntitle: A\ndate: 2024-05-31\n---\nText\n";
    for (name, files) in [
        (
            "vitepress",
            vec![
                (
                    "docs/.vitepress/config.mts",
                    "export default {base:'USER/',title:'At USER/',sitemap:{hostname:'https://h.example'}}",
                ),
                ("docs/a.md", post),
            ],
        ),
        (
            "hugo",
            vec![
                (
                    "hugo.toml",
                    "baseURL = 'https://h.example/'\ntitle = 'T'\n[permalinks]\nposts = 'USER/:slug/'\n",
                ),
                ("content/posts/a.md", post),
            ],
        ),
        (
            "hugo with a placeholder",
            vec![
                ("hugo.toml", "baseURL = 'https://h.example/'\n[permalinks]\nposts = '/:slug/USER/'\n"),
                ("content/posts/a.md", post),
            ],
        ),
        (
            "hugo folder",
            vec![
                ("hugo.toml", "baseURL = 'https://h.example/'\ncontentDir = 'USER/x'\n"),
                ("content/posts/a.md", post),
            ],
        ),
        (
            "jekyll folder",
            vec![
                ("_config.yml", "url: https://h.example\nsource: USER/x\n"),
                ("_posts/2024-05-31-a.md", post),
            ],
        ),
        (
            "jekyll author",
            vec![
                (
                    "_config.yml",
                    "url: https://h.example\ntitle: T\nauthor: {name: Ann, email: 'USER/'}\npermalink: /:title/USER/\n",
                ),
                ("_posts/2024-05-31-a.md", post),
            ],
        ),
        (
            "hexo",
            vec![
                ("_config.yml", "url: https://h.example\nnew_post_name: x\npermalink: ':title/USER/'\n"),
                ("source/_posts/a.md", post),
            ],
        ),
        (
            "eleventy",
            vec![
                ("eleventy.config.js", "export default {}"),
                ("_data/site.json", "{\"url\": \"USER\", \"title\": \"T\"}"),
                ("posts/posts.json", "{\"permalink\": \"{{ site.url }}/x/\", \"tags\": \"posts\"}"),
                ("posts/a.md", post),
            ],
        ),
        (
            "eleventy with a filter",
            vec![
                ("eleventy.config.js", "export default {}"),
                ("_data/site.json", "{\"url\": \"USER\", \"title\": \"T\"}"),
                ("posts/posts.json", "{\"permalink\": \"{{ site.url | slugify }}/x/\", \"tags\": \"posts\"}"),
                ("posts/a.md", post),
            ],
        ),
        (
            "hugo slug and title",
            vec![
                (
                    "hugo.toml",
                    "baseURL = 'https://h.example/'\ntitle = 'T'\n[permalinks]\nposts = '/:title/:slug/'\n",
                ),
                ("content/posts/a.md", "---\ntitle: At USER/\nslug: USER/q\ndate: 2024-05-31\n---\nText\n"),
            ],
        ),
        (
            "middleman",
            vec![
                (
                    "config.rb",
                    "activate :blog do |blog|\n  blog.prefix = \"USER\"\n  blog.permalink = \"USER/{title}.html\"\nend\n",
                ),
                ("source/2024-05-31-a.html.md", post),
            ],
        ),
        (
            "pelican",
            vec![
                (
                    "pelicanconf.py",
                    "SITENAME = 'At USER/'\nAUTHOR = 'USER/'\nARTICLE_URL = 'USER/{slug}'\nPATH = 'content'\n",
                ),
                ("content/a.md", "Title: A\nDate: 2024-05-31\n\nText\n"),
            ],
        ),
        ("mkdocs", vec![("mkdocs.yml", "site_name: At USER/\n"), ("docs/a.md", post)]),
    ] {
        let project = Project::new();
        for (path, text) in files {
            project.write_file(path, text.replace("USER", USER));
        }
        let runs = [
            vec!["init"],
            vec!["--verbose", "--base-url", "https://h.example/feeds/"],
            vec!["list"],
            vec!["explain"],
            vec!["snippet"],
            vec!["new", "B"],
        ];
        for args in runs {
            let (code, out, err) = project.feedmill(&args);
            assert!(!out.contains("S3CRET") && !err.contains("S3CRET"), "{name}: {args:?}: {out}{err}");
            assert!(args[0] != "init" || code == 0, "{name}: {err}");
        }
        for seed in
            files_below(&project.path("")).iter().filter(|path| path.extension().is_some_and(|e| e == "md"))
        {
            let (_, out, err) = project.feedmill(&["explain", &seed.to_string_lossy()]);
            assert!(!out.contains("S3CRET") && !err.contains("S3CRET"), "{name}: {out}{err}");
        }
        assert_public(&project, name);
        // With their passwords removed, most of these sites still have feeds.
        let is_folder = name.ends_with("folder");
        assert!(is_folder || project.path("feeds/feed.json").exists(), "{name}");
    }
}

#[test]
fn a_url_inside_a_url_has_no_password_either() {
    let project = Project::new();
    let nested = [format!("https://h.example/p?x={USER}/a.png"), format!("https://h.example/{USER}/")];
    let encoded = "https://h.example/p?x=https%3A%2F%2Fusr%3AS3CRET%40h.example%2Fa.png";
    let body =
        format!("<p><a href='{}'>a</a> <a href='{encoded}'>b</a> <img src='{encoded}'></p>", nested[0]);
    project.write_seed("1.txt", 1_698_786_902_000, "One", &nested[0], &body);
    project.write_seed("2.txt", 1_698_786_903_000, "Two", encoded, &body);
    project.write_file(
        "seeds/3.md",
        format!(
            "---\ntitle: C\ndate: 2024-05-31\nimage: {}\naudio: {encoded}\nauthor: {{name: Ann, url: '{}'}}\nid: '{}'\n---\nx",
            nested[0], nested[1], nested[0]
        ),
    );
    project.write_file(
        "feedmill.toml",
        format!(
            "icon = '{0}'\nsite_url = '{1}'\nbase_url = '{1}'\nhub = '{0}'\n[podcast]\nauthor = 'Ann'\nimage = '{0}'\n",
            nested[0], nested[1]
        ),
    );
    let (code, out, err) = project.feedmill(&["--verbose", "--no-push"]);
    assert!(code == 0 && !out.contains("S3CRET") && !err.contains("S3CRET"), "{out}{err}");
    for code in ["config-credentials", "seed-link-credentials"] {
        assert!(err.contains(code), "{code}: {err}");
    }
    assert_public(&project, OWN);
    let json = project.read_file("feeds/feed.json");
    assert!(json.contains("https://h.example/p?x=https://h.example/a.png"), "{json}");
    assert!(json.contains("https://h.example/p?x=https%3A%2F%2Fh.example%2Fa.png"), "{json}");
}

/// Somebody forgets `check`, or gives a URL to the wrong flag or variable.
#[test]
fn an_error_of_usage_repeats_no_password() {
    let project = Project::new();
    project.write_seed("1.txt", 1_698_786_902_000, "One", "https://e.example/1", "<p>x</p>");
    let long = format!("https://usr:S3CRET{}@h.example/feed.xml", "x".repeat(200));
    let urls = [format!("{USER}/feed.xml"), "https://usr:S3 CRET@h.example/".replace(' ', " S3CRET"), long];
    let check = |args: &[&str], variable: Option<(&str, &str)>, stdin: &str| {
        let mut command = project.command(args);
        command.envs(variable);
        let (code, out, err) = if stdin.is_empty() {
            output_of(&mut command)
        } else {
            project.write_file("in.xml", stdin);
            output_of(command.stdin(fs::File::open(project.path("in.xml")).unwrap()))
        };
        assert!(!out.contains("S3CRET") && !err.contains("S3CRET"), "{args:?} {variable:?}: {out}{err}");
        (code, out + &err)
    };
    for url in &urls {
        for args in [
            vec![],
            vec!["build"],
            vec!["list"],
            vec!["snippet"],
            vec!["schema"],
            vec!["template"],
            vec!["completions"],
            vec!["rules"],
            vec!["--limit"],
            vec!["--indent"],
            vec!["--archive"],
            vec!["--wait"],
            vec!["--lease"],
            vec!["--requests"],
            vec!["--message-format"],
            vec!["serve", "--listen"],
            vec!["serve", "--access-log"],
            vec!["serve", "--client-timeout"],
            vec!["serve", "--connections"],
            vec!["check", "--profile"],
            vec!["check", "--deny"],
            vec!["list", "--limit"],
            vec!["explain"],
        ] {
            let args: Vec<&str> = args.into_iter().chain([url.as_str()]).collect();
            let (code, shown) = check(&args, None, "");
            assert!(code == 2 && !shown.is_empty(), "{args:?}: {code} {shown}");
        }
        for variable in [
            "LIMIT",
            "WAIT",
            "LEASE",
            "REQUESTS",
            "INDENT",
            "ARCHIVE",
            "MESSAGE_FORMAT",
            "QUIET",
            "PROBE",
            "FORMATS",
            "IDS",
            "CONFIG",
            "LANGUAGE",
        ] {
            check(&[], Some((format!("FEEDMILL_{variable}").as_str(), url.as_str())), "");
        }
        for variable in ["LISTEN", "VALIDATOR", "CONNECTIONS", "ACCESS_LOG", "CLIENT_TIMEOUT"] {
            let (code, _) =
                check(&["serve"], Some((format!("FEEDMILL_{variable}").as_str(), url.as_str())), "");
            assert_eq!(code, 2, "{variable}");
        }
        for style in ["human", "json", "github", "sarif", "junit"] {
            let args = ["check", "--message-format", style, "--stdin-filename", url, "-"];
            let (_, shown) = check(&args, None, "<rss version='2.0'><channel></channel></rss>");
            assert!(shown.contains("h.example"), "{style}: {shown}");
        }
    }
}
