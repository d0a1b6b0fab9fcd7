//! A signature that somebody else put into the working directory: only an armored block alone is uploaded.

use countersign::app::job::{Job, JobOutcome, NewAttestation};
use countersign::app::query::{Answer, Query};
use countersign::app::shell::report::Report;
use countersign::domain::attestation::payload;
use countersign::domain::image::ImageRef;
use countersign::domain::key::{KeyAlgorithm, KeySpec, Passphrase};
use countersign::runtime::backend::Backend;
use countersign::runtime::files::Files;
use countersign::runtime::jobs::perform;
use countersign::runtime::queries::answer;

#[tokio::test]
async fn a_signature_with_more_in_its_file_is_not_uploaded() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::new(dir.path());
    let backend = Backend::new(&files);
    let run = async |job: Job| perform(&backend, job, &|_| {}).await;
    let passphrase = || Passphrase::new("correct horse".into());
    let key = KeySpec { algorithm: KeyAlgorithm::Ed25519, name: "QA".into(), email: "qa@example.com".into() };
    let made = run(Job::GenerateKey { key, passphrase: passphrase() }).await.unwrap();
    let JobOutcome::Generated { fingerprint } = made else { panic!("{made:?}") };
    let image: ImageRef = format!("gcr.io/p/i@sha256:{}", "0".repeat(64)).parse().unwrap();
    let payload = payload(&image, image.digest().unwrap());
    let sign = Job::Sign { fingerprint: fingerprint.clone(), passphrase: passphrase(), payload: payload.clone() };
    let signed = run(sign).await.unwrap();
    let JobOutcome::Signed { message: signature, .. } = signed else { panic!("{signed:?}") };
    files.make_work("").unwrap();
    std::fs::write(files.work().join("payload.json"), &payload).unwrap();
    let read = async |bytes: &[u8]| {
        std::fs::write(files.work().join("signature.pgp"), bytes).unwrap();
        let Answer::Work(work) = answer(&backend, Query::Work).await else { panic!() };
        let work = work.unwrap();
        assert_eq!(work.directory.file("signature.pgp").unwrap().bytes, bytes, "as it is on the disk");
        (work.signed_by, work.signature_fault)
    };
    assert_eq!(read(&signature).await, (Some(fingerprint.clone()), None));
    let lines = signature.split(|byte| *byte == b'\n').count() - 1;
    let after = |more: &[u8]| [signature.as_slice(), more].concat();
    for (bytes, fault) in [
        (after(b"\nE\0OF\ntouch PWNED\n: <<'EOF'\n"), format!("line {} holds a NUL", lines + 2)),
        (after(b"touch PWNED\n"), format!("line {} stands outside the armored block", lines + 1)),
        (after(&signature), format!("a second armored block begins in line {}", lines + 1)),
        (b"\xff\xfe".to_vec(), "line 1 holds a control character or bytes that are no UTF-8".to_owned()),
    ] {
        let (signed_by, found) = read(&bytes).await;
        assert!(found.as_ref().is_some_and(|found| found.starts_with(&fault)), "{found:?}");
        assert_eq!(signed_by, None);
        // However it came there: the job itself looks, before anything is sent.
        let new = NewAttestation {
            project: "binauthz-lab".parse().unwrap(),
            attestor: "projects/binauthz-lab/attestors/qa".parse().unwrap(),
            note: "projects/binauthz-lab/notes/qa".parse().unwrap(),
            image: image.clone(),
            payload: payload.clone(),
            signature: bytes,
            key_id: fingerprint.clone(),
        };
        let refused = Report::from(run(Job::CreateAttestation(Box::new(new))).await.unwrap_err());
        assert!(refused.title.starts_with(&format!("the signature is not uploaded: {fault}")), "{refused:?}");
    }
}
