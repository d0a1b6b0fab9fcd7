//! Tokens of a line of YAML.
//!
//! Not by the scanner behind `domain::document`: that begins at the start of a text and ends at its first error.
//! Here a frame is coloured from the first line that is shown, which may be the nine-thousandth, while somebody
//! types; and what stands behind a mistake keeps its colours.

use super::token::{Token, Tokens, quoted_end, word};

/// How many lines to look back for the head of a block of text.
const LOOK_BACK: usize = 200;

/// Whether a line is inside a block of text (`|` or `>`): how deep the block's head is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Block(Option<usize>);

impl Block {
    /// The block that the line `from` is in. A block's lines are deeper than its head, so only lines
    /// less deep than all between are looked at.
    pub(super) fn around<L: AsRef<str>>(from: usize, line: impl Fn(usize) -> L) -> Self {
        let mut depth = usize::MAX;
        for at in (from.saturating_sub(LOOK_BACK)..from).rev() {
            let line = line(at);
            let line = line.as_ref();
            let indent = indent(line);
            if !line.trim().is_empty() && indent < depth {
                if opens_block(line) {
                    return Self(Some(indent));
                }
                depth = indent;
            }
            if depth == 0 {
                break;
            }
        }
        Self(None)
    }

    /// Whether `line` belongs to the block; the block ends with the first that does not.
    fn holds(&mut self, line: &str) -> bool {
        let inside = self.0.is_some_and(|head| line.trim().is_empty() || indent(line) > head);
        if !inside {
            self.0 = opens_block(line).then(|| indent(line));
        }
        inside
    }
}

fn indent(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

/// Whether a line's value is the head of a block: `|`, `>`, with a sign for what ends it.
fn opens_block(line: &str) -> bool {
    let code = line.split(" #").next().unwrap_or_default().trim_end();
    let head = code.trim_end_matches(|c: char| c.is_ascii_digit() || "+-".contains(c));
    [": |", ": >", "- |", "- >"].iter().any(|end| head.ends_with(end))
}

pub(super) fn tokens(line: &str, block: &mut Block) -> Tokens {
    let start = line.len() - line.trim_start().len();
    if block.holds(line) {
        return vec![(start..line.len(), Token::String)];
    }
    if ["---", "..."].contains(&line.trim_end()) || line.starts_with('%') {
        return vec![(0..line.len(), Token::Punctuation)];
    }
    let mut scanner = Scanner { line, at: start, flow: 0, tokens: Tokens::new() };
    scanner.run();
    scanner.tokens
}

struct Scanner<'a> {
    line: &'a str,
    at: usize,
    /// How many `[` and `{` are open.
    flow: usize,
    tokens: Tokens,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.line.split_at(self.at).1
    }

    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            let next = self.rest().chars().nth(1);
            match c {
                '#' => self.take(self.line.len(), Token::Comment),
                '-' | '?' if is_end(next) => self.take(self.at + 1, Token::Punctuation),
                '"' | '\'' => self.quoted(),
                '[' | '{' | ']' | '}' | ',' => self.flow(c),
                ':' => self.take(self.at + 1, Token::Punctuation),
                '|' | '>' if self.flow == 0 => self.take(self.line.len(), Token::Punctuation),
                '&' | '*' | '!' => self.take(self.at + self.word_length(), Token::Punctuation),
                c if c.is_whitespace() => self.at += c.len_utf8(),
                _ => self.plain(),
            }
        }
    }

    fn take(&mut self, end: usize, token: Token) {
        let end = end.max(self.at + self.rest().chars().next().map_or(1, char::len_utf8));
        self.tokens.push((self.at..end, token));
        self.at = end;
    }

    fn word_length(&self) -> usize {
        self.rest().find(char::is_whitespace).unwrap_or(self.rest().len())
    }

    fn flow(&mut self, c: char) {
        match c {
            '[' | '{' => self.flow += 1,
            ']' | '}' => self.flow = self.flow.saturating_sub(1),
            _ => {}
        }
        self.take(self.at + 1, Token::Punctuation);
    }

    fn quoted(&mut self) {
        let end = quoted_end(self.line, self.at);
        let token = if is_key(self.line.split_at(end).1) { Token::Key } else { Token::String };
        self.take(end, token);
    }

    /// A word or several, up to what ends a plain scalar.
    fn plain(&mut self) {
        let rest = self.rest();
        let mut before = ' ';
        let end = rest.char_indices().find(|(at, c)| {
            let next = rest.split_at(at + c.len_utf8()).1.chars().next();
            let ends = (*c == ':' && (is_end(next) || self.flow > 0 && next.is_some_and(|c| ",]}".contains(c))))
                || (*c == '#' && before.is_whitespace())
                || (self.flow > 0 && ",[]{}".contains(*c));
            before = *c;
            ends
        });
        let text = end.map_or(rest, |(at, _)| rest.split_at(at).0);
        let key = end.is_some_and(|(_, c)| c == ':');
        let text = text.trim_end();
        let token = if key { Token::Key } else { word(text) };
        self.take(self.at + text.len(), token);
    }
}

