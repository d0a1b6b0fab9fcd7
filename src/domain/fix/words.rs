//! Fixes in words: titles, and what changes.

use super::Fix;
use super::reach::place;
use super::step::{FixStep, NEW_KEY, Signer, shown};
use crate::admission::{BREAK_GLASS_LABEL, CLOUD_RUN_BREAK_GLASS_ANNOTATION, Platform};
use crate::image::ImageRef;
use crate::name::AttestorName;
use crate::policy::{EnforcementMode, EvaluationMode, RuleKind};

/// What is changed in a text, as one stretch of lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hunk {
    /// The line, from 1, where it begins in the text before.
    pub line: usize,
    pub removed: Vec<String>,
    pub added: Vec<String>,
}

impl Hunk {
    /// The lines from the first that differs to the last one.
    pub fn between(before: &str, after: &str) -> Self {
        let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let most = before.len().min(after.len()) - head;
        let tail = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
        let part = |lines: &[&str]| {
            lines.get(head..lines.len() - tail).unwrap_or_default().iter().map(|line| (*line).to_owned()).collect()
        };
        Self { line: head + 1, removed: part(&before), added: part(&after) }
    }
}

impl Fix {
    /// What is done, in a line.
    pub fn title(&self) -> String {
        let titles: Vec<String> = self.steps.iter().map(FixStep::title).collect();
        let text = titles.join(", then ");
        let mut chars = text.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
    }
}

impl FixStep {
    /// What is done, in a few words that begin small.
    pub fn title(&self) -> String {
        match self {
            Self::UseDigest { from, .. } => format!("deploy {from} by its digest"),
            Self::AllowPattern { pattern } => format!("allow {}", short(pattern)),
            Self::SetRule { kind, key, rule } if rule.enforcement_mode == EnforcementMode::DryRun => match kind {
                RuleKind::Default => "make the default rule a dry run".to_owned(),
                RuleKind::Cluster | RuleKind::Namespace | RuleKind::ServiceAccount | RuleKind::ServiceIdentity => {
                    format!("make the rule {} a dry run", whose(*kind, key))
                }
            },
            Self::SetRule { kind, key, rule } => match rule.evaluation_mode {
                EvaluationMode::RequireAttestation => {
                    format!("{} {}, that asks {}", own_rule(*kind), key, ids(&rule.require_attestations_by))
                }
                EvaluationMode::AlwaysAllow | EvaluationMode::AlwaysDeny => {
                    format!("{} {}, that admits everything", own_rule(*kind), key)
                }
            },
            Self::BreakGlass { misplaced: Some(kind), .. } => {
                format!("move the break-glass label from the {kind} to its pod template")
            }
            Self::BreakGlass { misplaced: None, .. } => "break the glass".to_owned(),
            Self::AddKey { attestor, key: Some(known) } => {
                format!("add the key {} to {}", short(&known.key.id), attestor.id())
            }
            Self::AddKey { attestor, key: None } => format!("make a key and add it to {}", attestor.id()),
            Self::CreateNote { note } => format!("create the note {} again", note.id()),
            Self::CreateAttestor { attestor, note } => {
                format!("create the attestor {} again, on note {}", attestor.id(), note.id())
            }
            Self::Grant { attestor, note, .. } => {
                format!("grant the occurrences viewer role on {} ({})", note.id(), attestor.id())
            }
            Self::CorrectKeyId { attestor, .. } => {
                format!("attest again for {} with the same signature under its right key id", attestor.id())
            }
            Self::CopyAttestation { attestor, attestation, .. } => {
                format!("copy the attestation on {} to the note of {}", attestation.note.id(), attestor.id())
            }
            Self::Attest { attestor, image, again, held, .. } => {
                let verb = if *again { "sign the right payload" } else { "attest" };
                format!("{verb} with {}{}: {}", attestor.id(), whether_held(held.as_deref()), short(&shown(image)))
            }
        }
    }

