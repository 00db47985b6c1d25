//! Podcasting 2.0 (<https://podcasting2.org/docs/podcast-namespace>). New elements appear often, so unknown ones are only
//! a warning.

use super::media::COUNTRIES;
use crate::engine::log::Log;
use crate::engine::parent::Parent;
use crate::engine::structure;
use crate::engine::vocabulary::{Def, Family, Kind, Scope, Unknown};
use crate::rule::{
    Context::{Channel, Item, Whole},
    Rule,
};
use crate::values::{date, email, language, media_type, number, url};

const NAMESPACE: &str = "https://podcasting2.org/docs/podcast-namespace";
const NAMESPACES: &[&str] = &[
    "https://podcastindex.org/namespace/1.0",
    "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
];

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

static TRANSCRIPT_TYPE: Rule =
    Rule::warning("podcast/transcript-type", "type of transcript that players do not read")
        .why("Players read plain text, HTML, WebVTT, SRT and JSON, and choose by the type.")
        .remedy("write text/plain, text/html, text/vtt, application/x-subrip or application/json")
        .spec(
            "Podcasting 2.0, podcast:transcript",
            "https://podcasting2.org/docs/podcast-namespace/tags/transcript",
        )
        .example(
            Item,
            r#"<podcast:transcript url="https://town.example/1.pdf" type="application/pdf"/>"#,
            r#"<podcast:transcript url="https://town.example/1.vtt" type="text/vtt"/>"#,
        );

static CHAPTERS_TYPE: Rule = Rule::warning("podcast/chapters-type", "chapters that are not JSON")
    .why("Players read one format of chapter files.")
    .remedy("write type=\"application/json+chapters\"")
    .spec("Podcasting 2.0, podcast:chapters", "https://podcasting2.org/docs/podcast-namespace/tags/chapters")
    .example(
        Item,
        r#"<podcast:chapters url="https://town.example/1.txt" type="text/plain"/>"#,
        r#"<podcast:chapters url="https://town.example/1.json" type="application/json+chapters"/>"#,
    );

static MEDIUM: Rule = Rule::error("podcast/medium", "unknown medium of a podcast")
    .why("Players choose by the medium how to present the feed, and treat an unknown one as a podcast.")
    .remedy("write podcast, music, video, film, audiobook, newsletter, blog, publisher, course or mixed; add L for a list")
    .spec("Podcasting 2.0, podcast:medium", "https://podcasting2.org/docs/podcast-namespace/tags/medium")
    .example(Channel, "<podcast:medium>radio</podcast:medium>", "<podcast:medium>podcast</podcast:medium>");

static LIVE_STATUS: Rule = Rule::error("podcast/live-status", "invalid status of a live item")
    .why("Players notify listeners when the status becomes live.")
    .remedy("write pending, live or ended")
    .spec("Podcasting 2.0, podcast:liveItem", "https://podcasting2.org/docs/podcast-namespace/tags/live-item")
    .example(
        Channel,
        "<podcast:liveItem status=\"soon\" start=\"2023-10-31T21:15:02Z\"><title>Live</title><guid>https://town.example/live</guid></podcast:liveItem>",
        "<podcast:liveItem status=\"pending\" start=\"2023-10-31T21:15:02Z\"><title>Live</title><guid>https://town.example/live</guid></podcast:liveItem>",
    );

static LOCATION: Rule = Rule::error("podcast/location", "invalid location")
    .why("Directories list shows by place; they read a geo URI, an identifier of OpenStreetMap and a country code of two letters.")
    .remedy("write geo=\"geo:52.5,13.4\", osm=\"R62422\" and country=\"DE\"")
    .spec("Podcasting 2.0, podcast:location", "https://podcasting2.org/docs/podcast-namespace/tags/location")
    .example(
        Channel,
        r#"<podcast:location geo="52.5,13.4">Berlin</podcast:location>"#,
        r#"<podcast:location geo="geo:52.5,13.4">Berlin</podcast:location>"#,
    );

