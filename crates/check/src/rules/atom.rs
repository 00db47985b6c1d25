//! Atom 1.0 ([RFC 4287](https://www.rfc-editor.org/rfc/rfc4287)): feeds, entries, sources, people. Its links and its
//! texts have files of their own.

use std::collections::{HashMap, HashSet};

use super::super::document::Element;
use super::super::log::{Log, shown};
use super::super::rule::{
    Rule,
    Within::{Entry, Feed, Whole},
};
use super::super::walk::{self, Def, Family, Kind, Scope};
use super::{ATOM, date, element, email, html, link, rss, text, url};

/// An entry with what an example adds.
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

static MISPLACED_METADATA: Rule = Rule::error("atom/misplaced-metadata", "An element of the feed behind its entries")
    .why("The grammar of Atom puts entries last, so that programs that read a feed as it comes know the feed before its entries.")
    .help("move it before the first entry")
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

static MISSING_SELF: Rule = Rule::warning("atom/missing-self", "The feed does not say where it is")
    .why("A feed that was mailed, mirrored or opened as a file can be subscribed to only if it says where it is published.")
    .help("add `<link rel=\"self\" href=\"…\"/>`")
    .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
    .example(Whole, atom_without_self!(), atom!());

static DUPLICATE_ID: Rule = Rule::warning("atom/duplicate-id", "Two entries with one id")
    .why("They are two versions of one entry: a reader shows the later one, or both as one. Most often an id was copied.")
    .help("give each entry its own id")
    .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
    .example(Feed, "<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/1</id><title>Two</title><updated>2023-11-30T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>", "<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/2</id><title>Two</title><updated>2023-11-30T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>");

static ALL_IDS_SAME: Rule = Rule::error("atom/all-ids-same", "All entries have one id")
    .why("To a reader the feed is a single entry.")
    .help("give each entry its own id")
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

