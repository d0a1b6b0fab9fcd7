//! The box with a list to choose from.

use ratatui::layout::Rect;
use ratatui::widgets::StatefulWidget as _;

use crate::canvas::Canvas;
use crate::shell::frame::open;
use crate::state::Hit;
use crate::text::narrow;
use crate::widgets::picker::{Picker, PickerRow};
use app::overlay;

const WIDE: u16 = 110;
/// Rows of entries at most.
const ROWS: usize = 24;

pub(crate) fn draw(picker: &overlay::Picker, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    // As high as all entries need: the box does not jump while the filter is typed.
    let height = narrow(picker.entries.len().clamp(3, ROWS) + 2);
    let inner = open(&picker.title, (WIDE, height), screen, canvas);
    let row = |at: usize| {
        let entry = picker.shown.get(at).and_then(|number| picker.entries.get(*number));
        entry.map_or(PickerRow::default(), |entry| PickerRow { label: &entry.label, detail: &entry.detail })
    };
    let list = Picker {
        styles,
        filter: &picker.filter,
        placeholder: "type a few letters",
        len: picker.shown.len(),
        all: picker.entries.len(),
        row: &row,
        selected: picker.selected,
    };
    (&list).render(inner, canvas.buf, &mut canvas.state.overlay);
    canvas.state.viewport.overlay_page = canvas.state.overlay.area().height;
    canvas.state.hit(inner, Hit::OverlayRows);
    if let Some(cursor) = list.cursor(inner) {
        canvas.cursor = Some(cursor);
    }
}
