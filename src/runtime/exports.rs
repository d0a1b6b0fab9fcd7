//! The files of an export that is replayed: one, several, or the directories that a sink fills, plain or compressed.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use files::encoding;

/// A sink puts its files below a directory for each log and date; what lies deeper is none of them.
const DEEPEST: usize = 16;

/// A file to read, and its name where there is more than one.
pub struct Source<'r> {
    pub file: Arc<str>,
    pub reader: Box<dyn Read + Send + 'r>,
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("file", &self.file).finish_non_exhaustive()
    }
}

impl<'r> Source<'r> {
    /// What is read, as text, whatever it is written in.
    pub fn of(file: &str, reader: impl Read + Send + 'r) -> io::Result<Self> {
        Ok(Self { file: file.into(), reader: encoding::text(reader)? })
    }

    /// The error with the name of the file.
    pub(super) fn named(&self, error: &io::Error) -> io::Error {
        if self.file.is_empty() { io::Error::new(error.kind(), error.to_string()) } else { named(&self.file, error) }
    }
}

fn named(file: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{file}: {error}"))
}

/// Opens the files of some paths, one after the other as they are read; `-` is standard input. `count` is told how many
/// bytes are read from the disk.
pub fn sources<'p, C: Fn(usize) + Copy + Send + 'p>(
    paths: &[PathBuf],
    count: C,
) -> io::Result<impl Iterator<Item = io::Result<Source<'p>>> + use<'p, C>> {
    let files = files(paths)?;
    let is_alone = files.len() == 1;
    Ok(files.into_iter().map(move |path| {
        let name = path.display().to_string();
        let told = if is_alone { "" } else { name.as_str() };
        let source = if path == Path::new("-") {
            Source::of(told, Counted(io::stdin(), count))
        } else {
            File::open(&path).and_then(|file| Source::of(told, Counted(file, count)))
        };
        source.map_err(|error| named(&name, &error))
    }))
}

/// How many bytes the files of some paths have, as they lie on the disk; `None` where that is not known.
pub fn size(paths: &[PathBuf]) -> Option<u64> {
    let sizes = files(paths).ok()?.into_iter().map(|path| {
        let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some(metadata.len())
    });
    sizes.sum()
}

/// The files of some paths, those of directories in the order of their names.
fn files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let is_directory = path != Path::new("-") && path.is_dir();
        if is_directory {
            walk(path, 0, &mut found).map_err(|error| named(&path.display().to_string(), &error))?;
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// Hidden files are none of a sink's, and links may lead anywhere.
fn walk(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && depth < DEEPEST && !is_hidden {
            walk(&entry.path(), depth + 1, found)?;
        } else if kind.is_file() && !is_hidden {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Counts what is read from the disk.
struct Counted<R, C>(R, C);

impl<R: Read, C: Fn(usize)> Read for Counted<R, C> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        (self.1)(count);
        Ok(count)
    }
}
