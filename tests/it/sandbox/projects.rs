//! Projects, their services and their IAM policies, compared with what gcloud was recorded to read.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::lab::{CRM, Lab, PROJECT, USAGE};

#[tokio::test]
async fn a_project_is_made_and_read() {
    let lab = Lab::start().await;
    let begun = lab.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": PROJECT, "name": "Lab"})).await;
    let name = begun["name"].as_str().unwrap();
    assert_ne!(begun["done"], true);
    let done = lab.get(&format!("{CRM}/{name}")).await;
    assert_eq!(done["done"], true);
    assert_eq!(done["response"]["projectId"], PROJECT);
    let project = lab.get(&format!("{CRM}/projects/{PROJECT}")).await;
    let number = project["projectNumber"].as_str().unwrap();
    assert_eq!(number.len(), 12);
    assert_eq!((&project["lifecycleState"], &project["name"]), (&json!("ACTIVE"), &json!("Lab")));
    assert_eq!(lab.get(&format!("{CRM}/projects/{number}")).await, project);
    let list = lab.get(&format!("{CRM}/projects?alt=json&filter=lifecycleState%3AACTIVE&pageSize=500")).await;
    assert_eq!(list, json!({"projects": [project]}));
}

#[tokio::test]
async fn what_cannot_be_made_or_read() {
    let lab = Lab::with_project().await;
    let projects = format!("{CRM}/projects");
    let refusal = lab.refused(Method::GET, &format!("{projects}/nope-nope"), Value::Null).await;
    refusal.is(403, "PERMISSION_DENIED", "The caller does not have permission");
    let refusal = lab.refused(Method::POST, &projects, json!({"projectId": PROJECT})).await;
    refusal.is(409, "ALREADY_EXISTS", "Requested entity already exists");
    for id in ["", "UPPER-case", "x"] {
        let refusal = lab.refused(Method::POST, &projects, json!({"projectId": id})).await;
        assert_eq!((refusal.code, refusal.status.as_str()), (400, "INVALID_ARGUMENT"), "{id}");
    }
    let refusal = lab.refused(Method::POST, &projects, json!({"projectIdentity": "x"})).await;
    let message = "Invalid JSON payload received. Unknown name \"projectIdentity\" at 'project': Cannot find field.";
    refusal.is(400, "INVALID_ARGUMENT", message);
}

#[tokio::test]
async fn a_deleted_project_can_be_brought_back() {
    let lab = Lab::with_project().await;
    let url = format!("{CRM}/projects/{PROJECT}");
    assert_eq!(lab.ok(Method::DELETE, &url, Value::Null).await, json!({}));
    assert_eq!(lab.get(&url).await["lifecycleState"], "DELETE_REQUESTED");
    assert_eq!(lab.get(&format!("{CRM}/projects?filter=lifecycleState:ACTIVE")).await, json!({}));
    let services = format!("{USAGE}/projects/{PROJECT}/services");
    let refusal = lab.refused(Method::GET, &services, Value::Null).await;
    assert_eq!((refusal.code, &refusal.details[0]["reason"]), (403, &json!("CONSUMER_INVALID")));
    assert_eq!(lab.refused(Method::DELETE, &url, Value::Null).await.status, "FAILED_PRECONDITION");
    lab.ok(Method::POST, &format!("{url}:undelete"), Value::Null).await;
    lab.get(&services).await;
}

