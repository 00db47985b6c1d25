//! Threading ([RFC 4685](https://www.rfc-editor.org/rfc/rfc4685)).

use super::super::log::{Log, shown};
use super::super::rule::{Rule, Within::Entry};
use super::super::walk::{self, Def, Family, Scope};
use super::{atom, media_type, number, rss, url};

pub(super) const NS: &str = "http://purl.org/syndication/thread/1.0";

static WHEN: Rule = Rule::error("thr/when", "An attribute of a draft")
    .why("`thr:when` became `thr:updated` before the specification was published; no reader knows it.")
    .help("write thr:updated")
    .spec("RFC 4685, 4", "https://www.rfc-editor.org/rfc/rfc4685#section-4")
    .example(Entry, r#"<link rel="replies" thr:when="2023-10-31T21:15:02Z" href="https://town.example/1/replies.xml"/>"#, r#"<link rel="replies" thr:updated="2023-10-31T21:15:02Z" href="https://town.example/1/replies.xml"/>"#);

static ATTRIBUTE: Rule = Rule::error("thr/attribute", "A count of replies on a link that is not to replies")
    .why("The count and the date of replies belong to a link with rel=\"replies\".")
    .help("write rel=\"replies\", or remove the attribute")
    .spec("RFC 4685, 4", "https://www.rfc-editor.org/rfc/rfc4685#section-4")
    .example(
        Entry,
        r#"<link rel="related" thr:count="3" href="https://town.example/1/replies.xml"/>"#,
        r#"<link rel="replies" thr:count="3" href="https://town.example/1/replies.xml"/>"#,
    );

static NO_REF: Rule = Rule::error("thr/missing-ref", "A reply that does not say to what")
    .why("Readers put a reply under the entry with this id.")
    .help("add ref with the id of that entry")
    .spec("RFC 4685, 3", "https://www.rfc-editor.org/rfc/rfc4685#section-3")
    .example(
        Entry,
        r#"<thr:in-reply-to href="https://town.example/0"/>"#,
        r#"<thr:in-reply-to ref="https://town.example/0" href="https://town.example/0"/>"#,
    );

const ITEMS: &[&Def] = &[&rss::ITEM, &atom::ENTRY];

pub(in super::super) static FAMILY: Family = Family {
    rules: &[&WHEN, &ATTRIBUTE, &NO_REF],
    ..Family::of_elements(
        "thr",
        &[NS],
        &[
            &Def::own("in-reply-to", &[&rss::CHANNEL, &rss::ITEM, &atom::FEED, &atom::ENTRY], reply)
                .attributes(&["ref", "href", "source", "type"])
                .many(),
            &Def::text("total", ITEMS, |s, log| s.value(log, number::not_negative)),
        ],
    )
};

fn reply(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.attribute(log, "ref", url::id).is_none() {
        log.start(&NO_REF, scope.element, "`in-reply-to` has no `ref`");
    }
    scope.attribute(log, "href", url::reference);
    scope.attribute(log, "source", url::reference);
    scope.attribute(log, "type", media_type::media_type);
    scope.element.elements().for_each(|child| walk::pass(scope, child, log));
}

/// The attributes of a link to replies.
pub(super) fn link(scope: &Scope<'_, '_>, rel: &str, log: &mut Log) {
    for attribute in scope.element.attributes.iter().filter(|a| &*a.ns == NS) {
        let value = &attribute.value;
        if attribute.local == "when" {
            log.attribute(&WHEN, attribute, "the attribute is `thr:updated`");
        } else if rel != "replies" {
            log.attribute(&ATTRIBUTE, attribute, format!("the relation is `{}`", shown(rel)));
        } else if attribute.local == "count"
            && let Some(rule) = number::not_negative(value)
        {
            log.attribute(rule, attribute, format!("`thr:count` is `{}`", shown(value)));
        }
    }
}
