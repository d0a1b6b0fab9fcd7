//! Boxes to read: help, logs, reports, stored objects, differences; and the box that asks.

use app::shell::action::BoxAction;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use crate::canvas::Canvas;
use crate::chrome::verdict;
use crate::highlight::Syntax;
use crate::shell::frame::{draw_parts, open, text};
use crate::state::Hit;
use crate::styles::{Styles, Tone};
use crate::text::narrow;
use crate::widgets::code::CodeView;
use crate::widgets::confirm::{Answer, Answers, Weight, layout};
use crate::widgets::diff::{DiffView, summary};
use crate::widgets::hex::HexView;
use crate::widgets::stack::{Part, Stack};
use app::Model;
use app::action::{Action, Group, Spec};
use app::command_log::entry::EntryState;
use app::fix::break_glass::BreakGlassPod;
use app::keymap::specs;
use app::overlay::{Body, Confirm, Reader};
use app::shell::report::Report;
use app::shell::text_diff::Diff;
use domain::admission::{BREAK_GLASS_LABEL, Decision};

/// The width of a box with text, where the screen has it.
const WIDE: u16 = 100;
/// Lines around a change that are shown too.
const CONTEXT: usize = 3;

pub(crate) fn draw(model: &Model, reader: &Reader, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    if let Body::Decisions(both) = &reader.body {
        return crate::decision::both::draw(model, reader, both, screen, canvas);
    }
    let diff = match &reader.body {
        Body::Diff { before, after } => Diff::new(before, after, CONTEXT),
        _ => Diff::default(),
    };
    let parts = match &reader.body {
        Body::Diff { .. } => difference(&diff, styles),
        Body::Code(code) => vec![Part::Code(CodeView::new(styles, code, Syntax::detect(code)))],
        Body::Bytes(bytes) => exact_bytes(bytes, styles),
        body => vec![text(lines(model, body, styles), styles)],
    };
    let height = Stack { styles, parts: &parts }.height(wide(screen));
    let inner = open(&reader.title, (WIDE, narrow(height).max(3)), screen, canvas);
    draw_parts(&parts, reader.scroll, inner, canvas);
}

/// The inside of a box of full width.
fn wide(screen: Rect) -> u16 {
    WIDE.min(screen.width.saturating_sub(6))
}

/// What is asked and what changes, and below, always in sight, the answers.
pub(crate) fn confirm(confirm: &Confirm, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let lines = confirm.lines.iter().map(|line| Line::styled(line.as_str(), styles.text())).collect();
    let mut parts = vec![text(lines, styles)];
    let diff = confirm.diff.as_ref().map(|(before, after)| Diff::new(before, after, CONTEXT));
    if let Some(diff) = &diff {
        parts.push(text(vec![Line::default()], styles));
        parts.extend(difference(diff, styles));
    }
    let height = Stack { styles, parts: &parts }.height(wide(screen)) + 2;
    let inner = open(&confirm.title, (WIDE, narrow(height)), screen, canvas);
    let (body, answers) = layout(inner);
    draw_parts(&parts, confirm.scroll, body, canvas);
    draw_answers(confirm, answers, canvas);
}

/// The answers are actions, each with its key.
fn draw_answers(confirm: &Confirm, row: Rect, canvas: &mut Canvas<'_>) {
    let danger = confirm.danger.then_some(Action::Box(BoxAction::Accept));
    answers(&[Action::Box(BoxAction::Accept), Action::Box(BoxAction::Refuse)], danger, row, canvas);
}

