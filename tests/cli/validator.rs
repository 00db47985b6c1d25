//! `feedmill serve --validator`: the page, its JSON, hostile feeds and clients, and addresses that it must not fetch.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use scraper::{Html, Selector};
use serde_json::Value;
use url::form_urlencoded;

use super::serve::TestServer;
use super::{Project, output_of, string_field};

const FORM: &str = "application/x-www-form-urlencoded";
/// A feed with many findings, whose values would run a script if any of them were HTML.
const VALUES: &str = "<rss version=\"2.0\"><channel>\n<title>&lt;/textarea>&lt;script>alert(1)&lt;/script></title>\n\
    <link>javascript:alert(3)\" onfocus=\"alert(4)</link>\n<category domain='\">&lt;script>alert(5)&lt;/script>'/>\n\
    <pubDate>&lt;svg onload=alert(6)&gt;</pubDate>\n<language>&lt;img src=x onerror=alert(7)></language>\n\
    <item><guid>\"'>&lt;script>alert(8)&lt;/script></guid><enclosure url='\"><![CDATA[' length='&lt;b>' type='&lt;i>'/></item>\n\
    </channel></rss>\n";
/// A feed that is not well-formed, and would run a script if any part of it were HTML.
const HOSTILE: &str = "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel>\n<title></textarea><script>alert(1)</script></title>\n\
    <\"><img/src/onerror=alert(2)>\n<link>javascript:alert(3)\" onfocus=\"alert(4)</link>\n\
    <category domain='\"><script>alert(5)</script>'/>\n<pubDate>&lt;svg onload=alert(6)&gt;</pubDate>\n</channel></rss>\n";

fn start(args: &[&str]) -> (Project, TestServer) {
    let project = Project::new();
    project.write_seed("1.txt", 1_714_521_600_000, "t", "https://news.example/1", "x");
    let server = TestServer::start(&project, args);
    (project, server)
}

/// Sends a request with a body, and returns status, headers in lower case, and body.
fn post(server: &TestServer, path: &str, media_type: &str, body: &[u8]) -> (u16, String, String) {
    let mut stream = TcpStream::connect(&server.host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // The server may answer before it has all.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    let _ = stream.shutdown(Shutdown::Write);
    read_answer(stream)
}

fn read_answer(stream: TcpStream) -> (u16, String, String) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap_or(0) > 0 {}
    let mut body = Vec::new();
    let _ = reader.read_to_end(&mut body);
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, head.to_ascii_lowercase(), String::from_utf8_lossy(&body).into_owned())
}

fn form(feed: &str) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).append_pair("feed", feed).finish().into_bytes()
}

fn select(page: &str, selector: &str) -> usize {
    Html::parse_document(page).select(&Selector::parse(selector).unwrap()).count()
}

#[test]
fn visitors_choose_whose_requirements_are_errors() {
    let (_project, server) = start(&["--validator"]);
    let show = "<rss version=\"2.0\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"><channel><title>T</title>\
                <link>https://t.example/</link><description>D</description><language>en</language>\
                <itunes:image href=\"https://t.example/c.jpg\"/><itunes:category text=\"News\"/><itunes:explicit>no</itunes:explicit>\
                <itunes:owner><itunes:email>a@t.example</itunes:email></itunes:owner></channel></rss>";
    for (query, errors) in [("", 0), ("&profile=apple", 1), ("&profile=psp1", 3), ("&profile=w3c", 1)] {
        let path = format!("/validator?format=json{query}");
        let (status, _, body) = post(&server, &path, "application/rss+xml", show.as_bytes());
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (status, answer["documents"][0]["errors"].as_u64()),
            (200, Some(errors)),
            "{query}: {body}"
        );
        assert_eq!(answer["valid"], errors == 0);
    }
    let (status, _, body) =
        post(&server, "/validator?profile=%3Cb%3E", "application/rss+xml", show.as_bytes());
    assert!(status == 400 && body.contains("there is no profile `&lt;b&gt;`; use apple, spotify"), "{body}");
    let body = [form(show), b"&profile=psp1".to_vec()].concat();
    let (_, _, page) = post(&server, "/validator", FORM, &body);
    let page = Html::parse_document(&page);
    let chosen = Selector::parse("select option[selected]").unwrap();
    let values: Vec<_> = page.select(&chosen).filter_map(|option| option.value().attr("value")).collect();
    assert_eq!(values, ["psp1", "psp1"]);
}

