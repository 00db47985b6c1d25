//! What front matter says about its article in addition to its title, dates and address: authors, tags, summary, image and
//! more.
//!
//! [`KEYS`] is the only list of spellings. docs/seeds.md shows the same list, and a test compares the two.

use std::borrow::Cow;

use serde_json::{Map, Value};
use url::Url;

use super::tags::medium_of;
use super::title;
pub(super) use crate::generator::same;
use crate::generator::{Kind, Matter};
use crate::html::{self, Medium, Policy, RawHtml, media_type};
use crate::model::{Enclosure, Image, Metadata, Person};
use crate::types::{Bytes, MediaType, is_http, is_well_formed_language, to_rfc3986};

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
    /// Unlisted if the value is false, or an object with one of [`EXCLUSIONS`].
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
    (Field::Published, "published", "Hugo, Obsidian"),
    (Field::Published, "pubDatetime", "AstroPaper"),
    (Field::Published, "publishedAt", "Next.js, Contentlayer"),
    (Field::Published, "date", "Jekyll, Hugo, Zola, Eleventy, Pelican"),
    (Field::Published, "created", "Obsidian"),
    (Field::Updated, "lastmod", "Hugo"),
    (Field::Updated, "modified", "Hugo, Pelican, Obsidian"),
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
    (Field::Authors, "author", "Jekyll, Hugo, Astro, Eleventy, Pelican, Obsidian"),
    (Field::Tags, "tags", "Jekyll, Hugo, Zola, Eleventy, Astro, Hexo, Pelican, Obsidian"),
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
    (Field::Media, "file", "Jekyll"),
    (Field::Media, "audio_url", "themes"),
    (Field::Media, "audio_file", "themes"),
    (Field::Media, "audio_file_path", "themes"),
    (Field::Media, "mp3", "themes"),
    (Field::Media, "podcast_file", "themes"),
    (Field::Media, "podcast_link", "themes"),
    (Field::Hidden, "hidden", "Hexo"),
    (Field::Hidden, "unlisted", "Docusaurus"),
    (Field::Hidden, "exclude_from_feed", "Jekyll"),
    (Field::Hidden, "exclude_from_rss", "Hugo"),
    (Field::Hidden, "hide_from_feed", "Hugo"),
    (Field::Hidden, "hide_from_rss", "Hugo"),
    (Field::Hidden, "hidden_from_rss", "Hugo"),
    (Field::Hidden, "hidden_from_feed", "Hugo"),
    (Field::Hidden, "rss_ignore", "Hugo"),
    (Field::Hidden, "rss_exclude", "Hugo"),
    (Field::Hidden, "exclude_from_feeds", "Eleventy"),
    (Field::Hidden, "feed_exclude", "Eleventy"),
    (Field::Hidden, "no_feed", "themes"),
    (Field::Hidden, "no_rss", "themes"),
    (Field::Hidden, "skip_feed", "themes"),
    (Field::Hidden, "hide", "themes"),
    (Field::Hidden, "private", "themes"),
    (Field::Hidden, "eleventyExcludeFromCollections", "Eleventy"),
    (Field::Shown, "feed", "Jekyll"),
    (Field::Shown, "rss", "Hugo"),
    (Field::Shown, "publish", "Obsidian"),
    (Field::Shown, "listed", "themes"),
    (Field::Shown, "visible", "themes"),
    (Field::Shown, "in_feed", "themes"),
    (Field::Status, "status", "Pelican"),
];

/// Tables whose keys count after those of the top level: Zola's `[taxonomies]` and `[extra]`, Hugo's `[params]`.
const TABLES: &[&str] = &["taxonomies", "extra", "params"];
/// Tags that Eleventy's starter project leaves out of its lists: they name collections.
const COLLECTIONS: &[&str] = &["all", "nav", "post", "posts"];
/// Keys of an object that hold the address of a file, the best first.
const ADDRESSES: &[&str] = &[
    "url",
    "src",
    "path",
    "href",
    "file",
    "link",
    "image",
    "relative",
    "teaser",
    "og_image",
    "overlay_image",
];
/// Keys of `feed` or `rss`, if that is an object, that hide the article if they are true.
const EXCLUSIONS: &[&str] = &["exclude", "excluded", "hide", "hidden", "ignore", "skip"];
/// Number of levels of lists in lists.
const DEPTH: usize = 4;
/// Number of keys of a table that are compared with each spelling.
const MAX_SCANNED: usize = 1_000;
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
    of_field(field).flat_map(|(_, spelling)| matter.spelled(spelling)).map(|(key, _)| key).collect()
}

/// True for a key whose value is read as text: the title, or one of [`KEYS`].
#[cfg(feature = "folder")]
pub(super) fn is_known(key: &str) -> bool {
    same(key, "title") || KEYS.iter().any(|(_, spelling, _)| same(key, spelling))
}

