//! The box that explains a refusal: how it is opened, what it says, where its lines lead to.

use countersign::app::effect::Effect;
use countersign::app::history::state::{Author, History, Version};
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::overlay::Overlay;
use countersign::app::shell::remote::Remote;
use countersign::app::shell::tab::{Pane, Tab};
use countersign::domain::admission::{Attestations, AttestorEvidence, Evidence};
use countersign::domain::document::{Dialect, Document};
use countersign::domain::what_if::Assumption;

use crate::support::stage::{DIGEST, Stage, now};

/// An attestor's refusal of the image of the codelab, as kubectl prints it.
pub(crate) fn pasted(stage: &Stage) -> String {
    let attestor = &stage.model.session.remotes.attestors.items()[0].name;
    let image = format!("us.gcr.io/binauthz-codelab/hello-world@{DIGEST}");
    format!(
        "Error from server (VIOLATES_POLICY): admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the \
         request: Image {image} denied by Binary Authorization default admission rule. Image {image} denied by attestor \
         {attestor}: No attestations found that were valid and signed by a key trusted by the attestor"
    )
}

/// The box over the message of an attestor that the live policy asks too; its attestations are being read.
fn behind(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let policy = stage.model.draft.document.policy.clone().unwrap();
    stage.model.session.remotes.policy = Remote::ready(Box::new(policy), now());
    stage.keys("3");
    let text = pasted(&stage);
    stage.model.decisions.evidence_read_for = None;
    stage.send(Msg::Terminal(TerminalEvent::Paste(text)));
    stage
}

/// The same when they were read: it has none.
pub(crate) fn explained(size: (u16, u16)) -> Stage {
    let mut stage = behind(size);
    let attestor = stage.model.session.remotes.attestors.items()[0].clone();
    let known = AttestorEvidence::Found { attestor: attestor.clone(), attestations: Attestations::Read(Vec::new()) };
    let evidence = Evidence { attestors: [(attestor.name, known)].into(), ..Evidence::default() };
    stage.model.session.remotes.evidence = Remote::ready(Box::new(evidence), now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage
}

/// A policy that allowed everything until an hour before the event.
pub(crate) fn with_a_past(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let text = "defaultAdmissionRule: {evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}";
    let mut policy = Document::parse(text, Dialect::Gcloud).policy.unwrap();
    policy.update_time = Some("2026-11-23T07:00:00Z".into());
    let version = Version { at: "2026-11-23T07:00:00Z".parse().unwrap(), author: Author::Unknown, policy };
    let project = stage.model.session.project.as_ref().unwrap().to_string();
    stage.model.history = History { project, versions: vec![version], ..History::default() };
    stage.keys("1 Tab Tab Tab e");
    stage
}

fn is_open(stage: &Stage) -> bool {
    matches!(stage.model.overlays.last(), Some(Overlay::Explain(_)))
}

/// Points at the first line with this label and takes it.
fn follow(stage: &mut Stage, label: &str) -> Vec<Effect> {
    let lines = stage.model.explain_lines();
    let at = lines.iter().position(|line| line.label == label).unwrap_or_else(|| panic!("no {label} in {lines:#?}"));
    stage.keys("Home");
    for _ in 0..at {
        stage.keys("Down");
    }
    stage.keys("Enter")
}

#[test]
fn an_event_is_explained_and_becomes_the_question() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 Tab Tab Tab e");
    assert!(is_open(&stage));
    stage.row("GKE refused a pod, by the default rule of the policy.  (5 times)");
    stage.row("replicaset/hello-world-5d8f7c9b44");
    stage.row("DENY as the policy is now");
    stage.row("certain");
    let asked = stage.model.session.request().unwrap();
    assert_eq!(asked.images[0].image, "us.gcr.io/binauthz-codelab/hello-world:latest");
    assert_eq!(asked.namespace, "default");
    follow(&mut stage, "decision");
    assert!(stage.model.overlays.is_empty());
    assert_eq!(stage.model.nav.focus(), Pane::Decision);
}

#[test]
fn an_event_that_refuses_nothing_says_so() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 Tab Tab Tab End e");
    assert!(!is_open(&stage));
    stage.row("this event is no refusal");
}

#[test]
fn a_refusal_that_is_pasted_anywhere_is_explained() {
    for keys in ["1", "2", "3", "1 Tab Tab", "2 Tab"] {
        let mut stage = Stage::full((120, 40));
        stage.keys(keys);
        let text = pasted(&stage);
        stage.send(Msg::Terminal(TerminalEvent::Paste(text)));
        assert!(is_open(&stage), "{keys}");
    }
    // Where text is taken, it is text.
    for keys in ["2 Enter", "1 s", ":", "1 Tab /"] {
        let mut stage = Stage::full((120, 40));
        stage.keys(keys);
        let text = pasted(&stage);
        stage.send(Msg::Terminal(TerminalEvent::Paste(text)));
        assert!(!is_open(&stage), "{keys}");
    }
    // What others refuse is told apart, and what is none is said to be none.
    let mut stage = Stage::full((120, 40));
    stage.keys("3");
    stage.send(Msg::Terminal(TerminalEvent::Paste("pods \"x\" is forbidden: exceeded quota: compute".into())));
    stage.row("Not Binary Authorization: this is about a quota.");
    let mut stage = Stage::full((120, 40));
    stage.keys("3");
    stage.send(Msg::Terminal(TerminalEvent::Paste("hello".into())));
    stage.row("no refusal that is known");
    // What is no refusal goes where it went before.
    let mut stage = Stage::full((120, 40));
    stage.keys("2");
    stage.send(Msg::Terminal(TerminalEvent::Paste("description: x\n".into())));
    assert!(!is_open(&stage) && stage.model.draft.editor.text().contains("description: x"));
}

