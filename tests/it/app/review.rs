//! The review of the draft: asked for, told, given up.

use countersign::app::effect::Effect;
use countersign::app::msg::Msg;
use countersign::app::review;
use countersign::runtime::review as runtime_review;

use crate::support::stage::Stage;

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
pub(crate) fn reviewing(size: (u16, u16), ended: bool) -> Stage {
    let mut stage = Stage::full(size);
    stage.model.draft.replace(REVIEWED);
    let effects = stage.keys("2 F7");
    let ask = effects.into_iter().find_map(|e| {
        if let Effect::Review(review::Effect::Review(ticket, ask)) = e { Some((ticket, ask)) } else { None }
    });
    let (ticket, ask) = ask.unwrap();
    if ended {
        let reviewed = runtime_review::review(&ask, &runtime_review::Progress::default()).unwrap();
        stage.send(Msg::Review(review::Msg::Reviewed(ticket, Box::new(reviewed))));
    } else {
        stage.send(Msg::Review(review::Msg::Progress(ticket, 2)));
    }
    stage
}

#[test]
fn a_review_that_is_closed_is_given_up() {
    let mut stage = reviewing((80, 24), false);
    let effects = stage.keys("Esc");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    stage.row("the review was cancelled");
}
