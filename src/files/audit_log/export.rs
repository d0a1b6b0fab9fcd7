//! An export as programs write it, taken apart: JSON in all its forms, or the YAML that `gcloud logging read` and
//! `kubectl get -o yaml` print.

use super::documents::Documents;
use super::split::{Batch, Splitter};

/// The first line is looked at up to here.
const FIRST: usize = 4 << 10;

/// Splits an export that comes in pieces of any size, in UTF-8.
#[derive(Debug, Default)]
pub struct Export {
    /// What came before it was clear what it is.
    first: Vec<u8>,
    form: Option<Form>,
}

#[derive(Debug)]
enum Form {
    Json(Splitter),
    Yaml(Documents),
}

impl Export {
    /// Takes the next bytes; what they complete goes to `batch`.
    pub fn push(&mut self, chunk: &[u8], batch: &mut Batch) {
        if let Some(form) = &mut self.form {
            return form.push(chunk, batch);
        }
        self.first.extend_from_slice(chunk);
        if let Some(mut form) = form(&self.first, self.first.len() >= FIRST) {
            form.push(&std::mem::take(&mut self.first), batch);
            self.form = Some(form);
        }
    }

    /// The export has ended.
    pub fn finish(&mut self, batch: &mut Batch) {
        let first = std::mem::take(&mut self.first);
        let form = self.form.get_or_insert_with(|| form(&first, true).unwrap_or(Form::Json(Splitter::default())));
        form.push(&first, batch);
        match form {
            Form::Json(splitter) => splitter.finish(batch),
            Form::Yaml(documents) => documents.finish(batch),
        }
    }
}

impl Form {
    fn push(&mut self, chunk: &[u8], batch: &mut Batch) {
        match self {
            Self::Json(splitter) => splitter.push(chunk, batch),
            Self::Yaml(documents) => documents.push(chunk, batch),
        }
    }
}

/// Whether a text is objects, by its beginning: of JSON, or of YAML.
pub fn holds_objects(first: &[u8]) -> bool {
    let start = first.trim_ascii_start();
    let is_json = start.starts_with(b"{")
        || start.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"));
    is_json || !start.starts_with(b"[") && matches!(form(first, true), Some(Form::Yaml(_)))
}

/// What the first line shows; `None` where more of it is needed.
fn form(first: &[u8], is_all: bool) -> Option<Form> {
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let at = first.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let line = first.get(at..).unwrap_or_default();
    if line.starts_with(b"{") || line.starts_with(b"[") {
        return Some(Form::Json(Splitter::default()));
    }
    let end = line.iter().position(|byte| *byte == b'\n');
    if end.is_none() && !is_all {
        return None;
    }
    let line = line.get(..end.unwrap_or(line.len())).unwrap_or_default().trim_ascii_end();
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    let is_field = name.len() < line.len() && name.iter().all(u8::is_ascii_alphabetic);
    let is_yaml = line == b"---" || line.starts_with(b"- ") || is_field;
    Some(if is_yaml { Form::Yaml(Documents::default()) } else { Form::Json(Splitter::default()) })
}
