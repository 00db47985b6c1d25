//! Small modules of RSS, a vocabulary each.

use super::{checks, html};
use crate::engine::log::Log;
use crate::engine::parent::Parent;
use crate::engine::vocabulary::{Def, Family, Kind, Scope, Unknown};
use crate::rule::{
    Context::{Channel, Item, Whole},
    Rule,
};
use crate::values::{date, number};

static UPDATE_PERIOD: Rule = Rule::error("sy/update-period", "invalid update period")
    .why("Readers that support the module poll the feed at this rate and ignore what they cannot parse.")
    .remedy("write hourly, daily, weekly, monthly or yearly")
    .spec("RSS 1.0 Syndication", "https://web.resource.org/rss/1.0/modules/syndication/")
    .example(
        Channel,
        "<sy:updatePeriod>often</sy:updatePeriod>",
        "<sy:updatePeriod>hourly</sy:updatePeriod>",
    );

static HIT_PARADE: Rule = Rule::error("slash/hit-parade", "invalid list of whole numbers")
    .why("It is a list of counts, separated by commas.")
    .remedy("write whole numbers, separated by commas")
    .spec("RSS 1.0 Slash", "https://web.resource.org/rss/1.0/modules/slash/")
    .example(
        Item,
        "<slash:hit_parade>177;155</slash:hit_parade>",
        "<slash:hit_parade>177,155</slash:hit_parade>",
    );

/// A channel with a count of comments, and the lines that an example adds.
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

static SLASH_DATE: Rule = Rule::warning("slash/date", "comment count in a channel without `lastBuildDate`")
    .why("The count is correct only at one moment, and nothing in the channel tells when.")
    .remedy("add `lastBuildDate` to the channel")
    .spec(
        "RSS Profile, slash:comments",
        "https://www.rssboard.org/rss-profile#namespace-elements-slash-comments",
    )
    .example(Whole, counted!(), counted!("<lastBuildDate>Tue, 31 Oct 2023 21:15:02 GMT</lastBuildDate>\n"));

static COMMENT_RSS: Rule = Rule::warning("wfw/comment-rss", "misspelled `wfw:commentRss`")
    .why("`commentRSS` was a slip in an early description; some readers know only `commentRss`.")
    .remedy("write wfw:commentRss")
    .spec(
        "RSS Profile, wfw:commentRss",
        "https://www.rssboard.org/rss-profile#namespace-elements-wfw-commentrss",
    )
    .example(
        Item,
        "<wfw:commentRSS>https://town.example/1/comments.xml</wfw:commentRSS>",
        "<wfw:commentRss>https://town.example/1/comments.xml</wfw:commentRss>",
    );

static CONTENT_FIRST: Rule =
    Rule::warning("rss/content-before-description", "`content:encoded` without a preceding `description`")
        .why("Some readers show the last of the two, so the summary would replace the full text.")
        .remedy("put `description` before `content:encoded`")
        .spec(
            "RSS Profile, content:encoded",
            "https://www.rssboard.org/rss-profile#namespace-elements-content-encoded",
        )
        .example(
            Item,
            "<content:encoded>&lt;p>Hello&lt;/p></content:encoded>\n<description>Hello</description>",
            "<description>Hello</description>\n<content:encoded>&lt;p>Hello&lt;/p></content:encoded>",
        );

const CHANNELS: &[Parent] = &[Parent::Channel, Parent::Feed, Parent::Source];
const ITEMS: &[Parent] = &[Parent::Item, Parent::Entry];
const BOTH: &[Parent] = &[Parent::Channel, Parent::Item, Parent::Feed, Parent::Entry, Parent::Source];

/// <https://web.resource.org/rss/1.0/modules/content/>
pub(crate) static CONTENT: Family = Family {
    rules: &[&CONTENT_FIRST],
    on_unknown_child: |_, child| match child.local {
        "encoded" => Unknown::Questionable,
        _ => Unknown::Undefined,
    },
    ..Family::new(
        "content",
        &["http://purl.org/rss/1.0/modules/content/"],
        &[&Def::text("encoded", &[Parent::Item], encoded), &Def::anything("items", ITEMS)],
    )
};

fn encoded(scope: &Scope<'_, '_>, log: &mut Log) {
    html::without_base(scope, log);
    if scope.feed.kind == Kind::Rss
        && !log.is_full(&CONTENT_FIRST)
        && !scope.before().any(|e| e.is("", "description"))
    {
        log.start(&CONTENT_FIRST, scope.element, "");
    }
}

pub(crate) static CREATIVE_COMMONS: Family = Family::new(
    "creativeCommons",
    &["http://backend.userland.com/creativeCommonsRssModule"],
    &[&Def::text("license", BOTH, checks::uri).many()],
);

pub(crate) static CC: Family = Family {
    on_unknown_child: |_, _| Unknown::Ignored,
    ..Family::new(
        "cc",
        &["http://web.resource.org/cc/"],
        &[&Def::anything("license", &[Parent::Channel, Parent::Item, Parent::Image])],
    )
};

/// <https://web.resource.org/rss/1.0/modules/syndication/>
pub(crate) static SYNDICATION: Family = Family {
    rules: &[&UPDATE_PERIOD],
    ..Family::new(
        "sy",
        &["http://purl.org/rss/1.0/modules/syndication/"],
        &[
            &Def::text("updatePeriod", CHANNELS, update_period),
            &Def::text("updateFrequency", CHANNELS, checks::positive),
            &Def::text("updateBase", CHANNELS, checks::old_w3cdtf),
        ],
    )
};

