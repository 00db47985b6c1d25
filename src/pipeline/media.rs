//! Step 6: the media of an article become enclosures, the most important first.

use crate::html::{Media, Medium};
use crate::model::Enclosure;

/// Returns audio and video before images, each in the order of the article: a subscriber wants the episode first, and the
/// first image is the lead image.
pub(super) fn enclosures(media: Vec<Media>) -> Vec<Enclosure> {
    let mut all: Vec<Enclosure> = media.into_iter().map(Enclosure::from).collect();
    all.sort_by_key(|e| e.medium == Medium::Image);
    all
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn policy_enclosure_audio_and_video_come_before_images() {
        let media = |name: &str, medium| Media {
            url: Url::parse(&format!("https://a.example/{name}")).unwrap(),
            medium,
            media_type: None,
            length: None,
        };
        let all = enclosures(vec![
            media("1.jpg", Medium::Image),
            media("2.mp4", Medium::Video),
            media("3.jpg", Medium::Image),
            media("4.mp3", Medium::Audio),
        ]);
        let order: Vec<_> = all.iter().map(|e| e.url.path()).collect();
        assert_eq!(order, ["/2.mp4", "/4.mp3", "/1.jpg", "/3.jpg"]);
    }
}
