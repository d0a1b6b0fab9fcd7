//! Notes and occurrences, compared with what curl and gcloud were recorded to send and read.

use reqwest::{Method, StatusCode, Url};
use serde_json::{Value, json};

use crate::support::lab::{CA, CRM, Lab, PROJECT, USAGE};

const NOTE: &str = "my-attestor-note";
const HEX: &str = "abababababababababababababababababababababababababababababababab";

fn notes() -> String {
    format!("{CA}/v1/projects/{PROJECT}/notes")
}

fn note() -> String {
    format!("{}/{NOTE}", notes())
}

fn occurrences() -> String {
    format!("{CA}/v1/projects/{PROJECT}/occurrences")
}

/// As the codelab posts it.
fn note_body() -> Value {
    let hint = json!({"human_readable_name": "This note represents an attestation authority"});
    json!({"name": format!("projects/{PROJECT}/notes/{NOTE}"), "attestation": {"hint": hint}})
}

/// As gcloud posts it: bytes in the URL-safe alphabet.
fn occurrence_body(resource: &str, signature: &str) -> Value {
    json!({
        "attestation": {
            "serializedPayload": "-_8=",
            "signatures": [{"publicKeyId": "C81138F34F3ADFAB10143A804B1EC06BE59607CC", "signature": signature}],
        },
        "kind": "ATTESTATION",
        "noteName": format!("projects/{PROJECT}/notes/{NOTE}"),
        "resourceUri": resource,
    })
}

async fn lab() -> Lab {
    let lab = Lab::with_project().await;
    lab.ok(Method::POST, &format!("{}/?noteId={NOTE}", notes()), note_body()).await;
    lab
}

/// The answer without what changes from run to run, each of which has to have its form.
fn steady(mut resource: Value) -> Value {
    for field in ["createTime", "updateTime"] {
        let time = resource[field].as_str().unwrap();
        assert!(time.len() == 27 && time.ends_with('Z') && time.parse::<jiff::Timestamp>().is_ok(), "{time}");
        resource[field] = json!("T");
    }
    resource
}

#[tokio::test]
async fn a_note_is_made_read_and_deleted() {
    let lab = Lab::with_project().await;
    let expected = json!({
        "name": format!("projects/{PROJECT}/notes/{NOTE}"),
        "kind": "ATTESTATION",
        "createTime": "T",
        "updateTime": "T",
        "attestation": {"hint": {"humanReadableName": "This note represents an attestation authority"}},
    });
    let create = format!("{}/?noteId={NOTE}", notes());
    assert_eq!(steady(lab.ok(Method::POST, &create, note_body()).await), expected);
    let refusal = lab.refused(Method::POST, &create, note_body()).await;
    let name = format!("projects/{PROJECT}/notes/{NOTE}");
    refusal.is(409, "ALREADY_EXISTS", &format!("note with name \"{name}\" already exists"));
    assert_eq!(steady(lab.get(&note()).await), expected);
    assert_eq!(lab.get(&notes()).await["notes"][0]["name"], name);
    assert_eq!(lab.ok(Method::DELETE, &note(), Value::Null).await, json!({}));
    let refusal = lab.refused(Method::GET, &note(), Value::Null).await;
    refusal.is(404, "NOT_FOUND", &format!("note with name \"{name}\" does not exist"));
    assert_eq!(lab.get(&notes()).await, json!({}));
}

#[tokio::test]
async fn the_codelab_of_2018_and_its_versions() {
    let lab = Lab::with_project().await;
    for (version, id) in [("v1alpha1", "seed-a"), ("v1beta1", "seed-b")] {
        let hint = json!({"human_readable_name": "x"});
        let body = json!({"name": "x", "attestation_authority": {"hint": hint}});
        let url = format!("{CA}/{version}/projects/{PROJECT}/notes/?noteId={id}");
        let made = lab.ok(Method::POST, &url, body).await;
        assert_eq!(made["attestationAuthority"]["hint"]["humanReadableName"], "x");
        let shapes = [
            ("v1", "attestation", "ATTESTATION"),
            ("v1beta1", "attestationAuthority", "ATTESTATION"),
            ("v1alpha1", "attestationAuthority", "ATTESTATION_AUTHORITY"),
        ];
        for (version, field, kind) in shapes {
            let found = lab.get(&format!("{CA}/{version}/projects/{PROJECT}/notes/{id}")).await;
            assert_eq!((&found["kind"], &found[field]["hint"]["humanReadableName"]), (&json!(kind), &json!("x")));
            assert_eq!(found["createTime"], made["createTime"]);
        }
    }
}

