//! Damages the cache in every way: it may cost time, but never changes a byte of the feeds.

use std::fs;
use std::path::Path;

use super::{FaultRow, Scenario};
use crate::output_of;

/// Files in the cache folder.
const FILES: [&str; 4] = ["index", "seeds", "hubs", "media"];

fn assert_damage_is_harmless(
    row: &mut FaultRow,
    scenario: &Scenario,
    spoil: &mut dyn FnMut(&Path),
    after: &str,
) {
    let dir = scenario.copy_to_temp();
    spoil(&dir.path().join("feeds/.feedmill"));
    let (code, _, stderr) = output_of(&mut scenario.build_command(dir.path()));
    assert_eq!(code, 0, "{after}: {stderr}");
    scenario.assert_up_to_date(&dir.path().join("feeds"), after);
    row.record(&stderr);
    if row.tried.is_multiple_of(8) {
        let (code, _, again) = output_of(&mut scenario.build_command(dir.path()));
        assert!(code == 0 && !again.contains("catalog-lost"), "{after}: {again}");
        scenario.assert_up_to_date(&dir.path().join("feeds"), after);
    }
}

#[test]
fn a_truncated_or_corrupted_catalog_changes_no_byte() {
    let scenario = Scenario::new(400);
    let mut rows = [FaultRow::new("catalog cut short"), FaultRow::new("bits flipped in the catalog")];
    for name in &FILES[..2] {
        let bytes = fs::read(scenario.project.path(format!("feeds/.feedmill/{name}"))).unwrap();
        for part in 0..40 {
            let length = bytes.len() * part / 40;
            let mut cut = |folder: &Path| fs::write(folder.join(name), &bytes[..length]).unwrap();
            assert_damage_is_harmless(
                &mut rows[0],
                &scenario,
                &mut cut,
                &format!("{name} of {length} bytes"),
            );
        }
        for part in 0..100 {
            let at = (bytes.len() - 1) * part / 99;
            let mut flip = |folder: &Path| {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << (part % 8);
                fs::write(folder.join(name), bytes).unwrap();
            };
            assert_damage_is_harmless(&mut rows[1], &scenario, &mut flip, &format!("{name}, byte {at}"));
        }
    }
    rows.into_iter().for_each(FaultRow::assert_documented);
}

#[test]
fn a_catalog_of_another_version_or_a_folder_in_its_place_changes_no_byte() {
    let scenario = Scenario::new(400);
    let mut rows = [
        FaultRow::new("catalog of another version"),
        FaultRow::new("folder in the place of the catalog's files"),
    ];
    let index = fs::read(scenario.project.path("feeds/.feedmill/index")).unwrap();
    let line = index.iter().position(|byte| *byte == b'\n').unwrap();
    let first = String::from_utf8(index[..line].to_vec()).unwrap();
    for other in
        ["feedmill catalog 1 0123456789abcdef", "feedmill catalog 5 0123456789abcdef", &first[..19], "", "{}"]
    {
        let bytes = [other.as_bytes(), &index[line..]].concat();
        let mut put = |folder: &Path| fs::write(folder.join("index"), &bytes).unwrap();
        assert_damage_is_harmless(&mut rows[0], &scenario, &mut put, other);
    }
    for name in FILES {
        for full in [false, true] {
            let dir = scenario.copy_to_temp();
            let folder = dir.path().join("feeds/.feedmill").join(name);
            let _ = fs::remove_file(&folder);
            fs::create_dir(&folder).unwrap();
            if full {
                fs::write(folder.join("x"), "").unwrap();
            }
            for _ in 0..2 {
                let (code, _, stderr) = output_of(&mut scenario.build_command(dir.path()));
                assert_eq!(code, 0, "{name}: {stderr}");
                scenario.assert_up_to_date(&dir.path().join("feeds"), name);
                rows[1].record(&stderr);
            }
        }
    }
    rows.into_iter().for_each(FaultRow::assert_documented);
}
