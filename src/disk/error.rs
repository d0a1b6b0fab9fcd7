//! Why a file could not be written or read: which, what was tried, and the cause in words.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What was tried with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Write,
    Read,
    /// Following its links.
    Find,
    /// Giving it another name, so that nothing is written over it.
    SetAside,
    Lock,
    Remove,
    /// Making a directory.
    Make,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Write => "written",
            Self::Read => "read",
            Self::Find => "used",
            Self::SetAside => "set aside",
            Self::Lock => "locked",
            Self::Remove => "removed",
            Self::Make => "made",
        })
    }
}

/// A file that could not be written or read. Says which file, and the cause in words, not by a number.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be {doing}: {}", path.display(), words(cause))]
pub struct Error {
    path: PathBuf,
    doing: Doing,
    cause: io::Error,
}

impl Error {
    pub fn new(path: &Path, doing: Doing, cause: impl Into<io::Error>) -> Self {
        Self { path: path.to_owned(), doing, cause: cause.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn doing(&self) -> Doing {
        self.doing
    }

    pub fn kind(&self) -> io::ErrorKind {
        self.cause.kind()
    }

    /// The cause alone, in words, without the file.
    pub fn why(&self) -> String {
        words(&self.cause)
    }
}

/// For callers that tell of files by `io::Error`; the kind and the words stay.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::new(error.kind(), error)
    }
}

/// The causes that a person can do something about, in words; of the others what the system says.
fn words(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::StorageFull => "no room is left on the disk".to_owned(),
        io::ErrorKind::QuotaExceeded => "the quota on the disk is used up".to_owned(),
        // Our own say how large; the system's is the limit that `ulimit -f` sets.
        io::ErrorKind::FileTooLarge if cause.get_ref().is_none() => {
            "files may not become that large here (ulimit -f)".to_owned()
        }
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        io::ErrorKind::PermissionDenied if cause.get_ref().is_none() => "permission is denied".to_owned(),
        io::ErrorKind::NotFound => "it is not there, or a directory of its path is not".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is no directory".to_owned(),
        _ => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(rustix::io::Errno::NOSPC, "no room is left on the disk")]
    #[case(rustix::io::Errno::DQUOT, "the quota")]
    #[case(rustix::io::Errno::FBIG, "ulimit -f")]
    #[case(rustix::io::Errno::ROFS, "the file system is read-only")]
    #[case(rustix::io::Errno::ACCESS, "permission is denied")]
    #[case(rustix::io::Errno::IO, "os error 5")]
    fn the_file_and_the_cause_are_said(#[case] errno: rustix::io::Errno, #[case] words: &str) {
        let error = Error::new(Path::new("/data/draft.yaml"), Doing::Write, errno);
        let text = error.to_string();
        assert!(text.starts_with("/data/draft.yaml cannot be written: ") && text.contains(words), "{text}");
        assert_eq!(io::Error::from(error).to_string(), text);
    }
}
