//! The articles that a page describes in JSON-LD ([schema.org](https://schema.org/Article)).

use std::collections::HashMap;

use feedmill_types::work;
use serde_json::{Deserializer, Map, Value};

/// Number of articles that are read. Lists of teasers have more.
pub(super) const MAX_ARTICLES: usize = 100;

/// An author of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageAuthor {
    /// The name.
    pub name: String,
    /// URL of the home page, as written; may be relative.
    pub url: Option<String>,
}

/// What JSON-LD says about an article or a page.
#[derive(Clone, Debug, Default)]
pub(super) struct JsonLdArticle {
    /// True for an article; false for a page in general, which says less about the article in it.
    pub is_article: bool,
    pub name: Option<String>,
    pub headline: Option<String>,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub url: Option<String>,
    pub language: Option<String>,
    pub description: Option<String>,
    pub authors: Vec<PageAuthor>,
    pub keywords: Vec<String>,
    pub images: Vec<String>,
    /// Text of the article, plain or as markup.
    pub body: Option<String>,
}

/// Reads the content of `<script type="application/ld+json">`. Invalid JSON says nothing.
pub(super) fn read(content: &str) -> Vec<JsonLdArticle> {
    work::step(content.len());
    let Some(value) = parse(content) else { return Vec::new() };
    let mut nodes = Vec::new();
    collect(&value, &mut nodes);
    let named = nodes.iter().filter(|node| node.get("name").is_some_and(Value::is_string));
    let named: HashMap<&str, &Map<String, Value>> =
        named.filter_map(|node| Some((node.get("@id")?.as_str()?, *node))).collect();
    let person = |id: &str| named.get(id).copied();
    let described = nodes.iter().filter_map(|node| Some((kind(node)?, *node)));
    described.take(MAX_ARTICLES).map(|(is_article, node)| article(is_article, node, &person)).collect()
}

/// Parses JSON, also between the marks of a CDATA section or a comment, and with raw line feeds in strings.
fn parse(content: &str) -> Option<Value> {
    let content = content.find("<![CDATA[").filter(|at| *at < 20).map_or(content, |at| &content[at + 9..]);
    let content = &content[content.find(['{', '['])?..];
    let first = |text: &str| Deserializer::from_str(text).into_iter::<Value>().next()?.ok();
    first(content).or_else(|| first(&content.replace(|c: char| c.is_ascii_control(), " ")))
}

/// Collects the objects that may describe the page. The parser limits their depth.
fn collect<'a>(value: &'a Value, nodes: &mut Vec<&'a Map<String, Value>>) {
    work::step(1);
    match value {
        Value::Array(all) => all.iter().for_each(|value| collect(value, nodes)),
        Value::Object(object) => {
            nodes.push(object);
            for key in ["@graph", "mainEntity", "mainEntityOfPage"] {
                object.get(key).into_iter().for_each(|value| collect(value, nodes));
            }
        }
        _ => {}
    }
}

/// Returns true for an article, false for a page; `None` for anything else.
fn kind(object: &Map<String, Value>) -> Option<bool> {
    let kind = |name: &str| {
        let is_article = name.ends_with("Article")
            || name.ends_with("BlogPosting")
            || matches!(name, "Report" | "SocialMediaPosting");
        let is_page = name.ends_with("WebPage") || matches!(name, "Recipe" | "HowTo" | "Review" | "ItemPage");
        is_article.then_some(true).or(is_page.then_some(false))
    };
    match object.get("@type")? {
        Value::String(name) => kind(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).filter_map(kind).max(),
        _ => None,
    }
}

