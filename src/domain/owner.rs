//! What made what in a cluster: from a pod to the object at the top, which a person made.

use std::collections::HashMap;

use crate::resource::{Workload, WorkloadId, WorkloadKind};

/// Steps that lead from a pod to its Deployment or `CronJob` at most; a ring leads nowhere.
const MOST_STEPS: usize = 4;

/// The workloads, by namespace and as events name them.
#[derive(Debug)]
pub struct Owners<'w>(HashMap<(&'w str, String), &'w Workload>);

impl<'w> Owners<'w> {
    pub fn new(workloads: &'w [Workload]) -> Self {
        Self(workloads.iter().map(|w| ((w.namespace.as_str(), w.id().to_string()), w)).collect())
    }

    /// The object of this name (`replicaset/web-5d8f`), if it is there.
    pub fn find(&self, namespace: &str, object: &str) -> Option<&'w Workload> {
        self.0.get(&(namespace, object.to_owned())).copied()
    }

    /// The object at the top of the chain; what is not known any more is its own.
    pub fn top(&self, namespace: &str, object: &str) -> String {
        let mut top = object.to_owned();
        for _ in 0..MOST_STEPS {
            match self.find(namespace, &top).filter(|workload| !workload.controller.is_empty()) {
                Some(workload) => top.clone_from(&workload.controller),
                None => break,
            }
        }
        top
    }

    /// The workload at the top of the chain, if it is there.
    pub fn owner(&self, namespace: &str, object: &str) -> Option<&'w Workload> {
        self.find(namespace, &self.top(namespace, object))
    }

    /// Whether the object is made by the other, directly or not.
    pub fn is_of(&self, workload: &Workload, owner: &WorkloadId) -> bool {
        workload.namespace == owner.namespace
            && self.top(&workload.namespace, &workload.id().to_string()) == owner.to_string()
    }
}

/// Whether events name an object of a kind that workloads have: `replicaset/web-5d8f`.
pub fn is_workload(object: &str) -> bool {
    object.split_once('/').is_some_and(|(kind, _)| WorkloadKind::parse(kind).is_some())
}
