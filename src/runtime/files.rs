//! What is kept on disk besides the sandbox: the session, the draft, the working directory.
//!
//! Every file is written whole, by [`disk`], and is readable by its owner only.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::seat::{DRAFT, SESSION, Seat};
use app::effect::SavedState;
use app::saving::state::{Finding, Other};
use app::shell::editor;
use disk::{Access, Exposure};
use domain::policy_test;
use domain::resource::{WorkDirectory, WorkFile};
use domain::work_file::OwnFile;

/// The largest file of the working directory that is read for the screen, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The directory below a seat for what is edited in the person's own editor.
pub(super) const EDITOR: &str = "editor";

/// The largest session that is read, in bytes: ours have some hundred.
const MAX_SESSION: usize = 1 << 20;

/// The places below the data directory; cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    pub data: PathBuf,
    pub(super) seat: Seat,
    /// The fields of the session that a newer version of the program wrote.
    unknown: Arc<Mutex<Value>>,
}

/// What was saved, and what was odd about it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub saved: SavedState,
    pub draft: Option<String>,
    pub found: Vec<Finding>,
}

impl Files {
    pub fn new(data: &Path) -> Self {
        Self { data: data.to_owned(), seat: Seat::first(data), unknown: Arc::default() }
    }

    pub fn sandbox(&self) -> PathBuf {
        self.data.join("sandbox")
    }

    /// The sandbox's bearer token.
    pub fn sandbox_token(&self) -> PathBuf {
        self.sandbox().join("token")
    }

    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    pub fn work(&self) -> PathBuf {
        self.data.join("codelab")
    }

    /// The port that the sandbox had last, so that a kubeconfig stays right.
    pub fn last_port(&self) -> Option<u16> {
        disk::text(&self.data.join("port"), 16).ok()??.trim().parse().ok()
    }

    /// Notes the sandbox's port, if this workbench is the first on its data directory.
    pub fn save_port(&self, port: u16) {
        if !self.seat.is_first() || self.seat.hold().is_err() {
            return;
        }
        if let Err(error) = write_whole(&self.data.join("port"), port.to_string().as_bytes()) {
            tracing::warn!("the sandbox's port could not be noted: {error}");
        }
    }

    fn session(&self) -> PathBuf {
        self.seat.directory().join(SESSION)
    }

    fn draft(&self) -> PathBuf {
        self.seat.directory().join(DRAFT)
    }

    /// Takes the place to save in; an error says why nothing can be saved there.
    pub fn hold(&self) -> Result<(), disk::Error> {
        self.seat.hold()
    }

    /// Who saves there, where that is another workbench.
    pub fn other(&self) -> Option<Other> {
        self.seat.other()
    }

    /// What was saved. What is not understood or cannot be read is set aside under another name, and said; so is what
    /// others may change.
    pub fn load(&self) -> Loaded {
        let mut found = Vec::new();
        let (session, draft) = (self.session(), self.draft());
        found.extend(exposed(&self.data, [&session, &draft]));
        found.extend(left_by_editors(&self.seat.directory()));
        let saved = self.load_session(&session).unwrap_or_else(|why| {
            found.push(self.seat.set_aside(&session, why));
            SavedState::default()
        });
        let draft = disk::text(&draft, editor::MAX_BYTES).unwrap_or_else(|error| {
            found.push(self.seat.set_aside(error.path(), error.to_string()));
            None
        });
        for finding in &found {
            tracing::warn!("{} {}", finding.what, finding.outcome);
        }
        Loaded { saved, draft, found }
    }

    fn load_session(&self, path: &Path) -> Result<SavedState, String> {
        let bytes = disk::read(path, MAX_SESSION).map_err(|error| error.to_string())?;
        let Some(bytes) = bytes else { return Ok(SavedState::default()) };
        let not_understood = |error| format!("{} is not understood: {error}", path.display());
        let value: Value = serde_json::from_slice(&bytes).map_err(not_understood)?;
        let saved: SavedState = serde_json::from_value(value.clone()).map_err(not_understood)?;
        let known = serde_json::to_value(&saved).map_err(not_understood)?;
        *self.unknown.lock().unwrap_or_else(PoisonError::into_inner) = other_fields(value, &known);
        Ok(saved)
    }

