//! Text from outside, made safe to show.

/// The longest text from outside that is shown whole; no image reference or key id is that long.
const LIMIT: usize = 300;

/// The text without anything that a terminal obeys, or that would show it other than it is (UAX 9).
pub(crate) fn escape(text: &str) -> String {
    let unsafe_char = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.chars().any(unsafe_char) {
        return text.to_owned();
    }
    text.chars().flat_map(|c| if unsafe_char(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

/// The text, cut after 300 characters.
pub(crate) fn clip(text: &str) -> String {
    let mut short: String = text.chars().take(LIMIT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
