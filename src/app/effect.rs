//! What `update` asks for, as plain data.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::draft::file::state::{FileTask, Outside, SavedFile};
use crate::fix::state::FixAsk;
use crate::guide::state::Progress;
use crate::history::state::Version;
use crate::job::Job;
use crate::query::Query;
use crate::replay::state::ReplayAsk;
use crate::review::ask::Ask;
use crate::review::state::ReviewAsk;
use crate::shell::remote::Ticket;
use crate::shell::timer::Timer;
use domain::name::{ClusterId, ProjectId};

/// Work for the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Load(Ticket, Query),
    /// The jobs one after the other; the first failure ends them.
    Run(Ticket, Vec<Job>),
    Cancel(Ticket),
    /// Decides a long inventory; the one before is given up.
    Preview(Ticket, Box<Ask>),
    /// Watches this cluster from now on and no other, or none; what it tells has the ticket.
    Watch(Ticket, Option<ClusterId>),
    /// Replays audit log entries, with progress.
    Replay(Ticket, Box<ReplayAsk>),
    /// Reviews the draft, with progress.
    Review(Ticket, Box<ReviewAsk>),
    /// Works out what would admit a refused pod; answered by [`crate::fix::Msg::Fixed`].
    Fix(Ticket, Arc<FixAsk>),
    /// Replaces a pending timer of the same kind.
    After(Timer, Duration),
    Save(Box<Saved>),
    SaveDraft(String),
    /// Reads a text of this revision of the draft beside; answered by [`crate::draft::Msg::Parsed`].
    Parse(u64, String),
    /// Keeps a version of a project's policy, unless it is the last one kept, and brings all that is kept.
    History(ProjectId, Option<Box<Version>>),
    /// Reads the tests beside the draft's file (or beside the draft as it is kept, for `None`), if they
    /// are others than were last read.
    ReadTests(Option<String>),
    /// Writes the tests beside the draft's file, and reads them.
    WriteTests(Option<String>, String),
    /// To the clipboard by OSC 52, and to a file, because nobody can know whether the terminal took it.
    Copy(String),
    /// Answered by [`crate::draft::file::Msg::Replied`].
    File(FileTask),
    /// Gives the terminal and a text to the person's own editor; answered by
    /// [`crate::draft::file::Msg::Edited`].
    EditOutside(Outside),
    /// Lets other programs use the sandbox, or not; answered by [`crate::serving::Msg::Changed`].
    Serve(bool),
    /// Asks the sandbox as the one of this name from now on; answered by [`crate::people::Msg::ActsAs`].
    ActAs(String),
    /// Gives the terminal back to the shell until the process is continued.
    Suspend,
    Quit,
}

/// What survives a restart, besides the draft.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
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
