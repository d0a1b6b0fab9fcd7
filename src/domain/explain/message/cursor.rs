//! A place in a plain text, and what can be read from it on.
//!
//! Literals are compared word for word, with two liberties: a line may have been broken anywhere, and
//! quotation marks may be others or lost. Uses `std` only.

use super::text::{BREAK, WRAP};

/// No image, attestor or key is longer.
const TOKEN: usize = 700;

#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    /// The place in bytes, always at a character.
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn is_at_end(self) -> bool {
        self.rest().is_empty()
    }

    /// One character on.
    pub(super) fn next(self) -> Self {
        Self { at: self.at + self.peek().map_or(0, char::len_utf8), ..self }
    }

    /// The text up to another place behind this one.
    pub(super) fn text_until(self, end: usize) -> &'t str {
        self.text.get(self.at..end).unwrap_or_default()
    }

    /// Whether a word can begin here.
    pub(super) fn is_boundary(self) -> bool {
        let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric())
    }

    /// Behind the literal, if it stands here.
    pub(super) fn eat(self, literal: &str) -> Option<Self> {
        let mut place = self;
        for (index, wanted) in literal.chars().enumerate() {
            place = place.step(wanted, index > 0)?;
        }
        Some(place)
    }

    fn step(self, wanted: char, inside: bool) -> Option<Self> {
        let found = self.peek();
        let same = |found: Option<char>| match (wanted, found) {
            (' ', Some(c)) => c == ' ' || c == WRAP,
            ('"', Some(c)) => matches!(c, '"' | '\'' | '`'),
            (wanted, found) => found == Some(wanted),
        };
        if same(found) {
            return Some(self.next());
        }
        let behind = self.next();
        if inside && found == Some(WRAP) && same(behind.peek()) {
            return Some(behind.next());
        }
        (wanted == '"').then_some(self)
    }

    /// Behind the first of the literals that stands here, with what it stands for.
    pub(super) fn eat_one<T: Copy>(self, literals: &[(&str, T)]) -> Option<(T, Self)> {
        literals.iter().find_map(|(literal, meaning)| Some((*meaning, self.eat(literal)?)))
    }

    /// What is written here without a space. A line may have been broken in it: the word ends at a line's
    /// end only where `ends` says so of what was read and of what follows.
    pub(super) fn token(self, ends: impl Fn(&str, Self) -> bool) -> Option<(String, Self)> {
        let (mut word, mut place) = (String::new(), self);
        loop {
            match place.peek() {
                None | Some(' ' | BREAK) => break,
                Some(WRAP) if ends(&word, place) => break,
                Some(WRAP) => {}
                Some(c) => word.push(c),
            }
            if word.len() > TOKEN {
                return None;
            }
            place = place.next();
        }
        (!word.is_empty()).then_some((word, place))
    }

    /// What is written up to one of these characters, which is passed, without spaces in it.
    pub(super) fn quoted(self, end: char) -> Option<(String, Self)> {
        let (mut word, mut place) = (String::new(), self);
        while let Some(c) = place.peek() {
            place = place.next();
            match c {
                c if c == end => return (!word.is_empty()).then_some((word, place)),
                WRAP => {}
                ' ' | BREAK => return None,
                c => word.push(c),
            }
            if word.len() > TOKEN {
                return None;
            }
        }
        None
    }

    /// The rest of the line, at most `limit` characters of it.
    pub(super) fn line(self, limit: usize) -> (&'t str, Self) {
        let rest = self.rest();
        let end = rest
            .char_indices()
            .take(limit + 1)
            .enumerate()
            .find(|(count, (_, c))| *count == limit || matches!(*c, WRAP | BREAK));
        let length = end.map_or(rest.len(), |(_, (at, _))| at);
        (rest.get(..length).unwrap_or_default().trim_end(), Self { at: self.at + length, ..self })
    }
}

/// How much is told of a stretch that is not understood.
pub(super) const EXCERPT: usize = 200;

/// A stretch of plain text as it can be shown: in one line.
pub(super) fn excerpt(text: &str) -> String {
    text.replace([WRAP, BREAK], " ").trim().to_owned()
}

/// Cuts a text to at most this many characters.
pub(super) fn clipped(text: &str, limit: usize) -> String {
    let mut short: String = text.chars().take(limit).collect();
    if short.len() < text.len() {
        short.push('\u{2026}');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("denied by\nBinary", true)]
    #[case("den\nied by Bin\nary", true)]
    #[case("denied byBinary", false)]
    #[case("denied  by Binary", false)]
    #[case("denied by\u{1e}Binary", false)]
    #[case("denied by Binarx", false)]
    #[case("denied by Binar", false)]
    fn literals(#[case] text: &str, #[case] stands: bool) {
        assert_eq!(Cursor::new(text).eat("denied by Binary").is_some(), stands);
    }

    #[rstest::rstest]
    #[case("webhook \"x\"")]
    #[case("webhook 'x'")]
    #[case("webhook x")]
    #[case("webhook \n\"x\"")]
    fn quotation_marks_may_be_lost(#[case] text: &str) {
        let text = text.replace(" \n", "\n");
        assert!(Cursor::new(&text).eat("webhook \"x\"").is_some_and(Cursor::is_at_end), "{text}");
    }

    #[test]
    fn a_word_goes_on_behind_a_line_end() {
        let text = "gcr.io/p/a\npp denied by";
        let (word, end) = Cursor::new(text).token(|_, end| end.eat(" denied by").is_some()).unwrap();
        assert_eq!((word.as_str(), end.rest()), ("gcr.io/p/app", " denied by"));
    }
}
