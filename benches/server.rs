//! The sandbox's server: latency of one client and requests a second of sixteen, over TLS as every
//! client has it.
//!
//! The peer is a manifest HEAD of docker-registry, over plain HTTP on this machine, beside ours over
//! TLS; it needs `docker-registry` (the distribution's package of that name) in `PATH`.

use std::future::Future;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use countersign::client::{Blob, Client, Connection, ImageContent, Kubernetes, Secret};
use countersign::codelab::image;
use countersign::domain::admission::Enforcement;
use countersign::domain::attestation::{Attestation, Signature};
use countersign::domain::attestor::Attestor;
use countersign::domain::image::{Digest, ImageRef};
use countersign::domain::name::{NoteName, ProjectId};
use countersign::domain::policy::{AdmissionRule, EnforcementMode, EvaluationMode, Policy};
use countersign::domain::resource::SERVICES;
use countersign::sandbox::Sandbox;
use countersign::wire::container::Cluster;
use countersign::wire::container_analysis::Note;
use countersign::wire::kubernetes::{Pod, VIOLATES_POLICY};
use divan::Bencher;
use divan::counter::ItemsCount;
use futures_util::future::join_all;
use tokio::runtime::Runtime;

/// Attestations on the note; the store of a project has room for some eighty thousand of this size.
const STORED: usize = 60_000;
/// Clients at once, and what each asks in a round.
const CLIENTS: usize = 16;
const REQUESTS: usize = 50;

const ZONE: &str = "us-central1-a";
const CLUSTER: &str = "binauthz-codelab";

/// A project with a cluster whose policy wants an attestation of each image.
struct Lab {
    runtime: Runtime,
    client: Client,
    api: Kubernetes,
    _sandbox: Sandbox,
    _directory: tempfile::TempDir,
}

static LAB: LazyLock<Lab> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("threads");
    let directory = tempfile::tempdir().expect("a directory");
    let (client, api, sandbox) = runtime.block_on(prepare(&directory)).expect("the sandbox does what it is asked");
    Lab { runtime, client, api, _sandbox: sandbox, _directory: directory }
});

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("it is well formed")
}

fn project() -> ProjectId {
    parsed("codelab-2018")
}

fn note() -> NoteName {
    parsed("projects/codelab-2018/notes/qa")
}

fn digest(n: usize) -> Digest {
    parsed(&format!("sha256:{n:064x}"))
}

fn image() -> ImageRef {
    parsed("us.gcr.io/codelab-2018/hello-world:latest")
}

async fn prepare(directory: &tempfile::TempDir) -> anyhow::Result<(Client, Kubernetes, Sandbox)> {
    let sandbox = Sandbox::start(directory.path(), None).await?;
    let token = Secret::new(sandbox.token().expose());
    let client = Client::new(Connection::sandbox(sandbox.addr(), sandbox.authority_pem(), token));
    client.create_project(&project(), "Bench").await?;
    client.enable_services(&project(), &SERVICES, |_| {}).await?;
    let cluster = Cluster {
        name: CLUSTER.to_owned(),
        location: ZONE.to_owned(),
        initial_node_count: Some(1),
        ..Cluster::default()
    };
    let operation = client.create_cluster(&project(), cluster).await?;
    client.wait_for_cluster(&project(), ZONE, operation, |_| {}).await?;
    let operation = client.set_cluster_enforcement(&project(), ZONE, CLUSTER, Enforcement::On).await?;
    client.wait_for_cluster(&project(), ZONE, operation, |_| {}).await?;
    require_attestations(&client).await?;
    let built = image::build()?;
    let content = ImageContent {
        blobs: built.blobs().into_iter().map(|blob| Blob::new(blob.bytes.clone())).collect(),
        manifest: built.manifest.bytes.clone().into(),
        media_type: image::Image::MANIFEST_TYPE.to_owned(),
    };
    client.push_image(&image(), &content, |_| {}).await?;
    let api = client.kubernetes(&client.cluster(&project(), ZONE, CLUSTER).await?)?;
    Ok((client, api, sandbox))
}

