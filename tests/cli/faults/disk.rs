//! Disks that are full, read-only or gone: real mounts, in a namespace that ends with the test.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{
    ARGS, BASE_TIME, FaultRow, Scenario, assert_no_temporary_file, published_files, sample_project,
    wrapped_in,
};
use crate::{binary, output_of};

/// Runs a shell script in a namespace where it may mount. `$mill` is the build command.
fn run_with_mounts(folder: &Path, script: &str, variables: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-euc", script]).current_dir(folder).envs(variables.iter().copied());
    let project = format!("{} {}", binary().display(), ARGS.join(" "));
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    output_of(command.env("mill", project))
}

fn read_file(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Mounts a small disk that holds the old feeds, builds, and copies the result; then enlarges the disk and builds again.
const FULL: &str = "
    mkdir -p old; [ ! -d feeds ] || mv feeds/* feeds/.[!.]* old
    mkdir -p feeds; mount -t tmpfs -o $room none feeds
    cp -a old/. feeds
    code=0; $mill 2>stderr || code=$?; echo $code >code
    cp -a feeds full
    mount -o remount,size=64m,nr_inodes=10000 feeds
    $mill 2>later
    cp -a feeds after
";

/// Builds on larger and larger disks until one is large enough. Returns the number of disks that were too small.
fn try_growing_disks(row: &mut FaultRow, first: bool, room: impl Fn(usize) -> String) -> usize {
    let scenario = Scenario::new(20_000);
    for step in 0..400 {
        let dir = scenario.copy_to_temp();
        if first {
            fs::remove_dir_all(dir.path().join("feeds")).unwrap();
        }
        let after = room(step);
        let (code, _, stderr) = run_with_mounts(dir.path(), FULL, &[("room", &after)]);
        if code != 0 && stderr.contains("cp: ") {
            // Not even the old feeds fit.
            continue;
        }
        assert_eq!(code, 0, "{after}: {stderr}{}", read_file(dir.path(), "later"));
        let stderr = read_file(dir.path(), "stderr");
        let full = dir.path().join("full");
        scenario.assert_old_or_new(&full, &after);
        assert_no_temporary_file(&full, &after);
        scenario.assert_up_to_date(&dir.path().join("after"), &after);
        match (read_file(dir.path(), "code").trim(), stderr.contains("No space left on device")) {
            ("2", true) => row.record(&stderr),
            ("0", lost) => {
                let made = published_files(&full);
                assert!(scenario.new.iter().all(|(path, bytes)| made.get(path) == Some(bytes)), "{after}");
                if !lost {
                    return step;
                }
                row.record(&stderr);
            }
            code => panic!("{after}: {code:?}\n{stderr}"),
        }
    }
    panic!("no disk is large enough");
}

#[test]
#[cfg_attr(not(has_faults), ignore = "needs strace and unshare: run tests/run.sh")]
fn a_full_disk_leaves_complete_feeds_and_the_next_run_with_room_succeeds() {
    let mut row = FaultRow::new("disk full");
    let pages = |step: usize| format!("size={}k,nr_inodes=10000", 4 + 24 * step);
    assert!(try_growing_disks(&mut row, true, pages) > 0);
    assert!(try_growing_disks(&mut row, false, pages) > 0);
    row.assert_documented();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "needs strace and unshare: run tests/run.sh")]
fn a_disk_without_inodes_is_handled_like_a_full_disk() {
    let mut row = FaultRow::new("no inodes left");
    assert!(try_growing_disks(&mut row, true, |step| format!("size=64m,nr_inodes={}", 2 + 2 * step)) > 0);
    row.assert_documented();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "needs strace and unshare: run tests/run.sh")]
fn a_full_disk_for_the_catalog_is_only_a_note() {
    let mut row = FaultRow::new("disk full, catalog only");
    let scenario = Scenario::new(400);
    let script = "
        mkdir cache; mount -t tmpfs -o size=$room,nr_inodes=$inodes none cache
        $mill --cache-dir cache 2>stderr
        cp -a cache left
        mount -o remount,size=64m,nr_inodes=10000 cache
        echo one >seeds/more.txt
        $mill --cache-dir cache 2>later; rm seeds/more.txt; $mill --cache-dir cache 2>later
    ";
    let rooms = (1..6).map(|pages| (format!("{}k", 4 * pages), "100".to_owned()));
    for (room, inodes) in rooms.chain((1..8).map(|inodes| ("64k".to_owned(), inodes.to_string()))) {
        let dir = scenario.copy_to_temp();
        let (code, _, stderr) = run_with_mounts(dir.path(), script, &[("room", &room), ("inodes", &inodes)]);
        assert_eq!(code, 0, "{room} {inodes}: {stderr}{}", read_file(dir.path(), "stderr"));
        scenario.assert_up_to_date(&dir.path().join("feeds"), &room);
        if read_file(dir.path(), "stderr").contains("No space left on device") {
            row.record(&read_file(dir.path(), "stderr"));
        }
        assert!(!read_file(dir.path(), "later").contains("catalog-lost"));
    }
    row.assert_documented();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "needs strace and unshare: run tests/run.sh")]
fn a_full_temporary_folder_leaves_the_feeds_unchanged() {
    let mut row = FaultRow::new("temporary folder full");
    let project = sample_project();
    let long = "x".repeat(4000);
    for number in 0..400 {
        project.write_seed(
            &format!("{number}.txt"),
            BASE_TIME + number,
            "T",
            &format!("https://e.example/{number}{long}"),
            "",
        );
    }
    project.write_file("feeds/rss.xml", "what was there");
    for pages in [0, 1, 100, 255] {
        let room = format!("{}k", 4 + 4 * pages);
        let script = "
            mkdir -p tmp; mount -t tmpfs -o size=$room none tmp
            code=0; TMPDIR=$PWD/tmp $mill --no-catalog 2>stderr || code=$?; exit $code
        ";
        let (code, _, _) = run_with_mounts(&project.path(""), script, &[("room", &room)]);
        assert_eq!(
            (code, project.read_file("feeds/rss.xml").as_str()),
            (2, "what was there"),
            "{}",
            project.read_file("stderr")
        );
        assert_no_temporary_file(&project.path("feeds"), &room);
        row.record(&project.read_file("stderr"));
    }
    assert_eq!(project.feedmill(&[&ARGS[..], &["--no-catalog"]].concat()).0, 0);
    row.assert_documented();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "needs strace and unshare: run tests/run.sh")]
fn a_read_only_disk_is_reported_and_left_unchanged() {
    let mut row = FaultRow::new("output read-only");
    let scenario = Scenario::new(400);
    for place in ["feeds", "feeds/a", "feeds/archive"] {
        let dir = scenario.copy_to_temp();
        let script = "
            mount --bind $place $place; mount -o remount,ro,bind $place
            code=0; $mill 2>stderr || code=$?; exit $code
        ";
        let (code, _, _) = run_with_mounts(dir.path(), script, &[("place", place)]);
        assert_eq!(code, 2);
        row.record(&read_file(dir.path(), "stderr"));
        scenario.assert_old_or_new(&dir.path().join("feeds"), place);
        assert_eq!(output_of(&mut scenario.build_command(dir.path())).0, 0);
        scenario.assert_up_to_date(&dir.path().join("feeds"), place);
    }
    row.assert_documented();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "needs strace and unshare: run tests/run.sh")]
fn an_unmounted_seeds_disk_leaves_the_feeds_unchanged() {
    let mut row = FaultRow::new("disk of the seeds gone");
    let scenario = Scenario::new(400);
    let dir = scenario.copy_to_temp();
    let script = "
        mv seeds away; mkdir seeds; mount -t tmpfs none seeds; cp -a away/. seeds
        $mill 2>first
        cp -a feeds before; umount -l seeds
        code=0; $mill 2>stderr || code=$?; rmdir seeds; $mill 2>>stderr || exit $code
    ";
    let (code, _, _) = run_with_mounts(dir.path(), script, &[]);
    assert_eq!(code, 2);
    row.record(&read_file(dir.path(), "stderr"));
    scenario.assert_up_to_date(&dir.path().join("before"), "mounted");
    scenario.assert_up_to_date(&dir.path().join("feeds"), "unmounted");
    row.assert_documented();
}

/// Runs feedmill as a user to whom file modes apply: root, unless it has no capabilities, may read everything.
fn build_unprivileged(scenario: &Scenario, folder: &Path) -> (i32, String, String) {
    let project = scenario.build_command(folder);
    let locked = tempfile::NamedTempFile::new().unwrap();
    locked.as_file().set_permissions(Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&locked).is_ok() {
        let powers = ["--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search", "--"];
        return output_of(&mut wrapped_in(&project, "setpriv", &powers));
    }
    output_of(&mut scenario.build_command(folder))
}

#[test]
#[cfg(target_os = "linux")]
fn paths_without_permission_are_reported_and_the_rest_is_built() {
    let mut row = FaultRow::new("permissions");
    let scenario = Scenario::new(400);
    // Path, its mode, the exit code, and a part of stderr.
    let cases = [
        ("feeds", 0o555, 2, "feedmill: feeds: "),
        ("feeds", 0o000, 2, "feedmill: feeds: "),
        ("feeds/a", 0o555, 2, "feedmill: feeds/a/"),
        ("feeds/archive", 0o555, 2, "feedmill: feeds/archive/"),
        ("feeds/rss.xml", 0o000, 0, "written"),
        ("feeds/.feedmill", 0o555, 0, "feeds/.feedmill: note[catalog-lost]"),
        ("feeds/.feedmill", 0o000, 0, "feeds/.feedmill: note[catalog-lost]"),
        ("feeds/.feedmill/index", 0o000, 0, "feeds/.feedmill: note[catalog-lost]"),
        ("feeds/.feedmill/seeds", 0o000, 0, "feeds/.feedmill: note[catalog-lost]"),
        ("seeds", 0o000, 2, "feedmill: seeds: cannot list the seeds folder: Permission denied"),
        (
            "seeds/a",
            0o000,
            0,
            "seeds/a: error[seed-unreadable]: cannot read a seed or folder: cannot list it: Permission denied",
        ),
        (
            "seeds/a/22.txt",
            0o000,
            0,
            "seeds/a/22.txt: error[seed-unreadable]: cannot read a seed or folder: Permission denied",
        ),
        (
            "feedmill.toml",
            0o000,
            2,
            "feedmill: feedmill.toml: cannot read the configuration: Permission denied",
        ),
    ];
    for (place, mode, expected_code, message) in cases {
        let dir = scenario.copy_to_temp();
        fs::write(dir.path().join("feedmill.toml"), "").unwrap();
        let at = dir.path().join(place);
        let before = fs::metadata(&at).unwrap().permissions();
        fs::set_permissions(&at, Permissions::from_mode(mode)).unwrap();
        let (code, _, stderr) = build_unprivileged(&scenario, dir.path());
        fs::set_permissions(&at, before).unwrap();
        assert!(code == expected_code && stderr.contains(message), "{place} {mode:o}: {code}\n{stderr}");
        row.record(&stderr);
        if place.starts_with("seeds/") {
            super::assert_no_torn_file(&dir.path().join("feeds"), place);
        } else {
            scenario.assert_old_or_new(&dir.path().join("feeds"), place);
        }
        assert_eq!(build_unprivileged(&scenario, dir.path()).0, 0);
        scenario.assert_up_to_date(&dir.path().join("feeds"), place);
    }
    row.assert_documented();
}
