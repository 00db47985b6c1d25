//! Subscription lists and our own formats: checks any bytes inside an OPML document, and writes a site and feeds made of any
//! data, in which `check` must find no error.

#![no_main]

use std::sync::LazyLock;

use feedmill::check::{Options, check};
use feedmill::diag::Severity;
use feedmill::format::{FORMATS, INDEX, Layout, Templates};
use feedmill::html::{CleanHtml, Medium, Policy, RawHtml, clean, summary, xml_text};
use feedmill::model::{Enclosure, Entry, Feed, Image, Listing, Person, Podcast, Site};
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
    let layout = if bytes.len().is_multiple_of(2) { Layout::Indented } else { Layout::Compact };
    for format in FORMATS {
        verify(format.file_name(), &format.write(&feed, layout).unwrap());
    }
    let names = FORMATS.iter().map(|f| f.name().to_owned()).collect();
    let mut site = Site::default();
    site.title = feed.title.clone();
    site.language = feed.language.clone();
    site.subscription_list = Some("feeds.opml".to_owned());
    site.feeds = vec![Listing::new(&feed, "", names), Listing::new(&feed, "town", vec!["atom".to_owned()])];
    for index in INDEX {
        let written = index.write(&site, &Templates::default()).unwrap();
        if let Some(document) = written.filter(|_| index.is_checked()) {
            verify(index.file_name(), &document.bytes);
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
    let mut person = Person::new(some_words(data)?);
    person.email = if data.arbitrary()? { Some("ann@site.example".to_owned()) } else { None };
    person.uri = if data.arbitrary()? { Some(url(data)?) } else { None };
    Ok(person)
}

fn image(data: &mut Unstructured<'_>) -> Result<Image> {
    let mut image = Image::new(url(data)?);
    image.alt = if data.arbitrary()? { Some(words(data)?) } else { None };
    (image.width, image.height) = (data.arbitrary()?, data.arbitrary()?);
    Ok(image)
}

fn entry(data: &mut Unstructured<'_>, number: usize) -> Result<Entry> {
    let link = format!("https://site.example/{number}/{}", data.arbitrary::<&str>()?);
    let cleaned = clean(RawHtml(data.arbitrary()?), &SITE, &Policy::default());
    let mut enclosures = Vec::new();
    for _ in 0..data.int_in_range(0..=2)? {
        let medium = *data.choose(&[Medium::Audio, Medium::Video, Medium::Image])?;
        let mut enclosure = Enclosure::new(url(data)?, medium);
        enclosure.media_type = MediaType::parse(data.arbitrary()?);
        enclosure.length = data.arbitrary::<Option<u32>>()?.map(|n| Bytes(n.into()));
        enclosures.push(enclosure);
    }
    let (one, other) = (time(data)?, time(data)?);
    let mut entry = Entry::new(types::percent_encode_invalid(&link), some_words(data)?, one.min(other))
        .updated(one.max(other))
        .summary(summary(&cleaned.text, 300))
        .content(if data.arbitrary()? { cleaned.html } else { CleanHtml::default() })
        .authors(if data.arbitrary()? { vec![person(data)?] } else { vec![] })
        .categories(if data.arbitrary()? { vec![some_words(data)?] } else { vec![] })
        .enclosures(enclosures);
    entry.image = if data.arbitrary()? { Some(image(data)?) } else { None };
    entry.banner = if data.arbitrary()? { Some(url(data)?) } else { None };
    entry.language = if data.arbitrary()? { Some("de-CH".to_owned()) } else { None };
    Ok(entry)
}

fn feed(data: &mut Unstructured<'_>) -> Result<Feed> {
    let mut entries = Vec::new();
    for number in 0..data.int_in_range(0..=3)? {
        entries.push(entry(data, number)?);
    }
    let mut feed = Feed::new(some_words(data)?, url(data)?)
        .id("https://news.example/feeds/")
        .description(some_words(data)?)
        .base(Url::parse("https://news.example/feeds/").unwrap())
        .author(person(data)?)
        .copyright(some_words(data)?)
        .stylesheet("feed.css");
    feed.language = Some("en".to_owned()).filter(|_| entries.len() != 1);
    feed.icon = if data.arbitrary()? { Some(url(data)?) } else { None };
    feed.hub = if data.arbitrary()? { Some(url(data)?) } else { None };
    // Directories refuse a show without a cover, and so does the check.
    let cover = Url::parse("https://site.example/cover.jpg").unwrap();
    feed.podcast = if data.arbitrary()? { Some(Podcast::default().image(cover)) } else { None };
    feed.ttl = data.arbitrary()?;
    feed.skip_hours = if data.arbitrary()? { vec![0, 23] } else { vec![] };
    feed.entries = entries;
    Ok(feed)
}
