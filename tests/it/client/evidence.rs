//! The evidence for a decision: what is found, and what is said where something is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use axum::{Json, Router};
use countersign::domain::admission::{Attestations, AttestorEvidence};
use countersign::domain::image::Digest;
use countersign::domain::policy::{AdmissionRule, EnforcementMode, EvaluationMode, Policy};
use serde_json::{Value, json};

use super::server::Server;

const AGENT: &str = "service-1@gcp-sa-binaryauthorization.iam.gserviceaccount.com";
const ATTESTOR: &str = "/v1/projects/p/attestors/a";
const NOTE_IAM: &str = "/v1/projects/p/notes/n:getIamPolicy";
const PROJECT_IAM: &str = "/v1/projects/p:getIamPolicy";
const OCCURRENCES: &str = "/v1/projects/p/notes/n/occurrences";
const VIEWER: &str = "roles/containeranalysis.notes.occurrences.viewer";

type Answers = BTreeMap<&'static str, (u16, Value)>;

fn digest() -> Digest {
    format!("sha256:{}", "ab".repeat(32)).parse().unwrap()
}

fn grant(role: &str) -> Value {
    json!({"bindings": [{"role": role, "members": [format!("serviceAccount:{AGENT}")]}]})
}

fn refusal(code: u16, status: &str) -> (u16, Value) {
    (code, json!({"error": {"code": code, "status": status, "message": "no"}}))
}

/// A project in which all is as it should be.
fn answers() -> Answers {
    let attestor = json!({"name": "projects/p/attestors/a", "userOwnedGrafeasNote": {
        "noteReference": "projects/p/notes/n", "delegationServiceAccountEmail": AGENT}});
    let occurrence = json!({"name": "projects/p/occurrences/1", "noteName": "projects/p/notes/n",
        "resourceUri": format!("gcr.io/p/i@{}", digest()), "attestation": {"serializedPayload": ""}});
    BTreeMap::from([
        (ATTESTOR, (200, attestor)),
        (NOTE_IAM, (200, grant(VIEWER))),
        (PROJECT_IAM, (200, json!({}))),
        (OCCURRENCES, (200, json!({"occurrences": [occurrence]}))),
    ])
}

/// The evidence on attestor `a` where the server answers like this.
async fn evidence(answers: Answers) -> AttestorEvidence {
    let handler = any(move |uri: Uri| async move {
        let (code, body) = answers.get(uri.path()).cloned().unwrap_or_else(|| refusal(404, "NOT_FOUND"));
        let response: Response = (StatusCode::from_u16(code).unwrap(), Json(body)).into_response();
        response
    });
    let server = Server::router(Router::new().fallback(handler)).await;
    let policy = Policy::with_default(AdmissionRule {
        evaluation_mode: EvaluationMode::RequireAttestation,
        require_attestations_by: vec!["projects/p/attestors/a".to_owned(), "not a name".to_owned()],
        enforcement_mode: EnforcementMode::Enforced,
    });
    let evidence = server.client().evidence(&[&policy, &policy], &[digest()]).await;
    assert_eq!(evidence.attestors.len(), 1, "each attestor once");
    evidence.attestors.into_values().next().unwrap()
}

