//! Podcasts made from one good podcast, each with one change: 30 that a store or standard refuses, and 30 that none does.

use super::*;

const GOOD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>Town Talk</title>
<link>https://town.example/</link>
<description>What happens in town</description>
<language>en</language>
<atom:link rel="self" href="https://town.example/talk.xml" type="application/rss+xml"/>
<itunes:author>Ann Lee</itunes:author>
<itunes:category text="News"><itunes:category text="Daily News"/></itunes:category>
<itunes:explicit>false</itunes:explicit>
<itunes:image href="https://town.example/cover.jpg"/>
<itunes:owner><itunes:name>Ann Lee</itunes:name><itunes:email>ann@town.example</itunes:email></itunes:owner>
<itunes:type>episodic</itunes:type>
<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid>
<podcast:locked owner="ann@town.example">yes</podcast:locked>
<item>
<title>The ferry</title>
<link>https://town.example/ferry</link>
<guid>https://town.example/ferry</guid>
<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>
<description>It crosses again.</description>
<enclosure url="https://town.example/ferry.mp3" length="1234567" type="audio/mpeg"/>
<itunes:duration>1:02:03</itunes:duration>
<itunes:episode>1</itunes:episode>
<itunes:episodeType>full</itunes:episodeType>
<itunes:explicit>false</itunes:explicit>
</item>
<item>
<title>The clock</title>
<link>https://town.example/clock</link>
<guid isPermaLink="false">tag:town.example,2023:clock</guid>
<pubDate>Mon, 30 Oct 2023 21:15:02 GMT</pubDate>
<description>It stopped at noon.</description>
<enclosure url="https://town.example/clock.m4a" length="7654321" type="audio/x-m4a"/>
<itunes:duration>754</itunes:duration>
<itunes:episode>2</itunes:episode>
</item>
</channel>
</rss>
"#;

