//! The cleaning pipeline, from [`RawHtml`] to [`CleanHtml`].

use std::borrow::Cow;
use std::collections::HashSet;

use feedmill_diag::{Finding, codes};
use feedmill_types::{Bytes, work};
use scraper::Selector;
use url::Url;

use super::body::{CleanHtml, Cleaned, RawHtml};
use super::dom::{Dom, NodeId};
use super::links::Base;
use super::parse::{self, Parsed};
use super::removals::{Account, Amount, RemovalRule};
use super::scan::{self, Scanned};
use super::{
    clutter, code_blocks, controls, embeds, escape, foreign, furniture, hidden, lazy_images, links, media,
    normalize, noscript, prose, references, serialize, share_blocks, text,
};

/// How often output that parses differently is cleaned again.
const MAX_PASSES: usize = 6;

/// Most steps ([`work`]) that one article may take; beyond them only its text is published.
///
/// All loops are linear, so this is a backstop. Articles take 5 to 10 steps per byte, the most expensive shape of
/// `tests/growth` takes 90, and a body has at most [`scan::MAX_BYTES`].
const MAX_STEPS: u64 = 500_000_000;

/// CSS selectors that the operator adds to the cleaning rules (`[clean]` in the configuration).
///
/// ```
/// use feedmill_html::{Policy, RawHtml, clean};
///
/// let base = "https://news.example/1".parse()?;
/// let policy = Policy::new(&[".comments".to_owned()], &[])?;
/// let raw = RawHtml("<p>Text</p><div class=comments>Two</div>");
/// assert_eq!(clean(raw, &base, &policy).text, "Text");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    drop: Vec<Rule>,
    keep: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    selector: Selector,
    /// True if matching one element may visit all of its siblings.
    visits_siblings: bool,
}

impl Policy {
    /// Creates a policy from selectors of elements to drop, and of elements to keep although they look like clutter.
    ///
    /// # Errors
    /// Describes the first invalid CSS selector.
    pub fn new(drop: &[String], keep: &[String]) -> Result<Self, String> {
        let parse =
            |list: &[String]| list.iter().map(|text| Rule::parse(text)).collect::<Result<Vec<_>, _>>();
        Ok(Self { drop: parse(drop)?, keep: parse(keep)? })
    }

    /// Returns the elements to drop.
    pub(crate) fn dropped(&self, dom: &Dom) -> Vec<NodeId> {
        self.drop.iter().flat_map(|rule| rule.select(dom)).collect()
    }
}

impl Rule {
    fn parse(text: &str) -> Result<Self, String> {
        let selector = Selector::parse(text).map_err(|e| format!("`{text}` is not a CSS selector: {e}"))?;
        let visits_siblings = ["~", ":nth-", "-of-type", ":has("].iter().any(|part| text.contains(part));
        Ok(Self { selector, visits_siblings })
    }

    /// Returns the elements that the selector matches, in document order; none if that would exceed the budget.
    fn select(&self, dom: &Dom) -> Vec<NodeId> {
        let siblings = |node: super::dom::NodeRef<'_>| node.children().count().saturating_pow(2);
        if self.visits_siblings {
            dom.subtree(dom.root()).for_each(|node| _ = work::step(siblings(node)));
            // The walk ends early if the rule before this one used up the budget.
            if work::is_over_budget() {
                return Vec::new();
            }
        }
        dom.select(&self.selector)
    }
}

/// Cleans an article's body. Resolves every URL in it against `base`, the article's link.
///
/// Never fails and never panics, on any input. Takes time linear in the length of the input; an article that takes too
/// many steps nevertheless is reduced to its text and reported in [`Cleaned::findings`].
///
/// ```
/// use feedmill_html::{Policy, RawHtml, clean};
///
/// let base = "https://news.example/2024/ferry".parse()?;
/// let raw = RawHtml("<p onclick=\"go()\">By <a href=\"crane\">crane</a>.<script>track()</script>");
/// let cleaned = clean(raw, &base, &Policy::default());
/// assert_eq!(cleaned.html.as_str(), "<p>By <a href=\"https://news.example/2024/crane\">crane</a>.</p>");
/// assert_eq!(cleaned.text, "By crane.");
/// # Ok::<(), url::ParseError>(())
/// ```
#[must_use]
pub fn clean(raw: RawHtml<'_>, base: &Url, policy: &Policy) -> Cleaned {
    clean_within(MAX_STEPS, raw, base, policy)
}

/// Cleans with a budget of steps.
pub(crate) fn clean_within(steps: u64, raw: RawHtml<'_>, base: &Url, policy: &Policy) -> Cleaned {
    let (cleaned, within) = work::with_budget(steps, || clean_until_fixed(raw, base, policy));
    if within { cleaned } else { work::without_budget(|| text_only(raw, policy, cleaned.findings)) }
}