    /// Writes the session, with what a newer version of the program had in it.
    pub fn save(&self, saved: &SavedState) -> Result<(), disk::Error> {
        self.seat.hold()?;
        let path = self.session();
        let bytes = serde_json::to_value(saved).and_then(|mut value| {
            add_fields(&mut value, &self.unknown.lock().unwrap_or_else(PoisonError::into_inner));
            serde_json::to_vec_pretty(&value)
        });
        let bytes = bytes.map_err(|error| disk::Error::new(&path, disk::Doing::Write, error))?;
        disk::replace(&path, &bytes, Access::Private)
    }

    pub fn save_draft(&self, text: &str) -> Result<(), disk::Error> {
        self.seat.hold()?;
        disk::replace(&self.draft(), text.as_bytes(), Access::Private)
    }

    /// Whether the draft that is on the disk says this, whoever wrote it.
    pub fn has_draft(&self, text: &str) -> bool {
        let there = disk::text(&self.draft(), editor::MAX_BYTES).ok().flatten();
        there.as_deref() == Some(text)
    }

    /// The tests beside the draft's file; beside the draft as it is kept where it has none.
    pub fn tests(&self, draft: Option<&str>) -> PathBuf {
        policy_test::beside(&draft.map_or_else(|| self.draft(), PathBuf::from))
    }

    /// The clipboard's file, for terminals that do not take OSC 52.
    pub fn save_clipboard(&self, text: &str) -> io::Result<()> {
        write_whole(&self.data.join("clipboard.txt"), text.as_bytes())
    }

    pub fn make_work(&self, dockerfile: &str) -> io::Result<()> {
        private_directory(&self.work())?;
        write_whole(&self.work().join(OwnFile::Dockerfile.name()), dockerfile.as_bytes())
    }

    /// Removes the files that the workbench wrote, and the directory where nothing else is in it.
    pub fn remove_work(&self) -> io::Result<()> {
        for file in OwnFile::ALL {
            remove_if_there(&self.work().join(file.name()))?;
        }
        match fs::remove_dir(self.work()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Writes one file of the working directory; `name` has no path.
    pub fn write_work(&self, name: &str, text: &str) -> io::Result<()> {
        write_whole(&self.work_file(name)?, text.as_bytes())
    }

    pub fn remove_work_file(&self, name: &str) -> io::Result<()> {
        remove_if_there(&self.work_file(name)?)
    }

    fn work_file(&self, name: &str) -> io::Result<PathBuf> {
        let plain = !name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != "..";
        if plain {
            Ok(self.work().join(name))
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{name:?} is not a file name without a path")))
        }
    }

    /// The working directory as the screen shows it.
    pub fn read_work(&self) -> io::Result<WorkDirectory> {
        let path = self.work();
        let mut work = WorkDirectory { path: path.display().to_string(), ..WorkDirectory::default() };
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(work),
            other => other?,
        };
        work.exists = true;
        for entry in entries {
            let entry = entry?;
            let metadata = entry.metadata()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if metadata.is_file() && metadata.len() <= MAX_FILE && !disk::is_temporary(&name) {
                work.files.push(WorkFile { name, bytes: fs::read(entry.path())? });
            }
        }
        work.files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(work)
    }
}

/// What is said of a directory that others may change, and of files in it that they may. One that they may only read
/// becomes its owner's alone when it is written next.
fn exposed(directory: &Path, files: [&Path; 2]) -> Vec<Finding> {
    let around = Exposure::of(directory);
    let reach = |exposure: &Exposure| around.is_some() && exposure.is_writable();
    let counts = |exposure: &Exposure| exposure.owner().is_some() || reach(exposure);
    let files = files.into_iter().filter_map(Exposure::of).filter(counts);
    let hint = "It is used as it is. Make it yours alone: chown, chmod go=.";
    let finding = |exposure: Exposure| Finding { what: format!("{exposure}."), outcome: hint.to_owned() };
    // To look into the directory alone gives nothing away: what is in it has modes of its own.
    let around = around.iter().filter(|exposure| exposure.is_writable()).cloned();
    around.chain(files).map(finding).collect()
}

/// What is said of a text that an editor wrote, and that was in no draft that is on the disk when the program ended.
fn left_by_editors(seat: &Path) -> Option<Finding> {
    let directory = seat.join(EDITOR);
    let mut numbers = fs::read_dir(&directory).ok()?.flatten();
    let is_left = |entry: &fs::DirEntry| fs::read_dir(entry.path()).is_ok_and(|mut files| files.next().is_some());
    let left = numbers.find(is_left)?;
    let what = format!("{} holds what an editor wrote, which became no draft.", left.path().display());
    Some(Finding { what, outcome: "Open it with ^O, or remove it.".to_owned() })
}

/// The fields of a value, at any depth of its objects, that another has not.
fn other_fields(mut value: Value, known: &Value) -> Value {
    if let (Value::Object(fields), Value::Object(known)) = (&mut value, known) {
        let all = std::mem::take(fields);
        for (name, field) in all {
            match known.get(&name) {
                None => drop(fields.insert(name, field)),
                Some(known @ Value::Object(_)) => drop(fields.insert(name, other_fields(field, known))),
                Some(_) => {}
            }
        }
    }
    value
}

/// Adds the fields to a value that it has not.
fn add_fields(to: &mut Value, other: &Value) {
    if let (Value::Object(fields), Value::Object(others)) = (to, other) {
        for (name, other) in others {
            match fields.get_mut(name) {
                Some(field) => add_fields(field, other),
                None => drop(fields.insert(name.clone(), other.clone())),
            }
        }
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    Ok(disk::remove(path).map(drop)?)
}

/// A directory that only its owner may enter.
pub fn private_directory(path: &Path) -> io::Result<()> {
    Ok(disk::private_directory(path)?)
}

/// Writes a file of the program's own, for its owner alone, so that it is whole or as it was before.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    Ok(disk::replace(path, bytes, Access::Private)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> =
            names.filter(|name| Path::new(name).extension().is_none_or(|end| end != "lock")).collect();
        names.sort();
        names
    }

