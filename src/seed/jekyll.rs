//! Jekyll front matter before a complete stamped seed. The front matter repeats the seed and is ignored.

use super::{Dialect, Fault, Head, Lines, Origin, Seed, front, markup, stamped::Stamped, unlike_an_article};
use crate::diag::{Finding, codes};
use crate::model::Metadata;

pub(super) struct Jekyll;

impl Dialect for Jekyll {
    fn name(&self) -> &'static str {
        "jekyll"
    }

    fn claims(&self, first_line: &str) -> bool {
        first_line.trim_end() == "---"
    }

    fn read(
        &self,
        lines: &mut Lines<'_>,
        origin: &Origin<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Head, Fault> {
        let first = lines.number();
        lines.next_line()?;
        front::skip_to_close(lines, first, |line| line.trim_end() == "---")?;
        lines.skip_blank();
        match lines.peek()? {
            Some(line) if Stamped.claims(line) => Stamped.read(lines, origin, findings),
            // A page of the site, such as `robots.txt`.
            _ if origin.addresses.repository.is_some() => Err(unlike_an_article()),
            _ => {
                let detail = "none follows the front matter";
                Err(Finding::in_text(&codes::SEED_NO_STAMP, lines.number(), 1, detail).into())
            }
        }
    }

    fn metadata(&self, seed: &Seed<'_>) -> Metadata {
        markup::metadata(seed)
    }
}