/// Whether what follows a sign makes it one: a blank or the line's end.
fn is_end(next: Option<char>) -> bool {
    next.is_none_or(char::is_whitespace)
}

/// Whether a quoted string is a key by what follows it.
fn is_key(rest: &str) -> bool {
    rest.trim_start().strip_prefix(':').is_some_and(|rest| is_end(rest.chars().next()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each token as its letter and text.
    fn read(line: &str) -> String {
        let letter = |token| match token {
            Token::Key => 'K',
            Token::String => 'S',
            Token::Number => 'N',
            Token::Comment => 'C',
            Token::Enum => 'E',
            Token::Punctuation => 'P',
        };
        let tokens = tokens(line, &mut Block::default());
        let read =
            |(range, token)| format!("{}({})", letter(token), line.get::<std::ops::Range<usize>>(range).unwrap());
        tokens.into_iter().map(read).collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_policy_is_read() {
        assert_eq!(read("globalPolicyEvaluationMode: ENABLE"), "K(globalPolicyEvaluationMode)P(:)E(ENABLE)");
        assert_eq!(read("- namePattern: gcr.io/p/*  # all"), "P(-)K(namePattern)P(:)S(gcr.io/p/*)C(# all)");
        assert_eq!(read("  us-east1-a.prod:"), "K(us-east1-a.prod)P(:)");
        assert_eq!(read("name: projects/p/attestors/a:b"), "K(name)P(:)S(projects/p/attestors/a:b)");
        assert_eq!(read("\"a b\": 'it''s'"), "K(\"a b\")P(:)S('it')S('s')");
        assert_eq!(
            read("x: {mode: ALLOW, n: [1, true]}"),
            "K(x)P(:)P({)K(mode)P(:)E(ALLOW)P(,)K(n)P(:)P([)N(1)P(,)N(true)P(])P(})"
        );
        assert_eq!(read("description: |-"), "K(description)P(:)P(|-)");
        assert_eq!(read("ref: *base"), "K(ref)P(:)P(*base)");
        assert_eq!(read("---"), "P(---)");
        assert_eq!(read("url: https://x#y"), "K(url)P(:)S(https://x#y)");
    }

    #[test]
    fn a_block_is_text_until_a_line_is_less_deep() {
        let text = ["rule:", "  description: |", "    one: two", "", "      # deeper", "  mode: X1"];
        let mut block = Block::default();
        let kinds: Vec<_> = text.iter().map(|line| tokens(line, &mut block).first().map(|(_, token)| *token)).collect();
        assert_eq!(kinds[2], Some(Token::String));
        assert_eq!(kinds[4], Some(Token::String));
        assert_eq!(kinds[5], Some(Token::Key));
        for (from, inside) in [(0, false), (2, true), (3, true), (4, true), (5, true)] {
            assert_eq!(Block::around(from, |at| text[at]).0.is_some(), inside, "line {from}");
        }
        assert_eq!(tokens(text[5], &mut Block::around(5, |at| text[at])).len(), 3);
    }

    proptest! {
        #[test]
        fn any_line_has_tokens_in_order(line in any::<String>()) {
            let mut end = 0;
            for (range, _) in tokens(&line, &mut Block::default()) {
                prop_assert!(range.start >= end && line.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
