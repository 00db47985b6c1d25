//! `feedmill init [DIR]`: writes a commented `feedmill.toml`, filled in from the articles in the folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::config::{FILE, is_well_formed_language};
use crate::diag::{count, is_risky, printable, remove_credentials};
use crate::error::{Error, Kind};
use crate::generator::Files;
use crate::model::podcast::Category;
use crate::pipeline::{Inspection, inspect_at};
use crate::seed::{Addresses, Exclusions, audio};
use crate::store::{FsStore, Store, is_url, shown};

use super::args::Init;
use super::context::{CommandResult, Outcome};
use super::custom::{self, Custom};
use super::site::{self, FoundSite};

/// Configuration with every key in a comment.
const TEMPLATE: &str = include_str!("init.toml");
/// Default folder of seeds.
const SEEDS: &str = "seeds";
/// Lines of the template that are an example of a section.
const SECTION: &str = "#[section.town]\n#title = \"Town news\"\n";
/// Maximum number of sections that are written and listed.
const MAX_SECTIONS: usize = 20;

pub(super) fn run(args: &Init) -> CommandResult {
    if is_url(&args.folder) {
        let message = "`init` needs a folder on disk; run it in an empty one, and write the URL as `seeds` into its feedmill.toml";
        return Err(Error::new(Kind::Config, message).at(shown(&args.folder)));
    }
    // Files in the working directory are shown without `./`.
    let folder = args.folder.strip_prefix(".").unwrap_or(&args.folder);
    let file = folder.join(FILE);
    if !args.force && file.symlink_metadata().is_ok() {
        return Err(Error::new(Kind::Config, "already exists; use --force to overwrite it").at(&file));
    }
    fs::create_dir_all(on_disk(folder)).map_err(|e| Error::io("create the folder", folder, e))?;
    let mut site = site::find_site(on_disk(folder))?;
    if let Some(site) = &mut site {
        site.ask();
    }
    let (seeds, seen) = match &site {
        Some(site) => {
            let store = FsStore::new(on_disk(folder).join(&site.seeds));
            let seen = match inspect_at(&store, &site.addresses()) {
                // A theme, or a site without articles yet.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Inspection::default()),
                seen => seen,
            };
            let seen = seen.map_err(|e| Error::io("list the folder", folder.join(&site.seeds), e))?;
            (site.seeds.clone(), seen)
        }
        None => find_articles(folder)?,
    };
    let sample = seen.guessed.as_ref().filter(|_| site.is_none());
    let custom = sample.map(|sample| custom::look(on_disk(folder), &seeds, sample));
    let text = fill_template(&title(folder), &seeds, &seen, site.as_ref(), custom.as_ref());
    // Replaced atomically: with --force there is a file to lose.
    let written = FsStore::new(on_disk(folder)).replace(Path::new(FILE), text.as_bytes());
    written.map_err(|e| Error::io("write the configuration", &file, e))?;
    // The file is written even if nobody reads the report.
    let mut shown = Vec::new();
    let _ = report(&mut shown, folder, &seeds, &seen, site.as_ref(), custom.as_ref());
    let _ = io::stdout().lock().write_all(remove_credentials(&String::from_utf8_lossy(&shown)).as_bytes());
    Ok(Outcome::Success)
}

