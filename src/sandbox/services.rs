//! Service Usage v1: which APIs a project has enabled, and the refusal of the others.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{OptionalExtension as _, Transaction};
use serde_json::json;

use super::decode::{FieldKind, Message, Params};
use super::error::ApiError;
use super::operations;
use super::page::Page;
use super::projects::{self, Project};
use super::request::{Body, Names};
use super::route::{self, Needs, Row};
use super::state::{State, rfc3339};
use wire::resources::{BatchEnable, Operation, Service, ServiceConfig, ServiceList};
use wire::status::Code;

/// The tables of Service Usage.
pub(super) const SCHEMA: &str = "
    CREATE TABLE enabled_services (
        place INTEGER PRIMARY KEY,
        project INTEGER NOT NULL REFERENCES projects (number),
        service TEXT NOT NULL,
        enable_time TEXT NOT NULL,
        UNIQUE (project, service)
    ) STRICT;
";

pub(super) const BINARY_AUTHORIZATION: &str = "binaryauthorization.googleapis.com";
pub(super) const CONTAINER_ANALYSIS: &str = "containeranalysis.googleapis.com";
pub(super) const KUBERNETES_ENGINE: &str = "container.googleapis.com";
pub(super) const ARTIFACT_REGISTRY: &str = "artifactregistry.googleapis.com";
pub(super) const CLOUD_KMS: &str = "cloudkms.googleapis.com";

/// The services whose names are shown; others can be enabled just as well.
const TITLES: [(&str, &str); 8] = [
    (ARTIFACT_REGISTRY, "Artifact Registry API"),
    (BINARY_AUTHORIZATION, "Binary Authorization API"),
    (CLOUD_KMS, "Cloud Key Management Service (KMS) API"),
    ("cloudresourcemanager.googleapis.com", "Cloud Resource Manager API"),
    ("compute.googleapis.com", "Compute Engine API"),
    (KUBERNETES_ENGINE, "Kubernetes Engine API"),
    (CONTAINER_ANALYSIS, "Container Analysis API"),
    ("containerregistry.googleapis.com", "Container Registry API"),
];

const BATCH: Message = Message(&[(&["serviceIds"], FieldKind::List(&FieldKind::Text))]);

/// The most that one batch may name (`google.api.serviceusage.v1.BatchEnableServicesRequest`).
const MAX_BATCH: usize = 20;

pub(super) fn rows() -> Vec<Row<State>> {
    const V1: &[&str] = &["v1"];
    const ALL: &str = "projects/{project}/services";
    const ONE: &str = "projects/{project}/services/{service}";
    // A service is no resource with grants of its own, but the refusal names it.
    vec![
        route::get(V1, ALL, Needs::On("serviceusage.services.list", ALL)).by(list),
        route::post(V1, ALL, Needs::On("serviceusage.services.enable", ALL))
            .verb("batchEnable")
            .body(&BATCH, "")
            .by(batch_enable),
        route::get(V1, ONE, Needs::On("serviceusage.services.get", ONE)).by(read),
        route::post(V1, ONE, Needs::On("serviceusage.services.enable", ONE)).verb("enable").by(enable),
        route::post(V1, ONE, Needs::On("serviceusage.services.disable", ONE)).verb("disable").by(disable),
    ]
}

/// Whether the project with this number has enabled the service.
pub(super) fn is_enabled(tx: &Transaction<'_>, project: i64, service: &str) -> Result<bool, rusqlite::Error> {
    tx.prepare_cached("SELECT 1 FROM enabled_services WHERE project = ?1 AND service = ?2")?.exists((project, service))
}

/// The project that a request to `service` is for; refuses one that is not there or has not enabled
/// the service.
pub(super) fn consumer(tx: &Transaction<'_>, key: &str, service: &str) -> Result<Project, ApiError> {
    let project = projects::active(tx, key)?.ok_or_else(|| no_project(key))?;
    if is_enabled(tx, project.number, service)? { Ok(project) } else { Err(disabled(&project, service)) }
}

