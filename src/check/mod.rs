//! `feedmill check`: what is wrong with a feed, where, and how to mend it.
mod document;

/// WIP
pub fn probe(text: &str) -> String { let d=document::parse(text); format!("{:?}", d.flaw) }
