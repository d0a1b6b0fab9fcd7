//! The source files of a workspace: on disk, or in memory for the tests of this crate.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, fs, io};

/// A file that is not Rust.
#[derive(Debug)]
pub struct SyntaxError {
    pub path: String,
    pub error: syn::Error,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.error.span().start().line, self.error)
    }
}

impl std::error::Error for SyntaxError {}

/// The texts of source files by path, as `src/app/model.rs`.
#[derive(Debug, Default)]
pub struct Sources {
    texts: BTreeMap<String, String>,
}

/// The root file of a crate.
pub(crate) struct Root {
    pub(crate) path: String,
    pub(crate) directory: String,
    pub(crate) crate_name: String,
    pub(crate) is_library: bool,
    /// The integration tests are read for forgotten files only.
    pub(crate) counts: bool,
}

impl Sources {
    /// Reads all Rust files below `src` and `tests` of a workspace.
    pub fn of_workspace(workspace: &Path) -> io::Result<Self> {
        let mut sources = Self::default();
        for directory in ["src", "tests"] {
            sources.add_directory(&workspace.join(directory), directory)?;
        }
        Ok(sources)
    }

    /// Takes texts from memory.
    pub fn of_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { texts: texts.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect() }
    }

    fn add_directory(&mut self, directory: &Path, name: &str) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let Some(last) = path.file_name().and_then(|last| last.to_str()) else { continue };
            let name = format!("{name}/{last}");
            if path.is_dir() {
                self.add_directory(&path, &name)?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.texts.insert(name, fs::read_to_string(&path)?);
            }
        }
        Ok(())
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The file of the module whose children lie in this directory.
    pub(crate) fn module_file(&self, directory: &str) -> Option<String> {
        [format!("{directory}.rs"), format!("{directory}/mod.rs")]
            .into_iter()
            .find(|path| self.texts.contains_key(path))
    }

    /// `src/lib.rs` and `src/main.rs`, and those one directory below `src` and `tests`.
    pub(crate) fn roots(&self) -> Vec<Root> {
        let roots = self.texts.keys().filter_map(|path| {
            let (directory, file) = path.rsplit_once('/')?;
            let is_library = file == "lib.rs";
            if !(is_library || file == "main.rs") || directory.matches('/').count() > 1 {
                return None;
            }
            let crate_name = directory.rsplit_once('/').map_or("countersign", |(_, last)| last).to_owned();
            let counts = directory != "tests/it";
            Some(Root { path: path.clone(), directory: directory.to_owned(), crate_name, is_library, counts })
        });
        roots.collect()
    }
}
