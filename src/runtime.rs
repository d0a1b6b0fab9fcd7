//! The runtime: the event loop, what carries effects out, the terminal, the log.
//!
//! May use everything. The loop ([`event_loop::run`]) is generic over the terminal's backend and the stream of
//! events, so that tests drive the very same one.

pub mod backend;
mod blocking;
pub mod callers;
pub mod convert;
pub mod effects;
pub mod error;
pub mod event_loop;
pub mod files;
pub mod history;
pub mod input;
pub mod jobs;
mod keeper;
pub mod logging;
pub mod open_files;
pub mod outside;
pub mod queries;
pub mod replaying;
pub mod reviewing;
pub mod screen;
pub mod terminal;
pub mod verifier;
mod watching;

use std::path::PathBuf;
use std::sync::Arc;

use app::Model;
use app::model::Deps;
use ui::theme::Depth;

/// What the workbench is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything that is kept: the sandbox, keys, drafts, progress, logs.
    pub data: PathBuf,
    /// Themes of the user.
    pub themes: PathBuf,
    /// A file to open as the draft.
    pub draft: Option<PathBuf>,
    /// How many colours the terminal has.
    pub depth: Depth,
}

/// Opens the workbench and runs it until it is quit.
pub fn workbench(options: &Options) -> anyhow::Result<()> {
    files::private_directory(&options.data)?;
    let _log = logging::start(&options.data);
    let store = files::Files::new(&options.data);
    let (saved, draft) = store.load();
    let themes = screen::Themes::load(&options.themes, options.depth);
    let verifier = Arc::new(verifier::Remembering::default());
    let deps = Deps {
        verifier,
        manifest: ::files::manifest::request,
        manifests: ::files::manifest::requests,
        themes: themes.names(),
    };
    let mut model = Model::new(saved, draft, deps, jiff::Timestamp::now());
    model.draft.to_open = options.draft.as_ref().map(|path| path.display().to_string());
    for warning in &themes.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut terminal = terminal::Guard::enter()?;
    let outcome = runtime.block_on(event_loop::run(&mut terminal, &mut model, &themes, &store));
    drop(terminal);
    // Work that was cancelled by quitting must not hold the process.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    outcome
}
