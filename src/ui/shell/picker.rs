//! The box with a list to choose from.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::StatefulWidget as _;

use crate::shell::frame::open;
use crate::state::{Hit, ViewState};
use crate::styles::Styles;
use crate::text::narrow;
use crate::widgets::picker::{Picker, PickerRow};
use app::overlay;

const WIDE: u16 = 110;
/// Rows of entries at most.
const ROWS: usize = 24;

pub(crate) fn draw(
    picker: &overlay::Picker,
    screen: Rect,
    state: &mut ViewState,
    styles: &Styles,
    frame: &mut Frame<'_>,
) {
    // As high as all entries need: the box does not jump while the filter is typed.
    let height = narrow(picker.entries.len().clamp(3, ROWS) + 2);
    let inner = open(&picker.title, (WIDE, height), screen, styles, frame.buffer_mut());
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
    (&list).render(inner, frame.buffer_mut(), &mut state.overlay);
    state.viewport.overlay_page = state.overlay.area().height;
    state.hit(inner, Hit::OverlayRows);
    if let Some(cursor) = list.cursor(inner) {
        frame.set_cursor_position(cursor);
    }
}
