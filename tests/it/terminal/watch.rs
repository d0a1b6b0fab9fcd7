//! What happens in the cluster comes to the real program's screen by itself.

use countersign::client::{Client, Connection, Secret};
use countersign::codelab::names;
use countersign::domain::admission::Enforcement;
use countersign::domain::name::ProjectId;
use countersign::domain::resource::SERVICES;
use countersign::wire::kubernetes::Deployment;
use reqwest::Method;
use serde_json::json;

use super::codelab::open;
use crate::support::lab::{self, Lab};
use crate::support::pty::Workbench;

/// Somebody else deploys, and the refusal appears: no key is pressed, nothing is read again.
#[test]
fn a_refusal_appears_without_a_key() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = open(home.path());
    workbench.keys("1 Enter");
    workbench.wait_for("Project id");
    workbench.keys("Enter");
    workbench.wait_for("✓ Choose project");
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    let address = format!("127.0.0.1:{}", read("port").trim()).parse().unwrap();
    let token = Secret::new(read("sandbox/token").trim());
    let client = Client::new(Connection::sandbox(address, read("sandbox/ca.pem"), token));
    let project: ProjectId = names::PROJECT.parse().unwrap();
    let (zone, name) = (names::LOCATION, names::CLUSTER);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let api = runtime.block_on(async {
        client.enable_services(&project, &SERVICES, |_| {}).await.unwrap();
        let cluster = serde_json::from_value(json!({"name": name, "location": zone})).unwrap();
        let operation = client.create_cluster(&project, cluster).await.unwrap();
        client.wait_for_cluster(&project, zone, operation, |_| {}).await.unwrap();
        let operation = client.set_cluster_enforcement(&project, zone, name, Enforcement::On).await.unwrap();
        client.wait_for_cluster(&project, zone, operation, |_| {}).await.unwrap();
        let mut policy = client.policy(&project).await.unwrap();
        policy.default_admission_rule.evaluation_mode = countersign::domain::policy::EvaluationMode::AlwaysDeny;
        client.put_policy(&project, &policy).await.unwrap();
        client.kubernetes(&client.cluster(&project, zone, name).await.unwrap()).unwrap()
    });
    // Once, so that the workbench knows of the cluster.
    workbench.keys("r");
    workbench.wait_for("live");
    let template = json!({"metadata": {"labels": {"app": "shop"}},
        "spec": {"containers": [{"name": "shop", "image": "gcr.io/shop/web:1"}]}});
    let spec = json!({"replicas": 1, "selector": {"matchLabels": {"app": "shop"}}, "template": template});
    let deployment: Deployment = serde_json::from_value(json!({"metadata": {"name": "shop"}, "spec": spec})).unwrap();
    runtime.block_on(api.create("default", &deployment)).unwrap();
    workbench.wait_for("✗ the rule refuses all");
    workbench.wait_for("default/shop");
    runtime.block_on(api.delete::<Deployment>("default", "shop")).unwrap();
    workbench.wait_for("nothing runs");
}

/// `countersign sandbox shell` was there first: its process serves the same store.
#[test]
fn what_another_process_changes_in_the_sandbox_is_seen_without_a_key() {
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let other = tokio.block_on(Lab::start());
    let mut workbench = Workbench::start(other.dir.path(), 120, 40);
    workbench.wait_for("sandbox ready");
    workbench.keys("1 Enter");
    workbench.wait_for("Project id");
    workbench.keys("Enter");
    let apis_are = |screen: &str, sign: &str| screen.lines().any(|line| line.contains("APIs") && line.contains(sign));
    workbench.until("a project without services", |screen| screen.contains("number ") && apis_are(screen, "□"));
    let url = format!("{}/projects/{}/services:batchEnable", lab::USAGE, names::PROJECT);
    tokio.block_on(other.ok(Method::POST, &url, json!({ "serviceIds": SERVICES })));
    workbench.until("the services that were enabled", |screen| apis_are(screen, "■"));
}
