//! Inputs that once had a wrong result: each with its class, and others of the class.

use super::*;

/// Codes of the errors and warnings of a document, without those of the template.
fn codes(document: &[u8]) -> Vec<&'static str> {
    let options = Options { now: Some(UnixMs(1_790_000_000_000)), ..Options::default() };
    let found = check(document, options).into_iter().filter(|d| d.severity > Severity::Note);
    found.map(|d| d.meta.code).collect()
}

fn channel(inside: &str) -> String {
    format!(
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:podcast=\"https://podcastindex.org/namespace/1.0\" \
         xmlns:media=\"http://search.yahoo.com/mrss/\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" \
         xmlns:georss=\"http://www.georss.org/georss\" xmlns:gml=\"http://www.opengis.net/gml\">\
         <channel><title>Town</title><link>https://town.example/</link><description>News</description>\
         <atom:link rel=\"self\" href=\"https://town.example/feed.xml\"/>{inside}</channel></rss>"
    )
}

fn item(inside: &str) -> String {
    channel(&format!("<item><title>One</title><guid>https://town.example/1</guid>{inside}</item>"))
}

fn entry(inside: &str) -> String {
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\"><id>https://town.example/</id><title>Town</title>\
         <updated>2023-10-31T21:15:02Z</updated><link rel=\"self\" href=\"https://town.example/feed.xml\"/>\
         <author><name>Ann</name></author><entry><title>One</title><updated>2023-10-31T21:15:02Z</updated>{inside}</entry></feed>"
    )
}

fn whole_entry(inside: &str) -> String {
    entry(&format!("<id>https://town.example/1</id>{inside}"))
}

/// Compares the codes of each document with the expected ones.
fn compare(cases: &[(String, &[&str])]) {
    for (document, expected) in cases {
        assert_eq!(codes(document.as_bytes()), *expected, "{document}");
    }
}

const JSON: &str = "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"To\u{e9}wn\", \
                    \"feed_url\": \"https://town.example/feed.json\", \"items\": []}";

#[test]
fn json_that_no_parser_accepts_is_an_error() {
    assert!(codes(JSON.as_bytes()).is_empty());
    let expected = ["json/not-well-formed"];
    for (from, to) in [
        ("Town", "To\nwn"),
        ("Town", "To\twn"),
        ("Town", "To\u{0}wn"),
        ("\"items\": []", "\"items\":\u{a0}[]"),
        ("\"items\": []", "\"items\":\u{b}[]"),
        ("\"items\": []", "\"items\": [], \"_x\": 01"),
        ("\"items\": []}", "\"items\": []}\u{2028}"),
    ] {
        let broken = JSON.replace("To\u{e9}wn", "Town").replace(from, to);
        assert_eq!(codes(broken.as_bytes()), expected, "{broken:?}");
    }
    let latin_1: Vec<u8> = JSON.chars().map(|c| u32::from(c) as u8).collect();
    assert_eq!(codes(&latin_1), expected);
    let units = || JSON.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    assert_eq!(codes(&little), expected);
    assert_eq!(codes(&big), expected);
    assert_eq!(codes(&[&[0xff, 0xfe][..], &little].concat()), expected);
    let wide: Vec<u8> = JSON.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    assert_eq!(codes(&wide), expected);
    assert_eq!(codes(&[b"\xef\xbb\xbf", JSON.as_bytes()].concat()), ["json/byte-order-mark"]);
}

#[test]
fn children_of_extensions_are_no_errors_of_rss() {
    compare(&[
        (
            channel(
                "<podcast:liveItem status=\"live\" start=\"2023-10-31T21:15:02Z\"><title>Live</title>\
                 <guid>https://town.example/live</guid><enclosure url=\"https://town.example/live.mp3\" length=\"0\" type=\"audio/mpeg\"/></podcast:liveItem>",
            ),
            &[],
        ),
        (
            item(
                "<media:scenes><media:scene><sceneTitle>A</sceneTitle><sceneStartTime>00:15</sceneStartTime></media:scene></media:scenes>",
            ),
            &[],
        ),
        (
            whole_entry(
                "<link href=\"https://town.example/1\"/><media:scenes xmlns:media=\"http://search.yahoo.com/mrss/\"><media:scene><sceneTitle>A</sceneTitle></media:scene></media:scenes><content>1</content>",
            ),
            &[],
        ),
        (
            item(
                "<media:scenes><media:scene><media:sceneTitle>A</media:sceneTitle><sceneEndTime>00:00:45</sceneEndTime></media:scene></media:scenes>",
            ),
            &[],
        ),
        (
            channel(
                "<snf:logo xmlns:snf=\"http://www.smartnews.be/snf\"><url>https://town.example/l.png</url></snf:logo>",
            ),
            &[],
        ),
        (item("<media:content url=\"https://town.example/1.mp4\"><title>One</title></media:content>"), &[]),
        (
            item("<x:book xmlns:x=\"https://town.example/ns\"><x:by><author>Ann</author></x:by></x:book>"),
            &["xml/undefined-namespace"],
        ),
        // The elements of RSS itself are still checked.
        (channel("<titel>Town</titel>"), &["feed/undefined-element"]),
        (item("<media:community><media:stars/></media:community>"), &["feed/undefined-element"]),
    ]);
}

#[test]
fn a_category_of_atom_may_hold_undefined_content() {
    let content = "<content>Hello</content>";
    compare(&[
        (
            whole_entry(&format!(
                "{content}<category term=\"x\"><a:foo xmlns:a=\"https://town.example/ns\"/></category>"
            )),
            &["xml/undefined-namespace"],
        ),
        (
            whole_entry(&format!(
                "{content}<category term=\"x\"><p xmlns=\"http://www.w3.org/1999/xhtml\">X</p></category>"
            )),
            &[],
        ),
        (whole_entry(&format!("{content}<category term=\"x\">X</category>")), &["atom/category-not-empty"]),
        (whole_entry(&format!("{content}<category term=\"x\">\n</category>")), &[]),
        (
            whole_entry(&format!("{content}<category term=\"x\"><name>X</name></category>")),
            &["feed/undefined-element"],
        ),
    ]);
}

#[test]
fn metadata_in_a_drawing_may_be_of_any_vocabulary() {
    let drawing = |inside: &str| {
        whole_entry(&format!(
            "<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg></div></content>"
        ))
    };
    let rdf = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
               xmlns:cc=\"http://web.resource.org/cc/\"><cc:Work rdf:about=\"\"><dc:format>image/svg+xml</dc:format>\
               <dc:creator><cc:Agent><dc:title>Ann</dc:title></cc:Agent></dc:creator></cc:Work></rdf:RDF>";
    compare(&[
        (drawing(&format!("<metadata>{rdf}</metadata><path d=\"M0 0\"/>")), &[]),
        (drawing(&format!("<metadata id=\"m\"><g>{rdf}</g></metadata>")), &["feed/undefined-element"]),
        (drawing("<metadata><note xmlns=\"\">x</note></metadata>"), &[]),
        (drawing("<script>alert(1)</script>"), &["html/risk"]),
        (
            whole_entry(
                "<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><math xmlns=\"http://www.w3.org/1998/Math/MathML\">\
                 <semantics><mi>x</mi><annotation-xml encoding=\"RDF\"><dc:title xmlns:dc=\"http://purl.org/dc/elements/1.1/\">x</dc:title></annotation-xml></semantics></math></div></content>",
            ),
            &[],
        ),
    ]);
}

