//! Jobs on the live policy of a project: imported from a text, exported to a file.
//!
//! Uses the client, and the working directory for the file.

use super::result::Done;
use super::work_directory;
use crate::runtime::backend::Backend;
use crate::runtime::error::Error;
use app::job::JobOutcome;
use app::shell::report::Report;
use domain::document::{self, Dialect, Document};
use domain::name::{ProjectId, WorkFileName};
use domain::policy::Policy;

/// Writes the live policy as gcloud exports it, read for this.
pub(super) async fn export(backend: &Backend, project: &ProjectId, file: &WorkFileName) -> Done {
    let policy = backend.client()?.policy(project).await?;
    work_directory::write(backend, file.to_string(), document::emit(&policy)).await
}

/// Replaces the live policy by a text. The etag of the policy that the text was compared with goes along:
/// whatever the text says of its own, nothing else may be overwritten.
pub(super) async fn import(backend: &Backend, project: &ProjectId, text: &str, etag: Option<String>) -> Done {
    let document = Document::parse(text, Dialect::Gcloud);
    let Some(mut policy) = document.policy else {
        let first = document.diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
        return Err(Report::new(format!("the text is not a policy: {first}")).into());
    };
    let client = backend.client()?;
    if etag.is_none() {
        refuse_other(&client.policy(project).await?)?;
    }
    policy.etag = etag;
    let stored = client.put_policy(project, &policy).await?;
    Ok(JobOutcome::Imported(Box::new(stored)))
}

/// A policy that was never stored has no etag to go along; that somebody has stored one meanwhile is
/// seen by its etag.
fn refuse_other(now: &Policy) -> Result<(), Error> {
    match &now.etag {
        Some(_) => Err(Report { conflict: true, ..Report::new("the project has got a policy meanwhile") }.into()),
        None => Ok(()),
    }
}
