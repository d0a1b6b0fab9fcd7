//! Keeping what is typed: when it is written, what is said while it is not, and how the program ends then.

use std::collections::BTreeMap;

use countersign::app::draft::file;
use countersign::app::draft::file::state::Edited;
use countersign::app::effect::Effect;
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::saving;
use countersign::app::saving::act::is_unsaved;
use countersign::app::saving::state::{Finding, Other, OwnPlace, Seated, Snapshot};
use countersign::app::shell::report::Report;
use countersign::app::shell::timer::Timer;
use proptest::prelude::*;

use crate::support::stage::Stage;

/// The draft's text takes keys; what there is was saved.
pub(crate) fn typing(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.model.draft.replace("description: x\n");
    let saved = stage.send(Msg::Timer(Timer::Pause));
    answer(&mut stage, &snapshots(&saved), &Ok(()));
    stage.keys("2 Enter");
    stage
}

fn snapshots(effects: &[Effect]) -> Vec<Snapshot> {
    let snapshot = |effect: &Effect| match effect {
        Effect::Saving(saving::Effect::Draft(snapshot)) => Some((**snapshot).clone()),
        _ => None,
    };
    effects.iter().filter_map(snapshot).collect()
}

/// Says what came of writing.
fn answer(stage: &mut Stage, snapshots: &[Snapshot], result: &Result<(), Report>) -> Vec<Effect> {
    let told = |snapshot: &Snapshot| saving::Msg::DraftSaved(snapshot.revision, result.clone());
    snapshots.iter().flat_map(|snapshot| stage.send(Msg::Saving(told(snapshot)))).collect()
}

fn no_room() -> Report {
    Report::new("no room is left on the disk: /home/me/.local/share/countersign/draft.yaml")
        .with_hint("Make room on the disk; it is tried again.")
}

/// What was typed cannot be saved.
pub(crate) fn failing(size: (u16, u16)) -> Stage {
    let mut stage = typing(size);
    stage.type_text("y");
    let given = snapshots(&stage.send(Msg::Timer(Timer::Pause)));
    answer(&mut stage, &given, &Err(no_room()));
    stage
}

/// It is asked what becomes of it.
pub(crate) fn offered(size: (u16, u16)) -> Stage {
    let mut stage = failing(size);
    stage.keys("Esc C-q");
    stage
}

/// Another workbench saves in the same place.
pub(crate) fn second(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let who = "process 812 on thinkpad, since 2026-11-23 08:12".to_owned();
    stage.model.saving.open(Some(Other { who, earlier: vec![2] }), None, Vec::new());
    countersign::app::update::start(&mut stage.model, None);
    stage
}

/// Files were found that are not understood.
pub(crate) fn found(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let finding = |what: &str, outcome: &str| Finding { what: what.to_owned(), outcome: outcome.to_owned() };
    let found = vec![
        finding(
            "/data/draft.yaml cannot be read: it is not UTF-8: line 3 has a byte that is part of no character",
            "It is kept as /data/draft.yaml.kept-1.",
        ),
        finding(
            "/data/session.json may be written by others (mode 0666).",
            "It is used as it is. Make it yours alone: chown, chmod go=.",
        ),
    ];
    stage.model.saving.open(None, None, found);
    countersign::app::update::start(&mut stage.model, None);
    stage
}

/// The clock of a run: timers that are due, writes that are under way, and what is on the disk when.
#[derive(Default)]
struct Clock {
    now: u64,
    timers: BTreeMap<Timer, u64>,
    writes: Vec<(u64, Snapshot)>,
    /// What was on the disk from which moment on.
    disk: Vec<(u64, Snapshot)>,
}

impl Clock {
    fn take(&mut self, effects: Vec<Effect>, disk: u64) {
        for effect in effects {
            match effect {
                Effect::After(timer, delay) => {
                    self.timers.insert(timer, self.now + u64::try_from(delay.as_millis()).unwrap());
                }
                Effect::Saving(saving::Effect::Draft(snapshot)) => {
                    // One thread writes: one after the other.
                    let free = self.writes.last().map_or(self.now, |(done, _)| *done);
                    self.writes.push((free.max(self.now) + disk, *snapshot));
                }
                _ => {}
            }
        }
    }

