//! Notes, who may read them, and the attestations on them.

use countersign::domain::attestation::{ATTESTATION, Attestation, Signature};
use countersign::domain::image::Digest;
use countersign::domain::name::{NoteName, service_agent};
use countersign::wire::container_analysis::{AttestationNote, Hint, Note};
use countersign::wire::iam::OCCURRENCES_VIEWER;

use super::*;

fn note() -> NoteName {
    "projects/codelab-2018/notes/qa-note".parse().unwrap()
}

fn note_body() -> Note {
    let hint = Hint { human_readable_name: "QA".to_owned() };
    Note { attestation: Some(AttestationNote { hint }), ..Note::default() }
}

/// The digest with this number.
fn digest(number: u32) -> Digest {
    format!("sha256:{number:064x}").parse().unwrap()
}

fn attestation(number: u32, key: &str) -> Attestation {
    Attestation {
        name: String::new(),
        note: note(),
        kind: ATTESTATION.to_owned(),
        resource_uri: format!("gcr.io/codelab-2018/i@{}", digest(number)),
        payload: vec![0xfb, 0xff, 0x00],
        signatures: vec![Signature { public_key_id: key.to_owned(), bytes: vec![0xff; 400] }],
        jwts: 0,
        create_time: None,
    }
}

async fn with_note() -> Lab {
    let lab = Lab::with_project().await;
    lab.client.create_note(&note(), &note_body()).await.unwrap();
    lab
}

#[tokio::test]
async fn notes_are_made_read_listed_and_deleted() {
    let lab = with_note().await;
    let read = lab.client.note(&note()).await.unwrap();
    assert_eq!((read.name, read.kind.as_str()), (note().to_string(), ATTESTATION));
    assert_eq!(read.attestation, note_body().attestation);
    assert_eq!(lab.client.notes(&project()).await.unwrap().len(), 1);
    let error = lab.client.create_note(&note(), &note_body()).await.unwrap_err();
    assert!(error.is_conflict() && error.hint().unwrap().contains("another name"), "{error:?}");
    lab.client.delete_note(&note()).await.unwrap();
    assert!(lab.client.note(&note()).await.unwrap_err().is_not_found());
    assert!(lab.client.delete_note(&note()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn the_grant_of_the_codelab() {
    let lab = with_note().await;
    let number = lab.client.project(&project()).await.unwrap().project_number;
    let member = format!("serviceAccount:{}", service_agent(&number));
    assert!(!lab.client.note_iam(&note()).await.unwrap().grants(OCCURRENCES_VIEWER, &member));
    let other = lab.client.grant_on_note(&note(), "roles/viewer", "user:ann@example.com").await.unwrap();
    assert!(other.etag.is_some());
    lab.client.grant_on_note(&note(), OCCURRENCES_VIEWER, &member).await.unwrap();
    let policy = lab.client.note_iam(&note()).await.unwrap();
    assert!(policy.grants(OCCURRENCES_VIEWER, &member) && policy.grants("roles/viewer", "user:ann@example.com"));
    // What was read before is stale now.
    let error = lab.client.set_note_iam(&note(), other).await.unwrap_err();
    assert!(error.is_conflict(), "{error:?}");
}

#[tokio::test]
async fn an_attestation_comes_back_as_it_was_given() {
    let lab = with_note().await;
    let given = attestation(1, "KEY");
    let stored = lab.client.create_attestation(&project(), &given).await.unwrap();
    assert!(stored.name.starts_with("projects/codelab-2018/occurrences/") && stored.create_time.is_some());
    let expected = Attestation { name: stored.name.clone(), create_time: stored.create_time.clone(), ..given.clone() };
    assert_eq!(stored, expected);
    for found in [Some(digest(1)), None] {
        assert_eq!(lab.client.attestations(&note(), found.as_ref()).await.unwrap(), std::slice::from_ref(&stored));
    }
    assert!(lab.client.attestations(&note(), Some(&digest(2))).await.unwrap().is_empty());
    let error = lab.client.create_attestation(&project(), &given).await.unwrap_err();
    assert!(error.is_conflict(), "{error:?}");
    lab.client.delete_occurrence(&stored.name).await.unwrap();
    assert!(lab.client.attestations(&note(), None).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_attestation_needs_its_note() {
    let lab = Lab::with_project().await;
    assert!(lab.client.create_attestation(&project(), &attestation(1, "KEY")).await.unwrap_err().is_not_found());
    assert!(lab.client.attestations(&note(), None).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_list_by_digest_is_as_small_as_what_it_finds() {
    // Several pages; of 100,000 one is found in some milliseconds, too.
    const MANY: u32 = 3500;
    let lab = with_note().await;
    let all: Vec<Attestation> = (0..MANY).map(|number| attestation(number, "KEY")).collect();
    let stored = lab.client.create_attestations(&project(), &all).await.unwrap();
    let last = lab.client.exchanges().last().unwrap().id;
    for number in [0, MANY / 2, MANY - 1] {
        let found = lab.client.attestations(&note(), Some(&digest(number))).await.unwrap();
        assert_eq!(found, std::slice::from_ref(&stored[number as usize]));
    }
    let exchanges = lab.client.exchanges_after(last);
    assert_eq!(exchanges.len(), 3);
    assert!(exchanges.iter().all(|exchange| exchange.response_bytes < 2000), "{exchanges:?}");

    let mut page = None;
    let mut sizes = Vec::new();
    loop {
        let (found, next) = lab.client.attestations_page(&note(), None, page.as_deref()).await.unwrap();
        sizes.push(found.len());
        page = next;
        if page.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [1000, 1000, 1000, 500]);
    assert_eq!(lab.client.attestations(&note(), None).await.unwrap(), stored);
}

#[tokio::test]
async fn those_of_other_digests_of_a_repository_are_found_however_it_is_written() {
    let lab = with_note().await;
    let uris = [
        format!("gcr.io/codelab-2018/i@{}", digest(1)),
        format!("https://gcr.io/codelab-2018/i@{}", digest(2)),
        format!("gcr.io/codelab-2018/i-other@{}", digest(3)),
        format!("us.gcr.io/codelab-2018/i@{}", digest(4)),
    ];
    for uri in &uris {
        let new = Attestation { resource_uri: uri.clone(), ..attestation(1, "k") };
        lab.client.create_attestation(&project(), &new).await.unwrap();
    }
    let found = lab.client.attestations_of_repository(&note(), "gcr.io/codelab-2018/i").await.unwrap();
    let found: Vec<&str> = found.iter().map(|attestation| attestation.resource_uri.as_str()).collect();
    assert_eq!(found, [uris[0].as_str(), uris[1].as_str()]);
}
