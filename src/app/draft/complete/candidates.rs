//! What the session knows of the project that a policy may name.

use std::collections::BTreeMap;

use crate::session::Session;
use domain::policy::RuleKind;
use domain::schema::Role;

/// Names with what each is, in a few words; sorted, each once.
type Names = BTreeMap<String, &'static str>;

/// Everything that can be proposed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    pub attestors: Names,
    pub notes: Names,
    pub projects: Names,
    /// `LOCATION.CLUSTER`.
    pub clusters: Names,
    pub namespaces: Names,
    /// `NAMESPACE:SERVICE_ACCOUNT`.
    pub service_accounts: Names,
    /// `DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`.
    pub identities: Names,
    /// Repositories, each also with what a pattern ends in.
    pub patterns: Names,
    /// Registries with their paths, without the last part.
    pub directories: Names,
}

impl Candidates {
    /// What this session has read.
    pub fn from_session(session: &Session) -> Self {
        let mut known = Self::default();
        let r = &session.remotes;
        for attestor in r.attestors.items() {
            known.attestors.insert(attestor.name.to_string(), "of this project");
            known.notes.insert(attestor.note.to_string(), "an attestor's");
        }
        for note in r.notes.items() {
            known.notes.insert(note.name.to_string(), "of this project");
        }
        for project in r.projects.items() {
            known.projects.insert(format!("projects/{}", project.id), "known here");
        }
        for cluster in r.clusters.items() {
            known.clusters.insert(format!("{}.{}", cluster.location, cluster.name), "of this project");
        }
        known.policy_names(session);
        for image in r.images.items() {
            known.repository(&image.repository, "in the registry");
        }
        for event in r.events.items() {
            known.namespace(&event.namespace, "has events");
        }
        for workload in r.workloads.items() {
            known.namespace(&workload.namespace, "has workloads");
            known.account(session, &workload.namespace, &workload.service_account);
            for image in &workload.images {
                known.repository(repository_of(&image.image), "runs in the cluster");
            }
        }
        known
    }

    /// What the live policy names.
    fn policy_names(&mut self, session: &Session) {
        let Some(policy) = session.live_policy() else { return };
        for attestor in policy.attestors() {
            self.attestors.entry(attestor.to_owned()).or_insert("in the live policy");
        }
    }

    fn namespace(&mut self, name: &str, what: &'static str) {
        if !name.is_empty() {
            self.namespaces.insert(name.to_owned(), what);
        }
    }

    fn account(&mut self, session: &Session, namespace: &str, account: &str) {
        let account = if account.is_empty() { "default" } else { account };
        if namespace.is_empty() {
            return;
        }
        self.service_accounts.insert(format!("{namespace}:{account}"), "has workloads");
        if let Some(project) = &session.project {
            self.identities.insert(format!("{project}.svc.id.goog/ns/{namespace}/sa/{account}"), "has workloads");
        }
    }

    fn repository(&mut self, path: &str, what: &'static str) {
        if path.is_empty() || !path.contains('/') {
            return;
        }
        self.patterns.insert(format!("{path}@*"), "this image, any digest");
        self.patterns.insert(format!("{path}:*"), "this image, any tag");
        if let Some((directory, _)) = path.rsplit_once('/') {
            self.patterns.insert(format!("{directory}/*"), "the images of this path");
            self.patterns.insert(format!("{directory}/**"), "everything below this path");
            self.directories.insert(directory.to_owned(), what);
        }
    }

    /// The keys that a map of rules may have.
    pub(crate) fn keys(&self, kind: RuleKind) -> Vec<(String, &'static str)> {
        let names = match kind {
            RuleKind::Default => return Vec::new(),
            RuleKind::Cluster => &self.clusters,
            RuleKind::Namespace => &self.namespaces,
            RuleKind::ServiceAccount => &self.service_accounts,
            RuleKind::ServiceIdentity => &self.identities,
        };
        names.iter().map(|(name, what)| (name.clone(), *what)).collect()
    }

    /// The texts that a field may have.
    pub(crate) fn texts(&self, role: Role) -> Vec<(String, &'static str)> {
        let names = match role {
            Role::Attestor => &self.attestors,
            Role::Note => &self.notes,
            Role::Project => &self.projects,
            Role::Pattern => &self.patterns,
            Role::AllowPattern => return self.allow_patterns(),
            Role::Directory => &self.directories,
            Role::Namespace => &self.namespaces,
            Role::ServiceAccount => &self.service_accounts,
            Role::Free | Role::SourceRepository | Role::Vulnerability | Role::Pem | Role::Armored => return Vec::new(),
        };
        names.iter().map(|(name, what)| (name.clone(), *what)).collect()
    }

    /// The other dialect: a bare name covers every tag and digest of it.
    fn allow_patterns(&self) -> Vec<(String, &'static str)> {
        let fitting = self.patterns.iter().filter(|(name, _)| !name.ends_with(":*"));
        let written = fitting.map(|(name, what)| match name.strip_suffix("@*") {
            Some(bare) => (bare.to_owned(), "this image, any tag or digest"),
            None => (name.clone(), *what),
        });
        written.collect()
    }
}

/// The image without tag and digest.
fn repository_of(image: &str) -> &str {
    let path = image.split('@').next().unwrap_or_default();
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = name.split(':').next().unwrap_or_default();
    path.get(..directory.len() + usize::from(!directory.is_empty()) + name.len()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_digests_are_cut_and_ports_are_not() {
        assert_eq!(repository_of("gcr.io/p/app:v1@sha256:00"), "gcr.io/p/app");
        assert_eq!(repository_of("localhost:5000/app:v1"), "localhost:5000/app");
        assert_eq!(repository_of("nginx:latest"), "nginx");
    }
}
