//! Looks that the configuration sets: rules below the style of a page.

use std::fmt::Write as _;

use serde::Serialize;

use crate::model::Theme;

/// A color: red, green and blue.
type Color = [u8; 3];

const WHITE: Color = [255; 3];
/// Background in a dark color scheme (`--paper` in `base.css`), and the nearest that text may have (`--card`).
const DARK: Color = [0x1e, 0x22, 0x27];
const LIGHT: Color = [0xf6, 0xf7, 0xf9];
/// Contrast, in tenths, between text and background: a little more than
/// [WCAG 2.2, 1.4.3](https://www.w3.org/TR/WCAG22/#contrast-minimum) demands, because luminance is an estimate.
const CONTRAST: u64 = 50;

/// The theme as templates see it.
#[derive(Serialize)]
pub(super) struct Values<'a> {
    accent: Option<String>,
    font: &'a [String],
    logo: Option<&'a str>,
    width: Option<u32>,
}

impl<'a> From<&'a Theme> for Values<'a> {
    fn from(theme: &'a Theme) -> Self {
        Self {
            accent: theme.accent.map(hex),
            font: &theme.font,
            logo: theme.logo.as_ref().map(url::Url::as_str),
            width: theme.width,
        }
    }
}

/// Returns the rules of a theme; empty for the default.
pub(in crate::format) fn style(theme: &Theme) -> String {
    let mut rules = String::new();
    let mut root = String::new();
    if let Some(accent) = theme.accent {
        let _ = write!(root, "--link:{};", hex(readable(accent, LIGHT, [0; 3])));
    }
    if !theme.font.is_empty() {
        let families: Vec<String> = theme.font.iter().map(|name| family(name)).collect();
        let _ = write!(root, "--font:{},system-ui,sans-serif;", families.join(","));
    }
    if let Some(width) = theme.width {
        let _ = write!(root, "--measure:{width};");
    }
    if !root.is_empty() {
        let _ = writeln!(rules, ":root{{{root}}}");
    }
    if let Some(accent) = theme.accent {
        let dark = hex(readable(accent, DARK, WHITE));
        let _ = writeln!(rules, "@media screen and (prefers-color-scheme:dark){{:root{{--link:{dark}}}}}");
    }
    rules
}

/// Returns a font family in CSS: a generic one, or a name in quotes.
fn family(name: &str) -> String {
    match name {
        "sans" => "system-ui,sans-serif".to_owned(),
        "serif" => "ui-serif,Charter,Georgia,Cambria,serif".to_owned(),
        "mono" => "ui-monospace,monospace".to_owned(),
        name => format!("\"{name}\""),
    }
}

fn hex(color: Color) -> String {
    color.iter().fold("#".to_owned(), |text, part| text + &format!("{part:02x}"))
}

/// Moves a color towards another until its contrast to the background is sufficient.
fn readable(color: Color, background: Color, towards: Color) -> Color {
    let mixed = (0..=32u32).map(|share| {
        let mut mixed = color;
        for (part, end) in mixed.iter_mut().zip(towards) {
            let (from, to) = (u32::from(*part), u32::from(end));
            *part = ((from * (32 - share) + to * share) / 32).min(255) as u8;
        }
        mixed
    });
    mixed.clone().find(|color| contrast(*color, background) >= CONTRAST).unwrap_or(towards)
}

/// Returns the contrast of two colors in tenths, with a gamma of 2, so that it is the same on every machine.
fn contrast(a: Color, b: Color) -> u64 {
    // Luminance times 10,000 * 255²; the constant is 0.05 of that.
    let luminance = |color: Color| {
        let parts = color.iter().zip([2126, 7152, 722]);
        parts.map(|(part, weight)| u64::from(*part).pow(2) * weight).sum::<u64>() + 500 * 255 * 255
    };
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) * 10 / a.min(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accent_is_readable_on_light_and_dark() {
        let mut theme = Theme::default();
        assert_eq!(style(&theme), "");
        for accent in [[255, 255, 0], [0, 0, 0], [255; 3], [128; 3], [0, 0, 255], [138, 28, 74]] {
            assert!(contrast(readable(accent, LIGHT, [0; 3]), LIGHT) >= CONTRAST, "{accent:?}");
            assert!(contrast(readable(accent, DARK, WHITE), DARK) >= CONTRAST, "{accent:?}");
        }
        theme.accent = Some([138, 28, 74]);
        theme.font = vec!["Iowan Old Style".to_owned(), "serif".to_owned()];
        theme.width = Some(75);
        let css = style(&theme);
        assert!(css.starts_with(":root{--link:#8a1c4a;--font:\"Iowan Old Style\",ui-serif,"), "{css}");
        assert!(css.contains("--measure:75;}"), "{css}");
    }
}
