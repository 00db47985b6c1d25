//! How generators spell names and titles in addresses.

use super::Kind;

/// Returns Jekyll's slug: small letters and digits, `-` for all else
/// (<https://jekyllrb.com/docs/liquid/filters/#options-for-the-slugify-filter>).
pub(crate) fn jekyll(text: &str) -> String {
    hyphened(&text.to_lowercase(), char::is_alphanumeric)
}

/// Returns Jekyll's slug in addresses: case as written, without what an address would have to escape.
pub(crate) fn pretty(text: &str) -> String {
    hyphened(text, |c| c.is_alphanumeric() || "._~!$&'()+,;=@".contains(c))
}

fn hyphened(text: &str, fits: impl Fn(char) -> bool) -> String {
    let parts = text.split(|c| !fits(c) && !is_mark(c)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// Returns Hexo's slug: letters without accents, digits, and `-` for white space and marks of ASCII.
pub(crate) fn hexo(text: &str) -> String {
    let text = without_accents(text);
    let parts = text.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    let parts = parts.map(|part| part.replace(|c: char| c.is_ascii_control(), ""));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Returns Hugo's spelling of a file name: white space is `-`, and what is no letter, digit or plain mark goes
/// (<https://gohugo.io/functions/urls/urlize/>).
pub(crate) fn hugo_name(text: &str) -> String {
    let spelled = text.chars().map(|c| if c.is_whitespace() { '-' } else { c });
    spelled.filter(|c| is_hugo(*c)).collect()
}

/// Returns Hugo's spelling of a title or slug: as of a file name, but with one `-` for all white space, and none at the end.
pub(crate) fn hugo_title(text: &str) -> String {
    let mut out = String::new();
    let mut space = false;
    for c in text.chars() {
        if is_hugo(c) {
            if std::mem::take(&mut space) && c != '-' {
                out.push('-');
            }
            out.push(c);
        } else {
            space |= c.is_whitespace() && !out.is_empty() && !out.ends_with('-');
        }
    }
    out
}

/// Returns Hugo's spelling in the tokens `:title` and `:slug`: it is escaped as an address, which has no empty fragment, and
/// unescaped as a query, in which `+` is a space.
pub(crate) fn hugo_token(text: &str) -> String {
    let spelled = hugo_title(text);
    let address = spelled.strip_suffix('#').filter(|path| !path.contains('#')).unwrap_or(&spelled);
    hugo_title(&address.replace('+', " "))
}

/// Returns a text without the accents on its Latin letters. Strokes are not accents.
pub(crate) fn without_accents(text: &str) -> String {
    let bare = |c: char| {
        if !('\u{c0}'..='\u{24f}').contains(&c) || "øØđĐħĦłŁŧŦıŋŊ".contains(c) {
            return c;
        }
        match ::slug::slugify(c.to_string()).as_bytes() {
            [letter] if c.is_uppercase() => letter.to_ascii_uppercase().into(),
            [letter] => (*letter).into(),
            _ => c,
        }
    };
    text.chars().map(bare).collect()
}

fn is_hugo(c: char) -> bool {
    c.is_alphanumeric() || "./\\_#+~-@".contains(c) || is_mark(c)
}

/// Returns the slug that GitHub gives a heading, and Astro a file
/// (<https://docs.astro.build/en/guides/content-collections/>).
pub(crate) fn github(text: &str) -> String {
    let fits = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ') || is_mark(*c);
    text.trim().to_lowercase().chars().filter(fits).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Returns Zola's slug: ASCII letters and digits, other scripts transliterated
/// (<https://www.getzola.org/documentation/getting-started/configuration/#slugification-strategies>).
pub(crate) fn zola(text: &str) -> String {
    ::slug::slugify(text)
}

/// Returns Pelican's slug of a title: ASCII letters, digits and `_`; other marks go, and white space is `-`
/// (`SLUG_REGEX_SUBSTITUTIONS`, <https://docs.getpelican.com/en/latest/settings.html#url-settings>).
pub(crate) fn pelican(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    for c in title.trim().chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => out.push(c.to_ascii_lowercase()),
            c if c.is_whitespace() || c == '-' => {
                if !out.ends_with('-') {
                    out.push('-');
                }
            }
            c if c.is_ascii() => {}
            c => out.push_str(&::slug::slugify(c.to_string())),
        }
    }
    out
}

/// Returns the slug of Eleventy's old filter `slug`: like Zola's, except that an apostrophe does not separate words.
pub(crate) fn filter(text: &str) -> String {
    ::slug::slugify(text.replace(['\'', '’'], "").replace('&', " and "))
}

/// Returns the slug of Eleventy's filter `slugify` (<https://www.11ty.dev/docs/filters/slugify/>): umlauts become two letters,
/// and an apostrophe separates words except before `s` and `t`.
pub(crate) fn slugify(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            'ä' | 'Ä' => spelled.push_str("ae"),
            'ö' | 'Ö' => spelled.push_str("oe"),
            'ü' | 'Ü' => spelled.push_str("ue"),
            '&' => spelled.push_str(" and "),
            '\'' | '’' if chars.peek().is_some_and(|next| matches!(next, 's' | 't')) => {}
            c => spelled.push(c),
        }
    }
    ::slug::slugify(spelled)
}

