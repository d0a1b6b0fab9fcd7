//! Why an attestation does not vouch for an image: each way of its own, with expected and found.

use super::payload::PayloadError;
use super::{ATTESTATION, SignatureFault};
use crate::image::Digest;
use crate::name::NoteName;
use crate::text::clip;

/// The first check that an attestation failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestationFault {
    #[error("it is on note {found}, and the attestor reads {expected}")]
    OtherNote { expected: NoteName, found: NoteName },
    #[error("it is of kind {found:?}, expected {ATTESTATION}")]
    OtherKind { found: String },
    #[error("it is for {}, expected a resource with {expected}", clip(found))]
    OtherResource { expected: Digest, found: String },
    #[error("it carries no signature")]
    Unsigned,
    #[error("it carries only JSON web tokens ({count}), which Binary Authorization does not verify")]
    OnlyJwts { count: usize },
    #[error("its key id {found:?} is no key of the attestor{}", near(near_miss.as_ref()))]
    UnknownKey {
        found: String,
        /// The ids of the attestor's keys.
        known: Vec<String>,
        near_miss: Option<KeyIdMiss>,
    },
    #[error("its signature by key {key} does not hold: {fault}")]
    Signature { key: String, fault: SignatureFault },
    #[error("the signed message is not the payload beside it: {0}")]
    OtherMessage(Difference),
    #[error("{0}")]
    Payload(PayloadError),
    #[error("its payload names {}, expected {expected}", found.as_deref().map_or("no digest".to_owned(), clip))]
    OtherDigest { expected: Digest, found: Option<String> },
}

/// The checks of one attestation, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    Note,
    Kind,
    Resource,
    Signed,
    KeyId,
    Signature,
    Message,
    Payload,
    Digest,
}

impl Stage {
    /// The stages of the occurrence as a whole, before its signatures are looked at.
    pub const OCCURRENCE: [Self; 4] = [Self::Note, Self::Kind, Self::Resource, Self::Signed];
    /// The stages of each signature.
    pub const SIGNATURE: [Self; 5] = [Self::KeyId, Self::Signature, Self::Message, Self::Payload, Self::Digest];

    /// What is checked, in a few words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Kind => "kind",
            Self::Resource => "resource",
            Self::Signed => "signatures",
            Self::KeyId => "key id is one of the attestor's keys",
            Self::Signature => "signature",
            Self::Message => "signed message is the payload",
            Self::Payload => "payload is JSON",
            Self::Digest => "critical.image.docker-manifest-digest",
        }
    }
}

impl AttestationFault {
    /// The check that failed.
    pub fn stage(&self) -> Stage {
        match self {
            Self::OtherNote { .. } => Stage::Note,
            Self::OtherKind { .. } => Stage::Kind,
            Self::OtherResource { .. } => Stage::Resource,
            Self::Unsigned | Self::OnlyJwts { .. } => Stage::Signed,
            Self::UnknownKey { .. } => Stage::KeyId,
            Self::Signature { .. } => Stage::Signature,
            Self::OtherMessage(_) => Stage::Message,
            Self::Payload(_) => Stage::Payload,
            Self::OtherDigest { .. } => Stage::Digest,
        }
    }

    /// What was needed and what was there, where they can be put side by side.
    pub fn expected_and_found(&self) -> (Option<String>, String) {
        match self {
            Self::OtherNote { expected, found } => (Some(expected.to_string()), found.to_string()),
            Self::OtherKind { found } => (Some(ATTESTATION.to_owned()), clip(found)),
            Self::OtherResource { expected, found } => (Some(format!("…{expected}")), clip(found)),
            Self::Unsigned => (Some("at least one".to_owned()), "none".to_owned()),
            Self::OnlyJwts { count } => {
                (Some("at least one".to_owned()), format!("none, and {count} JSON web tokens, which are not verified"))
            }
            Self::UnknownKey { found, known, near_miss } => {
                let known =
                    if known.is_empty() { "a key (the attestor has none)".to_owned() } else { known.join(" or ") };
                (Some(known), format!("{}{}", clip(found), near(near_miss.as_ref())))
            }
            Self::Signature { fault, .. } => (None, fault.to_string()),
            Self::OtherMessage(difference) => (None, difference.to_string()),
            Self::Payload(error) => (None, error.to_string()),
            Self::OtherDigest { expected, found } => {
                (Some(expected.to_string()), found.as_deref().map_or_else(|| "no such field".to_owned(), clip))
            }
        }
    }

