//! JSON Feed (<https://www.jsonfeed.org/version/1.1/>).

use std::collections::HashSet;

use serde_json::Value;

use super::super::Log;
use super::super::registry as r;
use super::super::value::{self, Address};

/// Checks a document; places are those of the whole file but for faults of the syntax.
pub(in super::super) fn run(text: &str, log: &mut Log) {
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let line_start: usize =
                text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = line_start + error.column().saturating_sub(1);
            return log.add(&r::JSON_SYNTAX, at, error.to_string());
        }
    };
    let version = document["version"].as_str().unwrap_or_default();
    if !version.starts_with("https://jsonfeed.org/version/1") {
        log.add(&r::JSON_VERSION, 0, format!("`version` is `{version}`"));
    }
    if !document["title"].is_string() {
        log.add(&r::JSON_MISSING, 0, "the feed lacks `title`".to_owned());
    }
    for key in ["home_page_url", "feed_url", "icon", "favicon", "next_url"] {
        url(&document[key], key, log);
    }
    let Some(items) = document["items"].as_array() else {
        return log.add(&r::JSON_MISSING, 0, "the feed lacks `items`".to_owned());
    };
    let mut ids = HashSet::new();
    for (number, item) in items.iter().enumerate() {
        let id = &item["id"];
        if id.is_null() {
            log.add(&r::JSON_MISSING, 0, format!("item {} lacks `id`", number + 1));
        } else if !ids.insert(id.to_string()) {
            log.add(&r::JSON_DUPLICATE_ID, 0, format!("the id {id} is there twice"));
        }
        if item["content_html"].is_null() && item["content_text"].is_null() {
            log.add(
                &r::JSON_MISSING,
                0,
                format!("item {} lacks `content_html` and `content_text`", number + 1),
            );
        }
        for key in ["url", "external_url", "image", "banner_image"] {
            url(&item[key], key, log);
        }
        for key in ["date_published", "date_modified"] {
            if let Some(rule) = item[key].as_str().and_then(value::rfc3339) {
                log.add(rule, 0, format!("`{key}` is {}", item[key]));
            }
        }
        for attachment in item["attachments"].as_array().into_iter().flatten() {
            for key in ["url", "mime_type"] {
                if !attachment[key].is_string() {
                    log.add(
                        &r::JSON_MISSING,
                        0,
                        format!("an attachment of item {} lacks `{key}`", number + 1),
                    );
                }
            }
            url(&attachment["url"], "url", log);
        }
    }
}

fn url(value: &Value, key: &str, log: &mut Log) {
    if let Some(text) = value.as_str()
        && let Some(rule) = value::address(text, Address::Full, true)
    {
        log.add(rule, 0, format!("`{key}` is `{text}`"));
    }
}
