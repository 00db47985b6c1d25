//! Step 7: a document becomes a feed, and its picks with their articles become entries.

#[cfg(feature = "folder")]
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
#[cfg(feature = "folder")]
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use url::Url;

use crate::config::{Channel, Ids, Plan, derived_title};
use crate::html::{self, CleanHtml, Medium, Policy, RawHtml};
#[cfg(feature = "folder")]
use crate::model::Person;
use crate::model::{Entry, Episode, Feed, placeholder, placeholders};
use crate::seed::Addresses;
#[cfg(feature = "folder")]
use crate::seed::audio::{COVERS_FOLDER, Recording, cover_name};

use super::archive::OutputDoc;
use super::clean::CleanArticle;
use super::metadata::unique;
use super::select::Pick;

/// Returns a document as a feed without its entries; `None` if nothing was selected for it. `name` is the title of a main
/// feed without one.
pub(super) fn feed(
    doc: &OutputDoc,
    name: &str,
    plan: &Plan,
    [stylesheet, script]: [Option<String>; 2],
) -> Option<Feed> {
    let OutputDoc { feed: folder, channel, .. } = doc;
    let site =
        channel.site.clone().filter(|_| !doc.picks.is_empty()).or_else(|| site(doc, &plan.addresses))?;
    let feed = Feed {
        id: id(folder, channel, name),
        title: title(doc, name),
        description: channel.description.clone(),
        site,
        base: doc.base.clone(),
        language: channel.language.clone(),
        author: channel.author.clone(),
        copyright: channel.copyright.clone(),
        icon: channel.icon.clone(),
        // Nobody subscribes to an archive document.
        hub: channel.hub.clone().filter(|_| !doc.is_archive()),
        podcast: channel.podcast.clone(),
        ttl: channel.ttl,
        skip_hours: channel.skip_hours.clone(),
        skip_days: channel.skip_days.clone(),
        extra: channel.extra.clone(),
        stylesheet,
        script,
        history: doc.history.clone(),
        entries: Vec::new(),
    };
    #[cfg(feature = "folder")]
    let feed = match Show::of(doc, &plan.addresses) {
        Some(show) => {
            let main = plan.main_feed.title.as_deref().unwrap_or(name);
            let derived = derived_title(folder.rsplit('/').next().unwrap_or(folder), main);
            show.complete(feed, channel, &plan.main_feed, &derived)
        }
        None => feed,
    };
    Some(feed)
}

/// Returns the title of a feed: that of its channel, else one made of its folder. `name` is that of a main feed without one.
pub(super) fn title(doc: &OutputDoc, name: &str) -> String {
    let folder = doc.feed.as_str();
    doc.channel.title.clone().unwrap_or_else(|| match folder {
        "" => name.to_owned(),
        _ => derived_title(folder.rsplit('/').next().unwrap_or(folder), name),
    })
}

/// Recordings of a document to which one of its articles links: that article is their episode, and they get no entry.
pub(super) struct Covered<'a> {
    /// Addresses of all recordings.
    recordings: HashSet<&'a str>,
    covered: HashSet<&'a str>,
}

impl<'a> Covered<'a> {
    /// Starts with the recordings of a document.
    pub(super) fn new(doc: &'a OutputDoc) -> Self {
        let all = doc.picks.iter().filter(|pick| pick.seed.recording().is_some());
        let recordings: HashSet<&str> = all.map(|pick| &*pick.seed.link).collect();
        Self { recordings, covered: HashSet::new() }
    }

    /// Number of recordings.
    pub(super) fn recordings(&self) -> usize {
        self.recordings.len()
    }

    /// Adds the audio and video of an article.
    pub(super) fn add(&mut self, pick: &Pick, article: &CleanArticle) {
        if self.recordings.is_empty() || pick.seed.recording().is_some() {
            return;
        }
        let links = article.enclosures.iter().map(|file| file.url.as_str());
        self.covered.extend(links.filter_map(|link| self.recordings.get(link)));
    }

    /// True if a pick is such a recording, once all articles were added.
    pub(super) fn has(&self, pick: &Pick) -> bool {
        pick.seed.recording().is_some() && self.covered.contains(&*pick.seed.link)
    }
}

