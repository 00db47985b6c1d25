//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use std::collections::HashSet;

use super::super::document::Flaw;
use super::super::log::{Log, shown};
use super::super::object::{self, Data, Member, Value};
use super::super::rule::{
    Rule,
    Within::{Json, JsonItem, Whole},
};
use super::super::walk::Family;
use super::{date, html, language, media_type, url};
use feedmill_types::UnixMs;

const SPEC: &str = "https://www.jsonfeed.org/version/1.1/";

static NOT_WELL_FORMED: Rule = Rule::error("json/not-well-formed", "The document is not JSON")
    .why("A JSON parser stops at the first fault, so a reader shows nothing.")
    .help("correct the syntax at this place; have a library write it")
    .spec("RFC 8259", "https://www.rfc-editor.org/rfc/rfc8259")
    .example(Whole, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town",}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static LIMIT: Rule = Rule::error("json/limit", "Values are more, or nest deeper, than readers take")
    .why("Readers limit how many values there are and how deep they nest, so that a hostile document can't exhaust them. No feed needs as much.")
    .help("look at the program that made this")
    .spec("RFC 8259, 9", "https://www.rfc-editor.org/rfc/rfc8259#section-9")
    .example(Whole, concat!("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "[[[[[[[[[[[[[[[[[[[["), r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static VERSION: Rule = Rule::error("json/version", "No version of JSON Feed")
    .why("Readers know a JSON Feed by this address.")
    .help("write \"version\": \"https://jsonfeed.org/version/1.1\"")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(Whole, r#"{"version": "1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static MISSING: Rule = Rule::error("json/missing-key", "A required key is missing")
    .why("Readers count on what the specification requires; some refuse the feed without it.")
    .help("add the key")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(Whole, r#"{"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://town.example/feed.json", "items": []}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static TYPE: Rule = Rule::error("json/type", "A value of the wrong kind")
    .why("Readers with types refuse the whole feed for one number in the place of a string.")
    .help("write the kind of value that the specification says")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(JsonItem, r#""title": 1"#, r#""title": "1""#);

static ID_NUMBER: Rule = Rule::warning("json/id-number", "An id that is a number")
    .why("Readers must take it for a string, and 1 and 1.0 make two; the specification wants a string.")
    .help("put it in quotes")
    .spec("JSON Feed 1.1, Items", SPEC)
    .example(
        Json,
        r#""items": [{"id": 1, "content_text": "Hello"}]"#,
        r#""items": [{"id": "1", "content_text": "Hello"}]"#,
    );

static DUPLICATE_KEY: Rule = Rule::error("json/duplicate-key", "A key that is there twice")
    .why("One parser takes the first, another the last, a third refuses the document.")
    .help("keep one of them")
    .spec("RFC 8259, 4", "https://www.rfc-editor.org/rfc/rfc8259#section-4")
    .example(JsonItem, r#""title": "One", "title": "Two""#, r#""title": "One""#);

static UNKNOWN_KEY: Rule = Rule::warning("json/unknown-key", "A key that JSON Feed does not have")
    .why("Readers pass over it, so what was meant is lost. Extensions begin with an underscore.")
    .help("correct its name, or begin it with _")
    .spec("JSON Feed 1.1, Extensions", SPEC)
    .example(JsonItem, r#""date": "2023-10-31T21:15:02Z""#, r#""date_published": "2023-10-31T21:15:02Z""#);

static NO_CONTENT: Rule = Rule::error("json/no-content", "An item without content")
    .why("One of content_html and content_text must be there: a reader has nothing else to show.")
    .help("add content_html or content_text")
    .spec("JSON Feed 1.1, Items", SPEC)
    .example(
        Json,
        r#""items": [{"id": "1", "title": "One"}]"#,
        r#""items": [{"id": "1", "title": "One", "content_text": "Hello"}]"#,
    );

static DUPLICATE_ID: Rule = Rule::error("json/duplicate-id", "Two items with one id")
    .why("To a reader they are one item: it shows the first, or lets them flicker.")
    .help("give each item its own id")
    .spec("JSON Feed 1.1, Items", SPEC)
    .example(
        Json,
        r#""items": [{"id": "1", "content_text": "One"}, {"id": "1", "content_text": "Two"}]"#,
        r#""items": [{"id": "1", "content_text": "One"}, {"id": "2", "content_text": "Two"}]"#,
    );

static MISSING_FEED_URL: Rule = Rule::warning("json/missing-feed-url", "The feed does not say where it is")
    .why("The address serves as the feed's id, and is how readers find a feed that was mailed or mirrored.")
    .help("add feed_url")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(Whole, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "items": []}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.json", "items": []}"#);

static NEXT_URL: Rule = Rule::error("json/next-url", "A next page that is this page")
    .why("A reader that follows it never comes to an end.")
    .help("leave next_url out of the last page")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(
        Json,
        r#""next_url": "https://town.example/feed.json""#,
        r#""next_url": "https://town.example/feed.json?page=2""#,
    );

static AUTHOR: Rule = Rule::error("json/author", "An author who is nobody")
    .why("An author has a name, an address or a picture; one of them must be there.")
    .help("add name, url or avatar")
    .spec("JSON Feed 1.1, Authors", SPEC)
    .example(JsonItem, r#""authors": [{}]"#, r#""authors": [{"name": "Ann"}]"#);

static OLD_AUTHOR: Rule = Rule::note("json/old-author", "One author, as version 1.0 had it")
    .why("Version 1.1 has authors, of which there may be more than one; readers know both.")
    .help("write authors")
    .spec("JSON Feed 1.1, Changes", SPEC)
    .example(JsonItem, r#""author": {"name": "Ann"}"#, r#""authors": [{"name": "Ann"}]"#);

static SELF_LOCATION: Rule = Rule::warning("json/self-location", "A feed_url that is not where the feed is")
    .why("Who subscribes by it gets another document than this one. Looked at where `--url` says where the feed is.")
    .help("write the address at which the feed is published")
    .spec("JSON Feed 1.1, Top-level", SPEC)
    .example(Whole, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/old.json", "items": []}"#, r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Town", "feed_url": "https://town.example/feed.xml", "items": []}"#);

pub(in super::super) static FAMILY: Family = Family::of_rules(
    "json",
    &[
        &NOT_WELL_FORMED,
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
    ],
);

/// What a key holds.
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
    /// A string; a number is odd.
    Id,
    Version,
    Texts,
    Objects(Shape),
    Object(Shape),
    /// What version 1.0 had.
    OldAuthor,
}

/// The kinds of objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Feed,
    Item,
    Author,
    Attachment,
    Hub,
}

impl Shape {
    /// The keys: name, what they hold, whether they must be there.
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
pub(in super::super) fn document(text: &str, url: Option<&str>, now: Option<UnixMs>, log: &mut Log) {
    match object::parse(text) {
        Ok(root) => {
            let mut checker = Checker { text, now, log };
            checker.object(&root, Shape::Feed);
            if let Data::Object(members) = &root.data {
                checker.feed(&root, members, url);
            }
        }
        Err(Flaw { at, message, limit }) => {
            let mut message = message;
            message.get_mut(..1).into_iter().for_each(str::make_ascii_lowercase);
            log.at(if limit { &LIMIT } else { &NOT_WELL_FORMED }, at, message.trim_end_matches('.'));
        }
    }
}

struct Checker<'t, 'l> {
    text: &'t str,
    now: Option<UnixMs>,
    log: &'l mut Log,
}

/// The text of a member.
fn text_of<'m>(members: &'m [Member<'_>], key: &str) -> Option<(&'m str, usize)> {
    members.iter().find(|m| m.key == key).and_then(|m| match &m.value.data {
        Data::Text(text) => Some((&**text, m.value.at)),
        _ => None,
    })
}

impl Checker<'_, '_> {
    /// What holds of the feed as a whole.
    fn feed(&mut self, root: &Value<'_>, members: &[Member<'_>], url: Option<&str>) {
        match text_of(members, "feed_url") {
            None if !members.iter().any(|m| m.key == "feed_url") => {
                self.log.at(&MISSING_FEED_URL, root.at, "the feed has no `feed_url`");
            }
            None => {}
            Some((own, at)) => {
                if let Some(url) = url.filter(|u| *u != own) {
                    self.log.at(&SELF_LOCATION, at, format!("the feed is at `{}`", shown(url)));
                }
                if let Some((_, at)) = text_of(members, "next_url").filter(|(next, _)| *next == own) {
                    self.log.at(&NEXT_URL, at, "`next_url` is `feed_url`");
                }
            }
        }
        let Some(Data::Array(items)) = members.iter().find(|m| m.key == "items").map(|m| &m.value.data)
        else {
            return;
        };
        let mut ids = HashSet::new();
        for item in items {
            let Data::Object(members) = &item.data else { continue };
            if let Some((id, at)) = text_of(members, "id")
                && !ids.insert(id)
            {
                self.log.at(&DUPLICATE_ID, at, format!("another item has the id `{}`", shown(id)));
            }
            if !members.iter().any(|m| matches!(&*m.key, "content_html" | "content_text")) {
                self.log.at(&NO_CONTENT, item.at, "the item has neither `content_html` nor `content_text`");
            }
        }
    }

    fn object(&mut self, value: &Value<'_>, shape: Shape) {
        let Data::Object(members) = &value.data else {
            let message = format!("{} is {}, not an object", shape.name(), value.kind());
            self.log.at(&TYPE, value.at, message);
            return;
        };
        let keys = shape.keys();
        let mut seen: HashSet<&str> = HashSet::new();
        for member in members {
            let key = &*member.key;
            if !seen.insert(key) {
                self.log.at(&DUPLICATE_KEY, member.at, format!("`{}` is there twice", shown(key)));
            }
            match keys.iter().find(|(name, _, _)| *name == key) {
                Some((_, holds, _)) => self.value(key, &member.value, *holds),
                None if key.starts_with('_') => {}
                None => {
                    let near =
                        keys.iter().map(|(name, _, _)| (strsim::damerau_levenshtein(name, key), *name)).min();
                    let hint = near.filter(|(distance, _)| *distance <= 2);
                    let hint = hint.map(|(_, name)| format!("; did you mean `{name}`?")).unwrap_or_default();
                    let message = format!("{} has no key `{}`{hint}", shape.name(), shown(key));
                    self.log.at(&UNKNOWN_KEY, member.at, message);
                }
            }
        }
        for (name, _, _) in keys.iter().filter(|(name, _, required)| *required && !seen.contains(name)) {
            self.log.at(&MISSING, value.at, format!("{} has no `{name}`", shape.name()));
        }
        if shape == Shape::Author && !["name", "url", "avatar"].iter().any(|k| seen.contains(k)) {
            self.log.at(&AUTHOR, value.at, "the author has neither name, address nor picture");
        }
    }

    fn value(&mut self, key: &str, value: &Value<'_>, holds: Holds) {
        let wanted = match (holds, &value.data) {
            (Holds::Bool, Data::Bool) => return,
            (Holds::Count, Data::Number(number)) if !number.starts_with('-') => return,
            (Holds::Id, Data::Number(number)) => {
                self.log.at(&ID_NUMBER, value.at, format!("the id is the number {number}"));
                return;
            }
            (Holds::Texts, Data::Array(texts)) => {
                for text in texts.iter().filter(|t| !matches!(t.data, Data::Text(_))) {
                    self.log.at(&TYPE, text.at, format!("`{key}` holds {}, not a string", text.kind()));
                }
                return;
            }
            (Holds::Objects(shape), Data::Array(objects)) => {
                objects.iter().for_each(|o| self.object(o, shape));
                return;
            }
            (Holds::Object(shape), _) => return self.object(value, shape),
            (Holds::OldAuthor, _) => {
                self.log.at(&OLD_AUTHOR, value.at, "version 1.1 has `authors`");
                return self.value(key, value, Holds::Object(Shape::Author));
            }
            (Holds::Bool, _) => "true or false",
            (Holds::Count, _) => "a number from 0",
            (Holds::Texts | Holds::Objects(_), _) => "an array",
            (_, Data::Text(text)) => return self.text(key, value.at, text, holds),
            _ => "a string",
        };
        self.log.at(&TYPE, value.at, format!("`{key}` is {}, not {wanted}", value.kind()));
    }

    fn text(&mut self, key: &str, at: usize, text: &str, holds: Holds) {
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
                // Escapes move what stands behind them; without any, offsets are those of the document.
                let plain = self.text.get(at + 1..).is_some_and(|rest| rest.starts_with(text));
                html::judge(text, true, &mut |rule, offset, message| {
                    self.log.at(rule, at + 1 + if plain { offset } else { 0 }, message);
                });
                None
            }
            _ => None,
        };
        if let Some(rule) = verdict {
            self.log.at(rule, at, format!("`{key}` is `{}`", shown(text)));
        }
    }
}
