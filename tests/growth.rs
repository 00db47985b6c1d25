//! Growth: twice the input must take about twice the work.
//!
//! Each shape of tests/growth/shapes.json is built at 1, 2, 4 and 8 times a size. Work is counted in steps
//! (`feedmill_types::work`), so the load of the machine does not matter. A shape fails if a doubling of its size takes
//! more than [`LIMIT`] times the steps. `bench/growth.sh` measures the same shapes in seconds, which also covers the
//! libraries that do not count steps.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use feedmill::config::{RawConfig, Value as Setting};
use feedmill::diag::Sink;
use feedmill::format::{INDEX, Templates};
use feedmill::html::{Policy, RawHtml, clean, extract_article, language, page_metadata, summary};
use feedmill::model::{Entry, Site};
use feedmill::store::{MemoryStore, Store};
use feedmill::types::UnixMs;
use feedmill::{Options, build};
use feedmill_types::work;
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of the smallest input.
const SIZE: usize = 4 << 10;
/// Steps of one doubling, relative to the size before.
const LIMIT: f64 = 2.3;
/// Steps that any input may take without being measured.
const NEGLIGIBLE: u64 = 10_000;

struct Shape {
    name: String,
    /// Bytes of the smallest input, larger if a fixed limit hides the growth of small ones.
    size: usize,
    file: String,
    /// True if the page of the entry is written too.
    has_page: bool,
    before: String,
    unit: String,
    middle: String,
    then: String,
    after: String,
}

impl Shape {
    /// Reads the table. A row with `each` stands for several shapes.
    fn all() -> Vec<Self> {
        let rows: Vec<Value> = serde_json::from_str(include_str!("growth/shapes.json")).unwrap();
        let expand = |row: &Value| -> Vec<Self> {
            let each = row["each"].as_array().map(|all| all.iter().map(|v| v.as_str().unwrap()).collect());
            let each: Vec<&str> = each.unwrap_or_else(|| vec!["{}"]);
            let of = |each: &str| {
                let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
                let filled = |key: &str| text(key).replace("{}", each);
                Self {
                    name: filled("name"),
                    size: row["size"].as_u64().map_or(SIZE, |size| size as usize),
                    file: text("file"),
                    has_page: row["page"] == true,
                    before: text("before"),
                    unit: filled("unit"),
                    middle: text("middle"),
                    then: filled("then"),
                    after: text("after"),
                }
            };
            each.into_iter().map(of).collect()
        };
        rows.iter().flat_map(expand).collect()
    }

    /// Builds an input of about `size` bytes.
    fn build(&self, size: usize) -> String {
        let count = (size / (self.unit.len() + self.then.len())).max(1);
        let repeat = |unit: &str| match unit.contains("{n}") {
            true => (0..count).map(|n| unit.replace("{n}", &n.to_string())).collect(),
            false => unit.repeat(count),
        };
        format!("{}{}{}{}{}", self.before, repeat(&self.unit), self.middle, repeat(&self.then), self.after)
    }

    /// Processes an input as a build does. Returns `false` if nothing counts its steps yet.
    fn run(&self, input: &str) -> bool {
        let raw = RawHtml(input);
        let link = "https://a.example/1".parse().unwrap();
        match &*self.file {
            "seeds/a.txt" => {
                let cleaned = clean(raw, &link, &Policy::default());
                assert!(cleaned.findings.iter().all(|f| !f.detail.contains("steps")), "{}", self.name);
                let _ = summary(&cleaned.text, 300);
                let _ = language(raw);
                if self.has_page {
                    let entry = Entry::new(link.as_str(), "A", UnixMs(0));
                    let pages = INDEX.iter().filter_map(|index| {
                        index.write_entry(&entry, &cleaned.html, &Site::default(), &Templates::default())
                    });
                    assert!(pages.count() == 1, "{}", self.name);
                }
            }
            "seeds/a.html" => {
                let _ = page_metadata(raw);
                let article = extract_article(raw, "A", &Policy::default()).html;
                let _ = clean(RawHtml(&article), &link, &Policy::default());
            }
            // Front matter, Markdown and template tags: the whole build, on this thread.
            file if file.starts_with("seeds/") => {
                let (seeds, feeds) = (MemoryStore::new(), MemoryStore::new());
                let path = file.trim_start_matches("seeds/");
                seeds.replace(path.as_ref(), input.as_bytes()).unwrap();
                let mut raw = RawConfig::default();
                raw.set("site_url", Setting::Text("https://a.example/".to_owned()), "test");
                let plan = raw.resolve(&mut Sink::collecting()).unwrap();
                let report = build(&plan, &seeds, &feeds, Options::default(), &mut Sink::collecting());
                assert!(report.is_ok_and(|report| report.entries == 1), "{}: no entry", self.name);
            }
            _ => return false,
        }
        true
    }

    /// Returns the steps at 1, 2, 4 and 8 times the size; `None` if nothing counts them.
    fn steps(&self) -> Option<[u64; 4]> {
        let mut steps = [0; 4];
        let thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        for (times, steps) in steps.iter_mut().enumerate() {
            let input = self.build(self.size << times);
            let (is_counted, count) = thread.install(|| work::count(|| self.run(&input)));
            is_counted.then_some(())?;
            *steps = count;
        }
        Some(steps)
    }
}

#[test]
fn twice_the_input_takes_twice_the_steps() {
    let shapes = Shape::all();
    let (next, counted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work_through = || {
        let mut failed = Vec::new();
        while let Some(shape) = shapes.get(next.fetch_add(1, Ordering::Relaxed)) {
            let start = std::time::Instant::now();
            let Some(steps) = shape.steps() else { continue };
            counted.fetch_add(1, Ordering::Relaxed);
            assert!(steps[3] > 0, "{}: nothing was counted", shape.name);
            let is_linear = |pair: &[u64]| {
                pair[1] < NEGLIGIBLE || pair[1] as f64 <= LIMIT * pair[0].max(NEGLIGIBLE) as f64
            };
            if !steps.windows(2).all(is_linear) {
                failed.push(format!("{}: {steps:?}", shape.name));
            }
            if std::env::var_os("GROWTH_PRINT").is_some() {
                println!(
                    "{:>6} ms {:>12} {:>6.1} {}",
                    start.elapsed().as_millis(),
                    steps[3],
                    steps[3] as f64 / (SIZE << 3) as f64,
                    shape.name
                );
            }
        }
        failed
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let failed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work_through)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(counted.into_inner() > 200);
    assert!(
        failed.is_empty(),
        "these take more than {LIMIT} times the steps per doubling:\n{}",
        failed.join("\n")
    );
}
