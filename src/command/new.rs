//! `feedmill new TITLE`: creates a first article, in the form and the folder of those that exist.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthChar;

use crate::config::Plan;
use crate::diag::{codes, printable};
use crate::error::{Error, Kind};
use crate::generator::Repository;
use crate::seed::{self, Addresses, Fault, Origin};
use crate::store::{self, FsStore, Store};
use crate::types::{Bytes, UnixMs};

use super::args::New;
use super::build::{plan_without_build, require_folders};
use super::context::{CommandResult, Outcome, now};
use super::output::print;

/// Maximum number of names to look at.
const MAX_NAMES: usize = 100_000;
/// Number of bytes of a file that are read to see what it is.
const HEAD: Bytes = Bytes(16 << 10);
/// Number of lines of a file that are searched for the key of its date.
const MAX_LINES: usize = 50;
/// Maximum number of characters of a file name made of a title.
const MAX_SLUG: usize = 80;
/// Folders in which generators expect articles, and the front matter that their own `new` commands write.
const FOLDERS: [(&str, FrontMatter); 3] = [
    ("_posts", FrontMatter::Yaml),
    ("content/posts", FrontMatter::Toml),
    ("content/blog", FrontMatter::Toml),
];

/// The form of a new article.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// A stamped seed in the seeds folder.
    Stamped,
    /// Markdown with front matter.
    Markdown {
        folder: PathBuf,
        front_matter: FrontMatter,
        /// True if the file name begins with the date.
        is_dated: bool,
        /// True if each article is the `index.md` of a folder.
        is_bundle: bool,
        /// Key of the date.
        date_key: &'static str,
    },
}

/// Keys of front matter that articles have their date in, the usual one last.
const DATE_KEYS: [&str; 6] = ["pubDate", "pubDatetime", "publishDate", "published", "created", "date"];

/// Languages of front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FrontMatter {
    Yaml,
    Toml,
    Json,
}

/// The Markdown articles of a folder.
#[derive(Debug, Default)]
struct Habits {
    articles: usize,
    dated: usize,
    bundles: usize,
    languages: BTreeMap<FrontMatter, usize>,
    /// Number of articles by their first of [`DATE_KEYS`].
    date_keys: [usize; DATE_KEYS.len()],
}

pub(super) fn run(args: &New) -> CommandResult {
    let (plan, _) = plan_without_build(&args.sources)?;
    require_folders(&plan, "new")?;
    let title = crate::html::xml_line(&args.title);
    let slug = slug(&title);
    if slug.is_empty() {
        let message = "the title has no letters or digits, of which the file name is made; choose another";
        return Err(Error::new(Kind::Config, message));
    }
    let now = now()?;
    let form = find_form(&FsStore::new(&plan.seeds), &plan.addresses, now);
    let form = form.map_err(|e| Error::io("list the seeds folder", &plan.seeds, e))?;
    let (path, text) = article(&plan, &form, &title, &slug, now)?;
    verify(&plan, &path, &text, &title)?;
    let file = plan.seeds.join(&path);
    create(&file, &text)?;
    print(format!("{}\n", printable(&file.to_string_lossy())).as_bytes())?;
    Ok(Outcome::Success)
}

/// Returns a folder of articles with the numbers of a date in it, such as `2022/06`, replaced by those of `now`: where an
/// article of today belongs.
fn of_today(folder: &Path, now: UnixMs) -> PathBuf {
    let today = now.to_date();
    // Year, month, day.
    let mut parts = today.split('-').peekable();
    let mut is_date = false;
    let mut of_today = PathBuf::new();
    for name in folder {
        let text = name.to_str().unwrap_or_default();
        let number = Some(text).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        let number: Option<u32> = number.and_then(|text| text.parse().ok());
        let is_part = match (is_date, text.len(), number) {
            (false, 4, Some(year)) => (1900..2100).contains(&year),
            (true, 1 | 2, Some(part)) => (1..=31).contains(&part),
            _ => false,
        };
        match parts.peek().filter(|_| is_part) {
            Some(part) => {
                let digits = if text.len() == 1 { part.trim_start_matches('0') } else { part };
                of_today.push(digits);
                parts.next();
                is_date = true;
            }
            None => {
                of_today.push(name);
                is_date = false;
            }
        }
    }
    of_today
}

