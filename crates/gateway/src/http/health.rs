//! GET /health: whether this server can serve, shown by a read of its store.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use crate::gateway::Gateway;

pub(crate) async fn health(State(gateway): State<Arc<Gateway>>) -> (StatusCode, &'static str) {
    match gateway.store.check().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer\n",
        ),
    }
}
