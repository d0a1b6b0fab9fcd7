//! New values, written in block style, in flow style or as JSON.

use super::token::scalar;
use crate::document::Format;

/// A value that is put into a text.
#[derive(Debug, Clone)]
pub(super) enum Snippet<'s> {
    Text(&'s str),
    /// `true`.
    True,
    List(Vec<Self>),
    Map(Vec<(&'s str, Self)>),
}

impl<'s> Snippet<'s> {
    /// A rule that denies everything.
    pub(super) fn deny() -> Self {
        Self::Map(vec![
            ("evaluationMode", Self::Text("ALWAYS_DENY")),
            ("enforcementMode", Self::Text("ENFORCED_BLOCK_AND_AUDIT_LOG")),
        ])
    }

    /// Checks that refuse everything.
    pub(super) fn deny_check() -> Self {
        Self::List(vec![Self::Map(vec![("alwaysDeny", Self::True)])])
    }

    pub(super) fn texts(texts: &[&'s str]) -> Self {
        Self::List(texts.iter().map(|text| Self::Text(text)).collect())
    }

    pub(super) fn is_scalar(&self) -> bool {
        matches!(self, Self::Text(_) | Self::True)
    }

    /// The snippet on one line.
    pub(super) fn flow(&self, format: Format) -> String {
        match self {
            Self::Text(text) => scalar(format, text),
            Self::True => "true".to_owned(),
            Self::List(elements) => {
                let elements: Vec<String> = elements.iter().map(|element| element.flow(format)).collect();
                format!("[{}]", elements.join(", "))
            }
            Self::Map(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, value)| value.flow_entry(format, key)).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    pub(super) fn flow_entry(&self, format: Format, key: &str) -> String {
        format!("{}: {}", scalar(format, key), self.flow(format))
    }

    /// `key: …` at a column; the first line is not indented.
    pub(super) fn block_entry(&self, key: &str, indent: usize, newline: &str) -> String {
        let key = scalar(Format::Yaml, key);
        if self.is_scalar() {
            return format!("{key}: {}", self.flow(Format::Yaml));
        }
        format!("{key}:{}", self.block_value(indent, newline))
    }

    /// What follows a key at a column, on lines of its own.
    pub(super) fn block_value(&self, indent: usize, newline: &str) -> String {
        match self {
            Self::Text(_) | Self::True => format!(" {}", self.flow(Format::Yaml)),
            Self::List(elements) => elements
                .iter()
                .map(|element| format!("{newline}{:indent$}{}", "", element.block_element(indent, newline)))
                .collect(),
            Self::Map(entries) => {
                let inner = indent + 2;
                let line = |(key, value): &(&str, Self)| {
                    format!("{newline}{:inner$}{}", "", value.block_entry(key, inner, newline))
                };
                entries.iter().map(line).collect()
            }
        }
    }

    /// `- …` at a column; the first line is not indented.
    pub(super) fn block_element(&self, indent: usize, newline: &str) -> String {
        let inner = indent + 2;
        match self {
            Self::Map(entries) => {
                let lines: Vec<String> =
                    entries.iter().map(|(key, value)| value.block_entry(key, inner, newline)).collect();
                format!("- {}", lines.join(&format!("{newline}{:inner$}", "")))
            }
            Self::Text(_) | Self::True | Self::List(_) => format!("- {}", self.flow(Format::Yaml)),
        }
    }
}
