//! The `srcset` attribute. URLs in it may contain commas; descriptors may be missing or invalid.

use feedmill_types::work;
use url::Url;

use super::links::Base;

/// More candidates than any image has; a longer list is cut.
const MAX_CANDIDATES: usize = 32;

/// One image of a `srcset`.
pub(super) struct Candidate {
    pub url: Url,
    /// `640w`, `2x` or empty.
    descriptor: String,
    /// Width or density, to compare candidates of the same list.
    size: f32,
}

/// Returns the URLs of a `srcset` as they are written, each with its descriptor, by the
/// [HTML standard](https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute).
pub fn srcset_candidates(text: &str) -> impl Iterator<Item = (&str, &str)> {
    work::step(text.len());
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (raw, after) = rest.split_at(end);
        let url = raw.trim_end_matches(',');
        // A URL that ends with a comma has no descriptor.
        let length = if url.len() < raw.len() { 0 } else { after.find(',').unwrap_or(after.len()) };
        let (descriptor, after) = after.split_at(length);
        rest = after;
        (!url.is_empty()).then_some((url, descriptor.trim()))
    })
}

/// Parses a `srcset` by the [HTML standard](https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute).
/// Skips candidates that cannot be shown.
pub(super) fn parse(text: &str, base: &Base) -> Vec<Candidate> {
    parse_with(text, |raw| base.resolve(raw))
}

/// Parses a `srcset` whose URLs a function makes absolute.
pub(super) fn parse_with(text: &str, resolve: impl Fn(&str) -> Option<Url>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (raw, descriptor) in srcset_candidates(text) {
        if found.len() >= MAX_CANDIDATES {
            break;
        }
        let size = match descriptor.strip_suffix(['w', 'x']).map(str::parse::<f32>) {
            None if descriptor.is_empty() => 1.0,
            Some(Ok(size)) if size.is_finite() && size > 0.0 => size,
            _ => continue,
        };
        if let Some(url) = resolve(raw).filter(|url| !url.as_str().ends_with(',')) {
            found.push(Candidate { url, descriptor: descriptor.to_owned(), size });
        }
    }
    found
}

impl Candidate {
    /// Returns the width in pixels, if the descriptor has it; `shown` is the width at which the page shows the image.
    pub(super) fn width(&self, shown: Option<f32>) -> Option<f32> {
        match self.descriptor.as_bytes().last() {
            Some(b'w') => Some(self.size),
            Some(b'x') => shown.map(|shown| shown * self.size),
            _ => shown,
        }
    }
}

/// Returns the largest image.
pub(super) fn best(candidates: &[Candidate]) -> Option<&Candidate> {
    candidates.iter().reduce(|best, c| if c.size > best.size { c } else { best })
}

/// Formats candidates as an attribute; `None` if it would only repeat `src`.
pub(super) fn format(candidates: &[Candidate], src: &str) -> Option<String> {
    if candidates.iter().all(|c| c.url.as_str() == src) {
        return None;
    }
    let items = candidates.iter().map(|c| match &*c.descriptor {
        "" => c.url.to_string(),
        descriptor => format!("{} {descriptor}", c.url),
    });
    Some(items.collect::<Vec<_>>().join(", "))
}
