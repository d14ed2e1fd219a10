//! POST /v1/login/start: the first half of OPAQUE's login. An unknown name gets an answer that cannot
//! be told from a real one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use pipit_password::server::{Login, ServerError};
use pipit_wire::v1::{LoginStart, LoginStarted};
use rand::rngs::OsRng;

use super::body::{Body, CallerAddress};
use super::username_status::parse_username;
use crate::gateway::{Gateway, LoginId, PendingLogin, random};
use crate::guess::Guess;
use crate::refuse::Refusal;

pub(crate) async fn login_start(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    headers: HeaderMap,
    Body(start): Body<LoginStart>,
) -> Result<Body<LoginStarted>, Refusal> {
    gateway.count_request(address)?;
    let username = parse_username(&start.username)?;
    let device = match headers.contains_key(AUTHORIZATION) {
        true => Some(gateway.authenticate(&headers).await?.address),
        false => None,
    };
    let row = gateway.store.login(username.clone()).await?;
    match device {
        // It is not kept waiting by what others have tried elsewhere.
        Some(device) if row.as_ref().map(|row| row.account) == Some(device.account) => {
            gateway.guess(&Guess::Device(device.device)).await?;
        }
        Some(_) => return Err(Refusal::unknown_account()),
        None => {
            gateway.guess(&Guess::Address(address)).await?;
            gateway.guess(&Guess::Password(username.clone())).await?;
        }
    }
    let record = row.as_ref().map(|row| &row.password_record[..]);
    let (login, opaque_response) = Login::start(
        &gateway.setup,
        &username,
        record,
        &start.opaque_request,
        &mut OsRng,
    )
    .map_err(refusal)?;
    let login_id: LoginId = random();
    gateway
        .logins
        .insert(
            login_id,
            PendingLogin {
                login,
                username,
                address,
                device,
            },
            gateway.now(),
        )
        .map_err(|_| Refusal::slow_down(10_000))?;
    Ok(Body(LoginStarted {
        opaque_response,
        login_id: login_id.to_vec(),
    }))
}

fn refusal(error: ServerError) -> Refusal {
    match error {
        ServerError::Malformed | ServerError::WrongPassword => Refusal::malformed(),
        ServerError::Stored => {
            tracing::error!("a stored password record does not read");
            pipit_mailbox::StoreError::Corrupt.into()
        }
    }
}
