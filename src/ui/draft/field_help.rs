//! What is known about the place of the cursor: its problem with what can be done, and its field in
//! our words.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget, Widget};

use crate::canvas::Canvas;
use crate::shell::list::focus;
use crate::styles::{Focus, Styles};
use crate::widgets::pane::Pane as PaneFrame;
use crate::widgets::paragraph::Paragraph;
use crate::widgets::placeholder::Placeholder;
use app::Model;
use app::draft::field_help::{Choice, FieldHelp};
use app::shell::tab::Pane;
use domain::quick_fix::quick_fixes;

pub(crate) fn draw(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let described = model.field_help();
    let mut lines = problems(model, styles);
    let title = described.as_ref().map_or(Pane::Field.title(), |described| described.name.as_str());
    let held = focus(model, Pane::Field);
    let frame = PaneFrame::new(styles, title).focus(held);
    let inner = frame.inner(area);
    Widget::render(&frame, area, canvas.buf);
    if let Some(described) = &described {
        lines.extend(field(described, styles));
    }
    if lines.is_empty() {
        let hint = "the cursor is in a comment, in free text, or where no field can stand";
        Widget::render(&Placeholder::empty(styles, "no field here", hint), inner, canvas.buf);
        return;
    }
    let text = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let scroll = canvas.state.scroll(Pane::Field);
    scroll.offset = if held == Focus::Here { model.nav.selected(Pane::Field) } else { 0 };
    StatefulWidget::render(&Paragraph::new(styles, lines), text, canvas.buf, scroll);
    let last = scroll.last();
    if held == Focus::Here {
        canvas.state.viewport.pane_max_scroll = last;
    }
}

/// The problems at the cursor, each with its reason and its remedies.
fn problems(model: &Model, styles: &Styles) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for problem in model.problems_here() {
        let mark = styles.severity(problem.severity);
        let sign = vec![Span::styled(format!("{} ", mark.glyph), mark.style)];
        lines.push(Line::from([sign, words(&problem.message, styles.strong(), styles).spans].concat()));
        lines.push(words(problem.help, styles.text(), styles));
        let fixes = if model.draft.is_read() { quick_fixes(&model.draft.document, problem) } else { Vec::new() };
        for fix in fixes {
            lines.push(Line::from(
                [vec![Span::styled("F8 ", styles.key())], words(&fix.title, styles.text(), styles).spans].concat(),
            ));
        }
        lines.push(Line::default());
    }
    lines
}

fn field(described: &FieldHelp, styles: &Styles) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if !described.path.is_empty() {
        lines.push(Line::styled(described.path.clone(), styles.code()));
    }
    lines.push(Line::styled(described.kind.clone(), styles.dim()));
    if !described.doc.is_empty() {
        lines.push(words(&described.doc, styles.text(), styles));
    }
    if !described.choices.is_empty() {
        lines.push(Line::default());
        lines.extend(described.choices.iter().map(|choice| choice_line(choice, styles)));
    }
    if let Some(absent) = described.absent {
        lines.push(words(&format!("left out: {absent}"), styles.dim(), styles));
    }
    lines.push(Line::default());
    lines.push(Line::styled(described.source.clone(), styles.dim()));
    lines
}

fn choice_line(choice: &Choice, styles: &Styles) -> Line<'static> {
    let (sign, name) = if choice.is_taken { (styles.glyphs.bullet, styles.strong()) } else { (" ", styles.code()) };
    let mut spans = vec![Span::styled(format!("{sign} "), styles.dim()), Span::styled(choice.name, name)];
    if !choice.doc.is_empty() {
        spans.push(Span::raw("  "));
        spans.extend(words(choice.doc, styles.dim(), styles).spans);
    }
    Line::from(spans)
}

/// A text in which what stands between backticks is code.
fn words(text: &str, plain: Style, styles: &Styles) -> Line<'static> {
    let part =
        |(at, part): (usize, &str)| Span::styled(part.to_owned(), if at % 2 == 1 { styles.code() } else { plain });
    Line::from(text.split('`').enumerate().map(part).collect::<Vec<_>>())
}
