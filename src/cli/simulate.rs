//! `countersign simulate`: decides whether a pod would be admitted under a policy, and says why.
//!
//! Exit code: 0 admitted, 1 denied, 2 the input could not be used (also: the policy is not valid),
//! 3 not decided. Nothing is looked up: what is not given is not known, and where it could turn the decision,
//! there is none.

mod args;
mod failure;
mod human;
mod json;
mod question;
mod report;

use std::io;

pub use self::args::Args;
use self::failure::Failure;
use self::report::Answer;
use super::answer::{Format, PolicyFailure, policy, print};
use super::styles::Styles;
use super::terminal::complain;
use crate::cli::exit::Exit;
use domain::admission::{CompiledPolicy, Evidence, Outcome, Request, evaluate};
use domain::document::Document;
use domain::fix::{Denial, Fix, FixFacts, fixes};
use domain::image::ImageRef;
use domain::system_policy::SystemPolicy;
use signing::openpgp::Verifier;

pub(super) fn run(args: &Args) -> Exit {
    let answer = match answer(args) {
        Ok(answer) => answer,
        Err(failure) => {
            complain(&failure);
            return failure.exit();
        }
    };
    let text = match args.format {
        Format::Human => human::report(&answer, Styles::for_stream(&io::stdout())),
        Format::Json => json::report(&answer),
    };
    print(&text, exit(answer.decision.outcome))
}

fn exit(outcome: Outcome) -> Exit {
    match outcome.admits() {
        Some(true) => Exit::Yes,
        Some(false) => Exit::No,
        None => Exit::Undecided,
    }
}

fn answer(args: &Args) -> Result<Answer, Failure> {
    let checked = policy(&args.policy)?;
    let Some(policy) = &checked.document.policy else {
        return Err(PolicyFailure::Invalid { file: checked.file }.into());
    };
    let request = question::request(args)?;
    let evidence = question::evidence(args, policy, &request)?;
    for image in request.images.iter().filter(|image| image.image.parse::<ImageRef>().is_err()) {
        complain(&format_args!("{:?} is no image reference: no node could pull it", image.image));
    }
    let system = args.assumed.system()?;
    let decision = evaluate(&CompiledPolicy::new(policy, &system), &request, &evidence, &Verifier::default());
    let fixes = would_admit(&checked.document, &system, &request, &evidence);
    Ok(Answer { checked, decision, fixes })
}

fn would_admit(document: &Document, system: &SystemPolicy, request: &Request, evidence: &Evidence) -> Vec<Fix> {
    let verify = Verifier::default();
    fixes(&Denial { document, system, request, evidence, verify: &verify }, &FixFacts::default())
}
