//! Media RSS (<https://www.rssboard.org/media-rss>).

use super::{checks, html};
use crate::document::xml::Attribute;
use crate::engine::log::Log;
use crate::engine::parent::Parent;
use crate::engine::vocabulary::{Def, Family, Scope};
use crate::engine::{ns, structure};
use crate::message::shown;
use crate::rule::{Context::Item, Rule};
use crate::values::{language, media_type, number, url};

static GROUP: Rule = Rule::warning("media/group", "media group with fewer than two contents")
    .why("A group holds versions of one work, such as two sizes of a video. A single content needs no group, although some sites always write one.")
    .remedy("move the content into the item itself")
    .spec("Media RSS, media:group", "https://www.rssboard.org/media-rss#media-group")
    .example(Item, r#"<media:group><media:content url="https://town.example/1.mp4" medium="video"/></media:group>"#, r#"<media:content url="https://town.example/1.mp4" medium="video"/>"#);

static ADULT: Rule = Rule::warning("media/adult", "obsolete `media:adult`")
    .why("media:rating replaced it in 2005.")
    .remedy("write `<media:rating>adult</media:rating>`")
    .spec("Media RSS, media:adult", "https://www.rssboard.org/media-rss#media-rating")
    .example(Item, "<media:adult>true</media:adult>", "<media:rating>adult</media:rating>");

static MEDIUM: Rule = Rule::error("media/medium", "invalid medium")
    .why("Readers decide by the medium whether to show, play or download the file.")
    .remedy("write image, audio, video, document or executable")
    .spec("Media RSS, media:content", "https://www.rssboard.org/media-rss#media-content")
    .example(
        Item,
        r#"<media:content url="https://town.example/1.mp4" medium="film"/>"#,
        r#"<media:content url="https://town.example/1.mp4" medium="video"/>"#,
    );

static EXPRESSION: Rule = Rule::error("media/expression", "invalid expression")
    .why("It tells whether the file is a sample, the full version or an endless stream.")
    .remedy("write sample, full or nonstop")
    .spec("Media RSS, media:content", "https://www.rssboard.org/media-rss#media-content")
    .example(
        Item,
        r#"<media:content url="https://town.example/1.mp4" medium="video" expression="trailer"/>"#,
        r#"<media:content url="https://town.example/1.mp4" medium="video" expression="sample"/>"#,
    );

static HASH: Rule = Rule::error("media/hash", "invalid hash")
    .why("Readers compare the file with the hash and discard it if they differ.")
    .remedy("write 32 hexadecimal digits for md5, 40 for sha-1")
    .spec("Media RSS, media:hash", "https://www.rssboard.org/media-rss#media-hash")
    .example(
        Item,
        r#"<media:hash algo="md5">1234</media:hash>"#,
        r#"<media:hash algo="md5">dfdec888b72151965a34b4b59031290a</media:hash>"#,
    );

static RATING: Rule = Rule::error("media/rating", "unknown rating")
    .why("Readers hide media by rating; if they do not know it, they show or hide everything.")
    .remedy("write one of the values of its scheme; without a scheme, adult or nonadult")
    .spec("Media RSS, media:rating", "https://www.rssboard.org/media-rss#media-rating")
    .example(Item, "<media:rating>grown-ups</media:rating>", "<media:rating>adult</media:rating>");

static CREDIT: Rule = Rule::error("media/credit-role", "unknown credit role")
    .why("Roles without a scheme are those of the European Broadcasting Union, in lower case.")
    .remedy("write a role of that list, or name your scheme")
    .spec("Media RSS, media:credit", "https://www.rssboard.org/media-rss#media-credit")
    .example(
        Item,
        r#"<media:credit role="Boss">Ann</media:credit>"#,
        r#"<media:credit role="director">Ann</media:credit>"#,
    );

static RESTRICTION: Rule = Rule::error("media/restriction", "invalid restriction")
    .why("Without a type, a restriction applies to all or none.")
    .remedy("write all or none, or add `type`")
    .spec("Media RSS, media:restriction", "https://www.rssboard.org/media-rss#media-restriction")
    .example(
        Item,
        r#"<media:restriction relationship="allow">some</media:restriction>"#,
        r#"<media:restriction relationship="allow">all</media:restriction>"#,
    );

static RELATIONSHIP: Rule =
    Rule::error("media/restriction-relationship", "invalid relationship of a restriction")
        .why("Readers that do not understand the restriction deny everything or nothing.")
        .remedy("write allow or deny")
        .spec("Media RSS, media:restriction", "https://www.rssboard.org/media-rss#media-restriction")
        .example(
            Item,
            r#"<media:restriction relationship="only" type="country">au us</media:restriction>"#,
            r#"<media:restriction relationship="allow" type="country">au us</media:restriction>"#,
        );

static RESTRICTION_TYPE: Rule = Rule::error("media/restriction-type", "invalid type of a restriction")
    .why("Restrictions are by country, URI or sharing.")
    .remedy("write country, uri or sharing")
    .spec("Media RSS, media:restriction", "https://www.rssboard.org/media-rss#media-restriction")
    .example(
        Item,
        r#"<media:restriction relationship="allow" type="continent">europe</media:restriction>"#,
        r#"<media:restriction relationship="allow" type="country">de</media:restriction>"#,
    );

static COUNTRY: Rule = Rule::error("media/country", "invalid country code")
    .why("Players compare the code with their own location.")
    .remedy("write ISO 3166 codes, separated by spaces")
    .spec("Media RSS, media:restriction", "https://www.rssboard.org/media-rss#media-restriction")
    .example(
        Item,
        r#"<media:restriction relationship="allow" type="country">germany</media:restriction>"#,
        r#"<media:restriction relationship="allow" type="country">de</media:restriction>"#,
    );

static TEXT_TYPE: Rule = Rule::error("media/text-type", "invalid type of a media text")
    .why("The type tells whether the text is HTML.")
    .remedy("write plain or html")
    .spec("Media RSS, media:title", "https://www.rssboard.org/media-rss#media-title")
    .example(
        Item,
        r#"<media:title type="text/html">One</media:title>"#,
        r#"<media:title type="html">One</media:title>"#,
    );

static TIME: Rule = Rule::error("media/time", "invalid time in a media file")
    .why("Players jump to this time.")
    .remedy("write now, seconds, mm:ss or hh:mm:ss, with a decimal point if needed")
    .spec("RFC 2326, 3.6", "https://www.rfc-editor.org/rfc/rfc2326#section-3.6")
    .example(
        Item,
        r#"<media:thumbnail url="https://town.example/1.png" time="5 min"/>"#,
        r#"<media:thumbnail url="https://town.example/1.png" time="00:05:00"/>"#,
    );

static DURATION: Rule = Rule::warning("media/duration", "duration that is not in seconds")
    .why("Readers expect a number of seconds, and read no more than the hours or minutes of a clock time.")
    .remedy("write the number of seconds")
    .spec("Media RSS, media:content", "https://www.rssboard.org/media-rss#media-content")
    .example(
        Item,
        r#"<media:content url="https://town.example/1.mp3" medium="audio" duration="1:30"/>"#,
        r#"<media:content url="https://town.example/1.mp3" medium="audio" duration="90"/>"#,
    );

static STATUS: Rule = Rule::error("media/status", "invalid status of media")
    .why("Aggregators remove media that are blocked or deleted; they ignore any other word.")
    .remedy("write active, blocked or deleted")
    .spec("Media RSS, media:status", "https://www.rssboard.org/media-rss#media-status")
    .example(
        Item,
        r#"<media:status state="removed" reason="https://town.example/why"/>"#,
        r#"<media:status state="deleted" reason="https://town.example/why"/>"#,
    );

static RIGHTS: Rule = Rule::error("media/rights", "invalid status of rights")
    .why("It tells who made the media; readers know two values.")
    .remedy("write userCreated or official")
    .spec("Media RSS, media:rights", "https://www.rssboard.org/media-rss#media-rights")
    .example(Item, r#"<media:rights status="user"/>"#, r#"<media:rights status="userCreated"/>"#);

static PRICE: Rule = Rule::error("media/price", "invalid price of media")
    .why("The type says whether it is a rent or a purchase, the price is a number, and the currency is a code of ISO 4217.")
    .remedy("write the type rent, purchase, package or subscription, a price such as 19.99 and a currency such as EUR")
    .spec("Media RSS, media:price", "https://www.rssboard.org/media-rss#media-price")
    .example(
        Item,
        r#"<media:price type="rent" price="$19.99" currency="EUR"/>"#,
        r#"<media:price type="rent" price="19.99" currency="EUR"/>"#,
    );

static TAGS: Rule = Rule::error("media/tags", "invalid list of tags")
    .why("Tags are separated by commas, and each may have a weight after a colon.")
    .remedy("write them like news: 5, town: 3, clock")
    .spec("Media RSS, media:community", "https://www.rssboard.org/media-rss#media-community")
    .example(
        Item,
        "<media:community><media:tags>news: many, town: 3</media:tags></media:community>",
        "<media:community><media:tags>news: 5, town: 3</media:tags></media:community>",
    );

static STAR_RATING: Rule = Rule::error("media/star-rating", "average outside the range of the rating")
    .why("Readers draw the average between the least and the greatest number of stars.")
    .remedy("write an average from `min` to `max`")
    .spec("Media RSS, media:community", "https://www.rssboard.org/media-rss#media-community")
    .example(
        Item,
        r#"<media:community><media:starRating average="7" count="20" min="1" max="5"/></media:community>"#,
        r#"<media:community><media:starRating average="3.5" count="20" min="1" max="5"/></media:community>"#,
    );

static GROUP_DEF: Def = Def::container(Parent::MediaGroup, "group", ITEMS).many().check(group);
static CONTENT: Def =
    Def::container(Parent::MediaContent, "content", &[Parent::Item, Parent::Entry, Parent::MediaGroup])
        .attributes(CONTENT_ATTRIBUTES)
        .many()
        .check(content);

static BACK_LINKS: Def = Def::container(Parent::MediaBackLinks, "backLinks", ALL);
static COMMENTS: Def = Def::container(Parent::MediaComments, "comments", ALL);
static RESPONSES: Def = Def::container(Parent::MediaResponses, "responses", ALL);
static COMMUNITY: Def = Def::container(Parent::MediaCommunity, "community", ALL);
static EMBED: Def = Def::container(Parent::MediaEmbed, "embed", ALL)
    .attributes(&["height", "url", "width"])
    .many()
    .check(embed);
static LOCATION: Def = Def::container(Parent::MediaLocation, "location", ALL)
    .attributes(&["description", "end", "start"])
    .many()
    .check(location);
static SCENES: Def = Def::container(Parent::MediaScenes, "scenes", ALL);

const ITEMS: &[Parent] = &[Parent::Item, Parent::Entry];
const ALL: &[Parent] =
    &[Parent::Channel, Parent::Feed, Parent::Item, Parent::Entry, Parent::MediaGroup, Parent::MediaContent];
#[rustfmt::skip]
const CONTENT_ATTRIBUTES: &[&str] = &[
    "bitrate", "channels", "duration", "expression", "fileSize", "framerate", "height", "isDefault", "lang", "medium",
    "samplingrate", "type", "url", "width",
];

pub(crate) static FAMILY: Family = Family {
    rules: &[
        &GROUP,
        &ADULT,
        &MEDIUM,
        &EXPRESSION,
        &HASH,
        &RATING,
        &CREDIT,
        &RESTRICTION,
        &RELATIONSHIP,
        &RESTRICTION_TYPE,
        &COUNTRY,
        &TEXT_TYPE,
        &TIME,
        &DURATION,
        &STATUS,
        &RIGHTS,
        &PRICE,
        &TAGS,
        &STAR_RATING,
    ],
    ..Family::new(
        "media",
        &[ns::MEDIA],
        &[
            &GROUP_DEF,
            &CONTENT,
            &Def::text("adult", ALL, adult),
            &Def::text("category", ALL, category).attributes(&["label", "scheme"]).many(),
            &Def::text("copyright", ALL, copyright).attributes(&["url"]),
            &Def::text("credit", ALL, credit).attributes(&["role", "scheme"]).many(),
            &Def::text("description", ALL, typed).attributes(&["type"]),
            &Def::text("title", ALL, typed).attributes(&["type"]),
            &Def::text("keywords", ALL, |_, _| {}).many(),
            &Def::text("hash", ALL, hash).attributes(&["algo"]).many(),
            &Def::text("player", ALL, player).attributes(&["height", "url", "width"]).many(),
            &Def::text("rating", ALL, rating).attributes(&["scheme"]).many(),
            &Def::text("restriction", ALL, restriction).attributes(&["relationship", "type"]).many(),
            &Def::text("text", ALL, text).attributes(&["end", "lang", "start", "type"]).many(),
            &Def::empty("thumbnail", ALL, thumbnail).attributes(&["height", "time", "url", "width"]).many(),
            &BACK_LINKS,
            &Def::text("backLink", &[Parent::MediaBackLinks], checks::uri).many(),
            &COMMENTS,
            &Def::text("comment", &[Parent::MediaComments], |_, _| {}).many(),
            &RESPONSES,
            &Def::text("response", &[Parent::MediaResponses], |_, _| {}).many(),
            &COMMUNITY,
            &Def::empty("starRating", &[Parent::MediaCommunity], star_rating)
                .attributes(&["average", "count", "max", "min"]),
            &Def::empty("statistics", &[Parent::MediaCommunity], statistics)
                .attributes(&["favorites", "views"]),
            &Def::text("tags", &[Parent::MediaCommunity], tags),
            &EMBED,
            &Def::text("param", &[Parent::MediaEmbed], param).attributes(&["name"]).many(),
            &Def::text("license", ALL, linked).attributes(&["href", "type"]).many(),
            &LOCATION,
            &Def::empty("peerLink", ALL, linked).attributes(&["href", "type"]).many(),
            &Def::empty("price", ALL, price).attributes(&["currency", "info", "price", "type"]).many(),
            &Def::empty("rights", ALL, rights).attributes(&["status"]),
            &SCENES,
            &Def::own("scene", &[Parent::MediaScenes], scene).many(),
            &Def::text("status", ALL, status).attributes(&["reason", "state"]),
            &Def::empty("subTitle", ALL, sub_title).attributes(&["href", "lang", "type"]).many(),
        ],
    )
};

fn group(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.element.elements().filter(|e| e.local == "content").count() < 2 && scope.element.is_complete {
        log.end(&GROUP, scope.element, "");
    }
}

fn content(scope: &Scope<'_, '_>, log: &mut Log) {
    let unless = |ok: bool, rule: &'static Rule| (!ok).then_some(rule);
    for name in ["bitrate", "framerate", "samplingrate"] {
        optional(scope, log, name, number::decimal);
    }
    optional(scope, log, "duration", |v| {
        number::decimal(v).map(|rule| if v.contains(':') && time(v).is_none() { &DURATION } else { rule })
    });
    optional(scope, log, "channels", number::not_negative);
    for name in ["fileSize", "height", "width"] {
        optional(scope, log, name, number::positive);
    }
    optional(scope, log, "expression", |v| unless(matches!(v, "sample" | "full" | "nonstop"), &EXPRESSION));
    optional(scope, log, "medium", |v| {
        unless(matches!(v, "image" | "audio" | "video" | "document" | "executable"), &MEDIUM)
    });
    optional(scope, log, "isDefault", number::true_false);
    optional(scope, log, "lang", language::tag);
    optional(scope, log, "type", media_type::enclosure);
    optional(scope, log, "url", url::uri);
    let has_player = || scope.chain().take(3).any(|s| s.first_child_in(ns::MEDIA, "player").is_some());
    if scope.element.is_complete && scope.element.attribute("url").is_none() && !has_player() {
        let detail = format_args!("`url` on `{}`, or `media:player` in it", scope.element.name);
        structure::missing_attribute(scope.element, detail, log);
    }
}

fn embed(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "url", url::uri);
    sizes(scope, log);
}

fn param(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "name", structure::not_blank_attribute);
}

