//! Asking about pods: of several images, from a manifest, from the cluster; what if; the tree of the
//! decision; tags and platforms.

use countersign::app::draft::file;
use countersign::app::draft::file::state::{FileReply, FileTask, FileText, Stamp};
use countersign::app::effect::Effect;
use countersign::app::history::state::{Author, History, Version};
use countersign::app::msg::{Msg, TerminalEvent};
use countersign::app::query::Query;
use countersign::app::shell::remote::Remote;
use countersign::app::shell::report::Report;
use countersign::codelab::{files, names};
use countersign::domain::admission::{Attestations, AttestorEvidence, Outcome};
use countersign::domain::document::{Dialect, Document};
use countersign::domain::image::Digest;
use countersign::domain::policy::Policy;
use countersign::domain::registry_image::{Child, RegistryImage};
use rstest::rstest;

use crate::support::screen::text;
use crate::support::stage::{DIGEST, FINGERPRINT, Stage, image, now, running};

const TAG: &str = "us.gcr.io/binauthz-codelab/hello-world:latest";

const TWO_PODS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: builder
      initContainers:
      - {name: setup, image: registry.k8s.io/setup:1}
      containers:
      - {name: web, image: us.gcr.io/binauthz-codelab/hello-world:latest}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - {name: job, image: nginx}
";

fn shown(stage: &mut Stage) -> String {
    text(&stage.draw().0)
}

fn outcome(stage: &Stage) -> Option<Outcome> {
    stage.model.decisions.now.as_ref().map(|decision| decision.outcome)
}

/// The live policy asks for an attestation, which the image has.
pub(crate) fn attested(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    let policy = policy(&files::updated_policy(names::PROJECT));
    stage.model.session.remotes.policy = Remote::ready(Box::new(policy), now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    assert_eq!(outcome(&stage), Some(Outcome::Admit));
    stage
}

fn policy(text: &str) -> Policy {
    Document::parse(text, Dialect::Gcloud).policy.unwrap()
}

/// Picks what fits the text in the list of assumptions.
pub(crate) fn assume(stage: &mut Stage, words: &str) {
    stage.keys("w");
    stage.type_text(words);
    stage.keys("Enter");
}

/// With a key revoked and every rule a dry run.
pub(crate) fn decided(size: (u16, u16)) -> Stage {
    let mut stage = attested(size);
    stage.keys("1");
    assume(&mut stage, "revoked");
    assume(&mut stage, "dry run");
    stage.keys("S-Tab");
    stage
}

/// The pods of a manifest, pasted.
pub(crate) fn two_pods(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.keys("1 m");
    stage.send(Msg::Terminal(TerminalEvent::Paste(TWO_PODS.into())));
    stage.keys("Enter");
    stage
}

#[test]
fn a_pasted_manifest_of_several_pods_asks_which() {
    let mut stage = two_pods((120, 40));
    stage.row("Which of 2 pods");
    stage.row("CronJob/nightly");
    stage.type_text("deploy");
    stage.keys("Enter");
    let request = stage.model.session.request().unwrap();
    assert_eq!(request.images.len(), 2);
    assert_eq!((request.namespace.as_str(), request.service_account.as_str()), ("prod", "builder"));
    assert_eq!(request.cluster.as_deref(), Some("us-central1-a.binauthz-codelab"));
    stage.row("2 images, namespace prod, service account builder");
    stage.row("init container setup");
    // Again: the box still has what was pasted.
    stage.keys("m");
    stage.row("{name: job, image: nginx}");
    stage.keys("Enter");
    stage.type_text("cron");
    stage.keys("Enter");
    assert_eq!(stage.model.session.request().unwrap().images[0].image, "nginx");
}

#[test]
fn what_is_wrong_in_a_manifest_is_said_at_its_place_and_kept() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 m Enter");
    stage.row("paste a manifest, or name a file");
    stage.send(Msg::Terminal(TerminalEvent::Paste("kind: Pod\nspec: {containers: [{image: 7}]}\n".into())));
    stage.keys("Enter");
    stage.row("line 2, column");
    stage.row("kind: Pod");
}

