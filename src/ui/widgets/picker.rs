//! A list to choose from, with a filter that is typed.
//!
//! ```text
//! › pol                                                        3 of 41
//! › Import the policy                                               ^S
//!   Validate the policy                                             F5
//! ```

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{StatefulWidget, Widget};

use crate::app::field::Field;
use crate::app::fuzzy;
use crate::app::text::width;
use crate::ui::styles::{Focus, Styles};
use crate::ui::text::{Cut, clip, fit, narrow, put, put_styled};
use crate::ui::theme::Role;
use crate::ui::widgets::field::{Content, FieldLine};
use crate::ui::widgets::placeholder::Placeholder;
use crate::ui::widgets::scroll::Scroll;

/// One entry as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PickerRow<'a> {
    pub label: &'a str,
    /// What stands at the right: what it is, which key.
    pub detail: &'a str,
    pub enabled: bool,
}

/// The filter and the entries that it leaves.
#[derive(Clone, Copy)]
pub struct Picker<'a> {
    pub styles: &'a Styles,
    pub filter: &'a Field,
    pub placeholder: &'a str,
    /// How many entries the filter leaves, and of how many.
    pub len: usize,
    pub all: usize,
    pub row: &'a dyn Fn(usize) -> PickerRow<'a>,
    pub selected: usize,
}

impl fmt::Debug for Picker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picker").field("len", &self.len).field("selected", &self.selected).finish_non_exhaustive()
    }
}

impl<'a> Picker<'a> {
    /// Where the terminal's cursor belongs.
    pub fn cursor(&self, area: Rect) -> Option<Position> {
        let (_, field, _) = self.head(area);
        self.line().cursor(field)
    }

    fn line(&self) -> FieldLine<'a> {
        let (content, placeholder) = (Content::Text(self.filter), self.placeholder);
        FieldLine { styles: self.styles, content, placeholder, focus: Focus::Here }
    }

    /// The first row: sign, filter, and how many are left.
    fn head(&self, area: Rect) -> (Rect, Rect, String) {
        let count = format!(" {} of {}", self.len, self.all);
        let row = Rect { height: area.height.min(1), ..area };
        let taken = narrow(2 + count.len());
        let field = Rect { x: row.x.saturating_add(2), width: row.width.saturating_sub(taken), ..row };
        (row, field, count)
    }

    fn draw_head(&self, area: Rect, buf: &mut Buffer) {
        let (row, field, count) = self.head(area);
        put(buf, (row.x, row.y), self.styles.glyphs.pointer, usize::from(row.width), self.styles.key());
        self.line().render(field, buf);
        let room = usize::from(row.right().saturating_sub(field.right()));
        put(buf, (field.right(), row.y), &count, room, self.styles.dim());
    }

    fn draw_row(&self, at: usize, row: Rect, buf: &mut Buffer) {
        let entry = (self.row)(at);
        let plain = if entry.enabled { self.styles.text() } else { self.styles.role(Role::KeyDisabled) };
        let room = usize::from(row.width).saturating_sub(3);
        let detail_room = width(entry.detail).min(room / 2);
        let label_room = room - detail_room - usize::from(detail_room > 0);
        let hits = fuzzy::positions(self.filter.text(), entry.label);
        let label = fit(entry.label, label_room, Cut::End, self.styles.glyphs.ellipsis);
        let style = |grapheme: usize| if hits.contains(&grapheme) { plain.patch(self.hit()) } else { plain };
        put_styled(buf, (row.x + 2, row.y), &label, (0, label_room), " ", |at| style(at.grapheme));
        let detail = fit(entry.detail, detail_room, Cut::Middle, self.styles.glyphs.ellipsis);
        let x = row.right().saturating_sub(narrow(width(&detail) + 1));
        put(buf, (x, row.y), &detail, detail_room, self.styles.dim());
        if at == self.selected {
            buf.set_style(row, self.styles.selection(Focus::Here));
            put(buf, (row.x, row.y), self.styles.glyphs.pointer, 1, self.styles.key());
        }
    }

    /// The look of the letters that were typed.
    fn hit(&self) -> Style {
        self.styles.key()
    }
}

impl StatefulWidget for &Picker<'_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        if area.is_empty() {
            return;
        }
        self.draw_head(area, buf);
        let below = area.height.min(2);
        let body = Rect { y: area.y + below, height: area.height - below, ..area };
        scroll.fit(body, self.len);
        if self.len == 0 {
            return Placeholder::empty(self.styles, "Nothing fits", "Type less, or other letters.").render(body, buf);
        }
        scroll.follow(self.selected);
        let inner = scroll.with_bar(body, self.len, buf, self.styles);
        for (y, at) in (inner.y..inner.bottom()).zip(scroll.visible()) {
            self.draw_row(at, Rect { y, height: 1, ..inner }, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_and_its_hits() {
        let styles = Styles::default();
        let filter = Field::new("po");
        let row = |at: usize| PickerRow { label: ["Import policy", "Pod"][at], detail: "^S", enabled: true };
        let picker =
            Picker { styles: &styles, filter: &filter, placeholder: "", len: 2, all: 9, row: &row, selected: 1 };
        let mut buf = Buffer::empty(Rect::new(0, 0, 24, 4));
        picker.render(buf.area, &mut buf, &mut Scroll::default());
        let expected = [
            "› po              2 of 9",
            "                        ",
            "  Import policy      ^S ",
            "› Pod                ^S ",
        ];
        assert_eq!(crate::ui::text::rows(&buf), expected);
        assert_eq!(picker.cursor(buf.area), Some(Position::new(4, 0)));
        assert_eq!(buf[(2, 3)].style().fg, styles.key().fg);
        assert_ne!(buf[(4, 3)].style().fg, styles.key().fg);
    }
}
