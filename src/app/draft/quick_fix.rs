//! Problems of the draft: what their codes mean, and their quick fixes, shown before they are made.

use crate::draft;
use crate::draft::{Choice, Then};
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{self, Body, Confirm, Entry, Overlay};
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;
use domain::diagnostic::page::page;
use domain::diagnostic::{Code, Diagnostic, Severity};
use domain::document::{Dialect, Document};
use domain::quick_fix::{QuickFix, quick_fixes};

impl Model {
    /// The problems that the cursor is at or that stand on its line, the nearest first; in the list of
    /// problems, the selected one.
    pub fn problems_here(&self) -> Vec<&Diagnostic> {
        if self.nav.focus() == Pane::Problems {
            let at = self.selected_row(Pane::Problems);
            return at.and_then(|at| self.draft.problems().get(at)).into_iter().collect();
        }
        let here = self.draft.editor.position();
        let on_line = |problem: &&Diagnostic| (problem.span.start.line..=problem.span.end.line).contains(&here.line);
        let mut found: Vec<&Diagnostic> = self.draft.problems_on(here.line, here.line).iter().filter(on_line).collect();
        found.sort_by_key(|problem| {
            let span = &problem.span;
            let away = if here < span.start { 2 } else { usize::from(here > span.end) * 3 };
            (away, problem.severity, span.start)
        });
        found
    }
}

/// Offers what can be done about the problems here.
pub(crate) fn offer(model: &mut Model) -> Vec<Effect> {
    model.draft.read_now();
    let problems: Vec<Diagnostic> = model.problems_here().into_iter().cloned().collect();
    if problems.is_empty() {
        model.say(Weight::Info, "no problem here; F4 goes to the next one");
        return Vec::new();
    }
    let document = &model.draft.document;
    let mut offered: Vec<(QuickFix, String)> = Vec::new();
    for problem in &problems {
        offered.extend(quick_fixes(document, problem).into_iter().map(|fix| (fix, problem.message.clone())));
    }
    let of_kind = problems.iter().find_map(|problem| all_of(document, problem.code));
    offered.extend(of_kind);
    match offered.len() {
        0 => model.say(Weight::Info, "no quick fix for this; F10 explains it"),
        1 => {
            model.draft.offered = offered;
            return ask(model, 0);
        }
        _ => {
            let entry = |(at, (fix, about)): (usize, &(QuickFix, String))| Entry {
                label: fix.title.clone(),
                detail: about.clone(),
                choice: overlay::Choice::Draft(Choice::QuickFix(at)),
            };
            let entries = offered.iter().enumerate().map(entry).collect();
            model.draft.offered = offered;
            return model.open_picker("Quick fix", entries);
        }
    }
    Vec::new()
}

/// The first fixes of all problems of a code as one, where there are several and together they are
/// harmless.
fn all_of(document: &Document, code: Code) -> Option<(QuickFix, String)> {
    let of_code = document.diagnostics.iter().filter(|problem| problem.code == code);
    let fixes: Vec<QuickFix> =
        of_code.filter_map(|problem| quick_fixes(document, problem).into_iter().next()).collect();
    let count = fixes.len();
    let mut edits: Vec<_> = fixes.into_iter().flat_map(|fix| fix.edits).collect();
    edits.sort_by_key(|edit| (edit.bytes.start, edit.bytes.end));
    let apart = edits.is_sorted_by(|a, b| a.bytes.end <= b.bytes.start && a.bytes != b.bytes);
    let fix = QuickFix { title: format!("All {count} of this kind"), edits };
    let offered = count > 1 && apart && is_harmless(document, code, &fix);
    offered.then(|| (fix, format!("`{code}`, in the whole text")))
}

/// What the service refuses decides nothing yet; anything else must decide as before.
fn is_harmless(document: &Document, code: Code, fix: &QuickFix) -> bool {
    if code.severity() == Severity::Error {
        return true;
    }
    let after = Document::parse(&fix.apply(&document.text), Dialect::Gcloud).policy;
    document.policy.as_ref().zip(after.as_ref()).is_some_and(|(before, after)| before.says_the_same_as(after))
}

/// Shows what an offered fix changes, and asks.
pub(crate) fn ask(model: &mut Model, number: usize) -> Vec<Effect> {
    let Some((fix, about)) = model.draft.offered.get(number).cloned() else { return Vec::new() };
    let before = model.draft.document.text.clone();
    let after = fix.apply(&before);
    let then = Then::QuickFix { revision: model.draft.editor.revision(), fix: fix.clone() };
    let then = vec![overlay::Then::Draft(then)];
    let confirm =
        Confirm { title: fix.title, lines: vec![about], diff: Some((before, after)), then, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    Vec::new()
}

/// Makes the fix that was shown, as one undo step.
pub(crate) fn apply(model: &mut Model, revision: u64, fix: &QuickFix) -> Vec<Effect> {
    if revision != model.draft.editor.revision() {
        model.say(Weight::Warning, "the text changed meanwhile: nothing was done");
        return Vec::new();
    }
    let edits: Vec<_> = fix.edits.iter().map(|edit| (edit.bytes.clone(), edit.text.clone())).collect();
    let outcome = model.draft.editor.replace_each(&edits);
    model.go(Pane::Editor);
    model.say(Weight::Success, format!("{}; ^Z takes it back", fix.title));
    draft::text::follow_edit(model, outcome)
}

/// Opens the page of the code of the problem here.
pub(crate) fn explain(model: &mut Model) -> Vec<Effect> {
    let Some((code, message)) = model.problems_here().first().map(|problem| (problem.code, problem.message.clone()))
    else {
        model.say(Weight::Info, "no problem here; F4 goes to the next one");
        return Vec::new();
    };
    let text = format!("{message}\n\n{}", page(code).to_text());
    model.overlays.push(Overlay::reader(code.as_str(), Body::Prose(text)));
    Vec::new()
}

/// The list shows fewer problems: all, then those that are not hints, then errors.
pub(crate) fn next_severity(model: &mut Model) {
    model.draft.least = match model.draft.least {
        Severity::Hint => Severity::Warning,
        Severity::Warning => Severity::Error,
        Severity::Error => Severity::Hint,
    };
    model.nav.list_mut(Pane::Problems).selected = 0;
}
