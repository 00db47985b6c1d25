//! What front matter says about a podcast episode.
//!
//! [`KEYS`] is the only list of spellings. docs/seeds.md shows the same list, and a test compares the two.

use serde_json::Value;

use super::metadata::{self, Context, language_tag};
use super::title;
use crate::generator::Matter;
use crate::html::media_type;
use crate::model::{Chapter, Credit, Episode, EpisodeKind, Metadata, Soundbite, Transcript};
use crate::types::MediaType;

/// A field of an episode that front matter can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Season,
    Number,
    Kind,
    Explicit,
    Duration,
    Transcript,
    Chapters,
    People,
    Guests,
    Location,
    Soundbite,
    License,
}

/// Every key: the field that it fills, its spelling, and the value that it takes. Case, `_` and `-` do not count.
#[rustfmt::skip]
pub(super) static KEYS: &[(Field, &str, &str)] = &[
    (Field::Season, "season", "a number"),
    (Field::Number, "episode", "a number"),
    (Field::Number, "episode_number", "as `episode`"),
    (Field::Kind, "episode_type", "`full`, `trailer` or `bonus`"),
    (Field::Explicit, "explicit", "`true` or `false`"),
    (Field::Duration, "duration", "seconds, or `1:02:03`; it replaces that of the file"),
    (Field::Duration, "podcast_duration", "as `duration`"),
    (Field::Transcript, "transcript", "an address, an object with `url`, `type` and `language`, or a list"),
    (Field::Transcript, "transcripts", "as `transcript`"),
    (Field::Chapters, "chapters", "the address of a JSON file, a list of objects with `start`, `title`, `url` and `image`, or lines or strings such as `1:30 Title`"),
    (Field::People, "people", "a name, an object with `name`, `role`, `url` and `image`, or a list"),
    (Field::Guests, "guests", "as `people`, with the role `guest`"),
    (Field::Guests, "guest", "as `guests`"),
    (Field::Location, "location", "the name of a place"),
    (Field::Soundbite, "soundbite", "an object with `start`, `duration` and `title`, or a list"),
    (Field::Soundbite, "soundbites", "as `soundbite`"),
    (Field::License, "license", "an SPDX id such as `cc-by-4.0`, or a name"),
];

/// Maximum number of values of a list.
const MAX_VALUES: usize = 1000;
/// Maximum length in characters of a value that the specification limits.
const MAX_LABEL: usize = 128;

fn value(matter: &Matter, field: Field) -> Option<&Value> {
    let spelled = KEYS.iter().filter(|(of, _, _)| *of == field);
    let mut found = spelled.filter_map(|(_, spelling, _)| {
        matter.spelled(spelling).find(|(_, value)| !value.is_null()).map(|(_, value)| value)
    });
    found.next()
}

/// True if front matter says what only episodes have.
#[cfg(feature = "folder")]
pub(super) fn is_episode(matter: &Matter) -> bool {
    // Articles have these as well.
    let is_common = |field: Field| matches!(field, Field::Location | Field::License | Field::People);
    KEYS.iter().any(|(field, _, _)| !is_common(*field) && value(matter, *field).is_some())
}

/// Adds what front matter says about an episode to the metadata of its article.
pub(super) fn complete(matter: &Matter, context: &Context<'_>, metadata: &mut Metadata) {
    if let (Some(first), Some(length)) = (metadata.media.first_mut(), duration(matter)) {
        first.duration = Some(length);
    }
    metadata.episode = read(matter, context);
}

/// Returns what front matter says about an episode; `None` if it says nothing.
fn read(matter: &Matter, context: &Context<'_>) -> Option<Episode> {
    let get = |field| value(matter, field);
    let text = |field| get(field).map(metadata::text).filter(|text| !text.is_empty());
    let number =
        |field| text(field).and_then(|text| text.trim_start_matches(['S', 's', 'E', 'e', '#']).parse().ok());
    let mut people =
        list(get(Field::People)).filter_map(|one| credit(one, None, context)).collect::<Vec<_>>();
    people.extend(list(get(Field::Guests)).filter_map(|one| credit(one, Some("guest"), context)));
    let chapters = get(Field::Chapters);
    let lines = chapters.and_then(Value::as_str).filter(|text| text.trim().contains('\n'));
    let mut episode = Episode {
        season: number(Field::Season).filter(|season| *season > 0),
        number: number(Field::Number).filter(|number| *number > 0),
        kind: text(Field::Kind).and_then(|name| EpisodeKind::named(&name)).unwrap_or_default(),
        explicit: get(Field::Explicit).and_then(metadata::flag),
        transcripts: list(get(Field::Transcript)).filter_map(|one| transcript(one, context)).collect(),
        chapters_url: text(Field::Chapters)
            .filter(|_| lines.is_none())
            .and_then(|own| metadata::resolve(&own, context)),
        chapters: match lines {
            Some(lines) => lines.lines().take(MAX_VALUES).filter_map(chapter_line).collect(),
            None => {
                let all = chapters.and_then(Value::as_array).into_iter().flatten().take(MAX_VALUES);
                all.filter_map(|one| one.as_str().map_or_else(|| chapter(one, context), chapter_line))
                    .collect()
            }
        },
        people,
        location: get(Field::Location).and_then(|value| label(value, &["name", "title"])),
        soundbites: list(get(Field::Soundbite)).filter_map(soundbite).collect(),
        license: get(Field::License).and_then(|value| label(value, &["name", "id", "title"])),
    };
    episode.chapters.sort_by_key(|chapter| chapter.start);
    (episode != Episode::default()).then_some(episode)
}

