//! Structure: which elements and attributes are allowed where, how often, and whether they may be empty.

use std::fmt::Display;

use crate::document::xml::{Attribute, Element};
use crate::engine::log::Log;
use crate::engine::ns::{ATOM, ITUNES, MEDIA, RSS_1, RSS_090};
use crate::message::shown;
use crate::rule::{
    Context::{Entry, Item, Whole},
    Rule,
};
use feedmill_diag::nearest;
use feedmill_types::work::step;

const ATOM_SPEC: (&str, &str) = ("RFC 4287, 4", "https://www.rfc-editor.org/rfc/rfc4287#section-4");
const OPML_SPEC: (&str, &str) = ("OPML 2.0", "http://opml.org/spec2.opml");
const APPLE_SPEC: (&str, &str) =
    ("Apple Podcasts, RSS tags", "https://help.apple.com/itc/podcasts_connect/#/itcb54353390");
const PODCAST_SPEC: (&str, &str) = ("Podcasting 2.0", "https://podcasting2.org/docs/podcast-namespace");
const MEDIA_SPEC: (&str, &str) = ("Media RSS", "https://www.rssboard.org/media-rss");
const RSS_1_SPEC: (&str, &str) = ("RSS 1.0", "https://web.resource.org/rss/1.0/spec");

/// Returns a rule with the specification of each format and vocabulary except RSS.
const fn in_formats(rule: &Rule) -> [Rule; 6] {
    [
        rule.with_spec(ATOM_SPEC),
        rule.with_spec(OPML_SPEC),
        rule.with_spec(APPLE_SPEC),
        rule.with_spec(PODCAST_SPEC),
        rule.with_spec(MEDIA_SPEC),
        rule.with_spec(RSS_1_SPEC),
    ]
}

