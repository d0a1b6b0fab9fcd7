//! The contract: `[{file, kind, valid, diagnostics: […]}]`.

use serde::Serialize;

use super::Checked;
use crate::domain::lint::Diagnostic;

#[derive(Serialize)]
struct Report<'a> {
    file: &'a str,
    kind: &'static str,
    valid: bool,
    diagnostics: Vec<Row<'a>>,
}

/// Lines and columns count from 1; the end is exclusive.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    code: &'static str,
    severity: &'static str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    path: String,
    message: &'a str,
    help: &'static str,
}

pub(super) fn report(checked: &[Checked]) -> String {
    let reports: Vec<Report<'_>> = checked.iter().map(Report::of).collect();
    let mut text = serde_json::to_string_pretty(&reports).expect("texts and numbers are always JSON");
    text.push('\n');
    text
}

impl<'a> Report<'a> {
    fn of(checked: &'a Checked) -> Self {
        Self {
            file: &checked.file,
            kind: "singleton",
            valid: checked.document.is_valid(),
            diagnostics: checked.diagnostics().iter().map(Row::of).collect(),
        }
    }
}

impl<'a> Row<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Self {
        let (start, end) = (diagnostic.span.start, diagnostic.span.end);
        Self {
            code: diagnostic.code.as_str(),
            severity: diagnostic.severity.as_str(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            path: diagnostic.path.to_string(),
            message: &diagnostic.message,
            help: diagnostic.help,
        }
    }
}
