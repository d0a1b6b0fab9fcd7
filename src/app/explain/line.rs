//! One line of the box that explains.

use crate::explain::state::Link;
use domain::explain::cause::Confidence;

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Refused, admitted with a mark, or something else.
    Refused,
    Marked,
    Elsewhere,
    Plain,
    Heading,
    Fact,
    Cause(Confidence),
    /// The image would be admitted.
    Admitted,
    For,
    Against,
    Unknown,
    /// For a shell.
    Command,
    Busy,
    Dim,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainLine {
    pub look: Look,
    /// Before the text; may be empty.
    pub label: &'static str,
    pub text: String,
    pub link: Option<Link>,
}

impl ExplainLine {
    pub(crate) fn new(look: Look, label: &'static str, text: impl Into<String>) -> Self {
        Self { look, label, text: text.into(), link: None }
    }

    /// Whether it says what can be behind a refusal.
    pub(crate) fn is_cause(&self) -> bool {
        matches!(self.look, Look::Cause(_) | Look::Admitted)
    }

    pub(crate) fn link_to(self, link: Link) -> Self {
        Self { link: Some(link), ..self }
    }
}
