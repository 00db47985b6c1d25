//! Stored forms of types that have none of their own: paths are bytes, because a file system allows names that are not
//! UTF-8, and findings are stored by their code.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::diag::{Finding, Place, codes};

/// Returns a file name from its bytes.
#[must_use]
pub fn file_name(bytes: &[u8]) -> OsString {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec());
    #[cfg(not(unix))]
    return String::from_utf8_lossy(bytes).into_owned().into();
}

/// Serializes bytes as one value; `serde` would serialize them one by one.
pub(super) fn as_bytes<B: AsRef<[u8]>, S: Serializer>(bytes: &B, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes.as_ref())
}

/// A path under a root.
pub(super) mod path {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(path.as_os_str().as_encoded_bytes())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Ok(file_name(<&[u8]>::deserialize(from)?).into())
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
struct StoredPath(#[serde(with = "path")] PathBuf);

/// A map whose keys are paths.
pub(super) mod by_path {
    use super::*;

    type Map<V> = BTreeMap<PathBuf, V>;

    pub(crate) fn serialize<V: Serialize, S: Serializer>(map: &Map<V>, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(transparent)]
        struct Key<'a>(#[serde(with = "path")] &'a Path);
        to.collect_map(map.iter().map(|(path, value)| (Key(path), value)))
    }

    pub(crate) fn deserialize<'de, V: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Map<V>, D::Error> {
        let map = BTreeMap::<StoredPath, V>::deserialize(from)?;
        Ok(map.into_iter().map(|(key, value)| (key.0, value)).collect())
    }
}

/// A set of paths.
pub(super) mod paths {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(all: &BTreeSet<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().cloned().map(StoredPath))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<PathBuf>, D::Error> {
        let all = Vec::<StoredPath>::deserialize(from)?;
        Ok(all.into_iter().map(|path| path.0).collect())
    }
}

/// A finding.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredFinding<'a> {
    code: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    source: &'a str,
    mark: u32,
    detail: &'a str,
}

impl<'a> From<&'a Finding> for StoredFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        let Place { file, line, column, source, mark } = &finding.place;
        let (line, column, mark) = (*line, *column, *mark);
        Self { code: finding.meta.code, file, line, column, source, mark, detail: &finding.detail }
    }
}

impl StoredFinding<'_> {
    /// Returns the finding; `None` if this build does not know its code.
    pub(super) fn restore(&self) -> Option<Finding> {
        let place = Place::at(self.file, self.line, self.column).showing_part(self.source, self.mark);
        Some(Finding::new(codes::find(self.code)?, place, self.detail))
    }
}

/// A list of findings. Those with an unknown code are dropped on the way back.
pub(super) mod findings {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(all: &[Finding], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(StoredFinding::from))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Finding>, D::Error> {
        let all = Vec::<StoredFinding<'de>>::deserialize(from)?;
        Ok(all.iter().filter_map(StoredFinding::restore).collect())
    }
}

/// A list of findings, each with the number of its row.
pub(super) mod numbered_findings {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(all: &[(u32, Finding)], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(|(row, finding)| (*row, StoredFinding::from(finding))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(u32, Finding)>, D::Error> {
        let all = Vec::<(u32, StoredFinding<'de>)>::deserialize(from)?;
        Ok(all.iter().filter_map(|(row, stored)| Some((*row, stored.restore()?))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Stored {
        #[serde(with = "by_path")]
        folders: BTreeMap<PathBuf, u8>,
        #[serde(with = "findings")]
        findings: Vec<Finding>,
    }

    #[cfg(unix)]
    #[test]
    fn paths_that_are_not_utf8_and_findings_survive() {
        let place = Place::at("a/1.txt", 2, 5).showing_part("…text", 3);
        let stored = Stored {
            folders: BTreeMap::from([(Path::new(&file_name(b"\xfe/b")).to_path_buf(), 1)]),
            findings: vec![Finding::new(&codes::SEED_BAD_LINK, place, "`x`")],
        };
        let bytes = postcard::to_stdvec(&stored).unwrap();
        assert_eq!(postcard::from_bytes::<Stored>(&bytes).unwrap(), stored);
    }

    #[test]
    fn a_finding_with_an_unknown_code_is_dropped() {
        let known = codes::SEED_EMPTY.code;
        let row =
            |code| StoredFinding { code, file: "", line: 0, column: 0, source: "", mark: 0, detail: "" };
        let bytes =
            postcard::to_stdvec(&(0u8, [row("seed-no-longer-known"), row(known)].as_slice())).unwrap();
        let stored: Stored = postcard::from_bytes(&bytes).unwrap();
        let codes: Vec<_> = stored.findings.iter().map(|finding| finding.meta.code).collect();
        assert_eq!(codes, [known]);
    }
}
