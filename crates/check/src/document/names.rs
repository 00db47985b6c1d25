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
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
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

pub(super) fn is_name(name: &str) -> bool {
    if name.bytes().all(|byte| IN_NAME[usize::from(byte)]) {
        return name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b':'));
    }
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | ':'))
        && chars.all(|c| {
            c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}')
        })
}
