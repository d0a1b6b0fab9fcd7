//! The panes of the shown tab.

use ratatui::layout::Rect;

use crate::canvas::Canvas;
use crate::layout;
use crate::state::Hit;
use crate::{attestor, cluster, decision, deployer, draft, review};
use app::Model;
use app::shell::tab::Pane;

/// Draws every pane that has room.
pub(super) fn draw(model: &Model, body: Rect, canvas: &mut Canvas<'_>) {
    let focus = model.nav.focus();
    for (pane, area) in layout::panes(model.nav.tab, focus, body) {
        canvas.state.hit(area, Hit::Pane(pane));
        if pane == focus {
            canvas.state.viewport.page = area.height.saturating_sub(2);
        }
        match pane {
            Pane::Setup => deployer::setup(model, area, canvas),
            Pane::Images => deployer::images(model, area, canvas),
            Pane::Workloads => cluster::workloads(model, area, canvas),
            Pane::Events => cluster::events(model, area, canvas),
            Pane::Decision => decision::trace::decision(model, area, canvas),
            Pane::Editor => draft::view::editor(model, area, canvas),
            Pane::Problems => draft::view::problems(model, area, canvas),
            Pane::Preview => review::preview::preview(model, area, canvas),
            Pane::Field => draft::field_help::draw(model, area, canvas),
            Pane::Attestors => attestor::attestors(model, area, canvas),
            Pane::Notes => attestor::notes(model, area, canvas),
            Pane::Attestations => attestor::attestations(model, area, canvas),
            Pane::Keys => attestor::keys(model, area, canvas),
        }
    }
}

/// What stands over the panes and is no box.
pub(super) fn draw_over(model: &Model, screen: Rect, canvas: &mut Canvas<'_>) {
    draft::view::completions(model, screen, canvas);
}