static DUPLICATE_UPDATED: Rule = Rule::note("atom/duplicate-updated", "Two entries of one instant")
    .why("Readers order entries by this date; these two come in either order.")
    .help("nothing needs mending, unless both have the same id")
    .spec("RFC 4287, 4.1.1", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1")
    .example(Feed, "<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/2</id><title>Two</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>", "<entry><id>https://town.example/1</id><title>One</title><updated>2023-10-31T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>\n<entry><id>https://town.example/2</id><title>Two</title><updated>2023-11-30T21:15:02Z</updated><author><name>Ann</name></author><content>Hello</content></entry>");

static MISSING_SOURCE_ELEMENT: Rule = Rule::warning("atom/missing-source-element", "A source that does not say enough")
    .why("An entry that was copied from another feed keeps that feed's id, title and date, so that readers can tell where it is from.")
    .help("copy id, title and updated of the feed it is from")
    .spec("RFC 4287, 4.2.11", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.11")
    .example(Entry, "<source><id>https://other.example/</id><title>Other</title></source>", "<source><id>https://other.example/</id><title>Other</title><updated>2023-10-31T21:15:02Z</updated></source>");

static MISSING_SUMMARY: Rule = Rule::error("atom/missing-summary", "Content that is no text, without a summary")
    .why("Where the content is a file elsewhere, or a picture in Base64, the summary is all that most readers can show.")
    .help("add a summary")
    .spec("RFC 4287, 4.1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.2")
    .example(Entry, r#"<content type="image/png" src="https://town.example/1.png"/>"#, r#"<content type="image/png" src="https://town.example/1.png"/>
<summary>The town hall</summary>"#);

static MISSING_TEXT: Rule = Rule::warning("atom/missing-text", "An entry without text")
    .why("An entry that has neither content nor summary shows as its title.")
    .help("add a summary or the content")
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
    Rule::error("atom/no-content-or-alternate", "An entry without content and without a link")
        .why("There is nothing to show and nowhere to go.")
        .help("add content, or a link with rel=\"alternate\"")
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

pub(in super::super) static FEED: Def = Def::parent("feed", &[]).attributes(&["indexing:index"]).check(feed);
pub(in super::super) static ENTRY: Def =
    Def::parent("entry", &[&FEED]).attributes(&["rdf:parseType"]).many().check(entry);
pub(in super::super) static SOURCE: Def = Def::parent("source", &[&ENTRY]).check(source);
static AUTHOR: Def = Def::parent("author", &[&FEED, &ENTRY, &SOURCE, &rss::CHANNEL])
    .attributes(&["rdf:parseType"])
    .many()
    .check(person);
/// An item of RSS has one author.
static ITEM_AUTHOR: Def = Def::parent("author", &[&rss::ITEM]).attributes(&["rdf:parseType"]).check(person);
static CONTRIBUTOR: Def = Def::parent("contributor", &[&FEED, &ENTRY, &SOURCE, &rss::CHANNEL, &rss::ITEM])
    .attributes(&["rdf:parseType"])
    .many()
    .check(person);

pub(in super::super) const PERSONS: &[&Def] = &[&AUTHOR, &ITEM_AUTHOR, &CONTRIBUTOR];

pub(in super::super) static FAMILY: Family = Family {
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
    ],
    stray,
    ..Family::of_elements(
        "atom",
        &[ATOM],
        &[
            &ENTRY,
            &SOURCE,
            &AUTHOR,
            &ITEM_AUTHOR,
            &CONTRIBUTOR,
            &Def::text("name", PERSONS, name),
            &Def::text("email", PERSONS, |s, log| s.value(log, email::address)),
            &Def::text("uri", PERSONS, address),
            &Def::text("id", &[&FEED, &ENTRY, &SOURCE], id),
            &Def::text("id", &[&rss::CHANNEL, &rss::ITEM], |s, log| s.value(log, url::iri)),
            &Def::text("icon", &[&FEED, &SOURCE, &rss::CHANNEL], address),
            &Def::text("logo", &[&FEED, &SOURCE, &rss::CHANNEL], address),
            &Def::text("updated", &[&FEED, &ENTRY, &SOURCE], date::exact_rfc3339),
            &Def::text("updated", &[&rss::CHANNEL, &rss::ITEM], date::rfc3339),
            &Def::text("published", &[&ENTRY], date::exact_rfc3339),
            &Def::text("published", &[&rss::ITEM], date::rfc3339),
            &Def::text("generator", &[&FEED, &SOURCE, &rss::CHANNEL], generator)
                .attributes(&["uri", "version"]),
            &Def::own("category", &[&FEED, &ENTRY, &SOURCE, &rss::CHANNEL, &rss::ITEM], category)
                .attributes(&["term", "scheme", "label"])
                .many(),
            &Def::own("link", &[&FEED, &ENTRY, &SOURCE, &rss::CHANNEL, &rss::ITEM], link::link)
                .attributes(link::ATTRIBUTES)
                .many(),
            &Def::own("title", &[&FEED, &ENTRY, &SOURCE, &rss::CHANNEL, &rss::ITEM], text::construct)
                .attributes(&["type"]),
            &Def::own("subtitle", &[&FEED, &SOURCE, &rss::CHANNEL], text::construct).attributes(&["type"]),
            &Def::own("rights", &[&FEED, &ENTRY, &SOURCE, &rss::CHANNEL], text::construct)
                .attributes(&["type"]),
            &Def::own("summary", &[&ENTRY, &rss::ITEM], text::construct).attributes(&["type"]),
            &Def::own("content", &[&ENTRY, &rss::ITEM], text::content).attributes(&["type", "src"]),
        ],
    )
};

/// An element of Atom in an extension or in RSS is odd; elsewhere it is wrong.
fn stray<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, log: &mut Log) {
    let known =
        FAMILY.elements.iter().any(|d| d.name == child.local) && !matches!(child.local, "entry" | "source");
    let at_home = scope.feed.kind == Kind::Atom && &*scope.element.ns == ATOM;
    let person = matches!(child.local, "name" | "email" | "uri");
    if known && !at_home && !person {
        element::questionable(scope, child, log);
    } else {
        walk::undefined(scope, child, log);
    }
}

/// Where all that a feed says of itself is known: at its first entry, else at its end.
pub(super) fn known_at(feed: &Element<'_>) -> usize {
    feed.child(&feed.ns, "entry").map_or(feed.end, |e| e.at)
}

/// Says of a feed or source what it lacks, at its start tag: its end may be far.
fn lacks(scope: &Scope<'_, '_>, rule: &'static Rule, log: &mut Log) {
    let own = scope.element;
    for name in ["title", "id", "updated"] {
        if own.closed && own.child(&own.ns, name).is_none() {
            log.late(rule, own.at, known_at(own), format!("`{}` has no `{name}`", own.name));
        }
    }
}

fn feed(scope: &Scope<'_, '_>, log: &mut Log) {
    let feed = scope.element;
    lacks(scope, &element::MISSING, log);
    if feed.closed && !feed.ns.is_empty() && !link::relations(feed).any(|(rel, _)| rel == "self") {
        log.late(&MISSING_SELF, feed.at, known_at(feed), "no link with rel=\"self\" is in the feed");
    }
    if feed.closed && scope.xml("lang").next().is_none() {
        log.start(&element::NO_LANGUAGE, feed, "no `xml:lang` is there");
    }
    link::one_alternate_a_kind(scope, log);
    let entries: Vec<_> = feed.elements().filter(|e| e.ns == feed.ns && e.local == "entry").collect();
    let first = entries.first().map_or(usize::MAX, |e| e.at);
    for late in feed.elements().filter(|e| e.at > first && e.ns == feed.ns && e.local != "entry") {
        if FAMILY.elements.iter().any(|d| d.name == late.local) {
            log.start(&MISPLACED_METADATA, late, format!("`{}` stands behind an entry", late.name));
        }
    }
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut dates = HashSet::new();
    let mut repeated = Vec::new();
    for entry in &entries {
        let text = |name| entry.child(&entry.ns, name).map(|e| (e, e.text().trim().to_owned()));
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
            log.text(&DUPLICATE_UPDATED, element, format!("another entry was updated at {}", shown(&date)));
        }
    }
    if entries.len() > 9 && repeated.len() + 1 == entries.len() {
        let (element, id) = &repeated[0];
        log.text(
            &ALL_IDS_SAME,
            element,
            format!("all {} entries have the id `{}`", entries.len(), shown(id)),
        );
    } else {
        for (element, id) in repeated {
            log.text(&DUPLICATE_ID, element, format!("another entry has the id `{}`", shown(&id)));
        }
    }
}

