//! The boxes over the page, painted from the bottom up; the cursor is the topmost one's.

mod conflict;
mod decisions;
mod explain;
mod fixes;
mod form;
mod history;
mod picker;
mod policy_tests;
mod reader;
mod registry;
mod replay;
mod wizard;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget, Widget as _};

use super::layout;
use super::state::{Hit, ViewState};
use super::styles::Styles;
use super::widgets::overlay::Overlay as Frame_;
use super::widgets::paragraph::{Paragraph, wrap_line};
use super::widgets::scroll::Scroll;
use super::widgets::stack::{Part, Stack};
use app::Model;
use app::overlay::{Offset, Overlay};

/// Draws every box; only the topmost one is what the mouse hits.
pub(super) fn draw(model: &Model, whole: Rect, state: &mut ViewState, styles: &Styles, frame: &mut Frame<'_>) {
    let top = model.overlays.len().saturating_sub(1);
    let screen = place(model, whole);
    for (number, overlay) in model.overlays.iter().enumerate() {
        if number == top {
            state.hit(whole, Hit::Overlay);
        }
        match overlay {
            Overlay::Reader(reader) => reader::draw(model, reader, screen, state, styles, frame.buffer_mut()),
            Overlay::Confirm(confirm) => reader::confirm(confirm, screen, state, styles, frame.buffer_mut()),
            Overlay::Picker(picker) => picker::draw(picker, screen, state, styles, frame),
            Overlay::Form(form) => form::draw(form, screen, state, styles, frame),
            Overlay::Conflict(conflict) => conflict::draw(conflict, screen, state, styles, frame.buffer_mut()),
            Overlay::History(shown) => history::draw(model, *shown, screen, state, styles, frame.buffer_mut()),
            Overlay::Tests(shown) => policy_tests::draw(model, *shown, screen, state, styles, frame.buffer_mut()),
            Overlay::Explain => explain::draw(model, screen, state, styles, frame.buffer_mut()),
            Overlay::Fixes(shown) => fixes::draw(model, *shown, screen, state, styles, frame.buffer_mut()),
            Overlay::Wizard(wizard) => wizard::draw(model, wizard, screen, state, styles, frame),
        }
    }
}

/// Where boxes may stand: never over what is assumed, which every screen shows.
fn place(model: &Model, whole: Rect) -> Rect {
    if model.session.assumed.is_empty() {
        return whole;
    }
    let top = layout::screen(whole, 0, 1).body.y;
    Rect { y: top, height: whole.bottom().saturating_sub(top), ..whole }
}

/// A box as large as its content and the screen allow, and the place inside it.
fn open(title: &str, size: (u16, u16), screen: Rect, styles: &Styles, buf: &mut Buffer) -> Rect {
    let frame = Frame_ { styles, title, width: size.0, height: size.1 };
    let inner = frame.inner(screen);
    (&frame).render(screen, buf);
    inner
}

/// Draws parts one below the other from the scroll of the box on, and notes how far it goes.
fn stacked(parts: &[Part<'_>], at: Offset, area: Rect, state: &mut ViewState, styles: &Styles, buf: &mut Buffer) {
    let stack = Stack { styles, parts };
    let mut scroll = Scroll::default();
    state.viewport.overlay_max_cells = stack.hidden_cells(area);
    (scroll.offset, scroll.left) = (at.rows, at.cells.min(state.viewport.overlay_max_cells));
    StatefulWidget::render(&stack, area, buf, &mut scroll);
    state.viewport.overlay_page = area.height;
    state.viewport.overlay_max_scroll = scroll.last();
}

/// A part of lines that wrap.
fn text<'a>(lines: Vec<Line<'a>>, styles: &'a Styles) -> Part<'a> {
    Part::Text(Paragraph::new(styles, lines))
}

/// How many rows the lines take at this width.
fn rows(lines: &[Line<'_>], width: u16) -> u16 {
    let rows: usize = lines.iter().map(|line| wrap_line(line, usize::from(width)).len()).sum();
    u16::try_from(rows).unwrap_or(u16::MAX)
}
