//! The README and the book do what they say: every block in them is run, or looked at by what reads such a file.
//!
//! A page is one session of bash, in `~/news` with this project's samples and without feeds. What a block is, its
//! language says; what becomes of a file, the line before the block:
//!
//! | block | what is done with it |
//! | --- | --- |
//! | `sh` | run; each command has to succeed |
//! | `console` | `$ ` commands, run, and below each what it prints; `…` stands for any text, or any lines |
//! | `cron` | the line is parsed, and its command run in the home, in cron's environment; it prints nothing |
//! | after ``Write `name`:`` | the file is written, and read by what it is for: see [`reader`] |
//! | after ``Add to `name`:`` | the same, behind what is there |
//! | after any other line that ends in `` `name`: `` | the block is a part of that file, as it is then |
//! | `rust` | compiled and run by rustdoc, for src/lib.rs includes the page |
//!
//! A block that is none of these is a failure. `FEEDMILL_BLESS=1` writes what commands print into the pages.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop at once")]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use feedmill::config::RawConfig;
use feedmill::diag::Sink;
use serde_json::Value;

/// Lines that are not run here: one that runs this test, and those that tests/package.sh runs in a clean Debian.
const NOT_RUN: &[(&str, &str)] = &[("README.md", "bash tests/run.sh "), ("README.md", "apt-get ")];