/// An element that refers to a file by `href` and `type`.
fn linked(scope: &Scope<'_, '_>, log: &mut Log) {
    optional(scope, log, "href", url::uri);
    optional(scope, log, "type", media_type::media_type);
}

fn sub_title(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "href", url::uri);
    optional(scope, log, "type", media_type::media_type);
    optional(scope, log, "lang", language::tag);
}

fn location(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["start", "end"] {
        optional(scope, log, name, time);
    }
}

fn price(scope: &Scope<'_, '_>, log: &mut Log) {
    let unless = |ok: bool| (!ok).then_some(&PRICE);
    optional(scope, log, "type", |v| unless(matches!(v, "rent" | "purchase" | "package" | "subscription")));
    optional(scope, log, "price", |v| unless(number::decimal(v).is_none()));
    optional(scope, log, "currency", |v| unless(v.len() == 3 && v.bytes().all(|b| b.is_ascii_uppercase())));
    optional(scope, log, "info", url::uri);
}

fn rights(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "status", |v| (!matches!(v, "userCreated" | "official")).then_some(&RIGHTS));
}

fn status(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "state", |v| (!matches!(v, "active" | "blocked" | "deleted")).then_some(&STATUS));
}

fn star_rating(scope: &Scope<'_, '_>, log: &mut Log) {
    optional(scope, log, "average", number::decimal);
    for name in ["count", "min", "max"] {
        optional(scope, log, name, number::not_negative);
    }
    let value = |name: &str| scope.element.value(name).and_then(|text| text.trim().parse::<f64>().ok());
    // Without ratings there is no average, and YouTube writes 0.
    if let Some(average) = value("average")
        && value("count") != Some(0.0)
        && (value("min").is_some_and(|min| average < min) || value("max").is_some_and(|max| average > max))
    {
        optional(scope, log, "average", |_| Some(&STAR_RATING));
    }
}

