//! XHTML as elements: the `div` of Atom, and the few other elements that feeds may have.

use super::rss;
use crate::document::xml::Element;
use crate::engine::log::Log;
use crate::engine::ns::{MATHML, SVG, XHTML, XLINK};
use crate::engine::parent::Parent;
use crate::engine::subtree::walk_unchecked;
use crate::engine::vocabulary::{Def, Family, Feed, Kind, Scope, Unknown};
use crate::engine::{namespace, structure, xml};
use crate::message::shown;
use crate::rule::{Context, Rule};
use crate::values::{html, html_scanner, style};

static MISPLACED: Rule = Rule::warning("atom/misplaced-xhtml", "XHTML outside a text construct")
    .why("Readers look for XHTML only in a title, summary or content of type xhtml.")
    .remedy("move it into a text with type=\"xhtml\"")
    .spec("RFC 4287, 6.4", "https://www.rfc-editor.org/rfc/rfc4287#section-6.4")
    .example(
        Context::Feed,
        r#"<p xmlns="http://www.w3.org/1999/xhtml">Hello</p>"#,
        r#"<subtitle type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Hello</div></subtitle>"#,
    );

pub(crate) static FAMILY: Family = Family {
    rules: &[&MISPLACED],
    on_unknown_child: |_, _| Unknown::Breaks(&MISPLACED),
    ..Family::new(
        "xhtml",
        &[XHTML],
        &[
            &Def::own("body", &[Parent::Item], body).any_attribute(),
            &Def::anything("div", &[Parent::Channel, Parent::Feed]),
            &Def::anything("div", &[Parent::Person]),
            &Def::anything("meta", &[Parent::Channel, Parent::Feed]),
        ],
    )
};

/// Checks the text of an item of RSS as XHTML.
fn body(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.feed.kind == Kind::Rss {
        rss::in_place_of_description(scope, log);
    }
    children(scope.feed, scope.element, log);
}

/// Checks the `div` of a text.
pub(super) fn div<'d>(scope: &Scope<'_, 'd>, div: &Element<'d>, log: &mut Log) {
    namespace::declarations(scope.feed, div, log);
    xhtml(div, log);
    children(scope.feed, div, log);
}

/// Checks a whole document in a content: a page of XHTML, a drawing, a formula, or any other XML.
pub(super) fn document<'d>(scope: &Scope<'_, 'd>, root: &Element<'d>, log: &mut Log) {
    match &*root.ns {
        XHTML if root.local == "html" => attributes(root, None, log),
        XHTML => xhtml(root, log),
        SVG => drawing(root, SVG_ELEMENTS, SVG_ATTRIBUTES, log),
        MATHML => drawing(root, MATHML_ELEMENTS, MATHML_ATTRIBUTES, log),
        _ => return walk_unchecked(scope.feed, root, log),
    }
    namespace::declarations(scope.feed, root, log);
    children(scope.feed, root, log);
}

/// Checks what is in an element of XHTML.
fn children(feed: &Feed<'_>, parent: &Element<'_>, log: &mut Log) {
    xml::characters(parent, log);
    // Metadata of a drawing and annotations of a formula may be in any vocabulary.
    let is_open = matches!((&*parent.ns, parent.local), (SVG, "metadata") | (MATHML, "annotation-xml"));
    for child in parent.elements() {
        namespace::declarations(feed, child, log);
        match &*child.ns {
            "" if !is_open => log.start(&namespace::MISSING, child, format_args!("`{}`", child.name)),
            XHTML if is_frame(parent, child) => attributes(child, None, log),
            XHTML => xhtml(child, log),
            SVG => drawing(child, SVG_ELEMENTS, SVG_ATTRIBUTES, log),
            MATHML => drawing(child, MATHML_ELEMENTS, MATHML_ATTRIBUTES, log),
            _ if is_open => {
                walk_unchecked(feed, child, log);
                continue;
            }
            // Elements of feeds mean nothing in a text.
            _ if feed.family_of(child).is_some() => {
                structure::undefined(parent, child, std::iter::empty(), log);
                walk_unchecked(feed, child, log);
                continue;
            }
            _ => {}
        }
        children(feed, child, log);
    }
}

/// True for the parts that every page has. A page where only a part of one is allowed is reported at its `html`.
fn is_frame(parent: &Element<'_>, child: &Element<'_>) -> bool {
    let is_of_page = matches!((parent.local, child.local), ("html", "head" | "body") | ("head", "title"));
    is_of_page && &*parent.ns == XHTML
}

fn xhtml(element: &Element<'_>, log: &mut Log) {
    let (name, local) = (element.name, element.local);
    match html_scanner::kind(local) {
        // As in HTML, an element with a hyphen is one of a script.
        None if local.contains('-') => log.start(&html::RISK, element, format_args!("`{name}`")),
        None => log.start(&html::BROKEN, element, format_args!("unknown element `{name}`")),
        Some(kind) if kind.is_risky => log.start(&html::RISK, element, format_args!("`{name}`")),
        // Names of XHTML are in lower case.
        Some(kind) if kind.name != local => {
            let detail = format_args!("unknown element `{name}`; write `{}`", kind.name);
            log.start(&html::BROKEN, element, detail);
        }
        Some(_) => {}
    }
    attributes(element, None, log);
}

/// Checks attributes: their values, and their names if only `known` ones are allowed.
fn attributes(element: &Element<'_>, known: Option<&[&str]>, log: &mut Log) {
    for attribute in &element.attributes {
        let name = match (&*attribute.ns, attribute.local) {
            ("", local) => local,
            (XLINK, "href") => "xlink:href",
            _ => continue,
        };
        let is_unknown = || attribute.ns.is_empty() && known.is_some_and(|known| !known.contains(&name));
        let of_drawing = known.filter(|_| name == "style");
        let verdict = match of_drawing {
            // Most attributes of SVG are properties too.
            Some(known) => {
                style::unsafe_part(&attribute.value, known).map(|part| (&html::STYLE, part.into()))
            }
            None => html::attribute(name, &attribute.value),
        };
        if let Some((rule, part)) = verdict {
            log.attribute(rule, attribute, format_args!("`{}`", shown(&part)));
        } else if is_unknown() {
            log.attribute(&html::RISK_ATTRIBUTE, attribute, format_args!("`{name}`"));
        }
    }
}

/// Checks an element of SVG or MathML: an unknown one may be a script.
fn drawing(element: &Element<'_>, elements: &[&str], known: &[&str], log: &mut Log) {
    if !elements.contains(&element.local) {
        log.start(&html::RISK, element, format_args!("`{}`", element.name));
    }
    attributes(element, Some(known), log);
}

/// Elements of SVG Tiny except scripts, images and foreign elements, and gradients.
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
