//! A table whose columns shrink, and go, by their weight.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget, Widget};

use crate::styles::{Focus, Styles};
use crate::text::{Cut, clip, fit, line_width, narrow, put, put_line, room};
use crate::theme::Role;
use crate::widgets::placeholder::Placeholder;
use crate::widgets::scroll::Scroll;

/// Which side of its column a cell stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    #[default]
    Left,
    Right,
}

/// One column: how wide it may be and what happens where there is little room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    pub title: &'a str,
    /// Narrower than this the column is of no use.
    pub min: u16,
    /// What its cells usually take.
    pub ideal: u16,
    /// Its share of what is left over; 0 for none.
    pub grow: u16,
    /// Columns of the highest number go first where there is no room; those of 0 stay.
    pub drop: u8,
    pub align: Align,
    pub cut: Cut,
}

impl<'a> Column<'a> {
    /// A column of one width that stays.
    pub const fn fixed(title: &'a str, width: u16) -> Self {
        Self { title, min: width, ideal: width, grow: 0, drop: 0, align: Align::Left, cut: Cut::End }
    }

    /// A column that takes from `min` on what is there.
    pub const fn flexible(title: &'a str, min: u16, ideal: u16) -> Self {
        Self { title, min, ideal, grow: 1, drop: 0, align: Align::Left, cut: Cut::End }
    }

    #[must_use]
    pub const fn drop(mut self, drop: u8) -> Self {
        self.drop = drop;
        self
    }

    #[must_use]
    pub const fn cut(mut self, cut: Cut) -> Self {
        self.cut = cut;
        self
    }

    #[must_use]
    pub const fn right(mut self) -> Self {
        self.align = Align::Right;
        self
    }
}

/// Cells between two columns.
const GAP: u16 = 2;

/// The width of each column in `room` cells; `None` for those that go.
pub fn layout(columns: &[Column<'_>], room: u16) -> Vec<Option<u16>> {
    let mut widths: Vec<Option<u16>> = columns.iter().map(|column| Some(column.min)).collect();
    while taken(&widths) > room {
        let shown = columns
            .iter()
            .enumerate()
            .filter(|(at, column)| column.drop > 0 && widths.get(*at).is_some_and(Option::is_some));
        let Some(last) = shown.max_by_key(|(at, column)| (column.drop, *at)).map(|(at, _)| at) else { break };
        if let Some(width) = widths.get_mut(last) {
            *width = None;
        }
    }
    let mut left = room.saturating_sub(taken(&widths));
    let want = |column: &Column<'_>, width: u16| column.ideal.saturating_sub(width);
    spread(columns, &mut widths, &mut left, want);
    let all = left;
    let shares: u16 =
        columns.iter().zip(&widths).filter(|(_, width)| width.is_some()).map(|(column, _)| column.grow).sum();
    if let Some(share) = all.checked_div(shares) {
        spread(columns, &mut widths, &mut left, |column, _| share.saturating_mul(column.grow));
    }
    widths
}

/// Gives each shown column what it wants of what is left, the first ones first.
fn spread(columns: &[Column<'_>], widths: &mut [Option<u16>], left: &mut u16, want: impl Fn(&Column<'_>, u16) -> u16) {
    for (column, width) in columns.iter().zip(widths) {
        if let Some(width) = width {
            let more = want(column, *width).min(*left);
            *width += more;
            *left -= more;
        }
    }
}

fn taken(widths: &[Option<u16>]) -> u16 {
    let shown = widths.iter().flatten();
    let gaps = narrow(shown.clone().count().saturating_sub(1)).saturating_mul(GAP);
    shown.fold(gaps, |sum, width| sum.saturating_add(*width))
}

/// Rows of cells under a header; rows are asked for only where they are seen.
#[derive(Clone)]
pub struct Table<'a> {
    styles: &'a Styles,
    columns: &'a [Column<'a>],
    len: usize,
    row: &'a dyn Fn(usize) -> Vec<Line<'a>>,
    selected: Option<usize>,
    focus: Focus,
    placeholder: Option<Placeholder<'a>>,
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("columns", &self.columns).field("len", &self.len).finish_non_exhaustive()
    }
}

