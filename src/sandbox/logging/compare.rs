//! One comparison of the Logging query language: a field of an entry with a value.
//!
//! A list compares as any of its elements does. A field that is not there compares as false (and so
//! `!=` as true): inferred.

use jiff::Timestamp;
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::filter::{self, Comparator};

/// Bytes that a compiled expression may take.
const MAX_REGEX: usize = 1 << 18;

/// What is asked of the field; negation stands outside.
#[derive(Debug)]
pub(super) enum Operator {
    Equal(Wanted),
    Ordered(Order, Wanted),
    /// `:`: the text is in it, or in anything below it.
    Has(String),
    /// `:*`: it is there.
    Present,
    Matches(Box<Regex>),
}

/// The right side, as each type of field would take it.
#[derive(Debug)]
pub(super) struct Wanted {
    text: String,
    number: Option<f64>,
    time: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Operator {
    /// The comparator with its value; of `!=` and `!~` what they negate.
    pub(super) fn new(comparator: Comparator, value: &filter::Value) -> Result<Self, String> {
        let text = &value.text;
        let wanted = || Wanted { text: text.to_lowercase(), number: text.parse().ok(), time: text.parse().ok() };
        let ordered = |order| Ok(Self::Ordered(order, wanted()));
        match comparator {
            Comparator::Equal | Comparator::NotEqual => Ok(Self::Equal(wanted())),
            Comparator::Has if text == "*" && !value.is_quoted => Ok(Self::Present),
            Comparator::Has => Ok(Self::Has(text.to_lowercase())),
            Comparator::Less => ordered(Order::Less),
            Comparator::LessOrEqual => ordered(Order::LessOrEqual),
            Comparator::Greater => ordered(Order::Greater),
            Comparator::GreaterOrEqual => ordered(Order::GreaterOrEqual),
            Comparator::Matches | Comparator::MatchesNot => {
                let regex = RegexBuilder::new(text).size_limit(MAX_REGEX).build();
                let regex =
                    regex.map_err(|error| format!("{text:.60} is no regular expression (RE2): {error:.200}"))?;
                Ok(Self::Matches(Box::new(regex)))
            }
        }
    }

    /// Whether a field of this name can be compared so.
    pub(super) fn fits(&self, path: &[String]) -> Result<(), String> {
        let is_time = matches!(path, [name] if name == "timestamp" || name == "receiveTimestamp");
        match self {
            Self::Equal(wanted) | Self::Ordered(_, wanted) if is_time && wanted.time.is_none() => {
                Err(format!("{:.60} is no time (RFC 3339)", wanted.text))
            }
            _ => Ok(()),
        }
    }

    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Equal(wanted) => wanted.compared_with(value).is_some_and(std::cmp::Ordering::is_eq),
            Self::Ordered(order, wanted) => wanted.compared_with(value).is_some_and(|ordering| order.holds(ordering)),
            Self::Has(text) => any_contains_lower(value, text),
            Self::Present => !value.is_null(),
            Self::Matches(regex) => value.as_str().is_some_and(|text| regex.is_match(text)),
        }
    }
}

impl Wanted {
    /// How the value stands to this; `None` where the types cannot be compared.
    fn compared_with(&self, value: &Value) -> Option<std::cmp::Ordering> {
        match value {
            Value::String(text) => match (self.time, text.parse::<Timestamp>()) {
                (Some(wanted), Ok(found)) => Some(found.cmp(&wanted)),
                _ => Some(text.to_lowercase().cmp(&self.text)),
            },
            Value::Number(number) => number.as_f64()?.partial_cmp(&self.number?),
            Value::Bool(found) => Some(found.to_string().cmp(&self.text)),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// Whether the field at `path` is as asked.
pub(super) fn compare(value: &Value, path: &[String], operator: &Operator) -> bool {
    match (value, path) {
        (Value::Array(items), _) => items.iter().any(|item| compare(item, path, operator)),
        (_, []) => operator.holds(value),
        (Value::Object(fields), [name, rest @ ..]) => {
            fields.get(name).is_some_and(|field| compare(field, rest, operator))
        }
        _ => false,
    }
}

/// Whether any text below contains this one, whatever the case.
pub(super) fn any_contains(value: &Value, text: &str) -> bool {
    any_contains_lower(value, &text.to_lowercase())
}

fn any_contains_lower(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found.to_lowercase().contains(text),
        Value::Number(found) => found.to_string() == text,
        Value::Bool(found) => found.to_string() == text,
        Value::Array(items) => items.iter().any(|item| any_contains_lower(item, text)),
        Value::Object(fields) => fields.values().any(|field| any_contains_lower(field, text)),
        Value::Null => false,
    }
}
