//! The command log: what was done on the user's behalf, as the commands a person would have typed.

use jiff::Timestamp;

use super::commands::{again, commands};
use super::job::{Job, Outcome};
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
    /// The commands that do the same in another store.
    pub again: Vec<String>,
    /// The fingerprint of the key that was made.
    pub key: Option<String>,
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
            let (title, commands, again) = (job.title(), commands(job), again(job));
            self.entries.push(Entry { ticket, number, at, title, commands, again, key: None, state: State::Running });
        }
        let excess = self.entries.len().saturating_sub(CAPACITY);
        self.entries.drain(..excess);
    }

    /// From here on somebody else acts: commands run as that person too.
    pub fn acts_as(&mut self, name: &str, at: Timestamp) {
        let commands = vec![format!("eval \"$(countersign sandbox env --as {name})\"")];
        let (title, again) = (format!("Act as {name}"), commands.clone());
        let ticket = Ticket::default();
        self.entries.push(Entry { ticket, number: 0, at, title, commands, again, key: None, state: State::Done });
    }

    pub fn done(&mut self, ticket: Ticket, number: usize, outcome: &Outcome) {
        for entry in self.of(ticket).filter(|entry| entry.number == number) {
            entry.state = State::Done;
            if let Outcome::Generated { fingerprint } = outcome {
                entry.key = Some(fingerprint.clone());
            }
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

    /// All of it as a script that does the same again, with the titles as comments. What failed or is
    /// under way is a comment too. A key that is made anew has another fingerprint: a variable.
    pub fn script(&self) -> String {
        let mut script = String::from(
            "#!/usr/bin/env bash\nset -euo pipefail\n: \"${WORKDIR:=$HOME/countersign-session}\"\n\
             mkdir -m 700 -p \"$WORKDIR\" && cd \"$WORKDIR\"\n",
        );
        let keys: Vec<&str> = self.entries.iter().filter_map(|entry| entry.key.as_deref()).collect();
        for entry in &self.entries {
            script.push_str(&format!("\n# {}{}\n", entry.title, entry.state.mark()));
            let mut commands = entry.again.join("\n");
            for (number, key) in keys.iter().enumerate() {
                commands = commands.replace(key, &format!("$KEY_{}", number + 1));
            }
            if let Some(number) = entry.key.as_deref().and_then(|key| keys.iter().position(|other| *other == key)) {
                commands.push_str(&format!(
                    "\nKEY_{}=$(gpg --batch --with-colons --list-secret-keys | awk -F: '$1 == \"fpr\" {{ key = $10 }} END {{ print key }}')",
                    number + 1
                ));
            }
            for line in commands.lines() {
                let comment = if entry.state == State::Done { "" } else { "# " };
                script.push_str(&format!("{comment}{line}\n"));
            }
        }
        script
    }
}

impl State {
    fn mark(&self) -> String {
        match self {
            Self::Done => String::new(),
            Self::Running => " (under way)".into(),
            Self::Failed(why) => format!(" (failed: {})", why.replace('\n', " ")),
            Self::Cancelled => " (cancelled)".into(),
            Self::NotReached => " (not reached)".into(),
        }
    }
}
