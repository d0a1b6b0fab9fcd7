//! What keys do while the codelab is shown.

use crate::action::{Action as A, Context as C, Group as G, Spec};

pub(super) static TABLE: &[Spec] = &[
    Spec {
        action: A::Guide(crate::guide::Action::Hint),
        contexts: &[C::Guide],
        keys: &["h"],
        label: "hint",
        help: "Open the next hint of the step: nudge, explanation, commands.",
        group: G::Guide,
        danger: false,
        footer: 3,
    },
    Spec {
        action: A::Guide(crate::guide::Action::Do),
        contexts: &[C::Guide],
        keys: &["d"],
        label: "do it",
        help: "Do the step for me.",
        group: G::Guide,
        danger: false,
        footer: 3,
    },
    Spec {
        action: A::Guide(crate::guide::Action::Reset),
        contexts: &[C::Guide],
        keys: &["R"],
        label: "reset step…",
        help: "Undo this step alone, or take the step before back.",
        group: G::Guide,
        danger: true,
        footer: 0,
    },
    Spec {
        action: A::Guide(crate::guide::Action::Read),
        contexts: &[C::Guide],
        keys: &["H"],
        label: "read",
        help: "Read the step with all its hints in a box.",
        group: G::Guide,
        danger: false,
        footer: 0,
    },
];
