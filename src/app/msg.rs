//! What `update` is told.

use crossterm::event::KeyEvent;

use crate::action::Action;
use crate::draft::file;
use crate::query::Answer;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use crate::shell::tab::{Pane, Tab};
use crate::shell::timer::Timer;
use crate::work::WorkMsg;
use crate::{cluster, draft, fix, history, people, policy_test, replay, review, saving, serving};

/// Something that happened: which feature it is for, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Terminal(TerminalEvent),
    Timer(Timer),
    /// The services are reachable under this address, or not.
    Connected(Result<String, Report>),
    Answered(Ticket, Answer),
    Work(WorkMsg),
    /// Something that people should know, from outside of any request.
    Notice(Report),
    /// All requests that were sent, as lines, the newest first; comes while the API log is read.
    Requests(Vec<String>),
    Cluster(cluster::Msg),
    Draft(draft::Msg),
    File(file::Msg),
    Fix(fix::Msg),
    History(history::Msg),
    People(people::Msg),
    PolicyTest(policy_test::Msg),
    Replay(replay::Msg),
    Review(review::Msg),
    Saving(saving::Msg),
    Serving(serving::Msg),
}

impl Msg {
    /// Whether it comes only while nothing is typed, so that what takes a while may be done now.
    pub(crate) fn is_in_a_pause(&self) -> bool {
        match self {
            Self::Timer(timer) => *timer == Timer::Pause,
            Self::Draft(draft::Msg::Parsed(..)) | Self::PolicyTest(policy_test::Msg::Read(_)) => true,
            Self::Terminal(_)
            | Self::Connected(_)
            | Self::Answered(..)
            | Self::Work(_)
            | Self::Notice(_)
            | Self::Requests(_)
            | Self::Cluster(_)
            | Self::File(_)
            | Self::Fix(_)
            | Self::History(_)
            | Self::People(_)
            | Self::Replay(_)
            | Self::Review(_)
            | Self::Saving(_)
            | Self::Serving(_) => false,
        }
    }
}

/// What the person does, and what becomes of the terminal and the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalEvent {
    Key(KeyEvent),
    Paste(String),
    Mouse(Mouse),
    /// Columns and rows of the terminal.
    Resize(u16, u16),
    /// What the last frame could show: rows of each pane and of the box on top.
    Viewport(Viewport),
    /// Typed before this many boxes on top rose by themselves: for what is below them.
    Below(usize, Box<TerminalEvent>),
    /// Typed for a question before that was on the screen: no answer to it.
    Early,
    /// The terminal is ours again after it was given away.
    Resumed,
    /// The process was asked to end.
    Terminate,
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
    /// How far the box on top can be scrolled to the side.
    pub overlay_max_cells: usize,
}
