//! XHTML as elements: the `div` of Atom, and the few elements that feeds may hold besides.

use super::super::document::Element;
use super::super::log::Log;
use super::super::registry;
use super::super::rule::{Rule, Within::Feed};
use super::super::walk::{self, Def, Family, Kind, Scope};
use super::{XHTML, atom, element, html, markup, namespace, rss};

static MISPLACED: Rule = Rule::warning("atom/misplaced-xhtml", "XHTML outside a text")
    .why("Readers look for XHTML in a title, summary or content of that type, and nowhere else.")
    .help("put it into a text with type=\"xhtml\"")
    .spec("RFC 4287, 6.4", "https://www.rfc-editor.org/rfc/rfc4287#section-6.4")
    .example(
        Feed,
        r#"<p xmlns="http://www.w3.org/1999/xhtml">Hello</p>"#,
        r#"<subtitle type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Hello</div></subtitle>"#,
    );

pub(in super::super) static FAMILY: Family = Family {
    rules: &[&MISPLACED],
    stray,
    ..Family::of_elements(
        "xhtml",
        &[XHTML],
        &[
            &Def::own("body", &[&rss::ITEM], body).any_attribute(),
            &Def::anything("div", &[&rss::CHANNEL, &atom::FEED]),
            &Def::anything("div", atom::PERSONS),
            &Def::anything("meta", &[&rss::CHANNEL, &atom::FEED]),
        ],
    )
};

fn stray<'d>(scope: &Scope<'_, 'd>, child: &Element<'d>, log: &mut Log) {
    log.start(&MISPLACED, child, format!("`{}` stands in no text", child.name));
    walk::pass(scope, child, log);
}

/// The whole text of an item of RSS as XHTML.
fn body(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.feed.kind == Kind::Rss {
        rss::in_place_of_description(scope, log);
    }
    within(scope, scope.element, log);
}

/// The `div` of a text.
pub(super) fn div<'d>(scope: &Scope<'_, 'd>, div: &Element<'d>, log: &mut Log) {
    namespace::declarations(scope.feed, div, log);
    of_xhtml(div, log);
    within(scope, div, log);
}

/// What stands in XHTML.
fn within<'d>(scope: &Scope<'_, 'd>, parent: &Element<'d>, log: &mut Log) {
    super::xml::characters(parent, log);
    for child in parent.elements() {
        namespace::declarations(scope.feed, child, log);
        match &*child.ns {
            "" => {
                let message = format!("`{}` is in no namespace", child.name);
                log.start(&namespace::MISSING, child, message);
            }
            XHTML => of_xhtml(child, log),
            SVG => drawing(child, SVG_ELEMENTS, SVG_ATTRIBUTES, log),
            MATHML => drawing(child, MATHML_ELEMENTS, MATHML_ATTRIBUTES, log),
            // Elements of feeds have no meaning in a text, but in the metadata of a drawing.
            ns if registry::family(ns).is_some() && parent.local != "metadata" => {
                element::undefined(scope, child, std::iter::empty(), log);
                walk::pass(scope, child, log);
                continue;
            }
            _ => {}
        }
        within(scope, child, log);
    }
}

fn of_xhtml(element: &Element<'_>, log: &mut Log) {
    match markup::kind(element.local) {
        None => log.start(&html::BROKEN, element, format!("`{}` is no element of XHTML", element.name)),
        Some(kind) if kind.risky => {
            log.start(&html::RISK, element, format!("readers take `{}` out", element.name))
        }
        Some(_) => {}
    }
    for attribute in element.attributes.iter().filter(|a| a.ns.is_empty()) {
        if let Some((rule, message)) = html::attribute(attribute.local, &attribute.value) {
            log.attribute(rule, attribute, message);
        }
    }
}

/// SVG and MathML: what is not known may be a script.
fn drawing(element: &Element<'_>, elements: &[&str], attributes: &[&str], log: &mut Log) {
    if !elements.contains(&element.local) {
        log.start(&html::RISK, element, format!("readers take `{}` out", element.name));
    }
    for attribute in element.attributes.iter().filter(|a| a.ns.is_empty()) {
        if !attributes.contains(&attribute.local) {
            let message = format!("readers take `{}` out", attribute.name);
            log.attribute(&html::RISK_ATTRIBUTE, attribute, message);
        }
    }
}

