//! Platform policies, `evaluate`, and continuous validation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::{Value, json};

use super::{BA, Gcloud, IMAGE, PROJECT, Way};

const POLICY: &str = "\
description: demo platform policy
gkePolicy:
  checkSets:
  - displayName: default
    checks:
    - displayName: ours
      trustedDirectoryCheck:
        trustedDirPatterns:
        - gcr.io/binauthz-lab
";

#[tokio::test(flavor = "multi_thread")]
async fn made_shown_changed_and_deleted() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.write("platform.yaml", POLICY);
    let run = "gcloud beta container binauthz policy";
    let name = "projects/binauthz-lab/platforms/gke/policies/my-policy";
    let empty = gcloud.run(&format!("{run} list gke")).await;
    assert_eq!((empty.code, empty.stdout.as_str(), empty.stderr.as_str()), (0, "", "Listed 0 items.\n"));
    let made = gcloud.ok(&format!("{run} create my-policy --platform=gke --policy-file=platform.yaml")).await;
    assert!(made.starts_with("description: demo platform policy\netag: '\""), "{made}");
    assert!(made.contains(&format!("\nname: {name}\nupdateTime: '")), "{made}");
    assert_eq!(gcloud.ok(&format!("{run} describe my-policy --platform=gke")).await, made);
    assert_eq!(gcloud.ok(&format!("{run} describe {name}")).await, made);
    assert_eq!(gcloud.ok(&format!("{run} list gke")).await, format!(" - {name}\n   demo platform policy\n"));
    gcloud.write("platform.yaml", &POLICY.replace("demo", "second"));
    let changed = gcloud.ok(&format!("{run} update my-policy --platform=gke --policy-file=platform.yaml")).await;
    assert!(changed.starts_with("description: second platform policy\n"), "{changed}");
    let stored = gcloud.lab.get(&format!("{BA}/v1/{name}")).await;
    assert_eq!(stored["description"], "second platform policy");
    let said = gcloud.fails(1, &format!("{run} create my-policy --platform=gke --policy-file=platform.yaml")).await;
    assert!(said.contains("Requested entity already exists"), "{said}");
    let ran = gcloud.run(&format!("{run} delete my-policy --platform=gke")).await;
    assert_eq!((ran.code, ran.stderr), (0, format!("Deleted Policy [{name}].\n")));
    let said = gcloud.fails(1, &format!("{run} describe my-policy --platform=gke")).await;
    assert!(said.contains("NOT_FOUND: Requested entity was not found."), "{said}");
}

