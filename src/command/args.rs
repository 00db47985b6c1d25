//! Arguments of the command line. Flags override `FEEDMILL_*` variables, and those override the configuration file.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::check::Profile;
use crate::format::PageKind;
use crate::store::REQUESTS;

/// Turn a folder of articles into RSS, Atom and JSON feeds
#[derive(Debug, Parser)]
#[command(name = "feedmill", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 success, 1 problems found (check, --strict), 2 could not run.")]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
    #[command(flatten)]
    pub(super) build: BuildOnce,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Build feeds from seeds (default command)
    Build(Box<BuildOnce>),
    /// Build feeds, and again after each change; prints the path of each changed file
    Watch(Box<Build>),
    /// Serve the feeds over HTTP, and rebuild them after each change
    Serve(Box<Serve>),
    /// Validate feeds: report problems with location, reason and fix
    #[command(aliases = ["validate", "lint"])]
    Check(Check),
    /// Create a commented feedmill.toml for the articles in a folder
    Init(Init),
    /// Create an article in the same format as the existing ones, and print its path
    New(New),
    /// List the entries of the feeds, newest first
    List(List),
    /// Print the tags by which browsers find the feeds, for the head of your website
    Snippet(Snippet),
    /// Explain a seed, the URL of an entry, or the code of a finding
    Explain(Explain),
    /// List the rules of `check` and the findings of `build`, or explain one
    Rules(Rules),
    /// Print the JSON Schema of feedmill.toml, for editors
    Schema,
    /// Print the template of a page, to change it
    Template(Template),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the main manual page, or write all pages to a folder
    Man(Man),
}

/// Output format of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// Text, in color on a terminal
    Human,
    /// One JSON object per line
    Json,
    /// GitHub Actions annotations
    Github,
    /// One SARIF document, for code scanning
    Sarif,
    /// One JUnit document, for test reports
    Junit,
}

#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// Show errors only, and no summary
    #[arg(short, long, env = "FEEDMILL_QUIET", value_parser = clap::builder::BoolishValueParser::new())]
    pub(super) quiet: bool,
    /// Show notes too, and the summary even if stderr is not a terminal
    #[arg(short, long, conflicts_with = "quiet", overrides_with = "verbose")]
    pub(super) verbose: bool,
    /// Output format of messages
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human", env = "FEEDMILL_MESSAGE_FORMAT")]
    pub(super) message_format: MessageFormat,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Feeds, folders to look for feeds in, URLs of feeds or web pages, or - for standard input [default: the feeds of feedmill.toml]
    #[arg(value_name = "PATH|URL")]
    pub(super) paths: Vec<PathBuf>,
    /// Report findings of a rule as errors; `warnings` for all warnings; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_hint = ValueHint::Other)]
    pub(super) deny: Vec<String>,
    /// Report findings of a rule as warnings; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_hint = ValueHint::Other)]
    pub(super) warn: Vec<String>,
    /// Suppress a rule, or those that a pattern such as itunes/* matches; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_hint = ValueHint::Other)]
    pub(super) allow: Vec<String>,
    /// Report as errors what a podcast store or standard refuses
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Profile::ALL.map(Profile::name)))]
    pub(super) profile: Option<String>,
    /// Skip files and folders: a name such as *.json, or a path such as public/old; may be repeated
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(super) exclude: Vec<String>,
    /// Print the number of findings of each rule instead of the findings
    #[arg(long)]
    pub(super) statistics: bool,
    /// Name of the file on standard input, for findings and for the levels of paths
    #[arg(long, value_name = "PATH")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Verify enclosures and covers too: existence, type, length, size; at most 200 files
    #[arg(long)]
    pub(super) online: bool,
    /// Permit requests to private addresses, such as localhost, and through a proxy
    #[arg(long)]
    pub(super) private: bool,
    /// Published URL of the feed, which its self link must equal
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// Configuration file; only [check] is used [default: feedmill.toml, if it exists]
    #[arg(long, value_name = "FILE", env = "FEEDMILL_CONFIG")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Output format of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AccessLog {
    /// One line of text per request
    Text,
    /// One JSON object per request
    Json,
}

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// Address to listen on, or only a port of this machine; port 0 picks a free port
    #[arg(long, alias = "port", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080", value_parser = address, env = "FEEDMILL_LISTEN")]
    pub(super) listen: SocketAddr,
    /// Log each request to stdout
    #[arg(long, value_enum, value_name = "FORMAT", env = "FEEDMILL_ACCESS_LOG")]
    pub(super) access_log: Option<AccessLog>,
    /// Close connections of clients that send nothing for this long, or stop reading a response for up to five times as long
    #[arg(long, alias = "patience", value_name = "SECONDS", default_value_t = 30, value_parser = seconds, env = "FEEDMILL_CLIENT_TIMEOUT")]
    pub(super) client_timeout: u64,
    /// Maximum number of connections; more are refused
    #[arg(long, value_name = "N", default_value_t = 16384, value_parser = connections, env = "FEEDMILL_CONNECTIONS")]
    pub(super) connections: usize,
    /// Open the index page in the default browser, or in that of $BROWSER, after the first build
    #[arg(long)]
    pub(super) open: bool,
    /// Serve a page that checks feeds, /validator: visitors enter a URL or paste a feed
    #[arg(long, env = "FEEDMILL_VALIDATOR", value_parser = clap::builder::BoolishValueParser::new())]
    pub(super) validator: bool,
    #[command(flatten)]
    pub(super) build: Build,
}

