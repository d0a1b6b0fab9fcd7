//! `countersign explain`: what a refusal says, and what can be behind it.
//!
//! Exit code: 0 explained, 1 the text was read and refuses nothing, 2 the input could not be used,
//! 3 not recognised: nothing is guessed about it; or a part of it could not be read; or asked again, and what comes of it
//! now is not known.

mod human;
mod input;
mod json;
mod question;
mod report;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use self::question::{Asked, Depth, Known, explain_case, turn};
use self::report::{Answer, Explained};
use super::answer::{Format, PolicyFailure, policy, print, refuse};
use super::assumed::{Assumed, AssumedFailure};
use super::check::policy_file::Checked;
use super::styles::Styles;
use super::whereabouts::Whereabouts;
use crate::cli::exit::Exit;
use crate::runtime::history::{self, PastError};
use domain::admission::Outcome;
use domain::command::shell::Shell;
use domain::explain::change::{Change, ChangeKind, Changes};
use domain::explain::incident::Incident;
use domain::explain::message::{Reading, Recognised, decode};
use domain::explain::past::policy_changes;
use domain::policy_change::Dated;
use signing::openpgp::Verifier;

/// Explain a refusal: a line of kubectl, an event, an error of Cloud Run, entries of the audit log.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The message, or whatever has it in it; `-`, or nothing, is standard input
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Ask this policy the same question again (.yaml, .yml or .json)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Policies of the past, to say what changed before it and whether it would have been admitted until then: policies as
    /// gcloud exports them (with `updateTime`), the workbench's history (.jsonl), or a directory of either; may be repeated
    #[arg(long, value_name = "PATH")]
    history: Vec<PathBuf>,
    /// Of many refusals tell each in full too, behind what they have in common
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    whereabouts: Whereabouts,
    #[command(flatten)]
    assumed: Assumed,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Why nothing was explained.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Policy(#[from] PolicyFailure),
    #[error(transparent)]
    Assumed(#[from] AssumedFailure),
    #[error(transparent)]
    Past(#[from] PastError),
    #[error("standard input: {0}")]
    Standard(io::Error),
    #[error("there is no text to explain: give it as an argument, or pipe it in")]
    Empty,
    #[error("standard input can be the text or a policy, not several of them")]
    StandardInputTwice,
}

pub(super) fn run(args: &Args) -> Exit {
    let answer = match answer(args) {
        Ok(answer) => answer,
        Err(failure) => return refuse(&failure),
    };
    let text = match args.format {
        Format::Human => human::report(&answer, Styles::for_stream(&io::stdout())),
        Format::Json => json::report(&answer),
    };
    print(&text, exit(&answer))
}

fn exit(Answer { reading, cases, .. }: &Answer) -> Exit {
    let is_open = |explained: &Explained| explained.again.as_ref().is_some_and(|now| now.outcome == Outcome::Undecided);
    if cases.iter().any(is_open) || !reading.unread.is_empty() {
        Exit::Undecided
    } else if reading.is_explained() {
        Exit::Yes
    } else if reading.refuses_nothing() {
        Exit::No
    } else {
        Exit::Undecided
    }
}

fn answer(args: &Args) -> Result<Answer, Failure> {
    let is_piped = args.text.as_deref().is_none_or(|text| text == "-");
    let read = usize::from(args.policy.as_deref() == Some("-".as_ref()))
        + usize::from(args.assumed.reads_standard_input())
        + usize::from(is_piped);
    if read > 1 {
        return Err(Failure::StandardInputTwice);
    }
    let reading = match &args.text {
        Some(text) if !is_piped => argument(text),
        _ => input::standard().map_err(Failure::Standard)?,
    };
    let mut reading = reading.ok_or(Failure::Empty)?;
    let policy = args.policy.as_deref().map(policy).transpose()?;
    let past = history::past(&args.history)?;
    let own = policy.as_ref().and_then(|checked| checked.document.policy.as_ref());
    let known = Known {
        pod: args.whereabouts.pod(),
        clusters: args.whereabouts.clusters(),
        namespace: args.whereabouts.namespace().map(str::to_owned),
        system: args.assumed.system()?,
        evidence: args.assumed.evidence(&own.into_iter().collect::<Vec<_>>())?,
        verify: Verifier::default(),
    };
    let changes = changes(&mut reading, policy.as_ref(), &past);
    let incident = Incident::of(&reading.cases, changes);
    let turns = incident.causes.iter().map(|cause| turn(cause, &reading.cases, &past, &known)).collect();
    let asked = policy.as_ref().and_then(|checked| Asked::new(&checked.document, &known.system));
    let first: BTreeSet<usize> = incident.causes.iter().filter_map(|cause| cause.cases.first().copied()).collect();
    let is_whole = |number: &usize| args.all || args.format == Format::Json || first.contains(number);
    let told = reading.cases.iter().take(MAX_TOLD).enumerate().map(|(number, case)| {
        let depth = if is_whole(&number) { Depth::Whole } else { Depth::Causes };
        explain_case(case, asked.as_ref(), &known, depth)
    });
    let cases: Vec<Explained> = told.collect();
    if reading.cases.len() > cases.len() {
        let count = reading.cases.len() - cases.len();
        reading.unknown.push(format!("what can be behind {count} more refusals: they are counted, and not looked at"));
    }
    Ok(Answer { reading, cases, policy, incident, turns, all: args.all })
}

/// What the text of the command line says. Who gives a file's name there means what is in the file.
fn argument(text: &str) -> Option<Reading> {
    if text.trim().is_empty() {
        return None;
    }
    let mut reading = decode(text);
    if !reading.is_explained() && Path::new(text).is_file() {
        let hint =
            format!("`{text}` is a file; for what is in it: countersign explain - < {}", Shell::Posix.quoted(text));
        reading.unknown = vec![hint];
        reading.recognised = Recognised::default();
    }
    Some(reading)
}

/// More refusals than this are counted, and not looked at one by one.
const MAX_TOLD: usize = 500;

/// What the text and the flags tell of changes: entries of the audit log, the time of the policy, the policies of the past.
fn changes(reading: &mut Reading, policy: Option<&Checked>, past: &[Dated]) -> Changes {
    let mut all = std::mem::take(&mut reading.changes);
    let mut looked_at = Vec::new();
    if !all.is_empty() {
        looked_at.push("the audit log");
    }
    if !past.is_empty() {
        looked_at.push("the policies of the past");
        all.extend(policy_changes(past));
    } else if let Some(checked) = policy
        && let Some(at) = checked.document.policy.as_ref().and_then(|policy| policy.update_time.as_ref()?.parse().ok())
    {
        looked_at.push("the policy");
        let what = format!("{} was made then; what it changed is not known", checked.file);
        all.push(Change { at, kind: ChangeKind::Policy, what, author: None });
    }
    Changes::new(all, looked_at)
}
