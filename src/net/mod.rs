//! Outgoing HTTP: notifies hubs about changed feeds, and asks media servers about their files. Nothing else in feedmill
//! uses the network, and nothing here can stop a build.

mod client;
mod guard;
mod hub;
mod probe;
#[cfg(test)]
mod tests;

pub use client::{AddressPolicy, without_secrets};
pub use hub::{HubClient, Notified};
pub use probe::Probe;
