//! A pod in one line: the columns READY, STATUS and RESTARTS of `kubectl get pods` (kubernetes,
//! `printPod`).

use k8s_openapi::api::core::v1::{ContainerState, ContainerStatus, Pod};

/// What the columns say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) ready: usize,
    pub(super) containers: usize,
    /// `Running`, `ErrImagePull`, `Init:0/1`, ….
    pub(super) status: String,
    pub(super) restarts: i32,
}

pub(super) fn summarise(pod: &Pod) -> Summary {
    let (spec, status) = (pod.spec.clone().unwrap_or_default(), pod.status.clone().unwrap_or_default());
    let main = status.container_statuses.unwrap_or_default();
    let init = status.init_container_statuses.unwrap_or_default();
    let sidecars: Vec<&str> = spec
        .init_containers
        .iter()
        .flatten()
        .filter(|container| container.restart_policy.as_deref() == Some("Always"))
        .map(|container| container.name.as_str())
        .collect();
    let sidecar = |status: &&ContainerStatus| sidecars.contains(&status.name.as_str());
    let served: Vec<&ContainerStatus> = main.iter().chain(init.iter().filter(sidecar)).collect();
    let phase = status.reason.or(status.phase).unwrap_or_default();
    let total = spec.init_containers.as_ref().map_or(0, Vec::len);
    Summary {
        ready: served.iter().filter(|status| status.ready).count(),
        containers: spec.containers.len() + sidecars.len(),
        status: initializing(&init, total).or_else(|| waiting(&main)).unwrap_or(phase),
        restarts: served.iter().map(|status| status.restart_count).sum(),
    }
}

/// `Init:…`, as long as an init container is not through.
fn initializing(init: &[ContainerStatus], total: usize) -> Option<String> {
    let (through, status) = init.iter().enumerate().find(|(_, status)| !status.ready)?;
    let reason = status.state.as_ref().and_then(reason).filter(|reason| reason != "PodInitializing");
    Some(reason.map_or_else(|| format!("Init:{through}/{total}"), |reason| format!("Init:{reason}")))
}

/// Why a container does not run; of several the last one counts.
fn waiting(main: &[ContainerStatus]) -> Option<String> {
    main.iter().rev().find_map(|status| reason(status.state.as_ref()?))
}

fn reason(state: &ContainerState) -> Option<String> {
    let waiting = state.waiting.as_ref().and_then(|waiting| waiting.reason.clone());
    let ended = state.terminated.as_ref().and_then(|terminated| terminated.reason.clone());
    waiting.or(ended).filter(|reason| !reason.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(init: &Value, main: &Value) -> Summary {
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {},
            "spec": { "containers": [{ "name": "c" }], "initContainers": [{ "name": "i" }] },
            "status": { "phase": "Pending", "initContainerStatuses": init, "containerStatuses": main },
        });
        summarise(&serde_json::from_value(pod).unwrap())
    }

    fn status(name: &str, ready: bool, state: &Value) -> Value {
        json!({ "name": name, "ready": ready, "image": "", "imageID": "", "restartCount": 0, "state": state })
    }

    #[test]
    fn the_first_thing_in_the_way_is_told() {
        let pulling = json!({ "waiting": { "reason": "ImagePullBackOff" } });
        let done = json!({ "terminated": { "reason": "Completed", "exitCode": 0 } });
        let initializing = json!({ "waiting": { "reason": "PodInitializing" } });
        let stuck = pod(&json!([status("i", false, &pulling)]), &json!([status("c", false, &initializing)]));
        assert_eq!((stuck.status.as_str(), stuck.ready, stuck.containers), ("Init:ImagePullBackOff", 0, 1));
        let pulls = pod(&json!([status("i", true, &done)]), &json!([status("c", false, &pulling)]));
        assert_eq!(pulls.status, "ImagePullBackOff");
        let running = json!({ "running": {} });
        let runs = pod(&json!([status("i", true, &done)]), &json!([status("c", true, &running)]));
        assert_eq!((runs.status.as_str(), runs.ready), ("Pending", 1));
    }
}
