//! `countersign replay ENTRIES… --policy FILE`: the admissions of an audit log under another policy, and
//! under the policies of their time.
//!
//! Exit code: 1 if something flips, 2 if the input or an entry of it could not be read or has no admission, 3 if something
//! could not be decided, else 0; the first that applies.

mod human;
mod json;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::answer::{Format, PolicyFailure, policy, print, refuse};
use super::assumed::{Assumed, AssumedFailure};
use super::check::policy_file::Checked;
use super::styles::Styles;
use super::terminal;
use super::whereabouts::Whereabouts;
use crate::cli::exit::Exit;
use crate::runtime::exports;
use crate::runtime::history::{self, PastError};
use crate::runtime::replay::{self, Progress};
use domain::policy_change::Dated;
use domain::replay::{Replay, Replayer};
use domain::review::Standing;
use signing::openpgp::Verifier;

/// Decide the admissions of an audit log again: what would flip under a policy, and whether the
/// policies of their time give what was logged.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audit log entries as `gcloud logging read` prints them, one a line, or rows of `BigQuery`; plain or compressed by
    /// gzip; directories with all their files; `-` is standard input
    #[arg(value_name = "ENTRIES", required = true)]
    entries: Vec<PathBuf>,
    /// The policy (.yaml, .yml or .json)
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Policies of the past, to decide each entry under the one of its time: policies as gcloud exports
    /// them (with `updateTime`), the workbench's history (.jsonl), or a directory of either; may be
    /// repeated
    #[arg(long, value_name = "PATH")]
    history: Vec<PathBuf>,
    #[command(flatten)]
    whereabouts: Whereabouts,
    #[command(flatten)]
    assumed: Assumed,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Why nothing was replayed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Policy(#[from] PolicyFailure),
    #[error(transparent)]
    Assumed(#[from] AssumedFailure),
    #[error(transparent)]
    Past(#[from] PastError),
    #[error(transparent)]
    Entries(#[from] io::Error),
    #[error("{files}: no entries: expected what `gcloud logging read` prints, entries one a line, or rows of BigQuery")]
    Empty { files: String },
    #[error("{files}: no admission in {entries} entries: expected audit log entries of pods that are made")]
    NoAdmission { files: String, entries: usize },
    #[error("standard input can be the policy or the entries, not both")]
    StandardInputTwice,
}

pub(super) fn run(args: &Args) -> Exit {
    let (replay, checked) = match replayed(args) {
        Ok(replayed) => replayed,
        Err(failure) => return refuse(&failure),
    };
    let text = match args.format {
        Format::Human => human::report(&replay, Styles::for_stream(&io::stdout())),
        Format::Json => json::report(&replay, &checked.file),
    };
    print(&text, exit(&replay))
}

fn exit(replay: &Replay) -> Exit {
    match () {
        () if replay.flips() > 0 => Exit::No,
        () if replay.unreadable > 0 => Exit::Unusable,
        () if replay.count(Standing::Undecided) > 0 => Exit::Undecided,
        () => Exit::Yes,
    }
}

fn replayed(args: &Args) -> Result<(Replay, Checked), Failure> {
    let standard_input = Path::new("-");
    let paths = args.entries.iter().chain([&args.policy]);
    let read = paths.filter(|path| path.as_path() == standard_input).count();
    if read + usize::from(args.assumed.reads_standard_input()) > 1 {
        return Err(Failure::StandardInputTwice);
    }
    let checked = policy(&args.policy)?;
    let Some(policy) = &checked.document.policy else {
        return Err(PolicyFailure::Invalid { file: checked.file }.into());
    };
    let past: Vec<Dated> = history::past(&args.history)?;
    let evidence = args.assumed.evidence(&[policy])?;
    let system = args.assumed.system()?;
    let replayer = Replayer::new(policy, &system, evidence, &past).with_pod(args.whereabouts.pod());
    let verifier = Verifier::default();
    let replay = with_progress(exports::size(&args.entries), |progress| {
        replay::replay(exports::sources(&args.entries, |bytes| progress.read(bytes))?, &replayer, &verifier, progress)
    });
    // Nobody cancels it here.
    let replay = replay?.unwrap_or_default();
    let files = || args.entries.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    match replay.entries() {
        0 => Err(Failure::Empty { files: files() }),
        entries if !replay.has_admissions() => Err(Failure::NoAdmission { files: files(), entries }),
        _ => Ok((replay, checked)),
    }
}

/// How often the count on the terminal moves.
const TICK: Duration = Duration::from_millis(100);

/// Does the work, and shows on a terminal how far it is; an interrupt ends the whole process.
fn with_progress<T: Send>(size: Option<u64>, work: impl FnOnce(&Progress) -> T + Send) -> T {
    let progress = Progress::default();
    if !io::stderr().is_terminal() {
        return work(&progress);
    }
    std::thread::scope(|scope| {
        let progress = &progress;
        let worker = scope.spawn(move || work(progress));
        let mut shown = false;
        while !worker.is_finished() {
            std::thread::park_timeout(TICK);
            terminal::eprint(&format!("\r{} ", told(progress, size)));
            shown = true;
        }
        if shown {
            terminal::eprint("\r\u{1b}[K");
        }
        match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn told(progress: &Progress, size: Option<u64>) -> String {
    let entries = progress.entries();
    match size.filter(|size| *size > 0) {
        Some(size) => format!("replayed {entries} entries, {} %", progress.bytes().min(size) * 100 / size),
        None => format!("replayed {entries} entries"),
    }
}
