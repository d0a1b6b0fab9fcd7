//! A refusal that is explained: what it says, where its parts are in the session, what can be behind it.
//!
//! The text is decoded once; the rest is made from the model as it is now, so that the causes follow
//! what is read of the project. Uses the session, the history and the domain.

use crate::history::state::Version;
use domain::admission::Request;
use domain::explain::change::Changes;
use domain::explain::incident::{Incident, Told};
use domain::explain::message::{Reading, Refusal, is_workload};
use domain::name::{ClusterId, ProjectId};
use domain::policy::RuleKind;
use domain::resource::ClusterEvent;

/// Where a line of the box leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// As the message has it.
    Image(String),
    Rule(RuleKind, String),
    Attestor(String),
    /// The tree of the decision.
    Decision,
    /// What would admit it.
    Fixes,
    /// The other point in time.
    OtherTime,
    /// The project that the message is of.
    Project(ProjectId),
    /// One refusal of the text, by its number.
    Case(usize),
}

/// The refusals of one text.
#[derive(Debug, Default)]
pub struct Explanation {
    pub reading: Reading,
    /// All of them together.
    pub incident: Incident,
    /// What they have in common is shown, and not one of them.
    pub together: bool,
    /// Which of its cases is shown.
    pub number: usize,
    /// The line that the pointer is at.
    pub selected: usize,
    /// The question as it was made of the case; `None` where the case names no image.
    pub(crate) asked: Option<Request>,
    /// The version of the refusal's time, where the case is asked under that one.
    pub then: Option<Box<Version>>,
}

impl Explanation {
    pub(crate) fn new(reading: Reading) -> Self {
        let incident = Incident::of(&reading.cases, Changes::default());
        let together = reading.cases.len() > 1;
        Self { reading, incident, together, ..Self::default() }
    }

    /// Refusals that events tell, each with the group that it is of: the cluster knows better what runs a pod than a name.
    pub(crate) fn of_groups(refusals: Vec<(Refusal, Option<Told>)>) -> Self {
        let told = refusals.iter().map(|(case, told)| told.clone().unwrap_or_else(|| Told::of(case)));
        let incident = Incident::new(told.collect::<Vec<_>>());
        let cases = refusals.into_iter().map(|(case, _)| case).collect();
        let explanation = Self::new(Reading { cases, ..Reading::default() });
        Self { incident, ..explanation }
    }

    pub fn case(&self) -> Option<&Refusal> {
        self.reading.cases.get(self.number)
    }
}

/// The box that explains; what it shows is [`Explanation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExplainBox;

/// What an event of the cluster that is watched says, with what is known of it beside its message.
pub(crate) fn of_event(event: &ClusterEvent, cluster: Option<&ClusterId>) -> Reading {
    let mut reading = domain::explain::message::decode(&event.message);
    for case in &mut reading.cases {
        let kind = event.object.split_once('/').map_or("", |(kind, _)| kind);
        if is_workload(kind) {
            case.subject.namespace.clone_from(&event.namespace);
            case.subject.object.clone_from(&event.object);
        } else if case.subject.object.is_empty() {
            // What synchronises other objects is in a namespace of its own, which is none of their pods'.
            case.subject.object.clone_from(&event.object);
        }
        case.subject.time.clone_from(&event.last_seen);
        if let Some(ClusterId { project, key }) = cluster {
            case.subject.project = project.to_string();
            key.location().clone_into(&mut case.subject.location);
            key.cluster().clone_into(&mut case.subject.cluster);
        }
        case.times = usize::try_from(event.count).unwrap_or(usize::MAX).max(1);
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespace(object: &str) -> String {
        let event = ClusterEvent {
            namespace: "argocd".into(),
            kind: "Warning".into(),
            reason: "SyncFailed".into(),
            message:
                "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image nginx denied \
                      by Binary Authorization default admission rule. Denied by always_deny admission rule"
                    .into(),
            object: object.into(),
            count: 1,
            first_seen: String::new(),
            last_seen: String::new(),
        };
        of_event(&event, None).cases.swap_remove(0).subject.namespace
    }

    #[test]
    fn the_namespace_of_an_event_is_the_pods_only_if_it_is_about_what_runs_them() {
        assert_eq!(namespace("replicaset/web-5d8f"), "argocd");
        for object in ["application/shop", "kustomization/apps", "helmrelease/shop", "widget/w", ""] {
            assert_eq!(namespace(object), "", "{object}");
        }
    }
}
