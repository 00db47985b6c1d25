//! Templates of the pages ([Jinja](https://docs.rs/minijinja/latest/minijinja/syntax/)): those of feedmill, and those of the
//! user in their place.
//!
//! A template of the user can be wrong. Then its page is written with that of feedmill, and there is a finding.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior, Value};
use serde::Serialize;

use super::direction::comma;
use super::safe;
use crate::diag::{Finding, codes, nearest};
use crate::format::{GENERATOR, WrittenPage, end_with_newline};
use crate::html::escape_text;

/// Work that a template of the user may do for a page: each unit is an instruction, or 64 bytes of text. This bounds its time
/// to about a second, and its memory to 256 MB.
const FUEL: u64 = 4_000_000;
/// Size of the stack for parsing in bytes: 4 KiB for each operator of the largest template that is read.
const STACK: usize = 256 << 20;
/// Maximum length in characters of an expression in a finding.
const MAX_SHOWN: usize = 80;

/// A page for which there is a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// The index page, and the page of a feed.
    Page,
    /// The page of an entry.
    Entry,
}

impl PageKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Page, Self::Entry];

    /// Returns the name for `feedmill template`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Entry => "entry",
        }
    }

    /// Returns the template of feedmill.
    #[must_use]
    pub fn default_template(self) -> &'static str {
        match self {
            Self::Page => include_str!("page.html"),
            Self::Entry => include_str!("entry.html"),
        }
    }
}

/// Returns the element by which feedmill recognizes the pages that it generated.
pub(super) fn mark() -> String {
    format!("<meta name=\"generator\" content=\"{GENERATOR}\">")
}

/// Templates of the user, in place of those of feedmill.
#[derive(Debug, Default)]
pub struct Templates {
    /// Those of the kinds, in the order of [`PageKind::ALL`].
    of_kinds: [Option<UserTemplate>; PageKind::ALL.len()],
}

/// A template of the user that can be parsed.
#[derive(Debug)]
struct UserTemplate {
    /// Name of the file in findings.
    file: String,
    text: String,
    environment: Environment<'static>,
}

impl Templates {
    /// Adds a template of the user. `file` is its name in findings.
    ///
    /// # Errors
    /// The finding about its syntax.
    pub fn add(&mut self, kind: PageKind, file: String, text: String) -> Result<(), Finding> {
        let environment =
            parse(kind, &text).map_err(|error| finding(&error, &file, &text, &BTreeSet::new()))?;
        self.of_kinds[kind as usize] = Some(UserTemplate { file, text, environment });
        Ok(())
    }

    /// Writes a page of `values`, with the template of the user if there is one and it works.
    pub(super) fn write(&self, kind: PageKind, values: &impl Serialize) -> WrittenPage {
        let values = Value::from(Serde(values));
        let own = self.of_kinds[kind as usize].as_ref().map(|user| user.render(kind, &values));
        let (own, finding) = match own.transpose() {
            Ok(own) => (own, None),
            Err(finding) => (None, Some(finding)),
        };
        let text = own.unwrap_or_else(|| default(kind, values));
        WrittenPage { bytes: end_with_newline(text.into_bytes()), finding }
    }
}

impl UserTemplate {
    fn render(&self, kind: PageKind, values: &Value) -> Result<String, Finding> {
        let template = self.environment.get_template(kind.name());
        let mut text = template.and_then(|template| template.render(values.clone())).map_err(|error| {
            let mut names = BTreeSet::new();
            add_names(values, &mut names);
            finding(&error, &self.file, &self.text, &names)
        })?;
        // By it feedmill recognizes its own pages. The template may have left it out.
        if !text.contains(&mark()) {
            text.push_str(&format!("\n<!-- {} -->", mark()));
        }
        Ok(text)
    }
}

/// Parses a template of the user, in a thread whose stack is large enough for one long expression: the parser recurses.
fn parse(kind: PageKind, text: &str) -> Result<Environment<'static>, minijinja::Error> {
    let parse = || {
        let mut environment = environment();
        environment.set_fuel(Some(FUEL));
        environment.set_debug(true);
        environment.add_template_owned(kind.name(), text.to_owned())?;
        Ok(environment)
    };
    let failed = |text: String| Err(minijinja::Error::new(ErrorKind::InvalidOperation, text));
    std::thread::scope(|scope| {
        match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse) {
            Ok(thread) => thread.join().unwrap_or_else(|_| failed("the parser failed".to_owned())),
            Err(error) => failed(error.to_string()),
        }
    })
}

/// Writes a page with the template of feedmill.
fn default(kind: PageKind, values: Value) -> String {
    static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let mut environment = environment();
        for kind in PageKind::ALL {
            // The tests render both.
            let _ = environment.add_template(kind.name(), kind.default_template());
        }
        environment
    });
    let template = ENVIRONMENT.get_template(kind.name());
    template.and_then(|template| template.render(values)).unwrap_or_default()
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(write_value);
    environment.add_filter("names", names);
    environment
}

/// Filter for names of people: HTML in which each is isolated, because it may be written in the other direction, with the
/// comma of the language between them.
fn names(people: Vec<String>, language: Option<&str>) -> Value {
    let isolated = people.iter().map(|name| format!("<bdi>{}</bdi>", escape_text(name)));
    safe(isolated.collect::<Vec<_>>().join(comma(language.unwrap_or_default())))
}

/// Writes a value into a page: text is escaped, and nothing stands for what is missing.
fn write_value(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    let is_escaped = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    match value.as_str() {
        // minijinja would escape slashes and apostrophes as well, which makes addresses long.
        Some(text) if is_escaped => Ok(escape(out, text)?),
        _ if value.is_none() => Ok(()),
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// Writes text for content and attributes in double quotes.
fn escape(out: &mut Output, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        out.write_str(&rest[..at])?;
        out.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        })?;
        rest = &rest[at + 1..];
    }
    out.write_str(rest)
}

