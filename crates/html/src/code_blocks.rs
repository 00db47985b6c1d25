//! Code without line numbers, and headings without anchor symbols: what highlighters and generators add around the text.

use feedmill_types::work;

use super::allowlist;
use super::dom::{self, Dom, Edge, NodeId, NodeRef};

/// Class names of line numbers. An element with one of them is removed from code only if it holds just numbers.
///
/// Chroma and Hugo, Rouge, Pygments, highlightjs-line-numbers, Prism, GitHub and Gitea, SyntaxHighlighter, Crayon, GeSHi,
/// Hexo, Doxygen, javadoc, CodeMirror, Ace, react-syntax-highlighter, Docusaurus, Expressive Code, EnlighterJS, Zola.
const NUMBERS: [&str; 34] = [
    "ln",
    "lnt",
    "lnlinks",
    "gl",
    "rouge-gutter",
    "lineno",
    "linenos",
    "linenodiv",
    "special",
    "hljs-ln-numbers",
    "hljs-ln-n",
    "line-numbers",
    "line-numbers-rows",
    "blob-num",
    "lines-num",
    "gutter",
    "crayon-nums",
    "crayon-nums-content",
    "crayon-num",
    "line_numbers",
    "linenumbers",
    "linenumber",
    "line-number",
    "line-num",
    "source-line-no",
    "CodeMirror-linenumber",
    "CodeMirror-gutter-elt",
    "ace_gutter-cell",
    "react-syntax-highlighter-line-number",
    "codeLineNumber",
    "diff-line-num",
    "enlighter-ln",
    "giallo-ln",
    "code-line-number",
];
/// Class names of tables and their cells that only highlighters use.
const TABLES: [&str; 15] = [
    "lntable",
    "rouge-table",
    "highlighttable",
    "hljs-ln",
    "js-file-line-container",
    "code-view",
    "syntaxhighlighter",
    "crayon-table",
    "crayon-row",
    "gutter",
    "blob-num",
    "lntd",
    "linenos",
    "lines-num",
    "line_numbers",
];
/// Classes by which highlighters name the language of code.
const LANGUAGE_PREFIXES: [&str; 4] = ["language-", "lang-", "highlight-source-", "brush:"];
/// Number of elements around a `pre` that may name its language.
const MAX_AROUND: usize = 4;
/// Number of nodes in which a judgement about one element may look.
const MAX_SEARCHED: usize = 60;

/// Names and classes of the links to themselves that generators put into headings.
const ANCHORS: [&str; 26] = [
    "headerlink",
    "header-anchor",
    "heading-anchor",
    "headinganchor",
    "anchor",
    "anchor-link",
    "anchorjs-link",
    "anchor-heading",
    "hash-link",
    "hashlink",
    "hanchor",
    "heading-link",
    "headline-anchor",
    "header-link",
    "permalink",
    "heading-permalink",
    "zola-anchor",
    "direct-link",
    "deep-link",
    "deeplink",
    "toc-anchor",
    "sl-anchor-link",
    "section-link",
    "autolink",
    "autolink-heading",
    "anchorlink",
];
/// Characters that stand for a link to the heading they are in.
const SYMBOLS: &str = "#¶§🔗⚓⛓∞⌗◊❡☍⎘🖇🔖\u{FE0F}\u{200D}";

/// Cleans the code blocks and headings in `root`. Returns the code blocks, with their language, for [`finish`].
pub(super) fn tidy(dom: &mut Dom, root: NodeId) -> Vec<NodeId> {
    let (mut tables, mut headings, mut numbers, mut code) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut pre = 0_usize;
    for edge in dom.get(root).into_iter().flat_map(NodeRef::traverse) {
        match edge {
            Edge::Open(node) => match node.name() {
                "table" => tables.push((node.id(), pre > 0)),
                // `listing` is an obsolete name of `pre`.
                "pre" | "listing" => {
                    pre += 1;
                    code.push(node.id());
                }
                "a" if node.attr("href").is_some_and(|href| href.contains('#')) => headings.push(node.id()),
                "button" if pre > 0 => numbers.push(node.id()),
                "" => {}
                _ if is_number(node) && (pre > 0 || is_next_to_code(node)) => numbers.push(node.id()),
                _ => {}
            },
            Edge::Close(node) => pre -= usize::from(matches!(node.name(), "pre" | "listing")),
        }
    }
    for id in &code {
        if dom.name(*id) == "listing" {
            dom.rename(*id, "pre");
        }
    }
    for id in headings {
        if dom.get(id).is_some_and(is_anchor) {
            dom.detach(id);
        }
    }
    // The innermost first: a table with another in it is none of code.
    for (id, is_in_pre) in tables.into_iter().rev() {
        unwrap_table(dom, id, is_in_pre);
    }
    for id in numbers {
        dom.detach(id);
    }
    for id in &code {
        name_language(dom, *id);
    }
    code
}

