//! The text next to a media file: Markdown, HTML or plain text, with or without front matter.

use std::ffi::OsStr;
use std::path::Path;

use super::front::FrontMatter;
use super::metadata::Field;
use super::site::PageContext;
use super::{
    Fault, Head, Lines, Origin, default_path, episode, json, markdown, metadata, tags, title, toml, yaml,
};
use crate::diag::Finding;
use crate::generator::pattern::Values;
use crate::generator::{Kind, Matter, Unzoned};
use crate::html::{Policy, RawHtml, clean, decode_entities_once, escape_text, xml_text};
use crate::model::Metadata;
use crate::types::{UnixMs, is_http, work};

/// Generator whose rules apply to notes: relative addresses are those of files in the same folder.
const KIND: Kind = Kind::Eleventy;
/// Keys with the address of the page of an episode.
const LINKS: &[&str] = &["link", "url", "permalink", "canonical_url"];

/// The text of an episode.
pub(super) struct Notes<'a> {
    matter: Option<FrontMatter<'a>>,
    none: Matter,
    body: &'a str,
    line: u32,
}

/// What front matter says about the kind of a text.
pub(super) struct Standing {
    /// True if it has an address.
    pub(super) has_address: bool,
    /// True if it names audio or video.
    pub(super) has_media: bool,
    /// True if it says what only episodes have.
    pub(super) is_episode: bool,
}

/// Reads the text of an episode, or its beginning.
///
/// # Errors
/// The problem in its front matter.
pub(super) fn read(text: &str) -> Result<Notes<'_>, Fault> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = Lines::new(text, true);
    lines.skip_blank();
    let first = lines.peek()?.unwrap_or_default();
    let syntax = [&yaml::YAML, &toml::TOML, &json::JSON].into_iter().find(|syntax| (syntax.opens)(first));
    let matter = syntax.map(|syntax| FrontMatter::read(syntax, &mut lines)).transpose()?;
    let line = lines.number();
    Ok(Notes { matter, none: Matter::default(), body: lines.rest(), line })
}

impl Notes<'_> {
    fn values(&self) -> &Matter {
        self.matter.as_ref().map_or(&self.none, |matter| &matter.values)
    }

    /// Returns the setting that excludes the episode from the articles.
    pub(super) fn exclusion_reason(&self) -> Option<&'static str> {
        self.matter.as_ref().and_then(FrontMatter::exclusion_reason)
    }

    /// Returns what the text is; `None` if it has no front matter.
    pub(super) fn standing(&self) -> Option<Standing> {
        let values = &self.matter.as_ref()?.values;
        let has_address = LINKS.iter().chain(&["path"]).any(|key| values.text(key).is_some());
        let has_media = metadata::has_media(values);
        Some(Standing { has_address, has_media, is_episode: episode::is_episode(values) })
    }

    /// Returns the address of the page of the episode.
    pub(super) fn link(&self) -> Option<String> {
        LINKS.iter().filter_map(|key| self.values().text(key)).find(|link| is_http(link))
    }

    /// Returns the title in front matter; empty if there is none.
    pub(super) fn title(&self) -> String {
        self.matter.as_ref().map(FrontMatter::title).unwrap_or_default()
    }

    /// Returns the title in the text of a file of this name: the heading with which Markdown begins, the first heading of
    /// HTML, or its `<title>`.
    pub(super) fn heading(&self, name: &str) -> Option<String> {
        let line = self.body.trim_start().lines().next()?;
        if is_html(OsStr::new(name)) || line.starts_with("<h") {
            return html_heading(self.body);
        }
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        let text = line.get(hashes..)?.strip_prefix(' ').filter(|_| (1..=6).contains(&hashes))?;
        Some(title::plain_text(text.trim_end_matches('#')))
    }

    /// Returns the date of a field.
    ///
    /// # Errors
    /// The finding about an invalid one.
    pub(super) fn date(&self, field: Field, unzoned: Unzoned) -> Result<Option<UnixMs>, Finding> {
        let Some(matter) = &self.matter else { return Ok(None) };
        Ok(matter.date(field, unzoned)?.map(|moment| moment.instant))
    }

    /// Returns the length that front matter says, in milliseconds.
    pub(super) fn duration(&self) -> Option<u64> {
        episode::duration(self.values())
    }

    /// Returns what front matter says about the episode whose file has an address.
    pub(super) fn metadata(
        &self,
        address: &str,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Metadata {
        self.matter
            .as_ref()
            .map(|matter| matter.metadata(KIND, address, origin, findings))
            .unwrap_or_default()
    }
}

