//! The progress line that a terminal shows during a long run.

use super::Project;

/// `script` gives feedmill a terminal.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(not(has_script), ignore = "needs script (util-linux)")]
fn a_long_run_shows_its_progress_on_a_terminal_and_clears_the_line() {
    let body = "<p>Some <b>text</b> with a <a href=\"/x\">link</a>.</p><ul><li>one<li>two</ul>\n".repeat(60);
    let args = ["--base-url", "https://f.example/", "--limit", "0"];
    let binary = super::binary();
    // Progress appears after a second of work, so a fast machine gets more work.
    for count in [500_i64, 2_000, 8_000, 32_000] {
        let project = Project::new();
        for i in 0..count {
            project.write_seed(
                &format!("{i}.txt"),
                1_698_786_902_000 + i,
                "T",
                &format!("https://e.example/{i}"),
                &body,
            );
        }
        let mut command = std::process::Command::new("script");
        command.args(["-qec", &format!("{} {}", binary.display(), args.join(" ")), "/dev/null"]);
        command.current_dir(project.path("")).env("TERM", "xterm").env("RAYON_NUM_THREADS", "1");
        let (code, shown, _) = super::output_of(&mut command);
        assert_eq!(code, 0, "{shown}");
        let last = shown.rsplit("\r\u{1b}[2K").next().unwrap();
        let summary = format!("{count} seeds: {count} entries; 1 feed");
        assert!(last.trim_start().starts_with(&summary), "{shown}");
        assert_eq!(
            project.feedmill(&[&args[..], &["--no-catalog"]].concat()).2,
            "",
            "no progress without a terminal"
        );
        if shown.contains(&format!(" of {count} entries, ")) && shown.contains(" s left") {
            return;
        }
    }
    panic!("no progress in 32,000 entries");
}
