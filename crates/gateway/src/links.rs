//! Places where two devices that are being linked leave sealed messages for each other.
//!
//! In memory only: a place lives for minutes, and after a restart of the server the devices begin anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use pipit_domain::Timestamp;
use subtle::ConstantTimeEq as _;
use tokio::sync::Notify;

/// Places have numbers below this: four letters of a code.
pub(crate) const PLACES: u32 = 1 << 20;
/// A place lives for ten minutes: a code is shown for five, and what was begun by then may end.
pub(crate) const LIFE_MS: u64 = 10 * 60 * 1000;
/// Places at once. Far fewer than there are numbers, so that guessing one takes long.
const LEN_MAX: usize = 2_000;
/// Messages of one side.
const MESSAGES_MAX: usize = 32;
/// Bytes of all messages of a place: two long ledgers.
const PLACE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of all places.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// What only one side of a place knows.
pub(crate) type Token = [u8; 16];

/// Why nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// There is no such place any more, or it is somebody else's.
    Gone,
    /// More messages or bytes than there is room for.
    Full,
    /// The number is neither the next nor that of the same message.
    Number,
}

/// What a side finds.
pub(crate) enum Found {
    Message(Bytes),
    /// Nothing yet; this tells of a change.
    Nothing(Arc<Notify>),
}

struct Place {
    made: Timestamp,
    /// Of the showing and of the entering side.
    tokens: [Option<Token>; 2],
    /// Written by each side.
    written: [Vec<Bytes>; 2],
    changed: Arc<Notify>,
}

impl Place {
    fn bytes(&self) -> usize {
        self.written.iter().flatten().map(Bytes::len).sum()
    }

    fn side(&self, token: &[u8]) -> Option<usize> {
        self.tokens
            .iter()
            .position(|known| known.is_some_and(|known| bool::from(known.ct_eq(token))))
    }
}

#[derive(Default)]
struct Places {
    by_number: HashMap<u32, Place>,
    bytes: usize,
}

impl Places {
    fn forget(&mut self, number: u32) {
        if let Some(place) = self.by_number.remove(&number) {
            self.bytes -= place.bytes();
            place.changed.notify_waiters();
        }
    }

    fn forget_old(&mut self, now: Timestamp) {
        let is_old = |place: &Place| now.distance_ms(place.made) >= LIFE_MS;
        let old = self.by_number.iter().filter(|(_, place)| is_old(place));
        let old: Vec<u32> = old.map(|(number, _)| *number).collect();
        for number in old {
            self.forget(number);
        }
    }

    fn find(
        &mut self,
        number: u32,
        token: &[u8],
        now: Timestamp,
    ) -> Result<(&mut Place, usize), Problem> {
        let place = self.by_number.get_mut(&number).ok_or(Problem::Gone)?;
        if now.distance_ms(place.made) >= LIFE_MS {
            return Err(Problem::Gone);
        }
        let side = place.side(token).ok_or(Problem::Gone)?;
        Ok((place, side))
    }
}

/// All places.
#[derive(Default)]
pub(crate) struct Links(Mutex<Places>);

impl Links {
    /// Opens a place; `draw` gives random numbers below [`PLACES`].
    pub(crate) fn show(
        &self,
        token: Token,
        draw: impl Fn() -> u32,
        now: Timestamp,
    ) -> Result<u32, Problem> {
        let mut places = self.lock();
        places.forget_old(now);
        if places.by_number.len() >= LEN_MAX {
            return Err(Problem::Full);
        }
        let number = loop {
            let number = draw();
            if !places.by_number.contains_key(&number) {
                break number;
            }
        };
        places.by_number.insert(
            number,
            Place {
                made: now,
                tokens: [Some(token), None],
                written: Default::default(),
                changed: Arc::default(),
            },
        );
        Ok(number)
    }

    /// Takes the other side of a place: whoever comes first has it.
    pub(crate) fn enter(&self, number: u32, token: Token, now: Timestamp) -> Result<(), Problem> {
        let mut places = self.lock();
        let place = places.by_number.get_mut(&number).ok_or(Problem::Gone)?;
        if now.distance_ms(place.made) >= LIFE_MS || place.tokens[1].is_some() {
            return Err(Problem::Gone);
        }
        place.tokens[1] = Some(token);
        Ok(())
    }

