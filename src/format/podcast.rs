//! Podcast elements of RSS: Apple's (<https://help.apple.com/itc/podcasts_connect/#/itcb54353390>) and those of
//! Podcasting 2.0 (<https://podcasting2.org/docs/podcast-namespace>). A feed has them only if one of its entries has audio.

use std::collections::BTreeMap;

use rss::extension::Extension;
use rss::extension::itunes::{ITunesCategory, ITunesChannelExtension, ITunesItemExtension, ITunesOwner};

use super::{Document, Totals, Uses, ends_with, seconds};
use crate::html::Medium;
use crate::model::podcast::{guid, is_audio, is_playable};
use crate::model::{Chapter, Enclosure, Entry, EpisodeKind, Feed, Podcast};

/// Namespace of `podcast:*`.
pub(super) const NAMESPACE: &str = "https://podcastindex.org/namespace/1.0";

/// Namespace of Podlove simple chapters (<https://podlove.org/simple-chapters/>).
pub(super) const CHAPTERS_NS: &str = "http://podlove.org/simple-chapters";

/// Extensions of the image formats that directories accept.
const IMAGE_EXTENSIONS: &[&str] = &[".jpg", ".jpeg", ".png"];

/// Elements of Podcasting 2.0 by local name.
type Elements = BTreeMap<String, Vec<Extension>>;

/// Returns the elements of the channel; `None` if the feed is not a podcast or has no audio.
pub(super) fn channel_elements(
    format: &dyn Document,
    feed: &Feed,
    totals: &Totals<'_>,
) -> Option<(ITunesChannelExtension, Elements)> {
    let podcast = feed.podcast.as_ref().filter(|_| totals.uses.has(Uses::EPISODE))?;
    let owner = podcast.owner.as_ref().or(feed.author.as_ref()).filter(|person| person.email.is_some());
    let image =
        podcast.image.as_ref().or(feed.icon.as_ref().filter(|icon| ends_with(icon, IMAGE_EXTENSIONS)));
    let itunes = ITunesChannelExtension {
        author: podcast.author.clone().or_else(|| feed.author.as_ref().map(|author| author.name.clone())),
        categories: categories(podcast),
        image: image.map(ToString::to_string),
        explicit: Some(podcast.explicit.to_string()),
        owner: owner.map(|owner| ITunesOwner { name: Some(owner.name.clone()), email: owner.email.clone() }),
        r#type: Some(if podcast.serial { "serial" } else { "episodic" }.to_owned()),
        ..ITunesChannelExtension::default()
    };
    let mut elements = Elements::new();
    let mut add = |name: &str, value: &str, attrs| {
        let element = Extension {
            name: format!("podcast:{name}"),
            value: Some(value.to_owned()),
            attrs,
            ..Extension::default()
        };
        elements.insert(name.to_owned(), vec![element]);
    };
    // Archive documents have the guid of their feed.
    let folder = feed.history.current.as_ref().or(feed.base.as_ref());
    let address = folder.and_then(|folder| folder.join(format.file_name()).ok());
    if let Some(guid) = podcast.guid.or_else(|| address.as_ref().map(guid)) {
        add("guid", &guid.to_string(), BTreeMap::new());
    }
    if let Some(locked) = podcast.locked {
        let email = owner.and_then(|owner| owner.email.clone());
        let attrs = email.map(|email| ("owner".to_owned(), email)).into_iter().collect();
        add("locked", if locked { "yes" } else { "no" }, attrs);
    }
    if let Some(page) = &podcast.funding {
        let text = Some(podcast.funding_text.as_str()).filter(|text| !text.is_empty());
        add("funding", text.unwrap_or("Support the show"), attributes([("url", page.to_string())]));
    }
    let texts = [
        ("license", &podcast.license),
        ("location", &podcast.location),
        ("medium", &podcast.medium),
        ("updateFrequency", &podcast.update_frequency),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            add(name, text, BTreeMap::new());
        }
    }
    let trailers: Vec<Extension> = totals.trailers.iter().filter_map(|entry| trailer(entry)).collect();
    if !trailers.is_empty() {
        elements.insert("trailer".to_owned(), trailers);
    }
    Some((itunes, elements))
}

