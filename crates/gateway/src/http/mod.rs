//! The requests of HTTPS, one verb a file, and the table of their paths.

mod append_ledger;
mod body;
mod commit_group;
mod create_conversation;
mod describe_server;
mod disable_second_factor;
mod enable_second_factor;
mod group_rules;
mod health;
mod leave_conversation;
mod link;
mod login_finish;
mod login_start;
mod metrics;
mod password_finish;
mod password_start;
mod publish_key_packages;
mod read_conversation;
mod read_ledger;
mod read_tree;
mod recover;
mod register_finish;
mod register_start;
mod second_factor_status;
mod username_status;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{get, post};
use pipit_domain::limits;

use crate::connect::connect;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub use metrics::metrics_router;

/// Everything that clients may ask of a server.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let small = Router::new()
        .route("/v1/server", get(describe_server::describe_server))
        .route("/v1/username/{name}", get(username_status::username_status))
        .route("/v1/register/start", post(register_start::register_start))
        .route(
            "/v1/register/finish",
            post(register_finish::register_finish),
        )
        .route("/v1/login/start", post(login_start::login_start))
        .route("/v1/login/finish", post(login_finish::login_finish))
        .route("/v1/login/recover", post(recover::recover))
        .route("/v1/ledger", post(append_ledger::append_ledger))
        .route("/v1/ledger/read", post(read_ledger::read_ledger))
        .merge(guards())
        .route(
            "/v1/key-packages",
            post(publish_key_packages::publish_key_packages),
        )
        .route("/v1/link/show", post(link::show))
        .route("/v1/link/enter", post(link::enter))
        .route("/v1/link/put", post(link::put))
        .route("/v1/link/take", post(link::take))
        .route("/v1/link/end", post(link::end))
        .layer(DefaultBodyLimit::max(limits::BODY_LEN_MAX));
    let large = Router::new()
        .route(
            "/v1/conversations",
            post(create_conversation::create_conversation),
        )
        .route("/v1/conversations/commit", post(commit_group::commit_group))
        .route(
            "/v1/conversations/leave",
            post(leave_conversation::leave_conversation),
        )
        .route(
            "/v1/conversations/{id}/tree/{epoch}",
            get(read_tree::read_tree),
        )
        .route(
            "/v1/conversations/{id}",
            get(read_conversation::read_conversation),
        )
        .layer(DefaultBodyLimit::max(limits::HANDSHAKE_LEN_MAX));
    Router::new()
        .merge(small)
        .merge(large)
        .layer(axum::middleware::from_fn_with_state(
            gateway.clone(),
            count_refusals,
        ))
        .route("/v1/connect", get(connect))
        .route("/health", get(health::health))
        .fallback(unknown_path)
        .with_state(gateway)
}

/// What changes how an account is guarded.
fn guards() -> Router<Arc<Gateway>> {
    Router::new()
        .route(
            "/v1/second-factor",
            get(second_factor_status::second_factor_status),
        )
        .route(
            "/v1/second-factor/enable",
            post(enable_second_factor::enable_second_factor),
        )
        .route(
            "/v1/second-factor/disable",
            post(disable_second_factor::disable_second_factor),
        )
        .route("/v1/password/start", post(password_start::password_start))
        .route(
            "/v1/password/finish",
            post(password_finish::password_finish),
        )
}

async fn unknown_path() -> Refusal {
    Refusal::new(
        pipit_wire::v1::RefusalCode::Unsupported,
        "This server does not know this request; it may be older than the app.",
    )
}

/// Counts the refusals of all requests in one place.
async fn count_refusals(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        gateway.refused(refusal.clone());
    }
    response
}
