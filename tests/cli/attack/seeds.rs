//! Front matter, Markdown, saved pages and configurations that nest or repeat.

use std::fs;

use super::reliability::assert_attack_row;
use super::{MAY, MEMORY, output_and_peak};
use crate::{Project, string_field};

#[test]
#[cfg_attr(not(has_python3), ignore = "needs python3")]
fn hostile_configurations_end_with_a_finding() {
    let many = 20_000;
    let configs: Vec<(&str, String)> = vec![
        ("arrays in arrays", format!("title = {}", "[".repeat(many))),
        ("tables in tables", format!("title = {}", "{a=".repeat(many))),
        ("dotted keys", format!("{} = 1", vec!["a"; many].join("."))),
        ("a dotted table", format!("[{}]\nx = 1", vec!["a"; many].join("."))),
        ("many keys", (0..many).map(|n| format!("a{n} = 1\n")).collect()),
        (
            "many sections",
            (0..many / 4).map(|n| format!("[section.a{n}]\ntitle = 'x'\nlimit = -1\n")).collect(),
        ),
        ("many feeds", (0..many / 40).map(|n| format!("[[feed]]\nname = 'a{n}'\nlimit = -1\n")).collect()),
        ("one key many times", "title = 'x'\n".repeat(many)),
        ("a huge number", format!("limit = {}", "9".repeat(many))),
        ("a huge string", format!("limit = '{}'", "x".repeat(1 << 20))),
        ("an endless string", format!("title = '''{}", "x\n".repeat(many))),
        ("selectors in selectors", format!("[clean]\ndrop = ['{}p']", ":not(".repeat(many))),
        ("blocks in selectors", format!("[clean]\ndrop = ['{}']", "[({".repeat(many))),
        ("a huge selector", format!("[clean]\ndrop = ['{}p[']", "p > ".repeat(many))),
        ("escapes", format!("titel = \"{}\"", "\\u0000".repeat(many))),
        ("NUL characters", "\0".repeat(many)),
    ];
    let project = Project::new();
    project.write_seed("1.txt", MAY, "t", "https://news.example/1", "x");
    for (what, config) in &configs {
        project.write_file("feedmill.toml", config);
        let (code, _, stderr, kib) = output_and_peak(&project, &[]);
        assert_eq!(code, 2, "{what}: {}", &stderr[..stderr.floor_char_boundary(2000)]);
        assert!(stderr.contains("error[config-"), "{what}");
        assert!(kib < MEMORY, "{what}: {kib} KiB");
    }
    // A long but valid selector works.
    project.write_file("feedmill.toml", format!("[clean]\ndrop = ['{}p']", "div > ".repeat(10_000)));
    let (code, _, stderr, kib) = output_and_peak(&project, &[]);
    assert!(code == 0 && kib < MEMORY, "{stderr}");
    assert_attack_row("Configuration", "", configs.len() + 1);
}

