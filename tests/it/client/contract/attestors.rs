//! The policy, the attestors and their keys; a real signature from the keyring to the decision.

use countersign::client::Validation;
use countersign::domain::admission::{
    Attestations, AttestorEvidence, CompiledPolicy, Decision, Outcome, Request, RequestImage, evaluate,
};
use countersign::domain::attestation::{ATTESTATION, Attestation, Signature, payload};
use countersign::domain::attestor::{Attestor, KeyMaterial, PublicKey};
use countersign::domain::image::ImageRef;
use countersign::domain::name::{AttestorName, NoteName, service_agent};
use countersign::domain::policy::{AdmissionRule, EnforcementMode, EvaluationMode, Policy};
use countersign::domain::system_policy::SystemPolicy;
use countersign::signing::openpgp::Verifier;
use countersign::wire::container_analysis::{AttestationNote, Note};
use countersign::wire::iam::OCCURRENCES_VIEWER;

use super::*;
use crate::support::signer::Signer;

const IMAGE: &str =
    "gcr.io/codelab-2018/hello-world@sha256:abababababababababababababababababababababababababababababababab";

fn name() -> AttestorName {
    "projects/codelab-2018/attestors/qa".parse().unwrap()
}

fn note() -> NoteName {
    "projects/codelab-2018/notes/qa-note".parse().unwrap()
}

fn attestor() -> Attestor {
    Attestor {
        name: name(),
        description: "Quality".to_owned(),
        note: note(),
        keys: Vec::new(),
        service_account_email: None,
        update_time: None,
        etag: None,
    }
}

fn key(signer: &Signer) -> PublicKey {
    let material = KeyMaterial::Pgp { armor: signer.armor() };
    PublicKey { id: String::new(), comment: "qa".to_owned(), material }
}

fn rule(evaluation_mode: EvaluationMode, attestors: &[AttestorName]) -> AdmissionRule {
    AdmissionRule {
        evaluation_mode,
        require_attestations_by: attestors.iter().map(ToString::to_string).collect(),
        enforcement_mode: EnforcementMode::Enforced,
    }
}

fn attestation(signer: &Signer) -> Attestation {
    let image: ImageRef = IMAGE.parse().unwrap();
    let payload = payload(&image, image.digest().unwrap());
    let bytes = signer.sign(&payload).into_bytes();
    Attestation {
        name: String::new(),
        note: note(),
        kind: ATTESTATION.to_owned(),
        resource_uri: IMAGE.to_owned(),
        signatures: vec![Signature { public_key_id: signer.fingerprint.as_str().to_owned(), bytes }],
        payload,
        jwts: 0,
        create_time: None,
    }
}

/// A project with an attestor without keys, which a policy requires.
async fn with_attestor() -> Lab {
    let lab = Lab::with_project().await;
    let body = Note { attestation: Some(AttestationNote::default()), ..Note::default() };
    lab.client.create_note(&note(), &body).await.unwrap();
    lab.client.create_attestor(attestor()).await.unwrap();
    let policy = Policy::with_default(rule(EvaluationMode::RequireAttestation, &[name()]));
    lab.client.put_policy(&project(), &policy).await.unwrap();
    lab
}

async fn agent(lab: &Lab) -> String {
    service_agent(&lab.client.project(&project()).await.unwrap().project_number)
}

#[tokio::test]
async fn a_policy_is_read_written_and_guarded_by_its_etag() {
    let lab = Lab::with_project().await;
    let fresh = lab.client.policy(&project()).await.unwrap();
    assert_eq!((fresh.clone(), fresh.etag), (Policy::default_for("codelab-2018"), None));
    let deny = Policy::with_default(rule(EvaluationMode::AlwaysDeny, &[]));
    let first = lab.client.put_policy(&project(), &deny).await.unwrap();
    assert!(first.etag.is_some() && first.update_time.is_some());
    assert_eq!(lab.client.policy(&project()).await.unwrap(), first);
    let second = lab.client.put_policy(&project(), &first).await.unwrap();
    let error = lab.client.put_policy(&project(), &first).await.unwrap_err();
    assert!(
        error.is_conflict() && error.was_not_done() && error.hint().unwrap().contains("load it again"),
        "{error:?}"
    );
    assert_eq!(lab.client.policy(&project()).await.unwrap(), second);
    lab.client.put_policy(&project(), &deny).await.expect("without an etag it overwrites");
}

#[tokio::test]
async fn a_policy_that_is_none_is_refused_with_the_reason() {
    let lab = Lab::with_project().await;
    let policy = Policy::with_default(rule(EvaluationMode::RequireAttestation, &[]));
    let error = lab.client.put_policy(&project(), &policy).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.code, refusal.reason.as_str()), (400, "INVALID_ARGUMENT"));
    assert!(!refusal.message.is_empty());
}

#[tokio::test]
async fn the_system_policy_is_read() {
    let lab = Lab::start().await;
    assert!(!lab.client.system_policy("global").await.unwrap().admission_whitelist_patterns.is_empty());
}

