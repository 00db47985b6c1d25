//! The part of `feedmill init` that knows static site generators: finds the repository, and shows what it says.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::diag::printable;
use crate::error::Error;
use crate::generator::{Repository, find, is_apart};
use crate::pipeline::Inspection;
use crate::seed::Addresses;
use crate::store::{FsStore, Kind, Store};
use crate::types::public_url;

use super::custom;

/// A repository, and the folder of its articles as `init` writes it.
pub(super) struct FoundSite {
    pub(super) repository: Arc<Repository>,
    pub(super) seeds: String,
    /// Address of the site, from the repository or from the user.
    pub(super) url: Option<Url>,
    /// File that the address is guessed from, if the configuration does not say it.
    url_file: Option<PathBuf>,
}

/// Number of folders in one that are looked at.
const MAX_FOLDERS: usize = 100;

/// Finds the repository in a folder, in one of the folders in it or in those, or around it.
///
/// # Errors
/// If the configuration of its generator is not valid.
pub(super) fn find_site(folder: &Path) -> Result<Option<FoundSite>, Error> {
    let mut roots = vec![PathBuf::new()];
    let store = FsStore::new(folder);
    let folders = |parent: &Path| -> Vec<PathBuf> {
        let inner = store.list(parent).unwrap_or_default().into_iter();
        let visible = inner.filter(|item| item.kind == Kind::Folder && !is_apart(&item.name));
        visible.take(MAX_FOLDERS).map(|item| parent.join(item.name)).collect()
    };
    let inner = folders(Path::new(""));
    // Such as `packages/site` in a workspace.
    let deeper: Vec<PathBuf> = inner.iter().flat_map(|parent| folders(parent)).collect();
    roots.extend(inner.into_iter().chain(deeper));
    let mut found: Vec<(PathBuf, Repository)> = Vec::new();
    for root in roots {
        let store = FsStore::new(folder.join(&root));
        if let Some(repository) = Repository::read(Box::new(store), PathBuf::new())? {
            found.push((root, repository));
        }
    }
    // A folder that looks like a site may be in the repository of another generator.
    let best = found.iter().position(|(_, repository)| repository.is_certain).unwrap_or_default();
    let within = found.into_iter().nth(best).and_then(|(root, mut repository)| {
        let content = PathBuf::from(&repository.site().content);
        let seeds: PathBuf = root.join(&content).components().collect();
        let shown = if seeds.as_os_str().is_empty() { ".".to_owned() } else { seeds.to_str()?.to_owned() };
        repository.seeds = content;
        Some((repository, shown))
    });
    let found = match within {
        None => find(folder)?.map(|repository| (repository, ".".to_owned())),
        within => within,
    };
    let Some((repository, seeds)) = found else { return Ok(None) };
    // Else what its programs and its data call the address of the site.
    let guessed = if repository.site().url.is_none() { custom::site_url(folder) } else { None };
    let url = repository.site().url.clone().or_else(|| Some(guessed.as_ref()?.0.clone()));
    let url_file = guessed.map(|(_, file)| file);
    Ok(Some(FoundSite { repository: Arc::new(repository), seeds, url, url_file }))
}

impl FoundSite {
    /// Returns where articles are published.
    pub(super) fn addresses(&self) -> Addresses {
        let repository = Some(self.repository.clone());
        let translations = self.repository.rules().translations();
        let translations = translations.iter().map(|code| code.to_lowercase()).collect();
        Addresses { site: self.url.clone(), repository, translations, ..Addresses::default() }
    }

    /// Asks for the address of the site if the repository does not say it and somebody is there to answer.
    pub(super) fn ask(&mut self) {
        if self.url.is_some() || !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return;
        }
        let mut out = io::stdout().lock();
        let asked =
            write!(out, "Address of the site, such as https://www.example.org/: ").and_then(|()| out.flush());
        let mut answer = String::new();
        if asked.is_ok() && io::stdin().read_line(&mut answer).is_ok() {
            let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
            self.url = Url::parse(answer.trim()).ok().filter(is_web).map(public_url);
        }
    }

    /// Returns keys of the configuration with the values that the repository has for them.
    pub(super) fn keys(&self) -> Vec<(&'static str, String)> {
        let site = self.repository.site();
        let language = site.language.clone().filter(|tag| crate::config::is_well_formed_language(tag));
        [
            ("title", site.title.clone()),
            ("description", site.description.clone()),
            ("site_url", self.url.as_ref().map(Url::to_string)),
            ("language", language),
            ("author", site.author.clone()),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
    }

    /// True if articles are translated, so that each language needs a feed.
    pub(super) fn is_translated(&self) -> bool {
        !self.repository.rules().translations().is_empty()
    }

    /// Returns the comment that says where addresses come from.
    pub(super) fn comment(&self) -> String {
        let Repository { generator, configuration, .. } = &*self.repository;
        let source = if configuration.is_empty() { String::new() } else { format!(" and {configuration}") };
        format!(
            "# Addresses are those that {generator} makes of front matter{source}; this pattern would replace them.\n"
        )
    }

    /// Writes what the repository is, and for each section a sample address with what it is derived from.
    pub(super) fn report(&self, out: &mut impl Write, seen: &Inspection) -> io::Result<()> {
        let Repository { generator, configuration, .. } = &*self.repository;
        let source =
            if configuration.is_empty() { String::new() } else { format!(", configured in {configuration}") };
        writeln!(out, "  {generator} site{source}")?;
        let translations = self.repository.rules().translations();
        if !translations.is_empty() {
            writeln!(out, "  one feed per language; besides the site's own: {}", translations.join(", "))?;
        }
        for (section, path) in &seen.samples {
            let Some(placed) = self.repository.explain(path, None) else { continue };
            let address = match &self.url {
                Some(site) => Repository::join(site, &placed.address),
                None => placed.address,
            };
            let of = if section.is_empty() { String::new() } else { format!(" of {section}") };
            let line = format!("  address{of}: {address} from {}, for {}", placed.derived, path.display());
            writeln!(out, "{}", printable(&line))?;
        }
        Ok(())
    }

    /// Writes what the user has to add, if anything.
    pub(super) fn report_missing(&self, out: &mut impl Write) -> io::Result<()> {
        if let (Some(url), Some(file)) = (&self.url, &self.url_file) {
            let line = format!("the address of the site is a guess: {url}, found in {}", file.display());
            return writeln!(out, "{}", printable(&line));
        }
        if self.url.is_some() {
            return Ok(());
        }
        let Repository { generator, .. } = &*self.repository;
        writeln!(
            out,
            "the address of the site is not in the configuration of {generator}; add it to feedmill.toml:"
        )?;
        writeln!(out, "\n    site_url = \"https://www.example.org/\"\n")
    }
}