fn statistics(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["views", "favorites"] {
        optional(scope, log, name, number::not_negative);
    }
}

fn tags(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |text| {
        let is_tag = |tag: &str| match tag.rsplit_once(':') {
            Some((name, weight)) => !name.trim().is_empty() && number::not_negative(weight.trim()).is_none(),
            None => true,
        };
        (!text.split(',').all(is_tag)).then_some(&TAGS)
    });
}

/// A scene. The specification writes the names of its elements without a prefix, which in Atom and RSS 1.0 puts them into the
/// namespace of the feed; feeds write them with a prefix too.
fn scene(scope: &Scope<'_, '_>, log: &mut Log) {
    const NAMES: [&str; 4] = ["sceneTitle", "sceneDescription", "sceneStartTime", "sceneEndTime"];
    for child in scope.element.elements() {
        let has_prefix = child.name.len() > child.local.len();
        if has_prefix && child.ns != scope.element.ns || !NAMES.contains(&child.local) {
            structure::undefined(scope.element, child, NAMES.into_iter(), log);
        } else if child.local.ends_with("Time") && child.is_complete {
            let text = child.text();
            if let Some(rule) = time(text.trim()) {
                log.text(rule, child, format_args!("`{}` is `{}`", child.name, shown(&text)));
            }
        }
    }
}

