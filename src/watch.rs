//! Waits until something changes on disk: folders with everything in them, and single files.
//!
//! A wait reports that something changed, not what: the caller looks for itself, so thousands of events need no memory,
//! and an overflow of the system's queue loses no change. Folders are watched with the help of the system (`notify`).
//! What the system does not report is polled each second: whether a folder is still the one that is watched, because it
//! may be removed, created again, or be a link that leads elsewhere now; and single files, because editors replace them.

use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{Event, EventKind, ModifyKind, RenameMode};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher};

/// Time without further changes before a change is reported.
const QUIET_TIME: Duration = Duration::from_millis(200);
/// Longest delay of a report, even if changes keep coming.
const MAX_DELAY: Duration = Duration::from_secs(2);
/// Interval at which changes that the system does not report are polled.
const TICK: Duration = Duration::from_secs(1);
/// Longest wait if the system cannot watch a folder.
const POLL: Duration = Duration::from_secs(30);

/// Folders and files to watch. Hidden files (`.name`) in folders are ignored: they belong to editors and crawlers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchTargets {
    /// Folders with everything in them; they need not exist yet. They may be links; links inside are not followed.
    pub folders: Vec<PathBuf>,
    /// Single files, which need not exist yet.
    pub files: Vec<PathBuf>,
    /// Folders to ignore inside the watched ones.
    pub exclude: Vec<PathBuf>,
}

/// Reason why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WakeReason {
    /// Something changed.
    Changed,
    /// The time is up; or a folder cannot be watched, and it is time to look.
    TimedOut,
    /// A [`Waker`] ended it; every later wait ends at once.
    Stopped,
}

/// Watches folders and files for changes.
///
/// ```
/// use std::time::Duration;
///
/// use feedmill::watch::{WakeReason, Watch, WatchTargets};
///
/// let folder = tempfile::tempdir()?;
/// let mut watch = Watch::new();
/// watch.set_targets(WatchTargets { folders: vec![folder.path().to_owned()], ..WatchTargets::default() });
/// std::fs::write(folder.path().join("1.txt"), "text")?;
/// assert_eq!(watch.wait(Some(Duration::from_secs(60))), WakeReason::Changed);
/// watch.waker().stop();
/// assert_eq!(watch.wait(None), WakeReason::Stopped);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Watch {
    shared: Arc<Shared>,
    targets: WatchTargets,
    folders: Vec<Folder>,
    files: Vec<(PathBuf, Option<Stamp>)>,
    last_poll: Instant,
    error: Option<String>,
    backend: Backend,
}

/// Ends the waits of a [`Watch`], from any thread.
#[derive(Clone)]
pub struct Waker(Arc<Shared>);

impl Waker {
    /// Ends the current wait, and every later one.
    pub fn stop(&self) {
        self.0.state().stopped = true;
        self.0.changed.notify_all();
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Times of the first and the last change that were not reported yet.
    changed: Option<(Instant, Instant)>,
    /// True if a watched folder itself was removed or moved, or the system stopped watching it.
    lost: bool,
    stopped: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, lost: bool) {
        let now = Instant::now();
        let mut state = self.state();
        state.lost |= lost;
        let first = state.changed.map(|(first, _)| first);
        state.changed = Some((first.unwrap_or(now), now));
        // After the first change, the waiting thread looks again by itself when it could be quiet.
        if first.is_none() {
            self.changed.notify_all();
        }
    }
}

struct Folder {
    path: PathBuf,
    /// Identity of the folder that is watched; `None` if it does not exist.
    identity: Option<Identity>,
    /// Watches the folder for as long as it lives; `None` if there is nothing to watch, or watching failed.
    watcher: Option<Box<dyn Send>>,
}

/// Passes events of a folder to the handler for as long as the returned value lives.
type Backend = fn(&Path, Handler) -> notify::Result<Box<dyn Send>>;

type Handler = Box<dyn Fn(notify::Result<Event>) + Send>;

