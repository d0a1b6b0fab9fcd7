//! The box with the fixes, and how each is applied in the ordinary way of its role; breaking the glass.

use countersign::app::command_log::commands::{For, commands};
use countersign::app::effect::Effect;
use countersign::app::fix;
use countersign::app::fix::mend::MendStage;
use countersign::app::fix::trial::{PodTrial, Sent, Trial};
use countersign::app::job::{Job, JobOutcome};
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::overlay::Overlay;
use countersign::app::shell::remote::Remote;
use countersign::app::work::WorkMsg;
use countersign::codelab::{files, names};
use countersign::domain::admission::{Attestations, AttestorEvidence, Evidence};
use countersign::domain::attestation::Attestation;
use countersign::domain::document::{Dialect, Document};
use countersign::domain::fix::FixKind;
use countersign::domain::resource::Workload;

use crate::support::stage::{FINGERPRINT, Stage, image, now, running};
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
    let at = kinds(&stage).iter().position(|kind| *kind == FixKind::BreakGlass).unwrap();
    (0..at).for_each(|_| drop(stage.keys("Down")));
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
    stage.row("Attest with my-binauthz-attestor (a key … here): hello-world@sha256:");
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
    stage.row("Fixes, what can be done from here first");
    assert!(kinds(&stage).contains(&FixKind::BreakGlass));
}

/// The selected row is refused for its tag; the box with its change is open and was answered.
fn mending(size: (u16, u16)) -> Stage {
    let mut stage = asking(size, |_| {});
    let effects = stage.keys("1 Tab Tab F");
    // What was read before it was refused is read again.
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Load(..))), "{effects:?}");
    answer(&mut stage, &effects);
    assert_eq!(kinds(&stage).first(), Some(&FixKind::DeployByDigest));
    stage.keys("Enter");
    stage
}

/// What is asked to be tried, answered with what came of the pod.
fn tried(stage: &mut Stage, pod: PodTrial) {
    let Some(Overlay::Mend(mend)) = stage.model.overlays.last() else { panic!("{:#?}", stage.model.overlays) };
    let MendStage::Trying(ticket) = mend.stage else { panic!("{:?}", mend.stage) };
    let trial = Trial { sent: Sent::Patch(mend.patch.body()), pod };
    stage.send(Msg::Fix(fix::Msg::Tried(ticket, Ok(trial))));
}

/// The change was tried, and waits for a yes.
pub(crate) fn mend_tried(size: (u16, u16)) -> Stage {
    let mut stage = mending(size);
    tried(&mut stage, PodTrial::Admitted);
    stage
}