fn adult(scope: &Scope<'_, '_>, log: &mut Log) {
    log.start(&ADULT, scope.element, "");
    scope.value(log, number::true_false);
}

fn category(scope: &Scope<'_, '_>, log: &mut Log) {
    html::plain(scope, log);
    if let Some(label) = scope.element.attribute("label") {
        html::plain_attribute(label, log);
    }
    optional(scope, log, "scheme", url::uri);
}

fn copyright(scope: &Scope<'_, '_>, log: &mut Log) {
    html::plain(scope, log);
    optional(scope, log, "url", url::uri);
}

fn credit(scope: &Scope<'_, '_>, log: &mut Log) {
    let scheme = scope.element.value("scheme").filter(|s| !s.is_empty()).unwrap_or("urn:ebu");
    optional(scope, log, "role", |role| {
        let known = scheme != "urn:ebu" || EBU.contains(&role) || role.is_empty();
        (!known || role != role.to_lowercase()).then_some(&CREDIT)
    });
    // The specification names both, although they are too short for a URN.
    if !matches!(scheme, "urn:ebu" | "urn:yvs") {
        optional(scope, log, "scheme", url::uri);
    }
}

/// A title or description: plain text unless `type` is `html`.
fn typed(scope: &Scope<'_, '_>, log: &mut Log) {
    optional(scope, log, "type", |v| (!matches!(v, "plain" | "html")).then_some(&TEXT_TYPE));
    if scope.element.value("type") == Some("html") {
        html::with_base(scope, log);
    } else {
        html::undeclared(scope, log);
    }
}

