//! RSS 1.0 (<https://web.resource.org/rss/1.0/spec>) and RSS 0.90
//! (<https://www.rssboard.org/rss-0-9-0>), which are RDF.

use std::collections::{HashMap, HashSet};

use super::{checks, html, rss};
use crate::document::xml::{Attribute, Element};
use crate::engine::log::Log;
use crate::engine::ns::{RDF, RSS_1, RSS_090, is_same};
use crate::engine::parent::Parent;
use crate::engine::structure;
use crate::engine::vocabulary::{Def, Family, Kind, Scope, Unknown};
use crate::message::shown;
use crate::rule::{Context::Whole, Rule};
use crate::values::url;

const SPEC: &str = "https://web.resource.org/rss/1.0/spec";

/// A document of RSS 1.0 with a table of contents, and one item or what an example has in its place.
macro_rules! rss1 {
    ($items:literal, $inside:literal) => {
        concat!(
            "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">\n",
            "<channel rdf:about=\"https://town.example/rss\">\n<title>Town</title>\n",
            "<link>https://town.example/</link>\n<description>News</description>\n<items><rdf:Seq>",
            $items,
            "</rdf:Seq></items>\n</channel>\n",
            $inside,
            "</rdf:RDF>"
        )
    };
    () => {
        rss1!(
            "<rdf:li rdf:resource=\"https://town.example/1\"/>",
            "<item rdf:about=\"https://town.example/1\"><title>One</title><link>https://town.example/1</link></item>\n"
        )
    };
}

static OLD: Rule = Rule::note("feed/rss-1", "RSS 1.0 or 0.90")
    .why("These versions are RDF and have little in common with RSS 2.0. Most readers still know them, and podcast players do not.")
    .remedy("publish RSS 2.0 or Atom as well")
    .spec("RSS 1.0", SPEC)
    .example(Whole, rss1!(), rss!());

static DUPLICATE_ABOUT: Rule = Rule::error("rss1/duplicate-about", "two elements about the same URI")
    .why("`rdf:about` identifies an item. Readers treat two items with the same identifier as one.")
    .remedy("give each item the URI of its own page")
    .spec("RSS 1.0, 5.5", SPEC)
    .example(
        Whole,
        rss1!(
            "<rdf:li rdf:resource=\"https://town.example/1\"/>",
            "<item rdf:about=\"https://town.example/1\"><title>One</title><link>https://town.example/1</link></item>\n\
             <item rdf:about=\"https://town.example/1\"><title>Two</title><link>https://town.example/2</link></item>\n"
        ),
        rss1!(
            "<rdf:li rdf:resource=\"https://town.example/1\"/><rdf:li rdf:resource=\"https://town.example/2\"/>",
            "<item rdf:about=\"https://town.example/1\"><title>One</title><link>https://town.example/1</link></item>\n\
             <item rdf:about=\"https://town.example/2\"><title>Two</title><link>https://town.example/2</link></item>\n"
        ),
    );

static NO_SUCH_ITEM: Rule = Rule::warning("rss1/no-such-item", "`items` lists an item that is not in the document")
    .why("Each resource in the table of contents must be the `rdf:about` of an item; RDF parsers ignore any other.")
    .remedy("write the `rdf:about` of an item, or remove the entry from `items`")
    .spec("RSS 1.0, 5.3.5", SPEC)
    .example(
        Whole,
        rss1!(
            "<rdf:li rdf:resource=\"https://town.example/1\"/><rdf:li rdf:resource=\"https://town.example/2\"/>",
            "<item rdf:about=\"https://town.example/1\"><title>One</title><link>https://town.example/1</link></item>\n"
        ),
        rss1!(),
    );

static UNLISTED: Rule = Rule::warning("rss1/unlisted-item", "item that is not listed in `items`")
    .why("RDF parsers are likely to discard an item that the table of contents of the channel does not list.")
    .remedy("add `<rdf:li rdf:resource=\"…\"/>` with its `rdf:about` to `items`")
    .spec("RSS 1.0, 5.3.5", SPEC)
    .example(
        Whole,
        rss1!(
            "",
            "<item rdf:about=\"https://town.example/1\"><title>One</title><link>https://town.example/1</link></item>\n"
        ),
        rss1!(),
    );

static NO_ITEM: Rule = Rule::warning("rss1/no-item", "document without an item")
    .why("RSS 1.0 requires at least one item; some readers report an error instead of an empty feed.")
    .remedy("add an item")
    .spec("RSS 1.0, 5.5", SPEC)
    .example(Whole, rss1!("", ""), rss1!());

