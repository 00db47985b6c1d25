//! Podcasting 2.0 (<https://podcasting2.org/docs/podcast-namespace>): its stable elements. New ones appear often, so
//! unknown ones are allowed.

use crate::engine::log::Log;
use crate::engine::parent::Parent;
use crate::engine::structure;
use crate::engine::vocabulary::{Def, Family, Scope, Unknown};
use crate::rule::{
    Context::{Channel, Item},
    Rule,
};
use crate::values::{date, media_type, number, url};

static GUID: Rule = Rule::warning("podcast/guid", "podcast guid is not a UUID")
    .why("The guid of a show stays the same when the show moves to another host; it is a UUID derived from the URL of the feed.")
    .remedy("write the UUIDv5 of the feed's URL")
    .spec("Podcasting 2.0, podcast:guid", "https://podcasting2.org/docs/podcast-namespace/tags/guid")
    .example(Channel, "<podcast:guid>town</podcast:guid>", "<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid>");

static LOCKED: Rule = Rule::error("podcast/locked", "neither yes nor no")
    .why("Hosts check this element before they import the show.")
    .remedy("write yes or no")
    .spec("Podcasting 2.0, podcast:locked", "https://podcasting2.org/docs/podcast-namespace/tags/locked")
    .example(Channel, "<podcast:locked>true</podcast:locked>", "<podcast:locked>yes</podcast:locked>");

static TIME: Rule = Rule::error("podcast/time", "invalid time in seconds")
    .why("Players jump to this second of the file.")
    .remedy("write seconds, with a decimal point if needed")
    .spec(
        "Podcasting 2.0, podcast:soundbite",
        "https://podcasting2.org/docs/podcast-namespace/tags/soundbite",
    )
    .example(
        Item,
        r#"<podcast:soundbite startTime="1:13" duration="60.0"/>"#,
        r#"<podcast:soundbite startTime="73.0" duration="60.0"/>"#,
    );

const CHANNELS: &[Parent] = &[Parent::Channel];
const ITEMS: &[Parent] = &[Parent::Item];
const BOTH: &[Parent] = &[Parent::Channel, Parent::Item];

pub(crate) static FAMILY: Family = Family {
    rules: &[&GUID, &LOCKED, &TIME],
    on_unknown_child: |_, _| Unknown::Ignored,
    ..Family::new(
        "podcast",
        &[
            "https://podcastindex.org/namespace/1.0",
            "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
        ],
        &[
            &Def::text("guid", CHANNELS, |s, log| s.value(log, |v| (!url::is_uuid(v)).then_some(&GUID))),
            &Def::text("locked", CHANNELS, locked).any_attribute(),
            &Def::text("funding", BOTH, |s, log| {
                s.required(log, "url", url::uri);
            })
            .any_attribute()
            .many(),
            &Def::own("transcript", ITEMS, file).any_attribute().many(),
            &Def::own("chapters", ITEMS, file).any_attribute(),
            &Def::text("soundbite", ITEMS, soundbite).any_attribute().many(),
            &Def::text("person", BOTH, person).any_attribute().many(),
            &Def::text("season", ITEMS, |s, log| s.value(log, number::positive)).any_attribute(),
            &Def::text("episode", ITEMS, |s, log| s.value(log, number::decimal)).any_attribute(),
            &Def::text("trailer", CHANNELS, trailer).any_attribute().many(),
        ],
    )
};

fn locked(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| (!matches!(v, "yes" | "no")).then_some(&LOCKED));
}

fn file(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "url", url::uri);
    scope.required(log, "type", media_type::media_type);
}

fn soundbite(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["startTime", "duration"] {
        scope.required(log, name, |v| number::decimal(v).map(|_| &TIME));
    }
}

fn person(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::not_blank(scope.element, log);
    scope.attribute(log, "href", url::uri);
    scope.attribute(log, "img", url::uri);
}

fn trailer(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "url", url::uri);
    scope.required(log, "pubdate", date::rfc822_value);
}
