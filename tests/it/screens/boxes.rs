//! Every screen, as text and styles, at 80x24 and 120x40: empty, loading, failed and full.
//!
//! `INSTA_UPDATE=always cargo test` writes the snapshots, `UPDATE=1 cargo test` the screenshots.

use countersign::app::effect::Effect;
use countersign::app::job::Outcome;
use countersign::app::msg::{Failure, Msg};
use countersign::app::shell::remote::Ticket;
use countersign::app::shell::report::Report;
use countersign::runtime::reviewing;

use crate::app::{case, explain, fixes, import, people, session_script, simulate, watch};
use crate::command_line::replay;
use crate::support::screen::{assert_screenshot, styled};
use crate::support::stage::Stage;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// Draws what `stage` prepares at both sizes and holds it to its snapshots.
#[track_caller]
fn snapshots(name: &str, stage: impl Fn((u16, u16)) -> Stage) {
    for size in SIZES {
        let mut stage = stage(size);
        let (buffer, _) = stage.draw();
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), styled(&buffer, stage.styles()));
    }
}

/// A stage after keys.
fn after(stage: fn((u16, u16)) -> Stage, keys: &'static str) -> impl Fn((u16, u16)) -> Stage {
    move |size| {
        let mut stage = stage(size);
        stage.keys(keys);
        stage
    }
}

#[test]
fn tabs_in_each_state() {
    for (tab, key) in [("deployer", "1"), ("policy", "2"), ("attestor", "3")] {
        snapshots(&format!("{tab}-empty"), after(Stage::empty, key));
        snapshots(&format!("{tab}-loading"), after(Stage::loading, key));
        snapshots(&format!("{tab}-failed"), after(Stage::failed, key));
        snapshots(&format!("{tab}-full"), after(Stage::full, key));
    }
}

#[test]
fn second_pages() {
    snapshots("decision", after(Stage::full, "1 S-Tab"));
    snapshots("preview", after(Stage::full, "2 Tab Tab"));
    snapshots("field", after(Stage::full, "2 S-Tab"));
    snapshots("keys", after(Stage::full, "3 S-Tab"));
}

/// Proposals for a key that is begun.
fn completing(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.keys("2 Enter Down Down Down Down End");
    stage.type_text("\n  ");
    stage.keys("C-Space");
    stage.type_text("m");
    stage
}

#[test]
fn boxes_to_read() {
    snapshots("help", after(Stage::empty, "?"));
    snapshots("event", after(Stage::full, "1 Tab Tab Tab Enter"));
    snapshots("note", after(Stage::full, "3 Tab Enter"));
    snapshots("attestor-details", after(Stage::full, "3 Enter"));
    snapshots("payload", after(Stage::full, "3 p"));
    snapshots("find-and-replace", |size| {
        let mut stage = Stage::full(size);
        stage.keys("2 C-r");
        stage.type_text("admission");
        stage.keys("Tab");
        stage.type_text("entrance");
        stage
    });
    snapshots("completion", completing);
    snapshots("act-as", people::choosing);
    snapshots("acting-as", people::acting);
    snapshots("completion-values", |size| {
        let mut stage = Stage::full(size);
        stage.keys("2 Enter Down Down Down Down End C-Space");
        stage
    });
    snapshots("outline", |size| {
        let mut stage = Stage::full(size);
        stage.model.draft.replace(
            "admissionWhitelistPatterns:\n- namePattern: gcr.io/a/*\nclusterAdmissionRules:\n  us-east1-b.c:\n    evaluation: [\ndefaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n",
        );
        stage.keys("2 Enter M-o");
        stage
    });
    snapshots("quick-fix", |size| {
        let mut stage = Stage::full(size);
        stage.model.draft.replace("default_admission_rule:\n  evaluation_mode: ALWAYS_DENY\n");
        stage.keys("2 Enter F8");
        stage
    });
    snapshots("quick-fix-shown", |size| {
        let mut stage = Stage::full(size);
        stage.model.draft.replace("default_admission_rule:\n  evaluation_mode: ALWAYS_DENY\n");
        stage.keys("2 Enter F8 Enter");
        stage
    });
    snapshots("difference", after(Stage::full, "2 F6"));
    snapshots("command-log-empty", after(Stage::empty, "L"));
    snapshots("command-log", session_script::logged);
    snapshots("form-session", session_script::asked);
    snapshots("session-in-the-way", session_script::in_the_way);
}