/// Text of the good podcast, what replaces it, the rule that reports this, and the profiles in which it is an error: `a`pple,
/// `s`potify, `p`sp1 and `w`3c.
#[rustfmt::skip]
const BROKEN: &[(&str, &str, &str, &str)] = &[
    ("<title>Town Talk</title>\n", "", "rss/missing-title", "aspw"),
    ("<description>What happens in town</description>\n", "", "rss/missing-description", "aspw"),
    ("<link>https://town.example/</link>\n", "", "rss/missing-link", "pw"),
    ("<language>en</language>\n", "", "itunes/missing-element", "ap"),
    ("<language>en</language>", "<language>English</language>", "lang/tag", "apw"),
    ("<itunes:image href=\"https://town.example/cover.jpg\"/>\n", "", "itunes/missing-image", "asp"),
    ("cover.jpg", "cover.webp", "itunes/image-type", "asp"),
    ("https://town.example/cover.jpg", "/cover.jpg", "url/attribute", "aspw"),
    ("<itunes:category text=\"News\"><itunes:category text=\"Daily News\"/></itunes:category>\n", "", "itunes/missing-element", "ap"),
    ("<itunes:category text=\"News\"><itunes:category text=\"Daily News\"/></itunes:category>", "<itunes:category text=\"Town\"/>", "itunes/category", "apw"),
    ("<itunes:category text=\"Daily News\"/>", "<itunes:category text=\"Careers\"/>", "itunes/category", "apw"),
    ("<itunes:category text=\"News\"><itunes:category text=\"Daily News\"/></itunes:category>", "<itunes:category text=\"News &amp; Politics\"/>", "itunes/obsolete-category", "ap"),
    ("<itunes:explicit>false</itunes:explicit>\n<itunes:image", "<itunes:image", "itunes/missing-element", "ap"),
    ("<itunes:explicit>false</itunes:explicit>\n<itunes:image", "<itunes:explicit>clean</itunes:explicit>\n<itunes:image", "itunes/legacy-explicit", "pw"),
    ("<itunes:explicit>false</itunes:explicit>\n<itunes:image", "<itunes:explicit>maybe</itunes:explicit>\n<itunes:image", "bool/true-false", "aspw"),
    ("<itunes:email>ann@town.example</itunes:email>", "", "itunes/owner-email", "sw"),
    ("episodic", "daily", "itunes/type", "apw"),
    ("episodic</itunes:type>", "serial</itunes:type>\n<item><title>Bridge</title><guid>https://town.example/bridge</guid><enclosure url=\"https://town.example/bridge.mp3\" length=\"1\" type=\"audio/mpeg\"/><pubDate>Mon, 30 Oct 2023 21:15:02 GMT</pubDate></item>", "itunes/serial-episode", "ap"),
    ("<atom:link rel=\"self\" href=\"https://town.example/talk.xml\" type=\"application/rss+xml\"/>\n", "", "rss/missing-self", "p"),
    ("<enclosure url=\"https://town.example/ferry.mp3\" length=\"1234567\" type=\"audio/mpeg\"/>\n", "", "itunes/missing-enclosure", "asp"),
    ("https://town.example/clock.m4a\" length=\"7654321\" type=\"audio/x-m4a", "https://town.example/ferry.mp3\" length=\"1234567\" type=\"audio/mpeg", "itunes/same-file", "a"),
    ("ferry.mp3", "ferry.ogg", "itunes/format", "as"),
    ("type=\"audio/mpeg\"", "type=\"video/mp4\"", "itunes/enclosure-type", "s"),
    ("length=\"1234567\"", "length=\"0\"", "itunes/enclosure-length", "s"),
    ("length=\"1234567\"", "length=\"big\"", "number/attribute", "aspw"),
    ("<guid>https://town.example/ferry</guid>\n", "", "rss/missing-guid", "asp"),
    ("<guid isPermaLink=\"false\">tag:town.example,2023:clock</guid>", "<guid>https://town.example/ferry</guid>", "rss/duplicate-value", "aspw"),
    ("<title>The ferry</title>\n", "", "itunes/missing-title", "asp"),
    ("Tue, 31 Oct 2023 21:15:02 GMT", "2023-10-31", "date/rfc822", "aspw"),
    ("<itunes:episodeType>full", "<itunes:episodeType>special", "itunes/episode-type", "apw"),
    ("917393e3-1b1e-5cef-ace4-edaa54e1f810", "town-talk", "podcast/guid", "p"),
    (" xmlns:podcast=\"https://podcastindex.org/namespace/1.0\"", " xmlns:podcast=\"https://town.example/podcast\"", "podcast/undeclared", "p"),
    ("<pubDate>Mon, 30 Oct 2023 21:15:02 GMT</pubDate>\n", "", "itunes/missing-date", "s"),
    ("<itunes:episode>2", "<podcast:transcript url=\"https://town.example/clock.pdf\" type=\"application/pdf\"/>\n<itunes:episode>2", "podcast/transcript-type", "ap"),
    ("\">yes</podcast:locked>", "\">true</podcast:locked>", "podcast/locked", "p"),
];

