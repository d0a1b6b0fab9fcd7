//! The project's policy: there is always one, and a PUT replaces it whole.

use axum::Json;
use axum::extract::State as Shared;
use rusqlite::{OptionalExtension as _, Transaction};

use super::api::{Api, VERSIONS, check_etag, consumer, new_etag};
use crate::decode::{Params, snake};
use crate::error::ApiError;
use crate::request::{Body, Decoded, Names};
use crate::route::{Also, Needs, Row, get, post, put};
use crate::state::rfc3339;
use crate::store::StoreError;
use crate::{iam, projects};
use domain::diagnostic::{Code as Lint, Diagnostic, Severity};
use domain::document::{Dialect, Document};
use domain::name::AttestorName;
use domain::path::{Path as PolicyPath, Segment};
use domain::policy::Policy;
use domain::system_policy;
use wire::iam::{IamPolicy, TestIamPermissions};

/// The most references to attestors in one policy (the quotas' page).
const MAX_ATTESTORS: usize = 200;

/// The routes of the project's policy and of Google's.
pub(super) fn rows() -> Vec<Row<Api>> {
    const POLICY: &str = "projects/{project}/policy";
    vec![
        get(VERSIONS, POLICY, Needs::On("binaryauthorization.policy.get", POLICY)).by(read),
        put(VERSIONS, POLICY, Needs::On("binaryauthorization.policy.update", POLICY))
            .also(Also::ReadNewAttestors)
            .document(|body| decode(body).map(|policy| Decoded::Policy(Box::new(policy))))
            .by(update),
        get(VERSIONS, POLICY, Needs::On("binaryauthorization.policy.getIamPolicy", POLICY))
            .verb("getIamPolicy")
            .by(get_iam_policy),
        post(VERSIONS, POLICY, Needs::On("binaryauthorization.policy.setIamPolicy", POLICY))
            .verb("setIamPolicy")
            .body(&iam::SET, "")
            .by(set_iam_policy),
        post(VERSIONS, POLICY, Needs::Tested(POLICY))
            .verb("testIamPermissions")
            .body(&iam::TEST, "")
            .by(test_iam_permissions),
        get(VERSIONS, "locations/{location}/policy", Needs::Nothing).by(read_system),
    ]
}

/// The project's policy: the default one where none was ever stored.
pub(crate) fn current(tx: &Transaction<'_>, project: &str) -> Result<Policy, StoreError> {
    let stored: Option<String> = tx
        .prepare_cached("SELECT policy FROM policies WHERE project = ?1")?
        .query_row([project], |row| row.get(0))
        .optional()?;
    match stored {
        Some(policy) => Ok(serde_json::from_str(&policy)?),
        None => Ok(Policy::default_for(project)),
    }
}

pub(super) async fn read(Shared(api): Shared<Api>, Names(project): Names<String>) -> Result<Json<Policy>, ApiError> {
    let read = move |tx: &Transaction<'_>| Ok::<_, ApiError>(current(tx, &consumer(tx, &project)?.id)?);
    api.state.store.read(read).await.map(Json)
}

/// Google's own policy, as far as it is documented.
pub(super) async fn read_system(Names(location): Names<String>) -> Result<Json<Policy>, ApiError> {
    if system_policy::is_location(&location) {
        return Ok(Json(system_policy::documented_policy(&location)));
    }
    Err(ApiError::invalid_field("name", format!("Location {location:.60} has no system policy.")))
}

pub(super) async fn update(
    Shared(api): Shared<Api>,
    Names(project): Names<String>,
    body: Body,
) -> Result<Json<Policy>, ApiError> {
    let Decoded::Policy(wanted) = body.0 else { return Err(ApiError::invalid("A policy is required.")) };
    let now = rfc3339(api.state.clock.now());
    api.state.store.write(move |tx| replace(tx, &project, *wanted, now)).await.map(Json)
}

fn replace(tx: &Transaction<'_>, project: &str, mut policy: Policy, now: String) -> Result<Policy, ApiError> {
    let project = consumer(tx, project)?.id;
    check_attestors(tx, &policy)?;
    let stored = current(tx, &project)?;
    check_etag(policy.etag.as_deref(), stored.etag.as_deref(), "policy")?;
    policy.name = Some(format!("projects/{project}/policy"));
    policy.update_time = Some(now);
    policy.etag = Some(new_etag());
    tx.prepare_cached("INSERT OR REPLACE INTO policies (project, policy) VALUES (?1, ?2)")?
        .execute((&project, serde_json::to_string(&policy)?))?;
    Ok(policy)
}

/// The policy in a body, or what the service refuses in it (`docs/binary-authorization.md`, "Refused
/// policies").
fn decode(body: &[u8]) -> Result<Policy, ApiError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| ApiError::invalid(format!("Invalid JSON payload received. Invalid UTF-8: {error}.")))?;
    let text = if text.trim().is_empty() { "{}" } else { text };
    let document = Document::parse(text, Dialect::Rest);
    document.policy.ok_or_else(|| {
        let errors = document.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        refusal("policy", errors.collect::<Vec<_>>().as_slice())
    })
}

