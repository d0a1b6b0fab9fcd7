//! Whether a caller may do what it asks for: IAM grants that matter (`docs/binary-authorization.md`,
//! "Roles and grants").
//!
//! Every request of somebody who is not the owner passes here, before the API that it is for. What it
//! needs follows from its method and path (`needs`), what a role holds from a table (`roles`), who
//! has a role from the policies of the resource and of what it is in, and from what the person has on
//! every project (`people`). A binding with a condition grants nothing here: conditions are not
//! evaluated (*inferred* to be the safer reading).

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, LengthLimitError};
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::binary_authorization::current_policy;
use super::decode;
use super::error::ApiError;
use super::iam;
use super::logging;
use super::people::Person;
use super::projects;
use super::registry::{Place, RegistryCall};
use super::state::State;
use super::store::StoreError;
use domain::policy::Policy;
use grants::has;
pub(super) use kubernetes::{kubernetes, may_in_cluster};
use needs::{Asked, Need};
#[cfg(test)]
pub(super) use roles::is_known;

mod grants;
mod kubernetes;
mod needs;
mod refusal;
mod roles;

/// What became of a request to one of Google's APIs.
pub(super) enum Passed {
    /// The request goes on to the API.
    On(Request),
    /// The request goes on, and the projects in its answer are cut to those that the caller may see.
    AndCut(Request),
    Refused(Response),
}

/// Looks at a request to one of Google's APIs.
pub(super) async fn google(state: &State, person: &'static Person, request: Request) -> Passed {
    match asked(state, person, request).await {
        Ok((request, true)) => Passed::AndCut(request),
        Ok((request, false)) => Passed::On(request),
        Err(error) => Passed::Refused(error.into_response()),
    }
}

async fn asked(state: &State, person: &'static Person, request: Request) -> Result<(Request, bool), ApiError> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    match needs::needs(&method, &path) {
        Asked::Nothing => Ok((request, false)),
        Asked::Projects => Ok((request, true)),
        Asked::Test(resource) => testing(state, person, request, resource).await.map(|request| (request, false)),
        Asked::Logs => {
            let (request, body) = opened(request).await?;
            let named = logging::projects_of(&body)?;
            let need = |project| Need::new("logging.logEntries.list", format!("projects/{project}"));
            check(state, person, named.into_iter().map(need).collect()).await?;
            Ok((request, false))
        }
        Asked::Needs(need) => {
            let reads_body = ["containeranalysis.occurrences.create", "binaryauthorization.policy.update"];
            if !reads_body.contains(&need.permission.as_str()) {
                check(state, person, vec![need]).await?;
                return Ok((request, false));
            }
            let (request, body) = opened(request).await?;
            let body = as_json(&body);
            let mut all = vec![need.clone()];
            all.extend(attached_notes(&body));
            check(state, person, all).await?;
            if need.permission == "binaryauthorization.policy.update" {
                let project = need.resource.split('/').nth(1).unwrap_or_default().to_owned();
                let known = state.store.read(move |tx| stored_attestors(tx, &project)).await?;
                check(state, person, new_attestors(&body, &known)).await?;
            }
            Ok((request, false))
        }
    }
}

/// The request with its body read.
async fn opened(request: Request) -> Result<(Request, Bytes), ApiError> {
    let (parts, body) = request.into_parts();
    let bytes: Bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return Err(unreadable(error)),
    };
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), bytes))
}

/// A body as far as it is JSON: the API itself refuses the others.
fn as_json(body: &[u8]) -> Value {
    std::str::from_utf8(body).ok().and_then(|text| decode::parse(text).ok()).unwrap_or_default()
}

/// A body of the owner's that is too large is refused with the same status, by the API itself.
fn unreadable(error: axum::Error) -> ApiError {
    let error = error.into_inner();
    if error.is::<LengthLimitError>() {
        return ApiError::too_large();
    }
    ApiError::invalid(format!("The body of the request broke off: {error}."))
}

/// An occurrence also needs to be attached to its note. However often and in whichever spelling a note is
/// named, each is looked at.
fn attached_notes(body: &Value) -> Vec<Need> {
    let fields = |value: &Value, name: &str| -> Vec<Value> {
        let fields = value.as_object().into_iter().flatten();
        fields.filter(|(key, _)| decode::camel(key) == name).map(|(_, value)| value.clone()).collect()
    };
    let listed = fields(body, "occurrences").into_iter().filter_map(|list| list.as_array().cloned()).flatten();
    let names = std::iter::once(body.clone()).chain(listed).flat_map(|occurrence| fields(&occurrence, "noteName"));
    names
        .filter_map(|name| name.as_str().map(|name| Need::new("containeranalysis.notes.attachOccurrence", name)))
        .collect()
}

/// The attestors that the stored policy names: those need not be readable again.
fn stored_attestors(tx: &Transaction<'_>, project: &str) -> Result<Vec<String>, ApiError> {
    let Some(project) = projects::active(tx, project)? else { return Ok(Vec::new()) };
    let policy: Policy = current_policy(tx, &project.id)?;
    Ok(policy.attestors().into_iter().map(str::to_owned).collect())
}

