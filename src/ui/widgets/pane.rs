//! A box of the page: border, title, what it counts, how old it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use crate::ui::styles::{Focus, Styles};
use crate::ui::text::{Cut, clip, fit, line_width, narrow, put, put_line};
use crate::ui::theme::Role;

/// The frame of a pane. Panes that overlap by one row or column share that border.
///
/// ```text
/// ┌ policy.yaml ● ────────────── 3 of 12 · 2 min ago ┐
/// └──────────────────────────────────────── etag 5f ─┘
/// ```
#[derive(Debug, Clone)]
pub struct Pane<'a> {
    styles: &'a Styles,
    title: &'a str,
    focus: Focus,
    dirty: bool,
    count: Option<String>,
    filter: Option<&'a str>,
    note: Option<Line<'a>>,
    foot: Option<Line<'a>>,
    spinner: Option<usize>,
}

impl<'a> Pane<'a> {
    pub const fn new(styles: &'a Styles, title: &'a str) -> Self {
        let (count, filter, note, foot, spinner) = (None, None, None, None, None);
        Self { styles, title, focus: Focus::Away, dirty: false, count, filter, note, foot, spinner }
    }

    #[must_use]
    pub const fn focus(mut self, focus: Focus) -> Self {
        self.focus = focus;
        self
    }

    /// Marks the content as edited and not saved.
    #[must_use]
    pub const fn dirty(mut self, dirty: bool) -> Self {
        self.dirty = dirty;
        self
    }

    /// How many there are, behind the title.
    #[must_use]
    pub fn count(mut self, count: usize) -> Self {
        self.count = Some(count.to_string());
        self
    }

    /// The filter in force and how many of how many it leaves.
    #[must_use]
    pub fn filter(mut self, filter: &'a str, left: usize, all: usize) -> Self {
        if !filter.is_empty() {
            self.filter = Some(filter);
            self.count = Some(format!("{left} of {all}"));
        }
        self
    }

    /// What stands at the right of the title, such as the content's age.
    #[must_use]
    pub fn note(mut self, note: impl Into<Line<'a>>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// What stands at the right of the bottom border.
    #[must_use]
    pub fn foot(mut self, foot: impl Into<Line<'a>>) -> Self {
        self.foot = Some(foot.into());
        self
    }

    /// The content is being fetched anew: a spinner after so many steps.
    #[must_use]
    pub const fn busy(mut self, step: Option<usize>) -> Self {
        self.spinner = step;
        self
    }

    /// What is left inside the border.
    pub fn inner(&self, area: Rect) -> Rect {
        Block::bordered().inner(area)
    }

    fn heading(&self, room: usize) -> Line<'a> {
        let (styles, glyphs) = (self.styles, self.styles.glyphs);
        let mut spans = Vec::new();
        if let Some(count) = &self.count {
            spans.push(Span::styled(format!(" {count}"), styles.role(Role::PaneNote)));
        }
        if let Some(filter) = self.filter {
            spans.push(Span::styled(format!(" /{filter}"), styles.code()));
        }
        if self.dirty {
            spans.push(Span::styled(format!(" {}", glyphs.dirty), styles.role(Role::BadgeDirty)));
        }
        if let Some(step) = self.spinner {
            spans.push(Span::styled(format!(" {}", glyphs.spinner(step)), styles.busy()));
        }
        let rest = spans.iter().map(|span| crate::app::text::width(&span.content)).sum::<usize>();
        let title = fit(self.title, room.saturating_sub(rest), Cut::End, glyphs.ellipsis).into_owned();
        spans.insert(0, Span::styled(title, styles.pane_title(self.focus)));
        Line::from(spans)
    }

    /// Puts ` text ` at the right of a border row, if it leaves `taken` cells and a piece of border.
    fn put_right(&self, buf: &mut Buffer, area: Rect, y: u16, line: &Line<'_>, taken: usize) {
        let width = line_width(line);
        if taken + width + 6 <= usize::from(area.width) {
            self.put_padded(buf, (area.right() - 4 - narrow(width), y), line, width);
        }
    }

    fn put_padded(&self, buf: &mut Buffer, (x, y): (u16, u16), line: &Line<'_>, width: usize) {
        let quiet = self.styles.role(Role::PaneNote);
        put(buf, (x, y), " ", 1, quiet);
        let line = line.clone().style(quiet.patch(line.style));
        let used = put_line(buf, (x + 1, y), &line, width);
        put(buf, (x + 1 + used, y), " ", 1, quiet);
    }
}

impl Widget for &Pane<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(area, buf);
        Block::bordered()
            .border_set(self.styles.glyphs.border)
            .border_style(self.styles.pane_border(self.focus))
            .merge_borders(MergeStrategy::Exact)
            .render(area, buf);
        if area.width < 5 || area.height == 0 {
            return;
        }
        let heading = self.heading(usize::from(area.width) - 4);
        let width = line_width(&heading).min(usize::from(area.width) - 4);
        self.put_padded(buf, (area.x + 1, area.y), &heading, width);
        if let Some(note) = &self.note {
            self.put_right(buf, area, area.y, note, width + 2);
        }
        if let Some(foot) = self.foot.as_ref().filter(|_| area.height > 1) {
            self.put_right(buf, area, area.bottom() - 1, foot, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pane: &Pane<'_>, width: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 2));
        pane.render(buf.area, &mut buf);
        crate::ui::text::rows(&buf).join("\n")
    }

    #[test]
    fn the_title_gives_way_and_the_note_goes_first() {
        let styles = Styles::default();
        let pane = Pane::new(&styles, "policy.yaml").dirty(true).note("2 min ago").foot("etag 5f");
        assert_eq!(drawn(&pane, 32), "┌ policy.yaml ● ─── 2 min ago ─┐\n└──────────────────── etag 5f ─┘");
        assert_eq!(drawn(&pane, 20), "┌ policy.yaml ● ───┐\n└──────── etag 5f ─┘");
        assert_eq!(drawn(&pane, 12), "┌ polic… ● ┐\n└──────────┘");
        assert_eq!(drawn(&pane, 3), "┌─┐\n└─┘");
    }

    #[test]
    fn panes_that_overlap_share_a_border() {
        let styles = Styles::default();
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 5));
        Pane::new(&styles, "A").render(Rect::new(0, 0, 12, 3), &mut buf);
        Pane::new(&styles, "B").count(2).render(Rect::new(0, 2, 12, 3), &mut buf);
        let expected = ["┌ A ───────┐", "│          │", "├ B 2 ─────┤", "│          │", "└──────────┘"];
        assert_eq!(crate::ui::text::rows(&buf), expected);
    }
}
