//! Screens put together of the widgets alone, with what a codelab would show.

use countersign::app::decision::tree::Tree;
use countersign::app::shell::editor::{Editor, EditorCommand, Motion, Query};
use countersign::app::shell::field::{Field, FieldCommand, SecretField};
use countersign::app::shell::text_diff::Diff;
use countersign::domain::admission::Outcome;
use countersign::domain::admission::check::{AttestationCheck, AttestorCheck, CheckKind, ExemptionCheck, StageResult};
use countersign::domain::admission::trace::{Check, Status, Trace};
use countersign::domain::attestation::{AttestationFault, Stage};
use countersign::domain::diagnostic::Severity;
use countersign::domain::path::Path;
use countersign::domain::policy::EvaluationMode;
use countersign::domain::span::Position;
use countersign::ui::highlight::Syntax;
use countersign::ui::styles::{Focus, Styles, Tone};
use countersign::ui::text::{Cut, fill};
use countersign::ui::theme::Role;
use countersign::ui::widgets::busy::Spinner;
use countersign::ui::widgets::code::CodeView;
use countersign::ui::widgets::confirm::{self, Answer, Answers, Weight};
use countersign::ui::widgets::diff::{self, DiffView};
use countersign::ui::widgets::editor::{EditorPane, EditorView, Squiggle};
use countersign::ui::widgets::facts::Facts;
use countersign::ui::widgets::field::Content;
use countersign::ui::widgets::footer::{Footer, Hint};
use countersign::ui::widgets::form::{Form, FormField, FormView, Input};
use countersign::ui::widgets::hex::HexView;
use countersign::ui::widgets::overlay::Overlay;
use countersign::ui::widgets::pane::Pane;
use countersign::ui::widgets::paragraph::Paragraph;
use countersign::ui::widgets::picker::{Picker, PickerRow};
use countersign::ui::widgets::placeholder::Placeholder;
use countersign::ui::widgets::scroll::Scroll;
use countersign::ui::widgets::tab_bar::TabBar;
use countersign::ui::widgets::table::{Column, Table};
use countersign::ui::widgets::trace_tree::TraceTree;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position as Cell, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{StatefulWidget, Widget};