    /// Lets everything happen that is due until then.
    fn run_until(&mut self, stage: &mut Stage, then: u64, disk: u64) {
        loop {
            let timer = self.timers.iter().min_by_key(|(_, due)| **due).map(|(timer, due)| (*due, Some(*timer)));
            let write = self.writes.first().map(|(done, _)| (*done, None));
            let Some((due, timer)) = timer.into_iter().chain(write).min_by_key(|(due, _)| *due) else { break };
            if due > then {
                break;
            }
            self.now = due;
            let effects = if let Some(timer) = timer {
                self.timers.remove(&timer);
                stage.send(Msg::Timer(timer))
            } else {
                let (_, snapshot) = self.writes.remove(0);
                let newer = self.disk.last().is_none_or(|(_, last)| last.revision <= snapshot.revision);
                assert!(newer, "an older draft over a newer one");
                self.disk.push((self.now, snapshot.clone()));
                answer(stage, &[snapshot], &Ok(()))
            };
            self.take(effects, disk);
        }
        self.now = then;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However one types, whatever is a second old is on the disk, as long as that takes no more than half of it.
    #[test]
    fn what_was_typed_is_on_the_disk_within_a_second(
        pauses in prop::collection::vec(prop_oneof![1_u64..20, 90_u64..160, 140_u64..700], 1..200),
        disk in 0_u64..450,
    ) {
        let mut stage = typing((80, 24));
        let mut clock = Clock::default();
        let mut typed = Vec::new();
        for pause in pauses {
            let effects = stage.keys("z");
            clock.take(effects, disk);
            typed.push((clock.now, stage.model.draft.editor.text()));
            let then = clock.now + pause;
            clock.run_until(&mut stage, then, disk);
        }
        let end = clock.now + 1000;
        clock.run_until(&mut stage, end, disk);
        for (at, text) in &typed {
            let saved = clock.disk.iter().find(|(_, snapshot)| snapshot.text.len() >= text.len());
            let late = saved.map(|(when, _)| when - at);
            prop_assert!(late.is_some_and(|late| late <= 1000), "{late:?} ms");
        }
        prop_assert_eq!(clock.disk.last().map(|(_, last)| last.text.clone()), typed.last().map(|(_, text)| text.clone()));
    }
}

#[test]
fn a_draft_that_cannot_be_written_is_said_for_as_long_as_it_is_so() {
    let mut stage = failing((120, 40));
    stage.row("NOT SAVED");
    stage.row("not saved: no room is left on the disk: /home");
    // No key takes it away.
    stage.type_text("abc");
    stage.keys("Left Right");
    stage.row("NOT SAVED");
    stage.row("no room is left");
    // It is tried again, and not at each key.
    assert_eq!(snapshots(&stage.send(Msg::Timer(Timer::Pause))), []);
    let again = snapshots(&stage.send(Msg::Timer(Timer::SaveDraft)));
    assert_eq!(again.len(), 1);
    answer(&mut stage, &again, &Ok(()));
    stage.row("the draft is saved again");
    assert!(!stage.rows().join("\n").contains("NOT SAVED"));
}

#[test]
fn a_small_screen_says_it_too() {
    for size in [(80, 24), (60, 20)] {
        failing(size).row("NOT SAVED");
    }
}

#[test]
fn a_slow_disk_is_said_and_not_asked_twice() {
    let mut stage = typing((120, 40));
    stage.type_text("y");
    let given = snapshots(&stage.send(Msg::Timer(Timer::Pause)));
    assert_eq!(given.len(), 1);
    stage.type_text("z");
    assert_eq!(snapshots(&stage.send(Msg::Timer(Timer::SaveDraft))), []);
    stage.row("saving…");
    let effects = answer(&mut stage, &given, &Ok(()));
    assert!(!stage.rows().join("\n").contains("saving…"));
    // What was typed meanwhile is next.
    assert!(effects.iter().any(|effect| matches!(effect, Effect::After(Timer::SaveDraft, _))), "{effects:?}");
}

#[test]
fn quitting_waits_for_the_disk_and_says_what_it_does_not_keep() {
    let mut stage = typing((120, 40));
    stage.type_text("y");
    stage.keys("Esc C-q");
    stage.row("It is kept, and will be here next time.");
    let effects = stage.keys("Enter");
    assert!(!effects.contains(&Effect::Quit), "{effects:?}");
    let given = snapshots(&effects);
    let effects = answer(&mut stage, &given, &Err(no_room()));
    assert!(!effects.contains(&Effect::Quit) && !stage.model.ui.quitting);
    stage.row("The draft is not saved");
    stage.row("no room is left on the disk");
    // Try again: now there is room.
    let given = snapshots(&stage.keys("Enter"));
    answer(&mut stage, &given, &Ok(()));
    stage.keys("C-q");
    let effects = stage.keys("Enter");
    assert!(effects.contains(&Effect::Quit), "{effects:?}");
}

#[test]
fn another_place_is_offered_and_what_stands_there_is_not_asked_about_again() {
    let mut stage = offered((120, 40));
    stage.keys("Down Enter");
    stage.row("~/countersign-draft.yaml");
    stage.keys("Esc C-q Down Down");
    let effects = stage.keys("Enter");
    assert!(effects.contains(&Effect::Quit), "{effects:?}");
    assert!(is_unsaved(&stage.model), "it is handed back to be printed");
}

#[test]
fn a_signal_ends_at_once_and_the_draft_is_written_first() {
    let mut stage = typing((120, 40));
    stage.type_text("y");
    let effects = stage.send(Msg::Terminal(TerminalEvent::Terminate));
    let at = |wanted: fn(&Effect) -> bool| effects.iter().position(wanted).unwrap();
    let draft = at(|effect| matches!(effect, Effect::Saving(saving::Effect::Draft(_))));
    assert!(draft < at(|effect| *effect == Effect::Quit), "{effects:?}");
}

#[test]
fn the_second_workbench_saves_nothing_before_it_is_told_where() {
    let mut stage = second((120, 40));
    stage.row("In use by process 812 on thinkpad");
    stage.keys("Down Enter 2 Enter y");
    stage.row("LOOKS ONLY");
    for timer in [Timer::Pause, Timer::SaveDraft, Timer::SaveSession] {
        let effects = stage.send(Msg::Timer(timer));
        assert!(snapshots(&effects).is_empty() && !effects.iter().any(|effect| matches!(effect, Effect::Save(_))));
    }
    // What was typed here is lost with it: that is asked about.
    stage.keys("Esc C-q");
    stage.row("The draft is not saved");
    let effects = stage.keys("Enter");
    assert_eq!(effects, [Effect::Saving(saving::Effect::Sit(OwnPlace::New))]);
    let seated = Seated { directory: "/data/workbench-2".into(), ..Seated::default() };
    let effects = stage.send(Msg::Saving(saving::Msg::Seated(Ok(Box::new(seated)))));
    assert_eq!(snapshots(&effects).len(), 1);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Save(_))));
    assert!(!stage.rows().join("\n").contains("LOOKS ONLY"));
}

