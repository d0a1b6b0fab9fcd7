//! The box with every version of the policy that was live.

use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::StatefulWidget as _;

use crate::canvas::Canvas;
use crate::shell::frame::open;
use crate::state::Hit;
use crate::styles::{Focus, Styles, Tone};
use crate::text::{narrow, put};
use crate::widgets::paragraph::wrap_line;
use crate::widgets::placeholder::Placeholder;
use crate::widgets::table::{Column, Table};
use app::Model;
use app::history::state::HistoryBox;

const WIDE: u16 = 110;
/// Rows of versions at most.
const ROWS: usize = 24;
/// Rows of what the selected one says at most.
const DETAIL: usize = 3;

const COLUMNS: [Column<'static>; 4] = [
    Column::fixed("", 1),
    Column::fixed("live since", 19),
    Column::flexible("by", 12, 26),
    Column::flexible("what it changed", 20, 50),
];

pub(crate) fn draw(model: &Model, shown: HistoryBox, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let history = &model.history;
    let mut notes = notes(model, styles);
    let selected = shown.selected.min(history.versions.len().saturating_sub(1));
    let wide = usize::from(WIDE.min(screen.width.saturating_sub(6)));
    notes.splice(0..0, detail(&history.changes(selected), wide, styles));
    let count = history.versions.len();
    let height = narrow(count.clamp(4, ROWS) + 1 + notes.len());
    let title = format!("Policies of {} that were live", history.project);
    let inner = open(&title, (WIDE, height), screen, canvas);
    let rows = Rect { height: inner.height.saturating_sub(narrow(notes.len())), ..inner };
    let row = |at: usize| {
        let Some(version) = history.newest(at) else { return Vec::new() };
        let mark = if shown.marked == Some(at) { styles.glyphs.bullet } else { " " };
        vec![
            Line::styled(mark, styles.key()),
            Line::styled(version.stamp(), styles.dim()),
            Line::styled(version.author.text(), styles.text()),
            Line::styled(history.changes(at), styles.text()),
        ]
    };
    let empty = Placeholder::empty(styles, "no version is kept yet", "the live policy is kept when it is read");
    let table = Table::new(styles, &COLUMNS, count, &row).selected(Some(selected), Focus::Here).placeholder(empty);
    (&table).render(rows, canvas.buf, &mut canvas.state.overlay);
    canvas.state.viewport.overlay_page = canvas.state.overlay.area().height;
    canvas.state.hit(rows, Hit::OverlayRows);
    for (y, line) in (rows.bottom()..inner.bottom()).zip(notes) {
        put(canvas.buf, (inner.x, y), &line.0, usize::from(inner.width), line.1);
    }
}

/// What the selected version changed, in full below the list, where its row may cut it.
pub(crate) fn detail(text: &str, wide: usize, styles: &Styles) -> Vec<(String, ratatui::style::Style)> {
    let line = Line::raw(text);
    let rows = wrap_line(&line, wide);
    let mut lines = vec![(String::new(), styles.text())];
    lines.extend(rows.iter().take(DETAIL).map(|row| (row.to_string(), styles.text())));
    lines
}

/// What is wrong with the history.
fn notes(model: &Model, styles: &Styles) -> Vec<(String, ratatui::style::Style)> {
    let warning = styles.notice(Tone::Warning);
    let mut notes = Vec::new();
    if model.history.damaged > 0 {
        notes.push((format!("{} The file has {}.", warning.glyph, model.history.damage()), warning.style));
    }
    if let Some(failure) = &model.history.failure {
        notes.push((format!("{} Not kept: {failure}", warning.glyph), warning.style));
    }
    notes
}
