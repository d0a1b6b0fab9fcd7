//! The replay of an audit log: what is asked, how far it is, and what came out.

use std::sync::Arc;

use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::admission::Evidence;
use domain::name::ProjectId;
use domain::policy::Policy;
use domain::policy_change::Dated;
use domain::replay::Replay;
use domain::system_policy::SystemPolicy;

/// Where audit log entries are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entries {
    /// A file of this path.
    File(String),
    /// The newest ones of a project's log.
    Log(ProjectId),
}

impl Entries {
    /// The source in words.
    pub fn title(&self) -> String {
        match self {
            Self::File(path) => path.clone(),
            Self::Log(project) => format!("the log of {project}"),
        }
    }
}

/// Entries under a policy, and under those of their time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayAsk {
    pub entries: Entries,
    pub policy: Policy,
    pub system: SystemPolicy,
    pub evidence: Arc<Evidence>,
    pub past: Vec<Dated>,
}

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReplayProgress {
    pub entries: usize,
    /// How much of the file is read, in percent; 0 for a log.
    pub percent: u64,
}

/// The replay that is under way, or the last one.
#[derive(Debug, Default)]
pub struct ReplayRun {
    /// What runs now.
    pub ticket: Option<Ticket>,
    /// What is replayed, in words.
    pub title: String,
    /// The path that was typed last.
    pub path: String,
    /// `the draft` or `the live policy`.
    pub policy: &'static str,
    pub progress: ReplayProgress,
    pub result: Option<Result<Arc<Replay>, Report>>,
}
