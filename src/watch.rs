//! Waiting until something changes on disk: folders, with all in them, and single files.
//!
//! It says that something changed, not what: whoever waits looks for himself, so thousands of events cost no memory and
//! a queue of the system that ran over costs no change. Folders are watched with the help of the system (`notify`). What
//! the system does not tell is looked at each second: whether a folder is still the one that is watched, for it may be
//! removed, made again, or be a link that leads elsewhere now; and files, for editors replace them.

use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{Event, EventKind, ModifyKind, RenameMode};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher};

/// How long it must be quiet before a change is told.
const QUIET: Duration = Duration::from_millis(200);
/// When a change is told at the latest, be it quiet or not.
const LATEST: Duration = Duration::from_secs(2);
/// How often is looked at what the system does not tell.
const TICK: Duration = Duration::from_secs(1);
/// How often the wait ends where the system can't watch.
const POLL: Duration = Duration::from_secs(30);

/// What is watched. Hidden files (`.name`) in folders are not: they are the editor's and the crawler's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Folders with all that is in them; they need not exist yet. A link is followed here, and nowhere below.
    pub folders: Vec<PathBuf>,
    /// Single files, which need not exist yet.
    pub files: Vec<PathBuf>,
    /// Folders whose contents do not count, where they lie in a watched one.
    pub except: Vec<PathBuf>,
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woke {
    /// Something changed.
    Changed,
    /// The time is up; or a folder can't be watched, and it is time to look.
    TimedOut,
    /// A [`Waker`] said so; every later wait ends at once.
    Stopped,
}

/// Watches.
///
/// ```
/// use std::time::Duration;
///
/// use feedmill::watch::{Watch, Watched, Woke};
///
/// let folder = tempfile::tempdir()?;
/// let mut watch = Watch::new();
/// watch.aim(Watched { folders: vec![folder.path().to_owned()], ..Watched::default() });
/// std::fs::write(folder.path().join("1.txt"), "text")?;
/// assert_eq!(watch.wait(Some(Duration::from_secs(60))), Woke::Changed);
/// watch.waker().stop();
/// assert_eq!(watch.wait(None), Woke::Stopped);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Watch {
    shared: Arc<Shared>,
    watched: Watched,
    folders: Vec<Folder>,
    files: Vec<(PathBuf, Option<Stamp>)>,
    looked: Instant,
    trouble: Option<String>,
    arm: Arm,
}

/// Ends the waiting of a [`Watch`], from any thread.
#[derive(Clone)]
pub struct Waker(Arc<Shared>);

impl Waker {
    /// Ends the present wait, and every later one.
    pub fn stop(&self) {
        self.0.state().stopped = true;
        self.0.news.notify_all();
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    /// When the first and the last of the changes came that were not told yet.
    changed: Option<(Instant, Instant)>,
    /// A folder itself was removed or moved, or the system watches no more of it.
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
        // Who waits knows of the first already, and looks again when it could be quiet.
        if first.is_none() {
            self.news.notify_all();
        }
    }
}

struct Folder {
    path: PathBuf,
    /// Which folder is watched; `None` where there was none.
    identity: Option<Identity>,
    /// What watches it; `None` where there is nothing to watch, or that can't be done.
    watcher: Option<Box<dyn Send>>,
}

/// Sees to it that events of a folder come to the handler, for as long as what is returned lives.
type Arm = fn(&Path, Handler) -> notify::Result<Box<dyn Send>>;

type Handler = Box<dyn Fn(notify::Result<Event>) + Send>;

