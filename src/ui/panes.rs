//! The panes of the shown tab.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout;
use crate::state::{Hit, ViewState};
use crate::styles::Styles;
use crate::{attestor, cluster, decision, deployer, draft, review};
use app::Model;
use app::shell::tab::Pane;

/// Draws every pane that has room.
pub(super) fn draw(model: &Model, body: Rect, state: &mut ViewState, styles: &Styles, frame: &mut Frame<'_>) {
    let focus = model.nav.focus();
    for (pane, area) in layout::panes(model.nav.tab, focus, body) {
        state.hit(area, Hit::Pane(pane));
        if pane == focus {
            state.viewport.page = area.height.saturating_sub(2);
        }
        match pane {
            Pane::Setup => deployer::setup(model, area, state, styles, frame.buffer_mut()),
            Pane::Images => deployer::images(model, area, state, styles, frame.buffer_mut()),
            Pane::Workloads => cluster::workloads(model, area, state, styles, frame.buffer_mut()),
            Pane::Events => cluster::events(model, area, state, styles, frame.buffer_mut()),
            Pane::Decision => decision::trace::decision(model, area, state, styles, frame.buffer_mut()),
            Pane::Editor => draft::view::editor(model, area, state, styles, frame),
            Pane::Problems => draft::view::problems(model, area, state, styles, frame.buffer_mut()),
            Pane::Preview => review::preview::preview(model, area, state, styles, frame.buffer_mut()),
            Pane::Field => draft::described::draw(model, area, state, styles, frame.buffer_mut()),
            Pane::Attestors => attestor::attestors(model, area, state, styles, frame.buffer_mut()),
            Pane::Notes => attestor::notes(model, area, state, styles, frame.buffer_mut()),
            Pane::Attestations => attestor::attestations(model, area, state, styles, frame.buffer_mut()),
            Pane::Keys => attestor::keys(model, area, state, styles, frame.buffer_mut()),
        }
    }
}

/// What stands over the panes and is no box.
pub(super) fn draw_over(model: &Model, screen: Rect, state: &mut ViewState, styles: &Styles, buf: &mut Buffer) {
    draft::view::completions(model, screen, state, styles, buf);
}
