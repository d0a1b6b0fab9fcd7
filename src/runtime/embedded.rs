//! The embedded sandbox beside the loop: started, watched, followed and shut down.
//!
//! Uses the backend, and tells the loop by messages.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::backend::Backend;
use super::callers;
use super::error::Error;
use app::msg::Msg;
use app::shell::report::Report;
use app::{people, serving};
use sandbox::server::{Log, Others, Sandbox, Served};

/// Between two looks at what other programs asked: however much they ask, the screen is drawn some ten times
/// a second for it.
const PAUSE: Duration = Duration::from_millis(100);

/// The sandbox of this process, which may still be starting.
#[derive(Debug)]
pub(super) struct Embedded(JoinHandle<Option<Sandbox>>);

impl Embedded {
    /// Starts the sandbox, says where it is or why not, and from then on what others ask of it.
    pub(super) fn start(backend: Backend, messages: UnboundedSender<Msg>) -> Self {
        Self(tokio::spawn(start(backend, messages)))
    }

    /// Ends the sandbox once it is up.
    pub(super) async fn shut_down(self) {
        if let Ok(Some(sandbox)) = self.0.await
            && let Err(error) = sandbox.shutdown().await
        {
            tracing::error!("the sandbox ended badly: {error}");
        }
    }
}

async fn start(backend: Backend, messages: UnboundedSender<Msg>) -> Option<Sandbox> {
    match backend.start_sandbox().await {
        Ok(sandbox) => {
            let _ = messages.send(Msg::People(people::Msg::Listed(callers::personas())));
            let _ = messages.send(Msg::Connected(Ok(sandbox.addr().to_string())));
            tokio::spawn(follow(sandbox.door().log().clone(), messages.clone()));
            tokio::spawn(follow_others(sandbox.others(), messages.clone()));
            let ended = sandbox.ended();
            tokio::spawn(async move {
                ended.await;
                let report = Report::new("the sandbox stopped").with_hint("Quit and start again: its data is kept.");
                let _ = messages.send(Msg::Connected(Err(report)));
            });
            Some(sandbox)
        }
        Err(error) => {
            let _ = messages.send(Msg::Connected(Err(Error::from(error).into())));
            None
        }
    }
}

/// Tells what other processes wrote to the sandbox's store, which `sandbox shell` may serve too.
async fn follow_others(mut others: Others, messages: UnboundedSender<Msg>) {
    loop {
        others.wrote().await;
        if messages.send(Msg::Serving(serving::Msg::Outside { wrote: true })).is_err() {
            break;
        }
    }
}

/// Tells what other programs ask the sandbox.
async fn follow(log: Log, messages: UnboundedSender<Msg>) {
    let mut changes = log.changes();
    let mut seen = *changes.borrow_and_update();
    while changes.changed().await.is_ok() {
        let last = *changes.borrow_and_update();
        let others: Vec<_> = log.entries_after(seen).into_iter().filter(|served| !served.is_own).collect();
        seen = last;
        let wrote = others.iter().any(Served::wrote);
        if !others.is_empty() && messages.send(Msg::Serving(serving::Msg::Outside { wrote })).is_err() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
