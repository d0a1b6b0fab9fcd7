//! A box of the page: border, title, what it counts, how old it is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::symbols::merge::MergeStrategy;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use crate::styles::{Focus, Styles};
use crate::text::{Cut, clip, fit, line_width, narrow, put_line};
use crate::theme::Role;

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
    warning: Option<Span<'a>>,
}

impl<'a> Pane<'a> {
    pub const fn new(styles: &'a Styles, title: &'a str) -> Self {
        let (count, filter, note, foot, spinner, warning) = (None, None, None, None, None, None);
        Self { styles, title, focus: Focus::Away, dirty: false, count, filter, note, foot, spinner, warning }
    }

    #[must_use]
    pub const fn focus(mut self, focus: Focus) -> Self {
        self.focus = focus;
        self
    }

    /// Marks the content as edited and not saved.
    #[must_use]
    pub const fn dirty(mut self) -> Self {
        self.dirty = true;
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

    /// What is to be noticed, behind the count.
    #[must_use]
    pub fn warning(mut self, warning: Span<'a>) -> Self {
        self.warning = Some(warning);
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

    /// The content is being fetched anew: a spinner after this many steps.
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
        if let Some(warning) = &self.warning {
            spans.push(Span::styled(format!(" {} ", glyphs.separator), styles.role(Role::PaneNote)));
            spans.push(warning.clone());
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
        let rest = spans.iter().map(|span| app::shell::text::width(&span.content)).sum::<usize>();
        let title = fit(self.title, room.saturating_sub(rest), Cut::End, glyphs.ellipsis).into_owned();
        spans.insert(0, Span::styled(title, styles.pane_title(self.focus)));
        Line::from(spans)
    }

    /// Puts ` text ` at the right of a border row, if it leaves `taken` cells and a piece of border.
    fn put_right(&self, buf: &mut Buffer, area: Rect, y: u16, line: &Line<'_>, taken: usize) {
        let width = line_width(line);
        if width > 0 && taken + width + 6 <= usize::from(area.width) {
            self.put_padded(buf, (area.right() - 4 - narrow(width), y), line, width);
        }
    }

    fn put_padded(&self, buf: &mut Buffer, (x, y): (u16, u16), line: &Line<'_>, width: usize) {
        self.clear(Rect { x, y, width: narrow(width + 2), height: 1 }, buf);
        let line = line.clone().style(self.styles.role(Role::PaneNote).patch(line.style));
        put_line(buf, (x + 1, y), &line, width);
    }

    /// Takes the border out of cells, and leaves the ground.
    fn clear(&self, area: Rect, buf: &mut Buffer) {
        for at in clip(area, buf).positions() {
            if let Some(cell) = buf.cell_mut(at) {
                let ground = cell.bg;
                cell.reset();
                cell.set_style(self.styles.background()).set_bg(ground);
            }
        }
    }
}

impl Widget for &Pane<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(area, buf);
        self.draw_border(area, buf);
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

impl Pane<'_> {
    /// Joins the border with what is there: where panes share a border it stays in the colour of the
    /// focused one, and what another pane wrote into it stays.
    fn draw_border(&self, area: Rect, buf: &mut Buffer) {
        let style = self.styles.pane_border(self.focus);
        let focused = self.styles.pane_border(Focus::Here);
        let mut own = Buffer::empty(area);
        Block::bordered().border_set(self.styles.glyphs.border).render(area, &mut own);
        let inner = self.inner(area);
        for at in area.positions().filter(|at| !inner.contains(*at)) {
            let Some(before) = buf.cell(at).map(|cell| cell.symbol().to_owned()) else { continue };
            let is_line = is_line(&before);
            let written = !is_line && (before != " " || is_beside_text(area, at, buf));
            let (Some(cell), Some(own)) = (buf.cell_mut(at).filter(|_| !written), own.cell(at)) else { continue };
            let shared =
                is_line && cell.fg == focused.fg.unwrap_or_default() && cell.modifier.contains(focused.add_modifier);
            cell.set_symbol(if is_line { MergeStrategy::Exact.merge(&before, own.symbol()) } else { own.symbol() });
            if self.focus == Focus::Here || !shared {
                cell.set_style(style);
            }
        }
    }
}

/// Whether a blank of the first or last row belongs to what another pane wrote there.
fn is_beside_text(area: Rect, at: Position, buf: &Buffer) -> bool {
    let inside = (area.x + 1..area.right().saturating_sub(1)).contains(&at.x);
    let text = |x: u16| buf.cell((x, at.y)).is_some_and(|cell| cell.symbol() != " " && !is_line(cell.symbol()));
    inside && (at.y == area.y || at.y + 1 == area.bottom()) && (text(at.x - 1) || text(at.x + 1))
}

/// Whether a symbol is a piece of a border.
fn is_line(symbol: &str) -> bool {
    symbol.starts_with(|c| ('\u{2500}'..='\u{257f}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pane: &Pane<'_>, width: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 2));
        pane.render(buf.area, &mut buf);
        crate::text::rows(&buf).join("\n")
    }

    #[test]
    fn the_title_gives_way_and_the_note_goes_first() {
        let styles = Styles::default();
        let pane = Pane::new(&styles, "policy.yaml").dirty().note("2 min ago").foot("etag 5f");
        assert_eq!(drawn(&pane, 32), "┌ policy.yaml ● ─── 2 min ago ─┐\n└──────────────────── etag 5f ─┘");
        assert_eq!(drawn(&pane, 20), "┌ policy.yaml ● ───┐\n└──────── etag 5f ─┘");
        assert_eq!(drawn(&pane, 12), "┌ polic… ● ┐\n└──────────┘");
        assert_eq!(drawn(&pane, 3), "┌─┐\n└─┘");
    }

    #[test]
    fn panes_that_overlap_share_a_border_in_the_colour_of_the_focused_one() {
        let styles = Styles::default();
        let (upper, lower) = (Rect::new(0, 0, 12, 3), Rect::new(0, 2, 12, 3));
        for focused_first in [true, false] {
            let mut buf = Buffer::empty(Rect::new(0, 0, 12, 5));
            let first = Pane::new(&styles, "A").focus(Focus::Here);
            let second = Pane::new(&styles, "B C").count(2);
            if focused_first {
                first.render(upper, &mut buf);
                second.render(lower, &mut buf);
            } else {
                second.render(lower, &mut buf);
                first.render(upper, &mut buf);
            }
            let expected = ["┌ A ───────┐", "│          │", "├ B C 2 ───┤", "│          │", "└──────────┘"];
            assert_eq!(crate::text::rows(&buf), expected);
            assert_eq!(Some(buf[(0, 2)].fg), styles.pane_border(Focus::Here).fg);
            assert_eq!(Some(buf[(2, 2)].fg), styles.pane_title(Focus::Away).fg);
            assert_eq!(Some(buf[(0, 3)].fg), styles.pane_border(Focus::Away).fg);
        }
    }
}
