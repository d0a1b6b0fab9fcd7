//! What comes of a form that is submitted, and how its fields are read.

use crate::effect::Effect;

/// Effects, or the field that is wrong and why.
pub(crate) type Submission = Result<Vec<Effect>, (&'static str, String)>;

/// Reads the text of a field.
pub(crate) fn parse<T: std::str::FromStr>(field: &'static str, text: &str) -> Result<T, (&'static str, String)>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| (field, error.to_string()))
}

/// `KEY=VALUE`, separated by commas.
pub(crate) fn pairs(field: &'static str, text: &str) -> Result<Vec<(String, String)>, (&'static str, String)> {
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
            _ => Err((field, format!("{pair:?} is not KEY=VALUE"))),
        })
        .collect()
}

/// Pairs as [`pairs`] reads them.
pub(crate) fn joined(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}
