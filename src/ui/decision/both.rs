//! Two decisions next to each other, or one below the other where there is no room; and the review.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use crate::canvas::Canvas;
use crate::chrome::verdict;
use crate::shell::frame::{draw_parts, open, text};
use crate::styles::{Styles, Tone};
use crate::text::narrow;
use crate::widgets::paragraph::Paragraph;
use crate::widgets::stack::{Part, Stack};
use app::Model;
use app::overlay::{Reader, TwoDecisions};
use app::review::state::ReviewResult;
use app::shell::offset::Offset;
use domain::admission::Decision;
use domain::admission::trace::Check;
use domain::document::Document;
use domain::path::Path;
use domain::review::{Detail, Effect, PolicyChange, Standing};

/// The width from which on two trees stand next to each other.
const TWO_COLUMNS: u16 = 100;

/// Both decisions; each tree wraps in its half.
pub(crate) fn draw(model: &Model, reader: &Reader, decisions: &TwoDecisions, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let live = decision_lines("live policy", &decisions.live, None, styles);
    let draft = decision_lines("draft", &decisions.draft, Some(&model.draft.document), styles);
    let width = screen.width.saturating_sub(4);
    if screen.width < TWO_COLUMNS {
        let parts = [text(live, styles), text(vec![Line::default()], styles), text(draft, styles)];
        let height = Stack { styles, parts: &parts }.height(width);
        let inner = open(&reader.title, (width, narrow(height).max(3)), screen, canvas);
        return draw_parts(&parts, reader.scroll, inner, canvas);
    }
    let half = width.saturating_sub(5) / 2;
    let (live, draft) = (Paragraph::new(styles, live), Paragraph::new(styles, draft));
    let rows = live.height(half).max(draft.height(half));
    let inner = open(&reader.title, (width, narrow(rows).max(3)), screen, canvas);
    let half = inner.width.saturating_sub(3) / 2;
    let left = Rect { width: half, ..inner };
    let right = Rect { x: inner.right().saturating_sub(half), width: half, ..inner };
    let rows = live.height(half).max(draft.height(half));
    let last = rows.saturating_sub(usize::from(inner.height));
    let at = Offset { rows: reader.scroll.rows.min(last), cells: 0 };
    column(&live, at, left, canvas);
    column(&draft, at, right, canvas);
    for y in inner.top()..inner.bottom() {
        let line = Line::styled(styles.glyphs.vertical, styles.dim());
        line.render(Rect { x: left.right() + 1, y, width: 1, height: 1 }, canvas.buf);
    }
    canvas.state.viewport.overlay_page = inner.height;
    canvas.state.viewport.overlay_max_scroll = last;
    canvas.state.viewport.overlay_max_cells = 0;
}

fn column(paragraph: &Paragraph<'_>, at: Offset, area: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let parts = [Part::Text(paragraph.clone())];
    let stack = Stack { styles, parts: &parts };
    let mut scroll = crate::widgets::scroll::Scroll::default();
    scroll.offset = at.rows;
    ratatui::widgets::StatefulWidget::render(&stack, area, canvas.buf, &mut scroll);
}

/// A decision with its message and its whole tree.
fn decision_lines(
    title: &'static str,
    decision: &Decision,
    document: Option<&Document>,
    styles: &Styles,
) -> Vec<Line<'static>> {
    let mut head = vec![Span::styled(format!("{title}  "), styles.strong())];
    head.extend(verdict(Some(decision), styles));
    let mut lines = vec![Line::from(head)];
    if !decision.message.is_empty() {
        lines.push(Line::styled(decision.message.clone(), styles.text()));
    }
    lines.push(Line::default());
    let place = |path: &Path| {
        let line = document.and_then(|document| Some(document.span_of(path)?.best().start.line));
        line.map_or_else(|| path.to_string(), |line| format!("line {line}"))
    };
    for (depth, check) in decision.trace.flat() {
        lines.push(check_line(depth, check, &place, styles));
    }
    lines
}

fn check_line(depth: usize, check: &Check, place: &dyn Fn(&Path) -> String, styles: &Styles) -> Line<'static> {
    let mark = styles.trace(check.status);
    Line::from(vec![
        Span::raw("  ".repeat(depth)),
        Span::styled(format!("{} ", mark.glyph), mark.style),
        Span::styled(check.text_at(place), styles.text()),
    ])
}

