//! A question before something is done: what exactly will happen, and the answers.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use crate::styles::Styles;
use crate::text::{clip, narrow, put};
use crate::theme::Role;
use app::shell::text::width;

/// How an answer looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    #[default]
    Usual,
    /// The answer destroys something, or opens the gate.
    Danger,
}

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    pub key: &'a str,
    pub label: &'a str,
    pub weight: Weight,
}

/// The row of answers below the body, at the right; one of them is focused.
///
/// ```text
///                                            Enter Import    Esc Cancel
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    pub styles: &'a Styles,
    pub answers: &'a [Answer<'a>],
    pub focused: usize,
}

impl Answers<'_> {
    /// ` Enter Import `, and a blank to the next.
    fn widths(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.answers.iter().map(|answer| width(answer.key) + width(answer.label) + 3)
    }

    fn starts(&self, area: Rect) -> Vec<(u16, usize)> {
        let all = self.widths().sum::<usize>() + self.answers.len().saturating_sub(1);
        let mut x = usize::from(area.width).saturating_sub(all);
        let mut starts = Vec::new();
        for wide in self.widths() {
            starts.push((area.x.saturating_add(narrow(x)), wide));
            x += wide + 1;
        }
        starts
    }

    /// The answer at a place of the screen, for the mouse.
    pub fn answer_at(&self, area: Rect, at: Position) -> Option<usize> {
        let hits = |(x, wide): &(u16, usize)| (*x..x.saturating_add(narrow(*wide))).contains(&at.x);
        self.starts(area).iter().position(|place| at.y == area.y && hits(place))
    }
}

impl Widget for &Answers<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = clip(Rect { height: area.height.min(1), ..area }, buf);
        if area.is_empty() {
            return;
        }
        for (at, (answer, (x, wide))) in self.answers.iter().zip(self.starts(area)).enumerate() {
            let room = wide.min(usize::from(area.right().saturating_sub(x)));
            let role = match (at == self.focused, answer.weight) {
                (false, _) => Role::Button,
                (true, Weight::Usual) => Role::ButtonFocused,
                (true, Weight::Danger) => Role::ButtonDanger,
            };
            put(buf, (x, area.y), &format!(" {} {} ", answer.key, answer.label), room, self.styles.role(role));
        }
    }
}

/// Splits the inside of a question's box: the body, a blank row, the answers.
pub fn layout(inner: Rect) -> (Rect, Rect) {
    let answers = Rect { y: inner.bottom().saturating_sub(1).max(inner.y), height: inner.height.min(1), ..inner };
    (Rect { height: inner.height.saturating_sub(2), ..inner }, answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stand_at_the_right_and_can_be_clicked() {
        let styles = Styles::default();
        let answers = [
            Answer { key: "Enter", label: "Import", weight: Weight::Danger },
            Answer { key: "Esc", label: "Cancel", weight: Weight::Usual },
        ];
        let row = Answers { styles: &styles, answers: &answers, focused: 0 };
        let mut buf = Buffer::empty(Rect::new(0, 0, 32, 1));
        row.render(buf.area, &mut buf);
        assert_eq!(crate::text::rows(&buf), ["      Enter Import   Esc Cancel "]);
        assert_eq!(row.answer_at(buf.area, Position::new(5, 0)), Some(0));
        assert_eq!(row.answer_at(buf.area, Position::new(30, 0)), Some(1));
        assert_eq!(row.answer_at(buf.area, Position::new(0, 0)), None);
    }

    #[test]
    fn the_answers_have_the_last_row() {
        assert_eq!(layout(Rect::new(1, 2, 9, 6)), (Rect::new(1, 2, 9, 4), Rect::new(1, 7, 9, 1)));
        assert_eq!(layout(Rect::new(1, 2, 9, 0)).1.height, 0);
    }
}