fn article<'a>(
    is_article: bool,
    object: &'a Map<String, Value>,
    person: &dyn Fn(&str) -> Option<&'a Map<String, Value>>,
) -> JsonLdArticle {
    let text = |key: &str| {
        let value = object.get(key)?;
        let value = value.as_str().or_else(|| value.get("@value")?.as_str())?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let page = object.get("mainEntityOfPage");
    let page = page.and_then(|page| page.as_str().or_else(|| page.get("@id")?.as_str()));
    let people = |key: &str| {
        let author = |value: &'a Value| {
            let described = value.as_object().filter(|object| object.contains_key("name"));
            let described = described.or_else(|| person(value.get("@id")?.as_str()?));
            let of = |key: &str| described?.get(key).into_iter().flat_map(several).find_map(Value::as_str);
            let name = value.as_str().or_else(|| of("name"))?.trim().to_owned();
            let url = of("url").map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
            Some(PageAuthor { name, url })
        };
        let authors = object.get(key).into_iter().flat_map(several).filter_map(author);
        authors.filter(|author| !author.name.is_empty() && !author.name.contains("://")).collect::<Vec<_>>()
    };
    let keywords = object
        .get("keywords")
        .into_iter()
        .flat_map(several)
        .filter_map(|value| value.as_str().or_else(|| value.get("name")?.as_str()));
    let images = object.get("image").or_else(|| object.get("thumbnailUrl"));
    let images = images.into_iter().flat_map(several).filter_map(|value| {
        value.as_str().or_else(|| value.get("url").or_else(|| value.get("contentUrl"))?.as_str())
    });
    let mut authors = people("author");
    if authors.is_empty() {
        authors = people("creator");
    }
    JsonLdArticle {
        is_article,
        name: text("name"),
        headline: text("headline"),
        published: text("datePublished"),
        modified: text("dateModified"),
        url: text("url").or_else(|| page.map(str::to_owned)).or_else(|| text("@id")),
        language: text("inLanguage"),
        description: text("description"),
        authors,
        keywords: keywords.flat_map(|list| list.split(',')).map(|word| word.trim().to_owned()).collect(),
        images: images.map(str::to_owned).collect(),
        body: text("articleBody"),
    }
}

/// Returns the values of a property that may have one or several.
fn several(value: &Value) -> std::slice::Iter<'_, Value> {
    match value {
        Value::Array(all) => all.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_ld_is_read_in_its_common_wrappings() {
        let json = r#"{"@type":"NewsArticle","headline":"H"}"#;
        for written in [
            json.to_owned(),
            format!("\n//<![CDATA[\n{json}\n//]]>\n"),
            format!("<![CDATA[{json}]]>"),
            format!("/*<![CDATA[*/ {json} /*]]>*/"),
            format!("<!-- {json} -->"),
            format!("[{json}];"),
            format!("{{\"@graph\":[{{\"@type\":\"WebSite\"}},{json}]}}"),
            json.replace(":\"H\"", ":\"H\",\"articleBody\":\"a\nb\tc\""),
        ] {
            let found = read(&written);
            assert_eq!(found.len(), 1, "{written}");
            assert_eq!(found[0].headline.as_deref(), Some("H"), "{written}");
        }
        assert!(read("{ broken").is_empty() && read("").is_empty() && read("//<![CDATA[").is_empty());
    }

    #[test]
    fn an_author_is_a_name_an_object_a_list_or_a_reference() {
        for (author, names) in [
            (r#""Ann""#, vec!["Ann"]),
            (r#"{"@type":"Person","name":" Ann "}"#, vec!["Ann"]),
            (r#"[{"name":"Ann"},"Ben",{"name":""},"https://a.example/ann"]"#, vec!["Ann", "Ben"]),
            (r##"{"@id":"#ann"}"##, vec!["Ann"]),
            ("7", vec![]),
        ] {
            let json = format!(
                r##"{{"@graph":[{{"@type":"Article","author":{author}}},{{"@type":"Person","@id":"#ann","name":"Ann"}}]}}"##
            );
            let found: Vec<String> = read(&json).remove(0).authors.into_iter().map(|a| a.name).collect();
            assert_eq!(found, names, "{author}");
        }
    }

    #[test]
    fn an_author_has_the_address_of_a_home_page() {
        for author in [
            r#"{"name":"Ann","url":"https://a.example/ann"}"#,
            r#"[{"name":"Ann","url":["https://a.example/ann","https://b.example/"]}]"#,
            r##"{"@id":"#ann"}"##,
        ] {
            let json = format!(
                r##"{{"@graph":[{{"@type":"Article","author":{author}}},{{"@id":"#ann","name":"Ann","url":"https://a.example/ann"}}]}}"##
            );
            assert_eq!(read(&json)[0].authors[0].url.as_deref(), Some("https://a.example/ann"), "{author}");
        }
    }
}
