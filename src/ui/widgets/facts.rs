//! Names and values in two columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget, Widget};

use crate::styles::Styles;
use crate::text::{Cut, clip, fit, narrow, put, put_line};
use crate::theme::Role;
use crate::widgets::paragraph::wrap_line;
use crate::widgets::scroll::Scroll;
use app::shell::text::width;

/// Rows of `name  value`; values wrap under themselves.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub styles: &'a Styles,
    pub rows: Vec<(&'a str, Line<'a>)>,
}

impl Facts<'_> {
    /// The rows it takes at a width.
    pub fn height(&self, width: u16) -> usize {
        self.lines(usize::from(width)).len()
    }

    fn label_width(&self, room: usize) -> usize {
        self.rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0).min(room * 2 / 5)
    }

    /// Each row's label (empty where a value goes on) and a line of its value.
    fn lines(&self, room: usize) -> Vec<(&str, Line<'_>)> {
        let value_room = room.saturating_sub(self.label_width(room) + 2);
        let rows = self.rows.iter().flat_map(|(label, value)| {
            let lines = wrap_line(value, value_room).into_iter().enumerate();
            lines.map(|(at, line)| (if at == 0 { *label } else { "" }, line))
        });
        rows.collect()
    }
}

impl Widget for &Facts<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        StatefulWidget::render(self, area, buf, &mut Scroll::default());
    }
}

impl StatefulWidget for &Facts<'_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        let room = usize::from(area.width);
        let lines = self.lines(room);
        let narrower = lines.len() > usize::from(area.height) && scroll.has_bar();
        let lines = if narrower { self.lines(room.saturating_sub(1)) } else { lines };
        scroll.fit(area, lines.len());
        let inner = scroll.with_bar(area, lines.len(), buf, self.styles);
        let room = usize::from(inner.width);
        let labels = self.label_width(room);
        for (y, (label, value)) in (inner.y..inner.bottom()).zip(lines.iter().skip(scroll.offset)) {
            let label = fit(label, labels, Cut::End, self.styles.glyphs.ellipsis);
            put(buf, (inner.x, y), &label, labels, self.styles.role(Role::FormLabel));
            let left = room.saturating_sub(labels + 2);
            put_line(buf, (inner.x.saturating_add(narrow(labels + 2)), y), value, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_aligned_and_wrap_under_themselves() {
        let styles = Styles::default();
        let rows = vec![("note", Line::from("projects/p/notes/n")), ("keys", Line::from("2"))];
        let facts = Facts { styles: &styles, rows };
        let mut buf = Buffer::empty(Rect::new(0, 0, 16, 4));
        Widget::render(&facts, buf.area, &mut buf);
        assert_eq!(
            crate::text::rows(&buf),
            ["note  projects/ ", "      p/notes/n ", "keys  2         ", "                "]
        );
    }
}
