//! OPML 1.x and 2.0 (<http://opml.org/spec2.opml>).

use super::{checks, html};
use crate::engine::log::Log;
use crate::engine::parent::Parent;
use crate::engine::structure;
use crate::engine::vocabulary::{Def, Family, Scope};
use crate::message::shown;
use crate::rule::{
    Context::{Outlines, Whole},
    Rule,
};
use crate::values::{date, email, language, number, url};

const SPEC: &str = "http://opml.org/spec2.opml";

static VERSION: Rule = Rule::error("opml/version", "unknown OPML version")
    .why("The version tells readers how to interpret the attributes.")
    .remedy("write version=\"2.0\"")
    .spec("OPML 2.0, opml", SPEC)
    .example(
        Whole,
        r#"<opml version="3.0"><head/><body><outline text="One"/></body></opml>"#,
        r#"<opml version="2.0"><head/><body><outline text="One"/></body></opml>"#,
    );

static MISSING_XML_URL: Rule = Rule::error("opml/missing-xml-url", "subscription without `xmlUrl`")
    .why("An outline of type rss is a subscription; without the URL of the feed nobody can subscribe.")
    .remedy("add `xmlUrl`")
    .spec("OPML 2.0, Subscription lists", SPEC)
    .example(
        Outlines,
        r#"<outline type="rss" text="Town" title="Town"/>"#,
        r#"<outline type="rss" text="Town" title="Town" xmlUrl="https://town.example/rss.xml"/>"#,
    );

static MISSING_URL: Rule = Rule::error("opml/missing-url", "link or include without `url`")
    .why("Such an outline stands for the document at its URL.")
    .remedy("add `url`")
    .spec("OPML 2.0, Inclusion", SPEC)
    .example(
        Outlines,
        r#"<outline type="link" text="Town"/>"#,
        r#"<outline type="link" text="Town" url="https://town.example/"/>"#,
    );

static MISSING_TITLE: Rule = Rule::note("opml/missing-title", "subscription without `title`")
    .why("Readers show the title of the feed; most use the text if it is missing.")
    .remedy("add `title` with the feed's own title")
    .spec("OPML 2.0, Subscription lists", SPEC)
    .example(
        Outlines,
        r#"<outline type="rss" text="Town" xmlUrl="https://town.example/rss.xml"/>"#,
        r#"<outline type="rss" text="Town" title="Town" xmlUrl="https://town.example/rss.xml"/>"#,
    );

static MISSING_TYPE: Rule = Rule::warning("opml/missing-type", "subscription without `type`")
    .why("Without type=\"rss\" some readers treat the subscription as a folder.")
    .remedy("add type=\"rss\"")
    .spec("OPML 2.0, Subscription lists", SPEC)
    .example(
        Outlines,
        r#"<outline text="Town" xmlUrl="https://town.example/rss.xml"/>"#,
        r#"<outline type="rss" text="Town" title="Town" xmlUrl="https://town.example/rss.xml"/>"#,
    );