#[test]
fn a_manifest_is_read_from_a_file() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 m Tab");
    stage.type_text("pods.yaml");
    let effects = stage.keys("Enter");
    assert!(effects.contains(&Effect::File(file::Effect::Task(FileTask::Manifest("pods.yaml".into())))), "{effects:?}");
    let failed = FileReply::Manifest(Err(Report::new("pods.yaml cannot be read")));
    stage.send(Msg::File(file::Msg::Replied(failed)));
    stage.row("pods.yaml cannot be read");
    stage.keys("Enter");
    let opened = FileText { path: "/p/pods.yaml".into(), text: TWO_PODS.into(), stamp: Stamp::default() };
    stage.send(Msg::File(file::Msg::Replied(FileReply::Manifest(Ok(opened)))));
    stage.row("Which of 2 pods");
}

#[test]
fn a_workload_is_asked_about_with_all_its_images() {
    let mut stage = Stage::full((120, 40));
    let workloads = stage.model.session.remotes.workloads.items().to_vec();
    let mut workloads = workloads;
    workloads[0].images = vec![running("nginx"), running(TAG)];
    stage.model.session.remotes.workloads = Remote::ready(workloads, now());
    stage.keys("1 Tab Tab Enter");
    let images: Vec<String> = stage.model.session.images().into_iter().map(|image| image.image).collect();
    assert_eq!(images, ["nginx", TAG]);
    stage.row("image nginx +1");
}

#[rstest]
#[case("dry run", Outcome::AdmitDryRun, "if: dry run")]
#[case("break-glass", Outcome::AdmitBreakGlass, "if: break-glass")]
#[case("enforcement", Outcome::Admit, "if: enforcement off")]
#[case("attested by my", Outcome::Deny, "if: attested by my-binauthz-attestor")]
fn what_is_assumed_is_decided_and_marked(#[case] words: &str, #[case] with: Outcome, #[case] mark: &str) {
    let mut stage = Stage::full((80, 24));
    assert_eq!(outcome(&stage), Some(Outcome::Deny));
    stage.keys("1");
    assume(&mut stage, words);
    assert_eq!(outcome(&stage), Some(with));
    for tab in ["1", "2", "3"] {
        stage.keys(tab);
        stage.row(mark);
    }
    stage.keys("1 W");
    assert_eq!(outcome(&stage), Some(Outcome::Deny));
    assert!(!shown(&mut stage).contains("if: "), "{}", shown(&mut stage));
}

#[test]
fn what_is_attested_can_be_taken_away_in_three_ways() {
    let key = &FINGERPRINT[FINGERPRINT.len() - 8..];
    for words in ["without attestation", key, "2026-11-23 08"] {
        let mut stage = attested((120, 40));
        let version = |at: &str, text: &str| Version {
            at: at.parse().unwrap(),
            author: Author::Unknown,
            policy: Policy { update_time: Some(at.into()), ..policy(text) },
        };
        let versions = vec![version("2026-11-23T08:30:00Z", &files::updated_policy(names::PROJECT))];
        stage.model.history = History { project: names::PROJECT.into(), versions, ..History::default() };
        stage.keys("1");
        assume(&mut stage, words);
        assert_eq!(outcome(&stage), Some(Outcome::Deny), "{words}: {}", shown(&mut stage));
    }
}

#[test]
fn at_another_time_the_policy_is_that_of_then() {
    let mut stage = attested((120, 40));
    let then = Policy { update_time: Some("2026-11-23T07:00:00Z".into()), ..policy(files::DENY_ALL) };
    let version = Version { at: now(), author: Author::Unknown, policy: then };
    stage.model.history = History { project: names::PROJECT.into(), versions: vec![version], ..History::default() };
    stage.keys("1 w");
    stage.type_text("at another");
    stage.keys("Enter");
    stage.type_text("tomorrow");
    stage.keys("Enter");
    stage.row("is no time");
    for _ in 0.."tomorrow".len() {
        stage.keys("Backspace");
    }
    stage.type_text("2026-11-23 08:00");
    stage.keys("Enter S-Tab");
    stage.row("if: at 2026-11-23 08:00:00 UTC");
    stage.row("Denied by always_deny");
    // Before anything is known of the policy, nothing is decided.
    assume(&mut stage, "at another");
    stage.type_text("2020-01-01");
    stage.keys("Enter");
    assert_eq!(outcome(&stage), None);
    stage.row("no policy of that time is known");
}

