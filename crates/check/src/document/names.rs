//! Names and references of XML ([XML 1.0, 2.3 and 4.1](https://www.w3.org/TR/xml/#NT-Name)).

/// Returns the character of a reference, if XML itself defines it.
pub(super) fn resolve(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, base) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
            // The standard library also takes a sign.
            let code = u32::from_str_radix(digits, base).ok().filter(|_| !digits.starts_with('+'))?;
            let forbidden = matches!(code, 0..=8 | 11 | 12 | 14..=31 | 0xfffe | 0xffff);
            char::from_u32(code).filter(|_| !forbidden)?
        }
    })
}

/// True for white space ([XML 1.0, 2.3](https://www.w3.org/TR/xml/#NT-S)).
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// True for each byte of ASCII that a name may have.
static IN_NAME: [bool; 256] = {
    let mut in_name = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let ascii = byte as u8;
        in_name[byte] = ascii.is_ascii_alphanumeric() || matches!(ascii, b'_' | b':' | b'-' | b'.');
        byte += 1;
    }
    in_name
};

/// True for a name ([XML 1.0, 2.3](https://www.w3.org/TR/xml/#NT-Name)).
pub(super) fn is_name(name: &str) -> bool {
    if name.bytes().all(|byte| IN_NAME[usize::from(byte)]) {
        return name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b':'));
    }
    name.starts_with(begins_name) && name.chars().all(is_in_name)
}

/// True for the parts of a name with a prefix ([Namespaces in XML, 4](https://www.w3.org/TR/xml-names/#ns-qualnames)), each of
/// which consists of the characters of names.
pub(super) fn is_qualified(prefix: &str, local: &str) -> bool {
    !prefix.is_empty() && local.starts_with(begins_name) && !local.contains(':')
}

/// True for what may be in a comment ([XML 1.0, 2.5](https://www.w3.org/TR/xml/#sec-comments)).
pub(super) fn is_comment(text: &str) -> bool {
    !text.contains("--") && !text.ends_with('-')
}

/// True for a character that a name may begin with.
pub(super) fn begins_name(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}' | '\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn is_in_name(c: char) -> bool {
    begins_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_digits_only() {
        assert_eq!(resolve("#68"), Some('D'));
        assert_eq!(resolve("#x44"), Some('D'));
        for bad in ["#", "#x", "#+68", "#x+44", "#-1", "#X44", "#0", "#xd800"] {
            assert_eq!(resolve(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_have_the_characters_of_xml() {
        assert!(["a", "_", "a:b", "é1", "日本", "a·b", "a-.0"].into_iter().all(is_name));
        assert!(["", "1", "-a", "a b", "aª", "a①", "×", "a\u{37e}", "é×"].iter().all(|name| !is_name(name)));
    }
}
