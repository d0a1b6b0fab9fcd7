//! A real sandbox on a directory of the test's own, and a client that reaches it under every name.

use std::net::SocketAddr;
use std::sync::Arc;

use countersign::sandbox::Sandbox;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, Method, StatusCode};
use serde_json::{Value, json};

/// A sandbox and a client that reaches it under every name.
pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
    pub(crate) dir: tempfile::TempDir,
    pub(crate) client: Client,
}

/// Every name is at this address.
struct Everywhere(SocketAddr);

impl Resolve for Everywhere {
    fn resolve(&self, _: Name) -> Resolving {
        let addrs: Addrs = Box::new(std::iter::once(self.0));
        Box::pin(std::future::ready(Ok(addrs)))
    }
}

pub(crate) const CRM: &str = "https://cloudresourcemanager.googleapis.com/v1";
pub(crate) const USAGE: &str = "https://serviceusage.googleapis.com/v1";
pub(crate) const BA: &str = "https://binaryauthorization.googleapis.com";
pub(crate) const CA: &str = "https://containeranalysis.googleapis.com";
pub(crate) const GKE: &str = "https://container.googleapis.com";
pub(crate) const PROJECT: &str = "binauthz-lab";

impl Lab {
    pub(crate) async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    pub(crate) async fn start_in(dir: tempfile::TempDir) -> Self {
        Self::over(Sandbox::start(&dir.path().join("sandbox"), None).await.unwrap(), dir)
    }

    pub(crate) fn over(sandbox: Sandbox, dir: tempfile::TempDir) -> Self {
        let client = client(&sandbox);
        Self { sandbox, dir, client }
    }

    /// With a project whose services of the codelab are enabled.
    pub(crate) async fn with_project() -> Self {
        let lab = Self::start().await;
        lab.make_project().await;
        lab
    }

    pub(crate) async fn make_project(&self) {
        self.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": PROJECT})).await;
        let services =
            ["container.googleapis.com", "binaryauthorization.googleapis.com", "containeranalysis.googleapis.com"];
        let url = format!("{USAGE}/projects/{PROJECT}/services:batchEnable");
        self.ok(Method::POST, &url, json!({"serviceIds": services})).await;
    }

    /// The same sandbox, stopped and started again.
    pub(crate) async fn restart(self) -> Self {
        let dir = self.dir;
        self.sandbox.shutdown().await.unwrap();
        Self::start_in(dir).await
    }

    pub(crate) async fn project_number(&self) -> String {
        let project = self.get(&format!("{CRM}/projects/{PROJECT}")).await;
        project["projectNumber"].as_str().unwrap().to_owned()
    }

    pub(crate) fn request(&self, method: Method, url: &str) -> reqwest::RequestBuilder {
        self.client.request(method, url).bearer_auth(self.sandbox.token().expose())
    }

    /// Status and JSON of an answer; a body that is no JSON is a failure.
    pub(crate) async fn send(&self, method: Method, url: &str, body: Value) -> (StatusCode, Value) {
        let request = self.request(method, url);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}")))
    }

    #[track_caller]
    pub(crate) fn ok(&self, method: Method, url: &str, body: Value) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let (status, answer) = self.send(method, url, body).await;
            assert_eq!(status, StatusCode::OK, "{caller}: {url}: {answer}");
            answer
        }
    }

    #[track_caller]
    pub(crate) fn get(&self, url: &str) -> impl Future<Output = Value> {
        self.ok(Method::GET, url, Value::Null)
    }

    /// The error of a refused request, checked against Google's form: code, status and message.
    #[track_caller]
    pub(crate) fn refused(&self, method: Method, url: &str, body: Value) -> impl Future<Output = Refusal> {
        let caller = std::panic::Location::caller();
        async move {
            let (status, answer) = self.send(method, url, body).await;
            assert!(status.is_client_error(), "{caller}: {url}: {status} {answer}");
            let error = &answer["error"];
            assert_eq!(error["code"], status.as_u16(), "{caller}: {answer}");
            Refusal {
                code: status.as_u16(),
                status: error["status"].as_str().unwrap().to_owned(),
                message: error["message"].as_str().unwrap().to_owned(),
                details: error["details"].clone(),
            }
        }
    }
}

#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) status: String,
    pub(crate) message: String,
    pub(crate) details: Value,
}

impl Refusal {
    #[track_caller]
    pub(crate) fn is(&self, code: u16, status: &str, message: &str) {
        assert_eq!((self.code, self.status.as_str(), self.message.as_str()), (code, status, message));
    }
}

/// A client that trusts the sandbox's authority alone and finds it under every name.
pub(crate) fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

pub(crate) fn builder(sandbox: &Sandbox) -> reqwest::ClientBuilder {
    let authority = Certificate::from_pem(sandbox.authority_pem().as_bytes()).unwrap();
    Client::builder().tls_certs_only([authority]).dns_resolver(Arc::new(Everywhere(sandbox.addr()))).no_proxy()
}
