//! `feedmill serve`: the feeds over HTTP, and the mill behind them.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::config::Plan;
use crate::diag::Sink;
use crate::error::{Error, Kind};
use crate::serve::{LogStyle, News, Server, Settings};
use crate::store::FsStore;
use crate::watch::Watch;

use super::args::{AccessLog, Serve};
use super::push::push;
use super::watch::follow;
use super::{Done, Outcome, build, sink, stop};

pub(super) fn run(args: Box<Serve>) -> Done {
    let plan = planned(&args)?;
    let settings = Settings {
        listen: args.listen,
        log: args.access_log.map(|style| match style {
            AccessLog::Text => LogStyle::Text,
            AccessLog::Json => LogStyle::Json,
        }),
        patience: Duration::from_secs(args.patience),
        connections: args.connections,
    };
    let server = Server::bind(settings, FsStore::new(&plan.feeds))?;
    // Whoever asked for port 0 reads here what he got. The access log says it in its own style.
    if !args.build.common.quiet && args.access_log.is_none() {
        let mut stdout = std::io::stdout();
        let _ = writeln!(stdout, "listening on http://{}/", server.address()).and_then(|()| stdout.flush());
    }
    let watch = Watch::new();
    let (waker, news) = (watch.waker(), server.news());
    let (done, over) = channel::<()>();
    // Not scoped, for that would wait for it without end: what is not over by then ends with the process.
    let mill = std::thread::Builder::new().name("mill".to_owned()).spawn(move || {
        mill(&args, &plan, watch, &news);
        drop(done);
    });
    mill.map_err(|e| Error::new(Kind::Io, "cannot start the mill").because(e))?;
    let result = server.run(stop::told);
    waker.stop();
    let _ = over.recv_timeout(stop::GRACE);
    result?;
    Ok(Outcome::Done)
}

/// The configuration as it is at first: where it can't be followed there is nothing to serve.
fn planned(args: &Serve) -> Result<Plan, Error> {
    let mut findings = Sink::keeping();
    let plan = build::plan(&args.build, &mut findings);
    if plan.is_err() {
        let mut stderr = std::io::stderr();
        let mut sink = sink(&args.build.common, &mut stderr);
        findings.kept().iter().for_each(|finding| sink.push(finding.clone()));
        sink.finish();
    }
    plan
}

/// Mills at once and after each change, until the watch is stopped.
fn mill(args: &Serve, first: &Plan, mut watch: Watch, news: &News) {
    let mut stderr = std::io::stderr();
    let mut sink = sink(&args.build.common, &mut stderr);
    follow(
        &args.build,
        &mut watch,
        &mut sink,
        &mut |plan, sink| {
            if plan.feeds != first.feeds {
                let message = "`feeds` is another folder now: start the server anew to serve that";
                return Err(Error::new(Kind::Config, message).at(&plan.feeds));
            }
            let start = Instant::now();
            let report = build::mill(&args.build, plan, None, sink)?;
            // Before hubs are told, for they come at once, and one that does not answer takes its time.
            news.milled(&report, start.elapsed());
            push(plan, &report, sink);
            Ok(ControlFlow::Continue(()))
        },
        &mut || news.failed(),
    );
    sink.finish();
}
