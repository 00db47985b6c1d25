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
/// Attributes with one or more URLs.
const ADDRESSES: &str = " cite href poster src srcset ";
/// Attributes that are harmless with any value.
const HARMLESS: &str = " alt colspan controls datetime dir height kind label lang open reversed rowspan scope sizes span \
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
        if element.name.ns != ns!(html) || !has(ELEMENTS, name) {
            faults.push(format!("element {name} in the namespace {}", element.name.ns));
        }
        for (key, value) in &element.attrs {
            let known = key.ns == ns!() && (has(ADDRESSES, &key.local) || has(HARMLESS, &key.local));
            if !known {
                faults.push(format!("{name} has {key:?}"));
            }
            if has(ADDRESSES, &key.local) {
                let all = if &*key.local == "srcset" { candidates(value) } else { vec![&**value] };
                let bad = all.into_iter().find(|address| !is_harmless(name, address));
                faults.extend(bad.map(|bad| format!("{name} {} leads to {bad}", &*key.local)));
            }
        }
    }
}

/// True if a URL is absolute and its scheme is harmless, both for a URL parser without a base and for a comparison of bytes.
fn is_harmless(element: &str, address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let web = lower.starts_with("http://") || lower.starts_with("https://");
    let own = element == "a" && (lower.starts_with("mailto:") || lower.starts_with("tel:"));
    let parsed =
        Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto" | "tel"));
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
