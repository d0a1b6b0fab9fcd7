//! The fields of both kinds of policy as data: names, types, what each is for, and where that is
//! said.
//!
//! # How to enumerate
//!
//! A policy is a [`Message`]: [`root`] gives the one of a kind of policy (`Document::kind` knows it).
//! From a place in the text (`Document::path_at`) to what may stand there:
//!
//! ```text
//! place_at(root(kind), &path)      the field that a path leads to: name, doc, source
//! kind_at(root(kind), &path)       the type of the value at the path, lists and maps entered
//!   Kind::Message(message)           message.fields: the keys that may stand in it
//!   Kind::Enum(names)                names.choices(): each value with what it does
//!   Kind::Text(role)                 what the text names, for completion from the project
//! ```
//!
//! Sources: Binary Authorization v1 `resources.proto` and `platform_policy.proto`, as the client of
//! gcloud 528 has them; the words are ours.

mod field;
mod platform;
mod singleton;

pub use self::field::{Field, Message, Names, Presence, Role, ValueKind, is_snake_case_of};
pub use self::platform::{ATTESTOR_PUBLIC_KEY, CHECK, CHECK_SET, INLINE_ATTESTOR, PLATFORM_POLICY};
pub use self::singleton::{PATTERN, POLICY, RULE};

use crate::path::{Path, Segment};
use crate::policy::PolicyKind;

/// A field where a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaPlace {
    pub message: &'static Message,
    pub field: &'static Field,
}

impl SchemaPlace {
    /// Where the field is defined: `google.cloud.binaryauthorization.v1.AdmissionRule.evaluationMode`.
    pub fn source(&self) -> String {
        format!("google.cloud.binaryauthorization.v1.{}.{}", self.message.name, self.field.name)
    }
}

/// The message that a policy of this kind is.
pub fn root(kind: PolicyKind) -> &'static Message {
    match kind {
        PolicyKind::Singleton => POLICY,
        PolicyKind::Platform => PLATFORM_POLICY,
    }
}

/// What a place in a policy may hold, and what it is for; `None` where no policy has such a place.
pub fn field_at(root: &'static Message, path: &Path) -> Option<&'static Field> {
    place_at(root, path).map(|place| place.field)
}

/// The innermost field on the way to a place; `None` where no policy has such a place.
pub fn place_at(root: &'static Message, path: &Path) -> Option<SchemaPlace> {
    walk(root, path)?.1
}

/// The type of the value at a place; of an element of a list and of a map's value, their own.
pub fn kind_at(root: &'static Message, path: &Path) -> Option<ValueKind> {
    walk(root, path).map(|(kind, _)| kind)
}

fn walk(root: &'static Message, path: &Path) -> Option<(ValueKind, Option<SchemaPlace>)> {
    path.0.iter().try_fold((ValueKind::Message(root), None), |(kind, place), segment| {
        let below = kind_below(kind, segment)?;
        let Segment::Field(name) = segment else { return Some((below, place)) };
        let message = kind.message()?;
        let field = message.field(name)?;
        Some((below, Some(SchemaPlace { message, field })))
    })
}

/// The type of what is one step below a value of type `kind`.
pub fn kind_below(kind: ValueKind, segment: &Segment) -> Option<ValueKind> {
    match (segment, kind) {
        (Segment::Field(name), _) => Some(kind.message()?.field(name)?.kind),
        (Segment::Index(_), ValueKind::List(element)) => Some(*element),
        (Segment::Key(_), ValueKind::Map(_, value)) => Some(*value),
        // gcloud takes a single value for a list of one.
        (Segment::Index(0), _) => Some(kind),
        (Segment::Index(_) | Segment::Key(_), _) => None,
    }
}

#[cfg(test)]
mod tests;
