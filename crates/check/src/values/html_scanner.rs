//! A scanner of HTML: tags, attributes, references, and those parse errors of
//! [the standard](https://html.spec.whatwg.org/multipage/parsing.html#parse-errors) that can be detected without
//! building a tree. It is fast, because it reads every entry of every feed.

use feedmill_types::work::step;

/// Something that the scanner finds.
pub(crate) enum Event<'t> {
    /// Offset and message of the first parse error.
    Error(usize, String),
    /// Offset and name of a start tag, and its element of HTML. In a drawing or formula only other names than those of SVG
    /// and MathML.
    Element(usize, &'t str, Option<&'static Kind>),
    /// An attribute of the last start tag.
    Attribute { element: &'t str, name: &'t str, value: &'t str, at: usize },
    /// Offset of `<?import`, which old browsers executed.
    Import(usize),
}

/// An element of HTML.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// True if readers remove it.
    pub(crate) is_risky: bool,
    end: End,
}

/// The end of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Its end tag.
    Tag,
    /// It has no content.
    Void,
    /// An optional end tag.
    Optional,
    /// Its end tag, and everything before that is text.
    Raw,
}

const fn of(name: &'static str, end: End) -> Kind {
    Kind { name, is_risky: false, end }
}

const fn risky(name: &'static str, end: End) -> Kind {
    Kind { name, is_risky: true, end }
}

/// The elements of HTML, past and present, sorted by name.
#[rustfmt::skip]
static KINDS: &[Kind] = &[
    of("a", End::Tag), of("abbr", End::Tag), of("acronym", End::Tag), of("address", End::Tag),
    risky("applet", End::Tag), of("area", End::Void), of("article", End::Tag), of("aside", End::Tag),
    of("audio", End::Tag), of("b", End::Tag), risky("base", End::Void), risky("basefont", End::Void),
    of("bdi", End::Tag), of("bdo", End::Tag), risky("bgsound", End::Void), of("big", End::Tag),
    risky("blink", End::Tag), of("blockquote", End::Tag), risky("body", End::Optional), of("br", End::Void),
    of("button", End::Tag), of("canvas", End::Tag), of("caption", End::Optional), of("center", End::Tag),
    of("cite", End::Tag), of("code", End::Tag), of("col", End::Void), of("colgroup", End::Optional),
    of("data", End::Tag), of("datalist", End::Tag), of("dd", End::Optional), of("del", End::Tag),
    of("details", End::Tag), of("dfn", End::Tag), of("dialog", End::Tag), of("dir", End::Tag), of("div", End::Tag),
    of("dl", End::Tag), of("dt", End::Optional), of("em", End::Tag), risky("embed", End::Void),
    of("fieldset", End::Tag), of("figcaption", End::Tag), of("figure", End::Tag), of("font", End::Tag),
    of("footer", End::Tag), of("form", End::Tag), risky("frame", End::Void), risky("frameset", End::Tag),
    of("h1", End::Tag), of("h2", End::Tag), of("h3", End::Tag), of("h4", End::Tag), of("h5", End::Tag),
    of("h6", End::Tag), risky("head", End::Optional), of("header", End::Tag), of("hgroup", End::Tag),
    of("hr", End::Void), risky("html", End::Optional), of("i", End::Tag), risky("iframe", End::Raw),
    of("img", End::Void), of("input", End::Void), of("ins", End::Tag), risky("isindex", End::Void),
    of("kbd", End::Tag), risky("keygen", End::Void), of("label", End::Tag), of("legend", End::Tag),
    of("li", End::Optional), risky("link", End::Void), risky("listing", End::Tag), of("main", End::Tag),
    of("map", End::Tag), of("mark", End::Tag), risky("marquee", End::Tag), of("math", End::Tag), of("menu", End::Tag),
    risky("meta", End::Void), of("meter", End::Tag), of("nav", End::Tag), risky("nobr", End::Tag),
    risky("noembed", End::Raw), risky("noframes", End::Raw), of("noscript", End::Tag), risky("object", End::Tag),
    of("ol", End::Tag), of("optgroup", End::Optional), of("option", End::Optional), of("output", End::Tag),
    of("p", End::Optional), risky("param", End::Void), of("picture", End::Tag), risky("plaintext", End::Raw),
    of("pre", End::Tag), of("progress", End::Tag), of("q", End::Tag), of("rb", End::Optional), of("rp", End::Optional),
    of("rt", End::Optional), of("rtc", End::Optional), of("ruby", End::Tag), of("s", End::Tag), of("samp", End::Tag),
    risky("script", End::Raw), of("search", End::Tag), of("section", End::Tag), of("select", End::Tag),
    risky("slot", End::Tag), of("small", End::Tag), of("source", End::Void), of("span", End::Tag),
    of("strike", End::Tag), of("strong", End::Tag), risky("style", End::Raw), of("sub", End::Tag),
    of("summary", End::Tag), of("sup", End::Tag), of("svg", End::Tag), of("table", End::Tag),
    of("tbody", End::Optional), of("td", End::Optional), of("template", End::Tag), of("textarea", End::Raw),
    of("tfoot", End::Optional), of("th", End::Optional), of("thead", End::Optional), of("time", End::Tag),
    risky("title", End::Raw), of("tr", End::Optional), of("track", End::Void), of("tt", End::Tag), of("u", End::Tag),
    of("ul", End::Tag), of("var", End::Tag), of("video", End::Tag), of("wbr", End::Void), risky("xmp", End::Raw),
];

