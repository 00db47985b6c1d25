//! What an article says about itself, made fit for feeds: text without markup characters that XML forbids and with folded
//! white space, addresses that are valid, each tag once.

use url::Url;

use crate::html::xml_line;
use crate::model::{Enclosure, Image, Metadata, Person};
use crate::types::{is_http, to_rfc3986};

/// Returns metadata without values that no feed may carry.
pub(super) fn normalize(metadata: &Metadata) -> Metadata {
    let mut result = metadata.clone();
    // There is a finding about those of a seed.
    let _ = result.remove_credentials();
    result.id = text(result.id.as_deref());
    result.guid = text(result.guid.as_deref());
    result.authors = result.authors.iter().filter_map(person).collect();
    result.tags = unique(result.tags.iter().map(String::as_str));
    result.summary = text(result.summary.as_deref());
    result.image = result.image.as_ref().and_then(image);
    result.banner = result.banner.clone().and_then(address);
    let language = result.language.as_ref().map(|tag| tag.trim().replace('_', "-"));
    result.language = language.filter(|tag| crate::check::is_valid_language(tag));
    result.media = result.media.iter().filter_map(enclosure).collect();
    // Most have one author; all articles of a document are in memory.
    result.authors.shrink_to_fit();
    result
}

/// Returns names with folded white space, each once, ignoring case.
pub(super) fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.filter_map(|name| text(Some(name))).filter(|name| seen.insert(name.to_lowercase())).collect()
}

/// Returns text with folded white space; `None` if there is none.
fn text(text: Option<&str>) -> Option<String> {
    let folded = xml_line(text?);
    (!folded.is_empty()).then_some(folded)
}

/// Returns an http or https URL as feeds may have it.
fn address(url: Url) -> Option<Url> {
    to_rfc3986(url).filter(|url| is_http(url.as_str()) && url.has_host())
}

fn image(image: &Image) -> Option<Image> {
    let url = address(image.url.clone())?;
    let alt = text(image.alt.as_deref());
    let side = |pixels: Option<u32>| pixels.filter(|pixels| *pixels > 0);
    let (width, height) = (side(image.width), side(image.height));
    Some(Image { alt, width, height, ..Image::new(url) })
}

fn enclosure(file: &Enclosure) -> Option<Enclosure> {
    Some(Enclosure { url: address(file.url.clone())?, ..file.clone() })
}

/// Returns a person with a name: that of the person, else the host of the home page, else the first part of the mailbox.
/// `Name <mail@host>` is split.
fn person(person: &Person) -> Option<Person> {
    let written = text(Some(&person.name)).unwrap_or_default();
    let (name, within) = match written.split_once('<') {
        Some((name, rest)) if rest.contains('@') => (name.trim(), Some(rest.trim_end_matches('>').trim())),
        _ if is_mailbox(&written) => ("", Some(written.as_str())),
        _ => (written.as_str(), None),
    };
    let email = person.email.as_deref().map(str::trim).filter(|email| is_mailbox(email));
    let email = email.or(within.filter(|email| is_mailbox(email)));
    let uri = person.uri.clone().and_then(address);
    let host = uri.as_ref().and_then(Url::host_str);
    let local = email.and_then(|email| Some(email.split_once('@')?.0));
    let name = Some(name).filter(|name| !name.is_empty()).or(host).or(local)?.to_owned();
    let email = email.map(str::to_owned);
    Some(Person { name, email, uri, avatar: person.avatar.clone().and_then(address) })
}

/// True if a text is a plain mailbox whose host has a dot.
fn is_mailbox(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let label = |part: &str| {
        let is_valid = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !part.is_empty() && part.bytes().all(is_valid) && !part.starts_with('-') && !part.ends_with('-')
    };
    let atom = |part: &str| {
        let is_valid = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        !part.is_empty() && part.bytes().all(is_valid)
    };
    host.contains('.') && host.split('.').all(label) && local.split('.').all(atom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Medium;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn people_get_a_name_and_a_valid_mailbox() {
        for (name, email, uri, expected) in [
            (" Ann\n Ray ", "ann@a.example", "", Some(("Ann Ray", "ann@a.example"))),
            ("Ann <ann@a.example>", "", "", Some(("Ann", "ann@a.example"))),
            ("ann@a.example", "", "", Some(("ann", "ann@a.example"))),
            ("Ann", "not a mailbox", "", Some(("Ann", ""))),
            ("Ann", "ann@localhost", "", Some(("Ann", ""))),
            ("", "", "https://ann.example/", Some(("ann.example", ""))),
            ("", "", "mailto:ann@a.example", None),
            ("\u{1}", "", "", None),
        ] {
            let mut given = Person::new(name);
            given.email = Some(email.to_owned()).filter(|email| !email.is_empty());
            given.uri = Url::parse(uri).ok();
            let got = person(&given);
            let got = got.as_ref().map(|p| (p.name.as_str(), p.email.as_deref().unwrap_or_default()));
            assert_eq!(got, expected, "{name} {email} {uri}");
        }
    }

    #[test]
    fn values_that_no_feed_may_carry_are_left_out() {
        let metadata = Metadata::default()
            .id(" \n")
            .tags(["a", " A ", "", "b  c"].map(str::to_owned).to_vec())
            .summary("One\n two\u{1}")
            .language("pt_BR")
            .image(Image::new(url("data:image/gif;base64,AAAA")))
            .banner(url("https://a.example/ä|.jpg"))
            .media(vec![Enclosure::new(url("file:///a.mp3"), Medium::Audio)]);
        let got = normalize(&metadata);
        assert_eq!((got.id, got.image, got.media), (None, None, Vec::new()));
        assert_eq!(got.tags, ["a", "b c"]);
        assert_eq!(got.summary.as_deref(), Some("One two"));
        assert_eq!(got.language.as_deref(), Some("pt-BR"));
        assert_eq!(got.banner.unwrap().as_str(), "https://a.example/%C3%A4%7C.jpg");
        assert_eq!(normalize(&Metadata::default().language("English")).language, None);
    }
}