impl<'a> Table<'a> {
    /// A table of `len` rows; `row` gives the cells of one, or a single one that goes over all columns.
    pub fn new(
        styles: &'a Styles,
        columns: &'a [Column<'a>],
        len: usize,
        row: &'a dyn Fn(usize) -> Vec<Line<'a>>,
    ) -> Self {
        Self { styles, columns, len, row, selected: None, focus: Focus::Away, placeholder: None }
    }

    /// The row that is selected, and whether keys go to it.
    #[must_use]
    pub const fn selected(mut self, row: Option<usize>, focus: Focus) -> Self {
        self.selected = row;
        self.focus = focus;
        self
    }

    /// What stands there while there are no rows.
    #[must_use]
    pub fn placeholder(mut self, placeholder: Placeholder<'a>) -> Self {
        self.placeholder = Some(placeholder);
        self
    }

    fn draw_header(&self, widths: &[Option<u16>], area: Rect, buf: &mut Buffer) {
        let style = self.styles.role(Role::TableHeader);
        let mut x = area.x + 1;
        for (column, width) in self.columns.iter().zip(widths) {
            let Some(width) = *width else { continue };
            let wide = usize::from(width).min(room(area, x));
            let title = fit(column.title, wide, Cut::End, self.styles.glyphs.ellipsis);
            let left_over = wide.saturating_sub(app::shell::text::width(&title));
            let start = if column.align == Align::Right { left_over } else { 0 };
            put(buf, (x.saturating_add(narrow(start)), area.y), &title, wide - start, style);
            x = x.saturating_add(width + GAP);
        }
    }

    fn draw_cells(&self, cells: &[Line<'_>], widths: &[Option<u16>], area: Rect, buf: &mut Buffer) {
        let mut x = area.x + 1;
        for ((column, width), cell) in self.columns.iter().zip(widths).zip(cells) {
            let Some(width) = *width else { continue };
            let place = Rect { x, width: width.min(narrow(room(area, x))), ..area };
            draw_cell(cell, column, place, self.styles, buf);
            x = x.saturating_add(width + GAP);
        }
    }

    fn draw_row(&self, row: usize, widths: &[Option<u16>], area: Rect, buf: &mut Buffer) {
        let cells = (self.row)(row);
        if let ([whole], true) = (cells.as_slice(), self.columns.len() > 1) {
            let place = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
            draw_cell(whole, &Column::fixed("", place.width), place, self.styles, buf);
        } else {
            self.draw_cells(&cells, widths, area, buf);
        }
        if self.selected == Some(row) {
            buf.set_style(area, self.styles.selection(self.focus));
            let pointer = if self.focus == Focus::Here { self.styles.key() } else { self.styles.dim() };
            put(buf, (area.x, area.y), self.styles.glyphs.pointer, 1, pointer);
        }
    }
}

/// Draws a cell of one row: cut as its column says, at its side.
fn draw_cell(cell: &Line<'_>, column: &Column<'_>, area: Rect, styles: &Styles, buf: &mut Buffer) {
    let (x, y, room) = (area.x, area.y, usize::from(area.width));
    let wide = line_width(cell);
    if wide <= room {
        let start = if column.align == Align::Right { room - wide } else { 0 };
        put_line(buf, (x.saturating_add(narrow(start)), y), cell, room - start);
        return;
    }
    if let [only] = cell.spans.as_slice() {
        let text = fit(&only.content, room, column.cut, styles.glyphs.ellipsis);
        put(buf, (x, y), &text, room, cell.style.patch(only.style));
    } else {
        let used = put_line(buf, (x, y), cell, room.saturating_sub(1));
        let style = cell.spans.last().map_or(cell.style, |span| cell.style.patch(span.style));
        put(buf, (x + used, y), styles.glyphs.ellipsis, room.saturating_sub(usize::from(used)), style);
    }
}

impl StatefulWidget for &Table<'_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        if area.is_empty() {
            return;
        }
        if let (0, Some(placeholder)) = (self.len, &self.placeholder) {
            scroll.fit(Rect { height: 0, ..area }, 0);
            return placeholder.render(area, buf);
        }
        // Columns that all have no title have no header either; a single row is the selected one's.
        let has_titles = self.columns.iter().any(|column| !column.title.is_empty());
        let header = u16::from(has_titles && area.height > 1);
        let body = Rect { y: area.y + header, height: area.height - header, ..area };
        scroll.fit(body, self.len);
        if let Some(selected) = self.selected.filter(|row| *row < self.len) {
            scroll.follow(selected);
        }
        let body = scroll.with_bar(body, self.len, buf, self.styles);
        let widths = layout(self.columns, body.width.saturating_sub(2));
        if header > 0 {
            self.draw_header(&widths, Rect { height: 1, y: area.y, ..body }, buf);
        }
        for (y, row) in (body.y..body.bottom()).zip(scroll.visible()) {
            self.draw_row(row, &widths, Rect { y, height: 1, ..body }, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column<'static>; 3] = [
        Column::flexible("image", 8, 20).cut(Cut::Middle),
        Column::fixed("now", 6),
        Column::fixed("line", 4).drop(1).right(),
    ];

    #[test]
    fn columns_shrink_then_go_then_grow() {
        assert_eq!(layout(&COLUMNS, 50), [Some(36), Some(6), Some(4)]);
        assert_eq!(layout(&COLUMNS, 30), [Some(16), Some(6), Some(4)]);
        assert_eq!(layout(&COLUMNS, 20), [Some(12), Some(6), None]);
        assert_eq!(layout(&COLUMNS, 3), [Some(8), Some(6), None]);
    }

    fn drawn(len: usize, selected: usize, width: u16, height: u16) -> Vec<String> {
        let styles = Styles::default();
        let row = |row: usize| {
            vec![Line::from(format!("gcr.io/project/image{row}")), Line::from("deny"), Line::from(row.to_string())]
        };
        let table = Table::new(&styles, &COLUMNS, len, &row)
            .selected(Some(selected), Focus::Here)
            .placeholder(Placeholder::empty(&styles, "No images", "i  choose one"));
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        table.render(buf.area, &mut buf, &mut Scroll::default());
        crate::text::rows(&buf)
    }

    #[test]
    fn the_selection_is_kept_in_view() {
        let expected =
            [" image          now     line  ", " gcr.io…image2  deny       2 │", "›gcr.io…image3  deny       3 ┃"];
        assert_eq!(drawn(4, 3, 30, 3), expected);
    }

    #[test]
    fn a_single_row_is_that_of_the_selection() {
        assert_eq!(drawn(4, 3, 30, 1), ["›gcr.io…image3  deny       3 ┃"]);
    }

    #[test]
    fn an_empty_table_says_so() {
        assert!(drawn(0, 0, 30, 4).iter().any(|row| row.contains("No images")));
    }
}
