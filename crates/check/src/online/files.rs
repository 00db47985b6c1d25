//! The files that a feed links to: the enclosures of its entries, and covers.

use feedmill_diag::{Finding, Place};
use feedmill_types::{is_http, starts_with_ignore_case, work::step};
use jsonc_parser::ast::Value;
use url::Url;

use super::http;
use crate::Options;
use crate::detect::{self, Format};
use crate::document::lines::Lines;
use crate::document::xml::Element;
use crate::document::{json, source, xml};
use crate::engine::ns::ATOM;
use crate::message::{one_line, shown};
use crate::rule::Rule;
use crate::vocabularies::{itunes, media, podcast};

/// Smallest and largest width of a cover, in pixels
/// (<https://podcasters.apple.com/support/896-artwork-requirements>).
const COVER: [u32; 2] = [1400, 3000];
/// Maximum number of files of a feed that are listed.
const MAX_FILES: usize = 10_000;
/// Groups of media types that servers use for the same files.
const SAME: &[&[&str]] = &[
    &["audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/mpg", "audio/x-mp3", "audio/x-mpeg"],
    &[
        "audio/mp4",
        "audio/m4a",
        "audio/x-m4a",
        "audio/x-m4b",
        "audio/m4b",
        "audio/aac",
        "audio/x-aac",
        "video/mp4",
    ],
    &["video/mp4", "video/m4v", "video/x-m4v"],
    &["audio/ogg", "application/ogg", "audio/opus", "audio/vorbis", "video/ogg"],
    &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    &["audio/flac", "audio/x-flac"],
    &["image/jpeg", "image/jpg", "image/pjpeg"],
    &["application/epub+zip", "application/epub", "document/x-epub"],
];
/// Media types of servers that do not know the type.
const OPAQUE: [&str; 4] =
    ["application/download", "application/force-download", "application/octet-stream", "binary/octet-stream"];

const ENCLOSURE: &str = "https://www.rssboard.org/rss-specification#ltenclosuregtSubelementOfLtitemgt";
const HOSTING: &str = "https://podcasters.apple.com/support/829-validate-your-podcast";

/// Enclosure and response without a finding.
const FINE: &str = "<enclosure url=\"https://town.example/1.mp3\" length=\"1000\" type=\"audio/mpeg\"/>

HEAD /1.mp3
HTTP/1.1 200 OK
Content-Type: audio/mpeg
Content-Length: 1000
Accept-Ranges: bytes";

