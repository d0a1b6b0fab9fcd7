//! `countersign review OLD NEW`: what a change of the policy lets in and locks out.
//!
//! Exit code: 1 if something that `--fail-on` names was found, 3 if nothing of it was and something that could be of it is
//! undecided, 2 if the input could not be used, else 0.

mod human;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;

use super::answer::{PolicyFailure, policy, print, refuse};
use super::assumed::{Assumed, AssumedFailure};
use super::check::policy_file::Checked;
use super::input::{self, InputError};
use super::styles::Styles;
use super::terminal;
use super::whereabouts::Whereabouts;
use crate::cli::exit::Exit;
use crate::runtime::review::{self, Progress};
use domain::admission::{Platform, Request};
use domain::inventory::InventoryItem;
use domain::review::{Comparison, Review, Reviewer, Source, Standing, json, markdown, sarif};
use files::inventory::{self, Defaults, InventoryError};
use signing::openpgp::Verifier;

/// Compare two policies: what the new one lets in and locks out, exactly and over an inventory.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The policy as it is
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The policy as it would be
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// What to ask both about: one image a line, requests as JSON lines, or what
    /// `kubectl get pods -A -o json` prints; `-` is standard input
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// End with exit code 1 if one of these is found, with 3 if none is and something is undecided
    #[arg(long, value_enum, value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    #[command(flatten)]
    whereabouts: Whereabouts,
    /// Where images that come without a pod would run
    #[arg(long, value_enum, default_value = "gke")]
    platform: PlatformName,
    #[command(flatten)]
    assumed: Assumed,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    NewlyDenied,
    NewlyAdmitted,
    Undecided,
    /// The two policies decide anything whatever differently, in the inventory or not
    Difference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlatformName {
    Gke,
    CloudRun,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    #[default]
    Human,
    Json,
    /// For a pull request or a ticket
    Markdown,
    /// SARIF 2.1.0
    Sarif,
}

/// Why nothing was reviewed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Policy(#[from] PolicyFailure),
    #[error(transparent)]
    Assumed(#[from] AssumedFailure),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{file}: {error}")]
    Inventory { file: String, error: InventoryError },
    #[error("standard input can be one of the policies or the inventory, not several of them")]
    StandardInputTwice,
}

pub(super) fn run(args: &Args) -> Exit {
    match reviewed(args) {
        Ok((review, files)) => print(&report(args, &review, &files), exit(&args.fail_on, &review)),
        Err(failure) => refuse(&failure),
    }
}

fn exit(fail_on: &[FailOn], review: &Review) -> Exit {
    let found: Vec<Option<bool>> = fail_on.iter().map(|what| is_found(*what, review)).collect();
    match () {
        () if found.contains(&Some(true)) => Exit::No,
        () if found.contains(&None) => Exit::Undecided,
        () => Exit::Yes,
    }
}

/// Whether there is some of what was asked for; `None` where that is not known: what is undecided may be of any kind.
fn is_found(what: FailOn, review: &Review) -> Option<bool> {
    let is_decided = review.count(Standing::Undecided) == 0;
    let some = |standing| review.count(standing) > 0;
    match what {
        FailOn::NewlyDenied if some(Standing::NewlyDenied) => Some(true),
        FailOn::NewlyAdmitted if some(Standing::NewlyAdmitted) => Some(true),
        FailOn::NewlyDenied | FailOn::NewlyAdmitted | FailOn::Undecided => is_decided.then_some(false),
        FailOn::Difference => review.comparison.differs(),
    }
}

fn report(args: &Args, review: &Review, [old, new]: &[Checked; 2]) -> String {
    let documents = [Some(&old.document), Some(&new.document)];
    let sources = || [old, new].map(|checked| Source { file: &checked.file, document: Some(&checked.document) });
    match args.format {
        Format::Human => human::report(review, [old, new], Styles::for_stream(&io::stdout())),
        Format::Json => json(review, sources()),
        Format::Markdown => markdown(review, documents),
        Format::Sarif => sarif(review, sources()),
    }
}

fn reviewed(args: &Args) -> Result<(Review, [Checked; 2]), Failure> {
    let inputs = [Some(&args.old), Some(&args.new), args.inventory.as_ref()];
    let read = inputs.into_iter().flatten().filter(|path| path.as_path() == Path::new("-")).count();
    if read + usize::from(args.assumed.reads_standard_input()) > 1 {
        return Err(Failure::StandardInputTwice);
    }
    let files = [policy(&args.old)?, policy(&args.new)?];
    let [Some(old), Some(new)] = files.each_ref().map(|file| file.document.policy.as_ref()) else {
        // Both were looked at above.
        return Err(PolicyFailure::Invalid { file: String::new() }.into());
    };
    let system = args.assumed.system()?;
    let reviewer = Reviewer::new(old, new, &system);
    let items = Arc::new(items(args, &reviewer)?);
    let evidence = args.assumed.evidence(&[old, new])?;
    let verifier = Verifier::default();
    let rows = with_progress(items.len(), |progress| review::rows(&reviewer, &items, &evidence, &verifier, progress));
    let comparison = Comparison::new(old, new, &system);
    let documents = files.each_ref().map(|file| Some(&file.document));
    // Nobody cancels it here.
    let rows = rows.unwrap_or_default();
    Ok((Review::new(comparison, items, rows, &reviewer, (&evidence, &verifier), documents), files))
}

fn items(args: &Args, reviewer: &Reviewer) -> Result<Vec<InventoryItem>, Failure> {
    let Some(path) = &args.inventory else { return Ok(Vec::new()) };
    let platform = match args.platform {
        PlatformName::Gke => Platform::Gke,
        PlatformName::CloudRun => Platform::CloudRun,
    };
    let pod = Request { platform, ..args.whereabouts.pod() };
    let text = input::read(path, inventory::MAX_BYTES)?;
    let defaults = Defaults { pod, attestors: reviewer.attestors().to_vec() };
    let file = || path.display().to_string();
    inventory::parse(&text, &defaults).map_err(|error| Failure::Inventory { file: file(), error })
}

/// How often the count on the terminal moves.
const TICK: Duration = Duration::from_millis(100);

/// Does the work, and shows on a terminal how far it is; an interrupt ends the whole process.
fn with_progress<T: Send>(total: usize, work: impl FnOnce(&Progress) -> T + Send) -> T {
    let progress = Progress::default();
    if !io::stderr().is_terminal() {
        return work(&progress);
    }
    std::thread::scope(|scope| {
        let (done, is_done) = std::sync::mpsc::channel();
        let progress = &progress;
        let worker = scope.spawn(move || {
            let result = work(progress);
            let _ = done.send(());
            result
        });
        let mut shown = false;
        while is_done.recv_timeout(TICK).is_err() && !worker.is_finished() {
            terminal::eprint(&format!("\rreviewed {} of {total} ", progress.decided()));
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
