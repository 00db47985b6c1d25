//! Small modules of RSS, a vocabulary each.

use super::super::log::Log;
use super::super::rule::{
    Rule,
    Within::{Channel, Item, Whole},
};
use super::super::walk::{Def, Family, Scope, pass, undefined};
use super::dublin::{RESOURCE, resource};
use super::rss::address;
use super::{atom, date, element, html, number, rss};

static UPDATE_PERIOD: Rule = Rule::error("sy/update-period", "No period of the syndication module")
    .why("Readers that know the module ask as often as it says; what they can't read they pass over.")
    .help("write hourly, daily, weekly, monthly or yearly")
    .spec("RSS 1.0 Syndication", "https://web.resource.org/rss/1.0/modules/syndication/")
    .example(
        Channel,
        "<sy:updatePeriod>often</sy:updatePeriod>",
        "<sy:updatePeriod>hourly</sy:updatePeriod>",
    );

static HIT_PARADE: Rule = Rule::error("slash/hit-parade", "No list of whole numbers")
    .why("It is a list of counts, with commas between.")
    .help("write whole numbers with commas between")
    .spec("RSS 1.0 Slash", "https://web.resource.org/rss/1.0/modules/slash/")
    .example(
        Item,
        "<slash:hit_parade>177;155</slash:hit_parade>",
        "<slash:hit_parade>177,155</slash:hit_parade>",
    );

/// A channel with a count of comments, and what an example adds.
macro_rules! counted {
    ($($inside:literal)?) => {
        channel!(
            "version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\""
            $(, $inside)?,
            self_link!(),
            "<item><title>One</title><guid>https://town.example/1</guid><slash:comments>3</slash:comments></item>\n"
        )
    };
}

static SLASH_DATE: Rule =
    Rule::warning("slash/date", "A count of comments in a channel without lastBuildDate")
        .why("The count is right at one moment only, and the channel does not say which.")
        .help("add lastBuildDate to the channel")
        .spec(
            "RSS Profile, slash:comments",
            "https://www.rssboard.org/rss-profile#namespace-elements-slash-comments",
        )
        .example(
            Whole,
            counted!(),
            counted!("<lastBuildDate>Tue, 31 Oct 2023 21:15:02 GMT</lastBuildDate>\n"),
        );

static COMMENT_RSS: Rule = Rule::warning("wfw/comment-rss", "The address of comments under its misspelled name")
    .why("The element is `commentRss`; `commentRSS` was a slip of an early description that some readers do not know.")
    .help("write wfw:commentRss")
    .spec("RSS Profile, wfw:commentRss", "https://www.rssboard.org/rss-profile#namespace-elements-wfw-commentrss")
    .example(Item, "<wfw:commentRSS>https://town.example/1/comments.xml</wfw:commentRSS>", "<wfw:commentRss>https://town.example/1/comments.xml</wfw:commentRss>");

static CONTENT_FIRST: Rule = Rule::warning(
    "rss/content-before-description",
    "The full text before the summary, or without one",
)
.why("Some readers show the last of the two that they meet, so the summary would replace the full text.")
.help("put description before content:encoded")
.spec(
    "RSS Profile, content:encoded",
    "https://www.rssboard.org/rss-profile#namespace-elements-content-encoded",
)
.example(
    Item,
    "<content:encoded>&lt;p>Hello&lt;/p></content:encoded>\n<description>Hello</description>",
    "<description>Hello</description>\n<content:encoded>&lt;p>Hello&lt;/p></content:encoded>",
);

const CHANNELS: &[&Def] = &[&rss::CHANNEL, &atom::FEED, &atom::SOURCE];
const ITEMS: &[&Def] = &[&rss::ITEM, &atom::ENTRY];
const BOTH: &[&Def] = &[&rss::CHANNEL, &rss::ITEM, &atom::FEED, &atom::ENTRY, &atom::SOURCE];

static CONTENT_ITEMS: Def = Def::anything("items", ITEMS);

/// <https://web.resource.org/rss/1.0/modules/content/>
pub(in super::super) static CONTENT: Family = Family {
    rules: &[&CONTENT_FIRST],
    stray: |scope, child, log| match child.local {
        "encoded" => element::questionable(scope, child, log),
        _ => undefined(scope, child, log),
    },
    ..Family::of_elements(
        "content",
        &["http://purl.org/rss/1.0/modules/content/"],
        &[&Def::text("encoded", &[&rss::ITEM], encoded), &CONTENT_ITEMS],
    )
};

fn encoded(scope: &Scope<'_, '_>, log: &mut Log) {
    html::fragment(scope, log);
    if !log.is_full(&CONTENT_FIRST) && !scope.before().any(|e| e.is("", "description")) {
        log.start(&CONTENT_FIRST, scope.element, "no `description` stands before `content:encoded`");
    }
}

pub(in super::super) static CREATIVE_COMMONS: Family = Family::of_elements(
    "creativeCommons",
    &["http://backend.userland.com/creativeCommonsRssModule"],
    &[&Def::text("license", BOTH, address).many()],
);

pub(in super::super) static CC: Family = Family {
    stray: pass,
    ..Family::of_elements(
        "cc",
        &["http://web.resource.org/cc/"],
        &[&Def::anything("license", &[&rss::CHANNEL, &rss::ITEM, &rss::IMAGE])],
    )
};

/// <https://web.resource.org/rss/1.0/modules/syndication/>
pub(in super::super) static SYNDICATION: Family = Family {
    rules: &[&UPDATE_PERIOD],
    ..Family::of_elements(
        "sy",
        &["http://purl.org/rss/1.0/modules/syndication/"],
        &[
            &Def::text("updatePeriod", CHANNELS, update_period),
            &Def::text("updateFrequency", CHANNELS, number::some_positive),
            &Def::text("updateBase", CHANNELS, date::w3cdtf),
        ],
    )
};

