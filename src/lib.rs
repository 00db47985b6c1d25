//! Builds RSS, Atom and JSON feeds from articles, and checks any feed.
//!
//! There are three entry points:
//!
//! | function | what it does |
//! | --- | --- |
//! | [`build`] | builds feeds from a folder of articles |
//! | [`feeds`] | builds feeds from articles in memory |
//! | [`check`](fn@check) | reports what is wrong with a feed, where, and how to fix it |
//!
//! # A folder of articles
//!
//! [`build`] reads articles from one [`store::Store`] and writes feeds to another. A store is a folder
//! ([`store::FsStore`]), memory ([`store::MemoryStore`]), or your own. The [`config::Plan`] is the resolved configuration.
//!
//! ```
//! use feedmill::Options;
//! use feedmill::config::RawConfig;
//! use feedmill::diag::Sink;
//! use feedmill::store::{MemoryStore, Store};
//! use feedmill::types::Bytes;
//!
//! let (seeds, feeds) = (MemoryStore::new(), MemoryStore::new());
//! let seed = b"---\ntitle: The ferry\ndate: 2024-06-01\n---\nIt is *quiet*.\n";
//! seeds.replace("ferry.md".as_ref(), seed)?;
//!
//! let mut sink = Sink::collecting();
//! let config = RawConfig::read("site_url = 'https://harbour.example/'", "feedmill.toml".as_ref(), &mut sink)?;
//! let plan = config.resolve(&mut sink)?;
//! let options = Options { check: true, ..Options::default() };
//! feedmill::build(&plan, &seeds, &feeds, options, &mut sink)?;
//! let rss = String::from_utf8(feeds.read("rss.xml".as_ref(), Bytes(1 << 20))?)?;
//! assert!(rss.contains("<title>The ferry</title>"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Articles in memory
//!
//! [`feeds`] orders, merges, filters, cleans and archives [`model::Article`]s as [`build`] does with files, and returns
//! feeds that can be written.
//!
//! ```
//! use feedmill::config::RawConfig;
//! use feedmill::diag::Sink;
//! use feedmill::model::Article;
//! use feedmill::types::UnixMs;
//!
//! let plan = RawConfig::default().resolve(&mut Sink::collecting())?;
//! let article = Article::new("https://harbour.example/ferry".parse()?, UnixMs(1_717_225_200_000))
//!     .title("The ferry")
//!     .html("<p onclick=\"x()\">It is <em>quiet</em>.</p>");
//! let feeds = feedmill::feeds([article], &plan)?;
//! for (path, bytes) in feeds[0].write()? {
//!     println!("{}: {} bytes", path.display(), bytes.len());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Any feed
//!
//! [`check`](fn@check) takes the bytes of an RSS, Atom, JSON Feed or OPML document. Each finding has a code, a severity, a
//! place, a message and a fix.
//!
//! ```
//! use feedmill::check::Options;
//!
//! let findings = feedmill::check(b"<rss version=\"2.0\"/>", Options::default());
//! assert_eq!(findings[0].meta.code, "feed/missing-element");
//! println!("{}: {}", findings[0].message(), findings[0].meta.remedy);
//! ```
//!
//! # One feed
//!
//! To write a single feed, fill in a [`model::Feed`] and hand it to a [`format::Format`]. [`html::clean`] makes HTML safe
//! to publish.
//!
//! ```
//! use feedmill::format::{JSON, Layout};
//! use feedmill::model::{Entry, Feed};
//! use feedmill::types::UnixMs;
//!
//! let entry = Entry::new("https://harbour.example/ferry", "The ferry", UnixMs(1_717_225_200_000));
//! let feed = Feed::new("Harbour news", "https://harbour.example/".parse()?).entries(vec![entry]);
//! let json = String::from_utf8(JSON.write(&feed, Layout::Indented)?)?;
//! assert!(json.contains("\"title\": \"The ferry\""));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//!
//! Each module uses only those above it. The first four are crates of their own.
//!
//! | module | contents |
//! | --- | --- |
//! | [`types`] | times, sizes, media types |
//! | [`diag`] | findings, their codes, and how they are printed |
//! | [`html`] | from raw HTML to HTML that is safe to publish |
//! | [`mod@check`] | rules for feeds |
//! | [`error`] | errors that stop a build |
//! | [`store`] | where seeds and feeds are stored |
#![cfg_attr(feature = "watch", doc = "| [`watch`] | waiting for changes on disk (feature `watch`) |")]
//! | [`model`] | articles, entries and feeds as plain data |
//! | [`generator`] | what a repository of Jekyll, Hugo, Hexo, Zola, Eleventy, Astro or Docusaurus says about its articles |
//! | [`seed`] | parsers for articles in files |
//! | [`mod@format`] | writers for RSS, Atom, JSON Feed, OPML and the index page |
//! | [`config`] | the configuration file |
//! | [`pipeline`] | from seeds to feeds, one file per step |
#![cfg_attr(feature = "serve", doc = "| [`serve`] | HTTP server for feeds (feature `serve`) |")]
//!
//! # Features
//!
//! The default features build the command `feedmill`. Without them (`default-features = false`), the library has no HTTP
//! client, server, TLS or command line, and builds feeds of articles in memory only. The feature `folder` adds [`build`],
//! the configuration file, and parsers for front matter.

// Without folders, only a part of the pipeline and of the parsers is used.
#![cfg_attr(not(feature = "folder"), allow(dead_code, unreachable_pub, unused_imports))]
// Nor does its documentation link to the rest.
#![cfg_attr(
    not(feature = "folder"),
    allow(rustdoc::broken_intra_doc_links, rustdoc::private_intra_doc_links)
)]

// Public for the binary, its tests and benchmarks only; may change with any version.
#[doc(hidden)]
pub mod catalog;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod command;
#[cfg(feature = "net")]
#[doc(hidden)]
pub mod net;
#[cfg(feature = "net")]
#[doc(hidden)]
pub mod online;
#[cfg(feature = "net")]
mod proxy;

pub mod config;
pub mod error;
pub mod format;
pub mod generator;
pub mod model;
pub mod pipeline;
#[cfg(feature = "folder")]
pub mod seed;
#[cfg(not(feature = "folder"))]
mod seed;
#[cfg(feature = "serve")]
pub mod serve;
pub mod store;
#[cfg(feature = "watch")]
pub mod watch;

pub use feedmill_check as check;
pub use feedmill_check::check;
pub use feedmill_diag as diag;
pub use feedmill_html as html;
pub use feedmill_types as types;
#[doc(inline)]
pub use pipeline::{BuiltFeed, feeds};
#[cfg(feature = "folder")]
#[doc(inline)]
pub use pipeline::{Options, Report, build};

/// Runs the examples of the book as tests.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;