fn arm(folder: &Path, handler: Handler) -> notify::Result<Box<dyn Send>> {
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
    /// Watches nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with(arm)
    }

    fn with(arm: Arm) -> Self {
        Self {
            shared: Arc::default(),
            watched: Watched::default(),
            folders: Vec::new(),
            files: Vec::new(),
            looked: Instant::now(),
            trouble: None,
            arm,
        }
    }

    /// What ends the waiting.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.shared))
    }

    /// Watches this from now on. What changes between this call and the next wait is told by that wait.
    pub fn aim(&mut self, watched: Watched) {
        if watched == self.watched {
            return;
        }
        let old = std::mem::take(&mut self.files);
        let known = |path: &PathBuf| old.iter().find(|(file, _)| file == path).map(|(_, stamp)| *stamp);
        let files =
            watched.files.iter().map(|path| (path.clone(), known(path).unwrap_or_else(|| stamp(path))));
        self.files = files.collect();
        let paths = watched.folders.clone();
        self.watched = watched;
        self.folders = paths.into_iter().map(|path| self.folder(path)).collect();
    }

    /// Why the system can't watch, where it can't; said once.
    pub fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }

    /// Waits until something changed and it was quiet since, or for some time.
    pub fn wait(&mut self, timeout: Option<Duration>) -> Woke {
        let start = Instant::now();
        loop {
            if self.looked.elapsed() >= TICK || self.shared.state().lost {
                self.look();
            }
            let blind = self.folders.iter().any(|f| f.identity.is_some() && f.watcher.is_none());
            let timeout = if blind { Some(timeout.map_or(POLL, |t| t.min(POLL))) } else { timeout };
            let now = Instant::now();
            let mut state = self.shared.state();
            if state.stopped {
                return Woke::Stopped;
            }
            let due = state.changed.map(|(first, last)| (last + QUIET).min(first + LATEST));
            if due.is_some_and(|due| due <= now) {
                state.changed = None;
                return Woke::Changed;
            }
            let left = timeout.map(|t| t.saturating_sub(start.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                return Woke::TimedOut;
            }
            let tick = TICK.saturating_sub(self.looked.elapsed());
            let pause = due.map_or(tick, |due| tick.min(due - now)).min(left.unwrap_or(tick));
            drop(self.shared.news.wait_timeout(state, pause));
        }
    }

    /// Looks at what the system does not tell.
    fn look(&mut self) {
        self.looked = Instant::now();
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

    /// Begins to watch a folder.
    fn folder(&mut self, path: PathBuf) -> Folder {
        let identity = identity(&path);
        let watcher = identity.and_then(|_| {
            let root = real(&path);
            let except: Vec<_> = self.watched.except.iter().map(|path| real(path)).collect();
            let handler = || -> Handler {
                let (shared, root, except) = (Arc::clone(&self.shared), root.clone(), except.clone());
                Box::new(move |event| match event {
                    Ok(event) if counts(&event, &root, &except) => shared.change(is_end(&event, &root)),
                    Ok(_) => {}
                    Err(_) => shared.change(true),
                })
            };
            // A folder below may go while all are looked up.
            let tries = (0..3).map(|_| (self.arm)(&root, handler()));
            let mut last = None;
            for tried in tries {
                match tried {
                    Ok(watcher) => return Some(watcher),
                    Err(error) => last = Some(error),
                }
            }
            self.trouble = last.map(|error| {
                let seconds = POLL.as_secs();
                format!("{}: cannot watch it, so it is looked at each {seconds} s: {error}", path.display())
            });
            None
        });
        Folder { path, identity, watcher }
    }
}

/// Whether an event can mean that something changed. That a file was read does not: whoever waits reads it himself.
fn counts(event: &Event, root: &Path, except: &[PathBuf]) -> bool {
    let shown = |path: &PathBuf| {
        let below = path.strip_prefix(root).unwrap_or(path);
        let hidden = |c: Component<'_>| c.as_os_str().as_encoded_bytes().starts_with(b".");
        !except.iter().any(|e| path.starts_with(e)) && !below.components().any(hidden)
    };
    event.need_rescan()
        || !matches!(event.kind, EventKind::Access(_))
            && (event.paths.is_empty() || event.paths.iter().any(shown))
}

/// Whether the folder itself is gone, or may be.
fn is_end(event: &Event, root: &Path) -> bool {
    let gone = matches!(
        event.kind,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From | RenameMode::Any))
    );
    gone && event.paths.iter().any(|path| path == root)
}

/// The path without links, as events name it; its end need not exist.
fn real(path: &Path) -> PathBuf {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    fs::canonicalize(path).unwrap_or_else(|_| {
        let path = whole(path);
        match (path.parent().map(fs::canonicalize), path.file_name()) {
            (Some(Ok(parent)), Some(name)) => parent.join(name),
            _ => path,
        }
    })
}