fn text(scope: &Scope<'_, '_>, log: &mut Log) {
    typed(scope, log);
    for name in ["start", "end"] {
        optional(scope, log, name, time);
    }
    optional(scope, log, "lang", language::tag);
}

fn hash(scope: &Scope<'_, '_>, log: &mut Log) {
    let known = |algo: &str| matches!(algo, "md5" | "sha-1");
    let algo = optional(scope, log, "algo", |v| (!known(v)).then_some(&HASH)).map_or("md5", |a| &a.value);
    let length = if algo == "sha-1" { 40 } else { 32 };
    if known(algo) {
        scope.value(log, |v| {
            (v.len() != length || !v.bytes().all(|b| b.is_ascii_hexdigit())).then_some(&HASH)
        });
    }
}

fn player(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "url", url::uri);
    sizes(scope, log);
}

fn thumbnail(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "url", url::uri);
    optional(scope, log, "time", time);
    sizes(scope, log);
}

fn sizes(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["height", "width"] {
        optional(scope, log, name, number::positive);
    }
}

/// Checks an attribute that may be missing. Many feeds write an empty one instead.
fn optional<'s, 'd>(
    scope: &Scope<'s, 'd>,
    log: &mut Log,
    name: &str,
    test: impl Fn(&str) -> Option<&'static Rule>,
) -> Option<&'s Attribute<'d>> {
    scope.attribute(log, name, |value| structure::not_blank_attribute(value).or_else(|| test(value)))
}

