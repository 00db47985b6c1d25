//! Step 6: the media of an article in the order of their weight.

use crate::html::{Media, Medium};
use crate::model::Enclosure;

/// Sound and moving pictures before pictures, each in the order of the article: what a listener subscribed for comes
/// first, and the lead picture before all others.
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
    fn policy_enclosure_sound_and_film_come_before_pictures() {
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
