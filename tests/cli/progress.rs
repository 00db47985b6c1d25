//! What a terminal shows of a long run.

use super::Mill;

/// `script` gives the mill a terminal.
#[cfg(target_os = "linux")]
#[test]
fn long_work_shows_on_a_terminal_how_far_it_is_and_takes_the_line_back() {
    let mill = Mill::new();
    let body = "<p>Some <b>text</b> with a <a href=\"/x\">link</a>.</p><ul><li>one<li>two</ul>\n".repeat(60);
    for i in 0..700_i64 {
        mill.seed(&format!("{i}.txt"), 1_698_786_902_000 + i, "T", &format!("https://e.example/{i}"), &body);
    }
    let args = ["--base-url", "https://f.example/", "--limit", "0"];
    let binary = env!("CARGO_BIN_EXE_feedmill");
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &format!("{binary} {}", args.join(" ")), "/dev/null"]);
    let (code, shown, _) = super::run(command.current_dir(mill.path("")).env("TERM", "xterm"));
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains(" of 700 entries, ") && shown.contains(" s left"), "{shown}");
    let last = shown.rsplit("\r\u{1b}[2K").next().unwrap();
    assert!(last.starts_with("700 seeds (0 skipped), 700 entries in 1 feed"), "{shown}");

    assert_eq!(mill.run(&[&args[..], &["--no-catalog"]].concat()).2, "", "and nothing where there is none");
}