static PROTOCOL: Rule = Rule::error("podcast/protocol", "unknown protocol")
    .why("Players show comments and chats only of protocols that they know.")
    .remedy("write one of the protocols of the specification, in lower case")
    .spec(
        "Podcasting 2.0, podcast:socialInteract",
        "https://podcasting2.org/docs/podcast-namespace/tags/social-interact",
    )
    .example(
        Item,
        r#"<podcast:socialInteract protocol="mastodon" uri="https://town.example/@ann/1"/>"#,
        r#"<podcast:socialInteract protocol="activitypub" uri="https://town.example/@ann/1"/>"#,
    );

static INTEGRITY: Rule = Rule::error("podcast/integrity", "invalid type of integrity")
    .why("Players compare the file with the value in one of two ways.")
    .remedy("write sri or pgp-signature")
    .spec("Podcasting 2.0, podcast:integrity", "https://podcasting2.org/docs/podcast-namespace/tags/integrity")
    .example(
        Item,
        r#"<podcast:alternateEnclosure type="audio/opus"><podcast:source uri="https://town.example/1.opus"/><podcast:integrity type="md5" value="x"/></podcast:alternateEnclosure>"#,
        r#"<podcast:alternateEnclosure type="audio/opus"><podcast:source uri="https://town.example/1.opus"/><podcast:integrity type="sri" value="x"/></podcast:alternateEnclosure>"#,
    );

static RRULE: Rule = Rule::error("podcast/rrule", "invalid recurrence rule")
    .why("Players tell from the rule when the next episode comes.")
    .remedy("write a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO")
    .spec(
        "Podcasting 2.0, podcast:updateFrequency",
        "https://podcasting2.org/docs/podcast-namespace/tags/update-frequency",
    )
    .example(
        Channel,
        r#"<podcast:updateFrequency rrule="weekly">Weekly</podcast:updateFrequency>"#,
        r#"<podcast:updateFrequency rrule="FREQ=WEEKLY">Weekly</podcast:updateFrequency>"#,
    );

static TOO_LONG: Rule = Rule::warning("podcast/too-long", "text that aggregators truncate")
    .why("The specification limits names and labels to 128 characters, and some to 32, because players have little room.")
    .remedy("shorten it")
    .spec("Podcasting 2.0, podcast:funding", "https://podcasting2.org/docs/podcast-namespace/tags/funding")
    .example(
        Channel,
        r#"<podcast:funding url="https://town.example/give">one two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three four five six seven eight</podcast:funding>"#,
        r#"<podcast:funding url="https://town.example/give">Support the show</podcast:funding>"#,
    );

static HTTPS: Rule = Rule::warning("podcast/not-https", "podcast file without https")
    .why("The specification requires https for files of Podcasting 2.0, and players on the web cannot load others.")
    .remedy("publish the file over https")
    .spec("Podcasting 2.0, podcast:transcript", "https://podcasting2.org/docs/podcast-namespace/tags/transcript")
    .example(
        Item,
        r#"<podcast:transcript url="http://town.example/1.vtt" type="text/vtt"/>"#,
        r#"<podcast:transcript url="https://town.example/1.vtt" type="text/vtt"/>"#,
    );

static BOOLEAN: Rule = Rule::error("podcast/boolean", "neither true nor false")
    .why("Players ignore any other value.")
    .remedy("write true or false")
    .spec("Podcasting 2.0", NAMESPACE)
    .example(
        Item,
        r#"<podcast:alternateEnclosure type="audio/opus" default="yes"><podcast:source uri="https://town.example/1.opus"/></podcast:alternateEnclosure>"#,
        r#"<podcast:alternateEnclosure type="audio/opus" default="true"><podcast:source uri="https://town.example/1.opus"/></podcast:alternateEnclosure>"#,
    );