#[test]
fn a_date_without_a_zone_of_rfc_822_is_an_error_with_its_reason() {
    for (date, reason) in [
        ("Tue, 31 Oct 2023 21:15:02", "no time zone; write `Tue, 31 Oct 2023 21:15:02 GMT` if it is in UTC"),
        ("31 Oct 2023 21:15 UTC", "RFC 822 has no zone `UTC`; write `Tue, 31 Oct 2023 21:15:00 GMT`"),
        ("Tue, 31 Oct 2023 21:15:02 Europe/Berlin", "`Europe/Berlin` is not a time zone"),
        (
            "Tue, 31 Oct 2023 21:15:02 GMT+0100",
            "RFC 822 has no zone `GMT+0100`; write `Tue, 31 Oct 2023 21:15:02 +0100`",
        ),
    ] {
        let found = found(&item(&format!("<pubDate>{date}</pubDate>")), None);
        let about: Vec<_> = found.iter().filter(|d| d.meta.code == "date/rfc822").collect();
        assert!(about.len() == 1 && about[0].severity == Severity::Error, "{found:?}");
        assert_eq!(about[0].detail, format!("`pubDate` is `{date}`: {reason}"));
    }
}

fn rdf(namespace: &str, inside: &str) -> String {
    format!(
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"{namespace}\">{inside}</rdf:RDF>"
    )
}

#[test]
fn rss_1_and_0_90_have_rules_and_other_rdf_is_not_a_feed() {
    const RSS_1: &str = "http://purl.org/rss/1.0/";
    const RSS_090: &str = "http://my.netscape.com/rdf/simple/0.9/";
    let head = "<title>Town</title><link>https://town.example/</link><description>News</description>";
    let one = "<item rdf:about=\"https://town.example/1\"><title>One</title><link>https://town.example/1</link></item>";
    let with = |items: &str, inside: &str| {
        rdf(
            RSS_1,
            &format!("<channel rdf:about=\"https://town.example/rss\">{head}{items}</channel>{inside}"),
        )
    };
    let list = "<items><rdf:Seq><rdf:li resource=\"https://town.example/1\"/></rdf:Seq></items>";
    let dc = one.replace(
        "</item>",
        "<dc:date xmlns:dc=\"http://purl.org/dc/elements/1.1/\">yesterday</dc:date></item>",
    );
    compare(&[
        (rdf("http://xmlns.com/foaf/0.1/", "<Person><name>Ann</name></Person>"), &["feed/unknown-root"]),
        (rdf("http://www.w3.org/2004/02/skos/core#", ""), &["feed/unknown-root"]),
        (
            rdf(
                RSS_090,
                &format!(
                    "<channel>{head}</channel><item><title>One</title><link>https://town.example/1</link></item>"
                ),
            ),
            &[],
        ),
        (
            rdf(RSS_090, "<channel><title>Town</title></channel><item><title>One</title></item>"),
            &["feed/missing-element"; 3],
        ),
        (with(list, one), &[]),
        (with("", one), &["feed/missing-element", "rss1/unlisted-item"]),
        (with(list, ""), &["rss1/no-such-item", "rss1/no-item"]),
        (
            with(list, &one.replace("rdf:about", "id")),
            &["rss1/no-such-item", "feed/missing-attribute", "feed/unexpected-attribute"],
        ),
        (with(list, &one.replace("<title>One</title>", "")), &["feed/missing-element"]),
        (with(list, &dc), &["date/w3cdtf"]),
        (with(list, &format!("{one}<item xmlns=\"\"><title>Two</title></item>")), &["xml/missing-namespace"]),
        (rdf(RSS_1, one), &["feed/missing-element"]),
    ]);
}

#[test]
fn rss_0_91_has_required_elements_and_no_later_ones() {
    let feed = |version: &str, inside: &str| {
        format!(
            "<rss version=\"{version}\"><channel><title>Town</title><link>https://town.example/</link>\
             <description>News</description>{inside}</channel></rss>"
        )
    };
    let link = "<link>https://town.example/1</link>";
    compare(&[
        (feed("0.91", &format!("<language>en</language><item><title>One</title>{link}</item>")), &[]),
        (feed("0.91", "<language>en</language><item><title>One</title></item>"), &["rss/old-required"]),
        (feed("0.91", ""), &["rss/old-required"]),
        (feed("0.92", "<item><description>One</description></item>"), &[]),
        (
            feed(
                "0.92",
                "<item><title>1</title><guid>https://town.example/1</guid></item><item><title>2</title><guid>https://town.example/2</guid></item>",
            ),
            &["rss/later-element"],
        ),
        (feed("0.93", "<item><title>1</title><pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate></item>"), &[]),
    ]);
}

#[test]
fn elements_that_hold_nothing_hold_nothing() {
    let enclosure = |inside: &str| {
        item(&format!(
            "<enclosure url=\"https://town.example/1.mp3\" length=\"1\" type=\"audio/mpeg\">{inside}</enclosure>"
        ))
    };
    compare(&[
        (enclosure("https://town.example/1.mp3"), &["feed/unexpected-text"]),
        (enclosure("<![CDATA[x]]>"), &["feed/unexpected-text"]),
        (enclosure("<url>https://town.example/1.mp3</url>"), &["feed/undefined-element"]),
        (enclosure("\n <!-- none -->\n"), &[]),
        (
            channel(
                "<cloud domain=\"town.example\" port=\"80\" path=\"/rpc\" registerProcedure=\"a\" protocol=\"soap\"><port>80</port></cloud>",
            ),
            &["feed/undefined-element"],
        ),
        (
            item("<media:thumbnail url=\"https://town.example/1.png\">x</media:thumbnail>"),
            &["feed/unexpected-text"],
        ),
        (
            item("<media:rights status=\"official\"><media:text>x</media:text></media:rights>"),
            &["feed/undefined-element"],
        ),
    ]);
}

#[test]
fn html_has_formulas_and_drawings() {
    let html = |inside: &str| item(&format!("<description><![CDATA[{inside}]]></description>"));
    compare(&[
        (
            html("<p><math><mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mn>2</mn></mfrac></math></p>"),
            &[],
        ),
        (
            html(
                "<svg viewBox='0 0 1 1'><linearGradient id='a'><stop/></linearGradient><font-face/><title>x</title><foreignObject><p>x</p></foreignObject></svg>",
            ),
            &[],
        ),
        (
            html(
                "<math><semantics><mi>x</mi><annotation-xml encoding='MathML-Content'><apply><csymbol>x</csymbol></apply></annotation-xml></semantics></math>",
            ),
            &[],
        ),
        (html("<mrow>x</mrow>"), &["html/not-well-formed"]),
        (html("<svg><blob/></svg>"), &["html/not-well-formed"]),
        (html("<svg><script>alert(1)</script></svg>"), &["html/risk"]),
    ]);
}

