//! The box with the fixes, and how each is applied in the ordinary way of its role; breaking the glass.

use countersign::app::command_log::commands::{For, commands};
use countersign::app::effect::Effect;
use countersign::app::fix;
use countersign::app::job::Job;
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::shell::remote::Remote;
use countersign::codelab::{files, names};
use countersign::domain::admission::{Attestations, AttestorEvidence, Evidence};
use countersign::domain::attestation::Attestation;
use countersign::domain::document::{Dialect, Document};
use countersign::domain::fix::FixKind;

use crate::support::stage::{FINGERPRINT, Stage, image, now};
use crate::support::verify::Trusting;

/// Answers what the keys asked to be worked out.
fn answer(stage: &mut Stage, effects: &[Effect]) {
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Fix(fix::Effect::Find(ticket, ask)) => Some((*ticket, ask.clone())),
        _ => None,
    });
    let (ticket, ask) = asked.unwrap_or_else(|| panic!("no fixes are asked for in {effects:?}"));
    stage.send(Msg::Fix(fix::Msg::Fixed(ticket, ask.answer(&Trusting))));
}

/// The box over a policy that denies everything.
pub(crate) fn fixes(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    stage
}

/// The live policy asks the attestor, of which this is known.
fn asking(size: (u16, u16), change: impl Fn(&mut AttestorEvidence)) -> Stage {
    let mut stage = Stage::full(size);
    let live = Document::parse(&files::updated_policy(names::PROJECT), Dialect::Gcloud).policy.unwrap();
    let r = &mut stage.model.session.remotes;
    r.policy = Remote::ready(Box::new(live), now());
    let mut evidence: Evidence = (**r.evidence.value().unwrap()).clone();
    evidence.attestors.values_mut().for_each(change);
    r.evidence = Remote::ready(Box::new(evidence), now());
    for key in r.keys.items().to_vec() {
        let public = "-----BEGIN PGP PUBLIC KEY BLOCK-----".to_owned();
        r.keys = Remote::ready(vec![countersign::domain::resource::LocalKey { public, ..key }], now());
    }
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage
}

/// The attestations that are known.
fn list(evidence: &mut AttestorEvidence) -> &mut Vec<Attestation> {
    match evidence {
        AttestorEvidence::Found { attestations: Attestations::Read(list), .. } => list,
        other => panic!("{other:?}"),
    }
}

/// No attestation is there.
pub(crate) fn unattested(size: (u16, u16)) -> Stage {
    let mut stage = asking(size, |evidence| list(evidence).clear());
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    stage
}

fn kinds(stage: &Stage) -> Vec<FixKind> {
    stage.model.fix.fixes.as_ref().unwrap().iter().map(|fix| fix.kind).collect()
}

/// The jobs that a yes starts.
fn jobs(effects: &[Effect]) -> Vec<Job> {
    effects.iter().flat_map(|e| if let Effect::Run(_, jobs) = e { jobs.clone() } else { Vec::new() }).collect()
}

#[test]
fn the_fixes_are_listed_with_what_they_change_and_let_in() {
    let mut stage = fixes((120, 40));
    assert_eq!(kinds(&stage).first(), Some(&FixKind::AllowImage));
    stage.row("Allow us.gcr.io/binauthz-codelab/hello-world@sha256:37e528794577…");
    stage.row("+ - namePattern: us.gcr.io/binauthz-codelab/hello-world@sha256:");
    stage.row("lets in: Only this digest in this repository, under every rule, attested or not.");
    stage.keys("End");
    stage.row("label image-policy.k8s.io/break-glass: \"true\" of the pod");
}

#[test]
fn a_pattern_goes_through_the_draft_to_the_question_of_the_import() {
    let mut stage = fixes((120, 40));
    assert!(stage.keys("Enter").iter().all(|effect| !matches!(effect, Effect::Run(..))));
    // The draft says something else than the live policy: it is not taken away without a word.
    stage.row("Replace the draft?");
    stage.keys("y");
    assert!(stage.model.draft.editor.text().contains(&format!("- namePattern: {}", image())));
    stage.row("Import the policy?");
    let imported = jobs(&stage.keys("y"));
    let [Job::ImportPolicy { text, etag, .. }] = imported.as_slice() else { panic!("{imported:?}") };
    assert!(text.contains(&format!("- namePattern: {}", image())));
    assert_eq!(etag.as_deref(), Some("\"Mna+BCqXznjH\""));
}

#[test]
fn the_comments_of_a_draft_that_is_live_are_kept() {
    let mut stage = Stage::full((120, 40));
    stage.model.draft.replace(&files::DENY_ALL.replace("defaultAdmissionRule:", "defaultAdmissionRule: # all of them"));
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    stage.keys("Enter");
    stage.row("Import the policy?");
    assert!(stage.model.draft.editor.text().contains("# all of them"));
}

#[test]
fn an_attestation_is_made_with_the_wizard_and_the_key_that_is_trusted() {
    let mut stage = unattested((120, 40));
    stage.row("Attest with my-binauthz-attestor (a key of it is here): us.gcr.io/");
    stage.keys("Enter");
    stage.row("You are about to vouch for exactly this image.");
    stage.keys("Enter");
    stage.row(FINGERPRINT);
}

