//! QR code of an address, as SVG in the page.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// Length in bytes of the longest address that becomes a code: cameras do not read larger ones reliably.
const MAX_ADDRESS: usize = 300;
/// Width of the empty margin in modules (ISO/IEC 18004).
const MARGIN: usize = 4;

/// Returns the QR code of an address; `None` if the address is too long.
pub(super) fn code(address: &str) -> Option<String> {
    let code = Some(address).filter(|address| address.len() <= MAX_ADDRESS)?;
    let code = QRBuilder::new(code).ecl(ECL::M).build().ok()?;
    let side = code.size + 2 * MARGIN;
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        // Runs of dark modules, each a line from the end of the one before.
        let mut from = None;
        for run in code[y].chunk_by(|a, b| a.value() == b.value()) {
            if run[0].value() {
                let _ = match from {
                    None => write!(path, "M{} {}.5h{}", x + MARGIN, y + MARGIN, run.len()),
                    Some(from) => write!(path, "m{} 0h{}", x - from, run.len()),
                };
                from = Some(x + run.len());
            }
            x += run.len();
        }
    }
    Some(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"QR code of the address\" \
         shape-rendering=\"crispEdges\"><path d=\"{path}\" stroke=\"#000\"></path></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finder_patterns_and_a_long_address_has_none() {
        let svg = code("https://feeds.news.example/rss.xml").unwrap();
        assert!(svg.contains("viewBox=\"0 0 37 37\"") && svg.len() < 3000, "{svg}");
        // Rows of the upper two finder patterns, and of the lower one.
        assert!(svg.contains("M4 4.5h7") && svg.contains("M4 10.5h7m"), "{svg}");
        assert!(svg.contains("M4 32.5h7"), "{svg}");
        assert!(code(&format!("https://e.example/{}", "a".repeat(300))).is_none());
    }
}
