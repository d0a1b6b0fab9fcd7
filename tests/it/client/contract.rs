//! The client against the sandbox: that both mean the same by every call.

mod attestations;
mod attestors;
mod clusters;
mod images;
mod projects;
mod workloads;

use countersign::client::{Client, Connection, Secret};
use countersign::domain::name::ProjectId;
use countersign::domain::resource::SERVICES;
use countersign::sandbox::Sandbox;

/// A sandbox with a client of it.
struct Lab {
    client: Client,
    sandbox: Sandbox,
    _directory: tempfile::TempDir,
}

impl Lab {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(directory.path(), None).await.unwrap();
        let token = Secret::new(sandbox.token().expose());
        let client = Client::new(Connection::sandbox(sandbox.addr(), sandbox.authority_pem(), token));
        Self { client, sandbox, _directory: directory }
    }

    /// With a project whose services of the codelab are enabled.
    async fn with_project() -> Self {
        let lab = Self::start().await;
        lab.client.create_project(&project(), "Codelab").await.unwrap();
        lab.client.enable_services(&project(), &SERVICES, |_| {}).await.unwrap();
        lab
    }
}

fn project() -> ProjectId {
    "codelab-2018".parse().unwrap()
}
