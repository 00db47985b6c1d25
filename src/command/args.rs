//! What can be said on the command line. Flags stand above `FEEDMILL_*` variables, those above the file.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Turns a folder of parsed articles into RSS, Atom and JSON feeds.
#[derive(Debug, Parser)]
#[command(name = "feedmill", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 found what you asked it to find (--strict), 2 could not do it."
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
    #[command(flatten)]
    pub(super) build: Build,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Mill the seeds into feeds (what happens without a command)
    Build(Box<Build>),
    /// Mill now and after each change, until told to stop; prints the path of each file that changed
    Watch(Box<Build>),
    /// Serve the feeds over HTTP, and mill after each change
    Serve(Box<Serve>),
    /// Say what is wrong with feeds, where, why, and how to mend it
    Check(Check),
    /// Look at the articles of a folder, and write a commented feedmill.toml for them
    Init(Init),
    /// List the rules of `check`, or explain one
    Rules(Rules),
    /// Print the JSON Schema of feedmill.toml, for editors
    Schema,
    /// Write what a shell needs to complete this command
    Completions(Completions),
    /// Write the manual: its main page, or all of it into a folder
    Man(Man),
}

/// How messages look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// For people, in colour on a terminal
    Human,
    /// One JSON object a line
    Json,
    /// GitHub Actions annotations
    Github,
    /// One SARIF document, for code scanning
    Sarif,
}

#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// Show errors only, and no summary
    #[arg(short, long, env = "FEEDMILL_QUIET", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) quiet: bool,
    /// Show notes too, and the summary even where stderr is no terminal
    #[arg(short, long, conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// How messages look
    #[arg(long, value_enum, value_name = "STYLE", default_value = "human", env = "FEEDMILL_MESSAGE_FORMAT")]
    pub(super) message_format: MessageFormat,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Feeds, folders of feeds, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Make warnings errors
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    pub(super) deny: Vec<String>,
    /// Be silent about a rule; may be said more than once
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(super) allow: Vec<String>,
    /// Where the feed is published: its self link should say the same
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// The configuration, of which [check] counts [default: feedmill.toml, where there is one]
    #[arg(long, value_name = "FILE", env = "FEEDMILL_CONFIG")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// How the access log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AccessLog {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// Where to listen; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080", env = "FEEDMILL_LISTEN")]
    pub(super) listen: SocketAddr,
    /// Write each request to stdout
    #[arg(long, value_enum, value_name = "STYLE", env = "FEEDMILL_ACCESS_LOG")]
    pub(super) access_log: Option<AccessLog>,
    /// How many seconds a client may take to ask, to ask again, or to take some of what it is sent
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600), env = "FEEDMILL_PATIENCE")]
    pub(super) patience: u64,
    /// How many connections there may be; more are refused
    #[arg(long, value_name = "N", default_value_t = 16384, env = "FEEDMILL_CONNECTIONS")]
    pub(super) connections: usize,
    #[command(flatten)]
    pub(super) build: Build,
}

