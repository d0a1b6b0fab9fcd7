//! The panes of the shown tab.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::canvas::Canvas;
use crate::layout::{self, Arrangement};
use crate::state::Hit;
use crate::text::put_line;
use crate::{attestor, cluster, decision, deployer, draft, review};
use app::Model;
use app::action::{Action, Spec};
use app::keymap::specs;
use app::shell::action::PaneAction;
use app::shell::tab::Pane;

/// Draws every pane that has room.
pub(super) fn draw(model: &Model, body: Rect, canvas: &mut Canvas<'_>) {
    let focus = model.nav.focus();
    let arrangement = Arrangement {
        focus,
        enlarged: model.nav.is_enlarged(),
        folded: model.is_setup_folded().then_some(Pane::Setup),
    };
    for (pane, area) in layout::panes(model.nav.tab, arrangement, body) {
        canvas.state.hit(area, Hit::Pane(pane));
        if pane == focus {
            canvas.state.viewport.page = area.height.saturating_sub(2);
        }
        draw_pane(model, pane, area, canvas);
    }
    if model.nav.is_enlarged() {
        mark_enlarged(body, canvas);
    }
}

fn draw_pane(model: &Model, pane: Pane, area: Rect, canvas: &mut Canvas<'_>) {
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

/// How the other panes come back, in the lower border of the one that is shown.
fn mark_enlarged(area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let spec = specs().find(|spec| spec.action == Action::Pane(PaneAction::Enlarge));
    let key = spec.map(Spec::key).unwrap_or_default();
    let line =
        Line::from(vec![Span::raw(" "), Span::styled(key, styles.key()), Span::styled(" all panes ", styles.dim())]);
    let place = (area.x + 2, area.bottom().saturating_sub(1));
    put_line(canvas.buf, place, &line, usize::from(area.width.saturating_sub(4)));
}

/// What stands over the panes and is no box.
pub(super) fn draw_over(model: &Model, screen: Rect, canvas: &mut Canvas<'_>) {
    draft::view::completions(model, screen, canvas);
}
