//! The bridge between the screen and the core: calls in, answers and numbered events out.
//!
//! Knows no command's meaning; `pipit-api` does. Called by the webview and by `app`.
//!
//! Calls wait in one queue and are started in the order in which the screen made them, so that two
//! messages typed quickly leave in that order; then they run beside each other.

use std::{path::PathBuf, sync::Arc, task::Poll};

use futures_util::poll;
use pipit_api::{
    Api, ApiConfig, AppEvent, ErrorCode, Events, RpcError, SystemKeychain, view::ServerSuggestion,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tauri::{
    AppHandle, Emitter, Manager, Wry,
    async_runtime::{self, JoinHandle},
    ipc::{Invoke, InvokeBody, InvokeResolver},
};
use tokio::sync::mpsc;

use crate::{
    links::Links,
    notifications::{Notice, Notifications},
    window,
    words::Told,
};

/// The name of the one command, in `capabilities/main.json` too.
const COMMAND: &str = "rpc";
/// The name of the event that carries the core's events.
const EVENT: &str = "event";
/// The one method of the shell's own: what notifications say in the person's language.
const WORDS: &str = "shell.words";
/// Calls that wait to be started. The screen has a few open at a time; this many are a fault of it.
const WAITING_MAX: usize = 1024;

/// One call of the screen.
#[derive(Debug, Deserialize)]
struct Call {
    method: String,
    #[serde(default)]
    params: Value,
}

/// A call, and who waits for its answer: nobody when the shell itself makes it.
type Job = (Call, Option<InvokeResolver<Wry>>);

/// The way to the core, from anywhere in the shell.
pub struct Bridge {
    jobs: mpsc::Sender<Job>,
}

impl Bridge {
    /// Opens the core in the background; calls wait until it is open, and fail with its reason when
    /// it does not open.
    pub fn start(app: AppHandle, core_dir: PathBuf, server: Option<String>) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING_MAX);
        async_runtime::spawn(run(app, core_dir, server, waiting));
        Self { jobs }
    }

    /// Tells the core that the person looks elsewhere now, so that it may notify. (That they look
    /// here again, and at which conversation, the screen tells.)
    pub fn lost_focus(&self) {
        let call = Call {
            method: "window.focus".to_owned(),
            params: json!({ "focused": false }),
        };
        self.put((call, None));
    }

    fn put(&self, job: Job) {
        if let Err(refused) = self.jobs.try_send(job)
            && let (_, Some(resolver)) = refused.into_inner()
        {
            let words = "Pipit is busy. Try again in a moment.";
            resolver.reject(RpcError::new(ErrorCode::SlowDown, words).retry(Some(1000)));
        }
    }
}

/// Takes a call from the screen; false when it is not for us.
pub fn take(invoke: Invoke<Wry>) -> bool {
    if invoke.message.command() != COMMAND {
        return false;
    }
    let InvokeBody::Json(body) = invoke.message.payload() else {
        return false;
    };
    match Call::deserialize(body) {
        Ok(call) => {
            let app = invoke.message.webview_ref().app_handle().clone();
            app.state::<Bridge>().put((call, Some(invoke.resolver)));
        }
        Err(_) => invoke.resolver.reject(RpcError::new(
            ErrorCode::BadRequest,
            "A call names its method and gives its params.",
        )),
    }
    true
}

async fn run(
    app: AppHandle,
    folder: PathBuf,
    server: Option<String>,
    mut waiting: mpsc::Receiver<Job>,
) {
    let servers = server
        .map(|server| ServerSuggestion {
            label: server.clone(),
            server,
            local: true,
        })
        .into_iter()
        .collect();
    let config = ApiConfig {
        folder,
        keychain: Some(Arc::new(SystemKeychain)),
        servers,
    };
    match Api::open(config).await {
        Ok(api) => {
            async_runtime::spawn(notify(app.clone(), api.clone()));
            serve(&app, &api, waiting).await;
        }
        Err(error) => {
            tracing::error!(code = ?error.data.code, "the profile does not open: {error}");
            while let Some((_, resolver)) = waiting.recv().await {
                if let Some(resolver) = resolver {
                    resolver.reject(&error);
                }
            }
        }
    }
}

async fn serve(app: &AppHandle, api: &Api, mut waiting: mpsc::Receiver<Job>) {
    let mut forwarding: Option<JoinHandle<()>> = None;
    while let Some((call, resolver)) = waiting.recv().await {
        if call.method == "events.subscribe" {
            let events = api.events();
            answer(resolver, Ok(json!({ "number": events.start() })));
            // The page was loaded anew when there is an earlier one.
            if let Some(earlier) =
                forwarding.replace(async_runtime::spawn(forward(app.clone(), events)))
            {
                earlier.abort();
            }
            app.state::<Links>().heard(app);
            continue;
        }
        if call.method == WORDS {
            let told = app.state::<Told>().tell(call.params);
            answer(resolver, told.map(|()| json!({})));
            continue;
        }
        let api = api.clone();
        let mut call = Box::pin(async move { api.call(&call.method, call.params).await });
        match poll!(&mut call) {
            Poll::Ready(result) => answer(resolver, result),
            Poll::Pending => {
                async_runtime::spawn(async move { answer(resolver, call.await) });
            }
        }
    }
}

async fn forward(app: AppHandle, mut events: Events) {
    while let Some(event) = events.next().await {
        if let Err(error) = app.emit_to(window::LABEL, EVENT, event) {
            tracing::warn!(%error, "an event did not reach the screen");
        }
    }
}

fn answer(resolver: Option<InvokeResolver<Wry>>, result: Result<Value, RpcError>) {
    match (resolver, result) {
        (Some(resolver), Ok(value)) => resolver.resolve(value),
        (Some(resolver), Err(error)) => resolver.reject(error),
        (None, Ok(_)) => {}
        (None, Err(error)) => {
            tracing::warn!(code = ?error.data.code, "a call of the shell failed");
        }
    }
}

/// Shows the core's notifications by the system; a click brings the conversation up.
async fn notify(app: AppHandle, api: Api) {
    let mut events = api.events();
    while let Some(event) = events.next().await {
        let AppEvent::Notification {
            conversation_id,
            title,
            body,
            is_request,
            ..
        } = event.event
        else {
            continue;
        };
        let (app, api) = (app.clone(), api.clone());
        // Nothing of it is to be shown: a stranger's before the person has looked, or as the person has set it.
        let (title, body) = match title.is_empty() {
            true => {
                let words = app.state::<Told>().words();
                let line = words.line(is_request).to_owned();
                (crate::APP_NAME.to_owned(), line)
            }
            false => (title, body),
        };
        let notice = Notice {
            subject: conversation_id,
            title,
            body,
        };
        app.state::<Notifications>()
            .inner()
            .clone()
            .show(notice, move |conversation_id| {
                window::raise(&app);
                if let Err(error) = api.show_conversation(&conversation_id) {
                    tracing::warn!(code = ?error.data.code, "the conversation was not shown");
                }
            });
    }
}
