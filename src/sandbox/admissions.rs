//! What the admissions of one transaction may cost, and what they have found out: a Deployment of five hundred pods
//! asks about one image, whose evidence is read and whose signatures are verified once.
//!
//! May use `store` and the core.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use aws_lc_rs::digest::{Context, SHA256};

use crate::store::StoreError;
use domain::admission::{CompiledPolicy, Evidence};
use domain::attestation::{SignatureFault, Verified, Verify};
use domain::attestor::{KeyMaterial, PublicKey};
use domain::image::Digest;
use domain::policy::Policy;
use jiff::Timestamp;
use signing::openpgp::Verifier;

/// The most bytes of evidence that are read: attestors, and attestations with their signatures.
const MOST_BYTES: usize = 32 << 20;

/// What an attestor costs beside its own length: several questions to the store.
pub(crate) const ATTESTOR_BYTES: usize = 8 << 10;

/// The most signatures that are checked, each with each key that could have made it: some seconds of work.
const MOST_CHECKS: usize = 10_000;

/// Looking up whether a signature was checked reads it, its key and what it signs: so many bytes of them, in all, take
/// the time of one check.
const CHECK_BYTES: usize = 16 << 10;

/// A policy, and the same made ready for decisions.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) policy: Policy,
    pub(crate) compiled: CompiledPolicy,
}

/// Admissions of one transaction.
#[derive(Debug)]
pub(crate) struct Admissions {
    bytes_left: Cell<usize>,
    checks_left: Cell<usize>,
    /// What has been read to look up checks, as far as no check was counted for it yet.
    looked_up: Cell<usize>,
    verifier: Verifier,
    checked: RefCell<HashMap<Vec<u8>, Result<Verified, SignatureFault>>>,
    pub(crate) policy: RefCell<Option<Rc<Prepared>>>,
    pub(crate) evidence: RefCell<HashMap<Vec<Digest>, Rc<Evidence>>>,
}

impl Default for Admissions {
    fn default() -> Self {
        Self {
            bytes_left: Cell::new(MOST_BYTES),
            checks_left: Cell::new(MOST_CHECKS),
            looked_up: Cell::new(0),
            verifier: Verifier::new(),
            checked: RefCell::default(),
            policy: RefCell::default(),
            evidence: RefCell::default(),
        }
    }
}

impl Admissions {
    /// What may still be read.
    pub(crate) fn bytes_left(&self) -> usize {
        self.bytes_left.get()
    }

    /// Counts what is read.
    pub(crate) fn read(&self, bytes: usize) -> Result<(), StoreError> {
        let left = self.bytes_left.get().checked_sub(bytes).ok_or_else(too_much)?;
        self.bytes_left.set(left);
        Ok(())
    }

    /// Fails where signatures were left unchecked: a decision without them would be a guess.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        if self.checks_left.get() == 0 { Err(too_much()) } else { Ok(()) }
    }

    /// Counts checks; says whether there are any left.
    fn spend(&self, checks: usize) -> bool {
        self.checks_left.set(self.checks_left.get().saturating_sub(checks));
        self.checks_left.get() > 0
    }

    fn once(
        &self,
        key: &PublicKey,
        signature: &[u8],
        payload: &[u8],
        at: Option<Timestamp>,
        verify: impl FnOnce() -> Result<Verified, SignatureFault>,
    ) -> Result<Verified, SignatureFault> {
        // What is answered after the last check decides nothing: `settle` fails.
        let exhausted = || Err(SignatureFault::Unsigned);
        let bytes = self.looked_up.get() + key.id.len() + material(key).len() + signature.len() + payload.len();
        self.looked_up.set(bytes % CHECK_BYTES);
        if !self.spend(bytes / CHECK_BYTES) {
            return exhausted();
        }
        let name = name_of(key, signature, payload, at);
        if let Some(known) = self.checked.borrow().get(&name) {
            return known.clone();
        }
        if !self.spend(1) {
            return exhausted();
        }
        let found = verify();
        self.checked.borrow_mut().insert(name, found.clone());
        found
    }
}

impl Verify for Admissions {
    fn verify(&self, key: &PublicKey, signature: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        self.once(key, signature, payload, None, || self.verifier.verify(key, signature, payload))
    }

    fn verify_at(
        &self,
        key: &PublicKey,
        signature: &[u8],
        payload: &[u8],
        at: Timestamp,
    ) -> Result<Verified, SignatureFault> {
        self.once(key, signature, payload, Some(at), || self.verifier.verify_at(key, signature, payload, at))
    }
}

/// What tells a check from others.
fn name_of(key: &PublicKey, signature: &[u8], payload: &[u8], at: Option<Timestamp>) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    let (algorithm, at) = (key.algorithm(), format!("{at:?}"));
    for part in [key.id.as_bytes(), algorithm.as_bytes(), material(key).as_bytes(), at.as_bytes(), signature, payload] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finish().as_ref().to_vec()
}

fn material(key: &PublicKey) -> &str {
    match &key.material {
        KeyMaterial::Pgp { armor } => armor,
        KeyMaterial::Pkix { pem, .. } => pem,
    }
}

fn too_much() -> StoreError {
    StoreError::TooMuch(
        "the admission asks for more than the sandbox looks at: name fewer images at once, or delete attestations, \
         attestors or keys that nobody needs",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PublicKey {
        let material = KeyMaterial::Pgp { armor: "not a key".to_owned() };
        PublicKey { id: "A".repeat(40), comment: String::new(), material }
    }

    #[test]
    fn the_same_signature_is_checked_once_and_too_many_decide_nothing() {
        let admissions = Admissions::default();
        for _ in 0..MOST_CHECKS * 2 {
            admissions.verify(&key(), b"signature", b"payload").unwrap_err();
        }
        let look_ups = MOST_CHECKS * 2 * (40 + "not a keysignaturepayload".len()) / CHECK_BYTES;
        assert_eq!(admissions.checks_left.get(), MOST_CHECKS - 1 - look_ups);
        admissions.settle().unwrap();
        admissions.checks_left.set(1);
        admissions.verify(&key(), b"another", b"payload").unwrap_err();
        assert!(matches!(admissions.settle(), Err(StoreError::TooMuch(_))));
    }

    /// Each of them is short, and all together are not.
    #[test]
    fn looking_up_what_was_checked_is_not_for_nothing() {
        let admissions = Admissions::default();
        admissions.checks_left.set(100);
        let payload = vec![b'x'; CHECK_BYTES - 100];
        for _ in 0..120 {
            admissions.verify(&key(), b"signature", &payload).unwrap_err();
        }
        assert!(matches!(admissions.settle(), Err(StoreError::TooMuch(_))));
    }
}
