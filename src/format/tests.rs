//! Tests of all formats: each is valid, and all carry the same entries.

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::html::{CleanHtml, Medium, Policy, RawHtml, clean, xml_line};
use crate::model::{Extra, Image, Person};
use crate::types::{Bytes, MediaType, UnixMs};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn html(raw: &str) -> CleanHtml {
    clean(RawHtml(raw), &url("https://site.example/a/"), &Policy::default()).html
}

fn enclosure(address: &str, medium: Medium, media_type: Option<&str>, length: Option<u64>) -> Enclosure {
    Enclosure {
        media_type: media_type.and_then(MediaType::parse),
        length: length.map(Bytes),
        ..Enclosure::new(url(address), medium)
    }
}

fn entry(link: &str, title: &str) -> Entry {
    Entry::new(link, title, UnixMs(1_698_786_902_000))
        .updated(UnixMs(1_698_786_902_123))
        .summary("Rain & <wind>, it's \"here\"")
        .content(html("<p>Rain &amp; wind ]]&gt; <a href='../x?a=1&amp;b=2'>there</a><img src='p.jpg'></p>"))
        .categories(vec!["town".to_owned()])
}

fn feed(entries: Vec<Entry>) -> Feed {
    Feed::new("News & <Views>", url("https://site.example/"))
        .id("https://news.example/feeds/")
        .description("All of it")
        .base(url("https://news.example/feeds/"))
        .language("en")
        .author(Person::new("Ann Ray").email("ann@site.example"))
        .copyright("© Ann")
        .icon(url("https://site.example/i.png"))
        .hub(url("https://hub.example/"))
        .entries(entries)
}

fn rich() -> Feed {
    let mut second = entry("https://site.example/b?x=1&y=%e4", "图书馆 \u{1f4da} & more");
    second.enclosures = vec![
        enclosure("https://cdn.example/v.mp4", Medium::Video, Some("video/mp4"), Some(1234)),
        enclosure("https://cdn.example/p.jpg?a=1&b=2", Medium::Image, Some("image/jpeg"), None),
        enclosure("https://cdn.example/unknown", Medium::Image, None, None),
    ];
    second.authors = vec![Person::new("Bo & Co")];
    let mut third = entry("https://site.example/c", "Empty");
    third.content = CleanHtml::default();
    third.summary = String::new();
    third.published = UnixMs(-86_400_000);
    third.updated = UnixMs(-86_400_000);
    feed(vec![entry("https://site.example/a", "A < B > C [x](y)"), second, third])
}

/// An entry as a reader of any format gets it.
#[derive(Debug, PartialEq)]
struct Read {
    id: String,
    link: String,
    title: String,
    published: i64,
    summary: String,
    content: String,
    typed: Vec<(String, String, u64)>,
    categories: Vec<String>,
}

fn read_rss(bytes: &[u8]) -> Vec<Read> {
    let channel = ::rss::Channel::read_from(bytes).unwrap();
    let read = |i: &::rss::Item| {
        let date = i.pub_date.as_deref().unwrap();
        let first =
            i.enclosure.iter().map(|e| (e.url.clone(), e.mime_type.clone(), e.length.parse().unwrap()));
        let media = i.extensions.get("media").and_then(|m| m.get("content")).into_iter().flatten();
        let more = media.filter_map(|m| {
            let length = m.attrs.get("fileSize").map_or(0, |l| l.parse().unwrap());
            Some((m.attrs["url"].clone(), m.attrs.get("type")?.clone(), length))
        });
        Read {
            id: i.guid.clone().unwrap().value,
            link: i.link.clone().unwrap(),
            title: i.title.clone().unwrap_or_default(),
            published: chrono::DateTime::parse_from_rfc2822(date).unwrap().timestamp(),
            summary: crate::html::decode_entities_once(i.description.as_deref().unwrap_or_default())
                .into_owned(),
            content: i.content.clone().unwrap_or_default(),
            typed: first.chain(more).collect(),
            categories: i.categories.iter().map(|c| c.name.clone()).collect(),
        }
    };
    channel.items.iter().map(read).collect()
}

