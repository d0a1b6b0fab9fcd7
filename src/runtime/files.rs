//! What is kept on disk besides the sandbox: the session, the draft, the working directory.
//!
//! Every file is written whole (a new file, then a rename) and is readable by its owner only.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use app::effect::SavedState;
use domain::policy_test;
use domain::resource::{WorkDirectory, WorkFile};
use domain::work_file::OwnFile;

/// The largest file of the working directory that is read for the screen, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The places below the data directory.
#[derive(Debug, Clone)]
pub struct Files {
    pub data: PathBuf,
}

impl Files {
    pub fn new(data: &Path) -> Self {
        Self { data: data.to_owned() }
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
        fs::read_to_string(self.data.join("port")).ok()?.trim().parse().ok()
    }

    pub fn save_port(&self, port: u16) {
        if let Err(error) = write_whole(&self.data.join("port"), port.to_string().as_bytes()) {
            tracing::warn!("the sandbox's port could not be noted: {error}");
        }
    }

    fn session(&self) -> PathBuf {
        self.data.join("session.json")
    }

    fn draft(&self) -> PathBuf {
        self.data.join("draft.yaml")
    }

    /// What was saved; what cannot be read is logged and left where it is, under another name.
    pub fn load(&self) -> (SavedState, Option<String>) {
        let saved = match fs::read(self.session()) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!("session.json cannot be read ({error}); it is kept as session.json.damaged");
                let _ = fs::rename(self.session(), self.data.join("session.json.damaged"));
                SavedState::default()
            }),
            Err(_) => SavedState::default(),
        };
        (saved, fs::read_to_string(self.draft()).ok())
    }

    pub fn save(&self, saved: &SavedState) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(saved).map_err(io::Error::other)?;
        write_whole(&self.session(), &bytes)
    }

    pub fn save_draft(&self, text: &str) -> io::Result<()> {
        write_whole(&self.draft(), text.as_bytes())
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
            if metadata.is_file() && metadata.len() <= MAX_FILE && !name.ends_with(TEMPORARY) {
                work.files.push(WorkFile { name, bytes: fs::read(entry.path())? });
            }
        }
        work.files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(work)
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The text of a file that need not be there; one byte more than `limit` is read, for the reader to
/// refuse.
pub fn read_text(path: &Path, limit: usize) -> io::Result<Option<String>> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Ok(Some(String::from_utf8_lossy(&bytes).into_owned()));
    }
    let text =
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))?;
    Ok(Some(text))
}

/// The ending of a file that is being written.
const TEMPORARY: &str = ".part";

/// A directory that only its owner may enter.
pub fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file so that it is whole or as it was before, whenever the process dies.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}{TEMPORARY}", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        let saved = SavedState { project: Some("codelab-1".into()), tab: 2, ..SavedState::default() };
        files.save(&saved).unwrap();
        files.save_draft("a: b\n").unwrap();
        assert_eq!(files.load(), (saved, Some("a: b\n".to_owned())));
    }

    #[test]
    fn a_damaged_session_is_kept_aside() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("session.json"), "{").unwrap();
        assert_eq!(Files::new(dir.path()).load().0, SavedState::default());
        assert!(dir.path().join("session.json.damaged").exists());
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
