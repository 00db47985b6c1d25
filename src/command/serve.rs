//! `feedmill serve`: serves the feeds over HTTP, and rebuilds them after each change. Feeds in object storage are only served:
//! others build them, and any number of servers answer.

use std::cell::Cell;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::ControlFlow;
use std::sync::mpsc::{SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use url::Url;

use crate::config::Plan;
use crate::diag::{Sink, printable};
use crate::error::{Error, Kind};
use crate::net::{AddressPolicy, FeedClient, FetchError};
use crate::online::{self, Limits};
use crate::pipeline::Report;
use crate::serve::{
    CheckUrl, CheckedDocument, CheckedUrl, LogStyle, MAX_DOCUMENT, MillEvents, Server, Settings,
};
#[cfg(feature = "object-store")]
use crate::store::open_for_server;
use crate::store::{FsStore, is_url, shown};
use crate::watch::{WakeReason, Watch};

use super::args::{AccessLog, Serve};
use super::build;
use super::context::{CommandResult, Outcome, message_sink, print_message};
use super::env::is_on_command_line;
use super::push::push;
use super::stop;
use super::watch::build_on_changes;

/// Maximum number of changed files that the line about a build names.
const MAX_NAMES: usize = 3;
/// Maximum number of lines about builds that wait to be printed.
const MAX_WAITING: usize = 16;
/// Flags that demand something of builds.
const FLAGS_OF_BUILDS: &[&str] =
    &["--seeds", "--strict", "--check", "--prune", "--probe", "--limit", "--formats"];
/// Limits on what the validator page fetches for a URL.
const LIMITS: Limits = Limits { feeds: 5, time: Duration::from_secs(15) };

pub(super) fn run(args: Box<Serve>) -> CommandResult {
    let plan = initial_plan(&args)?;
    if is_url(&plan.feeds) {
        return serve_bucket(&args, &plan);
    }
    build::require_folders(&plan, "serve")?;
    let mut server = Server::bind(settings(&args), FsStore::new(&plan.feeds))?;
    if args.validator {
        server = server.with_validator(check_url(plan.main_feed.base.as_ref()));
    }
    // The access log reports it in its own style.
    let prints = print_address(&args, &server);
    let lines = prints.then(line_printer);
    let page = args.open.then(|| browser_url(server.address()));
    let watch = Watch::new();
    let (waker, events) = (watch.waker(), server.events());
    let (done, finished) = channel::<()>();
    // Not a scoped thread, which would be waited for without limit: a build that is not done in time ends with the process.
    let builder = std::thread::Builder::new().name("mill".to_owned()).spawn(move || {
        build_continuously(&args, &plan, watch, &events, page, lines.as_ref());
        drop(done);
    });
    builder.map_err(|e| Error::new(Kind::Io, "cannot start the build thread").because(e))?;
    let result = server.run(stop::shutdown_signal);
    waker.stop();
    let _ = finished.recv_timeout(stop::GRACE);
    result?;
    Ok(Outcome::Success)
}

/// Serves feeds in object storage. Nothing is built or written, so any number of servers can do that.
fn serve_bucket(args: &Serve, plan: &Plan) -> CommandResult {
    if let Some(flag) = FLAGS_OF_BUILDS.iter().find(|flag| is_on_command_line(flag)) {
        let message = format!(
            "`{flag}` is for builds, and `serve` builds nothing if the feeds are at a URL; remove the flag, and build \
             with `feedmill build`"
        );
        return Err(Error::new(Kind::Config, message).at(shown(&plan.feeds)));
    }
    let mut server = bind_bucket(args, plan)?;
    if args.validator {
        server = server.with_validator(check_url(plan.main_feed.base.as_ref()));
    }
    print_address(args, &server);
    if args.open {
        open_browser(&browser_url(server.address()));
    }
    server.run(stop::shutdown_signal)?;
    Ok(Outcome::Success)
}

#[cfg(feature = "object-store")]
fn bind_bucket(args: &Serve, plan: &Plan) -> Result<Server, Error> {
    let feeds = build::opened(&plan.feeds, open_for_server(&plan.feeds))?;
    Server::bind_bucket(settings(args), feeds)
}

/// Without the feature, no URL can be opened.
#[cfg(not(feature = "object-store"))]
fn bind_bucket(args: &Serve, plan: &Plan) -> Result<Server, Error> {
    build::open(&plan.feeds)?;
    Server::bind(settings(args), FsStore::new(&plan.feeds))
}

/// Prints the address of a server, and returns true, unless nothing is to be printed. It says which port was picked for port 0.
fn print_address(args: &Serve, server: &Server) -> bool {
    let prints = !args.build.common.quiet && args.access_log.is_none();
    if prints {
        print_line(&format!("listening on http://{}/", server.address()));
    }
    prints
}

fn settings(args: &Serve) -> Settings {
    Settings {
        listen: args.listen,
        log: args.access_log.map(|style| match style {
            AccessLog::Text => LogStyle::Text,
            AccessLog::Json => LogStyle::Json,
        }),
        client_timeout: Duration::from_secs(args.client_timeout),
        max_connections: args.connections,
    }
}

/// Returns what the validator page does with a URL. Only public addresses are requested, and no option changes that: the
/// page is for everyone.
fn check_url(contact: Option<&Url>) -> CheckUrl {
    let client = FeedClient::new(AddressPolicy::PublicOnly, contact, MAX_DOCUMENT);
    Box::new(move |url, options| {
        let online::Found { page, documents } =
            online::check_url(&client, url, options, LIMITS).map_err(|error| explained(&error))?;
        let checked = |document: online::Document| CheckedDocument {
            url: document.url,
            bytes: document.bytes,
            findings: document.findings,
        };
        let documents = documents.into_iter();
        let documents = documents.map(|d| d.map(checked).map_err(|(url, error)| (url, explained(&error))));
        Ok(CheckedUrl { page, documents: documents.collect() })
    })
}

/// Returns the message for a URL that could not be fetched.
fn explained(error: &FetchError) -> String {
    let fix = if error.is_not_public() { "; paste the feed instead" } else { "" };
    format!("{error}{fix}")
}

/// Returns the configuration at startup. If it is invalid there is nothing to serve.
fn initial_plan(args: &Serve) -> Result<Plan, Error> {
    let mut findings = Sink::collecting();
    let plan = build::plan(&args.build, &mut findings);
    if plan.is_err() {
        let mut stderr = std::io::stderr();
        let mut sink = message_sink(&args.build.common, &mut stderr);
        findings.collected().iter().for_each(|finding| sink.push(finding.clone()));
        sink.finish();
    }
    plan
}

/// Prints a line to stdout at once; a closed stdout is not an error.
fn print_line(line: &str) {
    let mut stdout = std::io::stdout();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// Starts a thread that prints lines. If nobody reads them, they are lost, because builds must not wait for a reader.
fn line_printer() -> SyncSender<String> {
    let (lines, waiting) = sync_channel::<String>(MAX_WAITING);
    let print = move || waiting.iter().for_each(|line| print_line(&line));
    // Without the thread, sending fails and is ignored.
    let _ = std::thread::Builder::new().name("lines".to_owned()).spawn(print);
    lines
}

/// Returns the URL at which a browser on this machine finds the server.
fn browser_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}/")
}

