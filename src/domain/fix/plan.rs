//! The candidate steps of each kind, from what failed in the decision.
//!
//! What attestors are asked is found out one layer below the other: behind a tag there is a digest,
//! behind a missing grant there are attestations, and so each is decided again with the layer above
//! taken away.

use super::case::{FixFacts, KnownKey, MOST_IMAGES, denied};
use super::exempt::Exempt;
use super::kind::FixKind;
use super::rules;
use super::step::{FixStep, NEW_KEY, Signer, attestor, by_digest, copied, corrected, digest_of};
use super::world::World;
use crate::admission::{
    Attestations, AttestorEvidence, AttestorFault, AttestorOutcome, BREAK_GLASS_LABEL, Decision, ImageDecision, Request,
};
use crate::attestation::{self, Attestation, AttestationFault};
use crate::attestor::Attestor;
use crate::image::Digest;
use crate::name::AttestorName;

/// The candidates, by what they are for.
pub(super) struct Plan<'a> {
    world: &'a World<'a>,
    exempt: Exempt,
    use_digests: Vec<FixStep>,
    /// Images of an index that is denied.
    children: Vec<FixStep>,
    copies: Vec<FixStep>,
    grants: Vec<FixStep>,
    notes: Vec<FixStep>,
    attestors: Vec<FixStep>,
    /// Keys for attestors that have none.
    first_keys: Vec<FixStep>,
    /// Keys that made a signature which is there.
    keys: Vec<FixStep>,
    corrections: Vec<FixStep>,
    resigned: Vec<FixStep>,
    attested: Vec<FixStep>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(world: &'a World<'a>, known: &FixFacts<'_>) -> Self {
        let decision = world.decision(&[]);
        let use_digests = use_digests(world, &decision, known);
        let by_digest: Vec<&FixStep> = use_digests.iter().collect();
        let decided = world.decision(&by_digest);
        let grants = grants(&decided);
        let (notes, attestors) = (lost_notes(&decided), lost_attestors(&decided));
        let above: Vec<&FixStep> = by_digest.into_iter().chain(&grants).chain(&notes).chain(&attestors).collect();
        let mut plan = Self {
            world,
            exempt: Exempt::of(&decision, known),
            use_digests: Vec::new(),
            children: children(&decision, known),
            copies: Vec::new(),
            grants: Vec::new(),
            notes: Vec::new(),
            attestors: Vec::new(),
            first_keys: Vec::new(),
            keys: Vec::new(),
            corrections: Vec::new(),
            resigned: Vec::new(),
            attested: Vec::new(),
        };
        plan.attestations(&above, known);
        (plan.use_digests, plan.grants) = (use_digests, grants);
        (plan.notes, plan.attestors) = (notes, attestors);
        plan
    }

    /// What the kind is made of, and what may be needed besides.
    pub(super) fn candidates(&self, kind: FixKind) -> (Vec<FixStep>, Vec<FixStep>) {
        let Self { use_digests, children, copies, grants, notes, attestors, .. } = self;
        let Self { first_keys, keys, corrections, resigned, attested, .. } = self;
        let list =
            |lists: &[&Vec<FixStep>]| lists.iter().flat_map(|list| list.iter().cloned()).collect::<Vec<FixStep>>();
        // What everything else may need first.
        let ground = list(&[use_digests, grants, notes, attestors]);
        match kind {
            FixKind::DeployByDigest => (use_digests.clone(), Vec::new()),
            FixKind::DeployAttested => (children.clone(), list(&[use_digests, grants, notes])),
            FixKind::CopyAttestation => (copies.clone(), list(&[&ground, corrections])),
            FixKind::CorrectKeyId => (corrections.clone(), list(&[&ground, first_keys, resigned, attested])),
            FixKind::Resign => (resigned.clone(), list(&[&ground, first_keys, attested])),
            FixKind::GrantRole => (grants.clone(), list(&[&ground, first_keys, resigned, attested])),
            FixKind::RestoreNote => (notes.clone(), list(&[&ground, first_keys, resigned, attested])),
            FixKind::RestoreAttestor => (attestors.clone(), list(&[&ground, first_keys, resigned, attested])),
            // An attestor's first key is told as what it is: a key that is added.
            FixKind::AddKey => (list(&[keys, first_keys]), list(&[&ground, resigned, attested])),
            FixKind::Attest => (attested.clone(), list(&[&ground, resigned])),
            FixKind::AllowImage | FixKind::AllowTag | FixKind::AllowRepository | FixKind::AllowRegistry => {
                self.exempt.candidates(kind)
            }
            FixKind::ServiceIdentityRule
            | FixKind::ServiceAccountRule
            | FixKind::NamespaceRule
            | FixKind::ClusterRule
            | FixKind::DryRun => (rules::candidates(self.world, kind), Vec::new()),
            FixKind::BreakGlass => (vec![break_glass(self.world.case.request)], Vec::new()),
        }
    }

    /// What the attestors lack, once the images have digests and the notes can be read.
    fn attestations(&mut self, above: &[&FixStep], known: &FixFacts<'_>) {
        let decision = self.world.decision(above);
        let evidence = self.world.evidence(above);
        for image in denied(&decision) {
            let Some(digest) = digest_of(&image.image) else { continue };
            for (name, outcome) in unsatisfied(image) {
                let Some(fault) = &outcome.fault else { continue };
                let lack = Lack {
                    world: self.world,
                    known,
                    name: &name,
                    image: &image.image,
                    digest: &digest,
                    attestor: attestor(&evidence, &name),
                    list: attestations(evidence.attestors.get(&name)),
                };
                match fault {
                    AttestorFault::NoKeys => {
                        self.first_keys.extend(lack.first_key());
                        self.keys.extend(lack.keys());
                        self.attested.push(lack.attest(false));
                    }
                    AttestorFault::NoAttestations => {
                        self.copies.extend(lack.copies());
                        self.attested.push(lack.attest(false));
                    }
                    AttestorFault::NoneValid(faults) => {
                        self.copies.extend(lack.copies());
                        self.corrections.extend(lack.corrections());
                        self.keys.extend(lack.keys());
                        let again = faults.iter().any(is_of_content);
                        let list = if again { &mut self.resigned } else { &mut self.attested };
                        list.push(lack.attest(again));
                    }
                    // Nothing that is written there would be read.
                    AttestorFault::NoDigest
                    | AttestorFault::NotFound
                    | AttestorFault::NotPermitted { .. }
                    | AttestorFault::NoteMissing(_)
                    | AttestorFault::Unknown(_) => {}
                }
            }
        }
    }
}

