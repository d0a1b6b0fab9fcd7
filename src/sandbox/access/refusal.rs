//! How each service refuses who lacks a permission.
//!
//! Of Container Analysis the words were observed (T12 of `docs/binary-authorization.md`, "gcloud and
//! Container Analysis errors"), those of Kubernetes Engine, Cloud KMS and Artifact Registry are well
//! known; those of Binary Authorization are *inferred* from the form that newer services share.

use serde_json::json;

use super::grants::Need;
use crate::error::ApiError;
use wire::status::Code;

pub(super) fn refusal(need: &Need) -> ApiError {
    let service = need.permission.split('.').next().unwrap_or_default();
    let domain = format!("{service}.googleapis.com");
    let metadata = json!({"permission": need.permission, "resource": need.resource});
    ApiError::new(Code::PermissionDenied, words(service, need)).with_info("IAM_PERMISSION_DENIED", &domain, &metadata)
}

fn words(service: &str, Need { permission, resource }: &Need) -> String {
    let project = || resource.split('/').take(2).collect::<Vec<_>>().join("/");
    let last = resource.rsplit('/').next().unwrap_or_default();
    match service {
        "containeranalysis" => {
            let project = resource.split('/').nth(1).unwrap_or_default();
            let entity = resource.split('/').nth(3).unwrap_or_default();
            format!("permission \"{permission}\" denied for project \"{project}\", entity ID \"{entity}\"")
        }
        "container" => format!("Required \"{permission}\" permission(s) for \"{}\".", project()),
        "resourcemanager" => "The caller does not have permission".to_owned(),
        "serviceusage" if permission == "serviceusage.services.list" => {
            format!("Permission denied to list services for consumer container [{}]", project())
        }
        "serviceusage" => {
            let verb = permission.rsplit('.').next().unwrap_or_default();
            format!("Permission denied to {verb} service [{last}]")
        }
        "cloudkms" => format!("Permission '{permission}' denied on resource '{resource}' (or it may not exist)."),
        "logging" => "Permission denied for all log views".to_owned(),
        "sandbox" => "The caller does not have permission: the sandbox lets its owner alone call this.".to_owned(),
        _ => format!(
            "Permission '{permission}' denied on resource '//{service}.googleapis.com/{resource}' (or it may not exist)."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(
        "containeranalysis.notes.create",
        "projects/P",
        "permission \"containeranalysis.notes.create\" denied for project \"P\", entity ID \"\""
    )]
    #[case(
        "container.clusters.create",
        "projects/p",
        "Required \"container.clusters.create\" permission(s) for \"projects/p\"."
    )]
    #[case(
        "serviceusage.services.enable",
        "projects/p/services/x.googleapis.com",
        "Permission denied to enable service [x.googleapis.com]"
    )]
    #[case(
        "binaryauthorization.policy.update",
        "projects/p/policy",
        "Permission 'binaryauthorization.policy.update' denied on resource \
            '//binaryauthorization.googleapis.com/projects/p/policy' (or it may not exist)."
    )]
    fn the_services_words(#[case] permission: &str, #[case] resource: &str, #[case] message: &str) {
        assert_eq!(refusal(&Need::new(permission, resource)).message(), message);
    }
}
