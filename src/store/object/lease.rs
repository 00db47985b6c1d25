//! Locks in object storage: that of the store, and those of parts that several builders share. Each is an object that is
//! written only if there is none, and expires unless its holder renews it. So a build that was killed stops nobody for long.
//!
//! A lease has expired if it is too old by the clock of the server and by that of this machine. If one of them is wrong, it has
//! expired when this build has seen it unchanged for that long.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use object_store::path::Path as Key;
use object_store::{Error, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};

use super::super::lock::held_by_other;
use super::{LEASE, Objects, Version, WRITE_ATTEMPTS, into_io};

/// A lease is renewed after this part of the time after which it expires.
const RENEWAL: u32 = 4;
/// Longest time after which a lease expires, whatever its text says.
const LONGEST: Duration = Duration::from_secs(3600);
/// Time that a server may take for a request, and by which clocks may differ. Servers send seconds.
const MARGIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// Shortest and longest time between attempts to take a lease that another build holds.
const PAUSE: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(5)];
/// Number of attempts in a row that find neither that the lease is free nor that another build holds it.
const MAX_ATTEMPTS: usize = 20;

/// Leases of other builds: the text of each, and since when it is the same.
pub(super) type Seen = Mutex<HashMap<String, (String, Instant)>>;

/// A lease that this build holds.
pub(super) struct Lease {
    objects: Objects,
    key: Key,
    /// Identifies the holder.
    holder: String,
    /// Time after which it expires if it is not renewed.
    expiry: Duration,
    state: Mutex<State>,
}

struct State {
    version: UpdateVersion,
    /// Text of the last request that was to write it.
    text: String,
    /// Start of the last request that renewed it.
    renewed: Instant,
    /// True if another build has it, or it has ended.
    is_over: bool,
}

impl Lease {
    /// Takes the lease at a path, which expires after `expiry` if it is not renewed; waits for another holder for up to
    /// `wait`. `clocks` returns the time by the clock of the server and by that of this machine.
    pub(super) fn take(
        objects: Objects,
        path: &str,
        expiry: Duration,
        wait: Duration,
        clocks: impl Fn() -> [SystemTime; 2],
        seen: &Seen,
    ) -> io::Result<Arc<Self>> {
        let key = objects.key(path)?;
        let start = Instant::now();
        let holder = format!("process {} of {}", std::process::id(), host());
        let (mut mode, mut attempt, mut unclear) = (PutMode::Create, 1, 0);
        let (version, text, renewed) = loop {
            unclear += 1;
            if unclear > MAX_ATTEMPTS {
                let why =
                    "the server contradicts itself about the lock, or too many builds want it; build again";
                return Err(io::Error::other(why));
            }
            let (begun, text) = (Instant::now(), text(&holder, expiry));
            let error = match objects.wait(put(&objects, &key, &text, mode)) {
                Ok(version) => break (version, text, begun),
                // The server has no conditional writes: two builds at once are not noticed.
                Err(Error::NotImplemented { .. }) => {
                    let put = objects.wait(put(&objects, &key, &text, PutMode::Overwrite));
                    break (put.map_err(into_io)?, text, begun);
                }
                Err(error) => error,
            };
            mode = match objects.wait(found(&objects, &key)) {
                // An answer that was lost may have been that it was written.
                Ok((version, found, _)) if found == text => break (version, text, begun),
                // It did not arrive. Whether another builder has the lease now is found out in the next attempt.
                Ok(_) | Err(Error::NotFound { .. })
                    if matches!(error, Error::Generic { .. }) && attempt < WRITE_ATTEMPTS =>
                {
                    attempt += 1;
                    PutMode::Create
                }
                _ if !matches!(error, Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                    return Err(into_io(error));
                }
                Err(Error::NotFound { .. }) => PutMode::Create,
                Err(error) => return Err(into_io(error)),
                Ok((version, found, modified)) => {
                    let [server, machine] = clocks();
                    let ages = [(server, modified), (machine, written(&found))];
                    let age = ages.map(|(now, then)| now.duration_since(then).unwrap_or_default());
                    let expiry = time_to_expire(&found);
                    if age.iter().all(|age| *age > expiry) || time_unchanged(seen, path, &found) > expiry {
                        PutMode::Update(version)
                    } else if start.elapsed() < wait {
                        unclear = 0;
                        // The longer it takes, the less does it matter.
                        let least = if cfg!(test) { PAUSE[0] / 50 } else { PAUSE[0] };
                        std::thread::sleep((start.elapsed() / 8).clamp(least, PAUSE[1]));
                        PutMode::Create
                    } else {
                        return Err(held_by_other(found.lines().next().unwrap_or_default()));
                    }
                }
            };
        };
        if renewed.elapsed() >= expiry {
            let seconds = expiry.as_secs_f32();
            let why =
                format!("the server took longer than the lock lasts, {seconds} s; set a longer `--lease`");
            return Err(io::Error::new(io::ErrorKind::TimedOut, why));
        }
        let state = Mutex::new(State { version, text, renewed, is_over: false });
        let lease = Arc::new(Self { objects, key, holder, expiry, state });
        lease.objects.handle.spawn(Self::renew_until_over(Arc::downgrade(&lease), expiry / RENEWAL));
        Ok(lease)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn renew_until_over(lease: Weak<Self>, pause: Duration) {
        loop {
            tokio::time::sleep(pause).await;
            match lease.upgrade() {
                Some(lease) if !lease.state().is_over => lease.renew().await,
                _ => return,
            }
        }
    }

    async fn renew(&self) {
        let (begun, mode) = (Instant::now(), PutMode::Update(self.state().version.clone()));
        let text = text(&self.holder, self.expiry);
        let before = std::mem::replace(&mut self.state().text, text.clone());
        let renewed = match put(&self.objects, &self.key, &text, mode).await {
            Err(Error::NotImplemented { .. }) => {
                put(&self.objects, &self.key, &text, PutMode::Overwrite).await
            }
            renewed => renewed,
        };
        match renewed {
            Ok(version) => {
                let mut state = self.state();
                (state.version, state.renewed) = (version, begun);
            }
            Err(Error::Precondition { .. } | Error::AlreadyExists { .. } | Error::NotFound { .. }) => {
                let found = found(&self.objects, &self.key).await;
                let mut state = self.state();
                match found {
                    // The answer to the last request was lost. The next one renews it.
                    Ok((version, text, _)) if text == before => state.version = version,
                    Ok(_) | Err(Error::NotFound { .. }) => state.is_over = true,
                    Err(_) => {}
                }
            }
            // The next attempt may succeed in time.
            Err(_) => {}
        }
    }

    /// Renews the lease now instead of at its time.
    #[cfg(test)]
    pub(super) fn renew_now(&self) {
        self.objects.wait(self.renew());
    }

    /// True if no other build can hold the lease.
    fn is_held(&self) -> bool {
        let state = self.state();
        !state.is_over && state.renewed.elapsed() < self.expiry
    }

    /// Checks that no other build holds the lease: nothing may be written any more then.
    pub(super) fn verify(&self) -> io::Result<()> {
        if self.is_held() {
            return Ok(());
        }
        let seconds = self.expiry.as_secs_f32();
        let why = format!(
            "this build has lost its lock, because it did not renew it within {seconds} s; build again, with a longer \
             `--lease` if it happens again"
        );
        Err(io::Error::new(io::ErrorKind::ResourceBusy, why))
    }

    /// Checks that the server does not let another builder take the lease too.
    pub(super) fn verify_exclusive(&self) -> io::Result<()> {
        let text = text(&self.holder, self.expiry);
        match self.objects.wait(put(&self.objects, &self.key, &text, PutMode::Create)) {
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(()),
            Ok(_) | Err(Error::NotImplemented { .. }) => {
                let why = "the server has no conditional writes, so it does not keep builders apart; build without `--shared`";
                Err(io::Error::new(io::ErrorKind::Unsupported, why))
            }
            Err(error) => Err(into_io(error)),
        }
    }

    /// Removes the lease, unless another build may hold it.
    pub(super) fn end(&self) {
        let is_held = self.is_held();
        self.state().is_over = true;
        if is_held {
            // Another build may have taken it by then, because only the answer was lost.
            let is_ours = || {
                let found = self.objects.wait(found(&self.objects, &self.key));
                let state = self.state();
                state.renewed.elapsed() < self.expiry && found.is_ok_and(|(_, text, _)| text == state.text)
            };
            // It expires by itself if this fails.
            let _ = self.objects.delete(&self.key, is_ours);
        }
    }
}

/// Returns the text of a lease, which differs each time, and so does its ETag.
fn text(holder: &str, expiry: Duration) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{holder}\n{}\n{}\n", now.as_nanos(), expiry.as_millis())
}

