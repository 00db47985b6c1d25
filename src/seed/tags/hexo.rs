//! [Tag plugins of Hexo](https://hexo.io/docs/tag-plugins), outside of code, and the files of posts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::site::PageContext;
use super::named::medium_of;
use super::renderer::TemplateRenderer;
use super::syntax::{Fence, Tag, split, unquoted};
use super::template::Filled;
use crate::html::{Medium, escape_attribute};
use crate::types::work;

/// Stands for a brace in code, where Hexo renders no tags.
const BRACE: char = '\u{3}';
/// Tags whose text is not Markdown.
const VERBATIM: &[&str] = &["raw", "codeblock", "code", "mathjax", "katex"];
/// Number of bytes that reading the title of another post counts as.
const POST: usize = 64 << 10;
/// Number of bytes that looking for a file counts as.
const LOOK: usize = 4 << 10;

/// Returns a body whose code has no tags, and whose relative addresses of the post's own files are as the site publishes them.
pub(super) fn prepared(body: &str, page: &PageContext<'_>) -> String {
    let body = body.replace(BRACE, "");
    let without_tags = |text: &str| text.replace("{{", "\u{3}\u{3}").replace("{%", "\u{3}%");
    let files = folder_of_files(page);
    let pieces = pieces(&body).into_iter().map(|(is_code, text)| match &files {
        _ if is_code => without_tags(text).into(),
        Some(files) => with_addresses(&with_addresses(text, "](", files), "src=\"", files).into(),
        None => Cow::Borrowed(text),
    });
    let prepared: String = pieces.collect();
    // (<https://hexo.io/docs/front-matter>)
    if page.matter.is("disablenunjucks", true) { without_tags(&prepared) } else { prepared }
}

/// Puts back the braces that [`prepared`] took from code.
pub(super) fn with_braces(text: &str) -> String {
    text.replace(BRACE, "{")
}

/// Splits a body into code and other text. A tag whose text is verbatim is one text with it.
fn pieces(body: &str) -> Vec<(bool, &str)> {
    let (mut pieces, mut fence, mut at, mut done) = (Vec::new(), Fence::default(), 0, 0);
    let mut endless: BTreeSet<&str> = BTreeSet::new();
    let (mut end, mut runs) = (0, BTreeMap::new());
    while at < body.len() {
        if at >= end {
            end = body[at..].find('\n').map_or(body.len(), |found| at + found + 1);
            let line = &body[at..end];
            work::step(line.len());
            let is_start = at == 0 || body[..at].ends_with('\n');
            if is_start && fence.holds(line.trim_start_matches([' ', '\t', '>'])) {
                pieces.push((false, &body[done..at]));
                pieces.push((true, line));
                (at, done) = (end, end);
                continue;
            }
            runs = ticks(line, at);
        }
        let found = body[at..end].find(['`', '{']);
        work::step(found.unwrap_or(end - at) + 1);
        let Some(found) = found else {
            at = end;
            continue;
        };
        let place = at + found;
        let rest = &body[place..];
        if let Some(inner) = rest.strip_prefix("{%") {
            let name = inner.trim_start_matches(['-', ' ']);
            let name = &name[..name.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(name.len())];
            let verbatim = VERBATIM.iter().find(|known| **known == name && !endless.contains(*known));
            let close = verbatim.and_then(|name| {
                let found = rest.find(&format!("end{name}"));
                work::step(found.unwrap_or(rest.len()));
                if found.is_none() {
                    endless.insert(name);
                }
                found
            });
            at = place + close.unwrap_or(2);
        } else if rest.starts_with('`') {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let mut ends =
                runs.get_mut(&ticks).into_iter().flat_map(|ends| std::iter::from_fn(|| ends.pop_front()));
            match ends.find(|end| *end > place + ticks) {
                Some(after) => {
                    pieces.push((false, &body[done..place]));
                    pieces.push((true, &body[place..after]));
                    (at, done) = (after, after);
                }
                None => at = place + ticks,
            }
        } else {
            at = place + 1;
        }
    }
    pieces.push((false, &body[done..]));
    pieces
}

