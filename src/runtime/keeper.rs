//! A thread of its own for what is kept beside the draft: the history of live policies, and the tests.
//!
//! It is not the one that writes the draft, so that the draft never waits for a long history.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::SystemTime;

use tokio::sync::mpsc::UnboundedSender;

use super::files::Files;
use super::history::keep;
use app::history;
use app::msg::Msg;
use app::policy_test;
use app::policy_test::state::{Change, TestsFile};
use app::shell::report::Report;
use disk::Access;
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
            Task::PolicyTest(policy_test::Effect::Write(draft, change)) => {
                let path = files.tests(draft.as_deref());
                let access = if draft.is_some() { Access::Persons } else { Access::Private };
                if let Err(report) = add(&path, &change, access) {
                    let _ = messages.send(Msg::Notice(report.with_hint("The test was not added.")));
                }
                tests.read(path, messages);
            }
        }
    }
}

/// Writes the tests file, if it still says what the test was added to.
fn add(path: &Path, change: &Change, access: Access) -> Result<(), Report> {
    let failed = |error: disk::Error| Report::from_error(&error);
    if disk::text(path, MAX_BYTES).map_err(failed)? != change.before {
        return Err(Report::new(format!("{} was changed meanwhile", path.display())));
    }
    disk::replace(path, change.after.as_bytes(), access).map_err(failed)
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
        let stamp = metadata.and_then(|metadata| Some((metadata.modified().ok()?, metadata.len())));
        if self.path == path && self.stamp == stamp {
            return;
        }
        let (text, failure) = match disk::text(&path, MAX_BYTES) {
            Ok(text) => (text, None),
            Err(error) => (None, Some(error.why())),
        };
        let file = TestsFile { path: path.display().to_string(), text, failure };
        let _ = messages.send(Msg::PolicyTest(policy_test::Msg::Read(Box::new(file))));
        (self.path, self.stamp) = (path, stamp);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: Option<&str>) -> Change {
        Change { before: before.map(str::to_owned), after: "after".to_owned() }
    }

    #[test]
    fn a_tests_file_that_is_another_now_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("policy.tests.yaml");
        add(&path, &change(None), Access::Persons).unwrap();
        for (bytes, why) in [(&b"others"[..], "was changed meanwhile"), (b"\xff", "not UTF-8")] {
            std::fs::write(&path, bytes).unwrap();
            for before in [None, Some("before")] {
                let report = add(&path, &change(before), Access::Persons).unwrap_err();
                assert!(report.title.contains(why), "{report:?}");
                assert_eq!(std::fs::read(&path).unwrap(), bytes);
            }
        }
        std::fs::write(&path, "before").unwrap();
        add(&path, &change(Some("before")), Access::Persons).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"after");
    }
}
