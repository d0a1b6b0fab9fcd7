//! The session as a script of bash: the same again, in another store. It may depend on
//! [`crate::command_log::commands`] alone.
//!
//! What another store or machine names by itself is found there: a key that is made anew has another
//! fingerprint and makes other signatures, kubectl needs credentials that the workbench does not, and
//! attestations are told by note, image and key. Private keys and passphrases are not in it: gpg asks.

use crate::command_log::again::{Again, Role};
use std::collections::BTreeSet;

use crate::command_log::commands::{find_key, given_signature, import_key, keep_signature, own_credentials};
use crate::command_log::entry::Entry;
use crate::command_log::entry::EntryState;
use domain::command::gpg::keep_fingerprint;
use domain::command::line::Line;
use domain::name::ClusterId;

/// The script of the entries, before which `gone` others were dropped.
pub(crate) fn script(entries: &[Entry], gone: usize) -> String {
    let mut writer = Writer::default();
    let made = |entry: &Entry| if let Role::MadeKey(key) = &entry.again.role { Some(key.clone()) } else { None };
    writer.made = entries.iter().filter_map(made).collect();
    let body: String = entries.iter().map(|entry| writer.entry(entry)).collect();
    writer.header(gone) + &body
}

/// How far the script is.
#[derive(Default)]
struct Writer {
    /// The keys that the session made, in order.
    made: Vec<String>,
    /// Keys of before, which are looked for once.
    looked_for: BTreeSet<String>,
    /// How many keys were imported.
    imported: usize,
    /// The cluster that kubectl has credentials for.
    credentials: Option<ClusterId>,
    /// The signature that is at hand.
    signature: Option<Vec<u8>>,
}

impl Writer {
    fn header(&self, gone: usize) -> String {
        let mut text = String::from(
            "#!/usr/bin/env bash\n\
             # A session of Countersign, as commands that do the same again.\n\
             # In the sandbox: countersign sandbox shell, then this. On a real project: with gcloud's own account.\n\
             # gpg asks for the passphrases. WORKDIR may name another working directory.\n",
        );
        if gone > 0 {
            text.push_str(&format!("# {gone} earlier jobs are not in it: the log has dropped them.\n"));
        }
        text.push_str("set -euo pipefail\n");
        for number in 1..=self.imported {
            text.push_str(&format!(
                ": \"${{KEY_FILE_{number}:?the path of the armored private key that is imported}}\"\n"
            ));
        }
        text.push_str(
            ": \"${WORKDIR:=$HOME/countersign-session}\"\n\
             STARTED=$PWD\n\
             OWN=$(mktemp -d)\n\
             trap 'rm -rf \"$OWN\"' EXIT\n\
             mkdir -m 700 -p \"$WORKDIR\" && cd \"$WORKDIR\"\n",
        );
        text
    }

    /// One entry with its title as a comment. What failed or is under way is a comment too.
    fn entry(&mut self, entry: &Entry) -> String {
        let title = Line::comment(&format!("{}{}", entry.title, entry.state.mark()));
        let mut text = format!("\n{title}\n");
        if entry.state != EntryState::Done {
            for line in &entry.again.lines {
                line.to_string().lines().for_each(|line| text.push_str(&format!("# {line}\n")));
            }
            return text;
        }
        for line in self.lines(&entry.again) {
            text.push_str(&format!("{}\n", self.with_keys(line)));
        }
        text
    }

    fn lines(&mut self, again: &Again) -> Vec<Line> {
        let mut lines: Vec<Line> = again.uses.as_ref().and_then(|key| self.look_for(key)).into_iter().collect();
        let mut own = again.lines.clone();
        match &again.role {
            Role::Kubectl(id) if self.credentials.as_ref() != Some(id) => {
                lines.extend(own_credentials(id));
                self.credentials = Some(id.clone());
            }
            Role::GetsCredentials(id) => self.credentials = Some(id.clone()),
            Role::LosesCredentials => self.credentials = None,
            Role::ImportsKey => {
                self.imported += 1;
                own = vec![import_key(&format!("KEY_FILE_{}", self.imported))];
            }
            Role::MadeKey(key) => {
                if let Some(number) = self.made.iter().position(|other| other == key) {
                    let keep = |line| keep_fingerprint(&variable(number), line);
                    own = own.into_iter().map(keep).collect();
                }
            }
            Role::Signed(signature) => self.signature = Some(signature.clone()),
            Role::Takes(signature) if self.signature.as_ref() != Some(signature) => {
                lines.push(given_signature(signature));
                self.signature = Some(signature.clone());
            }
            Role::WritesSignature(signature) if self.signature.as_ref() == Some(signature) => {
                own = vec![keep_signature()];
            }
            Role::Plain | Role::Kubectl(_) | Role::Takes(_) | Role::WritesSignature(_) => {}
        }
        lines.extend(own);
        lines
    }

    /// A key of before has to be in gpg's keyring; the workbench has one of its own.
    fn look_for(&mut self, key: &str) -> Option<Line> {
        let is_new =
            self.imported == 0 && !self.made.iter().any(|made| made == key) && self.looked_for.insert(key.to_owned());
        is_new.then(|| find_key(key).remark("made before this session"))
    }

    /// The keys that are made anew are variables.
    fn with_keys(&self, line: Line) -> Line {
        let keys = self.made.iter().enumerate();
        keys.fold(line, |line, (number, key)| line.with_variable(key, &variable(number)))
    }
}

/// The variable that holds the fingerprint of a key that the session made.
fn variable(number: usize) -> String {
    format!("KEY_{}", number + 1)
}

impl EntryState {
    fn mark(&self) -> String {
        match self {
            Self::Done => String::new(),
            Self::Running => " (under way)".into(),
            Self::Failed(why) => format!(" (failed: {why})"),
            Self::Cancelled => " (cancelled)".into(),
            Self::NotReached => " (not reached)".into(),
        }
    }
}

#[cfg(test)]
mod tests;
