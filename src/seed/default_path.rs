//! The path of an article in a folder that is not the repository of a site: from the configured pattern, or as the
//! generator of its dialect makes it by default.

use crate::generator::Kind;
use crate::generator::pattern::{self, Spelling, Values};

/// Returns how a generator spells names in addresses.
pub(super) fn spelling(generator: Kind) -> Spelling {
    match generator {
        Kind::Jekyll => Spelling::Jekyll,
        Kind::Hugo => Spelling::Hugo { lower: true, accents: true },
        _ => Spelling::Zola,
    }
}

/// Returns the path that an article states itself, or else the one that a configured pattern makes, or that of the generator.
pub(super) fn path(own: Option<&str>, pattern: Option<&str>, values: &Values) -> Result<String, String> {
    let is_jekyll = values.spelling == Spelling::Jekyll;
    if let Some(own) = own {
        let path = pattern::fill(own, values)?;
        // A path without an extension is a folder to Hugo and Zola, with or without a slash at its end.
        let last = path.rsplit('/').next().unwrap_or_default();
        let is_folder = !is_jekyll && !last.is_empty() && !last.contains('.');
        return Ok(if is_folder { path + "/" } else { path });
    }
    let default = if is_jekyll { pattern::style("date") } else { "/:sections/:slugorcontentbasename/" };
    pattern::fill(pattern.unwrap_or(default), values)
}
