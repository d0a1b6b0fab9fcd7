//! The predefined roles, as far as the sandbox's methods ask for what they hold
//! (`docs/binary-authorization.md`, "Roles and grants", and the lists of each service). Roles that are
//! not here grant nothing.

/// A role and its permissions; `*` at the end stands for all that begin so.
type Role = (&'static str, &'static [&'static str]);

const ROLES: &[Role] = &[
    (
        "roles/binaryauthorization.policyViewer",
        &[
            "binaryauthorization.policy.get",
            "binaryauthorization.policy.getIamPolicy",
            "binaryauthorization.platformPolicies.get",
            "binaryauthorization.platformPolicies.list",
            "binaryauthorization.continuousValidationConfig.get",
        ],
    ),
    (
        "roles/binaryauthorization.policyEditor",
        &[
            "binaryauthorization.policy.get",
            "binaryauthorization.policy.getIamPolicy",
            "binaryauthorization.policy.update",
            "binaryauthorization.platformPolicies.*",
            "binaryauthorization.continuousValidationConfig.get",
            "binaryauthorization.continuousValidationConfig.update",
        ],
    ),
    (
        "roles/binaryauthorization.policyAdmin",
        &[
            "binaryauthorization.policy.*",
            "binaryauthorization.platformPolicies.*",
            "binaryauthorization.continuousValidationConfig.*",
        ],
    ),
    (
        "roles/binaryauthorization.policyEvaluator",
        &["binaryauthorization.policy.get", "binaryauthorization.platformPolicies.evaluatePolicy"],
    ),
    (
        "roles/binaryauthorization.attestorsViewer",
        &["binaryauthorization.attestors.get", "binaryauthorization.attestors.list"],
    ),
    (
        "roles/binaryauthorization.attestorsVerifier",
        &[
            "binaryauthorization.attestors.get",
            "binaryauthorization.attestors.list",
            "binaryauthorization.attestors.verifyImageAttested",
        ],
    ),
    (
        "roles/binaryauthorization.attestorsEditor",
        &[
            "binaryauthorization.attestors.get",
            "binaryauthorization.attestors.list",
            "binaryauthorization.attestors.create",
            "binaryauthorization.attestors.update",
            "binaryauthorization.attestors.delete",
            "binaryauthorization.attestors.verifyImageAttested",
        ],
    ),
    ("roles/binaryauthorization.attestorsAdmin", &["binaryauthorization.attestors.*"]),
    ("roles/containeranalysis.admin", &["containeranalysis.*"]),
    ("roles/containeranalysis.notes.viewer", &["containeranalysis.notes.get", "containeranalysis.notes.list"]),
    ("roles/containeranalysis.notes.attacher", &["containeranalysis.notes.attachOccurrence"]),
    (
        "roles/containeranalysis.notes.editor",
        &[
            "containeranalysis.notes.attachOccurrence",
            "containeranalysis.notes.create",
            "containeranalysis.notes.delete",
            "containeranalysis.notes.get",
            "containeranalysis.notes.list",
            "containeranalysis.notes.update",
        ],
    ),
    (
        "roles/containeranalysis.notes.occurrences.viewer",
        &["containeranalysis.notes.listOccurrences", "containeranalysis.occurrences.get"],
    ),
    (
        "roles/containeranalysis.occurrences.viewer",
        &["containeranalysis.occurrences.get", "containeranalysis.occurrences.list"],
    ),
    (
        "roles/containeranalysis.occurrences.editor",
        &[
            "containeranalysis.occurrences.create",
            "containeranalysis.occurrences.delete",
            "containeranalysis.occurrences.get",
            "containeranalysis.occurrences.list",
            "containeranalysis.occurrences.update",
        ],
    ),
    ("roles/container.admin", &["container.*"]),
    ("roles/container.clusterAdmin", &["container.clusters.*", "container.operations.*"]),
    (
        "roles/container.clusterViewer",
        &["container.clusters.get", "container.clusters.list", "container.operations.get"],
    ),
    ("roles/cloudkms.viewer", &["cloudkms.*.get", "cloudkms.*.list"]),
    ("roles/cloudkms.signer", &["cloudkms.cryptoKeyVersions.useToSign"]),
    ("roles/cloudkms.publicKeyViewer", &["cloudkms.cryptoKeyVersions.viewPublicKey"]),
    (
        "roles/cloudkms.signerVerifier",
        &["cloudkms.cryptoKeyVersions.useToSign", "cloudkms.cryptoKeyVersions.viewPublicKey"],
    ),
    ("roles/artifactregistry.admin", &["artifactregistry.*"]),
    ("roles/logging.viewer", &["logging.logEntries.list", "logging.logs.list"]),
    ("roles/logging.admin", &["logging.*"]),
    (
        "roles/serviceusage.serviceUsageConsumer",
        &["serviceusage.services.get", "serviceusage.services.list", "serviceusage.services.use"],
    ),
    ("roles/serviceusage.serviceUsageViewer", &["serviceusage.services.get", "serviceusage.services.list"]),
    ("roles/serviceusage.serviceUsageAdmin", &["serviceusage.*"]),
    (
        "roles/resourcemanager.projectIamAdmin",
        &["resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"],
    ),
    ("roles/browser", &[]),
];

/// Roles that are told by the last part of a permission.
const BY_VERB: &[&str] = &[
    "roles/owner",
    "roles/editor",
    "roles/viewer",
    "roles/container.viewer",
    "roles/container.developer",
    "roles/cloudkms.admin",
    "roles/artifactregistry.reader",
    "roles/artifactregistry.writer",
    "roles/artifactregistry.repoAdmin",
    "roles/iam.securityReviewer",
];

/// Whether the sandbox knows what the role holds.
pub(crate) fn is_known(role: &str) -> bool {
    BY_VERB.contains(&role) || ROLES.iter().any(|(name, _)| *name == role)
}

/// Whether the role holds the permission.
pub(super) fn holds(role: &str, permission: &str) -> bool {
    // Every predefined role of a service lets see the project.
    if permission == "resourcemanager.projects.get" {
        return is_known(role);
    }
    let listed = ROLES.iter().find(|(name, _)| *name == role);
    listed.is_some_and(|(_, patterns)| patterns.iter().any(|pattern| matches(pattern, permission)))
        || by_verb(role, permission)
}

fn matches(pattern: &str, permission: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == permission,
        Some((front, back)) => permission.starts_with(front) && permission.ends_with(back),
    }
}

fn by_verb(role: &str, permission: &str) -> bool {
    let verb = permission.rsplit('.').next().unwrap_or_default();
    let reads = || ["get", "list", "getLogs", "listOccurrences"].contains(&verb);
    let of = |service: &str| permission.split('.').next() == Some(service);
    match role {
        "roles/owner" => true,
        // Editors change things, not who may do so, and use no keys.
        "roles/editor" => verb != "setIamPolicy" && !verb.starts_with("useTo") && !permission.starts_with("sandbox."),
        "roles/viewer" => reads(),
        "roles/container.viewer" => of("container") && reads(),
        "roles/container.developer" => of("container") && (reads() || !permission.starts_with("container.clusters.")),
        "roles/cloudkms.admin" => of("cloudkms") && !verb.starts_with("useTo"),
        "roles/artifactregistry.reader" => of("artifactregistry") && (reads() || verb == "downloadArtifacts"),
        "roles/artifactregistry.writer" => {
            let writes = ["downloadArtifacts", "uploadArtifacts"].contains(&verb);
            let tags = ["artifactregistry.tags.create", "artifactregistry.tags.update"].contains(&permission);
            of("artifactregistry") && (reads() || writes || tags)
        }
        "roles/artifactregistry.repoAdmin" => {
            of("artifactregistry")
                && (!permission.starts_with("artifactregistry.repositories.") || reads() || verb.ends_with("Artifacts"))
        }
        "roles/iam.securityReviewer" => ["list", "getIamPolicy"].contains(&verb),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("roles/owner", "binaryauthorization.policy.setIamPolicy", true)]
    #[case("roles/editor", "binaryauthorization.policy.update", true)]
    #[case("roles/editor", "binaryauthorization.policy.setIamPolicy", false)]
    #[case("roles/editor", "cloudkms.cryptoKeyVersions.useToSign", false)]
    #[case("roles/viewer", "binaryauthorization.policy.get", true)]
    #[case("roles/viewer", "binaryauthorization.policy.update", false)]
    #[case("roles/binaryauthorization.policyEditor", "binaryauthorization.policy.update", true)]
    #[case("roles/binaryauthorization.policyEditor", "binaryauthorization.policy.setIamPolicy", false)]
    #[case("roles/binaryauthorization.policyEditor", "resourcemanager.projects.get", true)]
    #[case("roles/container.developer", "container.pods.create", true)]
    #[case("roles/container.developer", "container.clusters.get", true)]
    #[case("roles/container.developer", "container.clusters.create", false)]
    #[case("roles/container.clusterViewer", "container.pods.list", false)]
    #[case("roles/cloudkms.admin", "cloudkms.cryptoKeyVersions.useToSign", false)]
    #[case("roles/cloudkms.viewer", "cloudkms.keyRings.list", true)]
    #[case("roles/artifactregistry.reader", "artifactregistry.repositories.uploadArtifacts", false)]
    #[case("roles/artifactregistry.writer", "artifactregistry.repositories.deleteArtifacts", false)]
    #[case("roles/artifactregistry.repoAdmin", "artifactregistry.repositories.deleteArtifacts", true)]
    #[case("roles/artifactregistry.repoAdmin", "artifactregistry.repositories.delete", false)]
    #[case("roles/made.up", "resourcemanager.projects.get", false)]
    fn what_roles_hold(#[case] role: &str, #[case] permission: &str, #[case] held: bool) {
        assert_eq!(holds(role, permission), held);
    }
}
