//! The people of the sandbox: each may do what its roles and the grants of resources say, and is
//! refused the rest in the words of the service.

use base64::Engine as _;
use countersign::sandbox::people::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::lab::{self, BA, CA, CRM, GKE, Lab, PROJECT, USAGE};

/// One of the people and what it does.
pub(super) struct As<'a> {
    lab: &'a Lab,
    pub(super) person: &'static Person,
}

pub(super) fn as_person<'a>(lab: &'a Lab, name: &str) -> As<'a> {
    As { lab, person: Person::from_name(name).unwrap() }
}

impl As<'_> {
    pub(super) async fn send(&self, method: Method, url: &str, body: Value) -> (StatusCode, Value) {
        let token = self.lab.sandbox.token_of(self.person).expose().to_owned();
        let request = self.lab.client.request(method, url).bearer_auth(token);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}")))
    }

    /// The answer to a body that need be no JSON.
    pub(super) async fn send_text(&self, url: &str, body: String) -> Value {
        let token = self.lab.sandbox.token_of(self.person).expose();
        let request = self.lab.client.post(url).bearer_auth(token).header("content-type", "application/json");
        let text = request.body(body).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}"))
    }

    /// Pushes the two bytes of an empty object.
    pub(super) async fn push(&self, url: &str) -> (StatusCode, Value) {
        let token = self.lab.sandbox.token_of(self.person).expose();
        let answer = self.lab.client.post(url).bearer_auth(token).body("{}").send().await.unwrap();
        let status = answer.status();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    #[track_caller]
    pub(super) fn may(&self, method: Method, url: &str, body: Value) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let (status, answer) = self.send(method, url, body).await;
            assert!(status.is_success(), "{caller}: {} {url}: {answer}", self.person.name);
            answer
        }
    }

    /// The message with which it is refused.
    #[track_caller]
    pub(super) fn may_not(&self, method: Method, url: &str, body: Value) -> impl Future<Output = String> {
        let caller = std::panic::Location::caller();
        async move {
            let (status, answer) = self.send(method, url, body).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{caller}: {} {url}: {answer}", self.person.name);
            assert_eq!(answer["error"]["status"], "PERMISSION_DENIED", "{caller}: {answer}");
            answer["error"]["message"].as_str().unwrap().to_owned()
        }
    }
}

