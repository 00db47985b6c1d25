//! Ids that articles give themselves: an id that was copied from another article belongs to that one.

use crate::seed::SameAddress;
use crate::types::UnixMs;

/// An article with an id of its own.
pub(super) struct WithId<P> {
    /// Hash of the id.
    pub(super) id: u64,
    pub(super) time: UnixMs,
    pub(super) link: Box<str>,
    /// Hash of the title.
    pub(super) title: u64,
    /// Where the article is.
    pub(super) place: P,
}

/// Returns the articles that have the id of another one, each with that one: the earliest, from which both the link and the
/// title differ. With the same link or the same title, they are versions of one article.
pub(super) fn copied<P: Copy + Ord>(mut all: Vec<WithId<P>>, same: SameAddress) -> Vec<(P, P)> {
    all.sort_unstable_by(|a, b| (a.id, a.time, &a.link, a.place).cmp(&(b.id, b.time, &b.link, b.place)));
    let of_one_id = all.chunk_by(|a, b| a.id == b.id);
    let copied = of_one_id.filter_map(|all| all.split_first()).flat_map(|(first, others)| {
        let is_copied =
            |other: &&WithId<P>| other.title != first.title && same.key(&other.link) != same.key(&first.link);
        others.iter().filter(is_copied).map(|other| (other.place, first.place))
    });
    copied.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_an_id_belongs_to_the_earliest_article_and_its_versions() {
        let all = [
            (1, 3, "https://a.example/new", 7),
            (1, 2, "https://a.example/old", 7),
            (1, 4, "https://a.example/other", 8),
            (1, 5, "http://a.example/old", 9),
            (2, 1, "https://a.example/b", 7),
            (2, 1, "https://a.example/a", 8),
        ];
        let article = |(place, (id, time, link, title)): (usize, (u64, i64, &str, u64))| WithId {
            id,
            time: UnixMs(time),
            link: link.into(),
            title,
            place,
        };
        let found = |turn: usize| {
            let mut all: Vec<_> = all.into_iter().enumerate().map(article).collect();
            all.rotate_left(turn);
            copied(all, SameAddress::default())
        };
        for turn in 0..all.len() {
            assert_eq!(found(turn), [(2, 1), (4, 5)]);
        }
    }
}
