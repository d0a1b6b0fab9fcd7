//! Places in brackets: JSON, and flow style of YAML.
//!
//! Not by the reader of `domain::document`, for the reason that [`super::place`] gives: a bracket that is open at
//! the cursor is an error to it.

use std::ops::Range;

use crate::draft::complete::line::quoted_end;
use crate::draft::complete::slot::CursorPlace;
use crate::draft::complete::slot::Form;
use crate::draft::complete::slot::PlaceStep;
use crate::draft::complete::slot::Slot;

/// A bracket that is not closed yet.
#[derive(Debug)]
enum Bracket {
    Map { keys: Vec<String>, key: Option<String> },
    List { index: usize },
}

/// A token of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Sign(u8),
    /// A word or a quoted text: its bytes, with quotes.
    Word(Range<usize>),
}

/// The tokens from a byte on; comments and blanks are left out.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        loop {
            let byte = *bytes.get(self.at)?;
            let start = self.at;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => self.at += bytes.iter().skip(start).take_while(|byte| **byte != b'\n').count(),
                b'{' | b'}' | b'[' | b']' | b',' => {
                    self.at += 1;
                    return Some(Token::Sign(byte));
                }
                b':' if !is_word_byte(bytes.get(start + 1)) => {
                    self.at += 1;
                    return Some(Token::Sign(byte));
                }
                b'"' | b'\'' => {
                    // A quote that is not closed ends with its line.
                    let line =
                        self.text.get(start..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |n| start + n);
                    let end = quoted_end(self.text.get(..line).unwrap_or_default(), start);
                    self.at = end.unwrap_or_else(|| unclosed_end(self.text, start, line));
                    return Some(Token::Word(start..self.at));
                }
                _ => {
                    self.at += word_length(bytes, start);
                    return Some(Token::Word(start..self.at));
                }
            }
        }
    }
}

/// Where the text of a quote that is not closed ends: its line, without blanks and a comma.
fn unclosed_end(text: &str, start: usize, line: usize) -> usize {
    let rest = text.get(start..line).unwrap_or_default();
    start + rest.trim_end().trim_end_matches(['}', ']', ',']).trim_end().len().max(1)
}

/// Whether a colon before this byte belongs to a word, as in `a:b`.
fn is_word_byte(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| {
        !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'[' | b'"' | b'\'' | b',' | b'}' | b']')
    })
}

fn word_length(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        let ends = matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'}' | b'[' | b']' | b',')
            || (*byte == b':' && !is_word_byte(bytes.get(at + 1)));
        if ends {
            break;
        }
        at += 1;
    }
    (at - start).max(1)
}

/// Whether the brackets that begin at `from` are still open at `at`.
pub(crate) fn is_open(text: &str, from: usize, at: usize) -> bool {
    let mut depth = 0usize;
    let mut tokens = Tokens { text: text.get(..at).unwrap_or_default(), at: from };
    for token in &mut tokens {
        match token {
            Token::Sign(b'{' | b'[') => depth += 1,
            Token::Sign(b'}' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return false;
                }
            }
            _ => {}
        }
    }
    depth > 0
}

/// The place at `at` in the brackets that begin at `from`, below `path`.
pub(crate) fn place(text: &str, from: usize, at: usize, form: Form, path: Vec<PlaceStep>) -> Option<CursorPlace> {
    let mut walk = Walk { text, brackets: Vec::new(), word: None };
    let mut tokens = Tokens { text, at: from };
    let mut next = tokens.next();
    while let Some(token) = next.take_if(|token| starts_before(token, &tokens, at)) {
        walk.take_token(token);
        next = tokens.next();
    }
    // What comes after the cursor: whether a colon does, and the keys beside it.
    let following = next.clone();
    let word = walk.word.take();
    if word.as_ref().is_some_and(|word| word.end < at) {
        // Behind a word only a sign can stand.
        return None;
    }
    let key_follows = following == Some(Token::Sign(b':'));
    let (steps, slot) = walk.here()?;
    let mut present = walk.keys();
    if slot == Slot::Key {
        present.extend(keys_after(text, next, tokens));
    }
    let word = word.unwrap_or(at..at);
    let quote = text.get(word.clone()).and_then(|word| word.chars().next()).filter(|c| matches!(c, '"' | '\''));
    let word = word.start + usize::from(quote.is_some())..word.end;
    let before = text.get(word.start..at.clamp(word.start, word.end)).unwrap_or_default();
    let typed = quote.and_then(|quote| before.strip_suffix(quote)).unwrap_or(before).to_owned();
    Some(CursorPlace {
        path: path.into_iter().chain(steps).collect(),
        slot,
        form,
        has_colon: slot == Slot::Key && key_follows,
        next: following.as_ref().and_then(|token| sign_of(text, token)),
        lead: "",
        word,
        typed,
        present,
        quote,
    })
}

