//! Names of what makes pods. Uses `std` only.

/// The labels by which what makes a ReplicaSet marks its pods with the end of the ReplicaSet's name, and its kind.
const MAKERS: [(&str, &str); 2] = [("pod-template-hash", "deployment"), ("rollouts-pod-template-hash", "rollout")];

/// `deployment/web` for `ReplicaSet` `web-5d8f` whose pods have the label `pod-template-hash: 5d8f`: a controller names
/// a ReplicaSet so, and a new one at each change, so that people know it by the name of what made it.
pub fn of_replica_set(kind: &str, name: &str, label: impl Fn(&str) -> Option<String>) -> Option<String> {
    if !kind.eq_ignore_ascii_case("replicaset") {
        return None;
    }
    // An Argo Rollout puts its own label on; only a Deployment has the other alone.
    MAKERS.iter().rev().find_map(|(hash, maker)| {
        let hash = label(hash).filter(|hash| !hash.is_empty())?;
        let own = name.strip_suffix(&hash)?.strip_suffix('-')?;
        Some(format!("{maker}/{own}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("replicaset", "web-5d8f", "pod-template-hash", "5d8f", Some("deployment/web"))]
    #[case("ReplicaSet", "web-5d8f", "rollouts-pod-template-hash", "5d8f", Some("rollout/web"))]
    #[case("replicaset", "web-5d8f", "pod-template-hash", "77", None)]
    #[case("replicaset", "5d8f", "pod-template-hash", "5d8f", None)]
    #[case("job", "web-5d8f", "pod-template-hash", "5d8f", None)]
    fn the_owner_is_what_made_the_replica_set(
        #[case] kind: &str,
        #[case] name: &str,
        #[case] label: &str,
        #[case] hash: &str,
        #[case] expected: Option<&str>,
    ) {
        let labels = |wanted: &str| (wanted == label).then(|| hash.to_owned());
        assert_eq!(of_replica_set(kind, name, labels).as_deref(), expected);
    }
}
