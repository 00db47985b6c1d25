//! Style sheet and script with which a browser shows a feed to a person who opens its address.
//!
//! They are CSS and a script, not XSLT, because browsers are removing XSLT. A feed refers to the style sheet by a
//! processing instruction, and to the script in the element that [`finish`](super::finish) adds.

use super::{Document, Index, Templates, WrittenPage};
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
    fn write(&self, site: &Site, _: &Templates) -> Result<Option<WrittenPage>, Error> {
        let css = include_str!("feed.css").to_owned() + &theme_rules(site);
        Ok(Some(css.into_bytes().into()))
    }
}

/// Returns the rules of the theme; empty for the default.
#[cfg(feature = "folder")]
fn theme_rules(site: &Site) -> String {
    super::page::theme_rules(&site.theme)
}

/// Without folders, no theme is configured.
#[cfg(not(feature = "folder"))]
fn theme_rules(_: &Site) -> String {
    String::new()
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
    fn write(&self, _: &Site, _: &Templates) -> Result<Option<WrittenPage>, Error> {
        Ok(Some(include_bytes!("feed.js").to_vec().into()))
    }
}
