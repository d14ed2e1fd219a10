//! Client and server against each other, and each against damaged messages.

use pipit_domain::Username;
use pipit_password::client::{self, ClientError};
use pipit_password::server::{self, ServerError, Setup};
use pipit_password::{ExportKey, Password};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

struct Account {
    setup: Setup,
    record: Vec<u8>,
    export_key: ExportKey,
    rng: ChaCha20Rng,
}

fn mara() -> Username {
    Username::parse("mara").unwrap()
}

fn signed_up(password: &str) -> Account {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let setup = Setup::generate(&mut rng);
    let password = Password::choose(password).unwrap();
    let (state, request) = client::Registration::start(&password, &mut rng).unwrap();
    let response = server::register(&setup, &mara(), &request).unwrap();
    let (upload, export_key) = state.finish(&response, &mut rng).unwrap();
    let record = server::record(&upload).unwrap();
    Account {
        setup,
        record,
        export_key,
        rng,
    }
}

#[test]
fn log_in_gives_both_sides_one_session_key_and_the_client_its_export_key() {
    let mut account = signed_up("correct horse battery");
    let rng = &mut account.rng;
    // The setup and the state go through storage, as at a real server.
    let setup = Setup::from_bytes(&account.setup.to_bytes()).unwrap();
    let password = Password::enter("correct horse battery").unwrap();
    let (login, request) = client::Login::start(&password, rng).unwrap();
    let (state, response) =
        server::Login::start(&setup, &mara(), Some(&account.record), &request, rng).unwrap();
    let state = server::Login::from_bytes(&state.to_bytes()).unwrap();
    let done = login.finish(&response, rng).unwrap();
    let session = state.finish(&done.finish).unwrap();
    assert_eq!(session.as_bytes(), done.session_key.as_bytes());
    assert_eq!(done.export_key.as_bytes(), account.export_key.as_bytes());
}

#[test]
fn a_wrong_password_an_unknown_name_and_a_forged_proof_are_refused_alike() {
    let mut account = signed_up("correct horse battery");
    let rng = &mut account.rng;
    for (password, record) in [
        ("correct horse batter", Some(&account.record[..])),
        ("correct horse battery", None),
    ] {
        let password = Password::enter(password).unwrap();
        let (login, request) = client::Login::start(&password, rng).unwrap();
        let (state, response) =
            server::Login::start(&account.setup, &mara(), record, &request, rng).unwrap();
        assert_eq!(
            login.finish(&response, rng).unwrap_err(),
            ClientError::WrongPassword
        );
        assert_eq!(
            state.finish(&[0; 64]).unwrap_err(),
            ServerError::WrongPassword
        );
    }
}

#[test]
fn another_name_or_another_server_does_not_fit() {
    let mut account = signed_up("correct horse battery");
    let rng = &mut account.rng;
    let password = Password::enter("correct horse battery").unwrap();
    let other_name = Username::parse("nina").unwrap();
    let other_setup = Setup::generate(rng);
    for (setup, name) in [(&account.setup, &other_name), (&other_setup, &mara())] {
        let (login, request) = client::Login::start(&password, rng).unwrap();
        let (_, response) =
            server::Login::start(setup, name, Some(&account.record), &request, rng).unwrap();
        assert_eq!(
            login.finish(&response, rng).unwrap_err(),
            ClientError::WrongPassword
        );
    }
}

#[test]
fn stored_bytes_of_another_length_are_said_to_be_damaged() {
    let mut account = signed_up("correct horse battery");
    let rng = &mut account.rng;
    let setup = account.setup.to_bytes();
    assert_eq!(
        Setup::from_bytes(&setup[1..]).unwrap_err(),
        ServerError::Stored
    );
    assert_eq!(
        server::Login::from_bytes(&[0; 127]).unwrap_err(),
        ServerError::Stored
    );
    let password = Password::enter("correct horse battery").unwrap();
    let (_, request) = client::Login::start(&password, rng).unwrap();
    let record = &account.record[1..];
    let error =
        server::Login::start(&account.setup, &mara(), Some(record), &request, rng).unwrap_err();
    assert_eq!(error, ServerError::Stored);
}

#[test]
fn one_extra_or_missing_byte_is_malformed() {
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let setup = Setup::generate(&mut rng);
    let password = Password::enter("correct horse battery").unwrap();
    let (_, request) = client::Registration::start(&password, &mut rng).unwrap();
    let longer = [&request[..], &[0]].concat();
    for bytes in [&longer[..], &request[1..], &[]] {
        assert_eq!(
            server::register(&setup, &mara(), bytes),
            Err(ServerError::Malformed)
        );
    }
    let response = server::register(&setup, &mara(), &request).unwrap();
    let (state, _) = client::Registration::start(&password, &mut rng).unwrap();
    assert_eq!(
        state.finish(&response[1..], &mut rng).unwrap_err(),
        ClientError::Malformed
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_server_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0usize..400) {
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let setup = Setup::generate(&mut rng);
        // The lengths that pass the first check, and whatever length came.
        for len in [32, 64, 96, 128, 192, cut] {
            let mut input = bytes.clone();
            input.resize(len, 0x55);
            let _ = server::register(&setup, &mara(), &input);
            let _ = server::record(&input);
            let _ = Setup::from_bytes(&input);
            let _ = server::Login::start(&setup, &mara(), Some(&input), &[3; 96], &mut rng);
            let _ = server::Login::start(&setup, &mara(), None, &input, &mut rng);
            if let Ok(login) = server::Login::from_bytes(&input) {
                let _ = login.finish(&input);
            }
        }
    }
}