/// Returns the path of a folder for the system.
fn on_disk(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Finds the articles: in `seeds`, else in the only folder that the configuration of the site calls theirs, else in the only
/// folder that has any, else in this folder. What is not published is left out.
fn find_articles(folder: &Path) -> Result<(String, Inspection), Error> {
    let excluded = custom::excluded(on_disk(folder));
    let at = |seeds: &str| {
        let addresses =
            Addresses { exclude: Exclusions::new(custom::below(&excluded, seeds)), ..Addresses::default() };
        inspect_at(&FsStore::new(on_disk(&folder.join(seeds))), &addresses)
    };
    let with_articles = |seeds: &str| at(seeds).ok().filter(|seen| seen.seeds > 0);
    if let Some(seen) = with_articles(SEEDS) {
        return Ok((SEEDS.to_owned(), seen));
    }
    let stated = custom::seeds(on_disk(folder)).into_iter();
    let mut stated = stated.filter_map(|seeds| Some((with_articles(&seeds)?, seeds)));
    if let (Some((seen, seeds)), None) = (stated.next(), stated.next()) {
        return Ok((seeds, seen));
    }
    let seen = at(".").map_err(|e| Error::io("list the folder", folder, e))?;
    if let Some((only, count)) = seen.sections.first_key_value()
        && *count == seen.seeds
        && let Some(name) = only.to_str()
        // The cover of the show is in the folder above.
        && !(is_podcast(&seen) && has_cover(folder))
        && let Ok(seen) = at(name)
    {
        return Ok((name.to_owned(), seen));
    }
    let seeds = if seen.seeds > 0 || seen.other_markdown > 0 { "." } else { SEEDS };
    Ok((seeds.to_owned(), seen))
}

/// True if a folder has an image that stands for the recordings below it.
fn has_cover(folder: &Path) -> bool {
    let names = fs::read_dir(on_disk(folder)).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let names: Vec<_> = names.collect();
    audio::cover(names.iter().map(|name| name.as_os_str())).is_some()
}

/// Returns the name of the folder as a title.
fn title(folder: &Path) -> String {
    let absolute = on_disk(folder).canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    absolute.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns the value that more than half have in common.
fn common(counts: &BTreeMap<String, usize>) -> Option<&str> {
    let all: usize = counts.values().sum();
    counts.iter().find(|(_, count)| **count * 2 > all).map(|(name, _)| name.as_str())
}

fn language(seen: &Inspection) -> Option<&str> {
    let of_tags = common(&seen.show.languages);
    of_tags.or_else(|| common(&seen.languages)).filter(|language| is_well_formed_language(language))
}

/// Fills in the template with what is known.
fn fill_template(
    title: &str,
    seeds: &str,
    seen: &Inspection,
    site: Option<&FoundSite>,
    custom: Option<&Custom>,
) -> String {
    let mut text = TEMPLATE.to_owned();
    if !seen.excluded.is_empty() {
        let patterns: Vec<_> = seen.excluded.keys().map(|pattern| quoted(pattern)).collect();
        let line = format!("exclude = [{}]\n", patterns.join(", "));
        text = text.replacen("#exclude = [\"drafts\"]\n", &line, 1);
    }
    let mut fill = |key: &str, value: &str| {
        let start = format!("#{key} = ");
        let lines = text.split_inclusive('\n');
        let mut found = false;
        let line = |line: &str| {
            let is_it = !found && line.starts_with(&start);
            found |= is_it;
            if is_it { format!("{key} = {}\n", quoted(value)) } else { line.to_owned() }
        };
        text = lines.map(line).collect();
    };
    if seeds.trim().is_empty() {
        // A blank path counts as empty.
        fill("seeds", &format!("./{seeds}"));
    } else if seeds != SEEDS {
        fill("seeds", seeds);
    }
    let mut keys = site.map(FoundSite::keys).unwrap_or_default();
    let of_custom = || Some(custom?.url.as_ref()?.0.to_string());
    let of_site = |key: &str| {
        let settings = custom.map_or(&[][..], |custom| &custom.settings);
        settings.iter().find(|(known, _)| *known == key).map(|(_, value)| value.clone())
    };
    let album = common(&seen.show.albums).map(str::to_owned);
    let is_podcast = is_podcast(seen) && site.is_none();
    let guessed = [
        ("base_url", is_podcast.then(|| PLACEHOLDER.to_owned())),
        ("author", is_podcast.then(|| format!("{} <{MAILBOX}>", author(seen, title)))),
        ("title", album),
        ("title", of_site("title")),
        ("author", of_site("author")),
        ("timezone", of_site("timezone")),
        ("title", Some(title.to_owned()).filter(|title| !title.is_empty())),
        ("site_url", common(&seen.sites).map(|site| format!("{site}/")).or_else(of_custom)),
        ("permalink", custom.map(|custom| pattern(custom).to_owned())),
        ("language", language(seen).map(str::to_owned)),
        ("language", is_podcast.then(|| "en".to_owned())),
    ];
    for (key, value) in guessed {
        if let Some(value) = value
            && keys.iter().all(|(known, _)| *known != key)
        {
            keys.push((key, value));
        }
    }
    keys.iter().for_each(|(key, value)| fill(key, value));
    if let Some(site) = site {
        if site.is_translated() {
            text = text.replacen(
                "#feeds_by = [\"tag\", \"author\", \"language\"]",
                "feeds_by = [\"language\"]",
                1,
            );
        }
        text = text.replacen("#permalink = ", &format!("{}#permalink = ", site.comment()), 1);
    }
    if is_podcast {
        text = podcast(&text, seen);
    }
    let names = seen.sections.keys().filter_map(|name| name.to_str());
    let sections: Vec<_> = names
        .take(MAX_SECTIONS)
        .map(|name| format!("#[section.{0}]\n#title = {0}\n", quoted(name)))
        .collect();
    if sections.is_empty() { text } else { text.replace(SECTION, &sections.join("\n")) }
}

/// URL of the feeds of a podcast until the user sets it; stores require one.
const PLACEHOLDER: &str = "https://podcast.invalid/feeds/";
/// Address of the owner of a podcast until the user sets it.
const MAILBOX: &str = "mail@podcast.invalid";
/// Category of a podcast until the user sets it.
const CATEGORY: &str = "Society & Culture";

/// True if most articles are audio or video files.
fn is_podcast(seen: &Inspection) -> bool {
    seen.dialects.get("audio").is_some_and(|episodes| episodes * 2 > seen.seeds)
}

/// Returns the author of a podcast: the artist in the tags of most files, else the name of the show.
fn author(seen: &Inspection, title: &str) -> String {
    let name = common(&seen.show.artists).or(common(&seen.show.albums)).unwrap_or(title);
    name.replace(['<', '>', '@'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns Apple's category for the genre in the tags of most files.
fn category(seen: &Inspection) -> String {
    let genre = common(&seen.show.genres).unwrap_or_default().to_lowercase();
    let known = Category::all().map(|(name, _)| name).find(|name| {
        let last = name.rsplit(" > ").next().unwrap_or(name);
        last.to_lowercase() == genre
    });
    known.unwrap_or_else(|| CATEGORY.to_owned())
}

/// Fills in the part of the template that makes a podcast.
fn podcast(template: &str, seen: &Inspection) -> String {
    let text = template.replacen("#limit = 50\n", "limit = 1000\n", 1);
    let text = text.replacen("#publish_media = \"no\"\n", "publish_media = \"link\"\n", 1);
    let text = text.replacen("#[podcast]\n", "[podcast]\n", 1);
    let category = format!("category = [{}]\n", quoted(&category(seen)));
    let text = text.replacen("#category = [\"News > Daily News\"]\n", &category, 1);
    text.replacen("#explicit = false\n", "explicit = false\n", 1)
}

/// Quotes a string for TOML, in one line and without user names and passwords in URLs: the file may be published, and its values
/// are. JSON escapes the same characters in the same way, except one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(remove_credentials(text)).to_string().replace('\u{7f}', "\\u007F")
}

/// Reports what was found and what to do next.
fn report(
    out: &mut impl Write,
    folder: &Path,
    seeds: &str,
    seen: &Inspection,
    site: Option<&FoundSite>,
    custom: Option<&Custom>,
) -> io::Result<()> {
    let shown = |path: &Path| printable(&path.to_string_lossy());
    let place = if seeds == "." { on_disk(folder).to_path_buf() } else { folder.join(seeds) };
    if seen.seeds > 0 {
        report_articles(out, &shown(&place), seen)?;
        if let Some(site) = site {
            site.report(out, seen)?;
        }
    } else if let Some(FoundSite { repository, .. }) = site {
        let generator = repository.generator;
        if seen.skipped > 0 {
            let files = count(seen.skipped, "article", "articles");
            writeln!(out, "{files} of this {generator} site cannot be read; `feedmill` reports why")?;
        } else {
            writeln!(
                out,
                "this {generator} site has no articles that have a date; `feedmill new TITLE` creates one"
            )?;
        }
        writeln!(out, "`feedmill --verbose` says for each file why it is not an article")?;
    } else if seen.other_markdown > 0 {
        let files = count(seen.other_markdown, "Markdown file", "Markdown files");
        let none = if seen.other_markdown == 1 { "it is not an article" } else { "none is an article" };
        writeln!(out, "{}: {files}; {none}", shown(&place))?;
        writeln!(out, "an article has a date, in its file name (2024-05-31-name.md) or in front matter:")?;
        writeln!(out, "\n    ---\n    title: A title\n    date: 2024-05-31\n    ---\n")?;
        writeln!(out, "`feedmill --verbose` says for each file why it is not an article")?;
    } else {
        writeln!(
            out,
            "no articles yet; an article is a text file, such as {}:",
            shown(&place.join("1.txt"))
        )?;
        writeln!(out, "\n    <!--1698786902000-->\n    [A title](https://www.example.org/a)\n    ------\n")?;
        writeln!(out, "    <p>The text, as HTML.</p>\n\nwith the Unix time in milliseconds on line 1")?;
    }
    let left_out = seen.excluded.iter().map(|(pattern, n)| printable(&format!("{pattern} ({n})")));
    let left_out: Vec<_> = left_out.collect();
    if !left_out.is_empty() {
        let files = count(seen.excluded.values().sum(), "file", "files");
        writeln!(out, "  {files} left out by `exclude` in {FILE}: {}", left_out.join(", "))?;
    }
    report_unread(out, if seen.seeds > 0 || site.is_some() { &place } else { folder })?;
    let is_podcast = is_podcast(seen) && site.is_none();
    if is_podcast {
        writeln!(out, "wrote {}", shown(&folder.join(FILE)))?;
        writeln!(
            out,
            "\nthese are placeholders; correct them before you publish, because addresses are ids:"
        )?;
        writeln!(out, "    base_url = {}", quoted(PLACEHOLDER))?;
        writeln!(out, "    author = {}", quoted(&format!("{} <{MAILBOX}>", author(seen, &title(folder)))))?;
        writeln!(out, "    category = [{}]", quoted(&category(seen)))?;
        if language(seen).is_none() {
            writeln!(out, "    language = \"en\"")?;
        }
    } else {
        writeln!(out, "wrote {}; set `base_url` in it", shown(&folder.join(FILE)))?;
    }
    if let Some(site) = site {
        site.report_missing(out)?;
    }
    if let (Some(custom), Some(sample)) = (custom, &seen.guessed) {
        report_guess(out, custom, sample, common(&seen.sites))?;
    }
    writeln!(
        out,
        "\n{}",
        if seen.seeds + seen.skipped > 0 { "next:" } else { "next, when there is an article:" }
    )?;
    if !folder.as_os_str().is_empty() {
        writeln!(out, "    cd {}", shell(&folder.to_string_lossy()))?;
    }
    let absolute = on_disk(folder).canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    for (line, what) in [
        ("feedmill", "build the feeds in feeds/"),
        ("feedmill check feeds", "validate them"),
        ("feedmill serve", "serve them, and rebuild after each change"),
    ] {
        writeln!(out, "    {line:22} # {what}")?;
    }
    let absolute = shell(&absolute.to_string_lossy()).replace('%', "\\%");
    writeln!(out, "or in a crontab:\n    */10 * * * *  cd {absolute} && feedmill --quiet")
}

/// Endings of markup that feedmill does not read.
const UNREAD: &[&str] =
    &["adoc", "asciidoc", "dj", "org", "rst", "textile", "ipynb", "rmd", "qmd", "typ", "pug", "haml"];

/// Writes how many files are in a markup that is not read, so that nobody looks for their articles.
fn report_unread(out: &mut impl Write, place: &Path) -> io::Result<()> {
    let store = FsStore::new(on_disk(place));
    let ending =
        |name: &str| name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase());
    let is_unread = |name: &str| UNREAD.contains(&ending(name).as_str());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in Files::new(&store).under("", is_unread) {
        *counts.entry(ending(&path.to_string_lossy())).or_default() += 1;
    }
    if counts.is_empty() {
        return Ok(());
    }
    let all = count(counts.values().sum(), "file is", "files are");
    let endings: Vec<_> = counts.iter().map(|(ending, n)| format!(".{ending} ({n})")).collect();
    writeln!(out, "  {all} in markup that feedmill does not read: {}", endings.join(", "))
}

/// Pattern of addresses if nothing says how they are made.
const PATTERN: &str = "/:sections/:slugorfilename/";

fn pattern(custom: &Custom) -> &str {
    custom.pattern.as_ref().map_or(PATTERN, |(pattern, _)| pattern)
}

/// Writes which addresses are guesses, and the lines that replace them. `stated` is the site that other articles state.
fn report_guess(
    out: &mut impl Write,
    custom: &Custom,
    sample: &Path,
    stated: Option<&str>,
) -> io::Result<()> {
    let shown = |path: &Path| printable(&path.to_string_lossy());
    let of = |found: Option<&Path>| found.map_or(String::new(), |path| format!(", found in {}", shown(path)));
    let pattern_file = custom.pattern.as_ref().map(|(_, path)| path.as_path());
    writeln!(
        out,
        "\n{} does not state its address, and no known generator builds the site; these are guesses:",
        shown(sample)
    )?;
    writeln!(out, "    permalink = {}{}", quoted(pattern(custom)), of(pattern_file))?;
    match &custom.url {
        _ if let Some(site) = stated => {
            writeln!(out, "    site_url = {}, the site of the other articles", quoted(&format!("{site}/")))?;
        }
        Some((url, path)) => writeln!(out, "    site_url = {}{}", quoted(url.as_str()), of(Some(path)))?,
        None => writeln!(out, "    site_url is not known; add: site_url = \"https://www.example.org/\"")?,
    }
    let options = "`feedmill explain` shows the address of an article; correct the guesses in";
    writeln!(out, "{options} {FILE} before you publish: addresses are ids")
}

fn report_articles(out: &mut impl Write, place: &str, seen: &Inspection) -> io::Result<()> {
    let list = |names: Vec<String>| {
        let more = names.len().saturating_sub(MAX_SECTIONS);
        let shown = names.into_iter().take(MAX_SECTIONS).collect::<Vec<_>>().join(", ");
        if more > 0 { format!("{shown} and {more} more") } else { shown }
    };
    let dialects = seen.dialects.keys().copied().collect::<Vec<_>>().join(", ");
    writeln!(out, "{place}: {} ({dialects})", count(seen.seeds, "article", "articles"))?;
    if let Some((first, last)) = seen.span {
        writeln!(out, "  from {} to {}", first.to_date(), last.to_date())?;
    }
    if !seen.sections.is_empty() {
        let names = seen.sections.iter().map(|(name, n)| printable(&format!("{} ({n})", name.display())));
        let sections = count(seen.sections.len(), "section", "sections");
        writeln!(out, "  in {sections}: {}", list(names.collect()))?;
    }
    let mut sites: Vec<_> = seen.sites.iter().collect();
    sites.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), name.as_str()));
    // Articles with front matter have no address of their own.
    if !sites.is_empty() {
        writeln!(out, "  on {}", list(sites.iter().map(|(name, n)| format!("{name} ({n})")).collect()))?;
    }
    if let Some(language) = language(seen) {
        writeln!(out, "  in the language {language}")?;
    }
    if seen.unlisted > 0 {
        writeln!(
            out,
            "  {} not in feeds",
            count(seen.unlisted, "unlisted article is", "unlisted articles are")
        )?;
    }
    if seen.skipped > 0 {
        let files = count(seen.skipped, "file", "files");
        writeln!(out, "  {files} skipped; `feedmill` reports why")?;
    }
    Ok(())
}

