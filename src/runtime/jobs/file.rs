//! Jobs that write a file, by what it is for.
//!
//! Uses the files of the data directory and those of the person.

use std::path::Path;

use super::result::Done;
use super::work_directory;
use crate::runtime::backend::Backend;
use crate::runtime::blocking::blocking;
use crate::runtime::{files, open_files};
use app::job::{FileTarget, JobOutcome};

/// Writes a text to a file.
pub(super) async fn write(backend: &Backend, target: FileTarget, text: String) -> Done {
    match target {
        FileTarget::WorkDirectory { name } => work_directory::write(backend, name, text).await,
        FileTarget::Draft { path, if_there } => blocking(move || Ok(open_files::save(&path, &text, if_there)?)).await,
        FileTarget::Report { path } => {
            blocking(move || {
                files::write_whole(Path::new(&path), text.as_bytes())?;
                Ok(JobOutcome::Done)
            })
            .await
        }
        FileTarget::Session { path, if_there } => {
            blocking(move || Ok(open_files::save_script(&path, &text, if_there)?)).await
        }
    }
}
