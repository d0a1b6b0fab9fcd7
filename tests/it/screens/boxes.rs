//! Every box, without the page behind it.

use countersign::app::effect::Effect;
use countersign::app::job::JobOutcome;
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::shell::remote::Ticket;
use countersign::app::shell::report::Report;
use countersign::app::work::{Failure, WorkMsg};

use super::{SIZES, after};
use crate::app::{
    case, explain, fixes, history, import, people, policy_tests, replay, review, saving, session_script, simulate,
    watch,
};
use crate::support::screen::{cut, styled, top_box};
use crate::support::stage::Stage;

/// Holds the box on top of what `stage` prepares, at both sizes, to its snapshots.
#[track_caller]
fn shown(name: &str, stage: impl Fn((u16, u16)) -> Stage) {
    for size in SIZES {
        let mut stage = stage(size);
        let (buffer, _) = stage.draw();
        let shown = cut(&buffer, top_box(&buffer, stage.styles()));
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), styled(&shown, stage.styles()));
    }
}

#[test]
fn boxes_to_read() {
    shown("help", after(Stage::empty, "?"));
    shown("event", after(Stage::full, "1 Tab Tab Tab Enter"));
    shown("note", after(Stage::full, "3 Tab Enter"));
    shown("attestor-details", after(Stage::full, "3 Enter"));
    shown("payload", after(Stage::full, "3 p"));
    shown("act-as", people::choosing);
    shown("outline", |size| {
        let mut stage = Stage::full(size);
        stage.model.draft.replace(
            "admissionWhitelistPatterns:\n- namePattern: gcr.io/a/*\nclusterAdmissionRules:\n  us-east1-b.c:\n    evaluation: [\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n",
        );
        stage.keys("2 Enter M-o");
        stage
    });
    shown("quick-fix", |size| {
        let mut stage = Stage::full(size);
        stage.model.draft.replace("default_admission_rule:\n  evaluation_mode: ALWAYS_DENY\n");
        stage.keys("2 Enter F8");
        stage
    });
    shown("quick-fix-shown", |size| {
        let mut stage = Stage::full(size);
        stage.model.draft.replace("default_admission_rule:\n  evaluation_mode: ALWAYS_DENY\n");
        stage.keys("2 Enter F8 Enter");
        stage
    });
    shown("difference", after(Stage::full, "2 F6"));
    shown("guide-step", after(Stage::full, "g H"));
    shown("command-log-empty", after(Stage::empty, "L"));
    shown("command-log", session_script::logged);
    shown("form-session", session_script::asked);
    shown("session-in-the-way", session_script::in_the_way);
}

#[test]
fn saving_and_what_was_found() {
    shown("not-saved", saving::offered);
    shown("second-workbench", saving::second);
    shown("found", saving::found);
}

#[test]
fn cases() {
    shown("form-case", after(Stage::full, "1 K"));
    shown("ask-case", case::asked);
}

#[test]
fn replays() {
    shown("replay", |size| replay::replaying(size, true));
    shown("replay-under-way", |size| replay::replaying(size, false));
    shown("form-replay", after(Stage::full, "1 M-l"));
}

#[test]
fn reviews() {
    shown("review", |size| review::reviewing(size, true));
    shown("two-decisions", after(Stage::full, "2 Tab Tab Enter"));
    shown("review-under-way", |size| review::reviewing(size, false));
}

#[test]
fn fixes_of_a_refusal() {
    shown("fixes", fixes::fixes);
    shown("fixes-attest", fixes::unattested);
    shown("mend-tried", fixes::mend_tried);
    shown("mend-refused", fixes::mend_refused);
    shown("break-glass", fixes::break_glass);
}

#[test]
fn boxes_to_choose_from() {
    shown("palette", after(Stage::full, ":"));
    shown("images", after(Stage::full, "i"));
    shown("templates", after(Stage::full, "2 F3"));
    shown("themes", after(Stage::full, "T"));
}

