//! `policy export`, `import`, IAM, and the system policy.

use serde_json::{Value, json};

use super::{BA, Gcloud, PROJECT, Way};

pub(super) const POLICY: &str = "\
admissionWhitelistPatterns:
- namePattern: gcr.io/google_containers/*
- namePattern: gcr.io/google-containers/*
- namePattern: k8s.gcr.io/*
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
name: projects/binauthz-lab/policy
";

const DEFAULT: &str = "defaultAdmissionRule:\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n  \
    evaluationMode: ALWAYS_ALLOW\nglobalPolicyEvaluationMode: ENABLE\nname: projects/binauthz-lab/policy\n";

#[tokio::test(flavor = "multi_thread")]
async fn exported_and_imported_on_every_track() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    for track in ["gcloud", "gcloud beta", "gcloud alpha"] {
        assert_eq!(gcloud.ok(&format!("{track} container binauthz policy export")).await, DEFAULT, "{track}");
    }
    gcloud.write("policy.yaml", POLICY);
    gcloud.write(
        "policy.json",
        &json!({"defaultAdmissionRule": {"evaluationMode": "ALWAYS_ALLOW",
        "enforcementMode": "DRYRUN_AUDIT_LOG_ONLY"}})
        .to_string(),
    );
    let import = "gcloud container binauthz policy import";
    let printed = gcloud.ok(&format!("{import} policy.yaml")).await;
    assert_eq!(gcloud.policy().await["admissionWhitelistPatterns"].as_array().unwrap().len(), 3);
    // What import prints is what export prints, and imports again.
    assert_eq!(gcloud.ok("gcloud container binauthz policy export > exported.yaml; cat exported.yaml").await, printed);
    assert!(
        printed.starts_with("admissionWhitelistPatterns:\n- namePattern: gcr.io/google_containers/*\n"),
        "{printed}"
    );
    assert!(printed.contains("\netag: '\"") && printed.contains("\nupdateTime: '20"), "{printed}");
    gcloud.ok(&format!("{import} exported.yaml")).await;
    // Now the etag of the file is an old one.
    let said = gcloud.fails(1, &format!("{import} exported.yaml")).await;
    assert_eq!(
        said,
        "ERROR: (gcloud.container.binauthz.policy.import) Resource in projects [binauthz-lab] is the \
        subject of a conflict: etag mismatch: the policy was modified since it was read\n"
    );
    gcloud.ok(&format!("{import} policy.json --strict-validation")).await;
    assert_eq!(gcloud.policy().await["defaultAdmissionRule"]["enforcementMode"], "DRYRUN_AUDIT_LOG_ONLY");
    gcloud.ok("gcloud beta container binauthz policy import policy.yaml").await;
    assert_eq!(gcloud.policy().await["defaultAdmissionRule"]["evaluationMode"], "ALWAYS_DENY");
    gcloud.ok(&format!("sed 's/binauthz-lab/other-project/' policy.yaml > other.yaml; {import} other.yaml")).await;
    assert_eq!(gcloud.policy().await["name"], "projects/binauthz-lab/policy");
}

/// What gcloud refuses by itself, and what the service does.
#[tokio::test(flavor = "multi_thread")]
async fn refused_imports() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    let import = "gcloud container binauthz policy import";
    for (file, text, code, said) in [
        (
            "badenum.yaml",
            "defaultAdmissionRule: {evaluationMode: DENY}",
            1,
            "Failed to parse value(s) in protobuf [Policy]:\n  Policy.defaultAdmissionRule.evaluationMode\n",
        ),
        (
            "badyaml.yaml",
            "a: [1",
            1,
            "Error in resource file YAML: Failed to parse YAML: while parsing a flow sequence",
        ),
        ("list.yaml", "- a: 1", 1, "'list' object has no attribute 'items'"),
        ("wrongtype.yaml", "defaultAdmissionRule: x", 1, "'str' object has no attribute 'items'"),
        ("unknown.yaml", "defaultAdmisionRule: {}", 1, "  Policy.defaultAdmisionRule\n"),
        ("policy.txt", "", 2, "Policy file must be a .yaml or .json file."),
        // The service's: gcloud asks, and with prompts off goes on.
        ("empty.yaml", "", 1, "`defaultAdmissionRule` is missing"),
        (
            "attestor.yaml",
            "defaultAdmissionRule: {evaluationMode: REQUIRE_ATTESTATION, \
            enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG, \
            requireAttestationsBy: [projects/binauthz-lab/attestors/nope]}",
            1,
            "Attestor projects/binauthz-lab/attestors/nope does not exist",
        ),
    ] {
        gcloud.write(file, text);
        let found = gcloud.fails(code, &format!("{import} {file}")).await;
        assert!(found.contains(said), "{file}: {found}");
    }
    let found = gcloud.fails(1, &format!("{import} nofile.yaml")).await;
    assert!(found.contains("Unable to read file [nofile.yaml]"), "{found}");
    let found = gcloud.fails(1, "unset CLOUDSDK_CORE_PROJECT; gcloud container binauthz policy export").await;
    assert!(found.contains("The required property [project] is not currently set."), "{found}");
    assert_eq!(gcloud.policy().await.get("etag"), None::<&Value>, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_what_with_the_policy() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    let member = "--member=user:dev@example.com --role=roles/binaryauthorization.policyViewer";
    let bound =
        "bindings:\n- members:\n  - user:dev@example.com\n  role: roles/binaryauthorization.policyViewer\netag: ";
    let ran = gcloud.run(&format!("gcloud container binauthz policy add-iam-policy-binding {member}")).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "Updated IAM policy for policy [binauthz-lab].\n"));
    assert!(ran.stdout.starts_with(bound) && ran.stdout.ends_with("version: 3\n"), "{}", ran.stdout);
    for track in ["gcloud", "gcloud beta"] {
        let printed = gcloud.ok(&format!("{track} container binauthz policy get-iam-policy")).await;
        assert_eq!(printed, ran.stdout, "{track}");
    }
    let printed = gcloud.ok(&format!("gcloud container binauthz policy remove-iam-policy-binding {member}")).await;
    assert!(printed.starts_with("etag: "), "{printed}");
    gcloud.ok(&format!("gcloud beta container binauthz policy add-iam-policy-binding {member}")).await;
    gcloud.write(
        "iam.json",
        r#"{"bindings": [{"role": "roles/binaryauthorization.policyEditor", "members": ["user:a@b.c"]}]}"#,
    );
    let ran = gcloud.run("gcloud container binauthz policy set-iam-policy iam.json").await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "Updated IAM policy for policy [binauthz-lab].\n"));
    let iam = gcloud.lab.get(&format!("{BA}/v1/projects/{PROJECT}/policy:getIamPolicy")).await;
    assert_eq!(iam["bindings"], json!([{"role": "roles/binaryauthorization.policyEditor", "members": ["user:a@b.c"]}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_policy() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    for (flag, name) in [("", "global"), (" --location=us-central1", "us-central1")] {
        let printed = gcloud.ok(&format!("gcloud alpha container binauthz policy export-system-policy{flag}")).await;
        assert!(printed.contains("- namePattern: gke.gcr.io/**\n"), "{printed}");
        assert!(printed.ends_with(&format!("name: locations/{name}/policy\n")), "{printed}");
    }
    let said = gcloud.fails(2, "gcloud beta container binauthz policy export-system-policy").await;
    assert!(said.contains("Invalid choice: 'export-system-policy'."), "{said}");
}