/// Settings of a show that its files say, as far as the configuration does not.
#[cfg(feature = "folder")]
struct Show {
    title: Option<String>,
    author: Option<String>,
    language: Option<String>,
    copyright: Option<String>,
    cover: Option<Url>,
    /// True if every entry is an episode.
    is_podcast: bool,
    /// True if it is the show of a section.
    is_section: bool,
}

#[cfg(feature = "folder")]
impl Show {
    /// Returns what the files of a document say; `None` if it has no episode.
    fn of(doc: &OutputDoc, addresses: &Addresses) -> Option<Self> {
        let recordings: Vec<(&Pick, Recording)> = doc
            .picks
            .iter()
            .filter_map(|pick| Some((pick, Recording::decode(pick.seed.recording()?)?)))
            .collect();
        if recordings.is_empty() {
            return None;
        }
        // Of several values, the one that most episodes have.
        let common = |get: fn(&Recording) -> Option<Cow<'_, str>>| {
            let mut counts: BTreeMap<Cow<'_, str>, usize> = BTreeMap::new();
            for text in recordings.iter().filter_map(|(_, recording)| get(recording)) {
                *counts.entry(text).or_default() += 1;
            }
            let most = counts
                .iter()
                .max_by(|(text, count), (other, more)| count.cmp(more).then_with(|| other.cmp(text)));
            most.map(|(text, _)| html::xml_line(&crate::diag::remove_credentials(text)))
                .filter(|text| !text.is_empty())
        };
        let folder_cover = recordings.iter().find_map(|(_, recording)| {
            Some(addresses.media_url(Path::new(recording.folder_cover.as_ref()?)))
        });
        let tag_cover = || {
            let (hash, extension) =
                recordings.iter().find_map(|(_, recording)| recording.main.cover.clone())?;
            addresses.feeds.as_ref()?.join(&format!("{COVERS_FOLDER}/{}", cover_name(hash, &extension))).ok()
        };
        Some(Self {
            title: common(|recording| recording.main.tags.album.as_deref().map(Cow::Borrowed)),
            author: common(|recording| recording.main.tags.author().map(Cow::Owned)),
            language: common(|recording| recording.language().map(Cow::Borrowed)),
            copyright: common(|recording| recording.main.tags.copyright.as_deref().map(Cow::Borrowed)),
            cover: folder_cover.or_else(tag_cover),
            is_podcast: recordings.len() == doc.picks.len(),
            is_section: !doc.feed.is_empty(),
        })
    }

    /// Completes a feed. What a section has from the settings of the main feed counts less than what its files say. `derived`
    /// is the title that is made of the name of a section.
    fn complete(self, mut feed: Feed, channel: &Channel, main: &Channel, derived: &str) -> Feed {
        let has_title = channel.title.as_deref().is_some_and(|title| !self.is_section || title != derived);
        if let Some(title) = self.title.filter(|_| !has_title) {
            feed.title = title;
        }
        if feed.podcast.is_none() && self.is_podcast {
            feed.podcast = Some(Default::default());
        }
        let is_section = self.is_section;
        let author = self.author.map(Person::new);
        if is_section && author.is_some() && feed.author == main.author {
            let owner = feed.author.take().filter(|author| author.email.is_some());
            if let Some(podcast) = &mut feed.podcast {
                // The files do not say whom stores can ask.
                podcast.owner = podcast.owner.take().or(owner);
            }
        }
        feed.author = feed.author.take().or(author);
        feed.language = feed.language.take().or(self.language);
        if is_section && self.copyright.is_some() && feed.copyright == main.copyright {
            feed.copyright = None;
        }
        feed.copyright = feed.copyright.take().or(self.copyright);
        if feed.icon.is_none() && feed.podcast.as_ref().is_some_and(|podcast| podcast.image.is_none()) {
            feed.icon = self.cover;
        }
        feed
    }
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
    let encode = |text: &str| percent_encoding::utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let tail = if folder.is_empty() { String::new() } else { format!("/{}", encode(folder)) };
    format!("tag:feedmill.invalid,2024:{}{tail}", encode(name))
}

