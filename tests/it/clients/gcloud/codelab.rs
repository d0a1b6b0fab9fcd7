//! The codelab as printed, by the real gcloud, gpg, curl, skopeo and kubectl in `countersign sandbox
//! shell`: in its form of 2018, in its form of today, and by endpoint overrides.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use countersign::codelab::image;
use countersign::sandbox::Sandbox;
use reqwest::Method;
use serde_json::{Value, json};

use crate::clients::skopeo::Layout;
use crate::support::clients::{require, require_optional};
use crate::support::lab::{BA, CA, GKE, Lab, PROJECT};

/// What a script said, and the sandbox that it left.
struct Done {
    output: String,
    errors: String,
    lab: Lab,
}

impl Done {
    /// The value behind `NAME=` in the script's line `STATE`.
    fn state(&self, name: &str) -> &str {
        let line = self.output.lines().find(|line| line.starts_with("STATE ")).expect("the script ends with its state");
        line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('=')).unwrap()
    }

    #[track_caller]
    fn says(&self, texts: &[&str]) {
        in_order(&self.output, texts);
    }

    #[track_caller]
    fn complains(&self, texts: &[&str]) {
        in_order(&self.errors, texts);
    }
}

#[track_caller]
fn in_order(said: &str, texts: &[&str]) {
    let mut rest = said;
    for text in texts {
        let Some((_, after)) = rest.split_once(text) else { panic!("{text:?} is not there, or too early:\n{said}") };
        rest = after;
    }
}

/// Whether all clients of the codelab are there.
fn clients() -> bool {
    require_optional("gcloud").is_some()
        && ["gpg", "curl", "skopeo", "kubectl"].into_iter().all(|client| require(client).is_some())
}

