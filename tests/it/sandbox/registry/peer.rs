//! The sandbox's registry beside the real docker-registry (tried: 2.8.2): the same requests, the same
//! answers. Where they differ the reason is given, and a reason that nothing needs is a failure.

use std::collections::BTreeSet;
use std::process::{Child, Stdio};

use countersign::codelab::image;
use countersign::domain::image::Digest;
use countersign::wire::registry::{DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::digest_of;
use crate::support::clients::require;
use crate::support::lab::{CRM, Lab};

/// Where the sandbox answers something else than docker-registry: the step, what differs, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("manifest of nothing", "body", "the repository is not there either, and NAME_UNKNOWN says so"),
    ("anything is accepted", "status", "docker-registry 2.8.2 has OCI images for nobody who does not name their type"),
    ("anything is accepted", "body", "docker-registry 2.8.2 has OCI images for nobody who does not name their type"),
    ("anything is accepted", "content-length", "as above"),
    ("anything is accepted", "docker-content-digest", "as above"),
    ("anything is accepted", "content-type", "as above"),
    ("a repository's name that is none", "content-type", "as above, in JSON"),
    ("no such method", "content-type", "errors are JSON"),
    ("delete by a tag", "content-type", "nothing is answered"),
    ("tags", "content-length", "with GCR's map of the manifests, from which gcloud reads"),
    ("one tag", "content-length", "with GCR's map of the manifests, from which gcloud reads"),
    ("the tags behind it", "content-length", "with GCR's map of the manifests, from which gcloud reads"),
    ("one tag", "body", "docker-registry 2.8.2 does not page; the distribution-spec does"),
    ("one tag", "link", "docker-registry 2.8.2 does not page; the distribution-spec does"),
    ("the tags behind it", "body", "docker-registry 2.8.2 does not page; the distribution-spec does"),
    ("a repository's name that is none", "status", "NAME_INVALID is the distribution-spec's error for it"),
    ("a repository's name that is none", "body", "NAME_INVALID is the distribution-spec's error for it"),
    ("delete by a tag", "status", "GCR and the distribution-spec let a tag be deleted; docker-registry does not"),
    ("delete by a tag", "body", "GCR and the distribution-spec let a tag be deleted; docker-registry does not"),
    (
        "delete by a tag",
        "content-length",
        "GCR and the distribution-spec let a tag be deleted; docker-registry does not",
    ),
    ("no such method", "body", "UNSUPPORTED is the distribution-spec's error for it; docker-registry says it in prose"),
];

/// Headers of an answer that clients read.
const HEADERS: [&str; 7] = [
    "content-type",
    "content-length",
    "content-range",
    "docker-content-digest",
    "docker-distribution-api-version",
    "range",
    "link",
];

/// The registry of the distribution's package, until it is dropped.
struct DockerRegistry {
    child: Child,
    base: String,
    _directory: tempfile::TempDir,
}

impl DockerRegistry {
    /// Nothing where it is not installed.
    async fn start() -> Option<Self> {
        let mut command = require("docker-registry")?;
        let directory = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = directory.path().join("registry.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{inmemory: {{}}, delete: {{enabled: true}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n"
        );
        std::fs::write(&config, text).unwrap();
        let child = command.arg("serve").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let this = Self { child, base: format!("http://127.0.0.1:{port}"), _directory: directory };
        let client = Client::builder().no_proxy().build().unwrap();
        while client.get(format!("{}/v2/", this.base)).send().await.is_err() {
            tokio::task::yield_now().await;
        }
        Some(this)
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        // Whether it could be killed changes nothing any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One of the two registries.
struct Peer<'p> {
    client: Client,
    base: String,
    token: Option<&'p str>,
    /// Where the upload that was begun last goes on.
    upload: String,
}

/// What a client reads of an answer.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    /// The error's code, or else JSON or the length of what is none.
    body: Value,
}

struct Step<'s> {
    name: &'static str,
    method: &'static str,
    /// `UPLOAD` is the place of the upload.
    path: String,
    headers: &'s [(&'static str, &'static str)],
    body: &'s [u8],
}

