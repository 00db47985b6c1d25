//! Literals in JavaScript and TypeScript. Configuration that is a program is not run: what it writes out is read, and what
//! it computes stays unknown.
//!
//! Every function counts the bytes that it looks at as steps. Over the budget of its caller it finds nothing more.

use serde_json::{Map, Value};

use crate::types::work;

/// Key of the table that stands for an expression which is not a literal; its value is the expression.
const EXPRESSION: &str = "$";
/// How deep literals may be nested.
const DEPTH: usize = 32;
/// Number of functions of a program that are looked at.
const MAX_FUNCTIONS: usize = 500;
/// Number of modules of its own that a program loads at most.
const MAX_MODULES: usize = 500;
/// Length of the longest expression or function that is looked into, in bytes.
const LONGEST: usize = 2_000;

/// Returns a program without its comments.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['/', '"', '\'', '`']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            let length = if rest.starts_with('/') { 1 } else { string_length(rest) };
            out.push_str(&rest[..length]);
            length
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// Returns the length of the string that a text begins with, quotes included.
fn string_length(text: &str) -> usize {
    let quote = text.chars().next().unwrap_or('"');
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1).take_while(|_| work::step(1)) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return at + 1,
            // An apostrophe in a regular expression or in JSX is not a string.
            '\n' if quote != '`' => return 1,
            _ => {}
        }
    }
    1
}

/// Reads the value at the beginning of a text: a literal, or else an expression.
pub(super) fn value(text: &str) -> Value {
    Reader { rest: text }.value(0)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn value(&mut self, depth: usize) -> Value {
        self.skip_space();
        let start = self.rest;
        let value = match start.chars().next() {
            Some('"' | '\'' | '`') => self.string().map(Value::String),
            Some('{') if depth < DEPTH => Some(Value::Object(self.object(depth))),
            Some('[') if depth < DEPTH => Some(Value::Array(self.array(depth))),
            _ => self.word(),
        };
        // A literal that something follows, as in `a || b`, is part of an expression.
        self.skip_space();
        let rest = self.rest.trim_start_matches("as const").trim_start();
        if let Some(value) = value
            && (rest.is_empty() || rest.starts_with([',', ';', '}', ']', ')']) || self.is_next_line(start))
        {
            self.rest = rest;
            return value;
        }
        self.rest = start;
        let expression = self.expression();
        Value::Object(Map::from_iter([(EXPRESSION.to_owned(), Value::String(expression.trim().to_owned()))]))
    }

    /// True if a line ended after the value, as where no semicolon is written.
    fn is_next_line(&self, start: &str) -> bool {
        let read = &start[..start.len() - self.rest.len()];
        read.ends_with('\n') && self.rest.starts_with(|c: char| c.is_alphabetic() || c == '}')
    }

    fn string(&mut self) -> Option<String> {
        let length = string_length(self.rest);
        let inner = self.rest.get(1..length.checked_sub(1)?)?;
        self.rest = &self.rest[length..];
        let mut out = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next()? {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    other => out.push(other),
                },
                c => out.push(c),
            }
        }
        Some(out)
    }

    fn word(&mut self) -> Option<Value> {
        let end =
            self.rest.find(|c: char| !c.is_alphanumeric() && !"._-+".contains(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "undefined" => Value::Null,
            word => serde_json::from_str::<serde_json::Number>(word).ok()?.into(),
        };
        self.rest = rest;
        Some(value)
    }

    fn array(&mut self, depth: usize) -> Vec<Value> {
        let mut all = Vec::new();
        self.rest = &self.rest[1..];
        loop {
            self.skip_space();
            if let Some(rest) = self.rest.strip_prefix(']') {
                self.rest = rest;
                return all;
            }
            let before = self.rest.len();
            all.push(self.value(depth + 1));
            self.skip_comma();
            if self.rest.len() >= before {
                return all;
            }
        }
    }

    fn object(&mut self, depth: usize) -> Map<String, Value> {
        let mut all = Map::new();
        self.rest = &self.rest[1..];
        loop {
            self.skip_space();
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                return all;
            }
            let before = self.rest.len();
            if let Some((key, value)) = self.pair(depth) {
                all.insert(key, value);
            }
            self.skip_comma();
            if self.rest.len() >= before {
                return all;
            }
        }
    }

    /// Reads `key: value`; of a method, what its body returns; nothing of what is spread.
    fn pair(&mut self, depth: usize) -> Option<(String, Value)> {
        let key = if self.rest.starts_with(['"', '\'']) {
            self.string()?
        } else {
            let end = self
                .rest
                .find(|c: char| !c.is_alphanumeric() && !"_$".contains(c))
                .unwrap_or(self.rest.len());
            let (key, rest) = self.rest.split_at(end);
            self.rest = rest;
            key.to_owned()
        };
        self.skip_space();
        if let Some(rest) = self.rest.strip_prefix(':') {
            self.rest = rest;
            return Some((key, self.value(depth + 1)));
        }
        let expression = self.expression();
        let expression = if expression.is_empty() { key.clone() } else { expression.to_owned() };
        let value = Map::from_iter([(EXPRESSION.to_owned(), Value::String(expression))]);
        (!key.is_empty()).then_some((key, Value::Object(value)))
    }

    fn skip_comma(&mut self) {
        self.skip_space();
        self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
    }

    /// Takes an expression, up to the comma or bracket that ends it.
    fn expression(&mut self) -> &'a str {
        let start = self.rest;
        let (mut depth, mut at) = (0_usize, 0);
        while let Some(c) = start[at..].chars().next() {
            if !work::step(1) {
                self.rest = "";
                return "";
            }
            match c {
                '"' | '\'' | '`' => {
                    at += string_length(&start[at..]);
                    continue;
                }
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                ',' | ';' if depth == 0 => break,
                _ => {}
            }
            at += c.len_utf8();
        }
        self.rest = &start[at..];
        &start[..at]
    }
}