/// A test a page, so that they run side by side.
macro_rules! pages {
    ($($(#[$attribute:meta])* $name:ident = $path:literal;)*) => {
        const PAGES: &[&str] = &[$($path),*];
        $(#[test] $(#[$attribute])* fn $name() { page($path) })*
    };
}

pages! {
    readme = "README.md";
    first = "docs/first.md";
    archive = "docs/archive.md";
    check = "docs/check.md";
    library = "docs/library.md";
    #[cfg_attr(not(has_readers), ignore = "needs curl: run tests/run.sh")]
    serve = "docs/serve.md";
    #[cfg_attr(not(has_readers), ignore = "needs the readers: run tests/run.sh")]
    subscribe = "docs/subscribe.md";
    blog = "docs/recipes/blog.md";
    cron = "docs/recipes/cron.md";
    gate = "docs/recipes/gate.md";
    mirror = "docs/recipes/mirror.md";
    #[cfg_attr(not(has_readers), ignore = "needs nginx: run tests/run.sh")]
    nginx = "docs/recipes/nginx.md";
    podcast = "docs/recipes/podcast.md";
    #[cfg_attr(not(has_readers), ignore = "needs rclone: run tests/run.sh")]
    s3 = "docs/recipes/s3.md";
    #[cfg_attr(not(has_readers), ignore = "needs systemd-analyze: run tests/run.sh")]
    systemd = "docs/recipes/systemd.md";
    command = "docs/reference/command.md";
    editor = "docs/reference/editor.md";
    exit = "docs/reference/exit.md";
    files = "docs/reference/files.md";
}

/// Pages whose blocks another test makes or runs.
const ELSEWHERE: &[(&str, &str)] = &[
    ("docs/reference/config.md", "made by tests/drift.rs"),
    ("docs/reference/diagnostics.md", "made by tests/drift.rs, which runs its examples"),
    ("docs/rules.md", "made by tests/drift.rs; src/check/tests.rs runs the examples of the rules"),
    ("docs/performance.md", "measured by bench/, whose commands take hours"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page, by its path.
fn all() -> Vec<String> {
    fn walk(folder: &Path, into: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|e| e == "md") {
                into.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut all = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    walk(&root().join("docs"), &mut all);
    all.sort();
    all
}

#[test]
fn every_page_with_a_block_has_a_test() {
    let mut blocks_run = 0;
    for path in all() {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let here = PAGES.contains(&path.as_str());
        let known = here || ELSEWHERE.iter().any(|(page, _)| *page == path);
        assert!(known || blocks(&text).is_empty(), "{path} has blocks, and no test in tests/book.rs");
        blocks_run += if here { blocks(&text).len() } else { 0 };
    }
    assert!(blocks_run > 60, "{blocks_run} blocks are run");
}

#[test]
fn every_command_is_in_the_reference() {
    let output = Command::new(env!("CARGO_BIN_EXE_feedmill")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let page = fs::read_to_string(root().join("docs/reference/command.md")).unwrap();
    let names: Vec<_> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names.iter().filter(|name| **name != "help") {
        assert!(page.contains(&format!("\n## {name}\n")), "the page lacks `{name}`");
    }
}

/// A fenced block.
struct Block<'a> {
    line: usize,
    language: &'a str,
    /// The line of text before it.
    intro: &'a str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut all, mut open): (Vec<Block<'_>>, Option<Block<'_>>) = (Vec::new(), None);
    let mut intro = "";
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => all.extend(open.take()),
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(language)) => {
                open = Some(Block { line: number + 1, language, intro, text: String::new() });
                intro = "";
            }
            (None, None) if !line.trim().is_empty() => intro = line,
            _ => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    all
}

enum File<'a> {
    Write(&'a str),
    Add(&'a str),
    Shown(&'a str),
}

/// What the line before a block says of a file.
fn file(intro: &str) -> Option<File<'_>> {
    let (before, name) = intro.strip_suffix("`:")?.rsplit_once('`')?;
    let last = before.rsplit(['.', ',', ';']).next().unwrap_or_default().trim();
    Some(match last.to_lowercase().as_str() {
        "write" => File::Write(name),
        "add to" => File::Add(name),
        _ => File::Shown(name),
    })
}

/// A command of a `console` block, and what it prints.
struct Shown {
    command: String,
    output: String,
}

fn session(text: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), line.strip_prefix("> "), all.last_mut()) {
            (Some(command), ..) => all.push(Shown { command: command.to_owned(), output: String::new() }),
            (_, Some(more), Some(last)) if last.output.is_empty() => {
                last.command.push('\n');
                last.command.push_str(more);
            }
            (.., Some(last)) => {
                last.output.push_str(line);
                last.output.push('\n');
            }
            _ => panic!("a console block begins with `$ `"),
        }
    }
    all
}

/// Whether a text is as it is shown: `…` alone in a line stands for lines, within one for a part of it.
fn is_shown(shown: &[&str], text: &[&str]) -> bool {
    match shown.split_first() {
        None => text.is_empty(),
        Some((&"…", rest)) => (0..=text.len()).any(|n| is_shown(rest, &text[n..])),
        Some((line, rest)) => text.first().is_some_and(|t| is_line(line, t)) && is_shown(rest, &text[1..]),
    }
}

fn is_line(shown: &str, text: &str) -> bool {
    let Some((before, rest)) = shown.split_once('…') else { return shown == text };
    text.strip_prefix(before).is_some_and(|text| {
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        starts.into_iter().any(|at| is_line(rest, &text[at..]))
    })
}

/// What is done in the session with a file that was written, so that a wrong one fails. Empty: a later block uses it.
fn reader(page: &str, block: &Block<'_>, name: &str) -> String {
    let base = name.rsplit('/').next().unwrap();
    match block.language {
        "toml" if base == "feedmill.toml" => String::new(), // Read below, with the schema's test behind it.
        "toml" => {
            block.text.parse::<toml::Table>().unwrap_or_else(|e| panic!("{page}:{}: {e}", block.line));
            String::new()
        }
        "ini" => format!("systemd-analyze --user verify {name}"),
        "nginx" => "nginx -t 2>/dev/null".to_owned(),
        "yaml" => steps(&block.text).join("\n"),
        "html" | "xml" | "text" | "markdown" | "json" | "python" => String::new(),
        "sh" => format!("bash -n {name}"),
        other => panic!("{page}:{}: nobody knows how to read `{other}`", block.line),
    }
}

/// The commands of a workflow.
fn steps(text: &str) -> Vec<String> {
    let document: Value = serde_saphyr::from_str(text).unwrap();
    let jobs = document["jobs"].as_object().unwrap();
    let steps = jobs.values().flat_map(|job| job["steps"].as_array().unwrap());
    // tests/cli/action.rs holds that the action runs this; an action of somebody else's only has to be there.
    let command = |step: &Value| match step["uses"].as_str() {
        Some(action) if action.contains("/feedmill@") => {
            let with =
                |name: &str| step["with"][name].as_str().unwrap_or_else(|| panic!("{action} without {name}"));
            Some(format!("feedmill {} --message-format github {}", with("command"), with("args")))
        }
        _ => step["run"].as_str().map(str::to_owned),
    };
    let commands: Vec<String> = steps.filter_map(command).collect();
    assert!(!commands.is_empty(), "a workflow that runs nothing");
    commands.iter().map(|command| format!("bash -euo pipefail -c {}", quoted(command))).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The five fields of a crontab's line, and its command.
fn crontab(line: &str) -> &str {
    let mut rest = line;
    for (low, high) in [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)] {
        let (field, after) = rest.split_once(' ').unwrap();
        rest = after.trim_start();
        for part in field.split(',') {
            let (range, step) = part.split_once('/').unwrap_or((part, "1"));
            assert!(step.parse::<u8>().is_ok_and(|step| step > 0), "{line}");
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let is_fine = |n: &str| n == "*" || n.parse::<u8>().is_ok_and(|n| (low..=high).contains(&n));
            assert!(is_fine(first) && is_fine(last), "{line}");
        }
    }
    assert!(!rest.contains('%'), "cron makes line ends of it");
    rest
}

/// The home of a page: samples in `news`, articles of a git repository, programs.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["news", "stage", "bin", "run", ".cargo/bin", "nginx/conf.d", "bucket"] {
            fs::create_dir_all(home.path(folder)).unwrap();
        }
        copy(&root().join("seeds"), &home.path("news/seeds"));
        fs::copy(root().join("feedmill.toml"), home.path("news/feedmill.toml")).unwrap();
        symlink(env!("CARGO_BIN_EXE_feedmill"), home.path(".cargo/bin/feedmill")).unwrap();
        fs::set_permissions(home.path("run"), fs::Permissions::from_mode(0o700)).unwrap();
        home.program("sudo", "exec \"$@\"");
        // What cargo built already: the command itself, and the examples.
        let built = Path::new(env!("CARGO_BIN_EXE_feedmill")).parent().unwrap().display();
        home.program("cargo", &format!(
            "case \"$1 $2\" in \n'run --release') shift 2; exec feedmill \"$@\";;\n'run --example') name=$3; shift 3; exec {built}/examples/$name \"$@\";;\nesac\nexit 127"
        ));
        home.program(
            "systemctl",
            "while [ -e ~/nginx/nginx.pid ] && nginx -s stop 2>/dev/null; do sleep 0.1; done\nexec nginx",
        );
        // The bucket of the page about S3 is a folder.
        let remote = format!("[bucket]\ntype = alias\nremote = {home}/bucket\n");
        fs::create_dir_all(home.path(".config/rclone")).unwrap();
        fs::write(home.path(".config/rclone/rclone.conf"), remote).unwrap();
        // The system's nginx, with a main file of its own: what a page writes is included in it.
        home.program(
            "nginx",
            &format!("exec /usr/sbin/nginx -p {0}/nginx -c {0}/nginx/nginx.conf \"$@\"", home),
        );
        let config = "user root; pid nginx.pid; error_log stderr; events {}\n\
                      http { include /etc/nginx/mime.types; access_log off; client_body_temp_path tmp; \
                      proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp; \
                      include conf.d/*.conf; }\n";
        fs::write(home.path("nginx/nginx.conf"), config).unwrap();
        home
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn program(&self, name: &str, line: &str) {
        fs::write(self.path("bin").join(name), format!("#!/bin/sh\n{line}\n")).unwrap();
        fs::set_permissions(self.path("bin").join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the session; what it prints on either stream.
    fn run(&self, script: &str) -> String {
        let script = format!(
            "exec 2>&1 </dev/null\nset -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true; nginx -s stop 2>/dev/null || true' EXIT\ncd ~/news\n{script}"
        );
        let path = format!(
            "{}:{}:{}",
            self.path("bin").display(),
            self.path(".cargo/bin").display(),
            std::env::var("PATH").unwrap()
        );
        let mut command = Command::new("bash");
        command.args(["-c", &script]).current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.folder.path()).env("PATH", path).env("LANG", "C.UTF-8");
        command.env("XDG_RUNTIME_DIR", self.path("run")).env("no_proxy", "*").env("TERM", "dumb");
        // Who commits, when, and where the repository of the articles lies.
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ann").env(format!("GIT_{who}_EMAIL"), "ann@news.example");
            command.env(format!("GIT_{who}_DATE"), "2024-06-01T12:00:00Z");
        }
        let settings = [
            (format!("url.{self}/.insteadOf"), "https://git.example/"),
            ("init.defaultBranch".to_owned(), "main"),
            ("advice.detachedHead".to_owned(), "false"),
        ];
        command.env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (n, (key, value)) in settings.into_iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{n}"), key).env(format!("GIT_CONFIG_VALUE_{n}"), value);
        }
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).replace(&self.to_string(), "/home/you").replace('\r', "")
    }
}

