//! Step 1: every seed under the root, folder by folder, each folder in byte order. Links are not followed, so no loop
//! can catch the walk; only one listing per level is held.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Diagnostic, Place, codes};
use crate::error::Error;
use crate::store::{Item, Kind, Store};

/// A seed's place.
pub(super) struct Found {
    /// Relative to the root.
    pub(super) path: PathBuf,
    /// The folder right under the root that it is in; `None` where it lies in the root itself.
    pub(super) section: Option<Arc<str>>,
}

struct Level {
    folder: PathBuf,
    section: Option<Arc<str>>,
    items: std::vec::IntoIter<Item>,
}

/// An iterator over the seeds.
pub(super) struct Walk<'a> {
    store: &'a dyn Store,
    levels: Vec<Level>,
    findings: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    /// At the root.
    ///
    /// # Errors
    /// Where the root can't be listed.
    pub(super) fn new(store: &'a dyn Store) -> Result<Self, Error> {
        let root = Path::new("");
        let items = store
            .list(root)
            .map_err(|e| Error::io("list the folder of the seeds", store.show(root), e))?
            .into_iter();
        Ok(Self {
            store,
            levels: vec![Level { folder: PathBuf::new(), section: None, items }],
            findings: Vec::new(),
        })
    }

    /// What was found wrong since this was last asked.
    pub(super) fn findings(&mut self) -> impl Iterator<Item = Diagnostic> + use<> {
        std::mem::take(&mut self.findings).into_iter()
    }

    fn report(&mut self, meta: &'static crate::diag::Meta, path: &Path, message: String) {
        self.findings.push(Diagnostic::new(meta, Place::file(self.store.show(path)), message));
    }
}

impl Iterator for Walk<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let level = self.levels.last_mut()?;
            let Some(item) = level.items.next() else {
                self.levels.pop();
                continue;
            };
            let name = item.name.to_string_lossy();
            // Hidden files are the crawler's, the editor's and the versioning's own.
            if name.starts_with('.') {
                continue;
            }
            let path = level.folder.join(&item.name);
            let is_seed = Path::new(&item.name).extension().is_some_and(|e| e.eq_ignore_ascii_case("txt"));
            let section = level.section.clone();
            let is_root = self.levels.len() == 1;
            match item.kind {
                Kind::File if is_seed => return Some(Found { path, section }),
                Kind::Folder => {
                    let section = if is_root { Some(Arc::from(name.as_ref())) } else { section };
                    match self.store.list(&path) {
                        Ok(items) => {
                            self.levels.push(Level { folder: path, section, items: items.into_iter() })
                        }
                        Err(error) => {
                            self.report(&codes::SEED_UNREADABLE, &path, format!("cannot list it: {error}"))
                        }
                    }
                }
                Kind::BrokenLink if is_seed => {
                    self.report(&codes::SEED_SPECIAL, &path, "it is a link to nothing".to_owned());
                }
                Kind::Special if is_seed => {
                    self.report(&codes::SEED_SPECIAL, &path, "it is no regular file".to_owned());
                }
                Kind::File | Kind::Link | Kind::BrokenLink | Kind::Special => {}
            }
        }
    }
}
