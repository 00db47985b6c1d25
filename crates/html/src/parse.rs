//! Parses markup into a tree of bounded depth and size.
//!
//! A guard between tokenizer and tree builder measures the tree as it grows, and withholds tags that would make it too
//! deep or too large. Text always passes. The tree builder, `scraper` and `ammonia` are quadratic in the depth, so all of
//! them depend on this.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashMap;

use feedmill_types::work;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use scraper::{Html, HtmlTreeSink};

use super::dom::{Dom, NodeId};
use super::tokens;

/// Maximum depth of elements. Real pages stay far below; browsers stop at 512.
pub(super) const MAX_DEPTH: usize = 128;
/// Maximum number of elements.
const MAX_ELEMENTS: usize = 100_000;

/// A parsed body, and the attributes of the page around it.
pub(super) struct Parsed {
    pub dom: Dom,
    /// The first `<base href>`, and `true` if it was in the head of a whole document.
    pub base: Option<(String, bool)>,
    /// `lang` of `<html>` or `<body>`.
    pub lang: Option<String>,
    /// `dir` of `<html>` or `<body>`.
    pub dir: Option<String>,
    /// Number of tags withheld because of their depth.
    pub too_deep: usize,
    /// Number of tags withheld because there were too many.
    pub too_many: usize,
}

/// Parses the output of [`scan`](super::scan).
pub(super) fn parse(markup: &str) -> Parsed {
    let sink = Sink {
        inner: HtmlTreeSink::new(Html::new_fragment()),
        cursor: Cell::new(None),
        created: Cell::new(0),
    };
    let context = sink.create_element(
        QualName::new(None, ns!(html), local_name!("body")),
        Vec::new(),
        ElementFlags::default(),
    );
    // Without scripting, the content of `noscript` is parsed as markup.
    let options =
        TreeBuilderOpts { scripting_enabled: false, drop_doctype: true, ..TreeBuilderOpts::default() };
    let guard = Guard {
        builder: TreeBuilder::new_for_fragment(sink, context, None, options),
        withheld: RefCell::default(),
        seen: RefCell::default(),
    };
    let guard = tokens::send(markup, guard);
    let seen = guard.seen.into_inner();
    Parsed {
        dom: Dom::new(guard.builder.sink.finish()),
        base: seen.base,
        lang: seen.lang,
        dir: seen.dir,
        too_deep: seen.too_deep,
        too_many: seen.too_many,
    }
}

struct Guard {
    builder: TreeBuilder<NodeId, Sink>,
    /// Number of withheld start tags whose end tags are still to come, by name.
    withheld: RefCell<HashMap<LocalName, usize>>,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    base: Option<(String, bool)>,
    lang: Option<String>,
    dir: Option<String>,
    in_head: bool,
    too_deep: usize,
    too_many: usize,
}

impl Guard {
    /// Records what only a whole document has and the tree of a fragment cannot hold.
    fn note(&self, tag: &Tag) {
        let value =
            |name: &str| tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| a.value.to_string());
        let mut seen = self.seen.borrow_mut();
        match &*tag.name {
            "html" | "body" if tag.kind == TagKind::StartTag => {
                seen.in_head = false;
                seen.lang = value("lang").or(seen.lang.take());
                seen.dir = value("dir").or(seen.dir.take());
            }
            // A `head` after content is invalid.
            "head" => seen.in_head = tag.kind == TagKind::StartTag && self.builder.sink.created.get() <= 2,
            "base" if seen.base.is_none() => {
                let in_head = seen.in_head;
                seen.base = value("href").map(|href| (href, in_head));
            }
            _ => {}
        }
    }

    /// Returns `true` if a tag must not reach the tree builder.
    fn withhold(&self, tag: &Tag) -> bool {
        if tag.kind == TagKind::EndTag {
            let mut withheld = self.withheld.borrow_mut();
            return match withheld.get_mut(&tag.name) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    true
                }
                // One end tag creates at most one element, so the number of tags limits the number of elements.
                _ => self.builder.sink.created.get() >= MAX_ELEMENTS,
            };
        }
        let too_many = self.builder.sink.created.get() >= MAX_ELEMENTS;
        let is_void = matches!(
            &*tag.name,
            "br" | "hr" | "img" | "wbr" | "source" | "track" | "input" | "embed" | "col"
        );
        let too_deep = !is_void && self.builder.sink.depth() >= MAX_DEPTH;
        let mut seen = self.seen.borrow_mut();
        if too_many {
            seen.too_many += 1;
        } else if too_deep {
            seen.too_deep += 1;
        } else {
            return false;
        }
        if !is_void {
            *self.withheld.borrow_mut().entry(tag.name.clone()).or_default() += 1;
        }
        true
    }
}

impl TokenSink for Guard {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        match &token {
            Token::CommentToken(_) | Token::DoctypeToken(_) | Token::ParseError(_) => {
                return TokenSinkResult::Continue;
            }
            Token::TagToken(tag) => {
                if matches!(&*tag.name, "html" | "head" | "body" | "base") {
                    self.note(tag);
                    return TokenSinkResult::Continue;
                }
                if self.withhold(tag) {
                    return TokenSinkResult::Continue;
                }
            }
            _ => {}
        }
        // The scan removed raw text elements. Ignore the request to switch the tokenizer: markup follows.
        let _ = self.builder.process_token(token, line);
        TokenSinkResult::Continue
    }

    fn end(&self) {
        self.builder.end();
    }
}

/// The sink of `scraper`, with the number of elements and the current depth.
struct Sink {
    inner: HtmlTreeSink,
    /// The element that will probably contain the next one.
    cursor: Cell<Option<NodeId>>,
    created: Cell<usize>,
}

impl Sink {
    fn depth(&self) -> usize {
        let html = self.inner.0.borrow();
        let node = self.cursor.get().and_then(|id| html.tree.get(id));
        let depth = node.map_or(0, |node| node.ancestors().count());
        work::step(depth);
        depth
    }

    fn follow(&self, parent: Option<NodeId>, child: &NodeOrText<NodeId>) {
        match child {
            NodeOrText::AppendNode(id) => self.cursor.set(Some(*id)),
            NodeOrText::AppendText(_) if parent.is_some() => self.cursor.set(parent),
            NodeOrText::AppendText(_) => {}
        }
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.inner.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.inner.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.inner.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        self.created.set(self.created.get() + 1);
        self.inner.create_element(name, attrs, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.inner.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.follow(Some(*parent), &child);
        self.inner.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        self.follow(None, &child);
        self.inner.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.inner.append_doctype_to_document(name, public, system);
    }

    fn pop(&self, node: &NodeId) {
        let parent = self.inner.0.borrow().tree.get(*node).and_then(|n| n.parent()).map(|n| n.id());
        if parent.is_some() {
            self.cursor.set(parent);
        }
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.inner.get_template_contents(target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.follow(None, &child);
        self.inner.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        self.inner.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.inner.reparent_children(node, new_parent);
    }
}
