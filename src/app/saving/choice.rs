//! What is picked where something is not saved, or where another workbench has the place.

use crate::saving::state::OwnPlace;

/// What becomes of what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Tries once more to save it.
    Again,
    /// Writes it to a file that the person names.
    Elsewhere,
    /// Ends the program without it.
    Leave,
    /// Saves nothing here, where another workbench does.
    Look,
    /// Saves in a place of its own.
    Sit(OwnPlace),
}
