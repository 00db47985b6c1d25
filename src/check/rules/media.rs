//! Media RSS (<https://www.rssboard.org/media-rss>).

use super::super::Log;
use super::super::document::Element;
use super::super::registry as r;
use super::super::value::{self, Address};
use super::{Once, attributes, common, required, say, undefined};

pub(super) const NS: &str = "http://search.yahoo.com/mrss/";
pub(super) const NS_OLD: &str = "http://search.yahoo.com/mrss";

pub(super) fn element<'e>(element: &'e Element<'_>, once: &mut Once<'e>, log: &mut Log) {
    let attr = |name: &str| element.attr(name);
    let text = element.text();
    let text = text.trim();
    match element.local {
        "group" => {
            children(element, log);
            let contents = element.elements().filter(|c| c.local == "content").count();
            if contents < 2 && element.closed {
                log.add(&r::MEDIA_GROUP, element.end, "a group is for two contents or more".to_owned());
            }
        }
        "content" => {
            content(element, log);
            children(element, log);
        }
        "thumbnail" | "player" => {
            attributes(element, &["url", "width", "height", "time"], log);
            if let Some(url) = required(element, "url", log) {
                say(value::address(url, Address::Any, true), element, url, log);
            }
            sizes(element, log);
            if let Some(time) = attr("time").filter(|t| !is_time(t)) {
                log.add(&r::MEDIA_TIME, element.end, format!("the time is `{time}`"));
            }
            if element.local == "player" {
                once.first(element, log);
            }
        }
        "title" | "description" => {
            once.first(element, log);
            if let Some(t) = attr("type").filter(|t| !matches!(*t, "plain" | "html")) {
                log.add(&r::MEDIA_TEXT, element.end, format!("the type is `{t}`"));
            }
        }
        "text" => {
            if let Some(t) = attr("type").filter(|t| !matches!(*t, "plain" | "html")) {
                log.add(&r::MEDIA_TEXT, element.end, format!("the type is `{t}`"));
            }
            if let Some(l) = attr("lang") {
                say(value::language(l), element, l, log);
            }
            for name in ["start", "end"] {
                if let Some(time) = attr(name).filter(|t| !is_time(t)) {
                    log.add(&r::MEDIA_TIME, element.end, format!("the time is `{time}`"));
                }
            }
        }
        "keywords" => {
            once.first(element, log);
        }
        "copyright" => {
            once.first(element, log);
            if let Some(url) = attr("url") {
                say(value::address(url, Address::Any, true), element, url, log);
            }
        }
        "category" => {
            if let Some(scheme) = attr("scheme") {
                say(value::address(scheme, Address::Full, true), element, scheme, log);
            }
        }
        "rating" => {
            if let Some(scheme) =
                attr("scheme").filter(|s| !matches!(*s, "urn:simple" | "urn:mpaa" | "urn:v-chip"))
            {
                say(value::address(scheme, Address::Full, true), element, scheme, log);
            }
            let ok = match attr("scheme") {
                None | Some("urn:simple") => matches!(text, "adult" | "nonadult"),
                Some("urn:mpaa") => matches!(text, "g" | "pg" | "pg-13" | "r" | "nc-17" | "nr" | "m" | "x"),
                Some("urn:v-chip") => {
                    matches!(
                        text,
                        "14+"
                            | "18+"
                            | "c"
                            | "c8"
                            | "g"
                            | "pg"
                            | "tv-14"
                            | "tv-g"
                            | "tv-ma"
                            | "tv-pg"
                            | "tv-y"
                            | "tv-y7"
                            | "tv-y7-fv"
                    )
                }
                Some(_) => true,
            };
            if !ok {
                log.add(&r::MEDIA_RATING, element.end, format!("`{text}` is no rating of this scheme"));
            }
        }
        "hash" => {
            let length = match attr("algo") {
                None | Some("md5") => 32,
                Some("sha-1") => 40,
                Some(other) => {
                    log.add(&r::MEDIA_HASH, element.end, format!("the algorithm is `{other}`"));
                    return;
                }
            };
            if text.len() != length || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
                log.add(
                    &r::MEDIA_HASH,
                    element.end,
                    format!("`{text}` is no hash of {length} hexadecimal digits"),
                );
            }
        }
        "credit" => {
            if let Some(scheme) = attr("scheme") {
                say(value::address(scheme, Address::Full, true), element, scheme, log);
            }
            if attr("role").is_some_and(|role| role.chars().any(|c| c.is_ascii_uppercase())) {
                log.add(&r::MEDIA_ROLE, element.end, "roles are written in lower case".to_owned());
            }
        }
        "restriction" => restriction(element, text, log),
        "adult" => {}
        "community" | "comments" | "embed" | "responses" | "backLinks" | "status" | "price" | "license"
        | "subTitle" | "peerLink" | "location" | "rights" | "scenes" => {}
        _ => undefined(element, log),
    }
}

