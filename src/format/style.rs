//! Style sheet and script with which a browser shows a feed to a person who opens its address.
//!
//! They are CSS and a script, not XSLT, because browsers are removing XSLT. A feed refers to the style sheet by a
//! processing instruction, and to the script in the element that [`finish`](super::finish) adds.

use super::{Document, Index};
use crate::error::Error;
use crate::model::Site;

/// Name in the configuration, which stands for both files.
const NAME: &str = "style";
/// Start of both files, by which feedmill recognizes its own.
const MARK: &str = "/* feedmill";

pub(super) struct Style;

impl Document for Style {
    fn name(&self) -> &'static str {
        NAME
    }

    fn file_name(&self) -> &'static str {
        "feed.css"
    }

    fn media_type(&self) -> &'static str {
        "text/css"
    }

    fn is_ours(&self, document: &str) -> bool {
        document.starts_with(MARK)
    }
}

impl Index for Style {
    fn write(&self, _: &Site) -> Result<Option<Vec<u8>>, Error> {
        Ok(Some(include_bytes!("feed.css").to_vec()))
    }
}

pub(super) struct Script;

impl Document for Script {
    fn name(&self) -> &'static str {
        NAME
    }

    fn file_name(&self) -> &'static str {
        "feed.js"
    }

    fn media_type(&self) -> &'static str {
        "text/javascript"
    }

    fn is_ours(&self, document: &str) -> bool {
        document.starts_with(MARK)
    }
}

impl Index for Script {
    fn write(&self, _: &Site) -> Result<Option<Vec<u8>>, Error> {
        Ok(Some(include_bytes!("feed.js").to_vec()))
    }
}