#[derive(Debug, clap::Args)]
pub(super) struct Init {
    /// The folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) folder: PathBuf,
    /// Write over a feedmill.toml that is there
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rules {
    /// The rule to explain
    pub(super) code: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// Where the pages go; without it the main page goes to stdout
    #[arg(value_name = "DIR")]
    pub(super) folder: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Build {
    /// Where the seeds lie [default: seeds]
    #[arg(long, value_name = "DIR", env = "FEEDMILL_SEEDS")]
    pub(super) seeds: Option<PathBuf>,
    /// Where the feeds go [default: feeds]
    #[arg(long, value_name = "DIR", env = "FEEDMILL_FEEDS")]
    pub(super) feeds: Option<PathBuf>,
    /// The configuration [default: feedmill.toml, where there is one]
    #[arg(long, value_name = "FILE", env = "FEEDMILL_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Where the feeds folder is published; gives the self links
    #[arg(long, value_name = "URL", env = "FEEDMILL_BASE_URL")]
    pub(super) base_url: Option<String>,
    /// The site the articles belong to
    #[arg(long, value_name = "URL", env = "FEEDMILL_SITE_URL")]
    pub(super) site_url: Option<String>,
    /// How the address of an article is made that does not say it, such as /:year/:month/:slug/
    #[arg(long, value_name = "PATTERN", env = "FEEDMILL_PERMALINK")]
    pub(super) permalink: Option<String>,
    /// The title of the whole feed
    #[arg(long, value_name = "TEXT", env = "FEEDMILL_TITLE")]
    pub(super) title: Option<String>,
    /// What the whole feed is about
    #[arg(long, value_name = "TEXT", env = "FEEDMILL_DESCRIPTION")]
    pub(super) description: Option<String>,
    /// The language of the feeds, such as en or zh-Hans
    #[arg(long, value_name = "TAG", env = "FEEDMILL_LANGUAGE")]
    pub(super) language: Option<String>,
    /// Who is responsible: "Name <mail@host>"
    #[arg(long, value_name = "PERSON", env = "FEEDMILL_AUTHOR")]
    pub(super) author: Option<String>,
    /// The copyright line
    #[arg(long, value_name = "TEXT", env = "FEEDMILL_COPYRIGHT")]
    pub(super) copyright: Option<String>,
    /// The picture of the feeds
    #[arg(long, value_name = "URL", env = "FEEDMILL_ICON")]
    pub(super) icon: Option<String>,
    /// The WebSub hub
    #[arg(long, value_name = "URL", env = "FEEDMILL_HUB")]
    pub(super) hub: Option<String>,
    /// How many entries a feed carries; 0 for all [default: 50]
    #[arg(long, value_name = "N", env = "FEEDMILL_LIMIT", allow_negative_numbers = true)]
    pub(super) limit: Option<i64>,
    /// What is written, separated by commas [default: all of rss,atom,json]
    #[arg(long, value_name = "LIST", env = "FEEDMILL_FORMATS", value_delimiter = ',')]
    pub(super) formats: Option<Vec<String>>,
    /// What ids are made of: link, tag or file [default: link]
    #[arg(long, value_name = "KIND", env = "FEEDMILL_IDS")]
    pub(super) ids: Option<String>,
    /// Whether feeds are indented: true or false [default: true]
    #[arg(long, value_name = "BOOL", env = "FEEDMILL_INDENT")]
    pub(super) indent: Option<bool>,
    /// Whether older entries go to archive documents: true or false [default: false]
    #[arg(long, value_name = "BOOL", env = "FEEDMILL_ARCHIVE")]
    pub(super) archive: Option<bool>,
    /// Exit with 1 where any seed was skipped or warned about
    #[arg(long)]
    pub(super) strict: bool,
    /// Publish nothing where `check` finds an error in what would be published
    #[arg(long)]
    pub(super) check: bool,
    /// Remove feeds that feedmill made and no longer makes
    #[arg(long)]
    pub(super) prune: bool,
    /// Where is kept what the mill remembers [default: .feedmill in the folder of the feeds]
    #[arg(long, value_name = "DIR", env = "FEEDMILL_CACHE_DIR")]
    pub(super) cache_dir: Option<PathBuf>,
    /// Read every seed anew, and remember nothing
    #[arg(long)]
    pub(super) no_catalog: bool,
    /// Ask media servers for type and length where an article does not tell
    #[arg(long, env = "FEEDMILL_PROBE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) probe: bool,
    /// Tell no hub
    #[arg(long)]
    pub(super) no_push: bool,
    /// How many seconds to wait for another run to end
    #[arg(long, value_name = "SECONDS", default_value_t = 10, env = "FEEDMILL_WAIT")]
    pub(super) wait: u64,
    #[command(flatten)]
    pub(super) common: Common,
}
