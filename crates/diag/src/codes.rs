//! The codes of the build's own findings. They are promises: a code never changes its meaning.

use super::{Meta, Severity};

macro_rules! catalogue {
    ($($name:ident = $code:literal, $severity:ident, $title:literal, $remedy:literal;)*) => {
        $(#[doc = $title] pub static $name: Meta =
            Meta { code: $code, severity: Severity::$severity, title: $title, remedy: $remedy };)*

        /// Every code of the build, sorted.
        pub static CODES: &[&Meta] = &[$(&$name),*];
    };
}

/// What a code of the build means; `None` where this build does not know it.
///
/// ```
/// let meta = feedmill_diag::codes::find("seed-empty");
/// assert_eq!(meta.map(|meta| meta.title), Some("A seed without any text"));
/// ```
#[must_use]
pub fn find(code: &str) -> Option<&'static Meta> {
    CODES.iter().copied().find(|meta| meta.code == code)
}

catalogue! {
    CATALOG_LOST = "catalog-lost", Note, "What the last run remembered can't be used",
        "nothing: the seeds were read anew; where it comes again, look at the folder that is named";
    CONFIG_BAD_VALUE = "config-bad-value", Error, "A configured value can't be used",
        "correct the value; `feedmill schema` says what each key takes";
    CONFIG_SYNTAX = "config-syntax", Error, "The configuration is no TOML",
        "correct the line; see https://toml.io";
    CONFIG_UNKNOWN_KEY = "config-unknown-key", Error, "A key that feedmill does not know",
        "correct or remove the key; `feedmill schema` lists them";
    CONFIG_UNKNOWN_SECTION = "config-unknown-section", Warning, "A configured section that has no seeds, while one of nearly its name has",
        "correct the name; a section is a folder under the seeds";
    FEED_EMPTY = "feed-empty", Note, "A feed that no seed matches; it was not written",
        "loosen its filter, or remove it from the configuration";
    FEED_ORPHAN = "feed-orphan", Warning, "A feed whose section is gone, or what else is no longer made",
        "run with --prune to remove it, or delete it by hand";
    HUB_UNREACHABLE = "hub-unreachable", Warning, "A WebSub hub does not know of news",
        "nothing, where the hub has trouble: the next run tells it again; else correct `hub` in feedmill.toml";
    INDEX_FOREIGN = "index-foreign", Warning, "A file of somebody else lies where one beside the feeds belongs",
        "move the file away, or take its kind out of `index` in feedmill.toml";
    MEDIA_UNKNOWN = "media-unknown", Note, "Media servers did not tell type or length of some files",
        "nothing: they are asked again after an hour or a day; private addresses only with `probe_private`";
    NO_BASE_URL = "no-base-url", Warning, "The feeds do not say where they are published",
        "set `base_url` in feedmill.toml (or --base-url) to the address of the feeds folder: it gives each feed its self link";
    NO_SITE_URL = "no-site-url", Error, "Articles that have no address of their own, and nothing says where the site is",
        "set `site_url` in feedmill.toml (or --site-url) to the address of the site that the articles belong to";
    SECTION_CASE = "section-case", Warning, "Two sections whose names differ by case only",
        "rename one: on a file system that ignores case one would replace the other";
    SECTION_NAME = "section-name", Warning, "A section that can't have feeds of its own",
        "rename the folder; its seeds are in the whole feed all the same";
    SEED_BAD_CHARACTER = "seed-bad-character", Warning, "Characters that no feed can carry",
        "remove the control characters from the seed; feedmill left them out";
    SEED_BAD_DATE = "seed-bad-date", Error, "A date of a seed can't be read",
        "write it as 2024-05-31, 2024-05-31 08:30:00 +0200 or 2024-05-31T08:30:00+02:00";
    SEED_BAD_LINK = "seed-bad-link", Error, "The link of a seed is not an absolute http or https address",
        "write line 2 as [title](https://host/path)";
    SEED_BAD_MATTER = "seed-bad-matter", Error, "The front matter of a seed can't be read",
        "correct the line; the front matter is YAML between lines of ---, TOML between lines of +++, or a JSON object";
    SEED_BAD_STAMP = "seed-bad-stamp", Error, "The stamp of a seed can't be read",
        "write line 1 as <!--1698786902000-->, the Unix time in milliseconds";
    SEED_CHANGED = "seed-changed", Warning, "A seed changed or vanished while it was milled",
        "run again when the crawler is done";
    SEED_EMPTY = "seed-empty", Error, "A seed without any text",
        "crawl the article again, or delete the file";
    SEED_ENCODING = "seed-encoding", Warning, "A seed that is not UTF-8",
        "save the seed as UTF-8";
    SEED_FUTURE = "seed-future", Warning, "A seed dated more than 24 hours ahead is held back",
        "correct the stamp, or wait until its time has come";
    SEED_LINK_CREDENTIALS = "seed-link-credentials", Warning, "The link of a seed carries a user name or password",
        "remove the part before the @; feedmill left it out";
    SEED_MARKUP = "seed-markup", Warning, "The markup of a seed had to be cut down",
        "look at the article: a page nested this deep is mostly a broken one";
    SEED_NO_ADDRESS = "seed-no-address", Error, "A saved page that does not say where it was published",
        "add <link rel=\"canonical\" href=\"https://host/path\"> to its head";
    SEED_NO_DATE = "seed-no-date", Error, "A saved page that does not say when it was published",
        "add <meta property=\"article:published_time\" content=\"2024-05-31T08:30:00Z\"> to its head";
    SEED_NO_LINK = "seed-no-link", Error, "A seed without a link",
        "write line 2 as [title](https://host/path)";
    SEED_NO_RULE = "seed-no-rule", Warning, "The rule between head and body of a seed is missing",
        "write ------ on line 3";
    SEED_NO_STAMP = "seed-no-stamp", Error, "A seed without a stamp",
        "write line 1 as <!--1698786902000-->, the Unix time in milliseconds";
    SEED_NO_TITLE = "seed-no-title", Error, "A seed without a title line",
        "write line 2 as [title](https://host/path)";
    SEED_PASSED_OVER = "seed-passed-over", Note, "A file that is not an article",
        "nothing, where it is none; docs/seeds.md says what makes a file an article";
    SEED_SPECIAL = "seed-special", Warning, "Not a regular file",
        "remove the FIFO, device or broken link from the seeds";
    SEED_STAMP_LINE = "seed-stamp-line", Warning, "More than the stamp on the first line of a seed",
        "move it to where it belongs: the title to line 2, the body behind the rule; feedmill left it out";
    SEED_STAMP_RANGE = "seed-stamp-range", Error, "The stamp of a seed is outside the years 0 to 9999",
        "write line 1 as <!--1698786902000-->, the Unix time in milliseconds";
    SEED_STAMP_UNIT = "seed-stamp-unit", Warning, "The stamp of a seed is not in milliseconds",
        "write the Unix time in milliseconds, 13 digits for our days";
    SEED_STAMP_UNSET = "seed-stamp-unset", Warning, "The stamp of a seed is -1, which mostly means unknown",
        "write the time of the article, in milliseconds";
    SEED_TAG = "seed-tag", Warning, "A template's tag that only the site's own generator can fill in",
        "nothing, where the article reads well without it; else write it out as Markdown or HTML";
    SEED_TITLE_EMPTY = "seed-title-empty", Warning, "A seed with an empty title",
        "write the title between the brackets of line 2, or into the front matter; feedmill took one from the text";
    SEED_TOO_LARGE = "seed-too-large", Error, "A seed of more than 64 MiB",
        "cut the seed down: no reader takes an entry of that size";
    SEED_UNREADABLE = "seed-unreadable", Error, "A seed or folder that can't be read",
        "look at its permissions and at the disk";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_unique_and_kebab_case() {
        assert!(CODES.windows(2).all(|w| w[0].code < w[1].code));
        assert!(CODES.iter().all(|m| m.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