/// Rows of short values take hundreds of times their size in memory. Each of these files has nearly a megabyte of them.
#[test]
#[cfg_attr(not(has_python3), ignore = "needs python3")]
fn data_files_of_a_site_use_bounded_memory() {
    let count = 60_000;
    let files = [
        ("csv", format!("a,b\n{}", "1,2\n".repeat(4 * count))),
        ("tsv", format!("a\tb\n{}", "1\t2\n".repeat(4 * count))),
        ("json", format!("[{}]", vec![r#"{"a":1}"#; 2 * count].join(","))),
        ("toml", format!("x = [{}]", "{a=1},".repeat(2 * count))),
        ("yml", "- {a: 1}\n".repeat(count)),
    ];
    let thousands = format!("a,b\n{}", "x,2\n".repeat(8_000));
    let jekyll = Project::new();
    jekyll.write_file("_config.yml", "title: T\nurl: https://news.example\n");
    let mut text = "---\ntitle: t\n---\nRow {{ site.data.rows[7999].a }}. ".to_owned();
    for number in 0..20 {
        let (ending, data) = &files[number % files.len()];
        jekyll.write_file(format!("_data/d{number}.{ending}"), data);
        jekyll.write_file(format!("_data/e{number}.csv"), &thousands);
        text.push_str(&format!("{{{{ site.data.d{number}[5].a }}}}{{{{ site.data.e{number}[5].a }}}}"));
    }
    jekyll.write_file("_data/rows.csv", &thousands).write_file("_posts/2024-05-01-a.md", &text);
    let eleventy = Project::new();
    eleventy.write_file("eleventy.config.js", "export default {}");
    let ten_thousands = format!("{{\"all\":[{}]}}", vec![r#"{"a":1}"#; 30_000].join(","));
    for number in 0..30 {
        eleventy.write_file(format!("_data/d{number}.json"), &ten_thousands);
    }
    eleventy.write_file("posts/2024-05-01-a.md", "---\ntitle: t\ntags: posts\n---\nRow x.");
    for (what, project) in [("Jekyll", &jekyll), ("Eleventy", &eleventy)] {
        let args = [
            "--seeds",
            ".",
            "--site-url",
            "https://news.example/",
            "--base-url",
            "https://news.example/feeds/",
        ];
        let (code, _, stderr, kib) = output_and_peak(project, &args);
        assert!(code == 0 && kib < MEMORY, "{what}: {kib} KiB, {code}: {stderr}");
        assert!(project.read_file("feeds/feed.json").contains("Row x."), "{what}: {stderr}");
    }
    assert_attack_row("Data of sites", "", 50);
}

/// Front matter in each syntax, and the text below it.
#[test]
#[cfg_attr(not(has_python3), ignore = "needs python3")]
fn hostile_seeds_use_bounded_memory() {
    // The head of a seed is at most 64 KiB; `few` repetitions fit in.
    let (few, many) = (5_000, 20_000);
    let yaml = |matter: &str| format!("---\ntitle: t\n{matter}\n---\ntext\n");
    let toml = |matter: &str| format!("+++\ntitle = 't'\n{matter}\n+++\ntext\n");
    let body = |text: &str| format!("---\ntitle: t\n---\n{text}\n");
    let page = |inside: &str| {
        format!(
            "<!DOCTYPE html><title>t</title><link rel=canonical href=https://page.example/1>\
             <meta property='article:published_time' content='2024-06-01'>{inside}<article><p>text"
        )
    };
    let linked = |json: &str| page(&format!("<script type='application/ld+json'>{json}</script>"));
    let laughs = |item: fn(usize) -> String| -> String {
        (1..12).map(|n| format!("a{n}: &a{n} {}\n", item(n))).collect()
    };
    let lists = laughs(|n| format!("[{}]", vec![format!("*a{}", n - 1); 9].join(", ")));
    let merges = laughs(|n| format!("{{<<: [{}], k{n}: x}}", vec![format!("*a{}", n - 1); 9].join(", ")));
    let tower: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let anchors: String = (0..few).map(|n| format!("k{n}: &a{n} x\n")).collect();
    let keys: String = (0..few).map(|n| format!("k{n}: x\n")).collect();
    let definitions: String = (0..many).map(|n| format!("[r{n}]: /x\n")).collect();
    let documents: Vec<(&str, &str, String)> = vec![
        ("aliases of lists", "md", yaml(&format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{lists}"))),
        ("merged maps", "md", yaml(&format!("a0: &a0 {{x: x}}\n{merges}"))),
        ("a recursive alias", "md", yaml("tags: &a [*a, *a]")),
        (
            "a long text many times",
            "md",
            yaml(&format!("a: &a {}\ntags: [{}]", "x".repeat(few), "*a, ".repeat(few))),
        ),
        ("YAML in brackets", "md", yaml(&format!("a: {}", "[".repeat(many)))),
        ("YAML in braces", "md", yaml(&format!("a: {}", "{a: ".repeat(few)))),
        ("YAML in lists", "md", yaml(&format!("a:\n  {}x", "- ".repeat(many)))),
        ("YAML in questions", "md", yaml(&format!("{}x", "? ".repeat(many)))),
        ("a tower of YAML", "md", yaml(&tower)),
        ("anchors", "md", yaml(&anchors)),
        ("keys", "md", yaml(&keys)),
        ("one key many times", "md", yaml(&"title: t\n".repeat(few))),
        ("an open quote", "md", yaml(&format!("a: \"{}", "x\n\n".repeat(many)))),
        ("tags of YAML", "md", yaml(&format!("a: {}x", "!!x ".repeat(few)))),
        ("a binary of YAML", "md", yaml(&format!("title: !!binary {}", "AAAA".repeat(few)))),
        ("documents in one", "md", yaml(&"--- x\n".repeat(few))),
        ("no end", "md", format!("---\n{}", "a: b\n".repeat(many))),
        ("TOML in brackets", "md", toml(&format!("a = {}", "[".repeat(many)))),
        ("TOML in braces", "md", toml(&format!("a = {}", "{a=".repeat(many)))),
        ("dotted keys", "md", toml(&format!("{} = 1", vec!["a"; many].join(".")))),
        ("tables", "md", toml(&"[[a]]\n".repeat(few))),
        ("JSON in brackets", "md", format!("{{\n\"a\": {}\n}}\ntext\n", "[".repeat(many))),
        ("a number of JSON", "md", format!("{{\n\"date\": {}\n}}\ntext\n", "9".repeat(many))),
        ("a date far away", "md", yaml("date: 99999999999999999999-01-01")),
        ("a permalink of many", "md", yaml(&format!("permalink: {}", "/:title".repeat(few)))),
        ("a permalink out", "md", yaml("permalink: /../../../etc/passwd")),
        ("quotes in quotes", "md", body(&"> ".repeat(many))),
        ("lists in lists", "md", body(&"- ".repeat(many))),
        ("brackets", "md", body(&"[".repeat(many))),
        ("links in links", "md", body(&format!("{}x{}", "[".repeat(many), "](y)".repeat(many)))),
        ("pictures in pictures", "md", body(&format!("{}x{}", "![".repeat(many), "](y)".repeat(many)))),
        ("stars", "md", body(&"*a **b ".repeat(many))),
        ("backticks", "md", body(&(1..400).map(|n| "`".repeat(n) + " ").collect::<String>())),
        ("references", "md", body(&format!("{definitions}{}", "[r1][r2]".repeat(many)))),
        (
            "a long reference many times",
            "md",
            body(&format!("[r]: /{}\n\n{}", "x".repeat(many), "[r] ".repeat(many))),
        ),
        (
            "tables of one row",
            "md",
            body(&format!("{}\n{}\n{}", "|x".repeat(1_000), "|-".repeat(1_000), "|\n".repeat(1_000))),
        ),
        ("footnotes", "md", body(&format!("{}\n\n[^a]: [^a]", "[^a]".repeat(many)))),
        ("open HTML", "md", body(&"<a <!-- ".repeat(many))),
        ("Liquid", "md", body(&"{% raw %}{{ ".repeat(many))),
        ("shortcodes", "md", body(&"{{< figure src=\"".repeat(many))),
        ("linked data in lists", "html", linked(&"[".repeat(many))),
        (
            "linked data in graphs",
            "html",
            linked(&format!("{}1{}", "{\"@graph\":".repeat(100), "}".repeat(100))),
        ),
        (
            "scripts",
            "html",
            page(&"<script type='application/ld+json'>{\"@type\": \"Article\"}</script>".repeat(many)),
        ),
        ("metas", "html", page(&"<meta property='article:published_time' content='x'>".repeat(many))),
        ("articles in articles", "html", page(&"<article>".repeat(many))),
    ];
    let project = Project::new();
    project.write_file("feedmill.toml", "site_url = 'https://town.example/'\n").write_seed(
        "good.txt",
        MAY,
        "Good",
        "https://news.example/good",
        "<p>x</p>",
    );
    for (what, extension, document) in &documents {
        let name = format!("seeds/_posts/2024-06-01-a.{extension}");
        project.write_file(&name, document);
        let args = ["--no-catalog", "--message-format", "json"];
        let (code, _, stderr, kib) = output_and_peak(&project, &args);
        assert!(code == 0 || code == 2, "{what}: {code} {stderr}");
        assert!(kib < MEMORY, "{what}: {kib} KiB");
        assert!(stderr.len() < 4 << 10, "{what}: {stderr}");
        let items = project.json_items("feeds/feed.json");
        assert!(items.iter().any(|i| string_field(i, "url") == "https://news.example/good"), "{what}");
        fs::remove_file(project.path(&name)).unwrap();
    }
    assert_attack_row("Files of other tools", "", documents.len());
}
