//! Turning the second factor on and off.

use pipit_domain::Username;
use pipit_password::{Password, RECOVERY_CODES, RecoveryCode, TotpSecret};
use pipit_wire::v1::{
    DisableSecondFactor, Empty, EnableSecondFactor, RefusalCode, SecondFactorStatus,
};
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use super::proof::{Asking, prove_password};
use crate::client::Client;
use crate::error::ClientError;

/// A second factor that is to be turned on: from the password to the first code.
pub(crate) struct Enrolment {
    ticket: Vec<u8>,
    secret: TotpSecret,
    codes: Vec<RecoveryCode>,
}

/// What the authenticator app is to be told.
#[derive(Debug)]
pub struct Enrolling {
    /// The secret to be typed: base 32.
    pub secret: Zeroizing<String>,
    /// The address to be scanned.
    pub uri: Zeroizing<String>,
}

/// What guards the account beside its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityStatus {
    /// New devices are asked for a code.
    pub is_second_factor_on: bool,
    /// Recovery codes that were not used.
    pub recovery_codes: u32,
}

impl Client {
    /// What guards the account beside its password.
    ///
    /// # Errors
    /// When the server can't be asked.
    pub async fn security_status(&self) -> Result<SecurityStatus, ClientError> {
        let session = self.session()?;
        let status: SecondFactorStatus = session.get("/v1/second-factor").await?;
        Ok(SecurityStatus {
            is_second_factor_on: status.is_on,
            recovery_codes: status.recovery_codes,
        })
    }

    /// Begins to turn the second factor on: makes the secret for the authenticator app.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`], [`ClientError::SecondFactorIsOn`]; and when the server can't be asked.
    pub async fn begin_second_factor(&self, password: &str) -> Result<Enrolling, ClientError> {
        let session = self.session()?;
        let password = Password::enter(password)?;
        let username = Username::parse(&session.account.username.0)?;
        if self.security_status().await?.is_second_factor_on {
            return Err(ClientError::SecondFactorIsOn);
        }
        let asking = Asking::Device(&session);
        let proven = prove_password(&asking, &username, &password, "").await?;
        let enrolment = Enrolment {
            ticket: proven.ticket,
            secret: TotpSecret::generate(&mut OsRng),
            codes: (0..RECOVERY_CODES)
                .map(|_| RecoveryCode::generate(&mut OsRng))
                .collect(),
        };
        let enrolling = Enrolling {
            secret: enrolment.secret.to_text(),
            uri: enrolment
                .secret
                .uri(username.as_str(), &session.account.server_name),
        };
        self.shared.signing.lock().await.enrolment = Some(enrolment);
        Ok(enrolling)
    }

    /// Turns the second factor on with the first code of the app; answers the recovery codes, to be shown once.
    ///
    /// # Errors
    /// [`ClientError::NoEnrolment`] when it was not begun, or too long ago; the server's refusal of a wrong code.
    pub async fn confirm_second_factor(
        &self,
        code: &str,
    ) -> Result<Vec<Zeroizing<String>>, ClientError> {
        let session = self.session()?;
        let mut signing = self.shared.signing.lock().await;
        let enrolment = signing.enrolment.as_ref().ok_or(ClientError::NoEnrolment)?;
        let hashes = enrolment.codes.iter();
        let body = EnableSecondFactor {
            ticket: enrolment.ticket.clone(),
            secret: enrolment.secret.as_bytes().to_vec(),
            code: code.to_owned(),
            recovery_code_hashes: hashes
                .map(|code| code.hash(session.own()).to_vec())
                .collect(),
        };
        let enabled: Result<Empty, _> = session.post("/v1/second-factor/enable", &body).await;
        match enabled {
            Ok(_) => {
                let codes = enrolment.codes.iter().map(RecoveryCode::to_text).collect();
                signing.enrolment = None;
                Ok(codes)
            }
            Err(error) => Err(match error.refusal() {
                Some(RefusalCode::Unauthenticated) => {
                    signing.enrolment = None;
                    ClientError::NoEnrolment
                }
                Some(RefusalCode::AlreadyExists) => ClientError::SecondFactorIsOn,
                _ => error.into(),
            }),
        }
    }

    /// Turns the second factor off, with the password and a code (or a recovery code).
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`], the server's refusal of a wrong code; and when the server can't be asked.
    pub async fn disable_second_factor(
        &self,
        password: &str,
        code: &str,
    ) -> Result<(), ClientError> {
        let session = self.session()?;
        let password = Password::enter(password)?;
        let username = Username::parse(&session.account.username.0)?;
        let asking = Asking::Device(&session);
        let proven = prove_password(&asking, &username, &password, "").await?;
        let body = DisableSecondFactor {
            ticket: proven.ticket,
            code: code.to_owned(),
        };
        let _: Empty = session.post("/v1/second-factor/disable", &body).await?;
        Ok(())
    }
}
