//! The sandbox's API servers, by the requests that kubectl sends (recorded with kubectl 1.27 to 1.33).

mod admission;
mod apply;
mod controllers;
mod discovery;
mod limits;
mod objects;
mod tables;
mod watches;
mod workloads;

use axum::Router;
use axum::http::Method;
use countersign::codelab::image;
use countersign::domain::image::Digest;
use countersign::sandbox::state::{ClusterId, RegistryHost};
use countersign::sandbox::{kubernetes, registry};
use serde_json::{Value, json};

use crate::support::routers::{Answer, Fixture, call};

const PODS: &str = "/api/v1/namespaces/default/pods";
const EVENTS: &str = "/api/v1/namespaces/default/events";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";
const REPLICA_SETS: &str = "/apis/apps/v1/namespaces/default/replicasets";

const IMAGE: &str = "us.gcr.io/codelab/hello-world";
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,\
    application/json";

/// One cluster, and the registry that its node pulls from.
struct Cluster {
    fixture: Fixture,
    router: Router,
    id: ClusterId,
}

impl Cluster {
    fn new() -> Self {
        let fixture = Fixture::new();
        let router = kubernetes::router(fixture.state.clone());
        let id = ClusterId {
            project: "codelab".to_owned(),
            location: "us-central1-a".to_owned(),
            name: "binauthz-codelab".to_owned(),
        };
        Self { fixture, router, id }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        call(&self.router, &self.id, method, path, headers, body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("accept", "application/json")], Vec::new()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string().into_bytes()).await
    }

    async fn patch(&self, path: &str, type_: &str, body: &Value) -> Answer {
        let type_ = format!("application/{type_}-patch+json");
        self.send(Method::PATCH, path, &[("content-type", &type_)], body.to_string().into_bytes()).await
    }

    async fn delete(&self, path: &str) -> Answer {
        let headers = [("content-type", "application/json")];
        let body = json!({ "propagationPolicy": "Background" }).to_string();
        self.send(Method::DELETE, path, &headers, body.into_bytes()).await
    }

    /// The list at a path, as it is now.
    async fn items(&self, path: &str) -> Vec<Value> {
        let list = self.get(path).await.expect(200).json();
        list["items"].as_array().unwrap().clone()
    }

    /// The rows of `kubectl get`.
    async fn rows(&self, path: &str) -> Vec<Vec<Value>> {
        let table = self.send(Method::GET, path, &[("accept", TABLE)], Vec::new()).await.expect(200).json();
        assert_eq!(table["kind"], "Table");
        let cells = |row: &Value| row["cells"].as_array().unwrap().clone();
        table["rows"].as_array().unwrap().iter().map(cells).collect()
    }

    /// `REASON: MESSAGE` of every event, sorted.
    async fn events(&self) -> Vec<String> {
        let text =
            |event: &Value| format!("{}: {}", event["reason"].as_str().unwrap(), event["message"].as_str().unwrap());
        let mut events: Vec<String> = self.items(EVENTS).await.iter().map(text).collect();
        events.sort();
        events
    }

    /// Pushes the codelab's image, as `IMAGE:latest`.
    async fn push_image(&self) -> Digest {
        let image = image::build().unwrap();
        let router = registry::router(self.fixture.state.clone());
        let host = RegistryHost("us.gcr.io".to_owned());
        for blob in image.blobs() {
            let path = format!("/v2/codelab/hello-world/blobs/uploads/?digest={}", blob.digest);
            call(&router, &host, Method::POST, &path, &[], blob.bytes.clone()).await.expect(201);
        }
        let headers = [("content-type", image::Image::MANIFEST_TYPE)];
        let path = "/v2/codelab/hello-world/manifests/latest";
        call(&router, &host, Method::PUT, path, &headers, image.manifest.bytes.clone()).await.expect(201);
        image.digest().clone()
    }
}

/// What `kubectl run NAME --image IMAGE` sends.
fn pod(name: &str, image: &str) -> Value {
    json!({
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": { "name": name, "creationTimestamp": null, "labels": { "run": name } },
        "spec": {
            "containers": [{ "name": name, "image": image, "resources": {} }],
            "restartPolicy": "Always",
            "dnsPolicy": "ClusterFirst",
        },
        "status": {},
    })
}

/// What `kubectl create deployment NAME --image IMAGE --replicas N` sends.
fn deployment(name: &str, image: &str, replicas: u32) -> Value {
    json!({
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": { "name": name, "creationTimestamp": null, "labels": { "app": name } },
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "creationTimestamp": null, "labels": { "app": name } },
                "spec": { "containers": [{ "name": "hello-world", "image": image, "resources": {} }] },
            },
            "strategy": {},
        },
        "status": {},
    })
}