impl std::fmt::Display for Home {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.folder.path().display())
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &name) } else { fs::copy(&path, name).map(|_| ()).unwrap() }
    }
}

/// Runs a page, and compares.
fn page(path: &str) {
    let text = fs::read_to_string(root().join(path)).unwrap();
    let home = Home::new();
    let mark = |n: usize, m: usize| format!("\u{1e}{n}.{m}\u{1e}\n");
    let say = |n: usize, m: usize| format!("printf '\\036{n}.{m}\\036\\n'\n");
    let all = blocks(&text);
    let mut script = String::new();
    for (n, block) in all.iter().enumerate() {
        let at = format!("{path}:{}", block.line);
        let not_run =
            |line: &&str| !NOT_RUN.iter().any(|(page, part)| *page == path && line.starts_with(part));
        let stage = home.path("stage").join(n.to_string());
        script.push_str(&say(n, 0));
        match (file(block.intro), block.language) {
            (Some(File::Write(name)), _) | (Some(File::Add(name)), _) => {
                fs::write(&stage, block.text.replace("/home/you", &home.to_string())).unwrap();
                let sign = if matches!(file(block.intro), Some(File::Add(_))) { ">>" } else { ">" };
                let check = reader(path, block, name);
                let stage = stage.display();
                writeln!(script, "mkdir -p $(dirname {name}); cat {stage} {sign} {name}\n{check}").unwrap();
                if name.ends_with("feedmill.toml") {
                    writeln!(script, "cp {name} {stage}.toml").unwrap();
                }
            }
            (Some(File::Shown(name)), _) => writeln!(script, "cp {name} {}.there", stage.display()).unwrap(),
            (None, "sh") => {
                block.text.lines().filter(not_run).for_each(|line| writeln!(script, "{line}").unwrap());
            }
            (None, "console") => {
                for (m, shown) in session(&block.text).iter().enumerate() {
                    writeln!(script, "{}{}", say(n, m + 1), shown.command).unwrap();
                }
            }
            (None, "cron") => {
                for line in block.text.lines().filter(|line| !line.starts_with('#')) {
                    // cron passes on neither PATH nor any other variable.
                    let bare = "env -i HOME=\"$HOME\" SHELL=/bin/sh PATH=/usr/bin:/bin";
                    writeln!(script, "( cd; {bare} sh -c {} )", quoted(crontab(line))).unwrap();
                }
            }
            (None, "rust") => {
                let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
                assert!(
                    library.contains(&format!("include_str!(\"../{path}\")")),
                    "{at}: no test compiles it"
                );
            }
            (None, other) => panic!("{at}: nobody runs a block of `{other}`"),
        }
    }
    script.push_str(&say(all.len(), 0));
    let printed = home.run(&script);
    let end = mark(all.len(), 0);
    assert!(printed.contains(&end), "{path} stopped before its end:\n{}", printed.replace('\u{1e}', "--"));
    // What was printed behind a mark, up to the next.
    let after = |n: usize, m: usize| {
        let rest = printed.split_once(&mark(n, m)).unwrap().1;
        rest.split('\u{1e}').next().unwrap()
    };
    let (mut wrong, mut blessed) = (String::new(), text.clone());
    for (n, block) in all.iter().enumerate() {
        let at = format!("{path}:{}", block.line);
        let stage = home.path("stage").join(n.to_string());
        if let Some(File::Shown(name)) = file(block.intro) {
            let there = fs::read_to_string(stage.with_extension("there")).unwrap();
            if !there.contains(block.text.trim_end()) {
                writeln!(wrong, "{at}: {name} does not hold this; it is:\n{there}").unwrap();
            }
        }
        if let Ok(config) = fs::read_to_string(stage.with_extension("toml")) {
            let mut sink = Sink::keeping();
            let raw = RawConfig::read(&config, Path::new("feedmill.toml"), &mut sink);
            if raw.and_then(|raw| raw.resolve(&mut sink)).is_err() {
                writeln!(wrong, "{at}: {:?}", sink.kept()).unwrap();
            }
        }
        if matches!(block.language, "cron") && !after(n, 0).is_empty() {
            writeln!(wrong, "{at}: cron would send a mail:\n{}", after(n, 0)).unwrap();
        }
        if block.language == "console" {
            let shown = session(&block.text);
            let mut now = String::new();
            for (m, shown) in shown.iter().enumerate() {
                let is = after(n, m + 1);
                let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<Vec<_>>();
                let (want, have) = (lines(&shown.output), lines(is));
                let refs = |all: &[String]| all.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
                let (want, have) = (refs(&want), refs(&have));
                let fits = is_shown(&want.lines().collect::<Vec<_>>(), &have.lines().collect::<Vec<_>>());
                if !fits {
                    writeln!(wrong, "{at}: $ {}\nshown:\n{want}\nprinted:\n{have}", shown.command).unwrap();
                }
                let output = if fits { &shown.output } else { is };
                write!(now, "$ {}\n{output}", shown.command.replace('\n', "\n> ")).unwrap();
            }
            blessed =
                blessed.replace(&format!("```console\n{}```", block.text), &format!("```console\n{now}```"));
        }
    }
    if std::env::var_os("FEEDMILL_BLESS").is_some() {
        fs::write(root().join(path), blessed).unwrap();
    } else {
        assert!(wrong.is_empty(), "{wrong}");
    }
}