/// Runs a script of the codelab; with `keep` without the cleaning up at its end.
fn script(name: &str, keep: bool, more: &[&str]) -> Option<(String, String, tempfile::TempDir)> {
    if !clients() {
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    // A socket of gpg's agent lies in its home, and has a short name.
    let home = dir.path().join("home");
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();
    let layout = Layout::of_codelab(dir.path().join("image"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/gcloud").join(name);
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("countersign"));
    command
        .args(["sandbox", "shell"])
        .args(more)
        .args(["--", "bash"])
        .arg(script)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", &home)
        .env("LC_ALL", "C.UTF-8")
        .env("IMAGE", &layout.directory)
        .env("COUNTERSIGN_DATA_DIR", dir.path())
        .env("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")
        .env("CLOUDSDK_CORE_DISABLE_FILE_LOGGING", "true")
        .current_dir(&home)
        .stdin(Stdio::null());
    if keep {
        command.env("KEEP", "1");
    }
    let output = command.output().unwrap();
    let output_text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, errors) = (output_text(&output.stdout), output_text(&output.stderr));
    let _ = Command::new("gpgconf").args(["--kill", "gpg-agent"]).env("HOME", &home).status();
    assert!(output.status.success(), "{}: {said}\n--- standard error\n{errors}", output.status);
    Some((said, errors, dir))
}

/// The same, with the sandbox served again to look at what it holds.
async fn run(name: &'static str, keep: bool, more: &'static [&'static str]) -> Option<Done> {
    let (output, errors, dir) = tokio::task::spawn_blocking(move || script(name, keep, more)).await.unwrap()?;
    let sandbox = Sandbox::start(&dir.path().join("sandbox"), None).await.unwrap();
    Some(Done { output, errors, lab: Lab::over(sandbox, dir) })
}

/// That nothing is left which the codelab made.
async fn is_clean(lab: &Lab) {
    assert_eq!(lab.get(&format!("{BA}/v1/projects/{PROJECT}/attestors")).await, json!({}));
    assert_eq!(lab.get(&format!("{CA}/v1/projects/{PROJECT}/notes")).await, json!({}));
    assert_eq!(lab.get(&format!("{GKE}/v1/projects/{PROJECT}/locations/-/clusters")).await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_its_form_of_2018() {
    let Some(done) = run("codelab-2018.sh", true, &[]).await else { return };
    done.says(&[
        "pod/hello-world created",
        "evaluationMode: ALWAYS_DENY",
        "FailedCreate:",
        "Error creating: admission webhook \"imagepolicywebhook.image-policy.k8s.io\" denied the request: \
         Image us.gcr.io/binauthz-lab/hello-world denied by Binary Authorization default admission rule. \
         Denied by always_deny admission rule",
        // As v1alpha1 shows it.
        "\"kind\":\"ATTESTATION_AUTHORITY\"",
        "my-binauthz-attestor",
        "roles/containeranalysis.notes.occurrences.viewer",
        "docker-manifest-digest",
        "kind: ATTESTATION",
        "pod/hello-world-signed created",
    ]);
    done.complains(&[
        "kubeconfig entry generated",
        "Error from server (VIOLATES_POLICY): admission webhook",
        "unrecognized arguments: --public-key-file",
        "unrecognized arguments: --pgp-key-fingerprint",
        "Expected digest with sha256 scheme, but got tag or malformed digest",
    ]);
    let (digest, fingerprint) = (done.state("digest"), done.state("fingerprint"));
    assert_eq!(digest, image::build().unwrap().digest().as_str());
    let attestor = done.lab.get(&format!("{BA}/v1/projects/{PROJECT}/attestors/my-binauthz-attestor")).await;
    assert_eq!(attestor["userOwnedGrafeasNote"]["publicKeys"][0]["id"], fingerprint);
    let policy = done.lab.get(&format!("{BA}/v1/projects/{PROJECT}/policy")).await;
    assert_eq!(policy["defaultAdmissionRule"]["evaluationMode"], "REQUIRE_ATTESTATION");
    let occurrences = done.lab.get(&format!("{CA}/v1/projects/{PROJECT}/occurrences")).await;
    let [occurrence] = occurrences["occurrences"].as_array().unwrap().as_slice() else { panic!("{occurrences}") };
    assert_eq!(occurrence["resourceUri"], format!("us.gcr.io/{PROJECT}/hello-world@{digest}"));
    assert_eq!(occurrence["attestation"]["signatures"][0]["publicKeyId"], fingerprint);
    let cluster =
        done.lab.get(&format!("{GKE}/v1/projects/{PROJECT}/locations/us-central1-a/clusters/binauthz-codelab")).await;
    assert_eq!(cluster["binaryAuthorization"]["enabled"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_its_form_of_today() {
    let Some(done) = run("codelab-today.sh", false, &[]).await else { return };
    let number = done.state("number").to_owned();
    done.says(&[
        "cloudkms.googleapis.com",
        "binauthz-codelab\tRUNNING",
        "PROJECT_SINGLETON_POLICY_ENFORCE",
        "repo\tDOCKER",
        "us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world\tlatest",
        &format!("us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world@{}", done.state("digest")),
        &format!("serviceAccount:service-{number}@gcp-sa-binaryauthorization.iam.gserviceaccount.com"),
        done.state("fingerprint"),
        "//cloudkms.googleapis.com/v1/projects/binauthz-lab/locations/global/keyRings/ring/cryptoKeys/key/\
         cryptoKeyVersions/1",
        "pod/hello-world-signed created",
        "DESTROY_SCHEDULED",
        "STATE clean",
    ]);
    done.complains(&[
        "Image us-central1-docker.pkg.dev/binauthz-lab/repo/hello-world denied by Binary Authorization",
        "already present on attestor",
    ]);
    is_clean(&done.lab).await;
    let repositories =
        "https://artifactregistry.googleapis.com/v1/projects/binauthz-lab/locations/us-central1/repositories";
    assert_eq!(done.lab.get(repositories).await, json!({}));
    let occurrences = done.lab.get(&format!("{CA}/v1/projects/{PROJECT}/occurrences")).await;
    assert_eq!(occurrences["occurrences"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_overrides_of_the_endpoints() {
    let Some(done) = run("codelab-overrides.sh", false, &["--overrides"]).await else { return };
    done.says(&[
        "binauthz-codelab\tRUNNING",
        "denied by Binary Authorization default admission rule",
        // The port is not in the key's id: another one tomorrow would not match it.
        "//cloudkms.googleapis.com/v1/projects/binauthz-lab/locations/global/keyRings/ring",
        "pod/hello-world-signed created",
        "STATE clean",
    ]);
    is_clean(&done.lab).await;
    let occurrences = done.lab.get(&format!("{CA}/v1/projects/{PROJECT}/occurrences")).await;
    let ids: Vec<&Value> = occurrences["occurrences"].as_array().unwrap().iter().collect();
    assert_eq!(ids.len(), 2, "{occurrences}");
    for occurrence in ids {
        let id = occurrence["attestation"]["signatures"][0]["publicKeyId"].as_str().unwrap();
        assert!(!id.contains("127.0.0.1"), "{id}");
    }
    let policy = done.lab.ok(Method::GET, &format!("{BA}/v1/projects/{PROJECT}/policy"), Value::Null).await;
    assert_eq!(policy["defaultAdmissionRule"]["evaluationMode"], "REQUIRE_ATTESTATION");
}
