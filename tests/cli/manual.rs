//! `feedmill completions` and `feedmill man`: made of the flags that help shows, and taken by what reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Mill, run};

fn printed(mill: &Mill, args: &[&str]) -> String {
    let (code, stdout, stderr) = mill.run(args);
    assert_eq!((code, stderr.as_str()), (0, ""), "{args:?}");
    stdout
}

/// The verbs as help lists them.
fn verbs(mill: &Mill) -> Vec<String> {
    let help = printed(mill, &["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    names.into_iter().filter(|name| name != "help").collect()
}

/// The flags that help of a verb shows, and their variables.
fn flags(mill: &Mill, verb: Option<&str>) -> Vec<String> {
    let help = printed(mill, &verb.into_iter().chain(["--help"]).collect::<Vec<_>>());
    let words =
        help.lines().filter(|line| line.trim_start().starts_with('-')).flat_map(str::split_whitespace);
    let flags = words.filter(|word| word.starts_with("--") && word.len() > 2);
    let flags: Vec<_> = flags.map(|flag| flag.trim_end_matches(',').to_owned()).collect();
    let variables =
        help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap().to_owned());
    flags.into_iter().chain(variables).collect()
}

/// The pages as they are written into a folder.
fn pages(mill: &Mill) -> BTreeMap<String, String> {
    printed(mill, &["man", "pages/man1"]);
    let files = fs::read_dir(mill.path("pages/man1")).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|p| (p.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&p).unwrap()))
        .collect()
}

#[test]
fn the_manual_has_a_page_a_verb_and_every_flag_of_help() {
    let mill = Mill::new();
    let verbs = verbs(&mill);
    assert!(verbs.contains(&"man".to_owned()) && verbs.len() >= 8, "{verbs:?}");
    let pages = pages(&mill);
    let mut expected: Vec<_> = verbs.iter().map(|verb| format!("feedmill-{verb}.1")).collect();
    expected.push("feedmill.1".to_owned());
    expected.sort();
    assert_eq!(pages.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(printed(&mill, &["man"]), pages["feedmill.1"]);
    let plain =
        |page: &str| ["\\fB", "\\fI", "\\fR"].iter().fold(page.replace("\\-", "-"), |t, f| t.replace(f, ""));
    for (name, verb) in [("feedmill.1".to_owned(), None)]
        .into_iter()
        .chain(verbs.iter().map(|verb| (format!("feedmill-{verb}.1"), Some(verb.as_str()))))
    {
        let page = plain(&pages[&name]);
        let flags = flags(&mill, verb);
        assert!(flags.contains(&"--help".to_owned()), "{name}: {flags:?}");
        for flag in flags {
            assert!(page.contains(&flag), "{name} lacks {flag}");
        }
    }
    assert!(pages["feedmill-man.1"].starts_with(concat!(
        ".TH feedmill-man 1 \"\" \"feedmill ",
        env!("CARGO_PKG_VERSION"),
        "\" \"User Commands\"\n"
    )));
    let main = plain(&pages["feedmill.1"]);
    for part in verbs.iter().map(|verb| format!("feedmill-{verb}(1)")) {
        assert!(main.contains(&part), "feedmill.1 lacks {part}");
    }
    for part in ["EXIT STATUS", "FILES", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"] {
        assert!(
            pages["feedmill.1"].contains(&format!(".SH \"{part}\""))
                || main.contains(&format!(".SH {part}\n"))
        );
    }
}

#[test]
fn a_manual_that_cannot_be_written_is_an_error() {
    let mill = Mill::new();
    mill.put("file", "");
    let (code, _, stderr) = mill.run(&["man", "file"]);
    assert_eq!(code, 2);
    assert!(stderr.starts_with("feedmill: file: cannot write the manual: "), "{stderr}");
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs mandoc and groff: run tests/run.sh")]
fn mandoc_and_groff_find_nothing_in_the_manual() {
    let mill = Mill::new();
    let all: Vec<_> = pages(&mill).into_keys().map(|name| mill.path("pages/man1").join(name)).collect();
    // A date would be that of a clock; and clap sets lists of values apart by more space than mandoc gives them.
    let (_, found, _) = run(Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).args(&all));
    let found: Vec<_> = found
        .lines()
        .filter(|line| !line.contains("missing date") && !line.contains("skipping paragraph macro: br "))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
    for page in all {
        let mut groff = Command::new("groff");
        groff.args(["-man", "-Tutf8", "-ww", "-z"]).arg(&page);
        assert_eq!(run(&mut groff), (0, String::new(), String::new()), "{}", page.display());
    }
}

/// What bash offers for the last of these words.
fn completed(script: &Path, words: &[&str]) -> Vec<String> {
    let lines = r#"
        set -eu
        source "$1"; shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        function=$(complete -p feedmill | sed 's/.* -F \([^ ]*\) .*/\1/')
        "$function" feedmill "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", lines, "bash"]).arg(script).args(words);
    let (code, stdout, stderr) = run(&mut bash);
    assert_eq!((code, stderr.as_str()), (0, ""), "{words:?}");
    stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_verbs_flags_and_values() {
    let mill = Mill::new();
    mill.put("feedmill.bash", printed(&mill, &["completions", "bash"]));
    let script = mill.path("feedmill.bash");
    assert_eq!(completed(&script, &["feedmill", "che"]), ["check"]);
    assert_eq!(completed(&script, &["feedmill", "check", "--den"]), ["--deny"]);
    assert_eq!(completed(&script, &["feedmill", "check", "--deny", ""]), ["warnings"]);
    assert_eq!(
        completed(&script, &["feedmill", "completions", ""]),
        ["-h", "--help", "bash", "elvish", "fish", "powershell", "zsh"]
    );
    for verb in verbs(&mill) {
        let offered = completed(&script, &["feedmill", &verb, "-"]);
        for flag in flags(&mill, Some(&verb)).iter().filter(|flag| flag.starts_with("--")) {
            assert!(offered.contains(flag), "{verb} {flag}: {offered:?}");
        }
    }
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs zsh and fish: run tests/run.sh")]
fn zsh_reads_its_script_and_fish_completes_by_its_own() {
    let mill = Mill::new();
    mill.put("_feedmill", printed(&mill, &["completions", "zsh"]));
    mill.put("feedmill.fish", printed(&mill, &["completions", "fish"]));
    assert!(mill.read("_feedmill").starts_with("#compdef feedmill\n"));
    let mut zsh = Command::new("zsh");
    assert_eq!(run(zsh.arg("-n").arg(mill.path("_feedmill"))), (0, String::new(), String::new()));
    let mut fish = Command::new("fish");
    fish.env("HOME", mill.path("")).env("XDG_CONFIG_HOME", mill.path("config"));
    fish.args(["--no-config", "-c", "source $argv[1]; complete -C 'feedmill che'"])
        .arg(mill.path("feedmill.fish"));
    let (code, stdout, stderr) = run(&mut fish);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(stdout.split('\t').next(), Some("check"), "{stdout}");
}

#[test]
fn a_shell_that_is_not_known_is_a_fault_of_usage_that_names_those_that_are() {
    let (code, stdout, stderr) = Mill::new().run(&["completions", "tcsh"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("bash, elvish, fish, powershell, zsh"), "{stderr}");
}
