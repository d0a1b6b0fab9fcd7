//! The frame of a box and the parts inside it, for every box.

use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget, Widget as _};

use crate::canvas::Canvas;
use crate::styles::Styles;
use crate::widgets::overlay::Overlay as BoxFrame;
use crate::widgets::paragraph::{Paragraph, wrap_line};
use crate::widgets::scroll::Scroll;
use crate::widgets::stack::{Part, Stack};
use app::shell::offset::Offset;

/// A box as large as its content and the screen allow, and the place inside it.
pub(crate) fn open(title: &str, size: (u16, u16), screen: Rect, canvas: &mut Canvas<'_>) -> Rect {
    let styles = canvas.styles;
    let frame = BoxFrame { styles, title, width: size.0, height: size.1 };
    let inner = frame.inner(screen);
    (&frame).render(screen, canvas.buf);
    inner
}

/// Draws parts one below the other from the scroll of the box on, and notes how far it goes.
pub(crate) fn draw_parts(parts: &[Part<'_>], at: Offset, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let stack = Stack { styles, parts };
    let mut scroll = Scroll::default();
    canvas.state.viewport.overlay_max_cells = stack.hidden_cells(area);
    (scroll.offset, scroll.left) = (at.rows, at.cells.min(canvas.state.viewport.overlay_max_cells));
    StatefulWidget::render(&stack, area, canvas.buf, &mut scroll);
    canvas.state.viewport.overlay_page = area.height;
    canvas.state.viewport.overlay_max_scroll = scroll.last();
}

/// A part of lines that wrap.
pub(crate) fn text<'a>(lines: Vec<Line<'a>>, styles: &'a Styles) -> Part<'a> {
    Part::Text(Paragraph::new(styles, lines))
}

/// How many rows the lines take at this width.
pub(crate) fn rows(lines: &[Line<'_>], width: u16) -> u16 {
    let rows: usize = lines.iter().map(|line| wrap_line(line, usize::from(width)).len()).sum();
    u16::try_from(rows).unwrap_or(u16::MAX)
}
