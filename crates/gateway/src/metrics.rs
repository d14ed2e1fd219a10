//! What is counted, in Prometheus's names. No label holds anything of a person.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// One label: the stable word of a refusal, or the kind of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Word {
    pub(crate) word: &'static str,
}

/// The gateway's counters.
pub struct Metrics {
    pub(crate) connections: Gauge,
    pub(crate) connects: Counter,
    pub(crate) frames_in: Counter,
    pub(crate) frames_out: Counter,
    pub(crate) accepted: Counter,
    pub(crate) deliveries: Counter,
    pub(crate) acknowledged: Counter,
    pub(crate) delivered: Counter,
    pub(crate) refusals: Family<Word, Counter>,
    pub(crate) failed_authentications: Counter,
    pub(crate) disconnects: Family<Word, Counter>,
    pub(crate) submit_seconds: Histogram,
    pub(crate) handshake_seconds: Histogram,
}

impl Metrics {
    /// Makes the counters and registers them.
    #[must_use]
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            connections: Gauge::default(),
            connects: Counter::default(),
            frames_in: Counter::default(),
            frames_out: Counter::default(),
            accepted: Counter::default(),
            deliveries: Counter::default(),
            acknowledged: Counter::default(),
            delivered: Counter::default(),
            refusals: Family::default(),
            failed_authentications: Counter::default(),
            disconnects: Family::default(),
            // 0.25 ms to 8 s, and 1 ms to 32 s.
            submit_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 16)),
            handshake_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 16)),
        };
        metrics.describe(registry);
        metrics
    }

    fn describe(&self, registry: &mut Registry) {
        let r = registry;
        r.register(
            "pipit_connections",
            "Connections now",
            self.connections.clone(),
        );
        r.register(
            "pipit_connects",
            "Connections let in",
            self.connects.clone(),
        );
        r.register(
            "pipit_frames_in",
            "Frames from clients",
            self.frames_in.clone(),
        );
        r.register(
            "pipit_frames_out",
            "Frames to clients",
            self.frames_out.clone(),
        );
        r.register(
            "pipit_accepted",
            "Envelopes accepted",
            self.accepted.clone(),
        );
        r.register(
            "pipit_deliveries",
            "Envelopes sent to devices",
            self.deliveries.clone(),
        );
        r.register(
            "pipit_acknowledged",
            "Deliveries acknowledged",
            self.acknowledged.clone(),
        );
        r.register(
            "pipit_delivered",
            "Delivered notices sent",
            self.delivered.clone(),
        );
        r.register("pipit_refusals", "Refusals by code", self.refusals.clone());
        r.register(
            "pipit_failed_authentications",
            "Tokens and passwords that were wrong",
            self.failed_authentications.clone(),
        );
        r.register(
            "pipit_disconnects",
            "Connections ended, by reason",
            self.disconnects.clone(),
        );
        r.register(
            "pipit_submit_seconds",
            "From a submit's arrival to its durable acceptance",
            self.submit_seconds.clone(),
        );
        r.register(
            "pipit_handshake_seconds",
            "From a handshake's arrival to its answer",
            self.handshake_seconds.clone(),
        );
    }
}