fn read_atom(bytes: &[u8]) -> Vec<Read> {
    let feed = atom_syndication::Feed::read_from(bytes).unwrap();
    let read = |e: &atom_syndication::Entry| {
        let typed = e.links.iter().filter(|l| l.rel == "enclosure").filter_map(|l| {
            let length = l.length.as_ref().map_or(0, |l| l.parse().unwrap());
            Some((l.href.clone(), l.mime_type.clone()?, length))
        });
        let summary = e.summary.clone().map(|s| s.value).unwrap_or_default();
        // Without any text, Atom has the title as summary; the other formats have none.
        let only_title = e.content.is_none() && summary == e.title.value;
        Read {
            id: e.id.clone(),
            link: e.links.iter().find(|l| l.rel == "alternate").unwrap().href.clone(),
            title: e.title.value.clone(),
            published: e.published.unwrap().timestamp(),
            summary: if only_title { String::new() } else { summary },
            content: e.content.clone().and_then(|c| c.value).unwrap_or_default(),
            typed: typed.collect(),
            categories: e.categories.iter().map(|c| c.term.clone()).collect(),
        }
    };
    feed.entries.iter().map(read).collect()
}

fn read_json(bytes: &[u8]) -> Vec<Read> {
    let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let read = |i: &serde_json::Value| {
        let date = text(&i["date_published"]);
        let attachments = i["attachments"].as_array().cloned().unwrap_or_default();
        Read {
            id: text(&i["id"]),
            link: text(&i["url"]),
            title: text(&i["title"]),
            published: chrono::DateTime::parse_from_rfc3339(&date).unwrap().timestamp(),
            summary: text(&i["summary"]),
            content: text(&i["content_html"]),
            typed: attachments
                .iter()
                .map(|a| (text(&a["url"]), text(&a["mime_type"]), a["size_in_bytes"].as_u64().unwrap_or(0)))
                .collect(),
            categories: i["tags"].as_array().into_iter().flatten().map(text).collect(),
        }
    };
    document["items"].as_array().unwrap().iter().map(read).collect()
}

fn read(feed: &Feed, layout: Layout) -> [Vec<Read>; 3] {
    let write = |name: &str| format(name).unwrap().write(feed, layout).unwrap();
    [read_rss(&write("rss")), read_atom(&write("atom")), read_json(&write("json"))]
}

#[test]
fn an_atom_entry_without_text_has_the_title_as_summary() {
    let mut feed = rich();
    let title = feed.entries[0].title.clone();
    (feed.entries[0].summary, feed.entries[0].content) = (String::new(), CleanHtml::default());
    let atom = format("atom").unwrap().write(&feed, Layout::Indented).unwrap();
    let read = atom_syndication::Feed::read_from(atom.as_slice()).unwrap();
    assert_eq!(read.entries[0].summary.clone().unwrap().value, title);
    assert!(read.entries[0].content.is_none());
}

#[test]
fn all_formats_carry_the_same_entries() {
    for layout in [Layout::Indented, Layout::Compact] {
        let feed = rich();
        let [rss, atom, json] = read(&feed, layout);
        assert_eq!(rss, atom);
        assert_eq!(atom, json);
        for (read, entry) in rss.iter().zip(&feed.entries) {
            assert_eq!((&read.id, &read.link, &read.title), (&entry.id, &entry.link, &entry.title));
            assert_eq!(read.published, entry.published.0 / 1000);
            assert_eq!((&read.summary, read.content.as_str()), (&entry.summary, entry.content.as_str()));
            assert_eq!(read.categories, entry.categories);
        }
        let typed: Vec<_> = rss[1].typed.iter().map(|t| (t.0.as_str(), t.1.as_str(), t.2)).collect();
        assert_eq!(
            typed,
            [
                ("https://cdn.example/v.mp4", "video/mp4", 1234),
                ("https://cdn.example/p.jpg?a=1&b=2", "image/jpeg", 0)
            ]
        );
    }
}

