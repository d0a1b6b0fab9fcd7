//! What a check says to a reader.

use std::borrow::Cow;

/// The words of a check: for display only, as every fact in them stands in the check's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What was asked.
    pub label: Cow<'static, str>,
    /// What was needed, where that says more than the label.
    pub expected: Option<Cow<'static, str>>,
    /// What was there instead, or the answer.
    pub found: Option<Cow<'static, str>>,
}

impl Words {
    /// A label alone; the other parts are added with the methods of their names.
    pub(super) fn new(label: impl Into<Cow<'static, str>>) -> Self {
        Self { label: label.into(), expected: None, found: None }
    }

    pub(super) fn with_expected(self, expected: impl Into<Cow<'static, str>>) -> Self {
        Self { expected: Some(expected.into()), ..self }
    }

    pub(super) fn with_found(self, found: impl Into<Cow<'static, str>>) -> Self {
        Self { found: Some(found.into()), ..self }
    }
}
