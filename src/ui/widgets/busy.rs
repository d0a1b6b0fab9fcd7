//! Work under way: a spinner with words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::styles::Styles;
use crate::text::{Cut, clip, fit, put};

/// One line that turns, for this many steps of the tick.
#[derive(Debug, Clone, Copy)]
pub struct Spinner<'a> {
    pub styles: &'a Styles,
    pub step: usize,
    pub label: &'a str,
}

impl Widget for &Spinner<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(area, buf);
        if area.is_empty() {
            return;
        }
        let room = usize::from(area.width);
        let glyphs = self.styles.glyphs;
        put(buf, (area.x, area.y), glyphs.spinner(self.step), room, self.styles.busy());
        let label = fit(self.label, room.saturating_sub(2), Cut::End, glyphs.ellipsis);
        put(buf, (area.x + 2, area.y), &label, room.saturating_sub(2), self.styles.text());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_turns_and_its_words_are_cut_to_the_room() {
        let styles = Styles::default();
        let drawn = |step, width| {
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
            Spinner { styles: &styles, step, label: "working" }.render(buf.area, &mut buf);
            crate::text::rows(&buf).concat()
        };
        assert_eq!(drawn(0, 9).split_once(' ').map(|(_, words)| words.to_owned()), Some("working".to_owned()));
        assert_ne!(drawn(0, 9), drawn(1, 9));
        assert!(drawn(0, 6).ends_with(" wor…"));
    }
}
