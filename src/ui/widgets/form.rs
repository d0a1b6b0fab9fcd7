//! A form: labels, fields, and below each what it is for or what is wrong with it.
//!
//! ```text
//! › Attestor    built-by-ci▏
//!               lower case letters, digits and hyphens
//!
//!   Algorithm   < RSA_PSS_4096_SHA512 >
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{StatefulWidget, Widget};

use crate::highlight::Syntax;
use crate::styles::{Focus, Styles};
use crate::text::{Cut, clip, fill, fit, narrow, put, wrap};
use crate::theme::Role;
use crate::widgets::editor::{EditorPane, EditorView};
use crate::widgets::field::{Content, FieldLine};
use crate::widgets::scroll::Scroll;
use app::shell::editor::Editor;
use app::shell::text::width;

/// What is filled in.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    Line {
        content: Content<'a>,
        placeholder: &'a str,
    },
    /// The one of some that is chosen; the arrow keys change it.
    Choice(&'a str),
    /// Several lines, drawn this many rows high.
    Lines {
        editor: &'a Editor,
        rows: u16,
    },
}

/// One field with its words.
#[derive(Debug, Clone, Copy)]
pub struct FormField<'a> {
    pub label: &'a str,
    pub input: Input<'a>,
    pub help: &'a str,
    /// What is wrong; stands in place of the help.
    pub error: Option<&'a str>,
}

/// The fields, one of them focused.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    pub styles: &'a Styles,
    pub fields: &'a [FormField<'a>],
    pub focused: usize,
}

/// How far a form is scrolled, and where the cursor came to be; lives with the caller.
#[derive(Debug, Clone, Copy, Default)]
pub struct FormView {
    pub scroll: Scroll,
    editor: EditorView,
    cursor: Option<Position>,
}

impl FormView {
    /// Where the terminal's cursor belongs.
    pub const fn cursor(&self) -> Option<Position> {
        self.cursor
    }
}

/// A form's field at a row of it: its first row, its rows, and the words below it.
struct Place<'a> {
    top: usize,
    input_rows: usize,
    words: Vec<&'a str>,
}

/// Cells before a label: those of the pointer.
const POINTER: u16 = 2;

impl<'a> Form<'a> {
    /// The rows it takes at a width.
    pub fn height(&self, width: u16) -> usize {
        self.places(width).last().map_or(0, |place| place.top + place.input_rows + place.words.len())
    }

    /// The field at a place of the screen, for the mouse.
    pub fn field_at(&self, view: &FormView, at: Position) -> Option<usize> {
        let row = view.scroll.row_at(at)?;
        self.places(self.room(view.scroll.area())).iter().rposition(|place| place.top <= row)
    }

    /// The width of the rows: beside the scrollbar, where there is one.
    fn room(&self, area: Rect) -> u16 {
        let scrolls = self.height(area.width) > usize::from(area.height);
        area.width.saturating_sub(u16::from(scrolls))
    }

    /// The cells of the pointer and the labels.
    fn label_width(&self, room: u16) -> u16 {
        let widest = self.fields.iter().map(|field| width(field.label)).max().unwrap_or(0);
        narrow(widest + 2).saturating_add(POINTER).min(room / 3)
    }

    fn places(&self, room: u16) -> Vec<Place<'a>> {
        let beside = usize::from(room.saturating_sub(self.label_width(room)));
        let mut top = 0;
        let mut places = Vec::new();
        for field in self.fields {
            let words = match field.error {
                Some(error) => wrap(error, beside.saturating_sub(2)),
                None if field.help.is_empty() => vec![],
                None => wrap(field.help, beside),
            };
            let input_rows = match field.input {
                Input::Lines { rows, .. } => usize::from(rows.max(1)),
                Input::Line { .. } | Input::Choice(_) => 1,
            };
            let rows = input_rows + words.len();
            places.push(Place { top, input_rows, words });
            // A row apart where there are words below, so that they are seen to belong above.
            top += rows + usize::from(rows > input_rows);
        }
        places
    }

    fn draw_words(&self, field: &FormField<'_>, words: &[&str], area: Rect, buf: &mut Buffer) {
        let (role, sign) = match field.error {
            Some(_) => (Role::FormError, self.styles.glyphs.error),
            None => (Role::FormHelp, ""),
        };
        let indent = if sign.is_empty() { 0 } else { 2 };
        let room = usize::from(area.width);
        if !area.is_empty() {
            put(buf, (area.x, area.y), sign, room, self.styles.role(role));
        }
        for (y, words) in (area.y..area.bottom()).zip(words) {
            put(buf, (area.x + indent, y), words, room.saturating_sub(usize::from(indent)), self.styles.role(role));
        }
    }

    fn draw_label(&self, label: &str, focus: Focus, area: Rect, buf: &mut Buffer) {
        let room = usize::from(area.width.saturating_sub(POINTER + 1));
        let label = fit(label, room, Cut::End, self.styles.glyphs.ellipsis);
        let role = if focus == Focus::Here { Role::FormLabelFocused } else { Role::FormLabel };
        put(buf, (area.x.saturating_add(POINTER), area.y), &label, room, self.styles.role(role));
        if focus == Focus::Here {
            put(buf, (area.x, area.y), self.styles.glyphs.pointer, usize::from(area.width), self.styles.key());
        }
    }

    /// Draws what is filled in; where the cursor belongs.
    fn draw_input(
        &self,
        field: &FormField<'_>,
        focus: Focus,
        area: Rect,
        editor: &mut EditorView,
        buf: &mut Buffer,
    ) -> Option<Position> {
        if area.is_empty() {
            return None;
        }
        match field.input {
            Input::Line { content, placeholder } => {
                let line = FieldLine { styles: self.styles, content, placeholder, focus };
                line.render(area, buf);
                line.cursor(area)
            }
            Input::Choice(chosen) => self.draw_choice(chosen, focus, area, buf),
            Input::Lines { editor: text, .. } => {
                fill(buf, area, self.styles.field(focus));
                let pane = EditorPane {
                    styles: self.styles,
                    editor: text,
                    syntax: Syntax::Plain,
                    squiggles: &[],
                    found: &[],
                    focus,
                };
                let mut other = EditorView::default();
                let view = if focus == Focus::Here { editor } else { &mut other };
                pane.render(area, buf, view);
                view.cursor()
            }
        }
    }

    fn draw_choice(&self, chosen: &str, focus: Focus, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let style = self.styles.field(focus);
        fill(buf, Rect { height: area.height.min(1), ..area }, style);
        let room = usize::from(area.width).saturating_sub(4);
        let text = fit(chosen, room, Cut::Middle, self.styles.glyphs.ellipsis);
        put(buf, (area.x, area.y), &format!("< {text} >"), usize::from(area.width), style);
        (focus == Focus::Here).then(|| area.as_position())
    }
}