#[test]
fn a_reference_ends_at_a_letter_of_any_script() {
    let title = |text: &str| {
        channel(&format!("<item><title>{text}</title><guid>https://town.example/1</guid></item>"))
    };
    let summary = |text: &str| whole_entry(&format!("<content>Hello</content><summary>{text}</summary>"));
    compare(&[
        (title("H&amp;M门店"), &[]),
        (summary("H&amp;M门店"), &[]),
        (summary("А&amp;Б"), &[]),
        (summary("R&amp;D_2 and x&amp;y1"), &[]),
        (summary("Tom &amp;amp; Ann"), &["html/undeclared"]),
        (summary("5 &amp;#8364;"), &["html/undeclared"]),
        (title("Tom &amp;eacute;té"), &["html/in-text"]),
        (title("From &#x3C;b> to &#x3C;/b> &#x26;amp; &quot;back&quot;"), &[]),
        (summary("From &#x3C;b&gt; to &#x3C;/b&gt; &#x26;amp;"), &[]),
        (title("From &#x3C;b> to &lt;/b>"), &["html/in-text"]),
        (title("From &#x3C;b> to <![CDATA[</b>]]>"), &["html/in-text"]),
        (summary("From &#x3C;b> to &#60;/b>"), &["html/undeclared"]),
    ]);
}

#[test]
fn the_id_of_an_entry_may_be_its_link() {
    let with = |id: &str, href: &str| {
        entry(&format!("<id>{id}</id><link href=\"{href}\"/><content>Hello</content>"))
    };
    compare(&[
        (with("https://town.example/caf%e6", "https://town.example/caf%e6"), &[]),
        (with("https://Town.example/%7Eann", "https://Town.example/%7Eann"), &[]),
        (with("https://town.example/caf%e6", "https://town.example/"), &[]),
        (with("https://Town.example/", "https://town.example/"), &["url/not-canonical"]),
        (with("https://town.example/a b", "https://town.example/a b"), &["url/character", "url/character"]),
    ]);
    let found = found(&with("https://town.example/caf%e6", "https://town.example/"), None);
    assert!(found.iter().any(|d| d.meta.code == "url/lowercase-escape"), "{found:?}");
}

#[test]
fn media_rss_and_places_are_checked_to_their_leaves() {
    compare(&[
        (
            item(
                "<media:community><media:starRating average=\"3.5\" count=\"20\" min=\"1\" max=\"10\"/><media:statistics views=\"5\" favorites=\"4\"/>\
                 <media:tags>news: 5, abc:3, town</media:tags></media:community><media:comments><media:comment>Good</media:comment></media:comments>\
                 <media:embed url=\"https://town.example/p.swf\" width=\"512\" height=\"323\"><media:param name=\"type\">x</media:param></media:embed>\
                 <media:responses><media:response>https://town.example/2</media:response></media:responses>\
                 <media:backLinks><media:backLink>https://town.example/3</media:backLink></media:backLinks>\
                 <media:status state=\"active\"/><media:price type=\"rent\" price=\"19.99\" currency=\"EUR\"/>\
                 <media:license type=\"text/html\" href=\"https://town.example/license\">Open</media:license>\
                 <media:subTitle type=\"application/smil\" lang=\"en-us\" href=\"https://town.example/s.smil\"/>\
                 <media:peerLink type=\"application/x-bittorrent\" href=\"https://town.example/1.torrent\"/>\
                 <media:location description=\"Home\" start=\"00:01\" end=\"01:00\"><georss:where><gml:Point><gml:pos>35.669998 139.770004</gml:pos></gml:Point></georss:where></media:location>\
                 <media:rights status=\"userCreated\"/>",
            ),
            &[],
        ),
        (item("<media:location start=\"0:1\"/>"), &["media/time"]),
        (
            item(
                "<media:scenes><media:scene><sceneTitle>One</sceneTitle><sceneStartTime>00:15</sceneStartTime>\
                 <sceneEndTime>1:00:45</sceneEndTime></media:scene></media:scenes>",
            ),
            &[],
        ),
        (
            item(
                "<media:community><media:starRating count=\"0\" average=\"0.00\" min=\"1\" max=\"5\"/></media:community>",
            ),
            &[],
        ),
        (
            item(
                "<media:community><media:starRating count=\"2\" average=\"0.00\" min=\"1\" max=\"5\"/></media:community>",
            ),
            &["media/star-rating"],
        ),
        (
            item(
                "<media:content url=\"https://town.example/1.mp3\" type=\"\" fileSize=\"\" duration=\"1:30\"/>",
            ),
            &["feed/blank-attribute", "feed/blank-attribute", "media/duration"],
        ),
        (
            item("<media:content url=\"https://town.example/1.mp3\" medium=\"Audio\" duration=\"90 s\"/>"),
            &["media/medium", "number/decimal"],
        ),
        (item("<media:backLinks><media:backLink>no</media:backLink></media:backLinks>"), &["url/relative"]),
        (
            item("<media:community><media:statistics views=\"many\"/></media:community>"),
            &["number/not-negative"],
        ),
        (item("<media:subTitle type=\"application/smil\"/>"), &["feed/missing-attribute"]),
        (
            item("<media:location><georss:point>139.77 35.67</georss:point></media:location>"),
            &["geo/latitude"],
        ),
        (item("<georss:point>52.5 213.4</georss:point>"), &["geo/longitude"]),
        (item("<georss:where/>"), &["feed/missing-element"]),
        (
            item(
                "<georss:where><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>1 2 3 4 5 6</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></georss:where>",
            ),
            &["geo/polygon"],
        ),
        (
            item(
                "<georss:where><gml:Point srsName=\"EPSG:3857\"><gml:pos>5800000 1490000</gml:pos></gml:Point></georss:where>",
            ),
            &[],
        ),
        (
            item(
                "<georss:where><gml:Envelope><gml:lowerCorner>1 2</gml:lowerCorner></gml:Envelope></georss:where>",
            ),
            &["feed/missing-element"],
        ),
        (item("<georss:line elev=\"high\">1 2 3 4</georss:line>"), &["number/decimal"]),
    ]);
}

#[test]
fn a_web_page_is_recognized_and_its_feeds_are_named() {
    let page = "<!DOCTYPE html>\n<title>Town</title><link rel=alternate type=\"application/rss+xml\" href=\"https://town.example/rss.xml\"><p>a & b<br>";
    let found = found(page, None);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0].message(),
        "not a feed: this is a web page; its feed is `https://town.example/rss.xml`"
    );
    for page in
        ["<html><p>Not found", "<?xml version=\"1.0\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\"/>"]
    {
        assert_eq!(codes(page.as_bytes()), ["feed/unknown-root"]);
    }
}

