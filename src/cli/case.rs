//! `countersign case FILE`: opens a case, decides it again from the file alone, and says whether it is the
//! same.
//!
//! Exit code: 0 the same, 1 something is not as it was, 2 the file could not be read.

use std::io;
use std::path::PathBuf;

use clap::ValueEnum;

use super::answer::{print, refuse};
use super::input::{self, InputError};
use super::styles::{GREEN, RED, Styles, YELLOW};
use super::terminal::printable;
use crate::cli::exit::Exit;
use domain::admission::Outcome;
use domain::case::{self, CaseError, CaseFile, Checked, MAX_BYTES, Redaction};
use domain::text::plain_json;

/// Open a case that the workbench wrote: decide it again, and say whether it is the same.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The case; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    #[default]
    Human,
    Json,
    /// For a ticket
    Markdown,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{file}: {error}")]
    Case { file: String, error: CaseError },
}

pub(super) fn run(args: &Args) -> Exit {
    let case = match open(args) {
        Ok(case) => case,
        Err(failure) => return refuse(&failure),
    };
    let checked = case.check();
    let text = match args.format {
        Format::Human => human(&case, &checked, Styles::for_stream(&io::stdout())),
        Format::Json => json(&checked),
        Format::Markdown => case::markdown(&case, &checked),
    };
    print(&text, if checked.differences.is_empty() { Exit::Yes } else { Exit::No })
}

fn open(args: &Args) -> Result<CaseFile, Failure> {
    let text = input::read(&args.file, MAX_BYTES)?;
    CaseFile::parse(&text).map_err(|error| Failure::Case { file: args.file.display().to_string(), error })
}

fn human(case: &CaseFile, checked: &Checked, styles: Styles) -> String {
    let decision = &checked.decision;
    let colour = match decision.outcome {
        Outcome::Admit | Outcome::AdmitDryRun | Outcome::AdmitBreakGlass => GREEN.bold(),
        Outcome::Deny => RED.bold(),
        Outcome::Undecided => YELLOW.bold(),
    };
    let mut lines = vec![styles.paint(colour, decision.outcome.as_str())];
    if checked.differences.is_empty() {
        lines.push("the same as when the case was made".to_owned());
    }
    let differs = |text: &String| styles.paint(RED, &format!("not as it was: {}", printable(text)));
    lines.extend(checked.differences.iter().map(differs));
    if !decision.message.is_empty() {
        lines.push(printable(&decision.message));
    }
    let made = format!("under {}, made {} by {}", case.policy_of, case.made_at, case.made_by);
    lines.push(styles.faint(&printable(&made)));
    lines.extend(case.assumptions.iter().map(|text| printable(&format!("assumed: {text}"))));
    let redacted: Vec<String> = case.redacted.iter().map(Redaction::text).collect();
    if !redacted.is_empty() {
        lines.push(styles.faint(&printable(&format!("left out: {}", redacted.join(", ")))));
    }
    lines.push(String::new());
    lines.extend(decision.trace.lines().iter().map(|line| printable(line)));
    lines.join("\n") + "\n"
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    same: bool,
    differences: &'a [String],
    outcome: &'static str,
    message: &'a str,
    trace: Vec<String>,
}

fn json(checked: &Checked) -> String {
    let report = Report {
        same: checked.differences.is_empty(),
        differences: &checked.differences,
        outcome: checked.decision.outcome.as_str(),
        message: &checked.decision.message,
        trace: checked.decision.trace.lines(),
    };
    let text = serde_json::to_string_pretty(&report).expect("texts and booleans are always JSON");
    plain_json(&text) + "\n"
}
