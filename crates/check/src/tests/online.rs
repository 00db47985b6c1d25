//! What servers answer.

use super::*;

/// Returns the value of a header in lines of a request or response.
fn header(lines: &str, name: &str) -> Option<String> {
    let values = lines.lines().filter_map(|line| line.split_once(": "));
    values.filter(|(own, _)| *own == name).map(|(_, value)| value.to_owned()).next()
}

/// Returns the findings about an example: requests with the heads of their responses, separated by empty lines.
pub(super) fn found(example: &str) -> Vec<Finding> {
    if example.starts_with("<!doctype") {
        let response = Response { url: "https://town.example/".into(), ..Response::default() };
        return check_response(&response, example.as_bytes(), "");
    }
    if example.contains("/1.mp3") || example.contains("/cover.jpg") {
        return of_file(example);
    }
    let mut response = Response::default();
    for exchange in example.split("\n\n") {
        let (request, answer) = exchange.split_once("\nHTTP/1.1 ").unwrap();
        let status = answer[..3].parse().unwrap();
        let url =
            format!("https://town.example{}", request.lines().next().unwrap().trim_start_matches("GET "));
        if response.url.is_empty() {
            response.url = url;
        }
        if let Some(to) = header(answer, "Location") {
            response.redirects.push(Redirect { status, to });
        } else if header(request, "If-None-Match").is_some() {
            response.second = Some(SecondAnswer { status, etag: header(answer, "ETag") });
        } else {
            response.content_type = header(answer, "Content-Type");
            response.etag = header(answer, "ETag");
            response.last_modified = header(answer, "Last-Modified");
        }
    }
    check_response(&response, b"<rss version=\"2.0\"/>", "")
}

fn of_file(example: &str) -> Vec<Finding> {
    let enclosure = "<enclosure url=\"https://town.example/1.mp3\" length=\"1000\" type=\"audio/mpeg\"/>";
    let element = example.lines().next().filter(|line| line.starts_with('<')).unwrap_or(enclosure);
    let feed = document(Context::Item, element);
    let files = linked_files(feed.as_bytes(), Options::default());
    let file = files.iter().find(|file| example.contains(file.url.path())).unwrap();
    let (_, head) = example.split_once("HTTP/1.1 ").unwrap();
    let status = head.lines().next().unwrap();
    let range = header(head, "Content-Range");
    let length = range.as_ref().and_then(|range| range.rsplit('/').next().map(str::to_owned));
    let pixels = example.lines().last().and_then(|line| line.strip_suffix(" pixels")?.split_once(" × "));
    let answer = match &status[..1] {
        "2" => FileAnswer::Found(Attributes {
            media_type: header(head, "Content-Type"),
            length: length.or(header(head, "Content-Length")).and_then(|length| length.parse().ok()),
            takes_ranges: Some(range.is_some() || header(head, "Accept-Ranges").is_some()),
            dimensions: pixels.map(|(width, height)| (width.parse().unwrap(), height.parse().unwrap())),
        }),
        "4" => FileAnswer::Missing(status.to_owned()),
        _ => FileAnswer::Unavailable(format!("the server answered with {status}")),
    };
    check_file(file, &answer)
}

fn codes(response: &Response, document: &[u8]) -> Vec<&'static str> {
    check_response(response, document, "").into_iter().map(|found| found.meta.code).collect()
}

#[test]
fn types_and_encodings_are_those_of_the_document() {
    let json: &[u8] = b"{\"version\": \"https://jsonfeed.org/version/1.1\"}";
    let wide: Vec<u8> = "\u{feff}<rss/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (content_type, document, expected) in [
        ("application/rss+xml", &b"<rss/>"[..], &[][..]),
        ("TEXT/XML; Charset=\"UTF-8\"", b"<rss/>", &[]),
        ("application/rdf+xml", b"<rdf:RDF xmlns:rdf='x'/>", &[]),
        ("application/rss+xml", b"<rdf:RDF xmlns:rdf='x'/>", &[]),
        ("application/rdf+xml", b"<rss/>", &["http/content-type"]),
        ("application/atom+xml;charset=utf8", b"<?xml version='1.0'?><a:feed xmlns:a='x'/>", &[]),
        ("application/rss+xml", b"<feed/>", &["http/content-type"]),
        ("application/atom+xml", b"<rss/>", &["http/content-type"]),
        ("application/feed+json", json, &[]),
        ("application/json; charset=utf-8", json, &[]),
        ("application/json; charset=latin1", json, &["http/charset"]),
        ("text/plain", json, &["http/content-type"]),
        ("", b"<opml/>", &["http/content-type"]),
        ("text/x-opml", b"<opml/>", &[]),
        ("text/html; charset=x-none", b"<rss/>", &["http/content-type", "http/charset"]),
        ("text/xml; charset=us-ascii", b"<rss/>", &["http/charset"]),
        ("text/xml; charset=windows-1252", b"<?xml version='1.0' encoding='windows-1252'?><rss/>", &[]),
        (
            "text/xml; charset=utf-8",
            b"<?xml version='1.0' encoding='windows-1252'?><rss/>",
            &["http/charset"],
        ),
        ("text/xml; charset=utf-16", &wide, &[]),
        ("text/xml; charset=utf-8", &wide, &["http/charset"]),
        // Not a feed, which another rule reports.
        ("image/png", b"\x89PNG", &[]),
    ] {
        let content_type = Some(content_type.to_owned());
        let response = Response { content_type, etag: Some("\"1\"".to_owned()), ..Response::default() };
        assert_eq!(codes(&response, document), expected, "{response:?}");
    }
}

