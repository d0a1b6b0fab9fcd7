//! What `update` is told.

use crossterm::event::KeyEvent;

use crate::action::Action;
use crate::cluster::state::News;
use crate::draft::file::state::FileReply;
use crate::history::state::History;
use crate::job::Outcome;
use crate::people::state::Persona;
use crate::policy_test::state::TestsFile;
use crate::query::Answer;
use crate::replay::state::ReplayProgress;
use crate::review::state::Reviewed;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use crate::shell::tab::{Pane, Tab};
use crate::shell::timer::Timer;
use domain::document::Document;
use domain::fix::Fix;
use domain::replay::Replay;
use domain::review::ReviewRow;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Key(KeyEvent),
    Paste(String),
    Mouse(Mouse),
    /// Columns and rows of the terminal.
    Resize(u16, u16),
    /// What the last frame could show: rows of each pane and of the box on top.
    Viewport(Viewport),
    Timer(Timer),
    /// What the draft's text of this revision says.
    Parsed(u64, Box<Document>),
    File(FileReply),
    /// What the person's own editor left, or why there is nothing.
    Edited(Result<String, Report>),
    /// The services are reachable under this address, or not.
    Connected(Result<String, Report>),
    /// The people of the sandbox, the owner, who asks at first, before all.
    People(Vec<Persona>),
    /// Who asks the sandbox from now on, or why it is not who was chosen.
    ActsAs(Result<String, Report>),
    Answered(Ticket, Answer),
    /// How far the work of a ticket is: the job's number, and a sentence.
    Progress(Ticket, usize, String),
    /// One job of a ticket's work is done.
    JobDone(Ticket, usize, Outcome),
    /// The work of a ticket ended.
    Ended(Ticket, Result<(), Failure>),
    /// What the cluster that is watched tells.
    Watched(Ticket, Box<News>),
    /// The rows of a long inventory.
    Previewed(Ticket, Vec<ReviewRow>),
    /// How many items a review has decided.
    ReviewProgress(Ticket, usize),
    Reviewed(Ticket, Box<Reviewed>),
    /// How far a replay is.
    ReplayProgress(Ticket, ReplayProgress),
    Replayed(Ticket, Box<Result<Replay, Report>>),
    Fixed(Ticket, Vec<Fix>),
    /// Something that people should know, from outside of any request.
    Notice(Report),
    /// Whether other programs may use the sandbox, from now on.
    Serving(Result<bool, Report>),
    /// Other programs asked the sandbox something; whether anything was changed.
    Outside {
        wrote: bool,
    },
    /// What is kept of the policies that were live.
    History(Box<History>),
    /// The tests file beside the draft, new or changed.
    Tests(Box<TestsFile>),
    /// All requests that were sent, as lines, the newest first; comes while the API log is read.
    Requests(Vec<String>),
    /// The terminal is ours again after it was given away.
    Resumed,
    /// The process was asked to end (SIGTERM, SIGHUP).
    Terminate,
}

/// Why work ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The number of the job that failed, and why.
    Failed(usize, Report),
    Cancelled,
}

/// A mouse event, by what was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    Click(Target),
    /// The button is held, and the mouse went here.
    Drag(Target),
    /// Rows, negative is up.
    Scroll(Target, i16),
}

/// What is under the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Tab(Tab),
    Pane(Pane),
    /// A row of a list, counted in the rows that the filter leaves.
    Row(Pane, usize),
    /// A place in the draft: line and column of the text, from 0.
    Text(usize, usize),
    /// A proposal of the completion's list, counted in those shown.
    Proposal(usize),
    /// A row of the list on top, or a field of the form.
    OverlayRow(usize),
    Overlay,
    /// A hint of the footer, or an answer of the box on top.
    Footer(Action),
    Nothing,
}

/// The sizes of the last frame that `update` may need: how far a page is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Viewport {
    pub columns: u16,
    pub rows: u16,
    /// Rows of the focused pane.
    pub page: u16,
    /// The largest useful scroll of the focused pane, where it is a text.
    pub pane_max_scroll: usize,
    /// Rows of the box on top.
    pub overlay_page: u16,
    /// The largest useful scroll of the box on top.
    pub overlay_max_scroll: usize,
    /// The same to the side.
    pub overlay_max_cells: usize,
}
