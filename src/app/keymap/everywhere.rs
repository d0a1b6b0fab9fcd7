//! What keys do everywhere.

use super::row;
use crate::action::{Action as A, Context as C, Group as G, Spec};
use crate::shell::action::{PaneAction, ProgramAction};
use crate::{command_log, decision, guide, people, serving};

const BROWSE: &[C] = &[C::Browse];
const GLOBAL: &[C] = &[C::Global];
const FILTER: &[C] = &[C::Filter];

/// A row of this heading.
const fn key(action: A, keys: &'static [&'static str]) -> Spec {
    row::key(G::Everywhere, action, keys)
}

pub(super) static TABLE: &[Spec] = &[
    key(A::Pane(PaneAction::Up), &["up", "k"]).on(BROWSE).label("up").help("Go to the previous row."),
    key(A::Pane(PaneAction::Down), &["down", "j"]).on(BROWSE).label("down").help("Go to the next row."),
    key(A::Pane(PaneAction::PageUp), &["pageup"]).on(BROWSE).label("page up").help("Go one page up."),
    key(A::Pane(PaneAction::PageDown), &["pagedown"]).on(BROWSE).label("page down").help("Go one page down."),
    key(A::Pane(PaneAction::First), &["home"]).on(BROWSE).label("first").help("Go to the first row."),
    key(A::Pane(PaneAction::Last), &["end"]).on(BROWSE).label("last").help("Go to the last row."),
    key(A::Pane(PaneAction::Back), &["esc"])
        .on(BROWSE)
        .label("back")
        .help("Leave the filter, show all panes again, or leave the second page."),
    key(A::Pane(PaneAction::FilterTake), &["enter", "down"])
        .on(FILTER)
        .label("take")
        .help("Keep the filter and go to the rows.")
        .footer(9),
    key(A::Pane(PaneAction::FilterClear), &["esc"]).on(FILTER).label("clear").help("Clear the filter.").footer(8),
    key(A::Program(ProgramAction::Deployer), &["1"]).on(BROWSE).label("Deployer").help("Show the Deployer's tab."),
    key(A::Program(ProgramAction::PolicyCreator), &["2"])
        .on(BROWSE)
        .label("Policy Creator")
        .help("Show the Policy Creator's tab."),
    key(A::Program(ProgramAction::Attestor), &["3"]).on(BROWSE).label("Attestor").help("Show the Attestor's tab."),
    key(A::Program(ProgramAction::DeployerAnywhere), &["alt-1"])
        .on(GLOBAL)
        .label("Deployer")
        .help("Show the Deployer's tab, also while typing."),
    key(A::Program(ProgramAction::PolicyCreatorAnywhere), &["alt-2"])
        .on(GLOBAL)
        .label("Policy Creator")
        .help("Show the Policy Creator's tab, also while typing."),
    key(A::Program(ProgramAction::AttestorAnywhere), &["alt-3"])
        .on(GLOBAL)
        .label("Attestor")
        .help("Show the Attestor's tab, also while typing."),
    key(A::Pane(PaneAction::NextPane), &["tab", "right"])
        .on(BROWSE)
        .label("next pane")
        .help("Go to the next pane.")
        .footer(1),
    key(A::Pane(PaneAction::PreviousPane), &["shift-tab", "left"])
        .on(BROWSE)
        .label("previous pane")
        .help("Go to the previous pane."),
    key(A::Pane(PaneAction::Enlarge), &["z"])
        .on(BROWSE)
        .label("enlarge")
        .help("Show the focused pane alone, or all panes again.")
        .footer(8),
    key(A::Decision(decision::Action::ChooseImage), &["i"])
        .on(BROWSE)
        .label("image…")
        .help("Choose the image that the header, the simulation and signing are about.")
        .footer(3),
    key(A::Guide(guide::Action::Toggle), &["g"]).on(BROWSE).label("guide").help("Show or hide the codelab.").footer(3),
    key(A::Pane(PaneAction::Filter), &["/"])
        .on(BROWSE)
        .label("find")
        .help("Filter the rows of this pane; of a decision, the checks.")
        .footer(2),
    key(A::Program(ProgramAction::Reload), &["r"])
        .on(BROWSE)
        .label("reload")
        .help("Read what this tab shows again.")
        .footer(2),
    key(A::Program(ProgramAction::Palette), &[":"])
        .on(BROWSE)
        .label("command")
        .help("Find any action by name.")
        .footer(2),
    key(A::Program(ProgramAction::PaletteAnywhere), &["F9"])
        .on(GLOBAL)
        .label("command")
        .help("Find any action by name, also while typing."),
    key(A::Program(ProgramAction::Help), &["?"]).on(BROWSE).label("help").help("Show every key.").footer(2),
    key(A::Program(ProgramAction::HelpAnywhere), &["F1"])
        .on(GLOBAL)
        .label("help")
        .help("Show every key, also while typing."),
    key(A::CommandLog(command_log::Action::Open), &["L"])
        .on(BROWSE)
        .label("command log")
        .help("Show what was done, as the commands a person would have typed."),
    key(A::Program(ProgramAction::ApiLog), &["A"])
        .on(BROWSE)
        .label("API log")
        .help("Show the requests that were sent."),
    key(A::Pane(PaneAction::Copy), &["y"])
        .on(BROWSE)
        .label("copy")
        .help("Copy the selected row's most useful text (OSC 52, and to a file)."),
    key(A::Program(ProgramAction::Theme), &["T"]).on(BROWSE).label("theme…").help("Choose a theme."),
    key(A::Serving(serving::Action::Toggle), &["V"])
        .on(BROWSE)
        .label("serve")
        .help("Let gcloud, kubectl and others use the sandbox (countersign sandbox shell), or keep them out."),
    key(A::People(people::Action::Pick), &["U"])
        .on(BROWSE)
        .label("act as…")
        .help("Ask the sandbox as one of its people, with that person's roles and no others."),
    key(A::Program(ProgramAction::CancelWork), &["ctrl-c"])
        .on(BROWSE)
        .label("cancel")
        .help("Cancel the work that is under way."),
    key(A::Program(ProgramAction::Suspend), &["ctrl-z"])
        .on(BROWSE)
        .label("suspend")
        .help("Give the terminal back to the shell for a while."),
    key(A::Program(ProgramAction::Quit), &["q"])
        .on(BROWSE)
        .label("quit")
        .help("Quit; asks while the draft is not imported."),
    key(A::Program(ProgramAction::QuitAnywhere), &["ctrl-q"]).on(GLOBAL).label("quit").help("Quit, also while typing."),
];