/// A label that is on the object itself was meant for its pods.
fn break_glass(request: &Request) -> FixStep {
    let owner = request.owner.as_ref().filter(|owner| owner.labels.contains_key(BREAK_GLASS_LABEL));
    FixStep::BreakGlass { platform: request.platform, misplaced: owner.map(|owner| owner.kind.clone()) }
}

fn unsatisfied(image: &ImageDecision) -> impl Iterator<Item = (AttestorName, &AttestorOutcome)> {
    let outcomes = image.attestors.iter().filter(|outcome| outcome.satisfied == Some(false));
    outcomes.filter_map(|outcome| Some((outcome.name.parse().ok()?, outcome)))
}

/// A signature by a key of the attestor that does not hold for this digest: another one has to be made.
fn is_of_content(fault: &AttestationFault) -> bool {
    matches!(
        fault,
        AttestationFault::Signature { .. }
            | AttestationFault::OtherMessage(_)
            | AttestationFault::Payload(_)
            | AttestationFault::OtherDigest { .. }
    )
}

fn use_digests(world: &World<'_>, decision: &Decision, known: &FixFacts<'_>) -> Vec<FixStep> {
    if world.case.request.platform != crate::admission::Platform::Gke {
        return Vec::new();
    }
    let without = denied(decision).filter(|image| digest_of(&image.image).is_none());
    let step = |image: &ImageDecision| {
        let digest = known.digests.and_then(|digests| digests.get(&image.image));
        Some(FixStep::UseDigest { from: image.image.clone(), to: by_digest(&image.image, digest)? })
    };
    without.filter_map(step).collect()
}

