//! `build --dry-run`: what would be written and removed, and nothing is.

use super::{Project, files_below};

fn project() -> Project {
    let project = Project::new();
    project
        .write_file(
            "feedmill.toml",
            "base_url = 'https://f.example/'\nformats = ['rss']\nindex = []\nhub = 'http://127.0.0.1:9/'\n",
        )
        .write_seed("1.txt", 1_717_225_200_000, "One", "https://n.example/1", "<p>1</p>");
    project
}

/// Returns every file with its bytes, those of the cache too.
fn files(project: &Project) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = files_below(&project.path(""));
    all.extend(files_below(&project.path("feeds/.feedmill")));
    all.sort();
    all.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn the_first_build_would_write_every_file_and_no_folder_is_created() {
    let project = project();
    let before = files(&project);
    let (code, stdout, stderr) = project.feedmill(&["build", "--dry-run"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "write feeds/rss.xml (new)\n", ""));
    assert_eq!(files(&project), before);
    assert!(!project.path("feeds").exists());
    assert_eq!(project.feedmill(&["--dry-run"]).1, stdout, "build is the default");
}

#[test]
fn changes_are_listed_and_unchanged_files_only_on_request() {
    let project = project();
    assert_eq!(project.feedmill(&["--no-push"]).0, 0);
    let nothing = (0, String::new(), String::new());
    assert_eq!(project.feedmill(&["--dry-run"]), nothing);
    assert_eq!(project.feedmill(&["--dry-run", "-v"]).1, "unchanged feeds/rss.xml\n");
    project.write_seed("town/2.txt", 1_717_311_600_000, "Two", "https://n.example/2", "<p>2</p>");
    project.write_file("feeds/old/rss.xml", project.read_file("feeds/rss.xml"));
    let before = files(&project);
    let (code, stdout, stderr) = project.feedmill(&["--dry-run", "--prune", "-v"]);
    let expected = "\
remove feeds/old/rss.xml
write feeds/rss.xml (changed)
write feeds/town/rss.xml (new)
";
    assert_eq!((code, stdout.as_str()), (0, expected));
    assert!(stderr.contains("dry run: 2 files would be written, 0 unchanged, 1 removed"), "{stderr}");
    assert_eq!(files(&project), before);
    assert_eq!(project.feedmill(&["--prune", "--no-push"]).0, 0);
    assert_eq!(project.feedmill(&["--dry-run", "--prune"]), nothing, "the build did what was announced");
}

#[test]
fn a_diff_shows_the_changes() {
    let project = project();
    assert_eq!(project.feedmill(&["--no-push"]).0, 0);
    project.write_seed("1.txt", 1_717_225_200_000, "First", "https://n.example/1", "<p>1</p>");
    project.write_file("feeds/old/rss.xml", project.read_file("feeds/rss.xml"));
    let (code, stdout, _) = project.feedmill(&["--dry-run", "--diff", "--prune"]);
    assert_eq!(code, 0);
    for part in [
        "remove feeds/old/rss.xml\n--- feeds/old/rss.xml\n+++ /dev/null\n@@ -1,",
        "write feeds/rss.xml (changed)\n--- feeds/rss.xml\n+++ feeds/rss.xml\n@@ -",
        "\n-      <title>One</title>\n+      <title>First</title>\n",
    ] {
        assert!(stdout.contains(part), "no `{part}` in\n{stdout}");
    }
    let (code, _, stderr) = project.feedmill(&["--diff"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("--dry-run"), "{stderr}");
}

#[test]
fn an_error_of_the_build_is_an_error_of_the_dry_run() {
    let project = project();
    std::fs::remove_file(project.path("seeds/1.txt")).unwrap();
    let (code, stdout, stderr) = project.feedmill(&["--dry-run"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("no readable seeds"), "{stderr}");
    project.write_file("seeds/2.txt", "hello").write_seed("3.txt", 1, "Three", "https://n.example/3", "x");
    assert_eq!(project.feedmill(&["--dry-run"]).0, 0);
    assert_eq!(project.feedmill(&["--dry-run", "--strict"]).0, 1);
}

#[test]
fn only_build_has_a_dry_run() {
    let project = project();
    for verb in ["watch", "serve"] {
        let (code, _, stderr) = project.feedmill(&[verb, "--dry-run"]);
        assert_eq!(code, 2);
        assert!(stderr.contains("unexpected argument '--dry-run'"), "{stderr}");
    }
}
