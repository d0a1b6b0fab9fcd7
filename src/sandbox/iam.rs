//! Who has which role on a resource (`google.iam.v1`): one stored policy for each resource, and the
//! verbs that all APIs share.
//!
//! The grants matter for the sandbox's people (`access`) and for the service accounts that read on the
//! project's behalf (`enforcer`).

use rusqlite::{OptionalExtension as _, Transaction};

use super::decode::{FieldKind, Message, Params};
use super::error::ApiError;
use super::page::written_bytes;
use super::request::Body;
use super::service_agents;
use super::store::StoreError;
use wire::base64_bytes;
use wire::iam::{IamPolicy, SetIamPolicy, TestIamPermissions};
use wire::status::Code;

/// The tables of IAM policies.
pub(super) const SCHEMA: &str = "
    CREATE TABLE iam_policies (
        -- projects/P, projects/P/notes/N, …
        resource TEXT PRIMARY KEY,
        policy TEXT NOT NULL,
        generation INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// The etag of a resource that never had a policy.
const NO_POLICY_ETAG: &str = "ACAB";

/// The most principals of one policy, each counted as often as it is named (IAM's quotas).
const MAX_MEMBERS: usize = 1500;

/// The largest policy (IAM's quotas).
const MAX_POLICY_BYTES: usize = 250 * 1024;

const EXPR: Message = Message(&[
    (&["title"], FieldKind::Text),
    (&["description"], FieldKind::Text),
    (&["expression"], FieldKind::Text),
    (&["location"], FieldKind::Text),
]);
const BINDING: Message = Message(&[
    (&["role"], FieldKind::Text),
    (&["members"], FieldKind::List(&FieldKind::Text)),
    (&["condition"], FieldKind::Message(&EXPR)),
]);
const POLICY: Message = Message(&[
    (&["version"], FieldKind::Integer),
    (&["etag"], FieldKind::Bytes),
    (&["bindings"], FieldKind::List(&FieldKind::Message(&BINDING))),
    (&["auditConfigs"], FieldKind::Any),
]);
const OPTIONS: Message = Message(&[(&["requestedPolicyVersion"], FieldKind::Integer)]);
/// The body of `:getIamPolicy`, where that is a POST.
pub(super) const GET: Message =
    Message(&[(&["resource"], FieldKind::Text), (&["options"], FieldKind::Message(&OPTIONS))]);
/// The body of `:setIamPolicy`.
pub(super) const SET: Message = Message(&[
    (&["resource"], FieldKind::Text),
    (&["policy"], FieldKind::Message(&POLICY)),
    (&["updateMask"], FieldKind::Text),
]);
/// The body of `:testIamPermissions`.
pub(super) const TEST: Message =
    Message(&[(&["resource"], FieldKind::Text), (&["permissions"], FieldKind::List(&FieldKind::Text))]);

/// The policy of a resource; one that never had any has an empty one with an etag.
pub(super) fn get(tx: &Transaction<'_>, resource: &str) -> Result<IamPolicy, StoreError> {
    let stored: Option<String> = tx
        .prepare_cached("SELECT policy FROM iam_policies WHERE resource = ?1")?
        .query_row([resource], |row| row.get(0))
        .optional()?;
    match stored {
        Some(policy) => Ok(serde_json::from_str(&policy)?),
        None => Ok(IamPolicy { etag: Some(NO_POLICY_ETAG.to_owned()), ..IamPolicy::default() }),
    }
}

/// The `options.requestedPolicyVersion` of a request to read a policy; 0 where there is none.
pub(super) fn requested_version(params: &Params) -> Result<u32, ApiError> {
    let text = params.get("options.requestedPolicyVersion").unwrap_or("0");
    known_version(text.parse().unwrap_or(u64::MAX))
}

/// The requested version in the body of a POST; 0 where there is none.
pub(super) fn requested_in_body(body: Body) -> Result<u32, ApiError> {
    let request = body.value();
    match &request["options"]["requestedPolicyVersion"] {
        serde_json::Value::Null => Ok(0),
        version => known_version(version.as_u64().unwrap_or(u64::MAX)),
    }
}

fn known_version(version: u64) -> Result<u32, ApiError> {
    match version {
        0 => Ok(0),
        1 => Ok(1),
        3 => Ok(3),
        _ => {
            let at = "options.requested_policy_version";
            Err(ApiError::invalid_field(at, "The requested policy version must be 0, 1 or 3."))
        }
    }
}

/// The policy for a caller that understands this version: below 3 it knows of no conditions, and gets
/// the roles of such bindings with `_withcond_` and a hash behind them (IAM's documentation; how the
/// hash is made is inferred).
pub(super) fn as_version(mut policy: IamPolicy, version: u32) -> IamPolicy {
    if version == 3 || policy.bindings.iter().all(|binding| binding.condition.is_none()) {
        return policy;
    }
    for binding in &mut policy.bindings {
        if let Some(condition) = binding.condition.take() {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, condition.to_string().as_bytes());
            let short: String = hex::encode(digest).chars().take(20).collect();
            binding.role = format!("{}_withcond_{short}", binding.role);
        }
    }
    policy.version = Some(1);
    policy
}

/// The policy in a request to set it.
pub(super) fn wanted(body: Body) -> Result<IamPolicy, ApiError> {
    let request: SetIamPolicy = body.typed()?;
    check(&request.policy)?;
    Ok(request.policy)
}

