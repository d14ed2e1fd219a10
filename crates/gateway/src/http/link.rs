//! POST /v1/link/…: what two devices that are being linked leave for each other. The server can't read it,
//! and needs not know whose devices they are.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use pipit_wire::v1::{
    Empty, LinkEnd, LinkEnter, LinkPlace, LinkPut, LinkTake, LinkTaken, RefusalCode,
};
use rand::Rng as _;
use rand::rngs::OsRng;
use tokio::time::timeout;

use super::body::{Body, CallerAddress};
use crate::gateway::{Gateway, random};
use crate::links::{Found, LIFE_MS, PLACES, Problem, Token};
use crate::refuse::Refusal;

/// A request waits for so long before it is asked again: shorter than what boxes on the way cut.
const WAIT: Duration = Duration::from_secs(20);
/// Life of a place, for its sides.
const LIFE_S: u32 = (LIFE_MS / 1000) as u32;

pub(crate) async fn show(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Body(Empty {}): Body<Empty>,
) -> Result<Body<LinkPlace>, Refusal> {
    gateway.count_request(address)?;
    gateway.count_link(address)?;
    let token: Token = random();
    let draw = || OsRng.gen_range(0..PLACES);
    let place = gateway.links.show(token, draw, gateway.now());
    Ok(place_of(place.map_err(refusal)?, token))
}

pub(crate) async fn enter(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Body(enter): Body<LinkEnter>,
) -> Result<Body<LinkPlace>, Refusal> {
    gateway.count_request(address)?;
    gateway.count_link(address)?;
    let token: Token = random();
    let entered = gateway.links.enter(enter.place, token, gateway.now());
    entered.map_err(refusal)?;
    Ok(place_of(enter.place, token))
}

pub(crate) async fn put(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Body(put): Body<LinkPut>,
) -> Result<Body<Empty>, Refusal> {
    gateway.count_request(address)?;
    let done = gateway.links.put(
        put.place,
        &put.token,
        put.number,
        put.payload.into(),
        gateway.now(),
    );
    done.map_err(refusal)?;
    Ok(Body(Empty {}))
}

pub(crate) async fn take(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Body(take): Body<LinkTake>,
) -> Result<Body<LinkTaken>, Refusal> {
    gateway.count_request(address)?;
    let look = || {
        gateway
            .links
            .look(take.place, &take.token, take.number, gateway.now())
            .map_err(refusal)
    };
    let mut stopping = gateway.stopping();
    let payload = match look()? {
        Found::Message(message) => message,
        Found::Nothing(changed) => {
            let mut change = std::pin::pin!(changed.notified());
            change.as_mut().enable();
            // It may have come before that.
            match look()? {
                Found::Message(message) => message,
                Found::Nothing(_) => {
                    let waited = async {
                        tokio::select! {
                            () = change => {}
                            _ = stopping.wait_for(|stops| *stops) => {}
                        }
                    };
                    let _ = timeout(WAIT, waited).await;
                    match look()? {
                        Found::Message(message) => message,
                        Found::Nothing(_) => bytes::Bytes::new(),
                    }
                }
            }
        }
    };
    Ok(Body(LinkTaken {
        payload: payload.to_vec(),
    }))
}

pub(crate) async fn end(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Body(end): Body<LinkEnd>,
) -> Result<Body<Empty>, Refusal> {
    gateway.count_request(address)?;
    gateway.links.end(end.place, &end.token, gateway.now());
    Ok(Body(Empty {}))
}

fn place_of(place: u32, token: Token) -> Body<LinkPlace> {
    Body(LinkPlace {
        place,
        token: token.to_vec(),
        life_s: LIFE_S,
    })
}

fn refusal(problem: Problem) -> Refusal {
    match problem {
        Problem::Gone => Refusal::new(
            RefusalCode::LinkGone,
            "This code is not valid any more; show a new one on the other device.",
        ),
        Problem::Full => Refusal::new(
            RefusalCode::TooLarge,
            "There is no room for more while devices are being linked; try again later.",
        ),
        Problem::Number => Refusal::malformed(),
    }
}
