//! The exchange that turns a shared secret into a channel, and the channel.

use std::fmt;

use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use hkdf::Hkdf;
use rand::{CryptoRng, RngCore};
use sha2::Sha256;
use spake2::{Ed25519Group, Identity, Password, Spake2};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::code::{Secret, SecretKind};

/// Longest message of a channel: a whole ledger fits.
pub const MESSAGE_LEN_MAX: usize = 512 * 1024;

const VERSION: u8 = 1;
const SPAKE_LEN: usize = 33;
const CONFIRMATION_LEN: usize = 32;
const TAG_LEN: usize = 16;

/// Why two devices have no channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The other side does not know the secret: a typing error, or somebody in between who guessed.
    #[error("the code does not fit; show a new one and type it again")]
    WrongCode,
    /// The bytes are none of this exchange.
    #[error("the other device sent something that is no answer; try again with a new code")]
    Malformed,
    /// The other side speaks a later version.
    #[error("the other device has a newer version of Pipit; update this one")]
    Newer,
    /// A message of the channel was changed, repeated or left out.
    #[error("what the other device sent was changed on the way; try again with a new code")]
    Forged,
    /// Longer than [`MESSAGE_LEN_MAX`].
    #[error("a message between the devices is too long")]
    TooLong,
}

fn roles() -> [Identity; 2] {
    [
        Identity::new(b"pipit link entering"),
        Identity::new(b"pipit link showing"),
    ]
}

/// The keys of an exchange.
struct Keys(Hkdf<Sha256>);

impl Keys {
    fn new(spake: Spake2<Ed25519Group>, other: &[u8]) -> Result<Self, LinkError> {
        let shared = Zeroizing::new(spake.finish(other).map_err(|_| LinkError::Malformed)?);
        Ok(Self(Hkdf::new(Some(b"pipit link v1"), &shared)))
    }

    fn key(&self, info: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        self.0
            .expand(info.as_bytes(), key.as_mut())
            .expect("32 bytes are fewer than HKDF's limit");
        key
    }

    fn confirms(&self, info: &str, confirmation: &[u8]) -> Result<(), LinkError> {
        match bool::from(self.key(info).ct_eq(confirmation)) {
            true => Ok(()),
            false => Err(LinkError::WrongCode),
        }
    }

    fn channel(&self, ours: &str, theirs: &str) -> Channel {
        let cipher = |info| ChaCha20Poly1305::new((&*self.key(info)).into());
        Channel {
            ours: cipher(ours),
            theirs: cipher(theirs),
            sealed: 0,
            opened: 0,
        }
    }
}

/// The device that a code was entered on, waiting for the other's answer.
pub struct Entering(Spake2<Ed25519Group>);

impl Entering {
    /// Begins; answers what to send first.
    pub fn start(secret: &Secret, rng: &mut (impl RngCore + CryptoRng)) -> (Self, Vec<u8>) {
        let [entering, showing] = roles();
        let password = Password::new(&secret.bytes[..]);
        let (spake, message) =
            Spake2::<Ed25519Group>::start_a_with_rng(&password, &entering, &showing, rng);
        let mut hello = vec![VERSION, secret.kind as u8];
        hello.extend(message);
        (Self(spake), hello)
    }

    /// Takes the answer; gives the channel, and the confirmation to send before anything sealed.
    ///
    /// # Errors
    /// [`LinkError::WrongCode`] when the other side does not know the secret.
    pub fn finish(self, answer: &[u8]) -> Result<(Channel, Vec<u8>), LinkError> {
        let answer = versioned(answer)?;
        if answer.len() != SPAKE_LEN + CONFIRMATION_LEN {
            return Err(LinkError::Malformed);
        }
        let (message, confirmation) = answer.split_at(SPAKE_LEN);
        let keys = Keys::new(self.0, message)?;
        keys.confirms("confirm showing", confirmation)?;
        let ours = keys.key("confirm entering").to_vec();
        Ok((keys.channel("key entering", "key showing"), ours))
    }
}

/// The device that shows a code, waiting for the other's confirmation.
pub struct Showing(Keys);

impl Showing {
    /// Takes the first message of the entering device, with the secret of the kind that it names; answers what to
    /// send back.
    ///
    /// # Errors
    /// When the message is none.
    pub fn answer<'a>(
        hello: &[u8],
        secret: impl FnOnce(SecretKind) -> &'a Secret,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Vec<u8>), LinkError> {
        let (kind, message) = versioned(hello)?
            .split_first()
            .ok_or(LinkError::Malformed)?;
        let kind = SecretKind::of_byte(*kind).ok_or(LinkError::Malformed)?;
        if message.len() != SPAKE_LEN {
            return Err(LinkError::Malformed);
        }
        let [entering, showing] = roles();
        let password = Password::new(&secret(kind).bytes[..]);
        let (spake, ours) =
            Spake2::<Ed25519Group>::start_b_with_rng(&password, &entering, &showing, rng);
        let keys = Keys::new(spake, message)?;
        let mut answer = vec![VERSION];
        answer.extend(ours);
        answer.extend_from_slice(&keys.key("confirm showing")[..]);
        Ok((Self(keys), answer))
    }

    /// Takes the confirmation; gives the channel.
    ///
    /// # Errors
    /// [`LinkError::WrongCode`] when the other side does not know the secret.
    pub fn finish(self, confirmation: &[u8]) -> Result<Channel, LinkError> {
        self.0.confirms("confirm entering", confirmation)?;
        Ok(self.0.channel("key showing", "key entering"))
    }
}

