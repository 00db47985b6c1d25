//! Titles and names with markup: plain text in every document.

use serde_json::Value;

use super::MAY;
use super::reliability::assert_attack_row;
use crate::{Project, string_field};

#[test]
fn titles_and_names_are_text_in_every_document() {
    let texts = [
        "<script>alert(1)</script>",
        "</title><script>alert(1)</script>",
        "]]><script>alert(1)</script><![CDATA[",
        "<![CDATA[<b>x</b>]]>",
        "&lt;img src=x onerror=alert(1)&gt;",
        "&amp;lt;script&amp;gt;",
        "\" onmouseover=\"alert(1)",
        "' onmouseover='alert(1)",
        "-->",
        "<!-- x",
        "<?xml version=\"1.0\"?>",
        "<!DOCTYPE x>",
        "&xxe;",
        "&#x3c;script&#x3e;",
        "{{constructor.constructor('alert(1)')()}}",
        "javascript:alert(1)",
        "\u{2028}</script>",
        "=cmd|' /C calc'!A0",
        "\\u003cscript\\u003e",
        "a\u{0}\u{1}\u{fffe}b",
        "\u{feff}x",
        "+ADw-script+AD4-",
    ];
    let project = Project::new();
    for (number, title) in texts.iter().enumerate() {
        let body = format!("<p>{}</p>", title.replace('&', "&amp;").replace('<', "&lt;"));
        let folder = title.replace(['/', '\0', '\u{1}', '.'], "_");
        project.write_seed(
            &format!("{folder}/{number}.txt"),
            MAY - number as i64,
            title,
            &format!("https://news.example/{number}"),
            &body,
        );
    }
    let quoted = Value::from(texts[1]).to_string();
    let config = format!(
        "title = {quoted}\ndescription = {quoted}\ncopyright = {quoted}\nauthor = {quoted}\nlimit = 0\nbase_url = 'https://news.example/'\n"
    );
    project.write_file("feedmill.toml", config);
    let (code, _, stderr) = project.feedmill(&["--quiet", "--check"]);
    assert_eq!(code, 0, "{stderr}");
    let (code, stdout, stderr) = project.feedmill(&["check", "feeds"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let wanted: Vec<String> = texts
        .iter()
        .map(|t| feedmill::html::xml_text(&feedmill::html::decode_entities_once(t)).replace('\u{2028}', " "))
        .map(|t| t.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let titles: Vec<_> = project
        .json_items("feeds/feed.json")
        .iter()
        .map(|item| string_field(item, "title").to_owned())
        .collect();
    assert_eq!(titles, wanted);
    let content = |html: &str| scraper::Html::parse_fragment(html).root_element().text().collect::<String>();
    for (item, wanted) in project.json_items("feeds/feed.json").iter().zip(&wanted) {
        assert!(!string_field(item, "content_html").contains("<script"), "{wanted}");
        assert!(!content(string_field(item, "content_html")).is_empty());
    }
    for document in ["feeds/rss.xml", "feeds/atom.xml"] {
        let feed = feed_rs::parser::parse(project.read_file(document).as_bytes()).unwrap();
        let titles: Vec<_> = feed.entries.iter().map(|e| e.title.as_ref().unwrap().content.clone()).collect();
        assert_eq!(titles, wanted, "{document}");
        assert_eq!(feed.title.unwrap().content, texts[1]);
    }
    let page = project.read_file("feeds/index.html");
    let dom = scraper::Html::parse_document(&page);
    for element in dom.root_element().descendent_elements() {
        let value = element.value();
        assert!(["script", "style"].iter().all(|n| value.name() != *n) || element.attr("src").is_none());
        for (key, address) in value.attrs() {
            assert!(!key.starts_with("on"), "{key}={address}");
            let is_address = matches!(key, "href" | "src");
            assert!(
                !is_address || !address.trim().to_ascii_lowercase().starts_with("javascript:"),
                "{address}"
            );
        }
    }
    assert_eq!(dom.select(&scraper::Selector::parse("script").unwrap()).count(), 1, "only the page's own");
    let shown: Vec<_> = dom
        .select(&scraper::Selector::parse(".river h2 a").unwrap())
        .map(|a| a.text().collect::<String>())
        .collect();
    assert_eq!(shown, wanted);
    assert_attack_row("Titles and names", "", texts.len());
}
