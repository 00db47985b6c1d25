//! Disks that are full, not writable, or gone: real ones, in a namespace of mounts that ends with the test.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{ARGS, Row, Scene, T, feeds, mill, nothing_temporary, through};
use crate::run;

/// Runs a script where it may mount. `$mill` is the command.
fn mounted(folder: &Path, script: &str, variables: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-euc", script]).current_dir(folder).envs(variables.iter().copied());
    let mill = format!("{} {}", env!("CARGO_BIN_EXE_feedmill"), ARGS.join(" "));
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    run(command.env("mill", mill))
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// A disk of some size for feeds of old, the mill upon it, what it left; then room, and the mill again.
const FULL: &str = "
    mkdir -p old; [ ! -d feeds ] || mv feeds/* feeds/.[!.]* old
    mkdir -p feeds; mount -t tmpfs -o $room none feeds
    cp -a old/. feeds
    code=0; $mill 2>said || code=$?; echo $code >code
    cp -a feeds full
    mount -o remount,size=64m,nr_inodes=10000 feeds
    $mill 2>later
    cp -a feeds after
";

/// Tries disks with more and more room until there is enough.
fn fill(row: &mut Row, first: bool, room: impl Fn(usize) -> String) -> usize {
    let scene = Scene::new(20_000);
    for step in 0..400 {
        let dir = scene.copy();
        if first {
            fs::remove_dir_all(dir.path().join("feeds")).unwrap();
        }
        let after = room(step);
        let (code, _, said) = mounted(dir.path(), FULL, &[("room", &after)]);
        if code != 0 && said.contains("cp: ") {
            // Not even the old feeds have room.
            continue;
        }
        assert_eq!(code, 0, "{after}: {said}{}", read(dir.path(), "later"));
        let said = read(dir.path(), "said");
        let full = dir.path().join("full");
        scene.is_old_or_new(&full, &after);
        nothing_temporary(&full, &after);
        scene.is_right(&dir.path().join("after"), &after);
        match (read(dir.path(), "code").trim(), said.contains("No space left on device")) {
            ("2", true) => row.tried(&said),
            ("0", lost) => {
                let made = feeds(&full);
                assert!(scene.new.iter().all(|(path, bytes)| made.get(path) == Some(bytes)), "{after}");
                if !lost {
                    return step;
                }
                row.tried(&said);
            }
            code => panic!("{after}: {code:?}\n{said}"),
        }
    }
    panic!("it is never enough");
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn a_full_disk_leaves_whole_feeds_and_with_room_the_next_run_is_right() {
    let mut row = Row::new("disk full");
    let pages = |step: usize| format!("size={}k,nr_inodes=10000", 4 + 24 * step);
    assert!(fill(&mut row, true, pages) > 0);
    assert!(fill(&mut row, false, pages) > 0);
    row.end();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn a_disk_without_inodes_is_a_full_disk() {
    let mut row = Row::new("no inodes left");
    assert!(fill(&mut row, true, |step| format!("size=64m,nr_inodes={}", 2 + 2 * step)) > 0);
    row.end();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn a_full_disk_for_the_catalog_costs_a_note() {
    let mut row = Row::new("disk full, catalog only");
    let scene = Scene::new(400);
    let script = "
        mkdir cache; mount -t tmpfs -o size=$room,nr_inodes=$inodes none cache
        $mill --cache-dir cache 2>said
        cp -a cache left
        mount -o remount,size=64m,nr_inodes=10000 cache
        echo one >seeds/more.txt
        $mill --cache-dir cache 2>later; rm seeds/more.txt; $mill --cache-dir cache 2>later
    ";
    let rooms = (1..6).map(|pages| (format!("{}k", 4 * pages), "100".to_owned()));
    for (room, inodes) in rooms.chain((1..8).map(|inodes| ("64k".to_owned(), inodes.to_string()))) {
        let dir = scene.copy();
        let (code, _, said) = mounted(dir.path(), script, &[("room", &room), ("inodes", &inodes)]);
        assert_eq!(code, 0, "{room} {inodes}: {said}{}", read(dir.path(), "said"));
        scene.is_right(&dir.path().join("feeds"), &room);
        if read(dir.path(), "said").contains("No space left on device") {
            row.tried(&read(dir.path(), "said"));
        }
        assert!(!read(dir.path(), "later").contains("catalog-lost"));
    }
    row.end();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn a_full_folder_for_temporary_files_leaves_the_feeds() {
    let mut row = Row::new("temporary folder full");
    let mill = mill();
    let long = "x".repeat(4000);
    for number in 0..400 {
        mill.seed(
            &format!("{number}.txt"),
            T + number,
            "T",
            &format!("https://e.example/{number}{long}"),
            "",
        );
    }
    mill.put("feeds/rss.xml", "what was there");
    for pages in [0, 1, 100, 255] {
        let room = format!("{}k", 4 + 4 * pages);
        let script = "
            mkdir -p tmp; mount -t tmpfs -o size=$room none tmp
            code=0; TMPDIR=$PWD/tmp $mill --no-catalog 2>said || code=$?; exit $code
        ";
        let (code, _, _) = mounted(&mill.path(""), script, &[("room", &room)]);
        assert_eq!(
            (code, mill.read("feeds/rss.xml").as_str()),
            (2, "what was there"),
            "{}",
            mill.read("said")
        );
        nothing_temporary(&mill.path("feeds"), &room);
        row.tried(&mill.read("said"));
    }
    assert_eq!(mill.run(&[&ARGS[..], &["--no-catalog"]].concat()).0, 0);
    row.end();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn a_disk_that_may_only_be_read_is_said_and_left() {
    let mut row = Row::new("output read-only");
    let scene = Scene::new(400);
    for place in ["feeds", "feeds/a", "feeds/archive"] {
        let dir = scene.copy();
        let script = "
            mount --bind $place $place; mount -o remount,ro,bind $place
            code=0; $mill 2>said || code=$?; exit $code
        ";
        let (code, _, _) = mounted(dir.path(), script, &[("place", place)]);
        assert_eq!(code, 2);
        row.tried(&read(dir.path(), "said"));
        scene.is_old_or_new(&dir.path().join("feeds"), place);
        assert_eq!(run(&mut scene.at_work(dir.path())).0, 0);
        scene.is_right(&dir.path().join("feeds"), place);
    }
    row.end();
}

#[test]
#[cfg_attr(not(has_faults), ignore = "strace or unshare can't be used")]
fn seeds_on_a_disk_that_is_gone_leave_the_feeds() {
    let mut row = Row::new("disk of the seeds gone");
    let scene = Scene::new(400);
    let dir = scene.copy();
    let script = "
        mv seeds away; mkdir seeds; mount -t tmpfs none seeds; cp -a away/. seeds
        $mill 2>first
        cp -a feeds before; umount -l seeds
        code=0; $mill 2>said || code=$?; rmdir seeds; $mill 2>>said || exit $code
    ";
    let (code, _, _) = mounted(dir.path(), script, &[]);
    assert_eq!(code, 2);
    row.tried(&read(dir.path(), "said"));
    scene.is_right(&dir.path().join("before"), "mounted");
    scene.is_right(&dir.path().join("feeds"), "unmounted");
    row.end();
}

/// The mill as a user whom modes bind: root without its powers over files.
fn bound(scene: &Scene, folder: &Path) -> (i32, String, String) {
    let mill = scene.at_work(folder);
    if rustix::process::geteuid().is_root() {
        let powers = ["--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search", "--"];
        return run(&mut through(&mill, "setpriv", &powers));
    }
    run(&mut scene.at_work(folder))
}

#[test]
#[cfg(target_os = "linux")]
fn what_may_not_be_read_or_written_is_named_and_the_rest_is_right() {
    let mut row = Row::new("permissions");
    let scene = Scene::new(400);
    // Where, which mode, how it ends, and what is named.
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
        ("seeds", 0o000, 2, "feedmill: seeds: cannot list the folder of the seeds: Permission denied"),
        ("seeds/a", 0o000, 0, "seeds/a: error[seed-unreadable]: cannot list it: Permission denied"),
        (
            "seeds/a/22.txt",
            0o000,
            0,
            "seeds/a/22.txt: error[seed-unreadable]: cannot read it: Permission denied",
        ),
        (
            "feedmill.toml",
            0o000,
            2,
            "feedmill: feedmill.toml: cannot read the configuration: Permission denied",
        ),
    ];
    for (place, mode, wanted, named) in cases {
        let dir = scene.copy();
        fs::write(dir.path().join("feedmill.toml"), "").unwrap();
        let at = dir.path().join(place);
        let before = fs::metadata(&at).unwrap().permissions();
        fs::set_permissions(&at, Permissions::from_mode(mode)).unwrap();
        let (code, _, said) = bound(&scene, dir.path());
        fs::set_permissions(&at, before).unwrap();
        assert!(code == wanted && said.contains(named), "{place} {mode:o}: {code}\n{said}");
        row.tried(&said);
        if place.starts_with("seeds/") {
            super::all_whole(&dir.path().join("feeds"), place);
        } else {
            scene.is_old_or_new(&dir.path().join("feeds"), place);
        }
        assert_eq!(bound(&scene, dir.path()).0, 0);
        scene.is_right(&dir.path().join("feeds"), place);
    }
    row.end();
}
