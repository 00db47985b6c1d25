//! What the mill remembers, damaged in every way: it may cost time, and no byte.

use std::fs;
use std::path::Path;

use super::{Row, Scene};
use crate::run;

/// Files of the catalog, and those beside it.
const FILES: [&str; 4] = ["index", "seeds", "told", "media"];

fn damage(row: &mut Row, scene: &Scene, spoil: &mut dyn FnMut(&Path), after: &str) {
    let dir = scene.copy();
    spoil(&dir.path().join("feeds/.feedmill"));
    let (code, _, said) = run(&mut scene.at_work(dir.path()));
    assert_eq!(code, 0, "{after}: {said}");
    scene.is_right(&dir.path().join("feeds"), after);
    row.tried(&said);
    if row.tried.is_multiple_of(8) {
        let (code, _, again) = run(&mut scene.at_work(dir.path()));
        assert!(code == 0 && !again.contains("catalog-lost"), "{after}: {again}");
        scene.is_right(&dir.path().join("feeds"), after);
    }
}

#[test]
fn a_catalog_cut_short_or_with_flipped_bits_costs_no_byte() {
    let scene = Scene::new(400);
    let mut rows = [Row::new("catalog cut short"), Row::new("bits flipped in the catalog")];
    for name in &FILES[..2] {
        let bytes = fs::read(scene.mill.path(format!("feeds/.feedmill/{name}"))).unwrap();
        for part in 0..40 {
            let length = bytes.len() * part / 40;
            let mut cut = |folder: &Path| fs::write(folder.join(name), &bytes[..length]).unwrap();
            damage(&mut rows[0], &scene, &mut cut, &format!("{name} of {length} bytes"));
        }
        for part in 0..100 {
            let at = (bytes.len() - 1) * part / 99;
            let mut flip = |folder: &Path| {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << (part % 8);
                fs::write(folder.join(name), bytes).unwrap();
            };
            damage(&mut rows[1], &scene, &mut flip, &format!("{name}, byte {at}"));
        }
    }
    rows.into_iter().for_each(Row::end);
}

#[test]
fn a_catalog_of_another_version_or_what_is_none_costs_no_byte() {
    let scene = Scene::new(400);
    let mut rows =
        [Row::new("catalog of another version"), Row::new("folder in the place of the catalog's files")];
    let index = fs::read(scene.mill.path("feeds/.feedmill/index")).unwrap();
    let line = index.iter().position(|byte| *byte == b'\n').unwrap();
    let first = String::from_utf8(index[..line].to_vec()).unwrap();
    for other in
        ["feedmill catalog 1 0123456789abcdef", "feedmill catalog 3 0123456789abcdef", &first[..19], "", "{}"]
    {
        let bytes = [other.as_bytes(), &index[line..]].concat();
        let mut put = |folder: &Path| fs::write(folder.join("index"), &bytes).unwrap();
        damage(&mut rows[0], &scene, &mut put, other);
    }
    for name in FILES {
        for full in [false, true] {
            let dir = scene.copy();
            let folder = dir.path().join("feeds/.feedmill").join(name);
            let _ = fs::remove_file(&folder);
            fs::create_dir(&folder).unwrap();
            if full {
                fs::write(folder.join("x"), "").unwrap();
            }
            for _ in 0..2 {
                let (code, _, said) = run(&mut scene.at_work(dir.path()));
                assert_eq!(code, 0, "{name}: {said}");
                scene.is_right(&dir.path().join("feeds"), name);
                rows[1].tried(&said);
            }
        }
    }
    rows.into_iter().for_each(Row::end);
}
