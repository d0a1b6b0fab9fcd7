//! What keys do with what the cluster tells: events, audit log entries, cases.

use crate::action::{Action as A, Context as C, Group as G, Spec};
use crate::shell::tab::Pane;

pub(super) static TABLE: &[Spec] = &[
    Spec {
        action: A::Cluster(crate::cluster::Action::GroupEvents),
        contexts: &[C::Pane(Pane::Events)],
        keys: &["o"],
        label: "grouped/plain",
        help: "Show the events by cause and workload, or one by one.",
        group: G::Deployer,
        danger: false,
        footer: 8,
    },
    Spec {
        action: A::Replay(crate::replay::Action::Open),
        contexts: &[C::Browse],
        keys: &["alt-l"],
        label: "replay audit log entries…",
        help: "Replay audit log entries: decide the admissions of an export again, under the draft or the live policy.",
        group: G::Deployer,
        danger: false,
        footer: 0,
    },
    Spec {
        action: A::Case(crate::case::Action::Open),
        contexts: &[
            C::Pane(Pane::Setup),
            C::Pane(Pane::Images),
            C::Pane(Pane::Workloads),
            C::Pane(Pane::Events),
            C::Pane(Pane::Decision),
        ],
        keys: &["K"],
        label: "write a case…",
        help: "Write the decision and all that it stands on to one redacted file, or as Markdown for the ticket.",
        group: G::Deployer,
        danger: false,
        footer: 3,
    },
];
