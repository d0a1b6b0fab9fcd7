//! `countersign sandbox serve`.

use super::failure::{Failure, say};
use super::instance::{directory, running, runtime};
use crate::cli::exit::Exit;
use crate::cli::terminal::{eprint, printable};
use sandbox::Sandbox;
use sandbox::server::Log;

pub(super) fn run(port: u16) -> Result<Exit, Failure> {
    if let Some(other) = running()? {
        return Err(Failure::AlreadyRunning { pid: other.pid, port: other.port });
    }
    runtime()?.block_on(serve(port))
}

async fn serve(port: u16) -> Result<Exit, Failure> {
    let stop = stop_signal()?;
    let sandbox = Sandbox::start(&directory(), Some(port)).await?;
    let (addr, token) = (sandbox.addr(), sandbox.files().token());
    say(&format!("sandbox ready at https://{addr}, token in {}\n", printable(&token.display().to_string())))?;
    let printing = tokio::spawn(print(sandbox.door().log().clone()));
    let died = tokio::select! {
        () = sandbox.ended() => true,
        () = stop => false,
    };
    printing.abort();
    match sandbox.shutdown().await {
        Ok(()) if !died => Ok(Exit::Yes),
        _ => Err(Failure::Died),
    }
}

/// Prints each request to standard error as it is answered.
async fn print(log: Log) {
    let mut changes = log.changes();
    let mut seen = 0;
    while changes.changed().await.is_ok() {
        changes.mark_unchanged();
        let lines = log.entries_after(seen);
        seen = lines.last().map_or(seen, |served| served.id);
        // Whoever reaches the port may have written any of it, with a token or without.
        let text: String = lines.iter().map(|served| printable(&served.to_string()) + "\n").collect();
        eprint(&text);
    }
}

/// Ends when the process is asked to end.
#[cfg(unix)]
pub(super) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(Failure::io("the handling of signals"));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let mut hangup = listen(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub(super) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        // Without the handler there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
