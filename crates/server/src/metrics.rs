//! The listener that Prometheus asks: apart from the clients', so that it can stay private.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pipit_mailbox_sqlite::SqliteStore;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

/// Content type of the OpenMetrics text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

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

/// Binds the listener; an error says so before the server takes anybody.
pub(crate) fn bind(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address} for metrics"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves `/metrics` for ever.
pub(crate) async fn serve(listener: TcpListener, registry: Registry) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let app = Router::new()
        .route("/metrics", get(metrics))
        .with_state(Arc::new(registry));
    axum::serve(listener, app)
        .await
        .context("the metrics listener stopped")
}

async fn metrics(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