fn no_project(key: &str) -> ApiError {
    let metadata = json!({"consumer": format!("projects/{key}")});
    ApiError::new(Code::PermissionDenied, format!("Permission denied on resource project {key}.")).with_info(
        "CONSUMER_INVALID",
        "googleapis.com",
        &metadata,
    )
}

/// What the cloud answers to a call of an API that is not enabled. Inferred for these APIs: the text
/// and the details are those that all of Google's APIs share (`docs/binary-authorization.md`, "Google
/// API errors").
fn disabled(project: &Project, service: &str) -> ApiError {
    let title = title(service);
    let url = format!("https://console.developers.google.com/apis/api/{service}/overview?project={}", project.number);
    let message = format!(
        "{title} has not been used in project {} before or it is disabled. Enable it by visiting {url} then retry. \
         If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
        project.number
    );
    let metadata = json!({
        "consumer": format!("projects/{}", project.number),
        "service": service,
        "serviceTitle": title,
        "activationUrl": url,
    });
    ApiError::new(Code::PermissionDenied, message).with_info("SERVICE_DISABLED", "googleapis.com", &metadata)
}

fn title(service: &str) -> &str {
    TITLES.iter().find(|(name, _)| *name == service).map_or(service, |(_, title)| title)
}

fn resource(project: i64, service: &str, enabled: bool) -> Service {
    Service {
        name: format!("projects/{project}/services/{service}"),
        parent: format!("projects/{project}"),
        state: if enabled { "ENABLED" } else { "DISABLED" }.to_owned(),
        config: Some(ServiceConfig { name: service.to_owned(), title: title(service).to_owned() }),
    }
}

/// Service Usage and Resource Manager themselves need not be enabled here; every other project's
/// first call would otherwise fail.
fn project(tx: &Transaction<'_>, key: &str) -> Result<Project, ApiError> {
    projects::active(tx, key)?.ok_or_else(|| no_project(key))
}

/// The names of services; which of them exist, the sandbox does not know.
fn check_name(service: &str) -> Result<(), ApiError> {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if service.strip_suffix(".googleapis.com").is_some_and(|name| name.split('.').all(label)) {
        return Ok(());
    }
    let message = format!("Not found or permission denied for service(s): {service:.100}.");
    Err(ApiError::new(Code::PermissionDenied, message).with_info(
        "SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED",
        "serviceusage.googleapis.com",
        &json!({"services": service}),
    ))
}

async fn list(
    Shared(state): Shared<State>,
    Names(key): Names<String>,
    params: Params,
) -> Result<Json<ServiceList>, ApiError> {
    let page = Page::from_params(&params, 50, 200)?;
    let wanted = match params.get("filter") {
        None => None,
        Some("state:ENABLED") => Some(true),
        Some("state:DISABLED") => Some(false),
        Some(_) => {
            return Err(ApiError::invalid_field("filter", "The filter must be state:ENABLED or state:DISABLED."));
        }
    };
    state.store.read(move |tx| list_page(tx, &key, page, wanted)).await.map(Json)
}

/// The enabled services in the order of their enabling, then, where they are asked for, the known
/// ones that are not.
fn list_page(tx: &Transaction<'_>, key: &str, page: Page, wanted: Option<bool>) -> Result<ServiceList, ApiError> {
    let number = project(tx, key)?.number;
    let mut statement = tx.prepare_cached("SELECT service FROM enabled_services WHERE project = ?1 ORDER BY place")?;
    let enabled: Vec<String> = statement.query_map([number], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let others = TITLES.iter().map(|(name, _)| *name).filter(|name| !enabled.iter().any(|e| e == name));
    let all = enabled.iter().map(|name| (name.as_str(), true)).chain(others.map(|name| (name, false)));
    let rows = (1..)
        .zip(all.filter(|(_, state)| wanted.is_none_or(|wanted| wanted == *state)))
        .filter(|(place, _)| *place > page.after)
        .take(page.size + 1)
        .map(|(place, (name, enabled))| (place, resource(number, name, enabled)))
        .collect();
    let (services, next_page_token) = page.cut(rows);
    Ok(ServiceList { services, next_page_token })
}

async fn read(
    Shared(state): Shared<State>,
    Names((key, service)): Names<(String, String)>,
) -> Result<Json<Service>, ApiError> {
    check_name(&service)?;
    let read = move |tx: &Transaction<'_>| {
        let number = project(tx, &key)?.number;
        Ok::<_, ApiError>(resource(number, &service, is_enabled(tx, number, &service)?))
    };
    state.store.read(read).await.map(Json)
}

