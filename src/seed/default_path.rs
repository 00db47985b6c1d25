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

/// Returns the path that a pattern makes, or else the default of the generator.
pub(super) fn path(pattern: Option<&str>, values: &Values) -> Result<String, String> {
    let is_jekyll = values.spelling == Spelling::Jekyll;
    let default = if is_jekyll { pattern::style("date") } else { "/:sections/:slugorcontentbasename/" };
    let path = pattern::fill(pattern.unwrap_or(default), values)?;
    // A path without an extension is a folder to Hugo and Zola, with or without a slash at its end.
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_folder = !is_jekyll && !last.is_empty() && !last.contains('.');
    Ok(if is_folder { path + "/" } else { path })
}
