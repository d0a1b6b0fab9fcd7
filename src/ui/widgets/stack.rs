//! Parts of different kinds, one below the other, that scroll together.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{StatefulWidget, Widget};

use crate::styles::Styles;
use crate::text::{clip, narrow};
use crate::widgets::code::CodeView;
use crate::widgets::diff::DiffView;
use crate::widgets::facts::Facts;
use crate::widgets::hex::HexView;
use crate::widgets::paragraph::Paragraph;
use crate::widgets::scroll::Scroll;

/// One part.
#[derive(Debug, Clone)]
pub enum Part<'a> {
    Text(Paragraph<'a>),
    Code(CodeView<'a>),
    Diff(DiffView<'a>),
    Hex(HexView<'a>),
    Facts(Facts<'a>),
}

impl Part<'_> {
    fn height(&self, width: u16) -> usize {
        match self {
            Self::Text(text) => text.height(width),
            Self::Code(code) => code.height(),
            Self::Hex(hex) => hex.height(width),
            Self::Facts(facts) => facts.height(width),
            Self::Diff(diff) => diff.height(),
        }
    }

    /// How many cells of its longest line have no room: how far it can be scrolled to the side.
    fn hidden_cells(&self, width: u16) -> usize {
        match self {
            Self::Text(_) | Self::Hex(_) | Self::Facts(_) => 0,
            Self::Code(code) => code.width().saturating_sub(usize::from(width)),
            Self::Diff(diff) => diff.width().saturating_sub(usize::from(width)),
        }
    }

    fn draw(&self, area: Rect, scroll: &mut Scroll, buf: &mut Buffer) {
        match self {
            Self::Text(text) => StatefulWidget::render(text, area, buf, scroll),
            Self::Code(code) => StatefulWidget::render(code, area, buf, scroll),
            Self::Hex(hex) => StatefulWidget::render(hex, area, buf, scroll),
            Self::Facts(facts) => StatefulWidget::render(facts, area, buf, scroll),
            Self::Diff(diff) => StatefulWidget::render(diff, area, buf, scroll),
        }
    }
}

/// The parts, and one scrollbar for all.
#[derive(Debug, Clone, Copy)]
pub struct Stack<'s, 'a> {
    pub styles: &'s Styles,
    pub parts: &'s [Part<'a>],
}

impl Stack<'_, '_> {
    /// The rows it takes at a width.
    pub fn height(&self, width: u16) -> usize {
        self.parts.iter().map(|part| part.height(width)).sum()
    }

    /// How far it is of use to scroll to the side in an area.
    pub fn hidden_cells(&self, area: Rect) -> usize {
        let width = self.width(area);
        self.parts.iter().map(|part| part.hidden_cells(width)).max().unwrap_or(0)
    }

    /// The width of the parts: beside the scrollbar, where there is one.
    fn width(&self, area: Rect) -> u16 {
        let scrolls = self.height(area.width) > usize::from(area.height);
        area.width.saturating_sub(u16::from(scrolls && area.width > 3))
    }
}

impl Widget for &Stack<'_, '_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        StatefulWidget::render(self, area, buf, &mut Scroll::default());
    }
}

impl StatefulWidget for &Stack<'_, '_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        let width = self.width(area);
        let height = self.height(width);
        scroll.fit(area, height);
        scroll.with_bar(area, height, buf, self.styles);
        let (mut y, mut above) = (area.y, scroll.offset);
        for part in self.parts {
            let rows = part.height(width);
            let shown = narrow(rows.saturating_sub(above)).min(area.bottom().saturating_sub(y));
            if shown > 0 {
                let mut part_scroll = Scroll::of_a_part(above, scroll.left);
                part.draw(Rect { y, height: shown, width, ..area }, &mut part_scroll, buf);
            }
            y += shown;
            above = above.saturating_sub(rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::rows;
    use app::shell::text_diff::Diff;

    fn drawn(offset: usize, left: usize) -> (Vec<String>, usize) {
        let styles = Styles::default();
        let diff = Diff::new("one\n", "a long line\n", 3);
        let text = |text| Part::Text(Paragraph::text(&styles, text, styles.text()));
        let parts = [text("above the change"), Part::Diff(DiffView { styles: &styles, diff: &diff }), text("below")];
        let stack = Stack { styles: &styles, parts: &parts };
        let mut buf = Buffer::empty(Rect::new(0, 0, 16, 3));
        let mut scroll = Scroll::default();
        (scroll.offset, scroll.left) = (offset, left);
        StatefulWidget::render(&stack, buf.area, &mut buf, &mut scroll);
        (rows(&buf), stack.hidden_cells(buf.area))
    }

    #[test]
    fn all_parts_scroll_under_one_bar() {
        assert_eq!(drawn(0, 0).0, ["above the      ┃", "change         │", " 1    - one    │"]);
        assert_eq!(drawn(1, 0).0, ["change         │", " 1    - one    ┃", "    1 + a long…│"]);
        assert_eq!(drawn(9, 4).0, [" 1    -        │", "    1 + ng line│", "below          ┃"]);
    }

    #[test]
    fn it_says_how_far_it_goes_to_the_side() {
        assert_eq!(drawn(0, 0).1, 4);
    }
}
