//! Container Analysis v1: notes, occurrences and who may read them (`docs/binary-authorization.md`,
//! "Container Analysis API").

use reqwest::{Method, Url};

use super::Client;
use super::binary_authorization::CHANGE_ATTEMPTS;
use super::error::Error;
use super::google::{self, CONTAINER_ANALYSIS, Page as _, page, unexpected, with_query};
use domain::attestation::Attestation;
use domain::image::Digest;
use domain::name::{NoteName, ProjectId};
use wire::container_analysis::{Note, NoteList, Occurrence, OccurrenceList};
use wire::iam::{IamPolicy, SetIamPolicy};

page!(NoteList, notes, Note);
page!(OccurrenceList, occurrences, Occurrence);

/// The service's maximum.
const PAGE_SIZE: &str = "1000";

/// The most attestations of other digests that are read: they explain, and decide nothing.
const OTHERS: &str = "100";

impl Client {
    pub async fn notes(&self, project: &ProjectId) -> Result<Vec<Note>, Error> {
        let url = google::url(CONTAINER_ANALYSIS, &["v1", "projects", project.as_str(), "notes"])?;
        self.list::<NoteList>(&with_query(url, &[("pageSize", PAGE_SIZE)])).await
    }

    pub async fn note(&self, name: &NoteName) -> Result<Note, Error> {
        self.get(note_url(name, &[])?).await
    }

    /// Creates `name` with what `note` says; the service gives name, kind and times.
    pub async fn create_note(&self, name: &NoteName, note: &Note) -> Result<Note, Error> {
        let url = google::url(CONTAINER_ANALYSIS, &["v1", "projects", name.project(), "notes"])?;
        self.write(Method::POST, with_query(url, &[("noteId", name.id())]), note).await
    }

    pub async fn delete_note(&self, name: &NoteName) -> Result<(), Error> {
        self.remove(note_url(name, &[])?).await
    }

    pub async fn note_iam(&self, name: &NoteName) -> Result<IamPolicy, Error> {
        let body = serde_json::json!({"options": {"requestedPolicyVersion": 3}});
        self.ask(note_verb_url(name, ":getIamPolicy")?, &body).await
    }

    pub async fn set_note_iam(&self, name: &NoteName, policy: IamPolicy) -> Result<IamPolicy, Error> {
        let body = SetIamPolicy { resource: Some(name.to_string()), policy };
        self.write(Method::POST, note_verb_url(name, ":setIamPolicy")?, &body).await
    }