#[test]
fn a_review_and_a_test_hold_what_is_and_say_so() {
    let mut stage = attested((120, 40));
    stage.keys("1");
    assume(&mut stage, "dry run");
    stage.keys("2");
    stage.row("without what is assumed");
    stage.keys("F7");
    stage.row("reviewed as it is: nothing that is assumed is in it");
    stage.keys("Esc 1 S-Tab M-a");
    stage.row("a test holds what is, and something is assumed");
    assert!(stage.model.overlays.is_empty());
}

#[test]
fn one_of_several_assumptions_is_dropped() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1");
    assume(&mut stage, "dry run");
    assume(&mut stage, "break-glass");
    stage.row("if: dry run, break-glass");
    assume(&mut stage, "drop dry run");
    stage.row("if: break-glass");
    assert_eq!(outcome(&stage), Some(Outcome::AdmitBreakGlass));
}

fn index() -> RegistryImage {
    let child = |byte: u8, platform: &str| Child {
        digest: Digest::from_sha256(&[byte; 32]),
        platform: Some(platform.into()),
        media_type: String::new(),
        size: 528,
    };
    RegistryImage {
        digest: Digest::from_sha256(&[9; 32]),
        media_type: "application/vnd.oci.image.index.v1+json".into(),
        children: vec![child(1, "linux/amd64"), child(2, "linux/arm64")],
    }
}

/// The tag of the image means an index of two images, of which one is attested; what was attested
/// before is another digest.
pub(crate) fn index_looked_at(size: (u16, u16)) -> Stage {
    let mut stage = attested(size);
    let evidence = stage.model.session.remotes.evidence.value().unwrap().clone();
    let mut evidence = *evidence;
    for known in evidence.attestors.values_mut() {
        let AttestorEvidence::Found { attestations: Attestations::Read(list), .. } = known else { continue };
        let mut of_child = list[0].clone();
        let child = image().with_digest(&index().children[1].digest);
        of_child.payload = countersign::domain::attestation::payload(&child, child.digest().unwrap());
        child.as_str().clone_into(&mut of_child.resource_uri);
        list.push(of_child);
    }
    stage.model.session.remotes.evidence = Remote::ready(Box::new(evidence), now());
    let alone = RegistryImage { digest: DIGEST.parse().unwrap(), children: Vec::new(), ..index() };
    stage.keys("1 Tab");
    let effects = stage.keys("t");
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Load(_, Query::Registry { images }) => Some(images.clone()),
        _ => None,
    });
    assert_eq!(asked, Some(vec![TAG.to_owned(), image().as_str().to_owned()]), "{effects:?}");
    let found = [(TAG.to_owned(), Ok(index())), (image().as_str().to_owned(), Ok(alone))].into();
    stage.model.session.remotes.registry = Remote::ready(found, now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage
}

#[test]
fn an_index_is_shown_with_its_platforms() {
    let mut stage = index_looked_at((120, 40));
    stage.row("means now an index of 2 images");
    stage.row("Cloud Run asks about sha256:010101010101…, its image for linux/amd64 *");
    stage.row("GKE does not resolve a tag");
    assert!(stage.row("linux/amd64  ").contains("– not attested"));
    assert!(stage.row("linux/arm64").contains("✓ my-binauthz-attestor"));
    let copied = stage.keys("y");
    assert!(
        copied.iter().any(|effect| matches!(effect, Effect::Copy(text) if text.contains("linux/arm64"))),
        "{copied:?}"
    );
}

