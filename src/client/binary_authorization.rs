//! Binary Authorization v1: the policy and the attestors (`docs/binary-authorization.md`, "Binary
//! Authorization API").

use reqwest::{Method, Url};

use super::Client;
use super::error::Error;
use super::google::{self, BINARY_AUTHORIZATION, page, unexpected, with_query};
use domain::attestation::Attestation;
use domain::attestor::{Attestor, PublicKey};
use domain::name::{AttestorName, ProjectId};
use domain::policy::Policy;
use wire::binary_authorization as binauthz;
use wire::container_analysis::Occurrence;

page!(binauthz::AttestorList, attestors, binauthz::Attestor);

/// What the attestor says of an attestation (`validateAttestationOccurrence`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validation {
    Verified,
    /// The attestation does not verify, for the service's reason.
    NotVerifiable(String),
}

/// How often a read-modify-write starts over because someone else wrote between.
pub(super) const CHANGE_ATTEMPTS: u32 = 4;

impl Client {
    /// The project's policy; the default one where none was ever stored.
    pub async fn policy(&self, project: &ProjectId) -> Result<Policy, Error> {
        self.get(policy_url(project)?).await
    }

    /// Replaces the policy. Its etag, if it has one, must be the stored one's: otherwise the answer is a
    /// conflict ([`Error::is_stale`]); without an etag it overwrites whatever is there.
    pub async fn put_policy(&self, project: &ProjectId, policy: &Policy) -> Result<Policy, Error> {
        self.write(Method::PUT, policy_url(project)?, policy).await
    }

    /// Google's own policy for a location (`global` or a region).
    pub async fn system_policy(&self, location: &str) -> Result<Policy, Error> {
        self.get(google::url(BINARY_AUTHORIZATION, &["v1", "locations", location, "policy"])?).await
    }

    pub async fn attestors(&self, project: &ProjectId) -> Result<Vec<Attestor>, Error> {
        let url = google::url(BINARY_AUTHORIZATION, &["v1", "projects", project.as_str(), "attestors"])?;
        let url = with_query(url, &[("pageSize", "200")]);
        let attestors = self.list::<binauthz::AttestorList>(&url).await?;
        attestors.into_iter().map(|attestor| read(&url, attestor)).collect()
    }

    pub async fn attestor(&self, name: &AttestorName) -> Result<Attestor, Error> {
        let url = attestor_url(name, "")?;
        read(&url, self.get(url.clone()).await?)
    }

    pub async fn create_attestor(&self, attestor: Attestor) -> Result<Attestor, Error> {
        let (project, id) = (attestor.name.project().to_owned(), attestor.name.id().to_owned());
        let url = google::url(BINARY_AUTHORIZATION, &["v1", "projects", &project, "attestors"])?;
        let url = with_query(url, &[("attestorId", &id)]);
        read(&url, self.write(Method::POST, url.clone(), &binauthz::Attestor::from(attestor)).await?)
    }

    /// Replaces the attestor; its etag counts as for [`Client::put_policy`].
    pub async fn update_attestor(&self, attestor: Attestor) -> Result<Attestor, Error> {
        let url = attestor_url(&attestor.name, "")?;
        read(&url, self.write(Method::PUT, url.clone(), &binauthz::Attestor::from(attestor)).await?)
    }

    pub async fn delete_attestor(&self, name: &AttestorName) -> Result<(), Error> {
        self.remove(attestor_url(name, "")?).await
    }

    /// Adds a key, leaving alone what others change at the same time. A key that is there already is
    /// replaced. The service gives a PGP key its id.
    pub async fn add_key(&self, name: &AttestorName, key: &PublicKey) -> Result<Attestor, Error> {
        self.change_attestor(name, |attestor| {
            attestor.keys.retain(|known| known.id != key.id);
            attestor.keys.push(key.clone());
        })
        .await
    }

    /// Removes the key with this id; that it is not there is no error.
    pub async fn remove_key(&self, name: &AttestorName, key_id: &str) -> Result<Attestor, Error> {
        self.change_attestor(name, |attestor| attestor.keys.retain(|known| known.id != key_id)).await
    }

    /// Reads, changes and writes with the etag, again where someone else wrote between.
    async fn change_attestor(&self, name: &AttestorName, change: impl Fn(&mut Attestor)) -> Result<Attestor, Error> {
        let mut attempt = 1;
        loop {
            let mut attestor = self.attestor(name).await?;
            change(&mut attestor);
            match self.update_attestor(attestor).await {
                Err(error) if error.is_stale() && attempt < CHANGE_ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }

    /// Asks whether the attestor would take this attestation; the occurrence need not exist.
    pub async fn validate(&self, name: &AttestorName, attestation: &Attestation) -> Result<Validation, Error> {
        let occurrence = Occurrence::from(attestation);
        let body = binauthz::ValidateAttestationOccurrence {
            attestation: occurrence.attestation.unwrap_or_default(),
            occurrence_note: occurrence.note_name,
            occurrence_resource_uri: occurrence.resource_uri,
        };
        let url = attestor_url(name, ":validateAttestationOccurrence")?;
        let answer: binauthz::ValidateAttestationOccurrenceResponse = self.ask(url.clone(), &body).await?;
        match answer.result.as_str() {
            "VERIFIED" => Ok(Validation::Verified),
            "ATTESTATION_NOT_VERIFIABLE" => Ok(Validation::NotVerifiable(answer.denial_reason.unwrap_or_default())),
            other => Err(unexpected(&url, format!("the result is {other:?}"))),
        }
    }
}

fn policy_url(project: &ProjectId) -> Result<Url, Error> {
    google::url(BINARY_AUTHORIZATION, &["v1", "projects", project.as_str(), "policy"])
}

pub(super) fn attestor_url(name: &AttestorName, verb: &str) -> Result<Url, Error> {
    let last = format!("{}{verb}", name.id());
    google::url(BINARY_AUTHORIZATION, &["v1", "projects", name.project(), "attestors", &last])
}

fn read(url: &Url, attestor: binauthz::Attestor) -> Result<Attestor, Error> {
    Attestor::try_from(attestor).map_err(|error| unexpected(url, error.to_string()))
}
