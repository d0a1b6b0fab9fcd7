//! Text from outside, made safe to show, to log and to copy: the one place that knows what must not get through.
//!
//! Pure; uses nothing of the rest.

use std::collections::BTreeSet;

/// The longest text from outside that is shown whole; no image reference or key id is that long.
const LIMIT: usize = 300;

/// Whether a character does something other than stand for itself: a terminal obeys it (C0, DEL and C1 of
/// ECMA-48, NUL and line ends among them), it changes the order of what is beside it (UAX 9), it ends a line
/// for some programs and not for others (U+2028, U+2029), or it hides text that machines read and people do
/// not see (the tags of U+E0000 and what lies behind them).
pub const fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// What is printed for a character on a line: itself, a blank for a tab, or the replacement character.
pub const fn printed(c: char) -> char {
    match c {
        '\t' => ' ',
        c if is_deceptive(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// The text as one line that does nothing to whatever shows it.
pub fn printable(text: &str) -> String {
    text.chars().map(printed).collect()
}

/// The text with its lines and tabs, and otherwise as [`printable`]: for the clipboard, and for files that
/// people look at with `cat`. Line ends of two characters become line feeds.
pub fn printable_lines(text: &str) -> String {
    let keep = |c| if matches!(c, '\n' | '\t') { c } else { printed(c) };
    text.replace("\r\n", "\n").chars().map(keep).collect()
}

/// JSON that means the same, with escapes for what JSON itself lets through (RFC 8259, section 7, wants them for
/// C0 alone). Outside of its texts JSON holds nothing of the kind but line feeds, which stay.
pub fn plain_json(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_deceptive(c) {
            plain.push(c);
        } else {
            plain.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    plain
}

/// The text with escapes for what must not be shown as it is.
pub fn escape(text: &str) -> String {
    if !text.chars().any(is_deceptive) {
        return text.to_owned();
    }
    text.chars().flat_map(|c| if is_deceptive(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

/// The text, cut after 300 characters.
pub(crate) fn clip(text: &str) -> String {
    let mut short: String = text.chars().take(LIMIT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Shortens digests that were shown before: each is whole where it comes first.
#[derive(Debug, Default)]
pub struct Digests(BTreeSet<String>);

/// Hexadecimal digits of a digest, and how many of them tell it from others.
const DIGITS: usize = 64;
const SHORT: usize = 12;

impl Digests {
    /// The text with those digests cut that were in a text before, or before in this one.
    pub fn short(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("sha256:") {
            let (before, found) = rest.split_at(at + "sha256:".len());
            out.push_str(before);
            let digits = found.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(found.len());
            let (digest, after) = found.split_at(digits);
            match digest.get(..SHORT).filter(|_| digits == DIGITS && !self.0.insert(digest.to_owned())) {
                Some(short) => {
                    out.push_str(short);
                    out.push('…');
                }
                None => out.push_str(digest),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One of each kind: a sequence for the title, C1, DEL, NUL, each direction mark, separators, tags.
    const HOSTILE: &str = "a\u{1b}]0;owned\u{7}\u{9b}31m\u{7f}\0\r\u{85}\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\
                           \u{2066}\u{2069}\u{2028}\u{2029}\u{e0001}\u{e0041}\u{e007f}z";

    #[test]
    fn each_kind_is_replaced_and_the_rest_stays() {
        let shown = printable(HOSTILE);
        assert!(!shown.chars().any(is_deceptive), "{shown:?}");
        assert!(shown.starts_with("a\u{fffd}]0;owned\u{fffd}") && shown.ends_with('z'), "{shown:?}");
        assert_eq!(printable("é 日本 👩‍💻 a\tb\nc"), "é 日本 👩‍💻 a b\u{fffd}c");
        assert_eq!(printable_lines("a\tb\r\nc\rd\n"), "a\tb\nc\u{fffd}d\n");
    }

    #[test]
    fn json_means_the_same_and_shows_nothing_of_the_kind() {
        let json = serde_json::to_string_pretty(&[HOSTILE, "é"]).unwrap();
        let plain = plain_json(&json);
        assert!(!plain.chars().any(|c| c != '\n' && is_deceptive(c)), "{plain:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&plain).unwrap(), [HOSTILE, "é"]);
        assert!(plain.contains('é') && plain.contains("\\u009b") && plain.contains("\\udb40\\udc41"), "{plain}");
    }

    #[test]
    fn a_digest_is_whole_where_it_comes_first() {
        let (one, other) = ("a".repeat(64), "b".repeat(64));
        let mut digests = Digests::default();
        let text = digests.short(&format!("x@sha256:{one} and sha256:{one}, sha256:{other}"));
        assert_eq!(text, format!("x@sha256:{one} and sha256:aaaaaaaaaaaa…, sha256:{other}"));
        assert_eq!(
            digests.short(&format!("sha256:{other} sha256:abc sha256:")),
            "sha256:bbbbbbbbbbbb… sha256:abc sha256:"
        );
    }

    proptest! {
        #[test]
        fn nothing_deceptive_gets_through(text in any::<String>()) {
            prop_assert!(!printable(&text).chars().any(is_deceptive));
            prop_assert!(!escape(&text).chars().any(is_deceptive));
            let lines = printable_lines(&text);
            prop_assert!(!lines.chars().any(|c| !matches!(c, '\n' | '\t') && is_deceptive(c)));
        }
    }
}
