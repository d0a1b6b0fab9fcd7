//! What is heard of the cluster while it is watched: how each source is followed, the events put
//! together, and the pods that would not come back.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::decision::state::CachedPolicy;
use crate::review::inventory;
use crate::session::Session;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::admission::{CompiledPolicy, Evidence, decide};
use domain::attestation::Verify;
use domain::event_group::{EventGroup, Grouping};
use domain::event_row::{EventRow, EventRows};
use domain::name::ClusterId;
use domain::resource::{ClusterEvent, Workload};

/// The sources that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchSource {
    Workloads,
    Events,
}

/// How a watched source is followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Feed {
    /// Nothing was told yet, or there is no cluster.
    #[default]
    Silent,
    /// Every change is told at once.
    Live,
    /// The cluster does not let us watch, and why: lists are read again and again.
    Polled(Report),
    /// What happens now is not known, and why; it is tried again.
    Lost(Report),
}

/// What comes from the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    Workloads(Vec<Workload>),
    /// The latest first.
    Events(Vec<ClusterEvent>),
    Feed(WatchSource, Feed),
}

/// Which rows of the events there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folds {
    AsTheyAre,
    /// Every cause is open.
    Open,
}

/// The watch of the chosen cluster, and what is made of it.
#[derive(Debug, Default)]
pub struct ClusterWatch {
    /// What is watched; news of another ticket are of another cluster.
    pub cluster: Option<(Ticket, ClusterId)>,
    pub workloads: Feed,
    pub events: Feed,
    /// Events are shown one by one.
    pub plain: bool,
    groups: Vec<EventGroup>,
    grouping: Grouping,
    /// The groups by cause.
    rows: EventRows,
    /// The rows that are shown, and those with every cause opened, in which a filter looks.
    shown: [Vec<EventRow>; 2],
    /// The causes whose workloads are shown.
    opened: BTreeSet<String>,
    grouped: (Vec<ClusterEvent>, Vec<Workload>),
    again: Again,
}

/// Whether each workload would be admitted if it came now, and what that stands on.
#[derive(Debug, Default)]
struct Again {
    workloads: Vec<Workload>,
    policy: Option<Arc<CompiledPolicy>>,
    evidence: Option<Arc<Evidence>>,
    enforced: bool,
    /// One for each workload; `None` for what does not run or is not known.
    admitted: Vec<Option<bool>>,
}

impl ClusterWatch {
    pub fn feed(&self, source: WatchSource) -> &Feed {
        match source {
            WatchSource::Workloads => &self.workloads,
            WatchSource::Events => &self.events,
        }
    }

    pub(crate) fn feed_mut(&mut self, source: WatchSource) -> &mut Feed {
        match source {
            WatchSource::Workloads => &mut self.workloads,
            WatchSource::Events => &mut self.events,
        }
    }

    /// The events put together, rejections first.
    pub fn groups(&self) -> &[EventGroup] {
        &self.groups
    }

    /// The events by cause.
    pub fn event_rows(&self) -> &EventRows {
        &self.rows
    }

    /// The rows of the events: as they are folded, or all of them.
    pub fn rows(&self, folds: Folds) -> &[EventRow] {
        let [folded, all] = &self.shown;
        match folds {
            Folds::AsTheyAre => folded,
            Folds::Open => all,
        }
    }

    /// Shows the workloads of a cause, or hides them.
    pub(crate) fn fold(&mut self, cause: usize) {
        let Some(cause) = self.rows.cause(cause).map(|cause| cause.cause.clone()) else { return };
        if !self.opened.remove(&cause) {
            self.opened.insert(cause);
        }
        self.arrange();
    }

    /// Whether the workloads of a cause are shown.
    pub fn is_open(&self, cause: &str) -> bool {
        self.opened.contains(cause)
    }

    fn arrange(&mut self) {
        self.shown = [self.rows.rows(|cause| self.opened.contains(cause)), self.rows.rows(|_| true)];
    }

    /// Whether the pod of this number would be admitted if it were scheduled anew, under the live policy;
    /// `None` for what is no running pod, and where it is not known.
    pub fn admits_again(&self, workload: usize) -> Option<bool> {
        self.again.admitted.get(workload).copied().flatten()
    }

    /// How many of the pods that run would not come back.
    pub fn lost_pods(&self) -> usize {
        self.again.admitted.iter().filter(|admitted| **admitted == Some(false)).count()
    }

    /// Follows the session: what did not change is not worked out anew.
    pub(crate) fn refresh(
        &mut self,
        session: &Session,
        live: Option<&CachedPolicy>,
        evidence: &Arc<Evidence>,
        verify: &dyn Verify,
    ) {
        let (events, workloads) = (session.remotes.events.items(), session.remotes.workloads.items());
        if self.grouped.0 != events || self.grouped.1 != workloads {
            self.grouped = (events.to_vec(), workloads.to_vec());
            self.groups = self.grouping.groups(events, session.remotes.workloads.value().map(Vec::as_slice));
            self.rows = EventRows::new(&self.groups);
            self.arrange();
        }
        self.again.refresh(session, live.map(|live| &live.rules), evidence, verify);
    }
}

impl Again {
    fn refresh(
        &mut self,
        session: &Session,
        policy: Option<&Arc<CompiledPolicy>>,
        evidence: &Arc<Evidence>,
        verify: &dyn Verify,
    ) {
        let workloads = session.remotes.workloads.items();
        let enforced = session.cluster_info().is_none_or(|cluster| cluster.enforced);
        let same_policy = match (&self.policy, policy) {
            (Some(known), Some(policy)) => Arc::ptr_eq(known, policy),
            (None, None) => true,
            _ => false,
        };
        let same_evidence = self.evidence.as_ref().is_some_and(|known| Arc::ptr_eq(known, evidence));
        if same_policy && same_evidence && self.enforced == enforced && self.workloads == workloads {
            return;
        }
        let admitted = |workload: &Workload| {
            let request = inventory::request_of_running(session, workload)?;
            decide(policy?, &request, evidence, verify).admits()
        };
        self.admitted = workloads.iter().map(admitted).collect();
        (self.policy, self.evidence, self.enforced) = (policy.cloned(), Some(evidence.clone()), enforced);
        self.workloads = workloads.to_vec();
    }
}
