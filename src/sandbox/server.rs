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
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
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
pub use others::Others;
use running::Lease;
pub use running::{Idle, Running};
pub use token::Token;
use token::Tokens;

mod area;
mod authority;
mod begun;
mod body;
mod connection;
mod constraints;
mod door;
mod files;
mod front;
mod hosts;
mod lobby;
mod log;
mod others;
mod pace;
mod patient;
mod plain;
mod refusal;
mod rooms;
mod running;
mod token;
mod validity;

/// How long a shutdown waits for answers that are on their way.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

/// Why the sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the sandbox's directory {}: {source}", path.display())]
    Directory { path: PathBuf, source: io::Error },
    #[error(
        "the clock of this machine stands {0}, when no certificate can be valid: set it (`date` shows it), then start again"
    )]
    Clock(&'static str),
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
    store: Store,
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
        // The certificates go by the machine's clock, as the clients that verify them do.
        let now = wall_clock(SystemTime::now())?;
        let kept = blocking(move || Kept::open(&opening, now)).await??;
        let port = port.unwrap_or(0);
        let at = |source| StartError::Port { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(at)?;
        let addr = listener.local_addr().map_err(at)?;
        let authority_pem = kept.authority.certificate_pem().to_owned();
        let store = kept.store.clone();
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
        Ok(Self { addr, files, authority_pem, tokens: kept.tokens, stop, alive, task, door: door::Ends(door), store })
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

    /// What other processes write to its store, from now on.
    pub fn others(&self) -> Others {
        Others::new(self.store.clone())
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
    fn open(files: &Files, now: Timestamp) -> Result<Self, StartError> {
        let path = files.directory();
        files::make_directory(path).map_err(|source| StartError::Directory { path: path.to_owned(), source })?;
        files.refuse_exposed()?;
        let lease = Lease::acquire(files)?;
        let authority = stored_authority(&files.authority(), now)?;
        let certificate = authority.certificate_pem().as_bytes();
        if std::fs::read(files.certificate()).ok().as_deref() != Some(certificate) {
            files::replace(&files.certificate(), certificate)?;
        }
        let token = files.read_or_make_token_of(Person::owner())?;
        files::make_directory(&files.people())?;
        let tokens = tokens(files, &token)?;
        let clients = clients(files, &authority, now)?;
        let vault = files::read_or_make::<StartError>(&files.vault(), || Ok(Vault::generate()?))?;
        let vault = Vault::from_stored(&vault)?;
        files::reserve(&files.store())?;
        Ok(Self { lease, authority, tokens, clients, vault, store: open_store(&files.store())? })
    }
}

/// The machine's time, where certificates can have it: TLS counts from 1970, and no calendar here goes beyond 9999.
fn wall_clock(time: SystemTime) -> Result<Timestamp, StartError> {
    match Timestamp::try_from(time) {
        _ if time < SystemTime::UNIX_EPOCH => Err(StartError::Clock("before 1970")),
        Ok(now) if now < LAST => Ok(now),
        Ok(_) | Err(_) => Err(StartError::Clock("beyond the year 9989")),
    }
}

/// 9990-01-01: what is made before it can be valid for ten years.
const LAST: Timestamp = Timestamp::constant(253_086_768_000, 0);

/// The authority that is stored; a new one where it cannot vouch for all hosts, or not at this time.
fn stored_authority(path: &Path, now: Timestamp) -> Result<Authority, StartError> {
    let stored = files::read_or_make::<StartError>(path, || Ok(Authority::generate(now)?))?;
    let authority = Authority::parse(&stored)?;
    let unfit = authority.unfit(now);
    if unfit.is_none() && authority.covers_all_hosts() {
        return Ok(authority);
    }
    let why = unfit.map_or("cannot vouch for all hosts", validity::Unfit::as_str);
    tracing::warn!(
        why,
        "the sandbox's authority is made anew, and all that it signed: clients have to be told of it again"
    );
    let new = Authority::generate(now)?;
    files::replace(path, new.as_bytes())?;
    Ok(Authority::parse(&new)?)
}

/// The token of each person, made where there is none.
fn tokens(files: &Files, owner: &Token) -> Result<Tokens, StartError> {
    let token = |person| Ok::<_, StartError>((person, files.read_or_make_token_of(person)?));
    let all = PEOPLE.iter().map(token).collect::<Result<_, _>>()?;
    Ok(Tokens::new(owner.clone(), all))
}

/// The client certificate of each person; made where there is none, where another authority made it, and where its
/// time is over.
fn clients(files: &Files, authority: &Authority, now: Timestamp) -> Result<Clients, StartError> {
    let client = |person: &'static Person| {
        let path = files.certificate_of(person);
        let stored = files::read_or_make::<StartError>(&path, || Ok(authority.generate_client(person.name, now)?))?;
        if let Some(client) = authority.parse_client(&stored, now)? {
            return Ok((person, client));
        }
        let new = authority.generate_client(person.name, now)?;
        files::replace(&path, new.as_bytes())?;
        let client = authority.parse_client(&new, now)?.ok_or(AuthorityError::NoCertificate)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// First started with a clock of 2010, again when it was set, and once more when it went back.
    #[test]
    fn an_authority_that_expired_or_is_early_is_made_anew_with_all_that_it_signed() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        let people = || {
            let certificates =
                PEOPLE.iter().map(|person| std::fs::read_to_string(files.certificate_of(person)).unwrap());
            certificates.collect::<Vec<_>>()
        };
        let open = |now| {
            let kept = Kept::open(&files, at(now)).unwrap();
            let pem = kept.authority.certificate_pem().to_owned();
            assert_eq!(std::fs::read_to_string(files.certificate()).unwrap(), pem, "what clients trust");
            assert!(people().iter().all(|person| person.starts_with(&pem)));
            assert_eq!(kept.authority.unfit(at(now)), None);
            (pem, people())
        };
        let first = open("2010-01-01T00:00:00Z");
        assert_eq!(open("2012-01-01T00:00:00Z"), first, "it stays as long as it is valid");
        let set = open("2026-12-01T00:00:00Z");
        assert!(set.0 != first.0 && set.1 != first.1);
        let back = open("2010-01-01T00:00:00Z");
        assert_ne!(back.0, set.0);
        assert_ne!(open("2019-12-20T00:00:00Z").0, back.0, "it ends soon");
    }

    /// Giving files away needs root; that part is the only one that others do not run.
    #[test]
    fn a_directory_or_a_secret_of_others_is_refused_with_the_command_that_mends_it() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

        let home = tempfile::tempdir().unwrap();
        let files = Files::new(&home.path().join("sandbox"));
        let open = || Kept::open(&files, at("2026-12-01T00:00:00Z")).map(|_| ()).map_err(|error| error.to_string());
        let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        open().unwrap();
        let us = std::fs::metadata(home.path()).unwrap().uid();
        let directories = [home.path().to_owned(), files.directory().to_owned(), files.people()];
        let secrets = [files.token(), files.authority(), files.vault(), files.store()];
        let of_people = [files.token_of(&PEOPLE[1]), files.certificate_of(&PEOPLE[1])];
        let modes = directories.iter().map(|path| (path, 0o777, 0o700));
        for (path, open_to_others, ours) in
            modes.chain(secrets.iter().chain(&of_people).map(|path| (path, 0o644, 0o600)))
        {
            set(path, open_to_others);
            let refused = open().unwrap_err();
            assert!(refused.ends_with(&format!("chmod go= {}", path.display())), "{refused}");
            assert!(files.read_token().is_err(), "nor does a client use it");
            set(path, ours);
            open().unwrap();
        }
        for path in directories.iter().chain(&secrets) {
            if chown(path, Some(65_534), None).is_err() {
                println!("only root can give a file away: what belongs to others is not tried");
                return;
            }
            let refused = open().unwrap_err();
            assert!(refused.contains("belongs to another user (uid 65534)"), "{refused}");
            assert!(refused.contains(&format!("Move it away: mv {}", path.display())), "{refused}");
            chown(path, Some(us), None).unwrap();
        }
    }

    #[test]
    fn a_clock_that_no_certificate_can_have_is_said() {
        let years = |years: u64| Duration::from_secs(years * 31_556_952);
        let epoch = SystemTime::UNIX_EPOCH;
        for (time, says) in [(epoch - years(10), "before 1970"), (epoch + years(8530), "beyond the year 9989")] {
            let error = wall_clock(time).unwrap_err().to_string();
            assert!(error.contains(says) && error.contains("set it"), "{error}");
        }
        assert_eq!(wall_clock(epoch + years(41)).unwrap().to_string().get(..4), Some("2010"));
    }
}
