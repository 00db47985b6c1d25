//! Language tags.

use crate::rule::{Context::Channel, Rule};

static TAG: Rule = Rule::error("lang/tag", "invalid language tag")
    .why("Readers choose fonts, hyphenation and voice by the language tag.")
    .remedy("write a tag such as en, pt-BR or zh-Hans")
    .spec("RFC 5646, 2.1", "https://www.rfc-editor.org/rfc/rfc5646#section-2.1")
    .example(Channel, "<language>English</language>", "<language>en</language>");

pub(crate) static RULES: &[&Rule] = &[&TAG];

/// Languages of ISO 639-1, present and former.
const TWO: &str = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

/// Checks the syntax of a language tag ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646#section-2.1)). A language of
/// two letters must be in ISO 639.
pub(crate) fn tag(text: &str) -> Option<&'static Rule> {
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.split('-');
    let first = parts.next().unwrap_or_default();
    let known = match first.len() {
        1 => matches!(first, "x" | "i") && lower.len() > 2,
        2 => TWO.contains(&format!(" {first} ")),
        3 => first.bytes().all(|b| b.is_ascii_alphabetic()),
        _ => false,
    };
    let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    (!(known && rest)).then_some(&TAG)
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn tags() {
        let good = ["en", "EN-us", "zh-Hans-CN", "ast", "x-klingon", "i-navajo", "de-CH-1996"];
        let bad = ["", "English", "xx", "en_US", "en-", "e", "x", "en-abcdefghi", "é"];
        assert!(good.iter().all(|t| tag(t).is_none()) && bad.iter().all(|t| tag(t).is_some()));
    }
}