/// Returns the time at which a lease with this text was written, by the clock of its holder.
fn written(text: &str) -> SystemTime {
    let nanos = text.lines().nth(1).and_then(|text| text.parse().ok());
    let since_epoch = Duration::from_nanos(nanos.unwrap_or_default());
    SystemTime::UNIX_EPOCH + since_epoch
}

/// Returns for how long a lease has had this text, as far as this build has seen it.
fn time_unchanged(seen: &Seen, path: &str, text: &str) -> Duration {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    match seen.get(path) {
        Some((before, since)) if before == text => since.elapsed(),
        _ => {
            seen.insert(path.to_owned(), (text.to_owned(), Instant::now()));
            Duration::ZERO
        }
    }
}

/// Returns the time after which a lease with this text has expired for certain.
fn time_to_expire(text: &str) -> Duration {
    let stated = text.lines().nth(2).and_then(|text| text.parse().ok());
    let expiry = stated.map_or(LEASE, Duration::from_millis).min(LONGEST);
    // Clocks of stores in memory are exact.
    let least = if cfg!(test) { Duration::from_millis(20) } else { MARGIN[0] };
    expiry.saturating_add((expiry / 12).clamp(least, MARGIN[1]))
}

async fn put(objects: &Objects, key: &Key, text: &str, mode: PutMode) -> object_store::Result<UpdateVersion> {
    let options = PutOptions { mode, ..PutOptions::default() };
    Ok(objects.all.put_opts(key, text.to_owned().into(), options).await?.into())
}

/// Returns the version, the text and the time of the lease that is there.
async fn found(objects: &Objects, key: &Key) -> object_store::Result<(UpdateVersion, String, SystemTime)> {
    let found = objects.all.get(key).await?;
    let (version, modified) = (Version::of(&found.meta).into(), found.meta.last_modified.into());
    let text = String::from_utf8_lossy(&found.bytes().await?).into_owned();
    Ok((version, text, modified))
}

/// Returns the name of this machine, for messages.
fn host() -> String {
    #[cfg(unix)]
    return rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "another machine".to_owned())
}