/// Checks a time: normal play time ([RFC 2326, 3.6](https://www.rfc-editor.org/rfc/rfc2326#section-3.6)), or mm:ss as in the
/// examples of Media RSS.
fn time(text: &str) -> Option<&'static Rule> {
    let parts: Vec<&str> = text.split(':').collect();
    let seconds = |t: &str| number::decimal(t).is_none();
    // Minutes or seconds: below 60, with two digits or at least `least`.
    let is_sixtieth = |text: &str, least: usize| {
        let whole = text.split('.').next().unwrap_or_default();
        number::is_whole(whole)
            && (least..=2).contains(&whole.len())
            && whole.parse::<u8>().is_ok_and(|number| number < 60)
    };
    let ok = match parts[..] {
        [one] => one == "now" || seconds(one),
        [m, s] => number::is_whole(m) && is_sixtieth(s, 2) && seconds(s),
        [h, m, s] => {
            number::is_whole(h) && !m.contains('.') && is_sixtieth(m, 1) && is_sixtieth(s, 1) && seconds(s)
        }
        _ => false,
    };
    (!ok).then_some(&TIME)
}

fn rating(scope: &Scope<'_, '_>, log: &mut Log) {
    let scheme = scope.element.value("scheme").filter(|s| !s.is_empty()).unwrap_or("urn:simple");
    let known: &[&str] = match scheme {
        "urn:simple" => &["adult", "nonadult"],
        "urn:mpaa" => &["g", "m", "nc-17", "nr", "pg", "pg-13", "r", "x"],
        "urn:v-chip" => &[
            "14+", "18+", "c", "c8", "g", "pg", "tv-14", "tv-g", "tv-ma", "tv-pg", "tv-y", "tv-y7",
            "tv-y7-fv",
        ],
        "urn:icra" => {
            scope.value(log, |v| (!is_icra(v)).then_some(&RATING));
            return;
        }
        _ => {
            optional(scope, log, "scheme", url::uri);
            return;
        }
    };
    scope.value(log, |v| (!known.contains(&v)).then_some(&RATING));
}

