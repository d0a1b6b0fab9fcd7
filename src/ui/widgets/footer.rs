//! The last line: what the keys do here, the most useful first, and how things stand.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::styles::Styles;
use crate::text::{clip, fill, line_width, narrow, put, put_line, room};
use crate::theme::Role;
use app::shell::text::width;

/// One key and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint<'a> {
    pub key: &'a str,
    pub label: &'a str,
    /// A key that does nothing now is shown, but quietly.
    pub enabled: bool,
}

impl Hint<'_> {
    fn width(&self) -> usize {
        width(self.key) + 1 + width(self.label)
    }
}

/// Hints in the order of their weight, cut with an ellipsis, and a status at the right.
#[derive(Debug, Clone)]
pub struct Footer<'a> {
    pub styles: &'a Styles,
    pub hints: &'a [Hint<'a>],
    pub status: Line<'a>,
}

/// Cells between two hints.
const GAP: usize = 2;

impl Footer<'_> {
    /// Which hints fit into a width: each one's index, first cell and width.
    fn layout(&self, area: Rect) -> Vec<(usize, u16, usize)> {
        let room = usize::from(area.width).saturating_sub(2 + self.status_room(area));
        let mut x = 1;
        let mut places = Vec::new();
        for (at, hint) in self.hints.iter().enumerate() {
            let more = if at + 1 < self.hints.len() { GAP + 1 } else { 0 };
            if x + hint.width() + more > room + 1 {
                break;
            }
            places.push((at, area.x.saturating_add(narrow(x)), hint.width()));
            x += hint.width() + GAP;
        }
        places
    }

    /// The status takes no more than half.
    fn status_room(&self, area: Rect) -> usize {
        match line_width(&self.status) {
            0 => 0,
            wide => (wide + GAP).min(usize::from(area.width) / 2),
        }
    }

    /// The hint at a place of the screen, for the mouse.
    pub fn hint_at(&self, area: Rect, at: Position) -> Option<usize> {
        let hits = |(_, x, wide): &(usize, u16, usize)| (*x..x.saturating_add(narrow(*wide))).contains(&at.x);
        self.layout(area).into_iter().find(|place| at.y == area.y && hits(place)).map(|(hint, _, _)| hint)
    }
}

impl Widget for &Footer<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(Rect { height: area.height.min(1), ..area }, buf);
        if area.is_empty() {
            return;
        }
        fill(buf, area, self.styles.role(Role::Footer));
        let places = self.layout(area);
        let mut end = area.x + 1;
        for (at, x, wide) in &places {
            let Some(hint) = self.hints.get(*at) else { continue };
            let (key, label) =
                if hint.enabled { (Role::Key, Role::KeyLabel) } else { (Role::KeyDisabled, Role::KeyDisabled) };
            let used = put(buf, (*x, area.y), hint.key, room(area, *x), self.styles.role(key));
            let x = x.saturating_add(used + 1);
            put(buf, (x, area.y), hint.label, room(area, x), self.styles.role(label));
            end = end.saturating_add(narrow(wide + GAP));
        }
        if places.len() < self.hints.len() {
            put(buf, (end, area.y), self.styles.glyphs.ellipsis, room(area, end), self.styles.role(Role::KeyDisabled));
        }
        let wide = self.status_room(area).saturating_sub(1).min(line_width(&self.status));
        put_line(buf, (area.right().saturating_sub(narrow(wide + 1)), area.y), &self.status, wide);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HINTS: [Hint<'static>; 3] = [
        Hint { key: "^S", label: "import…", enabled: true },
        Hint { key: "i", label: "image", enabled: true },
        Hint { key: "?", label: "help", enabled: false },
    ];

    fn drawn(width: u16) -> String {
        let styles = Styles::default();
        let footer = Footer { styles: &styles, hints: &HINTS, status: Line::from("sandbox ready") };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        footer.render(buf.area, &mut buf);
        crate::text::rows(&buf).concat()
    }

    #[test]
    fn hints_are_cut_by_their_weight() {
        assert_eq!(drawn(45), " ^S import…  i image  ? help   sandbox ready ");
        assert_eq!(drawn(40), " ^S import…  i image  …   sandbox ready ");
        assert_eq!(drawn(8), " …  san ");
    }

    #[test]
    fn the_mouse_finds_a_hint() {
        let styles = Styles::default();
        let footer = Footer { styles: &styles, hints: &HINTS, status: Line::default() };
        let area = Rect::new(0, 9, 60, 1);
        assert_eq!(footer.hint_at(area, Position::new(1, 9)), Some(0));
        assert_eq!(footer.hint_at(area, Position::new(13, 9)), Some(1));
        assert_eq!(footer.hint_at(area, Position::new(12, 9)), None);
        assert_eq!(footer.hint_at(area, Position::new(1, 8)), None);
    }
}