#[tokio::test]
async fn what_is_no_note() {
    let lab = lab().await;
    for (query, body) in [
        ("", note_body()),
        ("?noteId=a/b", note_body()),
        ("?noteId=new", json!({})),
        ("?noteId=new", json!({"attestation": {}, "build": {}})),
        ("?noteId=new", json!({"attestation": {"hint": {"name": "x"}}})),
        ("?noteId=new", json!([])),
    ] {
        let refusal = lab.refused(Method::POST, &format!("{}{query}", notes()), body).await;
        assert_eq!((refusal.code, refusal.status.as_str()), (400, "INVALID_ARGUMENT"), "{query}");
    }
    let other = format!("{CA}/v1/projects/no-such-project/notes");
    let refusal = lab.refused(Method::GET, &other, Value::Null).await;
    assert_eq!((refusal.code, &refusal.details[0]["reason"]), (403, &json!("CONSUMER_INVALID")));
    let usage = format!("{USAGE}/projects/{PROJECT}/services/containeranalysis.googleapis.com:disable");
    lab.ok(Method::POST, &usage, json!({})).await;
    let refusal = lab.refused(Method::GET, &note(), Value::Null).await;
    assert_eq!((refusal.code, &refusal.details[0]["reason"]), (403, &json!("SERVICE_DISABLED")));
}

#[tokio::test]
async fn a_note_is_patched() {
    let lab = lab().await;
    let url = format!("{}?updateMask=shortDescription,longDescription", note());
    let changed = lab.ok(Method::PATCH, &url, json!({"shortDescription": "QA", "relatedUrl": [{"url": "x"}]})).await;
    assert_eq!((&changed["shortDescription"], changed.get("relatedUrl")), (&json!("QA"), None));
    assert_eq!(
        changed["attestation"]["hint"]["humanReadableName"],
        note_body()["attestation"]["hint"]["human_readable_name"]
    );
    let cleared = lab.ok(Method::PATCH, &format!("{}?updateMask=short_description", note()), json!({})).await;
    assert_eq!(cleared.get("shortDescription"), None);
    let merged = lab.ok(Method::PATCH, &note(), json!({"longDescription": "long"})).await;
    assert_eq!(merged["longDescription"], "long");
    for (mask, body) in [("color", json!({})), ("attestation", json!({})), ("attestation,build", json!({"build": {}}))]
    {
        lab.refused(Method::PATCH, &format!("{}?updateMask={mask}", note()), body).await;
    }
}

/// The request file of the codelab, single quotes and all.
#[tokio::test]
async fn the_grant_of_the_codelab() {
    let lab = lab().await;
    let number = lab.project_number().await;
    let member = format!("serviceAccount:service-{number}@gcp-sa-binaryauthorization.iam.gserviceaccount.com");
    let body = format!(
        "{{\n  'resource': 'projects/{PROJECT}/notes/{NOTE}',\n  'policy': {{\n    'bindings': [\n      {{\n        \
         'role': 'roles/containeranalysis.notes.occurrences.viewer',\n        'members': [\n          \
         '{member}'\n        ]\n      }}\n    ]\n  }}\n}}\n"
    );
    let url = format!("{}:setIamPolicy", note());
    let answer = lab.request(Method::POST, &url).body(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let set: Value = answer.json().await.unwrap();
    let role = "roles/containeranalysis.notes.occurrences.viewer";
    assert_eq!(set["bindings"], json!([{"role": role, "members": [member]}]));
    assert_eq!(set["version"], 1);
    assert_eq!(lab.ok(Method::POST, &format!("{}:getIamPolicy", note()), json!({})).await, set);
    let etag = set["etag"].as_str().unwrap();
    assert!(etag.len() == 12 && etag.ends_with('='), "{etag}");
    // The grant goes with the note.
    lab.ok(Method::DELETE, &note(), Value::Null).await;
    assert_eq!(lab.refused(Method::POST, &format!("{}:getIamPolicy", note()), json!({})).await.code, 404);
    lab.ok(Method::POST, &format!("{}?noteId={NOTE}", notes()), note_body()).await;
    assert_eq!(lab.ok(Method::POST, &format!("{}:getIamPolicy", note()), json!({})).await, json!({"etag": "ACAB"}));
}

#[tokio::test]
async fn an_attestation_is_made_found_and_deleted() {
    let lab = lab().await;
    let resource = format!("gcr.io/{PROJECT}/hello-world@sha256:{HEX}");
    let made = lab.ok(Method::POST, &occurrences(), occurrence_body(&resource, "YWJj")).await;
    let name = made["name"].as_str().unwrap().to_owned();
    let id = name.strip_prefix(&format!("projects/{PROJECT}/occurrences/")).unwrap();
    assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 4);
    let mut expected = occurrence_body(&resource, "YWJj");
    expected["attestation"]["serializedPayload"] = json!("+/8=");
    expected["name"] = json!(name);
    expected["createTime"] = json!("T");
    expected["updateTime"] = json!("T");
    assert_eq!(steady(made.clone()), expected);
    assert_eq!(lab.get(&format!("{CA}/v1/{name}")).await, made);
    assert_eq!(lab.get(&format!("{CA}/v1/{name}/notes")).await, lab.get(&note()).await);
    let filter = format!("has_suffix(resourceUrl, \"sha256:{HEX}\")");
    assert_eq!(filtered(&lab, &format!("{}/occurrences", note()), &filter).await, [made]);
    assert_eq!(lab.ok(Method::DELETE, &format!("{CA}/v1/{name}"), Value::Null).await, json!({}));
    let refusal = lab.refused(Method::GET, &format!("{CA}/v1/{name}"), Value::Null).await;
    refusal.is(404, "NOT_FOUND", &format!("occurrence with name \"{name}\" does not exist"));
    assert_eq!(lab.get(&occurrences()).await, json!({}));
}