/// Returns the element of HTML with a name, in any case.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    let key = key(name.as_bytes())?;
    KINDS.get(KEYS.binary_search(&key).ok()?)
}

/// Converts a name to a number of the same order, so that each step of the search is one comparison: every tag needs
/// a search.
const fn key(name: &[u8]) -> Option<u128> {
    let mut padded = [0; size_of::<u128>()];
    let Some((start, _)) = padded.split_at_mut_checked(name.len()) else { return None };
    start.copy_from_slice(name);
    padded.make_ascii_lowercase();
    Some(u128::from_be_bytes(padded))
}

/// The keys of [`KINDS`].
static KEYS: [u128; KINDS.len()] = {
    let mut keys = [0; KINDS.len()];
    let mut at = 0;
    while at < keys.len() {
        if let Some(key) = key(KINDS[at].name.as_bytes()) {
            keys[at] = key;
        }
        at += 1;
    }
    keys
};

/// True if HTML has an element of this name.
pub(crate) fn is_html(name: &str) -> bool {
    kind(name).is_some()
}

/// Elements of [SVG](https://www.w3.org/TR/SVG2/eltindex.html), past and present, and of
/// [MathML](https://www.w3.org/TR/mathml4/#elements), except those that HTML has too, in lower case and sorted.
#[rustfmt::skip]
static FOREIGN: &[&str] = &[
    "abs", "altglyph", "altglyphdef", "altglyphitem", "and", "animate", "animatecolor", "animatemotion",
    "animatetransform", "annotation", "annotation-xml", "apply", "approx", "arccos", "arccosh", "arccot", "arccoth",
    "arccsc", "arccsch", "arcsec", "arcsech", "arcsin", "arcsinh", "arctan", "arctanh", "arg", "bind", "bvar", "card",
    "cartesianproduct", "cbytes", "ceiling", "cerror", "ci", "circle", "clippath", "cn", "codomain", "color-profile",
    "complexes", "compose", "condition", "conjugate", "cos", "cosh", "cot", "coth", "cs", "csc", "csch", "csymbol",
    "curl", "cursor", "declare", "defs", "degree", "desc", "determinant", "diff", "discard", "divergence", "divide",
    "domain", "domainofapplication", "ellipse", "emptyset", "eq", "equivalent", "eulergamma", "exists", "exp",
    "exponentiale", "factorial", "factorof", "false", "feblend", "fecolormatrix", "fecomponenttransfer",
    "fecomposite", "feconvolvematrix", "fediffuselighting", "fedisplacementmap", "fedistantlight", "fedropshadow",
    "feflood", "fefunca", "fefuncb", "fefuncg", "fefuncr", "fegaussianblur", "feimage", "femerge", "femergenode",
    "femorphology", "feoffset", "fepointlight", "fespecularlighting", "fespotlight", "fetile", "feturbulence",
    "filter", "floor", "fn", "font-face", "font-face-format", "font-face-name", "font-face-src", "font-face-uri",
    "forall", "foreignobject", "g", "gcd", "geq", "glyph", "glyphref", "grad", "gt", "hatch", "hatchpath", "hkern",
    "ident", "image", "imaginary", "imaginaryi", "implies", "in", "infinity", "int", "integers", "intersect",
    "interval", "inverse", "lambda", "laplacian", "lcm", "leq", "limit", "line", "lineargradient", "list", "ln", "log",
    "logbase", "lowlimit", "lt", "maction", "maligngroup", "malignmark", "marker", "mask", "matrix", "matrixrow",
    "max", "mean", "median", "menclose", "merror", "mesh", "meshgradient", "meshpatch", "meshrow", "metadata",
    "mfenced", "mfrac", "mfraction", "mglyph", "mi", "min", "minus", "missing-glyph", "mlabeledtr", "mlongdiv",
    "mmultiscripts", "mn", "mo", "mode", "moment", "momentabout", "mover", "mpadded", "mpath", "mphantom",
    "mprescripts", "mroot", "mrow", "ms", "mscarries", "mscarry", "msgroup", "msline", "mspace", "msqrt", "msrow",
    "mstack", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
    "naturalnumbers", "neq", "none", "not", "notanumber", "notin", "notprsubset", "notsubset", "or", "otherwise",
    "outerproduct", "partialdiff", "path", "pattern", "pi", "piece", "piecewise", "plus", "polygon", "polyline",
    "power", "primes", "product", "prsubset", "quotient", "radialgradient", "rationals", "real", "reals", "rect",
    "reln", "rem", "root", "scalarproduct", "sdev", "sec", "sech", "selector", "semantics", "sep", "set", "setdiff",
    "share", "sin", "sinh", "solidcolor", "stop", "subset", "sum", "switch", "symbol", "tan", "tanh", "tendsto",
    "text", "textpath", "times", "title", "transpose", "tref", "true", "tspan", "union", "unknown", "uplimit", "use",
    "variance", "vector", "vectorproduct", "view", "vkern", "xor",
];

