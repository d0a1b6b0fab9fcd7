//! Calls that the program itself has no use for, and that tests and benches make.

use reqwest::Method;

use super::binary_authorization::attestor_url;
use super::container_analysis::attestations;
use super::error::Error;
use super::google::{self, CONTAINER_ANALYSIS, with_query};
use super::{Client, Exchange};
use domain::attestation::Attestation;
use domain::name::{AttestorName, ProjectId};
use wire::container_analysis::{Occurrence, OccurrenceList};
use wire::iam::{IamPolicy, SetIamPolicy};

/// The service's maximum for one `batchCreate`.
const BATCH: usize = 1000;

impl Client {
    /// The exchanges with an id above `id`, oldest first; for a log that is shown as it grows.
    pub fn exchanges_after(&self, id: u64) -> Vec<Exchange> {
        self.0.log.exchanges_after(id)
    }

    /// Who has which role on the attestor.
    pub async fn attestor_iam(&self, name: &AttestorName) -> Result<IamPolicy, Error> {
        let url = attestor_url(name, ":getIamPolicy")?;
        self.get(with_query(url, &[("options.requestedPolicyVersion", "3")])).await
    }

    /// Replaces who has which role on the attestor.
    pub async fn set_attestor_iam(&self, name: &AttestorName, policy: IamPolicy) -> Result<IamPolicy, Error> {
        let body = SetIamPolicy { resource: None, policy };
        self.write(Method::POST, attestor_url(name, ":setIamPolicy")?, &body).await
    }

    /// Stores many, in batches: of a batch either all or none.
    pub async fn create_attestations(
        &self,
        project: &ProjectId,
        new: &[Attestation],
    ) -> Result<Vec<Attestation>, Error> {
        let last = "occurrences:batchCreate";
        let url = google::url(CONTAINER_ANALYSIS, &["v1", "projects", project.as_str(), last])?;
        let mut stored = Vec::with_capacity(new.len());
        for batch in new.chunks(BATCH) {
            let occurrences = batch.iter().map(Occurrence::from).collect();
            let body = OccurrenceList { occurrences, next_page_token: None };
            let answer: OccurrenceList = self.write(Method::POST, url.clone(), &body).await?;
            stored.extend(attestations(&url, answer.occurrences)?);
        }
        Ok(stored)
    }
}
