//! Apple's podcast elements (<https://help.apple.com/itc/podcasts_connect/#/itcb54353390>).

use super::{checks, html};
use crate::document::xml::Element;
use crate::engine::log::Log;
use crate::engine::parent::Parent;
use crate::engine::vocabulary::{Def, Family, Scope};
use crate::engine::{ns, structure};
use crate::message::shown;
use crate::rule::{
    Context::{Channel, Item, Whole},
    Rule,
};
use crate::values::{email, number, url};
use feedmill_types::podcast::{CATEGORIES, is_playable};

const NS: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";
const APPLE: &str = "https://help.apple.com/itc/podcasts_connect/#/itcb54353390";

/// A show with the lines that an example adds.
macro_rules! show {
    ($($inside:literal)?) => {
        channel!(
            "version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"",
            "<language>en</language>\n",
            self_link!()
            $(, $inside)?
        )
    };
}

/// A show in an encoding.
macro_rules! show_in {
    ($encoding:literal) => {
        concat!(
            "<?xml version=\"1.0\" encoding=\"",
            $encoding,
            "\"?>\n",
            show!(
                r#"<itunes:category text="News"/>
<itunes:explicit>false</itunes:explicit>
<itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>
"#
            )
        )
    };
}

static CATEGORY: Rule = Rule::error("itunes/category", "unknown Apple Podcasts category")
    .why("The store refuses a podcast with an unknown category. Names are case-sensitive.")
    .remedy("choose one of Apple's categories")
    .spec("Apple Podcasts, categories", "https://podcasters.apple.com/support/1691-apple-podcasts-categories")
    .example(Channel, r#"<itunes:category text="Town News"/>"#, r#"<itunes:category text="News"/>"#);

static OBSOLETE_CATEGORY: Rule =
    Rule::warning("itunes/obsolete-category", "obsolete Apple Podcasts category")
        .why("Apple changed its categories in 2019; the store may stop mapping old ones at any time.")
        .remedy("choose one of the current categories")
        .spec(
            "Apple Podcasts, categories",
            "https://podcasters.apple.com/support/1691-apple-podcasts-categories",
        )
        .example(
            Channel,
            r#"<itunes:category text="News &amp; Politics"/>"#,
            r#"<itunes:category text="News"/>"#,
        );

static TYPE: Rule = Rule::error("itunes/type", "invalid show type")
    .why("The type decides whether the newest or the first episode is listed first.")
    .remedy("write episodic or serial")
    .spec("Apple Podcasts, itunes:type", APPLE)
    .example(Channel, "<itunes:type>daily</itunes:type>", "<itunes:type>episodic</itunes:type>");

static EPISODE_TYPE: Rule = Rule::error("itunes/episode-type", "invalid episode type")
    .why("Stores list trailers and bonus episodes separately from full ones.")
    .remedy("write full, trailer or bonus")
    .spec("Apple Podcasts, itunes:episodeType", APPLE)
    .example(
        Item,
        "<itunes:episodeType>Full episode</itunes:episodeType>",
        "<itunes:episodeType>full</itunes:episodeType>",
    );

static DURATION: Rule = Rule::error("itunes/duration", "invalid duration")
    .why("Players show the duration next to the episode and omit it if they cannot parse it.")
    .remedy("write seconds, mm:ss or hh:mm:ss")
    .spec("Apple Podcasts, itunes:duration", APPLE)
    .example(Item, "<itunes:duration>20 min</itunes:duration>", "<itunes:duration>20:00</itunes:duration>");

static BLOCK: Rule = Rule::error("itunes/block", "neither yes nor no")
    .why("Only Yes hides the show or episode; any other value shows it.")
    .remedy("write Yes, or omit the element")
    .spec("Apple Podcasts, itunes:block", APPLE)
    .example(Item, "<itunes:block>true</itunes:block>", "<itunes:block>Yes</itunes:block>");

static KEYWORDS: Rule = Rule::warning("itunes/keywords", "keywords without commas")
    .why("Keywords are separated by commas; this is a single keyword with spaces in it.")
    .remedy("separate keywords by commas")
    .spec("Apple Podcasts, RSS tags", APPLE)
    .example(
        Item,
        "<itunes:keywords>town hall clock</itunes:keywords>",
        "<itunes:keywords>town hall, clock</itunes:keywords>",
    );

static FORMAT: Rule = Rule::warning("itunes/format", "file type that Apple Podcasts does not play")
    .why("The store identifies the type by the extension in the URL.")
    .remedy("publish mp3, m4a, mp4, m4v, mov, pdf or epub")
    .spec("Apple Podcasts, enclosure", APPLE)
    .example(
        Item,
        r#"<enclosure url="https://town.example/1.wmv" length="1000" type="video/x-ms-wmv"/>
<itunes:duration>60</itunes:duration>"#,
        r#"<enclosure url="https://town.example/1.mp3" length="1000" type="audio/mpeg"/>
<itunes:duration>60</itunes:duration>"#,
    );

static NOT_UTF8: Rule = Rule::warning("itunes/not-utf8", "podcast that is not UTF-8")
    .why("The store requires UTF-8 and misreads other encodings.")
    .remedy("write UTF-8")
    .spec("Apple Podcasts, RSS feed requirements", APPLE)
    .example(Whole, show_in!("iso-8859-1"), show_in!("utf-8"));

static MISSING: Rule =
    Rule::warning("itunes/missing-element", "missing element that Apple Podcasts requires")
        .why("The store refuses a show without language, category and explicit.")
        .remedy("add the element to the channel")
        .spec("Apple Podcasts, required tags", APPLE)
        .example(
            Whole,
            show!(
                r#"<itunes:category text="News"/>
<itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>
"#
            ),
            show!(
                r#"<itunes:category text="News"/>
<itunes:explicit>false</itunes:explicit>
<itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>
"#
            ),
        );

static MISSING_EMAIL: Rule =
    Rule::warning("itunes/missing-email", "podcast without the e-mail address of its owner")
        .why("Stores send a code to this address to verify the owner of the show.")
        .remedy("add itunes:owner with itunes:email to the channel")
        .spec("Apple Podcasts, itunes:owner", APPLE)
        .example(
            Whole,
            show!(
                r#"<itunes:category text="News"/>
<itunes:explicit>false</itunes:explicit>
"#
            ),
            show!(
                r#"<itunes:category text="News"/>
<itunes:explicit>false</itunes:explicit>
<itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>
"#
            ),
        );

static OWNER_EMAIL: Rule = Rule::warning("itunes/owner-email", "podcast owner without an e-mail address")
    .why("Stores send a code to this address to verify the owner of the show. Some hosts omit it to avoid spam, and then nobody can claim the show.")
    .remedy("add itunes:email")
    .spec("Apple Podcasts, itunes:owner", APPLE)
    .example(Channel, "<itunes:owner><itunes:name>Ann</itunes:name></itunes:owner>", "<itunes:owner><itunes:name>Ann</itunes:name><itunes:email>ann@town.example</itunes:email></itunes:owner>");

const CHANNELS: &[Parent] = &[Parent::Channel, Parent::Feed];
const ITEMS: &[Parent] = &[Parent::Item, Parent::Entry];
const BOTH: &[Parent] = &[Parent::Channel, Parent::Item, Parent::Feed, Parent::Entry];

static OWNER: Def = Def::container(Parent::ShowOwner, "owner", CHANNELS).check(owner);
static TOP: Def =
    Def::container(Parent::ShowCategory, "category", CHANNELS).attributes(&["text"]).many().check(category);

pub(crate) static FAMILY: Family = Family {
    rules: &[
        &CATEGORY,
        &OBSOLETE_CATEGORY,
        &TYPE,
        &EPISODE_TYPE,
        &DURATION,
        &BLOCK,
        &KEYWORDS,
        &FORMAT,
        &NOT_UTF8,
        &MISSING,
        &MISSING_EMAIL,
        &OWNER_EMAIL,
    ],
    extra_checks: &[
        (Parent::Channel, show),
        (Parent::Feed, show),
        (Parent::Item, episode),
        (Parent::Entry, episode),
    ],
    ..Family::new(
        "itunes",
        &[NS],
        &[
            &OWNER,
            &TOP,
            &Def::empty("category", &[Parent::ShowCategory], subcategory).attributes(&["text"]).many(),
            &Def::text("name", &[Parent::ShowOwner], short),
            &Def::text("email", &[Parent::ShowOwner], |s, log| s.value(log, owner_email)),
            &Def::text("author", BOTH, short),
            &Def::text("block", BOTH, block),
            &Def::text("explicit", BOTH, |s, log| s.value(log, number::true_false)),
            &Def::text("keywords", BOTH, keywords),
            &Def::text("subtitle", BOTH, short),
            &Def::text("summary", BOTH, |s, log| {
                structure::at_most(s.element, 4000, log);
                html::plain(s, log);
            }),
            &Def::empty("image", BOTH, image).attributes(&["href"]),
            &Def::text("title", BOTH, |_, _| {}),
            &Def::text("pubDate", CHANNELS, checks::rfc822),
            &Def::text("new-feed-url", CHANNELS, |s, log| s.value(log, url::uri)),
            &Def::text("type", CHANNELS, |s, log| {
                s.value(log, |v| one_of(v, &["episodic", "serial"], &TYPE))
            }),
            &Def::text("complete", CHANNELS, |_, _| {}),
            &Def::text("applepodcastsverify", CHANNELS, |_, _| {}),
            &Def::text("duration", ITEMS, duration),
            &Def::text("episode", ITEMS, |s, log| s.value(log, number::positive)),
            &Def::text("season", ITEMS, |s, log| s.value(log, number::positive)),
            &Def::text("episodeType", ITEMS, |s, log| {
                s.value(log, |v| one_of(v, &["full", "trailer", "bonus"], &EPISODE_TYPE));
            }),
            &Def::text("isClosedCaptioned", ITEMS, |_, _| {}),
            &Def::text("order", ITEMS, |_, _| {}),
        ],
    )
};

fn one_of(value: &str, known: &[&str], rule: &'static Rule) -> Option<&'static Rule> {
    (!known.contains(&value)).then_some(rule)
}

fn is_ours(element: &Element<'_>) -> bool {
    ns::is_same(&element.ns, NS)
}

fn short(scope: &Scope<'_, '_>, log: &mut Log) {
    structure::at_most(scope.element, 255, log);
    html::plain(scope, log);
}

fn block(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| one_of(&v.to_ascii_lowercase(), &["yes", "no", "clean"], &BLOCK));
}

fn keywords(scope: &Scope<'_, '_>, log: &mut Log) {
    short(scope, log);
    scope.value(log, |v| (v.contains(' ') && !v.contains(',')).then_some(&KEYWORDS));
}

fn owner_email(text: &str) -> Option<&'static Rule> {
    if email::address(text).is_some() { email::contact(text) } else { None }
}