/// A document whose channel refers to an image.
macro_rules! referring {
    ($image:literal) => {
        concat!(
            r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://town.example/rss">
<title>Town</title><link>https://town.example/</link><description>News</description>
<image rdf:resource="https://town.example/"#,
            $image,
            r#""/>
<items><rdf:Seq><rdf:li rdf:resource="https://town.example/1"/></rdf:Seq></items>
</channel>
<image rdf:about="https://town.example/logo.png">
<title>Town</title><url>https://town.example/logo.png</url><link>https://town.example/</link>
</image>
<item rdf:about="https://town.example/1"><title>One</title><link>https://town.example/1</link></item>
</rdf:RDF>"#
        )
    };
}

static RESOURCE: Rule = Rule::warning("rss1/resource", "channel does not refer to the `image` or `textinput`")
    .why("The channel refers to an image or a text input by an element of the same name, whose resource is the `rdf:about` of the one in the document; otherwise the two are not connected.")
    .remedy("write `<image rdf:resource=\"…\"/>` in the channel, with the same URI as in `rdf:about`")
    .spec("RSS 1.0, 5.3.4", SPEC)
    .example(
        Whole,
        referring!("logo.gif"),
        referring!("logo.png"),
    );

pub(crate) static ROOT: Def = Def::container(Parent::Rdf, "RDF", &[]).any_attribute().check(root);
static CHANNEL: Def = Def::container(Parent::Channel, "channel", ROOTS).attributes(ABOUT).check(channel);
static ITEM: Def = Def::container(Parent::Item, "item", ROOTS).attributes(ABOUT).many().check(item);
static IMAGE: Def = Def::container(Parent::Image, "image", ROOTS).attributes(ABOUT).check(image);
static TEXT_INPUT: Def =
    Def::container(Parent::TextInput, "textinput", ROOTS).attributes(ABOUT).check(text_input);

const ROOTS: &[Parent] = &[Parent::Rdf];
const CHANNELS: &[Parent] = &[Parent::Channel];
const ABOUT: &[&str] = &["rdf:about", "about"];
const RESOURCES: &[&str] = &["rdf:resource", "resource"];

/// RSS 0.90 has the same elements, without `items` and RDF's attributes.
pub(crate) static FAMILY: Family = Family {
    rules: &[&OLD, &DUPLICATE_ABOUT, &NO_SUCH_ITEM, &UNLISTED, &NO_ITEM, &RESOURCE],
    on_unknown_child: |scope, _| {
        if scope.feed.kind == Kind::Rdf { Unknown::Undefined } else { Unknown::Ignored }
    },
    ..Family::new(
        "rss1",
        &[RSS_1, RSS_090],
        &[
            &CHANNEL,
            &ITEM,
            &IMAGE,
            &TEXT_INPUT,
            &Def::text("title", &[Parent::Channel, Parent::Item], checks::heading),
            &Def::text("title", &[Parent::Image, Parent::TextInput], html::plain),
            &Def::text(
                "link",
                &[Parent::Channel, Parent::Item, Parent::Image, Parent::TextInput],
                checks::uri,
            ),
            &Def::text("description", &[Parent::Channel, Parent::TextInput], html::plain),
            &Def::text("description", &[Parent::Item], html::without_base),
            &Def::text("url", &[Parent::Image], checks::uri),
            &Def::text("name", &[Parent::TextInput], rss::text_input_name),
            &Def::own("items", CHANNELS, items),
            &Def::empty("image", CHANNELS, reference).attributes(RESOURCES),
            &Def::empty("textinput", CHANNELS, reference).attributes(RESOURCES),
        ],
    )
};

/// True if a document of RDF has an element of RSS 1.0 or 0.90, or at least declares its namespace.
pub(crate) fn is_feed(root: &Element<'_>) -> bool {
    let is_rss = |ns: &str| is_same(ns, RSS_1) || is_same(ns, RSS_090);
    root.declared.iter().any(|d| is_rss(&d.uri)) || root.elements().any(|e| is_rss(&e.ns))
}

fn named<'e, 'd>(element: &'e Element<'d>, name: &str) -> Option<&'e Attribute<'d>> {
    element.attribute_in(RDF, name).or_else(|| element.attribute(name))
}

/// True if the element is of RSS 0.90, which has no attributes of RDF.
fn is_090(element: &Element<'_>) -> bool {
    is_same(&element.ns, RSS_090)
}

