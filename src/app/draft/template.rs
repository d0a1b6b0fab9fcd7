//! Policies to start a draft from.

use crate::shell::suggestion::Suggestions;

/// A text to start from.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    pub title: &'static str,
    pub detail: &'static str,
    pub text: fn(suggestions: &Suggestions, project: &str) -> String,
}

pub static TEMPLATES: &[Template] = &[
    Template {
        title: "deny all",
        detail: "the codelab's policy.yaml",
        text: |suggestions, _| suggestions.deny_all.to_owned(),
    },
    Template {
        title: "require the attestor",
        detail: "the codelab's updated_policy.yaml",
        text: |suggestions, project| (suggestions.require_attestor)(project),
    },
    Template {
        title: "per cluster",
        detail: "one cluster requires the attestor, every other one denies",
        text: per_cluster,
    },
    Template {
        title: "per namespace",
        detail: "one namespace requires the attestor, the rest of the clusters admits",
        text: per_namespace,
    },
    Template {
        title: "dry-run roll-out",
        detail: "requires the attestor, and only logs what it would refuse",
        text: dry_run,
    },
    Template {
        title: "Cloud Run",
        detail: "the default rule alone, and an exempt image by any digest",
        text: cloud_run,
    },
];

fn per_cluster(suggestions: &Suggestions, project: &str) -> String {
    let Suggestions { location, cluster, attestor, .. } = suggestions;
    format!(
        "\
globalPolicyEvaluationMode: ENABLE
clusterAdmissionRules:
  # LOCATION.CLUSTER
  {location}.{cluster}:
    evaluationMode: REQUIRE_ATTESTATION
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
    requireAttestationsBy:
    - projects/{project}/attestors/{attestor}
# Every cluster without a rule of its own.
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
"
    )
}

fn per_namespace(suggestions: &Suggestions, project: &str) -> String {
    let attestor = suggestions.attestor;
    format!(
        "\
globalPolicyEvaluationMode: ENABLE
kubernetesNamespaceAdmissionRules:
  # In every cluster of the project.
  production:
    evaluationMode: REQUIRE_ATTESTATION
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
    requireAttestationsBy:
    - projects/{project}/attestors/{attestor}
# Every other namespace. ALWAYS_DENY is the safer end of the way.
defaultAdmissionRule:
  evaluationMode: ALWAYS_ALLOW
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
"
    )
}

fn dry_run(suggestions: &Suggestions, project: &str) -> String {
    let attestor = suggestions.attestor;
    format!(
        "\
globalPolicyEvaluationMode: ENABLE
# First only logged. When the audit log shows no pod that would be refused by mistake:
# enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: DRYRUN_AUDIT_LOG_ONLY
  requireAttestationsBy:
  - projects/{project}/attestors/{attestor}
"
    )
}

fn cloud_run(suggestions: &Suggestions, project: &str) -> String {
    let attestor = suggestions.attestor;
    format!(
        "\
# Cloud Run uses the default rule only, and resolves tags to digests before it decides: a pattern
# with a tag never matches there.
globalPolicyEvaluationMode: ENABLE
admissionWhitelistPatterns:
- namePattern: us-docker.pkg.dev/{project}/base/proxy@*
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
  - projects/{project}/attestors/{attestor}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::suggestion::CODELAB;
    use domain::diagnostic::Severity;
    use domain::document::{Dialect, Document};

    #[test]
    fn each_is_a_policy_that_the_service_takes() {
        for template in TEMPLATES {
            let document = Document::parse(&(template.text)(&CODELAB, "my-project"), Dialect::Gcloud);
            assert!(document.is_valid(), "{}: {:?}", template.title, document.diagnostics);
        }
    }

    #[test]
    fn none_has_a_warning_but_for_what_it_is_about() {
        for template in TEMPLATES {
            let inherent: &[&str] = match template.title {
                "per namespace" => &["allows-all"],
                "dry-run roll-out" => &["dry-run"],
                _ => &[],
            };
            let document = Document::parse(&(template.text)(&CODELAB, "my-project"), Dialect::Gcloud);
            let warnings: Vec<&str> = document
                .diagnostics
                .iter()
                .filter(|problem| problem.severity <= Severity::Warning)
                .map(|problem| problem.code.as_str())
                .collect();
            assert_eq!(warnings, inherent, "{}", template.title);
        }
    }
}