fn watch_folder(folder: &Path, handler: Handler) -> notify::Result<Box<dyn Send>> {
    let config = Config::default().with_follow_symlinks(false);
    let mut watcher = RecommendedWatcher::new(handler, config)?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(Box::new(watcher))
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl Watch {
    /// Creates a watch without targets.
    #[must_use]
    pub fn new() -> Self {
        Self::with_backend(watch_folder)
    }

    fn with_backend(backend: Backend) -> Self {
        Self {
            shared: Arc::default(),
            targets: WatchTargets::default(),
            folders: Vec::new(),
            files: Vec::new(),
            last_poll: Instant::now(),
            error: None,
            backend,
        }
    }

    /// Returns a handle that ends the waits.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.shared))
    }

    /// Replaces the targets. The next wait reports every change after this call.
    pub fn set_targets(&mut self, targets: WatchTargets) {
        if targets == self.targets {
            return;
        }
        let old = std::mem::take(&mut self.files);
        let known = |path: &PathBuf| old.iter().find(|(file, _)| file == path).map(|(_, stamp)| *stamp);
        let files =
            targets.files.iter().map(|path| (path.clone(), known(path).unwrap_or_else(|| stamp(path))));
        self.files = files.collect();
        let paths = targets.folders.clone();
        self.targets = targets;
        self.folders = paths.into_iter().map(|path| self.folder(path)).collect();
    }

    /// Returns why the system cannot watch a folder; each error is returned once.
    pub fn take_error(&mut self) -> Option<String> {
        self.error.take()
    }

    /// Waits until something changed and no further change comes, or until the timeout.
    pub fn wait(&mut self, timeout: Option<Duration>) -> WakeReason {
        let start = Instant::now();
        loop {
            if self.last_poll.elapsed() >= TICK || self.shared.state().lost {
                self.poll();
            }
            let is_blind = self.folders.iter().any(|f| f.identity.is_some() && f.watcher.is_none());
            let timeout = if is_blind { Some(timeout.map_or(POLL, |t| t.min(POLL))) } else { timeout };
            let now = Instant::now();
            let mut state = self.shared.state();
            if state.stopped {
                return WakeReason::Stopped;
            }
            let due = state.changed.map(|(first, last)| (last + QUIET_TIME).min(first + MAX_DELAY));
            if due.is_some_and(|due| due <= now) {
                state.changed = None;
                return WakeReason::Changed;
            }
            let left = timeout.map(|t| t.saturating_sub(start.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                return WakeReason::TimedOut;
            }
            let tick = TICK.saturating_sub(self.last_poll.elapsed());
            let pause = due.map_or(tick, |due| tick.min(due - now)).min(left.unwrap_or(tick));
            drop(self.shared.changed.wait_timeout(state, pause));
        }
    }

    /// Checks what the system does not report.
    fn poll(&mut self) {
        self.last_poll = Instant::now();
        let lost = std::mem::take(&mut self.shared.state().lost);
        for index in 0..self.folders.len() {
            let folder = &self.folders[index];
            let identity = identity(&folder.path);
            if lost || identity != folder.identity {
                self.folders[index] = self.folder(folder.path.clone());
                self.shared.change(false);
            }
        }
        for (path, known) in &mut self.files {
            let stamp = stamp(path);
            if stamp != *known {
                *known = stamp;
                self.shared.change(false);
            }
        }
    }

    /// Starts watching a folder.
    fn folder(&mut self, path: PathBuf) -> Folder {
        let identity = identity(&path);
        let watcher = identity.and_then(|_| {
            let root = resolve_links(&path);
            let exclude: Vec<_> = self.targets.exclude.iter().map(|path| resolve_links(path)).collect();
            let handler = || -> Handler {
                let (shared, root, exclude) = (Arc::clone(&self.shared), root.clone(), exclude.clone());
                Box::new(move |event| match event {
                    Ok(event) if is_relevant(&event, &root, &exclude) => {
                        shared.change(is_root_gone(&event, &root));
                    }
                    Ok(_) => {}
                    Err(_) => shared.change(true),
                })
            };
            // An attempt fails if a folder inside disappears in the meantime.
            let attempts = (0..3).map(|_| (self.backend)(&root, handler()));
            let mut last_error = None;
            for attempt in attempts {
                match attempt {
                    Ok(watcher) => return Some(watcher),
                    Err(error) => last_error = Some(error),
                }
            }
            self.error = last_error.map(|error| {
                let seconds = POLL.as_secs();
                format!(
                    "{}: cannot watch for changes, looking every {seconds} s instead: {error}",
                    path.display()
                )
            });
            None
        });
        Folder { path, identity, watcher }
    }
}

/// True if an event may be a change. Reading a file is not: the caller reads files itself.
fn is_relevant(event: &Event, root: &Path, exclude: &[PathBuf]) -> bool {
    let is_visible = |path: &PathBuf| {
        let below = path.strip_prefix(root).unwrap_or(path);
        let is_hidden = |c: Component<'_>| c.as_os_str().as_encoded_bytes().starts_with(b".");
        !exclude.iter().any(|e| path.starts_with(e)) && !below.components().any(is_hidden)
    };
    event.need_rescan()
        || !matches!(event.kind, EventKind::Access(_))
            && (event.paths.is_empty() || event.paths.iter().any(is_visible))
}

/// True if the watched folder itself is gone, or may be.
fn is_root_gone(event: &Event, root: &Path) -> bool {
    let is_removal = matches!(
        event.kind,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From | RenameMode::Any))
    );
    is_removal && event.paths.iter().any(|path| path == root)
}

