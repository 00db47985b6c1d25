//! What the markup of an article says about it, without the page around: links and elements that exist to say it.
//!
//! Microformats are [h-entry](https://microformats.org/wiki/h-entry), [rel-tag](https://microformats.org/wiki/rel-tag) and
//! [rel-author](https://microformats.org/wiki/rel-author); `itemprop` is microdata
//! (<https://html.spec.whatwg.org/multipage/microdata.html>) with the names of <https://schema.org/Article>.

use feedmill_types::work;

use super::body::RawHtml;
use super::dom::{self, NodeId, NodeRef};
use super::{parse, scan};

/// Length of a name or tag in characters; a longer text is not one.
const MAX_NAME: usize = 200;
/// Number of nodes in an element that are searched: a name and a link are near its start.
const MAX_NODES: usize = 100;
/// Number of authors and tags.
const MAX_VALUES: usize = 100;

/// What the markup of an article says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryMarkup {
    /// Names of authors, each with the address of a home page or an e-mail address as a `mailto:` URL, as written.
    pub authors: Vec<(String, Option<String>)>,
    /// Tags.
    pub tags: Vec<String>,
    /// Address of the image, as written, and the text that replaces it.
    pub image: Option<(String, String)>,
    /// Language of the outermost element, if that contains everything.
    pub language: Option<String>,
}

/// Reads the markup of an article. Takes time linear in its length, and only looks for words if it has nothing to say.
///
/// ```
/// use feedmill_html::{RawHtml, entry_markup};
///
/// let found = entry_markup(RawHtml("<div lang=fr><p>By <a rel=author href=/ann>Ann</a></p></div>"));
/// assert_eq!(found.authors, [("Ann".to_owned(), Some("/ann".to_owned()))]);
/// assert_eq!(found.language.as_deref(), Some("fr"));
/// ```
#[must_use]
pub fn entry_markup(raw: RawHtml<'_>) -> EntryMarkup {
    let mut found = EntryMarkup::default();
    if !may_say_something(raw.0) {
        return found;
    }
    let parsed = parse::parse(&scan::scan(raw.0).html);
    found.language = parsed.lang.clone().filter(|lang| !lang.trim().is_empty());
    let Some(root) = parsed.dom.get(parsed.dom.root()) else { return found };
    let language = found.language.or_else(|| language_of_all(root));
    EntryMarkup { language, ..entry_in(root, |_| false) }
}

/// Reads authors, tags and the image in a node, without elements that a function knows to be about something else.
pub(super) fn entry_in(root: NodeRef<'_>, is_elsewhere: impl Fn(NodeRef<'_>) -> bool) -> EntryMarkup {
    let mut found = EntryMarkup::default();
    // Elements are visited in document order: `inside` holds the open ones that matter.
    let (mut entries, mut foreign): (Vec<NodeId>, Vec<NodeId>) = (Vec::new(), Vec::new());
    let (mut open_authors, mut people): (Vec<NodeId>, Vec<NodeId>) = (Vec::new(), Vec::new());
    for edge in root.traverse() {
        match edge {
            dom::Edge::Close(node) => {
                for open in [&mut entries, &mut foreign, &mut open_authors, &mut people] {
                    if open.last() == Some(&node.id()) {
                        open.pop();
                    }
                }
            }
            dom::Edge::Open(node) => {
                let marks = Marks::of(node);
                if marks.as_ref().is_some_and(Marks::is_foreign) || is_elsewhere(node) {
                    foreign.push(node.id());
                }
                let Some(marks) = marks else { continue };
                if !foreign.is_empty() {
                    continue;
                }
                if marks.has_class("h-entry") || marks.has_class("hentry") {
                    entries.push(node.id());
                }
                let is_entry = !entries.is_empty();
                // An author in an author is the same: `p-author h-card` around `rel=author`.
                if open_authors.is_empty() && marks.is_author(is_entry) {
                    open_authors.push(node.id());
                    found.author(node);
                }
                found.tags(node, &marks, is_entry);
                if marks.is_person() {
                    people.push(node.id());
                }
                let is_alone = open_authors.is_empty() && people.is_empty();
                if found.image.is_none() && is_alone && marks.is_image(is_entry) {
                    found.image = image(node);
                }
            }
        }
    }
    found
}