/// Moves the language of each code block to the `code` in it, where readers look for it, and unwraps the tables in it. Only in
/// the finished tree is it known which `code` is a child of its block, and which tables have one cell.
pub(super) fn finish(dom: &mut Dom, blocks: &[NodeId]) {
    for id in blocks {
        if !dom.has_ancestor(*id, &["pre"]) {
            let tables: Vec<NodeId> =
                dom.subtree(*id).filter(|node| node.name() == "table").map(NodeRef::id).collect();
            tables.into_iter().rev().for_each(|id| unwrap_table(dom, id, true));
        }
        let Some(pre) = dom.get(*id) else { continue };
        let Some(class) = pre.attr("class").map(str::to_owned) else { continue };
        let code = pre.children().find(|child| child.name() == "code").map(NodeRef::id);
        if let Some(code) = code {
            dom.set_attr(*id, "class", None);
            dom.set_attr(code, "class", Some(&class));
        }
    }
}

/// True for an element whose class says line numbers, and which holds nothing else.
fn is_number(node: NodeRef<'_>) -> bool {
    let Some(class) = node.attr("class") else { return false };
    if matches!(node.name(), "pre" | "code" | "table" | "td" | "th" | "body") {
        return false;
    }
    work::step(class.len());
    let is_named = class.split_ascii_whitespace().any(|word| {
        // Docusaurus appends a hash: `codeLineNumber_Tfdd`.
        let stem = word.split("_").next().unwrap_or_default();
        NUMBERS
            .iter()
            .any(|name| name.eq_ignore_ascii_case(word) || (*name == "codeLineNumber" && stem == *name))
    });
    is_named && only_numbers(node)
}

/// True if a node holds only numbers, or nothing.
fn only_numbers(node: NodeRef<'_>) -> bool {
    let is_digit =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '\u{200B}' | '.' | ':' | '|');
    node.subtree().all(|n| match n.text() {
        Some(text) => {
            work::step(text.len());
            text.chars().all(is_digit)
        }
        None => !matches!(n.name(), "img" | "video" | "audio" | "iframe"),
    })
}

/// True if code follows an element, as in a layout of two columns.
fn is_next_to_code(node: NodeRef<'_>) -> bool {
    let is_code = |n: NodeRef<'_>| {
        n.subtree().take(MAX_SEARCHED).any(|d| {
            matches!(d.name(), "pre" | "code")
                || d.has_class(&["crayon-pre", "crayon-line", "CodeMirror-line", "ace_line"])
        })
    };
    node.next_siblings().take(4).find(|next| next.element().is_some()).is_some_and(is_code)
}

/// Replaces a table of line numbers and code with the code.
fn unwrap_table(dom: &mut Dom, id: NodeId, is_in_pre: bool) {
    let Some(table) = dom.get(id) else { return };
    let Some(rows) = rows(table) else { return };
    let is_known = is_in_pre
        || table.has_class(&TABLES)
        || table.parent().is_some_and(|p| p.has_class(&TABLES))
        || rows.first().is_some_and(|cells| cells.iter().any(|cell| cell.has_class(&TABLES)));
    let cells = || rows.iter().filter(|cells| cells.len() == 2);
    let has_numbers = cells().count() == rows.len() && cells().all(|cells| only_numbers(cells[0]));
    let is_one_block = rows.len() == 1 && rows[0].len() <= 2;
    let code = rows.first().and_then(|cells| cells.last()).copied();
    let pre = code.and_then(|cell| cell.subtree().take(MAX_SEARCHED).find(|n| n.name() == "pre"));
    let holds_code = pre.is_some() || is_known;
    if !(has_numbers && holds_code || is_one_block && is_known && rows[0].len() == 1) {
        return;
    }
    // A table of figures next to code: its first column says something only if the numbers are not those of lines.
    if !(is_known || (is_one_block && counts_lines(rows[0][0]))) {
        return;
    }
    if let (true, Some(pre)) = (is_one_block, pre.map(NodeRef::id)) {
        if dom.insert_before(id, pre) {
            dom.detach(id);
        }
        return;
    }
    let lines: Vec<String> =
        rows.iter().filter_map(|cells| cells.last()).flat_map(|cell| lines(*cell)).collect();
    let text = lines.join("\n");
    if is_in_pre {
        return dom.replace_with_text(id, &text);
    }
    let block = dom.new_element("pre");
    dom.append_text(block, &text);
    if dom.insert_before(id, block) {
        dom.detach(id);
    }
}

