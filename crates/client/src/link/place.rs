//! This side of a place at the server where two devices leave messages for each other.

use std::time::Duration;

use pipit_net::{Http, NetError};
use pipit_wire::v1::{
    Empty, LinkEnd, LinkEnter, LinkPlace, LinkPut, LinkTake, LinkTaken, RefusalCode,
};
use tokio::time::sleep;

use super::LinkFailure;

/// After a try that the line did not let through.
const PAUSE: Duration = Duration::from_millis(500);
/// Such tries in a row.
const TRIES: u32 = 20;

/// A side of a place.
#[derive(Debug, Clone)]
pub(super) struct Place {
    http: Http,
    number: u32,
    token: Vec<u8>,
    written: u32,
    read: u32,
}

impl Place {
    /// Opens a place.
    pub(super) async fn show(http: Http) -> Result<Self, NetError> {
        let given = http.post("/v1/link/show", &Empty {}, None).await?;
        Ok(Self::of(http, given))
    }

    /// Takes the other side of one that is open.
    pub(super) async fn enter(http: Http, number: u32) -> Result<Self, NetError> {
        let enter = LinkEnter { place: number };
        let given = http.post("/v1/link/enter", &enter, None).await?;
        Ok(Self::of(http, given))
    }

    fn of(http: Http, given: LinkPlace) -> Self {
        Self {
            http,
            number: given.place,
            token: given.token,
            written: 0,
            read: 0,
        }
    }

    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    /// Leaves the next message.
    pub(super) async fn put(&mut self, payload: Vec<u8>) -> Result<(), LinkFailure> {
        let put = LinkPut {
            place: self.number,
            token: self.token.clone(),
            number: self.written,
            payload,
        };
        self.written += 1;
        let _: Empty = self.patiently("/v1/link/put", &put).await?;
        Ok(())
    }

    /// Waits for the next message of the other side.
    pub(super) async fn take(&mut self) -> Result<Vec<u8>, LinkFailure> {
        let take = LinkTake {
            place: self.number,
            token: self.token.clone(),
            number: self.read,
        };
        loop {
            let taken: LinkTaken = self.patiently("/v1/link/take", &take).await?;
            if !taken.payload.is_empty() {
                self.read += 1;
                return Ok(taken.payload);
            }
        }
    }

    /// The other side finds it gone. Should that get lost, it is in a few minutes.
    pub(super) async fn end(&self) {
        let end = LinkEnd {
            place: self.number,
            token: self.token.clone(),
        };
        let ended: Result<Empty, NetError> = self.http.post("/v1/link/end", &end, None).await;
        if let Err(error) = ended {
            tracing::debug!(%error, "a place for linking was not ended");
        }
    }

    /// Both requests can be made again without harm.
    async fn patiently<R: pipit_wire::frame::Message + Default>(
        &self,
        path: &str,
        body: &impl pipit_wire::frame::Message,
    ) -> Result<R, LinkFailure> {
        let mut tries = 0;
        loop {
            match self.http.post(path, body, None).await {
                Ok(answer) => return Ok(answer),
                Err(error) if error.refusal() == Some(RefusalCode::LinkGone) => {
                    return Err(LinkFailure::Expired);
                }
                Err(error) if error.is_passing() && tries < TRIES => {
                    tries += 1;
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
