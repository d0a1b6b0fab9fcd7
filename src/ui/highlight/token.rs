//! What a piece of a text is, and how the readers of all syntaxes find its end. Uses nothing.

use std::ops::Range;

/// What a piece of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Key,
    String,
    Number,
    Comment,
    /// A name in capitals, such as `ALWAYS_ALLOW`.
    Enum,
    Punctuation,
}

/// Pieces of one line, in bytes, in order and apart; what lies between them is plain.
pub type Tokens = Vec<(Range<usize>, Token)>;

/// What a word without quotes is.
pub(super) fn word(text: &str) -> Token {
    let number = || text.starts_with(|c: char| c.is_ascii_digit() || "-+.".contains(c)) && text.parse::<f64>().is_ok();
    let capitals =
        || text.starts_with(|c: char| c.is_ascii_uppercase()) && text.len() > 1 && text.chars().all(is_capital);
    match text {
        "true" | "false" | "null" | "~" => Token::Number,
        _ if number() => Token::Number,
        _ if capitals() => Token::Enum,
        _ => Token::String,
    }
}

/// The byte after a quoted string that starts at `from`; the line's end if it is not closed there.
pub(super) fn quoted_end(line: &str, from: usize) -> usize {
    let mut chars = line.split_at(from).1.char_indices();
    let quote = chars.next().map(|(_, quote)| quote);
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == Some('"') {
            chars.next();
        } else if Some(c) == quote {
            return from + at + 1;
        }
    }
    line.len()
}

fn is_capital(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
}
