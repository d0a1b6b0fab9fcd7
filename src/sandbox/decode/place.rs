//! Where in a body a value is: written down only where something is wrong with it. A path for each of a hundred
//! thousand elements that lie deep would be longer than the body by far. Uses nothing of the crate.

use std::fmt;

use super::names::snake;

/// The longest path that is written, in bytes.
const MAX_BYTES: usize = 1000;

/// A place, by its step from the one above it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'p> {
    /// The body, by the name that it has in the API's definition; none where it is the whole request.
    Body(&'p str),
    /// A field, by its name in lowerCamelCase.
    Field(&'p Place<'p>, &'p str),
    /// An element of a list.
    Element(&'p Place<'p>, usize),
}

impl Place<'_> {
    fn write(&self, out: &mut String) {
        match self {
            Self::Body(name) => out.push_str(name),
            Self::Field(above, name) => {
                above.write(out);
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&snake(name));
            }
            Self::Element(above, n) => {
                above.write(out);
                out.push_str(&format!("[{n}]"));
            }
        }
        let end = (0..=MAX_BYTES.min(out.len())).rev().find(|end| out.is_char_boundary(*end));
        out.truncate(end.unwrap_or(0));
    }
}

/// The path as errors name it: `note.attestation.hint`.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        f.write_str(&text)
    }
}
