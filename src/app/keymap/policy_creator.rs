//! What keys do in the Policy Creator's tab.

use super::row;
use crate::action::{Action as A, Context as C, Group as G, Spec};
use crate::draft::{complete, find};
use crate::shell::action::RowAction;
use crate::shell::tab::Pane;
use crate::{draft, history, policy_test, review};

const EDITING: &[C] = &[C::Editing];
/// The draft's text, whether it takes keys or not.
const TEXT: &[C] = &[C::Editing, C::Pane(Pane::Editor)];
const COMPLETION: &[C] = &[C::Completion];
const FIND: &[C] = &[C::Find];
const PREVIEW: &[C] = &[C::Pane(Pane::Preview)];
const PROBLEMS: &[C] = &[C::Pane(Pane::Problems)];
/// Every pane of the tab.
const DRAFT: &[C] = &[C::Pane(Pane::Editor), C::Pane(Pane::Problems), C::Pane(Pane::Preview), C::Pane(Pane::Field)];
/// The panes of the tab that are about the draft as a whole.
const WIDE: &[C] = &[C::Pane(Pane::Editor), C::Pane(Pane::Problems), C::Pane(Pane::Preview)];
/// The panes of the tab that show a place of the draft.
const PLACES: &[C] = &[C::Pane(Pane::Editor), C::Pane(Pane::Problems), C::Pane(Pane::Field)];

/// A row of this heading.
const fn key(action: A, keys: &'static [&'static str]) -> Spec {
    row::key(G::PolicyCreator, action, keys)
}