const SVG: &str = "http://www.w3.org/2000/svg";
const MATHML: &str = "http://www.w3.org/1998/Math/MathML";

/// SVG Tiny without scripts, pictures and foreign elements, and gradients.
#[rustfmt::skip]
const SVG_ELEMENTS: &[&str] = &[
    "a", "animate", "animateColor", "animateMotion", "animateTransform", "circle", "clipPath", "defs", "desc",
    "ellipse", "font-face", "font-face-name", "font-face-src", "g", "glyph", "hkern", "line", "linearGradient",
    "marker", "mask", "metadata", "missing-glyph", "mpath", "path", "pattern", "polygon", "polyline",
    "radialGradient", "rect", "set", "stop", "svg", "switch", "symbol", "text", "textPath", "title", "tspan", "use",
];
#[rustfmt::skip]
const SVG_ATTRIBUTES: &[&str] = &[
    "accent-height", "accumulate", "additive", "alphabetic", "arabic-form", "ascent", "attributeName",
    "attributeType", "baseProfile", "bbox", "begin", "by", "calcMode", "cap-height", "class", "clip-path",
    "clip-rule", "clipPathUnits", "color", "color-rendering", "content", "cx", "cy", "d", "descent", "display", "dur",
    "dx", "dy", "end", "fill", "fill-opacity", "fill-rule", "font-family", "font-size", "font-stretch", "font-style",
    "font-variant", "font-weight", "from", "fx", "fy", "g1", "g2", "glyph-name", "gradientTransform",
    "gradientUnits", "hanging", "height", "horiz-adv-x", "horiz-origin-x", "href", "id", "ideographic", "k",
    "keyPoints", "keySplines", "keyTimes", "lang", "marker-end", "marker-mid", "marker-start", "markerHeight",
    "markerUnits", "markerWidth", "mask", "mathematical", "max", "min", "name", "offset", "opacity", "orient",
    "origin", "overline-position", "overline-thickness", "panose-1", "path", "pathLength", "patternTransform",
    "patternUnits", "points", "preserveAspectRatio", "r", "refX", "refY", "repeatCount", "repeatDur",
    "requiredExtensions", "requiredFeatures", "restart", "role", "rotate", "rx", "ry", "slope", "spreadMethod",
    "stemh", "stemv", "stop-color", "stop-opacity", "strikethrough-position", "strikethrough-thickness", "stroke",
    "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
    "stroke-opacity", "stroke-width", "style", "systemLanguage", "target", "text-anchor", "to", "transform", "type",
    "u1", "u2", "underline-position", "underline-thickness", "unicode", "unicode-range", "units-per-em", "values",
    "version", "viewBox", "visibility", "width", "widths", "x", "x-height", "x1", "x2", "y", "y1", "y2", "zoomAndPan",
];
#[rustfmt::skip]
const MATHML_ELEMENTS: &[&str] = &[
    "annotation", "annotation-xml", "maction", "math", "menclose", "merror", "mfenced", "mfrac", "mi",
    "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace",
    "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "none",
    "semantics",
];
#[rustfmt::skip]
const MATHML_ATTRIBUTES: &[&str] = &[
    "accent", "accentunder", "actiontype", "align", "class", "close", "columnalign", "columnlines", "columnspacing",
    "columnspan", "depth", "dir", "display", "displaystyle", "encoding", "equalcolumns", "equalrows", "fence",
    "fontstyle", "fontweight", "form", "frame", "height", "id", "linethickness", "lspace", "mathbackground",
    "mathcolor", "mathsize", "mathvariant", "maxsize", "minsize", "notation", "open", "other", "rowalign", "rowlines",
    "rowspacing", "rowspan", "rspace", "scriptlevel", "selection", "separator", "separators", "stretchy",
    "symmetric", "voffset", "width", "xmlns",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [SVG_ELEMENTS, SVG_ATTRIBUTES, MATHML_ELEMENTS, MATHML_ATTRIBUTES] {
            assert!(list.windows(2).all(|w| w[0] < w[1]), "{:?}", list.windows(2).find(|w| w[0] >= w[1]));
        }
    }
}
