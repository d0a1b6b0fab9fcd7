//! The clusters by the real kubectl, of whatever version is installed (tried: 1.20 to 1.33).

mod versions;

use std::fs;
use std::process::{Command, Output};

use countersign::client::{Blob, Client, Connection, ImageContent, Secret};
use countersign::codelab::image;
use countersign::sandbox::Sandbox;
use countersign::sandbox::people::Person;
use reqwest::Method;
use serde_json::json;

use crate::support::clients::require;
use crate::support::lab::{BA, Lab, PROJECT};

const REPOSITORY: &str = "us.gcr.io/binauthz-lab/hello-world";
const CLUSTERS: &str = "https://container.googleapis.com/v1/projects/binauthz-lab/locations/us-central1-a/clusters";
const DENIAL: &str = "admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: \
    Image us.gcr.io/binauthz-lab/hello-world denied by Binary Authorization default admission rule. \
    Denied by always_deny admission rule";

/// A cluster that enforces, with the codelab's image in the registry.
struct Cluster {
    lab: Lab,
}

impl Cluster {
    async fn start() -> Self {
        let lab = Lab::with_project().await;
        let enforced = json!({ "evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE" });
        let cluster = json!({ "name": "codelab", "initialNodeCount": 1, "binaryAuthorization": enforced });
        lab.ok(Method::POST, CLUSTERS, json!({ "cluster": cluster })).await;
        push(&lab.sandbox).await;
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "sandbox", "cluster": {
                "server": format!("https://{}", lab.sandbox.addr()),
                "certificate-authority": lab.sandbox.files().certificate(),
            } }],
            "users": [{ "name": "sandbox", "user": { "tokenFile": lab.sandbox.files().token() } }],
            "contexts": [{ "name": "sandbox", "context": { "cluster": "sandbox", "user": "sandbox" } }],
            "current-context": "sandbox",
        });
        fs::write(lab.dir.path().join("kubeconfig"), kubeconfig.to_string()).unwrap();
        Self { lab }
    }

    /// Who runs kubectl from now on.
    fn act_as(&self, name: &str) {
        let path = self.lab.dir.path().join("kubeconfig");
        let mut kubeconfig: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let token = self.lab.sandbox.files().token_of(Person::from_name(name).unwrap());
        kubeconfig["users"][0]["user"]["tokenFile"] = token.to_str().unwrap().into();
        fs::write(path, kubeconfig.to_string()).unwrap();
    }

    async fn set_policy(&self, evaluation: &str) {
        let rule = json!({ "evaluationMode": evaluation, "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG" });
        let policy = json!({ "defaultAdmissionRule": rule });
        self.lab.ok(Method::PUT, &format!("{BA}/v1/projects/{PROJECT}/policy"), policy).await;
    }

    /// Runs kubectl on a thread of its own: the sandbox is served by this one's runtime.
    async fn run(&self, arguments: &[&str]) -> Output {
        let mut kubectl = require("kubectl").unwrap();
        self.isolate(&mut kubectl);
        kubectl.args(arguments);
        tokio::task::spawn_blocking(move || kubectl.output().unwrap()).await.unwrap()
    }

    /// Leaves a client nothing but this cluster.
    fn isolate(&self, client: &mut Command) {
        let home = self.lab.dir.path();
        client
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", home)
            .env("KUBECONFIG", home.join("kubeconfig"));
    }

    async fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What kubectl says when it fails.
    async fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

async fn push(sandbox: &Sandbox) {
    let token = Secret::new(sandbox.token().expose());
    let client = Client::new(Connection::sandbox(sandbox.addr(), sandbox.authority_pem(), token));
    let image = image::build().unwrap();
    let content = ImageContent {
        blobs: image.blobs().iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: image.manifest.bytes.clone().into(),
        media_type: image::Image::MANIFEST_TYPE.to_owned(),
    };
    client.push_image(&format!("{REPOSITORY}:latest").parse().unwrap(), &content, |_| {}).await.unwrap();
}

