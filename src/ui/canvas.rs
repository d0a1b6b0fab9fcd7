//! What the panes and boxes of one frame are drawn on.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use crate::state::ViewState;
use crate::styles::Styles;

/// The cells of the frame, how they look, and what the view keeps from frame to frame.
#[derive(Debug)]
pub(crate) struct Canvas<'a> {
    pub(crate) buf: &'a mut Buffer,
    pub(crate) styles: &'a Styles,
    pub(crate) state: &'a mut ViewState,
    /// Where the terminal's cursor is shown; who is drawn last has it.
    pub(crate) cursor: Option<Position>,
}
