//! What stands where there is nothing to list: why, and what to do about it.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::styles::{Mark, Styles, Tone};
use crate::text::{clip, line_width, narrow, put_line, wrap};

/// A short note in the middle of an area.
#[derive(Debug, Clone)]
pub struct Placeholder<'a> {
    styles: &'a Styles,
    mark: Option<Mark>,
    title: Cow<'a, str>,
    hint: Cow<'a, str>,
}

impl<'a> Placeholder<'a> {
    /// There is nothing; `hint` says how to make something.
    pub fn empty(styles: &'a Styles, title: impl Into<Cow<'a, str>>, hint: impl Into<Cow<'a, str>>) -> Self {
        Self { styles, mark: None, title: title.into(), hint: hint.into() }
    }

    /// The content is on its way, for this many steps of the spinner.
    pub fn loading(styles: &'a Styles, title: impl Into<Cow<'a, str>>, step: usize) -> Self {
        let mark = Mark { glyph: styles.glyphs.spinner(step), word: "", style: styles.busy() };
        Self { styles, mark: Some(mark), title: title.into(), hint: Cow::Borrowed("") }
    }

    /// The content could not be had: what happened, and what to do.
    pub fn failed(styles: &'a Styles, title: impl Into<Cow<'a, str>>, hint: impl Into<Cow<'a, str>>) -> Self {
        Self { styles, mark: Some(styles.notice(Tone::Error)), title: title.into(), hint: hint.into() }
    }

    fn lines(&self, room: usize) -> Vec<Line<'_>> {
        let title_style = self.mark.map_or_else(|| self.styles.text(), |mark| mark.style);
        let mut lines: Vec<_> =
            wrap(&self.title, room.saturating_sub(2)).into_iter().map(|line| Line::styled(line, title_style)).collect();
        if let (Some(mark), Some(first)) = (self.mark, lines.first_mut()) {
            first.spans.insert(0, Span::raw(format!("{} ", mark.glyph)));
        }
        if !self.hint.is_empty() {
            lines.extend(wrap(&self.hint, room).into_iter().map(|line| Line::styled(line, self.styles.dim())));
        }
        lines
    }
}

impl Widget for &Placeholder<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(area, buf);
        let room = usize::from(area.width.saturating_sub(2)).min(64);
        let lines = self.lines(room);
        let above = usize::from(area.height).saturating_sub(lines.len()) / 3;
        for (y, line) in (area.y + narrow(above)..area.bottom()).zip(&lines) {
            let left = usize::from(area.width).saturating_sub(line_width(line)) / 2;
            put_line(buf, (area.x + narrow(left), y), line, usize::from(area.width) - left);
        }
    }
}
