//! What front matter says about its article in addition to its title, dates and address: authors, tags, summary, image and
//! more.
//!
//! [`KEYS`] is the only list of spellings. docs/seeds.md shows the same list, and a test compares the two.

use serde_json::Value;
use url::Url;

use super::title;
use crate::generator::{Kind, Matter};
use crate::html::{self, Medium, Policy, RawHtml, media_type};
use crate::model::{Enclosure, Image, Metadata, Person};
use crate::types::{Bytes, MediaType, is_http, is_language, to_rfc3986};

/// A field that front matter can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Published,
    Updated,
    Expires,
    Id,
    Authors,
    Tags,
    Summary,
    Image,
    Banner,
    Language,
    Media,
    /// Unlisted if the value is true.
    Hidden,
    /// Unlisted if the value is false.
    Shown,
    /// Unlisted if the value is `hidden` or `skip`.
    Status,
}

/// Every key: the field that it fills, its spelling, and a tool that documents it or whose themes use it. Of several keys
/// of a field the first counts; tags and media are collected from all. Case, `_` and `-` do not count.
#[rustfmt::skip]
pub(super) static KEYS: &[(Field, &str, &str)] = &[
    (Field::Published, "publishDate", "Hugo"),
    (Field::Published, "pubDate", "Hugo, Astro"),
    (Field::Published, "published", "Hugo"),
    (Field::Published, "pubDatetime", "AstroPaper"),
    (Field::Published, "date", "Jekyll, Hugo, Zola, Eleventy, Pelican"),
    (Field::Updated, "lastmod", "Hugo"),
    (Field::Updated, "modified", "Hugo, Pelican"),
    (Field::Updated, "updated", "Zola, Hexo"),
    (Field::Updated, "last_modified_at", "Jekyll"),
    (Field::Updated, "updatedDate", "Astro"),
    (Field::Updated, "modDatetime", "AstroPaper"),
    (Field::Updated, "date_modified", "jekyll-seo-tag"),
    (Field::Expires, "expiryDate", "Hugo"),
    (Field::Expires, "unpublishDate", "Hugo"),
    (Field::Id, "guid", "RSS"),
    (Field::Id, "id", "Atom, JSON Feed"),
    (Field::Authors, "authors", "Zola, Hugo, Pelican"),
    (Field::Authors, "author", "Jekyll, Hugo, Astro, Eleventy, Pelican"),
    (Field::Tags, "tags", "Jekyll, Hugo, Zola, Eleventy, Astro, Pelican, Obsidian"),
    (Field::Tags, "tag", "Jekyll, Obsidian"),
    (Field::Tags, "keywords", "Hugo, Pelican"),
    (Field::Tags, "categories", "Jekyll, Hugo, Zola"),
    (Field::Tags, "category", "Jekyll, Pelican"),
    (Field::Tags, "topics", "Hugo"),
    (Field::Summary, "summary", "Hugo, Pelican"),
    (Field::Summary, "description", "Jekyll, Hugo, Zola, Eleventy, Astro, Obsidian"),
    (Field::Summary, "excerpt", "Jekyll"),
    (Field::Image, "image", "Jekyll, Astro, Obsidian"),
    (Field::Image, "images", "Hugo"),
    (Field::Image, "cover", "Obsidian, Hexo, PaperMod"),
    (Field::Image, "cover_image", "dev.to"),
    (Field::Image, "featured_image", "Ananke, LoveIt"),
    (Field::Image, "feature_image", "Ghost"),
    (Field::Image, "heroImage", "Astro"),
    (Field::Image, "hero", "Hugo, Astro"),
    (Field::Image, "ogImage", "AstroPaper"),
    (Field::Image, "thumbnail", "Hexo, Hugo"),
    (Field::Image, "teaser", "Minimal Mistakes"),
    (Field::Image, "header", "Minimal Mistakes"),
    (Field::Banner, "banner", "Obsidian, Hexo"),
    (Field::Banner, "banner_image", "JSON Feed"),
    (Field::Language, "lang", "Jekyll, Pelican, Eleventy"),
    (Field::Language, "language", "Hugo, Astro"),
    (Field::Language, "locale", "Jekyll"),
    (Field::Media, "enclosure", "RSS"),
    (Field::Media, "enclosures", "RSS"),
    (Field::Media, "audio", "Hugo"),
    (Field::Media, "video", "Hugo"),
    (Field::Media, "videos", "Hugo"),
    (Field::Media, "podcast", "Jekyll"),
    (Field::Hidden, "hidden", "Jekyll"),
    (Field::Hidden, "unlisted", "Docusaurus"),
    (Field::Hidden, "exclude_from_feed", "Jekyll"),
    (Field::Hidden, "exclude_from_rss", "Hugo"),
    (Field::Hidden, "hide_from_feed", "Hugo"),
    (Field::Hidden, "eleventyExcludeFromCollections", "Eleventy"),
    (Field::Shown, "feed", "Jekyll"),
    (Field::Shown, "rss", "Hugo"),
    (Field::Shown, "publish", "Obsidian"),
    (Field::Status, "status", "Pelican"),
];

