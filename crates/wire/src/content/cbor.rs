//! The deterministic subset of CBOR that message content uses (RFC 8949, section 4.2.1): reading it
//! strictly and writing it.
//!
//! Not a general CBOR library. The crates for that read longer forms of a number or a length as well,
//! and two encodings of one message would be two message ids; so the two dozen lines that read an
//! item's head are here, and nothing but the shortest form passes.

/// Why bytes are not deterministic CBOR, or not the item that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The bytes end inside an item.
    #[error("the bytes end too early")]
    Truncated,
    /// An item of another kind than the format has here.
    #[error("another kind of item was expected")]
    Kind,
    /// A number outside the range, or a length other than the format has here.
    #[error("the number or length is out of range")]
    Range,
    /// A number, length or tag in a longer form than needed, or of indefinite length.
    #[error("the encoding is not the shortest one")]
    NotShortest,
    /// Keys of a map that do not rise bytewise: out of order, or twice.
    #[error("the keys of a map are out of order or repeated")]
    KeyOrder,
    /// Text that is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// More maps, arrays and tags inside one another than allowed.
    #[error("the items are nested too deeply")]
    TooDeep,
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;
const UNDEFINED: u8 = 0xf7;

/// The largest whole number that a double holds exactly: the bound of integer map keys in
/// draft-ietf-mimi-content-08, section 6.2.
const KEY_INTEGER_MAX: u64 = (1 << 53) - 1;

/// Reads items from the front of a slice.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether every byte has been read.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn unsigned(&mut self, max: u64) -> Result<u64, CborError> {
        let value = self.head_of(UNSIGNED)?;
        if value > max {
            Err(CborError::Range)
        } else {
            Ok(value)
        }
    }

    pub fn u8(&mut self) -> Result<u8, CborError> {
        let value = self.unsigned(u8::MAX.into())?;
        u8::try_from(value).map_err(|_| CborError::Range)
    }

    pub fn u16(&mut self) -> Result<u16, CborError> {
        let value = self.unsigned(u16::MAX.into())?;
        u16::try_from(value).map_err(|_| CborError::Range)
    }

    pub fn u32(&mut self) -> Result<u32, CborError> {
        let value = self.unsigned(u32::MAX.into())?;
        u32::try_from(value).map_err(|_| CborError::Range)
    }

    pub fn bool(&mut self) -> Result<bool, CborError> {
        match self.take(1)?[0] {
            FALSE => Ok(false),
            TRUE => Ok(true),
            _ => Err(CborError::Kind),
        }
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], CborError> {
        let len = self.head_of(BYTES)?;
        self.take_u64(len)
    }

    pub fn text(&mut self) -> Result<&'a str, CborError> {
        let len = self.head_of(TEXT)?;
        std::str::from_utf8(self.take_u64(len)?).map_err(|_| CborError::NotUtf8)
    }

    /// The number of items of the array that starts here. Don't reserve memory for it: it is as large
    /// as the sender likes.
    pub fn array(&mut self) -> Result<u64, CborError> {
        self.head_of(ARRAY)
    }

    /// As [`Reader::array`], of exactly `len` items.
    pub fn array_of(&mut self, len: u64) -> Result<(), CborError> {
        if self.array()? == len {
            Ok(())
        } else {
            Err(CborError::Range)
        }
    }

    /// The number of pairs of the map that starts here; the same warning as for [`Reader::array`].
    pub fn map(&mut self) -> Result<u64, CborError> {
        self.head_of(MAP)
    }

    /// Takes a null if there is one here.
    pub fn null(&mut self) -> bool {
        let is_null = self.rest.first() == Some(&NULL);
        if is_null {
            self.rest = &self.rest[1..];
        }
        is_null
    }

    /// The bytes of a map key: a whole number, text, or (where the format allows it) bytes.
    pub fn key(&mut self, may_be_bytes: bool) -> Result<&'a [u8], CborError> {
        let start = self.rest;
        match self.head()? {
            (UNSIGNED, 0..=KEY_INTEGER_MAX) | (NEGATIVE, 0..KEY_INTEGER_MAX) => {}
            (UNSIGNED | NEGATIVE, _) => return Err(CborError::Range),
            (TEXT, len) => {
                std::str::from_utf8(self.take_u64(len)?).map_err(|_| CborError::NotUtf8)?;
            }
            (BYTES, len) if may_be_bytes => {
                self.take_u64(len)?;
            }
            _ => return Err(CborError::Kind),
        }
        Ok(&start[..start.len() - self.rest.len()])
    }

    /// The bytes of one item of any kind, checked all the way down. `levels` is how many arrays, maps
    /// and tags may be around one another in it.
    pub fn any(&mut self, levels: u8) -> Result<&'a [u8], CborError> {
        let start = self.rest;
        match self.head()? {
            (UNSIGNED | NEGATIVE, _) => {}
            (BYTES, len) => {
                self.take_u64(len)?;
            }
            (TEXT, len) => {
                std::str::from_utf8(self.take_u64(len)?).map_err(|_| CborError::NotUtf8)?;
            }
            (ARRAY, len) => {
                let levels = levels.checked_sub(1).ok_or(CborError::TooDeep)?;
                for _ in 0..len {
                    self.any(levels)?;
                }
            }
            (MAP, len) => {
                let levels = levels.checked_sub(1).ok_or(CborError::TooDeep)?;
                let mut before: Option<&[u8]> = None;
                for _ in 0..len {
                    let key = self.key(true)?;
                    if before.is_some_and(|before| before >= key) {
                        return Err(CborError::KeyOrder);
                    }
                    before = Some(key);
                    self.any(levels)?;
                }
            }
            (TAG, tag) => {
                let levels = levels.checked_sub(1).ok_or(CborError::TooDeep)?;
                let item = self.any(levels)?;
                if matches!(tag, 2 | 3) && !is_big_number(item) {
                    return Err(CborError::NotShortest);
                }
            }
            _ => check_simple(&start[..start.len() - self.rest.len()])?,
        }
        Ok(&start[..start.len() - self.rest.len()])
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], CborError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(CborError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn take_u64(&mut self, len: u64) -> Result<&'a [u8], CborError> {
        self.take(usize::try_from(len).map_err(|_| CborError::Truncated)?)
    }

    fn head_of(&mut self, major: u8) -> Result<u64, CborError> {
        let (found, argument) = self.head()?;
        if found == major {
            Ok(argument)
        } else {
            Err(CborError::Kind)
        }
    }

    /// The head of an item: its major type and its argument. For major type 7 the argument may be the
    /// bits of a float, whose shortest form [`check_simple`] judges.
    fn head(&mut self) -> Result<(u8, u64), CborError> {
        let first = self.take(1)?[0];
        let (major, info) = (first >> 5, first & 0x1f);
        let len = match info {
            0..=23 => return Ok((major, info.into())),
            24..=27 => 1usize << (info - 24),
            28..=30 => return Err(CborError::Kind),
            _ => return Err(CborError::NotShortest),
        };
        let argument = self
            .take(len)?
            .iter()
            .fold(0, |value, &byte| value << 8 | u64::from(byte));
        let min = match len {
            1 => 24,
            2 => 1 << 8,
            4 => 1 << 16,
            _ => 1 << 32,
        };
        if major != SIMPLE && argument < min {
            return Err(CborError::NotShortest);
        }
        Ok((major, argument))
    }
}

