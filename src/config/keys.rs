//! The keys, a row each: what reads them, what describes them to editors and what explains them to people go by this.

use crate::format::{FORMATS, INDEX};
use crate::model::podcast::Category;

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// A string.
    Text(Form),
    /// A whole number, zero or more.
    Number,
    /// `true` or `false`.
    Switch,
    /// A list of strings.
    List(Words),
}

/// Which strings a list may hold.
#[derive(Clone, Copy, Debug)]
pub enum Words {
    /// Any.
    Any,
    /// These.
    OneOf(fn() -> Vec<String>),
    /// These, in any case of letters, and with any spaces around `>`.
    Spelled(fn() -> Vec<String>),
}

/// What a string has to look like.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Anything.
    Any,
    /// An absolute http or https address, or nothing.
    Address,
    /// A language tag, or nothing.
    Language,
    /// The name of a folder of feeds.
    Folder,
    /// `Name <mail@host>` or `mail@host`.
    Mailbox,
    /// A UUID.
    Uuid,
    /// A pattern of addresses, or the name of one, or nothing.
    Permalink,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// What is done where a key is not written.
#[derive(Clone, Copy, Debug)]
pub enum Otherwise {
    /// The same as with this value, in TOML.
    Value(&'static str),
    /// What these words say.
    Words(&'static str),
}

/// A key of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// How it is written in its table.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What is done without it.
    pub otherwise: Otherwise,
    /// A value, in TOML.
    pub example: &'static str,
    /// What it is, in Markdown.
    pub what: &'static str,
    /// How it is kept: with the name of its table before, where it stands among the keys of a channel.
    pub(super) kept: &'static str,
}

/// A table of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// How it is written; empty at the top.
    pub head: &'static str,
    /// What it is, in Markdown.
    pub what: &'static str,
    /// What it takes.
    pub keys: &'static [&'static [Key]],
}

/// Every table, in the order in which they are explained.
///
/// ```
/// use feedmill::config::TABLES;
///
/// let heads: Vec<_> = TABLES.iter().map(|table| table.head).collect();
/// assert_eq!(heads, ["", "[clean]", "[check]", "[podcast]", "[section.NAME]", "[[feed]]"]);
/// ```
pub static TABLES: &[Table] = &[
    Table {
        head: "",
        what: "At the top: where things lie, and what the whole feed is.",
        keys: &[TOP, CHANNEL],
    },
    Table { head: "[clean]", what: "What is to go from bodies, beside what always goes.", keys: &[CLEAN] },
    Table { head: "[check]", what: "For `feedmill check` and `feedmill build --check`.", keys: &[CHECK] },
    Table {
        head: "[podcast]",
        what: "Makes a podcast of the RSS feeds that have sound. `[section.NAME.podcast]` does so of a section's \
               feed, `[feed.podcast]` below a `[[feed]]` of that. What one does not say it has from `[podcast]`, \
               but for the guid.",
        keys: &[PODCAST],
    },
    Table {
        head: "[section.NAME]",
        what: "A section is a folder under the seeds, and has feeds of its own, with or without such a table. What \
               the table does not say is that of the whole feed; the title is then `NAME – TITLE`, and the folder \
               of its feeds lies in that of the whole.",
        keys: &[CHANNEL],
    },
    Table {
        head: "[[feed]]",
        what: "A feed of its own, of what its filter matches. What it does not say is as in a section.",
        keys: &[FEED, CHANNEL],
    },
];

const ANY: Takes = Takes::Text(Form::Any);
const ADDRESS: Takes = Takes::Text(Form::Address);
const WORDS: Takes = Takes::List(Words::Any);

const fn key(
    name: &'static str,
    takes: Takes,
    otherwise: Otherwise,
    example: &'static str,
    what: &'static str,
) -> Key {
    Key { name, takes, otherwise, example, what, kept: name }
}

/// A key of `[podcast]`, whose table stands in any channel.
const fn podcast(kept: &'static str, key: Key) -> Key {
    Key { kept, ..key }
}

const fn is(value: &'static str) -> Otherwise {
    Otherwise::Value(value)
}

const fn words(words: &'static str) -> Otherwise {
    Otherwise::Words(words)
}

