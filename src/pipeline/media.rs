//! Step 6: the media of an article become enclosures, the most important first.

use std::collections::HashSet;

use url::Url;

use crate::html::{Media, Medium};
use crate::model::{Enclosure, Image};

/// Returns audio and video before images. Of each kind, what the article names itself comes before what its body shows, each
/// URL once: a subscriber wants the episode first, and the first image is the lead image.
pub(super) fn enclosures(own: Vec<Enclosure>, lead: Option<&Image>, media: Vec<Media>) -> Vec<Enclosure> {
    let body = media.into_iter().map(Enclosure::from);
    let alone = lead.map(|image| Enclosure::new(image.url.clone(), Medium::Image));
    let mut seen: HashSet<Url> = HashSet::new();
    let all = own.into_iter().chain(body).chain(alone);
    let mut all: Vec<Enclosure> = all.filter(|file| seen.insert(file.url.clone())).map(with_type).collect();
    let is_lead = |file: &Enclosure| lead.is_some_and(|image| image.url == file.url);
    all.sort_by_key(|file| (file.medium == Medium::Image, file.medium == Medium::Image && !is_lead(file)));
    all
}

/// Width and height in pixels from which an image can stand for an article.
const MIN_LEAD: (u32, u32) = (200, 100);

/// Returns the lead image with what the body says about it: the image that the article names, else the first one that is
/// large enough, else the first one.
pub(super) fn lead_image(own: Option<Image>, files: &[Enclosure], body: &[Media]) -> Option<Image> {
    let shown = || body.iter().filter(|media| media.medium == Medium::Image);
    let describe = |mut image: Image| {
        let media = shown().find(|media| media.url == image.url);
        let alt = media.map(|media| media.alt.clone()).filter(|alt| !alt.is_empty());
        let size = media.and_then(|media| media.size);
        image.alt = image.alt.or(alt);
        if image.width.is_none() && image.height.is_none() {
            (image.width, image.height) = (size.map(|(width, _)| width), size.map(|(_, height)| height));
        }
        image
    };
    let named = || files.iter().find(|file| file.medium == Medium::Image).map(|file| &file.url);
    let is_large =
        |media: &&Media| media.size.is_none_or(|(width, height)| width >= MIN_LEAD.0 && height >= MIN_LEAD.1);
    let first = || shown().find(is_large).or_else(|| shown().next()).map(|media| &media.url);
    own.or_else(|| named().or_else(first).map(|url| Image::new(url.clone()))).map(describe)
}

/// Returns an enclosure with the type that its URL suggests, if it has none and the type fits the medium.
fn with_type(mut file: Enclosure) -> Enclosure {
    let top = match file.medium {
        Medium::Audio => "audio",
        Medium::Video => "video",
        Medium::Image => "image",
    };
    let suggested = || crate::html::media_type(&file.url).filter(|media_type| media_type.top() == top);
    file.media_type = file.media_type.take().or_else(suggested);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(name: &str) -> Url {
        Url::parse(&format!("https://a.example/{name}")).unwrap()
    }

    fn media(name: &str, medium: Medium) -> Media {
        Media::new(url(name), medium)
    }

    fn paths(all: &[Enclosure]) -> Vec<&str> {
        all.iter().map(|e| e.url.path()).collect()
    }

    #[test]
    fn policy_enclosure_audio_and_video_come_before_images() {
        let body = vec![
            media("1.jpg", Medium::Image),
            media("2.mp4", Medium::Video),
            media("3.jpg", Medium::Image),
            media("4.mp3", Medium::Audio),
        ];
        assert_eq!(lead_image(None, &[], &body), Some(Image::new(url("1.jpg"))));
        let all = enclosures(Vec::new(), None, body);
        assert_eq!(paths(&all), ["/2.mp4", "/4.mp3", "/1.jpg", "/3.jpg"]);
    }

    #[test]
    fn what_an_article_names_comes_before_its_body_and_once() {
        let own = vec![Enclosure::new(url("4.mp3"), Medium::Audio)];
        let lead = Image::new(url("3.jpg")).alt("Three");
        let body = vec![
            media("1.jpg", Medium::Image),
            media("2.mp4", Medium::Video),
            media("3.jpg", Medium::Image),
            media("4.mp3", Medium::Audio),
        ];
        let all = enclosures(own, Some(&lead), body);
        assert_eq!(paths(&all), ["/4.mp3", "/2.mp4", "/3.jpg", "/1.jpg"]);
        let types: Vec<_> = all.iter().map(|e| e.media_type.as_ref().unwrap().to_string()).collect();
        assert_eq!(types, ["audio/mpeg", "video/mp4", "image/jpeg", "image/jpeg"]);
        assert_eq!(lead_image(Some(lead.clone()), &all, &[]), Some(lead));
    }

    #[test]
    fn the_lead_image_is_large_enough_and_described_by_the_body() {
        let image =
            |name: &str, size, alt: &str| Media { size, alt: alt.to_owned(), ..media(name, Medium::Image) };
        let body =
            [image("logo.png", Some((90, 90)), "Logo"), image("lock.jpg", Some((1600, 900)), "A lock")];
        let lock = Image::new(url("lock.jpg")).alt("A lock").width(1600).height(900);
        assert_eq!(lead_image(None, &[], &body), Some(lock.clone()));
        assert_eq!(paths(&enclosures(Vec::new(), Some(&lock), body.to_vec())), ["/lock.jpg", "/logo.png"]);
        let logo = Image::new(url("logo.png")).alt("Logo").width(90).height(90);
        assert_eq!(lead_image(None, &[], &body[..1]), Some(logo));
        let own = Image::new(url("lock.jpg")).alt("Mine");
        assert_eq!(lead_image(Some(own), &[], &body), Some(lock.alt("Mine")));
        let podcast = [Enclosure::new(url("cover.png"), Medium::Image)];
        assert_eq!(lead_image(None, &podcast, &body), Some(Image::new(url("cover.png"))));
    }
}
