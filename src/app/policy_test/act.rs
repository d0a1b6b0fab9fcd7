//! The tests of the draft: reading their file, the box that lists them, and adding one.

use crate::decision::state::Under;
use crate::effect::Effect;
use crate::model::Model;
use crate::overlay::{self, Body, Confirm, Overlay};
use crate::policy_test;
use crate::policy_test::state::{Change, TestsBox, with_decision};
use crate::policy_test::{Action, Msg, Then};
use crate::shell::notice::Weight;
use crate::shell::tab::Pane;

/// Looks at the tests beside the draft.
pub(crate) fn read(model: &Model) -> Effect {
    Effect::PolicyTest(policy_test::Effect::Read(draft_path(model)))
}

fn draft_path(model: &Model) -> Option<String> {
    model.draft.file.as_ref().map(|file| file.path.clone())
}

/// Goes on after a yes.
pub(crate) fn proceed(model: &Model, then: Then) -> Vec<Effect> {
    match then {
        Then::Write(change) => vec![Effect::PolicyTest(policy_test::Effect::Write(draft_path(model), change))],
    }
}

/// Takes what is told of the tests.
pub(crate) fn receive(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Read(file) => model.tests.load(*file, &model.deps.manifest),
    }
    Vec::new()
}

pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlays.push(Overlay::Tests(TestsBox::default()));
    vec![read(model)]
}

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => open(model),
        Action::Add | Action::AddDecision => add(model),
        Action::Show => show_decision(model),
        Action::Copy => {
            let text = model.tests.file.path.clone();
            model.copy(text)
        }
    }
}

/// Shows the decision of the selected test.
fn show_decision(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Tests(TestsBox { selected })) = model.overlays.last() else { return Vec::new() };
    let result = model.tests.result(*selected);
    match result.and_then(|result| Some((result.name.clone(), result.decision.clone()?))) {
        Some((name, decision)) => model.overlays.push(Overlay::reader(name, Body::Decision(Box::new(decision)))),
        None => model.say(Weight::Info, "this test was not run, so there is no decision"),
    }
    Vec::new()
}

/// Shows the test that holds the present decision, and asks whether it goes into the file.
pub(crate) fn add(model: &mut Model) -> Vec<Effect> {
    let Some(request) = model.session.request() else {
        model.say(Weight::Warning, "choose an image first (i), and simulate (s): the decision becomes the test");
        return Vec::new();
    };
    if !model.session.assumptions.is_empty() {
        model.say(Weight::Warning, "a test holds what is, and something is assumed: W drops it");
        return Vec::new();
    }
    let live = || model.session.live_policy().zip(model.decisions.now.as_ref());
    let drafted = || model.draft.policy().zip(model.decisions.drafted.as_ref());
    let then = || model.session.simulated.as_deref().zip(model.decisions.then.as_ref());
    let shown = (model.nav.focus() == Pane::Decision).then_some(model.decisions.under);
    let decided = match shown {
        Some(Under::Live) => live(),
        Some(Under::Draft) => drafted(),
        Some(Under::Version) => then(),
        None => drafted().or_else(live),
    };
    let Some((policy, decision)) = decided else {
        model.say(Weight::Warning, "nothing is decided yet: the draft is not a policy");
        return Vec::new();
    };
    if request.enforcement == domain::admission::Enforcement::Off {
        model.say(
            Weight::Warning,
            "the cluster enforces no policy: no policy decides there, so there is nothing to test",
        );
        return Vec::new();
    }
    match with_decision(&model.tests, request, (policy, decision), &model.deps.manifest) {
        Err(why) => {
            model.say(Weight::Warning, format!("no test was added: {why}"));
            Vec::new()
        }
        Ok((test, text)) => {
            let path = &model.tests.file.path;
            let lines = vec![format!("The test `{}` is added to {path}.", test.name)];
            let before = model.tests.file.text.clone();
            let diff = Some((before.clone().unwrap_or_default(), text.clone()));
            let then = vec![overlay::Then::PolicyTest(Then::Write(Change { before, after: text }))];
            let title = "Add the decision as a test?".to_owned();
            let confirm = Confirm { title, lines, diff, then, ..Confirm::default() };
            model.overlays.push(Overlay::Confirm(Box::new(confirm)));
            Vec::new()
        }
    }
}
