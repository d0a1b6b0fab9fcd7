//! The tree of checks behind a decision.
//!
//! ```text
//! ✗ the rule's attestors attested the image                            line 9
//! ├─ ✗ built-by-vetted-ci
//! │  ├─ ✓ the attestor exists
//! │  └─ ✗ an attestation is for this digest
//! │         expected  sha256:9f3c…
//! │         found     sha256:0a1b…
//! └─ ✓ qa ▸ 3 checks
//! ```

use std::borrow::Cow;
use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget, Widget};

use crate::styles::{Focus, Styles};
use crate::text::{clip, narrow, put, put_line, wrap};
use crate::theme::Role;
use crate::widgets::placeholder::Placeholder;
use crate::widgets::scroll::Scroll;
use app::decision::tree::TreeRow;
use app::shell::text::width;
use domain::admission::check::Words;
use domain::admission::trace::Status;
use domain::path::Path;

/// A trace as it is unfolded; text that is too wide goes on in the next row.
#[derive(Clone, Copy)]
pub struct TraceTree<'a> {
    pub styles: &'a Styles,
    pub rows: &'a [TreeRow<'a>],
    pub selected: Option<usize>,
    pub focus: Focus,
    /// The line of the policy (from 1) that a check stands at.
    pub line_of: &'a dyn Fn(&Path) -> Option<usize>,
}

impl fmt::Debug for TraceTree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceTree").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

/// One row of the screen: the check that it belongs to, and what it says.
struct Drawn<'a> {
    row: usize,
    line: Line<'a>,
    note: Option<String>,
}

/// What was expected or found: its name, the text and how it is drawn.
type Detail = (&'static str, Cow<'static, str>, Style);

impl<'a> TraceTree<'a> {
    /// Which of `rows` each row of the screen belongs to, for the mouse; from the top of where it was
    /// drawn.
    pub fn rows_drawn(&self, scroll: &Scroll) -> Vec<usize> {
        let drawn = self.laid_out(scroll.area());
        drawn.iter().skip(scroll.offset).take(usize::from(scroll.area().height)).map(|drawn| drawn.row).collect()
    }