/// Tables whose keys count after those of the top level: Zola's `[taxonomies]` and `[extra]`, Hugo's `[params]`.
const TABLES: &[&str] = &["taxonomies", "extra", "params"];
/// Tags that Eleventy's starter project leaves out of its lists: they name collections.
const COLLECTIONS: &[&str] = &["all", "nav", "post", "posts"];
/// Keys of an object that hold the address of a file, the best first.
const ADDRESSES: &[&str] =
    &["url", "src", "path", "href", "file", "link", "image", "relative", "teaser", "og_image", "overlay_image"];
/// Number of levels of lists in lists.
const DEPTH: usize = 4;
/// Number of values of one field.
const MAX_VALUES: usize = 100;

/// What the front matter belongs to.
pub(super) struct Context<'a> {
    /// Generator that it was written for.
    pub(super) kind: Kind,
    /// Address of the article.
    pub(super) link: &'a str,
    /// Address of the site.
    pub(super) site: Option<&'a Url>,
    /// True if the article is the `index` of a folder that may hold its files.
    pub(super) is_index: bool,
}

/// Returns the keys of the front matter that fill a field, those that count most first.
pub(super) fn keys(matter: &Matter, field: Field) -> Vec<&str> {
    let mut found: Vec<(usize, &str)> =
        matter.pairs().filter_map(|(key, _)| Some((rank(field, key)?, key))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, key)| key).collect()
}

/// Returns the reason why the article is not for feeds.
pub(super) fn unlisted(matter: &Matter) -> Option<String> {
    let reason = |(_, key, value): &(usize, &str, &Value)| format!("its front matter has `{key}: {}`", text(value));
    let hidden = || values(matter, Field::Hidden).into_iter().find(|(_, _, value)| flag(value) == Some(true));
    let shown = || values(matter, Field::Shown).into_iter().find(|(_, _, value)| flag(value) == Some(false));
    let status = || {
        let is_hidden = |value: &Value| ["hidden", "skip"].iter().any(|word| text(value).eq_ignore_ascii_case(word));
        values(matter, Field::Status).into_iter().find(|(_, _, value)| is_hidden(value))
    };
    hidden().or_else(shown).or_else(status).as_ref().map(reason)
}

/// True if the title is empty on purpose.
pub(super) fn is_untitled(matter: &Matter) -> bool {
    matches!(matter.get("title"), Some(Value::String(title)) if title.trim().is_empty())
}

/// Returns what front matter says about its article.
pub(super) fn read(matter: &Matter, context: &Context<'_>) -> Metadata {
    let all = |field| values(matter, field).into_iter();
    let mut metadata = Metadata {
        id: all(Field::Id).find_map(|(_, _, value)| id(value)),
        authors: all(Field::Authors).map(|(_, key, value)| authors(key, value)).find(|found| !found.is_empty()).unwrap_or_default(),
        tags: tags(matter, context.kind),
        summary: all(Field::Summary).find_map(|(_, _, value)| summary(value, context)),
        language: all(Field::Language).find_map(|(_, _, value)| language(value)),
        untitled: is_untitled(matter),
        ..Metadata::default()
    };
    for (_, key, value) in all(Field::Media) {
        media(key, value, context, DEPTH, &mut metadata);
    }
    let sibling = |key: &str| {
        let names = [format!("{key}_alt"), format!("{key}_alt_text")];
        let is_alt = |known: &str| names.iter().any(|name| same(name, known));
        matter.pairs().find(|(known, _)| is_alt(known)).map(|(_, value)| text(value))
    };
    let image = |(_, key, value): (usize, &str, &Value)| {
        let found = image(value, context, DEPTH)?;
        let alt = found.alt.clone().or_else(|| sibling(key)).filter(|alt| !alt.is_empty());
        Some(Image { alt, ..found })
    };
    let banner = all(Field::Banner).find_map(image);
    let own = all(Field::Image).find_map(image);
    if own.is_some() {
        metadata.banner = banner.as_ref().map(|banner| banner.url.clone());
    }
    metadata.image = own.or(banner).or(metadata.image);
    metadata
}

