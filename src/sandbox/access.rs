//! Whether a caller may do what it asks for: IAM grants that matter (`docs/binary-authorization.md`,
//! "Roles and grants").
//!
//! Every request passes here, the owner's too, before it is answered: to Google's APIs by what its route
//! needs ([`Needs`]), to the registry and the clusters by their own tables. What a role holds says a table
//! (`roles`), who has a role the policies of the resource and of what it is in, and what the person has on
//! every project (`people`): the owner is who has `roles/owner` there. What no row gives is refused. A
//! binding with a condition grants nothing here: conditions are not evaluated (*inferred* to be the safer
//! reading).

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::binary_authorization::current_policy;
use super::error::ApiError;
use super::people::Person;
use super::request::{ApiRequest, Decoded};
use super::route::{Also, Needs, Route};
use super::state::State;
use super::store::StoreError;
use super::{logging, projects};
use domain::policy::Policy;
use grants::{Need, has, has_everywhere};
pub(super) use kubernetes::{kubernetes, may_in_cluster, permission_in_cluster};
pub(super) use registry::registry;
#[cfg(test)]
pub(super) use roles::is_known;

mod grants;
mod kubernetes;
mod refusal;
mod registry;
mod roles;

/// Refuses a request whose caller lacks what the route needs, as far as the path says it.
pub(super) async fn check_path(state: &State, route: &Route, request: &ApiRequest) -> Result<(), ApiError> {
    let need = match route.needs {
        Needs::Nothing | Needs::Visible | Needs::Tested(_) | Needs::Named(_) => return Ok(()),
        Needs::On(permission, front) => Need::new(permission, resource(request, front)),
        Needs::Everywhere(permission) => Need::new(permission, "organizations/sandbox"),
    };
    check(state, request.caller, vec![need]).await
}

/// Refuses a request whose caller lacks what its body makes it need, and takes out of the body what the
/// caller may only ask for in vain.
pub(super) async fn check_body(state: &State, route: &Route, request: &mut ApiRequest) -> Result<(), ApiError> {
    match route.needs {
        Needs::Named(permission) => {
            let named = logging::projects_of(request.body.message())?;
            let needs = named.into_iter().map(|project| Need::new(permission, format!("projects/{project}")));
            check(state, request.caller, needs.collect()).await?;
        }
        Needs::Tested(front) => test(state, front, request).await?,
        Needs::Nothing | Needs::On(..) | Needs::Everywhere(_) | Needs::Visible => {}
    }
    match (route.also, &request.body) {
        (Also::Nothing, _) => Ok(()),
        (Also::AttachToNotes, body) => check(state, request.caller, attached_notes(body.message())).await,
        (Also::ReadNewAttestors, Decoded::Policy(policy)) => check_new_attestors(state, request, policy).await,
        (Also::ReadNewAttestors, _) => Err(ApiError::invalid("A policy is required.")),
    }
}

/// The resource that a front of the route's path names in this request.
fn resource(request: &ApiRequest, front: &str) -> String {
    request.resource(front.split('/').count())
}

/// An occurrence also needs to be attached to its note, each of a batch to its own.
fn attached_notes(body: &Value) -> Vec<Need> {
    let listed = body.get("occurrences").and_then(Value::as_array).into_iter().flatten();
    let names = std::iter::once(body).chain(listed).filter_map(|one| one.get("noteName")?.as_str());
    names.map(|name| Need::new("containeranalysis.notes.attachOccurrence", name)).collect()
}

/// The attestors that the stored policy names need not be readable again.
async fn check_new_attestors(state: &State, request: &ApiRequest, policy: &Policy) -> Result<(), ApiError> {
    const PERMISSION: &str = "binaryauthorization.attestors.get";
    if has_everywhere(request.caller, PERMISSION) {
        return Ok(());
    }
    let project = request.names.first().cloned().unwrap_or_default();
    let known = state.store.read(move |tx| stored_attestors(tx, &project)).await?;
    let new = policy.attestors().into_iter().filter(|name| !known.iter().any(|known| known == *name));
    check(state, request.caller, new.map(|name| Need::new(PERMISSION, name)).collect()).await
}

fn stored_attestors(tx: &Transaction<'_>, project: &str) -> Result<Vec<String>, ApiError> {
    let Some(project) = projects::active(tx, project)? else { return Ok(Vec::new()) };
    let policy: Policy = current_policy(tx, &project.id)?;
    Ok(policy.attestors().into_iter().map(str::to_owned).collect())
}

/// `:testIamPermissions`: asks the API for those permissions alone that the caller has.
async fn test(state: &State, front: &'static str, request: &mut ApiRequest) -> Result<(), ApiError> {
    let (person, resource) = (request.caller, resource(request, front));
    let Decoded::Message(Value::Object(fields)) = &mut request.body else { return Ok(()) };
    let Some(Value::Array(asked)) = fields.remove("permissions") else { return Ok(()) };
    let held = move |tx: &Transaction<'_>| {
        let mut held = Vec::new();
        for permission in asked {
            let text = permission.as_str().unwrap_or_default();
            if has(tx, person, text, &resource)? {
                held.push(permission);
            }
        }
        Ok::<_, StoreError>(held)
    };
    let held = state.store.read(held).await?;
    fields.insert("permissions".to_owned(), held.into());
    Ok(())
}

/// Refuses with the words of the service whose permission is missing first.
async fn check(state: &State, person: &'static Person, mut needs: Vec<Need>) -> Result<(), ApiError> {
    needs.retain(|need| !has_everywhere(person, &need.permission));
    if needs.is_empty() {
        return Ok(());
    }
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
    const PERMISSION: &str = "resourcemanager.projects.get";
    if has_everywhere(person, PERMISSION) || !answer.status().is_success() {
        return answer;
    }
    let (_, body) = answer.into_parts();
    let list = match body.collect().await {
        Ok(body) => serde_json::from_slice::<Value>(&body.to_bytes()).unwrap_or_default(),
        Err(_) => Value::Null,
    };
    let visible = move |tx: &Transaction<'_>| {
        let mut cut = json!({"projects": []});
        let mut kept = Vec::new();
        for project in list.get("projects").and_then(Value::as_array).into_iter().flatten() {
            let name = format!("projects/{}", project["projectId"].as_str().unwrap_or_default());
            if has(tx, person, PERMISSION, &name)? {
                kept.push(project.clone());
            }
        }
        cut["projects"] = kept.into();
        if let Some(next) = list.get("nextPageToken") {
            cut["nextPageToken"] = next.clone();
        }
        Ok::<_, ApiError>(cut)
    };
    match state.store.read(visible).await {
        Ok(list) => Body::from(list.to_string()).into_response(),
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests;
