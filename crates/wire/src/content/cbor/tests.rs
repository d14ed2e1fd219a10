//! Which forms are read, which are refused and why; examples are from RFC 8949, appendix A.

use super::*;

fn any(bytes: &[u8], levels: u8) -> Result<(), CborError> {
    let mut reader = Reader::new(bytes);
    reader.any(levels)?;
    if reader.is_empty() {
        Ok(())
    } else {
        Err(CborError::Range)
    }
}

/// Examples of RFC 8949, appendix A.
#[test]
fn reads_the_shortest_forms() {
    for item in [
        &[0x00][..],
        &[0x17],
        &[0x18, 0x18],
        &[0x19, 0x03, 0xe8],
        &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0xf9, 0x00, 0x00],
        &[0xf9, 0x7e, 0x00],
        &[0xf9, 0x7c, 0x00],
        &[0xfa, 0x47, 0xc3, 0x50, 0x00],
        &[0xfa, 0x7f, 0x7f, 0xff, 0xff],
        &[0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a],
        &[0xf4],
        &[0xf7],
        &[0x62, 0xc3, 0xbc],
        &[0x83, 1, 2, 3],
        &[0xa2, 0x61, b'a', 1, 0x61, b'b', 0x82, 2, 3],
    ] {
        assert_eq!(any(item, 2), Ok(()), "{item:02x?}");
    }
}

#[test]
fn longer_forms_are_refused() {
    for item in [
        &[0x18, 0x17][..],
        &[0x19, 0x00, 0xff],
        &[0x1a, 0x00, 0x00, 0xff, 0xff],
        &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        &[0x58, 0x01, 0x00],
        &[0x78, 0x00],
        &[0x98, 0x00],
        &[0x5f, 0xff],
        &[0x9f, 0xff],
        &[0xbf, 0xff],
        &[0xc2, 0x41, 1],
        &[0xc3, 0x49, 0, 1, 2, 3, 4, 5, 6, 7, 8],
        // 1.5, infinity, the smallest half-precision number, and NaN, each in a longer form
        &[0xfa, 0x3f, 0xc0, 0x00, 0x00],
        &[0xfa, 0x7f, 0x80, 0x00, 0x00],
        &[0xfa, 0x33, 0x80, 0x00, 0x00],
        &[0xfa, 0x7f, 0xc0, 0x00, 0x00],
        &[0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
        &[0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
    ] {
        assert_eq!(any(item, 4), Err(CborError::NotShortest), "{item:02x?}");
    }
}

#[test]
fn what_is_not_an_item_is_refused() {
    for (item, error) in [
        (&[][..], CborError::Truncated),
        (&[0x19, 0x03], CborError::Truncated),
        (
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0],
            CborError::Truncated,
        ),
        (
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0],
            CborError::Truncated,
        ),
        (&[0x1c], CborError::Kind),
        (&[0xe0], CborError::Kind),
        (&[0xf8, 0xff], CborError::Kind),
        (&[0xff], CborError::NotShortest),
        (&[0x61, 0xff], CborError::NotUtf8),
        (&[0xf9, 0x7e, 0x01], CborError::Range),
        (&[0xa2, 2, 0, 1, 0], CborError::KeyOrder),
        (&[0xa2, 1, 0, 1, 0], CborError::KeyOrder),
        (&[0xa1, 0xf6, 0], CborError::Kind),
        (
            &[0xa1, 0x1b, 0x00, 0x20, 0, 0, 0, 0, 0, 0, 0],
            CborError::Range,
        ),
        (&[0x81, 0x81, 0x81, 0], CborError::TooDeep),
        (&[0xc1, 0xc1, 0xc1, 0], CborError::TooDeep),
    ] {
        assert_eq!(any(item, 2), Err(error), "{item:02x?}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    for value in [
        0,
        23,
        24,
        255,
        256,
        65_535,
        65_536,
        u64::from(u32::MAX),
        1 << 32,
        u64::MAX,
    ] {
        let mut writer = Writer::default();
        writer.unsigned(value);
        writer.head(NEGATIVE, value);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.unsigned(u64::MAX), Ok(value));
        assert_eq!(reader.head(), Ok((NEGATIVE, value)));
        assert!(reader.is_empty());
    }
}