/// The change is sent, and its pods are refused again.
pub(crate) fn mend_refused(size: (u16, u16)) -> Stage {
    let mut stage = mend_sent(size);
    let message = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: Image \
                   us.gcr.io/binauthz-codelab/hello-world@sha256:37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567 \
                   denied by Binary Authorization default admission rule. Denied by always_deny admission rule";
    let mut workloads = stage.model.session.remotes.workloads.items().to_vec();
    let set =
        Workload { name: "hello-world-7f".into(), images: vec![running(image().as_str())], ..workloads[1].clone() };
    workloads.push(set);
    let mut event = stage.model.session.remotes.events.items()[0].clone();
    let seen = now().to_string();
    (event.object, event.message, event.last_seen) = ("replicaset/hello-world-7f".into(), message.into(), seen);
    stage.model.session.remotes.workloads = Remote::ready(workloads, now());
    stage.model.session.remotes.events = Remote::ready(vec![event], now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage
}

fn mend_sent(size: (u16, u16)) -> Stage {
    let mut stage = mend_tried(size);
    let effects = stage.keys("Enter");
    let Some(Effect::Run(ticket, sent)) = effects.iter().find(|effect| matches!(effect, Effect::Run(..))) else {
        panic!("{effects:?}")
    };
    let [Job::ChangeWorkload { patch, sent, .. }] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!((patch.id.to_string().as_str(), patch.id.namespace.as_str()), ("deployment/hello-world", "default"));
    assert_eq!(sent.body(), patch.body());
    let changed = JobOutcome::Changed { uid: "uid-of-hello-world".into(), generation: 2 };
    stage.send(Msg::Work(WorkMsg::Done(*ticket, 0, changed)));
    stage.send(Msg::Work(WorkMsg::Ended(*ticket, Ok(()))));
    let mut workloads = stage.model.session.remotes.workloads.items().to_vec();
    (workloads[0].generation, workloads[0].failure) = (2, None);
    workloads[0].images = vec![running(image().as_str())];
    stage.model.session.remotes.workloads = Remote::ready(workloads, now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage
}

/// The refused workload itself is changed, and only when it is whole that is called mended.
#[test]
fn a_refused_row_is_mended_in_its_own_workload() {
    let mut stage = mending((120, 40));
    stage.row("it is tried, and not made yet (dryRun=All)");
    assert!(stage.keys("Enter").is_empty(), "nothing is sent before it was tried");
    tried(&mut stage, PodTrial::Admitted);
    stage.row(
        "$ kubectl --context=gke_binauthz-codelab_us-central1-a_binauthz-codelab set image deployment/hello-world",
    );
    stage.row("\"containers\":[{\"name\":\"hello-world\",\"image\":\"us.gcr.io/binauthz-codelab/hello-world@");
    stage.row("the API server takes it, and admission lets its pods in");
    let mut stage = mend_sent((120, 40));
    stage.row("0/1 ready; its controller makes a ReplicaSet of the new template, at once");
    // What the old status says is not of the change.
    let mut workloads = stage.model.session.remotes.workloads.items().to_vec();
    (workloads[0].ready, workloads[0].is_whole) = ("1/1".into(), true);
    let mut old = workloads.clone();
    old[0].generation = 1;
    stage.model.session.remotes.workloads = Remote::ready(old, now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage.row("the cluster tells of the change next");
    stage.model.session.remotes.workloads = Remote::ready(workloads, now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage.row("mended: deployment/hello-world is 1/1 since");
    assert_eq!(stage.model.session.images()[0].image, image().as_str());
}

#[test]
fn the_next_refusal_is_told_and_not_called_mended() {
    let mut stage = mend_refused((120, 40));
    stage.row("refused again: the rule refuses all · default rule");
}

#[test]
fn a_change_whose_pods_would_be_refused_is_told_before_it_is_made() {
    let mut stage = mending((120, 40));
    tried(&mut stage, PodTrial::Refused("denied by default admission rule".into()));
    stage.row("its pods would be refused again: denied by default admission rule");
    let mut stage = mending((120, 40));
    tried(&mut stage, PodTrial::NotKnown("pods is forbidden".into()));
    stage.row("whether its pods get in could not be tried: pods is forbidden");
}

/// Without a workload the form begins with the image's own name.
#[test]
fn an_image_alone_is_deployed_under_its_own_name() {
    let mut stage = asking((120, 40), |_| {});
    stage.model.session.choose("gcr.io/acme/shop/check_out:1.0".parse().unwrap());
    stage.keys("1 D");
    let name = stage.row("Name");
    assert!(name.contains("check-out") && !name.contains("hello"), "{name}");
}

/// No key of the attestor is here: no empty list of keys, but what to hand over.
#[test]
fn what_cannot_be_done_from_here_is_handed_over() {
    let mut stage = asking((120, 40), |evidence| list(evidence).clear());
    stage.model.session.remotes.keys = Remote::ready(Vec::new(), now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    assert_eq!(kinds(&stage).last(), Some(&FixKind::Attest));
    stage.keys("End");
    stage.row("who can: whoever has the private half of");
    stage.keys("Enter");
    stage.row("To hand over");
    stage.row("none of the attestor's keys is on this machine");
    stage.row("gcloud container binauthz attestations create");
}

#[test]
fn nothing_to_count_is_not_told_as_harmless() {
    let mut stage = asking((120, 40), |evidence| list(evidence).clear());
    stage.model.session.remotes.images = Remote::ready(Vec::new(), now());
    stage.model.session.remotes.workloads = Remote::ready(Vec::new(), now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    let effects = stage.keys("1 F");
    answer(&mut stage, &effects);
    stage.row("– no images known");
}
