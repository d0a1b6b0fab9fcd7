//! Images between the sandbox's registry and the rest of the world, by the real skopeo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign::client::{Blob, Client, Connection, ImageContent, Secret};
use countersign::codelab::image;
use countersign::domain::image::{Digest, ImageRef};
use countersign::sandbox::Sandbox;
use countersign::wire::registry::{OCI_INDEX, OCI_MANIFEST};
use serde_json::{Value, json};

use crate::support::clients::require;

const REPOSITORY: &str = "us.gcr.io/binauthz-lab/hello-world";

/// A sandbox, and skopeo pointed at it: by name, through the sandbox as a proxy, trusting its
/// authority alone.
struct Lab {
    sandbox: Sandbox,
    directory: tempfile::TempDir,
    client: Client,
}

impl Lab {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(&directory.path().join("sandbox"), None).await.unwrap();
        let token = Secret::new(sandbox.token().expose());
        let client = Client::new(Connection::sandbox(sandbox.addr(), sandbox.authority_pem(), token));
        client.create_project(&"binauthz-lab".parse().unwrap(), "Lab").await.unwrap();
        Self { sandbox, directory, client }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs skopeo on a thread of its own: the sandbox is served by this one's runtime.
    async fn skopeo(&self, mut skopeo: Command, arguments: &[&str]) -> Output {
        let proxy = format!("http://x:{}@{}", *self.sandbox.token().proxy_password(), self.sandbox.addr());
        skopeo
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.directory.path())
            .env("TMPDIR", self.directory.path())
            .env("https_proxy", proxy)
            .env("SSL_CERT_FILE", self.sandbox.files().certificate());
        tokio::task::spawn_blocking(move || skopeo.output().unwrap()).await.unwrap()
    }

    async fn ok(&self, skopeo: Command, arguments: &[&str]) -> String {
        let output = self.skopeo(skopeo, arguments).await;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn credentials(&self) -> String {
        format!("oauth2accesstoken:{}", self.sandbox.token().expose())
    }
}

/// An OCI layout on disk, with what its index names.
pub(crate) struct Layout {
    pub(crate) directory: PathBuf,
    top: Vec<Value>,
}

