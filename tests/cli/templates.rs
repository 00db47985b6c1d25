//! Templates of the user for pages: what they can do, and that a broken one breaks nothing else.

use std::fs;

use super::{Project, json_messages, string_field};

const BASE: [&str; 2] = ["--base-url", "https://f.example/feeds/"];
const CONFIG: &str = "title = \"Bo's & Co\"\npages = true\nindex = 'full'\n";
const BOTH: &str = "[theme]\ntemplate = 'looks/page.html'\nentry_template = 'looks/entry.html'\n";

fn project(theme: &str) -> Project {
    let project = Project::new();
    project.write_file("feedmill.toml", format!("{CONFIG}{theme}"));
    project.write_seed(
        "town/1.txt",
        1_698_786_902_000,
        "A <b> & \"c\"",
        "https://e.example/1?a=1&b=2",
        "<p>One</p>",
    );
    project.write_seed("2.txt", 1_698_786_903_000, "Two", "https://e.example/2", "<p>Two <i>two</i></p>");
    project
}

/// Returns the pages and feeds that a build wrote, by path.
fn files(project: &Project) -> Vec<(String, String)> {
    let root = project.path("feeds");
    let all = super::files_below(&root).into_iter().map(|path| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        (name.clone(), project.read_file(&format!("feeds/{name}")))
    });
    all.filter(|(name, _)| !name.starts_with(".feedmill")).collect()
}

#[test]
fn the_printed_templates_make_the_pages_of_feedmill() {
    let project = project("");
    project.feedmill(&BASE);
    let default = files(&project);
    assert_eq!(default.iter().filter(|(name, _)| name.ends_with(".html")).count(), 4, "{default:?}");
    for kind in ["page", "entry"] {
        let (code, text, _) = project.feedmill(&["template", kind]);
        assert_eq!(code, 0);
        project.write_file(format!("looks/{kind}.html"), text);
    }
    project.write_file("feedmill.toml", format!("{CONFIG}{BOTH}"));
    let (_, _, stderr) = project.feedmill(&BASE);
    assert_eq!(stderr, "");
    assert_eq!(files(&project), default);
}

#[test]
fn a_template_decides_what_a_page_has_and_its_values_are_escaped() {
    let project = project(BOTH);
    let page = "{{ title }}\n{% for entry in entries %}{{ entry.title|upper }} <{{ entry.link }}> {{ entry.published.day }}\n{% endfor %}";
    project.write_file("looks/page.html", page);
    project.write_file("looks/entry.html", "{{ site_title }}: {{ title }}\n{{ content }}\n{{ audio }}");
    let (code, _, stderr) = project.feedmill(&BASE);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let written = project.read_file("feeds/index.html");
    let expected = "Bo's &amp; Co\nTWO <https://e.example/2> 2023-10-31\nA &lt;B&gt; &amp; &quot;C&quot; <https://e.example/1?a=1&amp;b=2> 2023-10-31\n";
    assert!(written.starts_with(expected), "{written}");
    assert!(project.read_file("feeds/town/index.html").starts_with("town\nA &lt;B&gt;"));
    let pages = files(&project);
    let (_, entry) = pages.iter().find(|(name, _)| name.starts_with("entry/2-")).unwrap();
    assert!(entry.starts_with("Bo's &amp; Co: Two\n<p>Two <i>two</i></p>\n\n"), "{entry}");

    // The example of the documentation.
    let docs = include_str!("../../docs/reference/templates.md");
    let example = docs.split("```jinja\n").nth(1).unwrap().split("```").next().unwrap();
    project.write_file("looks/page.html", example);
    assert_eq!(project.feedmill(&BASE).2, "");
    let written = project.read_file("feeds/index.html");
    assert!(written.contains("<li><a href=\"https://e.example/2\">Two</a> 2023-10-31</li>"), "{written}");

    // The template alone changed, then nothing, then the configuration.
    let feed = fs::metadata(project.path("feeds/rss.xml")).unwrap().modified().unwrap();
    project.write_file("looks/page.html", "<h1>{{ title }}</h1>");
    project.feedmill(&BASE);
    assert!(project.read_file("feeds/index.html").starts_with("<h1>Bo's"));
    assert!(project.read_file("feeds/town/index.html").starts_with("<h1>town"));
    assert_eq!(fs::metadata(project.path("feeds/rss.xml")).unwrap().modified().unwrap(), feed);
    let (_, _, stderr) = project.feedmill(&[BASE[0], BASE[1], "-v"]);
    assert!(stderr.contains("nothing changed"), "{stderr}");
    project.write_file("feedmill.toml", CONFIG);
    let (_, _, stderr) = project.feedmill(&BASE);
    assert_eq!(stderr, "", "the pages are recognized as those of feedmill");
    assert!(project.read_file("feeds/index.html").starts_with("<!DOCTYPE html>"));
}