#[derive(Debug, clap::Args)]
pub(super) struct Init {
    /// Folder of the configuration and its seeds
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) folder: PathBuf,
    /// Overwrite an existing feedmill.toml
    #[arg(long)]
    pub(super) force: bool,
}

/// The seeds of commands that build nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Sources {
    /// Folder of the seeds [default: seeds]
    #[arg(long, value_name = "DIR", env = "FEEDMILL_SEEDS")]
    pub(super) seeds: Option<PathBuf>,
    /// Configuration file [default: feedmill.toml, if it exists]
    #[arg(long, value_name = "FILE", env = "FEEDMILL_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// URL of the site that the articles belong to
    #[arg(long, value_name = "URL", env = "FEEDMILL_SITE_URL")]
    pub(super) site_url: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct New {
    /// Title of the article
    #[arg(value_name = "TITLE")]
    pub(super) title: String,
    #[command(flatten)]
    pub(super) sources: Sources,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Maximum number of entries to list [default: all that the feeds have]
    #[arg(long, value_name = "N", value_parser = number_of_entries)]
    pub(super) limit: Option<usize>,
    /// Print one JSON object per line instead of a table
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) sources: Sources,
}

#[derive(Debug, clap::Args)]
pub(super) struct Snippet {
    #[command(flatten)]
    pub(super) sources: Sources,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// Seed file, URL of an entry, or code of a finding
    #[arg(value_name = "SEED|URL|CODE")]
    pub(super) what: OsString,
    /// Print one JSON object per seed
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) sources: Sources,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rules {
    /// Rule or finding to explain
    pub(super) code: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Template {
    /// Page: `page` is the index page and that of a feed, `entry` that of an entry
    #[arg(value_name = "PAGE", default_value = "page", value_parser = PossibleValuesParser::new(PageKind::ALL.map(PageKind::name)))]
    pub(super) page: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// Shell to complete for
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// Folder for all pages; without it the main page goes to stdout
    #[arg(value_name = "DIR")]
    pub(super) folder: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct BuildOnce {
    /// Print what would be written and removed, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// With --dry-run: print the changes as a unified diff too
    #[arg(long, requires = "dry_run")]
    pub(super) diff: bool,
    /// Share the work with other builders of the same feeds, on any number of machines; waits until the feeds are built
    #[arg(long, conflicts_with_all = ["dry_run", "no_catalog"])]
    pub(super) shared: bool,
    /// Time after which a lock in object storage expires if its builder has died
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = seconds, env = "FEEDMILL_LEASE")]
    pub(super) lease: u64,
    /// Number of requests to object storage at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = REQUESTS, value_parser = requests, env = "FEEDMILL_REQUESTS")]
    pub(super) requests: usize,
    #[command(flatten)]
    pub(super) build: Build,
}

