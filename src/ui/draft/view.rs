//! The Policy Creator's panes: the draft and its problems.

use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget as _, Widget as _};

use crate::canvas::Canvas;
use crate::draft::find;
use crate::highlight::Syntax;
use crate::shell::list::{cell, filter_of, focus};
use crate::state::Hit;
use crate::styles::{Focus, Tone};
use crate::text::narrow;
use crate::widgets::completions::{Completion, Completions};
use crate::widgets::editor::{EditorPane, Squiggle};
use crate::widgets::pane::Pane as PaneFrame;
use crate::widgets::placeholder::Placeholder;
use crate::widgets::table::{Column, Table};
use app::Model;
use app::draft::file::state::DraftFile;
use app::shell::tab::Pane;
use app::shell::text::width;
use domain::diagnostic::{Diagnostic, Severity};

/// The list of proposals, over everything on the page; it is drawn last.
pub(crate) fn completions(model: &Model, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let (Some(list), Some(cursor)) = (model.proposals(), canvas.state.editor.cursor()) else { return };
    let items: Vec<Completion<'_>> =
        list.items().map(|item| Completion { label: &item.label, detail: &item.detail }).collect();
    let back = narrow(width(list.typed()));
    let widget = Completions { styles, items: &items, selected: list.position(), cursor, back };
    (&widget).render(screen, canvas.buf);
    for at in widget.area(screen).rows() {
        if let Some(row) = widget.item_at(screen, at.as_position()) {
            canvas.state.hit(at, Hit::Proposal(row));
        }
    }
}

/// Cells of the longest code that is usual.
const CODE: u16 = 22;

fn squiggle(problem: &Diagnostic) -> Squiggle {
    Squiggle { start: problem.span.start, end: problem.span.end, severity: problem.severity }
}

pub(crate) fn problems(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let pane = Pane::Problems;
    let problems = model.draft.problems();
    let shown = model.shown_rows(pane);
    let mut frame = PaneFrame::new(styles, pane.title()).focus(focus(model, pane)).count(problems.len());
    if let Some(filter) = filter_of(model, pane) {
        frame = frame.filter(filter, shown.len(), problems.len());
    }
    match model.draft.least {
        Severity::Error => frame = frame.note(Line::styled("errors", styles.severity(Severity::Error).style)),
        Severity::Warning => frame = frame.note(Line::styled("no hints", styles.dim())),
        Severity::Hint => {}
    }
    if let Some((text, passed)) = model.tests.summary() {
        let tone = if passed { Tone::Success } else { Tone::Warning };
        frame = frame.note(Line::styled(text, styles.notice(tone).style));
    }
    let inner = frame.inner(area);
    if inner.width < CODE + 46
        && let Some(problem) = shown.get(model.nav.selected(pane)).and_then(|n| problems.get(*n))
    {
        frame = frame.foot(Line::styled(problem.code.as_str(), styles.dim()));
    }
    (&frame).render(area, canvas.buf);
    let columns =
        [Column::fixed("", 2), Column::fixed("", 8), Column::flexible("", 30, 90), Column::fixed("", CODE).drop(1)];
    let row = |at: usize| {
        let Some(problem) = shown.get(at).and_then(|n| problems.get(*n)) else { return Vec::new() };
        let mark = styles.severity(problem.severity);
        let place = format!("{}:{}", problem.span.start.line, problem.span.start.column);
        vec![
            cell(mark.glyph, mark.style),
            cell(place, styles.dim()),
            cell(problem.message.clone(), styles.text()),
            cell(problem.code.as_str(), styles.dim()),
        ]
    };
    let selected = model.nav.selected(pane).min(shown.len().saturating_sub(1));
    let (title, hint) = if !model.draft.problems().is_empty() && model.draft.least != Severity::Hint {
        ("no problems of this severity", "s shows the others")
    } else if !model.draft.problems().is_empty() {
        ("nothing fits the filter", "Esc clears it")
    } else if model.draft.editor.is_blank() {
        ("the draft is empty", "F3 offers templates, F5 takes the live policy")
    } else {
        ("no problems", "the service would take this policy")
    };
    let table = Table::new(styles, &columns, shown.len(), &row)
        .selected(Some(selected), focus(model, pane))
        .placeholder(Placeholder::empty(styles, title, hint));
    (&table).render(inner, canvas.buf, canvas.state.scroll(pane));
    canvas.state.hit(inner, Hit::Rows(pane));
}

pub(crate) fn editor(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let held = focus(model, Pane::Editor);
    let editor = &model.draft.editor;
    let place = format!("{}:{}", editor.position().line, editor.position().column);
    let title = model.draft.file.as_ref().map_or(Pane::Editor.title(), DraftFile::name);
    let mut pane = PaneFrame::new(styles, title).focus(held).note(Line::styled(place, styles.dim()));
    if model.draft.is_unsaved(model.session.live_policy()) {
        pane = pane.dirty();
    }
    if model.draft.file.as_ref().is_some_and(|file| file.gone) {
        pane = pane.foot(Line::styled("the file was removed", styles.notice(Tone::Warning).style));
    } else if model.draft.file.is_some() && !model.draft.is_in_file() {
        pane = pane.foot(Line::styled("not as in the file · F2 writes it", styles.dim()));
    }
    let inner = pane.inner(area);
    (&pane).render(area, canvas.buf);
    let bar = find::height(model).min(inner.height.saturating_sub(1));
    let (inner, bar) =
        (Rect { height: inner.height - bar, ..inner }, Rect { y: inner.bottom() - bar, height: bar, ..inner });
    let seen = canvas.state.editor.visible_lines(editor, inner);
    let squiggles: Vec<Squiggle> = model.draft.problems_on(seen.start + 1, seen.end).iter().map(squiggle).collect();
    let found = editor.on_lines(model.draft.finder.places(), seen);
    let typing = Focus::from(held == Focus::Here && model.nav.editing && !model.is_finding());
    let widget =
        EditorPane { styles, editor, syntax: Syntax::Yaml, squiggles: &squiggles, found: &found, focus: typing };
    (&widget).render(inner, canvas.buf, &mut canvas.state.editor);
    canvas.state.hit(inner, Hit::Text);
    if let (Some(at), Focus::Here) = (canvas.state.editor.cursor(), typing) {
        canvas.cursor = Some(at);
    }
    find::draw(model, bar, canvas);
}
