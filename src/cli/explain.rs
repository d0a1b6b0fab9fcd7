//! `countersign explain`: what a refusal says, and what can be behind it.
//!
//! Exit code: 0 explained, 1 the text was read and refuses nothing, 2 the input could not be used,
//! 3 not recognised: nothing is guessed about it.

mod human;
mod json;
mod report;

use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;

use self::report::{Answer, Explained};
use super::answer::{Format, PolicyFailure, policy, print, refuse};
use super::styles::Styles;
use super::terminal::complain;
use crate::cli::exit::Exit;
use domain::admission::{AttestorEvidence, CompiledPolicy, Evidence, Request, evaluate};
use domain::document::Document;
use domain::explain::cause::{PresentState, diagnose};
use domain::explain::message::{self, MAX_BYTES, Reading, Refusal};
use domain::fix::{self, Fix, FixFacts, fixes};
use domain::system_policy;
use signing::openpgp::Verifier;

/// Explain a refusal: a line of kubectl, an event, an error of Cloud Run, entries of the audit log.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The message, or whatever has it in it; `-`, or nothing, is standard input
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Ask this policy the same question again (.yaml, .yml or .json); attestations stay unknown
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Why nothing was explained.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Policy(#[from] PolicyFailure),
    #[error("standard input: {0}")]
    Standard(io::Error),
    #[error("standard input is not UTF-8 text: {0}")]
    Encoding(std::string::FromUtf8Error),
    #[error("there is no text to explain: give it as an argument, or pipe it in")]
    Empty,
    #[error("standard input can be the text or the policy, not both")]
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
    print(&text, exit(&answer.reading))
}

fn exit(reading: &Reading) -> Exit {
    if reading.is_explained() {
        Exit::Yes
    } else if reading.cases.is_empty() && reading.without_refusal > 0 {
        Exit::No
    } else {
        Exit::Undecided
    }
}

fn answer(args: &Args) -> Result<Answer, Failure> {
    let is_piped = args.text.as_deref().is_none_or(|text| text == "-");
    if is_piped && args.policy.as_deref() == Some("-".as_ref()) {
        return Err(Failure::StandardInputTwice);
    }
    let text = if is_piped { standard_input()? } else { args.text.clone().unwrap_or_default() };
    if text.trim().is_empty() {
        return Err(Failure::Empty);
    }
    let policy = args.policy.as_deref().map(policy).transpose()?;
    let reading = message::decode(&text);
    let asked = policy.as_ref().map(|checked| &checked.document);
    let cases = reading.cases.iter().map(|case| explain_case(case, asked)).collect();
    Ok(Answer { reading, cases, policy })
}

fn explain_case(case: &Refusal, document: Option<&Document>) -> Explained {
    let evidence = Evidence::default();
    let request = case.request();
    let can_ask = case.relative.is_none() && !request.images.is_empty();
    let document = document.filter(|_| can_ask);
    let again = document.and_then(|document| document.policy.as_ref()).map(|policy| {
        let compiled = CompiledPolicy::new(policy, &system_policy::documented_policy("global"));
        (policy, evaluate(&compiled, &request, &evidence, &Verifier::default()))
    });
    let state = again.as_ref().map(|(policy, decision)| PresentState { decision, policy, evidence: &evidence });
    let diagnoses = case.findings.iter().map(|finding| diagnose(case, finding, state.as_ref())).collect();
    let fixes = document.map(|document| would_admit(document, &request, case)).unwrap_or_default();
    Explained { case: case.clone(), diagnoses, again: again.map(|(_, decision)| decision), fixes }
}

/// The attestors that the message says refused are taken to have attested nothing.
fn would_admit(document: &Document, request: &Request, case: &Refusal) -> Vec<Fix> {
    let refused = case.findings.iter().filter_map(|finding| finding.attestor.as_ref()?.parse().ok());
    let attestors = refused.map(|name| (name, AttestorEvidence::AssumedNone)).collect();
    let evidence = Evidence { attestors, ..Evidence::default() };
    let (system, verify) = (system_policy::documented_policy("global"), Verifier::default());
    let case = fix::Denial { document, system: &system, request, evidence: &evidence, verify: &verify };
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
