//! Work under way: a spinner with words, and a bar where the end is known.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::ui::styles::Styles;
use crate::ui::text::{Cut, clip, fit, narrow, put};
use crate::ui::theme::Role;

/// One line that turns, for so many steps of the tick.
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

/// One line: a bar, the percentage, and what is being done.
///
/// ```text
/// ━━━━━━━━━━━━━━────────────  54 %  54,210 of 100,000 images
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    pub styles: &'a Styles,
    pub done: u64,
    pub all: u64,
    pub label: &'a str,
}

impl Progress<'_> {
    fn percent(&self) -> u64 {
        self.done.min(self.all).saturating_mul(100).checked_div(self.all).unwrap_or(100)
    }
}

impl Widget for &Progress<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(area, buf);
        if area.is_empty() {
            return;
        }
        let glyphs = self.styles.glyphs;
        let words = format!("{:>3} %  {}", self.percent(), self.label);
        let room = usize::from(area.width);
        let bar = room.saturating_sub(crate::app::text::width(&words) + 2).clamp((room / 3).min(40), 40);
        let full = bar * usize::try_from(self.percent()).unwrap_or(100) / 100;
        let used =
            put(buf, (area.x, area.y), &glyphs.progress_done.repeat(full), bar, self.styles.role(Role::ProgressDone));
        let left = glyphs.progress_left.repeat(bar - full);
        put(buf, (area.x + used, area.y), &left, bar - full, self.styles.role(Role::ProgressLeft));
        let words = fit(&words, room.saturating_sub(bar + 2), Cut::End, glyphs.ellipsis);
        put(
            buf,
            (area.x.saturating_add(narrow(bar + 2)), area.y),
            &words,
            room.saturating_sub(bar + 2),
            self.styles.text(),
        );
    }
}
