//! Work that is under way: jobs of the user, with what is to be done with what comes out.

use std::collections::BTreeMap;

use crate::job::{Job, JobOutcome};
use crate::query::Source;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;

/// What is told of work that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkMsg {
    /// How far the work of a ticket is: the job's number, and a sentence.
    Progress(Ticket, usize, String),
    /// One job of a ticket's work is done.
    Done(Ticket, usize, JobOutcome),
    /// The work of a ticket ended.
    Ended(Ticket, Result<(), Failure>),
}

/// Why work ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The number of the job that failed, and why.
    Failed(usize, Report),
    Cancelled,
}

/// Who waits for the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Nobody: a notice is enough.
    #[default]
    Plain,
    /// The signing wizard on top.
    Wizard,
    /// *Do it for me*: the signature is written to the working directory.
    GuideSign,
}

#[derive(Debug, Clone)]
pub struct Work {
    pub jobs: Vec<Job>,
    pub purpose: Purpose,
    /// The job that runs now.
    pub at: usize,
    pub progress: String,
    pub outcomes: Vec<JobOutcome>,
}

impl Work {
    /// What is to be read again, each once.
    pub fn touches(&self) -> Vec<Source> {
        let mut sources: Vec<Source> = self.jobs.iter().flat_map(crate::job::Job::touches).copied().collect();
        sources.sort();
        sources.dedup();
        sources
    }

    /// What runs now, in a few words.
    pub fn title(&self) -> String {
        let title = self.jobs.get(self.at).map(Job::title).unwrap_or_default();
        if self.progress.is_empty() { title } else { format!("{title}: {}", self.progress) }
    }
}

/// All work under way, by ticket.
#[derive(Debug, Default)]
pub struct Works {
    works: BTreeMap<Ticket, Work>,
}

impl Works {
    pub fn start(&mut self, ticket: Ticket, jobs: Vec<Job>, purpose: Purpose) {
        self.works.insert(ticket, Work { jobs, purpose, at: 0, progress: String::new(), outcomes: Vec::new() });
    }

    pub fn get_mut(&mut self, ticket: Ticket) -> Option<&mut Work> {
        self.works.get_mut(&ticket)
    }

    pub fn end(&mut self, ticket: Ticket) -> Option<Work> {
        self.works.remove(&ticket)
    }

    pub fn any(&self) -> bool {
        !self.works.is_empty()
    }

    /// The work that was started last.
    pub fn latest(&self) -> Option<(Ticket, &Work)> {
        self.works.last_key_value().map(|(ticket, work)| (*ticket, work))
    }
}