const POLICY: &str = "\
globalPolicyEvaluationMode: ENABLE
admissionWhitelistPatterns:
- namePattern: gcr.io/google_containers/*
- namePattern: k8s.gcr.io/**  # system images
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
clusterAdmissionRules:
  us-central1-a.binauthz-codelab:
    evaluationMode: REQUIRE_ATTESTATION
    enforcementMode: DRYRUN_AUDIT_LOG_ONLY
    requireAttestationsBy:
    - projects/codelab/attestors/vetted-by-qa
name: projects/codelab/policy
";

const DIGEST: &str = "sha256:9f3c0e5d7b6a4f218c93d0e1b2a3948576655443322110ffeeddccbbaa998877";

fn trace() -> Trace {
    let stage = |status, stage, result| Check::new(status, AttestationCheck::Stage { stage, result });
    let fault = AttestationFault::UnknownKey {
        found: "51D24FEA80C3E5D1A9C7B5F3E1D0C2B4A6978860".to_owned(),
        known: vec!["AD7B7FA9A1E3C9D8B0C7F5E4D3C2B1A09F8E7D6C".to_owned()],
        near_miss: None,
    };
    let attestor = |name: &str| AttestorCheck::Attestor { name: name.to_owned() };
    let refusing = Check::new(Status::Fail, attestor("vetted-by-qa")).children(vec![
        Check::new(Status::Note, AttestorCheck::Keys { count: 1 }),
        stage(Status::Pass, Stage::Resource, StageResult::Passed(Some("sha256:9f3c…".to_owned()))),
        stage(Status::Fail, Stage::KeyId, StageResult::Failed(Box::new(fault))),
        stage(Status::Skipped, Stage::Digest, StageResult::Skipped),
    ]);
    let unknown = AttestorCheck::Unknown { why: "the note could not be read".to_owned() };
    let rule = Check::new(Status::Fail, CheckKind::EvaluationMode(EvaluationMode::RequireAttestation))
        .with_path(Path::default())
        .children(vec![refusing, Check::new(Status::Unknown, unknown)]);
    let image = Check::new(Status::Note, ExemptionCheck::AllowlistMisses { patterns: 2 });
    Trace { checks: vec![image, rule, Check::new(Status::Fail, CheckKind::Outcome(Outcome::Deny))] }
}

fn blank(styles: &Styles, width: u16, height: u16) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let area = buf.area;
    fill(&mut buf, area, styles.background());
    buf
}

fn chrome(styles: &Styles, buf: &mut Buffer) {
    let area = buf.area;
    let note = Line::styled("sandbox · codelab   us-central1-a.binauthz-codelab", styles.role(Role::HeaderNote));
    let tabs = ["Deployer", "Policy Creator", "Attestor"];
    TabBar { styles, app: "countersign", tabs: &tabs, active: 1, note }.render(Rect { height: 1, ..area }, buf);
    let verdict = |outcome| styles.verdict(outcome).span();
    let line = Line::from(vec![
        Span::styled(" image ", styles.dim()),
        Span::styled("us.gcr.io/codelab/hello-world@sha256:9f3c…", styles.text()),
        Span::styled("  namespace ", styles.dim()),
        Span::styled("default", styles.text()),
        Span::styled("   now ", styles.dim()),
        verdict(Outcome::Deny),
        Span::styled("   draft ", styles.dim()),
        verdict(Outcome::AdmitDryRun),
    ]);
    countersign::ui::text::put_line(buf, (0, 1), &line, usize::from(area.width));
    let hint = |key, label| Hint { key, label, enabled: true };
    let off = Hint { key: "F7", label: "review", enabled: false };
    let hints =
        [hint("^S", "import…"), hint("^Z", "undo"), off, hint("i", "image"), hint("g", "guide"), hint("?", "help")];
    let status = Line::styled("✓ sandbox ready", styles.notice(Tone::Success).style);
    let bottom = Rect { y: area.height - 1, height: 1, ..area };
    Footer { styles, hints: &hints, status }.render(bottom, buf);
}

/// The Policy Creator, as the views will put it together.
pub(crate) fn page(styles: &Styles) -> (Buffer, Option<Cell>) {
    let mut buf = blank(styles, 120, 36);
    chrome(styles, &mut buf);
    let mut editor = Editor::new(POLICY);
    editor.input(EditorCommand::Move(Motion::Position { line: 6, column: 19 }));
    let at = |line, column| Position { line, column };
    let squiggles = [
        Squiggle { start: at(6, 19), end: at(6, 38), severity: Severity::Error },
        Squiggle { start: at(3, 16), end: at(3, 42), severity: Severity::Hint },
        Squiggle { start: at(11, 22), end: at(11, 43), severity: Severity::Warning },
    ];
    let query = Query { text: "attestation".into(), ..Query::default() };
    let places = query.compile().unwrap().unwrap().places(POLICY);
    let found = editor.on_lines(&places, 0..editor.line_count());
    let left = Rect::new(0, 2, 62, 22);
    let pane = Pane::new(styles, "policy.yaml").focus(Focus::Here).dirty().note("etag 5f0c · 2 min ago");
    let mut view = EditorView::default();
    EditorPane {
        styles,
        editor: &editor,
        syntax: Syntax::Yaml,
        squiggles: &squiggles,
        found: &found,
        focus: Focus::Here,
    }
    .render(pane.inner(left), &mut buf, &mut view);
    problems(styles, Rect::new(0, 23, 62, 12), &mut buf);
    pane.render(left, &mut buf);
    draft_decides(styles, Rect::new(61, 2, 59, 11), &mut buf);
    decision(styles, Rect::new(61, 12, 59, 23), &mut buf);
    (buf, view.cursor())
}

fn problems(styles: &Styles, area: Rect, buf: &mut Buffer) {
    let rows = [
        (Severity::Error, "6:19", "REQUIRE_ATTESTATION needs requireAttestationsBy"),
        (Severity::Warning, "11:22", "a dry run admits what it would deny"),
        (Severity::Hint, "3:16", "gcr.io/google_containers has moved to registry.k8s.io"),
    ];
    let row = |at: usize| {
        let (severity, place, message) = rows[at];
        let mark = styles.severity(severity);
        vec![Line::from(mark.sign()), Line::styled(place, styles.dim()), Line::styled(message, styles.text())]
    };
    let columns = [Column::fixed("", 1), Column::fixed("at", 6), Column::flexible("problem", 20, 60)];
    let pane = Pane::new(styles, "Problems").count(3);
    let table = Table::new(styles, &columns, 3, &row).selected(Some(0), Focus::Away);
    table.render(pane.inner(area), buf, &mut Scroll::default());
    pane.render(area, buf);
}

fn draft_decides(styles: &Styles, area: Rect, buf: &mut Buffer) {
    let rows = [
        ("us.gcr.io/codelab/hello-world", Outcome::Deny, Outcome::AdmitDryRun, "line 9"),
        ("k8s.gcr.io/pause:3.1", Outcome::Admit, Outcome::Admit, "line 4"),
        ("docker.io/library/nginx:latest", Outcome::Deny, Outcome::Deny, "line 6"),
        ("us.gcr.io/codelab/unsigned:v2", Outcome::AdmitBreakGlass, Outcome::Undecided, "line 6"),
    ];
    let row = |at: usize| {
        let (image, now, draft, because) = rows[at];
        let verdict = |outcome| Line::from(styles.verdict(outcome).quiet());
        vec![Line::styled(image, styles.text()), verdict(now), verdict(draft), Line::styled(because, styles.dim())]
    };
    let columns = [
        Column::flexible("image", 12, 24).cut(Cut::Middle),
        Column::fixed("now", 10),
        Column::fixed("draft", 11),
        Column::fixed("because", 7).drop(1),
    ];
    let pane = Pane::new(styles, "What the draft decides").filter("codelab", 4, 12).busy(Some(2));
    let table = Table::new(styles, &columns, 4, &row).selected(Some(1), Focus::Here);
    table.render(pane.inner(area), buf, &mut Scroll::default());
    pane.render(area, buf);
}

fn decision(styles: &Styles, area: Rect, buf: &mut Buffer) {
    let trace = trace();
    let rows = Tree::default().rows(&trace);
    let pane = Pane::new(styles, "Why").note("✗ denied");
    let (focus, selected) = (Focus::Away, Some(5));
    TraceTree { styles, rows: &rows, selected, focus, line_of: &|_| Some(6) }.render(
        pane.inner(area),
        buf,
        &mut Scroll::default(),
    );
    pane.render(area, buf);
}

/// A question over the page, with a difference.
pub(crate) fn question(styles: &Styles) -> Buffer {
    let (mut buf, _) = page(styles);
    let diff = Diff::new(
        POLICY,
        &POLICY
            .replace("DRYRUN_AUDIT_LOG_ONLY", "ENFORCED_BLOCK_AND_AUDIT_LOG")
            .replace("name: projects/codelab/policy\n", ""),
        2,
    );
    let view = DiffView { styles, diff: &diff };
    let overlay = Overlay { styles, title: "Import the policy into codelab?", width: 76, height: 14 };
    let screen = buf.area;
    overlay.render(screen, &mut buf);
    let (body, answers) = confirm::layout(overlay.inner(screen));
    Widget::render(&view, Rect { y: body.y + 2, height: body.height - 2, ..body }, &mut buf);
    let mut head = vec![Span::styled("1 cluster rule changes, 0 images newly denied   ", styles.text())];
    head.extend(diff::summary(styles, &diff).spans);
    countersign::ui::text::put_line(&mut buf, (body.x, body.y), &Line::from(head), usize::from(body.width));
    let list = [
        Answer { key: "Enter", label: "Import", weight: Weight::Danger },
        Answer { key: "Esc", label: "Cancel", weight: Weight::Usual },
    ];
    Answers { styles, answers: &list, focused: 0 }.render(answers, &mut buf);
    buf
}

/// The remaining parts beside each other.
pub(crate) fn parts(styles: &Styles) -> (Buffer, Option<Cell>) {
    let mut buf = blank(styles, 120, 36);
    chrome(styles, &mut buf);
    let cursor = form(styles, Rect::new(0, 2, 60, 12), &mut buf);
    picker(styles, Rect::new(60, 2, 60, 12), &mut buf);
    payload(styles, Rect::new(0, 14, 120, 11), &mut buf);
    facts(styles, Rect::new(0, 25, 60, 10), &mut buf);
    work(styles, Rect::new(60, 25, 60, 10), &mut buf);
    (buf, cursor)
}

/// Draws a pane; its inside.
fn in_pane(styles: &Styles, title: &str, area: Rect, buf: &mut Buffer) -> Rect {
    let pane = Pane::new(styles, title);
    pane.render(area, buf);
    pane.inner(area)
}

fn form(styles: &Styles, area: Rect, buf: &mut Buffer) -> Option<Cell> {
    let name = Field::new("vetted-by-qa");
    let mut secret = SecretField::default();
    secret.input(FieldCommand::Text("hunter2".to_owned()));
    let line = |content| Input::Line { content, placeholder: "" };
    let field = |label, input, help| FormField { label, input, help, error: None };
    let taken = Some("codelab has an attestor of this name already.");
    let fields = [
        FormField { error: taken, ..field("Attestor", line(Content::Text(&name)), "Lower case letters and digits.") },
        field("Key", Input::Choice("ECDSA P-256"), ""),
        field("Passphrase", line(Content::Secret(&secret)), "Encrypts the key on this machine."),
    ];
    let area = in_pane(styles, "New attestor", area, buf);
    let mut view = FormView::default();
    Form { styles, fields: &fields, focused: 0 }.render(area, buf, &mut view);
    view.cursor()
}

fn picker(styles: &Styles, area: Rect, buf: &mut Buffer) {
    let filter = Field::new("pol");
    let entries = [("Import the policy", "^S"), ("Review the policy over an inventory", "F7"), ("Pull the policy", "")];
    let row = |at: usize| PickerRow { label: entries[at].0, detail: entries[at].1 };
    let area = in_pane(styles, "Commands", area, buf);
    let picker = Picker { styles, filter: &filter, placeholder: "", len: 3, all: 41, row: &row, selected: 0 };
    picker.render(area, buf, &mut Scroll::default());
}

fn payload(styles: &Styles, area: Rect, buf: &mut Buffer) {
    let payload = format!(
        "{{\n  \"critical\": {{\n\t\"image\": {{\n      \"docker-manifest-digest\": \"{DIGEST}\"\n    }},\n    \
         \"type\": \"Google cloud binauthz container signature\"\n  }}\n}}\n"
    );
    let (left, right) = (Rect { width: 76, ..area }, Rect { x: area.x + 76, width: 44, ..area });
    let inner = in_pane(styles, "The exact bytes", left, buf);
    Widget::render(&HexView { styles, bytes: payload.as_bytes() }, inner, buf);
    let inner = in_pane(styles, "payload.json", right, buf);
    Widget::render(&CodeView::new(styles, &payload, Syntax::Json), inner, buf);
}

fn facts(styles: &Styles, area: Rect, buf: &mut Buffer) {
    let account = "service-8@gcp-sa-binaryauthorization.iam.gserviceaccount.com";
    let rows = vec![
        ("note", Line::styled("projects/codelab/notes/vetted-by-qa", styles.link())),
        ("service account", Line::styled(account, styles.text())),
        ("may read it", Line::from(styles.trace(Status::Fail).span())),
        ("command", Line::styled("gcloud container binauthz attestors list", styles.code())),
    ];
    let area = in_pane(styles, "Attestor", area, buf);
    Widget::render(&Facts { styles, rows }, area, buf);
}

fn work(styles: &Styles, area: Rect, buf: &mut Buffer) {
    let (left, right) = (Rect { width: 30, ..area }, Rect { x: area.x + 30, width: 30, ..area });
    let inner = in_pane(styles, "Review", left, buf);
    let line = |y| Rect { y: inner.y + y, height: 1, ..inner };
    Spinner { styles, step: 3, label: "reading attestations" }.render(line(0), buf);
    let text = "A paragraph wraps at words and by the width of 日本語 on the screen.";
    let below = Rect { y: inner.y + 4, height: 4, ..inner };
    Widget::render(&Paragraph::text(styles, text, styles.dim()), below, buf);
    let inner = in_pane(styles, "Attestations", right, buf);
    let hint = "Ask for roles/containeranalysis.notes.occurrences.viewer on the note.";
    Placeholder::failed(styles, "Permission denied", hint).render(inner, buf);
}
