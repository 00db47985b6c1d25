//! Threading ([RFC 4685](https://www.rfc-editor.org/rfc/rfc4685)).

use super::atom_link;
use crate::engine::log::Log;
use crate::engine::parent::Parent;
use crate::engine::vocabulary::{Def, Family, Scope};
use crate::message::shown;
use crate::rule::{Context::Entry, Rule};
use crate::values::{date, media_type, number, url};

const NS: &str = "http://purl.org/syndication/thread/1.0";

static WHEN: Rule = Rule::error("thr/when", "attribute of a draft")
    .why("`thr:when` was renamed to `thr:updated` before the specification was published; no reader knows it.")
    .remedy("write thr:updated")
    .spec("RFC 4685, 4", "https://www.rfc-editor.org/rfc/rfc4685#section-4")
    .example(Entry, r#"<link rel="replies" thr:when="2023-10-31T21:15:02Z" href="https://town.example/1/replies.xml"/>"#, r#"<link rel="replies" thr:updated="2023-10-31T21:15:02Z" href="https://town.example/1/replies.xml"/>"#);

static ATTRIBUTE: Rule = Rule::error("thr/attribute", "reply attribute on a link that is not to replies")
    .why("The count and the date of replies belong to a link with rel=\"replies\".")
    .remedy("write rel=\"replies\", or remove the attribute")
    .spec("RFC 4685, 4", "https://www.rfc-editor.org/rfc/rfc4685#section-4")
    .example(
        Entry,
        r#"<link rel="related" thr:count="3" href="https://town.example/1/replies.xml"/>"#,
        r#"<link rel="replies" thr:count="3" href="https://town.example/1/replies.xml"/>"#,
    );

static NO_REF: Rule = Rule::error("thr/missing-ref", "reply without `ref`")
    .why("Readers show a reply below the entry with this id.")
    .remedy("add `ref` with the id of that entry")
    .spec("RFC 4685, 3", "https://www.rfc-editor.org/rfc/rfc4685#section-3")
    .example(
        Entry,
        r#"<thr:in-reply-to href="https://town.example/0"/>"#,
        r#"<thr:in-reply-to ref="https://town.example/0" href="https://town.example/0"/>"#,
    );

const ITEMS: &[Parent] = &[Parent::Item, Parent::Entry];

pub(crate) static FAMILY: Family = Family {
    rules: &[&WHEN, &ATTRIBUTE, &NO_REF],
    extra_checks: &[(Parent::Link, link)],
    ..Family::new(
        "thr",
        &[NS],
        &[
            &Def::unchecked(
                "in-reply-to",
                &[Parent::Channel, Parent::Item, Parent::Feed, Parent::Entry],
                reply,
            )
            .attributes(&["ref", "href", "source", "type"])
            .many(),
            &Def::text("total", ITEMS, |s, log| s.value(log, number::not_negative)),
        ],
    )
};

fn reply(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.attribute(log, "ref", url::id);
    if scope.element.attribute("ref").is_none() {
        log.start(&NO_REF, scope.element, "");
    }
    scope.attribute(log, "href", url::reference);
    scope.attribute(log, "source", url::reference);
    scope.attribute(log, "type", media_type::media_type);
}

/// Checks the attributes of a link to replies.
fn link(scope: &Scope<'_, '_>, log: &mut Log) {
    let rel = atom_link::relation(scope.element);
    for attribute in scope.element.attributes.iter().filter(|a| &*a.ns == NS) {
        let rule = match attribute.local {
            "when" => {
                log.attribute(&WHEN, attribute, format_args!("`{}`", attribute.name));
                continue;
            }
            "count" if rel == "replies" => number::not_negative(&attribute.value),
            "updated" => date::rfc3339_value(&attribute.value),
            _ => None,
        };
        if rel != "replies" {
            let detail = format_args!("`{}` on rel=\"{}\"", attribute.name, shown(rel));
            log.attribute(&ATTRIBUTE, attribute, detail);
        }
        if let Some(rule) = rule {
            let detail = format_args!("`thr:{}` is `{}`", attribute.local, shown(&attribute.value));
            log.attribute(rule, attribute, detail);
        }
    }
}
