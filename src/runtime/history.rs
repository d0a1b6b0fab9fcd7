//! The history of live policies on disk: a file of lines for each project, `history/PROJECT.jsonl`.
//!
//! A version is added with one write to the end of the file, so that the others stay whole whatever
//! happens. A line that cannot be read is left where it is and counted. The last `MAX_VERSIONS`
//! are kept, as far as they fit `MAX_BYTES`, and the newest always: once there are more, the file is
//! written anew without the oldest.

mod past;

pub use past::{PastError, past};

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::files::{Files, private_directory, write_whole};
use app::history::state::{History, Version};

/// How many versions of a project are kept.
const MAX_VERSIONS: usize = 200;

/// How many bytes the versions of a project may take.
const MAX_BYTES: usize = 8 << 20;

/// More than this is not read: nobody but us writes here, and we write less.
const MAX_READ: u64 = 64 << 20;

/// Keeps `version`, unless it is the last one kept, and gives all that is kept.
pub fn keep(files: &Files, project: &str, version: Option<Version>) -> History {
    let path = path(files, project);
    let kept = read(&path).and_then(|mut kept| {
        if let Some(version) = version.filter(|version| !kept.ends_with(version)) {
            kept.add(&path, version)?;
        }
        Ok(kept)
    });
    let (kept, failure) = match kept {
        Ok(kept) => (kept, None),
        Err(error) => (read(&path).unwrap_or_default(), Some(format!("{}: {error}", path.display()))),
    };
    let damaged = kept.lines.iter().filter(|line| line.version.is_none()).count();
    let versions = kept.lines.into_iter().filter_map(|line| line.version).collect();
    History { project: project.to_owned(), versions, damaged, failure }
}

/// A project id has no character that a file name has not (`domain.example:id` among them), but what
/// is no id must not lead elsewhere.
fn path(files: &Files, project: &str) -> PathBuf {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_') || c == '.';
    let name: String = project.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    files.data.join("history").join(format!("{}.jsonl", name.trim_start_matches('.')))
}

/// The file, line by line.
#[derive(Debug, Default)]
struct Kept {
    lines: Vec<Line>,
    /// Whether the last line has its end: one that was cut off has not.
    whole: bool,
}

#[derive(Debug)]
struct Line {
    bytes: Vec<u8>,
    /// `None`: it cannot be read.
    version: Option<Version>,
}

fn read(path: &Path) -> io::Result<Kept> {
    let mut bytes = Vec::new();
    match fs::File::open(path) {
        Ok(file) => file.take(MAX_READ).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept { lines: Vec::new(), whole: true }),
        Err(error) => return Err(error),
    };
    let whole = bytes.is_empty() || bytes.ends_with(b"\n");
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let line = |bytes: &[u8]| Line { bytes: bytes.to_vec(), version: serde_json::from_slice(bytes).ok() };
    Ok(Kept { lines: lines.map(line).collect(), whole })
}

impl Kept {
    fn ends_with(&self, version: &Version) -> bool {
        let last = self.lines.iter().rev().find_map(|line| line.version.as_ref());
        last.is_some_and(|last| last.is(&version.policy))
    }

    fn add(&mut self, path: &Path, version: Version) -> io::Result<()> {
        if let Some(directory) = path.parent() {
            private_directory(directory)?;
        }
        let bytes = serde_json::to_vec(&version).map_err(io::Error::other)?;
        let start: &[u8] = if self.whole { b"" } else { b"\n" };
        let line = [start, &bytes, b"\n"].concat();
        append(path, &line)?;
        self.whole = true;
        self.lines.push(Line { bytes, version: Some(version) });
        if self.shorten() { write_whole(path, &self.text()) } else { Ok(()) }
    }

    /// Lets the oldest go where there are too many; true if any went.
    fn shorten(&mut self) -> bool {
        let mut room = MAX_BYTES;
        let newest_first = self.lines.iter().rev().enumerate();
        let fits = newest_first.take_while(|(number, line)| {
            let fits = *number == 0 || (line.bytes.len() < room && *number < MAX_VERSIONS);
            room = room.saturating_sub(line.bytes.len() + 1);
            fits
        });
        let gone = self.lines.len() - fits.count();
        self.lines.drain(..gone);
        gone > 0
    }

    fn text(&self) -> Vec<u8> {
        self.lines.iter().flat_map(|line| [&line.bytes[..], b"\n"].concat()).collect()
    }
}

/// Adds to the end of a file that only its owner may read, and waits until it is on the disk.
fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use app::history::state::Author;
    use domain::policy::{AdmissionRule, EnforcementMode, EvaluationMode, Policy};

    fn version(etag: &str) -> Version {
        let rule = AdmissionRule::always(EvaluationMode::AlwaysDeny, EnforcementMode::Enforced);
        let policy = Policy { etag: Some(etag.to_owned()), ..Policy::with_default(rule) };
        Version { at: jiff::Timestamp::UNIX_EPOCH, author: Author::Unknown, policy }
    }

    fn etags(history: &History) -> Vec<&str> {
        history.versions.iter().filter_map(|version| version.policy.etag.as_deref()).collect()
    }

    #[test]
    fn versions_come_back_in_order_and_none_twice() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        for etag in ["a", "b", "b", "a"] {
            keep(&files, "p", Some(version(etag)));
        }
        let history = keep(&files, "p", None);
        assert_eq!((etags(&history), history.damaged), (vec!["a", "b", "a"], 0));
        assert_eq!(history.failure, None);
        assert_eq!(keep(&files, "other", None).versions, []);
        let mode = fs::metadata(path(&files, "p")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_line_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        keep(&files, "p", Some(version("a")));
        keep(&files, "p", Some(version("b")));
        let text = fs::read_to_string(path(&files, "p")).unwrap();
        fs::write(path(&files, "p"), text.replacen("\"at\"", "\u{0}", 1) + "{\"at\": \"cut o").unwrap();
        let history = keep(&files, "p", Some(version("c")));
        assert_eq!((etags(&history), history.damaged), (vec!["b", "c"], 2));
        assert_eq!(etags(&keep(&files, "p", None)), ["b", "c"]);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        let line = |n: usize| serde_json::to_string(&version(&n.to_string())).unwrap() + "\n";
        private_directory(&dir.path().join("history")).unwrap();
        fs::write(path(&files, "p"), (0..MAX_VERSIONS).map(line).collect::<String>()).unwrap();
        let history = keep(&files, "p", Some(version("new")));
        assert_eq!((history.versions.len(), etags(&history)[0]), (MAX_VERSIONS, "1"));
        // One that is larger than all may be is kept alone.
        let mut large = version("large");
        large.policy.description = Some("x".repeat(MAX_BYTES));
        assert_eq!(etags(&keep(&files, "p", Some(large))), ["large"]);
        assert_eq!(etags(&keep(&files, "p", Some(version("last")))), ["last"]);
    }

    #[test]
    fn what_cannot_be_written_is_told_and_the_rest_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        fs::write(dir.path().join("history"), "a file where a directory should be").unwrap();
        let history = keep(&files, "p", Some(version("a")));
        assert!(history.failure.is_some());
        let strange = path(&Files::new(dir.path()), "../../etc/passwd");
        assert_eq!(strange.parent(), Some(dir.path().join("history").as_path()));
    }
}
