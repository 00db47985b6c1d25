//! The frame of the pages that the server makes itself.

use maud::{DOCTYPE, Markup, html};

/// Returns a page in English. `robots` is the policy for search engines, `style` an element for the head.
pub(super) fn html_page(title: &str, robots: &str, style: &Markup, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content=(robots);
                title { (title) }
                link rel="icon" href="data:,";
                (style)
            }
            body { (body) }
        }
    };
    page.into_string()
}
