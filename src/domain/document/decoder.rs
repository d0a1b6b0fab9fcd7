//! The tree to a policy, field by field, as gcloud's decoder and the REST server read it.
//!
//! What gcloud accepts here was executed against the decoder of SDK 528: a single value for a list
//! is wrapped, numbers stand for the names of an enum, an empty list for an absent map.

mod allowlist;
mod message;
mod platform;
mod policy;
mod rule;
mod scalar;

use std::collections::{HashMap, HashSet};

use super::format::{Dialect, Format};
use super::node::{Entry, Key, Node, Scalar, Value};
use super::scalar::Means;
use crate::diagnostic::{Code, Problems, excerpt};
use crate::lint::placeholder::placeholder;
use crate::lint::shadow::Listed;
use crate::path::{Path, Segment};
use crate::schema::{Field, Message};
use crate::span::Bytes;
use crate::spelling::{nearest, suggestion};

/// Reads one tree.
pub(crate) struct Decoder<'a, 'p, 't> {
    pub(super) problems: &'p mut Problems<'t>,
    pub(super) dialect: Dialect,
    pub(super) format: Format,
    /// Whether the tree holds the whole text; in a part of one, nothing is called missing.
    pub(super) complete: bool,
    pub(super) steps: Vec<DecodeStep<'a>>,
    /// Whether some rule refuses some images.
    pub(super) refuses: bool,
    /// The right patterns of the allowlist.
    pub(super) listed: Vec<Listed>,
    /// How many references to attestors there are.
    pub(super) attestors: usize,
    /// The service identities that rules were seen for, without `spiffe://`.
    pub(super) identities: HashSet<String>,
    /// The first reference that is one too many.
    pub(super) surplus_attestor: Option<Bytes>,
    /// Which fields unknown keys probably meant, by message and key: a slip is often repeated.
    meant: HashMap<(&'static str, &'a str), Option<&'static Field>>,
}

/// A [`Segment`] that is not yet worth an allocation.
#[derive(Debug, Clone, Copy)]
pub(super) enum DecodeStep<'a> {
    Field(&'a str),
    Key(&'a str),
    Index(usize),
}

/// The entries of a message: one slot for each field that the message has, so that none is dropped.
pub(super) struct Fields<'a> {
    message: &'static Message,
    entries: Vec<Option<&'a Entry>>,
}

impl<'a> Fields<'a> {
    fn none(message: &'static Message) -> Self {
        Self { message, entries: vec![None; message.fields.len()] }
    }

    pub(super) fn get(&self, name: &str) -> Option<(&'static Field, &'a Entry)> {
        let at = self.message.fields.iter().position(|field| field.name == name)?;
        Some((self.message.fields.get(at)?, self.entries.get(at).copied().flatten()?))
    }

    fn slot(&mut self, field: &Field) -> Option<&mut Option<&'a Entry>> {
        let at = self.message.fields.iter().position(|other| other.name == field.name)?;
        self.entries.get_mut(at)
    }
}

impl<'a, 'p, 't> Decoder<'a, 'p, 't> {
    pub(in crate::document) fn new(
        problems: &'p mut Problems<'t>,
        dialect: Dialect,
        format: Format,
        complete: bool,
    ) -> Self {
        Self {
            problems,
            dialect,
            format,
            complete,
            steps: Vec::new(),
            refuses: false,
            listed: Vec::new(),
            attestors: 0,
            identities: HashSet::new(),
            surplus_attestor: None,
            meant: HashMap::new(),
        }
    }

    pub(super) fn report(&mut self, code: Code, at: Bytes, message: String) {
        if !self.complete && code.needs_the_whole_text() {
            return;
        }
        if self.problems.is_full(code) {
            return self.problems.count(code);
        }
        let segments = self.steps.iter().map(|step| match step {
            DecodeStep::Field(name) => Segment::Field((*name).to_owned()),
            DecodeStep::Key(key) => Segment::Key((*key).to_owned()),
            DecodeStep::Index(index) => Segment::Index(*index),
        });
        let path = Path(segments.collect());
        self.problems.push(code, at, path, message);
    }

    /// Runs `read` one step further down.
    pub(super) fn within<T>(&mut self, step: DecodeStep<'a>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.steps.push(step);
        let value = read(self);
        self.steps.pop();
        value
    }