    /// What the service would say to `validateAttestationOccurrence` (R5, R4, otherwise R1 of
    /// `docs/binary-authorization.md`, "Attestation reasons"). The service's own texts are not
    /// published.
    pub fn denial_reason(&self) -> String {
        match self {
            Self::UnknownKey { found, .. } => format!(
                "Attestation(s) found, but could not be verified. Errors which are not specific to any key follow. \
                 No key found for attestation with key id '{}'",
                clip(found)
            ),
            Self::Payload(PayloadError::NotJson { line, column, .. }) => format!(
                "Signature verified, but unexpected message was signed: * Line {line}, Column {column}\n  \
                 Syntax error: value, object or array expected."
            ),
            _ => NO_VALID_ATTESTATION.to_owned(),
        }
    }
}

/// The reason behind which almost every fault hides: R1 of `docs/binary-authorization.md`, "Attestation
/// reasons".
pub const NO_VALID_ATTESTATION: &str =
    "No attestations found that were valid and signed by a key trusted by the attestor";

/// A key id that was probably meant, and how the one that stands there differs from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIdMiss {
    pub meant: String,
    pub how: KeyIdSlip,
}

/// How people get a key id wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyIdSlip {
    Case,
    WhiteSpace,
    /// `0x`, `openpgp4fpr:`, `gcpkms://` or `//cloudkms.googleapis.com/v1/` in front of one of the two.
    Prefix,
    /// The last 8 or 16 digits of the fingerprint.
    Short,
}

impl KeyIdSlip {
    fn text(self) -> &'static str {
        match self {
            Self::Case => "differs only in upper and lower case from",
            Self::WhiteSpace => "differs only in white space from",
            Self::Prefix => "differs only in its prefix from",
            Self::Short => "is the short form of",
        }
    }
}

fn near(miss: Option<&KeyIdMiss>) -> String {
    miss.map(|miss| format!(", which {} {}", miss.how.text(), miss.meant)).unwrap_or_default()
}

/// The key that `found` probably means. Ids are compared exactly (`resources.proto`), so each of
/// these is a failure; it is the explanation that differs.
pub(super) fn near_miss<'k>(found: &str, known: impl IntoIterator<Item = &'k str>) -> Option<KeyIdMiss> {
    let slip = |id: &str| Some(KeyIdMiss { meant: id.to_owned(), how: slip(found, id)? });
    known.into_iter().filter_map(slip).min_by_key(|miss| miss.how as u8)
}

fn slip(found: &str, id: &str) -> Option<KeyIdSlip> {
    let bare = |text: &str| -> String { text.split_whitespace().collect() };
    let (found, id) =
        if bare(found) == bare(id) { return Some(KeyIdSlip::WhiteSpace) } else { (bare(found), bare(id)) };
    if found.is_empty() || id.is_empty() {
        return None;
    }
    if found.eq_ignore_ascii_case(&id) {
        return Some(KeyIdSlip::Case);
    }
    let (found, id) = (without_prefix(&found).to_ascii_uppercase(), without_prefix(&id).to_ascii_uppercase());
    if found == id {
        Some(KeyIdSlip::Prefix)
    } else if matches!(found.len(), 8 | 16) && id.len() == 40 && id.ends_with(&found) {
        Some(KeyIdSlip::Short)
    } else {
        None
    }
}

fn without_prefix(id: &str) -> &str {
    const PREFIXES: [&str; 6] =
        ["0x", "0X", "openpgp4fpr:", "OPENPGP4FPR:", "gcpkms://", "//cloudkms.googleapis.com/v1/"];
    PREFIXES.into_iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id)
}

/// Where the message that was signed leaves the payload beside it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("they differ from byte {at} on ({payload} bytes beside the signature, {message} in it){}", hint(*kind))]
pub struct Difference {
    /// The place of the byte, from 0.
    pub at: usize,
    pub payload: usize,
    pub message: usize,
    pub kind: DifferenceKind,
}