static MISSING: Rule = http(
    Rule::error("http/missing-file", "file that does not exist")
        .why("Players show an error for the episode, and stores hide it.")
        .remedy("correct the URL, or upload the file")
        .spec("RFC 9110, 15.5.5", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5"),
    "HEAD /1.mp3
HTTP/1.1 404 Not Found",
    "HEAD /1.mp3
HTTP/1.1 200 OK
Content-Type: audio/mpeg
Content-Length: 1000
Accept-Ranges: bytes",
);

static UNAVAILABLE: Rule = http(
    Rule::warning("http/unavailable-file", "file that could not be verified")
        .why("A server that gives no answer here may give none to players and stores either.")
        .remedy("check the URL and the server; it must answer programs, without a password")
        .spec("RFC 9110, 15.6", "https://www.rfc-editor.org/rfc/rfc9110#section-15.6"),
    "HEAD /1.mp3
HTTP/1.1 503 Service Unavailable",
    "HEAD /1.mp3
HTTP/1.1 200 OK
Content-Type: audio/mpeg
Content-Length: 1000
Accept-Ranges: bytes",
);

static TYPE: Rule = http(
    Rule::warning("http/file-type", "file of another type than the feed says")
        .why(
            "Players decide by the type in the feed whether to play the file, and by that of the server how.",
        )
        .remedy("correct the type in the feed, or configure the server")
        .spec("RSS 2.0.11, enclosure", ENCLOSURE),
    "<enclosure url=\"https://town.example/1.mp3\" length=\"1000\" type=\"audio/mpeg\"/>

HEAD /1.mp3
HTTP/1.1 200 OK
Content-Type: text/html
Content-Length: 1000
Accept-Ranges: bytes",
    FINE,
);

static LENGTH: Rule = http(
    Rule::warning("http/file-length", "file of another length than the feed says")
        .why("Players show a wrong size, and some stop a download at the stated length.")
        .remedy("write the length of the file in bytes")
        .spec("RSS 2.0.11, enclosure", ENCLOSURE),
    "<enclosure url=\"https://town.example/1.mp3\" length=\"1\" type=\"audio/mpeg\"/>

HEAD /1.mp3
HTTP/1.1 200 OK
Content-Type: audio/mpeg
Content-Length: 1000
Accept-Ranges: bytes",
    FINE,
);

static NO_RANGES: Rule = http(
    Rule::warning("http/no-byte-ranges", "server that sends no parts of a file")
        .why("Players cannot seek or continue a download, and Apple Podcasts refuses such a host.")
        .remedy("configure the server to answer `Range` with 206, or use another host for the files")
        .spec("Apple Podcasts, hosting", HOSTING),
    "GET /1.mp3
Range: bytes=0-0
HTTP/1.1 200 OK
Content-Type: audio/mpeg
Content-Length: 1000",
    "GET /1.mp3
Range: bytes=0-0
HTTP/1.1 206 Partial Content
Content-Type: audio/mpeg
Content-Range: bytes 0-0/1000",
);

static COVER_SIZE: Rule = http(
    Rule::warning("http/cover-size", "cover of a size that stores refuse")
        .why("Apple Podcasts requires a square cover of at least 1400 and at most 3000 pixels.")
        .remedy("replace it with a square image of 3000 × 3000 pixels")
        .spec("Apple Podcasts, artwork", "https://podcasters.apple.com/support/896-artwork-requirements"),
    "<itunes:image href=\"https://town.example/cover.jpg\"/>

GET /cover.jpg
HTTP/1.1 200 OK
Content-Type: image/jpeg

600 × 400 pixels",
    "<itunes:image href=\"https://town.example/cover.jpg\"/>

GET /cover.jpg
HTTP/1.1 200 OK
Content-Type: image/jpeg

3000 × 3000 pixels",
);

pub(crate) static RULES: &[&Rule] = &[&MISSING, &UNAVAILABLE, &TYPE, &LENGTH, &NO_RANGES, &COVER_SIZE];

/// Role of a linked file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// Audio, video or another file of an entry.
    Enclosure,
    /// Cover of a podcast or episode.
    Cover,
    /// Another image: a logo, an icon or a thumbnail.
    Image,
}

/// A file that a feed links to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedFile {
    /// Role.
    pub kind: FileKind,
    /// Complete URL, of scheme `http` or `https`.
    pub url: Url,
    /// Media type that the feed states.
    pub media_type: Option<String>,
    /// Length in bytes that the feed states.
    pub length: Option<u64>,
    /// Place of the URL in the feed.
    pub place: Place,
}

/// FileAnswer of a server about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileAnswer {
    /// The file exists.
    Found(Attributes),
    /// The file does not exist: the status, such as `404 Not Found`.
    Missing(String),
    /// Nothing is known: the reason, such as `no answer within 10 s`.
    Unavailable(String),
    /// The server was not asked.
    NotAsked,
}

/// Attributes of a file that its server states. `None` is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Media type, without parameters.
    pub media_type: Option<String>,
    /// Length in bytes.
    pub length: Option<u64>,
    /// True if the server sends parts of the file
    /// ([RFC 9110, 14](https://www.rfc-editor.org/rfc/rfc9110#section-14)).
    pub takes_ranges: Option<bool>,
    /// Width and height of an image, in pixels.
    pub dimensions: Option<(u32, u32)>,
}

