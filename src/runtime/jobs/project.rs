//! Jobs on projects: made, and their services turned on and off.
//!
//! Uses the client.

use super::{Backend, Done, Progress, done};
use crate::runtime::queries::project_id;
use app::job::Outcome;

/// Creates a project; one that exists is only chosen.
pub(super) async fn create(backend: &Backend, project: &str) -> Done {
    let (client, id) = (backend.client()?, project_id(project)?);
    if client.project(&id).await.is_ok() {
        return Ok(Outcome::Done);
    }
    done(client.create_project(&id, project).await)
}

pub(super) async fn enable(backend: &Backend, project: &str, services: &[String], progress: &Progress) -> Done {
    let services: Vec<&str> = services.iter().map(String::as_str).collect();
    let tell = |operation: &wire::resources::Operation| {
        if !operation.done {
            progress("the operation is running".to_owned());
        }
    };
    done(backend.client()?.enable_services(&project_id(project)?, &services, tell).await)
}

pub(super) async fn disable(backend: &Backend, project: &str, services: &[String]) -> Done {
    let (client, id) = (backend.client()?, project_id(project)?);
    for service in services {
        client.disable_service(&id, service).await?;
    }
    Ok(Outcome::Done)
}