/// Returns the path without links, as events name it; its last component need not exist.
fn resolve_links(path: &Path) -> PathBuf {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    fs::canonicalize(path).unwrap_or_else(|_| {
        let path = absolute(path);
        match (path.parent().map(fs::canonicalize), path.file_name()) {
            (Some(Ok(parent)), Some(name)) => parent.join(name),
            _ => path,
        }
    })
}

/// Device and inode, which tell a folder from another one in its place.
type Identity = (u64, u64);
/// Identity, size and modification time, which change with the file.
type Stamp = (Identity, u64, Option<SystemTime>);

fn identity(folder: &Path) -> Option<Identity> {
    fs::metadata(folder).ok().filter(Metadata::is_dir).map(|meta| inode(&meta))
}

fn stamp(file: &Path) -> Option<Stamp> {
    fs::metadata(file).ok().map(|meta| (inode(&meta), meta.len(), meta.modified().ok()))
}

#[cfg(unix)]
fn inode(meta: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Identity {
    (0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Option<Duration> = Some(Duration::from_secs(60));
    const SHORT: Option<Duration> = Some(Duration::from_millis(600));

    fn watch(dir: &Path) -> Watch {
        let mut watch = Watch::new();
        watch.set_targets(WatchTargets {
            folders: vec![dir.join("seeds")],
            files: vec![dir.join("conf")],
            exclude: vec![dir.join("seeds/feeds")],
        });
        assert_eq!(watch.take_error(), None);
        watch
    }

    /// Waits until no more changes arrive: on a slow disk they come in more than one batch.
    fn settle(watch: &mut Watch) {
        while watch.wait(SHORT) == WakeReason::Changed {}
    }

    #[test]
    fn reads_hidden_files_and_excluded_folders_are_ignored_and_writes_are_reported() {
        let dir = tempfile::tempdir().unwrap();
        let seeds = dir.path().join("seeds");
        fs::create_dir_all(seeds.join("a")).unwrap();
        fs::write(seeds.join("a/1"), "x").unwrap();
        let mut watch = watch(dir.path());
        assert_eq!(watch.wait(SHORT), WakeReason::TimedOut);
        fs::read(seeds.join("a/1")).unwrap();
        fs::read_dir(&seeds).unwrap().for_each(drop);
        fs::write(seeds.join(".1.swp"), "").unwrap();
        fs::create_dir_all(seeds.join("feeds/a")).unwrap();
        fs::write(seeds.join("feeds/a/rss.xml"), "").unwrap();
        fs::write(dir.path().join("other"), "").unwrap();
        assert_eq!(watch.wait(SHORT), WakeReason::TimedOut);
        fs::write(seeds.join("a/1"), "y").unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed);
        fs::create_dir_all(seeds.join("b/c")).unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed);
        settle(&mut watch);
        fs::write(seeds.join("b/c/2"), "").unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed, "a new folder is watched");
        fs::rename(seeds.join("b/c/2"), seeds.join("b/c/3")).unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed);
        fs::write(dir.path().join("conf"), "").unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed, "a file that was not there");
        settle(&mut watch);
        fs::write(dir.path().join("temporary"), "").unwrap();
        fs::rename(dir.path().join("temporary"), dir.path().join("conf")).unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed, "a file that was replaced by an equal one");
    }

    #[test]
    fn a_folder_that_is_removed_created_again_or_linked_elsewhere_is_still_watched() {
        let dir = tempfile::tempdir().unwrap();
        let seeds = dir.path().join("seeds");
        let mut watch = watch(dir.path());
        let write = |watch: &mut Watch| {
            settle(watch);
            fs::write(seeds.join("1"), "").unwrap();
            assert_eq!(watch.wait(LONG), WakeReason::Changed);
        };
        fs::create_dir(&seeds).unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed, "it was not there");
        write(&mut watch);
        fs::remove_dir_all(&seeds).unwrap();
        fs::create_dir(&seeds).unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed);
        write(&mut watch);
        fs::remove_dir_all(&seeds).unwrap();
        assert_eq!(watch.wait(LONG), WakeReason::Changed);
        settle(&mut watch);
        fs::create_dir(&seeds).unwrap();
        write(&mut watch);
        fs::rename(&seeds, dir.path().join("one")).unwrap();
        fs::create_dir(dir.path().join("two")).unwrap();
        #[cfg(unix)]
        for target in ["one", "two"] {
            let _ = fs::remove_file(&seeds);
            std::os::unix::fs::symlink(target, &seeds).unwrap();
            assert_eq!(watch.wait(LONG), WakeReason::Changed, "a link to {target}");
            write(&mut watch);
        }
    }

    #[test]
    fn an_endless_stream_of_changes_is_reported_all_the_same() {
        let shared = Shared::default();
        shared.change(false);
        let first = shared.state().changed.unwrap().0;
        std::thread::sleep(QUIET_TIME / 4);
        shared.change(false);
        let (again, last) = shared.state().changed.unwrap();
        assert!(again == first && last > first);
        let mut watch = Watch::new();
        watch.shared.state().changed =
            Instant::now().checked_sub(MAX_DELAY).map(|first| (first, Instant::now()));
        assert_eq!(watch.wait(Some(QUIET_TIME / 4)), WakeReason::Changed);
    }

    #[test]
    fn a_queue_overflow_is_a_change() {
        let rescan = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert!(is_relevant(&rescan, Path::new("/a"), &[]));
    }

    #[test]
    fn a_folder_that_cannot_be_watched_is_reported_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut watch = Watch::with_backend(|_, _| Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch)));
        watch.set_targets(WatchTargets { folders: vec![dir.path().to_owned()], ..WatchTargets::default() });
        assert!(watch.take_error().is_some_and(|error| error.contains("cannot watch")));
        assert_eq!((watch.wait(SHORT), watch.take_error()), (WakeReason::TimedOut, None));
    }

    #[test]
    fn a_waker_ends_the_current_wait_and_all_later_ones() {
        let mut watch = Watch::new();
        let waker = watch.waker();
        let stop = std::thread::spawn(move || waker.stop());
        assert_eq!((watch.wait(None), watch.wait(None)), (WakeReason::Stopped, WakeReason::Stopped));
        stop.join().unwrap();
    }
}
