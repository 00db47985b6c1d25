//! Atom 1.0 ([RFC 4287](https://www.rfc-editor.org/rfc/rfc4287)): feeds, entries, sources and persons. Links and texts
//! are in `atom_link` and `atom_text`.

use std::collections::{HashMap, HashSet};

use super::{atom_link, atom_text, checks, html};
use crate::document::xml::Element;
use crate::engine::log::Log;
use crate::engine::ns::ATOM;
use crate::engine::parent::Parent;
use crate::engine::structure;
use crate::engine::vocabulary::{Def, Family, Kind, Scope, Unknown};
use crate::message::shown;
use crate::rule::{
    Context::{Entry, Feed, Whole},
    Rule,
};
use crate::values::{email, url};

/// An entry with the lines that an example adds.
macro_rules! entry {
    ($($inside:literal)?) => {
        concat!(
            "<entry xmlns=\"http://www.w3.org/2005/Atom\">\n<id>https://town.example/1</id>\n<title>One</title>\n",
            "<updated>2023-10-31T21:15:02Z</updated>\n<author><name>Ann</name></author>\n",
            $($inside,)?
            "</entry>"
        )
    };
}

static MISPLACED_METADATA: Rule = Rule::error("atom/misplaced-metadata", "feed metadata after an entry")
    .why("In the grammar of Atom entries come last, so that streaming programs know the feed before its entries.")
    .remedy("move it before the first entry")
    .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
    .example(Whole, atom_without_self!(r#"<author><name>Ann</name></author>
<link rel="self" href="https://town.example/atom.xml"/>
<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><content>Hello</content></entry>
<rights>Ann</rights>
"#), atom_without_self!(r#"<author><name>Ann</name></author>
<link rel="self" href="https://town.example/atom.xml"/>
<rights>Ann</rights>
<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><content>Hello</content></entry>
"#));

static MISSING_SELF: Rule = Rule::warning("atom/missing-self", "missing self link")
    .why("Users can subscribe to a feed that was mailed, mirrored or opened as a file only if it has its own URL.")
    .remedy("add `<link rel=\"self\" href=\"…\"/>`")
    .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
    .example(Whole, atom_without_self!(), atom!());

static DUPLICATE_ID: Rule = Rule::warning("atom/duplicate-id", "two entries with the same id")
    .why("They are two versions of one entry: a reader shows the later one, or merges them. Usually an id was copied.")
    .remedy("give each entry its own id")
    .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
    .example(Feed, "<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/1</id><title>Two</title><updated>2023-11-30T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>", "<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/2</id><title>Two</title><updated>2023-11-30T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>");

static ALL_IDS_SAME: Rule = Rule::error("atom/all-ids-same", "all entries have the same id")
    .why("A reader shows the feed as a single entry.")
    .remedy("give each entry its own id")
    .spec("RFC 4287, 4.2.6", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.6")
    .example(Feed, concat!(
        "<entry><id>https://town.example/</id><title>1</title><updated>2023-10-01T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>2</title><updated>2023-10-02T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>3</title><updated>2023-10-03T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>4</title><updated>2023-10-04T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>5</title><updated>2023-10-05T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>6</title><updated>2023-10-06T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>7</title><updated>2023-10-07T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>8</title><updated>2023-10-08T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>9</title><updated>2023-10-09T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n",
        "<entry><id>https://town.example/</id><title>10</title><updated>2023-10-10T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>",
    ), "<entry><id>https://town.example/1</id><title>1</title><updated>2023-10-01T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/2</id><title>2</title><updated>2023-10-02T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>");

static DUPLICATE_UPDATED: Rule = Rule::note("atom/duplicate-updated", "two entries with the same `updated` time")
    .why("Readers sort entries by this time, so the order of these two is undefined.")
    .remedy("nothing to fix, unless both have the same id")
    .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
    .example(Feed, "<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/2</id><title>Two</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>", "<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/2</id><title>Two</title><updated>2023-11-30T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>");

static MISSING_SOURCE_ELEMENT: Rule = Rule::warning("atom/missing-source-element", "missing metadata in a source")
    .why("An entry copied from another feed keeps that feed's id, title and date, so that readers can name its source.")
    .remedy("copy id, title and updated from the original feed")
    .spec("RFC 4287, 4.2.11", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.11")
    .example(Entry, "<source><id>https://other.example/</id><title>Other</title></source>", "<source><id>https://other.example/</id><title>Other</title><updated>2023-10-31T21:15:02Z</updated></source>");

static MISSING_SUMMARY: Rule =
    Rule::error("atom/missing-summary", "content that is not text, without a summary")
        .why("If the content is a remote file or a Base64 image, most readers can show only the summary.")
        .remedy("add a summary")
        .spec("RFC 4287, 4.1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.2")
        .example(
            Entry,
            r#"<content type="image/png" src="https://town.example/1.png"/>"#,
            r#"<content type="image/png" src="https://town.example/1.png"/>
<summary>The town hall</summary>"#,
        );

static MISSING_TEXT: Rule = Rule::warning("atom/missing-text", "entry without text")
    .why("Without content or summary, readers show only the title.")
    .remedy("add a summary or the content")
    .spec("RFC 4287, 4.1.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1.1")
    .example(
        Whole,
        entry!(
            r#"<link href="https://town.example/1"/>
"#
        ),
        entry!(
            r#"<link href="https://town.example/1"/>
<summary>Hello</summary>
"#
        ),
    );

static NO_CONTENT_OR_ALTERNATE: Rule =
    Rule::error("atom/no-content-or-alternate", "entry without content or alternate link")
        .why("There is nothing to show and nowhere to go.")
        .remedy("add content, or a link with rel=\"alternate\"")
        .spec("RFC 4287, 4.1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.2")
        .example(
            Whole,
            entry!("<summary>Hello</summary>\n"),
            entry!(
                r#"<summary>Hello</summary>
<link href="https://town.example/1"/>
"#
            ),
        );

static CATEGORY_NOT_EMPTY: Rule = Rule::warning("atom/category-not-empty", "text in a category")
    .why("The name of an Atom category is in its attributes. The specification allows content and gives it no meaning, so readers ignore it.")
    .remedy("move the text to `term`, or to `label` if `term` is an identifier")
    .spec("RFC 4287, 4.2.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.2")
    .example(
        Entry,
        r#"<category term="town">Town</category>"#,
        r#"<category term="town" label="Town"/>"#,
    );

pub(crate) static FEED: Def =
    Def::container(Parent::Feed, "feed", &[]).attributes(&["indexing:index"]).check(feed);
pub(crate) static ENTRY: Def = Def::container(Parent::Entry, "entry", &[Parent::Feed])
    .attributes(&["rdf:parseType"])
    .many()
    .check(entry);
static SOURCE: Def = Def::container(Parent::Source, "source", &[Parent::Entry]).check(source);
static AUTHOR: Def =
    Def::container(Parent::Person, "author", &[Parent::Feed, Parent::Entry, Parent::Source, Parent::Channel])
        .attributes(&["rdf:parseType"])
        .many()
        .check(person);
/// An item of RSS has one author.
static ITEM_AUTHOR: Def =
    Def::container(Parent::Person, "author", &[Parent::Item]).attributes(&["rdf:parseType"]).check(person);
static CONTRIBUTOR: Def = Def::container(
    Parent::Person,
    "contributor",
    &[Parent::Feed, Parent::Entry, Parent::Source, Parent::Channel, Parent::Item],
)
.attributes(&["rdf:parseType"])
.many()
.check(person);

const PERSONS: &[Parent] = &[Parent::Person];

pub(crate) static FAMILY: Family = Family {
    rules: &[
        &MISPLACED_METADATA,
        &MISSING_SELF,
        &DUPLICATE_ID,
        &ALL_IDS_SAME,
        &DUPLICATE_UPDATED,
        &MISSING_SOURCE_ELEMENT,
        &MISSING_SUMMARY,
        &MISSING_TEXT,
        &NO_CONTENT_OR_ALTERNATE,
        &CATEGORY_NOT_EMPTY,
    ],
    on_unknown_child,
    ..Family::new(
        "atom",
        &[ATOM],
        &[
            &ENTRY,
            &SOURCE,
            &AUTHOR,
            &ITEM_AUTHOR,
            &CONTRIBUTOR,
            &Def::text("name", PERSONS, checks::person_name),
            &Def::text("email", PERSONS, |s, log| s.value(log, email::address)),
            &Def::text("uri", PERSONS, reference),
            &Def::text("id", &[Parent::Feed, Parent::Entry, Parent::Source], id),
            &Def::text("id", &[Parent::Channel, Parent::Item], |s, log| s.value(log, url::iri)),
            &Def::text("icon", &[Parent::Feed, Parent::Source, Parent::Channel], reference),
            &Def::text("logo", &[Parent::Feed, Parent::Source, Parent::Channel], reference),
            &Def::text("updated", &[Parent::Feed, Parent::Entry, Parent::Source], checks::exact_rfc3339),
            &Def::text("updated", &[Parent::Channel, Parent::Item], checks::rfc3339),
            &Def::text("published", &[Parent::Entry], checks::exact_rfc3339),
            &Def::text("published", &[Parent::Item], checks::rfc3339),
            &Def::text("generator", &[Parent::Feed, Parent::Source, Parent::Channel], generator)
                .attributes(&["uri", "version"]),
            &Def::foreign(
                "category",
                &[Parent::Feed, Parent::Entry, Parent::Source, Parent::Channel, Parent::Item],
                category,
            )
            .attributes(&["term", "scheme", "label"])
            .many(),
            &atom_link::LINK,
            &Def::own(
                "title",
                &[Parent::Feed, Parent::Entry, Parent::Source, Parent::Channel, Parent::Item],
                atom_text::construct,
            )
            .attributes(&["type"]),
            &Def::own("subtitle", &[Parent::Feed, Parent::Source, Parent::Channel], atom_text::construct)
                .attributes(&["type"]),
            &Def::own(
                "rights",
                &[Parent::Feed, Parent::Entry, Parent::Source, Parent::Channel],
                atom_text::construct,
            )
            .attributes(&["type"]),
            &Def::own("summary", &[Parent::Entry, Parent::Item], atom_text::construct).attributes(&["type"]),
            &Def::own("content", &[Parent::Entry, Parent::Item], atom_text::content)
                .attributes(&["type", "src"]),
        ],
    )
};

/// An element of Atom in an extension or in RSS is questionable; elsewhere it is wrong.
fn on_unknown_child(scope: &Scope<'_, '_>, child: &Element<'_>) -> Unknown {
    let is_nested = matches!(child.local, "entry" | "source" | "name" | "email" | "uri");
    let is_at_home = scope.feed.kind == Kind::Atom && &*scope.element.ns == ATOM;
    if FAMILY.has_element(child.local) && !is_nested && !is_at_home {
        Unknown::Questionable
    } else {
        Unknown::Undefined
    }
}

/// Reports what a feed or source lacks, at its start tag: its end may be far.
fn metadata(scope: &Scope<'_, '_>, rule: &'static Rule, log: &mut Log) {
    let own = scope.element;
    for name in ["title", "id", "updated"] {
        if scope.lacks(name) {
            let detail = format_args!("`{name}` in `{}`", own.name);
            log.deferred(rule, own.at, atom_link::head_end(own), detail);
        }
    }
}

fn feed(scope: &Scope<'_, '_>, log: &mut Log) {
    let feed = scope.element;
    metadata(scope, structure::missing_in(feed), log);
    if feed.is_complete && !feed.ns.is_empty() && !atom_link::relations(feed).any(|(rel, _)| rel == "self") {
        log.deferred(&MISSING_SELF, feed.at, atom_link::head_end(feed), "");
    }
    if feed.is_complete && scope.xml("lang").next().is_none() {
        log.start(&structure::NO_LANGUAGE, feed, "no `xml:lang` on `feed`");
    }
    atom_link::one_alternate_a_kind(scope, log);
    let entries: Vec<_> = feed.elements().filter(|e| e.ns == feed.ns && e.local == "entry").collect();
    let first = entries.first().map_or(usize::MAX, |e| e.at);
    for late in feed.elements().filter(|e| e.at > first && e.ns == feed.ns && e.local != "entry") {
        if FAMILY.has_element(late.local) {
            log.start(&MISPLACED_METADATA, late, format_args!("`{}`", late.name));
        }
    }
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut dates = HashSet::new();
    let mut repeated = Vec::new();
    for entry in &entries {
        let text = |name| {
            let element = entry.child(&entry.ns, name).filter(|e| e.is_complete)?;
            Some((element, element.text().trim().to_owned()))
        };
        if let Some((element, id)) = text("id").filter(|(_, id)| !id.is_empty()) {
            let count = ids.entry(id.clone()).or_default();
            *count += 1;
            if *count > 1 {
                repeated.push((element, id));
            }
        }
        if let Some((element, date)) = text("updated").filter(|(_, date)| !date.is_empty())
            && !dates.insert(date.clone())
        {
            log.text(&DUPLICATE_UPDATED, element, format_args!("`{}`", shown(&date)));
        }
    }
    if entries.len() > 9 && repeated.len() + 1 == entries.len() {
        let (element, id) = &repeated[0];
        let detail = format_args!("`{}` in all {} entries", shown(id), entries.len());
        log.text(&ALL_IDS_SAME, element, detail);
    } else {
        for (element, id) in repeated {
            log.text(&DUPLICATE_ID, element, format_args!("`{}`", shown(&id)));
        }
    }
}

fn source(scope: &Scope<'_, '_>, log: &mut Log) {
    metadata(scope, &MISSING_SOURCE_ELEMENT, log);
    atom_link::one_alternate_a_kind(scope, log);
}

fn entry(scope: &Scope<'_, '_>, log: &mut Log) {
    let entry = scope.element;
    let child = |name: &str| entry.child(&entry.ns, name);
    if entry.is_complete {
        let has_author = |parent: &Element<'_>| parent.child(&entry.ns, "author").is_some();
        let feed_has_author =
            || scope.parent.and_then(|feed| feed.first_child("author")).is_some_and(|a| a.at < entry.at);
        scope.requires(log, &["title"]);
        if !has_author(entry) && !child("source").is_some_and(has_author) && !feed_has_author() {
            structure::missing(entry, "`author` in `entry` or before it in `feed`", log);
        }
        scope.requires(log, &["id", "updated"]);
        let summary = child("summary").is_some();
        match child("content") {
            Some(content) => {
                let kind = content.value("type").unwrap_or_default();
                if !summary && (content.attribute("src").is_some() || !atom_text::is_readable(kind)) {
                    log.end(&MISSING_SUMMARY, entry, "");
                }
            }
            None => {
                if !summary {
                    log.end(&MISSING_TEXT, entry, "");
                }
                if !atom_link::relations(entry).any(|(rel, _)| rel == "alternate") {
                    log.end(&NO_CONTENT_OR_ALTERNATE, entry, "");
                }
            }
        }
    }
    atom_link::one_alternate_a_kind(scope, log);
}

fn person(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.requires(log, &["name"]);
}

fn reference(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::not_blank(scope.element, log);
    if scope.feed.kind == Kind::Atom {
        structure::no_whitespace(scope.element, log);
    }
    scope.value(log, url::reference);
}

fn id(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::not_blank(scope.element, log);
    structure::no_whitespace(scope.element, log);
    // The id of an entry may be its link, as written.
    let is_link = |own: &str| {
        let links = scope.parent.into_iter().flat_map(|parent| atom_link::relations(parent.element));
        links.take(MAX_LINKS).any(|(_, link)| link.value("href").is_some_and(|href| href.trim() == own))
    };
    scope.value(log, |own| url::iri(own).or_else(|| if is_link(own) { None } else { url::id(own) }));
}

/// Maximum number of links to which an id is compared.
const MAX_LINKS: usize = 100;

fn generator(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::not_blank(scope.element, log);
    html::plain(scope, log);
    scope.attribute(log, "uri", url::reference);
}

fn category(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "term", structure::not_blank_attribute);
    scope.attribute(log, "scheme", url::iri);
    if let Some((text, at)) = scope.element.texts().find_map(|text| Some((text, text.begin()?))) {
        log.at(&CATEGORY_NOT_EMPTY, at, format_args!("`{}`", shown(&text.value)));
    }
    if let Some(label) = scope.element.attribute("label") {
        html::plain_attribute(label, log);
    }
}