    /// Opens a data directory as a start of the program does.
    fn opened(data: &Path) -> (Files, Loaded) {
        let files = Files::new(data);
        files.seat.hold().unwrap();
        let loaded = files.load();
        (files, loaded)
    }

    #[test]
    fn the_session_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        let saved = SavedState { project: Some("codelab-1".into()), tab: 2, ..SavedState::default() };
        files.save(&saved).unwrap();
        files.save_draft("a: b\n").unwrap();
        assert_eq!(files.load(), Loaded { saved, draft: Some("a: b\n".to_owned()), found: Vec::new() });
    }

    /// Every byte of the session damaged in turn, and the draft with a byte that is no text: what is not understood is kept
    /// under a name of its own, said, and never written over, however often it happens.
    #[test]
    fn a_damaged_file_is_kept_said_and_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        files.save(&SavedState { project: Some("codelab-1".into()), ..SavedState::default() }).unwrap();
        let session = fs::read(dir.path().join(SESSION)).unwrap();
        drop(files);
        let mut damages = 0;
        for (file, whole) in [(SESSION, session), (DRAFT, b"description: kept\n".to_vec())] {
            for at in 0..whole.len() {
                let mut damaged = whole.clone();
                damaged[at] = 0xff;
                fs::write(dir.path().join(file), &damaged).unwrap();
                let (files, loaded) = opened(dir.path());
                damages += 1;
                let kept = dir.path().join(format!("{file}.kept-{}", at + 1));
                assert_eq!(fs::read(&kept).unwrap(), damaged, "{file} at {at}");
                let [finding] = &loaded.found[..] else { panic!("{:?}", loaded.found) };
                assert!(finding.what.contains(file), "{finding:?}");
                assert!(finding.outcome.contains(kept.to_str().unwrap()), "{finding:?}");
                files.save_draft("typed since").unwrap();
                files.save(&SavedState::default()).unwrap();
            }
            fs::remove_file(dir.path().join(file)).unwrap();
        }
        assert_eq!(names(dir.path()).iter().filter(|name| name.contains(".kept-")).count(), damages);
    }

    #[test]
    fn what_is_no_file_or_too_long_is_set_aside_without_being_read() {
        let dir = tempfile::tempdir().unwrap();
        let draft = dir.path().join(DRAFT);
        fs::create_dir(&draft).unwrap();
        let (files, loaded) = opened(dir.path());
        assert!(loaded.found[0].what.contains("not a regular file"), "{loaded:?}");
        drop(files);
        fs::File::create(&draft).unwrap().set_len(1 << 32).unwrap();
        let (_files, loaded) = opened(dir.path());
        assert!(loaded.found[0].what.contains("is larger than"), "{loaded:?}");
        assert_eq!(fs::metadata(dir.path().join("draft.yaml.kept-2")).unwrap().len(), 1 << 32);
    }

    #[test]
    fn what_was_not_understood_is_not_touched_while_another_saves_there() {
        let dir = tempfile::tempdir().unwrap();
        let (first, _) = opened(dir.path());
        fs::write(dir.path().join(DRAFT), b"\xff").unwrap();
        let files = Files::new(dir.path());
        let loaded = files.load();
        assert!(loaded.found[0].outcome.contains("left as it is"), "{loaded:?}");
        assert!(files.save_draft("typed").is_err());
        assert_eq!(names(dir.path()), [DRAFT]);
        // Once it may save, it sets aside first.
        drop(first);
        files.save_draft("typed").unwrap();
        assert_eq!(fs::read(dir.path().join("draft.yaml.kept-1")).unwrap(), b"\xff");
        assert_eq!(fs::read(dir.path().join(DRAFT)).unwrap(), b"typed");
    }

    #[test]
    fn fields_of_a_newer_version_survive() {
        let dir = tempfile::tempdir().unwrap();
        let text =
            r#"{"project": "codelab-1", "zoom": 3, "progress": {"done": ["a"], "pace": {"x": [1]}}, "file": null}"#;
        fs::write(dir.path().join(SESSION), text).unwrap();
        let (files, loaded) = opened(dir.path());
        assert_eq!(loaded.found, []);
        let mut saved = loaded.saved;
        saved.progress.done.clear();
        saved.project = None;
        files.save(&saved).unwrap();
        let value: Value = serde_json::from_slice(&fs::read(dir.path().join(SESSION)).unwrap()).unwrap();
        assert_eq!((&value["zoom"], &value["progress"]["pace"]["x"]), (&3.into(), &serde_json::json!([1])));
        assert_eq!((&value["progress"]["done"], &value["project"]), (&serde_json::json!([]), &Value::Null));
    }

    #[test]
    fn what_others_may_change_is_said() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let draft = dir.path().join(DRAFT);
        fs::write(&draft, "a: 1").unwrap();
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        for (around, mode, expected) in [
            (0o755, 0o666, &["draft.yaml may be written by others (mode 0666)"][..]),
            (0o755, 0o644, &[]),
            (0o755, 0o600, &[]),
            // Nobody else comes to the file.
            (0o700, 0o666, &[]),
            (0o777, 0o600, &["may be written by others (mode 0777)"]),
        ] {
            set(&draft, mode);
            set(dir.path(), around);
            let found = Files::new(dir.path()).load().found;
            assert_eq!(found.len(), expected.len(), "{around:o} {mode:o}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.what.contains(expected), "{found:?}");
            }
        }
    }

    #[test]
    fn what_an_editor_left_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join("editor/1");
        fs::create_dir_all(&left).unwrap();
        assert_eq!(opened(dir.path()).1.found, []);
        fs::write(left.join("policy.yaml"), "typed").unwrap();
        let (_files, loaded) = opened(dir.path());
        assert!(loaded.found[0].what.contains("editor/1 holds what an editor wrote"), "{loaded:?}");
    }

    #[test]
    fn other_files_of_the_working_directory_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        files.make_work("FROM scratch\n").unwrap();
        files.write_work(OwnFile::Policy.name(), "x").unwrap();
        fs::write(files.work().join("mine.txt"), "mine").unwrap();
        assert!(files.remove_work().is_err());
        assert!(files.work().join("mine.txt").exists());
        assert!(!files.work().join(OwnFile::Policy.name()).exists());
    }

    #[test]
    fn a_path_is_no_file_name() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        for name in ["../x", "a/b", "", ".."] {
            assert!(files.write_work(name, "x").is_err(), "{name}");
        }
    }
}