/// `r (cz 1 lz 0 …)`: pairs of a label and 0 or 1.
fn is_icra(text: &str) -> bool {
    let Some(inner) = text.strip_prefix("r (").and_then(|t| t.strip_suffix(')')) else { return false };
    let words: Vec<&str> = inner.split(' ').collect();
    let label = |l: &str| l.len() == 2 && l.starts_with(['n', 's', 'v', 'l', 'o', 'c', 'x']);
    words.len().is_multiple_of(2)
        && words.chunks(2).all(|pair| label(pair[0]) && matches!(pair[1], "0" | "1"))
}

fn restriction(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "relationship", |v| (!matches!(v, "allow" | "deny")).then_some(&RELATIONSHIP));
    match scope.element.value("type") {
        None | Some("") => {
            scope.value(log, |v| (!matches!(v, "" | "all" | "none")).then_some(&RESTRICTION));
        }
        Some("country") => {
            let text = scope.element.text().to_ascii_lowercase();
            if let Some(bad) = text.split_whitespace().find(|c| !COUNTRIES.contains(c)) {
                log.text(&COUNTRY, scope.element, format_args!("`{}`", shown(bad)));
            } else if text.trim().is_empty() {
                structure::not_blank(scope.element, log);
            }
        }
        Some("uri") => scope.value(log, |v| match v {
            "" => url::uri(v),
            list => list.split_whitespace().find_map(url::uri),
        }),
        Some("sharing") => {}
        Some(_) => {
            optional(scope, log, "type", |_| Some(&RESTRICTION_TYPE));
        }
    }
}

/// [ISO 3166-1](https://www.iso.org/iso-3166-country-codes.html), with former codes.
#[rustfmt::skip]
pub(super) const COUNTRIES: &[&str] = &[
    "ad", "ae", "af", "ag", "ai", "al", "am", "an", "ao", "aq", "ar", "as", "at", "au", "aw", "ax", "az", "ba", "bb",
    "bd", "be", "bf", "bg", "bh", "bi", "bj", "bl", "bm", "bn", "bo", "bq", "br", "bs", "bt", "bv", "bw", "by", "bz",
    "ca", "cc", "cd", "cf", "cg", "ch", "ci", "ck", "cl", "cm", "cn", "co", "cr", "cu", "cv", "cw", "cx", "cy", "cz",
    "de", "dj", "dk", "dm", "do", "dz", "ec", "ee", "eg", "eh", "er", "es", "et", "fi", "fj", "fk", "fm", "fo", "fr",
    "ga", "gb", "gd", "ge", "gf", "gg", "gh", "gi", "gl", "gm", "gn", "gp", "gq", "gr", "gs", "gt", "gu", "gw", "gy",
    "hk", "hm", "hn", "hr", "ht", "hu", "id", "ie", "il", "im", "in", "io", "iq", "ir", "is", "it", "je", "jm", "jo",
    "jp", "ke", "kg", "kh", "ki", "km", "kn", "kp", "kr", "kw", "ky", "kz", "la", "lb", "lc", "li", "lk", "lr", "ls",
    "lt", "lu", "lv", "ly", "ma", "mc", "md", "me", "mf", "mg", "mh", "mk", "ml", "mm", "mn", "mo", "mp", "mq", "mr",
    "ms", "mt", "mu", "mv", "mw", "mx", "my", "mz", "na", "nc", "ne", "nf", "ng", "ni", "nl", "no", "np", "nr", "nu",
    "nz", "om", "pa", "pe", "pf", "pg", "ph", "pk", "pl", "pm", "pn", "pr", "ps", "pt", "pw", "py", "qa", "re", "ro",
    "rs", "ru", "rw", "sa", "sb", "sc", "sd", "se", "sg", "sh", "si", "sj", "sk", "sl", "sm", "sn", "so", "sr", "ss",
    "st", "sv", "sx", "sy", "sz", "tc", "td", "tf", "tg", "th", "tj", "tk", "tl", "tm", "tn", "to", "tr", "tt", "tv",
    "tw", "tz", "ua", "ug", "um", "us", "uy", "uz", "va", "vc", "ve", "vg", "vi", "vn", "vu", "wf", "ws", "ye", "yt",
    "za", "zm", "zw",
];

