//! `feedmill serve`: serves the feeds over HTTP, and rebuilds them after each change.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use url::Url;

use crate::config::Plan;
use crate::diag::Sink;
use crate::error::{Error, Kind};
use crate::net::{AddressPolicy, FeedClient, FetchError};
use crate::online::{self, Limits};
use crate::serve::{
    CheckUrl, CheckedDocument, CheckedUrl, LogStyle, MAX_DOCUMENT, MillEvents, Server, Settings,
};
use crate::store::FsStore;
use crate::watch::Watch;

use super::args::{AccessLog, Serve};
use super::build;
use super::context::{CommandResult, Outcome, message_sink};
use super::push::push;
use super::stop;
use super::watch::build_on_changes;

/// Limits on what the validator page fetches for a URL.
const LIMITS: Limits = Limits { feeds: 5, time: Duration::from_secs(15) };

pub(super) fn run(args: Box<Serve>) -> CommandResult {
    let plan = initial_plan(&args)?;
    let settings = Settings {
        listen: args.listen,
        log: args.access_log.map(|style| match style {
            AccessLog::Text => LogStyle::Text,
            AccessLog::Json => LogStyle::Json,
        }),
        client_timeout: Duration::from_secs(args.client_timeout),
        max_connections: args.connections,
    };
    let mut server = Server::bind(settings, FsStore::new(&plan.feeds))?;
    if args.validator {
        server = server.with_validator(check_url(plan.main_feed.base.as_ref()));
    }
    // Tells which port was picked for port 0. The access log reports it in its own style.
    if !args.build.common.quiet && args.access_log.is_none() {
        let mut stdout = std::io::stdout();
        let _ = writeln!(stdout, "listening on http://{}/", server.address()).and_then(|()| stdout.flush());
    }
    let watch = Watch::new();
    let (waker, events) = (watch.waker(), server.events());
    let (done, finished) = channel::<()>();
    // Not a scoped thread, which would be waited for without limit: a build that is not done in time ends with the process.
    let builder = std::thread::Builder::new().name("mill".to_owned()).spawn(move || {
        build_continuously(&args, &plan, watch, &events);
        drop(done);
    });
    builder.map_err(|e| Error::new(Kind::Io, "cannot start the build thread").because(e))?;
    let result = server.run(stop::shutdown_signal);
    waker.stop();
    let _ = finished.recv_timeout(stop::GRACE);
    result?;
    Ok(Outcome::Success)
}

/// Returns what the validator page does with a URL. Only public addresses are requested, and no option changes that: the
/// page is for everyone.
fn check_url(contact: Option<&Url>) -> CheckUrl {
    let client = FeedClient::new(AddressPolicy::PublicOnly, contact, MAX_DOCUMENT);
    Box::new(move |url, now| {
        let online::Found { page, documents } =
            online::check_url(&client, url, None, now, LIMITS).map_err(|error| explained(&error))?;
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

/// Builds now and after each change, until the watcher is stopped.
fn build_continuously(args: &Serve, initial: &Plan, mut watch: Watch, events: &MillEvents) {
    let mut stderr = std::io::stderr();
    let mut sink = message_sink(&args.build.common, &mut stderr);
    build_on_changes(
        &args.build,
        &mut watch,
        &mut sink,
        &mut |plan, sink| {
            if plan.feeds != initial.feeds {
                let message = "`feeds` changed; restart the server to serve the new folder";
                return Err(Error::new(Kind::Config, message).at(&plan.feeds));
            }
            let start = Instant::now();
            let report = build::build(&args.build, plan, None, sink)?;
            // Before hubs are notified: they fetch the feeds at once, and a hub that does not answer takes long.
            events.succeeded(&report, start.elapsed());
            push(plan, &report, sink);
            Ok(ControlFlow::Continue(()))
        },
        &mut || events.failed(),
    );
    sink.finish();
}
