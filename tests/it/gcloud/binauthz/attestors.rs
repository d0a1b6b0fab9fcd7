//! `attestors`, their keys and their IAM policies.

use super::{ATTESTOR, BA, Gcloud, PROJECT, Way};

/// The keys of the recordings.
const PGP: &str = include_str!("public.pgp");
const FINGERPRINT: &str = "C81138F34F3ADFAB10143A804B1EC06BE59607CC";
const EC: &str = "-----BEGIN PUBLIC KEY-----\n\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1Tg9eAe4ohSrpQl2inn1GRkQoJzd\n\
    RwDzcYfugCHW3EUqpLdxAHYlhzcHeLh7xr3ixXM+1iiO56H9VwnKIMgT/g==\n\
    -----END PUBLIC KEY-----\n";
const EC_ID: &str = "ni:///sha-256;DilXsnxwFLcetmSiyJboCuji0x04IPsibb6Qm277XWs";
const GONE: &str = "NOT_FOUND: Requested entity was not found. This command is authenticated with an access token";

/// The words after `ERROR: (gcloud.…)`.
fn error(said: &str) -> &str {
    said.split_once(") ").map_or(said, |(_, error)| error)
}

#[tokio::test(flavor = "multi_thread")]
async fn made_shown_changed_and_deleted() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.make_note().await;
    let flags = "--attestation-authority-note=my-attestor-note --attestation-authority-note-project=binauthz-lab";
    let create = format!("attestors create {ATTESTOR} {flags}");
    let full = "attestors create projects/binauthz-lab/attestors/other2 \
        --attestation-authority-note=projects/binauthz-lab/notes/my-attestor-note";
    for (track, note) in [("gcloud", "userOwnedGrafeasNote"), ("gcloud beta", "userOwnedDrydockNote")] {
        let run = format!("{track} container binauthz");
        assert_eq!(gcloud.ok(&format!("{run} {create}")).await, "");
        let said = gcloud.fails(1, &format!("{run} {create}")).await;
        let conflict =
            "Resource in projects [binauthz-lab] is the subject of a conflict: Requested entity already exists\n";
        assert_eq!(error(&said), conflict);
        assert_eq!(gcloud.ok(&format!("{run} {full}")).await, "");
        assert_eq!(gcloud.ok(&format!("{run} attestors update {ATTESTOR} --description='QA attestor'")).await, "");
        assert_eq!(gcloud.attestor().await["description"], "QA attestor");
        let described = gcloud.ok(&format!("{run} attestors describe {ATTESTOR}")).await;
        assert!(described.starts_with("description: QA attestor\netag: '\""), "{described}");
        let tail = format!(
            "{note}:\n  delegationServiceAccountEmail: service-{}@gcp-sa-binaryauthorization.iam.\
            gserviceaccount.com\n  noteReference: projects/binauthz-lab/notes/my-attestor-note\n",
            gcloud.lab.project_number().await
        );
        assert!(described.ends_with(&tail), "{described}");
        let listed = gcloud.ok(&format!("{run} attestors list")).await;
        assert!([ATTESTOR, "other2", "NUM_PUBLIC_KEYS"].into_iter().all(|text| listed.contains(text)), "{listed}");
        for name in [ATTESTOR, "other2"] {
            assert_eq!(gcloud.ok(&format!("{run} attestors delete {name}")).await, "");
        }
        for command in [format!("delete {ATTESTOR}"), "describe nope".to_owned()] {
            let said = gcloud.fails(1, &format!("{run} attestors {command}")).await;
            assert!(error(&said).starts_with(GONE), "{said}");
        }
    }
    let without = "gcloud container binauthz attestors create other --attestation-authority-note=my-attestor-note";
    let said = gcloud.fails(1, without).await;
    assert!(said.contains("The [note] resource is not properly specified."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_added_changed_and_removed() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.make_attestor().await;
    gcloud.write("public.pgp", PGP);
    gcloud.write("ec.pub", EC);
    let pgp = "--pgp-public-key-file=./public.pgp";
    let pkix = "--pkix-public-key-file=./ec.pub --pkix-public-key-algorithm=ecdsa-p256-sha256";
    for track in ["gcloud", "gcloud beta"] {
        let keys = format!("{track} container binauthz attestors public-keys");
        let on = format!("--attestor={ATTESTOR}");
        let printed = gcloud.ok(&format!("{keys} add {on} {pgp} --comment=demo")).await;
        assert!(
            printed.starts_with("asciiArmoredPgpPublicKey: |\n  -----BEGIN PGP PUBLIC KEY BLOCK-----\n"),
            "{printed}"
        );
        assert!(printed.ends_with(&format!("comment: demo\nid: {FINGERPRINT}\n")), "{printed}");
        let printed = gcloud.ok(&format!("{keys} add {on} {pkix}")).await;
        assert!(printed.starts_with(&format!("id: {EC_ID}\npkixPublicKey:\n  publicKeyPem: |\n")), "{printed}");
        assert!(printed.ends_with("  signatureAlgorithm: ECDSA_P256_SHA256\n"), "{printed}");
        let said = gcloud.fails(1, &format!("{keys} add {on} {pgp}")).await;
        let name = format!("[projects/binauthz-lab/attestors/{ATTESTOR}]\n");
        assert_eq!(error(&said), format!("Provided public key already present on attestor {name}"));
        assert_eq!(gcloud.ok(&format!("{keys} update {FINGERPRINT} {on} {pgp} --comment=rotated")).await, "");
        assert_eq!(gcloud.attestor().await["userOwnedGrafeasNote"]["publicKeys"][0]["comment"], "rotated");
        for command in ["update DEADBEEF --comment=x", "remove nope"] {
            let said = gcloud.fails(1, &format!("{keys} {command} {on}")).await;
            assert_eq!(error(&said), format!("No matching public key found on attestor {name}"));
        }
        let said = gcloud.fails(1, &format!("{keys} add --attestor=nope {pgp}")).await;
        assert!(error(&said).starts_with(GONE), "{said}");
        let said = gcloud.fails(2, &format!("{keys} add {on} --public-key-file=./public.pgp")).await;
        assert!(said.contains("unrecognized arguments: --public-key-file=./public.pgp"), "{said}");
        for id in [EC_ID, FINGERPRINT] {
            assert_eq!(gcloud.ok(&format!("{keys} remove '{id}' {on}")).await, "");
        }
        assert_eq!(gcloud.attestor().await["userOwnedGrafeasNote"].get("publicKeys"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_what_with_an_attestor() {
    let Some(gcloud) = Gcloud::start(Way::Proxy).await else { return };
    gcloud.make_attestor().await;
    let agent = format!(
        "serviceAccount:service-{}@gcp-sa-binaryauthorization.iam.gserviceaccount.com",
        gcloud.lab.project_number().await
    );
    let role = "roles/binaryauthorization.attestorsVerifier";
    let flags = format!("{ATTESTOR} --member={agent} --role={role}");
    let updated = format!("Updated IAM policy for attestor [{ATTESTOR}].\n");
    for track in ["gcloud", "gcloud beta"] {
        let run = format!("{track} container binauthz attestors");
        let ran = gcloud.run(&format!("{run} add-iam-policy-binding {flags}")).await;
        assert_eq!((ran.code, &ran.stderr), (0, &updated), "{}", ran.stdout);
        let bound = format!("bindings:\n- members:\n  - {agent}\n  role: {role}\netag: ");
        assert!(ran.stdout.starts_with(&bound), "{}", ran.stdout);
        assert_eq!(gcloud.ok(&format!("{run} get-iam-policy {ATTESTOR}")).await, ran.stdout);
        let ran = gcloud.run(&format!("{run} remove-iam-policy-binding {flags}")).await;
        assert_eq!((ran.code, &ran.stderr), (0, &updated));
        assert!(ran.stdout.starts_with("etag: "), "{}", ran.stdout);
    }
    gcloud.write("iam.json", &format!(r#"{{"bindings": [{{"role": "{role}", "members": ["{agent}"]}}]}}"#));
    let ran = gcloud.run(&format!("gcloud container binauthz attestors set-iam-policy {ATTESTOR} iam.json")).await;
    assert_eq!((ran.code, &ran.stderr), (0, &updated));
    let iam = gcloud.lab.get(&format!("{BA}/v1/projects/{PROJECT}/attestors/{ATTESTOR}:getIamPolicy")).await;
    assert_eq!(iam["bindings"][0]["members"][0], agent);
}
