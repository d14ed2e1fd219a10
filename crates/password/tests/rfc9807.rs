//! The test vectors of RFC 9807, Appendix C.1, for the group and hash that Pipit's suite uses (ristretto255, SHA-512).
//!
//! They are given with the identity in place of a stretching function, so they are played with the engine itself; Pipit's
//! suite differs from it in that function alone. The engine takes no nonces and blinds, so it is given a source of
//! randomness that holds just those.

use data_encoding::HEXLOWER;
use opaque_ke::ciphersuite::CipherSuite;
use opaque_ke::key_exchange::tripledh::TripleDh;
use opaque_ke::ksf::Identity;
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse, Identifiers, Ristretto255, ServerLogin,
    ServerLoginParameters, ServerRegistration, ServerSetup,
};
use rand::{CryptoRng, Error, RngCore};

struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2::Sha512>;
    type Ksf = Identity;
}

/// Bytes that are to be drawn, in this order.
struct Script(Vec<u8>);

impl Script {
    fn of(parts: &[&str]) -> Self {
        Self(parts.iter().flat_map(|part| hex(part)).collect())
    }

    /// All that was to be drawn was.
    fn end(&self) {
        assert!(self.0.is_empty(), "{} bytes were not drawn", self.0.len());
    }
}

impl RngCore for Script {
    fn next_u32(&mut self) -> u32 {
        unreachable!("the engine draws bytes")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("the engine draws bytes")
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0[..bytes.len()]);
        self.0.drain(..bytes.len());
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Script {}

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER
        .decode(text.as_bytes())
        .expect("hexadecimal digits")
}

/// 32 zeros. A scalar is drawn as 64 bytes and reduced: with these as its upper half it is taken as it stands.
const HALF: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const CONTEXT: &[u8] = b"OPAQUE-POC";
const CREDENTIAL_IDENTIFIER: &[u8] = b"1234";
const PASSWORD: &[u8] = b"CorrectHorseBatteryStaple";
const OPRF_SEED: &str = "\
        f433d0227b0b9dd54f7c4422b600e764e47fb503f1f9a0f0a47c6606b054a7fdc65347f1a08f277e22358bbabe26f823\
        fca82c7848e9a75661f4ec5d5c1989ef";
const SERVER_PRIVATE_KEY: &str = "47451a85372f8b3537e249d7b54188091fb18edde78094b43e2ba42b5eb89f0d";
const SERVER_PUBLIC_KEY: &str = "b2fe7af9f48cc502d016729d2fe25cdd433f2c4bc904660b2a382c9b79df1a78";
const ENVELOPE_NONCE: &str = "ac13171b2f17bc2c74997f0fce1e1f35bec6b91fe2e12dbd323d23ba7a38dfec";
const MASKING_NONCE: &str = "38fe59af0df2c79f57b8780278f5ae47355fe1f817119041951c80f612fdfc6d";
const SERVER_NONCE: &str = "71cd9960ecef2fe0d0f7494986fa3d8b2bb01963537e60efb13981e138e3d4a1";
const CLIENT_NONCE: &str = "da7e07376d6d6f034cfa9bb537d11b8c6b4238c334333d1f0aebb380cae6a6cc";
const CLIENT_KEYSHARE_SEED: &str =
    "82850a697b42a505f5b68fcdafce8c31f0af2b581f063cf1091933541936304b";
const SERVER_KEYSHARE_SEED: &str =
    "05a4f54206eef1ba2f615bc0aa285cb22f26d1153b5b40a1e85ff80da12f982f";
const BLIND_REGISTRATION: &str = "76cfbfe758db884bebb33582331ba9f159720ca8784a2a070a265d9c2d6abe01";
const BLIND_LOGIN: &str = "6ecc102d2e7a7cf49617aad7bbe188556792d4acd60a1a8a8d2b65d4b0790308";
const REGISTRATION_REQUEST: &str =
    "5059ff249eb1551b7ce4991f3336205bde44a105a032e747d21bf382e75f7a71";
const REGISTRATION_RESPONSE: &str = "\
        7408a268083e03abc7097fc05b587834539065e86fb0c7b6342fcf5e01e5b019b2fe7af9f48cc502d016729d2fe25cdd\
        433f2c4bc904660b2a382c9b79df1a78";
const KE1: &str = "\
        c4dedb0ba6ed5d965d6f250fbe554cd45cba5dfcce3ce836e4aee778aa3cd44dda7e07376d6d6f034cfa9bb537d11b8c\
        6b4238c334333d1f0aebb380cae6a6cc6e29bee50701498605b2c085d7b241ca15ba5c32027dd21ba420b94ce60da326";