/// The roles of the European Broadcasting Union, and others in the examples of the specification.
#[rustfmt::skip]
const EBU: &[&str] = &[
    "actor", "adaptor", "anchor person", "animal trainer", "animator", "announcer", "armourer", "art director",
    "artist", "artist/performer", "assistant camera", "assistant chief lighting technician", "assistant director",
    "assistant producer", "assistant visual editor", "author", "broadcast assistant", "broadcast journalist",
    "camera operator", "carpenter", "casting", "causeur", "chief lighting technician", "choir", "choreographer",
    "clapper loader", "commentary or commentator", "commissioning broadcaster", "composer", "computer programmer",
    "conductor", "consultant", "continuity checker", "correspondent", "costume designer", "dancer", "dialogue coach",
    "director", "director of photography", "distribution company", "draughtsman", "dresser", "dubber", "editor",
    "editor/producer", "ensemble", "executive producer", "expert", "fight director", "floor manager", "focus puller",
    "foley artist", "foley editor", "foley mixer", "graphic assistant", "graphic designer", "greensman", "grip",
    "hairdresser", "illustrator", "interviewed guest", "interviewer", "key character", "key grip", "key talents",
    "leadman", "librettist", "lighting director", "lighting technician", "location manager", "lyricist",
    "make up artist", "manufacturer", "matte artist", "music arranger", "music group", "musician", "news reader",
    "orchestra", "owner", "participant", "performer", "photographer", "post", "producer", "production assistant",
    "production company", "production department", "production manager", "production secretary",
    "programme production researcher", "programme proposal", "property manager", "publishing company", "puppeteer",
    "pyrotechnician", "reporter", "rigger", "runner", "scenario", "scenic operative", "script supervisor",
    "second assistant camera", "second assistant director", "second unit director", "set designer", "set dresser",
    "sign language", "singer", "sound designer", "sound mixer", "sound recordist", "special effects", "stunts",
    "subtitles", "technical director", "term", "translation", "transportation manager", "treatment",
    "treatment proposal", "treatment/programme proposal", "uploader", "vision mixer", "visual editor",
    "visual effects", "wardrobe", "witness",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(COUNTRIES.windows(2).all(|w| w[0] < w[1]) && EBU.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn times() {
        assert!(
            ["now", "12", "12.5", "1:02:03", "1:02:03.5", "00:45", "0:5:1", "100:59:59"]
                .iter()
                .all(|t| time(t).is_none())
        );
        let bad =
            ["", "12:3", "5 min", "-1", "1:02:3x", "1:2.5:3", "12:75:99", "1:60:00", "00:60", "1:002:03"];
        assert!(bad.iter().all(|t| time(t).is_some()));
    }
}
