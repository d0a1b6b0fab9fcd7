//! What could stand at the cursor: keys, values, and names that the project is known to have.
//!
//! Pure: the text, a place in it, the kind of policy and what is known go in, proposals come out. The
//! place is told by the text alone ([`place`]), so that a half-typed document is completed like a whole
//! one; what may stand there is told by the schema of [`domain::schema`].

pub mod act;
pub mod action;
pub mod list;

mod candidates;
mod flow;
pub(crate) mod line;
pub mod place;
mod write;

use crate::draft::complete::proposal::{Proposal, first_sentence};
use std::ops::Range;

pub use crate::draft::complete::candidates::Candidates;

use crate::draft::complete::place::place_at;
use crate::draft::complete::slot::{CursorPlace, Form, PlaceStep, Slot};
use domain::path::{Path, Segment};
use domain::policy::PolicyKind;
use domain::schema::{self, Field, Message, Presence, ValueKind};

/// What can be put in place of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The word, in bytes of the text.
    pub word: Range<usize>,
    /// What of it is before the cursor.
    pub typed: String,
    pub proposals: Vec<Proposal>,
}

/// What could stand at a byte of the text; `known` is asked only where names of the project can stand.
/// There is nothing in comments, in free text, and where the structure cannot be told.
pub fn complete(text: &str, at: usize, kind: PolicyKind, known: impl FnOnce() -> Candidates) -> Option<Completion> {
    let place = place_at(text, at)?;
    let root = schema::root(kind);
    let path = path_of(root, &place.path)?;
    let known = if names_things(root, &path) { known() } else { Candidates::default() };
    let proposals = proposals(&place, root, &path, &known);
    (!proposals.is_empty()).then_some(Completion { word: place.word, typed: place.typed, proposals })
}

/// Whether what stands at a path is named in the project: what is known of it is gathered only then.
fn names_things(root: &'static Message, path: &Path) -> bool {
    let names = |kind| matches!(kind, ValueKind::Text(_) | ValueKind::Map(..) | ValueKind::List(&ValueKind::Text(_)));
    schema::kind_at(root, path).is_some_and(names)
}

/// The path of the policy that some steps are; `None` where no policy has such a place.
pub fn path_of(root: &'static Message, steps: &[PlaceStep]) -> Option<Path> {
    let mut path = Path::default();
    let mut kind = ValueKind::Message(root);
    for step in steps {
        let segment = match (step, kind) {
            (PlaceStep::Index(index), _) => Segment::Index(*index),
            (PlaceStep::Name(name), ValueKind::Map(..)) => Segment::Key(name.clone()),
            (PlaceStep::Name(name), _) => Segment::Field(name.clone()),
        };
        kind = schema::kind_below(kind, &segment)?;
        path.0.push(segment);
    }
    Some(path)
}

fn proposals(place: &CursorPlace, root: &'static Message, path: &Path, known: &Candidates) -> Vec<Proposal> {
    let Some(kind) = schema::kind_at(root, path) else { return Vec::new() };
    match (place.slot, kind) {
        (Slot::Key, ValueKind::Message(message)) => keys(place, message, path.0.is_empty()),
        (Slot::Key, ValueKind::Map(of, value)) => {
            let fresh = known.keys(of).into_iter().filter(|(name, _)| !place.present.contains(name));
            fresh.map(|(name, detail)| write::entry(place, &name, detail, *value)).collect()
        }
        (Slot::Key, ValueKind::List(element)) if matches!(place.form, Form::Block { .. }) => {
            let dashed = CursorPlace { lead: "- ", ..place.clone() };
            match *element {
                ValueKind::Message(message) => {
                    let indent = if let Form::Block { indent } = place.form { indent + 2 } else { 0 };
                    keys(&CursorPlace { form: Form::Block { indent }, present: Vec::new(), ..dashed }, message, false)
                }
                element => values(&dashed, element, doc_at(root, path), known),
            }
        }
        (_, ValueKind::Message(_) | ValueKind::Map(..) | ValueKind::List(_)) => Vec::new(),
        (_, kind) => values(place, kind, doc_at(root, path), known),
    }
}

fn doc_at(root: &'static Message, path: &Path) -> &'static str {
    schema::field_at(root, path).map_or("", |field| field.doc)
}

/// The keys that the map has not yet: the required ones first, those that the service sets last.
fn keys(place: &CursorPlace, message: &'static Message, is_top: bool) -> Vec<Proposal> {
    // The policy tells its kind by what it has: until then both are offered.
    let platform = schema::root(PolicyKind::Platform);
    let own = |field: &&Field| platform.field(field.name).is_none();
    let undecided = is_top
        && message.name != platform.name
        && !message.fields.iter().filter(own).any(|field| place.present.iter().any(|name| name == field.name));
    let other = platform.fields.iter().filter(|field| undecided && message.field(field.name).is_none());
    let mut fields: Vec<&Field> = message.fields.iter().chain(other).collect();
    fields.retain(|field| !place.present.iter().any(|name| name == field.name));
    fields.sort_by_key(|field| match field.presence {
        Presence::Required => 0,
        Presence::Optional => 1,
        Presence::Output => 2,
    });
    fields.into_iter().map(|field| write::key(place, field)).collect()
}

fn values(place: &CursorPlace, kind: ValueKind, doc: &'static str, known: &Candidates) -> Vec<Proposal> {
    let scalar = |text: &str, detail: &str, doc: &str| write::scalar(place, kind, text, detail, doc);
    match kind {
        ValueKind::Enum(names) => names.choices().map(|(name, doc)| scalar(name, first_sentence(doc), doc)).collect(),
        ValueKind::Bool => ["true", "false"].map(|value| scalar(value, "", doc)).to_vec(),
        ValueKind::Text(role) => {
            known.texts(role).into_iter().map(|(text, detail)| scalar(&text, detail, doc)).collect()
        }
        ValueKind::Timestamp | ValueKind::Int | ValueKind::Message(_) | ValueKind::List(_) | ValueKind::Map(..) => {
            Vec::new()
        }
    }
}

pub mod proposal;
pub mod slot;
#[cfg(test)]
mod tests;

pub use action::Action;
