//! What keys do in boxes: in every one, in forms, lists and the wizard, in what scrolls or explains, and then in
//! the boxes of one feature, feature by feature.

use super::row;
use crate::action::{Action as A, Context as C, Group as G, Spec};
use crate::shell::action::{BoxAction, FormAction, ListAction};
use crate::{command_log, explain, fix, history, import, policy_test, review, sign};

/// Boxes with a text that scrolls up and down, and to the side.
const TEXTS: &[C] = &[C::Scroll, C::Confirm, C::Conflict, C::Mend];
/// Boxes with a text of several pages.
const PAGES: &[C] = &[C::Scroll, C::Confirm, C::Wizard, C::Conflict, C::Mend];
/// Boxes whose entries are gone through line by line, without a filter.
const ENTRIES: &[C] = &[C::History, C::Tests, C::Explain, C::Fixes];
/// Boxes whose entries are gone through line by line.
const LISTS: &[C] = &[C::List, C::History, C::Tests, C::Explain, C::Fixes];
const FORM: &[C] = &[C::Form];
const WIZARD: &[C] = &[C::Wizard];
const EXPLAIN: &[C] = &[C::Explain];
const REVIEW: &[C] = &[C::Review];
const CONFLICT: &[C] = &[C::Conflict];
const HISTORY: &[C] = &[C::History];
const TESTS: &[C] = &[C::Tests];

/// A row of this heading.
const fn key(action: A, keys: &'static [&'static str]) -> Spec {
    row::key(G::Boxes, action, keys)
}

