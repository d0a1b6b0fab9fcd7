//! Files of the person: listed, opened, watched and written.
//!
//! Unlike our own files ([`super::files`]) they keep their mode, and links to them stay links. One of another user is not
//! followed to where the draft is written.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use app::draft::file::state::{DirectoryEntry, FileReply, FileTask, FileText, Stamp};
use app::job::{IfThere, JobOutcome};
use app::shell::editor::MAX_BYTES;
use app::shell::report::Report;
use disk::Access;
use domain::span::LineIndex;

/// Entries of a directory that are shown.
const MAX_ENTRIES: usize = 2_000;

/// A file that was written so lately may be written again without another time stamp: many file
/// systems count in steps of some milliseconds.
const SETTLED: Duration = Duration::from_millis(20);

/// Why a file gave no text.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("{path} cannot be read")]
    Read { path: String, source: io::Error },
    #[error("{path} is not a regular file")]
    NotAFile { path: String },
    #[error("{path} has {length} bytes, more than a policy may have ({MAX_BYTES})")]
    TooLarge { path: String, length: u64 },
    #[error("{path} is not a text: line {line} has a zero byte")]
    Binary { path: String, line: usize },
    #[error("{path} is not UTF-8: line {line} has a byte that is part of no character")]
    Encoding { path: String, line: usize },
    #[error(transparent)]
    Path(#[from] disk::Error),
    #[error("{path} cannot be listed")]
    List { path: String, source: io::Error },
}

/// Does what is asked of the files.
pub fn perform(task: FileTask) -> FileReply {
    match task {
        FileTask::List(directory) => {
            list(directory.as_deref()).unwrap_or_else(|error| FileReply::Failed(Report::from_error(&error)))
        }
        FileTask::Open(path) => match open_as_draft(&path) {
            Ok(opened) => FileReply::Opened(opened),
            Err(error) => FileReply::Failed(failure(&error)),
        },
        FileTask::Manifest(path) => {
            FileReply::Manifest(open(&absolute(&path)).map_err(|error| Report::from_error(&error)))
        }
        FileTask::Watch(path, known) => watch(path, known),
    }
}

fn failure(error: &Unusable) -> Report {
    Report::from_error(error).with_hint("The draft is as it was.")
}

/// The path as the person meant it: `~/` is their home, anything else counts from the working
/// directory.
fn meant(path: &str) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match path.strip_prefix("~/") {
        Some(rest) => home().map_or_else(|| PathBuf::from(path), |home| home.join(rest)),
        None => PathBuf::from(path),
    }
}

/// The same without links, for what is only read.
fn absolute(path: &str) -> PathBuf {
    let meant = meant(path);
    meant.canonicalize().or_else(|_| std::path::absolute(&meant)).unwrap_or(meant)
}

/// Opens what may be written later: links are followed, so that one file is told by one path, but none of others, who
/// could choose by it what is written.
fn open_as_draft(path: &str) -> Result<FileText, Unusable> {
    let path = disk::resolve(&meant(path))?;
    open(&path)
}

fn list(directory: Option<&str>) -> Result<FileReply, Unusable> {
    let path = absolute(directory.unwrap_or("."));
    let shown = path.display().to_string();
    let failed = |source| Unusable::List { path: shown.clone(), source };
    let mut entries: Vec<DirectoryEntry> =
        fs::read_dir(&path).map_err(failed)?.flatten().take(MAX_ENTRIES).filter_map(|entry| listed(&entry)).collect();
    entries.sort_by(|a, b| (a.is_directory, &a.name).cmp(&(b.is_directory, &b.name)));
    if let Some(parent) = path.parent() {
        let (name, path) = ("..".to_owned(), parent.display().to_string());
        entries.push(DirectoryEntry { name, path, is_directory: true });
    }
    Ok(FileReply::Listed(shown, entries))
}

