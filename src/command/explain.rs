//! `feedmill explain SEED|URL|CODE`: what was read of an article, where its address is from, and why it is in a feed or not.

use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};
use url::Url;

use crate::config::Plan;
use crate::diag::{Severity, Sink, printable, to_json};
use crate::error::{Error, Kind};
use crate::html::{Removal, RemovalKind};
use crate::model::{Image, Metadata, Person};
use crate::pipeline::{Absence, AddressSource, Explanation, Standing};
use crate::types::UnixMs;

use super::args::Explain;
use super::build::{plan_without_build, require_folders};
use super::context::{CommandResult, Outcome, message_renderer};
use super::list::{feed_name, with_overview};
use super::output::{Output, print};
use super::rules;

pub(super) fn run(args: &Explain) -> CommandResult {
    let what = args.what.to_str().unwrap_or_default();
    if let Some(page) = rules::page(what) {
        if args.json {
            let message = format!("`{what}` is a code, and --json is for seeds and URLs; leave it out");
            return Err(Error::new(Kind::Config, message));
        }
        print(page.as_bytes())?;
        return Ok(Outcome::Success);
    }
    let (plan, flags) = plan_without_build(&args.sources)?;
    require_folders(&plan, "explain")?;
    let is_url = is_url(what);
    let named = if is_url { None } else { Some(seed_path(&plan, &args.what)?) };
    let explanations = with_overview(&plan, |overview| {
        let paths = named.map_or_else(|| overview.seeds_at(what), |path| vec![path]);
        paths.iter().map(|path| overview.explain(path)).collect::<Result<Vec<_>, _>>()
    })?;
    if explanations.is_empty() {
        let message = format!("no article has the address {what}; `feedmill list` shows all");
        return Err(Error::new(Kind::Empty, message));
    }
    let mut out = Output::new();
    if args.json {
        for explanation in &explanations {
            let _ = writeln!(out, "{}", object(&plan, explanation));
        }
        return out.end().map(|()| Outcome::Success);
    }
    for (number, explanation) in explanations.iter().enumerate() {
        let _ = if number > 0 { writeln!(out) } else { Ok(()) };
        let _ = write_explanation(&mut out, &plan, explanation);
        if !explanation.findings.is_empty() {
            let _ = writeln!(out, "\nfindings:");
            let renderer = message_renderer(&flags.common, io::stdout().is_terminal());
            let mut sink = Sink::new(renderer, &mut out).min_severity(Severity::Note);
            explanation.findings.iter().for_each(|finding| sink.push(finding.clone()));
            sink.finish();
        }
    }
    out.end().map(|()| Outcome::Success)
}