    /// What is drawn in the area: beside the scrollbar, where there is one.
    fn laid_out(&self, area: Rect) -> Vec<Drawn<'a>> {
        let drawn = self.drawn(usize::from(area.width));
        let narrower = drawn.len() > usize::from(area.height);
        if narrower { self.drawn(usize::from(area.width.saturating_sub(1))) } else { drawn }
    }

    fn drawn(&self, room: usize) -> Vec<Drawn<'a>> {
        self.rows.iter().enumerate().flat_map(|(at, row)| self.check(at, row, room)).collect()
    }

    /// The screen's rows of one check: what was asked, and what was needed and found.
    fn check(&self, at: usize, row: &'a TreeRow<'a>, room: usize) -> Vec<Drawn<'a>> {
        let note = row.check.at.as_ref().and_then(self.line_of).map(|line| format!("line {line}"));
        let taken = note.as_ref().map_or(0, |note| note.len() + 2);
        // Beside the pointer, and not up to the edge.
        let room = room.saturating_sub(2);
        let guide = self.guide(row);
        let folded = self.folded(row);
        let label_room = room.saturating_sub(width(&guide) + 2 + width(&folded) + taken);
        let sign = self.styles.trace(row.check.status).sign();
        let mut first = vec![Span::styled(guide, self.styles.role(Role::TraceGuide)), sign, Span::raw(" ")];
        let folded = Span::styled(folded, self.styles.dim());
        let Words { label, expected, found } = row.check.words();
        let details = self.details(row, expected, found);
        if let Some(spans) = self.one_line(row, &label, &details, label_room) {
            first.extend(spans);
            first.push(folded);
            return vec![Drawn { row: at, line: Line::from(first), note }];
        }
        let under = self.indent_under(row);
        let style = self.label_style(row);
        let mut labels = fitted(&label, label_room).into_iter().map(|label| Span::styled(label, style));
        first.extend(labels.next());
        first.push(folded);
        let mut drawn = vec![Drawn { row: at, line: Line::from(first), note }];
        drawn.extend(labels.map(|label| self.more(at, &under, vec![label])));
        drawn.extend(details.into_iter().flat_map(|detail| self.detail(at, &under, detail, room)));
        drawn
    }

    /// What stands behind a folded check.
    fn folded(&self, row: &TreeRow<'_>) -> String {
        let hidden = row.check.children.len();
        let checks = if hidden == 1 { "check" } else { "checks" };
        if row.folded { format!(" {} {hidden} {checks}", self.styles.glyphs.fold_closed) } else { String::new() }
    }

    /// Label, expected and found on one line, if there is room for them.
    fn one_line(&self, row: &TreeRow<'_>, label: &str, details: &[Detail], room: usize) -> Option<Vec<Span<'static>>> {
        let mut spans = vec![Span::styled(label.to_owned(), self.label_style(row))];
        for (name, value, style) in details {
            let name = if name.is_empty() { "  ".to_owned() } else { format!("  {name} ") };
            spans.push(Span::styled(name, self.styles.dim()));
            spans.push(Span::styled(value.clone(), *style));
        }
        let wide: usize = spans.iter().map(|span| width(&span.content)).sum();
        (wide <= room).then_some(spans)
    }

    fn details(
        &self,
        row: &TreeRow<'_>,
        expected: Option<Cow<'static, str>>,
        found: Option<Cow<'static, str>>,
    ) -> Vec<Detail> {
        let failed = row.check.status == Status::Fail;
        let expected = expected.map(|value| ("expected", value, self.styles.role(Role::TraceExpected)));
        let found_style = if failed { self.styles.role(Role::TraceFound) } else { self.styles.dim() };
        // What was found needs no word where nothing is set against it.
        let name = if expected.is_some() { "found" } else { "" };
        let found = found.map(|value| (name, value, found_style));
        expected.into_iter().chain(found).collect()
    }

    fn detail(&self, at: usize, under: &str, (name, value, style): Detail, room: usize) -> Vec<Drawn<'a>> {
        let names = if name.is_empty() { 2 } else { 12 };
        let indent = width(under) + names;
        let values = fitted(&value, room.saturating_sub(indent));
        let line = |(part, value): (usize, String)| {
            let name = format!("{:names$}", if part == 0 && names > 2 { format!("  {name}") } else { String::new() });
            self.more(at, under, vec![Span::styled(name, self.styles.dim()), Span::styled(value, style)])
        };
        values.into_iter().enumerate().map(line).collect()
    }

    fn more(&self, row: usize, under: &str, mut spans: Vec<Span<'a>>) -> Drawn<'a> {
        spans.insert(0, Span::styled(under.to_owned(), self.styles.role(Role::TraceGuide)));
        Drawn { row, line: Line::from(spans), note: None }
    }

    fn label_style(&self, row: &TreeRow<'_>) -> Style {
        match row.check.status {
            Status::Fail => self.styles.strong(),
            Status::Skipped => self.styles.role(Role::TraceSkipped),
            Status::Pass | Status::Unknown | Status::Note => self.styles.text(),
        }
    }

    /// The guides before a check.
    fn guide(&self, row: &TreeRow<'_>) -> String {
        let glyphs = self.styles.glyphs;
        match row.last.split_last() {
            Some((last, above)) if !above.is_empty() => {
                format!("{}{} ", self.guides(above), if *last { glyphs.tree_last } else { glyphs.tree_branch })
            }
            _ => String::new(),
        }
    }

    /// The guides of the rows below a check's first.
    fn indent_under(&self, row: &TreeRow<'_>) -> String {
        let open = !row.check.children.is_empty() && !row.folded;
        self.guides(&row.last) + if open { self.styles.glyphs.tree_through } else { "  " }
    }

    /// A line for each level below the top whose siblings go on.
    fn guides(&self, last: &[bool]) -> String {
        let through = |last: &bool| format!("{} ", if *last { "  " } else { self.styles.glyphs.tree_through });
        last.iter().skip(1).map(through).collect::<Vec<_>>().concat()
    }

    fn draw(&self, drawn: &Drawn<'_>, row: Rect, buf: &mut Buffer) {
        let room = usize::from(row.width).saturating_sub(1);
        let used = put_line(buf, (row.x.saturating_add(1), row.y), &drawn.line, room);
        if let Some(note) = drawn.note.as_ref().filter(|note| usize::from(used) + note.len() + 1 < room) {
            put(buf, (row.right() - narrow(note.len() + 1), row.y), note, room, self.styles.dim());
        }
        if self.selected == Some(drawn.row) {
            buf.set_style(row, self.styles.selection(self.focus));
            let pointer = if self.focus == Focus::Here { self.styles.key() } else { self.styles.dim() };
            put(buf, (row.x, row.y), self.styles.glyphs.pointer, usize::from(row.width), pointer);
        }
    }
}

fn fitted(text: &str, room: usize) -> Vec<String> {
    wrap(text, room.max(8)).into_iter().map(str::to_owned).collect()
}

