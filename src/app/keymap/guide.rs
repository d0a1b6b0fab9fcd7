//! What keys do while the codelab is shown.

use super::row;
use crate::action::{Action as A, Context as C, Group as G, Spec};
use crate::guide;

const GUIDE: &[C] = &[C::Guide];

/// A row of this heading.
const fn key(action: A, keys: &'static [&'static str]) -> Spec {
    row::key(G::Guide, action, keys)
}

pub(super) static TABLE: &[Spec] = &[
    key(A::Guide(guide::Action::Hint), &["h"])
        .on(GUIDE)
        .label("hint")
        .help("Open the next hint of the step: nudge, explanation, commands.")
        .footer(3),
    key(A::Guide(guide::Action::Do), &["d"]).on(GUIDE).label("do it").help("Do the step for me.").footer(3),
    key(A::Guide(guide::Action::Reset), &["R"])
        .on(GUIDE)
        .label("reset step…")
        .help("Undo this step alone, or take the step before back.")
        .danger(),
    key(A::Guide(guide::Action::Read), &["H"])
        .on(GUIDE)
        .label("read")
        .help("Read the step with all its hints in a box."),
];
