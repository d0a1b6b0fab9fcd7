//! Text on the screen: cut to a width, wrapped to it, and put into a buffer cell by cell.
//!
//! All drawing of text that is not ours goes through [`put`], which draws
//! [`visible`] forms only and never leaves the buffer.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_segmentation::UnicodeSegmentation;

use crate::styles::Styles;
use app::shell::text::{cells, visible, width};

/// Which part of a text is given up where it is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cut {
    #[default]
    End,
    Middle,
    Start,
}

/// The text in at most `room` cells, with `ellipsis` (one cell) where something was cut.
pub fn fit<'a>(text: &'a str, room: usize, cut: Cut, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let Some(left) = room.checked_sub(1) else { return Cow::Borrowed("") };
    let (head, tail) = match cut {
        Cut::End => (left, 0),
        Cut::Start => (0, left),
        Cut::Middle => (left - left / 2, left / 2),
    };
    Cow::Owned(format!("{}{ellipsis}{}", take_start(text, head), take_end(text, tail)))
}

/// As much of the beginning as fits into `room` cells.
pub fn take_start(text: &str, room: usize) -> &str {
    let mut used = 0;
    let end = text.grapheme_indices(true).find(|(_, grapheme)| {
        used += cells(grapheme, used);
        used > room
    });
    end.map_or(text, |(at, _)| text.split_at(at).0)
}

/// As much of the end as fits into `room` cells; tabs count one stop.
fn take_end(text: &str, room: usize) -> &str {
    let mut used = 0;
    let start = text.grapheme_indices(true).rev().find(|(_, grapheme)| {
        used += cells(grapheme, 0);
        used > room
    });
    start.map_or(text, |(at, grapheme)| text.split_at(at + grapheme.len()).1)
}

/// The lines of a text at `room` cells: broken at blanks, inside a word only where it is longer than
/// a line. Newlines break too. At least one line.
pub fn wrap(text: &str, room: usize) -> Vec<&str> {
    let room = room.max(1);
    text.split('\n').flat_map(|line| wrap_line(line.trim_end_matches('\r'), room)).collect()
}

fn wrap_line(line: &str, room: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = line;
    // Looked at as far as a line of the screen reaches, each time: a text may be one line of megabytes.
    while take_start(rest, room).len() < rest.len() {
        let (head, tail) = rest.split_at(break_at(rest, room));
        lines.push(head.trim_end_matches(' '));
        rest = tail.trim_start_matches(' ');
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Where to break a text that is wider than `room`: after the last blank, slash or comma that leaves
/// a line at least half full, else where it is full; at least one grapheme on.
fn break_at(text: &str, room: usize) -> usize {
    let full = take_start(text, room);
    let next_is_blank = text.split_at(full.len()).1.starts_with(' ');
    if next_is_blank && !full.is_empty() {
        return full.len();
    }
    let after = |breaks: &[char]| full.rfind(breaks).map(|at| at + 1).filter(|at| *at > full.len() / 3);
    let first = || text.graphemes(true).next().map_or(text.len(), str::len);
    after(&[' '])
        .or_else(|| after(&['/', ',', '@', ':']))
        .or_else(|| after(&['.', '-', '_']))
        .unwrap_or_else(|| full.len().max(first()))
}

/// Puts one line of text at a place, cut at `room` cells and at the buffer's edge; the cells used.
pub fn put(buf: &mut Buffer, (x, y): (u16, u16), text: &str, room: usize, style: Style) -> u16 {
    let area = buf.area;
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
        return 0;
    }
    let room = room.min(usize::from(area.right() - x));
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = cells(grapheme, used);
        if used + wide > room {
            break;
        }
        let shown = if grapheme == "\t" { " " } else { visible(grapheme) };
        put_grapheme(buf, (x + narrow(used), y), shown, wide, style);
        used += wide;
    }
    narrow(used)
}