/// Returns the rule with the specification of an element's format or vocabulary. `variants` are those of [`in_formats`].
fn rule_in(element: &Element<'_>, rule: &'static Rule, variants: &'static [Rule; 6]) -> &'static Rule {
    let ns = &*element.ns;
    if ns == ATOM {
        &variants[0]
    } else if ns.is_empty() && matches!(element.name, "opml" | "head" | "body" | "outline") {
        &variants[1]
    } else if ns == ITUNES {
        &variants[2]
    } else if ns.contains("podcast") {
        &variants[3]
    } else if ns == MEDIA {
        &variants[4]
    } else if ns == RSS_1 || ns == RSS_090 {
        &variants[5]
    } else {
        rule
    }
}

/// Reports an attribute that its element must have.
pub(crate) fn missing_attribute(element: &Element<'_>, detail: impl Display, log: &mut Log) {
    log.start(rule_in(element, &MISSING_ATTRIBUTE, &MISSING_ATTRIBUTE_IN), element, detail);
}

pub(crate) static UNKNOWN_ROOT: Rule = Rule::error("feed/unknown-root", "not a feed")
    .why("A reader that gets a web page or an error message instead of a feed shows nothing.")
    .remedy("check what the server sends: the root must be rss, feed or opml, or a JSON object")
    .spec("RSS 2.0.11, What is RSS?", "https://www.rssboard.org/rss-specification#whatIsRss")
    .example(Whole, "<html><body>Page not found</body></html>", rss!());

static UNDEFINED: Rule = Rule::error("feed/undefined-element", "element that is not allowed here")
    .why("Readers ignore elements that their format does not define, so the content is lost. Names are case-sensitive: `pubdate` is not `pubDate`.")
    .remedy("correct its name, move it, or remove it")
    .spec("RSS 2.0.11, Elements of item", "https://www.rssboard.org/rss-specification#hrelementsOfLtitemgt")
    .example(Item, "<pubdate>Tue, 31 Oct 2023 21:15:02 GMT</pubdate>", "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>");

/// The same rule, with the specifications of the formats and vocabularies.
static UNDEFINED_IN: [Rule; 6] = in_formats(&UNDEFINED);

/// The same rule for HTML in an element that holds text.
static UNESCAPED: Rule =
    UNDEFINED.with_remedy("write `&lt;` for each `<` of the HTML and `&amp;` for each `&`, or put all of it into `<![CDATA[` and `]]>`");
static UNESCAPED_IN: [Rule; 6] = in_formats(&UNESCAPED);

static QUESTIONABLE: Rule = Rule::warning("feed/questionable-element", "known element in an unusual place")
    .why("The element is known, but few readers look for it here.")
    .remedy("move it to the channel, the feed, the item or the entry")
    .spec("RFC 4287, 6.4", "https://www.rfc-editor.org/rfc/rfc4287#section-6.4")
    .example(
        Entry,
        "<author><name>Ann</name><dc:language>en</dc:language></author>",
        "<author><name>Ann</name></author>\n<dc:language>en</dc:language>",
    );

static MISSING: Rule = Rule::error("feed/missing-element", "missing required element")
    .why("Readers rely on what the specification requires; some refuse the feed without it.")
    .remedy("add the element")
    .spec("RSS 2.0.11", "https://www.rssboard.org/rss-specification")
    .example(
        Entry,
        "<author><uri>https://ann.example/</uri></author>",
        "<author><name>Ann</name><uri>https://ann.example/</uri></author>",
    );

/// The same rule, with the specifications of the formats and vocabularies.
static MISSING_IN: [Rule; 6] = in_formats(&MISSING);

static DUPLICATE: Rule = Rule::error("feed/duplicate-element", "duplicate element")
    .why("Of two titles or dates, one reader shows the first and another the last.")
    .remedy("keep one of them")
    .spec("RSS 2.0.11", "https://www.rssboard.org/rss-specification")
    .example(Item, "<title>One</title>\n<title>Two</title>", "<title>One</title>");

/// The same rule, with the specifications of the formats and vocabularies.
static DUPLICATE_IN: [Rule; 6] = in_formats(&DUPLICATE);

static UNEXPECTED_TEXT: Rule = Rule::error("feed/unexpected-text", "text between elements")
    .why("No reader shows text between elements. Usually it is left over from a broken template.")
    .remedy("move the text into an element, or remove it")
    .spec("RSS 2.0.11, Elements of item", "https://www.rssboard.org/rss-specification#hrelementsOfLtitemgt")
    .example(Item, "<title>One</title> two", "<title>One two</title>");

static UNEXPECTED_TEXT_IN: [Rule; 6] = in_formats(&UNEXPECTED_TEXT);

/// The same rule for a text that belongs in an attribute.
static TEXT_OF_ATTRIBUTE: Rule =
    UNEXPECTED_TEXT.with_remedy("move the text into the attribute, or remove it");
static TEXT_OF_ATTRIBUTE_IN: [Rule; 6] = in_formats(&TEXT_OF_ATTRIBUTE);

static WHITESPACE: Rule = Rule::error("feed/unexpected-whitespace", "white space around a value")
    .why("Ids and dates of Atom are compared character by character, including white space and line ends.")
    .remedy("remove the white space")
    .spec("RFC 4287, 2", "https://www.rfc-editor.org/rfc/rfc4287#section-2")
    .example(
        Entry,
        "<published> 2023-10-31T21:15:02Z </published>",
        "<published>2023-10-31T21:15:02Z</published>",
    );

pub(crate) static BLANK: Rule = Rule::warning("feed/blank", "empty element")
    .why("An empty title is shown as a blank line; an empty URL leads nowhere.")
    .remedy("give it a value, or omit the element")
    .spec("RSS Profile, Character Data", "https://www.rssboard.org/rss-profile#data-types-characterdata")
    .example(Item, "<title></title>", "<title>One</title>");

pub(crate) static BLANK_ATTRIBUTE: Rule = Rule::warning("feed/blank-attribute", "empty attribute")
    .why("Some readers treat an empty attribute as missing, others as a value of its own.")
    .remedy("give it a value, or omit the attribute")
    .spec("RFC 4287, 4.2.7", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7")
    .example(
        Entry,
        r#"<link rel="related" title="" href="https://town.example/2"/>"#,
        r#"<link rel="related" title="Two" href="https://town.example/2"/>"#,
    );

pub(crate) static MISSING_ATTRIBUTE: Rule =
    Rule::error("feed/missing-attribute", "missing required attribute")
        .why("The element is useless without it.")
        .remedy("add the attribute")
        .spec("RSS 2.0.11", "https://www.rssboard.org/rss-specification")
        .example(
            Item,
            r#"<enclosure url="https://town.example/1.mp3" type="audio/mpeg"/>"#,
            r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>"#,
        );

/// The same rule, with the specifications of the formats and vocabularies.
static MISSING_ATTRIBUTE_IN: [Rule; 6] = in_formats(&MISSING_ATTRIBUTE);

static UNEXPECTED_ATTRIBUTE: Rule = Rule::error("feed/unexpected-attribute", "unknown attribute")
    .why("Readers ignore it, so its value is lost. Names are case-sensitive: `ispermalink` is not `isPermaLink`.")
    .remedy("correct its name, or remove it")
        .spec("RSS 2.0.11", "https://www.rssboard.org/rss-specification")
    .example(Item, r#"<guid ispermalink="true">https://town.example/1</guid>"#, r#"<guid isPermaLink="true">https://town.example/1</guid>"#);

/// The same rule, with the specifications of the formats and vocabularies.
static UNEXPECTED_ATTRIBUTE_IN: [Rule; 6] = in_formats(&UNEXPECTED_ATTRIBUTE);

static TOO_LONG: Rule = Rule::error("feed/too-long", "text is too long")
    .why("The store truncates it or refuses the feed.")
    .remedy("shorten it")
    .spec("Apple Podcasts, RSS tags", "https://help.apple.com/itc/podcasts_connect/#/itcb54353390")
    .example(Item, "<itunes:subtitle>one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight nine ten</itunes:subtitle>", "<itunes:subtitle>one two three</itunes:subtitle>");

pub(crate) static NO_LANGUAGE: Rule = Rule::note("feed/no-language", "missing language")
    .why("A reader that reads aloud, hyphenates or translates has to guess the language.")
    .remedy("add `language` to an RSS channel, `xml:lang` to an Atom feed")
    .spec("RSS Profile, language", "https://www.rssboard.org/rss-profile#element-channel-language")
    .example(
        Whole,
        rss!(),
        rss_without_self!(
            r#"<language>en</language>
<atom:link rel="self" href="https://town.example/rss.xml"/>
"#
        ),
    );

pub(crate) static RULES: &[&Rule] = &[
    &UNKNOWN_ROOT,
    &UNDEFINED,
    &QUESTIONABLE,
    &MISSING,
    &DUPLICATE,
    &UNEXPECTED_TEXT,
    &WHITESPACE,
    &BLANK,
    &BLANK_ATTRIBUTE,
    &MISSING_ATTRIBUTE,
    &UNEXPECTED_ATTRIBUTE,
    &TOO_LONG,
    &NO_LANGUAGE,
];

/// Returns `; did you mean …?` if a known name is close enough.
fn hint(name: &str, known: impl Iterator<Item = &'static str>) -> String {
    step(name.len());
    let near = nearest(name, known).filter(|known| is_misspelled(name, known));
    near.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default()
}

/// True if a name may be a misspelling of a known one. Most short words are near to each other, such as `type` and `time`.
pub(crate) fn is_misspelled(name: &str, known: &str) -> bool {
    const SHORT: usize = 5;
    let differing = name.chars().zip(known.chars()).filter(|(a, b)| !a.eq_ignore_ascii_case(b)).count();
    known.len() > SHORT || name.len() != known.len() || differing <= 1
}

/// Returns the attribute of this element that others call `name`.
fn other_attribute(name: &str, known: &'static [&'static str]) -> Option<&'static str> {
    const OTHERS: [(&str, &[&str]); 5] = [
        ("url", &["href", "src", "uri", "link"]),
        ("href", &["url", "src", "uri", "link"]),
        ("length", &["size", "filesize", "bytes", "filelength"]),
        ("type", &["mime", "mimetype", "mime-type", "mime_type", "contenttype", "media-type"]),
        ("term", &["name", "tag"]),
    ];
    let lower = name.to_ascii_lowercase();
    let (own, _) = OTHERS.iter().find(|(own, others)| known.contains(own) && others.contains(&&*lower))?;
    Some(own)
}

/// Reports an element that is not allowed in its parent. `known` are the names that are.
pub(crate) fn undefined(
    parent: &Element<'_>,
    child: &Element<'_>,
    known: impl Iterator<Item = &'static str>,
    log: &mut Log,
) {
    undefined_with(parent, child, || hint(child.local, known), log);
}

/// Does the same with the end of the message. The search for a similar name takes long, so it is called only if it is shown.
pub(crate) fn undefined_with(
    parent: &Element<'_>,
    child: &Element<'_>,
    hint: impl FnOnce() -> String,
    log: &mut Log,
) {
    let rule = rule_in(parent, &UNDEFINED, &UNDEFINED_IN);
    let hint = if log.is_full(rule) { String::new() } else { hint() };
    log.start(rule, child, format_args!("`{}` in `{}`{hint}", child.name, parent.name));
}

/// Reports HTML as elements in an element that holds text.
pub(crate) fn unescaped(parent: &Element<'_>, child: &Element<'_>, log: &mut Log) {
    let rule = rule_in(parent, &UNESCAPED, &UNESCAPED_IN);
    log.start(rule, child, format_args!("`{}` in `{}`, which holds text", child.name, parent.name));
}

/// Returns the rule about an element that this one lacks.
pub(crate) fn missing_in(element: &Element<'_>) -> &'static Rule {
    rule_in(element, &MISSING, &MISSING_IN)
}

/// Reports an element that this one must have.
pub(crate) fn missing(element: &Element<'_>, detail: impl Display, log: &mut Log) {
    log.end(missing_in(element), element, detail);
}

/// Reports an element that is known, but not in this parent.
pub(crate) fn questionable(parent: &Element<'_>, child: &Element<'_>, log: &mut Log) {
    log.start(&QUESTIONABLE, child, format_args!("`{}` in `{}`", child.name, parent.name));
}

/// Reports an element that its parent already has.
pub(crate) fn duplicate(parent: &Element<'_>, child: &Element<'_>, log: &mut Log) {
    let rule = rule_in(parent, &DUPLICATE, &DUPLICATE_IN);
    log.start(rule, child, format_args!("`{}` in `{}`", child.name, parent.name));
}

/// Reports text in an element that holds none.
pub(crate) fn unexpected_text(element: &Element<'_>, text: &str, at: usize, log: &mut Log) {
    let place = place_of_text(element, text);
    let (text, name) = (shown(text), element.name);
    let rule = rule_in(element, &UNEXPECTED_TEXT, &UNEXPECTED_TEXT_IN);
    match place {
        None => log.at(rule, at, format_args!("`{text}` in `{name}`")),
        Some(Place::Child(child)) => {
            log.at(rule, at, format_args!("`{text}` in `{name}`; it belongs in `{child}`"))
        }
        Some(Place::Attribute(attribute)) => {
            let rule = rule_in(element, &TEXT_OF_ATTRIBUTE, &TEXT_OF_ATTRIBUTE_IN);
            log.at(rule, at, format_args!("`{text}` in `{name}`; it belongs in the attribute `{attribute}`"));
        }
    }
}

/// Where the value of an element is that other formats have as its text.
enum Place {
    Attribute(&'static str),
    Child(&'static str),
}

fn place_of_text(element: &Element<'_>, text: &str) -> Option<Place> {
    Some(match (&*element.ns, element.local) {
        (ITUNES, "image") | (ATOM, "link") => Place::Attribute("href"),
        (ITUNES, "category") => Place::Attribute("text"),
        (ATOM, "category") => Place::Attribute("term"),
        ("", "enclosure") | (MEDIA, "content" | "thumbnail") => Place::Attribute("url"),
        (ns, "transcript" | "chapters") if ns.contains("podcast") => Place::Attribute("url"),
        (ITUNES, "owner") if text.contains('@') => Place::Child("itunes:email"),
        (ITUNES, "owner") => Place::Child("itunes:name"),
        (ATOM, "author" | "contributor") => Place::Child("name"),
        ("", "image") => Place::Child("url"),
        _ => return None,
    })
}

/// Reports an attribute that its element does not have. `known` are the names of those that it has.
pub(crate) fn unexpected_attribute(
    element: &Element<'_>,
    attribute: &Attribute<'_>,
    known: &'static [&'static str],
    log: &mut Log,
) {
    let rule = rule_in(element, &UNEXPECTED_ATTRIBUTE, &UNEXPECTED_ATTRIBUTE_IN);
    let is_full = log.is_full(rule);
    let is_free = |name: &&'static str| element.attribute(name).is_none();
    let hint = match other_attribute(attribute.name, known).filter(is_free) {
        _ if is_full => String::new(),
        Some(other) => format!("; did you mean `{other}`?"),
        None => hint(attribute.name, known.iter().copied().filter(is_free)),
    };
    let detail = format_args!("`{}` on `{}`{hint}", attribute.name, element.name);
    log.attribute(rule, attribute, detail);
}

/// Reports an element without content.
pub(crate) fn not_blank(element: &Element<'_>, log: &mut Log) {
    if element.is_blank() {
        log.start(&BLANK, element, format_args!("`{}`", element.name));
    }
}

/// Returns the rule about empty attributes if a value is blank.
pub(crate) fn not_blank_attribute(value: &str) -> Option<&'static Rule> {
    value.trim().is_empty().then_some(&BLANK_ATTRIBUTE)
}

/// Reports white space around the text of an element.
pub(crate) fn no_whitespace(element: &Element<'_>, log: &mut Log) {
    let text = element.text();
    if text.trim().len() < text.len() && !text.trim().is_empty() {
        log.start(&WHITESPACE, element, format_args!("`{}`", element.name));
    }
}

/// Reports a text of more than `max` characters.
pub(crate) fn at_most(element: &Element<'_>, max: usize, log: &mut Log) {
    let length = element.text().trim().chars().count();
    if length > max {
        let detail = format_args!("`{}` is {length} characters long (maximum {max})", element.name);
        log.end(&TOO_LONG, element, detail);
    }
}
