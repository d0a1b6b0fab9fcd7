//! Every way in which an attestation fails has a first failed check of its own, with what was found
//! (`docs/binary-authorization.md`, "Verification").

use std::collections::BTreeSet;

use super::*;
use crate::attestation::ATTESTATION;

/// Answers what the signature's bytes name: a fault, or the message after `signed:`.
struct Named;

fn fault(name: &str) -> SignatureFault {
    let detail = || "the packet is cut off".to_owned();
    match name {
        "empty" => SignatureFault::Empty,
        "too large" => SignatureFault::TooLarge { limit: 7 },
        "message too large" => SignatureFault::MessageTooLarge { limit: 7 },
        "not openpgp" => SignatureFault::NotOpenPgp { detail: detail() },
        "detached" => SignatureFault::Detached,
        "clear-signed" => SignatureFault::ClearSigned,
        "unsigned" => SignatureFault::Unsigned,
        "encrypted" => SignatureFault::Encrypted,
        "nested" => SignatureFault::Nested,
        "wrong key" => SignatureFault::WrongKey { expected: "A".into(), found: "B".into() },
        "revoked" => {
            SignatureFault::Revoked { key: "A".into(), since: jiff::Timestamp::UNIX_EPOCH, reason: "lost".into() }
        }
        "no signing" => SignatureFault::NotSigningCapable { key: "A".into() },
        "unsupported" => SignatureFault::Unsupported { detail: "MD5".into() },
        "key unreadable" => SignatureFault::KeyUnreadable { detail: detail() },
        _ => SignatureFault::Bad,
    }
}

impl Verify for Named {
    fn verify(&self, _: &PublicKey, signature: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
        match signature.strip_prefix(b"signed:") {
            Some(message) => Ok(Verified { message: message.to_vec(), warnings: Vec::new() }),
            None => Err(fault(std::str::from_utf8(signature).unwrap_or_default())),
        }
    }
}

fn read(change: impl FnOnce(&mut Attestation)) -> Evidence {
    let mut attestation = attested(&attestor(QA), &by_digest());
    change(&mut attestation);
    found(QA, Attestations::Read(vec![attestation]))
}

fn signed(bytes: &[u8]) -> Evidence {
    read(|attestation| attestation.signatures[0].bytes = bytes.to_vec())
}

/// Both what is beside the signature and what is in it.
fn payload(text: &str) -> Evidence {
    read(|attestation| {
        attestation.payload = text.as_bytes().to_vec();
        attestation.signatures[0].bytes = [b"signed:", text.as_bytes()].concat();
    })
}

fn keyless() -> Evidence {
    let attestor = Attestor { keys: Vec::new(), ..attestor(QA) };
    evidence(QA, AttestorEvidence::Found { attestor, attestations: Attestations::Read(Vec::new()) })
}

