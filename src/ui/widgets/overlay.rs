//! A box over the page: centred, with a shadow, as large as its content and the screen allow.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Widget};

use crate::styles::Styles;
use crate::text::{Cut, clip, fill, fit, put};
use crate::theme::Role;

/// The frame of an overlay.
#[derive(Debug, Clone, Copy)]
pub struct Overlay<'a> {
    pub styles: &'a Styles,
    pub title: &'a str,
    /// What the box wants for its content.
    pub width: u16,
    pub height: u16,
}

impl Overlay<'_> {
    /// The box on a screen: its content, a blank column at each side and the border, centred and a
    /// little above the middle; on a small screen all but one cell at each side.
    pub fn area(&self, screen: Rect) -> Rect {
        let width = self.width.saturating_add(4).min(screen.width.saturating_sub(2));
        let height = self.height.saturating_add(2).min(screen.height.saturating_sub(2));
        let x = screen.x + (screen.width - width) / 2;
        let y = screen.y + (screen.height - height) * 2 / 5;
        Rect { x, y, width, height }
    }

    /// The content's place on a screen.
    pub fn inner(&self, screen: Rect) -> Rect {
        let inner = Block::bordered().inner(self.area(screen));
        let side = u16::from(inner.width > 4);
        Rect { x: inner.x + side, width: inner.width - 2 * side, ..inner }
    }
}

/// Draws over the whole `area`, which is the screen.
impl Widget for &Overlay<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let screen = clip(area, buf);
        let frame = self.area(screen);
        if frame.is_empty() {
            return;
        }
        let shadow = Rect { x: frame.x + 2, y: frame.y + 1, ..frame }.intersection(screen);
        recolor(buf, shadow, self.styles.role(Role::OverlayShadow));
        let ground = self.styles.background().patch(self.styles.role(Role::OverlayBackground));
        fill(buf, frame, ground);
        Block::bordered()
            .border_set(self.styles.glyphs.border)
            .border_style(self.styles.role(Role::OverlayBorder))
            .render(frame, buf);
        if frame.width > 6 && !self.title.is_empty() {
            let title = fit(self.title, usize::from(frame.width) - 4, Cut::End, self.styles.glyphs.ellipsis);
            put(
                buf,
                (frame.x + 1, frame.y),
                &format!(" {title} "),
                usize::from(frame.width) - 2,
                self.styles.role(Role::OverlayTitle),
            );
        }
    }
}

/// Gives the cells one look and leaves what they say.
fn recolor(buf: &mut Buffer, area: Rect, style: Style) {
    for position in area.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            let symbol = cell.symbol().to_owned();
            cell.reset();
            cell.set_symbol(&symbol).set_style(style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_adapts_to_the_screen() {
        let styles = Styles::default();
        let overlay = Overlay { styles: &styles, title: "Confirm", width: 60, height: 10 };
        assert_eq!(overlay.area(Rect::new(0, 0, 120, 40)), Rect::new(28, 11, 64, 12));
        assert_eq!(overlay.area(Rect::new(0, 0, 40, 8)), Rect::new(1, 0, 38, 6));
        assert_eq!(overlay.inner(Rect::new(0, 0, 120, 40)), Rect::new(30, 12, 60, 10));
        assert!(overlay.area(Rect::new(0, 0, 1, 1)).is_empty());
    }
}
