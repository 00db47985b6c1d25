//! The page: every feed with its newest entries and the ways to subscribe, in one file that needs no script.

use maud::{DOCTYPE, html};

use super::{Document, GENERATOR, Index, finish};
use crate::error::Error;
use crate::model::Site;

pub(super) struct Page;

impl Document for Page {
    fn name(&self) -> &'static str {
        "page"
    }

    fn file_name(&self) -> &'static str {
        "index.html"
    }

    fn media_type(&self) -> &'static str {
        "text/html"
    }

    fn is_ours(&self, document: &str) -> bool {
        document.contains(&format!("<meta name=\"generator\" content=\"{GENERATOR}\">"))
    }
}

impl Index for Page {
    fn write(&self, site: &Site) -> Result<Option<Vec<u8>>, Error> {
        let page = html! {
            (DOCTYPE)
            html {
                head {
                    meta name="generator" content=(GENERATOR);
                    title { (site.title) }
                }
            }
        };
        Ok(Some(finish(page.into_string().into_bytes())))
    }
}