/// What tells one folder from another in its place.
type Identity = (u64, u64);
/// What tells a file from what it was.
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
        watch.aim(Watched {
            folders: vec![dir.join("seeds")],
            files: vec![dir.join("conf")],
            except: vec![dir.join("seeds/feeds")],
        });
        assert_eq!(watch.trouble(), None);
        watch
    }

    /// Changes come in more than one batch where the disk is slow.
    fn settle(watch: &mut Watch) {
        while watch.wait(SHORT) == Woke::Changed {}
    }

    #[test]
    fn what_is_read_hidden_or_excepted_wakes_nobody_and_what_is_written_does() {
        let dir = tempfile::tempdir().unwrap();
        let seeds = dir.path().join("seeds");
        fs::create_dir_all(seeds.join("a")).unwrap();
        fs::write(seeds.join("a/1"), "x").unwrap();
        let mut watch = watch(dir.path());
        assert_eq!(watch.wait(SHORT), Woke::TimedOut);
        fs::read(seeds.join("a/1")).unwrap();
        fs::read_dir(&seeds).unwrap().for_each(drop);
        fs::write(seeds.join(".1.swp"), "").unwrap();
        fs::create_dir_all(seeds.join("feeds/a")).unwrap();
        fs::write(seeds.join("feeds/a/rss.xml"), "").unwrap();
        fs::write(dir.path().join("other"), "").unwrap();
        assert_eq!(watch.wait(SHORT), Woke::TimedOut);
        fs::write(seeds.join("a/1"), "y").unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed);
        fs::create_dir_all(seeds.join("b/c")).unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed);
        settle(&mut watch);
        fs::write(seeds.join("b/c/2"), "").unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed, "a new folder is watched");
        fs::rename(seeds.join("b/c/2"), seeds.join("b/c/3")).unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed);
        fs::write(dir.path().join("conf"), "").unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed, "a file that was not there");
        settle(&mut watch);
        fs::write(dir.path().join("temporary"), "").unwrap();
        fs::rename(dir.path().join("temporary"), dir.path().join("conf")).unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed, "a file that was replaced by an equal one");
    }

    #[test]
    fn a_folder_that_is_removed_made_again_or_led_elsewhere_is_still_watched() {
        let dir = tempfile::tempdir().unwrap();
        let seeds = dir.path().join("seeds");
        let mut watch = watch(dir.path());
        let write = |watch: &mut Watch| {
            settle(watch);
            fs::write(seeds.join("1"), "").unwrap();
            assert_eq!(watch.wait(LONG), Woke::Changed);
        };
        fs::create_dir(&seeds).unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed, "it was not there");
        write(&mut watch);
        fs::remove_dir_all(&seeds).unwrap();
        fs::create_dir(&seeds).unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed);
        write(&mut watch);
        fs::remove_dir_all(&seeds).unwrap();
        assert_eq!(watch.wait(LONG), Woke::Changed);
        settle(&mut watch);
        fs::create_dir(&seeds).unwrap();
        write(&mut watch);
        fs::rename(&seeds, dir.path().join("one")).unwrap();
        fs::create_dir(dir.path().join("two")).unwrap();
        #[cfg(unix)]
        for target in ["one", "two"] {
            let _ = fs::remove_file(&seeds);
            std::os::unix::fs::symlink(target, &seeds).unwrap();
            assert_eq!(watch.wait(LONG), Woke::Changed, "a link to {target}");
            write(&mut watch);
        }
    }

    #[test]
    fn a_stream_of_changes_without_end_is_told_all_the_same() {
        let shared = Shared::default();
        shared.change(false);
        let first = shared.state().changed.unwrap().0;
        std::thread::sleep(QUIET / 4);
        shared.change(false);
        let (again, last) = shared.state().changed.unwrap();
        assert!(again == first && last > first);
        let mut watch = Watch::new();
        watch.shared.state().changed =
            Instant::now().checked_sub(LATEST).map(|first| (first, Instant::now()));
        assert_eq!(watch.wait(Some(QUIET / 4)), Woke::Changed);
    }

    #[test]
    fn a_queue_that_ran_over_is_a_change() {
        let rescan = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert!(counts(&rescan, Path::new("/a"), &[]));
    }

    #[test]
    fn where_the_system_cannot_watch_it_says_so_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut watch = Watch::with(|_, _| Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch)));
        watch.aim(Watched { folders: vec![dir.path().to_owned()], ..Watched::default() });
        assert!(watch.trouble().is_some_and(|t| t.contains("cannot watch")));
        assert_eq!((watch.wait(SHORT), watch.trouble()), (Woke::TimedOut, None));
    }

    #[test]
    fn a_waker_ends_this_wait_and_all_to_come() {
        let mut watch = Watch::new();
        let waker = watch.waker();
        let stop = std::thread::spawn(move || waker.stop());
        assert_eq!((watch.wait(None), watch.wait(None)), (Woke::Stopped, Woke::Stopped));
        stop.join().unwrap();
    }
}