    /// What is changed: `pod`, `policy`, `attestor`, `note` or `attestation`.
    pub fn target(&self) -> &'static str {
        match self {
            Self::UseDigest { .. } | Self::BreakGlass { .. } => "pod",
            Self::AllowPattern { .. } | Self::SetRule { .. } => "policy",
            Self::AddKey { .. } | Self::CreateAttestor { .. } => "attestor",
            Self::Grant { .. } | Self::CreateNote { .. } => "note",
            Self::CorrectKeyId { .. } | Self::CopyAttestation { .. } | Self::Attest { .. } => "attestation",
        }
    }

    /// Exactly what changes, in a sentence without its full stop.
    pub fn change(&self) -> String {
        match self {
            Self::UseDigest { from, to } => format!("image: {from} becomes {}", shown(to)),
            Self::AllowPattern { pattern } => format!("admissionWhitelistPatterns: one more, {pattern}"),
            Self::SetRule { kind, key, rule } => format!(
                "{}{}: {}, {}",
                kind.field(),
                if key.is_empty() { String::new() } else { format!("[{key}]") },
                rule.evaluation_mode.as_str(),
                rule.enforcement_mode.as_str()
            ),
            Self::BreakGlass { platform: Platform::Gke, .. } => {
                format!("label {BREAK_GLASS_LABEL}: \"true\" of the pod (of the pod template for a workload)")
            }
            Self::BreakGlass { platform: Platform::CloudRun, .. } => {
                format!("annotation {CLOUD_RUN_BREAK_GLASS_ANNOTATION} of the service, with a justification")
            }
            Self::AddKey { attestor, key } => {
                format!("{attestor} trusts {}", key.as_ref().map_or("a new key", |known| known.key.id.as_str()))
            }
            Self::CreateNote { note } => format!("{note}, of kind ATTESTATION, without attestations"),
            Self::CreateAttestor { attestor, note } => format!("{attestor} on {note}, without keys"),
            Self::Grant { note, service_account, .. } => format!(
                "serviceAccount:{service_account} gets roles/containeranalysis.notes.occurrences.viewer on {note}"
            ),
            Self::CorrectKeyId { attestation, signature, key_id, .. } => {
                let found = attestation.signatures.get(*signature).map_or("", |s| s.public_key_id.as_str());
                format!("a copy of {} with publicKeyId {key_id} instead of {found}", attestation.name)
            }
            Self::CopyAttestation { attestation, note, .. } => {
                format!("a copy of {} on {note}: the same payload, signature and key id", attestation.name)
            }
            Self::Attest { image, note, .. } => {
                let note = note.as_ref().map(|note| format!(" on {note}")).unwrap_or_default();
                format!("an attestation of {}{note}", shown(image))
            }
        }
    }
}

impl FixStep {
    /// Who can do it, where it cannot be done from here; a line each.
    pub fn who(&self) -> Vec<String> {
        let Self::Attest { held: Some(held), signers, attestor, note, .. } = self else { return Vec::new() };
        if !held.is_empty() {
            return Vec::new();
        }
        let mut lines: Vec<String> = signers.iter().map(signer).collect();
        if attestor.id() == CLOUD_BUILD {
            lines.insert(0, "Cloud Build: it attests what it builds, by this attestor".to_owned());
        }
        if lines.is_empty() {
            lines.push(format!("whoever has a key of {attestor}: which keys it has is not known"));
        }
        let note = note.as_ref().map_or("its note".to_owned(), ToString::to_string);
        lines.push(format!("the role roles/containeranalysis.notes.attacher on {note} is needed too"));
        lines
    }
}

/// The attestor that Cloud Build makes and keeps, by this id in every project.
const CLOUD_BUILD: &str = "built-by-cloud-build";

fn signer(key: &Signer) -> String {
    match key.kms_version() {
        Some(version) => format!("whoever may sign with the Cloud KMS key {version} (roles/cloudkms.signerVerifier)"),
        None if key.comment.is_empty() => format!("whoever has the private half of {}", key.id),
        None => format!("whoever has the private half of {} ({})", key.id, key.comment),
    }
}

fn whether_held(held: Option<&[String]>) -> &'static str {
    match held {
        None => "",
        Some([]) => " (none of its keys is here)",
        Some(held) if held.iter().all(|key| key == NEW_KEY) => "",
        Some(_) => " (a key of it is here)",
    }
}

fn own_rule(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Default => "a default rule",
        RuleKind::Cluster => "a rule for cluster",
        RuleKind::Namespace => "a rule for namespace",
        RuleKind::ServiceAccount => "a rule for service account",
        RuleKind::ServiceIdentity => "a rule for service identity",
    }
}

fn whose(kind: RuleKind, key: &str) -> String {
    let place = place(kind, key);
    place.split(',').next().unwrap_or_default().to_owned()
}

fn ids(names: &[String]) -> String {
    let id = |name: &String| name.parse::<AttestorName>().map_or(name.clone(), |name| name.id().to_owned());
    names.iter().map(id).collect::<Vec<_>>().join(" and ")
}

/// An image or key id with a digest or fingerprint cut to what tells it apart.
fn short(text: &str) -> String {
    if let Ok(image) = text.parse::<ImageRef>()
        && let Some(digest) = image.digest()
    {
        return format!("{}@sha256:{}…", image.name(), digest.short(12));
    }
    let is_fingerprint = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_fingerprint { format!("…{}", text.get(24..).unwrap_or_default()) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("a\nb\nc\n", "a\nx\nc\n", 2, &["b"], &["x"])]
    #[case("a\nb\n", "a\nn\nb\n", 2, &[], &["n"])]
    #[case("a\na\n", "a\na\na\n", 3, &[], &["a"])]
    #[case("", "a\n", 1, &[], &["a"])]
    #[case("a\n", "a\n", 2, &[], &[])]
    fn hunks(
        #[case] before: &str,
        #[case] after: &str,
        #[case] line: usize,
        #[case] removed: &[&str],
        #[case] added: &[&str],
    ) {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let expected = Hunk { line, removed: owned(removed), added: owned(added) };
        assert_eq!(Hunk::between(before, after), expected);
    }
}
