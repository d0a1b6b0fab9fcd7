//! What is asked of clusters, and what is refused.

use serde_json::Value;

use super::store::link_path;
use crate::decode::{self, FieldKind, Message};
use crate::error::ApiError;
use crate::state::ClusterId;
use wire::container::BinaryAuthorization;
use wire::status::Code;

const BINARY_AUTHORIZATION: Message = Message(&[
    (&["enabled"], FieldKind::Bool),
    (
        &["evaluationMode"],
        FieldKind::Enum(&[
            "EVALUATION_MODE_UNSPECIFIED",
            "DISABLED",
            "PROJECT_SINGLETON_POLICY_ENFORCE",
            "POLICY_BINDINGS",
            "POLICY_BINDINGS_AND_PROJECT_SINGLETON_POLICY_ENFORCE",
        ]),
    ),
    (&["policyBindings"], FieldKind::Any),
]);

/// `cluster` has a hundred fields; those that mean nothing here are not looked at.
const CLUSTER: Message = Message(&[
    (&["name"], FieldKind::Text),
    (&["binaryAuthorization"], FieldKind::Message(&BINARY_AUTHORIZATION)),
    (&["initialNodeCount"], FieldKind::Any),
    (&["nodePools"], FieldKind::Any),
]);
const DESIRED: Message = Message(&[(&["desiredBinaryAuthorization"], FieldKind::Message(&BINARY_AUTHORIZATION))]);

pub(super) const CREATE: Message = Message(&[
    (&["parent"], FieldKind::Text),
    (&["projectId"], FieldKind::Text),
    (&["zone"], FieldKind::Text),
    (&["cluster"], FieldKind::Open(&CLUSTER)),
]);
pub(super) const UPDATE: Message = Message(&[
    (&["name"], FieldKind::Text),
    (&["projectId"], FieldKind::Text),
    (&["zone"], FieldKind::Text),
    (&["clusterId"], FieldKind::Text),
    (&["update"], FieldKind::Open(&DESIRED)),
]);

/// A cluster that is to be made.
#[derive(Debug)]
pub(super) struct NewCluster {
    pub(super) name: String,
    pub(super) node_count: u32,
    pub(super) binary_authorization: Option<BinaryAuthorization>,
}

pub(super) fn decode_create(request: &Value) -> Result<NewCluster, ApiError> {
    let cluster = &request["cluster"];
    let name = cluster["name"].as_str().unwrap_or_default();
    if !is_cluster_name(name) {
        let message = format!(
            "Invalid value for field \"cluster.name\": \"{name:.60}\". Must be a match of regex \
             '(?:[a-z](?:[-a-z0-9]{{0,38}}[a-z0-9])?)'."
        );
        return Err(ApiError::invalid_field("cluster.name", message));
    }
    Ok(NewCluster {
        name: name.to_owned(),
        node_count: node_count(cluster),
        binary_authorization: cluster.get("binaryAuthorization").map(mode).transpose()?,
    })
}

/// The mode that an update asks for.
pub(super) fn decode_update(request: &Value) -> Result<BinaryAuthorization, ApiError> {
    const FIELD: &str = "desiredBinaryAuthorization";
    let update = request["update"].as_object().filter(|update| !update.is_empty());
    let update = update.ok_or_else(|| ApiError::invalid("Must specify a field to update."))?;
    if let Some(other) = update.keys().find(|key| *key != FIELD) {
        let message = format!("The sandbox changes only desiredBinaryAuthorization of a cluster, not {other:.60}.");
        return Err(ApiError::invalid_field("update", message));
    }
    update.get(FIELD).map_or_else(|| Ok(BinaryAuthorization::default()), mode)
}

fn mode(value: &Value) -> Result<BinaryAuthorization, ApiError> {
    decode::typed(value.clone())
}

/// The number of nodes of the cluster or of its first pool; three, as gcloud has it, where nothing is said.
fn node_count(cluster: &Value) -> u32 {
    let pool = &cluster["nodePools"][0];
    let counts = [&cluster["initialNodeCount"], &pool["initialNodeCount"]];
    let count = counts.into_iter().find_map(Value::as_u64).filter(|count| *count > 0);
    count.and_then(|count| u32::try_from(count).ok()).unwrap_or(3)
}

fn is_cluster_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A region (`us-central1`) or a zone (`us-central1-a`). Which of them exist is not known here.
pub(super) fn check_location(location: &str) -> Result<(), ApiError> {
    let mut parts = location.split('-');
    let (area, region, zone, rest) = (parts.next(), parts.next(), parts.next(), parts.next());
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let numbered = |part: &str| {
        letters(part.trim_end_matches(|c: char| c.is_ascii_digit())) && part.ends_with(|c: char| c.is_ascii_digit())
    };
    let zone = zone.is_none_or(|zone| zone.len() == 1 && letters(zone));
    if area.is_some_and(letters) && region.is_some_and(numbered) && zone && rest.is_none() {
        return Ok(());
    }
    Err(ApiError::invalid_field("parent", format!("Location \"{location:.60}\" does not exist.")))
}

pub(super) fn not_found(id: &ClusterId) -> ApiError {
    ApiError::new(Code::NotFound, format!("Not found: {}.", link_path(id)))
}

pub(super) fn already_exists(id: &ClusterId) -> ApiError {
    ApiError::new(Code::AlreadyExists, format!("Already exists: {}.", link_path(id)))
}

pub(super) fn incompatible_operation(id: &ClusterId) -> ApiError {
    let message =
        format!("Operation is currently creating cluster {}. Please wait and try again once it is done.", id.name);
    ApiError::new(Code::FailedPrecondition, message)
}

pub(super) fn operation_not_found(project: &str, location: &str, name: &str) -> ApiError {
    let message = format!("Not found: projects/{project}/locations/{location}/operations/{name}.");
    ApiError::new(Code::NotFound, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("us-central1-a", true)]
    #[case("northamerica-northeast1", true)]
    #[case("-", false)]
    #[case("global", false)]
    #[case("us-central1-a-b", false)]
    #[case("us-central-a", false)]
    fn locations(#[case] location: &str, #[case] good: bool) {
        assert_eq!(check_location(location).is_ok(), good);
    }

    #[rstest::rstest]
    #[case("binauthz-codelab", true)]
    #[case("a", true)]
    #[case("", false)]
    #[case("1a", false)]
    #[case("a-", false)]
    #[case("A", false)]
    fn names(#[case] name: &str, #[case] good: bool) {
        assert_eq!(is_cluster_name(name), good);
    }
}