/// True if a node holds the numbers of consecutive lines.
fn counts_lines(node: NodeRef<'_>) -> bool {
    let text = spaced_text(node);
    let mut numbers = text.split_whitespace().map(str::parse::<u64>);
    let Some(Ok(mut last)) = numbers.next() else { return false };
    numbers.all(|number| {
        let is_next = number == Ok(last + 1);
        last += 1;
        is_next
    })
}

/// Returns the text in a node with a space after each piece.
fn spaced_text(node: NodeRef<'_>) -> String {
    let mut text = String::new();
    for part in node.subtree().filter_map(NodeRef::text) {
        work::step(part.len());
        text.push_str(part);
        text.push(' ');
    }
    text
}

/// Returns the cells of each row of a table; `None` if another table is in it, or too many cells are. Tables and rows without
/// content are ignored, because they are removed later.
fn rows(table: NodeRef<'_>) -> Option<Vec<Vec<NodeRef<'_>>>> {
    let mut rows: Vec<Vec<NodeRef<'_>>> = Vec::new();
    let mut ignored = None;
    for edge in table.traverse().skip(1) {
        let node = match edge {
            Edge::Open(node) if ignored.is_none() => node,
            Edge::Close(node) if ignored == Some(node.id()) => {
                ignored = None;
                continue;
            }
            Edge::Open(_) | Edge::Close(_) => continue,
        };
        match node.name() {
            "table" if is_empty_table(node) => ignored = Some(node.id()),
            "table" => return None,
            "tr" => rows.push(Vec::new()),
            "td" | "th" => {
                let row = rows.last_mut()?;
                if row.len() == 3 {
                    return None;
                }
                row.push(node);
            }
            _ => {}
        }
    }
    rows.retain(|cells| !cells.is_empty());
    Some(rows)
}

/// True for a table with no text, and with no elements except its own parts.
fn is_empty_table(table: NodeRef<'_>) -> bool {
    table.subtree().all(|node| match node.text() {
        Some(text) => dom::is_blank(text),
        None => matches!(
            node.name(),
            "table" | "caption" | "colgroup" | "col" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th"
        ),
    })
}

/// Returns the lines of code in a cell: one, or one for each block in it.
fn lines(cell: NodeRef<'_>) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut at_start = true;
    let mut skip = None;
    for edge in cell.traverse() {
        match edge {
            Edge::Open(node) | Edge::Close(node) if skip.is_some_and(|id| id != node.id()) => {}
            Edge::Close(node) if skip == Some(node.id()) => skip = None,
            Edge::Open(node) if is_number(node) || node.name() == "button" => skip = Some(node.id()),
            Edge::Open(node) => {
                if let Some(text) = node.text() {
                    // White space between the blocks is that of the markup.
                    let is_gap =
                        at_start && dom::is_blank(text) && node.parent().is_some_and(|p| is_line_box(p));
                    work::step(text.len());
                    if !is_gap && let Some(line) = lines.last_mut() {
                        line.push_str(text);
                        at_start = false;
                    }
                } else if (dom::is_block(node.name()) || node.name() == "br") && !at_start {
                    lines.push(String::new());
                    at_start = true;
                }
            }
            Edge::Close(node) => {
                if matches!(node.name(), "div" | "li" | "p")
                    && !node.subtree().skip(1).take(3).any(|n| dom::is_block(n.name()))
                {
                    // A line may be empty.
                    lines.push(String::new());
                    at_start = true;
                }
            }
        }
    }
    if lines.len() > 1 && lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

fn is_line_box(node: NodeRef<'_>) -> bool {
    matches!(node.name(), "div" | "td" | "ol" | "ul")
        && node.children().take(MAX_SEARCHED).any(|c| dom::is_block(c.name()))
}

/// Gives a code block the language of its code as `class="language-…"`, as all highlighters read it.
fn name_language(dom: &mut Dom, id: NodeId) {
    let Some(pre) = dom.get(id) else { return };
    let code = pre.children().find(|child| child.name() == "code");
    let around = pre
        .ancestors()
        .take(MAX_AROUND)
        .filter(|a| matches!(a.name(), "div" | "figure" | "td" | "tr" | "table" | "tbody"));
    let language = code.into_iter().chain([pre]).chain(around).find_map(language);
    let (code, pre) = (code.map(NodeRef::id), pre.id());
    let class = language.map(|language| format!("language-{language}"));
    let class = class.filter(|class| allowlist::language_of(class).is_some());
    if let Some(code) = code {
        dom.set_attr(code, "class", None);
    }
    dom.set_attr(pre, "class", class.as_deref());
}

/// Returns the language that an element says its code is in.
fn language(node: NodeRef<'_>) -> Option<String> {
    let class = node.attr("class").unwrap_or_default();
    work::step(class.len());
    let mut words = class.split([' ', '\n', '\t', ';']).filter(|word| !word.is_empty());
    let is_pandoc = node.has_class(&["sourceCode"]);
    let named =
        words.by_ref().find_map(|word| LANGUAGE_PREFIXES.iter().find_map(|prefix| word.strip_prefix(prefix)));
    let named = match named {
        // `brush: rust`
        Some("") => words.next(),
        named => named,
    };
    let data = || node.attr("data-lang").or(node.attr("data-language")).filter(|lang| !lang.is_empty());
    let pandoc = || {
        let mut words =
            class.split_ascii_whitespace().filter(|word| !matches!(*word, "sourceCode" | "numberSource"));
        words.next().filter(|_| is_pandoc)
    };
    let language = named.or_else(data).or_else(pandoc)?.to_ascii_lowercase();
    (!matches!(language.as_str(), "plaintext" | "text" | "none" | "plain" | "txt" | "fallback"))
        .then_some(language)
}

/// True for a link from a heading, or next to one, to the heading itself: a symbol, or a link of a known class next to
/// the text.
fn is_anchor(link: NodeRef<'_>) -> bool {
    let href = link.attr("href").unwrap_or_default();
    let is_own = href.trim_start().starts_with('#');
    let target = href.rsplit('#').next().unwrap_or_default().to_ascii_lowercase();
    if target.starts_with("fn") || target.starts_with("footnote") {
        return false;
    }
    let text = link.text_up_to(MAX_SEARCHED * 4);
    let is_symbol = !dom::is_blank(&text)
        && text
            .chars()
            .all(|c| SYMBOLS.contains(c) || c.is_whitespace() || matches!(c, '\u{200B}' | '\u{2060}'));
    let is_named = link.has_class(&ANCHORS);
    let heading = link.ancestors().take(MAX_AROUND).find(|a| dom::is_heading(a.name()));
    let has_media = || link.subtree().take(MAX_SEARCHED).any(|n| n.name() == "img");
    match heading {
        Some(_) if is_symbol => true,
        Some(heading) if is_named && is_own && !has_media() => has_other_text(heading, link),
        // The symbol stands next to the heading, in a term, or in a caption.
        None => is_named && is_symbol,
        Some(_) => false,
    }
}

/// True if a heading has text outside of a link.
fn has_other_text(heading: NodeRef<'_>, link: NodeRef<'_>) -> bool {
    let link = link.id();
    let mut others = heading.subtree_without(move |node| node.id() == link);
    others.any(|node| node.text().is_some_and(|text| !dom::is_blank(text)))
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, RawHtml, clean};

    fn html(raw: &str) -> String {
        let page = "https://news.example/a".parse().unwrap();
        clean(RawHtml(raw), &page, &Policy::default()).html.as_str().to_owned()
    }

    #[test]
    fn code_has_no_line_numbers() {
        for (name, raw, code) in [
            (
                "Hugo table",
                "<div class=chroma><table class=lntable><tr><td class=lntd><pre class=chroma><code><span class=lnt>1\n</span><span class=lnt>2\n</span></code></pre></td><td class=lntd><pre class=chroma><code class=language-py data-lang=py><span class=line>a = 1\n</span>b = 2\n</code></pre></td></tr></table></div>",
                "<pre><code class=\"language-py\">a = 1\nb = 2\n</code></pre>",
            ),
            (
                "Chroma inline",
                "<pre class=chroma><code class=language-go><span class=line><span class=ln>1</span><span class=cl>x := 7\n</span></span><span class=ln>10</span>y</code></pre>",
                "<pre><code class=\"language-go\">x := 7\ny</code></pre>",
            ),
            (
                "Rouge",
                "<div class='language-ruby highlighter-rouge'><div class=highlight><pre class=highlight><code><table class=rouge-table><tbody><tr><td class='rouge-gutter gl'><pre class=lineno>1\n2\n</pre></td><td class=rouge-code><pre>puts 5\nputs 6\n</pre></td></tr></tbody></table></code></pre></div></div>",
                "puts 5\nputs 6\n",
            ),
            (
                "Pygments table",
                "<table class=highlighttable><tr><td class=linenos><div class=linenodiv><pre><span></span>1\n2</pre></div></td><td class=code><div class=highlight><pre><span></span>q = 3\nr\n</pre></div></td></tr></table>",
                "<pre>q = 3\nr\n</pre>",
            ),
            (
                "Pygments inline",
                "<pre><span class=linenos> 9</span>nine\n<span class=linenos>10</span>ten</pre>",
                "<pre>nine\nten</pre>",
            ),
            (
                "highlight.js",
                "<pre><code class='hljs language-js'><table class=hljs-ln><tbody><tr><td class='hljs-ln-line hljs-ln-numbers' data-line-number=1><div class=hljs-ln-n data-line-number=1></div></td><td class='hljs-ln-line hljs-ln-code'>let a;</td></tr><tr><td class=hljs-ln-numbers></td><td class=hljs-ln-code>let b;</td></tr></tbody></table></code></pre>",
                "<pre><code class=\"language-js\">let a;\nlet b;</code></pre>",
            ),
            (
                "Prism",
                "<pre class='line-numbers language-css'><code class=language-css>p {}\n<span aria-hidden=true class=line-numbers-rows><span></span></span></code></pre>",
                "<pre><code class=\"language-css\">p {}\n</code></pre>",
            ),
            (
                "GitHub",
                "<table class='highlight js-file-line-container'><tr><td id=L1 class='blob-num js-line-number' data-line-number=1></td><td id=LC1 class='blob-code js-file-line'><span>fn</span> a()</td></tr><tr><td class=blob-num></td><td class=blob-code>}</td></tr></table>",
                "<pre>fn a()\n}</pre>",
            ),
            ("obsolete element", "<listing><table><tr><td>a</td></tr></table></listing>", "<pre>a</pre>"),
            ("empty rows", "<pre><table><tr><td>a</td></tr><tr></tr></table></pre>", "<pre>a</pre>"),
            (
                "empty table in a table",
                "<pre><table><tr><td><td>a<table><tr><td> </table></table></pre>",
                "<pre>a</pre>",
            ),
            (
                "table of code in a table of code",
                "<pre><table><tr><td><td>a<table><tr><td>1<td>b</table></table></pre>",
                "<pre>ab</pre>",
            ),
            (
                "SyntaxHighlighter",
                "<div class='syntaxhighlighter java'><table><tbody><tr><td class=gutter><div class='line number1'>1</div><div class='line number2'>2</div></td><td class=code><div class=container><div class='line number1'><code class='java plain'>int i;</code></div><div class='line number2'><code>i++;</code></div></div></td></tr></tbody></table></div>",
                "<pre>int i;\ni++;</pre>",
            ),
            (
                "Hexo",
                "<figure class='highlight js'><table><tr><td class=gutter><pre><span class=line>1</span><br><span class=line>2</span><br></pre></td><td class=code><pre><span class=line>one()</span><br><span class=line>two()</span><br></pre></td></tr></table></figure>",
                "<pre>one()<br>two()<br></pre>",
            ),
            (
                "Docusaurus",
                "<pre><code><span class=token-line><span class=codeLineNumber_Tfdd>1</span><span>x</span>\n</span></code></pre>",
                "<pre><code>x\n</code></pre>",
            ),
            (
                "two columns",
                "<div class=wrap><div class=line-numbers>1<br>2</div><pre>k\nl</pre></div>",
                "<pre>k\nl</pre>",
            ),
            (
                "copy button",
                "<pre><button class=copy>Copy</button><code>m</code></pre>",
                "<pre><code>m</code></pre>",
            ),
        ] {
            assert!(html(raw).contains(code), "{name}: {}", html(raw));
            assert!(!html(raw).contains("<table"), "{name}: {}", html(raw));
        }
    }

    #[test]
    fn numbers_that_are_code_or_data_are_kept() {
        for raw in [
            "<pre>1\n2\n3</pre>",
            "<pre><code>42</code></pre>",
            "<table><tbody><tr><td>1</td><td>one</td></tr><tr><td>2</td><td>two</td></tr></tbody></table>",
            "<table><tbody><tr><td>7</td><td><pre>seven</pre></td></tr><tr><td>9</td><td><pre>nine</pre></td></tr></tbody></table>",
        ] {
            assert_eq!(html(raw), raw);
        }
        assert_eq!(html("<p><span class=ln>7</span> stones</p>"), "<p>7 stones</p>");
        assert_eq!(html("<pre><span class=ln>x = 1</span></pre>"), "<pre>x = 1</pre>");
    }

    #[test]
    fn the_language_of_code_is_kept_under_one_name() {
        for raw in [
            "<pre><code class='hljs lang-Rust'>x</code></pre>",
            "<pre class=language-rust><code>x</code></pre>",
            // Cleaning it again does not move the class.
            "<pre class=language-rust><x-y><code>x</code></x-y></pre>",
            "<div class='highlight highlight-source-rust'><pre><code>x</code></pre></div>",
            "<div class='sourceCode'><pre class='sourceCode rust'><code class='sourceCode rust'>x</code></pre></div>",
            "<pre class='brush: rust; gutter: false'><code>x</code></pre>",
            "<pre data-language=rust><code>x</code></pre>",
        ] {
            assert!(html(raw).contains("<pre><code class=\"language-rust\">x</code></pre>"), "{}", html(raw));
        }
        assert_eq!(html("<pre><code class='language-x\"y big'>x</code></pre>"), "<pre><code>x</code></pre>");
        assert_eq!(html("<pre class='language-text'>x</pre>"), "<pre>x</pre>");
    }

    #[test]
    fn a_table_in_code_that_has_one_cell_without_clutter_is_unwrapped() {
        let raw = "<pre>x<table><tr><td>a<table><tr><td><button>Copy</button></td></tr></table></td></tr></table></pre>";
        assert_eq!(html(raw), "<pre>xa</pre>");
    }

    #[test]
    fn headings_lose_their_anchors_and_keep_their_links() {
        for (raw, wanted) in [
            ("<h2>Frost <a class=headerlink href=#frost>¶</a></h2>", "<h2>Frost </h2>"),
            ("<h3 id=a><a href='#a'>#</a> Ice</h3>", "<h3> Ice</h3>"),
            ("<h2>Snow <a href=#snow aria-label=Link>🔗</a></h2>", "<h2>Snow </h2>"),
            ("<h2><a class=anchor href=#t><span>Link to this heading</span></a>Thaw</h2>", "<h2>Thaw</h2>"),
            ("<h2>Rain</h2><a class=anchor-link href=#rain>#</a><p>x</p>", "<h2>Rain</h2><p>x</p>"),
            (
                "<dl><dt>f(x)<a class=headerlink href=#f>¶</a></dt><dd>y</dd></dl>",
                "<dl><dt>f(x)</dt><dd>y</dd></dl>",
            ),
            (
                "<h2><a class=anchor href=#fog>Fog</a></h2>",
                "<h2><a href=\"https://news.example/a#fog\">Fog</a></h2>",
            ),
            (
                "<h2>C <a href=https://c.example/#>#</a> news<sup><a href=#fn1>§</a></sup></h2>",
                "<h2>C  news<sup><a href=\"https://news.example/a#fn1\">§</a></sup></h2>",
            ),
        ] {
            assert_eq!(html(raw), wanted, "{raw}");
        }
    }
}
