use serde_json::json;

use super::*;
use crate::schema::open_store;
use crate::store::Store;
use domain::admission::{Outcome, Platform};
use wire::iam::{Binding, IamPolicy, OCCURRENCES_VIEWER};

const DIGEST: &str = "sha256:abababababababababababababababababababababababababababababababab";
const AGENT: &str = "service-7@gcp-sa-binaryauthorization.iam.gserviceaccount.com";

/// A project with a cluster that enforces, a note, an attestor on it, an occurrence, and a policy that
/// asks for it.
fn store() -> (Store, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let store = open_store(&dir.path().join("s.db")).unwrap();
    (store, dir)
}

fn fill(tx: &Transaction<'_>) {
    let mut policy = Policy::default_for("lab-project");
    policy.default_admission_rule.evaluation_mode = domain::policy::EvaluationMode::RequireAttestation;
    policy.default_admission_rule.require_attestations_by = vec!["projects/lab-project/attestors/a".to_owned()];
    let attestor = json!({
        "name": "projects/lab-project/attestors/a",
        "userOwnedGrafeasNote":
            {"noteReference": "projects/lab-project/notes/n", "delegationServiceAccountEmail": AGENT},
    });
    let mode = json!({"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"});
    let body = json!({"attestation": {"serializedPayload": "e30=", "signatures": []}});
    tx.execute_batch(
        "INSERT INTO projects VALUES (7, 'lab-project', 'x', 'ACTIVE', 't');
         INSERT INTO enabled_services VALUES (1, 7, 'binaryauthorization.googleapis.com', 't');
         INSERT INTO notes VALUES (1, 'lab-project', 'n', 'ATTESTATION', '{}', 't', 't');",
    )
    .unwrap();
    tx.execute("INSERT INTO policies VALUES ('lab-project', ?1)", [serde_json::to_string(&policy).unwrap()]).unwrap();
    tx.execute("INSERT INTO attestors VALUES (1, 'lab-project', 'a', ?1)", [&attestor]).unwrap();
    let cluster = "INSERT INTO clusters VALUES (1, 'lab-project', 'us-central1-a', 'c', 'd', 3, 0, 0, ?1)";
    tx.execute(cluster, [mode.to_string()]).unwrap();
    tx.execute(
        "INSERT INTO occurrences VALUES (1, 'lab-project', 'o', 'lab-project', 'n', 'ATTESTATION', ?1, ?2, ?3, x'00', 't')",
        (format!("https://gcr.io/p/i@{DIGEST}"), DIGEST.trim_start_matches("sha256:"), &body),
    )
    .unwrap();
}

fn image(image: &str) -> RequestImage {
    RequestImage { image: image.to_owned(), ..RequestImage::default() }
}

/// What is known of the attestations of one image by the policy's only attestor.
fn known(tx: &Transaction<'_>, of: &str) -> Attestations {
    let policy = current_policy(tx, "lab-project").unwrap();
    let evidence = evidence(tx, &[image(of)], &policy, &Admissions::default()).unwrap();
    match evidence.attestors.values().next().unwrap().clone() {
        AttestorEvidence::Found { attestations, .. } => attestations,
        other => panic!("{other:?}"),
    }
}

fn grant(tx: &Transaction<'_>, resource: &str, member: &str) {
    let members = vec![format!("serviceAccount:{member}")];
    let bindings = vec![Binding { role: OCCURRENCES_VIEWER.to_owned(), members, condition: None }];
    iam::set(tx, resource, IamPolicy { bindings, ..IamPolicy::default() }).unwrap();
}

#[tokio::test]
async fn without_the_grant_there_are_no_attestations() {
    let (store, _dir) = store();
    let check = |tx: &Transaction<'_>| {
        fill(tx);
        let image = format!("gcr.io/other/i@{DIGEST}");
        let refused = Attestations::NotPermitted { service_account: AGENT.to_owned(), readable: Vec::new() };
        assert_eq!(known(tx, &image), refused);
        grant(tx, "projects/lab-project/notes/n", "other@example.com");
        assert_eq!(known(tx, &image), refused);
        for resource in ["projects/lab-project/notes/n", "projects/lab-project"] {
            grant(tx, resource, AGENT);
            assert!(matches!(known(tx, &image), Attestations::Read(found) if found.len() == 1), "{resource}");
            iam::forget(tx, resource).unwrap();
        }
        Ok::<_, StoreError>(())
    };
    store.write(check).await.unwrap();
}

#[tokio::test]
async fn evidence_is_of_the_images_digests() {
    let (store, _dir) = store();
    let check = |tx: &Transaction<'_>| {
        fill(tx);
        grant(tx, "projects/lab-project", AGENT);
        for other in ["gcr.io/p/i", "gcr.io/p/i:tag", "no image", &format!("gcr.io/p/i@{}", DIGEST.replace("ab", "cd"))]
        {
            assert_eq!(known(tx, other), Attestations::Read(Vec::new()), "{other}");
        }
        tx.execute("DELETE FROM notes", [])?;
        assert_eq!(known(tx, &format!("gcr.io/p/i@{DIGEST}")), Attestations::NoteMissing);
        tx.execute("DELETE FROM attestors", [])?;
        let policy = current_policy(tx, "lab-project")?;
        let evidence = evidence(tx, &[], &policy, &Admissions::default())?;
        assert_eq!(evidence.attestors.values().next(), Some(&AttestorEvidence::NotFound));
        Ok::<_, StoreError>(())
    };
    store.write(check).await.unwrap();
}

#[tokio::test]
async fn a_cluster_decides_by_its_mode() {
    let (store, _dir) = store();
    let check = |tx: &Transaction<'_>| {
        fill(tx);
        let cluster = ClusterId { project: "lab-project".into(), location: "us-central1-a".into(), name: "c".into() };
        let request = Request {
            platform: Platform::Gke,
            namespace: "default".to_owned(),
            images: vec![image(&format!("gcr.io/p/i@{DIGEST}"))],
            ..Request::default()
        };
        let outcome =
            |tx: &Transaction<'_>| admit(tx, &cluster, request.clone(), &Admissions::default()).unwrap().outcome;
        assert_eq!(outcome(tx), Outcome::Deny);
        tx.execute("UPDATE clusters SET binary_authorization = NULL", [])?;
        assert_eq!(outcome(tx), Outcome::Admit);
        Ok::<_, StoreError>(())
    };
    store.write(check).await.unwrap();
}

/// Forty attestations of a megabyte: they are not read, and nobody is let in by them.
#[tokio::test]
async fn more_evidence_than_is_looked_at_is_an_error_and_no_decision() {
    let (store, _dir) = store();
    let check = |tx: &Transaction<'_>| {
        fill(tx);
        grant(tx, "projects/lab-project", AGENT);
        tx.execute(
            "WITH RECURSIVE n (n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM n WHERE n < 42)
             INSERT INTO occurrences SELECT n, project, 'o' || n, note_project, note_id, kind, resource_uri, digest,
             hex(zeroblob(500000)), randomblob(32), create_time FROM occurrences, n",
            [],
        )?;
        let policy = current_policy(tx, "lab-project")?;
        let images = [image(&format!("gcr.io/p/i@{DIGEST}"))];
        let refused = evidence(tx, &images, &policy, &Admissions::default()).unwrap_err();
        assert!(matches!(refused, StoreError::TooMuch(_)), "{refused}");
        Ok::<_, StoreError>(())
    };
    store.write(check).await.unwrap();
}
