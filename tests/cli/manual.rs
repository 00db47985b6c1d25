//! `feedmill completions` and `feedmill man`: complete, and accepted by the shells and manual viewers that read them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Project, output_of};

fn stdout_of(project: &Project, args: &[&str]) -> String {
    let (code, stdout, stderr) = project.feedmill(args);
    assert_eq!((code, stderr.as_str()), (0, ""), "{args:?}");
    stdout
}

/// Returns the subcommands that `--help` lists.
fn commands(project: &Project) -> Vec<String> {
    let help = stdout_of(project, &["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    names.into_iter().filter(|name| name != "help").collect()
}

/// Returns the flags and environment variables that the help of a subcommand shows.
fn flags(project: &Project, verb: Option<&str>) -> Vec<String> {
    let help = stdout_of(project, &verb.into_iter().chain(["--help"]).collect::<Vec<_>>());
    let words =
        help.lines().filter(|line| line.trim_start().starts_with('-')).flat_map(str::split_whitespace);
    let flags = words.filter(|word| word.starts_with("--") && word.len() > 2);
    let flags: Vec<_> = flags.map(|flag| flag.trim_end_matches(',').to_owned()).collect();
    let variables =
        help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap().to_owned());
    flags.into_iter().chain(variables).collect()
}

/// Writes the manual into a folder and returns its pages by file name.
fn pages(project: &Project) -> BTreeMap<String, String> {
    stdout_of(project, &["man", "pages/man1"]);
    let files = fs::read_dir(project.path("pages/man1")).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|p| (p.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&p).unwrap()))
        .collect()
}

#[test]
fn the_manual_has_a_page_for_each_command_and_every_flag() {
    let project = Project::new();
    let verbs = commands(&project);
    assert!(verbs.contains(&"man".to_owned()) && verbs.len() >= 8, "{verbs:?}");
    let pages = pages(&project);
    let mut expected: Vec<_> = verbs.iter().map(|verb| format!("feedmill-{verb}.1")).collect();
    expected.push("feedmill.1".to_owned());
    expected.sort();
    assert_eq!(pages.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(stdout_of(&project, &["man"]), pages["feedmill.1"]);
    let plain =
        |page: &str| ["\\fB", "\\fI", "\\fR"].iter().fold(page.replace("\\-", "-"), |t, f| t.replace(f, ""));
    for (name, verb) in [("feedmill.1".to_owned(), None)]
        .into_iter()
        .chain(verbs.iter().map(|verb| (format!("feedmill-{verb}.1"), Some(verb.as_str()))))
    {
        let page = plain(&pages[&name]);
        let flags = flags(&project, verb);
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
    let project = Project::new();
    project.write_file("file", "");
    let (code, _, stderr) = project.feedmill(&["man", "file"]);
    assert_eq!(code, 2);
    assert!(stderr.starts_with("feedmill: file: cannot write the manual: "), "{stderr}");
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs mandoc and groff: run tests/run.sh")]
fn mandoc_and_groff_accept_the_manual() {
    let project = Project::new();
    let all: Vec<_> = pages(&project).into_keys().map(|name| project.path("pages/man1").join(name)).collect();
    // The pages have no date, so that they are reproducible; and clap puts more space between values than mandoc likes.
    let (_, found, _) = output_of(Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).args(&all));
    let found: Vec<_> = found
        .lines()
        .filter(|line| !line.contains("missing date") && !line.contains("skipping paragraph macro: br "))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
    for page in all {
        let mut groff = Command::new("groff");
        groff.args(["-man", "-Tutf8", "-ww", "-z"]).arg(&page);
        assert_eq!(output_of(&mut groff), (0, String::new(), String::new()), "{}", page.display());
    }
}

/// Returns what bash offers as completion of the last word.
fn bash_completions(script: &Path, words: &[&str]) -> Vec<String> {
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
    let (code, stdout, stderr) = output_of(&mut bash);
    assert_eq!((code, stderr.as_str()), (0, ""), "{words:?}");
    stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let project = Project::new();
    project.write_file("feedmill.bash", stdout_of(&project, &["completions", "bash"]));
    let script = project.path("feedmill.bash");
    assert_eq!(bash_completions(&script, &["feedmill", "che"]), ["check"]);
    assert_eq!(bash_completions(&script, &["feedmill", "check", "--den"]), ["--deny"]);
    let profiles = ["apple", "psp1", "spotify", "w3c"];
    let mut found = bash_completions(&script, &["feedmill", "check", "--profile", ""]);
    found.sort();
    assert_eq!(found, profiles);
    assert_eq!(
        bash_completions(&script, &["feedmill", "completions", ""]),
        ["-h", "--help", "bash", "elvish", "fish", "powershell", "zsh"]
    );
    for verb in commands(&project) {
        let offered = bash_completions(&script, &["feedmill", &verb, "-"]);
        for flag in flags(&project, Some(&verb)).iter().filter(|flag| flag.starts_with("--")) {
            assert!(offered.contains(flag), "{verb} {flag}: {offered:?}");
        }
    }
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs zsh and fish: run tests/run.sh")]
fn zsh_parses_its_script_and_fish_completes_with_its_own() {
    let project = Project::new();
    project.write_file("_feedmill", stdout_of(&project, &["completions", "zsh"]));
    project.write_file("feedmill.fish", stdout_of(&project, &["completions", "fish"]));
    assert!(project.read_file("_feedmill").starts_with("#compdef feedmill\n"));
    let mut zsh = Command::new("zsh");
    assert_eq!(output_of(zsh.arg("-n").arg(project.path("_feedmill"))), (0, String::new(), String::new()));
    let mut fish = Command::new("fish");
    fish.env("HOME", project.path("")).env("XDG_CONFIG_HOME", project.path("config"));
    fish.args(["--no-config", "-c", "source $argv[1]; complete -C 'feedmill che'"])
        .arg(project.path("feedmill.fish"));
    let (code, stdout, stderr) = output_of(&mut fish);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(stdout.split('\t').next(), Some("check"), "{stdout}");
}

#[test]
fn an_unknown_shell_is_a_usage_error_that_lists_the_known_ones() {
    let (code, stdout, stderr) = Project::new().feedmill(&["completions", "tcsh"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("bash, elvish, fish, powershell, zsh"), "{stderr}");
}
