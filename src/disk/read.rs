//! Reading: regular files alone, and no more of them than is asked for.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, fstat, openat};

use crate::error::{Doing, Error};
use crate::place::{Place, is};

/// The bytes of a file; `None` where there is none. One of more than `limit` bytes is not read to its end, but refused,
/// and so is what is no regular file: a pipe would never end.
pub fn read(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, Error> {
    match bytes(path, limit) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(cause) => Err(Error::new(path, Doing::Read, cause)),
        Ok(bytes) => Ok(Some(bytes)),
    }
}

/// The same as text.
pub fn text(path: &Path, limit: usize) -> Result<Option<String>, Error> {
    let Some(bytes) = read(path, limit)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = valid.split(|byte| *byte == b'\n').count();
        let why = format!("it is not UTF-8: line {line} has a byte that is part of no character");
        Error::new(path, Doing::Read, io::Error::new(io::ErrorKind::InvalidData, why))
    })?;
    Ok(Some(text))
}

fn bytes(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let place = Place::find(path)?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = File::from(openat(&place.directory, &place.name, flags, Mode::empty())?);
    let stat = fstat(&file)?;
    if !is(&stat, FileType::RegularFile) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    // Room for all of it at once: what grows leaves copies behind, and it may be a secret.
    let room = usize::try_from(stat.st_size).unwrap_or(0).min(limit) + 1;
    let mut bytes = Vec::with_capacity(room);
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_bearable_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        assert_eq!(read(&path, 10).unwrap(), None);
        assert_eq!(read(Path::new("/dev/null/a"), 10).unwrap(), None, "below what is no directory there is nothing");
        assert!(read(dir.path(), 10).unwrap_err().to_string().contains("not a regular file"));
        // Sparse: a gigabyte that takes no room, and would take a while to read.
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        let error = read(&path, 10).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().ends_with("a cannot be read: it is larger than 10 bytes"), "{error}");
        std::fs::write(&path, "a\n\u{e9}\n").unwrap();
        assert_eq!(text(&path, 10).unwrap().as_deref(), Some("a\n\u{e9}\n"));
        std::fs::write(&path, b"a\n\xff\n").unwrap();
        assert!(text(&path, 10).unwrap_err().to_string().contains("not UTF-8: line 2"));
    }
}
