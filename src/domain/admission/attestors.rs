//! Whether an attestor vouches for an image, from what is known of it.
//!
//! Keys of an attestor are alternatives, and so are attestations of an image; the attestors of a rule
//! are all needed (`resources.proto`, `AdmissionRule` and `UserOwnedGrafeasNote`).

use super::attestation_trace::attestation_check;
use super::attestor_fault::AttestorFault;
use super::check::AttestorCheck;
use super::compiled::RequiredAttestor;
use super::decision::AttestorOutcome;
use super::evidence::{Attestations, AttestorEvidence, Evidence};
use super::facts::{Fact, Facts};
use super::trace::{Check, Status};
use crate::attestation::{self, Attestation, Examined, NO_VALID_ATTESTATION, Verify};
use crate::attestor::{Attestor, PublicKey};
use crate::image::Digest;

/// The reason for an image without a digest: R2 of `docs/binary-authorization.md`, "Attestation reasons".
pub(super) const NO_DIGEST: &str = "Expected digest with sha256 scheme, but got tag or malformed digest";
/// The reason for an image without a digest, as the old enforcement path said it (R3).
pub(super) const NO_DIGEST_LEGACY: &str = "Attestor cannot attest to an image deployed by tag";
/// Why nothing is known of an attestor where a tag was not resolved.
const NOT_RESOLVED: &str = "the digest that it would have to be for is not known";
/// A trace stays readable, however many attestations there are.
const SHOWN: usize = 10;

/// The digest that attestations of an image would be for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Attested<'d> {
    Digest(&'d Digest),
    /// It is named by a tag, or by something that is no digest, and stays so.
    NoDigest,
    /// Cloud Run resolves its tag, and to what is not known.
    NotResolved,
}

impl<'d> Attested<'d> {
    pub(super) fn new(digest: Option<&'d Digest>) -> Self {
        digest.map_or(Self::NoDigest, Self::Digest)
    }
}

