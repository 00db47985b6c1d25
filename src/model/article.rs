//! One article as its author wrote it, before it is cleaned, ordered and put into feeds.

use url::Url;

use crate::types::UnixMs;

use super::Metadata;

/// An article: everything it says about itself, wherever it comes from.
///
/// [`feeds`](crate::feeds) builds feeds from articles. Only the link and the time of publication are required.
///
/// ```
/// use feedmill::model::Article;
/// use feedmill::types::UnixMs;
///
/// let article = Article::new("https://news.example/ferry".parse()?, UnixMs(1_717_225_200_000))
///     .title("The ferry has a new engine")
///     .section("town")
///     .html("<p>It is <em>quiet</em>.</p>");
/// assert_eq!(article.section.as_deref(), Some("town"));
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Article {
    /// Address of the article. Relative links in [`html`](Self::html) are resolved against it.
    pub link: Url,
    /// Title as plain text. If it is empty, the entry gets the first heading or the first words of the body.
    pub title: String,
    /// Time of first publication.
    pub published: UnixMs,
    /// Time of the last change, if it is later than [`published`](Self::published).
    pub updated: Option<UnixMs>,
    /// Name of the section that the article belongs to; each section has a feed of its own.
    pub section: Option<String>,
    /// Authors, tags, summary, image and the other things that the article says about itself.
    pub metadata: Metadata,
    /// Body as HTML from any source. It is cleaned before it is published.
    pub html: String,
}

impl Article {
    /// Creates an article without title and body.
    #[must_use]
    pub fn new(link: Url, published: UnixMs) -> Self {
        Self {
            link,
            title: String::new(),
            published,
            updated: None,
            section: None,
            metadata: Metadata::default(),
            html: String::new(),
        }
    }

    builder! {
        title(text: impl Into<String>) = text.into();
        updated(time: UnixMs) = Some(time);
        section(name: impl Into<String>) = Some(name.into());
        metadata(about: Metadata) = about;
        html(body: impl Into<String>) = body.into();
    }
}