fn printed(image: &str, pod: &str, verdict: &str, explanation: &str) -> String {
    let name = if pod.is_empty() { String::new() } else { format!("  podName: {pod}\n") };
    format!(
        "results:\n- imageResults:\n  - checkSetResult:\n      checkResults:\n        results:\n        \
        - displayName: ours\n          evaluationResult:\n            verdict: {verdict}\n          \
        explanation: {explanation}\n          index: '0'\n          type: TrustedDirectoryCheck\n      \
        displayName: default\n      index: '0'\n    imageUri: {image}\n    verdict: {verdict}\n  \
        kubernetesNamespace: default\n  kubernetesServiceAccount: default\n{name}  verdict: {verdict}\nverdict: {verdict}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn evaluated() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.write("platform.yaml", POLICY);
    gcloud.write(
        "pod.yaml",
        &format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p1}}\nspec:\n  containers:\n  - name: c\n    image: {IMAGE}\n"
        ),
    );
    let run = "gcloud beta container binauthz policy";
    gcloud.ok(&format!("{run} create my-policy --platform=gke --policy-file=platform.yaml")).await;
    let inside = "Image is in the trusted directory gcr.io/binauthz-lab";
    let found = gcloud.ok(&format!("{run} evaluate my-policy --platform=gke --image={IMAGE}")).await;
    assert_eq!(found, printed(IMAGE, "", "CONFORMANT", inside));
    let name = "projects/binauthz-lab/platforms/gke/policies/my-policy";
    let found = gcloud.ok(&format!("{run} evaluate {name} --resource=pod.yaml")).await;
    assert_eq!(found, printed(IMAGE, "p1", "CONFORMANT", inside));
    let other = IMAGE.replace("binauthz-lab", "elsewhere");
    let ran = gcloud.run(&format!("{run} evaluate my-policy --platform=gke --image={other}")).await;
    assert_eq!(
        (ran.code, ran.stdout),
        (2, printed(&other, "", "NON_CONFORMANT", "Image is not in a trusted directory"))
    );
    let ran = gcloud.run(&format!("{run} evaluate {name} --image={IMAGE} --image=nginx")).await;
    assert_eq!(ran.code, 2);
    assert!(
        ran.stdout.ends_with("verdict: NON_CONFORMANT\n") && ran.stdout.contains("imageUri: nginx\n"),
        "{}",
        ran.stdout
    );
    let said =
        gcloud.fails(2, "gcloud container binauthz policy evaluate my-policy --platform=gke --image=nginx").await;
    assert!(said.contains("Invalid choice: 'evaluate'."), "{said}");

    gcloud
        .write("platform.yaml", "gkePolicy: {checkSets: [{checks: [{imageFreshnessCheck: {maxUploadAgeDays: 1}}]}]}\n");
    gcloud.ok(&format!("{run} update my-policy --platform=gke --policy-file=platform.yaml")).await;
    let ran = gcloud.run(&format!("{run} evaluate {name} --image={IMAGE}")).await;
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.ends_with("  verdict: ERROR\nverdict: ERROR\n"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn evaluated_and_signed() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.write("platform.yaml", POLICY);
    gcloud.write(
        "pod.yaml",
        &format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p1}}\nspec:\n  containers:\n  - name: c\n    image: {IMAGE}\n"
        ),
    );
    gcloud
        .ok("gcloud beta container binauthz policy create my-policy --platform=gke --policy-file=platform.yaml")
        .await;
    let run = "gcloud alpha container binauthz policy evaluate-and-sign my-policy --platform=gke";
    let said = gcloud.ok(&format!("{run} --resource=pod.yaml --no-upload --output-file=out.yaml")).await;
    let attestation = said.lines().nth(1).unwrap().trim_start_matches("- ");
    let envelope: Value = serde_json::from_slice(&URL_SAFE.decode(attestation).unwrap()).unwrap();
    assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
    let pod = std::fs::read_to_string(gcloud.work().join("out.yaml")).unwrap();
    assert!(pod.contains("binaryauthorization.googleapis.com/attestations"), "{pod}");
}

#[tokio::test(flavor = "multi_thread")]
async fn continuous_validation() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    let run = "gcloud alpha container binauthz continuous-validation";
    let off = "enforcementPolicyConfig:\n  enabled: false\nname: projects/binauthz-lab/continuousValidationConfig\n";
    assert_eq!(gcloud.ok(&format!("{run} describe")).await, off);
    assert_eq!(gcloud.ok(&format!("{run} enable")).await, "");
    let config = format!("{BA}/v1alpha2/projects/{PROJECT}/continuousValidationConfig");
    assert_eq!(gcloud.lab.get(&config).await["enforcementPolicyConfig"], json!({"enabled": true}));
    let described = gcloud.ok(&format!("{run} describe")).await;
    assert!(described.starts_with("enforcementPolicyConfig:\n  enabled: true\nname: "), "{described}");
    assert_eq!(gcloud.ok(&format!("{run} disable")).await, "");
    assert_eq!(gcloud.lab.get(&config).await["enforcementPolicyConfig"], json!({}));
    let said = gcloud.fails(2, "gcloud beta container binauthz continuous-validation describe").await;
    assert!(said.contains("Invalid choice: 'continuous-validation'."), "{said}");
}
