//! MathML and SVG: what readers can show of them.
//!
//! A formula is reduced to presentation elements whose tokens contain only text. A drawing is reduced to shapes and labels.
//! So nothing in either is an integration point of HTML, which is how published attacks mix the three languages up. What
//! cannot be reduced becomes text: of a formula `alttext`, its source in TeX, or its characters; of a drawing its title.
//!
//! Elements: [MathML Core](https://www.w3.org/TR/mathml-core/), [SVG 2](https://www.w3.org/TR/SVG2/eltindex.html).

use feedmill_types::work;

use super::allowlist;
use super::dom::{self, Dom, Edge, NodeId, NodeRef};
use super::escape::xml_text;
use super::removals::RemovalRule;

/// Elements of MathML that contain text. All others contain elements.
const TOKENS: [&str; 5] = ["mi", "mn", "mo", "ms", "mtext"];
/// Elements of MathML with a fixed number of children. Readers show an error if there are more or fewer.
const ARITIES: [(&str, usize); 8] = [
    ("mfrac", 2),
    ("mover", 2),
    ("mroot", 2),
    ("msub", 2),
    ("msubsup", 3),
    ("msup", 2),
    ("munder", 2),
    ("munderover", 3),
];
/// Elements that scripts put around a formula, by class. They hold it twice: for the eye, and as MathML.
const RENDERED: [&str; 7] = [
    "katex",
    "MathJax",
    "MathJax_SVG",
    "MathJax_CHTML",
    "mjx-chtml",
    "MathJax_Display",
    "MathJax_SVG_Display",
];
/// The element in which [`scan`](super::scan) keeps a formula in TeX that stood in a script.
pub(super) const TEX_SOURCE: &str = "tex-source";
/// The element in which [`scan`](super::scan) keeps the title of a drawing, which a parser would take for a page's.
pub(super) const SVG_TITLE: &str = "svg-title";
/// The element that [`scan`](super::scan) leaves in the place of a drawing's style sheet.
pub(super) const SVG_STYLE: &str = "svg-style";
/// Number of siblings between a formula in TeX and what a script showed in its place.
const MAX_LOOK_BACK: usize = 8;
/// Drawings of at most this width and height, in pixels, are icons.
const MAX_ICON: f32 = 64.0;
/// Number of nodes in the largest drawing that is simple.
const MAX_DRAWING: usize = 2000;
/// Length in bytes of the longest title of a formula or a drawing.
const MAX_TITLE: usize = 2000;

/// Reduces each formula and drawing in `root` to what readers can show, or replaces it with text.
pub(super) fn keep(dom: &mut Dom, root: NodeId) {
    remove_visual_halves(dom, root);
    for id in outermost(dom, root) {
        if dom.name(id) == "math" { keep_math(dom, id) } else { keep_svg(dom, id) }
    }
}

/// Returns the formulas and drawings that are in no other, and removes what the scan left outside of them.
fn outermost(dom: &mut Dom, root: NodeId) -> Vec<NodeId> {
    let (mut found, mut stray, mut inside) = (Vec::new(), Vec::new(), None);
    for edge in dom.get(root).into_iter().flat_map(NodeRef::traverse) {
        match edge {
            Edge::Open(node) if inside.is_none() => match node.name() {
                "math" | "svg" if node.is_foreign() => {
                    inside = Some(node.id());
                    found.push(node.id());
                }
                SVG_TITLE | SVG_STYLE => stray.push(node.id()),
                _ => {}
            },
            Edge::Close(node) if inside == Some(node.id()) => inside = None,
            _ => {}
        }
    }
    stray.into_iter().for_each(|id| dom.detach(id));
    found
}

