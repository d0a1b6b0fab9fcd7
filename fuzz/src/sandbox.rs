//! One sandbox for all inputs of a target, spoken to over TLS in raw HTTP, so that what a client library would tidy up
//! comes in as it is.
//!
//! Two projects: `victim-project` is its owner's, and holds the [`MARKER`] wherever it holds a text; `mine-project` was
//! given to the newcomer, who has no right on the other. A cluster of the owner's has a Deployment and a Pod.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use countersign::sandbox::Sandbox;
use countersign::sandbox::people::Person;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

/// Stands in every text of the victim, and nowhere else.
pub const MARKER: &str = "d41d8cd98f00b204";

pub const VICTIM: &str = "victim-project";
pub const MINE: &str = "mine-project";

/// The hosts of Google's APIs, and a registry.
pub const HOSTS: [&str; 9] = [
    "binaryauthorization.googleapis.com",
    "containeranalysis.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "serviceusage.googleapis.com",
    "container.googleapis.com",
    "cloudkms.googleapis.com",
    "logging.googleapis.com",
    "artifactregistry.googleapis.com",
    "gcr.io",
];

pub static LAB: LazyLock<Lab> = LazyLock::new(Lab::start);

/// How long an answer may take: libFuzzer's own limit is longer.
const PATIENCE: Duration = Duration::from_secs(15);

pub struct Lab {
    sandbox: Sandbox,
    tls: Arc<ClientConfig>,
    /// The API server of the cluster.
    pub cluster: String,
    _directory: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

/// An answer, whole; no status where the connection was closed without one.
#[derive(Debug)]
pub struct Answer {
    pub status: Option<u16>,
    pub text: String,
}

impl Answer {
    /// That the server did its part: an answer, and none that says that it failed.
    pub fn is_sound(&self) {
        assert!(self.status.is_none_or(|status| status < 500 || status == 501), "{self:?}");
    }
}

/// What is sent. The path is sent as it is.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub who: &'a str,
    pub method: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    pub headers: &'a str,
    pub body: &'a [u8],
}

impl Lab {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let sandbox = runtime.block_on(Sandbox::start(directory.path(), None)).expect("a sandbox");
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(sandbox.authority_pem().as_bytes()).expect("a certificate");
        roots.add(authority).expect("an authority");
        let tls = Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth());
        let cluster = String::new();
        let mut lab = Self { sandbox, tls, cluster, _directory: directory, _runtime: runtime };
        lab.fill();
        lab
    }

    fn fill(&mut self) {
        let crm = "cloudresourcemanager.googleapis.com";
        for project in [VICTIM, MINE] {
            self.owner("POST", crm, "/v1/projects", json!({"projectId": project}));
            let services = ["binaryauthorization", "containeranalysis", "container", "cloudkms", "artifactregistry"];
            let services = services.map(|name| format!("{name}.googleapis.com"));
            let path = format!("/v1/projects/{project}/services:batchEnable");
            self.owner("POST", "serviceusage.googleapis.com", &path, json!({"serviceIds": services}));
        }
        let bindings =
            json!([{"role": "roles/owner", "members": ["user:newcomer@example.com", "user:owner@example.com"]}]);
        let path = format!("/v1/projects/{MINE}:setIamPolicy");
        self.owner("POST", crm, &path, json!({"policy": {"bindings": bindings}}));
        let note = json!({"attestation": {"hint": {"humanReadableName": MARKER}}});
        for project in [VICTIM, MINE] {
            let path = format!("/v1/projects/{project}/notes?noteId=note");
            let note = if project == VICTIM { note.clone() } else { json!({"attestation": {"hint": {}}}) };
            self.owner("POST", "containeranalysis.googleapis.com", &path, note);
        }
        let attestor = json!({"userOwnedGrafeasNote": {"noteReference": format!("projects/{VICTIM}/notes/note")},
            "description": MARKER});
        let path = format!("/v1/projects/{VICTIM}/attestors?attestorId=qa");
        self.owner("POST", "binaryauthorization.googleapis.com", &path, attestor);
        let path = format!("/v1/projects/{VICTIM}/locations/us-central1-a/clusters");
        self.owner("POST", "container.googleapis.com", &path, json!({"cluster": {"name": "lab"}}));
        let answer = self.owner("GET", "container.googleapis.com", &path, Value::Null);
        let endpoint = &answer["clusters"][0]["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"];
        self.cluster = endpoint.as_str().expect("a cluster").to_owned();
        let host = self.cluster.clone();
        let template = json!({"metadata": {"labels": {"app": "base"}},
            "spec": {"containers": [{"name": "c", "image": "gcr.io/p/i"}]}});
        let spec = json!({"selector": {"matchLabels": {"app": "base"}}, "template": template});
        let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "base"}, "spec": spec});
        self.owner("POST", &host, "/apis/apps/v1/namespaces/default/deployments", body);
    }

    fn owner(&self, method: &str, host: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let headers = "content-type: application/json\r\n";
        let answer = self.send(Request { who: "owner", method, host, path, headers, body: &body });
        assert!(answer.status.is_some_and(|status| (200..300).contains(&status)), "{path}: {answer:?}");
        serde_json::from_str(&answer.text).expect("JSON")
    }

    /// Sends one request on a connection of its own.
    pub fn send(&self, request: Request<'_>) -> Answer {
        let person = Person::from_name(request.who).expect("somebody");
        let token = self.sandbox.token_of(person).expose();
        let Request { method, host, path, headers, body, .. } = request;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
             content-length: {}\r\n{headers}\r\n",
            body.len()
        );
        let name = ServerName::try_from(host.to_owned()).expect("a name");
        let connection = ClientConnection::new(Arc::clone(&self.tls), name).expect("TLS");
        let mut stream = StreamOwned::new(connection, self.connect());
        exchange(&mut stream, &[head.as_bytes(), body].concat())
    }

    /// Sends bytes without TLS, as for a tunnel.
    pub fn send_plain(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        let sent = stream.write_all(bytes).and_then(|()| stream.shutdown(std::net::Shutdown::Write));
        drop(sent);
        read(&mut stream)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.sandbox.addr()).expect("the sandbox lives");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream
    }
}

fn exchange(stream: &mut (impl std::io::Read + std::io::Write), bytes: &[u8]) -> Answer {
    // A refusal may come, and the connection close, before all is sent.
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
    read(stream)
}

fn read(stream: &mut impl std::io::Read) -> Answer {
    let mut bytes = Vec::new();
    if let Err(error) = stream.take(64 << 20).read_to_end(&mut bytes) {
        assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "no answer within {PATIENCE:?}");
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
    let text = text.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned());
    Answer { status, text }
}

/// Whether a text can be a target of a request: what cannot is no request, and another target's.
pub fn is_target(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte > b' ' && byte != 0x7f)
}