fn is_html(name: &OsStr) -> bool {
    let extension = Path::new(name).extension().unwrap_or_default();
    ["html", "htm"].iter().any(|html| extension.eq_ignore_ascii_case(html))
}

/// Returns the first heading of HTML as text, else its title.
fn html_heading(body: &str) -> Option<String> {
    let lower = body.to_ascii_lowercase();
    work::step(lower.len());
    let (mut title, mut next) = (None, 0);
    for (at, _) in lower.match_indices('<') {
        if at < next {
            continue;
        }
        let rest = &lower[at + 1..];
        let is_heading = matches!(rest.as_bytes(), [b'h', b'1'..=b'6', b'>' | b' ' | b'\n' | b'\t', ..]);
        let is_title = title.is_none() && rest.starts_with("title>");
        if !is_heading && !is_title {
            continue;
        }
        let start = at + 1 + rest.find('>')? + 1;
        let close = if is_title { "</title" } else { "</h" };
        let Some(length) = lower[start..].find(close) else { break };
        next = start + length;
        let inner = &body[start..start + length];
        let plain = match url::Url::parse("https://page.invalid/") {
            Ok(base) if !is_title => clean(RawHtml(inner), &base, &Policy::default()).text,
            _ => decode_entities_once(inner).into_owned(),
        };
        let text = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            continue;
        }
        if is_heading {
            return Some(text);
        }
        title = Some(text);
    }
    title
}

/// Returns the text of an episode as raw HTML.
pub(super) fn html(
    text: &str,
    name: &OsStr,
    head: &Head,
    origin: &Origin<'_>,
    findings: &mut Vec<Finding>,
) -> String {
    let Ok(notes) = read(text) else { return String::new() };
    let extension = Path::new(name).extension().unwrap_or_default();
    let is = |known: &[&str]| known.iter().any(|known| extension.eq_ignore_ascii_case(known));
    if is(&["txt"]) {
        return paragraphs(notes.body);
    }
    if is_html(name) {
        return notes.body.to_owned();
    }
    let values = Values {
        spelling: default_path::spelling(KIND),
        date: Default::default(),
        title: head.title.clone(),
        slug: None,
        name: origin.stem(),
        folders: origin.folders(),
        categories: Vec::new(),
        collection: String::new(),
        sections: None,
    };
    let matter = &notes.values();
    let page = PageContext { generator: KIND, head, origin, values: &values, matter, line: notes.line };
    let body = tags::render(notes.body, &page, findings);
    markdown::html(&body, &page)
}

/// Returns plain text as HTML: paragraphs and lines stay, and addresses become links.
pub(super) fn paragraphs(text: &str) -> String {
    let text = xml_text(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut html = String::with_capacity(text.len() + text.len() / 4);
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        html.push_str("<p>");
        for (number, line) in paragraph.lines().enumerate() {
            work::step(line.len());
            if number > 0 {
                html.push_str("<br>");
            }
            for (at, word) in line.trim().split(' ').enumerate() {
                if at > 0 {
                    html.push(' ');
                }
                let bare = word.trim_end_matches(['.', ',', ')', ';', ':', '!', '?']);
                if is_http(bare) && url::Url::parse(bare).is_ok() {
                    let address = escape_text(bare).replace('"', "&quot;");
                    html.push_str(&format!("<a href=\"{address}\">{}</a>", escape_text(bare)));
                    html.push_str(&escape_text(&word[bare.len()..]));
                } else {
                    html.push_str(&escape_text(word));
                }
            }
        }
        html.push_str("</p>\n");
    }
    html
}