fn policy(mode: &str) -> Value {
    json!({"defaultAdmissionRule": {"evaluationMode": mode, "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}})
}

fn note_url() -> String {
    format!("{CA}/v1/projects/{PROJECT}/notes")
}

#[tokio::test]
async fn the_three_roles_are_apart() {
    let lab = Lab::with_project().await;
    let (deployer, creator, attestor) =
        (as_person(&lab, "deployer"), as_person(&lab, "policy-creator"), as_person(&lab, "attestor"));
    let url = format!("{BA}/v1/projects/{PROJECT}/policy");
    creator.may(Method::PUT, &url, policy("ALWAYS_DENY")).await;
    let read = deployer.may(Method::GET, &url, Value::Null).await;
    assert_eq!(read["defaultAdmissionRule"]["evaluationMode"], "ALWAYS_DENY");
    let refused = deployer.may_not(Method::PUT, &url, policy("ALWAYS_ALLOW")).await;
    assert_eq!(
        refused,
        "Permission 'binaryauthorization.policy.update' denied on resource \
         '//binaryauthorization.googleapis.com/projects/binauthz-lab/policy' (or it may not exist)."
    );
    attestor.may_not(Method::PUT, &url, policy("ALWAYS_ALLOW")).await;
    let note = json!({"attestation": {"hint": {"humanReadableName": "n"}}});
    attestor.may(Method::POST, &format!("{}?noteId=n", note_url()), note.clone()).await;
    let refused = creator.may_not(Method::POST, &format!("{}?noteId=m", note_url()), note).await;
    // The words of the service, as somebody saw them.
    assert_eq!(
        refused,
        "permission \"containeranalysis.notes.create\" denied for project \"binauthz-lab\", entity ID \"\""
    );
    let cluster = json!({"cluster": {"name": "c"}});
    let clusters = format!("{GKE}/v1/projects/{PROJECT}/locations/us-central1-a/clusters");
    let refused = deployer.may_not(Method::POST, &clusters, cluster).await;
    assert_eq!(refused, "Required \"container.clusters.create\" permission(s) for \"projects/binauthz-lab\".");
    deployer.may(Method::GET, &clusters, Value::Null).await;
    // Nobody was changed by a refusal.
    assert_eq!(lab.get(&url).await["defaultAdmissionRule"]["evaluationMode"], "ALWAYS_DENY");
}

#[tokio::test]
async fn grants_of_the_project_and_of_one_resource_count() {
    let lab = Lab::with_project().await;
    let newcomer = as_person(&lab, "newcomer");
    let project = format!("{CRM}/projects/{PROJECT}");
    let refused = newcomer.may_not(Method::GET, &project, Value::Null).await;
    assert_eq!(refused, "The caller does not have permission");
    assert_eq!(newcomer.may(Method::GET, &format!("{CRM}/projects"), Value::Null).await, json!({"projects": []}));
    let refused = newcomer
        .may_not(Method::POST, &format!("{USAGE}/projects/{PROJECT}/services/x.googleapis.com:enable"), json!({}))
        .await;
    assert_eq!(refused, "Permission denied to enable service [x.googleapis.com]");
    for name in ["n", "m"] {
        let body = json!({"attestation": {"hint": {"humanReadableName": "n"}}});
        lab.ok(Method::POST, &format!("{}?noteId={name}", note_url()), body).await;
    }
    let grant = |role: &str| json!({"policy": {"bindings": [{"role": role, "members": [format!("user:{}", newcomer.person.email)]}]}});
    // On one note.
    let note = format!("{}/n", note_url());
    lab.ok(Method::POST, &format!("{note}:setIamPolicy"), grant("roles/containeranalysis.notes.attacher")).await;
    let test = |url: String| {
        let newcomer = &newcomer;
        async move {
            let asked =
                json!({"permissions": ["containeranalysis.notes.get", "containeranalysis.notes.attachOccurrence"]});
            newcomer.may(Method::POST, &format!("{url}:testIamPermissions"), asked).await
        }
    };
    assert_eq!(test(note.clone()).await, json!({"permissions": ["containeranalysis.notes.attachOccurrence"]}));
    assert_eq!(test(format!("{}/m", note_url())).await, json!({}));
    let occurrence = |note: &str| {
        json!({"resourceUri": "gcr.io/p/i@sha256:00", "noteName": format!("projects/{PROJECT}/notes/{note}"),
               "attestation": {"serializedPayload": "e30=", "signatures": [{"signature": "AA==", "publicKeyId": "k"}]}})
    };
    let occurrences = format!("{CA}/v1/projects/{PROJECT}/occurrences");
    newcomer.may_not(Method::POST, &occurrences, occurrence("n")).await;
    // On the project.
    lab.ok(Method::POST, &format!("{project}:setIamPolicy"), grant("roles/containeranalysis.occurrences.editor")).await;
    newcomer.may(Method::POST, &occurrences, occurrence("n")).await;
    let refused = newcomer.may_not(Method::POST, &occurrences, occurrence("m")).await;
    assert_eq!(
        refused,
        "permission \"containeranalysis.notes.attachOccurrence\" denied for project \"binauthz-lab\", entity ID \"m\""
    );
    assert_eq!(newcomer.may(Method::GET, &project, Value::Null).await["projectId"], PROJECT);
}

#[tokio::test]
async fn a_policy_names_only_attestors_that_its_writer_may_read() {
    let lab = Lab::with_project().await;
    let newcomer = as_person(&lab, "newcomer");
    let body = json!({"attestation": {"hint": {"humanReadableName": "n"}}});
    lab.ok(Method::POST, &format!("{}?noteId=n", note_url()), body).await;
    let note = json!({"userOwnedGrafeasNote": {"noteReference": format!("projects/{PROJECT}/notes/n")}});
    lab.ok(Method::POST, &format!("{BA}/v1/projects/{PROJECT}/attestors?attestorId=a"), note).await;
    let url = format!("{BA}/v1/projects/{PROJECT}/policy");
    let member = format!("user:{}", newcomer.person.email);
    let grant =
        json!({"policy": {"bindings": [{"role": "roles/binaryauthorization.policyEditor", "members": [member]}]}});
    lab.ok(Method::POST, &format!("{url}:setIamPolicy"), grant).await;
    let mut wanted = policy("REQUIRE_ATTESTATION");
    wanted["defaultAdmissionRule"]["requireAttestationsBy"] = json!([format!("projects/{PROJECT}/attestors/a")]);
    let refused = newcomer.may_not(Method::PUT, &url, wanted.clone()).await;
    assert!(refused.contains("binaryauthorization.attestors.get"), "{refused}");
    // Once it is in the policy, it may stay there.
    lab.ok(Method::PUT, &url, wanted.clone()).await;
    wanted["description"] = "mine".into();
    newcomer.may(Method::PUT, &url, wanted).await;
}

#[tokio::test]
async fn platform_policies_and_continuous_validation_ask_their_own_permissions() {
    let lab = Lab::with_project().await;
    let (creator, deployer, newcomer) =
        (as_person(&lab, "policy-creator"), as_person(&lab, "deployer"), as_person(&lab, "newcomer"));
    let policies = format!("{BA}/v1/projects/{PROJECT}/platforms/gke/policies");
    let (created, one) = (format!("{policies}?policyId=one"), format!("{policies}/one"));
    let check = json!({"trustedDirectoryCheck": {"trustedDirPatterns": ["gcr.io/p"]}});
    let body = json!({"gkePolicy": {"checkSets": [{"displayName": "all", "checks": [check]}]}});
    let refused = deployer.may_not(Method::POST, &created, body.clone()).await;
    assert_eq!(
        refused,
        "Permission 'binaryauthorization.platformPolicies.create' denied on resource \
         '//binaryauthorization.googleapis.com/projects/binauthz-lab' (or it may not exist)."
    );
    creator.may(Method::POST, &created, body.clone()).await;
    let read = deployer.may(Method::GET, &one, Value::Null).await;
    deployer.may(Method::GET, &policies, Value::Null).await;
    let image = format!("gcr.io/p/i@sha256:{}", "0".repeat(64));
    let pod = json!({"resource": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c", "image": image}]}}});
    for (method, url, body, action) in [
        (Method::PUT, one.clone(), body.clone(), "replace"),
        (Method::DELETE, one.clone(), Value::Null, "delete"),
        (Method::POST, format!("{one}:evaluate"), pod.clone(), "evaluatePolicy"),
    ] {
        let refused = deployer.may_not(method, &url, body).await;
        assert!(refused.contains(&format!("'binaryauthorization.platformPolicies.{action}' denied")), "{refused}");
    }
    assert_eq!(lab.get(&one).await, read, "a refusal changed the policy");
    // Who may evaluate need not be able to read.
    let member = format!("user:{}", newcomer.person.email);
    let evaluator = json!({"policy": {"bindings": [
        {"role": "roles/binaryauthorization.policyEvaluator", "members": [member]}]}});
    lab.ok(Method::POST, &format!("{CRM}/projects/{PROJECT}:setIamPolicy"), evaluator).await;
    let said = newcomer.may(Method::POST, &format!("{one}:evaluate"), pod).await;
    assert_eq!(said["verdict"], "CONFORMANT", "{said}");
    newcomer.may_not(Method::GET, &one, Value::Null).await;
    creator.may(Method::PUT, &one, body).await;
    creator.may(Method::DELETE, &one, Value::Null).await;

    let config = format!("{BA}/v1alpha2/projects/{PROJECT}/continuousValidationConfig");
    let on = json!({"enforcementPolicyConfig": {"enabled": true}});
    let refused = deployer.may_not(Method::PUT, &config, on.clone()).await;
    assert_eq!(
        refused,
        "Permission 'binaryauthorization.continuousValidationConfig.update' denied on resource \
         '//binaryauthorization.googleapis.com/projects/binauthz-lab/continuousValidationConfig' (or it may not exist)."
    );
    creator.may(Method::PUT, &config, on.clone()).await;
    let read = deployer.may(Method::GET, &config, Value::Null).await;
    assert_eq!(read["enforcementPolicyConfig"], on["enforcementPolicyConfig"]);
    let viewer = json!({"policy": {"bindings": [
        {"role": "roles/binaryauthorization.policyViewer", "members": [member]}]}});
    creator.may_not(Method::POST, &format!("{config}:setIamPolicy"), viewer.clone()).await;
    newcomer.may_not(Method::GET, &config, Value::Null).await;
    lab.ok(Method::POST, &format!("{config}:setIamPolicy"), viewer).await;
    newcomer.may(Method::GET, &config, Value::Null).await;
}

#[tokio::test]
async fn bindings_with_a_condition_grant_nothing() {
    let lab = Lab::with_project().await;
    let newcomer = as_person(&lab, "newcomer");
    let url = format!("{BA}/v1/projects/{PROJECT}/policy");
    let mut binding = json!({"role": "roles/binaryauthorization.policyViewer",
        "members": [format!("user:{}", newcomer.person.email)],
        "condition": {"title": "always", "expression": "true"}});
    let grant = |binding: &Value| json!({"policy": {"version": 3, "bindings": [binding]}});
    lab.ok(Method::POST, &format!("{url}:setIamPolicy"), grant(&binding)).await;
    newcomer.may_not(Method::GET, &url, Value::Null).await;
    let asked = json!({"permissions": ["binaryauthorization.policy.get"]});
    let held = newcomer.may(Method::POST, &format!("{url}:testIamPermissions"), asked).await;
    assert_eq!(held, json!({}));
    binding.as_object_mut().unwrap().remove("condition");
    lab.ok(Method::POST, &format!("{url}:setIamPolicy"), grant(&binding)).await;
    newcomer.may(Method::GET, &url, Value::Null).await;
}

/// The permissions of some requests depend on their bodies; that they are read early changes no answer.
#[tokio::test]
async fn bodies_that_are_too_large_are_told_as_such_to_everybody() {
    let lab = Lab::with_project().await;
    let attestor = as_person(&lab, "attestor");
    let url = format!("{CA}/v1/projects/{PROJECT}/occurrences");
    let large = Value::from("x".repeat(4 * 1024 * 1024));
    let (status, answer) = attestor.send(Method::POST, &url, large).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(413)), "{answer}");
    let (status, _) = attestor.send(Method::POST, &url, json!("x")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn clusters_and_registries_refuse_in_their_own_shape() {
    let lab = Lab::with_project().await;
    let clusters = format!("{GKE}/v1/projects/{PROJECT}/locations/us-central1-a/clusters");
    lab.ok(Method::POST, &clusters, json!({"cluster": {"name": "c"}})).await;
    let pods = format!("https://{}/api/v1/namespaces/default/pods", lab.sandbox.addr());
    let (status, answer) = as_person(&lab, "attestor").send(Method::GET, &pods, Value::Null).await;
    assert_eq!((status, &answer["reason"]), (StatusCode::FORBIDDEN, &json!("Forbidden")));
    assert_eq!(
        answer["message"],
        "pods is forbidden: User \"attestor@example.com\" cannot list resource \"pods\" in API group \"\" in the \
         namespace \"default\": requires one of [\"container.pods.list\"] permission(s)."
    );
    as_person(&lab, "deployer").may(Method::GET, &pods, Value::Null).await;
    let discovery = format!("https://{}/apis", lab.sandbox.addr());
    as_person(&lab, "newcomer").may(Method::GET, &discovery, Value::Null).await;
    let upload = format!("https://gcr.io/v2/{PROJECT}/i/blobs/uploads/");
    let (status, answer) = as_person(&lab, "attestor").send(Method::POST, &upload, json!({})).await;
    assert_eq!((status, &answer["errors"][0]["code"]), (StatusCode::FORBIDDEN, &json!("DENIED")));
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("projects/binauthz-lab/locations/us/repositories/gcr.io"), "{message}");
}

#[tokio::test]
async fn who_speaks_for_another_at_a_cluster_needs_a_right_to_it() {
    let lab = Lab::with_project().await;
    let clusters = format!("{GKE}/v1/projects/{PROJECT}/locations/us-central1-a/clusters");
    lab.ok(Method::POST, &clusters, json!({"cluster": {"name": "c"}})).await;
    let base = format!("https://{}", lab.sandbox.addr());
    let (pods, reviews) = (
        format!("{base}/api/v1/namespaces/default/pods"),
        format!("{base}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
    );
    let review = json!({"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
        "spec": {"resourceAttributes": {"verb": "delete", "resource": "pods"}}});
    let ask = |name: &str, headers: &'static [(&'static str, &'static str)], url: &str, body: Value| {
        let token = lab.sandbox.token_of(Person::from_name(name).unwrap()).expose().to_owned();
        let method = if body.is_null() { Method::GET } else { Method::POST };
        let mut request = lab.client.request(method, url).bearer_auth(token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = if body.is_null() { request } else { request.json(&body) };
        async move {
            let answer = request.send().await.unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap())
        }
    };
    let masters: &'static [(&str, &str)] = &[("impersonate-user", "eve"), ("impersonate-group", "system:masters")];
    let group: &'static [(&str, &str)] = &[("impersonate-group", "system:masters")];
    for name in ["newcomer", "deployer", "attestor"] {
        for headers in [masters, group] {
            for (url, body) in [(&pods, Value::Null), (&reviews, review.clone())] {
                let (status, answer) = ask(name, headers, url, body).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{name} {url}: {answer}");
                let message = answer["message"].as_str().unwrap();
                assert!(message.contains("cannot impersonate resource \"users\""), "{message}");
            }
        }
    }
    let (status, answer) = ask("owner", masters, &reviews, review.clone()).await;
    assert_eq!((status, &answer["status"]["allowed"]), (StatusCode::CREATED, &json!(true)), "{answer}");
    let member = format!("user:{}", Person::from_name("newcomer").unwrap().email);
    let admin = json!({"policy": {"bindings": [{"role": "roles/container.admin", "members": [member]}]}});
    lab.ok(Method::POST, &format!("{CRM}/projects/{PROJECT}:setIamPolicy"), admin).await;
    let (status, answer) = ask("newcomer", masters, &pods, Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

#[cfg(unix)]
#[tokio::test]
async fn tokens_differ_and_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::start().await;
    let mut tokens: Vec<String> = Vec::new();
    for person in &countersign::sandbox::people::PEOPLE {
        let path = lab.sandbox.files().token_of(person);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        tokens.push(std::fs::read_to_string(path).unwrap());
    }
    assert_eq!(tokens[0], lab.sandbox.token().expose());
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), countersign::sandbox::people::PEOPLE.len());
}

/// The certificate and the key that a cluster's description has for a person, PEM.
async fn certificate(lab: &Lab, name: &str) -> String {
    let url = format!("{GKE}/v1/projects/{PROJECT}/locations/us-central1-a/clusters/lab");
    let auth = as_person(lab, name).may(Method::GET, &url, Value::Null).await["masterAuth"].clone();
    let text = |field: &str| {
        let bytes = base64::engine::general_purpose::STANDARD.decode(auth[field].as_str().unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    text("clientCertificate") + &text("clientKey")
}

#[tokio::test]
async fn a_client_certificate_stands_for_its_person_at_the_clusters_alone() {
    let lab = Lab::with_project().await;
    let clusters = format!("{GKE}/v1/projects/{PROJECT}/locations/us-central1-a/clusters");
    let cluster = lab.ok(Method::POST, &clusters, json!({"cluster": {"name": "lab"}})).await;
    assert_eq!(cluster["operationType"], "CREATE_CLUSTER");
    let found = lab.get(&format!("{clusters}/lab")).await;
    let server = found["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"].as_str().unwrap().to_owned();
    let pods = format!("https://{server}/api/v1/namespaces/default/pods");
    let pod = json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "gcr.io/p/i"}]}});
    let project = format!("{CRM}/projects/{PROJECT}");
    for (name, creates) in [("owner", true), ("deployer", true), ("policy-creator", false)] {
        let identity = reqwest::Identity::from_pem(certificate(&lab, name).await.as_bytes()).unwrap();
        let client = lab::builder(&lab.sandbox).identity(identity).build().unwrap();
        let answer = client.post(format!("{pods}?dryRun=All")).json(&pod).send().await.unwrap();
        assert_eq!(answer.status().is_success(), creates, "{name}: {}", answer.text().await.unwrap());
        let answer = client.get(&project).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{name}: Google's APIs want a token");
        // A token that is shown counts, and a wrong one is not made right by the certificate.
        let answer = client.get(&pods).bearer_auth("wrong").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    // Lists hold no keys, and a certificate stays what it is.
    assert!(lab.get(&clusters).await["clusters"][0]["masterAuth"]["clientKey"].is_null());
    let before = certificate(&lab, "deployer").await;
    let lab = lab.restart().await;
    assert_eq!(certificate(&lab, "deployer").await, before);
}

#[tokio::test]
async fn certificates_of_others_are_refused() {
    let lab = Lab::with_project().await;
    let key = rcgen::KeyPair::generate().unwrap();
    let foreign = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    let identity = reqwest::Identity::from_pem((foreign.pem() + &key.serialize_pem()).as_bytes()).unwrap();
    let client = lab::builder(&lab.sandbox).identity(identity).build().unwrap();
    let token = lab.sandbox.token().expose().to_owned();
    let refused = client.get(format!("{CRM}/projects/{PROJECT}")).bearer_auth(token).send().await;
    assert!(refused.is_err(), "{refused:?}");
}
