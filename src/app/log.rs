//! The command log: what was done on the user's behalf, as the commands a person would have typed.

use jiff::Timestamp;

use super::commands::commands;
use super::job::Job;
use super::msg::Failure;
use super::remote::Ticket;

/// Entries that are kept; the oldest go first.
const CAPACITY: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Running,
    Done,
    Failed(String),
    Cancelled,
    /// An earlier job of the same work failed.
    NotReached,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub ticket: Ticket,
    /// Which job of the ticket's work it is.
    pub number: usize,
    pub at: Timestamp,
    pub title: String,
    pub commands: Vec<String>,
    pub state: State,
}

#[derive(Debug, Default)]
pub struct CommandLog {
    entries: Vec<Entry>,
}

impl CommandLog {
    /// The entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn start(&mut self, ticket: Ticket, jobs: &[Job], at: Timestamp) {
        for (number, job) in jobs.iter().enumerate() {
            let (title, commands) = (job.title(), commands(job));
            self.entries.push(Entry { ticket, number, at, title, commands, state: State::Running });
        }
        let excess = self.entries.len().saturating_sub(CAPACITY);
        self.entries.drain(..excess);
    }

    pub fn done(&mut self, ticket: Ticket, number: usize) {
        for entry in self.of(ticket).filter(|entry| entry.number == number) {
            entry.state = State::Done;
        }
    }

    pub fn ended(&mut self, ticket: Ticket, result: &Result<(), Failure>) {
        for entry in self.of(ticket).filter(|entry| entry.state == State::Running) {
            entry.state = match result {
                Ok(()) => State::Done,
                Err(Failure::Cancelled) => State::Cancelled,
                Err(Failure::Failed(number, report)) if *number == entry.number => State::Failed(report.title.clone()),
                Err(Failure::Failed(..)) => State::NotReached,
            };
        }
    }

    fn of(&mut self, ticket: Ticket) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().filter(move |entry| entry.ticket == ticket)
    }

    /// All of it as a shell script, with the titles as comments.
    pub fn script(&self) -> String {
        let mut script = String::from("#!/bin/sh\nset -e\n");
        for entry in &self.entries {
            let mark = match &entry.state {
                State::Done => String::new(),
                State::Running => " (under way)".into(),
                State::Failed(why) => format!(" (failed: {why})"),
                State::Cancelled => " (cancelled)".into(),
                State::NotReached => " (not reached)".into(),
            };
            script.push_str(&format!("\n# {}{mark}\n", entry.title));
            for command in &entry.commands {
                script.push_str(command);
                script.push('\n');
            }
        }
        script
    }
}