fn owner(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.lacks("email") {
        log.end(&OWNER_EMAIL, scope.element, "");
    }
}

fn image(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "href", url::http);
}

fn duration(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |value| {
        let mut parts = value.split(':');
        let whole = parts.next().is_some_and(|p| number::not_negative(p).is_none());
        let rest: Vec<&str> = parts.collect();
        let sixtieths = rest.iter().all(|p| p.len() == 2 && number::not_negative(p).is_none() && *p < "60");
        (!whole || !sixtieths || rest.len() > 2).then_some(&DURATION)
    });
}

/// Checks what the store requires of a show, if it has any element of Apple.
fn show(scope: &Scope<'_, '_>, log: &mut Log) {
    let show = scope.element;
    let in_items =
        || show.elements().filter(|e| matches!(e.local, "item" | "entry")).flat_map(Element::elements);
    let Some(first) = show.elements().find(|e| is_ours(e)).or_else(|| in_items().find(|e| is_ours(e))) else {
        return;
    };
    if let Some(encoding) = scope.feed.encoding.filter(|e| *e != "UTF-8") {
        log.start(&NOT_UTF8, first, format_args!("`{encoding}`"));
    }
    if !show.closed {
        return;
    }
    let has = |name: &str| show.elements().any(|e| is_ours(e) && e.local == name);
    if show.child("", "language").is_none() && scope.xml("lang").next().is_none() {
        log.end(&MISSING, show, "`language`");
    }
    for name in ["category", "explicit"] {
        if !has(name) {
            log.end(&MISSING, show, format_args!("`itunes:{name}`"));
        }
    }
    if !has("owner") {
        log.end(&MISSING_EMAIL, show, "no `itunes:owner`");
    }
}

