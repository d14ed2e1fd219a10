//! Requests by HTTP: one protobuf message there, one back, or a refusal.

use std::fmt;
use std::net::SocketAddr;

use anyhow::{Context, Result};
use bytes::Bytes;
use pipit_wire::frame;
use pipit_wire::frame::Message;
use pipit_wire::v1::{RefusalCode, Refused, ServerDescription};

/// Longest answer that is read.
const ANSWER_LEN_MAX: usize = 8 * 1024 * 1024;

/// A refusal as an error, to be found again by [`refusal_code`].
pub struct RefusedError(pub Refused);

impl fmt::Debug for RefusedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code().as_str_name(), self.0.sentence)
    }
}

impl fmt::Display for RefusedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for RefusedError {}

/// The code of the refusal that an error is, if it is one.
#[must_use]
pub fn refusal_code(error: &anyhow::Error) -> Option<RefusalCode> {
    error
        .downcast_ref::<RefusedError>()
        .map(|refused| refused.0.code())
}

/// A client for servers on this computer. In a build of the whole workspace reqwest comes with TLS and
/// asks for a provider of cryptography, though none of these requests use it.
fn plain_client() -> reqwest::Client {
    let _installed_already = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// The HTTP side of a server on this computer.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Http {
    /// A client of the server at an address.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self {
            client: plain_client(),
            address,
        }
    }

    /// What the server says of itself.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn describe(&self) -> Result<ServerDescription> {
        self.get("/v1/server", None).await
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When the server does not answer; a [`RefusedError`] when it refuses.
    pub async fn post<M: Message + Default>(
        &self,
        path: &str,
        token: Option<&str>,
        body: &impl Message,
    ) -> Result<M> {
        self.post_bytes(path, token, frame::encode(body)).await
    }

    /// Sends any bytes.
    ///
    /// # Errors
    /// As [`Http::post`].
    pub async fn post_bytes<M: Message + Default>(
        &self,
        path: &str,
        token: Option<&str>,
        body: Bytes,
    ) -> Result<M> {
        self.answer(self.client.post(self.url(path)).body(body), token)
            .await
    }

    /// Asks.
    ///
    /// # Errors
    /// As [`Http::post`].
    pub async fn get<M: Message + Default>(&self, path: &str, token: Option<&str>) -> Result<M> {
        self.answer(self.client.get(self.url(path)), token).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn answer<M: Message + Default>(
        &self,
        mut request: reqwest::RequestBuilder,
        token: Option<&str>,
    ) -> Result<M> {
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let response = request.send().await.context("the server did not answer")?;
        let status = response.status();
        let bytes = response.bytes().await.context("the answer broke off")?;
        if !status.is_success() {
            let refused = frame::decode::<Refused>(bytes, ANSWER_LEN_MAX)?;
            return Err(RefusedError(refused).into());
        }
        Ok(frame::decode(bytes, ANSWER_LEN_MAX)?)
    }
}