fn versioned(bytes: &[u8]) -> Result<&[u8], LinkError> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => Ok(rest),
        Some((&version, _)) if version > VERSION => Err(LinkError::Newer),
        _ => Err(LinkError::Malformed),
    }
}

/// A sealed channel between two devices; messages arrive whole and in order, or not at all.
pub struct Channel {
    ours: ChaCha20Poly1305,
    theirs: ChaCha20Poly1305,
    sealed: u64,
    opened: u64,
}

impl Channel {
    /// Seals the next message.
    ///
    /// # Errors
    /// [`LinkError::TooLong`].
    pub fn seal(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        if message.len() > MESSAGE_LEN_MAX {
            return Err(LinkError::TooLong);
        }
        let sealed = self.ours.encrypt(&nonce(self.sealed), message);
        self.sealed += 1;
        sealed.map_err(|_| LinkError::TooLong)
    }

    /// Opens the next message.
    ///
    /// # Errors
    /// [`LinkError::Forged`] when it is not the other device's next one.
    pub fn open(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkError> {
        if sealed.len() > MESSAGE_LEN_MAX + TAG_LEN {
            return Err(LinkError::TooLong);
        }
        let opened = self.theirs.decrypt(&nonce(self.opened), sealed);
        self.opened += 1;
        opened.map(Zeroizing::new).map_err(|_| LinkError::Forged)
    }
}

fn nonce(count: u64) -> Nonce {
    let mut nonce = Nonce::default();
    nonce[4..].copy_from_slice(&count.to_be_bytes());
    nonce
}

impl fmt::Debug for Entering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entering")
    }
}

impl fmt::Debug for Showing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Showing")
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Channel")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;
    use crate::code::{Code, Invitation};

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(7)
    }

    fn code() -> Code {
        Code::draw(77, &mut rng()).unwrap()
    }

    fn met(entered: &Secret, shown: &Code) -> Result<(Channel, Channel), LinkError> {
        let (entering, hello) = Entering::start(entered, &mut ChaCha20Rng::seed_from_u64(1));
        let (showing, answer) = Showing::answer(
            &hello,
            |kind| shown.secret(kind),
            &mut ChaCha20Rng::seed_from_u64(2),
        )?;
        let (ours, confirmation) = entering.finish(&answer)?;
        Ok((ours, showing.finish(&confirmation)?))
    }

    #[test]
    fn both_kinds_of_secret_open_a_channel() {
        let shown = code();
        for text in [shown.text(), shown.invitation("example.org")] {
            let entered = Invitation::parse(&text).unwrap();
            let (mut one, mut other) = met(&entered.secret, &shown).unwrap();
            for round in 0..3_u8 {
                let sealed = one.seal(&[round; 40]).unwrap();
                assert_eq!(&*other.open(&sealed).unwrap(), &[round; 40]);
                let sealed = other.seal(b"and back").unwrap();
                assert_eq!(&*one.open(&sealed).unwrap(), b"and back");
            }
        }
    }

    #[test]
    fn a_wrong_guess_is_noticed_by_both_sides() {
        let shown = code();
        let text = shown.text();
        let last = if text.ends_with('7') { "8" } else { "7" };
        let wrong = Invitation::parse(&format!("{}{last}", &text[..8])).unwrap();
        assert_eq!(
            met(&wrong.secret, &shown).unwrap_err(),
            LinkError::WrongCode
        );

        // Who guesses and does not look at the answer is noticed by the confirmation.
        let (_, hello) = Entering::start(&wrong.secret, &mut rng());
        let (showing, _) = Showing::answer(&hello, |kind| shown.secret(kind), &mut rng()).unwrap();
        assert_eq!(showing.finish(&[0; 32]).unwrap_err(), LinkError::WrongCode);
    }

    #[test]
    fn a_message_changed_repeated_or_left_out_is_refused() {
        let shown = code();
        let entered = Invitation::parse(&shown.text()).unwrap();
        let channel = || met(&entered.secret, &shown).unwrap();

        let (mut one, mut other) = channel();
        let mut sealed = one.seal(b"hello").unwrap();
        sealed[2] ^= 1;
        assert_eq!(other.open(&sealed).unwrap_err(), LinkError::Forged);

        let (mut one, mut other) = channel();
        let sealed = one.seal(b"hello").unwrap();
        other.open(&sealed).unwrap();
        assert_eq!(other.open(&sealed).unwrap_err(), LinkError::Forged);

        let (mut one, mut other) = channel();
        let _ = one.seal(b"first").unwrap();
        let second = one.seal(b"second").unwrap();
        assert_eq!(other.open(&second).unwrap_err(), LinkError::Forged);

        let (mut one, _) = channel();
        let own = one.seal(b"mine").unwrap();
        assert_eq!(one.open(&own).unwrap_err(), LinkError::Forged, "sent back");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let shown = code();
            let _ = Showing::answer(&bytes, |kind| shown.secret(kind), &mut rng());
            let (entering, _) = Entering::start(shown.secret(SecretKind::Typed), &mut rng());
            prop_assert!(entering.finish(&bytes).is_err());
        }
    }
}
