//! feedmill turns a folder of parsed articles into valid RSS, Atom and JSON feeds, and says what is wrong with any feed.
//!
//! # A tour
//!
//! [`pipeline::build`] is the whole mill: a [`config::Plan`] and two [`store::Store`]s go in, a [`pipeline::Report`] comes out,
//! and what there is to say of seeds goes to a [`diag::Sink`]. Stores are folders ([`store::FsStore`]), memory
//! ([`store::MemoryStore`]), or yours.
//!
//! Its parts are there for themselves. [`seed::parse`] reads an article, [`html::clean`] makes its HTML safe to publish,
//! [`model::Feed`] is a feed as plain data, and a [`format::Format`] writes it. [`check::check`] says what is wrong with a
//! feed of anybody. [`serve::Server`] serves a store over HTTP, [`watch::Watch`] waits for changes.
//!
//! ```
//! use feedmill::check::{Options, check};
//!
//! for found in check(b"<rss version=\"2.0\"/>", Options::default()) {
//!     println!("{}: {}; {}", found.meta.code, found.message(), found.meta.remedy);
//! }
//! ```
//!
//! # Rooms
//!
//! Each uses only what stands above it.
//!
//! | room | what is in it |
//! | --- | --- |
//! | [`types`] | instants, sizes, media types |
//! | [`diag`] | findings, their codes, and the sink they go to |
//! | [`error`] | what stops a run |
//! | [`html`] | from raw HTML to HTML that is safe to publish |
//! | [`store`] | where seeds lie and feeds go |
//! | [`watch`] | waiting until something changes on disk |
//! | [`model`] | a feed as plain data |
//! | [`seed`] | how a seed is written |
//! | [`mod@format`] | how a feed is written |
//! | [`net`] | what is said to hubs and asked of media servers |
//! | [`check`] | what is wrong with a feed |
//! | [`config`] | what the user wants |
//! | [`catalog`] | what is remembered between runs |
//! | [`pipeline`] | the path of an article, a file a step |
//! | [`serve`] | the feeds over HTTP |
//! | [`command`] | the command line |
//!
//! [`catalog`] and [`command`] are public for the binary, its tests and measurements: their items may change with any
//! version. So may [`net`], which does what the command does between runs.

#[cfg(feature = "cli")]
pub mod command;
#[cfg(feature = "net")]
pub mod net;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "watch")]
pub mod watch;

pub mod catalog;
pub mod config;
pub mod error;
pub mod format;
pub mod model;
pub mod pipeline;
pub mod seed;
pub mod store;

pub use feedmill_check as check;
pub use feedmill_diag as diag;
pub use feedmill_html as html;
pub use feedmill_types as types;

/// The book's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;