#[test]
fn the_validator_is_off_by_default_and_checks_what_is_pasted_or_sent() {
    let (_project, server) = start(&[]);
    assert_eq!(server.get("/validator").0, 404);
    assert_eq!(post(&server, "/validator", FORM, b"feed=x").0, 405);

    let (_project, server) = start(&["--validator"]);
    let (status, headers, page) = server.get("/validator");
    assert_eq!(status, 200);
    let policy = &headers["content-security-policy"];
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{policy}");
    assert_eq!(headers["cache-control"], "no-store");
    let page = String::from_utf8(page).unwrap();
    assert_eq!((select(&page, "script, [style], img"), select(&page, "form label")), (0, 4));
    let (status, headers, _) = server.get("/validator.css");
    assert_eq!((status, &*headers["content-type"]), (200, "text/css; charset=utf-8"));

    let feed = "<rss version=\"2.0\"><channel>\n<title>Fête</title>\n<link>https://a.example/</link>\n</channel></rss>";
    let (status, _, page) = post(&server, "/validator", FORM, &form(feed));
    assert_eq!((status, select(&page, ".source li[value='4'] .finding.error")), (200, 1), "{page}");
    assert_eq!(select(&page, "a[href='validator?rule=rss/missing-description']"), 1, "{page}");
    let (_, _, rule) = server.get("/validator?rule=rss/missing-description");
    assert!(String::from_utf8(rule).unwrap().contains("To fix it: "));
    assert_eq!(server.get("/validator?rule=rss/nothing").0, 404);

    let json = |(status, head, body): (u16, String, String)| -> (u16, Value) {
        assert!(head.contains("content-type: application/json"), "{head}");
        (status, serde_json::from_str(&body).unwrap())
    };
    for (media_type, body) in [(FORM, form(feed)), ("application/xml", feed.as_bytes().to_vec())] {
        let (status, answer) = json(post(&server, "/validator?format=json", media_type, &body));
        assert_eq!(
            (status, &answer["valid"], &answer["documents"][0]["errors"]),
            (200, &false.into(), &1.into())
        );
        let found = &answer["documents"][0]["findings"];
        let codes: Vec<_> =
            found.as_array().unwrap().iter().map(|found| string_field(found, "code")).collect();
        assert!(codes.contains(&"rss/missing-description") && !codes.contains(&"xml/encoding"), "{codes:?}");
    }
    // A browser sends UTF-8, whatever the declaration says.
    for encoding in ["iso-8859-1", "utf-16", "UTF-16BE", "utf-8"] {
        let text = format!("<?xml version='1.0' encoding='{encoding}'?>\r\n{feed}");
        let (_, answer) = json(post(&server, "/validator?format=json", FORM, &form(&text)));
        let text = answer.to_string();
        assert!(!text.contains("xml/encoding") && !text.contains("bad-characters"), "{encoding}: {text}");
    }
    let (status, answer) = json(post(&server, "/validator?format=json", FORM, b"feed=+"));
    assert_eq!((status, string_field(&answer, "error")), (400, "there is no feed to check; paste one"));
    assert_eq!(post(&server, "/validator", "multipart/form-data; boundary=x", b"--x--").0, 415);
    assert_eq!(server.get("/rss.xml").0, 200, "the feeds are served");
}

#[test]
fn no_feed_url_or_rule_is_markup_of_the_page() {
    let (_project, server) = start(&["--validator"]);
    let mut pages = Vec::new();
    for (feed, least) in [(VALUES, 6), (HOSTILE, 1)] {
        let (_, _, page) = post(&server, "/validator", FORM, &form(feed));
        assert!(page.contains("alert(1)") && select(&page, ".finding") >= least, "{page}");
        pages.push(page);
    }
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    for field in ["url", "rule", "format", "feed", "x"] {
        let query: String =
            form_urlencoded::Serializer::new(String::new()).append_pair(field, hostile).finish();
        pages.push(String::from_utf8(server.get(&format!("/validator?{query}")).2).unwrap());
    }
    for page in &pages {
        let dom = Html::parse_document(page);
        let all = dom.select(&Selector::parse("*").unwrap()).collect::<Vec<_>>();
        assert!(all.iter().all(|e| !matches!(e.value().name(), "script" | "img" | "svg")), "{page}");
        assert!(all.iter().all(|e| e.value().attrs().all(|(name, _)| !name.starts_with("on"))), "{page}");
        let links = all.iter().filter_map(|e| e.value().attr("href"));
        assert!(
            links.clone().count() > 1 && links.into_iter().all(|href| !href.starts_with("javascript:")),
            "{page}"
        );
    }
    for control in ["\u{1b}[31m", "\u{202e}"] {
        let (_, _, page) = post(&server, "/validator", FORM, &form(&format!("<rss>{control}</rss>")));
        let shown = page.split("<textarea").next().unwrap();
        assert!(!shown.contains(control), "{shown}");
    }
}

