//! `countersign check`: reads policies and prints what is wrong with them.
//!
//! Exit code: 2 if a file could not be read, else 1 if one has errors, else 3 if one is of a kind
//! that is not checked, else 0. Warnings and hints do not make a policy invalid.

mod github;
mod human;
mod json;
mod sarif;

use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Exit;
use crate::domain::document::{Dialect, Document, Format as TextFormat, MAX_BYTES, PolicyKind};
use crate::domain::lint::{Diagnostic, Severity};
use crate::domain::span::LineIndex;

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
enum Kind {
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
struct Checked {
    /// As given.
    file: String,
    document: Document,
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
        match check(path, args.kind) {
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
enum Failure {
    #[error("{file}: {error}")]
    Read { file: String, error: io::Error },
    #[error("{file}: not UTF-8 text: line {line} has a byte that is part of no character")]
    Encoding { file: String, line: usize },
    #[error("{file}: a platform policy, which this version cannot check: it reads the policy of a project")]
    Platform { file: String },
}

fn check(path: &Path, kind: Kind) -> Result<Checked, Failure> {
    let file = path.display().to_string();
    if kind == Kind::Platform {
        return Err(Failure::Platform { file });
    }
    let text = read(path, &file)?;
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

/// The text of a file; a longer one than can be checked is cut one byte behind the limit.
fn read(path: &Path, file: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    let result = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|opened| opened.take(limit).read_to_end(&mut bytes))
    };
    result.map_err(|error| Failure::Read { file: file.to_owned(), error })?;
    if bytes.len() > MAX_BYTES {
        // It is refused for its length, whatever the limit cut in two.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = LineIndex::new(&String::from_utf8_lossy(valid)).lines();
        Failure::Encoding { file: file.to_owned(), line }
    })
}

fn print(checked: &[Checked], format: Format) -> io::Result<()> {
    let stdout = io::stdout();
    let text = match format {
        Format::Human => human::report(checked, human::Styles::of_terminal(stdout.is_terminal())),
        Format::Json => json::report(checked),
        Format::Github => github::report(checked),
        Format::Sarif => sarif::report(checked),
    };
    match stdout.lock().write_all(text.as_bytes()) {
        // Who reads has seen enough (`check … | head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn complain(what: &dyn fmt::Display) {
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "countersign: {what}");
}
