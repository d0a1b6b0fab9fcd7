//! The policy editor on the screen: only what is seen is looked at.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position as Cell, Rect};
use ratatui::style::Style;
use ratatui::widgets::StatefulWidget;

use crate::highlight::{Highlighter, Syntax, Tokens};
use crate::styles::{Focus, Styles};
use crate::text::{At, clip, narrow, put, put_styled};
use crate::theme::Role;
use crate::widgets::code::token_style;
use app::shell::editor::Editor;
use domain::diagnostic::{Diagnostic, Severity};
use domain::span::Position;

/// A place that a diagnostic is about: 1-based, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Squiggle {
    pub start: Position,
    pub end: Position,
    pub severity: Severity,
}

impl From<&Diagnostic> for Squiggle {
    fn from(diagnostic: &Diagnostic) -> Self {
        let Diagnostic { severity, span, .. } = diagnostic;
        Self { start: span.start, end: span.end, severity: *severity }
    }
}

/// What of the text is on the screen; lives with the caller from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EditorView {
    /// The first line shown, from 0.
    pub top: usize,
    /// The first cell shown.
    pub left: usize,
    area: Rect,
    gutter: u16,
    cursor: Option<Cell>,
    followed: Option<(usize, usize, u64, Rect)>,
}

/// Lines kept in view above and below the cursor, and cells beside it, where there is room.
const SCROLL_OFF: usize = 3;

impl EditorView {
    /// Where the terminal's cursor belongs, if it is in view.
    pub const fn cursor(&self) -> Option<Cell> {
        self.cursor
    }

    /// How many lines a page is.
    pub fn page(&self) -> usize {
        usize::from(self.area.height).max(1)
    }

    /// The line and cell (both from 0) at a place of the screen.
    pub fn cell_at(&self, at: Cell) -> Option<(usize, usize)> {
        let cell = at.x.saturating_sub(self.area.x.saturating_add(self.gutter));
        let line = self.top + usize::from(at.y.saturating_sub(self.area.y));
        self.area.contains(at).then(|| (line, self.left + usize::from(cell)))
    }

    /// The line and cell nearest to a place of the screen; one line beyond what is shown where the
    /// place is above or below it.
    pub fn nearest(&self, at: Cell) -> Option<(usize, usize)> {
        if self.area.is_empty() {
            return None;
        }
        let cell = at.x.min(self.area.right().saturating_sub(1)).saturating_sub(self.area.x + self.gutter);
        let line = if at.y < self.area.y {
            self.top.saturating_sub(1)
        } else {
            self.top + usize::from(at.y.min(self.area.bottom()) - self.area.y)
        };
        Some((line, self.left + usize::from(cell)))
    }

    /// Scrolls to where the cursor is and says which lines (from 0) are seen in an area.
    pub fn visible_lines(&mut self, editor: &Editor, area: Rect) -> Range<usize> {
        self.follow(editor, area, gutter(editor, area));
        self.top..(self.top + usize::from(area.height)).min(editor.line_count())
    }

    /// Scrolls down, or up where `lines` is negative; the cursor stays where it is.
    pub fn scroll_by(&mut self, lines: isize, editor: &Editor) {
        self.top = self.top.saturating_add_signed(lines).min(editor.line_count().saturating_sub(1));
    }

    /// Scrolls to the cursor, if it or the text has changed.
    fn follow(&mut self, editor: &Editor, area: Rect, gutter: u16) {
        let (line, cell) = (editor.cursor_line(), editor.cursor_cell());
        (self.area, self.gutter) = (area, gutter);
        self.top = self.top.min(editor.line_count().saturating_sub(1));
        let now = (line, cell, editor.revision(), area);
        if self.followed.replace(now) != Some(now) {
            let width = usize::from(area.width.saturating_sub(gutter)).max(1);
            self.top = scrolled(self.top, line, self.page());
            self.left = if cell < width { 0 } else { scrolled(self.left, cell, width) };
        }
    }
}

/// The cells of the marks and line numbers; none where the area is too narrow.
fn gutter(editor: &Editor, area: Rect) -> u16 {
    let digits = narrow(editor.line_count().to_string().len().max(2));
    if area.width > digits + 12 { digits + 2 } else { 0 }
}

/// The offset that shows `at` with some neighbours on `page`, moved as little as possible.
fn scrolled(offset: usize, at: usize, page: usize) -> usize {
    let margin = SCROLL_OFF.min(page.saturating_sub(1) / 3);
    let lowest = (at + margin + 1).saturating_sub(page);
    offset.clamp(lowest, at.saturating_sub(margin).max(lowest))
}

