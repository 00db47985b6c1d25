//! The keys of the configuration, one row each: the parser, the JSON Schema and the reference are made from them.

use super::Grouping;
use crate::format::{FORMATS, INDEX};
use crate::model::podcast::Category;
use crate::seed::ADDRESS_RULES;

/// Value of `index` for pages of all feeds.
pub(super) const FULL: &str = "full";

/// Type of a key's value.
#[derive(Clone, Copy, Debug)]
pub enum ValueType {
    /// A string.
    Text(TextFormat),
    /// A whole number, zero or more.
    Number,
    /// A whole number from the first to the second.
    NumberBetween(u32, u32),
    /// `true` or `false`.
    Bool,
    /// A list of strings.
    List(ListItems),
}

/// Strings that a list accepts.
#[derive(Clone, Copy, Debug)]
pub enum ListItems {
    /// Any string.
    Any,
    /// One of these.
    OneOf(fn() -> Vec<String>),
    /// One of these; one string stands for all of them with that choice.
    OneOfOr(fn() -> Vec<String>, &'static str),
    /// One of these, or a pattern with `*` that matches one.
    Patterns(fn() -> Vec<String>),
    /// One of these, ignoring case and spaces around `>`.
    IgnoringCase(fn() -> Vec<String>),
    /// Hours of the day as whole numbers, 0 to 23.
    Hours,
}

/// Format of a string.
#[derive(Clone, Copy, Debug)]
pub enum TextFormat {
    /// Any string.
    Any,
    /// A path; not empty.
    Path,
    /// An absolute http or https URL, or empty.
    Url,
    /// An absolute http or https URL of a folder, without query or fragment, or empty.
    FolderUrl,
    /// A language tag, or empty.
    Language,
    /// The name of a folder of feeds.
    FolderName,
    /// `Name <mail@host>` or `mail@host`.
    Mailbox,
    /// A UUID.
    Uuid,
    /// A color as `#` and three or six hexadecimal digits.
    Color,
    /// A regular expression, or empty.
    Regex,
    /// XML elements, or empty.
    Xml,
    /// A JSON object, or empty.
    JsonObject,
    /// A pattern of URLs, the name of a style, or empty.
    Permalink,
    /// A length of time, such as `12h`.
    Duration,
    /// The name of a time zone, or empty.
    TimeZone,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// Default of a key.
#[derive(Clone, Copy, Debug)]
pub enum KeyDefault {
    /// A value, in TOML.
    Value(&'static str),
    /// A description, if the default is not a fixed value.
    Described(&'static str),
}

/// A key of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Name in its table.
    pub name: &'static str,
    /// Type of the value.
    pub value_type: ValueType,
    /// Default.
    pub default: KeyDefault,
    /// Example value, in TOML.
    pub example: &'static str,
    /// Description in Markdown.
    pub doc: &'static str,
    /// Name among the keys of a channel: with the name of its table before it if it is in a table of its own.
    pub(super) stored_as: &'static str,
}

/// A table of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Header as written; empty for the top level.
    pub header: &'static str,
    /// Description in Markdown.
    pub doc: &'static str,
    /// Keys.
    pub keys: &'static [&'static [Key]],
}

/// Every table, in the order of the reference.
///
/// ```
/// use feedmill::config::TABLES;
///
/// let headers: Vec<_> = TABLES.iter().map(|table| table.header).collect();
/// assert_eq!(headers, ["", "[clean]", "[check]", "[check.paths.GLOB]", "[extra]", "[podcast]", "[theme]", "[section.NAME]", "[[feed]]"]);
/// ```
pub static TABLES: &[Table] = &[
    Table { header: "", doc: "Top level: folders, and the main feed.", keys: &[TOP, CHANNEL] },
    Table {
        header: "[clean]",
        doc: "Elements to remove from articles, in addition to those that are always removed.",
        keys: &[CLEAN],
    },
    Table {
        header: "[check]",
        doc: "Settings for `feedmill check` and `feedmill build --check`.",
        keys: &[CHECK],
    },
    Table {
        header: "[check.paths.GLOB]",
        doc: "Levels of rules in the files that a pattern matches, such as `[check.paths.\"feeds/old/**\"]`.",
        keys: &[LEVELS],
    },
    Table {
        header: "[extra]",
        doc: "Elements and keys of your own, for all feeds. Elements declare the prefixes of their names. In those for each \
              entry, `{title}` and `{link}` stand for those of the entry.",
        keys: &[EXTRA],
    },
    Table {
        header: "[podcast]",
        doc: "Makes the RSS feeds that have audio or video a podcast. `[section.NAME.podcast]` does the same for the \
              feed of a section, and `[feed.podcast]` below a `[[feed]]` for that feed. They inherit the keys of \
              `[podcast]`, except the guid.",
        keys: &[PODCAST],
    },
    Table {
        header: "[theme]",
        doc: "Appearance of the index page, the pages of entries, and feeds in a browser.",
        keys: &[THEME],
    },
    Table {
        header: "[section.NAME]",
        doc: "A section is a folder below the seeds folder. It has feeds of its own, with or without this table. The \
              table inherits the keys of the main feed; the default title is `NAME – TITLE`, and the feeds are in a \
              folder below those of the main feed.",
        keys: &[CHANNEL],
    },
    Table {
        header: "[[feed]]",
        doc: "An additional feed with the articles that match a filter. It inherits the keys of the main feed, like a \
              section.",
        keys: &[FEED, CHANNEL],
    },
];

const ANY: ValueType = ValueType::Text(TextFormat::Any);
const PATH: ValueType = ValueType::Text(TextFormat::Path);
const URL: ValueType = ValueType::Text(TextFormat::Url);
const XML: ValueType = ValueType::Text(TextFormat::Xml);
const REGEX: ValueType = ValueType::Text(TextFormat::Regex);
const STRINGS: ValueType = ValueType::List(ListItems::Any);

const fn key(
    name: &'static str,
    value_type: ValueType,
    default: KeyDefault,
    example: &'static str,
    doc: &'static str,
) -> Key {
    Key { name, value_type, default, example, doc, stored_as: name }
}

/// A key of `[podcast]`, which is stored with the keys of its channel.
const fn podcast(stored_as: &'static str, key: Key) -> Key {
    Key { stored_as, ..key }
}

const fn value(value: &'static str) -> KeyDefault {
    KeyDefault::Value(value)
}

const fn described(text: &'static str) -> KeyDefault {
    KeyDefault::Described(text)
}

/// Keys of a channel: at the top level, in a section and in an additional feed.
pub(super) const CHANNEL: &[Key] = &[
    key(
        "append",
        ANY,
        described("none"),
        r#""<p><a href='mailto:ann@news.example?subject={title}'>Reply by e-mail</a></p>""#,
        "HTML below the text of each entry. `{title}` and `{link}` stand for those of the entry. Feeds with \
         `content = \"summary\"` have none.",
    ),
    key(
        "archive",
        ValueType::Bool,
        value("false"),
        "true",
        "`true` writes older entries to archive documents, one per month (RFC 5005). Requires `base_url`.",
    ),
    key(
        "author",
        ANY,
        described("none; Atom requires one and uses the host of the site"),
        "\"Ann Lee <ann@news.example>\"",
        "Author: `Name <mail@host>`, `Name` or `mail@host`.",
    ),
    key(
        "base_url",
        ValueType::Text(TextFormat::FolderUrl),
        described("none, with a warning"),
        "\"https://news.example/feeds/\"",
        "URL at which the feeds folder is published. Each feed needs it for its self link.",
    ),
    key(
        "content",
        ValueType::Text(TextFormat::OneOf(&["full", "summary"])),
        value("\"full\""),
        "\"summary\"",
        "`full` publishes whole articles; `summary` only the summary of each, with its images as files.",
    ),
    key("copyright", ANY, described("none"), "\"CC BY 4.0\"", "Copyright notice."),
    key("description", ANY, described("the title"), "\"What happens in town\"", "Description of the feed."),
    key(
        "formats",
        ValueType::List(ListItems::OneOf(formats)),
        value(r#"["rss", "atom", "json"]"#),
        r#"["atom", "json"]"#,
        "Formats to write: `rss.xml`, `atom.xml`, `feed.json`.",
    ),
    key(
        "hub",
        URL,
        described("none"),
        "\"https://hub.example/\"",
        "WebSub hub. Feeds link to it, and each build notifies it of changed feeds. A user name and password in the URL are \
         used for these requests only.",
    ),
    key("icon", URL, described("none"), "\"https://news.example/icon.png\"", "URL of an image."),
    key(
        "ids",
        ValueType::Text(TextFormat::OneOf(&["link", "tag", "file"])),
        value("\"link\""),
        "\"tag\"",
        "Ids of entries: `link` uses the URL of the article; `tag` a tag URI (RFC 4151) made from it; `file` a tag URI \
         made from the number in the file name, for sites whose URLs change with the title.",
    ),
    key(
        "indent",
        ValueType::Bool,
        value("true"),
        "false",
        "`true` writes feeds with line breaks and indentation.",
    ),
    key(
        "language",
        ValueType::Text(TextFormat::Language),
        described("none"),
        "\"en\"",
        "Language of the articles, such as `en` or `zh-Hans` (RFC 5646).",
    ),
    key("limit", ValueType::Number, value("50"), "100", "Maximum number of entries in a feed; `0` for all."),
    key(
        "picture_enclosures",
        ValueType::Bool,
        value("false"),
        "true",
        "`true` also publishes images as files: enclosures, `media:content` and attachments. The lead image is a thumbnail \
         in any case.",
    ),
    key(
        "site_url",
        URL,
        described("the site of the articles; if they come from several, the page of the feeds"),
        "\"https://news.example/\"",
        "URL of the site that the articles belong to.",
    ),
    key(
        "skip_days",
        ValueType::List(ListItems::IgnoringCase(days)),
        value("[]"),
        r#"["Saturday", "Sunday"]"#,
        "Days on which readers need not ask for the feed. RSS only.",
    ),
    key(
        "skip_hours",
        ValueType::List(ListItems::Hours),
        value("[]"),
        "[0, 1, 2, 3, 4]",
        "Hours (0 to 23, UTC) in which readers need not ask for the feed. RSS only.",
    ),
    key("title", ANY, described("the name of the seeds folder"), "\"Town news\"", "Title of the feed."),
    key(
        "ttl",
        ValueType::Number,
        described("not stated"),
        "60",
        "Minutes for which readers may keep the feed before they ask again; `0` for not stated. RSS only.",
    ),
];

/// Keys of the top level only.
pub(super) const TOP: &[Key] = &[
    key(
        "cache_dir",
        PATH,
        described("`.feedmill` in the feeds folder"),
        "\".cache\"",
        "Cache directory, relative to the configuration file. Several feeds folders may share one.",
    ),
    key(
        "catalog",
        ValueType::Bool,
        value("true"),
        "false",
        "`true` caches the state of seeds and feeds, so that a build reads only what changed.",
    ),
    key(
        "excerpt_separator",
        ANY,
        described("`<!--more-->`, and `{/* more */}` in a paragraph of its own"),
        "\"<!--fold-->\"",
        "Mark in an article below its excerpt. The text above the mark is the summary of an article that has none of its own.",
    ),
    key(
        "exclude",
        STRINGS,
        value("[]"),
        r#"["drafts", "notes/private/**"]"#,
        "Files and folders of the seeds that hold no articles: names, or paths from the seeds folder, with `*` and `**`.",
    ),
    key(
        "feeds",
        PATH,
        value("\"feeds\""),
        "\"public/feeds\"",
        "Output folder, relative to the configuration file, or [a URL of object storage](../recipes/object-storage.md).",
    ),
    key(
        "feeds_by",
        ValueType::List(ListItems::OneOf(groupings)),
        value("[]"),
        r#"["tag", "author"]"#,
        "Additional feeds: one for each tag in `tag/NAME`, for each author in `author/NAME`, for each language in \
         `language/NAME`. An article that names no author or language has that of the main feed.",
    ),
    key(
        "future",
        ValueType::Text(TextFormat::Duration),
        value("\"1d\""),
        "\"2h\"",
        "Tolerance for stamped seeds that are dated ahead of the clock: `30m`, `12h`, `1d`, `2w`, or `0`. Articles with front \
         matter and saved pages are always held back until their exact time.",
    ),
    key(
        "index",
        ValueType::List(ListItems::OneOfOr(index, FULL)),
        value(r#"["page", "opml", "style"]"#),
        r#"["opml"]"#,
        "Additional files: `page` is `index.html`, `opml` is `feeds.opml`, `style` is `feed.css` and `feed.js`, \
         the style sheet and script for feeds in browsers. `full` adds an `index.html` for each section, tag and \
         author, in the folder of its feed; `index = \"full\"` is short for all of them.",
    ),
    key(
        "media_url",
        ValueType::Text(TextFormat::FolderUrl),
        described("`media` below `base_url`"),
        "\"https://media.news.example/episodes/\"",
        "URL at which the audio and video files of the seeds folder are published.",
    ),
    key(
        "pages",
        ValueType::Bool,
        value("false"),
        "true",
        "`true` writes a page for each entry of the feeds to the folder `entry`, with its full text, and links to it from \
         `index.html`. A page is removed when its entry leaves the feeds.",
    ),
    key(
        "permalink",
        ValueType::Text(TextFormat::Permalink),
        described("the default of its generator"),
        "\"/:year/:month/:slug/\"",
        "URL pattern for articles [that do not state their URL](../seeds.md#addresses).",
    ),
    key(
        "probe",
        ValueType::Bool,
        value("false"),
        "true",
        "`true` requests the type and length of media files from their servers if an article does not state them.",
    ),
    key(
        "probe_private",
        ValueType::Bool,
        value("false"),
        "true",
        "`true` also sends these requests to private addresses, and through a proxy.",
    ),
    key(
        "publish_media",
        ValueType::Text(TextFormat::OneOf(&["no", "copy", "link"])),
        value("\"no\""),
        "\"link\"",
        "`copy` copies the audio and video files of episodes, and the files next to them, to `media` in the feeds folder; \
         `link` makes hard links, which take no space, and copies if that is not possible.",
    ),
    key("push", ValueType::Bool, value("true"), "false", "`true` notifies the hub of changed feeds."),
    key(
        "same_address",
        ValueType::List(ListItems::OneOf(address_rules)),
        value(r#"["scheme", "case", "tracking", "fragment"]"#),
        r#"["scheme", "case", "tracking", "fragment", "www", "slash", "index"]"#,
        "[Differences](../seeds.md#equal-addresses) that are ignored when the URLs of two seeds are compared. Seeds with \
         equal URLs are versions of one entry.",
    ),
    key(
        "seeds",
        PATH,
        value("\"seeds\""),
        "\"articles\"",
        "Folder of the articles, relative to the configuration file, or [a URL of object storage](../recipes/object-storage.md).",
    ),
    key(
        "timezone",
        ValueType::Text(TextFormat::TimeZone),
        described("that of the site generator, else UTC"),
        "\"Europe/Berlin\"",
        "Time zone of dates in front matter and saved pages that name none, from the \
         [IANA list](https://www.iana.org/time-zones).",
    ),
];

/// Keys of `[podcast]`, which is allowed in any channel. They are stored with the keys of the channel.
pub(super) const PODCAST: &[Key] = &[
    podcast(
        "podcast.author",
        key("author", ANY, described("`author` of the feed"), "\"Ann Lee\"", "Author of the show."),
    ),
    podcast(
        "podcast.category",
        key(
            "category",
            ValueType::List(ListItems::IgnoringCase(categories)),
            described("none; stores require one"),
            r#"["News", "Arts > Books"]"#,
            "Categories, from [Apple's list](https://podcasters.apple.com/support/1691-apple-podcasts-categories).",
        ),
    ),
    podcast(
        "podcast.explicit",
        key("explicit", ValueType::Bool, value("false"), "true", "`true` marks the show as explicit."),
    ),
    podcast(
        "podcast.funding",
        key(
            "funding",
            URL,
            described("none"),
            "\"https://news.example/support\"",
            "URL of a page on which listeners can support the show.",
        ),
    ),
    podcast(
        "podcast.funding_text",
        key(
            "funding_text",
            ANY,
            value("\"Support the show\""),
            "\"Become a member\"",
            "Text of the link to that page.",
        ),
    ),
    podcast(
        "podcast.guid",
        key(
            "guid",
            ValueType::Text(TextFormat::Uuid),
            described("made from the URL of the feed"),
            "\"917393e3-1b1e-5cef-ace4-edaa54e1f810\"",
            "UUID of the show. It stays the same when the show moves.",
        ),
    ),
    podcast(
        "podcast.image",
        key(
            "image",
            URL,
            described("`icon` of the feed"),
            "\"https://news.example/cover.jpg\"",
            "URL of the cover image.",
        ),
    ),
    podcast(
        "podcast.license",
        key(
            "license",
            ANY,
            described("none"),
            "\"cc-by-4.0\"",
            "License of the episodes: an [SPDX id](https://spdx.org/licenses/) or a name.",
        ),
    ),
    podcast(
        "podcast.location",
        key("location", ANY, described("none"), "\"Leith, Scotland\"", "Place that the show is about."),
    ),
    podcast(
        "podcast.locked",
        key(
            "locked",
            ValueType::Bool,
            described("not stated"),
            "true",
            "`true` forbids other hosts from importing the show.",
        ),
    ),
    podcast(
        "podcast.medium",
        key(
            "medium",
            ValueType::Text(TextFormat::OneOf(MEDIUMS)),
            described("not stated; players assume `podcast`"),
            "\"audiobook\"",
            "Medium of the show.",
        ),
    ),
    podcast(
        "podcast.owner",
        key(
            "owner",
            ValueType::Text(TextFormat::Mailbox),
            described("`author` of the feed, if it has an email address"),
            "\"Ann Lee <ann@news.example>\"",
            "Contact for podcast stores: `Name <mail@host>`.",
        ),
    ),
    podcast(
        "podcast.type",
        key(
            "type",
            ValueType::Text(TextFormat::OneOf(&["episodic", "serial"])),
            value("\"episodic\""),
            "\"serial\"",
            "`episodic`: listeners start with the newest episode; `serial`: with the oldest.",
        ),
    ),
    podcast(
        "podcast.update_frequency",
        key(
            "update_frequency",
            ANY,
            described("not stated"),
            "\"every Friday\"",
            "How often there is a new episode, as text.",
        ),
    ),
];

/// Mediums of Podcasting 2.0 whose entries are articles
/// (<https://podcasting2.org/docs/podcast-namespace/tags/medium>).
pub(super) const MEDIUMS: &[&str] =
    &["audiobook", "blog", "course", "film", "music", "newsletter", "podcast", "video"];

/// Names at the top level that are tables.
pub(super) const NAMES: &[&str] = &["check", "clean", "extra", "feed", "podcast", "section", "theme"];

/// Keys of `[check]`: those of [`LEVELS`], and those of the whole check.
pub(super) const CHECK: &[Key] = &[
    ALLOW,
    key(
        "deny",
        ValueType::List(ListItems::Patterns(denied)),
        value("[]"),
        r#"["warnings", "podcast/*"]"#,
        "Codes of rules whose findings are errors; `warnings` makes all warnings errors.",
    ),
    key(
        "exclude",
        STRINGS,
        value("[]"),
        r#"["old", "public/*.json"]"#,
        "Files and folders that `feedmill check` does not look for feeds in: names, or paths with `*` and `**`.",
    ),
    WARN,
];

pub(super) const LEVELS: &[Key] = &[
    ALLOW,
    key(
        "deny",
        ValueType::List(ListItems::Patterns(denied)),
        value("[]"),
        r#"["warnings"]"#,
        "Codes of rules whose findings are errors; `warnings` makes all warnings errors.",
    ),
    WARN,
];

const ALLOW: Key = key(
    "allow",
    ValueType::List(ListItems::Patterns(rules)),
    value("[]"),
    r#"["feed/no-language", "itunes/*"]"#,
    "Codes of [rules](../rules.md) to suppress; `*` stands for any characters.",
);
const WARN: Key = key(
    "warn",
    ValueType::List(ListItems::Patterns(rules)),
    value("[]"),
    r#"["rss/guid-not-url"]"#,
    "Codes of rules whose findings are warnings.",
);

pub(super) const EXTRA: &[Key] = &[
    key(
        "atom",
        XML,
        described("none"),
        r#""<geo:lat xmlns:geo='http://www.w3.org/2003/01/geo/wgs84_pos#'>53.6</geo:lat>""#,
        "Elements for the head of Atom feeds.",
    ),
    key(
        "atom_entry",
        XML,
        described("none"),
        r#""<thr:total xmlns:thr='http://purl.org/syndication/thread/1.0'>0</thr:total>""#,
        "Elements for each entry of Atom feeds.",
    ),
    key(
        "json",
        ValueType::Text(TextFormat::JsonObject),
        described("none"),
        r#"'{"_place": {"lat": 53.6}}'"#,
        "JSON object whose members, with names that begin with `_`, are added to JSON Feeds.",
    ),
    key(
        "json_item",
        ValueType::Text(TextFormat::JsonObject),
        described("none"),
        r#"'{"_comments": {"url": "{link}#comments"}}'"#,
        "JSON object whose members, with names that begin with `_`, are added to each item of JSON Feeds.",
    ),
    key(
        "rss",
        XML,
        described("none"),
        "\"<webMaster>ann@news.example (Ann Lee)</webMaster>\"",
        "Elements for the head of RSS feeds.",
    ),
    key(
        "rss_item",
        XML,
        described("none"),
        "\"<comments>{link}#comments</comments>\"",
        "Elements for each item of RSS feeds.",
    ),
];

/// Characters in a line of the pages.
pub(super) const WIDTHS: std::ops::RangeInclusive<u32> = 40..=120;

/// Keys of `[theme]`.
pub(super) const THEME: &[Key] = &[
    key(
        "accent",
        ValueType::Text(TextFormat::Color),
        described("blue"),
        "\"#8a1c4a\"",
        "Color of links and buttons: `#` and three or six hexadecimal digits. It is made darker, or lighter on a dark \
         background, until it can be read well.",
    ),
    key(
        "entry_template",
        PATH,
        described("that of feedmill"),
        "\"entry.html\"",
        "Template of the pages of entries, relative to the configuration file; `feedmill template entry` prints that of \
         feedmill.",
    ),
    key(
        "font",
        ANY,
        value("\"sans\""),
        "\"serif\"",
        "Font: `sans`, `serif`, `mono`, or the names of installed fonts, with commas between them.",
    ),
    key(
        "logo",
        URL,
        described("the cover or `icon` of the feed"),
        "\"https://news.example/logo.svg\"",
        "URL of an image at the top of the index page.",
    ),
    key(
        "template",
        PATH,
        described("that of feedmill"),
        "\"page.html\"",
        "Template of the index page and of the pages of feeds, relative to the configuration file; `feedmill template page` \
         prints that of feedmill.",
    ),
    key(
        "width",
        ValueType::NumberBetween(*WIDTHS.start(), *WIDTHS.end()),
        value("65"),
        "75",
        "Width of the text: characters in a line, from 40 to 120.",
    ),
];

pub(super) const CLEAN: &[Key] = &[
    key("drop", STRINGS, value("[]"), r#"[".newsletter-signup"]"#, "CSS selectors of elements to remove."),
    key(
        "keep",
        STRINGS,
        value("[]"),
        r#"[".share-of-the-vote"]"#,
        "CSS selectors of elements to keep, although they look like clutter.",
    ),
];

pub(super) const FEED: &[Key] = &[
    key(
        "authors",
        STRINGS,
        described("all"),
        r#"["Ann Lee"]"#,
        "Names of authors, ignoring case; the feed takes the articles of any of them.",
    ),
    key(
        "languages",
        STRINGS,
        described("all"),
        r#"["de"]"#,
        "Languages of the articles that the feed takes; `de` includes `de-CH`.",
    ),
    key(
        "link_contains",
        ANY,
        described("any"),
        "\"/news/\"",
        "Text that the URL of an article must contain.",
    ),
    key(
        "link_matches",
        REGEX,
        described("any"),
        r"'/202[34]/'",
        "[Regular expression](../seeds.md#regular-expressions) that the URL of an article must match.",
    ),
    key(
        "max_age",
        ValueType::Text(TextFormat::Duration),
        described("any"),
        "\"30d\"",
        "Age of the oldest article that the feed takes: `12h`, `30d`, `8w`.",
    ),
    key(
        "name",
        ValueType::Text(TextFormat::FolderName),
        described("required"),
        "\"bridge\"",
        "Folder of the feed, next to those of the sections. Required.",
    ),
    key("sections", STRINGS, described("all"), r#"["town"]"#, "Sections whose articles the feed takes."),
    key(
        "tags",
        STRINGS,
        described("any"),
        r#"["river", "flood"]"#,
        "Tags, ignoring case; the feed takes the articles that have any of them.",
    ),
    key(
        "title_contains",
        ANY,
        described("any"),
        "\"bridge\"",
        "Text that the title of an article must contain, ignoring case.",
    ),
    key(
        "title_matches",
        REGEX,
        described("any"),
        r"'^bridge\b'",
        "[Regular expression](../seeds.md#regular-expressions) that the title of an article must match, ignoring case.",
    ),
];

fn formats() -> Vec<String> {
    FORMATS.iter().map(|f| f.name().to_owned()).collect()
}

fn days() -> Vec<String> {
    super::DAYS.map(str::to_owned).to_vec()
}

pub(super) fn index() -> Vec<String> {
    let mut names: Vec<_> = INDEX.iter().map(|i| i.name()).chain([FULL]).map(str::to_owned).collect();
    names.dedup();
    names
}

fn groupings() -> Vec<String> {
    Grouping::ALL.iter().map(|by| by.name().to_owned()).collect()
}

fn address_rules() -> Vec<String> {
    ADDRESS_RULES.iter().map(|rule| rule.name.to_owned()).collect()
}

fn categories() -> Vec<String> {
    Category::all().map(|(name, _)| name).collect()
}

fn rules() -> Vec<String> {
    crate::check::rules().iter().map(|rule| rule.meta.code.to_owned()).collect()
}

fn denied() -> Vec<String> {
    std::iter::once("warnings".to_owned()).chain(rules()).collect()
}

/// Returns the name of every key of every table.
///
/// ```
/// assert!(feedmill::config::keys().any(|key| key == "base_url"));
/// ```
pub fn keys() -> impl Iterator<Item = &'static str> {
    [CHANNEL, TOP, PODCAST, CHECK, LEVELS, CLEAN, EXTRA, THEME, FEED]
        .into_iter()
        .flatten()
        .map(|key| key.name)
}