/// Returns the expression that a value stands for, if it is not a literal.
pub(super) fn expression(value: &Value) -> Option<&str> {
    value.as_object().filter(|table| table.len() == 1)?.get(EXPRESSION)?.as_str()
}

/// Returns a value as it is written: an expression, or a text in quotes.
pub(super) fn source(value: &Value) -> Option<String> {
    expression(value)
        .map(str::to_owned)
        .or_else(|| super::matter::text(value).map(|text| format!("'{text}'")))
}

/// Returns the strings in an expression or a function.
pub(super) fn strings(text: &str) -> Vec<String> {
    let (mut all, mut rest) = (Vec::new(), &text[..text.floor_char_boundary(LONGEST)]);
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let mut reader = Reader { rest: &rest[at..] };
        match reader.string() {
            Some(string) => {
                all.push(string);
                rest = reader.rest;
            }
            None => rest = &rest[at + 1..],
        }
    }
    all
}

/// Returns the value of every property or assignment of a name, in order: `name: value` or `name = value`.
pub(super) fn named<'a>(text: &'a str, name: &str) -> impl Iterator<Item = Value> + use<'a> {
    places(text, name).filter_map(|after| {
        let after = after.strip_prefix(['"', '\'']).unwrap_or(after).trim_start();
        let after = match after.strip_prefix(':') {
            Some(typed) => without_type(typed),
            None => after.strip_prefix('=').filter(|after| !after.starts_with(['=', '>']))?,
        };
        Some(value(after))
    })
}

/// Returns the texts in the values of every property or assignment of a name: `name: 'a'`, `name = ['a', 'b']`.
pub(crate) fn texts(text: &str, name: &str) -> Vec<String> {
    let texts = |value: Value| match (expression(&value), &value) {
        (Some(expression), _) => strings(expression),
        (None, Value::Array(all)) => all.iter().filter_map(super::matter::text).collect(),
        (None, value) => super::matter::text(value).into_iter().collect(),
    };
    named(&without_comments(text), name).flat_map(texts).collect()
}

/// Returns what follows the type that may stand between a name and its value, as in `: string = 'x'`.
fn without_type(typed: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || "<>[], |_.".contains(c);
    let kind = typed.trim_start();
    let end = kind.find(|c| !is_part(c)).unwrap_or(kind.len());
    work::step(end);
    kind[end..].strip_prefix('=').filter(|_| end > 0).unwrap_or(typed)
}

/// Returns the arguments of every call of a function, as text that begins with the first argument.
pub(super) fn calls<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    places(text, name).filter_map(|after| after.trim_start().strip_prefix('('))
}

/// Returns the first two values in the arguments of a call.
pub(super) fn pair(arguments: &str) -> (Value, Value) {
    let mut reader = Reader { rest: arguments };
    let first = reader.value(0);
    reader.skip_comma();
    (first, reader.value(0))
}

