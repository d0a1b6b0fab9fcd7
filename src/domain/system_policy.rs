//! Google's system policy: images of the platform itself, exempt before the project's policy is
//! looked at, where `globalPolicyEvaluationMode` is `ENABLE`.
//!
//! The real list is not published and is read with `GET v1/locations/L/policy`; [`documented_policy`] is
//! the part that the documentation names. It is a value that is passed into a decision, so that the
//! sandbox can serve it, and a session with a project can use the one it has read.

use crate::policy::{
    AdmissionRule, AdmissionWhitelistPattern, EnforcementMode, EvaluationMode, GlobalPolicyEvaluationMode, Policy,
};

/// The members that the documentation names (pages *key concepts* and *policy YAML reference*).
pub const DOCUMENTED_PATTERNS: [&str; 6] = [
    "gcr.io/google_containers/*",
    "gcr.io/google-containers/*",
    "k8s.gcr.io/**",
    "gke.gcr.io/**",
    "gcr.io/gke-release/asm/*",
    "gcr.io/stackdriver-agents/*",
];

/// The documented system policy of a location (`global`, or a region).
///
/// It never denies by itself: what its patterns do not cover goes on to the project's policy
/// (`resources.proto`). That its own default rule reads `ALWAYS_ALLOW` is inferred.
pub fn documented_policy(location: &str) -> Policy {
    Policy {
        name: Some(format!("locations/{location}/policy")),
        global_policy_evaluation_mode: GlobalPolicyEvaluationMode::Unspecified,
        admission_whitelist_patterns: DOCUMENTED_PATTERNS
            .into_iter()
            .map(|pattern| AdmissionWhitelistPattern { name_pattern: pattern.to_owned() })
            .collect(),
        ..Policy::with_default(AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced))
    }
}

/// A location that has a system policy (gcloud's `export-system-policy --location`).
pub fn is_location(name: &str) -> bool {
    LOCATIONS.contains(&name)
}

/// Where the system policy can be read; releases reach the regions one by one, `global` late.
pub const LOCATIONS: [&str; 44] = [
    "global",
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-south2",
    "asia-southeast1",
    "asia-southeast2",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-southwest1",
    "europe-west1",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west8",
    "europe-west9",
    "europe-west10",
    "europe-west12",
    "me-central1",
    "me-central2",
    "me-west1",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "southamerica-east1",
    "southamerica-west1",
    "us-central1",
    "us-central2",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-east7",
    "us-south1",
    "us-west1",
    "us-west2",
    "us-west3",
    "us-west4",
    "us-west8",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    #[test]
    fn every_documented_pattern_is_a_pattern() {
        for text in DOCUMENTED_PATTERNS {
            assert!(Pattern::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn locations_are_global_and_43_regions() {
        assert!(is_location("global") && is_location("us-central1") && !is_location("mars-east1"));
    }
}