#[test]
fn rss_1_0_may_name_what_is_elsewhere() {
    let document = |about: &str, resource: &str, name: &str| {
        format!(
            "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">\
             <channel rdf:about=\"{about}\"><title>Town</title><link>https://town.example/</link><description>News</description>\
             <image rdf:resource=\"https://town.example/logo.png\"/><items><rdf:Seq><rdf:li rdf:resource=\"{resource}\"/></rdf:Seq></items>\
             <textinput rdf:resource=\"https://town.example/s\"/></channel>\
             <image rdf:about=\"https://town.example/logo.png\"><title>Town</title><url>https://town.example/logo.png</url><link>https://town.example/</link></image>\
             <item rdf:about=\"https://town.example/1\"><title>One</title><link>https://town.example/1</link></item>\
             <textinput rdf:about=\"https://town.example/s\"><title>Search</title><description>Search</description><name>{name}</name><link>https://town.example/s</link></textinput></rdf:RDF>"
        )
    };
    compare(&[
        (document("", "https://town.example/1", "q"), &[]),
        (document("rss", "https://town.example/1", "q[a b]"), &[]),
        (document("https://town.example/a b", "https://town.example/1", "q"), &["url/character"]),
        (document("rss", "https://town.example/1", "1"), &["rss/text-input-name"]),
        (document("rss", "https://town.example/2", "q"), &["rss1/no-such-item", "rss1/unlisted-item"]),
    ]);
    let found = found(&document("rss", "https://town.example/2", "q"), None);
    assert!(found.iter().all(|d| d.severity < Severity::Error), "{found:?}");
}

#[test]
fn a_document_is_read_in_spite_of_its_first_bytes() {
    let feed = item("<pubDate>yesterday</pubDate>");
    let wide: Vec<u8> = feed.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(codes(&wide), ["date/rfc822"]);
    let wide: Vec<u8> = feed.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(codes(&wide), ["date/rfc822"]);
    // Latin-1, which is declared after a blank line.
    let late = format!("\n<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>{}", item("<title>é</title>"));
    let bytes: Vec<u8> = late.chars().map(|c| u32::from(c) as u8).collect();
    assert_eq!(codes(&bytes), ["xml/not-well-formed", "feed/duplicate-element"]);
    let nested = feed.replace("<pubDate>", "<?xml version=\"1.0\"?><pubDate>");
    assert_eq!(codes(nested.as_bytes()), ["xml/not-well-formed"]);
}

#[test]
fn a_declaration_is_one_that_every_parser_accepts() {
    let rest =
        item("<title>One</title>").replace("<title>One</title><title>One</title>", "<title>One</title>");
    let errors = |declaration: &str| {
        let found = found(&format!("{declaration}{rest}"), None);
        let found: Vec<_> =
            found.into_iter().filter(|d| d.severity == Severity::Error).map(|d| d.meta.code).collect();
        found.into_iter().filter(|code| !code.starts_with("feed/")).collect::<Vec<_>>()
    };
    for bad in [
        "<?xml?>",
        "<?xml encoding='utf-8'?>",
        "<?xml version='1.0' encoding=utf-8?>",
        "<?xml version='1.0' encoding=utf-8 standalone='no'?>",
        "<?xml version='1.0' encoding=''?>",
        "<?xml version='1.0' encoding='UTF-8 '?>",
        "<?xml encoding='utf-8' version='1.0'?>",
        "<?xml version='1.0'encoding='utf-8'?>",
        "<?xml version='1.0' standalone='maybe'?>",
        "<?xml version='1.0' author='Ann'?>",
        "<? xml version='1.0'?>",
        "<? a?>",
    ] {
        assert_eq!(errors(bad), ["xml/not-well-formed"], "{bad}");
    }
    assert!(errors("<?xml version = \"1.0\"\n encoding='us-ascii' standalone='yes' ?>\n<?a?><?xml-stylesheet href='a'?>").is_empty());
    let wide = |text: &str, mark: &str| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let declared = format!("<?xml version='1.0' encoding='UTF-16'?>{rest}");
    assert!(codes(&wide(&declared, "")).contains(&"xml/encoding"));
    assert!(!codes(&wide(&declared, "\u{feff}")).contains(&"xml/encoding"));
}

#[test]
fn markup_that_no_parser_accepts_is_an_error() {
    let with = |before: &str, inside: &str| format!("{before}{}", channel(inside));
    for (before, inside) in [
        ("<!-- x --->", ""),
        ("<!doctype rss>", ""),
        ("<!DOCTYPE rss FOO \"x\">", ""),
        ("<!DOCTYPE rss [<!ENTITY a \"100%\">]>", ""),
        ("<!DOCTYPE rss [<!ENTITY a SYSTEM 'b' NDATA c>]>", "<copyright>&a;</copyright>"),
        ("<?a:b?>", ""),
        ("", "<copyright>&#+68;</copyright>"),
        ("", "<copyright>&#x+44;</copyright>"),
        ("", "<x:y xmlns:x='http://www.w3.org/XML/1998/namespace'/>"),
        ("", "<x xmlns='http://www.w3.org/2000/xmlns/'/>"),
        ("", "<x:y xmlns:x='http://www.w3.org/2005/Atom' xmlns:xml='https://x.example/'/>"),
        ("", "<x:y xmlns:x='http://www.w3.org/2005/Atom' xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>"),
        ("", "<itunes:1/>"),
        ("", "<itunes:.a/>"),
        ("", "<item itunes:-a='x'/>"),
        ("", "<a\u{aa}/>"),
        ("", "<a①/>"),
    ] {
        let found = codes(with(before, inside).as_bytes());
        assert!(found.contains(&"xml/not-well-formed"), "{before} {inside} {found:?}");
    }
    let language = "<language xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'>en</language>";
    compare(&[(with("<!-- x - -->", language), &[])]);
}

#[test]
fn scripts_in_drawings_and_pages_are_risks() {
    const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>";
    let div = |inside: &str| {
        let div = format!("<div xmlns='http://www.w3.org/1999/xhtml'>{inside}</div>");
        whole_entry(&format!("<content type='xhtml'>{div}</content>"))
    };
    let of_type = |kind: &str, inside: &str| {
        whole_entry(&format!("<summary>x</summary><content type='{kind}'>{inside}</content>"))
    };
    let page = |inside: &str| {
        of_type(
            "application/xhtml+xml",
            &format!("<html xmlns='http://www.w3.org/1999/xhtml'>{inside}</html>"),
        )
    };
    compare(&[
        (of_type("image/svg+xml", &format!("{SVG}<path d='M0 0'/></svg>")), &[]),
        (of_type("image/svg+xml", &format!("{SVG}<script>x</script></svg>")), &["html/risk"]),
        (of_type("application/xml", &format!("{SVG}<script>x</script></svg>")), &["html/risk"]),
        (page("<head><title>x</title></head><body><p>x</p></body>"), &[]),
        (
            page("<head><title>x</title></head><body onload='x'><script>x</script></body>"),
            &["html/risk-attribute", "html/risk"],
        ),
        (div(&format!("{SVG}<a xlink:href='#x' style='color:red'/></svg>")), &[]),
        (div(&format!("{SVG}<g style='fill:red; stroke-width:2'/></svg>")), &[]),
        (div(&format!("{SVG}<g style='fill:red; position:fixed'/></svg>")), &["html/style"]),
        (div(&format!("{SVG}<a href='javascript:x'/></svg>")), &["html/risk-attribute"]),
        (div(&format!("{SVG}<a xlink:href='javascript:x'/></svg>")), &["html/risk-attribute"]),
        (div(&format!("{SVG}<g onclick='x'/></svg>")), &["html/risk-attribute"]),
        (
            div("<math xmlns='http://www.w3.org/1998/Math/MathML'><mi href='javascript:x'/></math>"),
            &["html/risk-attribute"],
        ),
        (div("<P>x</P>"), &["html/not-well-formed"]),
        (div("<SCRIPT>x</SCRIPT>"), &["html/risk"]),
        (div("x<BR/>"), &["html/not-well-formed"]),
        (div("<town-clock/>"), &["html/risk"]),
        (div("<html><body>x</body></html>"), &["html/risk"]),
    ]);
}

