//! No widget panics or writes outside its area, whatever the size and the text.

use countersign::app::decision::tree::Tree;
use countersign::app::shell::editor::{Editor, EditorCommand, Motion};
use countersign::app::shell::field::Field;
use countersign::app::shell::text_diff::Diff;
use countersign::domain::admission::check::{AttestationCheck, StageResult};
use countersign::domain::admission::trace::{Check, Status, Trace};
use countersign::domain::attestation::{AttestationFault, Stage};
use countersign::domain::diagnostic::Severity;
use countersign::domain::path::Path;
use countersign::domain::span::Position;
use countersign::ui::highlight::Syntax;
use countersign::ui::styles::{Focus, Styles};
use countersign::ui::text::Cut;
use countersign::ui::widgets::busy::Spinner;
use countersign::ui::widgets::code::CodeView;
use countersign::ui::widgets::completions::{Completion, Completions};
use countersign::ui::widgets::confirm::{self, Answer, Answers, Weight};
use countersign::ui::widgets::diff::DiffView;
use countersign::ui::widgets::editor::{EditorPane, EditorView, Squiggle};
use countersign::ui::widgets::facts::Facts;
use countersign::ui::widgets::field::{Content, FieldLine};
use countersign::ui::widgets::footer::{Footer, Hint};
use countersign::ui::widgets::form::{Form, FormField, FormView, Input};
use countersign::ui::widgets::hex::HexView;
use countersign::ui::widgets::overlay::Overlay;
use countersign::ui::widgets::pane::Pane;
use countersign::ui::widgets::paragraph::Paragraph;
use countersign::ui::widgets::picker::{Picker, PickerRow};
use countersign::ui::widgets::placeholder::Placeholder;
use countersign::ui::widgets::scroll::Scroll;
use countersign::ui::widgets::stack::{Part, Stack};
use countersign::ui::widgets::tab_bar::TabBar;
use countersign::ui::widgets::table::{Column, Table};
use countersign::ui::widgets::trace_tree::TraceTree;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{StatefulWidget, Widget};

/// Where each widget is drawn, and what with: `text` wherever one shows text, `n` wherever it counts.
struct Sheet<'a> {
    styles: &'a Styles,
    text: &'a str,
    n: usize,
    screen: Rect,
    area: Rect,
}

