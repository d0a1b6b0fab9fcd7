//! The signing wizard: the image, the exact bytes, the key, the passphrase, the signature verified
//! here, the upload, and the attestor's own word.

use crate::shell::field::SecretField;
use crate::shell::offset::Offset;
use crate::shell::report::Report;
use domain::attestation;
use domain::image::{Digest, ImageRef};
use domain::name::{AttestorName, NoteName};

/// The pages, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The exact bytes that will be signed.
    Payload,
    Key,
    Passphrase,
    /// What was signed, and that it verifies here.
    Signature,
    /// What will be uploaded.
    Upload,
    /// What the attestor says.
    Verdict,
}

impl Stage {
    pub const ALL: [Self; 6] =
        [Self::Payload, Self::Key, Self::Passphrase, Self::Signature, Self::Upload, Self::Verdict];

    pub fn title(self) -> &'static str {
        match self {
            Self::Payload => "payload",
            Self::Key => "key",
            Self::Passphrase => "passphrase",
            Self::Signature => "signature",
            Self::Upload => "upload",
            Self::Verdict => "verdict",
        }
    }
}

/// Who will vouch: the attestor and what its occurrences need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    pub attestor: AttestorName,
    pub note: NoteName,
    /// The ids of the keys that it trusts.
    pub key_ids: Vec<String>,
}

#[derive(Debug)]
pub struct Wizard {
    pub stage: Stage,
    /// The image to sign, by digest.
    pub image: ImageRef,
    pub payload: Vec<u8>,
    /// Who vouches; without one it signs and writes the file, and uploads nothing.
    pub voucher: Option<Voucher>,
    /// Which of the keys that can sign is chosen.
    pub key: usize,
    pub passphrase: SecretField,
    pub fingerprint: String,
    pub message: Vec<u8>,
    pub warnings: Vec<String>,
    /// The attestor's answer: `None` while it is not known, the reason where it refused.
    pub verdict: Option<Result<(), String>>,
    /// Work is under way.
    pub busy: bool,
    pub error: Option<Report>,
    pub scroll: Offset,
}

impl Wizard {
    pub fn new(image: &ImageRef, digest: &Digest, voucher: Option<Voucher>) -> Self {
        Self {
            stage: Stage::Payload,
            payload: attestation::payload(image, digest),
            image: image.with_digest(digest),
            voucher,
            key: 0,
            passphrase: SecretField::default(),
            fingerprint: String::new(),
            message: Vec::new(),
            warnings: Vec::new(),
            verdict: None,
            busy: false,
            error: None,
            scroll: Offset::default(),
        }
    }

    /// Goes one page back; what was made stays. Nothing can be taken back after the upload.
    pub fn back(&mut self) {
        if self.busy {
            return;
        }
        self.error = None;
        self.scroll = Offset::default();
        self.stage = match self.stage {
            Stage::Payload | Stage::Key => Stage::Payload,
            Stage::Passphrase => Stage::Key,
            Stage::Signature => Stage::Passphrase,
            Stage::Upload => Stage::Signature,
            Stage::Verdict => Stage::Verdict,
        };
    }

    /// Whether the attestor trusts the key that signed.
    pub fn key_is_trusted(&self) -> bool {
        self.voucher.as_ref().is_some_and(|v| v.key_ids.contains(&self.fingerprint))
    }
}
