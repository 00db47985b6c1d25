//! Outgoing HTTP: notifies hubs about changed feeds, asks media servers about their files, and fetches feeds to check them.
//! Nothing else in feedmill uses the network, and nothing here can stop a build.

mod client;
mod dimensions;
mod fetch;
mod file_client;
mod guard;
mod hub;
mod probe;
mod queue;
#[cfg(test)]
mod tests;
mod verify;

pub use client::{AddressPolicy, without_secrets};
pub use fetch::{FeedClient, FetchError, Fetched};
pub use hub::{HubClient, Notified};
pub use probe::Probe;
pub use verify::FileVerifier;
