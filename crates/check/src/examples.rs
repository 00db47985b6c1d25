//! Macros for the examples of rules: whole documents with a gap for the lines that an example adds.

macro_rules! channel {
    ($attributes:expr $(, $inside:expr)*) => {
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
