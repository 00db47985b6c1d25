//! Requests and configurations that would inject headers or smuggle requests, and private addresses.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use super::MAY;
use super::reliability::assert_attack_row;
use crate::Project;
use crate::serve::TestServer;

/// Sends bytes without change, and returns the whole answer.
pub(super) fn send_raw(server: &TestServer, bytes: &[u8]) -> String {
    let mut stream =
        TcpStream::connect(server.address.trim_start_matches("http://").trim_end_matches('/')).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(180))).unwrap();
    // The server may close the connection early.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn configuration_injects_no_header_and_no_request_is_smuggled() {
    let evil = "\\r\\nX-Evil: 1\\r\\n\\r\\n<script>alert(1)</script>";
    let keys = ["title", "description", "copyright", "author"];
    let addresses = ["hub", "icon", "site_url"];
    let mut config: String = keys.iter().map(|key| format!("{key} = \"x{evil}\"\n")).collect();
    config.extend(
        addresses.iter().map(|key| format!("{key} = \"https://a.example/{evil}>; rel=\\\"evil\\\"\"\n")),
    );
    config.push_str(&format!(
        "[section.\"town\"]\ntitle = \"x{evil}\"\n[[feed]]\nname = \"<x>\\\"; rel=evil\"\n"
    ));
    let project = Project::new();
    project.write_file("feedmill.toml", config);
    project.write_seed("town/1.txt", MAY, "t", "https://news.example/1", "x");
    let server = TestServer::start(&project, &["--no-push"]);
    for path in [
        "/",
        "/rss.xml",
        "/town/atom.xml",
        "/feed.json",
        "/feed.css",
        "/%3Cx%3E%22;%20rel=evil/rss.xml",
        "/metrics",
        "/nowhere",
    ] {
        let answer = send_raw(
            &server,
            format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes(),
        );
        let head = answer.split("\r\n\r\n").next().unwrap();
        for line in head.lines() {
            let name = line.split([':', ' ']).next().unwrap();
            assert!(
                !name.eq_ignore_ascii_case("x-evil") && !line.contains('<') | line.starts_with("link: "),
                "{path}: {line}"
            );
        }
        if let Some(link) = head.lines().find_map(|line| line.strip_prefix("link: ")) {
            let (hub, own) = link.strip_prefix('<').unwrap().split_once(">; rel=\"hub\", <").unwrap();
            assert!(
                own.ends_with(">; rel=\"self\"")
                    && !format!("{hub}{}", own.trim_end_matches(">; rel=\"self\""))
                        .contains(['<', '>', '"', ' ']),
                "{link}"
            );
        }
        assert!(path == "/nowhere" || head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    }
    let page = project.read_file("feeds/index.html");
    let dom = scraper::Html::parse_document(&page);
    assert_eq!(dom.select(&scraper::Selector::parse("script").unwrap()).count(), 1, "only the page's own");

    let smuggled = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let requests: [(&str, String); 21] = [
        (
            "two lengths",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n{smuggled}"
            ),
        ),
        (
            "a list of lengths",
            format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 44\r\n\r\n{smuggled}"),
        ),
        (
            "a length with a sign",
            format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n{smuggled}"),
        ),
        ("a negative length", format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{smuggled}")),
        (
            "a huge length",
            format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n{smuggled}"),
        ),
        (
            "length and chunks",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "chunks and length",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "an unknown coding",
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}"),
        ),
        (
            "two codings",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "a folded coding",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "a space before the colon",
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        ),
        (
            "a huge chunk",
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{smuggled}"
            ),
        ),
        (
            "a negative chunk",
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{smuggled}"),
        ),
        ("a bare carriage return", format!("GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n{smuggled}")),
        ("a zero in a header", format!("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n{smuggled}")),
        ("a zero in the line", format!("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n{smuggled}")),
        ("an escape in the line", format!("GET /\u{1b}[2J HTTP/1.1\r\nHost: a\r\n\r\n{smuggled}")),
        ("HTTP/0.9", format!("GET /\r\n\r\n{smuggled}")),
        ("HTTP/9.9", format!("GET / HTTP/9.9\r\nHost: a\r\n\r\n{smuggled}")),
        ("HTTP/2", format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{smuggled}")),
        ("TLS", "\u{16}\u{3}\u{1}\0\u{1}\u{1}\0".to_owned()),
    ];
    for (what, request) in &requests {
        let answer = send_raw(&server, request.as_bytes());
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{what}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 2"), "{what}: {answer}");
    }
    for (version, status) in
        [("1.2", 200), ("1.9", 200), ("2.0", 505), ("3.1", 505), ("0.9", 505), ("1.10", 400)]
    {
        let request = format!("GET /rss.xml HTTP/{version}\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = send_raw(&server, request.as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{version}: {answer}");
    }
    for (target, status) in [
        ("/rss.xml?100%", 200),
        ("http://a:80/rss.xml", 200),
        ("http://a:8x/rss.xml", 400),
        ("http://user@a/rss.xml", 400),
        ("/rss.xml%", 400),
        ("/%zz/rss.xml", 400),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = send_raw(&server, request.as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{target}: {answer}");
    }
    let forms = [
        "http://evil.example/../secret",
        "http://a/%2e%2e/secret",
        "file:///etc/passwd",
        "http://a//etc/passwd",
        "*",
    ];
    for form in forms {
        let answer = send_raw(
            &server,
            format!("GET {form} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes(),
        );
        assert!(answer.starts_with("HTTP/1.1 4"), "{form}: {answer}");
    }
    assert_eq!(server.get("/healthz").0, 200, "the server still runs");
    assert_attack_row(
        "Headers and requests",
        "",
        keys.len() + addresses.len() + 2 + requests.len() + forms.len(),
    );
}

#[test]
fn no_spelling_of_a_private_address_is_requested() {
    let listeners: Vec<TcpListener> =
        ["127.0.0.1:0", "[::1]:0"].iter().filter_map(|a| TcpListener::bind(a).ok()).collect();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::127.0.0.1]",
        "[2002:7f00:1::]",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "127.0.0.1.",
        "user@127.0.0.1",
        "public.example@127.0.0.1",
        "127.0.0.1%2f",
        "%31%32%37.0.0.1",
    ];
    let project = Project::new();
    let mut number = 0;
    for listener in &listeners {
        let port = listener.local_addr().unwrap().port();
        for host in hosts {
            let body = format!(
                "<p>x</p><audio controls src=\"http://{host}:{port}/a.mp3\"></audio><img src=\"http://{host}:{port}/b.jpg\">"
            );
            project.write_seed(
                &format!("{number}.txt"),
                MAY,
                "t",
                &format!("https://news.example/{number}"),
                &body,
            );
            number += 1;
        }
    }
    project.write_file("feedmill.toml", "base_url = 'https://news.example/'\nlimit = 0\nprobe = true\n");
    let (code, _, stderr) = project.feedmill(&[]);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        project.read_file("feeds/rss.xml").matches("/a.mp3").count() > hosts.len(),
        "the entries list their media"
    );
    for listener in &listeners {
        listener.set_nonblocking(true).unwrap();
        assert_eq!(
            listener.accept().unwrap_err().kind(),
            ErrorKind::WouldBlock,
            "a private address was asked"
        );
    }
    assert_attack_row("Private addresses", "", hosts.len());
}
