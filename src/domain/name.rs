//! Resource names as types: to hold one is to know that it was checked.
//!
//! Sources: Binary Authorization v1 `resources.proto` (attestor names), Grafeas v1 (note names),
//! Resource Manager (project ids), Kubernetes (namespaces).

use std::fmt;
use std::str::FromStr;

/// Why a text is not the name that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {expected}")]
pub struct NameError {
    /// What was expected, with its form, for example ``an attestor name (`projects/P/attestors/A`)``.
    pub expected: &'static str,
    pub found: String,
}

fn refuse<T>(expected: &'static str, found: &str) -> Result<T, NameError> {
    Err(NameError { expected, found: found.to_owned() })
}

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.to_owned())) } else { refuse($expected, text) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_newtype!(
    /// A project id: 6 to 30 lower-case letters, digits and hyphens, starting with a letter and not
    /// ending with a hyphen; domain-scoped projects (`example.com:id`) have the domain in front.
    ProjectId,
    "a project id (6 to 30 lower-case letters, digits or hyphens, starting with a letter)",
    is_project_id
);
text_newtype!(
    /// The last part of a note's or attestor's name.
    ResourceId,
    "an id (1 to 63 letters, digits, `-`, `_` or `.`, starting with a letter or digit)",
    is_resource_id
);
text_newtype!(
    /// A Kubernetes name as RFC 1123 labels, dots allowed (object names, namespaces).
    KubernetesName,
    "a Kubernetes name (lower-case letters, digits, `-` or `.`, at most 253)",
    is_kubernetes_name
);

text_newtype!(
    /// A file of the working directory, by its name alone: no path, not hidden, at most 255 bytes.
    WorkFileName,
    "a file name without a path",
    is_work_file_name
);

text_newtype!(
    /// A workload's identity in Cloud Service Mesh, as keys of `istioServiceIdentityAdmissionRules`
    /// have it, with or without `spiffe://`.
    ServiceIdentity,
    "a service identity (`DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`)",
    is_service_identity
);

/// The namespace or service account in a key of a policy's rules. Inferred: the proto's form is
/// `[a-z.-]+`, but Kubernetes names have digits too; accept them.
pub(super) fn is_namespace(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'))
}

fn is_work_file_name(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && !text.starts_with('.')
        && !text.contains(|c: char| matches!(c, '/' | '\\') || c.is_control())
}

fn is_service_identity(text: &str) -> bool {
    let parts: Vec<&str> = text.strip_prefix("spiffe://").unwrap_or(text).split('/').collect();
    match parts.as_slice() {
        [domain, "ns", namespace, "sa", account] => {
            !domain.is_empty() && !domain.contains(':') && is_namespace(namespace) && is_namespace(account)
        }
        _ => false,
    }
}

fn is_project_id(text: &str) -> bool {
    let (domain, id) = text.split_once(':').map_or((None, text), |(d, id)| (Some(d), id));
    let domain_ok = domain.is_none_or(|d| d.contains('.') && is_kubernetes_name(d));
    domain_ok
        && (6..=30).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_resource_id(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn is_kubernetes_name(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        })
}

macro_rules! project_resource {
    ($(#[$doc:meta])* $name:ident, $collection:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            project: String,
            id: String,
        }

        impl $name {
            /// The name of `id` in `project`.
            pub fn new(project: &ProjectId, id: &ResourceId) -> Self {
                Self { project: project.as_str().to_owned(), id: id.as_str().to_owned() }
            }

            pub fn project(&self) -> &str {
                &self.project
            }

            pub fn id(&self) -> &str {
                &self.id
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let mut parts = text.split('/');
                match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
                    (Some("projects"), Some(project), Some($collection), Some(id), None)
                        if !project.is_empty() && !id.is_empty() =>
                    {
                        Ok(Self { project: project.to_owned(), id: id.to_owned() })
                    }
                    _ => refuse($expected, text),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("projects/{}/", $collection, "/{}"), self.project, self.id)
            }
        }
    };
}

project_resource!(
    /// `projects/{project}/attestors/{id}`, as in `requireAttestationsBy` (`resources.proto`). The
    /// parts are not held to the forms of [`ProjectId`] and [`ResourceId`]: the service decides.
    AttestorName,
    "attestors",
    "an attestor name (`projects/PROJECT/attestors/ATTESTOR`)"
);
project_resource!(
    /// `projects/{project}/notes/{id}`, as in an attestor's `noteReference`.
    NoteName,
    "notes",
    "a note name (`projects/PROJECT/notes/NOTE`)"
);

/// A key of `clusterAdmissionRules`: `LOCATION.CLUSTER`, split at the first dot because zones and
/// regions never contain one (inferred; the proto gives only the form).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterKey {
    location: String,
    cluster: String,
}

impl ClusterKey {
    /// The key of `cluster` in `location`, where both are not empty and the location has no dot.
    pub fn new(location: &str, cluster: &str) -> Result<Self, NameError> {
        format!("{location}.{cluster}").parse()
    }

    pub fn location(&self) -> &str {
        &self.location
    }

    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The region of its location, which may be a zone: `europe-west1` of `europe-west1-b`.
    pub fn region(&self) -> &str {
        match self.location.rsplit_once('-') {
            Some((region, zone)) if zone.len() == 1 && region.contains('-') => region,
            _ => &self.location,
        }
    }
}

impl FromStr for ClusterKey {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.split_once('.') {
            Some((location, cluster)) if !location.is_empty() && !cluster.is_empty() => {
                Ok(Self { location: location.to_owned(), cluster: cluster.to_owned() })
            }
            _ => refuse("a cluster key (`LOCATION.CLUSTER`, for example `us-central1-a.prod`)", text),
        }
    }
}

impl fmt::Display for ClusterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.location, self.cluster)
    }
}

/// A cluster of Kubernetes Engine, by its project, location and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId {
    pub project: ProjectId,
    /// Location and name, as a policy's rules have them.
    pub key: ClusterKey,
}

impl ClusterId {
    pub fn location(&self) -> &str {
        self.key.location()
    }

    pub fn name(&self) -> &str {
        self.key.cluster()
    }
}

/// The Binary Authorization service agent of a project, from its number. Clients must not assume
/// this shape for an attestor that exists (`delegationServiceAccountEmail` says it); the codelab
/// derives it before there is one.
pub fn service_agent(project_number: &str) -> String {
    format!("service-{project_number}@gcp-sa-binaryauthorization.iam.gserviceaccount.com")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_names_round_trip() {
        let name: AttestorName = "projects/p/attestors/a".parse().unwrap();
        assert_eq!((name.project(), name.id()), ("p", "a"));
        assert_eq!(name.to_string(), "projects/p/attestors/a");
    }

    #[test]
    fn other_collections_are_refused() {
        for text in ["", "projects/p/notes/a", "projects//attestors/a", "projects/p/attestors/a/b"] {
            assert!(text.parse::<AttestorName>().is_err(), "{text}");
        }
    }

    #[test]
    fn project_ids() {
        for good in ["codelab-2018", "example.com:my-project"] {
            assert!(good.parse::<ProjectId>().is_ok(), "{good}");
        }
        for bad in ["short", "Upper-case", "ends-with-", "1digits", "with.dots"] {
            assert!(bad.parse::<ProjectId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn cluster_keys_split_at_the_first_dot() {
        let key: ClusterKey = "us-central1-a.my.cluster".parse().unwrap();
        assert_eq!((key.location(), key.cluster()), ("us-central1-a", "my.cluster"));
        assert!("nodot".parse::<ClusterKey>().is_err());
        assert!(".c".parse::<ClusterKey>().is_err());
    }
}
