//! Colours for YAML and JSON, line by line and cheap enough for every frame.
//!
//! This is no parser: it says what a piece of a line most likely is, and is right about policies.
//! What the text means is `domain::document`'s.

mod json;
mod token;
mod yaml;

pub use self::token::{Token, Tokens};

use ratatui::style::Style;

pub use crate::highlight::yaml::Block;

use crate::styles::Styles;
use crate::theme::Role;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Syntax {
    #[default]
    Plain,
    Yaml,
    Json,
}

impl Syntax {
    /// What a text most likely is, by how it begins.
    pub fn detect(text: &str) -> Self {
        let begins = |line: &&str| !line.is_empty() && !line.starts_with('#');
        let Some(line) = text.lines().map(str::trim_start).find(begins) else { return Self::Plain };
        let key = line.split_once(':').is_some_and(|(key, rest)| {
            !key.contains(char::is_whitespace) && (rest.is_empty() || rest.starts_with(' '))
        });
        if line.starts_with(['{', '[']) {
            Self::Json
        } else if key || line.starts_with("- ") || line == "---" {
            Self::Yaml
        } else {
            Self::Plain
        }
    }
}

impl Token {
    pub fn style(self, styles: &Styles) -> Style {
        styles.role(match self {
            Self::Key => Role::SyntaxKey,
            Self::String => Role::SyntaxString,
            Self::Number => Role::SyntaxNumber,
            Self::Comment => Role::SyntaxComment,
            Self::Enum => Role::SyntaxEnum,
            Self::Punctuation => Role::SyntaxPunctuation,
        })
    }
}

/// Goes through the lines of a text from any one of them on.
#[derive(Debug, Clone, Copy)]
pub struct Highlighter {
    syntax: Syntax,
    block: Block,
}

impl Highlighter {
    /// Starts at the line `from`; looks back from there to see whether it is inside a block of text.
    pub fn new<L: AsRef<str>>(syntax: Syntax, from: usize, line: impl Fn(usize) -> L) -> Self {
        let block = if syntax == Syntax::Yaml { Block::around(from, line) } else { Block::default() };
        Self { syntax, block }
    }

    /// The tokens of the next line.
    pub fn line(&mut self, line: &str) -> Tokens {
        match self.syntax {
            Syntax::Plain => Tokens::new(),
            Syntax::Yaml => yaml::tokens(line, &mut self.block),
            Syntax::Json => json::tokens(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_known_by_how_a_text_begins() {
        for text in ["\n {\"a\": 1}", "[1]"] {
            assert_eq!(Syntax::detect(text), Syntax::Json, "{text}");
        }
        for text in ["# a policy\nname: x\n", "rule:\n  a: b", "- a", "---\na: b"] {
            assert_eq!(Syntax::detect(text), Syntax::Yaml, "{text}");
        }
        for text in ["", "FROM alpine", "-----BEGIN PGP MESSAGE-----", "a note: x", "http://x"] {
            assert_eq!(Syntax::detect(text), Syntax::Plain, "{text}");
        }
    }
}
