//! `countersign check`: reads policies and prints what is wrong with them.
//!
//! Exit code: 2 if a file could not be read, else 1 if one has errors or a test of it fails, else 0.
//! Warnings and hints do not make a policy invalid.

mod explain;
mod github;
pub(super) mod human;
mod json;
mod junit;
pub(super) mod policy_file;
mod policy_tests;
mod sarif;

use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use self::policy_file::{Checked, Kind, load};
use super::styles::Styles;
use super::terminal::{self, complain};
use crate::cli::exit::Exit;
use domain::policy::PolicyKind;

/// Check policies: what gcloud and the service would refuse, and what a careful reviewer would.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Policy files (.yaml, .yml or .json, as gcloud wants them); `-` is standard input
    #[arg(required_unless_present = "explain", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the help's page of a diagnostic, for example `bare-name`; `list` prints all codes
    #[arg(long, value_name = "CODE", exclusive = true)]
    explain: Option<String>,
    /// What the files are; `auto` tells a platform policy by its fields
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Run the policy tests too: those beside each policy (policy.yaml has policy.tests.yaml), or those
    /// of FILE
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "not given, given alone, given with a file")]
    tests: Option<Option<PathBuf>>,
    /// Write the results of the tests as JUnit XML; `-` is standard output, instead of the rest
    #[arg(long, value_name = "FILE", requires = "tests")]
    junit: Option<PathBuf>,
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

pub(super) fn run(args: &Args) -> Exit {
    if let Some(code) = &args.explain {
        return explain::run(code);
    }
    let mut checked = Vec::new();
    let mut unreadable = false;
    for path in &args.files {
        match load(path, args.kind) {
            Ok(mut file) => {
                unreadable |= !test(args, path, &mut file);
                checked.push(file);
            }
            Err(failure) => {
                complain(&failure);
                unreadable = true;
            }
        }
    }
    let failed = |file: &Checked| file.tests.as_ref().is_some_and(|tests| !tests.all_passed());
    let invalid = checked.iter().any(|file| !file.document.is_valid() || failed(file));
    unreadable |= !output(args, &checked);
    match (unreadable, invalid) {
        (true, _) => Exit::Unusable,
        (false, true) => Exit::No,
        (false, false) => Exit::Yes,
    }
}

/// Runs the tests of a policy where they are asked for; false where they could not be read.
fn test(args: &Args, path: &Path, file: &mut Checked) -> bool {
    let Some(named) = &args.tests else { return true };
    if file.document.kind == PolicyKind::Platform {
        complain(&format_args!("{}: a platform policy: tests are for the policy of a project", file.file));
        return false;
    }
    match policy_tests::load(path, named.as_deref(), &file.document) {
        Ok(tested) => {
            file.tests = Some(tested);
            true
        }
        Err(failure) => {
            failure.lines().iter().for_each(|line| complain(line));
            false
        }
    }
}

/// Prints and writes what was asked for; false where that failed.
fn output(args: &Args, checked: &[Checked]) -> bool {
    let to_file = args.junit.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = to_file
        && let Err(error) = write_report(path, &junit::report(checked))
    {
        complain(&error);
        return false;
    }
    let printed = match (&args.junit, to_file) {
        (Some(_), None) => terminal::print(&junit::report(checked)),
        _ => print(checked, args.format),
    };
    if let Err(error) = &printed {
        complain(&format_args!("standard output: {error}"));
    }
    printed.is_ok()
}

/// Writes a report whole; into a pipe or a device as it comes.
fn write_report(path: &Path, text: &str) -> Result<(), disk::Error> {
    let is_other = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    if is_other {
        return std::fs::write(path, text).map_err(|error| disk::Error::new(path, disk::Doing::Write, error));
    }
    disk::replace(path, text.as_bytes(), disk::Access::Persons)
}

fn print(checked: &[Checked], format: Format) -> io::Result<()> {
    terminal::print(&match format {
        Format::Human => human::report(checked, Styles::for_stream(&io::stdout())),
        Format::Json => json::report(checked),
        Format::Github => github::report(checked),
        Format::Sarif => sarif::report(checked),
    })
}