#[tokio::test]
async fn projects_come_in_pages() {
    let lab = Lab::start().await;
    for n in 0..5 {
        lab.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": format!("project-{n}")})).await;
    }
    let mut ids = Vec::new();
    let mut token = String::new();
    loop {
        let mut page = reqwest::Url::parse(&format!("{CRM}/projects?pageSize=2")).unwrap();
        page.query_pairs_mut().append_pair("pageToken", &token);
        let list = lab.get(page.as_str()).await;
        let projects = list["projects"].as_array().unwrap();
        assert!(projects.len() <= 2);
        ids.extend(projects.iter().map(|project| project["projectId"].as_str().unwrap().to_owned()));
        match list["nextPageToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    ids.sort();
    assert_eq!(ids, ["project-0", "project-1", "project-2", "project-3", "project-4"]);
    for query in ["pageSize=-1", "pageSize=x", "pageToken=x"] {
        lab.refused(Method::GET, &format!("{CRM}/projects?{query}"), Value::Null).await;
    }
}

#[tokio::test]
async fn services_are_enabled_and_disabled() {
    let lab = Lab::start().await;
    lab.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": PROJECT})).await;
    let number = lab.project_number().await;
    let service = format!("{USAGE}/projects/{PROJECT}/services/container.googleapis.com");
    let state = |state: &str| {
        json!({
            "name": format!("projects/{number}/services/container.googleapis.com"),
            "parent": format!("projects/{number}"),
            "state": state,
            "config": {"name": "container.googleapis.com", "title": "Kubernetes Engine API"},
        })
    };
    assert_eq!(lab.get(&service).await, state("DISABLED"));
    let begun = lab.ok(Method::POST, &format!("{service}:enable"), json!({})).await;
    let name = begun["name"].as_str().unwrap();
    assert!(name.starts_with(&format!("operations/acf.p2-{number}-")), "{name}");
    let done = lab.get(&format!("{USAGE}/{name}")).await;
    assert_eq!((&done["done"], &done["response"]["service"]), (&json!(true), &state("ENABLED")));
    assert_eq!(lab.get(&service).await, state("ENABLED"));
    let again = lab.ok(Method::POST, &format!("{service}:enable"), json!({})).await;
    assert_eq!((&again["name"], &again["done"]), (&json!("operations/noop.DONE_OPERATION"), &json!(true)));
    lab.ok(Method::POST, &format!("{service}:disable"), json!({})).await;
    assert_eq!(lab.get(&service).await, state("DISABLED"));
    assert_eq!(lab.refused(Method::POST, &format!("{service}:disable"), json!({})).await.code, 400);
}

#[tokio::test]
async fn services_are_enabled_in_a_batch_and_listed() {
    let lab = Lab::with_project().await;
    let list = lab.get(&format!("{USAGE}/projects/{PROJECT}/services?filter=state%3AENABLED&pageSize=200")).await;
    let names: Vec<_> = list["services"].as_array().unwrap().iter().map(|s| s["config"]["name"].clone()).collect();
    let expected =
        ["container.googleapis.com", "binaryauthorization.googleapis.com", "containeranalysis.googleapis.com"];
    assert_eq!(names, expected);
    let url = format!("{USAGE}/projects/{PROJECT}/services:batchEnable");
    for bad in [json!({}), json!({"serviceIds": ["nope"]}), json!({"serviceIds": vec!["a.googleapis.com"; 21]})] {
        lab.refused(Method::POST, &url, bad).await;
    }
}

#[tokio::test]
async fn roles_on_a_project_are_read_changed_and_written() {
    let lab = Lab::with_project().await;
    let url = format!("{CRM}/projects/{PROJECT}");
    let empty = lab.ok(Method::POST, &format!("{url}:getIamPolicy"), json!({})).await;
    assert_eq!(empty, json!({"etag": "ACAB"}));
    let bindings = json!([{"role": "roles/binaryauthorization.policyViewer", "members": ["user:dev@example.com"]}]);
    let body = json!({"policy": {"bindings": bindings, "etag": "ACAB", "version": 3}});
    let set = lab.ok(Method::POST, &format!("{url}:setIamPolicy"), body.clone()).await;
    assert_eq!((&set["version"], &set["bindings"]), (&json!(3), &bindings));
    assert_eq!(lab.ok(Method::POST, &format!("{url}:getIamPolicy"), Value::Null).await, set);
    let stale = lab.refused(Method::POST, &format!("{url}:setIamPolicy"), body).await;
    assert_eq!((stale.code, stale.status.as_str()), (409, "ABORTED"));
    let permissions = json!({"permissions": ["resourcemanager.projects.get"]});
    assert_eq!(lab.ok(Method::POST, &format!("{url}:testIamPermissions"), permissions.clone()).await, permissions);
}

#[tokio::test]
async fn only_an_agent_that_exists_can_be_granted_a_role() {
    let lab = Lab::with_project().await;
    let number = lab.project_number().await;
    let url = format!("{CRM}/projects/{PROJECT}:setIamPolicy");
    let grant = |email: &str| {
        let role = "roles/containeranalysis.notes.occurrences.viewer";
        json!({"policy": {"bindings": [{"role": role, "members": [format!("serviceAccount:{email}")]}]}})
    };
    let other = "service-1@gcp-sa-binaryauthorization.iam.gserviceaccount.com";
    let refusal = lab.refused(Method::POST, &url, grant(other)).await;
    refusal.is(400, "INVALID_ARGUMENT", &format!("Service account {other} does not exist."));
    let agent = format!("service-{number}@gcp-sa-binaryauthorization.iam.gserviceaccount.com");
    lab.ok(Method::POST, &url, grant(&agent)).await;
    let usage = format!("{USAGE}/projects/{PROJECT}/services/binaryauthorization.googleapis.com:disable");
    lab.ok(Method::POST, &usage, json!({})).await;
    lab.refused(Method::POST, &url, grant(&agent)).await;
}
