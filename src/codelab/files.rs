//! The files that the codelab has people write. Lost lines of the 2018 text are restored as
//! `docs/binary-authorization.md`, "Codelab files" gives them.

use super::names::ATTESTOR;

/// `policy.yaml`: deny everything but the system's own images.
pub const DENY_ALL: &str = "\
admissionWhitelistPatterns:
- namePattern: gcr.io/google_containers/*
- namePattern: gcr.io/google-containers/*
- namePattern: k8s.gcr.io/*
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

/// `updated_policy.yaml`: require the codelab's attestor.
pub fn updated_policy(project: &str) -> String {
    format!(
        "\
admissionWhitelistPatterns:
- namePattern: gcr.io/google_containers/*
- namePattern: k8s.gcr.io/*
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
  - projects/{project}/attestors/{ATTESTOR}
"
    )
}

/// `Dockerfile`, as the codelab has it.
pub const DOCKERFILE: &str = "FROM alpine\nCMD tail -f /dev/null\n";