/// What is known, for one attestor and one image.
#[derive(Debug)]
pub(super) enum Judgement<'e> {
    NoDigest,
    Assumed,
    AssumedNone,
    /// Found out before, without the details.
    Surveyed(bool),
    NotFound,
    NotLookedAt,
    Unknown(&'e str),
    /// For which digest it would have to be is not known, and it could have attested some. Which it has is known, or
    /// is not.
    NotResolved {
        is_read: bool,
    },
    NoKeys,
    NotPermitted(&'e Attestor, &'e str),
    NoteMissing(&'e Attestor),
    AttestationsUnknown(&'e Attestor, &'e str),
    /// The attestations for the digest, up to the first that counts; and how many there are for others.
    Read {
        attestor: &'e Attestor,
        digest: &'e Digest,
        examined: Vec<(&'e Attestation, Examined)>,
        others: Vec<&'e Attestation>,
        /// The attestations for the digest that are on notes that no attestor reads, where there are no others.
        elsewhere: Vec<&'e Attestation>,
    },
}

impl<'e> Judgement<'e> {
    /// Judges by the first thing that decides: without a digest nothing else is looked at, and an
    /// attestor without keys attests nothing whatever is on its note.
    pub(super) fn new(
        required: &RequiredAttestor,
        attested: Attested<'e>,
        evidence: &'e Evidence,
        verify: &dyn Verify,
    ) -> Self {
        if matches!(attested, Attested::NoDigest) {
            return Self::NoDigest;
        }
        let Some(name) = &required.name else { return Self::NotFound };
        if evidence.assumed.contains(name) {
            return Self::Assumed;
        }
        let Attested::Digest(digest) = attested else { return Self::of_any_digest(evidence.attestors.get(name)) };
        if let Some(attested) = evidence.surveyed.get(name).and_then(|digests| digests.get(digest)) {
            return Self::Surveyed(*attested);
        }
        match evidence.attestors.get(name) {
            None => Self::NotLookedAt,
            Some(AttestorEvidence::NotFound) => Self::NotFound,
            Some(AttestorEvidence::AssumedNone) => Self::AssumedNone,
            Some(AttestorEvidence::NotReadable(why) | AttestorEvidence::Unknown(why)) => Self::Unknown(why),
            Some(AttestorEvidence::Found { attestor, .. }) if attestor.keys.is_empty() => Self::NoKeys,
            Some(AttestorEvidence::Found { attestor, attestations }) => {
                Self::from_attestations(attestor, attestations, digest, &evidence.as_if(verify)).with(evidence, digest)
            }
        }
    }

    /// Judges without a digest: what is so for every digest.
    fn of_any_digest(known: Option<&'e AttestorEvidence>) -> Self {
        match known {
            Some(AttestorEvidence::NotFound) => Self::NotFound,
            Some(AttestorEvidence::AssumedNone) => Self::AssumedNone,
            Some(AttestorEvidence::Found { attestor, .. }) if attestor.keys.is_empty() => Self::NoKeys,
            Some(AttestorEvidence::Found {
                attestor,
                attestations: Attestations::NotPermitted { service_account, .. },
            }) => Self::NotPermitted(attestor, service_account),
            Some(AttestorEvidence::Found { attestor, attestations: Attestations::NoteMissing }) => {
                Self::NoteMissing(attestor)
            }
            Some(AttestorEvidence::Found { attestations: Attestations::Read(_), .. }) => {
                Self::NotResolved { is_read: true }
            }
            None
            | Some(
                AttestorEvidence::NotReadable(_)
                | AttestorEvidence::Unknown(_)
                | AttestorEvidence::Found { attestations: Attestations::Unknown(_), .. },
            ) => Self::NotResolved { is_read: false },
        }
    }

    /// What may have been meant for the attestor, where it has nothing.
    fn with(mut self, evidence: &'e Evidence, digest: &Digest) -> Self {
        if let Self::Read { examined, elsewhere, .. } = &mut self
            && examined.is_empty()
        {
            elsewhere.extend(evidence.elsewhere_of(digest));
        }
        self
    }

    fn from_attestations(
        attestor: &'e Attestor,
        attestations: &'e Attestations,
        digest: &'e Digest,
        verify: &dyn Verify,
    ) -> Self {
        match attestations {
            Attestations::NotPermitted { service_account, .. } => Self::NotPermitted(attestor, service_account),
            Attestations::NoteMissing => Self::NoteMissing(attestor),
            Attestations::Unknown(why) => Self::AttestationsUnknown(attestor, why),
            Attestations::Read(list) => Self::read(attestor, list, digest, verify),
        }
    }

    fn read(attestor: &'e Attestor, list: &'e [Attestation], digest: &'e Digest, verify: &dyn Verify) -> Self {
        let (mut examined, mut others) = (Vec::new(), Vec::new());
        for attestation in list {
            if !attestation::is_for(&attestation.resource_uri, digest) {
                others.push(attestation);
                continue;
            }
            let result = attestation::examine(attestation, attestor, digest, verify);
            let accepted = result.accepted().is_some();
            examined.push((attestation, result));
            if accepted {
                break;
            }
        }
        Self::Read { attestor, digest, examined, others, elsewhere: Vec::new() }
    }

    /// Whether the attestor is satisfied; `None`: not known.
    pub(super) fn satisfied(&self) -> Option<bool> {
        match self {
            Self::Assumed => Some(true),
            Self::Surveyed(attested) => Some(*attested),
            Self::NotLookedAt | Self::Unknown(_) | Self::NotResolved { .. } | Self::AttestationsUnknown(..) => None,
            Self::Read { examined, .. } => Some(examined.last().is_some_and(|(_, result)| result.accepted().is_some())),
            Self::NoDigest
            | Self::AssumedNone
            | Self::NotFound
            | Self::NoKeys
            | Self::NotPermitted(..)
            | Self::NoteMissing(_) => Some(false),
        }
    }

    /// What is not known, where it is not known whether the attestor is satisfied.
    pub(super) fn open(&self) -> Facts {
        match self {
            Self::NotResolved { is_read: true } => Fact::Tag.into(),
            Self::NotResolved { is_read: false } => Facts::of_evidence(),
            _ => Fact::Attestations.into(),
        }
    }

    fn fault(&self) -> Option<AttestorFault> {
        Some(match self {
            Self::Assumed | Self::Surveyed(true) => return None,
            Self::Surveyed(false) => AttestorFault::NoneValid(Vec::new()),
            Self::NoDigest => AttestorFault::NoDigest,
            Self::AssumedNone => AttestorFault::NoAttestations,
            Self::NotFound => AttestorFault::NotFound,
            Self::NotLookedAt => AttestorFault::Unknown("it was not looked at".to_owned()),
            Self::NotResolved { .. } => AttestorFault::Unknown(NOT_RESOLVED.to_owned()),
            Self::Unknown(why) | Self::AttestationsUnknown(_, why) => AttestorFault::Unknown((*why).to_owned()),
            Self::NoKeys => AttestorFault::NoKeys,
            Self::NotPermitted(attestor, service_account) => AttestorFault::NotPermitted {
                service_account: (*service_account).to_owned(),
                note: attestor.note.clone(),
            },
            Self::NoteMissing(attestor) => AttestorFault::NoteMissing(attestor.note.clone()),
            Self::Read { .. } if self.satisfied() == Some(true) => return None,
            Self::Read { examined, .. } if examined.is_empty() => AttestorFault::NoAttestations,
            Self::Read { examined, .. } => {
                AttestorFault::NoneValid(examined.iter().filter_map(|(_, result)| result.fault().cloned()).collect())
            }
        })
    }

    /// What came out, for the decision. All faults but a missing digest have the same words in a cluster (that a
    /// missing grant has no words of its own is inferred: `docs/binary-authorization.md`, "Attestation reasons").
    pub(super) fn outcome(&self, name: &str) -> AttestorOutcome {
        let fault = self.fault();
        let reason = match &fault {
            None => String::new(),
            Some(AttestorFault::NoDigest) => NO_DIGEST.to_owned(),
            Some(AttestorFault::Unknown(why)) => why.clone(),
            Some(_) => NO_VALID_ATTESTATION.to_owned(),
        };
        let assumed = matches!(self, Self::Assumed | Self::AssumedNone);
        AttestorOutcome { name: name.to_owned(), satisfied: self.satisfied(), assumed, reason, fault }
    }

    /// The check of the attestor, for the trace.
    pub(super) fn trace(&self, required: &RequiredAttestor) -> Check {
        let status = match self.satisfied() {
            Some(true) => Status::Pass,
            Some(false) => Status::Fail,
            None => Status::Unknown,
        };
        Check::new(status, AttestorCheck::Attestor { name: required.text.clone() }).children(self.parts())
    }

    fn parts(&self) -> Vec<Check> {
        let (note, fail, unknown) = (Status::Note, Status::Fail, Status::Unknown);
        let (status, check) = match self {
            Self::NoDigest => (fail, AttestorCheck::NoDigest),
            Self::Assumed => (note, AttestorCheck::Assumed),
            Self::Surveyed(true) => (Status::Pass, AttestorCheck::Surveyed { attested: true }),
            Self::Surveyed(false) => (fail, AttestorCheck::Surveyed { attested: false }),
            Self::AssumedNone => (fail, AttestorCheck::AssumedNone),
            Self::NotFound => (fail, AttestorCheck::NotFound),
            Self::NotLookedAt => (unknown, AttestorCheck::NotLookedAt),
            Self::NotResolved { .. } => (unknown, AttestorCheck::Unknown { why: NOT_RESOLVED.to_owned() }),
            Self::Unknown(why) => (unknown, AttestorCheck::Unknown { why: (*why).to_owned() }),
            Self::NoKeys => (fail, AttestorCheck::NoKeys),
            Self::NotPermitted(attestor, member) => {
                let service_account = (*member).to_owned();
                (fail, AttestorCheck::NotPermitted { note: attestor.note.clone(), service_account })
            }
            Self::NoteMissing(attestor) => (fail, AttestorCheck::NoteMissing { note: attestor.note.clone() }),
            Self::AttestationsUnknown(attestor, why) => {
                (unknown, AttestorCheck::AttestationsUnknown { note: attestor.note.clone(), why: (*why).to_owned() })
            }
            Self::Read { attestor, digest, examined, others, elsewhere } if examined.is_empty() => {
                return none_trace(attestor, digest, others, elsewhere);
            }
            Self::Read { attestor, examined, .. } => return read_trace(attestor, examined),
        };
        vec![Check::new(status, check)]
    }
}

fn none_trace(attestor: &Attestor, digest: &Digest, others: &[&Attestation], elsewhere: &[&Attestation]) -> Vec<Check> {
    let none = AttestorCheck::NoAttestations { note: attestor.note.clone(), digest: digest.clone() };
    let mut near = others_trace(others);
    let one = |other: &&Attestation| Check::new(Status::Note, AttestorCheck::OnOtherNote { note: other.note.clone() });
    near.extend(elsewhere.iter().take(SHOWN).map(one));
    vec![keys_trace(attestor), Check::new(Status::Fail, none).children(near)]
}

fn read_trace(attestor: &Attestor, examined: &[(&Attestation, Examined)]) -> Vec<Check> {
    // The one that counts is the last.
    let count = examined.len().saturating_sub(SHOWN);
    let more = (count > 0).then(|| Check::new(Status::Note, AttestorCheck::MoreNotCounting { count }));
    let examined = examined.iter().skip(count).map(|(attestation, result)| attestation_check(attestation, result));
    std::iter::once(keys_trace(attestor)).chain(more).chain(examined).collect()
}

/// The keys by which an attestation may be signed: any of them suffices.
fn keys_trace(attestor: &Attestor) -> Check {
    let key = |key: &PublicKey| {
        let algorithm = key.algorithm().to_owned();
        Check::new(Status::Note, AttestorCheck::Key { id: key.id.clone(), algorithm })
    };
    let keys = attestor.keys.iter().take(SHOWN).map(key).collect();
    Check::new(Status::Note, AttestorCheck::Keys { count: attestor.keys.len() }).children(keys)
}

/// What else is on the note: often the digest of another build, or of another platform's image.
fn others_trace(others: &[&Attestation]) -> Vec<Check> {
    let one = |other: &&Attestation| {
        Check::new(Status::Note, AttestorCheck::ForOtherDigest { resource_uri: other.resource_uri.clone() })
    };
    let count = others.len().saturating_sub(SHOWN);
    let rest = (count > 0).then(|| Check::new(Status::Note, AttestorCheck::MoreForOtherDigests { count }));
    others.iter().take(SHOWN).map(one).chain(rest).collect()
}
