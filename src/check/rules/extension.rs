//! Extensions by their namespaces: a row says where an element may stand and what it holds.

use super::super::Log;
use super::super::document::Element;
use super::super::registry::{self as r, Rule};
use super::super::value::{self, Address};
use super::{ATOM, Once, attributes, common, media, required, say, undefined};

/// Where an extension stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    Channel,
    Item,
    Feed,
    Entry,
    Source,
    Other,
}

/// What an element holds.
enum Holds {
    Any,
    W3c,
    Rfc822,
    Url,
    Positive,
    Integer,
    Language,
    Latitude,
    Longitude,
    Period,
    Integers,
    TrueFalse,
    YesNo,
    Duration,
    EpisodeType,
    ShowType,
    /// At most this many characters.
    Short(usize),
}
#[allow(clippy::enum_glob_use)]
use Holds::*;

const C: u8 = 1;
const I: u8 = 2;
const BOTH: u8 = C | I;

/// Element, where it may stand, whether once only, what it holds.
type Row = (&'static str, u8, bool, Holds);

struct Namespace {
    uris: &'static [&'static str],
    rows: &'static [Row],
    /// Whether elements without a row are wrong.
    closed: bool,
}

static NAMESPACES: &[Namespace] = &[
    Namespace {
        uris: &["http://purl.org/dc/elements/1.1/"],
        closed: true,
        rows: &[
            ("title", BOTH, true, Any),
            ("creator", BOTH, false, Any),
            ("subject", BOTH, false, Any),
            ("description", BOTH, true, Any),
            ("publisher", BOTH, true, Any),
            ("contributor", BOTH, false, Any),
            ("date", BOTH, false, W3c),
            ("type", BOTH, false, Any),
            ("format", BOTH, false, Any),
            ("identifier", BOTH, false, Any),
            ("source", BOTH, true, Any),
            ("language", BOTH, true, Language),
            ("relation", BOTH, false, Any),
            ("coverage", BOTH, false, Any),
            ("rights", BOTH, true, Any),
        ],
    },
    Namespace { uris: &["http://purl.org/dc/terms/"], closed: false, rows: &[] },
    Namespace {
        uris: &["http://purl.org/rss/1.0/modules/content/"],
        closed: true,
        rows: &[("encoded", BOTH, true, Any), ("items", BOTH, false, Any)],
    },
    Namespace {
        uris: &["http://purl.org/rss/1.0/modules/syndication/"],
        closed: true,
        rows: &[
            ("updatePeriod", C, true, Period),
            ("updateFrequency", C, true, Positive),
            ("updateBase", C, true, W3c),
        ],
    },
    Namespace {
        uris: &["http://purl.org/rss/1.0/modules/slash/"],
        closed: true,
        rows: &[
            ("comments", BOTH, true, Integer),
            ("section", BOTH, true, Any),
            ("department", BOTH, true, Any),
            ("hit_parade", BOTH, true, Integers),
        ],
    },
    Namespace {
        uris: &["http://wellformedweb.org/CommentAPI/"],
        closed: true,
        rows: &[("comment", I, true, Url), ("commentRss", I, true, Url), ("commentRSS", I, true, Url)],
    },
    Namespace {
        uris: &["http://backend.userland.com/creativeCommonsRssModule"],
        closed: true,
        rows: &[("license", BOTH, false, Url)],
    },
    Namespace {
        uris: &["http://backend.userland.com/blogChannelModule"],
        closed: true,
        rows: &[
            ("blogRoll", C, true, Url),
            ("mySubscriptions", C, true, Url),
            ("blink", C, true, Url),
            ("changes", C, true, Url),
        ],
    },
    Namespace {
        uris: &["http://madskills.com/public/xml/rss/module/trackback/"],
        closed: true,
        rows: &[("ping", I, true, Url), ("about", I, false, Url)],
    },
    Namespace {
        uris: &["http://webns.net/mvcb/"],
        closed: true,
        rows: &[("generatorAgent", C, true, Any), ("errorReportsTo", C, true, Any)],
    },
    Namespace {
        uris: &["http://www.w3.org/2003/01/geo/wgs84_pos#"],
        closed: true,
        rows: &[("lat", BOTH, true, Latitude), ("long", BOTH, true, Longitude), ("Point", BOTH, false, Any)],
    },
    Namespace {
        uris: &["http://geourl.org/rss/module/"],
        closed: true,
        rows: &[("latitude", BOTH, true, Latitude), ("longitude", BOTH, true, Longitude)],
    },
    Namespace {
        uris: &["http://purl.org/syndication/thread/1.0"],
        closed: true,
        rows: &[("in-reply-to", BOTH, false, Any), ("total", I, true, Integer)],
    },
    Namespace {
        uris: &["http://purl.org/syndication/history/1.0"],
        closed: true,
        rows: &[("complete", C, true, Any), ("archive", C, true, Any)],
    },
    Namespace {
        uris: &["http://www.itunes.com/dtds/podcast-1.0.dtd", "http://www.itunes.com/DTDs/Podcast-1.0.dtd"],
        closed: true,
        rows: &[
            ("author", BOTH, true, Any),
            ("block", BOTH, true, YesNo),
            ("explicit", BOTH, true, TrueFalse),
            ("keywords", BOTH, true, Any),
            ("subtitle", BOTH, true, Short(255)),
            ("summary", BOTH, true, Short(4000)),
            ("image", BOTH, true, Any),
            ("title", BOTH, true, Any),
            ("category", C, false, Any),
            ("owner", C, true, Any),
            ("new-feed-url", C, true, Url),
            ("type", C, true, ShowType),
            ("complete", C, true, Any),
            ("duration", I, true, Duration),
            ("episode", I, true, Positive),
            ("season", I, true, Positive),
            ("episodeType", I, true, EpisodeType),
            ("isClosedCaptioned", I, true, Any),
            ("order", I, true, Integer),
            ("link", BOTH, false, Any),
            ("pubDate", BOTH, true, Rfc822),
        ],
    },
];