#[test]
fn a_text_of_atom_has_a_value() {
    let text = |content: &str| whole_entry(&format!("<summary>x</summary>{content}"));
    const DIV: &str = "<div xmlns='http://www.w3.org/1999/xhtml'";
    compare(&[
        (text("<content type='xhtml'/>"), &["atom/missing-div"]),
        (text("<content type='xhtml'> </content>"), &["atom/missing-div"]),
        (text(&format!("<content type='xhtml'>{DIV}/></content>")), &["feed/blank"]),
        (text(&format!("<rights type='xhtml'>{DIV}> </div></rights><content>x</content>")), &["feed/blank"]),
        (text(&format!("<content type='xhtml'>{DIV}><hr/></div></content>")), &[]),
        (text("<content> </content>"), &["feed/blank"]),
        (text("<content type='html'> </content>"), &["feed/blank"]),
        (
            text(
                "<content src='https://town.example/1.xml' type='application/xml'><b xmlns='http://www.w3.org/2005/Atom'/></content>",
            ),
            &["feed/undefined-element"],
        ),
    ]);
    let entity = format!("<!DOCTYPE feed [<!ENTITY d '{}'>]>", "x".repeat(300));
    let unread = text(&format!("<content type='xhtml'>{DIV}>&d;</div></content>"));
    compare(&[(format!("{entity}{unread}"), &[])]);
}

#[test]
fn values_of_extensions_are_checked() {
    const GML: &str = "http://www.opengis.net/gml";
    let place = |inside: &str| item(&format!("<georss:where>{inside}</georss:where>"));
    let cloud = |port: &str, protocol: &str| {
        channel(&format!(
            "<cloud domain='town.example' port='{port}' path='/' registerProcedure='' protocol='{protocol}'/>"
        ))
    };
    let dated = |name: &str, prefix: &str, ns: &str| {
        channel(&format!("<{prefix}:{name} xmlns:{prefix}='{ns}'>1890-01-01</{prefix}:{name}>"))
    };
    const TERMS: &str = "http://purl.org/dc/terms/";
    const SY: &str = "http://purl.org/rss/1.0/modules/syndication/";
    let ring = "<gml:exterior><gml:LinearRing><gml:posList srsDimension='3'>1 1 5 1 2 5 2 2 5 1 1 5</gml:posList></gml:LinearRing></gml:exterior>";
    let link = |rel: &str| {
        whole_entry(&format!("<content>x</content><link rel='{rel}' href='https://town.example/2'/>"))
    };
    assert!(item("").contains(GML));
    compare(&[
        (place("<gml:Polygon><gml:exterior/></gml:Polygon>"), &["feed/missing-element"]),
        (
            place("<gml:Polygon><gml:exterior><gml:LinearRing/></gml:exterior></gml:Polygon>"),
            &["feed/missing-element"],
        ),
        (place(&format!("<gml:Polygon>{ring}<gml:interior/></gml:Polygon>")), &["feed/missing-element"]),
        (place(&format!("<gml:Polygon>{ring}</gml:Polygon>")), &[]),
        (place("<gml:Point srsDimension='3'><gml:pos>1 2 3</gml:pos></gml:Point>"), &[]),
        (place("<gml:Point srsDimension='3'><gml:pos>1 2</gml:pos></gml:Point>"), &["geo/point"]),
        (place("<gml:Point><gml:pos>1 2 3</gml:pos></gml:Point>"), &["geo/point"]),
        (cloud("443", "https-post"), &[]),
        (cloud("65536", "soap"), &["rss/cloud"]),
        (cloud("80", "ftp"), &["rss/cloud"]),
        (cloud("x", "soap"), &["number/attribute"]),
        (dated("created", "dcterms", TERMS), &[]),
        (dated("issued", "dcterms", TERMS), &[]),
        (dated("modified", "dcterms", TERMS), &["date/implausible"]),
        (dated("updateBase", "sy", SY), &[]),
        (link("http://www.iana.org/assignments/relation/related"), &[]),
        (link("http://www.iana.org/assignments/relation/foo"), &["atom/link-relation"]),
        (link("https://town.example/rel"), &[]),
        (link("P3Pv1"), &[]),
    ]);
    let episode = |inside: &str| {
        let found = codes(item(inside).as_bytes());
        found.into_iter().filter(|code| !code.starts_with("itunes/")).collect::<Vec<_>>()
    };
    for (inside, expected) in [
        ("<itunes:order>1</itunes:order><itunes:isClosedCaptioned>Yes</itunes:isClosedCaptioned>", &[][..]),
        ("<itunes:order>x</itunes:order>", &["number/not-negative"]),
        ("<itunes:isClosedCaptioned>maybe</itunes:isClosedCaptioned>", &["bool/yes-no"]),
        ("<itunes:title/>", &["feed/blank"]),
        ("<itunes:title>&lt;b>x&lt;/b></itunes:title>", &["html/in-text"]),
    ] {
        assert_eq!(episode(inside), expected, "{inside}");
    }
}

#[test]
fn the_document_type_of_version_0_91_has_its_own_name_of_the_text_input() {
    let document = |version: &str| {
        let input = "<language>en</language><textinput><title>Find</title><description>Find</description>\
                     <name>q</name><link>https://town.example/find</link></textinput>";
        channel(input).replace("rss version=\"2.0\"", &format!("rss version=\"{version}\""))
    };
    compare(&[(document("0.91"), &[]), (document("2.0"), &["feed/undefined-element"])]);
}

