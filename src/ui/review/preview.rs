//! What the draft decides: every known image and pod under the live policy and under the draft.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget as _, Widget as _};

use crate::canvas::Canvas;
use crate::shell::list::{cell, filter_of, focus};
use crate::state::Hit;
use crate::styles::{Styles, Tone};
use crate::text::Cut;
use crate::widgets::pane::Pane as PaneFrame;
use crate::widgets::placeholder::Placeholder;
use crate::widgets::table::{Column, Table};
use app::Model;
use app::review::preview::{Order, Show};
use app::shell::tab::Pane;
use domain::admission::Outcome;
use domain::review::Standing;

const COLUMNS: [Column<'static>; 6] = [
    Column::fixed("", 1),
    Column::flexible("image", 16, 34).cut(Cut::Start),
    Column::flexible("where", 12, 20).drop(1).cut(Cut::Start),
    Column::fixed("now", 9),
    Column::fixed("draft", 9),
    Column::flexible("because", 7, 30),
];

pub(crate) fn preview(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let pane = Pane::Preview;
    let preview = &model.preview;
    let (shown, all) = (preview.shown_items(), preview.items().len());
    let mut frame = PaneFrame::new(styles, pane.title())
        .focus(focus(model, pane))
        .count(all)
        .note(arrangement(model, styles))
        .busy(preview.is_behind().then_some(model.ui.spin))
        .foot(foot(model, styles));
    if let Some(filter) = filter_of(model, pane) {
        frame = frame.filter(filter, shown.len(), all);
    }
    let inner = frame.inner(area);
    (&frame).render(area, canvas.buf);
    let row = |at: usize| shown.get(at).map(|number| cells(model, *number, styles)).unwrap_or_default();
    let selected = model.nav.selected(pane).min(shown.len().saturating_sub(1));
    let table = Table::new(styles, &COLUMNS, shown.len(), &row)
        .selected(Some(selected), focus(model, pane))
        .placeholder(placeholder(model, styles));
    (&table).render(inner, canvas.buf, canvas.state.scroll(pane));
    canvas.state.hit(inner, Hit::Rows(pane));
}

/// Whether the rows are of a draft that was one before the present text, which is no policy.
fn is_old(model: &Model) -> bool {
    model.draft.policy().is_none()
}

/// How many stand in which way. What is assumed is not in it, and that is said.
fn foot(model: &Model, styles: &Styles) -> Line<'static> {
    let mut foot = counts(model, styles);
    if !model.session.assumptions.is_empty() {
        foot.spans.insert(0, Span::styled("without what is assumed  ", styles.notice(Tone::Warning).style));
    }
    foot
}

fn cells(model: &Model, number: usize, styles: &Styles) -> Vec<Line<'static>> {
    let preview = &model.preview;
    let Some((item, row)) = preview.item(number) else { return Vec::new() };
    let title = cell(short(&item.title()), styles.text());
    let place = match item.workload.as_str() {
        "" => item.origin.as_str().to_owned(),
        workload => format!("{}/{workload}", item.namespace()),
    };
    let place = cell(place, styles.dim());
    let Some(row) = row else {
        let unknown = || cell("…", styles.dim());
        return vec![cell(" ", styles.dim()), title, place, unknown(), unknown(), unknown()];
    };
    if is_old(model) {
        let mark = styles.verdict(row.old);
        let now = cell(format!("{} {}", mark.glyph, word(row.old)), mark.style);
        let draft = cell(format!("{} unknown", styles.glyphs.unknown), styles.dim());
        return vec![cell(" ", styles.dim()), title, place, now, draft, cell("", styles.dim())];
    }
    let verdict = |outcome| {
        let mark = styles.verdict(outcome);
        cell(format!("{} {}", mark.glyph, word(outcome)), mark.style)
    };
    let because = preview.because(number, &model.draft.document, model.deps.verifier.as_ref()).unwrap_or_default();
    let because = cell(because.with_line(), styles.dim());
    vec![flip(row.standing, styles), title, place, verdict(row.old), verdict(row.new), because]
}

/// An outcome in one short word.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Admit => "admit",
        Outcome::Deny => "deny",
        Outcome::AdmitDryRun => "dry run",
        Outcome::AdmitBreakGlass => "glass",
        Outcome::Undecided => "unknown",
    }
}

/// An image with the first digits of its digest, which tell it from others well enough in a list.
fn short(title: &str) -> String {
    const DIGITS: usize = 12;
    let cut = |(name, digest): (&str, &str)| {
        let (digits, rest) = digest.split_at_checked(DIGITS)?;
        let after = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        Some(format!("{name}@{digits}{after}"))
    };
    title.split_once("@sha256:").and_then(cut).unwrap_or_else(|| title.to_owned())
}

/// A sign in front of what does not stay as it is.
fn flip(standing: Standing, styles: &Styles) -> Line<'static> {
    let style = styles.strong();
    match standing {
        Standing::Unchanged => cell(" ", style),
        Standing::Undecided => cell(styles.glyphs.unknown, styles.dim()),
        Standing::NewlyDenied => cell(styles.glyphs.deny, style),
        Standing::NewlyAdmitted => cell(styles.glyphs.admit, style),
        Standing::NewlyLogged | Standing::NoLongerLogged => cell(styles.glyphs.bullet, style),
    }
}

/// What is shown in which order, where that is not everything as known.
fn arrangement(model: &Model, styles: &Styles) -> Line<'static> {
    let (show, order) = (model.preview.show(), model.preview.order());
    let parts = [(show != Show::All).then(|| show.as_str()), (order != Order::Known).then(|| order.as_str())];
    Line::styled(parts.into_iter().flatten().collect::<Vec<_>>().join(", "), styles.dim())
}

/// How many do not stay as they are.
fn counts(model: &Model, styles: &Styles) -> Line<'static> {
    let preview = &model.preview;
    if !preview.is_ready() {
        return Line::default();
    }
    let counted = Standing::ALL.into_iter().filter(|standing| *standing != Standing::Unchanged);
    let some: Vec<String> = counted
        .map(|standing| (preview.count(standing), standing))
        .filter(|(count, _)| *count > 0)
        .map(|(count, standing)| format!("{count} {}", standing.as_str()))
        .collect();
    if is_old(model) {
        return Line::styled("the draft is no policy now (F4)", styles.notice(Tone::Warning).style);
    }
    let text = if some.is_empty() { "nothing flips".to_owned() } else { some.join(", ") };
    Line::styled(text, styles.dim())
}

fn placeholder<'a>(model: &Model, styles: &'a Styles) -> Placeholder<'a> {
    if model.preview.items().is_empty() {
        Placeholder::empty(styles, "no image is known", "i chooses one, I reads a list")
    } else if !model.preview.is_ready() && model.session.live_policy().is_none() {
        Placeholder::empty(styles, "the live policy is not known", "choose a project, or r reads it again")
    } else {
        Placeholder::empty(styles, "nothing fits the filter", "f shows all, Esc clears the text")
    }
}
