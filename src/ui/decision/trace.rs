//! Decisions: what is decided, in the cluster's own words, and the tree of checks behind it.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget as _, Widget};

use crate::canvas::Canvas;
use crate::chrome::verdict;
use crate::shell::list::focus;
use crate::state::Hit;
use crate::styles::Styles;
use crate::widgets::pane::Pane as PaneFrame;
use crate::widgets::paragraph::{Paragraph, wrap_line};
use crate::widgets::placeholder::Placeholder;
use crate::widgets::trace_tree::TraceTree;
use app::Model;
use app::decision::state::Under;
use app::shell::tab::Pane;
use domain::admission::trace::Status;
use domain::admission::{Decision, Fact, ImageDecision, ImageOutcome, Platform};
use domain::path::Path;

/// The decision under the policy that is shown, and the verdicts under all that are asked.
pub(crate) fn decision(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let decisions = &model.decisions;
    let mut facts = images(model, styles);
    facts.push(subject(model, styles));
    let now = if model.session.assumptions.moment().is_some() { "policy then" } else { "live policy" };
    facts.push(line(now, decisions.now.as_ref(), decisions.under == Under::Live, styles));
    if decisions.under != Under::Live {
        facts.push(line("draft", decisions.drafted.as_ref(), decisions.under == Under::Draft, styles));
    }
    if model.session.simulated.is_some() && decisions.under != Under::Live {
        let label = format!("policy of {}", model.session.simulated_since);
        facts.push(line(&label, decisions.then.as_ref(), decisions.under == Under::Version, styles));
    }
    draw(model, Pane::Decision, decisions.shown_in(Pane::Decision), facts, area, canvas);
}

/// Each image of a pod of several, with what came of it; the header has the only one of others.
fn images(model: &Model, styles: &Styles) -> Vec<Line<'static>> {
    let Some(decision) = model.decisions.shown_in(Pane::Decision).filter(|decision| decision.images.len() > 1) else {
        return Vec::new();
    };
    let line = |image: &ImageDecision| {
        let (status, word) = match &image.outcome {
            ImageOutcome::Exempt(_) => (Status::Pass, "exempt"),
            ImageOutcome::Allow => (Status::Pass, "allow"),
            ImageOutcome::Deny(_) => (Status::Fail, "deny"),
            ImageOutcome::Undecided => (Status::Unknown, "not known"),
        };
        let mark = styles.trace(status);
        Line::from(vec![
            mark.sign(),
            Span::styled(format!(" {word:<9} "), mark.style),
            Span::styled(image.image.clone(), styles.text()),
        ])
    };
    decision.images.iter().take(IMAGES).map(line).collect()
}

/// Images of a pod that are told above the tree, which has them all.
const IMAGES: usize = 4;

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
    let said = |fact, text| subject.said(fact, text).unwrap_or("not known").to_owned();
    let namespace = said(Fact::Namespace, &subject.namespace);
    let account = said(Fact::ServiceAccount, &subject.service_account);
    text.push_str(&format!("namespace {namespace}, service account {account}"));
    if !subject.service_identity.is_empty() {
        text.push_str(&format!(", {}", subject.service_identity));
    }
    for (key, value) in &subject.labels {
        text.push_str(&format!(", {key}={value}"));
    }
    Line::styled(text, styles.dim())
}

fn line(label: &str, decision: Option<&Decision>, shown: bool, styles: &Styles) -> Line<'static> {
    let label_style = if shown { styles.text() } else { styles.dim() };
    let mut spans = vec![Span::styled(format!("{label:11} "), label_style)];
    spans.extend(verdict(decision, styles));
    Line::from(spans)
}

fn draw(
    model: &Model,
    pane: Pane,
    decision: Option<&Decision>,
    mut facts: Vec<Line<'static>>,
    area: Rect,
    canvas: &mut Canvas<'_>,
) {
    let styles = canvas.styles;
    let mut frame =
        PaneFrame::new(styles, pane.title()).focus(focus(model, pane)).foot(Line::styled("s simulate", styles.dim()));
    if let (Some(filter), Some(decision)) = (crate::shell::list::filter_of(model, pane), decision) {
        let all = decision.trace.flat().len();
        frame = frame.filter(filter, model.nav.tree(pane).count_found(&decision.trace), all);
    }
    let inner = frame.inner(area);
    (&frame).render(area, canvas.buf);
    let Some(decision) = decision else {
        (&missing(model, pane, styles)).render(inner, canvas.buf);
        return;
    };
    if !decision.message.is_empty() {
        facts.push(Line::styled(decision.message.clone(), styles.text()));
    }
    let text = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let wanted: usize = facts.iter().map(|line| wrap_line(line, usize::from(text.width)).len()).sum();
    let height = u16::try_from(wanted).unwrap_or(u16::MAX).min(inner.height / 2);
    Widget::render(&Paragraph::new(styles, facts), Rect { height, ..text }, canvas.buf);
    let below = height + u16::from(height < inner.height);
    let tree = Rect { y: inner.y + below, height: inner.height - below, ..inner };
    checks(model, pane, decision, tree, canvas);
}

fn missing<'a>(model: &Model, pane: Pane, styles: &'a Styles) -> Placeholder<'a> {
    if model.session.images().is_empty() {
        return Placeholder::empty(styles, "no image chosen", "i chooses one");
    }
    if pane == Pane::Decision && model.decisions.under == Under::Draft {
        return Placeholder::empty(styles, "the draft is not a policy yet", "v shows the next policy");
    }
    if model.session.assumptions.moment().is_some() {
        return Placeholder::empty(styles, "no policy of that time is known", "W drops what is assumed");
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
fn checks(model: &Model, pane: Pane, decision: &Decision, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let folding = model.nav.tree(pane);
    let rows = folding.rows(&decision.trace);
    let line_of = |path: &Path| {
        (pane == Pane::Preview || model.decisions.under == Under::Draft)
            .then(|| model.draft.document.span_of(path).map(|s| s.best().start.line))
            .flatten()
    };
    let (selected, focus) = (folding.selected(&rows), focus(model, pane));
    let tree = TraceTree { styles, rows: &rows, selected, focus, line_of: &line_of };
    (&tree).render(area, canvas.buf, canvas.state.scroll(pane));
    let mut drawn = tree.rows_drawn(canvas.state.scroll(pane));
    for (y, row) in (area.y..area.bottom()).zip(&drawn) {
        canvas.state.hit(Rect { y, height: 1, ..area }, Hit::Check(pane, *row));
    }
    drawn.dedup();
    if model.nav.focus() == pane {
        canvas.state.viewport.page = u16::try_from(drawn.len()).unwrap_or(u16::MAX);
    }
}
