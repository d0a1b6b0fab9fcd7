//! What the subcommands have in common that answer a question: the formats, the policy that is asked, and
//! how they end.

use std::fmt;
use std::io;
use std::path::Path;

use clap::ValueEnum;

use super::check::human;
use super::check::policy_file::{self, Checked};
use super::input::InputError;
use super::styles::Styles;
use super::terminal::{self, complain};
use crate::cli::exit::Exit;
use domain::policy::PolicyKind;

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    #[default]
    Human,
    Json,
}

/// Why a policy is not asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum PolicyFailure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{file}: a platform policy: only the policy of a project is asked")]
    Platform { file: String },
    /// Its diagnostics have been printed.
    #[error("{file}: the policy is not valid, so nothing is decided by it")]
    Invalid { file: String },
}

/// The policy of a project, and valid: `document.policy` is there. What is wrong with another is printed.
pub(super) fn policy(path: &Path) -> Result<Checked, PolicyFailure> {
    let checked = policy_file::load(path, policy_file::Kind::Auto)?;
    let file = checked.file.clone();
    if checked.document.kind == PolicyKind::Platform {
        return Err(PolicyFailure::Platform { file });
    }
    if checked.document.policy.is_none() {
        terminal::eprint(&human::report(&[checked], Styles::for_stream(&io::stderr())));
        return Err(PolicyFailure::Invalid { file });
    }
    Ok(checked)
}

/// Tells why there is no answer.
pub(super) fn refuse(failure: &impl fmt::Display) -> Exit {
    complain(failure);
    Exit::Unusable
}

/// Prints the answer, and ends as it says.
pub(super) fn print(text: &str, exit: Exit) -> Exit {
    match terminal::print(text) {
        Ok(()) => exit,
        Err(error) => refuse(&format_args!("standard output: {error}")),
    }
}
