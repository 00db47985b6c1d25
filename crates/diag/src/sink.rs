//! The destination of all findings: they are counted and printed as they come.

use std::collections::BTreeMap;
use std::io::Write;

use super::{Finding, Meta, Renderer, Severity};

/// Number of findings of each severity that went through a [`Sink`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

/// Takes findings, counts them and prints them.
///
/// ```
/// use feedmill_diag::{Finding, Place, Sink, codes, renderer};
///
/// let mut out = Vec::new();
/// let human = renderer("human").ok_or("there is no such style")?;
/// let mut sink = Sink::new(human, &mut out);
/// sink.push(Finding::new(&codes::NO_BASE_URL, Place::default(), "the feeds have no self link"));
/// sink.finish();
/// assert_eq!(sink.tally().warnings, 1);
/// assert!(String::from_utf8(out)?.starts_with("warning[no-base-url]: missing `base_url`: the feeds have no self link\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sink<'a> {
    renderer: &'a dyn Renderer,
    out: Option<&'a mut (dyn Write + Send)>,
    started: bool,
    /// True if a finding was printed.
    printed: bool,
    tally: Tally,
    /// Kinds of the findings that were printed, by code.
    seen: BTreeMap<&'static str, &'static Meta>,
    min_severity: Severity,
    collected: Option<Vec<Finding>>,
}

impl<'a> Sink<'a> {
    /// Creates a sink that prints each finding to `out` in a style.
    pub fn new(renderer: &'a dyn Renderer, out: &'a mut (dyn Write + Send)) -> Self {
        Self { out: Some(out), ..Self::base(renderer) }
    }

    /// Creates a sink that prints nothing and collects every finding: for tests and library users.
    ///
    /// ```
    /// use feedmill_diag::{Finding, Place, Sink, codes};
    ///
    /// let mut sink = Sink::collecting();
    /// sink.push(Finding::new(&codes::SEED_EMPTY, Place::file("1.txt"), ""));
    /// assert_eq!(sink.collected()[0].place.file, "1.txt");
    /// ```
    #[must_use]
    pub fn collecting() -> Self {
        Self { collected: Some(Vec::new()), ..Self::base(super::RENDERERS[0]) }
    }

    fn base(renderer: &'a dyn Renderer) -> Self {
        Self {
            renderer,
            out: None,
            started: false,
            printed: false,
            tally: Tally::default(),
            seen: BTreeMap::new(),
            min_severity: Severity::Note,
            collected: None,
        }
    }

    /// Prints only findings of at least this severity; all are counted.
    #[must_use]
    pub fn min_severity(mut self, min_severity: Severity) -> Self {
        self.min_severity = min_severity;
        self
    }

    /// True if the sink prints or collects a finding, and does not only count it.
    #[must_use]
    pub fn shows(&self, finding: &Finding) -> bool {
        self.collected.is_some() || self.out.is_some() && finding.severity >= self.min_severity
    }

    /// Counts and prints a finding. A write error, such as a closed pipe, is ignored.
    pub fn push(&mut self, finding: Finding) {
        self.count(&finding);
        if let Some(out) = self.out.as_mut().filter(|_| finding.severity >= self.min_severity) {
            if !std::mem::replace(&mut self.started, true) {
                let _ = self.renderer.start(out);
            }
            if std::mem::replace(&mut self.printed, true) {
                let _ = out.write_all(self.renderer.between().as_bytes());
            }
            let _ = self.renderer.render(&finding, out);
            self.seen.insert(finding.meta.code, finding.meta);
        }
        if let Some(collected) = &mut self.collected {
            collected.push(finding);
        }
    }

    /// Counts and prints the findings of a file. A style that groups findings by file prints a file without findings too.
    pub fn push_file(&mut self, file: &str, findings: Vec<Finding>) {
        if !self.renderer.groups_by_file() || self.out.is_none() {
            findings.into_iter().for_each(|finding| self.push(finding));
            return;
        }
        findings.iter().for_each(|finding| self.count(finding));
        let shown: Vec<Finding> = findings.into_iter().filter(|f| f.severity >= self.min_severity).collect();
        self.render_file(file, &shown);
    }

    fn count(&mut self, finding: &Finding) {
        match finding.severity {
            Severity::Error => self.tally.errors += 1,
            Severity::Warning => self.tally.warnings += 1,
            Severity::Note => self.tally.notes += 1,
        }
    }

    /// Prints a file in a style that groups findings by file.
    fn render_file(&mut self, file: &str, findings: &[Finding]) {
        let Some(out) = self.out.as_mut() else { return };
        if !std::mem::replace(&mut self.started, true) {
            let _ = self.renderer.start(out);
        }
        self.printed = true;
        let _ = self.renderer.render_file(file, findings, out);
        self.seen.extend(findings.iter().map(|finding| (finding.meta.code, finding.meta)));
    }

    /// Ends the output: styles that print one document (SARIF) close it here.
    pub fn finish(&mut self) {
        if self.renderer.groups_by_file() && !self.printed {
            self.render_file("", &[]);
        }
        if let Some(out) = self.out.as_mut() {
            if !std::mem::replace(&mut self.started, true) {
                let _ = self.renderer.start(out);
            }
            let seen: Vec<&'static Meta> = self.seen.values().copied().collect();
            let _ = self.renderer.finish(&seen, out);
            let _ = out.flush();
        }
    }

    /// Returns the number of findings so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Returns the findings of a sink created by [`Sink::collecting`].
    #[must_use]
    pub fn collected(&self) -> &[Finding] {
        self.collected.as_deref().unwrap_or_default()
    }
}
