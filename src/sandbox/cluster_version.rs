//! The Kubernetes version of every cluster, which Kubernetes Engine and the API servers both report.

/// As Kubernetes Engine names it, in the form of `git describe` as API servers show it.
pub const GIT_VERSION: &str = "v1.32.4-gke.1415000";
