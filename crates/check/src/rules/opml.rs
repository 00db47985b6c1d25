//! OPML 1.x and 2.0 (<http://opml.org/spec2.opml>).

use super::super::log::{Log, shown};
use super::super::rule::{
    Rule,
    Within::{Outlines, Whole},
};
use super::super::walk::{Def, Family, Scope};
use super::{date, element, email, html, language, number, url};

const SPEC: &str = "http://opml.org/spec2.opml";

static VERSION: Rule = Rule::error("opml/version", "A version of OPML that does not exist")
    .why("Readers choose by the version how they read the attributes.")
    .help("write version=\"2.0\"")
    .spec("OPML 2.0, opml", SPEC)
    .example(
        Whole,
        r#"<opml version="3.0"><head/><body><outline text="One"/></body></opml>"#,
        r#"<opml version="2.0"><head/><body><outline text="One"/></body></opml>"#,
    );

static MISSING_XML_URL: Rule =
    Rule::error("opml/missing-xml-url", "A subscription without the address of the feed")
        .why("An outline of type rss is a subscription; without xmlUrl there is nothing to subscribe to.")
        .help("add xmlUrl")
        .spec("OPML 2.0, Subscription lists", SPEC)
        .example(
            Outlines,
            r#"<outline type="rss" text="Town" title="Town"/>"#,
            r#"<outline type="rss" text="Town" title="Town" xmlUrl="https://town.example/rss.xml"/>"#,
        );

static MISSING_URL: Rule = Rule::error("opml/missing-url", "A link or include without an address")
    .why("Such an outline stands for what is at its address.")
    .help("add url")
    .spec("OPML 2.0, Inclusion", SPEC)
    .example(
        Outlines,
        r#"<outline type="link" text="Town"/>"#,
        r#"<outline type="link" text="Town" url="https://town.example/"/>"#,
    );

static MISSING_TITLE: Rule = Rule::note("opml/missing-title", "A subscription without a title")
    .why("Readers show the title of the feed; most take the text where it is missing.")
    .help("add title with the feed's own title")
    .spec("OPML 2.0, Subscription lists", SPEC)
    .example(
        Outlines,
        r#"<outline type="rss" text="Town" xmlUrl="https://town.example/rss.xml"/>"#,
        r#"<outline type="rss" text="Town" title="Town" xmlUrl="https://town.example/rss.xml"/>"#,
    );

static MISSING_TYPE: Rule =
    Rule::warning("opml/missing-type", "The attributes of a subscription without its type")
        .why("Without type=\"rss\" some readers take this for a folder.")
        .help("add type=\"rss\"")
        .spec("OPML 2.0, Subscription lists", SPEC)
        .example(
            Outlines,
            r#"<outline text="Town" xmlUrl="https://town.example/rss.xml"/>"#,
            r#"<outline type="rss" text="Town" title="Town" xmlUrl="https://town.example/rss.xml"/>"#,
        );

static EXPANSION: Rule = Rule::error("opml/expansion-state", "No list of line numbers")
    .why("Outliners open these lines when they show the document.")
    .help("write line numbers with commas between")
    .spec("OPML 2.0, head", SPEC)
    .example(Whole, r#"<opml version="2.0"><head><expansionState>all</expansionState></head><body><outline text="One"/></body></opml>"#, r#"<opml version="2.0"><head><expansionState>1, 3</expansionState></head><body><outline text="One"/></body></opml>"#);

pub(in super::super) static OPML: Def = Def::parent("opml", &[]).attributes(&["version"]).check(opml);
pub(super) static HEAD: Def = Def::parent("head", &[&OPML]);
pub(super) static BODY: Def = Def::parent("body", &[&OPML]).check(|s, log| {
    s.requires(log, &[("outline", &element::MISSING)]);
});
pub(super) static OUTLINE: Def =
    Def::parent("outline", &[&BODY, &OUTLINE]).any_attribute().many().check(outline);

pub(in super::super) static FAMILY: Family = Family {
    rules: &[&VERSION, &MISSING_XML_URL, &MISSING_URL, &MISSING_TITLE, &MISSING_TYPE, &EXPANSION],
    ..Family::of_elements(
        "opml",
        &[""],
        &[
            &HEAD,
            &BODY,
            &OUTLINE,
            &Def::text("title", &[&HEAD], html::declared),
            &Def::text("dateCreated", &[&HEAD], date::rfc822),
            &Def::text("dateModified", &[&HEAD], date::rfc822),
            &Def::text("ownerName", &[&HEAD], html::declared),
            &Def::text("ownerEmail", &[&HEAD], |s, log| s.value(log, email::address)),
            &Def::text("ownerId", &[&HEAD], |s, log| s.value(log, url::http)),
            &Def::text("docs", &[&HEAD], |s, log| s.value(log, url::uri)),
            &Def::text("expansionState", &[&HEAD], expansion),
            &Def::text("vertScrollState", &[&HEAD], |s, log| s.value(log, number::not_negative)),
            &Def::text("windowTop", &[&HEAD], |s, log| s.value(log, number::not_negative)),
            &Def::text("windowLeft", &[&HEAD], |s, log| s.value(log, number::not_negative)),
            &Def::text("windowBottom", &[&HEAD], |s, log| s.value(log, number::not_negative)),
            &Def::text("windowRight", &[&HEAD], |s, log| s.value(log, number::not_negative)),
        ],
    )
};

fn opml(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "version", |v| (!matches!(v, "1.0" | "1.1" | "2.0")).then_some(&VERSION));
    scope.requires(log, &[("head", &element::MISSING), ("body", &element::MISSING)]);
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
    let start = |log: &mut Log, rule, what: &str| {
        let text = scope.element.value("text").unwrap_or_default();
        log.start(rule, scope.element, format!("the outline `{}` has no `{what}`", shown(text)));
    };
    match scope.element.value("type").map(str::to_ascii_lowercase).as_deref() {
        Some("rss") => {
            if !has("xmlUrl") {
                start(log, &MISSING_XML_URL, "xmlUrl");
            }
            if !has("title") {
                start(log, &MISSING_TITLE, "title");
            }
        }
        Some("link" | "include") if !has("url") => start(log, &MISSING_URL, "url"),
        None if has("xmlUrl") => start(log, &MISSING_TYPE, "type"),
        _ => {}
    }
    scope.attribute(log, "created", date::rfc822_value);
    for name in ["htmlUrl", "xmlUrl", "url"] {
        scope.attribute(
            log,
            name,
            |v| if v.is_empty() { element::not_blank_attribute(v) } else { url::uri(v) },
        );
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