/// Each image of an index that is denied, or that a denied tag means, by its own digest.
fn children(decision: &Decision, known: &FixFacts<'_>) -> Vec<FixStep> {
    let children = |image: &ImageDecision| {
        let digests = known.children.and_then(|children| children.get(&image.image)).into_iter().flatten();
        let to = |digest: &Digest| by_digest(&image.image, Some(digest));
        let step = |to: String| FixStep::UseDigest { from: image.image.clone(), to };
        digests.filter_map(to).map(step).collect::<Vec<FixStep>>()
    };
    denied(decision).flat_map(children).collect()
}

fn signers(attestor: &Attestor) -> Vec<Signer> {
    attestor.keys.iter().map(|key| Signer { id: key.id.clone(), comment: key.comment.clone() }).collect()
}

fn grants(decision: &Decision) -> Vec<FixStep> {
    let of_outcome = |(attestor, outcome): (AttestorName, &AttestorOutcome)| {
        let Some(AttestorFault::NotPermitted { service_account, note }) = &outcome.fault else { return None };
        Some(FixStep::Grant { attestor, note: note.clone(), service_account: service_account.clone() })
    };
    denied(decision).flat_map(unsatisfied).filter_map(of_outcome).collect()
}

/// The notes that attestors stand on and that are gone.
fn lost_notes(decision: &Decision) -> Vec<FixStep> {
    let of_outcome = |(_, outcome): (AttestorName, &AttestorOutcome)| {
        let Some(AttestorFault::NoteMissing(note)) = &outcome.fault else { return None };
        Some(FixStep::CreateNote { note: note.clone() })
    };
    denied(decision).flat_map(unsatisfied).filter_map(of_outcome).collect()
}

/// The attestors that are gone, each on a note of its own name.
fn lost_attestors(decision: &Decision) -> Vec<FixStep> {
    let of_outcome = |(attestor, outcome): (AttestorName, &AttestorOutcome)| {
        let Some(AttestorFault::NotFound) = &outcome.fault else { return None };
        let note = format!("projects/{}/notes/{}-note", attestor.project(), attestor.id()).parse().ok()?;
        Some(FixStep::CreateAttestor { attestor, note })
    };
    denied(decision).flat_map(unsatisfied).filter_map(of_outcome).collect()
}

fn attestations(evidence: Option<&AttestorEvidence>) -> &[Attestation] {
    let Some(AttestorEvidence::Found { attestations: Attestations::Read(list), .. }) = evidence else { return &[] };
    list
}

/// One attestor that does not vouch for one image.
struct Lack<'a> {
    world: &'a World<'a>,
    known: &'a FixFacts<'a>,
    name: &'a AttestorName,
    image: &'a str,
    digest: &'a Digest,
    attestor: Option<&'a Attestor>,
    list: &'a [Attestation],
}