/// A show with a namespace.
macro_rules! declaring {
    ($namespace:literal) => {
        channel!(
            concat!("version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"", $namespace),
            "<language>en</language>\n",
            self_link!(),
            "<itunes:category text=\"News\"/>\n<itunes:explicit>false</itunes:explicit>\n<itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>\n"
        )
    };
}

static UNDECLARED: Rule = Rule::note("podcast/undeclared", "show that does not declare Podcasting 2.0")
    .why("PSP-1 requires that a show declares the namespaces of Apple, Podcasting 2.0 and Atom, whether it uses them or not.")
    .remedy("add xmlns:podcast=\"https://podcastindex.org/namespace/1.0\" to `rss`")
    .spec(
        "PSP-1, required namespace declarations",
        "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification#required-rss-namespace-declarations",
    )
    .example(Whole, declaring!(""), declaring!(" xmlns:podcast=\"https://podcastindex.org/namespace/1.0\""));

static UNKNOWN: Rule = Rule::warning("podcast/unknown-element", "unknown element of Podcasting 2.0")
    .why("Players ignore elements that the namespace does not define. New ones appear often, and this may be one.")
    .remedy("correct its name; keep it if it is new in the specification")
    .spec("Podcasting 2.0", NAMESPACE)
    .example(
        Item,
        r#"<podcast:transkript url="https://town.example/1.vtt" type="text/vtt"/>"#,
        r#"<podcast:transcript url="https://town.example/1.vtt" type="text/vtt"/>"#,
    );

static MISPLACED: Rule =
    Rule::warning("podcast/misplaced-element", "element of Podcasting 2.0 in the wrong parent")
        .why("The specification names the parents of each element, and players look for it only there.")
        .remedy("move it")
        .spec("Podcasting 2.0", NAMESPACE)
        .example(
            Channel,
            r#"<podcast:chapters url="https://town.example/1.json" type="application/json+chapters"/>"#,
            "<podcast:medium>podcast</podcast:medium>",
        );

static SRT: Rule = Rule::note("podcast/srt-type", "transcript in SRT with an unregistered type")
    .why(
        "PSP-1 knows SRT only as application/x-subrip. Apple Podcasts and most players read other names too.",
    )
    .remedy("write type=\"application/x-subrip\"")
    .spec(
        "Podcasting 2.0, podcast:transcript",
        "https://podcasting2.org/docs/podcast-namespace/tags/transcript",
    )
    .example(
        Item,
        r#"<podcast:transcript url="https://town.example/1.srt" type="application/srt"/>"#,
        r#"<podcast:transcript url="https://town.example/1.srt" type="application/x-subrip"/>"#,
    );

static TRANSCRIPT_REL: Rule = Rule::warning("podcast/transcript-rel", "unknown relation of a transcript")
    .why("The only one is captions, which tells players that the file has time codes.")
    .remedy("write rel=\"captions\", or omit it")
    .spec(
        "Podcasting 2.0, podcast:transcript",
        "https://podcasting2.org/docs/podcast-namespace/tags/transcript",
    )
    .example(
        Item,
        r#"<podcast:transcript url="https://town.example/1.vtt" type="text/vtt" rel="subtitles"/>"#,
        r#"<podcast:transcript url="https://town.example/1.vtt" type="text/vtt" rel="captions"/>"#,
    );

static LICENSE_URL: Rule = Rule::warning("podcast/license-url", "license of one's own without a URL")
    .why("Only a well-known license may be named by its identifier alone. Of any other, nobody knows the terms.")
    .remedy("add `url` with the text of the license, or write a known identifier such as cc-by-4.0")
    .spec("Podcasting 2.0, podcast:license", "https://podcasting2.org/docs/podcast-namespace/tags/license")
    .example(
        Channel,
        "<podcast:license>Town license</podcast:license>",
        r#"<podcast:license url="https://town.example/license">Town license</podcast:license>"#,
    );

static LIVE_TIME: Rule = Rule::warning("podcast/live-time", "time of a live item in a form that few players read")
    .why("The specification allows any form of ISO 8601, but most programs read only that of RFC 3339: with hyphens and colons, also in the time zone.")
    .remedy("write it like 2023-10-31T21:15:02-06:00")
    .spec("Podcasting 2.0, podcast:liveItem", "https://podcasting2.org/docs/podcast-namespace/tags/live-item")
    .example(
        Channel,
        "<podcast:liveItem status=\"live\" start=\"2023-10-31T21:15:02-0600\"><title>Live</title><guid>https://town.example/live</guid></podcast:liveItem>",
        "<podcast:liveItem status=\"live\" start=\"2023-10-31T21:15:02-06:00\"><title>Live</title><guid>https://town.example/live</guid></podcast:liveItem>",
    );

const CHANNELS: &[Parent] = &[Parent::Channel];
const ITEMS: &[Parent] = &[Parent::Item];
const BOTH: &[Parent] = &[Parent::Channel, Parent::Item];

/// A live item has the elements of an item.
static LIVE_ITEM: Def =
    Def::container(Parent::Item, "liveItem", CHANNELS).any_attribute().many().check(live_item);
static ALTERNATE: Def = Def::container(Parent::PodcastAlternate, "alternateEnclosure", ITEMS)
    .any_attribute()
    .many()
    .check(alternate);
static VALUE: Def = Def::container(Parent::PodcastValue, "value", BOTH).any_attribute().many().check(value);
static TIME_SPLIT: Def = Def::container(Parent::PodcastSplit, "valueTimeSplit", &[Parent::PodcastValue])
    .any_attribute()
    .many()
    .check(time_split);
static PODROLL: Def = Def::container(Parent::PodcastRoll, "podroll", CHANNELS).any_attribute();
static PUBLISHER: Def = Def::container(Parent::PodcastRoll, "publisher", CHANNELS).any_attribute();

pub(crate) static FAMILY: Family = Family {
    rules: &[
        &GUID,
        &LOCKED,
        &TIME,
        &TRANSCRIPT_TYPE,
        &CHAPTERS_TYPE,
        &MEDIUM,
        &LIVE_STATUS,
        &LOCATION,
        &PROTOCOL,
        &INTEGRITY,
        &RRULE,
        &TOO_LONG,
        &HTTPS,
        &BOOLEAN,
        &UNDECLARED,
        &UNKNOWN,
        &MISPLACED,
        &SRT,
        &TRANSCRIPT_REL,
        &LICENSE_URL,
        &LIVE_TIME,
    ],
    on_unknown_child: |scope, child| {
        if scope.feed.kind != Kind::Rss {
            Unknown::Ignored
        } else if FAMILY.has_element(child.local) {
            Unknown::Breaks(&MISPLACED)
        } else {
            Unknown::Breaks(&UNKNOWN)
        }
    },
    ..Family::new(
        "podcast",
        NAMESPACES,
        &[
            &LIVE_ITEM,
            &ALTERNATE,
            &VALUE,
            &TIME_SPLIT,
            &PODROLL,
            &PUBLISHER,
            &Def::text("guid", CHANNELS, |s, log| s.value(log, |v| (!url::is_uuid(v)).then_some(&GUID))),
            &Def::text("locked", CHANNELS, locked).any_attribute(),
            &Def::text("funding", BOTH, |s, log| {
                s.required(log, "url", url::uri);
                at_most(s, 128, log);
            })
            .any_attribute()
            .many(),
            &Def::empty("transcript", ITEMS, transcript).any_attribute().many(),
            &Def::empty("chapters", ITEMS, chapters).any_attribute(),
            &Def::text("soundbite", ITEMS, soundbite).any_attribute().many(),
            &Def::text("person", BOTH, person).any_attribute().many(),
            &Def::text("location", BOTH, location).any_attribute().many(),
            &Def::text("season", ITEMS, |s, log| {
                s.value(log, number::positive);
                label(s, "name", 128, log);
            })
            .any_attribute(),
            &Def::text("episode", ITEMS, |s, log| {
                s.value(log, number::decimal);
                label(s, "display", 32, log);
            })
            .any_attribute(),
            &Def::text("trailer", CHANNELS, trailer).any_attribute().many(),
            &Def::text("license", BOTH, |s, log| {
                structure::not_blank(s.element, log);
                s.attribute(log, "url", url::uri);
                if s.element.attribute("url").is_none() {
                    s.value(log, |v| (!v.is_empty() && !is_known_license(v)).then_some(&LICENSE_URL));
                }
                at_most(s, 128, log);
            })
            .any_attribute(),
            &Def::empty("source", &[Parent::PodcastAlternate], |s, log| {
                s.required(log, "uri", url::uri);
                s.attribute(log, "contentType", media_type::media_type);
            })
            .any_attribute()
            .many(),
            &Def::empty("integrity", &[Parent::PodcastAlternate], |s, log| {
                s.required(log, "type", |v| (!matches!(v, "sri" | "pgp-signature")).then_some(&INTEGRITY));
                s.required(log, "value", structure::not_blank_attribute);
            })
            .any_attribute(),
            &Def::empty("valueRecipient", &[Parent::PodcastValue, Parent::PodcastSplit], recipient)
                .any_attribute()
                .many(),
            &Def::text("medium", CHANNELS, |s, log| s.value(log, |v| (!is_medium(v)).then_some(&MEDIUM))),
            &Def::empty("images", BOTH, |s, log| {
                s.required(log, "srcset", structure::not_blank_attribute);
            })
            .any_attribute(),
            &Def::empty("image", BOTH, |s, log| {
                file(s, "href", log);
                s.attribute(log, "type", media_type::media_type);
            })
            .any_attribute()
            .many(),
            &Def::text("contentLink", ITEMS, |s, log| {
                s.required(log, "href", url::uri);
            })
            .any_attribute()
            .many(),
            &Def::empty("socialInteract", BOTH, social).any_attribute().many(),
            &Def::text("block", CHANNELS, locked).any_attribute().many(),
            &Def::text("txt", BOTH, |s, log| {
                label(s, "purpose", 128, log);
                at_most(s, 4000, log);
            })
            .any_attribute()
            .many(),
            &Def::empty("remoteItem", &[Parent::Channel, Parent::PodcastSplit, Parent::PodcastRoll], remote)
                .any_attribute()
                .many(),
            &Def::text("updateFrequency", CHANNELS, frequency).any_attribute(),
            &Def::empty("podping", CHANNELS, |s, log| {
                s.attribute(log, "usesPodping", boolean);
            })
            .any_attribute(),
            &Def::empty("chat", BOTH, |s, log| {
                s.required(log, "server", structure::not_blank_attribute);
                s.required(log, "protocol", |v| {
                    (!matches!(v, "irc" | "xmpp" | "nostr" | "matrix")).then_some(&PROTOCOL)
                });
            })
            .any_attribute(),
        ],
    )
};

/// Reports a show whose elements do not declare the namespace.
pub(super) fn namespace(show: &Scope<'_, '_>, log: &mut Log) {
    let mut declared = show.chain().flat_map(|s| &s.element.declared);
    if !declared.any(|d| NAMESPACES.contains(&&*d.uri)) {
        log.start(&UNDECLARED, show.element, "");
    }
}

/// True if a license is a well-known one, such as those of Creative Commons, so that its identifier says what it is.
fn is_known_license(text: &str) -> bool {
    const IDENTIFIERS: [&str; 7] = ["arr", "mit", "unlicense", "wtfpl", "pddl-1.0", "isc", "zlib"];
    const FAMILIES: [&str; 11] =
        ["cc-", "cc0-", "pod-v4v-", "apache-", "gpl-", "lgpl-", "agpl-", "gfdl-", "mpl-", "bsd-", "odbl-"];
    let lower = text.to_ascii_lowercase();
    IDENTIFIERS.contains(&&*lower)
        || FAMILIES.iter().any(|family| lower.starts_with(family)) && !lower.contains(char::is_whitespace)
}

fn boolean(value: &str) -> Option<&'static Rule> {
    (!matches!(value, "true" | "false")).then_some(&BOOLEAN)
}

