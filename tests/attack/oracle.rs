//! An independent check of cleaned HTML, which shares no code with the cleaning: its own lists, its own URL checks, and a tree
//! parsed from scratch. The fuzz target `html` uses it too.

use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, QualName, local_name, ns, parse_fragment};
use scraper::{Html, HtmlTreeSink, Node};
use url::Url;

const ELEMENTS: &str = " a abbr aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div \
    dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small \
    source span strong sub summary sup table tbody td tfoot th thead time tr track tt u ul var video wbr ";
/// Elements of MathML. Those of the second list contain only text.
const MATH: &str = " math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace \
    msqrt msub msubsup msup mtable mtd mtext mtr munder munderover none ";
const TOKENS: &str = " mi mn mo ms mtext ";
const MATH_ATTRIBUTES: &str = " accent accentunder alttext columnalign columnlines columnspacing columnspan depth display \
    displaystyle fence form frame height largeop linethickness lspace mathvariant maxsize minsize movablelimits notation \
    rowalign rowlines rowspacing rowspan rspace scriptlevel separator stretchy symmetric voffset width ";
/// Elements of SVG. None of them contains HTML, and no attribute is a URL.
const SVG: &str = " circle ellipse g line path polygon polyline rect svg text tspan ";
const SVG_ATTRIBUTES: &str = " aria-label cx cy d dominant-baseline dx dy fill fill-opacity fill-rule font-size font-style \
    font-weight height opacity points preserveAspectRatio r role rx ry stroke stroke-dasharray stroke-linecap \
    stroke-linejoin stroke-opacity stroke-width text-anchor transform viewBox width x x1 x2 y y1 y2 ";
/// Schemes of links besides `http` and `https`.
const SCHEMES: &str = " bitcoin ftp ftps gemini geo gopher im irc ircs magnet mailto matrix mms mx news nntp openpgp4fpr sip sms \
    smsto ssh tel webcal wtai xmpp ";
const FOOTNOTES: &str = " footnote footnote-back footnote-backref footnote-definition footnote-ref footnote-reference \
    footnoteref footnotes reversefootnote ";
/// Attributes with one or more URLs.
const ADDRESSES: &str = " cite href poster src srcset ";
/// Attributes that are harmless with any value.
const HARMLESS: &str = " align alt colspan controls datetime dir height kind label lang open reversed rowspan scope sizes span \
    srclang start title type value width ";

fn has(list: &str, name: &str) -> bool {
    !name.contains(' ') && list.contains(&format!(" {name} "))
}

/// Returns everything in cleaned HTML that is not allowed. Also checks that parsing and printing it gives the same HTML, with
/// and without scripting, in every kind of parent element.
pub(crate) fn faults(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    // Printing may reorder attributes, so lengths are compared.
    let printed = parse(html, local_name!("body"), true).root_element().inner_html();
    for scripting in [true, false] {
        for context in [local_name!("body"), local_name!("div"), local_name!("template")] {
            let tree = parse(html, context.clone(), scripting);
            walk(&tree, &mut faults);
            let again = parse(&printed, context.clone(), scripting).root_element().inner_html();
            if tree.root_element().inner_html() != printed || again != printed {
                faults.push(format!("in {context}, scripting {scripting}, it is printed as {again}"));
            }
        }
    }
    if printed.len() != html.len() {
        faults.push(format!("it is printed as {printed}"));
    }
    if let Some(bad) =
        html.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\u{7f}'..='\u{9f}'))
    {
        faults.push(format!("forbidden character {bad:?}"));
    }
    faults
}

fn parse(html: &str, context: html5ever::LocalName, scripting_enabled: bool) -> Html {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts { scripting_enabled, ..TreeBuilderOpts::default() },
        ..ParseOpts::default()
    };
    let sink = HtmlTreeSink::new(Html::new_fragment());
    parse_fragment(sink, options, QualName::new(None, ns!(html), context), vec![], scripting_enabled)
        .one(html)
}

