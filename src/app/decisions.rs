//! The chosen image's decision under the live policy and under the draft, kept up to date.

use std::sync::Arc;

use crate::domain::admission::{CompiledPolicy, Decision, Evidence, Request, evaluate};
use crate::domain::attestation::Verify;
use crate::domain::policy::Policy;
use crate::domain::system_policy;

use super::session::Session;
use super::tab::Pane;

/// What a decision stands on, to know when it has to be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Basis {
    request: Request,
    evidence: Evidence,
    system: Option<Policy>,
}

/// One policy, compiled once for many decisions.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) policy: Policy,
    system: Option<Policy>,
    pub(super) rules: Arc<CompiledPolicy>,
}

#[derive(Debug, Default)]
pub struct Decisions {
    basis: Option<Basis>,
    live: Option<Compiled>,
    draft: Option<Compiled>,
    old: Option<Compiled>,
    /// The images and the attestors for which evidence was last read.
    pub asked: Option<(Vec<String>, Vec<String>)>,
    /// Under the project's policy; `None` while the policy is not known or nothing is asked.
    pub now: Option<Decision>,
    /// Under the draft; `None` while it is not a policy.
    pub drafted: Option<Decision>,
    /// Under the version of the history that is asked.
    pub then: Option<Decision>,
}

impl Decisions {
    /// The live policy and the draft, compiled.
    pub(super) fn compiled(&self) -> [Option<&Compiled>; 2] {
        [self.live.as_ref(), self.draft.as_ref()]
    }

    /// The decision whose tree a pane shows.
    pub fn of(&self, pane: Pane) -> Option<&Decision> {
        match pane {
            Pane::Decision => self.now.as_ref(),
            _ => None,
        }
    }

    /// Makes again what no longer stands on the present facts.
    pub fn refresh(&mut self, session: &Session, draft: Option<&Policy>, verifier: &dyn Verify) {
        let system = session.remotes.system_policy.value().map(|p| (**p).clone());
        let Some(request) = session.asked() else {
            (self.basis, self.asked) = (None, None);
            (self.now, self.drafted, self.then) = (None, None, None);
            compile(&mut self.live, session.live_policy(), system.as_ref());
            compile(&mut self.draft, draft, system.as_ref());
            return;
        };
        let evidence = session.remotes.evidence.value().map(|e| (**e).clone()).unwrap_or_default();
        let basis = Basis { request, evidence, system: system.clone() };
        let same = self.basis.as_ref() == Some(&basis);
        let live = session.live_policy();
        if !(same && is_of(self.live.as_ref(), live)) {
            compile(&mut self.live, live, system.as_ref());
            self.now = decide(self.live.as_ref(), &basis, verifier);
        }
        if !(same && is_of(self.draft.as_ref(), draft)) {
            compile(&mut self.draft, draft, system.as_ref());
            self.drafted = decide(self.draft.as_ref(), &basis, verifier);
        }
        let old = session.simulated.as_deref();
        if !(same && is_of(self.old.as_ref(), old)) {
            compile(&mut self.old, old, system.as_ref());
            self.then = decide(self.old.as_ref(), &basis, verifier);
        }
        self.basis = Some(basis);
    }
}

fn is_of(compiled: Option<&Compiled>, policy: Option<&Policy>) -> bool {
    compiled.map(|c| &c.policy) == policy
}

fn compile(slot: &mut Option<Compiled>, policy: Option<&Policy>, system: Option<&Policy>) {
    let kept = slot.as_ref().is_some_and(|c| Some(&c.policy) == policy && c.system.as_ref() == system);
    if !kept {
        *slot = policy.map(|policy| Compiled {
            policy: policy.clone(),
            system: system.cloned(),
            rules: Arc::new(CompiledPolicy::new(policy, system.unwrap_or(&system_policy::documented("global")))),
        });
    }
}

fn decide(compiled: Option<&Compiled>, basis: &Basis, verifier: &dyn Verify) -> Option<Decision> {
    Some(evaluate(&compiled?.rules, &basis.request, &basis.evidence, verifier))
}