/// True if a text is a medium, or a list of items of one.
fn is_medium(text: &str) -> bool {
    const MEDIA: [&str; 10] = [
        "podcast",
        "music",
        "video",
        "film",
        "audiobook",
        "newsletter",
        "blog",
        "publisher",
        "course",
        "mixed",
    ];
    MEDIA.contains(&text.strip_suffix('L').unwrap_or(text))
}

/// Reports a text of more than `max` characters.
fn at_most(scope: &Scope<'_, '_>, max: usize, log: &mut Log) {
    let length = scope.element.text().trim().chars().count();
    if length > max {
        let detail = format_args!("`{}` has {length} characters (maximum {max})", scope.element.name);
        log.text(&TOO_LONG, scope.element, detail);
    }
}

/// Reports an attribute of more than `max` characters.
fn label(scope: &Scope<'_, '_>, name: &str, max: usize, log: &mut Log) {
    scope.attribute(log, name, |v| (v.chars().count() > max).then_some(&TOO_LONG));
}

fn locked(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| (!matches!(v, "yes" | "no")).then_some(&LOCKED));
    scope.attribute(log, "owner", email::address);
}

/// Checks the URL of a file, which players load over https.
fn file(scope: &Scope<'_, '_>, name: &str, log: &mut Log) {
    scope.required(log, name, |v| url::uri(v).or_else(|| url::is_plain_http(v).then_some(&HTTPS)));
}

