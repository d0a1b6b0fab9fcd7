//! Verifies signatures for the decisions on the screen, and remembers the answers: the same
//! attestation is looked at again with every keystroke.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;

use domain::attestation::{SignatureFault, Verified, Verify};
use domain::attestor::{KeyMaterial, PublicKey};
use signing::openpgp::Verifier;

/// Answers that are kept; beyond it all are forgotten, which costs only time.
const CAPACITY: usize = 10_000;

/// A verifier with a memory.
#[derive(Debug, Default)]
pub struct Remembering {
    verifier: Verifier,
    known: Mutex<HashMap<[u8; 32], Result<Verified, SignatureFault>>>,
}

impl Remembering {
    fn answer(
        &self,
        question: [u8; 32],
        find: impl FnOnce(&Verifier) -> Result<Verified, SignatureFault>,
    ) -> Result<Verified, SignatureFault> {
        if let Some(answer) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return answer.clone();
        }
        let answer = find(&self.verifier);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(question, answer.clone());
        answer
    }
}

impl Verify for Remembering {
    fn verify(&self, key: &PublicKey, signature: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        let question = question(key, signature, payload, None);
        self.answer(question, |verifier| verifier.verify(key, signature, payload))
    }

    fn verify_at(
        &self,
        key: &PublicKey,
        signature: &[u8],
        payload: &[u8],
        at: Timestamp,
    ) -> Result<Verified, SignatureFault> {
        let question = question(key, signature, payload, Some(at));
        self.answer(question, |verifier| verifier.verify_at(key, signature, payload, at))
    }
}

/// The digest of all that the answer depends on, each part with its length before it.
fn question(key: &PublicKey, signature: &[u8], payload: &[u8], at: Option<Timestamp>) -> [u8; 32] {
    let (material, algorithm) = match &key.material {
        KeyMaterial::Pgp { armor } => (armor, ""),
        KeyMaterial::Pkix { pem, signature_algorithm } => (pem, signature_algorithm.as_str()),
    };
    let mut bytes = Vec::new();
    for part in [key.id.as_bytes(), material.as_bytes(), algorithm.as_bytes(), signature, payload] {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part);
    }
    // Two times of one second are the same to OpenPGP.
    bytes.extend(at.into_iter().flat_map(|at| at.as_second().to_be_bytes()));
    let mut question = [0; 32];
    question.copy_from_slice(digest(&SHA256, &bytes).as_ref());
    question
}