impl Lack<'_> {
    fn attest(&self, again: bool) -> FixStep {
        let trusted = |known: &&KnownKey| {
            let has = |attestor: &Attestor| attestor.keys.iter().any(|key| key.id == known.key.id);
            known.held && self.attestor.is_none_or(|attestor| attestor.keys.is_empty() || has(attestor))
        };
        let has_none = self.attestor.is_some_and(|attestor| attestor.keys.is_empty());
        let held = |keys: &[KnownKey]| {
            let mut held: Vec<String> = keys.iter().filter(trusted).map(|known| known.key.id.clone()).collect();
            if has_none && held.is_empty() {
                held.push(NEW_KEY.to_owned());
            }
            held
        };
        FixStep::Attest {
            attestor: self.name.clone(),
            note: self.attestor.map(|attestor| attestor.note.clone()),
            image: self.image.to_owned(),
            held: self.known.keys.map(held),
            again,
            signers: self.attestor.map(signers).unwrap_or_default(),
        }
    }

    /// Gives an attestor that has none a key: one that can sign here, or one that is made first.
    fn first_key(&self) -> Option<FixStep> {
        let keys = self.known.keys?;
        let key = keys.iter().find(|known| known.held).cloned().map(Box::new);
        Some(FixStep::AddKey { attestor: self.name.clone(), key })
    }

    /// Keys that are not the attestor's, and by whose id something is signed.
    fn keys(&self) -> Vec<FixStep> {
        let signed = |known: &&KnownKey| {
            let by_it =
                |attestation: &&Attestation| attestation.signatures.iter().any(|s| s.public_key_id == known.key.id);
            self.of_digest().any(|attestation| by_it(&attestation))
        };
        let is_new = |known: &&KnownKey| self.attestor.is_some_and(|a| a.keys.iter().all(|key| key.id != known.key.id));
        let keys = self.known.keys.unwrap_or_default().iter().filter(is_new).filter(signed);
        keys.map(|known| FixStep::AddKey { attestor: self.name.clone(), key: Some(Box::new(known.clone())) }).collect()
    }

    /// Attestations that hold as soon as they name the key that made them.
    fn corrections(&self) -> Vec<FixStep> {
        let Some(attestor) = self.attestor else { return Vec::new() };
        let verify = &self.world.case.evidence.as_if(self.world.case.verify);
        let mut steps = Vec::new();
        for attestation in self.of_digest() {
            for (number, signature) in attestation.signatures.iter().enumerate() {
                let is_known = attestor.keys.iter().any(|key| key.id == signature.public_key_id);
                let other = attestor.keys.iter().filter(|_| !is_known).find(|key| {
                    let corrected = corrected(attestation, number, &key.id);
                    attestation::check(&corrected, attestor, self.digest, verify).is_ok()
                });
                steps.extend(other.map(|key| FixStep::CorrectKeyId {
                    attestor: self.name.clone(),
                    attestation: Box::new(attestation.clone()),
                    signature: number,
                    key_id: key.id.clone(),
                }));
            }
        }
        steps
    }

    /// Attestations on other notes that hold as soon as they are on the attestor's own.
    fn copies(&self) -> Vec<FixStep> {
        let Some(attestor) = self.attestor else { return Vec::new() };
        let evidence = self.world.case.evidence;
        let verify = &evidence.as_if(self.world.case.verify);
        let of_others = evidence.attestors.values().flat_map(|known| attestations(Some(known)));
        let elsewhere = of_others.chain(&evidence.elsewhere).filter(|attestation| {
            attestation.note != attestor.note && attestation::is_for(&attestation.resource_uri, self.digest)
        });
        let mut steps = Vec::new();
        for attestation in elsewhere.take(MOST_IMAGES) {
            let holds = |number: &usize| {
                let copy = copied(attestation, *number, &attestor.note);
                attestation::check(&copy, attestor, self.digest, verify).is_ok()
            };
            let signature = (0..attestation.signatures.len()).find(holds);
            steps.extend(signature.map(|signature| FixStep::CopyAttestation {
                attestor: self.name.clone(),
                attestation: Box::new(attestation.clone()),
                signature,
                note: attestor.note.clone(),
            }));
        }
        steps
    }

    fn of_digest(&self) -> impl Iterator<Item = &Attestation> {
        self.list
            .iter()
            .filter(|attestation| attestation::is_for(&attestation.resource_uri, self.digest))
            .take(MOST_IMAGES)
    }
}