/// Quotes a word for a shell. Characters that would control the terminal are escaped as the shell does
/// ([POSIX, 2.2.4](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_04)).
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+,@%".contains(c);
    if word.chars().all(plain) && !word.starts_with('-') {
        return word.to_owned();
    }
    if !word.contains(is_risky) {
        return format!("'{}'", word.replace('\'', "'\\''"));
    }
    let mut quoted = String::new();
    for c in word.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if is_risky(c) => {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| quoted.push_str(&format!("\\{byte:03o}")));
            }
            c => quoted.push(c),
        }
    }
    format!("$'{quoted}'")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::{Plan, RawConfig, keys};
    use crate::diag::Sink;

    fn plan(text: &str) -> Plan {
        let mut sink = Sink::collecting();
        let raw = RawConfig::read(text, Path::new(FILE), &mut sink);
        let plan = raw.and_then(|raw| raw.resolve(&mut sink));
        plan.unwrap_or_else(|e| panic!("{e}: {:?}\n{text}", sink.collected()))
    }

    #[test]
    fn the_template_sets_nothing_and_has_every_key_in_a_comment_that_can_be_removed() {
        assert_eq!(plan(TEMPLATE).fingerprint_source, plan("").fingerprint_source);
        let settings: Vec<&str> =
            TEMPLATE.lines().filter_map(|l| l.strip_prefix('#').filter(|l| !l.starts_with(' '))).collect();
        plan(&settings.join("\n"));
        for key in keys() {
            assert!(settings.iter().any(|l| l.starts_with(&format!("{key} = "))), "init.toml lacks `{key}`");
        }
        assert!(TEMPLATE.contains(SECTION));
    }

    proptest! {
        #[test]
        fn the_file_can_be_read_again_for_any_folder_names(
            title in "\\PC{0,9}|(?s).{1,9}", seeds in "[^/\0]{1,9}", section in "[^/\0]{1,9}",
        ) {
            let sections = BTreeMap::from([(section.clone().into(), 1)]);
            let text = fill_template(&title, &seeds, &Inspection { sections, ..Inspection::default() }, None, None);
            let folded = title.split_whitespace().collect::<Vec<_>>().join(" ");
            let read = plan(&text);
            let expected = if seeds.trim().is_empty() { format!("./{seeds}") } else { seeds.clone() };
            prop_assert_eq!(read.seeds, Path::new(&expected));
            if title.chars().all(|c| !c.is_control()) {
                prop_assert_eq!(read.main_feed.title.unwrap_or_default(), crate::html::xml_text(&folded));
            }
            let start = text.find("#[section.").unwrap();
            let lines = text[start..].lines().take(2).map(|line| &line[1..]);
            let read = plan(&lines.collect::<Vec<_>>().join("\n"));
            prop_assert!(read.sections.contains_key(&section));
        }
    }

    #[test]
    fn a_word_of_a_shell_is_quoted_if_needed() {
        assert_eq!(shell("/srv/news"), "/srv/news");
        assert_eq!(shell("it's here"), r"'it'\''s here'");
        assert_eq!(shell("it's\n\u{9b}1m"), r"$'it\'s\012\302\2331m'");
    }
}
