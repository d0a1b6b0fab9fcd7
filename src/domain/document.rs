//! Policy text and the policy in it, with a span for every key and value.
//!
//! [`Document::parse`] is total: any text gives a document, with a tree of what could be read, the
//! policy that the tree decodes to, and the diagnostics of both. Time and memory are linear in the text,
//! within the limits that the modules name. May use [`crate::schema`] for the fields, `lint` for
//! the checks of single values, and [`crate::diagnostic`].

mod decoder;
mod emit;
mod foreign;
mod format;
mod locate;
mod node;
mod parse;
mod reader;
mod scalar;
mod syntax;

pub use self::emit::emit;
pub(crate) use self::emit::{is_plain_in_flow, one_line};
pub use self::format::{Dialect, Format};
pub use self::locate::Spans;
pub use self::node::{Entry, Key, Node, Scalar, Value};
pub(crate) use self::parse::tree_of;
pub use self::parse::{Document, MAX_BYTES};
pub use self::reader::{MAX_DEPTH, MAX_NODES};
pub use self::scalar::Means;

#[cfg(test)]
mod tests;