    /// Leaves a message. The same one under the same number again is no error.
    pub(crate) fn put(
        &self,
        number: u32,
        token: &[u8],
        at: u32,
        payload: Bytes,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let mut places = self.lock();
        let has_room = places.bytes + payload.len() <= BYTES_MAX;
        let (place, side) = places.find(number, token, now)?;
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        match place.written[side].get(at) {
            Some(written) if *written == payload => return Ok(()),
            None if at == place.written[side].len() => {}
            _ => return Err(Problem::Number),
        }
        let is_small = place.bytes() + payload.len() <= PLACE_BYTES_MAX;
        if at >= MESSAGES_MAX || !is_small || !has_room {
            return Err(Problem::Full);
        }
        let len = payload.len();
        place.written[side].push(payload);
        place.changed.notify_waiters();
        places.bytes += len;
        Ok(())
    }

    /// Looks for a message of the other side.
    pub(crate) fn look(
        &self,
        number: u32,
        token: &[u8],
        at: u32,
        now: Timestamp,
    ) -> Result<Found, Problem> {
        let mut places = self.lock();
        let (place, side) = places.find(number, token, now)?;
        let written = &place.written[1 - side];
        let found = usize::try_from(at).ok().and_then(|at| written.get(at));
        Ok(match found {
            Some(message) => Found::Message(message.clone()),
            None => Found::Nothing(Arc::clone(&place.changed)),
        })
    }

    /// Ends a place, from either side.
    pub(crate) fn end(&self, number: u32, token: &[u8], now: Timestamp) {
        let mut places = self.lock();
        if places.find(number, token, now).is_ok() {
            places.forget(number);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWING: Token = [1; 16];
    const ENTERING: Token = [2; 16];

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn met() -> Links {
        let links = Links::default();
        assert_eq!(links.show(SHOWING, || 7, at(0)), Ok(7));
        assert_eq!(links.enter(7, ENTERING, at(1)), Ok(()));
        links
    }

    fn read(links: &Links, token: Token, number: u32) -> Option<Bytes> {
        match links.look(7, &token, number, at(2)).ok()? {
            Found::Message(message) => Some(message),
            Found::Nothing(_) => None,
        }
    }

    #[test]
    fn each_side_reads_what_the_other_wrote() {
        let links = met();
        links
            .put(7, &SHOWING, 0, Bytes::from("one"), at(2))
            .unwrap();
        links
            .put(7, &SHOWING, 0, Bytes::from("one"), at(2))
            .unwrap();
        assert_eq!(
            links.put(7, &SHOWING, 0, Bytes::from("other"), at(2)),
            Err(Problem::Number)
        );
        assert_eq!(
            links.put(7, &SHOWING, 2, Bytes::from("later"), at(2)),
            Err(Problem::Number)
        );
        assert_eq!(read(&links, ENTERING, 0), Some(Bytes::from("one")));
        assert_eq!(read(&links, ENTERING, 1), None);
        assert_eq!(read(&links, SHOWING, 0), None);
    }

    #[test]
    fn nobody_else_comes_in() {
        let links = met();
        assert_eq!(links.enter(7, [3; 16], at(2)), Err(Problem::Gone), "taken");
        assert_eq!(
            links.enter(8, [3; 16], at(2)),
            Err(Problem::Gone),
            "never shown"
        );
        assert!(links.look(7, &[3; 16], 0, at(2)).is_err());
        assert!(links.look(7, &[], 0, at(2)).is_err());
    }

    #[test]
    fn places_end_and_run_out() {
        let links = met();
        links.end(7, &[3; 16], at(2));
        assert!(links.look(7, &SHOWING, 0, at(2)).is_ok());
        links.end(7, &ENTERING, at(2));
        assert!(links.look(7, &SHOWING, 0, at(2)).is_err());

        let links = met();
        assert!(links.look(7, &SHOWING, 0, at(LIFE_MS)).is_err());
        assert_eq!(
            links.show([4; 16], || 7, at(LIFE_MS)),
            Ok(7),
            "the number is free again"
        );
    }

    #[test]
    fn memory_is_bounded() {
        let links = met();
        let most = Bytes::from(vec![0; PLACE_BYTES_MAX]);
        links.put(7, &SHOWING, 0, most, at(2)).unwrap();
        assert_eq!(
            links.put(7, &ENTERING, 0, Bytes::from("x"), at(2)),
            Err(Problem::Full)
        );
        links.end(7, &SHOWING, at(3));
        assert_eq!(links.lock().bytes, 0);
    }
}
