//! `continuousValidationConfig` (v1alpha2): whether the project's own policy is also checked after
//! admission. The sandbox keeps the setting; it watches no clusters.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{OptionalExtension as _, Transaction};
use serde_json::{Value, json};

use super::api::{Api, consumer};
use crate::decode::{FieldKind, Message, Params};
use crate::error::ApiError;
use crate::iam;
use crate::request::{Body, Names};
use crate::route::{Needs, Row, get, post, put};
use crate::state::rfc3339;
use wire::iam::{IamPolicy, TestIamPermissions};

const ENFORCEMENT: Message = Message(&[(&["enabled"], FieldKind::Bool)]);
const CONFIG: Message = Message(&[
    (&["name"], FieldKind::Text),
    (&["enforcementPolicyConfig"], FieldKind::Message(&ENFORCEMENT)),
    (&["updateTime"], FieldKind::Text),
]);

/// The routes of the setting.
pub(super) fn rows() -> Vec<Row<Api>> {
    const V: &[&str] = &["v1alpha2"];
    const CONFIGURATION: &str = "projects/{project}/continuousValidationConfig";
    const ATTESTATION: &str = "projects/{project}/attestors/{attestor}/attestations/{attestation}";
    let needs = |permission| Needs::On(permission, CONFIGURATION);
    vec![
        get(V, CONFIGURATION, needs("binaryauthorization.continuousValidationConfig.get")).by(read),
        put(V, CONFIGURATION, needs("binaryauthorization.continuousValidationConfig.update"))
            .body(&CONFIG, "continuous_validation_config")
            .by(update),
        get(V, CONFIGURATION, needs("binaryauthorization.continuousValidationConfig.getIamPolicy"))
            .verb("getIamPolicy")
            .by(get_iam_policy),
        post(V, CONFIGURATION, needs("binaryauthorization.continuousValidationConfig.setIamPolicy"))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(set_iam_policy),
        post(V, CONFIGURATION, Needs::Tested(CONFIGURATION))
            .verb("testIamPermissions")
            .body(&iam::TEST, "")
            .by(test_iam_permissions),
        post(V, ATTESTATION, Needs::Tested(ATTESTATION))
            .verb("testIamPermissions")
            .body(&iam::TEST, "")
            .by(test_iam_permissions),
    ]
}

/// As the API shows it: off until it is turned on, and proto3's JSON leaves out what is off.
fn shown(project: &str, stored: Option<(bool, String)>) -> Value {
    let (enabled, time) = stored.map_or((false, None), |(enabled, time)| (enabled, Some(time)));
    let enforcement = if enabled { json!({"enabled": true}) } else { json!({}) };
    let mut config = json!({
        "name": format!("projects/{project}/continuousValidationConfig"),
        "enforcementPolicyConfig": enforcement,
    });
    if let Some(time) = time {
        config["updateTime"] = time.into();
    }
    config
}

async fn read(Shared(api): Shared<Api>, Names(project): Names<String>) -> Result<Json<Value>, ApiError> {
    let read = move |tx: &Transaction<'_>| {
        let project = consumer(tx, &project)?.id;
        let stored = tx
            .prepare_cached("SELECT enabled, update_time FROM continuous_validation WHERE project = ?1")?
            .query_row([&project], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok::<_, ApiError>(shown(&project, stored))
    };
    api.state.store.read(read).await.map(Json)
}

async fn update(Shared(api): Shared<Api>, Names(project): Names<String>, body: Body) -> Result<Json<Value>, ApiError> {
    let wanted = body.value();
    let enabled = wanted["enforcementPolicyConfig"]["enabled"].as_bool().unwrap_or(false);
    let now = rfc3339(api.state.clock.now());
    let write = move |tx: &Transaction<'_>| {
        let project = consumer(tx, &project)?.id;
        let sql = "INSERT OR REPLACE INTO continuous_validation (project, enabled, update_time) VALUES (?1, ?2, ?3)";
        tx.prepare_cached(sql)?.execute((&project, enabled, &now))?;
        Ok::<_, ApiError>(shown(&project, Some((enabled, now))))
    };
    api.state.store.write(write).await.map(Json)
}

fn resource(tx: &Transaction<'_>, project: &str) -> Result<String, ApiError> {
    Ok(format!("{}/continuousValidationConfig", consumer(tx, project)?.resource()))
}

async fn get_iam_policy(
    Shared(api): Shared<Api>,
    Names(project): Names<String>,
    params: Params,
) -> Result<Json<IamPolicy>, ApiError> {
    let version = iam::requested_version(&params)?;
    let read = move |tx: &Transaction<'_>| Ok::<_, ApiError>(iam::get(tx, &resource(tx, &project)?)?);
    api.state.store.read(read).await.map(|policy| Json(iam::as_version(policy, version)))
}

async fn set_iam_policy(
    Shared(api): Shared<Api>,
    Names(project): Names<String>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::wanted(body)?;
    api.state.store.write(move |tx| iam::set(tx, &resource(tx, &project)?, wanted)).await.map(Json)
}

async fn test_iam_permissions(body: Body) -> Result<Json<TestIamPermissions>, ApiError> {
    iam::test(body).map(Json)
}