impl StatefulWidget for &TraceTree<'_> {
    type State = Scroll;

    fn render(self, area: Rect, buf: &mut Buffer, scroll: &mut Scroll) {
        let area = clip(area, buf);
        if self.rows.is_empty() {
            return Placeholder::empty(self.styles, "Nothing is decided yet", "").render(area, buf);
        }
        let drawn = self.laid_out(area);
        scroll.fit(area, drawn.len());
        if let Some(selected) = self.selected {
            let of = |drawn: &&Drawn<'_>| drawn.row == selected;
            let from = drawn.iter().position(|drawn| of(&drawn)).unwrap_or(0);
            scroll.follow_range(from, from + drawn.iter().filter(of).count());
        }
        let inner = scroll.with_bar(area, drawn.len(), buf, self.styles);
        for (y, drawn) in (inner.y..inner.bottom()).zip(drawn.iter().skip(scroll.offset)) {
            self.draw(drawn, Rect { y, height: 1, ..inner }, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::decision::tree::{Tree, TreeCommand};
    use domain::admission::check::{AttestationCheck, StageResult};
    use domain::admission::trace::{Check, Trace};
    use domain::attestation::{AttestationFault, Stage};

    fn trace() -> Trace {
        let remark = |status, text: &str| Check::new(status, AttestationCheck::Warning(text.to_owned()));
        let fault = AttestationFault::UnknownKey {
            found: "sha256:0a1b".to_owned(),
            known: vec!["sha256:9f3c".to_owned()],
            near_miss: None,
        };
        let failed = StageResult::Failed(Box::new(fault));
        let found = Check::new(Status::Fail, AttestationCheck::Stage { stage: Stage::KeyId, result: failed });
        let attestor =
            remark(Status::Fail, "vetted-ci").children(vec![remark(Status::Pass, "the attestor exists"), found]);
        let rule = remark(Status::Fail, "the default rule")
            .with_path(Path::default())
            .children(vec![attestor, remark(Status::Skipped, "qa")]);
        Trace { checks: vec![rule, remark(Status::Note, "denied")] }
    }

    fn drawn(tree: &Tree, selected: Option<usize>, width: u16) -> Vec<String> {
        let (trace, styles) = (trace(), Styles::default());
        let rows = tree.rows(&trace);
        let tree = TraceTree { styles: &styles, rows: &rows, selected, focus: Focus::Here, line_of: &|_| Some(7) };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 11));
        tree.render(buf.area, &mut buf, &mut Scroll::default());
        let rows = crate::text::rows(&buf).into_iter().map(|row| row.trim_end().to_owned());
        rows.filter(|row| !row.is_empty()).collect()
    }

    #[test]
    fn expected_and_found_stand_beside_the_label_where_they_fit() {
        let expected = [
            " ✗ the default rule                                                                line 7",
            " ├─ ✗ vetted-ci",
            " │  ├─ ✓ the attestor exists",
            "›│  └─ ✗ key id is one of the attestor's keys  expected sha256:9f3c  found sha256:0a1b",
            " └─ – qa",
            " • denied",
        ];
        assert_eq!(drawn(&Tree::default(), Some(3), 90), expected);
    }

    #[test]
    fn they_stand_below_where_they_do_not_fit() {
        let expected = [
            " ✗ the default rule         line 7",
            " ├─ ✗ vetted-ci",
            " │  ├─ ✓ the attestor exists",
            " │  └─ ✗ key id is one of the",
            " │       attestor's keys",
            " │         expected  sha256:9f3c",
            " │         found     sha256:0a1b",
            " └─ – qa",
            " • denied",
        ];
        assert_eq!(drawn(&Tree::default(), None, 35), expected);
    }

    #[test]
    fn a_folded_check_says_how_many_it_hides() {
        let mut tree = Tree::default();
        tree.input(&trace(), TreeCommand::Toggle);
        assert_eq!(drawn(&tree, None, 42), [" ✗ the default rule ▸ 2 checks     line 7", " • denied"]);
    }

    #[test]
    fn each_row_of_the_screen_belongs_to_a_check() {
        let (trace, styles) = (trace(), Styles::default());
        let rows = Tree::default().rows(&trace);
        let (selected, focus) = (None, Focus::Here);
        let tree = TraceTree { styles: &styles, rows: &rows, selected, focus, line_of: &|_| None };
        let mut buf = Buffer::empty(Rect::new(0, 0, 36, 6));
        let mut scroll = Scroll::default();
        scroll.offset = 2;
        tree.render(buf.area, &mut buf, &mut scroll);
        assert_eq!(tree.rows_drawn(&scroll), [2, 3, 3, 3, 3, 4]);
    }
}
