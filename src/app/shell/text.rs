//! How wide text is on the screen, and what stands for what cannot be shown.
//!
//! Pure; shared by the editor's columns and by everything that draws, so that both agree. Text here
//! is untrusted: a control character, a bidirectional override or an invisible character is shown
//! as a sign, never sent to the terminal, so that what a reviewer sees is what is there.

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

use domain::text::is_deceptive;

/// Cells between tab stops.
pub const TAB_WIDTH: usize = 4;

/// Stands for what has no form of its own.
const REPLACEMENT: &str = "\u{fffd}";

/// Bytes of the longest grapheme that is drawn as it is: more is an attack on the terminal.
const MAX_GRAPHEME: usize = 64;

/// What is drawn for a grapheme: itself, or a sign for what is invisible, moves the cursor or
/// reorders its neighbours. Never empty, never a control character.
pub fn visible(grapheme: &str) -> &str {
    match grapheme.as_bytes() {
        [b' '..=b'~'] => grapheme,
        [b'\r', b'\n'] => picture(b'\n'),
        [control @ (..=31 | 127)] => picture(*control),
        bytes if bytes.len() > MAX_GRAPHEME || hides(grapheme) => REPLACEMENT,
        _ => grapheme,
    }
}

/// Whether a grapheme holds something that must not reach the terminal.
fn hides(grapheme: &str) -> bool {
    grapheme.chars().any(is_deceptive) || grapheme.cell_width() == 0
}

/// The control picture of an ASCII control character (U+2400 and on).
fn picture(control: u8) -> &'static str {
    const PICTURES: &str = "␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟";
    let start = usize::from(control) * 3;
    PICTURES.get(start..start + 3).unwrap_or("␡")
}

/// The cells a grapheme takes where it starts in cell `column`: a tab reaches to the next stop.
pub fn cells(grapheme: &str, column: usize) -> usize {
    match grapheme {
        "\t" => TAB_WIDTH - column % TAB_WIDTH,
        _ => usize::from(visible(grapheme).cell_width()),
    }
}

/// The cells a text takes on one line.
pub fn width(text: &str) -> usize {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.len();
    }
    text.graphemes(true).fold(0, |column, grapheme| column + cells(grapheme, column))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_shown_has_a_sign() {
        assert_eq!(visible("\u{1b}"), "␛");
        assert_eq!(visible("\u{7f}"), "␡");
        assert_eq!(visible("\r\n"), "␊");
        assert_eq!(visible("\u{202e}"), REPLACEMENT);
        assert_eq!(visible("\u{200b}"), REPLACEMENT);
        assert_eq!(visible("\u{85}"), REPLACEMENT);
        assert_eq!(visible(&format!("a{}", "\u{301}".repeat(99))), REPLACEMENT);
        assert_eq!(visible("\u{1f3f4}\u{e0067}\u{e007f}"), REPLACEMENT, "what tags say is not seen");
        assert_eq!(visible("é"), "é");
    }

    #[test]
    fn widths_are_in_cells() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("a\tb"), 5);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("a\u{202e}b"), 3);
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_ever_drawn(text in any::<String>()) {
            for grapheme in text.graphemes(true) {
                let shown = visible(grapheme);
                prop_assert!(!shown.is_empty());
                prop_assert!(!shown.chars().any(is_deceptive));
                prop_assert!(cells(grapheme, 0) > 0);
            }
        }
    }
}
