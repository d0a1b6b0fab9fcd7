//! Platform policies (v1): sets of checks for GKE and rules for Cloud Run, and what one of them says
//! to a pod.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::api::{Api, check_etag, consumer};
use super::policy::refusal;
use crate::decode::Params;
use crate::error::ApiError;
use crate::page::{Page, list_body};
use crate::request::{Body, Decoded, Names};
use crate::route::{self, Needs, Row, get, post};
use crate::state::rfc3339;
pub(super) use deploy::Signer;
use domain::diagnostic::Severity;
use domain::document::{Dialect, Document, Format};
use domain::name::ResourceId;
use domain::platform_policy::{PlatformPolicy, PlatformRules};
use domain::policy::PolicyKind;
use stored::{Place, existing, find, put};

mod deploy;
mod evaluate;
mod evidence;
mod stored;

/// The platforms, with the field of a policy that has their rules.
const PLATFORMS: [(&str, &str); 2] = [("gke", "gkePolicy"), ("cloudRun", "cloudRunPolicy")];

/// The routes of platform policies.
pub(super) fn rows() -> Vec<Row<Api>> {
    const V1: &[&str] = &["v1"];
    const PROJECT: &str = "projects/{project}";
    const PLATFORMS: &str = "projects/{project}/platforms";
    const ALL: &str = "projects/{project}/platforms/{platform}/policies";
    const ONE: &str = "projects/{project}/platforms/{platform}/policies/{policy}";
    // Grants are on projects: the policies have none of their own.
    let needs = |permission| Needs::On(permission, PROJECT);
    vec![
        get(V1, PLATFORMS, needs("binaryauthorization.platformPolicies.list")).by(platforms_of),
        get(V1, ALL, needs("binaryauthorization.platformPolicies.list")).by(list),
        post(V1, ALL, needs("binaryauthorization.platformPolicies.create")).document(decode).by(create),
        get(V1, ONE, needs("binaryauthorization.platformPolicies.get")).by(read),
        route::put(V1, ONE, needs("binaryauthorization.platformPolicies.replace")).document(decode).by(replace),
        route::delete(V1, ONE, needs("binaryauthorization.platformPolicies.delete")).by(delete),
        post(V1, ONE, needs("binaryauthorization.platformPolicies.evaluatePolicy"))
            .verb("evaluate")
            .body(&evaluate::BODY, "")
            .by(evaluate::evaluate),
    ]
}

/// A platform that there is; another one is `NOT_FOUND` (inferred).
fn known(platform: &str) -> Result<(), ApiError> {
    let known = PLATFORMS.iter().any(|(name, _)| *name == platform);
    if known { Ok(()) } else { Err(ApiError::not_found()) }
}

async fn platforms_of(Shared(api): Shared<Api>, Names(project): Names<String>) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| consumer(tx, &project);
    let project = api.state.store.read(read).await?;
    let named = |name| json!({"name": format!("{}/platforms/{name}", project.resource())});
    Ok(Json(json!({"platforms": PLATFORMS.map(|(name, _)| named(name))})))
}

async fn list(
    Shared(api): Shared<Api>,
    Names((project, platform)): Names<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    known(&platform)?;
    let page = Page::from_params(&params, 100, 1000)?;
    let read = move |tx: &Transaction<'_>| {
        let project = consumer(tx, &project)?.id;
        let sql = "SELECT place, policy FROM platform_policies WHERE project = ?1 AND platform = ?2 AND place > ?3
            ORDER BY place LIMIT ?4";
        let mut statement = tx.prepare_cached(sql)?;
        let rows = statement
            .query_map((&project, &platform, page.after, page.limit()), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok::<_, ApiError>(page.read::<Value, _>(rows)?)
    };
    let (policies, next) = api.state.store.read(read).await?;
    Ok(Json(list_body("platformPolicies", policies, next)))
}