fn starts_before(token: &Token, tokens: &Tokens<'_>, at: usize) -> bool {
    match token {
        Token::Sign(_) => tokens.at <= at,
        Token::Word(word) => word.start < at || (word.start == at && word.end > at && is_quote(tokens.text, at)),
    }
}

fn is_quote(text: &str, at: usize) -> bool {
    matches!(text.as_bytes().get(at), Some(b'"' | b'\''))
}

fn sign_of(text: &str, token: &Token) -> Option<char> {
    match token {
        Token::Sign(sign) => Some(char::from(*sign)),
        Token::Word(word) => text.get(word.clone())?.chars().next(),
    }
}

fn unquoted(text: &str, word: &Range<usize>) -> String {
    let word = text.get(word.clone()).unwrap_or_default();
    let quote = word.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inside = quote.and_then(|quote| word.strip_prefix(quote)).unwrap_or(word);
    quote.and_then(|quote| inside.strip_suffix(quote)).unwrap_or(inside).to_owned()
}

/// The keys after the cursor in its own brackets.
fn keys_after(text: &str, first: Option<Token>, rest: Tokens<'_>) -> Vec<String> {
    let (mut depth, mut keys, mut last) = (0usize, Vec::new(), None);
    for token in first.into_iter().chain(rest) {
        match token {
            Token::Sign(b'{' | b'[') => depth += 1,
            Token::Sign(b'}' | b']') if depth == 0 => break,
            Token::Sign(b'}' | b']') => depth -= 1,
            Token::Sign(b':') if depth == 0 => keys.extend(last.take().map(|word| unquoted(text, &word))),
            Token::Word(word) => last = Some(word),
            Token::Sign(_) => {}
        }
    }
    keys
}

/// The brackets around the cursor, as they are met.
struct Walk<'a> {
    text: &'a str,
    brackets: Vec<Bracket>,
    /// The word that was met last, as long as nothing followed it.
    word: Option<Range<usize>>,
}

impl Walk<'_> {
    fn take_token(&mut self, token: Token) {
        let last = self.word.take();
        match token {
            Token::Word(word) => self.word = Some(word),
            Token::Sign(b'{') => self.brackets.push(Bracket::Map { keys: Vec::new(), key: None }),
            Token::Sign(b'[') => self.brackets.push(Bracket::List { index: 0 }),
            Token::Sign(b'}' | b']') => drop(self.brackets.pop()),
            Token::Sign(b':') => self.colon(last),
            Token::Sign(_) => self.comma(),
        }
    }

    fn colon(&mut self, last: Option<Range<usize>>) {
        let name = last.map(|word| unquoted(self.text, &word));
        if let (Some(Bracket::Map { key, .. }), Some(name)) = (self.brackets.last_mut(), name) {
            *key = Some(name);
        }
    }

    fn comma(&mut self) {
        match self.brackets.last_mut() {
            Some(Bracket::Map { keys, key }) => keys.extend(key.take()),
            Some(Bracket::List { index }) => *index += 1,
            None => {}
        }
    }

    /// The way to the cursor from the first bracket, and what may stand there.
    fn here(&self) -> Option<(Vec<PlaceStep>, Slot)> {
        let (innermost, outer) = self.brackets.split_last()?;
        let mut steps: Vec<PlaceStep> = outer.iter().filter_map(step).collect();
        match innermost {
            Bracket::Map { key: None, .. } => Some((steps, Slot::Key)),
            bracket => {
                steps.extend(step(bracket));
                Some((steps, Slot::Value))
            }
        }
    }

    fn keys(&self) -> Vec<String> {
        match self.brackets.last() {
            Some(Bracket::Map { keys, .. }) => keys.clone(),
            _ => Vec::new(),
        }
    }
}

fn step(bracket: &Bracket) -> Option<PlaceStep> {
    match bracket {
        Bracket::Map { key, .. } => key.clone().map(PlaceStep::Name),
        Bracket::List { index } => Some(PlaceStep::Index(*index)),
    }
}
