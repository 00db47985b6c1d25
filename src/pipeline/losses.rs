//! Findings about what cleaning removed from an article: losses are warnings, removed clutter is a note.

use crate::diag::{Finding, Meta, codes};
use crate::html::{Removal, RemovalKind};

/// Number of removals that a finding names. `feedmill explain` lists all.
const MAX_NAMED: usize = 3;

/// Returns a finding for each kind of removal. `text` is the text that is left.
pub(super) fn findings(removed: &[Removal], text: &str) -> Vec<Finding> {
    let of = |is_meant: &dyn Fn(&Removal) -> bool, meta: &'static Meta| {
        let meant: Vec<&Removal> = removed.iter().filter(|removal| is_meant(removal)).collect();
        (!meant.is_empty()).then(|| Finding::in_text(meta, 0, 0, list(&meant)))
    };
    let has_lost_all = |removal: &Removal| text.is_empty() && removal.characters > 0;
    let is_lost_file =
        |removal: &Removal| removal.rule.kind() == RemovalKind::Loss && removal.images + removal.media > 0;
    let is_clutter =
        |removal: &Removal| !has_lost_all(removal) && removal.rule.kind() == RemovalKind::Clutter;
    [
        of(&has_lost_all, &codes::SEED_LOST_TEXT),
        of(&is_lost_file, &codes::SEED_LOST_MEDIA),
        of(&is_clutter, &codes::SEED_CLUTTER),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn list(removed: &[&Removal]) -> String {
    let named: Vec<String> = removed.iter().take(MAX_NAMED).map(|removal| removal.to_string()).collect();
    let more = removed.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{more}", named.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::{Policy, RawHtml, clean};

    fn of(html: &str) -> Vec<(&'static str, String)> {
        let link = "https://a.example/1".parse().unwrap();
        let policy = Policy::new(&[".drop".to_owned()], &[]).unwrap();
        let cleaned = clean(RawHtml(html), &link, &policy);
        let findings = findings(&cleaned.removed, &cleaned.text);
        findings.into_iter().map(|finding| (finding.meta.code, finding.detail)).collect()
    }

    #[test]
    fn losses_are_warnings_and_clutter_is_a_note() {
        let detail = |detail: &str| detail.to_owned();
        assert_eq!(
            of("<p>Text</p><img class=film src='file:///C:/a.jpg'><video></video>"),
            [(
                "seed-lost-media",
                detail(
                    "image without an address that readers can load in `img.film` (1 image); \
                     player without an address that readers can load in `video` (1 player)"
                )
            )]
        );
        assert_eq!(
            of("<img src=/a.jpg><div class=ad>Buy</div>"),
            [("seed-lost-text", detail("advertisement in `div.ad` (3 characters)"))]
        );
        assert_eq!(
            of("<p>Text</p><div class=ad>Buy</div><img width=1 src=/p.gif>"),
            [(
                "seed-clutter",
                detail("advertisement in `div.ad` (3 characters); tracking pixel in `img` (1 image)")
            )]
        );
        assert_eq!(of("<p>Text</p><div class=drop>Text<img src=/a.jpg></div>"), []);
        assert_eq!(of("<p class=drop>Text</p>")[0].0, "seed-lost-text");
    }
}
