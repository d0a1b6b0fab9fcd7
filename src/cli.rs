//! The command line: clap types as written, one file per subcommand below `cli/`.
//!
//! Exit codes (stable): 0 yes (valid, admitted, explained), 1 no (errors found, denied), 2 bad usage or
//! unreadable input, 3 could not be decided. Results go to stdout, everything else to stderr.

pub mod case;
pub mod check;
pub mod explain;
pub mod replay;
pub mod review;
pub mod sandbox;
pub mod simulate;
pub mod workbench;

mod answer;
mod assumed;
mod exit;
mod fix;
mod input;
mod program_name;
mod styles;
mod terminal;
mod whereabouts;

use clap::{Parser, Subcommand};

pub use self::exit::Exit;

/// A terminal workbench for Binary Authorization.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub workbench: workbench::Args,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Check(check::Args),
    Simulate(Box<simulate::Args>),
    Explain(explain::Args),
    Review(Box<review::Args>),
    Replay(replay::Args),
    Case(case::Args),
    Sandbox(sandbox::Args),
}

impl Cli {
    /// Reads the command line; usage and errors call the program as it was called.
    pub fn read() -> Self {
        program_name::read(&std::env::args_os().collect::<Vec<_>>())
    }

    /// Runs the subcommand, or the workbench where there is none.
    pub fn run(self) -> Exit {
        match self.command {
            Some(command) => command.run(),
            None => workbench::run(&self.workbench),
        }
    }
}

impl Command {
    fn run(self) -> Exit {
        match self {
            Self::Check(args) => check::run(&args),
            Self::Simulate(args) => simulate::run(&args),
            Self::Explain(args) => explain::run(&args),
            Self::Review(args) => review::run(&args),
            Self::Replay(args) => replay::run(&args),
            Self::Case(args) => case::run(&args),
            Self::Sandbox(args) => sandbox::run(&args),
        }
    }
}