/// The part of `area` that rows `from..from + rows` of the content take.
fn window(area: Rect, offset: usize, from: usize, rows: usize) -> Rect {
    let top = from.max(offset) - offset;
    let bottom = (from + rows).max(offset) - offset;
    let y = area.y.saturating_add(narrow(top)).min(area.bottom());
    let height = area.y.saturating_add(narrow(bottom)).min(area.bottom()) - y;
    Rect { y, height, ..area }
}

impl StatefulWidget for &Form<'_> {
    type State = FormView;

    fn render(self, area: Rect, buf: &mut Buffer, view: &mut FormView) {
        let area = clip(area, buf);
        let places = self.places(self.room(area));
        let height = places.last().map_or(0, |place| place.top + place.input_rows + place.words.len());
        view.scroll.fit(area, height);
        if let Some(place) = places.get(self.focused) {
            view.scroll.follow_range(place.top, place.top + place.input_rows + place.words.len());
        }
        let inner = view.scroll.with_bar(area, height, buf, self.styles);
        let label_width = self.label_width(inner.width);
        view.cursor = None;
        for (at, (field, place)) in self.fields.iter().zip(&places).enumerate() {
            let focus = Focus::from(at == self.focused);
            let rows = |from, rows| window(inner, view.scroll.offset, from, rows);
            let input = rows(place.top, place.input_rows);
            let beside = |row: Rect| Rect {
                x: row.x + label_width.min(row.width),
                width: row.width.saturating_sub(label_width),
                ..row
            };
            if !input.is_empty() {
                self.draw_label(field.label, focus, Rect { width: label_width.min(input.width), ..input }, buf);
                let cursor = self.draw_input(field, focus, beside(input), &mut view.editor, buf);
                view.cursor = cursor.or(view.cursor);
            }
            let words = rows(place.top + place.input_rows, place.words.len());
            let hidden = place.words.len().saturating_sub(usize::from(words.height));
            let shown = if words.y == inner.y { place.words.get(hidden..) } else { place.words.get(..) };
            self.draw_words(field, shown.unwrap_or_default(), beside(words), buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::shell::field::Field;

    #[test]
    fn help_and_errors_stand_below_their_field() {
        let styles = Styles::default();
        let (name, empty) = (Field::new("ci"), Field::default());
        let line = |field| Input::Line { content: Content::Text(field), placeholder: "none" };
        let fields = [
            FormField { label: "Name", input: line(&name), help: "letters", error: None },
            FormField { label: "Note", input: line(&empty), help: "", error: Some("A note is needed") },
            FormField { label: "Key", input: Input::Choice("EC"), help: "", error: None },
        ];
        let form = Form { styles: &styles, fields: &fields, focused: 0 };
        let mut buf = Buffer::empty(Rect::new(0, 0, 24, 8));
        let mut view = FormView::default();
        form.render(buf.area, &mut buf, &mut view);
        let rows: Vec<_> = crate::text::rows(&buf).iter().map(|row| row.trim_end().to_owned()).collect();
        let expected = [
            "› Name  ci",
            "        letters",
            "",
            "  Note  none",
            "        ▲ A note is",
            "          needed",
            "",
            "  Key   < EC >",
        ];
        assert_eq!(rows, expected);
        assert_eq!(view.cursor(), Some(Position::new(10, 0)));
        assert_eq!(form.field_at(&view, Position::new(0, 4)), Some(1));
        Form { focused: 2, ..form }.render(Rect::new(0, 0, 24, 7), &mut buf, &mut view);
        assert_eq!(view.scroll.offset, 1);
    }
}
