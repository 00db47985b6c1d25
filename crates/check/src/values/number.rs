//! Numbers and booleans.

use crate::rule::{
    Context::{Channel, Entry, Item},
    Rule,
};

pub(crate) static POSITIVE: Rule = Rule::error("number/positive", "not a positive whole number")
    .why("Readers that cannot parse the number use their own default.")
    .remedy("write a whole number, 1 or more, in digits")
    .spec("RSS 2.0.11, ttl", "https://www.rssboard.org/rss-specification#ltttlgtSubelementOfLtchannelgt")
    .example(Channel, "<ttl>1.5</ttl>", "<ttl>90</ttl>");

static NOT_NEGATIVE: Rule = Rule::error("number/not-negative", "not a non-negative whole number")
    .why("A count or a size has neither sign nor fraction.")
    .remedy("write a whole number, 0 or more, in digits")
    .spec("RFC 4685, 5", "https://www.rfc-editor.org/rfc/rfc4685#section-5")
    .example(Entry, "<thr:total>-1</thr:total>", "<thr:total>1</thr:total>");

static INTEGER: Rule = Rule::error("number/integer", "not a whole number")
    .why("Readers ignore a number that they cannot parse.")
    .remedy("write a whole number in digits, with a minus sign if needed")
    .spec("GeoRSS Simple, floor", "https://docs.ogc.org/cs/17-002r1/17-002r1.html")
    .example(Item, "<georss:floor>second</georss:floor>", "<georss:floor>2</georss:floor>");

static ATTRIBUTE: Rule = Rule::error("number/attribute", "attribute is not a whole number")
    .why("Readers that cannot parse the number may ignore the element.")
    .remedy("write a whole number in digits; 0 if a length is unknown")
    .spec(
        "RSS 2.0.11, enclosure",
        "https://www.rssboard.org/rss-specification#ltenclosuregtSubelementOfLtitemgt",
    )
    .example(
        Item,
        r#"<enclosure url="https://town.example/1.mp3" length="1 MB" type="audio/mpeg"/>"#,
        r#"<enclosure url="https://town.example/1.mp3" length="1000000" type="audio/mpeg"/>"#,
    );

static DECIMAL: Rule = Rule::error("number/decimal", "invalid number")
    .why("Readers ignore a number that they cannot parse.")
    .remedy("write digits, with a decimal point if needed")
    .spec("Media RSS, media:content", "https://www.rssboard.org/media-rss#media-content")
    .example(
        Item,
        r#"<media:content url="https://town.example/1.mp3" medium="audio" bitrate="high"/>"#,
        r#"<media:content url="https://town.example/1.mp3" medium="audio" bitrate="128"/>"#,
    );

static TRUE_FALSE: Rule = Rule::error("bool/true-false", "invalid boolean")
    .why("Readers replace any other value with their default.")
    .remedy("write true or false")
    .spec("Apple Podcasts, itunes:explicit", "https://help.apple.com/itc/podcasts_connect/#/itcb54353390")
    .example(Item, "<itunes:explicit>maybe</itunes:explicit>", "<itunes:explicit>false</itunes:explicit>");

static BOOLEAN_ATTRIBUTE: Rule = Rule::error("bool/attribute", "invalid boolean attribute")
    .why("A reader may treat `no` as true because it is not `false`, and open the guid as a URL.")
    .remedy("write true or false, in lower case")
    .spec("RSS 2.0.11, guid", "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt")
    .example(Item, r#"<guid isPermaLink="no">town-1</guid>"#, r#"<guid isPermaLink="false">town-1</guid>"#);

static YES_NO: Rule = Rule::error("bool/yes-no", "neither yes nor no")
    .why("Readers replace any other value with their default.")
    .remedy("write yes or no")
    .spec("Atom Publishing Protocol, 13.1.2", "https://www.rfc-editor.org/rfc/rfc5023#section-13.1.2")
    .example(
        Entry,
        "<app:control><app:draft>perhaps</app:draft></app:control>",
        "<app:control><app:draft>no</app:draft></app:control>",
    );

pub(crate) static RULES: &[&Rule] =
    &[&POSITIVE, &NOT_NEGATIVE, &INTEGER, &ATTRIBUTE, &DECIMAL, &TRUE_FALSE, &BOOLEAN_ATTRIBUTE, &YES_NO];

/// True if the text has only digits.
pub(crate) fn is_whole(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Checks a whole number from 1.
pub(crate) fn positive(text: &str) -> Option<&'static Rule> {
    (!is_whole(text) || text.bytes().all(|b| b == b'0')).then_some(&POSITIVE)
}

/// Checks a whole number from 0.
pub(crate) fn not_negative(text: &str) -> Option<&'static Rule> {
    (!is_whole(text)).then_some(&NOT_NEGATIVE)
}

/// Checks a whole number with or without a sign.
pub(crate) fn integer(text: &str) -> Option<&'static Rule> {
    (!is_whole(text.strip_prefix(['-', '+']).unwrap_or(text))).then_some(&INTEGER)
}

/// Checks an attribute that is a whole number from 0.
pub(crate) fn whole_attribute(text: &str) -> Option<&'static Rule> {
    (!is_whole(text)).then_some(&ATTRIBUTE)
}

/// Checks an attribute that is a whole number from 1.
pub(crate) fn positive_attribute(text: &str) -> Option<&'static Rule> {
    positive(text).map(|_| &ATTRIBUTE)
}

/// True if the text is a decimal number with or without a sign.
pub(crate) fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    is_whole(whole) && (fraction.is_empty() || is_whole(fraction))
}

/// True if the text is a finite number of XML Schema, with or without a sign, a fraction and an exponent: `4.5e1`, `45.`,
/// `.5` ([xs:double](https://www.w3.org/TR/xmlschema-2/#double)).
pub(crate) fn is_double(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mantissa = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    is_whole(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))
        && is_digits(whole)
        && is_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
}

/// Checks a number of XML Schema, with or without a sign.
pub(crate) fn double(text: &str) -> Option<&'static Rule> {
    (!is_double(text)).then_some(&DECIMAL)
}

/// Checks a number of XML Schema from 0.
pub(crate) fn positive_double(text: &str) -> Option<&'static Rule> {
    (!is_double(text) || text.starts_with('-')).then_some(&DECIMAL)
}

/// Checks a decimal number from 0.
pub(crate) fn decimal(text: &str) -> Option<&'static Rule> {
    (!is_decimal(text) || text.starts_with('-')).then_some(&DECIMAL)
}

/// Checks a boolean in any case.
pub(crate) fn true_false(text: &str) -> Option<&'static Rule> {
    (!["true", "false"].iter().any(|t| t.eq_ignore_ascii_case(text))).then_some(&TRUE_FALSE)
}

/// Checks a boolean attribute, in lower case.
pub(crate) fn boolean_attribute(text: &str) -> Option<&'static Rule> {
    (!matches!(text, "true" | "false")).then_some(&BOOLEAN_ATTRIBUTE)
}

/// Checks a yes or no.
pub(crate) fn yes_no(text: &str) -> Option<&'static Rule> {
    (!matches!(text, "yes" | "no")).then_some(&YES_NO)
}