fn is_url(what: &str) -> bool {
    let scheme = what.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Returns the path of a seed relative to the seeds folder. It may be given relative to that or to the working directory.
fn seed_path(plan: &Plan, what: &OsStr) -> Result<PathBuf, Error> {
    let given = Path::new(what);
    let exists = |path: &Path| path.symlink_metadata().is_ok_and(|meta| !meta.is_dir());
    if exists(given) {
        let absolute = |path: &Path| {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let parent = parent.unwrap_or(Path::new(".")).canonicalize()?;
            Ok(parent.join(path.file_name().unwrap_or_default()))
        };
        let failed = |error| Error::io("find the file", given, error);
        let (path, root) = (absolute(given).map_err(failed)?, plan.seeds.canonicalize().map_err(failed)?);
        if let Ok(path) = path.strip_prefix(&root) {
            return Ok(path.to_path_buf());
        }
    }
    let is_inside = given.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if is_inside && exists(&plan.seeds.join(given)) {
        return Ok(given.components().filter(|part| matches!(part, Component::Normal(_))).collect());
    }
    let what = what.to_string_lossy();
    let hint = match rules::nearest_code(&what) {
        Some(code) if !what.contains('.') => format!("; did you mean `{code}`?"),
        _ if exists(given) => format!("; the seeds are in {}", plan.seeds.display()),
        _ => "; name a seed, the URL of an entry, or the code of a finding".to_owned(),
    };
    Err(Error::new(Kind::Config, format!("no seed or code `{what}`{hint}")))
}

fn write_explanation(out: &mut dyn Write, plan: &Plan, explained: &Explanation) -> io::Result<()> {
    writeln!(out, "{}", printable(&explained.seed))?;
    let mut row = |name: &str, value: &str| writeln!(out, "  {name:9} {}", printable(value));
    if let Some(dialect) = explained.dialect {
        row("dialect", dialect)?;
    }
    if let Some(head) = &explained.head {
        row("time", &head.time.to_rfc3339())?;
        if let Some(updated) = head.updated {
            row("updated", &updated.to_rfc3339())?;
        }
        if let Some(until) = head.until {
            row("expires", &until.to_rfc3339())?;
        }
        row("title", if head.title.is_empty() { "none" } else { &head.title })?;
        row("address", &head.link)?;
        if let Some(source) = &explained.address_source {
            row("", &address_source(plan, source))?;
        }
        if let Some(id) = &explained.id {
            row("id", id)?;
        }
        for (name, value) in metadata(&head.metadata) {
            row(name, &value)?;
        }
    }
    if let Some(absence) = &explained.absence {
        return row("feeds", &format!("none: {}", absence_reason(absence)));
    }
    for (number, removal) in explained.removed.iter().enumerate() {
        row(if number == 0 { "removed" } else { "" }, &removal.to_string())?;
    }
    let widest = explained.feeds.iter().map(|(name, _)| feed_name(name).chars().count()).max().unwrap_or(0);
    for (number, (name, standing)) in explained.feeds.iter().enumerate() {
        let label = if number == 0 { "feeds" } else { "" };
        row(label, &format!("{:widest$}  {}", feed_name(name), standing_text(standing)))?;
    }
    Ok(())
}

/// Returns an explanation as a JSON object. Its keys are stable; what is not known is null.
fn object(plan: &Plan, explained: &Explanation) -> Value {
    let head = explained.head.as_ref();
    let about = head.map(|head| &head.metadata);
    let person = |person: &Person| {
        json!({
            "name": person.name,
            "url": person.uri.as_ref().map(Url::as_str),
            "email": person.email,
            "avatar": person.avatar.as_ref().map(Url::as_str),
        })
    };
    let image = |image: &Image| json!({"url": image.url.as_str(), "alt": image.alt, "width": image.width, "height": image.height});
    let people = about.map(|about| about.authors.iter().map(person).collect::<Vec<_>>());
    let media = about.map(|about| about.media.iter().map(|file| file.url.as_str()).collect::<Vec<_>>());
    let absence = explained.absence.as_ref();
    json!({
        "seed": explained.seed,
        "dialect": explained.dialect,
        "time": head.map(|head| head.time.to_rfc3339()),
        "updated": head.and_then(|head| head.updated).map(UnixMs::to_rfc3339),
        "expires": head.and_then(|head| head.until).map(UnixMs::to_rfc3339),
        "title": head.map(|head| &head.title),
        "link": head.map(|head| &head.link),
        "link_source": explained.address_source.as_ref().map(|source| address_source(plan, source)),
        "id": explained.id,
        "own_id": about.and_then(|about| about.id.as_deref()),
        "authors": people,
        "tags": about.map(|about| &about.tags),
        "summary": about.and_then(|about| about.summary.as_deref()),
        "image": about.and_then(|about| about.image.as_ref()).map(image),
        "banner": about.and_then(|about| about.banner.as_ref()).map(Url::as_str),
        "language": about.and_then(|about| about.language.as_deref()),
        "media": media,
        "unlisted": about.map(|about| about.unlisted),
        "absence": absence.map(|why| json!({"kind": absence_kind(why), "reason": absence_reason(why)})),
        "feeds": explained.feeds.iter().map(|(name, standing)| place(name, standing)).collect::<Vec<_>>(),
        "removed": explained.removed.iter().map(removal).collect::<Vec<_>>(),
        "findings": explained.findings.iter().map(to_json).collect::<Vec<_>>(),
    })
}

/// Returns a part that cleaning removed.
fn removal(removal: &Removal) -> Value {
    json!({
        "rule": removal.rule.name(),
        "text": removal.rule.describe(),
        "kind": match removal.rule.kind() {
            RemovalKind::Requested => "requested",
            RemovalKind::Clutter => "clutter",
            RemovalKind::Loss => "loss",
        },
        "characters": removal.characters,
        "images": removal.images,
        "media": removal.media,
        "place": removal.place,
    })
}

/// Returns the place of a seed in a feed.
fn place(name: &str, standing: &Standing) -> Value {
    let mut place = json!({"feed": feed_name(name), "text": standing_text(standing)});
    match standing {
        Standing::Entry { position, of, month } => {
            place["position"] = json!(position);
            place["of"] = json!(of);
            place["month"] = json!(month);
        }
        Standing::Merged(into) => place["merged_into"] = json!(into),
        Standing::BeyondLimit(limit) => place["beyond_limit"] = json!(limit),
        _ => {}
    }
    place
}

fn address_source(plan: &Plan, source: &AddressSource) -> String {
    let site = plan.addresses.site.as_ref().map_or("the site of its section", Url::as_str);
    match source {
        AddressSource::Seed => "stated by the seed".to_owned(),
        AddressSource::OwnPath => format!("made from its own path or pattern and `site_url`, {site}"),
        AddressSource::Permalink(pattern) => {
            format!("made from `permalink`, {pattern}, and `site_url`, {site}")
        }
        AddressSource::Repository { generator, derived } => {
            format!("made from {derived}, as {generator} does, and `site_url`, {site}")
        }
        _ => format!("made from the default pattern of its generator and `site_url`, {site}"),
    }
}

/// Returns what an article says about itself, with names.
fn metadata(metadata: &Metadata) -> Vec<(&'static str, String)> {
    let person = |person: &Person| match &person.email {
        Some(email) => format!("{} <{email}>", person.name),
        None => person.name.clone(),
    };
    let list = |values: Vec<String>| Some(values.join(", ")).filter(|text| !text.is_empty());
    let rows = [
        ("own id", metadata.id.clone()),
        ("authors", list(metadata.authors.iter().map(person).collect())),
        ("tags", list(metadata.tags.clone())),
        ("summary", metadata.summary.clone()),
        ("image", metadata.image.as_ref().map(|image| image.url.to_string())),
        ("language", metadata.language.clone()),
        (
            "length",
            metadata
                .media
                .first()
                .and_then(|media| media.duration)
                .map(|ms| format!("{}.{:03} s", ms / 1000, ms % 1000)),
        ),
        ("media", list(metadata.media.iter().map(|media| media.url.to_string()).collect())),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Returns the name of a reason, for programs.
fn absence_kind(absence: &Absence) -> &'static str {
    match absence {
        Absence::NotASeed(_) => "not-a-seed",
        Absence::NotAnArticle(_) => "not-an-article",
        Absence::HeldBack(_) => "held-back",
        Absence::Expired(_) => "expired",
        Absence::Unlisted => "unlisted",
        _ => "unreadable",
    }
}

fn absence_reason(absence: &Absence) -> String {
    match absence {
        Absence::NotASeed(why) => format!("not a seed: {why}"),
        Absence::NotAnArticle(why) => format!("not an article: {why}"),
        Absence::HeldBack(until) => format!("held back until {}", until.to_rfc3339()),
        Absence::Expired(at) => format!("expired at {}", at.to_rfc3339()),
        Absence::Unlisted => "unlisted: it asks not to be in feeds".to_owned(),
        _ => "it cannot be read as a seed".to_owned(),
    }
}

fn standing_text(standing: &Standing) -> String {
    match standing {
        Standing::Entry { position, of, month: None } => format!("entry {position} of {of}"),
        Standing::Entry { position, of, month: Some(month) } => {
            format!("entry {position} of {of} in the archive of {month}")
        }
        Standing::Merged(into) => format!("merged into {into}"),
        Standing::BeyondLimit(limit) => format!("beyond the limit: {limit} newer entries"),
        _ => "not in it: its filter does not accept the article".to_owned(),
    }
}