    /// The entries of a message; unknown and repeated keys are reported. A misspelt key stands for
    /// the field that was probably meant, so that the field is not called missing as well.
    pub(super) fn fields(&mut self, node: &'a Node, message: &'static Message) -> Fields<'a> {
        let mut fields = Fields::none(message);
        let mut guesses = Vec::new();
        for entry in node.entries() {
            match self.named(&entry.key, message) {
                Named::Field(field) => self.put(&mut fields, field, entry),
                Named::Probably(field) => guesses.push((field, entry)),
                Named::Unknown => {}
            }
        }
        for (field, entry) in guesses {
            if let Some(slot) = fields.slot(field) {
                slot.get_or_insert(entry);
            }
        }
        fields
    }

    fn named(&mut self, key: &'a Key, message: &'static Message) -> Named {
        if let Some(field) = message.field(&key.text) {
            return Named::Field(field);
        }
        let snake = message.field_in_snake_case(&key.text);
        match (snake, self.dialect) {
            (Some(field), Dialect::Rest) => return Named::Field(field),
            (Some(field), Dialect::Gcloud) => {
                let text = format!("gcloud does not take `{}`; write `{}`", key.text, field.name);
                self.within(DecodeStep::Field(&key.text), |this| this.report(Code::SnakeCase, key.at, text));
                return Named::Probably(field);
            }
            (None, _) => {}
        }
        self.unknown(key, message)
    }

    fn unknown(&mut self, key: &'a Key, message: &'static Message) -> Named {
        if key.means.is_none() {
            self.report(Code::KeyNotText, key.at, "a list or a map stands where a key is expected".to_owned());
            return Named::Unknown;
        }
        if self.problems.is_full(Code::UnknownKey) {
            self.report(Code::UnknownKey, key.at, String::new());
            return Named::Unknown;
        }
        let best = *self.meant.entry((message.title, &key.text)).or_insert_with(|| {
            nearest(&key.text, message.fields.iter().map(|field| field.name)).and_then(|name| message.field(name))
        });
        let meant = suggestion(best.map(|field| field.name));
        let text = format!("`{}` is not a field of {}{meant}", excerpt(&key.text), message.title);
        self.within(DecodeStep::Field(&key.text), |this| this.report(Code::UnknownKey, key.at, text));
        best.map_or(Named::Unknown, Named::Probably)
    }

    fn put(&mut self, fields: &mut Fields<'a>, field: &'static Field, entry: &'a Entry) {
        let format = self.format;
        let Some(slot) = fields.slot(field) else { return };
        match slot {
            None => *slot = Some(entry),
            Some(first) => {
                let first = *first;
                if format == Format::Json {
                    *slot = Some(entry);
                }
                self.within(DecodeStep::Field(field.name), |this| this.duplicate(first, entry));
            }
        }
    }

    /// Reports the later of two entries with one key.
    pub(super) fn duplicate(&mut self, first: &Entry, again: &Entry) {
        let line = self.problems.line(first.key.at);
        let (which, other) = match self.format {
            Format::Yaml => (format!("the first, on line {line}, counts"), ""),
            Format::Json => ("this one counts".to_owned(), ", not the one before"),
        };
        let text = format!("`{}` is given twice: {which}{other}", excerpt(&again.key.text));
        self.report(Code::DuplicateKey, again.key.at, text);
    }

    /// Reports that `node` should have been something else.
    pub(super) fn wrong_type(&mut self, key: Bytes, node: &Node, expected: &str) {
        if node.is_unread() {
            return;
        }
        if node.is_null() {
            return self.report(Code::NullValue, place(key, node), format!("expected {expected}, found nothing"));
        }
        if self.problems.slice(node.at).starts_with("{{") {
            self.report(Code::Placeholder, node.at, "a part of a template was not filled in".to_owned());
        }
        let text = format!("expected {expected}, found {}", found(node));
        self.report(Code::WrongType, place(key, node), text);
    }

    /// Reports a placeholder in a name; whether there is one.
    fn check_placeholder(&mut self, text: &str, at: Bytes) -> bool {
        let Some((code, left)) = placeholder(text) else { return false };
        let message = format!("`{}` was not filled in", excerpt(left));
        self.report(code, at, message);
        true
    }

    /// The elements of a list, or what gcloud takes for one; `None` where it is absent or wrong.
    pub(super) fn list(&mut self, entry: &'a Entry, expected: &str) -> Option<&'a [Node]> {
        let node = &entry.value;
        match &node.value {
            Value::List(elements) => Some(elements),
            _ if node.is_null() => None,
            _ => {
                self.wrong_type(entry.key.at, node, expected);
                None
            }
        }
    }

    /// The entries of a map of rules that count, without saying again which do not.
    pub(super) fn keyed_quietly(&self, node: &'a Node) -> Vec<(&'a str, &'a Entry)> {
        let mut unique: HashMap<&'a str, &'a Entry> = HashMap::with_capacity(node.entries().len());
        for entry in node.entries() {
            let kept = unique.entry(&entry.key.text).or_insert(entry);
            if self.format == Format::Json {
                *kept = entry;
            }
        }
        unique.into_iter().collect()
    }

    /// Entries of a map whose keys are free, once for each key.
    pub(super) fn entries_by_key(&mut self, node: &'a Node) -> Vec<(&'a str, &'a Entry)> {
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(node.entries().len());
        let mut unique: Vec<(&'a str, &'a Entry)> = Vec::with_capacity(node.entries().len());
        for entry in node.entries() {
            let key: &'a str = &entry.key.text;
            let Some(at) = places.get(key).copied() else {
                places.insert(key, unique.len());
                unique.push((key, entry));
                continue;
            };
            let Some((_, kept)) = unique.get_mut(at) else { continue };
            let first = *kept;
            if self.format == Format::Json {
                *kept = entry;
            }
            self.within(DecodeStep::Key(key), |this| this.duplicate(first, entry));
        }
        unique
    }
}

/// Which field a key names.
enum Named {
    Field(&'static Field),
    Probably(&'static Field),
    Unknown,
}

impl Code {
    /// Whether more text might have made it right.
    fn needs_the_whole_text(self) -> bool {
        matches!(
            self,
            Self::MissingField | Self::NullValue | Self::AttestorsRequired | Self::WrongType | Self::SystemImages
        )
    }
}

/// Where a value stands; of an empty one, its key.
pub(super) fn place(key: Bytes, node: &Node) -> Bytes {
    if node.at.is_empty() { key } else { node.at }
}

/// Where something that is missing from the whole policy is reported: its first key.
pub(super) fn start(root: &Node) -> Bytes {
    root.entries().iter().map(|entry| entry.key.at).min().unwrap_or(root.at)
}

fn found(node: &Node) -> String {
    match &node.value {
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        Value::Scalar(Scalar { means: Means::Text, .. }) => "a text".to_owned(),
        Value::Scalar(scalar) => format!("`{}`", excerpt(&scalar.text)),
    }
}
