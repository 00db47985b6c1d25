//! The command: parse, call, exit.

fn main() {}
