//! What the subcommands print: only what a terminal may be shown, and to the right stream.
//!
//! Uses nothing of the others.

use std::fmt;
use std::io::{self, Write as _};

/// The text without anything that a terminal obeys, or that would show a line other than it is.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(printed).collect()
}

/// What is shown for a character: itself, or a replacement.
pub(super) fn printed(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        // Marks that change the direction of what follows (UAX 9).
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

/// Prints a result.
pub(super) fn print(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Who reads has seen enough (`… | head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints what went wrong at length.
pub(super) fn eprint(text: &str) {
    // Without standard error there is nobody to tell.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Says on standard error what went wrong.
pub(super) fn complain(what: &dyn fmt::Display) {
    eprint(&format!("countersign: {what}\n"));
}
