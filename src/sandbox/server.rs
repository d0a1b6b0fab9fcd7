//! The sandbox's listener: one port of 127.0.0.1 that answers as every host it stands for.
//!
//! ```text
//! first byte 0x16            TLS, with a certificate for the name that the client asks for
//! CONNECT host:443           the same inside a tunnel, so that gcloud, curl and skopeo run unmodified
//!                            with `https_proxy` and the authority's certificate
//! anything else              400: says what this port is for
//! ```
//!
//! Every request needs the token; then its host says which API it is for (`front`).

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::clients::Clients;
use super::kms::{self, Vault};
use super::people::{PEOPLE, Person};
use super::registry;
use super::schema::open_store;
use super::state::{Clock, State, rfc3339};
use super::store::{Store, StoreError};
use crate::blocking::blocking;
use authority::{Authority, AuthorityError, Leaves};
pub use door::{Door, MARK};
pub use files::Files;
pub use log::{Log, Served};
use running::Lease;
pub use running::{Idle, Running};
pub use token::Token;
use token::Tokens;

mod area;
mod authority;
mod body;
mod connection;
mod constraints;
mod door;
mod files;
mod front;
mod hosts;
mod lobby;
mod log;
mod patient;
mod plain;
mod refusal;
mod rooms;
mod running;
mod token;

/// How long a shutdown waits for answers that are on their way.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

const AUTHORITY_FILE: &str = "authority.pem";
const VAULT_FILE: &str = "kms.key";

