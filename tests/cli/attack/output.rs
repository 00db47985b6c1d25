//! Text that would control a terminal, forge a line of a log or command a workflow.

use std::fs;

use serde_json::Value;

use super::MAY;
use super::reliability::assert_attack_row;
use super::requests::send_raw;
use crate::serve::{TestServer, until};
use crate::{Project, json_messages, string_field};

/// Returns the first character that no output may contain: a control character except line feed, or a bidirectional mark.
fn forbidden_character(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control() && *c != '\n' || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
    })
}

#[test]
fn no_output_controls_a_terminal_forges_a_line_or_commands_a_workflow() {
    let marks = [
        "\u{1b}[2J",
        "\u{1b}]0;owned\u{7}",
        "\u{1b}]8;;https://evil.example\u{1b}\\x\u{1b}]8;;\u{1b}\\",
        "\u{1b}]52;c;ZXZpbA==\u{7}",
        "\u{1b}P$q\u{1b}\\",
        "\u{9b}31m",
        "\u{9d}0;x\u{9c}",
        "\u{8}\u{8}",
        "\r",
        "\u{7f}",
        "\u{202e}txt.exe",
        "\u{2066}x\u{2069}",
        "\u{200f}",
        "\u{2028}::error::x",
        "%0A::error::x",
        "%0a",
        "::error file=x::y",
        "##[error]x",
        "\u{b}\u{c}",
        "\u{85}",
    ];
    let project = Project::new();
    for (number, mark) in marks.iter().enumerate() {
        let file = mark.replace('/', "_");
        project.write_file(
            format!("seeds/a{file}/b{file}.txt"),
            format!("<!--x{mark}-->\n[{mark}](ftp://{mark})\n"),
        );
        project.write_seed(
            &format!("c{file}.txt"),
            MAY,
            &format!("t{mark}"),
            &format!("ftp://news.example/{number}{mark}"),
            mark,
        );
        project.write_seed(
            &format!("d{file}.txt"),
            -1,
            &format!("t{mark}"),
            &format!("https://news.example/{number}"),
            &format!("<p>{mark}</p>"),
        );
        project.write_file(
            format!("e{file}.xml"),
            format!("<rss version=\"{mark}\"><{mark}a{mark}=\"{mark}\">&{mark};{mark}</rss>"),
        );
        project.write_file(
            format!("f{file}.json"),
            format!("{{\"version\":\"{mark}\",\"{mark}\":1,\"items\":[{{\"url\":\"{mark}\"}}]}}"),
        );
        let opml = format!(
            "<opml version=\"2.0\"><body><outline text=\"{}\" xmlUrl=\"{0}\"/></body></opml>",
            mark.replace('\u{1b}', "&#x9b;")
        );
        project.write_file(format!("g{file}.opml"), opml);
    }
    let mut tried = 0;
    let mut assert_safe = |what: &str, (code, stdout, stderr): (i32, String, String)| {
        tried += 1;
        for (name, out) in [("stdout", &stdout), ("stderr", &stderr)] {
            assert_eq!(forbidden_character(out), None, "{what} on {name}: {out:?}");
        }
        (code, stdout, stderr)
    };
    for style in ["human", "json", "github", "sarif"] {
        let (_, stdout, stderr) =
            assert_safe(style, project.feedmill(&["--verbose", "--message-format", style]));
        assert!(stdout.is_empty() && stderr.matches("seed-bad-link").count() > marks.len() / 2, "{stderr}");
        let (_, stdout, _) =
            assert_safe(style, project.feedmill(&["check", ".", "--verbose", "--message-format", style]));
        assert!(stdout.matches("not-well-formed").count() >= marks.len(), "{stdout}");
        if style == "github" {
            for line in stdout.lines().chain(stderr.lines().filter(|line| line.contains("::"))) {
                let (head, message) = line.split_once("title=").unwrap_or_else(|| panic!("{line}"));
                assert!(
                    ["::error ", "::warning ", "::notice "].iter().any(|start| head.starts_with(start)),
                    "{line}"
                );
                // The runner decodes percent escapes, so `%` itself is escaped.
                assert!(!message.replace("%25", "").contains('%'), "{line}");
            }
        }
        if style == "json" {
            for (out, file) in [(&stderr, "seeds/c"), (&stdout, "./e")] {
                let files: Vec<_> =
                    json_messages(out).iter().map(|m| string_field(m, "file").to_owned()).collect();
                for mark in marks.map(|mark| mark.replace('/', "_")) {
                    assert!(
                        files.iter().any(|f| f.starts_with(&format!("{file}{mark}"))),
                        "{mark:?}: names are complete"
                    );
                }
            }
        }
        if style == "sarif" {
            serde_json::from_str::<Value>(&stdout).unwrap();
            serde_json::from_str::<Value>(stderr.lines().next().unwrap()).unwrap();
        }
    }
    for (number, mark) in marks.iter().enumerate() {
        let folder = format!("h{}", mark.replace('/', "_"));
        project.write_file(
            format!("{folder}/seeds/{folder}/1.txt"),
            format!("<!--{MAY}-->\n[t](https://news.example/{number})\n---\n\nx\n"),
        );
        let (code, stdout, stderr) = assert_safe("init", project.feedmill(&["init", &folder]));
        assert!(code == 0 && stdout.contains("in 1 section"), "{stdout}{stderr}");
        assert_safe("init again", project.feedmill(&["init", &folder]));
        let bad = format!(
            "title = \"{mark}\"\n\"{mark}\" = '{mark}'\nhub = '{mark}'\n[section.\"{mark}\"]\nx = 1\n"
        );
        project.write_file(format!("{folder}/feedmill.toml"), bad);
        for style in ["human", "json", "github"] {
            assert_safe(
                "configuration",
                project.feedmill(&[
                    "--config",
                    &format!("{folder}/feedmill.toml"),
                    "--message-format",
                    style,
                ]),
            );
        }
        assert_safe("nowhere", project.feedmill(&["--config", &format!("{mark}.toml")]));
        assert_safe("no rule", project.feedmill(&["rules", mark]));
        assert_safe("no rule", project.feedmill(&["check", "--allow", mark, "."]));
        assert_safe("no feed", project.feedmill(&["check", &format!("nowhere{mark}.xml")]));
        assert_safe("no seeds", project.feedmill(&["--seeds", &format!("nowhere{mark}")]));
    }
    assert_attack_row("Terminals, logs and workflows", "", tried);
}