/// Returns the position of a key in [`KEYS`] if it fills a field.
fn rank(field: Field, key: &str) -> Option<usize> {
    KEYS.iter().position(|(of, spelling, _)| *of == field && same(spelling, key))
}

/// True if two spellings of a key are the same: case, `_` and `-` do not count.
fn same(one: &str, other: &str) -> bool {
    let letters = |text: &'_ str| {
        text.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase()).collect::<Vec<_>>()
    };
    let first = |text: &str| text.as_bytes().first().map(u8::to_ascii_lowercase);
    first(one) == first(other) && (one.eq_ignore_ascii_case(other) || letters(one) == letters(other))
}

/// Returns the keys and values of a field, those that count most first: of the top level, then of [`TABLES`].
fn values(matter: &Matter, field: Field) -> Vec<(usize, &str, &Value)> {
    let of_table = |(level, name): (usize, &&str)| {
        let table = matter.get(name).and_then(Value::as_object);
        table.into_iter().flatten().map(move |(key, value)| (level + 1, key.as_str(), value))
    };
    let top = matter.pairs().map(|(key, value)| (0, key, value));
    let all = top.chain(TABLES.iter().enumerate().flat_map(of_table)).filter(|(_, _, value)| !value.is_null());
    let mut found: Vec<(usize, &str, &Value)> = all
        .filter_map(|(level, key, value)| Some((level * KEYS.len() + rank(field, key)?, key, value)))
        .collect();
    found.sort_by_key(|(rank, _, _)| *rank);
    found
}

/// Returns a string, number or boolean as text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        _ => String::new(),
    }
}

