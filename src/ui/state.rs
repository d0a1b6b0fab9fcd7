//! What the view keeps from frame to frame: offsets, and where things were drawn.

use std::collections::BTreeMap;

use ratatui::layout::{Position, Rect};

use crate::widgets::editor::EditorView;
use crate::widgets::form::FormView;
use crate::widgets::scroll::Scroll;
use app::action::Action;
use app::msg::{Target, Viewport};
use app::shell::tab::{Pane, Tab};

/// Lives beside the terminal; `update` sees only its [`Viewport`].
#[derive(Debug, Default)]
pub struct ViewState {
    scrolls: BTreeMap<Pane, Scroll>,
    /// The draft's first shown line and cell.
    pub editor: EditorView,
    /// The list of the box on top.
    pub overlay: Scroll,
    /// The form on top.
    pub form: FormView,
    /// What the mouse can hit, the topmost last.
    hits: Vec<(Rect, Hit)>,
    pub viewport: Viewport,
}

/// What a rectangle of the last frame is.
#[derive(Debug, Clone, Copy)]
pub enum Hit {
    Tab(Tab),
    Pane(Pane),
    /// The rows of a list; which row is told by its scroll.
    Rows(Pane),
    /// A check of a decision's tree.
    Check(Pane, usize),
    /// The text of the draft: its first cell is the text's, behind the line numbers.
    Text,
    Footer(Action),
    /// A proposal of the completion's list.
    Proposal(usize),
    Overlay,
    OverlayRows,
    /// A field of the form on top.
    Field(usize),
}

impl ViewState {
    /// Starts a frame.
    pub fn begin(&mut self, area: Rect) {
        self.hits.clear();
        self.viewport.columns = area.width;
        self.viewport.rows = area.height;
    }

    pub fn scroll(&mut self, pane: Pane) -> &mut Scroll {
        self.scrolls.entry(pane).or_default()
    }

    pub fn hit(&mut self, area: Rect, hit: Hit) {
        self.hits.push((area, hit));
    }

    /// What a drag means that came to this place: the nearest place of the draft's text, one line
    /// further where the mouse left it above or below.
    pub fn drag_target(&self, at: Position) -> Target {
        let shown = self.hits.iter().any(|(_, hit)| matches!(hit, Hit::Text));
        let nearest = self.editor.nearest(at).filter(|_| shown);
        nearest.map_or(Target::Nothing, |(line, cell)| Target::Text(line, cell))
    }

    /// What is at a place of the last frame.
    pub fn target(&self, at: Position) -> Target {
        let Some((_, hit)) = self.hits.iter().rev().find(|(area, _)| area.contains(at)) else {
            return Target::Nothing;
        };
        match *hit {
            Hit::Tab(tab) => Target::Tab(tab),
            Hit::Pane(pane) => Target::Pane(pane),
            Hit::Rows(pane) => {
                let row = self.scrolls.get(&pane).and_then(|scroll| scroll.row_at(at));
                row.map_or(Target::Pane(pane), |row| Target::Row(pane, row))
            }
            Hit::Check(pane, row) => Target::Row(pane, row),
            Hit::Text => self.editor.cell_at(at).map_or(Target::Nothing, |(line, cell)| Target::Text(line, cell)),
            Hit::Proposal(row) => Target::Proposal(row),
            Hit::Footer(action) => Target::Footer(action),
            Hit::Overlay => Target::Overlay,
            Hit::Field(field) => Target::OverlayRow(field),
            Hit::OverlayRows => self.overlay.row_at(at).map_or(Target::Overlay, Target::OverlayRow),
        }
    }
}
