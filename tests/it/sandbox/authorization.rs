//! What nobody granted is refused, however the request is written: the attacks on the access rules that
//! once worked.

mod every_route;

use countersign::sandbox::people::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::people::{As, as_person};
use crate::support::lab::{BA, CA, CRM, GKE, Lab, PROJECT, USAGE};

const KMS: &str = "https://cloudkms.googleapis.com/v1";
const LOGGING: &str = "https://logging.googleapis.com/v2";
const ARTIFACTS: &str = "https://artifactregistry.googleapis.com/v1";

fn member(person: &Person) -> String {
    format!("user:{}", person.email)
}

/// The body that gives a person a role.
fn grant(person: &Person, role: &str) -> Value {
    json!({"policy": {"bindings": [{"role": role, "members": [member(person)]}]}})
}

fn attestation_note() -> Value {
    json!({"attestation": {"hint": {"humanReadableName": "n"}}})
}

fn occurrence(note: &str) -> Value {
    json!({"resourceUri": "gcr.io/p/i@sha256:00", "noteName": note,
           "attestation": {"serializedPayload": "e30=", "signatures": [{"signature": "AA==", "publicKeyId": "k"}]}})
}

async fn make_project(lab: &Lab, id: &str) {
    lab.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": id})).await;
    let services = ["containeranalysis", "binaryauthorization", "container", "cloudkms", "artifactregistry"];
    let services: Vec<String> = services.iter().map(|name| format!("{name}.googleapis.com")).collect();
    let url = format!("{USAGE}/projects/{id}/services:batchEnable");
    lab.ok(Method::POST, &url, json!({"serviceIds": services})).await;
}

/// A project with everything in it that can be asked for.
async fn full_project() -> Lab {
    let lab = Lab::start().await;
    make_project(&lab, PROJECT).await;
    lab.ok(Method::POST, &format!("{CA}/v1/projects/{PROJECT}/notes?noteId=n"), attestation_note()).await;
    let clusters = format!("{GKE}/v1/projects/{PROJECT}/locations/us-central1-a/clusters");
    lab.ok(Method::POST, &clusters, json!({"cluster": {"name": "c"}})).await;
    let rings = format!("{KMS}/projects/{PROJECT}/locations/global/keyRings");
    lab.ok(Method::POST, &format!("{rings}?keyRingId=r"), json!({})).await;
    let key = json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": {"algorithm": "EC_SIGN_P256_SHA256"}});
    lab.ok(Method::POST, &format!("{rings}/r/cryptoKeys?cryptoKeyId=k"), key).await;
    lab
}

/// Refused, as an API refuses or as a method that there is none of; never done.
async fn is_refused(person: &As<'_>, method: Method, url: &str, body: Value) {
    let (status, answer) = person.send(method.clone(), url, body).await;
    let refused = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status);
    assert!(refused, "{} {method} {url}: {status} {answer}", person.person.name);
}

