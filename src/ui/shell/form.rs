//! The box with fields to fill in.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget as _, Widget};

use crate::canvas::Canvas;
use crate::shell::frame::{open, rows};
use crate::state::Hit;
use crate::text::narrow;
use crate::widgets::field::Content;
use crate::widgets::form as widget;
use crate::widgets::form::{Form, FormField};
use crate::widgets::paragraph::Paragraph;
use app::shell::form;
use app::shell::form::{AnyField, FormBox, Shown};

const WIDE: u16 = 92;
/// Rows of a field that takes a pasted text.
const PASTE_ROWS: u16 = 8;

pub(crate) fn draw<F: form::Form + ?Sized>(form_box: &FormBox<F>, screen: Rect, canvas: &mut Canvas<'_>) {
    let form = form_box.form();
    let styles = canvas.styles;
    // As `open` makes it: a border, a blank column and a cell of the page at each side.
    let wide = WIDE.min(screen.width.saturating_sub(6));
    let intro = vec![Line::styled(form.intro(), styles.dim())];
    let intro_rows = if form.intro().is_empty() { 0 } else { rows(&intro, wide) + 1 };
    let fields: Vec<FormField<'_>> = form.fields().into_iter().map(shown).collect();
    let fields = Form { styles, fields: &fields, focused: form_box.focus() };
    let height = narrow(fields.height(wide)).saturating_add(intro_rows);
    let inner = open(form.title(), (wide, height), screen, canvas);
    let intro_rows = intro_rows.min(inner.height);
    Widget::render(&Paragraph::new(styles, intro), Rect { height: intro_rows, ..inner }, canvas.buf);
    let below = Rect { y: inner.y + intro_rows, height: inner.height - intro_rows, ..inner };
    (&fields).render(below, canvas.buf, &mut canvas.state.form);
    for y in below.top()..below.bottom() {
        if let Some(field) = fields.field_at(&canvas.state.form, Position::new(below.x, y)) {
            canvas.state.hit(Rect { y, height: 1, ..below }, Hit::Field(field));
        }
    }
    if let Some(cursor) = canvas.state.form.cursor() {
        canvas.cursor = Some(cursor);
    }
}

/// A field as it is drawn.
fn shown(field: &dyn AnyField) -> FormField<'_> {
    let input = match field.shown() {
        Shown::Text(text) => widget::Input::Line { content: Content::Text(text), placeholder: "" },
        Shown::Secret(secret) => widget::Input::Line { content: Content::Secret(secret), placeholder: "" },
        Shown::Paste(editor) => widget::Input::Lines { editor, rows: PASTE_ROWS },
        Shown::Choice(label) => widget::Input::Choice(label),
    };
    FormField { label: field.label(), input, help: field.help(), error: field.error() }
}