    /// Gives `member` (`serviceAccount:…`) the role on the note, keeping what others grant at the same
    /// time.
    pub async fn grant_on_note(&self, name: &NoteName, role: &str, member: &str) -> Result<IamPolicy, Error> {
        let mut attempt = 1;
        loop {
            let policy = self.note_iam(name).await?;
            if policy.grants(role, member) {
                return Ok(policy);
            }
            match self.set_note_iam(name, policy.with_grant(role, member)).await {
                Err(error) if error.is_stale() && attempt < CHANGE_ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }

    /// Takes `role` on the note from `member` and leaves everything else, starting over where someone
    /// else changes the policy between.
    pub async fn revoke_on_note(&self, name: &NoteName, role: &str, member: &str) -> Result<IamPolicy, Error> {
        let mut attempt = 1;
        loop {
            let policy = self.note_iam(name).await?;
            match self.set_note_iam(name, policy.without_grant(role, member)).await {
                Err(error) if error.is_stale() && attempt < CHANGE_ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }

    /// Stores an attestation in `project`; the service gives its name and time.
    pub async fn create_attestation(&self, project: &ProjectId, new: &Attestation) -> Result<Attestation, Error> {
        let stored = self.create_occurrence(project, &Occurrence::from(new)).await?;
        read(&google::url(CONTAINER_ANALYSIS, &["v1", "projects", project.as_str(), "occurrences"])?, stored)
    }

    /// Stores an occurrence in `project` as it stands; the service gives its name and time.
    pub async fn create_occurrence(&self, project: &ProjectId, new: &Occurrence) -> Result<Occurrence, Error> {
        let url = google::url(CONTAINER_ANALYSIS, &["v1", "projects", project.as_str(), "occurrences"])?;
        self.write(Method::POST, url, new).await
    }

    /// Deletes `projects/P/occurrences/ID`.
    pub async fn delete_occurrence(&self, name: &str) -> Result<(), Error> {
        let mut segments = vec!["v1"];
        segments.extend(name.split('/'));
        self.remove(google::url(CONTAINER_ANALYSIS, &segments)?).await
    }

    /// All attestations on a note, or those whose resource ends in the digest.
    pub async fn attestations(&self, note: &NoteName, digest: Option<&Digest>) -> Result<Vec<Attestation>, Error> {
        let url = occurrences_url(note, digest)?;
        attestations(&url, self.list::<OccurrenceList>(&url).await?)
    }

    /// Attestations of other digests of a repository (registry and path), as far as one page of each
    /// way to write it goes. That the service takes `has_prefix` here is inferred
    /// (`docs/binary-authorization.md`, "Open questions"), so a refusal is an answer that the caller
    /// has to bear.
    pub async fn attestations_of_repository(&self, note: &NoteName, name: &str) -> Result<Vec<Attestation>, Error> {
        let mut found = Vec::new();
        for scheme in ["", "https://"] {
            let filter = format!("has_prefix(resourceUrl, \"{scheme}{name}@\")");
            let query = [("pageSize", OTHERS), ("filter", filter.as_str())];
            let url = with_query(note_url(note, &["occurrences"])?, &query);
            let (occurrences, _) = self.get::<OccurrenceList>(url.clone()).await?.into_parts();
            found.extend(attestations(&url, occurrences)?);
        }
        Ok(found)
    }

    /// Attestations of a digest that are stored in `project`, whatever note they are on, as far as one page
    /// goes. It is what `gcloud container binauthz attestations list --artifact-url` asks without an
    /// attestor.
    pub async fn attestations_in(&self, project: &str, digest: &Digest) -> Result<Vec<Attestation>, Error> {
        let url = google::url(CONTAINER_ANALYSIS, &["v1", "projects", project, "occurrences"])?;
        let url = of_digest(with_query(url, &[("pageSize", PAGE_SIZE)]), digest);
        let (occurrences, _) = self.get::<OccurrenceList>(url.clone()).await?.into_parts();
        attestations(&url, occurrences)
    }

    /// One page of them, of about a thousand, and the token of the next one.
    pub async fn attestations_page(
        &self,
        note: &NoteName,
        digest: Option<&Digest>,
        page: Option<&str>,
    ) -> Result<(Vec<Attestation>, Option<String>), Error> {
        let mut url = occurrences_url(note, digest)?;
        if let Some(page) = page {
            url = with_query(url, &[("pageToken", page)]);
        }
        let (occurrences, next) = self.get::<OccurrenceList>(url.clone()).await?.into_parts();
        Ok((attestations(&url, occurrences)?, next.filter(|next| !next.is_empty())))
    }
}

fn note_url(name: &NoteName, rest: &[&str]) -> Result<Url, Error> {
    let mut segments = vec!["v1", "projects", name.project(), "notes", name.id()];
    segments.extend(rest);
    google::url(CONTAINER_ANALYSIS, &segments)
}

fn note_verb_url(name: &NoteName, verb: &str) -> Result<Url, Error> {
    let last = format!("{}{verb}", name.id());
    google::url(CONTAINER_ANALYSIS, &["v1", "projects", name.project(), "notes", &last])
}

/// The filter names the field `resourceUrl`, though the resource calls it `resourceUri`; it is the form
/// that gcloud sends.
fn occurrences_url(note: &NoteName, digest: Option<&Digest>) -> Result<Url, Error> {
    let url = with_query(note_url(note, &["occurrences"])?, &[("pageSize", PAGE_SIZE)]);
    Ok(match digest {
        Some(digest) => of_digest(url, digest),
        None => url,
    })
}

fn of_digest(url: Url, digest: &Digest) -> Url {
    with_query(url, &[("filter", &format!("has_suffix(resourceUrl, \"{digest}\")"))])
}

/// Occurrences of other kinds are left out, as gcloud does.
pub(super) fn attestations(url: &Url, occurrences: Vec<Occurrence>) -> Result<Vec<Attestation>, Error> {
    let is_attestation = |occurrence: &Occurrence| occurrence.attestation.is_some();
    occurrences.into_iter().filter(is_attestation).map(|occurrence| read(url, occurrence)).collect()
}

fn read(url: &Url, occurrence: Occurrence) -> Result<Attestation, Error> {
    Attestation::try_from(occurrence).map_err(|error| unexpected(url, error.to_string()))
}