/// Returns the form of most articles: that of the folder with most Markdown, unless there are more text files. Folders whose
/// names are those of a date count as the one of `now`.
fn find_form(seeds: &dyn Store, addresses: &Addresses, now: UnixMs) -> io::Result<Form> {
    let root = PathBuf::from(seeds.show(Path::new("")));
    let (mut habits, mut seen) = (BTreeMap::<PathBuf, Habits>::new(), Vec::new());
    let (mut texts, mut left) = (0_usize, MAX_NAMES);
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let mut names = Vec::new();
        let scanned = seeds.scan(&folder, false, &mut |name, kind, _| {
            let text = name.to_string_lossy();
            if left == 0 || text.starts_with('.') || (text.starts_with('_') && text != "_posts") {
                return;
            }
            left -= 1;
            match kind {
                store::Kind::Folder => folders.push(folder.join(name)),
                store::Kind::File
                    if [".md", ".markdown", ".txt"].iter().any(|ending| text.ends_with(ending)) =>
                {
                    names.push(text.into_owned());
                }
                _ => {}
            }
        });
        match scanned {
            Err(error) if folder.as_os_str().is_empty() && error.kind() != ErrorKind::NotFound => {
                return Err(error);
            }
            _ => {}
        }
        for name in names {
            if name.ends_with(".txt") {
                texts += usize::from(is_stamped(seeds, addresses, &folder.join(&name)));
                continue;
            }
            let Some((language, date_key)) = language(seeds, addresses, &folder.join(&name)) else {
                continue;
            };
            let parent = folder.parent().filter(|_| name == "index.md");
            let habits = habits.entry(of_today(parent.unwrap_or(&folder), now)).or_default();
            habits.articles += 1;
            habits.dated += usize::from(is_dated(&name));
            habits.bundles += usize::from(parent.is_some());
            *habits.languages.entry(language).or_default() += 1;
            habits.date_keys[date_key] += 1;
        }
        seen.push(folder);
    }
    let markdown: usize = habits.values().map(|habits| habits.articles).sum();
    if texts > markdown {
        return Ok(Form::Stamped);
    }
    // Names of posts begin with a date in Jekyll, and not in Hexo.
    let is_hexo = addresses.repository.as_ref().is_some_and(|repository| repository.generator == "Hexo");
    let is_posts = |folder: &Path| !is_hexo && root.join(folder).ends_with("_posts");
    // The first of those with most articles.
    let most = habits.iter().rev().max_by_key(|(_, habits)| habits.articles);
    if let Some((folder, habits)) = most {
        let common = habits.languages.iter().rev().max_by_key(|(_, count)| **count);
        let date_key = DATE_KEYS.iter().zip(habits.date_keys).max_by_key(|(_, count)| *count);
        return Ok(Form::Markdown {
            folder: folder.clone(),
            front_matter: common.map_or(FrontMatter::Yaml, |(language, _)| *language),
            is_dated: is_posts(folder) || habits.dated * 2 > habits.articles,
            is_bundle: !is_posts(folder) && habits.bundles * 2 > habits.articles,
            date_key: date_key.map_or("date", |(key, _)| key),
        });
    }
    if let Some(repository) = &addresses.repository {
        return Ok(first_of(repository));
    }
    seen.sort();
    for (name, front_matter) in FOLDERS {
        if let Some(folder) = seen.iter().find(|folder| root.join(folder).ends_with(name)) {
            let (folder, is_dated) = (folder.clone(), is_posts(folder));
            return Ok(Form::Markdown { folder, front_matter, is_dated, is_bundle: false, date_key: "date" });
        }
    }
    Ok(Form::Stamped)
}

/// Returns where a repository without articles has its first one.
fn first_of(repository: &Repository) -> Form {
    let content = Path::new(&repository.site().content);
    let content = content.strip_prefix(&repository.seeds).unwrap_or(Path::new(""));
    let (folder, front_matter) = match repository.generator {
        "Jekyll" if repository.seeds.ends_with("_posts") => (PathBuf::new(), FrontMatter::Yaml),
        "Jekyll" => (content.join("_posts"), FrontMatter::Yaml),
        "Hexo" => (content.to_path_buf(), FrontMatter::Yaml),
        "Hugo" | "Zola" => (content.join("posts"), FrontMatter::Toml),
        _ => (content.join("posts"), FrontMatter::Yaml),
    };
    let is_dated = repository.generator == "Jekyll";
    Form::Markdown { folder, front_matter, is_dated, is_bundle: false, date_key: "date" }
}