fn root(scope: &Scope<'_, '_>, log: &mut Log) {
    let root = scope.element;
    log.start(&OLD, root, "");
    let ours = |name: &'static str| root.elements().filter(move |e| e.local == name && is_ours(e));
    if !root.is_complete {
        return;
    }
    let Some(channel) = ours("channel").next() else {
        structure::missing(root, format_args!("`channel` in `{}`", root.name), log);
        return;
    };
    if ours("item").next().is_none() {
        log.end(&NO_ITEM, root, "");
    }
    let mut about: HashMap<&str, &Element<'_>> = HashMap::new();
    for item in ours("item") {
        let Some(attribute) = named(item, "about") else { continue };
        if about.insert(attribute.value.trim(), item).is_some() {
            log.attribute(&DUPLICATE_ABOUT, attribute, format_args!("`{}`", shown(&attribute.value)));
        }
    }
    let mut listed = HashSet::new();
    let lists = channel.elements().filter(|e| e.local == "items" && is_ours(e));
    for resource in
        lists.flat_map(Element::elements).flat_map(Element::elements).filter_map(|li| named(li, "resource"))
    {
        listed.insert(resource.value.trim());
        if !about.contains_key(resource.value.trim()) {
            log.attribute(&NO_SUCH_ITEM, resource, format_args!("`{}`", shown(&resource.value)));
        }
    }
    if !is_090(channel) {
        for item in ours("item") {
            let about = named(item, "about").map(|a| a.value.trim());
            if let Some(about) = about.filter(|about| !listed.contains(about)) {
                log.start(&UNLISTED, item, format_args!("`{}`", shown(about)));
            }
        }
    }
    for name in ["image", "textinput"] {
        let own = ours(name).next().and_then(|e| named(e, "about"));
        let resource =
            channel.elements().find(|e| e.local == name && is_ours(e)).and_then(|e| named(e, "resource"));
        if let Some(own) = own.filter(|_| resource.is_none() && channel.is_complete && !is_090(channel)) {
            let detail = format_args!("`{name}` of `{}` is not in `channel`", shown(&own.value));
            log.attribute(&RESOURCE, own, detail);
        }
        if let (Some(own), Some(resource)) = (own, resource)
            && own.value.trim() != resource.value.trim()
        {
            let detail = format_args!("`{}` is not `{}`", shown(&resource.value), shown(&own.value));
            log.attribute(&RESOURCE, resource, detail);
        }
    }
}

fn is_ours(element: &Element<'_>) -> bool {
    is_same(&element.ns, RSS_1) || is_same(&element.ns, RSS_090)
}

/// Checks the URI that identifies an element.
fn about(scope: &Scope<'_, '_>, log: &mut Log) {
    if is_090(scope.element) {
        return;
    }
    match named(scope.element, "about") {
        None => {
            let detail = format_args!("`rdf:about` on `{}`", scope.element.name);
            structure::missing_attribute(scope.element, detail, log);
        }
        Some(attribute) => {
            // Parsers of RDF resolve a relative one.
            if let Some(rule) = url::reference(attribute.value.trim()) {
                let detail = format_args!("`{}` is `{}`", attribute.name, shown(&attribute.value));
                log.attribute(rule, attribute, detail);
            }
        }
    }
}

fn channel(scope: &Scope<'_, '_>, log: &mut Log) {
    about(scope, log);
    scope.requires(log, &["title", "link", "description"]);
    if !is_090(scope.element) {
        scope.requires(log, &["items"]);
    }
}

fn item(scope: &Scope<'_, '_>, log: &mut Log) {
    about(scope, log);
    scope.requires(log, &["title", "link"]);
}

fn image(scope: &Scope<'_, '_>, log: &mut Log) {
    about(scope, log);
    scope.requires(log, &["title", "url", "link"]);
}

fn text_input(scope: &Scope<'_, '_>, log: &mut Log) {
    about(scope, log);
    scope.requires(log, &["title", "description", "name", "link"]);
}

/// Checks an element of the channel that refers to another one.
fn reference(scope: &Scope<'_, '_>, log: &mut Log) {
    if named(scope.element, "resource").is_none() {
        let detail = format_args!("`rdf:resource` on `{}`", scope.element.name);
        structure::missing_attribute(scope.element, detail, log);
    }
}

/// Checks the table of contents: `rdf:Seq` with `rdf:li` and nothing else.
fn items(scope: &Scope<'_, '_>, log: &mut Log) {
    let own = scope.element;
    for list in own.elements() {
        if list.is(RDF, "Seq") || list.is(RDF, "Bag") || list.is(RDF, "Alt") {
            for entry in list.elements() {
                if !entry.is(RDF, "li") {
                    structure::undefined(list, entry, std::iter::once("li"), log);
                } else if named(entry, "resource").is_none() {
                    let detail = format_args!("`rdf:resource` on `{}`", entry.name);
                    structure::missing_attribute(entry, detail, log);
                }
            }
        } else {
            structure::undefined(own, list, std::iter::once("Seq"), log);
        }
    }
    if own.is_complete && own.elements().next().is_none() {
        structure::missing(own, format_args!("`rdf:Seq` in `{}`", own.name), log);
    }
}
