//! What could stand at the cursor: a list beside it, over the page.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use crate::styles::{Focus, Styles};
use crate::text::{Cut, clip, fill, fit, narrow, put, room};
use crate::theme::Role;
use app::shell::text::width;

/// One proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completion<'a> {
    pub label: &'a str,
    /// What it is, in a few words.
    pub detail: &'a str,
}

/// The proposals, one of them selected, below the cursor or above it where there is no room.
#[derive(Debug, Clone, Copy)]
pub struct Completions<'a> {
    pub styles: &'a Styles,
    pub items: &'a [Completion<'a>],
    pub selected: usize,
    /// The cursor's cell; labels begin at `back` cells before it, where the word begins.
    pub cursor: Position,
    pub back: u16,
}

/// The most proposals that are shown at once.
const MAX_ROWS: usize = 8;

/// The widest list.
const MAX_WIDTH: u16 = 60;

impl Completions<'_> {
    /// Where the list stands on a screen.
    pub fn area(&self, screen: Rect) -> Rect {
        let rows = narrow(self.items.len().min(MAX_ROWS));
        let below = screen.bottom().saturating_sub(self.cursor.y.saturating_add(1));
        let above = self.cursor.y.saturating_sub(screen.y);
        let (y, height) = if below >= rows || below >= above {
            (self.cursor.y.saturating_add(1), rows.min(below))
        } else {
            let height = rows.min(above);
            (self.cursor.y - height, height)
        };
        let widest = self.items.iter().map(|item| width(item.label) + width(item.detail) + 4).max().unwrap_or(0);
        let width = narrow(widest).min(MAX_WIDTH).min(screen.width);
        let x = self.cursor.x.saturating_sub(self.back + 1).min(screen.right().saturating_sub(width)).max(screen.x);
        Rect { x, y, width, height }.intersection(screen)
    }

    /// The proposal at a place of the screen, for the mouse.
    pub fn item_at(&self, screen: Rect, at: Position) -> Option<usize> {
        let area = self.area(screen);
        let row = self.first(area) + usize::from(at.y.saturating_sub(area.y));
        area.contains(at).then_some(row).filter(|row| *row < self.items.len())
    }

    /// The first one shown: the selected one is always among them.
    fn first(&self, area: Rect) -> usize {
        (self.selected + 1).min(self.items.len()).saturating_sub(usize::from(area.height))
    }

    fn draw_row(&self, item: &Completion<'_>, focus: Focus, row: Rect, buf: &mut Buffer) {
        let ellipsis = self.styles.glyphs.ellipsis;
        let inside = usize::from(row.width.saturating_sub(2));
        let label = fit(item.label, inside, Cut::End, ellipsis);
        let used = put(buf, (row.x + 1, row.y), &label, room(row, row.x + 1), self.styles.text());
        let left = inside.saturating_sub(usize::from(used) + 2);
        let detail = fit(item.detail, left, Cut::End, ellipsis);
        let x = row.right().saturating_sub(narrow(width(&detail) + 1));
        put(buf, (x, row.y), &detail, left, self.styles.dim());
        if focus == Focus::Here {
            buf.set_style(row, self.styles.selection(Focus::Here));
        }
    }
}

/// Draws over the whole `area`, which is the screen.
impl Widget for &Completions<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = self.area(clip(area, buf));
        fill(buf, area, self.styles.background().patch(self.styles.role(Role::OverlayBackground)));
        let first = self.first(area);
        for (y, (at, item)) in (area.y..area.bottom()).zip(self.items.iter().enumerate().skip(first)) {
            self.draw_row(item, Focus::from(at == self.selected), Rect { y, height: 1, ..area }, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEMS: [Completion<'static>; 3] = [
        Completion { label: "ALWAYS_ALLOW", detail: "everything" },
        Completion { label: "ALWAYS_DENY", detail: "nothing" },
        Completion { label: "REQUIRE_ATTESTATION", detail: "" },
    ];

    fn drawn(cursor: Position, height: u16, selected: usize) -> Vec<String> {
        let styles = Styles::default();
        let list = Completions { styles: &styles, items: &ITEMS, selected, cursor, back: 2 };
        let mut buf = Buffer::empty(Rect::new(0, 0, 32, height));
        list.render(buf.area, &mut buf);
        crate::text::rows(&buf).iter().map(|row| row.trim_end().to_owned()).collect()
    }

    #[test]
    fn the_list_stands_below_the_word_or_above_it() {
        let rows = ["     ALWAYS_ALLOW  everything", "     ALWAYS_DENY      nothing", "     REQUIRE_ATTESTATION"];
        assert_eq!(drawn(Position::new(7, 0), 5, 0), [&[""], rows.as_slice(), &[""]].concat());
        assert_eq!(drawn(Position::new(7, 3), 4, 0), [rows.as_slice(), &[""]].concat());
    }

    #[test]
    fn a_short_list_shows_the_selected_one_and_stays_on_the_screen() {
        assert_eq!(drawn(Position::new(31, 0), 2, 2), ["", "       REQUIRE_ATTESTATION"]);
    }
}
