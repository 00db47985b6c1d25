//! The language that an article declares.

use super::body::RawHtml;
use super::{parse, scan};

/// Returns the language of a page, or of its beginning: the `lang` attribute of the outermost element that has one, as
/// written.
///
/// ```
/// use feedmill_html::{RawHtml, language};
///
/// assert_eq!(language(RawHtml("<div lang=pt-BR><p>Olá</p></div>")).as_deref(), Some("pt-BR"));
/// ```
#[must_use]
pub fn language(raw: RawHtml<'_>) -> Option<String> {
    let parsed = parse::parse(&scan::scan(raw.0).html);
    let inner = || {
        let mut languages =
            parsed.dom.subtree(parsed.dom.root()).filter_map(|node| node.element()?.attr("lang"));
        languages.find(|lang| !lang.is_empty()).map(str::to_owned)
    };
    parsed.lang.clone().filter(|lang| !lang.is_empty()).or_else(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_element_with_a_language_decides() {
        let of = |html| language(RawHtml(html));
        assert_eq!(of("<html lang='pt-BR'><p lang=en>x").as_deref(), Some("pt-BR"));
        assert_eq!(of("<article><p lang=''>a</p><section lang=de>x").as_deref(), Some("de"));
        assert_eq!(of("<p>lang=\"en\"</p>"), None);
    }
}
