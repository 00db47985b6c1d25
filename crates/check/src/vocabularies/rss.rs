//! RSS 0.9x and 2.0 (<https://www.rssboard.org/rss-specification>, and the RSS Profile of the RSS Board).

use std::borrow::Cow;
use std::collections::HashSet;

use feedmill_types::starts_with_ignore_case;

use super::{checks, html};
use crate::document::xml::Element;
use crate::engine::log::Log;
use crate::engine::ns::{ATOM, DC};
use crate::engine::parent::Parent;
use crate::engine::structure;
use crate::engine::vocabulary::{Def, Family, Scope, Unknown};
use crate::message::shown;
use crate::rule::{
    Context::{Channel, Item, Whole},
    Rule,
};
use crate::values::{email, language, media_type, number, url};

static VERSION: Rule = Rule::error("rss/version", "unknown RSS version")
    .why("Readers decide by the version which elements to look for.")
    .remedy("write version=\"2.0\"")
    .spec("RSS 2.0.11, What is RSS?", "https://www.rssboard.org/rss-specification#whatIsRss")
    .example(
        Whole,
        channel!("version=\"3.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"", self_link!()),
        rss!(),
    );

static NO_TITLE: Rule = Rule::error("rss/missing-title", "missing `title`")
    .why("Readers list the feed under its title.")
    .remedy("add a title")
    .spec("RSS 2.0.11, Required channel elements", "https://www.rssboard.org/rss-specification#requiredChannelElements")
    .example(Channel, "<image><url>https://town.example/logo.png</url><link>https://town.example/</link></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static NO_LINK: Rule = Rule::error("rss/missing-link", "missing `link`")
    .why("Readers open this link to show the site of the feed.")
    .remedy("add a link")
    .spec("RSS 2.0.11, Required channel elements", "https://www.rssboard.org/rss-specification#requiredChannelElements")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Town</title></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static NO_DESCRIPTION: Rule = Rule::error("rss/missing-description", "missing `description`")
    .why("Directories list the channel with its description.")
    .remedy("add a description")
    .spec(
        "RSS 2.0.11, Required channel elements",
        "https://www.rssboard.org/rss-specification#requiredChannelElements",
    )
    .example(
        Whole,
        r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>Town</title>
<link>https://town.example/</link>
<atom:link rel="self" href="https://town.example/rss.xml"/>
</channel>
</rss>"#,
        rss!(),
    );

static ITEM_EMPTY: Rule = Rule::error("rss/item-no-title-or-description", "item without title or description")
    .why("All elements of an item are optional, except that one of these two is required: a reader has nothing else to show.")
    .remedy("add one of the two")
    .spec("RSS 2.0.11, Elements of item", "https://www.rssboard.org/rss-specification#hrelementsOfLtitemgt")
    .example(Whole, rss!("<item><guid>https://town.example/1</guid></item>\n"), rss!("<item><title>One</title><guid>https://town.example/1</guid></item>\n"));

static MISSING_GUID: Rule = Rule::warning("rss/missing-guid", "item without `guid`")
    .why("Readers recognize items they have shown by the guid. Without one they use the link or the text, so a corrected item appears twice.")
    .remedy("give each item a guid that never changes")
    .spec("RSS Profile, guid", "https://www.rssboard.org/rss-profile#element-channel-item-guid")
    .example(Whole, rss!("<item><title>One</title></item>\n"), rss!("<item><title>One</title><guid>https://town.example/1</guid></item>\n"));

static GUID_NOT_URL: Rule = Rule::error("rss/guid-not-url", "permalink guid is not a URL")
    .why("If `isPermaLink` is true or missing, readers open the guid as the URL of the item.")
    .remedy("write isPermaLink=\"false\", or the full URL")
    .spec("RSS 2.0.11, guid", "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt")
    .example(Item, "<guid>town-1</guid>", r#"<guid isPermaLink="false">town-1</guid>"#);

static GUID_NOT_PERMALINK: Rule = Rule::error("rss/guid-not-permalink", "permalink that browsers cannot open")
    .why("If `isPermaLink` is true or missing, readers open the guid as the URL of the item. Tag URIs and UUIDs are names, not locations.")
    .remedy("write isPermaLink=\"false\"")
    .spec("RSS 2.0.11, guid", "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt")
    .example(Item, "<guid>tag:town.example,2023:1</guid>", r#"<guid isPermaLink="false">tag:town.example,2023:1</guid>"#);

static GUID_SHORT: Rule = Rule::warning("rss/guid-short", "guid that is not globally unique")
    .why("Some readers keep one list of guids for all feeds, and many feeds have the same short numbers.")
    .remedy("write the URL of the item, or a tag URI")
    .spec("RSS Profile, guid", "https://www.rssboard.org/rss-profile#element-channel-item-guid")
    .example(
        Item,
        r#"<guid isPermaLink="false">1</guid>"#,
        r#"<guid isPermaLink="false">tag:town.example,2023:1</guid>"#,
    );

static DUPLICATE_VALUE: Rule = Rule::error("rss/duplicate-value", "duplicate value")
    .why("Readers treat two items with the same guid as one: they show the first one, or alternate between the two.")
    .remedy("keep one of them, or give each its own value")
    .spec("RSS 2.0.11, guid", "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt")
    .example(
        Channel,
        "<skipDays><day>Sunday</day><day>Sunday</day></skipDays>",
        "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>",
    );

static SKIP_DAYS: Rule = Rule::error("rss/skip-days", "more than seven days")
    .why("At most seven days can be skipped.")
    .remedy("list each day once")
    .spec("RSS Board, skipHours and skipDays", "https://www.rssboard.org/skip-hours-days")
    .example(Channel, "<skipDays><day>Monday</day><day>Tuesday</day><day>Wednesday</day><day>Thursday</day><day>Friday</day><day>Saturday</day><day>Sunday</day><day/></skipDays>", "<skipDays><day>Monday</day></skipDays>");

static DAY: Rule = Rule::error("rss/day", "invalid day of the week")
    .why("Readers know the seven English names.")
    .remedy("write Monday to Sunday")
    .spec("RSS Board, skipHours and skipDays", "https://www.rssboard.org/skip-hours-days")
    .example(Channel, "<skipDays><day>Sonntag</day></skipDays>", "<skipDays><day>Sunday</day></skipDays>");

static SKIP_HOURS: Rule = Rule::error("rss/skip-hours", "more than 24 hours")
    .why("At most 24 hours can be skipped.")
    .remedy("list each hour once")
    .spec("RSS Board, skipHours and skipDays", "https://www.rssboard.org/skip-hours-days")
    .example(Channel, "<skipHours><hour>0</hour><hour>1</hour><hour>2</hour><hour>3</hour><hour>4</hour><hour>5</hour><hour>6</hour><hour>7</hour><hour>8</hour><hour>9</hour><hour>10</hour><hour>11</hour><hour>12</hour><hour>13</hour><hour>14</hour><hour>15</hour><hour>16</hour><hour>17</hour><hour>18</hour><hour>19</hour><hour>20</hour><hour>21</hour><hour>22</hour><hour>23</hour><hour/></skipHours>", "<skipHours><hour>0</hour></skipHours>");

static HOUR: Rule = Rule::error("rss/hour", "invalid hour")
    .why("Hours are from 0 to 23, in GMT.")
    .remedy("write a number from 0 to 23")
    .spec("RSS Board, skipHours and skipDays", "https://www.rssboard.org/skip-hours-days")
    .example(Channel, "<skipHours><hour>25</hour></skipHours>", "<skipHours><hour>1</hour></skipHours>");

static MIDNIGHT: Rule = Rule::warning("rss/midnight", "midnight written as hour 24")
    .why("Netscape counted hours from 1 to 24; RSS 2.0 counts from 0 to 23.")
    .remedy("write 0")
    .spec("RSS Profile, hour", "https://www.rssboard.org/rss-profile#element-channel-skiphours-hour")
    .example(Channel, "<skipHours><hour>24</hour></skipHours>", "<skipHours><hour>0</hour></skipHours>");

static IMAGE_WIDTH: Rule = Rule::error("rss/image-width", "invalid image width")
    .why("The image of a channel is at most 144 pixels wide.")
    .remedy("write a number from 1 to 144")
    .spec("RSS 2.0.11, image", "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link><width>512</width></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link><width>144</width></image>");

static IMAGE_HEIGHT: Rule = Rule::error("rss/image-height", "invalid image height")
    .why("The image of a channel is at most 400 pixels high.")
    .remedy("write a number from 1 to 400")
    .spec("RSS 2.0.11, image", "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link><height>512</height></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link><height>144</height></image>");

static IMAGE_FORMAT: Rule = Rule::warning("rss/image-format", "image is not GIF, JPEG or PNG")
    .why("RSS defines these three formats; readers may not support others.")
    .remedy("publish the image as PNG as well")
    .spec("RSS 2.0.11, image", "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt")
    .example(Channel, "<image><url>https://town.example/logo.svg</url><title>Town</title><link>https://town.example/</link></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static IMAGE_LINK: Rule = Rule::warning("rss/image-link", "image link differs from the channel link")
    .why("In practice both are the same, and readers use either.")
    .remedy("write the link of the channel")
    .spec("RSS 2.0.11, image", "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/about</link></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static IMAGE_TITLE: Rule = Rule::warning("rss/image-title", "image title differs from the channel title")
    .why("In practice both are the same, and readers use either.")
    .remedy("write the title of the channel")
    .spec("RSS Profile, image title", "https://www.rssboard.org/rss-profile#element-channel-image-title")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Our logo</title><link>https://town.example/</link></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static TEXT_INPUT_NAME: Rule = Rule::error("rss/text-input-name", "invalid name of a form field")
    .why("Browsers send the text under this name.")
    .remedy("begin it with a letter")
    .spec("HTML 4.01, 6.2", "https://www.w3.org/TR/html401/types.html#type-name")
    .example(Whole, channel!("version=\"0.92\"", "<textInput><title>Search</title><description>Search</description><name>1</name><link>https://town.example/search</link></textInput>\n"), channel!("version=\"0.92\"", "<textInput><title>Search</title><description>Search</description><name>q</name><link>https://town.example/search</link></textInput>\n"));

static TEXT_INPUT: Rule = Rule::warning("rss/text-input", "obsolete `textInput`")
    .why("Hardly any reader shows it; the specification itself calls its purpose something of a mystery.")
    .remedy("remove it")
    .spec("RSS Profile, textInput", "https://www.rssboard.org/rss-profile#element-channel-textinput")
    .example(Channel, "<textInput><title>Search</title><description>Search</description><name>q</name><link>https://town.example/search</link></textInput>", "<ttl>60</ttl>");

static MISSING_SELF: Rule = Rule::warning("rss/missing-self", "missing self link")
    .why("Users can subscribe to a feed that was mailed, mirrored or opened as a file only if it has its own URL.")
    .remedy("add `<atom:link rel=\"self\" href=\"…\" type=\"application/rss+xml\"/>`")
    .spec("RSS Profile, atom:link", "https://www.rssboard.org/rss-profile#namespace-elements-atom-link")
    .example(Whole, channel!("version=\"2.0\""), rss!());

/// The same rule for a feed that cannot have one yet.
static MISSING_SELF_UNDECLARED: Rule = MISSING_SELF.with_remedy(
    "add `<atom:link rel=\"self\" href=\"…\" type=\"application/rss+xml\"/>`, and `xmlns:atom=\"http://www.w3.org/2005/Atom\"` to `rss`",
);

static BLINK: Rule = Rule::error("rss/no-blink", "`blink` without its namespace")
    .why("RSS has no `blink`; it belongs to the blogChannel module.")
    .remedy("write blogChannel:blink, or remove it")
    .spec("blogChannel module", "http://backend.userland.com/blogChannelModule")
    .example(
        Channel,
        "<blink>https://ann.example/</blink>",
        "<blogChannel:blink>https://ann.example/</blogChannel:blink>",
    );

static DUPLICATE_ENCLOSURE: Rule =
    Rule::warning("rss/duplicate-enclosure", "item with more than one enclosure")
        .why("Most podcast players download the first one, some the last, few all.")
        .remedy("keep one; move the others to media:content")
        .spec("RSS Profile, enclosure", "https://www.rssboard.org/rss-profile#element-channel-item-enclosure")
        .example(
            Item,
            r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>
<enclosure url="https://town.example/1.ogg" length="1000" type="audio/ogg"/>"#,
            r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>"#,
        );

static DUPLICATE_SEMANTICS: Rule =
    Rule::warning("rss/duplicate-semantics", "two elements with the same meaning")
        .why("One reader uses pubDate and another dc:date; if they differ, nobody knows which one is meant.")
        .remedy("keep the element of RSS")
        .spec("RSS Profile, Namespace Elements", "https://www.rssboard.org/rss-profile#namespace-elements")
        .example(
            Item,
            "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>\n<dc:date>2023-10-31</dc:date>",
            "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>",
        );

static MISPLACED_ITEM: Rule = Rule::warning("rss/misplaced-item", "item before channel metadata")
    .why("Streaming programs need the metadata of the channel before its items.")
    .remedy("move the items to the end")
    .spec("RSS Profile, channel", "https://www.rssboard.org/rss-profile#element-channel")
    .example(
        Whole,
        r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<item><title>One</title><guid>https://town.example/1</guid></item>
<title>Town</title>
<link>https://town.example/</link>
<description>News</description>
<atom:link rel="self" href="https://town.example/rss.xml"/>
</channel>
</rss>"#,
        rss!("<item><title>One</title><guid>https://town.example/1</guid></item>\n"),
    );

static ENCLOSURE_LENGTH: Rule = Rule::error("rss/enclosure-length", "negative enclosure length")
    .why("Readers show the length before they download a file; some fail on a negative one.")
    .remedy("write the size in bytes; 0 if it is unknown")
    .spec("RSS Profile, enclosure", "https://www.rssboard.org/rss-profile#element-channel-item-enclosure")
    .example(
        Item,
        r#"<enclosure url="https://town.example/1.mp3" length="-1" type="audio/mpeg"/>"#,
        r#"<enclosure url="https://town.example/1.mp3" length="0" type="audio/mpeg"/>"#,
    );

static OLD_REQUIRED: Rule = Rule::warning("rss/old-required", "missing element that RSS 0.91 requires")
    .why("RSS 0.91 requires the language of the channel, and the title and link of each item. Later versions do not.")
    .remedy("add the element, or write version=\"2.0\"")
    .spec("RSS 0.91", "https://www.rssboard.org/rss-0-9-1-netscape")
    .example(
        Whole,
        channel!("version=\"0.91\"", "<language>en</language>\n<item><title>One</title></item>\n"),
        channel!("version=\"0.91\"", "<language>en</language>\n<item><title>One</title><link>https://town.example/1</link></item>\n"),
    );

static CLOUD: Rule = Rule::error("rss/cloud", "invalid attribute of `cloud`")
    .why("Readers register at this port and by this protocol, or not at all.")
    .remedy("write a port from 1 to 65535, and the protocol xml-rpc, soap, http-post or https-post")
    .spec("RSS 2.0.11, cloud", "https://www.rssboard.org/rss-specification#ltcloudgtSubelementOfLtchannelgt")
    .example(
        Channel,
        r#"<cloud domain="town.example" port="443" path="/" registerProcedure="" protocol="ftp"/>"#,
        r#"<cloud domain="town.example" port="443" path="/" registerProcedure="" protocol="http-post"/>"#,
    );

static LATER_ELEMENT: Rule = Rule::warning("rss/later-element", "element of a later version of RSS")
    .why("A reader that follows the declared version ignores the element.")
    .remedy("write version=\"2.0\"")
    .spec("RSS 2.0.11, What is RSS?", "https://www.rssboard.org/rss-specification#whatIsRss")
    .example(
        Whole,
        channel!("version=\"0.92\"", "<item><title>One</title><guid>https://town.example/1</guid></item>\n"),
        channel!("version=\"0.92\"", "<item><title>One</title></item>\n"),
    );

pub(crate) static RSS: Def = Def::container(Parent::Rss, "rss", &[]).attributes(&["version"]).check(rss);
static CHANNEL: Def = Def::container(Parent::Channel, "channel", &[Parent::Rss]).check(channel);
static ITEM: Def = Def::container(Parent::Item, "item", &[Parent::Channel]).many().check(item);
static IMAGE: Def = Def::container(Parent::Image, "image", &[Parent::Channel]).check(image);
static TEXT_INPUT_DEF: Def =
    Def::container(Parent::TextInput, "textInput", &[Parent::Channel]).check(text_input);
static SKIP_HOURS_DEF: Def =
    Def::container(Parent::SkipHours, "skipHours", &[Parent::Channel]).check(skip_hours);
static SKIP_DAYS_DEF: Def = Def::container(Parent::SkipDays, "skipDays", &[Parent::Channel]).check(skip_days);

pub(crate) static FAMILY: Family = Family {
    rules: &[
        &VERSION,
        &NO_TITLE,
        &NO_LINK,
        &NO_DESCRIPTION,
        &ITEM_EMPTY,
        &MISSING_GUID,
        &GUID_NOT_URL,
        &GUID_NOT_PERMALINK,
        &GUID_SHORT,
        &DUPLICATE_VALUE,
        &SKIP_DAYS,
        &DAY,
        &SKIP_HOURS,
        &HOUR,
        &MIDNIGHT,
        &IMAGE_WIDTH,
        &IMAGE_HEIGHT,
        &IMAGE_FORMAT,
        &IMAGE_LINK,
        &IMAGE_TITLE,
        &TEXT_INPUT_NAME,
        &TEXT_INPUT,
        &MISSING_SELF,
        &BLINK,
        &DUPLICATE_ENCLOSURE,
        &DUPLICATE_SEMANTICS,
        &MISPLACED_ITEM,
        &ENCLOSURE_LENGTH,
        &CLOUD,
        &LATER_ELEMENT,
        &OLD_REQUIRED,
    ],
    // The DTD of version 0.91 has it in lower case.
    on_unknown_child: |scope, child| {
        let is_of_dtd = scope.feed.version == "0.91" && child.local == "textinput";
        let is_of_channel = scope.def.container == Some(Parent::Channel);
        if is_of_dtd && is_of_channel { Unknown::Ignored } else { Unknown::Undefined }
    },
    ..Family::new(
        "rss",
        &[""],
        &[
            &CHANNEL,
            &ITEM,
            &Def::text("title", &[Parent::Channel, Parent::Item], checks::heading),
            &Def::text("title", &[Parent::Image], image_title),
            &Def::text("title", &[Parent::TextInput], html::plain),
            &Def::text("link", &[Parent::Channel, Parent::Item, Parent::TextInput], checks::uri),
            &Def::text("link", &[Parent::Image], image_link),
            &Def::text("description", &[Parent::Channel, Parent::Image], html::plain),
            &Def::text("description", &[Parent::TextInput], |_, _| {}),
            &Def::text("description", &[Parent::Item], description),
            &Def::text("language", &[Parent::Channel], |s, log| s.value(log, language::tag)),
            &Def::text("copyright", &[Parent::Channel], html::plain),
            &Def::text("managingEditor", &[Parent::Channel], contact),
            &Def::text("webMaster", &[Parent::Channel], contact),
            &Def::text("author", &[Parent::Item], contact),
            &Def::text("pubDate", &[Parent::Channel, Parent::Item], checks::rfc822),
            &Def::text("lastBuildDate", &[Parent::Channel], checks::rfc822),
            &Def::text("category", &[Parent::Channel], html::plain).attributes(&["domain"]).many(),
            &Def::text("category", &[Parent::Item], checks::heading).attributes(&["domain"]).many(),
            &Def::text("generator", &[Parent::Channel], |_, _| {}),
            &Def::text("docs", &[Parent::Channel], checks::uri),
            &Def::empty("cloud", &[Parent::Channel], cloud).attributes(&[
                "domain",
                "port",
                "path",
                "registerProcedure",
                "protocol",
            ]),
            &Def::text("ttl", &[Parent::Channel], checks::positive),
            &IMAGE,
            &Def::text("rating", &[Parent::Channel], |_, _| {}),
            &TEXT_INPUT_DEF,
            &SKIP_HOURS_DEF,
            &SKIP_DAYS_DEF,
            &Def::text("hour", &[Parent::SkipHours], |_, _| {}).many(),
            &Def::text("day", &[Parent::SkipDays], |_, _| {}).many(),
            &Def::text("blink", &[Parent::Channel], |s, log| log.start(&BLINK, s.element, "")),
            &Def::text("url", &[Parent::Image], image_url),
            &Def::text("width", &[Parent::Image], |s, log| size(s, 144, &IMAGE_WIDTH, log)),
            &Def::text("height", &[Parent::Image], |s, log| size(s, 400, &IMAGE_HEIGHT, log)),
            &Def::text("name", &[Parent::TextInput], text_input_name),
            &Def::text("comments", &[Parent::Item], checks::uri),
            &Def::empty("enclosure", &[Parent::Item], enclosure)
                .attributes(&["url", "length", "type"])
                .many(),
            &Def::text("guid", &[Parent::Item], guid).attributes(&["isPermaLink"]),
            &Def::text("source", &[Parent::Item], source).attributes(&["url"]),
        ],
    )
};

/// Elements of a channel with the same meaning: first that of RSS.
const SAME_IN_CHANNEL: &[(Name, Name)] = &[
    (("", "managingEditor"), (DC, "creator")),
    (("", "category"), (DC, "subject")),
    (("", "pubDate"), (DC, "date")),
    (("", "generator"), ("http://webns.net/mvcb/", "generatorAgent")),
    (("", "webMaster"), (DC, "publisher")),
    (("", "language"), (DC, "language")),
    (("", "copyright"), (DC, "rights")),
    (("", "lastBuildDate"), ("http://purl.org/dc/terms/", "modified")),
    LICENSES,
];
/// Elements of an item with the same meaning.
const SAME_IN_ITEM: &[(Name, Name)] = &[
    (("", "guid"), (ATOM, "id")),
    (("", "pubDate"), (ATOM, "published")),
    (("", "author"), (DC, "creator")),
    (("", "category"), (DC, "subject")),
    (("", "pubDate"), (DC, "date")),
    (("", "source"), (DC, "source")),
    LICENSES,
];
type Name = (&'static str, &'static str);
const LICENSES: (Name, Name) = (
    ("http://backend.userland.com/creativeCommonsRssModule", "license"),
    ("http://web.resource.org/cc/", "license"),
);

/// Reports the second of two elements with the same meaning.
fn same(scope: &Scope<'_, '_>, pairs: &[(Name, Name)], log: &mut Log) {
    for ((ns, core), (other_ns, other)) in pairs {
        let Some(core) = scope.element.child(ns, core) else { continue };
        if let Some(other) = scope.element.child(other_ns, other) {
            let second = if core.at > other.at { core } else { other };
            let detail = format_args!("`{}` and `{}`", core.name, other.name);
            log.start(&DUPLICATE_SEMANTICS, second, detail);
        }
    }
}

fn rss(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "version", |v| {
        (!matches!(v, "2.0" | "0.90" | "0.91" | "0.92" | "0.93" | "0.94")).then_some(&VERSION)
    });
    scope.requires(log, &["channel"]);
}

fn channel(scope: &Scope<'_, '_>, log: &mut Log) {
    let channel = scope.element;
    scope.requires_by(log, &NO_TITLE, "title");
    scope.requires_by(log, &NO_LINK, "link");
    scope.requires_by(log, &NO_DESCRIPTION, "description");
    if scope.feed.version == "0.91" {
        old_required(scope, &["language"], log);
    }
    later_elements(scope, log);
    same(scope, SAME_IN_CHANNEL, log);
    let is_self = |e: &Element<'_>| e.is(ATOM, "link") && e.value("rel") == Some("self");
    if channel.is_complete && scope.is_rss_2() && !channel.elements().any(is_self) {
        let is_declared =
            |s: &Scope<'_, '_>| s.element.declared.iter().any(|declaration| &*declaration.uri == ATOM);
        let rule = if scope.chain().any(is_declared) { &MISSING_SELF } else { &MISSING_SELF_UNDECLARED };
        log.end(rule, channel, "");
    }
    let has_language =
        channel.elements().any(|e| e.local == "language") || scope.xml("lang").next().is_some();
    if channel.is_complete && !has_language {
        log.end(&structure::NO_LANGUAGE, channel, "neither `language` nor `xml:lang` in `channel`");
    }
    let last_own = channel.elements().rfind(|e| e.ns.is_empty() && e.local != "item").map_or(0, |e| e.at);
    if let Some(early) = channel.elements().find(|e| e.is("", "item") && e.at < last_own) {
        log.start(&MISPLACED_ITEM, early, "");
    }
    let mut guids: HashSet<Cow<'_, str>> = HashSet::new();
    let guids_of_items = channel.elements().filter_map(|item| item.child("", "guid"));
    for guid in guids_of_items.filter(|guid| guid.is_complete) {
        let value = match guid.text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        if let Some(same) = guids.get(&value).filter(|value| !value.is_empty()) {
            log.text(&DUPLICATE_VALUE, guid, format_args!("`guid` is `{}`", shown(same)));
        }
        guids.insert(value);
    }
}

fn item(scope: &Scope<'_, '_>, log: &mut Log) {
    let item = scope.element;
    same(scope, SAME_IN_ITEM, log);
    if scope.feed.version == "0.91" {
        old_required(scope, &["title", "link"], log);
    }
    if item.is_complete && item.child("", "title").is_none() && item.child("", "description").is_none() {
        log.end(&ITEM_EMPTY, item, "");
    }
    if item.is_complete && scope.is_rss_2() && item.child("", "guid").is_none() {
        log.end(&MISSING_GUID, item, "");
    }
    if let Some(second) = item.elements().filter(|e| e.is("", "enclosure")).nth(1) {
        log.start(&DUPLICATE_ENCLOSURE, second, "");
    }
}

/// Reports each of these children that is missing, although only version 0.91 requires it.
fn old_required(scope: &Scope<'_, '_>, children: &[&str], log: &mut Log) {
    for name in children.iter().filter(|name| scope.lacks(name)) {
        log.end(&OLD_REQUIRED, scope.element, format_args!("`{name}` in `{}`", scope.element.name));
    }
}

/// Elements of later versions than 0.91: the parent, the name, and the first version that has it.
const LATER: &[(Parent, &str, &str)] = &[
    (Parent::Channel, "category", "2.0"),
    (Parent::Channel, "cloud", "0.92"),
    (Parent::Channel, "generator", "2.0"),
    (Parent::Channel, "ttl", "2.0"),
    (Parent::Item, "author", "2.0"),
    (Parent::Item, "category", "0.92"),
    (Parent::Item, "comments", "2.0"),
    (Parent::Item, "enclosure", "0.92"),
    (Parent::Item, "guid", "2.0"),
    (Parent::Item, "pubDate", "0.93"),
    (Parent::Item, "source", "0.92"),
];

/// Reports the first of each element that the version of the document does not have.
fn later_elements(scope: &Scope<'_, '_>, log: &mut Log) {
    if !matches!(scope.feed.version, "0.91" | "0.92" | "0.93" | "0.94") {
        return;
    }
    let mut seen = HashSet::new();
    let mut report = |parent: Parent, element: &Element<'_>, log: &mut Log| {
        let is_later = |(own, name, version): &&(Parent, &str, &str)| {
            *own == parent && element.is("", name) && scope.feed.version < *version
        };
        if let Some(row @ (_, name, version)) = LATER.iter().find(is_later)
            && seen.insert(std::ptr::from_ref(row))
        {
            let detail = format_args!("`{name}` is from version {version}, not {}", scope.feed.version);
            log.start(&LATER_ELEMENT, element, detail);
        }
    };
    for child in scope.element.elements() {
        if child.is("", "item") {
            child.elements().for_each(|element| report(Parent::Item, element, log));
        } else {
            report(Parent::Channel, child, log);
        }
    }
}

fn contact(scope: &Scope<'_, '_>, log: &mut Log) {
    // An address in angle brackets only looks like HTML.
    if email::in_name(&scope.element.text()).is_none() {
        html::plain(scope, log);
    }
    scope.value(log, email::contact);
}

/// A description of an item: HTML since version 0.92.
fn description(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.feed.version == "0.91" { html::plain(scope, log) } else { html::without_base(scope, log) }
}

/// Reports content of Atom or XHTML in an item of RSS.
pub(crate) fn in_place_of_description(scope: &Scope<'_, '_>, log: &mut Log) {
    let detail = format_args!("`{}` and `description`", scope.element.name);
    log.start(&DUPLICATE_SEMANTICS, scope.element, detail);
}

fn image(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.requires(log, &["url"]);
    scope.requires_by(log, &NO_TITLE, "title");
    scope.requires_by(log, &NO_LINK, "link");
}

/// Returns the text of an element of the channel before this image.
fn of_channel(scope: &Scope<'_, '_>, name: &'static str) -> Option<String> {
    let channel = scope.ancestor(Parent::Channel)?;
    let found = channel.first_child(name).filter(|e| e.at < scope.element.at && e.is_complete)?;
    Some(found.text().trim().to_owned()).filter(|t| !t.is_empty())
}

fn image_title(scope: &Scope<'_, '_>, log: &mut Log) {
    checks::heading(scope, log);
    let own = scope.element.text();
    if let Some(title) = of_channel(scope, "title").filter(|t| *t != own.trim()) {
        let detail = format_args!("`{}` is not `{}`", shown(&own), shown(&title));
        log.text(&IMAGE_TITLE, scope.element, detail);
    }
}

fn image_link(scope: &Scope<'_, '_>, log: &mut Log) {
    checks::uri(scope, log);
    let own = scope.element.text();
    if let Some(link) = of_channel(scope, "link").filter(|l| *l != own.trim()) {
        let detail = format_args!("`{}` is not `{}`", shown(&own), shown(&link));
        log.text(&IMAGE_LINK, scope.element, detail);
    }
}

fn image_url(scope: &Scope<'_, '_>, log: &mut Log) {
    checks::uri(scope, log);
    let text = scope.element.text();
    let extension = text.trim().rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_word = !extension.is_empty() && extension.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_word && !matches!(&*extension, "jpg" | "jpeg" | "gif" | "png") {
        log.text(&IMAGE_FORMAT, scope.element, format_args!("`.{}`", shown(&extension)));
    }
}

fn size(scope: &Scope<'_, '_>, max: u32, rule: &'static Rule, log: &mut Log) {
    scope.value(log, |text| {
        let fits = number::positive(text).is_none() && text.parse().is_ok_and(|n: u32| n <= max);
        (!fits).then_some(rule)
    });
}

fn cloud(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["domain", "path", "registerProcedure"] {
        scope.required(log, name, |_| None);
    }
    scope.required(log, "protocol", |v| {
        (!matches!(v, "xml-rpc" | "soap" | "http-post" | "https-post")).then_some(&CLOUD)
    });
    scope.required(log, "port", |v| {
        number::positive_attribute(v).or_else(|| v.parse::<u16>().is_err().then_some(&CLOUD))
    });
}

fn text_input(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.is_rss_2() {
        log.start(&TEXT_INPUT, scope.element, "");
    }
    scope.requires_by(log, &NO_TITLE, "title");
    scope.requires_by(log, &NO_LINK, "link");
    scope.requires_by(log, &NO_DESCRIPTION, "description");
    scope.requires(log, &["name"]);
}

/// The name of a form field. Later versions of HTML allow any name, which is why only its begin is checked.
pub(super) fn text_input_name(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |text| {
        let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '['));
        (!is_name).then_some(&TEXT_INPUT_NAME)
    });
}

fn skip_hours(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.requires(log, &["hour"]);
    let mut seen = [false; 24];
    for (index, child) in scope.element.elements().filter(|e| e.is("", "hour") && e.is_complete).enumerate() {
        let text = child.text();
        let hour = Some(text.trim())
            .filter(|t| number::not_negative(t).is_none())
            .and_then(|t| t.parse::<u32>().ok());
        if index == 24 {
            log.start(&SKIP_HOURS, child, "");
            continue;
        }
        match hour {
            Some(hour @ 0..=24) => {
                if std::mem::replace(&mut seen[hour as usize % 24], true) {
                    log.text(&DUPLICATE_VALUE, child, format_args!("`hour` is `{hour}`"));
                }
                if hour == 24 {
                    log.text(&MIDNIGHT, child, "");
                }
            }
            _ => log.text(&HOUR, child, format_args!("`hour` is `{}`", shown(&text))),
        }
    }
}

fn skip_days(scope: &Scope<'_, '_>, log: &mut Log) {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    scope.requires(log, &["day"]);
    let mut seen = [false; DAYS.len()];
    for (index, child) in scope.element.elements().filter(|e| e.is("", "day") && e.is_complete).enumerate() {
        let text = child.text();
        let day = DAYS.iter().position(|day| *day == text.trim());
        let is_repeated = day.is_some_and(|day| std::mem::replace(&mut seen[day], true));
        if index == DAYS.len() {
            log.start(&SKIP_DAYS, child, "");
        } else if day.is_none() {
            log.text(&DAY, child, format_args!("`day` is `{}`", shown(&text)));
        } else if is_repeated {
            log.text(&DUPLICATE_VALUE, child, format_args!("`day` is `{}`", shown(&text)));
        }
    }
}

fn enclosure(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "length", |value| {
        let below = value.strip_prefix('-').is_some_and(|n| number::not_negative(n).is_none());
        if below { Some(&ENCLOSURE_LENGTH) } else { number::whole_attribute(value) }
    });
    scope.required(log, "type", media_type::enclosure);
    scope.required(log, "url", url::http);
}

fn guid(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::not_blank(scope.element, log);
    let permalink = scope.attribute(log, "isPermaLink", number::boolean_attribute);
    let text = scope.element.text();
    let value = text.trim();
    if permalink.is_none_or(|p| p.value == "true") {
        let verdict = match url::uri(value) {
            Some(rule) if matches!(rule.meta.code, "url/relative" | "url/no-host" | "url/not-ascii") => {
                Some(&GUID_NOT_URL)
            }
            Some(rule) => Some(rule),
            None => ["tag:", "urn:"]
                .iter()
                .any(|s| starts_with_ignore_case(value, s))
                .then_some(&GUID_NOT_PERMALINK),
        };
        scope.verdict(log, verdict, value);
    } else if value.len() < 9 && number::not_negative(value).is_none() {
        log.text(&GUID_SHORT, scope.element, format_args!("`guid` is `{value}`"));
    }
}

fn source(scope: &Scope<'_, '_>, log: &mut Log) {
    html::plain(scope, log);
    scope.required(log, "url", url::uri);
}
