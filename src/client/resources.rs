//! Projects (Resource Manager v1) and their enabled services (Service Usage v1).

use reqwest::{Method, Url};

use super::Client;
use super::error::{Error, Fault};
use super::google::{self, RESOURCE_MANAGER, SERVICE_USAGE, page, with_query};
use super::polling::Pauses;
use domain::name::ProjectId;
use wire::iam::IamPolicy;
use wire::resources::{BatchEnable, Operation, Project, ProjectList, Service, ServiceList};

page!(ProjectList, projects, Project);
page!(ServiceList, services, Service);

impl Client {
    /// The active projects that the token's owner may see.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        let url = google::url(RESOURCE_MANAGER, &["v1", "projects"])?;
        let query = [("filter", "lifecycleState:ACTIVE"), ("pageSize", "500")];
        self.list::<ProjectList>(&with_query(url, &query)).await
    }

    pub async fn project(&self, project: &ProjectId) -> Result<Project, Error> {
        self.get(google::url(RESOURCE_MANAGER, &["v1", "projects", project.as_str()])?).await
    }

    /// Creates a project and waits until it is there.
    pub async fn create_project(&self, project: &ProjectId, name: &str) -> Result<Project, Error> {
        let url = google::url(RESOURCE_MANAGER, &["v1", "projects"])?;
        let body = serde_json::json!({"projectId": project.as_str(), "name": name});
        let operation = self.write(Method::POST, url, &body).await?;
        self.wait(RESOURCE_MANAGER, operation, |_| {}).await?;
        self.project(project).await
    }

    pub async fn project_iam(&self, project: &str) -> Result<IamPolicy, Error> {
        let last = format!("{project}:getIamPolicy");
        let body = serde_json::json!({"options": {"requestedPolicyVersion": 3}});
        self.ask(google::url(RESOURCE_MANAGER, &["v1", "projects", &last])?, &body).await
    }

    /// The enabled services.
    pub async fn services(&self, project: &ProjectId) -> Result<Vec<Service>, Error> {
        let url = services_url(project, "services")?;
        self.list::<ServiceList>(&with_query(url, &[("filter", "state:ENABLED"), ("pageSize", "200")])).await
    }

    /// Enables services (`container.googleapis.com`) and waits until they are; `progress` sees each look
    /// at the operation.
    pub async fn enable_services(
        &self,
        project: &ProjectId,
        services: &[&str],
        progress: impl FnMut(&Operation) + Send,
    ) -> Result<(), Error> {
        let service_ids = services.iter().map(|&service| service.to_owned()).collect();
        let url = services_url(project, "services:batchEnable")?;
        let operation = self.write(Method::POST, url, &BatchEnable { service_ids }).await?;
        self.wait(SERVICE_USAGE, operation, progress).await?;
        Ok(())
    }

    /// Disables one service, and what depends on it.
    pub async fn disable_service(&self, project: &ProjectId, service: &str) -> Result<(), Error> {
        let last = format!("{service}:disable");
        let url = google::url(SERVICE_USAGE, &["v1", "projects", project.as_str(), "services", &last])?;
        let body = serde_json::json!({"disableDependentServices": true});
        let operation = self.write(Method::POST, url, &body).await?;
        self.wait(SERVICE_USAGE, operation, |_| {}).await?;
        Ok(())
    }

    /// Waits until a long-running operation of `host` is done.
    async fn wait(
        &self,
        host: &str,
        mut operation: Operation,
        mut progress: impl FnMut(&Operation) + Send,
    ) -> Result<Operation, Error> {
        let mut pauses = Pauses::new();
        let mut segments = vec!["v1"];
        let name = operation.name.clone();
        segments.extend(name.split('/'));
        progress(&operation);
        while !operation.done {
            pauses.next().await;
            operation = self.get(google::url(host, &segments)?).await?;
            progress(&operation);
        }
        match &operation.error {
            Some(error) => Err(failed_operation(host, &name, error)),
            None => Ok(operation),
        }
    }
}

fn services_url(project: &ProjectId, last: &str) -> Result<Url, Error> {
    google::url(SERVICE_USAGE, &["v1", "projects", project.as_str(), last])
}

/// `error` is a `google.rpc.Status`.
pub(super) fn failed_operation(host: &str, operation: &str, error: &serde_json::Value) -> Error {
    let message = error.get("message").and_then(|message| message.as_str());
    Error {
        method: "GET".to_owned(),
        url: format!("https://{host}/v1/{operation}"),
        fault: Fault::Operation {
            name: operation.to_owned(),
            message: message.map_or_else(|| error.to_string(), str::to_owned),
        },
    }
}