/// A draft that lets something in and locks something out, and asks one more attestor.
const REVIEWED: &str = "\
admissionWhitelistPatterns:
- namePattern: gcr.io/google_containers/*
- namePattern: gcr.io/google_containers/pause*
kubernetesNamespaceAdmissionRules:
  test:
    evaluationMode: ALWAYS_ALLOW
    enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
  - projects/binauthz-codelab/attestors/my-binauthz-attestor
";

/// The review of that draft, as far as it came.
fn reviewing(size: (u16, u16), ended: bool) -> Stage {
    let mut stage = Stage::full(size);
    stage.model.draft.replace(REVIEWED);
    let effects = stage.keys("2 F7");
    let ask =
        effects.into_iter().find_map(|e| if let Effect::Review(ticket, ask) = e { Some((ticket, ask)) } else { None });
    let (ticket, ask) = ask.unwrap();
    if ended {
        let reviewed = reviewing::review(&ask, &reviewing::Progress::default()).unwrap();
        stage.send(Msg::Reviewed(ticket, Box::new(reviewed)));
    } else {
        stage.send(Msg::ReviewProgress(ticket, 2));
    }
    stage
}

#[test]
fn a_watched_cluster() {
    snapshots("watch", |size| {
        let mut stage = watch::refused(size);
        stage.keys("1 Tab Tab Tab");
        stage
    });
    snapshots("watch-plain", |size| {
        let mut stage = watch::refused(size);
        stage.keys("1 Tab Tab Tab o");
        stage
    });
}

#[test]
fn cases() {
    snapshots("form-case", after(Stage::full, "1 K"));
    snapshots("ask-case", case::asked);
}

#[test]
fn replays() {
    snapshots("replay", |size| replay::replaying(size, true));
    snapshots("replay-under-way", |size| replay::replaying(size, false));
    snapshots("form-replay", after(Stage::full, "1 M-l"));
}

#[test]
fn reviews() {
    snapshots("review", |size| reviewing(size, true));
    snapshots("review-under-way", |size| reviewing(size, false));
    snapshots("review-export", |size| {
        let mut stage = reviewing(size, true);
        stage.keys("M");
        stage
    });
    snapshots("two-decisions", after(Stage::full, "2 S-Tab Enter"));
}

#[test]
fn a_review_that_is_closed_is_given_up() {
    let mut stage = reviewing((80, 24), false);
    let effects = stage.keys("Esc");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    stage.row("the review was cancelled");
}

#[test]
fn fixes_of_a_refusal() {
    snapshots("fixes", fixes::fixes);
    snapshots("fixes-attest", fixes::unattested);
    snapshots("break-glass", fixes::break_glass);
}

#[test]
fn boxes_to_choose_from() {
    snapshots("palette", after(Stage::full, ":"));
    snapshots("images", after(Stage::full, "i"));
    snapshots("templates", after(Stage::full, "2 F3"));
    snapshots("themes", after(Stage::full, "T"));
}

#[test]
fn forms() {
    snapshots("form-project", after(Stage::empty, "Enter"));
    snapshots("form-deploy", after(Stage::full, "1 D"));
    snapshots("form-simulate", after(Stage::full, "1 s"));
    snapshots("form-key", after(Stage::full, "3 S-Tab n"));
    snapshots("form-wrong", |size| {
        let mut stage = Stage::full(size);
        stage.keys("3 S-Tab n Enter");
        stage
    });
}

#[test]
fn simulations() {
    snapshots("manifest", |size| {
        let mut stage = Stage::full(size);
        stage.keys("1 m");
        stage.send(Msg::Paste("kind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - image: nginx\n".into()));
        stage
    });
    snapshots("manifest-pods", simulate::two_pods);
    snapshots("simulate", |size| {
        let mut stage = simulate::two_pods(size);
        stage.keys("Enter");
        stage
    });
    snapshots("tree-search", |size| {
        let mut stage = Stage::full(size);
        stage.keys("1 S-Tab /");
        stage.type_text("closest");
        stage
    });
    snapshots("what-if", |size| {
        let mut stage = simulate::attested(size);
        stage.keys("1 w");
        stage
    });
    snapshots("what-if-decided", simulate::decided);
    snapshots("tags", simulate::index_looked_at);
}

#[test]
fn questions() {
    snapshots("ask-import", after(Stage::full, "2 C-s"));
    snapshots("ask-delete-cluster", after(Stage::full, "1 Down Down Down x"));
    snapshots("ask-quit", after(Stage::full, "q"));
}

#[test]
fn the_signing_wizard() {
    snapshots("sign-payload", after(Stage::full, "3 s"));
    snapshots("sign-key", after(Stage::full, "3 s Enter"));
    snapshots("sign-passphrase", |size| {
        let mut stage = Stage::full(size);
        stage.keys("3 s Enter Enter");
        stage.type_text("secret words");
        stage
    });
    snapshots("sign-signature", signed);
    snapshots("sign-upload", |size| {
        let mut stage = signed(size);
        stage.keys("Enter");
        stage
    });
    snapshots("sign-refused", |size| {
        let mut stage = Stage::full(size);
        stage.keys("3 s Enter Enter");
        stage.type_text("wrong");
        let ticket = started(&mut stage, "Enter");
        stage.send(Msg::Ended(ticket, Err(Failure::Failed(0, Report::new("the passphrase is not that of the key")))));
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
    stage.send(Msg::JobDone(ticket, 0, Outcome::Signed { message, warnings: Vec::new() }));
    stage
}

#[test]
fn the_guide() {
    snapshots("guide-start", after(Stage::empty, "g"));
    snapshots("guide-hints", after(Stage::full, "g h h h"));
    snapshots("guide-step", after(Stage::full, "g H"));
}

#[test]
fn small_terminals_are_told() {
    let mut stage = Stage::full((40, 10));
    let (buffer, _) = stage.draw();
    assert!(crate::support::screen::text(&buffer).contains("is too small: 60x16 is needed"));
}

#[test]
fn no_size_makes_it_panic() {
    for columns in [0, 1, 20, 59, 60, 61, 79, 99, 100, 101, 200] {
        for rows in [0, 1, 15, 16, 17, 24, 60] {
            for keys in ["1 g h h h", "2", "3 s", "?", "2 C-s", "3 S-Tab n"] {
                let mut stage = Stage::full((columns, rows));
                stage.keys(keys);
                stage.draw();
            }
            let size = (columns, rows);
            import::refused(size).draw();
            let mut stage = import::with_history(size);
            stage.keys("2 M-h");
            stage.draw();
            let mut stage = import::with_tests(size, Some(import::TESTS));
            stage.keys("M-t");
            stage.draw();
        }
    }
}

#[test]
fn the_readmes_screenshots_are_frames() {
    for (name, keys) in
        [("deployer", "g 1"), ("policy-creator", "g 2"), ("attestor", "g 3"), ("signing", "3 s"), ("import", "2 C-s")]
    {
        let mut stage = Stage::full((120, 40));
        stage.keys(keys);
        let (buffer, cursor) = stage.draw();
        assert_screenshot(name, &buffer, stage.styles(), cursor);
    }
    screenshot("completion", completing, "");
    screenshot("explain", Stage::full, "1 Tab Tab Tab e");
    screenshot("fixes", fixes::fixes, "");
    screenshot("review", |size| reviewing(size, true), "");
    screenshot("preview", |size| reviewing(size, true), "Esc 2 S-Tab");
    screenshot("watch", watch::refused, "1 Tab Tab Tab");
    screenshot("replay", |size| replay::replaying(size, true), "");
    screenshot("conflict", import::refused, "");
    screenshot("history", import::with_history, "2 M-h");
    screenshot("what-if", simulate::decided, "");
    screenshot("tags", simulate::index_looked_at, "");
    screenshot("policy-tests", |size| import::with_tests(size, Some(import::TESTS)), "M-t Down");
}

fn screenshot(name: &str, stage: impl Fn((u16, u16)) -> Stage, keys: &str) {
    let mut stage = stage((120, 40));
    stage.keys(keys);
    let (buffer, cursor) = stage.draw();
    assert_screenshot(name, &buffer, stage.styles(), cursor);
}

#[test]
fn explaining_a_refusal() {
    snapshots("explain-event", after(Stage::full, "1 Tab Tab Tab e"));
    snapshots("explain-attestor", explain::explained);
    snapshots("explain-then", |size| {
        let mut stage = explain::with_a_past(size);
        stage.keys("h");
        stage
    });
    snapshots("explain-form", after(Stage::full, "1 E"));
    snapshots("explain-unknown", |size| {
        let mut stage = Stage::full(size);
        stage.keys("1 E");
        stage.type_text("denied, they say");
        stage.keys("Enter");
        stage
    });
}

#[test]
fn changing_the_policy_for_real() {
    snapshots("conflict", import::refused);
    snapshots("conflict-merged", |size| {
        let mut stage = import::merged(size);
        stage.keys("2 C-s");
        stage
    });
    snapshots("history", |size| {
        let mut stage = import::with_history(size);
        stage.keys("2 M-h Down Space Up");
        stage
    });
    snapshots("history-compared", |size| {
        let mut stage = import::with_history(size);
        stage.keys("2 M-h Enter");
        stage
    });
    snapshots("policy-tests", |size| {
        let mut stage = import::with_tests(size, Some(import::TESTS));
        stage.keys("M-t");
        stage
    });
    snapshots("policy-tests-empty", |size| {
        let mut stage = import::with_tests(size, None);
        stage.keys("M-t");
        stage
    });
}
