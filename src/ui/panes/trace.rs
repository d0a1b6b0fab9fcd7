//! Decisions: what is decided, in the cluster's own words, and the tree of checks behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget, Widget};

use super::focus;
use crate::app::Model;
use crate::app::tab::Pane;
use crate::domain::admission::Decision;
use crate::domain::trace::Check;
use crate::ui::chrome::verdict;
use crate::ui::state::{Hit, ViewState};
use crate::ui::styles::Styles;
use crate::ui::widgets::pane::Pane as PaneFrame;
use crate::ui::widgets::paragraph::{Paragraph, wrap_line};
use crate::ui::widgets::placeholder::Placeholder;
use crate::ui::widgets::table::{Column, Table};

/// The decision under the live policy.
pub(super) fn decision(model: &Model, area: Rect, state: &mut ViewState, styles: &Styles, buf: &mut Buffer) {
    let facts = vec![subject(model, styles), line("live policy", model.decisions.now.as_ref(), styles)];
    draw(model, Pane::Decision, model.decisions.now.as_ref(), facts, (area, state, styles), buf);
}

/// The decision under the draft, beside that of the live policy.
pub(super) fn preview(model: &Model, area: Rect, state: &mut ViewState, styles: &Styles, buf: &mut Buffer) {
    let facts = vec![
        subject(model, styles),
        line("live policy", model.decisions.now.as_ref(), styles),
        line("draft", model.decisions.drafted.as_ref(), styles),
    ];
    draw(model, Pane::Preview, model.decisions.drafted.as_ref(), facts, (area, state, styles), buf);
}

fn subject(model: &Model, styles: &Styles) -> Line<'static> {
    let subject = &model.session.subject;
    let mut text = format!("namespace {}, service account {}", subject.namespace, subject.service_account);
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
    if model.session.image.is_none() {
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

/// The tree, a row for each check that is not folded away; what was expected and found of the
/// selected one stands below.
fn checks(
    model: &Model,
    pane: Pane,
    decision: &Decision,
    (area, state, styles): (Rect, &mut ViewState, &Styles),
    buf: &mut Buffer,
) {
    let visible = model.visible_checks(pane);
    let selected = model.nav.selected(pane).min(visible.len().saturating_sub(1));
    let detail = visible
        .get(selected)
        .and_then(|path| find(&decision.trace.checks, path))
        .map(|c| detail(model, pane, c, styles))
        .unwrap_or_default();
    let room = usize::from(area.width.saturating_sub(2));
    let rows: usize = detail.iter().map(|line| wrap_line(line, room).len()).sum();
    let detail_height = u16::try_from(rows).unwrap_or(0).min(area.height / 3);
    let list = Rect { height: area.height - detail_height, ..area };
    let columns = [Column::flexible("", 20, 80)];
    let row = |at: usize| visible.get(at).map(|path| vec![row(model, decision, path, styles)]).unwrap_or_default();
    let table = Table::new(styles, &columns, visible.len(), &row).selected(Some(selected), focus(model, pane));
    StatefulWidget::render(&table, list, buf, state.scroll(pane));
    state.hit(list, Hit::Rows(pane));
    let below = Rect { x: area.x + 1, y: list.bottom(), width: area.width.saturating_sub(2), height: detail_height };
    Widget::render(&Paragraph::new(styles, detail), below, buf);
}

fn find<'a>(checks: &'a [Check], path: &[usize]) -> Option<&'a Check> {
    let (first, rest) = path.split_first()?;
    let check = checks.get(*first)?;
    if rest.is_empty() { Some(check) } else { find(&check.children, rest) }
}

fn row(model: &Model, decision: &Decision, path: &[usize], styles: &Styles) -> Line<'static> {
    let Some(check) = find(&decision.trace.checks, path) else { return Line::default() };
    let mark = styles.trace(check.status);
    let glyphs = styles.glyphs;
    let fold = match (check.children.is_empty(), model.nav.folded.contains(path)) {
        (true, _) => " ",
        (false, true) => glyphs.fold_closed,
        (false, false) => glyphs.fold_open,
    };
    let mut spans = vec![
        Span::styled(format!("{}{fold} ", "  ".repeat(path.len().saturating_sub(1))), styles.dim()),
        Span::styled(format!("{} ", mark.glyph), mark.style),
        Span::styled(check.label.clone(), styles.text()),
    ];
    if let Some(found) = &check.found {
        spans.push(Span::styled(format!("  {found}"), styles.dim()));
    }
    Line::from(spans)
}

/// Expected next to found, and where in the policy it stands.
fn detail(model: &Model, pane: Pane, check: &Check, styles: &Styles) -> Vec<Line<'static>> {
    let mark = styles.trace(check.status);
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{} {}  ", mark.glyph, mark.word), mark.style),
        Span::styled(check.label.clone(), styles.strong()),
    ])];
    let pairs = [("expected  ", &check.expected), ("found     ", &check.found)];
    for (label, text) in pairs.into_iter().filter_map(|(label, text)| Some((label, text.as_ref()?))) {
        lines.push(Line::from(vec![Span::styled(label, styles.dim()), Span::styled(text.clone(), styles.text())]));
    }
    if let Some(path) = &check.at {
        let at =
            if pane == Pane::Preview { model.draft.document.span_of(path).map(|s| s.best().start.line) } else { None };
        let line = at.map(|line| format!("  (line {line})")).unwrap_or_default();
        lines.push(Line::from(vec![
            Span::styled("policy    ", styles.dim()),
            Span::styled(format!("{path}{line}"), styles.code()),
        ]));
    }
    lines
}
