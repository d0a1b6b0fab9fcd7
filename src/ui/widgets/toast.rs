//! A notice at the lower right, over the page, for what happened just now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Widget};

use crate::app::text::width;
use crate::ui::styles::{Styles, Tone};
use crate::ui::text::{clip, fill, narrow, put, wrap};
use crate::ui::theme::Role;

/// A notice of a few lines.
#[derive(Debug, Clone, Copy)]
pub struct Toast<'a> {
    pub styles: &'a Styles,
    pub tone: Tone,
    pub text: &'a str,
}

/// The widest text of a toast.
const MAX_TEXT: usize = 56;

impl Toast<'_> {
    fn lines(&self, page: Rect) -> Vec<&str> {
        wrap(self.text, MAX_TEXT.min(usize::from(page.width.saturating_sub(8))))
    }

    /// Where it is drawn over a page.
    pub fn area(&self, page: Rect) -> Rect {
        let lines = self.lines(page);
        let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0) + 6;
        let (width, height) = (narrow(wide).min(page.width), narrow(lines.len() + 2).min(page.height));
        Rect { x: page.right() - width, y: page.bottom() - height, width, height }
    }
}

/// Draws over the whole `area`, which is the page.
impl Widget for &Toast<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let page = clip(area, buf);
        let area = self.area(page);
        if area.width < 8 || area.height < 3 {
            return;
        }
        let mark = self.styles.notice(self.tone);
        let ground = self.styles.background().patch(self.styles.role(Role::OverlayBackground));
        fill(buf, area, ground);
        Block::bordered().border_set(self.styles.glyphs.border).border_style(mark.style).render(area, buf);
        put(buf, (area.x + 2, area.y + 1), mark.glyph, 1, mark.style);
        for (y, line) in (area.y + 1..area.bottom() - 1).zip(self.lines(page)) {
            put(buf, (area.x + 4, y), line, usize::from(area.width) - 5, self.styles.text());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_large_as_its_text() {
        let styles = Styles::default();
        let toast = Toast { styles: &styles, tone: Tone::Success, text: "Policy imported" };
        let mut buf = Buffer::empty(Rect::new(0, 0, 30, 4));
        toast.render(buf.area, &mut buf);
        let rows: Vec<_> = crate::ui::text::rows(&buf).iter().map(|row| row.trim_start().to_owned()).collect();
        assert_eq!(rows, ["", "┌───────────────────┐", "│ ✓ Policy imported │", "└───────────────────┘"]);
    }
}