/// The codelab's commands for pods, denied and not.
#[tokio::test]
async fn pods_are_run_refused_seen_and_deleted() {
    if require("kubectl").is_none() {
        return;
    }
    let cluster = Cluster::start().await;
    assert!(cluster.ok(&["get", "namespaces"]).await.contains("kube-system"));
    cluster.ok(&["run", "hello-world", "--image", REPOSITORY]).await;
    let pods = cluster.ok(&["get", "pods"]).await;
    let row: Vec<&str> = pods.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(row[..4], ["hello-world", "1/1", "Running", "0"]);
    assert!(cluster.ok(&["describe", "pod", "hello-world"]).await.contains("Started container hello-world"));
    assert!(cluster.fails(&["logs", "hello-world"]).await.contains("the sandbox executes no containers"));

    cluster.set_policy("ALWAYS_DENY").await;
    let said = cluster.fails(&["run", "denied", "--image", REPOSITORY]).await;
    assert_eq!(said.trim(), format!("Error from server (VIOLATES_POLICY): {DENIAL}"));
    cluster.ok(&["delete", "event", "--all"]).await;
    cluster.ok(&["create", "deployment", "hello", "--image", REPOSITORY]).await;
    let template = "{{range.items}}{{.reason}}:{{.message}}{{\"\\n\"}}{{end}}";
    let events = cluster.ok(&["get", "event", "--template", template]).await;
    assert!(events.contains(&format!("FailedCreate:Error creating: {DENIAL}\n")), "{events}");
    assert!(cluster.ok(&["describe", "deployment", "hello"]).await.contains("FailedCreate"));

    cluster.ok(&["delete", "deployment", "--all"]).await;
    cluster.ok(&["delete", "pod", "--all"]).await;
    assert_eq!(cluster.ok(&["get", "pods,deployments,replicasets", "-o", "name"]).await, "");
}

/// A file is applied, changed, rolled out, scaled and deleted.
#[tokio::test]
async fn a_deployment_is_applied_and_rolled_out() {
    if require("kubectl").is_none() {
        return;
    }
    let cluster = Cluster::start().await;
    let file = cluster.lab.dir.path().join("web.json");
    let path = file.to_str().unwrap();
    let labels = json!({ "app": "web" });
    let deployment = |replicas: u32, field: &str| {
        let container = json!({ "name": "c", field: REPOSITORY });
        let text = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
            "spec": { "replicas": replicas, "selector": { "matchLabels": labels },
                "template": { "metadata": { "labels": labels }, "spec": { "containers": [container] } } } });
        fs::write(&file, text.to_string()).unwrap();
    };
    deployment(2, "image");
    assert_eq!(cluster.ok(&["apply", "-f", path]).await.trim(), "deployment.apps/web created");
    assert_eq!(cluster.ok(&["apply", "-f", path]).await.trim(), "deployment.apps/web unchanged");
    deployment(3, "image");
    assert_eq!(cluster.ok(&["apply", "-f", path]).await.trim(), "deployment.apps/web configured");
    assert!(cluster.ok(&["rollout", "status", "deployment", "web"]).await.contains("successfully rolled out"));
    cluster.ok(&["set", "image", "deployment/web", &format!("c={REPOSITORY}:none")]).await;
    assert!(cluster.ok(&["get", "pods"]).await.contains("ErrImagePull"));
    cluster.ok(&["rollout", "undo", "deployment", "web"]).await;
    assert!(cluster.ok(&["rollout", "status", "deployment", "web"]).await.contains("successfully rolled out"));
    cluster.ok(&["scale", "deployment", "web", "--replicas", "1"]).await;
    assert_eq!(cluster.ok(&["get", "pods", "-l", "app=web", "-o", "name"]).await.lines().count(), 1);
    cluster.ok(&["delete", "-f", path]).await;
    assert_eq!(cluster.ok(&["get", "all", "-o", "name"]).await, "");
}

/// What a person is told that it may do is what it may do.
#[tokio::test(flavor = "multi_thread")]
async fn can_i_is_answered_by_who_asks() {
    if require("kubectl").is_none() {
        return;
    }
    let cluster = Cluster::start().await;
    let image = format!("--image={REPOSITORY}");
    for (person, creates, lists) in
        [("owner", true, true), ("deployer", true, true), ("policy-creator", false, false), ("newcomer", false, false)]
    {
        cluster.act_as(person);
        for (verb, may) in [("create", creates), ("list", lists)] {
            let asked = cluster.run(&["auth", "can-i", verb, "pods"]).await;
            let answer = String::from_utf8(asked.stdout).unwrap();
            assert_eq!(
                (answer.trim(), asked.status.success()),
                (if may { "yes" } else { "no" }, may),
                "{person} {verb}"
            );
        }
        let name = format!("of-{person}");
        if creates {
            assert!(cluster.ok(&["run", &name, &image]).await.contains(&format!("pod/{name} created")));
            cluster.ok(&["get", "pods"]).await;
        } else {
            let said = cluster.fails(&["run", &name, &image]).await;
            assert!(said.contains(&format!("User \"{person}@example.com\" cannot create resource \"pods\"")), "{said}");
            cluster.fails(&["get", "pods"]).await;
        }
        let rules = cluster.ok(&["auth", "can-i", "--list"]).await;
        let row = rules.lines().find(|line| line.starts_with("pods ")).unwrap_or_default();
        assert_eq!(row.contains("create"), creates && person != "owner", "{person}: {rules}");
        assert_eq!(rules.lines().any(|line| line.starts_with("*.*")), person == "owner", "{person}: {rules}");
    }
}