impl Layout {
    pub(crate) fn new(directory: PathBuf) -> Self {
        fs::create_dir_all(directory.join("blobs/sha256")).unwrap();
        fs::write(directory.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { directory, top: Vec::new() }
    }

    /// With the codelab's image, under the tag `latest`.
    pub(crate) fn of_codelab(directory: PathBuf) -> Self {
        let built = image::build().unwrap();
        let mut layout = Self::new(directory);
        for blob in built.blobs().into_iter().chain([&built.manifest]) {
            layout.add(&blob.digest, &blob.bytes);
        }
        layout.name(OCI_MANIFEST, built.digest(), built.manifest.bytes.len(), "latest");
        layout
    }

    pub(crate) fn add(&self, digest: &Digest, bytes: &[u8]) {
        fs::write(self.directory.join("blobs/sha256").join(digest.hex()), bytes).unwrap();
    }

    pub(crate) fn name(&mut self, media_type: &str, digest: &Digest, size: usize, tag: &str) {
        self.name_descriptor(&json!({ "mediaType": media_type, "digest": digest.as_str(), "size": size }), tag);
    }

    pub(crate) fn name_descriptor(&mut self, descriptor: &Value, tag: &str) {
        let mut named = descriptor.clone();
        named["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
        self.top.push(named);
        let index = json!({ "schemaVersion": 2, "manifests": self.top });
        fs::write(self.directory.join("index.json"), index.to_string()).unwrap();
    }

    /// The digest that a layout's index names.
    fn digest_in(directory: &Path) -> String {
        let index: Value = serde_json::from_slice(&fs::read(directory.join("index.json")).unwrap()).unwrap();
        index["manifests"][0]["digest"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn an_image_of_ours_is_copied_out_with_its_digest_unchanged() {
    let Some(skopeo) = require("skopeo") else { return };
    let lab = Lab::start().await;
    let image = image::build().unwrap();
    let content = ImageContent {
        blobs: image.blobs().iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: image.manifest.bytes.clone().into(),
        media_type: OCI_MANIFEST.to_owned(),
    };
    let target: ImageRef = format!("{REPOSITORY}:latest").parse().unwrap();
    lab.client.push_image(&target, &content, |_| {}).await.unwrap();

    let out = lab.path("out");
    let (from, to) = (format!("docker://{target}"), format!("oci:{}:latest", out.display()));
    let credentials = lab.credentials();
    lab.ok(skopeo, &["copy", "-q", "--insecure-policy", "--src-creds", &credentials, &from, &to]).await;
    assert_eq!(Layout::digest_in(&out), image.digest().as_str());
    for blob in [&image.layer, &image.config, &image.manifest] {
        let copied = fs::read(out.join("blobs/sha256").join(blob.digest.hex())).unwrap();
        assert_eq!(copied, blob.bytes);
    }
}

#[tokio::test]
async fn an_image_of_skopeos_is_found_by_tag_and_by_digest() {
    let Some(skopeo) = require("skopeo") else { return };
    let lab = Lab::start().await;
    let image = image::build().unwrap();
    let mut layout = Layout::new(lab.path("in"));
    for blob in [&image.layer, &image.config, &image.manifest] {
        layout.add(&blob.digest, &blob.bytes);
    }
    layout.name(OCI_MANIFEST, image.digest(), image.manifest.bytes.len(), "v1");
    let (from, to) = (format!("oci:{}:v1", layout.directory.display()), format!("docker://{REPOSITORY}:v1"));
    let credentials = lab.credentials();
    lab.ok(skopeo, &["copy", "-q", "--insecure-policy", "--dest-creds", &credentials, &from, &to]).await;

    let by_tag: ImageRef = format!("{REPOSITORY}:v1").parse().unwrap();
    assert_eq!(&lab.client.resolve(&by_tag).await.unwrap(), image.digest());
    let by_digest = by_tag.with_digest(image.digest());
    assert_eq!(lab.client.manifest(&by_digest).await.unwrap().bytes, image.manifest.bytes);
    let inspect = require("skopeo").unwrap();
    let digest = ["inspect", "--creds", &credentials, "--format", "{{.Digest}}", &to];
    assert_eq!(lab.ok(inspect, &digest).await.trim(), image.digest().as_str());
}

/// Two platforms below one index, and a layer of several megabytes that comes in pieces.
#[tokio::test]
async fn an_index_goes_in_and_out_whole() {
    let Some(skopeo) = require("skopeo") else { return };
    let lab = Lab::start().await;
    let mut layout = Layout::new(lab.path("in"));
    let children: Vec<Value> = [("amd64", 3_000_000_u32), ("arm64", 17)]
        .iter()
        .map(|(architecture, size)| add_image(&layout, architecture, *size))
        .collect();
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children }).to_string();
    let digest = Blob::digest_of(index.as_bytes());
    layout.add(&digest, index.as_bytes());
    layout.name(OCI_INDEX, &digest, index.len(), "multi");
    let credentials = lab.credentials();
    let (from, to) = (format!("oci:{}:multi", layout.directory.display()), format!("docker://{REPOSITORY}:multi"));
    lab.ok(
        skopeo,
        &["copy", "-q", "--all", "--preserve-digests", "--insecure-policy", "--dest-creds", &credentials, &from, &to],
    )
    .await;
    let pushed: ImageRef = format!("{REPOSITORY}:multi").parse().unwrap();
    assert_eq!(lab.client.resolve(&pushed).await.unwrap(), digest);

    let out = lab.path("out");
    let back = format!("oci:{}:multi", out.display());
    let arguments =
        ["copy", "-q", "--all", "--preserve-digests", "--insecure-policy", "--src-creds", &credentials, &to, &back];
    lab.ok(require("skopeo").unwrap(), &arguments).await;
    assert_eq!(Layout::digest_in(&out), digest.as_str());
    let count = |directory: &Path| fs::read_dir(directory.join("blobs/sha256")).unwrap().count();
    assert_eq!(count(&out), count(&layout.directory));
}

/// Adds an image of one uncompressed layer, and answers its descriptor.
pub(crate) fn add_image(layout: &Layout, architecture: &str, size: u32) -> Value {
    let layer: Vec<u8> = (0..size).flat_map(u32::to_le_bytes).take(size as usize).collect();
    let config = json!({ "architecture": architecture, "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": [Blob::digest_of(&layer).as_str()] } })
    .to_string();
    let descriptor = |media_type: &str, bytes: &[u8]| json!({ "mediaType": media_type, "digest": Blob::digest_of(bytes).as_str(), "size": bytes.len() });
    let manifest = json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST,
        "config": descriptor("application/vnd.oci.image.config.v1+json", config.as_bytes()),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", &layer)] })
    .to_string();
    for bytes in [&layer[..], config.as_bytes(), manifest.as_bytes()] {
        layout.add(&Blob::digest_of(bytes), bytes);
    }
    let mut child = descriptor(OCI_MANIFEST, manifest.as_bytes());
    child["platform"] = json!({ "architecture": architecture, "os": "linux" });
    child
}

#[tokio::test]
async fn without_the_token_nothing_is_copied() {
    let Some(skopeo) = require("skopeo") else { return };
    let lab = Lab::start().await;
    let target = format!("docker://{REPOSITORY}:latest");
    let output = lab.skopeo(skopeo, &["inspect", "--creds", "oauth2accesstoken:wrong", &target]).await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(said.contains("unauthorized") || said.contains("authentication required"), "{said}");
}
