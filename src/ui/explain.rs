//! The box that explains a refusal: a list of lines, of which some lead somewhere.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::canvas::Canvas;
use crate::shell::frame::open;
use crate::state::Hit;
use crate::styles::{Focus, Styles, Tone};
use crate::text::{narrow, put, wrap};
use app::Model;
use app::explain::line::{ExplainLine, Look};
use domain::explain::cause::Confidence;

const WIDE: u16 = 104;
/// Cells of the pointer and of the labels, each with the blank behind it.
const POINTER: u16 = 2;
const LABEL: u16 = 10;

/// One row of the screen.
struct Row<'a> {
    /// The line that it belongs to.
    line: usize,
    label: &'static str,
    text: &'a str,
    indent: u16,
}

/// What of the selected line a row of the screen is; the pointer stands in its first.
#[derive(Clone, Copy, PartialEq)]
enum Selection {
    None,
    First,
    Further,
}

pub(crate) fn draw(model: &Model, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let lines = model.explain_lines();
    let room = WIDE.min(screen.width.saturating_sub(6));
    let rows = rows(&lines, room.saturating_sub(1));
    let inner = open(&title(model), (WIDE, narrow(rows.len()).max(4)), screen, canvas);
    let selected = model.explain.selected.min(lines.len().saturating_sub(1));
    let first = rows.iter().position(|row| row.line == selected).unwrap_or(0);
    let last = rows.iter().rposition(|row| row.line == selected).unwrap_or(0);
    canvas.state.overlay.fit(inner, rows.len());
    canvas.state.overlay.follow_range(first, last + 1);
    canvas.state.overlay.fit(inner, rows.len());
    let area = canvas.state.overlay.with_bar(inner, rows.len(), canvas.buf, styles);
    canvas.state.viewport.overlay_page = area.height;
    let mut hits = Vec::new();
    for (y, at) in (area.top()..area.bottom()).zip(canvas.state.overlay.visible()) {
        let Some(row) = rows.get(at) else { break };
        let Some(told) = lines.get(row.line) else { break };
        let place = Rect { y, height: 1, ..area };
        let selection = match row.line == selected {
            true if at == first => Selection::First,
            true => Selection::Further,
            false => Selection::None,
        };
        draw_row(row, told, place, selection, canvas);
        hits.push((place, Hit::Field(row.line)));
    }
    for (area, hit) in hits {
        canvas.state.hit(area, hit);
    }
}

fn title(model: &Model) -> String {
    let count = model.explain.reading.cases.len();
    match count {
        0 | 1 => "Explain".to_owned(),
        count if model.explain.together => format!("Explain · all {count}"),
        count => format!("Explain · {} of {count}", model.explain.number + 1),
    }
}

fn rows(lines: &[ExplainLine], room: u16) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for (line, told) in lines.iter().enumerate() {
        if told.look == Look::Heading {
            rows.push(Row { line, label: "", text: "", indent: POINTER });
        }
        let indent = match told.look {
            Look::For | Look::Against | Look::Busy | Look::Command => POINTER + LABEL + 2,
            _ if told.label.is_empty() => POINTER,
            _ => POINTER + LABEL,
        };
        for (number, text) in wrap(&told.text, usize::from(room.saturating_sub(indent))).into_iter().enumerate() {
            rows.push(Row { line, label: if number == 0 { told.label } else { "" }, text, indent });
        }
    }
    rows
}

fn draw_row(row: &Row<'_>, told: &ExplainLine, area: Rect, selection: Selection, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let width = usize::from(area.width);
    if selection == Selection::First {
        put(canvas.buf, (area.x, area.y), styles.glyphs.pointer, width, styles.key());
    }
    let label_style = match told.look {
        Look::Cause(_) | Look::Admitted | Look::Unknown => look(told, styles),
        _ => styles.dim(),
    };
    put(canvas.buf, (area.x + POINTER, area.y), row.label, usize::from(LABEL).saturating_sub(1), label_style);
    let style = match told.look {
        Look::Cause(_) | Look::Admitted | Look::Unknown => styles.text(),
        _ => look(told, styles),
    };
    let style = if selection != Selection::None && told.link.is_some() {
        style.patch(styles.selection(Focus::Here))
    } else {
        style
    };
    put(canvas.buf, (area.x + row.indent, area.y), row.text, width.saturating_sub(usize::from(row.indent)), style);
}

fn look(told: &ExplainLine, styles: &Styles) -> Style {
    let tone = |tone| styles.notice(tone).style;
    match told.look {
        Look::Refused | Look::Cause(Confidence::Certain) => tone(Tone::Error),
        Look::Marked | Look::Elsewhere | Look::Cause(Confidence::Likely) | Look::Unknown => tone(Tone::Warning),
        Look::Heading => styles.strong(),
        Look::Fact if told.link.is_some() => styles.link(),
        Look::Plain | Look::Fact => styles.text(),
        Look::For | Look::Admitted => tone(Tone::Success),
        Look::Command => styles.code(),
        Look::Busy => styles.busy(),
        Look::Against | Look::Dim | Look::Cause(Confidence::Possible) => styles.dim(),
    }
}
