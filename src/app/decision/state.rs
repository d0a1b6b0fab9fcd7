//! What is decided about the pod that is asked about: under the live policy, the draft and a version
//! of the history, kept up to date.

use std::sync::Arc;

use domain::admission::{CompiledPolicy, Decision, Evidence, Request, evaluate};
use domain::attestation::Verify;
use domain::policy::Policy;
use domain::system_policy::SystemPolicy;

use crate::history::state::History;
use crate::session::Session;
use crate::shell::tab::Pane;

/// What a decision stands on, to know when it has to be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Basis {
    request: Request,
    evidence: Evidence,
    system: SystemPolicy,
}

/// One policy, compiled once for many decisions.
#[derive(Debug)]
pub(crate) struct CachedPolicy {
    pub(crate) policy: Policy,
    system: SystemPolicy,
    pub(crate) rules: Arc<CompiledPolicy>,
}

/// Under which policy the decision is shown as a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Under {
    #[default]
    Live,
    Draft,
    /// The version of the history that is asked.
    Version,
}

impl Under {
    /// As texts name the policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "the live policy",
            Self::Draft => "the draft",
            Self::Version => "a version of the history",
        }
    }
}

/// One of the two policies that a project always has here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveOrDraft {
    Live,
    Draft,
}

impl LiveOrDraft {
    /// As texts name the policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => Under::Live.as_str(),
            Self::Draft => Under::Draft.as_str(),
        }
    }
}

#[derive(Debug, Default)]
pub struct Decisions {
    basis: Option<Basis>,
    live: Option<CachedPolicy>,
    draft: Option<CachedPolicy>,
    old: Option<CachedPolicy>,
    /// The three policies with what is assumed of them, where something is.
    assumed: [Option<CachedPolicy>; 3],
    /// What the decisions were made by.
    made_by: [Option<Arc<CompiledPolicy>>; 3],
    /// Which of the decisions the Decision pane shows.
    pub under: Under,
    /// The images and the attestors for which evidence was last read.
    pub evidence_read_for: Option<(Vec<String>, Vec<String>)>,
    /// The references that registries were last asked about.
    pub tags_read_for: Option<Vec<String>>,
    /// The location whose system policy was asked for last; empty before the first time.
    pub system_policy_read_for: String,
    /// Under the project's policy; `None` while the policy is not known or nothing is asked.
    pub now: Option<Decision>,
    /// Under the draft; `None` while it is not a policy.
    pub drafted: Option<Decision>,
    /// Under the version of the history that is asked.
    pub then: Option<Decision>,
}

impl Decisions {
    /// The live policy and the draft as they are, compiled.
    pub(crate) fn rules_as_they_are(&self) -> [Option<&CachedPolicy>; 2] {
        [self.live.as_ref(), self.draft.as_ref()]
    }

    /// The decision whose tree a pane shows.
    pub fn shown_in(&self, pane: Pane) -> Option<&Decision> {
        match (pane, self.under) {
            (Pane::Decision, Under::Live) => self.now.as_ref(),
            (Pane::Decision, Under::Draft) => self.drafted.as_ref(),
            (Pane::Decision, Under::Version) => self.then.as_ref(),
            _ => None,
        }
    }

    /// Makes again what no longer stands on the present facts.
    pub fn refresh(&mut self, session: &Session, history: &History, draft: Option<&Policy>, verifier: &dyn Verify) {
        let system = session.system_policy();
        if session.simulated.is_none() && self.under == Under::Version {
            self.under = Under::Live;
        }
        compile(&mut self.live, session.live_policy(), &system);
        compile(&mut self.draft, draft, &system);
        compile(&mut self.old, session.simulated.as_deref(), &system);
        let Some(request) = session.assumed_request() else {
            (self.basis, self.evidence_read_for) = (None, None);
            (self.now, self.drafted, self.then) = (None, None, None);
            return;
        };
        let rules = self.rules(session, history, draft, &system);
        let basis = Basis { request, evidence: session.assumed_evidence(), system };
        let same = self.basis.as_ref() == Some(&basis);
        let decisions = [&mut self.now, &mut self.drafted, &mut self.then];
        for ((decision, by), before) in decisions.into_iter().zip(&rules).zip(&self.made_by) {
            if !(same && is_same(by.as_ref(), before.as_ref())) {
                *decision = by.as_ref().map(|by| evaluate(by, &basis.request, &basis.evidence, verifier));
            }
        }
        (self.basis, self.made_by) = (Some(basis), rules);
    }

    /// The three policies by which is decided: as they are, or with what is assumed.
    fn rules(
        &mut self,
        session: &Session,
        history: &History,
        draft: Option<&Policy>,
        system: &SystemPolicy,
    ) -> [Option<Arc<CompiledPolicy>>; 3] {
        let then = session.assumptions.moment().map(|time| history.live_at(time).map(|version| &version.policy));
        let live = then.unwrap_or(session.live_policy());
        let policies = [live, draft, session.simulated.as_deref()];
        let actual = [self.live.as_ref(), self.draft.as_ref(), self.old.as_ref()];
        let mut rules = [const { None }; 3];
        for (((rules, slot), policy), actual) in rules.iter_mut().zip(&mut self.assumed).zip(policies).zip(actual) {
            let policy = policy.map(|policy| session.assumptions.policy(policy));
            if is_of(actual, policy.as_deref()) {
                *slot = None;
                *rules = actual.map(|compiled| compiled.rules.clone());
            } else {
                compile(slot, policy.as_deref(), system);
                *rules = slot.as_ref().map(|compiled| compiled.rules.clone());
            }
        }
        rules
    }
}

fn is_same(a: Option<&Arc<CompiledPolicy>>, b: Option<&Arc<CompiledPolicy>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn is_of(compiled: Option<&CachedPolicy>, policy: Option<&Policy>) -> bool {
    compiled.map(|c| &c.policy) == policy
}

fn compile(slot: &mut Option<CachedPolicy>, policy: Option<&Policy>, system: &SystemPolicy) {
    let kept = slot.as_ref().is_some_and(|c| Some(&c.policy) == policy && c.system == *system);
    if !kept {
        *slot = policy.map(|policy| CachedPolicy {
            policy: policy.clone(),
            system: system.clone(),
            rules: Arc::new(CompiledPolicy::new(policy, system)),
        });
    }
}