#[derive(Debug, clap::Args)]
pub(super) struct Build {
    /// Folder of the seeds, or a URL such as s3://bucket/seeds [default: seeds]
    #[arg(long, value_name = "DIR", env = "FEEDMILL_SEEDS")]
    pub(super) seeds: Option<PathBuf>,
    /// Folder to write the feeds to, or a URL such as s3://bucket/feeds [default: feeds]
    #[arg(long, value_name = "DIR", env = "FEEDMILL_FEEDS")]
    pub(super) feeds: Option<PathBuf>,
    /// Configuration file [default: feedmill.toml, if it exists]
    #[arg(long, value_name = "FILE", env = "FEEDMILL_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Published URL of the feeds folder; needed for self links
    #[arg(long, value_name = "URL", env = "FEEDMILL_BASE_URL")]
    pub(super) base_url: Option<String>,
    /// URL of the site that the articles belong to
    #[arg(long, value_name = "URL", env = "FEEDMILL_SITE_URL")]
    pub(super) site_url: Option<String>,
    /// URL pattern for articles without one, such as /:year/:month/:slug/
    #[arg(long, value_name = "PATTERN", env = "FEEDMILL_PERMALINK")]
    pub(super) permalink: Option<String>,
    /// Title of the main feed
    #[arg(long, value_name = "TEXT", env = "FEEDMILL_TITLE")]
    pub(super) title: Option<String>,
    /// Description of the main feed
    #[arg(long, value_name = "TEXT", env = "FEEDMILL_DESCRIPTION")]
    pub(super) description: Option<String>,
    /// Language of the feeds, such as en or zh-Hans
    #[arg(long, value_name = "TAG", env = "FEEDMILL_LANGUAGE")]
    pub(super) language: Option<String>,
    /// Author of the feeds: "Name <mail@host>"
    #[arg(long, value_name = "PERSON", env = "FEEDMILL_AUTHOR")]
    pub(super) author: Option<String>,
    /// Copyright notice
    #[arg(long, value_name = "TEXT", env = "FEEDMILL_COPYRIGHT")]
    pub(super) copyright: Option<String>,
    /// Image of the feeds
    #[arg(long, value_name = "URL", env = "FEEDMILL_ICON")]
    pub(super) icon: Option<String>,
    /// WebSub hub to notify about changes
    #[arg(long, value_name = "URL", env = "FEEDMILL_HUB")]
    pub(super) hub: Option<String>,
    /// Maximum number of entries per feed; 0 for all [default: 50]
    #[arg(long, value_name = "N", value_parser = limit, env = "FEEDMILL_LIMIT", allow_negative_numbers = true)]
    pub(super) limit: Option<i64>,
    /// Formats to write, separated by commas [default: rss,atom,json]
    #[arg(long, value_name = "LIST", env = "FEEDMILL_FORMATS", value_delimiter = ',')]
    pub(super) formats: Option<Vec<String>>,
    /// Source of entry ids: link, tag or file [default: link]
    #[arg(long, value_name = "KIND", env = "FEEDMILL_IDS")]
    pub(super) ids: Option<String>,
    /// Indent feeds: true or false [default: true]
    #[arg(long, value_name = "BOOL", env = "FEEDMILL_INDENT")]
    pub(super) indent: Option<bool>,
    /// Write older entries to monthly archives: true or false [default: false]
    #[arg(long, value_name = "BOOL", env = "FEEDMILL_ARCHIVE")]
    pub(super) archive: Option<bool>,
    /// Exit with 1 if any seed was skipped or has warnings
    #[arg(long)]
    pub(super) strict: bool,
    /// Publish nothing if `check` finds an error in the new feeds
    #[arg(long)]
    pub(super) check: bool,
    /// Remove feeds that feedmill generated but no longer does
    #[arg(long)]
    pub(super) prune: bool,
    /// Cache directory [default: .feedmill in the feeds folder]
    #[arg(long, value_name = "DIR", env = "FEEDMILL_CACHE_DIR")]
    pub(super) cache_dir: Option<PathBuf>,
    /// Ignore and do not write the cache
    #[arg(long)]
    pub(super) no_catalog: bool,
    /// Ask media servers for missing types and lengths
    #[arg(long, env = "FEEDMILL_PROBE", value_parser = clap::builder::BoolishValueParser::new())]
    pub(super) probe: bool,
    /// Do not notify WebSub hubs
    #[arg(long)]
    pub(super) no_push: bool,
    /// Time to wait for another build of the same feeds to finish; --shared waits as long as it takes
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = wait, env = "FEEDMILL_WAIT")]
    pub(super) wait: u64,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Parses a value, or says what a valid one is: the parsers of the standard library do not.
fn value<T: FromStr>(text: &str, valid: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("use {valid}"))
}

fn limit(text: &str) -> Result<i64, String> {
    value(text, "a whole number such as 50, or 0 for all entries")
}

fn number_of_entries(text: &str) -> Result<usize, String> {
    value(text, "a whole number such as 50")
}

fn wait(text: &str) -> Result<u64, String> {
    value(text, "a whole number of seconds such as 10, or 0 to give up at once")
}

fn connections(text: &str) -> Result<usize, String> {
    value(text, "a whole number such as 1000")
}

/// Parses an address to listen on. A port alone is one of the loopback interface.
fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.trim();
    if let Ok(port) = port.strip_prefix(':').unwrap_or(port).parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    value(text, "an address and a port, such as 127.0.0.1:8080 or [::1]:8080")
}

/// Parses a number of requests at the same time.
fn requests(text: &str) -> Result<usize, String> {
    let valid = "a whole number from 1 to 1000";
    value(text, valid).ok().filter(|number| (1..=1000).contains(number)).ok_or_else(|| format!("use {valid}"))
}

/// Parses a number of seconds up to an hour.
fn seconds(text: &str) -> Result<u64, String> {
    let valid = "a whole number of seconds from 1 to 3600";
    value(text, valid).ok().filter(|number| (1..=3600).contains(number)).ok_or_else(|| format!("use {valid}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_one_of_this_machine() {
        for text in ["8000", ":8000", "127.0.0.1:8000"] {
            assert_eq!(address(text).unwrap().to_string(), "127.0.0.1:8000", "{text}");
        }
        assert_eq!(address("[::]:80").unwrap().to_string(), "[::]:80");
        for text in ["", ":", "localhost", "70000", "127.0.0.1"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