/// Keys of a channel: at the top, in a section and in a feed of its own.
pub(super) const CHANNEL: &[Key] = &[
    key(
        "archive",
        Takes::Switch,
        is("false"),
        "true",
        "Whether older entries go to archive documents, one a month (RFC 5005). Needs `base_url`.",
    ),
    key(
        "author",
        ANY,
        words("none; Atom, which needs one, gets the site's host"),
        "\"Ann Lee <ann@news.example>\"",
        "Who is responsible: `Name <mail@host>`, either alone will do.",
    ),
    key(
        "base_url",
        ADDRESS,
        words("none, with a warning"),
        "\"https://news.example/feeds/\"",
        "Where the feeds folder is published. Gives each feed its self link.",
    ),
    key("copyright", ANY, words("none"), "\"CC BY 4.0\"", "The copyright line."),
    key("description", ANY, words("the title"), "\"What happens in town\"", "What the feed is about."),
    key(
        "formats",
        Takes::List(Words::OneOf(formats)),
        is(r#"["rss", "atom", "json"]"#),
        r#"["atom", "json"]"#,
        "What is written: `rss.xml`, `atom.xml`, `feed.json`.",
    ),
    key(
        "hub",
        ADDRESS,
        words("none"),
        "\"https://hub.example/\"",
        "The WebSub hub that feeds name, and that each run tells which of them changed.",
    ),
    key("icon", ADDRESS, words("none"), "\"https://news.example/icon.png\"", "The address of a picture."),
    key(
        "ids",
        Takes::Text(Form::OneOf(&["link", "tag", "file"])),
        is("\"link\""),
        "\"tag\"",
        "What ids are made of: `link` is the address of the article; `tag` a tag URI (RFC 4151) made of it; `file` \
         one of the number in the name of the seed, for sites that change addresses with titles.",
    ),
    key("indent", Takes::Switch, is("true"), "false", "Whether feeds have line breaks and indentation."),
    key(
        "language",
        Takes::Text(Form::Language),
        words("none"),
        "\"en\"",
        "The language of the articles, such as `en` or `zh-Hans` (RFC 5646).",
    ),
    key("limit", Takes::Number, is("50"), "100", "How many entries a feed carries; `0` for all."),
    key(
        "site_url",
        ADDRESS,
        words("that of the newest article"),
        "\"https://news.example/\"",
        "The site the articles belong to.",
    ),
    key("title", ANY, words("the name of the seeds folder"), "\"Town news\"", "The title of the feed."),
];

/// Keys that stand at the top only.
pub(super) const TOP: &[Key] = &[
    key(
        "cache_dir",
        ANY,
        words("`.feedmill` in the feeds folder"),
        "\".cache\"",
        "Where is kept what the mill remembers, seen from the file; one folder may serve several feeds folders.",
    ),
    key(
        "catalog",
        Takes::Switch,
        is("true"),
        "false",
        "Whether the mill remembers what it saw, so that a run reads only what changed.",
    ),
    key("feeds", ANY, is("\"feeds\""), "\"public/feeds\"", "Where the feeds go, seen from the file."),
    key(
        "index",
        Takes::List(Words::OneOf(index)),
        is(r#"["page", "opml", "style"]"#),
        r#"["opml"]"#,
        "What lies beside the feeds: `page` is `index.html`, `opml` is `feeds.opml`, `style` is `feed.css`, with \
         which browsers show a feed.",
    ),
    key(
        "permalink",
        Takes::Text(Form::Permalink),
        words("as its generator makes it"),
        "\"/:year/:month/:slug/\"",
        "How the address is made of an article [that does not say it](../seeds.md#addresses).",
    ),
    key(
        "probe",
        Takes::Switch,
        is("false"),
        "true",
        "Whether media servers are asked for type and length where an article does not tell.",
    ),
    key(
        "probe_private",
        Takes::Switch,
        is("false"),
        "true",
        "Whether media servers with private addresses are asked too, and through a proxy.",
    ),
    key("push", Takes::Switch, is("true"), "false", "Whether the hub is told of feeds that changed."),
    key("seeds", ANY, is("\"seeds\""), "\"articles\"", "Where the articles lie, seen from the file."),
];

/// Keys of `[podcast]`, which stands in any channel. They are kept among those of their channel.
pub(super) const PODCAST: &[Key] = &[
    podcast(
        "podcast.author",
        key("author", ANY, words("`author` of the feed"), "\"Ann Lee\"", "Whose show it is."),
    ),
    podcast(
        "podcast.category",
        key(
            "category",
            Takes::List(Words::Spelled(categories)),
            words("none; stores require one"),
            r#"["News", "Arts > Books"]"#,
            "Categories of [Apple's](https://podcasters.apple.com/support/1691-apple-podcasts-categories).",
        ),
    ),
    podcast(
        "podcast.explicit",
        key("explicit", Takes::Switch, is("false"), "true", "Whether it is not for children."),
    ),
    podcast(
        "podcast.guid",
        key(
            "guid",
            Takes::Text(Form::Uuid),
            words("made of the address of the feed"),
            "\"917393e3-1b1e-5cef-ace4-edaa54e1f810\"",
            "The UUID of the show, which stays when it moves.",
        ),
    ),
    podcast(
        "podcast.image",
        key(
            "image",
            ADDRESS,
            words("`icon` of the feed"),
            "\"https://news.example/cover.jpg\"",
            "The address of the cover.",
        ),
    ),
    podcast(
        "podcast.locked",
        key("locked", Takes::Switch, words("not said"), "true", "Whether other hosts may not take it over."),
    ),
    podcast(
        "podcast.owner",
        key(
            "owner",
            Takes::Text(Form::Mailbox),
            words("`author` of the feed, where it has an address"),
            "\"Ann Lee <ann@news.example>\"",
            "Whom stores write to: `Name <mail@host>`.",
        ),
    ),
    podcast(
        "podcast.type",
        key(
            "type",
            Takes::Text(Form::OneOf(&["episodic", "serial"])),
            is("\"episodic\""),
            "\"serial\"",
            "`episodic`: the newest is heard first; `serial`: the oldest.",
        ),
    ),
];

/// Names at the top that are tables.
pub(super) const NAMES: &[&str] = &["check", "clean", "feed", "podcast", "section"];

pub(super) const CHECK: &[Key] = &[
    key(
        "allow",
        Takes::List(Words::OneOf(rules)),
        is("[]"),
        r#"["feed/no-language"]"#,
        "Codes of [rules](../rules.md) that say nothing.",
    ),
    key(
        "deny",
        Takes::List(Words::OneOf(denied)),
        is("[]"),
        r#"["warnings"]"#,
        "Whether warnings are errors.",
    ),
];

pub(super) const CLEAN: &[Key] = &[
    key("drop", WORDS, is("[]"), r#"[".newsletter-signup"]"#, "CSS selectors of what is to go from bodies."),
    key(
        "keep",
        WORDS,
        is("[]"),
        r#"[".share-of-the-vote"]"#,
        "CSS selectors of what looks like clutter but is not.",
    ),
];

pub(super) const FEED: &[Key] = &[
    key("link_contains", ANY, words("any"), "\"/news/\"", "What the address of an article must hold."),
    key(
        "name",
        Takes::Text(Form::Folder),
        words("required"),
        "\"bridge\"",
        "The folder it lies in, beside those of the sections. It has to be there.",
    ),
    key("sections", WORDS, words("all"), r#"["town"]"#, "The sections it takes from."),
    key(
        "title_contains",
        ANY,
        words("any"),
        "\"bridge\"",
        "What the title of an article must hold, in any case of letters.",
    ),
];

fn formats() -> Vec<String> {
    FORMATS.iter().map(|f| f.name().to_owned()).collect()
}

fn index() -> Vec<String> {
    INDEX.iter().map(|i| i.name().to_owned()).collect()
}

fn categories() -> Vec<String> {
    Category::all().map(|(name, _)| name).collect()
}

fn rules() -> Vec<String> {
    crate::check::rules().iter().map(|rule| rule.meta.code.to_owned()).collect()
}

fn denied() -> Vec<String> {
    vec!["warnings".to_owned()]
}

/// Every key there is, wherever it may stand.
///
/// ```
/// assert!(feedmill::config::keys().any(|key| key == "base_url"));
/// ```
pub fn keys() -> impl Iterator<Item = &'static str> {
    [CHANNEL, TOP, PODCAST, CHECK, CLEAN, FEED].into_iter().flatten().map(|key| key.name)
}
