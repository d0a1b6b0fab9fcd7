//! The routes of Google's APIs: each says its method, its path, in which versions it is, what its caller
//! needs, and what its body is. The router, the access rules and the table in `docs/sandbox.md` are made of
//! these rows; there is no route without what it needs.

use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::decode::Message;
use super::error::ApiError;
use super::request::grammar::Grammar;
use super::request::{ApiRequest, Decoded};

pub(super) mod table;

/// What somebody needs for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A token.
    Nothing,
    /// A permission on the resource that this front of the path names.
    On(&'static str, &'static str),
    /// A permission on all projects: nothing is there yet that could grant it.
    Everywhere(&'static str),
    /// Nothing, but the answer holds only the projects that the caller may see.
    Visible,
    /// Nothing: the answer are those of the asked permissions that the caller has on the resource that this
    /// front of the path names.
    Tested(&'static str),
    /// A permission on each project that the body names.
    Named(&'static str),
}

/// What is needed beside, as the body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Also {
    Nothing,
    /// To attach an occurrence to the note of each occurrence.
    AttachToNotes,
    /// To read each attestor that the policy names and the stored one does not.
    ReadNewAttestors,
}

/// What a body is.
#[derive(Debug, Clone, Copy)]
pub(super) enum BodyKind {
    /// Not looked at.
    Nothing,
    /// A message with these fields, and the name of the body in the API's definition.
    Message(&'static Message, &'static str),
    /// A document with a reader of its own, which may take milliseconds.
    Document(fn(&[u8]) -> Result<Decoded, ApiError>),
}

/// A method of an API.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) versions: &'static [&'static str],
    /// Behind the version: `projects/{project}/notes/{note}`.
    pub(super) path: &'static str,
    /// The custom method behind the path; empty without.
    pub(super) verb: &'static str,
    pub(super) needs: Needs,
    pub(super) also: Also,
    pub(super) body: BodyKind,
}

pub(super) const fn get(versions: &'static [&'static str], path: &'static str, needs: Needs) -> Route {
    Route::new("GET", versions, path, needs)
}

pub(super) const fn post(versions: &'static [&'static str], path: &'static str, needs: Needs) -> Route {
    Route::new("POST", versions, path, needs)
}

pub(super) const fn put(versions: &'static [&'static str], path: &'static str, needs: Needs) -> Route {
    Route::new("PUT", versions, path, needs)
}

pub(super) const fn patch(versions: &'static [&'static str], path: &'static str, needs: Needs) -> Route {
    Route::new("PATCH", versions, path, needs)
}

pub(super) const fn delete(versions: &'static [&'static str], path: &'static str, needs: Needs) -> Route {
    Route::new("DELETE", versions, path, needs)
}

impl Route {
    const fn new(method: &'static str, versions: &'static [&'static str], path: &'static str, needs: Needs) -> Self {
        Self { method, versions, path, verb: "", needs, also: Also::Nothing, body: BodyKind::Nothing }
    }

    pub(super) const fn verb(mut self, verb: &'static str) -> Self {
        self.verb = verb;
        self
    }

    pub(super) const fn also(mut self, also: Also) -> Self {
        self.also = also;
        self
    }

    /// With a body of these fields; `at` is its name in the API's definition, which errors name (empty where
    /// the body is the whole request).
    pub(super) const fn body(mut self, message: &'static Message, at: &'static str) -> Self {
        self.body = BodyKind::Message(message, at);
        self
    }

    pub(super) const fn document(mut self, read: fn(&[u8]) -> Result<Decoded, ApiError>) -> Self {
        self.body = BodyKind::Document(read);
        self
    }

    /// The row of the table that this handler answers.
    pub(super) fn by<H, T, S>(self, handler: H) -> Row<S>
    where
        H: Handler<T, S> + Sync,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Row { route: self, answer: Arc::new(move |state, request| handler.clone().call(request, state).boxed()) }
    }

    /// What the names of its path have to be, in order.
    pub(super) fn grammars(&self) -> Vec<Grammar> {
        self.path.split('/').filter_map(|segment| Some(Grammar::of_name(name_of(segment)?))).collect()
    }
}

/// The name in a segment of a route's path.
pub(super) fn name_of(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

type Answer<S> = Arc<dyn Fn(S, Request) -> BoxFuture<'static, Response> + Send + Sync>;

/// A route with its handler, whose state is still to come.
pub(super) struct Row<S> {
    pub(super) route: Route,
    answer: Answer<S>,
}

impl<S: Clone + Send + Sync + 'static> Row<S> {
    pub(super) fn with_state(self, state: S) -> BoundRow {
        let answer = self.answer;
        let answer = move |request| answer(state.clone(), request);
        BoundRow { route: self.route, answer: Arc::new(answer) }
    }
}

/// Gives all rows of an API their state.
pub(super) fn with_state<S: Clone + Send + Sync + 'static>(rows: Vec<Row<S>>, state: &S) -> Vec<BoundRow> {
    rows.into_iter().map(|row| row.with_state(state.clone())).collect()
}

/// A route that can be answered.
#[derive(Clone)]
pub(super) struct BoundRow {
    pub(super) route: Route,
    answer: Arc<dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync>,
}

impl BoundRow {
    /// Has the handler answer a request that its caller may make.
    pub(super) fn answer(&self, request: ApiRequest) -> BoxFuture<'static, Response> {
        let mut parts = Request::default();
        parts.extensions_mut().insert(request);
        (self.answer)(parts)
    }
}

impl std::fmt::Debug for BoundRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.route.fmt(f)
    }
}
