//! The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when the phone is gone.
//!
//! SHA-1, six digits, steps of 30 seconds, a secret of 20 bytes: what every authenticator app reads. The server
//! keeps the secret (it has to compute the codes) and hashes of the recovery codes; the client makes both, so that
//! turning on twice, after a lost answer, is the same as once. Where codes are counted, and that each is taken
//! once, is the server's to keep; this file only says what a code is.
//!
//! ```text
//! recovery code   50 random bits as 10 characters of Crockford's base 32, in 2 groups of 5
//! its hash        SHA-256("pipit recovery code v1" | account id (32) | the 10 characters)
//! ```

use std::fmt;

use pipit_domain::{AccountId, Timestamp};
use rand::{CryptoRng, RngCore};
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

/// Bytes of the shared secret (RFC 4226, section 4, asks for 160 bits).
pub const TOTP_SECRET_LEN: usize = 20;
/// Recovery codes of one account.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of the hash of a recovery code.
pub const CODE_HASH_LEN: usize = 32;

/// Digits of a code.
const DIGITS: u8 = 6;
/// Seconds that a code stands for.
const STEP_S: u64 = 30;
/// Steps before and after now whose codes count, too: clocks of phones are seconds off, and people type slowly
/// (RFC 6238, section 5.2, recommends one).
const SKEW: u16 = 1;
/// Characters of a recovery code without its dash.
const CODE_LEN: usize = 10;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LABEL: &[u8] = b"pipit recovery code v1";

/// The secret that an account and its authenticator app share. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; TOTP_SECRET_LEN]>);

impl TotpSecret {
    /// A fresh one.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut bytes = Zeroizing::new([0; TOTP_SECRET_LEN]);
        rng.fill_bytes(&mut bytes[..]);
        Self(bytes)
    }

    /// From bytes that travelled or were stored; `None` when they are not 20.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes
            .try_into()
            .ok()
            .map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The 20 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; TOTP_SECRET_LEN] {
        &self.0
    }

    /// What a person types into the app when it can't scan: base 32.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE32_NOPAD.encode(&self.0[..]))
    }

    /// What the app scans (an `otpauth` address), naming the account as `username@server`.
    #[must_use]
    pub fn uri(&self, username: &str, server: &str) -> Zeroizing<String> {
        // A colon ends the issuer in these addresses.
        let server = server.split(':').next().unwrap_or_default();
        let totp = self.builder().with_issuer(Some("Pipit"));
        let totp = totp.with_account_name(format!("{username}@{server}"));
        let uri = totp.build_noncompliant().to_url();
        Zeroizing::new(uri.expect("a name without a colon is a valid account name"))
    }

    /// The code of a time.
    #[must_use]
    pub fn code(&self, at: Timestamp) -> String {
        self.totp().generate(seconds(at)).to_string()
    }

    /// The step whose code this is, when it is one of now or the steps beside it. Compared in constant time. The
    /// caller takes each step once, and only later ones after it.
    #[must_use]
    pub fn check(&self, code: &str, now: Timestamp) -> Option<u64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let is_shaped =
            code.len() == usize::from(DIGITS) && code.bytes().all(|b| b.is_ascii_digit());
        is_shaped.then(|| self.totp().check(&code, seconds(now)))?
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_skew(SKEW)
            .with_step_duration(STEP_S)
            .with_secret(*self.0)
    }

    fn totp(&self) -> Totp {
        self.builder().build_noncompliant()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret([redacted])")
    }
}

const fn seconds(at: Timestamp) -> u64 {
    at.as_millis() / 1000
}

/// A code that stands in for the app once. Wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// A fresh one.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut bytes = Zeroizing::new([0; CODE_LEN]);
        rng.fill_bytes(&mut bytes[..]);
        let letters = bytes
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        Self(Zeroizing::new(letters.collect()))
    }

    /// Reads what a person typed, forgiving case, spaces, dashes and the letters that look like digits; `None` when
    /// it has not the form of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = Zeroizing::new(String::with_capacity(CODE_LEN));
        for letter in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let is_known = u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !is_known || letters.len() == CODE_LEN {
                return None;
            }
            letters.push(letter);
        }
        (letters.len() == CODE_LEN).then_some(Self(letters))
    }

    /// What a person keeps: two groups of five.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let (start, end) = self.0.split_at(CODE_LEN / 2);
        Zeroizing::new(format!("{start}-{end}"))
    }

    /// What the server keeps of it.
    #[must_use]
    pub fn hash(&self, account: AccountId) -> [u8; CODE_HASH_LEN] {
        let hash = Sha256::new().chain_update(LABEL);
        let hash = hash.chain_update(account.as_bytes());
        hash.chain_update(self.0.as_bytes()).finalize().into()
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    /// RFC 6238, appendix B, SHA-1; its codes have eight digits, of which ours are the last six.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(at(seconds)), code);
            assert_eq!(secret.check(code, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_counts_one_step_before_and_after_and_no_longer() {
        let secret = TotpSecret::generate(&mut ChaCha20Rng::seed_from_u64(1));
        let code = secret.code(at(3000));
        for (seconds, step) in [
            (2939, None),
            (2970, Some(100)),
            (3029, Some(100)),
            (3059, Some(100)),
            (3060, None),
        ] {
            assert_eq!(secret.check(&code, at(seconds)), step, "at {seconds}");
        }
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(secret.check(&spaced, at(3000)), Some(100));
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(secret.check(wrong, at(3000)), None);
        }
    }

    #[test]
    fn an_app_can_scan_the_address() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(
            *secret.uri("mara", "meadow.example:4433"),
            "otpauth://totp/Pipit:mara%40meadow.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Pipit"
        );
        assert_eq!(*secret.to_text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn recovery_codes_can_be_typed_carelessly_and_belong_to_one_account() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let code = RecoveryCode::generate(&mut rng);
        let text = code.to_text();
        assert_eq!(text.len(), 11);
        let careless = text.to_lowercase().replace('0', "o").replace('-', " ");
        assert!(RecoveryCode::parse(&careless) == Some(code.clone()));
        for wrong in ["", "1234", "ABCDE-FGHJU", "ABCDE-FGHJKM", "ABCDE-FGHÄK"] {
            assert!(RecoveryCode::parse(wrong).is_none(), "{wrong}");
        }
        let (one, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
        assert_ne!(code.hash(one), code.hash(other));
        assert_ne!(code.hash(one), RecoveryCode::generate(&mut rng).hash(one));
    }

    #[test]
    fn nothing_prints() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let secret = format!("{:?}", TotpSecret::generate(&mut rng));
        let code = format!("{:?}", RecoveryCode::generate(&mut rng));
        assert_eq!(secret, "TotpSecret([redacted])");
        assert_eq!(code, "RecoveryCode([redacted])");
    }
}
