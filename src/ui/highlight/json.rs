//! Tokens of a line of JSON.

use super::token::{Token, Tokens, quoted_end, word};

pub(super) fn tokens(line: &str) -> Tokens {
    let mut tokens = Tokens::new();
    let mut at = 0;
    while let Some(c) = line.split_at(at).1.chars().next() {
        let end = match c {
            '"' => quoted_end(line, at),
            c if is_word(c) => {
                at + line.split_at(at).1.chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>()
            }
            c => at + c.len_utf8(),
        };
        let text = line.get(at..end).unwrap_or_default();
        let token = match c {
            '"' if line.split_at(end).1.trim_start().starts_with(':') => Some(Token::Key),
            '"' => Some(string(text)),
            c if is_word(c) => Some(word(text)).filter(|token| *token != Token::String),
            '{' | '}' | '[' | ']' | ',' | ':' => Some(Token::Punctuation),
            _ => None,
        };
        tokens.extend(token.map(|token| (at..end, token)));
        at = end;
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "+-._".contains(c)
}

/// A string of capitals is an enum's value.
fn string(quoted: &str) -> Token {
    match word(quoted.trim_matches('"')) {
        Token::Enum => Token::Enum,
        _ => Token::String,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Token::{Enum, Key, Number, Punctuation, String};
    use super::*;

    #[test]
    fn keys_strings_and_words() {
        let line = r#"  "mode": ["ALWAYS_DENY", "a\"b", -1.5, true],"#;
        let found: Vec<_> = tokens(line).into_iter().map(|(range, token)| (line.get(range).unwrap(), token)).collect();
        let expected = [
            (r#""mode""#, Key),
            (":", Punctuation),
            ("[", Punctuation),
            (r#""ALWAYS_DENY""#, Enum),
            (",", Punctuation),
            (r#""a\"b""#, String),
            (",", Punctuation),
            ("-1.5", Number),
            (",", Punctuation),
            ("true", Number),
            ("]", Punctuation),
            (",", Punctuation),
        ];
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn any_line_has_tokens_in_order(line in any::<std::string::String>()) {
            let mut end = 0;
            for (range, _) in tokens(&line) {
                prop_assert!(range.start >= end && line.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
