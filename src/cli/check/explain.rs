//! `check --explain CODE`: the help's page of a diagnostic, and the list of them.

use crate::cli::exit::Exit;
use crate::cli::terminal::{self, complain, printable};
use domain::diagnostic::{Code, nearest_code, page};

/// What `--explain` takes for all codes.
const LIST: &str = "list";

pub(super) fn run(code: &str) -> Exit {
    let text = match Code::from_name(code) {
        Some(code) => page(code).to_text(),
        None if code == LIST => list(),
        None => {
            let near = nearest_code(code).map(|code| format!("; did you mean `{code}`?")).unwrap_or_default();
            complain(&format_args!("no diagnostic is called `{}`{near}", printable(code)));
            return Exit::Unusable;
        }
    };
    match terminal::print(&text) {
        Ok(()) => Exit::Yes,
        Err(error) => {
            complain(&format_args!("standard output: {error}"));
            Exit::Unusable
        }
    }
}

/// Each code with its severity and what it is about.
fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
    let row =
        |code: &Code| format!("{:width$}  {:7}  {}\n", code.as_str(), code.severity().as_str(), page(*code).title);
    Code::ALL.iter().map(row).collect()
}