#[test]
fn output_is_deterministic_and_recognized_as_ours() {
    for format in FORMATS {
        let bytes = format.write(&rich(), Layout::Indented).unwrap();
        assert_eq!(bytes, format.write(&rich(), Layout::Indented).unwrap());
        assert!(bytes.ends_with(b"\n") && !bytes.ends_with(b"\n\n"));
        let text = String::from_utf8(bytes).unwrap();
        assert!(format.is_ours(&text), "{}", format.name());
        assert!(!format.is_ours(&text.replace("feedmill", "other")), "{}", format.name());
    }
}

#[test]
fn policy_xml_text_does_not_end_a_cdata_section() {
    let bytes = format("rss").unwrap().write(&rich(), Layout::Compact).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.replace("]]]]><![CDATA[>", "").contains("]]> <a"));
}

#[test]
fn policy_dates_rss_is_rfc_822_and_atom_rfc_3339_with_milliseconds_only_where_not_zero() {
    let text = |name: &str| {
        String::from_utf8(format(name).unwrap().write(&rich(), Layout::Compact).unwrap()).unwrap()
    };
    let (rss, atom, json) = (text("rss"), text("atom"), text("json"));
    assert!(rss.contains("<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>"));
    assert!(rss.contains("<lastBuildDate>Tue, 31 Oct 2023 21:15:02 GMT</lastBuildDate>"));
    assert!(atom.contains("<published>2023-10-31T21:15:02Z</published>"));
    assert!(atom.contains("<updated>2023-10-31T21:15:02.123Z</updated>"));
    assert!(atom.contains("<updated>1969-12-31T00:00:00Z</updated>"));
    assert!(json.contains("\"date_published\":\"2023-10-31T21:15:02Z\""));
}

#[test]
fn policy_enclosure_rss_has_one_and_the_rest_as_media_content() {
    let text = String::from_utf8(format("rss").unwrap().write(&rich(), Layout::Compact).unwrap()).unwrap();
    assert_eq!(text.matches("<enclosure ").count(), 1);
    assert!(
        text.contains("<enclosure url=\"https://cdn.example/v.mp4\" length=\"1234\" type=\"video/mp4\"/>")
    );
    assert!(text.contains("<media:content medium=\"image\" type=\"image/jpeg\" url="));
    assert!(text.contains("<media:content medium=\"image\" url=\"https://cdn.example/unknown\"/>"));
}

#[test]
fn a_zero_length_is_not_written_as_file_size() {
    // Found by the fuzzer: Media RSS requires a positive number.
    let mut entry = entry("https://a.example/1", "t");
    entry.enclosures = ["1.jpg", "2.jpg"]
        .map(|name| {
            enclosure(&format!("https://a.example/{name}"), Medium::Image, Some("image/jpeg"), Some(0))
        })
        .into();
    let document = format("rss").unwrap().write(&feed(vec![entry]), Layout::Compact).unwrap();
    let rss = String::from_utf8(document).unwrap();
    assert!(rss.contains("medium=\"image\"") && !rss.contains("fileSize"), "{rss}");
}

#[test]
fn a_lifetime_of_no_minutes_is_left_out() {
    // Found by the fuzzer: `ttl` has to be positive.
    let of = |minutes| {
        let document = format("rss").unwrap().write(&feed(vec![]).ttl(minutes), Layout::Compact).unwrap();
        String::from_utf8(document).unwrap()
    };
    assert!(of(60).contains("<ttl>60</ttl>"));
    assert!(!of(0).contains("<ttl>"));
}

