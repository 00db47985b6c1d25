//! [Shortcodes of Zola](https://www.getzola.org/documentation/content/shortcodes/): `{{ name(args) }}` and
//! `{% name(args) %}…{% end %}`.

use super::renderer::TemplateRenderer;
use super::syntax::{Args, Tag, split};
use super::{named, template};

/// Renders the shortcode at the current position; returns `false` if there is none.
pub(super) fn render(renderer: &mut TemplateRenderer<'_>) -> bool {
    for (open, close) in [("{{", "}}"), ("{%", "%}")] {
        let Some(whole) = renderer.delimited(0, open, close) else { continue };
        let inner = whole[2..whole.len() - 2].trim();
        if let Some(shown) = inner.strip_prefix("/*").and_then(|i| i.strip_suffix("*/")) {
            renderer.skip(whole.len());
            renderer.copy(&format!("{open} {} {close}", shown.trim()));
            return true;
        }
        let is_end = open == "{%" && inner == "end";
        let name_end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        let args = inner[name_end..].strip_prefix('(').and_then(|args| args.strip_suffix(')'));
        let (true, Some(args)) = (name_end > 0, args.or(is_end.then_some(""))) else { continue };
        renderer.skip(whole.len());
        let tag = Tag { name: &inner[..name_end], args };
        if is_end {
            renderer.close("");
        } else if !render_tag(renderer, &tag, open == "{%") {
            renderer.leave_out(tag.name, whole);
        }
        return true;
    }
    false
}

/// Renders a shortcode; returns `false` if it is left out.
fn render_tag<'a>(renderer: &mut TemplateRenderer<'a>, tag: &Tag<'a>, is_paired: bool) -> bool {
    let parts = split(tag.args, ',').into_iter().flat_map(|part| Args::read(part.trim()).0);
    let args = Args(parts.collect());
    let id = args.get("id").unwrap_or_default();
    if let Some(text) = renderer.template(tag.name) {
        let named = |name: &str| args.get(name).map(str::to_owned);
        let page = renderer.page;
        let of_page = |name: &str| match name {
            "page.title" => Some(page.head.title.clone()),
            "page.permalink" | "current_url" => Some(page.head.link.clone()),
            "config.base_url" => Some(format!("{}{}", page.host(), page.base_path())),
            _ => None,
        };
        let parameters = template::Parameters {
            named: &named,
            at: &|_| None,
            page: &of_page,
            is_named: true,
            budget: &renderer.budget,
        };
        if let Some(filled) = template::fill(&text, &parameters) {
            return renderer.filled(tag.name, &filled, is_paired);
        }
    }
    if is_paired {
        renderer.opened(tag.name);
    }
    match tag.name {
        "youtube" => renderer.frame("https://www.youtube.com/embed/", id),
        "vimeo" => renderer.frame("https://player.vimeo.com/video/", id),
        "streamable" => renderer.frame("https://streamable.com/e/", id),
        "gist" => renderer.link(args.get("url").unwrap_or_default()),
        name => {
            let shown = named::embedded(name, &args).or_else(|| named::html(name, &args));
            shown.map_or(is_paired, |html| renderer.block(&html))
        }
    }
}
