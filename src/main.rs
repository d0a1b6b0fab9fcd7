//! Parses the command line, runs, and maps the result to an exit code.

use std::process::ExitCode;

use clap::Parser as _;
use countersign::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().command {
        Some(command) => command.run().into(),
        None => ExitCode::SUCCESS,
    }
}
