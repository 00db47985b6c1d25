//! Width and height of an image, from its first bytes: PNG and JPEG, the formats of podcast covers.

/// Returns width and height in pixels; `None` if more bytes are needed, or the image is of another format.
pub(super) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        // The first chunk is IHDR (<https://www.w3.org/TR/png-3/#11IHDR>).
        let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        return (bytes.get(12..16)? == b"IHDR").then(|| Some((number(16)?, number(20)?)))?;
    }
    let number = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let mut at = bytes.starts_with(&[0xff, 0xd8]).then_some(2)?;
    // Segments up to the start of a frame (ITU-T T.81, B.1.1.3, <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>).
    loop {
        let [0xff, marker] = *bytes.get(at..at + 2)? else { return None };
        match marker {
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            0xc4 | 0xc8 | 0xcc => at += 2 + segment(number(at + 2)?)?,
            0xc0..=0xcf => return Some((number(at + 7)?.into(), number(at + 5)?.into())),
            0xd9 | 0xda => return None,
            _ => at += 2 + segment(number(at + 2)?)?,
        }
    }
}

/// Returns the length of a segment, which counts its own two bytes.
fn segment(length: u16) -> Option<usize> {
    (length >= 2).then_some(length.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_read_from_the_head_of_an_image() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x0b\xb8\0\0\x05\x78\x08\x06\0\0\0";
        assert_eq!(dimensions(png), Some((3000, 1400)));
        let exif = [&[0xff, 0xe1, 0x01, 0x00][..], &[0; 254]].concat();
        let tables = [0xff, 0xc4, 0, 4, 1, 2, 0xff, 0xff, 0xdb, 0, 3, 9];
        let frame = [0xff, 0xc2, 0, 17, 8, 0x05, 0x78, 0x0b, 0xb8, 3];
        let jpeg = [&[0xff, 0xd8][..], &exif, &tables, &frame].concat();
        assert_eq!(dimensions(&jpeg), Some((3000, 1400)));
        for end in 0..jpeg.len() - 1 {
            assert_eq!(dimensions(&jpeg[..end]), None, "{end}");
        }
        for other in [&b"GIF89a"[..], b"", b"\xff\xd8\xff\xe0\0\0\xff\xc0", b"\xff\xd8\xff\xda\0\x08"] {
            assert_eq!(dimensions(other), None);
        }
    }
}