fn update_period(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| {
        (!matches!(v, "hourly" | "daily" | "weekly" | "monthly" | "yearly")).then_some(&UPDATE_PERIOD)
    });
}

/// <https://web.resource.org/rss/1.0/modules/slash/>
pub(crate) static SLASH: Family = Family {
    rules: &[&HIT_PARADE, &SLASH_DATE],
    ..Family::new(
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
    if scope.feed.kind == Kind::Rss
        && scope.ancestor(Parent::Channel).is_some_and(|c| c.first_child("lastBuildDate").is_none())
    {
        log.start(&SLASH_DATE, scope.element, "");
    }
}

fn hit_parade(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| {
        v.split(',').any(|n| number::not_negative(n.trim_start()).is_some()).then_some(&HIT_PARADE)
    });
}

/// The Comment API (<https://www.rssboard.org/comment-api>).
pub(crate) static COMMENT_API: Family = Family {
    rules: &[&COMMENT_RSS],
    ..Family::new(
        "wfw",
        &["http://wellformedweb.org/CommentAPI/"],
        &[
            &Def::text("comment", ITEMS, checks::uri),
            &Def::text("commentRss", ITEMS, checks::uri),
            &Def::text("commentRSS", ITEMS, |s, log| {
                checks::uri(s, log);
                log.start(&COMMENT_RSS, s.element, "");
            }),
        ],
    )
};

pub(crate) static BLOG_CHANNEL: Family = Family::new(
    "blogChannel",
    &["http://backend.userland.com/blogChannelModule"],
    &[
        &Def::text("blogRoll", CHANNELS, checks::uri),
        &Def::text("mySubscriptions", CHANNELS, checks::uri),
        &Def::text("blink", CHANNELS, checks::uri),
        &Def::text("changes", CHANNELS, checks::uri),
    ],
);

pub(crate) static TRACKBACK: Family = Family::new(
    "trackback",
    &["http://madskills.com/public/xml/rss/module/trackback/"],
    &[&Def::text("ping", ITEMS, checks::uri), &Def::text("about", ITEMS, checks::uri).many()],
);

pub(crate) static ADMIN: Family = Family::new(
    "admin",
    &["http://webns.net/mvcb/"],
    &[
        &Def::text("generatorAgent", CHANNELS, checks::resource).attributes(checks::RESOURCE),
        &Def::text("errorReportsTo", CHANNELS, checks::resource).attributes(checks::RESOURCE),
    ],
);

pub(crate) static EVENT: Family = Family::new(
    "ev",
    &["http://purl.org/rss/1.0/modules/event/"],
    &[
        &Def::text("startdate", ITEMS, |s, log| s.value(log, date::event)),
        &Def::text("enddate", ITEMS, |s, log| s.value(log, date::event)),
        &Def::anything("location", ITEMS),
        &Def::anything("organizer", ITEMS),
        &Def::text("type", ITEMS, |_, _| {}),
    ],
);

pub(crate) static CHANGED: Family = Family::new(
    "cp",
    &["http://my.theinfo.org/changed/1.0/rss/"],
    &[&Def::text("server", CHANNELS, checks::resource).attributes(checks::RESOURCE).many()],
);

pub(crate) static FEEDBURNER: Family = Family {
    on_unknown_child: |_, _| Unknown::Ignored,
    ..Family::new(
        "feedburner",
        &["http://rssnamespace.org/feedburner/ext/1.0"],
        &[
            &Def::text("awareness", BOTH, checks::uri),
            &Def::text("browserFriendly", CHANNELS, html::plain),
            &Def::text("feedburnerHostname", CHANNELS, checks::uri),
            &Def::anything("info", CHANNELS),
            &Def::anything("feedFlare", CHANNELS),
            &Def::text("origLink", ITEMS, checks::uri),
            &Def::text("origEnclosureLink", ITEMS, checks::uri),
        ],
    )
};

/// <https://github.com/dewitt/opensearch>
pub(crate) static OPEN_SEARCH: Family = Family {
    on_unknown_child: |_, _| Unknown::Ignored,
    ..Family::new(
        "opensearch",
        &["http://a9.com/-/spec/opensearch/1.1/", "http://a9.com/-/spec/opensearchrss/1.0/"],
        &[
            &Def::text("totalResults", CHANNELS, |s, log| s.value(log, number::not_negative)),
            &Def::text("startIndex", CHANNELS, |s, log| s.value(log, number::integer)),
            &Def::text("itemsPerPage", CHANNELS, |s, log| s.value(log, number::not_negative)),
        ],
    )
};

static LIST_INFO: Def = Def::container(Parent::ListInfo, "listinfo", CHANNELS);

/// Microsoft's Simple List Extensions.
pub(crate) static LIST: Family = Family::new(
    "cf",
    &["http://www.microsoft.com/schemas/rss/core/2005"],
    &[
        &LIST_INFO,
        &Def::text("treatAs", CHANNELS, |_, _| {}).many(),
        &Def::empty("sort", &[Parent::ListInfo], |_, _| {})
            .attributes(&["data-type", "default", "element", "label", "ns"])
            .many(),
        &Def::empty("group", &[Parent::ListInfo], |_, _| {}).attributes(&["element", "label", "ns"]).many(),
    ],
);