fn clean_until_fixed(raw: RawHtml<'_>, base: &Url, policy: &Policy) -> Cleaned {
    let text = escape::xml_text(raw.0);
    let removed = raw.0.len() - text.len();
    let (mut first, mut account) = pass(&text, base, policy, removed > 0);
    drop(text);
    let mut printed = std::mem::take(&mut first.html.0);
    for _ in 0..MAX_PASSES {
        if work::is_over_budget() {
            return first;
        }
        let changed = Some(serialize::verify(&printed)).filter(|verified| **verified != *printed);
        let Some(verified) = changed.map(Cow::into_owned) else {
            first.html = CleanHtml(printed);
            return first.with(account);
        };
        // Without the selectors: they could match elements that took the place of those they matched before.
        let (again, later) = pass(&verified, base, &Policy::default(), false);
        account.merge(later);
        printed = again.html.0;
        (first.text, first.heading) = (again.text, again.heading);
    }
    // No known page comes here. Text alone is always a fixed point.
    first.findings.push(markup("it changes each time it is parsed; feedmill kept only its text"));
    first.html = CleanHtml(serialize::verify(&escape::escape_text(&first.text)).into());
    first.with(account)
}

impl Cleaned {
    /// Adds the account of what was removed.
    fn with(mut self, account: Account) -> Self {
        self.removed = account.removed;
        (self.replaced, self.added) = (account.replaced, account.added);
        self
    }
}

/// Reduces an article to paragraphs of text.
fn text_only(raw: RawHtml<'_>, policy: &Policy, mut findings: Vec<Finding>) -> Cleaned {
    let text = escape::xml_text(raw.0);
    let scanned = scan::scan(&text);
    let mut parsed = parse::parse(&scanned.html);
    let root = parsed.dom.root();
    parsed.dom.begin(RemovalRule::Dropped);
    let cheap = policy.drop.iter().filter(|rule| !rule.visits_siblings);
    for id in cheap.flat_map(|rule| rule.select(&parsed.dom)).collect::<Vec<_>>() {
        parsed.dom.detach(id);
    }
    parsed.dom.begin(RemovalRule::Replaced);
    foreign::keep(&mut parsed.dom, root);
    parsed.dom.begin(RemovalRule::NotContent);
    clutter::remove_non_content(&mut parsed.dom, root);
    parsed.dom.begin(RemovalRule::Limit);
    normalize::clean_texts(&mut parsed.dom, root);
    let text = text::text(&parsed.dom, root);
    let paragraphs = text.lines().map(|line| format!("<p>{}</p>", escape::escape_text(line)));
    let paragraphs: String = paragraphs.collect();
    let html = serialize::verify(&paragraphs);
    findings.push(markup("it takes too many steps to clean; feedmill kept only its text"));
    let mut account = parsed.dom.end();
    add_scanned(&mut account, &scanned);
    if let Some(amount) =
        parsed.dom.get(root).map(|root| root.amount().without_text()).filter(|a| !a.is_nothing())
    {
        account.remove(RemovalRule::Limit, amount, String::new());
    }
    let cleaned = Cleaned {
        html: CleanHtml(html.into()),
        heading: text::heading(&parsed.dom, root),
        prose: text.clone(),
        text,
        findings,
        ..Cleaned::default()
    };
    cleaned.with(account)
}

