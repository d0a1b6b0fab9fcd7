//! What `update` asks for, as plain data.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::draft::file;
use crate::draft::file::state::SavedFile;
use crate::guide::state::Progress;
use crate::job::Job;
use crate::query::Query;
use crate::shell::remote::Ticket;
use crate::shell::timer::Timer;
use crate::{cluster, draft, fix, history, people, policy_test, replay, review, saving, serving};

/// Work for the runtime: of which feature, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Load(Ticket, Query),
    /// The jobs one after the other; the first failure ends them.
    Run(Ticket, Vec<Job>),
    Cancel(Ticket),
    /// Replaces a pending timer of the same kind.
    After(Timer, Duration),
    /// Writes the session; answered by [`saving::Msg::SessionSaved`].
    Save(Box<SavedState>),
    /// Copies to the clipboard by OSC 52, and to a file, because nobody can know whether the terminal took it; what
    /// a terminal would obey is replaced.
    Copy(String),
    /// Gives the terminal back to the shell until the process is continued.
    Suspend,
    Quit,
    Cluster(cluster::Effect),
    Draft(draft::Effect),
    File(file::Effect),
    Fix(fix::Effect),
    History(history::Effect),
    People(people::Effect),
    PolicyTest(policy_test::Effect),
    Replay(replay::Effect),
    Review(review::Effect),
    Saving(saving::Effect),
    Serving(serving::Effect),
}

/// What survives a restart, besides the draft.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedState {
    pub project: Option<String>,
    /// Location and name.
    pub cluster: Option<(String, String)>,
    pub image: Option<String>,
    /// The path of the reviewer's list.
    pub inventory: Option<String>,
    pub progress: Progress,
    pub theme: Option<String>,
    /// 0 to 2.
    pub tab: usize,
    /// The draft's file.
    pub file: Option<SavedFile>,
    /// The etag of the policy that the draft was made from; what it says is in the history.
    pub base: Option<String>,
}