fn source(scope: &Scope<'_, '_>, log: &mut Log) {
    lacks(scope, &MISSING_SOURCE_ELEMENT, log);
    link::one_alternate_a_kind(scope, log);
}

fn entry(scope: &Scope<'_, '_>, log: &mut Log) {
    let entry = scope.element;
    let child = |name: &str| entry.child(&entry.ns, name);
    if entry.closed {
        let authors = |parent: &Element<'_>| parent.child(&entry.ns, "author").map(|a| a.at);
        let of_feed = || scope.parent.and_then(|feed| authors(feed.element)).is_some_and(|at| at < entry.at);
        scope.requires(log, &[("title", &element::MISSING)]);
        let has_author = authors(entry).or_else(|| child("source").and_then(authors)).is_some();
        if !has_author && !log.is_full(&element::MISSING) && !of_feed() {
            log.end(&element::MISSING, entry, "neither the entry nor its feed has an `author`");
        }
        scope.requires(log, &[("id", &element::MISSING), ("updated", &element::MISSING)]);
        let summary = child("summary").is_some();
        match child("content") {
            Some(content) => {
                let kind = content.value("type").unwrap_or_default();
                if !summary && (content.attribute("src").is_some() || !text::is_readable(kind)) {
                    log.end(&MISSING_SUMMARY, entry, "the content is no text, and there is no `summary`");
                }
            }
            None => {
                if !summary {
                    log.end(&MISSING_TEXT, entry, "`entry` has neither `content` nor `summary`");
                }
                if !link::relations(entry).any(|(rel, _)| rel == "alternate") {
                    log.end(
                        &NO_CONTENT_OR_ALTERNATE,
                        entry,
                        "`entry` has neither `content` nor a link to it",
                    );
                }
            }
        }
    }
    link::one_alternate_a_kind(scope, log);
}

fn person(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.requires(log, &[("name", &element::MISSING)]);
}

fn name(scope: &Scope<'_, '_>, log: &mut Log) {
    element::not_blank(scope, log);
    html::plain(scope, log);
    email::not_in_name(scope, log);
}

fn address(scope: &Scope<'_, '_>, log: &mut Log) {
    element::not_blank(scope, log);
    if scope.feed.kind == Kind::Atom {
        element::no_whitespace(scope, log);
    }
    scope.value(log, url::reference);
}

fn id(scope: &Scope<'_, '_>, log: &mut Log) {
    element::not_blank(scope, log);
    element::no_whitespace(scope, log);
    scope.value(log, url::id);
}

fn generator(scope: &Scope<'_, '_>, log: &mut Log) {
    element::not_blank(scope, log);
    html::plain(scope, log);
    scope.attribute(log, "uri", url::reference);
}

fn category(scope: &Scope<'_, '_>, log: &mut Log) {
    for child in scope.element.elements() {
        walk::undefined(scope, child, log);
    }
    if let Some((text, begin)) = scope.element.texts().find_map(|t| Some((t, t.begin()?))) {
        element::unexpected_text(scope, &text.value, begin, log);
    }
    scope.required(log, "term", element::not_blank_attribute);
    scope.attribute(log, "scheme", url::iri);
    if let Some(label) = scope.element.attribute("label") {
        html::plain_attribute(label, log);
    }
}
