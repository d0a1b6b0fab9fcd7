//! What the node reports of a pod: its phase, its conditions, what its containers wait for.

use k8s_openapi::api::core::v1::{
    Container, ContainerState, ContainerStateWaiting, ContainerStatus, PodCondition, PodStatus,
};

use crate::kubernetes::objects::Cluster;

/// Whether a container ended.
pub(super) fn has_ended(status: &ContainerStatus) -> bool {
    status.state.as_ref().is_some_and(|state| state.terminated.is_some())
}

/// A container that does not run yet.
pub(super) fn waiting(container: &Container, reason: &str, message: Option<String>) -> ContainerStatus {
    let waiting = ContainerStateWaiting { reason: Some(reason.to_owned()), message };
    ContainerStatus {
        name: container.name.clone(),
        image: container.image.clone().unwrap_or_default(),
        started: Some(false),
        state: Some(ContainerState { waiting: Some(waiting), ..ContainerState::default() }),
        last_state: Some(ContainerState::default()),
        ..ContainerStatus::default()
    }
}

/// What became of a pod's containers.
pub(super) struct Containers {
    pub(super) init: Vec<ContainerStatus>,
    pub(super) main: Vec<ContainerStatus>,
    pub(super) ephemeral: Vec<ContainerStatus>,
    /// Whether the init containers are through.
    pub(super) initialized: bool,
}

/// The status of a pod with these containers.
pub(super) fn of_pod(cluster: Cluster<'_>, old: PodStatus, containers: Containers) -> PodStatus {
    let Containers { init, main, ephemeral, initialized } = containers;
    let unready: Vec<&str> = main.iter().filter(|status| !status.ready).map(|status| status.name.as_str()).collect();
    let ended = !main.is_empty() && main.iter().all(has_ended);
    let not_ready = match unready.as_slice() {
        [] => None,
        _ if ended => Some(("PodCompleted", String::new())),
        names => Some(("ContainersNotReady", format!("containers with unready status: [{}]", names.join(" ")))),
    };
    let uninitialized: Vec<&str> =
        init.iter().filter(|status| !status.ready).map(|status| status.name.as_str()).collect();
    let not_initialized = (!initialized).then(|| {
        ("ContainersNotInitialized", format!("containers with incomplete status: [{}]", uninitialized.join(" ")))
    });
    let phase = match unready.as_slice() {
        [] => "Running",
        _ if ended => "Succeeded",
        _ => "Pending",
    };
    let before = old.conditions.unwrap_or_default();
    let condition = |type_: &str, trouble: Option<&(&str, String)>| condition(cluster, &before, type_, trouble);
    let conditions = vec![
        condition("PodReadyToStartContainers", None),
        condition("Initialized", not_initialized.as_ref()),
        condition("Ready", not_ready.as_ref()),
        condition("ContainersReady", not_ready.as_ref()),
        condition("PodScheduled", None),
    ];
    PodStatus {
        phase: Some(phase.to_owned()),
        conditions: Some(conditions),
        init_container_statuses: Some(init).filter(|statuses| !statuses.is_empty()),
        container_statuses: Some(main),
        ephemeral_container_statuses: Some(ephemeral).filter(|statuses| !statuses.is_empty()),
        start_time: old.start_time.or_else(|| Some(cluster.time())),
        qos_class: old.qos_class,
        ..PodStatus::default()
    }
}

/// A condition; its time of transition is that of the last change of its status.
fn condition(
    cluster: Cluster<'_>,
    before: &[PodCondition],
    type_: &str,
    trouble: Option<&(&str, String)>,
) -> PodCondition {
    let status = if trouble.is_none() { "True" } else { "False" };
    let same = before.iter().find(|condition| condition.type_ == type_ && condition.status == status);
    PodCondition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        reason: trouble.map(|(reason, _)| (*reason).to_owned()),
        message: trouble.map(|(_, message)| message.clone()).filter(|message| !message.is_empty()),
        last_transition_time: same.and_then(|same| same.last_transition_time.clone()).or_else(|| Some(cluster.time())),
        ..PodCondition::default()
    }
}