/// Returns the language of an article's front matter and the index of its date in [`DATE_KEYS`]; `None` if the file has
/// none, or is a page or a draft.
fn language(seeds: &dyn Store, addresses: &Addresses, path: &Path) -> Option<(FrontMatter, usize)> {
    let (text, is_whole) = beginning(seeds, path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let root = seeds.show(Path::new(""));
    let parsed = seed::parse(text, is_whole, &Origin::of(&root, path, addresses));
    if matches!(parsed, Err(Fault::NotAnArticle(_))) {
        return None;
    }
    let language = match text.trim_start().as_bytes() {
        [b'-', b'-', b'-', ..] => FrontMatter::Yaml,
        [b'+', b'+', b'+', ..] => FrontMatter::Toml,
        [b'{', ..] => FrontMatter::Json,
        _ => return None,
    };
    let has = |key: &str| {
        let is_key = |line: &str| {
            let rest = line.trim_start().trim_start_matches('"').strip_prefix(key);
            let value =
                rest.and_then(|rest| rest.trim_start_matches('"').trim_start().strip_prefix([':', '=']));
            // `published: true` is no date.
            value.is_some_and(|value| !matches!(value.trim(), "true" | "false"))
        };
        text.lines().take(MAX_LINES).any(is_key)
    };
    Some((language, DATE_KEYS.iter().position(|key| has(key)).unwrap_or(DATE_KEYS.len() - 1)))
}

/// True if a text file is a seed, and not `robots.txt`.
fn is_stamped(seeds: &dyn Store, addresses: &Addresses, path: &Path) -> bool {
    let Some((text, is_whole)) = beginning(seeds, path) else { return false };
    let root = seeds.show(Path::new(""));
    seed::parse(&text, is_whole, &Origin::of(&root, path, addresses)).is_ok()
}

/// Returns the beginning of a file, and whether it is all of it.
fn beginning(seeds: &dyn Store, path: &Path) -> Option<(String, bool)> {
    let start = seeds.prefix(path, HEAD).ok()?;
    let is_whole = start.size == Bytes(start.bytes.len() as u64);
    Some((String::from_utf8_lossy(&start.bytes).into_owned(), is_whole))
}

/// True if a file name begins with a date such as `2024-06-01-`.
fn is_dated(name: &str) -> bool {
    let pattern = b"dddd-dd-dd-";
    let fits = |(byte, expected): (u8, &u8)| match expected {
        b'd' => byte.is_ascii_digit(),
        _ => byte == *expected,
    };
    name.len() >= pattern.len() && name.bytes().zip(pattern).all(fits)
}

/// Returns a title as a file name without its extension: letters and digits in lower case, with hyphens between words.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    let mut is_gap = false;
    for c in title.to_lowercase().chars().filter(|c| !matches!(c, '\'' | '’')) {
        // Some scripts write vowels as marks.
        let is_mark = c > '\u{2ff}' && c.width() == Some(0) && !slug.is_empty() && !is_gap;
        if !c.is_alphanumeric() && !is_mark {
            is_gap = true;
            continue;
        }
        if slug.chars().count() >= MAX_SLUG {
            break;
        }
        if std::mem::take(&mut is_gap) && !slug.is_empty() {
            slug.push('-');
        }
        slug.push(c);
    }
    slug
}

/// Returns the path under the seeds folder and the text of a new article.
///
/// # Errors
/// If its address is not known.
fn article(
    plan: &Plan,
    form: &Form,
    title: &str,
    slug: &str,
    now: UnixMs,
) -> Result<(PathBuf, String), Error> {
    let Form::Markdown { folder, front_matter, is_dated, is_bundle, date_key } = form else {
        let link = link(plan, slug)?;
        let title = title.replace('&', "&amp;");
        let text = format!("<!--{}-->\n[{title}]({link})\n------\n\n", now.0);
        return Ok((PathBuf::from(format!("{slug}.txt")), text));
    };
    let now = UnixMs(now.0 - now.0.rem_euclid(1000));
    let (title, date) = (quoted(title), now.to_rfc3339());
    let text = match front_matter {
        FrontMatter::Yaml => format!("---\ntitle: {title}\n{date_key}: {date}\n---\n\n"),
        FrontMatter::Toml => format!("+++\ntitle = {title}\n{date_key} = {date}\n+++\n\n"),
        FrontMatter::Json => format!("{{\n  \"title\": {title},\n  \"{date_key}\": \"{date}\"\n}}\n\n"),
    };
    let name = if *is_dated { format!("{}-{slug}", now.to_date()) } else { slug.to_owned() };
    let name = if *is_bundle { format!("{name}/index.md") } else { format!("{name}.md") };
    Ok((folder.join(name), text))
}

/// Quotes a string for YAML, TOML and JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

/// Returns the address of a stamped seed: the site and the name.
fn link(plan: &Plan, slug: &str) -> Result<String, Error> {
    let Some(mut url) = plan.addresses.site.clone() else {
        let message =
            "the address of the article is unknown; set `site_url` in feedmill.toml, or pass --site-url";
        return Err(Error::new(Kind::Config, message));
    };
    url.set_query(None);
    url.set_fragment(None);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(slug);
    }
    Ok(url.into())
}

