//! What makes a podcast of an RSS feed: Apple's elements (<https://help.apple.com/itc/podcasts_connect/#/itcb54353390>)
//! and those of Podcasting 2.0 (<https://podcasting2.org/docs/podcast-namespace>). They are there only where an entry
//! has something to listen to.

use std::collections::BTreeMap;

use rss::extension::Extension;
use rss::extension::itunes::{ITunesCategory, ITunesChannelExtension, ITunesItemExtension, ITunesOwner};

use super::{Document, ends_with};
use crate::model::podcast::{guid, is_playable, is_sound};
use crate::model::{Enclosure, Entry, Feed, Podcast};

pub(super) const NAMESPACE: &str = "https://podcastindex.org/namespace/1.0";

/// Stores take pictures in these formats only.
const PICTURES: &[&str] = &[".jpg", ".jpeg", ".png"];

/// Elements of Podcasting 2.0, each under its name.
type Elements = BTreeMap<String, Vec<Extension>>;

/// What is said of the show; `None` where the feed is none.
pub(super) fn show(format: &dyn Document, feed: &Feed) -> Option<(ITunesChannelExtension, Elements)> {
    let podcast = feed.podcast.as_ref().filter(|_| feed.entries.iter().any(|e| sound(e).is_some()))?;
    let owner = podcast.owner.as_ref().or(feed.author.as_ref()).filter(|person| person.email.is_some());
    let picture = podcast.image.as_ref().or(feed.icon.as_ref().filter(|icon| ends_with(icon, PICTURES)));
    let itunes = ITunesChannelExtension {
        author: podcast.author.clone().or_else(|| feed.author.as_ref().map(|author| author.name.clone())),
        categories: categories(podcast),
        image: picture.map(ToString::to_string),
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
    // An archive document is of the show of its feed.
    let folder = feed.history.current.as_ref().or(feed.base.as_ref());
    let address = folder.and_then(|folder| folder.join(format.file_name()).ok());
    if let Some(guid) = podcast.guid.or_else(|| address.as_ref().map(guid)) {
        add("guid", &guid.to_string(), BTreeMap::new());
    }
    if let Some(locked) = podcast.locked {
        let mail = owner.and_then(|owner| owner.email.clone());
        let attrs = mail.map(|mail| ("owner".to_owned(), mail)).into_iter().collect();
        add("locked", if locked { "yes" } else { "no" }, attrs);
    }
    Some((itunes, elements))
}

fn categories(podcast: &Podcast) -> Vec<ITunesCategory> {
    let element = |text: &str| ITunesCategory { text: text.to_owned(), subcategory: None };
    let all = podcast.categories.iter().map(|category| ITunesCategory {
        subcategory: category.below.map(|below| Box::new(element(below))),
        ..element(category.name)
    });
    all.collect()
}

/// What one hears of an entry: the first sound whose type is known.
pub(super) fn sound(entry: &Entry) -> Option<&Enclosure> {
    entry.enclosures.iter().find(|e| is_sound(e))
}

/// What is said of an episode; `None` where the entry is none that Apple plays.
pub(super) fn episode(entry: &Entry, show: &Podcast) -> Option<ITunesItemExtension> {
    sound(entry).filter(|sound| is_playable(sound.url.path()))?;
    let picture = entry.lead_picture().filter(|picture| ends_with(&picture.url, PICTURES));
    Some(ITunesItemExtension {
        image: picture.map(|picture| picture.url.to_string()),
        explicit: Some(show.explicit.to_string()),
        episode_type: Some("full".to_owned()),
        ..ITunesItemExtension::default()
    })
}