const EXPORT_KEY: &str = "\
        1ef15b4fa99e8a852412450ab78713aad30d21fa6966c9b8c9fb3262a970dc62950d4dd4ed62598229b1b72794fc0335\
        199d9f7fcc6eaedde92cc04870e63f16";

/// What differs between the vectors.
struct Vector {
    identifiers: Identifiers<'static>,
    registration_upload: &'static str,
    ke2: &'static str,
    ke3: &'static str,
    session_key: &'static str,
}

const WITHOUT_NAMES: Vector = Vector {
    identifiers: Identifiers {
        client: None,
        server: None,
    },
    registration_upload: "\
        76a845464c68a5d2f7e442436bb1424953b17d3e2e289ccbaccafb57ac5c36751ac5844383c7708077dea41cbefe2fa1\
        5724f449e535dd7dd562e66f5ecfb95864eadddec9db5874959905117dad40a4524111849799281fefe3c51fa82785c5\
        ac13171b2f17bc2c74997f0fce1e1f35bec6b91fe2e12dbd323d23ba7a38dfec634b0f5b96109c198a8027da51854c35\
        bee90d1e1c781806d07d49b76de6a28b8d9e9b6c93b9f8b64d16dddd9c5bfb5fea48ee8fd2f75012a8b308605cdd8ba5",
    ke2: "\
        7e308140890bcde30cbcea28b01ea1ecfbd077cff62c4def8efa075aabcbb47138fe59af0df2c79f57b8780278f5ae47\
        355fe1f817119041951c80f612fdfc6dd6ec60bcdb26dc455ddf3e718f1020490c192d70dfc7e403981179d8073d1146\
        a4f9aa1ced4e4cd984c657eb3b54ced3848326f70331953d91b02535af44d9fedc80188ca46743c52786e0382f95ad85\
        c08f6afcd1ccfbff95e2bdeb015b166c6b20b92f832cc6df01e0b86a7efd92c1c804ff865781fa93f2f20b446c8371b6\
        71cd9960ecef2fe0d0f7494986fa3d8b2bb01963537e60efb13981e138e3d4a1c4f62198a9d6fa9170c42c3c71f1971b\
        29eb1d5d0bd733e40816c91f7912cc4a660c48dae03e57aaa38f3d0cffcfc21852ebc8b405d15bd6744945ba1a93438a\
        162b6111699d98a16bb55b7bdddfe0fc5608b23da246e7bd73b47369169c5c90",
    ke3: "\
        4455df4f810ac31a6748835888564b536e6da5d9944dfea9e34defb9575fe5e2661ef61d2ae3929bcf57e53d464113d3\
        64365eb7d1a57b629707ca48da18e442",
    session_key: "\
        42afde6f5aca0cfa5c163763fbad55e73a41db6b41bc87b8e7b62214a8eedc6731fa3cb857d657ab9b3764b89a84e91e\
        bcb4785166fbb02cedfcbdfda215b96f",
};

const WITH_NAMES: Vector = Vector {
    identifiers: Identifiers {
        client: Some(b"alice"),
        server: Some(b"bob"),
    },
    registration_upload: "\
        76a845464c68a5d2f7e442436bb1424953b17d3e2e289ccbaccafb57ac5c36751ac5844383c7708077dea41cbefe2fa1\
        5724f449e535dd7dd562e66f5ecfb95864eadddec9db5874959905117dad40a4524111849799281fefe3c51fa82785c5\
        ac13171b2f17bc2c74997f0fce1e1f35bec6b91fe2e12dbd323d23ba7a38dfec1ac902dc5589e9a5f0de56ad685ea848\
        6210ef41449cd4d8712828913c5d2b680b2b3af4a26c765cff329bfb66d38ecf1d6cfa9e7a73c222c6efe0d9520f7d7c",
    ke2: "\
        7e308140890bcde30cbcea28b01ea1ecfbd077cff62c4def8efa075aabcbb47138fe59af0df2c79f57b8780278f5ae47\
        355fe1f817119041951c80f612fdfc6dd6ec60bcdb26dc455ddf3e718f1020490c192d70dfc7e403981179d8073d1146\
        a4f9aa1ced4e4cd984c657eb3b54ced3848326f70331953d91b02535af44d9fea502150b67fe36795dd8914f164e49f8\
        1c7688a38928372134b7dccd50e09f8fed9518b7b2f94835b3c4fe4c8475e7513f20eb97ff0568a39caee3fd6251876f\
        71cd9960ecef2fe0d0f7494986fa3d8b2bb01963537e60efb13981e138e3d4a1c4f62198a9d6fa9170c42c3c71f1971b\
        29eb1d5d0bd733e40816c91f7912cc4a292371e7809a9031743e943fb3b56f51de903552fc91fba4e7419029951c3970\
        b2e2f0a9dea218d22e9e4e0000855bb6421aa3610d6fc0f4033a6517030d4341",
    ke3: "\
        7a026de1d6126905736c3f6d92463a08d209833eb793e46d0f7f15b3e0f62c7643763c02bbc6b8d3d15b63250cae9817\
        1e9260f1ffa789750f534ac11a0176d5",
    session_key: "\
        ae7951123ab5befc27e62e63f52cf472d6236cb386c968cc47b7e34f866aa4bc7638356a73cfce92becf39d6a7d32a18\
        61f12130e824241fe6cab34fbd471a57",
};

