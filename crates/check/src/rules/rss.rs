//! RSS 0.9x and 2.0 (<https://www.rssboard.org/rss-specification>, and the RSS Profile of the RSS Board).

use std::collections::HashSet;

use super::super::document::Element;
use super::super::log::{Log, shown};
use super::super::rule::{
    Rule,
    Within::{Channel, Item, Whole},
};
use super::super::walk::{Def, Family, Scope};
use super::{ATOM, date, element, email, html, language, media_type, number, url};

static VERSION: Rule = Rule::error("rss/version", "A version of RSS that does not exist")
    .why("Readers choose by the version what they look for.")
    .help("write version=\"2.0\"")
    .spec("RSS 2.0.11, What is RSS?", "https://www.rssboard.org/rss-specification#whatIsRss")
    .example(
        Whole,
        channel!("version=\"3.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"", self_link!()),
        rss!(),
    );

static NO_TITLE: Rule = Rule::error("rss/missing-title", "A title is missing")
    .why("The title is the name under which a reader lists the feed.")
    .help("add a title")
    .spec("RSS 2.0.11, Required channel elements", "https://www.rssboard.org/rss-specification#requiredChannelElements")
    .example(Channel, "<image><url>https://town.example/logo.png</url><link>https://town.example/</link></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static NO_LINK: Rule = Rule::error("rss/missing-link", "A link is missing")
    .why("The link is where a reader goes for the site of the feed.")
    .help("add a link")
    .spec("RSS 2.0.11, Required channel elements", "https://www.rssboard.org/rss-specification#requiredChannelElements")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Town</title></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static NO_DESCRIPTION: Rule = Rule::error("rss/missing-description", "A description is missing")
    .why("A channel says in a sentence what it is about; directories show it.")
    .help("add a description")
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

static ITEM_EMPTY: Rule = Rule::error("rss/item-no-title-or-description", "An item without title and description")
    .why("All elements of an item are optional, but one of these two must be there: a reader has nothing else to show.")
    .help("give it one of the two")
    .spec("RSS 2.0.11, Elements of item", "https://www.rssboard.org/rss-specification#hrelementsOfLtitemgt")
    .example(Whole, rss!("<item><guid>https://town.example/1</guid></item>\n"), rss!("<item><title>One</title><guid>https://town.example/1</guid></item>\n"));

static MISSING_GUID: Rule = Rule::warning("rss/missing-guid", "An item without guid")
    .why("A reader knows by the guid which items it has shown. Without one it goes by the link or the text, and an item that is corrected appears twice.")
    .help("give each item a guid that never changes")
    .spec("RSS Profile, guid", "https://www.rssboard.org/rss-profile#element-channel-item-guid")
    .example(Whole, rss!("<item><title>One</title></item>\n"), rss!("<item><title>One</title><guid>https://town.example/1</guid></item>\n"));

static GUID_NOT_URL: Rule =
    Rule::error("rss/guid-not-url", "A guid that is said to be a permalink and is no address")
        .why("Where isPermaLink is true or missing, readers open the guid as the address of the item.")
        .help("write isPermaLink=\"false\", or the full address")
        .spec("RSS 2.0.11, guid", "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt")
        .example(Item, "<guid>town-1</guid>", r#"<guid isPermaLink="false">town-1</guid>"#);

static GUID_NOT_PERMALINK: Rule = Rule::error("rss/guid-not-permalink", "A permalink that no browser can open")
    .why("Where isPermaLink is true or missing, readers open the guid as the address of the item. Tag URIs and UUIDs are names, not addresses.")
    .help("write isPermaLink=\"false\"")
    .spec("RSS 2.0.11, guid", "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt")
    .example(Item, "<guid>tag:town.example,2023:1</guid>", r#"<guid isPermaLink="false">tag:town.example,2023:1</guid>"#);

static GUID_SHORT: Rule = Rule::warning("rss/guid-short", "A guid that others may have too")
    .why("Guids are to be unique among all feeds: some readers keep one list for all. A short number is in many of them.")
    .help("write the address of the item, or a tag URI")
    .spec("RSS Profile, guid", "https://www.rssboard.org/rss-profile#element-channel-item-guid")
    .example(Item, r#"<guid isPermaLink="false">1</guid>"#, r#"<guid isPermaLink="false">tag:town.example,2023:1</guid>"#);

static DUPLICATE_VALUE: Rule = Rule::error("rss/duplicate-value", "A value that is there twice")
    .why("Two items with one guid are one item to a reader: it shows the first, or lets them flicker.")
    .help("keep one of them, or give each its own")
    .spec("RSS 2.0.11, guid", "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt")
    .example(
        Channel,
        "<skipDays><day>Sunday</day><day>Sunday</day></skipDays>",
        "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>",
    );

static SKIP_DAYS: Rule = Rule::error("rss/skip-days", "More days than a week has")
    .why("Seven days at the most can be skipped.")
    .help("name each day once")
    .spec("RSS Board, skipHours and skipDays", "https://www.rssboard.org/skip-hours-days")
    .example(Channel, "<skipDays><day>Monday</day><day>Tuesday</day><day>Wednesday</day><day>Thursday</day><day>Friday</day><day>Saturday</day><day>Sunday</day><day/></skipDays>", "<skipDays><day>Monday</day></skipDays>");

static DAY: Rule = Rule::error("rss/day", "No day of the week")
    .why("Readers know the seven English names.")
    .help("write Monday to Sunday")
    .spec("RSS Board, skipHours and skipDays", "https://www.rssboard.org/skip-hours-days")
    .example(Channel, "<skipDays><day>Sonntag</day></skipDays>", "<skipDays><day>Sunday</day></skipDays>");

static SKIP_HOURS: Rule = Rule::error("rss/skip-hours", "More hours than a day has")
    .why("Twenty-four hours at the most can be skipped.")
    .help("name each hour once")
    .spec("RSS Board, skipHours and skipDays", "https://www.rssboard.org/skip-hours-days")
    .example(Channel, "<skipHours><hour>0</hour><hour>1</hour><hour>2</hour><hour>3</hour><hour>4</hour><hour>5</hour><hour>6</hour><hour>7</hour><hour>8</hour><hour>9</hour><hour>10</hour><hour>11</hour><hour>12</hour><hour>13</hour><hour>14</hour><hour>15</hour><hour>16</hour><hour>17</hour><hour>18</hour><hour>19</hour><hour>20</hour><hour>21</hour><hour>22</hour><hour>23</hour><hour/></skipHours>", "<skipHours><hour>0</hour></skipHours>");

static HOUR: Rule = Rule::error("rss/hour", "No hour of the day")
    .why("Hours go from 0 to 23, in GMT.")
    .help("write a number from 0 to 23")
    .spec("RSS Board, skipHours and skipDays", "https://www.rssboard.org/skip-hours-days")
    .example(Channel, "<skipHours><hour>25</hour></skipHours>", "<skipHours><hour>1</hour></skipHours>");

static MIDNIGHT: Rule = Rule::warning("rss/midnight", "Midnight as hour 24")
    .why("Netscape counted hours from 1 to 24, RSS 2.0 counts from 0 to 23.")
    .help("write 0")
    .spec("RSS Profile, hour", "https://www.rssboard.org/rss-profile#element-channel-skiphours-hour")
    .example(Channel, "<skipHours><hour>24</hour></skipHours>", "<skipHours><hour>0</hour></skipHours>");

static IMAGE_WIDTH: Rule = Rule::error("rss/image-width", "A width that an image may not have")
    .why("A channel's image is 144 pixels wide at the most.")
    .help("write a number from 1 to 144")
    .spec("RSS 2.0.11, image", "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link><width>512</width></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link><width>144</width></image>");

static IMAGE_HEIGHT: Rule = Rule::error("rss/image-height", "A height that an image may not have")
    .why("A channel's image is 400 pixels high at the most.")
    .help("write a number from 1 to 400")
    .spec("RSS 2.0.11, image", "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link><height>512</height></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link><height>144</height></image>");

static IMAGE_FORMAT: Rule = Rule::warning("rss/image-format", "An image that is no GIF, JPEG or PNG")
    .why("RSS knows these three; a reader need not show others.")
    .help("publish the picture as PNG too")
    .spec("RSS 2.0.11, image", "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt")
    .example(Channel, "<image><url>https://town.example/logo.svg</url><title>Town</title><link>https://town.example/</link></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static IMAGE_LINK: Rule = Rule::warning("rss/image-link", "An image with another link than its channel")
    .why("In practice the two are the same, and readers use one for the other.")
    .help("write the link of the channel")
    .spec("RSS 2.0.11, image", "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/about</link></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static IMAGE_TITLE: Rule = Rule::warning("rss/image-title", "An image with another title than its channel")
    .why("In practice the two are the same, and readers use one for the other.")
    .help("write the title of the channel")
    .spec("RSS Profile, image title", "https://www.rssboard.org/rss-profile#element-channel-image-title")
    .example(Channel, "<image><url>https://town.example/logo.png</url><title>Our logo</title><link>https://town.example/</link></image>", "<image><url>https://town.example/logo.png</url><title>Town</title><link>https://town.example/</link></image>");

static TEXT_INPUT_NAME: Rule = Rule::error("rss/text-input-name", "No name of a form field")
    .why("A browser sends the text under this name.")
    .help("begin with a letter; letters, digits, - _ : . may follow")
    .spec("HTML 4.01, 6.2", "https://www.w3.org/TR/html401/types.html#type-name")
    .example(Whole, channel!("version=\"0.92\"", "<textInput><title>Search</title><description>Search</description><name>1</name><link>https://town.example/search</link></textInput>\n"), channel!("version=\"0.92\"", "<textInput><title>Search</title><description>Search</description><name>q</name><link>https://town.example/search</link></textInput>\n"));

static TEXT_INPUT: Rule = Rule::warning("rss/text-input", "A textInput, which readers ignore")
    .why("Its purpose is something of a mystery, says the specification; hardly any reader shows it.")
    .help("remove it")
    .spec("RSS Profile, textInput", "https://www.rssboard.org/rss-profile#element-channel-textinput")
    .example(Channel, "<textInput><title>Search</title><description>Search</description><name>q</name><link>https://town.example/search</link></textInput>", "<ttl>60</ttl>");

static MISSING_SELF: Rule = Rule::warning("rss/missing-self", "The feed does not say where it is")
    .why("A feed that was mailed, mirrored or opened as a file can be subscribed to only if it says where it is published.")
    .help("add `<atom:link rel=\"self\" href=\"…\" type=\"application/rss+xml\"/>`")
    .spec("RSS Profile, atom:link", "https://www.rssboard.org/rss-profile#namespace-elements-atom-link")
    .example(Whole, channel!("version=\"2.0\""), rss!());

static BLINK: Rule = Rule::error("rss/no-blink", "There is no blink element in RSS")
    .why("It belongs to the blogChannel module and must have its namespace.")
    .help("write blogChannel:blink, or remove it")
    .spec("blogChannel module", "http://backend.userland.com/blogChannelModule")
    .example(
        Channel,
        "<blink>https://ann.example/</blink>",
        "<blogChannel:blink>https://ann.example/</blogChannel:blink>",
    );

static DUPLICATE_ENCLOSURE: Rule =
    Rule::warning("rss/duplicate-enclosure", "An item with more than one enclosure")
        .why("Most podcast readers load the first, some the last, few all.")
        .help("keep one; put the others into media:content")
        .spec("RSS Profile, enclosure", "https://www.rssboard.org/rss-profile#element-channel-item-enclosure")
        .example(
            Item,
            r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>
<enclosure url="https://town.example/1.ogg" length="1000" type="audio/ogg"/>"#,
            r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>"#,
        );

static DUPLICATE_SEMANTICS: Rule = Rule::warning("rss/duplicate-semantics", "Two elements that say the same")
    .why("Of pubDate and dc:date one reader takes the one and another the other; once they differ, nobody knows which is meant.")
    .help("keep the element of RSS")
    .spec("RSS Profile, Namespace Elements", "https://www.rssboard.org/rss-profile#namespace-elements")
    .example(Item, "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>\n<dc:date>2023-10-31</dc:date>", "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>");

static MISPLACED_ITEM: Rule =
    Rule::warning("rss/misplaced-item", "An item before the end of the channel's own elements")
        .why("Programs that read a feed as it comes want to know the channel before its items.")
        .help("put the items last")
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

static ENCLOSURE_LENGTH: Rule = Rule::error("rss/enclosure-length", "A length below zero")
    .why("Readers show the length before they load a file; a negative one makes some of them fail.")
    .help("write the size in bytes; 0 where it is not known")
    .spec("RSS Profile, enclosure", "https://www.rssboard.org/rss-profile#element-channel-item-enclosure")
    .example(
        Item,
        r#"<enclosure url="https://town.example/1.mp3" length="-1" type="audio/mpeg"/>"#,
        r#"<enclosure url="https://town.example/1.mp3" length="0" type="audio/mpeg"/>"#,
    );

pub(in super::super) static RSS: Def = Def::parent("rss", &[]).attributes(&["version"]).check(rss);
pub(in super::super) static CHANNEL: Def = Def::parent("channel", &[&RSS]).check(channel);
pub(in super::super) static ITEM: Def = Def::parent("item", &[&CHANNEL]).many().check(item);
pub(in super::super) static IMAGE: Def = Def::parent("image", &[&CHANNEL]).check(image);
pub(in super::super) static TEXT_INPUT_DEF: Def = Def::parent("textInput", &[&CHANNEL]).check(text_input);
static SKIP_HOURS_DEF: Def = Def::parent("skipHours", &[&CHANNEL]).check(skip_hours);
static SKIP_DAYS_DEF: Def = Def::parent("skipDays", &[&CHANNEL]).check(skip_days);

pub(in super::super) static FAMILY: Family = Family {
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
    ],
    ..Family::of_elements(
        "rss",
        &[""],
        &[
            &CHANNEL,
            &ITEM,
            &Def::text("title", &[&CHANNEL, &ITEM], titled),
            &Def::text("title", &[&IMAGE], image_title),
            &Def::text("title", &[&TEXT_INPUT_DEF], html::plain),
            &Def::text("link", &[&CHANNEL, &ITEM, &TEXT_INPUT_DEF], address),
            &Def::text("link", &[&IMAGE], image_link),
            &Def::text("description", &[&CHANNEL, &IMAGE], html::plain),
            &Def::text("description", &[&TEXT_INPUT_DEF], |_, _| {}),
            &Def::text("description", &[&ITEM], description),
            &Def::text("language", &[&CHANNEL], |s, log| s.value(log, language::tag)),
            &Def::text("copyright", &[&CHANNEL], html::plain),
            &Def::text("managingEditor", &[&CHANNEL], contact),
            &Def::text("webMaster", &[&CHANNEL], contact),
            &Def::text("author", &[&ITEM], contact),
            &Def::text("pubDate", &[&CHANNEL, &ITEM], date::rfc822),
            &Def::text("lastBuildDate", &[&CHANNEL], date::rfc822),
            &Def::text("category", &[&CHANNEL], html::plain).attributes(&["domain"]).many(),
            &Def::text("category", &[&ITEM], titled).attributes(&["domain"]).many(),
            &Def::text("generator", &[&CHANNEL], |_, _| {}),
            &Def::text("docs", &[&CHANNEL], address),
            &Def::own("cloud", &[&CHANNEL], cloud).attributes(&[
                "domain",
                "port",
                "path",
                "registerProcedure",
                "protocol",
            ]),
            &Def::text("ttl", &[&CHANNEL], number::some_positive),
            &IMAGE,
            &Def::text("rating", &[&CHANNEL], |_, _| {}),
            &TEXT_INPUT_DEF,
            &SKIP_HOURS_DEF,
            &SKIP_DAYS_DEF,
            &Def::text("hour", &[&SKIP_HOURS_DEF], |_, _| {}).many(),
            &Def::text("day", &[&SKIP_DAYS_DEF], |_, _| {}).many(),
            &Def::text("blink", &[&CHANNEL], |s, log| {
                log.start(&BLINK, s.element, "there is no `blink` in RSS")
            }),
            &Def::text("url", &[&IMAGE], image_url),
            &Def::text("width", &[&IMAGE], |s, log| size(s, 144, &IMAGE_WIDTH, log)),
            &Def::text("height", &[&IMAGE], |s, log| size(s, 400, &IMAGE_HEIGHT, log)),
            &Def::text("name", &[&TEXT_INPUT_DEF], text_input_name),
            &Def::text("comments", &[&ITEM], address),
            &Def::own("enclosure", &[&ITEM], enclosure).attributes(&["url", "length", "type"]).many(),
            &Def::text("guid", &[&ITEM], guid).attributes(&["isPermaLink"]),
            &Def::text("source", &[&ITEM], source).attributes(&["url"]),
        ],
    )
};

/// Elements of the channel that say the same as one of an extension: the first of RSS.
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
const DC: &str = super::dublin::NS;
const LICENSES: (Name, Name) = (
    ("http://backend.userland.com/creativeCommonsRssModule", "license"),
    ("http://web.resource.org/cc/", "license"),
);

/// Says of pairs that both are there, at the second.
fn same(scope: &Scope<'_, '_>, pairs: &[(Name, Name)], log: &mut Log) {
    for ((ns, core), (other_ns, other)) in pairs {
        let Some(core) = scope.element.child(ns, core) else { continue };
        if let Some(other) = scope.element.child(other_ns, other) {
            let second = if core.at > other.at { core } else { other };
            log.start(
                &DUPLICATE_SEMANTICS,
                second,
                format!("`{}` and `{}` say the same", core.name, other.name),
            );
        }
    }
}

fn rss(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "version", |v| {
        (!matches!(v, "2.0" | "0.90" | "0.91" | "0.92" | "0.93" | "0.94")).then_some(&VERSION)
    });
    scope.requires(log, &[("channel", &element::MISSING)]);
}

fn channel(scope: &Scope<'_, '_>, log: &mut Log) {
    let channel = scope.element;
    scope.requires(log, &[("title", &NO_TITLE), ("link", &NO_LINK), ("description", &NO_DESCRIPTION)]);
    same(scope, SAME_IN_CHANNEL, log);
    let is_self = |e: &Element<'_>| e.is(ATOM, "link") && e.value("rel") == Some("self");
    if channel.closed && scope.is_rss_2() && !channel.elements().any(is_self) {
        log.end(&MISSING_SELF, channel, "no `atom:link` with rel=\"self\" is in the channel");
    }
    let has_language =
        channel.elements().any(|e| e.local == "language") || scope.xml("lang").next().is_some();
    if channel.closed && !has_language {
        log.end(&element::NO_LANGUAGE, channel, "neither `language` nor `xml:lang` is there");
    }
    let last_own = channel.elements().rfind(|e| e.ns.is_empty() && e.local != "item").map_or(0, |e| e.at);
    if let Some(early) = channel.elements().find(|e| e.is("", "item") && e.at < last_own) {
        log.start(&MISPLACED_ITEM, early, "elements of the channel follow this item");
    }
    let mut guids = HashSet::new();
    for guid in channel.elements().filter_map(|item| item.child("", "guid")) {
        let value = guid.text().trim().to_owned();
        if !value.is_empty() && !guids.insert(value.clone()) {
            log.text(&DUPLICATE_VALUE, guid, format!("the guid `{}` is there twice", shown(&value)));
        }
    }
}

fn item(scope: &Scope<'_, '_>, log: &mut Log) {
    let item = scope.element;
    same(scope, SAME_IN_ITEM, log);
    if item.closed && item.child("", "title").is_none() && item.child("", "description").is_none() {
        log.end(&ITEM_EMPTY, item, "`item` has neither `title` nor `description`");
    }
    if item.closed && scope.is_rss_2() && item.child("", "guid").is_none() {
        log.end(&MISSING_GUID, item, "`item` has no `guid`");
    }
    let mut enclosures = item.elements().filter(|e| e.is("", "enclosure")).skip(1);
    if let Some(second) = enclosures.next() {
        log.start(&DUPLICATE_ENCLOSURE, second, "this is the second `enclosure` of the item");
    }
}

/// What a reader shows as a heading.
fn titled(scope: &Scope<'_, '_>, log: &mut Log) {
    element::not_blank(scope, log);
    html::plain(scope, log);
}

/// An address as text.
pub(in super::super) fn address(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, url::uri);
}

fn contact(scope: &Scope<'_, '_>, log: &mut Log) {
    html::plain(scope, log);
    scope.value(log, email::contact);
}

/// HTML since version 0.92.
fn description(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.feed.version == "0.91" { html::plain(scope, log) } else { html::fragment(scope, log) }
}

/// Content of Atom or XHTML in an item of RSS.
pub(in super::super) fn in_place_of_description(scope: &Scope<'_, '_>, log: &mut Log) {
    let message = format!("`{}` says the same as an element of RSS", scope.element.name);
    log.start(&DUPLICATE_SEMANTICS, scope.element, message);
}

fn image(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.requires(log, &[("url", &element::MISSING), ("title", &NO_TITLE), ("link", &NO_LINK)]);
}

/// The text of an element of the channel that stands before this image.
fn of_channel(scope: &Scope<'_, '_>, name: &str) -> Option<String> {
    let channel = scope.outer(&CHANNEL)?;
    let found = channel.element.child("", name).filter(|e| e.at < scope.element.at)?;
    Some(found.text().trim().to_owned()).filter(|t| !t.is_empty())
}

fn image_title(scope: &Scope<'_, '_>, log: &mut Log) {
    titled(scope, log);
    let own = scope.element.text();
    if let Some(title) = of_channel(scope, "title").filter(|t| *t != own.trim()) {
        log.text(&IMAGE_TITLE, scope.element, format!("the channel's title is `{}`", shown(&title)));
    }
}

fn image_link(scope: &Scope<'_, '_>, log: &mut Log) {
    address(scope, log);
    let own = scope.element.text();
    if let Some(link) = of_channel(scope, "link").filter(|l| *l != own.trim()) {
        log.text(&IMAGE_LINK, scope.element, format!("the channel's link is `{}`", shown(&link)));
    }
}

fn image_url(scope: &Scope<'_, '_>, log: &mut Log) {
    address(scope, log);
    let text = scope.element.text();
    let extension = text.trim().rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_word = !extension.is_empty() && extension.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_word && !matches!(&*extension, "jpg" | "jpeg" | "gif" | "png") {
        log.text(&IMAGE_FORMAT, scope.element, format!("the image ends with `.{}`", shown(&extension)));
    }
}

fn size(scope: &Scope<'_, '_>, most: u32, rule: &'static Rule, log: &mut Log) {
    scope.value(log, |text| {
        let fits = number::positive(text).is_none() && text.parse().is_ok_and(|n: u32| n <= most);
        (!fits).then_some(rule)
    });
}

fn cloud(scope: &Scope<'_, '_>, log: &mut Log) {
    for name in ["domain", "path", "registerProcedure", "protocol"] {
        scope.required(log, name, |_| None);
    }
    scope.required(log, "port", number::positive_attribute);
}

fn text_input(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.is_rss_2() {
        log.start(&TEXT_INPUT, scope.element, "readers ignore this");
    }
    scope.requires(
        log,
        &[
            ("title", &NO_TITLE),
            ("link", &NO_LINK),
            ("description", &NO_DESCRIPTION),
            ("name", &element::MISSING),
        ],
    );
}

fn text_input_name(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |text| {
        let ok = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(&b));
        (!ok).then_some(&TEXT_INPUT_NAME)
    });
}

fn skip_hours(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.requires(log, &[("hour", &element::MISSING)]);
    let mut seen = Vec::new();
    for (index, child) in scope.element.elements().filter(|e| e.is("", "hour")).enumerate() {
        let text = child.text();
        let hour = Some(text.trim())
            .filter(|t| number::not_negative(t).is_none())
            .and_then(|t| t.parse::<u32>().ok());
        if index == 24 {
            log.start(&SKIP_HOURS, child, "a day has 24 hours");
            continue;
        }
        match hour {
            Some(hour @ 0..=24) => {
                if seen.contains(&(hour % 24)) {
                    log.text(&DUPLICATE_VALUE, child, format!("the hour {hour} is there twice"));
                }
                if hour == 24 {
                    log.text(&MIDNIGHT, child, "the hour is 24");
                }
            }
            _ => log.text(&HOUR, child, format!("the hour is `{}`", shown(&text))),
        }
        seen.extend(hour.map(|h| h % 24));
    }
}

fn skip_days(scope: &Scope<'_, '_>, log: &mut Log) {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    scope.requires(log, &[("day", &element::MISSING)]);
    let mut seen = Vec::new();
    for (index, child) in scope.element.elements().filter(|e| e.is("", "day")).enumerate() {
        let text = child.text();
        let day = text.trim();
        if index == 7 {
            log.start(&SKIP_DAYS, child, "a week has 7 days");
        } else if !DAYS.contains(&day) {
            log.text(&DAY, child, format!("the day is `{}`", shown(day)));
        } else if seen.contains(&day.to_owned()) {
            log.text(&DUPLICATE_VALUE, child, format!("{day} is there twice"));
        }
        seen.push(day.to_owned());
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
    element::not_blank(scope, log);
    let permalink = scope.attribute(log, "isPermaLink", number::boolean_attribute);
    let text = scope.element.text();
    let value = text.trim();
    let lower = value.to_ascii_lowercase();
    if permalink.is_none_or(|p| p.value == "true") {
        let verdict = match url::uri(value) {
            Some(rule) if matches!(rule.meta.code, "url/relative" | "url/no-host" | "url/not-ascii") => {
                Some(&GUID_NOT_URL)
            }
            Some(rule) => Some(rule),
            None => ["tag:", "urn:"].iter().any(|s| lower.starts_with(s)).then_some(&GUID_NOT_PERMALINK),
        };
        scope.verdict(log, verdict, value);
    } else if value.len() < 9 && number::not_negative(value).is_none() {
        log.text(&GUID_SHORT, scope.element, format!("`guid` is `{value}`"));
    }
}

fn source(scope: &Scope<'_, '_>, log: &mut Log) {
    html::plain(scope, log);
    scope.required(log, "url", url::uri);
}