fn transcript(scope: &Scope<'_, '_>, log: &mut Log) {
    const TYPES: [&str; 8] = [
        "text/plain",
        "text/html",
        "text/vtt",
        "text/srt",
        "application/srt",
        "application/x-subrip",
        "application/json",
        "application/ttml+xml",
    ];
    file(scope, "url", log);
    scope.required(log, "type", |v| {
        let essence = v.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media_type::media_type(v)
            .or_else(|| (!TYPES.contains(&&*essence)).then_some(&TRANSCRIPT_TYPE))
            .or_else(|| matches!(&*essence, "text/srt" | "application/srt").then_some(&SRT))
    });
    scope.attribute(log, "rel", |v| (v != "captions").then_some(&TRANSCRIPT_REL));
    scope.attribute(log, "language", language::tag);
}

fn chapters(scope: &Scope<'_, '_>, log: &mut Log) {
    file(scope, "url", log);
    scope.required(log, "type", |v| {
        let is_json = v.to_ascii_lowercase().starts_with("application/json");
        media_type::media_type(v).or_else(|| (!is_json).then_some(&CHAPTERS_TYPE))
    });
}

fn soundbite(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["startTime", "duration"] {
        scope.required(log, name, seconds);
    }
    at_most(scope, 128, log);
}

fn seconds(text: &str) -> Option<&'static Rule> {
    number::decimal(text).map(|_| &TIME)
}

