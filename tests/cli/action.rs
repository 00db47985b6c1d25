//! `action.yml`: its steps, run as a runner does.

use std::path::Path;
use std::process::Command;

use super::{Mill, run};

const T: i64 = 1_698_786_902_000;

/// The action in a workspace; its outputs stand at the end of what it prints.
fn action(mill: &Mill, inputs: &[&str], path: Option<&Path>) -> (i32, String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(std::env::var_os("FEEDMILL_PYTHON").unwrap());
    command.arg(root.join("tests/tools/action.py")).args([root, &mill.path("")]).args(inputs);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    if let Some(path) = path {
        command.env("PATH", format!("{}:{}", path.display(), std::env::var("PATH").unwrap()));
    }
    run(&mut command)
}

const BIN: &str = concat!("bin=", env!("CARGO_BIN_EXE_feedmill"));

#[test]
#[cfg_attr(not(has_tools), ignore = "needs FEEDMILL_PYTHON: run tests/run.sh")]
fn the_action_mills_and_then_finds_nothing_wrong() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "A title", "https://news.example/1", "<p>Text</p>");
    let args = "args=--base-url https://news.example/feeds/\n  --title 'Two";
    let (code, stdout, stderr) = action(&mill, &["command=build", args, BIN], None);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.ends_with("output exit-code=0\n"), "{stdout}");
    // Words are words: no quote, no variable and no pattern is looked at.
    assert!(mill.read("feeds/feed.json").contains(r#""title": "'Two""#));
    let (code, stdout, _) = action(&mill, &[BIN], None);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("0 errors"), "{stdout}");
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs FEEDMILL_PYTHON: run tests/run.sh")]
fn the_action_fails_on_a_broken_feed_and_shows_where_from_the_root_of_the_repository() {
    let mill = Mill::new();
    mill.put("a b/feeds/rss.xml", "<rss version='2.0'>\n<channel>\n<title>x</title>\n</channel></rss>\n");
    let (code, stdout, _) = action(&mill, &["working-directory=./a b/", BIN], None);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("::error file=a b/feeds/rss.xml,line="), "{stdout}");
    assert!(stdout.ends_with("output exit-code=1\n"), "{stdout}");
    let (_, stdout, _) = action(&mill, &["args=a b/feeds", BIN], None);
    assert!(stdout.ends_with("output exit-code=2\n"), "{stdout}");
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs FEEDMILL_PYTHON: run tests/run.sh")]
fn the_action_runs_nothing_that_its_inputs_say() {
    let mill = Mill::new();
    mill.put("feeds/x.txt", "");
    for command in ["init", "build; touch pwned", "$(touch pwned)", "check\n::error::pwned"] {
        let (code, stdout, _) = action(&mill, &[&format!("command={command}"), BIN], None);
        assert_eq!(code, 2, "{stdout}");
        assert!(!stdout.contains("pwned"), "{stdout}");
    }
    for args in ["$(touch pwned)", "`touch pwned`", "; touch pwned", "feeds && touch pwned", "*"] {
        action(&mill, &[&format!("args={args}"), BIN], None);
    }
    assert!(!mill.path("pwned").exists());
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs FEEDMILL_PYTHON: run tests/run.sh")]
fn without_a_binary_the_action_compiles_its_own() {
    let mill = Mill::new();
    mill.seed("1.txt", T, "A title", "https://news.example/1", "<p>Text</p>");
    // What cargo is asked is what cargo can do; tests/package.sh asks the real one.
    mill.put(
        "bin/cargo",
        format!(
            "#!/bin/sh\necho \"cargo $*\"\nwhile [ \"$1\" != --root ]; do shift; done\nmkdir -p \"$2/bin\"\n\
             ln -s {} \"$2/bin/feedmill\"\n",
            env!("CARGO_BIN_EXE_feedmill")
        ),
    );
    assert!(Command::new("chmod").arg("+x").arg(mill.path("bin/cargo")).status().unwrap().success());
    let (code, stdout, _) = action(&mill, &["command=build"], Some(&mill.path("bin")));
    assert_eq!(code, 0, "{stdout}");
    let asked = format!("cargo install --quiet --locked --path {} --root ", env!("CARGO_MANIFEST_DIR"));
    assert!(stdout.contains(&asked), "{stdout}");
    assert!(mill.path("feeds/rss.xml").exists());
}
