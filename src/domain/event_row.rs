//! The rows in which a cluster's events are shown: first all that was refused, then each cause, which opens to its
//! workloads, then what was no refusal. Uses the groups of events, and incidents.

use std::collections::BTreeSet;

use crate::event_group::EventGroup;
use crate::explain::incident::{Incident, Owner, Told, owner};
use crate::explain::message::Subject;

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventRow {
    /// Everything that Binary Authorization refused.
    Incident,
    /// One cause of several workloads, by its number.
    Cause(usize),
    /// The events of one workload with one cause, by the number of the group.
    Group { number: usize, is_within: bool },
}

/// Several workloads that were refused for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCause {
    pub cause: String,
    /// The numbers of its groups, the latest first.
    pub groups: Vec<usize>,
    pub workloads: BTreeSet<Owner>,
    pub count: u32,
    pub first_seen: String,
    pub last_seen: String,
}

/// Groups of events put together by their cause.
#[derive(Debug, Default)]
pub struct EventRows {
    causes: Vec<EventCause>,
    /// Those that are no part of a cause with several workloads.
    single: Vec<usize>,
    incident: Incident,
}

/// As many refused workloads are an incident.
const MANY: usize = 2;

impl EventRows {
    /// The rows of these groups, in which what was refused is first.
    pub fn new(groups: &[EventGroup]) -> Self {
        let refused = groups.iter().filter(|group| group.key.is_some() && group.is_refused_now());
        let incident = Incident::new(refused.filter_map(told));
        let mut causes: Vec<EventCause> = Vec::new();
        for (number, group) in groups.iter().enumerate().filter(|(_, group)| group.is_refused_now()) {
            match causes.iter_mut().find(|cause| cause.cause == group.cause) {
                Some(cause) => cause.add(number, group),
                None => causes.push(EventCause::new(number, group)),
            }
        }
        causes.retain(|cause| cause.groups.len() > 1);
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.groups.len()));
        let held: BTreeSet<usize> = causes.iter().flat_map(|cause| cause.groups.iter().copied()).collect();
        let single = (0..groups.len()).filter(|number| !held.contains(number)).collect();
        Self { causes, single, incident }
    }

    pub fn incident(&self) -> &Incident {
        &self.incident
    }

    pub fn cause(&self, number: usize) -> Option<&EventCause> {
        self.causes.get(number)
    }

    /// The rows; `is_open` says of which causes the workloads are shown.
    pub fn rows(&self, is_open: impl Fn(&str) -> bool) -> Vec<EventRow> {
        let mut rows = Vec::new();
        if self.incident.count() >= MANY {
            rows.push(EventRow::Incident);
        }
        for (number, cause) in self.causes.iter().enumerate() {
            rows.push(EventRow::Cause(number));
            if is_open(&cause.cause) {
                rows.extend(cause.groups.iter().map(|number| EventRow::Group { number: *number, is_within: true }));
            }
        }
        rows.extend(self.single.iter().map(|number| EventRow::Group { number: *number, is_within: false }));
        rows
    }

    /// The groups that a row stands for, the latest of each cause first.
    pub fn groups_of(&self, row: EventRow) -> Vec<usize> {
        match row {
            EventRow::Group { number, .. } => vec![number],
            EventRow::Cause(number) => self.cause(number).map(|cause| cause.groups.clone()).unwrap_or_default(),
            EventRow::Incident => {
                let causes = self.causes.iter().flat_map(|cause| cause.groups.iter().copied());
                causes.chain(self.single.iter().copied()).collect()
            }
        }
    }
}

impl EventCause {
    fn new(number: usize, group: &EventGroup) -> Self {
        Self {
            cause: group.cause.clone(),
            groups: vec![number],
            workloads: workload(group).into_iter().collect(),
            count: group.count,
            first_seen: group.first_seen.clone(),
            last_seen: group.last_seen.clone(),
        }
    }

    fn add(&mut self, number: usize, group: &EventGroup) {
        self.groups.push(number);
        self.workloads.extend(workload(group));
        self.count = self.count.saturating_add(group.count);
        if !group.first_seen.is_empty() && (self.first_seen.is_empty() || group.first_seen < self.first_seen) {
            self.first_seen.clone_from(&group.first_seen);
        }
        if group.last_seen > self.last_seen {
            self.last_seen.clone_from(&group.last_seen);
        }
    }
}

