//! Chapters in JSON
//! (<https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md>).

use serde_json::Value;
use url::Url;

use crate::model::Chapter;
use crate::types::is_http;

/// Maximum number of chapters.
const MAX_CHAPTERS: usize = 1000;

/// Problem of a file of chapters, with its line from 1, or 0 for the whole file.
pub(crate) struct InvalidChapters {
    pub(crate) line: u32,
    pub(crate) why: String,
}

/// Reads a file of chapters, in the order of their starts. `resolve` returns the URL of an address in it.
///
/// # Errors
/// The reason why it is not one.
pub(crate) fn read(
    text: &str,
    mut resolve: impl FnMut(&str) -> Option<Url>,
) -> Result<Vec<Chapter>, InvalidChapters> {
    let root: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or_default();
        InvalidChapters { line, why: error.to_string() }
    })?;
    let no_list = || InvalidChapters { line: 0, why: "it has no list `chapters`".to_owned() };
    let all = root.get("chapters").and_then(Value::as_array).ok_or_else(no_list)?;
    let shown = all.iter().filter(|chapter| chapter.get("toc") != Some(&Value::Bool(false)));
    let mut chapters: Vec<Chapter> = shown
        .take(MAX_CHAPTERS)
        .filter_map(|chapter| {
            let start = chapter.get("startTime")?;
            let seconds = start.as_f64().or_else(|| start.as_str()?.parse().ok())?;
            let is_time = (0.0..1e9).contains(&seconds);
            let text = |key: &str| chapter.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
            let url = text("url").filter(|url| is_http(url)).and_then(|url| Url::parse(url).ok());
            let image = text("img").and_then(&mut resolve);
            let title = text("title").unwrap_or_default().to_owned();
            is_time.then(|| Chapter { start: (seconds * 1000.0).round() as u64, title, url, image })
        })
        .collect();
    chapters.sort_by_key(|chapter| chapter.start);
    Ok(chapters)
}