/// Returns where the runs of backticks in a line end, by their lengths. `at` is where the line begins.
fn ticks(line: &str, at: usize) -> BTreeMap<usize, VecDeque<usize>> {
    let mut runs: BTreeMap<usize, VecDeque<usize>> = BTreeMap::new();
    let mut from = 0;
    while let Some(found) = line[from..].find('`') {
        let run = &line[from + found..];
        let length = run.len() - run.trim_start_matches('`').len();
        from += found + length;
        runs.entry(length).or_default().push_back(at + from);
    }
    runs
}

/// The folder of a post's own files (`post_asset_folder`, <https://hexo.io/docs/asset-folders>).
struct FileFolder {
    /// Its name, which is that of the post.
    name: String,
    /// The beginning of addresses of files in it, relative to the post.
    address: String,
}

fn folder_of_files(page: &PageContext<'_>) -> Option<FileFolder> {
    let repository = page.origin.addresses.repository.as_ref()?;
    let config = repository.rules().value("config.post_asset_folder")?;
    if config != &serde_json::Value::Bool(true) {
        return None;
    }
    let link = page.head.link.as_str();
    let last = link.rsplit('/').next().unwrap_or_default();
    let last = last.strip_suffix(".html").or_else(|| last.strip_suffix(".htm")).unwrap_or(last);
    let address = if last.is_empty() { String::new() } else { format!("{last}/") };
    Some(FileFolder { name: page.origin.stem(), address })
}

/// Maximum length of the address of a file, in bytes.
const MAX_PATH: usize = 1024;

/// Returns a text in which the addresses after a mark are relative to the page of the post, if they are those of its own files:
/// `a.png` and `name-of-the-post/a.png`.
fn with_addresses(text: &str, mark: &str, files: &FileFolder) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(mark) {
        work::step(at + mark.len());
        let (before, after) = rest.split_at(at + mark.len());
        out.push_str(before);
        let path = after.strip_prefix("./").unwrap_or(after);
        let length = path.len();
        let path = &path[..path.floor_char_boundary(MAX_PATH)];
        let end = path.find(|c: char| c.is_whitespace() || "\")]<>:?#".contains(c)).unwrap_or(path.len());
        work::step(end);
        let is_path = !path[end..].starts_with(':') && end > 0;
        let own = path[..end].strip_prefix(&files.name).and_then(|rest| rest.strip_prefix('/'));
        // A name without an ending is that of a page.
        let own = own.or_else(|| Some(&path[..end]).filter(|name| !name.contains('/') && name.contains('.')));
        rest = after;
        if let Some(own) = own.filter(|_| is_path) {
            out.push_str(&files.address);
            rest = &after[after.len() - length + end - own.len()..];
        }
    }
    out + rest
}