fn update_period(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| {
        (!matches!(v, "hourly" | "daily" | "weekly" | "monthly" | "yearly")).then_some(&UPDATE_PERIOD)
    });
}

/// <https://web.resource.org/rss/1.0/modules/slash/>
pub(in super::super) static SLASH: Family = Family {
    rules: &[&HIT_PARADE, &SLASH_DATE],
    ..Family::of_elements(
        "slash",
        &["http://purl.org/rss/1.0/modules/slash/"],
        &[
            &Def::text("comments", ITEMS, comments),
            &Def::text("section", ITEMS, |_, _| {}).many(),
            &Def::text("department", ITEMS, |_, _| {}).many(),
            &Def::text("hit_parade", ITEMS, hit_parade),
        ],
    )
};

fn comments(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, number::not_negative);
    let undated =
        || scope.outer(&rss::CHANNEL).is_some_and(|c| c.element.child("", "lastBuildDate").is_none());
    if !log.is_full(&SLASH_DATE) && undated() {
        log.start(&SLASH_DATE, scope.element, "the channel does not say when this was counted");
    }
}

fn hit_parade(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| {
        v.split(',').any(|n| number::not_negative(n.trim_start()).is_some()).then_some(&HIT_PARADE)
    });
}

/// The Comment API (<https://www.rssboard.org/comment-api>).
pub(in super::super) static COMMENT_API: Family = Family {
    rules: &[&COMMENT_RSS],
    ..Family::of_elements(
        "wfw",
        &["http://wellformedweb.org/CommentAPI/"],
        &[
            &Def::text("comment", ITEMS, address),
            &Def::text("commentRss", ITEMS, address),
            &Def::text("commentRSS", ITEMS, |s, log| {
                address(s, log);
                log.start(&COMMENT_RSS, s.element, "the element is `commentRss`");
            }),
        ],
    )
};

pub(in super::super) static BLOG_CHANNEL: Family = Family::of_elements(
    "blogChannel",
    &["http://backend.userland.com/blogChannelModule"],
    &[
        &Def::text("blogRoll", CHANNELS, address),
        &Def::text("mySubscriptions", CHANNELS, address),
        &Def::text("blink", CHANNELS, address),
        &Def::text("changes", CHANNELS, address),
    ],
);

pub(in super::super) static TRACKBACK: Family = Family::of_elements(
    "trackback",
    &["http://madskills.com/public/xml/rss/module/trackback/"],
    &[&Def::text("ping", ITEMS, address), &Def::text("about", ITEMS, address).many()],
);

pub(in super::super) static ADMIN: Family = Family::of_elements(
    "admin",
    &["http://webns.net/mvcb/"],
    &[
        &Def::text("generatorAgent", CHANNELS, resource).attributes(RESOURCE),
        &Def::text("errorReportsTo", CHANNELS, resource).attributes(RESOURCE),
    ],
);

pub(in super::super) static EVENT: Family = Family::of_elements(
    "ev",
    &["http://purl.org/rss/1.0/modules/event/"],
    &[
        &Def::text("startdate", ITEMS, date::iso),
        &Def::text("enddate", ITEMS, date::iso),
        &Def::anything("location", ITEMS),
        &Def::anything("organizer", ITEMS),
        &Def::text("type", ITEMS, |_, _| {}),
    ],
);

pub(in super::super) static CHANGED: Family = Family::of_elements(
    "cp",
    &["http://my.theinfo.org/changed/1.0/rss/"],
    &[&Def::text("server", CHANNELS, resource).attributes(RESOURCE).many()],
);

pub(in super::super) static FEEDBURNER: Family = Family {
    stray: pass,
    ..Family::of_elements(
        "feedburner",
        &["http://rssnamespace.org/feedburner/ext/1.0"],
        &[
            &Def::text("awareness", BOTH, address),
            &Def::text("browserFriendly", CHANNELS, html::plain),
            &Def::text("feedburnerHostname", CHANNELS, address),
            &Def::anything("info", CHANNELS),
            &Def::anything("feedFlare", CHANNELS),
            &Def::text("origLink", ITEMS, address),
            &Def::text("origEnclosureLink", ITEMS, address),
        ],
    )
};

/// <https://github.com/dewitt/opensearch>
pub(in super::super) static OPEN_SEARCH: Family = Family {
    stray: pass,
    ..Family::of_elements(
        "opensearch",
        &["http://a9.com/-/spec/opensearch/1.1/", "http://a9.com/-/spec/opensearchrss/1.0/"],
        &[
            &Def::text("totalResults", CHANNELS, |s, log| s.value(log, number::not_negative)),
            &Def::text("startIndex", CHANNELS, |s, log| s.value(log, number::integer)),
            &Def::text("itemsPerPage", CHANNELS, |s, log| s.value(log, number::not_negative)),
        ],
    )
};

static LIST_INFO: Def = Def::parent("listinfo", CHANNELS);

/// Microsoft's Simple List Extensions.
pub(in super::super) static LIST: Family = Family::of_elements(
    "cf",
    &["http://www.microsoft.com/schemas/rss/core/2005"],
    &[
        &LIST_INFO,
        &Def::text("treatAs", CHANNELS, |_, _| {}).many(),
        &Def::own("sort", &[&LIST_INFO], |_, _| {})
            .attributes(&["data-type", "default", "element", "label", "ns"])
            .many(),
        &Def::own("group", &[&LIST_INFO], |_, _| {}).attributes(&["element", "label", "ns"]).many(),
    ],
);