impl Sheet<'_> {
    /// Draws on a blank screen, and looks at what is outside the area and at what must not be seen.
    #[track_caller]
    fn draw(&self, widget: impl Widget) {
        let mut buf = Buffer::empty(self.screen);
        widget.render(self.area, &mut buf);
        check(&buf, self.area);
    }

    /// The same with a state; gives it back.
    #[track_caller]
    fn draw_with<W: StatefulWidget>(&self, widget: W, mut state: W::State) -> W::State
    where
        W::State: Sized,
    {
        let mut buf = Buffer::empty(self.screen);
        widget.render(self.area, &mut buf, &mut state);
        check(&buf, self.area);
        state
    }

    fn scroll(&self) -> Scroll {
        let mut scroll = Scroll::default();
        (scroll.offset, scroll.left) = (self.n, self.n % 50);
        scroll
    }

    fn chrome(&self) {
        let Self { styles, text, n, area, .. } = *self;
        let hints = [Hint { key: "^S", label: text, enabled: true }, Hint { key: text, label: "help", enabled: false }];
        let footer = Footer { styles, hints: &hints, status: Line::from(text) };
        self.draw(&footer);
        footer.hint_at(area, area.as_position());
        let tabs = [text, "Deployer", text];
        let bar = TabBar { styles, app: text, tabs: &tabs, active: n, note: Line::from(text) };
        self.draw(&bar);
        bar.tab_at(area, area.as_position());
        let pane = Pane::new(styles, text).focus(Focus::Here).count(n).filter(text, n, n).note(text).foot(text);
        self.draw(&pane.clone().busy(Some(n)).dirty());
        pane.inner(area);
        self.draw(&Spinner { styles, step: n, label: text });
    }

    fn overlays(&self) {
        let Self { styles, text, n, area, .. } = *self;
        let size = u16::try_from(n).unwrap_or(u16::MAX);
        let overlay = Overlay { styles, title: text, width: size, height: size };
        self.draw(&overlay);
        confirm::layout(overlay.inner(area));
        let answers = [
            Answer { key: "Enter", label: text, weight: Weight::Danger },
            Answer { key: text, label: "", weight: Weight::Usual },
        ];
        let row = Answers { styles, answers: &answers, focused: n };
        self.draw(&row);
        row.answer_at(area, area.as_position());
        let items = [Completion { label: text, detail: text }; 12];
        let cursor = ratatui::layout::Position::new(size, size / 3);
        let list = Completions { styles, items: &items, selected: n, cursor, back: size / 2 };
        self.draw(&list);
        list.item_at(area, area.as_position());
    }

    fn lists(&self) {
        let Self { styles, text, n, area, .. } = *self;
        let row = |_| vec![Line::from(vec![text.into(), text.into()]), Line::from(text), Line::from(text)];
        let columns = [
            Column::flexible(text, 1, 300).cut(Cut::Middle),
            Column::fixed("fixed", 7).right(),
            Column::flexible("gone", 5, 9).drop(1).cut(Cut::Start),
        ];
        let placeholder = Placeholder::failed(styles, text, text);
        for len in [0, n, 100_000] {
            let table = Table::new(styles, &columns, len, &row);
            self.draw_with(&table.selected(Some(n), Focus::Here).placeholder(placeholder.clone()), self.scroll());
        }
        self.draw(&Placeholder::loading(styles, text, n));
        let entry = |_| PickerRow { label: text, detail: text };
        let filter = Field::new(text);
        let picker = Picker { styles, filter: &filter, placeholder: text, len: n, all: n, row: &entry, selected: n };
        self.draw_with(&picker, self.scroll());
        assert!(picker.cursor(area).is_none_or(|cursor| area.contains(cursor)));
        let rows = vec![(text, Line::from(text)), ("name", Line::from(vec![text.into(), "x".into()]))];
        self.draw_with(&Facts { styles, rows }, self.scroll());
    }

    fn traces(&self) {
        let Self { styles, text, n, area, .. } = *self;
        let fault =
            AttestationFault::UnknownKey { found: text.to_owned(), known: vec![text.to_owned()], near_miss: None };
        let failed = AttestationCheck::Stage { stage: Stage::KeyId, result: StageResult::Failed(Box::new(fault)) };
        let leaf = Check::new(Status::Fail, failed).with_path(Path::default());
        let label = Check::new(Status::Fail, AttestationCheck::Warning(text.to_owned()));
        let deep = leaf.clone().children(vec![leaf.clone().children(vec![label.clone()]), label]);
        let trace = Trace { checks: vec![deep, leaf] };
        let rows = Tree::default().rows(&trace);
        let (selected, focus) = (Some(n), Focus::Here);
        let tree = TraceTree { styles, rows: &rows, selected, focus, line_of: &|_| Some(n) };
        let scroll = self.draw_with(&tree, self.scroll());
        assert!(tree.rows_drawn(&scroll).len() <= usize::from(area.height));
    }

    fn texts(&self) {
        let Self { styles, text, n, area, .. } = *self;
        for syntax in [Syntax::Plain, Syntax::Yaml, Syntax::Json] {
            self.draw_with(&CodeView::new(styles, text, syntax), self.scroll());
        }
        let turned: String = text.chars().rev().collect();
        let diff = Diff::new(text, &turned, n % 5);
        let diff = DiffView { styles, diff: &diff };
        self.draw_with(&diff, self.scroll());
        let paragraph = Paragraph::text(styles, text, styles.text());
        let parts = [
            Part::Text(paragraph.clone()),
            Part::Diff(diff),
            Part::Code(CodeView::new(styles, text, Syntax::detect(text))),
            Part::Hex(HexView { styles, bytes: text.as_bytes() }),
            Part::Facts(Facts { styles, rows: vec![(text, Line::from(text))] }),
            Part::Text(paragraph),
        ];
        let stack = Stack { styles, parts: &parts };
        self.draw_with(&stack, self.scroll());
        stack.hidden_cells(area);
        self.draw_with(&HexView { styles, bytes: text.as_bytes() }, self.scroll());
        self.draw_with(&Paragraph::text(styles, text, styles.text()), self.scroll());
        let mut editor = Editor::new(text);
        editor.input(EditorCommand::Move(Motion::Position { line: n, column: n }));
        editor.input(EditorCommand::Select(Motion::TextEnd));
        let at = |line, column| Position { line, column };
        let squiggles = [
            Squiggle { start: at(1, 1), end: at(n, n), severity: Severity::Error },
            Squiggle { start: at(n, n), end: at(1, 1), severity: Severity::Hint },
        ];
        let (syntax, focus) = (Syntax::Yaml, Focus::Here);
        let pane = EditorPane { styles, editor: &editor, syntax, squiggles: &squiggles, found: &[(0, 0..1)], focus };
        let mut view = EditorView::default();
        (view.top, view.left) = (n, n);
        for _ in 0..2 {
            view = self.draw_with(&pane, view);
            assert!(view.cursor().is_none_or(|cursor| area.contains(cursor)));
            view.scroll_by(n.cast_signed(), &editor);
        }
    }

    fn forms(&self) {
        let Self { styles, text, n, area, .. } = *self;
        let field = Field::new(text);
        let content = Content::Text(&field);
        let line = FieldLine { styles, content, placeholder: text, focus: Focus::Here };
        self.draw(&line);
        assert!(line.cursor(area).is_none_or(|cursor| area.contains(cursor)));
        let editor = Editor::new(text);
        let inputs = [
            Input::Line { content, placeholder: text },
            Input::Choice(text),
            Input::Lines { editor: &editor, rows: 3 },
        ];
        let error = n.is_multiple_of(2).then_some(text);
        let fields = inputs.map(|input| FormField { label: text, input, help: text, error });
        for focused in 0..=fields.len() {
            let form = Form { styles, fields: &fields, focused };
            let mut view = FormView::default();
            view.scroll = self.scroll();
            let view = self.draw_with(&form, view);
            form.field_at(&view, area.as_position());
            assert!(view.cursor().is_none_or(|cursor| area.contains(cursor)));
        }
    }
}

