//! `countersign explain`: what a refusal says, and what can be behind it.
//!
//! Exit code: 0 explained, 1 the text was read and refuses nothing, 2 the input could not be used,
//! 3 not recognised: nothing is guessed about it; or asked again, and what comes of it now is not known.

mod human;
mod json;
mod report;

use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;

use self::report::{Answer, Explained};
use super::answer::{Format, PolicyFailure, policy, print, refuse};
use super::assumed::{Assumed, AssumedFailure};
use super::styles::Styles;
use super::terminal::complain;
use super::whereabouts::Whereabouts;
use crate::cli::exit::Exit;
use domain::admission::{AttestorEvidence, CompiledPolicy, Evidence, Outcome, Request, evaluate};
use domain::document::Document;
use domain::explain::cause::{PresentState, diagnose};
use domain::explain::message::{self, MAX_BYTES, Open, Place, Refusal};
use domain::fix::{self, Fix, FixFacts, fixes};
use domain::system_policy::SystemPolicy;
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
    #[error("standard input: {0}")]
    Standard(io::Error),
    #[error("standard input is not UTF-8 text: {0}")]
    Encoding(std::string::FromUtf8Error),
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
    if cases.iter().any(is_open) {
        Exit::Undecided
    } else if reading.is_explained() {
        Exit::Yes
    } else if reading.cases.is_empty() && reading.without_refusal > 0 {
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
    let text = if is_piped { standard_input()? } else { args.text.clone().unwrap_or_default() };
    if text.trim().is_empty() {
        return Err(Failure::Empty);
    }
    let policy = args.policy.as_deref().map(policy).transpose()?;
    let reading = message::decode(&text);
    let own = policy.as_ref().and_then(|checked| checked.document.policy.as_ref());
    let known = Known {
        pod: args.whereabouts.pod(),
        clusters: args.whereabouts.clusters(),
        namespace: args.whereabouts.namespace().map(str::to_owned),
        system: args.assumed.system()?,
        evidence: args.assumed.evidence(&own.into_iter().collect::<Vec<_>>())?,
    };
    let asked = policy.as_ref().map(|checked| &checked.document);
    let cases = reading.cases.iter().map(|case| explain_case(case, asked, &known)).collect();
    Ok(Answer { reading, cases, policy })
}

/// What the flags say besides the text.
struct Known {
    pod: Request,
    clusters: Option<Vec<String>>,
    namespace: Option<String>,
    system: SystemPolicy,
    evidence: Evidence,
}

fn explain_case(case: &Refusal, document: Option<&Document>, known: &Known) -> Explained {
    let evidence = &known.evidence;
    let mut request = case.request();
    request.complete(&known.pod);
    let open = Open {
        clusters: known.clusters.as_deref(),
        namespace: known.namespace.as_deref(),
        policy: document.and_then(|document| document.policy.as_ref()),
        ..Open::default()
    };
    let elsewhere = match case.place(&open) {
        Place::Elsewhere(elsewhere) => Some(elsewhere),
        Place::Here | Place::NotSaid => None,
    };
    let can_ask = case.relative.is_none() && !request.images.is_empty() && elsewhere.is_none();
    let document = document.filter(|_| can_ask);
    let again = document.and_then(|document| document.policy.as_ref()).map(|policy| {
        let compiled = CompiledPolicy::new(policy, &known.system);
        (policy, evaluate(&compiled, &request, evidence, &Verifier::default()))
    });
    let is_here = case.is_tied(&open);
    let state = again.as_ref().map(|(policy, decision)| PresentState { decision, policy, evidence, is_here });
    let diagnoses = case.findings.iter().map(|finding| diagnose(case, finding, state.as_ref())).collect();
    let fixes = document.map(|document| would_admit(document, &request, case, known)).unwrap_or_default();
    Explained { case: case.clone(), elsewhere, diagnoses, again: again.map(|(_, decision)| decision), fixes }
}

/// The attestors that the message says refused are taken to have attested nothing.
fn would_admit(document: &Document, request: &Request, case: &Refusal, known: &Known) -> Vec<Fix> {
    let refused = case.findings.iter().filter_map(|finding| finding.attestor.as_ref()?.parse().ok());
    let mut evidence = known.evidence.clone();
    evidence.attestors.extend(refused.map(|name| (name, AttestorEvidence::AssumedNone)));
    let verify = Verifier::default();
    let case = fix::Denial { document, system: &known.system, request, evidence: &evidence, verify: &verify };
    fixes(&case, &FixFacts::default())
}

/// What is piped in; one byte more than is read tells that there is more. A character that was cut in two
/// at the end is left out.
fn standard_input() -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        complain(&"paste the message, and end it with ^D");
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(Failure::Standard)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) if error.utf8_error().error_len().is_none() => {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            String::from_utf8(bytes).map_err(Failure::Encoding)
        }
        Err(error) => Err(Failure::Encoding(error)),
    }
}