#[test]
fn forms() {
    shown("form-project", after(Stage::empty, "Enter"));
    shown("form-deploy", after(Stage::full, "1 D"));
    shown("form-simulate", after(Stage::full, "1 s"));
    shown("form-key", after(Stage::full, "3 S-Tab n"));
    shown("form-wrong", |size| {
        let mut stage = Stage::full(size);
        stage.keys("3 S-Tab n Enter");
        stage
    });
}

#[test]
fn simulations() {
    shown("manifest", |size| {
        let mut stage = Stage::full(size);
        stage.keys("1 m");
        stage.send(Msg::Terminal(TerminalEvent::Paste(
            "kind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - image: nginx\n".into(),
        )));
        stage
    });
    shown("manifest-pods", simulate::two_pods);
    shown("what-if", |size| {
        let mut stage = simulate::attested(size);
        stage.keys("1 w");
        stage
    });
    shown("tags", simulate::index_looked_at);
}

#[test]
fn questions() {
    shown("ask-delete-cluster", after(Stage::full, "1 Down Down Down x"));
    shown("ask-quit", after(Stage::full, "q"));
}

#[test]
fn the_signing_wizard() {
    shown("sign-payload", after(Stage::full, "3 s"));
    shown("sign-key", after(Stage::full, "3 s Enter"));
    shown("sign-passphrase", |size| {
        let mut stage = Stage::full(size);
        stage.keys("3 s Enter Enter");
        stage.type_text("secret words");
        stage
    });
    shown("sign-signature", signed);
    shown("sign-upload", |size| {
        let mut stage = signed(size);
        stage.keys("Enter");
        stage
    });
    shown("sign-refused", |size| {
        let mut stage = Stage::full(size);
        stage.keys("3 s Enter Enter");
        stage.type_text("wrong");
        let ticket = started(&mut stage, "Enter");
        stage.send(Msg::Work(WorkMsg::Ended(
            ticket,
            Err(Failure::Failed(0, Report::new("the passphrase is not that of the key"))),
        )));
        stage
    });
}

/// The ticket of the work that the keys start.
fn started(stage: &mut Stage, keys: &str) -> Ticket {
    let effects = stage.keys(keys);
    effects.iter().find_map(|e| if let Effect::Run(ticket, _) = e { Some(*ticket) } else { None }).unwrap()
}

fn signed(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.keys("3 s Enter Enter");
    stage.type_text("secret words");
    let ticket = started(&mut stage, "Enter");
    let message = b"-----BEGIN PGP MESSAGE-----\n\nowEBSwK0/ZANAwAIAR==\n-----END PGP MESSAGE-----\n".to_vec();
    stage.send(Msg::Work(WorkMsg::Done(ticket, 0, JobOutcome::Signed { message, warnings: Vec::new() })));
    stage
}

#[test]
fn explaining_a_refusal() {
    shown("explain-event", after(Stage::full, "1 Tab Tab Tab e"));
    shown("explain-attestor", explain::explained);
    shown("explain-then", |size| {
        let mut stage = explain::with_a_past(size);
        stage.keys("h");
        stage
    });
    shown("explain-incident", |size| {
        let mut stage = watch::incident(size);
        stage.keys("Enter");
        stage
    });
    shown("explain-form", after(Stage::full, "1 E"));
    shown("explain-unknown", |size| {
        let mut stage = Stage::full(size);
        stage.keys("1 E");
        stage.type_text("denied, they say");
        stage.keys("Enter");
        stage
    });
}

#[test]
fn changing_the_policy_for_real() {
    shown("conflict", import::refused);
    shown("conflict-merged", |size| {
        let mut stage = import::merged(size);
        stage.keys("2 C-s");
        stage
    });
    shown("history", |size| {
        let mut stage = history::with_history(size);
        stage.keys("2 M-h Down Space Up");
        stage
    });
    shown("history-compared", |size| {
        let mut stage = history::with_history(size);
        stage.keys("2 M-h Enter");
        stage
    });
    shown("policy-tests", |size| {
        let mut stage = policy_tests::with_tests(size, Some(policy_tests::TESTS));
        stage.keys("M-t");
        stage
    });
    shown("policy-tests-empty", |size| {
        let mut stage = policy_tests::with_tests(size, None);
        stage.keys("M-t");
        stage
    });
}
