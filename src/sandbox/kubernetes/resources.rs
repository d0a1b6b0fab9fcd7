//! The resources that the clusters serve, declared once: discovery, paths and tables follow from this.

use super::verb::Verb;

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ResourceKind {
    Pod,
    Event,
    Namespace,
    Service,
    ServiceAccount,
    ReplicationController,
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    /// Questions that are answered and not kept, like `SelfSubjectAccessReview`.
    Review,
}

/// Whether objects live in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Namespaced,
    Cluster,
}

/// A part of an object that has its own path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subresource {
    Log,
    /// `exec`, `attach` and `portforward`: of containers that really run.
    Inside,
    EphemeralContainers,
    Scale,
    Status,
}

/// One row of discovery.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) kind: ResourceKind,
    pub(crate) group: &'static str,
    pub(crate) plural: &'static str,
    pub(crate) singular: &'static str,
    pub(crate) kind_name: &'static str,
    pub(crate) scope: Scope,
    pub(crate) verbs: &'static [Verb],
    pub(crate) short_names: &'static [&'static str],
    /// Whether `kubectl get all` shows it.
    pub(crate) in_all: bool,
    pub(crate) subresources: &'static [SubresourceRow],
}

/// A subresource as discovery shows it.
#[derive(Debug)]
pub(crate) struct SubresourceRow {
    pub(crate) subresource: Subresource,
    pub(crate) name: &'static str,
    pub(crate) group: &'static str,
    pub(crate) kind_name: &'static str,
    pub(crate) verbs: &'static [Verb],
}

const ALL_VERBS: &[Verb] = &[
    Verb::Create,
    Verb::Delete,
    Verb::DeleteCollection,
    Verb::Get,
    Verb::List,
    Verb::Patch,
    Verb::Update,
    Verb::Watch,
];
const SINGLE_VERBS: &[Verb] =
    &[Verb::Create, Verb::Delete, Verb::Get, Verb::List, Verb::Patch, Verb::Update, Verb::Watch];
const EDIT_VERBS: &[Verb] = &[Verb::Get, Verb::Patch, Verb::Update];

const SCALE: SubresourceRow = SubresourceRow {
    subresource: Subresource::Scale,
    name: "scale",
    group: "autoscaling",
    kind_name: "Scale",
    verbs: EDIT_VERBS,
};

const fn status(group: &'static str, kind_name: &'static str) -> SubresourceRow {
    SubresourceRow { subresource: Subresource::Status, name: "status", group, kind_name, verbs: &[Verb::Get] }
}

const fn inside(name: &'static str, kind_name: &'static str) -> SubresourceRow {
    SubresourceRow { subresource: Subresource::Inside, name, group: "", kind_name, verbs: &[Verb::Create, Verb::Get] }
}

const fn review(
    group: &'static str,
    plural: &'static str,
    singular: &'static str,
    kind_name: &'static str,
) -> Resource {
    Resource {
        kind: ResourceKind::Review,
        group,
        plural,
        singular,
        kind_name,
        scope: Scope::Cluster,
        verbs: &[Verb::Create],
        short_names: &[],
        in_all: false,
        subresources: &[],
    }
}

/// The groups beside the core group, whose name is empty; each has version `v1` alone.
pub(crate) const GROUPS: [&str; 4] = ["apps", "batch", "authentication.k8s.io", "authorization.k8s.io"];

