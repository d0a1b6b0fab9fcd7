//! An image that others have pushed: found in the registry, chosen, refused, signed, and run.

use std::fs;
use std::path::Path;

use countersign::sandbox::Files;

use super::codelab::{PASSPHRASE, by_the_guide_until, open};
use crate::clients::skopeo::{Layout, add_image};
use crate::support::clients::require;
use crate::support::pty::Workbench;

/// Pushes an image as somebody else would, by the sandbox's own address; the end of its digest.
fn push(data: &Path, mut skopeo: std::process::Command) -> String {
    let work = tempfile::tempdir().unwrap();
    let mut layout = Layout::new(work.path().join("in"));
    let image = add_image(&layout, "amd64", 1_000);
    layout.name_descriptor(&image, "v1");
    let read = |name: &str| fs::read_to_string(data.join(name)).unwrap();
    let token = Files::new(&data.join("sandbox")).read_token().unwrap();
    let credentials = format!("oauth2accesstoken:{}", token.expose());
    let output = skopeo
        .args(["copy", "-q", "--preserve-digests", "--insecure-policy", "--dest-creds", &credentials])
        .arg(format!("oci:{}:v1", layout.directory.display()))
        .arg("docker://us.gcr.io/binauthz-codelab/foreign:v1")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", work.path())
        .env("TMPDIR", work.path())
        .env("https_proxy", format!("http://x:{}@127.0.0.1:{}", *token.proxy_password(), read("port").trim()))
        .env("SSL_CERT_FILE", data.join("sandbox/ca.pem"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let digest = image["digest"].as_str().unwrap();
    digest[digest.len() - 16..].to_owned()
}

#[track_caller]
fn verdict_now(workbench: &mut Workbench, digest: &str, verdict: &str) {
    let said = format!("now {verdict}");
    workbench.until(&said, |screen| screen.lines().nth(1).is_some_and(|l| l.contains(digest) && l.contains(&said)));
}

#[test]
fn it_is_chosen_refused_signed_and_run() {
    let Some(skopeo) = require("skopeo") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut workbench = open(home.path());
    workbench.keys("g");
    by_the_guide_until(&mut workbench, "run-signed");
    let digest = push(home.path(), skopeo);

    workbench.keys("g 1");
    // Also the draft's screen speaks of images; of workloads only the Deployer's.
    workbench.wait_for("Workloads");
    workbench.click_text("Images");
    workbench.wait_for("codelab/foreign");
    workbench.keys("/");
    workbench.type_raw("foreign");
    workbench.keys("Enter Enter");
    verdict_now(&mut workbench, &digest, "✗ DENY");

    workbench.keys("t");
    workbench.wait_for("means now one image");
    workbench.wait_for("– not attested");
    workbench.keys("Esc");
    workbench.wait_gone("means now one image");

    workbench.keys("3 s");
    workbench.wait_for("docker-manifest-digest");
    workbench.keys("Enter");
    workbench.wait_for("Sign with which key?");
    workbench.keys("Enter");
    workbench.wait_for("Opens the key");
    workbench.type_raw(PASSPHRASE);
    workbench.keys("Enter");
    workbench.wait_for("verified here");
    workbench.keys("Enter");
    workbench.wait_for("This is uploaded");
    workbench.keys("Enter");
    workbench.wait_for("verifies the attestation");
    workbench.keys("Esc");
    workbench.wait_gone("verifies the attestation");
    verdict_now(&mut workbench, &digest, "✓ ADMIT");

    workbench.keys("1 D");
    workbench.wait_for("Service account");
    workbench.keys("Enter");
    workbench.until("the pod runs", |screen| {
        screen.lines().any(|l| l.contains("pod ") && l.contains("default/forei") && l.contains("Running"))
    });
}