/// Why the sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the sandbox's directory {}: {source}", path.display())]
    Directory { path: PathBuf, source: io::Error },
    #[error("the sandbox's files: {0}")]
    Files(#[from] io::Error),
    #[error("the sandbox's certificates: {0}")]
    Authority(#[from] AuthorityError),
    #[error("the sandbox's TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error(transparent)]
    Vault(#[from] kms::Sealed),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("port {port} of 127.0.0.1 cannot be listened on: {source}; choose another, or 0 for any free one")]
    Port { port: u16, source: io::Error },
    #[error("the sandbox's start ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// A sandbox that is being served, until it is shut down or dropped.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    files: Files,
    authority_pem: String,
    tokens: Tokens,
    stop: watch::Sender<bool>,
    alive: watch::Receiver<()>,
    task: JoinHandle<()>,
    door: door::Ends,
}

impl Sandbox {
    /// Starts to serve the sandbox that is kept in `directory`, which is made where it is missing, on
    /// this port of 127.0.0.1 (none or 0: any free one).
    pub async fn start(directory: &Path, port: Option<u16>) -> Result<Self, StartError> {
        Self::start_with_clock(directory, port, Clock::system()).await
    }

    /// [`Self::start`] with a clock of the caller's.
    pub async fn start_with_clock(directory: &Path, port: Option<u16>, clock: Clock) -> Result<Self, StartError> {
        let files = Files::new(directory);
        let opening = files.clone();
        let kept = blocking(move || Kept::open(&opening)).await??;
        let port = port.unwrap_or(0);
        let at = |source| StartError::Port { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(at)?;
        let addr = listener.local_addr().map_err(at)?;
        let authority_pem = kept.authority.certificate_pem().to_owned();
        let state = State { store: kept.store, clock };
        let door = announced(kept.lease, &files, addr.port()).await?;
        let front = front::Front::new(
            &state,
            kept.vault,
            kept.tokens.clone(),
            kept.clients,
            addr,
            &authority_pem,
            door.clone(),
        );
        let tls = TlsAcceptor::from(Arc::new(tls_config(kept.authority)?));
        let (stop, stopping) = watch::channel(false);
        let (living, alive) = watch::channel(());
        let task = tokio::spawn(async move {
            let mut tasks = JoinSet::new();
            tasks.spawn(sweep(state));
            accept(listener, tls, Arc::new(front), stopping, tasks).await;
            drop(living);
        });
        Ok(Self { addr, files, authority_pem, tokens: kept.tokens, stop, alive, task, door: door::Ends(door) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The certificate of its authority, PEM: what a client has to trust.
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// What every request has to carry.
    pub fn token(&self) -> &Token {
        self.tokens.owner()
    }

    /// What the requests of one of the sandbox's people have to carry.
    pub fn token_of(&self, person: &Person) -> &Token {
        self.tokens.token_of(person)
    }

    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Who may use it, and what they asked.
    pub fn door(&self) -> &Door {
        &self.door.0
    }

    /// Ends when the sandbox no longer serves, for whatever reason; for a task that watches it.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut alive = self.alive.clone();
        // Nothing is ever sent: the only change is that the sender is gone.
        async move { while alive.changed().await.is_ok() {} }
    }

    /// Stops to listen, lets answers that are on their way go out for a moment, and returns when all
    /// of it is over. Says whether the server had died of a panic.
    pub async fn shutdown(self) -> Result<(), tokio::task::JoinError> {
        self.stop.send_replace(true);
        self.task.await
        // The lease ends here, when nothing is served any more.
    }
}

async fn announced(lease: Lease, files: &Files, port: u16) -> Result<Door, StartError> {
    let door = Door::new(lease, files.clone(), port);
    let opened = door.clone();
    blocking(move || opened.open()).await??;
    Ok(door)
}

/// What a sandbox keeps in its directory.
struct Kept {
    lease: Lease,
    authority: Authority,
    tokens: Tokens,
    clients: Clients,
    vault: Vault,
    store: Store,
}

impl Kept {
    fn open(files: &Files) -> Result<Self, StartError> {
        let path = files.directory();
        files::make_directory(path).map_err(|source| StartError::Directory { path: path.to_owned(), source })?;
        let lease = Lease::acquire(files)?;
        let authority = stored_authority(&path.join(AUTHORITY_FILE))?;
        let certificate = authority.certificate_pem().as_bytes();
        if std::fs::read(files.certificate()).ok().as_deref() != Some(certificate) {
            files::replace(&files.certificate(), certificate)?;
        }
        let token = files.read_or_make_token_of(Person::owner())?;
        files::make_directory(&files.people())?;
        let tokens = tokens(files, &token)?;
        let clients = clients(files, &authority)?;
        let vault = files::read_or_make::<StartError>(&path.join(VAULT_FILE), || Ok(Vault::generate()?))?;
        let vault = Vault::from_stored(&vault)?;
        files::reserve(&files.store())?;
        Ok(Self { lease, authority, tokens, clients, vault, store: open_store(&files.store())? })
    }
}

/// The authority that is stored; a new one where it cannot vouch for all hosts.
fn stored_authority(path: &Path) -> Result<Authority, StartError> {
    let stored = files::read_or_make::<StartError>(path, || Ok(Authority::generate()?))?;
    let authority = Authority::parse(&stored)?;
    if authority.covers_all_hosts() {
        return Ok(authority);
    }
    let new = Authority::generate()?;
    files::replace(path, new.as_bytes())?;
    Ok(Authority::parse(&new)?)
}

/// The token of each person, made where there is none.
fn tokens(files: &Files, owner: &Token) -> Result<Tokens, StartError> {
    let token = |person| Ok::<_, StartError>((person, files.read_or_make_token_of(person)?));
    let all = PEOPLE.iter().map(token).collect::<Result<_, _>>()?;
    Ok(Tokens::new(owner.clone(), all))
}

/// The client certificate of each person; made where there is none, or where another authority made it.
fn clients(files: &Files, authority: &Authority) -> Result<Clients, StartError> {
    let client = |person: &'static Person| {
        let path = files.certificate_of(person);
        let stored = files::read_or_make::<StartError>(&path, || Ok(authority.generate_client(person.name)?))?;
        if let Some(client) = authority.parse_client(&stored)? {
            return Ok((person, client));
        }
        let new = authority.generate_client(person.name)?;
        files::replace(&path, new.as_bytes())?;
        let client = authority.parse_client(&new)?.ok_or(AuthorityError::NoCertificate)?;
        Ok::<_, StartError>((person, client))
    };
    PEOPLE.iter().map(client).collect()
}

fn tls_config(authority: Authority) -> Result<rustls::ServerConfig, StartError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(authority.client_verifier(provider)?)
        .with_cert_resolver(Arc::new(Leaves::new(Arc::new(authority))?));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Clears away what clients of the registry left unfinished, and private keys whose time has come.
async fn sweep(state: State) {
    let now = rfc3339(state.clock.now());
    if let Err(error) = state.store.write(move |tx| kms::destroy_due(tx, &now)).await {
        tracing::warn!(%error, "keys that are to be destroyed were not");
    }
    if let Err(error) = registry::collect_garbage(&state).await {
        tracing::warn!(%error, "the registry was not swept");
    }
}

async fn accept(
    listener: TcpListener,
    tls: TlsAcceptor,
    front: Arc<front::Front>,
    mut stopping: watch::Receiver<bool>,
    mut connections: JoinSet<()>,
) {
    let lobby = Arc::new(lobby::Lobby::default());
    loop {
        while connections.try_join_next().is_some() {}
        // The sender is gone when the `Sandbox` was dropped: that stops it too.
        let accepted = tokio::select! {
            _ = stopping.changed() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (front, guest) = (Arc::clone(&front), Arc::new(lobby.enter()));
                connections.spawn(connection::serve(stream, tls.clone(), front, guest, stopping.clone()));
            }
            Err(error) => {
                // Out of file descriptors, mostly: others have to be closed first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    drop(listener);
    let rest = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(SHUTDOWN_GRACE, rest).await.is_err() {
        connections.shutdown().await;
    }
}