pub(crate) const RESOURCES: &[Resource] = &[
    Resource {
        kind: ResourceKind::Pod,
        group: "",
        plural: "pods",
        singular: "pod",
        kind_name: "Pod",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["po"],
        in_all: true,
        subresources: &[
            SubresourceRow {
                subresource: Subresource::EphemeralContainers,
                name: "ephemeralcontainers",
                group: "",
                kind_name: "Pod",
                verbs: EDIT_VERBS,
            },
            inside("attach", "PodAttachOptions"),
            inside("exec", "PodExecOptions"),
            SubresourceRow {
                subresource: Subresource::Log,
                name: "log",
                group: "",
                kind_name: "Pod",
                verbs: &[Verb::Get],
            },
            inside("portforward", "PodPortForwardOptions"),
            status("", "Pod"),
        ],
    },
    Resource {
        kind: ResourceKind::Event,
        group: "",
        plural: "events",
        singular: "event",
        kind_name: "Event",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["ev"],
        in_all: false,
        subresources: &[],
    },
    Resource {
        kind: ResourceKind::Namespace,
        group: "",
        plural: "namespaces",
        singular: "namespace",
        kind_name: "Namespace",
        scope: Scope::Cluster,
        verbs: SINGLE_VERBS,
        short_names: &["ns"],
        in_all: false,
        subresources: &[],
    },
    Resource {
        kind: ResourceKind::Service,
        group: "",
        plural: "services",
        singular: "service",
        kind_name: "Service",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["svc"],
        in_all: true,
        subresources: &[],
    },
    Resource {
        kind: ResourceKind::ServiceAccount,
        group: "",
        plural: "serviceaccounts",
        singular: "serviceaccount",
        kind_name: "ServiceAccount",
        scope: Scope::Namespaced,
        verbs: SINGLE_VERBS,
        short_names: &["sa"],
        in_all: false,
        subresources: &[],
    },
    Resource {
        kind: ResourceKind::Deployment,
        group: "apps",
        plural: "deployments",
        singular: "deployment",
        kind_name: "Deployment",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["deploy"],
        in_all: true,
        subresources: &[SCALE, status("apps", "Deployment")],
    },
    Resource {
        kind: ResourceKind::ReplicaSet,
        group: "apps",
        plural: "replicasets",
        singular: "replicaset",
        kind_name: "ReplicaSet",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["rs"],
        in_all: true,
        subresources: &[SCALE, status("apps", "ReplicaSet")],
    },
    Resource {
        kind: ResourceKind::StatefulSet,
        group: "apps",
        plural: "statefulsets",
        singular: "statefulset",
        kind_name: "StatefulSet",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["sts"],
        in_all: true,
        subresources: &[SCALE, status("apps", "StatefulSet")],
    },
    Resource {
        kind: ResourceKind::DaemonSet,
        group: "apps",
        plural: "daemonsets",
        singular: "daemonset",
        kind_name: "DaemonSet",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["ds"],
        in_all: true,
        subresources: &[status("apps", "DaemonSet")],
    },
    Resource {
        kind: ResourceKind::ReplicationController,
        group: "",
        plural: "replicationcontrollers",
        singular: "replicationcontroller",
        kind_name: "ReplicationController",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["rc"],
        in_all: true,
        subresources: &[SCALE, status("", "ReplicationController")],
    },
    Resource {
        kind: ResourceKind::Job,
        group: "batch",
        plural: "jobs",
        singular: "job",
        kind_name: "Job",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &[],
        in_all: true,
        subresources: &[status("batch", "Job")],
    },
    Resource {
        kind: ResourceKind::CronJob,
        group: "batch",
        plural: "cronjobs",
        singular: "cronjob",
        kind_name: "CronJob",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["cj"],
        in_all: true,
        subresources: &[status("batch", "CronJob")],
    },
    review("authentication.k8s.io", "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview"),
    review("authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectaccessreview", "SelfSubjectAccessReview"),
    review("authorization.k8s.io", "selfsubjectrulesreviews", "selfsubjectrulesreview", "SelfSubjectRulesReview"),
];

impl Resource {
    /// The resource of this group that is called so in paths.
    pub(crate) fn find(group: &str, plural: &str) -> Option<&'static Self> {
        RESOURCES.iter().find(|resource| resource.group == group && resource.plural == plural)
    }

    /// `apps/v1`, or `v1` for the core group.
    pub(crate) fn api_version(&self) -> String {
        group_version(self.group)
    }

    /// `deployments.apps`, or `pods`, as in messages.
    pub(crate) fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// `Deployment.apps`, or `Pod`, as in messages about invalid objects.
    pub(crate) fn qualified_kind(&self) -> String {
        if self.group.is_empty() { self.kind_name.to_owned() } else { format!("{}.{}", self.kind_name, self.group) }
    }

    pub(crate) fn subresource(&self, name: &str) -> Option<&'static SubresourceRow> {
        self.subresources.iter().find(|row| row.name == name)
    }
}

/// `apps/v1`, or `v1` for the core group.
pub(crate) fn group_version(group: &str) -> String {
    if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") }
}

impl ResourceKind {
    pub(crate) fn resource(self) -> &'static Resource {
        RESOURCES.iter().find(|resource| resource.kind == self).unwrap_or(&RESOURCES[0])
    }

    /// The kind of objects with this plural, which no two kinds of kept objects share.
    pub(crate) fn of_plural(plural: &str) -> Option<Self> {
        RESOURCES.iter().find(|row| row.plural == plural && row.kind != Self::Review).map(|row| row.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_row_and_each_group_is_known() {
        for resource in RESOURCES {
            assert!(resource.kind == ResourceKind::Review || resource.kind.resource().plural == resource.plural);
            assert!(
                resource.kind == ResourceKind::Review
                    || ResourceKind::of_plural(resource.plural) == Some(resource.kind)
            );
            assert!(resource.group.is_empty() || GROUPS.contains(&resource.group), "{}", resource.group);
        }
    }
}
