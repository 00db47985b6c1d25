//! Runs the steps of `action.yml` as a GitHub runner does.

use std::path::Path;
use std::process::Command;

use super::{Project, output_of};

const BASE_TIME: i64 = 1_698_786_902_000;

/// Runs the action in a workspace. Stdout ends with the action's outputs.
fn run_action(project: &Project, inputs: &[&str], path: Option<&Path>) -> (i32, String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(std::env::var_os("FEEDMILL_PYTHON").unwrap());
    command.arg(root.join("tests/tools/action.py")).args([root, &project.path("")]).args(inputs);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    if let Some(path) = path {
        command.env("PATH", format!("{}:{}", path.display(), std::env::var("PATH").unwrap()));
    }
    output_of(&mut command)
}

const BIN: &str = concat!("bin=", env!("CARGO_BIN_EXE_feedmill"));

#[test]
#[cfg_attr(not(has_tools), ignore = "needs a Python with PyYAML (FEEDMILL_PYTHON): run tests/run.sh")]
fn the_action_builds_feeds_that_pass_its_own_check() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "A title", "https://news.example/1", "<p>Text</p>");
    let args = "args=--base-url https://news.example/feeds/\n  --title 'Two";
    let (code, stdout, stderr) = run_action(&project, &["command=build", args, BIN], None);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.ends_with("output exit-code=0\n"), "{stdout}");
    // Arguments are split at white space only: quotes, variables and patterns mean nothing.
    assert!(project.read_file("feeds/feed.json").contains(r#""title": "'Two""#));
    let (code, stdout, _) = run_action(&project, &[BIN], None);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("0 errors"), "{stdout}");
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs a Python with PyYAML (FEEDMILL_PYTHON): run tests/run.sh")]
fn the_action_fails_on_a_broken_feed_and_annotates_its_path_in_the_repository() {
    let project = Project::new();
    project.write_file(
        "a b/feeds/rss.xml",
        "<rss version='2.0'>\n<channel>\n<title>x</title>\n</channel></rss>\n",
    );
    let (code, stdout, _) = run_action(&project, &["working-directory=./a b/", BIN], None);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("::error file=a b/feeds/rss.xml,line="), "{stdout}");
    assert!(stdout.ends_with("output exit-code=1\n"), "{stdout}");
    let (_, stdout, _) = run_action(&project, &["args=a b/feeds", BIN], None);
    assert!(stdout.ends_with("output exit-code=2\n"), "{stdout}");
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs a Python with PyYAML (FEEDMILL_PYTHON): run tests/run.sh")]
fn the_action_executes_nothing_from_its_inputs() {
    let project = Project::new();
    project.write_file("feeds/x.txt", "");
    for command in ["init", "build; touch pwned", "$(touch pwned)", "check\n::error::pwned"] {
        let (code, stdout, _) = run_action(&project, &[&format!("command={command}"), BIN], None);
        assert_eq!(code, 2, "{stdout}");
        assert!(!stdout.contains("pwned"), "{stdout}");
    }
    for args in ["$(touch pwned)", "`touch pwned`", "; touch pwned", "feeds && touch pwned", "*"] {
        run_action(&project, &[&format!("args={args}"), BIN], None);
    }
    assert!(!project.path("pwned").exists());
}

/// Creates a release whose binary runs the one that is tested. Returns the input that names it.
fn write_release(project: &Project, folder: &str) -> String {
    let target = Command::new("rustc").arg("-vV").output().unwrap();
    let target = String::from_utf8(target.stdout).unwrap();
    let target = target.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let name = format!("feedmill-{target}");
    project.write_file(
        format!("{name}/feedmill"),
        format!("#!/bin/sh\nexec {} \"$@\"\n", env!("CARGO_BIN_EXE_feedmill")),
    );
    let script = format!(
        "chmod +x {name}/feedmill && mkdir -p releases/{folder} && tar -czf releases/{folder}/{name}.tar.gz {name} && \
         rm -r {name} && cd releases/{folder} && sha256sum {name}.tar.gz >SHA256SUMS"
    );
    assert!(
        Command::new("sh").args(["-c", &script]).current_dir(project.path("")).status().unwrap().success()
    );
    format!("releases=file://{}", project.path("releases").display())
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs a Python with PyYAML (FEEDMILL_PYTHON): run tests/run.sh")]
fn the_action_installs_the_release_of_its_tag() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "A title", "https://news.example/1", "<p>Text</p>");
    // action.py says that the action is used at v0.1.0.
    let releases = write_release(&project, "download/v0.1.0");
    let (code, stdout, _) = run_action(&project, &["command=build", &releases], None);
    assert_eq!(code, 0, "{stdout}");
    assert!(project.path("feeds/rss.xml").exists());
    let (code, stdout, _) = run_action(&project, &[&releases, "version=v0.2.0"], None);
    assert!(
        code == 2 && stdout.contains("::error::cannot download") && stdout.contains("set compile to true"),
        "{stdout}"
    );
    for version in ["0.1.0", "v1", "v0.1.0/../../x", "$(touch pwned)"] {
        let (code, stdout, _) = run_action(&project, &[&releases, &format!("version={version}")], None);
        assert!(code == 2 && stdout.contains("::error::version must be like v0.1.0"), "{version}: {stdout}");
    }
    let sums = project.read_file("releases/download/v0.1.0/SHA256SUMS");
    project.write_file("releases/download/v0.1.0/SHA256SUMS", format!("{}{}", "0".repeat(64), &sums[64..]));
    let (code, stdout, _) = run_action(&project, &[&releases], None);
    assert!(code == 2 && stdout.contains("another checksum"), "{stdout}");
    assert!(!project.path("pwned").exists());
}

#[test]
#[cfg_attr(not(has_tools), ignore = "needs a Python with PyYAML (FEEDMILL_PYTHON): run tests/run.sh")]
fn the_action_compiles_feedmill_only_on_request() {
    let project = Project::new();
    project.write_seed("1.txt", BASE_TIME, "A title", "https://news.example/1", "<p>Text</p>");
    // A fake cargo: the real one needs minutes.
    project.write_file(
        "bin/cargo",
        format!(
            "#!/bin/sh\necho \"cargo $*\"\nwhile [ \"$1\" != --root ]; do shift; done\nmkdir -p \"$2/bin\"\n\
             ln -s {} \"$2/bin/feedmill\"\n",
            env!("CARGO_BIN_EXE_feedmill")
        ),
    );
    assert!(Command::new("chmod").arg("+x").arg(project.path("bin/cargo")).status().unwrap().success());
    let (code, stdout, _) =
        run_action(&project, &["command=build", "compile=true"], Some(&project.path("bin")));
    assert_eq!(code, 0, "{stdout}");
    let features = "--features object-store";
    let asked =
        format!("cargo install --quiet --locked {features} --path {} --root ", env!("CARGO_MANIFEST_DIR"));
    assert!(stdout.contains(&asked), "{stdout}");
    assert!(project.path("feeds/rss.xml").exists());
}