/// Returns the site of the articles of a document. If they come from several, it is the page of the feeds, or, if their URL is
/// not known, the site of most articles.
fn site(doc: &OutputDoc, addresses: &Addresses) -> Option<Url> {
    let mut sites: BTreeMap<Url, usize> = BTreeMap::new();
    let storage = addresses.media.as_ref().zip(addresses.feeds.as_ref());
    let storage = storage.filter(|(media, feeds)| media.host() != feeds.host());
    let mut origins: BTreeMap<&str, usize> = BTreeMap::new();
    for link in doc.picks.iter().map(|pick| &*pick.seed.link) {
        if let Some((media, feeds)) = storage
            && link.starts_with(media.as_str())
        {
            // Nobody visits the host of the files: the page of the feeds shows the episodes.
            *sites.entry(feeds.clone()).or_default() += 1;
            continue;
        }
        let host = link.find("://").map_or(0, |at| at + 3);
        let end = link[host..].find(['/', '?', '#']).map_or(link.len(), |at| host + at);
        *origins.entry(&link[..end]).or_default() += 1;
    }
    for (origin, articles) in origins {
        let of_site = site_of(origin).map(|site| sites.entry(site).or_default());
        of_site.into_iter().for_each(|all| *all += articles);
    }
    let page = doc.channel.base.clone().filter(|_| sites.len() > 1).map(|base| {
        let is_below = base.path_segments().is_some_and(|segments| {
            segments.rev().nth(1).is_some_and(|last| {
                percent_encoding::percent_decode_str(last).decode_utf8_lossy() == doc.feed
            })
        });
        if is_below { base.join("../").unwrap_or(base) } else { base }
    });
    // Of two sites with as many articles, the first in the order of their URLs.
    let most = || sites.iter().rev().max_by_key(|(_, articles)| **articles).map(|(site, _)| site.clone());
    page.or_else(most)
}

fn site_of(link: &str) -> Option<Url> {
    let mut url = Url::parse(link).ok()?;
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

pub(super) fn entry(pick: &Pick, article: &CleanArticle, channel: &Channel) -> Entry {
    let metadata = &article.metadata;
    // An id that was copied from another article is none.
    let is_own = pick.seed.details.own_id.is_some();
    let (own, guid) = (metadata.id.as_deref().filter(|_| is_own), metadata.guid.as_ref().filter(|_| is_own));
    let id = entry_id(pick, own, guid.is_some(), channel.ids);
    let names = pick.sections().map(|section| &**section).chain(metadata.tags.iter().map(String::as_str));
    let mut enclosures = article.enclosures.clone();
    if !channel.publishes_images() {
        enclosures.retain(|file| file.medium != Medium::Image);
    }
    Entry {
        id_is_permalink: match own {
            Some(_) => id == *pick.seed.link,
            None => channel.ids == Ids::Link,
        },
        // RSS compares guids literally, so that one of another host or program stays as it is.
        guid: guid.filter(|guid| **guid != id).cloned(),
        id,
        link: pick.seed.link.to_string(),
        title: article.title.clone(),
        published: pick.published(),
        updated: article.updated.map_or(pick.seed.time, |updated| updated.max(pick.seed.time)),
        summary: article.summary.clone(),
        content: content(pick, article, channel),
        authors: metadata.authors.clone(),
        language: metadata.language.clone(),
        categories: unique(names),
        sections: unique(pick.sections().map(|section| &**section)),
        page: None,
        image: article.image.clone(),
        banner: metadata.banner.clone(),
        enclosures,
        episode: episode(pick, metadata.episode.clone(), channel),
        extra: channel.entry_extra.filled(&placeholders(&article.title, &pick.seed.link)),
    }
}

/// Returns the details of an episode. In a serial show, the track is the number of the episode, and the disc the season,
/// if nothing else says them: episodes of such a show have to have numbers.
fn episode(pick: &Pick, own: Option<Episode>, channel: &Channel) -> Option<Episode> {
    #[cfg(feature = "folder")]
    if channel.podcast.as_ref().is_some_and(|podcast| podcast.serial)
        && let Some(recording) = pick.seed.recording().and_then(Recording::decode)
    {
        let mut episode = own.unwrap_or_default();
        let tags = &recording.main.tags;
        let has_one_disc = tags.disc == Some(1) && tags.discs == Some(1);
        episode.number = episode.number.or(tags.track);
        episode.season = episode.season.or(tags.disc.filter(|_| !has_one_disc));
        return Some(episode);
    }
    #[cfg(not(feature = "folder"))]
    let _ = (pick, channel);
    own
}

/// Returns the text of an entry and what is appended to it; none in a feed of summaries.
fn content(pick: &Pick, article: &CleanArticle, channel: &Channel) -> CleanHtml {
    if channel.summary_only {
        return CleanHtml::default();
    }
    let base = Url::parse(&pick.seed.link).ok().filter(|_| !channel.append.is_empty());
    let Some(base) = base else { return article.content.clone() };
    let append = filled(&channel.append, &placeholders(&article.title, &pick.seed.link));
    // The operator's own text is no clutter.
    let policy = Policy::new(&[], &["*".to_owned()]).unwrap_or_default();
    article.content.followed_by(&html::clean(RawHtml(&append), &base, &policy).html)
}

/// Replaces names in braces: percent-encoded inside a tag, where URLs are, and as text elsewhere.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let (mut rest, mut is_in_tag) = (template, false);
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        is_in_tag = before.rfind(['<', '>']).map_or(is_in_tag, |at| before[at..].starts_with('<'));
        let after = &after[1..];
        let Some((value, next)) = placeholder(after, values) else {
            out.push('{');
            rest = after;
            continue;
        };
        if is_in_tag {
            out.extend(percent_encoding::utf8_percent_encode(value, NON_ALPHANUMERIC));
        } else {
            out.push_str(&html::escape_text(value));
        }
        rest = next;
    }
    out + rest
}

