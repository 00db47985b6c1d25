//! Subscription lists and our own formats: checks any bytes inside an OPML document, and writes a site and feeds made of any
//! data, in which `check` must find no error.

#![no_main]

use std::sync::LazyLock;

use feedmill::check::{Options, check};
use feedmill::diag::Severity;
use feedmill::format::{FORMATS, INDEX, Layout};
use feedmill::html::{CleanHtml, Medium, Policy, RawHtml, clean, summary, xml_text};
use feedmill::model::{Enclosure, Entry, Feed, History, Listing, Person, Podcast, Site};
use feedmill::types::{self, Bytes, MediaType, UnixMs};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use url::Url;

static SITE: LazyLock<Url> = LazyLock::new(|| Url::parse("https://site.example/").unwrap());

fuzz_target!(|bytes: &[u8]| {
    let list = [b"<opml version=\"2.0\"><head>".as_slice(), bytes, b"</body></opml>"].concat();
    let _ = check(&list, Options::default());
    let mut data = Unstructured::new(bytes);
    let Ok(feed) = feed(&mut data) else { return };
    let layout = if bytes.len() % 2 == 0 { Layout::Indented } else { Layout::Compact };
    for format in FORMATS {
        verify(format.file_name(), &format.write(&feed, layout).unwrap());
    }
    let names = FORMATS.iter().map(|f| f.name().to_owned()).collect();
    let site = Site {
        title: feed.title.clone(),
        language: feed.language.clone(),
        subscription_list: Some("feeds.opml".to_owned()),
        feeds: vec![Listing::of(&feed, "", names), Listing::of(&feed, "town", vec!["atom".to_owned()])],
    };
    for index in INDEX {
        let written = index.write(&site).unwrap();
        if let Some(document) = written.filter(|_| index.is_checked()) {
            verify(index.file_name(), &document);
        }
    }
});

fn verify(name: &str, document: &[u8]) {
    for found in check(document, Options::default()) {
        let text = String::from_utf8_lossy(document);
        assert!(found.severity < Severity::Error, "{name}: {} {}\n{text}", found.meta.code, found.message());
    }
}

/// Returns text as a seed or the configuration provides it.
fn words(data: &mut Unstructured<'_>) -> Result<String> {
    let text: &str = data.arbitrary()?;
    Ok(xml_text(text).split_whitespace().collect::<Vec<_>>().join(" "))
}

fn some_words(data: &mut Unstructured<'_>) -> Result<String> {
    Ok(Some(words(data)?).filter(|w| !w.is_empty()).unwrap_or_else(|| "x".to_owned()))
}

fn url(data: &mut Unstructured<'_>) -> Result<Url> {
    let mut url = SITE.clone();
    url.set_path(data.arbitrary()?);
    url.set_query(data.arbitrary()?);
    // In the form that configuration and cleaning produce.
    Ok(Url::parse(&types::percent_encode_invalid(url.as_str())).unwrap())
}

fn time(data: &mut Unstructured<'_>) -> Result<UnixMs> {
    Ok(UnixMs(data.int_in_range(UnixMs::MIN.0..=UnixMs::MAX.0)?))
}

fn person(data: &mut Unstructured<'_>) -> Result<Person> {
    let email = if data.arbitrary()? { Some("ann@site.example".to_owned()) } else { None };
    Ok(Person { name: some_words(data)?, email, uri: None })
}

fn entry(data: &mut Unstructured<'_>, number: usize) -> Result<Entry> {
    let link = format!("https://site.example/{number}/{}", data.arbitrary::<&str>()?);
    let link = types::percent_encode_invalid(&link);
    let cleaned = clean(RawHtml(data.arbitrary()?), &SITE, &Policy::default());
    let mut enclosures = Vec::new();
    for _ in 0..data.int_in_range(0..=2)? {
        enclosures.push(Enclosure {
            url: url(data)?,
            medium: *data.choose(&[Medium::Audio, Medium::Video, Medium::Image])?,
            media_type: MediaType::parse(data.arbitrary()?),
            length: data.arbitrary::<Option<u32>>()?.map(|n| Bytes(n.into())),
        });
    }
    let (one, other) = (time(data)?, time(data)?);
    Ok(Entry {
        id: link.clone(),
        id_is_permalink: true,
        link,
        title: some_words(data)?,
        published: one.min(other),
        updated: one.max(other),
        summary: summary(&cleaned.text, 300),
        content: if data.arbitrary()? { cleaned.html } else { CleanHtml::default() },
        authors: if data.arbitrary()? { vec![person(data)?] } else { vec![] },
        categories: if data.arbitrary()? { vec![some_words(data)?] } else { vec![] },
        enclosures,
    })
}

fn feed(data: &mut Unstructured<'_>) -> Result<Feed> {
    let mut entries = Vec::new();
    for number in 0..data.int_in_range(0..=3)? {
        entries.push(entry(data, number)?);
    }
    Ok(Feed {
        id: "https://news.example/feeds/".to_owned(),
        title: some_words(data)?,
        description: some_words(data)?,
        site: url(data)?,
        base: Some(Url::parse("https://news.example/feeds/").unwrap()),
        language: Some("en".to_owned()).filter(|_| entries.len() != 1),
        author: Some(person(data)?),
        copyright: Some(some_words(data)?),
        icon: if data.arbitrary()? { Some(url(data)?) } else { None },
        hub: if data.arbitrary()? { Some(url(data)?) } else { None },
        podcast: if data.arbitrary()? { Some(Podcast::default()) } else { None },
        stylesheet: Some("feed.css".to_owned()),
        history: History::default(),
        entries,
    })
}
