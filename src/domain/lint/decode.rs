//! The tree to a policy, field by field, as gcloud's decoder and the REST server read it.
//!
//! What gcloud accepts here was executed against the decoder of SDK 528: a single value for a list
//! is wrapped, numbers stand for the names of an enum, an empty list for an absent map.

use std::collections::{HashMap, HashSet};

use crate::document::{Bytes, Dialect, Entry, Format, Key, Means, Node, Path, Scalar, Segment, Value};
use crate::lint::allowlist::Listed;
use crate::lint::nearest::{nearest, suggestion};
use crate::lint::schema::{Field, Message, Names};
use crate::lint::{Code, Problems};

/// Reads one tree.
pub(crate) struct Decoder<'a, 'p, 't> {
    pub(super) problems: &'p mut Problems<'t>,
    pub(super) dialect: Dialect,
    pub(super) format: Format,
    /// Whether the tree holds the whole text; in a part of one, nothing is called missing.
    pub(super) complete: bool,
    pub(super) steps: Vec<Step<'a>>,
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
pub(super) enum Step<'a> {
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
    pub(crate) fn new(problems: &'p mut Problems<'t>, dialect: Dialect, format: Format, complete: bool) -> Self {
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
            Step::Field(name) => Segment::Field((*name).to_owned()),
            Step::Key(key) => Segment::Key((*key).to_owned()),
            Step::Index(index) => Segment::Index(*index),
        });
        let path = Path(segments.collect());
        self.problems.push(code, at, path, message);
    }

    /// Runs `read` one step further down.
    pub(super) fn within<T>(&mut self, step: Step<'a>, read: impl FnOnce(&mut Self) -> T) -> T {
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
                self.within(Step::Field(&key.text), |this| this.report(Code::SnakeCase, key.at, text));
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
        let text = format!("`{}` is not a field of {}{meant}", shown(&key.text), message.title);
        self.within(Step::Field(&key.text), |this| this.report(Code::UnknownKey, key.at, text));
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
                self.within(Step::Field(field.name), |this| this.duplicate(first, entry));
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
        let text = format!("`{}` is given twice: {which}{other}", shown(&again.key.text));
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

    /// A text; `None` where there is none or it is empty, which the API takes as not set.
    pub(super) fn text(&mut self, entry: &'a Entry) -> Option<String> {
        self.scalar_text(entry.key.at, &entry.value).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The text of a scalar that is one, or is absent.
    pub(super) fn scalar_text(&mut self, key: Bytes, node: &'a Node) -> Option<&'a str> {
        match &node.value {
            Value::Scalar(Scalar { text, means: Means::Text }) => return Some(text),
            Value::Scalar(Scalar { means: Means::Null, .. }) => {}
            Value::Scalar(scalar) if self.format == Format::Yaml && is_trap(scalar) => {
                let text = format!("`{}` is read as {}, not as text", shown(&scalar.text), meaning(scalar));
                self.report(Code::ScalarTrap, node.at, text);
            }
            Value::Scalar(_) | Value::List(_) | Value::Map(_) => self.wrong_type(key, node, "a text"),
        }
        None
    }

    /// The number of an enum's value; `None` where it is not set or wrong.
    pub(super) fn number(&mut self, entry: &'a Entry, names: &'static Names) -> Option<usize> {
        let (key, node) = (entry.key.at, &entry.value);
        let Value::Scalar(scalar) = &node.value else {
            self.wrong_type(key, node, "one of the field's names");
            return None;
        };
        match (scalar.means, self.dialect) {
            (Means::Text, _) => self.name(scalar, node, names),
            (Means::Unread, _) | (Means::Null, Dialect::Rest) => None,
            (Means::Null, Dialect::Gcloud) => {
                self.report(Code::NullValue, place(key, node), format!("expected {}", names.choice()));
                None
            }
            (Means::Int(Some(number)), _) => self.numeric(scalar, number, node, names),
            // In Python `True` is the number 1.
            (Means::Bool(true), Dialect::Gcloud) => self.numeric(scalar, 1, node, names),
            _ => {
                let text = format!("`{}` is not {}", shown(&scalar.text), names.choice());
                self.report(Code::UnknownValue, node.at, text);
                None
            }
        }
    }

    fn name(&mut self, scalar: &Scalar, node: &Node, names: &'static Names) -> Option<usize> {
        let number = names.all.iter().position(|name| **name == *scalar.text);
        if number.is_none() {
            let choice = names.all.iter().skip(1).copied();
            let best = if self.problems.is_full(Code::UnknownValue) { None } else { nearest(&scalar.text, choice) };
            let text = format!("`{}` is not {}{}", shown(&scalar.text), names.choice(), suggestion(best));
            self.report(Code::UnknownValue, node.at, text);
        }
        number
    }

    fn numeric(&mut self, scalar: &Scalar, number: i64, node: &Node, names: &'static Names) -> Option<usize> {
        let known = usize::try_from(number).ok().and_then(|at| Some((at, *names.all.get(at)?)));
        match (known, self.dialect) {
            // gcloud has no name for the number 0 and crashes.
            (Some((0, _)), Dialect::Gcloud) | (None, _) => {
                self.report(
                    Code::UnknownValue,
                    node.at,
                    format!("`{}` is not {}", shown(&scalar.text), names.choice()),
                );
                None
            }
            (Some((at, name)), _) => {
                self.report(Code::NumericValue, node.at, format!("`{}` is taken as {name}", shown(&scalar.text)));
                Some(at)
            }
        }
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
    pub(super) fn keyed(&mut self, node: &'a Node) -> Vec<(&'a str, &'a Entry)> {
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
            self.within(Step::Key(key), |this| this.duplicate(first, entry));
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

impl Names {
    /// The values that may be written, for a message.
    fn choice(&self) -> String {
        let quoted: Vec<String> = self.all.iter().skip(1).map(|name| format!("`{name}`")).collect();
        match quoted.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
            _ => quoted.join(""),
        }
    }
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

/// A text of the user's in a message: not longer than a line, and nothing that a terminal obeys.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let mut shown = String::new();
    for c in text.chars().take(MOST) {
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

fn found(node: &Node) -> String {
    match &node.value {
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        Value::Scalar(Scalar { means: Means::Text, .. }) => "a text".to_owned(),
        Value::Scalar(scalar) => format!("`{}`", shown(&scalar.text)),
    }
}

/// Whether a person who wrote this scalar may well have meant a text.
fn is_trap(scalar: &Scalar) -> bool {
    let text = &scalar.text;
    match scalar.means {
        Means::Bool(_) => !matches!(text.to_ascii_lowercase().as_str(), "true" | "false"),
        Means::Int(_) => text.contains([':', '_', 'x', 'b', 'o']) || (text.len() > 1 && text.starts_with('0')),
        Means::Float(_) => text.contains([':', '_']),
        Means::Timestamp | Means::Nothing | Means::Merge => true,
        Means::Text | Means::Null | Means::Unread => false,
    }
}

fn meaning(scalar: &Scalar) -> String {
    match scalar.means {
        Means::Bool(value) => value.to_string(),
        Means::Int(Some(value)) => format!("the number {value}"),
        Means::Float(value) => format!("the number {value}"),
        Means::Int(None) => "a number".to_owned(),
        Means::Timestamp => "a date".to_owned(),
        Means::Nothing | Means::Merge => "a sign of YAML".to_owned(),
        Means::Text | Means::Null | Means::Unread => "text".to_owned(),
    }
}