#[test]
fn a_message_is_typed_or_pasted_into_a_form() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 E Enter");
    stage.row("there is nothing to explain");
    let text = pasted(&stage);
    stage.send(Msg::Terminal(TerminalEvent::Paste(text)));
    stage.keys("Enter");
    assert!(is_open(&stage));
    stage.keys("Esc E");
    stage.type_text("what is this");
    stage.keys("Enter");
    stage.row("This is no refusal that is known.");
    stage.row("not understood: `what is this`");
    let copied = stage.keys("y");
    assert!(copied.iter().any(|effect| matches!(effect, Effect::Copy(text) if text.contains("what is this"))));
}

#[test]
fn the_lines_lead_into_the_session() {
    let mut stage = explained((120, 40));
    follow(&mut stage, "rule");
    assert_eq!((stage.model.nav.tab, stage.model.nav.focus()), (Tab::Policy, Pane::Editor));
    let line = stage.model.draft.editor.position().line;
    let text = stage.model.draft.editor.text();
    assert!(text.lines().nth(line - 1).unwrap().starts_with("defaultAdmissionRule"), "{line}\n{text}");
    let mut stage = explained((120, 40));
    follow(&mut stage, "attestor");
    assert_eq!(stage.model.nav.focus(), Pane::Attestors);
    let mut stage = explained((120, 40));
    follow(&mut stage, "image");
    assert_eq!(stage.model.session.image.as_ref().unwrap().digest().unwrap().as_str(), DIGEST);
    assert!(stage.model.overlays.is_empty());
}

#[test]
fn tab_goes_from_link_to_link_and_a_second_click_follows() {
    let mut stage = explained((120, 40));
    stage.keys("Tab");
    stage.row("› decision");
    stage.keys("Tab");
    stage.row("› fixes");
    stage.keys("Tab");
    stage.row("› image");
    stage.keys("S-Tab");
    stage.row("› fixes");
    stage.click("defaultAdmissionRule  (line");
    stage.row("› rule");
    stage.click("defaultAdmissionRule  (line");
    assert_eq!(stage.model.nav.focus(), Pane::Editor);
}

#[test]
fn the_fixes_are_a_line_away() {
    for keys in [None, Some("F")] {
        let mut stage = explained((120, 40));
        match keys {
            Some(keys) => stage.keys(keys),
            None => follow(&mut stage, "fixes"),
        };
        assert!(matches!(stage.model.overlays.last(), Some(Overlay::Fixes(_))));
        stage.keys("Esc");
        assert!(is_open(&stage));
    }
    // Where nothing is refused there is nothing to mend.
    let mut stage = with_a_past((120, 40));
    stage.keys("h");
    assert!(stage.model.explain_lines().iter().all(|line| line.label != "fixes"));
}

#[test]
fn what_is_assumed_proves_nothing() {
    let mut stage = explained((120, 40));
    stage.model.session.assumptions.assume(Assumption::EnforcementOff);
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage.row("something is assumed, which W drops");
    let lines = stage.model.explain_lines();
    assert!(lines.iter().all(|line| line.label != "certain"), "{lines:#?}");
}

#[test]
fn while_attestors_are_read_nothing_is_certain() {
    let mut stage = behind((120, 40));
    let lines = stage.model.explain_lines();
    assert!(lines.iter().all(|line| line.label != "certain"), "{lines:#?}");
    stage.row("reading what the attestors have");
    stage.keys("PgDn PgDn");
    stage.row("Not known from here");
    let mut stage = explained((120, 40));
    stage.row("certain   There is no attestation of this digest for");
}

#[test]
fn it_is_asked_as_it_was_then() {
    let mut stage = with_a_past((120, 40));
    stage.row("ask it under the policy as it was then");
    stage.keys("h");
    stage.row("ADMIT as the policy was then (live since 2026-11-23T07:00:00Z)");
    stage.row("certain   That policy would admit it, with what the attestors have now.");
    follow(&mut stage, "decision");
    stage.row("Under the policy of its time");
    stage.keys("Esc h");
    stage.row("DENY as the policy is now");
    stage.keys("h Esc");
    assert!(stage.model.session.simulated.is_none());
    let mut stage = Stage::full((120, 40));
    stage.keys("1 Tab Tab Tab e h");
    stage.row("not under the policy of its time");
}