#[test]
fn a_broken_template_is_reported_and_the_page_is_that_of_feedmill() {
    let project = project("");
    project.feedmill(&BASE);
    let default = files(&project);
    project.write_file(
        "feedmill.toml",
        format!("{CONFIG}[theme]\ntemplate = 'p.html'\nentry_template = 'p.html'\n"),
    );
    for (template, line, message) in [
        ("\n{{ titel }}", 2, "`titel` does not exist; did you mean `title`?"),
        ("{{ title.nothing.more }}", 1, "does not exist"),
        ("<p>\n\n{{ title|shout }}", 3, "filter shout is unknown"),
        ("{% if title %}", 1, "unexpected end of input"),
        ("{{ title", 1, "unexpected end of input"),
        ("{% include 'other.html' %}", 1, "unknown statement include"),
        ("{{ title() }}", 1, ""),
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}",
            1,
            "it takes too long",
        ),
        ("{{ 'x' * 9999999999 }}", 1, "it takes too long"),
        ("{% macro again() %}{{ again() }}{% endmacro %}\n{{ again() }}", 1, "recursion limit"),
    ] {
        project.write_file("p.html", template);
        for _ in 0..2 {
            let (code, _, stderr) = project.feedmill(&[&BASE[..], &["--message-format", "json"]].concat());
            assert_eq!(code, 0, "{template}: {stderr}");
            let found = json_messages(&stderr);
            // One for each of the two templates, if the parser does not find the same fault in both.
            assert!((1..=2).contains(&found.len()), "{template}: {stderr}");
            for one in &found {
                assert_eq!(string_field(one, "code"), "template-broken");
                assert_eq!(string_field(one, "file"), "p.html");
                assert_eq!(one["line"], line, "{template}: {one}");
                assert!(string_field(one, "message").contains(message), "{template}: {one}");
            }
            assert_eq!(files(&project), default, "{template}");
        }
    }
    fs::remove_file(project.path("p.html")).unwrap();
    for (make, message) in [
        ((|_| ()) as fn(&Project), "No such file"),
        (|project| fs::create_dir(project.path("p.html")).unwrap(), "it is a folder"),
    ] {
        make(&project);
        let (code, _, stderr) = project.feedmill(&BASE);
        for (number, key) in ["template", "entry_template"].into_iter().enumerate() {
            let place = format!("feedmill.toml:{}:", CONFIG.lines().count() + 2 + number);
            let found = stderr.lines().find(|line| line.starts_with(&place)).unwrap_or_default();
            let detail = format!(
                "warning[template-broken]: cannot use the template of a page: `{key}` in [theme] names `p.html`: "
            );
            assert!(code == 0 && found.contains(&detail) && found.contains(message), "{stderr}");
        }
        assert_eq!(files(&project), default);
    }
    assert_eq!(project.feedmill(&[BASE[0], BASE[1], "--strict"]).0, 1);
    fs::remove_dir(project.path("p.html")).unwrap();
    project.write_file("p.html", "{{ title }}");
    let (_, _, stderr) = project.feedmill(&BASE);
    assert_eq!(stderr, "");
    assert!(project.read_file("feeds/index.html").starts_with("Bo's"));
}
