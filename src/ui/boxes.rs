//! The boxes over the page, painted from the bottom up; the cursor is the topmost one's.

mod form;
mod picker;
mod reader;
mod wizard;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget, Widget as _};

use super::state::{Hit, ViewState};
use super::styles::Styles;
use super::widgets::overlay::Overlay as Frame_;
use super::widgets::paragraph::{Paragraph, wrap_line};
use super::widgets::scroll::Scroll;
use crate::app::Model;
use crate::app::overlay::Overlay;

/// Draws every box; only the topmost one is what the mouse hits.
pub(super) fn draw(model: &Model, screen: Rect, state: &mut ViewState, styles: &Styles, frame: &mut Frame<'_>) {
    let top = model.overlays.len().saturating_sub(1);
    for (number, overlay) in model.overlays.iter().enumerate() {
        if number == top {
            state.hit(screen, Hit::Overlay);
        }
        match overlay {
            Overlay::Reader(reader) => reader::draw(model, reader, screen, state, styles, frame.buffer_mut()),
            Overlay::Confirm(confirm) => reader::confirm(confirm, screen, state, styles, frame.buffer_mut()),
            Overlay::Picker(picker) => picker::draw(picker, screen, state, styles, frame),
            Overlay::Form(form) => form::draw(form, screen, state, styles, frame),
            Overlay::Wizard(wizard) => wizard::draw(model, wizard, screen, state, styles, frame),
        }
    }
}

/// A box as large as its content and the screen allow, and the place inside it.
fn open(title: &str, size: (u16, u16), screen: Rect, styles: &Styles, buf: &mut Buffer) -> Rect {
    let frame = Frame_ { styles, title, width: size.0, height: size.1 };
    let inner = frame.inner(screen);
    (&frame).render(screen, buf);
    inner
}

/// Draws lines that wrap, from the scroll of the box on, and notes how far it can be scrolled.
fn scrolled(lines: Vec<Line<'_>>, scroll: usize, area: Rect, state: &mut ViewState, styles: &Styles, buf: &mut Buffer) {
    let rows: usize = lines.iter().map(|line| wrap_line(line, usize::from(area.width.saturating_sub(1))).len()).sum();
    state.viewport.overlay_page = area.height;
    state.viewport.overlay_max_scroll = rows.saturating_sub(usize::from(area.height));
    let mut at = Scroll::default();
    at.offset = scroll.min(state.viewport.overlay_max_scroll);
    StatefulWidget::render(&Paragraph::new(styles, lines), area, buf, &mut at);
}

/// How many rows the lines take at this width.
fn rows(lines: &[Line<'_>], width: u16) -> u16 {
    let rows: usize = lines.iter().map(|line| wrap_line(line, usize::from(width)).len()).sum();
    u16::try_from(rows).unwrap_or(u16::MAX)
}
