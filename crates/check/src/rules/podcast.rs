//! Podcasting 2.0 (<https://podcasting2.org/docs/podcast-namespace>): the elements that stand still. New ones come
//! often, so what is not known is passed over.

use super::super::log::Log;
use super::super::rule::{
    Rule,
    Within::{Channel, Item},
};
use super::super::walk::{Def, Family, Scope, pass};
use super::{element, media_type, number, rss, url};

static GUID: Rule = Rule::warning("podcast/guid", "A show's guid that is no UUID")
    .why("The guid of a show stays when the show moves to another host; it is a UUID made of the address of the feed.")
    .help("write the UUIDv5 of the feed's address")
    .spec("Podcasting 2.0, podcast:guid", "https://podcasting2.org/docs/podcast-namespace/tags/guid")
    .example(Channel, "<podcast:guid>town</podcast:guid>", "<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid>");

static LOCKED: Rule = Rule::error("podcast/locked", "Neither yes nor no")
    .why("Hosts ask this element whether the show may be taken over by another.")
    .help("write yes or no")
    .spec("Podcasting 2.0, podcast:locked", "https://podcasting2.org/docs/podcast-namespace/tags/locked")
    .example(Channel, "<podcast:locked>true</podcast:locked>", "<podcast:locked>yes</podcast:locked>");

static TIME: Rule = Rule::error("podcast/time", "No time in seconds")
    .why("Players jump to this second of the file.")
    .help("write seconds, with a point where need be")
    .spec(
        "Podcasting 2.0, podcast:soundbite",
        "https://podcasting2.org/docs/podcast-namespace/tags/soundbite",
    )
    .example(
        Item,
        r#"<podcast:soundbite startTime="1:13" duration="60.0"/>"#,
        r#"<podcast:soundbite startTime="73.0" duration="60.0"/>"#,
    );

const CHANNELS: &[&Def] = &[&rss::CHANNEL];
const ITEMS: &[&Def] = &[&rss::ITEM];
const BOTH: &[&Def] = &[&rss::CHANNEL, &rss::ITEM];

pub(in super::super) static FAMILY: Family = Family {
    rules: &[&GUID, &LOCKED, &TIME],
    stray: pass,
    ..Family::of_elements(
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
    element::not_blank(scope, log);
    scope.attribute(log, "href", url::uri);
    scope.attribute(log, "img", url::uri);
}

fn trailer(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "url", url::uri);
    scope.required(log, "pubdate", super::date::rfc822_value);
}