/// What kind of difference it is, where it is one of the usual ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// CRLF on one side, LF on the other.
    LineEnds,
    /// One of them has line ends at its end that the other lacks.
    FinalLineEnd,
    /// The two are the same JSON in another layout.
    WhiteSpace,
    Text,
}

impl Difference {
    /// The difference between the payload beside a signature and the message in it, if any.
    pub fn find(payload: &[u8], message: &[u8]) -> Option<Self> {
        if payload == message {
            return None;
        }
        let at = payload.iter().zip(message).take_while(|(a, b)| a == b).count();
        Some(Self { at, payload: payload.len(), message: message.len(), kind: difference_kind(payload, message) })
    }
}

fn difference_kind(payload: &[u8], message: &[u8]) -> DifferenceKind {
    let without =
        |bytes: &[u8], drop: fn(u8) -> bool| -> Vec<u8> { bytes.iter().copied().filter(|b| !drop(*b)).collect() };
    let same_without = |drop| without(payload, drop) == without(message, drop);
    if payload.trim_ascii_end() == message.trim_ascii_end() {
        DifferenceKind::FinalLineEnd
    } else if same_without(|b| b == b'\r') {
        DifferenceKind::LineEnds
    } else if same_without(|b| b.is_ascii_whitespace()) {
        DifferenceKind::WhiteSpace
    } else {
        DifferenceKind::Text
    }
}

fn hint(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::LineEnds => ": only in their line ends (CRLF and LF)",
        DifferenceKind::FinalLineEnd => ": only in the line ends at the end",
        DifferenceKind::WhiteSpace => ": only in white space, so the same JSON was laid out anew",
        DifferenceKind::Text => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "0123456789ABCDEF0123456789ABCDEF01234567";

    #[rstest::rstest]
    #[case("0123456789abcdef0123456789abcdef01234567", Some(KeyIdSlip::Case))]
    #[case("0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567", Some(KeyIdSlip::WhiteSpace))]
    #[case(" 0123456789ABCDEF0123456789ABCDEF01234567\n", Some(KeyIdSlip::WhiteSpace))]
    #[case("0x0123456789ABCDEF0123456789ABCDEF01234567", Some(KeyIdSlip::Prefix))]
    #[case("openpgp4fpr:0123456789abcdef0123456789abcdef01234567", Some(KeyIdSlip::Prefix))]
    #[case("89ABCDEF01234567", Some(KeyIdSlip::Short))]
    #[case("01234567", Some(KeyIdSlip::Short))]
    #[case("alice@example.com", None)]
    #[case("", None)]
    fn slips(#[case] found: &str, #[case] how: Option<KeyIdSlip>) {
        let miss = near_miss(found, ["//other", FINGERPRINT]);
        assert_eq!(miss.as_ref().map(|miss| miss.how), how);
        assert!(miss.is_none_or(|miss| miss.meant == FINGERPRINT));
    }

    #[test]
    fn a_kms_key_without_its_prefix() {
        let id = "//cloudkms.googleapis.com/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
        let found = "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
        assert_eq!(near_miss(found, [id]).map(|miss| miss.how), Some(KeyIdSlip::Prefix));
    }

    #[rstest::rstest]
    #[case(b"{\n}\n", b"{\n}\n", None)]
    #[case(b"{\n}\n", b"{\n}", Some((3, DifferenceKind::FinalLineEnd)))]
    #[case(b"{\n}\n", b"{\r\n}\r\n", Some((1, DifferenceKind::LineEnds)))]
    #[case(b"{\"a\": 1}", b"{\"a\":1}", Some((5, DifferenceKind::WhiteSpace)))]
    #[case(b"{\"a\": 1}", b"{\"a\": 2}", Some((6, DifferenceKind::Text)))]
    fn differences(#[case] payload: &[u8], #[case] message: &[u8], #[case] expected: Option<(usize, DifferenceKind)>) {
        assert_eq!(Difference::find(payload, message).map(|d| (d.at, d.kind)), expected);
    }
}
