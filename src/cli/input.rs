//! Reading the files that the command line names; `-` is standard input.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use domain::span::LineIndex;

/// Why a file gave no text.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputError {
    #[error("{file}: {error}")]
    Read { file: String, error: io::Error },
    #[error("{file}: not UTF-8 text: line {line} has a byte that is part of no character")]
    Encoding { file: String, line: usize },
}

/// The text of a file; a longer one than `limit` bytes is cut one byte behind it, for the reader to
/// refuse.
pub(super) fn read(path: &Path, limit: usize) -> Result<String, InputError> {
    let file = || path.display().to_string();
    let mut bytes = Vec::new();
    let most = limit as u64 + 1;
    let result = if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|opened| opened.take(most).read_to_end(&mut bytes))
    };
    result.map_err(|error| InputError::Read { file: file(), error })?;
    if bytes.len() > limit {
        // It is refused for its length, whatever the limit cut in two.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = LineIndex::new(&String::from_utf8_lossy(valid)).lines();
        InputError::Encoding { file: file(), line }
    })
}
