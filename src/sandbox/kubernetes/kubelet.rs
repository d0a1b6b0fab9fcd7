//! The scheduler and the node: what becomes of a pod that was let in.
//!
//! Nothing is executed. A container counts as running once its image is in the sandbox's registry;
//! an image that is not there is tried again with growing delays, as a node does.

mod status;

use jiff::SignedDuration;
use k8s_openapi::api::core::v1::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStatus, Pod, PodSpec,
};

use crate::registry;
use domain::image::ImageRef;

use self::status::{Containers, has_ended, of_pod, waiting};
use super::events::{Component, Note, record};
use super::failure::Failure;
use super::objects::{Cluster, Object};
use super::work::{Work, backoff};

/// The node's delays between pulls (kubelet, `imageBackOff`).
const FIRST_PULL_DELAY: SignedDuration = SignedDuration::from_secs(10);
const LONGEST_PULL_DELAY: SignedDuration = SignedDuration::from_mins(5);

/// How soon the node looks at a pod again.
const SYNC_PERIOD: SignedDuration = SignedDuration::from_secs(1);

const ERR_IMAGE_PULL: &str = "ErrImagePull";

/// Does what is due for a pod.
pub(super) fn sync(cluster: Cluster<'_>, work: &Work) -> Result<(), Failure> {
    let Some(mut pod) = cluster.get::<Pod>(&work.namespace, &work.name)? else { return Ok(()) };
    schedule(cluster, &mut pod)?;
    let spec = pod.spec.clone().unwrap_or_default();
    let mut node = Node { cluster, pod: &pod, backs_off: work.attempts % 2 == 1, waits: false };
    let old = pod.status.clone().unwrap_or_default();
    let (init, initialized) = node.start_init(&spec, old.init_container_statuses.as_deref())?;
    let mut main = node.start_main(&spec, old.container_statuses.as_deref(), initialized)?;
    if comes_to_an_end(&pod) {
        for status in &mut main {
            node.end(status);
        }
    }
    let ephemeral = node.start_ephemeral(&spec, old.ephemeral_container_statuses.as_deref())?;
    let waits = node.waits;
    let containers = Containers { init, main, ephemeral, initialized };
    pod.status = Some(of_pod(cluster, old, containers));
    cluster.update(&mut pod)?;
    if waits {
        // Each pull that fails is followed by a moment as `ErrImagePull`, then by the delay.
        let delay = match work.attempts {
            pulled if pulled % 2 == 0 => SYNC_PERIOD,
            backing_off => backoff(FIRST_PULL_DELAY, backing_off / 2, LONGEST_PULL_DELAY),
        };
        cluster.enqueue(&pod, work.attempts.saturating_add(1), cluster.now + delay)?;
    } else {
        cluster.dequeue(&pod)?;
    }
    Ok(())
}

/// Whether a pod's containers end by themselves, and well. Nothing is executed here, so this is a
/// choice: what a Job runs is done at once, as init containers are; all else goes on for ever.
fn comes_to_an_end(pod: &Pod) -> bool {
    let owners = pod.metadata.owner_references.as_deref().unwrap_or_default();
    owners.iter().any(|owner| owner.controller == Some(true) && owner.kind == "Job")
}

fn schedule(cluster: Cluster<'_>, pod: &mut Pod) -> Result<(), Failure> {
    let spec = pod.spec.get_or_insert_default();
    if spec.node_name.is_some() {
        return Ok(());
    }
    let node = super::pods::node_name(cluster.id);
    spec.node_name = Some(node.clone());
    let message = format!("Successfully assigned {}/{} to {node}", pod.namespace(), pod.name());
    record(cluster, pod, Note::normal(Component::Scheduler, "Scheduled", &message))
}

/// The node at work on one pod.
struct Node<'n> {
    cluster: Cluster<'n>,
    pod: &'n Pod,
    /// Whether images that could not be pulled are left alone this time.
    backs_off: bool,
    /// Whether an image has to be tried again.
    waits: bool,
}

/// What came of a pull.
enum Pulled {
    /// `REPOSITORY@DIGEST`, which the node reports as `imageID`.
    Image(String),
    Failed {
        reason: &'static str,
        message: String,
    },
}

