//! Replay: the admissions of an audit log decided again, under another policy and under the one of
//! their time.
//!
//! What a log entry says is described in `docs/binary-authorization.md`, "Audit logs". Uses the rest of
//! the domain, nothing else.

mod replayer;
mod report;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::admission::{Outcome, Request};

pub use replayer::{ReplayRow, Replayer, Then};
pub use report::{Counts, Flipped, Owner, Replay, Unreadable, place};

/// An admission as an audit log tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The file that it is in; empty where there is one alone.
    pub file: String,
    /// Its number in the file, from 1.
    pub number: usize,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// What tells it from all others; two of the same are one. `None`: it has no `insertId`.
    pub id: Option<u64>,
    /// `None`: it says none, or none that can be read.
    pub time: Option<Timestamp>,
    pub request: Request,
    /// What made the pod, for example `replicaset/web-5d8f`, or the pod itself.
    pub workload: String,
    /// Who looks after it, by its labels.
    pub owner: String,
    pub logged: Logged,
    /// What the cluster said of it; empty where it said nothing.
    pub message: String,
    /// Images and the attestors that are said not to have attested them.
    pub unattested: Vec<(String, String)>,
}

/// What the log says became of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Logged {
    #[default]
    Admitted,
    Denied,
    DryRun,
    BreakGlass,
    /// Nobody could be asked, so it was admitted.
    FailedOpen,
}

impl Logged {
    pub const ALL: [Self; 5] = [Self::Admitted, Self::Denied, Self::DryRun, Self::BreakGlass, Self::FailedOpen];

    /// What was logged, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Denied => "denied",
            Self::DryRun => "admitted by dry run",
            Self::BreakGlass => "admitted by break-glass",
            Self::FailedOpen => "admitted as nobody could be asked",
        }
    }

    /// The name in kebab case, for exports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Denied => "denied",
            Self::DryRun => "dry-run",
            Self::BreakGlass => "break-glass",
            Self::FailedOpen => "failed-open",
        }
    }

    /// The outcome of a decision that gives this verdict.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Admitted | Self::FailedOpen => Outcome::Admit,
            Self::Denied => Outcome::Deny,
            Self::DryRun => Outcome::AdmitDryRun,
            Self::BreakGlass => Outcome::AdmitBreakGlass,
        }
    }
}