/// Returns the id of an entry: that of the article itself, else one made of its first link or file. The date in a tag URI is a constant, so that the id never changes.
fn entry_id(pick: &Pick, own: Option<&str>, is_guid: bool, ids: Ids) -> String {
    if let Some(own) = own {
        return own_id(own, pick.first_link(), if is_guid { UNRESERVED } else { NON_ALPHANUMERIC });
    }
    if ids == Ids::Link {
        return pick.first_link().to_owned();
    }
    let url = Url::parse(pick.first_link()).ok();
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
                .key()
                .split('/')
                .map(|part| percent_encoding::utf8_percent_encode(part, NON_ALPHANUMERIC).to_string())
                .collect();
            format!("tag:{host},2000:{}", key.join("/"))
        }
    }
}

/// Characters that a normalized URI has as they are ([RFC 3986, 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the id that an article gives itself. Ids of Atom are URIs, so any other text becomes a tag URI.
fn own_id(own: &str, link: &str, encoded: &'static AsciiSet) -> String {
    let is_uri = Url::parse(own).is_ok() && crate::types::percent_encode_invalid(own) == own;
    if is_uri {
        return own.to_owned();
    }
    let url = Url::parse(link).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("feedmill.invalid");
    format!("tag:{host},2000:{}", percent_encoding::utf8_percent_encode(own, encoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_not_a_uri_becomes_a_tag_uri() {
        for (own, id) in [
            ("tag:me,2020:1", "tag:me,2020:1"),
            ("https://a.example/?p=1", "https://a.example/?p=1"),
            ("urn:uuid:3f1c", "urn:uuid:3f1c"),
            ("17", "tag:a.example,2000:17"),
            ("a b", "tag:a.example,2000:a%20b"),
            ("tag:me:ü", "tag:a.example,2000:tag%3Ame%3A%C3%BC"),
        ] {
            assert_eq!(own_id(own, "https://a.example/x", NON_ALPHANUMERIC), id);
        }
    }

    #[test]
    fn placeholders_are_encoded_for_their_place() {
        let template = "<a href='mailto:a@b.example?subject={title}'>{title}</a> {x} {link} {";
        let expected =
            "<a href='mailto:a@b.example?subject=A%20%26%20B%3F'>A &amp; B?</a> {x} https://c.example/ {";
        assert_eq!(filled(template, &placeholders("A & B?", "https://c.example/")), expected);
    }
}