#[track_caller]
fn check(buf: &Buffer, area: Rect) {
    for at in buf.area.positions() {
        let symbol = buf[at].symbol();
        assert!(area.contains(at) || symbol == " ", "{symbol:?} at {at:?} is outside {area:?}");
        assert!(!symbol.chars().any(|c| c.is_control() || c == '\u{202e}'), "{symbol:?} at {at:?}");
    }
}

/// Texts of what makes trouble: wide, combined, invisible, reordering, control and long.
fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "word ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "\u{1b}[31m",
        "é",
        "e\u{301}",
        "\u{301}",
        "日本語",
        "👩‍👩‍👧",
        "🇩🇪",
        "\u{202e}",
        "\u{200b}",
        "\u{7f}",
        "ﾞ",
        "us.gcr.io/p/i@sha256:0123",
        "- key: [x, \"y\"] # z",
        "\"k\": null,",
        "─│",
    ]);
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_widget_draws_at_any_size(
        text in odd_text(),
        n in 0usize..70,
        (x, y) in (0u16..20, 0u16..10),
        (width, height) in prop_oneof![(0u16..12, 0u16..6), (0u16..80, 0u16..30), (0u16..200, 0u16..60)],
        (screen_width, screen_height) in prop_oneof![(0u16..30, 0u16..12), (0u16..200, 0u16..60)],
    ) {
        let styles = Styles::default();
        let screen = Rect::new(0, 0, screen_width, screen_height);
        let sheet = Sheet { styles: &styles, text: &text, n, screen, area: Rect::new(x, y, width, height) };
        sheet.chrome();
        sheet.overlays();
        sheet.lists();
        sheet.traces();
        sheet.texts();
        sheet.forms();
    }
}