/// Checks the file of an episode.
fn episode(scope: &Scope<'_, '_>, log: &mut Log) {
    if !scope.element.elements().any(is_ours) {
        return;
    }
    for enclosure in scope.element.elements().filter(|e| e.is("", "enclosure")) {
        let Some(address) = enclosure.attribute("url") else { continue };
        let path = address.value.split(['?', '#']).next().unwrap_or_default();
        if !is_playable(path) {
            let extension = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            log.attribute(&FORMAT, address, format_args!("`.{}`", shown(&extension)));
        }
    }
}

fn category(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.required(log, "text", |text| category_rule(text, None));
}

fn subcategory(scope: &Scope<'_, '_>, log: &mut Log) {
    let above = scope.parent.and_then(|p| p.element.value("text"));
    scope.required(log, "text", |text| category_rule(text, above));
}

/// Returns the rule that a category breaks: it may be a current one, a former one, or none.
fn category_rule(text: &str, above: Option<&str>) -> Option<&'static Rule> {
    let find = |list: &'static [(&'static str, &'static str)]| match above {
        None => list.iter().any(|(name, _)| *name == text),
        Some(above) => list.iter().any(|(name, below)| *name == above && below.split('|').any(|b| b == text)),
    };
    if find(CATEGORIES) {
        None
    } else if find(OLD) {
        Some(&OBSOLETE_CATEGORY)
    } else {
        Some(&CATEGORY)
    }
}

