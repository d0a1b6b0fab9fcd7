//! A list to choose from, with a filter that is typed.
//!
//! ```text
//! › pol                                                        3 of 41
//!
//! › import…                F2  Import the draft to the project.
//!   take the live policy…  F5  Replace the draft with the project's policy.
//! ```

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{StatefulWidget, Widget};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::styles::{Focus, Styles};
use crate::text::{Cut, clip, fit, narrow, put, put_styled};
use crate::widgets::field::{Content, FieldLine};
use crate::widgets::placeholder::Placeholder;
use crate::widgets::scroll::Scroll;
use app::overlay::searched;
use app::shell::field::Field;
use app::shell::fuzzy;
use app::shell::text::width;

/// One entry as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PickerRow<'a> {
    pub label: &'a str,
    /// What stands beside it: what it is, which key.
    pub detail: &'a str,
}

/// Cells between a label and its detail.
const GAP: usize = 2;

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

    /// The cells of the labels: all that they need, unless details would have too little room then.
    fn label_width(&self, room: usize) -> usize {
        let rows = || (0..self.len).map(self.row);
        let label = rows().map(|row| width(row.label)).max().unwrap_or(0);
        let detail = rows().map(|row| width(row.detail)).max().unwrap_or(0);
        let least = room.saturating_sub(detail + GAP).max(room * 3 / 5);
        if label <= room / 2 { label } else { label.min(least) }
    }

    fn draw_row(&self, at: usize, labels: usize, row: Rect, buf: &mut Buffer) {
        let entry = (self.row)(at);
        let hits = fuzzy::positions(self.filter.text(), &searched(entry.label, entry.detail));
        let x = row.x.saturating_add(2);
        let room = usize::from(row.width).saturating_sub(3);
        let area = Rect { x, width: narrow(labels.min(room)), ..row };
        self.put_marked(entry.label, Cut::Middle, &hits, self.styles.text(), area, buf);
        let before = entry.label.graphemes(true).count() + 1;
        let hits: Vec<usize> = hits.into_iter().filter_map(|hit| hit.checked_sub(before)).collect();
        let x = x.saturating_add(narrow(labels + GAP));
        let area = Rect { x, width: narrow(room.saturating_sub(labels + GAP)), ..row };
        self.put_marked(entry.detail, Cut::End, &hits, self.styles.dim(), area, buf);
        if at == self.selected {
            buf.set_style(row, self.styles.selection(Focus::Here));
            put(buf, (row.x, row.y), self.styles.glyphs.pointer, 1, self.styles.key());
        }
    }

    /// Puts a text, cut where asked, with the graphemes marked that were typed.
    fn put_marked(&self, text: &str, cut: Cut, hits: &[usize], plain: Style, area: Rect, buf: &mut Buffer) {
        let room = usize::from(area.width);
        let shown = fit(text, room, cut, self.styles.glyphs.ellipsis);
        let gone = text.graphemes(true).count().saturating_sub(shown.graphemes(true).count());
        let same = text.graphemes(true).zip(shown.graphemes(true)).take_while(|(all, part)| all == part).count();
        let marked = |at: usize| if at < same { hits.contains(&at) } else { at > same && hits.contains(&(at + gone)) };
        let style = |at: usize| if marked(at) { plain.patch(self.hit()) } else { plain };
        put_styled(buf, (area.x, area.y), &shown, 0..room, " ", |at| style(at.grapheme));
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
        let labels = self.label_width(usize::from(inner.width).saturating_sub(3));
        for (y, at) in (inner.y..inner.bottom()).zip(scroll.visible()) {
            self.draw_row(at, labels, Rect { y, height: 1, ..inner }, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows, and the cells that are marked as typed.
    fn drawn(filter: &str, rows: &[(&str, &str)], width: u16) -> (Vec<String>, Vec<(u16, u16)>, Option<Position>) {
        let styles = Styles::default();
        let filter = Field::new(filter);
        let row = |at: usize| PickerRow { label: rows[at].0, detail: rows[at].1 };
        let len = rows.len();
        let picker = Picker { styles: &styles, filter: &filter, placeholder: "", len, all: 9, row: &row, selected: 1 };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 4));
        picker.render(buf.area, &mut buf, &mut Scroll::default());
        let key = |at: &Position| at.y > 1 && at.x > 1 && buf[*at].style().fg == styles.key().fg;
        let marked = buf.area.positions().filter(key).map(|at| (at.x, at.y)).collect();
        (crate::text::rows(&buf), marked, picker.cursor(buf.area))
    }

    #[test]
    fn the_filter_and_its_hits() {
        let (rows, marked, cursor) = drawn("po", &[("Import policy", "^S"), ("Pod", "a pot")], 26);
        let expected = [
            "› po                2 of 9",
            "                          ",
            "  Import policy  ^S       ",
            "› Pod            a pot    ",
        ];
        assert_eq!(rows, expected);
        assert_eq!(cursor, Some(Position::new(4, 0)));
        assert_eq!(marked, [(9, 2), (10, 2), (2, 3), (3, 3)]);
    }

    #[test]
    fn a_long_label_is_cut_in_its_middle_and_its_end_is_still_marked() {
        let (rows, marked, _) =
            drawn("latest", &[("us.gcr.io/project/image:latest", "registry"), ("x", "type one")], 30);
        assert_eq!(rows[2], "  us.gcr.i…e:latest  registry ");
        assert_eq!(marked, [13, 14, 15, 16, 17, 18].map(|x| (x, 2)));
    }
}
