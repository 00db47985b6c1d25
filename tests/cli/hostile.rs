//! The hostile corpus: what comes of each of its cases is compared with its manifest.

use std::collections::HashSet;
use std::process::Command;

use scraper::{Html, Selector};
use serde_json::Value;

use super::{Mill, feedmill, messages, run, shared, text};

/// The share of cases that must agree; each other is explained in docs/decisions.md.
const FLOOR: f64 = 0.98;
/// What a run may take, in KiB.
const MEMORY: u64 = 256 << 10;

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one],
        _ => vec![],
    }
}

/// The entry of a case: every link in the corpus ends in its case's name, and every body names it.
fn entry<'a>(items: &'a [Value], case: &Value) -> Option<&'a Value> {
    let check = &case["check"];
    let name = text(case, "case");
    let links: Vec<&str> = [&check["link"], &check["link_any"]].into_iter().flat_map(strings).collect();
    let own = format!("https://hostile.example/{name}");
    let title = check["title"].as_str().map_or_else(|| format!("Case {name}"), str::to_owned);
    let marks = [format!("Body of {name}."), format!("Before {name}."), format!("After {name}.")];
    let marked = |item: &Value| marks.iter().any(|m| text(item, "content_html").contains(m.as_str()));
    let linked = |item: &Value| {
        links.contains(&text(item, "url")) || text(item, "url") == own && case["group"].is_null()
    };
    let find = |is_it: &dyn Fn(&Value) -> bool| items.iter().find(|item| is_it(item));
    find(&marked).or_else(|| find(&linked)).or_else(|| find(&|item| text(item, "title") == title))
}

fn faults(item: &Value, check: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut one_of = |what: &str, key: &str, got: &str| {
        let any = format!("{key}_any");
        let wanted: Vec<&str> = [&check[key], &check[any.as_str()]].into_iter().flat_map(strings).collect();
        if !wanted.is_empty() && !wanted.contains(&got) {
            faults.push(format!("{what} is {got:?}, not {wanted:?}"));
        }
    };
    one_of("title", "title", text(item, "title"));
    one_of("link", "link", text(item, "url"));
    let media: Vec<&Value> = item["attachments"].as_array().into_iter().flatten().collect();
    let first = media.first().map_or("", |m| text(m, "url"));
    one_of("enclosure", "enclosure", first);
    one_of("enclosure type", "enclosure_type", media.first().map_or("", |m| text(m, "mime_type")));
    if check.get("enclosure").is_some_and(Value::is_null) && !media.is_empty() {
        faults.push(format!("there is an enclosure {first}"));
    }
    if let Some(ms) = check["date_ms"].as_i64() {
        let date = chrono::DateTime::parse_from_rfc3339(text(item, "date_published")).unwrap();
        if date.timestamp_millis() != ms {
            faults.push(format!("date is {date}"));
        }
    }
    let body = text(item, "content_html");
    let all = item.to_string();
    let shown = |s: &str| body.contains(s) || all.contains(s) || text(item, "title").contains(s);
    faults
        .extend(strings(&check["present"]).into_iter().filter(|s| !shown(s)).map(|s| format!("lost {s:?}")));
    faults.extend(strings(&check["absent"]).into_iter().filter(|s| shown(s)).map(|s| format!("kept {s:?}")));
    let twice = Html::parse_fragment(&Html::parse_fragment(body).root_element().inner_html());
    for selector in strings(&check["no_element_after_reparse"]) {
        if twice.select(&Selector::parse(selector).unwrap()).next().is_some() {
            faults.push(format!("parses again into {selector}"));
        }
    }
    faults
}

#[test]
#[cfg_attr(not(has_shared), ignore = "needs FEEDMILL_SHARED")]
fn hostile_corpus_comes_out_as_its_manifest_says() {
    let mill = Mill::new();
    let out = mill.path("corpus");
    let make = Command::new("python3")
        .arg(shared("tools/make_corpus.py"))
        .arg(&out)
        .args(["--profile", "hostile"])
        .output()
        .unwrap();
    assert!(make.status.success(), "{}", String::from_utf8_lossy(&make.stderr));
    let manifest: Vec<Value> =
        serde_json::from_slice(&std::fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert!(manifest.len() > 250);

    let peak = mill.path("peak");
    let (code, _, stderr) = run(feedmill_under_watch(&peak).current_dir(&out).args([
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

    let items = mill.items("feeds/feed.json");
    let messages = messages(&stderr);
    let named: HashSet<&str> = messages.iter().map(|m| text(m, "file").trim_start_matches("./")).collect();
    let mut wrong = Vec::new();
    for case in &manifest {
        let file = if case["encoded"] == true {
            String::from_utf8_lossy(
                &percent_encoding::percent_decode_str(text(case, "file")).collect::<Vec<_>>(),
            )
            .into_owned()
        } else {
            text(case, "file").to_owned()
        };
        let said = named.contains(file.as_str());
        let item = entry(&items, case);
        let got = match (item, said) {
            (Some(_), false) => "ok",
            (Some(_), true) => "warn",
            (None, true) => "skip",
            (None, false) if case["quiet"] == true => "skip",
            (None, false) => "lost",
        };
        let mut faults: Vec<String> = Vec::new();
        if got != text(case, "expect") && !strings(&case["also"]).contains(&got) {
            faults.push(format!("{got}, not {}", text(case, "expect")));
        }
        faults.extend(item.into_iter().flat_map(|item| self::faults(item, &case["check"])));
        if !faults.is_empty() {
            wrong.push(format!("{}: {} ({})", text(case, "case"), faults.join("; "), text(case, "why")));
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

/// The binary, its peak of memory in KiB written to a file when it ends.
pub(crate) fn feedmill_under_watch(peak: &std::path::Path) -> Command {
    const WATCH: &str = "import resource, subprocess, sys\n\
        code = subprocess.run(sys.argv[2:]).returncode\n\
        open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))\n\
        sys.exit(code)";
    let plain = feedmill();
    let mut command = Command::new("python3");
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(["-c", WATCH]).arg(peak).arg(plain.get_program());
    command
}
