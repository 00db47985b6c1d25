//! Step 6: the media of an article become enclosures, the most important first.

use std::collections::HashSet;

use url::Url;

use crate::html::{Media, Medium};
use crate::model::{Enclosure, Image};

/// Returns audio and video before images. Of each kind, what the article names itself comes before what its body shows, each
/// URL once: a subscriber wants the episode first, and the first image is the lead image.
pub(super) fn enclosures(own: Vec<Enclosure>, lead: Option<&Image>, media: Vec<Media>) -> Vec<Enclosure> {
    let lead = lead.map(|image| Enclosure::new(image.url.clone(), Medium::Image));
    let body = media.into_iter().map(Enclosure::from);
    let mut seen: HashSet<Url> = HashSet::new();
    let all = own.into_iter().chain(lead).chain(body);
    let mut all: Vec<Enclosure> = all.filter(|file| seen.insert(file.url.clone())).map(with_type).collect();
    all.sort_by_key(|e| e.medium == Medium::Image);
    all
}

/// Returns the lead image: that of the article, else the first one of its enclosures.
pub(super) fn lead_image(own: Option<Image>, enclosures: &[Enclosure]) -> Option<Image> {
    let first = || enclosures.iter().find(|file| file.medium == Medium::Image);
    own.or_else(|| first().map(|file| Image::new(file.url.clone())))
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
        Media { url: url(name), medium, media_type: None, length: None }
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
        let all = enclosures(Vec::new(), None, body);
        assert_eq!(paths(&all), ["/2.mp4", "/4.mp3", "/1.jpg", "/3.jpg"]);
        assert_eq!(lead_image(None, &all), Some(Image::new(url("1.jpg"))));
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
        assert_eq!(lead_image(Some(lead.clone()), &all), Some(lead));
    }
}
