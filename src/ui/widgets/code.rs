//! A text to read: YAML, JSON or plain, with line numbers.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{StatefulWidget, Widget};

use crate::ui::highlight::{Highlighter, Syntax, Tokens};
use crate::ui::styles::Styles;
use crate::ui::text::{clip, narrow, put, put_styled};
use crate::ui::theme::Role;
use crate::ui::widgets::scroll::Scroll;

/// Whether lines have numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Numbers {
    #[default]
    Shown,
    Hidden,
}

/// A text, one row a line; scrolls both ways.
#[derive(Debug, Clone)]
pub struct CodeView<'a> {
    styles: &'a Styles,
    text: &'a str,
    syntax: Syntax,
    numbers: Numbers,
    marked: Range<usize>,
}

impl<'a> CodeView<'a> {
    pub const fn new(styles: &'a Styles, text: &'a str, syntax: Syntax) -> Self {
        Self { styles, text, syntax, numbers: Numbers::Shown, marked: 0..0 }
    }

    #[must_use]
    pub const fn numbers(mut self, numbers: Numbers) -> Self {
        self.numbers = numbers;
        self
    }

    /// Lines (from 0) that are painted as selected and kept in view.
    #[must_use]
    pub const fn marked(mut self, lines: Range<usize>) -> Self {
        self.marked = lines;
        self
    }

    fn draw_line(
        &self,
        (at, text): (usize, &str),
        tokens: &Tokens,
        gutter: usize,
        area: Rect,
        left: usize,
        buf: &mut Buffer,
    ) {
        if gutter > 0 {
            let number = format!("{:>width$}", at + 1, width = gutter - 2);
            let role = if self.marked.contains(&at) { Role::GutterCurrent } else { Role::Gutter };
            put(buf, (area.x, area.y), &number, usize::from(area.width), self.styles.role(role));
        }
        let room = usize::from(area.width).saturating_sub(gutter);
        let x = area.x.saturating_add(narrow(gutter));
        let mut style = token_style(tokens, self.styles);
        put_styled(buf, (x, area.y), text, (left, room), self.styles.glyphs.tab, |at| style(at.byte));
        if self.marked.contains(&at) {
            buf.set_style(area, self.styles.role(Role::Selection));
        }
    }
}

/// The style of each byte of a line, asked for in order.
pub(super) fn token_style<'a>(tokens: &'a Tokens, styles: &'a Styles) -> impl FnMut(usize) -> Style + 'a {
    let mut rest = tokens.as_slice();
    move |byte| {
        while let Some(((range, _), after)) = rest.split_first()
            && range.end <= byte
        {
            rest = after;
        }
        rest.first()
            .filter(|(range, _)| range.contains(&byte))
            .map_or_else(|| styles.text(), |(_, token)| token.style(styles))
    }
}

impl Widget for &CodeView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        StatefulWidget::render(self, area, buf, &mut Scroll::default());
    }
}

impl StatefulWidget for &CodeView<'_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        let lines: Vec<&str> = self.text.lines().collect();
        scroll.fit(area, lines.len());
        if !self.marked.is_empty() {
            scroll.follow_range(self.marked.start, self.marked.end);
        }
        let inner = scroll.with_bar(area, lines.len(), buf, self.styles);
        let gutter = match self.numbers {
            Numbers::Shown => lines.len().to_string().len().max(2) + 2,
            Numbers::Hidden => 0,
        };
        let mut highlighter =
            Highlighter::new(self.syntax, scroll.offset, |at| lines.get(at).copied().unwrap_or_default());
        let rows = lines.iter().enumerate().skip(scroll.offset);
        for (y, (at, line)) in (inner.y..inner.bottom()).zip(rows) {
            let row = Rect { y, height: 1, ..inner };
            self.draw_line((at, line), &highlighter.line(line), gutter, row, scroll.left, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_numbers_and_scroll_to_what_is_marked() {
        let styles = Styles::default();
        let view = CodeView::new(&styles, "a: 1\nb: 2\nc: 3\n", Syntax::Yaml).marked(2..3);
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
        Widget::render(&view, buf.area, &mut buf);
        assert_eq!(crate::ui::text::rows(&buf), [" 2  b: 2 │", " 3  c: 3 ┃"]);
    }
}