/// Renders a tag plugin of Hexo; `None` if it is another tag.
pub(super) fn render_tag<'a>(renderer: &mut TemplateRenderer<'a>, tag: &Tag<'a>) -> Option<bool> {
    let words = words(tag.args);
    Some(match tag.name {
        "codeblock" | "code" => {
            let text = renderer.until_tag(&format!("end{}", tag.name));
            let language = words.iter().find_map(|word| word.strip_prefix("lang:")).unwrap_or_default();
            let is_title = |word: &&&str| !word.contains(':');
            let title: Vec<&str> = words.iter().take_while(is_title).copied().collect();
            let is_shown =
                title.is_empty() || renderer.block(&format!("<p>{}</p>", escape_attribute(&title.join(" "))));
            renderer.code(language, text);
            is_shown
        }
        "include_code" | "include-code" => include(renderer, &words)?,
        "mathjax" | "katex" => {
            let text = renderer.until_tag(&format!("end{}", tag.name));
            renderer.copy(text);
            true
        }
        "blockquote" | "quote" => {
            let end = format!("{}</blockquote>", source(tag.args, &words));
            renderer.filled(tag.name, &around("<blockquote>", end), true)
        }
        "pullquote" | "centerquote" | "cq" => {
            renderer.filled(tag.name, &around("<blockquote>", "</blockquote>".to_owned()), true)
        }
        "note" => renderer.filled(tag.name, &around("<aside>", "</aside>".to_owned()), true),
        name if name.starts_with("end") => {
            renderer.close(&name["end".len()..]);
            true
        }
        "post_link" | "post_path" => {
            let Some((url, title)) = post(renderer, words.first()?) else { return Some(false) };
            if tag.name == "post_path" {
                renderer.insert(&escape_attribute(&url))
            } else {
                let text = words.get(1..).unwrap_or_default();
                let text: Vec<&str> =
                    text.iter().filter(|word| !matches!(**word, "true" | "false")).copied().collect();
                let text = if text.is_empty() { title } else { text.join(" ") };
                let (url, text) = (escape_attribute(&url), escape_attribute(&text));
                renderer.insert(&format!("<a href=\"{url}\">{text}</a>"))
            }
        }
        "asset_path" => renderer.insert(&escape_attribute(&file(renderer, words.first()?))),
        "asset_link" => {
            let name = words.first()?;
            let url = escape_attribute(&file(renderer, name));
            let text = escape_attribute(words.get(1).unwrap_or(name));
            renderer.insert(&format!("<a href=\"{url}\">{text}</a>"))
        }
        "asset_img" | "img" => image(renderer, tag.name, &words)?,
        "link" => {
            let at = words.iter().position(|word| crate::types::is_http(word) || word.starts_with('/'))?;
            let text = if at == 0 { words[0].to_owned() } else { words[..at].join(" ") };
            let (url, text) = (escape_attribute(words[at]), escape_attribute(&text));
            renderer.insert(&format!("<a href=\"{url}\">{text}</a>"))
        }
        "iframe" => {
            let url = escape_attribute(words.first()?);
            renderer.block(&format!("<iframe src=\"{url}\"></iframe>"))
        }
        "jsfiddle" => renderer.link(&format!("https://jsfiddle.net/{}/", words.first()?)),
        _ => own_image(renderer, &words)?,
    })
}

/// Appends a file of source code, or some of its lines: `[title] [lang:name] [from:line] [to:line] path`.
fn include(renderer: &mut TemplateRenderer<'_>, words: &[&str]) -> Option<bool> {
    let (path, options) = words.split_last()?;
    let text = renderer.template(path).filter(|_| !path.contains(".."))?;
    renderer.budget.spend(text.len()).then_some(())?;
    let option = |name: &str| options.iter().find_map(|word| word.strip_prefix(name));
    let number = |name: &str| option(name).and_then(|text| text.parse::<usize>().ok());
    let (from, to) = (number("from:").unwrap_or(1).max(1), number("to:").unwrap_or(usize::MAX));
    let lines: Vec<&str> = text.lines().take(to).skip(from - 1).collect();
    let language = option("lang:").or_else(|| path.rsplit_once('.').map(|(_, ending)| ending));
    let (language, code) =
        (escape_attribute(language.unwrap_or_default()), escape_attribute(&lines.join("\n")));
    Some(renderer.block(&format!("<pre><code class=\"language-{language}\">{code}</code></pre>")))
}

/// Returns what is before and after the Markdown between two tags.
fn around(before: &str, after: String) -> Filled {
    Filled { before: before.to_owned(), after: Some(after), is_markdown: true }
}

/// Returns the arguments of a tag, without their quotes.
fn words(args: &str) -> Vec<&str> {
    let words = split(args, ' ').into_iter().map(|word| unquoted(word.trim()));
    words.filter(|word| !word.is_empty()).collect()
}