/// Checks that a build will read the article as it was meant.
///
/// # Errors
/// If it will not.
fn verify(plan: &Plan, path: &Path, text: &str, title: &str) -> Result<(), Error> {
    let root = plan.seeds.to_string_lossy();
    let why = match seed::parse(text, true, &Origin::of(&root, path, &plan.addresses)) {
        Ok(seed) if seed.head.title == title => return Ok(()),
        Ok(seed) => format!("its title would be read as `{}`", seed.head.title),
        // A build reports that `site_url` is missing.
        Err(Fault::Bad(finding)) if finding.meta.code == codes::NO_SITE_URL.code => return Ok(()),
        Err(Fault::Bad(finding) | Fault::NotAnArticle(finding)) => finding.message(),
        Err(Fault::Incomplete) => "its head would be incomplete".to_owned(),
    };
    Err(Error::new(Kind::Config, format!("the article could not be read: {why}")).at(plan.seeds.join(path)))
}

/// Creates a file and its folder.
///
/// # Errors
/// If the file exists or cannot be written.
fn create(file: &Path, text: &str) -> Result<(), Error> {
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::AlreadyExists => Error::new(Kind::Config, "already exists; choose another title").at(file),
        _ => Error::io("write the article", file, error),
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut new = OpenOptions::new().write(true).create_new(true).open(file).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(|error| {
        let _ = fs::remove_file(file);
        failed(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[test]
    fn a_slug_has_letters_digits_and_single_hyphens() {
        for (title, expected) in [
            ("A first article", "a-first-article"),
            ("  It's 10 °C — outside!  ", "its-10-c-outside"),
            ("Über die Brücke", "über-die-brücke"),
            ("新的文章", "新的文章"),
            ("हिन्दी में", "हिन्दी-में"),
            ("../../etc/passwd", "etc-passwd"),
            ("!?", ""),
        ] {
            assert_eq!(slug(title), expected, "{title}");
        }
        assert_eq!(slug(&"a".repeat(100)).len(), MAX_SLUG);
    }

    fn form(files: &[(&str, &str)]) -> Form {
        let store = MemoryStore::new();
        files.iter().for_each(|(path, text)| _ = store.replace(path.as_ref(), text.as_bytes()).unwrap());
        find_form(&store, &Addresses::default(), UnixMs(1_717_225_200_000)).unwrap()
    }

    fn markdown(folder: &str, front_matter: FrontMatter, is_dated: bool, is_bundle: bool) -> Form {
        Form::Markdown { folder: folder.into(), front_matter, is_dated, is_bundle, date_key: "date" }
    }

    #[test]
    fn the_form_is_that_of_most_articles() {
        use FrontMatter::{Json, Toml, Yaml};
        assert_eq!(form(&[]), Form::Stamped);
        let stamped = "<!--1717225200000-->\n[T](https://a.example/1)\n------\n";
        assert_eq!(form(&[("1.txt", stamped), ("2.txt", stamped), ("a.md", "---\n")]), Form::Stamped);
        let with_robots = [("robots.txt", "User-agent: *"), ("b.txt", "x"), ("p/a.markdown", "---\n")];
        assert_eq!(form(&with_robots), markdown("p", Yaml, false, false));
        assert_eq!(form(&[("README.md", "# Read me")]), Form::Stamped);
        assert_eq!(form(&[("_posts/a.md", "---\n")]), markdown("_posts", Yaml, true, false));
        assert_eq!(
            form(&[("_posts/.keep", ""), ("_posts/x.png", "")]),
            markdown("_posts", Yaml, true, false)
        );
        let dated = [("n/2024-01-02-a.md", "+++\n"), ("n/2024-01-03-b.md", "+++\n"), ("n/c.md", "---\n")];
        assert_eq!(form(&dated), markdown("n", Toml, true, false));
        let bundles =
            [("content/posts/a/index.md", "---\n"), ("content/posts/b/index.md", "{"), ("x.md", "---")];
        assert_eq!(form(&bundles), markdown("content/posts", Yaml, false, true));
        let hugo = [("content/posts/_index.md", "---\n")];
        assert_eq!(form(&hugo), markdown("content/posts", Toml, false, false));
        for (matter, expected) in [
            ("title: T\npubDate: 2024-05-31\ndate: 1", "pubDate"),
            ("published: true\ndate: 2024-05-31", "date"),
            ("published: 2024-05-31", "published"),
        ] {
            let Form::Markdown { date_key, .. } = form(&[("b/a.md", &format!("---\n{matter}\n---\n"))])
            else {
                panic!()
            };
            assert_eq!(date_key, expected);
        }
        assert_eq!(form(&[("a.md", "{"), ("_drafts/b.md", "---")]), markdown("", Json, false, false));
    }
}
