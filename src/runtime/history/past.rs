//! Policies of the past from files that people name: exports with their time, the workbench's own
//! history, or directories of either.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::MAX_READ;
use app::history::state::Version;
use domain::document::{Dialect, Document, MAX_BYTES};
use domain::policy_change::Dated;

/// Files of a directory that are read; more is no history.
const MAX_FILES: usize = 10_000;

/// Why there are no policies of the past.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    #[error("{}: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{}: no policy that is valid: {reason}", path.display())]
    Invalid { path: PathBuf, reason: String },
    #[error("{}: the policy does not say since when it was live: it needs `updateTime`, as gcloud exports it", path.display())]
    NoTime { path: PathBuf },
    #[error("{}: line {line} is no version of a policy", path.display())]
    Line { path: PathBuf, line: usize },
    #[error("{}: no .yaml, .yml, .json or .jsonl file in it", path.display())]
    Empty { path: PathBuf },
    #[error("{}: more than the {MAX_FILES} files that are read", path.display())]
    TooMany { path: PathBuf },
}

/// Every version in these files and directories, the oldest first.
pub fn past(paths: &[PathBuf]) -> Result<Vec<Dated>, PastError> {
    let mut past = Vec::new();
    for path in paths {
        if path.is_dir() {
            let files = files(path)?;
            for file in files {
                past.extend(read(&file)?);
            }
        } else {
            past.extend(read(path)?);
        }
    }
    past.sort_by_key(|dated| dated.since);
    Ok(past)
}

/// The files of a directory that may hold policies, by name.
fn files(directory: &Path) -> Result<Vec<PathBuf>, PastError> {
    let failed = |error| PastError::Read { path: directory.to_owned(), error };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if matches!(extension, "yaml" | "yml" | "json" | "jsonl") && path.is_file() {
            files.push(path);
        }
        if files.len() > MAX_FILES {
            return Err(PastError::TooMany { path: directory.to_owned() });
        }
    }
    files.sort();
    if files.is_empty() { Err(PastError::Empty { path: directory.to_owned() }) } else { Ok(files) }
}

fn read(path: &Path) -> Result<Vec<Dated>, PastError> {
    let failed = |error| PastError::Read { path: path.to_owned(), error };
    let mut text = String::new();
    fs::File::open(path).and_then(|file| file.take(MAX_READ as u64).read_to_string(&mut text)).map_err(failed)?;
    if path.extension().is_some_and(|extension| extension == "jsonl") {
        return lines(path, &text);
    }
    exported(path, &text).map(|dated| vec![dated])
}

fn lines(path: &Path, text: &str) -> Result<Vec<Dated>, PastError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| match serde_json::from_str::<Version>(line) {
            Ok(version) => Ok(Dated::from(&version)),
            Err(_) => Err(PastError::Line { path: path.to_owned(), line: at + 1 }),
        })
        .collect()
}

/// A policy as gcloud exports it, with its `updateTime`.
fn exported(path: &Path, text: &str) -> Result<Dated, PastError> {
    let invalid = |reason: String| PastError::Invalid { path: path.to_owned(), reason };
    if text.len() > MAX_BYTES {
        return Err(invalid(format!("it has more than {MAX_BYTES} bytes")));
    }
    let document = Document::parse(text, Dialect::Gcloud);
    let first = || document.diagnostics.first().map(|d| d.message.clone());
    let policy = document.policy.clone();
    let policy = policy.ok_or_else(|| invalid(first().unwrap_or_else(|| "it is none of a project".to_owned())))?;
    let since: Option<Timestamp> = policy.update_time.as_ref().and_then(|time| time.parse().ok());
    Ok(Dated { since: since.ok_or_else(|| PastError::NoTime { path: path.to_owned() })?, author: None, policy })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(time: &str) -> String {
        format!(
            "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  evaluationMode: ALWAYS_DENY\n{time}"
        )
    }

    #[test]
    fn exports_and_histories_are_read_in_the_order_of_their_times() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        file("b.yaml", &policy("updateTime: '2026-05-12T00:00:00Z'\n"));
        let exported = past(&[dir.path().to_owned()]).unwrap();
        assert_eq!(exported.len(), 1);
        let version = Version::from_read(exported[0].policy.clone(), "2026-05-13T00:00:00Z".parse().unwrap());
        let older =
            Version { policy: domain::policy::Policy { update_time: None, ..version.policy.clone() }, ..version };
        let older = Version { at: "2026-05-01T00:00:00Z".parse().unwrap(), ..older };
        file("p.jsonl", &format!("{}\n\n", serde_json::to_string(&older).unwrap()));
        file("notes.txt", "not looked at");
        let all = past(&[dir.path().to_owned()]).unwrap();
        let times: Vec<String> = all.iter().map(|dated| dated.since.to_string()).collect();
        assert_eq!(times, ["2026-05-01T00:00:00Z", "2026-05-12T00:00:00Z"]);
    }

    #[rstest::rstest]
    #[case("a.yaml", &policy(""), "since when")]
    #[case("a.yaml", "defaultAdmissionRule: 7", "no policy that is valid")]
    #[case("a.jsonl", "{}\n", "line 1")]
    #[case("a.yaml", "\u{0}", "no policy that is valid")]
    fn what_is_wrong_is_said_with_its_file(#[case] name: &str, #[case] text: &str, #[case] why: &str) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        let error = past(std::slice::from_ref(&path)).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains(name), "{error}");
    }

    #[test]
    fn a_place_without_policies_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(past(&[dir.path().to_owned()]), Err(PastError::Empty { .. })));
        assert!(matches!(past(&[dir.path().join("gone")]), Err(PastError::Read { .. })));
    }
}