/// What runs the pods that a group of events is about; a ReplicaSet that is gone, and its owner with it, is named without
/// its hash.
pub fn workload(group: &EventGroup) -> Option<Owner> {
    owner(&Subject { namespace: group.namespace.clone(), object: group.owner.clone(), ..Subject::default() })
}

/// The refusal that a group of events is; `None` of what Binary Authorization did not refuse.
pub fn told(group: &EventGroup) -> Option<Told> {
    let time = |text: &str| text.parse().ok();
    Some(Told {
        key: group.key.clone()?,
        owner: workload(group),
        first: time(&group.first_seen).or_else(|| time(&group.last_seen)),
        last: time(&group.last_seen),
        times: usize::try_from(group.count).unwrap_or(usize::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_group::Aftermath;
    use crate::explain::incident::CausesKey;
    use crate::explain::message::decode;

    fn group(owner: &str, cause: &str, message: &str, first_seen: &str) -> EventGroup {
        let key = decode(message).cases.first().filter(|case| case.relative.is_none()).map(CausesKey::of);
        EventGroup {
            refused: !message.is_empty(),
            aftermath: None,
            warning: true,
            cause: cause.into(),
            key,
            namespace: "shop".into(),
            owner: owner.into(),
            count: 2,
            first_seen: first_seen.into(),
            last_seen: "2026-11-30T19:00:00Z".into(),
            events: vec![0],
        }
    }

    const DENIED: &str =
        "Image a denied by Binary Authorization default admission rule. Denied by always_deny admission rule";
    const OTHER: &str = "Image a denied by Binary Authorization default admission rule. Image a denied by attestor \
                         projects/p/attestors/qa: Expected digest with sha256 scheme, but got tag or malformed digest";

    #[test]
    fn refusals_are_rows_by_cause_that_open_to_their_workloads() {
        let groups = [
            group("deployment/a", "all", DENIED, "2026-11-30T18:42:03Z"),
            group("deployment/c", "tag", OTHER, "2026-11-30T18:50:00Z"),
            group("deployment/b", "all", DENIED, "2026-11-30T18:45:00Z"),
            group("pod/x", "Scheduled", "", ""),
        ];
        let rows = EventRows::new(&groups);
        let group = |number, is_within| EventRow::Group { number, is_within };
        let folded = [EventRow::Incident, EventRow::Cause(0), group(1, false), group(3, false)];
        assert_eq!(rows.rows(|_| false), folded);
        let open =
            [EventRow::Incident, EventRow::Cause(0), group(0, true), group(2, true), group(1, false), group(3, false)];
        assert_eq!(rows.rows(|cause| cause == "all"), open);
        let cause = rows.cause(0).unwrap();
        assert_eq!((cause.count, cause.first_seen.as_str()), (4, "2026-11-30T18:42:03Z"));
        assert_eq!(
            rows.incident().row(),
            "3 refused in namespace shop since 18:42: 2 × the rule refuses all, 1 × no digest for qa"
        );
        assert_eq!(rows.groups_of(EventRow::Incident), [0, 2, 1, 3]);
    }

    #[test]
    fn what_runs_again_or_is_gone_is_no_part_of_the_incident() {
        let mended = |owner: &str| EventGroup {
            aftermath: Some(Aftermath::Deleted),
            ..group(owner, "all", DENIED, "2026-11-30T18:42:03Z")
        };
        let rows = EventRows::new(&[group("deployment/a", "all", DENIED, ""), mended("deployment/b")]);
        assert_eq!(rows.incident().count(), 1);
        assert!(rows.rows(|_| true).iter().all(|row| matches!(row, EventRow::Group { is_within: false, .. })));
    }

    #[test]
    fn one_refused_workload_is_no_incident() {
        let rows = EventRows::new(&[group("deployment/a", "all", DENIED, "")]);
        assert_eq!(rows.rows(|_| false), [EventRow::Group { number: 0, is_within: false }]);
    }
}
