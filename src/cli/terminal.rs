//! What the subcommands print: only what a terminal may be shown, and to the right stream.
//!
//! Uses nothing of the others; what a terminal may be shown is `domain::text`'s to say.

use std::fmt;
use std::io::{self, Write as _};

pub(super) use domain::text::{printable, printed};

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

/// Says on standard error what went wrong, on one line. What went wrong names files, arguments and what is in
/// them, which may hold anything.
pub(super) fn complain(what: &dyn fmt::Display) {
    eprint(&format!("countersign: {}\n", printable(&what.to_string())));
}
