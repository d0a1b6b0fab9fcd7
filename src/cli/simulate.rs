//! `countersign simulate`: decides whether a pod would be admitted under a policy, and says why.
//!
//! Exit code: 0 admitted, 1 denied, 2 the input could not be used (also: the policy is not valid),
//! 3 not decided. Nothing is looked up: attestations are those that `--attested-by` assumes.

mod human;
mod json;
mod question;

use std::io;
use std::path::PathBuf;

use clap::ValueEnum;

use super::answer::{Format, PolicyFailure, policy, printed};
use super::check::Checked;
use super::input::InputError;
use super::styles::Styles;
use super::terminal::complain;
use crate::cli::exit::Exit;
use domain::admission::{CompiledPolicy, Decision, Evidence, Outcome, Platform, Request, evaluate};
use domain::document::Document;
use domain::fix::{Denial, Fix, FixFacts, fixes};
use domain::image::{Digest, ImageRef};
use domain::name::ClusterKey;
use domain::policy::Policy;
use domain::system_policy;
use files::manifest::ManifestError;
use signing::openpgp::Verifier;

/// Decide whether a pod would be admitted under a policy, and say why.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["images", "pod"]))]
pub struct Args {
    /// The policy (.yaml, .yml or .json); `-` is standard input
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// An image of the pod, exactly as its spec would say it; may be repeated
    #[arg(long = "image", value_name = "REF")]
    images: Vec<String>,
    /// A pod, or a workload with a pod template, in YAML or JSON; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pod: Option<PathBuf>,
    /// Which pod, where the manifest has several: `NAME`, `KIND/NAME`, or its number from 1
    #[arg(long, value_name = "NAME", requires = "pod")]
    pod_name: Option<String>,
    /// The cluster, as the policy's rules name it
    #[arg(long, value_name = "LOCATION.NAME")]
    cluster: Option<ClusterKey>,
    /// The namespace [default: the manifest's, or `default`]
    #[arg(long, value_name = "NS")]
    namespace: Option<String>,
    /// The Kubernetes service account [default: the manifest's, or `default`]
    #[arg(long, value_name = "SA")]
    service_account: Option<String>,
    /// The mesh identity: `[spiffe://]DOMAIN/ns/NS/sa/SA`
    #[arg(long, value_name = "ID")]
    service_identity: Option<String>,
    /// A label of the pod, added to the manifest's; may be repeated
    #[arg(long = "label", value_name = "K=V", value_parser = key_value)]
    labels: Vec<(String, String)>,
    /// An annotation of the pod, added to the manifest's; may be repeated
    #[arg(long = "annotation", value_name = "K=V", value_parser = key_value)]
    annotations: Vec<(String, String)>,
    /// Where the pod would run [default: the manifest's, or `gke`]
    #[arg(long, value_enum)]
    platform: Option<PlatformName>,
    /// Assume a valid attestation of each image's digest by this attestor (its name, or the id alone
    /// if the policy has one of that id); may be repeated
    #[arg(long = "attested-by", value_name = "ATTESTOR")]
    attested_by: Vec<String>,
    /// What Cloud Run resolves the image's tag to
    #[arg(long, value_name = "sha256:…")]
    resolved_digest: Option<Digest>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlatformName {
    Gke,
    CloudRun,
}

impl From<PlatformName> for Platform {
    fn from(name: PlatformName) -> Self {
        match name {
            PlatformName::Gke => Self::Gke,
            PlatformName::CloudRun => Self::CloudRun,
        }
    }
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Policy(#[from] PolicyFailure),
    #[error("{file}: {error}")]
    Manifest { file: String, error: ManifestError },
    #[error("{file}: {count} pods in one manifest; choose one with --pod-name: {names}")]
    SeveralPods { file: String, count: usize, names: String },
    #[error("{file}: no pod of the manifest is {name:?}; it has {names}")]
    NoSuchPod { file: String, name: String, names: String },
    #[error("standard input can be the policy or the pod, not both")]
    StandardInputTwice,
    #[error("an image is empty")]
    EmptyImage,
    #[error("no rule of the policy names an attestor {id:?}; it names {known}")]
    UnknownAttestor { id: String, known: String },
    #[error("several attestors of the policy have the id {id:?}: write the whole name, {known}")]
    AmbiguousAttestor { id: String, known: String },
    #[error("--resolved-digest is for --platform cloud-run: GKE takes the image as it stands in the pod")]
    ResolvedOnGke,
    #[error("--resolved-digest names one digest, and {count} images have none: simulate one at a time")]
    SeveralToResolve { count: usize },
    #[error("--resolved-digest is given, and no image needs one")]
    NothingToResolve,
}

impl Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Policy(PolicyFailure::Platform { .. }) => Exit::Undecided,
            _ => Exit::Unusable,
        }
    }
}

/// What was asked, and the answer.
struct Answer {
    checked: Checked,
    decision: Decision,
    /// What would admit a pod that is denied, those that let in the least first.
    fixes: Vec<Fix>,
}

pub(super) fn run(args: &Args) -> Exit {
    let answer = match answer(args) {
        Ok(answer) => answer,
        Err(failure) => {
            complain(&failure);
            return failure.exit();
        }
    };
    let text = match args.format {
        Format::Human => human::report(&answer, Styles::of(&io::stdout())),
        Format::Json => json::report(&answer),
    };
    printed(&text, exit(answer.decision.outcome))
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
    let decision = decide(policy, &request, &evidence);
    let fixes = would_admit(&checked.document, &request, &evidence);
    Ok(Answer { checked, decision, fixes })
}

fn decide(policy: &Policy, request: &Request, evidence: &Evidence) -> Decision {
    let compiled = CompiledPolicy::new(policy, &system_policy::documented("global"));
    evaluate(&compiled, request, evidence, &Verifier::default())
}

fn would_admit(document: &Document, request: &Request, evidence: &Evidence) -> Vec<Fix> {
    let system = system_policy::documented("global");
    let verify = Verifier::default();
    fixes(&Denial { document, system: &system, request, evidence, verify: &verify }, &FixFacts::default())
}
