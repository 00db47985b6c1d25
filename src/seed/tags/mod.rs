//! Tags of templates in a body: Jekyll's (Liquid, and kramdown's lists of attributes), Hugo's shortcodes and Zola's. What
//! their documentation says a tag shows is put in its place; one that only the site knows is left out and named.

use std::borrow::Cow;

use super::front::Tool;
use super::permalink::{self, Facts};
use super::{Head, Origin, date};
use crate::diag::{Finding, codes};

/// The article that a body belongs to.
pub(super) struct Page<'a> {
    pub(super) tool: Tool,
    pub(super) head: &'a Head,
    pub(super) origin: &'a Origin<'a>,
    pub(super) facts: &'a Facts,
    /// What its front matter says.
    pub(super) text: &'a dyn Fn(&str) -> Option<String>,
    /// The number of the body's first line.
    pub(super) line: u32,
}

impl Page<'_> {
    /// The address of another file of the site, as far as its path tells it: what is written in it is not known here.
    pub(super) fn address(&self, path: &str) -> String {
        let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
        let mut folders: Vec<String> =
            path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect();
        if !path.starts_with('/') {
            folders = self.facts.folders.iter().cloned().chain(folders).collect();
        }
        let file = folders.pop().unwrap_or_default();
        let stem = [".md", ".markdown", ".html"].iter().find_map(|ending| file.strip_suffix(ending));
        let mut name = stem.unwrap_or(&file).to_owned();
        if self.tool == Tool::Jekyll {
            let at = folders.iter().rposition(|folder| folder == "_posts").unwrap_or(0);
            folders.truncate(at);
        } else if matches!(name.as_str(), "index" | "_index") {
            name = folders.pop().unwrap_or_default();
        }
        let (mut day, mut rest) = (None, name.clone());
        if let Some((date, name)) = date::of_name(&name).filter(|_| self.tool != Tool::Hugo) {
            (day, rest) = (Some(date), name.to_owned());
        }
        let facts = Facts {
            tool: self.tool,
            date: day,
            title: rest.clone(),
            slug: None,
            name: rest,
            categories: folders.clone(),
            folders,
        };
        let pattern = self.origin.addresses.permalink.as_deref().map(permalink::style);
        let path = permalink::path(pattern, &facts).unwrap_or_default();
        let mut address = self.origin.site().map_or(path.clone(), |site| permalink::join(site, &path));
        if !fragment.is_empty() {
            address.push('#');
            address.push_str(fragment);
        }
        address
    }

    /// The folder of the site on its host, without a slash at its end.
    fn base(&self) -> String {
        self.origin.site().map_or(String::new(), |site| site.path().trim_end_matches('/').to_owned())
    }

    /// The host of the site.
    fn host(&self) -> String {
        self.origin.site().map_or(String::new(), |site| site.origin().ascii_serialization())
    }
}

/// A body with its tags filled in.
pub(super) fn render<'a>(body: &'a str, page: &Page<'_>, findings: &mut Vec<Finding>) -> Cow<'a, str> {
    let body = match (page.text)("excerpt_separator").filter(|mark| !mark.starts_with("<!--")) {
        Some(mark) => Cow::Owned(body.replacen(&mark, "", 1)),
        None => Cow::Borrowed(body),
    };
    let is_jekyll = page.tool == Tool::Jekyll;
    if !(body.contains("{{") || body.contains("{%") || is_jekyll && body.contains("{:")) {
        return body;
    }
    let mut filled = Filled { page, source: &body, at: 0, out: String::with_capacity(body.len()), findings };
    filled.all();
    let out = filled.out;
    Cow::Owned(if is_jekyll { without_attributes(&out) } else { out })
}

/// The work of [`render`].
struct Filled<'a, 'b> {
    page: &'a Page<'a>,
    source: &'a str,
    at: usize,
    out: String,
    findings: &'b mut Vec<Finding>,
}

