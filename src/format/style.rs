//! Style sheet with which a browser shows a feed to a person who opens its address.
//!
//! It is CSS, not XSLT, because browsers are removing XSLT.

use super::{Document, Index};
use crate::error::Error;
use crate::model::Site;

pub(super) struct Style;

const SHEET: &str = include_str!("feed.css");

impl Document for Style {
    fn name(&self) -> &'static str {
        "style"
    }

    fn file_name(&self) -> &'static str {
        "feed.css"
    }

    fn media_type(&self) -> &'static str {
        "text/css"
    }

    fn is_ours(&self, document: &str) -> bool {
        document.starts_with("/* feedmill")
    }
}

impl Index for Style {
    fn write(&self, _: &Site) -> Result<Option<Vec<u8>>, Error> {
        Ok(Some(SHEET.as_bytes().to_vec()))
    }
}
