//! The command log: what was done on the user's behalf, as the commands a person would have typed.
//! As a script that does it again: [`super::script`].

use jiff::Timestamp;

use crate::command_log::commands::{For, act_as, commands};
use crate::command_log::entry::{Entry, EntryState};
use crate::job::{Job, JobOutcome};
use crate::shell::remote::Ticket;
use crate::work::Failure;

use crate::command_log::again::Again;
use crate::command_log::script;

/// Entries that are kept; the oldest go first.
const CAPACITY: usize = 500;

#[derive(Debug, Default)]
pub struct CommandLog {
    entries: Vec<Entry>,
    /// How many old ones are gone.
    gone: usize,
}

impl CommandLog {
    /// The entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn start(&mut self, ticket: Ticket, jobs: &[Job], at: Timestamp) {
        for (number, job) in jobs.iter().enumerate() {
            let (title, commands, again) = (job.title(), commands(job, For::Person), Again::from_job(job));
            self.entries.push(Entry { ticket, number, at, title, commands, again, state: EntryState::Running });
        }
        let excess = self.entries.len().saturating_sub(CAPACITY);
        self.entries.drain(..excess);
        self.gone += excess;
    }

    /// Lets somebody else act from here on: commands run as that person too.
    pub fn acts_as(&mut self, name: &str, at: Timestamp) {
        let line = act_as(name);
        let (title, commands) = (format!("Act as {name}"), vec![line.to_string()]);
        let again = Again::plain(vec![line]);
        let ticket = Ticket::default();
        self.entries.push(Entry { ticket, number: 0, at, title, commands, again, state: EntryState::Done });
    }

    pub fn finish_job(&mut self, ticket: Ticket, number: usize, outcome: &JobOutcome) {
        for entry in self.entries_of(ticket).filter(|entry| entry.number == number) {
            entry.state = match outcome {
                JobOutcome::InTheWay { .. } => EntryState::Failed("another file is there, nothing was written".into()),
                JobOutcome::Done
                | JobOutcome::Generated { .. }
                | JobOutcome::Signed { .. }
                | JobOutcome::Validated { .. }
                | JobOutcome::Resolved { .. }
                | JobOutcome::Saved { .. }
                | JobOutcome::Imported(_)
                | JobOutcome::Changed { .. }
                | JobOutcome::Pushed { .. } => EntryState::Done,
            };
            entry.again.came_out(outcome);
        }
    }

    pub fn finish_work(&mut self, ticket: Ticket, result: &Result<(), Failure>) {
        for entry in self.entries_of(ticket).filter(|entry| entry.state == EntryState::Running) {
            entry.state = match result {
                Ok(()) => EntryState::Done,
                Err(Failure::Cancelled) => EntryState::Cancelled,
                Err(Failure::Failed(number, report)) if *number == entry.number => {
                    EntryState::Failed(report.title.clone())
                }
                Err(Failure::Failed(..)) => EntryState::NotReached,
            };
        }
    }

    fn entries_of(&mut self, ticket: Ticket) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().filter(move |entry| entry.ticket == ticket)
    }

    /// All of it as a script that does the same again.
    pub fn script(&self) -> String {
        script::script(&self.entries, self.gone)
    }
}
