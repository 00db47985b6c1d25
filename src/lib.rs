//! feedmill turns a folder of parsed articles into valid RSS, Atom and JSON feeds.
//!
//! [`stage::build`] is the whole mill; the README shows it at work.
//!
//! | room | what is in it |
//! | --- | --- |
//! | [`mod@unit`] | instants, sizes, media types |
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
//! | [`stage`] | the path of an article, a file a step |
//! | [`serve`] | the feeds over HTTP |
//! | [`command`] | the command line |

pub mod catalog;
pub mod check;
pub mod command;
pub mod config;
pub mod diag;
pub mod error;
pub mod format;
pub mod html;
pub mod model;
pub mod net;
pub mod seed;
pub mod serve;
pub mod stage;
pub mod store;
pub mod unit;
pub mod watch;

/// The book's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;
