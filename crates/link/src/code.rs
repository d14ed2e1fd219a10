//! What a person types, and what a camera reads.
//!
//! ```text
//! code         PPPP-SSSS in Crockford's base32: place (20 bits), secret (20 bits)
//! invitation   pipit://link/#server=ADDRESS&place=PPPP&key=KEY, KEY 16 bytes in base64url without padding
//! ```

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use rand::{CryptoRng, Rng, RngCore};
use zeroize::Zeroizing;

/// Places that there are at a server: what four letters can name.
pub const PLACES: u32 = 1 << 20;

/// Without I, L, O and U: they are taken for others, or make words.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const HALF_LEN: usize = 4;
const KEY_LEN: usize = 16;
const PREFIX: &str = "pipit://link/#";
/// Longest address of a server that an invitation names.
const SERVER_LEN_MAX: usize = 512;

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Neither eight letters nor an invitation.
    #[error("a code has eight letters and digits; type it as the other device shows it")]
    Shape,
}

/// Which of the two secrets of a shown code was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// Typed: 20 bits.
    Typed = 0,
    /// Read by a camera, or pasted: 128 bits.
    Scanned = 1,
}

impl SecretKind {
    pub(crate) fn of_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Typed),
            1 => Some(Self::Scanned),
            _ => None,
        }
    }
}

/// What both devices know, and nobody else.
#[derive(Clone)]
pub struct Secret {
    pub(crate) kind: SecretKind,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?})", self.kind)
    }
}

/// A code as one device shows it: a place at the server, and the secret twice, to be typed or scanned.
#[derive(Debug, Clone)]
pub struct Code {
    place: u32,
    typed: Secret,
    scanned: Secret,
}

impl Code {
    /// Draws the secrets for a place that the server gave.
    ///
    /// # Errors
    /// When it is no place.
    pub fn draw(place: u32, rng: &mut (impl RngCore + CryptoRng)) -> Result<Self, CodeError> {
        if place >= PLACES {
            return Err(CodeError::Shape);
        }
        let mut key = Zeroizing::new(vec![0; KEY_LEN]);
        rng.fill_bytes(&mut key);
        Ok(Self {
            place,
            typed: Secret {
                kind: SecretKind::Typed,
                bytes: letters(rng.gen_range(0..PLACES)),
            },
            scanned: Secret {
                kind: SecretKind::Scanned,
                bytes: key,
            },
        })
    }

    /// The place at the server.
    #[must_use]
    pub const fn place(&self) -> u32 {
        self.place
    }

    /// The secret of one kind.
    #[must_use]
    pub const fn secret(&self, kind: SecretKind) -> &Secret {
        match kind {
            SecretKind::Typed => &self.typed,
            SecretKind::Scanned => &self.scanned,
        }
    }

    /// What a person reads and types: `7KQ4-M2XD`.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let halves = [&letters(self.place)[..], &self.typed.bytes[..]];
        let halves = halves.map(|half| String::from_utf8_lossy(half).into_owned());
        Zeroizing::new(halves.join("-"))
    }

    /// What a camera reads, for a server at this address.
    #[must_use]
    pub fn invitation(&self, server: &str) -> Zeroizing<String> {
        let place = String::from_utf8_lossy(&letters(self.place)).into_owned();
        let key = BASE64URL_NOPAD.encode(&self.scanned.bytes);
        Zeroizing::new(format!("{PREFIX}server={server}&place={place}&key={key}"))
    }
}

/// What was entered on the other device.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The place at the server.
    pub place: u32,
    /// The secret, one of the two.
    pub secret: Secret,
    /// The server's address, when the invitation names it.
    pub server: Option<String>,
}

