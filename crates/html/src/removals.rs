//! The account of what cleaning removes: by which rule, how much text, how many images and players, and where.
//!
//! [`Dom`](super::dom::Dom) keeps it: whatever is taken out of the tree is counted under the rule of the current step.

use std::fmt;

use feedmill_types::work;

/// Number of removals that are listed with their places. More are added up, one removal for each rule.
const MAX_LISTED: usize = 50;

/// Part of a body that cleaning removed, and that a reader might miss.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// Rule that removed it.
    pub rule: RemovalRule,
    /// Number of visible characters, without white space.
    pub characters: usize,
    /// Number of images.
    pub images: usize,
    /// Number of players and frames.
    pub media: usize,
    /// CSS selector of the element, such as `div.share-bar`; empty if it is one of many.
    pub place: String,
}

/// Rule by which cleaning removes a part of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RemovalRule {
    /// A selector in the configuration names it.
    Dropped,
    /// No reader shows such elements: templates, drawings, dialogs.
    NotContent,
    /// Buttons that share the page.
    ShareButtons,
    /// Advertisement.
    Advertisement,
    /// Part that a publishing system adds to every article: related posts, sign-up boxes, footers.
    Furniture,
    /// The page hides it, and nothing on the page opens it.
    Hidden,
    /// Input fields, buttons and their labels.
    Controls,
    /// Image of the size of a dot, which counts readers.
    TrackingPixel,
    /// Image that only stood in for another one.
    Placeholder,
    /// Image whose address no reader can load, such as `data:` and `file:`.
    ImageAddress,
    /// Player whose address no reader can load.
    PlayerAddress,
    /// Frame or plug-in that shows nothing to read.
    Frame,
    /// Message for browsers without scripts.
    Fallback,
    /// Markup that the tree of a clean body cannot hold.
    Structure,
    /// Beyond a limit for one article.
    Limit,
    /// Something else replaces it. Never listed.
    #[doc(hidden)]
    Replaced,
}

/// Reason for which a removal is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemovalKind {
    /// The configuration asks for it.
    Requested,
    /// It is not a part of the article.
    Clutter,
    /// It belongs to the article, but cannot be published.
    Loss,
}

impl RemovalRule {
    /// Returns the name: stable, kebab-case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::NotContent => "not-content",
            Self::ShareButtons => "share-buttons",
            Self::Advertisement => "advertisement",
            Self::Furniture => "furniture",
            Self::Hidden => "hidden",
            Self::Controls => "controls",
            Self::TrackingPixel => "tracking-pixel",
            Self::Placeholder => "placeholder",
            Self::ImageAddress => "image-address",
            Self::PlayerAddress => "player-address",
            Self::Frame => "frame",
            Self::Fallback => "fallback",
            Self::Structure => "structure",
            Self::Limit => "limit",
            Self::Replaced => "replaced",
        }
    }

    /// Returns a description for people: a lower-case phrase.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Dropped => "dropped by the configuration",
            Self::NotContent => "element that readers do not show",
            Self::ShareButtons => "share buttons",
            Self::Advertisement => "advertisement",
            Self::Furniture => "furniture of the site",
            Self::Hidden => "hidden, and nothing opens it",
            Self::Controls => "form controls",
            Self::TrackingPixel => "tracking pixel",
            Self::Placeholder => "placeholder image",
            Self::ImageAddress => "image without an address that readers can load",
            Self::PlayerAddress => "player without an address that readers can load",
            Self::Frame => "frame without content",
            Self::Fallback => "message for browsers without scripts",
            Self::Structure => "invalid markup",
            Self::Limit => "beyond the limits",
            Self::Replaced => "replaced",
        }
    }

    /// Returns the kind of all removals by this rule.
    #[must_use]
    pub fn kind(self) -> RemovalKind {
        match self {
            Self::Dropped => RemovalKind::Requested,
            Self::ImageAddress | Self::PlayerAddress | Self::Limit | Self::Structure => RemovalKind::Loss,
            _ => RemovalKind::Clutter,
        }
    }
}

impl fmt::Display for Removal {
    /// Writes the rule, the place and the amount, such as "share buttons in `div.share-bar` (34 characters, 2 images)".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.describe())?;
        if !self.place.is_empty() {
            write!(f, " in `{}`", self.place)?;
        }
        let counts = [(self.characters, "character"), (self.images, "image"), (self.media, "player")];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts
            .map(|(count, name)| format!("{count} {name}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        write!(f, " ({})", counts.join(", "))
    }
}

/// Amount of something that a reader sees.
#[derive(Clone, Copy, Default)]
pub(super) struct Amount {
    pub characters: usize,
    pub images: usize,
    pub media: usize,
}

impl Amount {
    pub(super) fn without_text(self) -> Self {
        Self { characters: 0, ..self }
    }