fn children(element: &Element<'_>, log: &mut Log) {
    let mut once = Once::new();
    for child in element.elements() {
        common(child, log);
        if matches!(&*child.ns, NS | NS_OLD) {
            self::element(child, &mut once, log);
        }
    }
}

fn sizes(element: &Element<'_>, log: &mut Log) {
    for name in ["width", "height"] {
        if let Some(size) = element.attr(name) {
            say(value::positive(size), element, size, log);
        }
    }
}

fn content(element: &Element<'_>, log: &mut Log) {
    attributes(
        element,
        &[
            "url",
            "fileSize",
            "type",
            "medium",
            "isDefault",
            "expression",
            "bitrate",
            "framerate",
            "samplingrate",
            "channels",
            "duration",
            "height",
            "width",
            "lang",
        ],
        log,
    );
    if let Some(url) = element.attr("url") {
        say(value::address(url, Address::Any, true), element, url, log);
    }
    for name in ["fileSize", "channels"] {
        if let Some(number) = element.attr(name) {
            say(value::integer(number), element, number, log);
        }
    }
    for name in ["bitrate", "framerate", "samplingrate", "duration"] {
        if let Some(number) = element.attr(name).filter(|n| !value::is_float(n)) {
            log.add(&r::FLOAT, element.end, format!("`{name}` is `{number}`"));
        }
    }
    sizes(element, log);
    if let Some(t) = element.attr("type").filter(|t| !value::is_mime(t)) {
        log.add(&r::MIME_ATTRIBUTE, element.end, format!("the type is `{t}`"));
    }
    if let Some(m) = element
        .attr("medium")
        .filter(|m| !matches!(*m, "image" | "audio" | "video" | "document" | "executable"))
    {
        log.add(&r::MEDIA_MEDIUM, element.end, format!("the medium is `{m}`"));
    }
    if let Some(e) = element.attr("expression").filter(|e| !matches!(*e, "sample" | "full" | "nonstop")) {
        log.add(&r::MEDIA_EXPRESSION, element.end, format!("the expression is `{e}`"));
    }
    if let Some(d) = element.attr("isDefault").filter(|d| !matches!(*d, "true" | "false")) {
        log.add(&r::BOOLEAN, element.end, format!("isDefault is `{d}`"));
    }
    if let Some(l) = element.attr("lang") {
        say(value::language(l), element, l, log);
    }
}

fn restriction(element: &Element<'_>, text: &str, log: &mut Log) {
    match required(element, "relationship", log) {
        Some("allow" | "deny") | None => {}
        Some(other) => {
            log.add(&r::MEDIA_RESTRICTION_REL, element.end, format!("the relationship is `{other}`"))
        }
    }
    match element.attr("type") {
        None if !matches!(text, "all" | "none" | "") => {
            log.add(&r::MEDIA_RESTRICTION, element.end, format!("`{text}` is neither all nor none"));
        }
        Some("country") => {
            for country in text.split_whitespace() {
                let ok = country.len() == 2
                    && country.bytes().all(|b| b.is_ascii_alphabetic())
                    && !country.eq_ignore_ascii_case("xx");
                if !ok {
                    log.add(&r::MEDIA_COUNTRY, element.end, format!("`{country}` is no country"));
                }
            }
        }
        Some("uri") => {
            for uri in text.split_whitespace() {
                say(value::address(uri, Address::Full, true), element, uri, log);
            }
        }
        None | Some("sharing") => {}
        Some(other) => log.add(&r::MEDIA_RESTRICTION_TYPE, element.end, format!("the type is `{other}`")),
    }
}

/// Normal play time ([RFC 2326](https://www.rfc-editor.org/rfc/rfc2326#section-3.6)).
fn is_time(text: &str) -> bool {
    if text == "now" {
        return true;
    }
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<&str> = clock.split(':').collect();
    fraction.bytes().all(|b| b.is_ascii_digit())
        && matches!(parts.len(), 1 | 3)
        && parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
        && parts.iter().skip(1).all(|p| p.len() <= 2 && p.parse::<u32>().is_ok_and(|n| n < 60))
}
