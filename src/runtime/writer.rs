//! A thread of its own that writes what survives a restart: the session, the draft, the clipboard's file.

use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::backend::Backend;
use super::files::Files;
use app::effect::SavedState;
use app::msg::Msg;
use app::saving;
use app::saving::state::{OwnPlace, Seated, Snapshot};
use app::shell::report::Report;
use disk::Access;

/// How long the screen waits for the session to be written.
const SAVE_PATIENCE: Duration = Duration::from_millis(200);

/// What is written to disk.
#[derive(Debug)]
pub(super) enum Write {
    /// Told when it is on the disk.
    Session(Box<SavedState>, mpsc::SyncSender<()>),
    Draft(Box<Snapshot>),
    Clipboard(String),
    /// Writes in a place of its own from now on.
    Sit(OwnPlace),
}

/// One thread that writes, so that writes stay in order and nothing waits for the disk.
#[derive(Debug)]
pub(super) struct Writer {
    sender: Option<mpsc::Sender<Write>>,
    thread: Option<JoinHandle<Option<Report>>>,
}

impl Writer {
    pub(super) fn start(backend: &Backend, messages: UnboundedSender<Msg>) -> Self {
        let (sender, receiver) = mpsc::channel();
        let files = backend.files.clone();
        let thread = std::thread::spawn(move || work(&files, &messages, receiver));
        Self { sender: Some(sender), thread: Some(thread) }
    }

    /// Writes the session, and waits for it: a step that the next frame shows as done is on the disk,
    /// whatever happens to the process then. A disk that is stuck does not hold the screen for long.
    pub(super) fn save(&self, saved: Box<SavedState>) {
        let (done, is_done) = mpsc::sync_channel(1);
        self.send(Write::Session(saved, done));
        let _ = is_done.recv_timeout(SAVE_PATIENCE);
    }

    pub(super) fn send(&self, write: Write) {
        if let Some(sender) = &self.sender {
            let _ = sender.send(write);
        }
    }

    /// Waits until everything is written; why the last draft is not on the disk, if so.
    pub(super) fn finish(mut self) -> Option<Report> {
        self.sender = None;
        let ended = self.thread.take()?.join();
        ended.unwrap_or_else(|_| Some(Report::new("the draft could not be written: its thread ended")))
    }
}

/// Writes one after the other; why the last draft that came is not on the disk, if so.
fn work(files: &Files, messages: &UnboundedSender<Msg>, writes: mpsc::Receiver<Write>) -> Option<Report> {
    let tell = |msg| drop(messages.send(Msg::Saving(msg)));
    let mut last = None;
    for write in writes {
        match write {
            Write::Session(saved, done) => {
                let result = files.save(&saved).map_err(|error| report(&error));
                let _ = done.try_send(());
                tell(saving::Msg::SessionSaved(result));
            }
            Write::Draft(snapshot) => {
                let result = draft(files, &snapshot);
                // What it says may be there all the same: written by another, or before the directory became read-only.
                last = result.clone().err().filter(|_| !files.has_draft(&snapshot.text));
                tell(saving::Msg::DraftSaved(snapshot.revision, result));
            }
            Write::Clipboard(text) => {
                if let Err(error) = files.save_clipboard(&text) {
                    let _ = messages.send(Msg::Notice(Report::from_error(&error)));
                }
            }
            Write::Sit(place) => tell(saving::Msg::Seated(sit(files, place))),
        }
    }
    last
}

/// Writes the draft, and removes the files that it was taken in from.
fn draft(files: &Files, snapshot: &Snapshot) -> Result<(), Report> {
    files.save_draft(&snapshot.text).map_err(|error| report(&error))?;
    for path in &snapshot.taken_from {
        if let Err(error) = disk::remove(Path::new(path)) {
            tracing::warn!("{error}");
        }
    }
    Ok(())
}

fn sit(files: &Files, place: OwnPlace) -> Result<Box<Seated>, Report> {
    files.seat.change(place).map_err(|error| report(&error))?;
    let loaded = files.load();
    let directory = files.seat.directory().display().to_string();
    Ok(Box::new(Seated { directory, draft: loaded.draft, found: loaded.found }))
}

/// The error, the cause first, because there is not always room for the whole path; and what to do about it.
pub(super) fn report(error: &disk::Error) -> Report {
    use std::io::ErrorKind;
    let hint = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "Make room on the disk; it is tried again.",
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
            "Make the directory writable, or set COUNTERSIGN_DATA_DIR to another."
        }
        _ => "It is tried again.",
    };
    Report::new(format!("{}: {}", error.why(), error.path().display())).with_hint(hint)
}

/// Writes what could not be saved to a file of the temporary directory, whose name nobody can guess; `None` where that
/// fails too.
pub fn rescue(text: &str) -> Option<String> {
    let name = format!("countersign-draft-{}.yaml", uuid::Uuid::new_v4().simple());
    let path = std::env::temp_dir().join(name);
    let is_new = disk::create(&path, text.as_bytes(), Access::Private).ok()?;
    is_new.then(|| path.display().to_string())
}
