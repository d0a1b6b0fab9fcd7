//! Jobs on the working directory of the codelab.
//!
//! Uses the files of the data directory.

use super::result::Done;
use crate::runtime::backend::Backend;
use crate::runtime::blocking::blocking;
use crate::runtime::files::Files;
use app::job::JobOutcome;

/// Changes the directory, on a thread that may wait for the disk.
pub(super) async fn change(
    backend: &Backend,
    work: impl FnOnce(&Files) -> std::io::Result<()> + Send + 'static,
) -> Done {
    let files = backend.files.clone();
    blocking(move || {
        work(&files)?;
        Ok(JobOutcome::Done)
    })
    .await
}

/// Writes one file of the directory; `name` has no path.
pub(super) async fn write(backend: &Backend, name: String, text: String) -> Done {
    change(backend, move |files| files.write_work(&name, &text)).await
}