/// Runs all steps once, except the verification.
fn pass(raw: &str, page: &Url, policy: &Policy, mut has_forbidden: bool) -> (Cleaned, Account) {
    let scanned = scan::scan(raw);
    let mut parsed = parse::parse(&scanned.html);
    let base = Base::new(page, &parsed);
    let mut findings = exceeded_limits(&scanned, &parsed);
    keep_language(&mut parsed);
    let dom = &mut parsed.dom;
    let root = dom.root();
    let dropped = policy.dropped(dom);
    let keep = kept(dom, policy);
    dom.begin(RemovalRule::Dropped);
    dropped.into_iter().for_each(|id| dom.detach(id));
    dom.begin(RemovalRule::Replaced);
    foreign::keep(dom, root);
    dom.begin(RemovalRule::NotContent);
    clutter::remove_non_content(dom, root);
    dom.begin(RemovalRule::Replaced);
    clutter::reveal_emails(dom, root);
    dom.begin(RemovalRule::ShareButtons);
    share_blocks::remove(dom, root, &keep);
    dom.begin(RemovalRule::Furniture);
    furniture::remove(dom, root, &keep);
    dom.begin(RemovalRule::Hidden);
    hidden::remove(dom, root, &keep);
    dom.begin(RemovalRule::Replaced);
    let code = code_blocks::tidy(dom, root);
    lazy_images::name_images(dom, root, &base);
    dom.begin(RemovalRule::Placeholder);
    let lazy = lazy_images::resolve_lazy_images(dom, root, &base);
    dom.begin(RemovalRule::Frame);
    embeds::link_embeds(dom, root, &base);
    dom.begin(RemovalRule::Fallback);
    noscript::resolve(dom, root, lazy);
    dom.begin(RemovalRule::Controls);
    controls::remove(dom, root, &keep);
    dom.begin(RemovalRule::Structure);
    links::resolve_all(dom, root, &base);
    references::keep(dom, root, &base);
    let prose = prose::prose(dom, root);
    let removed = normalize::normalize(dom, root);
    code_blocks::finish(dom, &code);
    has_forbidden |= removed.forbidden > 0;
    if removed.excess > 0 {
        findings.push(markup(format!("removed {} characters of markup", removed.excess)));
    }
    if has_forbidden {
        findings.push(Finding::in_text(&codes::SEED_BAD_CHARACTER, 0, 0, ""));
    }
    let text = text::text(dom, root);
    let has_media = dom.subtree(root).any(|d| matches!(d.name(), "img" | "audio" | "video" | "svg"));
    if text.is_empty() && !has_media {
        // Pronunciations and the like show nothing alone.
        dom.clear(root);
    }
    let mut account = dom.end();
    add_scanned(&mut account, &scanned);
    let html = serialize::serialize(dom, root, scanned.html.len());
    let cleaned = Cleaned {
        html: CleanHtml(html.trim_matches(|c: char| c.is_ascii_whitespace()).into()),
        heading: text::heading(dom, root),
        media: media::collect(dom, root),
        prose: if prose.is_empty() { text.clone() } else { prose },
        text,
        findings,
        ..Cleaned::default()
    };
    (cleaned, account)
}

/// Creates a finding about markup beyond a limit.
fn markup(detail: impl Into<String>) -> Finding {
    Finding::in_text(&codes::SEED_MARKUP, 0, 0, detail)
}

/// Adds what the scan removed before there was a tree.
fn add_scanned(account: &mut Account, scanned: &Scanned) {
    let texts = [
        (RemovalRule::Controls, scanned.in_fields, "textarea"),
        (RemovalRule::Fallback, scanned.in_fallbacks, "noembed"),
    ];
    for (rule, characters, place) in texts.into_iter().filter(|(_, characters, _)| *characters > 0) {
        account.remove(rule, Amount { characters, ..Amount::default() }, place.to_owned());
    }
}

/// Returns a finding for each limit that the scanner or the parser enforced.
fn exceeded_limits(scanned: &Scanned, parsed: &Parsed) -> Vec<Finding> {
    let mut findings = Vec::new();
    if scanned.cut {
        findings.push(markup(format!("cut the body at {}", Bytes(scan::MAX_BYTES as u64))));
    }
    if scanned.trimmed_tags > 0 {
        findings.push(markup(format!(
            "removed attributes that are too many or too long from {} tags",
            scanned.trimmed_tags
        )));
    }
    if parsed.too_deep > 0 {
        findings.push(markup(format!(
            "removed {} tags nested deeper than {}",
            parsed.too_deep,
            parse::MAX_DEPTH
        )));
    }
    if parsed.too_many > 0 {
        findings.push(markup(format!("removed {} tags beyond the limit for one article", parsed.too_many)));
    }
    findings
}

/// Wraps the content in a `div` with the language and direction of the page it came from, if it has any.
fn keep_language(parsed: &mut Parsed) {
    let dom = &mut parsed.dom;
    if parsed.lang.is_some() || parsed.dir.is_some() {
        let root = dom.root();
        let outer = dom.new_element("div");
        dom.set_attr(outer, "lang", parsed.lang.as_deref());
        dom.set_attr(outer, "dir", parsed.dir.as_deref());
        dom.move_children(root, outer);
        dom.append(root, outer);
    }
}

/// Returns the elements that no heuristic may touch: those that a selector keeps, with all nodes in and around them.
fn kept(dom: &Dom, policy: &Policy) -> HashSet<NodeId> {
    let (mut inside, mut around) = (HashSet::new(), HashSet::new());
    for node in policy.keep.iter().flat_map(|rule| rule.select(dom)).filter_map(|id| dom.get(id)) {
        // What is in a kept element, or around one, needs no second visit.
        if !inside.contains(&node.id()) {
            inside.extend(node.subtree().map(|n| n.id()));
        }
        around.extend(
            node.ancestors().map(|n| n.id()).take_while(|id| !around.contains(id)).collect::<Vec<_>>(),
        );
    }
    inside.extend(around);
    inside
}