/// Returns the length that front matter says, in milliseconds.
pub(super) fn duration(matter: &Matter) -> Option<u64> {
    let said = value(matter, Field::Duration).and_then(|value| time(&metadata::text(value)));
    // Some templates call it so, and others the size of the file.
    let length = || {
        let mut said = ["length", "podcast_length"].into_iter().flat_map(|key| matter.spelled(key));
        let text = metadata::text(said.next()?.1);
        time(&text).filter(|length| text.contains(':') || *length < metadata::LEAST_BYTES * 1000)
    };
    said.or_else(length).filter(|length| *length > 0)
}

/// Returns the values of a list, or a value that is alone.
fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let all: &[Value] = match value {
        Some(Value::Array(all)) => all,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    all.iter().take(MAX_VALUES)
}

/// Returns a short text: a string, or a member of an object.
fn label(value: &Value, keys: &[&str]) -> Option<String> {
    let text = metadata::member(value, keys).unwrap_or_else(|| metadata::text(value));
    let text: String = title::plain_text(&text).chars().take(MAX_LABEL).collect();
    Some(text).filter(|text| !text.is_empty() && !value.is_boolean())
}

/// Reads seconds, or minutes and hours before them, as milliseconds: `75`, `75.5`, `1:15`, `0:01:15`.
pub(super) fn time(text: &str) -> Option<u64> {
    let mut parts = text.trim().split(':').rev();
    let seconds: f64 = parts.next()?.trim().parse().ok().filter(|seconds| (0.0..1e9).contains(seconds))?;
    let mut total = (seconds * 1000.0).round() as u64;
    for (part, unit) in parts.by_ref().take(2).zip([60_000, 3_600_000]) {
        total += part.trim().parse::<u32>().ok().map(u64::from)? * unit;
    }
    parts.next().is_none().then_some(total)
}

fn time_of(value: &Value, keys: &[&str]) -> Option<u64> {
    time(&metadata::member(value, keys)?)
}

fn transcript(value: &Value, context: &Context<'_>) -> Option<Transcript> {
    let own =
        metadata::member(value, &["url", "src", "href", "file"]).unwrap_or_else(|| metadata::text(value));
    let url = metadata::resolve(&own, context)?;
    let declared = metadata::member(value, &["type", "mime_type"]).and_then(|own| MediaType::parse(&own));
    let known = Transcript::type_of(url.path()).or_else(|| media_type(&url));
    let language = metadata::member(value, &["language", "lang"]).and_then(|own| language_tag(&own));
    Some(Transcript { url, media_type: declared.or(known)?, language })
}

fn chapter(value: &Value, context: &Context<'_>) -> Option<Chapter> {
    let start = time_of(value, &["start", "startTime", "time"])?;
    let title = metadata::member(value, &["title", "name"]).unwrap_or_default();
    let address =
        |keys: &[&str]| metadata::member(value, keys).and_then(|own| metadata::resolve(&own, context));
    let (url, image) = (address(&["url", "href", "link"]), address(&["image", "img"]));
    Some(Chapter { start, title: title::plain_text(&title), url, image })
}

/// Reads a chapter in a line: its start and its title.
fn chapter_line(line: &str) -> Option<Chapter> {
    let (start, title) =
        line.trim().trim_start_matches(['-', '*']).trim_start().split_once(char::is_whitespace)?;
    let title = title::plain_text(title.trim_start_matches(['-', '–', '—']));
    Some(Chapter { start: time(start)?, title, url: None, image: None })
}

fn credit(value: &Value, role: Option<&str>, context: &Context<'_>) -> Option<Credit> {
    let name = label(value, &["name", "title"])?;
    let address =
        |keys: &[&str]| metadata::member(value, keys).and_then(|own| metadata::resolve(&own, context));
    let own = metadata::member(value, &["role"]).map(|own| own.to_lowercase());
    let (uri, image) = (address(&["url", "href", "uri", "link"]), address(&["image", "img", "avatar"]));
    Some(Credit { name, role: own.or_else(|| role.map(str::to_owned)), uri, image })
}

