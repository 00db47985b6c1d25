//! After a run: hubs are told of feeds that changed. It is no part of the run, and can't make it fail.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::path::Path;

use url::Url;

use crate::catalog::{self, HubState};
use crate::config::Plan;
use crate::diag::{Finding, Place, Sink, codes};
use crate::format::configured_formats;
use crate::net::Herald;
use crate::pipeline::Report;

use super::count;

/// A document that hubs know of by its address, and the hash of its bytes.
struct Topic {
    hub: Url,
    url: Url,
    hash: u128,
    is_changed: bool,
}

/// Tells hubs what they do not know yet, where the operator wants that. With a catalog that is whatever is not what they
/// were told last, so it makes no difference whether this run changed it or one that was killed or found no hub; without,
/// what this run changed.
pub(super) fn push(plan: &Plan, report: &Report, sink: &mut Sink<'_>) {
    if !plan.push {
        return;
    }
    let topics = topics(report);
    let folder = catalog::folder(plan, Some(&plan.feeds)).filter(|_| !topics.is_empty());
    let told = folder.as_deref().map(HubState::open);
    let mut hubs: BTreeMap<&Url, Vec<Url>> = BTreeMap::new();
    for topic in &topics {
        let is_known =
            told.as_ref().map_or(!topic.is_changed, |told| told.is_notified(&topic.url, topic.hash));
        if !is_known {
            hubs.entry(&topic.hub).or_default().push(topic.url.clone());
        }
    }
    let herald = LazyCell::new(|| Herald::new(plan.whole.base.as_ref()));
    let mut heard = Vec::new();
    for (hub, urls) in hubs {
        let said = herald.tell(hub, &urls);
        if let Some(why) = said.why {
            let feeds = count(urls.len() - said.topics.len(), "changed feed", "changed feeds");
            let message = format!("`{hub}` does not know of {feeds}: {why}");
            sink.push(Finding::new(&codes::HUB_UNREACHABLE, Place::default(), message));
        }
        heard.extend(said.topics);
    }
    let Some(folder) = folder else { return };
    // Another run may have told something in the meantime.
    let before = HubState::open(&folder);
    let mut told = before.clone();
    topics.iter().filter(|topic| heard.contains(&topic.url)).for_each(|t| told.mark_notified(&t.url, t.hash));
    told.retain(|url| topics.iter().any(|topic| topic.url.as_str() == url));
    if told != before
        && let Err(error) = told.save(&folder)
    {
        sink.push(catalog::lost(Some(&folder), &error.to_string()));
    }
}

/// Every document with a hub. Those of an archive have none: nobody subscribes to them.
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
