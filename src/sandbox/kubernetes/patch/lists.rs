//! Which lists are merged element by element, and by which field their elements are told apart.
//!
//! Schemas say it in Kubernetes; this is what they say for the kinds of the sandbox. Uses nothing of the crate.

use serde_json::Value;

/// The lists that are merged, each with the key by which its elements are told apart
/// (`x-kubernetes-patch-merge-key` of pods, deployments and their metadata).
const MERGE_KEYS: [(&str, &str); 17] = [
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("volumes", "name"),
    ("env", "name"),
    ("imagePullSecrets", "name"),
    ("resourceClaims", "name"),
    ("schedulingGates", "name"),
    ("secrets", "name"),
    ("ports", "containerPort"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
    ("conditions", "type"),
    ("ownerReferences", "uid"),
    ("podIPs", "ip"),
];

/// Lists of plain values that are merged.
const MERGED_SETS: [&str; 1] = ["finalizers"];

/// Whether this is a list of plain values that is merged.
pub(in crate::kubernetes) fn is_set(list: &str) -> bool {
    MERGED_SETS.contains(&list)
}

/// The field by which the elements of this list are told apart; none where the list is replaced as a whole.
pub(in crate::kubernetes) fn merge_key(list: &str, elements: &[Value]) -> Option<&'static str> {
    // A Service's ports have another key than a container's.
    if list == "ports" && elements.iter().any(|element| element.get("port").is_some()) {
        return Some("port");
    }
    MERGE_KEYS.iter().find(|(name, _)| *name == list).map(|(_, merge_key)| *merge_key)
}
