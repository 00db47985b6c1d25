//! Forms and their controls. The text of a button or a label stays if it is content, and a check box becomes a character.

use std::collections::HashSet;

use super::dom::{self, Dom, Edge, NodeId, NodeRef};

/// Number of characters of the longest text of a button that only does something.
const MAX_BUTTON: usize = 60;
/// Number of elements around a button or a check box that may give it a meaning.
const MAX_AROUND: usize = 4;
/// Number of nodes in which text is searched.
const MAX_SEARCHED: usize = 40;

/// Removes controls. Removes a form that holds nothing else, and turns any other one into a `div`.
pub(super) fn remove(dom: &mut Dom, root: NodeId, keep: &HashSet<NodeId>) {
    if !dom.subtree(root).any(|node| Kind::of(node).is_some()) {
        return;
    }
    let controls = Controls::read(dom, root);
    for (id, found) in &controls.elements {
        let Some(node) = dom.get(*id) else { continue };
        let is_kept = keep.contains(id);
        match found.kind {
            Kind::Form if found.has_content || !found.has_control || is_kept => dom.rename(*id, "div"),
            Kind::Form => dom.detach(*id),
            Kind::CheckBox => match check_box(node) {
                Some(text) => dom.replace_with_text(*id, &text),
                None => dom.detach(*id),
            },
            Kind::Label if controls.is_text_label(node, found) && !is_kept => dom.detach(*id),
            Kind::Label => dom.unwrap(*id),
            Kind::Button if found.has_image || is_kept || controls.is_content(node) => dom.unwrap(*id),
            Kind::Button | Kind::Field | Kind::Option => dom.detach(*id),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `form` and `fieldset`.
    Form,
    Button,
    Label,
    CheckBox,
    /// Field for text or a choice.
    Field,
    /// Value of a field.
    Option,
}

impl Kind {
    fn of(node: NodeRef<'_>) -> Option<Self> {
        let kind =
            || node.element().and_then(|e| dom::attr(e, "type")).unwrap_or("text").to_ascii_lowercase();
        Some(match node.name() {
            "form" | "fieldset" => Self::Form,
            "button" => Self::Button,
            "label" => Self::Label,
            "input" => match &*kind() {
                "checkbox" => Self::CheckBox,
                // Their labels are content, and they have no text of their own.
                "radio" | "hidden" | "button" | "submit" | "reset" | "image" => Self::Option,
                _ => Self::Field,
            },
            "select" | "datalist" | "output" => Self::Field,
            "option" | "optgroup" | "selectedcontent" => Self::Option,
            _ => return None,
        })
    }
}

/// Contents of an element of a form.
struct Found {
    kind: Kind,
    /// True if it has text or media outside of controls.
    has_content: bool,
    has_control: bool,
    has_field: bool,
    has_image: bool,
}

/// The elements of forms, in document order.
struct Controls {
    elements: Vec<(NodeId, Found)>,
    /// Ids of fields, which labels name.
    fields: HashSet<String>,
    /// Ids that buttons may open.
    ids: HashSet<String>,
}

impl Controls {
    fn read(dom: &Dom, root: NodeId) -> Self {
        let mut all = Self { elements: Vec::new(), fields: HashSet::new(), ids: HashSet::new() };
        let mut open: Vec<usize> = Vec::new();
        // Number of open elements whose text is a control's.
        let mut controls = 0_usize;
        for edge in dom.get(root).into_iter().flat_map(NodeRef::traverse) {
            match edge {
                Edge::Open(node) => {
                    if let Some(text) = node.text() {
                        if controls == 0 && !open.is_empty() && !dom::is_blank(text) {
                            all.mark(&open, |found| found.has_content = true);
                        }
                        continue;
                    }
                    let id = node.element().and_then(|element| dom::attr(element, "id"));
                    let kind = Kind::of(node);
                    controls += usize::from(is_control(node, kind));
                    match (kind, node.name()) {
                        (Some(Kind::Field), _) => {
                            all.fields.extend(id.map(str::to_owned));
                            all.mark(&open, |found| found.has_field = true);
                        }
                        (None, "img" | "audio" | "video" | "iframe" | "amp-img") if !open.is_empty() => {
                            let is_content = controls == 0;
                            all.mark(&open, |found| {
                                found.has_image = true;
                                found.has_content |= is_content;
                            });
                        }
                        _ => {}
                    }
                    if let Some(kind) = kind {
                        if kind != Kind::Form {
                            all.mark(&open, |found| found.has_control = true);
                        }
                        open.push(all.elements.len());
                        let found = Found {
                            kind,
                            has_content: false,
                            has_control: false,
                            has_field: false,
                            has_image: false,
                        };
                        all.elements.push((node.id(), found));
                    } else {
                        all.ids.extend(id.map(str::to_owned));
                    }
                }
                Edge::Close(node) => {
                    let kind = Kind::of(node);
                    controls -= usize::from(is_control(node, kind)).min(controls);
                    if open.last().is_some_and(|last| all.elements[*last].0 == node.id())
                        && let Some(closed) = open.pop()
                    {
                        all.propagate(closed, &open);
                    }
                }
            }
        }
        all
    }

    /// Changes the innermost open element.
    fn mark(&mut self, open: &[usize], change: impl FnOnce(&mut Found)) {
        if let Some((_, found)) = open.last().and_then(|last| self.elements.get_mut(*last)) {
            change(found);
        }
    }

    /// Adds the contents of a closed element to the one around it.
    fn propagate(&mut self, closed: usize, open: &[usize]) {
        let Found { has_content, has_control, has_field, has_image, .. } = self.elements[closed].1;
        self.mark(open, |around| {
            around.has_content |= has_content;
            around.has_control |= has_control;
            around.has_field |= has_field;
            around.has_image |= has_image;
        });
    }

    /// True for the label of a field, which says nothing without it.
    fn is_text_label(&self, node: NodeRef<'_>, found: &Found) -> bool {
        let named = node.element().and_then(|element| dom::attr(element, "for"));
        let is_field = |n: NodeRef<'_>| Kind::of(n) == Some(Kind::Field);
        !found.has_image
            && (found.has_field
                || named.is_some_and(|id| self.fields.contains(id))
                || (named.is_none() && node.element_after().is_some_and(is_field)))
    }

    /// True for a button whose text belongs to the article: a heading or a cell that a click opens or sorts, or a key in a
    /// sentence.
    fn is_content(&self, node: NodeRef<'_>) -> bool {
        let Some(element) = node.element() else { return false };
        let opens = dom::attr(element, "aria-controls")
            .is_some_and(|ids| ids.split_ascii_whitespace().any(|id| self.ids.contains(id)));
        let is_opener = opens || dom::attr(element, "aria-expanded").is_some();
        if !shows_text(node) {
            return false;
        }
        if !node.is_text_within(MAX_BUTTON)
            || node.subtree().skip(1).take(MAX_SEARCHED).any(|n| dom::is_block(n.name()))
        {
            return true;
        }
        let is_in_heading = node.parent().is_some_and(|n| dom::is_heading(n.name()));
        if is_in_sentence(node, is_in_heading) {
            return true;
        }
        if is_opener && node.element_after().is_some() {
            return true;
        }
        let mut at = node;
        for around in node.ancestors().take(MAX_AROUND) {
            if !is_alone(at) {
                return false;
            }
            if is_opener && around.element_after().is_some() {
                return true;
            }
            match around.name() {
                name if dom::is_heading(name) => return true,
                "dt" | "th" | "td" | "summary" | "caption" => return true,
                "li" => return is_opener,
                name if dom::is_block(name) && name != "div" => return false,
                _ => at = around,
            }
        }
        false
    }
}

/// True for elements whose text belongs to a control.
fn is_control(node: NodeRef<'_>, kind: Option<Kind>) -> bool {
    kind.is_some_and(|kind| kind != Kind::Form) || node.name() == "legend"
}

/// True if a node shows text near its start.
fn shows_text(node: NodeRef<'_>) -> bool {
    node.subtree().take(MAX_SEARCHED).filter_map(NodeRef::text).any(|text| !dom::is_blank(text))
}

/// True if no text stands next to a node.
fn is_alone(node: NodeRef<'_>) -> bool {
    let around = node.prev_siblings().take(MAX_SEARCHED).chain(node.next_siblings().take(MAX_SEARCHED));
    !around.into_iter().any(shows_text)
}

/// True for a button within a sentence: text stands on both sides, or an unfinished one before it. In a heading, the button
/// behind the text only does something.
fn is_in_sentence(node: NodeRef<'_>, is_in_heading: bool) -> bool {
    let follows = node.next_sibling().and_then(NodeRef::text).is_some_and(|text| !dom::is_blank(text));
    let before = node.prev_siblings().next().and_then(NodeRef::text).map_or("", str::trim_end);
    let is_finished = before.ends_with(['.', '!', '?', ':', '…', '。', '！', '？', '|', '•', '·']);
    !before.is_empty() && (follows || !(is_finished || is_in_heading))
}

/// Returns the character for a check box before a text; `None` if no text belongs to it.
fn check_box(node: NodeRef<'_>) -> Option<String> {
    let element = node.element().filter(|element| !dom::is_hidden(element))?;
    let is_button = dom::attr(element, "role").is_some_and(|role| matches!(role, "button" | "switch"));
    let parent = node.parent()?;
    let line = std::iter::once(parent).chain(parent.ancestors()).take(MAX_AROUND);
    let is_line = line
        .take_while(|n| n.name() != "div")
        .any(|n| matches!(n.name(), "li" | "td" | "th" | "dd" | "dt" | "p" | "label"));
    let is_cell = matches!(parent.name(), "td" | "th");
    if is_button || !is_line || (!is_cell && !shows_text(around(node))) {
        return None;
    }
    let mark = if dom::attr(element, "checked").is_some() { "☑" } else { "☐" };
    let next = node.next_sibling();
    let has_space = next.is_none_or(|n| n.text().is_some_and(|text| text.starts_with(char::is_whitespace)));
    Some(format!("{mark}{}", if has_space { "" } else { " " }))
}

/// Returns the element whose text says what a check box means: the one around its label, or around itself.
fn around(node: NodeRef<'_>) -> NodeRef<'_> {
    let parent = node.parent().unwrap_or(node);
    if matches!(parent.name(), "span" | "label") { parent.parent().unwrap_or(parent) } else { parent }
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, clean};

    fn check(cases: &[(&str, &str)]) {
        let link = "https://a.example/1".parse().unwrap();
        for (raw, wanted) in cases {
            assert_eq!(clean(RawHtml(raw), &link, &Policy::default()).html.as_str(), *wanted, "{raw}");
        }
    }

    #[test]
    fn buttons_that_are_headings_cells_or_keys_keep_their_text() {
        check(&[
            (
                "<h2><button type=button aria-expanded=true><span>Where is it?</span></button></h2><p>North.</p>",
                "<h2>Where is it?</h2><p>North.</p>",
            ),
            ("<div><h4> <button>Opening hours</button> </h4></div>", "<h4> Opening hours </h4>"),
            (
                "<table><tr><th><button>Year</button></th><td>1714</td></tr></table>",
                "<table><tbody><tr><th>Year</th><td>1714</td></tr></tbody></table>",
            ),
            (
                "<dl><dt><button>Owner</button></dt><dd>The town.</dd></dl>",
                "<dl><dt>Owner</dt><dd>The town.</dd></dl>",
            ),
            ("<p>Press <button>Start</button> to grind.</p>", "<p>Press Start to grind.</p>"),
            (
                "<ul><li><button aria-expanded=false>Tickets</button><p>At the door.</p></li></ul>",
                "<ul><li>Tickets<p>At the door.</p></li></ul>",
            ),
            (
                "<p>The mill is open.</p><button>Copy</button><p><button>Like</button></p>",
                "<p>The mill is open.</p>",
            ),
            ("<h3>Hours<button>Copy link</button></h3><p>9 to 5</p>", "<h3>Hours</h3><p>9 to 5</p>"),
        ]);
    }

    #[test]
    fn labels_stay_unless_they_name_a_field() {
        check(&[
            (
                "<table><tr><td><label for=x>Ben</label></td><td>Miller</td></tr></table>",
                "<table><tbody><tr><td>Ben</td><td>Miller</td></tr></tbody></table>",
            ),
            ("<dl><dt><label>Length</label></dt><dd>12 m</dd></dl>", "<dl><dt>Length</dt><dd>12 m</dd></dl>"),
            ("<p><label>Note</label> Bring boots.</p>", "<p>Note Bring boots.</p>"),
            ("<p>Text.</p><p><label for=q>Search</label><input id=q></p>", "<p>Text.</p>"),
            ("<p>Text.</p><div><label>Mail <input type=email></label></div>", "<p>Text.</p>"),
        ]);
    }

    #[test]
    fn check_boxes_become_characters() {
        check(&[
            (
                "<ul><li><label><input type=checkbox> feed goat</label></li><li><input checked type=checkbox>oats</li></ul>",
                "<ul><li>☐ feed goat</li><li>☑ oats</li></ul>",
            ),
            (
                "<table><tr><td>Flour</td><td><input type=CHECKBOX checked disabled></td></tr></table>",
                "<table><tbody><tr><td>Flour</td><td>☑</td></tr></tbody></table>",
            ),
            ("<ol><li><p><input type=checkbox> salt</p></li></ol>", "<ol><li><p>☐ salt</p></li></ol>"),
            ("<p>Text.</p><div><input type=checkbox role=button id=toc></div>", "<p>Text.</p>"),
            ("<p>Text.<input type=checkbox hidden></p>", "<p>Text.</p>"),
        ]);
    }

    #[test]
    fn a_form_goes_only_if_it_holds_nothing_but_controls() {
        let controls =
            "<input type=hidden name=__VIEWSTATE value=x><input type=text name=q><button>Go</button>";
        check(&[
            (&format!("<form id=main>{controls}<p>The mill is shut.</p></form>"), "<p>The mill is shut.</p>"),
            (
                &format!("<form>{controls}<div><img src=/a.jpg></div></form>"),
                "<div><img src=\"https://a.example/a.jpg\"></div>",
            ),
            (
                &format!("<p>x</p><form><fieldset><legend>Vote</legend>{controls}</fieldset></form>"),
                "<p>x</p>",
            ),
            (
                "<p>x</p><form><label><input type=radio> Yes</label><select><option>A</select></form>",
                "<p>x</p>",
            ),
            ("<form></form><form><p>Only text</p></form>", "<p>Only text</p>"),
        ]);
    }
}