/// True if SVG or MathML has an element of this name and HTML does not treat it as its own.
fn is_foreign(name: &str) -> bool {
    const LONGEST: usize = 19;
    name.len() <= LONGEST && FOREIGN.binary_search(&&*name.to_ascii_lowercase()).is_ok()
}

/// True if the element closes an open `p`.
fn ends_paragraph(name: &str) -> bool {
    feedmill_html::is_block(name) || matches!(name, "plaintext" | "xmp")
}

/// Returns the open elements that a start tag closes, and those at which the search for them ends.
fn implied_ends(name: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match name {
        "li" => (&["li"], &["ul", "ol", "menu", "dir"]),
        "dd" | "dt" => (&["dd", "dt"], &["dl"]),
        "tr" => (&["tr", "td", "th", "caption", "colgroup"], &["table"]),
        "td" | "th" => (&["td", "th", "caption", "colgroup"], &["tr", "table"]),
        "tbody" | "thead" | "tfoot" | "caption" | "colgroup" => {
            (&["tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup"], &["table"])
        }
        "option" => (&["option"], &["select", "datalist"]),
        "optgroup" => (&["optgroup", "option"], &["select"]),
        "rb" | "rt" | "rp" | "rtc" => (&["rb", "rt", "rp", "rtc"], &["ruby"]),
        _ => (&[], &[]),
    }
}

/// White space in a tag.
const SPACE: u8 = 1;
/// Bytes that end the name of an element.
const ENDS_ELEMENT: u8 = 2;
/// Bytes that end the name of an attribute.
const ENDS_ATTRIBUTE: u8 = 4;
/// Bytes that the name of an attribute must not have.
const INVALID_IN_ATTRIBUTE: u8 = 8;

/// Classes of each byte, because one lookup takes less time than seven comparisons.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => SPACE | ENDS_ELEMENT | ENDS_ATTRIBUTE,
            b'/' | b'>' => ENDS_ELEMENT | ENDS_ATTRIBUTE,
            b'=' => ENDS_ATTRIBUTE,
            b'"' | b'\'' | b'<' => INVALID_IN_ATTRIBUTE,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// True if a byte is in a class.
fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Returns the number of bytes before the first one in a class.
fn length_before(bytes: &[u8], class: u8) -> usize {
    bytes.iter().position(|byte| is(*byte, class)).unwrap_or(bytes.len())
}

/// Returns the number of bytes of white space at the start.
fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !is(*byte, SPACE)).unwrap_or(bytes.len())
}

/// Maximum depth of nested elements: no reader keeps more.
const MAX_DEPTH: usize = 256;
/// Maximum number of attributes of a tag.
const MAX_ATTRIBUTES: usize = 256;

/// Scans a fragment of HTML.
pub(crate) fn scan<'t>(text: &'t str, report: &mut dyn FnMut(Event<'t>)) {
    let bytes = text.as_bytes();
    let mut scanner =
        Scanner { text, bytes, open: Vec::new(), seen: Vec::new(), foreign: 0, has_error: false, report };
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'<', b'&', &scanner.bytes[at..]) {
        at += found;
        step(found + 1);
        at = if scanner.bytes[at] == b'&' { scanner.reference(at, false) } else { scanner.markup(at) };
    }
    scanner.finish();
}

struct Scanner<'t, 's> {
    text: &'t str,
    bytes: &'t [u8],
    /// The open elements of HTML, and their offsets.
    open: Vec<(&'static Kind, usize)>,
    /// Names of the attributes of the tag that is read.
    seen: Vec<&'t str>,
    /// Number of open `svg` and `math` elements.
    foreign: usize,
    has_error: bool,
    report: &'s mut dyn FnMut(Event<'t>),
}