/// A row of answers, the first of which is the one to press Enter for.
pub(crate) fn answers(actions: &[Action], danger: Option<Action>, row: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let specs: Vec<&Spec> = actions.iter().copied().filter_map(spec_of).collect();
    let keys: Vec<String> = specs.iter().map(|spec| spec.key()).collect();
    let weight = |action| if danger == Some(action) { Weight::Danger } else { Weight::Usual };
    let with_key = specs.iter().zip(&keys);
    let list: Vec<Answer<'_>> =
        with_key.map(|(spec, key)| Answer { key, label: spec.label, weight: weight(spec.action) }).collect();
    let answers = Answers { styles, answers: &list, focused: 0 };
    (&answers).render(row, canvas.buf);
    for x in row.left()..row.right() {
        let answer = answers.answer_at(row, Position::new(x, row.y));
        if let Some(spec) = answer.and_then(|number| specs.get(number)) {
            canvas.state.hit(Rect { x, width: 1, ..row }, Hit::Footer(spec.action));
        }
    }
}

fn spec_of(action: Action) -> Option<&'static Spec> {
    specs().find(|spec| spec.action == action)
}

/// How much changes, and what.
fn difference<'a>(diff: &'a Diff, styles: &'a Styles) -> Vec<Part<'a>> {
    let summary = if diff.is_empty() { Vec::new() } else { vec![summary(styles, diff), Line::default()] };
    vec![text(summary, styles), Part::Diff(DiffView { styles, diff })]
}

fn lines<'a>(model: &'a Model, body: &'a Body, styles: &'a Styles) -> Vec<Line<'a>> {
    match body {
        Body::Prose(text) => text.lines().map(|line| Line::styled(line, styles.text())).collect(),
        Body::Review => crate::decision::both::review(model, styles),
        Body::Replay => crate::replay::lines(model, styles),
        Body::Help => help(styles),
        Body::CommandLog => command_log(model, styles),
        Body::ApiLog => api_log(model, styles),
        Body::Report(report) => report_lines(report, styles),
        Body::Against => against(model, styles),
        Body::Registry => crate::decision::registry::lines(model, styles),
        Body::Decision(decision) => decision_lines(decision, styles),
        Body::BreakGlass(composed) => break_glass(composed, styles),
        Body::Code(_) | Body::Bytes(_) | Body::Diff { .. } | Body::Decisions(_) => Vec::new(),
    }
}

/// Bytes as lines with visible ends, how many there are, and each one as a number.
pub(crate) fn exact_bytes<'a>(bytes: &'a [u8], styles: &'a Styles) -> Vec<Part<'a>> {
    let mut lines = visible_bytes(bytes, styles);
    lines.extend([Line::default(), Line::styled(format!("{} bytes", bytes.len()), styles.dim()), Line::default()]);
    vec![text(lines, styles), Part::Hex(HexView { styles, bytes })]
}

/// Each line with its end made visible.
fn visible_bytes(bytes: &[u8], styles: &Styles) -> Vec<Line<'static>> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split_inclusive('\n')
        .map(|line| {
            let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, styles.glyphs.newline));
            Line::from(vec![Span::styled(body.to_owned(), styles.code()), Span::styled(end, styles.dim())])
        })
        .collect()
}

/// Every key, from the action table.
fn help<'a>(styles: &Styles) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for group in Group::ALL {
        lines.push(Line::styled(group.title(), styles.strong()));
        let mut seen = Vec::new();
        for spec in specs().filter(|spec| spec.group == group) {
            let row = (spec.all_keys(), spec.help);
            if seen.contains(&row) {
                continue;
            }
            let danger = if spec.danger { styles.glyphs.warning } else { " " };
            lines.push(Line::from(vec![
                Span::styled(format!("  {danger} {:14}", row.0), styles.key()),
                Span::styled(spec.help, styles.text()),
            ]));
            seen.push(row);
        }
        lines.push(Line::default());
    }
    lines
}

