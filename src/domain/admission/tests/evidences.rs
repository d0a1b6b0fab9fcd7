//! Attestors, and what is known of them.

use super::*;

fn ask_for(evidence: &Evidence) -> Decision {
    ask(&Policy::with_default(require(&[QA])), &pod(&[&by_digest()]), evidence)
}

#[test]
fn a_valid_attestation_of_the_same_digest_anywhere_is_enough() {
    let elsewhere = format!("other.io/copy@sha256:{HEX}");
    let attestation = attested(&attestor(QA), &elsewhere);
    assert_eq!(ask_for(&found(QA, Attestations::Read(vec![attestation]))).outcome, Outcome::Admit);
}

#[test]
fn one_of_several_attestations_is_enough() {
    let good = attested(&attestor(QA), &by_digest());
    let bad = Attestation { signatures: Vec::new(), ..good.clone() };
    let list = vec![bad.clone(), good, bad];
    assert_eq!(ask_for(&found(QA, Attestations::Read(list))).outcome, Outcome::Admit);
}

#[test]
fn an_assumed_attestation_needs_a_digest_all_the_same() {
    let evidence = Evidence { assumed: [QA.parse().unwrap()].into(), ..Evidence::default() };
    assert_eq!(ask_for(&evidence).outcome, Outcome::Admit);
    let by_tag = ask(&Policy::with_default(require(&[QA])), &pod(&["nginx:1"]), &evidence);
    assert_eq!(by_tag.images[0].attestors[0].fault, Some(AttestorFault::NoDigest));
}

#[rstest]
#[case::assumed_none(none_attested(), AttestorFault::NoAttestations)]
#[case::no_attestor(evidence(QA, AttestorEvidence::NotFound), AttestorFault::NotFound)]
#[case::none(found(QA, Attestations::Read(Vec::new())), AttestorFault::NoAttestations)]
#[case::no_note(
    found(QA, Attestations::NoteMissing),
    AttestorFault::NoteMissing("projects/p/notes/qa-note".parse().unwrap())
)]
#[case::no_grant(
    found(QA, Attestations::NotPermitted { service_account: "agent@x".to_owned(), readable: Vec::new() }),
    AttestorFault::NotPermitted {
        service_account: "agent@x".to_owned(),
        note: "projects/p/notes/qa-note".parse().unwrap(),
    }
)]
fn denied_with_the_words_for_no_attestations(#[case] evidence: Evidence, #[case] fault: AttestorFault) {
    let decision = ask_for(&evidence);
    assert_eq!(decision.outcome, Outcome::Deny);
    assert_eq!(decision.images[0].attestors[0].fault, Some(fault));
    assert!(
        decision
            .message
            .ends_with(": No attestations found that were valid and signed by a key trusted by the attestor")
    );
}

#[test]
fn an_attestor_without_keys_attests_nothing() {
    let attestor = Attestor { keys: Vec::new(), ..attestor(QA) };
    let attestations = Attestations::Read(vec![attested(&attestor, &by_digest())]);
    let decision = ask_for(&evidence(QA, AttestorEvidence::Found { attestor, attestations }));
    assert_eq!(decision.images[0].attestors[0].fault, Some(AttestorFault::NoKeys));
}

#[test]
fn an_attestation_that_does_not_count_says_why() {
    let attestation = Attestation { kind: "VULNERABILITY".to_owned(), ..attested(&attestor(QA), &by_digest()) };
    let decision = ask_for(&found(QA, Attestations::Read(vec![attestation])));
    let fault = attestation::AttestationFault::OtherKind { found: "VULNERABILITY".to_owned() };
    assert_eq!(decision.images[0].attestors[0].fault, Some(AttestorFault::NoneValid(vec![fault])));
}

#[rstest]
#[case::not_looked_at(Evidence::default())]
#[case::unknown(evidence(QA, AttestorEvidence::Unknown("the service did not answer".to_owned())))]
#[case::attestations_unknown(found(QA, Attestations::Unknown("the service did not answer".to_owned())))]
fn what_is_not_known_decides_nothing(#[case] evidence: Evidence) {
    let decision = ask_for(&evidence);
    assert_eq!((decision.outcome, decision.message.as_str()), (Outcome::Undecided, ""));
    assert_eq!(decision.images[0].outcome, ImageOutcome::Undecided);
    assert_eq!(decision.images[0].attestors[0].satisfied, None);
}

#[test]
fn an_attestor_that_denies_outweighs_one_that_is_not_known() {
    let rule = require(&["projects/p/attestors/unknown", QA]);
    let decision = ask(&Policy::with_default(rule), &pod(&[&by_digest()]), &none_attested());
    assert_eq!(decision.outcome, Outcome::Deny);
    assert!(!decision.message.contains("unknown"), "{}", decision.message);
}

#[test]
fn an_image_that_is_denied_outweighs_one_that_is_not_known() {
    let decision = ask(&Policy::with_default(require(&[QA])), &pod(&[&by_digest(), "nginx:1"]), &Evidence::default());
    assert_eq!(decision.outcome, Outcome::Deny);
}

#[test]
fn every_attestor_is_asked() {
    let rule = require(&["projects/p/attestors/a", "projects/p/attestors/b", "not a name"]);
    let decision = ask(&Policy::with_default(rule), &pod(&["nginx:1"]), &Evidence::default());
    let names: Vec<_> = decision.images[0].attestors.iter().map(|attestor| attestor.name.as_str()).collect();
    assert_eq!(names, ["projects/p/attestors/a", "projects/p/attestors/b", "not a name"]);
}