/// An element of another namespace than its parent's.
pub(super) fn element<'e>(element: &'e Element<'_>, parent: Parent, once: &mut Once<'e>, log: &mut Log) {
    let side = match parent {
        Parent::Channel | Parent::Feed | Parent::Source => C,
        Parent::Item | Parent::Entry => I,
        Parent::Other => BOTH,
    };
    let ns = &*element.ns;
    if ns == media::NS || ns == media::NS_OLD {
        media::element(element, once, log);
        return;
    }
    if ns == ATOM {
        if !matches!(
            element.local,
            "link"
                | "author"
                | "contributor"
                | "id"
                | "updated"
                | "published"
                | "summary"
                | "content"
                | "rights"
                | "category"
                | "icon"
                | "logo"
                | "title"
                | "subtitle"
                | "generator"
                | "source"
        ) {
            undefined(element, log);
        }
        return;
    }
    if ns == super::XHTML {
        return;
    }
    let Some(known) = NAMESPACES.iter().find(|n| n.uris.contains(&ns)) else {
        log.add(&r::NS_UNKNOWN, element.at, format!("few readers know `{ns}`"));
        return;
    };
    let Some((_, where_, only, holds)) = known.rows.iter().find(|row| row.0 == element.local) else {
        if known.closed {
            undefined(element, log);
        }
        return;
    };
    if where_ & side == 0 {
        undefined(element, log);
        return;
    }
    if *only {
        once.first(element, log);
    }
    let text = element.text();
    let text = text.trim();
    say(verdict(holds, text), element, text, log);
    if element.local == "encoded" {
        super::html::html(text, element, true, log);
    }
    match element.local {
        "in-reply-to" => reply(element, log),
        "category" => category(element, log),
        "owner" => owner(element, log),
        "image" => {
            attributes(element, &["href", "rel", "type"], log);
            if let Some(href) = required(element, "href", log) {
                url_attribute(element, href, log);
            }
        }
        "ping" | "about" => attributes(element, &[], log),
        "Point" => {
            for child in element.elements() {
                common(child, log);
                self::element(child, Parent::Other, &mut Once::new(), log);
            }
        }
        _ => {}
    }
}

fn verdict(holds: &Holds, text: &str) -> Option<&'static Rule> {
    let unless = |ok: bool, rule| (!ok).then_some(rule);
    let within = |max: f64| value::is_float(text) && text.parse::<f64>().is_ok_and(|n| n.abs() <= max);
    match holds {
        Any => None,
        W3c => value::w3c(text),
        Rfc822 => value::rfc822(text),
        Url => value::address(text, Address::Full, false),
        Positive => value::positive(text),
        Integer => value::integer(text),
        Language => value::language(text),
        Latitude => unless(within(90.0), &r::GEO_LATITUDE),
        Longitude => unless(within(180.0), &r::GEO_LONGITUDE),
        Period => unless(matches!(text, "hourly" | "daily" | "weekly" | "monthly" | "yearly"), &r::SY_PERIOD),
        Integers => unless(text.split(',').all(|n| value::integer(n.trim()).is_none()), &r::COMMA_INTEGERS),
        TrueFalse => unless(matches!(text, "true" | "false"), &r::BOOLEAN),
        YesNo => unless(matches!(&*text.to_ascii_lowercase(), "yes" | "no"), &r::YES_NO),
        Duration => unless(is_duration(text), &r::ITUNES_DURATION),
        EpisodeType => unless(matches!(text, "full" | "trailer" | "bonus"), &r::ITUNES_EPISODE_TYPE),
        ShowType => unless(matches!(text, "episodic" | "serial"), &r::ITUNES_TYPE),
        Short(most) => unless(text.chars().count() <= *most, &r::TOO_LONG),
    }
}

