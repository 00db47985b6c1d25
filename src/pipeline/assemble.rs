//! Step 7: the entries of a document and their articles become a feed.

use std::collections::HashMap;
use std::path::PathBuf;

use url::Url;

use crate::config::{Channel, Ids};
use crate::model::{Entry, Feed};

use super::archive::OutputDoc;
use super::clean::CleanArticle;
use super::select::Pick;

/// Returns a document as a feed; `None` if it would have no entry. `name` is the title of a main feed without one. An
/// archive document may be empty: its neighbours link to it, and through it to everything older.
pub(super) fn assemble(
    doc: &OutputDoc,
    articles: &HashMap<PathBuf, CleanArticle>,
    name: &str,
    stylesheet: Option<String>,
) -> Option<Feed> {
    let OutputDoc { feed: folder, channel, picks, .. } = doc;
    let is_archive = doc.is_archive();
    let first = picks.first().filter(|_| is_archive);
    let newest = picks.iter().find(|p| articles.contains_key(&p.seed.path)).or(first)?;
    let site = channel.site.clone().or_else(|| site_of(&newest.seed.link))?;
    let default_title = || if folder.is_empty() { name.to_owned() } else { format!("{folder} – {name}") };
    let entries = picks.iter().filter_map(|pick| {
        let article = articles.get(&pick.seed.path)?;
        Some(entry(pick, article, channel.ids))
    });
    Some(Feed {
        id: id(folder, channel, name),
        title: channel.title.clone().unwrap_or_else(default_title),
        description: channel.description.clone(),
        site,
        base: doc.base.clone(),
        language: channel.language.clone(),
        author: channel.author.clone(),
        copyright: channel.copyright.clone(),
        icon: channel.icon.clone(),
        // Nobody subscribes to an archive document.
        hub: channel.hub.clone().filter(|_| !is_archive),
        podcast: channel.podcast.clone(),
        stylesheet,
        history: doc.history.clone(),
        entries: entries.collect(),
    })
}

/// Returns an id that does not change with the entries: the feed's URL, else its site's, else one made of its name.
fn id(folder: &str, channel: &Channel, name: &str) -> String {
    if let Some(base) = &channel.base {
        return base.to_string();
    }
    if let Some(site) = &channel.site {
        let mut site = site.clone();
        if !folder.is_empty() {
            site.set_fragment(Some(&format!("section-{folder}")));
        }
        return site.to_string();
    }
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let tail = if folder.is_empty() { String::new() } else { format!("/{}", encode(folder)) };
    format!("tag:feedmill.invalid,2024:{}{tail}", encode(name))
}

fn site_of(link: &str) -> Option<Url> {
    let mut url = Url::parse(link).ok()?;
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

fn entry(pick: &Pick, article: &CleanArticle, ids: Ids) -> Entry {
    Entry {
        id: entry_id(pick, ids),
        id_is_permalink: ids == Ids::Link,
        link: pick.seed.link.to_string(),
        title: article.title.clone(),
        published: pick.published,
        updated: article.updated.map_or(pick.seed.time, |updated| updated.max(pick.seed.time)),
        summary: article.summary.clone(),
        content: article.content.clone(),
        authors: Vec::new(),
        categories: pick.sections.iter().map(|s| crate::html::xml_text(s).into_owned()).collect(),
        enclosures: article.enclosures.clone(),
    }
}

/// Returns the id of an entry. The date in a tag URI is a constant, so that the id never changes.
fn entry_id(pick: &Pick, ids: Ids) -> String {
    if ids == Ids::Link {
        return pick.first_link.to_string();
    }
    let url = Url::parse(&pick.first_link).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("feedmill.invalid").to_owned();
    match (ids, url) {
        (Ids::Tag, Some(url)) => {
            let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
            let fragment = url.fragment().map(|f| format!("#{f}")).unwrap_or_default();
            let path = crate::types::percent_encode_invalid(&format!("https://{host}{}{query}", url.path()));
            let path = path.split_once(&host).map_or("", |(_, path)| path);
            format!("tag:{host},2000:{path}{}", fragment.replace('#', "%23"))
        }
        _ => {
            let key: Vec<_> = pick
                .key
                .split('/')
                .map(|part| {
                    percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC)
                        .to_string()
                })
                .collect();
            format!("tag:{host},2000:{}", key.join("/"))
        }
    }
}
