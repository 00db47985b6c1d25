//! Faults of disks, clocks and operators, on the real binary. `docs/reliability.md` has a row for each kind: how many are
//! tried at least, and what is said; both are compared here.

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

use super::kill::{feeds, is_whole};
use super::{Mill, files};

const T: i64 = 1_698_786_902_000;
const DAY: i64 = 86_400_000;
const ARGS: [&str; 7] = ["--base-url", "https://f.example/", "--archive", "true", "--limit", "4", "-v"];

/// A row of the table of faults.
pub(super) struct Row {
    name: &'static str,
    tried: usize,
    said: String,
}

impl Row {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, tried: 0, said: String::new() }
    }

    /// One more was tried, and this was said.
    pub(super) fn tried(&mut self, said: &str) {
        self.tried += 1;
        self.said.push_str(said);
    }

    /// As many were tried as the table says, and what it quotes was said.
    pub(super) fn end(self) {
        let table = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reliability.md")).unwrap();
        let start = format!("| {} |", self.name);
        let row = table.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("docs/reliability.md has no row `{}`", self.name));
        let cells: Vec<&str> = row.split(" | ").collect();
        let promised: usize = cells[2].replace(',', "").parse().unwrap();
        println!("{}: {}", self.name, self.tried);
        assert!(self.tried >= promised, "{}: {} of {promised}", self.name, self.tried);
        for quoted in cells[3].split('`').skip(1).step_by(2) {
            assert!(self.said.contains(quoted), "{}: nobody said `{quoted}`:\n{}", self.name, self.said);
        }
    }
}

type Documents = BTreeMap<PathBuf, Vec<u8>>;

/// Feeds of yesterday in `feeds`, with their catalog, and the seeds of today.
struct Scene {
    mill: Mill,
    old: Documents,
    new: Documents,
}

impl Scene {
    /// Bodies of today's seeds have a size, in bytes.
    fn new(size: usize) -> Self {
        let mill = mill();
        for number in 0..24 {
            seed(&mill, number, &format!("No. {number}"), "<p>x</p>");
        }
        assert_eq!(mill.run(&ARGS).0, 0);
        let old = feeds(&mill.path("feeds"));
        let words = format!("<p>{}</p>", "word ".repeat(size / 5));
        for number in [3, 22, 23, 24, 25] {
            seed(&mill, number, &format!("News {number}"), &words);
        }
        let new = fresh(&mill);
        assert!(old.keys().filter(|path| new.contains_key(*path) && old[*path] != new[*path]).count() >= 9);
        Self { mill, old, new }
    }

    fn at_work(&self, folder: &Path) -> Command {
        let mut command = self.mill.command(&ARGS);
        command.current_dir(folder);
        command
    }

    /// A copy of all of it.
    fn copy(&self) -> tempfile::TempDir {
        let dir = folder();
        copy(&self.mill.path(""), dir.path());
        dir
    }

    /// Every document is the old one or the new one.
    fn is_old_or_new(&self, folder: &Path, after: &str) {
        for (path, bytes) in feeds(folder) {
            let known = self.old.get(&path) == Some(&bytes) || self.new.get(&path) == Some(&bytes);
            assert!(known, "{after}: {} is neither what it was nor what it is to be", path.display());
        }
    }

    /// A run without faults makes all right, and nothing is left of those before.
    fn is_right(&self, folder: &Path, after: &str) {
        is_right(&self.new, folder, after);
    }
}

/// Where nothing waits for a disk to turn, if there is such a place: a thousand runs sync each document.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn mill() -> Mill {
    Mill { dir: folder() }
}

fn seed(mill: &Mill, number: i64, title: &str, body: &str) {
    let folder = ["", "a/", "b/"][number as usize % 3];
    let path = format!("{folder}{number}.txt");
    mill.seed(&path, T + 3 * DAY * number, title, &format!("https://e.example/{number}"), body);
}

/// What a run makes that knows of none before.
fn fresh(mill: &Mill) -> Documents {
    let (code, _, stderr) = mill.run(&[&ARGS[..], &["--feeds", "fresh", "--no-catalog"]].concat());
    assert_eq!(code, 0, "{stderr}");
    let made = feeds(&mill.path("fresh"));
    fs::remove_dir_all(mill.path("fresh")).unwrap();
    made
}

fn is_right(new: &Documents, folder: &Path, after: &str) {
    let made = feeds(folder);
    assert_eq!(made.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>(), "{after}");
    let wrong = made.iter().find(|(path, bytes)| new[*path] != **bytes);
    assert!(wrong.is_none(), "{after}: {} is wrong", wrong.unwrap().0.display());
    nothing_temporary(folder, after);
}

pub(super) fn nothing_temporary(folder: &Path, after: &str) {
    let mut all = files(folder);
    all.extend(files(&folder.join(".feedmill")));
    let is_temporary = |path: &&PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(".feedmill") || name.ends_with(".new")
    };
    assert_eq!(all.iter().find(is_temporary), None, "{after}");
}

/// Where seeds could not be read a document may be the poorer, but not half of one.
fn all_whole(folder: &Path, after: &str) {
    for (path, bytes) in feeds(folder) {
        let is_empty = || feed_rs::parser::parse(&*bytes).is_ok();
        assert!(is_whole(&path, &bytes) || is_empty(), "{after}: {} is torn", path.display());
    }
}

/// A command that another one runs.
fn through(command: &Command, program: &str, args: &[&str]) -> Command {
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

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}
