//! Fixes as JSON, the same in `simulate` and in `explain`.

use serde::Serialize;

use domain::command::line::Line;
use domain::fix::{Affected, Fix, FixStep, Hunk};

/// One fix in the output of `simulate` and `explain`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FixReport<'a> {
    kind: &'static str,
    title: String,
    /// What is decided with it: `ADMIT`, `ADMIT_DRY_RUN` or `ADMIT_BREAK_GLASS`.
    outcome: &'static str,
    /// What is done, in this order; all of it is needed.
    changes: Vec<Change>,
    /// The lines of the policy that change.
    policy: Option<Lines>,
    reach: Reach<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    target: &'static str,
    text: String,
    commands: Vec<String>,
    /// Whether this machine has a key for it; null where it needs none, or that is not known.
    key_held: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Lines {
    /// The line from 1, in the text before.
    line: usize,
    removed: Vec<String>,
    added: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Reach<'a> {
    text: &'a str,
    /// A made-up pod that the changed policy admits, and the policy now does not.
    example: Option<&'a str>,
    inventory: Option<Inventory<'a>>,
}

#[derive(Debug, Serialize)]
struct Inventory<'a> {
    of: usize,
    admits: usize,
    unknown: usize,
    first: &'a [String],
}

impl<'a> FixReport<'a> {
    /// The report of a fix; `policy` is the text that it changes.
    pub(super) fn new(fix: &'a Fix, policy: &str) -> Self {
        Self {
            kind: fix.kind.id(),
            title: fix.title(),
            outcome: fix.outcome.as_str(),
            changes: fix.steps.iter().map(Change::of).collect(),
            policy: fix.policy.as_deref().map(|after| Lines::of(Hunk::between(policy, after))),
            reach: Reach {
                text: &fix.reach.words,
                example: fix.reach.example.as_deref(),
                inventory: fix.reach.inventory.as_ref().map(Inventory::of),
            },
        }
    }
}

impl Change {
    fn of(step: &FixStep) -> Self {
        let key_held = match step {
            FixStep::Attest { held, .. } => held.as_ref().map(|held| !held.is_empty()),
            FixStep::AddKey { key, .. } => key.as_ref().map(|known| known.held),
            FixStep::UseDigest { .. }
            | FixStep::AllowPattern { .. }
            | FixStep::SetRule { .. }
            | FixStep::BreakGlass { .. }
            | FixStep::CreateNote { .. }
            | FixStep::CreateAttestor { .. }
            | FixStep::Grant { .. }
            | FixStep::CorrectKeyId { .. }
            | FixStep::CopyAttestation { .. } => None,
        };
        let commands = step.commands().iter().map(Line::to_string).collect();
        Self { target: step.target(), text: step.change(), commands, key_held }
    }
}

impl Lines {
    fn of(hunk: Hunk) -> Self {
        Self { line: hunk.line, removed: hunk.removed, added: hunk.added }
    }
}

impl<'a> Inventory<'a> {
    fn of(affected: &'a Affected) -> Self {
        Self { of: affected.of, admits: affected.admits, unknown: affected.unknown, first: &affected.first }
    }
}