/// The first problem in the message, and all of them in the details; `root` is the name of the policy
/// in the request. The service's own texts are not
/// published but for the one of unknown fields, which all of Google's APIs share.
pub(super) fn refusal(root: &str, errors: &[&Diagnostic]) -> ApiError {
    const MAX_SHOWN: usize = 20;
    let message = |error: &Diagnostic| match (error.code, error.path.0.as_slice()) {
        (Lint::UnknownKey, [parents @ .., Segment::Field(name) | Segment::Key(name)]) => {
            let at = field(root, &PolicyPath(parents.to_vec()));
            format!("Invalid JSON payload received. Unknown name \"{name}\" at '{at}': Cannot find field.")
        }
        (Lint::Syntax, _) => format!("Invalid JSON payload received. {}", error.message),
        _ => format!("Invalid value at '{}': {}", field(root, &error.path), error.message),
    };
    let violations = errors.iter().take(MAX_SHOWN).map(|error| (field(root, &error.path), message(error)));
    ApiError::invalid_fields(violations)
}

/// A place as the service names it: `policy.default_admission_rule.evaluation_mode`.
fn field(root: &str, path: &PolicyPath) -> String {
    path.0.iter().fold(root.to_owned(), |place, segment| match segment {
        Segment::Field(name) => format!("{place}.{}", snake(name)),
        Segment::Key(key) => format!("{place}[\"{key}\"]"),
        Segment::Index(index) => format!("{place}[{index}]"),
    })
}

/// An attestor has to exist before a policy can name it. That a missing one is `INVALID_ARGUMENT` is
/// inferred.
fn check_attestors(tx: &Transaction<'_>, policy: &Policy) -> Result<(), ApiError> {
    let references: usize = policy.all_rules().map(|(_, _, rule)| rule.require_attestations_by.len()).sum();
    if references > MAX_ATTESTORS {
        let message = format!("A policy names at most {MAX_ATTESTORS} attestors; this one names {references}.");
        return Err(ApiError::invalid_field("policy", message));
    }
    for name in policy.attestors() {
        let parsed: Option<AttestorName> = name.parse().ok();
        let project = parsed.as_ref().map(|name| projects::active(tx, name.project())).transpose()?.flatten();
        let found = match (parsed, project) {
            (Some(name), Some(project)) => super::attestors::find(tx, &project.id, name.id())?.is_some(),
            _ => false,
        };
        if !found {
            let message = format!("Attestor {name} does not exist, or the caller may not read it.");
            return Err(ApiError::invalid_field("policy", message));
        }
    }
    Ok(())
}

pub(super) async fn get_iam_policy(
    Shared(api): Shared<Api>,
    Names(project): Names<String>,
    params: Params,
) -> Result<Json<IamPolicy>, ApiError> {
    let version = iam::requested_version(&params)?;
    let read = move |tx: &Transaction<'_>| Ok::<_, ApiError>(iam::get(tx, &resource(tx, &project)?)?);
    api.state.store.read(read).await.map(|policy| Json(iam::as_version(policy, version)))
}

pub(super) async fn set_iam_policy(
    Shared(api): Shared<Api>,
    Names(project): Names<String>,
    body: Body,
) -> Result<Json<IamPolicy>, ApiError> {
    let wanted = iam::wanted(body)?;
    api.state.store.write(move |tx| iam::set(tx, &resource(tx, &project)?, wanted)).await.map(Json)
}

pub(super) async fn test_iam_permissions(body: Body) -> Result<Json<TestIamPermissions>, ApiError> {
    iam::test(body).map(Json)
}

fn resource(tx: &Transaction<'_>, project: &str) -> Result<String, ApiError> {
    Ok(format!("{}/policy", consumer(tx, project)?.resource()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(
        r#"{"defaultAdmissionRule": {"evaluationMode": "ALWAYS_DENY", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}, "foo": 1}"#,
        "Invalid JSON payload received. Unknown name \"foo\" at 'policy': Cannot find field."
    )]
    #[case(
        r#"{"default_admission_rule": {"evaluationMode": "ALWAYS_DENY", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG", "x": 1}}"#,
        "Invalid JSON payload received. Unknown name \"x\" at 'policy.default_admission_rule': Cannot find field."
    )]
    #[case("{", "Invalid JSON payload received. ")]
    #[case("", "Invalid value at 'policy")]
    #[case(
        r#"{"defaultAdmissionRule": {"evaluationMode": "DENY", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}}"#,
        "Invalid value at 'policy.default_admission_rule.evaluation_mode': "
    )]
    fn refusals(#[case] body: &str, #[case] start: &str) {
        let error = decode(body.as_bytes()).unwrap_err();
        assert!(error.message().starts_with(start), "{}", error.message());
    }
}
