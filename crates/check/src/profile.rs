//! Profiles: what a store or a standard requires of a podcast, and which rule reports it.

use feedmill_diag::{Finding, Severity};

/// Whose requirements decide what is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Apple Podcasts.
    Apple,
    /// Spotify.
    Spotify,
    /// The Podcast Standards Project, PSP-1.
    Psp1,
    /// The W3C feed validator, which has no requirements of stores.
    W3c,
}

/// A requirement of podcasts.
#[derive(Clone, Copy, Debug)]
pub struct Requirement {
    /// What is required.
    pub text: &'static str,
    /// Code of the rule that reports a violation.
    pub code: &'static str,
    /// Severity of a violation for Apple, Spotify and PSP-1, and in the W3C profile; `None` if it is not reported.
    severities: [Option<Severity>; 4],
}

const E: Option<Severity> = Some(Severity::Error);
const W: Option<Severity> = Some(Severity::Warning);
const N: Option<Severity> = Some(Severity::Note);
const NONE: Option<Severity> = None;

const fn row(text: &'static str, code: &'static str, severities: [Option<Severity>; 4]) -> Requirement {
    Requirement { text, code, severities }
}

/// All requirements, a row each. A rule that has no row has its own severity in every profile.
#[rustfmt::skip]
pub static REQUIREMENTS: &[Requirement] = &[
    // Code, then Apple, Spotify, PSP-1, W3C.
    row("The show is RSS", "itunes/not-rss", [E, E, E, NONE]),
    row("Titles and the description of the show are not empty", "itunes/blank", [E, E, E, NONE]),
    row("Apple's elements are in its namespace", "itunes/namespace", [E, E, E, W]),
    row("The show has a title", "rss/missing-title", [E, E, E, E]),
    row("The show has a description", "rss/missing-description", [E, E, E, E]),
    row("The show has a link", "rss/missing-link", [W, W, E, E]),
    row("The show has a language, a category and a value for explicit", "itunes/missing-element", [E, W, E, W]),
    row("The language is a valid tag", "lang/tag", [E, W, E, E]),
    row("The show has a cover", "itunes/missing-image", [E, E, E, W]),
    row("Covers are JPEG or PNG", "itunes/image-type", [E, E, E, NONE]),
    row("Covers and files have https URLs", "itunes/not-https", [W, W, W, NONE]),
    row("URLs of covers and files are complete", "url/attribute", [E, E, E, E]),
    row("Categories are those of Apple", "itunes/category", [E, W, E, E]),
    row("Categories are current", "itunes/obsolete-category", [E, W, E, W]),
    row("Explicit is true or false", "itunes/legacy-explicit", [W, W, E, E]),
    row("Explicit has a value that players know", "bool/true-false", [E, E, E, E]),
    row("The owner has an e-mail address", "itunes/owner-email", [W, E, W, E]),
    row("The show names its owner", "itunes/missing-email", [W, E, W, W]),
    row("The type is episodic or serial", "itunes/type", [E, W, E, E]),
    row("The feed names its own URL", "rss/missing-self", [W, W, E, W]),
    row("The show has an episode", "itunes/no-episode", [E, E, W, NONE]),
    row("Each episode has a file", "itunes/missing-enclosure", [E, E, E, NONE]),
    row("Each episode has one file", "rss/duplicate-enclosure", [E, E, E, W]),
    row("Files are of a type that the store plays", "itunes/format", [E, E, W, W]),
    row("The type of a file matches its extension", "itunes/enclosure-type", [W, E, W, NONE]),
    row("Files have a type", "mime/attribute", [E, E, E, E]),
    row("Files have a length", "itunes/enclosure-length", [W, E, W, NONE]),
    row("Lengths are numbers", "number/attribute", [E, E, E, E]),
    row("No two episodes have the same file", "itunes/same-file", [E, W, W, NONE]),
    row("Each episode has a guid", "rss/missing-guid", [E, E, E, W]),
    row("No two episodes have the same guid", "rss/duplicate-value", [E, E, E, E]),
    row("Each episode has a title", "itunes/missing-title", [E, E, E, NONE]),
    row("Each episode has a date", "itunes/missing-date", [W, E, W, NONE]),
    row("Dates are those of RFC 822", "date/rfc822", [E, E, E, E]),
    row("Durations are seconds or hh:mm:ss", "itunes/duration", [W, W, W, E]),
    row("Episode types are full, trailer or bonus", "itunes/episode-type", [E, W, E, E]),
    row("Episodes of a serial show have numbers", "itunes/serial-episode", [E, W, E, NONE]),
    row("No two episodes of a season have the same number", "itunes/same-number", [W, W, W, NONE]),
    row("Authors, subtitles and summaries have at most the length that stores show", "feed/too-long", [E, W, E, E]),
    row("Titles have at most 255 characters, and descriptions 4000 bytes", "itunes/text-length", [E, W, E, NONE]),
    row("Complete and block are Yes", "itunes/complete", [W, W, W, NONE]),
    row("The feed is UTF-8", "itunes/not-utf8", [E, W, E, W]),
    row("The show declares the namespace of Podcasting 2.0", "podcast/undeclared", [NONE, NONE, E, NONE]),
    row("The guid of the show is a UUID", "podcast/guid", [W, W, E, NONE]),
    row("Locked is yes or no", "podcast/locked", [W, W, E, NONE]),
    row("Transcripts are of a type that players read", "podcast/transcript-type", [E, W, E, NONE]),
    row("Transcripts in SRT have the type application/x-subrip", "podcast/srt-type", [N, N, E, NONE]),
    row("Elements of Podcasting 2.0 are known", "podcast/unknown-element", [W, W, W, NONE]),
    row("Elements of Podcasting 2.0 are in their parents", "podcast/misplaced-element", [W, W, W, NONE]),
    row("Chapters are JSON", "podcast/chapters-type", [W, W, W, NONE]),
    row("Files of Podcasting 2.0 have https URLs", "podcast/not-https", [W, W, W, NONE]),
    row("Covers are square, of 1400 to 3000 pixels", "http/cover-size", [E, W, E, NONE]),
    row("Files exist", "http/missing-file", [E, E, E, W]),
    row("Servers send files of the stated type", "http/file-type", [E, W, W, W]),
    row("Servers send parts of files", "http/no-byte-ranges", [E, W, E, NONE]),
    row("Labels have at most the length of the specification", "podcast/too-long", [N, N, W, NONE]),
];

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 4] = [Self::Apple, Self::Spotify, Self::Psp1, Self::W3c];

    /// Returns the name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apple => "apple",
            Self::Spotify => "spotify",
            Self::Psp1 => "psp1",
            Self::W3c => "w3c",
        }
    }

    /// True if the profile is one of podcasts, so that a document is checked as [`Options::is_podcast`](crate::Options::is_podcast) says.
    #[must_use]
    pub const fn is_of_podcasts(self) -> bool {
        !matches!(self, Self::W3c)
    }

    /// Gives a finding the severity that it has in this profile; `None` if the profile does not have its rule.
    ///
    /// ```
    /// use feedmill_check::{Options, Profile, check};
    ///
    /// let feed = b"<rss version=\"2.0\"><channel><item><title>One</title></item></channel></rss>";
    /// let found = check(feed, Options::default()).into_iter().find(|found| found.meta.code == "rss/missing-guid");
    /// let found = found.and_then(|found| Profile::Apple.apply(found));
    /// assert_eq!(found.map(|found| found.severity), Some(feedmill_diag::Severity::Error));
    /// ```
    #[must_use]
    pub fn apply(self, mut finding: Finding) -> Option<Finding> {
        if let Some(requirement) = REQUIREMENTS.iter().find(|r| r.code == finding.meta.code) {
            finding.severity = requirement.severity(self)?;
        } else if self == Self::W3c && finding.meta.code.starts_with("podcast/") {
            return None;
        }
        Some(finding)
    }
}

impl Requirement {
    /// Returns the severity of a violation in a profile; `None` if the profile does not report it.
    #[must_use]
    pub fn severity(&self, profile: Profile) -> Option<Severity> {
        self.severities[profile as usize]
    }
}