fn person(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::not_blank(scope.element, log);
    scope.attribute(log, "href", url::uri);
    scope.attribute(log, "img", url::uri);
    at_most(scope, 128, log);
}

fn location(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::not_blank(scope.element, log);
    at_most(scope, 128, log);
    scope.attribute(log, "geo", |v| {
        let coordinates = v.strip_prefix("geo:").map(|rest| rest.split(';').next().unwrap_or_default());
        let numbers: Vec<&str> = coordinates.unwrap_or_default().split(',').collect();
        let is_geo = matches!(numbers.len(), 2 | 3) && numbers.iter().all(|n| number::is_decimal(n));
        (!is_geo).then_some(&LOCATION)
    });
    scope.attribute(log, "country", |v| {
        let is_country = v.len() == 2 && COUNTRIES.binary_search(&&*v.to_ascii_lowercase()).is_ok();
        (!is_country).then_some(&LOCATION)
    });
    scope.attribute(log, "osm", |v| {
        let id = v.strip_prefix(['N', 'W', 'R']).map(|id| id.split('#').next().unwrap_or_default());
        (!id.is_some_and(number::is_whole)).then_some(&LOCATION)
    });
}

fn trailer(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "url", url::uri);
    scope.required(log, "pubdate", date::rfc822_value);
    scope.attribute(log, "length", number::not_negative);
    scope.attribute(log, "type", media_type::media_type);
    scope.attribute(log, "season", number::positive);
    at_most(scope, 128, log);
}