/// A tag as it stands in the text.
struct Tag<'a> {
    name: &'a str,
    args: &'a str,
    whole: &'a str,
}

impl<'a> Filled<'a, '_> {
    fn all(&mut self) {
        while let Some(found) = self.source[self.at..].find('{') {
            let start = self.at + found;
            self.out.push_str(&self.source[self.at..start]);
            self.at = start;
            if !self.source[start + 1..].starts_with(['{', '%']) || !self.tag() {
                self.out.push('{');
                self.at = start + 1;
            }
        }
        self.out.push_str(&self.source[self.at..]);
    }

    /// Takes the tag that begins here; `false` where none does.
    fn tag(&mut self) -> bool {
        let rest = &self.source[self.at..];
        match self.page.tool {
            Tool::Jekyll => {
                let (open, close) = if rest.starts_with("{%") { ("{%", "%}") } else { ("{{", "}}") };
                let Some(whole) = until(rest, open, close) else { return false };
                let inner = whole[2..whole.len() - 2].trim_matches('-').trim();
                self.at += whole.len();
                if open == "{{" {
                    self.output(inner, whole);
                } else {
                    self.liquid(&tag(inner, whole));
                }
                true
            }
            Tool::Hugo | Tool::Zola => self.shortcode(rest),
        }
    }

    /// `{{ … }}` of Liquid.
    fn output(&mut self, inner: &str, whole: &str) {
        let mut parts = split(inner, '|').into_iter().map(str::trim);
        let first = parts.next().unwrap_or_default();
        let value = parts.fold(self.value(first), |value, filter| {
            let value = value?;
            let (name, arg) = filter.split_once(':').map_or((filter, ""), |(name, arg)| (name, arg.trim()));
            match name.trim() {
                "relative_url" => Some(format!("{}/{}", self.page.base(), value.trim_start_matches('/'))),
                "absolute_url" => {
                    let path = value.trim_start_matches('/');
                    Some(format!("{}{}/{path}", self.page.host(), self.page.base()))
                }
                "prepend" => Some(self.value(arg)? + &value),
                "append" => Some(value + &self.value(arg)?),
                "escape" | "escape_once" | "xml_escape" => Some(escaped(&value)),
                "strip" => Some(value.trim().to_owned()),
                _ => None,
            }
        });
        match value {
            Some(value) => self.out.push_str(&value),
            None => self.unknown(whole),
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        let quoted = ['"', '\''].iter().find_map(|mark| name.strip_prefix(*mark)?.strip_suffix(*mark));
        if let Some(text) = quoted {
            return Some(text.to_owned());
        }
        match name {
            "site.url" => Some(self.page.host()),
            "site.baseurl" => Some(self.page.base()),
            "page.title" => Some(self.page.head.title.clone()),
            "page.url" => {
                let link = &self.page.head.link;
                Some(link.strip_prefix(&self.page.host()).unwrap_or(link).to_owned())
            }
            _ => (self.page.text)(&name.strip_prefix("page.")?.to_lowercase()),
        }
    }

    /// `{% … %}` of Liquid.
    fn liquid(&mut self, tag: &Tag<'_>) {
        match tag.name {
            "raw" => {
                let inner = self.inner("endraw");
                self.out.push_str(inner);
            }
            "comment" => _ = self.inner("endcomment"),
            "highlight" => {
                let inner = self.inner("endhighlight");
                let inner = ["raw", "endraw"]
                    .iter()
                    .fold(inner.to_owned(), |text, name| text.replace(&format!("{{% {name} %}}"), ""));
                self.code(tag.args.split_whitespace().next().unwrap_or_default(), &inner);
            }
            "post_url" => self.out.push_str(&self.page.address(&format!("/_posts/{}", tag.args))),
            "link" if !tag.args.contains('{') => {
                let path = format!("/{}", tag.args.trim_start_matches('/'));
                // What is not a post has the address of its path.
                let address = if path.contains("/_posts/") {
                    self.page.address(&path)
                } else {
                    let path = path.strip_suffix(".md").map_or(path.clone(), |path| format!("{path}.html"));
                    format!("{}{}{path}", self.page.host(), self.page.base())
                };
                self.out.push_str(&address);
            }
            "gist" => {
                let id = tag.args.split_whitespace().next().unwrap_or_default();
                self.link(&format!("https://gist.github.com/{id}"));
            }
            // Said where it began.
            name if name.starts_with("end") || matches!(name, "else" | "elsif" | "when") => {}
            _ => self.unknown(tag.whole),
        }
    }

    /// What is before the tag of Liquid that has this name, which is taken too; the rest where there is none.
    fn inner(&mut self, end: &str) -> &'a str {
        let rest = &self.source[self.at..];
        let mut from = 0;
        while let Some(at) = rest[from..].find("{%").map(|at| from + at) {
            let Some(whole) = until(&rest[at..], "{%", "%}") else { break };
            if whole[2..whole.len() - 2].trim_matches('-').trim() == end {
                self.at += at + whole.len();
                return &rest[..at];
            }
            from = at + 2;
        }
        self.at = self.source.len();
        rest
    }

    /// A shortcode of Hugo or Zola.
    fn shortcode(&mut self, rest: &'a str) -> bool {
        for (open, close) in [("{{<", ">}}"), ("{{%", "%}}")] {
            let Some(whole) = until(rest, open, close) else { continue };
            self.at += whole.len();
            let inner = whole[3..whole.len() - 3].trim();
            if let Some(shown) = inner.strip_prefix("/*").and_then(|i| i.strip_suffix("*/")) {
                self.out.push_str(&format!("{open} {} {close}", shown.trim()));
                return true;
            }
            let inner = inner.strip_suffix('/').unwrap_or(inner);
            let tag = tag(inner, whole);
            self.hugo(&tag);
            return true;
        }
        for (open, close) in [("{{", "}}"), ("{%", "%}")] {
            let Some(whole) = until(rest, open, close) else { continue };
            let inner = whole[2..whole.len() - 2].trim();
            if let Some(shown) = inner.strip_prefix("/*").and_then(|i| i.strip_suffix("*/")) {
                self.at += whole.len();
                self.out.push_str(&format!("{open} {} {close}", shown.trim()));
                return true;
            }
            let is_end = open == "{%" && inner == "end";
            let name_end =
                inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
            let args = inner[name_end..].strip_prefix('(').and_then(|args| args.strip_suffix(')'));
            let (true, Some(args)) = (name_end > 0, args.or(is_end.then_some(""))) else { continue };
            self.at += whole.len();
            if !is_end {
                self.zola(&Tag { name: &inner[..name_end], args, whole });
            }
            return true;
        }
        false
    }

    fn hugo(&mut self, tag: &Tag<'_>) {
        let args = Args::read(tag.args);
        let id = args.get("id").or(args.at(0)).unwrap_or_default().to_owned();
        match tag.name {
            "figure" => self.figure(&args),
            "highlight" => {
                let inner = self.inner_shortcode("highlight");
                let language = args.get("lang").or(args.at(0)).unwrap_or_default().to_owned();
                if tag.args.contains("hl_inline=true") {
                    self.out.push_str(&format!("<code>{}</code>", escaped(inner.trim())));
                } else {
                    self.code(&language, inner);
                }
            }
            "ref" | "relref" => {
                let path = args.get("path").or(args.at(0)).unwrap_or_default();
                let address = if path.starts_with('#') {
                    format!("{}{path}", self.page.head.link)
                } else {
                    self.page.address(path)
                };
                self.out.push_str(&address);
            }
            "youtube" => self.frame("https://www.youtube.com/embed/", &id),
            "vimeo" => self.frame("https://player.vimeo.com/video/", &id),
            "instagram" => self.link(&format!("https://www.instagram.com/p/{id}/")),
            "x" | "twitter" | "tweet" => {
                let user = args.get("user").unwrap_or("i").to_owned();
                self.link(&format!("https://x.com/{user}/status/{id}"));
            }
            "gist" => {
                let parts: Vec<&str> = [args.at(0), args.at(1)].into_iter().flatten().collect();
                self.link(&format!("https://gist.github.com/{}", parts.join("/")));
            }
            "param" => match (self.page.text)(&id.to_lowercase()) {
                Some(value) => self.out.push_str(&value),
                None => self.unknown(tag.whole),
            },
            "details" => {
                let summary = args.get("summary").unwrap_or("Details").to_owned();
                self.block(&format!("<details><summary>{}</summary>", escaped(&summary)));
            }
            "/details" => self.block("</details>"),
            // Said where it began.
            name if name.starts_with('/') => {}
            _ => self.unknown(tag.whole),
        }
    }

    fn zola(&mut self, tag: &Tag<'_>) {
        let parts = split(tag.args, ',').into_iter().flat_map(|part| Args::read(part.trim()).0);
        let args = Args(parts.collect());
        let id = args.get("id").unwrap_or_default().to_owned();
        match tag.name {
            "youtube" => self.frame("https://www.youtube.com/embed/", &id),
            "vimeo" => self.frame("https://player.vimeo.com/video/", &id),
            "streamable" => self.frame("https://streamable.com/e/", &id),
            "gist" => self.link(args.get("url").unwrap_or_default()),
            _ => self.unknown(tag.whole),
        }
    }

    /// What is before the closing shortcode of this name, which is taken too; the rest where there is none.
    fn inner_shortcode(&mut self, name: &str) -> &'a str {
        let rest = &self.source[self.at..];
        let mut from = 0;
        while let Some(at) = rest[from..].find("{{").map(|at| from + at) {
            let ends = [("{{<", ">}}"), ("{{%", "%}}")];
            let whole = ends.iter().find_map(|(open, close)| until(&rest[at..], open, close));
            if let Some(whole) = whole
                && whole[3..whole.len() - 3].trim().strip_prefix('/').is_some_and(|end| end.trim() == name)
            {
                self.at += at + whole.len();
                return &rest[..at];
            }
            from = at + 2;
        }
        self.at = self.source.len();
        rest
    }

    fn figure(&mut self, args: &Args<'_>) {
        let attr = |name: &str, value: Option<&str>| {
            value.map_or(String::new(), |value| format!(" {name}=\"{}\"", escaped(value)))
        };
        let size = attr("width", args.get("width")) + &attr("height", args.get("height"));
        let alt = args.get("alt").or(args.get("caption"));
        let mut picture =
            format!("<img{}{}{size}>", attr("src", args.get("src").or(args.at(0))), attr("alt", alt));
        if let Some(link) = args.get("link") {
            picture = format!("<a{}>{picture}</a>", attr("href", Some(link)));
        }
        let mut caption = String::new();
        if let Some(title) = args.get("title") {
            caption += &format!("<h4>{}</h4>", escaped(title));
        }
        let attribution = args.get("attr").map(|text| match args.get("attrlink") {
            Some(link) => format!("<a{}>{}</a>", attr("href", Some(link)), escaped(text)),
            None => escaped(text),
        });
        let text = [args.get("caption").map(escaped), attribution].into_iter().flatten().collect::<Vec<_>>();
        if !text.is_empty() {
            caption += &format!("<p>{}</p>", text.join(" "));
        }
        if !caption.is_empty() {
            caption = format!("<figcaption>{caption}</figcaption>");
        }
        self.block(&format!("<figure>{picture}{caption}</figure>"));
    }

    fn code(&mut self, language: &str, text: &str) {
        let text = escaped(text.trim_matches(['\n', '\r']).trim_end());
        let class = if language.is_empty() {
            String::new()
        } else {
            format!(" class=\"language-{}\"", escaped(language))
        };
        self.block(&format!("<pre><code{class}>{text}</code></pre>"));
    }

    /// What a frame shows; the cleaning makes a link of it, as of all frames.
    fn frame(&mut self, service: &str, id: &str) {
        self.block(&format!("<iframe src=\"{service}{}\"></iframe>", escaped(id)));
    }

    fn link(&mut self, address: &str) {
        let address = escaped(address);
        self.out.push_str(&format!("<a href=\"{address}\">{address}</a>"));
    }

    /// HTML that is a block of its own, where its tag is one.
    fn block(&mut self, html: &str) {
        let starts = self.out.rsplit('\n').next().unwrap_or_default().trim().is_empty();
        let ends = self.source[self.at..].split('\n').next().unwrap_or_default().trim().is_empty();
        let (before, after) = if starts && ends { ("\n\n", "\n\n") } else { ("", "") };
        self.out.push_str(before);
        self.out.push_str(html);
        self.out.push_str(after);
    }

    /// Names the tag that was taken last.
    fn unknown(&mut self, whole: &str) {
        let before = &self.source[..self.at.saturating_sub(whole.len())];
        let line = self.page.line + before.matches('\n').count() as u32;
        let shown: String = whole.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
        self.findings.push(Finding::in_text(&codes::SEED_TAG, line, 0, format!("`{shown}` was left out")));
    }
}

