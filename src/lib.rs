//! feedmill turns a folder of parsed articles into RSS, Atom and JSON feeds, and checks any feed.

pub mod command;
pub mod config;
pub mod diag;
pub mod error;
pub mod format;
pub mod html;
pub mod model;
pub mod seed;
pub mod stage;
pub mod store;
pub mod unit;