fn live_item(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "status", |v| (!matches!(v, "pending" | "live" | "ended")).then_some(&LIVE_STATUS));
    let time =
        |v: &str| date::rfc3339_value(v).map(|rule| if date::is_iso_8601(v) { &LIVE_TIME } else { rule });
    scope.required(log, "start", time);
    scope.attribute(log, "end", time);
    // Its children are those of an item, which have no namespace.
    for name in ["title", "guid"] {
        if scope.element.is_complete && scope.element.child("", name).is_none() {
            structure::missing(scope.element, format_args!("`{name}` in `{}`", scope.element.name), log);
        }
    }
}

fn alternate(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "type", media_type::media_type);
    scope.attribute(log, "length", number::not_negative);
    scope.attribute(log, "bitrate", number::decimal);
    scope.attribute(log, "height", number::positive);
    scope.attribute(log, "lang", language::tag);
    scope.attribute(log, "default", boolean);
    for name in ["title", "rel"] {
        label(scope, name, 32, log);
    }
    scope.requires(log, &["source"]);
}

fn value(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["type", "method"] {
        scope.required(log, name, structure::not_blank_attribute);
    }
    scope.attribute(log, "suggested", number::decimal);
    scope.requires(log, &["valueRecipient"]);
}

fn recipient(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["type", "address"] {
        scope.required(log, name, structure::not_blank_attribute);
    }
    scope.required(log, "split", number::not_negative);
    scope.attribute(log, "fee", boolean);
}

fn time_split(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["startTime", "duration"] {
        scope.required(log, name, seconds);
    }
    scope.attribute(log, "remoteStartTime", seconds);
    scope.attribute(log, "remotePercentage", number::not_negative);
    if scope.element.is_complete && scope.element.elements().next().is_none() {
        let detail =
            format_args!("`podcast:remoteItem` or `podcast:valueRecipient` in `{}`", scope.element.name);
        structure::missing(scope.element, detail, log);
    }
}

fn social(scope: &Scope<'_, '_>, log: &mut Log) {
    const PROTOCOLS: [&str; 9] =
        ["disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr", "bluesky"];
    let protocol = scope.required(log, "protocol", |v| (!PROTOCOLS.contains(&v)).then_some(&PROTOCOL));
    if protocol.is_none_or(|p| p.value != "disabled") {
        scope.required(log, "uri", url::uri);
    }
    scope.attribute(log, "accountUrl", url::uri);
    scope.attribute(log, "priority", number::positive);
}

fn remote(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "feedGuid", |v| (!url::is_uuid(v)).then_some(&GUID));
    scope.attribute(log, "feedUrl", url::uri);
    scope.attribute(log, "medium", |v| (!is_medium(v)).then_some(&MEDIUM));
}

fn frequency(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.attribute(log, "complete", boolean);
    scope.attribute(log, "dtstart", |v| {
        let is_day = !v.contains('T') && date::read_w3cdtf(v).is_ok();
        if is_day { None } else { date::event(v) }
    });
    scope.attribute(log, "rrule", |v| (!is_recurrence(v)).then_some(&RRULE));
    at_most(scope, 128, log);
}

/// True if a text is a recurrence rule ([RFC 5545, 3.3.10](https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10)): parts
/// `NAME=VALUE`, of which one is the frequency.
fn is_recurrence(text: &str) -> bool {
    const PARTS: [&str; 14] = [
        "FREQ",
        "UNTIL",
        "COUNT",
        "INTERVAL",
        "BYSECOND",
        "BYMINUTE",
        "BYHOUR",
        "BYDAY",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYMONTH",
        "BYSETPOS",
        "WKST",
    ];
    const FREQUENCIES: [&str; 7] = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
    let mut has_frequency = false;
    let is_part = |part: &str| {
        let Some((name, value)) = part.split_once('=') else { return false };
        if name == "FREQ" {
            has_frequency = FREQUENCIES.contains(&value);
        }
        PARTS.contains(&name) && !value.is_empty()
    };
    text.split(';').all(is_part) && has_frequency
}
