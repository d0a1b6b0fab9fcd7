//! Decisions: what is decided, in the cluster's own words, and the tree of checks behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget as _, Widget};

use super::focus;
use crate::app::Model;
use crate::app::tab::Pane;
use crate::domain::admission::{Decision, Platform};
use crate::domain::document::Path;
use crate::ui::chrome::verdict;
use crate::ui::state::{Hit, ViewState};
use crate::ui::styles::Styles;
use crate::ui::widgets::pane::Pane as PaneFrame;
use crate::ui::widgets::paragraph::{Paragraph, wrap_line};
use crate::ui::widgets::placeholder::Placeholder;
use crate::ui::widgets::trace_tree::TraceTree;

/// The decision under the live policy.
pub(super) fn decision(model: &Model, area: Rect, state: &mut ViewState, styles: &Styles, buf: &mut Buffer) {
    let facts = vec![subject(model, styles), line("live policy", model.decisions.now.as_ref(), styles)];
    draw(model, Pane::Decision, model.decisions.now.as_ref(), facts, (area, state, styles), buf);
}

fn subject(model: &Model, styles: &Styles) -> Line<'static> {
    let subject = &model.session.subject;
    let mut text = match model.session.images().len() {
        0 | 1 => String::new(),
        count => format!("{count} images, "),
    };
    if let Some(cluster) = &subject.cluster {
        text.push_str(&format!("cluster {cluster}, "));
    }
    if subject.platform == Platform::CloudRun {
        text.push_str("Cloud Run, ");
    }
    text.push_str(&format!("namespace {}, service account {}", subject.namespace, subject.service_account));
    if !subject.service_identity.is_empty() {
        text.push_str(&format!(", {}", subject.service_identity));
    }
    for (key, value) in &subject.labels {
        text.push_str(&format!(", {key}={value}"));
    }
    Line::styled(text, styles.dim())
}

fn line(label: &str, decision: Option<&Decision>, styles: &Styles) -> Line<'static> {
    let mut spans = vec![Span::styled(format!("{label:12}"), styles.dim())];
    spans.extend(verdict(decision, styles));
    Line::from(spans)
}

fn draw(
    model: &Model,
    pane: Pane,
    decision: Option<&Decision>,
    mut facts: Vec<Line<'static>>,
    (area, state, styles): (Rect, &mut ViewState, &Styles),
    buf: &mut Buffer,
) {
    let frame =
        PaneFrame::new(styles, pane.title()).focus(focus(model, pane)).foot(Line::styled("s simulate", styles.dim()));
    let inner = frame.inner(area);
    (&frame).render(area, buf);
    let Some(decision) = decision else {
        (&missing(model, pane, styles)).render(inner, buf);
        return;
    };
    if !decision.message.is_empty() {
        facts.push(Line::styled(decision.message.clone(), styles.text()));
    }
    let text = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let wanted: usize = facts.iter().map(|line| wrap_line(line, usize::from(text.width)).len()).sum();
    let height = u16::try_from(wanted).unwrap_or(u16::MAX).min(inner.height / 2);
    Widget::render(&Paragraph::new(styles, facts), Rect { height, ..text }, buf);
    let below = height + u16::from(height < inner.height);
    let tree = Rect { y: inner.y + below, height: inner.height - below, ..inner };
    checks(model, pane, decision, (tree, state, styles), buf);
}

fn missing<'a>(model: &Model, pane: Pane, styles: &'a Styles) -> Placeholder<'a> {
    if model.session.images().is_empty() {
        return Placeholder::empty(styles, "no image chosen", "i chooses one");
    }
    if pane == Pane::Preview {
        return Placeholder::empty(
            styles,
            "the draft is not a policy yet",
            "F4 goes to the problem, F3 offers templates",
        );
    }
    Placeholder::empty(styles, "the live policy is not known", "choose a project, or r reads it again")
}

/// The tree; each row of the screen is its check's for the mouse, and a page is as many as are seen.
fn checks(
    model: &Model,
    pane: Pane,
    decision: &Decision,
    (area, state, styles): (Rect, &mut ViewState, &Styles),
    buf: &mut Buffer,
) {
    let folding = model.nav.tree(pane);
    let rows = folding.rows(&decision.trace);
    let line_of = |path: &Path| {
        (pane == Pane::Preview).then(|| model.draft.document.span_of(path).map(|s| s.best().start.line)).flatten()
    };
    let (selected, focus) = (folding.selected(&rows), focus(model, pane));
    let tree = TraceTree { styles, rows: &rows, selected, focus, line_of: &line_of };
    (&tree).render(area, buf, state.scroll(pane));
    let mut drawn = tree.rows_drawn(state.scroll(pane));
    for (y, row) in (area.y..area.bottom()).zip(&drawn) {
        state.hit(Rect { y, height: 1, ..area }, Hit::Check(pane, *row));
    }
    drawn.dedup();
    if model.nav.focus() == pane {
        state.viewport.page = u16::try_from(drawn.len()).unwrap_or(u16::MAX);
    }
}
