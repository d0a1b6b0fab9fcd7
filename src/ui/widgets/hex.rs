//! The exact bytes of something, so that nobody signs what they did not see.
//!
//! ```text
//! 0000  7b 22 63 72 69 74 69 63  61 6c 22 3a 7b 0a 20 20  {"critical":{⏎
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{StatefulWidget, Widget};

use crate::styles::Styles;
use crate::text::{clip, put};
use crate::theme::Role;
use crate::widgets::scroll::Scroll;

/// Bytes in hexadecimal and as ASCII; line ends, tabs and all that is no ASCII have a sign.
#[derive(Debug, Clone, Copy)]
pub struct HexView<'a> {
    pub styles: &'a Styles,
    pub bytes: &'a [u8],
}

impl HexView<'_> {
    /// The cells that rows of 16 bytes take.
    pub const WIDTH: u16 = 73;

    /// The rows it takes at a width.
    pub fn height(&self, width: u16) -> usize {
        self.bytes.len().div_ceil(per_row(width))
    }

    fn draw_row(self, at: usize, bytes: &[u8], per_row: usize, row: Rect, buf: &mut Buffer) {
        let mut line = vec![(format!("{at:04x}  "), Role::HexOffset)];
        for column in 0..per_row {
            let gap = if column == 7 { "  " } else { " " };
            let role = |byte: u8| if is_plain(byte) { Role::Text } else { Role::HexControl };
            line.push(match bytes.get(column) {
                Some(byte) => (format!("{byte:02x}{gap}"), role(*byte)),
                None => (format!("  {gap}"), Role::Text),
            });
        }
        line.push((" ".to_owned(), Role::Text));
        line.extend(bytes.iter().map(|byte| self.sign(*byte)).map(|(sign, role)| (sign.to_string(), role)));
        let mut x = row.x;
        for (text, role) in line {
            x += put(buf, (x, row.y), &text, usize::from(row.right().saturating_sub(x)), self.styles.role(role));
        }
    }

    /// How a byte is shown as text.
    fn sign(self, byte: u8) -> (char, Role) {
        let glyphs = self.styles.glyphs;
        let first = |glyph: &str| glyph.chars().next().unwrap_or('.');
        match byte {
            b'\n' => (first(glyphs.newline), Role::HexControl),
            b'\t' => (first(glyphs.tab), Role::HexControl),
            byte if is_plain(byte) => (char::from(byte), Role::Text),
            _ => ('.', Role::HexControl),
        }
    }
}

/// How many bytes stand in a row of this many cells.
fn per_row(room: u16) -> usize {
    match room {
        73.. => 16,
        41.. => 8,
        _ => 4,
    }
}

fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

impl Widget for &HexView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        StatefulWidget::render(self, area, buf, &mut Scroll::default());
    }
}

impl StatefulWidget for &HexView<'_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        let per_row = per_row(area.width);
        let len = self.bytes.len().div_ceil(per_row);
        scroll.fit(area, len);
        let inner = scroll.with_bar(area, len, buf, self.styles);
        let rows = self.bytes.chunks(per_row).enumerate().skip(scroll.offset);
        for (y, (at, bytes)) in (inner.y..inner.bottom()).zip(rows) {
            self.draw_row(at * per_row, bytes, per_row, Rect { y, height: 1, ..inner }, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_their_signs() {
        let styles = Styles::default();
        let view = HexView { styles: &styles, bytes: "{\"a\":\n\té}".as_bytes() };
        let drawn = |width| {
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 2));
            Widget::render(&view, buf.area, &mut buf);
            crate::text::rows(&buf)
        };
        assert_eq!(drawn(74)[0].trim_end(), "0000  7b 22 61 22 3a 0a 09 c3  a9 7d                    {\"a\":⏎→..}");
        assert_eq!(drawn(42)[1].trim_end(), "0008  a9 7d                     .}");
        assert_eq!((view.height(74), view.height(41), view.height(10)), (1, 2, 3));
    }
}
