//! Where a scrolled list stands, and its scrollbar.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::styles::Styles;
use crate::text::{clip, narrow, put};
use crate::theme::Role;

/// What of a list is on the screen. Lives with the caller from frame to frame, so that the list does
/// not swim under the selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scroll {
    /// The first row shown.
    pub offset: usize,
    /// The first cell shown, in views that scroll sideways.
    pub left: usize,
    area: Rect,
    len: usize,
    /// What was followed last: the row, of how many, on how many.
    followed: Option<(usize, usize, usize)>,
    /// The scrollbar is someone else's.
    no_bar: bool,
}

impl Scroll {
    /// The scroll of a part of something that scrolls as a whole and has a bar for all.
    pub(super) fn of_a_part(offset: usize, left: usize) -> Self {
        Self { offset, left, no_bar: true, ..Self::default() }
    }

    /// Whether it draws a scrollbar where one is needed.
    pub(super) const fn has_bar(&self) -> bool {
        !self.no_bar
    }

    /// The largest offset of use.
    pub fn last(&self) -> usize {
        self.len.saturating_sub(self.page())
    }

    /// Remembers what is drawn where, and keeps the offset within it.
    pub fn fit(&mut self, area: Rect, len: usize) {
        self.area = area;
        self.len = len;
        self.offset = self.offset.min(self.last());
    }

    /// Moves as little as needed to show `row`; where there is room, its neighbours too. Does nothing
    /// while nothing has changed, so that the mouse can scroll away.
    pub fn follow(&mut self, row: usize) {
        let page = self.page();
        if self.followed.replace((row, self.len, page)) == Some((row, self.len, page)) {
            return;
        }
        let margin = usize::from(page > 6);
        let highest = row.saturating_sub(margin);
        let lowest = (row + margin + 1).min(self.len.max(row + 1)).saturating_sub(page);
        self.offset = self.offset.clamp(lowest.min(highest), highest.max(lowest));
    }

    /// Shows the rows `from..to` as far as they fit, the first ones rather than the last.
    pub fn follow_range(&mut self, from: usize, to: usize) {
        self.follow(to.saturating_sub(1).max(from));
        if self.page() > 1 {
            self.offset = self.offset.min(from);
        }
    }

    /// How many rows are shown at once; at least one.
    pub fn page(&self) -> usize {
        usize::from(self.area.height).max(1)
    }

    /// The row at a place on the screen.
    pub fn row_at(&self, at: Position) -> Option<usize> {
        let row = self.offset + usize::from(at.y.saturating_sub(self.area.y));
        (self.area.contains(at) && row < self.len).then_some(row)
    }

    /// Where the rows were drawn.
    pub const fn area(&self) -> Rect {
        self.area
    }

    /// The rows shown.
    pub fn visible(&self) -> std::ops::Range<usize> {
        self.offset..(self.offset + usize::from(self.area.height)).min(self.len)
    }

    /// Splits the column of a scrollbar off `area`, if `len` rows need one, and draws it.
    pub fn with_bar(&self, area: Rect, len: usize, buf: &mut Buffer, styles: &Styles) -> Rect {
        let area = clip(area, buf);
        if self.no_bar || len <= usize::from(area.height) || area.width < 4 {
            return area;
        }
        let bar = Rect { x: area.right() - 1, width: 1, ..area };
        draw_bar(bar, self.offset, len, buf, styles);
        Rect { width: area.width - 1, ..area }
    }
}

fn draw_bar(bar: Rect, offset: usize, len: usize, buf: &mut Buffer, styles: &Styles) {
    if bar.is_empty() {
        return;
    }
    let height = usize::from(bar.height);
    let thumb = (height * height / len).clamp(1, height);
    let room = height - thumb;
    let hidden = len - height;
    // Only the ends look like the ends.
    let top = match offset.min(hidden) {
        0 => 0,
        at if at == hidden => room,
        at => (at * room / hidden).clamp(usize::from(room > 1), room.saturating_sub(1).max(usize::from(room > 1))),
    };
    for row in 0..height {
        let (glyph, role) = if (top..top + thumb).contains(&row) {
            (styles.glyphs.scrollbar_thumb, Role::ScrollbarThumb)
        } else {
            (styles.glyphs.scrollbar_track, Role::ScrollbarTrack)
        };
        put(buf, (bar.x, bar.y + narrow(row)), glyph, 1, styles.role(role));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scroll(offset: usize, height: u16, len: usize) -> Scroll {
        let mut scroll = Scroll { offset, ..Scroll::default() };
        scroll.fit(Rect::new(0, 2, 10, height), len);
        scroll
    }

    #[test]
    fn the_offset_moves_no_more_than_needed() {
        let mut list = scroll(5, 4, 100);
        for (row, offset) in [(5, 5), (8, 5), (9, 6), (7, 6), (5, 5)] {
            list.follow(row);
            assert_eq!(list.offset, offset, "row {row}");
        }
    }

    #[test]
    fn a_long_page_shows_a_neighbour_and_the_last_row_has_none() {
        let mut list = scroll(0, 10, 20);
        list.follow(9);
        assert_eq!(list.offset, 1);
        list.follow(19);
        assert_eq!(list.offset, 10);
    }

    #[test]
    fn the_offset_stays_within_a_list_that_shrank() {
        assert_eq!(scroll(50, 4, 6).offset, 2);
        assert_eq!(scroll(50, 4, 0).offset, 0);
    }

    #[test]
    fn a_place_on_the_screen_is_a_row() {
        let list = scroll(3, 4, 6);
        assert_eq!(list.offset, 2);
        assert_eq!(list.row_at(Position::new(0, 2)), Some(2));
        assert_eq!(list.row_at(Position::new(9, 5)), Some(5));
        assert_eq!(list.row_at(Position::new(0, 1)), None);
        assert_eq!(scroll(0, 4, 1).row_at(Position::new(0, 3)), None);
    }
}
