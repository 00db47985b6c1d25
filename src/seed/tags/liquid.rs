//! [Liquid](https://shopify.github.io/liquid/) as far as an article can be rendered without its site: values, text filters,
//! `raw`, `comment`, and the tags of [Jekyll](https://jekyllrb.com/docs/liquid/tags/).

use super::renderer::TemplateRenderer;
use super::syntax::{Args, Tag, split};
use super::{named, template};
use crate::html::escape_attribute;
use crate::types::work;

/// Maximum length of a value that filters make, in bytes: each filter can double it.
const MAX_VALUE: usize = 1 << 20;

/// Renders the tag at the current position; returns `false` if there is none.
pub(super) fn render(renderer: &mut TemplateRenderer<'_>) -> bool {
    let is_tag = renderer.rest().starts_with("{%");
    let (open, close) = if is_tag { ("{%", "%}") } else { ("{{", "}}") };
    let Some(whole) = renderer.delimited(0, open, close) else { return false };
    let inner = whole[2..whole.len() - 2].trim_matches('-').trim();
    renderer.skip(whole.len());
    if is_tag {
        let tag = Tag::new(inner);
        if !render_tag(renderer, &tag) {
            renderer.leave_out(tag.name, whole);
        }
    } else {
        let first = inner.split(|c: char| c.is_whitespace() || c == '|').next().unwrap_or_default();
        if !output(renderer, inner).is_some_and(|value| renderer.insert(&value)) {
            renderer.leave_out(first, whole);
        }
    }
    true
}

/// Returns the value of `{{ … }}`; `None` if only the site knows it.
fn output(renderer: &TemplateRenderer<'_>, inner: &str) -> Option<String> {
    if renderer.is_full() {
        return None;
    }
    let mut parts = split(inner, '|').into_iter().map(str::trim);
    let mut result = value(renderer, parts.next().unwrap_or_default())?;
    work::step(result.len());
    for filter in parts {
        let (name, arg) = filter.split_once(':').map_or((filter, ""), |(name, arg)| (name, arg.trim()));
        let page = renderer.page;
        result = match name.trim() {
            "relative_url" => format!("{}/{}", page.base_path(), result.trim_start_matches('/')),
            "absolute_url" => {
                format!("{}{}/{}", page.host(), page.base_path(), result.trim_start_matches('/'))
            }
            "prepend" => value(renderer, arg)? + &result,
            "append" => result + &value(renderer, arg)?,
            "escape" | "escape_once" | "xml_escape" => escape_attribute(&result),
            "strip" => result.trim().to_owned(),
            _ => return None,
        };
        work::step(result.len());
        if result.len() > MAX_VALUE {
            return None;
        }
    }
    Some(result)
}

fn value(renderer: &TemplateRenderer<'_>, name: &str) -> Option<String> {
    let quoted = ['"', '\''].iter().find_map(|mark| name.strip_prefix(*mark)?.strip_suffix(*mark));
    if let Some(text) = quoted {
        return Some(text.to_owned());
    }
    let page = renderer.page;
    match name {
        "site.url" => Some(page.host()),
        "site.baseurl" => Some(page.base_path()),
        "page.title" => Some(page.head.title.clone()),
        "page.url" => {
            let link = &page.head.link;
            Some(link.strip_prefix(&page.host()).unwrap_or(link).to_owned())
        }
        _ => (page.text)(&name.strip_prefix("page.")?.to_lowercase()),
    }
}

/// Renders `{% … %}`; returns `false` if it is left out.
fn render_tag(renderer: &mut TemplateRenderer<'_>, tag: &Tag<'_>) -> bool {
    match tag.name {
        "raw" => {
            let inner = until_tag(renderer, "endraw");
            renderer.copy(inner);
            true
        }
        "comment" => {
            until_tag(renderer, "endcomment");
            true
        }
        "highlight" => {
            let inner = until_tag(renderer, "endhighlight");
            let inner = inner.replace("{% raw %}", "").replace("{% endraw %}", "");
            renderer.code(tag.args.split_whitespace().next().unwrap_or_default(), &inner);
            true
        }
        "post_url" | "link" if renderer.is_full() => false,
        "post_url" => renderer.insert(&renderer.page.url_of(&format!("/_posts/{}", tag.args))),
        "link" if !tag.args.contains('{') => {
            let path = format!("/{}", tag.args.trim_start_matches('/'));
            let page = renderer.page;
            // Files other than posts keep their path.
            let url = if path.contains("/_posts/") || page.origin.addresses.repository.is_some() {
                page.url_of(&path)
            } else {
                let path = path.strip_suffix(".md").map_or(path.clone(), |path| format!("{path}.html"));
                format!("{}{}{path}", page.host(), page.base_path())
            };
            renderer.insert(&url)
        }
        "include" | "include_relative" | "include_cached" | "render" => include(renderer, tag.args),
        "gist" => {
            let id = tag.args.split_whitespace().next().unwrap_or_default();
            renderer.link(&format!("https://gist.github.com/{id}"))
        }
        // Reported where it began.
        name => name.starts_with("end") || matches!(name, "else" | "elsif" | "when"),
    }
}

/// Renders an include: the site's own template if it is simple, else what its parameters name.
fn include(renderer: &mut TemplateRenderer<'_>, args: &str) -> bool {
    let (file, args) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
    let file = file.trim_matches(['"', '\'']).trim_end_matches(',');
    let args = Args::read(args);
    if !file.contains("..")
        && let Some(text) = renderer.template(file)
    {
        // A parameter without quotes is the name of a value.
        let named = |name: &str| {
            let given = args.get(name)?;
            value(renderer, given).or_else(|| Some(given.to_owned()))
        };
        let filled = template::fill(&text, &template::Parameters { named: &named, at: &|_| None });
        if let Some(filled) = filled {
            return renderer.filled("", &filled, false);
        }
    }
    named::html(file, &args).is_some_and(|html| renderer.block(&html))
}

/// Moves past the tag `end` and returns the text before it; without one, returns the rest.
fn until_tag<'a>(renderer: &mut TemplateRenderer<'a>, end: &str) -> &'a str {
    let rest = renderer.rest();
    let mut from = 0;
    while let Some(found) = rest[from..].find("{%") {
        work::step(found + 2);
        let at = from + found;
        let Some(whole) = renderer.delimited(at, "{%", "%}") else { break };
        if whole[2..whole.len() - 2].trim_matches('-').trim() == end {
            renderer.skip(at + whole.len());
            return &rest[..at];
        }
        from = at + 2;
    }
    renderer.skip_to_end()
}
