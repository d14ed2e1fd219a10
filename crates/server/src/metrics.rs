//! The store's counts among the metrics.

use std::sync::Arc;

use pipit_mailbox_sqlite::SqliteStore;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads the store's counts when they are asked for.
pub(crate) struct StoreCollector(pub(crate) Arc<SqliteStore>);

impl std::fmt::Debug for StoreCollector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreCollector")
    }
}

impl Collector for StoreCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let stats = self.0.write_stats();
        let counters = [
            (
                "pipit_store_commits",
                "Transactions committed",
                stats.commits,
            ),
            ("pipit_store_requests", "Requests in them", stats.requests),
            (
                "pipit_store_failed_commits",
                "Transactions that could not be written",
                stats.failed_commits,
            ),
        ];
        for (name, help, value) in counters {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(
                name,
                help,
                None,
                counter.metric_type(),
            )?)?;
        }
        let gauge = ConstGauge::new(i64::try_from(stats.queue_len).unwrap_or(i64::MAX));
        let name = "pipit_store_queue_length";
        gauge.encode(encoder.encode_descriptor(
            name,
            "Writes that wait",
            None,
            gauge.metric_type(),
        )?)
    }
}