/// True if a text has a word that [`entry_markup`] looks for in attributes, or begins with an element that has a language.
fn may_say_something(raw: &str) -> bool {
    work::step(raw.len());
    let start = raw.trim_start();
    let first = &start[..start.find('>').unwrap_or(0)];
    let words = ["itemprop", "h-entry", "hentry"];
    first.contains("lang=")
        || words.iter().any(|word| raw.contains(word))
        || raw.match_indices("rel=").any(|(at, _)| {
            // A value without an end must not be read again for each occurrence in it.
            let value = &raw[at + 4..];
            let value = &value[..value.floor_char_boundary(MAX_NAME)];
            let value = match value.as_bytes().first() {
                Some(mark @ (b'"' | b'\'')) => value[1..].split(char::from(*mark)).next(),
                _ => value.split(|c: char| c.is_whitespace() || c == '>').next(),
            };
            value.unwrap_or_default().split_whitespace().take(8).any(|word| matches!(word, "author" | "tag"))
        })
}

/// Returns the language of the only element of a body.
fn language_of_all(root: NodeRef<'_>) -> Option<String> {
    let mut all = root
        .children()
        .filter(|node| node.element().is_some() || node.text().is_some_and(|text| !text.trim().is_empty()));
    let only = all.next()?;
    if all.next().is_some() {
        return None;
    }
    let lang = dom::attr(only.element()?, "lang")?.trim();
    Some(lang.to_owned()).filter(|lang| !lang.is_empty())
}

/// The attributes of an element that may say something.
struct Marks<'a> {
    rel: &'a str,
    itemprop: &'a str,
    class: &'a str,
    itemtype: &'a str,
}

impl<'a> Marks<'a> {
    fn of(node: NodeRef<'a>) -> Option<Self> {
        let element = node.element()?;
        let attr = |name| dom::attr(element, name).unwrap_or_default();
        let marks = Self {
            rel: attr("rel"),
            itemprop: attr("itemprop"),
            class: attr("class"),
            itemtype: attr("itemtype"),
        };
        let is_bare =
            [marks.rel, marks.itemprop, marks.class, marks.itemtype].iter().all(|value| value.is_empty());
        (!is_bare).then_some(marks)
    }

    fn has_class(&self, name: &str) -> bool {
        has(self.class, name)
    }

    /// True if the element is a comment or a quoted post, whose author and tags are not those of the article.
    fn is_foreign(&self) -> bool {
        has(self.itemprop, "comment")
            || self.itemtype.ends_with("/Comment")
            || ["h-cite", "p-comment", "u-comment", "p-review"].iter().any(|name| self.has_class(name))
    }

    /// True for the description of a person or a publisher, who may have an image of their own.
    fn is_person(&self) -> bool {
        has(self.itemprop, "publisher") || ["h-card", "vcard"].iter().any(|name| self.has_class(name))
    }

    fn is_image(&self, is_entry: bool) -> bool {
        has(self.itemprop, "image")
            || is_entry && ["u-photo", "u-featured"].iter().any(|name| self.has_class(name))
    }

    fn is_author(&self, is_entry: bool) -> bool {
        has(self.rel, "author") || has(self.itemprop, "author") || is_entry && self.has_class("p-author")
    }
}

fn has(words: &str, word: &str) -> bool {
    words.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(word))
}

impl EntryMarkup {
    fn author(&mut self, node: NodeRef<'_>) {
        if self.authors.len() >= MAX_VALUES {
            return;
        }
        let content = || dom::attr(node.element()?, "content").map(str::to_owned);
        let inner = |mark: fn(&Marks<'_>) -> bool| {
            node.subtree()
                .skip(1)
                .take(MAX_NODES)
                .find(|inner| Marks::of(*inner).is_some_and(|marks| mark(&marks)))
        };
        let named = inner(|marks| has(marks.itemprop, "name") || has(marks.class, "p-name"));
        let name = named.map(text).or_else(content).unwrap_or_else(|| text(node));
        let href = |node: NodeRef<'_>| dom::attr(node.element()?, "href").map(|href| href.trim().to_owned());
        let link = inner(|marks| {
            has(marks.itemprop, "url") || has(marks.class, "u-url") || has(marks.rel, "author")
        });
        let url = href(node).or_else(|| link.and_then(href)).filter(|url| !url.is_empty());
        if !name.is_empty() && !self.authors.iter().any(|(known, _)| *known == name) {
            self.authors.push((name, url));
        }
    }

    fn tags(&mut self, node: NodeRef<'_>, marks: &Marks<'_>, is_entry: bool) {
        let is_list = has(marks.itemprop, "keywords");
        if !(is_list || has(marks.rel, "tag") || is_entry && marks.has_class("p-category")) {
            return;
        }
        let content = node.element().and_then(|element| dom::attr(element, "content"));
        let own = content.map_or_else(|| text(node), |content| content.trim().to_owned());
        let parts = if is_list { own.split(',').collect() } else { vec![own.as_str()] };
        for tag in parts.into_iter().map(|tag| tag.trim().trim_start_matches('#').trim()) {
            let is_new = !self.tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase());
            if !tag.is_empty()
                && tag.chars().nth(MAX_NAME).is_none()
                && is_new
                && self.tags.len() < MAX_VALUES
            {
                self.tags.push(tag.to_owned());
            }
        }
    }
}