/// True if an entry is a trailer.
pub(crate) fn is_trailer(entry: &Entry) -> bool {
    entry.episode.as_ref().is_some_and(|episode| episode.kind == EpisodeKind::Trailer)
}

/// Returns the element of the channel for a trailer.
fn trailer(entry: &Entry) -> Option<Extension> {
    let episode = entry.episode.as_ref()?;
    let file = audio(entry)?;
    let mut attrs = attributes([("url", file.url.to_string()), ("pubdate", entry.published.to_rfc822())]);
    attrs.extend(file.length.map(|length| ("length".to_owned(), length.0.to_string())));
    attrs.extend(file.media_type.as_ref().map(|kind| ("type".to_owned(), kind.to_string())));
    attrs.extend(episode.season.map(|season| ("season".to_owned(), season.to_string())));
    Some(element("podcast:trailer", &entry.title, attrs))
}

fn attributes<const N: usize>(pairs: [(&str, String); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn element(name: &str, value: &str, attrs: BTreeMap<String, String>) -> Extension {
    let value = Some(value.to_owned()).filter(|value| !value.is_empty());
    Extension { name: name.to_owned(), value, attrs, ..Extension::default() }
}

/// Returns the elements of Podcasting 2.0 and the chapters of an entry, by prefix.
pub(super) fn item_elements(entry: &Entry) -> BTreeMap<String, Elements> {
    let (mut podcast, mut all) = (Elements::new(), BTreeMap::new());
    let mut add = |name: &str, value: &str, attrs| {
        let one = element(&format!("podcast:{name}"), value, attrs);
        podcast.entry(name.to_owned()).or_default().push(one);
    };
    if let Some(episode) = &entry.episode {
        for transcript in &episode.transcripts {
            let mut attrs = attributes([
                ("url", transcript.url.to_string()),
                ("type", transcript.media_type.to_string()),
            ]);
            attrs.extend(transcript.language.clone().map(|language| ("language".to_owned(), language)));
            add("transcript", "", attrs);
        }
        if let Some(url) = &episode.chapters_url {
            let kind = ("type", "application/json+chapters".to_owned());
            add("chapters", "", attributes([("url", url.to_string()), kind]));
        }
        for person in &episode.people {
            let mut attrs = BTreeMap::new();
            attrs.extend(person.role.clone().map(|role| ("role".to_owned(), role)));
            attrs.extend(person.uri.as_ref().map(|uri| ("href".to_owned(), uri.to_string())));
            attrs.extend(person.image.as_ref().map(|image| ("img".to_owned(), image.to_string())));
            add("person", &person.name, attrs);
        }
        let numbers = [("season", episode.season), ("episode", episode.number)];
        for (name, number) in numbers {
            if let Some(number) = number {
                add(name, &number.to_string(), BTreeMap::new());
            }
        }
        for part in &episode.soundbites {
            let attrs =
                attributes([("startTime", decimal(part.start)), ("duration", decimal(part.duration))]);
            add("soundbite", &part.title, attrs);
        }
        for (name, text) in [("license", &episode.license), ("location", &episode.location)] {
            if let Some(text) = text {
                add(name, text, BTreeMap::new());
            }
        }
        if !episode.chapters.is_empty() {
            let chapters: Vec<Extension> = episode.chapters.iter().map(chapter).collect();
            let parent = Extension {
                children: BTreeMap::from([("chapter".to_owned(), chapters)]),
                ..element("psc:chapters", "", attributes([("version", "1.2".to_owned())]))
            };
            all.insert("psc".to_owned(), BTreeMap::from([("chapters".to_owned(), vec![parent])]));
        }
    }
    for file in entry.enclosures.iter().filter(|file| file.is_alternative) {
        let Some(kind) = &file.media_type else { continue };
        let mut attrs = attributes([("type", kind.to_string())]);
        attrs.extend(file.length.map(|length| ("length".to_owned(), length.0.to_string())));
        let bit_rate = file.length.zip(file.duration).filter(|(_, duration)| *duration > 0);
        let bit_rate = bit_rate.map(|(length, duration)| length.0.saturating_mul(8000) / duration);
        attrs.extend(bit_rate.map(|bits| ("bitrate".to_owned(), bits.to_string())));
        let source = element("podcast:source", "", attributes([("uri", file.url.to_string())]));
        let parent = Extension {
            children: BTreeMap::from([("source".to_owned(), vec![source])]),
            ..element("podcast:alternateEnclosure", "", attrs)
        };
        podcast.entry("alternateEnclosure".to_owned()).or_default().push(parent);
    }
    // Readers take Apple's elements for those of an episode only if one of them is its title.
    if entry.episode.is_some() && audio(entry).is_some() && !entry.title.is_empty() {
        let title = element("itunes:title", &entry.title, BTreeMap::new());
        all.insert("itunes".to_owned(), BTreeMap::from([("title".to_owned(), vec![title])]));
    }
    if !podcast.is_empty() {
        all.insert("podcast".to_owned(), podcast);
    }
    all
}

/// Returns an element of Podlove simple chapters.
fn chapter(chapter: &Chapter) -> Extension {
    let (seconds, rest) = (chapter.start / 1000, chapter.start % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let start = format!("{hours:02}:{minutes:02}:{:02}.{rest:03}", seconds % 60);
    let mut attrs = attributes([("start", start), ("title", chapter.title.clone())]);
    attrs.extend(chapter.url.as_ref().map(|url| ("href".to_owned(), url.to_string())));
    attrs.extend(chapter.image.as_ref().map(|image| ("image".to_owned(), image.to_string())));
    element("psc:chapter", "", attrs)
}

/// Returns seconds with as many decimals as needed.
fn decimal(milliseconds: u64) -> String {
    let text = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn categories(podcast: &Podcast) -> Vec<ITunesCategory> {
    let element = |text: &str| ITunesCategory { text: text.to_owned(), subcategory: None };
    let categories = podcast.categories.iter().map(|category| ITunesCategory {
        subcategory: category.subcategory.map(|subcategory| Box::new(element(subcategory))),
        ..element(category.name)
    });
    categories.collect()
}

/// Returns the file of an episode: the first audio enclosure of known type, else the first video whose length is known.
pub(super) fn audio(entry: &Entry) -> Option<&Enclosure> {
    let is_video =
        |e: &&Enclosure| e.medium == Medium::Video && e.media_type.is_some() && e.duration.is_some();
    let video = || entry.enclosures.iter().find(is_video);
    entry
        .enclosures
        .iter()
        .find(|e| is_audio(e) && !e.is_alternative)
        .or_else(video)
        .or_else(|| entry.enclosures.iter().find(|e| is_audio(e)))
}

/// Returns the elements of an episode; `None` if the entry has no audio that Apple Podcasts plays and nothing else is known
/// of it.
pub(super) fn episode_elements(entry: &Entry, podcast: &Podcast) -> Option<ITunesItemExtension> {
    let file = audio(entry).filter(|audio| is_playable(audio.url.path()) || entry.episode.is_some())?;
    let episode = entry.episode.clone().unwrap_or_default();
    let image = entry.lead_image().filter(|image| ends_with(image, IMAGE_EXTENSIONS));
    Some(ITunesItemExtension {
        image: image.map(ToString::to_string),
        duration: file.duration.map(|length| seconds(length).to_string()),
        explicit: Some(episode.explicit.unwrap_or(podcast.explicit).to_string()),
        episode: episode.number.map(|number| number.to_string()),
        season: episode.season.map(|season| season.to_string()),
        episode_type: Some(episode.kind.name().to_owned()),
        ..ITunesItemExtension::default()
    })
}
