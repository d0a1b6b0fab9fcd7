//! The box with a list to choose from.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::StatefulWidget as _;

use super::open;
use crate::app::overlay::Picker;
use crate::ui::state::{Hit, ViewState};
use crate::ui::styles::{Focus, Styles};
use crate::ui::text::put_line;
use crate::ui::widgets::placeholder::Placeholder;
use crate::ui::widgets::table::{Column, Table};

const WIDE: u16 = 96;

pub(super) fn draw(picker: &Picker, screen: Rect, state: &mut ViewState, styles: &Styles, frame: &mut Frame<'_>) {
    let height = u16::try_from(picker.entries.len()).unwrap_or(u16::MAX).clamp(3, 24) + 2;
    let size = (WIDE.min(screen.width.saturating_sub(8)), height);
    let inner = open(&picker.title, size, screen, styles, frame.buffer_mut());
    let count = format!("  {}/{}", picker.shown.len(), picker.entries.len());
    let line = Line::from(vec![
        Span::styled("/ ", styles.key()),
        Span::styled(picker.filter.text().to_owned(), styles.text()),
        Span::styled(count, styles.dim()),
    ]);
    put_line(frame.buffer_mut(), (inner.x, inner.y), &line, usize::from(inner.width));
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    let columns = [Column::flexible("", 16, 28), Column::flexible("", 10, 60)];
    let row = |at: usize| {
        let entry = picker.shown.get(at).and_then(|number| picker.entries.get(*number));
        entry
            .map(|e| vec![Line::styled(e.label.clone(), styles.text()), Line::styled(e.detail.clone(), styles.dim())])
            .unwrap_or_default()
    };
    let table = Table::new(styles, &columns, picker.shown.len(), &row)
        .selected(Some(picker.selected), Focus::Here)
        .placeholder(Placeholder::empty(styles, "nothing fits", "Backspace widens the filter"));
    (&table).render(list, frame.buffer_mut(), &mut state.overlay);
    state.hit(list, Hit::OverlayRows);
    let x = inner.x + 2 + u16::try_from(picker.filter.cursor_cell()).unwrap_or(0);
    frame.set_cursor_position(Position::new(x.min(inner.right().saturating_sub(1)), inner.y));
}
