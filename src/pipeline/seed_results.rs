//! Results of reading seeds, which the files for steps 2 and 4 and for audio and video share.

use std::ffi::OsString;
use std::path::PathBuf;

use url::Url;

use crate::diag::Finding;
use crate::generator::Lookups;
use crate::model::Article;
use crate::seed::Head;
use crate::store::Stamp;

/// Result of reading the head of a file.
#[derive(Default)]
pub(super) struct HeadResult {
    /// Name of the dialect, unless the file is unusable.
    pub(super) dialect: Option<&'static str>,
    /// The head, unless the file is unusable.
    pub(super) head: Option<Head>,
    /// True if the file is intentionally not an article.
    pub(super) ignored: bool,
    /// Findings, each with its line but without its file, or with the name of another file next to it.
    pub(super) findings: Vec<Finding>,
    /// Number of bytes read.
    pub(super) bytes: u64,
    /// Stamp of the file before it was read.
    pub(super) stamp: Option<Stamp>,
    /// What the catalog keeps of an audio or video file; empty for other seeds.
    pub(super) recording: Vec<u8>,
    /// Other files on which the seed depends, with their stamps before they were read.
    pub(super) companions: Vec<(OsString, Option<Stamp>)>,
    /// True if the storage failed, so that another attempt may succeed.
    pub(super) failed: bool,
}

/// Result of loading a seed.
#[derive(Default)]
pub(super) struct Loaded {
    /// The article, unless the seed cannot be read or has changed since it was selected.
    pub(super) article: Option<Article>,
    /// Text of the seed.
    pub(super) text: String,
    /// Findings, each without its line and file, or with the name of another file next to the seed.
    pub(super) findings: Vec<Finding>,
    /// Name of the file next to the seed that has the body; `None` if that is the seed.
    pub(super) source: Option<String>,
    /// Files of the seeds folder that the article names, whether they exist or not, apart from those of its seed.
    pub(super) files: Vec<PathBuf>,
    /// Files of the repository that it looked up.
    pub(super) lookups: Lookups,
    /// Number of bytes read.
    pub(super) bytes: u64,
}

/// Returns the article with a head and a body.
pub(super) fn article(link: Url, head: Head, html: String) -> Article {
    let mut article = Article::new(link, head.time);
    article.title = head.title;
    article.updated = head.updated;
    article.metadata = head.metadata;
    article.html = html;
    article
}
