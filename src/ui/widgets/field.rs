//! A field of one line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use crate::styles::{Focus, Styles};
use crate::text::{clip, fill, narrow, put, put_styled};
use app::shell::field::{Field, SecretField};

/// What a field shows: a text, or a sign for each character of a secret.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    Text(&'a Field),
    Secret(&'a SecretField),
}

/// A field, scrolled so that its cursor is in view.
#[derive(Debug, Clone, Copy)]
pub struct FieldLine<'a> {
    pub styles: &'a Styles,
    pub content: Content<'a>,
    /// Shown while the field is empty.
    pub placeholder: &'a str,
    pub focus: Focus,
}

impl FieldLine<'_> {
    /// Where the terminal's cursor belongs while the field has the focus.
    pub fn cursor(&self, area: Rect) -> Option<Position> {
        let cell = self.cursor_cell().saturating_sub(self.left(area));
        let inside = self.focus == Focus::Here && !area.is_empty();
        inside.then(|| Position::new(area.x.saturating_add(narrow(cell)), area.y))
    }

    fn cursor_cell(&self) -> usize {
        match self.content {
            Content::Text(field) => field.cursor_cell(),
            Content::Secret(field) => field.cursor(),
        }
    }

    /// The first cell shown.
    fn left(&self, area: Rect) -> usize {
        (self.cursor_cell() + 1).saturating_sub(usize::from(area.width))
    }

    fn is_empty(&self) -> bool {
        match self.content {
            Content::Text(field) => field.text().is_empty(),
            Content::Secret(field) => field.is_empty(),
        }
    }
}

impl Widget for &FieldLine<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(Rect { height: area.height.min(1), ..area }, buf);
        if area.is_empty() {
            return;
        }
        let style = self.styles.field(self.focus);
        fill(buf, area, style);
        let (start, room) = ((area.x, area.y), usize::from(area.width));
        let part = self.left(area)..self.left(area) + room;
        if self.is_empty() {
            put(buf, start, self.placeholder, room, style.patch(self.styles.dim()));
        } else if let Content::Text(field) = self.content {
            put_styled(buf, start, field.text(), part, self.styles.glyphs.tab, |_| style);
        } else if let Content::Secret(field) = self.content {
            put_styled(buf, start, &self.styles.glyphs.mask.repeat(field.len()), part, "", |_| style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::shell::field::FieldCommand;

    fn drawn(content: Content<'_>) -> (String, Option<Position>) {
        let styles = Styles::default();
        let line = FieldLine { styles: &styles, content, placeholder: "none", focus: Focus::Here };
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        line.render(buf.area, &mut buf);
        (crate::text::rows(&buf).concat(), line.cursor(buf.area))
    }

    #[test]
    fn the_cursor_stays_in_view() {
        assert_eq!(drawn(Content::Text(&Field::new("abc"))), ("abc   ".to_owned(), Some(Position::new(3, 0))));
        assert_eq!(drawn(Content::Text(&Field::new("abcdefgh"))), ("defgh ".to_owned(), Some(Position::new(5, 0))));
        assert_eq!(drawn(Content::Text(&Field::default())).0, "none  ");
    }

    #[test]
    fn a_secret_is_only_counted() {
        let mut secret = SecretField::default();
        secret.input(FieldCommand::Text("hunter2".to_owned()));
        assert_eq!(drawn(Content::Secret(&secret)).0, "••••• ");
    }
}
