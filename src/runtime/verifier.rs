//! Verifies signatures for the decisions on the screen, and remembers the answers: the same
//! attestation is looked at again with every keystroke.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};

use crate::domain::attestation::{SignatureFault, Verified, Verify};
use crate::domain::attestor::{KeyMaterial, PublicKey};
use crate::signing::openpgp::Verifier;

/// Answers that are kept; beyond it all are forgotten, which costs only time.
const CAPACITY: usize = 10_000;

/// A verifier with a memory.
#[derive(Debug, Default)]
pub struct Remembering {
    verifier: Verifier,
    known: Mutex<HashMap<[u8; 32], Result<Verified, SignatureFault>>>,
}

impl Verify for Remembering {
    fn verify(&self, key: &PublicKey, signature: &[u8], payload: &[u8]) -> Result<Verified, SignatureFault> {
        let question = question(key, signature, payload);
        if let Some(answer) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return answer.clone();
        }
        let answer = self.verifier.verify(key, signature, payload);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(question, answer.clone());
        answer
    }
}

/// The digest of all that the answer depends on, each part with its length before it.
fn question(key: &PublicKey, signature: &[u8], payload: &[u8]) -> [u8; 32] {
    let (material, algorithm) = match &key.material {
        KeyMaterial::Pgp { armor } => (armor, ""),
        KeyMaterial::Pkix { pem, signature_algorithm } => (pem, signature_algorithm.as_str()),
    };
    let mut bytes = Vec::new();
    for part in [key.id.as_bytes(), material.as_bytes(), algorithm.as_bytes(), signature, payload] {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part);
    }
    let mut question = [0; 32];
    question.copy_from_slice(digest(&SHA256, &bytes).as_ref());
    question
}
