//! What the three tabs share: the chosen project, cluster and image, and every remote value.

use crate::decision::subject::Subject;
use crate::people::state::People;
use crate::remotes::Remotes;
use domain::admission::RequestImage;
use domain::image::ImageRef;
use domain::name::{ClusterId, ClusterKey, ProjectId};
use domain::policy::Policy;
use domain::resource::{Cluster, Project, WorkloadId};
use domain::system_policy::SystemPolicy;
use domain::what_if::Assumptions;

/// How the services are reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Connection {
    #[default]
    Starting,
    /// The embedded sandbox, at this address.
    Sandbox(String),
    Failed(crate::shell::report::Report),
}

/// The session.
#[derive(Debug, Default)]
pub struct Session {
    pub connection: Connection,
    /// Other programs may not use the sandbox.
    pub is_private: bool,
    /// As whom the sandbox is asked.
    pub people: People,
    /// The chosen project's id.
    pub project: Option<ProjectId>,
    /// The chosen cluster of the project.
    pub cluster: Option<ClusterKey>,
    /// The chosen image: signed, attested, looked for; one of those that are asked about.
    pub image: Option<ImageRef>,
    /// All images of the pod that is asked about; they count while the chosen one is among them: see
    /// [`Session::ask`].
    pub images: Vec<RequestImage>,
    pub subject: Subject,
    /// The object that makes the pod that is asked about, if it is one of the cluster.
    pub workload: Option<WorkloadId>,
    /// What is taken to be other than it is, until it is dropped.
    pub assumptions: Assumptions,
    /// The images whose tags and platforms are looked at, besides those that are asked about.
    pub inspected: Vec<String>,
    /// The path of the reviewer's list.
    pub inventory: Option<String>,
    /// A version of the history that the simulation is asked about too.
    pub simulated: Option<Box<Policy>>,
    /// Since when it was live, as titles name it.
    pub simulated_since: String,
    pub remotes: Remotes,
}

impl Session {
    /// The chosen project, once it is known to exist.
    pub fn project_info(&self) -> Option<&Project> {
        let id = self.project.as_ref()?;
        self.remotes.projects.items().iter().find(|p| p.id == id.as_str())
    }

    /// The chosen cluster, once it is known to exist.
    pub fn cluster_info(&self) -> Option<&Cluster> {
        let key = self.cluster.as_ref()?;
        self.remotes.clusters.items().iter().find(|c| c.location == key.location() && c.name == key.cluster())
    }

    pub fn cluster_id(&self) -> Option<ClusterId> {
        Some(ClusterId { project: self.project.clone()?, key: self.cluster.clone()? })
    }

    /// The project's policy as last read.
    pub fn live_policy(&self) -> Option<&Policy> {
        self.remotes.policy.value().map(AsRef::as_ref)
    }

    /// Where the system policy is read: it is rolled out region by region, and `global` is a late one.
    pub fn system_policy_location(&self) -> &str {
        self.cluster.as_ref().map_or("global", ClusterKey::region)
    }

    /// The system policy as last read; until then what is documented of it.
    pub fn system_policy(&self) -> SystemPolicy {
        SystemPolicy::from(self.remotes.system_policy.value().map(AsRef::as_ref))
    }

    /// Every attestor that decides about the chosen image under the live policy, the draft, or the version
    /// of the history that is asked.
    pub fn wanted_attestors(&self, draft: Option<&Policy>) -> Vec<String> {
        let mut wanted: Vec<String> = [self.live_policy(), draft, self.simulated.as_deref()]
            .into_iter()
            .flatten()
            .flat_map(Policy::attestors)
            .map(str::to_owned)
            .collect();
        if !self.inspected.is_empty() {
            wanted.extend(self.remotes.attestors.items().iter().map(|attestor| attestor.name.to_string()));
        }
        wanted.sort();
        wanted.dedup();
        wanted
    }

    /// The chosen cluster, if it can be watched.
    pub fn watchable(&self) -> Option<ClusterId> {
        if !matches!(self.connection, Connection::Sandbox(_)) {
            return None;
        }
        self.running_cluster()
    }

    fn running_cluster(&self) -> Option<ClusterId> {
        self.cluster_info().filter(|c| c.is_running()).and_then(|_| self.cluster_id())
    }

    pub(crate) fn has_work_directory(&self) -> bool {
        self.remotes.work.value().is_some_and(|work| work.directory.exists)
    }

    /// Forgets what the services said to somebody else.
    pub fn forget_answers(&mut self) {
        let Remotes { inventory, keys, work, .. } = std::mem::take(&mut self.remotes);
        self.remotes = Remotes { inventory, keys, work, ..Remotes::default() };
    }

    /// Forgets what belonged to another project.
    pub fn leave_project(&mut self) {
        let projects = std::mem::take(&mut self.remotes.projects);
        self.forget_answers();
        self.remotes.projects = projects;
        self.cluster = None;
        self.image = None;
        self.images.clear();
        self.workload = None;
        self.inspected.clear();
        self.assumptions.clear();
        self.simulated = None;
    }
}
