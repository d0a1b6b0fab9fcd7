//! Other programs beside the workbench: whether they may use its sandbox, and what they changed.

use countersign::app::effect::Effect;
use countersign::app::msg::Msg;
use countersign::app::serving;
use countersign::app::session::Connection;
use countersign::app::shell::report::Report;
use countersign::app::shell::timer::Timer;

use crate::support::stage::Stage;

#[test]
fn the_sandbox_is_served_or_not_in_turns() {
    let mut stage = Stage::full((80, 24));
    for open in [false, true] {
        assert!(stage.keys("V").contains(&Effect::Serving(serving::Effect::Serve(open))));
        stage.send(Msg::Serving(serving::Msg::Changed(Ok(open))));
        assert_eq!(stage.model.session.is_private, !open);
    }
    stage.send(Msg::Serving(serving::Msg::Changed(Err(Report::new("no space")))));
    assert!(!stage.model.session.is_private, "it is as it was");
    stage.model.session.connection = Connection::Starting;
    assert!(
        !stage.keys("V").iter().any(|effect| matches!(effect, Effect::Serving(serving::Effect::Serve(_)))),
        "there is nothing to serve yet"
    );
}

#[test]
fn what_others_changed_is_read_once_after_a_pause() {
    let mut stage = Stage::full((80, 24));
    let waits = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::After(Timer::Outside, _)));
    assert!(!waits(&stage.send(Msg::Serving(serving::Msg::Outside { wrote: false }))));
    assert!(waits(&stage.send(Msg::Serving(serving::Msg::Outside { wrote: true }))));
    let effects = stage.send(Msg::Timer(Timer::Outside));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Load(..))));
}
