//! What a refusal is asked as, decided again, and what can be behind it, from the model as it is now.

use crate::decision::workload::{own, owner_of};
use crate::effect::Effect;
use crate::explain::state::{ExplainBox, Explanation};
use crate::history::state::Version;
use crate::model::Model;
use crate::overlay::Overlay;
use domain::admission::{Decision, Evidence, Fact, Request};
use domain::explain::cause::{Diagnosis, PresentState, diagnose};
use domain::explain::message::{Elsewhere, Open, Place, Reading, Refusal};
use domain::name::ProjectId;
use domain::policy::Policy;
use domain::resource::Workload;
use jiff::Timestamp;

impl Model {
    /// Opens the box, and makes the refusal the question that every tab is about.
    pub(crate) fn open_explanation(&mut self, reading: Reading) -> Vec<Effect> {
        self.explain_all(Explanation::new(reading))
    }

    /// Opens the box over refusals; the first of them becomes the question.
    pub(crate) fn explain_all(&mut self, explanation: Explanation) -> Vec<Effect> {
        self.explain = explanation;
        self.ask_explained();
        if !matches!(self.overlays.last(), Some(Overlay::Explain(_))) {
            self.overlays.push(Overlay::Explain(ExplainBox));
        }
        Vec::new()
    }

    /// Makes the question of the shown case the one that every tab is about.
    pub(crate) fn ask_explained(&mut self) {
        self.explain.asked = None;
        let Some(case) = self.explain.case().filter(|case| case.relative.is_none()) else { return };
        if self.explained_elsewhere().is_some() {
            return;
        }
        let owner = self.explained_workload(case).and_then(|workload| owner_of(&self.session, workload));
        let request = self.question_of(case);
        if request.images.is_empty() {
            return;
        }
        self.session.ask_as_told(request);
        self.session.workload = owner.map(|owner| owner.id());
        self.explain.asked = self.session.request();
    }

    /// The pod that a case is about, with what the cluster knows of the workload.
    pub(crate) fn question_of(&self, case: &Refusal) -> Request {
        let mut request = case.request();
        let workload = self.explained_workload(case);
        if let Some(workload) = workload {
            complete(&mut request, workload);
        }
        own(&mut request, workload.and_then(|workload| owner_of(&self.session, workload)).as_ref());
        request
    }

    /// Where the shown case was, if that is not what is open.
    pub fn explained_elsewhere(&self) -> Option<Elsewhere> {
        let case = self.explain.case()?;
        match self.place_of(case) {
            Place::Elsewhere(elsewhere) => Some(elsewhere),
            Place::Here | Place::NotSaid => None,
        }
    }

    /// Where a case was, against the project that is open and its clusters.
    pub(crate) fn place_of(&self, case: &Refusal) -> Place {
        self.with_open(|open| case.place(open))
    }

    /// What is open, against which a refusal is placed.
    pub(crate) fn with_open<T>(&self, place: impl FnOnce(&Open<'_>) -> T) -> T {
        let session = &self.session;
        let listed = session.remotes.clusters.value();
        let clusters = listed.map(|all| all.iter().map(|c| format!("{}.{}", c.location, c.name)).collect());
        let clusters: Option<Vec<String>> = clusters.or_else(|| session.cluster_key().map(|cluster| vec![cluster]));
        place(&Open {
            project: session.project.as_ref().map(ProjectId::as_str),
            number: session.project_info().map(|project| project.number.as_str()),
            clusters: clusters.as_deref().filter(|_| session.project.is_some()),
            namespace: None,
            policy: session.live_policy(),
        })
    }

    /// The workload that an event was about, as it is in the cluster now.
    fn explained_workload(&self, case: &Refusal) -> Option<&Workload> {
        let (kind, name) = case.subject.object.split_once('/')?;
        let namespace = &case.subject.namespace;
        self.session.remotes.workloads.items().iter().find(|workload| {
            workload.kind.as_str() == kind
                && workload.name == name
                && (namespace.is_empty() || workload.namespace == *namespace)
        })
    }

    /// Whether the session is about the case as it is: nobody chose something else since, and nothing is
    /// assumed of it.
    fn is_asked(&self) -> bool {
        let same = self.explained_elsewhere().is_none()
            && self.explain.asked.is_some()
            && self.explain.asked == self.session.request();
        same && self.session.assumptions.is_empty()
    }

    /// The decision of the case under the policy that is asked.
    pub fn explained_decision(&self) -> Option<&Decision> {
        let decision = if self.explain.then.is_some() { &self.decisions.then } else { &self.decisions.now };
        decision.as_ref().filter(|_| self.is_asked())
    }

    pub(crate) fn explained_policy(&self) -> Option<&Policy> {
        match &self.explain.then {
            Some(version) => Some(&version.policy),
            None => self.session.live_policy(),
        }
    }

    /// Whether what decides is still being read.
    pub fn is_explaining_behind(&self) -> bool {
        let needs_evidence =
            self.explained_decision().is_some_and(|d| d.images.iter().any(|i| !i.attestors.is_empty()));
        self.is_asked() && needs_evidence && self.session.remotes.evidence.is_loading()
    }

    /// What can be behind each finding of the shown case.
    pub fn diagnoses(&self) -> Vec<Diagnosis> {
        let Some(case) = self.explain.case() else { return Vec::new() };
        let none = Evidence::default();
        let evidence = self.session.remotes.evidence.value().map_or(&none, |evidence| &**evidence);
        let state = match (self.explained_decision(), self.explained_policy()) {
            (Some(decision), Some(policy)) if !self.is_explaining_behind() => {
                let is_here = self.with_open(|open| case.is_tied(open));
                Some(PresentState { decision, policy, evidence, is_here })
            }
            _ => None,
        };
        case.findings.iter().map(|finding| diagnose(case, finding, state.as_ref())).collect()
    }

    /// The version that was live when it was refused, or why there is none.
    pub fn version_then(&self) -> Result<&Version, &'static str> {
        let time = self.explain.case().map(|case| case.subject.time.as_str()).unwrap_or_default();
        let Ok(time) = time.parse::<Timestamp>() else { return Err("the text does not say when it was") };
        let history = &self.history;
        if self.session.project.as_ref().map(ProjectId::as_str) != Some(history.project.as_str()) {
            return Err("the history is not read yet");
        }
        let before = history.versions.iter().rev().find(|version| version.live_since() <= time);
        before.ok_or("the history does not go back so far")
    }
}

/// Takes from the workload what the message does not say.
fn complete(request: &mut Request, workload: &Workload) {
    let has_images = !request.images.is_empty();
    if !has_images {
        request.images.clone_from(&workload.images);
    }
    request.complete(&Request {
        service_account: workload.service_account.clone(),
        namespace: workload.namespace.clone(),
        not_known: [Fact::Cluster, Fact::ServiceIdentity].into_iter().collect(),
        ..Request::default()
    });
    if request.labels.is_empty() {
        request.labels.clone_from(&workload.labels);
    }
    if request.annotations.is_empty() {
        request.annotations.clone_from(&workload.annotations);
    }
}