fn is_duration(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    (1..=3).contains(&parts.len())
        && parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
        && parts.iter().skip(1).all(|p| p.len() == 2 && *p < "60")
}

fn url_attribute(element: &Element<'_>, url: &str, log: &mut Log) {
    let lower = url.to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://")
        || value::address(url, Address::Full, false).is_some()
    {
        log.add(&r::URL_ATTRIBUTE, element.end, format!("`{url}` is no full http address"));
    }
}

/// `thr:in-reply-to` ([RFC 4685](https://www.rfc-editor.org/rfc/rfc4685#section-3)).
fn reply(element: &Element<'_>, log: &mut Log) {
    attributes(element, &["ref", "href", "type", "source"], log);
    if let Some(target) = required(element, "ref", log) {
        say(value::address(target, Address::Full, true), element, target, log);
    }
    for name in ["href", "source"] {
        if let Some(target) = element.attr(name) {
            say(value::address(target, Address::Any, true), element, target, log);
        }
    }
    if let Some(t) = element.attr("type").filter(|t| !value::is_mime(t)) {
        log.add(&r::MIME, element.end, format!("the type is `{t}`"));
    }
}

fn owner(element: &Element<'_>, log: &mut Log) {
    let mut once = Once::new();
    for child in element.elements() {
        match child.local {
            "name" => {}
            "email" => {
                let text = child.text();
                say(value::contact(&text), child, &text, log);
            }
            _ => {
                undefined(child, log);
                continue;
            }
        }
        once.first(child, log);
    }
    for name in ["email", "name"] {
        if !once.has(&element.ns, name) {
            super::missing(&r::ELEMENT_MISSING, element, name, log);
        }
    }
}

/// Apple's categories, and those below them.
const CATEGORIES: &[(&str, &str)] = &[
    ("Arts", "Books|Design|Fashion & Beauty|Food|Performing Arts|Visual Arts|Literature"),
    (
        "Business",
        "Careers|Entrepreneurship|Investing|Management|Marketing|Non-Profit|Business News|Management & Marketing|Shopping",
    ),
    ("Comedy", "Comedy Interviews|Improv|Stand-Up"),
    (
        "Education",
        "Courses|How To|Language Learning|Self-Improvement|Education Technology|Higher Education|K-12|Language Courses|Training",
    ),
    ("Fiction", "Comedy Fiction|Drama|Science Fiction"),
    ("Government", ""),
    ("Games & Hobbies", "Automotive|Aviation|Hobbies|Other Games|Video Games"),
    ("Government & Organizations", "Local|National|Non-Profit|Regional"),
    ("Health", "Alternative Health|Fitness & Nutrition|Self-Help|Sexuality"),
    ("History", ""),
    ("Health & Fitness", "Alternative Health|Fitness|Medicine|Mental Health|Nutrition|Sexuality"),
    ("Kids & Family", "Education for Kids|Parenting|Pets & Animals|Stories for Kids"),
    ("Leisure", "Animation & Manga|Automotive|Aviation|Crafts|Games|Hobbies|Home & Garden|Video Games"),
    ("Music", "Music Commentary|Music History|Music Interviews"),
    ("News", "Business News|Daily News|Entertainment News|News Commentary|Politics|Sports News|Tech News"),
    ("News & Politics", ""),
    ("Religion & Spirituality", "Buddhism|Christianity|Hinduism|Islam|Judaism|Religion|Spirituality|Other"),
    (
        "Science",
        "Astronomy|Chemistry|Earth Sciences|Life Sciences|Mathematics|Natural Sciences|Nature|Physics|Social Sciences",
    ),
    ("Science & Medicine", "Medicine|Natural Sciences|Social Sciences"),
    ("Society & Culture", "Documentary|Personal Journals|Philosophy|Places & Travel|Relationships|History"),
    (
        "Sports",
        "Baseball|Basketball|Cricket|Fantasy Sports|Football|Golf|Hockey|Rugby|Running|Soccer|Swimming|Tennis|Volleyball|Wilderness|Wrestling",
    ),
    ("Sports & Recreation", "Amateur|College & High School|Outdoor|Professional"),
    ("Technology", "Computers|Gadgets|Tech News|Podcasting|Software How-To"),
    ("True Crime", ""),
    ("TV & Film", "After Shows|Film History|Film Interviews|Film Reviews|TV Reviews"),
];

fn category(element: &Element<'_>, log: &mut Log) {
    let Some(text) = required(element, "text", log) else { return };
    let Some((_, below)) = CATEGORIES.iter().find(|(name, _)| *name == text) else {
        log.add(&r::ITUNES_CATEGORY, element.at, format!("`{text}` is no category of Apple's"));
        return;
    };
    for child in element.elements().filter(|c| c.local == "category") {
        if let Some(inner) = required(child, "text", log)
            && !below.split('|').any(|b| b == inner)
        {
            log.add(&r::ITUNES_CATEGORY, child.at, format!("`{inner}` is no category of `{text}`"));
        }
    }
}
