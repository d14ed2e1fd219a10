//! Requests by HTTPS: sign-up, log-in, ledgers, key packages, handshakes.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use pipit_domain::limits;
use pipit_wire::frame::{self, Message};
use pipit_wire::v1::{Refused, ServerDescription, UsernameStatus};
use reqwest::{Method, StatusCode};

use crate::{Endpoint, NetError, Tls};

/// Long enough for a slow line to carry a large handshake, short enough to try again.
const TIMEOUT: Duration = Duration::from_secs(60);
/// A server that can't be connected to within this is somewhere else.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const CONTENT_TYPE: &str = "application/x-protobuf";

/// Requests to one server. Cheap to clone; connections are kept for reuse.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    endpoint: Endpoint,
}

impl Http {
    /// For the server at this address.
    ///
    /// # Errors
    /// When the TLS settings can't be used on this system.
    pub fn new(endpoint: Endpoint, tls: &Tls) -> Result<Self, NetError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(rustls::ClientConfig::clone(&tls.config()))
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| NetError::Certificate)?;
        Ok(Self { client, endpoint })
    }

    /// What the server says of itself, and how long it took.
    ///
    /// # Errors
    /// When nothing, or no Pipit server, answers.
    pub async fn describe(&self) -> Result<(ServerDescription, Duration), NetError> {
        let start = Instant::now();
        let description = self
            .call(Method::GET, "/v1/server", Bytes::new(), None)
            .await?;
        Ok((description, start.elapsed()))
    }

    /// Whether a username is free.
    ///
    /// # Errors
    /// When the server doesn't answer, or refuses.
    pub async fn username_is_free(&self, name: &str) -> Result<bool, NetError> {
        let path = format!("/v1/username/{name}");
        let status: UsernameStatus = self.call(Method::GET, &path, Bytes::new(), None).await?;
        Ok(status.free)
    }

    /// Fetches a body, as the device that signed the token.
    ///
    /// # Errors
    /// When the server doesn't answer, or refuses.
    pub async fn get<R: Message + Default>(&self, path: &str, token: &str) -> Result<R, NetError> {
        self.call(Method::GET, path, Bytes::new(), Some(token))
            .await
    }

    /// Sends a body and reads the answer; with a token, as the device that signed it.
    ///
    /// # Errors
    /// When the server doesn't answer, or refuses.
    pub async fn post<R: Message + Default>(
        &self,
        path: &str,
        body: &impl Message,
        token: Option<&str>,
    ) -> Result<R, NetError> {
        self.call(Method::POST, path, frame::encode(body), token)
            .await
    }

    async fn call<R: Message + Default>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        token: Option<&str>,
    ) -> Result<R, NetError> {
        let mut request = self
            .client
            .request(method, self.endpoint.http(path))
            .header(reqwest::header::ACCEPT, CONTENT_TYPE);
        if !body.is_empty() {
            request = request
                .header(reqwest::header::CONTENT_TYPE, CONTENT_TYPE)
                .body(body);
        }
        if let Some(token) = token {
            request = request.header(reqwest::header::AUTHORIZATION, format!("Pipit {token}"));
        }
        let mut response = request.send().await.map_err(|error| from_reqwest(&error))?;
        let status = response.status();
        let is_ours = response
            .headers()
            .get(reqwest::header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes() == CONTENT_TYPE.as_bytes());
        if !is_ours {
            return Err(match status {
                StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT => NetError::Unreachable,
                _ => NetError::NotPipit,
            });
        }
        let mut answer = BytesMut::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| from_reqwest(&error))?
        {
            if answer.len() + chunk.len() > limits::HANDSHAKE_LEN_MAX {
                return Err(NetError::NotPipit);
            }
            answer.extend_from_slice(&chunk);
        }
        let answer = answer.freeze();
        if status.is_success() {
            frame::decode(answer, limits::HANDSHAKE_LEN_MAX).map_err(|_| NetError::NotPipit)
        } else {
            let refused: Refused =
                frame::decode(answer, limits::BODY_LEN_MAX).map_err(|_| NetError::NotPipit)?;
            Err(NetError::Refused(refused))
        }
    }
}

fn from_reqwest(error: &reqwest::Error) -> NetError {
    if error.is_timeout() {
        return NetError::TimedOut;
    }
    if crate::error_is_certificate(error) {
        return NetError::Certificate;
    }
    NetError::Unreachable
}
