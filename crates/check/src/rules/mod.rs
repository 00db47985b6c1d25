//! The rules, a file a family: each holds its rules with their texts and examples, the elements of its namespace, and
//! the checks. Missing elements are said at the end tag of their parent, all else where it stands.

// Whole documents for examples, with what an example adds; the rest is as it should be.

macro_rules! channel {
    ($attributes:literal $(, $inside:expr)*) => {
        concat!(
            "<rss ", $attributes, ">\n<channel>\n<title>Town</title>\n",
            "<link>https://town.example/</link>\n<description>News</description>\n",
            $($inside,)*
            "</channel>\n</rss>"
        )
    };
}

macro_rules! self_link {
    () => {
        "<atom:link rel=\"self\" href=\"https://town.example/rss.xml\"/>\n"
    };
}

macro_rules! rss_without_self {
    ($($inside:expr),*) => {
        channel!("version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"" $(, $inside)*)
    };
}

macro_rules! rss {
    ($($inside:expr),*) => {
        rss_without_self!(self_link!() $(, $inside)*)
    };
}

macro_rules! atom_without_self {
    ($($inside:expr),*) => {
        concat!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>https://town.example/</id>\n<title>Town</title>\n",
            "<updated>2023-10-31T21:15:02Z</updated>\n",
            $($inside,)*
            "</feed>"
        )
    };
}

macro_rules! atom {
    () => {
        atom_without_self!("<link rel=\"self\" href=\"https://town.example/atom.xml\"/>\n")
    };
}

pub(super) mod atom;
pub(super) mod date;
pub(super) mod dublin;
pub(super) mod element;
pub(super) mod email;
pub(super) mod geo;
pub(super) mod history;
pub(super) mod html;
pub(super) mod itunes;
pub(super) mod json;
pub(super) mod language;
pub(super) mod link;
mod markup;
pub(super) mod media;
pub(super) mod media_type;
pub(super) mod module;
pub(super) mod namespace;
pub(super) mod number;
pub(super) mod opml;
pub(super) mod podcast;
pub(super) mod publishing;
pub(super) mod rdf;
pub(super) mod rss;
mod style;
pub(super) mod text;
pub(super) mod thread;
pub(super) mod url;
pub(super) mod xhtml;
pub(super) mod xml;

pub(super) const ATOM: &str = "http://www.w3.org/2005/Atom";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