/// Every link from page to page leads somewhere, to its heading, and from the book to nothing that the book lacks.
#[test]
fn links_lead_somewhere() {
    let mut seen = 0;
    for page in all() {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        let folder = root().join(&page).parent().unwrap().to_path_buf();
        for target in links(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let there = if file.is_empty() { root().join(&page) } else { folder.join(file) };
            assert!(there.exists(), "{page}: {target} is not there");
            let depth = page.matches('/').count();
            assert!(depth == 0 || file.matches("../").count() < depth, "{page}: {target} is not in the book");
            if !anchor.is_empty() {
                let text = fs::read_to_string(&there).unwrap();
                assert!(anchors(&text).iter().any(|a| a == anchor), "{page}: {target} has no such heading");
            }
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen} links");
}

/// What is not code is no markup: a reader would see nothing where it stands.
#[test]
fn markup_is_shown_as_code() {
    for page in all() {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        for (number, line) in prose(&text) {
            let is_markup =
                |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
            let found = line.split('<').skip(1).any(|rest| is_markup(rest) && !rest.starts_with("http"));
            assert!(!found && !line.contains("&#"), "{page}:{number}: {line}");
        }
    }
}

/// Every page of the book is in its list, and what is in the list is there (by the test above).
#[test]
fn the_list_of_pages_is_whole() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed = links(&summary);
    for page in
        all().iter().filter_map(|page| page.strip_prefix("docs/")).filter(|page| *page != "SUMMARY.md")
    {
        assert_eq!(listed.iter().filter(|l| *l == page).count(), 1, "docs/SUMMARY.md lacks {page}");
    }
}

/// The lines of a page without its blocks, each with its number and without what is code in it.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut within = false;
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let is_fence = line.trim_start().starts_with("```");
        within ^= is_fence;
        if !within && !is_fence {
            all.push((number + 1, line.split('`').step_by(2).collect::<Vec<_>>().join("``")));
        }
    }
    all
}

/// The targets of links in a page, those of its blocks and of code left out.
fn links(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (_, outside) in prose(text) {
        all.extend(outside.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())));
        if let Some((_, target)) = outside.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
            all.push(target.to_owned());
        }
    }
    all
}

/// What headings of a page are called in links.
fn anchors(text: &str) -> Vec<String> {
    let mut within = false;
    let mut all = Vec::new();
    for line in text.lines() {
        within ^= line.starts_with("```");
        if let Some(heading) = line.strip_prefix('#').filter(|_| !within) {
            let heading = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            all.push(heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect());
        }
    }
    all
}
