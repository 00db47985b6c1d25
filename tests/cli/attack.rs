//! Attacks that others published on programs like this one, tried on the command and the server. tests/attack has the
//! attacks on HTML cleaning. docs/reliability.md lists what is tried, and each test compares its row.

mod documents;
mod output;
mod paths;
#[path = "../attack/reliability.rs"]
mod reliability;
mod requests;
mod seeds;
mod titles;

use std::fs;

use super::hostile::feedmill_measuring_memory;
use super::{Project, output_of};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;
/// Peak memory allowed for a check or a build, in KiB. The largest document here has 14 MiB.
const MEMORY: u64 = 192 << 10;

/// Runs feedmill in a project, and returns exit code, stdout, stderr and peak memory in KiB.
fn output_and_peak(project: &Project, args: &[&str]) -> (i32, String, String, u64) {
    let peak = project.path("peak");
    let (code, stdout, stderr) =
        output_of(feedmill_measuring_memory(&peak).current_dir(project.path("")).args(args));
    let kib = fs::read_to_string(&peak).unwrap().trim().parse().unwrap();
    (code, stdout, stderr, kib)
}
