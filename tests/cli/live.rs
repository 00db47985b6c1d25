//! `feedmill serve` as a preview: pages that reload, the line about each build, `--open`, and the page for a wrong URL.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Project;
use super::serve::{TestServer, until};

/// 2024-05-01T00:00:00Z.
const MAY: i64 = 1_714_521_600_000;
/// Header that a browser sends if somebody opens a document in a window.
const NAVIGATION: (&str, &str) = ("Sec-Fetch-Dest", "document");

fn project() -> Project {
    let project = Project::new();
    project.write_seed("town/1.txt", MAY, "First", "https://news.example/1", "<p>Some words.</p>");
    project
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Opens an event stream, and reads its head.
fn open_stream(server: &TestServer) -> (u16, BufReader<TcpStream>) {
    let mut stream = BufReader::new(TcpStream::connect(&server.host).unwrap());
    let request = format!("GET /live HTTP/1.1\r\nHost: {}\r\n\r\n", server.host);
    stream.get_mut().write_all(request.as_bytes()).unwrap();
    let status = next_line(&mut stream).split(' ').nth(1).unwrap().parse().unwrap();
    while !next_line(&mut stream).is_empty() {}
    (status, stream)
}

fn next_line(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// Returns the version in the next event.
fn next_version(stream: &mut BufReader<TcpStream>) -> String {
    until(|| next_line(stream).strip_prefix("data: ").map(str::to_owned))
}

#[test]
fn a_document_that_is_opened_in_a_browser_on_this_machine_reloads_and_no_other_is_changed() {
    let project = project();
    let server = TestServer::start(&project, &[]);
    let (_, mut stream) = open_stream(&server);
    let version = next_version(&mut stream);
    for path in ["/", "/rss.xml", "/town/atom.xml"] {
        let (status, headers, body) = server.ask("GET", path, &[NAVIGATION, ("If-None-Match", "*")]);
        assert_eq!((status, headers["cache-control"].as_str(), headers.get("etag")), (200, "no-store", None));
        assert!(text(&body).contains(&format!("data-version=\"{version}\">")), "{path}");
        let name = if path == "/" { "index.html" } else { &path[1..] };
        let published = fs::read(project.path("feeds").join(name)).unwrap();
        for (method, more) in [
            ("GET", &[][..]),
            ("GET", &[("Sec-Fetch-Dest", "empty")]),
            ("GET", &[NAVIGATION, ("X-Forwarded-For", "192.0.2.7")]),
            ("GET", &[NAVIGATION, ("Via", "1.1 proxy")]),
        ] {
            let (_, headers, body) = server.ask(method, path, more);
            assert!(body == published && headers.contains_key("etag"), "{path} {more:?}");
        }
    }
    // Nothing but documents that a browser displays.
    assert_eq!(
        server.ask("GET", "/feed.json", &[NAVIGATION]).2,
        fs::read(project.path("feeds/feed.json")).unwrap()
    );

    project.write_seed("town/2.txt", MAY + 1000, "Second", "https://news.example/2", "<p>x</p>");
    let next = until(|| Some(next_version(&mut stream)).filter(|next| *next != version));
    let (_, _, page) = server.ask("GET", "/", &[NAVIGATION]);
    assert!(text(&page).contains("Second") && text(&page).contains(&format!("data-version=\"{next}\">")));
}

#[test]
#[cfg(unix)]
fn event_streams_are_few_and_do_not_delay_shutdown() {
    let project = project();
    let mut server = TestServer::start(&project, &["--connections", "12"]);
    let mut streams: Vec<_> = (0..3).map(|_| open_stream(&server)).collect();
    assert!(streams.iter().all(|(status, _)| *status == 200));
    assert_eq!(open_stream(&server).0, 503, "a quarter of the connections is three");
    assert_eq!(server.get("/rss.xml").0, 200);
    // The slot of a client that is gone is free again once the server has noticed.
    drop(streams.pop());
    until(|| (open_stream(&server).0 == 200).then_some(()));
    // Other sites and other machines get none.
    for more in [("Sec-Fetch-Site", "cross-site"), ("X-Forwarded-For", "192.0.2.7")] {
        assert_eq!(server.ask("GET", "/live", &[more]).0, 404, "{more:?}");
    }
    let start = std::time::Instant::now();
    server.end();
    assert_eq!(server.wait(), Some(0));
    assert!(start.elapsed().as_secs() < 9, "streams end at once");
    for (_, mut stream) in streams {
        while !next_line(&mut stream).is_empty() || !next_line(&mut stream).is_empty() {}
    }
}

#[test]
fn each_build_is_one_line_with_its_changes_and_its_duration() {
    let project = project();
    let _server = TestServer::start(&project, &[]);
    let lines = || -> Vec<String> { project.read_file("stdout").lines().map(str::to_owned).collect() };
    let line = until(|| lines().get(1).cloned());
    let (duration, changes) = line.strip_prefix("built in ").unwrap().split_once(" s: ").unwrap();
    assert!(duration.parse::<f64>().is_ok(), "{line}");
    assert!(changes.contains(" written, 0 unchanged: "), "{line}");
    assert!(changes.contains(" and ") && changes.ends_with(" more"), "{line}");
    project.write_file("seeds/notes.md", "No article.");
    let line = until(|| lines().get(2).cloned());
    assert!(line.starts_with("built in ") && line.contains(": "), "{line}");
    let quiet = self::project();
    let _server = TestServer::start(&quiet, &["--quiet"]);
    assert_eq!(quiet.read_file("stdout"), "");
}

#[test]
fn a_wrong_url_gets_a_page_in_a_browser_and_a_line_elsewhere() {
    let project = project();
    let server = TestServer::start(&project, &[]);
    let accept = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    for (path, links) in [
        ("/nowhere", ["href=\"./\"", "href=\"./rss.xml\""]),
        ("/town/%3Cscript%3Ealert(1)%3C/script%3E", ["href=\"../../\"", "href=\"../../rss.xml\""]),
        ("/..%2f..%2fsecret", ["href=\"./\"", "href=\"./rss.xml\""]),
    ] {
        let (status, headers, body) = server.ask("GET", path, &[accept]);
        let page = text(&body);
        assert_eq!((status, headers["content-type"].as_str()), (404, "text/html; charset=utf-8"));
        assert!(headers["content-security-policy"].starts_with("default-src 'none'; "), "{headers:?}");
        assert!(links.iter().all(|link| page.contains(link)) && !page.contains("<script"), "{page}");
        let (status, headers, body) = server.ask("GET", path, &[("Accept", "application/rss+xml, */*")]);
        assert_eq!((status, headers["content-type"].as_str()), (404, "text/plain; charset=utf-8"));
        assert_eq!((text(&body).as_str(), headers["vary"].as_str()), ("no such document\n", "accept"));
        // It waits for the next build, which may write the document.
        assert!(text(&server.ask("GET", path, &[accept, NAVIGATION]).2).contains("data-version="));
    }
    let long = format!("/{}", "%20x/".repeat(3000));
    let (status, _, body) = server.ask("GET", &long, &[accept]);
    assert!(status == 404 && body.len() < 4000, "{status} {}", body.len());
}

#[test]
#[cfg(unix)]
fn the_browser_is_opened_after_the_first_build() {
    use std::os::unix::fs::PermissionsExt;

    let project = project();
    project.write_file("browser", "#!/bin/sh\nls feeds >seen\nprintf %s \"$1\" >opened\n");
    fs::set_permissions(project.path("browser"), fs::Permissions::from_mode(0o755)).unwrap();
    let start = |browser: &Path| {
        let browser = browser.to_owned();
        TestServer::start_as(&project, &["--open"], move |mut command| {
            command.env("BROWSER", &browser);
            command
        })
    };
    let server = start(&project.path("browser"));
    let opened = until(|| fs::read_to_string(project.path("opened")).ok().filter(|text| !text.is_empty()));
    assert_eq!(opened, server.address);
    assert!(project.read_file("seen").contains("index.html"));
    drop(server);
    let server = start(&project.path("missing"));
    let stderr = until(|| Some(project.read_file("stderr")).filter(|text| text.ends_with('\n')));
    assert!(stderr.contains("cannot open a browser") && stderr.contains(&server.address), "{stderr}");
    assert_eq!(server.get("/rss.xml").0, 200);
}

/// Opens documents in a browser, and checks that they reload after a build without an error of their policies.
fn reloads_in(browser: &str) {
    let project = project();
    let server = TestServer::start(&project, &[]);
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/preview.cjs"));
    command.args([browser, &server.address, "", "rss.xml", "town/atom.xml", "later.html"]);
    command.env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "loaded");
    project.write_file("feeds/later.html", "<title>Later</title><p>Second, by hand</p>");
    project.write_seed("town/2.txt", MAY + 1000, "Second", "https://news.example/2", "<p>x</p>");
    writeln!(child.stdin.take().unwrap(), "Second").unwrap();
    let found: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert!(child.wait().unwrap().success());
    let errors: Vec<_> = found["errors"].as_array().unwrap().iter().map(|e| e.as_str().unwrap()).collect();
    assert!(errors.iter().all(|error| error.contains("404")), "only the missing page is one: {errors:?}");
    for name in ["before", "after"] {
        let texts = found[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
        let has_second: Vec<_> = texts.map(|text| text.contains("Second")).collect();
        assert_eq!(has_second, [name == "after"; 4], "{found}");
    }
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs chromium and node: run tests/run.sh")]
fn open_documents_reload_in_chromium() {
    reloads_in("chromium");
}

#[test]
#[cfg_attr(not(all(has_readers, has_firefox)), ignore = "needs firefox-esr and node: run tests/run.sh")]
fn open_documents_reload_in_firefox() {
    reloads_in("firefox");
}
