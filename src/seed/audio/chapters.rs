//! Chapters in JSON
//! (<https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md>).

use serde_json::Value;
use url::Url;

use crate::model::Chapter;
use crate::types::is_http;

/// Maximum number of chapters.
const MAX_CHAPTERS: usize = 1000;

/// Reads a file of chapters, in the order of their starts.
///
/// # Errors
/// The reason why it is not one.
pub(super) fn read(text: &str) -> Result<Vec<Chapter>, String> {
    let root: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| error.to_string())?;
    let all = root.get("chapters").and_then(Value::as_array).ok_or("it has no list `chapters`")?;
    let shown = all.iter().filter(|chapter| chapter.get("toc") != Some(&Value::Bool(false)));
    let mut chapters: Vec<Chapter> = shown
        .take(MAX_CHAPTERS)
        .filter_map(|chapter| {
            let start = chapter.get("startTime")?;
            let seconds = start.as_f64().or_else(|| start.as_str()?.parse().ok())?;
            let is_time = (0.0..1e9).contains(&seconds);
            let text = |key: &str| chapter.get(key).and_then(Value::as_str);
            let url = |key: &str| text(key).filter(|url| is_http(url)).and_then(|url| Url::parse(url).ok());
            let title = text("title").unwrap_or_default().to_owned();
            is_time.then(|| Chapter {
                start: (seconds * 1000.0).round() as u64,
                title,
                url: url("url"),
                image: url("img"),
            })
        })
        .collect();
    chapters.sort_by_key(|chapter| chapter.start);
    Ok(chapters)
}