fn walk(tree: &Html, faults: &mut Vec<String>) {
    let root = tree.root_element().id();
    for node in tree.root_element().descendants().filter(|n| n.id() != root) {
        let element = match node.value() {
            Node::Element(element) => element,
            Node::Text(_) => continue,
            other => {
                faults.push(format!("forbidden node {other:?}"));
                continue;
            }
        };
        let name = element.name();
        let (elements, attributes) = match element.name.ns {
            ns!(mathml) => (MATH, MATH_ATTRIBUTES),
            ns!(svg) => (SVG, SVG_ATTRIBUTES),
            _ => (ELEMENTS, HARMLESS),
        };
        let is_html = element.name.ns == ns!(html);
        if !has(elements, name) {
            faults.push(format!("element {name} in the namespace {}", element.name.ns));
        }
        let parent = node.parent().and_then(|parent| parent.value().as_element().map(|e| e.name.clone()));
        if let Some(parent) = parent.filter(|parent| parent.ns != ns!(html)) {
            let is_inside_token = parent.ns == ns!(mathml) && has(TOKENS, &parent.local);
            if parent.ns != element.name.ns || is_inside_token || matches!(name, "math" | "svg") {
                faults.push(format!("{name} in {}", &*parent.local));
            }
        } else if !is_html && !matches!(name, "math" | "svg") {
            faults.push(format!("{name} outside of its root"));
        }
        for (key, value) in &element.attrs {
            let known = key.ns == ns!()
                && (has(attributes, &key.local)
                    || (is_html && (has(ADDRESSES, &key.local) || is_mark(name, &key.local, value))));
            let is_text = matches!(&*key.local, "alttext" | "aria-label");
            if !is_html
                && !is_text
                && (value.contains([':', '"', '<', '&', '\\', '/']) || value.contains("url"))
            {
                faults.push(format!("{name} {} is {value}", &*key.local));
            }
            if !known {
                faults.push(format!("{name} has {key:?}"));
            }
            if is_html && has(ADDRESSES, &key.local) {
                let all = if &*key.local == "srcset" { candidates(value) } else { vec![&**value] };
                let bad = all.into_iter().find(|address| !is_harmless(name, address));
                faults.extend(bad.map(|bad| format!("{name} {} leads to {bad}", &*key.local)));
            }
        }
    }
}

/// True for an id that is not the name of a variable, and for the classes of code and of footnotes.
fn is_mark(element: &str, key: &str, value: &str) -> bool {
    let is_plain =
        |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    match key {
        "id" => is_plain(value, "-_.:") && value.contains(|c: char| "-.:".contains(c) || c.is_ascii_digit()),
        "class" if matches!(element, "code" | "pre") => value
            .split(' ')
            .all(|word| word.strip_prefix("language-").is_some_and(|name| is_plain(name, "-_.+#"))),
        "class" => value.split(' ').all(|word| has(FOOTNOTES, &word.to_ascii_lowercase())),
        _ => false,
    }
}

/// True if a URL is absolute and its scheme is harmless, both for a URL parser without a base and for a comparison of bytes.
fn is_harmless(element: &str, address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let web = lower.starts_with("http://") || lower.starts_with("https://");
    let own = element == "a" && lower.split_once(':').is_some_and(|(scheme, _)| has(SCHEMES, scheme));
    let parsed = Url::parse(address)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") || has(SCHEMES, url.scheme()));
    (web || own) && parsed && !address.chars().any(|c| c.is_control())
}

/// Returns the URLs of a `srcset`, split as in the standard
/// (<https://html.spec.whatwg.org/multipage/images.html#parse-a-srcset-attribute>).
fn candidates(value: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return all;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        rest = after;
        let bare = address.trim_end_matches(',');
        if bare.len() == address.len() {
            let mut open = 0_i32;
            let end = rest.find(|c| {
                open += i32::from(c == '(') - i32::from(c == ')' && open > 0);
                c == ',' && open == 0
            });
            rest = end.map_or("", |end| &rest[end + 1..]);
        }
        all.push(bare);
    }
}