async fn enable(
    Shared(state): Shared<State>,
    Names((key, service)): Names<(String, String)>,
) -> Result<Json<Operation>, ApiError> {
    enable_all(&state, key, vec![service], "EnableServiceResponse").await
}

async fn batch_enable(
    Shared(state): Shared<State>,
    Names(key): Names<String>,
    body: Body,
) -> Result<Json<Operation>, ApiError> {
    let request: BatchEnable = body.typed()?;
    if request.service_ids.is_empty() || request.service_ids.len() > MAX_BATCH {
        let message = format!("A batch names 1 to {MAX_BATCH} services.");
        return Err(ApiError::invalid_field("service_ids", message));
    }
    enable_all(&state, key, request.service_ids, "BatchEnableServicesResponse").await
}

async fn enable_all(
    state: &State,
    key: String,
    services: Vec<String>,
    response_type: &'static str,
) -> Result<Json<Operation>, ApiError> {
    services.iter().try_for_each(|service| check_name(service))?;
    let now = rfc3339(state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let number = project(tx, &key)?.number;
        let mut statement = tx.prepare_cached(
            "INSERT INTO enabled_services (project, service, enable_time) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?;
        let mut changed = 0;
        for service in &services {
            changed += statement.execute((number, service, &now))?;
        }
        answer(tx, number, &services, response_type, changed > 0)
    };
    state.store.write(write).await.map(Json)
}

/// Where nothing was to be done, the services say so at once.
fn answer(
    tx: &Transaction<'_>,
    number: i64,
    services: &[String],
    response_type: &str,
    changed: bool,
) -> Result<Operation, ApiError> {
    let resources: Vec<_> = services.iter().map(|service| resource(number, service, true)).collect();
    let mut response = match resources.as_slice() {
        [service] if response_type == "EnableServiceResponse" => json!({"service": service}),
        all => json!({"services": all}),
    };
    response["@type"] = json!(format!("type.googleapis.com/google.api.serviceusage.v1.{response_type}"));
    if changed {
        return Ok(operations::begin(tx, &format!("acf.p2-{number}"), &response)?);
    }
    let name = "operations/noop.DONE_OPERATION".to_owned();
    Ok(Operation { name, done: true, error: None, response: Some(response) })
}

async fn disable(
    Shared(state): Shared<State>,
    Names((key, service)): Names<(String, String)>,
) -> Result<Json<Operation>, ApiError> {
    check_name(&service)?;
    let write = move |tx: &Transaction<'_>| {
        let number = project(tx, &key)?.number;
        let gone = tx
            .prepare_cached("DELETE FROM enabled_services WHERE project = ?1 AND service = ?2 RETURNING service")?
            .query_row((number, &service), |row| row.get::<_, String>(0))
            .optional()?;
        if gone.is_none() {
            let message = format!("The service {service} is not enabled for project {number}.");
            return Err(ApiError::new(Code::FailedPrecondition, message));
        }
        let response = json!({
            "@type": "type.googleapis.com/google.api.serviceusage.v1.DisableServiceResponse",
            "service": resource(number, &service, false),
        });
        Ok(operations::begin(tx, &format!("acf.p2-{number}"), &response)?)
    };
    state.store.write(write).await.map(Json)
}
