//! Parses the command line, runs, and maps the result to an exit code.

use std::process::ExitCode;

use countersign::cli::Cli;

fn main() -> ExitCode {
    Cli::read().run().into()
}