/// Returns the image of an element: itself, or the first in it.
fn image(node: NodeRef<'_>) -> Option<(String, String)> {
    let img = node.subtree().take(MAX_NODES).find(|inner| inner.name() == "img");
    let attr = |node: NodeRef<'_>, name: &str| {
        dom::attr(node.element()?, name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    };
    // An `ImageObject` has its URL in an element of its own.
    let is_url = |inner: &NodeRef<'_>| {
        Marks::of(*inner).is_some_and(|marks| has(marks.itemprop, "url") || has(marks.itemprop, "contentUrl"))
    };
    let own = |node: NodeRef<'_>| attr(node, "href").or_else(|| attr(node, "content"));
    let described = || node.subtree().skip(1).take(MAX_NODES).find(is_url).and_then(own);
    let src = img.and_then(|img| attr(img, "data-src").or_else(|| attr(img, "src")));
    let src = src.or_else(|| own(node)).or_else(described)?;
    Some((src, img.and_then(|img| attr(img, "alt")).unwrap_or_default()))
}

/// Returns the text of a short element with white space folded; empty if it is long.
fn text(node: NodeRef<'_>) -> String {
    let mut text = String::new();
    for part in node.subtree().take(MAX_NODES).filter_map(NodeRef::text) {
        text.push_str(part);
        // At most four bytes for each character.
        if text.len() > 4 * 4 * MAX_NAME {
            return String::new();
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().nth(MAX_NAME).is_some() { String::new() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(html: &str) -> EntryMarkup {
        entry_markup(RawHtml(html))
    }

    #[test]
    fn links_and_microdata_name_authors_and_tags() {
        let found = of(
            "<p itemprop=author itemscope itemtype=https://schema.org/Person><a itemprop=url href=/j>\
             <span itemprop=name>Jo  Lee</span></a>, editor</p><meta itemprop=keywords content='a, b c,,A'>\
             <p><a rel='nofollow author' href=mailto:ann@a.example>Ann</a> <a rel=\"tag\" href=/t/x>#Ferry</a></p>",
        );
        let author = |name: &str, url: &str| (name.to_owned(), Some(url.to_owned()));
        assert_eq!(found.authors, [author("Jo Lee", "/j"), author("Ann", "mailto:ann@a.example")]);
        assert_eq!(found.tags, ["a", "b c", "Ferry"]);
    }

    #[test]
    fn an_h_entry_names_author_category_and_photo_and_a_comment_in_it_does_not() {
        let found = of(
            "<article class=h-entry><span class='p-author h-card'><img class=u-photo src=/me.jpg>\
             <a class='p-name u-url' href=https://ann.example/>Ann</a></span><a class=p-category>Town</a>\
             <img class=u-photo src=/lead.jpg alt=Lead><div class='u-comment h-cite'><b class=p-author>Bob</b>\
             <a rel=tag>no</a></div></article><i class=p-author>outside</i>",
        );
        assert_eq!(found.authors, [("Ann".to_owned(), Some("https://ann.example/".to_owned()))]);
        assert_eq!(found.tags, ["Town"]);
        assert_eq!(found.image, Some(("/lead.jpg".to_owned(), "Lead".to_owned())));
    }

    #[test]
    fn only_the_root_element_gives_the_language() {
        assert_eq!(of("\n<div lang=pt-BR><p lang=en>x</p></div>\n").language.as_deref(), Some("pt-BR"));
        assert_eq!(of("<p lang=de>a</p><p>b</p>").language, None);
        assert_eq!(of("<p><i lang=la>a</i></p>").language, None);
        assert_eq!(of("<html lang=nl><body><p>a").language.as_deref(), Some("nl"));
    }

    #[test]
    fn prose_and_ordinary_classes_say_nothing() {
        assert_eq!(
            of("<p class=author>By the author Ann, tag: x</p><a rel=nofollow>y</a>"),
            EntryMarkup::default()
        );
        assert_eq!(of("<p class=p-author>Ann</p><a class=p-category>x</a>"), EntryMarkup::default());
        let deep = format!("<div class=h-entry>{}", "<span class=p-category>".repeat(20_000));
        assert_eq!(of(&deep).tags, [""; 0]);
        assert!(!may_say_something(&"rel=".repeat(200_000)));
        assert!(!may_say_something("<p>author tag lang=en</p><a rel=\"noopener\" class=tag>"));
    }
}