impl<'t> Scanner<'t, '_> {
    fn error(&mut self, at: usize, message: impl FnOnce() -> String) {
        if !std::mem::replace(&mut self.has_error, true) {
            (self.report)(Event::Error(at, message()));
        }
    }

    /// Scans a reference. Returns the offset after it.
    fn reference(&mut self, at: usize, in_attribute: bool) -> usize {
        let rest = &self.text[at + 1..];
        if let Some(number) = rest.strip_prefix('#') {
            let (digits, radix) = match number.strip_prefix(['x', 'X']) {
                Some(hex) => (hex, 16),
                None => (number, 10),
            };
            let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
            let end = self.text.len() - digits.len() + length;
            let code = u32::from_str_radix(&digits[..length], radix);
            let control =
                |c: u32| matches!(c, 0 | 0x0b | 0x0d | 0x80..=0x9f | 0xd800..=0xdfff) || c > 0x10_ffff;
            if length == 0 || code.is_err() || code.is_ok_and(control) {
                let shown = &self.text[at..end];
                self.error(at, || format!("invalid reference `{shown}`"));
            } else if self.bytes.get(end) != Some(&b';') {
                let shown = &self.text[at..end];
                self.error(at, || format!("no semicolon after `{shown}`"));
            }
            return end;
        }
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = &rest[..length];
        let end = at + 1 + length;
        let closed = self.bytes.get(end) == Some(&b';');
        if length == 0 || closed && matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp" | "apos") {
            return end;
        }
        if closed {
            let reference = &self.text[at..=end];
            if feedmill_html::decode_entities_once(reference) == reference {
                self.error(at, || format!("invalid reference `{reference}`"));
            }
        } else if !in_attribute && !self.has_error {
            let reference = &self.text[at..end];
            if feedmill_html::decode_entities_once(reference) != reference {
                self.error(at, || format!("no semicolon after `{reference}`"));
            }
        }
        end
    }

    /// Scans a tag or comment. Returns the offset after it.
    fn markup(&mut self, at: usize) -> usize {
        let rest = &self.text[at + 1..];
        let after = |marker: &str| self.text[at..].find(marker).map(|end| at + end + marker.len());
        match rest.as_bytes().first() {
            Some(b'!') if rest.starts_with("!--") => match self.text[at + 4..].find("-->") {
                Some(end) => at + 4 + end + 3,
                None => {
                    self.error(at, || "unclosed comment".to_owned());
                    self.text.len()
                }
            },
            Some(b'!') if rest.starts_with("![CDATA[") && self.foreign > 0 => {
                after("]]>").unwrap_or(self.text.len())
            }
            Some(b'!' | b'?') => {
                if rest.get(..7).is_some_and(|r| r.eq_ignore_ascii_case("?import")) {
                    (self.report)(Event::Import(at));
                }
                self.error(at, || "declaration in a fragment".to_owned());
                after(">").unwrap_or(self.text.len())
            }
            Some(b'/') => self.end_tag(at),
            Some(c) if c.is_ascii_alphabetic() => self.start_tag(at),
            _ => {
                self.error(at, || "unescaped `<`; write `&lt;`".to_owned());
                at + 1
            }
        }
    }

    /// Returns the name of a tag at an offset, and the offset after it.
    fn name(&self, from: usize) -> (&'t str, usize) {
        let length = length_before(&self.bytes[from..], ENDS_ELEMENT);
        (&self.text[from..from + length], from + length)
    }

    fn end_tag(&mut self, at: usize) -> usize {
        if !self.bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic) {
            self.error(at, || "`</` without a name".to_owned());
            return at + 2;
        }
        let (name, after) = self.name(at + 2);
        let Some(close) = memchr::memchr(b'>', &self.bytes[after..]) else {
            self.error(at, || format!("unclosed `</{name}`"));
            return self.text.len();
        };
        let end = after + close + 1;
        // Most end tags are those of the last open element.
        let last = self.open.last().map(|(kind, _)| *kind).filter(|kind| kind.name == name);
        let Some(kind) = last.or_else(|| kind(name)) else {
            return end;
        };
        if matches!(kind.name, "svg" | "math") {
            self.foreign = self.foreign.saturating_sub(1);
        }
        if self.foreign > 0 {
            return end;
        }
        if self.has_error {
            return end;
        }
        match self.open.iter().rposition(|(k, _)| std::ptr::eq(*k, kind)) {
            None => self.error(at, || format!("`</{name}>` without a start tag")),
            Some(index) => {
                let over =
                    self.open[index + 1..].iter().find(|(k, _)| k.end != End::Optional).map(|(k, _)| k.name);
                if let Some(over) = over {
                    self.error(at, || format!("`</{name}>` before the end of `{over}`"));
                }
                self.open.truncate(index);
            }
        }
        end
    }

    fn start_tag(&mut self, at: usize) -> usize {
        let (name, after) = self.name(at + 1);
        let kind = kind(name);
        if self.foreign == 0 || !is_foreign(name) {
            (self.report)(Event::Element(at, name, kind));
        }
        let Some((end, self_closing)) = self.attributes(name, at, after) else {
            self.error(at, || format!("unclosed `<{name}`"));
            return self.text.len();
        };
        let Some(kind) = kind else { return end };
        if self.foreign > 0 {
            if matches!(kind.name, "svg" | "math") && !self_closing {
                self.foreign += 1;
            }
            return end;
        }
        if self.open.len() >= MAX_DEPTH {
            self.error(at, || format!("more than {MAX_DEPTH} levels of elements"));
        }
        // The open elements are known only up to the first error.
        if !self.has_error {
            self.nest(kind, at);
        }
        match kind.end {
            End::Void => {}
            _ if matches!(kind.name, "svg" | "math") => {
                if !self_closing {
                    self.foreign += 1;
                    self.open.push((kind, at));
                }
            }
            _ if self_closing => self.error(at, || format!("`<{name}/>` does not close `{name}`")),
            End::Raw => {
                let close = format!("</{}", kind.name);
                let found = self.bytes[end..]
                    .windows(close.len())
                    .position(|w| w.eq_ignore_ascii_case(close.as_bytes()));
                return match found
                    .and_then(|f| memchr::memchr(b'>', &self.bytes[end + f..]).map(|c| end + f + c + 1))
                {
                    Some(end) => end,
                    None => {
                        self.error(at, || format!("`{name}` is never closed"));
                        self.text.len()
                    }
                };
            }
            End::Tag | End::Optional if !self.has_error => self.open.push((kind, at)),
            End::Tag | End::Optional => {}
        }
        end
    }

    /// Closes the elements that a start tag closes, and checks whether it is allowed here.
    fn nest(&mut self, kind: &'static Kind, at: usize) {
        let name = kind.name;
        let (ended, stops) = implied_ends(name);
        if !ended.is_empty() {
            let stop = self.open.iter().rposition(|(k, _)| stops.contains(&k.name)).map_or(0, |i| i + 1);
            if let Some(index) = self.open[stop..].iter().position(|(k, _)| ended.contains(&k.name)) {
                let inner = &self.open[stop + index..];
                if let Some((over, _)) = inner.iter().find(|(k, _)| k.end != End::Optional) {
                    let over = over.name;
                    // A list item in a block in a list item closes neither.
                    if matches!(name, "li" | "dd" | "dt") && ends_paragraph(over) {
                        return;
                    }
                    self.error(at, || format!("`<{name}>` before the end of `{over}`"));
                }
                self.open.truncate(stop + index);
            }
            let in_table =
                matches!(name, "tr" | "td" | "th" | "tbody" | "thead" | "tfoot" | "caption" | "colgroup");
            if in_table && !self.open.iter().any(|(k, _)| k.name == "table") {
                self.error(at, || format!("`<{name}>` outside a table"));
            }
        }
        if ends_paragraph(name)
            && let Some(index) = self.open.iter().rposition(|(k, _)| k.name == "p")
            && !self.open[index..]
                .iter()
                .any(|(k, _)| matches!(k.name, "button" | "table" | "td" | "th" | "object"))
        {
            if let Some((over, _)) = self.open[index + 1..].iter().find(|(k, _)| k.end != End::Optional) {
                let over = over.name;
                self.error(at, || format!("`<{name}>` closes the paragraph before the end of `{over}`"));
            }
            self.open.remove(index);
        }
        let within = |names: &[&str]| self.open.iter().any(|(k, _)| names.contains(&k.name));
        if matches!(name, "a" | "form" | "button") && within(&[name]) {
            self.error(at, || format!("`<{name}>` in another `{name}`"));
        }
    }

    /// Scans the attributes of a tag. Returns the offset after the tag, and true if it ends with `/>`.
    fn attributes(&mut self, element: &'t str, tag: usize, from: usize) -> Option<(usize, bool)> {
        let mut at = from;
        self.seen.clear();
        loop {
            at += spaces(&self.bytes[at..]);
            match self.bytes.get(at)? {
                b'>' => return Some((at + 1, false)),
                b'/' if self.bytes.get(at + 1) == Some(&b'>') => return Some((at + 2, true)),
                b'/' => {
                    at += 1;
                    continue;
                }
                _ => {}
            }
            let length = length_before(&self.bytes[at + 1..], ENDS_ATTRIBUTE);
            // A name may begin with any byte. No byte inside a character ends it.
            let name = &self.text[at..at + 1 + length];
            let name_at = at;
            at += 1 + length;
            if name.bytes().any(|byte| is(byte, INVALID_IN_ATTRIBUTE)) {
                self.error(name_at, || format!("invalid attribute name `{name}`"));
            }
            // Names are compared with each other only up to the first error.
            if self.seen.len() >= MAX_ATTRIBUTES {
                self.error(name_at, || format!("`{element}` has more than {MAX_ATTRIBUTES} attributes"));
            }
            if !self.has_error {
                if self.seen.iter().any(|s| s.eq_ignore_ascii_case(name)) {
                    self.error(name_at, || format!("duplicate attribute `{name}`"));
                }
                self.seen.push(name);
            }
            let before = spaces(&self.bytes[at..]);
            let (mut value, mut value_at) = ("", name_at);
            if self.bytes.get(at + before) == Some(&b'=') {
                at += before + 1;
                at += spaces(&self.bytes[at..]);
                let (start, end, next) = match self.bytes.get(at)? {
                    quote @ (b'"' | b'\'') => {
                        let length = memchr::memchr(*quote, &self.bytes[at + 1..])?;
                        (at + 1, at + 1 + length, at + length + 2)
                    }
                    b'>' => {
                        self.error(at, || format!("no value after `{name}=`"));
                        (at, at, at)
                    }
                    _ => {
                        let length = self.bytes[at..]
                            .iter()
                            .take_while(|b| !b.is_ascii_whitespace() && **b != b'>')
                            .count();
                        (at, at + length, at + length)
                    }
                };
                value = &self.text[start..end];
                value_at = start;
                if let Some(first) = memchr::memchr(b'&', value.as_bytes()) {
                    let mut inner = start + first;
                    while inner < end {
                        inner = self.reference(inner, true).min(end);
                        match memchr::memchr(b'&', &self.bytes[inner..end]) {
                            Some(next) => inner += next,
                            None => break,
                        }
                    }
                }
                at = next;
                let quoted = start > 0 && matches!(self.bytes[start - 1], b'"' | b'\'');
                if quoted && self.bytes.get(at).is_some_and(|b| !is(*b, ENDS_ELEMENT)) {
                    self.error(at, || format!("no space after the value of `{name}`"));
                }
            }
            (self.report)(Event::Attribute { element, name, value, at: value_at });
            if at <= tag {
                return None;
            }
        }
    }

    fn finish(&mut self) {
        let left = self.open.iter().find(|(k, _)| k.end == End::Tag).copied();
        if let Some((kind, at)) = left {
            self.error(at, || format!("`{}` is never closed", kind.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_error(text: &str) -> Option<String> {
        let mut found = None;
        scan(text, &mut |event| {
            if let Event::Error(at, message) = event {
                found = Some(format!("{at}: {message}"));
            }
        });
        found
    }

    #[test]
    fn kinds_are_sorted_and_short_enough_to_be_found() {
        assert!(KINDS.windows(2).all(|w| w[0].name < w[1].name));
        assert!(KINDS.iter().all(|k| kind(k.name).is_some() && kind(&k.name.to_uppercase()).is_some()));
    }

    #[test]
    fn well_formed_html_has_no_errors() {
        for good in [
            "",
            "plain & simple, AT&T",
            "<p>One<p>Two",
            "<ul><li>One<li>Two</ul>",
            "<br><br/><img src=x alt=\"\">",
            "<p>a &amp; b &copy; &#169; &#xA9;</p>",
            "<dl><dt>a<dd>b<dt>c</dl>",
            "<a href=\"?a=1&b=2\">x</a>",
            "<table><tr><td>1<td>2<tr><td>3</table>",
            "<p>a</p><div><p>b</div>",
            "<!-- <b> --><i>x</i>",
            "<svg viewBox=\"0 0 1 1\"><path d=\"M0\"/></svg>",
            "<math><mi>x</mi></math>",
            "<script>if (a<b) {}</script>",
            "<ul><li><p>One</p><ul><li>Two</ul></ul>",
            "<li><div><li>x</div>",
            "<P CLASS='a' data-x>y</P>",
            "ü<b>ü</b>&ü",
            "<figure><img src=a><figcaption>x</figcaption></figure>",
            "<video controls><source src=a></video>",
            "<iframe src=\"a\"></iframe>",
            "<textarea><p></textarea>",
            "<ruby>a<rp>(<rt>b<rp>)</ruby>",
        ] {
            assert_eq!(first_error(good), None, "{good}");
        }
    }

    #[test]
    fn errors_have_their_offset() {
        for (bad, expected) in [
            ("a <", "2: unescaped `<`; write `&lt;`"),
            ("1 < 2", "2: unescaped `<`; write `&lt;`"),
            ("<a", "0: unclosed `<a`"),
            ("<a href=\"x", "0: unclosed `<a`"),
            ("<b>x", "0: `b` is never closed"),
            ("x</b>", "1: `</b>` without a start tag"),
            ("<b><i>x</b></i>", "7: `</b>` before the end of `i`"),
            ("<div/>x", "0: `<div/>` does not close `div`"),
            ("&bogus;", "0: invalid reference `&bogus;`"),
            ("&#x92;", "0: invalid reference `&#x92`"),
            ("&copy x", "0: no semicolon after `&copy`"),
            ("&#169 x", "0: no semicolon after `&#169`"),
            ("<p><div>x</div></p>", "15: `</p>` without a start tag"),
            ("<td>x", "0: `<td>` outside a table"),
            ("<a href=x>1<a href=y>2</a></a>", "11: `<a>` in another `a`"),
            ("<img alt=x alt=y>", "11: duplicate attribute `alt`"),
            ("<img alt=\"x\"src=y>", "12: no space after the value of `alt`"),
            ("<!doctype html>", "0: declaration in a fragment"),
            ("<!-- x", "0: unclosed comment"),
            ("<script>x", "0: `script` is never closed"),
        ] {
            assert_eq!(first_error(bad).as_deref(), Some(expected), "{bad}");
        }
    }
}
