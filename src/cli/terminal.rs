//! What the subcommands print, and how it stands out on a terminal.

use std::fmt;
use std::io::{self, IsTerminal, Write as _};

/// How parts of a text stand out: escape sequences, or nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Styles {
    coloured: bool,
}

impl Styles {
    #[cfg(test)]
    pub(super) const PLAIN: Self = Self { coloured: false };
    #[cfg(test)]
    pub(super) const COLOURED: Self = Self { coloured: true };

    /// Colours only on a terminal that takes them, and without `NO_COLOR` (no-color.org).
    pub(super) fn of(stream: &impl IsTerminal) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        Self { coloured: stream.is_terminal() && !dumb && set("NO_COLOR").is_none() }
    }

    /// `style` in the numbers of SGR (ECMA-48), for example `1;31`.
    pub(super) fn paint(self, style: &str, text: &str) -> String {
        if self.coloured { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }
}

/// Without anything that a terminal obeys, or that would show a line other than it is.
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