impl Peer<'_> {
    fn request(&self, step: &Step<'_>) -> RequestBuilder {
        let url = match step.path.strip_prefix("UPLOAD") {
            Some(query) if self.upload.contains('?') => format!("{}{}", self.upload, query.replacen('?', "&", 1)),
            Some(query) => format!("{}{query}", self.upload),
            None => format!("{}{}", self.base, step.path),
        };
        let mut request = self.client.request(Method::from_bytes(step.method.as_bytes()).unwrap(), url);
        for (name, value) in step.headers {
            request = request.header(*name, *value);
        }
        request = if step.body.is_empty() { request } else { request.body(step.body.to_vec()) };
        if let Some(token) = self.token { request.bearer_auth(token) } else { request }
    }

    async fn ask(&mut self, step: &Step<'_>) -> Answer {
        let answer = self.request(step).send().await.unwrap();
        let text = |name: &str| {
            let value = answer.headers().get(name)?;
            // JSON has no such parameter (RFC 8259, section 11).
            Some(
                value
                    .to_str()
                    .unwrap()
                    .replace(&self.base, "")
                    .replace("application/json; charset=utf-8", "application/json"),
            )
        };
        let headers = HEADERS.iter().filter_map(|name| Some((*name, text(name)?))).collect();
        let status = answer.status().as_u16();
        if let Some(place) = text("location").filter(|_| status == 202) {
            self.upload = format!("{}{place}", self.base);
        }
        let bytes = answer.bytes().await.unwrap();
        let body = match serde_json::from_slice::<Value>(&bytes) {
            Ok(json) if json["errors"].is_array() => json["errors"][0]["code"].clone(),
            // What GCR adds to the tags is not docker-registry's.
            Ok(json) if json["tags"].is_array() => json!([json["name"], json["tags"]]),
            Ok(json) => json,
            Err(_) => bytes.len().into(),
        };
        Answer { status, headers, body }
    }
}

impl Answer {
    /// What is not as the other one's.
    fn differences(&self, other: &Self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if self.status != other.status {
            found.push(("status".to_owned(), format!("{} and {}", self.status, other.status)));
        }
        if self.body != other.body {
            found.push(("body".to_owned(), format!("{} and {}", self.body, other.body)));
        }
        let value = |answer: &Self, name: &str| {
            answer.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone())
        };
        for name in HEADERS {
            // Of an error's words, and their length, each registry has its own.
            let counts = name != "content-length" || self.status < 300;
            let (ours, theirs) = (value(self, name), value(other, name));
            if counts && ours != theirs {
                found.push((name.to_owned(), format!("{ours:?} and {theirs:?}")));
            }
        }
        found
    }
}

