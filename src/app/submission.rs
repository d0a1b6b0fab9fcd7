//! What comes of a form that is submitted, and how lists in its fields are read.

use crate::effect::Effect;
use crate::shell::form::{Form, FormBox, Refused};

/// Effects; or a field refused what was filled in, and shows why.
pub type Submission = Result<Vec<Effect>, Refused>;

/// A form that can be submitted.
///
/// `M` is the model. The trait does not name it, because the model holds the boxes, and with them the forms.
pub trait Submit<M>: Form {
    /// Does what was filled in.
    fn take(&mut self, model: &mut M) -> Submission;
}

/// Any form, in its box.
pub type OpenForm<M> = FormBox<dyn Submit<M>>;

/// `KEY=VALUE`, separated by commas.
pub(crate) fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
            _ => Err(format!("{pair:?} is not KEY=VALUE")),
        })
        .collect()
}

/// Pairs as [`pairs`] reads them.
pub(crate) fn joined(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}
