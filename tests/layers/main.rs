//! Prints the circles of files of the workspace, and those of folders; with a crate's name only its own.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use layers::{Circle, Sources, Workspace};

fn main() -> Result<(), Box<dyn Error>> {
    let only = std::env::args().nth(1);
    let workspace = Workspace::read(&Sources::of_workspace(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?)?;
    let mut out = std::io::stdout().lock();
    let files = workspace.files.among(|node| only.as_ref().is_none_or(|name| *name == node.crate_name));
    writeln!(out, "# Circles of files")?;
    for circle in Circle::all(&files) {
        writeln!(out, "\n{circle}")?;
    }
    writeln!(out, "# Circles of folders: children of one folder against each other")?;
    for folder in files.folders() {
        for circle in Circle::all(&files.children(&folder)) {
            writeln!(out, "\nin {folder}, {circle}")?;
        }
    }
    Ok(())
}