async fn filtered(lab: &Lab, url: &str, filter: &str) -> Vec<Value> {
    let mut url = Url::parse(url).unwrap();
    url.query_pairs_mut().append_pair("filter", filter).append_pair("pageSize", "100");
    lab.get(url.as_str()).await["occurrences"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_same_attestation_twice_is_a_conflict() {
    let lab = lab().await;
    let body = occurrence_body("gcr.io/p/i@sha256:00", "YWJj");
    let made = lab.ok(Method::POST, &occurrences(), body.clone()).await;
    let id = made["name"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let refusal = lab.refused(Method::POST, &occurrences(), body).await;
    let message = format!("occurrence ID \"{id}\" already exists in project \"{PROJECT}\"");
    refusal.is(409, "ALREADY_EXISTS", &message);
    lab.ok(Method::POST, &occurrences(), occurrence_body("gcr.io/p/i@sha256:00", "YWJk")).await;
}

#[tokio::test]
async fn what_is_no_occurrence() {
    let lab = lab().await;
    let with = |field: &str, value: Value| {
        let mut body = occurrence_body("gcr.io/p/i@sha256:00", "YWJj");
        body[field] = value;
        body
    };
    for body in [
        with("noteName", json!("my-attestor-note")),
        with("resourceUri", json!("")),
        with("resourceUri", json!("x".repeat(5000))),
        with("attestation", Value::Null),
        with("build", json!({})),
        with("attestation", json!({"serializedPayload": "!"})),
        with("color", json!("red")),
    ] {
        let refusal = lab.refused(Method::POST, &occurrences(), body.clone()).await;
        assert_eq!((refusal.code, refusal.status.as_str()), (400, "INVALID_ARGUMENT"), "{body}");
    }
    let missing = with("noteName", json!(format!("projects/{PROJECT}/notes/nope")));
    let refusal = lab.refused(Method::POST, &occurrences(), missing).await;
    refusal.is(404, "NOT_FOUND", &format!("note with name \"projects/{PROJECT}/notes/nope\" does not exist"));
    let build = json!({"build": {"provenance": {}}, "noteName": format!("projects/{PROJECT}/notes/{NOTE}"), "resourceUri": "x"});
    assert_eq!(lab.refused(Method::POST, &occurrences(), build).await.code, 400);
}

#[tokio::test]
async fn occurrences_of_other_projects_are_on_the_note() {
    let lab = lab().await;
    lab.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": "other-project"})).await;
    let usage = format!("{USAGE}/projects/other-project/services/containeranalysis.googleapis.com:enable");
    lab.ok(Method::POST, &usage, json!({})).await;
    let elsewhere = format!("{CA}/v1/projects/other-project/occurrences");
    let made = lab.ok(Method::POST, &elsewhere, occurrence_body("gcr.io/p/i@sha256:00", "YWJj")).await;
    assert_eq!(lab.get(&format!("{}/occurrences", note())).await, json!({"occurrences": [made]}));
    assert_eq!(lab.get(&elsewhere).await, json!({"occurrences": [made]}));
    assert_eq!(lab.get(&occurrences()).await, json!({}));
}

#[tokio::test]
async fn filters_and_pages() {
    let lab = lab().await;
    let batch: Vec<_> = (0..25).map(|n| occurrence_body(&format!("gcr.io/p/i{n}@sha256:{n:064x}"), "YWJj")).collect();
    lab.ok(Method::POST, &format!("{}:batchCreate", occurrences()), json!({"occurrences": batch})).await;
    let counts = [
        ("", 25),
        ("kind=\"ATTESTATION\"", 25),
        ("kind=\"BUILD\"", 0),
        ("kind!=\"BUILD\" AND noteId=\"my-attestor-note\" AND noteProjectId=\"binauthz-lab\"", 25),
        ("resourceUrl=\"gcr.io/p/i3@sha256:0000000000000000000000000000000000000000000000000000000000000003\"", 1),
        (
            "resourceUrl=\"https://gcr.io/p/i3@sha256:0000000000000000000000000000000000000000000000000000000000000003\"",
            0,
        ),
        ("has_prefix(resourceUrl, \"gcr.io/p/i1\")", 11),
        ("has_suffix(resourceUrl, \"3\")", 2),
        ("has_suffix(resourceUrl, \"sha256:0000000000000000000000000000000000000000000000000000000000000003\")", 1),
        ("createTime > \"2020-01-01T00:00:00Z\" AND createTime < \"2020-01-02T00:00:00Z\"", 0),
    ];
    for (filter, count) in counts {
        for url in [occurrences(), format!("{}/occurrences", note())] {
            assert_eq!(filtered(&lab, &url, filter).await.len(), count, "{filter}");
        }
    }
    // The documented default is a page of twenty.
    let first = lab.get(&occurrences()).await;
    assert_eq!(first["occurrences"].as_array().unwrap().len(), 20);
    let mut next = Url::parse(&occurrences()).unwrap();
    next.query_pairs_mut().append_pair("pageToken", first["nextPageToken"].as_str().unwrap());
    let second = lab.get(next.as_str()).await;
    assert_eq!(second["occurrences"].as_array().unwrap().len(), 5);
    assert_eq!(second.get("nextPageToken"), None);
    let bad = lab.refused(Method::GET, &format!("{}?filter=color%3D%22red%22", occurrences()), Value::Null).await;
    assert!(bad.message.contains("unknown field color"), "{}", bad.message);
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let lab = lab().await;
    let made = lab.ok(Method::POST, &occurrences(), occurrence_body("gcr.io/p/i@sha256:00", "YWJj")).await;
    let lab = lab.restart().await;
    assert_eq!(lab.get(&occurrences()).await, json!({"occurrences": [made]}));
}

/// A batch of notes is made as a whole or not at all.
#[tokio::test]
async fn notes_are_made_in_batches() {
    let lab = Lab::with_project().await;
    let hint = |name: &str| json!({"attestation": {"hint": {"humanReadableName": name}}});
    let url = format!("{CA}/v1/projects/{PROJECT}/notes:batchCreate");
    let made = lab.ok(Method::POST, &url, json!({"notes": {"a": hint("A"), "b": hint("B")}})).await;
    let names: Vec<&str> = made["notes"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["projects/binauthz-lab/notes/a", "projects/binauthz-lab/notes/b"]);
    let refused = lab.refused(Method::POST, &url, json!({"notes": {"c": hint("C"), "b": hint("B")}})).await;
    assert_eq!((refused.code, refused.status.as_str()), (409, "ALREADY_EXISTS"));
    let (status, _) = lab.send(Method::GET, &format!("{CA}/v1/projects/{PROJECT}/notes/c"), Value::Null).await;
    assert_eq!(status, 404, "none of the batch was made");
    for wrong in [json!({}), json!({"notes": {}}), json!({"notes": {"x": {}}}), json!({"notes": []})] {
        assert_eq!(lab.refused(Method::POST, &url, wrong).await.code, 400);
    }
}

/// The details of an occurrence change; its note, its resource and its kind do not.
#[tokio::test]
async fn an_occurrence_is_patched_and_has_an_iam_policy() {
    let lab = Lab::with_project().await;
    let project = format!("projects/{PROJECT}");
    let hint = json!({"attestation": {"hint": {"humanReadableName": "n"}}});
    lab.ok(Method::POST, &format!("{CA}/v1/{project}/notes?noteId=n"), hint).await;
    let resource = format!("https://gcr.io/p/i@sha256:{}", "ab".repeat(32));
    let occurrence = |payload: &str| {
        json!({
            "noteName": format!("projects/{PROJECT}/notes/n"), "resourceUri": resource,
            "attestation": {"serializedPayload": payload, "signatures": [{"publicKeyId": "k", "signature": "c2ln"}]},
        })
    };
    let create = format!("{CA}/v1/{project}/occurrences");
    let made = lab.ok(Method::POST, &create, occurrence("YQ==")).await;
    lab.ok(Method::POST, &create, occurrence("Yg==")).await;
    let url = format!("{CA}/v1/{}", made["name"].as_str().unwrap());
    let changed = lab.ok(Method::PATCH, &format!("{url}?updateMask=attestation"), occurrence("Yw==")).await;
    assert_eq!(changed["attestation"]["serializedPayload"], "Yw==");
    assert_eq!(lab.get(&url).await, changed);
    let remediation = lab.ok(Method::PATCH, &url, json!({"remediation": "rebuild"})).await;
    assert_eq!((&remediation["remediation"], &remediation["noteName"]), (&json!("rebuild"), &made["noteName"]));
    lab.ok(Method::PATCH, &format!("{url}?updateMask=remediation"), json!({})).await;
    let refused = lab.refused(Method::PATCH, &format!("{url}?updateMask=attestation"), occurrence("Yg==")).await;
    assert_eq!(refused.code, 409, "another one says that already");
    for wrong in [
        json!({"noteName": "projects/binauthz-lab/notes/m"}),
        json!({"resourceUri": "https://gcr.io/p/other"}),
        json!({"build": {}}),
    ] {
        assert_eq!(lab.refused(Method::PATCH, &url, wrong).await.code, 400);
    }
    let binding = json!({"role": "roles/containeranalysis.occurrences.viewer", "members": ["user:a@example.com"]});
    lab.ok(Method::POST, &format!("{url}:setIamPolicy"), json!({"policy": {"bindings": [binding.clone()]}})).await;
    let policy = lab.ok(Method::POST, &format!("{url}:getIamPolicy"), json!({})).await;
    assert_eq!(policy["bindings"], json!([binding]));
    let asked = json!({"permissions": ["containeranalysis.occurrences.get"]});
    assert_eq!(lab.ok(Method::POST, &format!("{url}:testIamPermissions"), asked.clone()).await, asked);
}

#[tokio::test]
async fn vulnerabilities_are_counted_by_resource_and_severity() {
    let lab = Lab::with_project().await;
    let project = format!("projects/{PROJECT}");
    let note = json!({"vulnerability": {"severity": "HIGH"}});
    lab.ok(Method::POST, &format!("{CA}/v1/{project}/notes?noteId=cve"), note).await;
    let summary = format!("{project}/occurrences:vulnerabilitySummary");
    assert_eq!(lab.get(&format!("{CA}/v1/{summary}")).await, json!({}));
    for (image, severity, fixable) in
        [("a", "HIGH", true), ("a", "HIGH", false), ("a", "LOW", true), ("b", "HIGH", true)]
    {
        let details =
            json!({"effectiveSeverity": severity, "fixAvailable": fixable, "shortDescription": format!("{fixable}")});
        let occurrence = json!({
            "noteName": format!("{project}/notes/cve"),
            "resourceUri": format!("https://gcr.io/p/{image}"),
            "vulnerability": details,
        });
        lab.ok(Method::POST, &format!("{CA}/v1/{project}/occurrences"), occurrence).await;
    }
    let counted = lab.get(&format!("{CA}/v1/{summary}")).await;
    let count = |image: &str, severity: &str, fixable: &str, total: &str| {
        json!({
            "resourceUri": format!("https://gcr.io/p/{image}"),
            "severity": severity, "fixableCount": fixable, "totalCount": total,
        })
    };
    let all = [count("a", "HIGH", "1", "2"), count("a", "LOW", "1", "1"), count("b", "HIGH", "1", "1")];
    assert_eq!(counted["counts"], json!(all));
    let filter = "?filter=resourceUrl%3D%22https%3A%2F%2Fgcr.io%2Fp%2Fb%22";
    assert_eq!(lab.get(&format!("{CA}/v1/{summary}{filter}")).await["counts"].as_array().unwrap().len(), 1);
    let beta = lab.get(&format!("{CA}/v1beta1/{summary}{filter}")).await;
    assert_eq!(beta["counts"][0]["resource"]["uri"], "https://gcr.io/p/b");
}