/// A cause, and what is known then.
fn causes() -> Vec<(&'static str, Evidence)> {
    let other = || attested(&attestor(QA), &format!("gcr.io/p/app@sha256:{}", HEX.replace('3', "4")));
    let denied = Attestations::NotPermitted { service_account: "agent@x".to_owned(), readable: Vec::new() };
    let mut causes = vec![
        ("no such attestor", evidence(QA, AttestorEvidence::NotFound)),
        ("nothing known to be attested", none_attested()),
        ("no keys", keyless()),
        ("the note may not be read", found(QA, denied)),
        ("the note is gone", found(QA, Attestations::NoteMissing)),
        ("another digest was attested", found(QA, Attestations::Read(vec![other()]))),
        ("another note", read(|a| a.note = "projects/p/notes/other".parse().unwrap())),
        ("another kind", read(|a| a.kind = "VULNERABILITY".into())),
        ("no signature", read(|a| a.signatures.clear())),
        (
            "only web tokens",
            read(|a| {
                a.signatures.clear();
                a.jwts = 1;
            }),
        ),
        ("an unknown key id", read(|a| a.signatures[0].public_key_id = "alice@example.com".into())),
        ("a key id in lower case", read(|a| a.signatures[0].public_key_id = KEY.to_lowercase())),
        ("a short key id", read(|a| a.signatures[0].public_key_id = "89ABCDEF01234567".into())),
        ("a key id with a prefix", read(|a| a.signatures[0].public_key_id = format!("0x{KEY}"))),
        ("a key id with blanks", read(|a| a.signatures[0].public_key_id = format!("{KEY} "))),
        ("another message", signed(b"signed:{}")),
        ("the payload laid out anew", read(|a| a.payload.retain(|byte| *byte != b' '))),
        ("line ends of another system", read(|a| a.payload.push(b'\n'))),
        ("no JSON", payload("not json")),
        ("another digest in the payload", payload(&other_payload())),
        ("no digest in the payload", payload("{\"critical\": {\"image\": {}}}")),
    ];
    let faults = [
        "empty",
        "too large",
        "message too large",
        "not openpgp",
        "detached",
        "clear-signed",
        "unsigned",
        "encrypted",
        "nested",
        "wrong key",
        "revoked",
        "no signing",
        "unsupported",
        "key unreadable",
        "bad",
    ];
    causes.extend(faults.map(|name| (name, signed(name.as_bytes()))));
    causes
}

fn other_payload() -> String {
    let image: ImageRef = format!("gcr.io/p/app@sha256:{}", HEX.replace('3', "4")).parse().unwrap();
    String::from_utf8(attestation::payload(&image, image.digest().unwrap())).unwrap()
}

#[test]
fn each_cause_has_a_first_failure_of_its_own() {
    let policy = CompiledPolicy::new(&Policy::with_default(require(&[QA])), &SystemPolicy::of_sandbox());
    let mut seen = BTreeSet::new();
    for (cause, evidence) in causes() {
        let decision = evaluate(&policy, &pod(&[&by_digest()]), &evidence, &Named);
        assert_eq!(decision.outcome, Outcome::Deny, "{cause}");
        let first = decision.trace.first_failure().unwrap();
        assert!(first.words().found.is_some(), "{cause}: {first:?}");
        assert!(seen.insert(first.text()), "{cause} looks like another: {}", first.text());
    }
    assert!(seen.len() >= 30, "{}", seen.len());
    // And those that are not about an attestation.
    let by_tag = evaluate(&policy, &pod(&["gcr.io/p/app:1"]), &none_attested(), &Named);
    assert!(seen.insert(by_tag.trace.first_failure().unwrap().text()));
    let deny = CompiledPolicy::new(&Policy::with_default(always_deny()), &SystemPolicy::of_sandbox());
    let denied = evaluate(&deny, &pod(&[&by_digest()]), &none_attested(), &Named);
    assert!(seen.insert(denied.trace.first_failure().unwrap().text()));
}

#[test]
fn what_is_expected_stands_beside_what_was_found() {
    let first = |evidence: Evidence| {
        let policy = CompiledPolicy::new(&Policy::with_default(require(&[QA])), &SystemPolicy::of_sandbox());
        let decision = evaluate(&policy, &pod(&[&by_digest()]), &evidence, &Named);
        let words = decision.trace.first_failure().unwrap().words();
        (words.expected.unwrap_or_default().into_owned(), words.found.unwrap_or_default().into_owned())
    };
    let note = read(|a| a.note = "projects/p/notes/other".parse().unwrap());
    assert_eq!(first(note), ("projects/p/notes/qa-note".into(), "projects/p/notes/other".into()));
    let kind = read(|a| a.kind = "BUILD".into());
    assert_eq!(first(kind), (ATTESTATION.into(), "BUILD".into()));
    let (expected, found) = first(payload(&other_payload()));
    assert_eq!((expected, found), (format!("sha256:{HEX}"), format!("sha256:{}", HEX.replace('3', "4"))));
}