impl Node<'_> {
    /// Init containers run one after the other; each must have ended before the next one starts,
    /// except for sidecars, which go on. Says whether all of them are through.
    fn start_init(
        &mut self,
        spec: &PodSpec,
        old: Option<&[ContainerStatus]>,
    ) -> Result<(Vec<ContainerStatus>, bool), Failure> {
        let mut statuses = Vec::new();
        let mut through = true;
        for container in spec.init_containers.iter().flatten() {
            if !through {
                statuses.push(waiting(container, "PodInitializing", None));
                continue;
            }
            let mut status = self.start(container, old)?;
            let runs = status.state.as_ref().is_some_and(|state| state.running.is_some());
            if runs && container.restart_policy.as_deref() != Some("Always") {
                status.state = Some(self.completed());
                status.started = Some(false);
                status.ready = true;
            }
            through = status.ready;
            statuses.push(status);
        }
        Ok((statuses, through))
    }

    fn start_main(
        &mut self,
        spec: &PodSpec,
        old: Option<&[ContainerStatus]>,
        initialized: bool,
    ) -> Result<Vec<ContainerStatus>, Failure> {
        let mut start = |container: &Container| {
            if initialized { self.start(container, old) } else { Ok(waiting(container, "PodInitializing", None)) }
        };
        spec.containers.iter().map(&mut start).collect()
    }

    fn start_ephemeral(
        &mut self,
        spec: &PodSpec,
        old: Option<&[ContainerStatus]>,
    ) -> Result<Vec<ContainerStatus>, Failure> {
        let mut statuses = Vec::new();
        for container in spec.ephemeral_containers.iter().flatten() {
            let container =
                Container { name: container.name.clone(), image: container.image.clone(), ..Container::default() };
            statuses.push(self.start(&container, old)?);
        }
        Ok(statuses)
    }

    /// Starts a container, unless it runs with this image already.
    fn start(&mut self, container: &Container, old: Option<&[ContainerStatus]>) -> Result<ContainerStatus, Failure> {
        let image = container.image.clone().unwrap_or_default();
        let old = old.unwrap_or_default().iter().find(|status| status.name == container.name);
        if let Some(old) = old.filter(|old| old.image == image && (old.ready || has_ended(old))) {
            return Ok(old.clone());
        }
        if self.backs_off
            && let Some(message) = old.and_then(failed_pull)
        {
            self.waits = true;
            return self.back_off(container, &image, message);
        }
        match self.pull(container, &image)? {
            Pulled::Image(id) => self.run(container, id, old),
            Pulled::Failed { reason, message } => {
                self.waits = true;
                Ok(waiting(container, reason, Some(message)))
            }
        }
    }

    fn pull(&self, container: &Container, image: &str) -> Result<Pulled, Failure> {
        let Ok(reference) = image.parse::<ImageRef>() else { return self.invalid_name(container, image) };
        let policy = container.image_pull_policy.as_deref().unwrap_or_default();
        if policy == "Never" {
            return self.never_pulled(container, image);
        }
        self.say(container, Note::normal(Component::Kubelet, "Pulling", &format!("Pulling image {image:?}")))?;
        let Some(digest) = registry::resolve(self.cluster.tx, &reference)? else {
            return self.not_found(container, image, &reference);
        };
        self.say(
            container,
            Note::normal(Component::Kubelet, "Pulled", &format!("Successfully pulled image {image:?}")),
        )?;
        Ok(Pulled::Image(format!("{}@{digest}", reference.name())))
    }

    fn run(
        &self,
        container: &Container,
        image_id: String,
        old: Option<&ContainerStatus>,
    ) -> Result<ContainerStatus, Failure> {
        let name = &container.name;
        let created = format!("Created container: {name}");
        self.say(container, Note::normal(Component::Kubelet, "Created", &created))?;
        let started = format!("Started container {name}");
        self.say(container, Note::normal(Component::Kubelet, "Started", &started))?;
        let ran = old.filter(|old| old.started == Some(true));
        let running = ContainerStateRunning { started_at: Some(self.cluster.time()) };
        Ok(ContainerStatus {
            name: name.clone(),
            image: container.image.clone().unwrap_or_default(),
            image_id,
            ready: true,
            started: Some(true),
            restart_count: ran.map_or(0, |old| old.restart_count.saturating_add(1)),
            state: Some(ContainerState { running: Some(running), ..ContainerState::default() }),
            last_state: Some(ContainerState::default()),
            ..ContainerStatus::default()
        })
    }

    /// Ends a container that runs.
    fn end(&self, status: &mut ContainerStatus) {
        if status.state.as_ref().is_some_and(|state| state.running.is_some()) {
            status.state = Some(self.completed());
            (status.started, status.ready) = (Some(false), false);
        }
    }

    fn completed(&self) -> ContainerState {
        let ended = ContainerStateTerminated {
            exit_code: 0,
            reason: Some("Completed".to_owned()),
            started_at: Some(self.cluster.time()),
            finished_at: Some(self.cluster.time()),
            ..ContainerStateTerminated::default()
        };
        ContainerState { terminated: Some(ended), ..ContainerState::default() }
    }

    fn not_found(&self, container: &Container, image: &str, reference: &ImageRef) -> Result<Pulled, Failure> {
        let full = full_name(reference);
        let message = format!(
            "rpc error: code = NotFound desc = failed to pull and unpack image {full:?}: \
             failed to resolve reference {full:?}: {full}: not found"
        );
        let said = format!("Failed to pull image {image:?}: {message}");
        self.say(container, Note::warning(Component::Kubelet, "Failed", &said))?;
        self.say(container, Note::warning(Component::Kubelet, "Failed", "Error: ErrImagePull"))?;
        Ok(Pulled::Failed { reason: ERR_IMAGE_PULL, message })
    }

    fn back_off(&self, container: &Container, image: &str, failed: &str) -> Result<ContainerStatus, Failure> {
        let said = format!("Back-off pulling image {image:?}");
        self.say(container, Note::normal(Component::Kubelet, "BackOff", &said))?;
        self.say(container, Note::warning(Component::Kubelet, "Failed", "Error: ImagePullBackOff"))?;
        let message = format!("Back-off pulling image {image:?}: {ERR_IMAGE_PULL}: {failed}");
        Ok(waiting(container, "ImagePullBackOff", Some(message)))
    }

    fn invalid_name(&self, container: &Container, image: &str) -> Result<Pulled, Failure> {
        let message = format!("Failed to apply default image tag {image:?}: couldn't parse image name {image:?}");
        self.say(container, Note::warning(Component::Kubelet, "InspectFailed", &message))?;
        self.say(container, Note::warning(Component::Kubelet, "Failed", "Error: InvalidImageName"))?;
        Ok(Pulled::Failed { reason: "InvalidImageName", message })
    }

    fn never_pulled(&self, container: &Container, image: &str) -> Result<Pulled, Failure> {
        let message = format!("Container image {image:?} is not present with pull policy of Never");
        self.say(container, Note::warning(Component::Kubelet, "ErrImageNeverPull", &message))?;
        Ok(Pulled::Failed { reason: "ErrImageNeverPull", message })
    }

    fn say(&self, container: &Container, note: Note<'_>) -> Result<(), Failure> {
        record(self.cluster, self.pod, note.of_container(&container.name))
    }
}

/// As containerd writes it: with Docker Hub's host and the tag that was left out.
fn full_name(image: &ImageRef) -> String {
    let host = match image.registry() {
        Some(_) => "",
        None if image.repository().contains('/') => "docker.io/",
        None => "docker.io/library/",
    };
    let tag = if image.tag().is_none() && image.digest().is_none() { ":latest" } else { "" };
    format!("{host}{image}{tag}")
}

/// Why the last pull failed, if that is what the container waits for.
fn failed_pull(status: &ContainerStatus) -> Option<&str> {
    let waiting = status.state.as_ref()?.waiting.as_ref()?;
    waiting.message.as_deref().filter(|_| waiting.reason.as_deref() == Some(ERR_IMAGE_PULL))
}
