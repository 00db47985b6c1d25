//! Language tags.

use std::collections::HashSet;

use crate::rule::{Context::Channel, Rule};

static TAG: Rule = Rule::error("lang/tag", "invalid language tag")
    .why("Readers choose fonts, hyphenation and voice by the language tag.")
    .remedy("write a tag such as en, pt-BR or zh-Hans")
    .spec("RFC 5646, 2.1", "https://www.rfc-editor.org/rfc/rfc5646#section-2.1")
    .example(Channel, "<language>English</language>", "<language>en</language>");

pub(crate) static RULES: &[&Rule] = &[&TAG];

/// Languages of ISO 639-1, present and former.
const TWO: &str = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

/// Tags that are registered as a whole and have another syntax.
const WHOLE: [&str; 4] = ["en-gb-oed", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de"];

/// Checks the syntax of a language tag ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646#section-2.1)). A language of
/// two letters must be in ISO 639.
pub(crate) fn tag(text: &str) -> Option<&'static Rule> {
    let lower = text.to_ascii_lowercase();
    let (first, rest) = lower.split_once('-').map_or((&*lower, None), |(first, rest)| (first, Some(rest)));
    let known = match first.len() {
        1 => matches!(first, "x" | "i") && rest.is_some_and(are_parts),
        2 => TWO.contains(&format!(" {first} ")) && rest.is_none_or(are_subtags),
        3 => is_alphabetic(first) && rest.is_none_or(are_subtags),
        _ => false,
    };
    (!known && !WHOLE.contains(&&*lower)).then_some(&TAG)
}

fn is_alphabetic(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// True if each part is one that some tag may have.
fn are_parts(text: &str) -> bool {
    text.split('-').all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// True for what may follow a language, in lower case: up to three of its varieties, a script, a region, variants,
/// extensions and private parts, in this order. No variant and no extension is repeated.
fn are_subtags(text: &str) -> bool {
    if !are_parts(text) {
        return false;
    }
    let mut parts = text.split('-').peekable();
    for _ in 0..3 {
        parts.next_if(|part| part.len() == 3 && is_alphabetic(part));
    }
    parts.next_if(|part| part.len() == 4 && is_alphabetic(part));
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    parts.next_if(|part| part.len() == 2 && is_alphabetic(part) || part.len() == 3 && is_number(part));
    let mut seen = HashSet::new();
    let is_variant = |part: &&str| part.len() > 4 || part.len() == 4 && is_number(&part[..1]);
    while let Some(variant) = parts.next_if(is_variant) {
        if !seen.insert(variant) {
            return false;
        }
    }
    while let Some(singleton) = parts.next() {
        if singleton == "x" {
            return parts.next().is_some();
        }
        let is_first = singleton.len() == 1 && seen.insert(singleton);
        if !is_first || parts.next_if(|part| part.len() > 1).is_none() {
            return false;
        }
        while parts.next_if(|part| part.len() > 1).is_some() {}
    }
    true
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    #[rustfmt::skip]
    fn tags() {
        let good = [
            "en", "EN-us", "zh-Hans-CN", "ast", "x-klingon", "i-navajo", "de-CH-1996", "es-419", "zh-cmn-Hans-CN",
            "sl-rozaj-biske", "en-a-bbb-x-a-ccc", "de-x-y", "en-u-ca-buddhist-t-de", "en-GB-oed", "sgn-BE-FR",
            "zh-min-nan", "art-lojban",
        ];
        let bad = [
            "", "English", "xx", "en_US", "en-", "e", "x", "en-abcdefghi", "é", "en-a", "de-419-DE", "en-a-bb-a-cc",
            "en-x", "de-DE-Latn", "de-1996-1996", "en-u-t-de", "x-", "i--a",
        ];
        for text in good {
            assert!(tag(text).is_none(), "{text}");
        }
        for text in bad {
            assert!(tag(text).is_some(), "{text}");
        }
    }
}
