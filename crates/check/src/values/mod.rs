//! Values: dates, URLs, numbers, e-mail addresses, languages, media types and HTML. Each file has pure functions from a
//! value to the rule that it breaks, and these rules.

pub(crate) mod date;
mod date_repair;
pub(crate) mod email;
pub(crate) mod html;
pub(crate) mod html_scanner;
pub(crate) mod language;
pub(crate) mod media_type;
pub(crate) mod number;
pub(crate) mod style;
pub(crate) mod suggest;
pub(crate) mod url;
