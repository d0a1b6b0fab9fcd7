//! The session as a script: what the screen asks and says, and the file that is written.

use countersign::app::effect::Effect;
use countersign::app::job::{FileTarget, IfThere, Job, JobOutcome};
use countersign::app::msg::Msg;
use countersign::app::shell::remote::Ticket;
use countersign::app::shell::report::Report;
use countersign::app::work::{Failure, WorkMsg};
use countersign::codelab::files;
use countersign::runtime::backend::Backend;
use countersign::runtime::files::Files;
use countersign::runtime::jobs::perform;

use crate::support::stage::{Stage, now};

/// Something was done and something failed, and the log is open.
pub(crate) fn logged(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let grant = Job::DeleteNote("projects/binauthz-lab/notes/old".parse().unwrap());
    stage.model.log.start(Ticket(901), &[Job::MakeWorkDirectory { dockerfile: files::DOCKERFILE }, grant], now());
    stage.model.log.finish_job(Ticket(901), 0, &JobOutcome::Done);
    let report = Report::new("NOT_FOUND: the note does not exist");
    stage.model.log.finish_work(Ticket(901), &Err(Failure::Failed(1, report)));
    stage.keys("1 L");
    stage
}

pub(crate) fn asked(size: (u16, u16)) -> Stage {
    let mut stage = logged(size);
    stage.keys("w");
    stage
}

/// The file is there already.
pub(crate) fn in_the_way(size: (u16, u16)) -> Stage {
    let mut stage = asked(size);
    let (ticket, _) = job(&stage.keys("Enter"));
    let outcome = JobOutcome::InTheWay { path: "/home/me/session.sh".into(), text: Some("#!/bin/sh\n".into()) };
    stage.send(Msg::Work(WorkMsg::Done(ticket, 0, outcome)));
    stage.send(Msg::Work(WorkMsg::Ended(ticket, Ok(()))));
    stage
}

fn job(effects: &[Effect]) -> (Ticket, Job) {
    let run = effects.iter().find_map(|e| if let Effect::Run(ticket, jobs) = e { Some((*ticket, jobs)) } else { None });
    let (ticket, jobs) = run.expect("a job");
    let [job] = jobs.as_slice() else { panic!("{jobs:?}") };
    (ticket, job.clone())
}

#[test]
fn an_empty_log_is_not_written() {
    let mut stage = Stage::empty((80, 24));
    stage.keys("L w");
    assert!(stage.rows().iter().any(|row| row.contains("nothing was done yet")), "{:?}", stage.rows());
}

#[test]
fn what_is_there_is_replaced_only_after_a_question() {
    let mut stage = asked((80, 24));
    let (_, first) = job(&stage.keys("Enter"));
    let Job::WriteFile { target: FileTarget::Session { path, if_there: IfThere::Keep }, text } = first else {
        panic!("{first:?}")
    };
    assert_eq!(path, "session.sh");
    assert!(text.contains("\n# Delete note old (failed: NOT_FOUND: the note does not exist)\n# curl"), "{text}");
    let mut stage = in_the_way((80, 24));
    assert!(stage.keys("Esc").iter().all(|e| !matches!(e, Effect::Run(..))), "refused");
    let mut stage = in_the_way((80, 24));
    let (_, second) = job(&stage.keys("y"));
    let Job::WriteFile { target: FileTarget::Session { if_there, .. }, .. } = second else { panic!("{second:?}") };
    assert_eq!(if_there, IfThere::Replace);
}

#[tokio::test]
async fn the_file_is_its_owners_to_run() {
    let dir = tempfile::tempdir().unwrap();
    let backend = Backend::new(&Files::new(dir.path()));
    let path = dir.path().join("session.sh");
    let write = |text: &str, if_there| {
        let (backend, path, text) = (&backend, path.display().to_string(), text.to_owned());
        let target = FileTarget::Session { path, if_there };
        async move { perform(backend, Job::WriteFile { target, text }, &|_| {}).await.unwrap() }
    };
    assert!(matches!(write("one", IfThere::Keep).await, JobOutcome::Saved { .. }));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }
    assert!(
        matches!(write("two", IfThere::Keep).await, JobOutcome::InTheWay { text: Some(text), .. } if text == "one")
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
    assert!(matches!(write("two", IfThere::Replace).await, JobOutcome::Saved { .. }));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
}
