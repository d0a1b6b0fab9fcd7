//! Projects (Resource Manager v1), enabled services (Service Usage v1) and their operations.

use serde::{Deserialize, Serialize};

/// A project (`google.cloudresourcemanager.v1.Project`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Project {
    /// Chosen by who made it; never changes.
    pub project_id: String,
    /// A decimal number as a string, as int64 in proto3 JSON.
    pub project_number: String,
    /// The name that people give it.
    pub name: String,
    /// `ACTIVE`.
    pub lifecycle_state: String,
    /// When it was made (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
}

/// A page of `projects.list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProjectList {
    /// The projects that the caller may see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Project>,
    /// Gives the next page (AIP-158); none on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// An API and whether a project has it enabled (`google.api.serviceusage.v1.Service`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Service {
    /// `projects/NUMBER/services/NAME.googleapis.com`.
    pub name: String,
    /// `projects/NUMBER`.
    pub parent: String,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
    /// How the API itself is described.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<ServiceConfig>,
}

/// What is known of a service itself; gcloud prints it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceConfig {
    /// `NAME.googleapis.com`.
    pub name: String,
    /// The title for people, for example `Binary Authorization API`.
    pub title: String,
}

/// A page of `services.list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceList {
    /// The enabled ones, unless others are asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Gives the next page (AIP-158); none on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `services:batchEnable`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BatchEnable {
    /// `NAME.googleapis.com`, at most 20.
    pub service_ids: Vec<String>,
}

/// A long-running operation (`google.longrunning`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Operation {
    /// `operations/…`, by which it is asked for again.
    pub name: String,
    /// Whether `error` or `response` is there.
    pub done: bool,
    /// A `google.rpc.Status`, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<serde_json::Value>,
    /// What came of it, with its `@type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<serde_json::Value>,
}