#[test]
fn every_channel_field_is_written() {
    let text = |name: &str| {
        String::from_utf8(format(name).unwrap().write(&rich(), Layout::Compact).unwrap()).unwrap()
    };
    for part in [
        "rel=\"self\"",
        "href=\"https://news.example/feeds/rss.xml\"",
        "rel=\"hub\"",
        "<language>en</language>",
        "<copyright>© Ann</copyright>",
        "<managingEditor>ann@site.example (Ann Ray)</managingEditor>",
        "<image><url>https://site.example/i.png</url>",
        "<docs>https://www.rssboard.org/rss-specification</docs>",
        "<dc:creator>Bo &amp; Co</dc:creator>",
    ] {
        assert!(text("rss").contains(part), "{part}");
    }
    for part in [
        "<id>https://news.example/feeds/</id>",
        "href=\"https://news.example/feeds/atom.xml\"",
        "xml:lang=\"en\"",
        "<author><name>Ann Ray</name>",
        "<rights>© Ann</rights>",
        "<icon>https://site.example/i.png</icon>",
        "<subtitle>All of it</subtitle>",
        "href=\"https://hub.example/\"",
    ] {
        assert!(text("atom").contains(part), "{part}");
    }
    let json: serde_json::Value = serde_json::from_str(&text("json")).unwrap();
    assert_eq!(json["feed_url"], "https://news.example/feeds/feed.json");
    assert_eq!(json["hubs"][0]["url"], "https://hub.example/");
    assert_eq!(json["authors"][0]["url"], "mailto:ann@site.example");
    assert_eq!(json["items"][1]["image"], "https://cdn.example/p.jpg?a=1&b=2");
    assert_eq!(json["items"][2]["content_text"], "");
}

#[test]
fn an_atom_feed_always_has_an_author_and_an_empty_feed_is_valid() {
    let mut feed = feed(vec![]);
    feed.author = None;
    let text = String::from_utf8(format("atom").unwrap().write(&feed, Layout::Compact).unwrap()).unwrap();
    assert!(text.contains("<author><name>site.example</name></author>"));
    assert_eq!(read(&feed, Layout::Indented).map(|r| r.len()), [0, 0, 0]);
}

proptest! {
    #[test]
    fn any_title_and_url_survive_a_round_trip_through_each_format(title in any::<String>(), path in any::<String>()) {
        let title = xml_line(&title);
        let mut link = url("https://site.example/");
        link.set_path(&path);
        link.set_query(Some(&path));
        for layout in [Layout::Indented, Layout::Compact] {
            for read in read(&feed(vec![entry(link.as_str(), &title)]), layout) {
                prop_assert_eq!(&read[0].title, &title);
                prop_assert_eq!(read[0].link.as_str(), link.as_str());
                prop_assert_eq!(read[0].id.as_str(), link.as_str());
            }
        }
    }
}

fn written(name: &str, feed: &Feed, layout: Layout) -> String {
    let feed = Feed { title: "News".to_owned(), ..feed.clone() };
    let bytes = format(name).unwrap().write(&feed, layout).unwrap();
    let findings = crate::check::check(&bytes, crate::check::Options::default());
    assert!(findings.is_empty(), "{name}: {findings:?}");
    String::from_utf8(bytes).unwrap()
}

/// An entry with every field.
fn complete() -> Entry {
    let ann = Person::new("Ann").email("ann@site.example").uri(url("https://ann.example/"));
    entry("https://site.example/a", "A")
        .authors(vec![ann.avatar(url("https://ann.example/a.png"))])
        .language("de")
        .image(
            Image::new(url("https://cdn.example/p.jpg?a=1&b=2")).alt("A \"picture\" > 1").width(8).height(6),
        )
        .banner(url("https://cdn.example/wide.jpg"))
        .enclosures(vec![enclosure("https://cdn.example/a.mp3", Medium::Audio, Some("audio/mpeg"), Some(9))])
}

