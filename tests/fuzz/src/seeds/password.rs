//! Seeds of OPAQUE and the recovery bundle: one sign-up and one log-in, the same each time.

use pipit_domain::{AccountId, Username};
use pipit_password::{ExportKey, Password, client, seal_bundle, server};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::{Seed, seed};

/// What both sides hold and said.
pub struct Passwords {
    /// The person's.
    pub password: Password,
    /// The server's secrets.
    pub setup: server::Setup,
    /// What the server keeps of the account.
    pub record: Vec<u8>,
    /// Opens the bundle.
    pub export_key: ExportKey,
    /// The account's recovery bundle.
    pub bundle: Vec<u8>,
    /// First message of the log-in.
    pub login_request: Vec<u8>,
    /// What the server keeps between.
    pub login_state: Vec<u8>,
    /// The server's answer.
    pub login_response: Vec<u8>,
    /// Second message of the log-in.
    pub login_finish: Vec<u8>,
    registration_request: Vec<u8>,
    registration_response: Vec<u8>,
    registration_upload: Vec<u8>,
}

impl Passwords {
    /// Signs up and logs in.
    ///
    /// # Panics
    /// When that does not work.
    #[must_use]
    pub fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let username = Username::parse("alice").expect("valid");
        let password = Password::choose("correct horse battery staple").expect("valid");
        let setup = server::Setup::generate(&mut rng);

        let (registration, registration_request) =
            client::Registration::start(&password, &mut rng).expect("starts");
        let registration_response =
            server::register(&setup, &username, &registration_request).expect("answers");
        let (registration_upload, export_key) = registration
            .finish(&registration_response, &mut rng)
            .expect("finishes");
        let record = server::record(&registration_upload).expect("is kept");
        let bundle = seal_bundle(&export_key, AccountId::new([1; 32]), b"recovery", &mut rng);

        let mut client_rng = Self::login_rng();
        let (login, login_request) =
            client::Login::start(&password, &mut client_rng).expect("starts");
        let (state, login_response) =
            server::Login::start(&setup, &username, Some(&record), &login_request, &mut rng)
                .expect("answers");
        let logged_in = login
            .finish(&login_response, &mut client_rng)
            .expect("finishes");
        Self {
            password,
            setup,
            record,
            export_key,
            bundle: bundle.expect("is sealed"),
            login_request,
            login_state: state.to_bytes().to_vec(),
            login_response,
            login_finish: logged_in.finish,
            registration_request,
            registration_response,
            registration_upload,
        }
    }

    /// The client's randomness for the log-in, from its start.
    #[must_use]
    pub fn login_rng() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(2)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

pub fn seeds() -> Vec<Seed> {
    let known = Passwords::new();
    vec![
        seed("opaque_server", "setup", known.setup.to_bytes().to_vec()),
        seed(
            "opaque_server",
            "registration-request",
            known.registration_request,
        ),
        seed(
            "opaque_server",
            "registration-upload",
            known.registration_upload,
        ),
        seed("opaque_server", "login-request", known.login_request),
        seed("opaque_server", "login-state", known.login_state),
        seed("opaque_server", "login-finish", known.login_finish),
        seed(
            "opaque_client",
            "registration-response",
            known.registration_response,
        ),
        seed("opaque_client", "login-response", known.login_response),
        seed("recovery_bundle", "sealed", known.bundle),
    ]
}
