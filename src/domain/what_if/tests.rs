use rstest::rstest;

use super::*;
use crate::admission::{CompiledPolicy, Decision, Outcome, RequestImage, evaluate};
use crate::attestation::{self, Signature, SignatureFault, Verified, Verify};
use crate::attestor::{Attestor, KeyMaterial, PublicKey};
use crate::policy::{AdmissionRule, EvaluationMode};
use crate::system_policy::SystemPolicy;

const QA: &str = "projects/p/attestors/qa";
const OCCURRENCE: &str = "projects/p/occurrences/1";
const KEY: &str = "0123456789ABCDEF0123456789ABCDEF01234567";

/// Every signature holds, over the payload beside it.
struct Holds;

impl Verify for Holds {
    fn verify(&self, _: &PublicKey, _: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        Ok(Verified { message: payload.to_vec(), warnings: Vec::new() })
    }
}

fn digest() -> Digest {
    Digest::from_sha256(&[7; 32])
}

fn require() -> AdmissionRule {
    AdmissionRule {
        evaluation_mode: EvaluationMode::RequireAttestation,
        require_attestations_by: vec![QA.to_owned()],
        enforcement_mode: EnforcementMode::Enforced,
    }
}

/// Attested pods only; everything in namespace `open` and in cluster `l.open`.
fn policy(kind: Option<&str>) -> Policy {
    let allow = AdmissionRule::always(EvaluationMode::AlwaysAllow, EnforcementMode::Enforced);
    let mut policy = Policy::with_default(require());
    match kind {
        Some("namespace") => policy.kubernetes_namespace_admission_rules = [("open".to_owned(), allow)].into(),
        Some("cluster") => policy.cluster_admission_rules = [("l.open".to_owned(), allow)].into(),
        _ => {}
    }
    policy
}

/// A pod with the image by digest, or by the tag that means it.
fn pod(by_digest: bool) -> Request {
    let image = if by_digest { format!("gcr.io/p/app@{}", digest()) } else { "gcr.io/p/app:1".to_owned() };
    Request { images: vec![RequestImage { image, ..RequestImage::default() }], ..Request::default() }
}

/// One attestation of the digest by `QA`, made at noon.
fn attested() -> Evidence {
    let name: AttestorName = QA.parse().unwrap();
    let image: ImageRef = format!("gcr.io/p/app@{}", digest()).parse().unwrap();
    let note = "projects/p/notes/n".parse::<crate::name::NoteName>().unwrap();
    let attestor = Attestor {
        note: note.clone(),
        name: name.clone(),
        description: String::new(),
        keys: vec![PublicKey {
            id: KEY.into(),
            comment: String::new(),
            material: KeyMaterial::Pgp { armor: String::new() },
        }],
        service_account_email: None,
        update_time: None,
        etag: None,
    };
    let attestation = Attestation {
        name: OCCURRENCE.into(),
        note,
        kind: attestation::ATTESTATION.into(),
        resource_uri: image.as_str().into(),
        payload: attestation::payload(&image, &digest()),
        signatures: vec![Signature { public_key_id: KEY.into(), bytes: vec![1] }],
        jwts: 0,
        create_time: Some("2026-01-02T12:00:00Z".into()),
    };
    let found = AttestorEvidence::Found { attestor, attestations: Attestations::Read(vec![attestation]) };
    Evidence { attestors: [(name, found)].into(), ..Evidence::default() }
}

fn none() -> Evidence {
    Evidence { attestors: [(QA.parse().unwrap(), AttestorEvidence::AssumedNone)].into(), ..Evidence::default() }
}

fn outcome(assumed: &Assumptions, policy: &Policy, request: Request, evidence: Evidence) -> Outcome {
    decision(assumed, policy, request, evidence).outcome
}

fn decision(assumed: &Assumptions, policy: &Policy, request: Request, evidence: Evidence) -> Decision {
    let digests = [("gcr.io/p/app:1".to_owned(), digest())].into();
    let world = World { digests: &digests, enforcement: &|_| Enforcement::On };
    let compiled = CompiledPolicy::new(&assumed.policy(policy), &SystemPolicy::of_sandbox());
    evaluate(&compiled, &assumed.request(request, world), &assumed.evidence(evidence), &Holds)
}

fn only(assumption: Assumption) -> Assumptions {
    let mut assumed = Assumptions::default();
    assumed.assume(assumption);
    assumed
}

