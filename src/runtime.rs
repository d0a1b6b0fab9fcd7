//! The runtime: the event loop, what carries effects out, the terminal, the log.
//!
//! May use everything but `cli`. The loop ([`event_loop::run`]) is generic over the terminal's backend, the stream of
//! events and what only a terminal can do ([`host::Host`]), so that tests drive the very same one.

mod api_log;
pub mod backend;
mod blocking;
pub mod callers;
mod clock;
pub mod convert;
pub mod effects;
mod embedded;
pub mod error;
pub mod event_loop;
pub mod exports;
pub mod files;
pub mod history;
pub mod host;
pub mod input;
pub mod jobs;
mod keeper;
pub mod logging;
pub mod open_files;
pub mod outside;
pub mod queries;
pub mod replay;
pub mod review;
pub mod screen;
mod seat;
pub mod secrecy;
mod seen;
pub mod signals;
pub mod terminal;
pub mod verifier;
mod watch;
mod writer;

pub use writer::rescue;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use app::Model;
use app::model::Deps;
use event_loop::{Ended, Incoming, Workbench};
use ui::theme::Depth;

/// What the workbench is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything that is kept: the sandbox, keys, drafts, progress, logs.
    pub data: PathBuf,
    /// The directory of the user's themes.
    pub themes: PathBuf,
    /// A file to open as the draft.
    pub draft: Option<PathBuf>,
    /// How many colours the terminal has.
    pub depth: Depth,
}

/// Opens the workbench and runs it until it is quit.
///
/// A data directory that cannot be written to is no reason not to: it is said on the screen, for as long as it is so.
pub fn workbench(options: &Options) -> Ended {
    if let Err(error) = clock::check(std::time::SystemTime::now()) {
        return Ended::from(error);
    }
    let _log = logging::start(&options.data);
    let store = files::Files::new(&options.data);
    let themes = screen::Themes::load(&options.themes, options.depth);
    for warning in &themes.warnings {
        tracing::warn!("{warning}");
    }
    let mut model = model(&store, &themes);
    let draft = options.draft.as_ref().map(|path| path.display().to_string());
    let workbench = Workbench { model: &mut model, themes: &themes, files: &store, draft };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Ended::from(anyhow::Error::from(error)),
    };
    let ended = runtime.block_on(on_terminal(workbench)).unwrap_or_else(Ended::from);
    // Work that was cancelled by quitting must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(500));
    ended
}

/// The model as it was left, with what `update` may call.
pub fn model(files: &files::Files, themes: &screen::Themes) -> Model {
    let held = files.hold();
    let other = held.is_err().then(|| files.other()).flatten();
    let failure = held.err().filter(|_| other.is_none()).map(|error| writer::report(&error));
    disk::sweep(&files.data);
    disk::sweep(&files.keys());
    let files::Loaded { saved, draft, found } = files.load();
    let deps = Deps {
        verifier: Arc::new(verifier::Remembering::default()),
        manifest: ::files::manifest::request,
        manifests: ::files::manifest::requests,
        themes: themes.names(),
    };
    let mut model = Model::new(saved, draft, deps, jiff::Timestamp::now());
    model.saving.open(other, failure, found);
    model
}

/// Runs the workbench on the terminal of this process, which is given back at the end.
async fn on_terminal(workbench: Workbench<'_>) -> anyhow::Result<Ended> {
    // Before the terminal is taken: from then on no signal ends the process as it is.
    let signals = signals::Signals::listen()?;
    let ended_by = signals.ended_by();
    let mut guard = terminal::Guard::enter()?;
    let mut screen = terminal::screen()?;
    let typed = input::Input::start().map(|batch| batch.map(Incoming::Typed));
    let told = signals.map(|told| Ok(Incoming::Told(told)));
    let ended = event_loop::run(&mut screen, &mut guard, stream::select(told, typed), workbench).await;
    // A terminal that is gone fails and sends a signal, in any order.
    match ended_by.number() {
        Some(signal) => Ok(Ended { outcome: Ok(()), signal: Some(signal), ..ended }),
        None => Ok(ended),
    }
}
