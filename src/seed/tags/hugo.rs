//! [Shortcodes of Hugo](https://gohugo.io/shortcodes/): `{{< name args >}}` and `{{% name args %}}`.

use super::renderer::TemplateRenderer;
use super::syntax::{Args, Tag};
use super::{go, named, template};
use crate::html::escape_attribute;
use crate::types::work;

/// The delimiters of shortcodes.
const DELIMITERS: [(&str, &str); 2] = [("{{<", ">}}"), ("{{%", "%}}")];

/// Renders the shortcode at the current position; returns `false` if there is none.
pub(super) fn render(renderer: &mut TemplateRenderer<'_>) -> bool {
    for (open, close) in DELIMITERS {
        let Some(whole) = renderer.delimited(0, open, close) else { continue };
        renderer.skip(whole.len());
        let inner = whole[3..whole.len() - 3].trim();
        if let Some(shown) = inner.strip_prefix("/*").and_then(|i| i.strip_suffix("*/")) {
            renderer.copy(&format!("{open} {} {close}", shown.trim()));
            return true;
        }
        let (inner, is_alone) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
        let tag = Tag::new(inner);
        if !render_tag(renderer, &tag, is_alone) {
            renderer.leave_out(tag.name, whole);
        }
        return true;
    }
    false
}

/// Renders a shortcode; returns `false` if it is left out.
fn render_tag<'a>(renderer: &mut TemplateRenderer<'a>, tag: &Tag<'a>, is_alone: bool) -> bool {
    if let Some(name) = tag.name.strip_prefix('/') {
        let name = if name.is_empty() { tag.args.trim() } else { name };
        if renderer.close(name) {
            return true;
        }
    }
    let args = Args::read(tag.args);
    if let Some(filled) = own(renderer, tag.name, &args) {
        let is_paired = !is_alone && renderer.take_closing(tag.name);
        return renderer.filled(tag.name, &filled, is_paired);
    }
    let id = args.get("id").or(args.at(0)).unwrap_or_default();
    match tag.name {
        "comment" => {
            until_end(renderer, "comment");
            true
        }
        "figure" => renderer.block(&figure(&args)),
        "highlight" => {
            let inner = until_end(renderer, "highlight");
            let language = args.get("lang").or(args.at(0)).unwrap_or_default();
            if tag.args.contains("hl_inline=true") {
                renderer.copy(&format!("<code>{}</code>", escape_attribute(inner.trim())));
            } else {
                renderer.code(language, inner);
            }
            true
        }
        "ref" | "relref" | "param" if renderer.is_full() => false,
        "ref" | "relref" => {
            let path = args.get("path").or(args.at(0)).unwrap_or_default();
            let page = renderer.page;
            let url =
                if path.starts_with('#') { format!("{}{path}", page.head.link) } else { page.url_of(path) };
            renderer.insert(&url)
        }
        "youtube" => renderer.frame("https://www.youtube.com/embed/", id),
        "vimeo" => renderer.frame("https://player.vimeo.com/video/", id),
        "instagram" => renderer.link(&format!("https://www.instagram.com/p/{id}/")),
        "x" | "twitter" | "tweet" => {
            let user = args.get("user").unwrap_or("i");
            renderer.link(&format!("https://x.com/{user}/status/{id}"))
        }
        "gist" => {
            let parts: Vec<&str> = [args.at(0), args.at(1)].into_iter().flatten().collect();
            renderer.link(&format!("https://gist.github.com/{}", parts.join("/")))
        }
        "param" => param(renderer, id).is_some_and(|value| renderer.insert(&value)),
        "details" => {
            let summary = args.get("summary").unwrap_or("Details");
            renderer.block(&format!("<details><summary>{}</summary>", escape_attribute(summary)))
        }
        // What the code says, or the address that it leads to.
        "qr" => {
            let is_paired = !is_alone && renderer.take_closing("qr");
            let inner = if is_paired { until_end(renderer, "qr") } else { "" };
            let text = args.get("text").unwrap_or(inner).trim();
            match crate::types::is_http(text) {
                true => renderer.link(text),
                false => renderer.insert(&escape_attribute(text)),
            }
        }
        "/details" => renderer.block("</details>"),
        // The end of a shortcode was reported where it began.
        name if name.starts_with('/') => true,
        name if !is_alone && renderer.template(name).is_some_and(|text| shows_code(&text)) => {
            let is_paired = renderer.take_closing(name);
            if is_paired {
                let inner = until_end(renderer, name);
                renderer.code(args.get("lang").or(args.get("language")).unwrap_or_default(), inner);
            }
            is_paired
        }
        name => {
            let shown = named::embedded(name, &args).or_else(|| named::html(name, &args));
            // The text between two tags is shown, whatever they do with it.
            let is_paired = !is_alone && renderer.take_closing(name);
            if is_paired {
                renderer.opened(tag.name);
            }
            shown.map_or(is_paired, |html| renderer.block(&html))
        }
    }
}

