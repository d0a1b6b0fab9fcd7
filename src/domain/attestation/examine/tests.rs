use rstest::rstest;

use super::*;
use crate::admission::attestation_check;
use crate::admission::check::{AttestationCheck, StageResult};
use crate::admission::trace::{Status, Trace};
use crate::attestation::{KeyIdSlip, PAYLOAD_TYPE, PayloadError, SignatureFault, Stage, payload};
use crate::attestor::KeyMaterial;
use crate::image::ImageRef;

const HEX: &str = "37e5287945774f27b418ce567cd77f4bbc9ef44a1bcd1a2312369f31f9cce567";
const KEY: &str = "0123456789ABCDEF0123456789ABCDEF01234567";
const OTHER_KEY: &str = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";

/// Takes a signature that is the key's comment, a colon and the message.
struct Plain;

impl Verify for Plain {
    fn verify(&self, key: &PublicKey, signature: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        let prefix = format!("{}:", key.comment);
        let message = signature.strip_prefix(prefix.as_bytes()).ok_or(SignatureFault::Bad)?;
        Ok(Verified { message: message.to_vec(), warnings: vec!["the key has expired".to_owned()] })
    }
}

fn key(id: &str, comment: &str) -> PublicKey {
    PublicKey { id: id.to_owned(), comment: comment.to_owned(), material: KeyMaterial::Pgp { armor: String::new() } }
}

fn attestor() -> Attestor {
    Attestor {
        name: "projects/p/attestors/qa".parse().unwrap(),
        description: String::new(),
        note: "projects/p/notes/qa".parse().unwrap(),
        keys: vec![key(OTHER_KEY, "other"), key(KEY, "old"), key(KEY, "qa")],
        service_account_email: None,
        update_time: None,
        etag: None,
    }
}

fn digest() -> Digest {
    format!("sha256:{HEX}").parse().unwrap()
}

fn standard_payload() -> Vec<u8> {
    let image: ImageRef = format!("gcr.io/p/app@sha256:{HEX}").parse().unwrap();
    payload(&image, &digest())
}

fn signed(id: &str, comment: &str, message: &[u8]) -> Signature {
    Signature { public_key_id: id.to_owned(), bytes: [comment.as_bytes(), b":", message].concat() }
}

fn attestation(payload: &[u8]) -> Attestation {
    Attestation {
        name: "projects/p/occurrences/1".to_owned(),
        note: "projects/p/notes/qa".parse().unwrap(),
        kind: ATTESTATION.to_owned(),
        resource_uri: format!("gcr.io/p/app@sha256:{HEX}"),
        payload: payload.to_vec(),
        signatures: vec![signed(KEY, "qa", payload)],
        jwts: 0,
        create_time: None,
    }
}

fn good() -> Attestation {
    attestation(&standard_payload())
}

fn ask(attestation: &Attestation) -> Result<Accepted, AttestationFault> {
    let result = check(attestation, &attestor(), &digest(), &Plain);
    let trace = attestation_check(attestation, &examine(attestation, &attestor(), &digest(), &Plain));
    assert_eq!(trace.status, if result.is_ok() { Status::Pass } else { Status::Fail });
    if let (Err(fault), 0..=1) = (&result, attestation.signatures.len()) {
        let failed = trace.first_failure().unwrap();
        let result = StageResult::Failed(Box::new(fault.clone()));
        assert_eq!(failed.kind, AttestationCheck::Stage { stage: fault.stage(), result }.into());
        let words = failed.words();
        assert_eq!(words.label, fault.stage().label());
        assert_eq!(words.found.as_deref(), Some(fault.expected_and_found().1.as_str()));
    }
    result
}

#[rstest]
#[case::bare(format!("gcr.io/p/app@sha256:{HEX}"))]
#[case::https(format!("https://gcr.io/p/app@sha256:{HEX}"))]
#[case::a_copy(format!("https://elsewhere.io/copy@sha256:{HEX}"))]
fn accepted_whatever_is_before_the_digest(#[case] resource_uri: String) {
    let accepted = ask(&Attestation { resource_uri, ..good() }).unwrap();
    assert_eq!(accepted.key, KEY);
    assert_eq!(accepted.warnings, ["the key has expired"]);
}

#[test]
fn without_a_payload_beside_it_the_signed_message_counts() {
    let attestation = Attestation { payload: Vec::new(), ..good() };
    assert!(ask(&attestation).is_ok());
}

#[test]
fn another_layout_type_and_repository_do_no_harm() {
    let text = format!(
        r#"{{"critical":{{"identity":{{"docker-reference":"elsewhere.io/x"}},"image":{{"docker-manifest-digest":"sha256:{HEX}"}},"type":"cosign container image signature"}},"optional":null}}"#
    );
    let attestation = attestation(text.as_bytes());
    assert!(ask(&attestation).is_ok());
    let check = attestation_check(&attestation, &examine(&attestation, &attestor(), &digest(), &Plain));
    let text = Trace { checks: vec![check] }.to_string();
    assert!(text.contains("· note    docker-reference, which decides nothing: elsewhere.io/x"), "{text}");
    let expected = format!("type, which decides nothing: cosign container image signature; expected {PAYLOAD_TYPE}");
    assert!(text.contains(&expected), "{text}");
}

