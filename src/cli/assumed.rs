//! What is taken to be known besides the policy: attestations and the service's system policy. `simulate`, `explain`,
//! `review` and `replay` take it alike. What is not given is not known.

use std::path::{Path, PathBuf};

use super::check::policy_file::{self, Checked};
use super::input::InputError;
use super::terminal::complain;
use domain::admission::{AttestorEvidence, Evidence, Fact, Facts};
use domain::name::AttestorName;
use domain::policy::Policy;
use domain::system_policy::SystemPolicy;

/// Attestations and the system policy.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Assumed {
    /// Assume that this attestor (its name, or the id alone if the policy has one of that id) attested every digest,
    /// and those that are not named none; may be repeated. Without it only those attestations are known of which the
    /// input itself tells
    #[arg(long = "attested-by", value_name = "ATTESTOR")]
    attested_by: Vec<String>,
    /// Assume that nothing is attested
    #[arg(long, conflicts_with = "attested_by")]
    unattested: bool,
    /// The service's own system policy, as `gcloud alpha container binauthz policy export-system-policy` prints it.
    /// Without it only the documented part is known
    #[arg(long, value_name = "FILE")]
    system_policy: Option<PathBuf>,
}

/// Why what was given cannot be taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum AssumedFailure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(
        "{file}: no system policy: expected what `gcloud alpha container binauthz policy export-system-policy` prints"
    )]
    SystemPolicy { file: String },
    #[error("several attestors have the id {id:?}: write the whole name, {known}")]
    AmbiguousAttestor { id: String, known: String },
}

impl Assumed {
    /// Whether the system policy is read from standard input.
    pub(super) fn reads_standard_input(&self) -> bool {
        self.system_policy.as_deref() == Some(Path::new("-"))
    }

    /// The system policy that was given, or what is documented of it.
    pub(super) fn system(&self) -> Result<SystemPolicy, AssumedFailure> {
        let Some(path) = &self.system_policy else { return Ok(SystemPolicy::Documented) };
        let Checked { file, document, .. } = policy_file::load(path, policy_file::Kind::Singleton)?;
        match document.policy {
            Some(policy) => Ok(SystemPolicy::Service(policy)),
            None => Err(AssumedFailure::SystemPolicy { file }),
        }
    }

    /// What is known of the attestors of these policies. One that they do not ask may be a fact about the world, or
    /// misspelt: it is said, and then nothing is assumed of those that are not named.
    pub(super) fn evidence(&self, policies: &[&Policy]) -> Result<Evidence, AssumedFailure> {
        if self.attested_by.is_empty() && !self.unattested {
            return Ok(Evidence::default());
        }
        let named = policies.iter().flat_map(|policy| policy.attestors());
        let mut known: Vec<AttestorName> = named.filter_map(|name| name.parse().ok()).collect();
        known.sort();
        known.dedup();
        let mut evidence = Evidence::default();
        let mut are_all_asked = true;
        for text in &self.attested_by {
            let meant = attestor(text, &known)?;
            are_all_asked &= meant.is_some();
            evidence.assumed.extend(meant);
        }
        if !are_all_asked {
            return Ok(evidence);
        }
        evidence.attestors = known.into_iter().map(|name| (name, AttestorEvidence::AssumedNone)).collect();
        Ok(evidence)
    }
}

/// An attestor by its name, or by its id where the policies name one of that id; `None` where they do not ask it.
fn attestor(text: &str, known: &[AttestorName]) -> Result<Option<AttestorName>, AssumedFailure> {
    let meant: Vec<&AttestorName> = known.iter().filter(|name| name.id() == text || name.to_string() == text).collect();
    let list = |names: &[&AttestorName]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    match meant.as_slice() {
        [one] => Ok(Some((*one).clone())),
        [] => {
            let asked = match known {
                [] => "it asks no attestor".to_owned(),
                known => format!(
                    "it asks {}, and of those that are not named nothing is assumed",
                    list(&known.iter().collect::<Vec<_>>())
                ),
            };
            complain(&format_args!("no rule of the policy asks the attestor {text:?}, so it changes nothing: {asked}"));
            Ok(None)
        }
        several => Err(AssumedFailure::AmbiguousAttestor { id: text.to_owned(), known: list(several) }),
    }
}

/// What settles what is not known, in one line; `None` where nothing of it is.
pub(super) fn settled_by(open: Facts) -> Option<String> {
    let ways: Vec<&str> = open.iter().map(way).collect();
    (!ways.is_empty()).then(|| format!("not known is {open}; {} would settle it", ways.join(" with ")))
}

fn way(fact: Fact) -> &'static str {
    match fact {
        Fact::Cluster => "--cluster LOCATION.NAME",
        Fact::Namespace => "--namespace NS",
        Fact::ServiceAccount => "--service-account SA",
        Fact::ServiceIdentity => "--service-identity ID (or none)",
        Fact::Enforcement => "the annotation run.googleapis.com/binary-authorization of the service",
        Fact::Tag => "the digest instead of the tag",
        Fact::Attestations => "--attested-by ATTESTOR or --unattested",
        Fact::SystemPolicy => "--system-policy FILE",
    }
}
