//! gcloud: clusters of Kubernetes Engine, and the way to them for kubectl.

use super::line::Command;
use crate::name::ClusterId;

/// Whether a cluster asks Binary Authorization about pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforcement {
    On,
    Off,
}

/// Creates the cluster.
pub fn create(id: &ClusterId) -> Command {
    clusters("create", id)
}

/// Sets its evaluation mode.
pub fn set_enforcement(id: &ClusterId, enforcement: Enforcement) -> Command {
    let mode = match enforcement {
        Enforcement::On => "PROJECT_SINGLETON_POLICY_ENFORCE",
        Enforcement::Off => "DISABLED",
    };
    clusters("update", id).flag("--binauthz-evaluation-mode", mode)
}

/// Deletes the cluster.
pub fn delete(id: &ClusterId) -> Command {
    clusters("delete", id).arg("--quiet")
}

/// Has kubectl find it.
pub fn get_credentials(id: &ClusterId) -> Command {
    clusters("get-credentials", id)
}

fn clusters(verb: &str, id: &ClusterId) -> Command {
    Command::new("gcloud container clusters")
        .arg(verb)
        .arg(id.name())
        .flag("--location", id.location())
        .flag("--project", id.project.as_str())
}
