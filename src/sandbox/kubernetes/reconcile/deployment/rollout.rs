//! The ReplicaSets of a Deployment, and how each step of a rollout changes them.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, ReplicaSetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::kubernetes::events::{Component, Note, record};
use crate::kubernetes::failure::Failure;
use crate::kubernetes::objects::{Cluster, Object};
use crate::kubernetes::reconcile::making::controlled_by;
use crate::kubernetes::reconcile::replica_set::replicas;
use crate::kubernetes::reconcile::rollout::{Size, Strategy, Wanted};
use crate::kubernetes::resources::ResourceKind;

const HASH_LABEL: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAX: &str = "deployment.kubernetes.io/max-replicas";

/// A Deployment's ReplicaSets.
pub(super) struct Rollout<'r> {
    pub(super) cluster: Cluster<'r>,
    pub(super) wanted: Wanted,
    /// The set of the present template.
    pub(super) newest: Option<ReplicaSet>,
    /// The others, oldest first.
    pub(super) old: Vec<ReplicaSet>,
}

impl Rollout<'_> {
    /// Says whether it made a ReplicaSet.
    pub(super) fn step(&mut self, deployment: &mut Deployment, hash: &str) -> Result<bool, Failure> {
        if self.wanted.strategy == Strategy::Recreate {
            self.shrink(deployment)?;
            if self.old.iter().any(|set| size(set).pods > 0) {
                return Ok(false);
            }
        }
        let created = self.newest.is_none();
        if created {
            self.create(deployment, hash)?;
        } else {
            self.renew(deployment)?;
            self.grow(deployment)?;
        }
        self.shrink(deployment)?;
        Ok(created)
    }

    fn create(&mut self, deployment: &mut Deployment, hash: &str) -> Result<(), Failure> {
        let spec = deployment.spec.clone().unwrap_or_default();
        let total: i32 = self.old.iter().map(replicas).sum();
        let count = self.wanted.grow_newest(0, total);
        let revision = self.old.iter().map(revision).max().unwrap_or(0) + 1;
        let mut template = spec.template;
        let with_hash = (HASH_LABEL.to_owned(), hash.to_owned());
        let labels = template.metadata.get_or_insert_default().labels.get_or_insert_default();
        labels.extend([with_hash.clone()]);
        let labels = labels.clone();
        let mut selector = spec.selector;
        selector.match_labels.get_or_insert_default().extend([with_hash]);
        let mut set = ReplicaSet {
            metadata: ObjectMeta {
                name: Some(format!("{}-{hash}", deployment.name())),
                namespace: Some(deployment.namespace().to_owned()),
                labels: Some(labels),
                annotations: Some(inherited_annotations(deployment)),
                generation: Some(1),
                owner_references: Some(vec![controlled_by(deployment)]),
                ..ObjectMeta::default()
            },
            spec: Some(ReplicaSetSpec {
                replicas: Some(count),
                min_ready_seconds: spec.min_ready_seconds,
                selector,
                template: Some(template),
            }),
            status: None,
        };
        self.annotate(&mut set, revision);
        self.cluster.create(&mut set)?;
        set_revision(deployment, revision);
        if count > 0 {
            self.say_scaled(deployment, &set, 0, count)?;
        }
        self.newest = Some(set);
        Ok(())
    }

    /// A template that was there before gets the newest revision again.
    fn renew(&mut self, deployment: &mut Deployment) -> Result<(), Failure> {
        let Some(newest) = &mut self.newest else { return Ok(()) };
        let last = self.old.iter().map(revision).max().unwrap_or(0);
        if revision(newest) <= last {
            newest.metadata.annotations.get_or_insert_default().insert(REVISION.to_owned(), (last + 1).to_string());
            self.cluster.update(newest)?;
        }
        set_revision(deployment, revision(newest));
        Ok(())
    }

    fn grow(&mut self, deployment: &Deployment) -> Result<(), Failure> {
        let total = self.all().map(replicas).sum();
        let Some(newest) = self.newest.clone() else { return Ok(()) };
        let count = self.wanted.grow_newest(replicas(&newest), total);
        self.newest = Some(self.scale(deployment, newest, count)?);
        Ok(())
    }

    fn shrink(&mut self, deployment: &Deployment) -> Result<(), Failure> {
        let nothing = Size { replicas: 0, pods: 0, available: 0, scaled_for: None };
        let newest = self.newest.as_ref().map_or(nothing, size);
        let sizes: Vec<Size> = self.old.iter().map(size).collect();
        let counts = self.wanted.shrink_old(newest, &sizes);
        let old = std::mem::take(&mut self.old);
        self.old = old
            .into_iter()
            .zip(counts)
            .map(|(set, count)| self.scale(deployment, set, count))
            .collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Whether the Deployment's own number of replicas has changed (`isScalingEvent`).
    pub(super) fn is_scaled(&self, deployment: &Deployment) -> bool {
        let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let desired = |set: &ReplicaSet| annotation(set, DESIRED);
        self.all().filter(|set| replicas(set) > 0).any(|set| desired(set).is_some_and(|desired| desired != wanted))
    }

    pub(super) fn scale_all(&self, deployment: &Deployment) -> Result<(), Failure> {
        let mut active: Vec<ReplicaSet> = self.all().filter(|set| replicas(set) > 0).cloned().collect();
        // From the largest to the smallest, of equal ones the newest first.
        active.reverse();
        active.sort_by_key(|set| std::cmp::Reverse(replicas(set)));
        let counts = match active.as_slice() {
            [_] => vec![self.wanted.replicas],
            sets => self.wanted.scale_all(&sets.iter().map(size).collect::<Vec<_>>()),
        };
        for (set, count) in active.into_iter().zip(counts) {
            self.scale(deployment, set, count)?;
        }
        Ok(())
    }

    fn scale(&self, deployment: &Deployment, mut set: ReplicaSet, count: i32) -> Result<ReplicaSet, Failure> {
        let before = replicas(&set);
        let revision = revision(&set);
        self.annotate(&mut set, revision);
        if count != before {
            set.spec.get_or_insert_default().replicas = Some(count);
            let generation = set.metadata.generation.unwrap_or(1);
            set.metadata.generation = Some(generation.saturating_add(1));
            // A change makes the controller look at once, whenever its next attempt was due.
            let attempts = self.cluster.queued(&set)?.map_or(0, |(attempts, _)| attempts);
            self.cluster.enqueue(&set, attempts, self.cluster.now)?;
            self.say_scaled(deployment, &set, before, count)?;
        }
        self.cluster.update(&mut set)?;
        Ok(set)
    }

    fn annotate(&self, set: &mut ReplicaSet, revision: i64) {
        let annotations = set.metadata.annotations.get_or_insert_default();
        annotations.insert(DESIRED.to_owned(), self.wanted.replicas.to_string());
        annotations.insert(MAX.to_owned(), self.wanted.max_total().to_string());
        annotations.insert(REVISION.to_owned(), revision.to_string());
    }

    fn say_scaled(&self, deployment: &Deployment, set: &ReplicaSet, from: i32, to: i32) -> Result<(), Failure> {
        let direction = if to > from { "up" } else { "down" };
        let message = format!("Scaled {direction} replica set {} from {from} to {to}", set.name());
        record(self.cluster, deployment, Note::normal(Component::DeploymentController, "ScalingReplicaSet", &message))
    }

    /// Reads the sets again, as they are after the step.
    pub(super) fn reload(&mut self, deployment: &Deployment) -> Result<(), Failure> {
        let name = self.newest.as_ref().map(|set| set.name().to_owned());
        let sets = self.cluster.owned::<ReplicaSet>(deployment.uid())?;
        let (newest, old) = sets.into_iter().partition(|set| Some(set.name()) == name.as_deref());
        (self.newest, self.old) = (Vec::into_iter(newest).next(), old);
        Ok(())
    }

    /// Removes old sets without pods, but for the newest ones up to the limit (`revisionHistoryLimit`).
    pub(super) fn forget_old(&self, limit: i32) -> Result<(), Failure> {
        let mut empty: Vec<_> = self.old.iter().filter(|set| replicas(set) == 0 && size(set).pods == 0).collect();
        empty.sort_by_key(|set| revision(set));
        let kept = usize::try_from(limit).unwrap_or(0);
        for set in empty.iter().take(empty.len().saturating_sub(kept)) {
            if let Some(stored) = self.cluster.stored(ResourceKind::ReplicaSet, set.namespace(), set.name())? {
                self.cluster.remove(ResourceKind::ReplicaSet, &stored)?;
            }
        }
        Ok(())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ReplicaSet> {
        self.old.iter().chain(&self.newest)
    }
}

/// A ReplicaSet has its Deployment's annotations, but for those that are the Deployment's own.
fn inherited_annotations(deployment: &Deployment) -> BTreeMap<String, String> {
    let mut annotations = deployment.metadata.annotations.clone().unwrap_or_default();
    annotations.retain(|key, _| key != "kubectl.kubernetes.io/last-applied-configuration" && key != REVISION);
    annotations
}

pub(super) fn hash_of(set: &ReplicaSet) -> Option<&String> {
    set.metadata.labels.as_ref()?.get(HASH_LABEL)
}

pub(super) fn size(set: &ReplicaSet) -> Size {
    let status = set.status.clone().unwrap_or_default();
    Size {
        replicas: replicas(set),
        pods: status.replicas,
        available: status.available_replicas.unwrap_or(0),
        scaled_for: annotation(set, MAX),
    }
}

fn annotation(set: &ReplicaSet, key: &str) -> Option<i32> {
    set.metadata.annotations.as_ref()?.get(key)?.parse().ok()
}

fn revision(set: &ReplicaSet) -> i64 {
    annotation(set, REVISION).map_or(0, i64::from)
}

fn set_revision(deployment: &mut Deployment, revision: i64) {
    deployment.metadata.annotations.get_or_insert_default().insert(REVISION.to_owned(), revision.to_string());
}
