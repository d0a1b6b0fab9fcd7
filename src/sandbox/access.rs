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
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, LengthLimitError};
use rusqlite::Transaction;
use serde_json::Value;

use super::artifact_registry;
use super::binary_authorization::current_policy;
use super::decode;
use super::error::ApiError;
use super::people::Person;
use super::projects;
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
            let named = body["resourceNames"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let needs = named.map(|name| Need::new("logging.logEntries.list", name)).collect();
            check(state, person, needs).await?;
            Ok((request, false))
        }
        Asked::Needs(need) => {
            let reads_body = ["containeranalysis.occurrences.create", "binaryauthorization.policy.update"];
            if !reads_body.contains(&need.permission.as_str()) {
                check(state, person, vec![need]).await?;
                return Ok((request, false));
            }
            let (request, body) = opened(request).await?;
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

/// The request with its body read, and the body as far as it is JSON.
async fn opened(request: Request) -> Result<(Request, Value), ApiError> {
    let (parts, body) = request.into_parts();
    let bytes: Bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return Err(unreadable(error)),
    };
    let value = std::str::from_utf8(&bytes).ok().and_then(|text| decode::parse(text).ok()).unwrap_or_default();
    Ok((Request::from_parts(parts, Body::from(bytes)), value))
}

/// A body of the owner's that is too large is refused with the same status, by the API itself.
fn unreadable(error: axum::Error) -> ApiError {
    let error = error.into_inner();
    if error.is::<LengthLimitError>() {
        return ApiError::too_large();
    }
    ApiError::invalid(format!("The body of the request broke off: {error}."))
}

/// An occurrence also needs to be attached to its note.
fn attached_notes(body: &Value) -> Vec<Need> {
    let listed = body["occurrences"].as_array().into_iter().flatten();
    let names = std::iter::once(body).chain(listed).filter_map(|occurrence| {
        occurrence.get("noteName").or_else(|| occurrence.get("note_name")).and_then(Value::as_str)
    });
    names.map(|name| Need::new("containeranalysis.notes.attachOccurrence", name)).collect()
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
                    let names = ["requireAttestationsBy", "require_attestations_by"].contains(&name.as_str());
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
    let (request, mut body) = opened(request).await?;
    let asked: Vec<String> =
        body["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let held = move |tx: &Transaction<'_>| {
        let mut held = Vec::new();
        for permission in asked {
            if has(tx, person, &permission, &resource)? {
                held.push(Value::from(permission));
            }
        }
        Ok::<_, StoreError>(held)
    };
    body["permissions"] = state.store.read(held).await?.into();
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

/// Whether the person may push to, pull from or delete from a repository of the registry; if not,
/// the words for it.
pub(super) async fn registry(
    state: &State,
    person: &'static Person,
    (method, host, path): (&Method, &str, &str),
) -> Result<(), String> {
    let rest = path.strip_prefix("/v2/").unwrap_or_default();
    let ends = ["/manifests/", "/blobs/", "/tags/", "/referrers/"];
    let Some(at) = ends.iter().filter_map(|end| rest.find(end)).min() else {
        // Whether the host speaks the protocol, everybody may ask; the catalogue is nobody's own.
        return if rest.is_empty() { Ok(()) } else { Err("The catalogue is the owner's alone.".to_owned()) };
    };
    let name = rest.split_at(at).0;
    let action = match *method {
        Method::GET | Method::HEAD => "downloadArtifacts",
        Method::DELETE => "deleteArtifacts",
        _ => "uploadArtifacts",
    };
    let permission = format!("artifactregistry.repositories.{action}");
    let resource = artifact_registry::repository_of(host, name).unwrap_or_else(|| "organizations/sandbox".to_owned());
    let (asked, on) = (permission.clone(), resource.clone());
    match state.store.read(move |tx| has(tx, person, &asked, &on)).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(format!("Permission \"{permission}\" denied on resource \"{resource}\" (or it may not exist)"))
        }
        Err(error) => {
            tracing::error!(%error, "the sandbox's store failed");
            Err("The sandbox could not read its store; its log says why.".to_owned())
        }
    }
}

#[cfg(test)]
mod tests;