/// Removes what a script showed in the place of a formula, if the formula itself is there too.
fn remove_visual_halves(dom: &mut Dom, root: NodeId) {
    let (mut rendered, mut sources) = (Vec::new(), Vec::new());
    for node in dom.subtree(root) {
        if node.name() == TEX_SOURCE {
            sources.push(node.id());
        } else if is_rendered(node) {
            rendered.push(node.id());
        }
    }
    for id in rendered {
        let Some(node) = dom.get(id).filter(|_| dom.is_below(id, root)) else { continue };
        // The formula may be that element itself.
        let math = node.subtree().skip(1).find(|n| n.name() == "math" && n.is_math()).map(NodeRef::id);
        if let Some(math) = math
            && dom.insert_before(id, math)
        {
            dom.clear(id);
            dom.append(id, math);
        }
    }
    for id in sources {
        let Some(node) = dom.get(id) else { continue };
        let before = node.prev_siblings().take(MAX_LOOK_BACK);
        let before = before.take_while(|n| match n.text() {
            Some(text) => dom::is_blank(text),
            None => is_rendered(*n) || n.has_class(&["MathJax_Preview", "MJX_Assistive_MathML"]),
        });
        let before: Vec<_> = before.filter(|n| n.element().is_some()).map(NodeRef::id).collect();
        let is_math = |id: &NodeId| dom.subtree(*id).any(|n| n.name() == "math");
        if before.iter().any(is_math) {
            dom.detach(id);
        } else {
            before.into_iter().for_each(|id| dom.detach(id));
            dom.unwrap(id);
        }
    }
}

/// True for an inline element in which a script showed a formula.
fn is_rendered(node: NodeRef<'_>) -> bool {
    (node.has_class(&RENDERED) || node.name() == "mjx-container")
        && !node.subtree().any(|n| {
            matches!(n.name(), "p" | "li" | "h1" | "h2" | "h3" | "h4" | "img" | "blockquote" | "pre")
        })
}

/// The change that reduces one node of a formula.
enum Change {
    Detach,
    /// The node is this text between elements.
    Wrap(String),
    /// The element is a token with this text.
    Token(String),
    /// The element only groups others.
    Group,
    /// The element puts these characters around and between others.
    Fence {
        open: String,
        close: String,
        separators: Vec<char>,
    },
}

fn keep_math(dom: &mut Dom, id: NodeId) {
    let Some(node) = dom.get(id) else { return };
    let mut tex = None;
    let changes = changes(node, &mut tex);
    let alttext = node.attr("alttext").map(plain).filter(|text| !text.is_empty());
    let alttext = alttext.or(tex).filter(|text| text.len() <= MAX_TITLE);
    let shows_something = |change: &(NodeId, Change)| match &change.1 {
        Change::Wrap(text) | Change::Token(text) => dom::shows_something(text),
        Change::Fence { open, close, .. } => dom::shows_something(open) || dom::shows_something(close),
        Change::Detach | Change::Group => false,
    };
    let Some(changes) = changes.filter(|changes| changes.iter().any(shows_something)) else {
        let text = alttext.unwrap_or_else(|| linear(node));
        return dom.replace_with_text(id, &text);
    };
    dom.set_attr(id, "alttext", alttext.as_deref());
    for (id, change) in changes {
        match change {
            Change::Detach => dom.detach(id),
            Change::Wrap(text) => {
                dom.set_text(id, &text);
                let token = dom.new_math("mtext");
                if dom.insert_before(id, token) {
                    dom.append(token, id);
                }
            }
            Change::Token(text) => {
                dom.clear(id);
                dom.append_text(id, &text);
            }
            Change::Group => dom.rename_math(id, "mrow"),
            Change::Fence { open, close, separators } => fence(dom, id, &open, &close, &separators),
        }
    }
}

/// Returns the changes that reduce a formula; `None` if it has elements that readers do not show. Sets `tex` to its source.
fn changes(math: NodeRef<'_>, tex: &mut Option<String>) -> Option<Vec<(NodeId, Change)>> {
    let (mut changes, mut skip, mut is_reducible) = (Vec::new(), None, true);
    for edge in math.traverse() {
        let node = match edge {
            Edge::Close(node) => {
                if skip == Some(node.id()) {
                    skip = None;
                }
                continue;
            }
            Edge::Open(node) if skip.is_some() || node.id() == math.id() => continue,
            Edge::Open(node) => node,
        };
        let change = match (node.text(), node.name()) {
            (Some(text), _) if dom::is_blank(text) => Change::Detach,
            (Some(text), _) => Change::Wrap(plain(text)),
            (None, "annotation" | "annotation-xml") => {
                skip = Some(node.id());
                let encoding = node.attr("encoding").unwrap_or_default().to_ascii_lowercase();
                if tex.is_none() && encoding.contains("tex") {
                    *tex = Some(folded(node)).filter(|text| !text.is_empty());
                }
                Change::Detach
            }
            (None, name) if node.is_math() && TOKENS.contains(&name) => {
                skip = Some(node.id());
                Change::Token(plain(&node.subtree().filter_map(NodeRef::text).collect::<String>()))
            }
            (None, "semantics" | "mstyle" | "math") if node.is_math() => Change::Group,
            (None, "mfenced") if node.is_math() => Change::Fence {
                open: plain(node.attr("open").unwrap_or("(")),
                close: plain(node.attr("close").unwrap_or(")")),
                separators: node.attr("separators").unwrap_or(",").chars().filter(|c| *c != ' ').collect(),
            },
            (None, name) => {
                let arity = ARITIES.iter().find(|(known, _)| *known == name).map(|(_, arity)| *arity);
                let parts = || node.children().filter(|child| is_part(*child)).take(4).count();
                is_reducible &= node.is_math()
                    && allowlist::MATH.iter().any(|(known, _)| *known == name)
                    && arity.is_none_or(|arity| parts() == arity);
                continue;
            }
        };
        changes.push((node.id(), change));
    }
    is_reducible.then_some(changes)
}

