//! Every rule of the checker: its code, severity, what is wrong in general, what to do, and where that is written.

use crate::diag::{Meta, Severity};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Code, severity, title and remedy.
    pub meta: Meta,
    /// The specification that says so.
    pub spec: &'static str,
}

macro_rules! rules {
    ($($name:ident $severity:ident $code:literal $spec:literal $title:literal, $remedy:literal;)*) => {
        $(#[doc = $title] pub(crate) static $name: Rule = Rule {
            meta: Meta { code: $code, severity: Severity::$severity, title: $title, remedy: $remedy },
            spec: $spec,
        };)*

        /// Every rule.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    XML_NOT_WELL_FORMED Error "xml/not-well-formed" "https://www.w3.org/TR/xml/" "The document is not well-formed XML", "correct the markup at this place; no reader can parse what follows";
    XML_ENCODING Error "xml/encoding" "https://www.w3.org/TR/xml/#charencoding" "The bytes are not in the encoding that is declared", "declare the encoding that the document has; best, write UTF-8";
    XML_VERSION Error "xml/version" "https://www.w3.org/TR/xml/" "The XML version is not 1.0", "write version=\"1.0\"";
    XML_DOCTYPE Error "xml/doctype" "https://www.rssboard.org/rss-0-9-1-netscape" "A document type that is no longer served", "remove the DOCTYPE";
    XML_DOCTYPE_VERSION Error "xml/doctype-version" "https://www.rssboard.org/rss-0-9-1-netscape" "A document type of another version", "remove the DOCTYPE";
    FEED_UNKNOWN Error "feed/unknown-root" "https://www.rssboard.org/rss-specification" "The root element is no feed", "begin with rss, feed or a JSON object";
    NS_MISSING Error "xml/missing-namespace" "https://www.rfc-editor.org/rfc/rfc4287#section-1.2" "An element without the namespace it belongs to", "declare the namespace";
    NS_INVALID Error "xml/invalid-namespace" "https://www.rfc-editor.org/rfc/rfc4287#section-1.2" "A namespace that is not the one of the format", "write the namespace exactly as the specification does";
    NS_OBSOLETE Error "atom/obsolete-namespace" "https://www.rfc-editor.org/rfc/rfc4287#section-1.2" "A draft of Atom", "use Atom 1.0, http://www.w3.org/2005/Atom";
    NS_UNKNOWN Warning "xml/undefined-namespace" "https://www.rfc-editor.org/rfc/rfc4287#section-6.3" "A namespace that few readers know", "look whether a known extension says the same";
    ELEMENT_UNDEFINED Error "feed/undefined-element" "https://www.rssboard.org/rss-specification#hrelementsOfLtchannelgt" "An element that has no place here", "remove it, or put it where its specification says";
    ELEMENT_MISSING Error "feed/missing-element" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1" "A required element is missing", "add the element";
    ELEMENT_DUPLICATE Error "feed/duplicate-element" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1" "An element that may be there once only", "keep one of them";
    TEXT_UNEXPECTED Error "feed/unexpected-text" "https://www.rssboard.org/rss-specification" "Text where only elements may be", "put the text into an element";
    TEXT_BLANK Warning "feed/blank" "https://www.rssboard.org/rss-specification" "An element that should not be empty", "give it a value, or leave it out";
    WHITESPACE Error "feed/unexpected-whitespace" "https://www.rfc-editor.org/rfc/rfc4287#section-2" "White space around a value that may have none", "remove the white space";
    ATTRIBUTE_MISSING Error "feed/missing-attribute" "https://www.rssboard.org/rss-specification" "A required attribute is missing", "add the attribute";
    ATTRIBUTE_UNEXPECTED Error "feed/unexpected-attribute" "https://www.rssboard.org/rss-specification" "An attribute that the element does not have", "remove the attribute, or look at its spelling";
    RSS_VERSION Error "rss/version" "https://www.rssboard.org/rss-specification#requiredChannelElements" "A version of RSS that does not exist", "write version=\"2.0\"";
    RSS_NO_TITLE Error "rss/missing-title" "https://www.rssboard.org/rss-specification#requiredChannelElements" "A title is missing", "add a title";
    RSS_NO_LINK Error "rss/missing-link" "https://www.rssboard.org/rss-specification#requiredChannelElements" "A link is missing", "add a link";
    RSS_NO_DESCRIPTION Error "rss/missing-description" "https://www.rssboard.org/rss-specification#requiredChannelElements" "A description is missing", "add a description";
    RSS_ITEM_EMPTY Error "rss/item-no-title-or-description" "https://www.rssboard.org/rss-specification#hrelementsOfLtitemgt" "An item without title and description", "give it one of the two";
    RSS_GUID_MISSING Warning "rss/missing-guid" "https://www.rssboard.org/rss-profile#element-channel-item-guid" "An item without guid", "give each item a guid that never changes";
    RSS_GUID_PERMALINK Error "rss/guid-not-url" "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt" "A guid that is said to be a permalink and is no address", "write isPermaLink=\"false\", or the full address";
    RSS_PERMALINK Error "rss/guid-not-permalink" "https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt" "A permalink that no browser can open", "write isPermaLink=\"false\"";
    VALUE_DUPLICATE Error "rss/duplicate-value" "https://www.rssboard.org/rss-specification" "A value that is there twice", "keep one of them";
    RSS_DAYS Error "rss/skip-days" "https://www.rssboard.org/skip-hours-days" "More days than a week has", "name each day once";
    RSS_DAY Error "rss/day" "https://www.rssboard.org/skip-hours-days" "No day of the week", "write Monday to Sunday, in English";
    RSS_HOUR Error "rss/hour" "https://www.rssboard.org/skip-hours-days" "No hour", "write a number from 0 to 23";
    RSS_IMAGE_WIDTH Error "rss/image-width" "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt" "A width that an image may not have", "write a number from 1 to 144";
    RSS_IMAGE_HEIGHT Error "rss/image-height" "https://www.rssboard.org/rss-specification#ltimagegtSubelementOfLtchannelgt" "A height that an image may not have", "write a number from 1 to 400";
    RSS_INPUT_NAME Error "rss/text-input-name" "https://www.rssboard.org/rss-specification#lttextinputgtSubelementOfLtchannelgt" "No name of a form field", "begin with a letter; letters, digits, - _ : . may follow";
    RSS_TEXT_INPUT Warning "rss/text-input" "https://www.rssboard.org/rss-profile#element-channel-textinput" "textInput is ignored by most readers", "remove it";
    RSS_SELF Warning "rss/missing-self" "https://www.rssboard.org/rss-profile#namespace-elements-atom-link" "No atom:link says where the feed is", "add <atom:link rel=\"self\" href=…/>";
    BLINK Error "rss/no-blink" "https://www.rssboard.org/rss-specification" "There is no blink element in this module", "remove it";
    DATE_RFC822 Error "date/rfc822" "https://www.rfc-editor.org/rfc/rfc822#section-5" "No date of RFC 822", "write it as Tue, 31 Oct 2023 21:15:02 GMT";
    DATE_RFC822_ODD Warning "date/rfc822-problematic" "https://www.rssboard.org/rss-profile#data-types-datetime" "A date that some readers can't read", "write it as Tue, 31 Oct 2023 21:15:02 GMT";
    DATE_WEEKDAY Error "date/weekday" "https://www.rfc-editor.org/rfc/rfc822#section-5" "A day of the week that the date does not fall on", "correct the day or leave it out";
    DATE_RFC3339 Error "date/rfc3339" "https://www.rfc-editor.org/rfc/rfc3339#section-5.6" "No date of RFC 3339", "write it as 2023-10-31T21:15:02Z";
    DATE_W3C Error "date/w3cdtf" "https://www.w3.org/TR/NOTE-datetime" "No date of W3CDTF", "write it as 2023-10-31 or 2023-10-31T21:15:02Z";
    DATE_IMPLAUSIBLE Warning "date/implausible" "https://www.rssboard.org/rss-specification" "A date that can hardly be meant", "look at the clock that made it";
    URL_CHARACTER Error "url/character" "https://www.rfc-editor.org/rfc/rfc3986#section-2" "A character that no address may hold", "percent-encode it";
    URL_RELATIVE Error "url/relative" "https://www.rfc-editor.org/rfc/rfc3986#section-4.3" "An address that must be absolute", "write it in full, with its scheme";
    URL_IRI Error "url/not-ascii" "https://www.rfc-editor.org/rfc/rfc3987#section-3.1" "An IRI where a URI is required", "percent-encode what is not ASCII";
    URL_HTTP Error "url/http" "https://www.rfc-editor.org/rfc/rfc9110#section-4.2" "No http address", "write http:// or https:// and a host";
    URL_TAG Error "url/tag" "https://www.rfc-editor.org/rfc/rfc4151#section-2" "No tag URI", "write tag:host,2023-10-31:name";
    URL_URN Error "url/urn" "https://www.rfc-editor.org/rfc/rfc8141#section-2" "No URN", "write urn:namespace:name";
    URL_UUID Error "url/uuid" "https://www.rfc-editor.org/rfc/rfc9562#section-4" "No UUID", "write 8-4-4-4-12 hexadecimal digits";
    EMAIL Error "email/contact" "https://www.rssboard.org/rss-profile#data-types-email" "No e-mail address", "write name@host (Name)";
    EMAIL_SPEC Error "email/address" "https://www.rfc-editor.org/rfc/rfc4287#section-3.2.3" "No e-mail address", "write name@host and nothing else";
    MIME Error "mime/type" "https://www.rfc-editor.org/rfc/rfc6838#section-4.2" "No media type", "write type/subtype";
    MIME_TEXT Error "atom/text-type" "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1" "No type of a text", "write text, html or xhtml";
    LANGUAGE Error "lang/tag" "https://www.rfc-editor.org/rfc/rfc5646#section-2.1" "No language tag", "write en, zh-Hans or the like";
    INTEGER_POSITIVE Error "number/positive" "https://www.rssboard.org/rss-specification" "No positive whole number", "write a whole number above 0";
    INTEGER Error "number/not-negative" "https://www.rssboard.org/rss-specification" "No whole number from 0", "write a whole number, 0 or more";
    INTEGER_ATTRIBUTE Error "number/attribute" "https://www.rssboard.org/rss-specification" "An attribute that is no whole number", "write a whole number";
    LENGTH_UNKNOWN Error "rss/enclosure-length" "https://www.rssboard.org/rss-profile#element-channel-item-enclosure" "A length below zero", "write 0 where the length is not known";
    FLOAT Error "number/decimal" "https://www.rssboard.org/media-rss" "No number", "write digits, with a point if need be";
    COMMA_INTEGERS Error "slash/hit-parade" "https://web.resource.org/rss/1.0/modules/slash/" "No list of whole numbers", "write numbers with commas between";
    BOOLEAN Error "bool/true-false" "https://www.rssboard.org/media-rss" "Neither true nor false", "write true or false";
    BOOLEAN_ATTRIBUTE Error "bool/attribute" "https://www.rssboard.org/rss-specification" "An attribute that is neither true nor false", "write true or false";
    YES_NO Error "itunes/block" "https://podcasters.apple.com/support/823-podcast-requirements" "Neither Yes nor No", "write Yes, or leave it out";
    TOO_LONG Error "feed/too-long" "https://podcasters.apple.com/support/823-podcast-requirements" "A text that is too long", "shorten it";
    ATOM_NO_CONTENT Error "atom/no-content-or-alternate" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.2" "An entry with neither content nor alternate link", "add a link rel=\"alternate\", or content";
    ATOM_NO_SUMMARY Error "atom/missing-summary" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.2" "Content elsewhere, and no summary", "add a summary";
    ATOM_LINK_TWICE Error "atom/duplicate-link" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1" "Two alternate links of one type and language", "keep one of them";
    ATOM_NO_HREF Error "atom/missing-href" "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.1" "A link that leads nowhere", "add href";
    ATOM_NO_DIV Error "atom/missing-div" "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.3" "An xhtml text without its div", "put all of it in one div of the XHTML namespace";
    ATOM_BASE64 Error "atom/base64" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.3.3" "Content that is not Base64", "encode it, or say what type it has";
    ATOM_NOT_ESCAPED Error "atom/not-escaped" "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.2" "Markup that is not escaped", "escape < and &";
    ATOM_MISPLACED Error "atom/misplaced-metadata" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1" "Metadata of the feed after its entries", "put it before the first entry";
    ATOM_DUPLICATE_IDS Error "atom/duplicate-ids" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1" "Every entry has the same id", "give each entry its own";
    ATOM_DUPLICATE_ENTRIES Warning "atom/duplicate-entries" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1" "Two entries with one id", "keep the later one";
    ATOM_SELF Warning "atom/missing-self" "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1" "No self link", "add <link rel=\"self\" href=…/>";
    THR_WHEN Error "thr/when" "https://www.rfc-editor.org/rfc/rfc4685#section-4" "There is no thr:when any more", "write thr:updated";
    GEO_LATITUDE Error "geo/latitude" "https://www.w3.org/2003/01/geo/" "No latitude", "write degrees from -90 to 90";
    GEO_LONGITUDE Error "geo/longitude" "https://www.w3.org/2003/01/geo/" "No longitude", "write degrees from -180 to 180";
    SY_PERIOD Error "sy/update-period" "https://web.resource.org/rss/1.0/modules/syndication/" "No update period", "write hourly, daily, weekly, monthly or yearly";
    ITUNES_CATEGORY Error "itunes/category" "https://podcasters.apple.com/support/1691-apple-podcasts-categories" "No category of Apple's list", "take one of the list, spelled as there";
    ITUNES_TYPE Error "itunes/type" "https://podcasters.apple.com/support/823-podcast-requirements" "Neither episodic nor serial", "write episodic or serial";
    ITUNES_EPISODE_TYPE Error "itunes/episode-type" "https://podcasters.apple.com/support/823-podcast-requirements" "No type of an episode", "write full, trailer or bonus";
    ITUNES_DURATION Error "itunes/duration" "https://podcasters.apple.com/support/823-podcast-requirements" "No duration", "write seconds, MM:SS or HH:MM:SS";
    URL_ATTRIBUTE Error "url/attribute" "https://www.rssboard.org/rss-specification" "An attribute that is no full http address", "write it in full";
    MIME_ATTRIBUTE Error "mime/attribute" "https://www.rfc-editor.org/rfc/rfc6838#section-4.2" "An attribute that is no media type", "write type/subtype";
    MEDIA_NAMESPACE Error "media/namespace" "https://www.rssboard.org/media-rss" "A wrong spelling of the Media RSS namespace", "write http://search.yahoo.com/mrss/";
    MEDIA_GROUP Error "media/group" "https://www.rssboard.org/media-rss#media-group" "A group with less than two contents", "leave the group out";
    MEDIA_MEDIUM Error "media/medium" "https://www.rssboard.org/media-rss#media-content" "No medium", "write image, audio, video, document or executable";
    MEDIA_EXPRESSION Error "media/expression" "https://www.rssboard.org/media-rss#media-content" "No expression", "write sample, full or nonstop";
    MEDIA_HASH Error "media/hash" "https://www.rssboard.org/media-rss#media-hash" "No hash", "write algo md5 or sha-1 and hexadecimal digits";
    MEDIA_RATING Error "media/rating" "https://www.rssboard.org/media-rss#media-rating" "No rating of its scheme", "look at the scheme";
    MEDIA_ROLE Error "media/credit-role" "https://www.rssboard.org/media-rss#media-credit" "No role of the scheme", "take a role of the European Broadcasting Union";
    MEDIA_RESTRICTION Error "media/restriction" "https://www.rssboard.org/media-rss#media-restriction" "No restriction", "write all or none, or what the type asks for";
    MEDIA_RESTRICTION_REL Error "media/restriction-relationship" "https://www.rssboard.org/media-rss#media-restriction" "Neither allow nor deny", "write allow or deny";
    MEDIA_RESTRICTION_TYPE Error "media/restriction-type" "https://www.rssboard.org/media-rss#media-restriction" "No type of restriction", "write country, uri or sharing";
    MEDIA_COUNTRY Error "media/country" "https://www.iso.org/iso-3166-country-codes.html" "No country", "write two letters of ISO 3166";
    MEDIA_TEXT Error "media/text-type" "https://www.rssboard.org/media-rss#media-text" "No type of a text", "write plain or html";
    MEDIA_TIME Error "media/time" "https://www.ietf.org/rfc/rfc2326.html#section-3.6" "No time of RFC 2326", "write now, seconds, or HH:MM:SS.fraction";
    FH_REL Error "fh/complete-link" "https://www.rfc-editor.org/rfc/rfc5005#section-2" "A complete feed that names pages", "remove the link, or fh:complete";
    FH_CURRENT Error "fh/complete-current" "https://www.rfc-editor.org/rfc/rfc5005#section-2" "A complete feed whose current is another", "remove the link";
    FH_PAST_END Error "fh/past-end" "https://www.rfc-editor.org/rfc/rfc5005#section-3" "The last page names a next one", "remove one of the links";
    NO_NAMESPACE Error "rss/not-in-a-namespace" "https://www.rssboard.org/rss-specification#extendingRss" "An extension without namespace", "give it a namespace";
    HTML_UNDECLARED Warning "html/undeclared" "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1" "Markup in a text that does not say it is HTML", "write type=\"html\"";
    HTML_BROKEN Warning "html/not-well-formed" "https://html.spec.whatwg.org/" "HTML that is none", "correct the markup";
    HTML_RISK Warning "html/risk" "https://www.rfc-editor.org/rfc/rfc4287#section-8.1" "An element that readers remove", "leave it out, and say it in words or with a link";
    HTML_RISK_ATTRIBUTE Warning "html/risk-attribute" "https://www.rfc-editor.org/rfc/rfc4287#section-8.1" "An attribute that readers remove", "leave it out";
    HTML_STYLE Warning "html/style" "https://www.rfc-editor.org/rfc/rfc4287#section-8.1" "A style that readers remove", "leave it out";
    HTML_RELATIVE Warning "html/relative" "https://www.rssboard.org/rss-profile#data-types-url" "A relative address in a description", "write it in full";
    HTML_INLINE Warning "html/not-inline" "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.3" "Escaped markup in XHTML", "write the markup itself";
    JSON_SYNTAX Error "json/syntax" "https://www.rfc-editor.org/rfc/rfc8259" "The document is no JSON", "correct the text at this place";
    JSON_VERSION Error "json/version" "https://www.jsonfeed.org/version/1.1/#top-level" "The version is none of JSON Feed", "write \"version\": \"https://jsonfeed.org/version/1.1\"";
    JSON_MISSING Error "json/missing-key" "https://www.jsonfeed.org/version/1.1/" "A required key is missing", "add the key";
    JSON_DUPLICATE_ID Error "json/duplicate-id" "https://www.jsonfeed.org/version/1.1/#items" "Two items have one id", "give each item its own id";
    HTML_IN_TEXT Warning "html/in-text" "https://www.rssboard.org/rss-profile#data-types-characterdata" "Markup where plain text is meant", "write plain text";
}