/// Returns a parameter of the front matter, or else of the site, by its keys with full stops between them.
fn param(renderer: &TemplateRenderer<'_>, name: &str) -> Option<String> {
    let name = name.to_lowercase();
    let (first, rest) = name.split_once('.').unwrap_or((&name, ""));
    let keys = || rest.split('.').filter(|key| !key.is_empty());
    let of_page = || {
        let value = renderer.page.matter.get(first)?;
        crate::generator::text_of(keys().try_fold(value, |table, key| {
            let found = table.as_object()?.iter().find(|(known, _)| known.to_lowercase() == key);
            found.map(|(_, value)| value)
        })?)
    };
    of_page().or_else(|| renderer.page.parameter(&format!("Site.Params.{name}")))
}

/// Fills in the site's own template of a shortcode, if it is simple.
fn own(renderer: &mut TemplateRenderer<'_>, name: &str, args: &Args<'_>) -> Option<template::Filled> {
    if name.is_empty() || name.starts_with('/') || name.contains("..") {
        return None;
    }
    let text = renderer.template(name)?;
    let named = |name: &str| args.get(name).map(str::to_owned);
    let at = |position| args.at(position).map(str::to_owned);
    let page = |name: &str| {
        let page = renderer.page;
        let name = name.strip_prefix("Page.").filter(|name| name.starts_with("Site.")).unwrap_or(name);
        match name {
            "Page.Title" => Some(page.head.title.clone()),
            "Page.Permalink" | "Page.RelPermalink" => Some(page.head.link.clone()),
            "Site.BaseURL" => Some(format!("{}{}/", page.host(), page.base_path())),
            _ if name.starts_with("Site.Params.") => page.parameter(name),
            _ => page.text(&name.strip_prefix("Page.Params.")?.to_lowercase()),
        }
    };
    let is_named = args.0.iter().any(|(name, _)| !name.is_empty());
    go::fill(
        &text,
        &template::Parameters { named: &named, at: &at, page: &page, is_named, budget: &renderer.budget },
    )
}

/// True if a template shows the text between its tags as source code.
fn shows_code(template: &str) -> bool {
    template.contains(".Inner")
        && ["highlight ", "transform.Highlight"].iter().any(|name| template.contains(name))
}

/// Moves past the closing shortcode of a name and returns the text before it; without one, returns the rest.
fn until_end<'a>(renderer: &mut TemplateRenderer<'a>, name: &str) -> &'a str {
    let rest = renderer.rest();
    let mut from = 0;
    while let Some(found) = rest[from..].find("{{") {
        work::step(found + 2);
        let at = from + found;
        let whole = DELIMITERS.iter().find_map(|(open, close)| renderer.delimited(at, open, close));
        if let Some(whole) = whole
            && whole[3..whole.len() - 3].trim().strip_prefix('/').is_some_and(|end| end.trim() == name)
        {
            renderer.skip(at + whole.len());
            return &rest[..at];
        }
        from = at + 2;
    }
    renderer.skip_to_end()
}

/// Returns a line of Markdown without marks of emphasis and code, and with the text of links only.
fn without_markdown(text: &str) -> String {
    let (mut out, mut rest, mut has_links) = (String::new(), text, true);
    while let Some(at) = rest.find(['*', '`', '[']) {
        let is_link = has_links && rest[at..].starts_with('[');
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let parts = is_link.then(|| after.split_once("](")).flatten();
        let parts = parts.and_then(|(text, address)| Some((text, address.split_once(')')?.1)));
        has_links &= !is_link || parts.is_some();
        rest = match parts {
            Some((text, after)) => {
                out.extend(text.chars().filter(|c| !matches!(c, '*' | '`')));
                after
            }
            None => after,
        };
    }
    out + rest
}

fn figure(args: &Args<'_>) -> String {
    let attr = |name: &str, value: Option<&str>| {
        value.map_or(String::new(), |value| format!(" {name}=\"{}\"", escape_attribute(value)))
    };
    let size = attr("width", args.get("width")) + &attr("height", args.get("height"));
    // Hugo renders a caption as Markdown.
    let plain = args.get("caption").map(without_markdown);
    let alt = args.get("alt").or(plain.as_deref());
    let mut image = format!("<img{}{}{size}>", attr("src", args.get("src").or(args.at(0))), attr("alt", alt));
    if let Some(link) = args.get("link") {
        image = format!("<a{}>{image}</a>", attr("href", Some(link)));
    }
    let mut caption = String::new();
    if let Some(title) = args.get("title") {
        caption += &format!("<h4>{}</h4>", escape_attribute(title));
    }
    let attribution = args.get("attr").map(|text| match args.get("attrlink") {
        Some(link) => format!("<a{}>{}</a>", attr("href", Some(link)), escape_attribute(text)),
        None => escape_attribute(text),
    });
    let text =
        [args.get("caption").map(escape_attribute), attribution].into_iter().flatten().collect::<Vec<_>>();
    let text = text.join(" ");
    if text.contains(['*', '_', '`', '[']) {
        // Between blank lines, Markdown in HTML is rendered.
        caption += &format!("\n\n{text}\n\n");
    } else if !text.is_empty() {
        caption += &format!("<p>{text}</p>");
    }
    if !caption.is_empty() {
        caption = format!("<figcaption>{caption}</figcaption>");
    }
    format!("<figure>{image}{caption}</figure>")
}
