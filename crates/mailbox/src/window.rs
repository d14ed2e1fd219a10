//! How much may be on its way to one connection: pure accounting, held by the gateway's session.

use std::collections::BTreeMap;

use pipit_domain::limits;

/// The deliveries sent on a connection and not acknowledged yet.
///
/// At most [`limits::DELIVERIES_IN_FLIGHT_MAX`] of them, and at most
/// [`limits::DELIVERY_BYTES_IN_FLIGHT_MAX`] bytes, except that one delivery always fits.
#[derive(Debug, Default)]
pub struct DeliveryWindow {
    in_flight: BTreeMap<u64, usize>,
    bytes: usize,
    last_sent: u64,
}

impl DeliveryWindow {
    /// How many more deliveries may be sent; 0 when the window is full.
    #[must_use]
    pub fn room(&self) -> usize {
        if self.bytes >= limits::DELIVERY_BYTES_IN_FLIGHT_MAX {
            return 0;
        }
        limits::DELIVERIES_IN_FLIGHT_MAX.saturating_sub(self.in_flight.len())
    }

    /// How many more bytes may be sent.
    #[must_use]
    pub fn room_bytes(&self) -> usize {
        limits::DELIVERY_BYTES_IN_FLIGHT_MAX.saturating_sub(self.bytes)
    }

    /// The highest sequence sent: what is read next comes after it.
    #[must_use]
    pub const fn last_sent(&self) -> u64 {
        self.last_sent
    }

    /// Whether nothing waits for an acknowledgement.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Counts a delivery of this many payload bytes as sent.
    pub fn sent(&mut self, sequence: u64, len: usize) {
        if self.in_flight.insert(sequence, len).is_none() {
            self.bytes += len;
        }
        self.last_sent = self.last_sent.max(sequence);
    }

    /// Takes an acknowledgement; whether that delivery was in flight on this connection.
    pub fn acknowledged(&mut self, sequence: u64) -> bool {
        let len = self.in_flight.remove(&sequence);
        self.bytes -= len.unwrap_or(0);
        len.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_ends_at_the_count_and_comes_back_with_acknowledgements() {
        let mut window = DeliveryWindow::default();
        for sequence in 1..=limits::DELIVERIES_IN_FLIGHT_MAX as u64 {
            window.sent(sequence, 10);
        }
        assert_eq!(window.room(), 0);
        assert!(window.acknowledged(3));
        assert!(!window.acknowledged(3));
        assert_eq!(window.room(), 1);
        assert_eq!(window.last_sent(), limits::DELIVERIES_IN_FLIGHT_MAX as u64);
    }

    #[test]
    fn room_ends_at_the_bytes() {
        let mut window = DeliveryWindow::default();
        window.sent(9, limits::DELIVERY_BYTES_IN_FLIGHT_MAX + 5);
        assert_eq!((window.room(), window.room_bytes()), (0, 0));
        assert!(window.acknowledged(9) && window.is_empty());
        assert_eq!(window.room_bytes(), limits::DELIVERY_BYTES_IN_FLIGHT_MAX);
    }
}