/// Returns the reason why the article is not for feeds. In a Jekyll site, `hidden` is no reason: it takes a post out of the pages
/// of jekyll-paginate (<https://github.com/jekyll/jekyll-paginate>), and jekyll-feed does not know it.
pub(super) fn unlisted(matter: &Matter, is_jekyll_site: bool) -> Option<String> {
    let reason =
        |(_, key, value): &(usize, &str, &Value)| format!("its front matter has `{key}: {}`", text(value));
    let counts = |key: &str| !is_jekyll_site || !same(key, "hidden");
    let hidden = || {
        let mut set = values(matter, Field::Hidden).into_iter();
        set.find(|(_, key, value)| flag(value) == Some(true) && counts(key))
    };
    let shown = || values(matter, Field::Shown).into_iter().find(|(_, _, value)| flag(value) == Some(false));
    let excluded = || {
        values(matter, Field::Shown).into_iter().find_map(|(_, key, value)| {
            let inner = value.as_object()?.iter().find(|(inner, value)| {
                EXCLUSIONS.iter().any(|known| same(inner, known)) && flag(value) == Some(true)
            })?;
            Some(format!("its front matter has `{key}: {{{}: {}}}`", inner.0, text(inner.1)))
        })
    };
    let status = || {
        let is_hidden =
            |value: &Value| ["hidden", "skip"].iter().any(|word| text(value).eq_ignore_ascii_case(word));
        values(matter, Field::Status).into_iter().find(|(_, _, value)| is_hidden(value))
    };
    hidden().or_else(shown).or_else(status).as_ref().map(reason).or_else(excluded)
}

/// True if the title is empty on purpose.
pub(super) fn is_untitled(matter: &Matter) -> bool {
    matches!(matter.get("title"), Some(Value::String(title)) if title.trim().is_empty())
}

/// Returns what front matter says about its article.
pub(super) fn read(matter: &Matter, context: &Context<'_>) -> Metadata {
    let all = |field| values(matter, field).into_iter();
    let guid = all(Field::Id).find(|(_, key, _)| same(key, "guid")).map(|(_, _, value)| text(value));
    let guid = guid.filter(|guid| !guid.is_empty());
    let mut metadata = Metadata {
        id: all(Field::Id).find_map(|(_, _, value)| id(value)).or_else(|| guid.clone()),
        guid,
        authors: all(Field::Authors)
            .map(|(_, key, value)| authors(key, value, context))
            .find(|found| !found.is_empty())
            .unwrap_or_default(),
        tags: tags(matter, context.kind),
        summary: all(Field::Summary).find_map(|(_, key, value)| summary(key, value, context)),
        language: all(Field::Language).find_map(|(_, _, value)| language_tag(&text(value))),
        untitled: is_untitled(matter),
        ..Metadata::default()
    };
    for (_, key, value) in all(Field::Media).filter(|(_, key, value)| is_media(key, value)) {
        media(key, value, context, DEPTH, &mut metadata);
    }
    if let Some(first) = metadata.media.first_mut() {
        let sizes = ["length", "podcast_length"].into_iter().flat_map(|key| matter.spelled(key));
        first.length = first.length.or_else(|| sizes.into_iter().find_map(|(_, value)| size(value)));
    }
    let sibling = |key: &str| {
        let names = [format!("{key}_alt"), format!("{key}_alt_text")];
        names.iter().flat_map(|name| matter.spelled(name)).next().map(|(_, value)| text(value))
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

/// True if front matter names audio or video.
#[cfg(feature = "folder")]
pub(super) fn has_media(matter: &Matter) -> bool {
    values(matter, Field::Media).iter().any(|(_, key, value)| is_media(key, value))
}

/// True unless a key that may name any file names one of another kind.
fn is_media(key: &str, value: &Value) -> bool {
    let is_one = |own| medium_of(own).is_some_and(|medium| medium != Medium::Image);
    !same(key, "file") || value.as_str().is_some_and(is_one)
}

/// Least `length` of a file in bytes: a smaller one is in seconds.
pub(super) const LEAST_BYTES: u64 = 100_000;

/// Returns the `length` of a file next to its address in bytes. Some templates call the duration so.
fn size(value: &Value) -> Option<Bytes> {
    text(value).parse().ok().filter(|length| *length >= LEAST_BYTES).map(Bytes)
}

/// Returns the spellings of the keys of a field, with their positions in [`KEYS`].
fn of_field(field: Field) -> impl Iterator<Item = (usize, &'static str)> {
    let all = KEYS.iter().enumerate().filter(move |(_, (of, ..))| *of == field);
    all.map(|(rank, (_, spelling, _))| (rank, *spelling))
}

/// Returns the keys of a table with the same letters as a spelling, with their values; of a large one, which may be data of the
/// whole site that each article reads, the key that is written like the spelling.
fn spelled<'a>(table: &'a Map<String, Value>, spelling: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let is_large = table.len() > MAX_SCANNED;
    let exact = table.get_key_value(spelling).filter(|_| is_large);
    let scanned = table.iter().take(if is_large { 0 } else { MAX_SCANNED });
    let found = scanned.filter(move |(key, _)| same(key, spelling));
    exact.into_iter().chain(found).map(|(key, value)| (key.as_str(), value))
}

/// Returns the keys and values of a field, those that count most first: of the top level, then of [`TABLES`].
fn values(matter: &Matter, field: Field) -> Vec<(usize, &str, &Value)> {
    let of_table = |(level, name): (usize, &&str)| {
        let table = matter.get(name).and_then(Value::as_object);
        table.into_iter().flat_map(move |table| {
            of_field(field).flat_map(move |(rank, spelling)| {
                spelled(table, spelling)
                    .map(move |(key, value)| ((level + 1) * KEYS.len() + rank, key, value))
            })
        })
    };
    let of_key = |(rank, spelling)| matter.spelled(spelling).map(move |(key, value)| (rank, key, value));
    let all = of_field(field).flat_map(of_key).chain(TABLES.iter().enumerate().flat_map(of_table));
    let mut found: Vec<(usize, &str, &Value)> = all.filter(|(_, _, value)| !value.is_null()).collect();
    found.sort_by_key(|(rank, _, _)| *rank);
    found
}

/// Returns a string, number or boolean as text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        _ => String::new(),
    }
}

