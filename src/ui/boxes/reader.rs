//! Boxes to read: help, logs, reports, stored objects, differences; and the box that asks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use similar::{ChangeTag, TextDiff};

use super::{open, rows, scrolled};
use crate::app::Model;
use crate::app::action::{ACTIONS, Group};
use crate::app::log::State;
use crate::app::overlay::{Body, Confirm, Reader};
use crate::app::report::Report;
use crate::ui::state::ViewState;
use crate::ui::styles::{Styles, Tone};
use crate::ui::theme::Role;

/// The width of a box with text, where the screen has it.
const WIDE: u16 = 100;

pub(super) fn draw(
    model: &Model,
    reader: &Reader,
    screen: Rect,
    state: &mut ViewState,
    styles: &Styles,
    buf: &mut Buffer,
) {
    let lines = body(model, &reader.body, styles);
    let width = WIDE.min(screen.width.saturating_sub(8));
    let inner = open(&reader.title, (width, rows(&lines, width).max(3)), screen, styles, buf);
    scrolled(lines, reader.scroll, inner, state, styles, buf);
}

pub(super) fn confirm(confirm: &Confirm, screen: Rect, state: &mut ViewState, styles: &Styles, buf: &mut Buffer) {
    let mut lines: Vec<Line<'_>> = confirm.lines.iter().map(|line| Line::styled(line.clone(), styles.text())).collect();
    if let Some((before, after)) = &confirm.diff {
        lines.push(Line::default());
        lines.extend(diff(before, after, styles));
    }
    lines.push(Line::default());
    let yes = if confirm.danger { styles.notice(Tone::Warning).style } else { styles.text() };
    lines.push(Line::from(vec![
        Span::styled("y", styles.key()),
        Span::styled(" yes, do it    ", yes),
        Span::styled("n", styles.key()),
        Span::styled(" no", styles.text()),
    ]));
    let width = WIDE.min(screen.width.saturating_sub(8));
    let inner = open(&confirm.title, (width, rows(&lines, width)), screen, styles, buf);
    scrolled(lines, confirm.scroll, inner, state, styles, buf);
}

fn body<'a>(model: &'a Model, body: &'a Body, styles: &'a Styles) -> Vec<Line<'a>> {
    match body {
        Body::Prose(text) => text.lines().map(|line| Line::styled(line, styles.text())).collect(),
        Body::Code(text) => numbered(text, styles),
        Body::Bytes(bytes) => visible_bytes(bytes, styles),
        Body::Diff { before, after } => diff(before, after, styles),
        Body::Help => help(styles),
        Body::CommandLog => command_log(model, styles),
        Body::ApiLog => api_log(model, styles),
        Body::Report(report) => report_lines(report, styles),
    }
}

fn numbered<'a>(text: &'a str, styles: &Styles) -> Vec<Line<'a>> {
    text.lines()
        .enumerate()
        .map(|(number, line)| {
            Line::from(vec![
                Span::styled(format!("{:>4} ", number + 1), styles.dim()),
                Span::styled(line, styles.code()),
            ])
        })
        .collect()
}

/// Each line with its end made visible, then how many bytes there are and their digest's start.
pub(super) fn visible_bytes(bytes: &[u8], styles: &Styles) -> Vec<Line<'static>> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut lines: Vec<Line<'static>> = text
        .split_inclusive('\n')
        .map(|line| {
            let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, styles.glyphs.newline));
            Line::from(vec![Span::styled(body.to_owned(), styles.code()), Span::styled(end, styles.dim())])
        })
        .collect();
    lines.push(Line::default());
    lines.push(Line::styled(format!("{} bytes", bytes.len()), styles.dim()));
    lines
}

/// What is added and removed, with three lines around.
pub(super) fn diff(before: &str, after: &str, styles: &Styles) -> Vec<Line<'static>> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(3).iter().enumerate() {
        if number > 0 {
            lines.push(Line::styled(styles.glyphs.ellipsis, styles.dim()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("- ", styles.role(Role::DiffRemoved)),
                ChangeTag::Insert => ("+ ", styles.role(Role::DiffAdded)),
                ChangeTag::Equal => ("  ", styles.dim()),
            };
            lines.push(Line::styled(format!("{sign}{}", change.value().trim_end_matches('\n')), style));
        }
    }
    if lines.is_empty() {
        lines.push(Line::styled("They are the same.", styles.dim()));
    }
    lines
}

/// Every key, from the action table.
fn help<'a>(styles: &Styles) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for group in Group::ALL {
        lines.push(Line::styled(group.title(), styles.strong()));
        let mut seen = Vec::new();
        for spec in ACTIONS.iter().filter(|spec| spec.group == group) {
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
            State::Running => (styles.glyphs.bullet, styles.busy()),
            State::Done => (styles.glyphs.admit, styles.notice(Tone::Success).style),
            State::Failed(_) => (styles.glyphs.deny, styles.notice(Tone::Error).style),
            State::Cancelled | State::NotReached => (styles.glyphs.skipped, styles.dim()),
        };
        let why = match &entry.state {
            State::Failed(why) => format!("  {why}"),
            State::Cancelled => "  cancelled".to_owned(),
            State::NotReached => "  not reached".to_owned(),
            State::Running | State::Done => String::new(),
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

/// What happened, why, and what to do.
pub(super) fn report_lines<'a>(report: &'a Report, styles: &Styles) -> Vec<Line<'a>> {
    let mut lines = vec![Line::styled(report.title.as_str(), styles.notice(Tone::Error).style)];
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