/// What is decided without the assumption, and with it.
#[rstest]
#[case::attested(Assumption::Attested(QA.parse().unwrap()), None, true, none(), Outcome::Deny, Outcome::Admit)]
#[case::attested_by_tag(Assumption::Attested(QA.parse().unwrap()), None, false, none(), Outcome::Deny, Outcome::Deny)]
#[case::attested_by_another(
    Assumption::Attested("projects/p/attestors/b".parse().unwrap()), None, true, none(), Outcome::Deny, Outcome::Deny
)]
#[case::removed(Assumption::Removed(OCCURRENCE.into()), None, true, attested(), Outcome::Admit, Outcome::Deny)]
#[case::another_removed(Assumption::Removed("o".into()), None, true, attested(), Outcome::Admit, Outcome::Admit)]
#[case::key_revoked(Assumption::KeyRevoked(KEY.into()), None, true, attested(), Outcome::Admit, Outcome::Deny)]
#[case::another_key(Assumption::KeyRevoked("x".into()), None, true, attested(), Outcome::Admit, Outcome::Admit)]
#[case::key_expired(Assumption::KeyExpired(KEY.into()), None, true, attested(), Outcome::Admit, Outcome::Admit)]
#[case::by_digest(Assumption::ByDigest, None, false, attested(), Outcome::Deny, Outcome::Admit)]
#[case::cluster(Assumption::Cluster("l.open".into()), Some("cluster"), true, none(), Outcome::Deny, Outcome::Admit)]
#[case::namespace(Assumption::Namespace("open".into()), Some("namespace"), true, none(), Outcome::Deny, Outcome::Admit)]
#[case::enforcement_off(Assumption::EnforcementOff, None, true, none(), Outcome::Deny, Outcome::Admit)]
#[case::dry_run(Assumption::DryRun, None, true, none(), Outcome::Deny, Outcome::AdmitDryRun)]
#[case::break_glass(Assumption::BreakGlass, None, true, none(), Outcome::Deny, Outcome::AdmitBreakGlass)]
#[case::before_it_was_made(at("2026-01-02T11:59:59Z"), None, true, attested(), Outcome::Admit, Outcome::Deny)]
#[case::when_it_was_made(at("2026-01-02T12:00:00Z"), None, true, attested(), Outcome::Admit, Outcome::Admit)]
fn each_assumption(
    #[case] assumption: Assumption,
    #[case] kind: Option<&str>,
    #[case] by_digest: bool,
    #[case] evidence: Evidence,
    #[case] without: Outcome,
    #[case] with: Outcome,
) {
    let policy = policy(kind);
    let before = outcome(&Assumptions::default(), &policy, pod(by_digest), evidence.clone());
    let after = outcome(&only(assumption), &policy, pod(by_digest), evidence);
    assert_eq!((before, after), (without, with));
}

fn at(time: &str) -> Assumption {
    Assumption::At(time.parse().unwrap())
}

#[test]
fn an_expired_key_is_told_in_the_tree() {
    let told = |assumption| {
        decision(&only(assumption), &policy(None), pod(true), attested()).trace.to_string().contains("expired")
    };
    assert!(told(Assumption::KeyExpired(KEY.into())));
    assert!(!told(Assumption::KeyExpired("another".into())));
}

/// Holds too, and tells at which time it was looked at.
struct Clock;

impl Verify for Clock {
    fn verify(&self, key: &PublicKey, signature: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        Holds.verify(key, signature, payload)
    }

    fn verify_at(
        &self,
        key: &PublicKey,
        signature: &[u8],
        payload: &[u8],
        at: Timestamp,
    ) -> Result<Verified, SignatureFault> {
        let verified = self.verify(key, signature, payload)?;
        attestation::despite_expiry(verified, format!("looked at as of {at}"))
    }
}

#[test]
fn signatures_are_looked_at_as_of_the_time_that_is_assumed() {
    let compiled = CompiledPolicy::new(&policy(None), &SystemPolicy::of_sandbox());
    let trace = |assumed: &Assumptions| {
        evaluate(&compiled, &pod(true), &assumed.evidence(attested()), &Clock).trace.to_string()
    };
    assert!(trace(&only(at("2026-03-04T05:06:07Z"))).contains("looked at as of 2026-03-04T05:06:07Z"));
    assert!(!trace(&Assumptions::default()).contains("looked at"));
}

#[test]
fn a_dry_run_is_of_every_rule() {
    let assumed = only(Assumption::DryRun);
    for kind in ["cluster", "namespace"] {
        let policy = policy(Some(kind));
        let dry = assumed.policy(&policy);
        assert!(dry.all_rules().all(|(_, _, rule)| rule.enforcement_mode == EnforcementMode::DryRun), "{kind}");
    }
}

#[test]
fn cloud_run_breaks_its_own_glass() {
    let request = Request { platform: Platform::CloudRun, ..pod(true) };
    assert_eq!(outcome(&only(Assumption::BreakGlass), &policy(None), request, none()), Outcome::AdmitBreakGlass);
}

#[test]
fn enforcement_is_off_wherever_the_pod_is_assumed_to_be() {
    let mut assumed = only(Assumption::EnforcementOff);
    assumed.assume(Assumption::Cluster("l.other".into()));
    assert_eq!(outcome(&assumed, &policy(None), pod(true), none()), Outcome::Admit);
}

#[test]
fn what_can_be_only_one_thing_is_the_last_that_was_assumed() {
    let mut assumed = Assumptions::default();
    for assumption in [
        Assumption::Cluster("l.a".into()),
        Assumption::DryRun,
        Assumption::Attested(QA.parse().unwrap()),
        Assumption::Attested("projects/p/attestors/b".parse().unwrap()),
        Assumption::Attested(QA.parse().unwrap()),
        Assumption::Cluster("l.b".into()),
        Assumption::DryRun,
        at("2026-01-02T00:00:00Z"),
    ] {
        assumed.assume(assumption);
    }
    let text = "attested by b, attested by qa, cluster l.b, dry run, at 2026-01-02 00:00:00 UTC";
    assert_eq!(assumed.short(), text);
    assumed.drop_one(9);
    assumed.drop_one(0);
    assert_eq!(assumed.iter().count(), 4);
    assumed.clear();
    assert!(assumed.is_empty() && assumed.short().is_empty());
}

#[test]
fn long_names_are_short_on_a_screen_and_whole_in_a_text() {
    let key = Assumption::KeyRevoked(KEY.into());
    assert_eq!(
        (key.short().as_str(), key.to_string()),
        ("key …89ABCDEF01234567 revoked", format!("key {KEY} revoked"))
    );
    let removed = Assumption::Removed(OCCURRENCE.into());
    assert_eq!(
        (removed.short().as_str(), removed.to_string().as_str()),
        ("without attestation 1", "without attestation projects/p/occurrences/1")
    );
}