#[test]
fn every_field_of_an_entry_is_written() {
    for layout in [Layout::Indented, Layout::Compact] {
        let other = entry("https://site.example/b", "B").updated(UnixMs(1_698_786_903_000));
        let feed = feed(vec![other, complete()]);
        let [rss, atom, json] = ["rss", "atom", "json"].map(|name| written(name, &feed, layout));
        for part in [
            "<author>ann@site.example (Ann)</author>",
            "<dc:language>de</dc:language>",
            "<atom:updated>2023-10-31T21:15:02.123Z</atom:updated>",
            "<category>town</category>",
            "<media:thumbnail height=\"6\" url=\"https://cdn.example/p.jpg?a=1&amp;b=2\" width=\"8\"/>",
            "<media:description>A &quot;picture&quot; &gt; 1</media:description>",
            "<enclosure url=\"https://cdn.example/a.mp3\" length=\"9\" type=\"audio/mpeg\"/>",
        ] {
            assert_eq!(
                rss.matches(part).count(),
                if part.contains("category") { 2 } else { 1 },
                "{part}\n{rss}"
            );
        }
        // The author of the feed is that of the entry without one.
        assert_eq!(rss.matches("<dc:creator>Ann Ray</dc:creator>").count(), 1);
        for part in [
            "<entry xml:lang=\"de\">",
            "<email>ann@site.example</email>",
            "<uri>https://ann.example/</uri>",
            "<media:thumbnail height=\"6\" url=\"https://cdn.example/p.jpg?a=1&amp;b=2\" width=\"8\"/>",
            "<link href=\"https://cdn.example/a.mp3\" rel=\"enclosure\" type=\"audio/mpeg\" length=\"9\"/>",
        ] {
            assert_eq!(
                atom.matches(part).count(),
                if part.contains("email") { 2 } else { 1 },
                "{part}\n{atom}"
            );
        }
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let item = &json["items"][1];
        assert_eq!(item["authors"][0]["avatar"], "https://ann.example/a.png");
        assert_eq!(
            (&item["language"], &item["banner_image"]),
            (&"de".into(), &"https://cdn.example/wide.jpg".into())
        );
        assert_eq!(item["image"], "https://cdn.example/p.jpg?a=1&b=2");
        assert_eq!(json["items"][0].get("language"), None);
    }
}

/// `author` holds one mailbox; with `dc:creator` as well the item would have its author twice.
#[test]
fn several_authors_are_creators_in_rss() {
    let mut two = complete();
    two.authors.push(Person::new("Bo"));
    let rss = written("rss", &feed(vec![two]), Layout::Compact);
    assert!(rss.contains("<dc:creator>Ann</dc:creator><dc:creator>Bo</dc:creator>"), "{rss}");
    assert!(!rss.contains("<author>"));
}

#[test]
fn a_language_equal_to_that_of_the_feed_is_not_repeated() {
    let same = entry("https://site.example/a", "A").language("EN");
    let feed = feed(vec![same]);
    assert!(!written("rss", &feed, Layout::Compact).contains("dc:language"));
    assert_eq!(written("atom", &feed, Layout::Compact).matches("xml:lang").count(), 1);
    assert_eq!(written("json", &feed, Layout::Compact).matches("language").count(), 1);
}

/// An image that is both the lead image and an enclosure is named once.
#[test]
fn an_image_that_is_also_a_file_has_one_media_content() {
    let mut both = complete();
    both.enclosures.push(enclosure(
        "https://cdn.example/p.jpg?a=1&b=2",
        Medium::Image,
        Some("image/jpeg"),
        None,
    ));
    let rss = written("rss", &feed(vec![both]), Layout::Compact);
    assert_eq!(rss.matches("<media:content ").count(), 1, "{rss}");
}

/// RSS requires a title or a description; Atom requires the element.
#[test]
fn an_entry_without_a_title_has_none_in_rss_and_json_and_an_empty_one_in_atom() {
    for (summary, description) in [("Some words", "Some words"), ("", "https://site.example/a")] {
        let mut note = entry("https://site.example/a", "").summary(summary);
        if summary.is_empty() {
            note.content = CleanHtml::default();
        }
        let feed = feed(vec![note]);
        let item = |text: String| text.split_once("<item>").unwrap().1.to_owned();
        let rss = item(written("rss", &feed, Layout::Compact));
        assert!(
            !rss.contains("<title>") && rss.contains(&format!("<description><![CDATA[{description}]]>")),
            "{rss}"
        );
        let json: serde_json::Value = serde_json::from_str(&written("json", &feed, Layout::Compact)).unwrap();
        assert_eq!(json["items"][0].get("title"), None);
        let atom = ATOM.write(&feed, Layout::Compact).unwrap();
        // RFC 4287 allows an empty title, but validators advise against it.
        let codes: Vec<_> = crate::check::check(&atom, crate::check::Options::default())
            .into_iter()
            .map(|finding| (finding.meta.code, finding.detail))
            .filter(|(_, detail)| !detail.contains("Views"))
            .collect();
        assert_eq!(codes, [("feed/blank", "`title`".to_owned())]);
        let atom = String::from_utf8(atom).unwrap();
        assert!(atom.split_once("<entry>").unwrap().1.contains("<title></title>"), "{atom}");
    }
}

