//! Bodies as protobuf messages, and addresses of callers.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use pipit_wire::frame;
use pipit_wire::frame::Message;
use pipit_wire::v1::RefusalCode;

use crate::gateway::network;
use crate::refuse::{PROTOBUF, Refusal};

/// A message in the body of a request or an answer.
pub(crate) struct Body<M>(pub(crate) M);

impl<M: Message + Default, S: Send + Sync> FromRequest<S> for Body<M> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| {
                if rejection.into_response().status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                    Refusal::new(
                        RefusalCode::TooLarge,
                        "This request is larger than the server takes.",
                    )
                } else {
                    Refusal::malformed()
                }
            })?;
        frame::decode(bytes, usize::MAX)
            .map(Self)
            .map_err(|_| Refusal::malformed())
    }
}

impl<M: Message> IntoResponse for Body<M> {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, PROTOBUF)], frame::encode(&self.0)).into_response()
    }
}

/// The network that a request came from, for limits only: it is not stored and not logged.
pub(crate) struct CallerAddress(pub(crate) IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for CallerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let address = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        // A server that does not say where callers come from has them share one limit.
        Ok(Self(network(
            address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        )))
    }
}
