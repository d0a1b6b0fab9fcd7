//! Entries of the audit log about calls that change what decides (`docs/binary-authorization.md`, "Calls of the Binary
//! Authorization API"): the policy, attestors, notes, who may read them, keys, images.

use serde_json::Value;

use super::field::text;
use crate::explain::change::{Change, ChangeKind};
use crate::text::clip;

/// Which service's methods change what; a method is known by how its name ends.
const CALLS: [(&str, &[&str], ChangeKind); 6] = [
    ("binaryauthorization.googleapis.com", &["UpdatePolicy"], ChangeKind::Policy),
    (
        "binaryauthorization.googleapis.com",
        &["CreateAttestor", "UpdateAttestor", "DeleteAttestor"],
        ChangeKind::Attestor,
    ),
    (
        "containeranalysis.googleapis.com",
        &["CreateNote", "UpdateNote", "DeleteNote", "BatchCreateNotes"],
        ChangeKind::Note,
    ),
    (
        "containeranalysis.googleapis.com",
        &["CreateOccurrence", "UpdateOccurrence", "DeleteOccurrence", "BatchCreateOccurrences"],
        ChangeKind::Attestation,
    ),
    (
        "cloudkms.googleapis.com",
        &["CreateCryptoKeyVersion", "UpdateCryptoKeyVersion", "DestroyCryptoKeyVersion", "RestoreCryptoKeyVersion"],
        ChangeKind::Key,
    ),
    (
        "artifactregistry.googleapis.com",
        &["Docker-PutManifest", "Docker-DeleteManifest", "CreateTag", "UpdateTag", "DeleteTag"],
        ChangeKind::Image,
    ),
];

/// What an entry says was changed; a call that failed changed nothing.
pub(super) fn told(entry: &Value) -> Option<Change> {
    let (service, method) = (text(entry, "/protoPayload/serviceName"), text(entry, "/protoPayload/methodName"));
    let call = method.rsplit('.').next().unwrap_or_default();
    let is_known = |known: &str| service == known;
    let has_failed = !matches!(text(entry, "/protoPayload/status/code").as_ref(), "" | "0");
    let kind = CALLS.iter().find(|(name, calls, _)| is_known(name) && calls.contains(&call)).map(|(_, _, kind)| *kind);
    let sets_access = call == "SetIamPolicy" && CALLS.iter().any(|(name, _, _)| is_known(name));
    let kind = kind.or(sets_access.then_some(ChangeKind::Access)).filter(|_| !has_failed)?;
    let author = text(entry, "/protoPayload/authenticationInfo/principalEmail");
    let resource = text(entry, "/protoPayload/resourceName");
    Some(Change {
        at: text(entry, "/timestamp").parse().ok()?,
        kind,
        what: clip(format!("{call} {resource}").trim_end()),
        author: Some(clip(&author)).filter(|author| !author.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(service: &str, method: &str, code: u32) -> Value {
        json!({"timestamp": "2026-11-30T18:41:39Z", "protoPayload": {"serviceName": service, "methodName": method,
            "resourceName": "projects/p/policy", "status": {"code": code},
            "authenticationInfo": {"principalEmail": "alice@acme.com"}}})
    }

    #[rstest::rstest]
    #[case(
        "binaryauthorization.googleapis.com",
        "google.cloud.binaryauthorization.v1.BinauthzManagementServiceV1.UpdatePolicy",
        Some(ChangeKind::Policy)
    )]
    #[case(
        "binaryauthorization.googleapis.com",
        "google.cloud.binaryauthorization.v1.BinauthzManagementServiceV1.GetPolicy",
        None
    )]
    #[case("binaryauthorization.googleapis.com", "google.iam.v1.IAMPolicy.SetIamPolicy", Some(ChangeKind::Access))]
    #[case("containeranalysis.googleapis.com", "google.iam.v1.IAMPolicy.SetIamPolicy", Some(ChangeKind::Access))]
    #[case("storage.googleapis.com", "google.iam.v1.IAMPolicy.SetIamPolicy", None)]
    #[case("artifactregistry.googleapis.com", "Docker-PutManifest", Some(ChangeKind::Image))]
    #[case("k8s.io", "io.k8s.core.v1.pods.create", None)]
    fn a_call_changes_what_its_service_says(
        #[case] service: &str,
        #[case] method: &str,
        #[case] kind: Option<ChangeKind>,
    ) {
        assert_eq!(told(&entry(service, method, 0)).map(|change| change.kind), kind);
        assert_eq!(told(&entry(service, method, 7)), None, "a call that failed changed nothing");
    }

    #[test]
    fn who_changed_what_is_told() {
        let change = told(&entry("binaryauthorization.googleapis.com", "x.UpdatePolicy", 0)).unwrap();
        assert_eq!(change.text(None), "policy 2026-11-30 18:41:39Z by alice@acme.com: UpdatePolicy projects/p/policy");
    }
}
