//! Markdown to HTML: CommonMark and the extensions that the generators have in common.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

use super::site::PageContext;

/// Renders a body. HTML in it is kept: everything is cleaned later.
pub(super) fn html(text: &str, page: &PageContext<'_>) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST;
    let events = Parser::new_ext(text, options).map(|event| match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = resolve_internal(dest_url, page);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        // No feed reader shows the checkbox of a form.
        Event::TaskListMarker(is_done) => Event::Text(if is_done { "☑ " } else { "☐ " }.into()),
        event => event,
    });
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    html::push_html(&mut out, events);
    out
}

/// Resolves Zola's links to other files, which begin with `@/`.
fn resolve_internal<'a>(target: CowStr<'a>, page: &PageContext<'_>) -> CowStr<'a> {
    match target.strip_prefix("@/") {
        Some(path) => page.url_of(&format!("/{path}")).into(),
        None => target,
    }
}
