//! The codelab, docked above the footer: the step, whose it is, its check, its hints.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget};

use crate::canvas::Canvas;
use crate::styles::Styles;
use crate::text::{Cut, fit, put_line};
use crate::widgets::paragraph::{Paragraph, wrap_line};
use app::Model;
use app::action::Action;
use app::guide::state::Hint;
use app::keymap::specs;
use codelab::{CheckResult, STEPS, Step};
use domain::role::Role;

/// Rows that the guide wants, its rule included; 0 while it is hidden. Never more than two fifths.
pub(super) fn height(model: &Model, screen: Rect) -> u16 {
    if !model.guide.progress.shown {
        return 0;
    }
    let room = usize::from(screen.width.saturating_sub(2));
    let rows: usize = lines(model, None).iter().map(|line| wrap_line(line, room).len()).sum();
    let wanted = u16::try_from(rows + 1).unwrap_or(u16::MAX);
    wanted.min(screen.height * 2 / 5)
}

pub(super) fn draw(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    if area.height == 0 {
        return;
    }
    let block = Block::new().borders(Borders::TOP).border_style(styles.dim());
    let inner = block.inner(area);
    block.render(area, canvas.buf);
    title(model, area, canvas);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let lines = lines(model, Some(styles));
    Widget::render(&Paragraph::new(styles, lines), inner, canvas.buf);
}

/// Where we are in the codelab, and what the check of the step says.
fn title(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let y = area.y;
    let Some((number, step)) = model.guide.current() else {
        let line = Line::styled(format!(" Codelab {0}/{0} · done ", STEPS.len()), styles.strong());
        put_line(canvas.buf, (area.x + 1, y), &line, usize::from(area.width));
        return;
    };
    let mut spans = vec![
        Span::styled(format!(" Codelab {}/{} · ", number + 1, STEPS.len()), styles.strong()),
        Span::styled(step.role.as_str(), styles.link()),
        Span::styled(format!(" · {} ", step.title), styles.strong()),
    ];
    if step.refusal {
        spans.push(Span::styled("· the refusal is the lesson ", styles.dim()));
    }
    let used = put_line(canvas.buf, (area.x + 1, y), &Line::from(spans), usize::from(area.width));
    let (mark, style) = match &model.guide.result {
        Some(CheckResult::Passed(_)) => (styles.glyphs.admit, styles.verdict(domain::admission::Outcome::Admit).style),
        Some(CheckResult::Waiting(_)) => (styles.glyphs.bullet, styles.busy()),
        Some(CheckResult::Unknown(_)) | None => (styles.glyphs.unknown, styles.dim()),
    };
    let sentence = model.guide.result.as_ref().map(CheckResult::sentence).unwrap_or_default();
    let room = usize::from(area.width.saturating_sub(used + 6));
    let text = fit(sentence, room.saturating_sub(3), Cut::End, styles.glyphs.ellipsis).into_owned();
    let x = area.right().saturating_sub(u16::try_from(app::shell::text::width(&text) + 5).unwrap_or(0));
    put_line(canvas.buf, (x, y), &Line::styled(format!(" {mark} {text} "), style), room);
}

fn key(action: Action) -> String {
    specs().find(|spec| spec.action == action).map(app::action::Spec::key).unwrap_or_default()
}

/// The text of the guide; without styles only its size counts.
fn lines(model: &Model, styles: Option<&Styles>) -> Vec<Line<'static>> {
    let dim = styles.map(Styles::dim).unwrap_or_default();
    let text = styles.map(Styles::text).unwrap_or_default();
    let Some((_, step)) = model.guide.current() else {
        return vec![Line::styled(
            format!(
                "All steps are done. {} shows what changed since 2018; {} takes steps back.",
                key(Action::Guide(app::guide::Action::Do)),
                key(Action::Guide(app::guide::Action::Reset))
            ),
            text,
        )];
    };
    let mut lines = vec![Line::styled(step.why, text)];
    if model.guide.hint >= Hint::Nudge {
        lines.push(labelled("Where  ", step.nudge, dim, text));
    }
    if model.guide.hint >= Hint::Explanation {
        lines.push(labelled("How    ", step.explanation, dim, text));
    }
    if model.guide.hint >= Hint::Commands {
        lines.extend(commands(model, step, styles));
    }
    lines.push(keys(step, model.nav.tab.role(), styles));
    lines
}

fn labelled(label: &'static str, body: &str, dim: ratatui::style::Style, text: ratatui::style::Style) -> Line<'static> {
    Line::from(vec![Span::styled(label, dim), Span::styled(body.to_owned(), text)])
}

fn commands(model: &Model, step: &Step, styles: Option<&Styles>) -> Vec<Line<'static>> {
    let (dim, code) = (styles.map(Styles::dim).unwrap_or_default(), styles.map(Styles::code).unwrap_or_default());
    let names = model.codelab_names();
    let mut lines = Vec::new();
    for (label, list) in [("2018   ", step.commands_2018), ("today  ", step.commands_today)] {
        for (at, command) in list.iter().enumerate() {
            lines.push(labelled(if at == 0 { label } else { "       " }, &names.fill(command), dim, code));
        }
    }
    lines
}

/// The guide's keys, and where the step is if another tab is shown.
fn keys(step: &Step, shown: Role, styles: Option<&Styles>) -> Line<'static> {
    let (dim, bold) = (styles.map(Styles::dim).unwrap_or_default(), styles.map(Styles::key).unwrap_or_default());
    let mut spans = Vec::new();
    let hints = [
        (Action::Guide(app::guide::Action::Hint), "hint"),
        (Action::Guide(app::guide::Action::Do), "do it for me"),
        (Action::Guide(app::guide::Action::Read), "read the step"),
        (Action::Guide(app::guide::Action::Reset), "reset the step before"),
        (Action::Guide(app::guide::Action::Toggle), "hide"),
    ];
    for (action, label) in hints {
        spans.push(Span::styled(key(action), bold));
        spans.push(Span::styled(format!(" {label}   "), dim));
    }
    if step.role != shown {
        let number = Role::ALL.iter().position(|role| *role == step.role).unwrap_or_default() + 1;
        spans.push(Span::styled(number.to_string(), bold));
        spans.push(Span::styled(format!(" {}'s tab", step.role.as_str()), dim));
    }
    Line::from(spans)
}