#[test]
fn a_reader_remembers_the_url_before_the_first_temporary_redirect() {
    let path = |redirects: &[(u16, &str)]| {
        let redirects =
            redirects.iter().map(|(status, to)| Redirect { status: *status, to: (*to).to_owned() }).collect();
        let response =
            Response { url: "a".into(), redirects, etag: Some(String::new()), ..Response::default() };
        let found = codes(&response, b"");
        (response.lasting_url().to_owned(), response.final_url().to_owned(), found.join(" "))
    };
    let row = |lasting: &str, end: &str, found: &str| (lasting.to_owned(), end.to_owned(), found.to_owned());
    let (permanent, temporary) = ("http/permanent-redirect", "http/temporary-redirect");
    assert_eq!(path(&[]), row("a", "a", ""));
    assert_eq!(path(&[(301, "b"), (308, "c")]), row("c", "c", permanent));
    assert_eq!(path(&[(307, "b"), (301, "c")]), row("a", "c", temporary));
    assert_eq!(path(&[(301, "b"), (302, "c")]), row("b", "c", &format!("{permanent} {temporary}")));
}

#[test]
fn a_conditional_request_is_judged_only_if_the_server_answered_it() {
    let second = |status, etag: &str| {
        let content_type = Some("text/xml".to_owned());
        let second = Some(SecondAnswer { status, etag: Some(etag.to_owned()) });
        let response =
            Response { content_type, etag: Some("\"1\"".to_owned()), second, ..Response::default() };
        let found = check_response(&response, b"<rss/>", "");
        found.into_iter().map(|found| found.detail).collect::<String>()
    };
    for status in [304, 429, 500, 503] {
        assert_eq!(second(status, "\"1\""), "");
    }
    assert_eq!(second(200, "\"1\""), "the server answered with 200 and the whole feed");
    assert!(second(200, "\"2\"").contains("another one"));
    assert_eq!(second(412, "\"1\""), "the server answered with 412");
}

