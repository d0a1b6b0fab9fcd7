//! What a person sees.
//!
//! Reads `app` and `domain`; draws into a buffer, and keeps only offsets of its own
//! ([`ViewState`]). [`view`] is called with the whole model and changes nothing of it.

mod attestor;
mod cluster;
mod decision;
mod deployer;
mod draft;
mod explain;
mod fix;
mod history;
mod import;
mod policy_test;
mod replay;
mod review;
mod shell;
mod sign;

mod boxes;
mod canvas;
mod chrome;
mod guide;
pub mod highlight;
mod layout;
mod panes;
mod state;
pub mod styles;
pub mod text;
pub mod theme;
pub mod widgets;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget as _;

pub use crate::state::ViewState;

use crate::canvas::Canvas;
use crate::styles::Styles;
use app::Model;

/// The smallest terminal that the workbench is drawn on.
pub const MIN_COLUMNS: u16 = 60;
pub const MIN_ROWS: u16 = 16;

/// Draws the whole screen.
pub fn view(model: &Model, state: &mut ViewState, styles: &Styles, frame: &mut Frame<'_>) {
    let area = frame.area();
    text::fill(frame.buffer_mut(), area, styles.background());
    state.begin(area);
    if area.width < MIN_COLUMNS || area.height < MIN_ROWS {
        too_small(area, styles, frame);
        return;
    }
    let mut canvas = Canvas { buf: frame.buffer_mut(), styles, state, cursor: None };
    draw(model, area, &mut canvas);
    if let Some(cursor) = canvas.cursor {
        frame.set_cursor_position(cursor);
    }
    only_own_signs(styles, frame);
}

/// Draws what is on the screen, from the bottom up.
fn draw(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let guide_height = guide::height(model, area);
    let marks = u16::from(!model.session.assumptions.is_empty());
    let parts = layout::screen(area, guide_height, marks);
    chrome::tab_bar(model, parts.tabs, canvas);
    chrome::header(model, parts.header, canvas);
    chrome::assumptions(model, parts.marks, canvas);
    panes::draw(model, parts.body, canvas);
    guide::draw(model, parts.guide, canvas);
    chrome::footer(model, parts.footer, canvas);
    panes::draw_over(model, area, canvas);
    boxes::draw(model, area, canvas);
}

/// Where the terminal has only ASCII, also the texts are made of it: ours, and what was read.
fn only_own_signs(styles: &Styles, frame: &mut Frame<'_>) {
    if !styles.glyphs.is_ascii() {
        return;
    }
    for cell in &mut frame.buffer_mut().content {
        if let Some(sign) = styles.glyphs.stand_in(cell.symbol()) {
            cell.set_symbol(sign);
        }
    }
}

fn too_small(area: Rect, styles: &Styles, frame: &mut Frame<'_>) {
    let text = format!("{}x{} is too small: {MIN_COLUMNS}x{MIN_ROWS} is needed", area.width, area.height);
    Line::styled(text, styles.text()).render(Rect { height: area.height.min(1), ..area }, frame.buffer_mut());
}
