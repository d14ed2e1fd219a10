//! From a configuration to a running server, and to its orderly end.
//!
//! Start: lock and check the database, bind the listeners, print `listening on ADDR:PORT`. End (SIGTERM
//! or Ctrl C): take nobody new, tell every client to come back soon, end what is queued in the store,
//! close it. What was answered as accepted was on the disk before, so even a kill loses none of it.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use pipit_bus::{Bus, LocalBus};
use pipit_domain::Clock;
use pipit_gateway::{Gateway, GatewayConfig, Metrics, metrics_router, router};
use pipit_mailbox::Announcer;
use pipit_mailbox_sqlite::SqliteStore;
use prometheus_client::registry::Registry;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::clock::SystemClock;
use crate::config::{Config, Registration};
use crate::metrics::StoreCollector;
use crate::{janitor, platform, tls};

/// How long sessions and requests may take to end.
const STOP_TIME_MAX: Duration = Duration::from_secs(3);
/// How long a client may take to send the head of a request.
const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// Bytes of a request's head: the hyper minimum is 8 KiB, and ours are under 1.
const HEAD_LEN_MAX: usize = 16 * 1024;

/// Runs a server until it is told to stop.
///
/// # Errors
/// When it cannot start; says why, for a person.
pub fn run(config: Config) -> Result<()> {
    platform::make_private_folder(&config.data)
        .with_context(|| format!("cannot make the folder {}", config.data.display()))?;
    let bus = Arc::new(LocalBus::default());
    let store = Arc::new(SqliteStore::open(
        &config.data,
        bus.clone() as Arc<dyn Announcer>,
    )?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(serve(config, store.clone(), bus));
    runtime.shutdown_timeout(STOP_TIME_MAX);
    // The last handle: ends what is queued, folds the write-ahead log back, closes.
    drop(store);
    served
}

async fn serve(config: Config, store: Arc<SqliteStore>, bus: Arc<dyn Bus>) -> Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut registry = Registry::default();
    let gateway_metrics = Metrics::register(&mut registry);
    registry.register_collector(Box::new(StoreCollector(store.clone())));
    let gateway_config = GatewayConfig {
        name: config.name.clone(),
        is_registration_open: config.registration == Registration::Open,
        limits: config.limits,
    };
    let gateway = Gateway::start(
        gateway_config,
        store.clone(),
        bus,
        clock.clone(),
        gateway_metrics,
    )
    .await?;
    let measuring = config
        .metrics
        .map(|at| serve_metrics(at, registry))
        .transpose()?;
    let listener = bind(config.listen)?;
    let address = listener.local_addr()?;
    let handle = Handle::new();
    let serving = spawn(serve_clients(
        &config,
        listener,
        gateway.clone(),
        handle.clone(),
    )?);
    let cleaning = spawn(janitor::run(store, clock));
    let measuring = measuring.map(spawn);
    // Before others learn that it runs, so that they can stop it at once.
    let told_to_stop = platform::told_to_stop()?;
    announce(address, &config)?;
    told_to_stop.await;
    tracing::info!("stopping");
    handle.graceful_shutdown(Some(STOP_TIME_MAX));
    if timeout(STOP_TIME_MAX, gateway.stop()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
    cleaning.abort();
    if let Some(measuring) = measuring {
        measuring.abort();
    }
    let _ = timeout(STOP_TIME_MAX, serving).await;
    Ok(())
}

/// Starts a task of this process; all of them are here.
#[expect(clippy::disallowed_methods, reason = "the owner of the server's tasks")]
fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(future)
}

type Serving = std::pin::Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>;

fn serve_clients(
    config: &Config,
    listener: TcpListener,
    gateway: Arc<Gateway>,
    handle: Handle<SocketAddr>,
) -> Result<Serving> {
    let app = router(gateway).into_make_service_with_connect_info::<SocketAddr>();
    let mut server: Server<_> = axum_server::from_tcp(listener)?.handle(handle);
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX);
    server.http_builder().http1().max_buf_size(HEAD_LEN_MAX);
    let server = server
        .first_request_timeout(HEAD_TIME_MAX)
        .acceptor(NoDelayAcceptor::new());
    Ok(match &config.tls {
        Some(files) => {
            let acceptor = RustlsAcceptor::new(tls::load(files)?).acceptor(NoDelayAcceptor::new());
            Box::pin(server.acceptor(acceptor).serve(app))
        }
        None => Box::pin(server.serve(app)),
    })
}

fn serve_metrics(address: SocketAddr, registry: Registry) -> Result<Serving> {
    let server: Server<_> = axum_server::from_tcp(bind(address)?)?;
    Ok(Box::pin(
        server.serve(metrics_router(registry).into_make_service()),
    ))
}

/// An address in use is an error now, before the server takes anybody.
fn bind(address: SocketAddr) -> Result<TcpListener> {
    let listener =
        TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The one line on standard output: others wait for it.
fn announce(address: SocketAddr, config: &Config) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {address}")?;
    out.flush()?;
    tracing::info!(name = config.name, tls = config.tls.is_some(), "ready");
    Ok(())
}