/// Categories until 2019, and older ones.
const OLD: &[(&str, &str)] = &[
    ("Arts", "Literature"),
    (
        "Arts & Entertainment",
        "Architecture|Design|Entertainment|Games|Performing Arts|Photography|Poetry|Science Fiction",
    ),
    ("Audio Blogs", ""),
    ("Business", "Business News|Finance|Management & Marketing|News|Shopping"),
    ("Education", "Education Technology|Higher Education|K-12|Language Courses|Training"),
    ("Family", ""),
    ("Food", ""),
    ("Games & Hobbies", "Automotive|Aviation|Hobbies|Other Games|Video Games"),
    ("Government & Organizations", "Local|National|Non-Profit|Regional"),
    (
        "Health",
        "Alternative Health|Diet & Nutrition|Fitness|Fitness & Nutrition|Relationships|Self-Help|Sexuality",
    ),
    (
        "International",
        "Australian|Belgian|Brazilian|Canadian|Chinese|Dutch|French|German|Hebrew|Italian|Japanese|Norwegian|Polish|Portuguese|Spanish|Swedish",
    ),
    ("Movies & Television", ""),
    ("News & Politics", "Conservative (Right)|Liberal (Left)"),
    ("Politics", ""),
    ("Public Radio", ""),
    ("Religion & Spirituality", "New Age|Other|Philosophy"),
    ("Science & Medicine", "Medicine|Natural Sciences|Social Sciences"),
    ("Society & Culture", "History"),
    ("Sports & Recreation", "Amateur|College & High School|Outdoor|Professional"),
    ("Talk Radio", ""),
    (
        "Technology",
        "Computers|Developers|Gadgets|Information Technology|News|Operating Systems|Podcasting|Smart Phones|Software How-To|Tech News|Text/Speech",
    ),
    ("Transportation", "Automotive|Aviation|Bicycles|Commuting"),
    ("Travel", ""),
];
