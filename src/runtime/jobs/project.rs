//! Jobs on projects: made, and their services turned on and off.
//!
//! Uses the client.

use super::result::{Done, Progress, done};
use crate::runtime::backend::Backend;
use app::job::JobOutcome;
use domain::name::ProjectId;

/// Creates a project; one that exists is only chosen.
pub(super) async fn create(backend: &Backend, project: &ProjectId) -> Done {
    let client = backend.client()?;
    if client.project(project).await.is_ok() {
        return Ok(JobOutcome::Done);
    }
    done(client.create_project(project, project.as_str()).await)
}

pub(super) async fn enable(backend: &Backend, project: &ProjectId, services: &[String], progress: &Progress) -> Done {
    let services: Vec<&str> = services.iter().map(String::as_str).collect();
    let tell = |operation: &wire::resources::Operation| {
        if !operation.done {
            progress("the operation is running".to_owned());
        }
    };
    done(backend.client()?.enable_services(project, &services, tell).await)
}

pub(super) async fn disable(backend: &Backend, project: &ProjectId, services: &[String]) -> Done {
    let client = backend.client()?;
    for service in services {
        client.disable_service(project, service).await?;
    }
    Ok(JobOutcome::Done)
}
