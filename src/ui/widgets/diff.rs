//! A unified diff.
//!
//! ```text
//!  6  6   defaultAdmissionRule:
//!  7    -   evaluationMode: ALWAYS_ALLOW
//!     7 +   evaluationMode: REQUIRE_ATTESTATION
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{StatefulWidget, Widget};

use crate::styles::Styles;
use crate::text::{clip, mark_cut, put, put_styled};
use crate::theme::Role;
use crate::widgets::placeholder::Placeholder;
use crate::widgets::scroll::Scroll;
use app::shell::text::width;
use app::shell::text_diff::{Diff, DiffLine, LineChange};

/// The lines of a diff with their numbers; scrolls both ways.
#[derive(Debug, Clone, Copy)]
pub struct DiffView<'a> {
    pub styles: &'a Styles,
    pub diff: &'a Diff,
}

/// One row: a line, or how many are left out.
enum Row<'a> {
    Line(&'a DiffLine),
    Skipped(usize),
}

impl<'a> DiffView<'a> {
    /// The rows it takes.
    pub fn height(&self) -> usize {
        if self.diff.is_empty() { 1 } else { self.rows().len() }
    }

    /// The cells that its longest line takes, numbers and sign included.
    pub fn width(&self) -> usize {
        let lines = self.diff.hunks.iter().flat_map(|hunk| &hunk.lines);
        let longest = lines.map(|line| width(&line.text)).max().unwrap_or(0);
        longest + 2 * self.digits() + 4
    }

    fn rows(&self) -> Vec<Row<'a>> {
        let skipped = |count: usize| (count > 0).then_some(Row::Skipped(count));
        let hunks = self
            .diff
            .hunks
            .iter()
            .flat_map(|hunk| skipped(hunk.skipped).into_iter().chain(hunk.lines.iter().map(Row::Line)));
        hunks.chain(skipped(self.diff.skipped).filter(|_| !self.diff.is_empty())).collect()
    }

    /// The digits of the longest number.
    fn digits(&self) -> usize {
        let lines = self.diff.hunks.iter().flat_map(|hunk| &hunk.lines);
        lines.filter_map(|line| line.old.max(line.new)).max().unwrap_or(0).to_string().len().max(2)
    }

    fn draw_line(&self, line: &DiffLine, digits: usize, area: Rect, left: usize, buf: &mut Buffer) {
        let (sign, plain, strong) = match line.change {
            LineChange::Kept => (" ", Role::DiffContext, Role::DiffContext),
            LineChange::Added => ("+", Role::DiffAdded, Role::DiffAddedStrong),
            LineChange::Removed => ("-", Role::DiffRemoved, Role::DiffRemovedStrong),
        };
        let (plain, strong) = (self.styles.role(plain), self.styles.role(strong));
        buf.set_style(area, Style { fg: None, ..plain });
        let number = |number: Option<usize>| number.map_or(String::new(), |number| number.to_string());
        let numbers = format!("{:>digits$} {:>digits$} ", number(line.old), number(line.new));
        let room = usize::from(area.width);
        let used = put(buf, (area.x, area.y), &numbers, room, self.styles.role(Role::Gutter));
        let room = room.saturating_sub(usize::from(used));
        let used = used + put(buf, (area.x + used, area.y), &format!("{sign} "), room, plain);
        let style = |byte| if line.strong.contains(&byte) { strong } else { plain };
        let room = usize::from(area.width.saturating_sub(used));
        let start = (area.x.saturating_add(used), area.y);
        put_styled(buf, start, &line.text, left..left + room, self.styles.glyphs.tab, |at| style(at.byte));
        if width(&line.text) > left + room {
            mark_cut(buf, area, self.styles);
        }
    }

    fn draw_skipped(&self, count: usize, digits: usize, area: Rect, buf: &mut Buffer) {
        let lines = if count == 1 { "line" } else { "lines" };
        let text = format!("{}{} {count} {lines} alike", " ".repeat(2 * digits + 2), self.styles.glyphs.ellipsis);
        put(buf, (area.x, area.y), &text, usize::from(area.width), self.styles.role(Role::DiffHunk));
    }
}

impl Widget for &DiffView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        StatefulWidget::render(self, area, buf, &mut Scroll::default());
    }
}

impl StatefulWidget for &DiffView<'_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        if self.diff.is_empty() {
            return Placeholder::empty(self.styles, "No difference", "").render(area, buf);
        }
        let rows = self.rows();
        scroll.fit(area, rows.len());
        let inner = scroll.with_bar(area, rows.len(), buf, self.styles);
        let digits = self.digits();
        for (y, row) in (inner.y..inner.bottom()).zip(rows.iter().skip(scroll.offset)) {
            let area = Rect { y, height: 1, ..inner };
            match row {
                Row::Line(line) => self.draw_line(line, digits, area, scroll.left, buf),
                Row::Skipped(count) => self.draw_skipped(*count, digits, area, buf),
            }
        }
    }
}

/// `+3 -1`: how much a diff changes.
pub fn summary<'a>(styles: &'a Styles, diff: &Diff) -> ratatui::text::Line<'a> {
    use ratatui::text::Span;
    let part = |text: String, role: Role| Span::styled(text, Style { bg: None, ..styles.role(role) });
    vec![
        part(format!("+{}", diff.added), Role::DiffAdded),
        Span::raw(" "),
        part(format!("-{}", diff.removed), Role::DiffRemoved),
    ]
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_signs_and_what_is_left_out() {
        let old: String = (1..=9).map(|n| n.to_string() + "\n").collect();
        let diff = Diff::new(&old, &old.replace('5', "five"), 1);
        let styles = Styles::default();
        let view = DiffView { styles: &styles, diff: &diff };
        let mut buf = Buffer::empty(Rect::new(0, 0, 24, 6));
        Widget::render(&view, buf.area, &mut buf);
        let rows: Vec<_> = crate::text::rows(&buf).iter().map(|row| row.trim_end().to_owned()).collect();
        assert_eq!(
            rows,
            ["      … 3 lines alike", " 4  4   4", " 5    - 5", "    5 + five", " 6  6   6", "      … 3 lines alike"]
        );
        assert_eq!(summary(&styles, &diff).to_string(), "+1 -1");
    }
}
