//! The policy, attestors, keys and validation, compared with what gcloud was recorded to send and read.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::lab::{BA, CA, CRM, Lab, PROJECT, USAGE};
use crate::support::signer::Signer;

const ATTESTOR: &str = "my-binauthz-attestor";
const NOTE: &str = "my-attestor-note";
const IMAGE: &str =
    "gcr.io/binauthz-lab/hello-world@sha256:abababababababababababababababababababababababababababababababab";

/// The key of `docs/binary-authorization.md`, "Key ids".
const EC: &str = "-----BEGIN PUBLIC KEY-----\n\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEi6Jhqhr28Lzd2ouX/pFLAV3gXCQ9\n\
    uq6nyHps7WrRsA7gcpjVT9H2mybHFsTm6nt4mhEeTTiYNeu86gNdT0LnkA==\n\
    -----END PUBLIC KEY-----\n";
const EC_ID: &str = "ni:///sha-256;F8ZLbGLECGCxd8yEtBiqNnSMB7S-TC0CpJ1G9JLJpD4";

fn policy() -> String {
    format!("{BA}/v1/projects/{PROJECT}/policy")
}

fn attestors() -> String {
    format!("{BA}/v1/projects/{PROJECT}/attestors")
}

fn attestor() -> String {
    format!("{}/{ATTESTOR}", attestors())
}

fn rule(mode: &str) -> Value {
    json!({"evaluationMode": mode, "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"})
}

/// As the codelab imports it.
fn deny_all() -> Value {
    let patterns = ["gcr.io/google_containers/*", "gcr.io/google-containers/*", "k8s.gcr.io/*"];
    let patterns: Vec<_> = patterns.iter().map(|pattern| json!({"namePattern": pattern})).collect();
    json!({
        "admissionWhitelistPatterns": patterns,
        "defaultAdmissionRule": rule("ALWAYS_DENY"),
        "name": format!("projects/{PROJECT}/policy"),
    })
}

async fn make_note(lab: &Lab, id: &str) {
    let url = format!("{CA}/v1/projects/{PROJECT}/notes?noteId={id}");
    lab.ok(Method::POST, &url, json!({"attestation": {"hint": {"humanReadableName": "x"}}})).await;
}

/// As gcloud creates it.
fn attestor_body() -> Value {
    json!({
        "name": format!("projects/{PROJECT}/attestors/{ATTESTOR}"),
        "userOwnedGrafeasNote": {"noteReference": format!("projects/{PROJECT}/notes/{NOTE}")},
    })
}

pub(crate) async fn lab_with_attestor() -> Lab {
    let lab = Lab::with_project().await;
    make_note(&lab, NOTE).await;
    lab.ok(Method::POST, &format!("{}?attestorId={ATTESTOR}", attestors()), attestor_body()).await;
    lab
}

#[tokio::test]
async fn a_project_without_a_policy_has_the_default_one() {
    let lab = Lab::with_project().await;
    let expected = json!({
        "name": format!("projects/{PROJECT}/policy"),
        "globalPolicyEvaluationMode": "ENABLE",
        "defaultAdmissionRule": rule("ALWAYS_ALLOW"),
    });
    for version in ["v1", "v1beta1", "v1alpha2"] {
        assert_eq!(lab.get(&policy().replace("/v1/", &format!("/{version}/"))).await, expected);
    }
}