pub(super) static TABLE: &[Spec] = &[
    key(A::Row(RowAction::Open), &["enter"])
        .on(&[C::Reading])
        .label("edit")
        .help("Type in the draft; Esc leaves the text.")
        .footer(9),
    key(A::Row(RowAction::Open), &["enter"])
        .on(PROBLEMS)
        .label("go there")
        .help("Go to the place of the problem.")
        .footer(9),
    key(A::Row(RowAction::Open), &["enter"])
        .on(PREVIEW)
        .label("decisions")
        .help("Show the decisions of the live policy and of the draft about the selected row next to each other.")
        .footer(8),
    key(A::Review(review::Action::Show), &["f"])
        .on(PREVIEW)
        .label("show")
        .help("Show all, what flips, what the draft denies, what it admits, or what is undecided.")
        .footer(7),
    key(A::Review(review::Action::Order), &["o"])
        .on(PREVIEW)
        .label("order")
        .help("Sort by what flips, by image, or as known: the chosen image, what runs, the registry, the list.")
        .footer(6),
    key(A::Review(review::Action::Choose), &["c"])
        .on(PREVIEW)
        .label("choose")
        .help("Make the image of the selected row the chosen one.")
        .footer(4),
    key(A::Review(review::Action::LoadInventory), &["I"])
        .on(PREVIEW)
        .label("list…")
        .help(
            "Add the images and pods of a file: one image a line, requests as JSON lines, or pods \
             as kubectl prints them.",
        )
        .footer(3),
    key(A::Review(review::Action::Start), &["F7"])
        .on(WIDE)
        .label("review")
        .help("Review the draft: what it newly denies and admits, exactly, and over everything that is known.")
        .footer(6),
    key(A::Row(RowAction::Open), &["enter"])
        .on(&[C::Pane(Pane::Field)])
        .label("edit")
        .help("Go back to the text.")
        .footer(9),
    key(A::Draft(draft::Action::Leave), &["esc"])
        .on(EDITING)
        .label("leave")
        .help("Leave the text; single keys work again.")
        .footer(9),
    key(A::Draft(draft::Action::Undo), &["ctrl-z"]).on(TEXT).label("undo").help("Undo the last change.").footer(7),
    key(A::Draft(draft::Action::Redo), &["ctrl-y"]).on(TEXT).label("redo").help("Do the undone change again."),
    key(A::Draft(draft::Action::Cut), &["ctrl-x"]).on(EDITING).label("cut").help("Cut the selection, or the line."),
    key(A::Draft(draft::Action::CopySelection), &["ctrl-c"])
        .on(EDITING)
        .label("copy")
        .help("Copy the selection, or the line (OSC 52)."),
    key(A::Draft(draft::Action::Paste), &["ctrl-v"])
        .on(EDITING)
        .label("paste")
        .help("Paste what was cut or copied here; the terminal's own paste works too."),
    key(A::Draft(draft::Action::SelectAll), &["ctrl-a"]).on(EDITING).label("select all").help("Select the whole text."),
    key(A::Complete(complete::Action::Open), &["ctrl-space"])
        .on(EDITING)
        .label("complete")
        .help("Propose what could stand at the cursor: keys, values, names of the project.")
        .footer(6),
    key(A::Complete(complete::Action::Take), &["tab"])
        .on(COMPLETION)
        .label("take")
        .help("Take the selected proposal.")
        .footer(9),
    key(A::Complete(complete::Action::Take), &["enter"])
        .on(&[C::Chosen])
        .label("take")
        .help("Take the selected proposal, where the list was opened by its key or the selection moved."),
    key(A::Complete(complete::Action::Up), &["up", "ctrl-p"])
        .on(COMPLETION)
        .label("up")
        .help("Go to the previous proposal."),
    key(A::Complete(complete::Action::Down), &["down", "ctrl-n"])
        .on(COMPLETION)
        .label("down")
        .help("Go to the next proposal.")
        .footer(8),
    key(A::Complete(complete::Action::PageUp), &["pageup"])
        .on(COMPLETION)
        .label("page up")
        .help("Go one page of proposals up."),
    key(A::Complete(complete::Action::PageDown), &["pagedown"])
        .on(COMPLETION)
        .label("page down")
        .help("Go one page of proposals down."),
    key(A::Complete(complete::Action::Close), &["esc"])
        .on(COMPLETION)
        .label("close")
        .help("Close the list alone.")
        .footer(8),
    key(A::Find(find::Action::Open), &["ctrl-f"])
        .on(TEXT)
        .label("find…")
        .help("Search the draft; the selection is looked for."),
    key(A::Find(find::Action::OpenReplace), &["ctrl-r"])
        .on(&[C::Editing, C::Pane(Pane::Editor), C::Find])
        .label("replace…")
        .help("Search the draft and replace; in the bar, show the row for it.")
        .footer(5),
    key(A::Find(find::Action::Enter), &["enter"])
        .on(FIND)
        .label("next")
        .help("Go to the next match; in the second row, replace this one first.")
        .footer(9),
    key(A::Find(find::Action::Next), &["down"]).on(FIND).label("next").help("Go to the next match."),
    key(A::Find(find::Action::Previous), &["up"])
        .on(FIND)
        .label("previous")
        .help("Go to the previous match.")
        .footer(8),
    key(A::Find(find::Action::Switch), &["tab", "shift-tab"])
        .on(FIND)
        .label("other row")
        .help("Go to the other row: what is looked for, what replaces it.")
        .footer(7),
    key(A::Find(find::Action::ReplaceAll), &["alt-a"])
        .on(FIND)
        .label("replace all")
        .help("Replace every match, as one step to undo.")
        .footer(7),
    key(A::Find(find::Action::Case), &["alt-c"])
        .on(FIND)
        .label("case")
        .help("Let case count; otherwise it counts only where a capital is looked for.")
        .footer(4),
    key(A::Find(find::Action::Regex), &["alt-r"])
        .on(FIND)
        .label("regex")
        .help("Look for a regular expression; $1 in the replacement is its first group.")
        .footer(4),
    key(A::Find(find::Action::Close), &["esc"])
        .on(FIND)
        .label("close")
        .help("Close the search; the match stays selected.")
        .footer(6),
    key(A::Draft(draft::Action::GoToLine), &["ctrl-l"]).on(TEXT).label("line…").help("Go to a line."),
    key(A::Draft(draft::Action::Import), &["ctrl-s"])
        .on(DRAFT)
        .label("import…")
        .help("Import the draft to the project: shows the difference, carries the etag, asks.")
        .footer(9)
        .danger(),
    key(A::Draft(draft::Action::SaveFile), &["F2"])
        .on(DRAFT)
        .label("write file…")
        .help("Write the draft to its file, to another, or to one of the working directory.")
        .footer(6),
    key(A::Draft(draft::Action::OpenFile), &["ctrl-o"])
        .on(DRAFT)
        .label("open file…")
        .help("Open a file as the draft; asks where what is typed stands nowhere else.")
        .footer(4),
    key(A::Draft(draft::Action::EditOutside), &["ctrl-e"])
        .on(DRAFT)
        .label("$EDITOR")
        .help("Edit the draft with $VISUAL or $EDITOR; what it leaves comes back as one step.")
        .footer(3),
    key(A::Draft(draft::Action::Template), &["F3"])
        .on(DRAFT)
        .label("template…")
        .help("Start the draft from a template.")
        .footer(6),
    key(A::Draft(draft::Action::NextProblem), &["F4"])
        .on(DRAFT)
        .label("next problem")
        .help("Go to the next problem.")
        .footer(5),
    key(A::Draft(draft::Action::PreviousProblem), &["shift-F4"])
        .on(DRAFT)
        .label("previous problem")
        .help("Go to the previous problem."),
    key(A::Draft(draft::Action::Outline), &["alt-o"])
        .on(DRAFT)
        .label("outline…")
        .help("List the parts of the draft, each with its worst problem; Enter goes there.")
        .footer(5),
    key(A::Draft(draft::Action::QuickFix), &["F8"])
        .on(PLACES)
        .label("quick fix…")
        .help("Show what can be done about the problem here, before it is done.")
        .footer(6),
    key(A::Draft(draft::Action::ExplainProblem), &["F10"])
        .on(PLACES)
        .label("explain")
        .help("Open the page of the problem's code.")
        .footer(4),
    key(A::Draft(draft::Action::NextSeverity), &["s"])
        .on(PROBLEMS)
        .label("severity")
        .help("List all problems, those that are not hints, or errors alone.")
        .footer(7),
    key(A::Draft(draft::Action::ReloadDraft), &["F5"])
        .on(DRAFT)
        .label("take the live policy…")
        .help("Replace the draft with the project's policy.")
        .footer(4)
        .danger(),
    key(A::Draft(draft::Action::ShowDiff), &["F6"])
        .on(DRAFT)
        .label("difference")
        .help("Show the difference between the live policy and the draft.")
        .footer(5),
    key(A::History(history::Action::Open), &["alt-h"])
        .on(WIDE)
        .label("history")
        .help("Show every policy that was live: compare, simulate against, restore.")
        .footer(4),
    key(A::PolicyTest(policy_test::Action::Open), &["alt-t"])
        .on(WIDE)
        .label("tests")
        .help("Show the tests of the draft: which pass, what was expected and found, what is covered.")
        .footer(4),
    key(A::PolicyTest(policy_test::Action::AddDecision), &["alt-a"])
        .on(&[C::Pane(Pane::Editor), C::Pane(Pane::Problems), C::Pane(Pane::Preview), C::Pane(Pane::Decision)])
        .label("add as a test…")
        .help("Add the present decision to the tests of the draft."),
    key(A::Draft(draft::Action::ExportPolicy), &["alt-x"])
        .on(WIDE)
        .label("export…")
        .help("Export the live policy as gcloud does, to a file or to the clipboard."),
];
