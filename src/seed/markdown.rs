//! Markdown to HTML, with what the generators agree on beside CommonMark.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

use super::tags::Page;

/// Renders a body. HTML in it passes: all of it is cleaned later.
pub(super) fn html(text: &str, page: &Page<'_>) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST;
    let events = Parser::new_ext(text, options).map(|event| match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = internal(dest_url, page);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        // A box to tick is part of a form, and no reader shows one.
        Event::TaskListMarker(is_done) => Event::Text(if is_done { "☑ " } else { "☐ " }.into()),
        event => event,
    });
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    html::push_html(&mut out, events);
    out
}

/// Zola's links to other files begin with `@/`.
fn internal<'a>(address: CowStr<'a>, page: &Page<'_>) -> CowStr<'a> {
    match address.strip_prefix("@/") {
        Some(path) => page.address(&format!("/{path}")).into(),
        None => address,
    }
}