/// Fills the cells of one grapheme; the place and width are inside the buffer.
fn put_grapheme(buf: &mut Buffer, (x, y): (u16, u16), shown: &str, wide: usize, style: Style) {
    for offset in 0..narrow(wide) {
        let symbol = if offset == 0 { shown } else { " " };
        if let Some(cell) = buf.cell_mut((x + offset, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}

/// A grapheme of a line while it is drawn: where it is and how many come before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    pub byte: usize,
    /// Counts characters.
    pub char: usize,
    /// Counts graphemes.
    pub grapheme: usize,
}

/// Puts the part of one line of text that is in a range of its cells, each grapheme in a style of its own; the
/// cells used. A wide grapheme cut in half by the edge is left out; `tab` marks where a tab begins.
pub fn put_styled(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    text: &str,
    part: Range<usize>,
    tab: &str,
    mut style: impl FnMut(At) -> Style,
) -> u16 {
    let area = buf.area;
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
        return 0;
    }
    let left = part.start;
    let end = part.end.min(left + usize::from(area.right() - x));
    let (mut column, mut char) = (0, 0);
    for (grapheme, (byte, text)) in text.grapheme_indices(true).enumerate() {
        let wide = cells(text, column);
        if column + wide > end {
            break;
        }
        if column >= left {
            let shown = if text == "\t" { tab } else { visible(text) };
            put_grapheme(buf, (x + narrow(column - left), y), shown, wide, style(At { byte, char, grapheme }));
        }
        char += text.chars().count();
        column += wide;
    }
    narrow(column.saturating_sub(left))
}

/// Puts the spans of a line one after the other; the cells used.
pub fn put_line(buf: &mut Buffer, (x, y): (u16, u16), line: &Line<'_>, room: usize) -> u16 {
    let mut used = 0;
    for span in &line.spans {
        let left = room.saturating_sub(usize::from(used));
        used += put(buf, (x.saturating_add(used), y), &span.content, left, line.style.patch(span.style));
    }
    used
}

/// The cells a line takes.
pub fn line_width(line: &Line<'_>) -> usize {
    line.spans.iter().map(|span| width(&span.content)).sum()
}

/// Puts an ellipsis into the last cell of a row, whose text goes on.
pub fn mark_cut(buf: &mut Buffer, row: Rect, styles: &Styles) {
    if !row.is_empty() {
        put(buf, (row.right() - 1, row.y), styles.glyphs.ellipsis, 1, styles.dim());
    }
}

/// What a buffer says, row by row; a wide grapheme stands for its two cells.
pub fn rows(buf: &Buffer) -> Vec<String> {
    let row = |y| {
        let mut row = String::new();
        let mut x = buf.area.left();
        while x < buf.area.right() {
            let symbol = buf.cell((x, y)).map_or(" ", |cell| cell.symbol());
            row.push_str(symbol);
            x += symbol.cell_width().max(1);
        }
        row
    };
    (buf.area.top()..buf.area.bottom()).map(row).collect()
}

/// Fills cells with a style and blanks.
pub fn fill(buf: &mut Buffer, area: Rect, style: Style) {
    let area = clip(area, buf);
    for position in area.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
            cell.set_style(style);
        }
    }
}

/// The rectangle as far as it lies in the buffer.
pub fn clip(area: Rect, buf: &Buffer) -> Rect {
    area.intersection(buf.area)
}

/// How many cells of a row of `area` there are from `x` on.
pub fn room(area: Rect, x: u16) -> usize {
    usize::from(area.right().saturating_sub(x).min(area.width))
}

/// A count of cells as the screen counts them.
pub fn narrow(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_cut_where_asked() {
        assert_eq!(fit("abcdef", 6, Cut::End, "…"), "abcdef");
        assert_eq!(fit("abcdef", 4, Cut::End, "…"), "abc…");
        assert_eq!(fit("abcdef", 4, Cut::Start, "…"), "…def");
        assert_eq!(fit("abcdef", 4, Cut::Middle, "…"), "ab…f");
        assert_eq!(fit("日本語", 4, Cut::End, "…"), "日…");
        assert_eq!(fit("abc", 0, Cut::End, "…"), "");
    }

    #[test]
    fn words_wrap_and_long_words_break() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("us.gcr.io/project/image", 12), ["us.gcr.io/", "project/", "image"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
        assert_eq!(wrap("", 9), [""]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    #[test]
    fn a_wide_grapheme_is_not_cut_in_half() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 1));
        assert_eq!(put(&mut buf, (0, 0), "日本", 9, Style::new()), 2);
        assert_eq!(buf, Buffer::with_lines(["日 "]));
    }

    proptest! {
        #[test]
        fn a_fitted_text_fits(text in any::<String>(), room in 0usize..20) {
            for cut in [Cut::End, Cut::Middle, Cut::Start] {
                prop_assert!(width(&fit(&text, room, cut, "…")) <= room.max(width(&text).min(room)));
            }
        }

        #[test]
        fn wrapping_loses_nothing_but_blanks(text in "[a-z 日/\u{301}]{0,60}", room in 1usize..20) {
            let kept: String = wrap(&text, room).concat().chars().filter(|c| *c != ' ').collect();
            let all: String = text.chars().filter(|c| *c != ' ').collect();
            prop_assert_eq!(kept, all);
        }

        #[test]
        fn put_stays_inside(text in any::<String>(), x in 0u16..12, y in 0u16..4, room in 0usize..12) {
            let mut buf = Buffer::empty(Rect::new(2, 1, 6, 2));
            let used = put(&mut buf, (x, y), &text, room, Style::new());
            prop_assert!(usize::from(used) <= room.min(6));
        }
    }
}