/// Replaces the policy of a resource, unless it was changed since the etag was read.
pub(super) fn set(tx: &Transaction<'_>, resource: &str, mut policy: IamPolicy) -> Result<IamPolicy, ApiError> {
    let current = get(tx, resource)?;
    if policy.etag.is_some() && policy.etag != current.etag {
        return Err(ApiError::new(
            Code::Aborted,
            "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
        ));
    }
    for member in policy.bindings.iter().flat_map(|binding| &binding.members) {
        service_agents::check_member(tx, member)?;
    }
    let generation: i64 = tx
        .prepare_cached("SELECT coalesce(max(generation), 0) + 1 FROM iam_policies WHERE resource = ?1")?
        .query_row([resource], |row| row.get(0))?;
    policy.bindings.retain(|binding| !binding.members.is_empty());
    policy.version = policy.version.filter(|version| *version > 0).or(Some(1));
    policy.etag = Some(etag(resource, generation));
    tx.prepare_cached("INSERT OR REPLACE INTO iam_policies (resource, policy, generation) VALUES (?1, ?2, ?3)")?
        .execute((resource, serde_json::to_string(&policy)?, generation))?;
    Ok(policy)
}

/// Forgets the policy of a resource that is gone.
pub(super) fn forget(tx: &Transaction<'_>, resource: &str) -> Result<(), ApiError> {
    tx.prepare_cached("DELETE FROM iam_policies WHERE resource = ?1")?.execute([resource])?;
    Ok(())
}

/// The permissions of those asked for that the caller has: the access rules took the others out.
pub(super) fn test(body: Body) -> Result<TestIamPermissions, ApiError> {
    body.typed()
}

/// Eight bytes, as the services' etags have them, that differ between changes.
fn etag(resource: &str, generation: i64) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("{resource} {generation}").as_bytes());
    base64_bytes::encode(digest.as_ref().get(..8).unwrap_or_default())
}

fn check(policy: &IamPolicy) -> Result<(), ApiError> {
    if policy.version.is_some_and(|version| ![0, 1, 3].contains(&version)) {
        return Err(ApiError::invalid_field("policy.version", "Policy version must be 0, 1 or 3."));
    }
    check_size(policy)?;
    for (n, binding) in policy.bindings.iter().enumerate() {
        let at = format!("policy.bindings[{n}]");
        if !is_role(&binding.role) {
            let message = format!("Role ({}) is not a role: expected roles/NAME.", binding.role);
            return Err(ApiError::invalid_field(&format!("{at}.role"), message));
        }
        if binding.condition.is_some() && policy.version != Some(3) {
            let message = "A binding with a condition needs policy version 3.";
            return Err(ApiError::invalid_field(&format!("{at}.condition"), message));
        }
        if let Some(member) = binding.members.iter().find(|member| !is_member(member)) {
            let message =
                format!("The member {member} is of an unknown type. Please set a valid type prefix for the member.");
            return Err(ApiError::invalid_field(&format!("{at}.members"), message));
        }
    }
    Ok(())
}

/// A policy has a limited number of principals and a limited size.
fn check_size(policy: &IamPolicy) -> Result<(), ApiError> {
    let members: usize = policy.bindings.iter().map(|binding| binding.members.len()).sum();
    if members > MAX_MEMBERS {
        let message = format!("Policy has {members} principals, more than the limit of {MAX_MEMBERS}.");
        return Err(ApiError::invalid_field("policy.bindings", message));
    }
    let bytes = written_bytes(policy);
    if bytes > MAX_POLICY_BYTES {
        let message = format!("Policy has {bytes} bytes, more than the limit of {MAX_POLICY_BYTES}.");
        return Err(ApiError::invalid_field("policy", message));
    }
    Ok(())
}

/// `roles/x`, `projects/P/roles/x` or `organizations/O/roles/x`.
fn is_role(role: &str) -> bool {
    let custom = ["projects/", "organizations/"].iter().any(|scope| role.starts_with(scope));
    let (scope, name) = role.rsplit_once("roles/").unwrap_or_default();
    !name.is_empty() && !name.contains('/') && (scope.is_empty() || (custom && scope.ends_with('/')))
}

fn is_member(member: &str) -> bool {
    const TYPES: [&str; 10] = [
        "user",
        "serviceAccount",
        "group",
        "domain",
        "principal",
        "principalSet",
        "projectOwner",
        "projectEditor",
        "projectViewer",
        "deleted",
    ];
    let typed = member.split_once(':').is_some_and(|(kind, id)| TYPES.contains(&kind) && !id.is_empty());
    typed || ["allUsers", "allAuthenticatedUsers"].contains(&member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("roles/containeranalysis.notes.occurrences.viewer", true)]
    #[case("projects/p/roles/mine", true)]
    #[case("viewer", false)]
    #[case("roles/", false)]
    #[case("xroles/a", false)]
    fn roles(#[case] role: &str, #[case] good: bool) {
        assert_eq!(is_role(role), good);
    }

    #[rstest::rstest]
    #[case("serviceAccount:a@p.iam.gserviceaccount.com", true)]
    #[case("principalSet://iam.googleapis.com/x", true)]
    #[case("allUsers", true)]
    #[case("a@example.com", false)]
    #[case("user:", false)]
    fn members(#[case] member: &str, #[case] good: bool) {
        assert_eq!(is_member(member), good);
    }
}