    pub(super) fn is_nothing(self) -> bool {
        self.characters + self.images + self.media == 0
    }
}

/// Everything that was removed from a tree, and added to it.
#[derive(Default)]
pub(super) struct Account {
    pub removed: Vec<Removal>,
    /// Number of visible characters that something else replaced.
    pub replaced: usize,
    /// Number of visible characters that were added.
    pub added: usize,
}

impl Account {
    /// True if the next removal is listed with its place.
    pub(super) fn is_listing(&self) -> bool {
        self.removed.len() < MAX_LISTED
    }

    pub(super) fn remove(&mut self, rule: RemovalRule, amount: Amount, place: String) {
        if rule == RemovalRule::Replaced {
            self.replaced += amount.characters;
            return;
        }
        work::step(self.removed.len());
        let place = if self.is_listing() { place } else { String::new() };
        let known = self.removed.iter_mut().find(|known| known.rule == rule && known.place == place);
        let removal = match known {
            Some(known) => known,
            None => {
                self.removed.push(Removal { rule, characters: 0, images: 0, media: 0, place });
                let Some(last) = self.removed.last_mut() else { return };
                last
            }
        };
        removal.characters += amount.characters;
        removal.images += amount.images;
        removal.media += amount.media;
    }

    /// Adds what a later pass removed.
    pub(super) fn merge(&mut self, later: Self) {
        for removal in later.removed {
            let Removal { rule, characters, images, media, place } = removal;
            self.remove(rule, Amount { characters, images, media }, place);
        }
        self.replaced += later.replaced;
        self.added += later.added;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::escape::visible;
    use super::super::{Cleaned, Policy, RawHtml, clean, escape, parse, scan};
    use super::*;

    fn cleaned(raw: &str) -> Cleaned {
        let policy = Policy::new(&[".drop".to_owned()], &[".keep".to_owned()]).unwrap();
        clean(RawHtml(raw), &"https://a.example/1".parse().unwrap(), &policy)
    }

    /// Returns what was removed, as rule, characters, images, media and place.
    fn removed(raw: &str) -> Vec<(RemovalRule, usize, usize, usize, String)> {
        let removed = cleaned(raw).removed.into_iter();
        removed.map(|r| (r.rule, r.characters, r.images, r.media, r.place)).collect()
    }

    /// Asserts that all text of the input is in the output, or accounted for.
    fn assert_balance(raw: &str) {
        let cleaned = cleaned(raw);
        let text = escape::xml_text(raw);
        let scanned = scan::scan(&text);
        let parsed = parse::parse(&scanned.html);
        let parsed: usize = parsed.dom.subtree(parsed.dom.root()).filter_map(|n| n.text()).map(visible).sum();
        let before = parsed + scanned.in_fields + scanned.in_fallbacks;
        let html = scraper::Html::parse_fragment(cleaned.html.as_str());
        let after: usize = html.root_element().text().map(visible).sum();
        let removed: usize = cleaned.removed.iter().map(|removal| removal.characters).sum();
        assert_eq!(
            before + cleaned.added,
            after + cleaned.replaced + removed,
            "{raw}\n{}\n{:?}",
            cleaned.html.as_str(),
            cleaned.removed
        );
    }

    #[test]
    fn each_removal_has_its_rule_amount_and_place() {
        use RemovalRule::*;
        let p = "<p>The mill grinds.</p>";
        for (raw, rule, characters, images, media, place) in [
            ("<div class='drop x'>a b<img src=/a.jpg></div>", Dropped, 2, 1, 0, "div.drop.x"),
            ("<template><p>abc</p></template>", NotContent, 3, 0, 0, "template"),
            (
                "<div class=share-bar>Share <a href='https://x.com/intent/post?url=x'>X</a></div>",
                ShareButtons,
                6,
                0,
                0,
                "div.share-bar",
            ),
            ("<aside class='ad'><img src=/a.png>Buy!</aside>", Advertisement, 4, 1, 0, "aside.ad"),
            ("<div id=jp-post-flair><p>Likes</p></div>", Furniture, 5, 0, 0, "div#jp-post-flair"),
            ("<section class=legal><p hidden>©</p></section>", Hidden, 1, 0, 0, "section.legal p"),
            ("<div><select><option>a<option>b</select></div>", Controls, 2, 0, 0, "select"),
            ("<form><textarea>a &amp; <b>b</textarea></form>", Controls, 6, 0, 0, "textarea"),
            ("<noembed><p>No sound</noembed>", Fallback, 10, 0, 0, "noembed"),
            ("<img src=/p.gif width=1 height=1>", TrackingPixel, 0, 1, 0, "img"),
            ("<img class=lazy src='data:image/gif;base64,R0'>", Placeholder, 0, 1, 0, "img.lazy"),
            ("<img src='file:///c:/mill.jpg'>", ImageAddress, 0, 1, 0, "img"),
            ("<img src='blob:https://a.example/1' width=600>", ImageAddress, 0, 1, 0, "img"),
            ("<img alt='The wheel in winter'>", ImageAddress, 0, 1, 0, "img"),
            ("<figure class=wheel><video></video></figure>", PlayerAddress, 0, 0, 1, "figure.wheel video"),
            ("<iframe src='https://www.googletagmanager.com/ns.html'></iframe>", Frame, 0, 0, 1, "iframe"),
            ("<noscript>Enable scripts!</noscript>", Fallback, 14, 0, 0, "noscript"),
        ] {
            let found = removed(&format!("{p}{raw}"));
            assert_eq!(found, [(rule, characters, images, media, place.to_owned())], "{raw}");
        }
        let big = format!("<img src='data:image/png;base64,{}'>", "A".repeat(2000));
        assert_eq!(removed(&big)[0].0, ImageAddress);
        assert!(removed(&format!("{p}<img src=/a.jpg alt=a><p></p><!-- b --><script>c</script>")).is_empty());
    }

    #[test]
    fn many_removals_are_added_up() {
        let raw: String = (0..200).map(|n| format!("<p>a</p><div id=n{n} class=ad>b c</div>")).collect();
        let found = removed(&raw);
        assert_eq!(found.len(), MAX_LISTED + 1);
        assert_eq!(found[MAX_LISTED].1, 2 * (200 - MAX_LISTED));
        assert_eq!(cleaned(&raw).removed[0].to_string(), "advertisement in `div#n0` (2 characters)");
        assert_balance(&raw);
    }

    #[test]
    fn text_is_accounted_for_in_markup_that_changes_it() {
        for raw in [
            "<ruby>漢<rt>kan</rt></ruby><ruby><rt>x</rt></ruby>",
            "<ruby><rt>only</rt></ruby>",
            "<img class=emoji alt='😀' src=/e.png> <iframe src=/x>f</iframe><object data=/x.pdf>old</object>",
            "<a href='/cdn-cgi/l/email-protection' data-cfemail='5a373f1a3f223b372a363f7435283d'>[hidden]</a>",
            "<ul><li><input type=checkbox>a<li><label><input type=checkbox checked> b</label></ul>",
            "<form>x<button>y</button></form><form><label>z</label></form>",
            "<textarea>a &lt; b</textarea>c<textarea>d",
            "a\u{0}b&#8;c\u{200B}d\u{7F}",
            "<table>x<tr><td>y</table><p>a<table>b",
            "<video>Your browser <a href=/v.mp4>cannot</a></video>",
        ] {
            assert_balance(raw);
        }
        assert_balance(&format!("<p>{}</p>", "a&amp; ".repeat(200_100)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

        #[test]
        fn text_out_and_removed_text_are_the_text_in(
            parts in proptest::collection::vec(prop_oneof![
                "</?(div|p|b|a|h2|h3|main|table|tr|td|li|ul|span|pre|noscript|picture|section|svg|math|details|summary|dt|dd)>",
                "</?(form|fieldset|legend|label|button|select|option|output|template|dialog|canvas|object|video|ruby|rt|x-y)>",
                "<(div|p|span|img|input|ul) (class|id)=\"(ad|drop|keep|share-bar|sharedaddy|jp-relatedposts|lazy|accordion) ?x?\">",
                "<(div|p|section|dialog) (hidden|style=\"display:none\"|aria-controls=x|open)>",
                "<(img|source|video|iframe|object) (src|href|srcset|data-src|data)=[\"']?[a-z:/.,# ]{0,9}[\"']?>",
                "<input type=(checkbox|radio|text|submit) ?(checked|id=x|hidden)?>",
                "</?(textarea|noembed)>",
                "<a href=\"https://(x.com/intent/post|wa.me/|t.me/share/url)\\?(url|text)=x\">(Share|Tweet|Hello mill)",
                "(<p>The post <a href=/1>A</a> appeared first on <a href=/2>B</a>)",
                "[ \\n\\ta-zA-Z&;<>正。\u{0}-\u{1f}\u{200b}\u{7f}]{0,8}",
            ], 0..24)
        ) {
            assert_balance(&parts.concat());
        }
    }
}