#[test]
fn a_grant_is_asked_for_and_then_made() {
    let mut stage = asking((120, 40), |evidence| {
        let readable = list(evidence).clone();
        let AttestorEvidence::Found { attestations, .. } = evidence else { panic!() };
        *attestations = Attestations::NotPermitted { service_account: "agent@x".into(), readable };
    });
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    assert_eq!(kinds(&stage).first(), Some(&FixKind::GrantRole));
    stage.keys("Enter");
    stage.row("serviceAccount:agent@x gets roles/containeranalysis.notes.occurrences.viewer");
    let jobs = jobs(&stage.keys("y"));
    let [Job::Grant { note, member }] = jobs.as_slice() else { panic!("{jobs:?}") };
    assert_eq!((note.id(), member.as_str()), (names::NOTE, "serviceAccount:agent@x"));
}

#[test]
fn a_key_id_is_corrected_with_the_signature_that_is_there() {
    let mut stage = asking((120, 40), |evidence| {
        list(evidence)[0].signatures[0].public_key_id = FINGERPRINT.to_lowercase();
    });
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    assert_eq!(kinds(&stage).first(), Some(&FixKind::CorrectKeyId));
    stage.keys("Enter");
    let jobs = jobs(&stage.keys("y"));
    let [Job::CreateAttestation(new), Job::Validate(_)] = jobs.as_slice() else { panic!("{jobs:?}") };
    assert_eq!(new.key_id, FINGERPRINT);
    assert_eq!(new.signature, b"-----BEGIN PGP MESSAGE-----");
}

#[test]
fn a_key_that_signed_is_added() {
    let mut stage = asking((120, 40), |evidence| {
        let AttestorEvidence::Found { attestor, .. } = evidence else { panic!() };
        attestor.keys.clear();
    });
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    assert_eq!(kinds(&stage).first(), Some(&FixKind::AddKey));
    stage.keys("Enter");
    let jobs = jobs(&stage.keys("y"));
    let [Job::AddKey { fingerprint, .. }] = jobs.as_slice() else { panic!("{jobs:?}") };
    assert_eq!(fingerprint, FINGERPRINT);
}

#[test]
fn a_tag_is_deployed_by_its_digest() {
    let mut stage = asking((120, 40), |_| {});
    stage.model.session.choose("us.gcr.io/binauthz-codelab/hello-world:latest".parse().unwrap());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    assert_eq!(kinds(&stage).first(), Some(&FixKind::DeployByDigest));
    stage.keys("Enter");
    stage.row("Runs an image in the cluster");
    assert_eq!(stage.model.session.image, Some(image()));
}

#[test]
fn what_changed_meanwhile_is_worked_out_again_and_old_answers_are_dropped() {
    let mut stage = Stage::full((120, 40));
    let effects = stage.keys("1 F");
    let Some((old, ask)) = effects
        .iter()
        .find_map(|e| if let Effect::Fix(fix::Effect::Find(t, ask)) = e { Some((*t, ask.clone())) } else { None })
    else {
        panic!("{effects:?}")
    };
    stage.model.session.remotes.images = Remote::ready(Vec::new(), now());
    let effects = stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage.send(Msg::Fix(fix::Msg::Fixed(old, ask.answer(&Trusting))));
    assert!(stage.model.fix.fixes.is_none());
    stage.row("each change is being decided");
    answer(&mut stage, &effects);
    assert!(stage.model.fix.fixes.is_some());
}

#[test]
fn where_nothing_is_refused_the_key_says_so() {
    let mut stage = asking((120, 40), |_| {});
    assert!(stage.keys("1 F").iter().all(|effect| !matches!(effect, Effect::Fix(fix::Effect::Find(..)))));
    stage.row("nothing is refused here: the live policy admits it");
}

/// The composer with its manifest.
pub(crate) fn break_glass(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.keys("1 B");
    stage.type_text("outage 42, asked by on-call");
    stage.keys("Enter");
    stage
}

#[test]
fn the_glass_is_broken_with_a_reason_in_the_right_place_and_after_asking() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 B Enter");
    stage.row("say why");
    let mut stage = break_glass((120, 40));
    stage.row("image-policy.k8s.io/break-glass: \"true\"");
    stage.row("justification: \"outage 42, asked by on-call\"");
    let copied = stage.keys("y");
    assert!(
        copied.iter().any(
            |e| matches!(e, Effect::Copy(text) if text.starts_with("apiVersion: apps/v1\n") && !text.contains("# "))
        )
    );
    assert!(stage.keys("D").iter().all(|effect| !matches!(effect, Effect::Run(..))));
    stage.row("Break the glass?");
    let jobs = jobs(&stage.keys("y"));
    let [Job::Deploy { deploy, .. }] = jobs.as_slice() else { panic!("{jobs:?}") };
    assert_eq!(deploy.labels["image-policy.k8s.io/break-glass"], "true");
    let command = commands(&jobs[0], For::Person).join("\n");
    assert!(command.contains("\"annotations\":{\"justification\":\"outage 42, asked by on-call\"}"), "{command}");
    assert!(command.contains("\"template\":{\"metadata\""), "{command}");
}

#[test]
fn an_explained_refusal_is_mended_from_its_box() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 Tab Tab Tab e");
    let effects = stage.keys("F");
    answer(&mut stage, &effects);
    stage.row("Fixes, what lets in the least first");
    assert_eq!(kinds(&stage).last(), Some(&FixKind::BreakGlass));
}