#[test]
fn hints_for_readers_and_elements_of_the_operator_are_in_the_head() {
    let xml = "<x:y xmlns:x=\"urn:x\">1</x:y>";
    let extra = Extra::default().rss(xml).unwrap().atom(xml).unwrap().json("{\"_x\": {\"y\": 1}}").unwrap();
    let feed = feed(vec![complete()])
        .ttl(60)
        .skip_hours(vec![0, 23])
        .skip_days(vec!["Sunday".to_owned()])
        .extra(extra);
    let rss = String::from_utf8(RSS.write(&feed, Layout::Compact).unwrap()).unwrap();
    for part in [
        "<ttl>60</ttl>",
        "<skipHours><hour>0</hour><hour>23</hour></skipHours>",
        "<skipDays><day>Sunday</day></skipDays>",
        &format!("<generator>feedmill</generator>{xml}"),
    ] {
        assert!(rss.contains(part), "{part}\n{rss}");
    }
    let atom = String::from_utf8(ATOM.write(&feed, Layout::Indented).unwrap()).unwrap();
    assert!(atom.contains(&format!("feedmill</generator>\n  {xml}\n")), "{atom}");
    let json: serde_json::Value =
        serde_json::from_slice(&JSON.write(&feed, Layout::Compact).unwrap()).unwrap();
    assert_eq!(json["_x"]["y"], 1);
    for format in FORMATS {
        let document = format.write(&feed, Layout::Indented).unwrap();
        assert!(format.is_ours(&String::from_utf8(document).unwrap()), "{}", format.name());
    }
}

#[test]
fn elements_of_the_operator_are_in_each_entry() {
    let extra = Extra::default().rss("<comments>https://a.example/</comments>").unwrap();
    let extra = extra.atom("<x:y xmlns:x=\"urn:x\"/>").unwrap().json("{\"_x\": 1}").unwrap();
    let feed = feed(vec![Entry { extra, ..complete() }, complete()]);
    for (layout, rss_end, atom_end) in [
        (
            Layout::Indented,
            "\n      <comments>https://a.example/</comments>\n    </item>\n",
            "\n    <x:y xmlns:x=\"urn:x\"/>\n  </entry>\n",
        ),
        (
            Layout::Compact,
            "><comments>https://a.example/</comments></item>",
            "><x:y xmlns:x=\"urn:x\"/></entry>",
        ),
    ] {
        let rss = String::from_utf8(RSS.write(&feed, layout).unwrap()).unwrap();
        assert!(rss.contains(rss_end) && rss.matches("<comments>").count() == 1, "{rss}");
        let atom = String::from_utf8(ATOM.write(&feed, layout).unwrap()).unwrap();
        assert!(atom.contains(atom_end) && atom.matches("<x:y").count() == 1, "{atom}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&JSON.write(&feed, Layout::Compact).unwrap()).unwrap();
    assert_eq!((&json["items"][0]["_x"], json["items"][1].get("_x")), (&1.into(), None));
    assert_eq!(read(&feed, Layout::Indented).map(|entries| entries.len()), [2, 2, 2]);
}

#[test]
fn a_generator_with_an_address_is_ours_too() {
    assert!(has_our_generator("<generator uri=\"https://mill.example/\">feedmill</generator>"));
    assert!(has_our_generator("<generator>feedmill</generator>"));
    assert!(!has_our_generator("<generator>other</generator><title>feedmill</title>"));
}