pub(super) static TABLE: &[Spec] = &[
    key(A::Box(BoxAction::Close), &["esc"])
        .on(&[
            C::Scroll,
            C::Confirm,
            C::List,
            C::Form,
            C::Wizard,
            C::Conflict,
            C::History,
            C::Tests,
            C::Explain,
            C::Fixes,
            C::Mend,
        ])
        .label("close")
        .help("Close the box; nothing is done.")
        .footer(9),
    key(A::Box(BoxAction::CloseQ), &["q"])
        .on(&[C::Scroll, C::History, C::Tests, C::Explain, C::Fixes, C::Mend])
        .label("close")
        .help("Close the box."),
    key(A::Form(FormAction::Submit), &["enter"])
        .on(FORM)
        .label("go on")
        .help("Take the form; what will happen is shown first where it changes something.")
        .footer(8),
    key(A::Form(FormAction::NextField), &["tab", "down"])
        .on(FORM)
        .label("next field")
        .help("Go to the next field.")
        .footer(6),
    key(A::Form(FormAction::PreviousField), &["shift-tab", "up"])
        .on(FORM)
        .label("previous field")
        .help("Go to the previous field."),
    key(A::Form(FormAction::NextChoice), &["right"])
        .on(FORM)
        .label("next choice")
        .help("Take the next of the choices of this field; in a text, go right."),
    key(A::Form(FormAction::PreviousChoice), &["left"])
        .on(FORM)
        .label("previous choice")
        .help("Take the previous of the choices of this field; in a text, go left."),
    key(A::Box(BoxAction::Accept), &["y", "enter"])
        .on(&[C::Confirm])
        .label("yes, do it")
        .help("Do exactly what the box says.")
        .footer(9),
    key(A::Box(BoxAction::Refuse), &["n"])
        .on(&[C::Confirm])
        .label("no")
        .help("Close the box; nothing is done.")
        .footer(8),
    key(A::List(ListAction::Up), &["up", "ctrl-p"]).on(LISTS).label("up").help("Go to the previous entry."),
    key(A::List(ListAction::Down), &["down", "ctrl-n"]).on(LISTS).label("down").help("Go to the next entry."),
    key(A::List(ListAction::PageUp), &["pageup"]).on(LISTS).label("page up").help("Go up one page of entries."),
    key(A::List(ListAction::PageDown), &["pagedown"]).on(LISTS).label("page down").help("Go down one page of entries."),
    key(A::List(ListAction::First), &["home"]).on(ENTRIES).label("first").help("Go to the first entry."),
    key(A::List(ListAction::Last), &["end"]).on(ENTRIES).label("last").help("Go to the last entry."),
    key(A::List(ListAction::Pick), &["enter"]).on(&[C::List]).label("take").help("Take the entry.").footer(8),
    key(A::Explain(explain::Action::Go), &["enter"])
        .on(EXPLAIN)
        .label("go there")
        .help("Go where the line leads to: the image, the rule in the draft, the attestor, the decision's tree.")
        .footer(9),
    key(A::Explain(explain::Action::Next), &["tab"])
        .on(EXPLAIN)
        .label("next link")
        .help("Go to the next line that leads somewhere.")
        .footer(7),
    key(A::Explain(explain::Action::Previous), &["shift-tab"])
        .on(EXPLAIN)
        .label("previous link")
        .help("Go to the previous line that leads somewhere."),
    key(A::Explain(explain::Action::NextCase), &["right"])
        .on(EXPLAIN)
        .label("next refusal")
        .help("Explain the next refusal of the same text.")
        .footer(5),
    key(A::Explain(explain::Action::PreviousCase), &["left"])
        .on(EXPLAIN)
        .label("previous refusal")
        .help("Explain the previous refusal of the same text."),
    key(A::Explain(explain::Action::Then), &["h"])
        .on(EXPLAIN)
        .label("now or then")
        .help("Ask it under the policy as it was when it was refused, or as it is now.")
        .footer(6),
    key(A::Sign(sign::Action::Next), &["enter"]).on(WIZARD).label("go on").help("Go on to the next page.").footer(8),
    key(A::Sign(sign::Action::Back), &["shift-tab"]).on(WIZARD).label("back").help("Go back one page.").footer(7),
    key(A::Sign(sign::Action::Up), &["up"]).on(WIZARD).label("up").help("Go to the previous entry, or scroll."),
    key(A::Sign(sign::Action::Down), &["down"]).on(WIZARD).label("down").help("Go to the next entry, or scroll."),
    key(A::Box(BoxAction::ScrollUp), &["up", "k"]).on(TEXTS).label("up").help("Scroll up."),
    key(A::Box(BoxAction::ScrollDown), &["down", "j"]).on(TEXTS).label("down").help("Scroll down."),
    key(A::Box(BoxAction::ScrollPageUp), &["pageup"]).on(PAGES).label("page up").help("Scroll up one page."),
    key(A::Box(BoxAction::ScrollPageDown), &["pagedown", "space"])
        .on(PAGES)
        .label("page down")
        .help("Scroll down one page."),
    key(A::Box(BoxAction::ScrollLeft), &["left"]).on(TEXTS).label("left").help("Scroll to the left."),
    key(A::Box(BoxAction::ScrollRight), &["right"])
        .on(TEXTS)
        .label("right")
        .help("Scroll to the right, where lines are longer than the box is wide."),
    key(A::Box(BoxAction::ScrollHome), &["home"]).on(TEXTS).label("start").help("Scroll to the start."),
    key(A::Box(BoxAction::ScrollEnd), &["end"]).on(TEXTS).label("end").help("Scroll to the end."),
    key(A::Box(BoxAction::CopyAll), &["y"])
        .on(&[C::Scroll, C::Wizard, C::Explain])
        .label("copy")
        .help("Copy the text of the box (OSC 52, and to a file).")
        .footer(5),
    key(A::CommandLog(command_log::Action::Write), &["w"])
        .on(&[C::CommandLog])
        .label("script…")
        .help("Write the session to a file, as a script that does the same again.")
        .footer(5),
    key(A::Review(review::Action::Markdown), &["M"])
        .on(REVIEW)
        .label("Markdown…")
        .help("Write the review to a file as Markdown.")
        .footer(5),
    key(A::Review(review::Action::Json), &["J"])
        .on(REVIEW)
        .label("JSON…")
        .help("Write the review to a file as JSON.")
        .footer(4),
    key(A::Review(review::Action::Sarif), &["S"])
        .on(REVIEW)
        .label("SARIF…")
        .help("Write the review to a file as SARIF 2.1.0, for code scanning.")
        .footer(3),
    key(A::Import(import::Action::NextChange), &["tab", "n"])
        .on(CONFLICT)
        .label("next change")
        .help("Go to the next change.")
        .footer(5),
    key(A::Import(import::Action::PreviousChange), &["shift-tab", "p"])
        .on(CONFLICT)
        .label("previous change")
        .help("Go to the previous change."),
    key(A::Import(import::Action::TakeTheirs), &["t"])
        .on(CONFLICT)
        .label("theirs")
        .help("Take their side of this change.")
        .footer(8),
    key(A::Import(import::Action::TakeMine), &["m"])
        .on(CONFLICT)
        .label("mine")
        .help("Take my side of this change.")
        .footer(8),
    key(A::Import(import::Action::TakeBoth), &["b"])
        .on(CONFLICT)
        .label("both")
        .help("Take both sides of this change, theirs first.")
        .footer(7),
    key(A::Import(import::Action::TakeMerged), &["enter"])
        .on(CONFLICT)
        .label("merged to draft")
        .help("Put the merged text into the draft; nothing is imported yet.")
        .footer(8),
    key(A::Import(import::Action::TakeLive), &["T"])
        .on(CONFLICT)
        .label("all theirs")
        .help("Replace the draft with the policy that is live now.")
        .footer(6),
    key(A::Import(import::Action::KeepMine), &["K"])
        .on(CONFLICT)
        .label("keep mine…")
        .help("Import the draft over theirs, after showing what that takes back.")
        .footer(6)
        .danger(),
    key(A::History(history::Action::Compare), &["enter"])
        .on(HISTORY)
        .label("difference")
        .help("Compare with the marked version, or with the one before.")
        .footer(8),
    key(A::History(history::Action::Mark), &["space"])
        .on(HISTORY)
        .label("mark")
        .help("Mark the version to compare others with.")
        .footer(7),
    key(A::History(history::Action::Live), &["l"])
        .on(HISTORY)
        .label("to live")
        .help("Show the difference from this version to the live policy.")
        .footer(6),
    key(A::History(history::Action::Draft), &["d"])
        .on(HISTORY)
        .label("to draft")
        .help("Show the difference from this version to the draft.")
        .footer(6),
    key(A::History(history::Action::Simulate), &["s"])
        .on(HISTORY)
        .label("simulate")
        .help("Decide about the chosen image under this version.")
        .footer(7),
    key(A::History(history::Action::Restore), &["r"])
        .on(HISTORY)
        .label("restore…")
        .help("Put this version into the draft, after showing what that changes.")
        .footer(7),
    key(A::History(history::Action::Import), &["I"])
        .on(HISTORY)
        .label("restore and import…")
        .help("Put this version into the draft and import it, each after showing what that changes.")
        .footer(5)
        .danger(),
    key(A::History(history::Action::Copy), &["y"])
        .on(HISTORY)
        .label("copy")
        .help("Copy the text of this version (OSC 52, and to a file).")
        .footer(4),
    key(A::PolicyTest(policy_test::Action::Show), &["enter"])
        .on(TESTS)
        .label("decision")
        .help("Show the decision of this test as a tree of checks.")
        .footer(8),
    key(A::PolicyTest(policy_test::Action::Add), &["a"])
        .on(TESTS)
        .label("add the decision…")
        .help("Add the present decision as a test.")
        .footer(7),
    key(A::PolicyTest(policy_test::Action::Copy), &["y"])
        .on(TESTS)
        .label("copy the path")
        .help("Copy the path of the tests file (OSC 52, and to a file).")
        .footer(4),
    key(A::Fix(fix::Action::Open), &["F"])
        .on(EXPLAIN)
        .label("fixes")
        .help("List what would admit what was refused, what can be done from here first.")
        .footer(7),
    key(A::Fix(fix::Action::Apply), &["enter"])
        .on(&[C::Fixes])
        .label("apply…")
        .help("Apply the selected fix in the ordinary way of its role, after showing what changes.")
        .footer(8),
    key(A::Fix(fix::Action::Copy), &["y"])
        .on(&[C::Fixes])
        .label("copy all")
        .help("Copy the fixes as text, with their commands (OSC 52, and to a file).")
        .footer(5),
    key(A::Fix(fix::Action::Mend), &["enter", "y"])
        .on(&[C::Mend])
        .label("do it")
        .help("Send the change of the workload that was tried.")
        .footer(9)
        .danger(),
    key(A::Fix(fix::Action::CopyMend), &["c"])
        .on(&[C::Mend])
        .label("copy the command")
        .help("Copy the change of the workload as the command that a person would type (OSC 52, and to a file).")
        .footer(5),
    key(A::Fix(fix::Action::DeployBreakGlass), &["D"])
        .on(&[C::BreakGlass])
        .label("deploy…")
        .help("Deploy the pod that breaks the glass, after asking.")
        .footer(8)
        .danger(),
];