/// Returns the text of every function that a text calls and a program defines, from its name to the next definition.
pub(super) fn called<'a>(program: &'a str, text: &str) -> Vec<&'a str> {
    let mut starts: Vec<(usize, &str)> = Vec::new();
    for keyword in ["function ", "const "] {
        work::step(program.len());
        for (at, mark) in program.match_indices(keyword) {
            let name = &program[at + mark.len()..];
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            // A constant inside a function does not end it.
            if keyword == "function " || program[..at].trim_end_matches("export ").ends_with('\n') || at == 0
            {
                starts.push((at, &name[..end]));
            }
        }
    }
    starts.sort_unstable();
    starts.truncate(MAX_FUNCTIONS);
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([program.len()]);
    let all = starts.iter().zip(ends);
    all.filter(|((_, name), _)| !name.is_empty() && calls(text, name).next().is_some())
        .map(|((at, _), end)| &program[*at..end])
        .collect()
}

/// Returns what follows every place where a name stands by itself.
fn places<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let (name, mut rest) = (name.to_owned(), text);
    std::iter::from_fn(move || {
        while !name.is_empty() {
            let found = rest.find(&name);
            if !work::step(found.unwrap_or(rest.len()) + 1) {
                return None;
            }
            let before = &text[..text.len() - rest.len() + found?];
            rest = &rest[found? + name.len()..];
            if !before.ends_with(is_part) && !rest.starts_with(is_part) {
                return Some(rest);
            }
        }
        None
    })
}

/// Returns the object that a module exports or that its exported function returns.
pub(crate) fn exported(text: &str) -> Map<String, Value> {
    let marks = ["module.exports =", "module.exports=", "export default"];
    if !work::step(text.len()) {
        return Map::new();
    }
    let Some(after) = marks.iter().find_map(|mark| Some(text.split_once(mark)?.1)) else { return Map::new() };
    let after = after.trim_start();
    let called = after.find('{').filter(|at| {
        after[..*at]
            .trim_end()
            .strip_suffix('(')
            .is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
    });
    let inner = if after.starts_with('{') {
        after
    } else if let Some(body) = body(after) {
        // `=> ({ … })` or `{ …; return { … } }`.
        match body.strip_prefix('(') {
            Some(inner) => inner.trim_start(),
            None => returned(body).unwrap_or_default(),
        }
    } else if let Some(at) = called {
        &after[at..]
    } else {
        // `const config = {…}; export default config`, or a call with the object.
        let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if let Some(Value::Object(table)) = named(text, &name).find(Value::is_object) {
            return table;
        }
        after.find('{').map_or("", |at| &after[at..])
    };
    match value(inner) {
        Value::Object(table) if inner.starts_with('{') => table,
        _ => Map::new(),
    }
}

/// Returns the body of the function that a text begins with, from its brace or, for an arrow, its bracket.
fn body(text: &str) -> Option<&str> {
    let head = text.trim_start_matches("async").trim_start();
    let parameters = match head.strip_prefix("function") {
        Some(named) => &named[named.find('(')?..],
        None => head,
    };
    let after = match parameters.strip_prefix('(') {
        Some(inner) => {
            let mut reader = Reader { rest: inner };
            while !reader.rest.is_empty() && !reader.rest.starts_with(')') {
                reader.expression();
                // An expression ends at a comma or bracket.
                reader.rest = reader.rest.strip_prefix([',', ';', ']', '}']).unwrap_or(reader.rest);
            }
            reader.rest.strip_prefix(')')?
        }
        None => parameters.trim_start_matches(|c: char| c.is_alphanumeric() || "_$".contains(c)),
    };
    let after = after.trim_start();
    let is_function = head.starts_with("function");
    // A type may stand before the body.
    let body = match after.split_once("=>") {
        Some((kind, body)) if !is_function && (kind.trim().is_empty() || kind.starts_with(':')) => {
            body.trim_start()
        }
        _ if is_function => &after[after.find('{')?..],
        _ => return None,
    };
    body.starts_with(['{', '(']).then_some(body)
}