#[test]
fn linked_files_are_found_in_each_format_with_their_places() {
    let rss = "<rss xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:podcast='https://podcastindex.org/namespace/1.0'>\n\
        <channel><itunes:image href='/cover.png'/>\n<item><enclosure url='https://a.example/1.mp3' length='7' type='audio/mpeg; x=y'/>\n\
        <podcast:alternateEnclosure type='audio/opus' length='9'><podcast:source uri='https://a.example/1.opus'/>\
        <podcast:source uri='ipfs://x'/></podcast:alternateEnclosure></item></channel></rss>";
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link rel='enclosure' href='https://a.example/2.mp3' length='x'/>\
        <link href='https://a.example/2'/></entry></feed>";
    let json = "{\"items\": [{\"attachments\": [{\"url\": \"https://a.example/3.mp3\", \"mime_type\": \"audio/mpeg\", \"size_in_bytes\": 3}, {}]}, 1]}";
    let list = |feed: &str, url| {
        let files = linked_files(feed.as_bytes(), Options { url, ..Options::default() });
        let line = |file: LinkedFile| {
            let media_type = file.media_type.unwrap_or_default();
            format!("{:?} {} {media_type} {:?} {}", file.kind, file.url, file.length, file.place.line)
        };
        files.into_iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(
        list(rss, Some("https://a.example/feed/")),
        [
            "Cover https://a.example/cover.png  None 2",
            "Enclosure https://a.example/1.mp3 audio/mpeg Some(7) 3",
            "Enclosure https://a.example/1.opus audio/opus Some(9) 4",
        ]
    );
    assert_eq!(list(rss, None).len(), 2, "the URL of the cover is relative");
    assert_eq!(list(atom, None), ["Enclosure https://a.example/2.mp3  None 1"]);
    let images = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'>\n<icon>/i.png</icon>\n\
        <logo> https://a.example/l.png</logo><entry><media:thumbnail url='t.jpg'/>\
        <media:content url='https://a.example/4.mp4' type='video/mp4' fileSize='4'/><media:content url='c.jpg' medium='image'/></entry></feed>";
    assert_eq!(
        list(images, Some("https://a.example/feed/")),
        [
            "Image https://a.example/i.png  None 2",
            "Image https://a.example/l.png  None 3",
            "Image https://a.example/feed/t.jpg  None 3",
            "Enclosure https://a.example/4.mp4 video/mp4 Some(4) 3",
            "Image https://a.example/feed/c.jpg  None 3",
        ]
    );
    let json_images =
        "{\"icon\": \"https://a.example/i.png\", \"items\": [{\"image\": \"https://a.example/1.png\"}]}";
    assert_eq!(
        list(json_images, None),
        ["Image https://a.example/i.png  None 1", "Image https://a.example/1.png  None 1"]
    );
    assert_eq!(list(json, None), ["Enclosure https://a.example/3.mp3 audio/mpeg Some(3) 1"]);
    for broken in ["", "{", "<rss><enclosure url='https://a.example/'", "[[[["] {
        assert!(list(broken, None).len() < 2, "{broken}");
    }
}

#[test]
fn a_file_is_compared_by_kind_and_not_by_the_spelling_of_its_type() {
    let file = |kind, media_type: Option<&str>, length| LinkedFile {
        kind,
        url: "https://a.example/1".parse().unwrap(),
        media_type: media_type.map(str::to_owned),
        length,
        place: feedmill_diag::Place::default(),
    };
    let served = |media_type: &str, length, dimensions| {
        let media_type = Some(media_type.to_owned());
        FileAnswer::Found(Attributes { media_type, length, takes_ranges: None, dimensions })
    };
    let codes = |file: &LinkedFile, answer: &FileAnswer| -> Vec<_> {
        check_file(file, answer).into_iter().map(|found| found.meta.code).collect()
    };
    let audio = |stated, length| file(FileKind::Enclosure, Some(stated), length);
    for (file, answer, expected) in [
        (audio("audio/mpeg", Some(5)), served("Audio/MP3", Some(5), None), &[][..]),
        (audio("audio/x-m4a", None), served("audio/mp4", Some(5), None), &[]),
        (audio("audio/mpeg", Some(0)), served("application/octet-stream", Some(5), None), &[]),
        (audio("audio/mpeg", Some(5)), served("audio/mpeg", None, None), &[]),
        (
            audio("audio/mpeg", Some(6)),
            served("audio/ogg", Some(5), None),
            &["http/file-type", "http/file-length"],
        ),
        (file(FileKind::Enclosure, None, None), served("text/html", None, Some((1, 1))), &[]),
        (file(FileKind::Cover, None, None), served("image/png", Some(5), Some((1400, 1400))), &[]),
        (file(FileKind::Cover, None, None), served("image/jpeg", None, Some((3000, 3000))), &[]),
        (
            file(FileKind::Cover, None, None),
            served("image/jpeg", None, Some((1399, 1399))),
            &["http/cover-size"],
        ),
        (
            file(FileKind::Cover, None, None),
            served("image/jpeg", None, Some((3001, 3001))),
            &["http/cover-size"],
        ),
        (
            file(FileKind::Cover, None, None),
            served("image/jpeg", None, Some((3000, 2000))),
            &["http/cover-size"],
        ),
        (file(FileKind::Cover, None, None), served("image/webp", None, None), &["http/file-type"]),
        (file(FileKind::Image, None, None), served("image/webp", Some(1), None), &[]),
        (file(FileKind::Image, None, None), served("text/html", None, None), &["http/file-type"]),
        (audio("audio/mpeg", None), FileAnswer::NotAsked, &[]),
    ] {
        assert_eq!(codes(&file, &answer), expected, "{file:?} {answer:?}");
    }
}

#[test]
fn listing_the_files_of_a_feed_takes_linear_time() {
    let steps = |count: usize| {
        let item = "<item><enclosure url='https://a.example/1.mp3'/></item>\n".repeat(count);
        let feed = format!("<rss><channel>{item}</channel></rss>");
        feedmill_types::work::count(|| linked_files(feed.as_bytes(), Options::default())).1
    };
    let (one, two) = (steps(500), steps(1000));
    assert!(two < one * 22 / 10, "{one} {two}");
}