/// How far a review is, or what came out.
pub(crate) fn review<'a>(model: &'a Model, styles: &Styles) -> Vec<Line<'a>> {
    let run = &model.review;
    let Some(reviewed) = &run.result else {
        let spinner = styles.glyphs.spinner(model.ui.spin);
        let text = format!("{spinner} deciding {} of {} images and pods under both policies", run.done, run.total);
        return vec![Line::styled(text, styles.busy()), Line::styled("Esc cancels", styles.dim())];
    };
    let mut lines = Vec::new();
    if run.revision != model.draft.editor.revision() {
        lines.push(Line::styled(
            "The draft was changed since: F7 reviews it again.",
            styles.notice(Tone::Warning).style,
        ));
    }
    for line in reviewed.review.summary() {
        lines.push(Line::styled(line, styles.strong()));
    }
    lines.push(Line::default());
    lines.push(Line::styled("Changes", styles.key()));
    if reviewed.review.comparison.changes.is_empty() {
        lines.push(Line::styled("  none", styles.dim()));
    }
    for change in &reviewed.review.comparison.changes {
        change_lines(&mut lines, change, reviewed, styles);
    }
    for standing in Standing::ALL.into_iter().filter(|standing| *standing != Standing::Unchanged) {
        section(&mut lines, reviewed, standing, styles);
    }
    let refused = &reviewed.review.refused_again;
    if !refused.is_empty() {
        let title = format!("running pods that would be refused if they were admitted this minute: {}", refused.len());
        lines.extend([Line::default(), Line::styled(title, styles.strong())]);
    }
    for detail in refused.iter().take(MOST) {
        lines.push(Line::styled(format!("  {}", reviewed.review.place(detail)), styles.text()));
        detail_lines(&mut lines, detail, reviewed, styles);
    }
    lines
}

fn change_lines(lines: &mut Vec<Line<'_>>, change: &PolicyChange, reviewed: &ReviewResult, styles: &Styles) {
    let line = |document: &Document, path: &Option<Path>| Some(document.span_of(path.as_ref()?)?.best().start.line);
    let place = match (line(&reviewed.draft, &change.new_at), line(&reviewed.live, &change.old_at)) {
        (Some(line), _) => format!("  line {line}: "),
        (None, Some(line)) => format!("  line {line} of the live policy: "),
        (None, None) => "  ".to_owned(),
    };
    lines.push(Line::from(vec![Span::styled(place, styles.dim()), Span::styled(change.text.clone(), styles.text())]));
    match &change.effect {
        Effect::Nothing(why) => lines.push(Line::styled(format!("    changes no decision: {why}"), styles.dim())),
        Effect::NotKnown(why) => lines.push(Line::styled(format!("    undecided: {why}"), styles.dim())),
        Effect::Decides(witnesses) => {
            for witness in witnesses {
                let standing = witness.flip().map_or(Standing::Unchanged, Standing::from);
                lines.push(Line::from(vec![
                    Span::styled(format!("    {}: ", standing.as_str()), tone(standing, styles)),
                    Span::styled(witness.text(), styles.text()),
                ]));
            }
        }
    }
}

fn section(lines: &mut Vec<Line<'_>>, reviewed: &ReviewResult, standing: Standing, styles: &Styles) {
    let review = &reviewed.review;
    let count = review.count(standing);
    if count == 0 {
        return;
    }
    lines.push(Line::default());
    lines.push(Line::styled(format!("{}: {count}", standing.as_str()), tone(standing, styles)));
    let mut told = 0;
    for (group, details) in review.groups(standing) {
        lines.push(Line::styled(format!("  {}", group.title()), styles.strong()));
        // A box is for reading: the exports have them all.
        for detail in details.iter().take(MOST.saturating_sub(told)) {
            detail_lines(lines, detail, reviewed, styles);
            told += 1;
        }
    }
    if told < count {
        lines
            .push(Line::styled(format!("  …and {} more: M, J or S writes them to a file", count - told), styles.dim()));
    }
}

/// Items of a section that are shown.
const MOST: usize = 200;

fn detail_lines(lines: &mut Vec<Line<'_>>, detail: &Detail, reviewed: &ReviewResult, styles: &Styles) {
    let review = &reviewed.review;
    let (Some(item), Some(row)) = (review.items.get(detail.item), review.rows.get(detail.item)) else { return };
    lines.push(Line::styled(format!("    {}", item.title()), styles.text()));
    for (label, outcome, because) in [("live ", row.old, &detail.old), ("draft", row.new, &detail.new)] {
        let mark = styles.verdict(outcome);
        lines.push(Line::from(vec![
            Span::styled(format!("      {label} "), styles.dim()),
            Span::styled(format!("{} {}", mark.glyph, mark.word), mark.style),
            Span::styled(format!("  {}", because.with_line()), styles.dim()),
        ]));
    }
    for missing in &detail.missing {
        lines.push(Line::styled(format!("      not known: {missing}"), styles.dim()));
    }
}

fn tone(standing: Standing, styles: &Styles) -> ratatui::style::Style {
    let tone = match standing {
        Standing::NewlyDenied => Tone::Error,
        Standing::NewlyAdmitted | Standing::Undecided => Tone::Warning,
        Standing::NewlyLogged | Standing::NoLongerLogged | Standing::Unchanged => Tone::Info,
    };
    styles.notice(tone).style
}
