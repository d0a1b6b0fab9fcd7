//! Parses the command line, runs, and maps the result to an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use countersign::cli::Cli;
use countersign::runtime::secrecy;

fn main() -> ExitCode {
    // Before anything is read that is secret.
    if let Err(error) = secrecy::keep_memory_private() {
        let _ = writeln!(std::io::stderr(), "warning: the memory of this process may be read by others: {error}");
    }
    Cli::read().run().into()
}