impl Invitation {
    /// Reads a typed code or a scanned invitation. Small letters, spaces and dashes don't matter, and letters
    /// that look like digits are those.
    ///
    /// # Errors
    /// [`CodeError::Shape`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        if let Some(fields) = text.strip_prefix(PREFIX) {
            return Self::parse_fields(fields);
        }
        let mut digits = Vec::with_capacity(2 * HALF_LEN);
        for letter in text.chars().filter(|letter| !is_filler(*letter)) {
            if digits.len() == 2 * HALF_LEN {
                return Err(CodeError::Shape);
            }
            digits.push(digit(letter).ok_or(CodeError::Shape)?);
        }
        if digits.len() != 2 * HALF_LEN {
            return Err(CodeError::Shape);
        }
        let (place, secret) = digits.split_at(HALF_LEN);
        Ok(Self {
            place: number(place),
            secret: Secret {
                kind: SecretKind::Typed,
                bytes: letters(number(secret)),
            },
            server: None,
        })
    }

    fn parse_fields(fields: &str) -> Result<Self, CodeError> {
        let (mut place, mut key, mut server) = (None, None, None);
        for field in fields.split('&') {
            match field.split_once('=') {
                Some(("server", value)) if value.len() <= SERVER_LEN_MAX => {
                    server = Some(value.to_owned());
                }
                Some(("place", value)) => {
                    let digits: Option<Vec<u32>> = value.chars().map(digit).collect();
                    place = digits.filter(|digits| digits.len() == HALF_LEN);
                }
                Some(("key", value)) => {
                    let bytes = BASE64URL_NOPAD.decode(value.as_bytes()).ok();
                    key = bytes.filter(|bytes| bytes.len() == KEY_LEN);
                }
                _ => {}
            }
        }
        let (Some(place), Some(key), Some(server)) = (place, key, server) else {
            return Err(CodeError::Shape);
        };
        Ok(Self {
            place: number(&place),
            secret: Secret {
                kind: SecretKind::Scanned,
                bytes: Zeroizing::new(key),
            },
            server: Some(server),
        })
    }
}

/// The four letters of a number below [`PLACES`].
fn letters(number: u32) -> Zeroizing<Vec<u8>> {
    let at = |place: u32| LETTERS[usize::try_from(number >> (5 * place) & 31).unwrap_or(0)];
    Zeroizing::new(vec![at(3), at(2), at(1), at(0)])
}

fn number(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |number, digit| number << 5 | digit)
}

fn digit(letter: char) -> Option<u32> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    let at = LETTERS
        .iter()
        .position(|known| char::from(*known) == letter)?;
    u32::try_from(at).ok()
}

fn is_filler(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    fn code(place: u32, seed: u64) -> Code {
        Code::draw(place, &mut ChaCha20Rng::seed_from_u64(seed)).unwrap()
    }

    #[test]
    fn what_is_shown_is_read_however_it_is_typed() {
        let shown = code(0x7_4EE4, 1);
        let text = shown.text();
        for typed in [
            text.to_string(),
            text.to_lowercase(),
            format!("  {} ", text.replace('-', "\u{2013}")),
            text.replace('-', ""),
            text.replace('0', "o").replace('1', "l"),
        ] {
            let read = Invitation::parse(&typed).unwrap();
            assert_eq!(read.place, shown.place());
            assert_eq!(read.secret.bytes, shown.typed.bytes);
        }
    }

    #[test]
    fn texts_of_another_shape_are_refused() {
        for text in [
            "",
            "7KQ4",
            "7KQ4-M2X",
            "7KQ4-M2XDA",
            "7KQ4-M2XU",
            "pipit://link/#place=7KQ4",
        ] {
            assert!(Invitation::parse(text).is_err(), "{text}");
        }
        assert!(Code::draw(PLACES, &mut ChaCha20Rng::seed_from_u64(1)).is_err());
    }

    #[test]
    fn secrets_are_not_shown_by_debug() {
        let shown = code(5, 2);
        let secret = String::from_utf8_lossy(&shown.typed.bytes).into_owned();
        assert!(!format!("{shown:?}").contains(&secret));
    }

    proptest! {
        #[test]
        fn invitations_come_back(place in 0..PLACES, seed: u64) {
            let shown = code(place, seed);
            let read = Invitation::parse(&shown.invitation("127.0.0.1:8443")).unwrap();
            prop_assert_eq!(read.place, place);
            prop_assert_eq!(&read.secret.bytes, &shown.scanned.bytes);
            prop_assert_eq!(read.server.as_deref(), Some("127.0.0.1:8443"));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = Invitation::parse(&text);
            let _ = Invitation::parse(&format!("{PREFIX}{text}"));
        }
    }
}
