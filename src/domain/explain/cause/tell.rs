//! How to tell one possible cause from the others: a command that only reads, and what it shows where the cause is so.
//!
//! The commands are gcloud's (`docs/binary-authorization.md`, "Codelab commands"); they take the names of
//! the message, and there is none where the message does not have what they need.

use super::diagnosis::CauseKind;
use crate::command::shell::Shell;
use crate::explain::message::{Finding, Refusal};
use crate::image::ImageRef;
use crate::name::AttestorName;

/// A command, and what it shows where the cause is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tell {
    pub command: String,
    /// Goes on after *which*.
    pub shows: &'static str,
}

/// How to tell this cause from the others that are behind the same finding.
pub fn tell(kind: CauseKind, case: &Refusal, finding: &Finding) -> Option<Tell> {
    let attestor: Option<AttestorName> = finding.attestor.as_ref().and_then(|name| name.parse().ok());
    let digested =
        || finding.image.as_deref().filter(|image| image.parse::<ImageRef>().is_ok_and(|i| i.digest().is_some()));
    let (command, shows) = match kind {
        CauseKind::NoAttestation => (own(attestor.as_ref()?, Some(digested()?), ""), "prints nothing"),
        CauseKind::OtherDigest => (own(attestor.as_ref()?, None, ""), "has other digests of the same repository"),
        CauseKind::OtherNote => (anywhere(attestor.as_ref()?, digested()?), "has the digest on another note"),
        CauseKind::Delay => {
            (own(attestor.as_ref()?, Some(digested()?), ""), "has the attestation, newer than the refusal")
        }
        CauseKind::Payload => (payload(attestor.as_ref()?, digested()?), "prints a difference"),
        CauseKind::KeyId => (describe(attestor.as_ref()?), "has no key of the attestation's id"),
        CauseKind::Algorithm => (describe(attestor.as_ref()?), "has the key with another algorithm"),
        CauseKind::NoKeys => (describe(attestor.as_ref()?), "has no public keys"),
        CauseKind::AttestorMissing => (describe(attestor.as_ref()?), "says NOT_FOUND"),
        CauseKind::Grant => {
            (grant(attestor.as_ref()?), "does not grant roles/containeranalysis.notes.occurrences.viewer to it")
        }
        CauseKind::RuleDeniesAll => (export(case), "has ALWAYS_DENY in the rule that decided"),
        CauseKind::NoAttestors => (export(case), "has no requireAttestationsBy in the rule that decided"),
        CauseKind::KeyMisspelt => (export(case), "has a key that is nearly the right one"),
        CauseKind::PatternMisses => (export(case), "has a pattern that nearly covers the image"),
        CauseKind::SystemPolicyOff => (export(case), "has no globalPolicyEvaluationMode: ENABLE"),
        CauseKind::Tag => (export(case), "has REQUIRE_ATTESTATION in the rule that decided"),
        // Told by the message or proven, or nobody knows how.
        CauseKind::AdmittedNow
        | CauseKind::Enforcer
        | CauseKind::NoteMissing
        | CauseKind::KeyRevoked
        | CauseKind::Signature
        | CauseKind::NotSigned
        | CauseKind::Check
        | CauseKind::NotWatched
        | CauseKind::Elsewhere
        | CauseKind::Unknown => return None,
    };
    Some(Tell { command, shows })
}

fn quoted(text: &str) -> String {
    Shell::Posix.quoted(text)
}

const BINAUTHZ: &str = "gcloud container binauthz";

/// The attestations that the attestor reads.
fn own(attestor: &AttestorName, image: Option<&str>, more: &str) -> String {
    let (id, project) = (quoted(attestor.id()), quoted(attestor.project()));
    let url = image.map_or_else(String::new, |image| format!(" --artifact-url={}", quoted(image)));
    format!("{BINAUTHZ} attestations list --attestor={id} --attestor-project={project}{url}{more}")
}

/// The attestations of the image on any note of the project.
fn anywhere(attestor: &AttestorName, image: &str) -> String {
    let project = quoted(attestor.project());
    format!("{BINAUTHZ} attestations list --project={project} --artifact-url={}", quoted(image))
}

fn describe(attestor: &AttestorName) -> String {
    format!("{BINAUTHZ} attestors describe {} --project={}", quoted(attestor.id()), quoted(attestor.project()))
}

/// Compares what was signed with the payload that the service wants.
fn payload(attestor: &AttestorName, image: &str) -> String {
    let signed = own(attestor, Some(image), " --format='value(attestation.serializedPayload)'");
    let wanted = format!("{BINAUTHZ} create-signature-payload --artifact-url={}", quoted(image));
    format!("{wanted} | diff - <({signed} | base64 -d)")
}

/// Who may read the attestations on the attestor's note.
fn grant(attestor: &AttestorName) -> String {
    let note = format!("{} --format='value(userOwnedGrafeasNote.noteReference)'", describe(attestor));
    format!(
        "curl -X POST -H \"Authorization: Bearer $(gcloud auth print-access-token)\" \
         \"https://containeranalysis.googleapis.com/v1/$({note}):getIamPolicy\""
    )
}

fn export(case: &Refusal) -> String {
    let project = &case.subject.project;
    let project = if project.is_empty() { String::new() } else { format!(" --project={}", quoted(project)) };
    format!("{BINAUTHZ} policy export{project}")
}
