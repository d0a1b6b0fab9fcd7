//! The box with a three-way difference: what they changed, what the draft changes, and what is taken.

use app::shell::action::BoxAction;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::canvas::Canvas;
use crate::shell::frame::open;
use crate::shell::reader;
use crate::styles::{Styles, Tone};
use crate::text::{mark_cut, narrow, put, put_line, put_styled};
use crate::theme::Role;
use crate::widgets::confirm::layout;
use crate::widgets::paragraph::{Paragraph, wrap_line};
use crate::widgets::scroll::Scroll;
use app::action::Action;
use app::import::merge::{Chunk, Origin, Take};
use app::import::state::{Conflict, ConflictRow, Side, Sign};
use app::shell::text::width;

const WIDE: u16 = 100;
/// Cells in front of a line: whose it is, and its sign.
const MARGIN: usize = 9;

pub(crate) fn draw(conflict: &Conflict, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let rows = conflict.rows();
    let height = narrow(rows.len() + intro(conflict, styles).len() + 4);
    let inner = open("The policy changed meanwhile", (WIDE, height), screen, canvas);
    let (body, answers) = layout(inner);
    let head = Paragraph::new(styles, intro(conflict, styles));
    let wrapped: usize =
        intro(conflict, styles).iter().map(|line| wrap_line(line, usize::from(body.width)).len()).sum();
    let above = narrow(wrapped).min(body.height / 2);
    Widget::render(&head, Rect { height: above, ..body }, canvas.buf);
    let list = Rect { y: body.y + above, height: body.height - above, ..body };
    let mut scroll = Scroll::default();
    (scroll.offset, scroll.left) = (conflict.scroll.rows, conflict.scroll.cells);
    scroll.fit(list, rows.len());
    let area = scroll.with_bar(list, rows.len(), canvas.buf, styles);
    for (y, row) in (area.y..area.bottom()).zip(rows.iter().skip(scroll.offset)) {
        draw_row(conflict, row, Rect { y, height: 1, ..area }, scroll.left, canvas);
    }
    canvas.state.viewport.overlay_page = list.height;
    canvas.state.viewport.overlay_max_scroll = scroll.last();
    canvas.state.viewport.overlay_max_cells = hidden_cells(&rows, area.width);
    let actions = [
        Action::Import(app::import::Action::TakeMerged),
        Action::Import(app::import::Action::TakeLive),
        Action::Import(app::import::Action::KeepMine),
        Action::Box(BoxAction::Close),
    ];
    reader::answers(&actions, Some(Action::Import(app::import::Action::KeepMine)), answers, canvas);
}

/// What happened, and what is to be decided.
fn intro<'a>(conflict: &Conflict, styles: &Styles) -> Vec<Line<'a>> {
    let warning = styles.notice(Tone::Warning);
    let text = format!(
        "{} Nothing was imported: the policy of {} is not the one that the draft was made from.",
        warning.glyph, conflict.project
    );
    let mut lines = vec![Line::styled(text, warning.style)];
    let open = conflict.merge.count_undecided();
    let state = match (conflict.merge.conflicts(), open) {
        (0, _) => "No change contradicts another: Enter puts the merged text into the draft.".to_owned(),
        (_, 0) => "Every conflict is decided: Enter puts the merged text into the draft.".to_owned(),
        (all, open) => format!("{open} of {all} conflicts to decide: t takes theirs, m mine, b both; Tab goes on."),
    };
    lines.push(Line::styled(state, styles.text()));
    if conflict.rewritten {
        let text = "The merged text is written as gcloud exports it: the draft's comments and order are not in it.";
        lines.push(Line::styled(text, styles.dim()));
    }
    lines.push(Line::default());
    lines
}

fn draw_row(conflict: &Conflict, row: &ConflictRow<'_>, area: Rect, left: usize, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    match row {
        ConflictRow::Head(number, chunk) => {
            let line = head(*number, conflict.merge.changed_chunks().len(), chunk, styles);
            put_line(canvas.buf, (area.x + 2, area.y), &line, usize::from(area.width).saturating_sub(2));
            if *number == conflict.selected + 1 {
                canvas.buf.set_style(area, styles.selection(crate::styles::Focus::Here));
                put(canvas.buf, (area.x, area.y), styles.glyphs.pointer, 1, styles.key());
            }
        }
        ConflictRow::Alike(count) => {
            let lines = if *count == 1 { "line" } else { "lines" };
            let text = format!("{:MARGIN$}{} {count} {lines} alike", "", styles.glyphs.ellipsis);
            put(canvas.buf, (area.x, area.y), &text, usize::from(area.width), styles.role(Role::DiffHunk));
        }
        ConflictRow::Line(side, sign, text) => draw_line(*side, *sign, text, area, left, canvas),
    }
}

/// Which change it is, whose, and what is taken.
fn head<'a>(number: usize, all: usize, chunk: &Chunk, styles: &Styles) -> Line<'a> {
    let what = match chunk.origin {
        Origin::Theirs => "changed by them alone",
        Origin::Mine => "changed by me alone",
        Origin::Both => "changed alike by both",
        Origin::Conflict | Origin::Nobody => "conflict",
    };
    let (taken, tone) = match (chunk.take, chunk.origin) {
        (None, _) => ("not decided", Tone::Error),
        (Some(_), Origin::Both) => ("taken", Tone::Success),
        (Some(Take::Theirs), _) => ("theirs is taken", Tone::Success),
        (Some(Take::Mine), _) => ("mine is taken", Tone::Success),
        (Some(Take::Both), _) => ("both are taken, theirs first", Tone::Success),
    };
    let mark = styles.notice(tone);
    Line::from(vec![
        Span::styled(format!("{number}/{all} {what}: "), styles.strong()),
        Span::styled(format!("{} {taken}", mark.glyph), mark.style),
    ])
}

fn draw_line(side: Side, sign: Sign, text: &str, area: Rect, left: usize, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let (glyph, role) = match sign {
        Sign::Kept => (" ", Role::DiffContext),
        Sign::Removed => ("-", Role::DiffRemoved),
        Sign::Added => ("+", Role::DiffAdded),
    };
    let whose = match side {
        Side::Nobody => "",
        Side::Base => "before",
        Side::Theirs => "theirs",
        Side::Mine => "mine",
        Side::Both => "both",
    };
    let style = styles.role(role);
    canvas.buf.set_style(area, Style { fg: None, ..style });
    let room = usize::from(area.width);
    put(canvas.buf, (area.x, area.y), &format!("{whose:<7}"), room, styles.role(Role::Gutter));
    put(canvas.buf, (area.x + 7, area.y), &format!("{glyph} "), room.saturating_sub(7), style);
    let room = room.saturating_sub(MARGIN);
    let start = (area.x + narrow(MARGIN), area.y);
    put_styled(canvas.buf, start, text, left..left + room, styles.glyphs.tab, |_| style);
    if width(text) > left + room {
        mark_cut(canvas.buf, area, styles);
    }
}

/// How many cells of the longest line have no room.
fn hidden_cells(rows: &[ConflictRow<'_>], wide: u16) -> usize {
    let line = |row: &ConflictRow<'_>| if let ConflictRow::Line(_, _, text) = row { width(text) + MARGIN } else { 0 };
    rows.iter().map(line).max().unwrap_or(0).saturating_sub(usize::from(wide))
}