/// Whether this is the byte string of a number that needs more than 64 bits.
fn is_big_number(item: &[u8]) -> bool {
    Reader::new(item)
        .bytes()
        .is_ok_and(|bytes| bytes.len() > 8 && bytes[0] != 0)
}

/// Passes false, true, null, undefined, and floats in their shortest form with the one NaN that
/// draft-ietf-mimi-content-08 section 6.2 allows.
fn check_simple(item: &[u8]) -> Result<(), CborError> {
    match *item {
        [FALSE | TRUE | NULL | UNDEFINED] => Ok(()),
        [0xf9, high, low] => {
            let bits = u16::from_be_bytes([high, low]);
            let is_nan = bits & 0x7c00 == 0x7c00 && bits & 0x03ff != 0;
            if is_nan && bits != 0x7e00 {
                Err(CborError::Range)
            } else {
                Ok(())
            }
        }
        [0xfa, a, b, c, d] if !fits_half(u32::from_be_bytes([a, b, c, d])) => Ok(()),
        [0xfb, a, b, c, d, e, f, g, h] => {
            let value = f64::from_be_bytes([a, b, c, d, e, f, g, h]);
            #[allow(clippy::cast_possible_truncation)]
            let shorter = f64::from(value as f32);
            if value.is_nan() || shorter.to_bits() == value.to_bits() {
                return Err(CborError::NotShortest);
            }
            Ok(())
        }
        [0xfa, ..] => Err(CborError::NotShortest),
        _ => Err(CborError::Kind),
    }
}

/// Whether a single-precision float is one that half precision holds exactly (or not a number).
const fn fits_half(bits: u32) -> bool {
    let exponent = (bits >> 23 & 0xff).cast_signed() - 127;
    let fraction = bits & 0x007f_ffff;
    match exponent {
        128 => true,
        -127 => fraction == 0,
        -14..=15 => fraction.trailing_zeros() >= 13,
        -24..=-15 => fraction.trailing_zeros() >= (-1 - exponent).cast_unsigned(),
        _ => false,
    }
}

/// Writes items, each in its only form.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub fn unsigned(&mut self, value: u64) {
        self.head(UNSIGNED, value);
    }

    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { TRUE } else { FALSE });
    }

    pub fn null(&mut self) {
        self.bytes.push(NULL);
    }

    pub fn bytes(&mut self, value: &[u8]) {
        self.head(BYTES, value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    pub fn text(&mut self, value: &str) {
        self.head(TEXT, value.len() as u64);
        self.bytes.extend_from_slice(value.as_bytes());
    }

    pub fn array(&mut self, len: usize) {
        self.head(ARRAY, len as u64);
    }

    pub fn map(&mut self, len: usize) {
        self.head(MAP, len as u64);
    }

    /// Items that are encoded already.
    pub fn encoded(&mut self, items: &[u8]) {
        self.bytes.extend_from_slice(items);
    }

    #[allow(clippy::cast_possible_truncation)] // each arm's range says that the value fits
    fn head(&mut self, major: u8, argument: u64) {
        let major = major << 5;
        match argument {
            0..=23 => self.bytes.push(major | argument as u8),
            24..=0xff => self.bytes.extend([major | 24, argument as u8]),
            0x100..=0xffff => {
                self.bytes.push(major | 25);
                self.bytes.extend((argument as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.bytes.push(major | 26);
                self.bytes.extend((argument as u32).to_be_bytes());
            }
            _ => {
                self.bytes.push(major | 27);
                self.bytes.extend(argument.to_be_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests;
