//! The codes of the build's findings. A code never changes its meaning.

use super::{Meta, Severity};

macro_rules! catalogue {
    ($($name:ident = $code:literal, $severity:ident, $title:literal, $remedy:literal;)*) => {
        $(#[doc = $title] pub static $name: Meta =
            Meta { code: $code, severity: Severity::$severity, title: $title, remedy: $remedy, why: "", url: "" };)*

        /// Every code of the build, sorted.
        pub static CODES: &[&Meta] = &[$(&$name),*];
    };
}

/// Returns the kind of a code; `None` if it does not exist.
///
/// ```
/// let meta = feedmill_diag::codes::find("seed-empty");
/// assert_eq!(meta.map(|meta| meta.title), Some("empty seed"));
/// ```
#[must_use]
pub fn find(code: &str) -> Option<&'static Meta> {
    CODES.iter().copied().find(|meta| meta.code == code)
}

catalogue! {
    ADDRESS_GUESSED = "address-guessed", Note, "addresses made by a guessed pattern",
        "compare the address with that on the site, then add the `permalink` to feedmill.toml: addresses are ids";
    AUDIO_BROKEN = "audio-broken", Error, "broken audio or video file",
        "replace the file with one that plays; the other episodes are published";
    AUDIO_CHAPTERS = "audio-chapters", Warning, "invalid chapters file",
        "write JSON such as {\"version\": \"1.2.0\", \"chapters\": [{\"startTime\": 0, \"title\": \"Start\"}]}";
    AUDIO_COVER = "audio-cover", Note, "cover in a format that stores do not accept",
        "add a `cover.jpg` or `cover.png` of 1400 to 3000 pixels; RSS has no cover otherwise";
    AUDIO_DATE = "audio-date", Note, "episode without a date",
        "put a date in the tags, the file name (`2024-05-31-name.mp3`) or the notes of the episode, because copying a file may change its time";
    AUDIO_FORMAT = "audio-format", Warning, "audio or video file with the extension of another format",
        "rename the file: players rely on the extension, and on the type that the feed derives from it";
    AUDIO_MISSING = "audio-missing", Warning, "missing file of an episode",
        "correct the name, or put the file there";
    AUDIO_NOTES = "audio-notes", Warning, "notes without a recording",
        "put the recording back next to them, or delete them; if they are an article of their own, give it a `permalink` or move it to another folder";
    AUDIO_TRUNCATED = "audio-truncated", Warning, "audio or video file that ends early",
        "copy the file again: the rest is missing";
    CACHE_UNUSABLE = "cache-unusable", Warning, "cannot use the configured cache directory",
        "name a folder that feedmill can create and write, or remove `cache_dir`; until then, each build reads every seed";
    CATALOG_LOST = "catalog-lost", Note, "cannot use the cache",
        "no action needed: every seed was read again; if it happens every time, check the folder's permissions and free space";
    CHECK_NOT_A_FEED = "check-not-a-feed", Note, "file that is not a feed",
        "no action needed: `check` skipped it; name the file to check it in any case";
    CHECK_NOT_VERIFIED = "check-not-verified", Note, "linked files that were not verified",
        "check fewer feeds at a time: `check --online` asks for at most 200 files, and spends at most two minutes on those of a feed";
    CHECK_UNREADABLE = "check-unreadable", Error, "file that cannot be read",
        "check the path, its permissions and whether the file is complete";
    CONFIG_BAD_VALUE = "config-bad-value", Error, "invalid configuration value",
        "correct the value; `feedmill schema` lists what each key accepts";
    CONFIG_CREDENTIALS = "config-credentials", Warning, "user name or password in a published URL",
        "remove the part before the @ from the configuration; feedmill left it out, because feeds publish the URL";
    CONFIG_SYNTAX = "config-syntax", Error, "invalid TOML in the configuration",
        "correct the line; see https://toml.io";
    CONFIG_TOO_COMPLEX = "config-too-complex", Warning, "configuration of a site generator is too complex",
        "set `site_url`, `title` and `permalink` in feedmill.toml; feedmill used as much of the configuration as it could read";
    CONFIG_UNKNOWN_KEY = "config-unknown-key", Error, "unknown configuration key",
        "correct or remove the key; `feedmill schema` lists all keys";
    CONFIG_UNKNOWN_SECTION = "config-unknown-section", Warning, "configured section without seeds",
        "correct the name: a section is a folder below the seeds folder";
    EMAIL_PLACEHOLDER = "email-placeholder", Warning, "placeholder instead of an e-mail address",
        "put your address in `author` (or `owner` in [podcast]) in feedmill.toml: stores send a code to it before they list a show";
    FEED_EMPTY = "feed-empty", Note, "feed without entries",
        "loosen its filter, or remove it from the configuration; feedmill did not write it";
    FEED_NAME = "feed-name", Warning, "tag, author or language without a feed of its own",
        "change its spelling in the articles; they are in the other feeds";
    FEED_ORPHAN = "feed-orphan", Warning, "file that feedmill no longer generates",
        "run with --prune to remove it, or delete it by hand";
    HUB_UNREACHABLE = "hub-unreachable", Warning, "could not notify the WebSub hub",
        "no action needed if the hub is down: the next run notifies it again; otherwise correct `hub` in feedmill.toml";
    INDEX_FOREIGN = "index-foreign", Warning, "a file that feedmill did not generate is in the way",
        "move the file away, or remove its kind from `index` in feedmill.toml";
    MEDIA_ADDRESS = "media-address", Warning, "missing `media_url`",
        "set `media_url` in feedmill.toml to the URL at which the files are published, or `publish_media = \"link\"` to publish them in the feeds folder";
    MEDIA_UNKNOWN = "media-unknown", Note, "type or length of media files unknown",
        "no action needed: feedmill asks again after an hour or a day; files at private addresses need `probe_private`";
    MEDIA_UNPUBLISHED = "media-unpublished", Error, "could not publish a media file",
        "check the permissions and the free space of the feeds folder";
    NO_BASE_URL = "no-base-url", Warning, "missing `base_url`",
        "set `base_url` in feedmill.toml (or pass --base-url) to the URL at which the feeds folder is published";
    NO_SITE_URL = "no-site-url", Error, "missing `site_url`",
        "set `site_url` in feedmill.toml (or pass --site-url) to the URL of the site that the articles belong to";
    SECTION_CASE = "section-case", Warning, "sections whose names differ only by case",
        "rename one: on a file system that ignores case, one would replace the other";
    SECTION_NAME = "section-name", Warning, "section without feeds of its own",
        "rename the folder; its seeds are in the main feed";
    SEED_ADDRESS_UNKNOWN = "seed-address-unknown", Error, "unknown address",
        "set `permalink` in feedmill.toml (or pass --permalink) to the pattern of the site's addresses";
    SEED_BAD_CHARACTER = "seed-bad-character", Warning, "characters that XML does not allow",
        "remove the control characters from the seed; feedmill left them out";
    SEED_BAD_DATE = "seed-bad-date", Error, "invalid date",
        "write it as 2024-05-31, 2024-05-31 08:30:00 +0200 or 2024-05-31T08:30:00+02:00";
    SEED_BAD_LINK = "seed-bad-link", Error, "invalid link",
        "write an absolute http or https URL; in a stamped seed, line 2 is [title](https://host/path)";
    SEED_BAD_MATTER = "seed-bad-matter", Error, "invalid front matter",
        "correct the line; front matter is YAML between lines of ---, TOML between lines of +++, or a JSON object";
    SEED_BAD_STAMP = "seed-bad-stamp", Error, "invalid stamp",
        "write line 1 as <!--1698786902000-->, the Unix time in milliseconds";
    SEED_CHANGED = "seed-changed", Warning, "seed changed or removed during the build",
        "run again when the crawler is done; feedmill left the seed out";
    SEED_CLUTTER = "seed-clutter", Note, "removed what is not a part of the article",
        "no action needed if this is intended; otherwise add its selector to `keep` in the configuration";
    SEED_CRASH = "seed-crash", Error, "feedmill failed on a seed",
        "report this fault of feedmill together with the file; the article was left out, and the others are published";
    SEED_EMPTY = "seed-empty", Error, "empty seed",
        "restore the file, or delete it";
    SEED_ENCODING = "seed-encoding", Warning, "seed is not UTF-8",
        "save the seed as UTF-8";
    SEED_FORBIDDEN = "seed-forbidden", Error, "article that the server refuses to read",
        "let builds read it, for S3 with `s3:GetObject`, or remove it";
    SEED_FUTURE = "seed-future", Warning, "seed dated in the future",
        "correct the date, or wait: feedmill publishes the seed when its time has come";
    SEED_LINK_CREDENTIALS = "seed-link-credentials", Warning, "user name or password in a link",
        "remove the part before the @; feedmill left it out";
    SEED_LOOSE_MATTER = "seed-loose-matter", Warning, "front matter that not every parser accepts",
        "write each key once, and quote a value with a colon";
    SEED_LOST_MEDIA = "seed-lost-media", Warning, "image or player that feeds cannot carry",
        "upload the file, and link it by its http or https URL";
    SEED_LOST_TEXT = "seed-lost-text", Warning, "entry without text, although its seed has some",
        "add the selector of the article to `keep` in the configuration; `feedmill explain` shows what was removed";
    SEED_MARKUP = "seed-markup", Warning, "markup beyond the limits",
        "check the article: markup like this usually comes from a broken page";
    SEED_MERGED = "seed-merged", Note, "another version of an entry",
        "no action needed if both are the same article; otherwise correct the link of one, or change `same_address` or `ids`";
    SEED_NO_ADDRESS = "seed-no-address", Error, "saved page without an address",
        "add <link rel=\"canonical\" href=\"https://host/path\"> to its head";
    SEED_NO_DATE = "seed-no-date", Error, "saved page without a date",
        "add <meta property=\"article:published_time\" content=\"2024-05-31T08:30:00Z\"> to its head";
    SEED_NO_LINK = "seed-no-link", Error, "seed without a link",
        "write line 2 as [title](https://host/path)";
    SEED_NO_RULE = "seed-no-rule", Warning, "missing rule between title and body",
        "write ------ on line 3";
    SEED_NO_STAMP = "seed-no-stamp", Error, "seed without a stamp",
        "write line 1 as <!--1698786902000-->, the Unix time in milliseconds";
    SEED_NO_TITLE = "seed-no-title", Error, "seed without a title line",
        "write line 2 as [title](https://host/path)";
    SEED_NOT_A_PATH = "seed-not-a-path", Error, "object whose name is not a path",
        "rename or delete it: a part of a name between slashes cannot be empty, `.`, `..`, or have control characters";
    SEED_PASSED_OVER = "seed-passed-over", Note, "not an article",
        "no action needed if this is intended; otherwise add what is missing";
    SEED_PLACEHOLDER = "seed-placeholder", Warning, "saved page without an address of its own",
        "add <link rel=\"canonical\" href=\"https://host/path\"> to its head";
    SEED_SAME_ID = "seed-same-id", Warning, "seed with the id of another seed and a different link",
        "no action needed if both are the same article; otherwise correct its `id`, or rename the file if `ids` is \"file\"";
    SEED_SPECIAL = "seed-special", Warning, "not a regular file",
        "remove the FIFO, device or broken link from the seeds folder";
    SEED_STAMP_LINE = "seed-stamp-line", Warning, "text next to the stamp on line 1",
        "move it to its own place: the title to line 2, the body below the rule; feedmill left it out";
    SEED_STAMP_RANGE = "seed-stamp-range", Error, "stamp outside the years 0 to 9999",
        "write line 1 as <!--1698786902000-->, the Unix time in milliseconds";
    SEED_STAMP_UNIT = "seed-stamp-unit", Warning, "stamp is not in milliseconds",
        "write the Unix time in milliseconds, which has 13 digits today";
    SEED_STAMP_UNSET = "seed-stamp-unset", Warning, "stamp is -1, which usually means unknown",
        "write the time of the article in milliseconds";
    SEED_TAG = "seed-tag", Warning, "unsupported template tag",
        "no action needed if the article reads well without it; otherwise replace it with Markdown or HTML";
    SEED_TITLE_EMPTY = "seed-title-empty", Warning, "empty title",
        "write `title` in the front matter; in a stamped seed, write it between the brackets of line 2";
    SEED_TOO_LARGE = "seed-too-large", Error, "seed larger than 64 MiB",
        "make the seed smaller: no reader accepts an entry of that size";
    SEED_UNLISTED = "seed-unlisted", Note, "article that is not for feeds",
        "no action needed if this is intended; otherwise remove the key from its front matter";
    SEED_UNREADABLE = "seed-unreadable", Error, "cannot read a seed or folder",
        "check its permissions and the disk";
    SEED_WEAK_METADATA = "seed-weak-metadata", Note, "metadata from a weak source",
        "no action needed if it is right; declare it in the head of the page otherwise";
    SITE_NOT_READ = "site-not-read", Warning, "configuration of a site that is not read in object storage",
        "copy the repository to disk and build there, or set `permalink`: addresses are guesses, and what the site excludes is published";
    TEMPLATE_BROKEN = "template-broken", Warning, "cannot use the template of a page",
        "correct the template; feedmill wrote the page with its own, which `feedmill template` prints";
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