/// Returns the id that a generator gives a heading; `None` if it gives none.
pub(crate) fn heading_id(kind: Kind, text: &str) -> Option<String> {
    let id = match kind {
        // https://kramdown.gettalong.org/converter/html.html#auto-ids
        Kind::Jekyll => {
            let text = text.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
            let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
            let id: String = text.chars().filter(fits).map(|c| if c == ' ' { '-' } else { c }).collect();
            if id.is_empty() { "section".to_owned() } else { id.to_ascii_lowercase() }
        }
        Kind::Hugo | Kind::Astro => github(text),
        Kind::Zola => zola(text),
        Kind::Hexo => hexo(text),
        Kind::Eleventy => return None,
    };
    Some(id).filter(|id| !id.is_empty())
}

/// True for a mark that belongs to the letter before it.
fn is_mark(c: char) -> bool {
    unicode_width::UnicodeWidthChar::width(c) == Some(0) && !c.is_control() && c > '\u{2ff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hugo_spells_files_and_titles() {
        for (name, spelled) in [
            ("a  b", "a--b"),
            ("a - b", "a---b"),
            ("A_b.c", "A_b.c"),
            ("100% sure", "100-sure"),
            ("what's up?", "whats-up"),
            ("a+b,c;d", "a+bcd"),
            ("中 文", "中-文"),
        ] {
            assert_eq!(hugo_name(name), spelled);
        }
        assert_eq!(hugo_title("a  & b -  c"), "a-b-c");
        assert_eq!(hugo_title("C++ in 5'"), "C++-in-5");
        // As Hugo 0.168 does.
        for (title, spelled) in [
            ("C++ in 5'", "C-in-5"),
            ("Slack App + OAuth2", "Slack-App--OAuth2"),
            ("+ a", "-a"),
            ("x +", "x-"),
            ("a+b", "a-b"),
            ("a  + + b", "a---b"),
            ("a +- b", "a--b"),
            ("C# and F#", "C#-and-F#"),
            ("C#", "C"),
            ("x##", "x##"),
            ("a#+", "a#"),
            ("+#", ""),
        ] {
            assert_eq!(hugo_token(title), spelled, "{title}");
        }
        assert_eq!(without_accents("Größe Ångström"), "Große Angstrom");
    }

    #[test]
    fn each_generator_has_its_own_slug() {
        let title = "It's Über_cool, C++ & 日本!";
        assert_eq!(jekyll(title), "it-s-über-cool-c-日本");
        assert_eq!(pretty(title), "It's-Über_cool,-C++-&-日本!");
        assert_eq!(github(title), "its-über_cool-c--日本");
        assert_eq!(zola(title), "it-s-uber-cool-c-ri-ben");
        assert_eq!(pelican(title), "its-uber_cool-c-riben");
        assert_eq!(filter("It's Über & l'été"), "its-uber-and-lete");
        assert_eq!(slugify("It's Über & l'été"), "its-ueber-and-l-ete");
    }
}
