//! The parser's errors in words that say what to look for.

use granit_parser::{ErrorKind, ScanError};

/// What to look for, for the mistakes that are common; else the parser's own words.
pub(super) fn explained(error: &ScanError) -> String {
    let words = match error.kind() {
        ErrorKind::MissingAnchorOrAliasName => "a value that starts with `*` or `&` must be quoted",
        ErrorKind::SimpleKeyExpected => "expected `:` after this text, or less indentation",
        ErrorKind::ExpectedBlockMappingKey => "expected a key here: check the indentation",
        ErrorKind::BlockSequenceEntryNotAllowed => "a list entry cannot begin here: check the indentation",
        ErrorKind::MappingValueNotAllowed => "no `:` is expected here: check the indentation, or quote the text",
        ErrorKind::UnclosedQuotedScalar => "the quote is not closed",
        ErrorKind::UnclosedFlowCollection { open } => return format!("the `{open}` is not closed"),
        _ => return error.info(),
    };
    words.to_owned()
}

pub(super) fn is_tab_error(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    )
}