fn new_attestors(body: &Value, known: &[String]) -> Vec<Need> {
    let mut found = Vec::new();
    let mut left = vec![body];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => {
                for (name, value) in fields {
                    let names = decode::camel(name) == "requireAttestationsBy";
                    match value.as_array().filter(|_| names) {
                        Some(attestors) => found.extend(attestors.iter().filter_map(Value::as_str)),
                        None => left.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    let new = found.into_iter().filter(|name| !known.iter().any(|known| known == name));
    new.map(|name| Need::new("binaryauthorization.attestors.get", name)).collect()
}

/// `:testIamPermissions`: asks the API for those permissions alone that the caller has.
async fn testing(
    state: &State,
    person: &'static Person,
    request: Request,
    resource: String,
) -> Result<Request, ApiError> {
    let (request, body) = opened(request).await?;
    let asked = iam::test(&body)?.permissions;
    let held = move |tx: &Transaction<'_>| {
        let mut held = Vec::new();
        for permission in asked {
            if has(tx, person, &permission, &resource)? {
                held.push(permission);
            }
        }
        Ok::<_, StoreError>(held)
    };
    let body = json!({"permissions": state.store.read(held).await?});
    let (mut parts, _) = request.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    Ok(Request::from_parts(parts, Body::from(body.to_string())))
}

/// Refuses with the words of the service whose permission is missing first.
async fn check(state: &State, person: &'static Person, needs: Vec<Need>) -> Result<(), ApiError> {
    let missing = move |tx: &Transaction<'_>| {
        for need in needs {
            if !has(tx, person, &need.permission, &need.resource)? {
                return Ok(Some(need));
            }
        }
        Ok::<_, StoreError>(None)
    };
    match state.store.read(missing).await? {
        None => Ok(()),
        Some(need) => Err(refusal::refusal(&need)),
    }
}

/// The projects of a list that the caller may see.
pub(super) async fn cut_projects(state: &State, person: &'static Person, answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let Ok(body) = body.collect().await else { return Response::from_parts(parts, Body::empty()) };
    let bytes = body.to_bytes();
    let Ok(mut list) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let visible = move |tx: &Transaction<'_>| {
        let mut kept = Vec::new();
        for project in list["projects"].as_array().cloned().unwrap_or_default() {
            let name = format!("projects/{}", project["projectId"].as_str().unwrap_or_default());
            if has(tx, person, "resourcemanager.projects.get", &name)? {
                kept.push(project);
            }
        }
        if let Some(fields) = list.as_object_mut().filter(|fields| fields.contains_key("projects")) {
            fields.insert("projects".to_owned(), kept.into());
        }
        Ok::<_, ApiError>(list)
    };
    match state.store.read(visible).await {
        Ok(list) => {
            parts.headers.remove(axum::http::header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(list.to_string()))
        }
        Err(error) => error.into_response(),
    }
}

/// Looks at a request to the registry: what of it the person may have done, or the words of the refusal.
/// Nobody pushes to a project that is not there, the owner included. A blob that is to come from where the
/// person may not read is not taken over, and the upload begins as for one that is not there
/// (distribution-spec 1.1, "Mounting a blob from another repository").
pub(super) async fn registry(
    state: &State,
    person: &'static Person,
    mut call: RegistryCall,
) -> Result<RegistryCall, String> {
    let Some(permission) = call.permission else { return Ok(call) };
    let need = |permission: &str, place: &Place| {
        Need::new(permission, place.resource.clone().unwrap_or_else(|| "organizations/sandbox".to_owned()))
    };
    let wanted = need(permission, &call.place);
    let source = call.mount.as_ref().map(|mount| need(PULL, &mount.from));
    let (asked, is_write) = (wanted.clone(), call.is_write());
    let held = move |tx: &Transaction<'_>| {
        let project = asked.resource.split('/').nth(1).unwrap_or_default();
        let is_there = !is_write || projects::active(tx, project)?.is_some();
        let may = is_there && has(tx, person, &asked.permission, &asked.resource)?;
        let may_mount = match source {
            Some(source) => has(tx, person, &source.permission, &source.resource)?,
            None => false,
        };
        Ok::<_, StoreError>((may, may_mount))
    };
    match state.store.read(held).await {
        Ok((true, may_mount)) => {
            call.mount = call.mount.filter(|_| may_mount);
            Ok(call)
        }
        Ok((false, _)) => {
            let Need { permission, resource } = wanted;
            Err(format!("Permission \"{permission}\" denied on resource \"{resource}\" (or it may not exist)"))
        }
        Err(error) => {
            tracing::error!(%error, "the sandbox's store failed");
            Err(format!("The request failed: {error}"))
        }
    }
}

/// What a mount needs on the repository that it is from.
const PULL: &str = "artifactregistry.repositories.downloadArtifacts";

#[cfg(test)]
mod tests;