#[test]
fn a_tag_that_moved_since_it_was_attested_is_told() {
    let mut stage = index_looked_at((120, 40));
    let moved = RegistryImage { children: Vec::new(), ..index() };
    stage.model.session.remotes.registry = Remote::ready([(TAG.to_owned(), Ok(moved))].into(), now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage.row("the tag moved since my-binauthz-attestor attested it");
    let failed = [(TAG.to_owned(), Err("404 MANIFEST_UNKNOWN".to_owned()))].into();
    stage.model.session.remotes.registry = Remote::ready(failed, now());
    stage.send(Msg::Terminal(TerminalEvent::Resumed));
    stage.row("not known: 404 MANIFEST_UNKNOWN");
}

#[test]
fn by_digest_instead_of_by_tag() {
    let mut stage = attested((120, 40));
    stage.model.session.choose(TAG.parse().unwrap());
    let effects = stage.send(Msg::Terminal(TerminalEvent::Resumed));
    let looks_up = |effect: &Effect| matches!(effect, Effect::Load(_, Query::Registry { images }) if *images == [TAG]);
    assert!(effects.iter().any(looks_up), "{effects:?}");
    assert_eq!(outcome(&stage), Some(Outcome::Deny), "by tag");
    let alone = RegistryImage { digest: DIGEST.parse().unwrap(), children: Vec::new(), ..index() };
    stage.model.session.remotes.registry = Remote::ready([(TAG.to_owned(), Ok(alone))].into(), now());
    stage.keys("1");
    assume(&mut stage, "by digest");
    assert_eq!(outcome(&stage), Some(Outcome::Admit));
    stage.row("if: deployed by digest");
}

/// What `y` or `Y` copies.
fn copied(stage: &mut Stage, key: &str) -> String {
    let effects = stage.keys(key);
    let text = effects.into_iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text) } else { None });
    text.unwrap_or_else(|| panic!("nothing was copied: {}", shown(stage)))
}

#[test]
fn the_tree_is_copied_with_what_was_assumed() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 S-Tab");
    let plain = copied(&mut stage, "y");
    assert!(plain.starts_with("✗ DENY under the live policy\nimage: us.gcr.io/"), "{plain}");
    assert!(!plain.contains("Assumed"), "{plain}");
    assume(&mut stage, "dry run");
    let plain = copied(&mut stage, "y");
    assert!(plain.contains("\nAssumed, and not as it is now: dry run\n"), "{plain}");
    let markdown = copied(&mut stage, "Y");
    assert!(markdown.starts_with("## ✓ ADMIT\\_DRY\\_RUN under the live policy\n"), "{markdown}");
    assert!(markdown.contains("> **Assumed, and not as it is now: dry run**"), "{markdown}");
}

#[test]
fn the_tree_is_folded_and_searched() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 S-Tab");
    stage.row("closest pattern");
    stage.keys("-");
    assert!(!shown(&mut stage).contains("closest pattern"));
    stage.keys("/");
    stage.type_text("closest");
    let row = stage.row("closest pattern");
    assert!(row.contains('›'), "{row}");
    stage.row("allowlist");
    assert!(!shown(&mut stage).contains("break-glass: not"), "{}", shown(&mut stage));
    stage.keys("Enter Esc +");
    stage.row("closest pattern");
    stage.row("break-glass");
}

#[test]
fn the_decision_is_shown_under_each_policy() {
    let mut stage = attested((120, 40));
    stage.model.draft.replace(files::DENY_ALL);
    stage.keys("1 S-Tab");
    assert!(!shown(&mut stage).contains("Denied by always_deny"));
    stage.keys("v");
    stage.row("Denied by always_deny");
    assert!(copied(&mut stage, "y").starts_with("✗ DENY under the draft\n"));
    stage.keys("v");
    stage.row("live policy ✓ ADMIT");
    let version = Version { at: now(), author: Author::Unknown, policy: policy(files::DENY_ALL) };
    stage.model.history = History { project: names::PROJECT.into(), versions: vec![version], ..History::default() };
    // The form has the versions of the history, too.
    stage.keys("s S-Tab Right Right Enter");
    stage.row("policy of 2026-11-23 09:00:00");
    stage.row("Denied by always_deny");
}
