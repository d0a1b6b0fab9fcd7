//! Scalars in the text: their quotes, and how a text is written as one.

use std::ops::Range;

use super::edit::Edit;
use crate::document::{Document, Format, is_plain_in_flow};

/// The text of a scalar without its quotes; escapes in it are not resolved.
pub(super) fn content(token: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| token.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(token)
}

/// Replaces the scalar at `bytes`, keeping the kind of its quotes.
pub(super) fn replace(document: &Document, bytes: Range<usize>, text: &str) -> Edit {
    let token = document.text.get(bytes.clone()).unwrap_or_default();
    let text = match token.chars().next() {
        Some('"') => double_quoted(text),
        Some('\'') => single_quoted(text),
        _ => scalar(document.format, text),
    };
    Edit { bytes, text }
}

/// A scalar in the plainest style that holds `text` anywhere in a document of this format.
pub(super) fn scalar(format: Format, text: &str) -> String {
    match format {
        Format::Json => double_quoted(text),
        Format::Yaml if is_plain_in_flow(text) => text.to_owned(),
        Format::Yaml => quote(format, text),
    }
}

/// A scalar in quotes.
pub(super) fn quote(format: Format, text: &str) -> String {
    match format {
        Format::Yaml if !text.contains(char::is_control) => single_quoted(text),
        Format::Yaml | Format::Json => double_quoted(text),
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// JSON's strings are also YAML's.
fn double_quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Format::Yaml, "gcr.io/p/*", "gcr.io/p/*")]
    #[case(Format::Yaml, "no", "'no'")]
    #[case(Format::Yaml, "a, b", "'a, b'")]
    #[case(Format::Yaml, "gcr.io/p[@:]*", "'gcr.io/p[@:]*'")]
    #[case(Format::Yaml, "it's: so", "'it''s: so'")]
    #[case(Format::Yaml, "a\tb", "\"a\\tb\"")]
    #[case(Format::Json, "a", "\"a\"")]
    fn scalars_are_as_plain_as_can_be(#[case] format: Format, #[case] text: &str, #[case] expected: &str) {
        assert_eq!(scalar(format, text), expected);
    }

    #[test]
    fn quotes_are_no_content() {
        assert_eq!([content("\"a\""), content("'a'"), content("a"), content("'a")], ["a", "a", "a", "'a"]);
    }
}
