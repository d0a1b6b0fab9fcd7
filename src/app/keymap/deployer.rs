//! What keys do in the Deployer's tab, and with what its cluster tells: events, audit log entries, cases.

use super::row;
use crate::action::{Action as A, Context as C, Group as G, Spec};
use crate::shell::action::RowAction;
use crate::shell::tab::Pane;
use crate::{case, cluster, decision, explain, fix, replay, what_if};

const DECISION: &[C] = &[C::Pane(Pane::Decision)];
const EVENTS: &[C] = &[C::Pane(Pane::Events)];
/// Every pane of the tab.
const DEPLOYER: &[C] = &[
    C::Pane(Pane::Setup),
    C::Pane(Pane::Images),
    C::Pane(Pane::Workloads),
    C::Pane(Pane::Events),
    C::Pane(Pane::Decision),
];
/// The panes whose rows can be deleted, of the Attestor's tab too.
const ROWS: &[C] = &[
    C::Pane(Pane::Setup),
    C::Pane(Pane::Images),
    C::Pane(Pane::Workloads),
    C::Pane(Pane::Attestors),
    C::Pane(Pane::Notes),
    C::Pane(Pane::Attestations),
    C::Pane(Pane::Keys),
];

/// A row of this heading.
const fn key(action: A, keys: &'static [&'static str]) -> Spec {
    row::key(G::Deployer, action, keys)
}

pub(super) static TABLE: &[Spec] = &[
    key(A::Row(RowAction::Open), &["enter"])
        .on(&[C::Pane(Pane::Setup)])
        .label("do")
        .help("Do what the selected row says: choose the project, enable the APIs, create the cluster, enforce….")
        .footer(9),
    key(A::Row(RowAction::Delete), &["x", "delete"])
        .on(ROWS)
        .label("delete…")
        .help("Delete or take back the selected thing, after showing exactly what.")
        .footer(5)
        .danger(),
    key(A::Row(RowAction::Open), &["enter"])
        .on(&[C::Pane(Pane::Images)])
        .label("choose")
        .help("Choose the selected image, by its digest, for the header, the simulation and signing.")
        .footer(9),
    key(A::Row(RowAction::Open), &["enter"])
        .on(&[C::Pane(Pane::Workloads)])
        .label("decide again")
        .help("Show what would be decided if this pod came now.")
        .footer(9),
    key(A::Row(RowAction::Open), &["enter"])
        .on(EVENTS)
        .label("open")
        .help("Explain all refusals, show the workloads of a cause, or read the whole event.")
        .footer(9),
    key(A::Row(RowAction::Open), &["enter", "space"])
        .on(DECISION)
        .label("fold")
        .help("Fold or unfold the selected check.")
        .footer(9),
    key(A::Cluster(cluster::Action::Build), &["b"])
        .on(DEPLOYER)
        .label("build and push…")
        .help("Build the codelab's image and push it to the registry.")
        .footer(7),
    key(A::Cluster(cluster::Action::Deploy), &["D"])
        .on(DEPLOYER)
        .label("deploy…")
        .help("Run an image in the cluster.")
        .footer(7),
    key(A::Decision(decision::Action::Simulate), &["s"])
        .on(DEPLOYER)
        .label("simulate…")
        .help("Simulate an admission: image, namespace, service account, labels.")
        .footer(6),
    key(A::Fix(fix::Action::Open), &["F"])
        .on(DEPLOYER)
        .label("fixes")
        .help("List what would admit the pod that is refused, or that of the selected row; what can be done from here first.")
        .footer(8),
    key(A::Fix(fix::Action::BreakGlass), &["B"])
        .on(DEPLOYER)
        .label("break glass…")
        .help("Break the glass, with a justification: a patch of the workload that is asked about, or a manifest.")
        .footer(4),
    key(A::Decision(decision::Action::NextFailure), &["N"])
        .on(DECISION)
        .label("next failure")
        .help("Go to the next check that failed or is not known.")
        .footer(9),
    key(A::Explain(explain::Action::Event), &["e"])
        .on(EVENTS)
        .label("explain")
        .help(
            "Explain what the row tells: one refusal, or all those of its cause; what is behind it, and where to look.",
        )
        .footer(9),
    key(A::Explain(explain::Action::Text), &["E"])
        .on(DEPLOYER)
        .label("explain a message…")
        .help("Explain a message of any tool; pasting one anywhere does the same.")
        .footer(4),
    key(A::Decision(decision::Action::Manifest), &["m"])
        .on(DEPLOYER)
        .label("manifest…")
        .help("Ask about the pods of a manifest, pasted or in a file.")
        .footer(5),
    key(A::WhatIf(what_if::Action::Open), &["w"])
        .on(DEPLOYER)
        .label("what if…")
        .help("Assume something: an attestation more or less, by digest, another place or time, a dry run….")
        .footer(6),
    key(A::WhatIf(what_if::Action::Drop), &["W"])
        .on(DEPLOYER)
        .label("drop assumptions")
        .help("Assume nothing any more.")
        .footer(4),
    key(A::Decision(decision::Action::Tags), &["t"])
        .on(DEPLOYER)
        .label("tags…")
        .help("Show what the tags mean now, and the platforms of an index, with who attested them.")
        .footer(4),
    key(A::Decision(decision::Action::NextPolicy), &["v"])
        .on(DECISION)
        .label("policy")
        .help("Show the decision under the live policy, the draft, or the version of the history that is asked.")
        .footer(5),
    key(A::Decision(decision::Action::FoldAll), &["-"])
        .on(DECISION)
        .label("fold all")
        .help("Fold every check.")
        .footer(2),
    key(A::Decision(decision::Action::UnfoldAll), &["+", "="])
        .on(DECISION)
        .label("unfold all")
        .help("Unfold every check.")
        .footer(2),
    key(A::Decision(decision::Action::CopyMarkdown), &["Y"])
        .on(DECISION)
        .label("copy Markdown")
        .help("Copy the whole decision as Markdown; y copies it as plain text.")
        .footer(3),
    key(A::Cluster(cluster::Action::GroupEvents), &["o"])
        .on(EVENTS)
        .label("grouped/plain")
        .help("Show the events by cause and workload, or one by one.")
        .footer(8),
    key(A::Replay(replay::Action::Open), &["alt-l"]).on(&[C::Browse]).label("replay audit log entries…").help(
        "Replay audit log entries: decide the admissions of an export again, under the draft or the live policy.",
    ),
    key(A::Case(case::Action::Open), &["K"])
        .on(DEPLOYER)
        .label("write a case…")
        .help("Write the decision and all that it stands on to one redacted file, or as Markdown for the ticket.")
        .footer(3),
];
