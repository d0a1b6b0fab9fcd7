//! What is wrong in a theme file, with its place. Uses nothing.

use std::fmt;

/// Something in a theme file that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The theme's name.
    pub file: String,
    /// The path of the key, as in `roles."pane.border".fg`; empty for the file as a whole.
    pub key: String,
    pub problem: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, key, problem } = self;
        if key.is_empty() { write!(f, "theme {file}: {problem}") } else { write!(f, "theme {file}: {key}: {problem}") }
    }
}