fn soundbite(value: &Value) -> Option<Soundbite> {
    let start = time_of(value, &["start", "startTime"])?;
    let duration = time_of(value, &["duration", "length"]).filter(|length| *length > 0)?;
    let title = metadata::member(value, &["title", "name"]).unwrap_or_default();
    let title = title::plain_text(&title).chars().take(MAX_LABEL).collect();
    Some(Soundbite { start, duration, title })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_keys_in_the_book_is_that_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/seeds.md");
        let page = std::fs::read_to_string(path).unwrap();
        let head = "| key | value |\n| --- | --- |\n";
        let (before, rest) = page.split_once(head).unwrap();
        let end = rest.find("\n\n").unwrap() + 1;
        let rows: String = KEYS.iter().map(|(_, key, value)| format!("| `{key}` | {value} |\n")).collect();
        let fresh = format!("{before}{head}{rows}{}", &rest[end..]);
        if std::env::var_os("FEEDMILL_BLESS").is_some() {
            std::fs::write(path, &fresh).unwrap();
            return;
        }
        assert!(
            page == fresh,
            "run with FEEDMILL_BLESS=1 to update the table of keys of episodes in docs/seeds.md"
        );
    }

    #[test]
    fn every_key_fills_its_field_in_every_spelling() {
        let value = |field| match field {
            Field::Season | Field::Number => "3",
            Field::Kind => "Trailer",
            Field::Explicit => "yes",
            Field::Duration => "1:02:03.5",
            Field::Transcript => {
                "[/t.vtt, {url: 'https://b.example/t', type: text/html, language: de}, /no.exe]"
            }
            Field::Chapters => "[{start: '1:30', title: B}, {startTime: 0, title: A, url: /a}, 2:00 C]",
            Field::People | Field::Guests => {
                "[Ann, {name: Bob, role: Editor, url: /bob, image: /bob.png}, {role: x}]"
            }
            Field::Location => "{name: Leith}",
            Field::Soundbite => "{start: 10.25, duration: '0:30', title: Best}",
            Field::License => "cc-by-4.0",
        };
        for (field, spelling, _) in KEYS {
            for key in [(*spelling).to_owned(), spelling.to_uppercase(), spelling.replace('_', "-")] {
                let text = format!("audio: /a.mp3\n{key}: {}\n", value(*field));
                let matter: Matter = crate::generator::yaml(&text).unwrap().into_iter().collect();
                let link = "https://a.example/x/";
                let context =
                    Context { kind: crate::generator::Kind::Eleventy, link, site: None, is_index: false };
                let mut metadata = metadata::read(&matter, &context);
                complete(&matter, &context, &mut metadata);
                let read = metadata.episode.unwrap_or_default();
                let is_filled = match field {
                    Field::Season => read.season == Some(3),
                    Field::Number => read.number == Some(3),
                    Field::Kind => read.kind == EpisodeKind::Trailer,
                    Field::Explicit => read.explicit == Some(true),
                    Field::Duration => metadata.media[0].duration == Some(3_723_500),
                    Field::Transcript => {
                        let all =
                            read.transcripts.iter().map(|one| (one.url.path(), one.media_type.as_str()));
                        let language = read.transcripts[1].language.as_deref();
                        all.eq([("/t.vtt", "text/vtt"), ("/t", "text/html")]) && language == Some("de")
                    }
                    Field::Chapters => {
                        let all = read.chapters.iter().map(|one| (one.start, one.title.as_str()));
                        all.eq([(0, "A"), (90_000, "B"), (120_000, "C")]) && read.chapters[0].url.is_some()
                    }
                    Field::People | Field::Guests => {
                        let role = (*field == Field::Guests).then_some("guest");
                        let all = read.people.iter().map(|one| (one.name.as_str(), one.role.as_deref()));
                        all.eq([("Ann", role), ("Bob", Some("editor"))]) && read.people[1].image.is_some()
                    }
                    Field::Location => read.location.as_deref() == Some("Leith"),
                    Field::Soundbite => {
                        let part = &read.soundbites[0];
                        (part.start, part.duration, part.title.as_str()) == (10_250, 30_000, "Best")
                    }
                    Field::License => read.license.as_deref() == Some("cc-by-4.0"),
                };
                assert!(is_filled, "{text}: {read:?}");
            }
        }
    }

    #[test]
    fn a_time_is_seconds_with_minutes_and_hours_before_them() {
        for (text, expected) in [
            ("75", Some(75_000)),
            ("75.25", Some(75_250)),
            ("1:15", Some(75_000)),
            ("01:00:00", Some(3_600_000)),
            ("1:0:0:0", None),
            ("-5", None),
            ("1:x", None),
            ("inf", None),
            ("", None),
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
    }
}
