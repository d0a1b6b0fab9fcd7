//! A text to read: YAML, JSON or plain, with line numbers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{StatefulWidget, Widget};

use crate::highlight::{Highlighter, Syntax, Tokens};
use crate::styles::Styles;
use crate::text::{clip, mark_cut, narrow, put, put_styled};
use crate::theme::Role;
use crate::widgets::scroll::Scroll;
use app::shell::text::width;

/// A text, one row a line; scrolls both ways.
#[derive(Debug, Clone, Copy)]
pub struct CodeView<'a> {
    styles: &'a Styles,
    text: &'a str,
    syntax: Syntax,
}

/// One line, counted from 1, as it is coloured.
struct CodeLine<'a> {
    number: usize,
    text: &'a str,
    tokens: Tokens,
}

impl<'a> CodeView<'a> {
    pub const fn new(styles: &'a Styles, text: &'a str, syntax: Syntax) -> Self {
        Self { styles, text, syntax }
    }

    /// The rows it takes.
    pub fn height(&self) -> usize {
        self.text.lines().count()
    }

    /// The cells that its longest line takes, its number included.
    pub fn width(&self) -> usize {
        self.gutter() + self.text.lines().map(width).max().unwrap_or(0)
    }

    /// The cells of the numbers.
    fn gutter(&self) -> usize {
        self.height().to_string().len().max(2) + 2
    }

    fn draw_line(&self, line: &CodeLine<'_>, gutter: usize, area: Rect, left: usize, buf: &mut Buffer) {
        let number = format!("{:>width$}", line.number, width = gutter - 2);
        put(buf, (area.x, area.y), &number, usize::from(area.width), self.styles.role(Role::Gutter));
        let room = usize::from(area.width).saturating_sub(gutter);
        let x = area.x.saturating_add(narrow(gutter));
        let mut style = token_style(&line.tokens, self.styles);
        put_styled(buf, (x, area.y), line.text, left..left + room, self.styles.glyphs.tab, |at| style(at.byte));
        if width(line.text) > left + room {
            mark_cut(buf, area, self.styles);
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
        let inner = scroll.with_bar(area, lines.len(), buf, self.styles);
        let gutter = self.gutter();
        let mut highlighter =
            Highlighter::new(self.syntax, scroll.offset, |at| lines.get(at).copied().unwrap_or_default());
        let rows = lines.iter().enumerate().skip(scroll.offset);
        for (y, (at, text)) in (inner.y..inner.bottom()).zip(rows) {
            let row = Rect { y, height: 1, ..inner };
            let line = CodeLine { number: at + 1, text, tokens: highlighter.line(text) };
            self.draw_line(&line, gutter, row, scroll.left, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_numbers_and_go_on_at_the_side() {
        let styles = Styles::default();
        let view = CodeView::new(&styles, "a: 1\nb: 200000\nc: 3\n", Syntax::Yaml);
        let drawn = |offset, left| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
            let mut scroll = Scroll::default();
            (scroll.offset, scroll.left) = (offset, left);
            StatefulWidget::render(&view, buf.area, &mut buf, &mut scroll);
            crate::text::rows(&buf)
        };
        assert_eq!(drawn(0, 0), [" 1  a: 1 ┃", " 2  b: 2…│"]);
        assert_eq!(drawn(9, 4), [" 2  00000│", " 3       ┃"]);
        assert_eq!((view.height(), view.width()), (3, 13));
    }
}