/// Returns a boolean, also one that is written as text; Jekyll's YAML has `yes` and `off`.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match text(value).to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Returns the first of some keys of an object that has text. Keys compare as those of the top level.
pub(super) fn member(object: &Value, keys: &[&str]) -> Option<String> {
    let object = object.as_object()?;
    keys.iter().find_map(|key| {
        let (_, value) = spelled(object, key).find(|(_, value)| !value.is_boolean())?;
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
fn authors(key: &str, value: &Value, context: &Context<'_>) -> Vec<Person> {
    let mut people: Vec<Person> = match value {
        Value::String(all) if same(key, "authors") => all
            .split(if all.contains(';') { ';' } else { ',' })
            .filter_map(|name| person(&name.into(), context))
            .collect(),
        Value::Array(all) => all.iter().take(MAX_VALUES).filter_map(|one| person(one, context)).collect(),
        value => person(value, context).into_iter().collect(),
    };
    let mut seen = std::collections::HashSet::new();
    people.retain(|person| seen.insert((person.name.clone(), person.email.clone())));
    people
}

/// Returns a person: a name, `Name <mail@host>`, or an object.
fn person(value: &Value, context: &Context<'_>) -> Option<Person> {
    let Value::Object(_) = value else {
        return named(&text(value)).filter(|_| !value.is_boolean());
    };
    // A page or picture of the site may be named by its path.
    let address = |text: &str| if text.starts_with('/') { resolve(text, context) } else { http(text) };
    let url = |keys: &[&str]| member(value, keys).and_then(|text| address(&text));
    let email = member(value, &["email", "mail"]).map(|mail| mail.trim_start_matches("mailto:").to_owned());
    let email = email.filter(|mail| is_mail(mail));
    let uri = url(&["url", "uri", "link", "website", "homepage", "home", "web"]);
    let name = member(value, &["name", "display_name", "full_name", "title", "nick"])
        .map(|name| title::plain_text(&name));
    let name = name.filter(|name| !name.is_empty()).or_else(|| email.clone())?;
    let avatar = url(&["avatar", "avatar_url", "picture", "image_url", "image", "photo"]).or_else(|| {
        let (_, picture) = value.as_object()?.iter().find(|(key, value)| {
            value.is_object() && ["avatar", "image", "picture", "photo"].iter().any(|known| same(known, key))
        })?;
        address(&member(picture, ADDRESSES)?)
    });
    Some(Person { name, email, uri, avatar })
}

/// Returns the person that a text names.
fn named(text: &str) -> Option<Person> {
    let text = title::plain_name(text);
    if text.is_empty() {
        return None;
    }
    let inner =
        text.split_once('<').and_then(|(name, rest)| Some((name.trim(), rest.strip_suffix('>')?.trim())));
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
    !user.is_empty()
        && host.contains('.')
        && !text.contains(|c: char| c.is_whitespace() || "<>,;()".contains(c))
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

fn push_tag(tag: &str, found: &mut Vec<String>) {
    let tag = title::plain_name(tag.trim().trim_start_matches('#'));
    if !tag.is_empty() && found.len() < MAX_VALUES {
        found.push(tag);
    }
}

fn collect_tags(value: &Value, has_words: bool, depth: usize, found: &mut Vec<String>) {
    if depth == 0 || found.len() >= MAX_VALUES {
        return;
    }
    let mut push = |tag: &str| push_tag(tag, found);
    match value {
        Value::Array(all) => {
            for value in all {
                match value {
                    // `tags: [true]` is the word; `tags: true` says that there are some.
                    Value::Bool(word) => push_tag(&word.to_string(), found),
                    value => collect_tags(value, false, depth - 1, found),
                }
            }
        }
        Value::Object(_) => {
            if let Some(name) = member(value, &["name", "label", "title"]) {
                push(&name);
            }
        }
        Value::String(all) => {
            let is_hashes =
                all.trim_start().starts_with('#') && all.split_whitespace().all(|word| word.starts_with('#'));
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
fn summary(key: &str, value: &Value, context: &Context<'_>) -> Option<String> {
    let Value::String(own) = value else { return None };
    let link = Url::parse(context.link).ok()?;
    let html = Cow::Borrowed(own.as_str());
    // Hugo renders it as Markdown, but not `description`.
    let is_markdown =
        context.kind == Kind::Hugo && same(key, "summary") && own.contains(['*', '_', '`', '[']);
    #[cfg(feature = "folder")]
    let html = if is_markdown { Cow::Owned(super::markdown::plain(own)) } else { html };
    // Without the feature `folder`, no dialect reads a file.
    let _ = is_markdown;
    let plain = if html.contains('<') {
        html::clean(RawHtml(&html), &link, &Policy::default()).text
    } else {
        own.clone()
    };
    Some(title::plain_text(&plain)).filter(|text| !text.is_empty())
}

/// Returns a language tag ([BCP 47](https://www.rfc-editor.org/info/bcp47)) of text as people write it: `en_US` is `en-US`,
/// `de_DE.UTF-8` is `de-DE`, and the first of several counts. The name of a language is not a tag.
pub(super) fn language_tag(text: &str) -> Option<String> {
    let tag = text.split([',', ';', '.']).next().unwrap_or_default().trim().replace('_', "-");
    let has_code = matches!(tag.split('-').next().unwrap_or_default().len(), 2 | 3);
    (has_code && is_well_formed_language(&tag)).then_some(tag)
}

/// Resolves the address of a file as the generator does; `None` if it is not an address.
pub(super) fn resolve(own: &str, context: &Context<'_>) -> Option<Url> {
    let own = own.trim();
    // Obsidian writes a link to a file in brackets.
    let own = own
        .strip_prefix("[[")
        .and_then(|own| own.strip_suffix("]]"))
        .map_or(own, |own| own.split('|').next().unwrap_or_default().trim());
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
        // Themes do the same; a name alone is that of a file of the post.
        Kind::Hexo if own.contains('/') && !is_local => of_site(own).or_else(|| link.join(own).ok()),
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
            let is_address =
                known.as_ref().map_or(own.contains('/') && !own.contains(char::is_whitespace), |known| {
                    known.top() == "image"
                });
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
            Some(Image {
                url: found.url,
                alt,
                width: number("width").or(found.width),
                height: number("height").or(found.height),
            })
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

#[cfg(test)]
mod tests {
    use super::super::{Addresses, Fault, Head, Origin, parse};
    use super::*;

    /// Parses a seed at a path of a site at `https://a.example/blog/`.
    fn seed(path: &str, text: &str) -> Result<Head, Fault> {
        let addresses =
            Addresses { site: Url::parse("https://a.example/blog/").ok(), ..Addresses::default() };
        parse(text, true, &Origin::of("seeds", path.as_ref(), &addresses)).map(|seed| seed.head)
    }

    /// Returns what lines of YAML say about `notes/a.md`, whose address is `https://a.example/blog/notes/a/`.
    fn yaml(lines: &str) -> Metadata {
        seed("notes/a.md", &format!("---\ntitle: T\ndate: 2024-05-31\n{lines}\n---\nx")).unwrap().metadata
    }

    fn jekyll(lines: &str) -> Metadata {
        seed("_posts/2024-05-31-a.md", &format!("---\n{lines}\n---\nx")).unwrap().metadata
    }

    fn toml(lines: &str) -> Metadata {
        seed("notes/a.md", &format!("+++\ndate = 2024-05-31\n{lines}\n+++\nx")).unwrap().metadata
    }

    fn names(metadata: &Metadata) -> Vec<&str> {
        metadata.authors.iter().map(|person| person.name.as_str()).collect()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    const FIELDS: &[(Field, &str, &str)] = &[
        (
            Field::Published,
            "published",
            "a [date](#dates); else one at the start of the file name (`2024-05-31-name.md`)",
        ),
        (Field::Updated, "updated", "a date, if later than the publication time"),
        (Field::Expires, "expires", "a date, at which the entry leaves the feeds"),
        (
            Field::Id,
            "id",
            "a URI or a UUID; the entry keeps it when its address changes. A `guid` may be any text: RSS has it as it is written, and the other formats a URI made from it",
        ),
        (Field::Authors, "authors", "a name, an object, or a list of them"),
        (Field::Tags, "tags", "a list, or text"),
        (Field::Summary, "summary", "text; HTML in it is removed"),
        (
            Field::Image,
            "image",
            "an address, an object with `url` (also `src`, `path`, `image`), `alt`, `width` and `height`, or a list; the text is also in a key of the same name with `_alt`",
        ),
        (Field::Banner, "banner", "as `image`; without an image, it is the image"),
        (Field::Language, "language", "a tag such as `de-CH` or `de_CH`"),
        (
            Field::Media,
            "audio and video",
            "an address of known type, an object with `url`, `type` and `length`, or a list. A `file` counts if its name ends like that of audio or video. A key `length` next to it is its size in bytes; below 100000, or with colons, it is its duration",
        ),
        (Field::Hidden, "unlisted", "`true`"),
        (
            Field::Shown,
            "unlisted",
            "`false`, or an object such as `{exclude: true}` (also `hide`, `hidden`, `ignore`, `skip`)",
        ),
        (Field::Status, "unlisted", "`hidden` or `skip`"),
    ];

    /// Returns the table of docs/seeds.md.
    fn table() -> String {
        let row = |(field, name, value): &(Field, &str, &str)| {
            let keys = KEYS.iter().filter(|(of, _, _)| of == field);
            let keys: Vec<String> =
                keys.map(|(_, spelling, tools)| format!("`{spelling}` ({tools})")).collect();
            format!("| {name} | {} | {value} |\n", keys.join(", "))
        };
        FIELDS.iter().map(row).collect()
    }

    #[test]
    fn the_table_of_keys_in_the_book_is_that_of_the_code() {
        assert!(KEYS.iter().all(|(field, _, _)| FIELDS.iter().any(|(of, _, _)| of == field)));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/seeds.md");
        let page = std::fs::read_to_string(path).unwrap();
        let head = "| field | keys, and who documents or uses them | value |\n| --- | --- | --- |\n";
        let (before, rest) = page.split_once(head).unwrap();
        let end = rest.find("\n\n").unwrap() + 1;
        let fresh = format!("{before}{head}{}{}", table(), &rest[end..]);
        if std::env::var_os("FEEDMILL_BLESS").is_some() {
            std::fs::write(path, &fresh).unwrap();
            return;
        }
        assert!(page == fresh, "run with FEEDMILL_BLESS=1 to update the table of docs/seeds.md");
    }

    #[test]
    fn every_spelling_fills_its_field_in_every_case_and_with_underscores_and_hyphens() {
        for (field, spelling, _) in KEYS {
            let snake = spelling.char_indices().fold(String::new(), |name, (at, c)| {
                let gap = if c.is_uppercase() && at > 0 { "_" } else { "" };
                name + gap + &c.to_lowercase().to_string()
            });
            for key in
                [(*spelling).to_owned(), spelling.to_uppercase(), snake.clone(), snake.replace('_', "-")]
            {
                let value = match field {
                    Field::Published | Field::Updated | Field::Expires => "2030-01-02",
                    Field::Id => "tag:a.example,2024:1",
                    Field::Image | Field::Banner => "{url: /a.jpg, alt: A}",
                    Field::Media => "https://m.example/a.mp3",
                    Field::Hidden => "true",
                    Field::Shown => "false",
                    Field::Status => "hidden",
                    Field::Language => "de_CH",
                    Field::Authors | Field::Tags | Field::Summary => "Ann",
                };
                let date = if *field == Field::Published { "" } else { "date: 2024-05-31\n" };
                let text = format!("---\n{date}{key}: {value}\n---\nx");
                let head = seed("notes/a.md", &text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
                let about = &head.metadata;
                let filled = match field {
                    Field::Published => head.time.to_date() == "2030-01-02",
                    Field::Updated => head.updated.is_some(),
                    Field::Expires => head.until.is_some(),
                    Field::Id => about.id.as_deref() == Some(value),
                    Field::Authors => names(about) == ["Ann"],
                    Field::Tags => about.tags == ["Ann"],
                    Field::Summary => about.summary.as_deref() == Some("Ann"),
                    Field::Image | Field::Banner => about.image.as_ref().is_some_and(|image| {
                        image.url.path() == "/a.jpg" && image.alt.as_deref() == Some("A")
                    }),
                    Field::Language => about.language.as_deref() == Some("de-CH"),
                    Field::Media => about.media.len() == 1,
                    Field::Hidden | Field::Shown | Field::Status => about.unlisted,
                };
                assert!(filled, "{text}: {head:?}");
            }
        }
    }

    #[test]
    fn a_file_is_an_episode_only_if_its_name_says_so() {
        let file = |lines: &str| {
            let media = jekyll(lines).media;
            media
                .first()
                .map(|file| (file.url.to_string(), file.length.map(|length| length.0), file.duration))
        };
        let url = "https://m.example/a.MP3".to_owned();
        for (lines, length, duration) in [
            ("file: https://m.example/a.MP3\nlength: '5345'\nduration: '89:05'", None, Some(5_345_000)),
            ("audio_file_path: https://m.example/a.MP3\nlength: '52:14'", None, Some(3_134_000)),
            ("mp3: https://m.example/a.MP3\nlength: 28467214", Some(28_467_214), None),
        ] {
            assert_eq!(file(lines), Some((url.clone(), length, duration)), "{lines}");
        }
        for lines in ["file: /paper.pdf", "file: /a.png", "file: true", "length: 28467214"] {
            let post = jekyll(lines);
            assert!(post.media.is_empty() && post.image.is_none(), "{lines}");
        }
    }

    #[test]
    fn a_jekyll_post_says_author_tags_summary_image_and_language() {
        let post = jekyll(
            "author: Mia Holm\ntags: [boats, sea salt]\ncategory: harbour news\ncategories: north south\n\
             description: >\n  The ferry\n  &amp; the <b>tide</b>\nimage: /img/f.jpg\nimage_alt: Ferry\nlang: nb_NO",
        );
        assert_eq!(names(&post), ["Mia Holm"]);
        assert_eq!(post.tags, ["boats", "sea salt", "north", "south", "harbour news"]);
        assert_eq!(post.summary.as_deref(), Some("The ferry & the tide"));
        let image = Image::new(url("https://a.example/blog/img/f.jpg")).alt("Ferry");
        assert_eq!(post.image, Some(image));
        assert_eq!(post.language.as_deref(), Some("nb-NO"));
        assert_eq!(jekyll("lang: no").language.as_deref(), Some("no"));
        assert_eq!(jekyll("lang: Norsk bokmål").language, None);
        assert_eq!(
            jekyll("author: mia\nimage: {path: f.png, width: 1200, height: '630px'}").image,
            Some(Image::new(url("https://a.example/blog/f.png")).width(1200).height(630))
        );
        assert_eq!(jekyll("tags: one two").tags, ["one", "two"]);
        assert_eq!(jekyll("tags: one two, three").tags, ["one two", "three"]);
    }

    #[test]
    fn toml_of_zola_and_hugo_names_authors_and_taxonomies() {
        let page = toml(
            "title = 'x'\nauthors = ['Ann', 'Bob']\n[taxonomies]\ntags = ['x', 'X', 'y']\ncategories = ['z']\n\
             [extra]\nsummary = 'S'\nlang = 'fr'\n[extra.cover]\nimage = '/c.webp'\nalt = 'C'",
        );
        assert_eq!(names(&page), ["Ann", "Bob"]);
        assert_eq!(page.tags, ["x", "y", "z"]);
        assert_eq!((page.summary.as_deref(), page.language.as_deref()), (Some("S"), Some("fr")));
        assert_eq!(page.image, Some(Image::new(url("https://a.example/c.webp")).alt("C")));
        let hugo = toml(
            "images = ['a.png', 'b.png']\naudio = ['e.mp3']\n[params]\nauthor = 'Eve'\n[cover]\nimage='c.png'",
        );
        assert_eq!(names(&hugo), ["Eve"]);
        let of = |path: &str, key: &str| {
            let text = format!("+++\ndate = 2024-05-31\n{key} = 'The *ferry* of [Mo](/mo)'\n+++\nx");
            seed(path, &text).unwrap().metadata.summary.unwrap()
        };
        assert_eq!(of("content/a.md", "summary"), "The ferry of Mo");
        assert_eq!(of("content/a.md", "description"), "The *ferry* of [Mo](/mo)");
        assert_eq!(hugo.image.map(|image| image.url), Some(url("https://a.example/blog/a.png")));
        assert_eq!(hugo.media[0].url, url("https://a.example/blog/e.mp3"));
    }

    #[test]
    fn json_says_the_same() {
        let text = "{\n\"date\": \"2024-05-31\", \"authors\": [{\"name\": \"Ann\"}], \"tags\": [\"a\", 7], \"guid\": \"urn:x:1\"\n}\nx";
        let about = seed("a.md", text).unwrap().metadata;
        assert_eq!((names(&about), about.id.as_deref()), (vec!["Ann"], Some("urn:x:1")));
        assert_eq!(about.tags, ["a", "7"]);
        for text in [
            "{ \"title\": \"A } \\\" {\", \"date\": \"2024-05-31\", \"author\": \"Ann\" }\nx",
            "{\"title\": \"A } \\\" {\",\n\"author\": {\"name\":\n\"Ann\"\n}\n, \"date\": \"2024-05-31\"}\n\nx",
        ] {
            let head = seed("a.md", text).unwrap();
            assert_eq!((head.title.as_str(), names(&head.metadata)), ("A } \" {", vec!["Ann"]), "{text}");
        }
        for other in ["{{ page.title }}", "{% include a.html %}", "{}", "{ a: 1 }"] {
            assert!(matches!(seed("a.md", other), Err(Fault::NotAnArticle(_))), "{other}");
        }
    }

    #[test]
    fn authors_are_names_mailboxes_objects_or_lists() {
        let about = yaml(
            "authors:\n- name: Ann\n  url: https://ann.example\n  email: ann@a.example\n  avatar: https://ann.example/me.png\n\
             - Bob <bob@a.example>\n- {uri: 'https://x.example', mail: x@a.example}\n- {role: none}\n- 7",
        );
        let ann = Person::new("Ann").email("ann@a.example").uri(url("https://ann.example/"));
        assert_eq!(about.authors[0], ann.avatar(url("https://ann.example/me.png")));
        assert_eq!(about.authors[1], Person::new("Bob").email("bob@a.example"));
        assert_eq!(
            about.authors[2],
            Person::new("x@a.example").email("x@a.example").uri(url("https://x.example/"))
        );
        assert_eq!(names(&about)[3..], ["7"]);
        assert_eq!(names(&yaml("author: Martin Luther King, Jr.")), ["Martin Luther King, Jr."]);
        assert_eq!(names(&yaml("authors: Ann, Bob and Co")), ["Ann", "Bob and Co"]);
        assert_eq!(names(&yaml("authors: King, Jr.; Ann")), ["King, Jr.", "Ann"]);
        assert_eq!(
            names(&yaml("author: {display_name: Q, picture: {url: 'https://q.example/q.png'}}")),
            ["Q"]
        );
        assert_eq!(names(&yaml("author: ''\nauthors: []")), [""; 0]);
        let local = &yaml("author: {name: Q, url: /about, photo: /me.png, website: q.example}").authors[0];
        let site = Url::parse("https://a.example/").unwrap();
        assert_eq!(
            (local.uri.clone(), local.avatar.clone()),
            (site.join("about").ok(), site.join("me.png").ok())
        );
    }

    #[test]
    fn tags_are_lists_or_text_each_once() {
        for (lines, tags) in [
            ("tags: '#garden #town/park'", vec!["garden", "town/park"]),
            ("tags: ['#a', b c, A]", vec!["a", "b c"]),
            ("tags: cat and dog", vec!["cat and dog"]),
            ("tags: x, y; z", vec!["x", "y", "z"]),
            ("categories: [[a, b], [c]]", vec!["a", "b", "c"]),
            ("tags: [{label: L, permalink: /l}, {name: M}, null, true]", vec!["L", "M", "true"]),
            ("tag: one\ntopics: [two]\nkeywords: three, one", vec!["one", "three", "two"]),
            ("tags:\n", vec![]),
        ] {
            assert_eq!(yaml(lines).tags, tags, "{lines}");
        }
    }

    #[test]
    fn an_image_is_an_address_and_nothing_else() {
        for (lines, image) in [
            ("image: https://i.example/ä.jpg", Some("https://i.example/%C3%A4.jpg")),
            ("image: //i.example/a.jpg", Some("https://i.example/a.jpg")),
            ("cover: '[[Pictures/a b.png|300]]'", Some("https://a.example/blog/Pictures/a%20b.png")),
            ("image: ./a.jpg", Some("https://a.example/blog/notes/a/a.jpg")),
            ("header: {overlay_image: /o.jpg, caption: x}", Some("https://a.example/o.jpg")),
            ("thumbnail: true\nhero: Welcome. Enjoy\nbanner: blue", None),
            ("image: '#fff'\ncover: '{{ site.url }}/x.jpg'", None),
            ("image: 'data:image/png;base64,AA'\nimages: [7, null]", None),
            ("image: javascript:alert(1).jpg", None),
        ] {
            assert_eq!(yaml(lines).image.as_ref().map(|image| image.url.as_str()), image, "{lines}");
        }
        let bundle = seed("notes/a/index.md", "---\ndate: 2024-05-31\ncover: c.jpg\n---\nx").unwrap();
        assert_eq!(bundle.metadata.image.unwrap().url.as_str(), "https://a.example/blog/notes/a/c.jpg");
        let both = yaml("banner: /wide.jpg\nimage: /a.jpg");
        assert_eq!(both.banner.as_ref().map(Url::path), Some("/wide.jpg"));
        assert_eq!(yaml("banner: /wide.jpg").banner, None);
    }

    #[test]
    fn media_files_have_a_type_and_a_length() {
        let about = yaml(
            "enclosure: {url: 'https://m.example/e?id=1', length: 1234, type: audio/mpeg}\naudio: [/a.m4a, /a.m4a]\n\
             video: {src: /v.mp4, size: '99'}\nvideos: ['https://tube.example/watch?v=1']\npodcast: {file: /p.mp4}",
        );
        let files: Vec<_> = about
            .media
            .iter()
            .map(|file| {
                (file.url.path(), file.medium, file.media_type.as_ref().unwrap().as_str(), file.length)
            })
            .collect();
        assert_eq!(
            files,
            [
                ("/e", Medium::Audio, "audio/mpeg", Some(Bytes(1234))),
                ("/a.m4a", Medium::Audio, "audio/mp4", None),
                ("/v.mp4", Medium::Video, "video/mp4", Some(Bytes(99))),
                ("/p.mp4", Medium::Audio, "audio/mp4", None),
            ]
        );
        assert_eq!(yaml("enclosure: /a.jpg").image.unwrap().url.path(), "/a.jpg");
    }

    #[test]
    fn an_id_is_a_uri_or_a_uuid_and_a_guid_any_text() {
        let uuid = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        for (lines, id, guid) in [
            (
                "guid: tag:me@a.example,2020:1",
                Some("tag:me@a.example,2020:1"),
                Some("tag:me@a.example,2020:1"),
            ),
            ("id: https://old.example/1", Some("https://old.example/1"), None),
            ("id: intro\nguid: urn:isbn:1", Some("urn:isbn:1"), Some("urn:isbn:1")),
            ("id: urn:isbn:1\nguid: 17", Some("urn:isbn:1"), Some("17")),
            ("id: F81D4FAE-7dec-11d0-a765-00a0c91e6bf6", Some(uuid), None),
            (
                "guid: F81D4FAE-7dec-11d0-a765-00a0c91e6bf6",
                Some(uuid),
                Some("F81D4FAE-7dec-11d0-a765-00a0c91e6bf6"),
            ),
            ("guid: Show-00 7", Some("Show-00 7"), Some("Show-00 7")),
            ("guid: ''\nid: 42", None, None),
            ("id: a b:c", None, None),
        ] {
            let about = yaml(lines);
            assert_eq!((about.id.as_deref(), about.guid.as_deref()), (id, guid), "{lines}");
        }
    }

    #[test]
    fn an_unlisted_article_says_which_key_and_other_values_do_not_count() {
        let addresses = Addresses { site: Url::parse("https://a.example").ok(), ..Addresses::default() };
        let why = |lines: &str| {
            let text = format!("---\ndate: 2024-05-31\n{lines}\n---\nx");
            let parsed = parse(&text, true, &Origin::of("seeds", "a.md".as_ref(), &addresses)).unwrap();
            let finding = parsed.findings.iter().find(|finding| finding.meta.code == "seed-unlisted");
            assert_eq!(finding.is_some(), parsed.head.metadata.unlisted, "{lines}");
            finding.map(|finding| finding.detail.clone()).unwrap_or_default()
        };
        assert_eq!(why("feed: false"), "its front matter has `feed: false`");
        assert_eq!(why("hidden: 'yes'"), "its front matter has `hidden: yes`");
        assert_eq!(why("feed:\n  exclude: true"), "its front matter has `feed: {exclude: true}`");
        assert_eq!(why("rss: {hide: 'yes'}"), "its front matter has `rss: {hide: yes}`");
        assert_eq!(why("rss_ignore: true"), "its front matter has `rss_ignore: true`");
        assert_eq!(why("params: {hiddenFromRss: true}"), "its front matter has `hiddenFromRss: true`");
        assert_eq!(why("extra: {unlisted: true}"), "its front matter has `unlisted: true`");
        for listed in [
            "hidden: false",
            "feed: {excerpt_only: true}",
            "feed: {exclude: false}",
            "rss: /feed.xml",
            "sitemap: false",
            "status: published",
            "publish: true",
        ] {
            assert_eq!(why(listed), "", "{listed}");
        }
    }

    #[test]
    fn an_empty_title_is_no_title_and_a_missing_one_is_made_up() {
        let post = |lines: &str| seed("_posts/2024-05-31-a-b.md", &format!("---\n{lines}\n---\nx")).unwrap();
        let untitled = post("title: ''");
        assert_eq!((untitled.title.as_str(), untitled.metadata.untitled), ("", true));
        for missing in ["layout: post", "title:"] {
            let head = post(missing);
            assert_eq!((head.title.as_str(), head.metadata.untitled), ("A B", false), "{missing}");
        }
        assert_eq!(post("title: 'R&amp;D: <i>Rosa</i> &lt;3'").title, "R&D: Rosa <3");
    }

    #[test]
    fn dates_without_a_zone_are_in_the_configured_one_and_bare_numbers_are_dates_or_errors() {
        let at = |zone: Option<&str>, date: &str| {
            let timezone = zone.map(|name| name.parse().unwrap());
            let addresses =
                Addresses { site: Url::parse("https://a.example").ok(), timezone, ..Addresses::default() };
            let text = format!("---\ndate: {date}\n---\nx");
            match parse(&text, true, &Origin::of("seeds", "a.md".as_ref(), &addresses)) {
                Ok(seed) => seed.head.time.to_rfc3339(),
                Err(Fault::Bad(finding)) => format!("{}: {}", finding.meta.code, finding.detail),
                Err(fault) => panic!("{fault:?}"),
            }
        };
        let berlin = Some("Europe/Berlin");
        assert_eq!(at(berlin, "2024-05-31 08:30"), "2024-05-31T06:30:00Z");
        assert_eq!(at(berlin, "2024-12-31"), "2024-12-30T23:00:00Z");
        assert_eq!(at(berlin, "2024-05-31T08:30:00+05:00"), "2024-05-31T03:30:00Z");
        assert_eq!(at(None, "2024-05-31 08:30"), "2024-05-31T08:30:00Z");
        assert_eq!(at(None, "20240531"), "2024-05-31T00:00:00Z");
        assert_eq!(at(berlin, "'20240531'"), "2024-05-30T22:00:00Z");
        for bad in ["2024", "'2024'", "0", "12345", "-5", "2024.5"] {
            let shown = bad.trim_matches('\'');
            assert_eq!(at(None, bad), format!("seed-bad-date: `date` is `{shown}`"));
        }
    }

    #[test]
    fn a_stamped_seed_speaks_by_its_markup() {
        let addresses = Addresses::default();
        let text = "<!--1717225200000-->\n[T](https://a.example/x/1)\n------\n<div lang=de-AT class=h-entry>\
                    <p>Von <a rel=author href=../ann>Ann</a>, <span class=p-author>Bob</span></p><img class=u-photo src=p.jpg alt=P>\
                    <a rel=tag href=/t/a>Donau</a><a class=p-category>Wien</a></div>";
        let parsed = parse(text, true, &Origin::of("seeds", "1.txt".as_ref(), &addresses)).unwrap();
        assert_eq!(parsed.head.metadata, Metadata::default());
        let about = super::super::metadata(&parsed);
        assert_eq!(about.authors, [Person::new("Ann").uri(url("https://a.example/ann")), Person::new("Bob")]);
        assert_eq!(about.tags, ["Donau", "Wien"]);
        assert_eq!(about.image, Some(Image::new(url("https://a.example/x/p.jpg")).alt("P")));
        assert_eq!(about.language.as_deref(), Some("de-AT"));
        let plain = "<!--1717225200000-->\n[T](https://a.example/x)\n------\n<p>By Ann. Tags: a, b</p>";
        let parsed = parse(plain, true, &Origin::of("seeds", "1.txt".as_ref(), &addresses)).unwrap();
        assert_eq!(super::super::metadata(&parsed), Metadata::default());
    }
}
