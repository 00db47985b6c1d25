//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use std::collections::HashSet;

use crate::document::json::{self, parse};
use crate::document::source::Source;
use crate::engine::log::Log;
use crate::engine::structure::{BLANK, UNKNOWN_ROOT};
use crate::message::shown;
use crate::rule::{
    Context::{Json, JsonItem, Whole},
    Rule,
};
use crate::values::html::inspect;
use crate::values::suggest::suggestion;
use crate::values::{date, language, media_type, url};
use feedmill_diag::nearest;
use feedmill_types::UnixMs;
use feedmill_types::work::step;
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;

const SPEC: &str = "https://www.jsonfeed.org/version/1.1/";

static NOT_WELL_FORMED: Rule = Rule::error("json/not-well-formed", "invalid JSON")
    .why("A JSON parser stops at the first error, so a reader shows nothing.")
    .remedy("correct the syntax at this place; better, generate the feed with a JSON library")
    .spec("RFC 8259", "https://www.rfc-editor.org/rfc/rfc8259")
    .example(Whole, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town",}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static LIMIT: Rule = Rule::error("json/limit", "JSON document exceeds limits")
    .why("Readers limit the number and depth of values, so that a hostile document cannot exhaust them. No feed needs that many.")
    .remedy("check the program that generated the document")
    .spec("RFC 8259, 9", "https://www.rfc-editor.org/rfc/rfc8259#section-9")
    .example(Whole, concat!("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "[[[[[[[[[[[[[[[[[[[["), r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static VERSION: Rule = Rule::error("json/version", "invalid JSON Feed version")
    .why("Readers recognize a JSON Feed by this URL.")
    .remedy("write \"version\": \"https://jsonfeed.org/version/1.1\"")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(Whole, r#"{"version": "1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static MISSING: Rule = Rule::error("json/missing-key", "missing required key")
    .why("Readers rely on what the specification requires; some refuse the feed without it.")
    .remedy("add the key")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(Whole, r#"{"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://town.example/feed.json", "items": []}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static TYPE: Rule = Rule::error("json/type", "value of the wrong type")
    .why("Typed parsers refuse the whole feed for one number in the place of a string.")
    .remedy("write a value of the type that the specification requires")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(JsonItem, r#""title": 1"#, r#""title": "1""#);

static ID_NUMBER: Rule = Rule::warning("json/id-number", "id is a number")
    .why("The specification requires a string. Readers convert a number to a string, and 1 and 1.0 become two ids.")
    .remedy("put it in quotes")
    .spec("JSON Feed 1.1, Items", SPEC)
    .example(
        Json,
        r#""items": [{"id": 1, "content_text": "Hello"}]"#,
        r#""items": [{"id": "1", "content_text": "Hello"}]"#,
    );

static DUPLICATE_KEY: Rule = Rule::error("json/duplicate-key", "duplicate key")
    .why("One parser takes the first value, another the last, and a third one refuses the document.")
    .remedy("keep one of them")
    .spec("RFC 8259, 4", "https://www.rfc-editor.org/rfc/rfc8259#section-4")
    .example(JsonItem, r#""title": "One", "title": "Two""#, r#""title": "One""#);

static UNKNOWN_KEY: Rule = Rule::warning("json/unknown-key", "unknown key")
    .why("Readers ignore it, so its value is lost. Extensions begin with an underscore.")
    .remedy("correct its name, or begin it with _")
    .spec("JSON Feed 1.1, Extensions", SPEC)
    .example(JsonItem, r#""date": "2023-10-31T21:15:02Z""#, r#""date_published": "2023-10-31T21:15:02Z""#);

static NO_CONTENT: Rule = Rule::error("json/no-content", "item without content")
    .why("An item must have `content_html` or `content_text`: a reader has nothing else to show.")
    .remedy("add `content_html` or `content_text`")
    .spec("JSON Feed 1.1, Items", SPEC)
    .example(
        Json,
        r#""items": [{"id": "1", "title": "One"}]"#,
        r#""items": [{"id": "1", "title": "One", "content_text": "Hello"}]"#,
    );

static DUPLICATE_ID: Rule = Rule::error("json/duplicate-id", "two items with the same id")
    .why("Readers treat them as one item: they show the first one, or alternate between the two.")
    .remedy("give each item its own id")
    .spec("JSON Feed 1.1, Items", SPEC)
    .example(
        Json,
        r#""items": [{"id": "1", "content_text": "One"}, {"id": "1", "content_text": "Two"}]"#,
        r#""items": [{"id": "1", "content_text": "One"}, {"id": "2", "content_text": "Two"}]"#,
    );

static MISSING_FEED_URL: Rule = Rule::warning("json/missing-feed-url", "missing `feed_url`")
    .why("The URL identifies the feed, and lets users subscribe to a feed that was mailed or mirrored.")
    .remedy("add `feed_url`")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(Whole, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "items": []}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static NEXT_URL: Rule = Rule::error("json/next-url", "`next_url` is the URL of the feed itself")
    .why("A reader that follows it never reaches the end.")
    .remedy("omit `next_url` on the last page")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(
        Json,
        r#""next_url": "https://town.example/feed.json""#,
        r#""next_url": "https://town.example/feed.json?page=2""#,
    );

static AUTHOR: Rule = Rule::error("json/author", "author without name, URL or avatar")
    .why("An author must have at least one of these.")
    .remedy("add `name`, `url` or `avatar`")
    .spec("JSON Feed 1.1, Authors", SPEC)
    .example(JsonItem, r#""authors": [{}]"#, r#""authors": [{"name": "Ann"}]"#);

static OLD_AUTHOR: Rule = Rule::note("json/old-author", "`author` from version 1.0")
    .why("Version 1.1 replaced it with `authors`, which may list several; readers know both.")
    .remedy("write `authors`")
    .spec("JSON Feed 1.1, Changes", SPEC)
    .example(JsonItem, r#""author": {"name": "Ann"}"#, r#""authors": [{"name": "Ann"}]"#);

static SELF_LOCATION: Rule = Rule::warning("json/self-location", "`feed_url` differs from the URL of the feed")
    .why("Users who subscribe by `feed_url` get another document. Checked only if `--url` gives the URL of the feed.")
    .remedy("write the URL at which the feed is published")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(Whole, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/old.json", "items": []}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.xml", "items": []}"#);

static MARK: Rule = Rule::warning("json/byte-order-mark", "byte order mark before the JSON")
    .why("JSON must not begin with a byte order mark. Some parsers skip it, others refuse the document.")
    .remedy("save the file as UTF-8 without a byte order mark")
    .spec("RFC 8259, 8.1", "https://www.rfc-editor.org/rfc/rfc8259#section-8.1")
    .example(Whole, "\u{feff}{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"Town\", \"feed_url\": \"https://town.example/feed.json\", \"items\": []}", r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

pub(crate) static RULES: &[&Rule] = &[
    &NOT_WELL_FORMED,
    &MARK,
    &LIMIT,
    &VERSION,
    &MISSING,
    &TYPE,
    &ID_NUMBER,
    &DUPLICATE_KEY,
    &UNKNOWN_KEY,
    &NO_CONTENT,
    &DUPLICATE_ID,
    &MISSING_FEED_URL,
    &NEXT_URL,
    &AUTHOR,
    &OLD_AUTHOR,
    &SELF_LOCATION,
];

/// Kind of value of a key.
#[derive(Clone, Copy)]
enum Holds {
    Text,
    Url,
    Date,
    Language,
    MediaType,
    Html,
    Bool,
    Count,
    /// A string; a number is questionable.
    Id,
    Version,
    Texts,
    Objects(Shape),
    Object(Shape),
    /// One author, as in version 1.0.
    OldAuthor,
}

/// Kinds of objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Feed,
    Item,
    Author,
    Attachment,
    Hub,
}

impl Shape {
    /// Returns the keys: name, kind of value, and true if required.
    const fn keys(self) -> &'static [(&'static str, Holds, bool)] {
        match self {
            Self::Feed => &[
                ("version", Holds::Version, true),
                ("title", Holds::Text, true),
                ("home_page_url", Holds::Url, false),
                ("feed_url", Holds::Url, false),
                ("description", Holds::Text, false),
                ("user_comment", Holds::Text, false),
                ("next_url", Holds::Url, false),
                ("icon", Holds::Url, false),
                ("favicon", Holds::Url, false),
                ("authors", Holds::Objects(Self::Author), false),
                ("author", Holds::OldAuthor, false),
                ("language", Holds::Language, false),
                ("expired", Holds::Bool, false),
                ("hubs", Holds::Objects(Self::Hub), false),
                ("items", Holds::Objects(Self::Item), true),
            ],
            Self::Item => &[
                ("id", Holds::Id, true),
                ("url", Holds::Url, false),
                ("external_url", Holds::Url, false),
                ("title", Holds::Text, false),
                ("content_html", Holds::Html, false),
                ("content_text", Holds::Text, false),
                ("summary", Holds::Text, false),
                ("image", Holds::Url, false),
                ("banner_image", Holds::Url, false),
                ("date_published", Holds::Date, false),
                ("date_modified", Holds::Date, false),
                ("authors", Holds::Objects(Self::Author), false),
                ("author", Holds::OldAuthor, false),
                ("tags", Holds::Texts, false),
                ("language", Holds::Language, false),
                ("attachments", Holds::Objects(Self::Attachment), false),
            ],
            Self::Author => {
                &[("name", Holds::Text, false), ("url", Holds::Url, false), ("avatar", Holds::Url, false)]
            }
            Self::Attachment => &[
                ("url", Holds::Url, true),
                ("mime_type", Holds::MediaType, true),
                ("title", Holds::Text, false),
                ("size_in_bytes", Holds::Count, false),
                ("duration_in_seconds", Holds::Count, false),
            ],
            Self::Hub => &[("type", Holds::Text, true), ("url", Holds::Url, true)],
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Feed => "the feed",
            Self::Item => "the item",
            Self::Author => "the author",
            Self::Attachment => "the attachment",
            Self::Hub => "the hub",
        }
    }
}

/// Checks a document.
pub(crate) fn document(source: &Source<'_>, url: Option<&str>, now: Option<UnixMs>, log: &mut Log) {
    let text = &*source.text;
    match source.encoding {
        Some("UTF-8") => {
            if let Some((at, _)) = source.error {
                log.at(&NOT_WELL_FORMED, at, "this byte is not UTF-8");
            }
            if source.has_mark {
                log.at(&MARK, 0, "");
            }
        }
        name => {
            let detail = format_args!("the document is {}; JSON must be UTF-8", name.unwrap_or("not UTF-8"));
            log.at(&NOT_WELL_FORMED, 0, detail);
        }
    }
    match parse(text) {
        Ok(Value::Object(root)) if !is_feed(&root) => {
            let detail = "this JSON object has neither `version` nor `items` of JSON Feed";
            log.at(&UNKNOWN_ROOT, root.start(), detail);
        }
        Ok(root) => {
            let mut checker = Checker { text, now, log };
            checker.object(&root, Shape::Feed);
            if let Value::Object(feed) = &root {
                checker.feed(feed, url);
            }
        }
        Err(error) => {
            log.at(if error.is_limit() { &LIMIT } else { &NOT_WELL_FORMED }, error.at, error.message);
        }
    }
}

/// True if an object is meant to be a feed.
fn is_feed(root: &Object<'_>) -> bool {
    const KEYS: [&str; 4] = ["items", "feed_url", "home_page_url", "next_url"];
    let is_version = |version: &str| version.contains("jsonfeed");
    let is_known =
        |key: &str| key.starts_with('_') || Shape::Feed.keys().iter().any(|(known, ..)| *known == key);
    KEYS.iter().any(|key| member(root, key).is_some())
        || root.properties.iter().all(|member| is_known(member.name.as_str()))
        || text_of(root, "version").is_some_and(|(version, _)| is_version(version))
}

struct Checker<'t, 'l> {
    text: &'t str,
    now: Option<UnixMs>,
    log: &'l mut Log,
}

/// Returns the value of a member.
fn member<'o, 'a>(object: &'o Object<'a>, key: &str) -> Option<&'o Value<'a>> {
    object.properties.iter().inspect(|_| _ = step(1)).find(|m| m.name.as_str() == key).map(|m| &m.value)
}

/// Returns the text of a member and its offset.
fn text_of<'o>(object: &'o Object<'_>, key: &str) -> Option<(&'o str, usize)> {
    match member(object, key)? {
        Value::StringLit(text) => Some((&text.value, text.start())),
        _ => None,
    }
}

impl Checker<'_, '_> {
    /// Checks the rules about the feed as a whole.
    fn feed(&mut self, feed: &Object<'_>, url: Option<&str>) {
        match text_of(feed, "feed_url") {
            None if member(feed, "feed_url").is_none() => {
                self.log.at(&MISSING_FEED_URL, feed.start(), "");
            }
            None => {}
            Some((own, at)) => {
                if let Some(url) = url.filter(|u| *u != own) {
                    self.log.at(&SELF_LOCATION, at, format_args!("`{}` is not `{}`", shown(own), shown(url)));
                }
                if let Some((next, at)) = text_of(feed, "next_url").filter(|(next, _)| *next == own) {
                    self.log.at(&NEXT_URL, at, format_args!("`{}`", shown(next)));
                }
            }
        }
        let Some(Value::Array(items)) = member(feed, "items") else { return };
        let mut ids = HashSet::new();
        for item in &items.elements {
            let Value::Object(item) = item else { continue };
            if let Some((id, at)) = text_of(item, "id")
                && !ids.insert(id)
            {
                self.log.at(&DUPLICATE_ID, at, format_args!("`{}`", shown(id)));
            }
            if member(item, "content_html").is_none() && member(item, "content_text").is_none() {
                self.log.at(&NO_CONTENT, item.start(), "");
            }
        }
    }

    fn object(&mut self, value: &Value<'_>, shape: Shape) {
        let Value::Object(object) = value else {
            let detail = format_args!("{} is {}, not an object", shape.name(), json::kind(value));
            self.log.at(&TYPE, value.start(), detail);
            return;
        };
        let keys = shape.keys();
        let mut seen: HashSet<&str> = HashSet::new();
        for member in &object.properties {
            let key = member.name.as_str();
            if !seen.insert(key) {
                self.log.at(&DUPLICATE_KEY, member.start(), format_args!("`{}`", shown(key)));
            }
            match keys.iter().find(|(name, _, _)| *name == key) {
                Some((_, holds, _)) => self.value(key, &member.value, *holds),
                None if key.starts_with('_') => {}
                None => {
                    let near = nearest(key, keys.iter().map(|(name, _, _)| *name));
                    let hint = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
                    let detail = format_args!("`{}` in {}{hint}", shown(key), shape.name());
                    self.log.at(&UNKNOWN_KEY, member.start(), detail);
                }
            }
        }
        for (name, _, _) in keys.iter().filter(|(name, _, is_required)| *is_required && !seen.contains(name))
        {
            self.log.at(&MISSING, value.start(), format_args!("`{name}` in {}", shape.name()));
        }
        if shape == Shape::Author && !["name", "url", "avatar"].iter().any(|k| seen.contains(k)) {
            self.log.at(&AUTHOR, value.start(), "");
        }
    }

    fn value(&mut self, key: &str, value: &Value<'_>, holds: Holds) {
        let wanted = match (holds, value) {
            (Holds::Bool, Value::BooleanLit(_)) => return,
            (Holds::Count, Value::NumberLit(number)) if !number.value.starts_with('-') => return,
            (Holds::Id, Value::NumberLit(number)) => {
                self.log.at(&ID_NUMBER, number.start(), format_args!("`{}`", shown(number.value)));
                return;
            }
            (Holds::Texts, Value::Array(texts)) => {
                for text in texts.elements.iter().filter(|t| !matches!(t, Value::StringLit(_))) {
                    let detail = format_args!("`{key}` has {}, not a string", json::kind(text));
                    self.log.at(&TYPE, text.start(), detail);
                }
                return;
            }
            (Holds::Objects(shape), Value::Array(objects)) => {
                objects.elements.iter().for_each(|o| self.object(o, shape));
                return;
            }
            (Holds::Object(shape), _) => return self.object(value, shape),
            (Holds::OldAuthor, _) => {
                self.log.at(&OLD_AUTHOR, value.start(), "");
                return self.value(key, value, Holds::Object(Shape::Author));
            }
            (Holds::Bool, _) => "true or false",
            (Holds::Count, _) => "a number from 0",
            (Holds::Texts | Holds::Objects(_), _) => "an array",
            (_, Value::StringLit(text)) => return self.text(key, text.start(), &text.value, holds),
            _ => "a string",
        };
        let detail = format_args!("`{key}` is {}, not {wanted}", json::kind(value));
        self.log.at(&TYPE, value.start(), detail);
    }

    fn text(&mut self, key: &str, at: usize, text: &str, holds: Holds) {
        if matches!(key, "title" | "id" | "name") && text.trim().is_empty() {
            self.log.at(&BLANK, at, format_args!("`{key}`"));
            return;
        }
        let verdict = match holds {
            Holds::Url => url::iri(text),
            Holds::Date => match date::read_rfc3339(text) {
                Ok(instant) => date::implausible(instant, self.now),
                Err(rule) => Some(rule),
            },
            Holds::Language => language::tag(text),
            Holds::MediaType => media_type::media_type(text),
            Holds::Version => {
                let known = ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1"];
                (!known.contains(&text)).then_some(&VERSION)
            }
            Holds::Html => {
                // Escapes move what follows them. Without any, offsets are those of the document.
                let is_plain = self.text.get(at + 1..).is_some_and(|rest| rest.starts_with(text));
                inspect(text, true, &mut |rule, offset, detail| {
                    self.log.at(rule, at + 1 + if is_plain { offset } else { 0 }, detail);
                });
                None
            }
            _ => None,
        };
        if let Some(rule) = verdict {
            let fix = if self.log.is_full(rule) { String::new() } else { suggestion(rule.meta.code, text) };
            match text.trim() {
                "" => self.log.at(rule, at, format_args!("`{key}` is empty")),
                _ => self.log.at(rule, at, format_args!("`{key}` is `{}`{fix}", shown(text))),
            }
        }
    }
}