#[tokio::test]
async fn a_policy_is_replaced_whole() {
    let lab = Lab::with_project().await;
    let mut body = deny_all();
    body["name"] = json!("projects/other-project/policy");
    body["updateTime"] = json!("2020-01-01T00:00:00Z");
    let stored = lab.ok(Method::PUT, &policy(), body).await;
    let etag = stored["etag"].as_str().unwrap();
    assert!(etag.len() == 14 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    let mut expected = deny_all();
    expected["updateTime"] = stored["updateTime"].clone();
    expected["etag"] = stored["etag"].clone();
    assert_ne!(stored["updateTime"], "2020-01-01T00:00:00Z");
    assert_eq!(stored, expected);
    assert_eq!(lab.get(&policy()).await, stored);
    // proto3's JSON takes either form of a name.
    let snake = json!({"default_admission_rule": rule("ALWAYS_ALLOW"), "global_policy_evaluation_mode": "ENABLE"});
    let stored = lab.ok(Method::PUT, &policy(), snake).await;
    assert_eq!(stored.get("admissionWhitelistPatterns"), None);
    assert_eq!(stored["globalPolicyEvaluationMode"], "ENABLE");
    let lab = lab.restart().await;
    assert_eq!(lab.get(&policy()).await, stored);
}

#[tokio::test]
async fn a_stale_etag_is_a_conflict_and_none_is_not() {
    let lab = Lab::with_project().await;
    let first = lab.ok(Method::PUT, &policy(), deny_all()).await;
    let second = lab.ok(Method::PUT, &policy(), first.clone()).await;
    assert_ne!(first["etag"], second["etag"]);
    let refusal = lab.refused(Method::PUT, &policy(), first).await;
    refusal.is(409, "ABORTED", "etag mismatch: the policy was modified since it was read");
    lab.ok(Method::PUT, &policy(), deny_all()).await;
}

#[tokio::test]
async fn what_the_service_refuses_of_a_policy() {
    let lab = lab_with_attestor().await;
    let with = |changes: Value| {
        let mut body = deny_all();
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        body
    };
    let attested = |attestors: Value| {
        let mut rule = rule("REQUIRE_ATTESTATION");
        rule["requireAttestationsBy"] = attestors;
        with(json!({"defaultAdmissionRule": rule}))
    };
    let name = format!("projects/{PROJECT}/attestors/{ATTESTOR}");
    let mut allow_with_attestors = rule("ALWAYS_ALLOW");
    allow_with_attestors["requireAttestationsBy"] = json!([name]);
    for (body, message) in [
        (attested(json!([])), "Invalid value at 'policy.default_admission_rule"),
        (
            attested(json!(["my-attestor"])),
            "Invalid value at 'policy.default_admission_rule.require_attestations_by[0]'",
        ),
        (
            with(json!({"defaultAdmissionRule": allow_with_attestors})),
            "Invalid value at 'policy.default_admission_rule",
        ),
        (with(json!({"defaultAdmissionRule": {}})), "Invalid value at 'policy.default_admission_rule"),
        (json!({}), "Invalid value at 'policy"),
        (json!({"name": format!("projects/{PROJECT}/policy")}), "Invalid value at 'policy"),
        (
            with(json!({"admissionWhitelistPatterns": [{"namePattern": "*"}]})),
            "Invalid value at 'policy.admission_whitelist_patterns[0]",
        ),
        (
            with(json!({"clusterAdmissionRules": {"nodot": rule("ALWAYS_ALLOW")}})),
            "Invalid value at 'policy.cluster_admission_rules[\"nodot\"]",
        ),
        (
            with(json!({"foo": 1})),
            "Invalid JSON payload received. Unknown name \"foo\" at 'policy': Cannot find field.",
        ),
    ] {
        let refusal = lab.refused(Method::PUT, &policy(), body.clone()).await;
        assert_eq!((refusal.code, refusal.status.as_str()), (400, "INVALID_ARGUMENT"), "{body}");
        assert!(refusal.message.starts_with(message), "{}", refusal.message);
        let violation = &refusal.details[0]["fieldViolations"][0];
        assert_eq!(violation["description"], refusal.message);
    }
    let missing = format!("projects/{PROJECT}/attestors/nope");
    let refusal = lab.refused(Method::PUT, &policy(), attested(json!([missing]))).await;
    refusal.is(400, "INVALID_ARGUMENT", &format!("Attestor {missing} does not exist, or the caller may not read it."));
    lab.ok(Method::PUT, &policy(), attested(json!([name]))).await;
    // A project that is not there, and one without the API.
    let elsewhere = policy().replace(PROJECT, "no-such-project");
    let refusal = lab.refused(Method::GET, &elsewhere, Value::Null).await;
    refusal.is(404, "NOT_FOUND", "Requested entity was not found.");
    lab.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": "other-project"})).await;
    let refusal = lab.refused(Method::GET, &policy().replace(PROJECT, "other-project"), Value::Null).await;
    assert_eq!((refusal.code, &refusal.details[0]["reason"]), (403, &json!("SERVICE_DISABLED")));
}

#[tokio::test]
async fn the_system_policy_is_read_by_location() {
    let lab = Lab::start().await;
    let found = lab.get(&format!("{BA}/v1alpha2/locations/global/policy")).await;
    assert_eq!(found["name"], "locations/global/policy");
    assert_eq!(found["admissionWhitelistPatterns"][0]["namePattern"], "gcr.io/google_containers/*");
    lab.refused(Method::GET, &format!("{BA}/v1/locations/mars/policy"), Value::Null).await;
}

#[tokio::test]
async fn an_attestor_is_made_listed_and_deleted() {
    let lab = lab_with_attestor().await;
    let number = lab.project_number().await;
    let found = lab.get(&attestor()).await;
    let expected = json!({
        "name": format!("projects/{PROJECT}/attestors/{ATTESTOR}"),
        "userOwnedGrafeasNote": {
            "noteReference": format!("projects/{PROJECT}/notes/{NOTE}"),
            "delegationServiceAccountEmail":
                format!("service-{number}@gcp-sa-binaryauthorization.iam.gserviceaccount.com"),
        },
        "updateTime": found["updateTime"],
        "etag": found["etag"],
    });
    assert_eq!(found, expected);
    assert_eq!(lab.get(&format!("{}?alt=json&pageSize=100", attestors())).await, json!({"attestors": [expected]}));
    let refusal = lab.refused(Method::POST, &format!("{}?attestorId={ATTESTOR}", attestors()), attestor_body()).await;
    refusal.is(409, "ALREADY_EXISTS", "Requested entity already exists");
    assert_eq!(lab.ok(Method::DELETE, &attestor(), Value::Null).await, json!({}));
    let refusal = lab.refused(Method::DELETE, &attestor(), Value::Null).await;
    refusal.is(404, "NOT_FOUND", "Requested entity was not found.");
    assert_eq!(lab.get(&attestors()).await, json!({}));
}

#[tokio::test]
async fn the_note_has_another_name_before_v1() {
    let lab = Lab::with_project().await;
    make_note(&lab, NOTE).await;
    let beta = attestors().replace("/v1/", "/v1beta1/");
    let reference = json!({"noteReference": format!("projects/{PROJECT}/notes/{NOTE}")});
    let body = json!({"userOwnedDrydockNote": reference});
    let made = lab.ok(Method::POST, &format!("{beta}?attestorId={ATTESTOR}"), body).await;
    assert_eq!(made["userOwnedDrydockNote"]["noteReference"], reference["noteReference"]);
    assert_eq!(made.get("userOwnedGrafeasNote"), None);
    let v1 = lab.get(&attestor()).await;
    assert_eq!(v1["userOwnedGrafeasNote"], made["userOwnedDrydockNote"]);
    let alpha = lab.get(&attestors().replace("/v1/", "/v1alpha2/")).await;
    assert_eq!(alpha["attestors"][0], made);
}

#[tokio::test]
async fn what_is_no_attestor() {
    let lab = lab_with_attestor().await;
    let build = format!("{CA}/v1/projects/{PROJECT}/notes?noteId=build-note");
    lab.ok(Method::POST, &build, json!({"build": {"builderVersion": "1"}})).await;
    let on = |note: &str| json!({"userOwnedGrafeasNote": {"noteReference": note}});
    let with_key = |key: Value| {
        let mut body = attestor_body();
        body["userOwnedGrafeasNote"]["publicKeys"] = json!([key]);
        body
    };
    for (query, body, code) in [
        ("", attestor_body(), 400),
        ("?attestorId=a b", attestor_body(), 400),
        ("?attestorId=new", json!({}), 400),
        ("?attestorId=new", on("my-attestor-note"), 400),
        ("?attestorId=new", on(&format!("projects/{PROJECT}/notes/nope")), 404),
        ("?attestorId=new", on(&format!("projects/{PROJECT}/notes/build-note")), 400),
        ("?attestorId=new", with_key(json!({"asciiArmoredPgpPublicKey": "x"})), 400),
        ("?attestorId=new", with_key(json!({})), 400),
        (
            "?attestorId=new",
            with_key(json!({"pkixPublicKey": {"publicKeyPem": EC, "signatureAlgorithm": "RSA_PSS_2048_SHA256"}})),
            400,
        ),
        ("?attestorId=new", json!({"userOwnedGrafeas": {}}), 400),
    ] {
        let refusal = lab.refused(Method::POST, &format!("{}{query}", attestors()), body.clone()).await;
        assert_eq!(refusal.code, code, "{query} {body}: {}", refusal.message);
    }
    let list = attestors().replace(PROJECT, "no-such-project");
    assert_eq!(lab.refused(Method::GET, &list, Value::Null).await.status, "INVALID_ARGUMENT");
    assert_eq!(lab.refused(Method::GET, &format!("{list}/a"), Value::Null).await.status, "NOT_FOUND");
}

/// As gcloud adds a key: the attestor is read, and written whole with one more.
async fn add_key(lab: &Lab, key: Value) -> Value {
    let mut found = lab.get(&attestor()).await;
    let note = found["userOwnedGrafeasNote"].as_object_mut().unwrap();
    let keys = note.entry("publicKeys").or_insert_with(|| json!([]));
    keys.as_array_mut().unwrap().push(key);
    lab.ok(Method::PUT, &attestor(), found).await
}

#[tokio::test]
async fn keys_get_their_ids() {
    let lab = lab_with_attestor().await;
    let signer = Signer::new();
    let pgp = json!({"asciiArmoredPgpPublicKey": signer.armor(), "comment": "QA", "id": "whatever"});
    let with_pgp = add_key(&lab, pgp).await;
    let key = &with_pgp["userOwnedGrafeasNote"]["publicKeys"][0];
    assert_eq!(key["id"], signer.fingerprint.as_str());
    assert_eq!((&key["comment"], &key["asciiArmoredPgpPublicKey"]), (&json!("QA"), &json!(signer.armor())));
    let pkix = json!({"pkixPublicKey": {"publicKeyPem": EC, "signatureAlgorithm": "EC_SIGN_P256_SHA256"}});
    let with_both = add_key(&lab, pkix.clone()).await;
    let keys = with_both["userOwnedGrafeasNote"]["publicKeys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[1]["id"], EC_ID);
    assert_eq!(keys[1]["pkixPublicKey"]["signatureAlgorithm"], "ECDSA_P256_SHA256");
    assert_eq!(lab.get(&attestor()).await, with_both);
    // The same key again, and a change over a read that is out of date.
    let mut twice = with_both.clone();
    twice["userOwnedGrafeasNote"]["publicKeys"].as_array_mut().unwrap().push(pkix);
    let refusal = lab.refused(Method::PUT, &attestor(), twice).await;
    assert_eq!(refusal.message, format!("The attestor has two keys with id {EC_ID}."));
    let refusal = lab.refused(Method::PUT, &attestor(), with_pgp).await;
    refusal.is(409, "ABORTED", "etag mismatch: the attestor was modified since it was read");
}

#[tokio::test]
async fn an_attestors_note_stays() {
    let lab = lab_with_attestor().await;
    make_note(&lab, "other-note").await;
    let mut body = lab.get(&attestor()).await;
    body["description"] = json!("QA attestor");
    body["name"] = json!("projects/other-project/attestors/other");
    let changed = lab.ok(Method::PUT, &attestor(), body.clone()).await;
    assert_eq!(
        (&changed["description"], &changed["name"]),
        (&json!("QA attestor"), &lab.get(&attestor()).await["name"])
    );
    body["etag"] = changed["etag"].clone();
    body["userOwnedGrafeasNote"]["noteReference"] = json!(format!("projects/{PROJECT}/notes/other-note"));
    assert_eq!(lab.refused(Method::PUT, &attestor(), body).await.status, "INVALID_ARGUMENT");
    assert_eq!(lab.refused(Method::PUT, &attestor(), json!({})).await.status, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn attestors_come_in_pages() {
    let lab = Lab::with_project().await;
    make_note(&lab, NOTE).await;
    for n in 0..5 {
        lab.ok(Method::POST, &format!("{}?attestorId=attestor-{n}", attestors()), attestor_body()).await;
    }
    let first = lab.get(&format!("{}?pageSize=3", attestors())).await;
    assert_eq!(first["attestors"].as_array().unwrap().len(), 3);
    let mut url = reqwest::Url::parse(&attestors()).unwrap();
    url.query_pairs_mut().append_pair("pageToken", first["nextPageToken"].as_str().unwrap());
    let second = lab.get(url.as_str()).await;
    assert_eq!(second["attestors"].as_array().unwrap().len(), 2);
    assert_eq!(second.get("nextPageToken"), None);
}

/// gcloud reads with GET in v1alpha2, whatever its track.
#[tokio::test]
async fn roles_on_policy_and_attestors() {
    let lab = lab_with_attestor().await;
    for resource in [policy(), attestor()] {
        let alpha = resource.replace("/v1/", "/v1alpha2/");
        let read = format!("{alpha}:getIamPolicy?alt=json&options.requestedPolicyVersion=3");
        assert_eq!(lab.get(&read).await, json!({"etag": "ACAB"}));
        let bindings = json!([{"members": ["user:dev@example.com"], "role": "roles/binaryauthorization.policyViewer"}]);
        let body = json!({"policy": {"bindings": bindings, "etag": "ACAB", "version": 3}});
        let set = lab.ok(Method::POST, &format!("{alpha}:setIamPolicy"), body).await;
        assert_eq!((&set["bindings"], &set["version"]), (&bindings, &json!(3)));
        assert_eq!(lab.get(&format!("{resource}:getIamPolicy")).await, set);
        let asked = json!({"permissions": ["binaryauthorization.policy.get"]});
        assert_eq!(lab.ok(Method::POST, &format!("{resource}:testIamPermissions"), asked.clone()).await, asked);
    }
    let missing = format!("{}/nope", attestors());
    let asked = json!({"permissions": ["binaryauthorization.attestors.get"]});
    assert_eq!(lab.ok(Method::POST, &format!("{missing}:testIamPermissions"), asked).await, json!({}));
    assert_eq!(lab.refused(Method::GET, &format!("{missing}:getIamPolicy"), Value::Null).await.code, 404);
}

#[tokio::test]
async fn an_attestation_is_validated() {
    let lab = lab_with_attestor().await;
    let signer = Signer::new();
    add_key(&lab, json!({"asciiArmoredPgpPublicKey": signer.armor()})).await;
    let question = |attestation: Value, resource: &str| {
        json!({
            "attestation": attestation,
            "occurrenceNote": format!("projects/{PROJECT}/notes/{NOTE}"),
            "occurrenceResourceUri": resource,
        })
    };
    let url = format!("{}:validateAttestationOccurrence", attestor());
    let good = signer.attestation(IMAGE);
    let answer = lab.ok(Method::POST, &url, question(good.clone(), IMAGE)).await;
    assert_eq!(answer, json!({"result": "VERIFIED"}));
    let beta = url.replace("/v1/", "/v1beta1/");
    assert_eq!(lab.ok(Method::POST, &beta, question(good.clone(), IMAGE)).await["result"], "VERIFIED");
    // The project by its number, as where an occurrence is made.
    let mut by_number = question(good.clone(), IMAGE);
    by_number["occurrenceNote"] = json!(format!("projects/{}/notes/{NOTE}", lab.project_number().await));
    assert_eq!(lab.ok(Method::POST, &url, by_number).await, json!({"result": "VERIFIED"}));
    let stranger = Signer::new().attestation(IMAGE);
    let mut impostor = stranger.clone();
    impostor["signatures"][0]["publicKeyId"] = json!(signer.fingerprint.as_str());
    let unknown_key = "Attestation(s) found, but could not be verified. Errors which are not specific to any key \
                       follow. No key found for attestation with key id '";
    let catch_all = "No attestations found that were valid and signed by a key trusted by the attestor";
    for (attestation, resource, reason) in [
        (stranger, IMAGE.to_owned(), unknown_key),
        (impostor, IMAGE.to_owned(), catch_all),
        (good.clone(), IMAGE.replace("sha256:ab", "sha256:cd"), catch_all),
        (
            good.clone(),
            "gcr.io/binauthz-lab/hello-world:latest".to_owned(),
            "Expected digest with sha256 scheme, but got tag or malformed digest",
        ),
    ] {
        let answer = lab.ok(Method::POST, &url, question(attestation, &resource)).await;
        assert_eq!(answer["result"], "ATTESTATION_NOT_VERIFIABLE");
        let found = answer["denialReason"].as_str().unwrap();
        assert!(found.starts_with(reason), "{found}");
    }
    for body in [json!({}), question(good, ""), json!({"attestation": {"signature": 1}})] {
        assert_eq!(lab.refused(Method::POST, &url, body).await.status, "INVALID_ARGUMENT");
    }
}

/// Each is verified, which takes its time.
#[tokio::test]
async fn an_attestation_has_no_more_than_a_hundred_signatures() {
    let lab = lab_with_attestor().await;
    let signer = Signer::new();
    add_key(&lab, json!({"asciiArmoredPgpPublicKey": signer.armor()})).await;
    let with = |count: usize| {
        let mut attestation = signer.attestation(IMAGE);
        attestation["signatures"] = vec![attestation["signatures"][0].clone(); count].into();
        attestation
    };
    let note = format!("projects/{PROJECT}/notes/{NOTE}");
    let url = format!("{}:validateAttestationOccurrence", attestor());
    let question = |count| json!({"attestation": with(count), "occurrenceNote": note, "occurrenceResourceUri": IMAGE});
    assert_eq!(lab.ok(Method::POST, &url, question(100)).await["result"], "VERIFIED");
    let refusal = lab.refused(Method::POST, &url, question(101)).await;
    assert_eq!((refusal.code, refusal.status.as_str()), (400, "INVALID_ARGUMENT"));

    let occurrences = format!("{CA}/v1/projects/{PROJECT}/occurrences");
    let occurrence = |count| json!({"attestation": with(count), "noteName": note, "resourceUri": IMAGE});
    assert_eq!(lab.refused(Method::POST, &occurrences, occurrence(101)).await.status, "INVALID_ARGUMENT");
    let made = lab.ok(Method::POST, &occurrences, occurrence(100)).await;
    let one = format!("{CA}/v1/{}", made["name"].as_str().unwrap());
    let update = json!({"attestation": with(101)});
    assert_eq!(lab.refused(Method::PATCH, &one, update).await.status, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn the_api_has_to_be_enabled() {
    let lab = lab_with_attestor().await;
    let usage = format!("{USAGE}/projects/{PROJECT}/services/binaryauthorization.googleapis.com:disable");
    lab.ok(Method::POST, &usage, json!({})).await;
    for url in [policy(), attestors(), attestor()] {
        let refusal = lab.refused(Method::GET, &url, Value::Null).await;
        assert_eq!((refusal.code, &refusal.details[0]["reason"]), (403, &json!("SERVICE_DISABLED")));
        let start = "Binary Authorization API has not been used in project";
        assert!(refusal.message.starts_with(start), "{}", refusal.message);
    }
}
