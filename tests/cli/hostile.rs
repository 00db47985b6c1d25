//! Builds the hostile corpus and compares the result of each case with its manifest.

use std::collections::HashSet;
use std::process::Command;

use scraper::{Html, Selector};
use serde_json::Value;

use super::{Project, feedmill_command, json_messages, output_of, shared_path, string_field};

/// Share of cases that must agree. docs/decisions.md explains each of the others.
const FLOOR: f64 = 0.98;
/// Peak memory allowed for a run, in KiB.
const MEMORY: u64 = 256 << 10;

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one],
        _ => vec![],
    }
}

/// Returns the entry of a case. Each link in the corpus ends in the name of its case, and each body contains it.
fn entry_of_case<'a>(items: &'a [Value], case: &Value) -> Option<&'a Value> {
    let check = &case["check"];
    let name = string_field(case, "case");
    let links: Vec<&str> = [&check["link"], &check["link_any"]].into_iter().flat_map(strings).collect();
    let own = format!("https://hostile.example/{name}");
    let title = check["title"].as_str().map_or_else(|| format!("Case {name}"), str::to_owned);
    let marks = [format!("Body of {name}."), format!("Before {name}."), format!("After {name}.")];
    let marked = |item: &Value| marks.iter().any(|m| string_field(item, "content_html").contains(m.as_str()));
    let linked = |item: &Value| {
        links.contains(&string_field(item, "url"))
            || string_field(item, "url") == own && case["group"].is_null()
    };
    let find = |is_it: &dyn Fn(&Value) -> bool| items.iter().find(|item| is_it(item));
    find(&marked).or_else(|| find(&linked)).or_else(|| find(&|item| string_field(item, "title") == title))
}

fn differences(item: &Value, check: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut one_of = |what: &str, key: &str, got: &str| {
        let any = format!("{key}_any");
        let wanted: Vec<&str> = [&check[key], &check[any.as_str()]].into_iter().flat_map(strings).collect();
        if !wanted.is_empty() && !wanted.contains(&got) {
            faults.push(format!("{what} is {got:?}, not {wanted:?}"));
        }
    };
    one_of("title", "title", string_field(item, "title"));
    one_of("link", "link", string_field(item, "url"));
    let media: Vec<&Value> = item["attachments"].as_array().into_iter().flatten().collect();
    let first = media.first().map_or("", |m| string_field(m, "url"));
    one_of("enclosure", "enclosure", first);
    one_of("enclosure type", "enclosure_type", media.first().map_or("", |m| string_field(m, "mime_type")));
    if check.get("enclosure").is_some_and(Value::is_null) && !media.is_empty() {
        faults.push(format!("unexpected enclosure {first}"));
    }
    if let Some(ms) = check["date_ms"].as_i64() {
        let date = chrono::DateTime::parse_from_rfc3339(string_field(item, "date_published")).unwrap();
        if date.timestamp_millis() != ms {
            faults.push(format!("date is {date}"));
        }
    }
    let body = string_field(item, "content_html");
    let all = item.to_string();
    let shown = |s: &str| body.contains(s) || all.contains(s) || string_field(item, "title").contains(s);
    faults
        .extend(strings(&check["present"]).into_iter().filter(|s| !shown(s)).map(|s| format!("lacks {s:?}")));
    faults.extend(
        strings(&check["absent"]).into_iter().filter(|s| shown(s)).map(|s| format!("still has {s:?}")),
    );
    let twice = Html::parse_fragment(&Html::parse_fragment(body).root_element().inner_html());
    for selector in strings(&check["no_element_after_reparse"]) {
        if twice.select(&Selector::parse(selector).unwrap()).next().is_some() {
            faults.push(format!("has {selector} when parsed again"));
        }
    }
    faults
}