fn command_log<'a>(model: &'a Model, styles: &Styles) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for entry in model.log.entries().iter().rev() {
        let (mark, style) = match &entry.state {
            EntryState::Running => (styles.glyphs.bullet, styles.busy()),
            EntryState::Done => (styles.glyphs.admit, styles.notice(Tone::Success).style),
            EntryState::Failed(_) => (styles.glyphs.deny, styles.notice(Tone::Error).style),
            EntryState::Cancelled | EntryState::NotReached => (styles.glyphs.skipped, styles.dim()),
        };
        let why = match &entry.state {
            EntryState::Failed(why) => format!("  {why}"),
            EntryState::Cancelled => "  cancelled".to_owned(),
            EntryState::NotReached => "  not reached".to_owned(),
            EntryState::Running | EntryState::Done => String::new(),
        };
        lines.push(Line::from(vec![
            Span::styled(format!("{mark} "), style),
            Span::styled(entry.at.strftime("%H:%M:%S ").to_string(), styles.dim()),
            Span::styled(entry.title.clone(), styles.strong()),
            Span::styled(why, style),
        ]));
        for command in entry.commands.iter().flat_map(|command| command.lines()) {
            lines.push(Line::styled(format!("    {command}"), styles.code()));
        }
    }
    if lines.is_empty() {
        lines.push(Line::styled("Nothing was done yet.", styles.dim()));
    }
    lines
}

fn api_log<'a>(model: &'a Model, styles: &Styles) -> Vec<Line<'a>> {
    if model.ui.requests.is_empty() {
        return vec![Line::styled("No request was sent yet.", styles.dim())];
    }
    model.ui.requests.iter().map(|line| Line::styled(line.as_str(), styles.text())).collect()
}

/// The decision about the chosen image under the version of the history that is asked.
fn against<'a>(model: &'a Model, styles: &Styles) -> Vec<Line<'a>> {
    let images = model.session.images().into_iter().map(|image| Line::styled(image.image, styles.strong()));
    let mut lines: Vec<Line<'a>> = images.collect();
    if !model.session.assumptions.is_empty() {
        let text = format!("if: {}", model.session.assumptions.short());
        lines.push(Line::styled(text, styles.notice(Tone::Warning).style));
    }
    match &model.decisions.then {
        Some(decision) => lines.extend(decision_lines(decision, styles)),
        None => lines.push(Line::styled("nothing is decided: no image is chosen", styles.dim())),
    }
    lines
}

/// The verdict, what the cluster would print, and every check.
fn decision_lines<'a>(decision: &Decision, styles: &Styles) -> Vec<Line<'a>> {
    let mut lines = vec![Line::from(verdict(Some(decision), styles))];
    if !decision.message.is_empty() {
        lines.push(Line::styled(decision.message.clone(), styles.text()));
    }
    lines.push(Line::default());
    let statuses = decision.trace.flat().into_iter().map(|(_, check)| check.status);
    let checks = decision.trace.lines().into_iter().zip(statuses);
    lines.extend(checks.map(|(line, status)| Line::styled(line, styles.trace(status).style)));
    lines
}

/// What happened, why, and what to do.
pub(crate) fn report_lines<'a>(report: &'a Report, styles: &Styles) -> Vec<Line<'a>> {
    let error = styles.notice(Tone::Error);
    let mut lines = vec![Line::styled(format!("{} {}", error.glyph, report.title), error.style)];
    for cause in &report.chain {
        lines.push(Line::from(vec![
            Span::styled("because  ", styles.dim()),
            Span::styled(cause.as_str(), styles.text()),
        ]));
    }
    if let Some(hint) = &report.hint {
        lines.push(Line::default());
        lines.push(Line::from(vec![
            Span::styled("What to do  ", styles.dim()),
            Span::styled(hint.as_str(), styles.text()),
        ]));
    }
    lines
}

/// The manifest, with the label marked, and what goes with it.
fn break_glass(composed: &BreakGlassPod, styles: &Styles) -> Vec<Line<'static>> {
    let style = |line: &str| {
        if line.starts_with("# ") {
            styles.key()
        } else if line.contains(BREAK_GLASS_LABEL) {
            styles.strong()
        } else {
            styles.text()
        }
    };
    composed.text().lines().map(|line| Line::styled(line.to_owned(), style(line))).collect()
}
