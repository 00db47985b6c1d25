//! Structure: which elements and attributes stand where, how often, and whether anything is in them.

use super::super::document::{Attribute, Element};
use super::super::log::{Log, shown};
use super::super::rule::{
    Rule,
    Within::{Entry, Item, Whole},
};
use super::super::walk::{self, Family, Scope};

pub(in super::super) static UNKNOWN_ROOT: Rule = Rule::error("feed/unknown-root", "The document is no feed")
    .why("A reader that is given a web page or an error message in place of a feed shows nothing.")
    .help("see what the server sends: the root should be rss, feed or opml, or a JSON object")
    .spec("RSS 2.0.11, What is RSS?", "https://www.rssboard.org/rss-specification#whatIsRss")
    .example(Whole, "<html><body>Page not found</body></html>", rss!());

pub(in super::super) static RSS_1: Rule = Rule::warning(
    "feed/rss-1",
    "RSS 1.0, of which only the XML is looked at",
)
.why("RSS 1.0 is RDF and has little in common with RSS 2.0. Its rules are not looked at here.")
.help("publish RSS 2.0 or Atom beside it")
.spec("RSS 1.0", "https://web.resource.org/rss/1.0/spec")
.example(
    Whole,
    r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>"#,
    rss!(),
);

pub(in super::super) static UNDEFINED: Rule = Rule::error("feed/undefined-element", "An element that has no place here")
    .why("A reader passes over what its format does not describe, so what was written there is lost. Names are compared letter by letter: `pubdate` is not `pubDate`.")
    .help("correct its name, move it to its place, or remove it")
    .spec("RSS 2.0.11, Elements of item", "https://www.rssboard.org/rss-specification#hrelementsOfLtitemgt")
    .example(Item, "<pubdate>Tue, 31 Oct 2023 21:15:02 GMT</pubdate>", "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>");

static QUESTIONABLE: Rule = Rule::warning("feed/questionable-element", "A known element in an unusual place")
    .why("The element is known, but not here: few readers will look for it.")
    .help("move it to the channel, the feed, the item or the entry")
    .spec("RFC 4287, 6.4", "https://www.rfc-editor.org/rfc/rfc4287#section-6.4")
    .example(
        Entry,
        "<author><name>Ann</name><dc:language>en</dc:language></author>",
        "<author><name>Ann</name></author>\n<dc:language>en</dc:language>",
    );

pub(in super::super) static MISSING: Rule =
    Rule::error("feed/missing-element", "A required element is missing")
        .why("Readers count on what the specification requires; some refuse the feed without it.")
        .help("add the element")
        .spec("RFC 4287, 4.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1")
        .example(
            Entry,
            "<author><uri>https://ann.example/</uri></author>",
            "<author><name>Ann</name><uri>https://ann.example/</uri></author>",
        );

static DUPLICATE: Rule = Rule::error("feed/duplicate-element", "An element that may be there once only")
    .why("Of two titles or dates one reader shows the first and another the last.")
    .help("keep one of them")
    .spec("RFC 4287, 4.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1")
    .example(Item, "<title>One</title>\n<title>Two</title>", "<title>One</title>");

static UNEXPECTED_TEXT: Rule = Rule::error("feed/unexpected-text", "Text where only elements may be")
    .why("No reader shows text that stands between elements. It often is what is left of a broken template.")
    .help("put the text into an element, or remove it")
    .spec("RSS 2.0.11, Elements of item", "https://www.rssboard.org/rss-specification#hrelementsOfLtitemgt")
    .example(Item, "<title>One</title> two", "<title>One two</title>");

static WHITESPACE: Rule =
    Rule::error("feed/unexpected-whitespace", "White space around a value that may have none")
        .why("Ids and dates of Atom are compared letter by letter, white space and line ends included.")
        .help("remove the white space")
        .spec("RFC 4287, 2", "https://www.rfc-editor.org/rfc/rfc4287#section-2")
        .example(
            Entry,
            "<published> 2023-10-31T21:15:02Z </published>",
            "<published>2023-10-31T21:15:02Z</published>",
        );

static BLANK: Rule = Rule::warning("feed/blank", "An element that should not be empty")
    .why("An empty title shows as a line without words, an empty address leads nowhere.")
    .help("give it a value, or leave the element out")
    .spec("RSS Profile, Character Data", "https://www.rssboard.org/rss-profile#data-types-characterdata")
    .example(Item, "<title></title>", "<title>One</title>");