#[test]
fn each_refusal_of_a_text_is_told() {
    let mut stage = Stage::full((120, 40));
    let text = pasted(&stage);
    let other = text.replace("hello-world@", "other@");
    stage.send(Msg::Terminal(TerminalEvent::Paste(format!("{text}\n{other}"))));
    // What they have in common is told first.
    stage.row("Explain · all 2");
    stage.row("2 pods refused, by 1 cause");
    stage.keys("Right");
    stage.row("Explain · 1 of 2");
    stage.keys("Right");
    stage.row("Explain · 2 of 2");
    assert!(stage.model.session.image.as_ref().unwrap().name().ends_with("/other"));
    stage.keys("Right Left");
    stage.row("Explain · 1 of 2");
    stage.keys("Left");
    stage.row("Explain · all 2");
    // The line of a cause leads to its first refusal.
    stage.keys("Tab Enter");
    stage.row("Explain · 1 of 2");
}

#[test]
fn the_answer_is_above_the_context_and_nothing_is_told_twice() {
    let stage = explained((120, 60));
    let lines = stage.model.explain_lines();
    let at = |label: &str| lines.iter().position(|line| line.label == label).unwrap();
    assert!(at("decision") < at("certain") && at("fixes") < at("certain") && at("certain") < at("image"), "{lines:#?}");
    assert!(at("certain") < 8, "{lines:#?}");
    let whole = lines.iter().filter(|line| line.text.contains(DIGEST)).count();
    assert_eq!(whole, 1, "{lines:#?}");
    for line in lines.iter().filter(|line| !line.text.is_empty()) {
        assert_eq!(lines.iter().filter(|other| other.text == line.text).count(), 1, "{line:?}");
    }
    // A cause that is only possible has the command that would tell it.
    let mut stage = behind((120, 60));
    let lines = stage.model.explain_lines();
    let possible = lines.iter().filter(|line| line.label == "possible").count();
    assert_eq!(lines.iter().filter(|line| line.text.starts_with("so if: (")).count(), possible + 1, "{lines:#?}");
    let list = "attestations list --attestor=my-binauthz-attestor --attestor-project=binauthz-codelab --artifact-url=";
    assert!(lines.iter().any(|line| line.text.contains(list) && line.text.contains(DIGEST)), "{lines:#?}");
    stage.keys("Esc");
}

/// A refusal of a cluster that the open project does not have.
#[test]
fn a_message_of_another_place_proves_nothing_and_is_not_repaired() {
    let mut stage = Stage::full((120, 40));
    let before = stage.model.session.request();
    let text = pasted(&stage)
        .replace("default admission rule", "cluster admission rule for us-east4-a.my-cluster-1")
        .replace("binauthz-codelab", "real-corp");
    stage.keys("3");
    stage.send(Msg::Terminal(TerminalEvent::Paste(text)));
    let lines = stage.model.explain_lines();
    let has = |part: &str| lines.iter().any(|line| line.text.contains(part));
    assert!(has("This is about cluster us-east4-a.my-cluster-1, and open is "), "{lines:#?}");
    assert!(has("project real-corp is not among the projects here"), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.label == "certain" || line.label == "fixes"), "{lines:#?}");
    assert_eq!(stage.model.session.request(), before, "the question of every tab is another");
    stage.keys("F");
    assert!(is_open(&stage));
    stage.row("This is about cluster us-east4-a.my-cluster-1");
}

#[test]
fn the_project_of_a_message_can_be_opened_from_it() {
    let mut stage = Stage::full((120, 40));
    let mut other = stage.model.session.remotes.projects.items()[0].clone();
    other.id = "real-corp".to_owned();
    other.number = "999".to_owned();
    let projects = [stage.model.session.remotes.projects.items(), &[other]].concat();
    stage.model.session.remotes.projects = Remote::ready(projects, now());
    let text = pasted(&stage)
        .replace("default admission rule", "cluster admission rule for us-east4-a.my-cluster-1")
        .replace("binauthz-codelab", "real-corp");
    stage.keys("3");
    stage.send(Msg::Terminal(TerminalEvent::Paste(text)));
    let effects = follow(&mut stage, "open");
    assert!(!is_open(&stage));
    assert!(format!("{effects:?}").contains("real-corp"), "{effects:?}");
}

/// What a text does not say is not taken from what happens to be open.
#[test]
fn in_which_cluster_it_was_is_not_known_where_the_text_does_not_say_it() {
    let mut stage = explained((120, 40));
    let mut policy = stage.model.session.live_policy().unwrap().clone();
    let allow = "{evaluationMode: ALWAYS_ALLOW, enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG}";
    let text = format!("clusterAdmissionRules: {{us-east1.other: {allow}}}\ndefaultAdmissionRule: {allow}");
    let rules = Document::parse(&text, Dialect::Gcloud).policy.unwrap().cluster_admission_rules;
    policy.cluster_admission_rules = rules;
    stage.model.session.remotes.policy = Remote::ready(Box::new(policy), now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    let lines = stage.model.explain_lines();
    let has = |part: &str| lines.iter().any(|line| line.text.contains(part));
    assert!(has("UNDECIDED as the policy is now") && has("it hangs on the cluster"), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.label == "certain"), "{lines:#?}");
}