#[test]
fn a_used_entity_is_well_formed_and_short_ones_are_expanded() {
    let feed = |subset: &str, version: &str, copyright: &str| {
        format!("<!DOCTYPE rss [{subset}]>\n{}", channel(&format!("<copyright>{copyright}</copyright>")))
            .replace("version=\"2.0\"", &format!("version=\"{version}\""))
    };
    let all = |document: String| {
        let is_expected = |code: &str| !matches!(code, "feed/no-language" | "xml/system-entity");
        let found = found(&document, None).into_iter().filter(|d| is_expected(d.meta.code));
        found.map(|d| d.meta.code).collect::<Vec<_>>()
    };
    assert_eq!(all(feed("<!ENTITY v '2.0'>", "&v;", "x")), ["xml/entity"]);
    assert_eq!(all(feed("<!ENTITY a 'Ann &amp; Bo'>", "2.0", "&a; &a;")), ["xml/entity"]);
    assert_eq!(all(feed("<!ENTITY a '<b>x</b>'>", "2.0", "&a;")), ["xml/entity"]);
    assert!(all(feed("<!ENTITY a ' '>", "2.0", "x")).is_empty());
    // Nothing is known about a value with an entity that is not expanded.
    let long = format!("<!ENTITY u \"https://x.example/{}\">", "a".repeat(300));
    for (subset, inside) in [
        (&*long, "<item><title>One</title><link>&u;</link><guid>&u;1</guid></item>"),
        (
            &long,
            "<item><title>One</title><guid>&u;1</guid></item><item><title>Two</title><guid>&u;2</guid></item>",
        ),
        (
            &long,
            "<item><title>&u;</title><guid>https://x.example/1</guid><media:content url=\"&u;\"/></item>",
        ),
        (&long, "<image><url>https://x.example/a.png</url><title>&u;</title><link>&u;</link></image>"),
        (&long, "<skipHours><hour>&u;</hour></skipHours>"),
        (&long, "<atom:link rel=\"related\" href=\"&u;\"/>"),
        ("<!ENTITY u SYSTEM \"u.txt\">", "<item><title>&u;</title><guid>&u;</guid></item>"),
        ("<!ENTITY u \"<title>x</title><guid>https://x.example/1</guid>\">", "<item>&u;</item>"),
    ] {
        let document = format!("<!DOCTYPE rss [{subset}]>\n{}", channel(inside));
        assert_eq!(all(document), ["xml/entity"], "{inside}");
    }
    for bad in [
        "<!ENTITY a '&b;'><!ENTITY b '&a;'>",
        "<!ENTITY a '&zzz;'>",
        "<!ENTITY a '<b>'>",
        "<!ENTITY a '&#38; x'>",
    ] {
        assert_eq!(codes(feed(bad, "2.0", "&a;").as_bytes()), ["xml/not-well-formed"], "{bad}");
        assert!(codes(feed(bad, "2.0", "x").as_bytes()).is_empty(), "{bad}");
    }
    assert_eq!(codes(feed("<!ENTITY a '<b/>'>", "&a;", "x").as_bytes()), ["xml/not-well-formed"]);
}

#[test]
fn a_syntax_error_says_what_to_write() {
    let message = |inside: &str| {
        let found = found(&channel(inside), None);
        let found: Vec<_> = found.iter().filter(|d| d.severity > Severity::Note).collect();
        assert_eq!(found.len(), 1, "{inside}: {found:?}");
        assert_eq!(found[0].meta.code, "xml/not-well-formed");
        (found[0].detail.clone(), found[0].meta.remedy)
    };
    for (inside, detail, remedy) in [
        ("<copyright>Ann & Bo</copyright>", "`&` that begins no reference; write `&amp;`", "write `&amp;`"),
        (
            "<copyright>Ann & Bo; and more</copyright>",
            "`&` that begins no reference; write `&amp;`",
            "write `&amp;`",
        ),
        (
            "<docs>https://town.example/?a=1&b=2</docs>",
            "`&` that begins no reference; write `&amp;`",
            "write `&amp;`",
        ),
        (
            "<category domain=\"a&b\">x</category>",
            "`&` that begins no reference; write `&amp;`",
            "write `&amp;`",
        ),
        (
            "<copyright>&copy; Ann</copyright>",
            "undefined entity `&copy;`; write `&#169;`",
            "write the character itself",
        ),
        (
            "<copyright>&town;</copyright>",
            "undefined entity `&town;`; write `&amp;town;` if it is text",
            "write the character itself",
        ),
        (
            "<copyright>a&#11;b</copyright>",
            "reference to a character that XML forbids: `&#11;`; remove it",
            "remove the character",
        ),
        (
            "<copyright>a&#x0;b</copyright>",
            "reference to a character that XML forbids: `&#x0;`; remove it",
            "remove the character",
        ),
        (
            "<copyright>a\u{b}b</copyright>",
            "character U+000B, which XML forbids; remove it",
            "remove the character",
        ),
        ("<copyright>1 < 2</copyright>", "`<` that begins no tag; write `&lt;`", "write `&lt;`"),
        ("<copyright>I <3 you</copyright>", "`<` that begins no tag; write `&lt;`", "write `&lt;`"),
        (
            "<copyright>a <b c</copyright>",
            "`<b` is not closed before the next `<`; write `&lt;` if it is text",
            "write `&lt;`",
        ),
        (
            "<category domain=\"a<b\">x</category>",
            "`<` in the value of an attribute; write `&lt;`",
            "write `&lt;`",
        ),
        (
            "<dc:creator>Ann</dc:creator>",
            "undeclared prefix of `dc:creator`; add `xmlns:dc=\"http://purl.org/dc/elements/1.1/\"` to the root element",
            "declare the prefix",
        ),
        ("<town:mayor>Ann</town:mayor>", "undeclared prefix of `town:mayor`", "declare the prefix"),
        (
            "<copyright>Ann</copywrong>",
            "expected `</copyright>`, but `</copywrong>` was found",
            "end each element",
        ),
    ] {
        let (found, help) = message(inside);
        assert_eq!(found, detail);
        assert!(help.starts_with(remedy), "{inside}: {help}");
    }
    let first = |document: &str| found(document, None).first().map(|d| d.message()).unwrap_or_default();
    assert_eq!(first(""), "XML syntax error: the document is empty");
    assert_eq!(first(" \n"), "XML syntax error: the document is empty");
    let feed = channel("<docs>https://town.example/</docs>");
    assert_eq!(
        first(&format!("\n<?xml version='1.0'?>{feed}")),
        "XML syntax error: white space before the XML declaration; remove it"
    );
    assert_eq!(
        first(&format!("PHP Notice: x\n<?xml version='1.0'?>{feed}")),
        "XML syntax error: `PHP Notice: x` before the XML declaration; remove it"
    );
}

