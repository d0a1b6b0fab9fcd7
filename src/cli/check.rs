//! `countersign check`: reads policies and prints what is wrong with them.
//!
//! Exit code: 2 if a file could not be read, else 1 if one has errors, else 3 if one is of a kind
//! that is not checked, else 0. Warnings and hints do not make a policy invalid.

mod github;
pub(super) mod human;
mod json;
mod sarif;

use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Exit;
use super::input::{self, InputError};
use super::terminal::{self, Styles, complain};
use crate::domain::document::{Dialect, Document, Format as TextFormat, MAX_BYTES, PolicyKind};
use crate::domain::lint::{Diagnostic, Severity};

/// Check policies: what gcloud and the service would refuse, and what a careful reviewer would.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Policy files (.yaml, .yml or .json, as gcloud wants them); `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files are; `auto` tells a platform policy by its fields
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Kind {
    #[default]
    Auto,
    /// The policy of a project, as `gcloud container binauthz policy import` takes it
    Singleton,
    /// A check-based platform policy
    Platform,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    #[default]
    Human,
    Json,
    /// Workflow commands of GitHub Actions
    Github,
    /// SARIF 2.1.0
    Sarif,
}

/// A file that was checked.
pub(super) struct Checked {
    /// As given.
    pub(super) file: String,
    pub(super) document: Document,
}

impl Checked {
    fn count(&self, severity: Severity) -> usize {
        self.document.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        &self.document.diagnostics
    }
}

pub(super) fn run(args: &Args) -> Exit {
    let mut checked = Vec::new();
    let (mut unreadable, mut undecided) = (false, false);
    for path in &args.files {
        match load(path, args.kind) {
            Ok(file) => checked.push(file),
            Err(failure) => {
                complain(&failure);
                undecided |= matches!(failure, Failure::Platform { .. });
                unreadable |= !matches!(failure, Failure::Platform { .. });
            }
        }
    }
    let invalid = checked.iter().any(|file| !file.document.is_valid());
    if let Err(error) = print(&checked, args.format) {
        complain(&format_args!("standard output: {error}"));
        unreadable = true;
    }
    match (unreadable, invalid, undecided) {
        (true, _, _) => Exit::Unusable,
        (false, true, _) => Exit::No,
        (false, false, true) => Exit::Undecided,
        (false, false, false) => Exit::Yes,
    }
}

/// Why a file was not checked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{file}: a platform policy, which this version cannot check: it reads the policy of a project")]
    Platform { file: String },
}

/// Reads and checks one file.
pub(super) fn load(path: &Path, kind: Kind) -> Result<Checked, Failure> {
    let file = path.display().to_string();
    if kind == Kind::Platform {
        return Err(Failure::Platform { file });
    }
    let text = input::read(path, MAX_BYTES)?;
    let document = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => Document::parse_as(&text, Dialect::Gcloud, TextFormat::Json),
        Some("yaml" | "yml") => Document::parse_as(&text, Dialect::Gcloud, TextFormat::Yaml),
        _ => Document::parse(&text, Dialect::Gcloud),
    };
    if kind == Kind::Auto && document.kind == PolicyKind::Platform {
        return Err(Failure::Platform { file });
    }
    Ok(Checked { file, document })
}

fn print(checked: &[Checked], format: Format) -> io::Result<()> {
    terminal::print(&match format {
        Format::Human => human::report(checked, Styles::of(&io::stdout())),
        Format::Json => json::report(checked),
        Format::Github => github::report(checked),
        Format::Sarif => sarif::report(checked),
    })
}
