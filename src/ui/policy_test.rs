//! The box with the tests of the draft: how each came out, and what no test covers.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::StatefulWidget as _;

use crate::canvas::Canvas;
use crate::history::detail;
use crate::shell::frame::open;
use crate::state::Hit;
use crate::styles::{Focus, Styles, Tone};
use crate::text::{narrow, put};
use crate::widgets::placeholder::Placeholder;
use crate::widgets::table::{Column, Table};
use app::Model;
use app::policy_test::state::{TestsBox, outcome_line};
use domain::policy_test::{Coverage, Fault, TestResult, Verdict};

const WIDE: u16 = 110;
/// Rows of tests at most, and of what is not covered.
const ROWS: usize = 20;
const UNCOVERED: usize = 6;

const COLUMNS: [Column<'static>; 4] = [
    Column::fixed("", 1),
    Column::flexible("test", 20, 40),
    Column::flexible("expected and found", 20, 40),
    Column::fixed("decided by", 10).drop(1),
];

/// Where the file is no tests file: why.
const FAULTS: [Column<'static>; 2] = [Column::flexible("line", 8, 12), Column::flexible("what is wrong", 20, 90)];

pub(crate) fn draw(model: &Model, shown: TestsBox, screen: Rect, canvas: &mut Canvas<'_>) {
    let styles = canvas.styles;
    let tests = &model.tests;
    let count = tests.count_listed();
    let wide = usize::from(WIDE.min(screen.width.saturating_sub(6)));
    let mut below = selected_detail(model, styles);
    let failed = tests.result(shown.selected).filter(|result| !result.passed()).map(outcome_line);
    let fault = || tests.faults.get(shown.selected).map(|fault| fault.message.clone());
    if let Some(text) = failed.or_else(fault) {
        below.splice(0..0, detail(&text, wide, styles));
    }
    let height = narrow(count.clamp(4, ROWS) + 2 + below.len());
    let title = tests
        .summary()
        .map_or_else(|| "Tests of the draft".to_owned(), |(text, _)| format!("Tests of the draft · {text}"));
    let inner = open(&title, (WIDE, height), screen, canvas);
    let foot = narrow(below.len()).min(inner.height / 2);
    let rows = Rect { height: inner.height.saturating_sub(foot), ..inner };
    let row = |at: usize| row(model, at, styles);
    let fault_row = |at: usize| tests.faults.get(at).map_or_else(Vec::new, |fault| fault_line(fault, styles));
    let selected = shown.selected.min(count.saturating_sub(1));
    let empty = Placeholder::empty(styles, "the draft has no tests", "a adds the present decision as one");
    let table = if tests.faults.is_empty() {
        Table::new(styles, &COLUMNS, count, &row)
    } else {
        Table::new(styles, &FAULTS, count, &fault_row)
    };
    (&table.selected(Some(selected), Focus::Here).placeholder(empty)).render(
        rows,
        canvas.buf,
        &mut canvas.state.overlay,
    );
    canvas.state.viewport.overlay_page = canvas.state.overlay.area().height;
    canvas.state.hit(rows, Hit::OverlayRows);
    for (y, (text, style)) in (rows.bottom()..inner.bottom()).zip(below) {
        put(canvas.buf, (inner.x, y), &text, usize::from(inner.width), style);
    }
}

fn fault_line<'a>(fault: &'a Fault, styles: &Styles) -> Vec<Line<'a>> {
    let error = styles.notice(Tone::Error);
    let place = format!("{} {}:{}", error.glyph, fault.span.start.line, fault.span.start.column);
    vec![Line::styled(place, error.style), Line::styled(fault.message.as_str(), error.style)]
}

fn row<'a>(model: &'a Model, at: usize, styles: &Styles) -> Vec<Line<'a>> {
    let Some(test) = model.tests.tests.tests.get(at) else { return Vec::new() };
    let name = Line::styled(test.name.as_str(), styles.text());
    let Some(result) = model.tests.result(at) else {
        let unknown = Line::styled(styles.glyphs.unknown, styles.dim());
        return vec![unknown, name, Line::styled("not run: the draft is not a policy", styles.dim()), Line::default()];
    };
    let tone = match result.verdict {
        Verdict::Passed => Tone::Success,
        Verdict::Failed(_) | Verdict::NotRun(_) => Tone::Error,
    };
    let mark = styles.notice(tone);
    let text = Line::styled(outcome_line(result), if result.passed() { styles.dim() } else { mark.style });
    let place = decided_by(model, result);
    vec![Line::styled(mark.glyph, mark.style), name, text, Line::styled(place, styles.dim())]
}

/// The line of the draft that decided.
fn decided_by(model: &Model, result: &TestResult) -> String {
    let line = result.decided_at().and_then(|path| model.draft.document.span_of(&path));
    line.map_or_else(String::new, |spans| format!("line {}", spans.best().start.line))
}

/// Where the file is, the coverage, and what is not covered.
fn selected_detail(model: &Model, styles: &Styles) -> Vec<(String, Style)> {
    let tests = &model.tests;
    let mut lines = vec![(String::new(), styles.text())];
    if let Some(report) = &tests.report {
        lines.extend(coverage(model, &report.coverage, styles));
    }
    if let Some(failure) = &tests.file.failure {
        let error = styles.notice(Tone::Error);
        lines.push((format!("{} {failure}", error.glyph), error.style));
    }
    let what = if tests.file.text.is_some() { "" } else { " (not there yet)" };
    lines.push((format!("{}{what}", tests.file.path), styles.dim()));
    lines
}

fn coverage(model: &Model, coverage: &Coverage, styles: &Styles) -> Vec<(String, Style)> {
    let ((rules, of_rules), (patterns, of_patterns)) = (coverage.of_rules(), coverage.of_patterns());
    let text =
        format!("coverage {} %: rules {rules} of {of_rules}, patterns {patterns} of {of_patterns}", coverage.percent());
    let mut lines = vec![(text, styles.strong())];
    let missing = coverage.uncovered_parts(&model.draft.document);
    let more = missing.len().saturating_sub(UNCOVERED);
    for (line, what) in missing.into_iter().take(UNCOVERED) {
        let line = line.map_or_else(String::new, |line| format!("line {line}: "));
        lines.push((format!("  no test: {line}{what}"), styles.dim()));
    }
    if more > 0 {
        lines.push((format!("  and {more} more"), styles.dim()));
    }
    lines
}