fn is_part(node: NodeRef<'_>) -> bool {
    match node.text() {
        Some(text) => !dom::is_blank(text),
        None => !matches!(node.name(), "annotation" | "annotation-xml"),
    }
}

/// Turns `mfenced`, which browsers no longer show, into a group with its fences.
fn fence(dom: &mut Dom, id: NodeId, open: &str, close: &str, separators: &[char]) {
    let parts: Vec<NodeId> = dom.get(id).into_iter().flat_map(NodeRef::children).map(NodeRef::id).collect();
    let parts: Vec<NodeId> = parts.into_iter().filter(|part| dom.get(*part).is_some_and(is_part)).collect();
    let operator = |dom: &mut Dom, text: &str| {
        let token = dom.new_math("mo");
        dom.append_text(token, text);
        token
    };
    let row = dom.new_math("mrow");
    dom.append(id, row);
    for (at, part) in parts.iter().enumerate() {
        let before = match at {
            0 => open.to_owned(),
            _ => separators.get(at - 1).or(separators.last()).map(char::to_string).unwrap_or_default(),
        };
        if !before.is_empty() {
            let token = operator(dom, &before);
            dom.append(row, token);
        }
        dom.append(row, *part);
    }
    if !close.is_empty() {
        let token = operator(dom, close);
        dom.append(row, token);
    }
    dom.rename_math(id, "mrow");
}

/// Returns the text in a node with white space folded.
fn folded(node: NodeRef<'_>) -> String {
    plain(&node.text_up_to(MAX_TITLE))
}

