//! The boxes over the page, painted from the bottom up; the cursor is the topmost one's.

use ratatui::layout::Rect;

use crate::canvas::Canvas;
use crate::layout;
use crate::state::Hit;
use crate::{explain, fix, history, import, policy_test, shell, sign};
use app::Model;
use app::overlay::Overlay;

/// Draws every box; only the topmost one is what the mouse hits.
pub(super) fn draw(model: &Model, whole: Rect, canvas: &mut Canvas<'_>) {
    let top = model.overlays.len().saturating_sub(1);
    let screen = place(model, whole);
    for (number, overlay) in model.overlays.iter().enumerate() {
        if number == top {
            canvas.state.hit(whole, Hit::Overlay);
        }
        match overlay {
            Overlay::Reader(reader) => shell::reader::draw(model, reader, screen, canvas),
            Overlay::Confirm(confirm) => shell::reader::confirm(confirm, screen, canvas),
            Overlay::Picker(picker) => shell::picker::draw(picker, screen, canvas),
            Overlay::Form(form) => shell::form::draw(form, screen, canvas),
            Overlay::Conflict(conflict) => import::draw(conflict, screen, canvas),
            Overlay::History(shown) => history::draw(model, *shown, screen, canvas),
            Overlay::Tests(shown) => policy_test::draw(model, *shown, screen, canvas),
            Overlay::Explain(_) => explain::draw(model, screen, canvas),
            Overlay::Fixes(shown) => fix::draw(model, *shown, screen, canvas),
            Overlay::Mend(mend) => fix::mend::draw(model, mend, screen, canvas),
            Overlay::Wizard(wizard) => sign::draw(model, wizard, screen, canvas),
        }
    }
}

/// Where boxes may stand: never over what is assumed, which every screen shows.
fn place(model: &Model, whole: Rect) -> Rect {
    if model.session.assumptions.is_empty() {
        return whole;
    }
    let top = layout::screen(whole, 0, 1).body.y;
    Rect { y: top, height: whole.bottom().saturating_sub(top), ..whole }
}