#[tokio::test]
async fn attestors_are_made_read_listed_and_deleted() {
    let lab = with_attestor().await;
    let read = lab.client.attestor(&name()).await.unwrap();
    assert_eq!((&read.description, &read.note, &read.keys), (&attestor().description, &note(), &Vec::new()));
    assert_eq!(read.service_account_email.as_ref(), Some(&agent(&lab).await));
    assert_eq!(lab.client.attestors(&project()).await.unwrap(), std::slice::from_ref(&read));
    let error = lab.client.create_attestor(attestor()).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().reason, "ALREADY_EXISTS", "{error:?}");
    let changed = Attestor { description: "Assurance".to_owned(), ..read.clone() };
    assert_eq!(lab.client.update_attestor(changed.clone()).await.unwrap().description, "Assurance");
    assert!(lab.client.update_attestor(changed).await.unwrap_err().is_conflict(), "its etag is stale");
    let iam = lab.client.attestor_iam(&name()).await.unwrap();
    let iam = lab.client.set_attestor_iam(&name(), iam.with_grant("roles/viewer", "user:a@example.com")).await.unwrap();
    assert_eq!(lab.client.attestor_iam(&name()).await.unwrap(), iam);
    lab.client.delete_attestor(&name()).await.unwrap();
    assert!(lab.client.attestor(&name()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn keys_are_added_and_removed() {
    let lab = with_attestor().await;
    let (first, second) = (Signer::new(), Signer::new());
    lab.client.add_key(&name(), &key(&first)).await.unwrap();
    let both = lab.client.add_key(&name(), &key(&second)).await.unwrap();
    let ids: Vec<_> = both.keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, [first.fingerprint.as_str(), second.fingerprint.as_str()], "the service gives the ids");
    let left = lab.client.remove_key(&name(), first.fingerprint.as_str()).await.unwrap();
    assert_eq!(left.keys.len(), 1);
    assert_eq!(lab.client.attestor(&name()).await.unwrap(), left);
}

/// What the policy of the project decides by what the client finds out.
async fn decide(lab: &Lab) -> (Decision, Attestations) {
    let policy = lab.client.policy(&project()).await.unwrap();
    let system = SystemPolicy::Service(lab.client.system_policy("global").await.unwrap());
    let image: ImageRef = IMAGE.parse().unwrap();
    let evidence = lab.client.evidence(&[&policy], &[image.digest().unwrap().clone()]).await;
    let AttestorEvidence::Found { attestations, .. } = evidence.attestors[&name()].clone() else { panic!() };
    let request = Request {
        namespace: "default".to_owned(),
        images: vec![RequestImage { image: IMAGE.to_owned(), container: "c".to_owned(), ..RequestImage::default() }],
        ..Request::default()
    };
    (evaluate(&CompiledPolicy::new(&policy, &system), &request, &evidence, &Verifier::new()), attestations)
}

/// What a reviewer's file names may be anywhere: that a project is not here says nothing of its attestors.
#[tokio::test]
async fn an_attestor_of_a_project_that_cannot_be_read_leaves_the_decision_open() {
    let lab = with_attestor().await;
    let digest = IMAGE.parse::<ImageRef>().unwrap().digest().unwrap().clone();
    let system = SystemPolicy::Service(lab.client.system_policy("global").await.unwrap());
    for (named, outcome) in [
        ("projects/codelab-2018/attestors/none", Outcome::Deny),
        ("projects/another-project/attestors/prod", Outcome::Undecided),
    ] {
        let named: AttestorName = named.parse().unwrap();
        let policy = Policy::with_default(rule(EvaluationMode::RequireAttestation, std::slice::from_ref(&named)));
        let evidence = lab.client.evidence(&[&policy], std::slice::from_ref(&digest)).await;
        let found = &evidence.attestors[&named];
        assert_eq!(matches!(found, AttestorEvidence::NotFound), outcome == Outcome::Deny, "{found:?}");
        let request = Request {
            images: vec![RequestImage { image: IMAGE.to_owned(), ..RequestImage::default() }],
            ..Request::default()
        };
        let policy = CompiledPolicy::new(&policy, &system);
        assert_eq!(evaluate(&policy, &request, &evidence, &Verifier::new()).outcome, outcome, "{named}");
    }
}

#[tokio::test]
async fn from_the_key_to_the_decision() {
    let lab = with_attestor().await;
    let signer = Signer::new();
    let new = attestation(&signer);
    let Validation::NotVerifiable(reason) = lab.client.validate(&name(), &new).await.unwrap() else { panic!() };
    assert!(!reason.is_empty());
    lab.client.add_key(&name(), &key(&signer)).await.unwrap();
    assert_eq!(lab.client.validate(&name(), &new).await.unwrap(), Validation::Verified);
    lab.client.create_attestation(&project(), &new).await.unwrap();

    let agent = agent(&lab).await;
    let (decision, attestations) = decide(&lab).await;
    let Attestations::NotPermitted { service_account, readable } = attestations else { panic!("{attestations:?}") };
    assert_eq!((service_account, readable.len()), (agent.clone(), 1));
    assert_eq!(decision.outcome, Outcome::Deny);

    lab.client.grant_on_note(&note(), OCCURRENCES_VIEWER, &format!("serviceAccount:{agent}")).await.unwrap();
    let (decision, attestations) = decide(&lab).await;
    assert!(matches!(attestations, Attestations::Read(found) if found.len() == 1));
    assert_eq!(decision.outcome, Outcome::Admit);

    lab.client.remove_key(&name(), signer.fingerprint.as_str()).await.unwrap();
    assert_eq!(decide(&lab).await.0.outcome, Outcome::Deny);
}