fn setup() -> ServerSetup<Suite> {
    // The last part stands for accounts that do not exist, which no vector here has.
    let parts = [OPRF_SEED, SERVER_PRIVATE_KEY, SERVER_PUBLIC_KEY];
    let bytes: Vec<u8> = parts.iter().flat_map(|part| hex(part)).collect();
    ServerSetup::deserialize(&bytes).expect("a server's keys")
}

/// Plays the sign-up; answers what the server keeps.
fn sign_up(setup: &ServerSetup<Suite>, vector: &Vector) -> ServerRegistration<Suite> {
    let mut script = Script::of(&[BLIND_REGISTRATION, HALF]);
    let client = ClientRegistration::<Suite>::start(&mut script, PASSWORD).expect("a request");
    script.end();
    assert_eq!(client.message.serialize()[..], hex(REGISTRATION_REQUEST));
    let server = ServerRegistration::<Suite>::start(setup, client.message, CREDENTIAL_IDENTIFIER)
        .expect("a response");
    assert_eq!(server.message.serialize()[..], hex(REGISTRATION_RESPONSE));
    let mut script = Script::of(&[ENVELOPE_NONCE]);
    let params = ClientRegistrationFinishParameters::new(vector.identifiers, None);
    let done = client
        .state
        .finish(&mut script, PASSWORD, server.message, params)
        .expect("an upload");
    script.end();
    assert_eq!(
        done.message.serialize()[..],
        hex(vector.registration_upload)
    );
    assert_eq!(done.export_key[..], hex(EXPORT_KEY));
    ServerRegistration::finish(done.message)
}

fn play(vector: &Vector) {
    let setup = setup();
    let record = sign_up(&setup, vector);

    let mut script = Script::of(&[BLIND_LOGIN, HALF, CLIENT_KEYSHARE_SEED, CLIENT_NONCE]);
    let client = ClientLogin::<Suite>::start(&mut script, PASSWORD).expect("a first message");
    script.end();
    assert_eq!(client.message.serialize()[..], hex(KE1));

    // First the masking key of an account that does not exist, so that both take the same time.
    let mut script = Script::of(&[
        HALF,
        HALF,
        MASKING_NONCE,
        SERVER_KEYSHARE_SEED,
        SERVER_NONCE,
    ]);
    let both = ServerLoginParameters {
        context: Some(CONTEXT),
        identifiers: vector.identifiers,
    };
    let server = ServerLogin::start(
        &mut script,
        &setup,
        Some(record),
        client.message,
        CREDENTIAL_IDENTIFIER,
        both.clone(),
    )
    .expect("a second message");
    script.end();
    assert_eq!(server.message.serialize()[..], hex(vector.ke2));

    // One bit of the answer is another: nothing is opened.
    let mut damaged = hex(vector.ke2);
    if let Some(byte) = damaged.last_mut() {
        *byte ^= 1;
    }
    let params = || ClientLoginFinishParameters::new(Some(CONTEXT), vector.identifiers, None);
    let damaged = CredentialResponse::deserialize(&damaged).expect("the same shape");
    let nothing = &mut Script::of(&[]);
    let refused = client
        .state
        .clone()
        .finish(nothing, PASSWORD, damaged, params());
    assert!(refused.is_err());

    let done = client
        .state
        .finish(nothing, PASSWORD, server.message, params())
        .expect("a third message");
    assert_eq!(done.message.serialize()[..], hex(vector.ke3));
    assert_eq!(done.export_key[..], hex(EXPORT_KEY));
    assert_eq!(done.session_key[..], hex(vector.session_key));
    let known = server.state.finish(done.message, both).expect("a session");
    assert_eq!(known.session_key[..], hex(vector.session_key));
}

#[test]
fn vector_1_where_keys_stand_for_names() {
    play(&WITHOUT_NAMES);
}

#[test]
fn vector_2_with_names() {
    play(&WITH_NAMES);
}