/// Adds the names of all values in a value. The items of a list have the same names.
fn add_names(value: &Value, names: &mut BTreeSet<String>) {
    match value.kind() {
        ValueKind::Map => {
            for key in value.try_iter().into_iter().flatten() {
                if let Ok(inner) = value.get_item(&key) {
                    add_names(&inner, names);
                }
                names.insert(key.to_string());
            }
        }
        ValueKind::Seq => {
            if let Ok(Some(first)) = value.try_iter().map(|mut items| items.next()) {
                add_names(&first, names);
            }
        }
        _ => {}
    }
}

/// Returns the finding about an error in a template. `names` are those of all values that exist.
fn finding(error: &minijinja::Error, file: &str, text: &str, names: &BTreeSet<String>) -> Finding {
    let range =
        error.range().filter(|range| text.get(range.clone()).is_some_and(|part| !part.trim().is_empty()));
    let part = range.clone().map_or("", |range| text[range].trim());
    let detail = match error.kind() {
        ErrorKind::UndefinedError if !part.is_empty() => {
            let name = part.rsplit('.').next().unwrap_or_default();
            let similar = nearest(name, names.iter().map(String::as_str));
            let hint = similar.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            format!("`{}` does not exist{hint}", part.chars().take(MAX_SHOWN).collect::<String>())
        }
        ErrorKind::OutOfFuel => "it takes too long or creates too much text; shorten its loops".to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
    };
    let (line, column) = match range {
        Some(range) => {
            let before = &text[..range.start];
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
        }
        None => (error.line().unwrap_or_default(), 0),
    };
    let [line, column] = [line, column].map(|number| u32::try_from(number).unwrap_or_default());
    Finding::in_text(&codes::TEMPLATE_BROKEN, line, column, detail).showing_line_of(text).in_file(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds the path of each value, such as `entries.title`. The items of a list are named like the list, and `feed` is
    /// documented as an item of `feeds`.
    fn add_paths(value: &Value, prefix: &str, paths: &mut BTreeSet<String>) {
        match value.kind() {
            ValueKind::Map => {
                for key in value.try_iter().unwrap() {
                    let path = format!("{prefix}{key}");
                    paths.insert(path.clone());
                    if path != "feed" && !path.ends_with(".updated") {
                        add_paths(&value.get_item(&key).unwrap(), &format!("{path}."), paths);
                    }
                }
            }
            ValueKind::Seq => value.try_iter().unwrap().for_each(|item| add_paths(&item, prefix, paths)),
            _ => {}
        }
    }

    #[test]
    fn names_are_isolated_and_separated_as_in_their_language() {
        for (language, expected) in [
            (Some("en-GB"), "<bdi>A &lt;b&gt;</bdi>, <bdi>ب</bdi>"),
            (Some("ar"), "<bdi>A &lt;b&gt;</bdi>، <bdi>ب</bdi>"),
            (Some("zh-Hans"), "<bdi>A &lt;b&gt;</bdi>、<bdi>ب</bdi>"),
            (None, "<bdi>A &lt;b&gt;</bdi>, <bdi>ب</bdi>"),
        ] {
            let html = names(vec!["A <b>".to_owned(), "ب".to_owned()], language);
            assert_eq!(html.as_str(), Some(expected));
            assert!(html.is_safe());
        }
    }

    #[test]
    fn the_values_of_templates_are_those_in_the_documentation() {
        let page = include_str!("../../../docs/reference/templates.md");
        let parts: Vec<&str> = page.split("\n## Values of ").skip(1).collect();
        assert_eq!(parts.len(), 2);
        for (part, values) in parts.into_iter().zip(super::super::tests::all_values()) {
            let rows = part.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
            let documented: BTreeSet<String> = rows.map(str::to_owned).collect();
            let mut paths = BTreeSet::new();
            add_paths(&values, "", &mut paths);
            assert_eq!(paths, documented);
        }
    }

    #[test]
    fn the_templates_of_feedmill_render_every_value() {
        for (kind, values) in PageKind::ALL.into_iter().zip(super::super::tests::all_values()) {
            let text = default(kind, values);
            assert!(text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>"), "{text}");
        }
    }

    /// As long as a file may be.
    #[test]
    fn long_expressions_do_not_overflow_the_stack() {
        for (start, repeated, end) in [("1", "+1", ""), ("", "not ", "1"), ("title", ".a", ""), ("", "(", "")]
        {
            let text = ["{{ ", start, &repeated.repeat((128 << 10) / repeated.len()), end, " }}"].concat();
            let _ = Templates::default().add(PageKind::Page, "page.html".to_owned(), text);
        }
    }

    #[test]
    fn text_is_escaped_as_it_has_to_be_and_no_more() {
        let mut templates = Templates::default();
        templates.add(PageKind::Page, "a.html".into(), "{{ a }}{{ b }}{{ c|join(\"'\") }}".into()).unwrap();
        let values = serde_json::json!({"a": "a/b'c <d> & \"e\"", "b": null, "c": ["<", 1]});
        let written = templates.write(PageKind::Page, &values);
        let text = String::from_utf8(written.bytes).unwrap();
        let expected = "a/b'c &lt;d&gt; &amp; &quot;e&quot;&lt;'1\n<!-- <meta name=\"generator\" content=\"feedmill\"> -->\n";
        assert_eq!((text.as_str(), written.finding), (expected, None));
    }
}
