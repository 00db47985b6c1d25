//! Notifies WebSub hubs about changed feeds after a build. This cannot make the build fail.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::path::Path;

use url::Url;

use crate::catalog::{self, CacheDir, HubState};
use crate::config::Plan;
use crate::diag::{Finding, Place, Sink, codes, count};
use crate::format::configured_formats;
use crate::net::{HubClient, without_secrets};
use crate::pipeline::Report;
use crate::store::{Store, shown};

/// A document that a hub knows by its URL.
struct Topic {
    hub: Url,
    url: Url,
    /// Hash of the bytes of the document.
    hash: u128,
    is_changed: bool,
}

/// Notifies hubs about documents whose hash changed since the last notification; does nothing if `push = false`. It makes
/// no difference whether this build changed them, or one that was killed or could not reach the hub. Without a catalog it
/// notifies about what this build changed.
pub(super) fn push(plan: &Plan, feeds: &dyn Store, report: &Report, sink: &mut Sink<'_>) {
    if !plan.push {
        return;
    }
    let topics = topics(report);
    if topics.is_empty() {
        return;
    }
    let opened = CacheDir::open(plan, feeds).and_then(|cache| {
        cache.iter().try_for_each(|cache| cache.fetch_hubs(feeds))?;
        Ok(cache)
    });
    let opened = opened.unwrap_or_else(|error| {
        sink.push(catalog::lost(Some(Path::new(&shown(&plan.feeds))), &error.to_string()));
        None
    });
    let state = opened.as_ref().map(|cache| HubState::open(cache));
    let mut hubs: BTreeMap<&Url, Vec<Url>> = BTreeMap::new();
    for topic in &topics {
        let is_notified =
            state.as_ref().map_or(!topic.is_changed, |state| state.is_notified(&topic.url, topic.hash));
        if !is_notified {
            hubs.entry(&topic.hub).or_default().push(topic.url.clone());
        }
    }
    let client = LazyCell::new(|| HubClient::new(plan.main_feed.base.as_ref()));
    let mut accepted = Vec::new();
    for (hub, urls) in hubs {
        let notified = client.notify(&plan.hub_request_url(hub), &urls);
        if let Some(error) = notified.error {
            let feeds = count(urls.len() - notified.topics.len(), "changed feed", "changed feeds");
            let hub = without_secrets(hub);
            let detail = format!("`{hub}`, about {feeds}: {error}");
            sink.push(Finding::new(&codes::HUB_UNREACHABLE, Place::default(), detail));
        }
        accepted.extend(notified.topics);
    }
    let Some(cache) = opened else { return };
    // Another build may have notified hubs in the meantime.
    let before = HubState::open(&cache);
    let mut state = before.clone();
    topics
        .iter()
        .filter(|topic| accepted.contains(&topic.url))
        .for_each(|t| state.mark_notified(&t.url, t.hash));
    state.retain(|url| topics.iter().any(|topic| topic.url.as_str() == url));
    if state != before
        && let Err(error) = state.save(&cache).and_then(|()| cache.save(feeds))
    {
        sink.push(catalog::lost(Some(Path::new(&cache.show(feeds))), &error.to_string()));
    }
}

/// Returns every document that has a hub. Archive documents have none, because nobody subscribes to them.
fn topics(report: &Report) -> Vec<Topic> {
    let mut topics = Vec::new();
    for feed in &report.site.feeds {
        let Some(hub) = &feed.hub else { continue };
        for format in configured_formats(feed) {
            let path = Path::new(&feed.folder).join(format.file_name());
            let (Some(hash), Some(url)) = (report.hashes.get(&path), feed.self_link(format.file_name()))
            else {
                continue;
            };
            let is_changed = report.changed.binary_search(&path).is_ok();
            topics.push(Topic { hub: hub.clone(), url, hash: *hash, is_changed });
        }
    }
    topics
}