#[test]
fn the_access_log_has_one_safe_line_per_request() {
    for style in ["text", "json"] {
        let project = Project::new();
        project.write_seed("1.txt", MAY, "t", "https://news.example/1", "x");
        let server = TestServer::start(&project, &["--access-log", style]);
        let mut answered = 0;
        let paths = [
            "/\u{9b}31m",
            "/\u{7f}",
            "/%1b[2J",
            "/\u{202e}x",
            "/a\"b=c status=200",
            "/%0d%0aforged",
            "/x\u{1b}[2J",
            "/x\ry",
        ];
        for path in paths {
            for agent in ["x", "\u{9b}31m", "a\" status=200 b=\"", "\\n\\u001b", "\u{202e}x", "x\u{1b}[2J"] {
                let answer = send_raw(
                    &server,
                    format!(
                        "GET {path} HTTP/1.1\r\nHost: a\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n"
                    )
                    .as_bytes(),
                );
                // Requests that are not HTTP are not logged.
                answered += usize::from(answer.starts_with("HTTP/1.1 404"));
            }
        }
        let asked = |log: &str| log.lines().filter(|line| line.contains("peer")).count();
        assert!(answered > 10, "{answered}");
        until(|| (asked(&project.read_file("stdout")) >= answered).then_some(()));
        drop(server);
        let log = String::from_utf8(fs::read(project.path("stdout")).unwrap()).unwrap();
        assert_eq!(forbidden_character(&log), None, "{log:?}");
        assert!(!log.lines().any(|line| line.starts_with("forged")));
        if style == "json" {
            log.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
        }
        assert_eq!(forbidden_character(&project.read_file("stderr")), None);
    }
    assert_attack_row("The access log", "", 2 * 8 * 6);
}