fn open_browser(url: &str) {
    if let Err(error) = opener::open_browser(url) {
        print_message(&format!("feedmill: cannot open a browser: {error}; open {url} yourself"));
    }
}

/// Summarizes a build in one line: how long it took and which files changed.
fn summary(report: &Report, took: Duration) -> String {
    let (names, changes) = (&report.changed, build::changes(report));
    let mut line = format!("built in {:.2} s: {changes}", took.as_secs_f64());
    for (number, path) in names.iter().take(MAX_NAMES).enumerate() {
        line.push_str(if number == 0 { ": " } else { ", " });
        line.push_str(&printable(&path.to_string_lossy()));
    }
    if names.len() > MAX_NAMES {
        line.push_str(&format!(" and {} more", names.len() - MAX_NAMES));
    }
    line
}

/// Builds now and after each change, until the watcher is stopped. After the first build, `page` is opened in a browser.
fn build_continuously(
    args: &Serve,
    initial: &Plan,
    mut watch: Watch,
    events: &MillEvents,
    page: Option<String>,
    lines: Option<&SyncSender<String>>,
) {
    let mut stderr = std::io::stderr();
    let mut sink = message_sink(&args.build.common, &mut stderr);
    let page = Cell::new(page);
    build_on_changes(
        &args.build,
        &mut watch,
        &mut sink,
        &mut |plan, reason, sink| {
            if plan.feeds != initial.feeds {
                let message = "`feeds` changed; restart the server to serve the new folder";
                return Err(Error::new(Kind::Config, message).at(&plan.feeds));
            }
            let start = Instant::now();
            let feeds = build::open(&plan.feeds)?;
            let report = build::build(&args.build, plan, &*feeds, None, sink)?;
            let took = start.elapsed();
            // Builds that only look whether a seed has become due, every ten minutes, would fill the screen.
            let is_news = reason == WakeReason::Changed || !report.changed.is_empty() || report.removed > 0;
            if let Some(lines) = lines.filter(|_| is_news) {
                let _ = lines.try_send(summary(&report, took));
            }
            // Before hubs are notified: they fetch the feeds at once, and a hub that does not answer takes long.
            events.succeeded(&report, took);
            if let Some(url) = page.take() {
                open_browser(&url);
            }
            push(plan, &*feeds, &report, sink);
            Ok(ControlFlow::Continue(()))
        },
        &mut || {
            events.failed();
            // The page says that there are no feeds yet, and is loaded again when there are.
            if let Some(url) = page.take() {
                open_browser(&url);
            }
        },
    );
    sink.finish();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_this_machine_if_the_server_listens_on_all_addresses() {
        for (address, expected) in [
            ("0.0.0.0:80", "http://127.0.0.1:80/"),
            ("[::]:8080", "http://[::1]:8080/"),
            ("192.0.2.1:1", "http://192.0.2.1:1/"),
        ] {
            assert_eq!(browser_url(address.parse().unwrap()), expected);
        }
    }
}