/// An attestor, all its attestations, and the policy that wants one.
async fn require_attestations(client: &Client) -> anyhow::Result<()> {
    let body: Note = serde_json::from_str(r#"{"attestation": {"hint": {"humanReadableName": "QA"}}}"#)?;
    client.create_note(&note(), &body).await?;
    let attestor = Attestor {
        name: parsed("projects/codelab-2018/attestors/qa"),
        description: String::new(),
        note: note(),
        keys: Vec::new(),
        service_account_email: None,
        update_time: None,
        etag: None,
    };
    let attestor = client.create_attestor(attestor).await?;
    let new: Vec<Attestation> = (0..STORED).map(attestation).collect();
    client.create_attestations(&project(), &new).await?;
    let rule = AdmissionRule {
        evaluation_mode: EvaluationMode::RequireAttestation,
        require_attestations_by: vec![attestor.name.to_string()],
        enforcement_mode: EnforcementMode::Enforced,
    };
    client.put_policy(&project(), &Policy::with_default(rule)).await?;
    Ok(())
}

fn attestation(n: usize) -> Attestation {
    Attestation {
        name: String::new(),
        note: note(),
        kind: "ATTESTATION".to_owned(),
        resource_uri: format!("us.gcr.io/codelab-2018/app-{}@{}", n % 100, digest(n)),
        payload: vec![0x7b; 300],
        signatures: vec![Signature { public_key_id: "key".to_owned(), bytes: vec![0xff; 400] }],
        jwts: 0,
        create_time: None,
    }
}

/// One client, one request after the other.
fn latency<F: Future>(bencher: Bencher<'_, '_>, ask: impl Fn(&'static Lab) -> F) {
    let lab = &*LAB;
    bencher.bench_local(|| lab.runtime.block_on(ask(lab)));
}

/// All clients at once; the figure is requests a second.
fn throughput<F>(bencher: Bencher<'_, '_>, ask: fn(&'static Lab) -> F)
where
    F: Future<Output: Send> + Send + 'static,
{
    let lab = &*LAB;
    bencher.counter(ItemsCount::new(CLIENTS * REQUESTS)).bench_local(|| {
        let client = async move || {
            for _ in 0..REQUESTS {
                ask(lab).await;
            }
        };
        lab.runtime.block_on(join_all((0..CLIENTS).map(|_| client())));
    });
}

async fn read_policy(lab: &'static Lab) {
    lab.client.policy(&project()).await.expect("there is a policy");
}

async fn list_of_digest(lab: &'static Lab) {
    let found = lab.client.attestations(&note(), Some(&digest(STORED / 2))).await.expect("it is listed");
    assert_eq!(found.len(), 1);
}

async fn list_page(lab: &'static Lab) {
    let (page, _) = lab.client.attestations_page(&note(), None, None).await.expect("it is listed");
    assert_eq!(page.len(), 1000);
}

/// A pod that is refused, which leaves nothing behind but its entry of the audit log.
async fn admit(lab: &'static Lab) {
    let image = format!("us.gcr.io/codelab-2018/app@{}", digest(STORED / 2));
    let pod =
        format!(r#"{{"metadata": {{"name": "p"}}, "spec": {{"containers": [{{"name": "c", "image": "{image}"}}]}}}}"#);
    let pod: Pod = serde_json::from_str(&pod).expect("a pod");
    let refusal = lab.api.create("default", &pod).await.expect_err("no key of the attestor signed it");
    assert_eq!(refusal.refusal().map(|refusal| refusal.reason.as_str()), Some(VIOLATES_POLICY));
}

async fn head(lab: &'static Lab) {
    lab.client.resolve(&image()).await.expect("it was pushed");
}

#[divan::bench]
fn policy_read(bencher: Bencher<'_, '_>) {
    latency(bencher, read_policy);
}

#[divan::bench(sample_count = 5)]
fn policy_read_by_many(bencher: Bencher<'_, '_>) {
    throughput(bencher, read_policy);
}

#[divan::bench]
fn attestations_of_a_digest(bencher: Bencher<'_, '_>) {
    latency(bencher, list_of_digest);
}

#[divan::bench(sample_count = 5)]
fn attestations_of_a_digest_by_many(bencher: Bencher<'_, '_>) {
    throughput(bencher, list_of_digest);
}

#[divan::bench(sample_count = 20)]
fn attestations_page_of_1000(bencher: Bencher<'_, '_>) {
    latency(bencher, list_page);
}

#[divan::bench]
fn pod_admission(bencher: Bencher<'_, '_>) {
    latency(bencher, admit);
}

#[divan::bench(sample_count = 5)]
fn pod_admission_by_many(bencher: Bencher<'_, '_>) {
    throughput(bencher, admit);
}

#[divan::bench]
fn manifest_head(bencher: Bencher<'_, '_>) {
    latency(bencher, head);
}

#[divan::bench(sample_count = 5)]
fn manifest_head_by_many(bencher: Bencher<'_, '_>) {
    throughput(bencher, head);
}

/// docker-registry with one manifest, as long as the benches run.
struct Peer {
    client: reqwest::Client,
    url: String,
    _directory: tempfile::TempDir,
}

/// Statics are not dropped, and a registry that outlives its benches would stay for ever: another
/// process ends it (`end_with_this_process`).
static PEER: LazyLock<Option<Peer>> = LazyLock::new(|| peer().inspect_err(tell).ok());

#[expect(clippy::print_stderr, reason = "whoever reads the figures has to know why the peer's are missing")]
fn tell(error: &anyhow::Error) {
    eprintln!("docker-registry cannot be measured: {error:#}");
}

fn peer() -> anyhow::Result<Peer> {
    let directory = tempfile::tempdir()?;
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let config = directory.path().join("registry.yml");
    let text = format!(
        "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{inmemory: {{}}}}\n\
         http: {{addr: '127.0.0.1:{port}'}}\n"
    );
    std::fs::write(&config, text)?;
    let child = Command::new("docker-registry")
        .arg("serve")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| anyhow::anyhow!("docker-registry: {error}"))?;
    end_with_this_process(&child)?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let base = format!("http://127.0.0.1:{port}/v2/codelab-2018/hello-world");
    LAB.runtime.block_on(fill(&client, &base))?;
    Ok(Peer { client, url: format!("{base}/manifests/latest"), _directory: directory })
}

/// A shell that waits for this process's end, and ends the registry then.
fn end_with_this_process(child: &Child) -> anyhow::Result<()> {
    let script = format!("while kill -0 {} 2>/dev/null; do sleep 1; done; kill {}", std::process::id(), child.id());
    Command::new("sh").arg("-c").arg(script).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    Ok(())
}

/// Pushes the image of the codelab by plain HTTP.
async fn fill(client: &reqwest::Client, base: &str) -> anyhow::Result<()> {
    let built = image::build()?;
    for _ in 0..500 {
        if client.get(base.replace("codelab-2018/hello-world", "")).send().await.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    for blob in built.blobs() {
        let begun = client.post(format!("{base}/blobs/uploads/")).send().await?.error_for_status()?;
        let place = begun.headers().get("location").and_then(|place| place.to_str().ok()).unwrap_or_default();
        let place = format!("{place}&digest={}", Blob::new(blob.bytes.clone()).digest());
        client.put(place).body(blob.bytes.clone()).send().await?.error_for_status()?;
    }
    let put = client.put(format!("{base}/manifests/latest")).header("content-type", image::Image::MANIFEST_TYPE);
    put.body(built.manifest.bytes.clone()).send().await?.error_for_status()?;
    Ok(())
}

async fn peer_head(peer: &Peer) {
    let request = peer.client.head(&peer.url).header("accept", image::Image::MANIFEST_TYPE);
    let answer = request.send().await.expect("the registry answers");
    assert!(answer.status().is_success(), "{}", answer.status());
}

#[divan::bench]
fn manifest_head_of_docker_registry(bencher: Bencher<'_, '_>) {
    let lab = &*LAB;
    let Some(peer) = &*PEER else { return };
    bencher.bench_local(|| lab.runtime.block_on(peer_head(peer)));
}

#[divan::bench(sample_count = 5)]
fn manifest_head_of_docker_registry_by_many(bencher: Bencher<'_, '_>) {
    let lab = &*LAB;
    let Some(peer) = &*PEER else { return };
    bencher.counter(ItemsCount::new(CLIENTS * REQUESTS)).bench_local(|| {
        let client = async move || {
            for _ in 0..REQUESTS {
                peer_head(peer).await;
            }
        };
        lab.runtime.block_on(join_all((0..CLIENTS).map(|_| client())));
    });
}