/// Returns the enclosures, covers and other images that a document links to by complete URLs, in its order; at most 10,000.
/// Images in the HTML of an entry are not among them.
///
/// ```
/// use feedmill_check::{Options, linked_files};
///
/// let feed = b"<rss><channel><item><enclosure url='https://town.example/1.mp3' length='9'/></item></channel></rss>";
/// let files = linked_files(feed, Options::default());
/// assert_eq!((files[0].url.as_str(), files[0].length), ("https://town.example/1.mp3", Some(9)));
/// ```
#[must_use]
pub fn linked_files(bytes: &[u8], options: Options<'_>) -> Vec<LinkedFile> {
    let source = source::decode(bytes);
    let base = options.url.and_then(|url| Url::parse(url).ok());
    let mut found = Found { base, files: Vec::new() };
    if detect::format(&source.text, "") == Some(Format::Json) {
        if let Ok(value) = json::parse(&source.text) {
            found.json(&value);
        }
    } else if let Some(root) = xml::parse(&source.text).root {
        found.element(&root);
    }
    found.files.sort_by_key(|(at, _)| *at);
    let mut lines = Lines::new(&source.text);
    let located = found.files.into_iter().map(|(at, mut file)| {
        file.place = lines.place(at, options.file);
        file
    });
    located.collect()
}

/// Files with their byte offsets.
struct Found {
    base: Option<Url>,
    files: Vec<(usize, LinkedFile)>,
}

impl Found {
    fn add(&mut self, kind: FileKind, at: usize, url: &str, media_type: Option<&str>, length: Option<u64>) {
        let url = match &self.base {
            Some(base) => base.join(url.trim()),
            None => Url::parse(url.trim()),
        };
        if let Ok(url) = url
            && is_http(url.as_str())
            && self.files.len() < MAX_FILES
        {
            let media_type = media_type.map(|t| essence(t).to_owned()).filter(|t| !t.is_empty());
            self.files.push((at, LinkedFile { kind, url, media_type, length, place: Place::default() }));
        }
    }

    /// Adds the files of an element and of all in it. The depth of a document is limited.
    fn element(&mut self, element: &Element<'_>) {
        step(1);
        let number = |name: &str| element.value(name).and_then(|number| number.trim().parse().ok());
        let length = || number("length");
        let media_type = element.value("type");
        let attribute = |name: &str| element.attribute(name).filter(|a| a.is_complete);
        match (&*element.ns, element.local) {
            ("", "enclosure") => {
                if let Some(url) = attribute("url") {
                    self.add(FileKind::Enclosure, url.at, &url.value, media_type, length());
                }
            }
            (ATOM, "link") if element.value("rel") == Some("enclosure") => {
                if let Some(url) = attribute("href") {
                    self.add(FileKind::Enclosure, url.at, &url.value, media_type, length());
                }
            }
            (ns, "alternateEnclosure") if podcast::FAMILY.namespaces.contains(&ns) => {
                for source in element.elements().filter(|source| source.is(ns, "source")) {
                    if let Some(url) = source.attribute("uri") {
                        self.add(FileKind::Enclosure, url.at, &url.value, media_type, length());
                    }
                }
            }
            (ns, "content" | "thumbnail") if media::FAMILY.namespaces.contains(&ns) => {
                if let Some(url) = attribute("url") {
                    let is_image = element.local == "thumbnail"
                        || element.value("medium") == Some("image")
                        || media_type.is_some_and(|media_type| media_type.starts_with("image/"));
                    let kind = if is_image { FileKind::Image } else { FileKind::Enclosure };
                    self.add(kind, url.at, &url.value, media_type, number("fileSize"));
                }
            }
            (ATOM, "icon" | "logo") if element.is_complete => {
                let text = element.text();
                self.add(FileKind::Image, element.text_at(), &text, None, None);
            }
            (ns, "image") if itunes::FAMILY.namespaces.contains(&ns) => {
                if let Some(url) = attribute("href") {
                    self.add(FileKind::Cover, url.at, &url.value, None, None);
                }
            }
            _ => {}
        }
        element.elements().for_each(|child| self.element(child));
    }