#[tokio::test]
async fn an_escaped_letter_of_a_project_opens_nothing() {
    let lab = full_project().await;
    let newcomer = as_person(&lab, "newcomer");
    let owner_itself = grant(newcomer.person, "roles/owner");
    let policy = json!({"defaultAdmissionRule": {"evaluationMode": "ALWAYS_ALLOW",
        "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}});
    let digest = json!({"digest": {"sha256": "A".repeat(43) + "="}});
    let version = "locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
    for project in ["%62inauthz-lab", "binauthz%2Dlab", "binauthz%2dlab", "%2562inauthz-lab", "binauthz-la%62", "%zz"] {
        for api in ["v1", "v1beta1", "v1alpha2"] {
            is_refused(&newcomer, Method::GET, &format!("{BA}/{api}/projects/{project}/policy"), Value::Null).await;
            is_refused(&newcomer, Method::PUT, &format!("{BA}/{api}/projects/{project}/policy"), policy.clone()).await;
        }
        for api in ["v1", "v1beta1", "v1alpha1"] {
            is_refused(&newcomer, Method::GET, &format!("{CA}/{api}/projects/{project}/notes"), Value::Null).await;
        }
        for url in [
            format!("{GKE}/v1/projects/{project}/locations/us-central1-a/clusters/c"),
            format!("{GKE}/v1beta1/projects/{project}/zones/us-central1-a/clusters"),
            format!("{KMS}/projects/{project}/locations/global/keyRings"),
            format!("{KMS}/projects/{project}/{version}/publicKey"),
            format!("{LOGGING}/projects/{project}/logs"),
            format!("{USAGE}/projects/{project}/services"),
            format!("{ARTIFACTS}/projects/{project}/locations/us/repositories"),
            format!("{CRM}/projects/{project}"),
        ] {
            is_refused(&newcomer, Method::GET, &url, Value::Null).await;
        }
        let sign = format!("{KMS}/projects/{project}/{version}:asymmetricSign");
        is_refused(&newcomer, Method::POST, &sign, digest.clone()).await;
        let url = format!("{CRM}/projects/{project}");
        is_refused(&newcomer, Method::POST, &format!("{url}:setIamPolicy"), owner_itself.clone()).await;
        is_refused(&newcomer, Method::DELETE, &url, Value::Null).await;
    }
    // Nothing was changed, and an escaped letter is the letter for who may.
    let policy = lab.get(&format!("{BA}/v1/projects/%62inauthz-lab/policy")).await;
    assert_eq!(policy["defaultAdmissionRule"]["evaluationMode"], "ALWAYS_ALLOW", "the default one: {policy}");
    assert!(policy["updateTime"].is_null(), "{policy}");
    assert_eq!(lab.get(&format!("{CRM}/projects/{PROJECT}")).await["lifecycleState"], "ACTIVE");
}

#[tokio::test]
async fn methods_of_projects_of_a_domain_need_their_roles() {
    let lab = Lab::start().await;
    make_project(&lab, "example.com:proj-dom").await;
    let newcomer = as_person(&lab, "newcomer");
    let url = format!("{CRM}/projects/example.com:proj-dom");
    for verb in ["setIamPolicy", "getIamPolicy", "undelete"] {
        let body = if verb == "setIamPolicy" { grant(newcomer.person, "roles/owner") } else { json!({}) };
        newcomer.may_not(Method::POST, &format!("{url}:{verb}"), body).await;
    }
    newcomer.may_not(Method::GET, &url, Value::Null).await;
    newcomer.may_not(Method::DELETE, &url, Value::Null).await;
    lab.ok(Method::POST, &format!("{url}:setIamPolicy"), grant(newcomer.person, "roles/browser")).await;
    newcomer.may(Method::GET, &url, Value::Null).await;
}

#[tokio::test]
async fn a_deleted_project_is_still_of_those_who_had_it() {
    let lab = Lab::with_project().await;
    let newcomer = as_person(&lab, "newcomer");
    let url = format!("{CRM}/projects/{PROJECT}");
    lab.ok(Method::DELETE, &url, Value::Null).await;
    newcomer.may_not(Method::GET, &url, Value::Null).await;
    newcomer.may_not(Method::POST, &format!("{url}:getIamPolicy"), json!({})).await;
    newcomer.may_not(Method::POST, &format!("{url}:setIamPolicy"), grant(newcomer.person, "roles/owner")).await;
    newcomer.may_not(Method::POST, &format!("{url}:undelete"), json!({})).await;
    assert_eq!(lab.get(&url).await["lifecycleState"], "DELETE_REQUESTED");
    // Its owner still grants roles on it; who has one may read it, and nothing in it.
    lab.ok(Method::POST, &format!("{url}:setIamPolicy"), grant(newcomer.person, "roles/owner")).await;
    newcomer.may(Method::GET, &url, Value::Null).await;
    newcomer.may_not(Method::GET, &format!("{USAGE}/projects/{PROJECT}/services"), Value::Null).await;
    newcomer.may(Method::POST, &format!("{url}:undelete"), json!({})).await;
    newcomer.may(Method::GET, &format!("{USAGE}/projects/{PROJECT}/services"), Value::Null).await;
}

#[tokio::test]
async fn a_project_that_is_not_there_is_nobodys() {
    let lab = Lab::with_project().await;
    let newcomer = as_person(&lab, "newcomer");
    for url in [
        format!("{BA}/v1/projects/nope-project/policy"),
        format!("{CA}/v1/projects/nope-project/notes"),
        format!("{CRM}/projects/nope-project"),
        format!("{GKE}/v1/projects/nope-project/locations/us-central1-a/clusters"),
        format!("{USAGE}/projects/nope-project/services"),
    ] {
        newcomer.may_not(Method::GET, &url, Value::Null).await;
    }
}

#[tokio::test]
async fn the_routers_own_form_of_a_method_cannot_be_sent() {
    let lab = full_project().await;
    let attestor = as_person(&lab, "attestor");
    let note = format!("{CA}/v1/projects/{PROJECT}/notes/n");
    let itself = grant(attestor.person, "roles/containeranalysis.admin");
    attestor.may_not(Method::POST, &format!("{note}:setIamPolicy"), itself.clone()).await;
    for form in ["/@setIamPolicy", "/%40setIamPolicy", "/@setIamPolicy/", "/:setIamPolicy"] {
        is_refused(&attestor, Method::POST, &format!("{note}{form}"), itself.clone()).await;
        let (status, _) = lab.send(Method::POST, &format!("{note}{form}"), itself.clone()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{form}: not even the owner");
    }
    let key = format!("{KMS}/projects/{PROJECT}/locations/global/keyRings/r/cryptoKeys/k");
    let newcomer = as_person(&lab, "newcomer");
    let viewer = grant(newcomer.person, "roles/cloudkms.publicKeyViewer");
    lab.ok(Method::POST, &format!("{key}:setIamPolicy"), viewer).await;
    let version = format!("{key}/cryptoKeyVersions/1");
    newcomer.may(Method::GET, &format!("{version}/publicKey"), Value::Null).await;
    let digest = json!({"digest": {"sha256": "A".repeat(43) + "="}});
    is_refused(&newcomer, Method::POST, &format!("{version}/@asymmetricSign"), digest).await;
    is_refused(&newcomer, Method::POST, &format!("{version}/@destroy"), json!({})).await;
    assert_eq!(lab.get(&version).await["state"], "ENABLED");
}

#[tokio::test]
async fn logs_are_asked_for_in_every_spelling_and_need_the_same() {
    let lab = Lab::with_project().await;
    let newcomer = as_person(&lab, "newcomer");
    let url = format!("{LOGGING}/entries:list");
    let name = format!("projects/{PROJECT}");
    for body in [
        json!({"resourceNames": [name]}),
        json!({"resource_names": [name]}),
        json!({"projectIds": [PROJECT]}),
        json!({"project_ids": [PROJECT]}),
        json!({"resourceNames": null, "project_ids": [PROJECT]}),
        json!({"resourceNames": ["projects/%62inauthz-lab"]}),
    ] {
        let refused = newcomer.may_not(Method::POST, &url, body).await;
        assert_eq!(refused, "Permission denied for all log views");
    }
    as_person(&lab, "deployer").may(Method::POST, &url, json!({"project_ids": [PROJECT]})).await;
}

#[tokio::test]
async fn an_occurrence_is_attached_to_the_note_that_was_checked() {
    let lab = Lab::with_project().await;
    make_project(&lab, "mine-project").await;
    let newcomer = as_person(&lab, "newcomer");
    for project in [PROJECT, "mine-project"] {
        lab.ok(Method::POST, &format!("{CA}/v1/projects/{project}/notes?noteId=n"), attestation_note()).await;
    }
    let mine = format!("{CRM}/projects/mine-project:setIamPolicy");
    lab.ok(Method::POST, &mine, grant(newcomer.person, "roles/containeranalysis.admin")).await;
    let url = format!("{CA}/v1/projects/mine-project/occurrences");
    let (own, others) = ("projects/mine-project/notes/n", format!("projects/{PROJECT}/notes/n"));
    for (first, second) in
        [("noteName", "note_name"), ("noteName", "note_Name"), ("note_name", "noteName"), ("note__name", "noteName")]
    {
        let mut body = occurrence(own);
        let fields = body.as_object_mut().unwrap();
        fields.remove("noteName");
        fields.insert(first.to_owned(), own.into());
        fields.insert(second.to_owned(), others.clone().into());
        is_refused_or_invalid(&newcomer, &url, body.clone()).await;
        let batch = json!({"occurrences": [body]});
        is_refused_or_invalid(&newcomer, &format!("{url}:batchCreate"), batch).await;
    }
    let mut null = occurrence(own);
    null["noteName"] = Value::Null;
    null["note_name"] = others.clone().into();
    is_refused_or_invalid(&newcomer, &url, null).await;
    // The same key twice: the last counts, here and there.
    let twice = occurrence(own).to_string().replacen('{', &format!("{{\"noteName\": \"{others}\", "), 1);
    let answer = newcomer.send_text(&url, twice).await;
    assert_eq!(answer["noteName"], own, "{answer}");
    let listed = lab.get(&format!("{CA}/v1/{others}/occurrences")).await;
    assert_eq!(listed, json!({}), "nothing was attached to the note of another");
    newcomer.may_not(Method::POST, &url, occurrence(&others)).await;
}

async fn is_refused_or_invalid(person: &As<'_>, url: &str, body: Value) {
    let (status, answer) = person.send(Method::POST, url, body.clone()).await;
    assert!([StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST].contains(&status), "{body}: {status} {answer}");
}

#[tokio::test]
async fn a_push_needs_its_project_and_a_right_on_it() {
    let lab = Lab::with_project().await;
    let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let local = format!("https://{}/v2/anything/blobs/uploads/?digest={digest}", lab.sandbox.addr());
    let there = format!("https://gcr.io/v2/{PROJECT}/x/blobs/uploads/?digest={digest}");
    let nowhere = format!("https://gcr.io/v2/nope-project/x/blobs/uploads/?digest={digest}");
    for (name, url, allowed) in [
        ("newcomer", &nowhere, false),
        ("newcomer", &local, false),
        ("newcomer", &there, false),
        ("deployer", &nowhere, false),
        ("owner", &nowhere, false),
        ("owner", &local, false),
        ("deployer", &there, true),
    ] {
        let (status, answer) = as_person(&lab, name).push(url).await;
        if allowed {
            assert_eq!(status, StatusCode::CREATED, "{name} {url}: {answer}");
        } else {
            assert_eq!(
                (status, &answer["errors"][0]["code"]),
                (StatusCode::FORBIDDEN, &json!("DENIED")),
                "{name} {url}"
            );
        }
    }
    lab.ok(Method::DELETE, &format!("{CRM}/projects/{PROJECT}"), Value::Null).await;
    let (status, _) = as_person(&lab, "deployer").push(&there).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a deleted project takes nothing");
    // The refused pushes left nothing.
    make_project(&lab, "nope-project").await;
    let blob = format!("https://gcr.io/v2/nope-project/x/blobs/{digest}");
    assert_eq!(lab.request(Method::GET, &blob).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_blob_is_mounted_only_from_where_one_may_read() {
    let lab = Lab::with_project().await;
    make_project(&lab, "mine-project").await;
    let newcomer = as_person(&lab, "newcomer");
    let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let secret = format!("https://gcr.io/v2/{PROJECT}/secret/blobs/uploads/?digest={digest}");
    assert_eq!(as_person(&lab, "owner").push(&secret).await.0, StatusCode::CREATED);
    let mine = format!("{CRM}/projects/mine-project:setIamPolicy");
    lab.ok(Method::POST, &mine, grant(newcomer.person, "roles/artifactregistry.admin")).await;
    for (host, target, source) in [
        ("gcr.io", "mine-project/x", format!("{PROJECT}/secret")),
        ("us-docker.pkg.dev", "mine-project/gcr.io/x", format!("{PROJECT}/gcr.io/secret")),
        ("us-docker.pkg.dev", "mine-project/gcr.io/x", format!("{PROJECT}/secret")),
    ] {
        let url = format!("https://{host}/v2/{target}/blobs/uploads/?mount={digest}&from={source}");
        let (status, _) = newcomer.push(&url).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{url}: as for a blob that is not there");
    }
    let token = lab.sandbox.token_of(newcomer.person).expose().to_owned();
    let blob = lab.client.get(format!("https://gcr.io/v2/mine-project/x/blobs/{digest}")).bearer_auth(token);
    assert_eq!(blob.send().await.unwrap().status(), StatusCode::NOT_FOUND);
    // Who may read there may mount.
    let reader = grant(newcomer.person, "roles/artifactregistry.reader");
    lab.ok(Method::POST, &format!("{CRM}/projects/{PROJECT}:setIamPolicy"), reader).await;
    let url = format!("https://gcr.io/v2/mine-project/x/blobs/uploads/?mount={digest}&from={PROJECT}/secret");
    assert_eq!(newcomer.push(&url).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused_and_ends_nothing() {
    let lab = full_project().await;
    let key = format!("{KMS}/projects/{PROJECT}/locations/global/keyRings/r/cryptoKeys/k");
    for url in [
        format!("{CRM}/projects/{PROJECT}:testIamPermissions"),
        format!("{CA}/v1/projects/{PROJECT}/notes/n:testIamPermissions"),
        format!("{BA}/v1/projects/{PROJECT}/policy:testIamPermissions"),
        format!("{key}:testIamPermissions"),
        format!("{LOGGING}/entries:list"),
        format!("{CA}/v1/projects/{PROJECT}/occurrences"),
        format!("{CRM}/projects/{PROJECT}:setIamPolicy"),
    ] {
        for name in ["newcomer", "attestor", "owner"] {
            for body in ["[]", "\"x\"", "5", "true", "null", "{", "", "no JSON"] {
                let answer = as_person(&lab, name).send_text(&url, body.to_owned()).await;
                let code = answer["error"]["code"].as_u64().unwrap_or(200);
                assert!([200, 400, 403].contains(&code), "{name} {url} {body}: {answer}");
            }
        }
    }
}
