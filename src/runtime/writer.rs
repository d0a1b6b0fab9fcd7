//! A thread of its own that writes what survives a restart: the session, the draft, the clipboard's file.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::backend::Backend;
use app::effect::SavedState;
use app::msg::Msg;
use app::shell::report::Report;

/// How long the screen waits for the session to be written.
const SAVE_PATIENCE: Duration = Duration::from_millis(200);

/// What is written to disk.
#[derive(Debug)]
pub(super) enum Write {
    /// Told when it is on the disk.
    Session(Box<SavedState>, mpsc::SyncSender<()>),
    Draft(String),
    Clipboard(String),
}

/// One thread that writes, so that writes stay in order and nothing waits for the disk.
#[derive(Debug)]
pub(super) struct Writer {
    sender: Option<mpsc::Sender<Write>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(backend: &Backend, messages: UnboundedSender<Msg>) -> Self {
        let (sender, receiver) = mpsc::channel();
        let files = backend.files.clone();
        let thread = std::thread::spawn(move || {
            for write in receiver {
                let result = match write {
                    Write::Session(saved, done) => {
                        let result = files.save(&saved);
                        let _ = done.try_send(());
                        result
                    }
                    Write::Draft(text) => files.save_draft(&text),
                    Write::Clipboard(text) => files.save_clipboard(&text),
                };
                if let Err(error) = result {
                    let report = Report::from_error(&error)
                        .with_hint("Nothing is lost while the program runs: make room on the disk.");
                    let _ = messages.send(Msg::Notice(report));
                }
            }
        });
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

    pub(super) fn finish(mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