    fn json(&mut self, value: &Value<'_>) {
        let Some(feed) = value.as_object() else { return };
        for url in ["icon", "favicon"].iter().filter_map(|name| feed.get_string(name)) {
            self.add(FileKind::Image, url.range.start, &url.value, None, None);
        }
        let Some(items) = feed.get_array("items") else { return };
        for item in items.elements.iter().filter_map(Value::as_object) {
            for url in ["image", "banner_image"].iter().filter_map(|name| item.get_string(name)) {
                self.add(FileKind::Image, url.range.start, &url.value, None, None);
            }
            let attachments = item.get_array("attachments").map(|all| &all.elements[..]).unwrap_or_default();
            step(1 + attachments.len());
            for attachment in attachments.iter().filter_map(Value::as_object) {
                let Some(url) = attachment.get_string("url") else { continue };
                let media_type = attachment.get_string("mime_type").map(|text| &*text.value);
                let length = attachment.get_number("size_in_bytes").and_then(|size| size.value.parse().ok());
                self.add(FileKind::Enclosure, url.range.start, &url.value, media_type, length);
            }
        }
    }
}

/// Returns a media type without parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// Compares what a feed says about a file with what its server says.
///
/// ```
/// use feedmill_check::{FileAnswer, Options, check_file, linked_files};
///
/// let feed = b"<rss><channel><item><enclosure url='https://town.example/1.mp3'/></item></channel></rss>";
/// let files = linked_files(feed, Options::default());
/// let found = check_file(&files[0], &FileAnswer::Missing("404 Not Found".into()));
/// assert_eq!(found[0].meta.code, "http/missing-file");
/// ```
#[must_use]
pub fn check_file(file: &LinkedFile, answer: &FileAnswer) -> Vec<Finding> {
    let mut found = Vec::new();
    let url = file.url.as_str();
    let mut report = |rule: &'static Rule, detail: String| {
        found.push(Finding::new(&rule.meta, file.place.clone(), one_line(detail)));
    };
    let known = match answer {
        FileAnswer::Missing(status) => {
            report(&MISSING, format!("`{url}`: the server answered with {status}"));
            return found;
        }
        FileAnswer::Unavailable(why) => {
            report(&UNAVAILABLE, format!("`{url}`: {why}"));
            return found;
        }
        FileAnswer::NotAsked => return found,
        FileAnswer::Found(known) => known,
    };
    let served = known.media_type.as_deref().filter(|served| !is_any(OPAQUE, served));
    match (file.kind, &file.media_type, served) {
        (FileKind::Cover, _, Some(served)) if !is_any(["image/jpeg", "image/png", "image/jpg"], served) => {
            report(&TYPE, format!("the server sends `{}`; covers are JPEG or PNG", shown(served)));
        }
        (FileKind::Image, _, Some(served)) if !starts_with_ignore_case(served, "image/") => {
            report(&TYPE, format!("`{url}`: the server sends `{}`, which is no image", shown(served)));
        }
        (FileKind::Enclosure, Some(stated), Some(served)) if !is_same(stated, served) => {
            report(&TYPE, format!("`{}` in the feed, `{}` on the server", shown(stated), shown(served)));
        }
        _ => {}
    }
    if file.kind == FileKind::Enclosure {
        // A length of 0 says that it is unknown.
        if let (Some(stated @ 1..), Some(length)) = (file.length, known.length)
            && stated != length
        {
            report(&LENGTH, format!("{stated} in the feed, {length} on the server; write `{length}`"));
        }
        if known.takes_ranges == Some(false) {
            report(&NO_RANGES, format!("`{url}`"));
        }
    }
    if let (FileKind::Cover, Some((width, height))) = (file.kind, known.dimensions) {
        let [least, most] = COVER;
        if width != height || !(least..=most).contains(&width) {
            report(&COVER_SIZE, format!("`{url}` has {width} × {height} pixels"));
        }
    }
    found
}

fn is_any<const N: usize>(known: [&str; N], media_type: &str) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(media_type))
}

/// True if two media types name the same kind of file.
fn is_same(one: &str, other: &str) -> bool {
    let has = |group: &[&str], name: &str| group.iter().any(|known| known.eq_ignore_ascii_case(name));
    one.eq_ignore_ascii_case(other) || SAME.iter().any(|group| has(group, one) && has(group, other))
}