/// How long a tag may be, in bytes: an end to looking for the ends of those that have none.
const LONGEST: usize = 4 << 10;

/// From `open`, with which a text begins, through `close`.
fn until<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(open)?;
    let end = inner[..inner.floor_char_boundary(LONGEST)].find(close)?;
    Some(&text[..open.len() + end + close.len()])
}

fn tag<'a>(inner: &'a str, whole: &'a str) -> Tag<'a> {
    let (name, args) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let (name, args) = match name {
        "/" => ("/", args),
        name => (name, args.trim()),
    };
    Tag { name, args, whole }
}

/// Splits at a mark that is not inside quotes.
fn split(text: &str, mark: char) -> Vec<&str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if c == mark => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            None => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The arguments of a shortcode, by name or by place.
struct Args<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Args<'a> {
    fn read(text: &'a str) -> Self {
        let words =
            split(text, ' ').into_iter().flat_map(|part| split(part, '\n')).filter(|word| !word.is_empty());
        let bare = |value: &'a str| {
            let quotes = ['"', '\'', '`'];
            quotes.iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q)).unwrap_or(value)
        };
        Self(
            words
                .map(|word| {
                    match word.split_once('=').filter(|(name, _)| !name.contains(['"', '\'', '`', '/', '?']))
                    {
                        Some((name, value)) => (name, bare(value)),
                        None => ("", bare(word)),
                    }
                })
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    fn at(&self, place: usize) -> Option<&'a str> {
        self.0.iter().filter(|(key, _)| key.is_empty()).nth(place).map(|(_, value)| *value)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Kramdown's lists of attributes (`{: .class}`), and what it makes a table of contents of.
fn without_attributes(text: &str) -> String {
    let mut out: Vec<Cow<'_, str>> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.split('\n') {
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        if fence.is_some() || !line.contains("{:") || line.starts_with("    ") || line.len() > LONGEST {
            out.push(Cow::Borrowed(line));
        } else if trimmed.starts_with("{:") && trimmed.ends_with('}') {
            if trimmed.trim_matches(['{', '}', ':']).split_whitespace().any(|word| word == "toc") {
                out.pop();
            }
        } else {
            out.push(Cow::Owned(without_spans(line)));
        }
    }
    out.join("\n")
}

fn without_spans(line: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(line.len()), line);
    while let Some(at) = rest.find("{:") {
        // Inside of code it is shown.
        let is_code = !rest[..at].matches('`').count().is_multiple_of(2);
        let end = rest[at..].find('}').filter(|_| !is_code);
        let keep = if end.is_some() { at } else { at + 2 };
        out.push_str(&rest[..keep]);
        rest = end.map_or(&rest[keep..], |end| &rest[at + end + 1..]);
    }
    out + rest
}