#[test]
fn an_element_of_another_format_has_a_name_here() {
    let hint = |document: String| {
        let found = found(&document, None);
        let one = found.iter().find(|d| d.meta.code == "feed/undefined-element");
        one.map(|d| d.detail.split("; ").nth(1).unwrap_or_default().to_owned()).unwrap_or_default()
    };
    for (name, expected) in [
        ("published", "did you mean `pubDate`?"),
        ("updated", "did you mean `pubDate`?"),
        ("PubDate", "did you mean `pubDate`?"),
        ("summary", "did you mean `description`?"),
        ("content", "did you mean `content:encoded`?"),
        ("creator", "did you mean `dc:creator`?"),
        ("id", "did you mean `guid`?"),
        ("ttl", "it belongs in `channel`"),
        ("permalink", "did you mean `link`?"),
        ("zzz", ""),
    ] {
        assert_eq!(hint(item(&format!("<{name}>x</{name}>"))), expected, "{name}");
    }
    let of_feed = document(Context::Entry, "<title>x</title>")
        .replace("<entry", "<published>2024-06-01T07:00:00Z</published><entry");
    assert_eq!(hint(of_feed), "it belongs in `entry`");
    let attribute = |inside: &str| {
        let found = found(&item(inside), None);
        let details = found.iter().filter(|d| d.meta.code == "feed/unexpected-attribute");
        details.map(|d| d.detail.clone()).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        attribute("<enclosure src=\"https://town.example/1.mp3\" size=\"1\" mime=\"audio/mpeg\"/>"),
        "`src` on `enclosure`; did you mean `url`?, `size` on `enclosure`; did you mean `length`?, `mime` on `enclosure`; did you mean `type`?"
    );
    assert_eq!(
        attribute("<media:thumbnail url=\"https://town.example/1.png\" type=\"image/png\"/>"),
        "`type` on `media:thumbnail`"
    );
    assert_eq!(
        hint(item("<dc:author xmlns:dc=\"http://purl.org/dc/elements/1.1/\">Ann</dc:author>")),
        "did you mean `dc:creator`?"
    );
    assert_eq!(hint(channel("<updated>x</updated>")), "did you mean `lastBuildDate`?");
    assert_eq!(hint(document(Context::Entry, "<pubDate>x</pubDate>")), "did you mean `published`?");
    assert_eq!(hint(document(Context::Feed, "<description>x</description>")), "did you mean `subtitle`?");
}

