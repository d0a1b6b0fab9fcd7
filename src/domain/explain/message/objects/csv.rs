//! Rows of `BigQuery` as a CSV file (RFC 4180).

use serde_json::{Map, Value};

/// A file with more columns is none of a log.
const COLUMNS: usize = 200;

/// The rows of a file whose first line names columns of a log; numbers stay texts.
pub(super) fn rows(text: &str) -> Option<Vec<Value>> {
    let first = text.lines().next()?;
    let is_log = ["protopayload_auditlog", "responseJson", "requestJson"].iter().any(|name| first.contains(name));
    if !is_log || first.starts_with(['{', '[']) || !first.contains(',') && first.contains(' ') {
        return None;
    }
    let mut records = records(text);
    let names = records.next().filter(|names| names.len() <= COLUMNS)?;
    let rows = records.filter(|record| record.len() == names.len()).map(|record| {
        let cells = names.iter().cloned().zip(record.into_iter().map(Value::String));
        Value::Object(cells.filter(|(_, cell)| cell.as_str() != Some("")).collect::<Map<_, _>>())
    });
    let rows: Vec<Value> = rows.collect();
    (!rows.is_empty()).then_some(rows)
}

/// The fields of each record.
fn records(text: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        chars.peek()?;
        let mut fields = Vec::new();
        let mut field = String::new();
        let mut in_quotes = false;
        while let Some(c) = chars.next() {
            match c {
                '"' if in_quotes && chars.peek() == Some(&'"') => field.extend(chars.next()),
                '"' => in_quotes = !in_quotes,
                ',' if !in_quotes => fields.push(std::mem::take(&mut field)),
                '\r' if !in_quotes => {}
                '\n' if !in_quotes => break,
                c => field.push(c),
            }
        }
        fields.push(field);
        Some(fields)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_fields_have_commas_quotation_marks_and_lines() {
        let text = "timestamp,responseJson\r\n2026,\"{\"\"a\"\": [1,\n2]}\"\r\n";
        let rows = rows(text).unwrap();
        assert_eq!(rows, [serde_json::json!({"timestamp": "2026", "responseJson": "{\"a\": [1,\n2]}"})]);
        assert_eq!(super::rows("a,b\n1,2"), None);
    }
}