/// Text of the good podcast, and what replaces it without making it invalid.
#[rustfmt::skip]
const VALID: &[(&str, &str)] = &[
    ("", ""),
    ("<itunes:type>episodic</itunes:type>\n", ""),
    ("episodic", "serial"),
    ("<itunes:explicit>false</itunes:explicit>\n<itunes:image", "<itunes:explicit>true</itunes:explicit>\n<itunes:image"),
    ("cover.jpg", "cover.PNG?v=2"),
    ("https://town.example/cover.jpg", "https://town.example/cover"),
    ("<itunes:category text=\"Daily News\"/>", ""),
    ("<itunes:author>", "<itunes:category text=\"True Crime\"/>\n<itunes:author>"),
    ("1:02:03", "62:03"),
    ("<itunes:duration>754</itunes:duration>\n", ""),
    ("<pubDate>Mon, 30 Oct 2023 21:15:02 GMT</pubDate>", "<pubDate>30 Oct 2023 21:15:02 +0100</pubDate>"),
    ("<itunes:episode>2</itunes:episode>", "<itunes:episode>1</itunes:episode>\n<itunes:season>2</itunes:season>"),
    ("<itunes:episode>2</itunes:episode>", "<itunes:episode>1</itunes:episode>\n<itunes:episodeType>bonus</itunes:episodeType>"),
    ("clock.m4a\" length=\"7654321\" type=\"audio/x-m4a", "clock.mp4\" length=\"7654321\" type=\"video/mp4"),
    ("type=\"audio/x-m4a\"", "type=\"audio/mp4\""),
    ("<language>en</language>", "<language>pt-BR</language>"),
    ("<podcast:locked owner=\"ann@town.example\">yes", "<podcast:locked>no"),
    ("<podcast:locked", "<podcast:funding url=\"https://town.example/give\">Support us</podcast:funding>\n<podcast:locked"),
    ("<podcast:locked", "<podcast:medium>musicL</podcast:medium>\n<podcast:locked"),
    ("<podcast:locked", "<podcast:location geo=\"geo:53.6,9.9\" osm=\"R62782\">Hamburg</podcast:location>\n<podcast:locked"),
    ("<podcast:locked", "<podcast:updateFrequency rrule=\"FREQ=WEEKLY;BYDAY=MO,WE\" dtstart=\"2023-10-30T06:00:00.000Z\">Twice a week</podcast:updateFrequency>\n<podcast:locked"),
    ("<podcast:locked", "<podcast:podroll><podcast:remoteItem feedGuid=\"29cdca4a-32d8-56ba-b48b-09a011c5daa9\"/></podcast:podroll>\n<podcast:locked"),
    ("<podcast:locked", "<podcast:value type=\"lightning\" method=\"keysend\" suggested=\"0.00000005000\"><podcast:valueRecipient name=\"Ann\" type=\"node\" address=\"02d5\" split=\"99\"/><podcast:valueRecipient type=\"node\" address=\"03ae\" split=\"1\" fee=\"true\"/></podcast:value>\n<podcast:locked"),
    ("<podcast:locked", "<podcast:trailer pubdate=\"Thu, 01 Apr 2021 08:00:00 GMT\" url=\"https://town.example/trailer.mp3\" length=\"12345678\" type=\"audio/mpeg\">Soon</podcast:trailer>\n<podcast:locked"),
    ("<podcast:locked", "<podcast:liveItem status=\"live\" start=\"2023-10-31T07:30:00.000-06:00\" end=\"2023-10-31T09:30:00.000-06:00\"><title>Live</title><guid isPermaLink=\"false\">tag:town.example,2023:live</guid><enclosure url=\"https://town.example/live.mp3\" type=\"audio/mpeg\" length=\"312\"/><podcast:contentLink href=\"https://town.example/live\">Watch</podcast:contentLink></podcast:liveItem>\n<podcast:locked"),
    ("<itunes:episode>2", "<podcast:transcript url=\"https://town.example/clock.vtt\" type=\"text/vtt\" language=\"en\" rel=\"captions\"/>\n<itunes:episode>2"),
    ("<itunes:episode>2", "<podcast:chapters url=\"https://town.example/clock.json\" type=\"application/json+chapters\"/>\n<podcast:soundbite startTime=\"73.0\" duration=\"60.0\"/>\n<itunes:episode>2"),
    ("<itunes:episode>2", "<podcast:person role=\"guest\" href=\"https://town.example/bo\">Bo Kim</podcast:person>\n<podcast:season name=\"Autumn\">1</podcast:season>\n<podcast:episode display=\"2b\">2.5</podcast:episode>\n<itunes:episode>2"),
    ("<itunes:episode>2", "<podcast:alternateEnclosure type=\"audio/opus\" length=\"32400000\" bitrate=\"96000\" title=\"Opus\" default=\"false\"><podcast:source uri=\"https://town.example/clock.opus\" contentType=\"audio/opus\"/><podcast:integrity type=\"sri\" value=\"sha384-x\"/></podcast:alternateEnclosure>\n<itunes:episode>2"),
    ("<itunes:episode>2", "<podcast:socialInteract protocol=\"activitypub\" uri=\"https://town.example/@ann/1\" accountId=\"@ann\" priority=\"1\"/>\n<podcast:socialInteract protocol=\"disabled\"/>\n<itunes:episode>2"),
    ("<itunes:episode>2", "<podcast:value type=\"lightning\" method=\"keysend\"><podcast:valueRecipient type=\"node\" address=\"02d5\" split=\"100\"/><podcast:valueTimeSplit startTime=\"60\" duration=\"237\" remotePercentage=\"95\"><podcast:remoteItem itemGuid=\"a\" feedGuid=\"a94f5cc9-8c58-55fc-91fe-a324087a655b\" medium=\"music\"/></podcast:valueTimeSplit></podcast:value>\n<itunes:episode>2"),
    ("<description>It stopped at noon.</description>", "<description><![CDATA[<p>It <em>stopped</em> at noon.</p>]]></description>\n<content:encoded><![CDATA[<p>It <em>stopped</em>.</p>]]></content:encoded>"),
    ("<podcast:locked", "<podcast:license>cc-by-4.0</podcast:license>\n<podcast:locked"),
    ("<itunes:episode>2", "<podcast:location rel=\"subject\" country=\"DE\">Hamburg</podcast:location>\n<itunes:episode>2"),
];

