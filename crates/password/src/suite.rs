//! The one OPAQUE suite of Pipit, and exact-length decoding for its messages.
//!
//! ristretto255-SHA512 for the OPRF, 3DH over ristretto255 with SHA-512 for the key exchange (both
//! the first configuration of RFC 9807, section 7), Argon2id to stretch.

use argon2::{Algorithm, Argon2, Params, Version};
use opaque_ke::generic_array::{ArrayLength, GenericArray};
use opaque_ke::ksf::Ksf;
use opaque_ke::{CipherSuite, Ristretto255, TripleDh};

/// Bound into every log-in, so that a transcript of another application or version never fits.
pub(crate) const CONTEXT: &[u8] = b"pipit opaque v1";

/// Memory of one stretch in KiB. RFC 9106, section 4, second recommendation (64 MiB, 3 passes): only
/// the client computes it, at sign-up and when a device logs in, so it costs the server nothing and a
/// person about a third of a second on a slow core.
const ARGON2_MEMORY_KIB: u32 = 64 * 1024;
/// Passes over the memory: of the same recommendation.
const ARGON2_PASSES: u32 = 3;
/// Lanes. The recommendation's four only help on as many threads, which this implementation does not
/// start; one lane costs an attacker the same memory and time a guess.
const ARGON2_LANES: u32 = 1;

pub(crate) struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2::Sha512>;
    type Ksf = Stretch;
}

/// Argon2id with the parameters above. A type of its own, so that the crate's default parameters can
/// never slip in.
pub(crate) struct Stretch(Argon2<'static>);

impl Default for Stretch {
    fn default() -> Self {
        let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, ARGON2_LANES, None)
            .expect("the constants are within Argon2's bounds");
        Self(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

impl Ksf for Stretch {
    fn hash<L: ArrayLength<u8>>(
        &self,
        input: GenericArray<u8, L>,
    ) -> Result<GenericArray<u8, L>, opaque_ke::errors::InternalError> {
        self.0.hash(input)
    }
}

/// Lengths of the messages in bytes. The library's decoders ignore what follows; ours do not.
pub(crate) mod len {
    pub(crate) const REGISTRATION_REQUEST: usize = 32;
    pub(crate) const REGISTRATION_RESPONSE: usize = 64;
    pub(crate) const UPLOAD: usize = 192;
    pub(crate) const CREDENTIAL_REQUEST: usize = 96;
    pub(crate) const CREDENTIAL_RESPONSE: usize = 320;
    pub(crate) const FINISH: usize = 64;
    pub(crate) const SETUP: usize = 128;
    pub(crate) const LOGIN_STATE: usize = 128;
}