#[rstest]
#[case::note(
    Attestation { note: "projects/p/notes/dev".parse().unwrap(), kind: "X".to_owned(), ..good() },
    "it is on note projects/p/notes/dev, and the attestor reads projects/p/notes/qa"
)]
#[case::kind(Attestation { kind: "VULNERABILITY".to_owned(), ..good() }, "it is of kind \"VULNERABILITY\", expected ATTESTATION")]
#[case::tag(
    Attestation { resource_uri: "gcr.io/p/app:v1".to_owned(), ..good() },
    &format!("it is for gcr.io/p/app:v1, expected a resource with sha256:{HEX}")
)]
#[case::unsigned(Attestation { signatures: Vec::new(), ..good() }, "it carries no signature")]
#[case::jwts(
    Attestation { signatures: Vec::new(), jwts: 2, ..good() },
    "it carries only JSON web tokens (2), which Binary Authorization does not verify"
)]
#[case::key_id(
    Attestation { signatures: vec![signed("qa@example.com", "qa", b"x")], ..good() },
    "its key id \"qa@example.com\" is no key of the attestor"
)]
#[case::signature(
    Attestation { signatures: vec![signed(KEY, "dev", &standard_payload())], ..good() },
    &format!("its signature by key {KEY} does not hold: the signature does not match the message: it was changed after \
              signing, or made by another key")
)]
#[case::message(
    Attestation { payload: b"{}".to_vec(), signatures: vec![signed(KEY, "qa", b"{}\n")], ..good() },
    "the signed message is not the payload beside it: they differ from byte 2 on (2 bytes beside the signature, 3 in \
     it): only in the line ends at the end"
)]
#[case::not_json(attestation(b"hello"), "the payload is not JSON: line 1, column 1: expected value")]
#[case::no_digest(attestation(b"{}"), &format!("its payload names no digest, expected sha256:{HEX}"))]
#[case::other_digest(
    attestation(String::from_utf8(standard_payload()).unwrap().replace(HEX, &"0".repeat(64)).as_bytes()),
    &format!("its payload names sha256:{}, expected sha256:{HEX}", "0".repeat(64))
)]
fn refused_for_a_reason_of_its_own(#[case] attestation: Attestation, #[case] text: &str) {
    assert_eq!(ask(&attestation).unwrap_err().to_string(), text);
}

#[test]
fn a_key_id_that_almost_fits_is_still_refused_and_explained() {
    let signatures = vec![signed(&KEY.to_lowercase(), "qa", &standard_payload())];
    let fault = ask(&Attestation { signatures, ..good() }).unwrap_err();
    let AttestationFault::UnknownKey { near_miss: Some(miss), known, .. } = fault else { panic!("{fault:?}") };
    assert_eq!((miss.meant.as_str(), miss.how, known.len()), (KEY, KeyIdSlip::Case, 3));
}

#[test]
fn one_signature_that_holds_is_enough_and_ends_it() {
    let message = standard_payload();
    let signatures = vec![signed("x", "qa", &message), signed(KEY, "qa", &message), signed(KEY, "bad", &message)];
    let attestation = Attestation { signatures, ..good() };
    assert!(ask(&attestation).is_ok());
    let statuses: Vec<_> = attestation_check(&attestation, &examine(&attestation, &attestor(), &digest(), &Plain))
        .children
        .iter()
        .skip(Stage::OCCURRENCE.len())
        .map(|check| check.status)
        .collect();
    assert_eq!(statuses, [Status::Fail, Status::Pass, Status::Skipped]);
}

#[test]
fn of_several_signatures_the_fault_that_came_furthest_is_told() {
    let message = standard_payload();
    let signatures = vec![signed("x", "qa", &message), signed(KEY, "bad", &message), signed("y", "qa", &message)];
    let fault = ask(&Attestation { signatures, ..good() }).unwrap_err();
    assert_eq!(fault.stage(), Stage::Signature);
}

#[rstest]
#[case::r1(Attestation { kind: String::new(), ..good() }, "No attestations found that were valid and signed by a key trusted by the attestor")]
#[case::r4(
    attestation(b"hello"),
    "Signature verified, but unexpected message was signed: * Line 1, Column 1\n  Syntax error: value, object or array \
     expected."
)]
#[case::r5(
    Attestation { signatures: vec![signed("qa@example.com", "qa", b"x")], ..good() },
    "Attestation(s) found, but could not be verified. Errors which are not specific to any key follow. No key found \
     for attestation with key id 'qa@example.com'"
)]
fn the_services_words(#[case] attestation: Attestation, #[case] text: &str) {
    assert_eq!(ask(&attestation).unwrap_err().denial_reason(), text);
}

#[test]
fn a_payload_that_is_too_large_is_not_read() {
    let large = vec![b' '; crate::attestation::PAYLOAD_LIMIT + 1];
    assert_eq!(
        ask(&attestation(&large)),
        Err(AttestationFault::Payload(PayloadError::TooLarge { found: large.len() }))
    );
}
