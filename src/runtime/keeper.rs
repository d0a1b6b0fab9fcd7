//! A thread of its own for what is kept beside the draft: the history of live policies, and the tests.
//!
//! It is not the one that writes the draft, so that the draft never waits for a long history.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::SystemTime;

use tokio::sync::mpsc::UnboundedSender;

use super::files::{Files, read_text, write_whole};
use super::history::keep;
use app::history;
use app::msg::Msg;
use app::policy_test;
use app::policy_test::state::TestsFile;
use app::shell::report::Report;
use domain::document::MAX_BYTES;

/// What it is asked for.
#[derive(Debug)]
pub(super) enum Task {
    History(history::Effect),
    PolicyTest(policy_test::Effect),
}

/// The thread.
#[derive(Debug)]
pub(super) struct Keeper {
    sender: Option<Sender<Task>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub(super) fn start(files: Files, messages: UnboundedSender<Msg>) -> Self {
        let (sender, receiver) = channel();
        let thread = std::thread::spawn(move || work(&files, &messages, receiver));
        Self { sender: Some(sender), thread: Some(thread) }
    }

    pub(super) fn send(&self, task: Task) {
        if let Some(sender) = &self.sender {
            let _ = sender.send(task);
        }
    }

    /// Waits until everything is done.
    pub(super) fn finish(mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(files: &Files, messages: &UnboundedSender<Msg>, tasks: Receiver<Task>) {
    let mut tests = Tests::default();
    for task in tasks {
        match task {
            Task::History(history::Effect::Keep(project, version)) => {
                let history = keep(files, project.as_str(), version.map(|version| *version));
                let _ = messages.send(Msg::History(history::Msg::Kept(Box::new(history))));
            }
            Task::PolicyTest(policy_test::Effect::Read(draft)) => tests.read(files.tests(draft.as_deref()), messages),
            Task::PolicyTest(policy_test::Effect::Write(draft, text)) => {
                let path = files.tests(draft.as_deref());
                if let Err(error) = write_whole(&path, text.as_bytes()) {
                    let report =
                        Report::new(format!("{}: {error}", path.display())).with_hint("The test was not added.");
                    let _ = messages.send(Msg::Notice(report));
                }
                tests.read(path, messages);
            }
        }
    }
}

/// The tests file that was last read.
#[derive(Debug, Default)]
struct Tests {
    path: PathBuf,
    /// When it was changed last, and how long it was; `None` where it was not there.
    stamp: Option<(SystemTime, u64)>,
}

impl Tests {
    /// Reads a file and tells of it, unless it is the one of before as it was.
    fn read(&mut self, path: PathBuf, messages: &UnboundedSender<Msg>) {
        let metadata = std::fs::metadata(&path).ok();
        // What is no file could keep its reader waiting for ever.
        let is_other = metadata.as_ref().is_some_and(|metadata| !metadata.is_file());
        let stamp = metadata.and_then(|metadata| Some((metadata.modified().ok()?, metadata.len())));
        if self.path == path && self.stamp == stamp {
            return;
        }
        let read = if is_other {
            Err("not a file".to_owned())
        } else {
            read_text(&path, MAX_BYTES).map_err(|e| e.to_string())
        };
        let (text, failure) = match read {
            Ok(text) => (text, None),
            Err(failure) => (None, Some(failure)),
        };
        let file = TestsFile { path: path.display().to_string(), text, failure };
        let _ = messages.send(Msg::PolicyTest(policy_test::Msg::Read(Box::new(file))));
        (self.path, self.stamp) = (path, stamp);
    }
}
