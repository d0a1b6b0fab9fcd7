//! The history of live policies on disk: a file of lines for each project, `history/PROJECT.jsonl`.
//!
//! A version is added with one write to the end of the file, so that the others stay whole whatever
//! happens, under a lock of its own, so that two workbenches do not lose each other's. A line that cannot be read is left
//! where it is and counted. The last `MAX_VERSIONS`
//! are kept, as far as they fit `MAX_BYTES`, and the newest always: once there are more, the file is
//! written anew without the oldest.

mod past;

pub use past::{PastError, past};

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::files::Files;
use app::history::state::{History, Version};
use disk::{Access, Doing, Error, Lock};

/// How many versions of a project are kept.
const MAX_VERSIONS: usize = 200;

/// How many bytes the versions of a project may take.
const MAX_BYTES: usize = 8 << 20;

/// More than this is not read: nobody but us writes here, and we write less.
const MAX_READ: usize = 64 << 20;

/// How long another workbench may write to the history before it is said that this one could not: a version is written
/// in milliseconds, a file that is written anew in a second.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps `version`, unless it is the last one kept, and gives all that is kept.
pub fn keep(files: &Files, project: &str, version: Option<Version>) -> History {
    let path = path(files, project);
    let (kept, failure) = match add(&path, version) {
        Ok(kept) => (kept, None),
        Err(error) => (read(&path).unwrap_or_default(), Some(error.to_string())),
    };
    let damaged = kept.lines.iter().filter(|line| line.version.is_none()).count();
    let versions = kept.lines.into_iter().filter_map(|line| line.version).collect();
    History { project: project.to_owned(), versions, damaged, failure }
}

/// Reads what is kept, and adds a version that is not the last one already. Nobody else adds meanwhile: what two
/// workbenches saw is kept of both.
fn add(path: &Path, version: Option<Version>) -> Result<Kept, Error> {
    let kept = read(path)?;
    let Some(version) = version.filter(|version| !kept.ends_with(version)) else { return Ok(kept) };
    if let Some(directory) = path.parent() {
        disk::private_directory(directory)?;
    }
    let lock = path.with_extension("lock");
    let Some(_lock) = Lock::wait(&lock, PATIENCE)? else {
        return Err(Error::new(&lock, Doing::Lock, std::io::Error::other("another workbench holds it")));
    };
    let mut kept = read(path)?;
    if !kept.ends_with(&version) {
        kept.add(path, version)?;
    }
    Ok(kept)
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

fn read(path: &Path) -> Result<Kept, Error> {
    let bytes = disk::read(path, MAX_READ)?.unwrap_or_default();
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

    fn add(&mut self, path: &Path, version: Version) -> Result<(), Error> {
        let bytes = serde_json::to_vec(&version).map_err(|error| Error::new(path, Doing::Write, error))?;
        let start: &[u8] = if self.whole { b"" } else { b"\n" };
        let line = [start, &bytes, b"\n"].concat();
        disk::append(path, &line)?;
        self.whole = true;
        self.lines.push(Line { bytes, version: Some(version) });
        if self.shorten() { disk::replace(path, &self.text(), Access::Private) } else { Ok(()) }
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

#[cfg(test)]
mod tests {
    use std::fs;
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
        fs::create_dir(dir.path().join("history")).unwrap();
        fs::write(path(&files, "p"), (0..MAX_VERSIONS).map(line).collect::<String>()).unwrap();
        let history = keep(&files, "p", Some(version("new")));
        assert_eq!((history.versions.len(), etags(&history)[0]), (MAX_VERSIONS, "1"));
        // One that is larger than all may be is kept alone.
        let mut large = version("large");
        large.policy.description = Some("x".repeat(MAX_BYTES));
        assert_eq!(etags(&keep(&files, "p", Some(large))), ["large"]);
        assert_eq!(etags(&keep(&files, "p", Some(version("last")))), ["last"]);
    }

    /// Each of several workbenches sees versions that the others do not; every one is kept once, in whole lines.
    #[test]
    fn of_versions_that_several_add_at_once_none_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let (workbenches, each) = (4, 25);
        std::thread::scope(|scope| {
            for workbench in 0..workbenches {
                let files = Files::new(dir.path());
                scope.spawn(move || {
                    for number in 0..each {
                        let history = keep(&files, "p", Some(version(&format!("{workbench}-{number}"))));
                        assert_eq!(history.failure, None);
                    }
                });
            }
        });
        let history = keep(&Files::new(dir.path()), "p", None);
        let mut found = etags(&history);
        found.sort_unstable();
        found.dedup();
        assert_eq!((found.len(), history.versions.len(), history.damaged), (workbenches * each, workbenches * each, 0));
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
