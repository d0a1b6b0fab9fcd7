//! Drawing: the editor with a long policy, beside ratatui's own paragraph with the same text.

use countersign::app::shell::editor::{Editor, EditorCommand, Motion};
use countersign::domain::diagnostic::Severity;
use countersign::domain::span::Position;
use countersign::ui::highlight::Syntax;
use countersign::ui::styles::{Focus, Styles};
use countersign::ui::widgets::editor::{EditorPane, EditorView, Squiggle};
use divan::Bencher;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, StatefulWidget, Widget};

const AREA: Rect = Rect { x: 0, y: 0, width: 120, height: 40 };

fn policy(lines: usize) -> String {
    let pattern = |n: usize| format!("- namePattern: us-docker.pkg.dev/team-{n}/images/**  # team {n}\n");
    "admissionWhitelistPatterns:\n".to_owned() + &(1..lines).map(pattern).collect::<Vec<_>>().concat()
}

fn squiggles(lines: usize) -> Vec<Squiggle> {
    let at = |line, column| Position { line, column };
    let squiggle = |line| Squiggle { start: at(line, 16), end: at(line, 40), severity: Severity::Warning };
    (1..lines).step_by(10).map(squiggle).collect()
}

/// One frame with the cursor in the middle, every tenth line with a diagnostic.
#[divan::bench(args = [100, 1_000, 10_000])]
fn editor(bencher: Bencher<'_, '_>, lines: usize) {
    let styles = Styles::default();
    let mut editor = Editor::new(&policy(lines));
    editor.input(EditorCommand::Move(Motion::Position { line: lines / 2, column: 30 }));
    let squiggles = squiggles(lines);
    let (syntax, focus) = (Syntax::Yaml, Focus::Here);
    let pane = EditorPane { styles: &styles, editor: &editor, syntax, squiggles: &squiggles, found: &[], focus };
    let mut view = EditorView::default();
    let mut buf = Buffer::empty(AREA);
    bencher.bench_local(|| pane.render(AREA, &mut buf, &mut view));
}

/// One typed character and the frame after it.
#[divan::bench(args = [1_000, 10_000])]
fn keystroke(bencher: Bencher<'_, '_>, lines: usize) {
    let styles = Styles::default();
    let mut editor = Editor::new(&policy(lines));
    editor.input(EditorCommand::Move(Motion::Position { line: lines / 2, column: 30 }));
    let squiggles = squiggles(lines);
    let mut view = EditorView::default();
    let mut buf = Buffer::empty(AREA);
    bencher.bench_local(|| {
        editor.input(EditorCommand::Insert('x'));
        editor.input(EditorCommand::Backspace);
        let (syntax, focus) = (Syntax::Yaml, Focus::Here);
        let pane = EditorPane { styles: &styles, editor: &editor, syntax, squiggles: &squiggles, found: &[], focus };
        pane.render(AREA, &mut buf, &mut view);
    });
}

/// The peer: plain text without numbers, colours or a cursor, scrolled to the same lines.
#[divan::bench(args = [100, 1_000, 10_000])]
fn plain_paragraph(bencher: Bencher<'_, '_>, lines: usize) {
    let text = policy(lines);
    let scroll = u16::try_from(lines / 2).unwrap_or(u16::MAX);
    let mut buf = Buffer::empty(AREA);
    bencher.bench_local(|| Paragraph::new(text.as_str()).scroll((scroll, 0)).render(AREA, &mut buf));
}