/// The editor with its line numbers, marks and colours.
#[derive(Debug, Clone, Copy)]
pub struct EditorPane<'a> {
    pub styles: &'a Styles,
    pub editor: &'a Editor,
    pub syntax: Syntax,
    pub squiggles: &'a [Squiggle],
    /// What the search found on the lines that are seen: each line (from 0) and its characters.
    pub found: &'a [(usize, Range<usize>)],
    pub focus: Focus,
}

impl EditorPane<'_> {
    fn draw_line(
        &self,
        line: usize,
        row: Rect,
        gutter: u16,
        left: usize,
        highlighter: &mut Highlighter,
        buf: &mut Buffer,
    ) {
        let text = self.editor.line(line);
        let current = line == self.editor.cursor_line();
        let marks: Vec<&Squiggle> = self.squiggles.iter().filter(|mark| touches(mark, line + 1)).collect();
        if current && self.focus == Focus::Here {
            buf.set_style(row, self.styles.role(Role::CursorLine));
        }
        self.draw_gutter(line, current, &marks, row, gutter, buf);
        let looks = Looks::new(self, line, &text, &marks, highlighter.line(&text));
        let x = row.x.saturating_add(gutter);
        let room = usize::from(row.width.saturating_sub(gutter));
        let used =
            put_styled(buf, (x, row.y), &text, left..left + room, self.styles.glyphs.tab, looks.styler(self.styles));
        let at_end = looks.after_end(self.styles);
        if let Some(style) = at_end.filter(|_| usize::from(used) < room && app::shell::text::width(&text) >= left) {
            buf.set_style(Rect { x: x + used, width: 1, ..row }, style);
        }
    }

    fn draw_gutter(&self, line: usize, current: bool, marks: &[&Squiggle], row: Rect, gutter: u16, buf: &mut Buffer) {
        let room = usize::from(gutter.min(row.width));
        if let Some(severity) = marks.iter().map(|mark| mark.severity).min() {
            let mark = self.styles.severity(severity);
            put(buf, (row.x, row.y), mark.glyph, room, mark.style);
        }
        let number = format!("{:>width$}", line + 1, width = usize::from(gutter).saturating_sub(2));
        let role = if current { Role::GutterCurrent } else { Role::Gutter };
        put(buf, (row.x + 1, row.y), &number, room.saturating_sub(1), self.styles.role(role));
    }
}

/// Whether a diagnostic is about a line (from 1): one without length counts where it starts.
fn touches(mark: &Squiggle, line: usize) -> bool {
    let ends_before = mark.end.line > mark.start.line && mark.end.column <= 1;
    let last = if ends_before { mark.end.line - 1 } else { mark.end.line };
    (mark.start.line..=last.max(mark.start.line)).contains(&line)
}

/// What the parts of one line look like.
struct Looks {
    tokens: Tokens,
    /// Characters, with what is painted over the tokens, in the order of painting.
    over: Vec<(Range<usize>, Style)>,
    length: usize,
}

impl Looks {
    fn new(pane: &EditorPane<'_>, line: usize, text: &str, marks: &[&Squiggle], tokens: Tokens) -> Self {
        let styles = pane.styles;
        let length = text.chars().count();
        let mut over: Vec<_> =
            marks.iter().map(|mark| (underlined(mark, line + 1, length), styles.diagnostic(mark.severity))).collect();
        let selection = pane.editor.selection_in_line(line);
        for (_, found) in pane.found.iter().filter(|(on, _)| *on == line) {
            let found = found.clone();
            let current = selection
                .as_ref()
                .is_some_and(|selection| selection.start == found.start && selection.end == found.end);
            let role = if current { Role::SearchMatchCurrent } else { Role::SearchMatch };
            over.push((found, styles.role(role)));
        }
        let searched = over.last().is_some_and(|(range, _)| Some(range) == selection.as_ref());
        over.extend(selection.filter(|_| !searched).map(|range| (range, styles.selection(Focus::Here))));
        Self { tokens, over, length }
    }

    fn styler<'a>(&'a self, styles: &'a Styles) -> impl FnMut(At) -> Style + 'a {
        let mut token = token_style(&self.tokens, styles);
        move |at| {
            let painted = self.over.iter().filter(|(range, _)| range.contains(&at.char));
            painted.fold(token(at.byte), |style, (_, over)| style.patch(*over))
        }
    }

    /// What the cell after the line's last character looks like, where something reaches there.
    fn after_end(&self, styles: &Styles) -> Option<Style> {
        let mut reaching = self.over.iter().filter(|(range, _)| range.contains(&self.length)).peekable();
        reaching.peek().is_some().then(|| reaching.fold(styles.text(), |style, (_, over)| style.patch(*over)))
    }
}

