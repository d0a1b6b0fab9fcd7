//! Why a subcommand of the sandbox could not do its work, and how all of them print.

use std::io::{self, Write as _};

use crate::cli::exit::Exit;
use sandbox::StartError;

/// Why a subcommand could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("no sandbox is running: start one with `countersign sandbox serve`, or open the workbench")]
    NotRunning,
    #[error("a sandbox is already running on port {port} of 127.0.0.1 (process {pid})")]
    AlreadyRunning { pid: u32, port: u16 },
    #[error("the sandbox is being served; stop it first")]
    InUse,
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the sandbox died: its log says why")]
    Died,
    #[error("{} cannot be run: {source}", command)]
    Command { command: String, source: io::Error },
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error("the sandbox's clusters cannot be read: {0}")]
    Store(#[from] sandbox::store::StoreError),
    #[error("not asked, because there is no terminal: give --yes")]
    NoTerminal,
}

impl Failure {
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Died | Self::Store(_) => Exit::Undecided,
            _ => Exit::Unusable,
        }
    }
}

/// Prints a result; who does not want to read it is no failure.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::io("standard output")(error)),
        _ => Ok(()),
    }
}