pub(in super::super) static BLANK_ATTRIBUTE: Rule = Rule::warning("feed/blank-attribute", "An attribute that should not be empty")
    .why("An attribute that says nothing is taken by some readers for one that is not there, and by others for a value of its own.")
    .help("give it a value, or leave the attribute out")
    .spec("RFC 4287, 4.2.7", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7")
    .example(Entry, r#"<link rel="related" title="" href="https://town.example/2"/>"#, r#"<link rel="related" title="Two" href="https://town.example/2"/>"#);

pub(in super::super) static MISSING_ATTRIBUTE: Rule =
    Rule::error("feed/missing-attribute", "A required attribute is missing")
        .why("The element says nothing without it.")
        .help("add the attribute")
        .spec(
            "RSS 2.0.11, enclosure",
            "https://www.rssboard.org/rss-specification#ltenclosuregtSubelementOfLtitemgt",
        )
        .example(
            Item,
            r#"<enclosure url="https://town.example/1.mp3" type="audio/mpeg"/>"#,
            r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>"#,
        );

static UNEXPECTED_ATTRIBUTE: Rule = Rule::error("feed/unexpected-attribute", "An attribute that the element does not have")
    .why("A reader passes over it, so what was meant is lost. Names are compared letter by letter: `ispermalink` is not `isPermaLink`.")
    .help("correct its name, or remove it")
    .spec("RSS 2.0.11, guid", "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt")
    .example(Item, r#"<guid ispermalink="true">https://town.example/1</guid>"#, r#"<guid isPermaLink="true">https://town.example/1</guid>"#);

static TOO_LONG: Rule = Rule::error("feed/too-long", "More text than may be here")
    .why("The store cuts it off or refuses the feed.")
    .help("shorten it")
    .spec("Apple Podcasts, RSS tags", "https://help.apple.com/itc/podcasts_connect/#/itcb54353390")
    .example(Item, "<itunes:subtitle>one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight nine ten</itunes:subtitle>", "<itunes:subtitle>one two three</itunes:subtitle>");

pub(in super::super) static NO_LANGUAGE: Rule =
    Rule::note("feed/no-language", "The feed does not say its language")
        .why("A reader that reads aloud, hyphenates or translates has to guess.")
        .help("add language to an RSS channel, xml:lang to an Atom feed")
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

pub(in super::super) static FAMILY: Family = Family::of_rules(
    "feed",
    &[
        &UNKNOWN_ROOT,
        &RSS_1,
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
    ],
);

/// ` (did you mean …?)`, where a name is near enough.
fn hint(name: &str, known: impl Iterator<Item = &'static str>) -> String {
    let lower = name.to_lowercase();
    let near = known
        .map(|k| (strsim::damerau_levenshtein(&k.to_lowercase(), &lower), k))
        .filter(|(distance, k)| *distance <= 2 && *distance * 3 < k.len().max(3))
        .min();
    near.map(|(_, k)| format!("; did you mean `{k}`?")).unwrap_or_default()
}

pub(in super::super) fn undefined(
    scope: &Scope<'_, '_>,
    child: &Element<'_>,
    known: impl Iterator<Item = &'static str>,
    log: &mut Log,
) {
    // Looking for a name that was meant takes longest.
    let hint = if log.is_full(&UNDEFINED) { String::new() } else { hint(child.local, known) };
    let message = format!("`{}` has no place in `{}`{hint}", child.name, scope.element.name);
    log.start(&UNDEFINED, child, message);
}

/// For families whose elements are known, but not here.
pub(in super::super) fn questionable<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, log: &mut Log) {
    let message = format!("readers do not look for `{}` in `{}`", child.name, scope.element.name);
    log.start(&QUESTIONABLE, child, message);
    walk::pass(scope, child, log);
}

pub(in super::super) fn duplicate(scope: &Scope<'_, '_>, child: &Element<'_>, log: &mut Log) {
    let message = format!("`{}` is in `{}` more than once", child.name, scope.element.name);
    log.start(&DUPLICATE, child, message);
}

pub(in super::super) fn unexpected_text(scope: &Scope<'_, '_>, text: &str, at: usize, log: &mut Log) {
    log.at(&UNEXPECTED_TEXT, at, format!("`{}` holds the text `{}`", scope.element.name, shown(text)));
}

pub(in super::super) fn unexpected_attribute(
    scope: &Scope<'_, '_>,
    attribute: &Attribute<'_>,
    known: &'static [&'static str],
    log: &mut Log,
) {
    let hint = hint(attribute.name, known.iter().copied());
    let message = format!("`{}` has no attribute `{}`{hint}", scope.element.name, attribute.name);
    log.attribute(&UNEXPECTED_ATTRIBUTE, attribute, message);
}

/// A value that should be there.
pub(in super::super) fn not_blank(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.element.text().trim().is_empty() && scope.element.elements().next().is_none() {
        log.start(&BLANK, scope.element, format!("`{}` is empty", scope.element.name));
    }
}

/// An attribute that should say something.
pub(in super::super) fn not_blank_attribute(value: &str) -> Option<&'static Rule> {
    value.trim().is_empty().then_some(&BLANK_ATTRIBUTE)
}

/// A value that may have no white space around it.
pub(in super::super) fn no_whitespace(scope: &Scope<'_, '_>, log: &mut Log) {
    let text = scope.element.text();
    if text.trim().len() < text.len() && !text.trim().is_empty() {
        log.start(
            &WHITESPACE,
            scope.element,
            format!("white space surrounds the value of `{}`", scope.element.name),
        );
    }
}

/// At most so many characters.
pub(in super::super) fn at_most(scope: &Scope<'_, '_>, most: usize, log: &mut Log) {
    let length = scope.element.text().trim().chars().count();
    if length > most {
        let message = format!("`{}` has {length} characters; {most} are the most", scope.element.name);
        log.end(&TOO_LONG, scope.element, message);
    }
}
