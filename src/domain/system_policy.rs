//! Google's system policy: images of the platform itself, exempt before the project's policy is
//! looked at, where `globalPolicyEvaluationMode` is `ENABLE`.
//!
//! The real list is not published and is read with `GET v1/locations/L/policy`. Three things are told
//! apart: what the documentation names ([`DOCUMENTED_PATTERNS`]), what was seen in a listing once
//! ([`SEEN_PATTERNS`]), and what is inferred ([`google_image`]): an image on a path of Google's own may be
//! in the list. Without the service's own list nothing can be said of the last two. The list is a value
//! that is passed into a decision, so that the sandbox can serve it, and a session with a project can use
//! the one it has read.

use std::borrow::Cow;

use crate::pattern::Pattern;
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

/// Members that were seen in a listing of 2024 (`docs/binary-authorization.md`, "System policy"). That
/// every location has them is not known.
pub const SEEN_PATTERNS: [&str; 2] =
    ["asia.gcr.io/gke-multi-cloud-release/**", "asia.gcr.io/google-containers/addon-resizer:*"];

/// Projects of Google's own, of which images that GKE needs are pulled (inferred from the documented and
/// the seen members, and from the pods that clusters run in `kube-system`).
const GOOGLE_PROJECTS: [&str; 6] = [
    "gke-release",
    "gke-multi-cloud-release",
    "google-containers",
    "google_containers",
    "stackdriver-agents",
    "gke-on-prem-release",
];

/// What is known of the system policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::large_enum_variant, reason = "one for many decisions, never a list of them")]
pub enum SystemPolicy {
    /// The part that the documentation names; there is more.
    #[default]
    Documented,
    /// All of it, as the service has it.
    Service(Policy),
}

impl SystemPolicy {
    /// The sandbox's: the documented part is all that it has.
    pub fn of_sandbox() -> Self {
        Self::Service(documented_policy("global"))
    }

    /// As a policy.
    pub fn policy(&self) -> Cow<'_, Policy> {
        match self {
            Self::Documented => Cow::Owned(documented_policy("global")),
            Self::Service(policy) => Cow::Borrowed(policy),
        }
    }

    /// Whether an image that no pattern of it covers is known to be in no system policy.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Service(_))
    }
}

impl From<Option<&Policy>> for SystemPolicy {
    fn from(read: Option<&Policy>) -> Self {
        read.map_or(Self::Documented, |policy| Self::Service(policy.clone()))
    }
}

/// Why an image that no documented pattern covers may be in the system policy all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoogleImage {
    /// This pattern was seen in a listing.
    Seen(&'static str),
    /// It is on a path of Google's own.
    Path,
}

/// Whether an image is on a path of Google's own, so that the system policy may cover it. Which paths these
/// are is inferred (`docs/binary-authorization.md`, "System policy").
pub fn google_image(image: &str) -> Option<GoogleImage> {
    let (registry, path) = image.split_once('/')?;
    if !is_google_path(registry, path) {
        return None;
    }
    let covers = |pattern: &&str| Pattern::parse(pattern).is_ok_and(|pattern| pattern.matches(image));
    Some(SEEN_PATTERNS.iter().find(|pattern| covers(pattern)).map_or(GoogleImage::Path, |seen| GoogleImage::Seen(seen)))
}

fn is_google_path(registry: &str, path: &str) -> bool {
    if matches!(registry, "gke.gcr.io" | "k8s.gcr.io") {
        return true;
    }
    let is_google_host = registry == "gcr.io" || registry.ends_with(".gcr.io") || registry.ends_with("-docker.pkg.dev");
    let project = path.split(['/', ':', '@']).next().unwrap_or_default();
    is_google_host && GOOGLE_PROJECTS.contains(&project)
}

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
    fn every_pattern_is_a_pattern() {
        for text in DOCUMENTED_PATTERNS.into_iter().chain(SEEN_PATTERNS) {
            assert!(Pattern::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn locations_are_global_and_43_regions() {
        assert!(is_location("global") && is_location("us-central1") && !is_location("mars-east1"));
    }

    #[test]
    fn what_is_seen_and_what_is_inferred_are_told_apart() {
        let seen = Some(GoogleImage::Seen("asia.gcr.io/gke-multi-cloud-release/**"));
        assert_eq!(google_image("asia.gcr.io/gke-multi-cloud-release/x/y:1"), seen);
        for image in [
            "us-central1-artifactregistry.gcr.io/gke-release/gke-release/kube-proxy-amd64:v1",
            "europe-west1-docker.pkg.dev/gke-release/gke-release/x@sha256:ab",
            "gcr.io/gke-release/cluster-proportional-autoscaler:1",
            "gke.gcr.io/x:1",
        ] {
            assert_eq!(google_image(image), Some(GoogleImage::Path), "{image}");
        }
    }

    #[test]
    fn a_name_that_only_looks_like_googles_is_not() {
        for image in [
            "gcr.io/gke-release-mine/x",
            "gcr.io/p/gke-release/x",
            "evil.io/gke-release/x",
            "gke.gcr.io.evil.io/x",
            "notgcr.io/gke-release/x",
            "gke-release/x",
            "nginx",
        ] {
            assert_eq!(google_image(image), None, "{image}");
        }
    }
}