/// Directories, and files that gcloud would take for a policy; hidden ones are left out.
fn listed(entry: &fs::DirEntry) -> Option<DirectoryEntry> {
    let name = entry.file_name().into_string().ok().filter(|name| !name.starts_with('.'))?;
    let path = entry.path();
    let is_directory = path.is_dir();
    let is_policy = || [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)) && path.is_file();
    let is_shown = is_directory || is_policy();
    let path = path.to_str()?.to_owned();
    is_shown.then_some(DirectoryEntry { name, path, is_directory })
}

/// Reads a file as text; everything that is none is refused before much of it is read.
fn open(path: &Path) -> Result<FileText, Unusable> {
    let name = || path.display().to_string();
    let failed = |source| Unusable::Read { path: name(), source };
    // A pipe would never end.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Unusable::NotAFile { path: name() });
    }
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mut bytes = Vec::new();
    let most = MAX_BYTES as u64 + 1;
    (&file).take(most).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > MAX_BYTES {
        return Err(Unusable::TooLarge { path: name(), length: metadata.len().max(most) });
    }
    let line_of = |bytes: &[u8]| LineIndex::new(&String::from_utf8_lossy(bytes)).lines();
    if let Some((before, _)) = split_at_zero(&bytes) {
        return Err(Unusable::Binary { path: name(), line: line_of(before) });
    }
    let stamp = stamp(&metadata);
    match String::from_utf8(bytes) {
        Ok(text) => Ok(FileText { path: name(), text, stamp }),
        Err(error) => {
            let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            Err(Unusable::Encoding { path: name(), line: line_of(valid) })
        }
    }
}

fn split_at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    bytes.iter().position(|byte| *byte == 0).and_then(|at| bytes.split_at_checked(at))
}

fn stamp(metadata: &fs::Metadata) -> Stamp {
    let since = metadata.modified().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    let nanoseconds = since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX));
    Stamp { modified: nanoseconds, length: metadata.len() }
}

fn watch(path: String, known: Stamp) -> FileReply {
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return FileReply::Gone(path),
        // A directory that cannot be entered for now says nothing about the file.
        Err(_) => return FileReply::Same(path),
    };
    let lately = metadata.modified().ok().and_then(|at| at.elapsed().ok()).is_none_or(|age| age < SETTLED);
    if stamp(&metadata) == known || lately {
        return FileReply::Same(path);
    }
    match open(Path::new(&path)) {
        Ok(opened) => FileReply::Changed(opened),
        Err(error) => FileReply::Unreadable(path, stamp(&metadata), failure(&error)),
    }
}

/// Writes a text to a file. One that is there stays unless `if_there` lets it be replaced, or it says this text.
pub fn save(path: &str, text: &str, if_there: IfThere) -> io::Result<JobOutcome> {
    save_as(path, text, if_there, Access::Persons)
}

/// Writes a script, which its owner can run and nobody else can read.
pub fn save_script(path: &str, text: &str, if_there: IfThere) -> io::Result<JobOutcome> {
    save_as(path, text, if_there, Access::PrivateProgram)
}

fn save_as(path: &str, text: &str, if_there: IfThere, access: Access) -> io::Result<JobOutcome> {
    // One at a time: what is looked at is what is replaced, as far as this program writes it.
    let _alone = SAVING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = disk::resolve(&meant(path))?;
    let shown = path.display().to_string();
    let there = fs::metadata(&path).ok();
    let stays = |metadata: &&fs::Metadata| match if_there {
        IfThere::Keep => true,
        IfThere::ReplaceIfStill(known) => stamp(metadata) != known,
        IfThere::Replace => false,
    };
    if let Some(metadata) = there.as_ref().filter(stays) {
        let saying = if metadata.is_file() { open(&path).ok().map(|opened| opened.text) } else { None };
        if saying.as_deref() != Some(text) {
            return Ok(JobOutcome::InTheWay { path: shown, text: saying });
        }
    }
    disk::replace(&path, text.as_bytes(), access)?;
    Ok(JobOutcome::Saved { stamp: stamp(&fs::metadata(&path)?), path: shown })
}

static SAVING: Mutex<()> = Mutex::new(());

#[cfg(test)]
mod tests;
