//! What a stamped seed says about itself by explicit markup in its HTML. Nothing is guessed from prose.

use url::Url;

use super::metadata::language_tag;
use super::{Seed, title};
use crate::html::{RawHtml, entry_markup};
use crate::model::{Image, Metadata, Person};
use crate::types::{is_http, to_rfc3986};

/// Returns the metadata of the head, completed by the markup of the body.
pub(super) fn metadata(seed: &Seed<'_>) -> Metadata {
    let found = entry_markup(RawHtml(seed.body));
    let mut metadata = seed.head.metadata.clone();
    let Ok(link) = Url::parse(&seed.head.link) else { return metadata };
    let resolve = |href: &str| link.join(href).ok().filter(|url| is_http(url.as_str())).and_then(to_rfc3986);
    if metadata.authors.is_empty() {
        let author = |(name, url): (String, Option<String>)| {
            let url = url.unwrap_or_default();
            let email =
                url.strip_prefix("mailto:").map(|mail| mail.split('?').next().unwrap_or_default().to_owned());
            let uri = if email.is_some() { None } else { resolve(&url).filter(|_| !url.is_empty()) };
            Person { name: title::plain_name(&name), email, uri, ..Person::default() }
        };
        metadata.authors =
            found.authors.into_iter().map(author).filter(|person| !person.name.is_empty()).collect();
    }
    if metadata.tags.is_empty() {
        metadata.tags =
            found.tags.iter().map(|tag| title::plain_name(tag)).filter(|tag| !tag.is_empty()).collect();
    }
    if metadata.image.is_none() {
        metadata.image = found.image.and_then(|(src, alt)| {
            let alt = Some(title::plain_name(&alt)).filter(|alt| !alt.is_empty());
            Some(Image { alt, ..Image::new(resolve(&src)?) })
        });
    }
    metadata.language = metadata.language.or_else(|| language_tag(&found.language?));
    metadata
}
