//! A policy file, read and checked: what all subcommands that read one begin with.

use std::path::Path;

use clap::ValueEnum;

use super::policy_tests::Tested;
use crate::cli::input::{self, InputError};
use domain::diagnostic::{Diagnostic, Severity};
use domain::document::{Dialect, Document, Format, MAX_BYTES};
use domain::policy::PolicyKind;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum Kind {
    #[default]
    Auto,
    /// The policy of a project, as `gcloud container binauthz policy import` takes it
    Singleton,
    /// A check-based platform policy
    Platform,
}

/// A file that was checked.
pub(in crate::cli) struct Checked {
    /// As given.
    pub(in crate::cli) file: String,
    pub(in crate::cli) document: Document,
    /// Its tests, where they were asked for and could be read.
    pub(in crate::cli) tests: Option<Tested>,
}

impl Checked {
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.document.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        &self.document.diagnostics
    }
}

/// Reads and checks one file.
pub(in crate::cli) fn load(path: &Path, kind: Kind) -> Result<Checked, InputError> {
    let text = input::read(path, MAX_BYTES)?;
    let format = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => Format::Json,
        Some("yaml" | "yml") => Format::Yaml,
        _ => Format::detect(&text),
    };
    let wanted = match kind {
        Kind::Auto => None,
        Kind::Singleton => Some(PolicyKind::Singleton),
        Kind::Platform => Some(PolicyKind::Platform),
    };
    let document = Document::parse_kind(&text, Dialect::Gcloud, format, wanted);
    Ok(Checked { file: path.display().to_string(), document, tests: None })
}
