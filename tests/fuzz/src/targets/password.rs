//! Passwords, the recovery bundle, and both halves of OPAQUE.

use std::sync::OnceLock;

use pipit_domain::{AccountId, Username};
use pipit_password::{BUNDLE_CONTENT_LEN_MAX, Password, client, open_bundle, server};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::seeds::Passwords;

fn passwords() -> &'static Passwords {
    static PASSWORDS: OnceLock<Passwords> = OnceLock::new();
    PASSWORDS.get_or_init(Passwords::new)
}

/// A password that may be chosen may be entered.
pub fn password(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else {
        return false;
    };
    let is_chosen = Password::choose(text).is_ok();
    assert!(!is_chosen || Password::enter(text).is_ok());
    is_chosen
}

/// Only the seed itself opens; nothing gives more bytes than it may hold.
pub fn bundle(input: &[u8]) -> bool {
    let known = passwords();
    let Ok(content) = open_bundle(&known.export_key, AccountId::new([1; 32]), input) else {
        return false;
    };
    assert!(content.len() <= BUNDLE_CONTENT_LEN_MAX);
    assert_eq!(input, known.bundle, "a changed bundle was opened");
    true
}

/// The server's half takes any message and any stored bytes.
pub fn server(input: &[u8]) -> bool {
    let known = passwords();
    let username = Username::parse("alice").expect("valid");
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut accepted = server::Setup::from_bytes(input).is_ok();
    accepted |= server::register(&known.setup, &username, input).is_ok();
    accepted |= server::record(input).is_ok();
    for record in [None, Some(&known.record[..]), Some(input)] {
        accepted |= server::Login::start(&known.setup, &username, record, input, &mut rng).is_ok();
    }
    let request = &known.login_request;
    accepted |=
        server::Login::start(&known.setup, &username, Some(input), request, &mut rng).is_ok();
    if let Ok(login) = server::Login::from_bytes(input) {
        assert!(login.finish(input).is_err(), "a made-up log-in was let in");
        accepted = true;
    }
    let login = server::Login::from_bytes(&known.login_state).expect("our own state");
    let is_right = login.finish(input).is_ok();
    assert!(
        !is_right || input == known.login_finish,
        "a made-up finish was let in"
    );
    accepted | is_right
}

/// The client's half takes any answer.
pub fn client(input: &[u8]) -> bool {
    let known = passwords();
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let (registration, _) = client::Registration::start(&known.password, &mut rng).expect("starts");
    let mut accepted = registration.finish(input, &mut rng).is_ok();
    let mut rng = Passwords::login_rng();
    let (login, _) = client::Login::start(&known.password, &mut rng).expect("starts");
    let is_right = login.finish(input, &mut rng).is_ok();
    assert!(
        !is_right || input == known.login_response,
        "a made-up server was believed"
    );
    accepted |= is_right;
    accepted
}
