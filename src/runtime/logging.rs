//! The log: a file, never the terminal, which belongs to the screen.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// What is logged by default: of our own crates also what only informs; a crate is a target of its name.
const DEFAULT: &str = "countersign=info,client=info,sandbox=info,signing=info,warn";

/// Starts logging to `logs/` in the data directory; the log is flushed when the guard is dropped.
/// `COUNTERSIGN_LOG` sets what is logged (default: `DEFAULT`).
pub fn start(data: &Path) -> Option<WorkerGuard> {
    let directory = data.join("logs");
    super::files::private_directory(&directory).ok()?;
    let file = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("workbench")
        .filename_suffix("log")
        .max_log_files(7)
        .build(directory)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = EnvFilter::try_from_env("COUNTERSIGN_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).try_init().ok()?;
    Some(guard)
}
