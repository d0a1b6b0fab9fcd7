//! The box with the fixes: the list, and below it what the selected one changes and lets in.

pub(crate) mod mend;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget as _, Widget};

use crate::canvas::Canvas;
use crate::shell::frame::open;
use crate::state::Hit;
use crate::styles::{Focus, Styles, Tone};
use crate::text::{Cut, narrow};
use crate::widgets::paragraph::Paragraph;
use crate::widgets::placeholder::Placeholder;
use crate::widgets::table::{Column, Table};
use app::Model;
use app::fix::standing::FixStanding;
use app::fix::state::FixesBox;
use domain::fix::{Fix, FixStep, Hunk, NO_IMAGES};

const WIDE: u16 = 116;
/// Lines of a change that are shown; the question before it has all.
const LINES: usize = 8;

const COLUMNS: [Column<'static>; 3] = [
    Column::fixed("", 2),
    Column::flexible("what would admit it", 30, 80).cut(Cut::Middle),
    Column::flexible("also lets in", 14, 24),
];

pub(crate) fn draw(model: &Model, shown: FixesBox, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let none = Vec::new();
    let fixes = model.fix.fixes.as_deref().unwrap_or(&none);
    let selected = shown.selected.min(fixes.len().saturating_sub(1));
    let lines = match fixes.get(selected) {
        Some(fix) => detail(model, fix, styles),
        None => waiting(model, styles),
    };
    let detail = Paragraph::new(styles, lines);
    let wide = WIDE.min(screen.width.saturating_sub(6));
    let below = narrow(detail.height(wide));
    let height = narrow(fixes.len().clamp(3, 16)) + 2 + below;
    let inner = open("Fixes, what can be done from here first", (WIDE, height), screen, canvas);
    let foot = below.min(inner.height.saturating_sub(1) * 3 / 5);
    let rows = Rect { height: inner.height.saturating_sub(foot + 1), ..inner };
    let row = |at: usize| fixes.get(at).map(|fix| cells(model, at, fix, styles)).unwrap_or_default();
    let table = Table::new(styles, &COLUMNS, fixes.len(), &row)
        .selected(Some(selected), Focus::Here)
        .placeholder(empty(model, styles));
    (&table).render(rows, canvas.buf, &mut canvas.state.overlay);
    canvas.state.viewport.overlay_page = canvas.state.overlay.area().height;
    canvas.state.hit(rows, Hit::OverlayRows);
    let foot = Rect { y: rows.bottom() + 1, height: foot, ..inner };
    Widget::render(&detail, foot.intersection(inner), canvas.buf);
}

/// Why there is no list.
fn empty<'a>(model: &Model, styles: &'a Styles) -> Placeholder<'a> {
    if model.fix.ticket.is_some() {
        Placeholder::empty(styles, "each change is being decided…", "Esc closes")
    } else {
        match model.fix_standing() {
            FixStanding::Reading => Placeholder::empty(styles, "what decides is still being read…", "Esc closes"),
            FixStanding::NotKnown => Placeholder::empty(
                styles,
                "it is not known whether the live policy refuses this",
                "the tree says what that hangs on",
            ),
            FixStanding::Refused => Placeholder::empty(styles, "no change is known that would admit it", "Esc closes"),
            FixStanding::Admitted => Placeholder::empty(styles, "the live policy admits it now", "D deploys"),
            FixStanding::Waits => {
                Placeholder::empty(styles, "the live policy admits it now, and it does not run yet", "Esc closes")
            }
            FixStanding::Runs => Placeholder::empty(styles, "nothing is refused any more", "Esc closes"),
        }
    }
}

/// How the workload stands, while it waits for its controller.
fn waiting(model: &Model, styles: &Styles) -> Vec<Line<'static>> {
    let stands = matches!(model.fix_standing(), FixStanding::Waits | FixStanding::Runs);
    let workload = model.asked_workload().filter(|_| stands && model.fix.ticket.is_none());
    let lines = workload.map(|workload| model.retry_lines(workload)).unwrap_or_default();
    lines.into_iter().map(|line| Line::styled(line, styles.text())).collect()
}

/// The title without what all have in common: where the images of the pod are.
fn row_title(model: &Model, fix: &Fix) -> String {
    let mut title = fix.title();
    if fix.policy.is_none() {
        for image in model.session.images() {
            if let Some((place, _)) = image.image.split('@').next().and_then(|name| name.rsplit_once('/')) {
                title = title.replace(&format!("{place}/"), "");
            }
        }
    }
    title
}

fn cells<'a>(model: &Model, at: usize, fix: &Fix, styles: &Styles) -> Vec<Line<'a>> {
    let besides = match &fix.reach.inventory {
        Some(affected) if affected.of == 0 => format!("– {NO_IMAGES}"),
        Some(affected) if affected.unknown > 0 => {
            format!("{} of {}, {} ?", affected.admits, affected.of, affected.unknown)
        }
        Some(affected) => format!("{} of {}", affected.admits, affected.of),
        None => "not known".to_owned(),
    };
    vec![
        Line::styled(format!("{}", at + 1), styles.dim()),
        Line::styled(row_title(model, fix), if fix.is_possible_here() { styles.text() } else { styles.dim() }),
        Line::styled(besides, styles.dim()),
    ]
}

fn detail(model: &Model, fix: &Fix, styles: &Styles) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for step in fix.steps.iter().filter(|step| !step.is_of_policy()) {
        lines.push(Line::styled(format!("{}: {}", step.target(), step.change()), styles.strong()));
    }
    if let (Some(after), Some(ask)) = (&fix.policy, &model.fix.ask) {
        lines.extend(hunk(&Hunk::between(&ask.policy, after), styles));
    }
    let who = fix.steps.iter().flat_map(FixStep::who);
    lines.extend(who.map(|who| Line::styled(format!("who can: {who}"), styles.strong())));
    if let (Some(patch), Some(cluster)) = (model.patch_of(fix), model.session.cluster_id()) {
        lines.push(Line::styled(format!("$ {}", patch.command(&cluster)), styles.code()));
    }
    lines.push(Line::styled(format!("lets in: {}", fix.reach.words), styles.text()));
    if let Some(affected) = &fix.reach.inventory {
        lines.push(Line::styled(format!("besides: {}", affected.text()), styles.text()));
    }
    if let Some(example) = &fix.reach.example {
        lines.push(Line::styled(format!("for example: {example}"), styles.dim()));
    }
    // Long, and of use to those who do it by hand: where there is little room, y copies them.
    for step in fix.steps.iter().filter(|step| !step.is_of_policy()) {
        lines.extend(step.commands().into_iter().map(|command| Line::styled(format!("$ {command}"), styles.code())));
    }
    lines
}

fn hunk(hunk: &Hunk, styles: &Styles) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(format!("policy, line {}:", hunk.line), styles.strong())];
    let changed = |sign: char, texts: &[String], style: Style| {
        texts.iter().take(LINES).map(|text| Line::styled(format!("{sign} {text}"), style)).collect::<Vec<_>>()
    };
    lines.extend(changed('-', &hunk.removed, styles.notice(Tone::Error).style));
    lines.extend(changed('+', &hunk.added, styles.notice(Tone::Success).style));
    lines
}
