//! Replays of audit log entries in the workbench: asked for, told, given up.

use countersign::app::effect::Effect;
use countersign::app::msg::Msg;
use countersign::app::replay;
use countersign::app::replay::state::{Entries, ReplayAsk, ReplayProgress};
use countersign::app::shell::remote::Ticket;
use countersign::domain::admission::Evidence;
use countersign::domain::policy::Policy;
use countersign::domain::replay::{Replay, Replayer};
use countersign::domain::system_policy::SystemPolicy;
use countersign::runtime::exports::Source;
use countersign::runtime::replay::{self as runtime_replay, Progress};
use countersign::signing::openpgp::Verifier;

use crate::command_line::replay::entries;
use crate::support::stage::Stage;

/// A replay of three entries in the workbench, as far as it came.
pub(crate) fn replaying(size: (u16, u16), ended: bool) -> Stage {
    let mut stage = Stage::full(size);
    stage.keys("1 M-l");
    stage.type_text("entries.json");
    let (ticket, ask) = asked(stage.keys("Enter"));
    if !ended {
        stage.send(Msg::Replay(replay::Msg::Progress(ticket, ReplayProgress { entries: 41_235, percent: 41 })));
        return stage;
    }
    let policy = Replayer::new(&ask.policy, &ask.system, Evidence::default(), &[]);
    let lines: String = entries().iter().map(|entry| format!("{entry}\n")).collect::<String>() + "{\"cut off";
    let replay =
        runtime_replay::replay([Source::of("", lines.as_bytes())], &policy, &Verifier::default(), &Progress::default());
    stage.send(Msg::Replay(replay::Msg::Replayed(ticket, Box::new(Ok(replay.unwrap().unwrap())))));
    stage
}

fn asked(effects: Vec<Effect>) -> (Ticket, Box<ReplayAsk>) {
    effects
        .into_iter()
        .find_map(
            |e| if let Effect::Replay(replay::Effect::Replay(ticket, ask)) = e { Some((ticket, ask)) } else { None },
        )
        .unwrap()
}

#[test]
fn a_replay_in_the_workbench_is_asked_for_and_told() {
    let mut stage = replaying((120, 40), true);
    stage.row("6 entries: 4 admissions");
    stage.row("cannot be read: 1");
    let effects = stage.keys("y");
    let Some(Effect::Copy(text)) = effects.iter().find(|effect| matches!(effect, Effect::Copy(_))) else { panic!() };
    assert!(text.contains("entry 6, line 6: cannot be read"), "{text}");
    // What was typed is there the next time; without a path it is the project's own log.
    let (_, ask) = asked(stage.keys("Esc M-l C-u Enter"));
    assert_eq!(ask.entries, Entries::Log("binauthz-codelab".parse().unwrap()));
    stage.keys("Esc");
    stage.model.session.project = None;
    stage.keys("M-l C-u Enter");
    stage.row("a path is needed, as no project is chosen");
}

#[test]
fn a_replay_that_is_closed_is_given_up() {
    let mut stage = replaying((80, 24), false);
    stage.row("41235 entries, 41 %");
    let ticket = stage.model.replay.ticket.unwrap();
    let effects = stage.keys("Esc");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cancel(cancelled) if *cancelled == ticket)));
    stage.row("the replay was cancelled");
    stage.send(Msg::Replay(replay::Msg::Replayed(ticket, Box::new(Ok(Replay::default())))));
    assert!(stage.model.replay.result.is_none(), "what was given up is dropped");
}

#[test]
fn a_cancelled_replay_has_no_result() {
    let progress = Progress::default();
    progress.cancel();
    let policy = Policy::default_for("p");
    let replayer = Replayer::new(&policy, &SystemPolicy::Documented, Evidence::default(), &[]);
    let text = entries()[0].to_string();
    let replay =
        runtime_replay::replay([Source::of("", text.as_bytes())], &replayer, &Verifier::default(), &progress).unwrap();
    assert_eq!(replay, None);
}