async fn create(
    Shared(api): Shared<Api>,
    Names((project, platform)): Names<(String, String)>,
    params: Params,
    body: Body,
) -> Result<Json<PlatformPolicy>, ApiError> {
    known(&platform)?;
    let id = params.get("policyId").ok_or_else(|| ApiError::invalid_field("policy_id", "A policyId is required."))?;
    let id: ResourceId = id.parse().map_err(|error| ApiError::invalid_field("policy_id", format!("{error}")))?;
    let wanted = wanted(body, &platform)?;
    let now = rfc3339(api.state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let place = Place::new(tx, &project, platform, id.as_str().to_owned())?;
        match find(tx, &place)? {
            Some(_) => Err(ApiError::already_exists()),
            None => put(tx, &place, wanted, now),
        }
    };
    api.state.store.write(write).await.map(Json)
}

/// The policy of a request, which has to be one for the platform.
fn wanted(body: Body, platform: &str) -> Result<PlatformPolicy, ApiError> {
    let Decoded::PlatformPolicy(policy) = body.0 else { return Err(ApiError::invalid("A policy is required.")) };
    let field = match &policy.platform {
        Some(PlatformRules::GkePolicy(_)) => "gkePolicy",
        Some(PlatformRules::CloudRunPolicy(_)) => "cloudRunPolicy",
        None => "",
    };
    let wanted = PLATFORMS.iter().find(|(name, _)| *name == platform).map_or("", |(_, field)| field);
    if field == wanted {
        return Ok(*policy);
    }
    Err(ApiError::invalid_field("platform_policy", format!("A policy of the platform {platform} has a {wanted}.")))
}

/// The policy in a body, or what the linter has against it.
fn decode(body: &[u8]) -> Result<Decoded, ApiError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| ApiError::invalid(format!("Invalid JSON payload received. Invalid UTF-8: {error}.")))?;
    let text = if text.trim().is_empty() { "{}" } else { text };
    let document = Document::parse_kind(text, Dialect::Rest, Format::Json, Some(PolicyKind::Platform));
    document.platform_policy.map(Decoded::PlatformPolicy).ok_or_else(|| {
        let errors = document.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        refusal("platform_policy", errors.collect::<Vec<_>>().as_slice())
    })
}

async fn read(
    Shared(api): Shared<Api>,
    Names((project, platform, id)): Names<(String, String, String)>,
) -> Result<Json<PlatformPolicy>, ApiError> {
    let read = move |tx: &Transaction<'_>| existing(tx, &Place::new(tx, &project, platform, id)?);
    api.state.store.read(read).await.map(Json)
}

/// Replaces a policy whole; one that is not there is not made.
async fn replace(
    Shared(api): Shared<Api>,
    Names((project, platform, id)): Names<(String, String, String)>,
    body: Body,
) -> Result<Json<PlatformPolicy>, ApiError> {
    known(&platform)?;
    let wanted = wanted(body, &platform)?;
    let now = rfc3339(api.state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let place = Place::new(tx, &project, platform, id)?;
        let current = existing(tx, &place)?;
        check_etag(wanted.etag.as_deref(), current.etag.as_deref(), "policy")?;
        put(tx, &place, wanted, now)
    };
    api.state.store.write(write).await.map(Json)
}

async fn delete(
    Shared(api): Shared<Api>,
    Names((project, platform, id)): Names<(String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let etag = params.get("etag").map(str::to_owned);
    let write = move |tx: &Transaction<'_>| {
        let place = Place::new(tx, &project, platform, id)?;
        let current = existing(tx, &place)?;
        check_etag(etag.as_deref(), current.etag.as_deref(), "policy")?;
        let sql = "DELETE FROM platform_policies WHERE project = ?1 AND platform = ?2 AND id = ?3";
        tx.prepare_cached(sql)?.execute((&place.project, &place.platform, &place.id))?;
        Ok::<_, ApiError>(json!({}))
    };
    api.state.store.write(write).await.map(Json)
}