#[test]
#[cfg_attr(not(all(has_shared, has_python3)), ignore = "needs external data (FEEDMILL_SHARED) and python3")]
fn the_hostile_corpus_gives_the_results_in_its_manifest() {
    let project = Project::new();
    let out = project.path("corpus");
    let make = Command::new("python3")
        .arg(shared_path("tools/make_corpus.py"))
        .arg(&out)
        .args(["--profile", "hostile"])
        .output()
        .unwrap();
    assert!(make.status.success(), "{}", String::from_utf8_lossy(&make.stderr));
    let manifest: Vec<Value> =
        serde_json::from_slice(&std::fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert!(manifest.len() > 250);
    // The manifest expects images among the enclosures.
    std::fs::write(out.join("feedmill.toml"), "picture_enclosures = true\n").unwrap();

    let peak = project.path("peak");
    let (code, _, stderr) = output_of(feedmill_measuring_memory(&peak).current_dir(&out).args([
        "--seeds",
        ".",
        "--feeds",
        "../feeds",
        "--limit",
        "0",
        "--message-format",
        "json",
    ]));
    assert_eq!(code, 0, "{stderr}");
    let kib: u64 = std::fs::read_to_string(&peak).unwrap().trim().parse().unwrap();
    assert!(kib < MEMORY, "{kib} KiB");

    let items = project.json_items("feeds/feed.json");
    let messages = json_messages(&stderr);
    let named: HashSet<&str> =
        messages.iter().map(|m| string_field(m, "file").trim_start_matches("./")).collect();
    let mut wrong = Vec::new();
    for case in &manifest {
        let file = if case["encoded"] == true {
            String::from_utf8_lossy(
                &percent_encoding::percent_decode_str(string_field(case, "file")).collect::<Vec<_>>(),
            )
            .into_owned()
        } else {
            string_field(case, "file").to_owned()
        };
        let reported = named.contains(file.as_str());
        let item = entry_of_case(&items, case);
        let got = match (item, reported) {
            (Some(_), false) => "ok",
            (Some(_), true) => "warn",
            (None, true) => "skip",
            (None, false) if case["quiet"] == true => "skip",
            (None, false) => "lost",
        };
        let mut faults: Vec<String> = Vec::new();
        if got != string_field(case, "expect") && !strings(&case["also"]).contains(&got) {
            faults.push(format!("{got}, not {}", string_field(case, "expect")));
        }
        faults.extend(item.into_iter().flat_map(|item| differences(item, &case["check"])));
        if !faults.is_empty() {
            wrong.push(format!(
                "{}: {} ({})",
                string_field(case, "case"),
                faults.join("; "),
                string_field(case, "why")
            ));
        }
    }
    let share = 1.0 - wrong.len() as f64 / manifest.len() as f64;
    println!(
        "{} of {} agree, peak {kib} KiB\n{}",
        manifest.len() - wrong.len(),
        manifest.len(),
        wrong.join("\n")
    );
    assert!(share >= FLOOR, "{share}:\n{}", wrong.join("\n"));
    let explained =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/decisions.md")).unwrap();
    for line in &wrong {
        let name = line.split(':').next().unwrap();
        assert!(explained.contains(&format!("`{name}`")), "not explained in docs/decisions.md: {line}");
    }
    let _ = Command::new("chmod").args(["-R", "u+rwx"]).arg(&out).status();
}

/// Returns a command that runs feedmill and writes its peak memory, in KiB, to a file.
pub(crate) fn feedmill_measuring_memory(peak: &std::path::Path) -> Command {
    const WATCH: &str = "import resource, subprocess, sys\n\
        code = subprocess.run(sys.argv[2:]).returncode\n\
        open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))\n\
        sys.exit(code)";
    let plain = feedmill_command();
    let mut command = Command::new("python3");
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    // Each thread holds a document, so the peak would depend on the number of cores.
    command.env("RAYON_NUM_THREADS", "2");
    command.args(["-c", WATCH]).arg(peak).arg(plain.get_program());
    command
}
