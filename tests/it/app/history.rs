//! The history of the policy: what is kept, and the box in which it is browsed and compared.

use countersign::app::effect::Effect;
use countersign::app::history;
use countersign::app::history::state::{Author, History, Version};
use countersign::app::job::JobOutcome;
use countersign::app::msg::Msg;
use countersign::app::overlay::Overlay;
use countersign::app::work::WorkMsg;
use countersign::codelab::{files, names};
use countersign::domain::policy::Policy;

use super::import::{import, policy, read, shown, theirs};
use crate::support::stage::{Stage, now};

fn kept(effects: &[Effect]) -> Option<Version> {
    effects.iter().find_map(|e| {
        if let Effect::History(history::Effect::Keep(_, Some(version))) = e { Some((**version).clone()) } else { None }
    })
}

/// A stage that knows three versions of the policy.
pub(crate) fn with_history(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let version = |author, minute: u8, text: &str| {
        let time = format!("2026-11-23T08:{minute}:00Z");
        let policy = Policy { etag: Some(time.clone()), update_time: Some(time), ..policy(text) };
        Version { at: now(), author, policy }
    };
    let project = names::PROJECT.to_owned();
    let versions = vec![
        Version::from_read(Policy::default_for(&project), now()),
        version(Author::Here("you (owner of the sandbox)".into()), 40, files::DENY_ALL),
        version(Author::Unknown, 50, &files::updated_policy(names::PROJECT)),
    ];
    stage.send(Msg::History(history::Msg::Kept(Box::new(History { project, versions, ..History::default() }))));
    stage
}

#[test]
fn what_is_read_and_what_is_imported_is_kept() {
    let mut stage = Stage::full((120, 40));
    let effects = stage.keys("2 r");
    let effects = read(&mut stage, &effects, theirs());
    assert_eq!(kept(&effects).map(|version| version.author), Some(Author::Unknown));
    let mut stage = Stage::full((120, 40));
    let (ticket, _) = import(&stage.keys("2 C-s y"));
    let effects = stage.send(Msg::Work(WorkMsg::Done(ticket, 0, JobOutcome::Imported(Box::new(theirs())))));
    let version = kept(&effects).unwrap();
    assert_eq!((version.author, version.policy), (Author::Here("you (owner of the sandbox)".into()), theirs()));
}

#[test]
fn the_history_is_browsed_compared_and_asked() {
    let mut stage = with_history((120, 40));
    stage.keys("2 Esc");
    stage.keys("M-h");
    let screen = shown(&mut stage);
    for part in ["2026-11-23 08:50:00", "unknown (changed outside)", "nobody (the default)", "the first that was seen"]
    {
        assert!(screen.contains(part), "{part} is not on\n{screen}");
    }
    let title = |stage: &Stage| match stage.model.overlays.last() {
        Some(Overlay::Reader(reader)) => reader.title.clone(),
        other => panic!("{other:?}"),
    };
    stage.keys("Enter");
    assert_eq!(title(&stage), "2026-11-23 08:40:00 → 2026-11-23 08:50:00");
    stage.keys("Esc Space Down Down Enter");
    assert!(title(&stage).ends_with("→ 2026-11-23 08:50:00"), "{}", title(&stage));
    stage.keys("Esc Up s");
    assert!(shown(&mut stage).contains("✗ DENY"), "{}", shown(&mut stage));
    let before = stage.model.draft.editor.text();
    stage.keys("Esc r y");
    assert!(stage.model.overlays.is_empty());
    assert!(stage.model.draft.policy().unwrap().says_the_same_as(&policy(files::DENY_ALL)));
    stage.keys("C-z");
    assert_eq!(stage.model.draft.editor.text(), before);
    stage.keys("M-h");
    stage.keys("I y");
    assert!(shown(&mut stage).contains("Import the policy?"));
}

#[test]
fn a_damaged_history_says_so() {
    let mut stage = with_history((120, 40));
    let history = History { damaged: 2, ..stage.model.history.clone() };
    stage.send(Msg::History(history::Msg::Kept(Box::new(history))));
    stage.keys("2");
    assert!(shown(&mut stage).contains("2 records that cannot be read"));
}
