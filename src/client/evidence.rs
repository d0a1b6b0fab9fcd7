//! Everything outside the policy that a decision may depend on, fetched.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Client;
use super::error::Error;
use domain::admission::{Attestations, AttestorEvidence, Evidence};
use domain::attestation::{Attestation, is_for};
use domain::attestor::Attestor;
use domain::image::Digest;
use domain::name::{AttestorName, NoteName, ProjectId};
use domain::policy::Policy;

/// Requests at the same time: attestors, and digests of each.
const ATTESTORS: usize = 8;
const DIGESTS: usize = 8;
/// The most digests that are asked for one by one; for more the whole note is read.
const FEW: usize = 32;
/// Pages of a note that a survey reads, of about a thousand attestations each.
const MAX_PAGES: usize = 100;

impl Client {
    /// What the attestors of these policies say of these digests: see [`Client::evidence_of`].
    pub async fn evidence(&self, policies: &[&Policy], digests: &[Digest]) -> Evidence {
        // A name that is none cannot be looked up; the decision says so of it.
        let mentioned = policies.iter().flat_map(|policy| policy.attestors());
        self.evidence_of(mentioned.filter_map(|name| name.parse().ok()).collect(), digests).await
    }

    /// What these attestors say of these digests. It does not fail: what could not be learnt is
    /// `Unknown` with its reason, and the decision that needs it is then undecided.
    pub async fn evidence_of(&self, names: BTreeSet<AttestorName>, digests: &[Digest]) -> Evidence {
        let attestors: BTreeMap<_, _> = stream::iter(names)
            .map(|name| async move {
                let evidence = self.attestor_evidence(&name, digests).await;
                (name, evidence)
            })
            .buffer_unordered(ATTESTORS)
            .collect()
            .await;
        Evidence { attestors, ..Evidence::default() }
    }

    /// As [`Client::evidence_of`]; besides, of attestors that have nothing for one of the digests, what
    /// their notes have for other digests of these repositories, and what other notes have for these
    /// digests, where that can be read: it decides nothing and explains a lot.
    pub async fn evidence_with(
        &self,
        names: BTreeSet<AttestorName>,
        digests: &[Digest],
        repositories: &BTreeSet<String>,
    ) -> Evidence {
        let mut evidence = self.evidence_of(names, digests).await;
        for found in evidence.attestors.values_mut() {
            let AttestorEvidence::Found { attestor, attestations: Attestations::Read(list) } = found else { continue };
            if each_has_one(digests, list) {
                continue;
            }
            for repository in repositories {
                let others = self.attestations_of_repository(&attestor.note, repository).await.unwrap_or_default();
                let new = others.into_iter().filter(|other| list.iter().all(|known| known.name != other.name));
                let new: Vec<Attestation> = new.collect();
                list.extend(new);
            }
        }
        evidence.elsewhere = self.elsewhere(&evidence, digests).await;
        evidence
    }

    /// Attestations, on notes that none of the attestors reads, of digests that one of them has not
    /// attested; of the projects that the attestors' notes are in.
    async fn elsewhere(&self, evidence: &Evidence, digests: &[Digest]) -> Vec<Attestation> {
        let (mut notes, mut wanted) = (BTreeSet::new(), BTreeSet::new());
        for found in evidence.attestors.values() {
            let AttestorEvidence::Found { attestor, attestations } = found else { continue };
            notes.insert(&attestor.note);
            let Attestations::Read(list) = attestations else { continue };
            let lacks = |digest: &&Digest| list.iter().all(|known| !is_for(&known.resource_uri, digest));
            let lacking = digests.iter().take(FEW).filter(lacks);
            wanted.extend(lacking.map(|digest| (attestor.note.project().to_owned(), digest.clone())));
        }
        let lists: Vec<Vec<Attestation>> = stream::iter(wanted)
            .map(|(project, digest)| async move { self.attestations_in(&project, &digest).await.unwrap_or_default() })
            .buffered(DIGESTS)
            .collect()
            .await;
        lists.into_iter().flatten().filter(|attestation| !notes.contains(&attestation.note)).collect()
    }

    /// What these attestors say of many digests. The pages of their notes are read, up to a limit; of
    /// the second value's attestors not all attestations were read, so that what is not found for them
    /// is not known.
    pub async fn survey(
        &self,
        names: BTreeSet<AttestorName>,
        digests: &BTreeSet<Digest>,
    ) -> (Evidence, BTreeSet<AttestorName>) {
        if digests.len() <= FEW {
            let digests: Vec<Digest> = digests.iter().cloned().collect();
            return (self.evidence_of(names, &digests).await, BTreeSet::new());
        }
        // Without digests the evidence is who the attestors are, and who may read their notes.
        let mut evidence = self.evidence_of(names, &[]).await;
        let mut incomplete = BTreeSet::new();
        for (name, found) in &mut evidence.attestors {
            let AttestorEvidence::Found { attestor, attestations: attestations @ Attestations::Read(_) } = found else {
                continue;
            };
            *attestations = match self.pages_of(&attestor.note, digests).await {
                Ok((list, whole)) => {
                    incomplete.extend((!whole).then(|| name.clone()));
                    Attestations::Read(list)
                }
                Err(error) => Attestations::Unknown(error.to_string()),
            };
        }
        (evidence, incomplete)
    }