/// The characters of a line (from 1, of this many) that a diagnostic underlines; at least one.
fn underlined(mark: &Squiggle, line: usize, length: usize) -> Range<usize> {
    let from = if line == mark.start.line { mark.start.column.saturating_sub(1) } else { 0 };
    let to = if line == mark.end.line { mark.end.column.saturating_sub(1) } else { length };
    let from = from.min(length);
    from..to.clamp(from + 1, length.max(from + 1))
}

impl StatefulWidget for &EditorPane<'_> {
    type State = EditorView;

    fn render(self, area: Rect, buf: &mut Buffer, view: &mut EditorView) {
        let area = clip(area, buf);
        let gutter = gutter(self.editor, area);
        view.follow(self.editor, area, gutter);
        let mut highlighter = Highlighter::new(self.syntax, view.top, |line| self.editor.line(line));
        for (y, line) in (area.y..area.bottom()).zip(view.top..self.editor.line_count()) {
            let row = Rect { y, height: 1, ..area };
            self.draw_line(line, row, gutter, view.left, &mut highlighter, buf);
        }
        view.cursor = self.cursor_cell(area, gutter, view).filter(|_| self.focus == Focus::Here);
    }
}

impl EditorPane<'_> {
    fn cursor_cell(&self, area: Rect, gutter: u16, view: &EditorView) -> Option<Cell> {
        let column = self.editor.cursor_cell().checked_sub(view.left)?;
        let row = self.editor.cursor_line().checked_sub(view.top)?;
        let cell =
            Cell { x: area.x.checked_add(gutter)?.checked_add(narrow(column))?, y: area.y.checked_add(narrow(row))? };
        area.contains(cell).then_some(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::shell::editor::{EditorCommand, Motion};

    fn at(line: usize, column: usize) -> Position {
        Position { line, column }
    }

    fn draw(editor: &Editor, squiggles: &[Squiggle], view: &mut EditorView, height: u16) -> Buffer {
        let styles = Styles::default();
        let pane =
            EditorPane { styles: &styles, editor, syntax: Syntax::Yaml, squiggles, found: &[], focus: Focus::Here };
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, height));
        pane.render(buf.area, &mut buf, view);
        buf
    }

    #[test]
    fn numbers_marks_and_the_cursor_are_drawn() {
        let editor = Editor::new("a: 1\n\tb: 2\n日本: x");
        let squiggles = [
            Squiggle { start: at(2, 2), end: at(2, 3), severity: Severity::Warning },
            Squiggle { start: at(2, 5), end: at(2, 6), severity: Severity::Error },
        ];
        let mut view = EditorView::default();
        let buf = draw(&editor, &squiggles, &mut view, 3);
        assert_eq!(crate::text::rows(&buf), ["  1 a: 1            ", "▲ 2 →   b: 2        ", "  3 日本: x         "]);
        assert_eq!(view.cursor(), Some(Cell::new(4, 0)));
        assert_eq!(view.cell_at(Cell::new(6, 2)), Some((2, 2)));
        let underlined = |x: u16| buf[(x, 1)].style().add_modifier.contains(ratatui::style::Modifier::UNDERLINED);
        assert_eq!((8..12).map(underlined).collect::<Vec<_>>(), [true, false, false, true]);
    }

    #[test]
    fn the_view_follows_the_cursor_with_some_lines_to_spare() {
        let mut editor = Editor::new(&"x\n".repeat(99));
        let mut view = EditorView::default();
        draw(&editor, &[], &mut view, 10);
        editor.input(EditorCommand::Move(Motion::Position { line: 9, column: 1 }));
        draw(&editor, &[], &mut view, 10);
        assert_eq!(view.top, 2);
        view.scroll_by(50, &editor);
        draw(&editor, &[], &mut view, 10);
        assert_eq!((view.top, view.cursor()), (52, None));
        editor.input(EditorCommand::Move(Motion::Down));
        draw(&editor, &[], &mut view, 10);
        assert_eq!(view.top, 6);
    }

    #[test]
    fn a_long_line_scrolls_to_the_side() {
        let mut editor = Editor::new(&"x".repeat(50));
        let mut view = EditorView::default();
        editor.input(EditorCommand::Move(Motion::LineEnd));
        draw(&editor, &[], &mut view, 2);
        assert_eq!((view.left, view.cursor()), (38, Some(Cell::new(16, 0))));
        editor.input(EditorCommand::Move(Motion::TextStart));
        draw(&editor, &[], &mut view, 2);
        assert_eq!(view.left, 0);
    }
}
