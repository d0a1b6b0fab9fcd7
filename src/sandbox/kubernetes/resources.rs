//! The resources that the clusters serve, declared once: discovery, paths and tables follow from this.

/// A kind of object that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Pod,
    Event,
    Namespace,
    Service,
    ServiceAccount,
    Deployment,
    ReplicaSet,
}

/// Whether objects live in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Namespaced,
    Cluster,
}

/// A part of an object that has its own path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subresource {
    Log,
    EphemeralContainers,
    Scale,
    Status,
}

/// One row of discovery.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) kind: Kind,
    pub(super) group: &'static str,
    pub(super) plural: &'static str,
    pub(super) singular: &'static str,
    pub(super) kind_name: &'static str,
    pub(super) scope: Scope,
    pub(super) verbs: &'static [&'static str],
    pub(super) short_names: &'static [&'static str],
    /// Whether `kubectl get all` shows it.
    pub(super) in_all: bool,
    pub(super) subresources: &'static [SubresourceRow],
}

/// A subresource as discovery shows it.
#[derive(Debug)]
pub(super) struct SubresourceRow {
    pub(super) subresource: Subresource,
    pub(super) name: &'static str,
    pub(super) group: &'static str,
    pub(super) kind_name: &'static str,
    pub(super) verbs: &'static [&'static str],
}

const ALL_VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const SINGLE_VERBS: &[&str] = &["create", "delete", "get", "list", "patch", "update", "watch"];
const READ_VERBS: &[&str] = &["get", "list", "watch"];
const EDIT_VERBS: &[&str] = &["get", "patch", "update"];

pub(super) const RESOURCES: &[Resource] = &[
    Resource {
        kind: Kind::Pod,
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
            SubresourceRow { subresource: Subresource::Log, name: "log", group: "", kind_name: "Pod", verbs: &["get"] },
            SubresourceRow {
                subresource: Subresource::Status,
                name: "status",
                group: "",
                kind_name: "Pod",
                verbs: &["get"],
            },
        ],
    },
    Resource {
        kind: Kind::Event,
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
        kind: Kind::Namespace,
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
        kind: Kind::Service,
        group: "",
        plural: "services",
        singular: "service",
        kind_name: "Service",
        scope: Scope::Namespaced,
        verbs: READ_VERBS,
        short_names: &["svc"],
        in_all: true,
        subresources: &[],
    },
    Resource {
        kind: Kind::ServiceAccount,
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
        kind: Kind::Deployment,
        group: "apps",
        plural: "deployments",
        singular: "deployment",
        kind_name: "Deployment",
        scope: Scope::Namespaced,
        verbs: ALL_VERBS,
        short_names: &["deploy"],
        in_all: true,
        subresources: &[
            SubresourceRow {
                subresource: Subresource::Scale,
                name: "scale",
                group: "autoscaling",
                kind_name: "Scale",
                verbs: EDIT_VERBS,
            },
            SubresourceRow {
                subresource: Subresource::Status,
                name: "status",
                group: "apps",
                kind_name: "Deployment",
                verbs: &["get"],
            },
        ],
    },
    Resource {
        kind: Kind::ReplicaSet,
        group: "apps",
        plural: "replicasets",
        singular: "replicaset",
        kind_name: "ReplicaSet",
        scope: Scope::Namespaced,
        verbs: &["delete", "get", "list", "watch"],
        short_names: &["rs"],
        in_all: true,
        subresources: &[],
    },
];

impl Resource {
    /// The resource of this group that is called so in paths.
    pub(super) fn find(group: &str, plural: &str) -> Option<&'static Self> {
        RESOURCES.iter().find(|resource| resource.group == group && resource.plural == plural)
    }

    /// `apps/v1`, or `v1` for the core group.
    pub(super) fn api_version(&self) -> &'static str {
        if self.group == "apps" { "apps/v1" } else { "v1" }
    }

    /// `deployments.apps`, or `pods`, as in messages.
    pub(super) fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// `Deployment.apps`, or `Pod`, as in messages about invalid objects.
    pub(super) fn qualified_kind(&self) -> String {
        if self.group.is_empty() { self.kind_name.to_owned() } else { format!("{}.{}", self.kind_name, self.group) }
    }

    pub(super) fn subresource(&self, name: &str) -> Option<&'static SubresourceRow> {
        self.subresources.iter().find(|row| row.name == name)
    }
}

impl Kind {
    pub(super) fn resource(self) -> &'static Resource {
        RESOURCES.iter().find(|resource| resource.kind == self).unwrap_or(&RESOURCES[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_row() {
        for resource in RESOURCES {
            assert_eq!(resource.kind.resource().plural, resource.plural);
        }
    }
}