#[test]
fn the_validator_fetches_no_private_address() {
    let (_project, server) = start(&["--validator"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let own = server.address.clone();
    let hosts = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("127.1:{port}"),
        format!("http://user:key@127.0.0.1:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00::1]/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://a.example:22/".to_owned(),
        format!("{own}rss.xml"),
    ];
    let ask = |url: &str| {
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("url", url).finish();
        let (status, _, body) = server.get(&format!("/validator?format=json&{query}"));
        let answer: Value = serde_json::from_slice(&body).unwrap();
        (status, string_field(&answer, "error").to_owned())
    };
    for url in &hosts {
        let (status, error) = ask(url);
        let is_refused = error.contains("address is private") || error.contains("no server is named");
        assert!(
            status == 422 && is_refused && !error.contains("--private") && !error.contains("key"),
            "{url}: {error}"
        );
    }
    for url in ["file:///etc/passwd", "ftp://a.example/", "gopher://127.0.0.1/", "http://", "http://a b/"] {
        assert_eq!(ask(url).0, 400, "{url}");
    }
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "a private address was asked");
}

#[test]
fn huge_and_slow_feeds_use_bounded_resources_and_stop_no_feed() {
    let (_project, server) = start(&["--validator"]);
    let huge = vec![b' '; 2 << 20];
    let (status, _, page) = post(&server, "/validator", "application/xml", &[&b"<rss/>"[..], &huge].concat());
    assert!(status == 413 && page.contains("larger than 2 MiB"), "{status} {page}");
    // Neither a stated length nor chunks get further.
    for head in ["Content-Length: 99999999999", "Transfer-Encoding: chunked"] {
        let mut stream = TcpStream::connect(&server.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(stream, "POST /validator HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n").unwrap();
        let chunk = [&b"100000\r\n"[..], &vec![b'x'; 1 << 20], b"\r\n"].concat();
        let mut sent = 0;
        while head.starts_with('T') && sent < 64 && stream.write_all(&chunk).is_ok() {
            sent += 1;
        }
        assert!(sent < 64, "the server stops reading");
        if head.starts_with('C') {
            let (status, head, _) = read_answer(stream);
            assert!(status == 413 && head.contains("connection: close"), "{head}");
        }
    }
    // Clients that send nothing hold all places: others get 503, and feeds are served.
    let mut slow = Vec::new();
    let busy = super::serve::until(|| {
        let mut stream = TcpStream::connect(&server.host).unwrap();
        write!(stream, "POST /validator HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n<").unwrap();
        slow.push(stream);
        let answer = post(&server, "/validator?format=json", "application/xml", b"<rss/>");
        (answer.0 == 503).then_some(answer)
    });
    assert!(busy.1.contains("retry-after: 5") && busy.2.contains("too many checks at a time"), "{busy:?}");
    assert_eq!((server.get("/validator?url=a.example").0, server.get("/validator").0), (503, 200));
    assert_eq!((server.get("/rss.xml").0, server.get("/healthz").0), (200, 200));
    drop(slow);
    super::serve::until(|| {
        (post(&server, "/validator", "application/xml", b"<rss/>").0 == 200).then_some(())
    });
    for request in [
        "DELETE /validator HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /validator.css HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "GET /validator HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
        "GET /validator HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(&server.host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let _ = stream.shutdown(Shutdown::Write);
        let (status, _, _) = read_answer(stream);
        assert!((400..500).contains(&status), "{request}: {status}");
    }
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs chromium and node: run tests/run.sh")]
fn the_validator_page_is_accessible_and_runs_no_script() {
    let (project, server) = start(&["--validator"]);
    let long = format!(
        "{}<x>{}</x>\n",
        VALUES.replacen("&lt;svg", &format!("{} &lt;svg", "wide ".repeat(200)), 1),
        "y".repeat(900)
    );
    project.write_file("hostile.xml", &long);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/validator.cjs");
    let mut command = Command::new("node");
    command.arg(script).arg(format!("{}validator", server.address)).arg(project.path("hostile.xml"));
    command.env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    if let Some(shots) = std::env::var_os("FEEDMILL_SHOTS") {
        command.arg(std::path::Path::new(&shots).join("validator"));
    }
    let (code, stdout, stderr) = output_of(&mut command);
    assert_eq!(code, 0, "{stderr}");
    let found: Value = serde_json::from_str(&stdout).unwrap();
    // Chromium reports the status of the refused URL.
    let errors = found["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| error.as_str().unwrap().contains("status of 422")), "{errors:?}");
    assert_eq!((&found["foreign"], &found["dialogs"]), (&Value::Array(vec![]), &0.into()));
    let views = found["views"].as_array().unwrap();
    assert_eq!(views.len(), 10);
    for view in views {
        assert_eq!(view["violations"], Value::Array(vec![]), "{view}");
        assert_eq!(
            (&view["overflow"], &view["scripts"], &view["handlers"], &view["images"]),
            (&0.into(), &0.into(), &0.into(), &0.into()),
            "{view}"
        );
        let is_dark = view["scheme"] == "dark";
        assert_eq!(view["ground"], if is_dark { "rgb(21, 24, 28)" } else { "rgb(255, 255, 255)" });
        if view["name"] == "result" {
            assert!(
                view["findings"].as_u64().unwrap() > 2 && !view["lines"].as_array().unwrap().is_empty(),
                "{view}"
            );
            assert!(
                view["rules"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|rule| rule.as_str().unwrap().starts_with("validator?rule="))
            );
            assert_eq!(view["text"], long, "the text stays in the form");
        }
    }
    assert!(string_field(&found, "refused").contains("address is private"), "{found}");
    assert!(string_field(&found, "bare").contains("Not valid"), "{found}");
}
