//! Injects faults of disks, clocks and operators into the real binary. docs/reliability.md has a row for each kind of fault:
//! how many are tried at least, on any machine, and what the operator sees. The tests compare both.

mod calls;
mod catalog;
mod disk;
mod output;
mod runs;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process};

use super::kill::{is_complete, published_files};
use super::{Project, files_below};

const BASE_TIME: i64 = 1_698_786_902_000;
const DAY: i64 = 86_400_000;
const ARGS: [&str; 7] = ["--base-url", "https://f.example/", "--archive", "true", "--limit", "4", "-v"];

/// A row of the table of faults in docs/reliability.md.
pub(super) struct FaultRow {
    name: &'static str,
    tried: usize,
    /// Everything that the runs printed to stderr.
    stderr: String,
}

impl FaultRow {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, tried: 0, stderr: String::new() }
    }

    /// Counts one more fault, and collects what the run printed.
    pub(super) fn record(&mut self, stderr: &str) {
        self.tried += 1;
        self.stderr.push_str(stderr);
    }

    /// Asserts that at least as many faults were tried as the table promises, and that the quoted messages were printed.
    pub(super) fn assert_documented(self) {
        let table = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reliability.md")).unwrap();
        let start = format!("| {} |", self.name);
        let row = table.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("docs/reliability.md has no row `{}`", self.name));
        let cells: Vec<&str> = row.split(" | ").collect();
        let promised: usize = cells[2].replace("at least ", "").replace(',', "").parse().unwrap();
        println!("{}: {}", self.name, self.tried);
        assert!(self.tried >= promised, "{}: {} of {promised}", self.name, self.tried);
        for quoted in cells[3].split('`').skip(1).step_by(2) {
            // The table may leave out the title of a finding, which follows its code.
            let (start, detail) = quoted.split_once("]: ").unwrap_or((quoted, ""));
            let mut lines = self.stderr.lines().filter_map(|line| line.split_once(start));
            let is_printed = lines.any(|(_, rest)| rest.contains(detail));
            assert!(is_printed, "{}: no run printed `{quoted}`:\n{}", self.name, self.stderr);
        }
    }
}

type Documents = BTreeMap<PathBuf, Vec<u8>>;

/// A project with yesterday's feeds and catalog, and today's seeds.
struct Scenario {
    project: Project,
    old: Documents,
    /// What a run without faults publishes.
    new: Documents,
}

impl Scenario {
    /// Bodies of today's seeds have the given size in bytes.
    fn new(size: usize) -> Self {
        let project = sample_project();
        for number in 0..24 {
            seed(&project, number, &format!("No. {number}"), "<p>x</p>");
        }
        assert_eq!(project.feedmill(&ARGS).0, 0);
        let old = published_files(&project.path("feeds"));
        let words = format!("<p>{}</p>", "word ".repeat(size / 5));
        for number in [3, 22, 23, 24, 25] {
            seed(&project, number, &format!("News {number}"), &words);
        }
        let new = build_from_scratch(&project);
        assert!(old.keys().filter(|path| new.contains_key(*path) && old[*path] != new[*path]).count() >= 9);
        Self { project, old, new }
    }

    fn build_command(&self, folder: &Path) -> Command {
        let mut command = self.project.command(&ARGS);
        command.current_dir(folder);
        command
    }

    /// Copies the project to a temporary folder.
    fn copy_to_temp(&self) -> tempfile::TempDir {
        let dir = fast_temp_folder();
        copy(&self.project.path(""), dir.path());
        dir
    }

    /// Asserts that every published document is either the old or the new one.
    fn assert_old_or_new(&self, folder: &Path, after: &str) {
        for (path, bytes) in published_files(folder) {
            let known = self.old.get(&path) == Some(&bytes) || self.new.get(&path) == Some(&bytes);
            assert!(known, "{after}: {} is neither the old nor the new document", path.display());
        }
    }

    /// Asserts that the published documents are the new ones, and that no temporary file remains.
    fn assert_up_to_date(&self, folder: &Path, after: &str) {
        assert_up_to_date(&self.new, folder, after);
    }
}

/// Creates a folder, in memory if possible, because a thousand runs sync each document.
pub(super) fn fast_temp_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn sample_project() -> Project {
    Project { dir: fast_temp_folder() }
}

fn seed(project: &Project, number: i64, title: &str, body: &str) {
    let folder = ["", "a/", "b/"][number as usize % 3];
    let path = format!("{folder}{number}.txt");
    project.write_seed(
        &path,
        BASE_TIME + 3 * DAY * number,
        title,
        &format!("https://e.example/{number}"),
        body,
    );
}

/// Returns what a run publishes that starts from scratch.
fn build_from_scratch(project: &Project) -> Documents {
    let (code, _, stderr) = project.feedmill(&[&ARGS[..], &["--feeds", "fresh", "--no-catalog"]].concat());
    assert_eq!(code, 0, "{stderr}");
    let made = published_files(&project.path("fresh"));
    fs::remove_dir_all(project.path("fresh")).unwrap();
    made
}

fn assert_up_to_date(new: &Documents, folder: &Path, after: &str) {
    let made = published_files(folder);
    assert_eq!(made.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>(), "{after}");
    let wrong = made.iter().find(|(path, bytes)| new[*path] != **bytes);
    assert!(wrong.is_none(), "{after}: {} is wrong", wrong.unwrap().0.display());
    assert_no_temporary_file(folder, after);
}

pub(super) fn assert_no_temporary_file(folder: &Path, after: &str) {
    let mut all = files_below(folder);
    all.extend(files_below(&folder.join(".feedmill")));
    let is_temporary = |path: &&PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(".feedmill") || name.ends_with(".new")
    };
    assert_eq!(all.iter().find(is_temporary), None, "{after}");
}

/// Asserts that every document is complete. If seeds could not be read, it may have fewer entries.
fn assert_no_torn_file(folder: &Path, after: &str) {
    for (path, bytes) in published_files(folder) {
        let is_empty = || feed_rs::parser::parse(&*bytes).is_ok();
        assert!(is_complete(&path, &bytes) || is_empty(), "{after}: {} is torn", path.display());
    }
}

/// Wraps a command in another program, such as strace.
fn wrapped_in(command: &Command, program: &str, args: &[&str]) -> Command {
    let mut through = Command::new(program);
    through.args(args).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => through.env(name, value),
            None => through.env_remove(name),
        };
    }
    through.current_dir(command.get_current_dir().unwrap());
    through
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn send_signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}