const UNKNOWN: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
const ALL: &str = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// A life of an image: pushed, read, listed, copied, deleted; and what clients do wrongly.
fn steps<'s>(built: &'s image::Image, missing: &'s [u8]) -> Vec<Step<'s>> {
    let repository = "/v2/codelab/hello-world";
    let manifest: &[u8] = &built.manifest.bytes;
    let digest = built.digest();
    let [layer, config] = built.blobs().map(|blob| &*blob.bytes);
    let (layer_digest, config_digest) = (digest_of(layer), digest_of(config));
    let oci: &[(&str, &str)] = &[("content-type", OCI_MANIFEST)];
    let all: &[(&str, &str)] = &[("accept", ALL)];
    let step = |name, method, path: String, headers, body| Step { name, method, path, headers, body };
    let at = |path: &str| format!("{repository}{path}");
    let blob = |digest: &Digest| format!("{repository}/blobs/{digest}");
    let copy = |query: &str| format!("/v2/codelab/copy/blobs/uploads/?from=codelab/hello-world&mount={query}");
    let upload = |query: &str| format!("UPLOAD{query}");
    vec![
        step("version", "GET", "/v2/".to_owned(), &[], b""),
        step("tags of nothing", "GET", at("/tags/list"), &[], b""),
        step("manifest of nothing", "GET", at("/manifests/latest"), all, b""),
        step("blob of nothing", "HEAD", blob(&layer_digest), &[], b""),
        step("no such digest", "GET", at("/blobs/sha256:12"), &[], b""),
        step("begin an upload", "POST", at("/blobs/uploads/"), &[], b""),
        step("a piece", "PATCH", upload(""), &[("content-type", "application/octet-stream")], &layer[..10]),
        step("where it stands", "GET", upload(""), &[], b""),
        step("the rest, as another digest", "PUT", upload(&format!("?digest={UNKNOWN}")), &[], &layer[10..]),
        step("begin again", "POST", at("/blobs/uploads/"), &[], b""),
        step("all", "PUT", upload(&format!("?digest={layer_digest}")), &[], layer),
        step("an upload that is over", "GET", upload(""), &[], b""),
        step("begin one to give up", "POST", at("/blobs/uploads/"), &[], b""),
        step("give it up", "DELETE", upload(""), &[], b""),
        step("a manifest without its blobs", "PUT", at("/manifests/early"), oci, manifest),
        step("begin the configuration", "POST", at("/blobs/uploads/"), &[], b""),
        step("the configuration", "PUT", upload(&format!("?digest={config_digest}")), &[], config),
        step("blob is there", "HEAD", blob(&layer_digest), &[], b""),
        step("blob", "GET", blob(&config_digest), &[], b""),
        step("a part of a blob", "GET", blob(&layer_digest), &[("range", "bytes=0-9")], b""),
        step("a manifest that is none", "PUT", at("/manifests/latest"), oci, b"{"),
        step("a manifest of a blob that is not there", "PUT", at("/manifests/latest"), oci, missing),
        step("a manifest under a wrong digest", "PUT", at(&format!("/manifests/{UNKNOWN}")), oci, manifest),
        step("the manifest", "PUT", at("/manifests/latest"), oci, manifest),
        step("the manifest by its digest", "PUT", at(&format!("/manifests/{digest}")), oci, manifest),
        step("another tag", "PUT", at("/manifests/v1"), oci, manifest),
        step("is it there", "HEAD", at("/manifests/latest"), all, b""),
        step("by the tag", "GET", at("/manifests/latest"), all, b""),
        step("by the digest", "GET", at(&format!("/manifests/{digest}")), &[("accept", OCI_MANIFEST)], b""),
        step("only an index is accepted", "GET", at("/manifests/latest"), &[("accept", OCI_INDEX)], b""),
        step("only a list is accepted", "GET", at("/manifests/latest"), &[("accept", DOCKER_MANIFEST_LIST)], b""),
        step("only Docker's is accepted", "GET", at("/manifests/latest"), &[("accept", DOCKER_MANIFEST)], b""),
        step("anything is accepted", "GET", at("/manifests/latest"), &[("accept", "*/*")], b""),
        step("another tag that is not there", "GET", at("/manifests/none"), all, b""),
        step("a digest that is not there", "GET", at(&format!("/manifests/{UNKNOWN}")), all, b""),
        step("tags", "GET", at("/tags/list"), &[], b""),
        step("one tag", "GET", at("/tags/list?n=1"), &[], b""),
        step("the tags behind it", "GET", at("/tags/list?n=1&last=latest"), &[], b""),
        step("from another repository", "POST", copy(layer_digest.as_str()), &[], b""),
        step("it is there", "HEAD", format!("/v2/codelab/copy/blobs/{layer_digest}"), &[], b""),
        step("what is not to be had", "POST", copy(UNKNOWN), &[], b""),
        step("a repository's name that is none", "GET", "/v2/Codelab/UPPER/tags/list".to_owned(), &[], b""),
        step("delete by a tag", "DELETE", at("/manifests/v1"), &[], b""),
        step("delete by a tag", "DELETE", at("/manifests/latest"), &[], b""),
        step("delete by the digest", "DELETE", at(&format!("/manifests/{digest}")), &[], b""),
        step("it is gone", "GET", at(&format!("/manifests/{digest}")), all, b""),
        step("its tag is gone", "GET", at("/manifests/latest"), all, b""),
        step("delete it again", "DELETE", at(&format!("/manifests/{digest}")), &[], b""),
        step("delete a blob", "DELETE", blob(&layer_digest), &[], b""),
        step("the blob is gone", "HEAD", blob(&layer_digest), &[], b""),
        step("no such method", "POST", at("/manifests/latest"), &[], b""),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_answers_as_docker_registry_does() {
    let Some(peer) = DockerRegistry::start().await else { return };
    let lab = Lab::start().await;
    lab.ok(Method::POST, &format!("{CRM}/projects"), json!({"projectId": "codelab"})).await;
    let token = lab.sandbox.token().expose().to_owned();
    let client = Client::builder().no_proxy().build().unwrap();
    let mut theirs = Peer { client, base: peer.base.clone(), token: None, upload: String::new() };
    let base = format!("https://{}", lab.sandbox.addr());
    let mut ours = Peer { client: lab.client.clone(), base, token: Some(&token), upload: String::new() };
    let built = image::build().unwrap();
    let missing = String::from_utf8(built.manifest.bytes.clone()).unwrap();
    let missing = missing.replace(digest_of(&built.blobs()[0].bytes).as_str(), UNKNOWN);
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for step in steps(&built, missing.as_bytes()) {
        let differences = ours.ask(&step).await.differences(&theirs.ask(&step).await);
        for (what, values) in differences {
            let why = EXCEPTIONS.iter().position(|(name, at, _)| *name == step.name && *at == what);
            match why {
                Some(n) => drop(used.insert(n)),
                None => wrong.push(format!("{}: {what}: {values}", step.name)),
            }
        }
    }
    let unused = EXCEPTIONS.iter().enumerate().filter(|(n, _)| !used.contains(n));
    wrong.extend(unused.map(|(_, exception)| format!("nothing needs this any more: {exception:?}")));
    assert!(wrong.is_empty(), "ours and theirs:\n{}", wrong.join("\n"));
}
