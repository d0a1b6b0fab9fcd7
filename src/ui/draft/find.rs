//! The bar of the draft's search, below the text.
//!
//! ```text
//!  find     gcr.io/                                  2 of 12  case  regex
//!  replace  us-docker.pkg.dev/
//! ```

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use crate::canvas::Canvas;
use crate::styles::{Focus, Styles, Tone};
use crate::text::{fill, line_width, narrow, put, put_line};
use crate::theme::Role;
use crate::widgets::field::{Content, FieldLine};
use app::Model;
use app::draft::find::state::Finder;

/// Cells of the rows' names.
const LABELS: u16 = 9;
/// Cells that a field keeps, however much there is to say.
const FIELD: u16 = 12;

/// The rows that the bar takes.
pub(crate) fn height(model: &Model) -> u16 {
    let finder = &model.draft.finder;
    if finder.open { 1 + u16::from(finder.replacing) } else { 0 }
}

/// Draws the bar; the cursor stands in the row that takes keys.
pub(crate) fn draw(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let finder = &model.draft.finder;
    let typing = model.is_finding() && model.overlays.is_empty();
    fill(canvas.buf, area, styles.role(Role::Footer));
    let status = status(model, styles);
    for (number, y) in (area.y..area.bottom()).enumerate() {
        let row = Rect { y, height: 1, ..area };
        let note = if number == 0 { status.clone() } else { Line::default() };
        let cursor = draw_row(finder, number == 1, typing, &note, row, canvas);
        canvas.cursor = cursor.or(canvas.cursor);
    }
}

fn draw_row(
    finder: &Finder,
    replace: bool,
    typing: bool,
    note: &Line<'_>,
    row: Rect,
    canvas: &mut Canvas<'_>,
) -> Option<Position> {
    let styles = canvas.styles;
    let (label, field, placeholder) =
        if replace { ("replace", &finder.replace, "nothing") } else { ("find", &finder.find, "type what to look for") };
    let focus = Focus::from(typing && finder.in_replace == replace);
    let taken = narrow(line_width(note) + 2).min(row.width.saturating_sub(LABELS + FIELD));
    let area = Rect { x: row.x + LABELS, width: row.width.saturating_sub(LABELS + taken), ..row };
    let line = FieldLine { styles, content: Content::Text(field), placeholder, focus };
    put(canvas.buf, (row.x + 1, row.y), label, usize::from(LABELS) - 1, styles.dim());
    (&line).render(area, canvas.buf);
    put_line(canvas.buf, (area.right() + 1, row.y), note, usize::from(taken.saturating_sub(1)));
    line.cursor(area)
}

/// How many, and what counts.
fn status(model: &Model, styles: &Styles) -> Line<'static> {
    let finder = &model.draft.finder;
    let (text, wrong) = finder.status(&model.draft.editor);
    let style = if wrong { styles.notice(Tone::Error).style } else { styles.strong() };
    let toggle = |on: bool, name: &'static str| {
        let sign = if on { styles.glyphs.checked } else { styles.glyphs.unchecked };
        Span::styled(format!("  {sign} {name}"), if on { styles.text() } else { styles.dim() })
    };
    Line::from(vec![
        Span::styled(text, style),
        toggle(finder.options.case, "case"),
        toggle(finder.options.regex, "regex"),
    ])
}