/// Returns the value that the body of a function returns, not one of a function in it; the last, if there are several.
fn returned(body: &str) -> Option<&str> {
    let (mut depth, mut at, mut found) = (0_usize, 0, None);
    while let Some(c) = body[at..].chars().next().filter(|_| work::step(1)) {
        match c {
            '"' | '\'' | '`' => {
                at += string_length(&body[at..]);
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            'r' if depth == 1 && body[at..].starts_with("return") => {
                let after = body[at + 6..].trim_start();
                if after.starts_with('{') {
                    found = Some(after);
                }
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    found
}

/// Returns the value that an expression stands for in some programs: a constant by its name, or a key of one, such as
/// `config.dir.input`.
pub(super) fn constant(programs: &[String], expression: &str) -> Option<Value> {
    let mut keys = expression.trim().split('.').map(str::trim);
    let first = keys.next()?;
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_$".contains(c));
    let keys: Vec<&str> = keys.collect();
    if !is_name(first) || !keys.iter().all(|key| is_name(key)) {
        return None;
    }
    let inside = |value: &Value| keys.iter().try_fold(value, |value, key| value.get(*key)).cloned();
    let is_literal = |value: &Value| self::expression(value).is_none();
    let direct = programs
        .iter()
        .flat_map(|text| named(text, first))
        .filter_map(|value| inside(&value))
        .find(is_literal);
    // A module under a name of its own has the keys.
    direct.or_else(|| {
        let of_module = |text: &String| {
            let table = Value::Object(exported(text));
            inside(&table)
        };
        if keys.is_empty() { None } else { programs.iter().filter_map(of_module).find(is_literal) }
    })
}

/// Fills in the constants of a template such as `./${FOLDER}`; `None` if one is not known.
pub(super) fn interpolated(template: &str, programs: &[String]) -> Option<String> {
    let (mut out, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once("${") {
        let (expression, after) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(&super::matter::text(&constant(programs, expression)?)?);
        rest = after;
    }
    Some(out + rest)
}

/// Returns the paths of the modules of its own that a program loads, such as `./lib/site.js`.
pub(super) fn modules(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for mark in ["require(", "from ", "import(", "import "] {
        for (at, _) in text.match_indices(mark) {
            let mut reader = Reader { rest: text[at + mark.len()..].trim_start() };
            if reader.rest.starts_with(['"', '\'', '`'])
                && all.len() < MAX_MODULES
                && let Some(path) = reader.string()
                && path.starts_with('.')
                && !all.contains(&path)
            {
                all.push(path);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn literals_are_read_and_the_rest_is_kept_as_text() {
        let text = without_comments(
            "// none: 1\nimport x from 'y';\nexport default defineConfig({ site: 'https://a.example//b', /* x */ n: 2,\n\
             list: [1, \"two\", three(4)], deep: { on: true, 'a-b': null }, base: process.env.B || '/c', ...more, short })",
        );
        let all = exported(&text);
        assert_eq!(all["site"], "https://a.example//b");
        assert_eq!(all["list"], json!([1, "two", { "$": "three(4)" }]));
        assert_eq!(all["deep"], json!({ "on": true, "a-b": null }));
        assert_eq!(expression(&all["base"]), Some("process.env.B || '/c'"));
        assert_eq!(strings("process.env.B || '/c'"), ["/c"]);
        assert_eq!(expression(&all["short"]), Some("short"));
    }

    #[test]
    fn modules_export_objects_in_many_ways() {
        for text in [
            "module.exports = { tags: ['posts'] };",
            "export default { tags: ['posts'] }",
            "module.exports = function (config) { config.on('x', () => {}); return { tags: ['posts'] }; };",
            "export default () => ({ tags: ['posts'] })",
            "const data = { tags: ['posts'] };\nexport default data;",
            "module.exports = () => {\n  return { computed: { a: (data) => (on(data) ? 1 : 2) }, tags: ['posts'] };\n};",
            "export default async function (config) { list.map(() => { return { tags: 1 }; }); return { tags: ['posts'] }; }",
        ] {
            assert_eq!(exported(text)["tags"], json!(["posts"]), "{text}");
        }
        assert!(named("const A: string = 'x'\nexport const B = \"y\"", "A").eq([json!("x")]));
        let programs = ["const GLOBS = { posts: ['a/*.md'] };", "module.exports = { dir: { src: 'in' } }"]
            .map(str::to_owned);
        assert_eq!(constant(&programs, "GLOBS.posts"), Some(json!(["a/*.md"])));
        assert_eq!(constant(&programs, "config.dir.src"), Some(json!("in")));
        assert_eq!(constant(&programs, "config.dir.dist"), None);
        assert_eq!(
            modules("const a = require('./a.js');\nimport b from \"../b\"; import 'c'"),
            ["./a.js", "../b"]
        );
        assert_eq!(
            calls("f.addGlobalData('a', 1)", "addGlobalData").map(pair).next(),
            Some((json!("a"), json!(1)))
        );
    }

    #[test]
    fn anything_at_all_is_read_to_its_end() {
        for text in [
            "{",
            "{a:",
            "[[[",
            "{a:'",
            "{...",
            "{a(){",
            "export default {,,",
            "{a:}",
            "'",
            "{é:ü}",
            "{\"a\"}",
        ] {
            value(text);
            exported(text);
            without_comments(text);
        }
        value(&"[".repeat(100_000));
        value(&"{a:".repeat(100_000));
    }
}
