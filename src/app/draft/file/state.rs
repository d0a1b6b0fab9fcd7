//! The file that the draft was opened from, and what is asked of files: as plain data.

use serde::{Deserialize, Serialize};

use crate::shell::report::Report;

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// When it was last written: nanoseconds since 1970.
    pub modified: i64,
    /// The length in bytes.
    pub length: u64,
}

/// A file and its text at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    /// Absolute.
    pub path: String,
    pub text: String,
    pub stamp: Stamp,
}

/// The file of the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// Absolute.
    pub path: String,
    /// As it was last read or written here, or told to be known.
    pub stamp: Stamp,
    /// What it said then; `None` after a restart, until it is read.
    pub text: Option<String>,
    /// The file is not there any more, and that was said.
    pub gone: bool,
}

impl DraftFile {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl From<FileText> for DraftFile {
    fn from(opened: FileText) -> Self {
        Self { path: opened.path, stamp: opened.stamp, text: Some(opened.text), gone: false }
    }
}

/// What a restart knows of the draft's file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SavedFile {
    pub path: String,
    pub stamp: Stamp,
}

/// What is asked of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileTask {
    /// The policy files and directories of a directory; of the working directory for `None`.
    List(Option<String>),
    Open(String),
    /// Reads a manifest, whose pods are to be chosen between.
    Manifest(String),
    /// Whether it is still as it was; its text where it is not.
    Watch(String, Stamp),
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    pub name: String,
    pub path: String,
    pub is_directory: bool,
}

/// The answer to a [`FileTask`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileReply {
    /// The directory's path and its entries, those to open first.
    Listed(String, Vec<DirectoryEntry>),
    Opened(FileText),
    Manifest(Result<FileText, Report>),
    /// The file could not be listed or opened, and why.
    Failed(Report),
    /// The file is as it was.
    Same(String),
    Changed(FileText),
    /// The file is there, and is another, and cannot be read as text.
    Unreadable(String, Stamp, Report),
    Gone(String),
}

/// A text that is edited in the person's own editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// The name of the file that the editor sees.
    pub name: String,
    pub text: String,
}

/// What the person's own editor left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    pub text: String,
    /// The file that it is in, until the draft that took it in is on the disk.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_name() {
        let file = |path: &str| DraftFile { path: path.into(), stamp: Stamp::default(), text: None, gone: false };
        assert_eq!(file("/home/a/policy.yaml").name(), "policy.yaml");
        assert_eq!(file("policy.yaml").name(), "policy.yaml");
    }
}
