//! What effects are carried out with: the client, the keyring, the files.
//!
//! Uses the files and the callers; whoever carries out an effect uses it.

use std::sync::{Arc, OnceLock};

use super::callers::Callers;
use super::error::Error;
use super::files::Files;
use app::shell::report::Report;
use client::{Client, Connection, Secret};
use sandbox::server::{Door, MARK, Sandbox, StartError};
use signing::keyring::Keyring;

/// Cheap to clone; the client comes when the sandbox is up.
#[derive(Debug, Clone)]
pub struct Backend {
    pub files: Files,
    pub keyring: Keyring,
    client: Arc<OnceLock<Client>>,
    door: Arc<OnceLock<Door>>,
    callers: Arc<OnceLock<Callers>>,
}

impl Backend {
    pub fn new(files: &Files) -> Self {
        Self {
            // One that cannot be made now says so when it is listed.
            keyring: Keyring::open(files.keys()).unwrap_or_else(|_| Keyring::new(files.keys())),
            files: files.clone(),
            client: Arc::default(),
            door: Arc::default(),
            callers: Arc::default(),
        }
    }

    /// The client, once there is one.
    pub fn client(&self) -> Result<&Client, Error> {
        self.client.get().ok_or_else(|| Report::new("the sandbox is not up yet").into())
    }

    /// Who else may use the sandbox, once it is up.
    pub fn door(&self) -> Option<&Door> {
        self.door.get()
    }

    /// Asks the sandbox as the one of this name, from the next request on.
    pub fn act_as(&self, name: &str) -> Result<(), Error> {
        let chosen = self.callers.get().is_some_and(|callers| callers.choose(name));
        if !chosen {
            return Err(Report::new(format!("the sandbox is not up, or knows nobody of the name {name}")).into());
        }
        self.client()?.forget_registry_tokens();
        Ok(())
    }

    /// Starts the sandbox, on the port it had before where that is free, and a client of it.
    pub async fn start_sandbox(&self) -> Result<Sandbox, StartError> {
        let directory = self.files.sandbox();
        let before = self.files.last_port();
        let sandbox = match Sandbox::start(&directory, before).await {
            Err(StartError::Port { .. }) if before.is_some() => Sandbox::start(&directory, None).await?,
            other => other?,
        };
        if before != Some(sandbox.addr().port()) {
            self.files.save_port(sandbox.addr().port());
        }
        let token = Secret::new(sandbox.token().expose());
        let callers = Callers::new(&sandbox);
        let connection = Connection::sandbox(sandbox.addr(), sandbox.authority_pem(), token);
        let connection = connection.with_tokens(Arc::new(callers.clone()));
        let _ = self.callers.set(callers);
        let door = sandbox.door().clone();
        let _ = self.client.set(Client::new(connection.with_mark(MARK, door.mark())));
        let _ = self.door.set(door);
        Ok(sandbox)
    }
}