#[test]
fn a_draft_of_before_is_taken_with_its_place() {
    let mut stage = second((120, 40));
    let effects = stage.keys("Down Down Enter");
    assert_eq!(effects, [Effect::Saving(saving::Effect::Sit(OwnPlace::Earlier(2)))]);
    let draft = Some("description: earlier\n".to_owned());
    let seated = Seated { directory: "/data/workbench-2".into(), draft, ..Seated::default() };
    stage.send(Msg::Saving(saving::Msg::Seated(Ok(Box::new(seated)))));
    assert_eq!(stage.model.draft.editor.text(), "description: earlier\n");
    // And where another was faster, it is said, and nothing is saved.
    let mut stage = second((120, 40));
    stage.send(Msg::Saving(saving::Msg::Seated(Err(Report::new("another workbench saves there")))));
    assert!(stage.model.saving.looks_only());
}

#[test]
fn what_was_found_is_said_before_anything_else() {
    let mut stage = found((120, 40));
    stage.row("It is kept as /data/draft.yaml.kept-1.");
    stage.keys("Esc");
    assert!(stage.model.overlays.is_empty());
}

#[test]
fn the_file_of_the_editor_goes_once_what_it_said_is_on_the_disk() {
    let mut stage = typing((120, 40));
    let path = "/data/editor/1/policy.yaml".to_owned();
    let edited = Edited { text: "description: edited\n".into(), path: path.clone() };
    stage.send(Msg::File(file::Msg::Edited(Ok(edited))));
    let given = snapshots(&stage.send(Msg::Timer(Timer::Pause)));
    assert_eq!(given[0].taken_from, std::slice::from_ref(&path));
    answer(&mut stage, &given, &Err(no_room()));
    stage.type_text("y");
    let given = snapshots(&stage.send(Msg::Timer(Timer::SaveDraft)));
    assert_eq!(given[0].taken_from, [path]);
    answer(&mut stage, &given, &Ok(()));
    stage.type_text("y");
    let given = snapshots(&stage.send(Msg::Timer(Timer::Pause)));
    assert_eq!(given[0].taken_from, [""; 0]);
}

#[test]
fn the_etag_of_the_base_stays_until_the_base_is_known() {
    let mut stage = Stage::full((120, 40));
    stage.model.ui.saved.base = Some("etag-of-before".into());
    stage.model.draft.base = None;
    // A history that does not know it yet.
    stage.model.history.project = "binauthz-codelab".into();
    assert_eq!(stage.model.to_save().base.as_deref(), Some("etag-of-before"));
}
