//! The README's lines for subscribers and operators, run as they are written.

use std::path::Path;
use std::process::Command;

use super::{Mill, run};

/// The first block of a language under a heading of the README.
fn block(heading: &str, language: &str) -> String {
    let readme = include_str!("../../README.md");
    let section = readme.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    section.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap().to_owned()
}

/// A home with this project's samples in `news`, and no feeds yet.
fn home() -> Mill {
    let (home, root) = (Mill::new(), Path::new(env!("CARGO_MANIFEST_DIR")));
    std::fs::create_dir_all(home.path("news")).unwrap();
    let (code, _, stderr) = run(Command::new("cp")
        .arg("-r")
        .arg(root.join("seeds"))
        .arg(root.join("feedmill.toml"))
        .arg(home.path("news")));
    assert_eq!(code, 0, "{stderr}");
    home
}

/// Runs lines of a shell in the home, with feedmill on the path.
fn shell(home: &Mill, folder: &str, lines: &str) -> (i32, String, String) {
    let folders = Path::new(env!("CARGO_BIN_EXE_feedmill")).parent().unwrap().to_str().unwrap();
    let path = format!("{folders}:{}", std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-euc", lines]).current_dir(home.path(folder)).env("HOME", home.path("")).env("PATH", path);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME").env("no_proxy", "*");
    run(&mut command)
}

/// One test, for the address in the README is one.
#[test]
#[cfg_attr(not(has_readers), ignore = "needs the readers: run tests/run.sh")]
fn the_lines_to_serve_and_to_subscribe_do_what_the_readme_says() {
    let home = home();
    let (code, stdout, stderr) = shell(&home, "news", &block("Serve", "sh"));
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.contains("listening on http://127.0.0.1:8080/\n"), "{stdout}");
    for part in [
        "HTTP/1.1 200 OK",
        "etag: \"",
        "last-modified: ",
        "cache-control: ",
        "link: <",
        "<h1>feedmill samples</h1>",
        "feedmill_",
    ] {
        assert!(stdout.contains(part), "no {part} in {stdout}");
    }
    assert!(stdout.lines().any(|line| line == "ok"), "{stdout}");
    let serve = block("Serve", "sh");
    let start: Vec<&str> = serve.lines().take(2).collect();
    let lines = format!("{}\ntrap 'kill $!' EXIT\n{}", start.join("\n"), block("Subscribe", "sh"));
    let (code, stdout, stderr) = shell(&home, "news", &lines);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("Import of feeds/feeds.opml finished."), "{stdout}");
    assert!(stdout.contains(" unread articles"), "{stdout}");
    assert!(stdout.contains("\nThe old ferry gets a new engine [photos]\n"), "{stdout}");
    assert!(
        stderr.contains("add new feed news (http://127.0.0.1:8080/rss.xml -> me@home.example)"),
        "{stderr}"
    );
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs systemd-analyze: run tests/run.sh")]
fn the_crontab_and_the_unit_are_sound() {
    let home = home();
    let line = block("Cron or systemd", "cron");
    let words: Vec<&str> = line.trim().splitn(6, ' ').collect();
    assert_eq!(words[..5], ["*/10", "*", "*", "*", "*"]);
    assert_eq!(shell(&home, "", words[5]), (0, String::new(), String::new()));
    assert!(home.path("news/feeds/rss.xml").exists());
    let unit = home.path(".config/systemd/user/feedmill.service");
    home.put(&unit, block("Cron or systemd", "ini"));
    home.put(".cargo/bin/feedmill", "#!/bin/sh\n");
    let lines = format!(
        "chmod +x .cargo/bin/feedmill; mkdir -m 700 run; XDG_RUNTIME_DIR=$PWD/run systemd-analyze --user verify {}",
        unit.display()
    );
    assert_eq!(shell(&home, "", &lines), (0, String::new(), String::new()));
}
