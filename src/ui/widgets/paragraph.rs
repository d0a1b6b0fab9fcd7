//! Text that wraps at words by the width it takes on the screen.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget, Widget};

use crate::styles::Styles;
use crate::text::{clip, put_line, wrap};
use crate::widgets::scroll::Scroll;
use app::shell::text::width;

/// Lines of styled text, wrapped.
#[derive(Debug, Clone)]
pub struct Paragraph<'a> {
    styles: &'a Styles,
    lines: Cow<'a, [Line<'a>]>,
}

impl<'a> Paragraph<'a> {
    pub fn new(styles: &'a Styles, lines: impl Into<Cow<'a, [Line<'a>]>>) -> Self {
        Self { styles, lines: lines.into() }
    }

    /// A text in one style; its line feeds are kept.
    pub fn text(styles: &'a Styles, text: &'a str, style: Style) -> Self {
        let lines: Vec<_> = text.lines().map(|line| Line::styled(line, style)).collect();
        Self::new(styles, lines)
    }

    /// The rows it takes at a width.
    pub fn height(&self, width: u16) -> usize {
        self.wrapped(width).len()
    }

    fn wrapped(&self, width: u16) -> Vec<Line<'_>> {
        self.lines.iter().flat_map(|line| wrap_line(line, usize::from(width))).collect()
    }
}

/// Wraps a line and keeps the style of each part. What is indented stays so on each of its rows, where there
/// is room for it.
pub fn wrap_line<'a>(line: &'a Line<'_>, room: usize) -> Vec<Line<'a>> {
    let whole: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
    let text = whole.trim_start_matches(' ');
    // A long digest is not cut for it.
    let longest = text.split(' ').map(width).max().unwrap_or(0);
    let has_room = |indent: &usize| longest > 0 && *indent <= room / 2 && longest + indent <= room;
    let indent = Some(whole.len() - text.len()).filter(has_room).unwrap_or(0);
    let mut at = indent;
    let mut rows = Vec::new();
    for part in wrap(whole.get(indent..).unwrap_or_default(), room - indent) {
        // Only blanks and line ends are left out between two parts, so the next is the first found.
        at += whole.get(at..).and_then(|rest| rest.find(part)).unwrap_or(0);
        let mut row = slice_line(line, if rows.is_empty() { 0 } else { at }, at + part.len());
        if indent > 0 && !rows.is_empty() {
            row.spans.insert(0, Span::raw(" ".repeat(indent)));
        }
        rows.push(row);
        at += part.len();
    }
    rows
}

/// The bytes `from..to` of a line, with their styles.
fn slice_line<'a>(line: &'a Line<'_>, from: usize, to: usize) -> Line<'a> {
    let mut at = 0;
    let mut spans = Vec::new();
    for span in &line.spans {
        let (start, end) = (from.max(at), to.min(at + span.content.len()));
        if let Some(part) = start.checked_sub(at).and_then(|start| span.content.get(start..end.saturating_sub(at)))
            && !part.is_empty()
        {
            spans.push(Span::styled(part, span.style));
        }
        at += span.content.len();
    }
    Line::from(spans).style(line.style)
}

impl Widget for &Paragraph<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        StatefulWidget::render(self, area, buf, &mut Scroll::default());
    }
}

impl StatefulWidget for &Paragraph<'_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        let lines = self.wrapped(area.width);
        let narrower = lines.len() > usize::from(area.height) && scroll.has_bar();
        let lines = if narrower { self.wrapped(area.width.saturating_sub(1)) } else { lines };
        scroll.fit(area, lines.len());
        let inner = scroll.with_bar(area, lines.len(), buf, self.styles);
        for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(scroll.offset)) {
            put_line(buf, (inner.x, y), line, usize::from(inner.width));
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Stylize;

    use super::*;

    #[test]
    fn styles_survive_wrapping() {
        let line = Line::from(vec!["one ".into(), "two three".bold()]);
        assert_eq!(wrap_line(&line, 7), [Line::from(vec!["one ".into(), "two".bold()]), Line::from("three".bold())]);
    }

    #[test]
    fn what_is_indented_stays_so_where_there_is_room() {
        let rows = |text: &str, room| {
            let line = Line::from(text.to_owned());
            wrap_line(&line, room).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(rows("  one two three", 9), ["  one two", "  three"]);
        assert_eq!(rows("     one two", 8), ["     one", "two"]);
        assert_eq!(rows("   one sevenxy", 8), ["   one", "sevenxy"], "a word is not cut for it");
        assert_eq!(rows("    ", 2).concat().trim(), "");
    }

    #[test]
    fn a_long_text_gets_a_scrollbar_and_wraps_beside_it() {
        let styles = Styles::default();
        let paragraph = Paragraph::text(&styles, "aaa bbb\nc\nd", Style::new());
        let mut buf = Buffer::empty(Rect::new(0, 0, 7, 2));
        Widget::render(&paragraph, buf.area, &mut buf);
        assert_eq!(crate::text::rows(&buf), ["aaa   ┃", "bbb   │"]);
        assert_eq!(paragraph.height(7), 3);
    }
}