#[test]
fn a_misspelled_namespace_is_shown_as_it_should_be() {
    let details = |declaration: &str| {
        let found = found(
            &channel("").replace("xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"", declaration),
            None,
        );
        let found = found.into_iter().filter(|d| d.severity > Severity::Note);
        found.map(|d| format!("{} {}", d.meta.code, d.detail)).collect::<Vec<_>>().join("\n")
    };
    for (declaration, code, right) in [
        (
            "xmlns:itunes=\"https://www.itunes.com/dtds/podcast-1.0.dtd\"",
            "itunes/namespace",
            "xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"",
        ),
        (
            "xmlns:itunes=\"http://www.itunes.com/DTDs/Podcast-1.0.dtd\"",
            "itunes/namespace",
            "xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"",
        ),
        (
            "xmlns:dc=\"http://purl.org/dc/elements/1.1\"",
            "xml/reserved-prefix",
            "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"",
        ),
        (
            "xmlns:dc=\"http://purl.org/dc/elements/1.0/\"",
            "xml/reserved-prefix",
            "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"",
        ),
        (
            "xmlns:content=\"https://purl.org/rss/1.0/modules/content/\"",
            "xml/reserved-prefix",
            "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"",
        ),
        (
            "xmlns:sy=\"http://purl.org/rss/1.0/module/syndication/\"",
            "xml/reserved-prefix",
            "xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\"",
        ),
    ] {
        let found = details(declaration);
        assert!(found.starts_with(code) && found.ends_with(&format!("; write `{right}`")), "{found}");
    }
    assert!(!details("xmlns:slash=\"http://purl.org/dc/terms/\"").contains("write"));
}

#[test]
fn registered_schemes_numbers_of_xml_schema_and_lists_of_images_are_valid() {
    for scheme in [
        "magnet", "feed", "spotify", "irc", "webcal", "git", "ssh", "steam", "skype", "rtmp", "ipfs",
        "MAGNET",
    ] {
        assert!(codes(item(&format!("<link>{scheme}:x</link>")).as_bytes()).is_empty(), "{scheme}");
    }
    compare(&[
        (item("<link>blip:x</link>"), &["url/scheme"]),
        (item("<link>https://[::1/</link>"), &["url/character"]),
        (item("<link>https://[2001:db8::1]:8080/a</link>"), &[]),
        (item("<link>https://[town]/</link>"), &["url/character"]),
        (item("<georss:point>4.5e1 .5</georss:point>"), &[]),
        (item("<georss:point>45. -71.</georss:point>"), &[]),
        (item("<georss:point>4.5e 1</georss:point>"), &["geo/point"]),
        (item("<media:credit role=\"owner\" scheme=\"urn:yvs\">Ann</media:credit>"), &[]),
        (
            item(
                "<media:restriction relationship=\"deny\" type=\"uri\">https://a.example/ https://b.example/</media:restriction>",
            ),
            &[],
        ),
        (
            item(
                "<media:restriction relationship=\"deny\" type=\"uri\">https://a.example/ b</media:restriction>",
            ),
            &["url/relative"],
        ),
        (item("<media:content type=\"video/mp4\"/>"), &["feed/missing-attribute"]),
        (
            item(
                "<media:content type=\"video/mp4\"><media:player url=\"https://town.example/p\"/></media:content>",
            ),
            &[],
        ),
        (
            item(
                "<description>&lt;img src=\"https://town.example/1.png\" srcset=\"https://town.example/1.png, /2.png 2x\" alt=\"\"&gt;</description>",
            ),
            &["html/relative"],
        ),
        (
            item(
                "<description>&lt;img src=\"https://town.example/1.png\" srcset=\"https://town.example/1.png 1x,https://town.example/2,3.png 2x\" alt=\"\"&gt;</description>",
            ),
            &[],
        ),
    ]);
    let twice = document(
        Context::Entry,
        "<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">a</div><div xmlns=\"http://www.w3.org/1999/xhtml\">b</div></content>",
    );
    assert_eq!(codes(twice.as_bytes()), ["feed/duplicate-element"]);
}

#[test]
fn json_that_is_no_feed_has_one_error_and_empty_texts_are_reported() {
    let all = |document: &str| found(document, None).iter().map(|d| d.meta.code).collect::<Vec<_>>();
    assert_eq!(all("{\"name\": \"town\", \"version\": \"1.0.0\"}"), ["feed/unknown-root"]);
    assert_eq!(all("{\"name\": \"Town\", \"icons\": [], \"start_url\": \"/\"}"), ["feed/unknown-root"]);
    assert_eq!(all(&document(Context::JsonItem, "\"title\": \"\"")), ["feed/blank"]);
    let feed = document(Context::Json, "\"items\": [{\"id\": \" \", \"content_text\": \"x\"}]");
    assert_eq!(all(&feed.replace("\"Town\"", "\"\"")), ["feed/blank", "feed/blank"]);
}

/// What a beginner does most often, and what helps.
#[test]
fn the_fix_of_a_misplaced_text_names_the_place() {
    let advice = |document: String, code: &str| {
        let found = found(&document, None);
        let one = found.iter().find(|d| d.meta.code == code);
        one.map(|d| format!("{}: {}", d.detail, d.meta.remedy)).unwrap_or_default()
    };
    for (document, detail) in [
        (
            channel("<itunes:image>x</itunes:image>"),
            "`x` in `itunes:image`; it belongs in the attribute `href`: move",
        ),
        (
            channel("<itunes:category>x</itunes:category>"),
            "`x` in `itunes:category`; it belongs in the attribute `text`: move",
        ),
        (
            channel("<itunes:owner>x</itunes:owner>"),
            "`x` in `itunes:owner`; it belongs in `itunes:name`: move",
        ),
        (
            channel("<itunes:owner>x@town.example</itunes:owner>"),
            "`x@town.example` in `itunes:owner`; it belongs in `itunes:email`: move",
        ),
        (
            item(
                "<podcast:transcript xmlns:podcast=\"https://podcastindex.org/namespace/1.0\">x</podcast:transcript>",
            ),
            "`x` in `podcast:transcript`; it belongs in the attribute `url`: move",
        ),
        (channel("<image>x</image>"), "`x` in `image`; it belongs in `url`: move"),
        (document(Context::Entry, "<author>x</author>"), "`x` in `author`; it belongs in `name`: move"),
    ] {
        let advice = advice(document, "feed/unexpected-text");
        assert!(advice.starts_with(detail), "{advice}");
    }
    for document in [
        item("<description><p>x</p></description>"),
        document(Context::Entry, "<content type=\"html\"><p>x</p></content>"),
    ] {
        let advice = advice(document, "feed/undefined-element");
        assert!(advice.contains(", which holds text: write `&lt;`"), "{advice}");
    }
    let rss = |root: &str| format!("<rss version=\"2.0\"{root}><channel></channel></rss>");
    let declaration = "`xmlns:atom=\"http://www.w3.org/2005/Atom\"`";
    assert!(advice(rss(""), "rss/missing-self").contains(declaration));
    let declared = rss(" xmlns:atom=\"http://www.w3.org/2005/Atom\"");
    let advice = advice(declared, "rss/missing-self");
    assert!(!advice.is_empty() && !advice.contains(declaration), "{advice}");
    let twice = format!("<!DOCTYPE rss><!DOCTYPE rss>{}", rss(""));
    assert!(found(&twice, None).iter().any(|d| d.detail.contains("second DOCTYPE")));
}

#[test]
fn messages_show_what_is_wrong_with_a_value_and_where() {
    let first = |document: String, code: &str| {
        let found = found(&document, None);
        let one = found.iter().find(|d| d.meta.code == code);
        one.map(|d| (d.detail.clone(), d.place.line, d.place.column)).unwrap_or_default()
    };
    let detail = |document: String, code: &str| first(document, code).0;
    let enclosure = |url: &str| item(&format!("<enclosure url=\"{url}\" length=\"1\" type=\"audio/mpeg\"/>"));
    assert_eq!(
        detail(enclosure(" https://town.example/1.mp3"), "url/attribute"),
        "`url` is `https://town.example/1.mp3` with white space around it; remove the white space"
    );
    assert_eq!(
        detail(enclosure("https://town.example/a b.mp3"), "url/attribute"),
        "`url` is `https://town.example/a b.mp3`: invalid character in a URL; write `https://town.example/a%20b.mp3`"
    );
    let episode =
        |url: &str| enclosure(url).replace("</item>", "<itunes:duration>60</itunes:duration></item>");
    assert_eq!(detail(episode("https://town.example/play?id=1"), "itunes/format"), "the URL has no suffix");
    assert_eq!(detail(episode("/1.ogg"), "itunes/format"), "");
    assert_eq!(
        detail(item("<author>Ann Lee (ann@town.example)</author>"), "email/format"),
        "`author` is `Ann Lee (ann@town.example)`; write `ann@town.example (Ann Lee)`"
    );
    assert_eq!(detail(item("<author>Ann &lt;ann@town.example&gt;</author>"), "html/character-data"), "");
    let place = first(
        format!("\n{}", item("<source url=\"https://town.example/\">a\nb &lt;b&gt;c&lt;/b&gt;</source>")),
        "html/in-text",
    );
    assert_eq!((place.0.as_str(), place.1, place.2), ("`</b>` in `source`", 3, 13));
    assert_eq!(
        detail(channel("<language xml:lang=\"pt_BR\">pt</language>"), "lang/tag"),
        "`xml:lang` is `pt_BR`; write `pt-BR`"
    );
    let latin =
        format!("<?xml version='1.0' encoding='Latin1'?>{}", channel("<itunes:author>Ann</itunes:author>"));
    assert_eq!(first(latin, "itunes/not-utf8"), ("`Latin1`".to_owned(), 1, 31));
    for (category, expected) in [
        ("<itunes:category text=\"news\"/>", "`text` is `news`; write `News`"),
        (
            "<itunes:category text=\"Society and Culture\"/>",
            "`text` is `Society and Culture`; write `Society &amp; Culture`",
        ),
        (
            "<itunes:category text=\"TV &amp;amp; Film\"/>",
            "`text` is `TV &amp;amp; Film`; write `TV &amp; Film`",
        ),
        ("<itunes:category text=\"Tecnology\"/>", "`text` is `Tecnology`; did you mean `Technology`?"),
        ("<itunes:category text=\"Improv\"/>", "`text` is `Improv`; `Improv` belongs in a category `Comedy`"),
        (
            "<itunes:category text=\"News\"><itunes:category text=\"Improv\"/></itunes:category>",
            "`text` is `Improv`; `Improv` belongs in `Comedy`",
        ),
        ("<itunes:category text=\"Town\"/>", "`text` is `Town`"),
    ] {
        assert_eq!(detail(channel(category), "itunes/category"), expected);
    }
    for (category, expected) in [
        (
            "<itunes:category text=\"Games &amp; Hobbies\"/>",
            "`text` is `Games &amp; Hobbies`; its successor is `Leisure`",
        ),
        (
            "<itunes:category text=\"Technology\"><itunes:category text=\"Podcasting\"/></itunes:category>",
            "`text` is `Podcasting`; its successor is `Technology`",
        ),
        (
            "<itunes:category text=\"Society &amp; Culture\"><itunes:category text=\"History\"/></itunes:category>",
            "`text` is `History`; `History` is a category of its own, not part of another",
        ),
    ] {
        assert_eq!(detail(channel(category), "itunes/obsolete-category"), expected);
    }
    let link = |document: String, code: &str| {
        found(&document, None).iter().find(|d| d.meta.code == code).map(|d| d.meta.url).unwrap_or_default()
    };
    assert!(
        link(document(Context::Entry, "<title x=\"1\">One</title>"), "feed/unexpected-attribute")
            .contains("rfc4287")
    );
    assert!(link(channel("<itunes:image/>"), "feed/missing-attribute").contains("apple.com"));
    assert!(link(channel("<image/>"), "feed/missing-element").contains("rssboard.org"));
    assert!(link(document(Context::Entry, "<author/>"), "feed/missing-element").contains("rfc4287"));
    assert!(link(document(Context::Entry, "<oops/>"), "feed/undefined-element").contains("rfc4287"));
    assert!(link(document(Context::Entry, "x"), "feed/unexpected-text").contains("rfc4287"));
    let season = item("<itunes:season>one</itunes:season>");
    assert!(link(season, "number/positive").contains("apple.com"));
    assert!(
        link(document(Context::Feed, "<title>Two</title>"), "feed/duplicate-element").contains("rfc4287")
    );
    assert!(
        link(item("<guid x=\"1\">https://town.example/2</guid>"), "feed/unexpected-attribute")
            .ends_with("rss-specification")
    );
}