    /// The attestations of these digests on a note; whether all of its pages were read.
    async fn pages_of(&self, note: &NoteName, digests: &BTreeSet<Digest>) -> Result<(Vec<Attestation>, bool), Error> {
        let (mut found, mut next) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let (page, more) = self.attestations_page(note, None, next.as_deref()).await?;
            let wanted = |attestation: &Attestation| {
                let digest = attestation.resource_uri.rsplit_once('@').and_then(|(_, digest)| digest.parse().ok());
                digest.is_some_and(|digest: Digest| digests.contains(&digest))
            };
            found.extend(page.into_iter().filter(wanted));
            next = more;
            if next.is_none() {
                return Ok((found, true));
            }
        }
        Ok((found, false))
    }

    async fn attestor_evidence(&self, name: &AttestorName, digests: &[Digest]) -> AttestorEvidence {
        match self.attestor(name).await {
            Ok(attestor) => {
                let attestations = self.attestations_for(&attestor, digests).await;
                AttestorEvidence::Found { attestor, attestations }
            }
            Err(error) if error.is_not_found() => self.without_attestor(name).await,
            Err(error) if error.status() == Some(403) => AttestorEvidence::NotReadable(error.to_string()),
            Err(error) => AttestorEvidence::Unknown(error.to_string()),
        }
    }

    /// What is known of an attestor that was not found: that it is missing, where the others of its project can be
    /// listed; a project that is not there, or not for us, says nothing of it.
    async fn without_attestor(&self, name: &AttestorName) -> AttestorEvidence {
        let listed = match name.project().parse::<ProjectId>() {
            Ok(project) => self.attestors(&project).await.map(|_| ()).map_err(|error| error.to_string()),
            Err(_) => Ok(()),
        };
        match listed {
            Ok(()) => AttestorEvidence::NotFound,
            Err(why) => AttestorEvidence::NotReadable(format!("its project cannot be read: {why}")),
        }
    }

    async fn attestations_for(&self, attestor: &Attestor, digests: &[Digest]) -> Attestations {
        match self.may_read(attestor).await {
            Ok(true) => {}
            Ok(false) => {
                let service_account = attestor.service_account_email.clone().unwrap_or_default();
                let readable = self.attestations_of(&attestor.note, digests).await.unwrap_or_default();
                return Attestations::NotPermitted { service_account, readable };
            }
            Err(Reason::NoteMissing) => return Attestations::NoteMissing,
            Err(Reason::Unknown(reason)) => return Attestations::Unknown(reason),
        }
        match self.attestations_of(&attestor.note, digests).await {
            Ok(attestations) => Attestations::Read(attestations),
            Err(error) if error.is_not_found() => Attestations::NoteMissing,
            Err(error) => Attestations::Unknown(error.to_string()),
        }
    }

    async fn attestations_of(&self, note: &NoteName, digests: &[Digest]) -> Result<Vec<Attestation>, Error> {
        // Owned, because a closure over borrowed items would tie the future to one lifetime.
        let lists: Vec<Vec<Attestation>> = stream::iter(digests.to_vec())
            .map(|digest| async move { self.attestations(note, Some(&digest)).await })
            .buffered(DIGESTS)
            .try_collect()
            .await?;
        Ok(lists.into_iter().flatten().collect())
    }

    /// Whether the attestor's service account may read the note's occurrences: by a grant on the note,
    /// or by one on the note's project (`docs/binary-authorization.md`, "Roles and grants").
    async fn may_read(&self, attestor: &Attestor) -> Result<bool, Reason> {
        let Some(email) = &attestor.service_account_email else {
            return Err(Reason::Unknown(format!("attestor {} names no service account", attestor.name)));
        };
        let member = format!("serviceAccount:{email}");
        let on_note = match self.note_iam(&attestor.note).await {
            Ok(policy) if policy.grants_reading_occurrences(&member) => return Ok(true),
            Ok(_) => None,
            Err(error) if error.is_not_found() => return Err(Reason::NoteMissing),
            Err(error) => Some(error),
        };
        let on_project = match self.project_iam(attestor.note.project()).await {
            Ok(policy) if policy.grants_reading_occurrences(&member) => return Ok(true),
            Ok(_) => None,
            Err(error) if error.is_not_found() => None,
            Err(error) => Some(error),
        };
        match on_note.or(on_project) {
            Some(error) => Err(Reason::Unknown(format!("who may read {} is not known: {error}", attestor.note))),
            None => Ok(false),
        }
    }
}

/// Whether there are digests, and an attestation for each of them.
fn each_has_one(digests: &[Digest], list: &[Attestation]) -> bool {
    let has_one = |digest: &Digest| list.iter().any(|attestation| is_for(&attestation.resource_uri, digest));
    !digests.is_empty() && digests.iter().all(has_one)
}

enum Reason {
    NoteMissing,
    Unknown(String),
}
