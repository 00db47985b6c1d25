//! Podcast elements of RSS: Apple's (<https://help.apple.com/itc/podcasts_connect/#/itcb54353390>) and those of
//! Podcasting 2.0 (<https://podcasting2.org/docs/podcast-namespace>). A feed has them only if one of its entries has audio.

use std::collections::BTreeMap;

use rss::extension::Extension;
use rss::extension::itunes::{ITunesCategory, ITunesChannelExtension, ITunesItemExtension, ITunesOwner};

use super::{Document, ends_with};
use crate::model::podcast::{guid, is_audio, is_playable};
use crate::model::{Enclosure, Entry, Feed, Podcast};

/// Namespace of `podcast:*`.
pub(super) const NAMESPACE: &str = "https://podcastindex.org/namespace/1.0";

/// Extensions of the image formats that directories accept.
const IMAGE_EXTENSIONS: &[&str] = &[".jpg", ".jpeg", ".png"];

/// Elements of Podcasting 2.0 by local name.
type Elements = BTreeMap<String, Vec<Extension>>;

/// Returns the elements of the channel; `None` if the feed is not a podcast or has no audio.
pub(super) fn channel_elements(
    format: &dyn Document,
    feed: &Feed,
) -> Option<(ITunesChannelExtension, Elements)> {
    let podcast = feed.podcast.as_ref().filter(|_| feed.entries.iter().any(|e| audio(e).is_some()))?;
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
    Some((itunes, elements))
}

fn categories(podcast: &Podcast) -> Vec<ITunesCategory> {
    let element = |text: &str| ITunesCategory { text: text.to_owned(), subcategory: None };
    let categories = podcast.categories.iter().map(|category| ITunesCategory {
        subcategory: category.subcategory.map(|subcategory| Box::new(element(subcategory))),
        ..element(category.name)
    });
    categories.collect()
}

/// Returns the audio of an entry: the first audio enclosure of known type.
pub(super) fn audio(entry: &Entry) -> Option<&Enclosure> {
    entry.enclosures.iter().find(|e| is_audio(e))
}

/// Returns the elements of an episode; `None` if the entry has no audio that Apple Podcasts plays.
pub(super) fn episode_elements(entry: &Entry, podcast: &Podcast) -> Option<ITunesItemExtension> {
    audio(entry).filter(|audio| is_playable(audio.url.path()))?;
    let image = entry.lead_image().filter(|image| ends_with(image, IMAGE_EXTENSIONS));
    Some(ITunesItemExtension {
        image: image.map(ToString::to_string),
        explicit: Some(podcast.explicit.to_string()),
        episode_type: Some("full".to_owned()),
        ..ITunesItemExtension::default()
    })
}
