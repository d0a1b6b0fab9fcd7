//! Scalars: texts, times, numbers, and the names of an enum.

use super::{Decoder, place};
use crate::diagnostic::{Code, excerpt};
use crate::document::format::{Dialect, Format};
use crate::document::node::{Entry, Node, Scalar, Value};
use crate::document::scalar::Means;
use crate::schema::{Names, ValueKind};
use crate::span::Bytes;
use crate::spelling::{nearest, suggestion};

impl<'a> Decoder<'a, '_, '_> {
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
                let text = format!("`{}` is read as {}, not as text", excerpt(&scalar.text), meaning(scalar));
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
                let text = format!("`{}` is not {}", excerpt(&scalar.text), names.choice());
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
            let text = format!("`{}` is not {}{}", excerpt(&scalar.text), names.choice(), suggestion(best));
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
                    format!("`{}` is not {}", excerpt(&scalar.text), names.choice()),
                );
                None
            }
            (Some((at, name)), _) => {
                self.report(Code::NumericValue, node.at, format!("`{}` is taken as {name}", excerpt(&scalar.text)));
                Some(at)
            }
        }
    }

    /// A time; `None` where there is none or it is wrong, which was reported.
    pub(super) fn timestamp(&mut self, entry: &'a Entry) -> Option<String> {
        if let Value::Scalar(Scalar { means: Means::Timestamp, .. }) = &entry.value.value {
            self.report(Code::UnquotedTimestamp, entry.value.at, "the time must be in quotes".to_owned());
            return None;
        }
        let text = self.text(entry)?;
        if !is_rfc3339(&text) {
            self.report(Code::BadTimestamp, entry.value.at, format!("`{}` is not a time", excerpt(&text)));
        }
        Some(text)
    }

    pub(super) fn check_specified(&mut self, number: usize, names: &'static Names, node: &Node) {
        if let (0, Some(name)) = (number, names.all.first()) {
            self.report(Code::UnspecifiedValue, node.at, format!("`{name}` is not a value to use"));
        }
    }

    pub(super) fn bool(&mut self, key: Bytes, node: &Node) -> Option<bool> {
        if let Value::Scalar(Scalar { means: Means::Bool(value), .. }) = node.value {
            return Some(value);
        }
        self.wrong_type(key, node, ValueKind::Bool.expected());
        None
    }

    pub(super) fn int(&mut self, key: Bytes, node: &Node) -> Option<i32> {
        let Value::Scalar(scalar) = &node.value else {
            self.wrong_type(key, node, ValueKind::Int.expected());
            return None;
        };
        let number = match scalar.means {
            Means::Int(value) => value,
            Means::Text => match scalar.text.parse() {
                Ok(value) => Some(value),
                Err(_) => return self.no_int(key, node),
            },
            _ => return self.no_int(key, node),
        };
        let number = number.and_then(|number: i64| i32::try_from(number).ok());
        if number.is_none() {
            let text = format!("`{}` does not fit in 32 bits", excerpt(&scalar.text));
            self.report(Code::OutOfRange, node.at, text);
        }
        number
    }

    fn no_int(&mut self, key: Bytes, node: &Node) -> Option<i32> {
        self.wrong_type(key, node, ValueKind::Int.expected());
        None
    }
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

/// Inferred: the transcoder in front of Google's APIs refuses other texts for a `Timestamp`, as
/// protobuf's JSON mapping says.
fn is_rfc3339(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}
