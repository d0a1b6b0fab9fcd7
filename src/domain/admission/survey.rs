//! Many images at once: who attested which, without the details that one decision has.

use std::collections::{BTreeSet, HashMap};

use super::evidence::{Attestations, AttestorEvidence, Evidence};
use crate::attestation::{self, AsIf, Attestation, Verify};
use crate::attestor::Attestor;
use crate::image::Digest;
use crate::name::AttestorName;

impl Evidence {
    /// The evidence with each attestation examined once: what came out for each digest, instead of the attestations
    /// themselves. For the attestors in `incomplete` not all of them were read, so that a digest for which none counts
    /// stays unknown.
    #[must_use]
    pub fn survey(self, digests: &BTreeSet<Digest>, incomplete: &BTreeSet<AttestorName>, verify: &dyn Verify) -> Self {
        let (mut surveyed, mut attestors) = (self.surveyed, self.attestors);
        let verify = &AsIf { verify, at: self.at, expired: &self.expired };
        for (name, found) in &mut attestors {
            let AttestorEvidence::Found { attestor, attestations: Attestations::Read(list) } = found else { continue };
            let by_digest = by_digest(list);
            let is_whole = !incomplete.contains(name);
            let answers = surveyed.entry(name.clone()).or_default();
            for digest in digests {
                let attested = counts(by_digest.get(digest.as_str()), attestor, digest, verify);
                if attested || is_whole {
                    answers.insert(digest.clone(), attested);
                }
            }
            *found = AttestorEvidence::Unknown("its attestations of this image were not read".to_owned());
        }
        Self { attestors, surveyed, ..self }
    }
}

fn by_digest(list: &[Attestation]) -> HashMap<&str, Vec<&Attestation>> {
    let mut by_digest: HashMap<&str, Vec<&Attestation>> = HashMap::new();
    for attestation in list {
        if let Some((_, digest)) = attestation.resource_uri.rsplit_once('@') {
            by_digest.entry(digest).or_default().push(attestation);
        }
    }
    by_digest
}

/// Whether one of the attestations counts; an attestor without keys attests nothing.
fn counts(list: Option<&Vec<&Attestation>>, attestor: &Attestor, digest: &Digest, verify: &dyn Verify) -> bool {
    let accepted = |one: &Attestation| attestation::examine(one, attestor, digest, verify).accepted().is_some();
    !attestor.keys.is_empty() && list.into_iter().flatten().any(|one| accepted(one))
}