/// Returns the source below a quotation: `author[, source] [link] [title of the link]`.
fn source(args: &str, words: &[&str]) -> String {
    if words.is_empty() {
        return String::new();
    }
    let link = words.iter().position(|word| crate::types::is_http(word));
    let (author, title) = match link {
        Some(at) => (words[..at].join(" "), words[at + 1..].join(" ")),
        None => (args.trim().trim_matches(['"', '\'']).to_owned(), String::new()),
    };
    let mut out = escape_attribute(&author);
    if let Some(at) = link {
        let title = if title.is_empty() { words[at].to_owned() } else { title };
        let (url, title) = (escape_attribute(words[at]), escape_attribute(&title));
        let gap = if out.is_empty() { "" } else { ", " };
        out.push_str(&format!("{gap}<a href=\"{url}\">{title}</a>"));
    }
    format!("<footer>{out}</footer>")
}

/// Returns the address and the title of the post that a slug names.
fn post(renderer: &TemplateRenderer<'_>, slug: &str) -> Option<(String, String)> {
    let (slug, fragment) =
        slug.split_once('#').map_or((slug, String::new()), |(slug, id)| (slug, format!("#{id}")));
    let page = renderer.page;
    let addresses = page.origin.addresses;
    let (repository, site) = (addresses.repository.as_ref()?, page.origin.site()?);
    renderer.budget.spend(POST).then_some(())?;
    let path = page.origin.path();
    let (address, title) = repository.resolve_with_title(slug, &path, addresses.permalink.as_deref())?;
    let title = title.unwrap_or_else(|| slug.to_owned());
    Some((crate::generator::Repository::join(site, &address) + &fragment, title))
}

/// Returns the address of a file of the post.
fn file(renderer: &TemplateRenderer<'_>, name: &str) -> String {
    let link = renderer.page.head.link.as_str();
    let folder = link.strip_suffix(".html").or_else(|| link.strip_suffix(".htm")).unwrap_or(link);
    format!("{}/{}", folder.trim_end_matches('/'), name.trim_start_matches('/'))
}

/// Appends the image of the post's own files that a tag of the site names; `None` if it names none. The text before its name,
/// if there is any, is the alternative.
fn own_image(renderer: &mut TemplateRenderer<'_>, words: &[&str]) -> Option<bool> {
    let page = renderer.page;
    let repository = page.origin.addresses.repository.as_ref()?;
    let folder = folder_of_files(page).map(|_| page.origin.path().with_extension(""))?;
    let is_own = |word: &&str| {
        medium_of(word) == Some(Medium::Image)
            && !crate::types::is_http(word)
            && renderer.budget.spend(LOOK)
            && repository.has_file(&folder.join(word.trim_start_matches('/')))
    };
    let at = words.iter().position(is_own)?;
    let alt = at.checked_sub(1).map_or("", |at| words[at]);
    let (url, alt) = (escape_attribute(&file(renderer, words[at])), escape_attribute(alt));
    Some(renderer.block(&format!("<img src=\"{url}\" alt=\"{alt}\">")))
}

/// Appends an image: `[class …] file [width] [height] [title [alt]]`.
fn image(renderer: &mut TemplateRenderer<'_>, tag: &str, words: &[&str]) -> Option<bool> {
    let is_file = |word: &&str| word.contains(['.', '/']);
    let at = words.iter().position(is_file)?;
    let is_size = |word: &str| word.trim_end_matches(['%', 'p', 'x']).bytes().all(|b| b.is_ascii_digit());
    let texts: Vec<&str> = words[at + 1..].iter().filter(|word| !is_size(word)).copied().collect();
    // The second text is the alternative, which may be in the quotes of the first.
    let nested = texts.first().and_then(|text| text.strip_suffix('\'')?.rsplit_once('\''));
    let alt = nested.map(|(_, alt)| alt).or(texts.get(1).copied()).or(texts.first().copied());
    let is_own = tag == "asset_img" && !crate::types::is_http(words[at]);
    let url = if is_own { file(renderer, words[at]) } else { words[at].to_owned() };
    let (url, alt) = (escape_attribute(&url), escape_attribute(alt.unwrap_or_default()));
    Some(renderer.block(&format!("<img src=\"{url}\" alt=\"{alt}\">")))
}