/// Returns a boolean, also one that is written as text; Jekyll's YAML has `yes` and `off`.
fn flag(value: &Value) -> Option<bool> {
    match text(value).to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Returns the first of some keys of an object that has text. Keys compare as those of the top level.
fn member(object: &Value, keys: &[&str]) -> Option<String> {
    let object = object.as_object()?;
    keys.iter().find_map(|key| {
        let (_, value) = object.iter().find(|(known, value)| same(known, key) && !value.is_boolean())?;
        Some(text(value)).filter(|text| !text.is_empty())
    })
}

/// Returns an id: a URI, or a UUID, which becomes one. Anything else may be unique only on its site.
fn id(value: &Value) -> Option<String> {
    let text = text(value);
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    if let Ok(uuid) = uuid::Uuid::try_parse(&text)
        && !text.contains(':')
    {
        return Some(format!("urn:uuid:{uuid}"));
    }
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    (is_scheme && !rest.is_empty()).then_some(text)
}

/// Returns the authors that a key names. Only Pelican's `authors` is a list in a string: `A, B`, or `A, Jr.; B`.
fn authors(key: &str, value: &Value) -> Vec<Person> {
    let mut people: Vec<Person> = match value {
        Value::String(all) if same(key, "authors") => {
            all.split(if all.contains(';') { ';' } else { ',' }).filter_map(|name| person(&name.into())).collect()
        }
        Value::Array(all) => all.iter().take(MAX_VALUES).filter_map(person).collect(),
        value => person(value).into_iter().collect(),
    };
    let mut seen = std::collections::HashSet::new();
    people.retain(|person| seen.insert((person.name.clone(), person.email.clone())));
    people
}

/// Returns a person: a name, `Name <mail@host>`, or an object.
fn person(value: &Value) -> Option<Person> {
    let Value::Object(_) = value else {
        return named(&text(value)).filter(|_| !value.is_boolean());
    };
    let url = |keys: &[&str]| member(value, keys).and_then(|text| http(&text));
    let email = member(value, &["email", "mail"]).map(|mail| mail.trim_start_matches("mailto:").to_owned());
    let email = email.filter(|mail| is_mail(mail));
    let uri = url(&["url", "uri", "link", "website", "homepage", "home", "web"]);
    let name = member(value, &["name", "display_name", "full_name", "title", "nick"]).map(|name| title::plain_text(&name));
    let name = name.filter(|name| !name.is_empty()).or_else(|| email.clone())?;
    let avatar = url(&["avatar", "avatar_url", "picture", "image_url", "image", "photo"]).or_else(|| {
        let (_, picture) = value.as_object()?.iter().find(|(key, value)| {
            value.is_object() && ["avatar", "image", "picture", "photo"].iter().any(|known| same(known, key))
        })?;
        http(&member(picture, ADDRESSES)?)
    });
    Some(Person { name, email, uri, avatar })
}

/// Returns the person that a text names.
fn named(text: &str) -> Option<Person> {
    let text = title::plain_name(text);
    if text.is_empty() {
        return None;
    }
    let inner = text.split_once('<').and_then(|(name, rest)| Some((name.trim(), rest.strip_suffix('>')?.trim())));
    Some(match inner {
        Some((name, mail)) if is_mail(mail) => {
            Person::new(if name.is_empty() { mail } else { name }).email(mail)
        }
        _ if is_mail(&text) => Person::new(text.as_str()).email(text.as_str()),
        _ => Person::new(text),
    })
}

fn is_mail(text: &str) -> bool {
    let mut parts = text.split('@');
    let (Some(user), Some(host), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    !user.is_empty() && host.contains('.') && !text.contains(|c: char| c.is_whitespace() || "<>,;()".contains(c))
}

fn http(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| is_http(url.as_str())).and_then(to_rfc3986)
}

/// Returns the tags of all keys, each once.
fn tags(matter: &Matter, kind: Kind) -> Vec<String> {
    let mut found = Vec::new();
    for (_, key, value) in values(matter, Field::Tags) {
        // In Jekyll `tags: a b` are two tags, and `tag: a b` is one.
        let has_words = kind == Kind::Jekyll && (same(key, "tags") || same(key, "categories"));
        collect_tags(value, has_words, DEPTH, &mut found);
    }
    let mut seen = std::collections::HashSet::new();
    let is_collection = |tag: &str| kind == Kind::Eleventy && COLLECTIONS.contains(&tag);
    found.retain(|tag| !is_collection(tag) && seen.insert(tag.to_lowercase()));
    found
}

fn collect_tags(value: &Value, has_words: bool, depth: usize, found: &mut Vec<String>) {
    if depth == 0 || found.len() >= MAX_VALUES {
        return;
    }
    let mut push = |tag: &str| {
        let tag = title::plain_name(tag.trim().trim_start_matches('#'));
        if !tag.is_empty() && found.len() < MAX_VALUES {
            found.push(tag);
        }
    };
    match value {
        Value::Array(all) => all.iter().for_each(|value| collect_tags(value, false, depth - 1, found)),
        Value::Object(_) => {
            if let Some(name) = member(value, &["name", "label", "title"]) {
                push(&name);
            }
        }
        Value::String(all) => {
            let is_hashes = all.trim_start().starts_with('#') && all.split_whitespace().all(|word| word.starts_with('#'));
            if all.contains(',') || all.contains(';') {
                all.split([',', ';']).for_each(push);
            } else if has_words || is_hashes {
                all.split_whitespace().for_each(push);
            } else {
                push(all);
            }
        }
        Value::Number(number) => push(&number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

/// Returns a summary as plain text.
fn summary(value: &Value, context: &Context<'_>) -> Option<String> {
    let Value::String(own) = value else { return None };
    let link = Url::parse(context.link).ok()?;
    let plain = if own.contains('<') { html::clean(RawHtml(own), &link, &Policy::default()).text } else { own.clone() };
    Some(title::plain_text(&plain)).filter(|text| !text.is_empty())
}

fn language(value: &Value) -> Option<String> {
    let own = text(value);
    let tag = own.split('.').next().unwrap_or_default().replace('_', "-");
    is_language(&tag).then_some(tag)
}

/// Resolves the address of a file as the generator does; `None` if it is not an address.
fn resolve(own: &str, context: &Context<'_>) -> Option<Url> {
    let own = own.trim();
    // Obsidian writes a link to a file in brackets.
    let own = own.strip_prefix("[[").and_then(|own| own.strip_suffix("]]")).map_or(own, |own| {
        own.split('|').next().unwrap_or_default().trim()
    });
    if own.is_empty() || own.starts_with(['#', '~', '@']) || own.contains("{{") || own.contains("{%") {
        return None;
    }
    let link = Url::parse(context.link).ok()?;
    let has_scheme = own.contains("://") || own.starts_with("//") || own.starts_with("data:");
    let is_local = own.starts_with("./") || own.starts_with("../");
    let of_site = |path: &str| {
        let site = context.site?;
        let folder = format!("{}/", site.path().trim_end_matches('/'));
        site.join(&folder).ok()?.join(path.trim_start_matches('/')).ok()
    };
    let url = match context.kind {
        _ if has_scheme => link.join(own).ok(),
        // jekyll-feed and jekyll-seo-tag resolve every path against the address of the site.
        Kind::Jekyll => of_site(own).or_else(|| link.join(own).ok()),
        Kind::Hugo | Kind::Zola if !own.starts_with('/') && !is_local && !context.is_index => {
            of_site(own).or_else(|| link.join(own).ok())
        }
        // Astro publishes these files under names that only it knows.
        Kind::Astro if is_local => None,
        _ => link.join(own).ok(),
    }?;
    if !is_http(url.as_str()) {
        return None;
    }
    to_rfc3986(url)
}

/// Returns an image: an address, an object with one, or the first of a list.
fn image(value: &Value, context: &Context<'_>, depth: usize) -> Option<Image> {
    if depth == 0 {
        return None;
    }
    match value {
        Value::String(own) => {
            let url = resolve(own, context)?;
            // A word, such as the name of a color or an icon, is not an address.
            let known = media_type(&url);
            let is_address = known.as_ref().map_or(own.contains('/') && !own.contains(char::is_whitespace), |known| known.top() == "image");
            is_address.then(|| Image::new(url))
        }
        Value::Array(all) => all.iter().take(MAX_VALUES).find_map(|value| image(value, context, depth - 1)),
        Value::Object(object) => {
            let number = |name: &str| {
                let own = member(value, &[name])?;
                own.trim_end_matches("px").trim().parse::<u32>().ok().filter(|pixels| *pixels > 0)
            };
            let found = ADDRESSES.iter().find_map(|key| {
                let (_, inner) = object.iter().find(|(known, _)| same(known, key))?;
                image(inner, context, depth - 1)
            })?;
            let alt = member(value, &["alt", "alt_text", "image_alt", "image_description"]).or(found.alt);
            let alt = alt.map(|alt| title::plain_text(&alt)).filter(|alt| !alt.is_empty());
            Some(Image { url: found.url, alt, width: number("width").or(found.width), height: number("height").or(found.height) })
        }
        _ => None,
    }
}

/// Adds the audio and video files of a value. An image in `enclosure` becomes the image of the article.
fn media(key: &str, value: &Value, context: &Context<'_>, depth: usize, metadata: &mut Metadata) {
    if depth == 0 || metadata.media.len() >= MAX_VALUES {
        return;
    }
    let (own, declared, length) = match value {
        Value::Array(all) => {
            return all.iter().for_each(|value| media(key, value, context, depth - 1, metadata));
        }
        Value::String(own) => (own.clone(), None, None),
        Value::Object(_) => {
            let Some(own) = member(value, &[ADDRESSES, &["audio", "video", "mp3"]].concat()) else { return };
            let declared = member(value, &["type", "mime_type", "mime", "content_type"]);
            let length = member(value, &["length", "size", "bytes", "size_in_bytes", "file_size"]);
            (own, declared.and_then(|own| MediaType::parse(&own)), length.and_then(|own| own.parse().ok()))
        }
        _ => return,
    };
    let Some(url) = resolve(&own, context) else { return };
    let Some(known) = declared.or_else(|| media_type(&url)) else { return };
    let is_audio = same(key, "audio") || same(key, "podcast");
    let (medium, known) = match (known.top(), known.as_str()) {
        ("audio", _) => (Medium::Audio, known),
        ("video", "video/mp4") if is_audio => (Medium::Audio, MediaType::parse("audio/mp4").unwrap_or(known)),
        ("video", _) => (Medium::Video, known),
        ("image", _) => {
            metadata.image = metadata.image.take().or_else(|| Some(Image::new(url)));
            return;
        }
        _ => return,
    };
    if !metadata.media.iter().any(|file| file.url == url) {
        let mut file = Enclosure::new(url, medium).media_type(known);
        file.length = length.filter(|length| *length > 0).map(Bytes);
        metadata.media.push(file);
    }
}