fn attestations(evidence: AttestorEvidence) -> Attestations {
    match evidence {
        AttestorEvidence::Found { attestations, .. } => attestations,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn attestations_are_read() {
    let Attestations::Read(found) = attestations(evidence(answers()).await) else { panic!() };
    assert_eq!(found.len(), 1);
}

#[rstest::rstest]
#[case(VIEWER)]
#[case("roles/binaryauthorization.serviceAgent")]
#[tokio::test]
async fn a_grant_on_the_project_is_enough(#[case] role: &str) {
    let mut answers = answers();
    answers.insert(NOTE_IAM, refusal(403, "PERMISSION_DENIED"));
    answers.insert(PROJECT_IAM, (200, grant(role)));
    assert!(matches!(attestations(evidence(answers).await), Attestations::Read(_)));
}

#[tokio::test]
async fn without_a_grant_nothing_may_be_read() {
    let mut answers = answers();
    answers.insert(NOTE_IAM, (200, grant("roles/viewer")));
    let found = attestations(evidence(answers).await);
    // What the caller can read of them all the same is kept apart: admission would not see it.
    let Attestations::NotPermitted { service_account, readable } = found else { panic!("{found:?}") };
    assert_eq!((service_account.as_str(), readable.len()), (AGENT, 1));
}

#[tokio::test]
async fn a_grant_that_cannot_be_seen_is_unknown() {
    let mut answers = answers();
    answers.insert(NOTE_IAM, refusal(403, "PERMISSION_DENIED"));
    let Attestations::Unknown(reason) = attestations(evidence(answers).await) else { panic!() };
    assert!(reason.contains("projects/p/notes/n") && reason.contains("PERMISSION_DENIED"), "{reason}");
}

#[tokio::test]
async fn a_note_that_is_not_there() {
    let mut before = answers();
    before.remove(NOTE_IAM);
    assert_eq!(attestations(evidence(before).await), Attestations::NoteMissing);
    let mut later = answers();
    later.remove(OCCURRENCES);
    assert_eq!(attestations(evidence(later).await), Attestations::NoteMissing);
}

#[rstest::rstest]
#[case(refusal(500, "INTERNAL"))]
#[case((200, json!({"occurrences": "no list"})))]
#[case((200, json!({"occurrences": [{"noteName": "no note", "attestation": {"serializedPayload": ""}}]})))]
#[tokio::test]
async fn occurrences_that_cannot_be_read_are_unknown(#[case] answer: (u16, Value)) {
    let mut answers = answers();
    answers.insert(OCCURRENCES, answer);
    assert!(matches!(attestations(evidence(answers).await), Attestations::Unknown(_)));
}

#[tokio::test]
async fn attestors_that_are_not_there_or_not_known() {
    let mut missing = answers();
    missing.remove(ATTESTOR);
    assert_eq!(evidence(missing).await, AttestorEvidence::NotFound);
    let mut hidden = answers();
    hidden.insert(ATTESTOR, refusal(403, "PERMISSION_DENIED"));
    assert!(matches!(evidence(hidden).await, AttestorEvidence::NotReadable(_)));
    let mut nameless = answers();
    nameless.insert(
        ATTESTOR,
        (
            200,
            json!({"name": "projects/p/attestors/a", "userOwnedGrafeasNote": {"noteReference": "projects/p/notes/n"}}),
        ),
    );
    assert!(matches!(attestations(evidence(nameless).await), Attestations::Unknown(_)));
}

/// What is asked of the note's occurrences for `digest`.
async fn asked_for(digest: Digest) -> Vec<String> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (answers, log) = (answers(), Arc::clone(&asked));
    let handler = any(move |uri: Uri| async move {
        if uri.path() == OCCURRENCES {
            log.lock().unwrap().push(uri.query().unwrap_or_default().to_owned());
        }
        let (code, body) = answers.get(uri.path()).cloned().unwrap_or_else(|| refusal(404, "NOT_FOUND"));
        let response: Response = (StatusCode::from_u16(code).unwrap(), Json(body)).into_response();
        response
    });
    let server = Server::router(Router::new().fallback(handler)).await;
    let names = BTreeSet::from(["projects/p/attestors/a".parse().unwrap()]);
    server.client().evidence_with(names, &[digest], &BTreeSet::from(["gcr.io/p/i".to_owned()])).await;
    asked.lock().unwrap().clone()
}

/// A repository can have a hundred thousand of them.
#[tokio::test]
async fn other_digests_are_asked_for_only_where_one_has_no_attestation() {
    assert_eq!(asked_for(digest()).await.len(), 1);
    let without = format!("sha256:{}", "cd".repeat(32)).parse().unwrap();
    let asked = asked_for(without).await;
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(
        asked[1..].iter().all(|query| query.contains("has_prefix") && query.contains("pageSize=100&")),
        "{asked:?}"
    );
}