static EXPANSION: Rule = Rule::error("opml/expansion-state", "invalid list of line numbers")
    .why("Outliners expand these lines when they open the document.")
    .remedy("write line numbers, separated by commas")
    .spec("OPML 2.0, head", SPEC)
    .example(Whole, r#"<opml version="2.0"><head><expansionState>all</expansionState></head><body><outline text="One"/></body></opml>"#, r#"<opml version="2.0"><head><expansionState>1, 3</expansionState></head><body><outline text="One"/></body></opml>"#);

pub(crate) static OPML: Def = Def::container(Parent::Opml, "opml", &[]).attributes(&["version"]).check(opml);
static HEAD: Def = Def::container(Parent::OpmlHead, "head", &[Parent::Opml]);
static BODY: Def = Def::container(Parent::OpmlBody, "body", &[Parent::Opml]).check(|s, log| {
    s.requires(log, &["outline"]);
});
static OUTLINE: Def = Def::container(Parent::Outline, "outline", &[Parent::OpmlBody, Parent::Outline])
    .any_attribute()
    .many()
    .check(outline);

pub(crate) static FAMILY: Family = Family {
    rules: &[&VERSION, &MISSING_XML_URL, &MISSING_URL, &MISSING_TITLE, &MISSING_TYPE, &EXPANSION],
    ..Family::new(
        "opml",
        &[""],
        &[
            &HEAD,
            &BODY,
            &OUTLINE,
            &Def::text("title", &[Parent::OpmlHead], html::with_base),
            &Def::text("dateCreated", &[Parent::OpmlHead], checks::rfc822),
            &Def::text("dateModified", &[Parent::OpmlHead], checks::rfc822),
            &Def::text("ownerName", &[Parent::OpmlHead], html::with_base),
            &Def::text("ownerEmail", &[Parent::OpmlHead], |s, log| s.value(log, email::address)),
            &Def::text("ownerId", &[Parent::OpmlHead], |s, log| s.value(log, url::http)),
            &Def::text("docs", &[Parent::OpmlHead], |s, log| s.value(log, url::uri)),
            &Def::text("expansionState", &[Parent::OpmlHead], expansion),
            &Def::text("vertScrollState", &[Parent::OpmlHead], |s, log| s.value(log, number::not_negative)),
            &Def::text("windowTop", &[Parent::OpmlHead], |s, log| s.value(log, number::not_negative)),
            &Def::text("windowLeft", &[Parent::OpmlHead], |s, log| s.value(log, number::not_negative)),
            &Def::text("windowBottom", &[Parent::OpmlHead], |s, log| s.value(log, number::not_negative)),
            &Def::text("windowRight", &[Parent::OpmlHead], |s, log| s.value(log, number::not_negative)),
        ],
    )
};

fn opml(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "version", |v| (!matches!(v, "1.0" | "1.1" | "2.0")).then_some(&VERSION));
    scope.requires(log, &["head", "body"]);
}

fn expansion(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| {
        let wrong = v.split(',').any(|n| number::not_negative(n.trim()).is_some());
        (!v.is_empty() && wrong).then_some(&EXPANSION)
    });
}

fn outline(scope: &Scope<'_, '_>, log: &mut Log) {
    let has = |name: &str| scope.element.attribute(name).is_some();
    scope.required(log, "text", |_| None);
    let text = scope.element.value("text").unwrap_or_default();
    let report = |log: &mut Log, rule| log.start(rule, scope.element, format_args!("`{}`", shown(text)));
    match scope.element.value("type").map(str::to_ascii_lowercase).as_deref() {
        Some("rss") => {
            if !has("xmlUrl") {
                // Names are case-sensitive.
                let near = scope.element.attributes.iter().find(|a| a.name.eq_ignore_ascii_case("xmlUrl"));
                match near {
                    Some(near) => {
                        let detail = format_args!("`{}`; did you mean `xmlUrl`?", near.name);
                        log.attribute(&MISSING_XML_URL, near, detail);
                    }
                    None => report(log, &MISSING_XML_URL),
                }
            }
            if !has("title") {
                report(log, &MISSING_TITLE);
            }
        }
        Some("link" | "include") if !has("url") => report(log, &MISSING_URL),
        None if has("xmlUrl") => report(log, &MISSING_TYPE),
        _ => {}
    }
    scope.attribute(log, "created", date::rfc822_value);
    for name in ["htmlUrl", "xmlUrl", "url"] {
        scope.attribute(log, name, |v| {
            if v.is_empty() { structure::not_blank_attribute(v) } else { url::uri(v) }
        });
    }
    for name in ["isBreakpoint", "isComment"] {
        scope.attribute(log, name, number::true_false);
    }
    scope.attribute(
        log,
        "language",
        |v| if v == "unknown" || v.is_empty() { None } else { language::tag(v) },
    );
}
