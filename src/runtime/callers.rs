//! As whom the sandbox is asked: the tokens of its people, one of which goes along.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{BoxFuture, FutureExt as _};

use app::people::state::Persona;
use client::{Secret, TokenError, TokenSource};
use sandbox::Sandbox;
use sandbox::people::PEOPLE;

/// The tokens of the sandbox's people, in the order of [`PEOPLE`], and whose counts. Clones are the same.
#[derive(Debug, Clone)]
pub struct Callers(Arc<Held>);

#[derive(Debug)]
struct Held {
    tokens: Vec<Secret>,
    now: AtomicUsize,
}

impl Callers {
    /// The owner calls at first.
    pub fn new(sandbox: &Sandbox) -> Self {
        let tokens = PEOPLE.iter().map(|person| Secret::new(sandbox.token_of(person).expose())).collect();
        Self(Arc::new(Held { tokens, now: AtomicUsize::new(0) }))
    }

    /// Lets the person of this name call from the next request on; whether there is one.
    pub fn choose(&self, name: &str) -> bool {
        let number = PEOPLE.iter().position(|person| person.name == name);
        if let Some(number) = number {
            self.0.now.store(number, Ordering::Release);
        }
        number.is_some()
    }
}

impl TokenSource for Callers {
    fn token(&self) -> BoxFuture<'_, Result<Secret, TokenError>> {
        let token = self.0.tokens.get(self.0.now.load(Ordering::Acquire)).cloned();
        let missing = || TokenError { reason: "nobody of this number".to_owned(), hint: String::new() };
        std::future::ready(token.ok_or_else(missing)).boxed()
    }
}

/// All of them, as people choose among them.
pub fn personas() -> Vec<Persona> {
    PEOPLE.iter().map(|person| Persona { name: person.name.to_owned(), says: person.says.to_owned() }).collect()
}
