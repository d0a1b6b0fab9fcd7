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
    let guide_height = guide::height(model, area);
    let marks = u16::from(!model.session.assumed.is_empty());
    let parts = layout::screen(area, guide_height, marks);
    chrome::tab_bar(model, parts.tabs, state, styles, frame.buffer_mut());
    chrome::header(model, parts.header, styles, frame.buffer_mut());
    chrome::assumed(model, parts.marks, styles, frame.buffer_mut());
    panes::draw(model, parts.body, state, styles, frame);
    guide::draw(model, parts.guide, styles, frame.buffer_mut());
    chrome::footer(model, parts.footer, state, styles, frame.buffer_mut());
    panes::draw_over(model, area, state, styles, frame.buffer_mut());
    boxes::draw(model, area, state, styles, frame);
    only_own_signs(styles, frame);
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
