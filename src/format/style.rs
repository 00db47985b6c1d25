//! The style sheet with which a browser shows a feed to somebody who followed its link. Browsers no longer run XSLT; CSS
//! needs nothing and turns off nothing.

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
