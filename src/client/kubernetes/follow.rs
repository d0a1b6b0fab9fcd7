//! Follows the objects of a kind for as long as somebody listens: a list, a watch from there on, the
//! next watch when one ends, another list when the thread was lost.

use std::time::{Duration, Instant};

use k8s_openapi::{ListableResource, Metadata, NamespaceResourceScope};
use serde::de::DeserializeOwned;

use super::watch::{Watch, WatchChange};
use super::{Kubernetes, Listed};
use crate::error::{Error, Fault};
use crate::retry;
use wire::kubernetes::ObjectMeta;

/// How often the list is read where it cannot be watched.
const POLL: Duration = Duration::from_secs(10);

/// The longest pause after failures.
const LONGEST: Duration = Duration::from_secs(30);

/// A watch that ends sooner than this counts as a failure: the next one waits a moment.
const SHORT: Duration = Duration::from_secs(1);

/// What is told.
#[derive(Debug)]
pub enum Told<T> {
    /// Everything there is: at first, and whenever it is not known what happened meanwhile.
    All(Vec<T>),
    /// Every change is told at once from here on.
    Live,
    Set(Box<T>),
    Gone(Box<T>),
    /// What happens now is not known, and why; it is tried again.
    Lost(Error),
    /// The server lets us list and not watch, and why: from here on [`Told::All`] comes every ten seconds.
    Polled(Error),
}

impl<T> Told<T> {
    /// Converts what is told to something else.
    pub fn map<U>(self, convert: impl Fn(T) -> U) -> Told<U> {
        match self {
            Self::All(items) => Told::All(items.into_iter().map(convert).collect()),
            Self::Live => Told::Live,
            Self::Set(item) => Told::Set(Box::new(convert(*item))),
            Self::Gone(item) => Told::Gone(Box::new(convert(*item))),
            Self::Lost(error) => Told::Lost(error),
            Self::Polled(error) => Told::Polled(error),
        }
    }
}

/// Follows the objects of one kind.
#[derive(Debug)]
pub struct Follow<T> {
    api: Kubernetes,
    namespace: Option<String>,
    state: State<T>,
    /// How many failed in a row.
    failures: u32,
    /// What the server asked for.
    pause: Duration,
}

#[derive(Debug)]
enum State<T> {
    /// Nothing is known.
    Unknown,
    /// Everything up to this version is known.
    Known(String),
    Watching(Box<Watch<T>>, Instant),
}

impl Kubernetes {
    /// Follows the objects of a kind in a namespace, or in all; nothing is sent before it is listened to.
    pub fn follow<T>(&self, namespace: Option<&str>) -> Follow<T> {
        let (api, namespace) = (self.clone(), namespace.map(str::to_owned));
        Follow { api, namespace, state: State::Unknown, failures: 0, pause: Duration::ZERO }
    }
}

impl<T> Follow<T>
where
    T: ListableResource<Scope = NamespaceResourceScope> + Metadata<Ty = ObjectMeta> + DeserializeOwned,
{
    /// Waits for the next thing to tell; after a failure it pauses, and goes on for ever.
    pub async fn next(&mut self) -> Told<T> {
        loop {
            let told = match std::mem::replace(&mut self.state, State::Unknown) {
                State::Unknown => self.list().await,
                State::Known(version) => self.open(version).await,
                State::Watching(watch, opened) => self.listen(watch, opened).await,
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    async fn list(&mut self) -> Option<Told<T>> {
        self.rest().await;
        match self.api.list_with_version::<T>(self.namespace.as_deref()).await {
            Ok(Listed { items, version }) => {
                self.state = State::Known(version);
                Some(Told::All(items))
            }
            Err(error) => Some(self.lost(error)),
        }
    }

    async fn open(&mut self, version: String) -> Option<Told<T>> {
        self.rest().await;
        match self.api.watch::<T>(self.namespace.as_deref(), &version).await {
            Ok(watch) => {
                self.state = State::Watching(Box::new(watch), Instant::now());
                Some(Told::Live)
            }
            Err(error) if is_gone(&error) => {
                self.failures += 1;
                None
            }
            Err(error) if cannot_watch(&error) => {
                self.pause = POLL;
                Some(Told::Polled(error))
            }
            Err(error) => {
                self.state = State::Known(version);
                Some(self.lost(error))
            }
        }
    }

    async fn listen(&mut self, mut watch: Box<Watch<T>>, opened: Instant) -> Option<Told<T>> {
        let told = match watch.next().await {
            Ok(Some(WatchChange::Set(object))) => Some(Told::Set(object)),
            Ok(Some(WatchChange::Gone(object))) => Some(Told::Gone(object)),
            Ok(Some(WatchChange::Bookmark)) => None,
            Ok(None) => {
                self.failures = if opened.elapsed() < SHORT { self.failures + 1 } else { 0 };
                self.state = State::Known(watch.version().to_owned());
                return None;
            }
            Err(error) if is_gone(&error) => {
                self.failures += 1;
                return None;
            }
            Err(error) => {
                // What was told is known; what an answer says that cannot be read is not.
                if matches!(error.fault, Fault::CutOff { .. } | Fault::Timeout { .. }) {
                    self.state = State::Known(watch.version().to_owned());
                }
                return Some(self.lost(error));
            }
        };
        (self.failures, self.pause) = (0, Duration::ZERO);
        self.state = State::Watching(watch, opened);
        told
    }

    fn lost(&mut self, error: Error) -> Told<T> {
        self.failures += 1;
        self.pause = error.refusal().and_then(|refusal| refusal.retry_after).unwrap_or_default().min(LONGEST);
        Told::Lost(error)
    }

    /// Waits as long as failures, or the server, make it wise.
    async fn rest(&mut self) {
        let own = match self.failures {
            0 => Duration::ZERO,
            failures => retry::backoff(failures, retry::random()).min(LONGEST),
        };
        let pause = own.max(std::mem::take(&mut self.pause));
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
}

/// The version is too old: what happened since is not known any more.
fn is_gone(error: &Error) -> bool {
    error.status() == Some(410)
}

/// The server has no watch for us, or not the right to it.
fn cannot_watch(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 403 | 404 | 405 | 406 | 501))
}
