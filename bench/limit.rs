//! The file-system lower bound: walks a folder, opens each file and reads 512 bytes, on all cores. A program without a cache
//! that orders seeds by their heads can hardly be faster.
//!
//! `rustc -O limit.rs && ./limit FOLDER` prints how many files it read.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Number of files per task: enough to make the queue's lock cheap, few enough to share a folder between threads.
const PIECE: usize = 128;

enum Work {
    Folder(PathBuf),
    Files(PathBuf, Vec<OsString>),
}

/// Open tasks, and the number of workers that may add more.
#[derive(Default)]
struct Queue {
    work: Vec<Work>,
    busy: usize,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Shared {
    fn add(&self, work: Work) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).work.push(work);
        self.changed.notify_one();
    }

    /// Returns the next task, or `None` once no task is left and no worker is busy.
    fn take(&self) -> Option<Work> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(work) = queue.work.pop() {
                queue.busy += 1;
                return Some(work);
            }
            if queue.busy == 0 {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.busy -= 1;
        if queue.busy == 0 && queue.work.is_empty() {
            self.changed.notify_all();
        }
    }
}

fn list(folder: PathBuf, shared: &Shared) -> io::Result<()> {
    let mut files = Vec::with_capacity(PIECE);
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            shared.add(Work::Folder(entry.path()));
            continue;
        }
        files.push(entry.file_name());
        if files.len() == PIECE {
            shared.add(Work::Files(folder.clone(), std::mem::take(&mut files)));
        }
    }
    shared.add(Work::Files(folder, files));
    Ok(())
}

fn read(folder: &Path, files: &[OsString]) -> io::Result<usize> {
    let mut head = [0; 512];
    for name in files {
        let _ = File::open(folder.join(name))?.read(&mut head)?;
    }
    Ok(files.len())
}

fn work(shared: &Shared) -> io::Result<usize> {
    let mut count = 0;
    while let Some(work) = shared.take() {
        let result = match work {
            Work::Folder(folder) => list(folder, shared).map(|()| 0),
            Work::Files(folder, files) => read(&folder, &files),
        };
        // Before the error is handled, because the other workers wait for this.
        shared.done();
        count += result?;
    }
    Ok(count)
}

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: limit FOLDER"))?;
    let shared = Shared::default();
    shared.add(Work::Folder(folder.into()));
    let threads = thread::available_parallelism()?.get();
    let count: io::Result<usize> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(&shared))).collect();
        workers
            .into_iter()
            .map(|w| w.join().unwrap_or_else(|_| Err(io::Error::other("a worker panicked"))))
            .sum()
    });
    println!("{}", count?);
    Ok(())
}