/// Errors of a podcast under a profile, without repetition.
fn errors(feed: &str, profile: Profile) -> Vec<&'static str> {
    let found = found(feed, None).into_iter().filter_map(|finding| profile.apply(finding));
    let mut errors: Vec<_> = found.filter(|d| d.severity == Severity::Error).map(|d| d.meta.code).collect();
    errors.dedup();
    errors
}

#[test]
fn thirty_broken_podcasts_are_refused_by_those_who_would() {
    assert!(BROKEN.len() >= 30);
    let mut wrong = Vec::new();
    for (from, to, code, refusing) in BROKEN {
        assert!(GOOD.contains(from), "{from}");
        let feed = GOOD.replacen(from, to, 1);
        for (profile, letter) in Profile::ALL.into_iter().zip(["a", "s", "p", "w"]) {
            let errors = errors(&feed, profile);
            let expected: &[&str] = if refusing.contains(letter) { &[code] } else { &[] };
            if errors != expected {
                wrong.push(format!("{}: {to} for {from}: {errors:?}, not {expected:?}", profile.name()));
            }
        }
        assert!(found(&feed, None).iter().any(|d| d.meta.code == *code), "{code}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_show_has_an_episode_and_texts_that_stores_keep() {
    let (head, _) = GOOD.split_once("<item>").unwrap();
    let empty = format!("{head}</channel>\n</rss>");
    let long = "é".repeat(256);
    let title = GOOD.replace("The ferry", &long);
    let exact = GOOD.replace("The ferry", &long[..510]);
    let description = GOOD.replace("It crosses again.", &"é ".repeat(1334));
    for (feed, code, refusing) in [
        (&empty, "itunes/no-episode", "as"),
        (&title, "itunes/text-length", "ap"),
        (&description, "itunes/text-length", "ap"),
        (&exact, "", ""),
    ] {
        for (profile, letter) in Profile::ALL.into_iter().zip(["a", "s", "p", "w"]) {
            let expected: &[&str] = if refusing.contains(letter) { &[code] } else { &[] };
            assert_eq!(errors(feed, profile), expected, "{code} {}", profile.name());
        }
    }
}

#[test]
fn thirty_good_podcasts_are_accepted_by_all() {
    assert!(VALID.len() >= 30);
    let mut wrong = Vec::new();
    for (from, to) in VALID {
        assert!(GOOD.contains(from), "{from}");
        let feed = GOOD.replacen(from, to, 1);
        for profile in Profile::ALL {
            let errors = errors(&feed, profile);
            if !errors.is_empty() {
                wrong.push(format!("{}: {to}: {errors:?}", profile.name()));
            }
        }
        let warnings: Vec<_> =
            found(&feed, None).into_iter().filter(|d| d.severity > Severity::Note).collect();
        if !warnings.is_empty() {
            wrong.push(format!("{to}: {:?} {}", warnings[0].meta.code, warnings[0].detail));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_document_that_is_no_podcast_is_refused_by_stores() {
    let errors = |feed: &str, profile: Profile| {
        let options = Options { is_podcast: profile.is_of_podcasts(), ..Options::default() };
        let found = check(feed.as_bytes(), options).into_iter().filter_map(|finding| profile.apply(finding));
        let mut errors: Vec<_> =
            found.filter(|d| d.severity == Severity::Error).map(|d| d.meta.code).collect();
        errors.sort_unstable();
        errors.dedup();
        errors
    };
    let plain = document(Context::Item, "<link>https://town.example/1</link>");
    let empty = document(Context::Channel, "<ttl>60</ttl>");
    let atom = document(Context::Feed, "<subtitle>News</subtitle>");
    let json = document(Context::Json, "\"description\": \"News\"");
    let rdf =
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'/>";
    let wrong_namespace = GOOD.replace("http://www.itunes.com/dtds/", "https://www.itunes.com/DTDs/");
    for (feed, apple, spotify, psp1) in [
        (
            &*plain,
            vec!["itunes/missing-element", "itunes/missing-enclosure", "itunes/missing-image"],
            vec!["itunes/missing-email", "itunes/missing-enclosure", "itunes/missing-image"],
            4,
        ),
        (
            &*empty,
            vec!["itunes/missing-element", "itunes/missing-image", "itunes/no-episode"],
            vec!["itunes/missing-email", "itunes/missing-image", "itunes/no-episode"],
            3,
        ),
        (&*atom, vec!["itunes/not-rss"], vec!["itunes/not-rss"], 1),
        (&*json, vec!["itunes/not-rss"], vec!["itunes/not-rss"], 1),
        (&*wrong_namespace, vec!["itunes/namespace"], vec!["itunes/namespace"], 1),
        (
            &*GOOD.replace("<title>The ferry</title>", "<title> </title>"),
            vec!["itunes/blank"],
            vec!["itunes/blank"],
            1,
        ),
        (
            &*GOOD.replace("<title>Town Talk</title>", "<title/>"),
            vec!["itunes/blank"],
            vec!["itunes/blank"],
            1,
        ),
    ] {
        assert_eq!(errors(feed, Profile::Apple), apple, "{feed}");
        assert_eq!(errors(feed, Profile::Spotify), spotify, "{feed}");
        assert_eq!(errors(feed, Profile::Psp1).len(), psp1, "{feed} {:?}", errors(feed, Profile::Psp1));
        assert!(errors(feed, Profile::W3c).is_empty(), "{feed}");
    }
    assert!(errors(rdf, Profile::Apple).contains(&"itunes/not-rss"));
    assert!(errors(GOOD, Profile::Apple).is_empty());
}

#[test]
fn values_and_places_of_podcasting_2_are_checked() {
    let at = |mark: &str, inside: &str| {
        let feed = GOOD.replacen(mark, &format!("{inside}\n{mark}"), 1);
        let found = found(&feed, None)
            .into_iter()
            .filter(|d| d.severity > Severity::Note || d.meta.code == "podcast/srt-type");
        found.map(|d| format!("{}: {}", d.meta.code, d.detail)).collect::<Vec<_>>().join("\n")
    };
    let in_channel = |inside: &str| at("<podcast:locked", inside);
    let in_item = |inside: &str| at("<itunes:episode>2", inside);
    for (found, expected) in [
        (
            in_item("<podcast:transkript url=\"https://town.example/1.vtt\" type=\"text/vtt\"/>"),
            "podcast/unknown-element: `podcast:transkript` in `item`; did you mean `podcast:transcript`?",
        ),
        (
            in_channel("<podcast:newThing since=\"2027\"/>"),
            "podcast/unknown-element: `podcast:newThing` in `channel`",
        ),
        (
            in_item("<podcast:locked>yes</podcast:locked>"),
            "podcast/misplaced-element: `podcast:locked` in `item`; it belongs in `channel`",
        ),
        (
            in_channel("<podcast:source uri=\"https://town.example/1.mp3\"/>"),
            "podcast/misplaced-element: `podcast:source` in `channel`; it belongs in `podcast:alternateEnclosure`",
        ),
        (
            in_item("<itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>"),
            "feed/undefined-element: `itunes:owner` in `item`; it belongs in `channel`",
        ),
        (
            in_item("<itunes:Author>Ann</itunes:Author>"),
            "feed/undefined-element: `itunes:Author` in `item`; did you mean `itunes:author`?",
        ),
        (
            in_channel("<podcast:location country=\"Germany\">Hamburg</podcast:location>"),
            "podcast/location: `country` is `Germany`",
        ),
        (
            in_channel("<podcast:location country=\"XX\">Hamburg</podcast:location>"),
            "podcast/location: `country` is `XX`",
        ),
        (
            in_channel("<podcast:license>all mine</podcast:license>"),
            "podcast/license-url: `podcast:license` is `all mine`",
        ),
        (
            in_item(
                "<podcast:transcript url=\"https://town.example/1.vtt\" type=\"text/vtt\" rel=\"caption\"/>",
            ),
            "podcast/transcript-rel: `rel` is `caption`; write `captions`",
        ),
        (
            in_item("<podcast:transcript url=\"https://town.example/1.srt\" type=\"text/srt\"/>"),
            "podcast/srt-type: `type` is `text/srt`; write `application/x-subrip`",
        ),
        (
            in_channel(
                "<podcast:liveItem status=\"live\" start=\"20231031T211502Z\" end=\"2023-10-31T22:15:02.000-0600\"><title>Live</title><guid>https://town.example/live</guid></podcast:liveItem>",
            ),
            "podcast/live-time: `start` is `20231031T211502Z`: date and time need hyphens and colons; write `2023-10-31T21:15:02Z`\npodcast/live-time: `end` is `2023-10-31T22:15:02.000-0600`: an offset has a colon; write `2023-10-31T22:15:02-06:00`",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn every_requirement_has_a_rule_and_an_example_here() {
    let rules = rules();
    for requirement in REQUIREMENTS {
        assert!(rules.iter().any(|rule| rule.meta.code == requirement.code), "{}", requirement.code);
    }
    let mut codes: Vec<&str> = REQUIREMENTS.iter().map(|r| r.code).collect();
    codes.sort_unstable();
    assert!(codes.windows(2).all(|pair| pair[0] != pair[1]), "one row a rule");
    assert!(BROKEN.iter().all(|(_, _, code, _)| codes.contains(code)));
}

/// Newsletters name their owner in Apple's elements, and pictures are their only files.
#[test]
fn a_newsletter_is_no_podcast() {
    let newsletter = |file: &str, more: &str| {
        format!(
            "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"><channel>\
             <title>N</title><description>D</description><link>https://n.example/</link><language>en</language>\
             <itunes:owner><itunes:email>a@n.example</itunes:email><itunes:name>N</itunes:name></itunes:owner>\
             <itunes:author>N</itunes:author><itunes:block>Yes</itunes:block><item><title>T</title>\
             <guid>https://n.example/t</guid><pubDate>Sat, 01 Jun 2024 07:00:00 GMT</pubDate>{file}{more}</item></channel></rss>"
        )
    };
    let codes = |document: String, is_podcast: bool| {
        let found = check(document.as_bytes(), Options { is_podcast, ..Options::default() });
        let ours = found.iter().filter(|d| d.meta.code.starts_with("itunes/"));
        ours.map(|d| d.meta.code).collect::<std::collections::BTreeSet<_>>()
    };
    let picture = "<enclosure url=\"https://n.example/1.jpeg\" length=\"0\" type=\"image/jpeg\"/>";
    let audio = "<enclosure url=\"https://n.example/1.mp3\" length=\"9\" type=\"audio/mpeg\"/>";
    for file in ["", picture] {
        assert!(codes(newsletter(file, ""), false).is_empty());
        assert!(codes(newsletter(file, ""), true).contains("itunes/missing-image"));
    }
    assert!(codes(newsletter(audio, ""), false).contains("itunes/missing-image"));
    assert!(
        codes(newsletter(picture, "<itunes:episode>1</itunes:episode>"), false)
            .contains("itunes/missing-image")
    );
}
