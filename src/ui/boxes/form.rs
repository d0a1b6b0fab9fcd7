//! The box with fields to fill in.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{open, rows};
use crate::app::form::{Form, FormField, Input};
use crate::app::text::width;
use crate::ui::state::ViewState;
use crate::ui::styles::{Focus, Styles, Tone};
use crate::ui::text::{fill, put_line};
use crate::ui::widgets::paragraph::Paragraph;

const WIDE: u16 = 92;
/// Cells of the labels.
const LABEL: u16 = 20;
/// Rows of a field that takes a pasted text.
const PASTE_ROWS: u16 = 8;

pub(super) fn draw(form: &Form, screen: Rect, _state: &mut ViewState, styles: &Styles, frame: &mut Frame<'_>) {
    let wide = WIDE.min(screen.width.saturating_sub(8));
    let intro = vec![Line::styled(form.intro.clone(), styles.dim())];
    let intro_rows = if form.intro.is_empty() { 0 } else { rows(&intro, wide) + 1 };
    let fields: u16 = form.fields.iter().map(height).sum();
    let inner = open(&form.title, (wide, intro_rows + fields), screen, styles, frame.buffer_mut());
    if intro_rows > 0 {
        Widget::render(
            &Paragraph::new(styles, intro),
            Rect { height: intro_rows.min(inner.height), ..inner },
            frame.buffer_mut(),
        );
    }
    let mut y = inner.y + intro_rows;
    // Where the screen is too low, the fields above the focused one go first.
    let room = inner.height.saturating_sub(intro_rows);
    let above: u16 = form.fields.iter().take(form.focus + 1).map(height).sum();
    let mut skip = above.saturating_sub(room);
    for (number, field) in form.fields.iter().enumerate() {
        let rows = height(field);
        if skip > 0 {
            skip = skip.saturating_sub(rows);
            continue;
        }
        if y + rows > inner.bottom() + 1 {
            break;
        }
        let area = Rect { y, height: rows.min(inner.bottom().saturating_sub(y)), ..inner };
        draw_field(field, number == form.focus, area, styles, frame);
        y += rows;
    }
}

/// The field, and its help or error below.
fn height(field: &FormField) -> u16 {
    let input = if matches!(field.input, Input::Paste(_)) { PASTE_ROWS } else { 1 };
    input
        + u16::from(field.error.is_some() || !field.help.is_empty())
        + u16::from(matches!(field.input, Input::Paste(_)))
}

fn draw_field(field: &FormField, focused: bool, area: Rect, styles: &Styles, frame: &mut Frame<'_>) {
    let focus = Focus::when(focused);
    let label = Line::styled(field.label, if focused { styles.strong() } else { styles.text() });
    put_line(frame.buffer_mut(), (area.x, area.y), &label, usize::from(LABEL));
    let input = Rect { x: area.x + LABEL, width: area.width.saturating_sub(LABEL), height: 1, ..area };
    let style = styles.field(focus);
    let below = match &field.input {
        Input::Paste(editor) => {
            let lines: Vec<String> =
                editor.text().lines().rev().take(usize::from(PASTE_ROWS)).map(str::to_owned).collect();
            paste(lines, input, style, styles, frame);
            area.y + PASTE_ROWS
        }
        other => {
            one_line(other, input, focused, style, styles, frame);
            area.y + 1
        }
    };
    let (text, style) = match &field.error {
        Some(error) => (format!("{} {error}", styles.glyphs.error), styles.notice(Tone::Error).style),
        None => (field.help.to_owned(), styles.dim()),
    };
    if below < area.bottom() {
        put_line(frame.buffer_mut(), (input.x, below), &Line::styled(text, style), usize::from(input.width));
    }
}

fn one_line(input: &Input, area: Rect, focused: bool, style: Style, styles: &Styles, frame: &mut Frame<'_>) {
    fill(frame.buffer_mut(), area, style);
    let (text, cursor) = match input {
        Input::Text(field) => (field.text().to_owned(), Some(field.cursor_cell())),
        Input::Secret(secret) => (styles.glyphs.mask.repeat(secret.len()), Some(secret.cursor())),
        Input::Choice { options, chosen } => {
            let chosen = options.get(*chosen).cloned().unwrap_or_default();
            (format!("‹ {chosen} ›"), None)
        }
        Input::Paste(_) => return,
    };
    let room = usize::from(area.width);
    // The end of a long text is what is being typed: the start goes out of sight.
    let hidden = cursor.map_or(0, |cursor| (cursor + 1).saturating_sub(room));
    let shown: String = skip_cells(&text, hidden);
    put_line(frame.buffer_mut(), (area.x, area.y), &Line::from(Span::styled(shown, style)), room);
    if let (true, Some(cursor)) = (focused, cursor) {
        let x = area.x + u16::try_from(cursor - hidden).unwrap_or(0);
        frame.set_cursor_position(Position::new(x, area.y));
    }
}

/// The text without its first cells.
fn skip_cells(text: &str, cells: usize) -> String {
    let mut skipped = 0;
    text.chars()
        .skip_while(|c| {
            let skip = skipped < cells;
            skipped += width(&c.to_string());
            skip
        })
        .collect()
}

fn paste(lines: Vec<String>, area: Rect, style: Style, styles: &Styles, frame: &mut Frame<'_>) {
    let area = Rect { height: PASTE_ROWS, ..area };
    fill(frame.buffer_mut(), area, style);
    if lines.is_empty() {
        let hint = Line::styled("paste here", styles.dim());
        put_line(frame.buffer_mut(), (area.x, area.y), &hint, usize::from(area.width));
    }
    for (line, y) in lines.into_iter().rev().zip(area.y..) {
        put_line(frame.buffer_mut(), (area.x, y), &Line::styled(line, style), usize::from(area.width));
    }
}
