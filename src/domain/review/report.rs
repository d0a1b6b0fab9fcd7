//! A whole review: the comparison, and what becomes of an inventory, put together for people.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::admission::{Decision, Evidence, Facts};
use crate::attestation::Verify;
use crate::document::Document;
use crate::inventory::{InventoryItem, Origin};

use super::Comparison;
use super::because::Because;
use super::outcomes::{ReviewRow, Reviewer, Standing, missing};

/// What a change would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Review {
    pub comparison: Comparison,
    pub items: Arc<Vec<InventoryItem>>,
    /// One for each item.
    pub rows: Vec<ReviewRow>,
    /// The items that do not stay as they are, the worst first; of each standing the first
    /// [`MAX_DETAILS`].
    pub details: Vec<Detail>,
    /// The pods that run now and would be refused if they were admitted this minute, under the old
    /// policy, the new one, or both; the first [`MAX_DETAILS`].
    pub refused_again: Vec<Detail>,
}

/// How many items of each standing are told at length.
pub const MAX_DETAILS: usize = 10_000;

/// Why an item stands as it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Its number in the inventory.
    pub item: usize,
    pub old: Because,
    pub new: Because,
    /// What would have to be known to decide, under either policy; empty for what is decided.
    pub missing: Vec<String>,
    /// The facts that could turn it, under either policy; none for what is decided.
    pub open: Facts,
}

/// A group of items that belong together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group<'r> {
    pub namespace: &'r str,
    pub workload: &'r str,
    pub owner: &'r str,
}

impl Review {
    /// Puts a review together from the rows that were worked out for the items, in their order.
    pub fn new(
        comparison: Comparison,
        items: Arc<Vec<InventoryItem>>,
        rows: Vec<ReviewRow>,
        reviewer: &Reviewer,
        (evidence, verify): (&Evidence, &dyn Verify),
        [old, new]: [Option<&Document>; 2],
    ) -> Self {
        let mut numbers: Vec<(Standing, usize)> = rows.iter().enumerate().map(|(at, row)| (row.standing, at)).collect();
        numbers.retain(|(standing, _)| *standing != Standing::Unchanged);
        numbers.sort_unstable();
        let detail = |at: usize| {
            let item = items.get(at)?;
            Some(Detail::new(at, &reviewer.decisions(item, evidence, verify), [old, new]))
        };
        let mut details = Vec::new();
        for group in numbers.chunk_by(|a, b| a.0 == b.0) {
            details.extend(group.iter().take(MAX_DETAILS).filter_map(|(_, at)| detail(*at)));
        }
        let denied = |row: &ReviewRow| row.old.admits() == Some(false) || row.new.admits() == Some(false);
        let running = items.iter().zip(&rows).enumerate();
        let refused = running.filter(|(_, (item, row))| item.origin == Origin::Running && denied(row));
        let refused_again = refused.take(MAX_DETAILS).filter_map(|(at, _)| detail(at)).collect();
        Self { comparison, items, rows, details, refused_again }
    }

    /// How many items stand so.
    pub fn count(&self, standing: Standing) -> usize {
        self.rows.iter().filter(|row| row.standing == standing).count()
    }

    /// How many of the pods that run now would not come back under the old policy, and under the new.
    pub fn not_rescheduled(&self) -> Option<[usize; 2]> {
        let running = || self.items.iter().zip(&self.rows).filter(|(item, _)| item.origin == Origin::Running);
        let denied = |admits: Option<bool>| usize::from(admits == Some(false));
        running().next()?;
        let sum =
            |[old, new]: [usize; 2], row: &ReviewRow| [old + denied(row.old.admits()), new + denied(row.new.admits())];
        Some(running().fold([0, 0], |counts, (_, row)| sum(counts, row)))
    }

    /// The details of one standing by namespace, workload and owner.
    pub fn groups(&self, standing: Standing) -> BTreeMap<Group<'_>, Vec<&Detail>> {
        let mut groups: BTreeMap<Group<'_>, Vec<&Detail>> = BTreeMap::new();
        for detail in &self.details {
            let (Some(item), Some(row)) = (self.items.get(detail.item), self.rows.get(detail.item)) else { continue };
            if row.standing == standing {
                let group = Group { namespace: item.namespace(), workload: &item.workload, owner: &item.owner };
                groups.entry(group).or_default().push(detail);
            }
        }
        groups
    }

    /// Where the pod of a detail runs: `shop/replicaset/web-5d8f`.
    pub fn place(&self, detail: &Detail) -> String {
        let item = self.items.get(detail.item);
        item.map(|item| format!("{}/{}", item.namespace(), item.workload)).unwrap_or_default()
    }

    /// The whole in a few lines: how many flip, how far the proof goes.
    pub fn summary(&self) -> Vec<String> {
        let mut lines = vec![self.verdict()];
        if !self.rows.is_empty() {
            let counted = Standing::ALL.into_iter().map(|standing| (self.count(standing), standing));
            let told = counted.filter(|(count, standing)| *count > 0 || (*standing as usize) < 3);
            let counts: Vec<String> = told.map(|(count, standing)| format!("{count} {}", standing.as_str())).collect();
            lines.push(format!("Of {} images and pods: {}.", self.rows.len(), counts.join(", ")));
        }
        if let Some([old, new]) = self.not_rescheduled() {
            lines.push(format!(
                "Of the pods that run now, admitted again this minute, the old policy would refuse {old} and the new one {new}."
            ));
        }
        lines
    }

    /// Whether the policies decide alike, in one sentence.
    pub fn verdict(&self) -> String {
        match &self.comparison.difference {
            None if !self.comparison.open.is_empty() => {
                format!("Whether the policies are equivalent is not known: that hangs on {}.", self.comparison.open)
            }
            None => "The policies are equivalent: no pod whatever is decided differently.".to_owned(),
            Some(witness) if !witness.is_reference() => format!(
                "The policies differ only for texts that are no image references, for example {}.",
                witness.image()
            ),
            Some(witness) => {
                let differ = if self.comparison.differs() == Some(true) { "differ" } else { "may differ" };
                format!("The policies {differ}: {} is, for example, {}.", witness.standing().as_str(), witness.text())
            }
        }
    }
}

impl Group<'_> {
    /// `namespace shop, replicaset/web-5d8f, owner shop-team`.
    pub fn title(&self) -> String {
        let mut title = format!("namespace {}", self.namespace);
        if !self.workload.is_empty() {
            title.push_str(&format!(", {}", self.workload));
        }
        if !self.owner.is_empty() {
            title.push_str(&format!(", owner {}", self.owner));
        }
        title
    }
}

impl Review {
    /// The facts on which what is undecided hangs: the changes of the policy, and the items that are told at length.
    pub fn open(&self) -> Facts {
        self.details.iter().fold(self.comparison.open, |open, detail| open | detail.open)
    }
}

impl Detail {
    fn new(item: usize, [old, new]: &[Decision; 2], [old_text, new_text]: [Option<&Document>; 2]) -> Self {
        let mut unknown: Vec<String> = [old, new].into_iter().flat_map(missing).collect();
        unknown.sort();
        unknown.dedup();
        let decided = old.outcome.admits().is_some() && new.outcome.admits().is_some();
        Self {
            item,
            old: Because::from_decision(old, old_text),
            new: Because::from_decision(new, new_text),
            missing: if decided { Vec::new() } else { unknown },
            open: if decided { Facts::NONE } else { old.open | new.open },
        }
    }
}