/// Returns text with white space folded, without characters that XML forbids.
fn plain(text: &str) -> String {
    work::step(text.len());
    xml_text(text).split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the text of a formula: `alttext`, or its characters in one line.
pub(super) fn math_text(math: NodeRef<'_>) -> String {
    let alttext = math.attr("alttext").map(str::trim).filter(|text| !text.is_empty());
    alttext.map_or_else(|| linear(math), str::to_owned)
}

/// Returns the characters of a formula in one line, with `/`, `^` and `_` between the parts of fractions and scripts.
fn linear(math: NodeRef<'_>) -> String {
    let mut out = String::new();
    for node in math.subtree_without(|node| matches!(node.name(), "annotation" | "annotation-xml")) {
        let parent = node.parent().map_or("", NodeRef::name);
        let mark = match parent {
            "mfrac" => "/",
            "msup" | "mover" | "mroot" => "^",
            "msub" | "munder" => "_",
            _ => "",
        };
        let is_second = |node: NodeRef<'_>| node.prev_siblings().take(8).any(is_part);
        if !mark.is_empty() && is_part(node) && is_second(node) {
            out.push_str(mark);
        }
        if node.name() == "msqrt" {
            out.push('√');
        }
        if let Some(text) = node.text() {
            work::step(text.len());
            // A space only in texts: `if x`.
            let is_spaced = parent == "mtext" || node.parent().is_some_and(|p| !p.is_math());
            out.push_str(if is_spaced { text } else { text.trim_ascii() });
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The account of a drawing.
#[derive(Default)]
struct Drawing {
    /// Title or description.
    title: String,
    /// Text of labels, with spaces between.
    labels: String,
    shapes: usize,
    /// True if it has only shapes and labels that show the same without style sheets and references.
    is_simple: bool,
    /// Nodes that say something about it, without a shape of their own.
    described: Vec<NodeId>,
}

fn keep_svg(dom: &mut Dom, id: NodeId) {
    let Some(node) = dom.get(id) else { return };
    let drawing = examine(node);
    let is_hidden = node.attr("aria-hidden") == Some("true");
    let is_in_control =
        dom.has_ancestor(id, &["a", "button", "label", "summary", "nav", "h1", "h2", "h3", "h4", "h5", "h6"]);
    let is_icon = is_icon(node, &drawing);
    if is_icon || !drawing.is_simple {
        let text = if drawing.title.is_empty() && !is_icon { &drawing.labels } else { &drawing.title };
        if text.is_empty() || is_hidden || is_in_control {
            dom.remove(id, RemovalRule::NotContent);
        } else {
            dom.replace_with_text(id, text);
        }
        return;
    }
    for part in drawing.described {
        dom.detach(part);
    }
    // A script may have set the style of each shape. Only the attributes are published.
    for part in dom.descendants(id) {
        set_presentation(dom, part);
    }
    for name in ["width", "height"] {
        let pixels = dom.get(id).and_then(|svg| side(svg, name)).map(|pixels| pixels.to_string());
        if pixels.is_some() {
            dom.set_attr(id, name, pixels.as_deref());
        }
    }
    dom.set_attr(id, "role", Some("img"));
    dom.set_attr(id, "aria-label", Some(&drawing.title).filter(|t| !t.is_empty()).map(String::as_str));
}

fn examine(svg: NodeRef<'_>) -> Drawing {
    let mut drawing = Drawing { is_simple: true, ..Drawing::default() };
    drawing.title = plain(svg.attr("aria-label").unwrap_or_default());
    let mut skip = None;
    for (count, edge) in svg.traverse().enumerate() {
        drawing.is_simple &= count <= 2 * MAX_DRAWING;
        let node = match edge {
            Edge::Close(node) => {
                if skip == Some(node.id()) {
                    skip = None;
                }
                continue;
            }
            Edge::Open(node) if skip.is_some() || node.id() == svg.id() => continue,
            Edge::Open(node) => node,
        };
        if let Some(text) = node.text() {
            let is_label = node.parent().is_some_and(|p| matches!(p.name(), "text" | "tspan"));
            if dom::shows_something(text) {
                drawing.is_simple &= is_label;
                if drawing.labels.len() <= MAX_TITLE {
                    let gap = if drawing.labels.is_empty() { "" } else { " " };
                    drawing.labels.push_str(gap);
                    drawing.labels.push_str(&plain(text));
                }
            }
            continue;
        }
        match node.name() {
            SVG_TITLE | "desc" | "metadata" | SVG_STYLE => {
                skip = Some(node.id());
                drawing.described.push(node.id());
                drawing.is_simple &= node.name() != SVG_STYLE;
                if matches!(node.name(), SVG_TITLE | "desc") && drawing.title.is_empty() {
                    drawing.title = folded(node);
                }
            }
            "g" | "text" | "tspan" if node.is_svg() => {}
            "path" | "rect" | "circle" | "ellipse" | "line" | "polyline" | "polygon" if node.is_svg() => {
                drawing.shapes += 1;
                // Without its colours a shape is a black spot.
                let is_styled = ["fill", "stroke", "style"].iter().any(|name| node.attr(name).is_some());
                let has_form = node.name() != "path" || node.attr("d").is_some_and(allowlist::is_plain);
                drawing.is_simple &= has_form && (is_styled || node.attr("class").is_none());
            }
            _ => drawing.is_simple = false,
        }
        let refers = ["fill", "stroke", "clip-path", "mask", "filter", "style", "marker-end", "marker-start"];
        drawing.is_simple &= !refers.iter().any(|name| node.attr(name).is_some_and(|v| v.contains("url(")));
    }
    drawing.is_simple &= drawing.shapes > 0;
    drawing
}

/// True for a drawing that belongs to the page: small, or a single shape without a size of its own.
fn is_icon(svg: NodeRef<'_>, drawing: &Drawing) -> bool {
    let Some(element) = svg.element() else { return true };
    let sides = ["width", "height"].map(|name| side(svg, name));
    let is_hidden = svg.attr("aria-hidden") == Some("true") || dom::is_hidden(element);
    let class = svg.attr("class").unwrap_or_default();
    let is_named =
        class.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| matches!(w, "icon" | "icons" | "fa"));
    if is_named || (is_hidden && drawing.labels.is_empty()) {
        return true;
    }
    let known: Vec<f32> = sides.iter().filter_map(|side| *side).collect();
    if !known.is_empty() {
        return known.iter().all(|side| *side <= MAX_ICON) || known.iter().any(|side| *side <= 2.0);
    }
    let view = svg.attr("viewBox").filter(|view| allowlist::is_plain(view)).unwrap_or_default();
    let numbers = view.split([' ', ',']).filter(|part| !part.is_empty());
    let view: Vec<f32> = numbers.filter_map(|number| number.parse().ok()).skip(2).collect();
    let is_small = view.iter().all(|side| *side <= MAX_ICON);
    (drawing.shapes < 3 && drawing.labels.is_empty()) || (is_small && drawing.labels.is_empty())
}

/// Returns the width or height of a drawing in pixels.
fn side(svg: NodeRef<'_>, name: &str) -> Option<f32> {
    dom::pixels(svg.element()?, name).filter(|pixels| *pixels < 100_000.0)
}

/// Moves what the `style` of a shape sets to its attributes.
fn set_presentation(dom: &mut Dom, id: NodeId) {
    let Some(style) = dom.attr(id, "style").map(str::to_owned) else { return };
    work::step(style.len());
    for (key, value) in style.split(';').take(32).filter_map(|declaration| declaration.split_once(':')) {
        let key = key.trim().to_ascii_lowercase();
        if allowlist::SVG_PRESENTATION.contains(&key.as_str()) {
            dom.set_attr(id, &key, Some(value.trim().trim_end_matches("!important").trim()));
        }
    }
    dom.set_attr(id, "style", None);
}

#[cfg(test)]
mod tests {
    use super::super::{Cleaned, Policy, RawHtml, clean};

    fn cleaned(raw: &str) -> Cleaned {
        let page = "https://news.example/a".parse().unwrap();
        clean(RawHtml(raw), &page, &Policy::default())
    }

    fn html(raw: &str) -> String {
        cleaned(raw).html.as_str().to_owned()
    }

    #[test]
    fn a_formula_keeps_what_readers_show() {
        for (raw, wanted) in [
            (
                "<p>A third: <math display=block class=x><mfrac><mn> 1 </mn><mn>3</mn></mfrac></math>.</p>",
                "<p>A third: <math display=\"block\"><mfrac><mn>1</mn><mn>3</mn></mfrac></math>.</p>",
            ),
            (
                "<math><semantics><mrow><msup><mi>q</mi><mn>2</mn></msup></mrow><annotation encoding='application/x-tex'>q^2</annotation><annotation-xml encoding='MathML-Content'><apply><ci>q</ci></apply></annotation-xml></semantics></math>",
                "<math alttext=\"q^2\"><mrow><mrow><msup><mi>q</mi><mn>2</mn></msup></mrow></mrow></math>",
            ),
            (
                "<math><mfenced open='['><mi>a</mi><mi>b</mi></mfenced></math>",
                "<math><mrow><mrow><mo>[</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>)</mo></mrow></mrow></math>",
            ),
            (
                "<math><mstyle displaystyle=true><mtext>if <b>x</b></mtext> y</mstyle></math>",
                "<math><mrow displaystyle=\"true\"><mtext>if x</mtext><mtext>y</mtext></mrow></math>",
            ),
            (
                "<math>a\u{2002}b <mtext> c\u{2002}d\u{a0}</mtext></math>",
                "<math><mtext>a\u{2002}b</mtext><mtext>c\u{2002}d&nbsp;</mtext></math>",
            ),
            // Not for readers: the text in place of the formula.
            ("<math alttext='a over b'><mstack><msrow><mn>1</mn></msrow></mstack></math>", "a over b"),
            (
                "<math><maction><mi>a</mi><mi>b</mi></maction><annotation encoding=TeX>a+b</annotation></math>",
                "a+b",
            ),
            ("<math><apply><ci>x</ci><mfrac><mi>p</mi><mi>q</mi></mfrac></apply></math>", "xp/q"),
            ("<math><mfrac><mn>1</mn></mfrac></math>", "1"),
            ("<math alttext='\\phi'><mrow></mrow></math>", "\\phi"),
        ] {
            assert_eq!(html(raw), wanted, "{raw}");
        }
        let text = "<p>Half: <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> of <math alttext='x^2'><msup><mi>x</mi><mn>2</mn></msup></math></p>";
        assert_eq!(cleaned(text).text, "Half: 1/2 of x^2");
    }

    #[test]
    fn the_visual_half_of_a_formula_is_never_published() {
        let math = "<math><mfrac><mi>k</mi><mi>m</mi></mfrac></math>";
        let visual = "<span class=vlist><span>m</span><span>k</span></span>";
        for raw in [
            format!(
                "<span class=katex><span class=katex-mathml>{math}</span><span class=katex-html aria-hidden=true>{visual}</span></span>"
            ),
            format!(
                "<span class=katex-display><span class=katex><span class=katex-html>{visual}</span><span class=katex-mathml>{math}</span></span></span>"
            ),
            format!(
                "<mjx-container class=MathJax jax=SVG><svg width=99 height=99><path d=M0 /></svg><mjx-assistive-mml>{math}</mjx-assistive-mml></mjx-container>"
            ),
            format!(
                "<span class=MathJax_Preview></span><span class=MathJax id=M1><nobr>{visual}</nobr><span class=MJX_Assistive_MathML>{math}</span></span><script type='math/tex' id=M>\\frac{{k}}{{m}}</script>"
            ),
        ] {
            assert_eq!(html(&format!("<p>{raw}</p>")), format!("<p>{math}</p>"), "{raw}");
        }
        for raw in [
            "<span class=MathJax><nobr>mk</nobr></span><script type=math/tex>\\frac{k}{m}</script>",
            "<script type='math/tex; mode=display'>\\frac{k}{m}</script>",
            "<script type=math/tex>\\frac{k}{m}</script>",
        ] {
            assert_eq!(html(&format!("<p>{raw}</p>")), "<p>\\frac{k}{m}</p>", "{raw}");
        }
        // The formula is that element itself.
        for raw in [
            "<math class=katex><mi>x</mi></math>",
            "<span class=katex><math class=katex><mi>x</mi></math></span>",
            "<span class=MathJax><span class=katex><math class=MathJax><mi>x</mi></math></span></span>",
        ] {
            assert_eq!(html(&format!("<p>{raw}</p>")), "<p><math><mi>x</mi></math></p>", "{raw}");
        }
        // There is nothing else of it.
        assert_eq!(html("<p><span class=katex><span class=katex-html>mk</span></span></p>"), "<p>mk</p>");
    }

    #[test]
    fn a_drawing_keeps_its_shapes_or_its_title() {
        for (raw, wanted) in [
            (
                "<svg width=300 height=150 viewBox='0 0 300 150' class=chart><title>Rain in May</title><g><rect x=1 y=2 width=30 height=9 style='fill: #08f; cursor:pointer'/><text x=5 y=5>May</text></g></svg>",
                "<svg aria-label=\"Rain in May\" height=\"150\" role=\"img\" viewBox=\"0 0 300 150\" width=\"300\"><g><rect height=\"9\" width=\"30\" x=\"1\" y=\"2\" fill=\"#08f\"></rect><text x=\"5\" y=\"5\">May</text></g></svg>",
            ),
            (
                "<p>x<svg width=300 height=99><title>Tides</title><style>.a{}</style><path class=a d=M0 /></svg></p>",
                "<p>xTides</p>",
            ),
            (
                "<p><svg width=300 height=99><use href=#a /><text>Mon</text><text>Tue</text></svg></p>",
                "<p>Mon Tue</p>",
            ),
            ("<td><svg width=16 height=16 role=img aria-label=Yes><path d=M0 /></svg></td>", "Yes"),
            ("<p>x<svg width=16 height=16><path d=M0 /></svg></p>", "<p>x</p>"),
            (
                "<p>x<svg viewBox='0 0 512 512' class='svg-inline--fa' aria-hidden=true><title>Mail</title><path d=M0 /></svg></p>",
                "<p>x</p>",
            ),
            (
                "<p><a href=/b>Next <svg width=20 height=20><title>Arrow</title><path d=M0 /></svg></a></p>",
                "<p><a href=\"https://news.example/b\">Next </a></p>",
            ),
        ] {
            assert_eq!(html(raw), wanted, "{raw}");
        }
    }
}
